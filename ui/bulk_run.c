#include "ui/bulk_run.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/form.h"
#include "ui/reread.h"
#include <stdio.h>

enum { PAUSE_MS = 1000, PAUSE_MAX_MS = 30000 };

static void feed(struct bulk *b);

void
bulk_run_init(struct bulk *b)
{
    b->n = json_len(b->act->rows);
    b->rows = mem_new(b->n ? b->n : 1, sizeof *b->rows);
    size_t i = 0;
    for (const struct json *it = json_first(b->act->rows); it; it = json_next(it))
        b->rows[i++] = (struct bulk_row){.bulk = b, .row = it};
    b->count[BULK_WAITS] = b->n;
}

bool
bulk_run_busy(const struct bulk *b)
{
    return b->under_way || (b->phase != BULK_PLAN && !b->stopped && !b->pausing && b->next < b->n);
}

size_t
bulk_run_left(const struct bulk *b)
{
    return b->n - b->count[BULK_OK] - b->count[BULK_FAILED] - b->count[BULK_SKIPPED];
}

static void
note(struct bulk_row *r)
{
    static const enum bulk_mark marks[BULK_STATES] = {
        [BULK_WAITS] = BULK_MARK_WAITS,   [BULK_SENT] = BULK_MARK_SENT,
        [BULK_READ] = BULK_MARK_SENT,     [BULK_OK] = BULK_MARK_DONE,
        [BULK_FAILED] = BULK_MARK_FAILED, [BULK_SKIPPED] = BULK_MARK_SKIPPED,
        [BULK_UNKNOWN] = BULK_MARK_SENT,
    };
    struct bulk *b = r->bulk;
    if (!b->file || b->phase != BULK_RUN)
        return;
    if (bulk_file_note(b->file, (size_t)(r - b->rows), marks[r->state], str_of(r->message)))
        return;
    bulk_file_close(b->file, true); /* half of the truth would mislead */
    b->file = NULL;
    snprintf(b->no_file, sizeof b->no_file, "the checkpoint could not be written");
}

void
bulk_run_set(struct bulk_row *r, enum bulk_state state, const char *message)
{
    struct bulk *b = r->bulk;
    b->count[r->state]--;
    r->state = state;
    b->count[state]++;
    snprintf(r->message, sizeof r->message, "%s", message);
    b->pane.app->dirty = true;
    note(r);
}

/* --- Pauses --- */

/* What passes by itself: the row was not done, and the next would fare no better now. */
static bool
passes(enum err_code code)
{
    return code == ERR_NETWORK || code == ERR_TIMEOUT || code == ERR_RATE || code == ERR_BUSY ||
           code == ERR_SHUTDOWN || code == ERR_UNAUTHENTICATED;
}

static void
pause_for(struct bulk *b, const char *why)
{
    b->pausing = true;
    snprintf(b->why, sizeof b->why, "%s", why);
}

static void
pause_begins(struct bulk *b)
{
    int64_t ms = (int64_t)PAUSE_MS << (b->waits < 5 ? b->waits : 5);
    b->again_ms = clock_mono_ms() + (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS);
    b->waits++;
}

/* --- The end --- */

static void
push_undo(const struct bulk *b)
{
    struct json *done = json_new_array();
    for (size_t i = 0; i < b->n; i++)
        if (b->rows[i].state == BULK_OK)
            json_push(done, json_copy(b->rows[i].row));
    act_undo_push(b->act, done);
    json_free(done);
}

/* When all is over: what worked can be taken back together, and lists read again. */
static void
report(struct bulk *b)
{
    struct app *app = b->pane.app;
    size_t left = bulk_run_left(b);
    if (b->reported)
        return;
    b->reported = true;
    if (!b->act->undoing && b->act->action->undo && b->count[BULK_OK])
        push_undo(b);
    app_note(app, b->count[BULK_FAILED] || left ? TOAST_WARN : TOAST_GOOD,
             "%s: %zu done, %zu failed, %zu not tried%s", b->act->action->label, b->count[BULK_OK],
             b->count[BULK_FAILED], left + b->count[BULK_SKIPPED],
             left && b->file ? "; :bulk goes on with them" : "");
    app_changed(app);
}

static void
settle(struct bulk *b)
{
    b->pane.app->dirty = true;
    if (b->under_way)
        return;
    if (b->phase == BULK_LOOK) {
        b->looked = !b->stopped && !b->pausing;
        if (b->pausing)
            app_note(b->pane.app, TOAST_WARN, "Not all could be looked at: %s", b->why);
        b->phase = BULK_PLAN;
        b->stopped = b->pausing = false;
    } else if (b->pausing && !b->stopped) {
        pause_begins(b);
    } else {
        b->pausing = false;
        report(b);
    }
}

/* --- Sending --- */

static const char *
message_of(const struct result *r)
{
    return r->err.msg[0] ? r->err.msg : err_text(r->err.code);
}

static void
sent_done(void *ctx, struct result *take)
{
    struct bulk_row *r = ctx;
    struct bulk *b = r->bulk;
    b->under_way--;
    if (!take->err.code) {
        b->waits = 0;
        bulk_run_set(r, BULK_OK, "");
    } else if (take->outcome_unknown || take->err.code == ERR_OUTCOME_UNKNOWN) {
        bulk_run_set(r, BULK_UNKNOWN, message_of(take));
        pause_for(b, message_of(take));
    } else if (passes(take->err.code)) {
        bulk_run_set(r, BULK_WAITS, message_of(take));
        pause_for(b, message_of(take));
    } else {
        bulk_run_set(r, BULK_FAILED, message_of(take));
    }
    result_free(take);
    feed(b);
}

static void
row_send(struct bulk *b, struct bulk_row *r)
{
    struct err err = {0};
    struct values *values = act_values(b->act, r->row, &err);
    if (!values) {
        bulk_run_set(r, BULK_FAILED, err.msg);
        return;
    }
    bulk_run_set(r, BULK_SENT, "");
    b->under_way++;
    struct bind_call call = act_call(b->act, r->row, &b->pane.calls);
    bind_send(&call, values, sent_done, r);
}

/* --- Reading back --- */

bool
bulk_run_can_look(const struct bulk *b)
{
    return b->act->action->done && reread_can(b->act->resource);
}

/* `now` NULL: it is gone. */
static void
judge(struct bulk *b, struct bulk_row *r, const struct json *now)
{
    bool done = b->act->action->done(now, b->act->input, str_of(b->act->tenant));
    if (b->phase == BULK_LOOK)
        bulk_run_set(r,
                     done  ? BULK_SKIPPED
                     : now ? BULK_WAITS
                           : BULK_FAILED,
                     done  ? "is so already"
                     : now ? ""
                           : "is not there any more");
    else if (done)
        bulk_run_set(r, BULK_OK, "");
    else
        row_send(b, r);
}

static void
read_done(void *ctx, struct result *take)
{
    struct bulk_row *r = ctx;
    struct bulk *b = r->bulk;
    b->under_way--;
    struct json *now = reread_take(b->act->resource, r->row, take);
    if (now || !take->err.code || take->err.code == ERR_NOT_FOUND) {
        judge(b, r, now);
    } else {
        bulk_run_set(r, b->phase == BULK_LOOK ? BULK_WAITS : BULK_UNKNOWN, message_of(take));
        pause_for(b, message_of(take));
    }
    json_free(now);
    result_free(take);
    feed(b);
}

static void
row_read(struct bulk *b, struct bulk_row *r)
{
    struct err err = {0};
    struct reread ask = {.client = b->pane.app->client,
                         .res = b->act->resource,
                         .row = r->row,
                         .tenant = str_of(b->act->tenant),
                         .calls = &b->pane.calls};
    enum bulk_state before = r->state;
    bulk_run_set(r, BULK_READ, "");
    b->under_way++;
    if (reread_send(&ask, read_done, r, &err))
        return;
    b->under_way--;
    bulk_run_set(r, before, err.msg);
}

/* --- What comes next --- */

static void
step(struct bulk *b, struct bulk_row *r)
{
    if (r->state == BULK_WAITS && b->phase == BULK_LOOK)
        row_read(b, r);
    else if (r->state == BULK_WAITS)
        row_send(b, r);
    else if (r->state == BULK_UNKNOWN && bulk_run_can_look(b))
        row_read(b, r);
    else if (r->state == BULK_UNKNOWN && (b->act->op->flags & OPF_IDEMPOTENT))
        row_send(b, r);
}

/* The time for changes may end in the middle; what is left waits for the next. */
static void
feed(struct bulk *b)
{
    b->stopped = b->stopped || (b->phase == BULK_RUN && app_read_only(b->pane.app));
    while (!b->stopped && !b->pausing && b->under_way < BULK_AT_ONCE && b->next < b->n)
        step(b, &b->rows[b->next++]);
    if (!bulk_run_busy(b))
        settle(b);
}

void
bulk_run_look(struct bulk *b)
{
    b->phase = BULK_LOOK;
    b->next = 0;
    b->stopped = b->pausing = false;
    feed(b);
}

void
bulk_run_start(struct bulk *b)
{
    struct pane *form = b->act->form ? app_pane(b->pane.app, b->act->form) : NULL;
    if (form)
        form_sent(form);
    if (!b->file)
        bulk_keep(b);
    b->phase = BULK_RUN;
    bulk_run_go_on(b);
}

void
bulk_run_go_on(struct bulk *b)
{
    b->next = 0;
    b->again_ms = 0;
    b->stopped = b->pausing = b->reported = false;
    feed(b);
}

void
bulk_run_again(struct bulk *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->rows[i].state == BULK_FAILED)
            bulk_run_set(&b->rows[i], BULK_WAITS, "");
    bulk_run_go_on(b);
}

void
bulk_run_stop(struct bulk *b)
{
    b->stopped = true;
    b->pausing = false;
    b->again_ms = 0;
    if (b->under_way)
        app_note(b->pane.app, TOAST_WARN, "No more are sent; %zu are on their way", b->under_way);
    else
        settle(b);
}
