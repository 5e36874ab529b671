#ifndef UI_REMEMBER_H
#define UI_REMEMBER_H
/*
 * How lists were left: their order and their columns, for each profile and pane, kept between runs
 * in a file of state (panes.ini), which is nobody's configuration: without it, or with faults in it,
 * lists are as they come. Owned by the UI thread; only load and save touch the file.
 */
#include "base/err.h"
#include "base/list.h"

enum { REMEMBER_PANES_MAX = 512, REMEMBER_ORDER = 64, REMEMBER_COLUMNS = 512 };

struct remembered {
    char order[REMEMBER_ORDER]; /* title of a column, "" for the server's */
    bool descending;
    char columns[REMEMBER_COLUMNS]; /* titles joined by commas, "" for the usual */
};

struct remember {
    struct list panes;
    size_t n;
    bool changed; /* since it was loaded or saved */
};

void remember_init(struct remember *r);
void remember_fini(struct remember *r);
/* No file is no fault; one with faults is left unread. */
enum err_code remember_load(struct remember *r, const char *path, struct err *err) MUST_USE;
/* Writes the file anew if anything changed. */
enum err_code remember_save(struct remember *r, const char *path, struct err *err) MUST_USE;
/* NULL if nothing is known. Borrowed until the next put. */
const struct remembered *remember_get(const struct remember *r, struct str profile,
                                      const char *pane);
/* Copies; what was known longest is forgotten past REMEMBER_PANES_MAX. */
void remember_put(struct remember *r, struct str profile, const char *pane,
                  const struct remembered *what);
#endif
