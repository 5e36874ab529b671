#ifndef UI_PALETTE_H
#define UI_PALETTE_H
/*
 * The command line: `:` and a word, with completion of commands, panes, tenants, themes and
 * profiles, and a history. app_command_line runs what was typed.
 */
#include "ui/app.h"

/* Opens the command line with some text in it. */
void palette_open(struct app *app, struct str preset);
/* Candidates for what is typed so far, one a line as "text TAB what it is". */
void palette_complete(struct app *app, struct str typed, struct buf *out);
/* Drops the history. */
void palette_forget(struct app *app);
#endif
