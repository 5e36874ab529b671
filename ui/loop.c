#include "ui/loop.h"

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { WATCH_MAX = 64, SLOW_TURN_MS = 16 };

struct watch {
    uint64_t id;
    int fd;
    short events;
    loop_fd_fn *fn;
    void *ctx;
};

/* A timer, or with due_ms 0 a post. */
struct task {
    struct list node;
    uint64_t id;
    int64_t due_ms;
    loop_fn *fn;
    void *ctx;
};

struct loop {
    struct watch watches[WATCH_MAX];
    size_t watches_n;
    struct list timers; /* soonest first */
    struct list posts;
    uint64_t last_id;
    unsigned dirty;
    bool quit;
    int status;
    loop_turn_fn *turn_end;
    void *turn_ctx;
    loop_signal_fn *signal;
    void *signal_ctx;
    int pipe[2];
};

static const int signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT, SIGQUIT};

/* What the signal handler touches; valid while a loop takes signals. */
static struct {
    volatile sig_atomic_t seen[COUNT_OF(signals)];
    volatile sig_atomic_t fd;
    struct sigaction before[COUNT_OF(signals)];
    struct sigaction pipe_before;
} caught = {.fd = -1};

static void
on_signal(int signo)
{
    int saved = errno;
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        if (signals[i] == signo)
            caught.seen[i] = 1;
    }
    /* A full pipe is fine: the reader wakes up and looks at the flags. */
    ssize_t ignored = write((int)caught.fd, "", 1);
    (void)ignored;
    errno = saved;
}

static bool
make_pipe(int fds[2])
{
    if (pipe(fds) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

struct loop *
loop_new(struct err *err)
{
    struct loop *l = mem_new(1, sizeof *l);
    list_init(&l->timers);
    list_init(&l->posts);
    if (!make_pipe(l->pipe)) {
        err_set_errno(err, ERR_IO, errno, "cannot make the signal pipe");
        mem_free(l);
        return NULL;
    }
    return l;
}

static void
free_tasks(struct list *head)
{
    for (struct list *node; (node = list_pop_front(head)) != NULL;)
        mem_free(LIST_ENTRY(node, struct task, node));
}

void
loop_free(struct loop *l)
{
    if (!l)
        return;
    if (l->signal) {
        for (size_t i = 0; i < COUNT_OF(signals); i++)
            sigaction(signals[i], &caught.before[i], NULL);
        sigaction(SIGPIPE, &caught.pipe_before, NULL);
        caught.fd = -1;
    }
    free_tasks(&l->timers);
    free_tasks(&l->posts);
    close(l->pipe[0]);
    close(l->pipe[1]);
    mem_free(l);
}

void
loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *ctx)
{
    loop_unwatch(l, fd);
    ASSERT(l->watches_n < WATCH_MAX);
    l->watches[l->watches_n++] =
        (struct watch){.id = ++l->last_id, .fd = fd, .events = events, .fn = fn, .ctx = ctx};
}

void
loop_unwatch(struct loop *l, int fd)
{
    for (size_t i = 0; i < l->watches_n; i++) {
        if (l->watches[i].fd != fd)
            continue;
        l->watches[i] = l->watches[--l->watches_n];
        return;
    }
}

static struct task *
task_new(struct loop *l, loop_fn *fn, void *ctx)
{
    struct task *t = mem_new(1, sizeof *t);
    list_init(&t->node);
    t->id = ++l->last_id;
    t->fn = fn;
    t->ctx = ctx;
    return t;
}

loop_timer
loop_after(struct loop *l, int64_t after_ms, loop_fn *fn, void *ctx)
{
    struct task *t = task_new(l, fn, ctx);
    t->due_ms = clock_mono_ms() + (after_ms > 0 ? after_ms : 0);
    struct list *at = l->timers.next;
    while (at != &l->timers && LIST_ENTRY(at, struct task, node)->due_ms <= t->due_ms)
        at = at->next;
    list_insert_before(at, &t->node);
    return t->id;
}

void
loop_cancel(struct loop *l, loop_timer id)
{
    LIST_EACH (node, &l->timers) {
        struct task *t = LIST_ENTRY(node, struct task, node);
        if (t->id != id)
            continue;
        list_remove(node);
        mem_free(t);
        return;
    }
}

void
loop_post(struct loop *l, loop_fn *fn, void *ctx)
{
    list_push_back(&l->posts, &task_new(l, fn, ctx)->node);
}

void
loop_dirty(struct loop *l, unsigned dirty)
{
    l->dirty |= dirty;
    if (dirty & DIRTY_QUIT)
        l->quit = true;
}

void
loop_quit(struct loop *l, int status)
{
    l->status = status;
    l->quit = true;
}

void
loop_on_turn_end(struct loop *l, loop_turn_fn *fn, void *ctx)
{
    l->turn_end = fn;
    l->turn_ctx = ctx;
}

void
loop_on_signal(struct loop *l, loop_signal_fn *fn, void *ctx)
{
    ASSERT(fn && !l->signal && caught.fd < 0);
    l->signal = fn;
    l->signal_ctx = ctx;
    caught.fd = l->pipe[1];
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&sa.sa_mask);
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        caught.seen[i] = 0;
        sigaction(signals[i], &sa, &caught.before[i]);
    }
    sa.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &sa, &caught.pipe_before);
}

static void
run_signals(struct loop *l)
{
    char bytes[256];
    while (read(l->pipe[0], bytes, sizeof bytes) > 0)
        ;
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        if (!caught.seen[i])
            continue;
        caught.seen[i] = 0;
        loop_dirty(l, l->signal(l->signal_ctx, signals[i]));
    }
}

static struct watch *
watch_by_id(struct loop *l, uint64_t id)
{
    for (size_t i = 0; i < l->watches_n; i++) {
        if (l->watches[i].id == id)
            return &l->watches[i];
    }
    return NULL;
}

/* How long poll may sleep. */
static int
poll_timeout(const struct loop *l, int max_wait_ms)
{
    if (l->dirty || l->quit || !list_empty(&l->posts))
        return 0;
    if (list_empty(&l->timers))
        return max_wait_ms;
    int64_t wait = LIST_ENTRY(l->timers.next, struct task, node)->due_ms - clock_mono_ms();
    wait = wait < 0 ? 0 : wait > INT_MAX ? INT_MAX : wait;
    return max_wait_ms >= 0 && max_wait_ms < wait ? max_wait_ms : (int)wait;
}

/* Sleeps until something happens, then runs signals and descriptors. Returns when it woke. */
static int64_t
wait_and_run(struct loop *l, int max_wait_ms)
{
    struct pollfd fds[WATCH_MAX + 1];
    uint64_t ids[WATCH_MAX + 1];
    size_t n = l->watches_n;
    for (size_t i = 0; i < n; i++) {
        fds[i] = (struct pollfd){.fd = l->watches[i].fd, .events = l->watches[i].events};
        ids[i] = l->watches[i].id;
    }
    fds[n] = (struct pollfd){.fd = l->pipe[0], .events = POLLIN};

    int ready = poll(fds, (nfds_t)n + 1, poll_timeout(l, max_wait_ms));
    int64_t woke = clock_mono_ms();
    if (ready <= 0)
        return woke;
    if (fds[n].revents && l->signal)
        run_signals(l);
    for (size_t i = 0; i < n; i++) {
        /* An earlier handler of this turn may have removed or replaced the watch. */
        struct watch *w = fds[i].revents ? watch_by_id(l, ids[i]) : NULL;
        if (w)
            loop_dirty(l, w->fn(w->ctx, fds[i].revents));
    }
    return woke;
}

static void
run_task(struct loop *l, struct list *node)
{
    struct task *t = LIST_ENTRY(node, struct task, node);
    list_remove(node);
    loop_dirty(l, t->fn(t->ctx));
    mem_free(t);
}

/* What was there at the start; what these add waits for the next turn. */
static void
run_posts(struct loop *l)
{
    uint64_t last = l->last_id;
    while (!list_empty(&l->posts)) {
        if (LIST_ENTRY(l->posts.next, struct task, node)->id > last)
            break;
        run_task(l, l->posts.next);
    }
}

static void
run_timers(struct loop *l)
{
    int64_t now = clock_mono_ms();
    uint64_t last = l->last_id;
    for (;;) {
        struct list *node = l->timers.next;
        while (node != &l->timers && LIST_ENTRY(node, struct task, node)->id > last)
            node = node->next;
        if (node == &l->timers || LIST_ENTRY(node, struct task, node)->due_ms > now)
            return;
        run_task(l, node);
    }
}

bool
loop_turn(struct loop *l, int max_wait_ms)
{
    if (l->quit)
        return false;
    int64_t woke = wait_and_run(l, max_wait_ms);
    run_posts(l);
    run_timers(l);
    unsigned dirty = l->dirty & DIRTY_ALL;
    l->dirty = 0;
    if (dirty && !l->quit && l->turn_end)
        l->turn_end(l->turn_ctx, dirty);
    int64_t took = clock_mono_ms() - woke;
    if (took > SLOW_TURN_MS)
        LOG_DEBUG("loop", "slow turn", KV_INT("ms", took));
    return !l->quit;
}

int
loop_run(struct loop *l)
{
    while (loop_turn(l, -1))
        ;
    return l->status;
}
