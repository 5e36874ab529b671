#include "server/http_hold.h"

#include "base/rand.h"

#include <time.h>

int64_t
hold_now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* The first that is due, or that has to go because all have; NULL if none. Lock held. */
static struct held *
take_due(struct hold *h, int64_t now)
{
    if (list_empty(&h->waiting))
        return NULL;
    struct held *first = LIST_ENTRY(h->waiting.next, struct held, node);
    if (!h->stop && first->due_us > now)
        return NULL;
    list_remove(&first->node);
    return first;
}

/* Until the first is due, or something is added. Lock held. */
static void
sleep_until_due(struct hold *h)
{
    if (list_empty(&h->waiting)) {
        pthread_cond_wait(&h->wake, &h->lock);
        return;
    }
    int64_t due = LIST_ENTRY(h->waiting.next, struct held, node)->due_us;
    struct timespec until = {.tv_sec = (time_t)(due / 1000000),
                             .tv_nsec = (long)(due % 1000000) * 1000};
    (void)pthread_cond_timedwait(&h->wake, &h->lock, &until);
}

static void *
hold_main(void *arg)
{
    struct hold *h = arg;
    pthread_mutex_lock(&h->lock);
    for (;;) {
        struct held *due = take_due(h, hold_now_us());
        if (due) {
            pthread_mutex_unlock(&h->lock);
            due->release(due);
            pthread_mutex_lock(&h->lock);
        } else if (h->stop) {
            break;
        } else {
            sleep_until_due(h);
        }
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

enum err_code
hold_start(struct hold *h, struct err *err)
{
    *h = (struct hold){.stop = false};
    list_init(&h->waiting);
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int rc = pthread_create(&h->thread, NULL, hold_main, h);
    if (rc != 0)
        return err_set_errno(err, ERR_INTERNAL, rc, "cannot start a thread");
    h->running = true;
    return ERR_OK;
}

void
hold_stop(struct hold *h)
{
    if (!h->running)
        return;
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    h->running = false;
}

bool
hold_add(struct hold *h, struct held *held, int64_t begun_us)
{
    int64_t late = hold_now_us() - begun_us;
    held->due_us = begun_us + (late < 0 ? 1 : late / HOLD_BEAT_US + 1) * HOLD_BEAT_US +
                   rand_below(HOLD_SPREAD_US);
    pthread_mutex_lock(&h->lock);
    bool taken = !h->stop;
    if (taken) {
        struct list *at = h->waiting.prev;
        while (at != &h->waiting && LIST_ENTRY(at, struct held, node)->due_us > held->due_us)
            at = at->prev;
        list_insert_before(at->next, &held->node);
        if (h->waiting.next == &held->node)
            pthread_cond_signal(&h->wake);
    }
    pthread_mutex_unlock(&h->lock);
    return taken;
}
