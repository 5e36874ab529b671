/* Ways around the second factor, and why they lead nowhere. */
#include "base/clock.h"
#include "tests/support/mfa_scene.h"

#include <stdio.h>

static struct scene scene;
static struct totp_app app;

#define AUTH "/identity/resources/auth/v1/user"
#define MFA AUTH "/mfa"
#define OWN "/identity/resources/users/v1/mfa"
#define CONFIG "/identity/resources/configurations/v1"
#define VENDOR "/identity/resources/vendor-only/users/v1"
#define V1 "/identity/resources/users/v1"
#define AUDITS "/audits/resources/audits/v2"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'acme','name':'Acme'}", "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'other','name':'Other'}", "201"},
        {"PUT " CONFIG "/mfa-policy", "{'enforceMFAType':'DontForce','allowRememberMyDevice':true}",
         "200"},
    };
    SCENE(&scene, steps);
    mfa_scene_person(&scene, "ada", "acme");
    mfa_scene_person(&scene, "bob", "acme");
}

/* Somebody who can write to the database but does not have the storage key. */
static void
a_seed_of_somebody_else(void **state)
{
    (void)state;
    struct totp_app bobs;
    mfa_scene_enrol(&scene, &bobs, "bob");
    mfa_scene_enrol(&scene, &app, "ada");
    mfa_scene_sql(&scene,
                  "UPDATE authenticators SET seed_sealed = (SELECT o.seed_sealed FROM "
                  "authenticators o JOIN users u ON u.seq = o.user_seq WHERE u.id = $1) WHERE "
                  "user_seq <> (SELECT seq FROM users WHERE id = $1)",
                  "$bob");
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa");
    mfa_scene_code(&scene, &bobs);
    scene.audits++; /* the alarm */
    static const struct step steps[] = {
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}",
         "400; errors=['Invalid code']"},
        {"GET " AUDITS "?count=1&offset=0", NULL,
         "200; data.0.severity='Critical'; data.0.action='mfa_login_verify'; ~sealed seed"},
        {"POST " OWN "/disable +frontegg-user-id:$ada", "{}", "200"},
    };
    SCENE(&scene, steps);
    mfa_scene_enrol(&scene, &app, "ada");
}

/* Tokens and codes of one purpose, person or sign-in are worth nothing elsewhere. */
static void
tokens_of_another_kind(void **state)
{
    (void)state;
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa; mfaDevices.authenticators.0.id>app");
    mfa_scene_sign_in(&scene, "bob", NULL, "200; mfaToken>bobs");
    static const struct step steps[] = {
        {"POST " MFA "/authenticator/$app/verify ~none", "{'value':'$code','mfaToken':'$bobs'}",
         "400; errorCode='ER-01052'"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$bobs'}",
         "400; errorCode='ER-01011'"},
        {"GET " V1 "/$ada ~mfa @acme", NULL, "401"},
        {"GET " OWN "/devices +x-access-token:$mfa ~none", NULL, "401"},
        {"POST " OWN "/disable ~mfa", "{'token':'$code'}", "401"},
        {"POST " AUTH "/token/refresh ~none +Cookie:fe_refresh_$client=$mfa", "{}", "401"},
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$mfa'}", "201; otcToken>otc"},
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$otc'}", "401"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$otc'}", "401"},
        {"POST " MFA "/emailcode/verify ~none",
         "{'otcToken':'$mfa','code':'123456','mfaToken':'$mfa'}", "400; errorCode='ER-01011'"},
        {"POST " OWN "/sms/enroll/verify +frontegg-user-id:$ada",
         "{'otcToken':'$otc','code':'123456'}", "400; errorCode='ER-01011'"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$token'}", "401"},
    };
    scene_keep(&scene, "token", scene.t.token);
    scene_keep(&scene, "client", scene.t.vendor);
    SCENE(&scene, steps);
    static const char *const odd[] = {"", "x", "../..",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        scene_keep(&scene, "odd", str_of(odd[i]));
        static const struct step step[] = {
            {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$odd'}", "401"}};
        static const struct step empty[] = {
            {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':''}", "400"}};
        scene_run(&scene, odd[i][0] ? step : empty, 1);
    }
}

/* Every change of one character, every shorter and one longer token. */
static void
tokens_that_are_nearly_right(void **state)
{
    (void)state;
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa");
    struct str good = scene_value(&scene, "mfa");
    static const struct step step[] = {
        {"GET " CONFIG "/mfa-policy/allow-remember-device?mfaToken=$near ~none", NULL, "401"}};
    for (size_t i = 0; i < good.n; i++) {
        char text[128];
        snprintf(text, sizeof text, "%.*s", STR_ARG(good));
        text[i] = text[i] == 'A' ? 'B' : 'A';
        scene_keep(&scene, "near", str_of(text));
        SCENE(&scene, step);
        if (i == 0)
            continue;
        scene_keep(&scene, "near", str_sub(good, 0, i));
        SCENE(&scene, step);
    }
    scene_keep(&scene, "near", arena_printf(&scene.t.arena, "%.*sA", STR_ARG(good)));
    SCENE(&scene, step);
}

static void
make_known(const char *cookie_name)
{
    struct str head = scene.reply.head;
    ptrdiff_t at = str_find(head, STR("fe_device_"));
    assert_true(at > 0);
    struct str pair = str_sub(head, (size_t)at, head.n);
    scene_keep(&scene, cookie_name, str_sub(pair, 0, (size_t)str_find_char(pair, ';')));
}

/* A new password ends what the old one began: half sign-ins, and devices that were trusted. */
static void
the_password_changes(void **state)
{
    (void)state;
    mfa_scene_code(&scene, &app);
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa");
    static const struct step remember[] = {
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa','rememberDevice':true}",
         "201; accessToken?"}};
    SCENE(&scene, remember);
    make_known("cookie");
    mfa_scene_sign_in(&scene, "ada", "+Cookie:$cookie", "200; mfaRequired=false");
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa");
    /* The clock of the change is that of the moment. */
    char now[32];
    snprintf(now, sizeof now, "%lld", (long long)clock_now_ms());
    scene_keep(&scene, "now", str_of(now));
    mfa_scene_sql(&scene, "UPDATE users SET password_changed_at = CAST($1 AS BIGINT)", "$now");
    static const struct step steps[] = {
        {"POST " MFA "/verify ~none", "{'value':'$next','mfaToken':'$mfa'}", "401"}};
    SCENE(&scene, steps);
    mfa_scene_sign_in(&scene, "ada", "+Cookie:$cookie", "200; mfaRequired=true");
}

static void
somebody_is_locked_in_between(void **state)
{
    (void)state;
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa");
    static const struct step steps[] = {
        {"POST " V1 "/$ada/lock", NULL, "200"},
        {"POST " MFA "/verify ~none", "{'value':'$next','mfaToken':'$mfa'}",
         "401; ~MFA token is invalid"}, /* half a sign-in ends like a whole one */
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$mfa'}", "401; ~MFA token is invalid"},
        {"POST " MFA "/recover ~none", "{'email':'ada@mfa.example','recoveryCode':'x'}",
         "400; errors=['Invalid recovery code']"},
        {"POST " V1 "/$ada/unlock", NULL, "200"},
        {"POST " MFA "/verify ~none", "{'value':'$next','mfaToken':'$mfa'}", "401"},
    };
    SCENE(&scene, steps);
    mfa_scene_sign_in(&scene, "ada", NULL, "200; mfaToken>mfa");
    static const struct step again[] = {
        {"POST " MFA "/verify ~none", "{'value':'$next','mfaToken':'$mfa'}", "201; accessToken?"}};
    SCENE(&scene, again);
}

/* New sign-ins, other routes and other codes do not give more guesses. */
static void
guesses_are_counted_together(void **state)
{
    (void)state;
    mfa_scene_person(&scene, "cleo", "acme");
    mfa_scene_enrol(&scene, &app, "cleo");
    static const struct step limit[] = {
        {"POST " CONFIG "/lockout-policy", "{'enabled':true,'maxAttempts':4}", "201"}};
    SCENE(&scene, limit);
    mfa_scene_sign_in(&scene, "cleo", NULL,
                      "200; mfaToken>one; mfaDevices.authenticators.0.id>app");
    static const struct step first[] = {
        {"POST " MFA "/verify ~none", "{'value':'000000','mfaToken':'$one'}", "400"},
        {"POST " MFA "/authenticator/$app/verify ~none", "{'value':'000000','mfaToken':'$one'}",
         "400"},
        {"POST " MFA "/recover ~none", "{'email':'cleo@mfa.example','recoveryCode':'000000'}",
         "400"},
    };
    SCENE(&scene, first);
    mfa_scene_sign_in(&scene, "cleo", NULL, "200; mfaToken>two");
    scene.audits++; /* that the account was locked */
    static const struct step last[] = {
        {"POST " MFA "/emailcode/verify ~none",
         "{'otcToken':'x','code':'000000','mfaToken':'$two'}", "400"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$two'}", "401"},
        {"GET " VENDOR "/$cleo", NULL, "200; isLocked=true"},
    };
    SCENE(&scene, last);
}

/* People of another tenant, and what a token of one's own may do for others. */
static void
strangers(void **state)
{
    (void)state;
    mfa_scene_person(&scene, "dan", "other");
    mfa_scene_sign_in(&scene, "dan", NULL, "200; accessToken>dans");
    static const struct step steps[] = {
        {"GET " OWN "/devices ~dans +frontegg-user-id:$bob", NULL, "403"},
        {"POST " OWN "/disable ~dans +frontegg-user-id:$bob", "{}", "403"},
        {"POST " OWN "/disable @other +frontegg-user-id:$bob", "{}", "404"},
        {"POST " VENDOR "/$bob/mfa/unenroll ~dans", NULL, "403"},
        {"POST " CONFIG "/mfa/strategies ~dans", "{'strategy':'SMS','isActive':false}", "403"},
        {"PUT " CONFIG "/mfa-policy ~dans", "{'enforceMFAType':'DontForce'}", "403"},
        {"GET " VENDOR "/$bob", NULL, "200; mfaEnrolled=true"},
    };
    SCENE(&scene, steps);
}

/* Whoever has only somebody's session does not add a factor of their own to it. */
static void
a_further_factor_needs_the_person(void **state)
{
    (void)state;
    static const struct step first[] = {
        /* The first one guards nothing yet; an old session is good for it. */
        {"POST " OWN "/sms/enroll ~old", "{'phoneNumber':'+4915550301'}", "200"},
    };
    static const struct step recent[] = {
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa','rememberDevice':true}",
         "201; accessToken>fresh"},
    };
    static const struct step added[] = {
        {"POST " OWN "/sms/enroll ~fresh", "{'phoneNumber':'+4915550302'}", "200; otcToken>otc"},
        {"OUTBOX +4915550302", NULL, "200; code>sms"},
        {"POST " OWN "/sms/enroll/verify ~fresh", "{'otcToken':'$otc','code':'$sms'}", "200"},
        {"POST " OWN "/sms/enroll ~fresh", "{'phoneNumber':'+4915550303'}", "200; otcToken>otc"},
        {"OUTBOX +4915550303", NULL, "200; code>sms"},
    };
#define AGAIN "403; errors=['Sign in again with your second factor to add another one']"
    static const struct step late[] = {
        {"POST " OWN "/sms/enroll ~fresh", "{'phoneNumber':'+4915550304'}", AGAIN},
        {"POST " OWN "/sms/enroll/verify ~fresh", "{'otcToken':'$otc','code':'$sms'}", AGAIN},
        {"POST " OWN "/authenticator/enroll ~fresh", NULL, AGAIN},
        {"POST " OWN "/enroll ~fresh", NULL, AGAIN},
        {"POST " OWN "/authenticator/enroll/verify ~fresh", "{'token':'000000'}", AGAIN},
        {"GET " OWN "/devices ~fresh", NULL, "200; phones#1; authenticators#1"},
        /* The environment answers for whom it asks. */
        {"POST " OWN "/sms/enroll +frontegg-user-id:$eli", "{'phoneNumber':'+4915550305'}", "200"},
    };
    static const struct step remembered[] = {
        {"POST " OWN "/sms/enroll ~lazy", "{'phoneNumber':'+4915550306'}", AGAIN},
    };
    mfa_scene_person(&scene, "eli", "acme");
    mfa_scene_sign_in(&scene, "eli", NULL, "200; accessToken>old");
    mfa_scene_sql(&scene, "UPDATE sessions SET auth_at = auth_at - 1000000", NULL);
    SCENE(&scene, first);
    mfa_scene_enrol(&scene, &app, "eli");
    mfa_scene_sign_in(&scene, "eli", NULL, "200; mfaToken>mfa");
    SCENE(&scene, recent);
    make_known("cookie");
    SCENE(&scene, added);
    mfa_scene_sql(&scene, "UPDATE sessions SET auth_at = auth_at - 1000000", NULL);
    SCENE(&scene, late);
    mfa_scene_sign_in(&scene, "eli", "+Cookie:$cookie", "200; mfaRequired=false; accessToken>lazy");
    SCENE(&scene, remembered);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(a_seed_of_somebody_else),
        cmocka_unit_test(tokens_of_another_kind),
        cmocka_unit_test(tokens_that_are_nearly_right),
        cmocka_unit_test(the_password_changes),
        cmocka_unit_test(somebody_is_locked_in_between),
        cmocka_unit_test(guesses_are_counted_together),
        cmocka_unit_test(strangers),
        cmocka_unit_test(a_further_factor_needs_the_person),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("mfa safety", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
