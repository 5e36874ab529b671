/*
 * kill -9 in the middle of a job: after a restart it goes on, and each item has happened once. On
 * PostgreSQL two servers share the jobs; one of them is killed, and the other ends its work.
 * TEST_KILL_ROUNDS (2), TEST_JOB_ITEMS (80) and TEST_IMPORT_USERS (300) make it longer.
 */
#include "base/clock.h"
#include "base/json.h"
#include "tests/support/process.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20, JOBS = 3, ITEMS_MAX = 1000 };

static struct process servers[2];
static char answer[ANSWER_MAX], request[ANSWER_MAX];

static int
setting(const char *name, int preset)
{
    const char *text = getenv(name);
    int value = text ? (int)strtol(text, NULL, 10) : preset;
    return value < ITEMS_MAX ? value : ITEMS_MAX;
}

/* Status; the body is in `answer`. */
static int
ask(const struct process *p, const char *method, const char *path, const char *tenant,
    const char *body)
{
    int n =
        snprintf(request, sizeof request,
                 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
                 "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                 "frontegg-tenant-id: %s\r\n\r\n%s",
                 method, path, p->token, strlen(body), tenant, body);
    return raw_request(p->port, (struct str){request, (size_t)n}, answer, sizeof answer);
}

static struct json *
body_of_answer(void)
{
    const char *body = strstr(answer, "\r\n\r\n");
    return body ? json_parse(str_of(body + 4), ANSWER_MAX, NULL) : NULL;
}

static int64_t
number(const char *object, const char *member)
{
    struct json *j = body_of_answer();
    int64_t value = -1;
    (void)json_to_i64(json_get(object ? json_get(j, object) : j, member), &value);
    json_free(j);
    return value;
}

static void
start_job(const struct process *p, const char *tenant, int items, char id[64])
{
    static char body[ANSWER_MAX / 2];
    snprintf(body, sizeof body, "{\"tenantId\":\"%s\",\"name\":\"n\"}", tenant);
    assert_int_equal(
        process_call(p, "POST", "/tenants/resources/tenants/v1", body, answer, sizeof answer), 201);
    size_t n = (size_t)snprintf(body, sizeof body, "{\"users\":[");
    for (int i = 0; i < items; i++)
        n += (size_t)snprintf(body + n, sizeof body - n, "%s{\"email\":\"u%d@%s.io\"}",
                              i ? "," : "", i, tenant);
    snprintf(body + n, sizeof body - n, "]}");
    assert_int_equal(ask(p, "POST", "/identity/resources/users/bulk/v1/invite", tenant, body), 202);
    struct json *j = body_of_answer();
    snprintf(id, 64, "%.*s", STR_ARG(json_str(json_get(j, "id"))));
    json_free(j);
}

/* Asks until so many items are done; what it says then is in `answer`. */
static void
wait_for(const struct process *p, const char *tenant, const char *id, int64_t processed)
{
    char path[160];
    snprintf(path, sizeof path, "/identity/resources/users/bulk/v1/status/%s", id);
    do {
        usleep(1000);
        assert_int_equal(ask(p, "GET", path, tenant, ""), 200);
    } while (number(NULL, "processed") < processed);
}

/* Everybody is there once, in the list, in the report and in the audits. */
static void
check_job(const struct process *p, const char *tenant, const char *id, int items)
{
    wait_for(p, tenant, id, items);
    assert_non_null(strstr(answer, "\"status\":\"Completed\""));
    assert_non_null(strstr(answer, "\"errors\":[]"));
    assert_int_equal(ask(p, "GET", "/identity/resources/users/v3?_limit=1", tenant, ""), 200);
    assert_int_equal(number("_metadata", "totalItems"), items);
    assert_int_equal(ask(p, "GET",
                         "/audits/resources/audits/v2?count=1&offset=0&filter=users_bulk_invite",
                         tenant, ""),
                     200);
    assert_int_equal(number(NULL, "total"), items + 1);
}

static void
a_killed_server_goes_on_after_a_restart(void **state)
{
    (void)state;
    int items = setting("TEST_JOB_ITEMS", 80), rounds = setting("TEST_KILL_ROUNDS", 2);
    char ids[JOBS][64], tenant[40];
    unsigned seed = (unsigned)setting("TEST_SEED", (int)getpid());
    printf("# seed %u\n", seed);
    srandom(seed);
    assert_true(process_start(&servers[0], "jobs", NULL));
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < JOBS; i++) {
            snprintf(tenant, sizeof tenant, "j%d-%d", round, i);
            start_job(&servers[0], tenant, items, ids[i]);
        }
        snprintf(tenant, sizeof tenant, "j%d-0", round);
        wait_for(&servers[0], tenant, ids[0], 1 + random() % items / 2);
        process_kill(&servers[0]);
        assert_true(process_start(&servers[0], "jobs", NULL));
        for (int i = 0; i < JOBS; i++) {
            snprintf(tenant, sizeof tenant, "j%d-%d", round, i);
            check_job(&servers[0], tenant, ids[i], items);
        }
    }
    assert_int_equal(process_stop(&servers[0]), 0);
}

/* A regular stop in between loses nothing either, and does not wait for the whole job. */
static void
a_stopped_server_goes_on_after_a_restart(void **state)
{
    (void)state;
    int items = setting("TEST_JOB_ITEMS", 80);
    char id[64];
    assert_true(process_start(&servers[0], "jobs", NULL));
    start_job(&servers[0], "stopped", items, id);
    wait_for(&servers[0], "stopped", id, 1);
    assert_int_equal(process_stop(&servers[0]), 0);
    assert_true(process_start(&servers[0], "jobs", NULL));
    check_job(&servers[0], "stopped", id, items);
    assert_int_equal(process_stop(&servers[0]), 0);
}

static void
two_servers_share_the_work(void **state)
{
    (void)state;
    if (!getenv("GATEHOUSE_TEST_PG"))
        skip(); /* there is one server to an SQLite file */
    int items = setting("TEST_JOB_ITEMS", 80);
    char ids[JOBS][64], tenant[40];
    for (int i = 0; i < 2; i++)
        assert_true(process_start(&servers[i], "jobs", NULL));
    for (int i = 0; i < JOBS; i++) {
        snprintf(tenant, sizeof tenant, "shared%d", i);
        start_job(&servers[i % 2], tenant, items, ids[i]);
    }
    wait_for(&servers[0], "shared0", ids[0], items / 4);
    process_kill(&servers[0]);
    for (int i = 0; i < JOBS; i++) {
        snprintf(tenant, sizeof tenant, "shared%d", i);
        check_job(&servers[1], tenant, ids[i], items);
    }
    assert_int_equal(process_stop(&servers[1]), 0);
}

/* -- an import of any size, in requests of a thousand users each -- */

enum { IMPORT_BATCH = 1000, IMPORTS_MAX = 1000 };

static int
import_users(void)
{
    const char *text = getenv("TEST_IMPORT_USERS");
    int n = text ? (int)strtol(text, NULL, 10) : 300;
    return n < IMPORT_BATCH * IMPORTS_MAX ? n : IMPORT_BATCH * IMPORTS_MAX;
}

static void
start_import(const struct process *p, int first, int n, char id[64])
{
    static char body[ANSWER_MAX / 2];
    size_t at = (size_t)snprintf(body, sizeof body, "{\"users\":[");
    for (int i = first; i < first + n; i++)
        at += (size_t)snprintf(body + at, sizeof body - at,
                               "%s{\"tenantId\":\"imported\",\"email\":\"m%d@old.io\","
                               "\"verifyUser\":true,\"passwordHash\":"
                               "\"$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\"}",
                               i == first ? "" : ",", i);
    snprintf(body + at, sizeof body - at, "]}");
    assert_int_equal(ask(p, "POST", "/identity/resources/migrations/v1/local/bulk", "", body), 202);
    struct json *j = body_of_answer();
    snprintf(id, 64, "%.*s", STR_ARG(json_str(json_get(j, "migrationId"))));
    json_free(j);
}

/* Asks until so many users of it are there. */
static void
wait_for_import(const struct process *p, const char *id, int64_t users)
{
    char path[160];
    snprintf(path, sizeof path, "/identity/resources/migrations/v1/local/bulk/status/%s", id);
    do {
        usleep(2000);
        assert_int_equal(ask(p, "GET", path, "", ""), 200);
    } while (number(NULL, "migratedUsers") < users);
}

static int64_t
count_imported(const struct process *p)
{
    assert_int_equal(ask(p, "GET", "/identity/resources/users/v3?_limit=1", "imported", ""), 200);
    return number("_metadata", "totalItems");
}

static void
try_sign_in(const struct process *p, int user)
{
    char body[160];
    snprintf(body, sizeof body, "{\"email\":\"m%d@old.io\",\"password\":\"correct horse\"}", user);
    assert_int_equal(
        process_call(p, "POST", "/identity/resources/auth/v1/user", body, answer, sizeof answer),
        200);
}

/* The server is killed in the middle: everybody is there in the end, once, with the password of old. */
static void
an_import_is_complete_after_a_kill(void **state)
{
    (void)state;
    static char ids[IMPORTS_MAX][64];
    int users = import_users(), n = 0, killed = -1;
    assert_true(process_start(&servers[0], "jobs", NULL));
    assert_int_equal(process_call(&servers[0], "POST", "/tenants/resources/tenants/v1",
                                  "{\"tenantId\":\"imported\",\"name\":\"n\"}", answer,
                                  sizeof answer),
                     201);
    int64_t began = clock_mono_ms();
    for (int first = 0; first < users; first += IMPORT_BATCH, n++)
        start_import(&servers[0], first,
                     users - first < IMPORT_BATCH ? users - first : IMPORT_BATCH, ids[n]);
    wait_for_import(&servers[0], ids[n / 2], (users < IMPORT_BATCH ? users : IMPORT_BATCH) / 3);
    process_kill(&servers[0]);
    assert_true(process_start(&servers[0], "jobs", NULL));
    killed = (int)count_imported(&servers[0]);
    for (int i = 0; i < n; i++)
        wait_for_import(&servers[0], ids[i],
                        i + 1 < n || users % IMPORT_BATCH == 0 ? IMPORT_BATCH
                                                               : users % IMPORT_BATCH);
    int64_t took = clock_mono_ms() - began;
    assert_non_null(strstr(answer, "\"state\":\"COMPLETED\""));
    assert_non_null(strstr(answer, "\"errors\":[]"));
    assert_int_equal(count_imported(&servers[0]), users);
    assert_int_equal(ask(&servers[0], "GET",
                         "/audits/resources/audits/v2?count=1&offset=0&filter=Imported%20user", "",
                         ""),
                     200);
    assert_int_equal(number(NULL, "total"), users);
    try_sign_in(&servers[0], 0);
    try_sign_in(&servers[0], users - 1);
    assert_true(killed < users);
    printf("# %d users in %d requests, %d there soon after the kill, %lld ms\n", users, n, killed,
           (long long)took);
    assert_int_equal(process_stop(&servers[0]), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_server_goes_on_after_a_restart),
        cmocka_unit_test(a_stopped_server_goes_on_after_a_restart),
        cmocka_unit_test(two_servers_share_the_work),
        cmocka_unit_test(an_import_is_complete_after_a_kill),
    };
    return cmocka_run_group_tests_name("kill jobs", tests, NULL, NULL);
}
