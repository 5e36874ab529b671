#ifndef SERVER_SORTED_LINES_H
#define SERVER_SORTED_LINES_H
/*
 * Looking a line up in a file of sorted lines that is too large to be read: by bisection, with a few
 * short reads. The order is that of bytes. Files come from outside, so everything is bounded: a line
 * that is too long, or a file that is not in order after all, costs an answer but nothing else. No
 * state; any thread, as far as `read` goes.
 */
#include "base/str.h"

enum { SORTED_LINE_MAX = 1024 };

struct sorted_lines {
    void *ctx;
    int64_t size;
    /* Exactly n bytes at that place, which is inside; false if they cannot be had. */
    bool (*read)(void *ctx, int64_t at, char *out, size_t n);
    bool hashes; /* lines are hexadecimal digits in any case, up to a colon; else whole lines */
};

/* Whether there is such a line. False also for what cannot be read. */
bool sorted_lines_has(const struct sorted_lines *l, struct str wanted);
/*
 * Looks at the beginning and at `samples` places all over the file: whether lines are in order, not
 * too long and, for hashes, of `digits` digits and a count. *at is where it is not so.
 */
bool sorted_lines_check(const struct sorted_lines *l, size_t digits, int64_t samples, int64_t *at);
#endif
