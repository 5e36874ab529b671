#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H
/*
 * Dividing the screen: boxes along one direction, each fixed, at least so big, or a share of what
 * is left; the rectangles of the console; and columns that give way in a stated order. Pure
 * functions.
 */
#include "ui/canvas.h"

enum { LAYOUT_ROWS = 12, LAYOUT_COLS = 40 }; /* the smallest screen with everything on it */

struct box {
    int min;  /* cells it must have; a fixed box has flex 0 */
    int flex; /* share of the rest */
    int max;  /* 0: no limit */
};
/*
 * Sizes for n boxes in `total` cells. When there is too little, later boxes lose first; nothing
 * gets below 0 and the sum is never above total.
 */
void layout_split(const struct box *boxes, size_t n, int total, int *sizes);

/* Cuts rows or columns off a rectangle, which shrinks; never more than it has. */
struct rect rect_cut_top(struct rect *r, int rows);
struct rect rect_cut_bottom(struct rect *r, int rows);
struct rect rect_cut_left(struct rect *r, int cols);
struct rect rect_cut_right(struct rect *r, int cols);
struct rect rect_inset(struct rect r, int rows, int cols);
/* rows x cols in the middle of r, or less where r is smaller. */
struct rect rect_centre(struct rect r, int rows, int cols);
bool rect_empty(struct rect r);
struct rect rect_meet(struct rect a, struct rect b);

/* The console: title line, panes, one line of keys or input, status line. */
struct layout {
    bool fits; /* false: below LAYOUT_ROWS x LAYOUT_COLS, show one line only */
    struct rect screen, title, body, bar, status;
};
void layout_screen(struct layout *out, int rows, int cols);

/* A column of a table; see struct column in resource.h for min, flex and drop. */
struct layout_column {
    int min, flex, drop;
    int width; /* out: 0 when it is hidden */
};
/* Hides columns with the highest drop until the rest fits with `gap` cells between, then stretches.
 */
void layout_columns(struct layout_column *columns, size_t n, int total, int gap);
#endif
