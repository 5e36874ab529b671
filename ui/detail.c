#include "ui/detail.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/act.h"
#include "ui/cell.h"
#include "ui/detail_lines.h"
#include "ui/menu.h"
#include "ui/reread.h"
#include "ui/table.h"
#include <stdio.h>

struct detail {
    struct pane pane;
    struct json *row; /* what is shown */
    struct detail_lines lines;
    size_t cursor, top;
    int body_rows;
    bool loading, complete, absent;
    struct err err;
    char trace_id[64];
};

static struct detail *
detail_of(struct pane *p)
{
    return (struct detail *)p;
}

static void
detail_close(struct pane *p)
{
    struct detail *d = detail_of(p);
    detail_lines_fini(&d->lines);
    json_free(d->row);
}

static void
read_done(void *ctx, struct result *take)
{
    struct detail *d = ctx;
    d->loading = false;
    d->absent = take->err.code == ERR_NOT_FOUND && d->pane.resource->absent;
    struct json *fresh = reread_take(d->pane.resource, d->row, take);
    d->err = take->err;
    memcpy(d->trace_id, take->trace_id, sizeof d->trace_id);
    if (fresh) {
        json_free(d->row);
        d->row = fresh;
        d->complete = true;
        d->lines.cols = 0; /* lay out anew */
    } else if (!take->err.code) {
        err_set(&d->err, ERR_NOT_FOUND, "It is not there any more; this is what was known of it");
    }
    result_free(take);
    d->pane.app->dirty = true;
}

static void
detail_reload(struct pane *p)
{
    struct detail *d = detail_of(p);
    if (!reread_can(p->resource) || !p->app->client || d->loading)
        return;
    struct reread r = {p->app->client, p->resource, d->row, str_of(p->tenant), &p->calls};
    d->loading = reread_send(&r, read_done, d, &d->err);
}

static void
detail_stopped(struct pane *p)
{
    detail_of(p)->loading = false;
}

static void
clamp(struct detail *d)
{
    size_t room = d->body_rows > 0 ? (size_t)d->body_rows : 1;
    if (d->cursor >= d->lines.n)
        d->cursor = d->lines.n ? d->lines.n - 1 : 0;
    if (d->cursor < d->top)
        d->top = d->cursor;
    if (d->cursor >= d->top + room)
        d->top = d->cursor - room + 1;
}

static void
detail_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct detail *d = detail_of(p);
    if (d->err.code) {
        struct place at = {r, r.row, r.col + 1, r.cols - 2, ROLE_BAD};
        canvas_printf(cv, at, "%s%s%s%s", d->err.msg, d->trace_id[0] ? " [trace " : "", d->trace_id,
                      d->trace_id[0] ? "]" : "");
        rect_cut_top(&r, 1);
    }
    if (d->absent) {
        int used = pane_wrap(cv, r, 0, ROLE_DIM, str_of(p->resource->absent));
        rect_cut_top(&r, used + 1);
    }
    detail_lines_build(&d->lines, p->resource, d->row, r.cols);
    d->body_rows = r.rows;
    clamp(d);
    for (int i = 0; i < r.rows && d->top + (size_t)i < d->lines.n; i++) {
        size_t at = d->top + (size_t)i;
        struct rect line = {r.row + i, r.col, 1, r.cols};
        detail_line_draw(&d->lines.at[at], cv, line, at == d->cursor);
    }
}

static void
move(struct detail *d, ptrdiff_t by)
{
    size_t last = d->lines.n ? d->lines.n - 1 : 0;
    if (by < 0)
        d->cursor = d->cursor > (size_t)-by ? d->cursor - (size_t)-by : 0;
    else
        d->cursor = d->cursor + (size_t)by < last ? d->cursor + (size_t)by : last;
    clamp(d);
}

static void
open_line(struct detail *d)
{
    const struct detail_line *l = d->cursor < d->lines.n ? &d->lines.at[d->cursor] : NULL;
    if (!l || !l->row || !l->opens) {
        app_note(d->pane.app, TOAST_INFO, "This line opens nothing");
        return;
    }
    const struct resource *res = resource_by_id(str_of(l->opens));
    if (res)
        app_push(d->pane.app, detail_new(d->pane.app, res, l->row, str_of(d->pane.tenant)));
}

static bool
act_key(struct detail *d, const char *key)
{
    const struct action *a = act_by_key(&d->pane, key, d->row);
    if (!a)
        return false;
    bool one = a->flags & (ACTION_ROW | ACTION_MARKED);
    act_start(d->pane.app, &(struct act_setup){.resource = d->pane.resource,
                                               .action = a,
                                               .row = one ? d->row : NULL,
                                               .tenant = str_of(d->pane.tenant),
                                               .pane = d->pane.serial});
    return true;
}

static void
open_child(struct detail *d, const struct child *child)
{
    const struct resource *res = resource_by_id(str_of(child->resource));
    if (child->open && d->row)
        child->open(d->pane.app, d->row, str_of(d->pane.tenant));
    if (res)
        app_push(d->pane.app,
                 table_new(d->pane.app, &(struct table_setup){.resource = res,
                                                              .child = child,
                                                              .parent = d->row,
                                                              .tenant = str_of(d->pane.tenant)}));
}

enum { CHILD_VALUE = 1000 };

static void
action_chosen(struct pane *owner, size_t value)
{
    struct detail *d = detail_of(owner);
    const struct resource *res = owner->resource;
    if (value >= CHILD_VALUE)
        open_child(d, &res->children[value - CHILD_VALUE]);
    else
        act_key(d, res->actions[value].key);
}

static void
action_menu(struct detail *d)
{
    struct menu_item items[64];
    size_t n = 0;
    const struct resource *res = d->pane.resource;
    for (size_t i = 0; res->actions && res->actions[i].name && n < 32; i++)
        if (act_applies(&d->pane, &res->actions[i], d->row))
            items[n++] =
                (struct menu_item){str_of(res->actions[i].label), str_of(res->actions[i].key), i};
    for (size_t i = 0; res->children && res->children[i].key && n < 64; i++)
        items[n++] = (struct menu_item){str_of(res->children[i].title),
                                        str_of(res->children[i].key), CHILD_VALUE + i};
    if (n)
        app_push(d->pane.app, menu_new(&(struct menu_setup){.title = "Actions",
                                                            .items = items,
                                                            .n = n,
                                                            .owner = d->pane.serial,
                                                            .chosen = action_chosen}));
}

static void
copy(struct detail *d, bool as_json)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    const struct detail_line *l = d->cursor < d->lines.n ? &d->lines.at[d->cursor] : NULL;
    if (as_json)
        json_write_pretty(d->row, &b);
    else if (l && l->text.n && !l->row)
        buf_add_str(&b, l->text);
    else
        buf_add_str(&b, cell_str(d->row, d->pane.resource->row_id));
    app_copy(d->pane.app, buf_str(&b), as_json ? "the object as JSON" : "the value");
    buf_fini(&b);
}

static bool
move_command(struct detail *d, enum command cmd)
{
    ptrdiff_t page = d->body_rows > 1 ? d->body_rows - 1 : 1;
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        move(d, 1);
        return true;
    case COMMAND_MOVE_UP:
        move(d, -1);
        return true;
    case COMMAND_PAGE_DOWN:
        move(d, page);
        return true;
    case COMMAND_PAGE_UP:
        move(d, -page);
        return true;
    case COMMAND_HALF_DOWN:
        move(d, page / 2);
        return true;
    case COMMAND_HALF_UP:
        move(d, -page / 2);
        return true;
    case COMMAND_FIRST:
        d->cursor = d->top = 0;
        return true;
    case COMMAND_LAST:
        move(d, (ptrdiff_t)d->lines.n);
        return true;
    default:
        return false;
    }
}

static bool
detail_command(struct pane *p, enum command cmd)
{
    struct detail *d = detail_of(p);
    if (move_command(d, cmd))
        return true;
    switch (cmd) {
    case COMMAND_OPEN:
        open_line(d);
        return true;
    case COMMAND_EDIT:
        return act_key(d, "e");
    case COMMAND_DELETE:
        return act_key(d, "d");
    case COMMAND_REVOKE:
        return act_key(d, "x");
    case COMMAND_ACTIONS:
        action_menu(d);
        return true;
    case COMMAND_COPY:
    case COMMAND_COPY_JSON:
        copy(d, cmd == COMMAND_COPY_JSON);
        return true;
    default:
        return false;
    }
}

static bool
detail_key(struct pane *p, uint32_t key)
{
    struct detail *d = detail_of(p);
    char name[KEY_NAME];
    key_label(key, name);
    if (act_key(d, name))
        return true;
    for (const struct child *c = p->resource->children; c && c->key; c++) {
        if (strcmp(c->key, name))
            continue;
        open_child(d, c);
        return true;
    }
    return false;
}

static void
detail_crumb(const struct pane *p, struct buf *out)
{
    const struct detail *d = (const struct detail *)p;
    struct str name = act_row_name(p->resource, d->row);
    if (name.n)
        buf_add_str(out, str_sub(name, 0, 96));
    else
        buf_add_text(out, p->resource->singular);
}

static void
detail_hints(const struct pane *p, struct hints *h)
{
    const struct detail *d = (const struct detail *)p;
    for (const struct action *a = p->resource->actions; a && a->name; a++)
        if (!app_read_only(p->app) && (a->flags & (ACTION_ROW | ACTION_MARKED)) &&
            act_applies(p, a, d->row))
            hint_add(h, a->key, a->label);
    for (const struct child *c = p->resource->children; c && c->key; c++)
        hint_add(h, c->key, c->title);
}

static void
detail_info(const struct pane *p, struct buf *out)
{
    const struct detail *d = (const struct detail *)p;
    if (d->loading)
        buf_add_text(out, "reading | ");
    else if (!d->complete && reread_can(p->resource))
        buf_add_text(out, "as the list knew it | ");
    buf_printf(out, "line %zu of %zu", d->lines.n ? d->cursor + 1 : 0, d->lines.n);
}

static const struct json *
detail_row(const struct pane *p)
{
    return ((const struct detail *)p)->row;
}

static const struct pane_ops detail_ops = {.name = "details",
                                           .close = detail_close,
                                           .draw = detail_draw,
                                           .command = detail_command,
                                           .key = detail_key,
                                           .crumb = detail_crumb,
                                           .hints = detail_hints,
                                           .info = detail_info,
                                           .reload = detail_reload,
                                           .stopped = detail_stopped,
                                           .help = table_help,
                                           .row = detail_row};

bool
detail_is(const struct pane *p)
{
    return p && p->ops == &detail_ops;
}

struct pane *
detail_new(struct app *app, const struct resource *res, const struct json *row, struct str tenant)
{
    struct detail *d = mem_new(1, sizeof *d);
    d->pane.ops = &detail_ops;
    d->pane.app = app;
    d->pane.resource = res;
    snprintf(d->pane.tenant, sizeof d->pane.tenant, "%.*s", STR_ARG(tenant));
    d->row = row ? json_copy(row) : json_new_object();
    detail_lines_init(&d->lines);
    detail_reload(&d->pane);
    return &d->pane;
}
