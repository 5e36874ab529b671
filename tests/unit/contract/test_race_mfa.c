/*
 * What may happen once happens once, however many ask at the same moment: a code of an authenticator,
 * a recovery code, a waiting sign-in. On PostgreSQL two servers are asked, on SQLite there is one.
 * GATEHOUSE_RACE_ROUNDS and GATEHOUSE_RACE_CALLERS make it longer.
 */
#include "base/json.h"
#include "base/mem.h"
#include "tests/support/process.h"
#include "tests/support/totp_app.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MAX = 1 << 16, TEXT_MAX = 4096, CALLERS_MAX = 200, ID_MAX = 64, TOKEN_MAX = 128 };

#define PASSWORD "a horse, a battery"
#define AUTH "/identity/resources/auth/v1/user"
#define OWN "/identity/resources/users/v1/mfa"

static struct process servers[2];
static int n_servers = 1;

static int
setting(const char *name, int preset)
{
    const char *text = getenv(name);
    int64_t v = preset;
    if (text)
        (void)str_to_i64(str_of(text), &v);
    return (int)v;
}

/* ---- one request ---- */

struct reply {
    int status;
    struct json *json;
};

static struct reply
ask(int which, const char *method, const char *path, const char *user, const char *body)
{
    const struct process *p = &servers[which % n_servers];
    char *request = mem_new(1, ANSWER_MAX), *answer = mem_new(1, ANSWER_MAX);
    int n =
        snprintf(request, ANSWER_MAX,
                 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
                 "Content-Type: application/json\r\nContent-Length: %zu\r\n%s%s%s\r\n%s",
                 method, path, p->token, strlen(body), user ? "frontegg-user-id: " : "",
                 user ? user : "", user ? "\r\n" : "", body);
    struct reply r = {
        .status = raw_request(p->port, (struct str){request, (size_t)n}, answer, ANSWER_MAX)};
    const char *start = strstr(answer, "\r\n\r\n");
    if (start)
        r.json = json_parse(str_of(start + 4), ANSWER_MAX, NULL);
    mem_free(request);
    mem_free(answer);
    return r;
}

/* One that has to work; copies a member of the answer. */
static void
must(const char *method, const char *path, const char *user, const char *body, int status,
     const char *member, char *out, size_t size)
{
    struct reply r = ask(0, method, path, user, body);
    if (r.status != status)
        fail_msg("%s %s: %d, wanted %d", method, path, r.status, status);
    if (member)
        snprintf(out, size, "%.*s", STR_ARG(json_str(json_get(r.json, member))));
    json_free(r.json);
}

/* ---- a person with an app ---- */

struct person {
    char id[ID_MAX], email[ID_MAX], recovery[ID_MAX];
    struct totp_app app;
};

static void
add_person(struct person *p, struct arena *a, const char *what, int round)
{
    static char qr[ANSWER_MAX];
    char body[TEXT_MAX], path[TEXT_MAX];
    snprintf(p->email, sizeof p->email, "%s-%d@race.example", what, round);
    snprintf(body, sizeof body,
             "{\"email\":\"%s\",\"password\":\"" PASSWORD
             "\",\"tenantId\":\"race\",\"name\":\"R\"}",
             p->email);
    must("POST", "/identity/resources/vendor-only/users/v1", NULL, body, 201, "id", p->id,
         sizeof p->id);
    snprintf(path, sizeof path, "/identity/resources/users/v1/%s/verify", p->id);
    must("POST", path, NULL, "", 200, NULL, NULL, 0);
    must("POST", OWN "/authenticator/enroll", p->id, "", 200, "qrCode", qr, sizeof qr);
    totp_app_scan(&p->app, a, str_of(qr));
    snprintf(body, sizeof body, "{\"token\":\"%.*s\"}", STR_ARG(totp_app_code(&p->app, a, 0)));
    must("POST", OWN "/authenticator/enroll/verify", p->id, body, 200, "recoveryCode", p->recovery,
         sizeof p->recovery);
}

static void
half_sign_in(const struct person *p, char *mfa_token, size_t size)
{
    char body[TEXT_MAX];
    snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" PASSWORD "\"}", p->email);
    must("POST", AUTH, NULL, body, 200, "mfaToken", mfa_token, size);
}

/* ---- all at once ---- */

struct caller {
    pthread_t thread;
    int which;
    const char *path;
    char body[TEXT_MAX];
    int status;
};
static struct caller callers[CALLERS_MAX];
static pthread_barrier_t together;

static void *
call_it(void *arg)
{
    struct caller *c = arg;
    pthread_barrier_wait(&together);
    struct reply r = ask(c->which, "POST", c->path, NULL, c->body);
    c->status = r.status;
    json_free(r.json);
    return NULL;
}

/* How many had `wanted`; everybody else was told no, and nobody that we are broken. */
static int
race(int n, int wanted)
{
    int won = 0;
    pthread_barrier_init(&together, NULL, (unsigned)n);
    for (int i = 0; i < n; i++) {
        callers[i].which = i;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_it, &callers[i]), 0);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(callers[i].thread, NULL);
        won += callers[i].status == wanted;
        if (callers[i].status != wanted && callers[i].status != 400 && callers[i].status != 401 &&
            callers[i].status != 503)
            fail_msg("caller %d was answered %d", i, callers[i].status);
    }
    pthread_barrier_destroy(&together);
    return won;
}

static int
n_callers(int preset)
{
    int n = setting("GATEHOUSE_RACE_CALLERS", preset);
    return n < 2 ? 2 : n > CALLERS_MAX ? CALLERS_MAX : n;
}

/* Each caller has a sign-in of its own; the code is the same. */
static void
a_code_lets_in_one(void **state)
{
    (void)state;
    for (int round = 0; round < setting("GATEHOUSE_RACE_ROUNDS", 4); round++) {
        struct arena a;
        struct person p;
        arena_init(&a, 16 << 20);
        add_person(&p, &a, "code", round);
        int n = n_callers(6) > 12 ? 12 : n_callers(6); /* each costs a password */
        for (int i = 0; i < n; i++) {
            char token[TOKEN_MAX];
            half_sign_in(&p, token, sizeof token);
            callers[i].path = AUTH "/mfa/verify";
            snprintf(callers[i].body, sizeof callers[i].body,
                     "{\"mfaToken\":\"%s\",\"value\":\"%.*s\"}", token,
                     STR_ARG(totp_app_code(&p.app, &a, 1)));
        }
        assert_int_equal(race(n, 201), 1);
        arena_fini(&a);
    }
}

static void
a_waiting_sign_in_ends_once(void **state)
{
    (void)state;
    for (int round = 0; round < setting("GATEHOUSE_RACE_ROUNDS", 4); round++) {
        struct arena a;
        struct person p;
        char token[TOKEN_MAX];
        arena_init(&a, 16 << 20);
        add_person(&p, &a, "token", round);
        half_sign_in(&p, token, sizeof token);
        int n = n_callers(12);
        for (int i = 0; i < n; i++) {
            callers[i].path = AUTH "/mfa/verify";
            snprintf(callers[i].body, sizeof callers[i].body,
                     "{\"mfaToken\":\"%s\",\"value\":\"%.*s\"}", token,
                     STR_ARG(totp_app_code(&p.app, &a, 1)));
        }
        assert_int_equal(race(n, 201), 1);
        arena_fini(&a);
    }
}

static void
a_recovery_code_works_once(void **state)
{
    (void)state;
    for (int round = 0; round < setting("GATEHOUSE_RACE_ROUNDS", 4); round++) {
        struct arena a;
        struct person p;
        arena_init(&a, 16 << 20);
        add_person(&p, &a, "recovery", round);
        int n = n_callers(12);
        for (int i = 0; i < n; i++) {
            callers[i].path = AUTH "/mfa/recover";
            snprintf(callers[i].body, sizeof callers[i].body,
                     "{\"email\":\"%s\",\"recoveryCode\":\"%s\"}", p.email, p.recovery);
        }
        assert_int_equal(race(n, 200), 1);
        arena_fini(&a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_lets_in_one),
        cmocka_unit_test(a_waiting_sign_in_ends_once),
        cmocka_unit_test(a_recovery_code_works_once),
    };
    n_servers = getenv("GATEHOUSE_TEST_PG") ? 2 : 1;
    for (int i = 0; i < n_servers; i++)
        if (!process_start(&servers[i], "race", NULL))
            return 1;
    if (process_call(&servers[0], "POST", "/tenants/resources/tenants/v1",
                     "{\"tenantId\":\"race\",\"name\":\"Race\"}", NULL, 0) != 201)
        return 1;
    int failed = cmocka_run_group_tests_name("race mfa", tests, NULL, NULL);
    for (int i = 0; i < n_servers; i++)
        (void)process_stop(&servers[i]);
    return failed;
}
