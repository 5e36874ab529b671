#ifndef SERVER_AUTH_MACHINE_H
#define SERVER_AUTH_MACHINE_H
/*
 * The part of auth.h that knows tokens of machines: what the database says about one. In the
 * transaction and thread of the check.
 */
#include "server/auth_cache.h"
#include "store/machine_tokens.h"

/*
 * Whether the token behind the verdict lives, is of the kind, tenant and person that it claims, and
 * is of a sort that the environment wants. An API token's JWT is good only while the token may do
 * what it might when the JWT was made. An access token gets its permissions here, so its verdict must
 * not be shared yet.
 */
enum err_code auth_machine_look_up(struct db_conn *conn, struct arena *scratch,
                                   struct auth_verdict *v, int64_t now, bool *in_order,
                                   struct err *err) MUST_USE;
/* Gives the verdict these permissions; only before others see it. */
void auth_take_permissions(struct auth_verdict *v, const struct rights *r);
#endif
