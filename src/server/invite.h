#ifndef SERVER_INVITE_H
#define SERVER_INVITE_H
/*
 * Invitation links (store/invites.h) as those see them who come in by one: sign-up, sign-in, and
 * passwordless sign-in take an invitationToken. In the call's transaction.
 */
#include "server/call.h"
#include "store/invites.h"
#include "store/users.h"

/*
 * The link of that token. 400 ER-01061 if it is unknown, its time is over, or its owner may not
 * invite; ER-01239 if the tenant is locked.
 */
enum err_code invite_find(struct call *c, const struct scope *s, struct str token,
                          struct invite *out, struct err *err) MUST_USE;
/*
 * Puts the person into the tenant with the roles of the link, and tells its owner if that is wanted.
 * Who is a member already stays as they are, an invitation that waited is accepted. `flags` as for
 * store_membership_add.
 */
enum err_code invite_join(struct call *c, const struct scope *s, const struct invite *in,
                          const struct user *u, unsigned flags, struct err *err) MUST_USE;
/* 400 with that code if nobody may be brought into the tenant. */
enum err_code invite_check_tenant(struct call *c, const struct scope *s, struct str tenant_id,
                                  const char *ref, struct err *err) MUST_USE;
/* Whether tenants and their members may invite (allowTenantInvitations). */
enum err_code invite_allowed(const struct scope *s, bool *allowed, struct err *err) MUST_USE;
#endif
