#ifndef UI_ROWS_H
#define UI_ROWS_H
/*
 * A window over a list on the server. Only a few pages around the cursor are kept, whatever the
 * length of the list, so a million rows cost what a thousand cost. rows_want says what is looked
 * at; missing pages are asked for, their neighbours are fetched ahead, more of them where the window
 * moves to, all others are dropped.
 * A reload keeps showing the old pages until the new ones are there. Lists without pages are one
 * page. Owned by a pane; answers arrive through the pane's callset.
 */
#include "ui/listquery.h"

enum {
    ROWS_PER_PAGE = 50,
    ROWS_PER_PAGE_MAX = 200,
    ROWS_PAGES = 8,
    ROWS_FETCHES = 4,
    ROWS_AHEAD = 2, /* pages in the direction of the last move; one the other way */
    ROWS_WHOLE_MAX = 100000
};

struct rows_page {
    struct json *answer; /* owned; NULL: slot is free */
    const struct json **row;
    uint8_t *depth; /* in a tree of nested nodes */
    size_t n, index;
    uint64_t used;
    bool stale;
};

struct rows;
struct rows_fetch {
    struct rows *rows;
    size_t page;
    call_id call; /* 0: free */
    bool ahead;
};

struct rows {
    struct listquery query;
    struct client *client;
    struct callset *calls;
    struct rows_page pages[ROWS_PAGES];
    struct rows_fetch fetches[ROWS_FETCHES];
    size_t total;
    bool total_known, loaded_once;
    uint64_t clock;
    size_t first;      /* of the last rows_want */
    bool up;           /* it moved towards the start */
    int64_t loaded_ms; /* wall clock of the newest answer */
    struct err err;    /* of the last failure; ERR_OK once an answer arrives */
    char trace_id[64];
    const char *hint;
    void (*changed)(void *ctx, size_t page); /* a page arrived, or failed */
    void *ctx;
};

void rows_init(struct rows *r, struct client *client, struct callset *calls);
void rows_fini(struct rows *r);
/* Asks for what [first, first + n) needs and is not there. */
void rows_want(struct rows *r, size_t first, size_t n);
/* What is there is old: the next rows_want reads it again. */
void rows_stale(struct rows *r);
/* Forgets everything: the query changed. */
void rows_clear(struct rows *r);
/* NULL if not loaded. Valid until the next answer. */
const struct json *rows_get(const struct rows *r, size_t i);
/* Depth in a tree of nested nodes, 0 in a plain list. */
unsigned rows_depth(const struct rows *r, size_t i);
size_t rows_total(const struct rows *r);
size_t rows_loaded(const struct rows *r);
bool rows_loading(const struct rows *r);
/* Some of [first, first + n) is not there but on its way. */
bool rows_awaited(const struct rows *r, size_t first, size_t n);
/* Calls each(index, row) for every loaded row, in list order. */
void rows_each(const struct rows *r, void (*each)(size_t i, const struct json *row, void *ctx),
               void *ctx);
/* Index of the loaded row with this id; SIZE_MAX if there is none. */
size_t rows_seek(const struct rows *r, struct str id);
#endif
