/* The app with a fake client: panes, commands, tenants, toasts, quitting. */
#include "base/clock.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/palette.h"

static void
first_frame_comes_before_any_answer(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_shows(&b, "starting ...");
    bench_standard(&b);
    bench_attach(&b);
    bench_shows(&b, "Loading ...");
    bench_shows(&b, "1 in flight");
    bench_keys(&b, "");
    bench_shows(&b, "User 0001");
    bench_shows(&b, "1 of 120");
    bench_close(&b);
}

static void
a_failed_start_says_why(void **state)
{
    (void)state;
    struct bench b;
    struct err err = {0};
    bench_open(&b, &(struct bench_setup){.rows = 24});
    err_set(&err, ERR_IO, "cannot start gatehoused: not found");
    app_start_failed(&b.app, &err);
    bench_shows(&b, "cannot start gatehoused: not found");
    bench_shows(&b, "R tries again");
    bench_close(&b);
}

static void
status_line_says_where(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.tenant = "acme", .read_only = true, .production = true});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_shows(&b, "PROD test | api.example.com | acme | READ-ONLY");
    bench_sent(&b, "users_list tenant=acme");
    bench_close(&b);
}

static void
countdown_ticks_only_while_waiting(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    assert_int_equal(app_next_ms(&b.app), -1);
    fake_status(b.client, &(struct client_status){.waiting = 1,
                                                  .retry_at_ms = INT64_C(1780000008000),
                                                  .wait_reason = STR("rate limited")});
    bench_shows(&b, "rate limited, retry in 8 s");
    assert_in_range(app_next_ms(&b.app), 1, 1000);
    bench_close(&b);
}

/* What a slow line could not carry is not drawn; the last of it is, and what a key does at once. */
static void
a_storm_of_answers_draws_few_frames(void **state)
{
    (void)state;
    struct bench b;
    int drawn = 0;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    for (int ms = 1000; ms < 2000; ms++) {
        clock_pin(INT64_C(1780000000000) + ms, 1000000 + ms);
        b.app.dirty = true; /* an answer every millisecond */
        if (!app_holds(&b.app)) {
            (void)bench_screen(&b, false);
            drawn++;
        } else {
            assert_in_range(app_next_ms(&b.app), 1, 100);
        }
    }
    assert_in_range(drawn, 10, 50);
    assert_true(app_holds(&b.app));
    app_key(&b.app, 'j');
    assert_false(app_holds(&b.app));
    bench_close(&b);
}

static void
commands_open_panes_and_esc_goes_back(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_line(&b, "roles");
    bench_shows(&b, "test / all tenants / Users (120) / Roles (2)");
    bench_keys(&b, "Esc");
    bench_hides(&b, "Roles (2)");
    bench_keys(&b, "4");
    bench_shows(&b, "Permissions (2)");
    bench_line(&b, "groups");
    bench_shows(&b, "Groups");
    bench_line(&b, "nonsense");
    bench_shows(&b, "There is no command :nonsense");
    bench_close(&b);
}

static void
a_tenant_narrows_everything(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_line(&b, "tenants");
    fake_log_clear(b.client);
    bench_keys(&b, "Down t");
    bench_shows(&b, "test / Globex / Users");
    bench_sent(&b, "users_list tenant=globex");
    bench_line(&b, "tenant Acme Robotics");
    bench_shows(&b, "test / Acme Robotics / Users");
    bench_line(&b, "tenant -");
    bench_shows(&b, "all tenants");
    bench_close(&b);
}

static void
the_root_asks_before_it_closes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "q");
    bench_shows(&b, "Quit gatehouse?");
    bench_keys(&b, "q");
    assert_false(b.app.quit);
    bench_keys(&b, "q y");
    assert_true(b.app.quit);
    bench_close(&b);
}

static void
capital_q_quits_unless_a_write_is_out(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_keys_only(&b, "L y Q");
    assert_false(b.app.quit);
    bench_shows(&b, "still being sent");
    bench_keys_only(&b, "Esc");
    bench_keys(&b, "Q");
    assert_true(b.app.quit);
    bench_close(&b);
}

static void
completion_offers_what_fits(void **state)
{
    (void)state;
    struct bench b;
    struct buf out;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    buf_init(&out, 65536);
    palette_complete(&b.app, STR("ro"), &out);
    assert_str(buf_str(&out), "roles\tRoles\n");
    buf_reset(&out);
    palette_complete(&b.app, STR("theme l"), &out);
    assert_str(buf_str(&out), "theme light\t\n");
    buf_reset(&out);
    bench_line(&b, "tenants");
    palette_complete(&b.app, STR("tenant g"), &out);
    assert_str(buf_str(&out), "tenant globex\tGlobex\n");
    buf_fini(&out);
    bench_line(&b, "theme dark");
    assert_string_equal(b.theme, "dark");
    bench_line(&b, "theme nope");
    bench_shows(&b, "Theme not changed: no such theme");
    bench_keys(&b, ": Up Up");
    bench_shows(&b, ":theme dark");
    bench_close(&b);
}

static void
help_lists_the_keys_of_this_pane(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 60});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "?");
    bench_shows(&b, "This pane: Users");
    bench_shows(&b, "Set active tenant; also for marked rows");
    bench_shows(&b, "Next row");
    bench_keys(&b, "/");
    bench_type(&b, "request log");
    bench_keys(&b, "Enter");
    bench_shows(&b, "Request log");
    bench_keys(&b, "q");
    bench_hides(&b, "This pane");
    bench_close(&b);
}

static void
the_secret_can_be_typed_in(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    fake_fail(b.client, "users_list", ERR_CONFIG, "no secret is configured");
    bench_attach(&b);
    bench_keys(&b, "");
    bench_shows(&b, ":secret types it in");
    bench_standard(&b);
    bench_line(&b, "secret");
    bench_shows(&b, "client id:");
    bench_type(&b, "me");
    bench_keys(&b, "Enter");
    bench_type(&b, "hunter2");
    bench_hides(&b, "hunter2");
    bench_keys(&b, "Enter");
    assert_str(fake_secret(b.client), "me hunter2");
    bench_shows(&b, "User 0001");
    bench_close(&b);
}

static void
a_pane_that_is_open_is_raised(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "3 4 2");
    bench_shows(&b, "Roles (2) / Permissions (2) / Users (120)");
    bench_keys(&b, "q");
    bench_shows(&b, "all tenants / Roles (2) / Permissions (2)");
    bench_close(&b);
}

static void
a_paste_outside_a_field_does_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    fake_log_clear(b.client);
    app_paste(&b.app, STR("dDdDQ\n"), false);
    bench_shows(&b, "A paste outside a field does nothing");
    assert_false(b.app.quit);
    assert_int_equal(fake_log(b.client).n, 0);
    bench_close(&b);
}

static void
requests_are_listed_newest_first(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    bench_line(&b, "roles");
    bench_keys(&b, "@");
    bench_shows(&b, "Requests");
    bench_shows(&b, "/identity/resources/roles/v1");
    bench_shows(&b, "roles_list_v1: ok");
    bench_close(&b);
}

static void
tiny_screens_say_so(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 5, .cols = 30});
    bench_standard(&b);
    bench_attach(&b);
    bench_shows(&b, "Needs 40x12");
    bench_keys(&b, "Q");
    assert_true(b.app.quit);
    bench_close(&b);
}

static void
interrupt_stops_waiting(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.rows = 24});
    bench_standard(&b);
    bench_attach(&b);
    app_interrupt(&b.app);
    bench_shows(&b, "Stopped waiting");
    assert_int_equal(fake_pending(b.client), 0);
    bench_keys(&b, "R");
    bench_shows(&b, "User 0001");
    app_interrupt(&b.app);
    bench_shows(&b, "Quit gatehouse?");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_frame_comes_before_any_answer),
        cmocka_unit_test(a_failed_start_says_why),
        cmocka_unit_test(status_line_says_where),
        cmocka_unit_test(countdown_ticks_only_while_waiting),
        cmocka_unit_test(a_storm_of_answers_draws_few_frames),
        cmocka_unit_test(commands_open_panes_and_esc_goes_back),
        cmocka_unit_test(a_tenant_narrows_everything),
        cmocka_unit_test(the_root_asks_before_it_closes),
        cmocka_unit_test(capital_q_quits_unless_a_write_is_out),
        cmocka_unit_test(completion_offers_what_fits),
        cmocka_unit_test(help_lists_the_keys_of_this_pane),
        cmocka_unit_test(the_secret_can_be_typed_in),
        cmocka_unit_test(a_pane_that_is_open_is_raised),
        cmocka_unit_test(a_paste_outside_a_field_does_nothing),
        cmocka_unit_test(requests_are_listed_newest_first),
        cmocka_unit_test(tiny_screens_say_so),
        cmocka_unit_test(interrupt_stops_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
