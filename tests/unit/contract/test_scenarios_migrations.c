/* Users of other systems: imported with their hashes, factors and addresses; see tests/support/scene.h. */
#include "server/state.h"
#include "store/users.h"
#include "tests/support/httpd.h"
#include "tests/support/old_passwords.h"
#include "tests/support/scene.h"

#include <stdatomic.h>

static struct scene scene;
static struct httpd *auth0;

#define LOCAL "/identity/resources/migrations/v1/local"
#define BULK_V1 LOCAL "/bulk"
#define BULK "/identity/resources/migrations/v2/local/bulk"
#define STATUS BULK_V1 "/status"
#define CSV "POST " LOCAL "/bulk/csv +Content-Type:text/csv"
#define AUTH0 "POST /identity/resources/migrations/v1/auth0"
#define LOGIN "POST /identity/resources/auth/v1/user ~none"
#define USERS "/identity/resources/users"
#define TENANTS "/tenants/resources/tenants/v1"
#define ROLES "/identity/resources/roles/v1"
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
prepare(void **state)
{
    (void)state;
    scene_keep(&scene, "bcrypt", STR(OLD_BCRYPT));
    scene_keep(&scene, "dear", STR("$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"));
    static const struct step steps[] = {
        {"POST " TENANTS, "{'tenantId':'one','name':'One'}", "201"},
        {"POST " TENANTS, "{'tenantId':'two','name':'Two'}", "201"},
        {"POST " ROLES, "[{'key':'low','name':'Low','level':9}]", "201; 0.id>low"},
    };
    SCENE(&scene, steps);
}

/* -- the stored hash -- */

struct look {
    const char *email;
    bool current;
};

static enum err_code
look_at(struct db_conn *conn, void *arg, struct err *err)
{
    struct look *l = arg;
    struct scope s;
    struct user u;
    enum err_code rc = scope_open(&s, conn, &scene.t.arena, scene.t.vendor, STR_ABSENT, err);
    if (!rc)
        rc = store_user_get(&s, USER_BY_EMAIL, str_of(l->email), &u, err);
    l->current = !rc && str_starts(u.password_hash, STR("$argon2id$v=19$m=19456,t=2,p=1$"));
    return rc;
}

static bool
is_rehashed(const char *email)
{
    struct look l = {.email = email};
    assert_int_equal(store_tx(server_store(scene.t.server), DB_READ, look_at, &l, NULL), ERR_OK);
    return l.current;
}

/* Each type signs in with the password of old, which is then hashed as ours are. */
static void
passwords_of_old_sign_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < OLD_PASSWORDS; i++) {
        const char *email = arena_printf(&scene.t.arena, "old%zu@one.io", i).p;
        scene_keep(&scene, "email", str_of(email));
        scene_keep(&scene, "hash", str_of(old_passwords[i].hash));
        scene_keep(&scene, "password", str_of(old_passwords[i].password));
        struct str body = arena_printf(
            &scene.t.arena,
            "{'tenantId':'one','email':'$email','verifyUser':true,'passwordHash':'$hash'%s}",
            old_passwords[i].members);
        struct step add = {"POST " LOCAL, body.p,
                           "201; verified=true; provider='local'; tenantIds=['one']; "
                           "!~passwordHash; mfaEnrolled=false"};
        scene_run(&scene, &add, 1);
        assert_false(is_rehashed(email));
        static const struct step steps[] = {
            {LOGIN, "{'email':'$email','password':'not it'}", "401; errorCode='ER-01013'"},
            {LOGIN, "{'email':'$email','password':'$password'}",
             "200; accessToken?; mfaRequired=false"},
            {LOGIN, "{'email':'$email','password':'$password'}", "200; accessToken?"},
            {LOGIN, "{'email':'$email','password':'not it'}", "401; errorCode='ER-01013'"},
        };
        SCENE(&scene, steps);
        assert_true(is_rehashed(email));
    }
}

static void
all_that_was_there_comes_along(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOCAL,
         "{'tenantId':'one','email':'full@one.io','name':'Full','username':'full','externalId':'x-"
         "1',"
         "'metadata':'{\\'k\\':1}','vendorMetadata':'{\\'v\\':2}','roleIds':['$low'],'provider':'"
         "google',"
         "'phoneNumber':'+4315551234','phoneNumberType':'auth','passwordHash':'$bcrypt',"
         "'superUser':true,'isLocked':true,'skipInviteEmail':true}",
         "201; id>full; name='Full'; externalId='x-1'; metadata='{\\'k\\':1}'; "
         "vendorMetadata='{\\'v\\':2}';"
         "roles.*.key=['low']; provider='google'; phoneNumber='+4315551234'; verified=false; "
         "superUser=false;"
         "isLocked=false; activatedForTenant=true"},
        /* Unverified as before, so the password alone opens nothing. */
        {LOGIN, "{'email':'full@one.io','password':'correct horse'}", "401"},
        {"POST " USERS "/v1/$full/verify", NULL, "200"},
        {LOGIN, "{'username':'full','password':'correct horse'}", "200; accessToken?"},
        /* Who is there is not changed, and joins. */
        {"POST " LOCAL,
         "{'tenantId':'two','email':'FULL@one.io','name':'Other','passwordHash':'$bcrypt'}",
         "201; id='$full'; name='Full'"},
        {"POST " LOCAL, "{'tenantId':'two','email':'full@one.io'}",
         "409; errors=['User already exists']"},
    };
    SCENE(&scene, steps);
}

static void
second_factors_come_along(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOCAL,
         "{'tenantId':'one','email':'app@one.io','verifyUser':true,'passwordHash':'$bcrypt',"
         "'authenticatorAppMfaSecret':'" SECRET "'}",
         "201; mfaEnrolled=true; !~" SECRET},
        {LOGIN, "{'email':'app@one.io','password':'correct horse'}",
         "200; mfaRequired=true; mfaEnrolled=true; mfaDevices.authenticators#1; accessToken!"},
        {"POST " LOCAL,
         "{'tenantId':'one','email':'sms@one.io','verifyUser':true,'passwordHash':'$bcrypt',"
         "'phoneNumber':'+4315559876','phoneNumberType':'mfa'}",
         "201; mfaEnrolled=true; phoneNumber=null"},
        {LOGIN, "{'email':'sms@one.io','password':'correct horse'}",
         "200; mfaRequired=true; mfaDevices.phones#1; accessToken!"},
    };
    SCENE(&scene, steps);
}

static void
what_cannot_be_taken_over_is_refused(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOCAL, "{'tenantId':'nobody','email':'a@one.io'}",
         "404; errors=['Tenant not found']"},
        {"POST " LOCAL, "{'email':'a@one.io'}", "400"},
        {"POST " LOCAL, "{'tenantId':'one','email':'no address'}", "400"},
        {"POST " LOCAL, "{'tenantId':'one','email':'a@one.io','roleIds':['nothing']}",
         "404; errors=['Role not found']"},
        {"POST " LOCAL,
         "{'tenantId':'one','email':'a@one.io','passwordHashType':'md5','passwordHash':'x'}",
         "400"},
        {"POST " LOCAL, "{'tenantId':'one','email':'a@one.io','passwordHash':'$dear'}",
         "400; errors=['passwordHash: it is no hash of this type, or too costly']"},
        {"POST " LOCAL,
         "{'tenantId':'one','email':'a@one.io','passwordHashType':'scrypt','passwordHash':'"
         "AAAAAAAAAAAAAAAAAAAAAA==',"
         "'passwordHashConfig':'{\\'salt\\':\\'s\\',\\'N\\':1073741824}'}",
         "400; errors=['passwordHash: the cost of scrypt is out of bounds']"},
        {"POST " LOCAL, "{'tenantId':'one','email':'a@one.io','authenticatorAppMfaSecret':'1'}",
         "400; ~base32"},
        {"POST " LOCAL, "{'tenantId':'one','email':'a@one.io','phoneNumber':'+4315551234'}",
         "409; errors=['Phone number already exists']"},
        {"POST " LOCAL, "{'tenantId':'one','email':'b@one.io','username':'full'}",
         "409; errors=['User already exists']"},
        {"GET " USERS "/v1/email?email=a@one.io", NULL, "404"},
        {"GET " USERS "/v1/email?email=b@one.io", NULL, "404"},
        {"GET " STATUS "/nothing", NULL, "404; errors=['Migration not found']"},
        {"POST " BULK_V1, "{'users':[{'email':'a@one.io'}]}", "400"},
    };
    SCENE(&scene, steps);
}

static void
many_come_in_a_job(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " BULK_V1,
         "{'users':[{'tenantId':'one','email':'m1@one.io','verifyUser':true,'passwordHash':'$"
         "bcrypt'},"
         "{'tenantId':'two','email':'m2@two.io'},{'tenantId':'one','email':'full@one.io'},"
         "{'tenantId':'nobody','email':'m3@one.io'},"
         "{'tenantId':'one','email':'m4@one.io','passwordHashType':'sha1','passwordHash':'12'},"
         "{'tenantId':'one','email':'m5@one.io','roleIds':['nothing']},"
         "{'tenantId':'one','email':'m5@one.io'},{'tenantId':'one','email':'m5@one.io'}]}",
         "202; migrationId>job"},
        {"AWAIT GET " STATUS "/$job", NULL,
         "200; migrationId='$job'; state='COMPLETED'; totalUsers=8; migratedUsers=3;"
         "errors=[{'email':'full@one.io','message':'User already exists'},"
         "{'email':'m3@one.io','message':'Tenant not found'},"
         "{'email':'m4@one.io','message':'passwordHash: hash and configuration cannot be read as "
         "this type'},{'email':'m5@one.io','message':'Role not found'},"
         "{'email':'m5@one.io','message':'User already exists'}]"},
        {"GET " USERS "/v1/email?email=m5@one.io", NULL, "200; tenantIds=['one']"},
        {LOGIN, "{'email':'m1@one.io','password':'correct horse'}", "200; accessToken?"},
        {"GET " USERS "/v1/email?email=m2@two.io", NULL, "200; tenantIds=['two']"},
        {"GET " USERS "/v1/email?email=m4@one.io", NULL, "404"},
        {"POST " BULK,
         "{'users':[{'tenantId':'one','emails':[{'email':'w2@one.io','primary':false,'verified':"
         "true},"
         "{'email':'w1@one.io','primary':true,'verified':true}],'passwordHash':'$bcrypt'},"
         "{'tenantId':'one','username':'nameonly'},{'tenantId':'one'}]}",
         "202; migrationId>job2"},
        {"AWAIT GET " STATUS "/$job2", NULL,
         "200; state='COMPLETED'; totalUsers=3; migratedUsers=2; errors.*.email=['users.2']"},
        {LOGIN, "{'email':'w1@one.io','password':'correct horse'}", "200; accessToken?"},
        {LOGIN, "{'email':'w2@one.io','password':'correct horse'}", "200; accessToken?"},
        {"GET " USERS "/v1/email?email=w1@one.io", NULL, "200; email='w1@one.io'; verified=true"},
        {"POST " BULK, "{'users':[{'tenantId':'nobody','username':'z'}]}", "202; migrationId>job3"},
        {"AWAIT GET " STATUS "/$job3", NULL, "200; state='FAILED'; migratedUsers=0"},
    };
    SCENE(&scene, steps);
}

/* -- CSV -- */

static void
a_file_of_values_is_as_good(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {CSV,
         "email,tenantId,name,verifyUser,passwordHash,roleIds,metadata\r\n"
         "c1@one.io,one,'Of the ''file''',true,$bcrypt,$low,'{''k'':1}'\r\n"
         "c2@two.io,two,,,,,\r\n"
         "c3@one.io,nobody,,,,,\r\n",
         "202; migrationId>csv"},
        {"AWAIT GET " STATUS "/$csv", NULL,
         "200; state='COMPLETED'; totalUsers=3; migratedUsers=2;"
         "errors=[{'email':'c3@one.io','message':'Tenant not found'}]"},
        {LOGIN, "{'email':'c1@one.io','password':'correct horse'}", "200; accessToken?"},
        {"GET " USERS "/v1/email?email=c1@one.io", NULL,
         "200; name='Of the \\'file\\''; metadata='{\\'k\\':1}'; verified=true"},
        {"GET " USERS "/v1/email?email=c2@two.io", NULL, "200; tenantIds=['two']; verified=false"},
        {"POST " LOCAL "/bulk/csv", "{'users':[{'tenantId':'one','email':'c4@one.io'}]}",
         "202; migrationId>csv2"},
        {"AWAIT GET " STATUS "/$csv2", NULL, "200; migratedUsers=1; errors=[]"},
    };
    SCENE(&scene, steps);
}

static void
faults_of_a_file_have_their_place(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {CSV, "tenantId,email,verifyUser\none,no address,\none,d1@one.io,perhaps\n,d2@one.io,\n",
         "400; errors=['line 2, column 5: email must be an email',"
         "'line 3, column 15: verifyUser: not a valid boolean',"
         "'line 4, column 1: tenantId should not be empty',"
         "'line 4, column 1: tenantId must be a string']"},
        {CSV, "tenantId,emial\none,d1@one.io\n",
         "400; errors=['line 1, column 10: there is no such column']"},
        {CSV, "tenantId,email,email\none,d1@one.io,\n",
         "400; errors=['line 1, column 16: the column email is there twice']"},
        {CSV, "tenantId,email\none,d1@one.io\none\n",
         "400; errors=['line 3, column 1: 1 cell(s), but the header has 2']"},
        {CSV, "tenantId,email\none,'d1@one.io\n", "400; ~line 2, column 5: a quoted cell begins"},
        {CSV, "tenantId,email,name\none,d1@one.io,\xff\n",
         "400; errors=['line 2, column 15: name is not UTF-8 text']"},
        {CSV, " ", "400; ~users"},
        {"POST " BULK_V1 " +Content-Type:text/csv", "tenantId,email\none,d1@one.io\n", "415"},
        {"POST " LOCAL "/bulk/csv +Content-Type:text/plain", "tenantId,email\n", "415"},
        {CSV " ~none", "tenantId,email\none,d1@one.io\n", "401"},
        {"GET " USERS "/v1/email?email=d1@one.io", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
a_file_has_its_bounds(void **state)
{
    (void)state;
    struct buf rows;
    buf_init(&rows, 1 << 20);
    buf_add_text(&rows, "tenantId,email\n");
    for (int i = 0; i <= 1000; i++)
        buf_printf(&rows, "one,row%d@one.io\n", i);
    struct step many = {CSV, arena_str(&scene.t.arena, buf_str(&rows)).p,
                        "400; errors=['line 1002, column 1: more than 1000 users']"};
    scene_run(&scene, &many, 1);
    buf_reset(&rows);
    buf_add_text(&rows, "tenantId,email\n");
    for (int i = 0; i < 500; i++)
        buf_add_text(&rows, "one,x\n");
    struct step faulty = {CSV, arena_str(&scene.t.arena, buf_str(&rows)).p,
                          "400; errors#64; errors.63='line 65, column 5: email must be an email'"};
    scene_run(&scene, &faulty, 1);
    buf_fini(&rows);
}

/* -- Auth0, as this program plays it -- */

enum { PEOPLE = 60 };
static enum mood {
    HONEST,
    OTHER_MEMBER, /* tenants are named by user_metadata */
    DOWN,
    NO_TOKEN,
    FORBIDDEN,
    ELSEWHERE, /* redirects */
    NO_JSON,
    NO_USERS, /* the list holds something else */
    ENDS_EARLY,
    NEVER_ENDS,
    TOO_MANY,
    TOO_LARGE
} _Atomic mood;

static void
answer_token(const struct httpd_request *r)
{
    bool known =
        strstr(r->body, "grant_type=client_credentials&") && strstr(r->body, "client_id=cid&") &&
        strstr(r->body, "client_secret=s3cret-of-the-client&") && strstr(r->body, "%2Fapi%2Fv2%2F");
    if (atomic_load(&mood) == NO_TOKEN)
        httpd_reply(r, 200, "", "{\"access_token\":7}");
    else if (known)
        httpd_reply(r, 200, "", "{\"access_token\":\"of-the-client\",\"token_type\":\"Bearer\"}");
    else
        httpd_reply(r, 401, "", "{\"error\":\"access_denied\",\"error_description\":\"no\"}");
}

static void
write_person(struct buf *out, size_t i)
{
    buf_printf(out, "%s{\"user_id\":\"auth0|%zu\",\"email\":\"a%zu@auth0.io\"", i % 50 ? "," : "",
               i, i);
    if (i == 51)
        buf_add_text(out, ",\"blocked\":true");
    if (i == 52)
        buf_add_text(out, ",\"email_verified\":\"yes\"");
    if (i != 53)
        buf_add_text(out, ",\"app_metadata\":{\"team\":\"one\",\"plan\":\"gold\"}");
    buf_add_text(out, i == 1 ? ",\"email_verified\":true,\"name\":\"Al\",\"username\":\"al\","
                               "\"user_metadata\":{\"likes\":\"tea\"},\"identities\":[]}"
                             : "}");
}

/* Pages of 50. */
static void
answer_honestly(const struct httpd_request *r, struct buf *out)
{
    size_t from = httpd_has(r, "users?page=0&per_page=50&") ? 0 : 50;
    buf_add_text(out, "{\"start\":0,\"limit\":50,\"total\":60,\"users\":[");
    for (size_t i = from; i < PEOPLE && i < from + 50; i++)
        write_person(out, i);
    buf_add_text(out, "]}");
}

static void
answer_never_ending(struct buf *out)
{
    buf_add_text(out, "{\"total\":1000,\"users\":[");
    for (int i = 0; i < 49; i++) /* 49 a page: the last one goes past the bound */
        buf_printf(out, "%s{}", i ? "," : "");
    buf_add_text(out, "]}");
}

static void
answer_users(const struct httpd_request *r)
{
    static const struct {
        enum mood mood;
        int status;
        const char *headers, *body;
    } fixed[] = {
        {OTHER_MEMBER, 200, "",
         "{\"total\":1,\"users\":[{\"email\":\"b1@auth0.io\",\"app_metadata\":{\"team\":\"one\"},"
         "\"user_metadata\":{\"team\":\"two\"}}]}"},
        {FORBIDDEN, 403, "", "{\"error\":\"Forbidden\"}"},
        {ELSEWHERE, 302, "Location: http://127.0.0.1:1/\r\n", ""},
        {NO_JSON, 200, "", "<html>"},
        {NO_USERS, 200, "", "{\"total\":1,\"users\":[\"a\"]}"},
        {ENDS_EARLY, 200, "", "{\"total\":9,\"users\":[]}"},
        {TOO_MANY, 200, "", "{\"total\":1001,\"users\":[{}]}"},
    };
    struct buf out;
    buf_init(&out, 1 << 20);
    int status = 200;
    const char *headers = "";
    enum mood now = atomic_load(&mood);
    for (size_t i = 0; i < COUNT_OF(fixed); i++) {
        if (fixed[i].mood != now)
            continue;
        status = fixed[i].status;
        headers = fixed[i].headers;
        buf_add_text(&out, fixed[i].body);
    }
    if (now == HONEST)
        answer_honestly(r, &out);
    if (now == NEVER_ENDS)
        answer_never_ending(&out);
    for (int i = 0; now == TOO_LARGE && i < 600 * 1024; i++)
        buf_add_char(&out, ' ');
    buf_add_char(&out, '\0');
    httpd_reply(r, status, headers, out.p);
    buf_fini(&out);
}

static bool
answer(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    if (atomic_load(&mood) == DOWN)
        httpd_reply(r, 503, "", "");
    else if (httpd_is(r, "POST /oauth/token"))
        answer_token(r);
    else if (httpd_has(r, "GET /api/v2/users?") && httpd_has(r, "Bearer of-the-client"))
        answer_users(r);
    else
        httpd_reply(r, 401, "", "{\"error\":\"Unauthorized\"}");
    return true;
}

#define SOURCE "'domain':'$auth0','clientId':'cid','secret':'s3cret-of-the-client'"

static void
users_of_auth0_come_in(void **state)
{
    (void)state;
    scene_keep(&scene, "auth0", str_of(httpd_url(auth0)));
    static const struct step steps[] = {
        {AUTH0, "{" SOURCE ",'tenantIdFieldName':'team'}", "201; migrationId>job4; !~s3cret"},
        {"AWAIT GET " STATUS "/$job4", NULL,
         "200; state='COMPLETED'; totalUsers=59; migratedUsers=57; errors=["
         "{'email':'a52@auth0.io','message':'verifyUser must be a boolean value'},"
         "{'email':'a53@auth0.io','message':'tenantId should not be empty, tenantId must be a "
         "string'}]"},
        {"GET " USERS "/v1/email?email=a1@auth0.io", NULL,
         "200; name='Al'; verified=true; tenantIds=['one']; externalId='auth0|1';"
         "metadata='{\\'likes\\':\\'tea\\'}'; "
         "vendorMetadata='{\\'team\\':\\'one\\',\\'plan\\':\\'gold\\'}'"},
        {"GET " USERS "/v1/email?email=a59@auth0.io", NULL, "200; verified=false"},
        {"GET " USERS "/v1/email?email=a51@auth0.io", NULL, "404"},
        /* Who is there already is told, and nothing else happens. */
        {AUTH0, "{" SOURCE ",'tenantIdFieldName':'team'}", "201; migrationId>job5"},
        {"AWAIT GET " STATUS "/$job5", NULL, "200; state='FAILED'; totalUsers=59; errors#59"},
    };
    SCENE(&scene, steps);
    assert_int_equal(httpd_count(auth0, "POST /oauth/token"), 2);
    assert_int_equal(httpd_count(auth0, "GET /api/v2/users?page=1&"), 2);
    atomic_store(&mood, OTHER_MEMBER);
    static const struct step other[] = {
        {AUTH0, "{" SOURCE ",'tenantIdFieldName':'team','isTenantIdOnUserMetadata':true}",
         "201; migrationId>job6"},
        {"AWAIT GET " STATUS "/$job6", NULL, "200; migratedUsers=1; totalUsers=1"},
        {"GET " USERS "/v1/email?email=b1@auth0.io", NULL, "200; tenantIds=['two']"},
    };
    SCENE(&scene, other);
}

static void
what_auth0_refuses_is_said(void **state)
{
    (void)state;
    static const struct {
        enum mood mood;
        const char *expect;
    } moods[] = {
        {DOWN, "400; errors=['Auth0 cannot be asked: it answers with 503']"},
        {NO_TOKEN, "400; errors=['Auth0 gives no token, its answer has status 200']"},
        {FORBIDDEN,
         "400; errors=['Auth0 does not let this client read users, it needs read:users']"},
        {ELSEWHERE, "400; errors=['Auth0 answers with something else than users, status 302']"},
        {NO_JSON, "400; errors=['Auth0 answers with something else than users, status 200']"},
        {NO_USERS, "400; errors=['Auth0 answers with something else than users, status 200']"},
        {ENDS_EARLY, "400; errors=['Auth0 says that it has 9 users, but gives 0']"},
        {NEVER_ENDS, "400; ~Auth0 has more than 1000 users"},
        {TOO_MANY, "400; ~Auth0 has more than 1000 users"},
        {TOO_LARGE, "400; ~Auth0 cannot be asked: "},
    };
    for (size_t i = 0; i < COUNT_OF(moods); i++) {
        atomic_store(&mood, moods[i].mood);
        struct step step = {AUTH0, "{" SOURCE ",'tenantIdFieldName':'team'}", moods[i].expect};
        scene_run(&scene, &step, 1);
    }
    atomic_store(&mood, HONEST);
    unsigned asked = httpd_count(auth0, "");
    static const struct step steps[] = {
        {AUTH0, "{'domain':'10.0.0.1','clientId':'cid','secret':'s','tenantIdFieldName':'team'}",
         "400; ~domain ; ~private network"},
        {AUTH0, "{'domain':'a@b','clientId':'cid','secret':'s','tenantIdFieldName':'team'}",
         "400; ~domain "},
        {AUTH0, "{'domain':'$auth0','clientId':'cid','tenantIdFieldName':'team'}", "400; ~secret"},
        {AUTH0 " ~none", "{" SOURCE ",'tenantIdFieldName':'team'}", "401"},
    };
    SCENE(&scene, steps);
    assert_int_equal(httpd_count(auth0, ""), asked);
    static const struct step wrong = {
        AUTH0, "{'domain':'$auth0','clientId':'cid','secret':'no','tenantIdFieldName':'team'}",
        "400; errors=['Auth0 does not accept this clientId and secret for its Management API']"};
    scene_run(&scene, &wrong, 1);
}

/* A job is the environment's: an invitation's id is no migration. */
static void
other_jobs_are_not_shown(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /identity/resources/users/bulk/v1/invite @one",
         "{'users':[{'username':'zz','skipInviteEmail':true}]}", "202; id>task"},
        {"AWAIT GET /identity/resources/users/bulk/v1/status/$task @one", NULL,
         "200; status='Completed'"},
        {"GET " STATUS "/$task", NULL, "404"},
        {"GET /identity/resources/users/bulk/v1/status/$job @one", NULL, "404"},
    };
    SCENE(&scene, steps);
}

static void
nothing_is_left_out(void **state)
{
    (void)state;
    static const struct op_binding *const modules[] = {migrations_ops, NULL};
    scene_ledger_of(&scene, modules);
}

static int
start(void **state)
{
    (void)state;
    auth0 = httpd_start(answer, NULL);
    scene_start_with(&scene, &(struct tserver_options){.reaches_loopback = true});
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    scene_stop(&scene);
    httpd_stop(auth0);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare),
        cmocka_unit_test(passwords_of_old_sign_in),
        cmocka_unit_test(all_that_was_there_comes_along),
        cmocka_unit_test(second_factors_come_along),
        cmocka_unit_test(what_cannot_be_taken_over_is_refused),
        cmocka_unit_test(many_come_in_a_job),
        cmocka_unit_test(a_file_of_values_is_as_good),
        cmocka_unit_test(faults_of_a_file_have_their_place),
        cmocka_unit_test(a_file_has_its_bounds),
        cmocka_unit_test(users_of_auth0_come_in),
        cmocka_unit_test(what_auth0_refuses_is_said),
        cmocka_unit_test(other_jobs_are_not_shown),
        cmocka_unit_test(nothing_is_left_out),
    };
    return cmocka_run_group_tests_name("scenarios: migrations", tests, start, stop);
}
