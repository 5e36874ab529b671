/* Lists of addresses and e-mail domains, and what they keep out. */
#include "tests/support/scene.h"

#define IP "/identity/resources/configurations/v1/restrictions/ip"
#define DOMAIN "/identity/resources/configurations/restrictions/v1/email-domain"
#define USERS "/identity/resources/users/v2"
#define TENANTS "/tenants/resources/tenants/v1"

static struct scene scene;

static void
the_setting(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"GET " IP "/config", NULL, "200; ={'isActive':false,'strategy':'BLOCK'}"},
        {"GET " IP "/config @one", NULL, "200; isActive=false"},
        {"POST " IP "/config @one", "{'strategy':'ALLOW'}",
         "201; ={'isActive':false,'strategy':'ALLOW'}"},
        {"POST " IP "/config @one", "{'isActive':true}",
         "201; ={'isActive':true,'strategy':'ALLOW'}"},
        {"POST " IP "/config @one", NULL, "201; isActive=true"},
        {"GET " IP "/config @two", NULL, "200; ={'isActive':false,'strategy':'BLOCK'}"},
        {"GET " IP "/config", NULL, "200; isActive=false"},
        {"POST " IP "/config @one", "{'strategy':'allow'}", "400; ~strategy"},
        {"POST " IP "/config @one", "{'isActive':'yes'}", "400; ~isActive"},
        {"POST " IP "/config @nobody", "{'isActive':true}", "404; ~Tenant not found"},
        {"POST " IP "/config ~none", "{'isActive':true}", "401"},
    };
    SCENE(&scene, steps);
}

static void
addresses(void **state)
{
    (void)state;
    static const struct step steps[] = {
        /* An ALLOW list that is switched on and empty lets nobody in. */
        {"POST " IP "/verify @one", NULL, "201; ={'valid':false}"},
        {"POST " IP "/verify/allow @one", NULL, "201; ={'valid':false}"},
        {"POST " IP "/verify @two", NULL, "201; valid=true"},
        {"POST " IP "/verify", NULL, "201; valid=true"},
        {"POST " IP " @one",
         "{'ip':'127.0.0.0/8','description':'Here','strategy':'ALLOW','isActive':true}",
         "201; id>here; ip='127.0.0.0/8'; description='Here'; strategy='ALLOW'; isActive=true; "
         "createdAt?; updatedAt?"},
        {"POST " IP "/verify @one", NULL, "201; valid=true"},
        {"POST " IP "/verify/allow @one", NULL, "201; valid=true"},
        {"POST " IP "/verify/allow @two", NULL, "201; valid=false"},
        {"POST " IP " @one", "{'ip':'127.0.0.5/8','strategy':'ALLOW'}", "409; ~already exists"},
        {"POST " IP " @one", "{'ip':'::ffff:127.0.0.0/104','strategy':'ALLOW'}",
         "409; ~already exists"},
        {"POST " IP " @one", "{'ip':'127.0.0.0/8','strategy':'BLOCK','isActive':false}",
         "201; id>off; isActive=false; description=''"},
        {"POST " IP " @one", "{'ip':'2001:db8::/32','strategy':'BLOCK'}",
         "201; id>six; isActive=true"},
        {"POST " IP " @one", "{'ip':'010.0.0.1','strategy':'ALLOW'}", "400; ~neither an IP"},
        {"POST " IP " @one", "{'ip':'10.0.0.0/33','strategy':'ALLOW'}", "400; ~neither an IP"},
        {"POST " IP " @one", "{'ip':'fe80::1%eth0','strategy':'ALLOW'}", "400; ~neither an IP"},
        {"POST " IP " @one", "{'ip':'10.0.0.1 ','strategy':'ALLOW'}", "400; ~neither an IP"},
        {"POST " IP " @one", "{'ip':'10.0.0.1,10.0.0.2','strategy':'ALLOW'}",
         "400; ~neither an IP"},
        {"POST " IP " @one", "{'ip':'','strategy':'ALLOW'}", "400; ~ip"},
        {"POST " IP " @one", "{'ip':'10.0.0.1'}", "400; ~strategy"},
        {"POST " IP " @one", "{'strategy':'ALLOW'}", "400; ~ip"},
        {"POST " IP " @nobody", "{'ip':'10.0.0.1','strategy':'ALLOW'}", "404; ~Tenant not found"},
        {"GET " IP " @one", NULL,
         "200; items.*.id=['$here','$off','$six']; _metadata.totalItems=3"},
        {"GET " IP "?_limit=2&_offset=1 @one", NULL, "200; items.*.id=['$six']; _links.prev?"},
        {"GET " IP "?_filter=DB8 @one", NULL, "200; items.*.id=['$six']"},
        {"GET " IP "?_filter=here @one", NULL, "200; items.*.id=['$here']"},
        {"GET " IP "?_limit=201 @one", NULL, "400; ~_limit"},
        {"GET " IP " @two", NULL, "200; items=[]"},
        {"GET " IP, NULL, "200; items=[]"},
        {"DELETE " IP "/$here @two", NULL, "404; ~Restriction not found"},
        {"DELETE " IP "/$here", NULL, "404"},
        {"DELETE " IP "/nobody @one", NULL, "404"},
        /* The environment's list holds for every tenant. */
        {"POST " IP, "{'ip':'127.0.0.1','strategy':'BLOCK'}", "201; id>env"},
        {"POST " IP "/verify @one", NULL, "201; valid=true"},
        {"POST " IP "/config", "{'isActive':true}", "201; strategy='BLOCK'"},
        {"POST " IP "/verify @one", NULL, "201; valid=false"},
        {"POST " IP "/verify @two", NULL, "201; valid=false"},
        {"DELETE " IP "/$env", NULL, "200"},
        {"POST " IP "/verify @one", NULL, "201; valid=true"},
        {"POST " IP "/config", "{'isActive':false}", "201"},
    };
    SCENE(&scene, steps);
}

/* A person may not shut out the address that they call from; an environment token may. */
static void
locking_oneself_out(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.secure.*", NULL};
    struct tserver_grant two = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("two"), .permissions = may};
    scene_keep(&scene, "two", tserver_mint(&scene.t, &two));
    static const struct step steps[] = {
        {"POST " IP "/config ~two", "{'isActive':true,'strategy':'ALLOW'}",
         "400; ~lock out your own address, 127.0.0.1"},
        {"GET " IP "/config ~two", NULL, "200; isActive=false"},
        {"POST " IP " ~two", "{'ip':'127.0.0.1','strategy':'ALLOW'}", "201; id>mine"},
        {"POST " IP "/config ~two", "{'isActive':true,'strategy':'ALLOW'}", "201"},
        {"DELETE " IP "/$mine ~two", NULL, "400; ~lock out your own address"},
        {"POST " IP " ~two", "{'ip':'127.0.0.0/30','strategy':'ALLOW'}", "201; id>more"},
        {"DELETE " IP "/$mine ~two", NULL, "200"},
        {"POST " IP "/config ~two", "{'strategy':'BLOCK'}", "201"},
        {"POST " IP " ~two", "{'ip':'0.0.0.0/0','strategy':'BLOCK'}", "400; ~lock out"},
        {"POST " IP " ~two", "{'ip':'0.0.0.0/0','strategy':'BLOCK','isActive':false}", "201"},
        {"POST " IP " ~two", "{'ip':'::/0','strategy':'BLOCK'}", "201"},
        {"POST " IP "/verify ~two", NULL, "201; valid=true"},
        {"POST " IP " @two", "{'ip':'127.0.0.0/8','strategy':'BLOCK'}", "201; id>hard"},
        {"POST " IP "/verify ~two", NULL, "201; valid=false"},
        /* Who is out already may change what does not let them in. */
        {"DELETE " IP "/$more ~two", NULL, "200"},
        {"DELETE " IP "/$hard ~two", NULL, "200"},
        {"POST " IP "/verify ~two", NULL, "201; valid=true"},
    };
    SCENE(&scene, steps);
}

static void
domains(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " DOMAIN "/config @one", NULL,
         "200; ={'active':false,'listType':'BLOCK','blockPublicDomains':false}"},
        {"POST " DOMAIN " @one", "{'domain':'Acme.IO.','type':'ALLOW'}",
         "201; id>acme; domain='acme.io'; type='ALLOW'"},
        {"POST " DOMAIN " @one", "{'domain':'acme.io','type':'ALLOW'}", "409; ~already exists"},
        {"POST " DOMAIN " @one", "{'domain':'acme.io','type':'BLOCK'}", "201; id>both"},
        {"POST " DOMAIN " @one", "{'domain':'m\xc3\xbcnchen.de','type':'ALLOW'}",
         "201; domain='xn--mnchen-3ya.de'"},
        {"POST " DOMAIN " @one", "{'domain':'acme','type':'ALLOW'}", "400; ~domain"},
        {"POST " DOMAIN " @one", "{'domain':'a@acme.io','type':'ALLOW'}", "400; ~domain"},
        {"POST " DOMAIN " @one", "{'domain':'10.0.0.1','type':'ALLOW'}", "400; ~domain"},
        {"POST " DOMAIN " @one", "{'domain':'*.acme.io','type':'ALLOW'}", "400; ~domain"},
        {"POST " DOMAIN " @one", "{'domain':'','type':'ALLOW'}", "400; ~domain"},
        {"POST " DOMAIN " @one", "{'domain':'acme.io','type':'DENY'}", "400; ~type"},
        {"POST " DOMAIN " @nobody", "{'domain':'acme.io','type':'ALLOW'}",
         "404; ~Tenant not found"},
        {"GET " DOMAIN " @one", NULL,
         "200; items.*.domain=['acme.io','acme.io','xn--mnchen-3ya.de']; _metadata.totalItems=3"},
        {"GET " DOMAIN "?_limit=1&_offset=2 @one", NULL, "200; items#1; _links.prev?"},
        {"GET " DOMAIN " @two", NULL, "200; items=[]"},
        {"DELETE " DOMAIN "/$both @two", NULL, "404"},
        {"DELETE " DOMAIN "/$both @one", NULL, "200"},
        {"DELETE " DOMAIN "/$both @one", NULL, "404; ~Restriction not found"},
        {"POST " DOMAIN "/config @one", "{'active':true,'type':'ALLOW'}",
         "201; ={'active':true,'listType':'ALLOW','blockPublicDomains':false}"},
        {"POST " DOMAIN "/config @one", "{'type':'ALLOW'}", "400; ~active"},
        {"GET " DOMAIN "/config @one", NULL, "200; listType='ALLOW'; type!"},
        {"POST " DOMAIN "/replace-bulk @one", "{'type':'BLOCK','domains':['b.io','B.io.','c.io']}",
         "201; *.domain=['b.io','c.io']"},
        {"POST " DOMAIN "/replace-bulk @one", "{'type':'BLOCK','domains':['b.io','nonsense']}",
         "400; ~domains.1"},
        {"POST " DOMAIN "/replace-bulk @one", "{'type':'BLOCK','domains':['b.io',7]}",
         "400; ~domains"},
        {"POST " DOMAIN "/replace-bulk @one", "{'type':'BLOCK'}", "400; ~domains"},
        {"POST " DOMAIN "/replace-bulk @nobody", "{'type':'BLOCK','domains':[]}", "404"},
        {"GET " DOMAIN " @one", NULL,
         "200; items.*.domain=['acme.io','xn--mnchen-3ya.de','b.io','c.io']"},
        {"POST " DOMAIN "/replace-bulk @one", "{'type':'BLOCK','domains':[]}", "201; =[]"},
    };
    SCENE(&scene, steps);
}

/* Under an ALLOW list of acme.io and muenchen.de in tenant one. */
static void
new_addresses_under_an_allow_list(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS " @one", "{'email':'ada@acme.io'}", "201; id>ada"},
        {"POST " USERS " @one", "{'email':'Ben@ACME.IO'}", "201"},
        {"POST " USERS " @one", "{'email':'ada@xn--mnchen-3ya.de'}", "201"},
        {"POST " USERS " @one", "{'email':'eve@evil.io'}",
         "403; ~E-mail addresses of this domain are not allowed"},
        /* An allowed domain allows exactly itself. */
        {"POST " USERS " @one", "{'email':'eve@sub.acme.io'}", "403"},
        {"POST " USERS " @one", "{'email':'eve@notacme.io'}", "403"},
        {"POST " USERS " @one", "{'email':'eve@acme.io.evil.io'}", "403"},
        {"POST " USERS " @two", "{'email':'eve@evil.io'}", "201"},
        /* Somebody known elsewhere cannot come in this way either. */
        {"POST " USERS " @one", "{'email':'eve@evil.io'}", "403"},
        {"POST /identity/resources/vendor-only/users/v1",
         "{'email':'eve@evil.io','tenantId':'one'}", "403"},
        {"POST " USERS " @one", "{'username':'robot','email':null}", "201"},
        {"POST " DOMAIN "/config @one", "{'active':false}", "201; listType='ALLOW'"},
        {"POST " USERS " @one", "{'email':'eve@evil.io'}", "201"},
    };
    SCENE(&scene, steps);
}

static void
new_addresses_under_a_block_list(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " DOMAIN, "{'domain':'evil.io','type':'BLOCK'}", "201"},
        {"POST " DOMAIN "/config", "{'active':true}", "201; listType='BLOCK'"},
        {"POST " USERS " @two", "{'email':'mia@evil.io'}", "403"},
        /* A blocked domain blocks all below it. */
        {"POST " USERS " @two", "{'email':'mia@mail.evil.io'}", "403"},
        {"POST " USERS " @two", "{'email':'mia@EVIL.io'}", "403"},
        {"POST " USERS " @two", "{'email':'mia@notevil.io'}", "201"},
        {"POST " USERS " @two", "{'email':'mia@evil.io.acme.io'}", "201"},
        {"POST " USERS " @two", "{'email':'mia@gmail.com'}", "201"},
        {"POST " DOMAIN "/config", "{'active':true,'blockPublicDomains':true}",
         "201; blockPublicDomains=true"},
        {"POST " USERS " @two", "{'email':'noa@gmail.com'}", "403"},
        {"POST " USERS " @two", "{'email':'noa@GoogleMail.com'}", "403"},
        {"POST " USERS " @two", "{'email':'noa@acme.io'}", "201"},
        {"POST " DOMAIN "/config", "{'active':false}", "201"},
        {"POST " USERS " @two", "{'email':'noa@gmail.com'}", "201"},
    };
    SCENE(&scene, steps);
}

/* A tenant's own token reads and changes its own lists only, and with the permission. */
static void
a_tenant_keeps_its_own_lists(void **state)
{
    (void)state;
    static const char *const reads[] = {"fe.secure.read.*", NULL};
    struct tserver_grant reader = {
        .type = "tenantApiToken", .sub = STR("r"), .tenant = STR("two"), .permissions = reads};
    scene_keep(&scene, "reader", tserver_mint(&scene.t, &reader));
    static const struct step steps[] = {
        {"GET " IP " ~reader", NULL, "200"},
        {"GET " DOMAIN " ~reader", NULL, "200; items=[]"},
        {"POST " IP " ~reader", "{'ip':'10.0.0.1','strategy':'ALLOW'}", "403"},
        {"POST " DOMAIN " ~reader", "{'domain':'acme.io','type':'ALLOW'}", "403"},
        {"GET " DOMAIN " @one ~two", NULL, "403"},
        {"DELETE " DOMAIN "/$acme ~two", NULL, "404"},
        {"POST " DOMAIN " ~two", "{'domain':'two.io','type':'ALLOW'}", "201; id>mine"},
        {"DELETE " DOMAIN "/$mine ~two", NULL, "200"},
        {"DELETE " DOMAIN "/$acme @one", NULL, "200"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){IP, DOMAIN, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_setting),
        cmocka_unit_test(addresses),
        cmocka_unit_test(locking_oneself_out),
        cmocka_unit_test(domains),
        cmocka_unit_test(new_addresses_under_an_allow_list),
        cmocka_unit_test(new_addresses_under_a_block_list),
        cmocka_unit_test(a_tenant_keeps_its_own_lists),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("restrictions", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
