/* Roles of an environment and of tenants, both versions; see tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define V1 "/identity/resources/roles/v1"
#define V2 "/identity/resources/roles/v2"
#define PERMISSIONS "/identity/resources/permissions/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define USERS "/identity/resources/users/v2"

static void
create_and_change(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " PERMISSIONS, "[{'key':'p.read','name':'R'},{'key':'p.write','name':'W'}]",
         "201; 0.id>read; 1.id>write"},
        {"POST " V1,
         "[{'key':'admin','name':'Admin','level':0,'description':'All','id':'','permissions':null}"
         "]",
         "201; #1; 0.key='admin'; 0.level=0; 0.tenantId=null; 0.permissions=[];"
         "0.isDefault=false; 0.firstUserRole=false; 0.id>admin; 0.description='All'"},
        {"POST " V1, "[{'key':'r2','name':'R2','level':5},{'key':'r3','name':'R3','level':7}]",
         "201; #2; *.key=['r2','r3']; 0.id>r2; 1.id>r3"},
        {"POST " V1, "{'key':'x','name':'X','level':1}",
         "400; errors=['Expected body to be an array']"},
        {"POST " V1, "[{'key':'admin','name':'Again','level':1}]", "409; ~Roles already exists"},
        {"POST " V1, "[{'key':'new','name':'N','level':1},{'key':'admin','name':'A','level':1}]",
         "409; ~Roles already exists"},
        {"GET " V1, NULL, "200; !~'key':'new'; ~'key':'admin'"},
        {"POST " V1, "[{'key':'x','name':'X'}]", "400; ~level"},
        {"POST " V1, "[{'key':'x','name':'X','level':-1}]", "400; ~level must not be less than 0"},
        {"POST " V1, "[{'key':'x','name':'X','level':32768}]", "400; ~level must not be greater"},
        {"POST " V1, "[{'key':'x','name':'X','level':'1'}]", "400; ~level must be"},
        {"POST " V1, "[{'name':'X','level':1}]", "400; ~key"},
        {"POST " V1, "[7]", "400"},
        {"POST " V1, "[]", "201; =[]"},
        {"PUT " V1 "/$admin/permissions", "{'permissionIds':['$read','$write']}",
         "200; id='$admin'; permissions#2; ~$read; ~$write"},
        {"PUT " V1 "/$admin/permissions", "{'permissionIds':['$write']}",
         "200; permissions=['$write']"},
        {"PUT " V1 "/$admin/permissions", "{'permissionIds':['no-such']}",
         "404; ~Permission not found"},
        {"GET " V1, NULL, "200; ~'permissions':['$write']"},
        {"PUT " V1 "/$admin/permissions", "{'permissionIds':[]}", "200; permissions=[]"},
        {"PUT " V1 "/$admin/permissions", "{'permissionIds':'$read'}", "400; ~permissionIds"},
        {"PUT " V1 "/$admin/permissions", "{}", "400; ~permissionIds"},
        {"PUT " V1 "/nobody/permissions", "{'permissionIds':[]}", "404; ~Role not found"},
        {"PATCH " V1 "/$r2",
         "{'name':'Second','description':'d','level':9,'isDefault':true,'id':'x',"
         "'vendorId':'y','tenantId':'one'}",
         "200; name='Second'; description='d'; level=9; isDefault=true; key='r2'; id='$r2';"
         "tenantId=null"},
        {"PATCH " V1 "/$r2", "{'key':'admin'}", "409; ~already exists"},
        {"PATCH " V1 "/$r2", "{'name':''}", "400; errors=['name should not be empty']"},
        {"PATCH " V1 "/$r2", "{'isDefault':'yes'}", "400; ~isDefault must be a boolean value"},
        {"PATCH " V1 "/$r2", "{'isDefault':false,'name':null}",
         "200; isDefault=false; name='Second'"},
        {"PATCH " V1 "/nobody", "{'name':'x'}", "404; errors=['Role not found']"},
        {"DELETE " V1 "/$r3", NULL, "204"},
        {"DELETE " V1 "/$r3", NULL, "404; ~Role not found"},
    };
    SCENE(&scene, steps);
}

static void
second_version(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V2,
         "{'key':'v2','name':'V2','baseRoleId':'$r2','permissionIds':['$read'],"
         "'description':'two'}",
         "200; id>v2; key='v2'; permissions=['$read']; tenantId=null; description='two'"},
        {"GET " V2 "?_filter=V2&_sortBy=key", NULL, "200; items.*.level=[9]; items.*.id=['$v2']"},
        {"POST " V2, "{'key':'v2','name':'V2','baseRoleId':'$r2','permissionIds':[]}",
         "409; ~Roles already exists"},
        {"POST " V2, "{'key':'v3','name':'V3','baseRoleId':'nobody','permissionIds':[]}",
         "404; ~Role not found"},
        {"POST " V2, "{'key':'v3','name':'V3','baseRoleId':'$r2','permissionIds':['nobody']}",
         "404; ~Permission not found"},
        {"GET " V2 "?_filter=v3&_sortBy=key", NULL, "200; items=[]"},
        {"POST " V2, "[{'key':'v3','name':'V3'}]", "400; ~Expected body to be an object"},
        {"POST " V2, "{'key':'v3','name':'V3','permissionIds':[]}", "400; ~baseRoleId"},
        {"POST " V2 " @one",
         "{'key':'own','name':'Own','baseRoleId':'$r2','permissionIds':['$read','$write']}",
         "200; tenantId='one'; id>own; permissions#2"},
        {"POST " V1 " @one", "[{'key':'own1','name':'Own1','level':3}]",
         "201; 0.tenantId='one'; 0.id>own1"},
        {"POST " V1 " @nobody", "[{'key':'own2','name':'Own2','level':3}]", "404"},
        /* The same key in another tenant is another role. */
        {"POST " V1 " @two", "[{'key':'own1','name':'Own1 of two','level':3}]",
         "201; 0.tenantId='two'; 0.id>own2"},
    };
    SCENE(&scene, steps);
}

static void
lists(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V1, NULL, "200; ~'$admin'"},
        {"GET " V1 " @one", NULL, "200; ~'$own'; ~'$admin'; !~'$own2'"},
        {"GET " V1 " @two", NULL, "200; ~'$own2'; ~'$admin'; !~'$own1'"},
        {"GET " V2 "?_sortBy=key&_order=ASC&_tenantIds=one", NULL,
         "200; items.*.key=['own','own1']; _metadata={'totalItems':2,'totalPages':1}"},
        {"GET " V2 "?_sortBy=key&_order=DESC&_tenantIds=one", NULL,
         "200; items.*.key=['own1','own']"},
        {"GET " V2 "?_sortBy=name&_tenantIds=one,two", NULL,
         "200; items.*.name=['Own','Own1','Own1 of two']"},
        {"GET " V2 "?_sortBy=key&_filter=own1", NULL, "200; items#2"},
        {"GET " V2 "?_sortBy=key&_filter=OWN1%20of", NULL, "200; items.*.id=['$own2']"},
        {"GET " V2 "?_sortBy=key&_levels=3", NULL, "200; items.*.level=[3,3]"},
        {"GET " V2 "?_sortBy=key&_levels[]=3&_levels[]=0", NULL, "200; items#3"},
        {"GET " V2 "?_sortBy=level&_levels=0,3&_limit=2&_offset=1", NULL,
         "200; items#1; _metadata={'totalItems':3,'totalPages':2}; _links.prev?; _links.next!"},
        {"GET " V2 "?_sortBy=level&_order=DESC&_levels=3,9", NULL, "200; items.0.level=9"},
        {"GET " V2 "?_levels=x", NULL, "400; ~_levels"},
        {"GET " V2 "?_sortBy=description", NULL, "200; items?"},
        {"GET " V2 "?_sortBy=isDefault", NULL, "200; items?"},
        {"GET " V2 "?_sortBy=firstUserRole", NULL, "200; items?"},
        {"GET " V2 "?_sortBy=updatedAt", NULL, "200; items?"},
        {"GET " V2 "?_sortBy=createdAt&_order=DESC", NULL, "200; items?"},
        {"GET " V2 "?_sortBy=permissions&_order=DESC&_tenantIds=one", NULL,
         "200; items.*.key=['own','own1']"},
        {"GET " V2 "?_sortBy=userTenants", NULL, "200; items?"},
        {"GET " V2 "?_sortBy=groups", NULL, "200; items?"},
        {"GET " V2, NULL, "200; items?"},
        {"GET " V2 "?_limit=2000", NULL, "200"},
        {"GET " V2 "?_limit=2001", NULL, "400; ~_limit must not be greater than 2000"},
        {"GET " V2 "?_sortBy=nothing", NULL, "400; ~_sortBy"},
        {"GET " V2 "?_sortBy=key @one", NULL, "200; ~'$own'; !~'$own2'"},
        {"GET " V2 "/distinct-levels", NULL, "200; ~3; ~9"},
        {"GET " V2 "/distinct-tenants", NULL, "200; =['one','two']"},
    };
    SCENE(&scene, steps);
}

static void
move_to_a_tenant(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"PUT " V1 "/$v2/tenant", "{'tenantId':'one'}", "200; tenantId='one'; id='$v2'"},
        {"GET " V1 " @two", NULL, "200; !~'$v2'"},
        {"PUT " V1 "/$v2/tenant", "{'tenantId':null}", "200; tenantId=null"},
        {"GET " V1 " @two", NULL, "200; ~'$v2'"},
        {"PUT " V1 "/$v2/tenant", "{'tenantId':'nobody'}", "404; ~Tenant not found"},
        {"PUT " V1 "/$v2/tenant", "{}", "400; ~tenantId"},
        {"PUT " V1 "/$v2/tenant", "{'tenantId':7}", "400; ~tenantId"},
        {"PUT " V1 "/nobody/tenant", "{'tenantId':null}", "404; ~Role not found"},
        {"PUT " V1 "/$own2/tenant", "{'tenantId':'one'}", "409; ~already exists"},
    };
    SCENE(&scene, steps);
}

/* Default roles are given to new members, the first member gets the first-user role, and
 * migrateRole gives a new role to those who are there. */
static void
roles_that_come_by_themselves(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1,
         "[{'key':'def','name':'Default','level':20,'isDefault':true},"
         "{'key':'first','name':'First','level':1,'firstUserRole':true}]",
         "201; 0.id>def; 1.id>first"},
        {"POST " TENANTS, "{'tenantId':'fresh','name':'Fresh'}", "201"},
        {"POST " USERS " @fresh", "{'email':'first@fresh.io'}",
         "201; id>user; roles#2; ~'def'; ~'first'"},
        {"POST " USERS " @fresh", "{'email':'second@fresh.io'}", "201; roles.*.key=['def']"},
        {"POST " USERS " @fresh", "{'email':'third@fresh.io','roleIds':['$r2']}",
         "201; roles.*.key=['r2']"},
        {"POST " V1, "[{'key':'late','name':'Late','level':30,'migrateRole':true}]", "201"},
        {"GET /identity/resources/users/v1/$user @fresh", NULL, "200; ~'key':'late'"},
        {"DELETE " V1 "/$def", NULL, "204"},
        {"GET /identity/resources/users/v1/$user @fresh", NULL, "200; !~'key':'def'"},
        {"DELETE " V1 "/$first", NULL, "204"},
    };
    SCENE(&scene, steps);
}

/* A tenant's own token reads the environment's roles and changes only the tenant's. */
static void
a_tenant_changes_its_own_only(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.secure.*", NULL};
    static const char *const reads[] = {"fe.secure.read.roles", NULL};
    struct tserver_grant one = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("one"), .permissions = may};
    struct tserver_grant reader = one;
    reader.permissions = reads;
    scene_keep(&scene, "one", tserver_mint(&scene.t, &one));
    scene_keep(&scene, "reader", tserver_mint(&scene.t, &reader));
    static const struct step steps[] = {
        {"GET " V1 " ~one", NULL, "200; ~'$own'; ~'$admin'; !~'$own2'"},
        {"GET " V1 " ~reader", NULL, "200; ~'$own'"},
        {"GET " V2 "?_tenantIds=two ~one", NULL, "200; items=[]"},
        {"POST " V1 " ~one", "[{'key':'by-tenant','name':'T','level':3}]",
         "201; 0.tenantId='one'; 0.id>by_tenant"},
        {"POST " V1 " ~reader", "[{'key':'no','name':'T','level':3}]", "403"},
        {"PATCH " V1 "/$by_tenant ~one", "{'name':'Mine'}", "200; name='Mine'"},
        {"PATCH " V1 "/$by_tenant ~reader", "{'name':'No'}", "403"},
        {"PATCH " V1 "/$admin ~one", "{'name':'Mine'}", "403"},
        {"PATCH " V1 "/$own2 ~one", "{'name':'Mine'}", "404"},
        {"PUT " V1 "/$admin/permissions ~one", "{'permissionIds':['$read']}", "403"},
        {"PUT " V1 "/$own2/permissions ~one", "{'permissionIds':['$read']}", "404"},
        {"DELETE " V1 "/$admin ~one", NULL, "403"},
        {"DELETE " V1 "/$own2 ~one", NULL, "404"},
        {"PUT " V1 "/$own/tenant ~one", "{'tenantId':null}", "403"},
        {"GET " V2 "/distinct-tenants ~one", NULL, "403"},
        {"GET " V2 "/distinct-levels ~one", NULL, "200"},
        {"DELETE " V1 "/$by_tenant ~one", NULL, "204"},
        {"GET " V1, NULL, "200; ~'name':'Admin'; ~'$own2'; !~Mine"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){"/identity/resources/roles/", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_and_change),
        cmocka_unit_test(second_version),
        cmocka_unit_test(lists),
        cmocka_unit_test(move_to_a_tenant),
        cmocka_unit_test(roles_that_come_by_themselves),
        cmocka_unit_test(a_tenant_changes_its_own_only),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("roles", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
