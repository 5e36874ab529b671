#include "qr/layout.h"

#include "base/mem.h"

struct qr_fit
qr_fit_mode(const struct qr_code *q, enum qr_mode mode, int quiet)
{
    int side = q->size + 2 * quiet;
    struct qr_fit fit = {.mode = mode, .quiet = quiet, .rows = side, .cols = 2 * side};
    if (mode == QR_HALF) {
        fit.rows = (side + 1) / 2;
        fit.cols = side;
    }
    return fit;
}

struct qr_fit
qr_fit(const struct qr_code *q, const struct qr_screen *screen)
{
    static const struct {
        enum qr_mode mode;
        int quiet;
    } ways[] = {
        {QR_FULL, 4}, {QR_FULL, 3}, {QR_FULL, 2}, {QR_HALF, 4}, {QR_HALF, 2}, {QR_HALF, 3},
    };
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        if (ways[i].mode == QR_HALF && !screen->half)
            continue;
        struct qr_fit fit = qr_fit_mode(q, ways[i].mode, ways[i].quiet);
        if (fit.rows > screen->rows || fit.cols > screen->cols)
            continue;
        if (screen->ascii)
            fit.mode = QR_ASCII;
        return fit;
    }
    return (struct qr_fit){.mode = QR_NONE};
}

enum qr_cell
qr_cell(const struct qr_code *q, const struct qr_fit *fit, int row, int col)
{
    if (fit->mode != QR_HALF)
        return qr_is_dark(q, row - fit->quiet, (col >> 1) - fit->quiet) ? QR_CELL_DARK
                                                                        : QR_CELL_LIGHT;
    bool upper = qr_is_dark(q, 2 * row - fit->quiet, col - fit->quiet);
    bool lower = qr_is_dark(q, 2 * row + 1 - fit->quiet, col - fit->quiet);
    if (upper)
        return lower ? QR_CELL_DARK : QR_CELL_UPPER;
    return lower ? QR_CELL_LOWER : QR_CELL_LIGHT;
}

/* ---- bytes ---- */

/*
 * Each line sets its two colours once, dark on light; light on dark is then reverse video, which is
 * four bytes instead of twenty. Terminals without colour have reverse video for light.
 */
static const struct {
    const char *start, *dark, *light, *reset;
    const char *start_dark; /* light on dark, for lines that are erased to dark; NULL: no colours */
} INKS[] = {
    [QR_INK_RGB] = {"\033[48;2;255;255;255;38;2;0;0;0m", "\033[7m", "\033[27m", "\033[0m",
                    "\033[48;2;0;0;0;38;2;255;255;255m"},
    [QR_INK_256] = {"\033[48;5;231;38;5;16m", "\033[7m", "\033[27m", "\033[0m",
                    "\033[48;5;16;38;5;231m"},
    [QR_INK_16] = {"\033[107;30m", "\033[7m", "\033[27m", "\033[0m", "\033[40;97m"},
    [QR_INK_8] = {"\033[47;30m", "\033[7m", "\033[27m", "\033[0m", "\033[40;37m"},
    [QR_INK_REVERSE] = {"\033[7m", "\033[0m", "\033[7m", "\033[0m", NULL},
    [QR_INK_NONE] = {"", "", "", "", NULL},
};

static enum qr_cell
inverted(enum qr_cell cell)
{
    static const enum qr_cell other[] = {
        [QR_CELL_LIGHT] = QR_CELL_DARK,
        [QR_CELL_DARK] = QR_CELL_LIGHT,
        [QR_CELL_UPPER] = QR_CELL_LOWER,
        [QR_CELL_LOWER] = QR_CELL_UPPER,
    };
    return other[cell];
}

/*
 * A mixed cell is one glyph in the colour of the half that it covers: U+2584 covers the lower half,
 * so a dark lower half is dark on light, a dark upper half light on dark. Only two states of the
 * terminal are ever needed, and only changes are written.
 */
struct pen {
    struct buf *out;
    const struct qr_style *style;
    bool dark; /* the background, as it stands */
    bool base; /* the background when nothing is in reverse: dark? */
};

static void
set_background(struct pen *p, bool dark)
{
    if (dark != p->dark)
        buf_add_text(p->out,
                     dark != p->base ? INKS[p->style->ink].dark : INKS[p->style->ink].light);
    p->dark = dark;
}

static void
draw(struct pen *p, enum qr_cell cell)
{
    if (p->style->invert)
        cell = inverted(cell);
    if (p->style->ink == QR_INK_NONE) {
        buf_add_char(p->out, cell == QR_CELL_DARK ? '#' : ' ');
        return;
    }
    enum qr_cell dark_on_light = p->style->upper_glyph ? QR_CELL_UPPER : QR_CELL_LOWER;
    set_background(p, cell != QR_CELL_LIGHT && cell != dark_on_light);
    if (cell == QR_CELL_LIGHT || cell == QR_CELL_DARK)
        buf_add_char(p->out, ' ');
    else
        buf_add_text(p->out, p->style->upper_glyph ? "\xe2\x96\x80" : "\xe2\x96\x84");
}

/*
 * On a line that was erased to the colour of the border the cursor passes over what has it already,
 * and the pen need not change for that: four bytes for a run, however long.
 */
static void
pass(struct pen *p, int cells)
{
    enum { CHEAPER = 4 };
    if (cells < CHEAPER && p->dark == p->base)
        for (int i = 0; i < cells; i++)
            buf_add_char(p->out, ' ');
    else if (cells > 0)
        buf_printf(p->out, "\033[%dC", cells);
}

static void
write_erased(const struct qr_code *q, const struct qr_fit *fit, struct pen *p)
{
    p->base = p->dark = p->style->invert;
    buf_add_text(p->out, p->base ? INKS[p->style->ink].start_dark : INKS[p->style->ink].start);
    for (int row = 0; row < fit->rows; row++) {
        int passed = p->style->left;
        set_background(p, p->base);
        buf_add_text(p->out, "\033[K");
        for (int col = 0; col < fit->cols; col++) {
            enum qr_cell cell = qr_cell(q, fit, row, col);
            if (cell == QR_CELL_LIGHT) {
                passed++;
                continue;
            }
            pass(p, passed);
            passed = 0;
            draw(p, cell);
        }
        if (row + 1 == fit->rows)
            buf_add_text(p->out, INKS[p->style->ink].reset);
        buf_add_text(p->out, p->style->eol);
    }
}

void
qr_write(const struct qr_code *q, const struct qr_fit *fit, const struct qr_style *style,
         struct buf *out)
{
    struct pen pen = {.out = out, .style = style};
    if (style->erases && INKS[style->ink].start_dark) {
        write_erased(q, fit, &pen);
        return;
    }
    int cols = style->left + fit->cols;
    if (style->cols > cols)
        cols = style->cols;
    for (int row = 0; row < fit->rows; row++) {
        pen.dark = false;
        buf_add_text(out, INKS[style->ink].start);
        for (int col = 0; col < cols; col++)
            draw(&pen, qr_cell(q, fit, row, col - style->left));
        buf_add_text(out, INKS[style->ink].reset);
        buf_add_text(out, style->eol);
    }
}
