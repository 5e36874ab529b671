#ifndef BASE_BELL_H
#define BASE_BELL_H
/*
 * What a thread that works in the background sleeps on: it is rung when there may be work, and closed
 * when it is to end. A ring is kept until somebody waits, so none is lost. One thread waits; any
 * thread rings.
 */
#include "base/str.h"
#include <pthread.h>

struct bell {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool rung, closed; /* under lock */
};

void bell_init(struct bell *b);
void bell_fini(struct bell *b);
void bell_ring(struct bell *b);
void bell_close(struct bell *b);
bool bell_closed(struct bell *b);
/* Waits until it is rung or closed, at most `ms` (INT64_MAX: for ever). False: the time ran out. */
bool bell_wait(struct bell *b, int64_t ms);
#endif
