#include "server/access.h"

#include "base/utf8.h"
#include "server/auth.h"
#include "server/call_priv.h"
#include "server/state.h"
#include "store/envs.h"

static enum err_code
unauthenticated(struct err *err)
{
    return err_set(err, ERR_UNAUTHENTICATED, "Unauthenticated");
}

static enum err_code
forbidden(struct err *err)
{
    return err_set(err, ERR_FORBIDDEN, "You do not have permission to do this");
}

/* The token as sent; absent if none. Two tokens must agree: which of them counts is nobody's guess.
 */
static enum err_code
find_token(const struct call *c, struct str *out, struct err *err)
{
    struct str bearer = call_header(c, "authorization"), plain = call_header(c, "x-access-token");
    *out = STR_ABSENT;
    if (str_given(bearer)) {
        if (bearer.n < 7 || !str_eq_nocase(str_sub(bearer, 0, 7), STR("Bearer ")))
            return unauthenticated(err);
        bearer = str_trim(str_sub(bearer, 7, bearer.n));
    }
    plain = str_trim(plain);
    if (str_given(bearer) && str_given(plain) && !str_eq(bearer, plain))
        return unauthenticated(err);
    *out = str_given(bearer) ? bearer : plain;
    return ERR_OK;
}

static enum err_code
authenticate(struct call *c, struct err *err)
{
    struct str token;
    enum err_code rc = find_token(c, &token, err);
    if (!rc && !str_given(token))
        rc = unauthenticated(err);
    if (!rc)
        rc = auth_check(c->server->auth, token, c->now, &c->priv->verdict, err);
    if (rc)
        return rc;
    c->who = *auth_principal(c->priv->verdict);
    c->vendor_id = auth_vendor(c->priv->verdict);
    return ERR_OK;
}

/* -- public operations: the host or a header names the environment -- */

struct by_host {
    struct str host;
    struct arena *arena;
    struct str id;
};

static enum err_code
find_by_host(struct db_conn *conn, void *arg, struct err *err)
{
    struct by_host *q = arg;
    struct env env;
    enum err_code rc = store_env_by_host(conn, q->arena, q->host, &env, err);
    q->id = rc ? STR_ABSENT : env.id;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* "https://app-x.example.com/" and "app-x.example.com" are both seen. */
static struct str
host_of(struct str s)
{
    ptrdiff_t scheme = str_find(s, STR("://"));
    if (scheme >= 0)
        s = str_sub(s, (size_t)scheme + 3, s.n);
    return str_ends(s, STR("/")) ? str_sub(s, 0, s.n - 1) : s;
}

static enum err_code
pick_environment(struct call *c, struct err *err)
{
    c->vendor_id = c->server->vendor;
    struct str id = call_header(c, "frontegg-vendor-id");
    const struct auth_environment *e = auth_find_environment(c->server->auth, id);
    if (e) {
        c->vendor_id = e->id;
        return ERR_OK;
    }
    struct str host = host_of(call_header(c, "frontegg-vendor-host"));
    if (host.n == 0 || auth_environments(c->server->auth) < 2)
        return ERR_OK;
    struct by_host q = {.host = host, .arena = c->arena};
    enum err_code rc = store_tx(c->server->store, DB_READ, find_by_host, &q, err);
    if (!rc && str_given(q.id))
        c->vendor_id = q.id;
    return rc;
}

/* A good token says more about who calls; a bad one is as none, for nothing is gained by it. */
static enum err_code
open_public(struct call *c, struct err *err)
{
    enum err_code rc = authenticate(c, NULL);
    if (rc == ERR_UNAUTHENTICATED) {
        c->who = (struct principal){.kind = PRINCIPAL_NONE};
        return pick_environment(c, err);
    }
    return rc ? err_set(err, rc, "The token cannot be checked at the moment") : ERR_OK;
}

/* -- scope -- */

static enum err_code
scope_vendor(struct call *c, struct str tenant, struct str user, struct err *err)
{
    unsigned ctx = c->op->ctx;
    if (ctx & CTX_NO_TENANT && tenant.n)
        return err_set(err, ERR_FORBIDDEN, "Tenant ID is defined - forbidden route for tenants");
    if (ctx & CTX_NEED_TENANT && tenant.n == 0)
        return err_set_ref(err, ERR_FORBIDDEN, "ER-00008", "Tenant ID is not specified");
    if (ctx & CTX_NEED_USER && user.n == 0)
        return err_set(err, ERR_FORBIDDEN, "User ID is not specified");
    if (ctx & (CTX_TENANT | CTX_NEED_TENANT) && tenant.n)
        c->tenant_id = tenant;
    if (ctx & (CTX_USER | CTX_NEED_USER) && user.n)
        c->user_id = user;
    return ERR_OK;
}

static enum err_code
scope_own(struct call *c, struct str tenant, struct str user, struct err *err)
{
    if (tenant.n && !str_eq(tenant, c->who.tenant_id))
        return err_set(err, ERR_FORBIDDEN, "Tenant ID is not the one of the token");
    if (user.n && !str_eq(user, c->who.user_id))
        return err_set(err, ERR_FORBIDDEN, "User ID is not the one of the token");
    c->tenant_id = c->who.tenant_id;
    c->user_id = c->who.user_id;
    return ERR_OK;
}

static enum err_code
apply_scope(struct call *c, struct err *err)
{
    struct str environment = str_trim(call_header(c, "frontegg-environment-id"));
    if (environment.n && !str_eq(environment, c->vendor_id))
        return err_set(err, ERR_FORBIDDEN, "Environment ID is not the one of the token");
    c->app_id = str_trim(call_header(c, "frontegg-application-id"));
    struct str tenant = str_trim(call_header(c, "frontegg-tenant-id"));
    struct str user = str_trim(call_header(c, "frontegg-user-id"));
    if (c->who.kind == PRINCIPAL_VENDOR || c->who.kind == PRINCIPAL_NONE)
        return scope_vendor(c, tenant, user, err);
    return scope_own(c, tenant, user, err);
}

static enum err_code
check_rights(const struct call *c, struct err *err)
{
    if (c->who.kind == PRINCIPAL_VENDOR)
        return ERR_OK;
    bool is_user = c->who.kind == PRINCIPAL_USER || c->who.kind == PRINCIPAL_USER_TOKEN;
    switch (c->op->auth) {
    case AUTH_PUBLIC:
    case AUTH_ANY:
        return ERR_OK;
    case AUTH_TENANT:
        if (c->op->perm && auth_may(&c->who, str_of(c->op->perm)))
            return ERR_OK;
        break;
    case AUTH_USER:
        if (is_user && (!c->op->perm || auth_may(&c->who, str_of(c->op->perm))))
            return ERR_OK;
        break;
    case AUTH_VENDOR:
    case AUTH_UNSET:
        break;
    }
    return forbidden(err);
}

/* Whoever acts for a person gets no credentials of theirs: those would outlive the permission to act. */
static enum err_code
check_actor(const struct call *c, struct err *err)
{
    if (!str_given(c->who.actor_id) || c->op->auth == AUTH_PUBLIC ||
        !(c->op->flags & OPF_SECRET_REPLY))
        return ERR_OK;
    return err_set(err, ERR_FORBIDDEN, "A delegated token may not do this");
}

/* Fields of a header are bytes (RFC 9110, 5.5); names of ours are text, and are looked for in a database. */
static enum err_code
check_names(const struct call *c, struct err *err)
{
    static const char ours[] = "frontegg-";
    for (size_t i = 0; i < c->n_headers; i++) {
        struct str name = c->headers[i].name;
        if (str_eq_nocase(str_sub(name, 0, sizeof ours - 1), STR(ours)) &&
            !utf8_valid(c->headers[i].value))
            return err_set(err, ERR_INVALID, "%.*s must be UTF-8", STR_ARG(name));
    }
    return ERR_OK;
}

enum err_code
access_check(struct call *c, struct err *err)
{
    if (c->op->auth == AUTH_UNSET)
        return forbidden(err);
    if (check_names(c, err))
        return ERR_INVALID;
    enum err_code rc = c->op->auth == AUTH_PUBLIC ? open_public(c, err) : authenticate(c, err);
    if (!rc)
        rc = check_rights(c, err);
    if (!rc)
        rc = check_actor(c, err);
    return rc ? rc : apply_scope(c, err);
}
