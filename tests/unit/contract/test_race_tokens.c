/*
 * Tokens of machines on two servers: a refresh token works once, however many use it at the same
 * moment, and what one server has deleted the other lets in no more after a second. See
 * tests/support/race.h.
 */
#include "tests/support/race.h"

#include "base/clock.h"

#include <poll.h>
#include <stdio.h>

enum { TOKEN_MAX = 200, JWT_MAX = 900, FORGOTTEN_MS = 1000 };

#define API "/identity/resources/tenants/api-tokens/v1"
#define ACCESS "/identity/resources/tenants/access-tokens/v1"
#define AUTH "/identity/resources/auth/v2/api-token"
#define IN_RACE "frontegg-tenant-id: race\r\n"

struct machine {
    char id[64], jwt[JWT_MAX], refresh[TOKEN_MAX];
};

static void
sign_in(struct machine *m)
{
    char secret[64], body[RACE_TEXT_MAX];
    struct race_reply r = race_ask(0, "POST", API, IN_RACE, "{}");
    assert_int_equal(r.status, 201);
    snprintf(m->id, sizeof m->id, "%.*s", STR_ARG(json_str(json_get(r.json, "clientId"))));
    snprintf(secret, sizeof secret, "%.*s", STR_ARG(json_str(json_get(r.json, "secret"))));
    json_free(r.json);
    snprintf(body, sizeof body, "{\"clientId\":\"%s\",\"secret\":\"%s\"}", m->id, secret);
    r = race_ask(1, "POST", AUTH, NULL, body);
    assert_int_equal(r.status, 200);
    snprintf(m->jwt, sizeof m->jwt, "%.*s", STR_ARG(json_str(json_get(r.json, "access_token"))));
    snprintf(m->refresh, sizeof m->refresh, "%.*s",
             STR_ARG(json_str(json_get(r.json, "refresh_token"))));
    json_free(r.json);
}

static void
a_refresh_token_works_once(void **state)
{
    (void)state;
    for (int round = 0; round < race_rounds(RACE_ROUNDS); round++) {
        struct machine m;
        int n = race_callers(24);
        sign_in(&m);
        for (int i = 0; i < n; i++) {
            race_caller[i].path = AUTH "/token/refresh";
            race_caller[i].headers[0] = '\0';
            snprintf(race_caller[i].body, sizeof race_caller[i].body, "{\"refreshToken\":\"%s\"}",
                     m.refresh);
        }
        assert_int_equal(race_run(n, 200), 1);
        /* Whoever won: the others have shown that the token is in two hands. */
        struct race_reply r = race_ask(1, "POST", AUTH "/token/refresh", NULL, race_caller[0].body);
        assert_int_equal(r.status, 401);
        json_free(r.json);
    }
}

/* Lists what the token has no permission for: 403 while it is good, 401 when it is none. */
static int
try_jwt(int which, const char *jwt)
{
    char headers[JWT_MAX + 100];
    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n", jwt);
    struct race_reply r = race_ask(which, "GET", API, headers, "");
    json_free(r.json);
    return r.status;
}

static void
wait_until(int64_t when)
{
    for (int64_t left; (left = when - clock_mono_ms()) > 0;)
        (void)poll(NULL, 0, (int)left);
}

static void
gone_within_a_second(const char *jwt, const char *path)
{
    assert_int_equal(try_jwt(0, jwt), 403);
    assert_int_equal(try_jwt(1, jwt), 403);
    race_must("DELETE", path, IN_RACE, "", 200, NULL, NULL, 0);
    int64_t deleted = clock_mono_ms();
    assert_int_equal(try_jwt(0, jwt), 401);
    wait_until(deleted + FORGOTTEN_MS);
    assert_int_equal(try_jwt(1, jwt), 401);
}

static void
what_is_deleted_is_gone_everywhere(void **state)
{
    (void)state;
    struct machine m;
    char path[RACE_TEXT_MAX];
    sign_in(&m);
    snprintf(path, sizeof path, API "/%s", m.id);
    gone_within_a_second(m.jwt, path);
    struct race_reply r = race_ask(0, "POST", ACCESS, IN_RACE, "{}");
    assert_int_equal(r.status, 201);
    snprintf(path, sizeof path, ACCESS "/%.*s", STR_ARG(json_str(json_get(r.json, "id"))));
    snprintf(m.jwt, sizeof m.jwt, "%.*s", STR_ARG(json_str(json_get(r.json, "secret"))));
    json_free(r.json);
    gone_within_a_second(m.jwt, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refresh_token_works_once),
        cmocka_unit_test(what_is_deleted_is_gone_everywhere),
    };
    if (!race_start()) {
        print_error("the servers did not start\n");
        return 1;
    }
    int failed = cmocka_run_group_tests_name("token races", tests, NULL, NULL);
    race_stop();
    return failed;
}
