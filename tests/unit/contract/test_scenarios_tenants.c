/* Tenants and sub-accounts as clients use them; see tests/support/scene.h for the notation. */
#include "tests/support/scene.h"

#include <stdio.h>

static struct scene scene;

#define V1 "/tenants/resources/tenants/v1"
#define V2 "/tenants/resources/tenants/v2"
#define HIERARCHY "/tenants/resources/hierarchy/v1"
#define SUB "/tenants/resources/sub-tenants/v1"

static void
create_and_read(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1, "{'tenantId':'one','name':'One'}",
         "201; tenantId='one'; name='One'; metadata='{}'; isReseller=false; deletedAt=null;"
         "creatorName=null; vendorId?; id?; createdAt?; updatedAt?"},
        {"POST " V1, "{'name':'Made up'}", "201; tenantId>made; name='Made up'"},
        {"GET " V1 "/$made", NULL, "200; #1; 0.tenantId='$made'"},
        {"POST " V1, "{'tenantId':'plain'}", "201; name='plain'"},
        {"POST " V1, NULL, "201; tenantId>nameless; name='$nameless'"},
        {"GET " V1 "/one", NULL, "200; #1; 0.name='One'; 0.deletedAt=null"},
        {"GET " V1 "/nobody", NULL, "200; =[]"},
        {"GET " V2 "/one", NULL, "200; tenantId='one'; tenantType=null; alias=null"},
        {"GET " V2 "/nobody", NULL, "404; errors=['Tenant not found']"},
        {"POST " V1, "{'tenantId':'one','name':'Again'}", "409; errors=['Tenant already exists']"},
        {"GET " V2 "/one", NULL, "200; name='One'"},
        {"POST " V1, "{'tenantId':'a b','name':'x'}", "400; ~tenantId must be"},
        {"POST " V1, "{'tenantId':'a/b','name':'x'}", "400; ~tenantId must be"},
        {"POST " V1, "{'tenantId':'','name':'x'}", "400; ~tenantId must be"},
        {"POST " V1, "{'tenantId':'two','name':''}", "400; errors=['name should not be empty']"},
        {"POST " V1, "{'tenantId':'two','name':7}", "400; ~name must be a string"},
        {"POST " V1, "[{'tenantId':'two'}]", "400; ~Expected body to be an object"},
        /* A body of its own is not needed; null is as good as absent, what is unknown is ignored. */
        {"POST " V1,
         "{'tenantId':'two','name':'Two','creatorName':null,'website':null,'metadata':null,"
         "'vendorId':'x','id':'mine','deletedAt':'2020-01-01T00:00:00.000Z','unknown':1}",
         "201; creatorName=null; website=null; metadata='{}'; deletedAt=null; !~mine"},
        {"POST " V1,
         "{'tenantId':'full','name':'Full','creatorName':'C','creatorEmail':'c@x.io',"
         "'website':'w','applicationUrl':'https://a','isReseller':true,'timezone':'UTC',"
         "'currency':'EUR','address':'A','logo':'l','logoUrl':'u','status':'s'}",
         "201; creatorName='C'; creatorEmail='c@x.io'; website='w'; applicationUrl='https://a';"
         "isReseller=true; timezone='UTC'; currency='EUR'; address='A'; logo='l'; logoUrl='u';"
         "status='s'"},
        /* The other ways in: with the prefix, with a slash at the end, with headers nobody knows. */
        {"GET /frontegg" V1 "/one", NULL, "200; 0.tenantId='one'"},
        {"GET " V1 "/one/", NULL, "200; 0.tenantId='one'"},
        {"GET " V1 "/one +frontegg-source:admin-portal +x-frontegg-sdk:x", NULL, "200; #1"},
    };
    SCENE(&scene, steps);
}

static void
metadata(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1, "{'tenantId':'m1','name':'M','metadata':{'a':1,'b':{'c':[1,2]}}}",
         "201; metadata='{\\'a\\':1,\\'b\\':{\\'c\\':[1,2]}}'"},
        {"POST " V1, "{'tenantId':'m2','name':'M','metadata':42}", "201; metadata='42'"},
        {"POST " V1, "{'tenantId':'m3','name':'M','metadata':'{\\'x\\':2}'}",
         "201; metadata='{\\'x\\':2}'"},
        {"POST " V1, "{'tenantId':'m4','name':'M','metadata':'no json'}", "400; ~metadata"},
        {"GET " V1 "/m4", NULL, "200; =[]"},
        {"POST " V1 "/m1/metadata", "{'metadata':{'b':2,'d':'new'}}",
         "201; tenantId='m1'; metadata='{\\'a\\':1,\\'b\\':2,\\'d\\':\\'new\\'}'"},
        {"POST " V1 "/m1/metadata", "{'metadata':'text'}", "400; ~metadata must be an object"},
        {"POST " V1 "/m1/metadata", "{}", "400; ~metadata"},
        {"POST " V1 "/nobody/metadata", "{'metadata':{'a':1}}", "404; ~Tenant not found"},
        {"DELETE " V1 "/m1/metadata/b", NULL, "200; metadata='{\\'a\\':1,\\'d\\':\\'new\\'}'"},
        {"DELETE " V1 "/m1/metadata/b", NULL, "200; metadata='{\\'a\\':1,\\'d\\':\\'new\\'}'"},
        {"DELETE " V1 "/nobody/metadata/b", NULL, "404; ~Tenant not found"},
        {"PUT " V1 "/m1", "{'name':'Renamed'}",
         "200; name='Renamed'; metadata='{\\'a\\':1,\\'d\\':\\'new\\'}'"},
        {"PUT " V1 "/m1", "{'metadata':{'only':true}}",
         "200; name='Renamed'; metadata='{\\'only\\':true}'"},
        {"PUT " V2 "/m1", "{'metadata':'no json'}", "400; ~metadata"},
        {"GET " V2 "/m1", NULL, "200; metadata='{\\'only\\':true}'"},
    };
    SCENE(&scene, steps);
}

static void
update(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1, "{'tenantId':'u1','name':'U'}", "201; id>row; createdAt>made_at"},
        {"POST " V1, "{'tenantId':'u2','name':'U2'}", "201"},
        {"PUT " V2 "/u1",
         "{'alias':'you','tenantType':'test','domain':'u.io','numberOfEmployees':12,"
         "'yearFounded':1999,'totalFunding':'1M','city':'Bern','website':'w'}",
         "200; alias='you'; tenantType='test'; domain='u.io'; numberOfEmployees=12;"
         "yearFounded=1999; totalFunding='1M'; city='Bern'; website='w'; name='U'; id='$row';"
         "createdAt='$made_at'"},
        {"GET " V2 "/alias/you", NULL, "200; tenantId='u1'"},
        {"GET " V2 "/alias/nobody", NULL, "404; ~Tenant not found"},
        {"PUT " V2 "/u2", "{'alias':'you'}", "409; ~already exists"},
        {"PUT " V2 "/u1", "{'tenantType':'moon'}", "400; ~tenantType must be"},
        {"PUT " V2 "/u1", "{'numberOfEmployees':'many'}", "400; ~numberOfEmployees must be"},
        {"PUT " V1 "/u1", "{}", "400"},
        {"PUT " V1 "/u1", NULL, "400"},
        {"PUT " V2 "/u1", "{'name':''}", "400; errors=['name should not be empty']"},
        {"PUT " V1 "/nobody", "{'name':'x'}", "404; errors=['Tenant not found']"},
        /* What a tenant may not be given: another id, another environment, its own removal. */
        {"PUT " V1 "/u1",
         "{'name':'V','tenantId':'u9','vendorId':'x','id':'y','deletedAt':'2020-01-01T00:00:00Z'}",
         "200; tenantId='u1'; id='$row'; deletedAt=null; name='V'"},
    };
    SCENE(&scene, steps);
}

static void
lists(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1, "{'tenantId':'list-a','name':'Zebra list'}", "201"},
        {"POST " V1, "{'tenantId':'list-b','name':'apple list'}", "201"},
        {"POST " V1, "{'tenantId':'list-c','name':'Mango list'}", "201"},
        {"GET " V2 "?_filter=list&_sortBy=name&_order=ASC", NULL,
         "200; items.*.name=['apple list','Mango list','Zebra list'];"
         "_metadata={'totalItems':3,'totalPages':1}; _links.next!; _links.prev!"},
        {"GET " V2 "?_filter=list&_sortBy=name&_order=DESC", NULL,
         "200; items.*.tenantId=['list-a','list-c','list-b']"},
        {"GET " V2 "?_filter=LIST&_sortBy=tenantId", NULL,
         "200; items.*.tenantId=['list-a','list-b','list-c']"},
        {"GET " V2 "?_filter=list&_sortBy=createdAt&_order=DESC", NULL, "200; items#3"},
        {"GET " V2 "?_filter=list&_sortBy=updatedAt&_order=DESC", NULL, "200; items#3"},
        {"GET " V2 "?_filter=list&_sortBy=tenantId&_limit=2", NULL,
         "200; items.*.tenantId=['list-a','list-b']; _metadata={'totalItems':3,'totalPages':2};"
         "_links={'next':'" V2 "?_offset=1&_limit=2&_filter=list&_sortBy=tenantId',"
         "'first':'" V2 "?_offset=0&_limit=2&_filter=list&_sortBy=tenantId',"
         "'last':'" V2 "?_offset=1&_limit=2&_filter=list&_sortBy=tenantId'}"},
        {"GET " V2 "?_filter=list&_sortBy=tenantId&_limit=2&_offset=1", NULL,
         "200; items.*.tenantId=['list-c']; _links.next!; _links.prev?"},
        {"GET " V2 "?_filter=list&_offset=9", NULL,
         "200; items=[]; _metadata={'totalItems':3,'totalPages':1}"},
        {"GET " V2 "?_filter=nothing-like-it", NULL,
         "200; items=[]; _metadata={'totalItems':0,'totalPages':0}; _links={}"},
        {"GET " V2 "?_tenantIds=list-a,list-c&_sortBy=tenantId", NULL,
         "200; items.*.tenantId=['list-a','list-c']"},
        {"GET " V2 "?_tenantIds=list-a&_tenantIds=list-b&_sortBy=tenantId", NULL,
         "200; items.*.tenantId=['list-a','list-b']"},
        {"GET " V2 "?_tenantIds[]=list-a&_tenantIds[]=list-b&_sortBy=tenantId", NULL,
         "200; items.*.tenantId=['list-a','list-b']"},
        {"GET " V2 "?_tenantIds=nobody", NULL, "200; items=[]"},
        {"GET " V2 "?_filter&_limit&_offset=&_sortBy&_order=", NULL, "200; items?"},
        {"GET " V2 "?_sortBy=shoeSize", NULL, "400; ~_sortBy must be"},
        {"GET " V2 "?_order=sideways", NULL,
         "400; errors=['_order must be one of the following values: ASC, DESC']"},
        {"GET " V2 "?_limit=0", NULL, "400; ~_limit must not be less than 1"},
        {"GET " V2 "?_limit=201", NULL, "400; ~_limit must not be greater than 200"},
        {"GET " V2 "?_offset=-1", NULL, "400; ~_offset must not be less than 0"},
        {"GET " V2 "?_limit=x", NULL, "400; ~_limit must be"},
        /* _ and % are letters like any other. */
        {"GET " V2 "?_filter=%25", NULL, "200; items=[]"},
        {"GET " V2 "?_filter=list_", NULL, "200; items=[]"},
        {"GET " V1 "?_filter=list", NULL, "200; #3"},
        {"GET " V1 "?_filter=list&_limit=2", NULL, "200; #2"},
        {"GET " V1 "?_filter=list&_limit=2&_offset=1", NULL, "200; #1"},
        {"GET " V1, NULL, "200; ~'list-a'; ~'list-b'; ~'list-c'"},
    };
    SCENE(&scene, steps);
}

static void
bare_list_holds_all(void **state)
{
    (void)state;
    enum { MANY = 230 };
    for (int i = 0; i < MANY; i++) {
        char body[80];
        snprintf(body, sizeof body, "{'tenantId':'bulk-%d','name':'Bulk'}", i);
        scene_run(&scene, &(struct step){"POST " V1, body, "201"}, 1);
    }
    static const struct step steps[] = {
        {"GET " V1 "?_filter=Bulk", NULL, "200; #230"},
        {"GET " V2 "?_filter=Bulk", NULL,
         "200; items#50; _metadata={'totalItems':230,'totalPages':5}"},
    };
    SCENE(&scene, steps);
}

static void
removal_and_return(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1, "{'tenantId':'gone','name':'Gone','metadata':{'old':1}}", "201; id>row"},
        {"DELETE " V1 "/gone", NULL, "200"},
        {"DELETE " V1 "/gone", NULL, "404; errors=['Tenant not found']"},
        {"GET " V1 "/gone", NULL, "200; =[]"},
        {"GET " V2 "/gone", NULL, "404"},
        {"GET " V2 "?_tenantIds=gone", NULL, "200; items=[]"},
        {"PUT " V1 "/gone", "{'name':'x'}", "404"},
        {"POST " V1, "{'tenantId':'gone','name':'Back'}",
         "201; name='Back'; deletedAt=null; tenantId='gone'"},
        {"GET " V1 "/gone", NULL, "200; #1; 0.name='Back'"},
        {"POST " V1, "{'tenantId':'mine','name':'Mine'}", "201"},
        {"DELETE " V1, NULL, "403; errors=['Tenant ID is not specified']; errorCode='ER-00008'"},
        {"DELETE " V1 " @mine", NULL, "200"},
        {"GET " V1 "/mine", NULL, "200; =[]"},
        {"DELETE " V1 " @mine", NULL, "404; ~Tenant not found"},
        {"DELETE " V1 "/nobody", "{'ignored':1}", "404"},
    };
    SCENE(&scene, steps);
}

static void
hierarchy(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V1, "{'tenantId':'root','name':'Root','isReseller':true}", "201"},
        {"POST " V1, "{'tenantId':'left','name':'Left','parentTenantId':'root'}", "201"},
        {"POST " SUB,
         "{'tenantId':'right','name':'Right','parentTenantId':'root','status':'new','x':1}",
         "201; tenantId='right'; name='Right'; status='new'"},
        {"POST " SUB, "{'tenantId':'right','name':'R','parentTenantId':'root'}",
         "409; ~Tenant already exists"},
        {"POST " SUB, "{'tenantId':'x y','name':'R','parentTenantId':'root'}", "400; ~tenantId"},
        {"POST " SUB, "{'tenantId':'r2','name':'R','parentTenantId':'nobody'}", "404"},
        {"POST " SUB, "{'tenantId':'r2','name':'R'}", "400; ~parentTenantId"},
        {"POST " V1, "{'tenantId':'r2','name':'R','parentTenantId':'nobody'}", "404"},
        {"POST " V1, "{'tenantId':'leaf','name':'Leaf'}", "201"},
        {"POST " HIERARCHY, "{'parentTenantId':'left','childTenantId':'leaf'}", "201"},
        {"POST " HIERARCHY, "{'parentTenantId':'left','childTenantId':'left'}", "400"},
        {"POST " HIERARCHY, "{'parentTenantId':'leaf','childTenantId':'root'}", "400"},
        {"POST " HIERARCHY, "{'parentTenantId':'nobody','childTenantId':'leaf'}", "404"},
        {"POST " HIERARCHY, "{'parentTenantId':'left','childTenantId':'nobody'}", "404"},
        {"POST " HIERARCHY, "{'parentTenantId':'left'}", "400; ~childTenantId"},
        {"GET " HIERARCHY " @root", NULL,
         "200; #3; ~'tenantId':'left'; ~'tenantId':'right'; ~'tenantId':'leaf'"},
        {"GET " HIERARCHY " @left", NULL, "200; #1; 0.tenantId='leaf'; 0.parentId='left'"},
        {"GET " HIERARCHY " @leaf", NULL, "200; =[]"},
        {"GET " HIERARCHY, NULL, "403; ~Tenant ID is not specified"},
        {"GET " HIERARCHY "/parents @leaf", NULL, "200; #2; ~'left'; ~'root'"},
        {"GET " HIERARCHY "/parents @root", NULL, "200; =[]"},
        {"GET " HIERARCHY "/tree @root", NULL,
         "200; tenantId='root'; children.*.tenantId=['left','right'];"
         "children.0.children.0.tenantId='leaf'; children.1.children=[]"},
        {"GET " HIERARCHY "/tree @leaf", NULL, "200; tenantId='leaf'; children=[]"},
        {"GET " HIERARCHY "/tree @nobody", NULL, "404"},
        /* The children of a removed tenant go to its parent. */
        {"DELETE " V1 "/left", NULL, "200"},
        {"GET " HIERARCHY " @root", NULL, "200; #2; ~'tenantId':'leaf','parentId':'root'"},
        {"DELETE " HIERARCHY, "{'parentTenantId':'right','childTenantId':'leaf'}",
         "404; ~not related"},
        {"DELETE " HIERARCHY, "{'parentTenantId':'root','childTenantId':'leaf'}", "200"},
        {"GET " HIERARCHY " @root", NULL, "200; #1; 0.tenantId='right'"},
        {"DELETE " HIERARCHY, "{'parentTenantId':'root','childTenantId':'leaf'}", "404"},
    };
    SCENE(&scene, steps);
}

/* A reseller's own token makes sub-accounts below itself and nowhere else. */
static void
a_tenant_stays_in_its_tree(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.secure.write.subTenants", "fe.secure.read.subTenants",
                                      "fe.secure.delete.tenants", NULL};
    static const struct step before[] = {
        {"POST " V1, "{'tenantId':'ours','name':'Ours'}", "201"},
        {"POST " V1, "{'tenantId':'theirs','name':'Theirs'}", "201"},
    };
    static const struct step steps[] = {
        {"POST " SUB " ~ours", "{'tenantId':'ours-1','name':'x','parentTenantId':'ours'}", "201"},
        {"POST " SUB " ~ours", "{'tenantId':'ours-2','name':'x','parentTenantId':'ours-1'}", "201"},
        {"POST " SUB " ~ours", "{'tenantId':'ours-3','name':'x','parentTenantId':'theirs'}", "404"},
        {"GET " V1 "/ours-3", NULL, "200; =[]"},
        {"POST " SUB " @ours", "{'tenantId':'ours-3','name':'x','parentTenantId':'theirs'}", "404"},
        {"GET " HIERARCHY " ~ours", NULL, "200; #2"},
        {"GET " HIERARCHY " ~ours @theirs", NULL, "403"},
        {"GET " V2 "/ours ~ours", NULL, "403"},
        {"PUT " V1 "/ours ~ours", "{'name':'x'}", "403"},
        {"DELETE " V1 "/theirs ~ours", NULL, "403"},
        {"DELETE " V1 " ~ours", NULL, "200"},
        {"GET " V1 "/theirs", NULL, "200; #1"},
    };
    SCENE(&scene, before);
    struct tserver_grant grant = {
        .type = "tenantApiToken", .sub = STR("machine"), .tenant = STR("ours"), .permissions = may};
    scene_keep(&scene, "ours", tserver_mint(&scene.t, &grant));
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    /* The rest is in test_scenarios_accounts and test_scenarios_bulk. */
    scene_ledger(&scene, (const char *const[]){"/tenants/resources/tenants/",
                                               "/tenants/resources/hierarchy/", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_and_read),
        cmocka_unit_test(metadata),
        cmocka_unit_test(update),
        cmocka_unit_test(lists),
        cmocka_unit_test(bare_list_holds_all),
        cmocka_unit_test(removal_and_return),
        cmocka_unit_test(hierarchy),
        cmocka_unit_test(a_tenant_stays_in_its_tree),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("tenants", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
