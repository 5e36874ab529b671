#ifndef DELIVER_BREAKER_H
#define DELIVER_BREAKER_H
/*
 * When to leave a provider alone, and when to try a message again. A breaker opens after a few
 * failures in a row, stays open for a while that grows, then lets one message through: if that
 * arrives it closes. Only failures of the provider count, not messages that it refuses. Plain
 * values, times are handed in; one thread.
 */
#include "base/str.h"

enum { BREAKER_FAILURES = 5, BREAKER_FIRST_MS = 10000, BREAKER_MOST_MS = 300000 };
enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct breaker {
    int failures;     /* in a row */
    int64_t pause_ms; /* how long it is open this time; 0: closed */
    int64_t until;    /* nothing goes out before */
};

enum breaker_state breaker_state(const struct breaker *b, int64_t now);
/* How many may be under way of `window`: none, one to find out, or all. */
size_t breaker_window(const struct breaker *b, int64_t now, size_t window);
void breaker_good(struct breaker *b);
void breaker_bad(struct breaker *b, int64_t now);
/* The provider asked to be left alone (Retry-After). */
void breaker_wait(struct breaker *b, int64_t until);

struct backoff {
    int64_t first_ms, most_ms;
};
/* Wait after the nth attempt (from 1): doubles each time, half of it by chance, so that what failed
 * together does not come back together. */
int64_t backoff_ms(const struct backoff *b, int attempt);
#endif
