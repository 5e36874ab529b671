#ifndef SERVER_WORK_H
#define SERVER_WORK_H
/*
 * Worker threads for what may wait: writes, password hashing. A job is given away when pushed; it
 * runs exactly once on one of the threads. The queue is bounded, so overload is refused at once and
 * not piled up. Any thread.
 */
#include "base/err.h"

struct work;
struct work_job {
    struct work_job *next;
    void (*run)(struct work_job *job);
};

enum err_code work_new(struct work **out, unsigned threads, size_t queue_max,
                       struct err *err) MUST_USE;
/* Runs what is queued, then ends the threads. */
void work_free(struct work *take);
/* False when the queue is full or closing: the job stays the caller's. */
bool work_push(struct work *w, struct work_job *job);
#endif
