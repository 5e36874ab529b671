#include "base/csv_write.h"

#include "tests/support/unit.h"

static struct buf out;

static int
set_up(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    buf_fini(&out);
    return 0;
}

static struct str
csv(struct str s, bool raw)
{
    buf_reset(&out);
    csv_add_cell(&out, s, raw);
    return buf_str(&out);
}

static void
csv_follows_rfc_4180(void **state)
{
    (void)state;
    assert_str(csv(STR("plain"), true), "plain");
    assert_str(csv(STR(""), true), "");
    assert_str(csv(STR("a,b"), true), "\"a,b\"");
    assert_str(csv(STR("say \"x\""), true), "\"say \"\"x\"\"\"");
    assert_str(csv(STR("a\nb"), true), "\"a\nb\"");
    assert_str(csv(STR("a\rb"), true), "\"a\rb\"");
    assert_str(csv(STR(" edge"), true), "\" edge\"");
    assert_str(csv(STR("=1+1"), true), "=1+1");
}

static void
csv_runs_no_formula(void **state)
{
    (void)state;
    assert_str(csv(STR("=cmd|' /C calc'!A0"), false), "'=cmd|' /C calc'!A0");
    assert_str(csv(STR("@SUM(A1)"), false), "'@SUM(A1)");
    assert_str(csv(STR("+A1"), false), "'+A1");
    assert_str(csv(STR("-A1"), false), "'-A1");
    assert_str(csv(STR("  =1"), false), "'  =1");
    assert_str(csv(STR("-12.5"), false), "-12.5");
    assert_str(csv(STR("+4915112345"), false), "+4915112345");
    assert_str(csv(STR("a=b"), false), "a=b");
}

static void
csv_shows_marks_for_what_a_terminal_obeys(void **state)
{
    (void)state;
    assert_str(csv(STR("a\x1b[31mb"), false), "a\\e[31mb");
    assert_str(csv(STR("a\xe2\x80\xae"
                       "b"),
                   false),
               "a<U+202E>b");
    assert_str(csv(STR("a\nb"), false), "a\\nb");
}

static void
a_cell_that_does_not_fit_fails_the_whole(void **state)
{
    (void)state;
    struct buf small;
    buf_init(&small, 4);
    csv_add_cell(&small, STR("a,b,c"), false);
    assert_true(small.failed);
    buf_fini(&small);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_follows_rfc_4180),
        cmocka_unit_test(csv_runs_no_formula),
        cmocka_unit_test(csv_shows_marks_for_what_a_terminal_obeys),
        cmocka_unit_test(a_cell_that_does_not_fit_fails_the_whole),
    };
    return cmocka_run_group_tests_name("csv_write", tests, set_up, tear_down);
}
