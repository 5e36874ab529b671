/* Drawing of the list pane, and its line of facts. */
#include "base/clock.h"
#include "base/utf8.h"
#include "ui/cell.h"
#include "ui/table.h"
#include <stdio.h>

enum { COLUMN_GAP = 2, CELL_TEXT = 8192, MARK_COLS = 2 };

void
table_count(size_t n, struct buf *out)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%zu", n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits[i]);
    }
}

/* Columns as they are drawn now: descriptor and width, hidden ones left out. */
struct shown {
    const struct column *at[COLUMNS_MAX];
    int width[COLUMNS_MAX];
    size_t n;
};

static void
fit_columns(const struct table *t, int cols, struct shown *out)
{
    struct layout_column lay[COLUMNS_MAX];
    const struct column *of[COLUMNS_MAX];
    size_t n = 0;
    const struct column *c;
    for (int index = 0; n < COLUMNS_MAX && (c = table_column(t, (size_t)index)); index++) {
        if (index >= 1 && index <= t->skip)
            continue;
        of[n] = c;
        /* Scrolled or chosen: keep the order, so that what was hidden comes into sight. */
        int drop = (t->skip || t->n_chosen) && index ? index : c->drop;
        lay[n++] = (struct layout_column){c->min, c->flex, drop, 0};
    }
    layout_columns(lay, n, cols, COLUMN_GAP);
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (lay[i].width <= 0)
            continue;
        out->at[out->n] = of[i];
        out->width[out->n++] = lay[i].width;
    }
}

static void
draw_header(const struct table *t, struct canvas *cv, struct rect r, const struct shown *cols)
{
    canvas_fill(cv, r, ROLE_HEADER);
    int col = MARK_COLS;
    for (size_t i = 0; i < cols->n; i++) {
        const struct column *c = cols->at[i];
        const char *sort = t->rows.query.sort;
        bool here = (t->sort && t->sort == c) || (sort && c->sort && !strcmp(sort, c->sort));
        bool down = t->sort ? t->descending : t->rows.query.descending;
        struct place at = {r, r.row, r.col + col, cols->width[i], ROLE_HEADER};
        canvas_printf(cv, at, "%s%s", c->title, !here ? "" : down ? " v" : " ^");
        col += cols->width[i] + COLUMN_GAP;
    }
}

static enum role
row_role(const struct table *t, const struct json *row, size_t at)
{
    bool marked = row && table_marked(t, row);
    if (!marked && t->range != SIZE_MAX) {
        size_t from = t->range < t->cursor ? t->range : t->cursor;
        size_t to = t->range < t->cursor ? t->cursor : t->range;
        marked = at >= from && at <= to;
    }
    if (at == t->cursor)
        return marked ? ROLE_ROW_BOTH : ROLE_ROW_SELECTED;
    return marked ? ROLE_ROW_MARKED : ROLE_TEXT;
}

static void
draw_cell(const struct table *t, struct canvas *cv, struct place at, const struct column *c,
          const struct json *row)
{
    struct buf text;
    buf_init(&text, CELL_TEXT);
    enum role own = at.role;
    cell_format(t->pane.resource, c, row, CELL_LIST, &text, &own);
    if (at.role == ROLE_TEXT)
        at.role = own;
    if (text.n)
        canvas_text(cv, at, buf_str(&text));
    buf_fini(&text);
}

static int
draw_indent(const struct table *t, struct canvas *cv, struct place at, size_t index)
{
    unsigned depth = view_depth(&t->view, &t->rows, index);
    if (!depth)
        return 0;
    int indent = (int)(depth > 8 ? 8 : depth) * 2;
    if (indent + 4 > at.cells)
        indent = at.cells > 6 ? at.cells - 6 : 0;
    at.col += indent - 2 > 0 ? indent - 2 : 0;
    at.cells = 2;
    if (indent)
        canvas_text(cv, at, STR("└"));
    return indent;
}

static void
draw_row(const struct table *t, struct canvas *cv, struct rect r, const struct shown *cols,
         size_t index)
{
    const struct json *row = table_row(t, index);
    enum role role = row_role(t, row, index);
    canvas_fill(cv, r, role);
    if (index == t->cursor)
        canvas_cursor(cv, r.row, r.col);
    if (role == ROLE_ROW_MARKED || role == ROLE_ROW_BOTH)
        pane_text(cv, r, 0, 0, role, STR("*"));
    if (!row) {
        pane_text(cv, r, 0, MARK_COLS, role, STR("..."));
        return;
    }
    int col = MARK_COLS;
    for (size_t i = 0; i < cols->n; i++) {
        struct place at = {r, r.row, r.col + col, cols->width[i], role};
        int indent = i == 0 ? draw_indent(t, cv, at, index) : 0;
        at.col += indent;
        at.cells -= indent;
        draw_cell(t, cv, at, cols->at[i], row);
        col += cols->width[i] + COLUMN_GAP;
    }
}

static void
draw_error(const struct table *t, struct canvas *cv, struct rect r)
{
    const struct rows *rows = &t->rows;
    int row = pane_wrap(cv, r, 0, ROLE_BAD,
                        str_of(rows->err.msg[0] ? rows->err.msg : err_text(rows->err.code)));
    struct place at = {r, 0, r.col, r.cols, ROLE_DIM};
    if (rows->err.ref[0] && row < r.rows) {
        at.row = r.row + row++;
        canvas_printf(cv, at, "code %s", rows->err.ref);
    }
    if (rows->trace_id[0] && row < r.rows) {
        at.row = r.row + row++;
        canvas_printf(cv, at, "trace %s", rows->trace_id);
    }
    if (rows->err.code == ERR_CONFIG || rows->err.code == ERR_UNAUTHENTICATED)
        row = pane_wrap(cv, r, row, ROLE_TEXT,
                        STR("If only the secret is missing, :secret types it in."));
    if (rows->hint)
        row = pane_wrap(cv, r, row, ROLE_TEXT, str_of(rows->hint));
    pane_wrap(cv, r, row + 1, ROLE_TEXT, STR("R tries again. @ shows the requests."));
}

static void
loading_text(const struct table *t, struct buf *out)
{
    struct client_status s;
    client_status(t->pane.app->client, &s);
    buf_add_text(out, "Loading ...");
    if (t->pane.app->busy && s.wait_reason.n)
        buf_printf(out, " %.*s", STR_ARG(s.wait_reason));
}

/* Instead of rows: why there are none, and what to do. */
static void
draw_nothing(const struct table *t, struct canvas *cv, struct rect r)
{
    struct buf b;
    r = rect_inset(r, 1, 2);
    if (t->rows.err.code) {
        draw_error(t, cv, r);
        return;
    }
    buf_init(&b, 1024);
    const char *empty = t->pane.resource->empty;
    if (!t->rows.loaded_once)
        loading_text(t, &b);
    else if (t->filter[0])
        buf_printf(&b, "No loaded row matches \"%s\". Esc clears the filter, \\ asks the server.",
                   t->filter);
    else if (t->rows.query.search[0])
        buf_printf(&b, "The server finds nothing for \"%s\". Esc clears the search.",
                   t->rows.query.search);
    else
        buf_add_text(&b, empty ? empty : "Nothing here.");
    pane_wrap(cv, r, 0, ROLE_DIM, buf_str(&b));
    buf_fini(&b);
}

void
table_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct table *t = table_of(p);
    struct shown cols;
    fit_columns(t, r.cols - MARK_COLS, &cols);
    draw_header(t, cv, rect_cut_top(&r, 1), &cols);
    if (t->body_rows != r.rows) {
        t->body_rows = r.rows;
        table_move(t, t->cursor);
    }
    if (t->wants)
        table_ask(t);
    size_t n = table_len(t);
    t->drawn_len = n;
    if (!n) {
        draw_nothing(t, cv, r);
        return;
    }
    for (int i = 0; i < r.rows && t->top + (size_t)i < n; i++)
        draw_row(t, cv, (struct rect){r.row + i, r.col, 1, r.cols}, &cols, t->top + (size_t)i);
}

static void
info_find(const struct table *t, struct buf *out)
{
    if (t->filter[0]) {
        buf_printf(out, "filter \"%s\": ", t->filter);
        table_count(table_len(t), out);
        buf_add_text(out, " match, ");
        table_count(rows_loaded(&t->rows), out);
        buf_add_text(out, " loaded of ");
        table_count(rows_total(&t->rows), out);
        if (t->pane.resource->search_param && rows_loaded(&t->rows) < rows_total(&t->rows))
            buf_add_text(out, "; \\ searches the server");
        buf_add_text(out, " | ");
    }
    if (t->rows.query.search[0])
        buf_printf(out, "search \"%s\" | ", t->rows.query.search);
}

void
table_info(const struct pane *p, struct buf *out)
{
    const struct table *t = (const struct table *)p;
    size_t n = table_len(t);
    info_find(t, out);
    if (t->marks.n) {
        table_count(t->marks.n, out);
        buf_add_text(out, " marked | ");
    }
    if (t->follow_s)
        buf_printf(out, "every %d s | ", t->follow_s);
    if (t->rows.loaded_once && t->rows.err.code)
        buf_add_text(out, "stale, R tries again | ");
    else if (rows_loading(&t->rows) && t->pane.app->busy)
        buf_add_text(out, "reading | ");
    table_count(n ? t->cursor + 1 : 0, out);
    buf_add_text(out, " of ");
    table_count(n, out);
    if (t->rows.loaded_ms) {
        char when[CLOCK_TEXT_SIZE];
        clock_format_local(t->rows.loaded_ms, when);
        buf_printf(out, " | as of %.5s", when + 11);
    }
}
