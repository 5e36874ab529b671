#ifndef BASE_COND_H
#define BASE_COND_H
/*
 * Condition variables whose time-outs do not follow the wall clock: a clock that is set back must
 * not make a thread sleep for an hour. clock_deadline says until when. Any thread; who waits holds
 * the mutex, as ever.
 */
#include <pthread.h>

/* Like pthread_cond_init, on CLOCK_MONOTONIC. pthread_cond_destroy undoes it. */
void cond_init(pthread_cond_t *cond);
#endif
