#ifndef STORE_HINTS_H
#define STORE_HINTS_H
/*
 * What the store remembers between requests to answer faster, and may forget at any time: places in long lists, so that a
 * deep page starts near itself, and counts of broad searches. Everything is tied to the change number of its list
 * (totals.generation): a list that changed is a list never seen. Any thread; inside of the store only.
 */
#include "store/rows.h"

struct hints;
struct hints *hints_new(void);
void hints_free(struct hints *take);

/* One order of one list, as it was at one change number. */
struct hint_list {
    int64_t list, generation;
    const char *column; /* a literal */
};
/* The row at `offset` in ascending order. */
struct hint_place {
    int64_t offset, user_seq;
    struct db_value key;
};
/* The nearest known places at or below, and above, `offset`; false in found[] where there is none. */
void hints_places(struct hints *h, const struct hint_list *list, int64_t offset, struct arena *a,
                  struct hint_place near[2], bool found[2]);
void hints_add_place(struct hints *h, const struct hint_list *list, const struct hint_place *place);

/* Counts are kept for the same change number, and for a while when the list goes on changing. */
bool hints_count(struct hints *h, int64_t list, int64_t generation, struct str term, int64_t now,
                 int64_t *out);
void hints_add_count(struct hints *h, int64_t list, int64_t generation, struct str term,
                     int64_t now, int64_t count);
#endif
