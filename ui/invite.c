#include "ui/invite.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "ui/invite_file.h"
#include "ui/key.h"
#include "ui/writing.h"

#include <stdio.h>

enum { FILE_MAX = 4 * 1024 * 1024, POLL_MS = 1000, PATH_SIZE = 1024, ID_SIZE = 80 };

enum invite_state { ASKING, SENDING, WORKING, DONE, FAILED };

struct invite {
    struct pane pane;
    enum invite_state state;
    struct json *users;  /* until they are sent */
    struct json *status; /* the last answer about the job; NULL: none yet */
    size_t n, top;
    char id[ID_SIZE];
    char failure[300];
    int64_t asked_ms; /* when the status was asked for (monotonic) */
    bool asking_status;
};

static struct invite *
invite_of(struct pane *p)
{
    return (struct invite *)p;
}

static int64_t
number(const struct invite *v, const char *member)
{
    int64_t n = 0;
    (void)json_to_i64(json_get(v->status, member), &n);
    return n;
}

static const struct json *
errors(const struct invite *v)
{
    return json_get(v->status, "errors");
}

static void
send_call(struct invite *v, enum op_id id, struct values *take, result_fn *done)
{
    client_send(v->pane.app->client,
                &(struct client_request){.op = op_get(id),
                                         .values = take,
                                         .scope = {.tenant_id = str_of(v->pane.tenant)},
                                         .set = &v->pane.calls,
                                         .done = done,
                                         .ctx = v});
}

/* ---- the job ---- */

static void
finish(struct invite *v)
{
    size_t failed = json_len(errors(v));
    v->state = DONE;
    app_note(v->pane.app, failed ? TOAST_WARN : TOAST_GOOD, "Invited %zu of %zu people",
             v->n - failed, v->n);
    app_changed(v->pane.app);
}

static void
got_status(void *ctx, struct result *r)
{
    struct invite *v = ctx;
    v->asking_status = false;
    v->pane.app->dirty = true;
    if (r->err.code) {
        snprintf(v->failure, sizeof v->failure, "%s", r->err.msg);
    } else {
        v->failure[0] = 0;
        json_free(v->status);
        v->status = json_copy(r->json);
        if (str_starts(json_str(json_get(v->status, "status")), STR("Completed")))
            finish(v);
    }
    result_free(r);
}

static void
ask_status(struct invite *v)
{
    struct values *values = values_new(op_get(OP_users_bulk_status));
    (void)!values_set_text(values, STR("path.id"), str_of(v->id), NULL);
    v->asking_status = true;
    v->asked_ms = clock_mono_ms();
    send_call(v, OP_users_bulk_status, values, got_status);
}

static void
got_job(void *ctx, struct result *r)
{
    struct invite *v = ctx;
    struct str id = json_str(json_get(r->json, "id"));
    v->pane.app->dirty = true;
    if (r->err.code || !id.n || id.n >= sizeof v->id) {
        v->state = FAILED;
        snprintf(v->failure, sizeof v->failure, "%s%s",
                 r->outcome_unknown ? "It is not known whether they were invited: " : "",
                 r->err.code ? r->err.msg : "the service names no task to follow");
    } else {
        snprintf(v->id, sizeof v->id, "%.*s", STR_ARG(id));
        v->state = WORKING;
        ask_status(v);
    }
    result_free(r);
}

static void
begin(struct invite *v)
{
    struct values *values = values_new(op_get(OP_users_bulk_invite));
    struct json *body = json_new_object();
    json_set(body, STR("users"), v->users);
    v->users = NULL;
    v->state = SENDING;
    values_set_body(values, body);
    send_call(v, OP_users_bulk_invite, values, got_job);
}

/* ---- the pop-up ---- */

static int64_t
invite_next_ms(const struct pane *p)
{
    const struct invite *v = (const struct invite *)p;
    if (v->state != WORKING || v->asking_status)
        return -1;
    int64_t left = v->asked_ms + POLL_MS - clock_mono_ms();
    return left > 0 ? left : 0;
}

static void
invite_tick(struct pane *p)
{
    struct invite *v = invite_of(p);
    if (v->state == WORKING && !v->asking_status && invite_next_ms(p) == 0)
        ask_status(v);
}

static void
draw_bar(const struct invite *v, struct canvas *cv, struct rect line)
{
    int64_t done = number(v, "processed"), all = (int64_t)v->n;
    int cells = all > 0 ? (int)(line.cols * done / all) : 0;
    canvas_fill(cv, (struct rect){line.row, line.col, 1, cells}, ROLE_ROW_SELECTED);
    struct place at = {line, line.row, line.col, line.cols, ROLE_POPUP};
    at.role = cells > line.cols / 2 ? ROLE_ROW_SELECTED : ROLE_POPUP;
    canvas_printf(cv, at, "%lld of %lld", (long long)done, (long long)all);
}

static void
draw_errors(const struct invite *v, struct canvas *cv, struct rect in)
{
    size_t at = 0;
    int line = 0;
    for (const struct json *e = json_first(errors(v)); e && line < in.rows; e = json_next(e)) {
        if (at++ < v->top)
            continue;
        struct rect r = {in.row + line++, in.col, 1, in.cols};
        int used = pane_text(cv, r, 0, 0, ROLE_POPUP, json_str(json_get(e, "email")));
        pane_text(cv, r, 0, used + 2, ROLE_BAD, json_str(json_get(e, "message")));
    }
}

static void
invite_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    static const char *const words[] = {[ASKING] = "y invites them, Esc does not",
                                        [SENDING] = "Sending ...",
                                        [WORKING] = "The service works on it",
                                        [DONE] = "Finished",
                                        [FAILED] = "Nobody was invited"};
    const struct invite *v = invite_of(p);
    struct rect box = rect_centre(r, 16, 72);
    canvas_fill(cv, box, ROLE_POPUP);
    canvas_box(cv, box, ROLE_BORDER, STR("Invite people"));
    struct rect in = rect_inset(box, 1, 2);
    struct place at = {in, in.row, in.col, in.cols, ROLE_POPUP};
    canvas_printf(cv, at, "%zu people into %s", v->n, v->pane.tenant);
    at.row++;
    canvas_printf(cv, at, "%s%s", words[v->state],
                  json_len(errors(v)) ? "; not invited, and why:" : "");
    rect_cut_top(&in, 3);
    if (v->state == WORKING || v->state == DONE) {
        draw_bar(v, cv, in);
        rect_cut_top(&in, 2);
    }
    if (v->failure[0])
        rect_cut_top(&in, pane_wrap(cv, in, 0, ROLE_BAD, str_of(v->failure)));
    draw_errors(v, cv, in);
}

static void
leave(struct invite *v)
{
    if (v->state == SENDING || v->state == WORKING)
        app_note(v->pane.app, TOAST_INFO, "The service goes on inviting them");
    app_close(v->pane.app, &v->pane);
}

static bool
invite_key(struct pane *p, uint32_t key)
{
    struct invite *v = invite_of(p);
    p->app->dirty = true;
    pane_scroll(&v->top, json_len(errors(v)), key);
    switch (key) {
    case 'y':
        if (v->state == ASKING)
            begin(v);
        break;
    case K_ESC:
    case 'q':
    case K_CTRL | 'c':
        leave(v);
        break;
    default:
        break;
    }
    return true;
}

static void
invite_hints(const struct pane *p, struct hints *h)
{
    const struct invite *v = (const struct invite *)p;
    if (v->state == ASKING)
        hint_add(h, "y", "invite them");
    hint_add(h, "Esc", v->state == ASKING ? "cancel" : "close");
    if (json_len(errors(v)) > 1)
        hint_add(h, "Down", "scroll");
}

static void
invite_close(struct pane *p)
{
    struct invite *v = invite_of(p);
    json_free(v->users);
    json_free(v->status);
}

static const struct pane_ops invite_ops = {.name = "invitations from a file",
                                           .close = invite_close,
                                           .draw = invite_draw,
                                           .key = invite_key,
                                           .hints = invite_hints,
                                           .next_ms = invite_next_ms,
                                           .tick = invite_tick};

static enum err_code
read_people(struct str path, struct json **out, struct err *err)
{
    char name[PATH_SIZE];
    struct arena a;
    struct str text;
    if (path.n >= sizeof name)
        return err_set(err, ERR_USAGE, "the file name is too long");
    snprintf(name, sizeof name, "%.*s", STR_ARG(path));
    arena_init(&a, 2 * FILE_MAX);
    enum err_code rc = file_read(name, FILE_MAX, &a, &text, err);
    if (!rc)
        rc = invite_parse(text, str_ends(path, STR(".csv")), out, err);
    arena_fini(&a);
    return rc;
}

void
invite_open(struct app *app, struct str path)
{
    const struct pane *view = app_view(app);
    const char *tenant = view && view->tenant[0] ? view->tenant : app->tenant;
    struct err err = {0};
    struct json *users = NULL;
    if (!writing_allowed(app))
        return;
    if (!tenant[0]) {
        app_note(app, TOAST_WARN, "Choose the tenant first: :tenant ID");
        return;
    }
    if (read_people(path, &users, &err) != ERR_OK) {
        app_note(app, TOAST_BAD, "%.*s: %s", STR_ARG(path), err.msg);
        return;
    }
    struct invite *v = mem_new(1, sizeof *v);
    v->pane.ops = &invite_ops;
    v->pane.flags = PANE_POPUP | PANE_INPUT | PANE_FROZEN;
    snprintf(v->pane.tenant, sizeof v->pane.tenant, "%s", tenant);
    v->users = users;
    v->n = json_len(users);
    app_push(app, &v->pane);
}
