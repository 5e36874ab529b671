/*
 * One party acting for another (RFC 8693): an application presents a person's token and the token of
 * who wants to act, and gets the person's token anew with an `act` claim that names the actor. What
 * the new token may do, and what it stands on (session, API token, membership), are the person's; it
 * ends when any of the two would. Who acts must be of the same tenant.
 */
#include "base/rand.h"
#include "crypto/jwt.h"
#include "server/auth.h"
#include "server/ops/ops.h"
#include "server/session_token.h"
#include "server/settings.h"
#include "server/state.h"
#include "server/vendor_secret.h"

#include <stdio.h>

enum { CHAIN_MAX = 4, BASIC_MAX = 1024 };

#define URN "urn:ietf:params:oauth:"

const struct document delegation_settings = {
    .name = "delegation", .presets = "{\"enabled\":false}", .what = "delegation setting"};

static enum err_code
op_delegation_get(struct call *c, struct err *err)
{
    return document_answer(c, &delegation_settings, DOCUMENT_PRESETS, true, err);
}

static enum err_code
op_delegation_set(struct call *c, struct err *err)
{
    return document_write(c, &delegation_settings, DOCUMENT_UPSERT, err);
}

/* ---- who asks ---- */

/* "Basic base64(id:secret)"; what is not of that form is no credentials. */
static void
read_basic(struct call *c, struct str *id, struct str *secret)
{
    struct str header = call_header(c, "authorization");
    if (header.n < 6 || !str_eq_nocase(str_sub(header, 0, 6), STR("Basic ")))
        return;
    struct buf plain;
    buf_init(&plain, BASIC_MAX);
    if (buf_add_unbase64(&plain, str_trim(str_sub(header, 6, header.n)))) {
        struct str rest = arena_str(c->arena, buf_str(&plain));
        (void)str_next(&rest, ':', id);
        *secret = rest;
    }
    buf_fini(&plain);
}

static enum err_code
check_client(struct call *c, struct err *err)
{
    struct str id = call_str(c, "client_id"), secret = call_str(c, "client_secret");
    bool match = false;
    read_basic(c, &id, &secret);
    if (!str_given(id) || !str_given(secret))
        return call_refuse(c, err, ERR_UNAUTHENTICATED, NULL,
                           "The credentials of the environment are needed");
    enum err_code rc = vendor_secret_check(c, id, secret, &match, err);
    if (!rc && !match)
        return call_refuse(c, err, ERR_UNAUTHENTICATED, "ER-01013", "Invalid authentication");
    c->vendor_id = arena_str(c->arena, id);
    return rc;
}

static bool
is_access_token(struct str type)
{
    static const char *const types[] = {URN "token-type:access_token", URN "token-type:jwt"};
    return str_eq(type, str_of(types[0])) || str_eq(type, str_of(types[1]));
}

static enum err_code
check_request(struct call *c, struct err *err)
{
    struct str wanted = call_str(c, "requested_token_type");
    if (!str_eq(call_str(c, "grant_type"), STR(URN "grant-type:token-exchange")))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "grant_type must be " URN "grant-type:token-exchange");
    if (!is_access_token(call_str(c, "subject_token_type")) ||
        !is_access_token(call_str(c, "actor_token_type")) ||
        (str_given(wanted) && !is_access_token(wanted)))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "Token types must be " URN "token-type:access_token");
    return ERR_OK;
}

/* ---- the two tokens ---- */

struct exchange {
    struct call *c;
    struct auth_verdict *subject_verdict, *actor_verdict;
    const struct principal *subject, *actor;
    struct json *subject_claims, *actor_claims;
    bool is_enabled;
    struct session_terms terms;
    int64_t lifetime_s;
};

/* What a token says that was verified before. */
static struct json *
read_claims(struct str token)
{
    struct str header, payload;
    struct buf text;
    struct json *claims = NULL;
    buf_init(&text, JWT_SIZE_MAX);
    if (str_next(&token, '.', &header) && str_next(&token, '.', &payload) &&
        buf_add_unbase64url(&text, payload))
        claims = json_parse(buf_str(&text), JWT_SIZE_MAX, NULL);
    buf_fini(&text);
    return claims;
}

static enum err_code
read_token(struct exchange *x, const char *name, struct auth_verdict **verdict,
           const struct principal **who, struct json **claims, struct err *err)
{
    struct call *c = x->c;
    struct str token = call_str(c, name);
    enum err_code rc = auth_check(c->server->auth, token, c->now, verdict, err);
    if (rc == ERR_UNAUTHENTICATED || (!rc && !str_eq(auth_vendor(*verdict), c->vendor_id)))
        return call_refuse(c, err, ERR_UNAUTHENTICATED, NULL, "%s is not valid", name);
    if (rc)
        return rc;
    *who = auth_principal(*verdict);
    *claims = read_claims(token);
    return *claims ? ERR_OK : call_refuse(c, err, ERR_INVALID, NULL, "%s cannot be read", name);
}

static int
chain_length(const struct json *claims)
{
    int n = 0;
    for (const struct json *act = json_get(claims, "act"); act; act = json_get(act, "act"))
        n++;
    return n;
}

static enum err_code
check_pair(struct exchange *x, struct err *err)
{
    struct call *c = x->c;
    bool is_person = x->subject->kind == PRINCIPAL_USER || x->subject->kind == PRINCIPAL_USER_TOKEN;
    if (!is_person)
        return call_refuse(c, err, ERR_INVALID, NULL, "subject_token must be a person's");
    if (x->actor->kind == PRINCIPAL_VENDOR || str_given(x->actor->actor_id))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "actor_token must be that of a person or tenant, and not delegated");
    if (!str_eq(x->subject->tenant_id, x->actor->tenant_id))
        return call_refuse(c, err, ERR_FORBIDDEN, NULL,
                           "The actor is not of the tenant of the subject");
    if (chain_length(x->subject_claims) >= CHAIN_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "A token can be delegated at most %d times",
                           (int)CHAIN_MAX);
    return ERR_OK;
}

/* ---- what holds in the environment ---- */

static enum err_code
look(struct db_conn *conn, void *arg, struct err *err)
{
    struct exchange *x = arg;
    struct scope s;
    struct json *setting = NULL;
    enum err_code rc = scope_open(&s, conn, x->c->arena, x->c->vendor_id, STR_ABSENT, err);
    if (!rc)
        rc = document_environment(&s, &delegation_settings, &setting, err);
    x->is_enabled = false;
    (void)json_to_bool(json_get(setting, "enabled"), &x->is_enabled);
    json_free(setting);
    return rc ? rc : session_terms_read(&s, &x->terms, err);
}

static enum err_code
check_enabled(struct exchange *x, struct err *err)
{
    enum err_code rc = store_tx(x->c->server->store, DB_READ, look, x, err);
    if (!rc && !x->is_enabled)
        return call_refuse(x->c, err, ERR_FORBIDDEN, NULL, "Delegation is disabled");
    return rc;
}

/* ---- the new token ---- */

static void
write_actor(struct jw *w, const struct exchange *x)
{
    const struct json *before = json_get(x->subject_claims, "act");
    struct str email = json_str(json_get(x->actor_claims, "email"));
    jw_key(w, "act");
    jw_open(w, '{');
    jw_kstr(w, "sub", x->actor->token_id);
    jw_ktext(w, "type", "delegation");
    if (email.n)
        jw_kstr(w, "email", email);
    if (before) {
        jw_key(w, "act");
        jw_json(w, before);
    }
    jw_close(w, '}');
}

/* As the person's token, but for its times and who acts. The stamp of rights stays. */
static void
write_claims(struct jw *w, void *arg)
{
    static const char *const anew[] = {"iss", "aud", "iat", "exp", "jti", "act", NULL};
    const struct exchange *x = arg;
    struct str jti = json_str(json_get(x->subject_claims, "jti"));
    for (const struct json *m = json_first(x->subject_claims); m; m = json_next(m)) {
        size_t i = 0;
        while (anew[i] && !str_eq(json_key(m), str_of(anew[i])))
            i++;
        if (anew[i])
            continue;
        jw_key_str(w, json_key(m));
        jw_json(w, m);
    }
    if (jti.n) {
        char id[RAND_UUID_SIZE], text[RIGHTS_STAMP_SIZE + RAND_UUID_SIZE];
        (void)snprintf(text, sizeof text, "%.*s-%s",
                       STR_ARG(str_sub(jti, 0, RIGHTS_STAMP_SIZE - 1)), rand_uuid(id));
        jw_ktext(w, "jti", text);
    }
    write_actor(w, x);
}

static void
cut_lifetime(struct exchange *x, const struct json *claims)
{
    int64_t exp;
    if (!json_to_i64(json_get(claims, "exp"), &exp))
        return;
    int64_t left = exp - x->c->now / 1000;
    x->lifetime_s = left < x->lifetime_s ? left : x->lifetime_s;
}

static enum err_code
issue(struct exchange *x, struct buf *token, struct err *err)
{
    x->lifetime_s = x->terms.access_s;
    cut_lifetime(x, x->subject_claims);
    cut_lifetime(x, x->actor_claims);
    if (x->lifetime_s < 1)
        x->lifetime_s = 1;
    struct auth_grant grant = {.vendor = x->c->vendor_id,
                               .issuer = x->c->server->public_url,
                               .algorithm = x->terms.algorithm,
                               .now = x->c->now,
                               .lifetime_s = x->lifetime_s,
                               .claims = write_claims,
                               .arg = x};
    return auth_issue(x->c->server->auth, &grant, token, err);
}

static void
answer(struct call *c, const struct exchange *x, struct str token)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "access_token", token);
    jw_ktext(w, "issued_token_type", URN "token-type:access_token");
    jw_ktext(w, "token_type", "Bearer");
    jw_ki64(w, "expires_in", x->lifetime_s);
    jw_close(w, '}');
}

static enum err_code
record(struct call *c, const struct exchange *x, struct err *err)
{
    /* The verdicts go before the audit is written. */
    c->who = (struct principal){.kind = x->actor->kind,
                                .token_id = arena_str(c->arena, x->actor->token_id)};
    c->tenant_id = arena_str(c->arena, x->subject->tenant_id);
    call_audit(c, "delegation", x->subject->user_id, "High", "%.*s acts for %.*s",
               STR_ARG(x->actor->token_id), STR_ARG(x->subject->user_id));
    return call_tx(c, err) ? ERR_OK : err_failed(err);
}

static enum err_code
op_oauth_token(struct call *c, struct err *err)
{
    struct exchange x = {.c = c};
    struct buf token;
    buf_init(&token, 2 * JWT_SIZE_MAX);
    enum err_code rc = check_request(c, err);
    if (!rc)
        rc = check_client(c, err);
    if (!rc)
        rc = check_enabled(&x, err);
    if (!rc)
        rc =
            read_token(&x, "subject_token", &x.subject_verdict, &x.subject, &x.subject_claims, err);
    if (!rc)
        rc = read_token(&x, "actor_token", &x.actor_verdict, &x.actor, &x.actor_claims, err);
    if (!rc)
        rc = check_pair(&x, err);
    if (!rc)
        rc = issue(&x, &token, err);
    if (!rc)
        rc = record(c, &x, err);
    if (!rc)
        answer(c, &x, buf_str(&token));
    json_free(x.subject_claims);
    json_free(x.actor_claims);
    auth_release(x.subject_verdict);
    auth_release(x.actor_verdict);
    buf_fini(&token);
    return rc;
}

const struct op_binding delegation_ops[] = {
    BIND(delegation_get),
    BIND(delegation_set),
    BIND(oauth_token),
    BIND_END,
};
