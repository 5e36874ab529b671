/*
 * Signing in with a password, refreshing, signing out: what clients see, and what must look the same
 * whoever it is that may not come in.
 */
#include "base/buf.h"
#include "server/server.h"
#include "store/store.h"
#include "tests/support/scene_jwt.h"

#include <stdio.h>

static struct scene scene;

#define LOGIN "/identity/resources/auth/v1/user"
#define REFRESH LOGIN "/token/refresh"
#define LOGOUT "/identity/resources/auth/v1/logout"
#define USERS "/identity/resources/users"
#define CONFIG "/identity/resources/configurations/v1"
#define PASSWORD "'password':'correct horse battery 9'"
#define REFUSED "401; errors=['Invalid authentication']; errorCode='ER-01013'"
#define NO_SESSION "401; errors=['Session not found']; errorCode!"
/* The refresh cookie, its name with the first dash of the client id dropped, holding $rt. */
#define COOKIE " ~none +Cookie:fe_refresh_$rc=$rt"

static void
assert_claim(const struct json *all, const char *name, const char *want)
{
    struct json *wanted = json_parse(str_of(want), strlen(want), NULL);
    struct buf text;
    buf_init(&text, 64 * 1024);
    assert_non_null(wanted);
    if (!json_equal(json_get(all, name), wanted)) {
        json_write(all, &text);
        fail_msg("%s is not %s in %.*s", name, want, STR_ARG(buf_str(&text)));
    }
    json_free(wanted);
    buf_fini(&text);
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
         "[{'key':'fe.secure.read.users','name':'R','categoryId':'$category'}]", "201; 0.id>read"},
        {"POST /identity/resources/roles/v1", "[{'key':'Reader','name':'R','level':5}]",
         "201; 0.id>reader"},
        {"PUT /identity/resources/roles/v1/$reader/permissions", "{'permissionIds':['$read']}",
         "200"},
        {"POST " USERS "/v2 @one",
         "{'email':'Ann@x.io','name':'Ann','roleIds':['$reader'],'metadata':'{\\\"a\\\":1}'"
         "," PASSWORD "}",
         "201; id>ann"},
        {"POST " USERS "/v1/$ann/tenant", "{'tenantId':'two','skipInviteEmail':true}", "201"},
        {"POST " USERS "/v1/$ann/verify", NULL, "200"},
        {"POST " USERS "/v2 @one", "{'email':'new@x.io'," PASSWORD "}", "201; id>unverified"},
        {"POST " USERS "/v2 @one", "{'email':'locked@x.io'," PASSWORD "}", "201; id>locked"},
        {"POST " USERS "/v1/$locked/verify", NULL, "200"},
        {"POST " USERS "/v1/$locked/lock", NULL, "200"},
        {"POST " USERS "/v2 @one", "{'email':'off@x.io'," PASSWORD "}", "201; id>disabled"},
        {"POST " USERS "/v1/$disabled/verify", NULL, "200"},
        {"POST /identity/resources/tenants/users/v1/$disabled/disable @one", NULL, "200"},
        {"POST " USERS "/v2 @one", "{'email':'sso@x.io'}", "201; id>passwordless"},
        {"POST " USERS "/v1/$passwordless/verify", NULL, "200"},
    };
    scene_start(&scene);
    struct str vendor = scene.t.vendor;
    scene_keep(&scene, "vendor", vendor);
    size_t dash = (size_t)str_find_char(vendor, '-');
    scene_keep(&scene, "rc",
               arena_printf(&scene.t.arena, "%.*s%.*s", (int)dash, vendor.p,
                            (int)(vendor.n - dash - 1), vendor.p + dash + 1));
    SCENE(&scene, steps);
    return 0;
}

static void
the_answer_is_the_documented_one(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}",
         "200; tokenType='bearer'; mfaRequired=false; accessToken>at; refreshToken>rt;"
         "expiresIn=300; expires?; userId='$ann'; userEmail='Ann@x.io'; emailVerified=true;"
         "mfaEnrolled=false; isBreachedPassword=false; mfaToken!; recoveryCode!"},
    };
    SCENE(&scene, steps);
    struct str cookie = tserver_header(&scene.reply, "set-cookie");
    const char *begin = scene_text(&scene, "fe_refresh_$rc=$rt; Path=/; Expires=");
    assert_true(str_starts(cookie, str_of(begin)));
    assert_true(str_ends(cookie, STR(" GMT; HttpOnly; Secure; SameSite=None")));
    assert_true(str_eq(tserver_header(&scene.reply, "cache-control"), STR("no-store")));
    struct str expires = json_str(json_get(scene.reply.json, "expires"));
    assert_true(expires.n == 29 && str_ends(expires, STR(" GMT")));
}

static void
the_access_token_says_who_and_what(void **state)
{
    (void)state;
    struct json *j = scene_claims(&scene, "at");
    const char *ann = scene_text(&scene, "'$ann'"), *vendor = scene_text(&scene, "'$vendor'");
    assert_claim(j, "sub", ann);
    assert_claim(j, "aud", vendor);
    assert_claim(j, "name", "\"Ann\"");
    assert_claim(j, "email", "\"Ann@x.io\"");
    assert_claim(j, "email_verified", "true");
    assert_claim(j, "metadata", "{\"a\":1}");
    assert_claim(j, "roles", "[\"Reader\"]");
    assert_claim(j, "permissions", "[\"fe.secure.read.users\"]");
    assert_claim(j, "tenantId", "\"one\"");
    assert_claim(j, "tenantIds", "[\"one\",\"two\"]");
    assert_claim(j, "type", "\"userToken\"");
    assert_claim(j, "amr", "[\"pwd\"]");
    assert_claim(j, "profilePictureUrl", "null");
    int64_t iat = 0, exp = 0, auth_time = 0;
    assert_true(json_to_i64(json_get(j, "iat"), &iat) && json_to_i64(json_get(j, "exp"), &exp));
    assert_true(json_to_i64(json_get(j, "auth_time"), &auth_time));
    assert_int_equal(exp - iat, 300);
    assert_true(auth_time <= iat && iat - auth_time < 10);
    assert_int_equal(json_str(json_get(j, "sid")).n, 36);
    assert_true(str_starts(json_str(json_get(j, "iss")), STR("http://127.0.0.1:")));
    json_free(j);
}

static void
the_access_token_opens_what_the_roles_allow(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " USERS "/v3 ~at", NULL, "200"},
        {"GET " USERS "/v1/email?email=ann@x.io ~at", NULL, "403"},
        {"POST " USERS "/v2 ~at", "{'email':'no@x.io'}", "403"},
        {"GET " USERS "/v3 @two ~at", NULL, "403"},
    };
    SCENE(&scene, steps);
}

/* -- who may not come in -- */

static void
nobody_learns_who_may_not_come_in(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io','password':'correct horse battery 8'}",
         REFUSED},
        {"POST " LOGIN " ~none", "{'email':'nobody@x.io'," PASSWORD "}", REFUSED},
        {"POST " LOGIN " ~none", "{'email':'locked@x.io'," PASSWORD "}", REFUSED},
        {"POST " LOGIN " ~none", "{'email':'new@x.io'," PASSWORD "}", REFUSED},
        {"POST " LOGIN " ~none", "{'email':'off@x.io'," PASSWORD "}", REFUSED},
        {"POST " LOGIN " ~none", "{'email':'sso@x.io'," PASSWORD "}", REFUSED},
        {"POST " LOGIN " ~none", "{'username':'nobody'," PASSWORD "}", REFUSED},
    };
    struct str first = {NULL, 0};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        scene_run(&scene, &steps[i], 1);
        struct buf shown;
        buf_init(&shown, 64 * 1024);
        struct str rest = scene.reply.head, line;
        while (str_next(&rest, '\n', &line))
            if (!str_starts(line, STR("frontegg-trace-id")) && !str_starts(line, STR("Date")))
                buf_add_str(&shown, line);
        buf_add_str(&shown, scene.reply.body);
        struct str all = arena_str(&scene.t.arena, buf_str(&shown));
        buf_fini(&shown);
        if (i == 0)
            first = all;
        assert_true(str_eq(all, first));
    }
}

static void
requests_that_name_nobody(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{" PASSWORD "}",
         "400; errors=['Either email or username must be provided']; errorCode='ER-000a64f544'"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'}", "400; ~password"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io','password':''}",
         "400; ~password should not be empty"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io','password':7}", "400; ~password must be"},
        {"POST " LOGIN " ~none", "{'email':'a@b@evil.io','password':'x'}", "400; ~email"},
        {"POST " LOGIN " ~none", "[]", "400"},
        {"POST " LOGIN " ~none", NULL, "400"},
    };
    SCENE(&scene, steps);
}

static void
names_are_found_in_any_case(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{'email':'ANN@X.IO'," PASSWORD "}", "200"},
        {"POST " USERS "/v2 @one",
         "{'email':'u@x.io','username':'Ursula','skipInviteEmail':true," PASSWORD "}",
         "201; id>ursula"},
        {"POST " USERS "/v1/$ursula/verify", NULL, "200"},
        {"POST " LOGIN " ~none", "{'username':'uRSULA'," PASSWORD "}", "200; userId='$ursula'"},
        {"POST " LOGIN " ~none", "{'username':'u@x.io'," PASSWORD "}", "401"},
        {"POST /frontegg" LOGIN "/ ~none", "{'username':'ursula'," PASSWORD "}", "200"},
    };
    SCENE(&scene, steps);
}

static void
unverified_ones_may_if_the_environment_says_so(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG, "{'allowNotVerifiedUsersLogin':true}", "201"},
        {"POST " LOGIN " ~none", "{'email':'new@x.io'," PASSWORD "}", "200; emailVerified=false"},
        {"POST " CONFIG, "{'allowNotVerifiedUsersLogin':false}", "201"},
        {"POST " LOGIN " ~none", "{'email':'new@x.io'," PASSWORD "}", REFUSED},
    };
    SCENE(&scene, steps);
}

/* -- refreshing -- */

static void
refresh_works_from_the_cookie_alone(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}",
         "200; refreshToken>rt; accessToken>at"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt; accessToken?; userId='$ann'"},
        {"POST " REFRESH COOKIE, NULL, "200; refreshToken>rt"},
        {"POST " REFRESH COOKIE, "{'tenantId':null}", "200; refreshToken>rt"},
        {"POST " REFRESH " ~none +Cookie:a=b;fe_refresh_$vendor=$rt;c=d", "{}",
         "200; refreshToken>rt"},
        {"POST /frontegg" REFRESH COOKIE " +frontegg-vendor-host:https://app.example.com", "{}",
         "200; refreshToken>rt"},
        {"GET " USERS "/v3 ~at", NULL, "200"}, /* the older access token goes on until it ends */
        {"POST " REFRESH " ~none", "{}", NO_SESSION},
        {"POST " REFRESH " ~none +Cookie:fe_refresh_x=$rt", "{}", NO_SESSION},
        {"POST " REFRESH " ~none +Cookie:fe_refresh_$rc=", "{}", NO_SESSION},
        {"POST " REFRESH " ~none +Cookie:fe_refresh_$rc=a.b.c", "{}", NO_SESSION},
        {"POST " REFRESH " ~at", "{}", NO_SESSION},
        {"POST " REFRESH " +Cookie:fe_refresh_$rc=$at ~none", "{}", NO_SESSION},
        {"POST " REFRESH COOKIE, "{'tenantId':7}", "400; ~tenantId"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt"},
    };
    SCENE(&scene, steps);
    assert_true(str_given(tserver_header(&scene.reply, "set-cookie")));
}

static void
a_token_used_twice_ends_the_session(void **state)
{
    (void)state;
    static const struct step good[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; refreshToken>rt"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; refreshToken>other"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt2; accessToken>at2"},
        {"GET " USERS "/v3 ~at2", NULL, "200"},
    };
    static const struct step reused[] = {{"POST " REFRESH COOKIE, "{}", NO_SESSION}};
    static const struct step after[] = {
        {"POST " REFRESH " ~none +Cookie:fe_refresh_$rc=$rt2", "{}", NO_SESSION},
        {"GET " USERS "/v3 ~at2", NULL, "401"},
        {"POST " REFRESH " ~none +Cookie:fe_refresh_$rc=$other", "{}", "200"},
        {"GET /audits/resources/audits/v2?count=1&offset=0&filter=used%20again", NULL,
         "200; data.0.severity='High'; data.0.userId='$ann'"},
    };
    SCENE(&scene, good);
    SCENE(&scene, reused);
    SCENE(&scene, after);
}

/* Who does not know which session it is can end none. (Who does has had one of its tokens.) */
static void
a_forged_token_changes_nothing(void **state)
{
    (void)state;
    static const struct step login[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; refreshToken>rt"}};
    static const struct step forged[] = {
        {"POST " REFRESH " ~none +Cookie:fe_refresh_$rc=$forged", "{}", NO_SESSION}};
    static const struct step good[] = {{"POST " REFRESH COOKIE, "{}", "200"}};
    SCENE(&scene, login);
    struct str token = scene_value(&scene, "rt");
    for (size_t i = 0; i < 80; i += 3) {
        struct str copy = arena_str(&scene.t.arena, token);
        union {
            const char *in;
            char *out;
        } p = {.in = copy.p};
        p.out[i] ^= 1;
        scene_keep(&scene, "forged", copy);
        SCENE(&scene, forged);
        scene_keep(&scene, "forged", str_sub(token, 0, i));
        SCENE(&scene, forged);
    }
    SCENE(&scene, good);
}

static void
without_rotation_the_token_stays(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG, "{'rotateRefreshTokens':false}", "201"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; refreshToken>rt"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken='$rt'"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken='$rt'"},
        {"POST " CONFIG, "{'rotateRefreshTokens':true}", "201"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt"},
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt"},
    };
    SCENE(&scene, steps);
}

static void
a_refresh_may_switch_the_tenant(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST /tenants/resources/tenants/v1", "{'tenantId':'foreign','name':'F'}", "201"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; refreshToken>rt"},
        {"POST " REFRESH COOKIE, "{'tenantId':'foreign'}", "403; ~not a member"},
        {"POST " REFRESH COOKIE, "{'tenantId':'nowhere'}", "403; ~not a member"},
        {"POST " REFRESH COOKIE, "{'tenantId':'two'}", "200; refreshToken>rt; accessToken>at"},
    };
    static const struct step next[] = {
        {"POST " REFRESH COOKIE, "{}", "200; refreshToken>rt; accessToken>at"}};
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            SCENE(&scene, steps);
        else
            SCENE(&scene, next); /* it stays there */
        struct json *j = scene_claims(&scene, "at");
        assert_claim(j, "tenantId", "\"two\"");
        assert_claim(j, "roles", "[]");
        json_free(j);
    }
}

/* Cookies go along with pages of strangers; those get nothing for them. */
static void
other_sites_have_no_cookies_here(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; refreshToken>rt"},
        {"POST " REFRESH COOKIE " +Origin:https://evil.example", "{}", NO_SESSION},
        {"POST " REFRESH COOKIE " +Origin:null", "{}", NO_SESSION},
        {"POST " REFRESH COOKIE " +Sec-Fetch-Site:cross-site", "{}", NO_SESSION},
        {"POST " LOGOUT COOKIE " +Origin:https://evil.example", "{}", NO_SESSION},
        {"POST " REFRESH COOKIE " +Origin:http://127.0.0.1", "{}", "200; refreshToken>rt"},
        {"POST " REFRESH COOKIE " +Sec-Fetch-Site:same-origin", "{}", "200; refreshToken>rt"},
    };
    SCENE(&scene, steps);
    struct str allowed = tserver_header(&scene.reply, "access-control-allow-origin");
    assert_false(str_given(allowed));
}

/* -- signing out -- */

static void
signing_out_ends_the_session(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}",
         "200; refreshToken>rt; accessToken>at"},
        {"POST " LOGOUT COOKIE, "{}", "201"},
        {"GET " USERS "/v3 ~at", NULL, "401"},
        {"POST " REFRESH COOKIE, "{}", NO_SESSION},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; accessToken>at"},
        {"POST " LOGOUT " ~at", NULL, "201"},
        {"GET " USERS "/v3 ~at", NULL, "401"},
        {"POST " LOGOUT " ~none", NULL, NO_SESSION},
        {"POST " LOGOUT " ~none +Cookie:fe_refresh_$rc=a.b.c", NULL, NO_SESSION},
        {"POST " LOGOUT COOKIE, NULL, "201"}, /* again: over is over */
    };
    SCENE(&scene, steps);
    struct str cookie = tserver_header(&scene.reply, "set-cookie");
    assert_true(str_find(cookie, STR("Expires=Thu, 01 Jan 1970 00:00:00 GMT")) > 0);
}

/* -- what tokens hold -- */

static void
claims_may_be_left_out(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG, "{'addRolesToJwt':false,'addPermissionsToJwt':false}", "201"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; accessToken>at"},
        {"GET " USERS "/v3 ~at", NULL, "200"}, /* they hold nevertheless */
        {"POST " USERS "/v2 ~at", "{'email':'no@x.io'}", "403"},
        {"POST " CONFIG, "{'addRolesToJwt':true,'addPermissionsToJwt':true}", "201"},
    };
    SCENE(&scene, steps);
    struct json *j = scene_claims(&scene, "at");
    assert_null(json_get(j, "roles"));
    assert_null(json_get(j, "permissions"));
    json_free(j);
}

static void
lifetimes_are_configured(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"POST " CONFIG, "{'defaultTokenExpiration':900,'cookieSameSite':'STRICT'}", "201"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; expiresIn=900"},
    };
    static const struct step back[] = {
        {"POST " CONFIG, "{'defaultTokenExpiration':300,'cookieSameSite':'NONE'}", "201"}};
    SCENE(&scene, steps);
    assert_true(str_ends(tserver_header(&scene.reply, "set-cookie"), STR("SameSite=Strict")));
    SCENE(&scene, back);
}

static void
an_old_password_opens_the_way_to_a_new_one(void **state)
{
    (void)state;
    static const struct step before[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}", "200; refreshToken>rt"},
        {"POST " CONFIG "/password-rotation",
         "{'isActive':true,'rotationPeriod':129600,'notificationPeriod':10080}", "200"},
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}",
         "200; accessToken?; notificationPeriod=10080; passwordExpiresIn?"},
    };
    static const struct step after[] = {
        {"POST " LOGIN " ~none", "{'email':'ann@x.io'," PASSWORD "}",
         "200; accessToken!; refreshToken!; resetPasswordToken?; userId='$ann'"},
        {"POST " REFRESH COOKIE, "{}", "200; accessToken!; resetPasswordToken?"},
        {"POST " CONFIG "/password-rotation", "{'isActive':false}", "200"},
        {"POST " REFRESH COOKIE, "{}", "200; accessToken?"},
    };
    SCENE(&scene, before);
    change("UPDATE users SET password_changed_at = 1000 WHERE email_key = 'ann@x.io'");
    SCENE(&scene, after);
}

/* -- from a new device -- */

static void
a_new_device_is_told_of_where_wanted(void **state)
{
    (void)state;
#define FIREFOX " +User-Agent:Mozilla/5.0(X11;Linux)Firefox/128.0"
#define SAFARI " +User-Agent:Mozilla/5.0(X11;Linux)Safari/605.1"
#define IN "{'email':'gus@x.io'," PASSWORD "}"
    static const struct step steps[] = {
        {"POST " USERS "/v2 @one", "{'email':'gus@x.io'," PASSWORD ",'skipInviteEmail':true}",
         "201; id>gus"},
        {"POST " USERS "/v1/$gus/verify", NULL, "200"},
        /* Nobody asked for it: nothing is remembered, and nothing sent. */
        {"POST " LOGIN " ~none" FIREFOX, IN, "200"},
        {"POST " LOGIN " ~none" SAFARI, IN, "200"},
        {"POST /identity/resources/mail/v1/configs/templates",
         "{'type':'ConnectNewDevice','active':true,'subject':'New: {{device}}'}", "201"},
        {"POST " LOGIN " ~none" FIREFOX, IN, "200"},
        {"POST " LOGIN " ~none" FIREFOX, IN, "200"},
        {"POST " LOGIN " ~none" SAFARI, IN, "200"},
        {"OUTBOX gus@x.io", NULL,
         "200; template='ConnectNewDevice'; subject='New: Safari on Linux'; ~127.0.0.1; token!"},
        {"POST " LOGIN " ~none" SAFARI, IN, "200"},
        {"POST " LOGIN " ~none", IN, "200"},
        {"OUTBOX gus@x.io", NULL,
         "200; template='ConnectNewDevice'; subject='New: an unknown device'"},
        {"POST /identity/resources/mail/v1/configs/templates",
         "{'type':'ConnectNewDevice','active':false}", "201"},
    };
    SCENE(&scene, steps);
}

/* -- for others -- */

static void
a_vendor_may_check_passwords(void **state)
{
    (void)state;
#define VERIFY "POST /identity/resources/vendor-only/users/v1/passwords/verify"
    static const struct step steps[] = {
        {VERIFY, "{'email':'ANN@x.io'," PASSWORD "}", "200; isValid=true"},
        {VERIFY, "{'email':'ann@x.io','password':'wrong'}", "200; isValid=false"},
        {VERIFY, "{'email':'nobody@x.io'," PASSWORD "}", "200; isValid=false"},
        {VERIFY " ~none", "{'email':'ann@x.io'," PASSWORD "}", "401"},
    };
    SCENE(&scene, steps);
}

static void
strategies_are_public(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"GET " CONFIG "/auth/strategies/public ~none", NULL,
         "200; password=true; socialLogin=false; sso=false; authStrategy='EmailAndPassword'"},
    };
    SCENE(&scene, steps);
    scene_ledger_of(&scene, (const struct op_binding *const[]){sign_in_ops, refresh_ops, NULL});
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
        cmocka_unit_test(the_answer_is_the_documented_one),
        cmocka_unit_test(the_access_token_says_who_and_what),
        cmocka_unit_test(the_access_token_opens_what_the_roles_allow),
        cmocka_unit_test(nobody_learns_who_may_not_come_in),
        cmocka_unit_test(requests_that_name_nobody),
        cmocka_unit_test(names_are_found_in_any_case),
        cmocka_unit_test(unverified_ones_may_if_the_environment_says_so),
        cmocka_unit_test(refresh_works_from_the_cookie_alone),
        cmocka_unit_test(a_token_used_twice_ends_the_session),
        cmocka_unit_test(a_forged_token_changes_nothing),
        cmocka_unit_test(without_rotation_the_token_stays),
        cmocka_unit_test(a_refresh_may_switch_the_tenant),
        cmocka_unit_test(other_sites_have_no_cookies_here),
        cmocka_unit_test(signing_out_ends_the_session),
        cmocka_unit_test(claims_may_be_left_out),
        cmocka_unit_test(lifetimes_are_configured),
        cmocka_unit_test(an_old_password_opens_the_way_to_a_new_one),
        cmocka_unit_test(a_new_device_is_told_of_where_wanted),
        cmocka_unit_test(a_vendor_may_check_passwords),
        cmocka_unit_test(strategies_are_public),
    };
    return cmocka_run_group_tests_name("scenarios of signing in", tests, start, stop);
}
