#define _GNU_SOURCE
#include "tests/support/load.h"

#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/measure.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 8192, STACK_BYTES = 256 * 1024 };

/* Loaders of one load, and their threads. */
struct crew {
    struct load *load;
    struct loader *loaders;
    pthread_t *threads;
    int64_t start;
    atomic_bool stop;
};
struct thread_arg {
    struct crew *crew;
    struct loader *loader;
};

int
loader_ask(struct loader *l, const char *path, const char *headers, const char *body)
{
    char text[REQUEST_MAX];
    int n = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s",
                     body ? "POST" : "GET", path, headers);
    if (body)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    n += snprintf(text + n, sizeof text - (size_t)n, "\r\n%s", body ? body : "");
    ASSERT(n > 0 && (size_t)n < sizeof text);
    if (l->fd < 0)
        l->fd = raw_connect(l->load->server->port);
    int status =
        l->fd < 0 ? -1
                  : raw_exchange(l->fd, (struct str){text, (size_t)n}, l->answer, sizeof l->answer);
    if (status < 0 && l->fd >= 0) {
        (void)close(l->fd);
        l->fd = -1;
    }
    return status;
}

bool
loader_find(const struct loader *l, const char *before, char end, char *out, size_t size)
{
    const char *at = strstr(l->answer, before);
    const char *stop = at ? strchr(at + strlen(before), end) : NULL;
    if (!stop)
        return false;
    at += strlen(before);
    (void)snprintf(out, size, "%.*s", (int)(stop - at), at);
    return (size_t)(stop - at) < size;
}

static void
note_time(struct loader *l, double us)
{
    if (l->n == l->size) {
        l->size = l->size ? 2 * l->size : 1024;
        l->times = mem_resize(l->times, l->size, sizeof *l->times);
    }
    l->times[l->n++] = us;
}

static bool
is_over(const struct crew *w)
{
    double passed = (double)(clock_mono_us() - w->start) / 1e6;
    return atomic_load(&w->stop) || (w->load->seconds > 0 && passed >= w->load->seconds);
}

/* Until its next request is due; one that is late asks at once and is not made to catch up. */
static int64_t
pace(const struct loader *l, int64_t due)
{
    int64_t now = clock_mono_us();
    if (due <= now)
        return now + (int64_t)l->load->pause_us;
    struct timespec nap = {.tv_sec = (due - now) / 1000000,
                           .tv_nsec = (long)((due - now) % 1000000) * 1000};
    (void)nanosleep(&nap, NULL);
    return due + (int64_t)l->load->pause_us;
}

static void
ask_on(const struct crew *w, struct loader *l)
{
    const struct load *load = w->load;
    int64_t due = w->start + (int64_t)(load->pause_us * l->index / load->loaders);
    while (!is_over(w)) {
        if (load->pause_us > 0)
            due = pace(l, due);
        int64_t start = clock_mono_us();
        int status = load->ask(l);
        if (status < 0)
            return;
        l->asked++;
        if (status >= 200 && status < 300) {
            l->good++;
            note_time(l, (double)(clock_mono_us() - start));
        } else if (status != 429 && status != 503) {
            l->failed++;
        }
    }
}

static void *
run(void *arg)
{
    struct thread_arg *t = arg;
    ask_on(t->crew, t->loader);
    mem_free(t);
    return NULL;
}

static void
start(struct crew *w, struct load *load)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    w->load = load;
    w->start = clock_mono_us();
    atomic_init(&w->stop, false);
    w->loaders = mem_new((size_t)load->loaders, sizeof *w->loaders);
    w->threads = mem_new((size_t)load->loaders, sizeof *w->threads);
    for (int i = 0; i < load->loaders; i++) {
        struct loader *l = &w->loaders[i];
        struct thread_arg *t = mem_new(1, sizeof *t);
        l->load = load;
        l->index = i;
        l->fd = -1;
        *t = (struct thread_arg){w, l};
        ASSERT(pthread_create(&w->threads[i], &attr, run, t) == 0);
    }
    pthread_attr_destroy(&attr);
}

static double
server_cpu_us(const struct load *load)
{
    clockid_t clock;
    struct timespec ts = {0};
    ASSERT(clock_getcpuclockid(load->server->pid, &clock) == 0);
    (void)clock_gettime(clock, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static double
slowest_but_1_percent(const struct crew *w, uint64_t good)
{
    double *all = mem_new(good ? good : 1, sizeof *all), p99 = 0;
    size_t n = 0;
    for (int i = 0; i < w->load->loaders; i++)
        for (size_t k = 0; k < w->loaders[i].n; k++)
            all[n++] = w->loaders[i].times[k];
    if (n)
        p99 = measure_part(all, n, 0.99);
    mem_free(all);
    return p99;
}

static void
end(struct crew *w, double cpu)
{
    struct load *load = w->load;
    uint64_t asked = 0, good = 0;
    load->failed = 0;
    for (int i = 0; i < load->loaders; i++) {
        (void)pthread_join(w->threads[i], NULL);
        asked += w->loaders[i].asked;
        good += w->loaders[i].good;
        load->failed += w->loaders[i].failed;
    }
    double seconds = (double)(clock_mono_us() - w->start) / 1e6;
    load->offered = (double)asked / seconds;
    load->rate = (double)good / seconds;
    load->cpu_us = good ? (server_cpu_us(load) - cpu) / (double)good : 0;
    load->p99_us = slowest_but_1_percent(w, good);
    for (int i = 0; i < load->loaders; i++) {
        if (w->loaders[i].fd >= 0)
            (void)close(w->loaders[i].fd);
        mem_free(w->loaders[i].times);
    }
    mem_free(w->loaders);
    mem_free(w->threads);
}

void
load_run(struct load *l, struct load *beside)
{
    struct crew own, other;
    double cpu = server_cpu_us(l);
    if (beside)
        start(&other, beside);
    start(&own, l);
    end(&own, cpu);
    if (beside) {
        atomic_store(&other.stop, true);
        end(&other, cpu);
    }
}
