/*
 * One search over everything: who is asked for what, what comes of it, what is not covered and says so,
 * and what Enter opens.
 */
#include "base/mem.h"
#include "client/find.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/person.h"

#include <stdio.h>

#define EMPTY "{\"items\":[],\"_metadata\":{\"totalItems\":0}}"

/* A service in which everything is called beacon, once. */
static void
script(struct bench *b)
{
    bench_person(b);
    fake_answer(b->client, "users_search", 200,
                "{\"items\":[{\"id\":\"u1\",\"email\":\"beacon@acme.example\",\"name\":\"Bea\","
                "\"tenantId\":\"acme\"}],\"_metadata\":{\"totalItems\":1}}");
    fake_answer(b->client, "users_get_vendor", 404, "{\"errors\":[\"User not found\"]}");
    fake_answer(b->client, "users_get_by_email", 400, "{\"errors\":[\"email must be an email\"]}");
    fake_answer(b->client, "tenants_list", 200,
                "{\"items\":[{\"tenantId\":\"t-beacon\",\"name\":\"Beacon Ltd\"}]}");
    fake_answer(b->client, "tenants_get", 200, "[]");
    fake_answer(b->client, "roles_list", 200,
                "{\"items\":[{\"id\":\"r7\",\"key\":\"Beacon\",\"name\":\"Keeper\"}]}");
    fake_answer(
        b->client, "permissions_list", 200,
        "[{\"id\":\"p1\",\"key\":\"users.read\"},{\"id\":\"p7\",\"key\":\"BEACON.light\"}]");
    fake_answer(b->client, "groups_list_v1", 200,
                "{\"groups\":[{\"id\":\"g1\",\"name\":\"Night\"},{\"id\":\"g7\",\"name\":\"Day\","
                "\"description\":\"the beacon's\"}]}");
    fake_answer(b->client, "live_sessions_list", 200,
                "{\"items\":[{\"id\":\"s7\",\"userId\":\"u1\",\"email\":\"beacon@acme.example\","
                "\"ip\":\"192.0.2.7\",\"tenantId\":\"acme\"}]}");
}

struct looking {
    struct bench b;
    struct callset calls;
    struct find f;
    struct json *rows;
};

static void
set_up(struct looking *l)
{
    *l = (struct looking){.rows = NULL};
    bench_open(&l->b, &(struct bench_setup){.tenant = "acme"});
    script(&l->b);
}

static void
look(struct looking *l, const char *text, const char *tenant)
{
    find_start(&l->f, l->b.client, &l->calls, str_of(text), str_of(tenant));
    fake_settle(l->b.client, 100);
    assert_true(find_done(&l->f));
    json_free(l->rows);
    l->rows = find_rows(&l->f);
}

static void
tear_down(struct looking *l)
{
    callset_close(&l->calls, l->b.client);
    find_fini(&l->f);
    json_free(l->rows);
    bench_close(&l->b);
}

static void
expect_found(const struct looking *l, size_t at, const char *kind, const char *id)
{
    const struct json *row = json_at(l->rows, at);
    if (!str_eq(json_str(json_get(row, "kind")), str_of(kind)) ||
        !str_eq(json_str(json_get(row, "id")), str_of(id)))
        fail_msg("row %zu is %.*s %.*s, not %s %s", at, STR_ARG(json_str(json_get(row, "kind"))),
                 STR_ARG(json_str(json_get(row, "id"))), kind, id);
}

static void
expect_coverage(const struct looking *l, const char *text)
{
    struct buf b;
    buf_init(&b, 1 << 14);
    find_coverage(&l->f, &b);
    if (str_find(buf_str(&b), str_of(text)) < 0)
        fail_msg("the coverage is: %.*s", STR_ARG(buf_str(&b)));
    buf_fini(&b);
}

static void
every_kind_is_found(void **state)
{
    static const struct {
        const char *kind, *id;
    } found[] = {{"user", "u1"},       {"tenant", "t-beacon"}, {"role", "r7"},
                 {"permission", "p7"}, {"group", "g7"},        {"session", "s7"}};
    struct looking l;
    (void)state;
    set_up(&l);
    look(&l, "beacon", "acme");
    assert_int_equal(json_len(l.rows), 6);
    for (size_t i = 0; i < 6; i++)
        expect_found(&l, i, found[i].kind, found[i].id);
    expect_coverage(&l, "8 of 8 places looked at");
    assert_false(find_partial(&l.f));
    bench_sent(&l.b, "query={\"_phraseSearchContains\":[\"beacon\"],\"_limit\":50}");
    bench_sent(&l.b, "live_sessions_list tenant=acme path={} query={\"ids\":[\"beacon\"],");
    tear_down(&l);
}

static void
the_shape_says_where_to_ask(void **state)
{
    static const struct {
        const char *text, *sent, *not_sent;
    } shapes[] = {
        {"a@b.c", "users_get_by_email tenant= path={} query={\"email\":\"a@b.c\"}",
         "users_get_vendor"},
        {"+1 (415) 555-0100",
         "\"_identifier\":\"+14155550100\",\"_identifierType\":\"phoneNumber\"", "tenants_get "},
        {"192.0.2.7", "\"ip\":\"192.0.2.7\"", "users_get_by_email"},
        {"2001:db8::7", "\"ip\":\"2001:db8::7\"", "_identifier"},
        {"4f2c-11", "path={\"userId\":\"4f2c-11\"}", "\"ip\""},
        {"two words", "_phraseSearchContains", "users_get_vendor"},
        {"..", "_phraseSearchContains", "users_get_vendor"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct looking l;
        set_up(&l);
        look(&l, shapes[i].text, "acme");
        bench_sent(&l.b, shapes[i].sent);
        bench_not_sent(&l.b, shapes[i].not_sent);
        tear_down(&l);
    }
}

static void
found_twice_stands_once(void **state)
{
    struct looking l;
    (void)state;
    set_up(&l);
    fake_answer(l.b.client, "users_get_vendor", 200,
                "{\"id\":\"u1\",\"name\":\"Bea\",\"groups\":[{\"id\":\"g1\"}]}");
    look(&l, "u1", "");
    expect_found(&l, 0, "user", "u1");
    expect_found(&l, 1, "tenant", "t-beacon");
    tear_down(&l);
}

static void
what_is_not_covered_is_said(void **state)
{
    struct looking l;
    (void)state;
    set_up(&l);
    look(&l, "beacon", "");
    expect_coverage(&l, "6 of 8 places looked at; group: choose a tenant first; session: choose");
    assert_false(find_partial(&l.f));
    bench_not_sent(&l.b, "live_sessions_list");
    fake_answer(l.b.client, "live_sessions_list", 404, "{\"errors\":[\"Cannot GET\"]}");
    fake_answer(l.b.client, "roles_list", 403, "{\"errors\":[\"You may not\"]}");
    fake_answer(l.b.client, "groups_list_v1", 501, "{\"errors\":[\"Not implemented: it\"]}");
    look(&l, "beacon", "acme");
    expect_coverage(&l, "5 of 8 places looked at; role: You may not; group: Not implemented: it; "
                        "session: this service lists sessions only user by user");
    assert_true(find_partial(&l.f));
    tear_down(&l);
}

static int
a_hundred(void *ctx, const struct values *values, struct buf *body)
{
    (void)ctx;
    (void)values;
    buf_add_text(body, "{\"items\":[");
    for (int i = 0; i < 100; i++)
        buf_printf(body, "%s{\"id\":\"u%d\",\"email\":\"u%d@x.y\"}", i ? "," : "", i, i);
    buf_add_text(body, "],\"_metadata\":{\"totalItems\":5000}}");
    return 200;
}

static void
many_are_bounded_and_that_is_said(void **state)
{
    struct looking l;
    char text[2 * FIND_TEXT];
    (void)state;
    set_up(&l);
    fake_answer_by(l.b.client, "users_search", a_hundred, NULL);
    fake_answer(l.b.client, "tenants_list", 200, EMPTY);
    fake_answer(l.b.client, "roles_list", 200, EMPTY);
    look(&l, "x.y", "");
    assert_int_equal(json_len(l.rows), FIND_LIMIT);
    expect_coverage(&l, "user: the first 50 of 5000");
    memset(text, 'a', sizeof text);
    look(&l, "\xf0\x9f\x9a\x80", "");
    text[sizeof text - 1] = '\0';
    look(&l, text, ""); /* is cut */
    tear_down(&l);
}

/* ---- the pane ---- */

static void
open_console(struct bench *b, const char *tenant)
{
    bench_open(b, &(struct bench_setup){.rows = 24, .cols = 100, .tenant = tenant});
    script(b);
    bench_attach(b);
}

static void
enter_opens_what_was_found(void **state)
{
    static const char *const opened[] = {"Identity", "t-beacon", "Keeper",
                                         "BEACON",   "Day",      "Sessions of beacon@acme"};
    struct bench b;
    (void)state;
    open_console(&b, "acme");
    for (size_t i = 0; i < sizeof opened / sizeof *opened; i++) {
        bench_line(&b, "find beacon");
        bench_shows(&b, "/ Find beacon");
        for (size_t k = 0; k < i; k++)
            bench_keys(&b, "Down");
        bench_keys(&b, "Enter");
        bench_hides(&b, "places looked at");
        bench_shows(&b, opened[i]);
        bench_keys(&b, "Esc Esc");
    }
    bench_close(&b);
}

static void
f3_asks_and_rows_come_as_they_arrive(void **state)
{
    struct bench b;
    (void)state;
    open_console(&b, "acme");
    bench_keys(&b, "F3");
    bench_type(&b, "beacon");
    bench_keys_only(&b, "Enter");
    bench_shows(&b, "Asking ...");
    bench_shows(&b, "0 of 8 places looked at, asking");
    assert_int_equal(fake_settle(b.client, 1), 1);
    bench_shows(&b, "beacon@acme.example");
    bench_shows(&b, "1 of 8 places looked at, asking");
    app_interrupt(&b.app);
    bench_shows(&b, "1 of 8 places looked at; user: stopped; tenant: stopped");
    bench_keys(&b, "R");
    bench_shows(&b, "8 of 8 places looked at");
    bench_keys(&b, "y");
    assert_string_equal(b.copied, "u1");
    bench_line(&b, "find");
    bench_shows(&b, ":find needs TEXT");
    bench_close(&b);
}

static void
the_cursor_stays_on_what_it_is_on(void **state)
{
    struct bench b;
    (void)state;
    open_console(&b, "acme");
    bench_line(&b, "find beacon");
    bench_keys(&b, "Down Down"); /* the role */
    fake_answer(b.client, "users_search", 200,
                "{\"items\":[{\"id\":\"u1\",\"email\":\"beacon@acme.example\",\"name\":\"Bea\","
                "\"tenantId\":\"acme\"},{\"id\":\"u2\",\"email\":\"beacon2@acme.example\"}]}");
    bench_keys(&b, "R");
    bench_shows(&b, "beacon2@acme.example");
    bench_shows(&b, "4 of 7");
    bench_keys(&b, "y");
    assert_string_equal(b.copied, "r7");
    bench_close(&b);
}

static void
what_is_not_seen_asks_nothing(void **state)
{
    struct bench b;
    (void)state;
    open_console(&b, "acme");
    bench_line(&b, "find beacon");
    bench_line(&b, "matrix");
    fake_log_clear(b.client);
    app_changed(&b.app);
    bench_keys(&b, "Down");
    bench_sent(&b, "permissions_list");
    bench_not_sent(&b, "users_search");
    bench_keys(&b, "Esc");
    bench_sent(&b, "users_search");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_found),
        cmocka_unit_test(the_shape_says_where_to_ask),
        cmocka_unit_test(found_twice_stands_once),
        cmocka_unit_test(what_is_not_covered_is_said),
        cmocka_unit_test(many_are_bounded_and_that_is_said),
        cmocka_unit_test(enter_opens_what_was_found),
        cmocka_unit_test(f3_asks_and_rows_come_as_they_arrive),
        cmocka_unit_test(the_cursor_stays_on_what_it_is_on),
        cmocka_unit_test(what_is_not_seen_asks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
