#ifndef SERVER_WORK_H
#define SERVER_WORK_H
/*
 * Worker threads for what may wait: the disk, or password hashing on threads of its own. A job is given away when pushed; it
 * runs exactly once on one of the threads. The queue is bounded, so overload is refused at once and
 * not piled up. Any thread.
 */
#include "base/err.h"

struct work;
struct work_job {
    struct work_job *next;
    void (*run)(struct work_job *job);
};

struct work_options {
    unsigned threads;
    size_t queue_max;
    int nice; /* how far the threads step back behind others when the processors are busy */
};
enum err_code work_new(struct work **out, const struct work_options *options,
                       struct err *err) MUST_USE;
/* Runs what is queued, then ends the threads. */
void work_free(struct work *take);
/* False when the queue is full or closing: the job stays the caller's. */
bool work_push(struct work *w, struct work_job *job);
#endif
