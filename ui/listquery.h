#ifndef UI_LISTQUERY_H
#define UI_LISTQUERY_H
/*
 * One question to the server that gives a list: which operation, which page, in which order. Used
 * by the table that shows a window of it and by the walk that reads all of it. Borrows the
 * descriptor and the parent row.
 */
#include "ui/bindings.h"

enum { SEARCH_SIZE = 128 };

struct listquery {
    const struct resource *res;
    const struct bind *extra;  /* binds of the child that opened the list, or NULL */
    const struct json *parent; /* row that opened it, or NULL */
    const char *keep, *of;     /* of the child that opened the list, see resource.h */
    struct str tenant;         /* "" or absent: the whole environment */
    const char *sort;          /* NULL: as the server likes */
    bool descending;
    char search[SEARCH_SIZE]; /* "" for none */
    size_t page_rows;
};

/* The list operation, or that of the search when one is on. */
const struct op *listquery_op(const struct listquery *q);
bool listquery_paged(const struct listquery *q);
/* Values for one page; NULL, and err says why, if the row that opened the list lacks something. */
struct values *listquery_values(const struct listquery *q, size_t page, struct err *err);
/* Who is asked, in which tenant and about whom. */
struct bind_call listquery_call(const struct listquery *q, struct client *client,
                                struct callset *calls);
/* The array of rows inside an answer; NULL if there is none. */
const struct json *listquery_items(const struct listquery *q, const struct json *answer);
/* Whether the row belongs to the list: see `keep` of struct child. */
bool listquery_keeps(const struct listquery *q, const struct json *row);
/* How many rows there are in all; false if the answer does not say. */
bool listquery_total(const struct listquery *q, const struct json *answer, size_t *total);
#endif
