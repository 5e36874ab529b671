/* How lists were left, between runs. */
#include "base/file.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/remember.h"
#include "ui/table.h"
#include <stdio.h>
#include <stdlib.h>

static const char *
file_name(char out[512])
{
    snprintf(out, 512, "%s/panes.ini", getenv("TEST_TMP"));
    return out;
}

static void
put(struct remember *r, const char *profile, const char *pane, const char *order)
{
    struct remembered what = {.descending = true};
    snprintf(what.order, sizeof what.order, "%s", order);
    snprintf(what.columns, sizeof what.columns, "Name,\"quoted\\\",Last sign-in");
    remember_put(r, str_of(profile), pane, &what);
}

static void
it_survives_a_run(void **state)
{
    (void)state;
    char path[512];
    struct err err;
    struct remember r, again;
    remember_init(&r);
    put(&r, "local", "users", "Name");
    put(&r, "live-1", "users", "E-mail");
    assert_int_equal(remember_save(&r, file_name(path), &err), ERR_OK);
    assert_false(r.changed);
    remember_init(&again);
    assert_int_equal(remember_load(&again, path, &err), ERR_OK);
    const struct remembered *what = remember_get(&again, STR("local"), "users");
    assert_non_null(what);
    assert_string_equal(what->order, "Name");
    assert_true(what->descending);
    assert_string_equal(what->columns, "Name,\"quoted\\\",Last sign-in");
    assert_non_null(remember_get(&again, STR("live-1"), "users"));
    assert_null(remember_get(&again, STR("local"), "roles"));
    remember_fini(&again);
    remember_fini(&r);
}

static void
no_file_is_no_fault_and_a_faulty_one_is_left(void **state)
{
    (void)state;
    char path[512];
    struct err err;
    struct remember r;
    remember_init(&r);
    assert_int_equal(remember_load(&r, "/nonexistent/panes.ini", &err), ERR_OK);
    assert_int_equal(file_write(file_name(path), STR("[a b]\norder\n"), 0600, &err), ERR_OK);
    assert_int_equal(remember_load(&r, path, &err), ERR_CONFIG);
    assert_int_equal(r.n, 0);
    remember_fini(&r);
}

static void
the_oldest_are_forgotten(void **state)
{
    (void)state;
    char pane[16];
    struct remember r;
    remember_init(&r);
    for (int i = 0; i <= REMEMBER_PANES_MAX; i++) {
        snprintf(pane, sizeof pane, "pane%d", i);
        put(&r, "local", pane, "Name");
    }
    assert_int_equal(r.n, REMEMBER_PANES_MAX);
    assert_null(remember_get(&r, STR("local"), "pane0"));
    assert_non_null(remember_get(&r, STR("local"), "pane1"));
    remember_fini(&r);
}

static void
open_users(struct bench *b)
{
    bench_open(b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(b);
    bench_users(b, 100);
    bench_attach(b);
    bench_keys(b, "");
}

static void
columns_are_chosen_by_name(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    bench_shows(&b, "E-mail");
    app_command_line(&b.app, STR("columns state, Name"));
    bench_keys(&b, "");
    bench_hides(&b, "E-mail");
    assert_string_equal(table_column(table_of(app_view(&b.app)), 0)->title, "State");
    assert_string_equal(table_column(table_of(app_view(&b.app)), 1)->title, "Name");
    app_command_line(&b.app, STR("columns nonsense"));
    bench_keys(&b, "");
    bench_shows(&b, "There is no column \"nonsense\"");
    app_command_line(&b.app, STR("columns -"));
    bench_keys(&b, "");
    bench_shows(&b, "E-mail");
    bench_close(&b);
}

static void
order_and_columns_are_as_they_were_left(void **state)
{
    (void)state;
    struct bench b;
    open_users(&b);
    app_command_line(&b.app, STR("columns name,state"));
    struct table *t = table_of(app_view(&b.app));
    table_order_by(t, table_column(t, 0), true);
    app_command_line(&b.app, STR("roles"));
    app_command_line(&b.app, STR("users"));
    bench_keys(&b, "");
    t = table_of(app_view(&b.app));
    assert_string_equal(t->pane.resource->id, "users");
    assert_int_equal(t->n_chosen, 2);
    assert_string_equal(t->rows.query.sort, "name");
    assert_true(t->rows.query.descending);
    bench_hides(&b, "E-mail");
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_survives_a_run),
        cmocka_unit_test(no_file_is_no_fault_and_a_faulty_one_is_left),
        cmocka_unit_test(the_oldest_are_forgotten),
        cmocka_unit_test(columns_are_chosen_by_name),
        cmocka_unit_test(order_and_columns_are_as_they_were_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
