/* Signing in as the environment, its configuration, and what both have to agree about; see
 * tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define LOGIN "/identity/resources/auth/v1/user"
#define USERS "/identity/resources/users/v2"
#define CONFIG "/identity/resources/configurations/v1"

static void
configuration(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " CONFIG, NULL,
         "200; id>id; publicKey?; defaultTokenExpiration=300; cookieSameSite='NONE';"
         "allowSignups=true; apiTokensEnabled=true; rotateRefreshTokens=true;"
         "machineToMachineAuthStrategy='ClientCredentials'; ~BEGIN PUBLIC KEY; !~PRIVATE"},
        {"GET /frontegg" CONFIG "/", NULL, "200; id='$id'"},
        {"POST " CONFIG, "{'cookieSameSite':'STRICT','defaultTokenExpiration':900}",
         "201; cookieSameSite='STRICT'; defaultTokenExpiration=900; allowSignups=true"},
        {"GET " CONFIG, NULL, "200; cookieSameSite='STRICT'; defaultTokenExpiration=900; id>id2"},
        {"POST " CONFIG, "{'allowSignups':false,'defaultTokenExpiration':null}",
         "201; allowSignups=false; defaultTokenExpiration=900; cookieSameSite='STRICT'"},
        {"POST " CONFIG, "{}", "201; allowSignups=false; cookieSameSite='STRICT'"},
        {"POST " CONFIG, NULL, "201; allowSignups=false"},
        {"POST " CONFIG,
         "{'publicKey':'mine','id':'mine','vendorId':'mine','jwtSecret':'mine','unknown':true}",
         "201; id='$id2'; !~mine; !~unknown"},
        {"GET " CONFIG, NULL, "200; !~mine; ~BEGIN PUBLIC KEY"},
        {"POST " CONFIG, "{'cookieSameSite':'strict'}", "400; ~cookieSameSite must be"},
        {"POST " CONFIG, "{'allowSignups':'no'}",
         "400; errors=['allowSignups must be a boolean value']"},
        {"POST " CONFIG, "{'defaultRefreshTokenExpiration':15552001}",
         "400; ~defaultRefreshTokenExpiration must not be greater than 15552000"},
        {"POST " CONFIG, "{'defaultTokenExpiration':0}", "400; ~defaultTokenExpiration"},
        {"POST " CONFIG, "[]", "400; ~Expected body to be an object"},
        {"GET " CONFIG "/basic", NULL,
         "200; ={'forcePermissions':false,'machineToMachineAuthStrategy':'ClientCredentials'}"},
        {"POST " CONFIG, "{'forcePermissions':true}", "201"},
        {"GET " CONFIG "/basic", NULL, "200; forcePermissions=true"},
        {"GET " CONFIG "/public ~none", NULL, "200; publicKey!; jwtSecret!; id!"},
        {"GET " CONFIG "/public", NULL, "200"},
        {"GET " CONFIG " ~none", NULL, "401"},
        {"POST " CONFIG " ~none", "{}", "401"},
    };
    SCENE(&scene, steps);
}

/* What is done about a setting whose effect no other scenario shows. */
static void
settings_do_what_they_say(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'one','name':'One'}", "201"},
        {"POST " USERS " @one", "{'email':'ann@x.io','password':'correct horse battery 9'}",
         "201; id>ann"},
        {"POST /identity/resources/users/v1/$ann/verify @one", NULL, "200"},
        /* people without local accounts do not sign in with a password */
        {"POST " CONFIG, "{'authStrategy':'NoLocalAuthentication'}", "201"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io','password':'correct horse battery 9'}",
         "400; errorCode='ER-01012'"},
        {"POST " LOGIN " ~none", "{'email':'nobody@x.io','password':'x'}",
         "400; errorCode='ER-01012'"},
        {"POST " CONFIG, "{'authStrategy':'EmailAndPassword'}", "201"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io','password':'correct horse battery 9'}",
         "200; accessToken>token"},
        /* permissions are enforced here whatever portals are told */
        {"POST " CONFIG, "{'forcePermissions':false}", "201; forcePermissions=false"},
        {"GET /identity/resources/users/v3 ~token", NULL, "403"},
        {"POST " CONFIG, "{'forcePermissions':true}", "201; forcePermissions=true"},
        {"GET /identity/resources/users/v3 ~token", NULL, "403"},
        {"GET /identity/resources/users/v2/me ~token", NULL, "200"},
        /* a tenant that is not there, made only when that is wanted */
        {"POST " USERS " @new", "{'email':'bob@x.io'}", "404; errors=['Tenant not found']"},
        {"POST " CONFIG, "{'skipTenantValidation':true}", "201"},
        {"POST " USERS " @new", "{'email':'bob@x.io'}", "201; id>bob"},
        {"GET /tenants/resources/tenants/v2/new", NULL, "200; name='new'"},
        {"POST " USERS " @new", "{'email':'cid@x.io'}", "201"},
        {"POST " USERS " @a/b", "{'email':'dee@x.io'}", "400; ~tenantId"},
        {"POST " USERS, "{'email':'dee@x.io'}", "403"},
        {"POST " CONFIG, "{'skipTenantValidation':false}", "201"},
        {"POST " USERS " @newer", "{'email':'dee@x.io'}", "404"},
    };
    SCENE(&scene, steps);
}

static void
vendor_sign_in(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /auth/vendor ~none", "{'clientId':'nobody','secret':'wrong'}",
         "401; errors=['Invalid authentication']"},
        {"POST /auth/vendor/ ~none", "{'clientId':'nobody','secret':'wrong'}", "401"},
        {"POST /auth/vendor ~none", "{'clientId':'nobody'}", "400; ~secret"},
        {"POST /auth/vendor ~none", "{'clientId':7,'secret':'x'}", "400; ~clientId"},
        {"POST /auth/vendor ~none", NULL, "400"},
        {"POST /auth/vendor ~none", "[]", "400"},
        {"GET /auth/vendor ~none", NULL, "405"},
        {"GET /identity/resources/nothing/v1", NULL, "404; errorCode='ER-00004'"},
        {"GET /nothing", NULL, "404; errorCode='ER-00004'"},
        {"GET /identity/resources/users/v1/%2e%2e/v3", NULL, "400"},
        {"PATCH /identity/resources/users/v3", "{}", "405"},
        {"GET /identity/resources/users/v3 +Content-Type:application/json", NULL, "200"},
        {"GET /identity/resources/users/v3", "null", "400; errors=['Invalid JSON provided']"},
    };
    SCENE(&scene, steps);
}

/* Two servers, an application, and a person holding yesterday's curl command all send tokens in
 * their own way. */
static void
ways_of_sending_a_token(void **state)
{
    (void)state;
    scene_keep(&scene, "token", scene.t.token);
    struct tserver_grant late = {.type = "vendor", .sub = scene.t.vendor, .lifetime_s = -10};
    scene_keep(&scene, "late", tserver_mint(&scene.t, &late));
    scene_keep(&scene, "junk", STR("abc.def.ghi"));
    static const struct step steps[] = {
        {"GET " CONFIG " ~none +x-access-token:$token", NULL, "200"},
        {"GET " CONFIG " ~token +x-access-token:$token", NULL, "200"},
        {"GET " CONFIG " ~token +x-access-token:$junk", NULL, "401"},
        {"GET " CONFIG " ~none +x-access-token:$late", NULL, "401"},
        {"GET " CONFIG " ~late", NULL, "401"},
        {"GET " CONFIG " ~junk", NULL, "401"},
        {"GET " CONFIG " ~none +Authorization:Basic$token", NULL, "401"},
        {"GET " CONFIG " ~none +Authorization:$token", NULL, "401"},
        {"GET " CONFIG " ~none +X-ACCESS-TOKEN:$token", NULL, "200"},
        {"GET " CONFIG " +frontegg-environment-id:elsewhere", NULL, "403"},
        {"GET /identity/resources/users/v3 +FRONTEGG-TENANT-ID:nobody", NULL, "200; items=[]"},
    };
    SCENE(&scene, steps);
}

/* /auth/vendor itself needs a secret, which only the real program writes down: test_framing and
 * documented_curl sign in that way. */
static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){config_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configuration),
        cmocka_unit_test(settings_do_what_they_say),
        cmocka_unit_test(vendor_sign_in),
        cmocka_unit_test(ways_of_sending_a_token),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("config", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
