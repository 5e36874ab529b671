#ifndef SERVER_SELF_H
#define SERVER_SELF_H
/*
 * The person that a self-service call is about: of the token, or of the header with an environment
 * token; in the scope's tenant, where there is one. No state.
 */
#include "server/call.h"
#include "store/users.h"

/* Before the call's transaction begins, in one of its own. 404 "User not found" if there is none. */
enum err_code self_peek(struct call *c, struct user *out, struct err *err) MUST_USE;
/* In the call's transaction, which it begins; *s is its scope. */
enum err_code self_find(struct call *c, const struct scope **s, struct user *out,
                        struct err *err) MUST_USE;
/* The person of the path, for environment tokens. */
enum err_code self_param(struct call *c, const struct scope **s, struct user *out,
                         struct err *err) MUST_USE;

/*
 * Counts a guess at a code (signin.h) and looks the person up; before the call's transaction.
 * *allowed false: too many, answer as to a wrong one.
 */
enum err_code self_guess(struct call *c, struct user *out, bool *allowed, struct err *err) MUST_USE;

/* Voids the links and codes that were sent to an address the person has no more, and still let
 * somebody in. */
enum err_code self_void_links(const struct scope *s, struct str user_id, struct err *err) MUST_USE;
/*
 * The primary address was changed from that of `before` (as the person was) to `to`: what was mailed
 * to the old one opens nothing any more, and the old one is told. Audits.
 */
enum err_code self_email_changed(struct call *c, const struct scope *s, const struct user *before,
                                 struct str to, struct err *err) MUST_USE;
#endif
