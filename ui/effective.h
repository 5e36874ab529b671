#ifndef UI_EFFECTIVE_H
#define UI_EFFECTIVE_H
/*
 * `:effective USER`: what a person may do, and how each permission came to them. What is read is
 * client/effective.h. UI thread only.
 */
#include "ui/app.h"

/* `who`: an id or an e-mail address; tenant "": wherever they are. */
void effective_open(struct app *app, struct str who, struct str tenant);
/* `P` on a user. */
void effective_open_row(struct app *app, const struct json *row, struct str tenant);
#endif
