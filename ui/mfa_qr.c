#include "ui/mfa_qr.h"

#include "ui/layout.h"

void
mfa_qr_init(struct mfa_qr *q)
{
    *q = (struct mfa_qr){.level = QR_LEVEL_L};
    qr_terminal_detect(&q->terminal);
    q->only = q->terminal.only == QR_ASCII ? QR_NONE : q->terminal.only;
    q->ascii = q->terminal.only == QR_ASCII;
}

static enum qr_mode
next_mode(const struct mfa_qr *q)
{
    if (q->only == QR_NONE)
        return QR_FULL;
    return q->only == QR_FULL && q->terminal.half ? QR_HALF : QR_NONE;
}

bool
mfa_qr_key(struct mfa_qr *q, uint32_t key)
{
    switch (key) {
    case 'f':
        q->only = next_mode(q);
        return true;
    case 'g':
        q->upper_glyph = !q->upper_glyph;
        return true;
    case 'i':
        q->invert = !q->invert;
        return true;
    case 'a':
        q->ascii = !q->ascii;
        return true;
    case '+':
        q->level = q->level == QR_LEVEL_H ? q->level : (enum qr_level)(q->level + 1);
        return true;
    case '-':
        q->level = q->level == QR_LEVEL_L ? q->level : (enum qr_level)(q->level - 1);
        return true;
    default:
        return false;
    }
}

static struct qr_fit
fit_in(const struct mfa_qr *q, const struct qr_code *code, int rows, int cols)
{
    struct qr_terminal t = q->terminal;
    t.only = q->ascii ? QR_ASCII : q->only;
    return qr_terminal_fit(&t, code, rows, cols);
}

struct qr_fit
mfa_qr_fit(const struct mfa_qr *q, const struct qr_code *code, struct rect r, int text_rows,
           int text_cols, struct rect *text)
{
    *text = r;
    struct qr_fit fit = fit_in(q, code, r.rows, r.cols - text_cols);
    if (fit.mode != QR_NONE) {
        (void)rect_cut_left(text, fit.cols);
        return fit;
    }
    fit = fit_in(q, code, r.rows - text_rows, r.cols);
    if (fit.mode != QR_NONE)
        (void)rect_cut_top(text, fit.rows);
    return fit;
}

/*
 * Uniform cells are spaces, mixed ones a half block; dark on light is the one pair of colours, light
 * on dark the other (see qr/layout.c).
 */
static void
put_cell(const struct mfa_qr *q, struct canvas *cv, int row, int col, enum qr_cell cell)
{
    static const enum qr_cell other[] = {QR_CELL_DARK, QR_CELL_LIGHT, QR_CELL_LOWER, QR_CELL_UPPER};
    if (q->invert)
        cell = other[cell];
    if (q->ascii) {
        canvas_put(cv, row, col, cell == QR_CELL_DARK ? "#" : " ", ROLE_TEXT);
        return;
    }
    enum qr_cell dark_on_light = q->upper_glyph ? QR_CELL_UPPER : QR_CELL_LOWER;
    const char *half = q->upper_glyph ? "\xe2\x96\x80" : "\xe2\x96\x84";
    if (cell == QR_CELL_LIGHT || cell == QR_CELL_DARK)
        canvas_put(cv, row, col, " ", cell == QR_CELL_LIGHT ? ROLE_QR_LIGHT : ROLE_QR_DARK);
    else
        canvas_put(cv, row, col, half, cell == dark_on_light ? ROLE_QR_MIXED : ROLE_QR_DARK);
}

void
mfa_qr_draw(const struct mfa_qr *q, const struct qr_code *code, const struct qr_fit *fit,
            struct canvas *cv, struct rect r, struct rect text)
{
    bool beside = text.rows == r.rows;
    int rows = beside ? r.rows : text.row - r.row, cols = beside ? fit->cols : r.cols;
    int left = (cols - fit->cols) / 2, top = (rows - fit->rows) / 2;
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++)
            put_cell(q, cv, r.row + row, r.col + col, qr_cell(code, fit, row - top, col - left));
}
