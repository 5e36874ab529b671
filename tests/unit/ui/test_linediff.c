#include "ui/linediff.h"

#include "base/mem.h"
#include "tests/support/unit.h"

static void
check(const char *before, const char *after, const char *want)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    linediff(str_of(before), str_of(after), &out);
    assert_string_equal(out.p ? out.p : "", want);
    buf_fini(&out);
}

static void
changes_stand_where_they_are(void **state)
{
    (void)state;
    check("", "", "");
    check("a\nb\n", "a\nb\n", "");
    check("", "a\n", "+ a\n");
    check("a\n", "", "- a\n");
    check("a\nb\nc\n", "a\nx\nc\n", "  a\n- b\n+ x\n  c\n");
    check("a\nb\nc\nd\n", "a\nc\nd\ne\n", "  a\n- b\n  c\n  d\n+ e\n");
    check("a", "a\n", "");
}

static void
what_is_far_is_left_out(void **state)
{
    (void)state;
    check("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
          "...\n  3\n  4\n- 5\n+ x\n  6\n  7\n");
    check("1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
          "- 1\n+ x\n  2\n  3\n...\n  6\n  7\n- 8\n+ y\n");
}

/* More lines than are compared one by one: whole blocks, but nothing is lost. */
static void
large_texts_come_as_blocks(void **state)
{
    (void)state;
    struct buf a, b, out;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < LINEDIFF_LINES + 5; i++) {
        buf_printf(&a, "a%d\n", i);
        buf_printf(&b, "b%d\n", i);
    }
    linediff(buf_str(&a), buf_str(&b), &out);
    assert_true(str_starts(buf_str(&out), STR("- a0\n- a1\n")));
    assert_true(str_find(buf_str(&out), STR("- a804\n+ b0\n")) > 0);
    assert_true(str_ends(buf_str(&out), STR("+ b804\n")));
    buf_fini(&a);
    buf_fini(&b);
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_stand_where_they_are),
        cmocka_unit_test(what_is_far_is_left_out),
        cmocka_unit_test(large_texts_come_as_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
