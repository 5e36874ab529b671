/* Long lists: pages by number from wherever they start, searches with many hits, one and two characters. */
#include "tests/support/world.h"

enum { PEOPLE = 30000 };

static struct world w;
static struct db_conn *reader;
static struct scope s;

static void
begin_reading(void)
{
    OK(db_begin(w.t.db, DB_READ, &reader, &w.err));
    OK(scope_open(&s, reader, &w.t.arena, STR("env-1"), STR_ABSENT, &w.err));
    s.now = NOW;
}

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    static const char *const steps[] = {
        "INSERT INTO users (env, id, email, email_key, name, name_key, search_key, created_at, "
        "updated_at, verified, is_locked, provider) WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL "
        "SELECT i + 1 FROM n WHERE i < 29999) SELECT 1, 'id-' || ((i * 7919) % 30000), "
        "'user' || i || '@' || (i % 7) || '.io', 'user' || i || '@' || (i % 7) || '.io', "
        "'Name ' || (i % 100), 'name ' || (i % 100), 'name ' || (i % 100) || 'user' || i || '@' "
        "|| (i % 7) || '.io', (i * 31) % 1000, 0, i % 2, CASE WHEN i % 50 = 0 THEN 1 ELSE 0 END, "
        "CASE WHEN i % 3 = 0 THEN 'saml' ELSE 'local' END FROM n",
        "INSERT INTO user_order (list, user_seq, created_at, name_key, email_key, id, "
        "active_tenant_id, provider, verified, is_locked) SELECT -1, seq, created_at, name_key, "
        "email_key, id, '', provider, verified, is_locked FROM users",
        "INSERT INTO totals (list, kind, total, generation) VALUES (-1, 'users', 30000, 1)",
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        OK(db_exec(w.conn, steps[i], DB_NO_ARGS, NULL, &w.err));
    if (!testdb_is_pg())
        OK(db_exec(w.conn, "INSERT INTO user_search (user_search) VALUES ('rebuild')", DB_NO_ARGS,
                   NULL, &w.err));
    OK(db_commit(w.conn, &w.err));
    begin_reading();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    db_rollback(reader);
    world_begin(&w);
    world_close(&w);
    return 0;
}

/* The user at `offset` when the database itself does all the work. */
static int64_t
truth(const char *column, bool descending, int64_t offset)
{
    char sql[300];
    const char *way = descending ? "DESC" : "ASC";
    snprintf(sql, sizeof sql,
             "SELECT user_seq FROM user_order WHERE list = -1 ORDER BY %s %s, user_seq %s "
             "LIMIT 1 OFFSET $1",
             column, way, way);
    int64_t seq;
    OK(db_query_int(reader, sql, DB_ARGS(DB_I(offset)), &seq, NULL, &w.err));
    return seq;
}

static const struct {
    const char *sort, *column;
} orders[] = {
    {"createdAt", "created_at"}, {"name", "name_key"},
    {"email", "email_key"},      {"id", "id"},
    {"verified", "verified"},    {"isLocked", "is_locked"},
    {"provider", "provider"},    {"tenantId", "active_tenant_id"},
};

static void
check_page(size_t order, bool descending, int64_t offset, int64_t limit)
{
    struct user_query q = {.page = {.sort = str_of(orders[order].sort),
                                    .descending = descending,
                                    .offset = offset,
                                    .limit = limit}};
    struct user_list list;
    OK(store_user_list(&s, &q, &list, &w.err));
    int64_t there = offset < list.total ? list.total - offset : 0;
    assert_int_equal(list.n, there < limit ? there : limit);
    if (list.n == 0)
        return;
    assert_int_equal(list.items[0].seq, truth(orders[order].column, descending, offset));
    assert_int_equal(list.items[list.n - 1].seq,
                     truth(orders[order].column, descending, offset + (int64_t)list.n - 1));
}

static void
any_page_from_anywhere(void **state)
{
    (void)state;
    static const int64_t offsets[] = {0,     50,    100,   29950, 29990, 29900, 15000,
                                      15050, 14950, 15025, 3,     29999, 30000, 99999,
                                      15000, 12000, 18000, 17950, 17900, 18050};
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
            check_page(o, false, offsets[i], 50);
            check_page(o, true, offsets[i], 50);
            check_page(o, i % 2 == 0, offsets[i], 7);
        }
    }
}

static void
known_places_are_forgotten_when_the_list_changes(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        check_page(2, false, 15000, 50);
        check_page(0, true, 15000, 50);
        db_rollback(reader);
        world_begin(&w);
        char email[40];
        snprintf(email, sizeof email, "aaa%d@x.io", round);
        struct str id = world_user(&w, email, "First");
        if (round == 3)
            OK(store_user_delete(&w.s, id, &w.err));
        if (round == 4)
            db_rollback(w.conn);
        else
            OK(db_commit(w.conn, &w.err));
        begin_reading();
        check_page(2, false, 15000, 50);
        check_page(0, true, 15050, 50);
    }
}

static void
find(const char *part, size_t n, int64_t total)
{
    struct user_query q = {.contains = str_of(part), .page = {.limit = 50, .sort = STR("email")}};
    struct user_list list;
    for (int i = 0; i < 2; i++) { /* the second time from memory */
        OK(store_user_list(&s, &q, &list, &w.err));
        if (list.n != n || list.total != total)
            fail_msg("\"%s\": %zu rows of %lld", part, list.n, (long long)list.total);
    }
}

static void
searches_with_few_and_many_hits(void **state)
{
    (void)state;
    find("user12345@", 1, 1);
    find("nobody here", 0, 0);
    find("name 42user", 50, 300);
    find("@3.io", 50, 4286);
    find("user", 50, PEOPLE);
    find("us", 50, PEOPLE);
    find("zq", 0, 0);
    find("na", 50, PEOPLE);
    struct user_query q = {.contains = STR("@3.io"),
                           .page = {.limit = 50, .offset = 4250, .sort = STR("email")}};
    struct user_list list;
    OK(store_user_list(&s, &q, &list, &w.err));
    assert_int_equal(list.n, 36);
    const struct str all[] = {STR("@3.io"), STR("name 1user")}, none[] = {STR("user3@")};
    q = (struct user_query){
        .all_of = all, .n_all_of = 2, .none_of = none, .n_none_of = 1, .page.limit = 200};
    OK(store_user_list(&s, &q, &list, &w.err));
    assert_int_equal(list.total, 43);
    assert_int_equal(list.n, 43);
}

#define CASE(name) cmocka_unit_test(name)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(any_page_from_anywhere),
        CASE(known_places_are_forgotten_when_the_list_changes),
        CASE(searches_with_few_and_many_hits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
