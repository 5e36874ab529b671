/*
 * Templates of access tokens and who gets which; the algorithm of tokens. What a template cannot do is
 * as important as what it can: a token that it shaped is still the person's, and no more.
 */
#include "crypto/hmac.h"
#include "tests/support/scene_jwt.h"

#include <stdio.h>

#define TEMPLATES "/identity/resources/jwt-templates/v1"
#define TARGETING "/identity/resources/configurations/v1/jwt-template-targeting"
#define LOGIN "/identity/resources/auth/v1/user"
#define REFRESH LOGIN "/token/refresh"
#define CONFIG "/identity/resources/configurations/v1"
#define USERS "/identity/resources/users/v2"
#define ROLES "/identity/resources/roles/v1"
#define PERMISSIONS "/identity/resources/permissions/v1"
#define API "/identity/resources/tenants/api-tokens/v2"
#define MACHINE "/identity/resources/auth/v2/api-token"
#define TENANTS "/tenants/resources/tenants/v1"
#define MUST "'iss':'{{iss}}','sub':'{{sub}}','aud':'{{clientId}}','exp':'{{exp}}','iat':'{{iat}}'"
#define TEMPLATE(key, claims)                                                                      \
    "{'key':'" key "','name':'" key "','expiration':120,'algorithm':'RS256',"                      \
    "'templateSchema':{'claims':{" claims "}}}"
#define PASSWORD "'password':'correct horse battery 9'"
#define SIGN_IN(name)                                                                              \
    {                                                                                              \
        "POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}",                               \
            "200; accessToken>" name "; expiresIn>seconds"                                         \
    }

static struct scene scene;

static void
set_up(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One','metadata':{'plan':'gold'}}", "201"},
        {"POST " PERMISSIONS,
         "[{'key':'docs.read','name':'Read'},{'key':'fe.secure.read.users','name':'Users'}]",
         "201; 0.id>read; 1.id>users"},
        {"POST " ROLES, "[{'key':'clerk','name':'Clerk','level':1}]", "201; 0.id>clerk"},
        {"PUT " ROLES "/$clerk/permissions", "{'permissionIds':['$read']}", "200"},
        {"POST " USERS " @one",
         "{'email':'ann@x.io','name':'Ann','roleIds':['$clerk']," PASSWORD ","
         "'metadata':'{\\'team\\':{\\'name\\':\\'blue\\'},\\'evil\\':\\'{{user.email}}\\'}'}",
         "201; id>ann"},
        {"POST /identity/resources/users/v1/$ann/verify @one", NULL, "200"},
        {"POST " API " @one", "{'description':'CI','roleIds':['$clerk']}",
         "201; clientId>machine; secret>secret"},
    };
    SCENE(&scene, steps);
}

static void
templates_are_kept(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " TEMPLATES, NULL, "200; items=[]; _metadata.totalItems=0"},
        {"POST " TEMPLATES,
         "{'key':'short','name':'Short','description':'d','expiration':10,'algorithm':'RS256',"
         "'templateSchema':{'claims':{" MUST ",'n':{'deep':[1,null,'{{user.name}}']}}}}",
         "201; id>id; vendorId?; key='short'; name='Short'; description='d'; expiration=10;"
         "algorithm='RS256'; templateSchema.claims.n={'deep':[1,null,'{{user.name}}']};"
         "createdAt?; updatedAt?"},
        {"POST " TEMPLATES, TEMPLATE("short", MUST), "409; ~already exists"},
        {"POST " TEMPLATES, TEMPLATE("other", MUST), "201; id>other; description=null"},
        {"GET " TEMPLATES "/$id", NULL, "200; key='short'"},
        {"GET " TEMPLATES "/nobody", NULL, "404; ~JWT template not found"},
        {"GET " TEMPLATES "?keys=other", NULL, "200; items.*.id=['$other']"},
        {"GET " TEMPLATES "?ids=$id,nobody", NULL, "200; items.*.key=['short']"},
        {"GET " TEMPLATES "?_sortBy=key&_order=ASC", NULL, "200; items.*.key=['other','short']"},
        {"GET " TEMPLATES "?_limit=1&_offset=1", NULL,
         "200; items#1; _metadata={'totalItems':2,'totalPages':2}"},
        {"PUT " TEMPLATES "/$id", "{'name':'New','expiration':60}",
         "200; name='New'; key='short'; expiration=60; templateSchema.claims.n.deep#3"},
        {"PUT " TEMPLATES "/$id", "{'key':'other'}", "409"},
        {"PUT " TEMPLATES "/nobody", "{'name':'New'}", "404"},
        {"DELETE " TEMPLATES "/$other", NULL, "204"},
        {"DELETE " TEMPLATES "/$other", NULL, "404"},
        {"DELETE " TEMPLATES "/$id", NULL, "204"},
    };
    SCENE(&scene, steps);
}

static void
templates_that_would_do_harm_are_refused(void **state)
{
    (void)state;
#define NO(claims, why)                                                                            \
    {                                                                                              \
        "POST " TEMPLATES, TEMPLATE("bad", claims), "400; ~" why                                   \
    }
    static const struct step steps[] = {
        NO(MUST ",'type':'vendor'", "Claims reserved for internal use are not allowed"),
        NO(MUST ",'tenantId':'two'", "Claims reserved for internal use are not allowed"),
        NO(MUST ",'userId':'x'", "reserved"),
        NO(MUST ",'superUser':true", "reserved"),
        NO(MUST ",'act':{}", "reserved"),
        NO(MUST ",'amr':[]", "reserved"),
        NO(MUST ",'sid':'x'", "reserved"),
        NO(MUST ",'jti':'x'", "reserved"),
        NO(MUST ",'nbf':99999999999", "reserved"),
        NO(MUST ",'gatehouse':{'sub':'x'}", "reserved"),
        NO("'sub':'{{sub}}','aud':'{{clientId}}','exp':'{{exp}}','iat':'{{iat}}'",
           "iss is missing"),
        NO("'iss':'i','sub':'s','aud':'{{clientId}}','exp':'e'", "iat is missing"),
        NO("'iss':'i','sub':'s','aud':'mine','exp':'e','iat':'i'", "aud must be"),
        NO("'iss':'i','sub':'s','aud':['{{clientId}}'],'exp':'e','iat':'i'", "aud must be"),
        NO(MUST ",'x':'{{secret.key}}'", "There is no variable {{secret.key}}"),
        NO(MUST ",'x':'{{}}'", "There is no variable"),
        NO(MUST ",'x':'{{user.name'", "not closed"),
        NO(MUST ",'x':[[[[[[[[[1]]]]]]]]]", "not be deeper"),
    };
    SCENE(&scene, steps);
#undef NO
}

static void
other_members_are_checked(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TEMPLATES,
         "{'key':'k','name':'n','expiration':9,'algorithm':'RS256',"
         "'templateSchema':{'claims':{" MUST "}}}",
         "400; ~expiration"},
        {"POST " TEMPLATES,
         "{'key':'k','name':'n','expiration':15552001,'algorithm':'RS256',"
         "'templateSchema':{'claims':{" MUST "}}}",
         "400; ~expiration"},
        {"POST " TEMPLATES,
         "{'key':'k','name':'n','expiration':60,'algorithm':'none',"
         "'templateSchema':{'claims':{" MUST "}}}",
         "400; ~algorithm"},
        {"POST " TEMPLATES,
         "{'key':'','name':'n','expiration':60,'algorithm':'RS256',"
         "'templateSchema':{'claims':{" MUST "}}}",
         "400; ~key"},
        {"POST " TEMPLATES, "{'key':'k','name':'n','expiration':60,'algorithm':'RS256'}",
         "400; ~templateSchema"},
        {"POST " TEMPLATES " ~none", TEMPLATE("bad", MUST), "401"},
        {"GET " TEMPLATES, NULL, "200; items=[]"},
    };
    SCENE(&scene, steps);
}

static void
large_templates_are_refused(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, 1 << 20);
    buf_add_text(&body, "{\"key\":\"k\",\"name\":\"n\",\"expiration\":60,\"algorithm\":\"RS256\","
                        "\"templateSchema\":{\"claims\":{\"x\":\"");
    while (body.n < 9000)
        buf_add_text(&body, "aaaaaaaa");
    buf_add_text(&body, "\"}}}");
    struct tserver_reply r =
        tserver_request(&scene.t, "POST", TEMPLATES, scene.t.token, NULL, body.p);
    assert_int_equal(r.status, 400);
    assert_true(str_find(r.body, STR("longer than 8192")) >= 0);
    buf_fini(&body);
}

static void
targeting_is_kept(void **state)
{
    (void)state;
#define RULE(attribute, op, list)                                                                  \
    "{'conditionLogic':'and','treatment':'short','conditions':[{'attribute':'" attribute           \
    "','op':'" op "','value':{'list':" list "},'negate':false}]}"
    static const struct step steps[] = {
        {"GET " TARGETING, NULL, "404; ~JWT template rules not found"},
        {"PATCH " TARGETING "/x", "{'rules':[]}", "404"},
        {"DELETE " TARGETING "/x", NULL, "404"},
        {"POST " TARGETING, "{'rules':[" RULE("tenantId", "in_list", "['t1']") "]}",
         "201; id>rules; createdAt?; updatedAt?; targeting.rules#1;"
         "targeting.rules.0.conditions.0={'attribute':'tenantId','op':'in_list',"
         "'value':{'list':['t1']},'negate':false}; targeting.rules.0.treatment='short'"},
        {"POST " TARGETING, "{'rules':[]}", "409; ~already exist"},
        {"PUT " TARGETING, "{'rules':[]}", "200"},
        {"GET " TARGETING, NULL, "200; id='$rules'; targeting.rules=[]"},
        {"PATCH " TARGETING "/$rules",
         "{'rules':[" RULE("userEmail", "ends_with", "['@x.io']") "]}", "200"},
        {"GET " TARGETING, NULL, "200; targeting.rules#1"},
        {"PATCH " TARGETING "/other", "{'rules':[]}", "404"},
        {"PUT " TARGETING, "{'rules':[" RULE("password", "in_list", "['x']") "]}", "400"},
        {"PUT " TARGETING, "{'rules':[" RULE("userId", "matches", "['x']") "]}", "400"},
        {"PUT " TARGETING, "{'rules':[" RULE("userId", "in_list", "[]") "]}", "400; ~value.list"},
        {"PUT " TARGETING, "{'rules':[" RULE("userId", "in_list", "[7]") "]}", "400; ~texts"},
        {"PUT " TARGETING, "{'rules':[" RULE("userId", "in_list", "'x'") "]}", "400"},
        {"GET " TARGETING " ~none", NULL, "401"},
        {"DELETE " TARGETING "/$rules", NULL, "200"},
        {"GET " TARGETING, NULL, "404"},
    };
    SCENE(&scene, steps);
}

/* Everything that a template may name, at sign-in, refresh and for a machine. */
static void
tokens_are_made_by_them(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TEMPLATES,
         "{'key':'mine','name':'Mine','expiration':77,'algorithm':'RS256','templateSchema':{'"
         "claims':{"
         "'iss':'https://id.one.io','sub':'{{user.email}}','aud':'{{applicationId}}','exp':1,"
         "'iat':'x','mail':'{{user.email}}','verified':'{{user.verified}}',"
         "'who':'{{ user.name }} of {{tenant.name}} <{{user.metadata.team}}>',"
         "'team':'{{user.metadata.team.name}}','evil':'{{user.metadata.evil}}',"
         "'all':'{{user.metadata}}','roles':'{{user.tenant.roles}}','plan':'{{account.metadata."
         "plan}}',"
         "'permissions':['fe.secure.*','*'],'none':'{{user.metadata.absent}}','n':[1,true,"
         "'{{user.nothing}}',{'in':'{{tenantId}}'}],'in_text':'a{{user.nothing}}b',"
         "'kind':'{{type}}','session':'{{sid}}'}}}",
         "201"},
        {"PUT " TARGETING,
         "{'rules':[{'conditionLogic':'and','treatment':'mine','conditions':[]}]}", "200"},
        {"POST " LOGIN " ~none +frontegg-application-id:app-1", "{'email':'ann@x.io'," PASSWORD "}",
         "200; accessToken>token; refreshToken>rt; expiresIn=77"},
        {"GET /identity/resources/users/v2/me ~token", NULL, "200; id='$ann'"},
        /* what the template says of permissions opens nothing here */
        {"GET /identity/resources/users/v3 ~token", NULL, "403"},
        {"GET " CONFIG " ~token", NULL, "403"},
        {"POST " MACHINE " ~none", "{'clientId':'$machine','secret':'$secret'}",
         "200; access_token>mtoken; refresh_token>mrt; expires_in=77"},
        {"GET /identity/resources/users/v3 ~mtoken", NULL, "403"},
    };
    SCENE(&scene, steps);
    scene_expect_claims(
        &scene, "token",
        "{'iss':'https://id.one.io','sub':'ann@x.io','aud':'app-1','mail':'ann@x.io',"
        "'verified':true,'who':'Ann of One <{\\'name\\':\\'blue\\'}>','team':'blue',"
        "'evil':'{{user.email}}','all':{'team':{'name':'blue'},'evil':'{{user.email}}'},"
        "'roles':['clerk'],'plan':'gold','none':null,'n':[1,true,{'in':'one'}],'in_text':'ab',"
        "'kind':'userToken','type':'userToken','tenantId':'one','email':null,'name':null,"
        "'gatehouse':{'template':'mine','sub':'$ann'}}");
    scene_expect_claims(&scene, "mtoken",
                        "{'type':'tenantApiToken','tenantId':'one','sub':'$machine','plan':'gold',"
                        "'roles':['clerk'],'mail':null,'kind':'tenantApiToken',"
                        "'gatehouse':{'template':'mine','sub':'$machine'}}");
    static const struct step more[] = {
        {"POST " MACHINE "/token/refresh ~none", "{'refreshToken':'$mrt'}",
         "200; access_token>mtoken; expires_in=77"},
        {"GET /identity/resources/users/v2/me/tenants ~token", NULL, "200; *.tenantId=['one']"},
    };
    SCENE(&scene, more);
    scene_expect_claims(&scene, "mtoken", "{'plan':'gold'}");
}

static void
refreshed_tokens_too(void **state)
{
    (void)state;
    struct str id = scene.t.vendor;
    char cookie[400];
    snprintf(cookie, sizeof cookie, "Cookie: fe_refresh_%.*s=%.*s\r\n", STR_ARG(id),
             STR_ARG(scene_value(&scene, "rt")));
    struct tserver_reply r = tserver_request(&scene.t, "POST", REFRESH, STR_ABSENT, cookie, "{}");
    assert_int_equal(r.status, 200);
    scene_keep(&scene, "token", json_str(json_get(r.json, "accessToken")));
    scene_expect_claims(&scene, "token", "{'plan':'gold','aud':'$vendor_id','tenantId':'one'}");
}

/* One rule after the other; the first that holds decides. */
static void
rules_pick_one(void **state)
{
    (void)state;
#define ONLY(conditions)                                                                           \
    "{'rules':[{'conditionLogic':'and','treatment':'mine','conditions':[" conditions "]}]}"
#define CONDITION(attribute, op, list, negate)                                                     \
    "{'attribute':'" attribute "','op':'" op "','value':{'list':" list "},'negate':" negate "}"
#define HOLDS(conditions)                                                                          \
    {"PUT " TARGETING, ONLY(conditions), "200"},                                                   \
    {                                                                                              \
        "POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; expiresIn=77"           \
    }
#define FAILS(conditions)                                                                          \
    {"PUT " TARGETING, ONLY(conditions), "200"},                                                   \
    {                                                                                              \
        "POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; expiresIn=300"          \
    }
    static const struct step steps[] = {
        HOLDS(CONDITION("userId", "in_list", "['x','$ann']", "false")),
        FAILS(CONDITION("userId", "in_list", "['x','$ann']", "true")),
        FAILS(CONDITION("userId", "in_list", "['x']", "false")),
        HOLDS(CONDITION("userEmail", "ends_with", "['@y.io','@x.io']", "false")),
        FAILS(CONDITION("userEmail", "ends_with", "['ann']", "false")),
        HOLDS(CONDITION("userEmail", "contains", "['nn@']", "false")),
        HOLDS(CONDITION("tenantId", "in_list", "['one']", "false")),
        HOLDS(CONDITION("roleIds", "in_list", "['$clerk']", "false")),
        FAILS(CONDITION("roleIds", "in_list", "['clerk']", "false")),
        HOLDS(CONDITION("tokenType", "in_list", "['userToken']", "false")),
        FAILS(CONDITION("tokenType", "in_list", "['tenantApiToken']", "false")),
        FAILS(CONDITION("applicationId", "in_list", "['app-1']", "false")),
        HOLDS(CONDITION("applicationId", "in_list", "['app-1']", "true")),
        FAILS(CONDITION("tenantId", "in_list", "['one']",
                        "false") "," CONDITION("userId", "in_list", "['x']", "false")),
        {"PUT " TARGETING,
         "{'rules':[{'conditionLogic':'and','treatment':'gone','conditions':[]},"
         "{'conditionLogic':'and','treatment':'mine','conditions':[]}]}",
         "200"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; expiresIn=300"},
    };
    SCENE(&scene, steps);
}

/* The token is signed with the text that the configuration calls jwtSecret. */
static void
expect_shared(const char *name)
{
    struct json *header = scene_jwt_header(&scene, name);
    struct str token = scene_value(&scene, name), rest = token, part;
    unsigned char mac[HMAC_SIZE_MAX];
    unsigned n = 0;
    struct err err;
    struct buf signature;
    assert_str(json_str(json_get(header, "alg")), "HS256");
    json_free(header);
    for (int i = 0; i < 3; i++)
        assert_true(str_next(&rest, '.', &part));
    assert_int_equal(hmac_compute(HMAC_SHA256, scene_value(&scene, "key"),
                                  str_sub(token, 0, token.n - part.n - 1), mac, &n, &err),
                     ERR_OK);
    buf_init(&signature, 256);
    buf_add_base64url(&signature, mac, n);
    assert_true(str_eq(buf_str(&signature), part));
    buf_fini(&signature);
}

/* Tokens signed with the shared key work here like others, and applications can get the key. */
static void
algorithm_of_tokens(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " CONFIG, NULL, "200; jwtAlgorithm='RS256'; jwtSecret=null; publicKey?"},
        {"POST " CONFIG, "{'jwtAlgorithm':'HS256'}",
         "201; jwtAlgorithm='HS256'; jwtSecret>key; publicKey?"},
        SIGN_IN("token"),
        {"GET /identity/resources/users/v2/me ~token", NULL, "200; id='$ann'"},
        {"POST " MACHINE " ~none", "{'clientId':'$machine','secret':'$secret'}",
         "200; access_token>mtoken"},
        {"GET /identity/resources/users/v3 ~mtoken", NULL, "403"},
        {"GET " CONFIG, NULL, "200; jwtSecret='$key'"},
    };
    SCENE(&scene, steps);
    expect_shared("token");
    expect_shared("mtoken");
    static const struct step back[] = {
        {"POST " CONFIG, "{'jwtAlgorithm':'RS256'}", "201; jwtSecret=null"},
        {"GET /identity/resources/users/v2/me ~token", NULL, "200"}, /* until it expires */
        SIGN_IN("token"),
    };
    SCENE(&scene, back);
    struct json *header = scene_jwt_header(&scene, "token");
    assert_str(json_str(json_get(header, "alg")), "RS256");
    json_free(header);
    struct tserver_reply r =
        tserver_request(&scene.t, "GET", "/.well-known/jwks.json", STR_ABSENT, NULL, NULL);
    assert_int_equal(json_len(json_get(r.json, "keys")), 1); /* what is shared is not published */
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){jwt_templates_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_up),
        cmocka_unit_test(templates_are_kept),
        cmocka_unit_test(templates_that_would_do_harm_are_refused),
        cmocka_unit_test(other_members_are_checked),
        cmocka_unit_test(large_templates_are_refused),
        cmocka_unit_test(targeting_is_kept),
        cmocka_unit_test(tokens_are_made_by_them),
        cmocka_unit_test(refreshed_tokens_too),
        cmocka_unit_test(rules_pick_one),
        cmocka_unit_test(algorithm_of_tokens),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    scene_keep(&scene, "vendor_id", scene.t.vendor);
    int failed = cmocka_run_group_tests_name("jwt", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
