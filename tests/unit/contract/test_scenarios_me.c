/* The person themselves, and memberships that end by themselves; see tests/support/scene.h. */
#include "tests/support/scene.h"

#include "base/clock.h"

static struct scene scene;

#define V1 "/identity/resources/users/v1"
#define V2 "/identity/resources/users/v2"
#define V3 "/identity/resources/users/v3"
#define TENANTS "/tenants/resources/tenants/v1"
#define ROLES "/identity/resources/roles/v1"
#define PERMISSIONS "/identity/resources/permissions/v1"
#define MEMBERS "/identity/resources/tenants/users/v1"
#define TEMPORARY "/identity/resources/users/temporary/v1"
#define PHONES "/identity/resources/users/phone-numbers/v1"
#define LOGIN "POST /identity/resources/auth/v1/user ~none +User-Agent:test"
#define ME "+frontegg-user-id:$ada"
#define PASSWORD "violet-thursday-13"

static void
keep_token(const char *name, const char *user, const char *tenant)
{
    struct tserver_grant grant = {
        .type = "userToken", .sub = scene_value(&scene, user), .tenant = str_of(tenant)};
    scene_keep(&scene, name, tserver_mint(&scene.t, &grant));
}

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'mid','name':'Mid','parentTenantId':'one'}", "201"},
        {"POST " TENANTS, "{'tenantId':'low','name':'Low','parentTenantId':'mid'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " PERMISSIONS, "[{'key':'p.read','name':'R'}]", "201; 0.id>perm"},
        {"POST " ROLES, "[{'key':'reader','name':'Reader','level':3}]", "201; 0.id>role"},
        {"PUT " ROLES "/$role/permissions", "{'permissionIds':['$perm']}", "200"},
        {"POST " V2 " @one",
         "{'email':'ada@one.example','name':'Ada','password':'" PASSWORD
         "','skipInviteEmail':true,'roleIds':['$role']}",
         "201; id>ada"},
        {"POST " V1 "/$ada/verify", NULL, "200"},
        {"POST " V1 "/$ada/tenant", "{'tenantId':'two','skipInviteEmail':true}", "201"},
        {"POST " V2 " @two", "{'email':'bob@two.example','skipInviteEmail':true}", "201; id>bob"},
    };
    SCENE(&scene, steps);
    keep_token("in", "ada", "one");
    keep_token("in-two", "ada", "two");
}

static void
profile(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V2 "/me ~in", NULL,
         "200; id='$ada'; sub='$ada'; tenantId='one'; tenantIds=['one','two'];"
         "tenants.*.tenantId=['one','two']; roles.*.key=['reader'];"
         "permissions.*.key=['p.read']; verified=true; mfaEnrolled=false; !~argon"},
        {"GET " V2 "/me ~in-two", NULL, "200; roles=[]; permissions=[]; tenantIds#2"},
        {"GET " V3 "/me ~in", NULL, "200; id='$ada'; roles!; permissions!; tenants#2"},
        {"GET " V2 "/me @one " ME, NULL, "200; roles.*.key=['reader']"},
        {"GET " V2 "/me " ME, NULL, "200; id='$ada'; roles.*.key=['reader']"},
        {"GET " V3 "/me " ME, NULL, "200"},
        {"GET " V2 "/me +frontegg-user-id:nobody", NULL, "404; errors=['User not found']"},
        {"GET " V2 "/me @one +frontegg-user-id:$bob", NULL, "404"},
        {"GET " V2 "/me", NULL, "403; errors=['User ID is not specified']"},
        {"GET " V2 "/me ~none", NULL, "401"},
        {"GET " V2 "/me ~in +frontegg-user-id:$bob", NULL, "403"},
        {"PUT " V2 "/me ~in",
         "{'name':'Ada King','metadata':{'lang':'de'},'profilePictureUrl':'https://x.io/a.png',"
         "'phoneNumber':'+4915550100'}",
         "200; name='Ada King'; metadata='{\\'lang\\':\\'de\\'}'; phoneNumber='+4915550100';"
         "profilePictureUrl='https://x.io/a.png'; roles.*.key=['reader']"},
        /* Neither taken over nor refused: none of it is for the person to say. */
        {"PUT " V2 "/me ~in",
         "{'verified':false,'email':'x@x.io','superUser':true,'isLocked':true,'tenantId':'two',"
         "'mfaBypass':true,'passwordHash':'x','id':'x','username':'x','vendorMetadata':'{}',"
         "'externalId':'x','roles':[],'metadata':null,'name':null}",
         "200; email='ada@one.example'; verified=true; superUser=false; isLocked=false;"
         "tenantId='one'; mfaBypass=false; name='Ada King'; externalId=null;"
         "metadata='{\\'lang\\':\\'de\\'}'"},
        {"PUT " V2 "/me ~in", "{'profilePictureUrl':null}", "200; profilePictureUrl=null"},
        {"PUT " V2 "/me ~in", "{}", "200; name='Ada King'"},
        {"PUT " V2 "/me ~in", "{'name':''}", "400; errors=['name should not be empty']"},
        {"PUT " V2 "/me ~in", "{'metadata':'no json'}", "400; ~metadata"},
        {"PUT " V2 "/me ~in", "{'phoneNumber':'7'}", "400; ~Phone number must be valid"},
        {"PUT " V1 " ~in", "{'name':'Ada'}", "200; name='Ada'"},
        {"PUT " V1 " @one " ME, "{'name':'Ada L'}", "200; name='Ada L'"},
        {"PUT " V1 " " ME, "{'name':'Ada L'}", "403"},
    };
    SCENE(&scene, steps);
}

static void
numbers(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* One that nobody verified makes room for the next: they do not pile up. */
        {"PUT " V2 "/me ~in", "{'phoneNumber':'+4915550101'}", "200; phoneNumber='+4915550101'"},
        {"GET " PHONES "/me ~in", NULL, "200; *.phoneNumber=['+4915550101']; *.verified=[false]"},
        /* Verified ones stay, and all together are few. */
        {"POST " PHONES "/vendor/$ada", "{'phoneNumber':'+4915550102'}", "201"},
        {"POST " PHONES "/vendor/$ada", "{'phoneNumber':'+4915550103'}", "201"},
        {"POST " PHONES "/vendor/$ada", "{'phoneNumber':'+4915550104'}", "201"},
        {"PUT " V2 "/me ~in", "{'phoneNumber':'+4915550102'}", "200; phoneNumber='+4915550102'"},
        {"GET " PHONES "/me ~in", NULL,
         "200; *.phoneNumber=['+4915550102','+4915550103','+4915550104']"},
        {"PUT " V2 "/me ~in", "{'phoneNumber':'+4915550105'}", "200"},
        {"POST " PHONES "/vendor/$ada", "{'phoneNumber':'+4915550106'}", "201"},
        {"PUT " V2 "/me ~in", "{'phoneNumber':'+4915550107'}", "200; phoneNumber='+4915550107'"},
        {"POST " PHONES "/vendor/$ada", "{'phoneNumber':'+4915550108'}",
         "400; errors=['A user may have at most 5 phone numbers']"},
        {"PUT " V2 "/me ~in", "{'phoneNumber':'+4915550106'}", "200"},
        {"POST " PHONES "/vendor/$ada", "{'phoneNumber':'+4915550108'}", "201"},
        {"PUT " V2 "/me ~in", "{'phoneNumber':'+4915550109'}", "400; ~at most 5 phone numbers"},
        {"GET " V2 "/me ~in", NULL, "200; phoneNumber='+4915550106'"},
        {"GET " PHONES "/me ~in", NULL, "200; #5"},
    };
    SCENE(&scene, steps);
}

static void
tenants(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V1 "/me/tenants ~in", NULL,
         "200; tenants.*.tenantId=['one','two']; activeTenant.tenantId='one';"
         "activeTenant.name='One'"},
        {"GET " V3 "/me/tenants ~in-two", NULL,
         "200; tenants.*.name=['One','Two']; activeTenant.tenantId='two'"},
        {"GET " V3 "/me/tenants " ME, NULL, "200; activeTenant.tenantId='one'"},
        {"GET " V2 "/me/tenants ~in", NULL,
         "200; =[{'tenantId':'one','name':'One'},{'tenantId':'two','name':'Two'}]"},
        {"GET " V2 "/me/tenants @two " ME, NULL, "200; #2"},
        {"GET " V2 "/me/tenants @two +frontegg-user-id:nobody", NULL, "404"},
        {"GET " V1 "/me/authorization ~in", NULL,
         "200; roles.*.key=['reader']; permissions.*.key=['p.read']"},
        {"GET " V1 "/me/authorization ~in-two", NULL, "200; roles=[]; permissions=[]"},
        {"GET " V1 "/me/authorization @one " ME, NULL, "200; roles#1"},
        /* What is closed to the person is not shown. */
        {"POST " MEMBERS "/$ada/disable @two", NULL, "200"},
        {"GET " V2 "/me/tenants ~in", NULL, "200; *.tenantId=['one']"},
        {"POST " MEMBERS "/$ada/enable @two", NULL, "200"},
    };
    SCENE(&scene, steps);
    keep_token("in-two", "ada", "two"); /* that session ended with the membership */
}

#define LEAF(id, name, level)                                                                      \
    "{'tenantId':'" id "','name':'" name "','level':" level ",'children':[]}"

static void
hierarchy(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V2 "/me/hierarchy ~in", NULL,
         "200; =[" LEAF("one", "One", "0") "," LEAF("two", "Two", "0") "]"},
        /* Own ones below own ones; where one in between is not, the lower stands by itself. */
        {"POST " V1 "/$ada/tenant", "{'tenantId':'low','skipInviteEmail':true}", "201"},
        {"GET " V2 "/me/hierarchy ~in", NULL,
         "200; =[" LEAF("one", "One", "0") "," LEAF("two", "Two", "0") "," LEAF("low", "Low",
                                                                                "0") "]"},
        {"POST " V1 "/$ada/tenant", "{'tenantId':'mid','skipInviteEmail':true}", "201"},
        {"GET " V2 "/me/hierarchy ~in", NULL,
         "200; *.tenantId=['one','two']; 0.children.0.tenantId='mid'; 0.children.0.level=1;"
         "0.children.0.children=[" LEAF("low", "Low", "2") "]"},
        {"DELETE " V1 "/$ada @mid", NULL, "200"},
        /* With access to sub-accounts everything below is there, once. */
        {"PUT /identity/resources/sub-tenants/users/v1/$ada/access @one", "{'allowAccess':true}",
         "200"},
        {"GET " V2 "/me/hierarchy ~in", NULL,
         "200; *.tenantId=['one','two']; 0.children.0.tenantId='mid';"
         "0.children.0.children.0.tenantId='low'"},
        {"DELETE " V1 "/$ada @low", NULL, "200"},
        {"GET " V2 "/me/hierarchy ~in", NULL, "200; 0.children.0.children.0.tenantId='low'"},
    };
    SCENE(&scene, steps);
}

static void
temporary_members(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " TEMPORARY "/configuration", NULL, "200; enabled=true"},
        {"PUT " TEMPORARY "/configuration", "{}", "400; ~enabled must be a boolean value"},
        {"PUT " TEMPORARY "/configuration", "{'enabled':false}", "200; enabled=false"},
        {"PUT " TEMPORARY "/$ada @two", "{'expirationInSeconds':300}",
         "403; errors=['Temporary users are disabled']"},
        {"PUT " TEMPORARY "/configuration", "{'enabled':true}", "200; enabled=true"},
        {"GET " TEMPORARY "/configuration", NULL, "200; enabled=true"},
        {"PUT " TEMPORARY "/$ada @two", "{'expirationInSeconds':299}", "400; ~expirationInSeconds"},
        {"PUT " TEMPORARY "/$ada @two", "{'expirationInSeconds':9007199254740991}",
         "400; ~expirationInSeconds"},
        {"PUT " TEMPORARY "/$ada", "{'expirationInSeconds':300}", "403"},
        {"PUT " TEMPORARY "/$bob @one", "{'expirationInSeconds':300}",
         "404; errors=['User not found']"},
        {"PUT " TEMPORARY "/$ada @one", "{'expirationInSeconds':600}",
         "201; ={'expirationInSeconds':600}"},
        {"PUT " TEMPORARY "/$ada @two", "{'expirationInSeconds':300}", "201"},
        {"GET " V2 "/me ~in", NULL, "200; tenants.0.temporaryExpirationDate?"},
        {LOGIN, "{'email':'ada@one.example','password':'" PASSWORD "'}", "200"},
    };
    static const struct step later[] = {
        {"GET " V2 "/me ~in-two", NULL, "401"},
        {"GET " V2 "/me/tenants ~in", NULL, "200; *.tenantId=['one']"},
        {LOGIN, "{'email':'ada@one.example','password':'" PASSWORD "'}", "200"},
    };
    static const struct step last[] = {
        {"GET " V2 "/me ~in", NULL, "401"},
        {LOGIN, "{'email':'ada@one.example','password':'" PASSWORD "'}", "401"},
        {"DELETE " TEMPORARY "/$ada @one", NULL, "200"},
        {"DELETE " TEMPORARY "/nobody @one", NULL, "404"},
        {LOGIN, "{'email':'ada@one.example','password':'" PASSWORD "'}", "200"},
        {"GET " V1 "/$ada @one", NULL, "200; tenants.0.temporaryExpirationDate=null"},
    };
    SCENE(&scene, steps);
    int64_t now = clock_now_ms();
    clock_pin(now + 301 * 1000, clock_mono_ms());
    SCENE(&scene, later);
    clock_pin(now + 601 * 1000, clock_mono_ms());
    SCENE(&scene, last);
    clock_pin(-1, -1);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){me_ops, users_temporary_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(profile),
        cmocka_unit_test(numbers),
        cmocka_unit_test(tenants),
        cmocka_unit_test(hierarchy),
        cmocka_unit_test(temporary_members),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("me", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
