#ifndef UI_ANSWER_H
#define UI_ANSWER_H
/*
 * What an operation answered, as a text to read: a line for each member that the catalogue knows,
 * under its name. Secrets are shown this once, and go with the pane; `y` copies the first of them.
 * UI thread only.
 */
#include "api/op.h"
#include "ui/app.h"

void answer_open(struct app *app, const struct op *op, const char *title,
                 const struct json *answer);
#endif
