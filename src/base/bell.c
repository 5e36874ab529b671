#include "base/bell.h"

#include "base/clock.h"
#include "base/cond.h"

void
bell_init(struct bell *b)
{
    *b = (struct bell){.rung = false};
    pthread_mutex_init(&b->lock, NULL);
    cond_init(&b->cond);
}

void
bell_fini(struct bell *b)
{
    pthread_cond_destroy(&b->cond);
    pthread_mutex_destroy(&b->lock);
}

static void
set(struct bell *b, bool *what)
{
    pthread_mutex_lock(&b->lock);
    *what = true;
    pthread_cond_signal(&b->cond);
    pthread_mutex_unlock(&b->lock);
}

void
bell_ring(struct bell *b)
{
    set(b, &b->rung);
}

void
bell_close(struct bell *b)
{
    set(b, &b->closed);
}

bool
bell_closed(struct bell *b)
{
    pthread_mutex_lock(&b->lock);
    bool yes = b->closed;
    pthread_mutex_unlock(&b->lock);
    return yes;
}

bool
bell_wait(struct bell *b, int64_t ms)
{
    bool forever = ms == INT64_MAX;
    struct timespec until = clock_deadline(forever ? 0 : ms);
    int timed_out = 0;
    pthread_mutex_lock(&b->lock);
    while (!b->rung && !b->closed && !timed_out)
        timed_out = forever ? pthread_cond_wait(&b->cond, &b->lock)
                            : pthread_cond_timedwait(&b->cond, &b->lock, &until);
    b->rung = false;
    pthread_mutex_unlock(&b->lock);
    return !timed_out;
}
