/* Sign-in by link and code, without a password; see tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define LINK "/identity/resources/auth/v1/passwordless/magiclink"
#define CODE "/identity/resources/auth/v1/passwordless/code"
#define SMS "/identity/resources/auth/v1/passwordless/smscode"
#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"
#define VENDOR "/identity/resources/vendor-only/users/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define INVITES "/identity/resources/tenants/invites/v1"
#define CONFIG "/identity/resources/configurations/v1"

/* Keeps the pair of the last answer's cookie, as a browser sends it back. */
static void
keep_cookie(const char *name)
{
    struct str set = tserver_header(&scene.reply, "set-cookie"), pair;
    assert_true(str_starts(set, STR("fe_attempt_")));
    assert_true(str_find(set, STR("HttpOnly")) > 0 && str_find(set, STR("Secure")) > 0);
    assert_true(str_next(&set, ';', &pair));
    scene_keep(&scene, name, pair);
}

static void
set_strategy(const char *strategy)
{
    scene_keep(&scene, "strategy", str_of(strategy));
    static const struct step steps[] = {{"POST " CONFIG, "{'authStrategy':'$strategy'}", "201"}};
    SCENE(&scene, steps);
}

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One Ltd'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two Ltd'}", "201"},
        {"POST " CREATE " @one",
         "{'email':'ada@one.example','username':'ada.l','phoneNumber':'+4315550142',"
         "'skipInviteEmail':true}",
         "201; id>ada"},
        {"POST " USERS "/$ada/verify", NULL, "200"},
        {"POST " CREATE " @one", "{'email':'bob@one.example','skipInviteEmail':true}",
         "201; id>bob"},
        {"POST " USERS "/$bob/verify", NULL, "200"},
    };
    SCENE(&scene, steps);
}

static void
only_the_strategy_that_is_on(void **state)
{
    (void)state;
    static const struct step off[] = {
        {"POST " LINK "/prelogin ~none", "{'email':'ada@one.example'}",
         "400; errorCode='ER-01012'; errors=['Invalid authentication type']"},
        {"POST " CODE "/prelogin ~none", "{'email':'ada@one.example'}",
         "400; errorCode='ER-01012'"},
        {"POST " SMS "/prelogin ~none", "{'email':'ada@one.example'}", "400; errorCode='ER-01012'"},
        {"POST " LINK "/postlogin ~none", "{'token':'x'}", "400; errorCode='ER-01012'"},
        {"POST " CODE "/postlogin ~none", "{'token':'x'}", "400"},
        {"POST " SMS "/postlogin ~none", "{'token':'x'}", "400"},
    };
    static const struct step on[] = {
        {"POST " LINK "/prelogin ~none", "{}", "400; ~Either email or username must be provided"},
        {"POST " LINK "/prelogin ~none", NULL, "400"},
        {"POST " LINK "/prelogin ~none", "{'email':'x'}", "400; ~email must be an email"},
        {"POST " LINK "/prelogin ~none", "{'phoneNumber':'+4315550142'}", "400"},
        {"POST " LINK "/postlogin ~none", "{}", "400; ~token"},
        {"POST " LINK "/postlogin ~none", "{'token':'x'}",
         "400; errorCode='ER-01015'; errors=['Magic link not found']"},
        {"POST " CODE "/prelogin ~none", "{'email':'ada@one.example'}",
         "400; errorCode='ER-01012'"},
    };
    SCENE(&scene, off);
    set_strategy("MagicLink");
    SCENE(&scene, on);
}

static void
by_link(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LINK "/prelogin ~none", "{'email':'ADA@one.example'}", "200"},
        {"OUTBOX ada@one.example", NULL,
         "200; template='MagicLink'; token>first; code!; link>link; ~token=$first"},
        {"POST " LINK "/prelogin ~none", "{'userId':'$ada'}", "200"},
        {"OUTBOX ada@one.example", NULL, "200; token>second"},
        {"POST " LINK "/prelogin ~none", "{'username':'Ada.L'}", "200"},
        {"OUTBOX ada@one.example", NULL, "200; token>token"},
        {"POST " LINK "/prelogin ~none", "{'email':'nobody@one.example'}", "200"},
        /* A newer message makes the older one worthless. */
        {"POST " LINK "/postlogin ~none", "{'token':'$first'}", "400; errorCode='ER-01015'"},
        {"POST " LINK "/postlogin ~none", "{'token':'$second'}", "400; errorCode='ER-01015'"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}",
         "201; accessToken?; refreshToken?; mfaRequired=false; userId='$ada'"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}", "400; errorCode='ER-01015'"},
        /* What a mail scanner does: the page is not ours, and there is nothing to get. */
        {"POST " LINK "/prelogin ~none", "{'email':'ada@one.example'}", "200"},
        {"OUTBOX ada@one.example", NULL, "200; token>token"},
        {"GET " LINK "/postlogin?token=$token ~none", NULL, "405"},
        {"POST " USERS "/activate ~none", "{'userId':'$ada','token':'$token'}", "400"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}", "201; accessToken?"},
    };
    SCENE(&scene, steps);
}

static void
links_expire(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " CONFIG, "{'defaultPasswordlessTokenExpiration':1}", "201"},
        {"POST " LINK "/prelogin ~none", "{'email':'ada@one.example'}", "200"},
        {"OUTBOX ada@one.example", NULL, "200; token>token"},
    };
    static const struct step after[] = {
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}",
         "400; errorCode='ER-01014'; errors=['Magic link has expired']"},
        {"POST " CONFIG, "{'defaultPasswordlessTokenExpiration':300}", "201"},
    };
    SCENE(&scene, before);
    testdb_run(store_db(server_store(scene.t.server)), "UPDATE flows SET expires_at = 1");
    SCENE(&scene, after);
}

static void
links_of_one_device(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " CONFIG, "{'forceSameDeviceOnAuth':true}", "201"},
        {"POST " LINK "/prelogin ~none", "{'email':'ada@one.example'}", "200"},
    };
    static const struct step another[] = {
        {"POST " LINK "/prelogin ~none", "{'email':'bob@one.example'}", "200"},
    };
    static const struct step after[] = {
        {"OUTBOX ada@one.example", NULL, "200; token>token"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}",
         "400; errorCode='ER-01016'; errors=['Unknown device']"},
        {"POST " LINK "/postlogin ~none +Cookie:$other", "{'token':'$token'}",
         "400; errorCode='ER-01016'"},
        {"POST " LINK "/postlogin ~none +Cookie:$mine +Sec-Fetch-Site:cross-site",
         "{'token':'$token'}", "400; errorCode='ER-01016'"},
        {"POST " LINK "/postlogin ~none +Cookie:$mine", "{'token':'$token'}",
         "201; accessToken?; userId='$ada'"},
        {"POST " CONFIG, "{'forceSameDeviceOnAuth':false}", "201"},
    };
    SCENE(&scene, before);
    keep_cookie("mine");
    SCENE(&scene, another);
    keep_cookie("other");
    SCENE(&scene, after);
}

static void
by_code(void **state)
{
    (void)state;
    set_strategy("Code");
    static const struct step bobs[] = {
        {"POST " CODE "/prelogin ~none", "{'email':'bob@one.example'}", "201"},
    };
    static const struct step adas[] = {
        {"OUTBOX bob@one.example", NULL, "200; template='MagicLink'"},
        {"OUTBOX bob@one.example", NULL, "200; template='OTC'; code>bobs_code; token!; link!"},
        {"POST " CODE "/prelogin ~none", "{'email':'ada@one.example'}", "201"},
    };
    static const struct step steps[] = {
        {"OUTBOX ada@one.example", NULL, "200; template='OTC'; code>code; token!; link!"},
        {"POST " CODE "/postlogin ~none", "{'token':'$code'}",
         "400; errorCode='ER-01016'; errors=['Unknown device']"},
        /* A code is good in the attempt that asked for it. */
        {"POST " CODE "/postlogin ~none +Cookie:$bob_cookie", "{'token':'$code-'}",
         "400; errorCode='ER-01011'; errors=['Invalid code']"},
        {"POST " CODE "/postlogin ~none +Cookie:$ada_cookie", "{'token':'$bobs_code-'}",
         "400; errorCode='ER-01011'"},
        {"POST " CODE "/postlogin ~none +Cookie:$ada_cookie", "{'token':'$code'}",
         "201; accessToken?; userId='$ada'"},
        {"POST " CODE "/postlogin ~none +Cookie:$ada_cookie", "{'token':'$code'}",
         "400; errorCode='ER-01011'"},
        {"POST " CODE "/postlogin ~none +Cookie:$bob_cookie", "{'token':'$bobs_code'}",
         "201; accessToken?; userId='$bob'"},
    };
    SCENE(&scene, bobs);
    keep_cookie("bob_cookie");
    SCENE(&scene, adas);
    keep_cookie("ada_cookie");
    SCENE(&scene, steps);
}

static void
guesses_are_counted(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " CODE "/prelogin ~none", "{'email':'ada@one.example'}", "201"}};
    static const struct step code[] = {{"OUTBOX ada@one.example", NULL, "200; code>code"}};
    static const struct step wrong[] = {{"POST " CODE "/postlogin ~none +Cookie:$mine",
                                         "{'token':'wrong'}", "400; errorCode='ER-01011'"}};
    static const struct step after[] = {{"POST " CODE "/postlogin ~none +Cookie:$mine",
                                         "{'token':'$code'}", "400; errorCode='ER-01011'"}};
    SCENE(&scene, before);
    keep_cookie("mine");
    SCENE(&scene, code);
    for (int i = 0; i < 5; i++)
        SCENE(&scene, wrong);
    SCENE(&scene, after);
    /* For nobody as for somebody. */
    static const struct step nobody[] = {
        {"POST " CODE "/prelogin ~none", "{'email':'nobody@one.example'}", "201"}};
    SCENE(&scene, nobody);
    keep_cookie("mine");
    for (int i = 0; i < 6; i++)
        SCENE(&scene, wrong);
}

static void
codes_expire(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " CODE "/prelogin ~none", "{'email':'ada@one.example'}", "201"}};
    static const struct step after[] = {
        {"OUTBOX ada@one.example", NULL, "200; code>code"},
        {"POST " CODE "/postlogin ~none +Cookie:$mine", "{'token':'$code'}",
         "400; errorCode='ER-01017'; errors=['Code has expired']"},
    };
    SCENE(&scene, before);
    keep_cookie("mine");
    testdb_run(store_db(server_store(scene.t.server)), "UPDATE flows SET expires_at = 1");
    SCENE(&scene, after);
}

static void
by_sms(void **state)
{
    (void)state;
    set_strategy("SmsCode");
    static const struct step start[] = {
        {"POST " SMS "/prelogin ~none", "{'email':'ada@one.example'}",
         "201; phoneNumber='+*********42'; resetPhoneNumberToken!; !~4315"},
    };
    static const struct step steps[] = {
        {"OUTBOX +4315550142", NULL, "200; channel='sms'; template='OTC'; code>code; token!"},
        {"POST " SMS "/postlogin ~none", "{'token':'$code'}", "400; errorCode='ER-01016'"},
        {"POST " SMS "/postlogin ~none +Cookie:$mine", "{'token':'$code'}",
         "201; accessToken?; userId='$ada'"},
        /* By the number itself, one that is known and one that is not. */
        {"POST " SMS "/prelogin ~none", "{'phoneNumber':'+4315550142'}",
         "201; phoneNumber='+*********42'"},
        {"OUTBOX +4315550142", NULL, "200; code?"},
        {"POST " SMS "/prelogin ~none", "{'phoneNumber':'+4315559917'}",
         "201; phoneNumber='+*********17'"},
        {"POST " SMS "/prelogin ~none", "{'phoneNumber':'12'}", "400; ~Phone number must be valid"},
        /* Who has no number, and who is not there: always the same digits. */
        {"POST " SMS "/prelogin ~none", "{'email':'bob@one.example'}", "201; phoneNumber>bobs"},
        {"POST " SMS "/prelogin ~none", "{'email':'bob@one.example'}", "201; phoneNumber='$bobs'"},
        {"POST " SMS "/prelogin ~none", "{'email':'nobody@one.example'}", "201; phoneNumber>no"},
        {"POST " SMS "/prelogin ~none", "{'email':'nobody@one.example'}", "201; phoneNumber='$no'"},
    };
    SCENE(&scene, start);
    keep_cookie("mine");
    SCENE(&scene, steps);
    set_strategy("MagicLink");
}

static void
with_an_invitation(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " INVITES, "{'tenantId':'two'}", "201; token>invite"},
        {"POST " LINK "/prelogin ~none", "{'email':'ada@one.example','invitationToken':'no'}",
         "400; errorCode='ER-01061'"},
        {"POST " LINK "/prelogin ~none", "{'email':'ada@one.example','invitationToken':'$invite'}",
         "200"},
        {"OUTBOX ada@one.example", NULL, "200; token?"},
        {"POST " LINK "/prelogin ~none", "{'email':'ada@one.example'}", "200"},
        {"OUTBOX ada@one.example", NULL, "200; token>token; template='MagicLink'"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token','invitationToken':'no'}",
         "400; errorCode='ER-01061'"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token','invitationToken':'$invite'}",
         "201; accessToken?"},
        {"GET " VENDOR "/$ada", NULL, "200; tenantIds=['one','two']"},
        /* Somebody new, whose address is shown to be theirs by the link. */
        {"POST " CONFIG, "{'allowSignups':false}", "201"},
        {"POST " LINK "/prelogin ~none", "{'email':'new@two.example','invitationToken':'$invite'}",
         "200"},
        {"GET " USERS "/email?email=new@two.example", NULL, "404"},
        {"OUTBOX new@two.example", NULL, "200; template='MagicLink'; token>token"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}",
         "201; accessToken?; userId>new; emailVerified=true"},
        {"GET " VENDOR "/$new", NULL,
         "200; email='new@two.example'; tenantIds=['two']; activatedForTenant=true"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}", "400"},
        {"POST " CONFIG, "{'allowSignups':true}", "201"},
    };
    SCENE(&scene, steps);
}

/* Whoever may not sign in is nobody here, and a second factor is still asked for. */
static void
who_may_not_come_in(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CREATE " @one", "{'email':'cat@one.example','skipInviteEmail':true}",
         "201; id>cat"},
        {"POST " LINK "/prelogin ~none", "{'email':'cat@one.example'}", "200"},
        {"POST " USERS "/$cat/verify", NULL, "200"},
        {"POST " USERS "/$cat/lock", NULL, "200"},
        {"POST " LINK "/prelogin ~none", "{'email':'cat@one.example'}", "200"},
        {"POST " USERS "/$cat/unlock", NULL, "200"},
        {"POST " LINK "/prelogin ~none", "{'email':'cat@one.example'}", "200"},
        /* The first one that was mailed. */
        {"OUTBOX cat@one.example", NULL, "200; token>token"},
        {"POST " USERS "/$cat/lock", NULL, "200"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}", "401; errorCode='ER-01013'"},
        {"POST " USERS "/$cat/unlock", NULL, "200"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}", "201; accessToken?"},
        {"POST " CONFIG "/mfa-policy", "{'enforceMFAType':'Force'}", "201"},
        {"POST " LINK "/prelogin ~none", "{'email':'cat@one.example'}", "200"},
        {"OUTBOX cat@one.example", NULL, "200; token>token"},
        {"POST " LINK "/postlogin ~none", "{'token':'$token'}",
         "201; mfaRequired=true; mfaToken?; accessToken!; refreshToken!"},
        {"PATCH " CONFIG "/mfa-policy", "{'enforceMFAType':'DontForce'}", "200"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){LINK, CODE, SMS, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(only_the_strategy_that_is_on),
        cmocka_unit_test(by_link),
        cmocka_unit_test(links_expire),
        cmocka_unit_test(links_of_one_device),
        cmocka_unit_test(by_code),
        cmocka_unit_test(guesses_are_counted),
        cmocka_unit_test(codes_expire),
        cmocka_unit_test(by_sms),
        cmocka_unit_test(with_an_invitation),
        cmocka_unit_test(who_may_not_come_in),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("passwordless", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
