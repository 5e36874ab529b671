#ifndef UI_ACT_H
#define UI_ACT_H
/*
 * Carrying out an action of a descriptor: is it allowed here, does it need a form, ask, send, say
 * what happened, read again. An act outlives the pane that asked for it: closing a pane never
 * loses the answer to a write. Several marked rows go to bulk.h. UI thread only.
 */
#include "ui/app.h"
#include "ui/bindings.h"

struct marks;

struct act_setup {
    const struct resource *resource;
    const struct action *action;
    const struct json *row;    /* copied; NULL: an action without a row */
    const struct json *parent; /* copied; NULL: none */
    const struct marks *marks; /* copied; NULL or empty: only `row` */
    struct str tenant;
    unsigned pane; /* serial of the pane that asks */
};

struct act {
    struct list node;
    struct app *app;
    const struct resource *resource;
    const struct action *action;
    const struct op *op;
    struct json *row, *parent;
    struct json *rows;  /* array of marked rows, NULL for one */
    struct json *input; /* what the form collected, NULL: nothing */
    char tenant[TENANT_SIZE];
    char user[TENANT_SIZE];    /* whose things it is about, when a form asked for it; "" */
    struct action made;        /* where `action` is no descriptor's (explore.h) */
    unsigned pane, form, bulk; /* serials; 0: none */
    bool sending, undoing;
    /* Owned; what the action itself is given to take this change back, where no other reverses it. */
    struct json *undo_input;
    /* What came of it, for whoever made the act without act_start; NULL: nobody asks. */
    void (*told)(const struct act *act, const struct result *result);
};

/* Starts an action; refusals are said in a toast. */
void act_start(struct app *app, const struct act_setup *setup);
/* Whether the action is on offer for this row (NULL: none) in this pane. */
bool act_applies(const struct pane *p, const struct action *a, const struct json *row);
/* The action with this key that applies, or NULL. */
const struct action *act_by_key(const struct pane *p, const char *key, const struct json *row);
const struct action *act_by_name(const struct resource *res, const char *name);
/* Takes back the last reversible change. */
void act_undo(struct app *app);
/* Drops all acts and undo steps; their calls are closed. */
void act_forget(struct app *app);

/* --- For form.c, diff.c, bulk.c, explore.c --- */

/* Says in a toast why the action cannot be carried out; false if it can. */
bool act_refused(struct app *app, const struct act_setup *s);

/* The form was filled in: takes the input (object) and goes on to ask and send. */
void act_filled(struct act *act, struct json *take_input);
/* Asks as the action wants, then sends. */
void act_confirm(struct act *act);
/* Asks about so many rows (marked ones) or about the one, then sends. */
void act_ask(struct act *act, size_t n);
void act_send(struct act *act);
void act_free(struct act *take);
/* Values for one row; NULL with err. */
struct values *act_values(const struct act *act, const struct json *row, struct err *err);
/* The call of that row, but for where its answer belongs. */
struct bind_call act_call(const struct act *act, const struct json *row, struct callset *calls);
/* How a row is called: its name, else its id. */
struct str act_row_name(const struct resource *res, const struct json *row);
/* An act that nobody has started: copies the rows, takes the input (NULL: none). */
struct act *act_new(struct app *app, const struct act_setup *setup, struct json *take_input);
/* Remembers how to take back what was done to this row, or to these rows (an array). */
void act_undo_push(const struct act *act, const struct json *row);
#endif
