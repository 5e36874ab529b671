#include "ui/find.h"

#include "base/mem.h"
#include "client/find.h"
#include "ui/detail.h"
#include "ui/listing.h"
#include "ui/live.h"

#include <stdio.h>

struct find_pane {
    struct listing list;
    struct find find;
    char text[FIND_TEXT];
    bool stale; /* to be asked before it is drawn */
};

enum { COVERAGE_ROWS = 3, ROOM = 7 };

static const struct column columns[] = {
    {.title = "Kind", .field = "kind", .min = 10},
    {.title = "Name", .field = "name", .min = 16, .flex = 3},
    {.title = "Detail", .field = "detail", .min = 12, .flex = 2, .drop = 2},
    {.title = "Tenant", .field = "tenantId", .min = 10, .flex = 1, .drop = 3},
    {.title = "Id", .field = "id", .format = FMT_ID, .min = 8, .flex = 1, .drop = 1},
    {.title = NULL}};

/* Of these rows only; it is no pane of the list of resources. */
static const struct resource descriptor = {
    .id = "find", .row_id = "id", .columns = columns, .empty = "Nothing has that text."};

static struct find_pane *
find_of(struct pane *p)
{
    return (struct find_pane *)p;
}

static void
changed(void *ctx)
{
    struct find_pane *p = ctx;
    listing_set(&p->list, find_rows(&p->find));
}

static void
look(struct find_pane *p)
{
    struct pane *pane = &p->list.pane;
    p->stale = false;
    callset_close(&pane->calls, pane->app->client);
    find_start(&p->find, pane->app->client, &pane->calls, str_of(p->text), str_of(pane->tenant));
}

static void
find_draw(struct pane *pane, struct canvas *cv, struct rect r)
{
    struct find_pane *p = find_of(pane);
    struct buf b;
    if (p->stale)
        look(p);
    buf_init(&b, (size_t)1 << 14);
    find_coverage(&p->find, &b);
    struct rect below = {r.row, r.col, 0, r.cols};
    if (r.rows >= ROOM)
        below = rect_cut_bottom(&r, COVERAGE_ROWS);
    listing_draw(&p->list, cv, r, find_done(&p->find) ? NULL : "Asking ...");
    if (below.rows) {
        canvas_hline(cv, rect_cut_top(&below, 1), ROLE_BORDER);
        below.col++;
        below.cols -= 2;
        (void)pane_wrap(cv, below, 0, find_partial(&p->find) ? ROLE_WARN : ROLE_DIM, buf_str(&b));
    }
    buf_fini(&b);
}

/* A session leads to those of its user. */
static void
open_session(struct app *app, const struct json *session, struct str tenant)
{
    struct json *user = json_new_object();
    struct str id = json_str(json_get(session, "userId")),
               email = json_str(json_get(session, "email"));
    json_set(user, STR("id"), json_new_str(id));
    json_set(user, STR("email"), json_new_str(email.n ? email : id));
    live_open_user(app, user, tenant);
    json_free(user);
}

static void
open_row(struct pane *pane)
{
    struct find_pane *p = find_of(pane);
    static const struct {
        const char *kind, *resource;
    } opens[] = {{"user", "users"},
                 {"tenant", "tenants"},
                 {"role", "roles"},
                 {"permission", "permissions"},
                 {"group", "groups"}};
    const struct json *row = listing_row(&p->list), *object = json_get(row, "object");
    struct str kind = json_str(json_get(row, "kind"));
    if (!object)
        return;
    if (str_eq(kind, STR("session")))
        open_session(pane->app, object, str_of(pane->tenant));
    for (size_t i = 0; i < COUNT_OF(opens); i++)
        if (str_eq(kind, str_of(opens[i].kind)))
            app_push(pane->app, detail_new(pane->app, resource_by_id(str_of(opens[i].resource)),
                                           object, str_of(pane->tenant)));
}

static void
find_reload(struct pane *p)
{
    find_of(p)->stale = true;
}

static void
find_stopped(struct pane *p)
{
    find_stop(&find_of(p)->find);
}

static void
find_crumb(const struct pane *p, struct buf *out)
{
    buf_printf(out, "Find %s", ((const struct find_pane *)p)->text);
}

static void
find_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "Enter", "open");
    hint_add(h, "/", "filter");
    hint_add(h, "y", "copy the id");
    hint_add(h, "R", "look again");
}

static void
find_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# One search over everything\n"
                      "Enter\topen it; a session opens those of its user\n"
                      "/\tfilter what was found\n"
                      "F3\tlook for something else\n"
                      "t\tin a tenant also its groups and sessions are looked through\n");
}

static void
find_close(struct pane *pane)
{
    struct find_pane *p = find_of(pane);
    find_fini(&p->find);
    listing_fini(&p->list);
}

static const struct pane_ops find_ops = {.name = "one search over everything",
                                         .close = find_close,
                                         .draw = find_draw,
                                         .command = listing_command,
                                         .crumb = find_crumb,
                                         .hints = find_hints,
                                         .info = listing_info,
                                         .help = find_help,
                                         .reload = find_reload,
                                         .stopped = find_stopped};

void
find_open(struct app *app, struct str text)
{
    if (!app->client) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return;
    }
    if (text.n >= FIND_TEXT) {
        app_note(app, TOAST_WARN, "That is too long to look for: at most %d bytes", FIND_TEXT - 1);
        return;
    }
    struct find_pane *p = mem_new(1, sizeof *p);
    p->list.pane.ops = &find_ops;
    p->list.pane.app = app;
    snprintf(p->list.pane.tenant, TENANT_SIZE, "%s", app->tenant);
    snprintf(p->text, sizeof p->text, "%.*s", STR_ARG(text));
    listing_init(&p->list, &descriptor);
    p->list.open = open_row;
    listing_set(&p->list, json_new_array());
    p->find.changed = changed;
    p->find.ctx = p;
    p->stale = true;
    app_push(app, &p->list.pane);
}
