#include "ui/grid.h"
#include "ui/layout.h"

enum { COLUMN_GAP = 2, MARGIN = 1, CELL_TEXT = 4096 };

static size_t
layout(const struct grid *g, int cols, struct layout_column out[GRID_COLUMNS])
{
    size_t n = 0;
    for (; n < GRID_COLUMNS && g->columns[n].title; n++)
        out[n] = (struct layout_column){
            .min = g->columns[n].min, .flex = g->columns[n].flex, .drop = g->columns[n].drop};
    layout_columns(out, n, cols - 2 * MARGIN, COLUMN_GAP);
    return n;
}

static void
draw_head(const struct grid *g, struct canvas *cv, struct rect line,
          const struct layout_column *columns, size_t n)
{
    int col = line.col + MARGIN;
    canvas_fill(cv, line, ROLE_HEADER);
    for (size_t i = 0; i < n; i++) {
        if (!columns[i].width)
            continue;
        struct place at = {line, line.row, col, columns[i].width, ROLE_HEADER};
        canvas_text(cv, at, str_of(g->columns[i].title));
        col += columns[i].width + COLUMN_GAP;
    }
}

static void
draw_row(const struct grid *g, struct canvas *cv, struct rect line,
         const struct layout_column *columns, size_t n, size_t row)
{
    bool here = row == g->cursor;
    enum role base = here ? ROLE_ROW_SELECTED : ROLE_TEXT;
    int col = line.col + MARGIN;
    struct buf text;
    buf_init(&text, CELL_TEXT);
    canvas_fill(cv, line, base);
    for (size_t i = 0; i < n; i++) {
        enum role own = base;
        if (!columns[i].width)
            continue;
        buf_reset(&text);
        g->cell(g->ctx, row, i, &text, &own);
        struct place at = {line, line.row, col, columns[i].width, here ? base : own};
        if (text.n)
            canvas_text(cv, at, buf_str(&text));
        col += columns[i].width + COLUMN_GAP;
    }
    if (here)
        canvas_cursor(cv, line.row, line.col);
    buf_fini(&text);
}

void
grid_draw(struct grid *g, struct canvas *cv, struct rect r)
{
    struct layout_column columns[GRID_COLUMNS];
    size_t n = layout(g, r.cols, columns);
    draw_head(g, cv, rect_cut_top(&r, 1), columns, n);
    g->body_rows = r.rows;
    size_t room = r.rows > 0 ? (size_t)r.rows : 1;
    if (g->cursor >= g->rows)
        g->cursor = g->rows ? g->rows - 1 : 0;
    if (g->cursor < g->top)
        g->top = g->cursor;
    if (g->cursor >= g->top + room)
        g->top = g->cursor - room + 1;
    for (size_t i = 0; i < (size_t)(r.rows > 0 ? r.rows : 0) && g->top + i < g->rows; i++)
        draw_row(g, cv, (struct rect){r.row + (int)i, r.col, 1, r.cols}, columns, n, g->top + i);
}

static void
move(struct grid *g, bool up, size_t by)
{
    size_t last = g->rows ? g->rows - 1 : 0;
    if (up)
        g->cursor = g->cursor > by ? g->cursor - by : 0;
    else
        g->cursor = by < last - g->cursor ? g->cursor + by : last;
}

bool
grid_command(struct grid *g, enum command cmd)
{
    size_t page = g->body_rows > 1 ? (size_t)g->body_rows - 1 : 1;
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
    case COMMAND_MOVE_UP:
        move(g, cmd == COMMAND_MOVE_UP, 1);
        return true;
    case COMMAND_PAGE_DOWN:
    case COMMAND_PAGE_UP:
        move(g, cmd == COMMAND_PAGE_UP, page);
        return true;
    case COMMAND_HALF_DOWN:
    case COMMAND_HALF_UP:
        move(g, cmd == COMMAND_HALF_UP, page / 2 + 1);
        return true;
    case COMMAND_FIRST:
    case COMMAND_LAST:
        move(g, cmd == COMMAND_FIRST, g->rows);
        return true;
    default:
        return false;
    }
}
