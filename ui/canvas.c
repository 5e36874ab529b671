#include "ui/canvas.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdio.h>

enum {
    SIDE_MAX = 4096,    /* rows or columns; no terminal is bigger, a hostile size is cut to it */
    FOREIGN_MAX = 16384 /* bytes of one text that are looked at; more than any row can show */
};

static const struct cell blank = {.text = " ", .width = 1, .role = ROLE_TEXT};

void
canvas_init(struct canvas *cv)
{
    *cv = (struct canvas){.cells = NULL};
}

void
canvas_fini(struct canvas *cv)
{
    mem_free(cv->cells);
    canvas_init(cv);
}

static int
clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

void
canvas_resize(struct canvas *cv, int rows, int cols)
{
    rows = clamp(rows, 1, SIDE_MAX);
    cols = clamp(cols, 1, SIDE_MAX);
    if (!cv->cells || rows != cv->rows || cols != cv->cols) {
        mem_free(cv->cells);
        cv->cells = mem_new(mem_mul((size_t)rows, (size_t)cols), sizeof *cv->cells);
        cv->rows = rows;
        cv->cols = cols;
    }
    canvas_clear(cv, ROLE_TEXT);
}

static struct cell *
cell_at(const struct canvas *cv, int row, int col)
{
    return &cv->cells[(size_t)row * (size_t)cv->cols + (size_t)col];
}

void
canvas_clear(struct canvas *cv, enum role role)
{
    size_t n = (size_t)cv->rows * (size_t)cv->cols;
    cv->cursor_visible = false;
    if (n == 0)
        return;
    cv->cells[0] = blank;
    cv->cells[0].role = (uint8_t)role;
    for (size_t done = 1; done < n; done *= 2)
        memcpy(cv->cells + done, cv->cells, (done < n - done ? done : n - done) * sizeof blank);
}

/* The part of r that is on the canvas. */
static struct rect
on_canvas(const struct canvas *cv, struct rect r)
{
    int top = clamp(r.row, 0, cv->rows), left = clamp(r.col, 0, cv->cols);
    int bottom = clamp(r.row + clamp(r.rows, 0, SIDE_MAX), top, cv->rows);
    int right = clamp(r.col + clamp(r.cols, 0, SIDE_MAX), left, cv->cols);
    return (struct rect){.row = top, .col = left, .rows = bottom - top, .cols = right - left};
}

static void
make_blank(struct cell *c)
{
    uint8_t role = c->role;
    *c = blank;
    c->role = role;
}

/* Before cells [col, col + n) are overwritten: no half of a wide cluster may stay behind beside
 * them. */
static void
part_halves(struct canvas *cv, int row, int col, int n)
{
    if (col > 0 && cell_at(cv, row, col)->width == 0)
        make_blank(cell_at(cv, row, col - 1));
    if (col + n < cv->cols && cell_at(cv, row, col + n)->width == 0)
        make_blank(cell_at(cv, row, col + n));
}

void
canvas_fill(struct canvas *cv, struct rect r, enum role role)
{
    r = on_canvas(cv, r);
    struct cell c = blank;
    c.role = (uint8_t)role;
    for (int row = r.row; row < r.row + r.rows; row++) {
        if (r.cols > 0)
            part_halves(cv, row, r.col, r.cols);
        for (int col = r.col; col < r.col + r.cols; col++)
            *cell_at(cv, row, col) = c;
    }
}

void
canvas_role(struct canvas *cv, struct rect r, enum role role)
{
    r = on_canvas(cv, r);
    for (int row = r.row; row < r.row + r.rows; row++) {
        for (int col = r.col; col < r.col + r.cols; col++)
            cell_at(cv, row, col)->role = (uint8_t)role;
    }
}

/* Stores one cluster of `width` cells; what does not fit between left and right shows as blanks. */
static void
put_cluster(struct canvas *cv, struct place at, struct str cluster, int width)
{
    int left = at.clip.col, right = at.clip.col + at.clip.cols;
    if (at.col + width <= left || at.col >= right)
        return;
    if (at.col < left || at.col + width > right || cluster.n >= CELL_BYTES) {
        int from = at.col < left ? left : at.col;
        int to = at.col + width > right ? right : at.col + width;
        canvas_fill(cv, (struct rect){.row = at.row, .col = from, .rows = 1, .cols = to - from},
                    at.role);
        return;
    }
    part_halves(cv, at.row, at.col, width);
    struct cell *c = cell_at(cv, at.row, at.col);
    *c = (struct cell){.width = (uint8_t)width, .role = (uint8_t)at.role};
    memcpy(c->text, cluster.p, cluster.n);
    if (width == 2)
        c[1] = (struct cell){.width = 0, .role = (uint8_t)at.role};
}

/* Progress of one text along its row. */
struct run {
    struct canvas *cv;
    struct place at; /* .col moves on, .cells is what is left */
    bool full;       /* something did not fit */
};

/* Draws safe text; stops and sets `full` at the first cluster that does not fit. */
static void
draw_safe(struct run *r, struct str text)
{
    while (text.n > 0 && !r->full) {
        int width = 1;
        size_t n = 1;
        bool plain =
            (unsigned char)text.p[0] < 0x80 && (text.n == 1 || (unsigned char)text.p[1] < 0x80);
        if (!plain)
            n = utf8_cluster(text, &width);
        if (width > r->at.cells) {
            r->full = true;
            return;
        }
        if (width > 0)
            put_cluster(r->cv, r->at, str_sub(text, 0, n), width);
        r->at.col += width;
        r->at.cells -= width;
        text = str_sub(text, n, text.n);
    }
}

/* One cluster that must not reach the terminal as it is. */
static void
draw_unsafe(struct run *r, struct str cluster)
{
    struct buf marks;
    buf_init(&marks, 4096);
    utf8_make_safe(&marks, cluster);
    enum role role = r->at.role;
    r->at.role = ROLE_UNSAFE;
    struct str shown = buf_str(&marks);
    draw_safe(r, marks.failed ? STR("?") : shown);
    r->at.role = role;
    buf_fini(&marks);
}

/* Foreign text: the clusters that are safe in its own role, the others as marks in ROLE_UNSAFE. */
static void
draw_foreign(struct run *r, struct str text)
{
    while (text.n > 0 && !r->full) {
        int width = 0;
        size_t n = utf8_cluster(text, &width);
        struct str cluster = str_sub(text, 0, n);
        if (width > 0 && utf8_is_safe(cluster))
            draw_safe(r, cluster);
        else
            draw_unsafe(r, cluster);
        text = str_sub(text, n, text.n);
    }
}

int
canvas_text(struct canvas *cv, struct place at, struct str text)
{
    at.clip = on_canvas(cv, at.clip);
    int room = at.clip.col + at.clip.cols - at.col;
    if (at.cells > room)
        at.cells = room;
    if (at.cells <= 0 || at.row < at.clip.row || at.row >= at.clip.row + at.clip.rows)
        return 0;

    struct run r = {.cv = cv, .at = at};
    bool longer = text.n > FOREIGN_MAX;
    text = str_sub(text, 0, FOREIGN_MAX);
    if (utf8_is_safe(text))
        draw_safe(&r, text);
    else
        draw_foreign(&r, text);
    if (!r.full && !longer)
        return at.cells - r.at.cells;

    struct place last = at;
    last.col = at.col + at.cells - 1;
    if (r.at.col < last.col)
        canvas_fill(
            cv,
            on_canvas(cv, (struct rect){.row = at.row,
                                        .col = r.at.col > at.clip.col ? r.at.col : at.clip.col,
                                        .rows = 1,
                                        .cols = last.col - r.at.col}),
            at.role);
    put_cluster(cv, last, STR("…"), 1);
    return at.cells;
}

int
canvas_printf(struct canvas *cv, struct place at, const char *fmt, ...)
{
    struct buf b;
    buf_init(&b, FOREIGN_MAX);
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    int used = canvas_text(cv, at, b.failed ? STR("…") : buf_str(&b));
    buf_fini(&b);
    return used;
}

void
canvas_put(struct canvas *cv, int row, int col, const char *text, enum role role)
{
    struct rect all = {.rows = cv->rows, .cols = cv->cols};
    if (row < 0 || row >= cv->rows)
        return;
    struct str s = str_of(text);
    int width = 1;
    size_t n = s.n == 1 ? 1 : utf8_cluster(s, &width);
    ASSERT(n == s.n && n > 0 && width > 0);
    put_cluster(cv, (struct place){.clip = all, .row = row, .col = col, .role = role}, s, width);
}

void
canvas_hline(struct canvas *cv, struct rect r, enum role role)
{
    r = on_canvas(cv, r);
    if (r.rows == 0)
        return;
    for (int col = r.col; col < r.col + r.cols; col++)
        canvas_put(cv, r.row, col, "─", role);
}

void
canvas_vline(struct canvas *cv, struct rect r, enum role role)
{
    r = on_canvas(cv, r);
    if (r.cols == 0)
        return;
    for (int row = r.row; row < r.row + r.rows; row++)
        canvas_put(cv, row, r.col, "│", role);
}

void
canvas_box(struct canvas *cv, struct rect r, enum role role, struct str title)
{
    if (r.rows < 2 || r.cols < 2)
        return;
    int bottom = r.row + r.rows - 1, right = r.col + r.cols - 1;
    canvas_hline(cv, (struct rect){r.row, r.col, 1, r.cols}, role);
    canvas_hline(cv, (struct rect){bottom, r.col, 1, r.cols}, role);
    canvas_vline(cv, (struct rect){r.row, r.col, r.rows, 1}, role);
    canvas_vline(cv, (struct rect){r.row, right, r.rows, 1}, role);
    canvas_put(cv, r.row, r.col, "┌", role);
    canvas_put(cv, r.row, right, "┐", role);
    canvas_put(cv, bottom, r.col, "└", role);
    canvas_put(cv, bottom, right, "┘", role);
    if (title.n == 0 || r.cols < 8)
        return;
    struct place at = {
        .clip = r, .row = r.row, .col = r.col + 2, .cells = r.cols - 4, .role = role};
    canvas_put(cv, at.row, at.col, " ", role);
    at.col++;
    at.cells--;
    at.col += canvas_text(cv, at, title);
    canvas_put(cv, at.row, at.col, " ", role);
}

void
canvas_cursor(struct canvas *cv, int row, int col)
{
    cv->cursor_row = clamp(row, 0, cv->rows - 1);
    cv->cursor_col = clamp(col, 0, cv->cols - 1);
    cv->cursor_visible = true;
}

static void
dump_rows(const struct canvas *cv, bool roles, struct buf *out)
{
    for (int row = 0; row < cv->rows; row++) {
        size_t kept = out->n;
        for (int col = 0; col < cv->cols; col++) {
            const struct cell *c = cell_at(cv, row, col);
            if (roles)
                buf_add_char(out, role_info((enum role)c->role)->letter);
            else
                buf_add_text(out, c->text);
            if (!out->failed && out->p[out->n - 1] != ' ')
                kept = out->n;
        }
        if (out->failed)
            return;
        out->n = kept;
        buf_add_char(out, '\n');
    }
}

void
canvas_dump(const struct canvas *cv, bool roles, struct buf *out)
{
    dump_rows(cv, false, out);
    if (!roles)
        return;
    if (cv->cursor_visible)
        buf_printf(out, "-- roles, cursor %d:%d\n", cv->cursor_row, cv->cursor_col);
    else
        buf_add_text(out, "-- roles\n");
    dump_rows(cv, true, out);
}
