/*
 * kill -9 in the middle of a job: after a restart it goes on, and each item has happened once. On
 * PostgreSQL two servers share the jobs; one of them is killed, and the other ends its work.
 * TEST_KILL_ROUNDS (2), TEST_JOB_ITEMS (80), TEST_IMPORT_USERS (3000) and TEST_IMPORT_KILLS (3) make
 * it longer.
 */
#include "base/clock.h"
#include "base/json.h"
#include "db/db.h"
#include "tests/support/old_passwords.h"
#include "tests/support/process.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20, JOBS = 3, ITEMS_MAX = 1000, KILL_WITHIN_US = 150000 };

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
        usleep((useconds_t)(random() % KILL_WITHIN_US)); /* in the middle of a transaction, too */
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
#ifdef __SANITIZE_ADDRESS__
enum { FLAT_KIB = 1024 * 1024 }; /* what was freed is kept for a while */
#else
enum { FLAT_KIB = 64 * 1024 };
#endif

/* Users of an import: how many, and in how many requests so far. */
struct import {
    int users, n;
    bool all_costly;
    char ids[IMPORTS_MAX][64];
    long most_kib; /* the server's own memory, as often as it was looked at */
};
static struct import import;

static int
import_users(void)
{
    const char *text = getenv("TEST_IMPORT_USERS");
    int n = text ? (int)strtol(text, NULL, 10) : 3000;
    return n < IMPORT_BATCH * IMPORTS_MAX ? n : IMPORT_BATCH * IMPORTS_MAX;
}

static void
watch_memory(const struct process *p)
{
    long kib = process_kib(p, "RssAnon:");
    import.most_kib = kib > import.most_kib ? kib : import.most_kib;
}

/* Of each request the last user's. */
static bool
is_costly(int user)
{
    return user % IMPORT_BATCH == IMPORT_BATCH - 1 || user == import.users - 1;
}

static const struct old_password *
password_of(int user)
{
    return import.all_costly || is_costly(user) ? &costly_hashes[user % COSTLY_HASHES]
                                                : &old_passwords[user % OLD_PASSWORDS];
}

static size_t
write_user(char *out, size_t size, int user)
{
    const struct old_password *old = password_of(user);
    char members[1024];
    size_t n = strlen(old->members);
    for (size_t i = 0; i <= n; i++)
        members[i] = (char)(old->members[i] == '\'' ? '"' : old->members[i]);
    int len = snprintf(out, size,
                       "%s{\"tenantId\":\"imported\",\"email\":\"m%d@old.io\","
                       "\"verifyUser\":true,\"passwordHash\":\"%s\"%s}",
                       user % IMPORT_BATCH ? "," : "", user, old->hash, members);
    assert_true(len > 0 && (size_t)len < size);
    return (size_t)len;
}

static int
users_in(int place)
{
    int left = import.users - place * IMPORT_BATCH;
    return left < IMPORT_BATCH ? left : IMPORT_BATCH;
}

static void
start_import(const struct process *p)
{
    static char body[ANSWER_MAX - 8192];
    int first = import.n * IMPORT_BATCH;
    size_t at = (size_t)snprintf(body, sizeof body, "{\"users\":[");
    for (int i = 0; i < users_in(import.n); i++)
        at += write_user(body + at, sizeof body - at, first + i);
    snprintf(body + at, sizeof body - at, "]}");
    assert_int_equal(ask(p, "POST", "/identity/resources/migrations/v1/local/bulk", "", body), 202);
    struct json *j = body_of_answer();
    snprintf(import.ids[import.n++], 64, "%.*s", STR_ARG(json_str(json_get(j, "migrationId"))));
    json_free(j);
}

/* What it says in the end is in `answer`. */
static void
wait_for_import(const struct process *p, int place)
{
    char path[160];
    snprintf(path, sizeof path, "/identity/resources/migrations/v1/local/bulk/status/%s",
             import.ids[place]);
    do {
        usleep(2000);
        watch_memory(p);
        assert_int_equal(ask(p, "GET", path, "", ""), 200);
    } while (strstr(answer, "\"state\":\"IN_PROGRESS\""));
    assert_int_equal(number(NULL, "totalUsers"), users_in(place));
}

static int64_t
count_imported(const struct process *p)
{
    assert_int_equal(ask(p, "GET", "/identity/resources/users/v3?_limit=1", "imported", ""), 200);
    return number("_metadata", "totalItems");
}

/* All but the last of the request are there, and the report names that one and says why. */
static void
check_import(const struct process *p, int place)
{
    char email[64];
    wait_for_import(p, place);
    assert_non_null(strstr(answer, "\"state\":\"COMPLETED\""));
    assert_int_equal(number(NULL, "migratedUsers"), users_in(place) - 1);
    snprintf(email, sizeof email, "\"errors\":[{\"email\":\"m%d@old.io\",",
             place * IMPORT_BATCH + users_in(place) - 1);
    assert_non_null(strstr(answer, email));
    assert_non_null(strstr(answer, "\"message\":\"passwordHash: "));
}

/* With the password of old, which is then hashed as ours are. */
static void
try_sign_in(const struct process *p, int user)
{
    char body[160];
    snprintf(body, sizeof body, "{\"email\":\"m%d@old.io\",\"password\":\"%s\"}", user,
             password_of(user)->password);
    for (int i = 0; i < 2; i++)
        assert_int_equal(process_call(p, "POST", "/identity/resources/auth/v1/user", body, answer,
                                      sizeof answer),
                         200);
}

static int64_t
count_rehashed(const struct process *p)
{
    char url[600];
    struct db *db;
    struct db_conn *conn;
    struct err err;
    int64_t n = -1;
    const char *pg = getenv("GATEHOUSE_TEST_PG");
    snprintf(url, sizeof url, "sqlite:%s/gatehouse.db", p->data);
    assert_int_equal(db_open(&db, str_of(pg ? pg : url), NULL, &err), ERR_OK);
    assert_int_equal(db_begin(db, DB_READ, &conn, &err), ERR_OK);
    assert_int_equal(db_query_int(conn,
                                  "SELECT COUNT(*) FROM users WHERE email LIKE 'm%@old.io' AND "
                                  "password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'",
                                  DB_NO_ARGS, &n, NULL, &err),
                     ERR_OK);
    db_rollback(conn);
    db_close(db);
    return n;
}

/* Kills the server once so many users are there; how many there are after the restart. */
static int64_t
kill_at(struct process *p, int64_t users)
{
    while (count_imported(p) < users) {
        usleep(1000);
        watch_memory(p);
    }
    usleep((useconds_t)(random() % 20000));
    process_kill(p);
    assert_true(process_start(p, "jobs", NULL));
    return count_imported(p);
}

static void
check_imported(struct process *p)
{
    int kinds = 2 * OLD_PASSWORDS;
    for (int i = 0; i < import.n; i++)
        check_import(p, i);
    assert_int_equal(count_imported(p), import.users - import.n);
    assert_int_equal(ask(p, "GET",
                         "/audits/resources/audits/v2?count=1&offset=0&filter=Imported%20user", "",
                         ""),
                     200);
    assert_int_equal(number(NULL, "total"), import.users - import.n);
    for (int i = 0; i < OLD_PASSWORDS; i++) {
        try_sign_in(p, i);
        try_sign_in(p, import.users - 2 - i);
    }
    assert_int_equal(process_stop(p), 0);
    assert_int_equal(count_rehashed(p), kinds);
}

/*
 * The server is killed again and again: everybody is there in the end, once, with the password of old,
 * but those whose hashes are too costly, and no memory went to these.
 */
static void
an_import_is_complete_after_kills(void **state)
{
    (void)state;
    int kills = setting("TEST_IMPORT_KILLS", 3);
    struct process *p = &servers[0];
    import = (struct import){.users = import_users()};
    assert_true(process_start(p, "jobs", NULL));
    assert_int_equal(process_call(p, "POST", "/tenants/resources/tenants/v1",
                                  "{\"tenantId\":\"imported\",\"name\":\"n\"}", answer,
                                  sizeof answer),
                     201);
    long before = process_kib(p, "RssAnon:");
    int64_t began = clock_mono_ms();
    while (import.n * IMPORT_BATCH < import.users)
        start_import(p);
    for (int i = 0; i < kills; i++) {
        int64_t there = kill_at(p, (int64_t)import.users * i / (kills + 1));
        printf("# killed with %lld of %d users there\n", (long long)there, import.users);
    }
    check_imported(p);
    printf("# %d users in %d requests, %lld ms; memory %ld KiB before, %ld KiB at most\n",
           import.users, import.n, (long long)(clock_mono_ms() - began), before, import.most_kib);
    assert_true(import.most_kib < before + FLAT_KIB);
}

/* Each is refused, and none is tried. */
static void
costly_hashes_cost_nothing(void **state)
{
    (void)state;
    struct process *p = &servers[0];
    import = (struct import){.users = IMPORT_BATCH, .all_costly = true};
    assert_true(process_start(p, "jobs", NULL));
    long before = process_kib(p, "VmHWM:");
    start_import(p);
    wait_for_import(p, 0);
    assert_non_null(strstr(answer, "\"state\":\"FAILED\""));
    assert_int_equal(number(NULL, "migratedUsers"), 0);
    int refused = 0;
    for (const char *at = answer; (at = strstr(at, "\"message\":\"passwordHash: ")); at++)
        refused++;
    assert_int_equal(refused, import.users);
    long most = process_kib(p, "VmHWM:");
    printf("# %d costly hashes; memory %ld KiB before, %ld KiB at most\n", import.users, before,
           most);
    assert_true(most < before + FLAT_KIB);
    assert_int_equal(process_stop(p), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_server_goes_on_after_a_restart),
        cmocka_unit_test(a_stopped_server_goes_on_after_a_restart),
        cmocka_unit_test(two_servers_share_the_work),
        cmocka_unit_test(costly_hashes_cost_nothing),
        cmocka_unit_test(an_import_is_complete_after_kills),
    };
    return cmocka_run_group_tests_name("kill jobs", tests, NULL, NULL);
}
