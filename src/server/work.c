#include "server/work.h"

#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

enum { WORK_THREADS_MAX = 64 };

struct work {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct work_job *first, *last;
    size_t queued, queue_max;
    bool stop;
    int nice;
    unsigned n_threads;
    pthread_t threads[WORK_THREADS_MAX];
};

static struct work_job *
take_job(struct work *w)
{
    struct work_job *job = w->first;
    if (!job)
        return NULL;
    w->first = job->next;
    if (!w->first)
        w->last = NULL;
    w->queued--;
    return job;
}

static void *
work_main(void *arg)
{
    struct work *w = arg;
    if (w->nice) /* on Linux 0 is the calling thread; where it is refused nothing is lost */
        (void)setpriority(PRIO_PROCESS, 0, w->nice);
    pthread_mutex_lock(&w->lock);
    for (;;) {
        struct work_job *job = take_job(w);
        if (job) {
            pthread_mutex_unlock(&w->lock);
            job->run(job);
            pthread_mutex_lock(&w->lock);
        } else if (w->stop) {
            break;
        } else {
            pthread_cond_wait(&w->wake, &w->lock);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

enum err_code
work_new(struct work **out, const struct work_options *options, struct err *err)
{
    unsigned threads = options->threads;
    struct work *w = mem_new(1, sizeof *w);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    w->queue_max = options->queue_max;
    w->nice = options->nice;
    if (threads > WORK_THREADS_MAX)
        threads = WORK_THREADS_MAX;
    /* Signals belong to the main thread. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    int rc = 0;
    for (; w->n_threads < threads && rc == 0; w->n_threads += rc == 0)
        rc = pthread_create(&w->threads[w->n_threads], NULL, work_main, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    *out = w;
    if (rc == 0)
        return ERR_OK;
    work_free(w);
    *out = NULL;
    return err_set_errno(err, ERR_INTERNAL, rc, "cannot start worker threads");
}

void
work_free(struct work *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->n_threads; i++)
        pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

bool
work_push(struct work *w, struct work_job *job)
{
    pthread_mutex_lock(&w->lock);
    bool room = !w->stop && w->queued < w->queue_max;
    if (room) {
        job->next = NULL;
        if (w->last)
            w->last->next = job;
        else
            w->first = job;
        w->last = job;
        w->queued++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return room;
}
