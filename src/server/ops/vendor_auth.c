/* Signing in with the credentials of the environment. */
#include "crypto/token.h"
#include "server/auth.h"
#include "server/ops/ops.h"
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

static void
write_claims(struct jw *w, void *arg)
{
    const struct str *vendor = arg;
    jw_kstr(w, "sub", *vendor);
    jw_kstr(w, "vendorId", *vendor);
    jw_ktext(w, "type", "vendor");
    jw_key(w, "scopes");
    jw_open(w, '[');
    jw_close(w, ']');
}

static enum err_code
op_vendor_auth(struct call *c, struct err *err)
{
    struct credentials q = {
        .id = call_str(c, "clientId"), .secret = call_str(c, "secret"), .arena = c->arena};
    enum err_code rc = store_tx(c->server->store, DB_READ, compare, &q, err);
    if (rc)
        return rc;
    if (!q.match)
        return err_set_ref(err, ERR_UNAUTHENTICATED, "ER-01013", "Invalid authentication");
    struct buf token;
    buf_init(&token, 16 * 1024);
    struct auth_grant grant = {.vendor = q.id,
                               .issuer = c->server->public_url,
                               .now = c->now,
                               .lifetime_s = AUTH_VENDOR_TOKEN_S,
                               .claims = write_claims,
                               .arg = &q.id};
    rc = auth_issue(c->server->auth, &grant, &token, err);
    if (!rc) {
        jw_open(&c->out, '{');
        jw_kstr(&c->out, "token", buf_str(&token));
        jw_ki64(&c->out, "expiresIn", AUTH_VENDOR_TOKEN_S);
        jw_close(&c->out, '}');
    }
    buf_fini(&token);
    return rc;
}

const struct op_binding vendor_auth_ops[] = {
    BIND(vendor_auth),
    BIND_END,
};
