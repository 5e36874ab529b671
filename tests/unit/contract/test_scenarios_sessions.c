/*
 * Sessions and what ends them: people themselves, administrators, time, policy, wrong guesses. An
 * access token is dead at once when what it stands on is gone.
 */
#include "server/auth.h"
#include "server/server.h"
#include "server/state.h"
#include "store/store.h"
#include "tests/support/scene.h"

#include "base/clock.h"

#include <stdio.h>

static struct scene scene;

#define LOGIN "/identity/resources/auth/v1/user"
#define REFRESH LOGIN "/token/refresh"
#define USERS "/identity/resources/users"
#define TENANT_USERS "/identity/resources/tenants/users/v1"
#define MINE USERS "/sessions/v1/me"
#define POLICY "/identity/resources/configurations/sessions/v1"
#define LOCKOUT "/identity/resources/configurations/v1/lockout-policy"
#define PASSWORD "'password':'correct horse battery 9'"
#define WRONG "'password':'wrong horse battery 9'"
#define REFUSED "401; errors=['Invalid authentication']; errorCode='ER-01013'"
#define NO_SESSION "401; errors=['Session not found']"
#define COOKIE " ~none +Cookie:fe_refresh_$vendor=$rt"
#define SIGN_IN(email)                                                                             \
    {                                                                                              \
        "POST " LOGIN " ~none", "{'email':'" email "'," PASSWORD "}",                              \
            "200; refreshToken>rt; accessToken>at"                                                 \
    }
#define IS_ALIVE                                                                                   \
    {"GET " USERS "/v3 ~at", NULL, "200"},                                                         \
    {                                                                                              \
        "POST " REFRESH COOKIE, "{}", "200; refreshToken>rt"                                       \
    }
#define IS_DEAD                                                                                    \
    {"GET " USERS "/v3 ~at", NULL, "401"},                                                         \
    {                                                                                              \
        "POST " REFRESH COOKIE, "{}", NO_SESSION                                                   \
    }

static enum err_code
run_sql(struct db_conn *conn, void *arg, struct err *err)
{
    return db_exec(conn, arg, DB_NO_ARGS, NULL, err);
}

/* What time would do. */
static void
change(const char *sql)
{
    union {
        const char *in;
        void *out;
    } arg = {.in = sql};
    struct err err = {.code = ERR_OK};
    if (store_tx(server_store(scene.t.server), DB_WRITE, run_sql, arg.out, &err) != ERR_OK)
        fail_msg("%s: %s", sql, err.msg);
    auth_forget(scene.t.server->auth);
}

static void
add_person(const char *name)
{
    scene_keep(&scene, "email", arena_printf(&scene.t.arena, "%s@x.io", name));
    static const struct step steps[] = {
        {"POST " USERS "/v2 @one", "{'email':'$email','roleIds':['$reader']," PASSWORD "}",
         "201; id>id"},
        {"POST " USERS "/v1/$id/verify", NULL, "200"},
    };
    SCENE(&scene, steps);
    scene_keep(&scene, name, scene_value(&scene, "id"));
}

static int
start(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'one','name':'One'}", "201"},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'two','name':'Two'}", "201"},
        {"POST /identity/resources/permissions/v1/categories", "{'name':'C'}", "201; id>category"},
        {"POST /identity/resources/permissions/v1",
         "[{'key':'fe.secure.read.users','name':'R','categoryId':'$category'},"
         "{'key':'fe.secure.read.roles','name':'P','categoryId':'$category'}]",
         "201; 0.id>read; 1.id>read2"},
        {"POST /identity/resources/roles/v1",
         "[{'key':'Reader','name':'R','level':5},{'key':'Other','name':'O','level':6}]",
         "201; 0.id>reader; 1.id>other"},
        {"PUT /identity/resources/roles/v1/$reader/permissions", "{'permissionIds':['$read']}",
         "200"},
    };
    scene_start(&scene);
    scene_keep(&scene, "vendor", scene.t.vendor);
    SCENE(&scene, steps);
    add_person("ann");
    add_person("bob");
    return 0;
}

/* -- one's own -- */

static void
people_see_and_end_their_own_sessions(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SIGN_IN("bob@x.io"),
        {"GET " MINE " ~at", NULL, "200; #1; 0.id>bobs"},
        SIGN_IN("ann@x.io"),
        {"GET " MINE " ~at", NULL,
         "200; #1; 0.current=true; 0.ipAddress='127.0.0.1'; 0.impersonated=false; 0.id>first;"
         "0.createdAt?; 0.expires?"},
        {"POST " LOGIN " ~none +User-Agent:Other", "{'email':'ann@x.io'," PASSWORD "}",
         "200; accessToken>at2"},
        {"GET " MINE " ~at", NULL, "200; #2; *.current=[false,true]; 0.userAgent='Other'"},
        {"GET " MINE "/current ~at", NULL, "200; id='$first'; current=true"},
        {"GET " MINE "/current ~at2", NULL, "200; current=true; id>second"},
        {"DELETE " MINE "/$bobs ~at", NULL, "404; errors=['Session not found']"},
        {"DELETE " MINE "/nothing ~at", NULL, "404; errors=['Session not found']"},
        {"DELETE " MINE "/$second ~at", NULL, "200"},
        {"GET " USERS "/v3 ~at2", NULL, "401"},
        {"GET " MINE " ~at", NULL, "200; #1"},
        {"DELETE " MINE "/all ~at", NULL, "200"},
        {"GET " MINE " ~at", NULL, "401"},
    };
    SCENE(&scene, steps);
}

static void
environments_see_and_end_them_too(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SIGN_IN("ann@x.io"),
        {"GET " MINE " @one +frontegg-user-id:$ann", NULL, "200; #1; 0.id>sid; 0.current=false"},
        {"GET " MINE " @one", NULL, "403"},
        {"GET " MINE " +frontegg-user-id:$ann", NULL, "403"},
        {"GET " MINE " @two +frontegg-user-id:$ann", NULL, "404; errors=['User not found']"},
        {"GET " MINE "/current @one +frontegg-user-id:$ann", NULL, "404"},
        {"DELETE " MINE "/$sid @one +frontegg-user-id:$ann", NULL, "200"},
        {"DELETE " MINE "/$sid @one +frontegg-user-id:$ann", NULL, "404"},
        IS_DEAD,
        {"GET " MINE " @one +frontegg-user-id:$ann", NULL, "200; #0"},
        {"DELETE " MINE "/all @one +frontegg-user-id:$ann", NULL, "200"},
    };
    SCENE(&scene, steps);
}

/* -- administrators -- */

static void
who_is_locked_is_out_at_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        SIGN_IN("ann@x.io"),
        IS_ALIVE,
        {"POST " USERS "/v1/$ann/lock", NULL, "200"},
        IS_DEAD,
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", REFUSED},
        {"POST " USERS "/v1/$ann/unlock", NULL, "200"},
        IS_DEAD, /* nothing comes back */
        SIGN_IN("ann@x.io"),
    };
    SCENE(&scene, steps);
}

static void
who_is_disabled_in_a_tenant_is_out_of_it(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS "/v1/$ann/tenant", "{'tenantId':'two','skipInviteEmail':true}", "201"},
        SIGN_IN("ann@x.io"),
        {"POST " TENANT_USERS "/$ann/disable @one", NULL, "200"},
        IS_DEAD,
        SIGN_IN("ann@x.io"), /* there is another tenant */
        {"GET " USERS "/v3 ~at", NULL, "403"},
        {"POST " TENANT_USERS "/$ann/enable @one", NULL, "200"},
        SIGN_IN("ann@x.io"),
        IS_ALIVE,
        {"DELETE " USERS "/v1/$ann @two", NULL, "200"},
        IS_ALIVE,
    };
    SCENE(&scene, steps);
}

static void
who_leaves_a_tenant_or_altogether_is_out(void **state)
{
    (void)state;
    add_person("eve");
    static const struct step steps[] = {
        {"POST " USERS "/v1/$eve/tenant", "{'tenantId':'two','skipInviteEmail':true}", "201"},
        SIGN_IN("eve@x.io"),
        {"DELETE " USERS "/v1/$eve @one", NULL, "200"},
        IS_DEAD,
        {"POST " LOGIN " ~none", "{'email':'eve@x.io'," PASSWORD "}", "200; refreshToken>rt"},
        {"DELETE " USERS "/v1/$eve", NULL, "200"},
        {"POST " REFRESH COOKIE, "{}", NO_SESSION},
        {"POST " LOGIN " ~none", "{'email':'eve@x.io'," PASSWORD "}", REFUSED},
    };
    SCENE(&scene, steps);
    add_person("eve"); /* the same address again inherits nothing */
    static const struct step again[] = {IS_DEAD};
    SCENE(&scene, again);
}

/* Somebody new by the address of somebody who is gone inherits nothing, and neither does the other one. */
static void
a_new_account_inherits_nothing(void **state)
{
    (void)state;
#define ZOE "{'email':'zoe@x.io'," PASSWORD ",'skipInviteEmail':true}"
    static const struct step steps[] = {
        {"POST " USERS "/v2 @one", ZOE, "201; id>zoe"},
        {"POST " USERS "/v1/$zoe/verify", NULL, "200"},
        {"POST " LOGIN " ~none", "{'email':'zoe@x.io'," PASSWORD "}",
         "200; accessToken>old; refreshToken>old_rt"},
        {"POST " USERS "/v1/$zoe/links/generate-password-reset-token", NULL, "201; token>reset"},
        {"DELETE " USERS "/v1/$zoe", NULL, "200"},
        {"POST " USERS "/v2 @one", ZOE, "201; id>again; verified=false"},
        {"GET " USERS "/v2/me ~old", NULL, "401"},
        {"POST " REFRESH " ~none +Cookie:fe_refresh_$vendor=$old_rt", "{}", NO_SESSION},
        {"POST " USERS "/v1/passwords/reset/verify ~none",
         "{'userId':'$zoe','token':'$reset','password':'harbour-lantern-42'}", "400"},
        {"POST " USERS "/v1/passwords/reset/verify ~none",
         "{'userId':'$again','token':'$reset','password':'harbour-lantern-42'}", "400"},
        {"GET " MINE " @one +frontegg-user-id:$again", NULL, "200; =[]"},
        {"GET " MINE " @one +frontegg-user-id:$zoe", NULL, "404"},
        {"POST " LOGIN " ~none", "{'email':'zoe@x.io'," PASSWORD "}", REFUSED}, /* not verified */
    };
    SCENE(&scene, steps);
}

static void
a_removed_tenant_takes_its_sessions_along(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'gone','name':'G'}", "201"},
        {"POST " USERS "/v2 @gone", "{'email':'g@x.io'," PASSWORD "}", "201; id>g"},
        {"POST " USERS "/v1/$g/verify", NULL, "200"},
        {"POST " LOGIN " ~none", "{'email':'g@x.io'," PASSWORD "}",
         "200; refreshToken>rt; accessToken>at"},
        {"DELETE /tenants/resources/tenants/v1/gone", NULL, "200"},
        IS_DEAD,
        {"POST " LOGIN " ~none", "{'email':'g@x.io'," PASSWORD "}", REFUSED},
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'gone','name':'G'}", "201"},
        IS_DEAD,
    };
    SCENE(&scene, steps);
}

/* The session goes on; the access token with the older rights does not. */
static void
other_rights_need_another_token(void **state)
{
    (void)state;
#define FRESH                                                                                      \
    {                                                                                              \
        "POST " REFRESH COOKIE, "{}", "200; refreshToken>rt; accessToken>at"                       \
    }
    static const struct step steps[] = {
        SIGN_IN("ann@x.io"),
        {"POST " USERS "/v1/$ann/roles @one", "{'roleIds':['$other']}", "201"},
        {"GET " USERS "/v3 ~at", NULL, "401"},
        FRESH,
        {"GET " USERS "/v3 ~at", NULL, "200"},
        {"GET /identity/resources/roles/v2?_sortBy=key ~at", NULL, "403"},
        {"PUT /identity/resources/roles/v1/$other/permissions", "{'permissionIds':['$read2']}",
         "200"},
        {"GET " USERS "/v3 ~at", NULL, "401"},
        FRESH,
        {"GET /identity/resources/roles/v2?_sortBy=key ~at", NULL, "200"},
        {"DELETE " USERS "/v1/$ann/roles @one", "{'roleIds':['$other']}", "200"},
        {"GET " USERS "/v3 ~at", NULL, "401"},
        FRESH,
        {"GET /identity/resources/roles/v2?_sortBy=key ~at", NULL, "403"},
        {"PUT " USERS "/v1/$ann/superuser", "{'superUser':true}", "200"},
        {"GET " USERS "/v3 ~at", NULL, "401"},
        FRESH,
        {"PUT " USERS "/v1/$ann/superuser", "{'superUser':false}", "200"},
        FRESH,
        IS_ALIVE,
    };
    SCENE(&scene, steps);
}

/* -- one's tenant -- */

static void
people_switch_their_tenant(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " USERS "/v1/$ann/tenant", "{'tenantId':'two','skipInviteEmail':true}", "201"},
        SIGN_IN("ann@x.io"),
        {"PUT " USERS "/v1/tenant ~at", "{'tenantId':'gone'}", "403; ~not a member"},
        {"PUT " USERS "/v1/tenant ~at", "{'tenantId':'nowhere'}", "403; ~not a member"},
        {"PUT " USERS "/v1/tenant ~at", "{'tenantId':''}", "400"},
        {"PUT " USERS "/v1/tenant ~at", "{'tenantId':'two'}", "200; tenantId='two'; id='$ann'"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt; accessToken>at"},
        {"GET " USERS "/v3 ~at", NULL, "403"}, /* no role there */
        {"PUT " USERS "/v1/tenant +frontegg-user-id:$ann", "{'tenantId':'one'}",
         "200; tenantId='one'"},
        FRESH,
        {"GET " USERS "/v3 ~at", NULL, "200"},
        {"PUT " USERS "/v1/$ann/tenant", "{'tenantId':'two'}", "200"},
        FRESH,
        {"GET " USERS "/v3 ~at", NULL, "403"},
        {"PUT " USERS "/v1/$ann/tenant", "{'tenantId':'one'}", "200"},
    };
    SCENE(&scene, steps);
}

/* -- policy -- */

static void
the_policy_is_kept_part_by_part(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " POLICY, NULL, "200; sessionIdleTimeoutConfiguration.isActive=false"},
        {"POST " POLICY, "{'sessionIdleTimeoutConfiguration':{'isActive':true,'timeout':600}}",
         "201"},
        {"POST " POLICY " @one",
         "{'sessionConcurrentConfiguration':{'isActive':true,'maxSessions':2}}", "201"},
        {"GET " POLICY "/vendor", NULL,
         "200; sessionIdleTimeoutConfiguration={'isActive':true,'timeout':600};"
         "sessionConcurrentConfiguration.isActive=false"},
        {"GET " POLICY " @one", NULL, "200; sessionConcurrentConfiguration.maxSessions=2"},
        {"POST " POLICY, "{'sessionIdleTimeoutConfiguration':{'isActive':true,'timeout':59}}",
         "400; ~timeout"},
        {"POST " POLICY, "{'sessionIdleTimeoutConfiguration':{'isActive':true}}", "400; ~timeout"},
        {"POST " POLICY, "{'sessionConcurrentConfiguration':{'isActive':true,'maxSessions':0}}",
         "400; ~maxSessions"},
        {"POST " POLICY "/vendor", "{}", "405"},
        {"GET " POLICY " ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

static void
the_oldest_session_ends_when_there_are_too_many(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"DELETE " MINE "/all @one +frontegg-user-id:$ann", NULL, "200"},
        SIGN_IN("ann@x.io"),
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; accessToken>at2"},
        {"GET " USERS "/v3 ~at", NULL, "200"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; accessToken>at3"},
        IS_DEAD,
        {"GET " USERS "/v3 ~at2", NULL, "200"},
        {"GET " MINE " ~at3", NULL, "200; #2"},
        {"POST " POLICY " @one",
         "{'sessionConcurrentConfiguration':{'isActive':false,'maxSessions':2}}", "201"},
    };
    SCENE(&scene, steps);
}

static void
idle_sessions_end(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " POLICY " @one",
         "{'sessionIdleTimeoutConfiguration':{'isActive':true,'timeout':120}}", "201"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}",
         "200; refreshToken>rt; accessToken>at; expiresIn=120"},
        IS_ALIVE,
    };
    static const struct step after[] = {IS_DEAD};
    static const struct step off[] = {
        {"POST " POLICY " @one",
         "{'sessionIdleTimeoutConfiguration':{'isActive':false,'timeout':120}}", "201"},
        SIGN_IN("ann@x.io"),
    };
    static const struct step stricter[] = {
        {"POST " POLICY " @one",
         "{'sessionIdleTimeoutConfiguration':{'isActive':true,'timeout':60}}", "201"},
        {"POST " REFRESH COOKIE, "{}", NO_SESSION},
        {"POST " POLICY " @one",
         "{'sessionIdleTimeoutConfiguration':{'isActive':false,'timeout':60}}", "201"},
    };
    SCENE(&scene, before);
    change("UPDATE sessions SET used_at = used_at - 120000, expires_at = expires_at - 120000");
    SCENE(&scene, after);
    SCENE(&scene, off);
    change("UPDATE sessions SET used_at = used_at - 61000");
    SCENE(&scene, stricter);
}

static void
no_refresh_passes_the_absolute_end(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " POLICY " @one", "{'sessionTimeoutConfiguration':{'isActive':true,'timeout':3600}}",
         "201"},
        SIGN_IN("ann@x.io"),
    };
    static const struct step near[] = {
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt; expiresIn>left"}};
    static const struct step after[] = {
        {"POST " REFRESH COOKIE, "{}", NO_SESSION},
        {"POST " POLICY " @one",
         "{'sessionTimeoutConfiguration':{'isActive':false,'timeout':3600}}", "201"},
    };
    SCENE(&scene, before);
    change("UPDATE sessions SET created_at = created_at - 3540000");
    SCENE(&scene, near);
    int64_t left = 0;
    assert_true(str_to_i64(scene_value(&scene, "left"), &left));
    assert_in_range(left, 30, 60);
    change("UPDATE sessions SET created_at = created_at - 60000");
    SCENE(&scene, after);
}

/* -- wrong guesses -- */

static void
the_lockout_policy_is_created_once(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " LOCKOUT, NULL, "404"},
        {"GET " LOCKOUT "/vendor", NULL, "404"},
        {"PATCH " LOCKOUT, "{'enabled':true,'maxAttempts':3}", "404"},
        {"POST " LOCKOUT, "{'maxAttempts':3}", "400; errors=['enabled must be a boolean value']"},
        {"POST " LOCKOUT, "{'enabled':true,'maxAttempts':0}", "400; ~maxAttempts"},
        {"POST " LOCKOUT, "{'enabled':true,'maxAttempts':4}",
         "201; enabled=true; maxAttempts=4; id?; createdAt?"},
        {"POST " LOCKOUT, "{'enabled':true,'maxAttempts':3}", "409"},
        {"PATCH " LOCKOUT, "{'enabled':true,'maxAttempts':3}", "200; maxAttempts=3"},
        {"GET " LOCKOUT, NULL, "200; maxAttempts=3"},
        {"GET " LOCKOUT "/vendor", NULL, "200; maxAttempts=3"},
        {"GET " LOCKOUT " @one", NULL, "404"},
        {"GET " LOCKOUT " ~none", NULL, "401"},
    };
    SCENE(&scene, steps);
}

#define GUESS(email)                                                                               \
    {                                                                                              \
        "POST " LOGIN " ~none", "{'email':'" email "'," WRONG "}", REFUSED                         \
    }

static void
wrong_guesses_lock_the_account(void **state)
{
    (void)state;
    static const struct step before[] = {
        SIGN_IN("ann@x.io"),
        GUESS("ann@x.io"),
        GUESS("ANN@x.io"),
        SIGN_IN("ann@x.io"), /* a right one starts over */
        GUESS("ann@x.io"),
        GUESS("Ann@X.io"),
        {"GET " USERS "/v1/$ann @one", NULL, "200; isLocked=false"},
    };
    static const struct step last[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," WRONG "}", REFUSED}};
    static const struct step after[] = {
        {"GET " USERS "/v1/$ann @one", NULL, "200; isLocked=true"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", REFUSED},
        IS_ALIVE, /* whoever is in stays in: others cannot throw people out */
        {"GET /audits/resources/audits/v2?count=1&offset=0&filter=wrong%20password", NULL,
         "200; data.0.severity='High'; data.0.userId='$ann'"},
        {"POST " USERS "/v1/$ann/unlock", NULL, "200"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200"},
        IS_ALIVE,
    };
    SCENE(&scene, before);
    struct step lock = last[0];
    scene.audits++; /* of the lock */
    scene_run(&scene, &lock, 1);
    SCENE(&scene, after);
}

/* At that time; the environment's token is not good then, so this is no step. */
static void
sign_in_at(int64_t ms, const char *body, int status)
{
    clock_pin(ms, clock_mono_ms());
    struct tserver_reply r =
        tserver_request(&scene.t, "POST", LOGIN, STR_ABSENT, NULL, scene_text(&scene, body));
    clock_pin(-1, -1);
    assert_int_equal(r.status, status);
}

/* Nobody gets more guesses from a clock that goes forward or back, and a lock does not end by itself. */
static void
the_clock_gives_no_guesses(void **state)
{
    (void)state;
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    static const char *const wrong = "{'email':'bob@x.io'," WRONG "}",
                             *const right = "{'email':'bob@x.io'," PASSWORD "}";
    static const struct step locked[] = {
        {"GET " USERS "/v1/$bob @one", NULL, "200; isLocked=true"},
        {"POST " USERS "/v1/$bob/unlock", NULL, "200"},
    };
    int64_t now = clock_now_ms();
    sign_in_at(now, wrong, 401);
    sign_in_at(now + DAY_MS, wrong, 401);
    sign_in_at(now - DAY_MS, wrong, 401);
    sign_in_at(now, right, 401);
    sign_in_at(now + DAY_MS, right, 401);
    scene_recount(&scene);
    SCENE(&scene, locked);
    sign_in_at(now, right, 200);
    scene_recount(&scene);
}

static void
a_lock_by_an_administrator_is_one(void **state)
{
    (void)state;
    static const struct step guesses[] = {SIGN_IN("bob@x.io"), GUESS("bob@x.io"),
                                          GUESS("bob@x.io")};
    static const struct step last[] = {GUESS("bob@x.io")};
    static const struct step after[] = {
        IS_ALIVE,
        {"POST " USERS "/v1/$bob/lock", NULL, "200"},
        IS_DEAD,
        {"POST " USERS "/v1/$bob/unlock", NULL, "200"},
        SIGN_IN("bob@x.io"),
    };
    SCENE(&scene, guesses);
    scene.audits++;
    SCENE(&scene, last);
    SCENE(&scene, after);
}

static void
the_strictest_policy_holds(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOCKOUT " @one", "{'enabled':true,'maxAttempts':1}", "201"},
        {"GET " LOCKOUT " @one", NULL, "200; maxAttempts=1"},
    };
    static const struct step last[] = {GUESS("bob@x.io")};
    static const struct step after[] = {
        {"POST " LOGIN " ~none", "{'email':'bob@x.io'," PASSWORD "}", REFUSED},
        {"POST " USERS "/v1/$bob/unlock", NULL, "200"},
        SIGN_IN("bob@x.io"), /* the last guess allowed may be right */
        {"PATCH " LOCKOUT " @one", "{'enabled':false,'maxAttempts':1}", "200"},
        GUESS("bob@x.io"),
        SIGN_IN("bob@x.io"),
    };
    SCENE(&scene, steps);
    scene.audits++;
    SCENE(&scene, last);
    SCENE(&scene, after);
    scene_ledger_of(&scene, (const struct op_binding *const[]){sessions_ops, lockout_ops, NULL});
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
        cmocka_unit_test(people_see_and_end_their_own_sessions),
        cmocka_unit_test(environments_see_and_end_them_too),
        cmocka_unit_test(who_is_locked_is_out_at_once),
        cmocka_unit_test(who_is_disabled_in_a_tenant_is_out_of_it),
        cmocka_unit_test(who_leaves_a_tenant_or_altogether_is_out),
        cmocka_unit_test(a_new_account_inherits_nothing),
        cmocka_unit_test(a_removed_tenant_takes_its_sessions_along),
        cmocka_unit_test(other_rights_need_another_token),
        cmocka_unit_test(people_switch_their_tenant),
        cmocka_unit_test(the_policy_is_kept_part_by_part),
        cmocka_unit_test(the_oldest_session_ends_when_there_are_too_many),
        cmocka_unit_test(idle_sessions_end),
        cmocka_unit_test(no_refresh_passes_the_absolute_end),
        cmocka_unit_test(the_lockout_policy_is_created_once),
        cmocka_unit_test(wrong_guesses_lock_the_account),
        cmocka_unit_test(the_clock_gives_no_guesses),
        cmocka_unit_test(a_lock_by_an_administrator_is_one),
        cmocka_unit_test(the_strictest_policy_holds),
    };
    return cmocka_run_group_tests_name("scenarios of sessions", tests, start, stop);
}
