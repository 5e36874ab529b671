/*
 * Signing in with an API token, and going on with a refresh token. Version 1 answers in camel case,
 * version 2 in snake case; all else is the same. An unknown id, a wrong secret, and a token that does
 * not live cost and answer the same.
 */
#include "base/clock.h"
#include "crypto/token.h"
#include "server/machine.h"
#include "server/ops/ops.h"
#include "server/refusals.h"
#include "server/restrict.h"
#include "server/state.h"
#include "store/users.h"

struct words {
    const char *access_token, *refresh_token, *expires_in;
};
static const struct words CAMEL = {"accessToken", "refreshToken", "expiresIn"},
                          SNAKE = {"access_token", "refresh_token", "expires_in"};

static void
answer(struct call *c, const struct words *words, const struct machine_grant *g,
       struct str refresh_token)
{
    char date[CLOCK_TEXT_SIZE];
    jw_open(&c->out, '{');
    jw_kstr(&c->out, words->access_token, g->jwt);
    jw_kstr(&c->out, words->refresh_token, refresh_token);
    jw_ki64(&c->out, words->expires_in, g->lifetime_s);
    jw_ktext(&c->out, "expires", clock_format_http(c->now + g->lifetime_s * 1000, date));
    jw_close(&c->out, '}');
}

/* Whose doing it was, for the audit; the token itself says who. */
static void
name_token(struct call *c, const struct machine_token *t)
{
    c->who = (struct principal){.kind = PRINCIPAL_NONE, .token_id = t->id};
    c->tenant_id = t->tenant_id;
}

static int64_t
session_end(const struct machine_grant *g, int64_t now)
{
    int64_t end = now + g->terms.refresh_s * 1000;
    return g->token.expires_at && g->token.expires_at < end ? g->token.expires_at : end;
}

/* What was looked up before anything is signed or written. */
struct lookup {
    struct call *c;
    struct str client_id, secret;          /* to sign in */
    const struct refresh_token *presented; /* to go on; NULL: to sign in */
    struct machine_session session;
    struct machine_grant g;
    bool match; /* what was presented is right */
};

/* ---- what the token stands for ---- */

static enum err_code
load_grant(const struct scope *s, struct lookup *l, struct err *err)
{
    struct machine_grant *g = &l->g;
    struct scope tenant;
    enum err_code rc = machine_require(l->c, s, g->token.kind, err);
    if (!rc)
        rc = store_machine_token_rights(s->conn, s->arena, &g->token, &g->rights, err);
    if (!rc)
        rc = scope_tenant(s, g->token.tenant_id, &tenant, err);
    if (!rc)
        rc = session_terms_read(&tenant, &g->terms, err);
    g->user = (struct user){.seq = 0};
    if (!rc && g->token.kind == MACHINE_USER_API)
        rc = store_user_get(s, USER_BY_ID, g->token.owner_id, &g->user, err);
    return rc;
}

/* The living API token of that id; its seq is 0 if there is none. */
static enum err_code
find_token(const struct scope *s, struct lookup *l, struct str id, struct err *err)
{
    struct machine_query q = {.vendor = s->vendor, .id = id, .now = s->now, .strict = true};
    enum err_code rc = store_machine_token_find(s->conn, s->arena, &q, &l->g.token, err);
    if (rc == ERR_NOT_FOUND || (!rc && !machine_kind_is_api(l->g.token.kind))) {
        l->g.token = (struct machine_token){.seq = 0};
        return ERR_OK;
    }
    return rc;
}

static enum err_code
look_up_secret(const struct scope *s, struct lookup *l, struct err *err)
{
    static const char nothing[] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    enum err_code rc = find_token(s, l, l->client_id, err);
    if (rc)
        return rc;
    bool there = l->g.token.seq != 0;
    bool same = token_matches(l->secret, there ? l->g.token.secret_hash : str_of(nothing));
    l->match = same && there;
    return ERR_OK;
}

/* Of the right family, whatever the secret: whether that still counts is decided when it is replaced. */
static enum err_code
look_up_session(const struct scope *s, struct lookup *l, struct err *err)
{
    enum err_code rc = store_machine_session_get(s, l->presented->id, &l->session, err);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc || !str_eq_secret(l->session.family_hash, l->presented->family_hash))
        return rc;
    rc = find_token(s, l, l->session.token_id, err);
    l->match = !rc && l->g.token.seq != 0;
    return rc;
}

static enum err_code
look_up(struct db_conn *conn, void *arg, struct err *err)
{
    struct lookup *l = arg;
    struct scope s;
    l->match = false;
    enum err_code rc = scope_open(&s, conn, l->c->arena, l->c->vendor_id, STR_ABSENT, err);
    s.now = l->c->now;
    if (!rc)
        rc = l->presented ? look_up_session(&s, l, err) : look_up_secret(&s, l, err);
    return !rc && l->match ? load_grant(&s, l, err) : rc;
}

/* The tenant's and the environment's lists of addresses hold for machines as well. */
static enum err_code
check_address(struct call *c, const struct scope *s, const struct machine_token *t, struct err *err)
{
    struct scope tenant;
    enum err_code rc = scope_tenant(s, t->tenant_id, &tenant, err);
    return rc ? rc : restrict_ip(c, &tenant, err);
}

/* ---- with the secret ---- */

static enum err_code
begin_session(struct call *c, const struct machine_grant *g, const struct refresh_token *token,
              struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct machine_session session = {.id = token->id,
                                      .family_hash = token->family_hash,
                                      .secret_hash = token->secret_hash,
                                      .expires_at = session_end(g, c->now)};
    enum err_code rc = s ? check_address(c, s, &g->token, err) : err_failed(err);
    if (!rc)
        rc = store_machine_session_add(s, &g->token, &session, err);
    if (rc == ERR_NOT_FOUND)
        return refuse_sign_in(c, err);
    if (rc)
        return rc;
    name_token(c, &g->token);
    call_audit(c, "api token", g->token.id, "Info", "Signed in with API token %.*s",
               STR_ARG(g->token.id));
    return ERR_OK;
}

static enum err_code
sign_in(struct call *c, const struct words *words, struct err *err)
{
    struct lookup l = {
        .c = c, .client_id = call_str(c, "clientId"), .secret = call_str(c, "secret")};
    struct refresh_token token;
    enum err_code rc = store_tx(c->server->store, DB_READ, look_up, &l, err);
    if (!rc && !l.match)
        return refuse_sign_in(c, err);
    if (!rc)
        rc = machine_sign(c, &l.g, err);
    refresh_token_new(c, NULL, &token);
    if (!rc)
        rc = begin_session(c, &l.g, &token, err);
    if (!rc)
        answer(c, words, &l.g, token.text);
    return rc;
}

static enum err_code
op_api_token_auth(struct call *c, struct err *err)
{
    return sign_in(c, &SNAKE, err);
}

static enum err_code
op_api_token_auth_v1(struct call *c, struct err *err)
{
    return sign_in(c, &CAMEL, err);
}

/* ---- with a refresh token ---- */

/* A token that was used before: one of its two users is not who it was given to, so it ends for both. */
static enum err_code
end_family(struct call *c, const struct scope *s, const struct lookup *l, struct err *err)
{
    enum err_code rc = store_machine_session_end(s, l->session.id, err);
    if (rc)
        return rc;
    name_token(c, &l->g.token);
    call_audit(c, "api token", l->g.token.id, "High",
               "A refresh token of API token %.*s was used twice; its session was ended",
               STR_ARG(l->g.token.id));
    call_keep(c);
    return refuse_session(c, err);
}

static enum err_code
go_on(struct call *c, const struct lookup *l, const struct refresh_token *next, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct machine_session was = {.id = l->session.id,
                                  .family_hash = l->session.family_hash,
                                  .secret_hash = l->presented->secret_hash},
                           to = {.secret_hash = next->secret_hash,
                                 .expires_at = session_end(&l->g, c->now)};
    enum err_code rc = s ? check_address(c, s, &l->g.token, err) : err_failed(err);
    if (!rc)
        rc = store_machine_session_refresh(s, &was, &to, err);
    if (rc == ERR_NOT_FOUND)
        return end_family(c, s, l, err);
    if (rc)
        return rc;
    name_token(c, &l->g.token);
    call_audit(c, "api token", l->g.token.id, "Info", "Refreshed a session of API token %.*s",
               STR_ARG(l->g.token.id));
    return ERR_OK;
}

static enum err_code
refresh(struct call *c, const struct words *words, struct err *err)
{
    struct refresh_token presented, next;
    if (!refresh_token_read(c, call_str(c, "refreshToken"), &presented))
        return refuse_session(c, err);
    struct lookup l = {.c = c, .presented = &presented};
    enum err_code rc = store_tx(c->server->store, DB_READ, look_up, &l, err);
    if (!rc && !l.match)
        return refuse_session(c, err);
    if (!rc)
        rc = machine_sign(c, &l.g, err);
    refresh_token_new(c, &presented, &next);
    if (!rc)
        rc = go_on(c, &l, &next, err);
    if (!rc)
        answer(c, words, &l.g, next.text);
    return rc;
}

static enum err_code
op_api_token_refresh(struct call *c, struct err *err)
{
    return refresh(c, &SNAKE, err);
}

static enum err_code
op_api_token_refresh_v1(struct call *c, struct err *err)
{
    return refresh(c, &CAMEL, err);
}

const struct op_binding machine_auth_ops[] = {
    BIND(api_token_auth),
    BIND(api_token_auth_v1),
    BIND(api_token_refresh),
    BIND(api_token_refresh_v1),
    BIND_END,
};
