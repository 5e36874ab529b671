/* Permissions and their categories; see tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define V1 "/identity/resources/permissions/v1"
#define CATEGORIES V1 "/categories"
#define ROLES "/identity/resources/roles/v1"
#define TENANTS "/tenants/resources/tenants/v1"

static void
categories(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CATEGORIES, "{'name':'Reports','description':'d','id':''}",
         "201; name='Reports'; description='d'; feCategory=false; permissionIds=[]; id>cat"},
        {"POST " CATEGORIES, "{'name':'Reports'}", "409; ~already exist"},
        {"POST " CATEGORIES, "{'name':''}", "400; errors=['name should not be empty']"},
        {"POST " CATEGORIES, "{}", "400; ~name"},
        {"POST " CATEGORIES, "{'name':'Other'}", "201; description=null; id>other"},
        {"PATCH " CATEGORIES "/$cat", "{'name':'Sheets'}", "200"},
        {"PATCH " CATEGORIES "/$cat", "{'name':'Other'}", "409; ~already exist"},
        {"PATCH " CATEGORIES "/nobody", "{'name':'x'}", "404; ~not found"},
        {"GET " CATEGORIES, NULL, "200; ~'name':'Sheets'; ~'description':'d'; ~'Other'"},
        {"DELETE " CATEGORIES "/$other", NULL, "200"},
        {"DELETE " CATEGORIES "/$other", NULL, "404; ~not found"},
        {"GET " CATEGORIES, NULL, "200; !~'Other'"},
    };
    SCENE(&scene, steps);
}

static void
permissions(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1,
         "[{'key':'sheet.read','name':'Read','description':'d','categoryId':'$cat'},"
         "{'key':'sheet.write','name':'Write','id':'','roleIds':null}]",
         "201; *.key=['sheet.read','sheet.write']; 0.categoryId='$cat'; 0.fePermission=false;"
         "0.roleIds=[]; 0.assignmentType='ASSIGNABLE'; 0.id>read; 1.id>write"},
        {"GET " CATEGORIES, NULL, "200; ~'permissionIds':['$read']"},
        {"POST " V1, "{'key':'x','name':'X'}", "400; errors=['Expected body to be an array']"},
        {"POST " V1, "[{'key':'sheet.read','name':'Again'}]", "409; ~already exist"},
        {"POST " V1, "[{'key':'new','name':'N'},{'key':'sheet.read','name':'A'}]",
         "409; ~already exist"},
        {"GET " V1, NULL, "200; !~'key':'new'; ~'sheet.read'"},
        {"POST " V1, "[{'key':'x','name':'X','categoryId':'nobody'}]", "404; ~category not found"},
        {"POST " V1, "[{'key':'x','name':''}]", "400; ~name should not be empty"},
        {"POST " V1, "[{'key':'x','name':'X','assignmentType':'MAYBE'}]", "400; ~assignmentType"},
        {"POST " V1, "[{'key':'always','name':'A','assignmentType':'ALWAYS'}]",
         "201; 0.assignmentType='ALWAYS'"},
        {"PATCH " V1 "/$read", "{'name':'Look','key':'sheet.look','fePermission':true}",
         "200; name='Look'; key='sheet.look'; fePermission=false; categoryId='$cat'"},
        {"PATCH " V1 "/$read", "{'categoryId':'','description':null}",
         "200; description='d'; id='$read'"},
        {"PATCH " V1 "/$read", "{'key':'sheet.write'}", "409; ~already exist"},
        {"PATCH " V1 "/$read", "{'categoryId':'nobody'}", "404; ~category not found"},
        {"PATCH " V1 "/nobody", "{'name':'x'}", "404; errors=['Permission not found']"},
        {"PATCH " V1 "/$read", "{'name':5}", "400; ~name must be a string"},
        {"PUT " V1 "/classification", "{'permissionIds':['$read','$write'],'type':'NEVER'}",
         "200; ~'assignmentType':'NEVER'"},
        {"PUT " V1 "/classification", "{'permissionIds':['nobody'],'type':'NEVER'}",
         "404; ~Permission not found"},
        {"PUT " V1 "/classification", "{'permissionIds':['$read'],'type':'MAYBE'}", "400; ~type"},
        {"PUT " V1 "/classification", "{'type':'NEVER'}", "400; ~permissionIds"},
        {"GET " V1, NULL, "200; ~'assignmentType':'NEVER'; ~'assignmentType':'ALWAYS'"},
    };
    SCENE(&scene, steps);
}

static void
roles_of_a_permission(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " ROLES, "[{'key':'a','name':'A','level':1},{'key':'b','name':'B','level':1}]",
         "201; 0.id>a; 1.id>b"},
        {"PUT " V1 "/$write/roles", "{'roleIds':['$a']}", "200; roleIds=['$a']; id='$write'"},
        {"PUT " V1 "/$write/roles", "{'roleIds':['$b']}", "200; roleIds#2; ~$a; ~$b"},
        {"PUT " V1 "/$write/roles", "{'roleIds':['$b']}", "200; roleIds#2"},
        {"PUT " V1 "/$write/roles", "{'roleIds':['nobody']}", "404; ~Role not found"},
        {"PUT " V1 "/$write/roles", "{'roleIds':{}}", "400; ~roleIds"},
        {"PUT " V1 "/nobody/roles", "{'roleIds':['$a']}", "404; ~Permission not found"},
        {"GET " ROLES, NULL, "200; ~'permissions':['$write']"},
        {"DELETE " V1 "/$write", NULL, "204"},
        {"DELETE " V1 "/$write", NULL, "404; ~Permission not found"},
        {"GET " ROLES, NULL, "200; !~$write"},
        {"DELETE " CATEGORIES "/$cat", NULL, "200"},
        {"GET " V1, NULL, "200; ~'$read'; !~'$cat'"},
    };
    SCENE(&scene, steps);
}

static void
tenants_only_read(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.*", NULL};
    static const struct step before[] = {{"POST " TENANTS, "{'tenantId':'t','name':'T'}", "201"}};
    SCENE(&scene, before);
    struct tserver_grant grant = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("t"), .permissions = may};
    scene_keep(&scene, "t", tserver_mint(&scene.t, &grant));
    static const struct step steps[] = {
        {"GET " V1 " ~t", NULL, "200; ~'$read'"},
        {"GET " CATEGORIES " ~t", NULL, "200"},
        {"GET " V1 " @t", NULL, "200; ~'$read'"},
        {"POST " V1 " ~t", "[{'key':'x','name':'X'}]", "403"},
        {"PATCH " V1 "/$read ~t", "{'name':'x'}", "403"},
        {"DELETE " V1 "/$read ~t", NULL, "403"},
        {"PUT " V1 "/$read/roles ~t", "{'roleIds':[]}", "403"},
        {"POST " CATEGORIES " ~t", "{'name':'x'}", "403"},
        {"GET " V1 " ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){"/identity/resources/permissions/", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(categories),
        cmocka_unit_test(permissions),
        cmocka_unit_test(roles_of_a_permission),
        cmocka_unit_test(tenants_only_read),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("permissions", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
