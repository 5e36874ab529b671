#include "ui/act.h"
#include "base/mem.h"
#include "ui/answer.h"
#include "ui/bulk.h"
#include "ui/cell.h"
#include "ui/confirm.h"
#include "ui/detail.h"
#include "ui/explore.h"
#include "ui/form.h"
#include "ui/marks.h"
#include "ui/writing.h"
#include <stdio.h>

enum { BULK_TYPE_COUNT = 20 };

bool
act_applies(const struct pane *p, const struct action *a, const struct json *row)
{
    if ((a->flags & ACTION_IN_TENANT) && !p->tenant[0])
        return false;
    if ((a->flags & ACTION_ENVIRONMENT) && p->tenant[0])
        return false;
    return !a->applies || (row && a->applies(row));
}

const struct action *
act_by_key(const struct pane *p, const char *key, const struct json *row)
{
    for (const struct action *a = p->resource->actions; a && a->name; a++)
        if (!strcmp(a->key, key) && act_applies(p, a, row))
            return a;
    return NULL;
}

const struct action *
act_by_name(const struct resource *res, const char *name)
{
    for (const struct action *a = res->actions; a && a->name; a++)
        if (!strcmp(a->name, name))
            return a;
    return NULL;
}

struct str
act_row_name(const struct resource *res, const struct json *row)
{
    struct str name = cell_str(row, res->row_name);
    return name.n ? name : cell_str(row, res->row_id);
}

struct bind_call
act_call(const struct act *act, const struct json *row, struct callset *calls)
{
    struct bind_scope scope = {row, act->parent, str_of(act->tenant), act->input};
    return (struct bind_call){.client = act->app->client,
                              .op = act->op,
                              .tenant = bind_tenant(act->op, act->action->binds, &scope),
                              .user = act->user[0] ? str_of(act->user)
                                                   : bind_user(act->action->binds, &scope),
                              .calls = calls};
}

struct values *
act_values(const struct act *act, const struct json *row, struct err *err)
{
    struct bind_scope scope = {row, act->parent, str_of(act->tenant), act->input};
    return bind_values(act->op, act->action->binds, &scope, err);
}

void
act_free(struct act *take)
{
    if (!take)
        return;
    list_remove(&take->node);
    json_free(take->row);
    json_free(take->parent);
    json_free(take->rows);
    json_free(take->input);
    json_free(take->undo_input);
    mem_free(take);
}

bool
act_refused(struct app *app, const struct act_setup *s)
{
    const struct op *op = op_get(s->action->op);
    struct bind_scope scope = {s->row, s->parent, s->tenant, NULL};
    if (!app->client) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return true;
    }
    if (!(op->flags & OPF_SAFE) && !writing_allowed(app))
        return true;
    if ((op->ctx & CTX_NEED_TENANT) && !bind_tenant(op, s->action->binds, &scope).n) {
        app_note(app, TOAST_WARN,
                 "%s works inside one tenant: choose it with `:tenant ID`, or t on its row",
                 s->action->label);
        return true;
    }
    return false;
}

static struct json *
rows_of(const struct marks *marks)
{
    struct json *rows = json_new_array();
    LIST_EACH (it, &marks->order) {
        json_push(rows, json_copy(LIST_ENTRY(it, struct mark, node)->row));
    }
    return rows;
}

struct act *
act_new(struct app *app, const struct act_setup *setup, struct json *take_input)
{
    struct act *act = mem_new(1, sizeof *act);
    list_init(&act->node);
    act->app = app;
    act->resource = setup->resource;
    act->action = setup->action;
    act->op = op_get(setup->action->op);
    act->row = setup->row ? json_copy(setup->row) : NULL;
    act->parent = setup->parent ? json_copy(setup->parent) : NULL;
    act->rows = setup->marks && setup->marks->n ? rows_of(setup->marks) : NULL;
    act->input = take_input;
    act->pane = setup->pane;
    snprintf(act->tenant, sizeof act->tenant, "%.*s", STR_ARG(setup->tenant));
    return act;
}

void
act_start(struct app *app, const struct act_setup *setup)
{
    if (act_refused(app, setup))
        return;
    if (setup->action->start) {
        setup->action->start(app, setup->row, setup->tenant);
        return;
    }
    struct act *act = act_new(app, setup, NULL);
    if (form_needed(act))
        form_open(act);
    else
        act_confirm(act);
}

/* Whose things it is about is a header, not a member of the operation. */
static void
take_user(struct act *act)
{
    struct json *user = json_detach(act->input, STR(BIND_USER));
    snprintf(act->user, sizeof act->user, "%.*s", STR_ARG(str_sub(json_str(user), 0, 127)));
    json_free(user);
}

void
act_filled(struct act *act, struct json *take_input)
{
    json_free(act->input);
    act->input = take_input;
    if (act->action->flags & ACTION_EXPLORE)
        take_user(act);
    act_confirm(act);
}

static void
confirmed(struct app *app, void *ctx)
{
    (void)app;
    act_send(ctx);
}

/* A form, or the plan of many, stays open behind the question, and then keeps the act. */
static void
declined(struct app *app, void *ctx)
{
    struct act *act = ctx;
    bool kept = (act->form && app_pane(app, act->form)) || (act->bulk && app_pane(app, act->bulk));
    if (!kept)
        act_free(act);
}

void
act_confirm(struct act *act)
{
    const struct action *a = act->action;
    if (act->rows)
        bulk_open(act);
    else if (a->confirm == CONFIRM_NONE || (a->flags & ACTION_DIFF))
        act_send(act);
    else
        act_ask(act, 1);
}

void
act_ask(struct act *act, size_t n)
{
    const struct action *a = act->action;
    char title[128], what[64], count[24];
    struct buf request;
    buf_init(&request, 64 * 1024);
    snprintf(title, sizeof title, "%s?", a->label);
    snprintf(what, sizeof what, "%zu marked %s", n, act->resource->title);
    snprintf(count, sizeof count, "%zu", n);
    struct confirm_setup s = {.title = title,
                              .name = act_row_name(act->resource, act->row),
                              .id = cell_str(act->row, act->resource->row_id),
                              .verb = a->label,
                              .tier = a->confirm,
                              .opened_by = (uint32_t)(unsigned char)a->key[0],
                              .warning = a->warning,
                              .yes = confirmed,
                              .no = declined,
                              .ctx = act};
    s.type = s.name;
    if (a->flags & ACTION_EXPLORE) {
        explore_request(act, &request);
        s.name = buf_str(&request);
        s.verb = "send";
    }
    if (act->rows) {
        s.name = str_of(what);
        s.id = STR_ABSENT;
        s.type = str_of(count);
        if (n > BULK_TYPE_COUNT && s.tier != CONFIRM_EASY)
            s.tier = CONFIRM_TYPE;
    }
    confirm_open(act->app, &s);
    buf_fini(&request);
}

static void
act_closed(struct act *act)
{
    struct app *app = act->app;
    struct pane *form = act->form ? app_pane(app, act->form) : NULL;
    if (form)
        form_sent(form);
    struct pane *origin = app_pane(app, act->pane);
    if (origin && (act->action->flags & ACTION_CLOSE) && detail_is(origin))
        app_close(app, origin);
}

static void
say_done(const struct act *act, const struct json *answer)
{
    struct str name = act_row_name(act->resource, act->row ? act->row : answer);
    bool show = act->action->flags & (ACTION_SHOW | ACTION_EXPLORE);
    app_note(act->app, show ? TOAST_INFO : TOAST_GOOD, "%s: %s%s%.*s", act->action->label,
             show ? "answered" : "done", name.n ? ", " : "", STR_ARG(name));
}

static void
act_done(void *ctx, struct result *take)
{
    struct act *act = ctx;
    struct app *app = act->app;
    struct pane *form = act->form ? app_pane(app, act->form) : NULL;
    act->sending = false;
    app->dirty = true;
    if (take->err.code) {
        char what[128];
        snprintf(what, sizeof what, "%s failed", act->action->label);
        app_fail(app, what, take);
        if (take->outcome_unknown)
            app_changed(app);
        if (act->told)
            act->told(act, take);
        if (form)
            form_failed(form, take);
        else
            act_free(act);
        result_free(take);
        return;
    }
    say_done(act, take->json);
    if (!act->undoing)
        act_undo_push(act, act->row);
    act_closed(act);
    if (act->action->flags & ACTION_EXPLORE)
        explore_answer(act, take);
    else if (act->action->flags & ACTION_SHOW)
        answer_open(app, act->op, act->action->label, take->json);
    if (act->told)
        act->told(act, take);
    act_free(act);
    result_free(take);
    app_changed(app);
}

void
act_send(struct act *act)
{
    struct app *app = act->app;
    struct pane *form = act->form ? app_pane(app, act->form) : NULL;
    /* The window may have closed while the form was filled; what was typed stays. */
    if (!(act->op->flags & OPF_SAFE) && !writing_allowed(app)) {
        if (form)
            form_set_sending(form, false);
        declined(app, act);
        return;
    }
    if (act->rows) {
        bulk_begin(act);
        return;
    }
    struct err err = {0};
    struct values *values = act_values(act, act->row, &err);
    if (form)
        form_set_sending(form, values != NULL);
    if (!values) {
        app_note(app, TOAST_BAD, "%s: %s", act->action->label, err.msg);
        declined(app, act);
        return;
    }
    if (list_empty(&act->node))
        list_push_back(&app->acts, &act->node);
    act->sending = true;
    struct bind_call call = act_call(act, act->row, &app->writes);
    bind_send(&call, values, act_done, act);
    app->dirty = true;
}
