/* Lists in the order of an index: any page from anywhere, either way, while the list changes. */
#include "base/mem.h"
#include "store/groups.h"
#include "store/messages.h"
#include "tests/support/world.h"

enum { ROWS = 300, ROWS_MAX = 400, PAGE = 20 };

static struct world w;

struct page_of {
    int64_t seqs[ROWS_MAX];
    size_t n;
    int64_t total;
};

#define TAKE(list)                                                                                 \
    do {                                                                                           \
        out->n = (list).n;                                                                         \
        out->total = (list).total;                                                                 \
        for (size_t take = 0; take < (list).n; take++)                                             \
            out->seqs[take] = (list).items[take].seq;                                              \
    } while (0)

static void
read_tenants(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct tenant_list list;
    OK(store_tenant_list(s, &(struct tenant_query){.page = *page}, &list, &w.err));
    TAKE(list);
}

static void
read_roles(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct role_list list;
    OK(store_role_list(s, &(struct role_query){.page = *page}, &list, &w.err));
    TAKE(list);
}

static void
read_groups(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct group_list list;
    OK(store_group_list(s, &(struct group_query){.page = *page}, &list, &w.err));
    TAKE(list);
}

static void
read_audits(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct audit_list list;
    OK(store_audit_list(s, &(struct audit_query){.page = *page}, &list, &w.err));
    TAKE(list);
}

static void
read_messages(const struct scope *s, const struct store_page *page, struct page_of *out)
{
    struct message_list list;
    OK(store_message_list(s, &(struct message_query){.page = *page}, &list, &w.err));
    TAKE(list);
}

static const struct list {
    void (*read)(const struct scope *s, const struct store_page *page, struct page_of *out);
    const char *tenant, *sort, *key, *from; /* the last two as the database has them */
    bool newest_first;
} lists[] = {
    {read_tenants, NULL, "name", "name_key", "tenants WHERE env = 1", false},
    {read_tenants, NULL, "createdAt", "created_at", "tenants WHERE env = 1", false},
    {read_roles, "acme", NULL, "created_at", "roles WHERE env = 1", false},
    {read_roles, "acme", "level", "level", "roles WHERE env = 1", false},
    {read_groups, "acme", NULL, "name_key", "user_groups WHERE env = 1", false},
    {read_groups, "acme", "createdAt", "created_at", "user_groups WHERE env = 1", false},
    {read_audits, NULL, NULL, "created_at", "audits WHERE env = 1", false},
    {read_audits, "acme", NULL, "created_at", "audits WHERE tenant_id = 'acme'", false},
    {read_audits, "acme", "action", "action", "audits WHERE tenant_id = 'acme'", false},
    {read_messages, NULL, NULL, "seq", "messages WHERE env = 1 AND decoy = 0", true},
};

static void
add_row(const struct scope *acme, int i)
{
    struct arena *a = w.s.arena;
    struct scope then = *acme;
    then.now = NOW + i % 7; /* many at the same moment */
    struct tenant t;
    tenant_init(&t);
    t.tenant_id = arena_printf(a, "t%d", i);
    t.name = arena_printf(a, "Name %d", i % 11);
    struct role r = {.key = arena_printf(a, "r%d", i),
                     .name = STR("r"),
                     .level = i % 5,
                     .tenant_id = i % 2 ? STR("acme") : STR_ABSENT};
    struct group g = {.name = arena_printf(a, "g%d", i)};
    struct audit audit = {.action = arena_printf(a, "a%d", i % 3),
                          .tenant_id = i % 4 ? STR("acme") : STR("nobody")};
    struct scope all = w.s;
    all.now = then.now;
    OK(store_tenant_create(&all, &t, NULL, &w.err));
    OK(store_role_create(i % 2 ? &then : &all, &r, &w.err));
    OK(store_group_create(&then, &g, &w.err));
    OK(store_audit_add(&then, &audit, &w.err));
    OK(db_exec(w.conn,
               "INSERT INTO messages (env, lane, id, state, recipient, decoy, due_at, created_at, "
               "updated_at) VALUES (1, 2, $1, 'sent', 'x', $2, 0, 0, 0)",
               DB_ARGS(DB_T(t.tenant_id), DB_I(i % 9 == 0)), NULL, &w.err));
}

static void
fill(void)
{
    world_open(&w);
    struct scope acme = world_tenant(&w, "acme");
    for (int i = 0; i < ROWS; i++)
        add_row(&acme, i);
    OK(db_commit(w.conn, &w.err));
}

/* What the database gives when it does all the work. */
static void
read_truth(const struct scope *s, const struct list *l, bool descending, struct page_of *out)
{
    char sql[300];
    struct db_stmt *st;
    const char *way = descending || l->newest_first ? "DESC" : "ASC";
    snprintf(sql, sizeof sql, "SELECT seq FROM %s ORDER BY %s %s, seq %s", l->from, l->key, way,
             way);
    OK(db_query(s->conn, sql, DB_NO_ARGS, &st, &w.err));
    for (out->n = 0; db_next(st, &w.err) == DB_ROW;)
        out->seqs[out->n++] = db_int(st, 0);
    OK(db_finish(st));
}

static void
check_page(const struct scope *s, const struct list *l, bool descending, int64_t offset)
{
    static struct page_of truth, page;
    struct store_page asked = {.offset = offset, .limit = PAGE, .descending = descending};
    if (l->sort)
        asked.sort = str_of(l->sort);
    read_truth(s, l, descending, &truth);
    l->read(s, &asked, &page);
    int64_t left = (int64_t)truth.n - offset;
    assert_int_equal(page.total, truth.n);
    assert_int_equal(page.n, left < 0 ? 0 : left < PAGE ? left : PAGE);
    for (size_t i = 0; i < page.n; i++)
        assert_int_equal(page.seqs[i], truth.seqs[offset + (int64_t)i]);
}

/* All lists, in an order that meets places known from before from either side. */
static void
check_pages(enum db_mode mode)
{
    static const int64_t offsets[] = {0, 150, 170, 130, 140, 150, 290, 281,
                                      3, 160, 299, 300, 320, 999, 120, 135};
    struct db_conn *conn;
    OK(db_begin(w.t.db, mode, &conn, &w.err));
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        struct scope s;
        struct str tenant = lists[l].tenant ? str_of(lists[l].tenant) : STR_ABSENT;
        OK(scope_open(&s, conn, w.s.arena, STR("env-1"), tenant, &w.err));
        for (size_t i = 0; i < 2 * COUNT_OF(offsets); i++)
            check_page(&s, &lists[l], i % 2, offsets[i / 2]);
    }
    db_rollback(conn);
}

static void
any_page_from_anywhere(void **state)
{
    (void)state;
    fill();
    check_pages(DB_READ);
    check_pages(DB_READ);
    check_pages(DB_WRITE);
    world_begin(&w);
    world_close(&w);
}

/* Places known from before a change are not used after it. */
static void
changes_are_seen(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "UPDATE tenants SET name_key = 'zzz' WHERE seq % 10 = 0",
        "UPDATE user_groups SET name_key = 'zzz' || seq WHERE seq % 10 = 0",
        "UPDATE roles SET tenant_seq = NULL WHERE seq % 10 = 1",
        "DELETE FROM user_groups WHERE seq % 7 = 0",
        "DELETE FROM roles WHERE seq % 7 = 0",
        "DELETE FROM messages WHERE seq % 7 = 0",
    };
    fill();
    check_pages(DB_READ);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        world_begin(&w);
        OK(db_exec(w.conn, steps[i], DB_NO_ARGS, NULL, &w.err));
        OK(db_commit(w.conn, &w.err));
        check_pages(DB_READ);
    }
    world_begin(&w);
    struct scope acme = world_in(&w, "acme");
    add_row(&acme, ROWS);
    OK(db_commit(w.conn, &w.err));
    check_pages(DB_READ);
    world_begin(&w);
    world_close(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_page_from_anywhere),
        cmocka_unit_test(changes_are_seen),
    };
    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
