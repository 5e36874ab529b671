#include "ui/app.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/act.h"
#include "ui/bindings.h"
#include "ui/bulk.h"
#include "ui/confirm.h"
#include "ui/detail.h"
#include "ui/palette.h"
#include "ui/table.h"
#include "ui/writing.h"
#include <stdarg.h>
#include <stdio.h>

enum {
    TENANTS_SEEN_MAX = 200,
    FRAMES = 4,         /* so many at once for what arrives, and after that */
    FRAMES_MS = 100,    /* so many in this time: more only fills the line to the terminal */
    HOLD_MS = 50,       /* nobody sees that a frame came so much later */
    BUSY_AFTER_MS = 200 /* what takes no longer is not worth a word in the status line */
};

void
app_init(struct app *app, const struct app_host *host)
{
    *app = (struct app){.host = host, .next_serial = 1, .dirty = true, .rows = 24, .cols = 80};
    keymap_init(&app->keymap);
    lock_init(&app->lock);
    remember_init(&app->remember);
    list_init(&app->acts);
    list_init(&app->undo);
    list_init(&app->history);
    list_init(&app->tenants);
    snprintf(app->starting, sizeof app->starting, "starting ...");
}

static void
tenants_forget(struct app *app)
{
    for (struct list *it; (it = list_pop_front(&app->tenants));)
        mem_free(LIST_ENTRY(it, struct tenant_seen, node));
}

void
app_fini(struct app *app)
{
    remember_fini(&app->remember);
    app_detach(app);
    palette_forget(app);
    lock_fini(&app->lock);
}

void
app_start_failed(struct app *app, const struct err *err)
{
    snprintf(app->starting, sizeof app->starting, "%s",
             err->msg[0] ? err->msg : "it did not start");
    app->start_failed = true;
    app->dirty = true;
}

static void
name_done(void *ctx, struct result *take)
{
    struct app *app = ctx;
    app_saw_tenant(app, json_str(json_get(take->json, "tenantId")),
                   json_str(json_get(take->json, "name")));
    app->dirty = true;
    result_free(take);
}

/* Asks for the name of the tenant in use, for the breadcrumb; without one the id stands there. */
static void
learn_name(struct app *app)
{
    struct str id = str_of(app->tenant);
    if (!id.n || app_tenant_name(app, id).p != id.p)
        return;
    const struct op *op = op_get(OP_tenants_get);
    struct values *values = values_new(op);
    if (values_set_text(values, STR("path.tenantId"), id, NULL)) {
        values_free(values);
        return;
    }
    struct bind_call call = {.client = app->client, .op = op, .calls = &app->writes, .ahead = true};
    bind_send(&call, values, name_done, app);
}

void
app_attach(struct app *app, struct client *client)
{
    app->client = client;
    app->starting[0] = '\0';
    struct str tenant = client_profile(client)->tenant;
    snprintf(app->tenant, sizeof app->tenant, "%.*s", STR_ARG(tenant));
    writing_begin(app);
    client_scope(client, STR_ABSENT); /* each call names its tenant itself */
    app_open_resource(app, resource_by_id(STR("users")));
    learn_name(app);
    bulk_offer(app);
    app->dirty = true;
}

static void
pane_destroy(struct app *app, struct pane *p)
{
    if (app->client)
        callset_close(&p->calls, app->client);
    if (p->ops->close)
        p->ops->close(p);
    mem_free(p);
}

static void
close_all(struct app *app)
{
    while (app->n) {
        struct pane *p = app->stack[--app->n];
        app->stack[app->n] = NULL;
        pane_destroy(app, p);
    }
}

void
app_detach(struct app *app)
{
    close_all(app);
    if (app->client) {
        callset_close(&app->writes, app->client);
        lock_forget(app);
    }
    act_forget(app);
    tenants_forget(app);
    app->client = NULL;
    app->writing_until_ms = 0;
    app->tenant[0] = '\0';
    app->dirty = true;
}

void
app_push(struct app *app, struct pane *take)
{
    if (app->n == APP_PANES_MAX) {
        app_note(app, TOAST_WARN, "Too many panes are open: close some with q");
        take->app = app;
        pane_destroy(app, take);
        return;
    }
    const struct pane *below = app_view(app);
    if (below && !take->resource && !take->tenant[0])
        memcpy(take->tenant, below->tenant, sizeof take->tenant);
    take->app = app;
    take->serial = app->next_serial++;
    app->stack[app->n++] = take;
    app->dirty = true;
}

void
app_close(struct app *app, struct pane *p)
{
    for (size_t i = 0; i < app->n; i++) {
        if (app->stack[i] != p)
            continue;
        memmove(&app->stack[i], &app->stack[i + 1], (app->n - i - 1) * sizeof *app->stack);
        app->stack[--app->n] = NULL;
        pane_destroy(app, p);
        break;
    }
    app->dirty = true;
}

struct pane *
app_top(const struct app *app)
{
    return app->n ? app->stack[app->n - 1] : NULL;
}

struct pane *
app_pane(const struct app *app, unsigned serial)
{
    for (size_t i = 0; i < app->n; i++)
        if (app->stack[i]->serial == serial)
            return app->stack[i];
    return NULL;
}

struct pane *
app_view(const struct app *app)
{
    for (size_t i = app->n; i-- > 0;)
        if (!(app->stack[i]->flags & (PANE_POPUP | PANE_LINE)))
            return app->stack[i];
    return NULL;
}

void
app_changed(struct app *app)
{
    for (size_t i = app->n; i-- > 0;)
        if (app->stack[i]->ops->reload)
            app->stack[i]->ops->reload(app->stack[i]);
    app->dirty = true;
}

void
app_note(struct app *app, enum toast_kind kind, const char *fmt, ...)
{
    struct buf b;
    va_list ap;
    buf_init(&b, 4096);
    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    toast_show(&app->toasts, kind, buf_str(&b));
    buf_fini(&b);
    app->dirty = true;
}

void
app_fail(struct app *app, const char *what, const struct result *result)
{
    struct buf b;
    buf_init(&b, 2048);
    buf_printf(&b, "%s: %s", what,
               result->err.msg[0] ? result->err.msg : err_text(result->err.code));
    if (result->outcome_unknown)
        buf_add_text(&b, ". It was sent but the answer was lost: look before trying again");
    if (result->error_code[0])
        buf_printf(&b, " (%s)", result->error_code);
    if (result->hint)
        buf_printf(&b, ". %s", result->hint);
    if (result->trace_id[0])
        buf_printf(&b, " [trace %s]", result->trace_id);
    toast_show(&app->toasts, TOAST_BAD, buf_str(&b));
    buf_fini(&b);
    app->dirty = true;
}

void
app_copy(struct app *app, struct str text, const char *what)
{
    struct err err = {0};
    const char *how = "";
    if (!app->host->copy || !app->host->copy(app->host->ctx, text, &how, &err))
        app_note(app, TOAST_WARN, "Not copied: %s", err.msg[0] ? err.msg : "no clipboard here");
    else
        app_note(app, TOAST_GOOD, "Copied %s %s", what, how);
}

void
app_saw_tenant(struct app *app, struct str id, struct str name)
{
    if (!id.n || !name.n || id.n >= TENANT_SIZE)
        return;
    size_t n = 0;
    LIST_EACH (it, &app->tenants) {
        struct tenant_seen *t = LIST_ENTRY(it, struct tenant_seen, node);
        n++;
        if (!str_eq(str_of(t->id), id))
            continue;
        if (name.p == t->name) /* it came from here */
            return;
        snprintf(t->name, sizeof t->name, "%.*s", STR_ARG(name));
        return;
    }
    if (n >= TENANTS_SEEN_MAX)
        return;
    struct tenant_seen *t = mem_new(1, sizeof *t);
    snprintf(t->id, sizeof t->id, "%.*s", STR_ARG(id));
    snprintf(t->name, sizeof t->name, "%.*s", STR_ARG(name));
    list_push_back(&app->tenants, &t->node);
}

struct str
app_tenant_name(const struct app *app, struct str id)
{
    LIST_EACH (it, &app->tenants) {
        const struct tenant_seen *t = LIST_ENTRY(it, struct tenant_seen, node);
        if (str_eq(str_of(t->id), id))
            return str_of(t->name);
    }
    return id;
}

void
app_set_tenant(struct app *app, struct str id, struct str name)
{
    if (id.n >= TENANT_SIZE) {
        app_note(app, TOAST_WARN, "That is too long for the id of a tenant");
        return;
    }
    app_saw_tenant(app, id, name);
    char copy[TENANT_SIZE];
    snprintf(copy, sizeof copy, "%.*s", STR_ARG(id));
    close_all(app);
    memcpy(app->tenant, copy, sizeof copy);
    app_open_resource(app, resource_by_id(STR("users")));
    learn_name(app);
    struct str shown = app_tenant_name(app, str_of(app->tenant));
    if (shown.n)
        app_note(app, TOAST_INFO, "Working in tenant %.*s; `:tenant -` leaves it", STR_ARG(shown));
    else
        app_note(app, TOAST_INFO, "Working in the whole environment");
}

/* The pane of this resource that is open already, as a list or object of its own; NULL: none. */
static struct pane *
find_open(const struct app *app, const struct resource *res)
{
    for (size_t i = 0; i < app->n; i++) {
        struct pane *p = app->stack[i];
        bool own = res->list == OP_NONE || table_is_own(p);
        if (p->resource == res && own && !(p->flags & PANE_INPUT) &&
            !strcmp(p->tenant, app->tenant))
            return p;
    }
    return NULL;
}

/* Brings a pane to the top of the stack and reads it again. */
static void
raise_pane(struct app *app, struct pane *p)
{
    size_t at = 0;
    while (app->stack[at] != p)
        at++;
    memmove(&app->stack[at], &app->stack[at + 1], (app->n - at - 1) * sizeof *app->stack);
    app->stack[app->n - 1] = p;
    app->dirty = true;
    if (p->ops->reload)
        p->ops->reload(p);
}

void
app_open_resource(struct app *app, const struct resource *res)
{
    if (!app->client || !res) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return;
    }
    struct pane *open = find_open(app, res);
    if (open)
        raise_pane(app, open);
    else if (res->list == OP_NONE)
        app_push(app, detail_new(app, res, NULL, str_of(app->tenant)));
    else
        app_push(app, table_new(app, &(struct table_setup){.resource = res,
                                                           .tenant = str_of(app->tenant)}));
}

/* How long the next frame has to wait because there were many; what a key does is shown at once. */
static int64_t
frame_wait_ms(const struct app *app)
{
    int64_t since = clock_mono_ms() - app->frames_ms;
    return app->frames_n >= FRAMES && since < FRAMES_MS ? FRAMES_MS - since : 0;
}

void
app_count_frame(struct app *app)
{
    int64_t now = clock_mono_ms();
    if (now - app->frames_ms >= FRAMES_MS) {
        app->frames_ms = now;
        app->frames_n = 0;
    }
    app->frames_n++;
}

bool
app_holds(struct app *app)
{
    if (frame_wait_ms(app) > 0)
        return true;
    struct pane *top = app_top(app);
    int64_t now = clock_mono_ms();
    bool awaits = top && top->ops->awaits && top->ops->awaits(top);
    if (!awaits)
        app->held_ms = 0;
    else if (!app->held_ms)
        app->held_ms = now;
    return awaits && now - app->held_ms < HOLD_MS;
}

void
app_note_busy(struct app *app)
{
    struct client_status s = {.pending_ms = 0};
    if (app->client)
        client_status(app->client, &s);
    app->busy = s.retry_at_ms || s.pending_ms >= BUSY_AFTER_MS;
}

/* When the frame that is held back is due. */
static int64_t
held_next_ms(const struct app *app)
{
    int64_t held = clock_mono_ms() - app->held_ms, wait = frame_wait_ms(app);
    if (app->dirty && wait)
        return wait;
    return app->held_ms && held < HOLD_MS ? HOLD_MS - held : -1;
}

int64_t
app_next_ms(const struct app *app)
{
    int64_t next = clock_sooner(toast_next_ms(&app->toasts), held_next_ms(app));
    const struct pane *top = app->lock.on ? NULL : app_top(app);
    int64_t pane = top && top->ops->next_ms ? top->ops->next_ms(top) : -1;
    next = clock_sooner(next, pane);
    next = clock_sooner(next, writing_next_ms(app));
    next = clock_sooner(next, lock_next_ms(app));
    if (!app->client)
        return next;
    struct client_status s;
    client_status(app->client, &s);
    if (s.retry_at_ms) /* the countdown shows whole seconds */
        return clock_sooner(next, 1000 - clock_now_ms() % 1000);
    if ((s.in_flight || s.waiting) && s.pending_ms < BUSY_AFTER_MS)
        next = clock_sooner(next, BUSY_AFTER_MS - s.pending_ms);
    return next;
}

void
app_tick(struct app *app)
{
    struct pane *top = app->lock.on ? NULL : app_top(app);
    toast_tick(&app->toasts);
    writing_tick(app);
    lock_tick(app);
    if (top && top->ops->tick)
        top->ops->tick(top);
    app->dirty = true;
}

void
app_resumed(struct app *app)
{
    lock_tick(app); /* the shell may have had the terminal for hours */
    for (size_t i = 0; i < app->n; i++)
        if (app->stack[i]->ops->resumed)
            app->stack[i]->ops->resumed(app->stack[i]);
    app_changed(app);
}

void
app_resize(struct app *app, int rows, int cols)
{
    app->rows = rows;
    app->cols = cols;
    app->dirty = true;
}
