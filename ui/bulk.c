#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/bulk_run.h"
#include "ui/cell.h"
#include "ui/confirm.h"
#include "ui/writing.h"
#include <stdio.h>

static struct bulk *
bulk_of(struct pane *p)
{
    return (struct bulk *)p;
}

/* A plan that is dropped leaves the act to the form it came from. */
static void
bulk_close(struct pane *p)
{
    struct bulk *b = bulk_of(p);
    bool form = b->act->form && app_pane(p->app, b->act->form);
    bulk_file_close(b->file, b->phase == BULK_RUN && !bulk_run_left(b));
    mem_free(b->rows);
    b->act->bulk = 0;
    if (!form)
        act_free(b->act);
}

/* --- Drawing --- */

static void
draw_row(const struct bulk *b, struct canvas *cv, struct rect line, const struct bulk_row *r)
{
    static const struct {
        const char *text;
        enum role role;
    } words[BULK_STATES] = {
        [BULK_WAITS] = {"waits", ROLE_DIM},     [BULK_SENT] = {"sent", ROLE_DIM},
        [BULK_READ] = {"looks", ROLE_DIM},      [BULK_OK] = {"ok", ROLE_GOOD},
        [BULK_FAILED] = {"failed", ROLE_BAD},   [BULK_SKIPPED] = {"skipped", ROLE_DIM},
        [BULK_UNKNOWN] = {"unknown", ROLE_WARN}};
    pane_text(cv, line, 0, 0, words[r->state].role, str_of(words[r->state].text));
    struct rect rest = {line.row, line.col + 9, 1, line.cols - 9};
    int used = pane_text(cv, rest, 0, 0, ROLE_POPUP, act_row_name(b->act->resource, r->row));
    if (r->message[0])
        pane_text(cv, rest, 0, used + 2, r->state == BULK_SKIPPED ? ROLE_DIM : ROLE_BAD,
                  str_of(r->message));
}

static void
draw_rows(const struct bulk *b, struct canvas *cv, struct rect in)
{
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

/* What would be sent for each: the operation and, but for secrets, what the form holds. */
static void
request_text(const struct bulk *b, struct buf *out)
{
    const struct op *op = b->act->op;
    buf_printf(out, "%s %s", method_name(op->method), op->path);
    for (const struct json *it = json_first(b->act->input); it; it = json_next(it)) {
        char name[96];
        snprintf(name, sizeof name, "%.*s", STR_ARG(json_key(it)));
        const struct field *f = bind_field(op, name);
        buf_printf(out, " %s=", name);
        if (f && f->flags & FIELD_SECRET)
            buf_add_text(out, "***");
        else
            cell_raw(it, out);
    }
}

static void
draw_plan(const struct bulk *b, struct canvas *cv, struct rect *in)
{
    struct place at = {*in, in->row, in->col, in->cols, ROLE_POPUP};
    const char *tenant = b->act->tenant;
    struct buf request;
    if (b->resumed)
        canvas_printf(cv, at, "%zu of %zu %s: %zu done, %zu left, %zu of them unknown",
                      b->n - b->count[BULK_OK], b->n, b->act->resource->title, b->count[BULK_OK],
                      bulk_run_left(b), b->count[BULK_UNKNOWN]);
    else
        canvas_printf(cv, at, "Plan for %zu marked %s%s%s; nothing is sent yet", b->n,
                      b->act->resource->title, tenant[0] ? " in " : "", tenant);
    at.row++;
    at.role = ROLE_DIM;
    buf_init(&request, 64 * 1024);
    request_text(b, &request);
    canvas_text(cv, at, buf_str(&request));
    buf_fini(&request);
    at.row++;
    at.role = ROLE_POPUP;
    if (b->phase == BULK_LOOK)
        canvas_printf(cv, at, "Looking at each: %zu of %zu", b->next - b->under_way, b->n);
    else if (b->looked)
        canvas_printf(cv, at, "%zu to do, %zu are so already, %zu not there any more",
                      bulk_run_left(b), b->count[BULK_SKIPPED], b->count[BULK_FAILED]);
    rect_cut_top(in, 4);
}

static void
draw_progress(const struct bulk *b, struct canvas *cv, struct rect *in)
{
    struct place at = {*in, in->row, in->col, in->cols, ROLE_POPUP};
    int used = canvas_printf(cv, at, "%zu of %zu done, %zu failed", b->count[BULK_OK], b->n,
                             b->count[BULK_FAILED]);
    at.col += used;
    at.cells -= used;
    if (b->count[BULK_UNKNOWN])
        used = canvas_printf(cv, at, ", %zu unknown", b->count[BULK_UNKNOWN]);
    else
        used = 0;
    at.col += used;
    at.cells -= used;
    canvas_printf(cv, at, "%s",
                  bulk_run_busy(b) ? ""
                  : b->again_ms    ? "; waits"
                  : b->stopped     ? "; stopped"
                                   : "; finished");
    at = (struct place){*in, in->row + 1, in->col, in->cols, ROLE_WARN};
    if (b->again_ms)
        canvas_printf(cv, at, "Goes on by itself: %s", b->why);
    else if (b->no_file[0])
        canvas_printf(cv, at, "Cannot be resumed: %s", b->no_file);
    rect_cut_top(in, 2);
}

static void
bulk_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct bulk *b = bulk_of(p);
    struct rect box = rect_centre(r, 18, 72);
    canvas_fill(cv, box, ROLE_POPUP);
    canvas_box(cv, box, ROLE_BORDER, str_of(b->act->action->label));
    struct rect in = rect_inset(box, 1, 2);
    if (b->phase == BULK_RUN)
        draw_progress(b, cv, &in);
    else
        draw_plan(b, cv, &in);
    draw_rows(b, cv, in);
}

/* --- Keys --- */

/* The plan is the question, but for what destroys: that asks once more. */
static void
agree(struct bulk *b)
{
    if (b->phase != BULK_PLAN)
        return;
    if (!bulk_run_left(b))
        app_note(b->pane.app, TOAST_INFO, "There is nothing left to do");
    else if (!writing_allowed(b->pane.app))
        return;
    else if (b->act->action->confirm > CONFIRM_EASY)
        act_ask(b->act, bulk_run_left(b));
    else
        bulk_run_start(b);
}

static void
forget(struct bulk *b)
{
    bulk_file_close(b->file, true);
    b->file = NULL;
    app_note(b->pane.app, TOAST_INFO, "Forgotten; what was done stays done");
    app_close(b->pane.app, &b->pane);
}

static void
leave(struct bulk *b)
{
    if (bulk_run_busy(b) || b->again_ms)
        bulk_run_stop(b);
    else
        app_close(b->pane.app, &b->pane);
}

static void
again(struct bulk *b)
{
    bool some = b->phase == BULK_RUN && (b->count[BULK_FAILED] || bulk_run_left(b));
    if (!some || bulk_run_busy(b) || !writing_allowed(b->pane.app))
        return;
    if (b->again_ms)
        bulk_run_go_on(b);
    else
        bulk_run_again(b);
}

static void
plan_key(struct bulk *b, uint32_t key)
{
    if (key == 'y')
        agree(b);
    else if (key == 'c' && b->phase == BULK_PLAN && bulk_run_can_look(b))
        bulk_run_look(b);
    else if (key == 'x' && b->phase == BULK_PLAN && b->resumed)
        forget(b);
}

static bool
bulk_key(struct pane *p, uint32_t key)
{
    struct bulk *b = bulk_of(p);
    pane_scroll(&b->top, b->n, key);
    switch (key) {
    case K_ESC:
    case 'q':
    case K_CTRL | 'c':
        leave(b);
        break;
    case 'f':
        b->failures_only = !b->failures_only;
        break;
    case 'r':
        again(b);
        break;
    default:
        if (b->phase != BULK_RUN)
            plan_key(b, key);
        break;
    }
    return true;
}

static void
plan_hints(const struct bulk *b, struct hints *h)
{
    hint_add(h, "y", b->resumed ? "go on" : b->act->action->label);
    if (bulk_run_can_look(b))
        hint_add(h, "c", "look at each first");
    if (b->resumed)
        hint_add(h, "x", "forget it");
}

static void
bulk_hints(const struct pane *p, struct hints *h)
{
    const struct bulk *b = (const struct bulk *)p;
    bool goes = bulk_run_busy(b) || b->again_ms;
    if (b->phase == BULK_PLAN)
        plan_hints(b, h);
    hint_add(h, "Esc", goes ? "stop" : "close");
    if (b->again_ms)
        hint_add(h, "r", "go on now");
    if (b->phase != BULK_RUN)
        return;
    hint_add(h, "f", "failures only");
    if (!goes && (b->count[BULK_FAILED] || bulk_run_left(b)))
        hint_add(h, "r", b->count[BULK_FAILED] ? "retry the failed" : "go on");
}

static int64_t
bulk_next_ms(const struct pane *p)
{
    const struct bulk *b = (const struct bulk *)p;
    int64_t left = b->again_ms - clock_mono_ms();
    return !b->again_ms ? -1 : left > 0 ? left : 0;
}

static void
bulk_tick(struct pane *p)
{
    if (bulk_next_ms(p) == 0)
        bulk_run_go_on(bulk_of(p));
}

static const struct pane_ops bulk_ops = {.name = "many at once",
                                         .close = bulk_close,
                                         .draw = bulk_draw,
                                         .key = bulk_key,
                                         .hints = bulk_hints,
                                         .next_ms = bulk_next_ms,
                                         .tick = bulk_tick};

struct pane *
bulk_new(struct act *take)
{
    struct bulk *b = mem_new(1, sizeof *b);
    b->pane.ops = &bulk_ops;
    b->pane.flags = PANE_POPUP | PANE_INPUT | PANE_FROZEN;
    b->act = take;
    bulk_run_init(b);
    return &b->pane;
}

/* The pop-up of the act; NULL: there was no room for it, and the act is gone. */
static struct bulk *
push(struct act *take)
{
    struct app *app = take->app;
    unsigned serial = app->next_serial;
    struct pane *p = bulk_new(take);
    take->bulk = serial;
    app_push(app, p);
    return app_pane(app, serial) ? bulk_of(p) : NULL;
}

void
bulk_open(struct act *take)
{
    (void)push(take);
}

void
bulk_begin(struct act *act)
{
    struct pane *p = act->bulk ? app_pane(act->app, act->bulk) : NULL;
    struct bulk *b = p ? bulk_of(p) : push(act);
    if (b)
        bulk_run_start(b);
}
