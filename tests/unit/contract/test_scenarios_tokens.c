/* Tokens of machines: made, shown once, exchanged, used, refused, and gone with who made them. */
#include "tests/support/scene_jwt.h"

#define API "/identity/resources/tenants/api-tokens/v1"
#define API2 "/identity/resources/tenants/api-tokens/v2"
#define ACCESS "/identity/resources/tenants/access-tokens/v1"
#define MY_API "/identity/resources/users/api-tokens/v1"
#define MY_ACCESS "/identity/resources/users/access-tokens/v1"
#define VENDOR "/identity/resources/vendor-only/"
#define AUTH1 "/identity/resources/auth/v1/api-token"
#define AUTH2 "/identity/resources/auth/v2/api-token"
#define REFRESH "/token/refresh"
#define CONFIG "/identity/resources/configurations/v1"
#define USERS "/identity/resources/users/v2"
#define USER "/identity/resources/users/v1"
#define ROLES "/identity/resources/roles/v1"
#define PERMISSIONS "/identity/resources/permissions/v1"
#define TENANTS "/tenants/resources/tenants/v1"

static struct scene scene;

/* ---- what a JWT says ---- */

static int64_t
lifetime_of(const char *name)
{
    int64_t iat = 0, exp = 0;
    struct json *claims = scene_claims(&scene, name);
    assert_true(json_to_i64(json_get(claims, "iat"), &iat));
    (void)json_to_i64(json_get(claims, "exp"), &exp);
    json_free(claims);
    return exp ? exp - iat : 0;
}

static void
keep_person(const char *name, const char *user, const char *tenant, const char *const *may)
{
    struct tserver_grant g = {.type = "userToken",
                              .sub = scene_value(&scene, user),
                              .tenant = str_of(tenant),
                              .permissions = may};
    scene_keep(&scene, name, tserver_mint(&scene.t, &g));
}

/* ---- the tests; each goes on where the one before it ended ---- */

static const char *const ALL[] = {"fe.secure.*", "docs.read", NULL};

static void
set_up(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " PERMISSIONS,
         "[{'key':'docs.read','name':'Read'},{'key':'docs.write','name':'Write'},"
         "{'key':'fe.secure.read.users','name':'Read users'},"
         "{'key':'fe.secure.write.tenantApiTokens','name':'Write tokens'}]",
         "201; 0.id>read; 1.id>write; 2.id>users; 3.id>tokens"},
        {"POST " ROLES,
         "[{'key':'boss','name':'Boss','level':1},{'key':'clerk','name':'Clerk','level':5},"
         "{'key':'writer','name':'Writer','level':7}]",
         "201; 0.id>boss; 1.id>clerk; 2.id>writer"},
        {"PUT " ROLES "/$clerk/permissions", "{'permissionIds':['$read','$users']}", "200"},
        {"PUT " ROLES "/$writer/permissions", "{'permissionIds':['$write']}", "200"},
        {"POST " ROLES " @two", "[{'key':'own','name':'Own','level':9}]", "201; 0.id>own"},
        {"POST " USERS " @one",
         "{'email':'ada@one.io','name':'Ada','metadata':'{\\'team\\':\\'x\\'}',"
         "'roleIds':['$boss']}",
         "201; id>ada"},
        {"POST " USERS " @one", "{'email':'ben@one.io','roleIds':['$clerk']}", "201; id>ben"},
    };
    SCENE(&scene, steps);
    keep_person("ada_token", "ada", "one", ALL);
    keep_person("ben_token", "ben", "one", ALL);
}

static void
tokens_of_a_tenant(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " API " @one", NULL, "200; =[]"},
        {"POST " API2 " @one",
         "{'description':'CI','metadata':{'a':{'b':1}},'roleIds':['$clerk'],"
         "'permissionIds':['$write'],'expiresInMinutes':60}",
         "201; clientId>id; secret>secret; description='CI'; tenantId='one'; "
         "createdByUserId=null; metadata={'a':{'b':1}}; roleIds=['$clerk']; "
         "permissionIds=['$write']; createdAt?; expires?"},
        {"POST " API " @one", NULL,
         "201; clientId>bare; secret>bare_secret; description=null; metadata={}; roleIds=[]; "
         "permissionIds=[]; expires=null"},
        {"POST " API " @one", "{'expiresInMinutes':null,'metadata':null,'description':null}",
         "201; clientId>third; expires=null"},
        {"GET " API " @one", NULL,
         "200; *.clientId=['$id','$bare','$third']; 0.secret!; 0.roleIds=['$clerk']; "
         "0.permissionIds=['$write']; 1.roleIds=[]; !~$secret"},
        {"GET " API " @two", NULL, "200; =[]"},
        {"GET " API, NULL, "403; ~Tenant ID is not specified"},
        {"GET " API " @nobody", NULL, "404"},
        {"POST " API2 " @nobody", "{}", "404; ~Tenant not found"},
        {"POST " API2 " @one", "{'roleIds':['nobody']}", "404; ~Role not found"},
        {"POST " API2 " @one", "{'roleIds':['$own']}", "404; ~Role not found"},
        {"POST " API2 " @one", "{'permissionIds':['nobody']}", "404; ~Permission not found"},
        {"POST " API2 " @one", "{'metadata':'text'}", "400; ~metadata"},
        {"POST " API2 " @one", "{'expiresInMinutes':0}", "400; ~expiresInMinutes"},
        {"POST " API2 " @one", "{'expiresInMinutes':-1}", "400; ~expiresInMinutes"},
        {"POST " API2 " @one", "{'expiresInMinutes':1.5}", "400; ~expiresInMinutes"},
        {"POST " API2 " @one", "{'expiresInMinutes':9007199254740991}",
         "400; ~expiresInMinutes must not be greater than"},
        {"POST " API2 " @one", "{'roleIds':'x'}", "400; ~roleIds"},
        {"PATCH " API "/$id @one", "{'description':'Nightly'}",
         "200; description='Nightly'; metadata={'a':{'b':1}}; roleIds=['$clerk']; secret!; "
         "expires?"},
        {"PATCH " API "/$id @one",
         "{'metadata':{'c':2},'roleIds':['$writer'],'permissionIds':[],'expiresInMinutes':1}",
         "200; description='Nightly'; metadata={'c':2}; roleIds=['$writer']; permissionIds=[]"},
        {"PATCH " API "/$id @one", "{'roleIds':['nobody']}", "404; ~Role not found"},
        {"PATCH " API "/$id @two", "{'description':'x'}", "404; ~Token not found"},
        {"PATCH " API "/nobody @one", "{'description':'x'}", "404; ~Token not found"},
        {"PATCH " API "/$id @one", "{'metadata':7}", "400; ~metadata"},
        {"PATCH " API "/$id @one", "{'roleIds':['$clerk'],'permissionIds':['$write']}", "200"},
        {"DELETE " API "/$third @two", NULL, "404; ~Token not found"},
        {"DELETE " API "/$third @one", NULL, "200"},
        {"DELETE " API "/$third @one", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
signing_in_with_one(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret'}",
         "200; access_token>jwt; refresh_token>refresh; expires_in=300; expires?"},
        {"POST " AUTH1 " ~none", "{'clientId':'$id','secret':'$secret'}",
         "200; accessToken>camel; refreshToken>refresh1; expiresIn=300; expires?"},
        {"POST " AUTH2 "/ ~none", "{'clientId':'$bare','secret':'$bare_secret'}",
         "200; access_token>bare_jwt"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$bare_secret'}",
         "401; errorCode='ER-01013'; ~Invalid authentication"},
        {"POST " AUTH2 " ~none", "{'clientId':'$third','secret':'$secret'}",
         "401; errorCode='ER-01013'; ~Invalid authentication"},
        {"POST " AUTH1 " ~none", "{'clientId':'nobody','secret':'$secret'}", "401"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$id'}", "401"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret '}", "401"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id'}", "400; ~secret"},
        {"POST " AUTH2 " ~none", "{'clientId':'','secret':''}", "400; ~clientId"},
        {"POST " AUTH2 " ~none", NULL, "400"},
        /* What may be done with it: what its roles and permissions say, in its tenant. */
        {"GET /identity/resources/users/v3 ~jwt", NULL, "200; items#2"},
        {"GET /identity/resources/users/v3 @two ~jwt", NULL, "403"},
        {"POST " USERS " ~jwt", "{'email':'x@one.io'}", "403"},
        {"GET /identity/resources/users/v3 ~bare_jwt", NULL, "403"},
        {"GET " API " ~jwt", NULL, "403"},
        {"GET " MY_API " ~jwt", NULL, "403"},
    };
    SCENE(&scene, steps);
    scene_expect_claims(&scene, "jwt",
                        "{'sub':'$id','type':'tenantApiToken','tenantId':'one','userId':null,"
                        "'createdByUserId':null,'metadata':{'c':2},'roles':['clerk'],"
                        "'permissions':['docs.write','docs.read','fe.secure.read.users']}");
    scene_expect_claims(&scene, "bare_jwt",
                        "{'roles':[],'permissions':[],'metadata':{},'email':null}");
    assert_int_equal(lifetime_of("jwt"), 300);
}

static void
going_on_with_a_refresh_token(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$refresh'}",
         "200; access_token?; refresh_token>next; expires_in=300; expires?"},
        {"POST " AUTH1 REFRESH " ~none", "{'refreshToken':'$next'}",
         "200; accessToken?; refreshToken>last; expiresIn=300"},
        /* Used before: it and all that came of it end, also what is good. */
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$refresh'}", "401; ~Session not found"},
        {"GET /audits/resources/audits/v2?count=5&offset=0&filter=used%20twice", NULL,
         "200; data.0.severity='High'; total=1"},
    };
    SCENE(&scene, steps);
    static const struct step after[] = {
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$last'}", "401; ~Session not found"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$refresh1'}",
         "200; refresh_token>refresh1"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$refresh1x'}", "401"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'x.y.z'}", "401"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$jwt'}", "401"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':''}", "400; ~refreshToken"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':7}", "400; ~refreshToken"},
        {"POST " AUTH2 REFRESH " ~none", "{}", "400; ~refreshToken"},
    };
    scene_keep(&scene, "refresh1x", STR("x"));
    SCENE(&scene, after);
}

static void
tokens_of_a_person(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " MY_API " ~ada_token", NULL, "200; =[]"},
        {"POST " MY_API " ~ada_token", "{'description':'Mine','metadata':{'k':1}}",
         "201; clientId>mine; secret>mine_secret; description='Mine'; metadata={'k':1}; "
         "expires=null; tenantId!; roleIds!"},
        {"POST " MY_API " ~ada_token", "{'expiresInMinutes':1,'roleIds':['$boss']}",
         "201; clientId>brief; secret>brief_secret; expires?"},
        {"POST " MY_API " ~ada_token", "{'expiresInMinutes':5256001}", "400; ~expiresInMinutes"},
        {"GET " MY_API " ~ada_token", NULL, "200; *.clientId=['$mine','$brief']; 0.secret!"},
        {"GET " MY_API " ~ben_token", NULL, "200; =[]"},
        {"GET " MY_API " @one +frontegg-user-id:$ada", NULL, "200; *.clientId=['$mine','$brief']"},
        {"GET " MY_API " @one", NULL, "403; ~User ID is not specified"},
        {"POST " MY_API " @two +frontegg-user-id:$ada", NULL, "404; ~User not found"},
        {"POST " MY_API " @one +frontegg-user-id:nobody", NULL, "404; ~User not found"},
        {"POST " AUTH2 " ~none", "{'clientId':'$mine','secret':'$mine_secret'}",
         "200; access_token>my_jwt; refresh_token>my_refresh"},
        {"POST " AUTH2 " ~none", "{'clientId':'$brief','secret':'$brief_secret'}",
         "200; access_token>brief_jwt; expires_in>brief_left"},
        {"DELETE " MY_API "/$mine ~ben_token", NULL, "404; ~Token not found"},
        {"DELETE " API "/$mine @one", NULL, "404; ~Token not found"},
        {"DELETE " MY_API "/$brief ~ada_token", NULL, "200"},
        /* Its JWT is worth nothing from then on. */
        {"GET " MY_API " ~brief_jwt", NULL, "401"},
        {"GET " MY_API " ~my_jwt", NULL, "200; *.clientId=['$mine']"},
    };
    SCENE(&scene, steps);
    scene_expect_claims(&scene, "my_jwt",
                        "{'sub':'$mine','type':'userApiToken','tenantId':'one','userId':'$ada',"
                        "'createdByUserId':'$ada','email':'ada@one.io','name':'Ada',"
                        "'metadata':{'k':1},'userMetadata':{'team':'x'},'roles':['boss'],"
                        "'permissions':[]}");
    /* It ends with the token that it was made for. */
    int64_t left = 0;
    assert_true(str_to_i64(scene_value(&scene, "brief_left"), &left) && left > 0 && left <= 60);
    assert_true(lifetime_of("brief_jwt") <= 60);
}

static void
access_tokens(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " ACCESS " @one", NULL, "200; ={'accessTokens':[]}"},
        {"POST " ACCESS " @one", "{'description':'Sync','roleIds':['$clerk']}",
         "201; id>at; secret>at_jwt; description='Sync'; expires=null; roleIds=['$clerk']; "
         "createdByUserId=null; createdAt?"},
        {"POST " ACCESS " @one", "{'expiresInMinutes':5}",
         "201; id>at_brief; secret>at_brief_jwt; expires?; description=''"},
        {"GET " ACCESS " @one", NULL,
         "200; accessTokens.*.id=['$at','$at_brief']; accessTokens.0.secret!"},
        {"POST " MY_ACCESS " ~ben_token", "{'description':'Laptop'}",
         "201; id>ut; secret>ut_jwt; expires=null; roleIds!"},
        {"GET " MY_ACCESS " ~ben_token", NULL, "200; accessTokens.*.id=['$ut']"},
        {"GET " MY_ACCESS " ~ada_token", NULL, "200; accessTokens=[]"},
        {"POST " ACCESS " @one", "{'roleIds':['$own']}", "404; ~Role not found"},
        {"POST " ACCESS " @nobody", "{}", "404; ~Tenant not found"},
        {"POST " MY_ACCESS " @two +frontegg-user-id:$ben", "{}", "404; ~User not found"},
        /* As resource servers ask. */
        {"GET " VENDOR "tenants/access-tokens/v1/active", NULL, "200; =['$at','$at_brief']"},
        {"GET " VENDOR "users/access-tokens/v1/active", NULL, "200; =['$ut']"},
        {"GET " VENDOR "users/access-tokens/v1/active @two", NULL, "200; =[]"},
        {"GET " VENDOR "tenants/access-tokens/v1/$at", NULL,
         "200; id='$at'; tenantId='one'; roles=['clerk']; "
         "permissions=['docs.read','fe.secure.read.users']; expires=null"},
        {"GET " VENDOR "users/access-tokens/v1/$ut", NULL,
         "200; id='$ut'; userId='$ben'; tenantId='one'; roles=['clerk']; "
         "permissions=['docs.read','fe.secure.read.users']"},
        {"GET " VENDOR "users/access-tokens/v1/$at", NULL, "404; ~Token not found"},
        {"GET " VENDOR "tenants/access-tokens/v1/$ut", NULL, "404"},
        {"GET " VENDOR "tenants/access-tokens/v1/$id", NULL, "404"},
        {"GET " VENDOR "tenants/access-tokens/v1/$at @two", NULL, "404"},
        {"GET " VENDOR "tenants/access-tokens/v1/nobody", NULL, "404"},
        {"GET " VENDOR "tenants/access-tokens/v1/active ~ada_token", NULL, "403"},
        {"GET " VENDOR "tenants/access-tokens/v1/$at ~ada_token", NULL, "403"},
        /* Used as they are; they are no secret to sign in with. */
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "200; items#2"},
        {"GET /identity/resources/users/v3 ~ut_jwt", NULL, "200; items#2"},
        {"GET /identity/resources/users/v3 ~at_brief_jwt", NULL, "403"},
        {"POST " USERS " ~at_jwt", "{'email':'x@one.io'}", "403"},
        {"POST " AUTH2 " ~none", "{'clientId':'$at','secret':'$at_jwt'}", "401"},
    };
    SCENE(&scene, steps);
    scene_expect_claims(&scene, "at_jwt",
                        "{'sub':'$at','type':'tenantAccessToken','tenantId':'one',"
                        "'userId':null,'permissions':null,'roles':null,'exp':null}");
    scene_expect_claims(&scene, "ut_jwt",
                        "{'sub':'$ut','type':'userAccessToken','tenantId':'one',"
                        "'userId':'$ben','exp':null}");
    assert_int_equal(lifetime_of("at_brief_jwt"), 300);
}

/* What an access token may do is what its roles say today, not when it was made. */
static void
rights_follow_the_roles(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"PUT " ROLES "/$clerk/permissions", "{'permissionIds':['$read']}", "200"},
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "403"},
        {"GET /identity/resources/users/v3 ~ut_jwt", NULL, "403"},
        {"GET " VENDOR "users/access-tokens/v1/$ut", NULL, "200; permissions=['docs.read']"},
        /* An API token's JWT was made with other rights than the token has now. */
        {"GET /identity/resources/users/v3 ~jwt", NULL, "401"},
        {"PUT " ROLES "/$clerk/permissions", "{'permissionIds':['$read','$users']}", "200"},
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "200"},
        {"GET /identity/resources/users/v3 ~ut_jwt", NULL, "200"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "200"},
        {"PATCH " API "/$id @one", "{'roleIds':[]}", "200; roleIds=[]"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "401"},
        {"PATCH " API "/$id @one", "{'roleIds':['$clerk']}", "200"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "200"},
    };
    SCENE(&scene, steps);
}

static void
nobody_hands_on_more_than_they_have(void **state)
{
    (void)state;
    static const char *const some[] = {"fe.secure.write.tenantApiTokens",
                                       "fe.secure.write.tenantAccessTokens", "fe.secure.read.users",
                                       "docs.read", NULL};
    static const struct step steps[] = {
        /* Ada is of level 1, Ben of level 5. */
        {"POST " API2 " ~ada_token", "{'roleIds':['$clerk']}",
         "201; createdByUserId='$ada'; clientId>by_ada; secret>by_ada_secret"},
        {"POST " API2 " ~ben_token", "{'roleIds':['$writer']}",
         "201; createdByUserId='$ben'; clientId>by_ben"},
        {"POST " API2 " ~ben_token", "{'roleIds':['$clerk']}", "403; ~not weaker"},
        {"POST " API2 " ~ben_token", "{'roleIds':['$writer','$boss']}", "403; ~not weaker"},
        {"POST " ACCESS " ~ben_token", "{'roleIds':['$boss']}", "403; ~not weaker"},
        {"PATCH " API "/$by_ben ~ben_token", "{'roleIds':['$boss']}", "403; ~not weaker"},
        {"PATCH " API "/$by_ada ~ben_token", "{'roleIds':[]}", "403; ~not weaker"},
        {"PATCH " API "/$by_ada ~ben_token", "{'description':'x'}", "200"},
        {"POST " API2 " ~ben_token", "{'permissionIds':['$read']}", "201"},
        {"POST " API2 " ~ben_token", "{'permissionIds':['$write']}",
         "403; ~Permission docs.write is not one of your own"},
        {"PATCH " API "/$by_ben ~ben_token", "{'permissionIds':['$write']}", "403; ~docs.write"},
        {"POST " API2 " ~ada_token", "{'permissionIds':['$users']}", "201"},
        /* A tenant's token has no rank, so that its permissions decide. */
        {"POST " API2 " ~machine", "{'roleIds':['$clerk']}", "201; createdByUserId=null"},
        {"POST " API2 " ~machine", "{'roleIds':['$writer']}", "403; ~docs.write"},
        {"POST " ACCESS " ~machine", "{'roleIds':['$clerk','$writer']}", "403; ~docs.write"},
        {"POST " API2 " ~machine", "{'permissionIds':['$write']}", "403; ~docs.write"},
        {"POST " API2 " ~machine", "{'roleIds':['nobody']}", "404; ~Role not found"},
    };
    struct tserver_grant machine = {
        .type = "tenantApiToken", .sub = STR("m"), .tenant = STR("one"), .permissions = some};
    scene_keep(&scene, "machine", tserver_mint(&scene.t, &machine));
    SCENE(&scene, steps);
}

/* What a machine makes stands on the same person, and ends no later than the machine. */
static void
a_machine_makes_another(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " API2 " @one", "{'permissionIds':['$tokens'],'expiresInMinutes':10}",
         "201; clientId>short; secret>short_secret"},
        {"POST " AUTH2 " ~none", "{'clientId':'$short','secret':'$short_secret'}",
         "200; access_token>short_jwt"},
        {"POST " API2 " ~short_jwt", "{}", "403; ~outlives"},
        {"POST " API2 " ~short_jwt", "{'expiresInMinutes':20}", "403; ~outlives"},
        {"POST " API2 " ~short_jwt", "{'expiresInMinutes':5}", "201; createdByUserId=null"},
        {"POST " MY_API " ~my_jwt", "{}", "201; clientId>from_mine"},
        {"POST " API2 " ~ada_token", "{'permissionIds':['$tokens']}",
         "201; clientId>deputy; secret>deputy_secret"},
        {"POST " AUTH2 " ~none", "{'clientId':'$deputy','secret':'$deputy_secret'}",
         "200; access_token>deputy_jwt"},
        {"POST " API2 " ~deputy_jwt", "{}", "201; createdByUserId='$ada'; clientId>grandchild"},
        {"DELETE " MY_API "/$from_mine ~ada_token", NULL, "200"},
    };
    SCENE(&scene, steps);
    scene_expect_claims(&scene, "deputy_jwt", "{'createdByUserId':'$ada','type':'tenantApiToken'}");
}

/* Lists of addresses hold for machines as well. */
static void
from_where(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG "/restrictions/ip @one", "{'ip':'127.0.0.1','strategy':'BLOCK'}",
         "201; id>rule"},
        {"POST " CONFIG "/restrictions/ip/config @one", "{'isActive':true}", "201"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret'}",
         "403; ~Your IP address is not allowed"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'wrong'}", "401"},
        {"POST " AUTH1 REFRESH " ~none", "{'refreshToken':'$refresh1'}", "403"},
        {"DELETE " CONFIG "/restrictions/ip/$rule @one", NULL, "200"},
        {"POST " AUTH1 REFRESH " ~none", "{'refreshToken':'$refresh1'}",
         "200; refreshToken>refresh1"},
    };
    SCENE(&scene, steps);
}

static void
gone_with_who_made_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " AUTH2 " ~none", "{'clientId':'$by_ada','secret':'$by_ada_secret'}",
         "200; access_token>by_ada_jwt; refresh_token>by_ada_refresh"},
        {"GET /identity/resources/users/v3 ~by_ada_jwt", NULL, "200"},
        {"POST /identity/resources/tenants/users/v1/$ada/disable @one", NULL, "200"},
        {"GET /identity/resources/users/v3 ~by_ada_jwt", NULL, "401"},
        {"GET " MY_API " ~my_jwt", NULL, "401"},
        {"POST " AUTH2 " ~none", "{'clientId':'$by_ada','secret':'$by_ada_secret'}",
         "401; errorCode='ER-01013'"},
        {"POST " AUTH2 " ~none", "{'clientId':'$mine','secret':'$mine_secret'}", "401"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$by_ada_refresh'}", "401"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "200"},
        {"POST /identity/resources/tenants/users/v1/$ada/enable @one", NULL, "200"},
        {"GET /identity/resources/users/v3 ~by_ada_jwt", NULL, "200"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$by_ada_refresh'}",
         "200; refresh_token>by_ada_refresh"},
        {"POST " USER "/$ben/lock", NULL, "200"},
        {"GET /identity/resources/users/v3 ~ut_jwt", NULL, "401"},
        {"GET " VENDOR "users/access-tokens/v1/$ut", NULL, "404"},
        {"GET " VENDOR "users/access-tokens/v1/active", NULL, "200; =[]"},
        {"POST " USER "/$ben/unlock", NULL, "200"},
        {"GET " VENDOR "users/access-tokens/v1/$ut", NULL, "200"},
        {"DELETE " USER "/$ada @one", NULL, "200"},
        {"GET /identity/resources/users/v3 ~by_ada_jwt", NULL, "401"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$by_ada_refresh'}", "401"},
        {"GET " API " @one", NULL, "200; !~$by_ada; !~$deputy; !~$grandchild; ~$id"},
    };
    SCENE(&scene, steps);
}

static void
gone_when_deleted(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET /identity/resources/users/v3 ~jwt", NULL, "200"},
        {"DELETE " API "/$id @one", NULL, "200"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "401"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret'}", "401"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$refresh1'}", "401"},
        {"DELETE " ACCESS "/$at_brief @two", NULL, "404"},
        {"DELETE " ACCESS "/$at @one", NULL, "200"},
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "401"},
        {"GET " VENDOR "tenants/access-tokens/v1/active", NULL, "200; =['$at_brief']"},
        {"DELETE " MY_ACCESS "/$ut ~ben_token", NULL, "200"},
        {"GET /identity/resources/users/v3 ~ut_jwt", NULL, "401"},
        {"POST " ACCESS " @two", "{}", "201; secret>two_jwt; id>two_id"},
        {"POST " CONFIG "/restrictions/ip/verify ~two_jwt", NULL, "403"},
        {"DELETE " TENANTS "/two", NULL, "200"},
        {"POST " CONFIG "/restrictions/ip/verify ~two_jwt", NULL, "401"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " CONFIG "/restrictions/ip/verify ~two_jwt", NULL, "401"},
        {"GET " ACCESS " @two", NULL, "200; accessTokens=[]"},
    };
    keep_person("ben_token", "ben", "one", ALL); /* the lock ended the session before */
    SCENE(&scene, steps);
}

static void
what_is_switched_off(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " API2 " @one", "{'roleIds':['$clerk']}", "201; clientId>id; secret>secret"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret'}",
         "200; access_token>jwt; refresh_token>refresh"},
        {"POST " ACCESS " @one", "{'roleIds':['$clerk']}", "201; id>at; secret>at_jwt"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "200"},
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "200"},
        {"POST " CONFIG, "{'apiTokensEnabled':false}", "201"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret'}",
         "403; errors=['Api tokens are disabled']"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'wrong'}", "401"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$refresh'}",
         "403; ~Api tokens are disabled"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "401"},
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "401"},
        {"POST " API2 " @one", "{}", "403; ~Api tokens are disabled"},
        {"POST " MY_API " ~ben_token", "{}", "403; ~Api tokens are disabled"},
        {"POST " ACCESS " @one", "{}", "403; ~Api tokens are disabled"},
        {"GET " VENDOR "tenants/access-tokens/v1/active", NULL, "403; ~Api tokens are disabled"},
        {"GET " VENDOR "tenants/access-tokens/v1/$at", NULL, "403; ~Api tokens are disabled"},
        {"GET " API " @one", NULL, "200; ~$id"},
        /* One of the two strategies, once the environment has chosen. */
        {"POST " CONFIG, "{'apiTokensEnabled':true,'machineToMachineAuthStrategy':'AccessToken'}",
         "201"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret'}",
         "403; ~strategy of this environment is AccessToken"},
        {"POST " API2 " @one", "{}", "403; ~AccessToken"},
        {"GET " VENDOR "tenants/access-tokens/v1/$at", NULL, "200"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "401"},
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "200"},
        {"POST " CONFIG, "{'machineToMachineAuthStrategy':'ClientCredentials'}", "201"},
        {"POST " AUTH2 " ~none", "{'clientId':'$id','secret':'$secret'}", "200"},
        {"POST " AUTH2 REFRESH " ~none", "{'refreshToken':'$refresh'}", "200"},
        {"POST " ACCESS " @one", "{}", "403; ~ClientCredentials"},
        {"POST " MY_ACCESS " ~ben_token", "{}", "403; ~ClientCredentials"},
        {"GET " VENDOR "users/access-tokens/v1/active", NULL, "403; ~ClientCredentials"},
        {"GET /identity/resources/users/v3 ~jwt", NULL, "200"},
        {"GET /identity/resources/users/v3 ~at_jwt", NULL, "401"},
        {"GET " ACCESS " @one", NULL, "200; ~$at"},
    };
    SCENE(&scene, steps);
}

static void
every_operation_was_used(void **state)
{
    (void)state;
    scene_ledger(&scene, (const char *const[]){API, API2, ACCESS, MY_API, MY_ACCESS,
                                               VENDOR "tenants/access-tokens",
                                               VENDOR "users/access-tokens", AUTH1, AUTH2, NULL});
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_up),
        cmocka_unit_test(tokens_of_a_tenant),
        cmocka_unit_test(signing_in_with_one),
        cmocka_unit_test(going_on_with_a_refresh_token),
        cmocka_unit_test(tokens_of_a_person),
        cmocka_unit_test(access_tokens),
        cmocka_unit_test(rights_follow_the_roles),
        cmocka_unit_test(nobody_hands_on_more_than_they_have),
        cmocka_unit_test(a_machine_makes_another),
        cmocka_unit_test(from_where),
        cmocka_unit_test(gone_with_who_made_it),
        cmocka_unit_test(gone_when_deleted),
        cmocka_unit_test(what_is_switched_off),
        cmocka_unit_test(every_operation_was_used),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
