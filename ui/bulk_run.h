#ifndef UI_BULK_RUN_H
#define UI_BULK_RUN_H
/*
 * What carries a bulk change out, inside ui/bulk*.c: the state of every row, what is sent when, and
 * what an answer means for a row. bulk.c draws it and takes the keys.
 */
#include "ui/bulk.h"
#include "ui/bulk_file.h"

enum bulk_state {
    BULK_WAITS,
    BULK_SENT,
    BULK_READ, /* being read back */
    BULK_OK,
    BULK_FAILED,
    BULK_SKIPPED, /* it is so already */
    BULK_UNKNOWN, /* sent, and nobody knows what came of it */
    BULK_STATES
};

enum bulk_phase {
    BULK_PLAN, /* shown; nothing is sent */
    BULK_LOOK, /* each row is read, to say what would change */
    BULK_RUN
};

struct bulk;
struct bulk_row {
    struct bulk *bulk;
    const struct json *row;
    enum bulk_state state;
    char message[300];
};

struct bulk {
    struct pane pane;
    struct act *act;
    struct bulk_row *rows;
    size_t n, next, under_way, top;
    size_t count[BULK_STATES];
    enum bulk_phase phase;
    struct bulk_file *file; /* NULL: none is kept */
    char no_file[300];      /* why not */
    char why[300];          /* what it waits for */
    int64_t again_ms;       /* when it goes on by itself (monotonic), 0: it does not wait */
    unsigned waits;         /* in a row, for ever longer pauses */
    bool stopped, pausing, reported, failures_only, looked, resumed;
};

/* Rows and counts of the act. */
void bulk_run_init(struct bulk *b);
/* Reads every row that waits, to tell which are so already. */
void bulk_run_look(struct bulk *b);
bool bulk_run_can_look(const struct bulk *b);
void bulk_run_start(struct bulk *b);
/* No more are sent. */
void bulk_run_stop(struct bulk *b);
/* Once more what failed, and whatever is left. */
void bulk_run_again(struct bulk *b);
/* A pause is over. */
void bulk_run_go_on(struct bulk *b);
/* True while something is on its way or still to be sent. */
bool bulk_run_busy(const struct bulk *b);
/* Rows that are neither done nor given up. */
size_t bulk_run_left(const struct bulk *b);
/* One row gets this state; the checkpoint knows. */
void bulk_run_set(struct bulk_row *r, enum bulk_state state, const char *message);

/* --- bulk_resume.c --- */

/* Begins the checkpoint of a run; no_file says why there is none. */
void bulk_keep(struct bulk *b);
struct pane *bulk_new(struct act *take);
#endif
