#include "base/queue.h"

#include "base/mem.h"

void
queue_init(struct queue *q)
{
    ASSERT(pthread_mutex_init(&q->lock, NULL) == 0);
    list_init(&q->nodes);
}

void
queue_fini(struct queue *q)
{
    ASSERT(list_empty(&q->nodes));
    (void)pthread_mutex_destroy(&q->lock);
}

bool
queue_push(struct queue *q, struct list *take)
{
    (void)pthread_mutex_lock(&q->lock);
    bool was_empty = list_empty(&q->nodes);
    list_push_back(&q->nodes, take);
    (void)pthread_mutex_unlock(&q->lock);
    return was_empty;
}

struct list *
queue_pop(struct queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    struct list *node = list_pop_front(&q->nodes);
    (void)pthread_mutex_unlock(&q->lock);
    return node;
}
