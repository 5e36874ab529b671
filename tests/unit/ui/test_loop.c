#include "ui/loop.h"

#include "base/clock.h"
#include "tests/support/unit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static struct loop *l;
static char trail[200];
static unsigned drawn;
static int draws;

static void
note(const char *word)
{
    size_t n = strlen(trail);
    snprintf(trail + n, sizeof trail - n, "%s%s", n > 0 ? " " : "", word);
}

static void
on_turn_end(void *ctx, unsigned dirty)
{
    (void)ctx;
    draws++;
    drawn = dirty;
}

static int
setup(void **state)
{
    (void)state;
    l = loop_new(NULL);
    assert_non_null(l);
    trail[0] = '\0';
    draws = 0;
    clock_pin(1000, 5000);
    loop_on_turn_end(l, on_turn_end, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    loop_free(l);
    clock_pin(-1, -1);
    return 0;
}

static unsigned
say(void *ctx)
{
    note(ctx);
    return DIRTY_ROWS;
}

static unsigned
post_again(void *ctx)
{
    note("first");
    loop_post(l, say, ctx);
    return DIRTY_STATUS;
}

static void
posts_run_in_order_and_draw_once(void **state)
{
    (void)state;
    loop_post(l, post_again, (char[]){"later"});
    loop_post(l, say, (char[]){"b"});
    loop_post(l, say, (char[]){"c"});
    assert_true(loop_turn(l, 0));
    assert_string_equal(trail, "first b c");
    assert_int_equal(draws, 1);
    assert_int_equal(drawn, DIRTY_ROWS | DIRTY_STATUS);
    assert_true(loop_turn(l, -1)); /* a post is pending: no waiting */
    assert_string_equal(trail, "first b c later");
    assert_int_equal(draws, 2);
    assert_true(loop_turn(l, 0));
    assert_int_equal(draws, 2);
}

static void
timers_run_when_due(void **state)
{
    (void)state;
    loop_after(l, 30, say, (char[]){"30"});
    loop_after(l, 10, say, (char[]){"10"});
    loop_timer twenty = loop_after(l, 20, say, (char[]){"20"});
    loop_after(l, 10, say, (char[]){"10b"});
    loop_turn(l, 0);
    assert_string_equal(trail, "");
    clock_pin(1000, 5010);
    loop_turn(l, -1);
    assert_string_equal(trail, "10 10b");
    loop_cancel(l, twenty);
    loop_cancel(l, twenty);
    loop_cancel(l, 0);
    clock_pin(1000, 6000);
    loop_turn(l, -1);
    assert_string_equal(trail, "10 10b 30");
}

static unsigned
rearm(void *ctx)
{
    note("tick");
    loop_after(l, 0, rearm, ctx);
    return DIRTY_NONE;
}

static void
a_timer_that_rearms_runs_once_a_turn(void **state)
{
    (void)state;
    loop_after(l, 0, rearm, NULL);
    loop_turn(l, 0);
    assert_string_equal(trail, "tick");
    loop_turn(l, 0);
    assert_string_equal(trail, "tick tick");
    assert_int_equal(draws, 0);
}

static unsigned
read_one(void *ctx, short events)
{
    char c;
    assert_true(events & POLLIN);
    assert_int_equal(read(*(const int *)ctx, &c, 1), 1);
    note((char[]){c, '\0'});
    return DIRTY_ROWS;
}

static int other_fd;

static unsigned
drop_other(void *ctx, short events)
{
    loop_unwatch(l, other_fd);
    return read_one(ctx, events);
}

static void
descriptors(void **state)
{
    (void)state;
    int a[2], b[2];
    assert_int_equal(pipe(a), 0);
    assert_int_equal(pipe(b), 0);
    loop_watch(l, a[0], POLLIN, drop_other, &a[0]);
    loop_watch(l, b[0], POLLIN, read_one, &b[0]);
    other_fd = b[0];
    assert_int_equal(write(a[1], "a", 1), 1);
    assert_int_equal(write(b[1], "b", 1), 1);
    loop_turn(l, -1);
    assert_string_equal(trail, "a"); /* the second was removed in the same turn */
    loop_turn(l, 0);
    assert_string_equal(trail, "a");
    loop_watch(l, b[0], POLLIN, read_one, &b[0]);
    loop_turn(l, -1);
    assert_string_equal(trail, "a b");
    loop_unwatch(l, 12345);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static unsigned
on_signal(void *ctx, int signo)
{
    (void)ctx;
    note(signo == SIGWINCH ? "winch" : signo == SIGTERM ? "term" : "other");
    return signo == SIGTERM ? DIRTY_QUIT : DIRTY_LAYOUT;
}

static void
signals_come_in_a_turn_and_once(void **state)
{
    (void)state;
    loop_on_signal(l, on_signal, NULL);
    for (int i = 0; i < 10000; i++)
        raise(SIGWINCH);
    assert_string_equal(trail, "");
    assert_true(loop_turn(l, -1));
    assert_string_equal(trail, "winch");
    assert_int_equal(drawn, DIRTY_LAYOUT);
    raise(SIGTERM);
    assert_false(loop_turn(l, -1));
    assert_string_equal(trail, "winch term");
    assert_int_equal(draws, 1);
}

static void
nothing_to_do_is_nothing_done(void **state)
{
    (void)state;
    clock_pin(-1, -1);
    int64_t before = clock_mono_us();
    assert_true(loop_turn(l, 30));
    assert_true(clock_mono_us() - before >= 29000);
    assert_int_equal(draws, 0);
}

static unsigned
quit_with_3(void *ctx)
{
    loop_quit(ctx, 3);
    return DIRTY_ALL;
}

static void
quitting(void **state)
{
    (void)state;
    loop_post(l, quit_with_3, l);
    assert_int_equal(loop_run(l), 3);
    assert_false(loop_turn(l, -1));
    assert_int_equal(draws, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(posts_run_in_order_and_draw_once),
        TEST(timers_run_when_due),
        TEST(a_timer_that_rearms_runs_once_a_turn),
        TEST(descriptors),
        TEST(signals_come_in_a_turn_and_once),
        TEST(nothing_to_do_is_nothing_done),
        TEST(quitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
