/*
 * Two queues and two event descriptors join the owner and the thread. The thread waits in poll
 * while it has nothing to do, so an idle program costs nothing, and in curl_multi_poll while it
 * has.
 */
#include "net/worker.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/queue.h"
#include "net/transfer.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PARALLEL_DEFAULT = 6, PARALLEL_MAX = 32, RESERVED_FOR_PEOPLE = 2 };

struct worker {
    /* Fixed before the thread starts. */
    char *ca_file, *proxy, *user_agent;
    unsigned parallel;
    int wake_fd, done_fd;
    pthread_t thread;

    uint64_t next_id; /* owner */
    struct queue inbox, outbox;

    pthread_mutex_t lock;
    uint64_t *cancelled; /* under lock */
    size_t n_cancelled, cancelled_size;
    bool stopping;

    /* The thread's own. */
    struct curl_api api;
    CURLM *multi;
    struct err broken; /* why there is no multi handle */
    struct transfer slots[PARALLEL_MAX];
    unsigned active;
    struct list waiting[2]; /* by priority */
};

static void
event_raise(int fd)
{
    uint64_t one = 1;
    ssize_t n;
    do {
        n = write(fd, &one, sizeof one);
    } while (n < 0 && errno == EINTR);
}

static void
event_clear(int fd)
{
    uint64_t count;
    ssize_t n;
    do {
        n = read(fd, &count, sizeof count);
    } while (n < 0 && errno == EINTR);
}

static void
give_back(struct worker *w, struct http_job *job)
{
    queue_push(&w->outbox, &job->node);
    event_raise(w->done_fd);
}

static void
give_up(struct worker *w, struct http_job *job, enum err_code code, const char *why)
{
    err_set(&job->err, code, "%s", why);
    give_back(w, job);
}

static struct http_job *
job_of(struct list *node)
{
    return LIST_ENTRY(node, struct http_job, node);
}

static void
take_inbox(struct worker *w)
{
    for (struct list *node = queue_pop(&w->inbox); node; node = queue_pop(&w->inbox)) {
        struct http_job *job = job_of(node);
        list_push_back(&w->waiting[job->priority == HTTP_PREFETCH], node);
    }
}

static struct http_job *
find_waiting(struct worker *w, uint64_t id)
{
    for (int i = 0; i < 2; i++) {
        LIST_EACH (node, &w->waiting[i]) {
            if (job_of(node)->id == id)
                return job_of(node);
        }
    }
    return NULL;
}

/* A write that may have reached the server cannot be taken back. */
static void
cancel_active(struct worker *w, struct transfer *t, enum err_code code, const char *why)
{
    w->api.multi_remove_handle(w->multi, t->easy);
    w->active--;
    if (t->job->sent && t->job->method != HTTP_GET)
        give_back(w, transfer_abandon(t, ERR_OUTCOME_UNKNOWN,
                                      "given up after sending; it may have been carried out"));
    else
        give_back(w, transfer_abandon(t, code, why));
}

static void
cancel(struct worker *w, uint64_t id)
{
    struct http_job *job = find_waiting(w, id);
    if (job) {
        list_remove(&job->node);
        give_up(w, job, ERR_CANCELLED, "cancelled");
        return;
    }
    for (unsigned i = 0; i < w->parallel; i++) {
        if (w->slots[i].job && w->slots[i].job->id == id) {
            cancel_active(w, &w->slots[i], ERR_CANCELLED, "cancelled");
            return;
        }
    }
}

/* Cancels are read before the inbox: whatever they name has then arrived. False to stop. */
static bool
take_orders(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    uint64_t *ids = w->cancelled;
    size_t n = w->n_cancelled;
    w->cancelled = NULL;
    w->n_cancelled = w->cancelled_size = 0;
    bool stopping = w->stopping;
    pthread_mutex_unlock(&w->lock);
    take_inbox(w);
    for (size_t i = 0; i < n; i++)
        cancel(w, ids[i]);
    mem_free(ids);
    return !stopping;
}

/* Ends what waited too long for its turn; returns ms until the next such end, -1 if none. */
static int64_t
expire_waiting(struct worker *w)
{
    int64_t now = clock_mono_ms(), next = -1;
    for (int i = 0; i < 2; i++) {
        struct list *after;
        for (struct list *node = w->waiting[i].next; node != &w->waiting[i]; node = after) {
            after = node->next;
            int64_t left = job_of(node)->deadline_ms - now;
            if (left <= 0) {
                list_remove(node);
                give_up(w, job_of(node), ERR_TIMEOUT, "not sent in time: too many requests wait");
            } else if (next < 0 || left < next) {
                next = left;
            }
        }
    }
    return next;
}

static struct http_job *
next_job(struct worker *w)
{
    unsigned reserved = w->parallel > RESERVED_FOR_PEOPLE ? RESERVED_FOR_PEOPLE : 0;
    struct list *node = NULL;
    if (w->active < w->parallel)
        node = list_pop_front(&w->waiting[0]);
    if (!node && w->active + reserved < w->parallel)
        node = list_pop_front(&w->waiting[1]);
    return node ? job_of(node) : NULL;
}

static void
start_job(struct worker *w, struct http_job *job)
{
    unsigned i = 0;
    while (w->slots[i].job)
        i++;
    struct transfer *t = &w->slots[i];
    t->api = &w->api;
    if (!t->easy)
        t->easy = w->api.easy_init();
    if (!t->easy) {
        give_up(w, job, ERR_NETWORK, "libcurl cannot make a handle");
        return;
    }
    const struct transfer_options options = {w->ca_file, w->proxy, w->user_agent};
    transfer_begin(t, job, &options, job->deadline_ms - clock_mono_ms());
    if (w->api.multi_add_handle(w->multi, t->easy))
        give_back(w, transfer_abandon(t, ERR_NETWORK, "libcurl refuses the request"));
    else
        w->active++;
}

static void
start_waiting(struct worker *w)
{
    for (struct http_job *job = next_job(w); job; job = next_job(w))
        start_job(w, job);
}

/* Gives back what is finished; returns how many. */
static unsigned
collect(struct worker *w)
{
    int left;
    unsigned n = 0;
    for (CURLMsg *m = w->api.multi_info_read(w->multi, &left); m;
         m = w->api.multi_info_read(w->multi, &left)) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result;
        CURL *easy = m->easy_handle;
        char *slot = NULL;
        w->api.easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
        w->api.multi_remove_handle(w->multi, easy);
        w->active--;
        give_back(w, transfer_finish((struct transfer *)(void *)slot, code));
        n++;
    }
    return n;
}

/* Until nothing more can happen without waiting: every end makes room for another start. */
static void
turn(struct worker *w)
{
    int running;
    do {
        start_waiting(w);
        w->api.multi_perform(w->multi, &running);
    } while (collect(w));
}

static void
wait_for_work(struct worker *w, int64_t timeout_ms)
{
    enum { LONGEST_MS = 1000000000 };
    if (w->active) {
        struct curl_waitfd extra = {.fd = w->wake_fd, .events = CURL_WAIT_POLLIN};
        int timeout = timeout_ms < 0 || timeout_ms > LONGEST_MS ? LONGEST_MS : (int)timeout_ms;
        w->api.multi_poll(w->multi, &extra, 1, timeout, NULL);
    } else {
        struct pollfd wake = {.fd = w->wake_fd, .events = POLLIN};
        poll(&wake, 1, timeout_ms > LONGEST_MS ? LONGEST_MS : (int)timeout_ms);
    }
    event_clear(w->wake_fd);
}

static void
refuse_waiting(struct worker *w, const struct err *why)
{
    for (int i = 0; i < 2; i++) {
        for (struct list *node = list_pop_front(&w->waiting[i]); node;
             node = list_pop_front(&w->waiting[i]))
            give_up(w, job_of(node), why->code, why->msg);
    }
}

static void
load_curl(struct worker *w)
{
    if (curl_api_load(&w->api, &w->broken))
        return;
    if (w->api.global_init(CURL_GLOBAL_DEFAULT)) {
        err_set(&w->broken, ERR_NETWORK, "libcurl does not start");
        return;
    }
    w->multi = w->api.multi_init();
    if (!w->multi)
        err_set(&w->broken, ERR_NETWORK, "libcurl does not start");
    else
        w->api.multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)w->parallel);
}

static void
unload_curl(struct worker *w)
{
    if (!w->multi)
        return;
    for (unsigned i = 0; i < w->parallel; i++) {
        if (w->slots[i].easy)
            w->api.easy_cleanup(w->slots[i].easy);
    }
    w->api.multi_cleanup(w->multi);
    w->api.global_cleanup();
}

/* Until the first order. Loading takes time and the lock of the address space, which the thread that
 * draws the first frame needs as well. */
static void
wait_for_orders(const struct worker *w)
{
    struct pollfd wake = {.fd = w->wake_fd, .events = POLLIN};
    while (poll(&wake, 1, -1) < 0 && errno == EINTR)
        continue;
}

static void *
worker_main(void *arg)
{
    struct worker *w = arg;
    wait_for_orders(w);
    load_curl(w);
    while (take_orders(w)) {
        int64_t next = -1;
        if (w->multi) {
            turn(w);
            next = expire_waiting(w);
        } else {
            refuse_waiting(w, &w->broken);
        }
        wait_for_work(w, next);
    }
    for (unsigned i = 0; i < w->parallel; i++) {
        if (w->slots[i].job)
            cancel_active(w, &w->slots[i], ERR_SHUTDOWN, "the program ends");
    }
    refuse_waiting(w, &(struct err){.code = ERR_SHUTDOWN, .msg = "the program ends"});
    unload_curl(w);
    return NULL;
}

static char *
copy_option(const char *text)
{
    return text && *text ? mem_copy_text(text, strlen(text)) : NULL;
}

static void
worker_free(struct worker *w)
{
    for (struct list *node = queue_pop(&w->inbox); node; node = queue_pop(&w->inbox))
        http_job_free(job_of(node));
    for (struct list *node = queue_pop(&w->outbox); node; node = queue_pop(&w->outbox))
        http_job_free(job_of(node));
    queue_fini(&w->inbox);
    queue_fini(&w->outbox);
    pthread_mutex_destroy(&w->lock);
    if (w->wake_fd >= 0)
        close(w->wake_fd);
    if (w->done_fd >= 0)
        close(w->done_fd);
    mem_free(w->cancelled);
    mem_free(w->ca_file);
    mem_free(w->proxy);
    mem_free(w->user_agent);
    mem_free(w);
}

/* The thread starts with all signals blocked: they belong to the owner's thread. */
static int
start_thread(struct worker *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->thread, NULL, worker_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

struct worker *
worker_start(const struct worker_options *options, struct err *err)
{
    struct worker *w = mem_new(1, sizeof *w);
    w->ca_file = copy_option(options->ca_file);
    w->proxy = copy_option(options->proxy);
    w->user_agent = copy_option(options->user_agent);
    w->parallel = options->max_parallel ? options->max_parallel : PARALLEL_DEFAULT;
    if (w->parallel > PARALLEL_MAX)
        w->parallel = PARALLEL_MAX;
    queue_init(&w->inbox);
    queue_init(&w->outbox);
    list_init(&w->waiting[0]);
    list_init(&w->waiting[1]);
    pthread_mutex_init(&w->lock, NULL);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    curl_api_clean_environment();
    int failed = w->wake_fd < 0 || w->done_fd < 0 ? errno : start_thread(w);
    if (failed) {
        err_set_errno(err, ERR_NETWORK, failed, "cannot start the network thread");
        worker_free(w);
        return NULL;
    }
    return w;
}

void
worker_stop(struct worker *take)
{
    if (!take)
        return;
    pthread_mutex_lock(&take->lock);
    take->stopping = true;
    pthread_mutex_unlock(&take->lock);
    event_raise(take->wake_fd);
    pthread_join(take->thread, NULL);
    worker_free(take);
}

uint64_t
worker_submit(struct worker *w, struct http_job *take)
{
    take->id = ++w->next_id;
    take->started_ms = clock_now_ms();
    take->deadline_ms = clock_mono_ms() + take->timeout_ms;
    uint64_t id = take->id;
    queue_push(&w->inbox, &take->node);
    event_raise(w->wake_fd);
    return id;
}

void
worker_cancel(struct worker *w, uint64_t id)
{
    pthread_mutex_lock(&w->lock);
    if (w->n_cancelled == w->cancelled_size) {
        w->cancelled_size = w->cancelled_size ? w->cancelled_size * 2 : 16;
        w->cancelled = mem_resize(w->cancelled, w->cancelled_size, sizeof *w->cancelled);
    }
    w->cancelled[w->n_cancelled++] = id;
    pthread_mutex_unlock(&w->lock);
    event_raise(w->wake_fd);
}

int
worker_fd(const struct worker *w)
{
    return w->done_fd;
}

struct http_job *
worker_take(struct worker *w)
{
    struct list *node = queue_pop(&w->outbox);
    if (!node) {
        event_clear(w->done_fd);
        node = queue_pop(&w->outbox);
        if (node)
            event_raise(w->done_fd); /* more may follow this one */
    }
    return node ? job_of(node) : NULL;
}
