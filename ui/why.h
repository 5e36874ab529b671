#ifndef UI_WHY_H
#define UI_WHY_H
/*
 * `:why USER`: can this person sign in? A row for each thing that could keep them out, as it is read.
 * What is read and concluded is client/why.h. UI thread only.
 */
#include "ui/app.h"

/* `who`: an id or an e-mail address; tenant "": wherever they are. */
void why_open(struct app *app, struct str who, struct str tenant);
/* `C` on a user. */
void why_open_row(struct app *app, const struct json *row, struct str tenant);
#endif
