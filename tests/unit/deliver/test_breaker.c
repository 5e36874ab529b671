/* When a provider is left alone. */
#include "deliver/breaker.h"
#include "tests/support/unit.h"

static void
opens_and_closes(void **state)
{
    (void)state;
    struct breaker b = {.failures = 0};
    int64_t now = 1000;
    for (int i = 0; i < BREAKER_FAILURES - 1; i++) {
        breaker_bad(&b, now);
        assert_int_equal(breaker_state(&b, now), BREAKER_CLOSED);
    }
    assert_int_equal(breaker_window(&b, now, 16), 16);
    breaker_bad(&b, now);
    assert_int_equal(breaker_state(&b, now), BREAKER_OPEN);
    assert_int_equal(breaker_window(&b, now, 16), 0);
    now += BREAKER_FIRST_MS;
    assert_int_equal(breaker_state(&b, now), BREAKER_HALF_OPEN);
    assert_int_equal(breaker_window(&b, now, 16), 1);
    assert_int_equal(breaker_window(&b, now, 0), 1);
    breaker_good(&b);
    assert_int_equal(breaker_state(&b, now), BREAKER_CLOSED);
}

static void
stays_open_longer_each_time(void **state)
{
    (void)state;
    struct breaker b = {.failures = 0};
    int64_t now = 0, pause = 0;
    for (int i = 0; i < BREAKER_FAILURES; i++)
        breaker_bad(&b, now);
    for (int i = 0; i < 20; i++) {
        assert_true(b.until - now >= pause);
        assert_true(b.until - now <= BREAKER_MOST_MS);
        pause = b.until - now;
        /* Late failures of those that were under way change nothing. */
        int64_t until = b.until;
        breaker_bad(&b, now);
        assert_int_equal(b.until, until);
        now = b.until;
        breaker_bad(&b, now);
        assert_int_equal(breaker_state(&b, now), BREAKER_OPEN);
    }
    assert_int_equal(pause, BREAKER_MOST_MS);
}

static void
a_success_between_starts_anew(void **state)
{
    (void)state;
    struct breaker b = {.failures = 0};
    for (int i = 0; i < 100; i++) {
        breaker_bad(&b, 0);
        if (i % 4 == 3)
            breaker_good(&b);
    }
    assert_int_equal(breaker_state(&b, 0), BREAKER_CLOSED);
}

static void
waits_when_asked(void **state)
{
    (void)state;
    struct breaker b = {.failures = 0};
    breaker_wait(&b, 5000);
    breaker_wait(&b, 4000);
    assert_int_equal(breaker_window(&b, 4999, 3), 0);
    assert_int_equal(breaker_window(&b, 5000, 3), 3);
}

static void
backs_off(void **state)
{
    (void)state;
    struct backoff b = {.first_ms = 1000, .most_ms = 60000};
    int64_t least = 0, most = 0;
    for (int i = 0; i < 200; i++) {
        int64_t ms = backoff_ms(&b, 1);
        assert_true(ms >= 500 && ms <= 1000);
        least = i == 0 || ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    assert_true(most - least > 100);
    for (int attempt = 1; attempt < 100; attempt++) {
        int64_t ms = backoff_ms(&b, attempt);
        assert_true(ms >= 500 && ms <= 60000);
        if (attempt > 7)
            assert_true(ms >= 30000);
    }
    assert_int_equal(backoff_ms(&(struct backoff){0, 0}, 5), 0);
    assert_int_equal(backoff_ms(&(struct backoff){1, 1}, 5), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_and_closes),
        cmocka_unit_test(stays_open_longer_each_time),
        cmocka_unit_test(a_success_between_starts_anew),
        cmocka_unit_test(waits_when_asked),
        cmocka_unit_test(backs_off),
    };
    return cmocka_run_group_tests_name("deliver/breaker", tests, NULL, NULL);
}
