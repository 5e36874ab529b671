#ifndef UI_HELP_H
#define UI_HELP_H
/* The help page: keys of the pane in view, then every command, from the tables themselves. */
#include "ui/app.h"

struct pane *help_new(struct app *app);
#endif
