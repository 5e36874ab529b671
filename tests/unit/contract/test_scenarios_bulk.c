/* Users in bulk: jobs that go on after the answer, and their reports; see tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define INVITE "/identity/resources/users/bulk/v1/invite"
#define STATUS "/identity/resources/users/bulk/v1/status"
#define USERS "/identity/resources/users"
#define ROLES "/identity/resources/roles/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define AUDITS "/audits/resources/audits/v2"

static void
keep_token(const char *name, const char *user, const char *tenant)
{
    static const char *const rights[] = {"fe.secure.*", NULL};
    struct tserver_grant grant = {.type = "userToken",
                                  .sub = scene_value(&scene, user),
                                  .user = scene_value(&scene, user),
                                  .tenant = str_of(tenant),
                                  .permissions = rights};
    scene_keep(&scene, name, tserver_mint(&scene.t, &grant));
}

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
    };
    SCENE(&scene, steps);
    keep_token("ada-token", "ada", "one");
    keep_token("bob-token", "bob", "two");
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
        {"OUTBOX bob@two.example", NULL, "200"},
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

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){users_bulk_ops, NULL});
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
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
