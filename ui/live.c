/* The pane of sessions: which rows are in view, when it looks again, how it is opened. */
#include "ui/live.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/table.h"
#include <stdio.h>

static const struct pane_ops live_ops;

struct live *
live_of(struct pane *p)
{
    return (struct live *)p;
}

/* ---- rows in view ---- */

size_t
live_len(const struct live *l)
{
    return l->by == LIVE_ROWS ? l->n_view : l->n_groups;
}

struct live_row *
live_here(const struct live *l)
{
    return l->by == LIVE_ROWS && l->cursor < l->n_view ? l->set.at[l->view[l->cursor]] : NULL;
}

/* Whatever its case, in any of the texts of the row. */
static bool
passes(const struct live *l, const struct live_row *row, struct buf *scratch)
{
    if (!l->filter[0])
        return true;
    buf_reset(scratch);
    (void)utf8_fold(scratch, str_of(l->filter));
    size_t needle = scratch->n;
    const char *const texts[] = {row->email, row->ip, row->client, row->user_id, row->id};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        buf_add_char(scratch, '\n');
        (void)utf8_fold(scratch, str_of(texts[i]));
    }
    struct str all = buf_str(scratch);
    return str_find(str_sub(all, needle, all.n), str_sub(all, 0, needle)) >= 0;
}

static void
clamp(struct live *l)
{
    size_t n = live_len(l), room = l->body_rows > 0 ? (size_t)l->body_rows : 1;
    if (l->cursor >= n)
        l->cursor = n ? n - 1 : 0;
    if (l->cursor < l->top)
        l->top = l->cursor;
    if (l->cursor >= l->top + room)
        l->top = l->cursor - room + 1;
    if (l->top + room > n)
        l->top = n > room ? n - room : 0;
}

/* The cursor stays on its session, wherever that went; following, it stays at the top. */
static void
pin(struct live *l)
{
    if (l->by != LIVE_ROWS || l->follow || !l->cursor_id[0]) {
        l->cursor = l->follow ? 0 : l->cursor;
        return;
    }
    size_t offset = l->cursor >= l->top ? l->cursor - l->top : 0;
    for (size_t i = 0; i < l->n_view; i++) {
        if (strcmp(l->set.at[l->view[i]]->id, l->cursor_id) != 0)
            continue;
        if (l->top > 0 || i != l->cursor)
            l->top = i > offset ? i - offset : 0;
        l->cursor = i;
        return;
    }
}

void
live_move(struct live *l, size_t to)
{
    l->cursor = to;
    clamp(l);
    const struct live_row *row = live_here(l);
    snprintf(l->cursor_id, sizeof l->cursor_id, "%s", row ? row->id : "");
    live_want_more(l);
    l->pane.app->dirty = true;
}

void
live_rebuild(struct live *l)
{
    if (l->view_size < l->set.n) {
        l->view_size = l->set.size;
        l->view = mem_resize(l->view, l->view_size, sizeof *l->view);
    }
    struct buf scratch;
    buf_init(&scratch, 8192);
    l->n_view = 0;
    for (size_t i = 0; i < l->set.n; i++)
        if (passes(l, l->set.at[i], &scratch))
            l->view[l->n_view++] = i;
    buf_fini(&scratch);
    pin(l);
    live_move(l, l->cursor);
}

/* ---- time ---- */

static int64_t
until(int64_t at)
{
    int64_t left = at - clock_mono_ms();
    return left > 0 ? left : 0;
}

static int64_t
live_next_ms(const struct pane *p)
{
    const struct live *l = (const struct live *)p;
    int64_t next = l->paused ? -1 : until(l->next_at);
    if (l->fan_out && !l->paused)
        next = clock_sooner(next, live_fan_next_ms(l));
    if (l->end.active && l->end.check_at)
        next = clock_sooner(next, until(l->end.check_at));
    return next;
}

static void
live_tick(struct pane *p)
{
    struct live *l = live_of(p);
    live_end_turn(l);
    if (live_set_tick(&l->set))
        live_rebuild(l);
    if (l->paused)
        return;
    if (l->fan_out)
        live_fan_turn(l);
    if (clock_mono_ms() >= l->next_at)
        live_refresh(l);
}

/* ---- the rest ---- */

/* The first rows had better be there with the first frame. */
static bool
live_awaits(struct pane *p)
{
    const struct live *l = live_of(p);
    return l->loading && !l->loaded;
}

static void
live_pane_reload(struct pane *p)
{
    struct live *l = live_of(p);
    if (!l->end.active)
        live_reload(l);
}

static void
live_stopped(struct pane *p)
{
    struct live *l = live_of(p);
    live_stop(l);
    if (l->end.active)
        app_note(p->app, TOAST_WARN, "Nobody waits any more; what was sent may have been done");
    live_end_fini(l);
    l->paused = true;
}

static void
live_crumb(const struct pane *p, struct buf *out)
{
    const struct live *l = (const struct live *)p;
    buf_add_text(out, "Sessions");
    if (l->scope.name[0])
        buf_printf(out, " of %s", l->scope.name);
}

static void
live_close(struct pane *p)
{
    struct live *l = live_of(p);
    live_end_fini(l);
    live_set_fini(&l->set);
    marks_fini(&l->marks);
    mem_free(l->scope.users);
    mem_free(l->view);
    mem_free(l->groups);
    mem_free(l->fan.people);
}

static const struct pane_ops live_ops = {.name = "sessions",
                                         .close = live_close,
                                         .draw = live_draw,
                                         .command = live_command,
                                         .key = live_key,
                                         .crumb = live_crumb,
                                         .hints = live_hints,
                                         .info = live_info,
                                         .awaits = live_awaits,
                                         .reload = live_pane_reload,
                                         .stopped = live_stopped,
                                         .help = live_help,
                                         .next_ms = live_next_ms,
                                         .tick = live_tick};

/* ---- opening ---- */

struct live *
live_new(const char *tenant)
{
    struct live *l = mem_new(1, sizeof *l);
    l->pane.ops = &live_ops;
    l->range = SIZE_MAX;
    l->total = -1;
    l->interval_ms = LIVE_INTERVAL_MS;
    snprintf(l->pane.tenant, sizeof l->pane.tenant, "%s", tenant);
    live_set_init(&l->set);
    marks_init(&l->marks);
    return l;
}

void
live_open(struct app *app, struct live *take)
{
    app_push(app, &take->pane);
    if (app_top(app) == &take->pane)
        live_reload(take);
}

void
live_scope_user(struct live *l, const char *id)
{
    l->scope.users = mem_new(1, sizeof *l->scope.users);
    l->scope.n = 1;
    snprintf(l->scope.users[0], LIVE_ID, "%s", id);
}

static bool
is_users(const struct pane *view)
{
    return view && view->resource && strcmp(view->resource->id, "users") == 0;
}

/* The marked users of a list; 0: none are marked. */
static size_t
take_marked(struct live *l, struct pane *view)
{
    if (!is_users(view) || !table_is(view) || !table_of(view)->marks.n)
        return 0;
    const struct marks *marks = &table_of(view)->marks;
    l->scope.users = mem_new(marks->n, sizeof *l->scope.users);
    LIST_EACH (it, &marks->order) {
        const struct mark *m = LIST_ENTRY(it, struct mark, node);
        if (m->id.n < LIVE_ID && l->scope.n < LIVE_IDS)
            snprintf(l->scope.users[l->scope.n++], LIVE_ID, "%.*s", STR_ARG(m->id));
    }
    snprintf(l->scope.name, sizeof l->scope.name, "%zu users", l->scope.n);
    if (marks->n > LIVE_IDS)
        app_note(view->app, TOAST_WARN, "Only the first %d of %zu marked users are shown", LIVE_IDS,
                 marks->n);
    return l->scope.n;
}

void
live_open_user(struct app *app, const struct json *row, struct str tenant)
{
    char in[TENANT_SIZE];
    struct str id = json_str(json_get(row, "id")), email = json_str(json_get(row, "email"));
    snprintf(in, sizeof in, "%.*s", STR_ARG(tenant));
    if (!id.n || id.n >= LIVE_ID) {
        app_note(app, TOAST_WARN, "Choose a user first");
        return;
    }
    struct live *l = live_new(in);
    if (!take_marked(l, app_view(app))) {
        char user[LIVE_ID];
        snprintf(user, sizeof user, "%.*s", STR_ARG(id));
        live_scope_user(l, user);
        snprintf(l->scope.name, sizeof l->scope.name, "%.*s", STR_ARG(email.n ? email : id));
    }
    live_open(app, l);
}

void
live_open_here(struct app *app)
{
    struct pane *view = app_view(app);
    if (!app->client) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return;
    }
    struct live *l = live_new(app->tenant);
    if (!take_marked(l, view) && !app->tenant[0]) {
        live_close(&l->pane);
        mem_free(l);
        app_note(
            app, TOAST_INFO,
            "Choose a tenant first (t, or :tenant ID), or mark users and type :sessions again");
        return;
    }
    live_open(app, l);
}
