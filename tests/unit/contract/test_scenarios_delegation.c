/* One party acting for another: switched on, exchanged, used, recorded, refused, ended. */
#include "base/buf.h"
#include "crypto/token.h"
#include "store/envs.h"
#include "tests/support/scene_jwt.h"

#define SETTING "/identity/resources/configurations/v1/delegation"
#define OAUTH "/oauth/token"
#define LOGIN "/identity/resources/auth/v1/user"
#define LOGOUT "/identity/resources/auth/v1/logout"
#define USERS "/identity/resources/users/v2"
#define ME "/identity/resources/users/v2/me"
#define API "/identity/resources/tenants/api-tokens/v2"
#define MY_API "/identity/resources/users/api-tokens/v1"
#define MACHINE "/identity/resources/auth/v2/api-token"
#define TENANTS "/tenants/resources/tenants/v1"
#define AUDITS "/audits/resources/audits/v2?count=1&offset=0"
#define PASSWORD "'password':'correct horse battery 9'"
#define URN "urn:ietf:params:oauth:"
#define TYPES                                                                                      \
    "'grant_type':'" URN "grant-type:token-exchange','subject_token_type':'" URN                   \
    "token-type:access_token','actor_token_type':'" URN "token-type:jwt'"
#define CLIENT "'client_id':'$vendor_id','client_secret':'$api_key'"
#define EXCHANGE(subject, actor)                                                                   \
    "POST " OAUTH " ~none",                                                                        \
        "{" TYPES "," CLIENT ",'subject_token':'$" subject "','actor_token':'$" actor "'}"

static struct scene scene;

/* The secret of the environment is known to the test by setting it. */
static enum err_code
set_secret(struct db_conn *conn, void *arg, struct err *err)
{
    struct scope s;
    struct tserver *t = arg;
    enum err_code rc = scope_open(&s, conn, &t->arena, t->vendor, STR_ABSENT, err);
    return rc ? rc
              : store_env_set_secret(&s, token_hash_hex(&t->arena, STR("a-key-of-the-test")), err);
}

static void
set_up(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(store_tx(server_store(scene.t.server), DB_WRITE, set_secret, &scene.t, &err),
                     ERR_OK);
    scene_keep(&scene, "vendor_id", scene.t.vendor);
    scene_keep(&scene, "api_key", STR("a-key-of-the-test"));
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " USERS " @one", "{'email':'ann@x.io','name':'Ann'," PASSWORD "}", "201; id>ann"},
        {"POST " USERS " @one", "{'email':'bob@x.io','name':'Bob'," PASSWORD "}", "201; id>bob"},
        {"POST " USERS " @two", "{'email':'eve@x.io','name':'Eve'," PASSWORD "}", "201; id>eve"},
        {"POST /identity/resources/users/v1/$ann/verify @one", NULL, "200"},
        {"POST /identity/resources/users/v1/$bob/verify @one", NULL, "200"},
        {"POST /identity/resources/users/v1/$eve/verify @two", NULL, "200"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; accessToken>ann_token"},
        {"POST " LOGIN " ~none", "{'email':'bob@x.io'," PASSWORD "}", "200; accessToken>bob_token"},
        {"POST " LOGIN " ~none", "{'email':'eve@x.io'," PASSWORD "}", "200; accessToken>eve_token"},
        {"POST " API " @one", "{'description':'Worker'}", "201; clientId>worker; secret>secret"},
        {"POST " MACHINE " ~none", "{'clientId':'$worker','secret':'$secret'}",
         "200; access_token>worker_token"},
        {"POST " MY_API " ~ann_token", "{'description':'Mine'}",
         "201; clientId>mine; secret>my_secret"},
        {"POST " MACHINE " ~none", "{'clientId':'$mine','secret':'$my_secret'}",
         "200; access_token>my_token"},
    };
    SCENE(&scene, steps);
}

static void
off_until_switched_on(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " SETTING, NULL, "200; ={'enabled':false}"},
        {EXCHANGE("ann_token", "bob_token"), "403; errors=['Delegation is disabled']"},
        {"POST " SETTING, "{'enabled':'yes'}", "400; ~enabled must be a boolean value"},
        {"POST " SETTING " ~ann_token", "{'enabled':true}", "403"},
        {"POST " SETTING, "{'enabled':true}", "200"},
        {"GET " SETTING, NULL, "200; ={'enabled':true}"},
    };
    SCENE(&scene, steps);
}

static void
who_acts_for_somebody_is_named_in_the_audit(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {EXCHANGE("ann_token", "bob_token"),
         "200; access_token>token; issued_token_type='" URN "token-type:access_token';"
         "token_type='Bearer'; expires_in?"},
        {"GET " ME " ~token", NULL, "200; id='$ann'"},
        {"PUT " ME " ~token", "{'name':'Anna'}", "200; name='Anna'"},
        {"GET " AUDITS, NULL,
         "200; data.0.userId='$ann'; data.0.actorId='$bob';"
         "data.0.actorMail='bob@x.io'"},
        /* no credentials for who only acts */
        {"POST " MY_API " ~token", "{'description':'Mine'}", "403; ~delegated"},
        {EXCHANGE("my_token", "worker_token"), "200; access_token>other"},
        {"GET " ME " ~other", NULL, "200; id='$ann'"},
        {"GET " AUDITS, NULL,
         "200; data.0.action='oauth_token'; data.0.userId='$worker';"
         "data.0.tenantId='one'; data.0.resourceId='$ann'"},
        {EXCHANGE("token", "worker_token"), "200; access_token>chain"},
    };
    SCENE(&scene, steps);
    scene_expect_claims(&scene, "token",
                        "{'sub':'$ann','type':'userToken','tenantId':'one','email':'ann@x.io',"
                        "'act':{'sub':'$bob','type':'delegation','email':'bob@x.io'}}");
    scene_expect_claims(&scene, "other",
                        "{'sub':'$mine','type':'userApiToken','userId':'$ann',"
                        "'act':{'sub':'$worker','type':'delegation'}}");
    scene_expect_claims(
        &scene, "chain",
        "{'sub':'$ann','act':{'sub':'$worker','type':'delegation','act':{'sub':'$bob',"
        "'type':'delegation','email':'bob@x.io'}}}");
    struct json *was = scene_claims(&scene, "ann_token"), *is = scene_claims(&scene, "token");
    int64_t before = 0, after = 0;
    assert_true(json_to_i64(json_get(was, "exp"), &before));
    assert_true(json_to_i64(json_get(is, "exp"), &after));
    assert_true(after <= before);
    json_free(was);
    json_free(is);
}

static void
refused(void **state)
{
    (void)state;
#define FAULTY(members, expect)                                                                    \
    {                                                                                              \
        "POST " OAUTH " ~none",                                                                    \
            "{" members ",'subject_token':'$ann_token','actor_token':'$bob_token'}", expect        \
    }
    static const struct step steps[] = {
        {EXCHANGE("ann_token", "eve_token"), "403; ~not of the tenant"},
        {EXCHANGE("eve_token", "worker_token"), "403; ~not of the tenant"},
        {EXCHANGE("worker_token", "bob_token"), "400; ~subject_token must be"},
        {EXCHANGE("vendor_token", "bob_token"), "400; ~subject_token"},
        {EXCHANGE("ann_token", "vendor_token"), "400; ~actor_token"},
        {EXCHANGE("ann_token", "token"), "400; ~not delegated"},
        {EXCHANGE("broken", "bob_token"), "401; ~subject_token is not valid"},
        {EXCHANGE("ann_token", "broken"), "401; ~actor_token is not valid"},
        FAULTY(TYPES, "401; ~credentials of the environment"),
        FAULTY(TYPES ",'client_id':'$vendor_id','client_secret':'wrong'",
               "401; errors=['Invalid authentication']"),
        FAULTY(TYPES ",'client_id':'nobody','client_secret':'$api_key'",
               "401; errors=['Invalid authentication']"),
        FAULTY("'grant_type':'password','subject_token_type':'x','actor_token_type':'x'",
               "400; ~grant_type must be"),
        FAULTY("'grant_type':'" URN "grant-type:token-exchange','subject_token_type':'" URN
               "token-type:saml2','actor_token_type':'" URN "token-type:jwt'",
               "400; ~Token types"),
        FAULTY(TYPES ",'requested_token_type':'" URN "token-type:refresh_token'",
               "400; ~Token types"),
        {"POST " OAUTH " ~none", "{" TYPES "," CLIENT ",'subject_token':'$ann_token'}",
         "400; ~actor_token"},
    };
    SCENE(&scene, steps);
}

static struct tserver_reply
post_form(const char *headers, const char *body)
{
    return tserver_request(&scene.t, "POST", OAUTH, STR_ABSENT, headers, scene_text(&scene, body));
}

/* As RFC 8693 has it: a form, and the client's credentials in Authorization. */
static void
a_form_will_do(void **state)
{
    (void)state;
#define FORM "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
#define FIELDS_OF_FORM                                                                             \
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=$ann_"     \
    "token"                                                                                        \
    "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"                  \
    "&actor_token=$bob_token"                                                                      \
    "&actor_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
    struct buf plain, headers;
    buf_init(&plain, 4096);
    buf_init(&headers, 4096);
    buf_add_text(&plain, scene_text(&scene, "$vendor_id:$api_key"));
    buf_add_text(&headers, FORM "Authorization: Basic ");
    buf_add_base64(&headers, plain.p, plain.n);
    buf_add_text(&headers, "\r\n");
    struct tserver_reply r = post_form(headers.p, FIELDS_OF_FORM);
    assert_int_equal(r.status, 200);
    scene_keep(&scene, "formed", json_str(json_get(r.json, "access_token")));
    scene_expect_claims(&scene, "formed", "{'sub':'$ann'}");
    assert_int_equal(post_form(headers.p, FIELDS_OF_FORM "&grant_type=x").status, 400);
    assert_int_equal(post_form(headers.p, FIELDS_OF_FORM "&x=%zz").status, 400);
    assert_int_equal(post_form(FORM, FIELDS_OF_FORM).status, 401);
    assert_int_equal(post_form(FORM "Authorization: Basic !!\r\n", FIELDS_OF_FORM).status, 401);
    r = tserver_request(&scene.t, "POST", SETTING, scene.t.token, FORM, "enabled=true");
    assert_int_equal(r.status, 415); /* nowhere else */
    scene.audits += 1;
    buf_fini(&plain);
    buf_fini(&headers);
}

/* It stands on what the person's stands on. */
static void
ends_with_the_session(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGOUT " ~ann_token", NULL, "201"},
        {"GET " ME " ~token", NULL, "401"},
        {"GET " ME " ~chain", NULL, "401"},
        {"GET " ME " ~other", NULL, "200"}, /* that one stands on an API token */
        {"POST " SETTING, "{'enabled':false}", "200"},
        {EXCHANGE("my_token", "bob_token"), "403; ~disabled"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene, (const struct op_binding *const[]){delegation_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_up),
        cmocka_unit_test(off_until_switched_on),
        cmocka_unit_test(who_acts_for_somebody_is_named_in_the_audit),
        cmocka_unit_test(refused),
        cmocka_unit_test(a_form_will_do),
        cmocka_unit_test(ends_with_the_session),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    scene_keep(&scene, "vendor_token", scene.t.token);
    scene_keep(&scene, "broken", STR("a.b.c"));
    int failed = cmocka_run_group_tests_name("delegation", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
