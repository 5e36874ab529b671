#include "ui/layout.h"

#include "tests/support/unit.h"

static void
split_gives_minimums_then_shares(void **state)
{
    (void)state;
    static const struct box boxes[] = {{.min = 10}, {.min = 5, .flex = 1}, {.min = 5, .flex = 3}};
    int sizes[3];
    layout_split(boxes, 3, 60, sizes);
    assert_int_equal(sizes[0], 10);
    assert_int_equal(sizes[1], 15);
    assert_int_equal(sizes[2], 35);
    layout_split(boxes, 3, 12, sizes);
    assert_int_equal(sizes[0], 10);
    assert_int_equal(sizes[1], 2);
    assert_int_equal(sizes[2], 0);
    layout_split(boxes, 3, -7, sizes);
    assert_int_equal(sizes[0] + sizes[1] + sizes[2], 0);
}

static void
split_respects_maximums(void **state)
{
    (void)state;
    static const struct box boxes[] = {{.flex = 1, .max = 5}, {.flex = 1}, {.flex = 1, .max = 1}};
    int sizes[3];
    layout_split(boxes, 3, 30, sizes);
    assert_int_equal(sizes[0], 5);
    assert_int_equal(sizes[1], 24);
    assert_int_equal(sizes[2], 1);
    static const struct box small[] = {{.flex = 1, .max = 2}};
    layout_split(small, 1, 30, sizes);
    assert_int_equal(sizes[0], 2);
}

static void
cutting_never_takes_more_than_there_is(void **state)
{
    (void)state;
    struct rect r = {.row = 2, .col = 3, .rows = 5, .cols = 8};
    struct rect top = rect_cut_top(&r, 2), bottom = rect_cut_bottom(&r, 1);
    assert_int_equal(top.row, 2);
    assert_int_equal(bottom.row, 6);
    assert_int_equal(r.row, 4);
    assert_int_equal(r.rows, 2);
    struct rect left = rect_cut_left(&r, 3), right = rect_cut_right(&r, 99);
    assert_int_equal(left.cols, 3);
    assert_int_equal(right.col, 6);
    assert_int_equal(right.cols, 5);
    assert_true(rect_empty(r));
    assert_true(rect_empty(rect_cut_top(&r, -3)));
}

static void
centre_inset_meet(void **state)
{
    (void)state;
    struct rect r = {.row = 0, .col = 0, .rows = 24, .cols = 80};
    struct rect c = rect_centre(r, 10, 40);
    assert_int_equal(c.row, 7);
    assert_int_equal(c.col, 20);
    c = rect_centre(r, 100, 100);
    assert_int_equal(c.rows, 24);
    assert_int_equal(c.cols, 80);
    c = rect_inset(r, 50, 2);
    assert_int_equal(c.rows, 0);
    assert_int_equal(c.cols, 76);
    assert_true(rect_empty(rect_meet(r, (struct rect){.row = 30, .col = 0, .rows = 2, .cols = 2})));
}

static void
screen_at_every_size(void **state)
{
    (void)state;
    for (int rows = 0; rows < 60; rows++) {
        struct layout l;
        layout_screen(&l, rows, 80);
        assert_int_equal(l.title.rows + l.body.rows + l.bar.rows + l.status.rows, rows);
        assert_int_equal(l.fits, rows >= 12);
    }
    struct layout l;
    layout_screen(&l, 12, 39);
    assert_false(l.fits);
    layout_screen(&l, 12, 40);
    assert_true(l.fits);
    assert_int_equal(l.status.row, 11);
    assert_int_equal(l.bar.row, 10);
    assert_int_equal(l.body.rows, 9);
}

static void
columns_give_way_in_order(void **state)
{
    (void)state;
    struct layout_column c[] = {{.min = 20, .flex = 2},
                                {.min = 10, .drop = 1, .flex = 1},
                                {.min = 10, .drop = 3},
                                {.min = 10, .drop = 2}};
    layout_columns(c, 4, 83, 1);
    assert_int_equal(c[0].width, 40);
    assert_int_equal(c[1].width, 20);
    assert_int_equal(c[2].width, 10);
    layout_columns(c, 4, 45, 1);
    assert_int_equal(c[2].width, 0);
    assert_int_equal(c[3].width, 10);
    layout_columns(c, 4, 33, 1);
    assert_int_equal(c[3].width, 0);
    assert_int_equal(c[0].width, 21);
    assert_int_equal(c[1].width, 11);
    layout_columns(c, 4, 8, 1);
    assert_int_equal(c[0].width, 8);
    assert_int_equal(c[1].width, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_gives_minimums_then_shares),
        cmocka_unit_test(split_respects_maximums),
        cmocka_unit_test(cutting_never_takes_more_than_there_is),
        cmocka_unit_test(centre_inset_meet),
        cmocka_unit_test(screen_at_every_size),
        cmocka_unit_test(columns_give_way_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
