/* The list pane: paging, cursor, filter, search, order, marks, copy, export. */
#include "base/clock.h"
#include "base/file.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/table.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct table *
top_table(struct bench *b)
{
    assert_true(table_is(app_view(&b->app)));
    return table_of(app_view(&b->app));
}

static void
open_with(struct bench *b, size_t users)
{
    bench_open(b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(b);
    bench_users(b, users);
    bench_attach(b);
    bench_keys(b, "");
}

/* Keys that end beyond what is loaded: the frame waits for the rows, but not for long. */
static void
a_frame_waits_for_its_rows(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_users(&b, 5000);
    bench_attach(&b);
    bench_keys(&b, "");
    b.app.frames_n = 0; /* as after a while */
    assert_false(app_holds(&b.app));
    app_key(&b.app, 'G');
    assert_true(app_holds(&b.app));
    assert_in_range(app_next_ms(&b.app), 1, 50);
    clock_pin(INT64_C(1780000000049), 1000049);
    assert_true(app_holds(&b.app));
    clock_pin(INT64_C(1780000000050), 1000050);
    assert_false(app_holds(&b.app));
    bench_keys_only(&b, "k");
    bench_shows(&b, "...");
    b.app.frames_n = 0;
    assert_false(app_holds(&b.app)); /* nor does the next one wait again */
    bench_keys(&b, "");
    bench_shows(&b, "User 4999");
    b.app.frames_n = 0;
    assert_false(app_holds(&b.app));
    bench_close(&b);
}

static void
a_million_rows_keep_a_few_pages(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 1000000);
    bench_shows(&b, "1 of 1,000,000");
    bench_keys(&b, "G");
    bench_shows(&b, "1,000,000 of 1,000,000");
    bench_shows(&b, "User 1000000");
    for (int i = 0; i < 60; i++)
        bench_keys(&b, "PgUp");
    assert_true(rows_loaded(&top_table(&b)->rows) <= ROWS_PER_PAGE * ROWS_PAGES);
    bench_keys(&b, "g");
    bench_shows(&b, "User 0001");
    bench_close(&b);
}

static void
scrolling_asks_ahead(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 500);
    bench_sent(&b, "\"_offset\":0");
    bench_sent(&b, "\"_offset\":1");
    bench_not_sent(&b, "\"_offset\":3");
    bench_keys(&b, "PgDn PgDn PgDn PgDn");
    bench_sent(&b, "\"_offset\":2");
    bench_close(&b);
}

static void
tall_screens_get_pages_that_fit(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 1000, .cols = 80, .tenant = "acme"});
    bench_users(&b, 3000);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_shows(&b, "User 0900");
    fake_log_clear(b.client);
    bench_keys(&b, "Down Up");
    assert_int_equal(fake_log(b.client).n, 0);
    bench_keys(&b, "G");
    bench_shows(&b, "User 3000");
    bench_shows(&b, "User 2100");
    bench_close(&b);
}

static void
a_burst_of_keys_asks_once(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 100000);
    fake_log_clear(b.client);
    for (int i = 0; i < 200; i++)
        app_key(&b.app, K_PGDN);
    assert_int_equal(fake_log(b.client).n, 0);
    bench_screen(&b, false);
    assert_true(fake_pending(b.client) <= 4);
    bench_keys(&b, "");
    bench_shows(&b, "3,601 of 100,000");
    bench_close(&b);
}

static int
shifted_page(void *ctx, const struct values *values, struct buf *body)
{
    (void)values;
    int *round = ctx;
    const char *rows = *round ? "{\"id\":\"new\",\"email\":\"new@x.y\"},{\"id\":\"a\",\"email\":"
                                "\"a@x.y\"},{\"id\":\"b\",\"email\":\"b@x.y\"}"
                              : "{\"id\":\"a\",\"email\":\"a@x.y\"},{\"id\":\"b\",\"email\":"
                                "\"b@x.y\"}";
    buf_printf(body, "{\"items\":[%s],\"_metadata\":{\"totalItems\":%d}}", rows, *round ? 3 : 2);
    return 200;
}

static void
the_cursor_stays_on_its_object(void **state)
{
    (void)state;
    struct bench b;
    int round = 0;
    open_with(&b, 5);
    fake_answer_by(b.client, "users_list", shifted_page, &round);
    bench_keys(&b, "R Down");
    assert_string_equal(top_table(&b)->cursor_id, "b");
    round = 1;
    bench_keys(&b, "R");
    assert_string_equal(top_table(&b)->cursor_id, "b");
    assert_int_equal(top_table(&b)->cursor, 2);
    round = 0;
    bench_keys(&b, "Up R");
    assert_string_equal(top_table(&b)->cursor_id, "a");
    assert_int_equal(top_table(&b)->cursor, 0);
    bench_close(&b);
}

static void
filter_follows_the_typing_and_esc_takes_it_back(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 500);
    bench_keys(&b, "/");
    bench_type(&b, "USER42@");
    bench_shows(&b, "User 0042");
    bench_hides(&b, "User 0001");
    bench_keys(&b, "Esc");
    bench_shows(&b, "User 0001");
    bench_keys(&b, "/");
    bench_type(&b, "user42@");
    bench_keys(&b, "Enter");
    bench_shows(&b, "1 match, 150 loaded of 500; \\ searches the server");
    bench_keys(&b, "Esc");
    bench_hides(&b, "match");
    bench_shows(&b, "42 of 500");
    bench_close(&b);
}

static void
search_asks_the_server(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 500);
    fake_answer(b.client, "users_search", 200,
                "{\"items\":[{\"id\":\"z\",\"name\":\"Zoe\",\"email\":\"zoe@x.y\"}],"
                "\"_metadata\":{\"totalItems\":1}}");
    bench_keys(&b, "\\");
    bench_type(&b, "zoe");
    bench_keys(&b, "Enter");
    bench_sent(&b, "\"_phraseSearchContains\":[\"zoe\"]");
    bench_shows(&b, "search \"zoe\" | 1 of 1");
    bench_keys(&b, "Esc");
    bench_shows(&b, "1 of 500");
    bench_line(&b, "roles");
    bench_keys(&b, "\\");
    bench_shows(&b, "The server cannot search here");
    bench_close(&b);
}

static void
order_by_the_server_and_here(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 60);
    bench_keys(&b, "s");
    bench_shows(&b, "Order by");
    bench_keys(&b, "Down Enter");
    bench_sent(&b, "\"_sortBy\":\"name\",\"_order\":\"DESC\"");
    bench_shows(&b, "Name v");
    bench_line(&b, "roles");
    fake_log_clear(b.client);
    bench_keys(&b, "s Down Enter");
    assert_int_equal(fake_log(b.client).n, 0);
    assert_string_equal(top_table(&b)->cursor_id, "r2");
    bench_close(&b);
}

static void
marks_hold_over_pages_and_ranges(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 120);
    bench_keys(&b, "Space Space");
    bench_shows(&b, "2 marked");
    bench_keys(&b, "v Down Down v");
    bench_shows(&b, "5 marked");
    bench_keys(&b, "*");
    assert_int_equal(top_table(&b)->marks.n, 120);
    bench_keys(&b, "u");
    assert_int_equal(top_table(&b)->marks.n, 0);
    bench_close(&b);
}

static void
marking_all_reads_what_is_not_loaded(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 700);
    bench_keys(&b, "*");
    assert_int_equal(top_table(&b)->marks.n, 700);
    bench_shows(&b, "700 marked");
    bench_close(&b);
}

static void
copying_takes_the_id_or_the_row(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 10);
    bench_keys(&b, "Down y");
    assert_string_equal(b.copied, "user-0002");
    bench_keys(&b, "Y");
    assert_non_null(strstr(b.copied, "\"email\": \"user2@example.com\""));
    bench_close(&b);
}

static struct str
read_file(const char *path, struct arena *a)
{
    struct str text;
    assert_int_equal(file_read(path, 1 << 20, a, &text, NULL), ERR_OK);
    return text;
}

static void
export_writes_all_rows_once(void **state)
{
    (void)state;
    struct bench b;
    struct arena a;
    struct stat st;
    char path[300], line[400];
    arena_init(&a, 4 << 20);
    open_with(&b, 230);
    snprintf(path, sizeof path, "%s", unit_tmp_path("users.csv"));
    snprintf(line, sizeof line, "export %s", path);
    bench_line(&b, line);
    bench_shows(&b, "Wrote 230 rows");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct str text = read_file(path, &a);
    size_t lines = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    assert_int_equal(lines, 231);
    assert_true(str_find(text, STR("User 0230,user230@example.com,")) > 0);
    bench_line(&b, line);
    bench_shows(&b, "exists already");
    arena_fini(&a);
    bench_close(&b);
}

static void
a_stopped_export_leaves_nothing(void **state)
{
    (void)state;
    struct bench b;
    char path[300], part[310];
    open_with(&b, 5000);
    snprintf(path, sizeof path, "%s", unit_tmp_path("users.json"));
    snprintf(part, sizeof part, "%s.part", path);
    bench_keys(&b, "E Ctrl-U");
    bench_type(&b, path);
    bench_keys_only(&b, "Enter");
    fake_settle(b.client, 2);
    bench_keys_only(&b, "Esc");
    bench_shows(&b, "Export stopped");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(part, F_OK), 0);
    bench_close(&b);
}

static void
errors_and_emptiness_say_what_to_do(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    fake_answer(
        b.client, "users_list", 400,
        "{\"errors\":[\"_limit must not be greater than 200\"],\"errorCode\":\"ER-00001\"}");
    bench_attach(&b);
    bench_keys(&b, "");
    bench_shows(&b, "_limit must not be greater than 200");
    bench_shows(&b, "code ER-00001");
    bench_shows(&b, "trace 0123456789abcdef");
    bench_shows(&b, "R tries again");
    fake_log_clear(b.client);
    bench_keys(&b, "Down Down");
    assert_int_equal(fake_log(b.client).n, 0);
    bench_users(&b, 0);
    bench_keys(&b, "R");
    bench_shows(&b, "No users here");
    bench_close(&b);
}

static void
a_failed_reload_keeps_the_rows(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 20);
    fake_fail(b.client, "users_list", ERR_NETWORK, "cannot reach the server");
    bench_keys(&b, "R");
    bench_shows(&b, "User 0001");
    bench_shows(&b, "stale");
    bench_users(&b, 20);
    bench_keys(&b, "R");
    bench_hides(&b, "stale");
    bench_close(&b);
}

static void
children_filter_what_belongs(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 20);
    bench_line(&b, "roles");
    bench_keys(&b, "Down p");
    bench_shows(&b, "Permissions of Reader (1)");
    bench_shows(&b, "users.read");
    bench_hides(&b, "users.write");
    bench_close(&b);
}

static void
hostile_names_are_shown_as_marks(void **state)
{
    (void)state;
    struct bench b;
    open_with(&b, 1);
    fake_answer(b.client, "users_list", 200,
                "{\"items\":[{\"id\":\"h\",\"name\":\"\\u001b[2Jx\\u202Ey\\r\\n\",\"email\":"
                "\"\\u001b]52;c;aGk=\\u0007@x.y\"}],\"_metadata\":{\"totalItems\":1}}");
    bench_keys(&b, "R");
    struct str screen = bench_screen(&b, false);
    assert_true(str_find_char(screen, '\x1b') < 0);
    assert_true(str_find_char(screen, '\r') < 0);
    bench_shows(&b, "\\e[2Jx<U+202E>y");
    bench_keys(&b, "d");
    screen = bench_screen(&b, false);
    assert_true(str_find_char(screen, '\x1b') < 0);
    bench_close(&b);
}

static void
a_followed_list_is_read_again(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_line(&b, "follow 0");
    bench_shows(&b, ":follow needs seconds");
    bench_line(&b, "follow 5");
    bench_shows(&b, "every 5 s");
    assert_in_range(app_next_ms(&b.app), 1, 5000);
    bench_users(&b, 121);
    bench_shows(&b, "Users (120)");
    clock_pin(INT64_C(1780000005000), 1005000);
    assert_int_equal(app_next_ms(&b.app), 0);
    app_tick(&b.app);
    bench_keys(&b, "");
    bench_shows(&b, "Users (121)");
    bench_line(&b, "follow -");
    bench_hides(&b, "every 5 s");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_waits_for_its_rows),
        cmocka_unit_test(a_million_rows_keep_a_few_pages),
        cmocka_unit_test(scrolling_asks_ahead),
        cmocka_unit_test(tall_screens_get_pages_that_fit),
        cmocka_unit_test(a_burst_of_keys_asks_once),
        cmocka_unit_test(the_cursor_stays_on_its_object),
        cmocka_unit_test(filter_follows_the_typing_and_esc_takes_it_back),
        cmocka_unit_test(search_asks_the_server),
        cmocka_unit_test(order_by_the_server_and_here),
        cmocka_unit_test(marks_hold_over_pages_and_ranges),
        cmocka_unit_test(marking_all_reads_what_is_not_loaded),
        cmocka_unit_test(copying_takes_the_id_or_the_row),
        cmocka_unit_test(export_writes_all_rows_once),
        cmocka_unit_test(a_stopped_export_leaves_nothing),
        cmocka_unit_test(errors_and_emptiness_say_what_to_do),
        cmocka_unit_test(a_failed_reload_keeps_the_rows),
        cmocka_unit_test(children_filter_what_belongs),
        cmocka_unit_test(a_followed_list_is_read_again),
        cmocka_unit_test(hostile_names_are_shown_as_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
