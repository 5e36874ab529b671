#include "tests/support/secrets.h"

#include "crypto/jwt.h"
#include "crypto/token.h"
#include "server/signin.h"
#include "server/state.h"
#include "store/envs.h"
#include "store/factors.h"
#include "store/invites.h"
#include "store/machine_tokens.h"
#include "store/sessions.h"
#include "store/users.h"
#include "store/webauthn.h"
#include "tests/support/mfa_scene.h"

#include "base/clock.h"
#include "base/rand.h"

#include <stdio.h>

#define DAY_MS INT64_C(86400000)

const char *
secret_name(const struct secret_row *s)
{
    static const char *const names[] = {
        "invitation link",
        "refresh token",
        "environment token",
        "user token",
        "tenant API token",
        "user API token",
        "expired token",
        "token of elsewhere",
        "flow of another environment",
        "secret of the environment",
        "secret of a tenant's API token",
        "secret of a person's API token",
        "refresh token of an API token",
        "tenant access token",
        "user access token",
    };
    _Static_assert(COUNT_OF(names) == SECRET_KINDS - FLOW_KINDS, "each kind has a name");
    return s->kind < FLOW_KINDS ? flow_kind_name((enum flow_kind)s->kind)
                                : names[s->kind - FLOW_KINDS];
}

/* ---- people with everything, straight from the store ---- */

static enum err_code
run_casting(struct db_conn *conn, void *arg, struct err *err)
{
    struct casting *c = arg;
    struct scope s, acme;
    enum err_code rc =
        scope_open(&s, conn, &c->scene->t.arena, c->scene->t.vendor, STR_ABSENT, err);
    s.now = clock_now_ms();
    if (!rc)
        rc = scope_tenant(&s, STR("acme"), &acme, err);
    return rc ? rc : c->fn(&acme, c, err);
}

void
cast_in_store(struct casting *c)
{
    struct err err = {.code = ERR_OK};
    if (store_tx(server_store(c->scene->t.server), DB_WRITE, run_casting, c, &err) != ERR_OK)
        fail_msg("%s", err.msg);
}

static enum err_code
add_user(const struct scope *s, struct str *id, struct err *err)
{
    static int n;
    struct scope all;
    struct user u = {.email = arena_printf(s->arena, "p%d@foreign.example", ++n),
                     .name = STR("P"),
                     .verified = true};
    enum err_code rc = scope_tenant(s, STR_ABSENT, &all, err);
    if (!rc)
        rc = store_user_create(&all, &u, err);
    *id = u.id;
    return rc ? rc : store_membership_add(s, u.id, MEMBER_ACTIVATED, 0, err);
}

/* A code, if there is one, is always the right one. */
static enum err_code
add_flow(const struct scope *s, struct flow f, struct str *token, struct err *err)
{
    *token = token_new(s->arena);
    f.token_hash = token_hash_hex(s->arena, *token);
    f.expires_at = s->now + DAY_MS;
    return store_flow_add(s, &f, false, err);
}

/* As its place wants it, so that there it is taken for what it is. */
static struct str
data_of(const struct cast *c, enum flow_kind kind, struct str user, struct arena *a)
{
    bool makes = kind == FLOW_WEBAUTHN_CREATE;
    if (!makes && kind != FLOW_WEBAUTHN_GET)
        return arena_printf(a, "{\"methods\":1,\"enroll\":false,\"userId\":\"%.*s\"}",
                            STR_ARG(user));
    struct str login = token_hash_hex(a, makes ? c->enrolling : c->flows[FLOW_MFA]);
    return arena_printf(a, "{\"challenge\":\"x\",\"login\":\"%.*s\",\"device\":\"%.*s\"}",
                        STR_ARG(login), STR_ARG(c->device));
}

static enum err_code
add_flows(const struct scope *s, struct cast *out, enum flow_kind kind, struct err *err)
{
    struct str user = kind == FLOW_WEBAUTHN_CREATE ? out->user_new : out->user;
    struct flow f = {.kind = kind,
                     .user_id = user,
                     .tenant_id = STR("acme"),
                     .data = data_of(out, kind, user, s->arena)};
    enum err_code rc = add_flow(s, f, &out->plain[kind], err);
    f.code = STR(SECRET_CODE);
    return rc ? rc : add_flow(s, f, &out->flows[kind], err);
}

/* "<id>.<family>.<secret>", of which hashes are kept. */
struct refresh {
    struct str id, family_hash, secret_hash, text;
};

static struct refresh
new_refresh(struct arena *a)
{
    struct str id = rand_uuid_str(a), family = token_new(a), secret = token_new(a);
    return (struct refresh){
        .id = id,
        .family_hash = token_hash_hex(a, family),
        .secret_hash = token_hash_hex(a, secret),
        .text = arena_printf(a, "%.*s.%.*s.%.*s", STR_ARG(id), STR_ARG(family), STR_ARG(secret)),
    };
}

static enum err_code
add_session(const struct scope *s, struct cast *out, struct err *err)
{
    struct user u;
    struct refresh r = new_refresh(s->arena);
    struct session in = {.id = r.id,
                         .tenant_seq = s->tenant_seq,
                         .family_hash = r.family_hash,
                         .secret_hash = r.secret_hash,
                         .methods = SIGNIN_PASSWORD,
                         .ip = STR("127.0.0.1"),
                         .user_agent = STR("-"),
                         .expires_at = s->now + DAY_MS};
    enum err_code rc = store_user_get(s, USER_BY_ID, out->user, &u, err);
    in.user_seq = u.seq;
    out->session = r.text;
    return rc ? rc : store_session_add(s, &in, SESSIONS_OF_USER_MAX, NULL, err);
}

static enum err_code
add_api_session(const struct scope *s, struct cast *out, struct err *err)
{
    struct machine_token t;
    struct refresh r = new_refresh(s->arena);
    struct machine_session in = {.id = r.id,
                                 .family_hash = r.family_hash,
                                 .secret_hash = r.secret_hash,
                                 .expires_at = s->now + DAY_MS};
    enum err_code rc =
        store_machine_token_get(s, MACHINE_TENANT_API, STR_ABSENT, out->api, &t, err);
    out->api_session = r.text;
    return rc ? rc : store_machine_session_add(s, &t, &in, err);
}

static enum err_code
add_sessions(const struct scope *s, struct casting *c, struct err *err)
{
    enum err_code rc = add_session(s, c->out, err);
    return rc ? rc : add_api_session(s, c->out, err);
}

void
cast_sessions(struct scene *scene, struct cast *cast)
{
    struct casting c = {cast, scene, add_sessions, NULL};
    cast_in_store(&c);
}

static enum err_code
add_api_token(const struct scope *s, struct cast *out, struct err *err)
{
    out->api_secret = rand_uuid_str(s->arena);
    struct machine_token t = {.kind = MACHINE_TENANT_API,
                              .secret_hash = token_hash_hex(s->arena, out->api_secret)};
    enum err_code rc = store_machine_token_add(s, &t, err);
    out->api = t.id;
    return rc;
}

static enum err_code
cast_people(const struct scope *s, struct casting *c, struct err *err)
{
    struct cast *out = c->out;
    struct factor_phone phone = {.phone_number = STR("+15550001111")};
    struct webauthn_credential key = {.credential_id = token_new(&c->scene->t.arena),
                                      .algorithm = -8,
                                      .public_key = STR("x"),
                                      .name = STR("Key")};
    enum err_code rc = add_user(s, &out->user, err);
    if (!rc)
        rc = add_user(s, &out->user_new, err);
    if (!rc)
        rc = store_factor_phone_add(s, out->user, &phone, err);
    key.credential_hash = token_hash_hex(&c->scene->t.arena, key.credential_id);
    if (!rc)
        rc = store_webauthn_add(s, out->user, &key, err);
    out->phone = phone.id;
    out->device = key.id;
    struct flow f = {
        .kind = FLOW_MFA, .user_id = out->user_new, .data = STR("{\"methods\":1,\"enroll\":true}")};
    if (!rc)
        rc = add_flow(s, f, &out->enrolling, err);
    _Static_assert(FLOW_MFA == 0, "others belong to it");
    for (int k = 0; !rc && k < FLOW_KINDS; k++)
        rc = add_flows(s, out, (enum flow_kind)k, err);
    if (!rc)
        rc = add_api_token(s, out, err);
    return rc ? rc : add_sessions(s, c, err);
}

void
cast_new(struct scene *scene, struct cast *out)
{
    struct casting c = {out, scene, cast_people, NULL};
    cast_in_store(&c);
    scene_keep(scene, "user", out->user);
    scene_keep(scene, "phone", out->phone);
    scene_keep(scene, "device", out->device);
    scene_keep(scene, "waiting", out->flows[FLOW_MFA]);
    scene_keep(scene, "enrolling", out->enrolling);
    scene_keep(scene, "api", out->api);
}

/* ---- the secrets ---- */

static void
add(struct secrets *all, int kind, enum flow_kind flow, struct str value)
{
    assert_true(all->n < COUNT_OF(all->items) && value.n > 0);
    all->items[all->n++] = (struct secret_row){kind, flow, value};
}

static enum err_code
victim_link(const struct scope *s, struct casting *c, struct err *err)
{
    struct str token = token_new(&c->scene->t.arena);
    struct invite in = {.token_hash = token_hash_hex(&c->scene->t.arena, token),
                        .expires_at = s->now + DAY_MS};
    add(c->arg, INVITE_LINK, FLOW_KINDS, token);
    return store_invite_add(s, &in, err);
}

static enum err_code
elsewhere(const struct scope *s, struct casting *c, struct err *err)
{
    struct env env = {
        .id = STR("elsewhere"), .name = STR("E"), .secret_hash = STR("-"), .created_at = s->now};
    struct scope there;
    struct user u = {.email = STR("v@elsewhere.example"), .name = STR("V"), .verified = true};
    enum err_code rc = store_env_create(s->conn, &env, err);
    if (!rc)
        rc = scope_open(&there, s->conn, &c->scene->t.arena, env.id, STR_ABSENT, err);
    there.now = s->now;
    if (!rc)
        rc = store_user_create(&there, &u, err);
    for (int k = 0; !rc && k < FLOW_KINDS; k++) {
        struct str token;
        struct flow f = {.kind = (enum flow_kind)k, .user_id = u.id, .code = STR(SECRET_CODE)};
        rc = add_flow(&there, f, &token, err);
        add(c->arg, FOREIGN_FLOW, (enum flow_kind)k, token);
    }
    return rc;
}

static void
add_jwts(struct scene *scene, struct secrets *all, struct str user)
{
    struct tserver_grant g = {.type = "userToken", .sub = user, .tenant = STR("acme")};
    add(all, VENDOR_TOKEN, FLOW_KINDS, scene->t.token);
    g = (struct tserver_grant){.type = "tenantApiToken", .sub = STR("t"), .tenant = STR("acme")};
    add(all, TENANT_TOKEN, FLOW_KINDS, tserver_mint(&scene->t, &g));
    g = (struct tserver_grant){
        .type = "userApiToken", .sub = STR("t"), .tenant = STR("acme"), .user = user};
    add(all, USER_API_TOKEN, FLOW_KINDS, tserver_mint(&scene->t, &g));
    g = (struct tserver_grant){.type = "vendor", .sub = scene->t.vendor, .lifetime_s = -10};
    add(all, LATE_TOKEN, FLOW_KINDS, tserver_mint(&scene->t, &g));

    struct jwt_key *key = NULL;
    struct buf token;
    buf_init(&token, JWT_SIZE_MAX);
    assert_int_equal(jwt_key_generate(&key, JWT_RS256, NULL), ERR_OK);
    int64_t now_s = clock_now_ms() / 1000;
    struct str claims =
        arena_printf(&scene->t.arena,
                     "{\"sub\":\"%.*s\",\"vendorId\":\"%.*s\",\"type\":\"vendor\",\"iat\":%lld,"
                     "\"exp\":%lld}",
                     STR_ARG(scene->t.vendor), STR_ARG(scene->t.vendor), (long long)now_s,
                     (long long)now_s + 3600);
    assert_int_equal(jwt_sign(key, claims, &token, NULL), ERR_OK);
    add(all, FOREIGN_TOKEN, FLOW_KINDS, arena_str(&scene->t.arena, buf_str(&token)));
    buf_fini(&token);
    jwt_key_free(key);
}

/* The environment gets a new secret; nobody here needs the old one. */
static enum err_code
vendor_secret(const struct scope *s, struct casting *c, struct err *err)
{
    struct str secret = token_new(s->arena);
    add(c->arg, VENDOR_SECRET, FLOW_KINDS, secret);
    return store_env_set_secret(s, token_hash_hex(s->arena, secret), err);
}

/* What machines have, as the service hands it out. */
static void
add_machines(struct scene *scene, struct secrets *all)
{
    static const struct {
        enum secret_kind kind;
        const char *name;
    } made[] = {{API_SECRET, "api_secret"},
                {USER_SECRET, "my_secret"},
                {API_REFRESH, "api_refresh"},
                {TENANT_ACCESS, "access"},
                {USER_ACCESS, "my_access"}};
    static const struct step steps[] = {
        {"POST /identity/resources/tenants/api-tokens/v1 @acme", "{}",
         "201; clientId>api_id; secret>api_secret"},
        {"POST /identity/resources/users/api-tokens/v1 @acme +frontegg-user-id:$vic", "{}",
         "201; secret>my_secret"},
        {"POST /identity/resources/auth/v2/api-token ~none",
         "{'clientId':'$api_id','secret':'$api_secret'}", "200; refresh_token>api_refresh"},
        {"POST /identity/resources/tenants/access-tokens/v1 @acme", "{}", "201; secret>access"},
        {"POST /identity/resources/users/access-tokens/v1 @acme +frontegg-user-id:$vic", "{}",
         "201; secret>my_access"},
    };
    SCENE(scene, steps);
    for (size_t i = 0; i < COUNT_OF(made); i++)
        add(all, made[i].kind, FLOW_KINDS, scene_value(scene, made[i].name));
}

void
secrets_collect(struct scene *scene, struct secrets *out)
{
    struct cast victim;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'acme','name':'Acme'}", "201"}};
    *out = (struct secrets){.n = 0};
    SCENE(scene, steps);
    mfa_scene_person(scene, "vic", "acme");
    mfa_scene_sign_in(scene, "vic", NULL, "200; accessToken>at; refreshToken>rt");
    add(out, USER_TOKEN, FLOW_KINDS, scene_value(scene, "at"));
    add(out, REFRESH, FLOW_KINDS, scene_value(scene, "rt"));
    add_machines(scene, out);
    cast_new(scene, &victim);
    for (int k = 0; k < FLOW_KINDS; k++)
        add(out, k, (enum flow_kind)k, victim.flows[k]);
    struct casting more[] = {{&victim, scene, victim_link, out},
                             {&victim, scene, elsewhere, out},
                             {&victim, scene, vendor_secret, out}};
    for (size_t i = 0; i < COUNT_OF(more); i++)
        cast_in_store(&more[i]);
    add_jwts(scene, out, victim.user);
}
