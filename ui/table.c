#include "ui/table.h"
#include "base/mem.h"
#include "ui/cell.h"
#include <stdio.h>

static const struct pane_ops table_ops;

bool
table_is(const struct pane *p)
{
    return p && p->ops == &table_ops;
}

struct table *
table_of(struct pane *p)
{
    return (struct table *)p;
}

bool
table_is_own(const struct pane *p)
{
    const struct table *t = (const struct table *)p;
    return table_is(p) && !t->parent && !t->picking;
}

size_t
table_len(const struct table *t)
{
    return view_len(&t->view, &t->rows);
}

const struct json *
table_row(const struct table *t, size_t at)
{
    size_t i = view_row(&t->view, &t->rows, at);
    return i == SIZE_MAX ? NULL : rows_get(&t->rows, i);
}

static void
remember_cursor(struct table *t)
{
    const struct json *row = table_row(t, t->cursor);
    struct str id = row ? cell_str(row, t->pane.resource->row_id) : STR_ABSENT;
    snprintf(t->cursor_id, sizeof t->cursor_id, "%.*s", STR_ARG(id));
}

static void
clamp(struct table *t)
{
    size_t n = table_len(t);
    size_t room = t->body_rows > 0 ? (size_t)t->body_rows : 1;
    if (t->cursor >= n)
        t->cursor = n ? n - 1 : 0;
    if (t->cursor < t->top)
        t->top = t->cursor;
    if (t->cursor >= t->top + room)
        t->top = t->cursor - room + 1;
    if (t->top + room > n)
        t->top = n > room ? n - room : 0;
}

void
table_want(struct table *t)
{
    t->wants = true;
    t->pane.app->dirty = true;
}

void
table_ask(struct table *t)
{
    size_t room = t->body_rows > 0 ? (size_t)t->body_rows : 20;
    t->wants = false;
    if (!t->rows.loaded_once)
        rows_want(&t->rows, 0, room);
    else if (!t->view.on || !listquery_paged(&t->rows.query))
        rows_want(&t->rows, t->top, room); /* a filter over pages fetches nothing */
    else if (t->rereads)
        rows_want(&t->rows, 0, room);
    t->rereads = false;
}

void
table_move(struct table *t, size_t to)
{
    t->cursor = to;
    clamp(t);
    remember_cursor(t);
    table_want(t);
}

static bool
table_awaits(struct pane *p)
{
    struct table *t = table_of(p);
    if (!t->rows.loaded_once || t->view.on || t->body_rows == 0)
        return false;
    if (t->wants)
        table_ask(t);
    return rows_awaited(&t->rows, t->top, (size_t)t->body_rows);
}

void
table_rebuild(struct table *t)
{
    struct view_rule rule = {str_of(t->filter), t->sort, t->descending};
    view_build(&t->view, &t->rows, &rule);
    clamp(t);
}

/* After new rows: the cursor goes where its object went; if that is gone it stays in place. */
static void
pin_cursor(struct table *t)
{
    if (t->cursor_id[0]) {
        size_t at = rows_seek(&t->rows, str_of(t->cursor_id));
        at = at == SIZE_MAX ? at : view_find(&t->view, &t->rows, at);
        if (at != SIZE_MAX && at != t->cursor) {
            size_t offset = t->cursor >= t->top ? t->cursor - t->top : 0;
            t->cursor = at;
            t->top = at > offset ? at - offset : 0;
        }
        if (at == SIZE_MAX && !table_row(t, t->cursor))
            return; /* its page is still on the way */
    }
    clamp(t);
    remember_cursor(t);
}

static void
see_tenants(struct table *t)
{
    if (strcmp(t->pane.resource->id, "tenants"))
        return;
    for (size_t i = 0; i < t->rows.pages[0].n && i < 50; i++) {
        const struct json *row = t->rows.pages[0].row[i];
        app_saw_tenant(t->pane.app, cell_str(row, "tenantId"), cell_str(row, "name"));
    }
}

static void
seed_picks(struct table *t)
{
    if (!t->picking || t->pick_seeded || !t->rows.loaded_once)
        return;
    t->pick_seeded = true;
    const char *member = t->pane.resource->row_id;
    for (const struct json *it = json_first(t->pick_ids); it; it = json_next(it)) {
        size_t i = rows_seek(&t->rows, json_str(it));
        if (i != SIZE_MAX)
            marks_add(&t->marks, rows_get(&t->rows, i), member);
    }
}

/* Why the rows are old; the note goes as soon as they are not. */
static void
tell_stale(struct table *t)
{
    const struct rows *rows = &t->rows;
    struct toasts *toasts = &t->pane.app->toasts;
    if (rows->loaded_once && rows->err.code) {
        app_note(t->pane.app, TOAST_BAD, "What is shown is stale: %s",
                 rows->err.msg[0] ? rows->err.msg : err_text(rows->err.code));
        t->stale_told_ms = toasts->shown_ms;
        return;
    }
    if (t->stale_told_ms && t->stale_told_ms == toasts->shown_ms)
        toasts->kind = TOAST_NONE;
    t->stale_told_ms = 0;
}

/* True if a page that arrived changes nothing on the screen: it was fetched ahead. */
static bool
out_of_sight(const struct table *t, size_t page)
{
    size_t first = page * t->rows.query.page_rows;
    bool in_window =
        first < t->top + (size_t)t->body_rows + 1 && first + t->rows.query.page_rows > t->top;
    return !in_window && !t->view.on && !t->rows.err.code && table_len(t) == t->drawn_len &&
           app_view(t->pane.app) == &t->pane;
}

static void
rows_changed(void *ctx, size_t page)
{
    struct table *t = ctx;
    bool told = t->stale_told_ms != 0;
    tell_stale(t);
    table_rebuild(t);
    pin_cursor(t);
    see_tenants(t);
    seed_picks(t);
    if (!told && out_of_sight(t, page))
        table_ask(t);
    else
        table_want(t);
}

void
table_restart(struct table *t)
{
    rows_clear(&t->rows);
    view_fini(&t->view);
    t->cursor = t->top = 0;
    t->cursor_id[0] = '\0';
    t->range = SIZE_MAX;
    table_want(t);
    t->pane.app->dirty = true;
}

static void
table_reload(struct pane *p)
{
    struct table *t = table_of(p);
    rows_stale(&t->rows);
    t->rereads = true;
    table_want(t);
}

static void
table_stopped(struct pane *p)
{
    struct table *t = table_of(p);
    for (size_t i = 0; i < ROWS_FETCHES; i++)
        t->rows.fetches[i].call = 0;
    if (!t->rows.loaded_once)
        err_set(&t->rows.err, ERR_CANCELLED, "Stopped before the list arrived");
}

static void
table_close(struct pane *p)
{
    struct table *t = table_of(p);
    rows_fini(&t->rows);
    view_fini(&t->view);
    marks_fini(&t->marks);
    json_free(t->parent);
    json_free(t->pick_ids);
}

static void
table_crumb(const struct pane *p, struct buf *out)
{
    const struct table *t = (const struct table *)p;
    if (t->picking)
        buf_add_text(out, "Choose ");
    buf_add_text(out, p->resource->title);
    if (t->parent && p->resource->row_name) {
        struct str of = cell_str(t->parent, "name");
        if (of.n) {
            buf_add_text(out, " of ");
            buf_add_str(out, str_sub(of, 0, 64));
        }
    }
    if (t->rows.total_known) {
        buf_add_text(out, " (");
        table_count(rows_total(&t->rows), out);
        buf_add_char(out, ')');
    }
}

static const struct json *
table_current(const struct pane *p)
{
    const struct table *t = (const struct table *)p;
    return table_row(t, t->cursor);
}

static const struct pane_ops table_ops = {.name = "list",
                                          .close = table_close,
                                          .draw = table_draw,
                                          .command = table_command,
                                          .key = table_key,
                                          .crumb = table_crumb,
                                          .hints = table_hints,
                                          .info = table_info,
                                          .awaits = table_awaits,
                                          .reload = table_reload,
                                          .stopped = table_stopped,
                                          .help = table_help,
                                          .next_ms = table_follow_next_ms,
                                          .tick = table_follow_tick,
                                          .row = table_current};

static void
table_tenant(struct table *t, const struct table_setup *setup)
{
    const struct bind *b = setup->child ? bind_find(setup->child->binds, BIND_TENANT) : NULL;
    struct bind_scope scope = {setup->parent, setup->parent, setup->tenant, NULL};
    struct str tenant = b ? bind_text(b, &scope) : setup->tenant;
    snprintf(t->pane.tenant, sizeof t->pane.tenant, "%.*s", STR_ARG(tenant));
    t->rows.query.tenant = str_of(t->pane.tenant);
}

struct pane *
table_new(struct app *app, const struct table_setup *setup)
{
    struct table *t = mem_new(1, sizeof *t);
    t->pane.ops = &table_ops;
    t->pane.app = app;
    t->pane.resource = setup->resource;
    rows_init(&t->rows, app->client, &t->pane.calls);
    t->rows.changed = rows_changed;
    t->rows.ctx = t;
    t->rows.query.res = setup->resource;
    if (setup->child) {
        t->rows.query.extra = setup->child->binds;
        t->rows.query.keep = setup->child->keep;
        t->rows.query.of = setup->child->of;
    }
    t->parent = setup->parent ? json_copy(setup->parent) : NULL;
    t->rows.query.parent = t->parent;
    t->range = SIZE_MAX;
    marks_init(&t->marks);
    table_tenant(t, setup);
    if (setup->pick) {
        t->picking = true;
        t->pick = *setup->pick;
        t->pick_many = setup->pick->many;
        t->pick_ids = setup->pick->chosen ? json_copy(setup->pick->chosen) : NULL;
        t->pick.chosen = NULL;
    }
    table_recall(t);
    table_ask(t);
    return &t->pane;
}
