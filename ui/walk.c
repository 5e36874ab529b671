#include "ui/walk.h"
#include "base/mem.h"
#include "ui/app.h"
#include "ui/table.h"
#include <stdio.h>

struct walk {
    struct pane pane;
    struct walk_setup setup;
    struct listquery query;
    struct json *parent;
    char tenant[TENANT_SIZE];
    size_t page, rows, total;
    bool over;
};

static void walk_ask(struct walk *w);

/* Tells the owner once, and closes the pop-up unless it is closing already. */
static void
walk_finish(struct walk *w, const struct err *err, bool close)
{
    if (w->over)
        return;
    w->over = true;
    struct app *app = w->pane.app;
    struct walk_setup s = w->setup;
    size_t rows = w->rows;
    struct err copy = *err;
    if (close)
        app_close(app, &w->pane);
    s.finished(app, app_pane(app, s.owner), s.ctx, rows, &copy);
}

static void
walk_close(struct pane *p)
{
    struct walk *w = (struct walk *)p;
    struct err err = {0};
    err_set(&err, ERR_CANCELLED, "Stopped");
    walk_finish(w, &err, false);
    json_free(w->parent);
}

static bool
walk_rows(struct walk *w, const struct json *items, size_t *n)
{
    struct pane *owner = app_pane(w->pane.app, w->setup.owner);
    for (const struct json *it = json_first(items); it; it = json_next(it)) {
        if (!listquery_keeps(&w->query, it))
            continue;
        if (!w->setup.row(owner, w->setup.ctx, it))
            return false;
        (*n)++;
    }
    return true;
}

static void
walk_done(void *ctx, struct result *take)
{
    struct walk *w = ctx;
    struct err err = take->err;
    size_t n = 0;
    if (!err.code) {
        if (!walk_rows(w, listquery_items(&w->query, take->json), &n))
            err_set(&err, ERR_CANCELLED, "Stopped");
        listquery_total(&w->query, take->json, &w->total);
    }
    w->rows += n;
    w->pane.app->dirty = true;
    result_free(take);
    bool more = listquery_paged(&w->query) && n == w->query.page_rows;
    if (!err.code && more && (!w->total || w->rows < w->total)) {
        w->page++;
        walk_ask(w);
    } else {
        walk_finish(w, &err, true);
    }
}

static void
walk_ask(struct walk *w)
{
    struct err err = {0};
    struct values *values = listquery_values(&w->query, w->page, &err);
    if (!values) {
        walk_finish(w, &err, true);
        return;
    }
    struct bind_call call = listquery_call(&w->query, w->pane.app->client, &w->pane.calls);
    bind_send(&call, values, walk_done, w);
}

static void
walk_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct walk *w = (struct walk *)p;
    struct rect box = rect_centre(r, 5, 50);
    canvas_fill(cv, box, ROLE_POPUP);
    canvas_box(cv, box, ROLE_BORDER, str_of(w->setup.title));
    struct rect in = rect_inset(box, 1, 2);
    struct buf b;
    buf_init(&b, 256);
    table_count(w->rows, &b);
    if (w->total) {
        buf_add_text(&b, " of ");
        table_count(w->total, &b);
    }
    buf_add_text(&b, " rows");
    pane_text(cv, in, 0, 0, ROLE_POPUP, buf_str(&b));
    pane_text(cv, in, 2, 0, ROLE_DIM, STR("Esc stops"));
    buf_fini(&b);
}

static bool
walk_key(struct pane *p, uint32_t key)
{
    if (key == K_ESC || key == 'q' || key == (K_CTRL | 'c'))
        app_close(p->app, p);
    return true;
}

static void
walk_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "Esc", "stop");
}

static const struct pane_ops walk_ops = {.name = "reading on",
                                         .close = walk_close,
                                         .draw = walk_draw,
                                         .key = walk_key,
                                         .hints = walk_hints};

void
walk_open(struct app *app, const struct walk_setup *setup)
{
    struct walk *w = mem_new(1, sizeof *w);
    w->pane.ops = &walk_ops;
    w->pane.flags = PANE_POPUP | PANE_INPUT | PANE_FROZEN;
    w->setup = *setup;
    w->query = *setup->query;
    w->query.page_rows = WALK_PER_PAGE;
    w->parent = w->query.parent ? json_copy(w->query.parent) : NULL;
    w->query.parent = w->parent;
    snprintf(w->tenant, sizeof w->tenant, "%.*s", STR_ARG(setup->query->tenant));
    w->query.tenant = str_of(w->tenant);
    unsigned before = app->next_serial;
    app_push(app, &w->pane);
    if (app_pane(app, before))
        walk_ask(w);
}
