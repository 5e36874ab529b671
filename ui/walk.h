#ifndef UI_WALK_H
#define UI_WALK_H
/*
 * Reading all of a list, page after page, with a progress pop-up that Esc stops: for exports and
 * for marking everything. Only one page is in memory at a time.
 */
#include "ui/listquery.h"
#include "ui/pane.h"

enum { WALK_PER_PAGE = 200 };

struct walk_setup {
    const char *title;
    const struct listquery *query; /* copied, parent row included */
    unsigned owner;                /* serial of the pane that asks */
    void *ctx;
    /* One row; false stops the walk as if it had been cancelled. */
    bool (*row)(struct pane *owner, void *ctx, const struct json *row);
    /* Exactly once: err is ERR_OK after the last row, ERR_CANCELLED, or why it broke off. The
     * owner is NULL if it is gone. */
    void (*finished)(struct app *app, struct pane *owner, void *ctx, size_t rows,
                     const struct err *err);
};

void walk_open(struct app *app, const struct walk_setup *setup);
#endif
