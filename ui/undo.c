/* Taking back reversible changes: each remembers the action that reverses it, and on what. */
#include "base/mem.h"
#include "ui/act.h"
#include "ui/bulk.h"
#include "ui/writing.h"
#include <stdio.h>

enum { UNDO_MAX = 50 };

struct undo_step {
    struct list node;
    const struct resource *resource;
    const struct action *action; /* the one that reverses */
    struct json *row, *rows, *input, *parent;
    char tenant[TENANT_SIZE];
    unsigned bulk; /* the pop-up it came from: another try there tells of all that was done */
};

static void
step_free(struct undo_step *s)
{
    list_remove(&s->node);
    json_free(s->row);
    json_free(s->rows);
    json_free(s->input);
    json_free(s->parent);
    mem_free(s);
}

static struct json *
copy_or_null(const struct json *j)
{
    return j ? json_copy(j) : NULL;
}

void
act_undo_push(const struct act *act, const struct json *row)
{
    const char *name = act->action->undo;
    const struct action *reverse = act->undo_input ? act->action
                                   : name          ? act_by_name(act->resource, name)
                                                   : NULL;
    if (!reverse)
        return;
    struct list *undo = &act->app->undo;
    if (act->bulk && !list_empty(undo) &&
        LIST_ENTRY(undo->next, struct undo_step, node)->bulk == act->bulk)
        step_free(LIST_ENTRY(undo->next, struct undo_step, node));
    struct undo_step *s = mem_new(1, sizeof *s);
    s->bulk = act->bulk;
    s->resource = act->resource;
    s->action = reverse;
    if (json_type(row) == JSON_ARRAY)
        s->rows = json_copy(row);
    else
        s->row = copy_or_null(row);
    s->input = copy_or_null(act->undo_input ? act->undo_input : act->input);
    s->parent = copy_or_null(act->parent);
    memcpy(s->tenant, act->tenant, sizeof s->tenant);
    list_push_front(&act->app->undo, &s->node);
    size_t n = 0;
    LIST_EACH (it, &act->app->undo) {
        n++;
    }
    if (n > UNDO_MAX)
        step_free(LIST_ENTRY(act->app->undo.prev, struct undo_step, node));
}

void
act_undo(struct app *app)
{
    if (list_empty(&app->undo)) {
        app_note(app, TOAST_INFO, "There is nothing to undo");
        return;
    }
    if (!writing_allowed(app))
        return;
    struct undo_step *s = LIST_ENTRY(app->undo.next, struct undo_step, node);
    struct act_setup setup = {.resource = s->resource,
                              .action = s->action,
                              .row = s->row,
                              .parent = s->parent,
                              .tenant = str_of(s->tenant)};
    struct act *act = act_new(app, &setup, copy_or_null(s->input));
    act->rows = copy_or_null(s->rows);
    act->undoing = true;
    step_free(s);
    act_send(act);
}

void
act_forget(struct app *app)
{
    while (!list_empty(&app->acts))
        act_free(LIST_ENTRY(app->acts.next, struct act, node));
    while (!list_empty(&app->undo))
        step_free(LIST_ENTRY(app->undo.next, struct undo_step, node));
}
