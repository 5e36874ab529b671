/* Second factors: enrolling, signing in with each of them, losing them, and who has to have one.
 * What people get is read where they get it: from the picture, the outbox, the answer. */
#include "tests/support/mfa_scene.h"

static struct scene scene;
static struct totp_app app; /* of whoever is on stage */

#define AUTH "/identity/resources/auth/v1/user"
#define MFA AUTH "/mfa"
#define OWN "/identity/resources/users/v1/mfa"
#define CONFIG "/identity/resources/configurations/v1"
#define VENDOR "/identity/resources/vendor-only/users/v1"
#define V2 "/identity/resources/users/v2"
#define V1 "/identity/resources/users/v1"
#define TENANTS "/tenants/resources/tenants/v1"

static void
person(const char *name, const char *tenant)
{
    mfa_scene_person(&scene, name, tenant);
}

static void
sign_in(const char *name, const char *expect)
{
    mfa_scene_sign_in(&scene, name, NULL, expect);
}

static void
enrol_app(const char *name)
{
    mfa_scene_enrol(&scene, &app, name);
}

/* The picture that was kept as `qr` goes to the app, which shows a code. */
static void
scan(void)
{
    mfa_scene_scan(&scene, &app);
    mfa_scene_code(&scene, &app);
}

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'acme','name':'Acme'}", "201"},
        {"POST " TENANTS, "{'tenantId':'strict','name':'Strict'}", "201"},
    };
    SCENE(&scene, steps);
}

/* ---- settings ---- */

static void
configuration(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " CONFIG "/mfa", NULL,
         "200; authenticationApp.active=true; authenticationApp.serviceName='gatehouse';"
         "sms={'active':true,'tokenLifetimeSeconds':300}; email.active=true"},
        {"POST " CONFIG "/mfa", "{'authenticationApp':{'active':true}}",
         "400; ~authenticationApp.serviceName"},
        {"POST " CONFIG "/mfa", "{'sms':{'active':true,'tokenLifetimeSeconds':299}}", "400; ~300"},
        {"POST " CONFIG "/mfa",
         "{'authenticationApp':{'active':true,'serviceName':'Zoë & Söhne: 100%'},"
         "'email':{'active':true,'tokenLifetimeSeconds':300,'sender':'mfa@acme.example'}}",
         "201; authenticationApp.serviceName='Zoë & Söhne: 100%'; sms.tokenLifetimeSeconds=300;"
         "email.sender='mfa@acme.example'"},
        {"POST " CONFIG "/mfa", "{}", "201; email.sender='mfa@acme.example'"},
        {"GET " CONFIG "/mfa/strategies", NULL,
         "200; strategies.*.strategy=['AuthenticatorApp','WebAuthnPlatform',"
         "'WebAuthnCrossPlatform','SMS','EmailCode'];"
         "strategies.*.isActive=[true,true,true,true,true]"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'SMS','isActive':false}", "201"},
        {"GET " CONFIG "/mfa/strategies", NULL,
         "200; strategies.*.isActive=[true,true,true,false,true]"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'SMS','isActive':true}", "201"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'Fax','isActive':true}", "400"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'SMS'}", "400"},
    };
    SCENE(&scene, steps);
}

static void
policies(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " CONFIG "/mfa-policy", NULL, "404; errors=['MFA policy not found']"},
        {"GET " CONFIG "/mfa-policy/vendor", NULL, "404"},
        {"PATCH " CONFIG "/mfa-policy", "{'enforceMFAType':'Force'}", "404"},
        {"POST " CONFIG "/mfa-policy @acme", "{'enforceMFAType':'DontForce'}",
         "201; enforceMFAType='DontForce'; allowRememberMyDevice=false; "
         "mfaDeviceExpiration=1209600;"
         "id?; createdAt?"},
        {"POST " CONFIG "/mfa-policy @acme", "{'enforceMFAType':'Force'}", "409"},
        {"GET " CONFIG "/mfa-policy", NULL, "404"},
        {"PATCH " CONFIG "/mfa-policy @acme", "{'allowRememberMyDevice':true}",
         "200; enforceMFAType='DontForce'; allowRememberMyDevice=true"},
        {"PATCH " CONFIG "/mfa-policy @acme", "{}", "400; errors=['Body should not be empty']"},
        {"PATCH " CONFIG "/mfa-policy @acme", NULL, "400"},
        {"PUT " CONFIG "/mfa-policy", "{'enforceMFAType':'DontForce','mfaDeviceExpiration':60}",
         "200; mfaDeviceExpiration=60; id>policy"},
        {"PUT " CONFIG "/mfa-policy", "{'allowRememberMyDevice':true}",
         "200; id='$policy'; allowRememberMyDevice=true; mfaDeviceExpiration=60"},
        {"GET " CONFIG "/mfa-policy/vendor", NULL, "200; id='$policy'"},
        {"GET " CONFIG "/mfa-policy @acme", NULL, "200; mfaDeviceExpiration=1209600"},
        {"PUT " CONFIG "/mfa-policy", "{'enforceMFAType':'Sometimes'}", "400"},
        {"PUT " CONFIG "/mfa-policy", "{'mfaDeviceExpiration':0}", "400"},
        {"PUT " CONFIG "/mfa-policy @nowhere", "{'enforceMFAType':'Force'}", "404"},
    };
    SCENE(&scene, steps);
}

/* ---- authenticator app ---- */

static void
enrolling_an_app(void **state)
{
    (void)state;
    person("ada", "acme");
    static const struct step begin[] = {
        {"GET " OWN "/devices +frontegg-user-id:$ada", NULL,
         "200; webauthn=[]; phones=[]; authenticators=[]; emails=[{'email':'a***@mfa.example'}]"},
        {"POST " OWN "/authenticator/enroll/verify +frontegg-user-id:$ada", "{'token':'123456'}",
         "400; errorCode='ER-01017'"},
        {"POST " OWN "/disable +frontegg-user-id:$ada", NULL,
         "400; errors=['MFA is not enrolled']; errorCode='ER-01097'"},
        {"POST " OWN "/enroll +frontegg-user-id:$ada", NULL, "200; qrCode>old"},
        {"POST " OWN "/authenticator/enroll +frontegg-user-id:$ada", NULL, "200; qrCode>qr"},
        {"POST " OWN "/enroll", NULL, "403"},
        {"POST " OWN "/enroll +frontegg-user-id:nobody", NULL, "404; errors=['User not found']"},
        {"POST " OWN "/enroll @strict +frontegg-user-id:$ada", NULL, "404"},
    };
    SCENE(&scene, begin);
    scan();
    assert_str(app.key.issuer, "Zoë & Söhne  100%");
    assert_str(app.key.account, "ada@mfa.example");
    mfa_scene_code(&scene, &app);
    struct totp_app old;
    totp_app_scan(&old, &scene.t.arena, scene_value(&scene, "old"));
    scene_keep(&scene, "old", totp_app_code(&old, &scene.t.arena, 0));
    static const struct step end[] = {
        {"POST " OWN "/enroll/verify +frontegg-user-id:$ada", "{'token':'$old'}",
         "400; errors=['Invalid code']; errorCode='ER-01011'"},
        {"GET " VENDOR "/$ada", NULL, "200; mfaEnrolled=false"},
        {"POST " OWN "/enroll/verify +frontegg-user-id:$ada", "{'token':'$code'}",
         "200; recoveryCode>recovery"},
        {"GET " VENDOR "/$ada", NULL, "200; mfaEnrolled=true"},
        {"POST " OWN "/enroll +frontegg-user-id:$ada", NULL,
         "400; errors=['Authenticator app is already enrolled']"},
        {"POST " OWN "/enroll/verify +frontegg-user-id:$ada", "{'token':'$code'}",
         "400; errors=['Authenticator app is already enrolled']"},
        {"GET " OWN "/devices +frontegg-user-id:$ada", NULL,
         "200; authenticators#1; authenticators.0.id>app; !~secret"},
        {"OUTBOX ada@mfa.example", NULL, "200; template='MFAEnroll'; ~Authenticator app"},
    };
    SCENE(&scene, end);
    assert_int_equal(scene_value(&scene, "recovery").n, 32);
}

static void
five_wrong_codes_end_an_enrolment(void **state)
{
    (void)state;
    person("bea", "acme");
    static const struct step begin[] = {
        {"POST " OWN "/enroll +frontegg-user-id:$bea", NULL, "200; qrCode>qr"}};
    static const struct step wrong[] = {{"POST " OWN "/enroll/verify +frontegg-user-id:$bea",
                                         "{'token':'000000'}", "400; errorCode='ER-01011'"}};
    static const struct step end[] = {{"POST " OWN "/enroll/verify +frontegg-user-id:$bea",
                                       "{'token':'$code'}", "400; errorCode='ER-01017'"}};
    SCENE(&scene, begin);
    scan();
    for (int i = 0; i < 5; i++)
        SCENE(&scene, wrong);
    mfa_scene_code(&scene, &app);
    SCENE(&scene, end);
}

static void
signing_in_with_an_app(void **state)
{
    (void)state;
    person("cleo", "acme");
    enrol_app("cleo");
    sign_in("cleo",
            "200; mfaRequired=true; mfaEnrolled=true; mfaToken>mfa; accessToken!;"
            "refreshToken!; qrCode!; mfaStrategies=['AuthenticatorApp','EmailCode'];"
            "mfaDevices.authenticators.0.id>app; mfaDevices.webauthn=[]; mfaDevices.phones=[];"
            "mfaDevices.emails=[{'email':'c***@mfa.example'}]; userId='$cleo'");
    static const struct step steps[] = {
        /* Half signed in is not signed in. */
        {"GET " OWN "/devices ~mfa", NULL, "401"},
        {"POST " MFA "/verify ~none", "{'value':'000000','mfaToken':'$mfa'}",
         "400; errors=['Invalid code']; errorCode='ER-01011'"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'x'}", "401"},
        {"POST " MFA "/authenticator/nope/verify ~none", "{'value':'$code','mfaToken':'$mfa'}",
         "400; errorCode='ER-01052'"},
        /* Somebody who has a factor enrols no other before showing it. */
        {"POST " MFA "/authenticator/enroll ~none", "{'mfaToken':'$mfa'}", "400"},
        {"POST " MFA "/authenticator/enroll/verify ~none", "{'token':'$code','mfaToken':'$mfa'}",
         "400"},
        {"POST " MFA "/sms/enroll ~none", "{'mfaToken':'$mfa','phoneNumber':'+4915112345678'}",
         "400"},
        {"GET " CONFIG "/mfa-policy/allow-remember-device?mfaToken=$mfa ~none", NULL,
         "200; isAllowedToRemember=true; mfaDeviceExpiration=60"},
        {"GET " CONFIG "/mfa-policy/allow-remember-device?mfaToken=x ~none", NULL, "401"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}",
         "201; mfaRequired=false; accessToken>access; refreshToken?; userId='$cleo'"},
        {"POST " MFA "/verify ~none", "{'value':'$next','mfaToken':'$mfa'}", "401"},
        {"GET " OWN "/devices ~access", NULL, "200; authenticators#1"},
    };
    SCENE(&scene, steps);
    sign_in("cleo", "200; mfaToken>mfa");
    static const struct step again[] = {
        {"POST " MFA "/authenticator/$app/verify ~none", "{'value':'$code','mfaToken':'$mfa'}",
         "400; errorCode='ER-01011'"},
        {"POST " MFA "/authenticator/$app/verify ~none", "{'value':'$next','mfaToken':'$mfa'}",
         "201; accessToken?"},
    };
    SCENE(&scene, again);
}

static void
removing_an_app(void **state)
{
    (void)state;
    person("dora", "acme");
    enrol_app("dora");
    sign_in("dora", "200; mfaToken>mfa; mfaDevices.authenticators.0.id>app");
    static const struct step steps[] = {
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}", "201; accessToken>at"},
        {"POST " OWN "/disable ~at", NULL, "400; errorCode='ER-01011'"},
        {"POST " OWN "/disable ~at", "{}", "400"},
        {"POST " OWN "/disable ~at", "{'token':'000000'}", "400; errorCode='ER-01011'"},
        {"POST " OWN "/disable ~at", "{'token':'$code'}", "400; errorCode='ER-01011'"},
        {"POST " OWN "/authenticator/nope/disable/verify ~at", "{'token':'$next'}", "404"},
        {"POST " OWN "/authenticator/$app/disable/verify ~at", "{}", "400"},
        {"POST " OWN "/authenticator/$app/disable/verify ~at", "{'token':'$next'}", "200"},
        {"GET " VENDOR "/$dora", NULL, "200; mfaEnrolled=false"},
        /* Its recovery code is gone with it. */
        {"POST " MFA "/recover ~none", "{'email':'dora@mfa.example','recoveryCode':'$recovery'}",
         "400"},
    };
    SCENE(&scene, steps);
    sign_in("dora", "200; mfaRequired=false; accessToken?");
    enrol_app("dora");
    static const struct step by_recovery[] = {
        {"POST " OWN "/disable ~at", "{'token':'$recovery'}", "200"},
        {"GET " VENDOR "/$dora", NULL, "200; mfaEnrolled=false"},
    };
    SCENE(&scene, by_recovery);
    enrol_app("dora");
    static const struct step by_vendor[] = {
        {"POST " OWN "/disable +frontegg-user-id:$dora", "{'token':'000000'}", "400"},
        {"POST " OWN "/disable +frontegg-user-id:$dora", "{}", "200"},
        {"GET " VENDOR "/$dora", NULL, "200; mfaEnrolled=false"},
        {"POST " OWN "/disable +frontegg-user-id:$dora", "{}", "400; errorCode='ER-01097'"},
    };
    SCENE(&scene, by_vendor);
}

/* ---- codes ---- */

static void
codes_by_sms(void **state)
{
    (void)state;
    person("eve", "acme");
    sign_in("eve", "200; mfaRequired=false; accessToken>at");
    static const struct step enrol[] = {
        {"POST " OWN "/sms/enroll ~at", "{'phoneNumber':'nonsense'}", "400"},
        {"POST " OWN "/sms/enroll ~at", "{'phoneNumber':'+4915112340001'}",
         "200; otcToken>old; phoneNumber='+4915112340001'"},
        {"OUTBOX +4915112340001", NULL, "200; code>oldcode; template='MFAOTC'"},
        {"POST " OWN "/sms/enroll ~at", "{'phoneNumber':'+4915112340001'}", "200; otcToken>otc"},
        {"OUTBOX +4915112340001", NULL, "200; code>sms"},
        {"POST " OWN "/sms/enroll/verify ~at", "{'otcToken':'$old','code':'$oldcode'}",
         "400; errorCode='ER-01011'"},
        {"POST " OWN "/sms/enroll/verify ~at", "{'otcToken':'$otc','code':'x$sms'}",
         "400; errorCode='ER-01011'"},
        {"POST " OWN "/sms/enroll/verify ~at", "{'otcToken':'$otc','code':'$sms'}", "200"},
        {"POST " OWN "/sms/enroll/verify ~at", "{'otcToken':'$otc','code':'$sms'}", "400"},
        {"GET " OWN "/devices ~at", NULL,
         "200; phones#1; phones.0.id>phone; phones.0.phoneNumber='+***********01'"},
    };
    SCENE(&scene, enrol);
    sign_in("eve", "200; mfaRequired=true; mfaToken>mfa; mfaStrategies=['SMS','EmailCode']");
    static const struct step verify[] = {
        {"POST " MFA "/verify ~none", "{'value':'123456','mfaToken':'$mfa'}", "400"},
        {"POST " MFA "/sms/nope ~none", "{'mfaToken':'$mfa'}", "400; errorCode='ER-01052'"},
        {"POST " MFA "/sms/$phone ~none", "{'mfaToken':'$mfa'}",
         "201; otcToken>otc; phoneNumber='+***********01'"},
        {"OUTBOX +4915112340001", NULL, "200; code>sms"},
        {"POST " MFA "/sms/$phone/verify ~none", "{'otcToken':'$otc','code':'$sms','mfaToken':'x'}",
         "401"},
        {"POST " MFA "/emailcode/verify ~none",
         "{'otcToken':'$otc','code':'$sms','mfaToken':'$mfa'}", "400"},
        {"POST " MFA "/sms/$phone/verify ~none",
         "{'otcToken':'$otc','code':'$sms','mfaToken':'$mfa'}", "201; accessToken>at"},
        {"POST " OWN "/sms/$phone/disable/verify ~at", "{}", "400; errorCode='ER-01011'"},
        {"POST " OWN "/sms/nope/disable ~at", NULL, "404"},
        {"POST " OWN "/sms/$phone/disable ~at", NULL, "200; otcToken>otc"},
        {"OUTBOX +4915112340001", NULL, "200; code>sms"},
        {"POST " OWN "/sms/$phone/disable/verify ~at", "{'otcToken':'$otc','code':'$sms'}", "200"},
        {"GET " VENDOR "/$eve", NULL, "200; mfaEnrolled=false"},
    };
    SCENE(&scene, verify);
}

/* With another device left no code is needed to remove a phone. */
static void
one_of_several_devices(void **state)
{
    (void)state;
    person("finn", "acme");
    enrol_app("finn");
    static const struct step steps[] = {
        {"POST " OWN "/sms/enroll +frontegg-user-id:$finn", "{'phoneNumber':'+4915112340002'}",
         "200; otcToken>otc"},
        {"OUTBOX +4915112340002", NULL, "200; code>sms"},
        {"POST " OWN "/sms/enroll/verify +frontegg-user-id:$finn",
         "{'otcToken':'$otc','code':'$sms'}", "200"},
        {"OUTBOX finn@mfa.example", NULL, "200; template='MFAEnroll'"},
        {"OUTBOX finn@mfa.example", NULL, "200; template='NewMFAMethod'"},
        {"POST " OWN "/sms/enroll +frontegg-user-id:$finn", "{'phoneNumber':'+4915112340002'}",
         "200; otcToken>otc"},
        {"OUTBOX +4915112340002", NULL, "200; code>sms"},
        {"POST " OWN "/sms/enroll/verify +frontegg-user-id:$finn",
         "{'otcToken':'$otc','code':'$sms'}", "400; errors=['Phone number is already enrolled']"},
        {"GET " OWN "/devices +frontegg-user-id:$finn", NULL, "200; phones.0.id>phone"},
        {"POST " OWN "/sms/$phone/disable +frontegg-user-id:$finn", NULL, "400"},
    };
    SCENE(&scene, steps);
    sign_in("finn", "200; mfaToken>mfa");
    static const struct step end[] = {
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}", "201; accessToken>at"},
        {"POST " OWN "/sms/$phone/disable/verify ~at", "{}", "200"},
        {"OUTBOX finn@mfa.example", NULL, "200; template='RemoveMFAMethod'"},
        {"GET " VENDOR "/$finn", NULL, "200; mfaEnrolled=true"},
    };
    SCENE(&scene, end);
}

static void
codes_by_email(void **state)
{
    (void)state;
    person("gil", "acme");
    enrol_app("gil");
    sign_in("gil", "200; mfaToken>mfa");
    static const struct step steps[] = {
        {"OUTBOX gil@mfa.example", NULL, "200; template='MFAEnroll'"},
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'x'}", "401"},
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$mfa'}", "201; otcToken>old"},
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$mfa'}", "201; otcToken>otc"},
        {"OUTBOX gil@mfa.example", NULL, "200; code>oldcode; template='MFAOTC'"},
        {"OUTBOX gil@mfa.example", NULL, "200; code>mail"},
        {"POST " MFA "/emailcode/verify ~none",
         "{'otcToken':'$old','code':'$oldcode','mfaToken':'$mfa'}", "400; errorCode='ER-01011'"},
    };
    SCENE(&scene, steps);
    /* A code belongs to the sign-in it was asked for. */
    scene_keep(&scene, "first", scene_value(&scene, "mfa"));
    sign_in("gil", "200; mfaToken>mfa");
    static const struct step bound[] = {
        {"POST " MFA "/emailcode/verify ~none",
         "{'otcToken':'$otc','code':'$mail','mfaToken':'$mfa'}", "400; errorCode='ER-01011'"},
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$first'}", "201; otcToken>otc"},
        {"OUTBOX gil@mfa.example", NULL, "200; code>mail"},
        {"POST " MFA "/emailcode/verify ~none",
         "{'otcToken':'$otc','code':'$mail','mfaToken':'$first'}", "201; accessToken?"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'EmailCode','isActive':false}", "201"},
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$mfa'}", "400; errorCode='ER-01012'"},
        {"GET " OWN "/devices +frontegg-user-id:$gil", NULL, "200; emails=[]"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'EmailCode','isActive':true}", "201"},
    };
    SCENE(&scene, bound);
}

/* ---- who has to have one ---- */

static void
forced_to_enrol(void **state)
{
    (void)state;
    static const struct step force[] = {
        {"PUT " CONFIG "/mfa-policy @strict", "{'enforceMFAType':'Force'}", "200"}};
    SCENE(&scene, force);
    person("hugo", "strict");
    sign_in("hugo", "200; mfaRequired=true; mfaEnrolled=false; mfaToken>mfa; qrCode>qr;"
                    "accessToken!; mfaStrategies=['AuthenticatorApp','WebAuthnPlatform',"
                    "'WebAuthnCrossPlatform','SMS']; mfaDevices.emails=[]");
    scan();
    static const struct step dodge[] = {
        {"POST " MFA "/emailcode ~none", "{'mfaToken':'$mfa'}", "400; errorCode='ER-01012'"},
        {"POST " MFA "/verify ~none", "{'value':'000000','mfaToken':'$mfa'}", "400"},
        {"POST " MFA "/authenticator/enroll ~none", "{'mfaToken':'$mfa'}", "201; qrCode='$qr'"},
        {"GET " VENDOR "/$hugo", NULL, "200; mfaEnrolled=false"},
    };
    SCENE(&scene, dodge);
    sign_in("hugo", "200; mfaEnrolled=false; mfaToken>other; qrCode>foreign");
    static const struct step confirm[] = {
        /* Each challenge has a seed of its own: nobody else's picture is enrolled. */
        {"POST " MFA "/authenticator/enroll/verify ~none", "{'token':'$code','mfaToken':'$other'}",
         "400; errorCode='ER-01011'"},
        {"POST " MFA "/authenticator/enroll/verify ~none", "{'token':'$code','mfaToken':'$mfa'}",
         "201; accessToken?; recoveryCode>recovery; mfaEnrolled=true"},
        {"GET " VENDOR "/$hugo", NULL, "200; mfaEnrolled=true"},
        /* The other challenge was for somebody without a factor. */
        {"POST " MFA "/authenticator/enroll/verify ~none", "{'token':'$next','mfaToken':'$other'}",
         "401"},
    };
    SCENE(&scene, confirm);
    /* The old way: the code of the challenge's picture at `verify`. */
    person("ida", "strict");
    sign_in("ida", "200; mfaToken>mfa; qrCode>qr");
    scan();
    static const struct step legacy[] = {{"POST " MFA "/verify ~none",
                                          "{'value':'$code','mfaToken':'$mfa'}",
                                          "201; accessToken?; recoveryCode?"}};
    SCENE(&scene, legacy);
}

static void
forced_to_enrol_a_phone(void **state)
{
    (void)state;
    person("jan", "strict");
    sign_in("jan", "200; mfaEnrolled=false; mfaToken>mfa");
    static const struct step steps[] = {
        {"POST " MFA "/sms/enroll ~none", "{'mfaToken':'$mfa','phoneNumber':'+4915112340003'}",
         "201; otcToken>otc; phoneNumber='+4915112340003'"},
        {"OUTBOX +4915112340003", NULL, "200; code>sms"},
        {"POST " MFA "/sms/enroll/verify ~none",
         "{'mfaToken':'$mfa','otcToken':'$otc','code':'$sms'}",
         "201; accessToken?; recoveryCode>recovery"},
        {"GET " OWN "/devices +frontegg-user-id:$jan", NULL, "200; phones#1"},
    };
    SCENE(&scene, steps);
}

/* The environment's Force cannot be relaxed by a tenant; one strict tenant is enough. */
static void
the_strictest_policy_holds(void **state)
{
    (void)state;
    person("kim", "acme");
    sign_in("kim", "200; mfaRequired=false");
    static const struct step steps[] = {
        {"POST " V1 "/$kim/tenant", "{'tenantId':'strict','skipInviteEmail':true}", "201"}};
    SCENE(&scene, steps);
    sign_in("kim", "200; mfaRequired=true; mfaEnrolled=false");
    person("lou", "acme");
    sign_in("lou", "200; mfaRequired=false");
    static const struct step environment[] = {
        {"PUT " CONFIG "/mfa-policy", "{'enforceMFAType':'ForceExceptSAML'}", "200"}};
    SCENE(&scene, environment);
    sign_in("lou", "200; mfaRequired=true; mfaEnrolled=false; mfaToken>mfa");
    static const struct step bypass[] = {
        {"PUT " CONFIG "/mfa-policy @acme", "{'enforceMFAType':'DontForce'}", "200"},
        {"PUT " V1 "/$lou", "{'mfaBypass':true}", "200; mfaBypass=true"},
    };
    SCENE(&scene, bypass);
    sign_in("lou", "200; mfaRequired=false; accessToken?");
    static const struct step back[] = {
        {"PUT " CONFIG "/mfa-policy", "{'enforceMFAType':'DontForce'}", "200"}};
    SCENE(&scene, back);
}

/* What is switched off can be neither enrolled nor used, and lets nobody in. */
static void
strategies_that_are_off(void **state)
{
    (void)state;
    person("mia", "acme");
    enrol_app("mia");
    static const struct step off[] = {
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'AuthenticatorApp','isActive':false}",
         "201"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'EmailCode','isActive':false}", "201"},
        {"POST " OWN "/enroll +frontegg-user-id:$bea", NULL, "400; errorCode='ER-01012'"},
    };
    SCENE(&scene, off);
    sign_in("mia", "200; mfaRequired=true; mfaEnrolled=true; mfaStrategies=[]; mfaToken>mfa;"
                   "mfaDevices.authenticators=[]");
    static const struct step on[] = {
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}",
         "400; errorCode='ER-01012'"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'EmailCode','isActive':true}", "201"},
        {"POST " CONFIG "/mfa/strategies", "{'strategy':'AuthenticatorApp','isActive':true}",
         "201"},
        {"POST " CONFIG "/mfa", "{'sms':{'active':false,'tokenLifetimeSeconds':300}}", "201"},
        {"POST " OWN "/sms/enroll +frontegg-user-id:$mia", "{'phoneNumber':'+4915112340004'}",
         "400; errorCode='ER-01012'"},
        {"POST " CONFIG "/mfa", "{'sms':{'active':true,'tokenLifetimeSeconds':300}}", "201"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}", "201"},
    };
    SCENE(&scene, on);
}

/* ---- losing it ---- */

static void
recovering(void **state)
{
    (void)state;
    person("nia", "acme");
    enrol_app("nia");
    scene_keep(&scene, "lost", scene_value(&scene, "recovery"));
    static const struct step wrong[] = {
        {"POST " MFA "/recover ~none", "{'email':'nobody@mfa.example','recoveryCode':'$lost'}",
         "400; errors=['Invalid recovery code']; errorCode!"},
        {"POST " MFA "/recover ~none", "{'email':'nia@mfa.example','recoveryCode':'x$lost'}",
         "400; errors=['Invalid recovery code']; errorCode!"},
        {"POST " MFA "/recover ~none", "{'email':'cleo@mfa.example','recoveryCode':'$lost'}",
         "400; errors=['Invalid recovery code']"},
    };
    SCENE(&scene, wrong);
    sign_in("nia", "200; mfaToken>mfa");
    static const struct step right[] = {
        {"POST " MFA "/recover ~none", "{'email':'Nia@mfa.example','recoveryCode':'$lost'}", "200"},
        {"GET " VENDOR "/$nia", NULL, "200; mfaEnrolled=false"},
        {"POST " MFA "/recover ~none", "{'email':'nia@mfa.example','recoveryCode':'$lost'}", "400"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}", "401"},
        {"OUTBOX nia@mfa.example", NULL, "200; template='MFAEnroll'"},
        {"OUTBOX nia@mfa.example", NULL, "200; template='MFARecoveryCode'"},
    };
    SCENE(&scene, right);
    sign_in("nia", "200; mfaRequired=false; accessToken?");
}

static void
administrators_reset(void **state)
{
    (void)state;
    person("oda", "acme");
    enrol_app("oda");
    sign_in("oda", "200; mfaToken>mfa");
    static const struct step steps[] = {
        {"POST " VENDOR "/$oda/mfa/unenroll", NULL, "200"},
        {"GET " VENDOR "/$oda", NULL, "200; mfaEnrolled=false"},
        {"POST " VENDOR "/$oda/mfa/unenroll", NULL, "200"},
        {"POST " VENDOR "/nobody/mfa/unenroll", NULL, "404"},
        {"POST " MFA "/verify ~none", "{'value':'$code','mfaToken':'$mfa'}", "401"},
        {"OUTBOX oda@mfa.example", NULL, "200; template='MFAEnroll'"},
        {"OUTBOX oda@mfa.example", NULL, "200; template='MFAUnenroll'"},
    };
    SCENE(&scene, steps);
    sign_in("oda", "200; mfaRequired=false; accessToken?");
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    static const char *const prefixes[] = {MFA "/recover",
                                           MFA "/verify",
                                           MFA "/authenticator",
                                           MFA "/emailcode",
                                           MFA "/sms",
                                           OWN,
                                           CONFIG "/mfa",
                                           VENDOR "/{userId}/mfa",
                                           NULL};
    scene_ledger(&scene, prefixes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(configuration),
        cmocka_unit_test(policies),
        cmocka_unit_test(enrolling_an_app),
        cmocka_unit_test(five_wrong_codes_end_an_enrolment),
        cmocka_unit_test(signing_in_with_an_app),
        cmocka_unit_test(removing_an_app),
        cmocka_unit_test(codes_by_sms),
        cmocka_unit_test(one_of_several_devices),
        cmocka_unit_test(codes_by_email),
        cmocka_unit_test(forced_to_enrol),
        cmocka_unit_test(forced_to_enrol_a_phone),
        cmocka_unit_test(the_strictest_policy_holds),
        cmocka_unit_test(strategies_that_are_off),
        cmocka_unit_test(recovering),
        cmocka_unit_test(administrators_reset),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("mfa", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
