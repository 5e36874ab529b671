#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H
/* Mutex-protected FIFO of intrusive nodes; pushing gives the node away. Any thread. */
#include "base/list.h"
#include <pthread.h>

struct queue {
    pthread_mutex_t lock;
    struct list nodes;
};

void queue_init(struct queue *q);
void queue_fini(struct queue *q); /* must be empty */
/* True if the queue was empty before: the reader needs waking. */
bool queue_push(struct queue *q, struct list *take);
struct list *queue_pop(struct queue *q); /* NULL when empty */
#endif
