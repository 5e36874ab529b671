/* Who may change something and until when: read-only and production profiles, and the window `:write` opens. */
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/writing.h"

static void
open_bench(struct bench *b, bool read_only, bool production)
{
    bench_open(b, &(struct bench_setup){
                      .tenant = "acme", .read_only = read_only, .production = production});
    bench_standard(b);
    bench_attach(b);
    bench_keys(b, "");
}

static void
production_changes_nothing_until_a_window_is_opened(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, false, true);
    bench_shows(&b, "PROD test | api.example.com | acme | READ-ONLY");
    bench_keys(&b, "a");
    bench_shows(&b, "Refused: this profile is production; `:write 10m`");
    bench_hides(&b, "[ Save ]");
    bench_line(&b, "write 10m");
    bench_shows(&b, "WRITING, 10 min left");
    bench_keys(&b, "a");
    bench_shows(&b, "[ Save ]");
    bench_close(&b);
}

static void
the_window_closes_by_itself(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, true, false);
    bench_line(&b, "write 2m");
    bench_shows(&b, "WRITING, 2 min left");
    assert_in_range(app_next_ms(&b.app), 1, 60000);
    bench_minutes(&b, 1);
    bench_shows(&b, "WRITING, 1 min left");
    bench_minutes(&b, 1);
    bench_shows(&b, "The time for changes is over");
    bench_shows(&b, "READ-ONLY");
    bench_keys(&b, "a");
    bench_shows(&b, "Refused: this profile is read-only");
    bench_close(&b);
}

static void
a_form_that_was_open_keeps_what_was_typed(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, true, false);
    bench_line(&b, "write 1m");
    bench_keys(&b, "a");
    bench_type(&b, "late@acme.example");
    bench_minutes(&b, 1);
    bench_keys(&b, "PgDn Enter");
    bench_shows(&b, "Refused: this profile is read-only");
    bench_shows(&b, "late@acme.example");
    bench_not_sent(&b, "users_create");
    bench_close(&b);
}

static void
it_is_closed_by_hand_and_only_where_it_can_be_open(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, true, false);
    bench_line(&b, "write 1h");
    bench_shows(&b, "WRITING, 60 min left");
    bench_line(&b, "write -");
    bench_shows(&b, "Closed: nothing can be changed");
    bench_shows(&b, "READ-ONLY");
    bench_line(&b, "write soon");
    bench_shows(&b, ":write needs a time from 1m to 8h");
    bench_line(&b, "write 481m");
    bench_line(&b, "write 0");
    bench_shows(&b, "READ-ONLY");
    bench_close(&b);
    open_bench(&b, false, false);
    bench_line(&b, "write 1h");
    bench_shows(&b, "neither read-only nor production");
    bench_shows(&b, "read-write");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(production_changes_nothing_until_a_window_is_opened),
        cmocka_unit_test(the_window_closes_by_itself),
        cmocka_unit_test(a_form_that_was_open_keeps_what_was_typed),
        cmocka_unit_test(it_is_closed_by_hand_and_only_where_it_can_be_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
