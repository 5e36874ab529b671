/*
 * User pools and custom providers: their configuration, and signing in against an identity provider of
 * this program's own, which speaks as Auth0, Cognito, Firebase and an OAuth 2 server do; see
 * tests/support/scene.h.
 */
#include "tests/support/httpd.h"
#include "tests/support/scene.h"

#include <stdatomic.h>
#include <stdio.h>

static struct scene scene;
static struct httpd *provider;
static atomic_bool down;

#define POOLS "/identity/resources/user-sources/v1"
#define CUSTOM "/identity/resources/sso/custom/v1"
#define USERS "/identity/resources/users"
#define TENANTS "/tenants/resources/tenants/v1"
#define LOGIN "POST /identity/resources/auth/v1/user ~none"
#define STATIC_ONE "'tenantConfig':{'tenantResolverType':'static','tenantId':'one'}"
#define RIGHT "Right-Password-1"

/* -- the provider: people of every kind have the same password -- */

static void
profile(const struct httpd_request *r, const char *email)
{
    char body[400];
    (void)snprintf(
        body, sizeof body,
        "{\"sub\":\"x|1\",\"email\":\"%s\",\"email_verified\":true,\"name\":\"Of the pool\","
        "\"app_metadata\":{\"team\":\"two\"}}",
        email);
    httpd_reply(r, 200, "Content-Type: application/json\r\n", body);
}

/* Tokens are the address with a mark before it. */
static void
token(const struct httpd_request *r, const char *field, const char *email)
{
    char body[300];
    (void)snprintf(body, sizeof body, "{\"%s\":\"for-%s\",\"token_type\":\"Bearer\"}", field,
                   email);
    httpd_reply(r, 200, "Content-Type: application/json\r\n", body);
}

static const char *const PEOPLE[] = {"ann@pool.io", "ben@pool.io", "cat@pool.io", "dan@pool.io",
                                     "eve@pool.io", "fay@pool.io", "new@pool.io"};

/* Who is named in the body, in any of the spellings; NULL: nobody. */
static const char *
who_asks(const char *text)
{
    for (size_t i = 0; i < COUNT_OF(PEOPLE); i++) {
        char encoded[64];
        (void)snprintf(encoded, sizeof encoded, "%.3s%%40pool.io", PEOPLE[i]);
        if (strstr(text, PEOPLE[i]) || strstr(text, encoded))
            return PEOPLE[i];
    }
    return NULL;
}

static void
answer_oauth(const struct httpd_request *r, const char *email)
{
    if (!strstr(r->body, "grant_type=password&") ||
        !strstr(r->body, "client_secret=s3cret-of-the-client"))
        httpd_reply(r, 401, "", "{\"error\":\"invalid_client\"}");
    else if (email && strstr(r->body, "password=" RIGHT "&"))
        token(r, "access_token", email);
    else
        httpd_reply(r, 403, "", "{\"error\":\"invalid_grant\"}");
}

static void
answer_cognito(const struct httpd_request *r, const char *email)
{
    char body[300];
    bool signed_by =
        httpd_has(r, "Credential=AKID/") && httpd_has(r, "/us-east-1/cognito-idp/aws4_request");
    if (!signed_by || !email)
        httpd_reply(r, 400, "", "{\"__type\":\"NotAuthorizedException\"}");
    else if (httpd_has(r, "AdminGetUser")) {
        (void)snprintf(body, sizeof body,
                       "{\"UserAttributes\":[{\"Name\":\"email\",\"Value\":\"%s\"},"
                       "{\"Name\":\"email_verified\",\"Value\":\"true\"}]}",
                       email);
        httpd_reply(r, 200, "", body);
    } else if (strstr(r->body, "\"PASSWORD\":\"" RIGHT "\"") && strstr(r->body, "\"SECRET_HASH\":"))
        httpd_reply(r, 200, "", "{\"AuthenticationResult\":{\"AccessToken\":\"t\"}}");
    else
        httpd_reply(r, 400, "", "{\"__type\":\"NotAuthorizedException\"}");
}

static void
answer_firebase(const struct httpd_request *r, const char *email)
{
    char body[300];
    if (httpd_has(r, ":lookup?key=the%2Fkey ")) {
        (void)snprintf(body, sizeof body, "{\"users\":[{\"email\":\"%s\",\"emailVerified\":true}]}",
                       email);
        httpd_reply(r, 200, "", body);
    } else if (email && strstr(r->body, "\"password\":\"" RIGHT "\""))
        token(r, "idToken", email);
    else
        httpd_reply(r, 400, "", "{\"error\":{\"message\":\"INVALID_LOGIN_CREDENTIALS\"}}");
}

static bool
answer(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    const char *email = who_asks(r->n_body ? r->body : r->head);
    char known[200];
    if (atomic_load(&down))
        httpd_reply(r, 503, "", "");
    else if (httpd_is(r, "POST /oauth/token"))
        answer_oauth(r, email);
    else if (httpd_is(r, "GET /userinfo"))
        profile(r, email ? email : "nobody@pool.io");
    else if (httpd_is(r, "GET /known")) {
        (void)snprintf(
            known, sizeof known,
            "{\"token_endpoint\":\"%s/oauth/token\",\"userinfo_endpoint\":\"%s/userinfo\"}",
            httpd_url(provider), httpd_url(provider));
        httpd_reply(r, 200, "", known);
    } else if (httpd_has(r, "POST /v1/accounts:"))
        answer_firebase(r, email);
    else
        answer_cognito(r, email);
    return true;
}

/* -- configuration -- */

static void
prepare(void **state)
{
    (void)state;
    scene_keep(&scene, "idp", str_of(httpd_url(provider)));
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"GET " POOLS, NULL, "200; =[]"},
    };
    SCENE(&scene, steps);
}

static void
a_pool_is_configured(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " POOLS "/external/auth0",
         "{'name':'Old users','index':2,'description':'of "
         "old','appIds':['app-1'],'configuration':{'syncOnLogin':true,"
         "'isMigrated':true,'domain':'$idp','clientId':'cid','secret':'s3cret-of-the-client'"
         "," STATIC_ONE "}}",
         "201; id>auth0; name='Old users'; type='auth0'; description='of old'; appIds=['app-1']; "
         "index=2; configuration!"},
        {"GET " POOLS "/$auth0", NULL,
         "200; configuration.domain='$idp'; configuration.secret='****ient'; "
         "configuration.tenantConfig.tenantId='one';"
         "!~s3cret"},
        {"GET " POOLS, NULL, "200; #1; 0.id='$auth0'; 0.usersCount=0; !~s3cret"},
        {"PUT " POOLS "/external/auth0/$auth0", "{'name':'Renamed','index':5}", "200"},
        /* What was shown masked and comes back is as it was: the sign-in below needs it. */
        {"PUT " POOLS "/external/auth0/$auth0",
         "{'configuration':{'syncOnLogin':true,'isMigrated':true,'domain':'$idp','clientId':'cid','"
         "secret':'****ient'," STATIC_ONE "}}",
         "200"},
        {"GET " POOLS "/$auth0", NULL,
         "200; name='Renamed'; index=5; description='of old'; configuration.secret='****ient'"},
        {"POST " POOLS "/assign", "{'userSourceId':'$auth0','appIds':['app-2','app-1']}", "201"},
        {"GET " POOLS "/$auth0", NULL, "200; appIds=['app-1','app-2']"},
        {"POST " POOLS "/unassign", "{'userSourceId':'$auth0','appIds':['app-2','app-1','app-9']}",
         "201"},
        {"GET " POOLS "/$auth0", NULL, "200; appIds=[]"},
        /* Another kind's route is not this pool's. */
        {"PUT " POOLS "/external/cognito/$auth0", "{'name':'x'}",
         "404; errors=['User source not found']"},
    };
    SCENE(&scene, steps);
}

static void
refusals(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " POOLS "/nothing", NULL, "404; errors=['User source not found']"},
        {"DELETE " POOLS "/nothing", NULL, "404"},
        {"GET " POOLS "/nothing/users", NULL, "404"},
        {"POST " POOLS "/assign", "{'userSourceId':'nothing','appIds':['a']}", "404"},
        {"POST " POOLS "/external/auth0",
         "{'name':'x','index':1,'configuration':{'syncOnLogin':true,'isMigrated':true,'domain':'10."
         "0.0.1','clientId':'c',"
         "'secret':'s'," STATIC_ONE "}}",
         "400; ~private network"},
        {"POST " POOLS "/external/auth0",
         "{'name':'x','index':1,'configuration':{'syncOnLogin':true,'isMigrated':true,'domain':'a@"
         "b/','clientId':'c',"
         "'secret':'s'," STATIC_ONE "}}",
         "400"},
        {"POST " POOLS "/external/auth0",
         "{'name':'x','index':1,'configuration':{'syncOnLogin':true,'isMigrated':true,'domain':'a."
         "example','clientId':'c',"
         "'secret':'s','tenantConfig':{'tenantResolverType':'static','tenantId':'nobody'}}}",
         "404; errors=['Tenant not found']"},
        {"POST " POOLS "/external/auth0",
         "{'name':'x','index':1,'configuration':{'syncOnLogin':true,'isMigrated':true,'domain':'a."
         "example','clientId':'c',"
         "'secret':'s','tenantConfig':{'tenantResolverType':'dynamic'}}}",
         "400; ~tenantIdFieldName"},
        {"POST " POOLS "/federation",
         "{'name':'x','index':1,'configuration':{'syncOnLogin':true,'clientId':'c','secret':'s'"
         "," STATIC_ONE "}}",
         "400; errors=['Either wellknownUrl or oauth2Config must be provided']"},
        {"POST " POOLS "/federation",
         "{'name':'x','index':1,'configuration':{'syncOnLogin':true,'clientId':'c','secret':'s','"
         "wellknownUrl':'file:///etc/passwd'," STATIC_ONE "}}",
         "400; ~https"},
        {"POST " POOLS "/external/custom-code",
         "{'name':'x','index':1,'configuration':{'syncOnLogin':true,'isMigrated':true,'codePayload'"
         ":'x'," STATIC_ONE "}}",
         "400"},
        {"GET " POOLS " ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

/* -- signing in -- */

static void
who_is_known_there_comes_in(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {LOGIN, "{'email':'ann@pool.io','password':'wrong'}", "401; errorCode='ER-01013'"},
        {"GET " USERS "/v1/email?email=ann@pool.io", NULL, "404"},
        {LOGIN, "{'email':'nobody@pool.io','password':'" RIGHT "'}", "401; errorCode='ER-01013'"},
        {LOGIN, "{'email':'ann@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {"GET " USERS "/v1/email?email=ann@pool.io", NULL,
         "200; id>ann; name='Of the pool'; verified=true; tenantIds=['one']"},
        {"GET " POOLS "/$auth0/users", NULL,
         "200; items.*.email=['ann@pool.io']; items.0.lastLogin?; _metadata.totalItems=1"},
        {"GET " POOLS, NULL, "200; 0.usersCount=1"},
    };
    SCENE(&scene, steps);
    /* isMigrated: the password is here now, and the pool is not asked again. */
    unsigned asked = httpd_count(provider, "");
    static const struct step again[] = {
        {LOGIN, "{'email':'ann@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {LOGIN, "{'email':'ann@pool.io','password':'wrong'}", "401"},
    };
    SCENE(&scene, again);
    assert_int_equal(httpd_count(provider, ""), asked);
}

/* Drops the pool that is there and leaves the one just made as `pool`. */
static void
only(const char *kind, const char *config)
{
    struct step steps[] = {
        {arena_printf(&scene.t.arena, "POST " POOLS "/%s", kind).p,
         arena_printf(&scene.t.arena, "{'name':'P','index':1,'configuration':{%s}}", config).p,
         "201; id>pool"},
    };
    SCENE(&scene, steps);
}

static void
each_kind_is_asked_in_its_way(void **state)
{
    (void)state;
    static const struct step enter_ben[] = {
        {LOGIN, "{'email':'ben@pool.io','password':'wrong'}", "401"},
        {LOGIN, "{'email':'ben@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {"DELETE " POOLS "/$pool", NULL, "200"}};
    static const struct step enter_cat[] = {
        {LOGIN, "{'email':'cat@pool.io','password':'wrong'}", "401"},
        {LOGIN, "{'email':'cat@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {"DELETE " POOLS "/$pool", NULL, "200"}};
    static const struct step enter_dan[] = {
        {LOGIN, "{'email':'dan@pool.io','password':'wrong'}", "401"},
        {LOGIN, "{'email':'dan@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {"GET " USERS "/v1/email?email=dan@pool.io", NULL, "200; tenantIds=['two']"},
        {"DELETE " POOLS "/$pool", NULL, "200"}};
    static const struct step enter_new[] = {
        {LOGIN, "{'email':'new@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {"GET " USERS "/v1/email?email=new@pool.io", NULL, "200; tenantIds#1; tenantId>made"},
        {"GET /tenants/resources/tenants/v2/$made", NULL, "200; name='Of the pool'"},
        {"DELETE " POOLS "/$pool", NULL, "200"}};
    static const struct step drop[] = {{"DELETE " POOLS "/$auth0", NULL, "200"}};
    SCENE(&scene, drop);
    only("external/cognito",
         "'syncOnLogin':false,'isMigrated':false,'region':'$idp','clientId':'cid','userPoolId':'p',"
         "'accessKeyId':'AKID','secretAccessKey':'sak','clientSecret':'cs'," STATIC_ONE);
    SCENE(&scene, enter_ben);
    only("external/firebase", "'syncOnLogin':false,'isMigrated':false,'apiKey':'the/"
                              "key','serviceAccount':{'type':'service_account',"
                              "'project_id':'p','private_key_id':'k','private_key':'secret-key-in-"
                              "pem','client_email':'a@b','client_id':'1',"
                              "'auth_uri':'x','token_uri':'x','auth_provider_x509_cert_url':'x','"
                              "client_x509_cert_url':'x',"
                              "'universe_domain':'$idp'}," STATIC_ONE);
    static const struct step masked[] = {
        {"GET " POOLS "/$pool", NULL,
         "200; !~secret-key; !~the/key; configuration.serviceAccount.project_id='p'"}};
    SCENE(&scene, masked);
    SCENE(&scene, enter_cat);
    only("federation",
         "'syncOnLogin':true,'wellknownUrl':'$idp/"
         "known','clientId':'cid','secret':'s3cret-of-the-client',"
         "'tenantConfig':{'tenantResolverType':'dynamic','tenantIdFieldName':'team'}");
    SCENE(&scene, enter_dan);
    only("federation",
         "'syncOnLogin':true,'oauth2Config':{'authorizationUrl':'$idp/a','tokenUrl':'$idp/oauth/"
         "token',"
         "'userInfoUrl':'$idp/userinfo','grantTypes':['password']},'clientId':'cid',"
         "'secret':'s3cret-of-the-client','tenantConfig':{'tenantResolverType':'new'}");
    SCENE(&scene, enter_new);
}

/* Without isMigrated the password stays in the pool, which is asked each time. */
static void
who_stays_in_the_pool(void **state)
{
    (void)state;
    only("external/auth0", "'syncOnLogin':false,'isMigrated':false,'domain':'$idp','clientId':'cid'"
                           ",'secret':'s3cret-of-the-client'," STATIC_ONE);
    static const struct step steps[] = {
        {LOGIN, "{'email':'eve@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {LOGIN, "{'email':'eve@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
        {LOGIN, "{'email':'eve@pool.io','password':'wrong'}", "401"},
    };
    SCENE(&scene, steps);
    atomic_store(&down, true);
    static const struct step gone[] = {
        {LOGIN, "{'email':'eve@pool.io','password':'" RIGHT "'}", "503"},
        {LOGIN, "{'email':'ann@pool.io','password':'" RIGHT "'}", "200; accessToken?"},
    };
    SCENE(&scene, gone);
    atomic_store(&down, false);
    /* Of another application, and of a provider that redirects or is code, it is not asked. */
    static const struct step others[] = {
        {"POST " POOLS "/assign", "{'userSourceId':'$pool','appIds':['elsewhere']}", "201"},
        {LOGIN, "{'email':'fay@pool.io','password':'" RIGHT "'}", "401"},
        {LOGIN " +frontegg-application-id:elsewhere",
         "{'email':'fay@pool.io','password':'" RIGHT "'}", "200"},
        {"DELETE " POOLS "/$pool", NULL, "200"},
        {"POST " POOLS "/external/custom-code",
         "{'name':'Code','index':1,'configuration':{'syncOnLogin':true,'isMigrated':true,'"
         "codePayload':'return null',"
         "'tenantConfig':{'tenantResolverType':'from-source'}}}",
         "201; id>code; type='custom-code'"},
        {"PUT " POOLS "/external/custom-code/$code", "{'name':'Code 2'}", "200"},
        {LOGIN, "{'email':'someone@pool.io','password':'" RIGHT "'}", "401; errorCode='ER-01013'"},
        {"DELETE " POOLS "/$code", NULL, "200"},
    };
    SCENE(&scene, others);
}

/* -- custom providers -- */

#define PROVIDER                                                                                   \
    "'type':'acme','clientId':'cid','redirectUrl':'https://app.example/cb',"                       \
    "'authorizationUrl':'https://id.example/authorize','tokenUrl':'https://id.example/token',"     \
    "'userInfoUrl':'https://id.example/me','scopes':'openid "                                      \
    "email','ssoLogoUrl':'','displayName':'Acme ID','active':true"

static void
custom_providers(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " CUSTOM, NULL, "200; providers=[]"},
        {"POST " CUSTOM, "{" PROVIDER ",'secret':'s3cret-of-the-client'}",
         "200; id>custom; type='acme'; displayName='Acme ID'; active=true; secret='****ient'; "
         "!~s3cret"},
        {"PATCH " CUSTOM "/$custom", "{'active':false,'displayName':'Acme','secret':'****ient'}",
         "200; active=false; displayName='Acme'; secret='****ient'; clientId='cid'"},
        {"GET " CUSTOM, NULL,
         "200; providers#1; providers.0.id='$custom'; providers.0.active=false; !~s3cret"},
        {"GET " POOLS, NULL, "200; =[]"},
        {"GET " POOLS "/$custom", NULL, "404"},
        {"DELETE " POOLS "/$custom", NULL, "404"},
        {"PATCH " CUSTOM "/$custom", "{'tokenUrl':'http://169.254.169.254/latest'}",
         "400; ~tokenUrl"},
        {"PATCH " CUSTOM "/nothing", "{'active':true}", "404; errors=['Provider not found']"},
        {"POST " CUSTOM, "{" PROVIDER "}", "400"},
        {"DELETE " CUSTOM "/$custom", NULL, "200"},
        {"DELETE " CUSTOM "/$custom", NULL, "404"},
        {"GET " CUSTOM " ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

static void
each_kind_is_changed_on_its_route(void **state)
{
    (void)state;
    only("external/cognito", "'syncOnLogin':false,'isMigrated':false,'region':'eu-west-1','"
                             "clientId':'cid','userPoolId':'p',"
                             "'accessKeyId':'AKID','secretAccessKey':'sak'," STATIC_ONE);
    static const struct step cognito[] = {
        {"PUT " POOLS "/external/cognito/$pool", "{'name':'C'}", "200"}};
    SCENE(&scene, cognito);
    only("external/firebase", "'syncOnLogin':false,'isMigrated':false,'apiKey':'k','serviceAccount'"
                              ":{'type':'service_account',"
                              "'project_id':'p','private_key_id':'k','private_key':'k','client_"
                              "email':'a@b','client_id':'1',"
                              "'auth_uri':'x','token_uri':'x','auth_provider_x509_cert_url':'x','"
                              "client_x509_cert_url':'x',"
                              "'universe_domain':'googleapis.com'}," STATIC_ONE);
    static const struct step firebase[] = {
        {"PUT " POOLS "/external/firebase/$pool", "{'description':'F'}", "200"}};
    SCENE(&scene, firebase);
    only("federation", "'syncOnLogin':true,'wellknownUrl':'https://id.example/"
                       "known','clientId':'cid','secret':'s'," STATIC_ONE);
    static const struct step federation[] = {
        {"PUT " POOLS "/federation/$pool", "{'index':9}", "200"},
        {"GET " POOLS "/$pool", NULL, "200; index=9"}};
    SCENE(&scene, federation);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger_of(&scene,
                    (const struct op_binding *const[]){user_sources_ops, sso_custom_ops, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(a_pool_is_configured),
        cmocka_unit_test(refusals),
        cmocka_unit_test(who_is_known_there_comes_in),
        cmocka_unit_test(each_kind_is_asked_in_its_way),
        cmocka_unit_test(who_stays_in_the_pool),
        cmocka_unit_test(custom_providers),
        cmocka_unit_test(each_kind_is_changed_on_its_route),
        cmocka_unit_test(every_operation_was_used),
    };
    provider = httpd_start(answer, NULL);
    scene_start_with(&scene, &(struct tserver_options){.reaches_loopback = true});
    int failed = cmocka_run_group_tests_name("pools", tests, NULL, NULL);
    scene_stop(&scene);
    httpd_stop(provider);
    return failed;
}
