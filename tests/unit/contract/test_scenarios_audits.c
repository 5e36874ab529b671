/* Audits: written by us for each change, by applications on their own, and read; see
 * tests/support/scene.h. */
#include "tests/support/scene.h"

static struct scene scene;

#define V2 "/audits/resources/audits/v2"
#define TENANTS "/tenants/resources/tenants/v1"
#define USERS "/identity/resources/users/v2"

static void
one_row_for_each_change(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V2 "?count=10&offset=0", NULL, "200; data=[]; total=0"},
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"GET " V2 "?count=10&offset=0", NULL,
         "200; total=1; data#1; data.0.severity='Medium'; data.0.description='Created tenant One';"
         "data.0.resource='tenant'; data.0.frontegg_id?; data.0.createdAt?; data.0.ip?;"
         "data.0.vendorId?"},
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "409"},
        {"GET " TENANTS "/one", NULL, "200"},
        {"GET " V2 "?count=10&offset=0", NULL, "200; total=1"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " USERS " @one +User-Agent:audit-test",
         "{'email':'ann@x.io','skipInviteEmail':true}", "201; id>ann"},
        {"GET " V2 "?count=1&offset=0", NULL,
         "200; total=3; data#1; data.0.tenantId='one'; data.0.userAgent='audit-test'"},
        {"GET " V2 "?count=1&offset=2", NULL,
         "200; total=3; data.*.description=['Created tenant One']"},
        {"GET " V2 "?count=1&offset=3", NULL, "200; total=3; data=[]"},
    };
    SCENE(&scene, steps);
}

static void
written_by_applications(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /audits @one",
         "{'severity':'High','action':'Paid','description':'Invoice 7','email':'ann@x.io',"
         "'user':'Ann','userId':'u-1','ip':'10.1.2.3','amount':12.5,'nested':{'a':[1]},"
         "'tenantId':'two','vendorId':'other','frontegg_id':'mine','createdAt':'1999-01-01T00:00:"
         "00Z'}",
         "202"},
        {"GET " V2 "?count=10&offset=0 @one", NULL,
         "200; total=2; data.0.action='Paid'; data.0.severity='High'; data.0.amount=12.5;"
         "data.0.nested={'a':[1]}; data.0.tenantId='one'; data.0.email='ann@x.io';"
         "data.0.ip='10.1.2.3'; data.0.user='Ann'; data.0.userId='u-1'; !~1999; !~mine; !~other"},
        {"POST /audits @two", "{'severity':'Critical','action':'Fell over'}", "202"},
        {"POST /audits", "{'severity':'Info'}", "202"},
        {"POST /audits @one", "{'severity':'Loud'}", "400; ~severity"},
        {"POST /audits @one", "{}", "400; ~severity"},
        {"POST /audits @one", NULL, "400"},
        {"POST /audits @one", "[{'severity':'Info'}]", "400"},
        {"POST /audits @nobody", "{'severity':'Info'}", "404"},
        {"GET " V2 "?count=10&offset=0", NULL, "200; total=6"},
    };
    SCENE(&scene, steps);
}

static void
filters(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V2 "?count=10&offset=0 @two", NULL, "200; total=1; data.0.action='Fell over'"},
        {"GET " V2 "?count=10&offset=0&tenant_ids=two", NULL, "200; total=1"},
        {"GET " V2 "?count=10&offset=0&tenant_ids[]=two&tenant_ids[]=one", NULL, "200; total=3"},
        {"GET " V2 "?count=10&offset=0&users=u-1", NULL, "200; data.*.action=['Paid']"},
        {"GET " V2 "?count=10&offset=0&email=ann@x.io", NULL, "200; data.*.action=['Paid']"},
        {"GET " V2 "?count=10&offset=0&filter=invoice", NULL, "200; data.*.action=['Paid']"},
        {"GET " V2 "?count=10&offset=0&filter=%25", NULL, "200; data=[]"},
        {"GET " V2 "?count=10&offset=0&created_from=2099-01-01T00:00:00Z", NULL, "200; total=0"},
        {"GET " V2 "?count=10&offset=0&created_to=1969-01-01T00:00:00Z", NULL, "200; total=0"},
        {"GET " V2
         "?count=10&offset=0&created_from=1969-01-01T00:00:00Z&created_to=9999-12-31T00:00:00Z",
         NULL, "200; total=6"},
        {"GET " V2 "?count=10&offset=0&created_from=yesterday", NULL, "400; ~created_from"},
        {"GET " V2 "?count=2&offset=0&sortBy=createdAt&sortDirection=asc", NULL,
         "200; data.0.description='Created tenant One'"},
        {"GET " V2 "?count=2&offset=0&sortBy=createdAt&sortDirection=DESC", NULL, "200; data#2"},
        {"GET " V2 "?count=10&offset=0&sortBy=severity&sortDirection=asc", NULL, "200; data#6"},
        {"GET " V2 "?count=10&offset=0&sortBy=nothing_known", NULL, "200; data#6"},
        {"GET " V2 "?count=10&offset=0&sortBy=a;b", NULL, "400; ~sortBy"},
        {"GET " V2 "?count=10&offset=0&sortDirection=up", NULL, "400; ~sortDirection"},
        {"GET " V2 "?offset=0", NULL, "400; ~count"},
        {"GET " V2 "?count=0&offset=0", NULL, "400; ~count must not be less than 1"},
        {"GET " V2 "?count=201&offset=0", NULL, "400; ~count must not be greater than 200"},
        {"GET " V2 "?count=1&offset=-1", NULL, "400; ~offset"},
        {"GET " V2 "?count=1", NULL, "400; ~offset"},
        {"GET /audits?count=10&offset=0&tenantId=two&paginationMode=virtual", NULL, "200; total=1"},
        {"GET /audits?count=10&offset=0&sortBy=createdAt&sortDirection=asc&filter=Tenant", NULL,
         "200; data.*.description=['Created tenant One','Created tenant Two']"},
        {"GET /audits/v1?count=10&offset=0", NULL, "404; errorCode='ER-00004'"},
        {"GET /audits/stats", NULL, "200; totalToday=6; severeThisWeek?"},
        {"GET /audits/stats @two", NULL, "200; totalToday=1; severeThisWeek=1"},
    };
    SCENE(&scene, steps);
}

static void
tenants_see_their_own(void **state)
{
    (void)state;
    static const char *const may[] = {"fe.secure.read.audits", NULL};
    struct tserver_grant grant = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("one"), .permissions = may};
    scene_keep(&scene, "one", tserver_mint(&scene.t, &grant));
    static const struct step steps[] = {
        {"GET " V2 "?count=10&offset=0 ~one", NULL, "200; total=2; !~Fell"},
        {"GET " V2 "?count=10&offset=0&tenant_ids=two ~one", NULL, "200; total=0"},
        {"GET " V2 "?count=10&offset=0 ~one @two", NULL, "403"},
        {"GET /audits?count=10&offset=0&tenantId=two ~one", NULL, "403"},
        {"GET /audits/stats ~one", NULL, "200; totalToday=2"},
        {"POST /audits ~one", "{'severity':'Info'}", "403"},
        {"GET " V2 "?count=10&offset=0 ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

/* ---- taken out ---- */

#define COLUMN(title, name) "{\"displayName\":\"" title "\",\"name\":\"" name "\"}"
#define ONE_COLUMN "{'properties':[{'displayName':'Action','name':'action'}]}"

/* Columns in the order asked for; what a spreadsheet would run is text. */
static void
exported_as_csv(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'csv','name':'Csv'}", "201"},
        {"POST /audits @csv",
         "{'severity':'Info','action':'=HYPERLINK(1)','description':'a,b','amount':7,"
         "'nested':{'a':[1]},'user':'@SUM(A1)','userAgent':'+x','email':'-y','ip':'a\\r\\nb'}",
         "202"},
    };
    SCENE(&scene, steps);
    struct tserver_reply r = tserver_request(
        &scene.t, "POST", V2 "/export/csv?count=1&offset=0", scene.t.token,
        "frontegg-tenant-id: csv\r\n",
        "{\"properties\":[" COLUMN("=What", "action") "," COLUMN("Who, what", "description") "," COLUMN("n", "amount") "," COLUMN(
            "j",
            "nested") "," COLUMN("u",
                                 "user") "," COLUMN("e",
                                                    "email") "," COLUMN("g",
                                                                        "userAgent") "," COLUMN("t",
                                                                                                "te"
                                                                                                "na"
                                                                                                "nt"
                                                                                                "I"
                                                                                                "d") "," COLUMN("i",
                                                                                                                "ip") "," COLUMN("x",
                                                                                                                                 "no such") "]}");
    assert_int_equal(r.status, 200);
    assert_str(r.body, "'=What,\"Who, what\",n,j,u,e,g,t,i,x\r\n"
                       "'=HYPERLINK(1),\"a,b\",7,\"{\"\"a\"\":[1]}\",'@SUM(A1),'-y,'+x,csv,"
                       "a\\r\\nb,\r\n");
    assert_str(tserver_header(&r, "content-type"), "text/csv; charset=utf-8; header=present");
    assert_str(tserver_header(&r, "content-disposition"), "attachment; filename=\"audits.csv\"");
}

static void
exports_take_filters_and_refuse_nonsense(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " V2 "/export/csv?count=1&offset=0&filter=fell", ONE_COLUMN,
         "200; ~Action\r\nFell over\r\n"},
        {"POST " V2 "/export/csv?count=1&offset=1&filter=fell", ONE_COLUMN, "200; !~Fell"},
        {"POST /audits/export/csv?count=9&offset=0&tenantId=two", ONE_COLUMN, "201; ~Fell"},
        {"POST /audits/export/csv/v2?count=9&offset=0&tenantId=two", ONE_COLUMN, "201; ~Fell"},
        {"POST /audits/export/csv/v2?count=9&offset=0&tenantId=one", ONE_COLUMN, "201; !~Fell"},
        {"POST " V2 "/export/csv?count=1&offset=0", "{'properties':[]}", "400; ~properties"},
        {"POST " V2 "/export/csv?count=1&offset=0", "{}", "400; ~properties"},
        {"POST " V2 "/export/csv?count=1&offset=0", "{'properties':[{'name':'action'}]}",
         "400; ~displayName"},
        {"POST " V2 "/export/csv?count=201&offset=0", ONE_COLUMN, "400; ~count"},
        {"POST " V2 "/export/csv?offset=0", ONE_COLUMN, "400; ~count"},
        {"POST " V2 "/export/csv?count=9&offset=0 ~one", ONE_COLUMN, "200; ~Paid; !~Fell"},
        {"POST " V2 "/export/csv?count=9&offset=0&tenant_ids=two ~one", ONE_COLUMN, "200; !~Fell"},
        {"POST " V2 "/export/csv?count=9&offset=0 ~one @two", ONE_COLUMN, "403"},
        {"POST /audits/export/csv?count=9&offset=0&tenantId=two ~one", ONE_COLUMN, "403"},
        {"POST " V2 "/export/csv?count=9&offset=0 ~none", ONE_COLUMN, "401"},
    };
    SCENE(&scene, steps);
}

static void
counted(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET /audits/resources/metrics/v1", NULL,
         "200; topResources.tenant=3; topTenants.one=2; topTenants.two=1"},
        {"GET /audits/resources/metrics/v1?limit=1", NULL, "200; topTenants={'one':2}"},
        {"GET /audits/resources/metrics/v1?from=0&to=1000&frequency=1", NULL,
         "200; topResources={}; topTenants={}; auditsCounterByTime={'1970-01-01T00:00:00.000Z':0,"
         "'1970-01-01T00:00:01.000Z':0}"},
        {"GET /audits/resources/metrics/v1 ~one", NULL, "200; topTenants={'one':2}"},
        {"GET /audits/resources/metrics/v1 ~one @two", NULL, "403"},
        {"GET /audits/resources/metrics/v1?frequency=0", NULL, "400; ~frequency"},
        {"GET /audits/resources/metrics/v1?frequency=60", NULL, "400; ~at most 1000 periods"},
        {"GET /audits/resources/metrics/v1?from=9&to=8", NULL, "400; ~from and to"},
        {"GET /audits/resources/metrics/v1?from=-1", NULL, "400"},
        {"GET /audits/resources/metrics/v1?to=99999999999999", NULL, "400"},
        {"GET /audits/resources/metrics/v1?limit=101", NULL, "400; ~limit"},
    };
    SCENE(&scene, steps);
}

/* A page of the largest events there may be is answered; larger ones are not taken. */
static void
large_events_are_bounded(void **state)
{
    (void)state;
    enum { MANY = 100, LARGE = 60 * 1024 };
    struct buf body;
    buf_init(&body, 1 << 20);
    buf_add_text(&body, "{\"severity\":\"Info\",\"action\":\"large\",\"text\":\"");
    while (body.n < LARGE)
        buf_add_text(&body, "\\u0001aaaaaa");
    size_t fits = body.n;
    buf_add_text(&body, "\"}");
    struct tserver_reply r;
    for (int i = 0; i < MANY; i++) {
        r = tserver_request(&scene.t, "POST", "/audits", scene.t.token,
                            "frontegg-tenant-id: two\r\n", body.p);
        assert_int_equal(r.status, 202);
    }
    r = tserver_request(&scene.t, "GET", V2 "?count=200&offset=0&filter=large", scene.t.token, NULL,
                        NULL);
    assert_int_equal(r.status, 200);
    assert_true(r.body.n > (size_t)MANY * LARGE);
    body.n = fits;
    while (body.n < 66 * 1024)
        buf_add_text(&body, "aaaaaaaaaaaa");
    buf_add_text(&body, "\"}");
    r = tserver_request(&scene.t, "POST", "/audits", scene.t.token, "frontegg-tenant-id: two\r\n",
                        body.p);
    assert_int_equal(r.status, 413);
    buf_fini(&body);
    scene.audits += MANY;
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){"/audits", NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_row_for_each_change),
        cmocka_unit_test(written_by_applications),
        cmocka_unit_test(filters),
        cmocka_unit_test(tenants_see_their_own),
        cmocka_unit_test(exported_as_csv),
        cmocka_unit_test(exports_take_filters_and_refuse_nonsense),
        cmocka_unit_test(counted),
        cmocka_unit_test(large_events_are_bounded),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("audits", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
