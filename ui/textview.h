#ifndef UI_TEXTVIEW_H
#define UI_TEXTVIEW_H
/*
 * A page of text to read: help, facts for `:doctor`, JSON of a row. Scrolls, and finds with `/`,
 * `n` and `N`. A line that starts with "# " is a heading; a TAB sets off a left column of keys.
 */
#include "ui/pane.h"

/* Gives `y` something to copy, which is called `what` (a literal). */
void textview_set_copy(struct pane *p, struct str text, const char *what);
/* Gives `Y` a line for a shell to copy. */
void textview_set_request(struct pane *p, struct str line);
/* The text is copied. */
struct pane *textview_new(const char *crumb, struct str text);
#endif
