/*
 * Trouble while the server runs: the disk is full, or somebody else holds the database. Writes are
 * refused in so many words, reads go on, nothing that was acknowledged is lost, and when the
 * trouble is over everything works again. On SQLite; PostgreSQL keeps its own files.
 */
#define _GNU_SOURCE
#include "tests/support/process.h"

#include "db/db.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOGOUT "/identity/resources/auth/v1/logout"
#define USER "/identity/resources/auth/v1/user"
#define RIGHT "correct horse battery 9"

static struct process server;

static int
create(const char *id, char *answer, size_t max)
{
    /* Some size, so that the disk fills in a few calls. */
    static char body[20000];
    int n = snprintf(body, sizeof body, "{\"tenantId\":\"%s\",\"address\":\"", id);
    memset(body + n, 'x', 16000);
    snprintf(body + n + 16000, sizeof body - (size_t)n - 16000, "\"}");
    return process_call(&server, "POST", "/tenants/resources/tenants/v1", body, answer, max);
}

/* The server itself waits for the lock, longer than process_call does. */
static int
create_patiently(const char *id, char *answer, size_t max)
{
    char request[8192];
    int n = snprintf(request, sizeof request,
                     "POST /tenants/resources/tenants/v1 HTTP/1.1\r\nHost: x\r\n"
                     "Connection: close\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\nAuthorization: Bearer %s\r\n\r\n{\"tenantId\":\"%s\"}",
                     strlen(id) + 15, server.token, id);
    int fd = raw_connect(server.port), status = -1;
    assert_true(raw_send(fd, (struct str){request, (size_t)n}));
    raw_receive(fd, answer, max, 30000);
    close(fd);
    return sscanf(answer, "HTTP/1.1 %d", &status) == 1 ? status : -1;
}

static int
look(const char *id)
{
    char path[128];
    snprintf(path, sizeof path, "/tenants/resources/tenants/v2/%s", id);
    return process_call(&server, "GET", path, "", NULL, 0);
}

static void
limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(prlimit(server.pid, RLIMIT_FSIZE, NULL, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(prlimit(server.pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

/* No file may grow beyond a size: writing fails as on a full disk. */
static void
a_full_disk(void **state)
{
    (void)state;
    enum { MOST = 400 };
    char id[32], answer[65536];
    int kept = 0, status = 201;
    limit_files(2 * 1024 * 1024);
    for (; kept < MOST && status == 201; kept += status == 201) {
        snprintf(id, sizeof id, "full-%d", kept);
        status = create(id, answer, sizeof answer);
    }
    assert_true(kept > 0 && kept < MOST);
    assert_int_equal(status, 503);
    assert_non_null(strstr(answer, "cannot store anything"));
    assert_null(strstr(answer, "sqlite"));
    snprintf(id, sizeof id, "full-%d", kept);
    assert_int_equal(look(id), 404);
    assert_int_equal(look("full-0"), 200);
    limit_files(RLIM_INFINITY);
    assert_int_equal(create("after-full", answer, sizeof answer), 201);
    for (int i = 0; i < kept; i++) {
        snprintf(id, sizeof id, "full-%d", i);
        assert_int_equal(look(id), 200);
    }
}

/* Another program writes to the same file for longer than the server waits. */
static void
a_locked_database(void **state)
{
    (void)state;
    char url[600], beside[600], answer[65536];
    struct db *db;
    struct db_conn *conn;
    struct err err = {.code = ERR_OK};
    snprintf(url, sizeof url, "sqlite:%s/gatehouse.db", server.data);
    /* With a lock of its own it is a stranger, as a person with a database tool would be. */
    snprintf(beside, sizeof beside, "%s/outbox", server.data);
    (void)mkdir(beside, 0700);
    struct db_options options = {.create = false, .lock_dir = beside};
    assert_int_equal(db_open(&db, str_of(url), &options, &err), ERR_OK);
    assert_int_equal(db_begin(db, DB_WRITE, &conn, &err), ERR_OK);
    assert_int_equal(create_patiently("locked", answer, sizeof answer), 503);
    assert_non_null(strstr(answer, "busy"));
    assert_non_null(strstr(answer, "Retry-After"));
    assert_int_equal(look("after-full"), 200);
    assert_int_equal(look("locked"), 404);
    db_rollback(conn);
    db_close(db);
    assert_int_equal(create("locked", answer, sizeof answer), 201);
}

/* POST with the refresh cookie alone; what it is afterwards. */
static int
with_cookie(const char *path, char cookie[512], char *answer, size_t max)
{
    char request[2048];
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: %s\r\n"
                     "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                     path, cookie);
    int status = raw_request(server.port, (struct str){request, (size_t)n}, answer, max);
    const char *set = strstr(answer, "Set-Cookie: fe_refresh");
    if (set)
        snprintf(cookie, 512, "%.*s", (int)strcspn(set + 12, ";\r"), set + 12);
    return status;
}

static void
sign_in(char cookie[512])
{
    static const char person[] =
        "{\"email\":\"out@x.example\",\"tenantId\":\"outs\",\"password\":\"" RIGHT "\"}";
    char answer[65536], path[200];
    assert_int_equal(create("outs", answer, sizeof answer), 201);
    assert_int_equal(process_call(&server, "POST", "/identity/resources/vendor-only/users/v1",
                                  person, answer, sizeof answer),
                     201);
    const char *id = strstr(answer, "\"id\":\"");
    assert_non_null(id);
    snprintf(path, sizeof path, "/identity/resources/users/v1/%.36s/verify", id + 6);
    assert_int_equal(process_call(&server, "POST", path, "", NULL, 0), 200);
    assert_int_equal(process_call(&server, "POST", USER, person, answer, sizeof answer), 200);
    const char *set = strstr(answer, "Set-Cookie: ");
    assert_non_null(set);
    snprintf(cookie, 512, "%.*s", (int)strcspn(set + 12, ";\r"), set + 12);
}

/* Nobody is told that they are out while their token still works. */
static void
a_logout_that_cannot_be_stored(void **state)
{
    (void)state;
    char cookie[512], kept[512], answer[65536];
    sign_in(cookie);
    memcpy(kept, cookie, sizeof kept);
    limit_files(0);
    int status = with_cookie(LOGOUT, kept, answer, sizeof answer);
    limit_files(RLIM_INFINITY);
    assert_int_equal(status, 503);
    assert_string_equal(kept, cookie);
    assert_int_equal(with_cookie(USER "/token/refresh", cookie, answer, sizeof answer), 200);
    memcpy(kept, cookie, sizeof kept);
    assert_int_equal(with_cookie(LOGOUT, kept, answer, sizeof answer), 201);
    assert_int_equal(with_cookie(USER "/token/refresh", cookie, answer, sizeof answer), 401);
}

static void
it_ends_well_and_kept_everything(void **state)
{
    (void)state;
    assert_int_equal(process_stop(&server), 0);
    assert_true(process_start(&server, "trouble", NULL));
    assert_int_equal(look("after-full"), 200);
    assert_int_equal(look("locked"), 200);
    assert_int_equal(process_stop(&server), 0);
}

static void
the_database_is_elsewhere(void **state)
{
    (void)state;
    skip(); /* these troubles are made to an SQLite file */
}

int
main(void)
{
    const struct CMUnitTest elsewhere[] = {cmocka_unit_test(the_database_is_elsewhere)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_locked_database),
        cmocka_unit_test(a_logout_that_cannot_be_stored),
        cmocka_unit_test(it_ends_well_and_kept_everything),
    };
    if (getenv("GATEHOUSE_TEST_PG"))
        return cmocka_run_group_tests_name("trouble", elsewhere, NULL, NULL);
    if (!process_start(&server, "trouble", NULL))
        return 1;
    return cmocka_run_group_tests_name("trouble", tests, NULL, NULL);
}
