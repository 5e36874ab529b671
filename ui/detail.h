#ifndef UI_DETAIL_H
#define UI_DETAIL_H
/*
 * One object: sections of labelled values and small tables, the actions of its resource, and the
 * lists that hang off it. Shows at once what the list knew, then what the server says. Enter on a
 * row of a table opens what it stands for.
 */
#include "ui/app.h"

/* The row is copied; it must hold what the detail operation is bound to. */
struct pane *detail_new(struct app *app, const struct resource *res, const struct json *row,
                        struct str tenant);
bool detail_is(const struct pane *p);
#endif
