#ifndef UI_GRID_H
#define UI_GRID_H
/*
 * A short list that is whole in memory, as a table with a head, a cursor and scrolling: for panes
 * that gather their rows from several answers. Lists of one operation are ui/table.h. The pane owns
 * the rows; the grid asks for the cells it draws. UI thread only.
 */
#include "ui/canvas.h"
#include "ui/command.h"

enum { GRID_COLUMNS = 8 };

struct grid_column {
    const char *title;       /* NULL ends */
    uint8_t min, flex, drop; /* as in struct column of resource.h */
};

struct grid {
    const struct grid_column *columns;
    size_t rows, cursor, top;
    int body_rows; /* of the last drawing */
    /* What a cell shows; *role is that of its row and may be changed. */
    void (*cell)(const void *ctx, size_t row, size_t column, struct buf *out, enum role *role);
    const void *ctx;
};

void grid_draw(struct grid *g, struct canvas *cv, struct rect r);
/* Moves the cursor; false if the command does not. */
bool grid_command(struct grid *g, enum command cmd);
#endif
