/* A person hands out only roles weaker than their own (security case 69); see server/rank.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define ROLES "/identity/resources/roles/v1"
#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"

static void
only_weaker_roles(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.secure.*", NULL};
    static const struct step before[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'one','name':'One'}", "201"},
        {"POST " ROLES,
         "[{'key':'top','name':'Top','level':0},{'key':'mid','name':'Mid','level':10},"
         "{'key':'low','name':'Low','level':20}]",
         "201; 0.id>top; 1.id>mid; 2.id>low"},
        {"POST " ROLES " @one",
         "[{'key':'own','name':'Own','level':15},{'key':'peer','name':'Peer','level':10}]",
         "201; 0.id>own; 1.id>peer"},
        {"POST " CREATE " @one", "{'email':'lead@one.example','roleIds':['$mid']}", "201; id>lead"},
        {"POST " CREATE " @one", "{'email':'new@one.example','roleIds':['$low']}", "201; id>new"},
        {"POST " CREATE " @one", "{'email':'bare@one.example'}", "201; id>bare"},
        {"POST " CREATE " @one", "{'email':'super@one.example'}", "201; id>super"},
        {"PUT " USERS "/$super/superuser", "{'superUser':true}", "200"},
    };
    static const struct step steps[] = {
        {"POST " USERS "/$new/roles ~lead-token", "{'roleIds':['$own']}", "201"},
        {"POST " USERS "/$new/roles ~lead-token", "{'roleIds':['$mid']}", "403; ~not weaker"},
        {"POST " USERS "/$new/roles ~lead-token", "{'roleIds':['$low','$top']}",
         "403; ~not weaker"},
        {"POST " USERS "/$lead/roles ~lead-token", "{'roleIds':['$top']}", "403; ~not weaker"},
        {"DELETE " USERS "/$lead/roles ~lead-token", "{'roleIds':['$mid']}", "403; ~not weaker"},
        {"DELETE " USERS "/$new/roles ~lead-token", "{'roleIds':['$own']}", "200"},
        {"POST " CREATE " ~lead-token", "{'email':'a@one.example','roleIds':['$top']}",
         "403; ~not weaker"},
        {"GET " USERS " @one", NULL, "200; _metadata.totalItems=4; !~a@one.example"},
        {"POST " CREATE " ~lead-token", "{'email':'b@one.example','roleIds':['$low']}", "201"},
        {"PATCH " ROLES "/$own ~lead-token", "{'level':9}", "403; ~not weaker"},
        {"PATCH " ROLES "/$own ~lead-token", "{'name':'Mine'}", "200; name='Mine'; level=15"},
        {"PATCH " ROLES "/$peer ~lead-token", "{'name':'x'}", "403; ~not weaker"},
        {"PUT " ROLES "/$peer/permissions ~lead-token", "{'permissionIds':[]}", "403; ~not weaker"},
        {"DELETE " ROLES "/$peer ~lead-token", NULL, "403; ~not weaker"},
        {"POST " ROLES " ~lead-token", "[{'key':'n','name':'N','level':10}]", "403; ~not weaker"},
        {"POST " ROLES " ~lead-token", "[{'key':'n','name':'N','level':11}]", "201"},
        {"POST " USERS "/$new/roles ~bare-token", "{'roleIds':['$low']}", "403; ~not weaker"},
        {"POST " USERS "/$new/roles ~super-token", "{'roleIds':['$top']}", "201"},
    };
    static const char *const people[] = {"lead", "bare", "super"};
    SCENE(&scene, before);
    for (size_t i = 0; i < COUNT_OF(people); i++) {
        struct tserver_grant grant = {.type = "userToken",
                                      .sub = scene_value(&scene, people[i]),
                                      .user = scene_value(&scene, people[i]),
                                      .tenant = STR("one"),
                                      .permissions = may};
        struct str token = tserver_mint(&scene.t, &grant);
        scene_keep(&scene, (const char *[]){"lead-token", "bare-token", "super-token"}[i], token);
    }
    SCENE(&scene, steps);
}

static int
start(void **state)
{
    (void)state;
    scene_start(&scene);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    scene_stop(&scene);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_weaker_roles)};
    return cmocka_run_group_tests_name("rank", tests, start, stop);
}
