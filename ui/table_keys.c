/* Commands and keys of the list pane, its hints and its part of the help. */
#include "ui/act.h"
#include "ui/cell.h"
#include "ui/detail.h"
#include "ui/export.h"
#include "ui/menu.h"
#include "ui/prompt.h"
#include "ui/table.h"
#include <stdio.h>

static void
act_on(struct table *t, const struct action *a)
{
    const struct json *row = table_row(t, t->cursor);
    bool marked = (a->flags & ACTION_MARKED) && t->marks.n;
    if ((a->flags & (ACTION_ROW | ACTION_MARKED)) && !row && !marked) {
        app_note(t->pane.app, TOAST_INFO, "%s needs a row", a->label);
        return;
    }
    bool on_row = a->flags & (ACTION_ROW | ACTION_MARKED);
    act_start(t->pane.app, &(struct act_setup){.resource = t->pane.resource,
                                               .action = a,
                                               .row = on_row ? row : NULL,
                                               .parent = t->parent,
                                               .marks = marked ? &t->marks : NULL,
                                               .tenant = str_of(t->pane.tenant),
                                               .pane = t->pane.serial});
}

static bool
act_key(struct table *t, const char *key)
{
    if (t->picking)
        return false;
    const struct json *row = table_row(t, t->cursor);
    if (t->marks.n) /* what is marked decides between lock and unlock */
        row = LIST_ENTRY(t->marks.order.next, struct mark, node)->row;
    const struct action *a = act_by_key(&t->pane, key, row);
    if (a)
        act_on(t, a);
    return a != NULL;
}

static void
open_child(struct table *t, const struct child *child)
{
    const struct json *row = table_row(t, t->cursor);
    const struct resource *res = resource_by_id(str_of(child->resource));
    if (row && child->open)
        child->open(t->pane.app, row, str_of(t->pane.tenant));
    if (!row || !res)
        return;
    app_push(t->pane.app,
             table_new(t->pane.app, &(struct table_setup){.resource = res,
                                                          .child = child,
                                                          .parent = row,
                                                          .tenant = str_of(t->pane.tenant)}));
}

static void
pick_done(struct table *t)
{
    struct app *app = t->pane.app;
    const struct json *row = table_row(t, t->cursor);
    if (!t->pick_many)
        marks_clear(&t->marks);
    if (!t->marks.n && row)
        marks_add(&t->marks, row, t->pane.resource->row_id);
    struct json *rows = json_new_array();
    LIST_EACH (it, &t->marks.order) {
        json_push(rows, json_copy(LIST_ENTRY(it, struct mark, node)->row));
    }
    struct table_pick pick = t->pick;
    app_close(app, &t->pane);
    struct pane *owner = app_pane(app, pick.owner);
    if (owner)
        pick.picked(owner, rows);
    json_free(rows);
}

static void
open_row(struct table *t)
{
    const struct resource *res = t->pane.resource;
    const struct json *row = table_row(t, t->cursor);
    if (t->picking)
        pick_done(t);
    else if (!row)
        return;
    else if (res->sections)
        app_push(t->pane.app, detail_new(t->pane.app, res, row, str_of(t->pane.tenant)));
    else if (res->children && res->children->key)
        open_child(t, res->children);
}

enum { ACTION_VALUE = 1000 };

static void
action_chosen(struct pane *owner, size_t value)
{
    struct table *t = table_of(owner);
    if (value >= ACTION_VALUE)
        open_child(t, &t->pane.resource->children[value - ACTION_VALUE]);
    else
        act_on(t, &t->pane.resource->actions[value]);
}

static void
action_menu(struct table *t)
{
    struct menu_item items[64];
    size_t n = 0;
    const struct resource *res = t->pane.resource;
    const struct json *row = table_row(t, t->cursor);
    for (size_t i = 0; res->actions && res->actions[i].name && n < 32; i++) {
        const struct action *a = &res->actions[i];
        if (act_applies(&t->pane, a, row))
            items[n++] = (struct menu_item){str_of(a->label), str_of(a->key), i};
    }
    for (size_t i = 0; res->children && res->children[i].key && n < 64; i++)
        items[n++] = (struct menu_item){str_of(res->children[i].title),
                                        str_of(res->children[i].key), ACTION_VALUE + i};
    if (!n)
        return;
    app_push(t->pane.app, menu_new(&(struct menu_setup){.title = "Actions",
                                                        .items = items,
                                                        .n = n,
                                                        .owner = t->pane.serial,
                                                        .chosen = action_chosen}));
}

static void
copy_row(struct table *t, bool as_json)
{
    const struct json *row = table_row(t, t->cursor);
    if (!row)
        return;
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    if (as_json)
        json_write_pretty(row, &b);
    else
        buf_add_str(&b, cell_str(row, t->pane.resource->row_id));
    app_copy(t->pane.app, buf_str(&b), as_json ? "the row as JSON" : "the id");
    buf_fini(&b);
}

static void
export_entered(struct pane *owner, struct str text)
{
    table_export(table_of(owner), text);
}

void
table_export(struct table *t, struct str path)
{
    path = str_trim(path);
    if (path.n)
        export_start(t->pane.app, &t->rows.query, t->pane.serial, path);
}

static void
export_ask(struct table *t)
{
    char preset[64];
    snprintf(preset, sizeof preset, "%s.csv", t->pane.resource->id);
    prompt_open(t->pane.app, &(struct prompt_setup){.label = "export to (.csv or .json): ",
                                                    .preset = str_of(preset),
                                                    .owner = t->pane.serial,
                                                    .entered = export_entered});
}

static bool
move_command(struct table *t, enum command cmd)
{
    size_t n = table_len(t);
    size_t page = t->body_rows > 1 ? (size_t)t->body_rows - 1 : 1;
    size_t step = cmd == COMMAND_PAGE_DOWN || cmd == COMMAND_PAGE_UP   ? page
                  : cmd == COMMAND_HALF_DOWN || cmd == COMMAND_HALF_UP ? (page + 1) / 2
                                                                       : 1;
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
    case COMMAND_PAGE_DOWN:
    case COMMAND_HALF_DOWN:
        table_move(t, n && t->cursor + step < n ? t->cursor + step : n ? n - 1 : 0);
        return true;
    case COMMAND_MOVE_UP:
    case COMMAND_PAGE_UP:
    case COMMAND_HALF_UP:
        table_move(t, t->cursor > step ? t->cursor - step : 0);
        return true;
    case COMMAND_FIRST:
        table_move(t, 0);
        return true;
    case COMMAND_LAST:
        table_move(t, n ? n - 1 : 0);
        return true;
    default:
        return false;
    }
}

static void
scroll_columns(struct table *t, int by)
{
    int columns = 0;
    for (const struct column *c = t->pane.resource->columns; c->title; c++)
        columns++;
    int skip = t->skip + by;
    if (skip >= 0 && skip < columns - 1)
        t->skip = skip;
}

/* Keys of command.def that stand for actions of the descriptor. */
static bool
act_command(struct table *t, enum command cmd)
{
    switch (cmd) {
    case COMMAND_ADD:
        return act_key(t, "a");
    case COMMAND_EDIT:
        return act_key(t, "e");
    case COMMAND_DELETE:
        return act_key(t, "d");
    case COMMAND_REVOKE:
        return act_key(t, "x");
    case COMMAND_ACTIONS:
        action_menu(t);
        return true;
    default:
        return false;
    }
}

static bool
take_command(struct table *t, enum command cmd)
{
    switch (cmd) {
    case COMMAND_OPEN:
        open_row(t);
        return true;
    case COMMAND_MOVE_LEFT:
        scroll_columns(t, -1);
        return true;
    case COMMAND_MOVE_RIGHT:
        scroll_columns(t, 1);
        return true;
    case COMMAND_COPY:
    case COMMAND_COPY_JSON:
        copy_row(t, cmd == COMMAND_COPY_JSON);
        return true;
    case COMMAND_EXPORT:
        export_ask(t);
        return true;
    default:
        return false;
    }
}

bool
table_command(struct pane *p, enum command cmd)
{
    struct table *t = table_of(p);
    return move_command(t, cmd) || table_find_command(t, cmd) || table_mark_command(t, cmd) ||
           act_command(t, cmd) || take_command(t, cmd);
}

bool
table_key(struct pane *p, uint32_t key)
{
    struct table *t = table_of(p);
    char name[KEY_NAME];
    key_label(key, name);
    if (t->picking)
        return false;
    if (act_key(t, name))
        return true;
    for (const struct child *c = p->resource->children; c && c->key; c++) {
        if (strcmp(c->key, name))
            continue;
        open_child(t, c);
        return true;
    }
    return false;
}

void
table_hints(const struct pane *p, struct hints *h)
{
    const struct table *t = (const struct table *)p;
    if (t->picking) {
        hint_add(h, "Enter", "choose");
        if (t->pick_many)
            hint_add(h, "Space", "mark");
        hint_add(h, "/", "filter");
        hint_add(h, "Esc", "cancel");
        return;
    }
    const struct json *row = table_row(t, t->cursor);
    hint_add(h, "Enter", "open");
    hint_add(h, "/", "filter");
    for (const struct action *a = p->resource->actions; a && a->name; a++) {
        if (!app_read_only(p->app) && act_applies(p, a, row))
            hint_add(h, a->key, a->label);
    }
    for (const struct child *c = p->resource->children; c && c->key; c++)
        hint_add(h, c->key, c->title);
}

static bool
offered_here(const struct pane *p, const struct action *a)
{
    return !(a->flags & ACTION_IN_TENANT && !p->tenant[0]) &&
           !(a->flags & ACTION_ENVIRONMENT && p->tenant[0]);
}

/* What a key does can depend on the row: "Lock or Unlock". False: an earlier line says it. */
static bool
add_labels(const struct pane *p, const struct action *a, struct buf *out)
{
    for (const struct action *b = p->resource->actions; b < a; b++)
        if (!strcmp(a->key, b->key) && offered_here(p, b))
            return false;
    buf_printf(out, "%s\t%s", a->key, a->label);
    for (const struct action *b = a + 1; b->name; b++)
        if (!strcmp(a->key, b->key) && offered_here(p, b))
            buf_printf(out, " or %s", b->label);
    return true;
}

void
table_help(const struct pane *p, struct buf *out)
{
    const struct resource *res = p->resource;
    for (const struct action *a = res->actions; a && a->name; a++) {
        if (!offered_here(p, a) || !add_labels(p, a, out))
            continue;
        const char *note =
            a->confirm == CONFIRM_DESTROY || a->confirm == CONFIRM_TYPE ? ", after asking" : "";
        const char *many = a->flags & ACTION_MARKED ? "; also for marked rows" : "";
        buf_printf(out, "%s%s\n", note, many);
    }
    for (const struct child *c = res->children; c && c->key; c++)
        buf_printf(out, "%s\tOpen %s\n", c->key, c->title);
}
