/* The file behind SQLite: locks, damage, missing rights, no space, backups. */
#include "tests/support/testdb.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[200], path[300], url[320];

static int
setup(void **state)
{
    (void)state;
    testdb_make_dir(dir);
    snprintf(path, sizeof path, "%s/data.db", dir);
    snprintf(url, sizeof url, "sqlite:%s", path);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    chmod(dir, 0700);
    testdb_remove_dir(dir);
    return 0;
}

static const struct db_options may_create = {.create = true, .busy_ms = 100};

static struct db *
open_or_fail(void)
{
    struct err err = {0};
    struct db *db;
    if (db_open(&db, str_of(url), &may_create, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    return db;
}

static void
write_bytes(const char *to, off_t at, const char *bytes, size_t n)
{
    int fd = open(to, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, n, at), n);
    close(fd);
}

static void
file_is_private(void **state)
{
    (void)state;
    mode_t before = umask(0);
    db_close(open_or_fail());
    umask(before);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_missing_file_is_not_made_unasked(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db;
    assert_int_equal(db_open(&db, str_of(url), NULL, &err), ERR_IO);
    assert_non_null(strstr(err.msg, path));
    assert_int_equal(access(path, F_OK), -1);
}

static void
a_second_server_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *first = open_or_fail(), *second;
    assert_int_equal(db_open(&second, str_of(url), &may_create, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.msg, "in use by another gatehoused"));
    assert_non_null(strstr(err.msg, path));
    /* Looking is allowed. */
    struct db_options look = {.read_only = true};
    testdb_run(first, "CREATE TABLE a (x BIGINT)");
    testdb_run(first, "INSERT INTO a VALUES (5)");
    assert_int_equal(db_open(&second, str_of(url), &look, &err), ERR_OK);
    assert_int_equal(testdb_int(second, "SELECT x FROM a"), 5);
    struct db_conn *c;
    assert_int_equal(db_begin(second, DB_WRITE, &c, &err), ERR_IO);
    db_close(second);
    db_close(first);
    db_close(open_or_fail());
}

static void
another_program_holding_the_lock_is_busy(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = open_or_fail();
    testdb_run(db, "CREATE TABLE a (x BIGINT)");
    int pipe_in[2], pipe_out[2];
    char byte;
    assert_int_equal(pipe(pipe_in), 0);
    assert_int_equal(pipe(pipe_out), 0);
    pid_t child = fork();
    if (child ==
        0) { /* locks the database as a stray sqlite3 shell would: the WAL write lock, byte 120 */
        char shm[320];
        snprintf(shm, sizeof shm, "%s-shm", path);
        int fd = open(shm, O_RDWR);
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 120, .l_len = 1};
        int held = fcntl(fd, F_SETLK, &lock);
        (void)!write(pipe_out[1], held == 0 ? "y" : "n", 1);
        (void)!read(pipe_in[0], &byte, 1);
        _exit(0);
    }
    assert_int_equal(read(pipe_out[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    struct db_conn *c;
    assert_int_equal(db_begin(db, DB_WRITE, &c, &err), ERR_BUSY);
    assert_non_null(strstr(err.msg, "locked by another program"));
    assert_int_equal(write(pipe_in[1], "x", 1), 1);
    waitpid(child, NULL, 0);
    testdb_run(db, "INSERT INTO a VALUES (1)");
    db_close(db);
}

static void
a_file_that_is_no_database_is_named(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db;
    char text[4096];
    memset(text, 'x', sizeof text);
    write_bytes(path, 0, text, sizeof text);
    assert_int_equal(db_open(&db, str_of(url), &may_create, &err), ERR_CORRUPT);
    assert_non_null(strstr(err.msg, path));
    assert_non_null(strstr(err.msg, "not a gatehouse database"));
}

static void
keep_line(void *arg, struct str line)
{
    snprintf(arg, 200, "%.*s", STR_ARG(line));
}

static void
damage_is_found(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = open_or_fail();
    assert_int_equal(db_migrate(db, &err), ERR_OK);
    char said[200] = "";
    assert_int_equal(db_check(db, keep_line, said, &err), ERR_OK);
    db_close(db);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    char noise[512];
    memset(noise, 0xa5, sizeof noise);
    for (off_t at = 8192; at < st.st_size; at += 4096)
        write_bytes(path, at, noise, sizeof noise);
    enum err_code rc = db_open(&db, str_of(url), &may_create, &err);
    if (rc == ERR_OK) {
        rc = db_check(db, keep_line, said, &err);
        db_close(db);
    }
    assert_int_equal(rc, ERR_CORRUPT);
    assert_non_null(strstr(err.msg, "restore a backup"));
}

static void
broken_rules_are_found(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = open_or_fail();
    assert_int_equal(db_migrate(db, &err), ERR_OK);
    testdb_run(db, "INSERT INTO totals (list, kind, total) VALUES (-1, 'users', 3)");
    char said[200] = "";
    assert_int_equal(db_check(db, keep_line, said, &err), ERR_CORRUPT);
    assert_non_null(strstr(said, "kept totals of users"));
    db_close(db);
}

static void
a_folder_without_write_permission_is_named(void **state)
{
    (void)state;
    db_close(open_or_fail());
    unlink(path);
    chmod(dir, 0500);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0) { /* root writes anywhere: become nobody */
            if (chmod(dir, 0555) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
                _exit(2);
        }
        struct err err = {0};
        struct db *db;
        enum err_code rc = db_open(&db, str_of(url), &may_create, &err);
        _exit(rc == ERR_IO && strstr(err.msg, dir) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void
no_space_loses_nothing(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = open_or_fail();
    testdb_run(db, "CREATE TABLE a (x BIGINT, body TEXT)");
    testdb_run(db, "INSERT INTO a VALUES (1, 'kept')");
    /* The limit on file sizes stands for a full disk. */
    struct rlimit before, tight;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 100000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    struct db_conn *c;
    enum err_code rc = db_begin(db, DB_WRITE, &c, &err);
    assert_int_equal(rc, ERR_OK);
    static char body[300000];
    memset(body, 'b', sizeof body - 1);
    rc = db_exec(c, "INSERT INTO a VALUES (2, $1)", DB_ARGS(DB_T(str_of(body))), NULL, &err);
    if (rc == ERR_OK)
        rc = db_commit(c, &err);
    else
        db_rollback(c);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rc, ERR_DB_FULL);
    assert_non_null(strstr(err.msg, path));
    /* Reads went on, and writes do again now that there is space. */
    assert_int_equal(testdb_int(db, "SELECT COUNT(*) FROM a"), 1);
    testdb_run(db, "INSERT INTO a VALUES (3, 'after')");
    db_close(db);
    db = open_or_fail();
    assert_int_equal(testdb_int(db, "SELECT COUNT(*) FROM a"), 2);
    db_close(db);
}

/* SQLite ends the transaction itself; what comes after must not be written by itself. */
static void
nothing_follows_what_a_full_disk_ended(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = open_or_fail();
    struct db_conn *c;
    int64_t pages = 0;
    static char body[300000];
    memset(body, 'b', sizeof body - 1);
    testdb_run(db, "CREATE TABLE a (x BIGINT, body TEXT)");
    assert_int_equal(db_begin(db, DB_WRITE, &c, &err), ERR_OK);
    assert_int_equal(db_query_int(c, "PRAGMA max_page_count = 8", DB_NO_ARGS, &pages, NULL, &err),
                     ERR_OK);
    assert_int_equal(db_exec(c, "INSERT INTO a VALUES (1, 'x')", DB_NO_ARGS, NULL, &err), ERR_OK);
    assert_int_equal(
        db_exec(c, "INSERT INTO a VALUES (2, $1)", DB_ARGS(DB_T(str_of(body))), NULL, &err),
        ERR_DB_FULL);
    assert_int_equal(db_exec(c, "INSERT INTO a VALUES (3, 'x')", DB_NO_ARGS, NULL, &err), ERR_DB);
    assert_int_equal(db_commit(c, &err), ERR_DB);
    assert_int_equal(testdb_int(db, "SELECT COUNT(*) FROM a"), 0);
    testdb_run(db, "INSERT INTO a VALUES (4, 'x')");
    assert_int_equal(testdb_int(db, "SELECT COUNT(*) FROM a"), 1);
    db_close(db);
}

static void
memory_databases_work(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db;
    assert_int_equal(db_open(&db, STR("sqlite::memory:"), NULL, &err), ERR_OK);
    assert_int_equal(db_migrate(db, &err), ERR_OK);
    testdb_run(db, "INSERT INTO totals (list, kind, total) VALUES (-1, 'x', 3)");
    assert_int_equal(testdb_int(db, "SELECT total FROM totals"), 3);
    assert_string_equal(db_driver_name(db), "sqlite");
    db_close(db);
}

static void
a_backup_stands_alone(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db = open_or_fail();
    testdb_run(db, "CREATE TABLE a (x BIGINT)");
    testdb_run(db, "INSERT INTO a VALUES (42)");
    char copy[320], copy_url[340];
    snprintf(copy, sizeof copy, "%s/copy.db", dir);
    snprintf(copy_url, sizeof copy_url, "sqlite:%s", copy);
    assert_int_equal(db_backup(db, copy, &err), ERR_OK);
    assert_int_equal(db_backup(db, copy, &err), ERR_IO); /* never over something */
    struct stat st;
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    testdb_run(db, "INSERT INTO a VALUES (43)");
    db_close(db);
    assert_int_equal(db_open(&db, str_of(copy_url), NULL, &err), ERR_OK);
    assert_int_equal(testdb_int(db, "SELECT SUM(x) FROM a"), 42);
    db_close(db);
}

static void
the_log_is_folded_back(void **state)
{
    (void)state;
    struct db *db = open_or_fail();
    testdb_run(db, "CREATE TABLE a (x BIGINT, body TEXT)");
    static char sql[9000];
    memset(sql, 'b', sizeof sql - 1);
    memcpy(sql, "INSERT INTO a VALUES (1, '", 26);
    memcpy(sql + sizeof sql - 3, "')", 3);
    for (int i = 0; i < 3000; i++)
        testdb_run(db, sql);
    char wal[320];
    snprintf(wal, sizeof wal, "%s-wal", path);
    struct stat st;
    assert_int_equal(stat(wal, &st), 0);
    assert_true(st.st_size < 18 * 1024 * 1024);
    db_close(db);
    assert_int_equal(access(wal, F_OK), -1); /* the writer, closing last, leaves only the file */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(file_is_private),
        CASE(a_missing_file_is_not_made_unasked),
        CASE(a_second_server_is_refused),
        CASE(another_program_holding_the_lock_is_busy),
        CASE(a_file_that_is_no_database_is_named),
        CASE(damage_is_found),
        CASE(broken_rules_are_found),
        CASE(a_folder_without_write_permission_is_named),
        CASE(no_space_loses_nothing),
        CASE(nothing_follows_what_a_full_disk_ended),
        CASE(memory_databases_work),
        CASE(a_backup_stands_alone),
        CASE(the_log_is_folded_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
