#ifndef STORE_WALK_H
#define STORE_WALK_H
/*
 * Pages of lists that are in the order of an index. A list whose length is kept (totals) is walked from
 * the nearest known place: the beginning, the end, or where an earlier page was (store/hints.h),
 * whichever skips the fewest rows. Others are walked from the beginning. Inside of the store only.
 */
#include "store/hints.h"
#include "store/sql.h"

struct walk_list {
    int64_t list;
    struct total kept;
    const char *column; /* SQL of the key, a literal; no two lists of one number share one */
    const char *seq;    /* of the number that tells equal keys apart */
    bool is_text;
    bool whole; /* kept says how long it is, and the order has an index */
};
/* From where and which way the rows of a page are read. */
struct walk {
    bool backward; /* against ascending order */
    bool placed;
    struct hint_place from;
    int64_t skip, limit;
    int64_t first; /* place of the page's first row in ascending order */
};

/* How to read the page; limit 0: there is nothing on it. A page without a limit is all the rest. */
struct walk walk_plan(const struct scope *s, const struct walk_list *l,
                      const struct store_page *page);
/* " AND ... ORDER BY ... LIMIT ..." */
void walk_add(struct sql *q, const struct walk_list *l, const struct walk *w);
void walk_add_order(struct sql *q, const struct walk_list *l, bool descending);
/* The nth row that the walk gave has this number and, in column `col`, the key. */
void walk_note(const struct scope *s, const struct walk_list *l, const struct walk *w, int64_t nth,
               struct db_stmt *st, int col);
/* The same where rows are put into the page's order first. */
void walk_note_place(const struct scope *s, const struct walk_list *l, int64_t place,
                     struct db_stmt *st, int col);
/* Brings n rows that were read along the walk into the page's order. */
void walk_turn(const struct walk *w, const struct store_page *page, void *items, size_t n,
               size_t item_size);
#endif
