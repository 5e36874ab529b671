/* The lock: when it comes, what it hides, what keys do meanwhile, and how it goes away. */
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"

static void
open_bench(struct bench *b, const char *secret_file)
{
    bench_open(b, &(struct bench_setup){.tenant = "acme",
                                        .idle_lock_min = 10,
                                        .client_id = "client-1",
                                        .secret_file = secret_file});
    bench_standard(b);
    bench_attach(b);
    bench_keys(b, "");
}

static void
expect_locked(struct bench *b)
{
    bench_shows(b, "Locked");
    bench_hides(b, "User 0001");
    bench_hides(b, "Acme");
    bench_hides(b, "@example.com");
}

static void
it_comes_when_nobody_is_there(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, "/run/secret");
    bench_minutes(&b, 9);
    bench_shows(&b, "User 0001");
    bench_keys(&b, "j");
    bench_minutes(&b, 9);
    bench_shows(&b, "User 0001");
    bench_minutes(&b, 1);
    expect_locked(&b);
    bench_sent(&b, "forget");
    bench_close(&b);
}

static void
keys_and_pastes_do_nothing_but_unlock(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, "/run/secret");
    bench_keys(&b, "a"); /* a form is open, and is still there afterwards */
    bench_type(&b, "half@acme.example");
    bench_minutes(&b, 10);
    expect_locked(&b);
    bench_hides(&b, "half@acme");
    bench_keys(&b, "d D Esc : q Tab ?");
    app_paste(&b.app, STR("paste"), false);
    expect_locked(&b);
    bench_keys(&b, "Enter");
    bench_hides(&b, "Locked");
    bench_shows(&b, "half@acme.example");
    bench_hides(&b, "paste");
    bench_not_sent(&b, "users_create");
    bench_close(&b);
}

static void
who_typed_the_secret_types_it_again(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, NULL);
    bench_line(&b, "lock");
    expect_locked(&b);
    bench_keys(&b, "Enter");
    bench_shows(&b, "Type the secret first");
    bench_type(&b, "Quiet");
    bench_hides(&b, "Quiet");
    assert_false(b.app.quit);
    bench_keys(&b, "Enter");
    bench_hides(&b, "Locked");
    bench_shows(&b, "User 0001");
    assert_true(str_eq(fake_secret(b.client), STR("client-1 Quiet")));
    bench_close(&b);
}

static void
what_is_wrong_is_said_and_it_stays_locked(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b, "/run/secret");
    fake_fail(b.client, "tenants_list", ERR_UNAUTHENTICATED, "Invalid credentials");
    bench_line(&b, "lock");
    bench_keys(&b, "Enter");
    expect_locked(&b);
    bench_shows(&b, "Invalid credentials");
    bench_keys(&b, "Ctrl-C");
    assert_true(b.app.quit);
    bench_close(&b);
}

static void
without_the_setting_it_never_comes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_minutes(&b, 100000);
    bench_hides(&b, "Locked");
    assert_int_equal(app_next_ms(&b.app), -1);
    bench_close(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_when_nobody_is_there),
        cmocka_unit_test(keys_and_pastes_do_nothing_but_unlock),
        cmocka_unit_test(who_typed_the_secret_types_it_again),
        cmocka_unit_test(what_is_wrong_is_said_and_it_stays_locked),
        cmocka_unit_test(without_the_setting_it_never_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
