/* What tenants say about themselves, their sub-accounts, and who uses which application; see
 * tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define SETTINGS "/tenants/resources/account-settings/v1"
#define SUB "/tenants/resources/sub-tenants/v1"
#define TREE "/tenants/resources/hierarchy/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define USERS "/identity/resources/users"
#define APPS "/identity/resources/applications/v1"
#define ACTIVE "/identity/resources/applications/user-tenants/active/v1"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One Ltd','logo':'old'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two Ltd'}", "201"},
        {"POST " TENANTS, "{'tenantId':'one-a','name':'A','parentTenantId':'one'}", "201"},
        {"POST " TENANTS, "{'tenantId':'one-a-x','name':'X','parentTenantId':'one-a'}", "201"},
        {"POST " USERS "/v2 @one", "{'email':'ada@one.example','skipInviteEmail':true}",
         "201; id>ada"},
        {"POST " USERS "/v2 @one-a", "{'email':'ada@one.example','skipInviteEmail':true}", "201"},
        {"POST " USERS "/v2 @one", "{'email':'eve@one.example','skipInviteEmail':true}",
         "201; id>eve"},
        {"POST " USERS "/v2 @two", "{'email':'bob@two.example','skipInviteEmail':true}",
         "201; id>bob"},
    };
    SCENE(&scene, steps);
    scene_keep_token(&scene, "ada-token", "ada", "one");
    scene_keep_token(&scene, "bob-token", "bob", "two");
}

static void
settings_of_an_account(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " SETTINGS " @one", NULL,
         "200; tenantId='one'; name='One Ltd'; logo='old'; timezone=null; address=null"},
        {"GET " SETTINGS, NULL, "403; errorCode='ER-00008'"},
        {"GET " SETTINGS " @nowhere", NULL, "404; errors=['Tenant not found']"},
        {"PUT " SETTINGS " ~ada-token",
         "{'timezone':'Europe/Berlin','currency':'EUR','applicationUrl':'https://app.one.example',"
         "'loginUrl':'https://in.one.example','tenantId':'two','status':'hacked'}",
         "200; tenantId='one'; timezone='Europe/Berlin'; currency='EUR'; logo='old'"},
        {"GET " TENANTS "/one", NULL, "200; 0.timezone='Europe/Berlin'; 0.status=null"},
        {"GET " TENANTS "/two", NULL, "200; 0.timezone=null"},
        {"PUT " SETTINGS " @one", "{}", "400; errors=['At least one property must be provided']"},
        {"PUT " SETTINGS " @one", "{'name':''}", "400"},
        {"PUT " SETTINGS " @one", "{'status':'x'}", "400"},
        {"PUT " SETTINGS " @nowhere", "{'name':'x'}", "404"},
        {"PUT " SETTINGS " ~bob-token +frontegg-tenant-id:one", "{'name':'x'}", "403"},
        {"GET " SETTINGS "/public ~ada-token", NULL,
         "200; tenantId='one'; applicationUrl='https://app.one.example';"
         "loginUrl='https://in.one.example'; name!"},
        {"GET " SETTINGS "/public @two", NULL, "200; tenantId='two'; loginUrl=null"},
        {"GET " SETTINGS "/public", NULL, "403; errorCode='ER-00008'"},
        {"GET " SETTINGS "/public @nowhere", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
sub_accounts_are_managed_from_above(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"PUT " SUB "/one-a/management ~ada-token", "{'isReseller':true}", "200"},
        {"GET " TENANTS "/one-a", NULL, "200; 0.isReseller=true"},
        {"PUT " SUB "/one-a-x/management @one", "{'isReseller':true}", "200"},
        {"PUT " SUB "/one-a/management @one", "{}", "400"},
        /* Nobody lifts themselves, and nobody sees another's. */
        {"PUT " SUB "/one/management ~ada-token", "{'isReseller':true}",
         "404; errors=['Sub-account not found']"},
        {"PUT " SUB "/one-a/management ~bob-token", "{'isReseller':false}", "404"},
        {"PUT " SUB "/two/management", "{'isReseller':true}", "404"},
        {"PUT " SUB "/one-a/management", "{'isReseller':false}", "200"},
        {"PUT " SUB "/one-a/hierarchy-settings @one", "{'subAccountAccessType':'sometimes'}",
         "400"},
        {"PUT " SUB "/one-a/hierarchy-settings @one", "{}", "400"},
        {"PUT " SUB "/one-a/hierarchy-settings @two", "{'subAccountAccessType':'alwaysOn'}", "404"},
        {"PUT " SUB "/one-a/hierarchy-settings ~ada-token", "{'subAccountAccessType':'defaultOn'}",
         "200"},
        {"POST " USERS "/v2 @one-a", "{'email':'new@one.example','skipInviteEmail':true}",
         "201; id>new"},
        {"GET " USERS "/v1/$new @one-a", NULL, "200; subAccountAccessAllowed=true"},
        {"GET " USERS "/v1/$ada @one-a", NULL, "200; subAccountAccessAllowed=false"},
        {"PUT " SUB "/one-a/hierarchy-settings @one", "{'subAccountAccessType':'alwaysOn'}", "200"},
        {"GET " USERS "/v1/$ada @one-a", NULL, "200; subAccountAccessAllowed=true"},
        {"GET " USERS "/v1/$ada @one", NULL, "200; subAccountAccessAllowed=false"},
    };
    SCENE(&scene, steps);
}

static void
trees_have_no_cycles(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TREE, "{'parentTenantId':'one-a-x','childTenantId':'one'}",
         "400; errors=['Tenant one cannot be below one-a-x, which is below it']"},
        {"POST " TREE, "{'parentTenantId':'one','childTenantId':'one'}",
         "400; errors=['A tenant cannot be below itself']"},
        {"GET " TREE "/tree @one", NULL, "200; children.0.children.0.tenantId='one-a-x'"},
    };
    SCENE(&scene, steps);
}

static void
sub_accounts_go(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"DELETE " SUB "/one ~ada-token", NULL, "404"},
        {"DELETE " SUB "/one-a ~bob-token", NULL, "404"},
        {"DELETE " SUB "/nothing", NULL, "404; errors=['Sub-account not found']"},
        {"DELETE " SUB "/two", NULL, "404"},
        {"DELETE " SUB "/one-a @one", NULL, "200"},
        {"DELETE " SUB "/one-a @one", NULL, "404"},
        /* What hung below hangs above now. */
        {"GET " TREE " @one", NULL, "200; *.tenantId=['one-a-x']; *.parentId=['one']"},
        {"DELETE " SUB "/one-a-x", NULL, "200"},
        {"GET " TREE " @one", NULL, "200; =[]"},
    };
    SCENE(&scene, steps);
}

static void
applications_have_users(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " APPS "/crm/users", NULL, "200; =[]"},
        {"POST " APPS, "{'appId':'crm','tenantId':'one','userIds':['$ada','$eve']}",
         "201; *.appId=['crm','crm']; 0.userTenantId>member; 0.createdAt>at"},
        {"POST " APPS, "{'appId':'erp','tenantId':'one','userIds':['$ada']}",
         "201; *.userTenantId=['$member']"},
        {"POST " APPS, "{'appId':'crm','tenantId':'one','userIds':['$ada']}",
         "201; *.userTenantId=['$member']; *.createdAt=['$at']"},
        {"GET " APPS "/crm/users", NULL, "200; =['$ada','$eve']"},
        {"GET " APPS "/$ada/apps", NULL, "200; =['crm','erp']"},
        {"GET " APPS "/$bob/apps", NULL, "200; =[]"},
        {"GET " APPS "/nobody/apps", NULL, "404; errors=['User not found']"},
        /* Those who are not in the tenant are named, and nothing is done. */
        {"POST " APPS, "{'appId':'hr','tenantId':'one','userIds':['$ada','$bob','nobody']}",
         "404; errors=['User $bob is not in the tenant','User nobody is not in the tenant']"},
        {"GET " APPS "/hr/users", NULL, "200; =[]"},
        {"POST " APPS, "{'appId':'hr','tenantId':'nowhere','userIds':['$ada']}",
         "404; errors=['Tenant not found']"},
        {"POST " APPS, "{'tenantId':'one','userIds':['$ada']}", "400; ~appId"},
        {"POST " APPS " ~ada-token", "{'appId':'crm','tenantId':'one','userIds':['$ada']}", "403"},
        {"DELETE " APPS, "{'appId':'crm','tenantId':'one','userIds':['nobody']}", "404; ~nobody"},
        {"DELETE " APPS, "{'appId':'crm','tenantId':'one','userIds':['$ada']}", "200"},
        {"GET " APPS "/crm/users", NULL, "200; =['$eve']"},
        /* Who leaves the tenant has nothing there any more. */
        {"DELETE " USERS "/v1/$eve @one", NULL, "200"},
        {"GET " APPS "/crm/users", NULL, "200; =[]"},
    };
    SCENE(&scene, steps);
}

static void
applications_have_an_active_tenant(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'three','name':'Three'}", "201"},
        {"POST " USERS "/v1/$ada/tenant", "{'tenantId':'three','skipInviteEmail':true}", "201"},
        {"GET " ACTIVE " ~ada-token", NULL, "200; applicationActiveTenants=[]"},
        {"PUT " ACTIVE " ~ada-token",
         "{'activeApplicationTenants':[{'applicationId':'crm','tenantId':'one'},"
         "{'applicationId':'erp','tenantId':'three'}]}",
         "200"},
        {"GET " ACTIVE " ~ada-token", NULL,
         "200; applicationActiveTenants=[{'tenantId':'one','applicationId':'crm'},"
         "{'tenantId':'three','applicationId':'erp'}]"},
        {"PUT " ACTIVE " +frontegg-user-id:$ada",
         "{'activeApplicationTenants':[{'applicationId':'crm','tenantId':'three'}]}", "200"},
        {"PUT " ACTIVE " ~ada-token",
         "{'activeApplicationTenants':[{'applicationId':'erp','tenantId':'one'},"
         "{'applicationId':'crm','tenantId':'two'},{'applicationId':'x','tenantId':'nowhere'}]}",
         "404; errors=['User is not in tenant two','User is not in tenant nowhere']"},
        {"POST /identity/resources/tenants/users/v1/$ada/disable @three", NULL, "200"},
        {"PUT " ACTIVE " ~ada-token",
         "{'activeApplicationTenants':[{'applicationId':'erp','tenantId':'three'}]}",
         "404; ~three"},
        {"GET " ACTIVE " +frontegg-user-id:$ada", NULL,
         "200; applicationActiveTenants.*.tenantId=['three','three']"},
        {"GET " ACTIVE " ~bob-token", NULL, "200; applicationActiveTenants=[]"},
        {"PUT " ACTIVE, "{'activeApplicationTenants':[]}", "403"},
        {"PUT " ACTIVE " +frontegg-user-id:nobody",
         "{'activeApplicationTenants':[{'applicationId':'crm','tenantId':'one'}]}",
         "404; errors=['User not found']"},
        {"PUT " ACTIVE " ~ada-token", "{'activeApplicationTenants':[{'applicationId':'x'}]}",
         "400; ~activeApplicationTenants.0.tenantId"},
        {"DELETE " USERS "/v1/$ada @three", NULL, "200"},
        {"GET " ACTIVE " +frontegg-user-id:$ada", NULL, "200; applicationActiveTenants=[]"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(
        &scene, (const struct op_binding *const[]){applications_ops, account_settings_ops, NULL});
    scene_ledger(&scene, (const char *const[]){SUB "/{tenantId}", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(settings_of_an_account),
        cmocka_unit_test(sub_accounts_are_managed_from_above),
        cmocka_unit_test(trees_have_no_cycles),
        cmocka_unit_test(sub_accounts_go),
        cmocka_unit_test(applications_have_users),
        cmocka_unit_test(applications_have_an_active_tenant),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
