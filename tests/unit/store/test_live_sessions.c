/* Everybody's sessions: pages that lose and repeat nothing, counts, the log of changes, ending many. */
#include "store/live_sessions.h"
#include "tests/support/world.h"

#include <stdio.h>

enum { SESSIONS = 240, PAGE = 7 };

static struct world w;
static struct scope acme, other;
static struct str people[3];

static int64_t
seq_of(struct str id)
{
    struct user u;
    OK(store_user_get(&w.s, USER_BY_ID, id, &u, &w.err));
    return u.seq;
}

/* Many share an address, a client, a moment. */
static void
add_session(const struct scope *in, int i, int64_t expires_at)
{
    static const char *const clients[] = {"curl", "Firefox on Linux", "Safari on iOS"};
    struct scope s = *in;
    s.now = in->now + i / 5;
    struct session session = {
        .id = arena_printf(in->arena, "%.*s-%03d", STR_ARG(in->tenant), i),
        .user_seq = seq_of(people[i % 3]),
        .tenant_seq = in->tenant_seq,
        .family_hash = STR("family"),
        .secret_hash = STR("secret"),
        .ip = arena_printf(in->arena, "192.0.2.%d", i % 4),
        .client = str_of(clients[i % 3]),
        .mfa = i % 2 ? 4 : 0,
        .expires_at = expires_at,
    };
    OK(store_session_add(&s, &session, SESSIONS_OF_USER_MAX, NULL, &w.err));
}

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    acme = world_tenant(&w, "acme");
    other = world_tenant(&w, "other");
    people[0] = world_member(&w, &acme, "ada@acme.example");
    people[1] = world_member(&w, &acme, "bob@acme.example");
    people[2] = world_member(&w, &acme, "cyd@acme.example");
    for (int i = 0; i < SESSIONS; i++)
        add_session(&acme, i, acme.now + 3600 * 1000);
    add_session(&acme, 900, acme.now); /* over already */
    add_session(&other, 0, acme.now + 3600 * 1000);
    world_commit(&w);
    acme = world_in(&w, "acme");
    other = world_in(&w, "other");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* Every session of acme once, sorted; page by page. */
static void
walk(enum live_order order, bool descending)
{
    bool seen[SESSIONS] = {false};
    struct live_query q = {.order = order, .descending = descending, .limit = PAGE};
    struct session last = {.seq = 0};
    size_t n = 0;
    for (bool more = true; more;) {
        struct session_list page;
        OK(store_live_list(&acme, &q, &page, &w.err));
        more = page.n > PAGE;
        for (size_t i = 0; i < page.n && i < PAGE; i++, n++) {
            const struct session *row = &page.items[i];
            struct live_place a = store_live_place(&last, order), b = store_live_place(row, order);
            int64_t by = order == LIVE_BY_IP || order == LIVE_BY_CLIENT
                             ? (n ? str_cmp(a.text, b.text) : 0)
                             : (a.number > b.number) - (a.number < b.number);
            assert_true(!n || (descending ? by >= 0 : by <= 0));
            int64_t number = -1;
            assert_true(str_to_i64(str_sub(row->id, 5, SIZE_MAX), &number) && number < SESSIONS);
            assert_false(seen[number]);
            seen[number] = true;
            last = *row;
        }
        q.after = true;
        q.place = store_live_place(&last, order);
    }
    assert_int_equal(n, SESSIONS);
}

static void
pages_lose_and_repeat_nothing(void **state)
{
    (void)state;
    for (int order = LIVE_BY_CREATED; order <= LIVE_BY_MFA; order++) {
        walk((enum live_order)order, false);
        walk((enum live_order)order, true);
    }
}

static size_t
how_many(const struct scope *s, const struct live_filter *f)
{
    struct live_query q = {.filter = *f, .limit = 1000};
    struct session_list list;
    int64_t counted;
    OK(store_live_list(s, &q, &list, &w.err));
    OK(store_live_count(s, f, &counted, &w.err));
    assert_int_equal(list.n, counted);
    return list.n;
}

static void
filters_narrow(void **state)
{
    (void)state;
    struct str ids[] = {STR("acme-000"), STR("acme-001"), STR("other-000"), STR("none")};
    struct str nobody[] = {STR("nobody")};
    assert_int_equal(how_many(&acme, &(struct live_filter){.ip = STR("192.0.2.1")}), 60);
    assert_int_equal(how_many(&acme, &(struct live_filter){.client = STR("curl")}), 80);
    assert_int_equal(how_many(&acme, &(struct live_filter){.user_ids = people, .n_user_ids = 2}),
                     160);
    assert_int_equal(how_many(&acme, &(struct live_filter){.user = STR("Bob@ACME.example")}), 80);
    assert_int_equal(how_many(&acme, &(struct live_filter){.user = STR("bob")}), 0);
    assert_int_equal(how_many(&acme, &(struct live_filter){.user_ids = nobody, .n_user_ids = 1}),
                     0);
    assert_int_equal(how_many(&acme, &(struct live_filter){.ids = ids, .n_ids = 4}), 2);
    assert_int_equal(how_many(&w.s, &(struct live_filter){.ids = ids, .n_ids = 4}), 3);
    assert_int_equal(how_many(&other, &(struct live_filter){.ids = ids, .n_ids = 4}), 1);
    struct scope stranger = w.other; /* another environment sees none of them */
    assert_int_equal(how_many(&stranger, &(struct live_filter){.ids = ids, .n_ids = 4}), 0);
    assert_int_equal(
        how_many(&stranger, &(struct live_filter){.user_ids = people, .n_user_ids = 3}), 0);
}

static void
counts_are_largest_first(void **state)
{
    (void)state;
    struct live_counts c;
    OK(store_live_groups(&acme, &(struct live_filter){.ip = STR("192.0.2.0")}, LIVE_GROUP_CLIENT,
                         10, &c, &w.err));
    assert_int_equal(c.n, 3);
    assert_int_equal(c.items[0].sessions + c.items[1].sessions + c.items[2].sessions, 60);
    OK(store_live_groups(&acme, &(struct live_filter){.user = STR("ada@acme.example")},
                         LIVE_GROUP_USER, 10, &c, &w.err));
    assert_int_equal(c.n, 1);
    assert_str(c.items[0].name, "ada@acme.example");
    assert_true(str_eq(c.items[0].key, people[0]));
    assert_int_equal(c.items[0].sessions, 80);
}

/* ---- the log ---- */

static struct live_cursor
now(void)
{
    struct live_cursor c;
    world_commit(&w);
    acme = world_in(&w, "acme");
    OK(store_live_now(&acme, &c, &w.err));
    return c;
}

static void
the_log_is_read_in_parts(void **state)
{
    (void)state;
    struct live_cursor from = {0, 0, acme.now};
    struct live_changes c = {.more = true};
    size_t n = 0;
    for (; c.more; n += c.n, from = c.cursor)
        OK(store_live_changes(&acme, &(struct live_filter){.n_ids = 0}, &from, 50, &c, &w.err));
    assert_false(c.reset);
    /* All that came, and the one that the next sign-in swept away. */
    assert_int_equal(n, SESSIONS + 2);
    OK(store_live_changes(&acme, &(struct live_filter){.n_ids = 0}, &from, 50, &c, &w.err));
    assert_int_equal(c.n, 0);
}

static void
time_ends_sessions_as_well(void **state)
{
    (void)state;
    add_session(&acme, 901, acme.now + 1000);
    struct live_cursor from = now();
    struct live_changes c;
    struct scope later = acme;
    later.now += 1000;
    OK(store_live_changes(&later, &(struct live_filter){.n_ids = 0}, &from, 50, &c, &w.err));
    assert_int_equal(c.n, 1);
    assert_true(c.items[0].ended);
    assert_str(c.items[0].session_id, "acme-901");
    assert_str(c.items[0].user_email, "bob@acme.example");
    OK(store_live_changes(&later, &(struct live_filter){.n_ids = 0}, &c.cursor, 50, &c, &w.err));
    assert_int_equal(c.n, 0);
}

static void
who_looks_away_for_too_long_starts_over(void **state)
{
    (void)state;
    struct live_cursor from = now();
    struct live_changes c;
    /* As if a hundred thousand had come and gone since; the next sign-ins sweep. */
    OK(db_exec(
        w.conn,
        "INSERT INTO session_changes (seq, tx, env, tenant_seq, user_seq, session_id, ended) "
        "SELECT MAX(seq) + 200000, MAX(tx), $1, 0, 0, 'x', 1 FROM session_changes",
        DB_ARGS(DB_I(acme.env)), NULL, &w.err));
    for (int i = 0; i < 40; i++)
        add_session(&acme, 300 + i, acme.now + 3600 * 1000);
    struct live_cursor newest = now();
    OK(store_live_changes(&acme, &(struct live_filter){.n_ids = 0}, &(struct live_cursor){0, 1, 0},
                          50, &c, &w.err));
    assert_true(c.reset);
    (void)from;
    OK(store_live_changes(&acme, &(struct live_filter){.n_ids = 0}, &newest, 50, &c, &w.err));
    assert_false(c.reset);
    assert_int_equal(c.n, 0);
}

static void
ending_says_how_many_and_when_tokens_were_made(void **state)
{
    (void)state;
    int64_t ended, rotated_at;
    struct str id[] = {STR("acme-005")};
    OK(store_live_end(&other, &(struct live_filter){.ids = id, .n_ids = 1}, &ended, &rotated_at,
                      &w.err));
    assert_int_equal(ended, 0);
    OK(store_live_end(&acme, &(struct live_filter){.ids = id, .n_ids = 1}, &ended, &rotated_at,
                      &w.err));
    assert_int_equal(ended, 1);
    assert_int_equal(rotated_at, acme.now + 1);
    OK(store_live_end(&acme,
                      &(struct live_filter){.client = STR("curl"), .except = STR("acme-000")},
                      &ended, &rotated_at, &w.err));
    assert_true(ended >= 79);
    assert_int_equal(how_many(&acme, &(struct live_filter){.client = STR("curl")}), 1);
    assert_int_equal(how_many(&other, &(struct live_filter){.client = STR("curl")}), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_lose_and_repeat_nothing),
        cmocka_unit_test(filters_narrow),
        cmocka_unit_test(counts_are_largest_first),
        cmocka_unit_test(the_log_is_read_in_parts),
        cmocka_unit_test(time_ends_sessions_as_well),
        cmocka_unit_test(ending_says_how_many_and_when_tokens_were_made),
        cmocka_unit_test(who_looks_away_for_too_long_starts_over),
    };
    return cmocka_run_group_tests_name("live sessions", tests, setup, teardown);
}
