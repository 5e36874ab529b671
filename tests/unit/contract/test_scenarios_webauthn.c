/*
 * Security keys as second factor, with keys in software: enrolling one when a policy asks for it,
 * signing in with it, and what does not count as either. Lies about single bytes are in
 * unit/crypto/test_webauthn.c; here it is about whose challenge, which sign-in, which key.
 */
#include "tests/support/authenticator.h"
#include "tests/support/mfa_scene.h"

#include <stdio.h>

static struct scene scene;
static struct authn laptop, stick, thumb, phone;

#define MFA "/identity/resources/auth/v1/user/mfa"
#define KEY MFA "/webauthn"
#define OWN "/identity/resources/users/v1/mfa"
#define CONFIG "/identity/resources/configurations/v1"
#define AUDITS "/audits/resources/audits/v2"
#define B(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
#define ANSWER "{'id':'$id','response':{'clientDataJSON':'$client','attestationObject':'$object'}}"
#define SIGNED                                                                                     \
    "{'id':'$id','response':{'clientDataJSON':'$client','authenticatorData':'$data',"              \
    "'signature':'$signature','userHandle':'$handle'}}"
#define CONFIRM(type)                                                                              \
    "{'deviceType':'" type "','webauthnToken':'$wt','options':" ANSWER ",'mfaToken':'$mfa'}"
#define VERIFY "{'webauthnToken':'$wt','options':" SIGNED ",'mfaToken':'$mfa'}"

static void
step(const char *request, const char *body, const char *expect)
{
    const struct step one = {request, body, expect};
    scene_run(&scene, &one, 1);
}

static struct authn_site
site_for(struct str user)
{
    struct arena *a = &scene.t.arena;
    return (struct authn_site){.rp_id = scene_value(&scene, "rp"),
                               .origin = arena_printf(a, "http://127.0.0.1:%d", scene.t.port),
                               .challenge = scene_value(&scene, "challenge"),
                               .user = user};
}

/* The browser's half of an enrolment: keeps id, client, object. */
static void
make_credential(struct authn *key, const struct authn_lie *lie)
{
    struct authn_site site = site_for(STR_ABSENT);
    struct authn_reply r = authn_register(key, &site, lie, &scene.t.arena);
    scene_keep(&scene, "id", r.id);
    scene_keep(&scene, "client", r.client_data);
    scene_keep(&scene, "object", r.attestation);
}

/* And of a sign-in: keeps id, client, data, signature, handle. */
static void
sign_challenge(struct authn *key, const char *user, const struct authn_lie *lie)
{
    struct authn_site site = site_for(scene_value(&scene, user));
    struct authn_reply r = authn_assert(key, &site, lie, &scene.t.arena);
    scene_keep(&scene, "id", r.id);
    scene_keep(&scene, "client", r.client_data);
    scene_keep(&scene, "data", r.auth_data);
    scene_keep(&scene, "signature", r.signature);
    scene_keep(&scene, "handle", r.user_handle);
}

static void
begin_enrolment(const char *person)
{
    mfa_scene_sign_in(&scene, person, NULL, "200; mfaEnrolled=false; mfaToken>mfa");
    step("POST " KEY "/enroll ~none", "{'mfaToken':'$mfa'}",
         "201; webauthnToken>wt; options.challenge>challenge; options.rp.id>rp");
}

static void
begin_sign_in(const char *person)
{
    mfa_scene_sign_in(&scene, person, NULL,
                      "200; mfaEnrolled=true; mfaToken>mfa; mfaDevices.webauthn.0.id>device");
    step("POST " KEY "/$device ~none", "{'mfaToken':'$mfa'}",
         "201; webauthnToken>wt; options.challenge>challenge; options.rpId>rp");
}

static void
enroll(const char *person, struct authn *key)
{
    begin_enrolment(person);
    make_credential(key, NULL);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"),
         "201; accessToken?; recoveryCode>recovery");
}

static void
prepare(void **state)
{
    (void)state;
    static const char *const people[] = {"ada", "bob", "eve", "kim", "lee"};
    struct arena *a = &scene.t.arena;
    authn_init(&laptop, AUTHN_ES256, a);
    authn_init(&stick, AUTHN_EDDSA, a);
    authn_init(&thumb, AUTHN_RS256, a);
    authn_init(&phone, AUTHN_ES256, a);
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'acme','name':'Acme'}", "201"},
        {"PUT " CONFIG "/mfa-policy", "{'enforceMFAType':'Force','allowRememberMyDevice':true}",
         "200"},
    };
    SCENE(&scene, steps);
    for (size_t i = 0; i < COUNT_OF(people); i++)
        mfa_scene_person(&scene, people[i], "acme");
}

static void
a_key_is_enrolled_and_opens_the_door(void **state)
{
    (void)state;
    mfa_scene_sign_in(&scene, "ada", NULL,
                      "200; mfaRequired=true; mfaEnrolled=false; accessToken!; mfaToken>mfa;"
                      "~WebAuthnPlatform; ~WebAuthnCrossPlatform");
    step("POST " KEY "/enroll ~none", "{'mfaToken':'$mfa'}",
         "201; webauthnToken>wt; options.challenge>challenge; options.rp.id>rp; options.rp.name?;"
         "options.user.name='ada@mfa.example'; options.user.displayName='ada'; options.user.id?;"
         "options.pubKeyCredParams.*.alg=[-7,-8,-257]; options.excludeCredentials=[];"
         "options.attestation='none'; options.timeout=300000;"
         "options.authenticatorSelection.userVerification='preferred'");
    assert_str(scene_value(&scene, "rp"), "127.0.0.1");
    assert_int_equal(scene_value(&scene, "challenge").n, 43);
    make_credential(&laptop, NULL);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"),
         "201; mfaRequired=false; mfaEnrolled=true; accessToken>at; refreshToken?; recoveryCode?;"
         "userEmail='ada@mfa.example'");
    step("GET " OWN "/devices ~at", NULL, "200; webauthn#1");

    mfa_scene_sign_in(&scene, "ada", NULL,
                      "200; mfaRequired=true; mfaEnrolled=true; accessToken!; mfaToken>mfa;"
                      "mfaDevices.webauthn.0.deviceType='CrossPlatform';"
                      "mfaDevices.webauthn.0.name='Security key'; mfaDevices.webauthn.0.id>device;"
                      "mfaStrategies=['WebAuthnCrossPlatform','EmailCode']");
    step("POST " KEY "/$device ~none", "{'mfaToken':'$mfa'}",
         "201; webauthnToken>wt; options.challenge>challenge; options.rpId='127.0.0.1';"
         "options.userVerification='preferred'; options.timeout=300000;"
         "options.allowCredentials.*.type=['public-key']; options.allowCredentials.0.id='$id'");
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY,
         "201; mfaRequired=false; accessToken>at; refreshToken?; recoveryCode!");
    step("GET " OWN "/devices ~at", NULL,
         "200; webauthn#1; webauthn.0.id='$device'; authenticators=[]; phones=[]");
}

/* The mfaToken, the challenge and the answer: each once. */
static void
nothing_works_twice(void **state)
{
    (void)state;
    step("POST " KEY "/$device/verify ~none", VERIFY, "401");
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", NULL);
    struct str old_wt = scene_value(&scene, "wt");
    step("POST " KEY "/$device ~none", "{'mfaToken':'$mfa'}",
         "201; webauthnToken>wt; options.challenge>challenge");
    scene_keep(&scene, "newer", scene_value(&scene, "wt"));
    scene_keep(&scene, "wt", old_wt);
    /* A newer challenge made the older one worthless, and its answer does not fit the newer one. */
    step("POST " KEY "/$device/verify ~none", VERIFY, "400; errorCode='ER-01011'");
    scene_keep(&scene, "wt", scene_value(&scene, "newer"));
    step("POST " KEY "/$device/verify ~none", VERIFY,
         "400; errorCode='ER-01052'; ~answer to another challenge");
    /* A wrong answer used it up. */
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY, "400; errorCode='ER-01011'");
    /* The sign-in itself still waits. */
    step("POST " KEY "/$device ~none", "{'mfaToken':'$mfa'}",
         "201; webauthnToken>wt; options.challenge>challenge");
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY, "201; accessToken?");
}

static void
challenges_run_out(void **state)
{
    (void)state;
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", NULL);
    mfa_scene_sql(&scene, "UPDATE flows SET expires_at = 1 WHERE kind = 'webauthn-get'", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY,
         "400; errors=['Code has expired']; errorCode='ER-01017'");
    begin_enrolment("bob");
    make_credential(&phone, NULL);
    mfa_scene_sql(&scene, "UPDATE flows SET expires_at = 1 WHERE kind = 'webauthn-create'", NULL);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"), "400; errorCode='ER-01017'");
    step("GET " OWN "/devices +frontegg-user-id:$bob", NULL, "200; webauthn=[]");
}

static void
a_copy_of_a_key_is_noticed(void **state)
{
    (void)state;
    struct authn_lie behind = {.counter = 1};
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", &behind);
    scene.audits++; /* the alarm */
    step("POST " KEY "/$device/verify ~none", VERIFY,
         "400; errors=['Invalid device used for verification.']; errorCode='ER-01052'");
    step("GET " AUDITS "?count=1&offset=0", NULL,
         "200; data.0.severity='Critical'; data.0.action='mfa_login_webauthn_verify';"
         "~counted backwards");
    /* The true one goes on. */
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY, "201; accessToken?");
}

static void
a_key_belongs_to_one_person(void **state)
{
    (void)state;
    begin_enrolment("eve");
    make_credential(&laptop, NULL);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"),
         "400; ~belongs to another user");
    /* Ada's id in front of another key. */
    begin_enrolment("eve");
    struct str own = stick.id;
    stick.id = laptop.id;
    make_credential(&stick, NULL);
    stick.id = own;
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"),
         "400; ~belongs to another user");
    step("GET " OWN "/devices +frontegg-user-id:$eve", NULL, "200; webauthn=[]");
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY, "201");
}

/* Challenges, devices and mfaTokens of two people do not mix. */
static void
what_is_somebody_elses_is_refused(void **state)
{
    (void)state;
    enroll("eve", &stick);
    begin_sign_in("ada");
    scene_keep(&scene, "adas_wt", scene_value(&scene, "wt"));
    scene_keep(&scene, "adas_mfa", scene_value(&scene, "mfa"));
    scene_keep(&scene, "adas_device", scene_value(&scene, "device"));
    sign_challenge(&laptop, "ada", NULL);
    mfa_scene_sign_in(&scene, "eve", NULL, "200; mfaToken>mfa; mfaDevices.webauthn.0.id>device");
    static const struct step steps[] = {
        {"POST " KEY "/$adas_device ~none", "{'mfaToken':'$mfa'}", "400; errorCode='ER-01052'"},
        {"POST " KEY "/$device ~none", "{'mfaToken':'$adas_mfa'}", "400; errorCode='ER-01052'"},
        {"POST " KEY "/nobody ~none", "{'mfaToken':'$mfa'}", "400; errorCode='ER-01052'"},
        {"POST " KEY "/$adas_device/verify ~none",
         "{'webauthnToken':'$adas_wt','options':" SIGNED ",'mfaToken':'$mfa'}",
         "400; errorCode='ER-01052'"},
        {"POST " KEY "/$device/verify ~none",
         "{'webauthnToken':'$adas_wt','options':" SIGNED ",'mfaToken':'$mfa'}",
         "400; errorCode='ER-01011'"},
        {"POST " KEY "/enroll ~none", "{'mfaToken':'$mfa'}", "400; ~already enrolled"},
        {"POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"), "400; ~already enrolled"},
    };
    scene_keep(&scene, "wt", scene_value(&scene, "adas_wt"));
    scene_keep(&scene, "object", STR("AAAA"));
    SCENE(&scene, steps);
    /* Eve signs ada's challenge with her own key, for her own sign-in and device. */
    step("POST " KEY "/$device ~none", "{'mfaToken':'$mfa'}", "201; webauthnToken>wt");
    sign_challenge(&stick, "eve", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY, "400; ~answer to another challenge");
    /* And ada's answer still counts, for ada. */
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$adas_device/verify ~none",
         "{'webauthnToken':'$adas_wt','options':" SIGNED ",'mfaToken':'$adas_mfa'}", "201");
}

/* The challenge of one sign-in is none of another, also of the same person. */
static void
challenges_belong_to_their_sign_in(void **state)
{
    (void)state;
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", NULL);
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa");
    step("POST " KEY "/$device/verify ~none", VERIFY, "400; errorCode='ER-01011'");
    begin_enrolment("bob");
    make_credential(&phone, NULL);
    mfa_scene_sign_in(&scene, "bob", NULL, "200; mfaToken>mfa");
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"), "400; errorCode='ER-01011'");
}

static void
lies_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct authn_lie lie;
        const char *expect;
    } rows[] = {
        {{.origin = B("https://evil.example")}, "400; ~made for another origin"},
        {{.rp_id = B("evil.example")}, "400; ~made for another relying party"},
        {{.type = B("webauthn.create")}, "400; ~another ceremony"},
        {{.clear = 1}, "400; ~user not present"},
        {{.foreign_key = true}, "400; ~signature wrong"},
        {{.empty_signature = true}, "400; ~signature should not be empty"},
        {{.user = B("somebody else")}, "400; ~belongs to another user"},
        {{.sent_id = B("0123456789abcdef")}, "400; ~credential id wrong"},
        {{.tail = 1}, "400; ~authenticator data malformed"},
        {{.signature_text = B("=")}, "400; ~not base64url"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin_sign_in("ada");
        sign_challenge(&laptop, "ada", &rows[i].lie);
        step("POST " KEY "/$device/verify ~none", VERIFY, rows[i].expect);
    }
    begin_enrolment("bob");
    struct authn_lie elsewhere = {.origin = B("https://evil.example")};
    make_credential(&phone, &elsewhere);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"),
         "400; ~made for another origin; errorCode='ER-01052'");
    step("POST " KEY "/enroll/verify ~none", CONFIRM("CrossPlatform"), "400; errorCode='ER-01011'");
    step("GET " OWN "/devices +frontegg-user-id:$bob", NULL, "200; webauthn=[]");
}

/* Names in headers are no names of ours. */
static void
headers_do_not_name_the_site(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "+X-Forwarded-Host:evil.example", "+Forwarded:host=evil.example",
        "+frontegg-vendor-host:evil.example", "+Origin:https://evil.example"};
    mfa_scene_sign_in(&scene, "bob", NULL, "200; mfaToken>mfa");
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        step(arena_printf(&scene.t.arena, "POST " KEY "/enroll ~none %s", headers[i]).p,
             "{'mfaToken':'$mfa'}", "201; options.rp.id='127.0.0.1'; !~evil");
}

/* A key that is built in vouches for its owner, not only for a touch. */
static void
built_in_keys_verify_their_owner(void **state)
{
    (void)state;
    struct authn_lie verified = {.set = 4};
    begin_enrolment("kim");
    make_credential(&thumb, NULL);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("Platform"),
         "400; ~not present or not verified");
    begin_enrolment("kim");
    make_credential(&thumb, &verified);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("Platform"), "201; recoveryCode>recovery");
    mfa_scene_sign_in(&scene, "kim", NULL,
                      "200; mfaToken>mfa; mfaDevices.webauthn.0.id>device;"
                      "mfaDevices.webauthn.0.deviceType='Platform';"
                      "mfaDevices.webauthn.0.name='Built-in authenticator'");
    step("POST " KEY "/$device ~none", "{'mfaToken':'$mfa'}",
         "201; webauthnToken>wt; options.challenge>challenge; options.userVerification='required'");
    sign_challenge(&thumb, "kim", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY, "400; ~not present or not verified");
    begin_sign_in("kim");
    sign_challenge(&thumb, "kim", &verified);
    step("POST " KEY "/$device/verify ~none", VERIFY, "201; accessToken?");
}

static void
handles_may_be_left_out(void **state)
{
    (void)state;
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$device/verify ~none",
         "{'webauthnToken':'$wt','mfaToken':'$mfa','options':{'id':'$id','response':"
         "{'clientDataJSON':'$client','authenticatorData':'$data','signature':'$signature',"
         "'userHandle':null}}}",
         "201; accessToken?");
}

static void
a_device_is_remembered(void **state)
{
    (void)state;
    begin_sign_in("ada");
    sign_challenge(&laptop, "ada", NULL);
    step("POST " KEY "/$device/verify ~none",
         "{'webauthnToken':'$wt','options':" SIGNED ",'mfaToken':'$mfa','rememberDevice':true}",
         "201; accessToken?");
    assert_true(str_find(scene.reply.head, STR("fe_device_")) >= 0);
}

static void
strategies_are_obeyed(void **state)
{
    (void)state;
#define STRATEGY(name, on)                                                                         \
    {                                                                                              \
        "POST " CONFIG "/mfa/strategies", "{'strategy':'" name "','isActive':" on "}", "201"       \
    }
    static const struct step off[] = {STRATEGY("WebAuthnPlatform", "false")};
    static const struct step both_off[] = {STRATEGY("WebAuthnCrossPlatform", "false")};
    static const struct step on[] = {STRATEGY("WebAuthnPlatform", "true"),
                                     STRATEGY("WebAuthnCrossPlatform", "true")};
    SCENE(&scene, off);
    begin_enrolment("lee");
    step("POST " KEY "/enroll ~none", "{'mfaToken':'$mfa'}",
         "201; options.authenticatorSelection.authenticatorAttachment='cross-platform';"
         "webauthnToken>wt; options.challenge>challenge");
    struct authn_lie verified = {.set = 4};
    make_credential(&phone, &verified);
    step("POST " KEY "/enroll/verify ~none", CONFIRM("Platform"), "400; errorCode='ER-01012'");
    begin_sign_in("ada");
    scene_keep(&scene, "adas_mfa", scene_value(&scene, "mfa"));
    SCENE(&scene, both_off);
    step("POST " KEY "/$device ~none", "{'mfaToken':'$mfa'}", "400; errorCode='ER-01012'");
    mfa_scene_sign_in(&scene, "lee", NULL, "200; mfaToken>mfa; !~WebAuthn");
    step("POST " KEY "/enroll ~none", "{'mfaToken':'$mfa'}", "400; errorCode='ER-01012'");
    SCENE(&scene, on);
    step("POST " KEY "/$device ~none", "{'mfaToken':'$adas_mfa'}", "201");
}

static void
keys_go_with_the_other_factors(void **state)
{
    (void)state;
    step("POST " MFA "/recover ~none", "{'email':'kim@mfa.example','recoveryCode':'$recovery'}",
         "200");
    step("GET " OWN "/devices +frontegg-user-id:$kim", NULL, "200; webauthn=[]");
    step("POST /identity/resources/vendor-only/users/v1/$ada/mfa/unenroll", NULL, "200");
    step("GET " OWN "/devices +frontegg-user-id:$ada", NULL, "200; webauthn=[]");
    /* And are free for somebody else then. */
    enroll("lee", &laptop);
    begin_sign_in("lee");
    sign_challenge(&laptop, "lee", NULL);
    step("POST " KEY "/$device/verify ~none", VERIFY, "201; accessToken?");
}

static void
bad_bodies_are_refused(void **state)
{
    (void)state;
    mfa_scene_sign_in(&scene, "lee", NULL, "200; mfaToken>mfa; mfaDevices.webauthn.0.id>device");
    static const struct step steps[] = {
        {"POST " KEY "/enroll ~none", "{}", "400; ~mfaToken"},
        {"POST " KEY "/enroll ~none", "{'mfaToken':'nonsense'}", "401"},
        {"POST " KEY "/$device ~none", "{'mfaToken':'nonsense'}", "401"},
        {"POST " KEY "/$device ~none", NULL, "400"},
        {"POST " KEY "/enroll/verify ~none", CONFIRM("USB"), "400; ~deviceType must be"},
        {"POST " KEY "/$device/verify ~none",
         "{'webauthnToken':'x','mfaToken':'$mfa','options':{'id':'x','response':'y'}}", "400"},
        {"POST " KEY "/$device/verify ~none",
         "{'webauthnToken':'x','mfaToken':'$mfa','options':[]}", "400"},
        {"POST " KEY "/$device/verify ~none",
         "{'webauthnToken':'x','mfaToken':'$mfa','options':" SIGNED "}",
         "400; errors=['Invalid code']"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){KEY "/", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(a_key_is_enrolled_and_opens_the_door),
        cmocka_unit_test(nothing_works_twice),
        cmocka_unit_test(challenges_run_out),
        cmocka_unit_test(a_copy_of_a_key_is_noticed),
        cmocka_unit_test(a_key_belongs_to_one_person),
        cmocka_unit_test(what_is_somebody_elses_is_refused),
        cmocka_unit_test(challenges_belong_to_their_sign_in),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(headers_do_not_name_the_site),
        cmocka_unit_test(built_in_keys_verify_their_owner),
        cmocka_unit_test(handles_may_be_left_out),
        cmocka_unit_test(a_device_is_remembered),
        cmocka_unit_test(strategies_are_obeyed),
        cmocka_unit_test(keys_go_with_the_other_factors),
        cmocka_unit_test(bad_bodies_are_refused),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("webauthn", tests, NULL, NULL);
    struct authn *keys[] = {&laptop, &stick, &thumb, &phone};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        authn_fini(keys[i]);
    scene_stop(&scene);
    return failed;
}
