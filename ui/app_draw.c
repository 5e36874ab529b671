/* The frame around the panes: breadcrumb, message line, hint bar, status line. */
#include "base/clock.h"
#include "base/utf8.h"
#include "ui/app.h"
#include "ui/writing.h"
#include <limits.h>
#include <stdio.h>

enum { CRUMB_TEXT = 4096, HINTS_MAX = 32 };

static void
starting_draw(const struct app *app, struct canvas *cv, struct rect r)
{
    r = rect_inset(r, r.rows / 3, 2);
    int row = pane_wrap(cv, r, 0, app->start_failed ? ROLE_BAD : ROLE_DIM, str_of(app->starting));
    if (app->start_failed)
        pane_wrap(cv, r, row + 1, ROLE_TEXT, STR("R tries again, Q quits."));
}

struct crumbs {
    struct str part[APP_PANES_MAX + 2];
    size_t n;
};

static void
crumbs_collect(const struct app *app, struct arena *a, struct crumbs *c)
{
    if (app->client)
        c->part[c->n++] = client_profile(app->client)->name;
    const struct pane *view = app_view(app);
    if (view && view->tenant[0])
        c->part[c->n++] = app_tenant_name(app, str_of(view->tenant));
    else if (view)
        c->part[c->n++] = STR("all tenants");
    for (size_t i = 0; i < app->n; i++) {
        const struct pane *p = app->stack[i];
        if (!p->ops->crumb)
            continue;
        struct buf b;
        buf_init(&b, 512);
        p->ops->crumb(p, &b);
        c->part[c->n++] = arena_str(a, buf_str(&b));
        buf_fini(&b);
    }
}

static void
add_cut(struct buf *out, struct str text, int cells)
{
    struct buf safe;
    buf_init(&safe, CRUMB_TEXT);
    utf8_make_safe(&safe, text);
    struct str whole = buf_str(&safe);
    bool fits = utf8_width(whole) <= cells;
    buf_add_str(out, fits ? whole : utf8_cut(whole, cells - 1, NULL));
    if (!fits)
        buf_add_text(out, "\u2026");
    buf_fini(&safe);
}

/*
 * Environment and tenant stay; when it is too long the panes between go first, then the end of the
 * tenant's name: `cells` are for it.
 */
static void
crumbs_join(const struct crumbs *c, size_t skip, int cells, struct buf *out)
{
    for (size_t i = 0; i < c->n; i++) {
        if (skip && i >= 2 && i < 2 + skip) {
            if (i == 2)
                buf_add_text(out, " / ..");
            continue;
        }
        if (i)
            buf_add_text(out, " / ");
        add_cut(out, c->part[i], i == 1 ? cells : INT_MAX);
    }
}

void
app_draw_crumbs(struct app *app, struct canvas *cv, struct rect r)
{
    canvas_fill(cv, r, ROLE_TITLE);
    struct arena a;
    struct crumbs c = {.n = 0};
    struct buf b;
    arena_init(&a, (size_t)1 << 16);
    buf_init(&b, CRUMB_TEXT);
    crumbs_collect(app, &a, &c);
    size_t between = c.n > 3 ? c.n - 3 : 0;
    for (size_t skip = 0; skip <= between + 1; skip++) {
        bool last = skip > between;
        buf_reset(&b);
        crumbs_join(&c, last ? between : skip, last ? r.cols / 3 : INT_MAX, &b);
        if (utf8_width(buf_str(&b)) <= r.cols - 2)
            break;
    }
    pane_text(cv, r, 0, 1, ROLE_TITLE, c.n ? buf_str(&b) : STR("gatehouse"));
    buf_fini(&b);
    arena_fini(&a);
}

/* In steps, so that it changes when the speed does and not with every answer. */
static void
latency_text(int64_t us, struct buf *out)
{
    enum { STEP_US = 50000, SECOND_US = 1000000 };
    const long long steps = us / STEP_US;
    if (us < STEP_US)
        buf_add_text(out, "< 50 ms");
    else if (us < SECOND_US)
        buf_printf(out, "~%lld ms", steps * 50);
    else
        buf_printf(out, "~%lld s", (long long)(us / SECOND_US));
}

static void
busy_text(const struct app *app, struct buf *out)
{
    struct client_status s;
    client_status(app->client, &s);
    int64_t left = s.retry_at_ms ? s.retry_at_ms - clock_now_ms() : 0;
    if (s.retry_at_ms)
        buf_printf(out, "%.*s, retry in %lld s", STR_ARG(s.wait_reason),
                   (long long)(left > 0 ? (left + 999) / 1000 : 0));
    else if (app->busy && s.in_flight)
        buf_printf(out, "%u in flight", s.in_flight);
    else if (app->busy && s.waiting)
        buf_printf(out, "%u waiting", s.waiting);
    else if (s.online)
        latency_text(s.last_latency_us, out);
    else
        buf_add_text(out, s.in_flight || s.waiting ? "connecting" : "offline");
}

static void
status_text(const struct app *app, bool narrow, struct buf *out)
{
    const struct profile *p = client_profile(app->client);
    const struct pane *view = app_view(app);
    struct str tenant = str_of(view ? view->tenant : app->tenant);
    const char *gap = narrow ? " " : " | ";
    if (p->production)
        buf_add_text(out, "PROD ");
    utf8_make_safe(out, p->name);
    buf_add_text(out, gap);
    struct str host = profile_host(p);
    utf8_make_safe(out, narrow ? str_sub(host, 0, 9) : host);
    buf_add_text(out, gap);
    if (!tenant.n)
        buf_add_text(out, narrow ? "all" : "all tenants");
    else
        utf8_make_safe(out, narrow ? str_sub(tenant, 0, 8) : tenant);
    buf_add_text(out, gap);
    writing_text(app, p, narrow, out);
}

void
app_draw_status(struct app *app, struct canvas *cv, struct rect r)
{
    bool prod = app->client && client_profile(app->client)->production;
    enum role role = prod ? ROLE_STATUS_PROD : ROLE_STATUS;
    canvas_fill(cv, r, role);
    if (!app->client) {
        pane_text(cv, r, 0, 1, role, STR("not connected"));
        return;
    }
    struct buf left, right;
    buf_init(&left, 1024);
    buf_init(&right, 256);
    busy_text(app, &right);
    int room = r.cols - utf8_width(buf_str(&right)) - 4;
    status_text(app, false, &left);
    if (utf8_width(buf_str(&left)) > room) {
        buf_reset(&left);
        status_text(app, true, &left);
    }
    struct place at = {r, r.row, r.col + 1, room > 0 ? room : 0, role};
    canvas_text(cv, at, buf_str(&left));
    pane_text(cv, r, 0, r.cols - utf8_width(buf_str(&right)) - 1, role, buf_str(&right));
    buf_fini(&left);
    buf_fini(&right);
}

static int
hint_draw(struct canvas *cv, struct rect r, int col, const struct hint *h)
{
    col += pane_text(cv, r, 0, col, ROLE_KEY, str_of(h->key)) + 1;
    return col + pane_text(cv, r, 0, col, ROLE_BAR, str_of(h->label)) + 2;
}

static int
hint_width(const struct hint *h)
{
    return utf8_width(str_of(h->key)) + 1 + utf8_width(str_of(h->label));
}

void
app_draw_hints(struct app *app, struct canvas *cv, struct rect r)
{
    static const struct hint always[] = {{"?", "help"}, {":", "command"}, {"Q", "quit"}};
    struct hint at[HINTS_MAX];
    struct hints h = {at, 0, HINTS_MAX};
    const struct pane *top = app_top(app);
    bool typing = top && (top->flags & PANE_INPUT);
    canvas_fill(cv, r, ROLE_BAR);
    if (top && top->ops->hints)
        top->ops->hints(top, &h);
    for (size_t i = 1; !typing && i < sizeof always / sizeof always[0]; i++)
        hint_add(&h, always[i].key, always[i].label);
    /* Help keeps its place at the right end; of the others, those that fit are shown. */
    int room = r.cols, col = 1;
    if (!typing) {
        room -= hint_width(&always[0]) + 2;
        hint_draw(cv, r, room + 1, &always[0]);
    }
    for (size_t i = 0; i < h.n; i++)
        if (col + hint_width(&at[i]) <= room)
            col = hint_draw(cv, r, col, &at[i]);
}

/* Line above the bar: a prompt, else a toast, and at the right where we are in the list. */
static void
message_draw(struct app *app, struct canvas *cv, struct rect r)
{
    struct pane *top = app_top(app);
    if (top && (top->flags & PANE_LINE)) {
        top->ops->draw(top, cv, r);
        return;
    }
    bool toast = toast_draw(&app->toasts, cv, r);
    int taken = toast ? utf8_width(str_of(app->toasts.text)) + 3 : 0;
    const struct pane *view = app_view(app);
    if (!view || !view->ops->info || r.rows > 1)
        return;
    struct buf b;
    buf_init(&b, 1024);
    view->ops->info(view, &b);
    int width = utf8_width(buf_str(&b));
    int col = width + 2 < r.cols ? r.cols - width - 1 : 1;
    if (!toast || col > taken)
        pane_text(cv, r, 0, col, ROLE_TEXT, buf_str(&b));
    buf_fini(&b);
}

static int
message_lines(const struct app *app, int cols)
{
    const struct pane *top = app_top(app);
    if (top && (top->flags & PANE_LINE))
        return 1;
    int lines = toast_lines(&app->toasts, cols, 4);
    return lines > 1 ? lines : 1;
}

static void
panes_draw(struct app *app, struct canvas *cv, struct rect body)
{
    if (!app->n) {
        if (app->starting[0])
            starting_draw(app, cv, body);
        return;
    }
    size_t from = app->n - 1;
    while (from && (app->stack[from]->flags & (PANE_POPUP | PANE_LINE)))
        from--;
    for (size_t i = from; i < app->n; i++) {
        struct pane *p = app->stack[i];
        if (!(p->flags & PANE_LINE))
            p->ops->draw(p, cv, body);
    }
}

/* A pane that needs all of the screen gets it; only what must be answered stays on top. */
static bool
take_over(struct app *app, struct canvas *cv, const struct layout *l, struct rect body)
{
    struct pane *top = app_top(app), *view = app_view(app);
    if (!view || !view->ops->takes_over || !view->ops->takes_over(view, body, l->screen))
        return false;
    view->ops->draw(view, cv, l->screen);
    struct rect line = l->screen;
    line = rect_cut_bottom(&line, 1);
    if (top->flags & PANE_LINE)
        top->ops->draw(top, cv, line);
    else if (top != view)
        top->ops->draw(top, cv, l->screen);
    else
        (void)toast_draw(&app->toasts, cv, line);
    app->dirty = false;
    return true;
}

void
app_draw(struct app *app, struct canvas *cv)
{
    struct layout l;
    layout_screen(&l, cv->rows, cv->cols);
    app->drawn = cv;
    app_count_frame(app);
    app->dirty = false;
    cv->cursor_visible = false;
    app_note_busy(app);
    if (!l.fits) {
        pane_text(cv, l.screen, 0, 0, ROLE_WARN, STR("Needs 40x12; Q quits"));
        return;
    }
    if (app->lock.on) {
        lock_draw(app, cv, l.body);
        app_draw_status(app, cv, l.status);
        return;
    }
    struct rect message = rect_cut_bottom(&l.body, message_lines(app, l.body.cols));
    if (take_over(app, cv, &l, l.body))
        return;
    app_draw_crumbs(app, cv, l.title);
    panes_draw(app, cv, l.body);
    message_draw(app, cv, message);
    app_draw_hints(app, cv, l.bar);
    app_draw_status(app, cv, l.status);
    app->dirty = false; /* again: a first layout moves what it lays out */
}
