#ifndef UI_EXPLORE_H
#define UI_EXPLORE_H
/*
 * Any operation of the catalogue by a form made from its fields: `:api`. It goes the way of all
 * actions (act.h): refused in read-only profiles, asked about when it is not safe, its answer shown
 * as text with secrets hidden, the request to be copied as a line for a shell. UI thread only.
 */
#include "ui/act.h"

/* A menu of all operations. */
void explore_list(struct app *app);
/* The form of one, in the tenant of the pane that is open; sends at once what is safe and asks for
 * nothing. */
void explore_open(struct app *app, const struct op *op);

/* --- For act.c --- */

/* "DELETE /identity/...": what the act sends, secrets hidden. Not ended by a newline. */
void explore_request(const struct act *act, struct buf *out);
/* The answer as a page. Borrows the result. */
void explore_answer(const struct act *act, const struct result *result);
#endif
