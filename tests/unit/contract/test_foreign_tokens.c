/*
 * Every secret that the server hands out, presented at every place where another kind is expected:
 * the answer is the one that a made-up token gets, to the byte, and what the secret is good for stays
 * as it is. Then the secrets themselves, nearly right: cut, longer, one bit off.
 *
 * The secrets are those of tests/support/secrets.h, the places the table below. TEST_FOREIGN_BITS=7
 * turns over all bits.
 */
#include "crypto/token.h"
#include "tests/support/secrets.h"

#include <stdio.h>
#include <stdlib.h>

#define HOME(kind) (UINT64_C(1) << (kind))
#define NOBODY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define MFA "/identity/resources/auth/v1/user/mfa"
#define V1 "/identity/resources/users/v1"

static struct scene scene;
static struct secrets all;

static void
prepare(void **state)
{
    (void)state;
    secrets_collect(&scene, &all);
}

/* ---- the places ---- */

enum place_flag {
    LOOSE = 1 << 0,  /* 401 or 403 is enough: the refusal may say which token it was */
    SECRET = 1 << 1, /* as bearer token: Authorization */
    VENDOR = 1 << 2, /* the environment's token, for the user $user */
    PLAIN = 1 << 3,  /* its own kind has no code */
    OWN = 1 << 4     /* good only with the name it goes with: that of another one is a wrong one */
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
              "{'otcToken':'x','code':'" SECRET_CODE "','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, with a code by e-mail", mfa_login_email_verify, MFA "/emailcode/verify",
              "{'otcToken':'x','code':'" SECRET_CODE "','mfaToken':'$x'}"),
    MFA_PLACE("mfaToken, to confirm a phone", mfa_login_sms_confirm, MFA "/sms/enroll/verify",
              "{'otcToken':'x','code':'" SECRET_CODE "','mfaToken':'$x'}"),
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
     "{'otcToken':'$x','code':'" SECRET_CODE "'" WAITING, HOME(FLOW_MFA_SMS), 0, NULL},
    {"otcToken of a code by e-mail", OP_mfa_login_email_verify, MFA "/emailcode/verify", NULL,
     "{'otcToken':'$x','code':'" SECRET_CODE "'" WAITING, HOME(FLOW_MFA_EMAIL), 0, NULL},
    {"otcToken of a new phone", OP_mfa_login_sms_confirm, MFA "/sms/enroll/verify", NULL,
     "{'otcToken':'$x','code':'" SECRET_CODE "'" ENROLLING, HOME(FLOW_MFA_SMS_ENROLL), 0, NULL},
    {"webauthnToken of a new key", OP_mfa_login_webauthn_confirm, MFA "/webauthn/enroll/verify",
     NULL, "{'deviceType':'CrossPlatform','webauthnToken':'$x'," REGISTRATION ENROLLING,
     HOME(FLOW_WEBAUTHN_CREATE), 0, NULL},
    {"webauthnToken of a key", OP_mfa_login_webauthn_verify, MFA "/webauthn/$device/verify", NULL,
     "{'webauthnToken':'$x'," ASSERTION WAITING, HOME(FLOW_WEBAUTHN_GET), 0, NULL},
    /* what a person does who is signed in */
    {"otcToken of one's own new phone", OP_mfa_sms_confirm, V1 "/mfa/sms/enroll/verify", AS_USER,
     "{'otcToken':'$x','code':'" SECRET_CODE "'}", HOME(FLOW_MFA_SMS_ENROLL), VENDOR, NULL},
    {"otcToken to verify a number", OP_phones_verify,
     "/identity/resources/users/phone-numbers/v1/verify", AS_USER,
     "{'otcToken':'$x','code':'" SECRET_CODE "'}", HOME(FLOW_PHONE_VERIFY), VENDOR, NULL},
    {"otcToken to delete a number", OP_phones_delete,
     "/identity/resources/users/phone-numbers/v1/$phone/delete/verify", AS_USER,
     "{'otcToken':'$x','code':'" SECRET_CODE "'}", HOME(FLOW_PHONE_DELETE), VENDOR, NULL},
    /* what was mailed */
    {"activation", OP_activation_activate, V1 "/activate", NULL,
     "{'userId':'$user','token':'$x','password':'a horse, a battery'}", HOME(FLOW_ACTIVATION),
     PLAIN, NULL},
    {"activation with a code", OP_activation_activate_code, V1 "/activate/code", NULL,
     "{'userId':'$user','token':'$x','code':'" SECRET_CODE "','password':'a horse, a battery'}",
     HOME(FLOW_ACTIVATION), 0, NULL},
    {"how to activate", OP_activation_strategy, V1 "/activate/strategy?userId=$user&token=$x", NULL,
     NULL, HOME(FLOW_ACTIVATION), PLAIN, NULL},
    {"invitation", OP_invitation_accept, V1 "/invitation/accept", NULL,
     "{'userId':'$user','token':'$x'}", HOME(FLOW_INVITATION), PLAIN, NULL},
    {"invitation with a code", OP_invitation_accept_code, V1 "/invitation/accept/code", NULL,
     "{'userId':'$user','token':'$x','code':'" SECRET_CODE "'}", HOME(FLOW_INVITATION), 0, NULL},
    {"invitation link", OP_invites_verify, "/identity/resources/tenants/invites/v1/verify", NULL,
     "{'token':'$x'}", HOME(INVITE_LINK), 0, NULL},
    {"password reset", OP_passwords_reset_verify, V1 "/passwords/reset/verify", NULL,
     "{'userId':'$user','token':'$x','password':'a horse, a battery'}", HOME(FLOW_PASSWORD_RESET),
     PLAIN, NULL},
    {"is a reset token good", OP_passwords_reset_validate, V1 "/passwords/reset/validate", NULL,
     "{'userId':'$user','token':'$x'}", HOME(FLOW_PASSWORD_RESET), PLAIN, NULL},
    {"session of a reset by SMS", OP_passwords_reset_sms_verify,
     "/identity/resources/users/v2/passwords/reset/sms/verify", NULL,
     "{'sessionId':'$x','otcToken':'" SECRET_CODE "'}", HOME(FLOW_PASSWORD_SMS), 0, NULL},
    {"magic link", OP_passwordless_link_finish,
     "/identity/resources/auth/v1/passwordless/magiclink/postlogin", NULL, "{'token':'$x'}",
     HOME(FLOW_MAGIC_LINK), PLAIN, "MagicLink"},
    {"code by e-mail", OP_passwordless_email_finish,
     "/identity/resources/auth/v1/passwordless/code/postlogin", ATTEMPT,
     "{'token':'" SECRET_CODE "'}", HOME(FLOW_EMAIL_CODE), 0, "Code"},
    {"code by SMS", OP_passwordless_sms_finish,
     "/identity/resources/auth/v1/passwordless/smscode/postlogin", ATTEMPT,
     "{'token':'" SECRET_CODE "'}", HOME(FLOW_SMS_CODE), 0, "SmsCode"},
    {"unlocking", OP_me_unlock, "/identity/resources/users/v3/me/unlock", NULL, "{'token':'$x'}",
     HOME(FLOW_UNLOCK), PLAIN, NULL},
    /* sessions and machines */
    {"refresh cookie", OP_auth_refresh, "/identity/resources/auth/v1/user/token/refresh",
     "Cookie: fe_refresh_$vendor=$x\r\n", "{}", HOME(REFRESH), 0, NULL},
    {"secret of an API token", OP_api_token_auth, "/identity/resources/auth/v2/api-token", NULL,
     "{'clientId':'$api','secret':'$x'}", HOME(API_SECRET), OWN, NULL},
    {"secret of an API token, version 1", OP_api_token_auth_v1,
     "/identity/resources/auth/v1/api-token", NULL, "{'clientId':'$api','secret':'$x'}",
     HOME(API_SECRET), OWN, NULL},
    {"secret of nobody's API token", OP_api_token_auth, "/identity/resources/auth/v2/api-token",
     NULL, "{'clientId':'$user','secret':'$x'}", 0, 0, NULL},
    {"refresh token of an API token", OP_api_token_refresh,
     "/identity/resources/auth/v2/api-token/token/refresh", NULL, "{'refreshToken':'$x'}",
     HOME(API_REFRESH), 0, NULL},
    {"refresh token of an API token, version 1", OP_api_token_refresh_v1,
     "/identity/resources/auth/v1/api-token/token/refresh", NULL, "{'refreshToken':'$x'}",
     HOME(API_REFRESH), 0, NULL},
    {"secret of the environment", OP_vendor_auth, "/auth/vendor", NULL,
     "{'clientId':'$vendor','secret':'$x'}", HOME(VENDOR_SECRET), 0, NULL},
    {"recovery code", OP_mfa_login_recover, MFA "/recover", NULL,
     "{'email':'p1@foreign.example','recoveryCode':'$x'}", 0, 0, NULL},
    {"bearer, as environment", OP_users_list, "/identity/resources/users/v3", NULL, NULL,
     HOME(VENDOR_TOKEN), SECRET | LOOSE, NULL},
    {"bearer, as a person", OP_sessions_list, "/identity/resources/users/sessions/v1/me", NULL,
     NULL, HOME(USER_TOKEN) | HOME(USER_API_TOKEN) | HOME(USER_ACCESS), SECRET | LOOSE, NULL},
    {"x-access-token", OP_users_list, "/identity/resources/users/v3", "x-access-token: $x\r\n",
     NULL, HOME(VENDOR_TOKEN), LOOSE, NULL},
};

static struct str
own_secret(const struct place *p, const struct cast *cast, int kind)
{
    if (kind < FLOW_KINDS)
        return p->flags & PLAIN ? cast->plain[kind] : cast->flows[kind];
    if (kind == REFRESH || kind == API_REFRESH)
        return kind == REFRESH ? cast->session : cast->api_session;
    if (kind == API_SECRET)
        return cast->api_secret;
    for (size_t i = 0; i < all.n; i++)
        if (all.items[i].kind == kind)
            return all.items[i].value;
    fail_msg("there is no secret of kind %d", kind);
    return STR_ABSENT;
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
    (void)c;
    for (size_t i = 0; i < all.n; i++) {
        struct flow f;
        if (all.items[i].kind >= FLOW_KINDS)
            continue;
        struct str hash = token_hash_hex(s->arena, all.items[i].value);
        enum err_code rc = store_flow_get(s, all.items[i].flow, hash, &f, err);
        if (rc || f.attempts != 0)
            fail_msg("a %s was used", secret_name(&all.items[i]));
    }
    return ERR_OK;
}

static void
nothing_was_used(void)
{
    struct casting c = {NULL, &scene, check_flows, NULL};
    cast_in_store(&c);
}

struct trace {
    enum flow_kind kind;
    struct str token;
    bool touched;
};

static enum err_code
look_at_flow(const struct scope *s, struct casting *c, struct err *err)
{
    struct trace *trace = c->arg;
    struct flow f;
    struct err own = {.code = ERR_OK};
    (void)err;
    enum err_code rc =
        store_flow_get(s, trace->kind, token_hash_hex(s->arena, trace->token), &f, &own);
    trace->touched = rc != ERR_OK || f.attempts > 0;
    return ERR_OK;
}

static bool
was_touched(enum flow_kind kind, struct str token)
{
    struct trace trace = {.kind = kind, .token = token};
    struct casting c = {NULL, &scene, look_at_flow, &trace};
    cast_in_store(&c);
    return trace.touched;
}

/* The place knows its own kind from others: else all of this would prove nothing. */
static void
home_is_known(const struct place *p, const struct cast *cast, const struct tserver_reply *unknown)
{
    for (int k = 0; k < SECRET_KINDS; k++) {
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
    open_place(p);
    cast_new(&scene, &cast);
    struct tserver_reply unknown = present(p, STR(NOBODY));
    if (unknown.status < 400 || unknown.status > 499)
        fail_msg("%s: %d for a made-up token", p->name, unknown.status);
    for (size_t i = 0; i < all.n; i++) {
        if (p->homes & HOME(all.items[i].kind) && !(p->flags & OWN))
            continue;
        struct tserver_reply r = present(p, all.items[i].value);
        if (!is_refused(p, &r, &unknown))
            fail_msg("%s takes a %s: %d %.*s, a made-up token gets %d %.*s", p->name,
                     secret_name(&all.items[i]), r.status, STR_ARG(r.body), unknown.status,
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
    if (*asked % PEOPLE_LAST == 0)
        cast_new(&scene, cast);
    else if (kind == REFRESH || kind == API_REFRESH)
        cast_sessions(&scene, cast);
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
    int64_t bits_each = 1;
    int kind = 0, asked = 0;
    if (bits)
        (void)str_to_i64(str_of(bits), &bits_each);
    while (kind < SECRET_KINDS && !(p->homes & HOME(kind)))
        kind++;
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
        for (int bit = 0; bit < bits_each; bit++) {
            own = next_own(p, &cast, kind, &asked);
            char *copy = arena_cstr(a, own);
            copy[at] = (char)(copy[at] ^ 1 << (bits_each > 1 ? bit : (int)(at % 6)));
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
    static const struct step steps[] = {
        {"POST /identity/resources/auth/v1/user/token/refresh ~none "
         "+Cookie:fe_refresh_$vendor=$rt",
         "{}", "200"},
        {"POST /identity/resources/auth/v2/api-token/token/refresh ~none",
         "{'refreshToken':'$api_refresh'}", "200"},
        {"POST /identity/resources/auth/v2/api-token ~none",
         "{'clientId':'$api_id','secret':'$api_secret'}", "200"},
        {"GET " V1 "/me/tenants ~at", NULL, "200"},
    };
    nothing_was_used();
    for (size_t i = 0; i < all.n; i++)
        if (all.items[i].kind == VENDOR_SECRET)
            scene_keep(&scene, "secret", all.items[i].value);
    scene_recount(&scene);
    SCENE(&scene, steps);
    const char *body = scene_text(&scene, "{'clientId':'$vendor','secret':'$secret'}");
    struct tserver_reply r =
        tserver_request(&scene.t, "POST", "/auth/vendor", STR_ABSENT, NULL, body);
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
            if (near && !p->homes)
                continue; /* nothing is right here */
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
