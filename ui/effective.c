#include "ui/effective.h"

#include "base/mem.h"
#include "client/effective.h"
#include "ui/detail.h"
#include "ui/listing.h"

#include <stdio.h>

enum { PATH_ROWS = 3, ROOM = 6 };

struct effective_pane {
    struct listing list;
    struct effective e;
    char who[EFFECTIVE_ID], tenant[TENANT_SIZE];
    bool stale; /* to be read before it is drawn */
};

static const struct column columns[] = {
    {.title = "Permission", .field = "permission", .min = 18, .flex = 3},
    {.title = "Name", .field = "name", .min = 14, .flex = 2, .drop = 3},
    {.title = "By role", .field = "role", .min = 9, .flex = 1},
    {.title = "Given", .field = "by", .min = 9, .flex = 1},
    {.title = "Tenant", .field = "tenantId", .min = 8, .flex = 1, .drop = 2},
    {.title = NULL}};

/* Of these rows only; it is no pane of the list of resources. */
static const struct resource descriptor = {.id = "effective",
                                           .row_id = "permission",
                                           .columns = columns,
                                           .empty = "No permission at all."};

static struct effective_pane *
effective_of(struct pane *p)
{
    return (struct effective_pane *)p;
}

static void
changed(void *ctx)
{
    struct effective_pane *p = ctx;
    listing_set(&p->list, effective_rows(&p->e));
}

static void
read_all(struct effective_pane *p)
{
    struct app *app = p->list.pane.app;
    p->stale = false;
    callset_close(&p->list.pane.calls, app->client);
    effective_start(&p->e, app->client, &p->list.pane.calls, str_of(p->who), str_of(p->tenant));
}

/* The way of the row under the cursor, spelled out: narrow columns cut it. */
static void
draw_path(const struct json *row, struct canvas *cv, struct rect r)
{
    struct buf b;
    struct str role = json_str(json_get(row, "role")), by = json_str(json_get(row, "by"));
    bool direct = !json_str(json_get(row, "groupId")).n;
    canvas_hline(cv, rect_cut_top(&r, 1), ROLE_BORDER);
    buf_init(&b, 4096);
    buf_add_str(&b, json_str(json_get(row, "permission")));
    if (role.n)
        buf_printf(&b, " by role %.*s, %s%.*s", STR_ARG(role), direct ? "given " : "of group ",
                   STR_ARG(by));
    else
        buf_printf(&b, ": %.*s", STR_ARG(by));
    buf_printf(&b, ", in %.*s", STR_ARG(json_str(json_get(row, "tenantId"))));
    (void)pane_wrap(cv, (struct rect){r.row, r.col + 1, r.rows, r.cols - 2}, 0, ROLE_VALUE,
                    buf_str(&b));
    buf_fini(&b);
}

static void
effective_draw(struct pane *pane, struct canvas *cv, struct rect r)
{
    struct effective_pane *p = effective_of(pane);
    struct buf b;
    if (p->stale)
        read_all(p);
    buf_init(&b, (size_t)1 << 14);
    buf_printf(&b, "%s: ", p->e.email[0] ? p->e.email : p->who);
    effective_coverage(&p->e, &b);
    bool doubt = effective_done(&p->e) && effective_partial(&p->e);
    pane_text(cv, rect_cut_top(&r, 1), 0, 1,
              p->e.failure[0] ? ROLE_BAD
              : doubt         ? ROLE_WARN
                              : ROLE_DIM,
              buf_str(&b));
    buf_fini(&b);
    if (listing_row(&p->list) && r.rows > ROOM)
        draw_path(listing_row(&p->list), cv, rect_cut_bottom(&r, PATH_ROWS));
    listing_draw(&p->list, cv, r,
                 !effective_done(&p->e) ? "Reading ..."
                 : p->e.failure[0]      ? "R reads again."
                                        : NULL);
}

/* Its role, as the object that the list of roles shows. */
static void
open_row(struct pane *pane)
{
    struct effective_pane *p = effective_of(pane);
    const struct json *row = listing_row(&p->list);
    struct str role = json_str(json_get(row, "role")), tenant = json_str(json_get(row, "tenantId"));
    const struct effective_tenant *t = NULL;
    for (size_t i = 0; i < p->e.n; i++)
        if (str_eq(str_of(p->e.tenants[i].id), tenant))
            t = &p->e.tenants[i];
    for (const struct json *r = json_first(json_get(t ? t->user : NULL, "roles")); r && role.n;
         r = json_next(r)) {
        if (!str_eq(json_str(json_get(r, "key")), role))
            continue;
        struct app *app = p->list.pane.app;
        app_push(app, detail_new(app, resource_by_id(STR("roles")), r, tenant));
        return;
    }
    app_note(p->list.pane.app, TOAST_INFO, "No role of this user is behind that row");
}

static void
effective_reload(struct pane *p)
{
    effective_of(p)->stale = true;
}

static void
effective_stopped(struct pane *p)
{
    effective_of(p)->e.waiting = 0;
}

static void
effective_crumb(const struct pane *p, struct buf *out)
{
    const struct effective_pane *e = (const struct effective_pane *)p;
    buf_printf(out, "Permissions of %s", e->e.email[0] ? e->e.email : e->who);
}

static void
effective_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "Enter", "the role");
    hint_add(h, "/", "filter");
    hint_add(h, "R", "read again");
}

static void
effective_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# What a user may do\n"
                      "Enter\tthe role that the permission came by\n"
                      "/\tfilter: by permission, role, group or tenant\n"
                      "Given\tdirectly, or the group that has the role\n");
}

static void
effective_close(struct pane *pane)
{
    struct effective_pane *p = effective_of(pane);
    effective_fini(&p->e);
    listing_fini(&p->list);
}

static const struct pane_ops effective_ops = {.name = "effective permissions",
                                              .close = effective_close,
                                              .draw = effective_draw,
                                              .command = listing_command,
                                              .crumb = effective_crumb,
                                              .hints = effective_hints,
                                              .info = listing_info,
                                              .help = effective_help,
                                              .reload = effective_reload,
                                              .stopped = effective_stopped};

void
effective_open(struct app *app, struct str who, struct str tenant)
{
    if (!app->client) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return;
    }
    if (!who.n || who.n >= EFFECTIVE_ID || tenant.n >= TENANT_SIZE) {
        app_note(app, TOAST_WARN, ":effective needs the id or the e-mail address of a user");
        return;
    }
    struct effective_pane *p = mem_new(1, sizeof *p);
    p->list.pane.ops = &effective_ops;
    p->list.pane.app = app;
    snprintf(p->who, sizeof p->who, "%.*s", STR_ARG(who));
    snprintf(p->tenant, sizeof p->tenant, "%.*s", STR_ARG(tenant));
    listing_init(&p->list, &descriptor);
    p->list.open = open_row;
    listing_set(&p->list, json_new_array());
    p->e.changed = changed;
    p->e.ctx = p;
    p->stale = true;
    app_push(app, &p->list.pane);
}

void
effective_open_row(struct app *app, const struct json *row, struct str tenant)
{
    effective_open(app, json_str(json_get(row, "id")), tenant);
}
