/*
 * Lists of all addresses and user names: kept by the database in step with users, memberships and
 * addresses whatever changes them, and any page of them from anywhere, either way.
 */
#include "base/mem.h"
#include "base/rand.h"
#include "store/phones.h"
#include "store/usernames.h"
#include "tests/support/world.h"

enum { PEOPLE = 60, STEPS = 240, CHECK_EVERY = 20, ROWS_MAX = 600, PAGE = 7 };

static struct world w;
static struct scope acme, umbra;
static struct str people[PEOPLE]; /* ids; absent: not there */

/* What table address_order should hold. */
#define DERIVED                                                                                    \
    "SELECT o.list, 1 AS kind, u.seq AS user_seq, 0 AS ref, u.id, u.email_key AS address_key "     \
    "FROM user_order o JOIN users u ON u.seq = o.user_seq WHERE u.email_key IS NOT NULL "          \
    "UNION ALL SELECT o.list, 1, o.user_seq, e.seq, o.id, e.email_key FROM user_order o "          \
    "JOIN user_emails e ON e.user_seq = o.user_seq "                                               \
    "UNION ALL SELECT o.list, 2, o.user_seq, p.seq, o.id, p.phone_key FROM user_order o "          \
    "JOIN user_phones p ON p.user_seq = o.user_seq "                                               \
    "UNION ALL SELECT o.list, 3, u.seq, 0, u.id, u.username_key FROM user_order o "                \
    "JOIN users u ON u.seq = o.user_seq WHERE u.username_key IS NOT NULL"
#define STORED "SELECT list, kind, user_seq, ref, id, address_key FROM address_order"

static int64_t
ask(const char *sql)
{
    int64_t n = -1;
    OK(db_query_int(w.conn, sql, DB_NO_ARGS, &n, NULL, &w.err));
    return n;
}

static void
expect_in_step(void)
{
    assert_int_equal(
        ask("SELECT COUNT(*) FROM (SELECT * FROM (" DERIVED ") d EXCEPT " STORED ") missing"), 0);
    assert_int_equal(
        ask("SELECT COUNT(*) FROM (" STORED " EXCEPT SELECT * FROM (" DERIVED ") d) left_over"), 0);
    assert_int_equal(
        ask("SELECT COUNT(*) FROM (SELECT list, kind, COUNT(*) AS n FROM address_order "
            "GROUP BY list, kind) a LEFT JOIN totals t ON t.list = a.list AND t.kind = "
            "CASE a.kind WHEN 1 THEN 'emails' WHEN 2 THEN 'phones' ELSE 'usernames' END "
            "WHERE t.total IS NULL OR t.total <> a.n"),
        0);
    assert_int_equal(ask("SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM totals WHERE kind IN "
                         "('emails', 'phones', 'usernames')"),
                     ask("SELECT COUNT(*) FROM address_order"));
}

/* ---- changes ---- */

static void
come(int i, int n)
{
    struct arena *a = w.s.arena;
    struct user u = {.name = STR("P")};
    u.email = i % 9 ? arena_printf(a, "p%d-%d@x.io", (i * 37) % PEOPLE, n) : STR_ABSENT;
    u.username = i % 3 || !i ? arena_printf(a, "name%d-%d", (i * 23) % PEOPLE, n) : STR_ABSENT;
    u.phone_number = i % 2 ? arena_printf(a, "+4915500%04d", (i * 41 + n) % 10000) : STR_ABSENT;
    OK(store_user_create(&w.s, &u, &w.err));
    people[i] = u.id;
    OK(store_membership_add(&acme, u.id, MEMBER_ACTIVATED, 0, &w.err));
    if (i % 4 == 0)
        OK(store_membership_add(&umbra, u.id, MEMBER_ACTIVATED, 0, &w.err));
}

static void
change(int i, int n)
{
    struct arena *a = w.s.arena;
    struct user u;
    OK(store_user_get(&w.s, USER_BY_ID, people[i], &u, &w.err));
    u.email = arena_printf(a, "c%d-%d@x.io", i, n);
    u.username = n % 2 ? arena_printf(a, "other%d-%d", i, n) : STR_ABSENT;
    OK(store_user_update(&w.s, &u, USER_F(email) | USER_F(username), &w.err));
}

/* A further address; every second one becomes the primary, and later the one before goes. */
static void
write_down(int i, int n)
{
    struct str email = arena_printf(w.s.arena, "f%d-%d@y.io", i, n);
    struct user_email e;
    enum err_code rc = store_user_email_add(&w.s, people[i], email, true, &e, &w.err);
    if (rc == ERR_LIMIT)
        return;
    OK(rc);
    if (n % 2)
        OK(store_user_email_promote(&w.s, people[i], email, &w.err));
    else if (n % 3 == 0)
        OK(store_user_email_delete(&w.s, people[i], e.id, &w.err));
}

static void
move(int i)
{
    struct membership m;
    enum err_code rc = store_membership_get(&umbra, people[i], &m, &w.err);
    if (rc == ERR_NOT_FOUND)
        OK(store_membership_add(&umbra, people[i], MEMBER_ACTIVATED, 0, &w.err));
    else
        OK(store_membership_remove(&umbra, people[i], &w.err));
}

static void
step(int n)
{
    int i = (int)rand_below(PEOPLE);
    if (!str_given(people[i])) {
        come(i, n);
        return;
    }
    switch (rand_below(5)) {
    case 0:
        OK(store_user_delete(&w.s, people[i], &w.err));
        people[i] = STR_ABSENT;
        break;
    case 1:
        change(i, n);
        break;
    case 2:
        move(i);
        break;
    default:
        write_down(i, n);
        break;
    }
}

static void
open_with_people(void)
{
    world_open(&w);
    acme = world_tenant(&w, "acme");
    umbra = world_tenant(&w, "umbra");
    for (int i = 0; i < PEOPLE; i++)
        come(i, 0);
}

static void
it_is_in_step_whatever_changes(void **state)
{
    (void)state;
    open_with_people();
    expect_in_step();
    for (int n = 1; n <= STEPS; n++) {
        step(n);
        if (n % CHECK_EVERY == 0)
            expect_in_step();
    }
    world_close(&w);
}

/* ---- pages ---- */

/* Each row as "user address", in the order of the page. */
struct page_of {
    char rows[ROWS_MAX][96];
    size_t n;
    int64_t total;
};

static void
put(struct page_of *out, struct str user, struct str address)
{
    assert_true(out->n < ROWS_MAX);
    snprintf(out->rows[out->n++], sizeof out->rows[0], "%.*s %.*s", STR_ARG(user),
             STR_ARG(address));
}

static void
read_emails(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct user_email_list list;
    OK(store_user_email_list(s, &(struct address_query){.page = *page}, &list, &w.err));
    for (size_t i = 0; i < list.n; i++)
        put(out, list.items[i].user_id, list.items[i].email);
    out->total = list.total;
}

static void
read_phones(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct user_phone_list list;
    OK(store_user_phone_list(s, &(struct address_query){.page = *page}, &list, &w.err));
    for (size_t i = 0; i < list.n; i++)
        put(out, list.items[i].user_id, list.items[i].phone_number);
    out->total = list.total;
}

static void
read_usernames(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct username_list list;
    OK(store_username_list(s, &(struct username_query){.page = *page}, &list, &w.err));
    for (size_t i = 0; i < list.n; i++)
        put(out, list.items[i].user_id, list.items[i].username);
    out->total = list.total;
}

static const struct list {
    int kind;
    const char *sort, *key;
    void (*read)(const struct scope *s, const struct store_page *page, struct page_of *out);
} lists[] = {
    {1, "userId", "id", read_emails},    {1, "email", "address_key", read_emails},
    {2, "userId", "id", read_phones},    {2, "phoneNumber", "address_key", read_phones},
    {3, "userId", "id", read_usernames}, {3, "username", "address_key", read_usernames},
};

static void
read_truth(const struct scope *s, const struct list *l, bool descending, struct page_of *out)
{
    char sql[2000];
    struct db_stmt *st;
    const char *way = descending ? "DESC" : "ASC";
    snprintf(sql, sizeof sql,
             "SELECT id, address_key FROM (" DERIVED
             ") d WHERE list = $1 AND kind = $2 ORDER BY %s "
             "%s, ref %s",
             l->key, way, way);
    OK(db_query(s->conn, sql, DB_ARGS(DB_I(s->tenant_seq ? s->tenant_seq : -s->env), DB_I(l->kind)),
                &st, &w.err));
    while (db_next(st, &w.err) == DB_ROW)
        put(out, db_text(st, 0), db_text(st, 1));
    OK(db_finish(st));
}

static void
check_page(const struct scope *s, const struct list *l, bool descending, int64_t offset)
{
    static struct page_of truth, page;
    truth.n = page.n = 0;
    read_truth(s, l, descending, &truth);
    l->read(s,
            &(struct store_page){
                .sort = str_of(l->sort), .offset = offset, .limit = PAGE, .descending = descending},
            &page);
    int64_t left = (int64_t)truth.n - offset;
    assert_int_equal(page.total, truth.n);
    assert_int_equal(page.n, left < 0 ? 0 : left < PAGE ? left : PAGE);
    for (size_t i = 0; i < page.n; i++)
        assert_string_equal(page.rows[i], truth.rows[offset + (int64_t)i]);
}

static void
check_pages(enum db_mode mode)
{
    static const int64_t offsets[] = {0, 20, 27, 13, 34, 6, 41, 1, 999, 30};
    static const char *const tenants[] = {NULL, "acme", "umbra"};
    struct db_conn *conn;
    OK(db_begin(w.t.db, mode, &conn, &w.err));
    for (size_t t = 0; t < COUNT_OF(tenants); t++) {
        struct scope s;
        struct str tenant = tenants[t] ? str_of(tenants[t]) : STR_ABSENT;
        OK(scope_open(&s, conn, w.s.arena, STR("env-1"), tenant, &w.err));
        for (size_t l = 0; l < COUNT_OF(lists); l++)
            for (size_t i = 0; i < 2 * COUNT_OF(offsets); i++)
                check_page(&s, &lists[l], i % 2, offsets[i / 2]);
    }
    db_rollback(conn);
}

/* Places that are known from before a change are not used after it. */
static void
any_page_from_anywhere_while_it_changes(void **state)
{
    (void)state;
    open_with_people();
    for (int n = 1; n <= 40; n++)
        step(n);
    OK(db_commit(w.conn, &w.err));
    check_pages(DB_READ);
    check_pages(DB_READ);
    check_pages(DB_WRITE);
    for (int round = 1; round <= 4; round++) {
        world_begin(&w);
        acme = world_in(&w, "acme");
        umbra = world_in(&w, "umbra");
        for (int n = 0; n < 5; n++)
            step(100 * round + n);
        OK(db_commit(w.conn, &w.err));
        check_pages(DB_READ);
    }
    world_begin(&w);
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_in_step_whatever_changes),
        cmocka_unit_test(any_page_from_anywhere_while_it_changes),
    };
    return cmocka_run_group_tests_name("address order", tests, NULL, NULL);
}
