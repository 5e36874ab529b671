/* Users and tenants in bulk: jobs that go on after the answer, and their reports; see tests/support/scene.h. */
#include "tests/support/scene.h"

#include "base/buf.h"

static struct scene scene;

#define INVITE "/identity/resources/users/bulk/v1/invite"
#define STATUS "/identity/resources/users/bulk/v1/status"
#define USERS "/identity/resources/users"
#define ROLES "/identity/resources/roles/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define AUDITS "/audits/resources/audits/v2"

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
        {"POST " USERS "/v2 @two", "{'email':'bob@two.example','skipInviteEmail':true}",
         "201; id>bob"},
        {"POST " USERS "/v1/$bob/verify", NULL, "200"},
    };
    SCENE(&scene, steps);
    scene_keep_token(&scene, "ada-token", "ada", "one");
    scene_keep_token(&scene, "bob-token", "bob", "two");
}

static void
everybody_is_invited(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " INVITE " @one",
         "{'users':[{'email':'c1@one.example','name':'Cleo','roleIds':['$low']},"
         "{'email':'c2@one.example','skipInviteEmail':true,'verified':true},"
         "{'username':'c3','skipInviteEmail':true},"
         "{'email':'bob@two.example','name':'Changed'},"
         "{'email':'c5@one.example','password':'Correct-Horse-9','skipInviteEmail':true,"
         "'verified':true}]}",
         "202; id>job"},
        {"AWAIT GET " STATUS "/$job @one", NULL,
         "200; id='$job'; status='Completed'; total=5; processed=5; errors=[]"},
        {"GET " USERS "/v3?_sortBy=email @one", NULL,
         "200; _metadata.totalItems=6; ~c1@one.example; ~c2@one.example; ~c5@one.example"},
        {"GET " USERS "/v1/email?email=c1@one.example", NULL,
         "200; name='Cleo'; tenants.0.roles.*.key=['low']; verified=false"},
        {"GET " USERS "/v1/email?email=c2@one.example", NULL, "200; verified=true"},
        /* Who was there already is not changed. */
        {"GET " USERS "/v1/email?email=bob@two.example", NULL, "200; !~Changed; tenantIds#2"},
        {"OUTBOX c1@one.example", NULL, "200; template='ActivateUser'; token?"},
        {"OUTBOX bob@two.example", NULL, "200; template='BulkInvitesToTenant'; ~One Ltd"},
        {"POST /identity/resources/auth/v1/user ~none",
         "{'email':'c5@one.example','password':'Correct-Horse-9'}", "200; accessToken?"},
        /* One audit for the request, one for each person, all of the same trace. */
        {"GET " AUDITS "?count=20&offset=0&filter=users_bulk_invite", NULL, "200; total=6"},
    };
    SCENE(&scene, steps);
}

static void
what_fails_is_reported_and_the_rest_goes_on(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " INVITE " @one",
         "{'users':[{'email':'d1@one.example','skipInviteEmail':true},"
         "{'email':'D1@one.example','skipInviteEmail':true},"
         "{'email':'d3@one.example','roleIds':['no-such-role']},"
         "{'email':'d4@one.example','roleIds':['$own']},"
         "{'email':'ada@one.example'},"
         "{'name':'Nobody'},"
         "{'email':'d7@one.example','password':'short'},"
         "{'email':'d8@one.example','skipInviteEmail':true}]}",
         "202; id>job"},
        {"AWAIT GET " STATUS "/$job @one", NULL,
         "200; status='CompletedWithErrors'; total=8; processed=8;"
         "errors.*.email=['D1@one.example','d3@one.example','d4@one.example','ada@one.example',"
         "'users.5','d7@one.example'];"
         "errors.0.message='User already exists'; errors.1.message='Role not found';"
         "errors.2.message='Role not found'; errors.3.message='User already exists';"
         "errors.4.message='Either email or username must be provided'; errors.5.message?"},
        {"GET " USERS "/v1/email?email=d1@one.example", NULL, "200"},
        {"GET " USERS "/v1/email?email=d8@one.example", NULL, "200"},
        /* Nothing of those that failed is left, not even the person without the role. */
        {"GET " USERS "/v1/email?email=d3@one.example", NULL, "404"},
        {"GET " USERS "/v1/email?email=d7@one.example", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
on_behalf_of_who_asked(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " INVITE " ~ada-token",
         "{'users':[{'email':'e1@one.example','roleIds':['$top'],'skipInviteEmail':true},"
         "{'email':'e2@one.example','roleIds':['$low'],'skipInviteEmail':true}]}",
         "202; id>job"},
        {"AWAIT GET " STATUS "/$job ~ada-token", NULL,
         "200; status='CompletedWithErrors'; errors.*.email=['e1@one.example'];"
         "errors.0.message='Role is not weaker than your own'"},
        {"GET " AUDITS "?count=5&offset=0&filter=e2@one.example", NULL,
         "200; total=1; data.0.userId='$ada'; data.0.tenantId='one'"},
        /* The environment sees it without a tenant, others do not. */
        {"GET " STATUS "/$job", NULL, "200; total=2"},
        {"GET " STATUS "/$job @two", NULL, "404; errors=['Task not found']"},
        {"GET " STATUS "/$job ~bob-token", NULL, "404"},
        {"GET " STATUS "/nothing @one", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
refusals(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " INVITE, "{'users':[]}", "403"},
        {"POST " INVITE " @nowhere", "{'users':[{'email':'x@x.io'}]}", "404"},
        {"POST " INVITE " @one", "{}", "400; ~users"},
        {"POST " INVITE " @one", "{'users':[{'email':'a@x.io'},{'email':'no'}]}",
         "400; errors=['users.1.email must be an email']"},
        {"POST " INVITE " @one", "{'users':['a@x.io']}", "400"},
        {"POST " INVITE " @one", "{'users':[]}", "202; id>job"},
        {"AWAIT GET " STATUS "/$job @one", NULL, "200; status='Completed'; total=0; errors=[]"},
        {"GET " USERS "/v3?_email=a@x.io", NULL, "200; _metadata.totalItems=0"},
    };
    SCENE(&scene, steps);
}

#define BULK "/identity/resources/vendor-only/users/v1"
#define BULK_STATUS BULK "/bulk-roles/status"

static void
roles_in_several_tenants_at_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"PATCH " BULK "/$bob/roles/bulk", "{'addRoleIds':['$low','$mid']}",
         "200; userId='$bob'; affectedTenants=2; rolesAdded=['$low','$mid']; rolesRemoved=[];"
         "taskId!"},
        {"GET " USERS "/v3/roles?ids=$bob", NULL,
         "200; 0.roleIds=['$mid','$low']; 1.roleIds=['$mid','$low']"},
        {"PATCH " BULK "/$bob/roles/bulk",
         "{'addRoleIds':['$own'],'removeRoleIds':['$mid'],'tenantIds':['two','two']}",
         "200; affectedTenants=1"},
        {"GET " USERS "/v3/roles?ids=$bob @two", NULL, "200; 0.roleIds=['$low','$own']"},
        /* All or nothing, and each that cannot be done is named. */
        {"PATCH " BULK "/$bob/roles/bulk",
         "{'removeRoleIds':['$low'],'tenantIds':['two','nowhere','other']}",
         "404; errors=['User is not in tenant nowhere','User is not in tenant other']"},
        {"PATCH " BULK "/$bob/roles/bulk", "{'addRoleIds':['$own']}",
         "404; errors=['Role $own not found in tenant one']"},
        {"GET " USERS "/v3/roles?ids=$bob @two", NULL, "200; 0.roleIds=['$low','$own']"},
        {"PATCH " BULK "/$bob/roles/bulk", "{}",
         "400; errors=['addRoleIds or removeRoleIds must be provided']"},
        {"PATCH " BULK "/$bob/roles/bulk", "{'addRoleIds':[],'removeRoleIds':[]}", "400"},
        {"PATCH " BULK "/nobody/roles/bulk", "{'addRoleIds':['$low']}", "404; ~User not found"},
        {"PATCH " BULK "/$bob/roles/bulk", "{'addRoleIds':['$low'],'tenantIds':[]}",
         "200; affectedTenants=0"},
        {"PATCH " BULK "/$bob/roles/bulk ~ada-token", "{'addRoleIds':['$low']}", "403"},
    };
    SCENE(&scene, steps);
}

/* The ids t0 to t<n>, made on the way; then one that is not there. */
static const char *
many_tenants(int n)
{
    struct buf list;
    buf_init(&list, 1 << 16);
    for (int i = 0; i < n; i++) {
        struct str body = arena_printf(&scene.t.arena, "{'tenantId':'t%d','name':'T'}", i);
        struct str join =
            arena_printf(&scene.t.arena, "{'tenantId':'t%d','skipInviteEmail':true}", i);
        const struct step steps[] = {{"POST " TENANTS, body.p, "201"},
                                     {"POST " USERS "/v1/$bob/tenant", join.p, "201"}};
        SCENE(&scene, steps);
        buf_printf(&list, "'t%d',", i);
    }
    buf_add_text(&list, "'nowhere'");
    const char *text = arena_str(&scene.t.arena, buf_str(&list)).p;
    buf_fini(&list);
    return text;
}

static void
roles_in_many_tenants_in_the_background(void **state)
{
    (void)state;
    enum { MANY = 60 };
    struct str body = arena_printf(
        &scene.t.arena, "{'addRoleIds':['$low'],'removeRoleIds':['$mid'],'tenantIds':[%s]}",
        many_tenants(MANY));
    const struct step steps[] = {
        {"PATCH " BULK "/$bob/roles/bulk", body.p,
         "200; userId='$bob'; affectedTenants=61; rolesAdded=['$low']; taskId>task"},
        {"AWAIT GET " BULK_STATUS "/$task", NULL,
         "200; id='$task'; userId='$bob'; status='CompletedWithErrors'; totalTenants=61;"
         "processedTenants=61; addedRoleIds=['$low']; removedRoleIds=['$mid'];"
         "errors=[{'tenantId':'nowhere','message':'User is not in tenant nowhere'}]"},
        {"GET " USERS "/v3/roles?ids=$bob @t0", NULL, "200; 0.roleIds=['$low']"},
        {"GET " USERS "/v3/roles?ids=$bob @t59", NULL, "200; 0.roleIds=['$low']"},
        {"GET " AUDITS "?count=1&offset=0&filter=users_bulk_roles&tenant_ids[]=t7", NULL,
         "200; total=1; data.0.resourceId='$bob'"},
        {"GET " BULK_STATUS "/nothing", NULL, "404"},
        {"GET " STATUS "/$task @one", NULL, "404"},
        {"GET " BULK_STATUS "/$task ~ada-token", NULL, "403"},
    };
    SCENE(&scene, steps);
}

#define IMPORT "/tenants/resources/migrations/v1/tenants"

static void
tenants_are_imported(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " IMPORT,
         "{'tenants':[{'tenantId':'i1','name':'First','metadata':{'a':1}},"
         "{'tenantId':'i2','name':'Second','parentTenantId':'i1'},"
         "{'tenantId':'one','name':'There already'},"
         "{'tenantId':'i3','parentTenantId':'missing'},"
         "{'tenantId':'bad id','name':'x'},"
         "{'name':'No id'},"
         "{'tenantId':'i1','name':'Twice'}]}",
         "202; migrationId>job"},
        {"AWAIT GET " IMPORT "/status/$job", NULL,
         "200; migrationId='$job'; state='COMPLETED'; migratedTenants=3; totalTenants=7;"
         "errors.*.tenantId=['one','i3','bad id','i1'];"
         "errors.0.message='Tenant already exists';"
         "errors.1.message='Parent tenant missing not found'; errors.2.message?;"
         "errors.3.message='Tenant already exists'"},
        {"GET " TENANTS "/i2", NULL, "200; 0.name='Second'"},
        {"GET /tenants/resources/hierarchy/v1 @i1", NULL, "200; *.tenantId=['i2']"},
        {"GET " TENANTS "/one", NULL, "200; 0.name='One Ltd'"},
        {"POST " IMPORT, "{'tenants':[{'tenantId':'one'}]}", "202; migrationId>job"},
        {"AWAIT GET " IMPORT "/status/$job", NULL,
         "200; state='FAILED'; migratedTenants=0; errors#1"},
        {"POST " IMPORT, "{'tenants':['x']}", "400"},
        {"POST " IMPORT, "{'tenants':[{'name':''}]}", "400; ~tenants.0.name"},
        {"POST " IMPORT, "{}", "400; ~tenants"},
        {"GET " IMPORT "/status/nothing", NULL, "404; errors=['Task not found']"},
        {"POST " IMPORT " ~ada-token", "{'tenants':[]}", "403"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){users_bulk_ops, NULL});
    scene_ledger(&scene, (const char *const[]){"/tenants/resources/migrations/", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(everybody_is_invited),
        cmocka_unit_test(what_fails_is_reported_and_the_rest_goes_on),
        cmocka_unit_test(on_behalf_of_who_asked),
        cmocka_unit_test(refusals),
        cmocka_unit_test(roles_in_several_tenants_at_once),
        cmocka_unit_test(roles_in_many_tenants_in_the_background),
        cmocka_unit_test(tenants_are_imported),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
