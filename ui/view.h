#ifndef UI_VIEW_H
#define UI_VIEW_H
/*
 * Which rows of a list are shown, and in what order. Off, position i is row i of the server's list.
 * On (a filter, or a short list that is sorted or drawn as a tree here), it is an index over the
 * loaded rows. Rebuilt when rows, filter or order change; holds no pointers into answers.
 */
#include "ui/rows.h"

struct view {
    size_t *index;
    uint8_t *depth;
    size_t n;
    bool on;
};

struct view_rule {
    struct str filter;         /* "" for none */
    const struct column *sort; /* order made here; NULL: as it comes */
    bool descending;
};

void view_init(struct view *v);
void view_fini(struct view *v);
void view_build(struct view *v, const struct rows *rows, const struct view_rule *rule);
size_t view_len(const struct view *v, const struct rows *rows);
/* Index into rows of a position; SIZE_MAX past the end. */
size_t view_row(const struct view *v, const struct rows *rows, size_t at);
unsigned view_depth(const struct view *v, const struct rows *rows, size_t at);
/* Position that shows this row; SIZE_MAX if none does. */
size_t view_find(const struct view *v, const struct rows *rows, size_t row);
/* True if any column of the row holds the folded text. */
bool view_matches(const struct resource *res, const struct json *row, struct str folded);
#endif
