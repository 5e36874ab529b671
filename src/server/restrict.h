#ifndef SERVER_RESTRICT_H
#define SERVER_RESTRICT_H
/*
 * Who may come from where: IP ranges and e-mail domains, per environment and tenant. What cannot be
 * read denies. In the call's transaction; a scope with a tenant checks tenant and environment, one
 * without only the environment: each has its own setting and list, and both must agree.
 *
 * A setting that is switched on works in one of two ways: ALLOW lets in only what is on the ALLOW
 * list, BLOCK all but what is on the BLOCK list. A blocked domain blocks all below it, an allowed
 * one allows exactly itself: the stricter reading of each.
 */
#include "server/document.h"
#include "store/store.h"

extern const struct document ip_settings, domain_settings;

/* May the call's address sign in to the scope's tenant? 403 else. */
enum err_code restrict_ip(struct call *c, const struct scope *s, struct err *err) MUST_USE;
/* May this address be used in the scope's tenant (sign-up, invitation, creation, change)? 403 else.
 * The absent address may: who has a user name only is not restricted. */
enum err_code restrict_email(struct call *c, const struct scope *s, struct str email,
                             struct err *err) MUST_USE;

/* The same question about the caller's address as an answer. */
enum err_code restrict_ip_ask(struct call *c, const struct scope *s, bool *allowed,
                              struct err *err) MUST_USE;
/* Whether the caller's address is on the ALLOW list of tenant or environment, whatever the setting. */
enum err_code restrict_ip_listed(struct call *c, const struct scope *s, bool *listed,
                                 struct err *err) MUST_USE;
#endif
