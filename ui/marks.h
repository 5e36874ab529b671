#ifndef UI_MARKS_H
#define UI_MARKS_H
/*
 * Marked rows by id, so that marks hold across pages, filters and refreshes. Keeps of each row
 * what actions need (its plain members), bounded in number.
 */
#include "base/json.h"
#include "base/list.h"
#include "base/map.h"

enum { MARKS_MAX = 10000 };

struct mark {
    struct list node;
    struct json *row; /* plain members only */
    struct str id;    /* inside row */
};

struct marks {
    struct map by_id;
    struct list order;
    size_t n;
};

void marks_init(struct marks *m);
void marks_fini(struct marks *m);
void marks_clear(struct marks *m);
bool marks_has(const struct marks *m, struct str id);
/* False when it is full or the row has no id. */
bool marks_add(struct marks *m, const struct json *row, const char *row_id);
void marks_remove(struct marks *m, struct str id);
/* Copy of the members of a row that are not lists or objects. */
struct json *marks_slim(const struct json *row);
#endif
