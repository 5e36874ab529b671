/*
 * The same refresh token from many sides at once, more guesses than are allowed, more sign-ins than
 * there may be sessions: over two servers on PostgreSQL, over one on SQLite. What happened is read
 * from the database, not from the answers alone. TEST_RACE_ROUNDS and TEST_RACE_CALLERS make it longer.
 */
#include "base/mem.h"
#include "db/db.h"
#include "tests/support/race.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ANSWER_MAX = 1 << 16,
    CALLERS = 40,
    HASHING = 10,
    ROUNDS = 12,
    LOCKS = 3,
    GUESS_LIMIT = 5,
    SESSIONS = 3,
    MOST_RIGHT = 90 /* more guesses on their way are refused whatever they are */
};

#define AUTH "/identity/resources/auth/v1/user"
#define USERS "/identity/resources/users"
#define RIGHT "correct horse battery 9"

static struct process servers[2];
static int n_servers = 1;

struct reply {
    int status;
    char text[ANSWER_MAX];
};

/* headers: further lines with their ends. */
static void
send_to(int which, const char *method, const char *path, const char *headers, const char *body,
        struct reply *r)
{
    char *request = mem_new(ANSWER_MAX, 1);
    int n = snprintf(request, ANSWER_MAX,
                     "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     method, path, headers, strlen(body), body);
    r->status =
        raw_request_within(servers[which % n_servers].port, (struct str){request, (size_t)n},
                           r->text, sizeof r->text, RACE_PATIENCE_MS);
    mem_free(request);
}

static void
must(const char *method, const char *path, const char *body, int status, struct reply *r)
{
    char headers[5000];
    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\nfrontegg-tenant-id: one\r\n",
             servers[0].token);
    send_to(0, method, path, headers, body, r);
    if (r->status != status)
        fail_msg("%s %s: %d, wanted %d\n%s", method, path, r->status, status, r->text);
}

static void
take(const struct reply *r, const char *name, char out[400])
{
    char key[100];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(r->text, key);
    if (!at)
        fail_msg("no %s in %s", name, r->text);
    at += strlen(key);
    snprintf(out, 400, "%.*s", (int)strcspn(at, "\""), at);
}

static int64_t
ask_database(const char *sql)
{
    const char *pg = getenv("GATEHOUSE_TEST_PG");
    char url[700];
    struct db *db;
    struct db_conn *conn;
    int64_t out = -1;
    struct err err = {.code = ERR_OK};
    snprintf(url, sizeof url, "sqlite:%s/gatehouse.db", servers[0].data);
    if (db_open(&db, pg ? str_of(pg) : str_of(url), &(struct db_options){.read_only = true},
                &err) != ERR_OK ||
        db_begin(db, DB_READ, &conn, &err) != ERR_OK ||
        db_query_int(conn, sql, DB_NO_ARGS, &out, NULL, &err) != ERR_OK)
        fail_msg("%s: %s", sql, err.msg);
    db_rollback(conn);
    db_close(db);
    return out;
}

static void
sign_in(const char *email, char refresh[400])
{
    static struct reply r;
    char body[300];
    snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"" RIGHT "\"}", email);
    send_to(0, "POST", AUTH, "", body, &r);
    if (r.status != 200)
        fail_msg("sign-in of %s: %d %s", email, r.status, r.text);
    take(&r, "refreshToken", refresh);
}

static void
add_person(const char *email, char id[400])
{
    static struct reply r;
    char text[500];
    snprintf(text, sizeof text, "{\"email\":\"%s\",\"password\":\"" RIGHT "\"}", email);
    must("POST", USERS "/v2", text, 201, &r);
    take(&r, "id", id);
    snprintf(text, sizeof text, USERS "/v1/%s/verify", id);
    must("POST", text, "", 200, &r);
}

/* -- many at once -- */

struct caller {
    pthread_t thread;
    int which;
    const char *path, *headers, *body;
    atomic_int *good, *refused, *busy, *other;
    char refresh[400]; /* of whoever succeeded */
};

static pthread_barrier_t together;

static void *
call(void *arg)
{
    struct caller *c = arg;
    struct reply *r = mem_new(1, sizeof *r);
    pthread_barrier_wait(&together);
    send_to(c->which, "POST", c->path, c->headers, c->body, r);
    atomic_fetch_add(r->status == 200   ? c->good
                     : r->status == 401 ? c->refused
                     : r->status == 503 ? c->busy
                                        : c->other,
                     1);
    if (r->status == 200)
        take(r, "refreshToken", c->refresh);
    mem_free(r);
    return NULL;
}

struct outcome {
    atomic_int good, refused, busy, other;
    char refresh[400];
};

static void
all_at_once(int n, const char *path, const char *headers, const char *const bodies[2],
            struct outcome *out)
{
    struct caller *callers = mem_new((size_t)n, sizeof *callers);
    *out = (struct outcome){.good = 0};
    pthread_barrier_init(&together, NULL, (unsigned)n);
    for (int i = 0; i < n; i++) {
        callers[i] = (struct caller){.which = i,
                                     .path = path,
                                     .headers = headers,
                                     .body = bodies[i % 2],
                                     .good = &out->good,
                                     .refused = &out->refused,
                                     .busy = &out->busy,
                                     .other = &out->other};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(callers[i].thread, NULL);
        if (callers[i].refresh[0])
            memcpy(out->refresh, callers[i].refresh, sizeof out->refresh);
    }
    pthread_barrier_destroy(&together);
    mem_free(callers);
}

static void
one_of_many_refreshes_succeeds(void **state)
{
    (void)state;
    static const char *const bodies[2] = {"{}", "{}"};
    char id[400], refresh[400], headers[700];
    struct outcome out;
    int n = race_callers(CALLERS);
    add_person("refresh@x.io", id);
    sign_in("refresh@x.io", refresh);
    for (int round = 0; round < race_rounds(ROUNDS); round++) {
        snprintf(headers, sizeof headers, "Cookie: fe_refresh_%s=%s\r\n", servers[0].client_id,
                 refresh);
        all_at_once(n, AUTH "/token/refresh", headers, bodies, &out);
        assert_int_equal(out.good, 1);
        assert_int_equal(out.refused + out.busy, n - 1);
        int64_t living = ask_database("SELECT COUNT(*) FROM sessions");
        assert_in_range(living, 0, 1);
        memcpy(refresh, out.refresh, sizeof refresh);
        if (living == 0) /* one of them came so late that it was a second use */
            sign_in("refresh@x.io", refresh);
    }
}

/* Half of the callers know the password: whatever the order, no more than the limit are looked at. */
static void
no_more_guesses_than_allowed(void **state)
{
    (void)state;
    static const char *const wrong[2] = {
        "{\"email\":\"GUESS@x.io\",\"password\":\"wrong horse battery 9\"}",
        "{\"email\":\"guess@X.io\",\"password\":\"wrong horse battery 8\"}"};
    static struct reply r;
    char id[400], path[500];
    struct outcome out;
    must("POST", "/identity/resources/configurations/v1/lockout-policy",
         "{\"enabled\":true,\"maxAttempts\":5}", 201, &r);
    add_person("guess@x.io", id);
    snprintf(path, sizeof path, USERS "/v1/%s/unlock", id);
    for (int round = 0; round < race_rounds(LOCKS); round++) {
        all_at_once(race_callers(HASHING), AUTH, "", wrong, &out);
        assert_int_equal(out.good, 0);
        assert_int_equal(out.other, 0);
        assert_int_equal(ask_database("SELECT MAX(failures) FROM guesses"), GUESS_LIMIT);
        assert_int_equal(ask_database("SELECT COUNT(*) FROM users WHERE is_locked = 1"), 1);
        assert_int_equal(ask_database("SELECT COUNT(*) FROM audits WHERE severity = 'High' AND "
                                      "description LIKE 'Locked the user after%'"),
                         round + 1);
        send_to(0, "POST", AUTH, "", "{\"email\":\"guess@x.io\",\"password\":\"" RIGHT "\"}", &r);
        assert_int_equal(r.status, 401);
        must("POST", path, "", 200, &r);
    }
}

static void
no_more_sessions_than_allowed(void **state)
{
    (void)state;
    static const char *const right[2] = {"{\"email\":\"many@x.io\",\"password\":\"" RIGHT "\"}",
                                         "{\"email\":\"Many@x.io\",\"password\":\"" RIGHT "\"}"};
    static struct reply r;
    char id[400];
    struct outcome out;
    add_person("many@x.io", id);
    /* Each counts as a guess until it is known to be right. */
    must("PATCH", "/identity/resources/configurations/v1/lockout-policy",
         "{\"enabled\":false,\"maxAttempts\":5}", 200, &r);
    must("POST", "/identity/resources/configurations/sessions/v1",
         "{\"sessionConcurrentConfiguration\":{\"isActive\":true,\"maxSessions\":3}}", 201, &r);
    int n = race_callers(HASHING) > MOST_RIGHT ? MOST_RIGHT : race_callers(HASHING);
    all_at_once(n, AUTH, "", right, &out);
    assert_true(out.good > SESSIONS);
    assert_int_equal(out.good + out.busy, n);
    assert_int_equal(ask_database("SELECT COUNT(*) FROM sessions s JOIN users u ON "
                                  "u.seq = s.user_seq WHERE u.email = 'many@x.io'"),
                     SESSIONS);
}

static int
stop(void **state)
{
    (void)state;
    for (int i = 0; i < n_servers; i++)
        assert_int_equal(process_stop(&servers[i]), 0);
    return 0;
}

int
main(void)
{
    static const char *const quiet[] = {"--log-level", "error", NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_many_refreshes_succeeds),
        cmocka_unit_test(no_more_guesses_than_allowed),
        cmocka_unit_test(no_more_sessions_than_allowed),
    };
    n_servers = getenv("GATEHOUSE_TEST_PG") ? 2 : 1;
    for (int i = 0; i < n_servers; i++)
        if (!process_start(&servers[i], "races", quiet))
            return 1;
    static struct reply r;
    char headers[5000];
    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n", servers[0].token);
    send_to(0, "POST", "/tenants/resources/tenants/v1", headers,
            "{\"tenantId\":\"one\",\"name\":\"One\"}", &r);
    return cmocka_run_group_tests_name("races of sign-ins", tests, NULL, stop);
}
