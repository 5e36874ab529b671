/* Invitation links of tenants, and the messages that creating people sends; see
 * tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define INVITES "/identity/resources/tenants/invites/v1"
#define OWN INVITES "/user"
#define USERS "/identity/resources/users/v1"
#define CREATE "/identity/resources/users/v2"
#define ROLES "/identity/resources/roles/v1"
#define TENANTS "/tenants/resources/tenants/v1"
#define CONFIG "/identity/resources/configurations/v1"

static void
keep_token(const char *name, const char *user, const char *tenant)
{
    static const char *const none[] = {NULL};
    struct tserver_grant grant = {.type = "userToken",
                                  .sub = scene_value(&scene, user),
                                  .user = scene_value(&scene, user),
                                  .tenant = str_of(tenant),
                                  .permissions = none};
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
        {"POST " CREATE " @one",
         "{'email':'ada@one.example','roleIds':['$mid'],'skipInviteEmail':true}", "201; id>ada"},
        {"POST " CREATE " @two", "{'email':'bob@two.example','skipInviteEmail':true}",
         "201; id>bob"},
    };
    SCENE(&scene, steps);
    keep_token("ada-token", "ada", "one");
    keep_token("bob-token", "bob", "two");
}

static void
ones_own_link(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " OWN " ~ada-token", NULL, "404; errors=['Invitation not found']"},
        {"PATCH " OWN " ~ada-token", "{'shouldSendEmail':true}", "404"},
        {"DELETE " OWN " ~ada-token", NULL, "404"},
        {"POST " OWN " ~ada-token", "{}", "400; ~shouldSendEmail"},
        {"POST " OWN " ~ada-token", "{'shouldSendEmail':true,'expiresInMinutes':0}",
         "400; ~expiresInMinutes"},
        {"POST " OWN " ~ada-token", "{'shouldSendEmail':true,'expiresInMinutes':5256001}",
         "400; ~expiresInMinutes"},
        {"POST " OWN " ~ada-token", "{'shouldSendEmail':true,'expiresInMinutes':9007199254740991}",
         "400; ~expiresInMinutes"},
        {"POST " OWN " ~ada-token", "{'shouldSendEmail':true,'expiresInMinutes':60}",
         "201; id>invite; tenantId='one'; userId='$ada'; token>first; name='One Ltd'; roleIds=[];"
         "shouldSendEmail=true; expires?; vendorId?"},
        {"GET " OWN " ~ada-token", NULL, "200; id='$invite'; token!; !~$first"},
        {"PATCH " OWN " ~ada-token", "{'shouldSendEmail':false}",
         "200; id='$invite'; shouldSendEmail=false; token!"},
        {"POST " INVITES "/verify ~none", "{'token':'$first'}",
         "200; id='$invite'; tenantId='one'; name='One Ltd'; token='$first'"},
        /* A new one makes the old one worthless. */
        {"POST " OWN " ~ada-token", "{'shouldSendEmail':false}",
         "201; token>second; id>invite; expires?"},
        {"POST " INVITES "/verify ~none", "{'token':'$first'}",
         "400; errorCode='ER-01061'; ~Invitation is invalid or has expired"},
        {"POST " INVITES "/verify ~none", "{'token':'$second'}", "200; id='$invite'"},
        {"POST " INVITES "/verify ~none", "{'token':'$invite'}", "400; errorCode='ER-01061'"},
        {"POST " INVITES "/verify ~none", "{'token':''}", "400; ~token"},
        {"POST " INVITES "/verify ~none", "{}", "400; ~token"},
        {"DELETE " OWN " ~ada-token", NULL, "200"},
        {"POST " INVITES "/verify ~none", "{'token':'$second'}", "400; errorCode='ER-01061'"},
        {"DELETE " OWN " ~ada-token", NULL, "404"},
        /* With an environment token and headers it is the same person. */
        {"POST " OWN " @one +frontegg-user-id:$ada", "{'shouldSendEmail':false}",
         "201; userId='$ada'; token?"},
        {"POST " OWN " @one", "{'shouldSendEmail':false}", "403; ~User ID is not specified"},
        {"POST " OWN " +frontegg-user-id:$ada", "{'shouldSendEmail':false}",
         "403; ~Tenant ID is not specified"},
        {"POST " OWN " @two +frontegg-user-id:$ada", "{'shouldSendEmail':false}",
         "404; ~User not found"},
        {"POST " OWN " ~none", "{'shouldSendEmail':false}", "401"},
    };
    SCENE(&scene, steps);
}

static void
links_with_roles(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /identity/resources/tenants/invites/v2/user ~ada-token",
         "{'shouldSendEmail':false,'roleIds':['$low']}", "201; roleIds=['$low']; token>with_role"},
        {"POST /identity/resources/tenants/invites/v2/user ~ada-token",
         "{'shouldSendEmail':false,'roleIds':['$mid']}", "403; ~not weaker"},
        {"POST /identity/resources/tenants/invites/v2/user ~ada-token",
         "{'shouldSendEmail':false,'roleIds':['$low','$own']}", "404; ~Role not found"},
        {"POST /identity/resources/tenants/invites/v2/user ~ada-token", "{'shouldSendEmail':false}",
         "400; ~roleIds"},
        {"POST " INVITES "/verify ~none", "{'token':'$with_role'}", "200; roleIds=['$low']"},
    };
    SCENE(&scene, steps);
}

static void
the_environments_links(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " INVITES, "{'tenantId':'two','roleIds':['$own'],'expiresInMinutes':10}",
         "201; id>of_two; tenantId='two'; userId!; roleIds=['$own']; token>two_token"},
        {"POST " INVITES, "{'tenantId':'two','userId':'$bob','shouldSendEmail':true}",
         "201; userId='$bob'; id>of_bob; token>bob_link"},
        {"POST " INVITES, "{'tenantId':'two','userId':'$ada'}", "404; ~User not found"},
        {"POST " INVITES, "{'tenantId':'two','userId':'nobody'}", "404; ~User not found"},
        {"POST " INVITES, "{'tenantId':'nowhere'}", "404; ~Tenant not found"},
        {"POST " INVITES, "{'tenantId':'one','roleIds':['$own']}", "404; ~Role not found"},
        {"POST " INVITES, "{}", "400; ~tenantId"},
        {"POST " INVITES " ~ada-token", "{'tenantId':'one'}", "403"},
        {"POST " INVITES "/verify ~none", "{'token':'$two_token'}", "200; tenantId='two'"},
        {"GET " INVITES "/all @two", NULL,
         "200; #2; *.tenantId=['two','two']; 0.token!; 1.token!; !~$two_token"},
        {"GET " INVITES "/all", NULL, "200; #3; !~$two_token"},
        {"GET " INVITES "/all @nowhere", NULL, "200; =[]"},
        {"GET " INVITES "/all ~ada-token", NULL, "403"},
        {"DELETE " INVITES "/token/$of_two @one", NULL, "404; errors=['Invitation not found']"},
        {"DELETE " INVITES "/token/$of_two @two", NULL, "200"},
        {"DELETE " INVITES "/token/$of_two", NULL, "404"},
        {"POST " INVITES "/verify ~none", "{'token':'$two_token'}", "400; errorCode='ER-01061'"},
    };
    SCENE(&scene, steps);
}

static void
a_tenant_sees_its_own(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.secure.*", NULL};
    struct tserver_grant grant = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("one"), .permissions = may};
    scene_keep(&scene, "one", tserver_mint(&scene.t, &grant));
    static const struct step steps[] = {
        {"GET " INVITES "/all ~one", NULL, "200; #1; 0.tenantId='one'"},
        {"DELETE " INVITES "/token/$of_bob ~one", NULL, "404"},
        {"GET " INVITES "/all @two", NULL, "200; #1"},
    };
    SCENE(&scene, steps);
}

static void
switched_off_or_locked(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " INVITES "/configuration ~ada-token", NULL,
         "200; tenantInvitationsAllowed=true; emailsEnabled=true"},
        {"POST " CONFIG, "{'allowTenantInvitations':false}", "201"},
        {"GET " INVITES "/configuration", NULL, "200; tenantInvitationsAllowed=false"},
        {"POST " OWN " ~ada-token", "{'shouldSendEmail':false}",
         "403; errors=['Tenant invitations are not allowed']"},
        {"PATCH " OWN " ~ada-token", "{'shouldSendEmail':true}", "403"},
        {"GET " OWN " ~ada-token", NULL, "200"},
        {"POST " INVITES "/verify ~none", "{'token':'$bob_link'}", "400; errorCode='ER-01061'"},
        {"POST " INVITES, "{'tenantId':'two'}", "201; token>vendors"},
        {"POST " INVITES "/verify ~none", "{'token':'$vendors'}", "200"},
        {"POST " CONFIG, "{'allowTenantInvitations':true}", "201"},
        {"POST " INVITES "/verify ~none", "{'token':'$bob_link'}", "200"},
        {"PUT " TENANTS "/two", "{'status':'locked'}", "200"},
        {"POST " INVITES "/verify ~none", "{'token':'$bob_link'}",
         "400; errorCode='ER-01239'; errors=['Tenant is locked']"},
        {"POST " INVITES, "{'tenantId':'two'}", "400; errorCode='ER-01240'"},
        {"POST " OWN " ~bob-token", "{'shouldSendEmail':false}", "400; errorCode='ER-01240'"},
        {"PUT " TENANTS "/two", "{'status':'active'}", "200"},
        {"POST " INVITES "/verify ~none", "{'token':'$bob_link'}", "200"},
        /* Who may not act in the tenant brings nobody in. */
        {"POST /identity/resources/tenants/users/v1/$bob/disable @two", NULL, "200"},
        {"POST " INVITES "/verify ~none", "{'token':'$bob_link'}", "400; errorCode='ER-01061'"},
        {"POST /identity/resources/tenants/users/v1/$bob/enable @two", NULL, "200"},
        {"DELETE " USERS "/$bob @two", NULL, "200"},
        {"POST " INVITES "/verify ~none", "{'token':'$bob_link'}", "400; errorCode='ER-01061'"},
    };
    SCENE(&scene, steps);
}

/* ---- who is told what when people are made members ---- */

static void
newcomers_get_an_activation(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CREATE " @one", "{'email':'new@one.example','name':'New'}",
         "201; id>new; activatedForTenant=false"},
        {"POST " CREATE " @one", "{'email':'quiet@one.example','skipInviteEmail':true}",
         "201; id>quiet; activatedForTenant=true"},
        {"POST " CREATE " @one", "{'username':'just.a.name'}", "201"},
        {"GET /identity/resources/tenants/users/v1/statuses?userIds=$new,$quiet", NULL,
         "200; ~NotActivated; ~PendingLogin"},
        {"OUTBOX new@one.example", NULL,
         "200; template='ActivateUser'; token>token; code!; ~$token; link>link; ~&token=$token;"
         "~userId=$new"},
    };
    SCENE(&scene, steps);
}

static void
who_is_active_gets_an_invitation(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS "/$quiet/verify", NULL, "200"},
        {"POST " CREATE " @two", "{'email':'quiet@one.example','skipInviteEmail':true}", "201"},
        {"POST " TENANTS, "{'tenantId':'three','name':'Three Ltd'}", "201"},
        {"POST " USERS "/$quiet/tenant", "{'tenantId':'three'}", "201"},
        {"GET /identity/resources/tenants/users/v1/statuses?userIds=$quiet", NULL,
         "200; ~PendingInvitation"},
        {"POST " TENANTS, "{'tenantId':'four','name':'Four Ltd'}", "201"},
        {"POST " USERS "/$quiet/tenant", "{'tenantId':'four','skipInviteEmail':true}", "201"},
        {"PUT " USERS "/$quiet/tenant", "{'tenantId':'five'}", "200"},
        {"POST " USERS "/$new/tenant", "{'tenantId':'three'}", "201"},
        /* The only one to this address: nothing came when nothing was to be said. */
        {"OUTBOX quiet@one.example", NULL,
         "200; template='InviteToTenant'; ~Three Ltd; token?; link?; code!"},
        {"OUTBOX new@one.example", NULL, "200; template='ActivateUser'; token?; !~$token"},
    };
    SCENE(&scene, steps);
}

static void
restricted_addresses_are_not_invited(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /identity/resources/configurations/restrictions/v1/email-domain @three",
         "{'domain':'one.example','type':'BLOCK'}", "201"},
        {"POST /identity/resources/configurations/restrictions/v1/email-domain/config @three",
         "{'active':true,'type':'BLOCK'}", "201"},
        {"POST " USERS "/$ada/tenant", "{'tenantId':'three'}", "403"},
        {"POST " CREATE " @three", "{'email':'x@ONE.example'}", "403"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){"/identity/resources/tenants/invites/", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(ones_own_link),
        cmocka_unit_test(links_with_roles),
        cmocka_unit_test(the_environments_links),
        cmocka_unit_test(a_tenant_sees_its_own),
        cmocka_unit_test(switched_off_or_locked),
        cmocka_unit_test(newcomers_get_an_activation),
        cmocka_unit_test(who_is_active_gets_an_invitation),
        cmocka_unit_test(restricted_addresses_are_not_invited),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("invites", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
