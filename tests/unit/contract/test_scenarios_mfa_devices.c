/* Second factors, continued: devices that are remembered, and how many messages one can ask for. */
#include "tests/support/mfa_scene.h"

static struct scene scene;
static struct totp_app app; /* of whoever is on stage */

#define AUTH "/identity/resources/auth/v1/user"
#define MFA AUTH "/mfa"
#define OWN "/identity/resources/users/v1/mfa"
#define CONFIG "/identity/resources/configurations/v1"
#define VENDOR "/identity/resources/vendor-only/users/v1"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'acme','name':'Acme'}", "201"},
        {"PUT " CONFIG "/mfa-policy", "{'enforceMFAType':'DontForce','allowRememberMyDevice':true}",
         "200"},
    };
    SCENE(&scene, steps);
    mfa_scene_person(&scene, "cleo", "acme");
    mfa_scene_enrol(&scene, &app, "cleo");
}

/* ---- remembered devices ---- */

static void
keep_device_cookie(void)
{
    struct str line = tserver_header(&scene.reply, "set-cookie");
    struct str rest = scene.reply.head, found = STR_ABSENT;
    while (rest.n && str_next(&rest, '\n', &line))
        if (str_find(line, STR("fe_device_")) >= 0)
            found = line;
    assert_true(found.n > 0);
    assert_true(str_find(found, STR("HttpOnly")) > 0 && str_find(found, STR("Secure")) > 0);
    struct str pair = str_sub(found, (size_t)str_find(found, STR("fe_device_")), found.n);
    scene_keep(&scene, "cookie", str_sub(pair, 0, (size_t)str_find_char(pair, ';')));
}

static void
devices_are_remembered(void **state)
{
    (void)state;
    mfa_scene_person(&scene, "pia", "acme");
    mfa_scene_enrol(&scene, &app, "pia");
    mfa_scene_sign_in(&scene, "pia", NULL, "200; mfaToken>mfa");
    static const struct step remember[] = {
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa','rememberDevice':true}",
         "201; accessToken?"}};
    SCENE(&scene, remember);
    keep_device_cookie();
    static const struct step steps[] = {
        {"POST " AUTH " ~none +Cookie:$cookie",
         "{'email':'pia@mfa.example','password':'" MFA_PASSWORD "'}",
         "200; mfaRequired=false; accessToken?"},
        {"POST " AUTH " ~none +Cookie:$cookie",
         "{'email':'cleo@mfa.example','password':'" MFA_PASSWORD "'}", "200; mfaRequired=true"},
        {"POST " AUTH " ~none", "{'email':'pia@mfa.example','password':'" MFA_PASSWORD "'}",
         "200; mfaRequired=true"},
        {"PUT " CONFIG "/mfa-policy @acme", "{'allowRememberMyDevice':false}", "200"},
        {"POST " AUTH " ~none +Cookie:$cookie",
         "{'email':'pia@mfa.example','password':'" MFA_PASSWORD "'}",
         "200; mfaRequired=true; mfaToken>mfa"},
        {"POST " MFA "/verify ~none", "{'value':'$next','mfaToken':'$mfa','rememberDevice':true}",
         "201"},
    };
    SCENE(&scene, steps);
    assert_int_equal(str_find(scene.reply.head, STR("fe_device_")), -1);
    static const struct step allowed[] = {
        {"PUT " CONFIG "/mfa-policy @acme", "{'allowRememberMyDevice':true}", "200"},
        {"POST " AUTH " ~none +Cookie:$cookie",
         "{'email':'pia@mfa.example','password':'" MFA_PASSWORD "'}", "200; mfaRequired=false"},
        /* A reset forgets the device. */
        {"POST " VENDOR "/$pia/mfa/unenroll", NULL, "200"},
    };
    SCENE(&scene, allowed);
    mfa_scene_enrol(&scene, &app, "pia");
    static const struct step forgotten[] = {
        {"POST " AUTH " ~none +Cookie:$cookie",
         "{'email':'pia@mfa.example','password':'" MFA_PASSWORD "'}", "200; mfaRequired=true"}};
    SCENE(&scene, forgotten);
}

/* ---- limits ---- */

static void
nobody_is_flooded(void **state)
{
    (void)state;
    mfa_scene_person(&scene, "rex", "acme");
    static const struct step send[] = {{"POST " OWN "/sms/enroll +frontegg-user-id:$rex",
                                        "{'phoneNumber':'+4915112340009'}", "200"}};
    for (int i = 0; i < 10; i++)
        SCENE(&scene, send);
    scene.audits++; /* the first refusal is worth an audit, the rest is not */
    static const struct step enough[] = {
        {"POST " OWN "/sms/enroll +frontegg-user-id:$rex", "{'phoneNumber':'+4915112340009'}",
         "429; errors=['Too many requests']"},
        {"POST " OWN "/sms/enroll +frontegg-user-id:$rex", "{'phoneNumber':'+4915112340009'}",
         "429"},
        {"POST " OWN "/sms/enroll +frontegg-user-id:$rex", "{'phoneNumber':'+4915112340008'}",
         "200"},
    };
    scene_run(&scene, enough, 1);
    assert_true(tserver_header(&scene.reply, "x-rate-limit-reset").n > 0);
    scene_run(&scene, enough + 1, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(devices_are_remembered),
        cmocka_unit_test(nobody_is_flooded),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("mfa devices", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
