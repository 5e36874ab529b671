/* Users of other systems: imported with their hashes, factors and addresses; see tests/support/scene.h. */
#include "server/state.h"
#include "store/users.h"
#include "tests/support/scene.h"

static struct scene scene;

#define LOCAL "/identity/resources/migrations/v1/local"
#define BULK_V1 LOCAL "/bulk"
#define BULK "/identity/resources/migrations/v2/local/bulk"
#define STATUS BULK_V1 "/status"
#define LOGIN "POST /identity/resources/auth/v1/user ~none"
#define USERS "/identity/resources/users"
#define TENANTS "/tenants/resources/tenants/v1"
#define ROLES "/identity/resources/roles/v1"
#define BCRYPT "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
#define SHA256 "4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631"
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
prepare(void **state)
{
    (void)state;
    scene_keep(&scene, "bcrypt", STR(BCRYPT));
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
    static const struct {
        const char *members, *hash, *password;
    } types[] = {
        {"", BCRYPT, "correct horse"},
        {",'passwordHashType':'bcrypt'", BCRYPT, "correct horse"},
        {",'passwordHashType':'argon2'",
         "$argon2i$v=19$m=8192,t=3,p=1$g+QU+h5t/Z2nn0y+VJDxVg$NUiK89N02yOtQEmSKVfyp0x5uf/FfHE/bL3v/"
         "rNqyvA",
         "password"},
        {",'passwordHashType':'scrypt'",
         "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+fVr03sWV770kp5wLOLoEakziKhqE",
         "correct horse"},
        {",'passwordHashType':'pbkdf2','passwordHashConfig':"
         "'{\\'salt\\':\\'salty\\',\\'iterations\\':1000,\\'digest\\':\\'sha1\\'}'",
         "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", "correct horse"},
        {",'passwordHashType':'firebase-scrypt','passwordHashConfig':"
         "'{\\'salt\\':\\'42xEC+ixf3L2lw==\\',\\'saltSeparator\\':\\'Bw==\\',\\'rounds\\':8,\\'"
         "memCost\\':14,"
         "\\'signerKey\\':\\'"
         "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
         "\\'}'",
         "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
         "user1password"},
        {",'passwordHashType':'sha256'", SHA256, "correct horse"},
        {",'passwordHashType':'sha1'", "2f9e53523b62abc141a2b4d6019d23cba835dbd0", "correct horse"},
    };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const char *email = arena_printf(&scene.t.arena, "old%zu@one.io", i).p;
        scene_keep(&scene, "email", str_of(email));
        scene_keep(&scene, "hash", str_of(types[i].hash));
        scene_keep(&scene, "password", str_of(types[i].password));
        struct str body = arena_printf(
            &scene.t.arena,
            "{'tenantId':'one','email':'$email','verifyUser':true,'passwordHash':'$hash'%s}",
            types[i].members);
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
         "{'tenantId':'one','email':'m4@one.io','passwordHashType':'sha1','passwordHash':'12'}]}",
         "202; migrationId>job"},
        {"AWAIT GET " STATUS "/$job", NULL,
         "200; migrationId='$job'; state='COMPLETED'; totalUsers=5; migratedUsers=2;"
         "errors=[{'email':'full@one.io','message':'User already exists'},"
         "{'email':'m3@one.io','message':'Tenant not found'},"
         "{'email':'m4@one.io','message':'passwordHash: hash and configuration cannot be read as "
         "this type'}]"},
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
    scene_start(&scene);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    scene_stop(&scene);
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
        cmocka_unit_test(other_jobs_are_not_shown),
        cmocka_unit_test(nothing_is_left_out),
    };
    return cmocka_run_group_tests_name("scenarios: migrations", tests, start, stop);
}
