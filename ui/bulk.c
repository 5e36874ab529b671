#include "ui/bulk.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/form.h"
#include <stdio.h>

enum bulk_state { BULK_WAITS, BULK_SENT, BULK_OK, BULK_FAILED, BULK_SKIPPED };

struct bulk;
struct bulk_row {
    struct bulk *bulk;
    const struct json *row;
    enum bulk_state state;
    char message[300];
};

struct bulk {
    struct pane pane;
    struct act *act;
    struct bulk_row *rows;
    size_t n, next, under_way, top;
    size_t count[BULK_SKIPPED + 1];
    bool stopped, reported, failures_only;
};

static void
set_state(struct bulk_row *r, enum bulk_state state)
{
    r->bulk->count[r->state]--;
    r->state = state;
    r->bulk->count[state]++;
}

static bool
running(const struct bulk *b)
{
    return b->under_way || (!b->stopped && b->next < b->n);
}

/* When all is over: what worked can be taken back together, and lists read again. */
static void
report(struct bulk *b)
{
    struct app *app = b->pane.app;
    if (b->reported)
        return;
    b->reported = true;
    if (!b->act->undoing && b->act->action->undo && b->count[BULK_OK]) {
        struct json *done = json_new_array();
        for (size_t i = 0; i < b->n; i++)
            if (b->rows[i].state == BULK_OK)
                json_push(done, json_copy(b->rows[i].row));
        act_undo_push(b->act, done);
        json_free(done);
    }
    app_note(app, b->count[BULK_FAILED] ? TOAST_WARN : TOAST_GOOD,
             "%s: %zu done, %zu failed, %zu not tried", b->act->action->label, b->count[BULK_OK],
             b->count[BULK_FAILED], b->count[BULK_WAITS] + b->count[BULK_SKIPPED]);
    app_changed(app);
}

static void bulk_feed(struct bulk *b);

static void
row_done(void *ctx, struct result *take)
{
    struct bulk_row *r = ctx;
    struct bulk *b = r->bulk;
    b->under_way--;
    set_state(r, take->err.code ? BULK_FAILED : BULK_OK);
    if (take->err.code)
        snprintf(r->message, sizeof r->message, "%s%s", take->outcome_unknown ? "unknown: " : "",
                 take->err.msg[0] ? take->err.msg : err_text(take->err.code));
    result_free(take);
    b->pane.app->dirty = true;
    bulk_feed(b);
}

static void
row_send(struct bulk *b, struct bulk_row *r)
{
    struct err err = {0};
    struct values *values = act_values(b->act, r->row, &err);
    if (!values) {
        set_state(r, BULK_FAILED);
        snprintf(r->message, sizeof r->message, "%s", err.msg);
        return;
    }
    set_state(r, BULK_SENT);
    b->under_way++;
    struct bind_call call = act_call(b->act, r->row, &b->pane.calls);
    bind_send(&call, values, row_done, r);
}

static void
bulk_feed(struct bulk *b)
{
    while (!b->stopped && b->under_way < BULK_AT_ONCE && b->next < b->n) {
        struct bulk_row *r = &b->rows[b->next++];
        if (r->state == BULK_WAITS)
            row_send(b, r);
    }
    if (!running(b))
        report(b);
}

static void
bulk_retry(struct bulk *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->rows[i].state == BULK_FAILED)
            set_state(&b->rows[i], BULK_WAITS);
    b->next = 0;
    b->stopped = b->reported = false;
    bulk_feed(b);
}

static void
bulk_close(struct pane *p)
{
    struct bulk *b = (struct bulk *)p;
    mem_free(b->rows);
    act_free(b->act);
}

static void
draw_row(const struct bulk *b, struct canvas *cv, struct rect line, const struct bulk_row *r)
{
    static const struct {
        const char *text;
        enum role role;
    } words[] = {[BULK_WAITS] = {"waits", ROLE_DIM},
                 [BULK_SENT] = {"sent", ROLE_DIM},
                 [BULK_OK] = {"ok", ROLE_GOOD},
                 [BULK_FAILED] = {"failed", ROLE_BAD},
                 [BULK_SKIPPED] = {"skipped", ROLE_DIM}};
    pane_text(cv, line, 0, 0, words[r->state].role, str_of(words[r->state].text));
    struct rect rest = {line.row, line.col + 9, 1, line.cols - 9};
    int used = pane_text(cv, rest, 0, 0, ROLE_POPUP, act_row_name(b->act->resource, r->row));
    if (r->message[0])
        pane_text(cv, rest, 0, used + 2, ROLE_BAD, str_of(r->message));
}

static void
bulk_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct bulk *b = (struct bulk *)p;
    struct rect box = rect_centre(r, 18, 72);
    canvas_fill(cv, box, ROLE_POPUP);
    canvas_box(cv, box, ROLE_BORDER, str_of(b->act->action->label));
    struct rect in = rect_inset(box, 1, 2);
    struct place at = {in, in.row, in.col, in.cols, ROLE_POPUP};
    canvas_printf(cv, at, "%zu of %zu done, %zu failed%s", b->count[BULK_OK], b->n,
                  b->count[BULK_FAILED],
                  running(b)   ? ""
                  : b->stopped ? "; stopped"
                               : "; finished");
    rect_cut_top(&in, 2);
    size_t skip = b->top;
    int line = 0;
    for (size_t i = 0; i < b->n && line < in.rows; i++) {
        if (b->failures_only && b->rows[i].state != BULK_FAILED)
            continue;
        if (skip) {
            skip--;
            continue;
        }
        draw_row(b, cv, (struct rect){in.row + line, in.col, 1, in.cols}, &b->rows[i]);
        line++;
    }
}

static void
bulk_leave(struct bulk *b)
{
    if (!running(b)) {
        app_close(b->pane.app, &b->pane);
        return;
    }
    b->stopped = true;
    app_note(b->pane.app, TOAST_WARN, "No more are sent; %zu are on their way", b->under_way);
    if (!b->under_way)
        report(b);
}

static bool
bulk_key(struct pane *p, uint32_t key)
{
    struct bulk *b = (struct bulk *)p;
    switch (key) {
    case K_ESC:
    case 'q':
    case K_CTRL | 'c':
        bulk_leave(b);
        break;
    case K_DOWN:
    case 'j':
        b->top += b->top + 1 < b->n;
        break;
    case K_UP:
    case 'k':
        b->top -= b->top > 0;
        break;
    case 'f':
        b->failures_only = !b->failures_only;
        break;
    case 'r':
        if (!running(b) && b->count[BULK_FAILED])
            bulk_retry(b);
        break;
    default:
        break;
    }
    return true;
}

static void
bulk_hints(const struct pane *p, struct hints *h)
{
    const struct bulk *b = (const struct bulk *)p;
    hint_add(h, "Esc", running(b) ? "stop" : "close");
    hint_add(h, "f", "failures only");
    if (!running(b) && b->count[BULK_FAILED])
        hint_add(h, "r", "retry the failed");
}

static const struct pane_ops bulk_ops = {
    .close = bulk_close, .draw = bulk_draw, .key = bulk_key, .hints = bulk_hints};

void
bulk_open(struct act *take)
{
    struct app *app = take->app;
    struct pane *form = take->form ? app_pane(app, take->form) : NULL;
    if (form)
        form_sent(form);
    struct bulk *b = mem_new(1, sizeof *b);
    b->pane.ops = &bulk_ops;
    b->pane.flags = PANE_POPUP | PANE_INPUT | PANE_FROZEN;
    b->act = take;
    b->n = json_len(take->rows);
    b->rows = mem_new(b->n ? b->n : 1, sizeof *b->rows);
    size_t i = 0;
    for (const struct json *it = json_first(take->rows); it; it = json_next(it))
        b->rows[i++] = (struct bulk_row){.bulk = b, .row = it};
    b->count[BULK_WAITS] = b->n;
    unsigned serial = app->next_serial;
    app_push(app, &b->pane);
    if (app_pane(app, serial))
        bulk_feed(b);
}
