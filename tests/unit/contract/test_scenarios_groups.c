/* Groups of users: what they hold, what their members may do by them; see tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define GROUPS "/identity/resources/groups/v1"
#define PAGED "/identity/resources/groups/v2"
#define USERS "/identity/resources/users"
#define ROLES "/identity/resources/roles/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define SIGN_IN "/identity/resources/auth/v1/user"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One Ltd'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two Ltd'}", "201"},
        {"POST " ROLES,
         "[{'key':'top','name':'Top','level':0},{'key':'mid','name':'Mid','level':10},"
         "{'key':'low','name':'Low','level':20}]",
         "201; 0.id>top; 1.id>mid; 2.id>low"},
        {"POST " ROLES " @two", "[{'key':'own','name':'Of two','level':30}]", "201; 0.id>own"},
        {"POST " USERS "/v2 @one",
         "{'email':'ada@one.example','roleIds':['$mid'],'skipInviteEmail':true}", "201; id>ada"},
        {"POST " USERS "/v2 @one",
         "{'email':'eve@one.example','password':'Correct-Horse-9','skipInviteEmail':true}",
         "201; id>eve"},
        {"POST " USERS "/v1/$eve/verify", NULL, "200"},
        {"POST " USERS "/v2 @two", "{'email':'bob@two.example','skipInviteEmail':true}",
         "201; id>bob"},
        {"POST /identity/resources/permissions/v1", "[{'key':'doc.read','name':'Read'}]",
         "201; 0.id>permission; 0.key>key"},
        {"PUT " ROLES "/$low/permissions", "{'permissionIds':['$permission']}", "200"},
    };
    SCENE(&scene, steps);
    scene_keep_token(&scene, "ada-token", "ada", "one");
    scene_keep_token(&scene, "bob-token", "bob", "two");
}

static void
groups_are_made_and_changed(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " GROUPS " @one",
         "{'name':'Ops','color':'#fff','description':'Runs it','metadata':{'a':1}}",
         "201; id>ops; name='Ops'; color='#fff'; description='Runs it'; managedBy='frontegg';"
         "metadata?; createdAt?; roles!; users!"},
        {"POST " GROUPS " @one", "{'name':'oPS'}",
         "409; errors=['A group of this name already exists']"},
        {"POST " GROUPS " @two", "{'name':'Ops'}", "201; id>other"},
        {"POST " GROUPS " @one", "{'name':''}", "400; ~name should not be empty"},
        {"POST " GROUPS " @one", "{}", "400; ~name"},
        {"POST " GROUPS, "{'name':'x'}", "403; errorCode='ER-00008'"},
        {"POST " GROUPS " @nowhere", "{'name':'x'}", "404; errors=['Tenant not found']"},
        {"POST " GROUPS " ~ada-token", "{'name':'Dev'}",
         "201; id>dev; color=null; description=null; metadata='{}'"},
        {"PATCH " GROUPS "/$dev @one", "{'description':'Makes it'}",
         "200; name='Dev'; description='Makes it'"},
        {"PATCH " GROUPS "/$dev @one", "{'name':'ops'}", "409"},
        {"PATCH " GROUPS "/$dev @two", "{'name':'x'}", "404; errors=['Group not found']"},
        {"PATCH " GROUPS "/$dev ~bob-token", "{'name':'x'}", "404"},
        {"GET " GROUPS "/$dev @one", NULL, "200; name='Dev'; roles!; users!"},
        {"GET " GROUPS "/$dev @two", NULL, "404"},
        {"GET " GROUPS "/nothing @one", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
users_and_roles_go_in(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " GROUPS "/$ops/users @one", "{'userIds':['$ada','$eve']}", "201"},
        {"POST " GROUPS "/$ops/users @one", "{'userIds':['$eve']}", "201"},
        {"POST " GROUPS "/$ops/roles @one", "{'roleIds':['$low']}", "201"},
        /* Unknown ones are named, all of them, and nothing is done. */
        {"POST " GROUPS "/$dev/users @one", "{'userIds':['$ada','$bob','nobody']}",
         "404; errors=['User $bob not found','User nobody not found']"},
        {"POST " GROUPS "/$dev/roles @one", "{'roleIds':['$own','$low','none']}",
         "404; errors=['Role $own not found','Role none not found']"},
        {"DELETE " GROUPS "/$dev/users @one", "{'userIds':['nobody']}", "404; ~nobody"},
        {"DELETE " GROUPS "/$dev/roles @one", "{'roleIds':['none']}", "404; ~none"},
        {"POST " GROUPS "/$dev/users @one", "{}", "400; ~userIds"},
        {"POST " GROUPS "/$ops/users @two", "{'userIds':['$bob']}", "404"},
        {"POST " GROUPS "/$ops/roles ~bob-token", "{'roleIds':['$low']}", "404"},
        {"GET " GROUPS "/$ops?_groupsRelations=rolesAndUsers @one", NULL,
         "200; roles.*.key=['low']; users.*.email=['ada@one.example','eve@one.example'];"
         "users.0.activatedForTenant=true; roles.0.permissions!"},
        {"GET " GROUPS "/$dev?_groupsRelations=rolesAndUsers @one", NULL,
         "200; roles=[]; users=[]"},
        {"GET " GROUPS "?_groupsRelations=users @one", NULL,
         "200; groups.*.name=['Dev','Ops']; groups.1.users#2; groups.1.roles!"},
        {"GET " GROUPS "?_groupsRelations=wrong @one", NULL, "400"},
        {"POST " GROUPS "/bulkGet?_groupsRelations=roles @one",
         "{'groupsIds':['$ops','$other','none']}",
         "201; groups.*.name=['Ops']; groups.0.roles#1; groups.0.users!"},
        {"POST " GROUPS "/bulkGet @one", "{'groupsIds':[]}", "201; groups=[]"},
        {"GET " PAGED "?_sortBy=name&_order=DESC&_limit=1 @one", NULL,
         "200; items.*.name=['Ops']; _metadata.totalItems=2; _metadata.totalPages=2"},
        {"GET " PAGED "?_sortBy=createdAt&_groupsRelations=users&_offset=0 @two", NULL,
         "200; items.*.name=['Ops']; items.0.users=[]"},
        {"GET " PAGED "?_limit=201 @one", NULL, "400"},
        {"GET " PAGED "?_sortBy=color @one", NULL, "400"},
    };
    SCENE(&scene, steps);
}

static void
members_have_the_roles(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " USERS "/v1/$eve @one", NULL,
         "200; roles.*.key=['low']; permissions.*.key=['$key']; tenants.0.roles=[];"
         "groups.*.id=['$ops']; groups.0.roles.*.key=['low']"},
        {"GET " USERS "/v3/groups?ids=$ada,$eve,$bob @one", NULL,
         "200; *.userId=['$ada','$eve']; *.groupIds=[['$ops'],['$ops']]; 0.tenantId='one'"},
        {"GET " USERS "/v3/groups?ids=$eve,$bob", NULL, "200; *.tenantId=['one','two']"},
        {"GET " USERS "/v3/groups?ids=$eve ~bob-token", NULL, "200; =[]"},
        {"GET " USERS "/v3/roles?ids=$eve @one", NULL, "200; 0.roleIds=[]"},
        {"POST " SIGN_IN " ~none", "{'email':'eve@one.example','password':'Correct-Horse-9'}",
         "200; accessToken>eve_token"},
        {"GET " USERS "/v1/me/authorization ~eve_token", NULL,
         "200; roles.*.key=['low']; permissions.*.key=['$key']"},
        {"GET " USERS "/v2/me ~eve_token", NULL, "200; roles.*.key=['low']; groups.*.id=['$ops']"},
        /* A token that says more than holds is worth nothing. */
        {"DELETE " GROUPS "/$ops/roles @one", "{'roleIds':['$low']}", "200"},
        {"GET " USERS "/v2/me ~eve_token", NULL, "401"},
        {"GET " USERS "/v1/$eve @one", NULL, "200; roles=[]; permissions=[]; groups.*.roles=[[]]"},
        {"POST " GROUPS "/$ops/roles @one", "{'roleIds':['$low']}", "201"},
        {"GET " USERS "/v2/me ~eve_token", NULL, "200"},
        {"DELETE " GROUPS "/$ops/users @one", "{'userIds':['$eve']}", "200"},
        {"GET " USERS "/v2/me ~eve_token", NULL, "401"},
        {"GET " USERS "/v1/$eve @one", NULL, "200; roles=[]; groups=[]"},
        {"POST " GROUPS "/$ops/users @one", "{'userIds':['$eve']}", "201"},
    };
    SCENE(&scene, steps);
}

static void
nobody_rises_by_a_group(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " GROUPS " @one", "{'name':'Bosses'}", "201; id>bosses"},
        {"POST " GROUPS "/$bosses/roles @one", "{'roleIds':['$top']}", "201"},
        {"POST " GROUPS "/$bosses/users ~ada-token", "{'userIds':['$ada']}",
         "403; errors=['Role is not weaker than your own']"},
        {"POST " GROUPS "/$dev/roles ~ada-token", "{'roleIds':['$mid']}", "403"},
        {"POST " GROUPS "/$dev/roles ~ada-token", "{'roleIds':['$low']}", "201"},
        {"DELETE " GROUPS "/$bosses/roles ~ada-token", "{'roleIds':['$top']}", "403"},
        {"DELETE " GROUPS "/$bosses/users ~ada-token", "{'userIds':['$eve']}", "403"},
        {"DELETE " GROUPS "/$bosses ~ada-token", NULL, "403"},
        /* By a group one is as strong as by oneself. */
        {"POST " GROUPS "/$bosses/users @one", "{'userIds':['$ada']}", "201"},
    };
    static const struct step risen[] = {
        {"POST " GROUPS "/$dev/roles ~ada-token", "{'roleIds':['$mid']}", "201"},
        {"DELETE " GROUPS "/$bosses @one", NULL, "200"},
        {"GET " GROUPS "/$bosses @one", NULL, "404"},
        {"DELETE " GROUPS "/$bosses @one", NULL, "404"},
        {"DELETE " GROUPS "/$other @one", NULL, "404"},
    };
    scene_keep_token(&scene, "ada-token", "ada", "one");
    SCENE(&scene, steps);
    scene_keep_token(&scene, "ada-token", "ada", "one");
    SCENE(&scene, risen);
}

static void
groups_can_be_switched_off(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " GROUPS "/config", NULL, "200; enabled=true; rolesEnabled=true"},
        {"POST " GROUPS "/config", "{'rolesEnabled':false}", "201"},
        {"GET " GROUPS "/config", NULL, "200; enabled=true; rolesEnabled=false"},
        {"GET " USERS "/v1/$eve @one", NULL, "200; roles=[]; groups.*.roles=[[]]"},
        {"POST " GROUPS "/$dev/roles @one", "{'roleIds':['$low']}",
         "403; errors=['Roles of groups are disabled']"},
        {"POST " GROUPS "/$dev/users @one", "{'userIds':['$eve']}", "201"},
        {"POST " GROUPS "/config", "{'enabled':false}", "201"},
        {"GET " GROUPS "/config", NULL, "200; enabled=false; rolesEnabled=true"},
        {"GET " USERS "/v1/$eve @one", NULL, "200; roles=[]; groups=[]"},
        {"POST " GROUPS " @one", "{'name':'New'}", "403; errors=['Groups are disabled']"},
        {"GET " GROUPS "/$dev @one", NULL, "200"},
        {"POST " GROUPS "/config", NULL, "201"},
        {"GET " GROUPS "/config", NULL, "200; enabled=true; rolesEnabled=true"},
        {"GET " USERS "/v1/$eve @one", NULL, "200; groups#2"},
    };
    static const struct step forbidden[] = {{"GET " GROUPS "/config ~ada-token", NULL, "403"}};
    SCENE(&scene, steps);
    scene_keep_token(&scene, "ada-token", "ada", "one");
    SCENE(&scene, forbidden);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){groups_ops, NULL});
    scene_ledger(&scene, (const char *const[]){"/identity/resources/users/v3/groups", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(groups_are_made_and_changed),
        cmocka_unit_test(users_and_roles_go_in),
        cmocka_unit_test(members_have_the_roles),
        cmocka_unit_test(nobody_rises_by_a_group),
        cmocka_unit_test(groups_can_be_switched_off),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("groups", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
