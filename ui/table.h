#ifndef UI_TABLE_H
#define UI_TABLE_H
/*
 * The list pane: a window over rows.h with a cursor that stays on its object (by id, never by row
 * number), filter, search, order, marks, and the actions and children of its resource. The same
 * pane, in pick mode, chooses values for a form. Split over table*.c: life and cursor, drawing,
 * keys, finding, shape, following.
 */
#include "ui/app.h"
#include "ui/marks.h"
#include "ui/view.h"

struct table_pick {
    unsigned owner; /* serial of the pane that asks */
    bool many;
    const struct json *chosen; /* array of ids marked at the start, or NULL */
    /* Objects picked, as an array; called after the table is gone. */
    void (*picked)(struct pane *owner, const struct json *rows);
};

struct table_setup {
    const struct resource *resource;
    const struct child *child; /* that opens it, or NULL */
    const struct json *parent; /* copied; NULL: none */
    struct str tenant;
    const struct table_pick *pick; /* NULL: an ordinary list */
};

struct pane *table_new(struct app *app, const struct table_setup *setup);
bool table_is(const struct pane *p);
/* A list of its own: neither opened by a row nor to pick from. */
bool table_is_own(const struct pane *p);

/* --- Inside ui/table*.c and the tests --- */

enum { ID_SIZE = 192, FILTER_SIZE = 128, COLUMNS_MAX = 24 };

struct table {
    struct pane pane;
    struct rows rows;
    struct view view;
    struct json *parent;
    size_t cursor, top;
    char cursor_id[ID_SIZE]; /* "" until the row under the cursor is known */
    int body_rows;           /* of the last drawing */
    size_t drawn_len;        /* likewise */
    bool wants, rereads;     /* rows may be missing; all are old */
    int follow_s;            /* read again every so many seconds; 0: not */
    int64_t follow_due_ms;
    int64_t stale_told_ms; /* when the note about stale rows was shown; 0: none is */
    int skip;              /* columns scrolled away after the first */
    const struct column *chosen[COLUMNS_MAX];
    size_t n_chosen; /* 0: the columns of the resource */
    char filter[FILTER_SIZE];
    char filter_before[FILTER_SIZE]; /* for Esc while typing */
    const struct column *sort;       /* order made here */
    bool descending;
    struct marks marks;
    size_t range; /* where `v` was pressed, SIZE_MAX: nowhere */
    bool picking, pick_many, pick_seeded;
    struct table_pick pick;
    struct json *pick_ids;
};

struct table *table_of(struct pane *p);
size_t table_len(const struct table *t);
const struct json *table_row(const struct table *t, size_t at);
void table_move(struct table *t, size_t to);
void table_rebuild(struct table *t);
/* The next frame asks for the rows it shows: once, however many keys came before it. */
void table_want(struct table *t);
void table_ask(struct table *t);
/* The query changed: from the beginning. */
void table_restart(struct table *t);
void table_draw(struct pane *p, struct canvas *cv, struct rect r);
void table_info(const struct pane *p, struct buf *out);
bool table_command(struct pane *p, enum command cmd);
bool table_key(struct pane *p, uint32_t key);
void table_hints(const struct pane *p, struct hints *h);
void table_help(const struct pane *p, struct buf *out);
/* Filter, search, order; false if the command is none of them. */
bool table_find_command(struct table *t, enum command cmd);
/* Marks; false if the command is none of them. */
bool table_mark_command(struct table *t, enum command cmd);
bool table_marked(const struct table *t, const struct json *row);
void table_export(struct table *t, struct str path);
/* Columns in the order they are drawn; NULL past the last. */
const struct column *table_column(const struct table *t, size_t at);
/* Titles joined by commas; "" or "-" for the usual columns. */
void table_choose_columns(struct table *t, struct str names);
void table_ask_columns(struct table *t);
bool table_sortable(const struct table *t, const struct column *c);
void table_order_by(struct table *t, const struct column *c, bool down);
/* Order and columns as this list was left; before it asks for rows. */
void table_recall(struct table *t);
/* `:follow ARG`: reads the list again every so many seconds; "-", or nothing when it does, ends it. */
void table_follow(struct table *t, struct str arg);
int64_t table_follow_next_ms(const struct pane *p);
void table_follow_tick(struct pane *p);
/* "5,000" */
void table_count(size_t n, struct buf *out);
#endif
