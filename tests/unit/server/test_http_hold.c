/* Answers that leave on a beat: when they are due, in which order they go, and that none is left. */
#include "server/http_hold.h"

#include "tests/support/unit.h"

#include <sched.h>
#include <stdatomic.h>

enum { MANY = 50 };

static struct hold hold;
static struct held held[MANY];
static struct {
    int which;
    int64_t at_us;
} gone[MANY];
static atomic_int n_gone;

static void
release(struct held *h)
{
    int i = atomic_load(&n_gone);
    gone[i].which = (int)(h - held);
    gone[i].at_us = hold_now_us();
    atomic_store(&n_gone, i + 1);
}

static int
start(void **state)
{
    (void)state;
    struct err err = {.code = ERR_OK};
    atomic_store(&n_gone, 0);
    for (int i = 0; i < MANY; i++)
        held[i] = (struct held){.release = release};
    return hold_start(&hold, &err) != ERR_OK;
}

static int
stop(void **state)
{
    (void)state;
    hold_stop(&hold);
    return 0;
}

static void
wait_for(int n)
{
    while (atomic_load(&n_gone) < n)
        sched_yield();
}

/* However long it took to come here, it is due in the spread after a whole number of beats from the beginning,
 * and not always at the same place of it. */
static void
they_are_due_after_a_beat(void **state)
{
    (void)state;
    int early = 0;
    for (int i = 0; i < MANY; i++) {
        int64_t before = hold_now_us(), begun = before - i * INT64_C(1777);
        assert_true(hold_add(&hold, &held[i], begun));
        int64_t due = held[i].due_us;
        assert_in_range((due - begun) % HOLD_BEAT_US, 0, HOLD_SPREAD_US - 1);
        early += (due - begun) % HOLD_BEAT_US < HOLD_SPREAD_US / 2;
        assert_true(due > before);
        assert_true(due <= hold_now_us() + HOLD_BEAT_US + HOLD_SPREAD_US);
    }
    assert_in_range(early, 1, MANY - 1);
    wait_for(MANY);
    for (int i = 0; i < MANY; i++)
        assert_true(gone[i].at_us >= held[gone[i].which].due_us);
}

static void
the_first_due_goes_first(void **state)
{
    (void)state;
    /* The last one added is due next, those before it one after the other. */
    int64_t now = hold_now_us();
    for (int i = 0; i < MANY; i++)
        assert_true(hold_add(&hold, &held[i], now - i * INT64_C(400)));
    wait_for(MANY);
    for (int i = 1; i < MANY; i++)
        assert_true(held[gone[i - 1].which].due_us <= held[gone[i].which].due_us);
}

static void
nobody_is_kept_at_the_end(void **state)
{
    (void)state;
    int64_t now = hold_now_us();
    for (int i = 0; i < MANY - 1; i++)
        assert_true(hold_add(&hold, &held[i], now + i * INT64_C(60000000)));
    hold_stop(&hold);
    assert_int_equal(atomic_load(&n_gone), MANY - 1);
    hold_stop(&hold);
    assert_false(hold_add(&hold, &held[MANY - 1], now));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_are_due_after_a_beat, start, stop),
        cmocka_unit_test_setup_teardown(the_first_due_goes_first, start, stop),
        cmocka_unit_test_setup_teardown(nobody_is_kept_at_the_end, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
