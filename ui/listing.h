#ifndef UI_LISTING_H
#define UI_LISTING_H
/*
 * Rows that a pane has gathered itself, shown like those of any list: columns of a descriptor, a
 * filter, copying. For answers that no one operation gives; ui/table.h shows the lists of operations.
 * The pane struct begins with `struct listing`. UI thread only.
 */
#include "ui/app.h"
#include "ui/grid.h"

enum { LISTING_FILTER = 128 };

struct listing {
    struct pane pane;
    struct grid grid;
    struct grid_column heads[GRID_COLUMNS + 1];
    const struct resource *res;   /* columns, row_id, empty */
    struct json *rows;            /* array, owned */
    const struct json **shown;    /* those that the filter lets through */
    size_t n;                     /* of `rows` */
    struct buf pin;               /* what the row says that a person moved to; empty: none yet */
    void (*open)(struct pane *p); /* Enter on a row */
    char filter[LISTING_FILTER], before[LISTING_FILTER];
};

/* The columns are those of the descriptor, at most GRID_COLUMNS. */
void listing_init(struct listing *l, const struct resource *res);
void listing_fini(struct listing *l);
/* Other rows (an array); the cursor stays on, or goes back to, what a person moved it to. */
void listing_set(struct listing *l, struct json *take);
/* `nothing` stands there while there are no rows; NULL: the descriptor's `empty`. */
void listing_draw(struct listing *l, struct canvas *cv, struct rect r, const char *nothing);
/* For pane_ops.command: moves, filters, copies, opens; false if the command does none of it. */
bool listing_command(struct pane *p, enum command cmd);
/* Under the cursor; NULL: none. */
const struct json *listing_row(const struct listing *l);
/* For pane_ops.info: "3 of 12" and the filter. */
void listing_info(const struct pane *p, struct buf *out);
#endif
