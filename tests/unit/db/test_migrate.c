/* Migrations: from nothing, step by step, altered, newer, failing half-way. */
#include "db/driver.h"
#include "tests/support/testdb.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct testdb t;

static int
setup(void **state)
{
    (void)state;
    testdb_open_empty(&t, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    testdb_close(&t);
    return 0;
}

static const char one[] = "CREATE TABLE a (seq {seq}, name {key} NOT NULL, body {bytes});\n"
                          "-- only: sqlite\n"
                          "INSERT INTO a (name) VALUES ('sqlite');\n"
                          "-- only: postgresql\n"
                          "INSERT INTO a (name) VALUES ('postgresql');\n"
                          "-- only: all\n"
                          "INSERT INTO a (name) VALUES ('{other} {');\n";
static const char two[] = "INSERT INTO a (name) VALUES ('two');\n";
static const char bad[] =
    "INSERT INTO a (name) VALUES ('half');\nINSERT INTO nowhere VALUES (1);\n";

static void
compiled_in_schema_applies_once(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(db_migrate(t.db, &err), ERR_OK);
    assert_int_equal(db_migrate(t.db, &err), ERR_OK);
    assert_int_equal(testdb_int(t.db, "SELECT MIN(version) FROM schema_migrations"), 1);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM users"), 0);
    testdb_reopen(&t);
    assert_int_equal(db_migrate(t.db, &err), ERR_OK);
}

static void
engine_parts_and_words(void **state)
{
    (void)state;
    struct err err = {0};
    const struct db_migration list[] = {{"0001_one", one}, {NULL, NULL}};
    assert_int_equal(db_migrate_with(t.db, list, &err), ERR_OK);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM a"), 2);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM a WHERE name = '{other} {'"), 1);
    assert_int_equal(testdb_int(t.db, testdb_is_pg()
                                          ? "SELECT COUNT(*) FROM a WHERE name = 'postgresql'"
                                          : "SELECT COUNT(*) FROM a WHERE name = 'sqlite'"),
                     1);
}

static void
goes_on_from_any_version(void **state)
{
    (void)state;
    struct err err = {0};
    const struct db_migration first[] = {{"0001_one", one}, {NULL, NULL}};
    const struct db_migration both[] = {{"0001_one", one}, {"0002_two", two}, {NULL, NULL}};
    assert_int_equal(db_migrate_with(t.db, first, &err), ERR_OK);
    assert_int_equal(db_migrate_with(t.db, both, &err), ERR_OK);
    assert_int_equal(db_migrate_with(t.db, both, &err), ERR_OK);
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM a WHERE name = 'two'"), 1);
}

static void
altered_and_newer_are_refused(void **state)
{
    (void)state;
    struct err err = {0};
    const struct db_migration both[] = {{"0001_one", one}, {"0002_two", two}, {NULL, NULL}};
    const struct db_migration altered[] = {{"0001_one", one}, {"0002_two", one}, {NULL, NULL}};
    const struct db_migration older[] = {{"0001_one", one}, {NULL, NULL}};
    assert_int_equal(db_migrate_with(t.db, both, &err), ERR_OK);
    assert_int_equal(db_migrate_with(t.db, altered, &err), ERR_CORRUPT);
    assert_non_null(strstr(err.msg, "0002_two"));
    assert_int_equal(db_migrate_with(t.db, older, &err), ERR_CONFIG);
    assert_non_null(strstr(err.msg, "newer"));
    testdb_run(t.db, "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1");
    assert_int_equal(db_migrate_with(t.db, both, &err), ERR_CORRUPT);
}

static void
a_failing_step_leaves_the_older_schema(void **state)
{
    (void)state;
    struct err err = {0};
    const struct db_migration list[] = {{"0001_one", one}, {"0002_bad", bad}, {NULL, NULL}};
    assert_int_equal(db_migrate_with(t.db, list, &err), ERR_DB);
    assert_non_null(strstr(err.msg, "0002_bad"));
    assert_int_equal(testdb_int(t.db, "SELECT COUNT(*) FROM a WHERE name = 'half'"), 0);
    assert_int_equal(testdb_int(t.db, "SELECT MAX(version) FROM schema_migrations"), 1);
    const struct db_migration mended[] = {{"0001_one", one}, {"0002_two", two}, {NULL, NULL}};
    assert_int_equal(db_migrate_with(t.db, mended, &err), ERR_OK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(compiled_in_schema_applies_once),
        CASE(engine_parts_and_words),
        CASE(goes_on_from_any_version),
        CASE(altered_and_newer_are_refused),
        CASE(a_failing_step_leaves_the_older_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
