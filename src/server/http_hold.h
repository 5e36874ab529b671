#ifndef SERVER_HTTP_HOLD_H
#define SERVER_HTTP_HOLD_H
/*
 * Answers that leave on a beat. How long it took to find out that an address has no account must not
 * show in when the answer comes, so such an answer, ready as it is, is held until a whole number of
 * beats has passed since its request was there, and a random part of the spread. See
 * doc/decisions/0037-answers-on-the-beat.md and 0045-a-random-part-after-the-beat.md.
 *
 * One thread, which sleeps without a timer while nothing is held. Any thread may add; the owner of
 * what is held gives it away until `release` is called, on that thread.
 */
#include "base/err.h"
#include "base/list.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { HOLD_BEAT_US = 25000, HOLD_SPREAD_US = 4000 };

struct held {
    struct list node;
    int64_t due_us;
    void (*release)(struct held *held);
};

struct hold {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct list waiting; /* the first to go in front */
    bool stop, running;
};

/* Not pinned by clock_pin: this is about time as others see it. */
int64_t hold_now_us(void);
enum err_code hold_start(struct hold *h, struct err *err) MUST_USE;
/* Releases what is held, whatever its time, and ends the thread. */
void hold_stop(struct hold *h);
/* Holds until the beat after now of those that count from `begun_us`, and up to HOLD_SPREAD_US more. False when
 * stopping: it stays the caller's. */
bool hold_add(struct hold *h, struct held *held, int64_t begun_us);
#endif
