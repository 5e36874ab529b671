#ifndef UI_TEMPLATES_H
#define UI_TEMPLATES_H
/*
 * What the pane of templates does beyond its descriptor: looking at a message with its variables
 * filled in, comparing with the default, and editing in the person's editor. Each opens a pane that
 * reads what it needs and then shows a text. UI thread only.
 */
#include "ui/app.h"

bool template_is_sms(const struct json *row);
void template_preview(struct app *app, const struct json *row, struct str tenant);
void template_compare(struct app *app, const struct json *row, struct str tenant);
/* Hands the terminal to $VISUAL or $EDITOR, checks the variables, shows what changes, and writes it
 * when told so. */
void template_edit(struct app *app, const struct json *row, struct str tenant);

/* --- Inside ui/template*.c --- */

enum template_task { TEMPLATE_PREVIEW, TEMPLATE_COMPARE, TEMPLATE_EDIT };

struct template_view {
    struct pane pane;
    enum template_task task;
    bool sms, sending;
    struct json *row;     /* of the list */
    struct json *base;    /* the template as it is, the default if there is no other */
    struct json *changes; /* what would be written; NULL: nothing yet */
    struct buf file;      /* what was edited */
    struct buf text;      /* what is shown */
    char state[256];      /* what is going on, or what is wrong; "" for nothing */
    enum role state_role;
    size_t top, lines;
    int rows;
};

struct template_view *template_view_new(struct app *app, enum template_task task,
                                        const struct json *row);
void template_say(struct template_view *t, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Says it; true if the call failed. Then the result is freed, and else it is still the caller's. */
bool template_failed(struct template_view *t, struct result *take, const char *what);
/* Sends an operation with an object as its body (taken; NULL: none) and `type` as parameter. */
void template_send(struct template_view *t, enum op_id op, struct json *take_body, result_fn *done);
/* Reads `base`, then goes on with `ready`. */
void template_read(struct template_view *t, result_fn *done);
/* Takes `base` out of the answer; false: there is none yet, the default is being asked for with
 * the same `done`, or it was said why not. Frees the result. */
bool template_took(struct template_view *t, struct result *take, result_fn *done);
/* y, e: of an edit under review. */
void template_write(struct template_view *t);
void template_again(struct template_view *t);
#endif
