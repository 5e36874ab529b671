#include "base/cond.h"

#include "base/clock.h"
#include "tests/support/unit.h"
#include <errno.h>

static int64_t
ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
deadlines_are_on_the_clock_that_is_never_set(void **state)
{
    (void)state;
    static const int64_t ms[] = {0, 1, 999, 1000, 1001, 1999, 86400000, 4000000000000};
    for (size_t i = 0; i < sizeof ms / sizeof *ms; i++) {
        struct timespec before, after, until;
        clock_gettime(CLOCK_MONOTONIC, &before);
        until = clock_deadline(ms[i]);
        clock_gettime(CLOCK_MONOTONIC, &after);
        assert_in_range(until.tv_nsec, 0, 999999999);
        assert_true(ns_of(until) >= ns_of(before) + ms[i] * 1000000);
        assert_true(ns_of(until) <= ns_of(after) + ms[i] * 1000000);
    }
}

static void
waiting_ends_at_the_deadline(void **state)
{
    (void)state;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond;
    cond_init(&cond);
    struct timespec until = clock_deadline(5), now;
    pthread_mutex_lock(&lock);
    int rc = 0;
    while (rc == 0)
        rc = pthread_cond_timedwait(&cond, &lock, &until);
    pthread_mutex_unlock(&lock);
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert_int_equal(rc, ETIMEDOUT);
    assert_true(ns_of(now) >= ns_of(until));
    pthread_cond_destroy(&cond);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_are_on_the_clock_that_is_never_set),
        cmocka_unit_test(waiting_ends_at_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
