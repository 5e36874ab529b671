#include "ui/canvas.h"

#include "tests/support/unit.h"

static struct canvas cv;

static int
setup(void **state)
{
    (void)state;
    canvas_init(&cv);
    canvas_resize(&cv, 3, 10);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    canvas_fini(&cv);
    return 0;
}

static struct place
at(int row, int col, int cells)
{
    return (struct place){.clip = {.rows = cv.rows, .cols = cv.cols},
                          .row = row,
                          .col = col,
                          .cells = cells,
                          .role = ROLE_VALUE};
}

#define assert_screen(roles, literal) check_screen((roles), (literal), __FILE__, __LINE__)
static void
check_screen(bool roles, const char *want, const char *file, int line)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    canvas_dump(&cv, roles, &b);
    _assert_string_equal(b.p, want, file, line);
    buf_fini(&b);
}

static void
text_and_ellipsis(void **state)
{
    (void)state;
    assert_int_equal(canvas_text(&cv, at(0, 0, 10), STR("hello")), 5);
    assert_int_equal(canvas_text(&cv, at(1, 2, 4), STR("hello")), 4);
    assert_int_equal(canvas_text(&cv, at(2, 6, 99), STR("edge of it")), 4);
    assert_screen(true, "hello\n  hel…\n      edg…\n-- roles\nvvvvv\n  vvvv\n      vvvv\n");
}

static void
nothing_leaves_the_clip(void **state)
{
    (void)state;
    struct place p = at(1, 0, 10);
    p.clip = (struct rect){.row = 1, .col = 3, .rows = 1, .cols = 3};
    canvas_text(&cv, p, STR("0123456789"));
    assert_screen(false, "\n   34…\n\n");
    p.row = 0;
    assert_int_equal(canvas_text(&cv, p, STR("x")), 0);
    p.row = -1;
    assert_int_equal(canvas_text(&cv, p, STR("x")), 0);
    p.row = 1;
    p.col = -2;
    canvas_text(&cv, p, STR("abcdefghijkl"));
    assert_screen(false, "\n   fg…\n\n");
    p.clip = (struct rect){.row = -5, .col = -5, .rows = 1000000000, .cols = 1000000000};
    p.col = 0;
    canvas_text(&cv, p, STR("whole"));
    assert_screen(false, "\nwhole…\n\n");
}

static void
wide_clusters(void **state)
{
    (void)state;
    assert_int_equal(canvas_text(&cv, at(0, 0, 10), STR("日本")), 4);
    assert_int_equal(canvas_text(&cv, at(1, 0, 3), STR("日本")), 3);
    assert_int_equal(canvas_text(&cv, at(2, 9, 5), STR("日")), 1);
    assert_screen(false, "日本\n日…\n         …\n");
    /* Overwriting one half leaves no half. */
    canvas_text(&cv, at(0, 1, 1), STR("x"));
    assert_screen(false, " x本\n日…\n         …\n");
    canvas_text(&cv, at(0, 2, 1), STR("y"));
    assert_screen(false, " xy\n日…\n         …\n");
    canvas_fill(&cv, (struct rect){.row = 1, .col = 1, .rows = 1, .cols = 1}, ROLE_TEXT);
    assert_screen(false, " xy\n  …\n         …\n");
}

static void
foreign_text_becomes_marks(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *shown;
    } cases[] = {
        {{"a\033[2Jb", 6}, "a\\e[2Jb"},
        {{"a\r\nb", 4}, "a\\r\\nb"},
        {{"a\0b", 3}, "a\\x00b"},
        {{"\x7f\xff", 2}, "\\x7f\\xff"},
        {{"a\xe2\x80\xae"
          "b",
          5},
         "a<U+202E>b"},
        {{"\xc2\x9b"
          "2J",
          4},
         "<U+009B>2J"},
        {{"\xcc\x81x", 3}, "<U+0301>x"},
        {{"a\xe2\x80\x8b"
          "b",
          5},
         "a<U+200B>b"},
    };
    canvas_resize(&cv, 1, 40);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        canvas_clear(&cv, ROLE_TEXT);
        canvas_text(&cv, at(0, 0, 40), cases[i].text);
        buf_init(&b, 4096);
        canvas_dump(&cv, true, &b);
        assert_non_null(strstr(b.p, cases[i].shown));
        assert_non_null(strchr(b.p, 'u'));
        for (size_t k = 0; k < b.n; k++)
            assert_true(b.p[k] == '\n' || ((unsigned char)b.p[k] >= 0x20 && b.p[k] != 0x7f));
        buf_fini(&b);
    }
}

static void
marks_pile_up_to_a_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_add_char(&b, 'e');
    for (int i = 0; i < 1000; i++)
        buf_add_text(&b, "\xcc\x81");
    buf_add_text(&b, "!");
    canvas_resize(&cv, 1, 40);
    canvas_text(&cv, at(0, 0, 40), buf_str(&b));
    buf_reset(&b);
    canvas_dump(&cv, false, &b);
    assert_non_null(strstr(b.p, "<+996 marks>!"));
    assert_true(b.n < 60);
    buf_fini(&b);
}

/* A megabyte of name costs no more than what can be shown of it. */
static void
endless_text(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 21);
    while (b.n < 1 << 20)
        buf_add_text(&b, "\033");
    canvas_text(&cv, at(0, 0, 10), buf_str(&b));
    assert_screen(false, "\\e\\e\\e\\e\\…\n\n\n");
    buf_fini(&b);
}

static void
boxes_and_lines(void **state)
{
    (void)state;
    canvas_box(&cv, (struct rect){0, 0, 3, 10}, ROLE_BORDER, STR("Title"));
    assert_screen(
        true, "┌─ Title ┐\n│        │\n└────────┘\n-- roles\n||||||||||\n|        |\n||||||||||\n");
    canvas_box(&cv, (struct rect){-5, -5, 100, 100}, ROLE_BORDER, STR(""));
    canvas_hline(&cv, (struct rect){7, 0, 1, 10}, ROLE_BORDER);
    canvas_vline(&cv, (struct rect){0, 70, 3, 1}, ROLE_BORDER);
}

static void
roles_and_cursor(void **state)
{
    (void)state;
    canvas_text(&cv, at(1, 0, 10), STR("row"));
    canvas_role(&cv, (struct rect){1, 0, 1, 10}, ROLE_ROW_SELECTED);
    canvas_cursor(&cv, 1, 99);
    assert_screen(true, "\nrow\n\n-- roles, cursor 1:9\n\nSSSSSSSSSS\n\n");
    canvas_clear(&cv, ROLE_TEXT);
    assert_false(cv.cursor_visible);
}

static void
sizes_are_bounded(void **state)
{
    (void)state;
    canvas_resize(&cv, 0, -3);
    assert_int_equal(cv.rows, 1);
    assert_int_equal(cv.cols, 1);
    canvas_text(&cv, at(0, 0, 1), STR("日"));
    assert_screen(false, "…\n");
    canvas_resize(&cv, 1, 1000000);
    assert_true(cv.cols <= 4096);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_and_ellipsis),
        TEST(nothing_leaves_the_clip),
        TEST(wide_clusters),
        TEST(foreign_text_becomes_marks),
        TEST(marks_pile_up_to_a_limit),
        TEST(endless_text),
        TEST(boxes_and_lines),
        TEST(roles_and_cursor),
        TEST(sizes_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
