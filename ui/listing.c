#include "ui/listing.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/cell.h"
#include "ui/prompt.h"
#include "ui/view.h"

#include <stdio.h>

enum { ROW_TEXT = 1 << 14 };

static void
cell(const void *ctx, size_t row, size_t column, struct buf *out, enum role *role)
{
    const struct listing *l = ctx;
    cell_format(l->res, &l->res->columns[column], l->shown[row], CELL_LIST, out, role);
}

void
listing_init(struct listing *l, const struct resource *res)
{
    l->res = res;
    buf_init(&l->pin, ROW_TEXT);
    for (size_t i = 0; i < GRID_COLUMNS && res->columns[i].title; i++)
        l->heads[i] = (struct grid_column){res->columns[i].title, res->columns[i].min,
                                           res->columns[i].flex, res->columns[i].drop};
    l->grid = (struct grid){.columns = l->heads, .cell = cell, .ctx = l};
}

void
listing_fini(struct listing *l)
{
    json_free(l->rows);
    mem_free(l->shown);
    buf_fini(&l->pin);
    l->rows = NULL;
    l->shown = NULL;
}

static void
rebuild(struct listing *l)
{
    struct buf folded;
    buf_init(&folded, 4096);
    bool filtered = l->filter[0] && utf8_fold(&folded, str_of(l->filter));
    l->grid.rows = 0;
    for (const struct json *row = json_first(l->rows); row; row = json_next(row))
        if (!filtered || view_matches(l->res, row, buf_str(&folded)))
            l->shown[l->grid.rows++] = row;
    buf_fini(&folded);
    l->pane.app->dirty = true;
}

/* What a row says, to know it again when it has been read anew. */
static void
row_text(const struct listing *l, const struct json *row, struct buf *out)
{
    enum role role = ROLE_TEXT;
    buf_reset(out);
    for (const struct column *c = l->res->columns; c->title; c++) {
        cell_format(l->res, c, row, CELL_PLAIN, out, &role);
        buf_add_char(out, '\n');
    }
}

static void
pin(struct listing *l)
{
    const struct json *row = listing_row(l);
    buf_reset(&l->pin);
    if (row)
        row_text(l, row, &l->pin);
}

/* Rows come answer by answer: what was pinned may come later than others. */
static void
seek_pinned(struct listing *l)
{
    struct buf text;
    buf_init(&text, ROW_TEXT);
    for (size_t i = 0; l->pin.n && i < l->grid.rows; i++) {
        row_text(l, l->shown[i], &text);
        if (!str_eq(buf_str(&text), buf_str(&l->pin)))
            continue;
        l->grid.cursor = i;
        break;
    }
    buf_fini(&text);
}

void
listing_set(struct listing *l, struct json *take)
{
    json_free(l->rows);
    l->rows = take;
    l->n = json_len(take);
    l->shown = mem_resize(l->shown, l->n + 1, sizeof *l->shown);
    rebuild(l);
    seek_pinned(l);
}

void
listing_draw(struct listing *l, struct canvas *cv, struct rect r, const char *nothing)
{
    char text[LISTING_FILTER + 64];
    if (l->grid.rows) {
        grid_draw(&l->grid, cv, r);
        return;
    }
    snprintf(text, sizeof text, "No row matches \"%s\". / changes the filter.", l->filter);
    const char *said = l->n ? text : nothing ? nothing : l->res->empty;
    (void)pane_wrap(cv, rect_inset(r, 1, 2), 0, ROLE_DIM, str_of(said));
}

const struct json *
listing_row(const struct listing *l)
{
    return l->grid.cursor < l->grid.rows ? l->shown[l->grid.cursor] : NULL;
}

/* ---- the filter ---- */

static void
set_filter(struct listing *l, struct str text)
{
    while (text.n >= LISTING_FILTER) /* never in the middle of a character */
        text = utf8_cut(text, utf8_width(text) - 1, NULL);
    snprintf(l->filter, sizeof l->filter, "%.*s", STR_ARG(text));
    rebuild(l);
}

static void
filter_changed(struct pane *owner, struct str text)
{
    struct listing *l = (struct listing *)owner;
    set_filter(l, text);
    l->grid.cursor = 0;
    buf_reset(&l->pin);
}

static void
filter_cancelled(struct pane *owner)
{
    struct listing *l = (struct listing *)owner;
    set_filter(l, str_of(l->before));
}

static void
ask_filter(struct listing *l)
{
    memcpy(l->before, l->filter, sizeof l->before);
    prompt_open(l->pane.app, &(struct prompt_setup){.label = "/",
                                                    .preset = str_of(l->filter),
                                                    .owner = l->pane.serial,
                                                    .changed = filter_changed,
                                                    .entered = filter_changed,
                                                    .cancelled = filter_cancelled});
}

static void
copy_row(struct listing *l, bool as_json)
{
    struct buf b;
    const struct json *row = listing_row(l);
    if (!row)
        return;
    buf_init(&b, (size_t)1 << 20);
    if (as_json)
        json_write_pretty(row, &b);
    else
        buf_add_str(&b, cell_str(row, l->res->row_id));
    app_copy(l->pane.app, buf_str(&b), as_json ? "the row as JSON" : l->res->row_id);
    buf_fini(&b);
}

bool
listing_command(struct pane *p, enum command cmd)
{
    struct listing *l = (struct listing *)p;
    if (grid_command(&l->grid, cmd)) {
        pin(l);
        return true;
    }
    switch (cmd) {
    case COMMAND_FILTER:
        ask_filter(l);
        return true;
    case COMMAND_OPEN:
        if (l->open && listing_row(l))
            l->open(p);
        return true;
    case COMMAND_BACK: /* first of all it takes the filter back */
        if (l->filter[0])
            set_filter(l, STR(""));
        else
            return false;
        return true;
    case COMMAND_COPY:
    case COMMAND_COPY_JSON:
        copy_row(l, cmd == COMMAND_COPY_JSON);
        return true;
    default:
        return false;
    }
}

void
listing_info(const struct pane *p, struct buf *out)
{
    const struct listing *l = (const struct listing *)p;
    if (l->filter[0])
        buf_printf(out, "/%s: %zu match%s | ", l->filter, l->grid.rows,
                   l->grid.rows == 1 ? "" : "es");
    buf_printf(out, "%zu of %zu", l->grid.rows ? l->grid.cursor + 1 : 0, l->grid.rows);
}
