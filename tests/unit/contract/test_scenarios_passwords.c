/* Resetting, changing and judging passwords, and the settings about them; see tests/support/scene.h. */
#include "tests/support/scene.h"

#include "base/clock.h"

#include <stdio.h>

static struct scene scene;

#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"
#define TENANTS "/tenants/resources/tenants/v1"
#define LOGIN "/identity/resources/auth/v1/user"
#define SIGN_IN "POST " LOGIN " ~none +User-Agent:test"
#define CONFIG "/identity/resources/configurations/v1"
#define OWN "/identity/resources/users/v1/passwords"
#define SESSIONS "/identity/resources/users/sessions/v1/me"
#define EMAILS "/identity/resources/users/emails/v1"
#define RESET2 "/identity/resources/users/v2/passwords/reset"
#define GONE "['The token is not valid, was used or has expired']"
#define ADA "'email':'ada@one.example'"
#define OLD "violet-thursday-13"
#define NEW "harbour-lantern-42"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'Stargazers United'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " CREATE " @one",
         "{" ADA ",'name':'Ada Lovelace','password':'" OLD "','skipInviteEmail':true,"
         "'phoneNumber':'+4915550100'}",
         "201; id>ada"},
        {"POST " USERS "/$ada/verify", NULL, "200"},
        {"POST " CREATE " @two", "{'email':'bob@two.example','skipInviteEmail':true}",
         "201; id>bob"},
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}", "200; accessToken>in"},
    };
    SCENE(&scene, steps);
}

/* ---- settings ---- */

static void
settings_of_the_environment(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " CONFIG "/password", NULL,
         "200; minLength=6; maxLength=128; minOptionalTestsToPass=1; allowPassphrases=false;"
         "minPhraseLength=20; blockPwnedPasswords=true; optionalTests.requireNumbers=false;"
         "requiredTests.checkThreeRepeatedChars=false"},
        {"POST " CONFIG "/password", "{'optionalTests':{'requireNumbers':true},'minLength':10}",
         "201; minLength=10; optionalTests={'requireLowercase':false,'requireUppercase':false,"
         "'requireNumbers':true,'requireSpecialChars':false}"},
        /* Deep: what is not mentioned stays. */
        {"POST " CONFIG "/password",
         "{'optionalTests':{'requireUppercase':true},'unknown':1,'maxLength':null}",
         "201; minLength=10; optionalTests.requireNumbers=true; "
         "optionalTests.requireUppercase=true; maxLength=128"},
        {"POST " CONFIG "/password", "{'minLength':20,'maxLength':10}", "400; ~maxLength"},
        {"POST " CONFIG "/password", "{'minLength':0}", "400; ~minLength"},
        {"POST " CONFIG "/password", "{'minOptionalTestsToPass':5}", "400; ~minOptionalTests"},
        {"POST " CONFIG "/password", "{'optionalTests':7}", "400; ~optionalTests"},
        {"POST " CONFIG "/password", "{'optionalTests':{'requireNumbers':'yes'}}",
         "400; ~requireNumbers must be a boolean value"},
        {"POST " CONFIG "/password",
         "{'optionalTests':{'requireNumbers':false,'requireUppercase':false},'minLength':6}",
         "201; minLength=6"},
        {"GET " CONFIG "/password-history-policy", NULL, "404"},
        {"PATCH " CONFIG "/password-history-policy", "{'enabled':true,'historySize':2}", "404"},
        {"POST " CONFIG "/password-history-policy", "{'enabled':true,'historySize':11}", "400"},
        {"POST " CONFIG "/password-history-policy", "{'enabled':true,'historySize':3}",
         "201; enabled=true; historySize=3; id?; createdAt?"},
        {"POST " CONFIG "/password-history-policy", "{'enabled':true,'historySize':3}", "409"},
        {"PATCH " CONFIG "/password-history-policy", "{'enabled':false,'historySize':2}",
         "200; enabled=false; historySize=2"},
        {"GET " CONFIG "/password-history-policy", NULL, "200; historySize=2"},
        {"GET " CONFIG "/password-rotation", NULL, "404"},
        {"GET " CONFIG "/password-rotation/vendor", NULL, "404"},
        {"POST " CONFIG "/password-rotation", "{'rotationPeriod':0}", "400; ~rotationPeriod"},
        {"POST " CONFIG "/password-rotation", "{'rotationPeriod':100}", "200"},
        {"GET " CONFIG "/password-rotation/vendor @one", NULL,
         "200; isActive=false; rotationPeriod=100; notificationPeriod=10080; tenantId=null"},
        {"GET " CONFIG "/password-rotation", NULL, "200; rotationPeriod=100"},
        {"GET " CONFIG "/password-rotation @one", NULL, "404"},
        {"GET " CONFIG "/password-recovery/strategies ~none", NULL,
         "200; *.strategy=['email','sms']; *.isActive=[true,true]"},
    };
    SCENE(&scene, steps);
}

static void
tenants_can_only_be_stricter(void **state)
{
    (void)state;
    scene_keep_token(&scene, "admin", "ada", "one");
    static const struct step steps[] = {
        {"POST " CONFIG "/password ~admin", "{'minLength':12}", "403; ~may not change"},
        {"POST " CONFIG "/password-rotation ~admin", "{'isActive':true}", "403"},
        {"POST " CONFIG "/password-history-policy ~admin", "{'enabled':true,'historySize':1}",
         "403"},
        {"POST " CONFIG, "{'allowOverridePasswordComplexity':true}", "201"},
        {"POST " CONFIG "/password ~admin",
         "{'minLength':14,'optionalTests':{'requireNumbers':true}}",
         "201; minLength=14; maxLength=128; optionalTests.requireNumbers=true"},
        {"GET " CONFIG "/password @one", NULL, "200; minLength=14"},
        {"GET " CONFIG "/password @two", NULL, "200; minLength=6"},
        {"GET " CONFIG "/password", NULL, "200; minLength=6"},
        /* What holds for a person, also before they can sign in. */
        {"GET " OWN "/config ~in", NULL,
         "200; minLength=14; optionalTests.requireNumbers=true; minOptionalTestsToPass=1;"
         "maxLength=128"},
        {"GET " OWN "/config?userId=$ada ~none", NULL, "200; minLength=14"},
        {"GET " OWN "/config?userId=$bob ~none", NULL, "200; minLength=6"},
        {"GET " OWN "/config?userId=nobody ~none", NULL, "200; minLength=6"},
        {"GET " OWN "/config ~none", NULL, "200; minLength=6"},
        {"GET " OWN "/config?userId=$bob ~in", NULL, "200; minLength=14"},
        {"GET " OWN "/config +frontegg-user-id:$ada", NULL, "200; minLength=14"},
        {"POST " CONFIG "/password @one",
         "{'minLength':1,'optionalTests':{'requireNumbers':false}}", "201; minLength=1"},
        {"GET " OWN "/config ~in", NULL, "200; minLength=6"},
        {"POST " CONFIG, "{'allowOverridePasswordComplexity':false}", "201"},
    };
    SCENE(&scene, steps);
}

/* ---- changing ---- */

static void
change(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}", "200"},
        {"GET " SESSIONS " ~in", NULL, "200; 1.id?"},
        {"POST " OWN "/change ~in", "{'password':'wrong','newPassword':'" NEW "'}",
         "400; errors=['Invalid authentication']; errorCode='ER-01013'"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "'}", "400; ~newPassword"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "','newPassword':'" OLD "'}",
         "400; errors=['password must differ from the present one']"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "','newPassword':'abc12'}",
         "400; ~password must be longer than or equal to 6 characters"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "','newPassword':'password1'}",
         "400; errors=['password must not be a common one or easy to guess']"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "','newPassword':'Ada.Lovelace1'}",
         "400; ~must not be made of; !~Lovelace1"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "','newPassword':'stargazers-7'}",
         "400; ~must not be made of"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "','newPassword':'aaaa'}",
         "400; errors#2; ~longer than or equal to; ~easy to guess"},
        {"POST " OWN "/change ~none", "{'password':'" OLD "','newPassword':'" NEW "'}", "401"},
        {"POST " OWN "/change", "{'password':'" OLD "','newPassword':'" NEW "'}", "403"},
        {"POST " OWN "/change +frontegg-user-id:nobody",
         "{'password':'" OLD "','newPassword':'" NEW "'}", "404; errors=['User not found']"},
        {"POST " OWN "/change @two +frontegg-user-id:$ada",
         "{'password':'" OLD "','newPassword':'" NEW "'}", "404"},
        {"POST " OWN "/change +frontegg-user-id:$bob", /* has none yet */
         "{'password':'x','newPassword':'" NEW "'}", "400; errors=['Invalid authentication']"},
        {"POST " OWN "/change ~in", "{'password':'" OLD "','newPassword':'" NEW "'}", "201"},
        /* This session stays, the other one ended. */
        {"GET " SESSIONS " ~in", NULL, "200; #1; 0.current=true"},
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}", "401"},
        {SIGN_IN, "{" ADA ",'password':'" NEW "'}", "200"},
        {"POST " OWN "/change @one +frontegg-user-id:$ada",
         "{'password':'" NEW "','newPassword':'" OLD "'}", "201"},
        {"GET " SESSIONS " @one +frontegg-user-id:$ada", NULL, "200; =[]"},
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}", "200; accessToken>in"},
    };
    SCENE(&scene, steps);
}

/* A request that leaves an audit of something else than itself: that an account was locked, say. */
static void
send_with_audit(const char *path, const char *token, const char *body, int status)
{
    struct str none = {NULL, 0};
    struct tserver_reply r =
        tserver_request(&scene.t, "POST", path, token ? scene_value(&scene, token) : none, NULL,
                        scene_text(&scene, body));
    assert_int_equal(r.status, status);
    scene.audits++;
}

/* Wrong ones count like those at the front door, and the right one is refused as they are. */
static void
changing_is_no_oracle(void **state)
{
    (void)state;
    static const struct step first[] = {
        {SIGN_IN, "{" ADA ",'password':'" NEW "'}", "200; accessToken>in"},
        {"POST " CONFIG "/lockout-policy", "{'enabled':true,'maxAttempts':3}", "201"},
        {"POST " OWN "/change ~in", "{'password':'no','newPassword':'" OLD "'}", "400"},
        {SIGN_IN, "{" ADA ",'password':'no'}", "401"},
    };
    static const struct step then[] = {
        {"POST " OWN "/change @one +frontegg-user-id:$ada",
         "{'password':'" NEW "','newPassword':'" OLD "'}",
         "400; errors=['Invalid authentication']; errorCode='ER-01013'"},
        {SIGN_IN, "{" ADA ",'password':'" NEW "'}", "401"},
        {"POST " USERS "/$ada/unlock", NULL, "200"},
        {"PATCH " CONFIG "/lockout-policy", "{'enabled':false,'maxAttempts':3}", "200"},
        {SIGN_IN, "{" ADA ",'password':'" NEW "'}", "200; accessToken>in"},
    };
    SCENE(&scene, first);
    send_with_audit(OWN "/change", "in", "{'password':'no','newPassword':'" OLD "'}", 400);
    SCENE(&scene, then);
}

/* Exactly the bytes: long ones, white space, composed and decomposed letters. */
static void
passwords_are_taken_as_they_are(void **state)
{
    (void)state;
    static const char *const passwords[] = {
        " leading and trailing ",
        "caf\\u00e9 au lait und so",
        "cafe\\u0301 au lait und so",
        "sixty-four bytes of nothing in particular but long enough to be 64",
        "a change of one byte at place seventy-three has to matter, so here is a one: 1",
        "a change of one byte at place seventy-three has to matter, so here is a one: 2",
    };
    const char *before = OLD;
    char body[512];
    for (size_t i = 0; i < COUNT_OF(passwords); i++) {
        snprintf(body, sizeof body, "{'password':'%s','newPassword':'%s'}", before, passwords[i]);
        const struct step steps[] = {
            {"POST " OWN "/change @one +frontegg-user-id:$ada", body, "201"},
        };
        SCENE(&scene, steps);
        before = passwords[i];
        for (size_t j = 0; j < COUNT_OF(passwords); j++) {
            snprintf(body, sizeof body, "{" ADA ",'password':'%s'}", passwords[j]);
            const struct step login = {SIGN_IN, body, i == j ? "200" : "401"};
            scene_run(&scene, &login, 1);
        }
    }
    snprintf(body, sizeof body, "{'password':'%s','newPassword':'" OLD "'}", before);
    const struct step back = {"POST " OWN "/change @one +frontegg-user-id:$ada", body, "201"};
    scene_run(&scene, &back, 1);
}

static void
what_is_too_long_is_not_hashed(void **state)
{
    (void)state;
    enum { LONG = 900 * 1024 };
    char *body = mem_new(LONG + 200, 1);
    int n = snprintf(body, 200, "{'password':'" OLD "','newPassword':'");
    memset(body + n, 'x', LONG);
    memcpy(body + n + LONG, "'}", 3);
    const struct step steps[] = {
        {"POST " OWN "/change @one +frontegg-user-id:$ada", body, "400; ~shorter than or equal to"},
    };
    SCENE(&scene, steps);
    mem_free(body);
}

/* ---- history and rotation ---- */

#define CHANGE(from, to, expect)                                                                   \
    {                                                                                              \
        "POST " OWN "/change @one +frontegg-user-id:$ada",                                         \
            "{'password':'" from "','newPassword':'" to "'}", expect                               \
    }
#define AGAIN "400; ~password must differ from the last 3 passwords"

static void
earlier_ones_do_not_come_back(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"PATCH " CONFIG "/password-history-policy", "{'enabled':true,'historySize':3}", "200"},
        CHANGE(OLD, "first-marble-88", "201"),
        CHANGE("first-marble-88", "second-marble-88", "201"),
        CHANGE("second-marble-88", OLD, AGAIN),
        CHANGE("second-marble-88", "first-marble-88", AGAIN),
        CHANGE("second-marble-88", "third-marble-88", "201"),
        CHANGE("third-marble-88", OLD, "201"),
        {"PATCH " CONFIG "/password-history-policy", "{'enabled':false,'historySize':3}", "200"},
        CHANGE(OLD, "third-marble-88", "201"),
        CHANGE("third-marble-88", OLD, "201"),
    };
    SCENE(&scene, steps);
}

static void
passwords_grow_old(void **state)
{
    (void)state;
    static const struct step active[] = {
        {"POST " CONFIG "/password-rotation @one",
         "{'isActive':true,'rotationPeriod':30,'notificationPeriod':20}", "200"},
        {"POST " CONFIG "/password-rotation", "{'isActive':true,'rotationPeriod':600}", "200"},
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}",
         "200; passwordExpiresIn=30; notificationPeriod=20; accessToken>in"},
    };
    SCENE(&scene, active);
    clock_pin(clock_now_ms() + 31 * 60 * 1000, clock_mono_ms());
    static const struct step old[] = {
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}",
         "200; accessToken!; resetPasswordToken>token; userId='$ada'"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$token','password':'" OLD "'}",
         "400; errors=['password must differ from the present one']"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$token','password':'" NEW "'}", "201"},
        {SIGN_IN, "{" ADA ",'password':'" NEW "'}", "200; accessToken?; passwordExpiresIn=30"},
        {"POST " CONFIG "/password-rotation", "{'isActive':false}", "200"},
        {"POST " CONFIG "/password-rotation @one", "{'isActive':false}", "200"},
        {"GET " CONFIG "/password-rotation @one", NULL, "200; isActive=false; tenantId='one'"},
        CHANGE(NEW, OLD, "201"),
    };
    SCENE(&scene, old);
    clock_pin(-1, -1);
}

/* ---- resetting ---- */

static void
reset_by_mail(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}", "200; accessToken>in"},
        {"POST " OWN "/reset ~none", "{" ADA "}", "201"},
        {"OUTBOX ada@one.example ResetPassword", NULL,
         "200; template='ResetPassword'; token>first; link?; code!"},
        {"POST " OWN "/reset ~none",
         "{'identifier':'ADA@one.example','identifierType':'email','emailMetadata':{'x':1}}",
         "201"},
        {"OUTBOX ada@one.example ResetPassword", NULL,
         "200; template='ResetPassword'; token>token"},
        /* The newer one is the only one. */
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$first'}",
         "410; errors=" GONE},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$first','password':'" NEW "'}", "400; errors=" GONE},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$token'}", "200"},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$bob','token':'$token'}", "410"},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada'}", "400"},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':''}", "400"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$bob','token':'$token','password':'" NEW "'}", "400; errors=" GONE},
        {"POST " OWN "/reset/verify ~none", "{'userId':'$ada','token':'$token'}", "400; ~password"},
        {"POST " OWN "/reset/verify ~none", "{'userId':'$ada','token':'$token','password':'abcde'}",
         "400; ~longer than"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$token','password':'" NEW "'}", "201"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$token','password':'" OLD "'}", "400; errors=" GONE},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$token'}", "410"},
        {"GET " SESSIONS " @one +frontegg-user-id:$ada", NULL, "200; =[]"},
        {"OUTBOX ada@one.example", NULL, "200; template='PasswordChanged'; link!; token!; code!"},
        {SIGN_IN, "{" ADA ",'password':'" OLD "'}", "401"},
        {SIGN_IN, "{" ADA ",'password':'" NEW "'}", "200; accessToken>in"},
        /* By the name or number that was given as identifier; the mail goes to the address. */
        {"POST " RESET2 "/email ~none",
         "{'identifier':'+4915550100','identifierType':'phoneNumber'}", "200; sessionId>session"},
        {"OUTBOX ada@one.example ResetPassword", NULL,
         "200; template='ResetPassword'; token>token"},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$session'}", "410"},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$token'}", "200"},
        /* A change of the password, or of the address, makes it worthless. */
        {"POST " OWN "/change ~in", "{'password':'" NEW "','newPassword':'" OLD "'}", "201"},
        {"OUTBOX ada@one.example", NULL, "200; template='PasswordChanged'; ~was changed"},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$token'}", "410"},
        {"POST " OWN "/reset ~none", "{" ADA "}", "201"},
        {"OUTBOX ada@one.example ResetPassword", NULL, "200; token>token"},
        {"PUT " USERS "/$ada/email", "{'email':'ada@new.example'}", "200"},
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$token'}", "410"},
        {"PUT " USERS "/$ada/email", "{" ADA "}", "200"},
    };
    SCENE(&scene, steps);
}

static void
reset_by_mail_shows_the_mailbox(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* Who has never shown the address has now. */
        {"POST " OWN "/reset ~none", "{'email':'bob@two.example'}", "201"},
        {"OUTBOX bob@two.example", NULL, "200; template='ResetPassword'; token>token"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$bob','token':'$token','password':'" NEW "'}", "201"},
        {SIGN_IN, "{'email':'bob@two.example','password':'" NEW "'}", "200"},
    };
    SCENE(&scene, steps);
}

/* A mail to a further address shows whose that one is, and nothing about the primary one. */
static void
reset_by_mail_to_a_further_address(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CREATE " @one", "{'email':'eve@one.example','skipInviteEmail':true}",
         "201; id>eve; verified=false"},
        {"POST " EMAILS "/vendor/$eve", "{'email':'eve@home.example','isVerified':true}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'EVE@home.example'}", "201"},
        {"OUTBOX eve@home.example", NULL, "200; template='ResetPassword'; token>token"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$eve','token':'$token','password':'" NEW "'}", "201"},
        {"GET " USERS "/$eve @one", NULL, "200; verified=false"},
        {SIGN_IN, "{'email':'eve@one.example','password':'" NEW "'}", "401"},
        /* The primary one itself, however it is written. */
        {"POST " OWN "/reset ~none", "{'email':'Eve@One.example'}", "201"},
        {"OUTBOX eve@one.example", NULL, "200; token>token"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$eve','token':'$token','password':'" OLD "'}", "201"},
        {"GET " USERS "/$eve @one", NULL, "200; verified=true"},
        {"OUTBOX eve@one.example", NULL, "200; template='PasswordChanged'"},
    };
    SCENE(&scene, steps);
}

static void
tokens_expire(void **state)
{
    (void)state;
    static const struct step begin[] = {
        {"POST " OWN "/reset ~none", "{" ADA "}", "201"},
        {"OUTBOX ada@one.example ResetPassword", NULL, "200; token>token"},
        {"POST " RESET2 "/sms ~none", "{'identifier':'ada@one.example','identifierType':'email'}",
         "200; sessionId>session"},
        {"OUTBOX +4915550100", NULL, "200; template='ResetPassword'; code>code; token!; link!"},
    };
    SCENE(&scene, begin);
    clock_pin(clock_now_ms() + 10 * 60 * 1000 + 1000, clock_mono_ms());
    static const struct step late[] = {
        {"POST " OWN "/reset/validate ~none", "{'userId':'$ada','token':'$token'}", "410"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$token','password':'" NEW "'}", "400; errors=" GONE},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'$code'}",
         "400; errors=['Code has expired']; errorCode='ER-01017'"},
    };
    SCENE(&scene, late);
    clock_pin(-1, -1);
}

static void
reset_by_sms(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " RESET2 "/sms ~none",
         "{'identifier':'+49-1555-0100','identifierType':'phoneNumber'}", "200; sessionId>session"},
        {"OUTBOX +4915550100", NULL, "200; code>code"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'x'}",
         "400; errors=['Invalid code']; errorCode='ER-01011'"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$code','otcToken':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$session','password':'" NEW "'}", "400; errors=" GONE},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'$code'}",
         "200; userId='$ada'; token>token"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'$code'}",
         "400; errors=['Invalid code']"},
        {"POST " OWN "/reset/verify ~none",
         "{'userId':'$ada','token':'$token','password':'" NEW "'}", "201"},
        {SIGN_IN, "{" ADA ",'password':'" NEW "'}", "200; accessToken>in"},
        /* Five wrong codes are enough. */
        {"POST " RESET2 "/sms ~none", "{'identifier':'ada@one.example','identifierType':'email'}",
         "200; sessionId>session"},
        {"OUTBOX +4915550100", NULL, "200; code>code"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'1'}", "400"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'2'}", "400"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'3'}", "400"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'4'}", "400"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'5'}", "400"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'$code'}",
         "400; errors=['Invalid code']"},
    };
    SCENE(&scene, steps);
}

/* Nobody and somebody get the same answers; nothing is sent to nobody. */
static void
nobody_is_answered_like_somebody(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " OWN "/reset ~none", "{'email':'nobody@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'identifier':'nobody','identifierType':'username'}", "201"},
        {"POST " OWN "/reset ~none", "{'identifier':'+4999999999'}", "201"},
        {"POST " OWN "/reset ~none", "{}", "400; errors=['identifier should not be empty']"},
        {"POST " OWN "/reset ~none", NULL, "400"},
        {"POST " OWN "/reset ~none", "{'identifier':'x','identifierType':'shoe size'}", "400"},
        {"POST " RESET2 "/email ~none", "{'identifier':'x@y.z','identifierType':'email'}",
         "200; sessionId?"},
        {"POST " RESET2 "/sms ~none", "{'identifier':'x@y.z','identifierType':'email'}",
         "200; sessionId>session"},
        {"POST " RESET2 "/sms/verify ~none", "{'sessionId':'$session','otcToken':'123456'}",
         "400; errors=['Invalid code']; errorCode='ER-01011'"},
        {"POST " RESET2 "/sms ~none", "{'identifier':'x@y.z'}", "400; ~identifierType"},
        /* Caps: the eleventh in ten minutes to one address, whoever it is. */
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'FLOOD@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
        {"POST " OWN "/reset ~none", "{'email':'flood@one.example'}", "201"},
    };
    SCENE(&scene, steps);
    send_with_audit(OWN "/reset", NULL, "{'email':'flood@one.example'}", 429);
}

/* New people are held to the same rules. */
static void
first_passwords_are_judged(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CREATE " @one", "{'email':'c@one.example','password':'password1'}",
         "400; errors=['password must not be a common one or easy to guess']"},
        {"POST " CREATE " @one", "{'email':'casablanca@one.example','password':'casablanca-1'}",
         "400; ~must not be made of"},
        {"POST /identity/resources/vendor-only/users/v1",
         "{'email':'c@one.example','password':'short','tenantId':'one'}", "400; ~longer than"},
        {"GET " USERS "/email?email=c@one.example", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene,
                    (const struct op_binding *const[]){passwords_ops, password_settings_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(settings_of_the_environment),
        cmocka_unit_test(tenants_can_only_be_stricter),
        cmocka_unit_test(change),
        cmocka_unit_test(passwords_are_taken_as_they_are),
        cmocka_unit_test(what_is_too_long_is_not_hashed),
        cmocka_unit_test(earlier_ones_do_not_come_back),
        cmocka_unit_test(passwords_grow_old),
        cmocka_unit_test(reset_by_mail),
        cmocka_unit_test(reset_by_mail_shows_the_mailbox),
        cmocka_unit_test(reset_by_mail_to_a_further_address),
        cmocka_unit_test(tokens_expire),
        cmocka_unit_test(reset_by_sms),
        cmocka_unit_test(nobody_is_answered_like_somebody),
        cmocka_unit_test(first_passwords_are_judged),
        cmocka_unit_test(changing_is_no_oracle),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("passwords", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
