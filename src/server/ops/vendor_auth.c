/* Signing in with the credentials of the environment. */
#include "server/auth.h"
#include "server/ops/ops.h"
#include "server/state.h"
#include "server/vendor_secret.h"

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
    struct str id = call_str(c, "clientId");
    bool match = false;
    enum err_code rc = vendor_secret_check(c, id, call_str(c, "secret"), &match, err);
    if (rc)
        return rc;
    if (!match)
        return err_set_ref(err, ERR_UNAUTHENTICATED, "ER-01013", "Invalid authentication");
    struct buf token;
    buf_init(&token, 16 * 1024);
    struct auth_grant grant = {.vendor = id,
                               .issuer = c->server->public_url,
                               .now = c->now,
                               .lifetime_s = AUTH_VENDOR_TOKEN_S,
                               .claims = write_claims,
                               .arg = &id};
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
