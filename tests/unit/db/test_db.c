/* What holds on both databases: values, statements, transactions, errors, the pool. */
#include "tests/support/testdb.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct testdb t;

static int
setup(void **state)
{
    (void)state;
    static const struct db_options options = {.create = true, .readers = 2, .busy_ms = 200};
    testdb_open_empty(&t, &options);
    testdb_run(t.db, testdb_is_pg()
                         ? "CREATE TABLE item (id TEXT PRIMARY KEY, n BIGINT, body BYTEA, flag "
                           "INTEGER NOT NULL DEFAULT 0, owner TEXT REFERENCES item (id))"
                         : "CREATE TABLE item (id TEXT PRIMARY KEY, n BIGINT, body BLOB, flag "
                           "INTEGER NOT NULL DEFAULT 0, owner TEXT REFERENCES item (id))");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    testdb_close(&t);
    return 0;
}

static struct db_conn *
begin(enum db_mode mode)
{
    struct err err = {0};
    struct db_conn *c;
    if (db_begin(t.db, mode, &c, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    return c;
}

static const char insert[] = "INSERT INTO item (n, id, body) VALUES ($2, $1, $3)";

static enum err_code
add(struct db_conn *c, const char *id, int64_t n, struct err *err)
{
    return db_exec(c, insert, DB_ARGS(DB_T(str_of(id)), DB_I(n), DB_N), NULL, err);
}

static void
values_come_back(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_WRITE);
    struct str text = STR("h\xc3\xa9llo 'quoted' $1 \xf0\x9f\x98\x80");
    struct str bytes = {"a\0b\xff\\x41", 8};
    int64_t changes = 0;
    assert_int_equal(
        db_exec(c, insert, DB_ARGS(DB_T(text), DB_I(INT64_MIN), DB_B(bytes)), &changes, &err),
        ERR_OK);
    assert_int_equal(changes, 1);
    assert_int_equal(
        db_exec(c, insert, DB_ARGS(DB_T(STR("")), DB_N, DB_B(((struct str){"", 0}))), NULL, &err),
        ERR_OK);
    struct db_stmt *st;
    assert_int_equal(
        db_query(c, "SELECT id, n, body FROM item ORDER BY length(id) DESC", DB_NO_ARGS, &st, &err),
        ERR_OK);
    assert_int_equal(db_next(st, &err), DB_ROW);
    assert_true(str_eq(db_text(st, 0), text));
    assert_true(db_int(st, 1) == INT64_MIN);
    assert_true(str_eq(db_bytes(st, 2), bytes));
    assert_int_equal(db_next(st, &err), DB_ROW);
    assert_true(str_given(db_text(st, 0)) && db_text(st, 0).n == 0);
    assert_true(db_is_null(st, 1) && db_int(st, 1) == 0 && !str_given(db_text(st, 1)));
    assert_true(str_given(db_bytes(st, 2)) && db_bytes(st, 2).n == 0);
    assert_int_equal(db_next(st, &err), DB_DONE);
    assert_int_equal(db_next(st, &err), DB_DONE);
    db_done(st);
    db_rollback(c);
}

static void
null_and_value_share_a_statement(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_WRITE);
    static const char sql[] = "INSERT INTO item (id, n, flag, owner) VALUES ($1, $2, $3, $4)";
    assert_int_equal(db_exec(c, sql, DB_ARGS(DB_T(STR("a")), DB_N, DB_I(1), DB_N), NULL, &err), 0);
    assert_int_equal(
        db_exec(c, sql, DB_ARGS(DB_T(STR("b")), DB_I(7), DB_I(0), DB_T(STR("a"))), NULL, &err), 0);
    int64_t n = 0;
    bool found = false;
    assert_int_equal(db_query_int(c, "SELECT n FROM item WHERE owner = $1 AND flag = $2",
                                  DB_ARGS(DB_T(STR("a")), DB_I(0)), &n, &found, &err),
                     0);
    assert_true(found && n == 7);
    assert_int_equal(
        db_query_int(c, "SELECT n FROM item WHERE id = 'zz'", DB_NO_ARGS, &n, &found, &err), 0);
    assert_false(found);
    db_rollback(c);
}

static void
commit_keeps_and_rollback_forgets(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_WRITE);
    assert_int_equal(add(c, "kept", 1, &err), ERR_OK);
    assert_int_equal(db_commit(c, &err), ERR_OK);
    c = begin(DB_WRITE);
    assert_int_equal(add(c, "gone", 1, &err), ERR_OK);
    db_rollback(c);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item"), 1);
    testdb_reopen(&t);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item WHERE id = 'kept'"), 1);
}

static void
violations_have_their_codes(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_WRITE);
    assert_int_equal(add(c, "a", 1, &err), ERR_OK);
    assert_int_equal(add(c, "a", 2, &err), ERR_CONFLICT);
    db_rollback(c);
    c = begin(DB_WRITE);
    assert_int_equal(
        db_exec(c, "INSERT INTO item (id, owner) VALUES ('b', 'nobody')", DB_NO_ARGS, NULL, &err),
        ERR_INVALID);
    db_rollback(c);
    c = begin(DB_WRITE);
    assert_int_equal(db_exec(c, "SELEKT", DB_NO_ARGS, NULL, &err), ERR_DB);
    assert_true(err.msg[0] != '\0');
    db_rollback(c);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item"), 0);
}

static void
reading_transactions_refuse_changes(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_READ);
    assert_int_equal(add(c, "a", 1, &err), ERR_INTERNAL);
    db_rollback(c);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item"), 0);
}

static void
savepoints_undo_only_their_part(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_WRITE);
    assert_int_equal(add(c, "a", 1, &err), ERR_OK);
    assert_int_equal(db_savepoint(c, &err), ERR_OK);
    assert_int_equal(add(c, "b", 1, &err), ERR_OK);
    assert_int_equal(add(c, "a", 1, &err), ERR_CONFLICT);
    db_undo(c);
    assert_int_equal(db_savepoint(c, &err), ERR_OK);
    assert_int_equal(add(c, "c", 1, &err), ERR_OK);
    assert_int_equal(db_release(c, &err), ERR_OK);
    assert_int_equal(db_commit(c, &err), ERR_OK);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item WHERE id IN ('a', 'c')"), 2);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item WHERE id = 'b'"), 0);
}

/* As when the database ends a transaction of its own accord: the rest may not stand alone. */
static void
what_is_left_of_a_transaction_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_WRITE);
    assert_int_equal(add(c, "lost", 1, &err), ERR_OK);
    assert_int_equal(db_savepoint(c, &err), ERR_OK);
    assert_int_equal(db_exec(c, "ROLLBACK", DB_NO_ARGS, NULL, &err), ERR_OK);
    db_undo(c);
    assert_int_equal(db_savepoint(c, &err), ERR_DB);
    assert_int_equal(db_commit(c, &err), ERR_DB);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item WHERE id = 'lost'"), 0);
    c = begin(DB_WRITE);
    assert_int_equal(add(c, "found", 1, &err), ERR_OK);
    assert_int_equal(db_commit(c, &err), ERR_OK);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item WHERE id = 'found'"), 1);
}

static void
one_statement_can_be_open_twice(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_WRITE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(add(c, (const char *[]){"a", "b", "c"}[i], i, &err), ERR_OK);
    static const char sql[] = "SELECT id FROM item WHERE n >= $1 ORDER BY n";
    struct db_stmt *outer, *inner;
    int pairs = 0;
    assert_int_equal(db_query(c, sql, DB_ARGS(DB_I(0)), &outer, &err), ERR_OK);
    while (db_next(outer, &err) == DB_ROW) {
        assert_int_equal(db_query(c, sql, DB_ARGS(DB_I(1)), &inner, &err), ERR_OK);
        while (db_next(inner, &err) == DB_ROW)
            pairs++;
        db_done(inner);
    }
    db_done(outer);
    assert_int_equal(pairs, 6);
    db_rollback(c);
}

static void
a_reused_address_is_not_a_reused_statement(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *c = begin(DB_READ);
    char sql[64];
    int64_t v;
    for (int i = 0; i < 1000; i++) { /* more than are kept */
        snprintf(sql, sizeof sql, "SELECT %d + $1", i);
        assert_int_equal(db_query_int(c, sql, DB_ARGS(DB_I(1)), &v, NULL, &err), ERR_OK);
        assert_int_equal(v, i + 1);
    }
    db_rollback(c);
}

static void
waiting_for_a_connection_ends(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_conn *held[8];
    size_t n = 0;
    enum err_code rc = ERR_OK;
    while (n < 8 && (rc = db_begin(t.db, DB_READ, &held[n], &err)) == ERR_OK)
        n++;
    assert_int_equal(rc, ERR_BUSY);
    assert_int_equal(n, testdb_is_pg() ? 3 : 2);
    while (n > 0)
        db_rollback(held[--n]);
    db_rollback(begin(DB_READ));
}

static void *
add_many(void *arg)
{
    struct err err = {0};
    for (int i = 0; i < 50; i++) {
        char id[32];
        snprintf(id, sizeof id, "%s-%d", (const char *)arg, i);
        struct db_conn *c;
        enum err_code rc = db_begin(t.db, DB_WRITE, &c, &err);
        if (rc == ERR_BUSY) {
            i--;
            continue;
        }
        if (rc != ERR_OK || add(c, id, i, &err) != ERR_OK || db_commit(c, &err) != ERR_OK)
            return arg;
    }
    return NULL;
}

static void
writers_take_turns(void **state)
{
    (void)state;
    pthread_t threads[4];
    static char names[4][2] = {"w", "x", "y", "z"};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, names[i]), 0);
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM item"), 200);
}

static void
foreign_urls_are_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *db;
    assert_int_equal(db_open(&db, STR("mysql://u:canary@x"), NULL, &err), ERR_CONFIG);
    assert_null(strstr(err.msg, "canary"));
    assert_null(db);
    assert_int_equal(db_open(&db, STR("sqlite:"), NULL, &err), ERR_CONFIG);
    assert_int_equal(db_open(&db, STR("postgresql://nobody@/none?host=/nonexistent"), NULL, &err),
                     ERR_DB);
    assert_non_null(strstr(err.msg, "cannot reach PostgreSQL"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_come_back),
        CASE(null_and_value_share_a_statement),
        CASE(commit_keeps_and_rollback_forgets),
        CASE(violations_have_their_codes),
        CASE(reading_transactions_refuse_changes),
        CASE(savepoints_undo_only_their_part),
        CASE(what_is_left_of_a_transaction_is_refused),
        CASE(one_statement_can_be_open_twice),
        CASE(a_reused_address_is_not_a_reused_statement),
        CASE(waiting_for_a_connection_ends),
        CASE(writers_take_turns),
        cmocka_unit_test(foreign_urls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
