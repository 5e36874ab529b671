#ifndef SERVER_RANK_H
#define SERVER_RANK_H
/*
 * Rank of a person by the level of their roles: 0 is the strongest, a higher number is weaker. A person may give,
 * take, make and change only roles weaker than the strongest of their own; environment tokens and superusers may all.
 * A tenant's own token has no roles: its permissions alone decide.
 */
#include "server/call.h"
#include "store/store.h"

/* ERR_FORBIDDEN, said to the caller, when one of the roles is not weaker. Unknown ids are left to the store. */
enum err_code rank_check_roles(struct call *c, const struct scope *s, const struct str *role_ids,
                               size_t n, struct err *err) MUST_USE;
/* The same for a role of that level. */
enum err_code rank_check_level(struct call *c, const struct scope *s, int64_t level,
                               struct err *err) MUST_USE;
#endif
