#include "ui/layout.h"

static int
at_least_0(int v)
{
    return v > 0 ? v : 0;
}

static int
smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Hands out `rest` by shares among boxes that can still grow; returns what nobody could take. */
static int
share_out(const struct box *boxes, size_t n, int rest, int *sizes)
{
    int64_t shares = 0;
    for (size_t i = 0; i < n; i++) {
        if (boxes[i].max == 0 || sizes[i] < boxes[i].max)
            shares += at_least_0(boxes[i].flex);
    }
    int left = rest;
    for (size_t i = 0; i < n && shares > 0; i++) {
        int flex = at_least_0(boxes[i].flex);
        if (flex == 0 || (boxes[i].max != 0 && sizes[i] >= boxes[i].max))
            continue;
        int part = (int)((int64_t)left * flex / shares);
        shares -= flex;
        int room = boxes[i].max ? boxes[i].max - sizes[i] : part;
        int given = smaller(part, room);
        sizes[i] += given;
        left -= given;
    }
    return left;
}

void
layout_split(const struct box *boxes, size_t n, int total, int *sizes)
{
    int left = at_least_0(total);
    for (size_t i = 0; i < n; i++) {
        sizes[i] = smaller(at_least_0(boxes[i].min), left);
        left -= sizes[i];
    }
    /* A box that reached its maximum gives its share back to the others: at most n rounds. */
    for (size_t round = 0; round < n && left > 0; round++) {
        int before = left;
        left = share_out(boxes, n, left, sizes);
        if (left == before)
            break;
    }
}

struct rect
rect_cut_top(struct rect *r, int rows)
{
    rows = smaller(at_least_0(rows), r->rows);
    struct rect cut = {.row = r->row, .col = r->col, .rows = rows, .cols = r->cols};
    r->row += rows;
    r->rows -= rows;
    return cut;
}

struct rect
rect_cut_bottom(struct rect *r, int rows)
{
    rows = smaller(at_least_0(rows), r->rows);
    r->rows -= rows;
    return (struct rect){.row = r->row + r->rows, .col = r->col, .rows = rows, .cols = r->cols};
}

struct rect
rect_cut_left(struct rect *r, int cols)
{
    cols = smaller(at_least_0(cols), r->cols);
    struct rect cut = {.row = r->row, .col = r->col, .rows = r->rows, .cols = cols};
    r->col += cols;
    r->cols -= cols;
    return cut;
}

struct rect
rect_cut_right(struct rect *r, int cols)
{
    cols = smaller(at_least_0(cols), r->cols);
    r->cols -= cols;
    return (struct rect){.row = r->row, .col = r->col + r->cols, .rows = r->rows, .cols = cols};
}

struct rect
rect_inset(struct rect r, int rows, int cols)
{
    rows = smaller(rows, r.rows / 2);
    cols = smaller(cols, r.cols / 2);
    return (struct rect){.row = r.row + rows,
                         .col = r.col + cols,
                         .rows = r.rows - 2 * rows,
                         .cols = r.cols - 2 * cols};
}

struct rect
rect_centre(struct rect r, int rows, int cols)
{
    rows = smaller(at_least_0(rows), r.rows);
    cols = smaller(at_least_0(cols), r.cols);
    return (struct rect){.row = r.row + (r.rows - rows) / 2,
                         .col = r.col + (r.cols - cols) / 2,
                         .rows = rows,
                         .cols = cols};
}

bool
rect_empty(struct rect r)
{
    return r.rows <= 0 || r.cols <= 0;
}

struct rect
rect_meet(struct rect a, struct rect b)
{
    int top = a.row > b.row ? a.row : b.row;
    int left = a.col > b.col ? a.col : b.col;
    int bottom = smaller(a.row + a.rows, b.row + b.rows);
    int right = smaller(a.col + a.cols, b.col + b.cols);
    return (struct rect){.row = top,
                         .col = left,
                         .rows = at_least_0(bottom - top),
                         .cols = at_least_0(right - left)};
}

void
layout_screen(struct layout *out, int rows, int cols)
{
    struct rect rest = {.rows = at_least_0(rows), .cols = at_least_0(cols)};
    *out = (struct layout){.fits = rows >= LAYOUT_ROWS && cols >= LAYOUT_COLS, .screen = rest};
    out->title = rect_cut_top(&rest, 1);
    out->status = rect_cut_bottom(&rest, 1);
    out->bar = rect_cut_bottom(&rest, 1);
    out->body = rest;
}

static int
columns_need(const struct layout_column *columns, size_t n, int gap)
{
    int need = 0;
    for (size_t i = 0; i < n; i++) {
        if (columns[i].width > 0)
            need += columns[i].width + (need > 0 ? gap : 0);
    }
    return need;
}

/* The shown column with the highest drop, the rightmost of equals; n when none may go. */
static size_t
next_to_drop(const struct layout_column *columns, size_t n)
{
    size_t found = n;
    for (size_t i = 0; i < n; i++) {
        bool may = columns[i].width > 0 && columns[i].drop > 0;
        if (may && (found == n || columns[i].drop >= columns[found].drop))
            found = i;
    }
    return found;
}

/* Gives the spare cells to the shown columns by their flex. */
static void
stretch(struct layout_column *columns, size_t n, int spare)
{
    int64_t shares = 0;
    for (size_t i = 0; i < n; i++)
        shares += columns[i].width > 0 ? at_least_0(columns[i].flex) : 0;
    for (size_t i = 0; i < n && shares > 0; i++) {
        int flex = columns[i].width > 0 ? at_least_0(columns[i].flex) : 0;
        int part = (int)((int64_t)spare * flex / shares);
        shares -= flex;
        columns[i].width += part;
        spare -= part;
    }
}

/* Columns that may not go are cut from the right until the rest fits. */
static void
squeeze(struct layout_column *columns, size_t n, int over)
{
    for (size_t i = n; i-- > 0 && over > 0;) {
        int spare = columns[i].width > 1 ? columns[i].width - 1 : 0;
        int cut = smaller(spare, over);
        columns[i].width -= cut;
        over -= cut;
    }
}

void
layout_columns(struct layout_column *columns, size_t n, int total, int gap)
{
    for (size_t i = 0; i < n; i++)
        columns[i].width = columns[i].min > 0 ? columns[i].min : 1;
    while (columns_need(columns, n, gap) > total) {
        size_t drop = next_to_drop(columns, n);
        if (drop == n)
            break;
        columns[drop].width = 0;
    }
    int need = columns_need(columns, n, gap);
    if (need > total)
        squeeze(columns, n, need - total);
    else
        stretch(columns, n, total - need);
}
