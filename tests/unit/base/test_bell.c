/* A ring is never lost, a closed bell never waits, and time runs out. */
#include "base/bell.h"
#include "tests/support/unit.h"

static void *
ring_later(void *arg)
{
    bell_ring(arg);
    return NULL;
}

static void
rings_are_kept_and_taken(void **state)
{
    (void)state;
    struct bell b;
    bell_init(&b);
    bell_ring(&b);
    bell_ring(&b);
    assert_true(bell_wait(&b, INT64_MAX));
    assert_false(bell_wait(&b, 0)); /* both were one */
    assert_false(bell_wait(&b, 1));
    bell_fini(&b);
}

static void
another_thread_ends_the_wait(void **state)
{
    (void)state;
    struct bell b;
    pthread_t thread;
    bell_init(&b);
    assert_int_equal(pthread_create(&thread, NULL, ring_later, &b), 0);
    assert_true(bell_wait(&b, INT64_MAX));
    pthread_join(thread, NULL);
    bell_fini(&b);
}

static void
closed_is_for_good(void **state)
{
    (void)state;
    struct bell b;
    bell_init(&b);
    assert_false(bell_closed(&b));
    bell_close(&b);
    assert_true(bell_closed(&b));
    assert_true(bell_wait(&b, INT64_MAX));
    assert_true(bell_wait(&b, INT64_MAX));
    bell_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_are_kept_and_taken),
        cmocka_unit_test(another_thread_ends_the_wait),
        cmocka_unit_test(closed_is_for_good),
    };
    return cmocka_run_group_tests_name("bell", tests, NULL, NULL);
}
