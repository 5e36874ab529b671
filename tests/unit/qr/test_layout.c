/* Which way a code is drawn in a room, and that drawings hold exactly the code. */
#include "base/mem.h"
#include "qr/layout.h"
#include "tests/support/unit.h"

static struct arena a;
static struct err err;

static struct qr_code
code_of(size_t bytes)
{
    static char text[2000];
    memset(text, 'x', sizeof text);
    struct qr_code q;
    assert_int_equal(qr_encode(&q, &a, (struct str){text, bytes}, QR_LEVEL_L, &err), ERR_OK);
    return q;
}

static void
the_largest_way_that_fits_is_taken(void **state)
{
    (void)state;
    static const struct {
        size_t bytes; /* 106: version 5, 37 modules */
        int rows, cols;
        bool half;
        enum qr_mode mode;
        int quiet;
    } rows[] = {
        {106, 45, 90, true, QR_FULL, 4},  {106, 44, 90, true, QR_FULL, 3},
        {106, 41, 90, true, QR_FULL, 2},  {106, 40, 90, true, QR_HALF, 4},
        {106, 24, 80, true, QR_HALF, 4},  {106, 23, 45, true, QR_HALF, 4},
        {106, 22, 80, true, QR_HALF, 2},  {106, 21, 41, true, QR_HALF, 2},
        {106, 20, 80, true, QR_NONE, 0},  {106, 24, 80, false, QR_NONE, 0},
        {106, 41, 81, false, QR_NONE, 0}, {106, 41, 82, false, QR_FULL, 2},
        {17, 24, 80, false, QR_NONE, 0},  {17, 25, 50, false, QR_FULL, 2},
        {1000, 24, 80, true, QR_NONE, 0}, {0 + 1, 1, 1, true, QR_NONE, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct qr_code q = code_of(rows[i].bytes);
        struct qr_screen screen = {rows[i].rows, rows[i].cols, rows[i].half, false};
        struct qr_fit fit = qr_fit(&q, &screen);
        if (fit.mode != rows[i].mode || fit.quiet != rows[i].quiet)
            fail_msg("row %zu: mode %d, quiet %d", i, fit.mode, fit.quiet);
        assert_true(fit.rows <= screen.rows && fit.cols <= screen.cols);
    }
}

/* Reads a drawing back, module by module. */
static void
every_way_holds_the_code(void **state)
{
    (void)state;
    struct qr_code q = code_of(80);
    static const enum qr_mode modes[] = {QR_FULL, QR_HALF, QR_ASCII};
    for (size_t m = 0; m < COUNT_OF(modes); m++)
        for (int quiet = 0; quiet <= 4; quiet++) {
            struct qr_fit fit = qr_fit_mode(&q, modes[m], quiet);
            for (int r = -2; r < q.size + 2; r++)
                for (int c = -2; c < q.size + 2; c++) {
                    int row = r + quiet, col = c + quiet;
                    enum qr_cell cell = modes[m] == QR_HALF ? qr_cell(&q, &fit, row >> 1, col)
                                                            : qr_cell(&q, &fit, row, 2 * col);
                    bool dark = cell == QR_CELL_DARK || (cell == QR_CELL_UPPER && (row & 1) == 0) ||
                                (cell == QR_CELL_LOWER && (row & 1) == 1);
                    if (row >= 0 && dark != qr_is_dark(&q, r, c))
                        fail_msg("mode %d, quiet %d: module %d, %d", modes[m], quiet, r, c);
                }
        }
}

static struct str
drawn(const struct qr_style *style, enum qr_mode mode, struct buf *out)
{
    struct qr_code q = code_of(10);
    struct qr_fit fit = qr_fit_mode(&q, mode, 2);
    buf_init(out, 1 << 20);
    qr_write(&q, &fit, style, out);
    return buf_str(out);
}

static void
bytes_say_colours_once_a_run(void **state)
{
    (void)state;
    struct buf out;
    struct qr_style style = {.ink = QR_INK_256, .eol = "\r\n", .cols = 60};
    struct str s = drawn(&style, QR_FULL, &out);
    assert_true(str_starts(s, STR("\033[48;5;231;38;5;16m            ")));
    assert_true(str_ends(s, STR("\033[0m\r\n")));
    /* The first two lines are the quiet zone: one colour, sixty spaces, reset. */
    ptrdiff_t end = str_find(s, STR("\r\n"));
    assert_int_equal(end, sizeof "\033[48;5;231;38;5;16m" - 1 + 60 + sizeof "\033[0m" - 1);
    /* Cells, the colours of each line, and four or five bytes for each of some twenty changes. */
    assert_true(out.n < 60 * 25 + 25 * 40 + 25 * 20 * 5);
    buf_fini(&out);
    style.ink = QR_INK_NONE;
    s = drawn(&style, QR_ASCII, &out);
    assert_true(str_find_char(s, '\033') < 0 && str_find(s, STR("##############")) > 0);
    buf_fini(&out);
    style.invert = true;
    s = drawn(&style, QR_ASCII, &out);
    assert_true(str_starts(s, STR("############")));
    buf_fini(&out);
}

static void
half_blocks_stand_for_the_right_half(void **state)
{
    (void)state;
    /* One module, dark: its upper half in the upper glyph's drawing is U+2580, dark on light. */
    static const unsigned char one[] = {1};
    struct qr_code q = {.size = 1, .dark = one};
    struct qr_fit fit = qr_fit_mode(&q, QR_HALF, 0);
    struct qr_style style = {.ink = QR_INK_8, .eol = "\n"};
    struct buf out;
    buf_init(&out, 1000);
    qr_write(&q, &fit, &style, &out);
    assert_str(buf_str(&out), "\033[47;30m\033[7m\xe2\x96\x84\033[0m\n");
    buf_reset(&out);
    style.upper_glyph = true;
    qr_write(&q, &fit, &style, &out);
    assert_str(buf_str(&out), "\033[47;30m\xe2\x96\x80\033[0m\n");
    buf_reset(&out);
    style.invert = true;
    qr_write(&q, &fit, &style, &out);
    assert_str(buf_str(&out), "\033[47;30m\033[7m\xe2\x96\x80\033[0m\n");
    buf_fini(&out);
}

/* Lines are erased to light, and only what is dark is written into them. */
static void
erased_lines_hold_only_what_is_dark(void **state)
{
    (void)state;
    static const unsigned char two[] = {1, 0, 0, 1};
    struct qr_code q = {.size = 2, .dark = two};
    struct qr_fit fit = qr_fit_mode(&q, QR_FULL, 1);
    struct qr_style style = {.ink = QR_INK_8, .eol = "\n", .erases = true};
    struct buf out;
    buf_init(&out, 1000);
    qr_write(&q, &fit, &style, &out);
    assert_str(buf_str(&out), "\033[47;30m\033[K\n\033[K  \033[7m  \n"
                              "\033[27m\033[K\033[4C\033[7m  \n\033[27m\033[K\033[0m\n");
    buf_reset(&out);
    style.invert = true;
    qr_write(&q, &fit, &style, &out);
    assert_str(buf_str(&out), "\033[40;37m\033[K\n\033[K  \033[7m  \n"
                              "\033[27m\033[K\033[4C\033[7m  \n\033[27m\033[K\033[0m\n");
    buf_reset(&out);
    /* Without colours there is nothing to erase to. */
    style = (struct qr_style){.ink = QR_INK_REVERSE, .eol = "\n", .erases = true};
    qr_write(&q, &fit, &style, &out);
    assert_true(str_find(buf_str(&out), STR("\033[K")) < 0);
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_way_that_fits_is_taken),
        cmocka_unit_test(every_way_holds_the_code),
        cmocka_unit_test(bytes_say_colours_once_a_run),
        cmocka_unit_test(half_blocks_stand_for_the_right_half),
        cmocka_unit_test(erased_lines_hold_only_what_is_dark),
    };
    arena_init(&a, 8 << 20);
    int failed = cmocka_run_group_tests_name("layout", tests, NULL, NULL);
    arena_fini(&a);
    return failed;
}
