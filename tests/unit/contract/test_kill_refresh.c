/*
 * kill -9 while people go on with their sessions. Whose answer was lost asks again with the token they
 * have: it either still works, because nothing was exchanged, or is refused as used, and then the
 * session is over and they sign in anew. Nobody has two. TEST_KILL_ROUNDS (3) makes it longer.
 */
#include "base/json.h"
#include "tests/support/process.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PEOPLE = 6, ANSWER_MAX = 1 << 16, MOST_AT_ONCE = 200, TOKEN_SIZE = 400, ID_SIZE = 64 };

#define AUTH "/identity/resources/auth/v1/user"
#define USERS "/identity/resources/users"
#define RIGHT "correct horse battery 9"

struct person {
    pthread_t thread;
    char id[ID_SIZE], email[64], refresh[TOKEN_SIZE];
};

static struct process server;
static struct person people[PEOPLE];
static atomic_int exchanged, stop_at;
static atomic_bool killed;

static int
ask(const char *method, const char *path, const char *headers, const char *body, char *answer)
{
    static _Thread_local char request[ANSWER_MAX];
    int n = snprintf(request, sizeof request,
                     "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     method, path, headers, strlen(body), body);
    return raw_request(server.port, (struct str){request, (size_t)n}, answer, ANSWER_MAX);
}

static void
must(const char *method, const char *path, const char *more, const char *body, int status,
     char *answer)
{
    char headers[6000];
    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\nfrontegg-tenant-id: one\r\n%s",
             server.token, more);
    int got = ask(method, path, headers, body, answer);
    if (got != status)
        fail_msg("%s %s: %d, wanted %d\n%s", method, path, got, status, answer);
}

static void
take(const char *answer, const char *name, char *out, size_t size)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(answer, key);
    if (!at)
        fail_msg("no %s in %s", name, answer);
    at += strlen(key);
    snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
}

static void
sign_in(struct person *p)
{
    static char answer[ANSWER_MAX];
    char body[200];
    snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" RIGHT "\"}", p->email);
    assert_int_equal(ask("POST", AUTH, "", body, answer), 200);
    take(answer, "refreshToken", p->refresh, sizeof p->refresh);
}

static int
go_on(struct person *p)
{
    static _Thread_local char answer[ANSWER_MAX];
    char headers[TOKEN_SIZE + 128];
    snprintf(headers, sizeof headers, "Cookie: fe_refresh_%s=%s\r\n", server.client_id, p->refresh);
    int status = ask("POST", AUTH "/token/refresh", headers, "{}", answer);
    if (status == 200)
        take(answer, "refreshToken", p->refresh, sizeof p->refresh);
    return status;
}

static int
sessions_of(const struct person *p)
{
    static char answer[ANSWER_MAX];
    char header[128];
    snprintf(header, sizeof header, "frontegg-user-id: %s\r\n", p->id);
    must("GET", USERS "/sessions/v1/me", header, "", 200, answer);
    struct json *list = json_parse(str_of(strstr(answer, "\r\n\r\n") + 4), ANSWER_MAX, NULL);
    int n = (int)json_len(list);
    json_free(list);
    return n;
}

static void *
keep_going_on(void *arg)
{
    while (!atomic_load(&killed) && go_on(arg) == 200)
        atomic_fetch_add(&exchanged, 1);
    return NULL;
}

static void *
kill_later(void *arg)
{
    (void)arg;
    while (atomic_load(&exchanged) < atomic_load(&stop_at))
        usleep(200);
    process_kill(&server);
    atomic_store(&killed, true);
    return NULL;
}

static void
run_until_killed(void)
{
    pthread_t killer;
    atomic_store(&exchanged, 0);
    atomic_store(&killed, false);
    atomic_store(&stop_at, 1 + (int)(random() % MOST_AT_ONCE));
    for (int i = 0; i < PEOPLE; i++)
        assert_int_equal(pthread_create(&people[i].thread, NULL, keep_going_on, &people[i]), 0);
    assert_int_equal(pthread_create(&killer, NULL, kill_later, NULL), 0);
    pthread_join(killer, NULL);
    for (int i = 0; i < PEOPLE; i++)
        pthread_join(people[i].thread, NULL);
}

static void
nobody_has_two_sessions_after_a_kill(void **state)
{
    (void)state;
    int rounds = unit_setting("TEST_KILL_ROUNDS", 3), total = 0, lost = 0;
    unsigned seed = (unsigned)unit_setting("TEST_SEED", (int)getpid());
    print_message("# seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < rounds; round++) {
        run_until_killed();
        total += atomic_load(&exchanged);
        assert_true(process_start(&server, "kill-refresh", NULL));
        for (int i = 0; i < PEOPLE; i++) {
            struct person *p = &people[i];
            assert_int_equal(sessions_of(p), 1);
            int status = go_on(p);
            if (status == 200) {
                assert_int_equal(sessions_of(p), 1);
                continue;
            }
            assert_int_equal(status, 401);
            assert_int_equal(sessions_of(p), 0);
            lost++;
            sign_in(p);
        }
    }
    print_message("# %d rounds, %d exchanges answered, %d answers lost\n", rounds, total, lost);
}

static bool
prepare(void)
{
    static char answer[ANSWER_MAX];
    char body[200], path[200];
    if (!process_start(&server, "kill-refresh", NULL))
        return false;
    must("POST", "/tenants/resources/tenants/v1", "", "{\"tenantId\":\"one\"}", 201, answer);
    for (int i = 0; i < PEOPLE; i++) {
        struct person *p = &people[i];
        snprintf(p->email, sizeof p->email, "p%d@kill.example", i);
        snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" RIGHT "\"}", p->email);
        must("POST", USERS "/v2", "", body, 201, answer);
        take(answer, "id", p->id, sizeof p->id);
        snprintf(path, sizeof path, USERS "/v1/%s/verify", p->id);
        must("POST", path, "", "", 200, answer);
        sign_in(p);
    }
    return true;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_has_two_sessions_after_a_kill)};
    if (!prepare())
        return 1;
    int failed = cmocka_run_group_tests_name("kill refresh", tests, NULL, NULL);
    (void)process_stop(&server);
    return failed;
}
