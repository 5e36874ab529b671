/* The checkpoint of a bulk change from the console's side: what it says, finding it, going on. */
#include "api/redact.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "ui/bulk_run.h"
#include "ui/cell.h"
#include "ui/menu.h"
#include <stdio.h>

enum { PLACE_SIZE = 512, LISTED_MAX = 64 };

/* Where and as whom: a run is gone on with only there. The local server is the same one whatever
 * its socket is called. */
static void
place_of(const struct profile *p, char out[PLACE_SIZE])
{
    if (p->local)
        snprintf(out, PLACE_SIZE, "local");
    else
        snprintf(out, PLACE_SIZE, "%.*s %.*s %.*s", STR_ARG(p->url), STR_ARG(p->unix_socket),
                 STR_ARG(p->client_id));
}

/* --- Writing --- */

static void
keep_text(struct json *out, const char *name, const char *text)
{
    json_set(out, str_of(name), json_new_str(str_of(text)));
}

static struct json *
head_of(const struct bulk *b)
{
    const struct act *act = b->act;
    const struct profile *p = client_profile(b->pane.app->client);
    struct json *head = json_new_object();
    char place[PLACE_SIZE];
    place_of(p, place);
    json_set(head, STR("rows"), json_new_i64((int64_t)b->n));
    json_set(head, STR("at"), json_new_i64(clock_now_ms()));
    json_set(head, STR("profile"), json_new_str(p->name));
    keep_text(head, "place", place);
    keep_text(head, "tenant", act->tenant);
    keep_text(head, "resource", act->resource->id);
    keep_text(head, "action", act->action->name);
    keep_text(head, "operation", act->op->name);
    json_set(head, STR("undoing"), json_new_bool(act->undoing));
    if (act->input)
        json_set(head, STR("input"), json_copy(act->input));
    if (act->parent)
        json_set(head, STR("parent"), json_copy(act->parent));
    return head;
}

static void
keep_member(struct json *out, const struct json *row, const char *path)
{
    struct str rest = str_of(path), name;
    if (!path || !str_next(&rest, '.', &name))
        return;
    const struct json *value = json_get_str(row, name);
    if (value && !json_get_str(out, name))
        json_set(out, name, json_copy(value));
}

static void
keep_bound(struct json *out, const struct json *row, const struct bind *binds)
{
    for (const struct bind *b = binds; b && b->param; b++)
        if (b->from == BIND_ROW)
            keep_member(out, row, b->field);
}

/* Of a row only what is needed to name it, to send and to read back. */
static struct json *
slim_rows(const struct act *act)
{
    const struct resource *res = act->resource;
    const struct action *undo = act->action->undo ? act_by_name(res, act->action->undo) : NULL;
    struct json *rows = json_new_array();
    for (const struct json *it = json_first(act->rows); it; it = json_next(it)) {
        struct json *row = json_new_object();
        keep_member(row, it, res->row_id);
        keep_member(row, it, res->row_name);
        keep_bound(row, it, act->action->binds);
        keep_bound(row, it, undo ? undo->binds : NULL);
        keep_bound(row, it, res->detail_binds);
        json_push(rows, row);
    }
    return rows;
}

void
bulk_keep(struct bulk *b)
{
    struct app *app = b->pane.app;
    struct err err = {0};
    b->no_file[0] = '\0';
    if (!app->bulk_folder[0] || client_profile(app->client)->demo)
        return;
    if (redact_holds(b->act->op->body, b->act->input)) {
        snprintf(b->no_file, sizeof b->no_file, "what was typed holds a secret");
        return;
    }
    struct json *head = head_of(b), *rows = slim_rows(b->act);
    b->file = bulk_file_new(app->bulk_folder, head, rows, &err);
    if (!b->file)
        snprintf(b->no_file, sizeof b->no_file, "%s", err.msg);
    json_free(head);
    json_free(rows);
}

/* --- Going on --- */

static bool
text_of(const struct json *head, const char *name, char *out, size_t size)
{
    struct str s = json_str(json_get(head, name));
    if (s.n >= size)
        return false;
    snprintf(out, size, "%.*s", STR_ARG(s));
    return true;
}

/* The act that the file tells of; NULL if this version cannot carry it out. */
static struct act *
act_from(struct app *app, struct bulk_saved *saved)
{
    const struct json *head = saved->head;
    const struct resource *res = resource_by_id(json_str(json_get(head, "resource")));
    char name[64], op[64], tenant[TENANT_SIZE];
    if (!res || !text_of(head, "action", name, sizeof name) ||
        !text_of(head, "operation", op, sizeof op) ||
        !text_of(head, "tenant", tenant, sizeof tenant))
        return NULL;
    const struct action *action = res->actions ? act_by_name(res, name) : NULL;
    if (!action || action->start || strcmp(op_get(action->op)->name, op) != 0)
        return NULL;
    struct act_setup setup = {.resource = res,
                              .action = action,
                              .parent = json_get(head, "parent"),
                              .tenant = str_of(tenant)};
    struct act *act = act_new(app, &setup, json_detach(saved->head, STR("input")));
    act->rows = saved->rows;
    saved->rows = NULL;
    (void)json_to_bool(json_get(head, "undoing"), &act->undoing);
    return act;
}

static enum bulk_state
state_of(char mark)
{
    switch (mark) {
    case BULK_MARK_DONE:
        return BULK_OK;
    case BULK_MARK_SENT:
        return BULK_UNKNOWN;
    case BULK_MARK_SKIPPED:
        return BULK_SKIPPED;
    default: /* what failed is tried again */
        return BULK_WAITS;
    }
}

static void
resume(struct app *app, const char *name)
{
    struct err err = {0};
    struct bulk_saved saved;
    struct bulk_file *file = bulk_file_resume(app->bulk_folder, name, &saved, &err);
    struct act *act = file ? act_from(app, &saved) : NULL;
    unsigned serial = app->next_serial;
    if (!act) {
        app_note(app, TOAST_WARN, "That cannot be gone on with: %s",
                 err.msg[0] ? err.msg : "this version has no such action");
        bulk_file_close(file, false);
        bulk_saved_fini(&saved);
        return;
    }
    act->bulk = serial;
    app_push(app, bulk_new(act));
    struct bulk *b = (struct bulk *)app_pane(app, serial);
    if (b) {
        b->resumed = true;
        for (size_t i = 0; i < b->n; i++)
            bulk_run_set(&b->rows[i], state_of(saved.marks[i]), "");
        b->file = file;
    } else {
        bulk_file_close(file, false);
    }
    bulk_saved_fini(&saved);
}

/* --- Which there are --- */

struct found {
    struct app *app;
    char place[PLACE_SIZE];
    size_t n;
    struct menu_item items[LISTED_MAX];
    char names[LISTED_MAX][BULK_NAME];
    char labels[LISTED_MAX][96], notes[LISTED_MAX][64];
};

static void
add_found(void *ctx, const char *name, const struct json *head, size_t left)
{
    struct found *f = ctx;
    char when[CLOCK_TEXT_SIZE];
    int64_t at = 0, rows = 0;
    if (f->n == LISTED_MAX || !str_eq(json_str(json_get(head, "place")), str_of(f->place)))
        return;
    const struct resource *res = resource_by_id(json_str(json_get(head, "resource")));
    struct str action = json_str(json_get(head, "action"));
    (void)json_to_i64(json_get(head, "at"), &at);
    (void)json_to_i64(json_get(head, "rows"), &rows);
    snprintf(f->names[f->n], BULK_NAME, "%s", name);
    snprintf(f->labels[f->n], sizeof f->labels[0], "%s: %.*s, %zu of %lld left",
             res ? res->title : "?", (int)(action.n < 40 ? action.n : 40), action.p ? action.p : "",
             left, (long long)rows);
    snprintf(f->notes[f->n], sizeof f->notes[0], "%s", clock_format_local(at, when));
    f->items[f->n] = (struct menu_item){str_of(f->labels[f->n]), str_of(f->notes[f->n]), f->n};
    f->n++;
}

static struct found *
find_all(struct app *app)
{
    struct found *f = mem_new(1, sizeof *f);
    f->app = app;
    place_of(client_profile(app->client), f->place);
    bulk_file_each(app->bulk_folder, add_found, f);
    return f;
}

/* Should a file have gone meanwhile, the plan that opens shows that it is another one. */
static void
chosen(struct pane *owner, size_t value)
{
    struct app *app = owner->app;
    struct found *f = find_all(app);
    if (value < f->n)
        resume(app, f->names[value]);
    mem_free(f);
}

void
bulk_list(struct app *app)
{
    struct pane *view = app_view(app);
    if (!app->client || !view)
        return;
    struct found *f = find_all(app);
    if (!f->n)
        app_note(app, TOAST_INFO, "No change of many rows is unfinished here");
    else
        app_push(app, menu_new(&(struct menu_setup){.title = "Not finished",
                                                    .items = f->items,
                                                    .n = f->n,
                                                    .owner = view->serial,
                                                    .chosen = chosen}));
    mem_free(f);
}

void
bulk_offer(struct app *app)
{
    if (!app->bulk_folder[0])
        return;
    struct found *f = find_all(app);
    if (f->n)
        app_note(app, TOAST_WARN, "%zu change%s of many rows %s not finished: :bulk goes on", f->n,
                 f->n == 1 ? "" : "s", f->n == 1 ? "was" : "were");
    mem_free(f);
}
