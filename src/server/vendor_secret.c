#include "server/vendor_secret.h"

#include "crypto/token.h"
#include "server/state.h"
#include "store/envs.h"

struct credentials {
    struct str id, secret;
    struct arena *arena;
    bool match;
};

/* Unknown environments take the same way, comparing with a hash that nothing has. */
static enum err_code
compare(struct db_conn *conn, void *arg, struct err *err)
{
    struct credentials *q = arg;
    struct env env = {.secret_hash = {NULL, 0}};
    enum err_code rc = store_env_get(conn, q->arena, q->id, &env, err);
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    struct str nothing = STR("0000000000000000000000000000000000000000000000000000000000000000");
    bool same = token_matches(q->secret, rc ? nothing : env.secret_hash);
    q->match = same && !rc;
    return ERR_OK;
}

enum err_code
vendor_secret_check(struct call *c, struct str client_id, struct str secret, bool *match,
                    struct err *err)
{
    struct credentials q = {.id = client_id, .secret = secret, .arena = c->arena};
    enum err_code rc = store_tx(c->server->store, DB_READ, compare, &q, err);
    *match = !rc && q.match;
    return rc;
}
