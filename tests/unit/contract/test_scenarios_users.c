/* Creating, changing and removing users; see tests/support/scene.h. Lists have their own program. */
#include "tests/support/scene.h"

static struct scene scene;

#define V1 "/identity/resources/users/v1"
#define V2 "/identity/resources/users/v2"
#define V3 "/identity/resources/users/v3"
#define VENDOR "/identity/resources/vendor-only/users/v1"
#define MEMBERS "/identity/resources/tenants/users/v1"
#define ROLES "/identity/resources/roles/v1"
#define PERMISSIONS "/identity/resources/permissions/v1"
#define TENANTS "/tenants/resources/tenants/v1"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " PERMISSIONS, "[{'key':'p.read','name':'R'}]", "201; 0.id>perm"},
        {"POST " ROLES,
         "[{'key':'admin','name':'Admin','level':0},{'key':'r','name':'R','level':1}]",
         "201; 0.id>admin; 1.id>role"},
        {"POST " ROLES " @two", "[{'key':'own','name':'Of two','level':1}]", "201; 0.id>two_role"},
        {"PUT " ROLES "/$admin/permissions", "{'permissionIds':['$perm']}", "200"},
    };
    SCENE(&scene, steps);
}

static void
create(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V2 " @one",
         "{'email':'Ann@Example.com','name':'Ann','metadata':'{\\'k\\':1}','phoneNumber':'+"
         "4315551234',"
         "'profilePictureUrl':'https://x/y.png','roleIds':['$admin'],'password':'correct horse "
         "battery',"
         "'skipInviteEmail':true,'verified':true,'superUser':true,'isLocked':true,'id':'mine',"
         "'mfaEnrolled':true,'passwordHash':'x','tenantId':'two','tenantIds':['two'],'invisible':"
         "true}",
         "201; id>ann; email='Ann@Example.com'; name='Ann'; verified=false; metadata='{\\'k\\':1}';"
         "roles.*.key=['admin']; roles.0.permissions=['$perm']; permissions.*.key=['p.read'];"
         "lastLogin=null; temporaryExpirationDate=null; profilePictureUrl='https://x/y.png';"
         "!~correct; !~argon"},
        {"GET " V1 "/$ann @one", NULL,
         "200; id='$ann'; sub='$ann'; superUser=false; isLocked=false; invisible=false;"
         "mfaEnrolled=false; tenantId='one'; tenantIds=['one']; tenants.0.tenantId='one';"
         "tenants.0.roles.*.key=['admin']; tenants.0.isDisabled=false; provider='local';"
         "managedBy='frontegg'; vendorMetadata='{}'; phoneNumber='+4315551234'; groups=[];"
         "tenants.0.temporaryExpirationDate=null"},
        {"GET " V1 "/$ann @two", NULL, "404; errors=['User not found']"},
        {"GET " V1 "/$ann", NULL,
         "403; errors=['Tenant ID is not specified']; errorCode='ER-00008'"},
        {"GET " V1 "/$ann @nobody", NULL, "404"},
        {"GET " V1 "/nobody @one", NULL, "404; errors=['User not found']"},
        {"GET " VENDOR "/$ann", NULL, "200; id='$ann'; roles.*.key=['admin']"},
        {"GET " VENDOR "/nobody", NULL, "404; errors=['User not found']"},
        {"GET " V1 "/email?email=ann@example.COM", NULL,
         "200; id='$ann'; roles!; permissions!; groups!"},
        {"GET " V1 "/email?email=nobody@example.com", NULL, "404; errors=['User not found']"},
        {"GET " V1 "/email", NULL, "400; ~email"},
        {"GET " V1 "/email?email=x", NULL, "400; errors=['email must be an email']"},
        /* The first version, with a slash at the end as one client writes it. */
        {"POST " V1 "/ @one", "{'email':'bob@example.com','name':'Bob','metadata':{'a':{'b':2}}}",
         "201; id>bob; metadata='{\\'a\\':{\\'b\\':2}}'; roles=[]; permissions=[]"},
        {"POST " V2 " @one", "{'email':'bob@example.com'}", "409; ~already exists"},
        {"POST " V2 " @one", "{'email':'BOB@example.com'}", "409; ~already exists"},
        {"POST " V2 " @one", "{'username':'carol.c','name':'Carol'}", "201; id>carol; email=null"},
        {"POST " V2 " @one", "{'username':'Carol.C'}", "409"},
    };
    SCENE(&scene, steps);
}

static void
refuse_to_create(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V2 " @one", "{}",
         "400; errors=['Either email or username must be provided']; errorCode='ER-000a64f544'"},
        {"POST " V2 " @one", NULL, "400; ~Either email or username must be provided"},
        {"POST " V2 " @one", "{'email':'nonsense'}", "400; errors=['email must be an email']"},
        {"POST " V2 " @one", "{'email':7}", "400; ~email must be"},
        {"POST " V2 " @one", "{'username':'no space'}", "400; ~username must match"},
        {"POST " V2 " @one", "{'email':'d@x.io','name':''}",
         "400; errors=['name should not be empty']"},
        {"POST " V2 " @one", "{'email':'d@x.io','phoneNumber':'12'}",
         "400; ~Phone number must be valid"},
        {"POST " V2 " @one", "{'email':'d@x.io','roleIds':['nobody']}", "404; ~Role not found"},
        {"POST " V2 " @one", "{'email':'d@x.io','roleIds':['$two_role']}", "404; ~Role not found"},
        {"POST " V2 " @one", "{'email':'d@x.io','roleIds':[5]}",
         "400; errors=['each value in roleIds must be a string']"},
        {"POST " V2 " @one", "{'email':'d@x.io','metadata':'no json'}", "400; ~metadata"},
        {"POST " V2 " @one", "{'email':'d@x.io','provider':'myspace'}", "400; ~provider"},
        {"POST " V2 " @one", "{'email':'d@x.io','expirationInSeconds':299}",
         "400; ~expirationInSeconds"},
        {"POST " V2, "{'email':'d@x.io'}", "403; errors=['Tenant ID is not specified']"},
        {"POST " V2 " @nobody", "{'email':'d@x.io'}", "404; ~Tenant not found"},
        {"GET " V1 "/email?email=d@x.io", NULL, "404"},
        {"POST " V2 " @one",
         "{'email':'temp@x.io','expirationInSeconds':600,'name':null,'roleIds':null}",
         "201; temporaryExpirationDate?; id>temp; name=null"},
    };
    SCENE(&scene, steps);
}

/* Somebody who is known already joins the other tenant; nothing of them changes. */
static void
join_a_second_tenant(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V2 " @two", "{'email':'ann@example.com','name':'Not Ann','roleIds':['$two_role']}",
         "201; id='$ann'; name='Ann'; roles.*.key=['own']; permissions=[]"},
        {"GET " V1 "/$ann @two", NULL, "200; name='Ann'; tenantId='one'; roles.*.key=['own']"},
        {"GET " VENDOR "/$ann", NULL, "200; tenantIds=['one','two']; tenants#2"},
        {"POST " V1 "/$bob/tenant", "{'tenantId':'two','skipInviteEmail':true}",
         "201; id='$bob'; tenantIds=['one','two']; tenantId='one'"},
        {"POST " V1 "/$bob/tenant", "{'tenantId':'two'}", "201; tenantIds=['one','two']"},
        {"POST " V1 "/$bob/tenant", "{'tenantId':'new-one'}",
         "201; tenantIds=['one','two','new-one']"},
        {"GET " TENANTS "/new-one", NULL, "200; #1; 0.name='new-one'"},
        {"POST " V1 "/$bob/tenant", "{'tenantId':'newer','validateTenantExist':true}",
         "404; ~Tenant not found"},
        {"POST " V1 "/$bob/tenant", "{'tenantId':'no good'}", "400; ~tenantId"},
        {"POST " V1 "/$bob/tenant", "{'tenantId':''}", "400; ~tenantId should not be empty"},
        {"POST " V1 "/nobody/tenant", "{'tenantId':'two'}", "404; ~User not found"},
        {"POST " V1 "/$bob/tenant @one", "{'tenantId':'two'}",
         "403; errors=['Tenant ID is defined - forbidden route for tenants']"},
        {"PUT " V1 "/$bob/tenant", "{'tenantId':'two'}", "200; tenantId='two'"},
        {"PUT " V1 "/$bob/tenant", "{'tenantId':'made','validateTenantExist':false}",
         "200; tenantId='made'; tenantIds#4"},
        {"PUT " V1 "/$bob/tenant", "{'tenantId':'made-up','validateTenantExist':true}", "404"},
        {"PUT " V1 "/$bob/tenant", "{}", "400; ~tenantId"},
        {"PUT " V1 "/$bob/tenant", "{'tenantId':'one'}", "200; tenantId='one'"},
    };
    SCENE(&scene, steps);
}

static void
update(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"PUT " V1 "/$ann",
         "{'name':'Ann B.','phoneNumber':'+4315559999','metadata':'{\\'n\\':2}',"
         "'vendorMetadata':{'v':1},'mfaBypass':true,'externalId':'ext-1','verified':true,"
         "'superUser':true,'email':'evil@x.io','tenantId':'two','id':'x','roles':['x']}",
         "200; name='Ann B.'; phoneNumber='+4315559999'; metadata='{\\'n\\':2}'; mfaBypass=true;"
         "vendorMetadata='{\\'v\\':1}'; externalId='ext-1'; verified=false; superUser=false;"
         "email='Ann@Example.com'; tenantId='one'; id='$ann'"},
        {"PUT " V1 "/$ann", "{'name':null,'metadata':null}",
         "200; name='Ann B.'; metadata='{\\'n\\':2}'"},
        {"PUT " V1 "/$ann", "{'name':''}", "400; errors=['name should not be empty']"},
        {"PUT " V1 "/$ann", "{'metadata':'no json'}", "400; ~metadata"},
        {"PUT " V1 "/$ann", "{'mfaBypass':'yes'}",
         "400; errors=['mfaBypass must be a boolean value']"},
        {"PUT " V1 "/nobody", "{'name':'x'}", "404; errors=['User not found']"},
        {"PUT " V1 "/$ann/email", "{'email':'ann@new.io'}", "200; email='ann@new.io'"},
        {"GET " V1 "/email?email=ann@example.com", NULL, "404"},
        {"GET " V1 "/email?email=ann@new.io", NULL, "200; id='$ann'"},
        {"PUT " V1 "/$ann/email", "{'email':'BOB@example.com'}", "409; ~already exists"},
        {"PUT " V1 "/$ann/email", "{'email':'x'}", "400; errors=['email must be an email']"},
        {"PUT " V1 "/$ann/email @one", "{'email':'y@x.io'}",
         "403; errors=['Tenant ID is defined - forbidden route for tenants']"},
        {"PUT " V1 "/$ann/invisible", "{'invisible':true}", "200; invisible=true"},
        {"PUT " V1 "/$ann/invisible", "{'invisible':false}", "200; invisible=false"},
        {"PUT " V1 "/$ann/invisible", "{}", "400; ~invisible must be a boolean value"},
        {"PUT " V1 "/$ann/superuser", "{'superUser':true}", "200; superUser=true"},
        {"PUT " V1 "/$ann/superuser", "{'superUser':false}", "200; superUser=false"},
        {"PUT " V1 "/$ann/superuser", "{'superUser':'yes'}",
         "400; errors=['superUser must be a boolean value']"},
        {"POST " V1 "/$ann/verify", NULL, "200"},
        {"POST " V1 "/$ann/verify", "{}", "200"},
        {"GET " VENDOR "/$ann", NULL, "200; verified=true"},
        {"POST " V1 "/nobody/verify", NULL, "404; errors=['User not found']"},
        {"POST " V1 "/$ann/lock", NULL, "200"},
        {"GET " VENDOR "/$ann", NULL, "200; isLocked=true"},
        {"POST " V1 "/$ann/unlock", "{}", "200"},
        {"GET " VENDOR "/$ann", NULL, "200; isLocked=false"},
        {"POST " V1 "/nobody/lock", NULL, "404"},
        {"POST " V1 "/nobody/unlock", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
roles(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1 "/$bob/roles @one", "{'roleIds':['$role']}",
         "201; tenantId='one'; userId='$bob'; roles.*.key=['r']"},
        {"POST " V1 "/$bob/roles @one", "{'roleIds':['$role','$admin']}", "201; roles#2"},
        {"GET " V1 "/$bob @one", NULL, "200; roles#2; permissions.*.key=['p.read']"},
        {"GET " V1 "/$bob @two", NULL, "200; roles=[]"},
        {"POST " V1 "/$bob/roles @one", "{'roleIds':['$two_role']}", "404; ~Role not found"},
        {"POST " V1 "/$bob/roles @one", "{'roleIds':['nobody']}", "404; ~Role not found"},
        {"POST " V1 "/$bob/roles @one", "{'roleIds':'$role'}", "400; ~roleIds"},
        {"POST " V1 "/$bob/roles @one", "{}", "400; ~roleIds"},
        {"POST " V1 "/$bob/roles @one", "{'roleIds':[{}]}", "400; ~each value in roleIds"},
        {"POST " V1 "/$bob/roles", "{'roleIds':['$role']}", "403; ~Tenant ID is not specified"},
        {"POST " V1 "/nobody/roles @one", "{'roleIds':['$role']}", "404; ~User not found"},
        {"POST " V1 "/$carol/roles @two", "{'roleIds':['$role']}", "404; ~User not found"},
        {"DELETE " V1 "/$bob/roles @one", "{'roleIds':['$role']}",
         "200; tenantId='one'; userId='$bob'; roles.*.key=['admin']"},
        {"DELETE " V1 "/$bob/roles @one", "{'roleIds':['$role']}", "200; roles.*.key=['admin']"},
        {"DELETE " V1 "/$bob/roles @one", NULL, "400; ~roleIds"},
        {"GET " V3 "/roles?ids=$ann,$bob @one", NULL,
         "200; #2; ~'userId':'$bob'; ~'roleIds':['$admin']; 0.tenantId='one'; 0.vendorId?"},
        {"GET " V3 "/roles?ids=$ann", NULL, "200; #2"},
        {"GET " V3 "/roles?ids=nobody @one", NULL, "200; =[]"},
        {"GET " V3 "/roles @one", NULL, "400; ~ids"},
        {"GET " V3 "/roles?ids @one", NULL, "400; ~ids"},
        {"GET " V3 "/groups?ids=$ann,nobody @one", NULL, "200; #1; 0.groupIds=[]"},
        {"GET " V3 "/groups?ids @one", NULL, "400; ~ids"},
    };
    SCENE(&scene, steps);
}

static void
state_in_a_tenant(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " MEMBERS "/$bob/disable @one", NULL, "200"},
        {"GET " V1 "/$bob @one", NULL, "200; tenants.0.isDisabled=true"},
        {"GET " VENDOR "/$bob", NULL, "200; tenants.*.isDisabled=[true,false,false,false]"},
        {"POST " MEMBERS "/count", "{'tenantIds':['one','two','nobody']}",
         "200; *.tenantId=['one','two','nobody']; 0.totalUsers=4; 0.totalAccessAllowedUsers=3;"
         "1.totalUsers=2; 1.totalAccessAllowedUsers=2; 2.totalUsers=0"},
        {"POST " MEMBERS "/count", "{'tenantIds':[]}", "200; =[]"},
        {"POST " MEMBERS "/count", "{}", "400; ~tenantIds"},
        {"POST " MEMBERS "/$bob/enable @one", "{}", "200"},
        {"GET " V1 "/$bob @one", NULL, "200; tenants.0.isDisabled=false"},
        {"POST " MEMBERS "/$bob/disable", NULL, "403; ~Tenant ID is not specified"},
        {"POST " MEMBERS "/$carol/disable @two", NULL, "404; ~User not found"},
        {"POST " MEMBERS "/nobody/enable @one", NULL, "404; ~User not found"},
        {"PUT /identity/resources/sub-tenants/users/v1/$bob/access @one", "{'allowAccess':true}",
         "200"},
        {"GET " V1 "/$bob @one", NULL, "200; subAccountAccessAllowed=true"},
        {"PUT /identity/resources/sub-tenants/users/v1/$bob/access @one", "{'allowAccess':false}",
         "200"},
        {"GET " V1 "/$bob @one", NULL, "200; subAccountAccessAllowed=false"},
        {"PUT /identity/resources/sub-tenants/users/v1/$bob/access @one", "{}",
         "400; ~allowAccess"},
        {"PUT /identity/resources/sub-tenants/users/v1/$bob/access", "{'allowAccess':true}",
         "403; ~Tenant ID is not specified"},
        {"GET " MEMBERS "/statuses?userIds=$ann,$bob", NULL,
         "200; #2; *.userId?; ~'tenantId':'one'; ~PendingInvitation"},
        {"GET " MEMBERS "/statuses?userIds=$bob&userTenantStatuses=Activated", NULL,
         "200; #1; 0.userId='$bob'; 0.tenantsStatuses=[]"},
        {"GET " MEMBERS "/statuses?userIds=$bob&userTenantStatuses=Elsewhere", NULL,
         "400; ~userTenantStatuses"},
        {"GET " MEMBERS "/statuses?userIds=nobody", NULL, "200; =[]"},
        {"GET " MEMBERS "/statuses", NULL, "400; ~userIds"},
    };
    SCENE(&scene, steps);
}

static void
vendor_only_creation(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " VENDOR,
         "{'email':'vera@x.io','tenantId':'two','name':'Vera','roleIds':['$two_role'],"
         "'mfaBypass':true,'externalId':'ext-2','vendorMetadata':{'s':1},'verified':true}",
         "201; id>vera; tenantId='two'; roles.*.key=['own']; mfaBypass=true; externalId='ext-2';"
         "vendorMetadata='{\\'s\\':1}'; verified=false; tenants.0.tenantId='two'"},
        {"POST " VENDOR, "{'email':'vera@x.io','tenantId':'one'}", "201; id='$vera'"},
        {"POST " VENDOR, "{'email':'vera@x.io','tenantId':'one'}", "409; ~already exists"},
        {"POST " VENDOR, "{'email':'w@x.io','tenantId':'nobody'}", "404; ~Tenant not found"},
        {"POST " VENDOR, "{'email':'w@x.io'}", "400; ~tenantId"},
        {"POST " VENDOR, "{'tenantId':'one'}", "400; ~Either email or username must be provided"},
        {"POST " VENDOR, "{'email':'w@x.io','tenantId':'one','roleIds':['$two_role']}",
         "404; ~Role not found"},
        {"GET " V1 "/email?email=w@x.io", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
removal(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"DELETE " V1 "/$ann @one", NULL, "200"},
        {"GET " V1 "/$ann @one", NULL, "404; ~User not found"},
        {"GET " VENDOR "/$ann", NULL, "200; tenantIds=['two']; tenantId='two'"},
        {"DELETE " V1 "/$ann @one", NULL, "404; ~User not found"},
        {"DELETE " V1 "/$ann", NULL, "200"},
        {"GET " VENDOR "/$ann", NULL, "404; ~User not found"},
        {"DELETE " V1 "/$ann", NULL, "404; ~User not found"},
        {"POST " V2 " @one", "{'email':'ann@new.io'}",
         "201; id>ann2; name=null; roles=[]; verified=false"},
        {"DELETE " V1 "/$vera @nobody", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
move_between_tenants(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'from','name':'From'}", "201"},
        {"POST " TENANTS, "{'tenantId':'to','name':'To'}", "201"},
        {"POST " V2 " @from", "{'email':'m1@x.io','roleIds':['$role']}", "201; id>m1"},
        {"POST " V2 " @from", "{'email':'m2@x.io'}", "201; id>m2"},
        {"POST " V2 " @to", "{'email':'m2@x.io'}", "201"},
        {"PUT " V1 "/tenants/migrate", "{'srcTenantId':'from','targetTenantId':'to'}", "200"},
        {"GET " V3 "?_sortBy=email @to", NULL, "200; items.*.email=['m1@x.io','m2@x.io']"},
        {"GET " V3 " @from", NULL, "200; items=[]; _metadata.totalItems=0"},
        {"GET " V1 "/$m1 @to", NULL, "200; roles.*.key=['r']; tenantId='to'; tenantIds=['to']"},
        {"GET " VENDOR "/$m2", NULL, "200; tenantIds=['to']; tenantId='to'"},
        {"PUT " V1 "/tenants/migrate", "{'srcTenantId':'from','targetTenantId':'from'}", "400"},
        {"PUT " V1 "/tenants/migrate", "{'srcTenantId':'nobody','targetTenantId':'to'}",
         "404; ~Tenant not found"},
        {"PUT " V1 "/tenants/migrate", "{'srcTenantId':'to','targetTenantId':'nobody'}",
         "404; ~Tenant not found"},
        {"PUT " V1 "/tenants/migrate", "{'srcTenantId':'to'}", "400; ~targetTenantId"},
        {"PUT " V1 "/tenants/migrate @to", "{'srcTenantId':'to','targetTenantId':'from'}", "403"},
    };
    SCENE(&scene, steps);
}

/* A user's own token of tenant one cannot reach tenant two, nor what is the environment's. */
static void
a_tenant_token_stays_inside(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.secure.*", NULL};
    struct tserver_grant grant = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("one"), .permissions = may};
    scene_keep(&scene, "one", tserver_mint(&scene.t, &grant));
    static const struct step steps[] = {
        {"GET " V1 "/$bob ~one", NULL, "200; tenantIds=['one']; tenants#1"},
        {"GET " V1 "/$m1 ~one", NULL, "404"},
        {"GET " V1 "/$bob ~one @two", NULL, "403"},
        {"GET " V3 "?_tenantId=two ~one", NULL, "403"},
        {"GET " V3 "?ids=$m1 ~one", NULL, "200; items=[]"},
        {"GET " V3 "?_email=m1@x.io ~one", NULL, "200; items=[]"},
        {"GET " V3 "/roles?ids=$m1 ~one", NULL, "200; =[]"},
        {"POST " V1 "/$m1/roles ~one", "{'roleIds':['$role']}", "404"},
        {"POST " MEMBERS "/$m1/disable ~one", NULL, "404"},
        {"DELETE " V1 "/$m1 ~one", NULL, "404"},
        {"GET " VENDOR "/$bob ~one", NULL, "403"},
        {"PUT " V1 "/$bob ~one", "{'name':'x'}", "403"},
        {"PUT " V1 "/$bob/superuser ~one", "{'superUser':true}", "403"},
        {"POST " V1 "/$bob/verify ~one", NULL, "403"},
        {"POST " V2 " ~one", "{'email':'new@x.io'}", "201; id>new"},
        {"DELETE " V1 "/$new ~one", NULL, "200"},
        {"GET " VENDOR "/$m1", NULL, "200; roles.*.key=['r']"},
    };
    SCENE(&scene, steps);
}

/* The lists have a program of their own; here they only have to answer. */
static void
every_operation_was_used(void **state)
{
    (void)state;
    static const struct step lists[] = {{"GET " V1, NULL, "200"},
                                        {"GET " V2, NULL, "200"},
                                        {"GET " V3, NULL, "200"},
                                        {"GET " V1 "/query/phrase", NULL, "200"}};
    SCENE(&scene, lists);
    scene_ledger_of(&scene, (const struct op_binding *const[]){users_read_ops, users_create_ops,
                                                               users_change_ops, NULL});
    ;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(create),
        cmocka_unit_test(refuse_to_create),
        cmocka_unit_test(join_a_second_tenant),
        cmocka_unit_test(update),
        cmocka_unit_test(roles),
        cmocka_unit_test(state_in_a_tenant),
        cmocka_unit_test(vendor_only_creation),
        cmocka_unit_test(removal),
        cmocka_unit_test(move_between_tenants),
        cmocka_unit_test(a_tenant_token_stays_inside),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("users", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
