/* The lists of users: three generations, phrase search, filters, order, pages, sub-accounts. */
#include "tests/support/scene.h"

#include <stdio.h>

static struct scene scene;

#define V1 "/identity/resources/users/v1"
#define V2 "/identity/resources/users/v2"
#define V3 "/identity/resources/users/v3"
#define SEARCH V1 "/query/phrase"
#define TENANTS "/tenants/resources/tenants/v1"

static void
prepare(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'top','name':'Top'}", "201"},
        {"POST " TENANTS, "{'tenantId':'sub','name':'Sub','parentTenantId':'top'}", "201"},
        {"POST " TENANTS, "{'tenantId':'far','name':'Far'}", "201"},
        {"POST " V2 " @top",
         "{'email':'ann@a.io','name':'Ann "
         "Lee','phoneNumber':'+4315550001','metadata':{'team':'red'}}",
         "201; id>ann"},
        {"POST " V2 " @top", "{'email':'bob@b.io','name':'bob Stone','username':'bobby'}",
         "201; id>bob"},
        {"POST " V2 " @top", "{'email':'carl@a.io','name':'Carl 100%'}", "201; id>carl"},
        {"POST " V2 " @sub", "{'email':'dora@a.io','name':'Dora'}", "201; id>dora"},
        {"POST " V2 " @far", "{'email':'emil@f.io','name':'Emil \\u00c5sa'}", "201; id>emil"},
        {"POST " V2 " @far", "{'email':'ann@a.io'}", "201"},
        {"PUT " V1 "/$carl", "{'externalId':'x-3'}", "200"},
        {"POST " V1 "/$bob/lock", NULL, "200"},
        {"POST " V1 "/$ann/verify", NULL, "200"},
    };
    SCENE(&scene, steps);
}

static void
third_version(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V3 "?_sortBy=email", NULL,
         "200; items.*.email=['ann@a.io','bob@b.io','carl@a.io','dora@a.io','emil@f.io'];"
         "_metadata={'totalItems':5,'totalPages':1}; items.0.roles!; items.0.permissions!;"
         "items.0.tenants#2; _links.next!"},
        {"GET " V3 "?_sortBy=email @top", NULL,
         "200; items.*.email=['ann@a.io','bob@b.io','carl@a.io','dora@a.io']"},
        {"GET " V3 "?_sortBy=email&_includeSubTenants=false @top", NULL,
         "200; items.*.email=['ann@a.io','bob@b.io','carl@a.io']; _metadata.totalItems=3"},
        {"GET " V3 "?_sortBy=email&_tenantId=far", NULL,
         "200; items.*.email=['ann@a.io','emil@f.io']"},
        {"GET " V3 "?_tenantId=nobody", NULL, "200; items=[]; _metadata.totalItems=0"},
        {"GET " V3 " @nobody", NULL, "200; items=[]"},
        {"GET " V3 "?_email=ANN@a.io", NULL, "200; items.*.id=['$ann']"},
        {"GET " V3 "?_email=ann@a.io @sub", NULL, "200; items=[]"},
        {"GET " V3 "?ids=$ann,$emil&_sortBy=email", NULL, "200; items.*.id=['$ann','$emil']"},
        {"GET " V3 "?ids=$ann&ids=$emil&_sortBy=email", NULL, "200; items.*.id=['$ann','$emil']"},
        {"GET " V3 "?ids=$ann,$emil&_sortBy=email @top", NULL, "200; items.*.id=['$ann']"},
        {"GET " V3 "?ids=nobody", NULL, "200; items=[]"},
        {"GET " V3 "?_externalIds=x-3,x-4", NULL, "200; items.*.id=['$carl']"},
        {"GET " V3 "?_identifier=bobby&_identifierType=username", NULL, "200; items.*.id=['$bob']"},
        {"GET " V3 "?_identifier=%2B4315550001&_identifierType=phoneNumber", NULL,
         "200; items.*.id=['$ann']"},
        {"GET " V3 "?_identifier=carl@a.io&_identifierType=email", NULL,
         "200; items.*.id=['$carl']"},
        {"GET " V3 "?_identifier=carl@a.io", NULL, "200; items.*.id=['$carl']"},
        {"GET " V3 "?_identifier=x&_identifierType=shoe", NULL, "400; ~_identifierType"},
        {"GET " V3 "?_namePrefix=an", NULL, "200; items.*.id=['$ann']"},
        {"GET " V3 "?_namePrefix=lee", NULL, "200; items=[]"},
        {"GET " V3 "?_preset=mfa-unenrolled", NULL, "200; items#5"},
        {"GET " V3 "?_preset=inactive&_maxInactiveSeconds=1000", NULL, "200; items=[]"},
        {"GET " V3 "?_preset=other", NULL, "400; ~_preset"},
        {"GET " V3 "?_sortBy=name&_tenantId=top&_includeSubTenants=false", NULL,
         "200; items.*.name=['Ann Lee','bob Stone','Carl 100%']"},
        {"GET " V3 "?_sortBy=name&_order=DESC&_tenantId=top&_includeSubTenants=false", NULL,
         "200; items.*.name=['Carl 100%','bob Stone','Ann Lee']"},
        {"GET " V3 "?_sortBy=createdAt&_order=ASC", NULL, "200; items#5; items.0.id='$ann'"},
        {"GET " V3 "?_sortBy=id", NULL, "200; items#5"},
        {"GET " V3 "?_sortBy=provider", NULL, "200; items#5"},
        {"GET " V3 "?_sortBy=tenantId", NULL, "200; items#5; items.0.tenantId='far'"},
        {"GET " V3 "?_sortBy=isLocked&_order=DESC&_limit=1", NULL, "200; items.*.id=['$bob']"},
        {"GET " V3 "?_sortBy=verified&_order=DESC&_limit=1", NULL, "200; items.*.id=['$ann']"},
        {"GET " V3 "?_sortBy=shoe", NULL, "400; errors=['_sortBy must be a valid enum value']"},
        {"GET " V3 "?_order=asc", NULL,
         "400; ~_order must be one of the following values: ASC, DESC"},
        {"GET " V3 "?_filter&_limit&_email=&ids", NULL, "200; items#5"},
        {"GET " V3 "?unknown=1&_page=7", NULL, "200; items#5"},
        {"GET /frontegg" V3 "/?_limit=1&_sortBy=email", NULL,
         "200; items#1; _links.next='/frontegg" V3 "/?_offset=1&_limit=1&_sortBy=email'"},
    };
    SCENE(&scene, steps);
}

static void
old_versions(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V1 " @top", NULL, "200; items#4; items.0.roles=[]; items.0.permissions=[]"},
        {"GET " V1 "?_filter=STONE", NULL, "200; items.*.id=['$bob']"},
        {"GET " V1 "?_filter=a.io&_limit=2", NULL,
         "200; items#2; _metadata={'totalItems':3,'totalPages':2}"},
        {"GET " V1 "/?_limit=1&_offset=1", NULL, "200; items#1; _links.prev?"},
        {"GET " V2 " @far", NULL, "200; items#2; items.0.rolesIds=[]; items.0.profileImage=null"},
        {"GET " V2 "?_filter=%25", NULL, "200; items.*.id=['$carl']"},
        {"GET " V2 "?_filter=100_", NULL, "200; items=[]"},
        {"GET " V2 "?metadata=red", NULL, "200; items.*.id=['$ann']"},
        {"GET " V2 "?metadata=blue", NULL, "200; items=[]"},
        {"GET " V1 "?_limit=201", NULL, "400; ~_limit must not be greater than 200"},
        {"GET " V1 " ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

static void
phrases(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " SEARCH "?_phraseSearchContains=a.io&_sortBy=email", NULL,
         "200; items.*.email=['ann@a.io','carl@a.io','dora@a.io']; items.0.roles!"},
        {"GET " SEARCH "?_phraseSearchContains=a.io&_phraseSearchContains=lee", NULL,
         "200; items.*.id=['$ann']"},
        {"GET " SEARCH "?_phraseSearchContains[]=a.io&_phraseSearchExcludes[]=dora&_sortBy=email",
         NULL, "200; items.*.id=['$ann','$carl']"},
        {"GET " SEARCH "?_phraseSearchOptional[]=bob&_phraseSearchOptional[]=dora&_sortBy=email",
         NULL, "200; items.*.id=['$bob','$dora']"},
        {"GET " SEARCH "?_phraseSearchOptional=bob&_phraseSearchExcludes=stone", NULL,
         "200; items=[]"},
        {"GET " SEARCH "?_phraseSearchContains=a.io&_phraseSearchApproximate=true @sub", NULL,
         "200; items.*.id=['$dora']"},
        {"GET " SEARCH "?_phraseSearchApproximate=maybe", NULL, "400; ~_phraseSearchApproximate"},
        {"GET " SEARCH, NULL, "200; items#5"},
        {"GET " SEARCH "?_phraseSearchContains=%C3%85SA", NULL, "200; items.*.id=['$emil']"},
        {"GET " SEARCH "?_phraseSearchContains=%C3%A5sa&_limit=1&_offset=1", NULL,
         "200; items=[]; _metadata={'totalItems':1,'totalPages':1}; _links.prev?"},
    };
    SCENE(&scene, steps);
}

/* Every user is met exactly once on the way through the pages, in every order. */
static void
pages_hold_everybody_once(void **state)
{
    (void)state;
    enum { PEOPLE = 23 };
    static const char *const sorts[] = {"createdAt", "name",     "email",    "id",
                                        "verified",  "isLocked", "provider", "tenantId"};
    static const struct step make = {"POST " TENANTS, "{'tenantId':'crowd','name':'C'}", "201"};
    scene_run(&scene, &make, 1);
    for (int i = 0; i < PEOPLE; i++) {
        char body[100];
        snprintf(body, sizeof body, "{'email':'p%d@crowd.io','name':'Person %d'}", i, i % 5);
        scene_run(&scene, &(struct step){"POST " V2 " @crowd", body, "201"}, 1);
    }
    for (size_t i = 0; i < 2 * COUNT_OF(sorts); i++) {
        bool seen[PEOPLE] = {false};
        for (int page = 0; page < 5; page++) {
            char request[160], expect[80];
            snprintf(request, sizeof request, "GET " V3 "?_limit=5&_offset=%d&_sortBy=%s%s @crowd",
                     page, sorts[i / 2], i % 2 ? "&_order=DESC" : "");
            snprintf(expect, sizeof expect,
                     "200; items#%d; _metadata={'totalItems':23,'totalPages':5}", page < 4 ? 5 : 3);
            scene_run(&scene, &(struct step){request, NULL, expect}, 1);
            const struct json *items = json_get(scene.reply.json, "items");
            for (const struct json *it = json_first(items); it; it = json_next(it)) {
                struct str email = json_str(json_get(it, "email"));
                int64_t n = -1;
                assert_true(str_to_i64(str_sub(email, 1, (size_t)str_find_char(email, '@')), &n));
                assert_false(seen[n]);
                seen[n] = true;
            }
        }
    }
}

static void
attacks(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " V3 "?_limit=0", NULL, "400; ~_limit must not be less than 1"},
        {"GET " V3 "?_limit=-1", NULL, "400; ~_limit"},
        {"GET " V3 "?_limit=2147483648", NULL, "400; ~_limit"},
        {"GET " V3 "?_limit=9223372036854775808", NULL, "400; ~_limit"},
        {"GET " V3 "?_limit=1e3", NULL, "400; ~_limit"},
        {"GET " V3 "?_limit=1.5", NULL, "400; ~_limit"},
        {"GET " V3 "?_offset=9223372036854775807", NULL, "400; ~_offset"},
        {"GET " V3 "?_offset=9223372036854775808", NULL, "400; ~_offset"},
        {"GET " V3 "?_offset=4611686018427387904&_limit=200", NULL, "400; ~_offset"},
        {"GET " V3 "?_offset=99999999999&_limit=200", NULL, "200; items=[]"},
        {"GET " V3 "?_sortBy=email;DROP%20TABLE%20users", NULL, "400; ~_sortBy"},
        {"GET " V3 "?_sortBy=password_hash", NULL, "400; ~_sortBy"},
        {"GET " V3 "?_order=DESC;--", NULL, "400; ~_order"},
        {"GET " V3 "?_email=%27%20OR%20%271%27=%271", NULL, "200; items=[]"},
        {"GET " V3 "?ids=%27)%20OR%20(1=1", NULL, "200; items=[]"},
        {"GET " V3 "?_namePrefix=%25", NULL, "200; items=[]"},
        {"GET " V3 "?_namePrefix=_", NULL, "200; items=[]"},
        {"GET " V3 "?_tenantId=%27;--", NULL, "200; items=[]"},
        {"GET " SEARCH "?_phraseSearchContains=%27%22;%20--", NULL, "200; items=[]"},
        {"GET " V3 "?_maxInactiveSeconds=9007199254740991&_preset=inactive", NULL, "200; items#28"},
        {"GET " V3 "?_maxInactiveSeconds=9223372036854775807&_preset=inactive", NULL, "400"},
        {"GET " V3 "?_email=%00", NULL, "400"},
        {"GET " V3 "?_email=%ff", NULL, "400"},
        {"GET " V3 "?_email=%zz", NULL, "400"},
        {"GET " V3 "?_limit=1&_limit=2", NULL, "400; errors=['_limit must be given once']"},
        {"GET " V3 "?_sortBy=password_hash&_sortBy=name", NULL, "400; ~_sortBy"},
        {"GET " V3 "?_sortBy[]=password_hash", NULL, "200; items#28"},
    };
    SCENE(&scene, steps);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(third_version),
        cmocka_unit_test(old_versions),
        cmocka_unit_test(phrases),
        cmocka_unit_test(pages_hold_everybody_once),
        cmocka_unit_test(attacks),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("lists", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
