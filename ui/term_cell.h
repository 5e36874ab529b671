#ifndef UI_TERM_CELL_H
#define UI_TERM_CELL_H
/* One cell of the canvas as curses wants it, for term.c. UI thread only. */
#include "base/err.h" /* its ERR gives way to that of curses, not the other way round */
#include "ui/canvas.h"

#include <curses.h>

/* How a role looks on this terminal. */
struct look {
    attr_t attrs;
    int pair;
    int bg; /* curses' number of the background, -1 for default */
};

/* Writes the cell to `out`, which has room for as many as the cell is wide, and returns how many it
 * wrote: 2 for a wide character that had to be taken apart. What this terminal or its locale cannot show
 * becomes the nearest plain character. */
size_t term_cell_put(cchar_t *out, const struct cell *c, bool utf8, struct look look);
#endif
