/*
 * Every secret that the server hands out, presented at every place where another kind is expected:
 * the answer is the one that a made-up token gets, to the byte, and what the secret is good for stays
 * as it is. Then the secrets themselves, nearly right: cut, longer, one bit off.
 *
 * SECRETS and PLACES are the two tables; each kind of store/flow_kinds.def is a secret by itself.
 * Places whose operation is not bound yet are skipped. TEST_FOREIGN_BITS=7 turns over all bits.
 */
#include "crypto/jwt.h"
#include "crypto/token.h"
#include "server/signin.h"
#include "server/state.h"
#include "store/envs.h"
#include "store/factors.h"
#include "store/flows.h"
#include "store/invites.h"
#include "store/sessions.h"
#include "store/users.h"
#include "store/webauthn.h"
#include "tests/support/mfa_scene.h"

#include "base/clock.h"
#include "base/rand.h"

#include <stdio.h>
#include <stdlib.h>

/* Kinds of secrets beyond flows; see `secret_name`. */
enum {
    INVITE_LINK = FLOW_KINDS,
    REFRESH,
    VENDOR_TOKEN,
    USER_TOKEN,
    TENANT_TOKEN,
    USER_API_TOKEN,
    LATE_TOKEN,    /* an environment token that has expired */
    FOREIGN_TOKEN, /* and one of an environment elsewhere */
    FOREIGN_FLOW,  /* a flow of each kind in another environment here */
    KINDS
};
#define HOME(kind) (UINT64_C(1) << (kind))
#define CODE "123456"
#define NOBODY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define DAY_MS INT64_C(86400000)
#define MFA "/identity/resources/auth/v1/user/mfa"
#define V1 "/identity/resources/users/v1"

static struct scene scene;

struct secret_row {
    int kind;
    enum flow_kind flow; /* of a flow */
    struct str value;
};
static struct secret_row secrets[2 * FLOW_KINDS + KINDS];
static size_t n_secrets;

static const char *
secret_name(const struct secret_row *s)
{
    static const char *const names[] = {
        "invitation link", "refresh token",      "environment token",
        "user token",      "tenant API token",   "user API token",
        "expired token",   "token of elsewhere", "flow of another environment"};
    return s->kind < FLOW_KINDS ? flow_kind_name((enum flow_kind)s->kind)
                                : names[s->kind - FLOW_KINDS];
}

/* ---- people with everything, straight from the store ---- */

/* One that is asked about beside the secret: with devices, and one without. */
struct cast {
    struct str user, user_new, phone, device;
    struct str flows[FLOW_KINDS]; /* tokens, fresh, each with a code */
    struct str plain[FLOW_KINDS]; /* and without */
    struct str enrolling;         /* an mfaToken of user_new */
    struct str session;           /* a refresh token, not used yet */
};

struct casting {
    struct cast *out;
    struct arena *arena;
    struct str vendor;
    enum err_code (*fn)(const struct scope *s, struct casting *c, struct err *err);
};

static enum err_code
run_casting(struct db_conn *conn, void *arg, struct err *err)
{
    struct casting *c = arg;
    struct scope s, acme;
    enum err_code rc = scope_open(&s, conn, c->arena, c->vendor, (struct str){NULL, 0}, err);
    s.now = clock_now_ms();
    if (!rc)
        rc = scope_tenant(&s, STR("acme"), &acme, err);
    return rc ? rc : c->fn(&acme, c, err);
}

static void
in_store(struct casting *c)
{
    struct err err = {.code = ERR_OK};
    if (store_tx(server_store(scene.t.server), DB_WRITE, run_casting, c, &err) != ERR_OK)
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
    enum err_code rc = scope_tenant(s, (struct str){NULL, 0}, &all, err);
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
    f.code = STR(CODE);
    return rc ? rc : add_flow(s, f, &out->flows[kind], err);
}

/* "<id>.<family>.<secret>", of which hashes are kept. */
static enum err_code
add_session(const struct scope *s, struct casting *c, struct err *err)
{
    struct user u;
    struct str family = token_new(c->arena), secret = token_new(c->arena);
    struct session in = {.id = rand_uuid_str(c->arena),
                         .tenant_seq = s->tenant_seq,
                         .family_hash = token_hash_hex(c->arena, family),
                         .secret_hash = token_hash_hex(c->arena, secret),
                         .methods = SIGNIN_PASSWORD,
                         .ip = STR("127.0.0.1"),
                         .user_agent = STR("-"),
                         .expires_at = s->now + DAY_MS};
    enum err_code rc = store_user_get(s, USER_BY_ID, c->out->user, &u, err);
    in.user_seq = u.seq;
    c->out->session =
        arena_printf(c->arena, "%.*s.%.*s.%.*s", STR_ARG(in.id), STR_ARG(family), STR_ARG(secret));
    return rc ? rc : store_session_add(s, &in, SESSIONS_OF_USER_MAX, NULL, err);
}

static enum err_code
cast_people(const struct scope *s, struct casting *c, struct err *err)
{
    struct cast *out = c->out;
    struct factor_phone phone = {.phone_number = STR("+15550001111")};
    struct webauthn_credential key = {.credential_id = token_new(c->arena),
                                      .algorithm = -8,
                                      .public_key = STR("x"),
                                      .name = STR("Key")};
    enum err_code rc = add_user(s, &out->user, err);
    if (!rc)
        rc = add_user(s, &out->user_new, err);
    if (!rc)
        rc = store_factor_phone_add(s, out->user, &phone, err);
    key.credential_hash = token_hash_hex(c->arena, key.credential_id);
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
    return rc ? rc : add_session(s, c, err);
}

static void
new_cast(struct cast *out)
{
    struct casting c = {out, &scene.t.arena, scene.t.vendor, cast_people};
    in_store(&c);
    scene_keep(&scene, "user", out->user);
    scene_keep(&scene, "phone", out->phone);
    scene_keep(&scene, "device", out->device);
    scene_keep(&scene, "waiting", out->flows[FLOW_MFA]);
    scene_keep(&scene, "enrolling", out->enrolling);
}

/* ---- the secrets ---- */

static void
add_secret(int kind, enum flow_kind flow, struct str value)
{
    assert_true(n_secrets < COUNT_OF(secrets) && value.n > 0);
    secrets[n_secrets++] = (struct secret_row){kind, flow, value};
}

static enum err_code
victim_link(const struct scope *s, struct casting *c, struct err *err)
{
    struct str token = token_new(c->arena);
    struct invite in = {.token_hash = token_hash_hex(c->arena, token),
                        .expires_at = s->now + DAY_MS};
    add_secret(INVITE_LINK, FLOW_KINDS, token);
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
        rc = scope_open(&there, s->conn, c->arena, env.id, (struct str){NULL, 0}, err);
    there.now = s->now;
    if (!rc)
        rc = store_user_create(&there, &u, err);
    for (int k = 0; !rc && k < FLOW_KINDS; k++) {
        struct str token;
        struct flow f = {.kind = (enum flow_kind)k, .user_id = u.id, .code = STR(CODE)};
        rc = add_flow(&there, f, &token, err);
        add_secret(FOREIGN_FLOW, (enum flow_kind)k, token);
    }
    return rc;
}

static void
add_jwts(struct str user)
{
    struct tserver_grant g = {.type = "userToken", .sub = user, .tenant = STR("acme")};
    add_secret(VENDOR_TOKEN, FLOW_KINDS, scene.t.token);
    g = (struct tserver_grant){.type = "tenantApiToken", .sub = STR("t"), .tenant = STR("acme")};
    add_secret(TENANT_TOKEN, FLOW_KINDS, tserver_mint(&scene.t, &g));
    g = (struct tserver_grant){
        .type = "userApiToken", .sub = STR("t"), .tenant = STR("acme"), .user = user};
    add_secret(USER_API_TOKEN, FLOW_KINDS, tserver_mint(&scene.t, &g));
    g = (struct tserver_grant){.type = "vendor", .sub = scene.t.vendor, .lifetime_s = -10};
    add_secret(LATE_TOKEN, FLOW_KINDS, tserver_mint(&scene.t, &g));

    struct jwt_key *key = NULL;
    struct buf token;
    buf_init(&token, JWT_SIZE_MAX);
    assert_int_equal(jwt_key_generate(&key, JWT_RS256, NULL), ERR_OK);
    struct str claims =
        arena_printf(&scene.t.arena,
                     "{\"sub\":\"%.*s\",\"vendorId\":\"%.*s\",\"type\":\"vendor\",\"iat\":%lld,"
                     "\"exp\":%lld}",
                     STR_ARG(scene.t.vendor), STR_ARG(scene.t.vendor),
                     (long long)(clock_now_ms() / 1000), (long long)(clock_now_ms() / 1000 + 3600));
    assert_int_equal(jwt_sign(key, claims, &token, NULL), ERR_OK);
    add_secret(FOREIGN_TOKEN, FLOW_KINDS, arena_str(&scene.t.arena, buf_str(&token)));
    buf_fini(&token);
    jwt_key_free(key);
}

static void
prepare(void **state)
{
    (void)state;
    struct cast victim;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'acme','name':'Acme'}", "201"}};
    SCENE(&scene, steps);
    new_cast(&victim);
    for (int k = 0; k < FLOW_KINDS; k++)
        add_secret(k, (enum flow_kind)k, victim.flows[k]);
    struct casting link = {&victim, &scene.t.arena, scene.t.vendor, victim_link};
    struct casting there = {&victim, &scene.t.arena, scene.t.vendor, elsewhere};
    in_store(&link);
    in_store(&there);
    add_jwts(victim.user);
    mfa_scene_person(&scene, "vic", "acme");
    mfa_scene_sign_in(&scene, "vic", NULL, "200; accessToken>at; refreshToken>rt");
    add_secret(USER_TOKEN, FLOW_KINDS, scene_value(&scene, "at"));
    add_secret(REFRESH, FLOW_KINDS, scene_value(&scene, "rt"));
}

/* ---- the places ---- */

enum place_flag {
    LOOSE = 1 << 0,  /* 401 or 403 is enough: the refusal may say which token it was */
    SECRET = 1 << 1, /* as bearer token: Authorization */
    VENDOR = 1 << 2, /* the environment's token, for the user $user */
    PLAIN = 1 << 3   /* its own kind has no code */
};

struct place {
    const char *name;
    enum op_id op;
    const char *path, *header, *body; /* $x is the secret */
    uint64_t homes;
    unsigned flags;
    const char *strategy; /* how people sign in at the time; NULL: as it is */
};

#define AS_USER "frontegg-user-id: $user\r\n"
#define ATTEMPT "Cookie: fe_attempt_$vendor=$x\r\n"
#define WAITING ",'mfaToken':'$waiting'}"
#define ENROLLING ",'mfaToken':'$enrolling'}"
#define REGISTRATION                                                                               \
    "'options':{'id':'AA','response':{'clientDataJSON':'AA','attestationObject':'AA'}}"
#define ASSERTION                                                                                  \
    "'options':{'id':'AA','response':{'clientDataJSON':'AA','authenticatorData':'AA',"             \
    "'signature':'AA','userHandle':''}}"

/* mfaToken */
#define MFA_PLACE(name, op, path, body)                                                            \
    {                                                                                              \
        name, OP_##op, path, NULL, body, HOME(FLOW_MFA), 0, NULL                                   \
    }
static const struct place places[] = {
    MFA_PLACE("mfaToken, code of an app", mfa_login_verify, MFA "/verify",
              "{'value':'000000','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, code of one app", mfa_login_authenticator_verify,
              MFA "/authenticator/a/verify", "{'value':'000000','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, to enrol an app", mfa_login_authenticator_enroll,
              MFA "/authenticator/enroll", "{'mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, to confirm an app", mfa_login_authenticator_confirm,
              MFA "/authenticator/enroll/verify", "{'token':'000000','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, to enrol a phone", mfa_login_sms_enroll, MFA "/sms/enroll",
              "{'phoneNumber':'+15550002222','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, for a code by SMS", mfa_login_sms_start, MFA "/sms/$phone",
              "{'mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, for a code by e-mail", mfa_login_email_start, MFA "/emailcode",
              "{'mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, to enrol a key", mfa_login_webauthn_enroll, MFA "/webauthn/enroll",
              "{'mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, to use a key", mfa_login_webauthn_start, MFA "/webauthn/$device",
              "{'mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, with a code by SMS", mfa_login_sms_verify, MFA "/sms/$phone/verify",
              "{'otcToken':'x','code':'" CODE "','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, with a code by e-mail", mfa_login_email_verify, MFA "/emailcode/verify",
              "{'otcToken':'x','code':'" CODE "','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, to confirm a phone", mfa_login_sms_confirm, MFA "/sms/enroll/verify",
              "{'otcToken':'x','code':'" CODE "','mfaToken':'$x'}"),
    MFA_PLACE(
        "mfaToken, to confirm a key", mfa_login_webauthn_confirm, MFA "/webauthn/enroll/verify",
        "{'deviceType':'CrossPlatform','webauthnToken':'x'," REGISTRATION ",'mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, with a key", mfa_login_webauthn_verify, MFA "/webauthn/$device/verify",
              "{'webauthnToken':'x'," ASSERTION ",'mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, may the device be remembered", mfa_login_remember_check,
              "/identity/resources/configurations/v1/mfa-policy/allow-remember-device?mfaToken=$x",
              NULL),
    /* what belongs to a waiting sign-in */
    {"otcToken of a code by SMS", OP_mfa_login_sms_verify, MFA "/sms/$phone/verify", NULL,
     "{'otcToken':'$x','code':'" CODE "'" WAITING, HOME(FLOW_MFA_SMS), 0, NULL},
    {"otcToken of a code by e-mail", OP_mfa_login_email_verify, MFA "/emailcode/verify", NULL,
     "{'otcToken':'$x','code':'" CODE "'" WAITING, HOME(FLOW_MFA_EMAIL), 0, NULL},
    {"otcToken of a new phone", OP_mfa_login_sms_confirm, MFA "/sms/enroll/verify", NULL,
     "{'otcToken':'$x','code':'" CODE "'" ENROLLING, HOME(FLOW_MFA_SMS_ENROLL), 0, NULL},
    {"webauthnToken of a new key", OP_mfa_login_webauthn_confirm, MFA "/webauthn/enroll/verify",
     NULL, "{'deviceType':'CrossPlatform','webauthnToken':'$x'," REGISTRATION ENROLLING,
     HOME(FLOW_WEBAUTHN_CREATE), 0, NULL},
    {"webauthnToken of a key", OP_mfa_login_webauthn_verify, MFA "/webauthn/$device/verify", NULL,
     "{'webauthnToken':'$x'," ASSERTION WAITING, HOME(FLOW_WEBAUTHN_GET), 0, NULL},
    /* what a person does who is signed in */
    {"otcToken of one's own new phone", OP_mfa_sms_confirm, V1 "/mfa/sms/enroll/verify", AS_USER,
     "{'otcToken':'$x','code':'" CODE "'}", HOME(FLOW_MFA_SMS_ENROLL), VENDOR, NULL},
    {"otcToken to verify a number", OP_phones_verify,
     "/identity/resources/users/phone-numbers/v1/verify", AS_USER,
     "{'otcToken':'$x','code':'" CODE "'}", HOME(FLOW_PHONE_VERIFY), VENDOR, NULL},
    {"otcToken to delete a number", OP_phones_delete,
     "/identity/resources/users/phone-numbers/v1/$phone/delete/verify", AS_USER,
     "{'otcToken':'$x','code':'" CODE "'}", HOME(FLOW_PHONE_DELETE), VENDOR, NULL},
    /* what was mailed */
    {"activation", OP_activation_activate, V1 "/activate", NULL,
     "{'userId':'$user','token':'$x','password':'a horse, a battery'}", HOME(FLOW_ACTIVATION),
     PLAIN, NULL},
    {"activation with a code", OP_activation_activate_code, V1 "/activate/code", NULL,
     "{'userId':'$user','token':'$x','code':'" CODE "','password':'a horse, a battery'}",
     HOME(FLOW_ACTIVATION), 0, NULL},
    {"how to activate", OP_activation_strategy, V1 "/activate/strategy?userId=$user&token=$x", NULL,
     NULL, HOME(FLOW_ACTIVATION), PLAIN, NULL},
    {"invitation", OP_invitation_accept, V1 "/invitation/accept", NULL,
     "{'userId':'$user','token':'$x'}", HOME(FLOW_INVITATION), PLAIN, NULL},
    {"invitation with a code", OP_invitation_accept_code, V1 "/invitation/accept/code", NULL,
     "{'userId':'$user','token':'$x','code':'" CODE "'}", HOME(FLOW_INVITATION), 0, NULL},
    {"invitation link", OP_invites_verify, "/identity/resources/tenants/invites/v1/verify", NULL,
     "{'token':'$x'}", HOME(INVITE_LINK), 0, NULL},
    {"password reset", OP_passwords_reset_verify, V1 "/passwords/reset/verify", NULL,
     "{'userId':'$user','token':'$x','password':'a horse, a battery'}", HOME(FLOW_PASSWORD_RESET),
     PLAIN, NULL},
    {"is a reset token good", OP_passwords_reset_validate, V1 "/passwords/reset/validate", NULL,
     "{'userId':'$user','token':'$x'}", HOME(FLOW_PASSWORD_RESET), PLAIN, NULL},
    {"session of a reset by SMS", OP_passwords_reset_sms_verify,
     "/identity/resources/users/v2/passwords/reset/sms/verify", NULL,
     "{'sessionId':'$x','otcToken':'" CODE "'}", HOME(FLOW_PASSWORD_SMS), 0, NULL},
    {"magic link", OP_passwordless_link_finish,
     "/identity/resources/auth/v1/passwordless/magiclink/postlogin", NULL, "{'token':'$x'}",
     HOME(FLOW_MAGIC_LINK), PLAIN, "MagicLink"},
    {"code by e-mail", OP_passwordless_email_finish,
     "/identity/resources/auth/v1/passwordless/code/postlogin", ATTEMPT, "{'token':'" CODE "'}",
     HOME(FLOW_EMAIL_CODE), 0, "Code"},
    {"code by SMS", OP_passwordless_sms_finish,
     "/identity/resources/auth/v1/passwordless/smscode/postlogin", ATTEMPT, "{'token':'" CODE "'}",
     HOME(FLOW_SMS_CODE), 0, "SmsCode"},
    {"unlocking", OP_me_unlock, "/identity/resources/users/v3/me/unlock", NULL, "{'token':'$x'}",
     HOME(FLOW_UNLOCK), PLAIN, NULL},
    /* sessions and machines */
    {"refresh cookie", OP_auth_refresh, "/identity/resources/auth/v1/user/token/refresh",
     "Cookie: fe_refresh_$vendor=$x\r\n", "{}", HOME(REFRESH), 0, NULL},
    {"secret of an API token", OP_api_token_auth, "/identity/resources/auth/v2/api-token", NULL,
     "{'clientId':'$user','secret':'$x'}", 0, 0, NULL},
    {"secret of an API token, version 1", OP_api_token_auth_v1,
     "/identity/resources/auth/v1/api-token", NULL, "{'clientId':'$user','secret':'$x'}", 0, 0,
     NULL},
    {"refresh token of an API token", OP_api_token_refresh,
     "/identity/resources/auth/v2/api-token/token/refresh", NULL, "{'refreshToken':'$x'}", 0, 0,
     NULL},
    {"secret of the environment", OP_vendor_auth, "/auth/vendor", NULL,
     "{'clientId':'$vendor','secret':'$x'}", 0, 0, NULL},
    {"recovery code", OP_mfa_login_recover, MFA "/recover", NULL,
     "{'email':'p1@foreign.example','recoveryCode':'$x'}", 0, 0, NULL},
    {"bearer, as environment", OP_users_list, "/identity/resources/users/v3", NULL, NULL,
     HOME(VENDOR_TOKEN), SECRET | LOOSE, NULL},
    {"bearer, as a person", OP_sessions_list, "/identity/resources/users/sessions/v1/me", NULL,
     NULL, HOME(USER_TOKEN) | HOME(USER_API_TOKEN), SECRET | LOOSE, NULL},
    {"x-access-token", OP_users_list, "/identity/resources/users/v3", "x-access-token: $x\r\n",
     NULL, HOME(VENDOR_TOKEN), LOOSE, NULL},
};

static struct str
own_secret(const struct place *p, const struct cast *cast, int kind)
{
    if (kind < FLOW_KINDS)
        return p->flags & PLAIN ? cast->plain[kind] : cast->flows[kind];
    for (size_t i = 0; kind != REFRESH && i < n_secrets; i++)
        if (secrets[i].kind == kind)
            return secrets[i].value;
    return cast->session;
}

static void
open_place(const struct place *p)
{
    scene_keep(&scene, "strategy", str_of(p->strategy ? p->strategy : "EmailAndPassword"));
    struct tserver_reply r =
        tserver_request(&scene.t, "POST", "/identity/resources/configurations/v1", scene.t.token,
                        NULL, scene_text(&scene, "{'authStrategy':'$strategy'}"));
    assert_int_equal(r.status, 201);
}

static struct tserver_reply
present(const struct place *p, struct str secret)
{
    scene_keep(&scene, "x", secret);
    struct str token = {NULL, 0};
    if (p->flags & SECRET)
        token = secret;
    else if (p->flags & VENDOR)
        token = scene.t.token;
    return tserver_request(&scene.t, op_get(p->op)->method == METHOD_GET ? "GET" : "POST",
                           scene_text(&scene, p->path), token,
                           p->header ? scene_text(&scene, p->header) : NULL,
                           p->body ? scene_text(&scene, p->body) : NULL);
}

static bool
is_refused(const struct place *p, const struct tserver_reply *r, const struct tserver_reply *as)
{
    if (p->flags & LOOSE)
        return r->status == 401 || r->status == 403;
    return r->status == as->status && str_eq(r->body, as->body);
}

/* ---- nothing has changed ---- */

static enum err_code
check_flows(const struct scope *s, struct casting *c, struct err *err)
{
    for (size_t i = 0; i < n_secrets; i++) {
        struct flow f;
        if (secrets[i].kind >= FLOW_KINDS)
            continue;
        struct str hash = token_hash_hex(c->arena, secrets[i].value);
        enum err_code rc = store_flow_get(s, secrets[i].flow, hash, &f, err);
        if (rc || f.attempts != 0)
            fail_msg("a %s was used", secret_name(&secrets[i]));
    }
    return ERR_OK;
}

static void
nothing_was_used(void)
{
    struct casting c = {NULL, &scene.t.arena, scene.t.vendor, check_flows};
    in_store(&c);
}

struct trace {
    enum flow_kind kind;
    struct str token;
    bool touched;
};
static struct trace trace;

static enum err_code
look_at_flow(const struct scope *s, struct casting *c, struct err *err)
{
    struct flow f;
    struct err own = {.code = ERR_OK};
    (void)err;
    enum err_code rc =
        store_flow_get(s, trace.kind, token_hash_hex(c->arena, trace.token), &f, &own);
    trace.touched = rc != ERR_OK || f.attempts > 0;
    return ERR_OK;
}

static bool
was_touched(enum flow_kind kind, struct str token)
{
    struct casting c = {NULL, &scene.t.arena, scene.t.vendor, look_at_flow};
    trace = (struct trace){.kind = kind, .token = token};
    in_store(&c);
    return trace.touched;
}

/* The place knows its own kind from others: else all of this would prove nothing. */
static void
home_is_known(const struct place *p, const struct cast *cast, const struct tserver_reply *unknown)
{
    for (int k = 0; k < KINDS; k++) {
        if (!(p->homes & HOME(k)))
            continue;
        struct str own = own_secret(p, cast, k);
        struct tserver_reply r = present(p, own);
        bool told = r.status != unknown->status || !str_eq(r.body, unknown->body);
        if (!told && !(k < FLOW_KINDS && was_touched((enum flow_kind)k, own)))
            fail_msg("%s: its own kind is answered as any other: %d %.*s", p->name, r.status,
                     STR_ARG(r.body));
    }
}

static void
other_kinds_are_refused(void **state)
{
    const struct place *p = *state;
    struct cast cast;
    if (!scene_is_bound(&scene, op_get(p->op)))
        skip();
    open_place(p);
    new_cast(&cast);
    struct tserver_reply unknown = present(p, STR(NOBODY));
    if (unknown.status < 400 || unknown.status > 499)
        fail_msg("%s: %d for a made-up token", p->name, unknown.status);
    for (size_t i = 0; i < n_secrets; i++) {
        if (p->homes & HOME(secrets[i].kind))
            continue;
        struct tserver_reply r = present(p, secrets[i].value);
        if (!is_refused(p, &r, &unknown))
            fail_msg("%s takes a %s: %d %.*s, a made-up token gets %d %.*s", p->name,
                     secret_name(&secrets[i]), r.status, STR_ARG(r.body), unknown.status,
                     STR_ARG(unknown.body));
    }
    nothing_was_used();
    home_is_known(p, &cast, &unknown);
}

/* ---- nearly right ---- */

enum { PEOPLE_LAST = 40 };

/* At most so many guesses at one person, then somebody else is asked; and one at a session, which
 * ends when somebody shows all of a refresh token but the secret. */
static struct str
next_own(const struct place *p, struct cast *cast, int kind, int *asked)
{
    struct casting again = {cast, &scene.t.arena, scene.t.vendor, add_session};
    if (*asked % PEOPLE_LAST == 0)
        new_cast(cast);
    else if (kind == REFRESH)
        in_store(&again);
    ++*asked;
    return own_secret(p, cast, kind);
}

/* What a header cannot hold anyway is left out. */
static bool
can_be_sent(const struct place *p, char ch)
{
    bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
    bool unreserved = letter || (ch >= '0' && ch <= '9') || (ch && strchr("-_.~", ch));
    bool in_body = p->body && !p->header && !(p->flags & SECRET);
    return unreserved || (in_body && ch > ' ' && ch < 0x7f && !strchr("\"\\'$", ch));
}

static void
expect_refused(const struct place *p, struct str near, const struct tserver_reply *unknown)
{
    struct tserver_reply r = present(p, near);
    bool empty = near.n == 0 && r.status >= 400 && r.status <= 499;
    if (!empty && !is_refused(p, &r, unknown))
        fail_msg("%s takes \"%.*s\": %d %.*s", p->name, STR_ARG(near), r.status, STR_ARG(r.body));
}

/* Every shorter one, longer ones, and each byte with one bit off (or all of them). */
static void
nearly_right_is_wrong(void **state)
{
    const struct place *p = *state;
    struct cast cast;
    struct arena *a = &scene.t.arena;
    const char *bits = getenv("TEST_FOREIGN_BITS");
    int64_t all = 1;
    int kind = 0, asked = 0;
    if (bits)
        (void)str_to_i64(str_of(bits), &all);
    while (kind < KINDS && !(p->homes & HOME(kind)))
        kind++;
    if (kind == KINDS || !scene_is_bound(&scene, op_get(p->op)))
        skip();
    open_place(p);
    struct str own = next_own(p, &cast, kind, &asked);
    struct tserver_reply unknown = present(p, STR(NOBODY));
    /* A JWT of kilobytes does not need each of its lengths. */
    size_t stride = own.n > 200 ? own.n / 50 : 1;
    for (size_t n = 0; n < own.n; n += stride)
        expect_refused(p, str_sub(next_own(p, &cast, kind, &asked), 0, n), &unknown);
    for (int i = 0; i < 4; i++) {
        own = next_own(p, &cast, kind, &asked);
        static const char *const extra[] = {"A", "=", "."};
        struct str more = i < 3 ? arena_printf(a, "%.*s%s", STR_ARG(own), extra[i])
                                : arena_printf(a, "%.*s%.*s", STR_ARG(own), STR_ARG(own));
        if (i != 1 || can_be_sent(p, '='))
            expect_refused(p, more, &unknown);
    }
    for (size_t at = 0; at < own.n; at += stride)
        for (int bit = 0; bit < all; bit++) {
            own = next_own(p, &cast, kind, &asked);
            char *copy = arena_cstr(a, own);
            copy[at] = (char)(copy[at] ^ 1 << (all > 1 ? bit : (int)(at % 6)));
            if (can_be_sent(p, copy[at]))
                expect_refused(p, (struct str){copy, own.n}, &unknown);
        }
    nothing_was_used();
}

/* After all that, what the victim has still works. */
static void
secrets_still_work(void **state)
{
    (void)state;
    nothing_was_used();
    for (size_t i = 0; i < n_secrets; i++)
        if (secrets[i].kind == REFRESH)
            scene_keep(&scene, "rt", secrets[i].value);
    scene_keep(&scene, "vendor", scene.t.vendor);
    struct tserver_reply r = tserver_request(
        &scene.t, "POST", "/identity/resources/auth/v1/user/token/refresh", (struct str){NULL, 0},
        scene_text(&scene, "Cookie: fe_refresh_$vendor=$rt\r\n"), "{}");
    if (scene_is_bound(&scene, op_get(OP_auth_refresh)))
        assert_int_equal(r.status, 200);
}

int
main(void)
{
    static struct CMUnitTest tests[2 + 2 * COUNT_OF(places)];
    size_t n = 0;
    scene_start(&scene);
    scene_keep(&scene, "vendor", scene.t.vendor);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(prepare);
    for (int near = 0; near < 2; near++)
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            const struct place *p = &places[i];
            struct str name = arena_printf(&scene.t.arena, "%s: %s", p->name,
                                           near ? "nearly right" : "other kinds");
            tests[n++] = (struct CMUnitTest){arena_cstr(&scene.t.arena, name),
                                             near ? nearly_right_is_wrong : other_kinds_are_refused,
                                             NULL, NULL, (void *)(uintptr_t)p};
        }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(secrets_still_work);
    int failed = cmocka_run_group_tests_name("foreign tokens", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
