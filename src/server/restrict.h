#ifndef SERVER_RESTRICT_H
#define SERVER_RESTRICT_H
/*
 * Who may come from where: IP ranges and e-mail domains, per environment and tenant. What cannot be
 * read denies. In the call's transaction; a scope with a tenant checks tenant and environment, one
 * without only the environment.
 */
#include "server/call.h"
#include "store/store.h"

/* May the call's address sign in to the scope's tenant? 403 else. */
enum err_code restrict_ip(struct call *c, const struct scope *s, struct err *err) MUST_USE;
/* May this address be used in the scope's tenant (sign-up, invitation, creation, change)? 403 else. */
enum err_code restrict_email(struct call *c, const struct scope *s, struct str email,
                             struct err *err) MUST_USE;
#endif
