#include "server/http_conn.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum {
    FDS_MAX = 65536,   /* descriptors beyond are refused by http.c */
    TICK_MS = 250,     /* how late a deadline may be noticed */
    PATIENCE_MS = 500, /* a connection idle for less is not crowded out */
    CROWDED_OUT = 4    /* connections that give way to a new one, for they take a moment to go */
};

/*
 * Connections by descriptor. File-scope because recv() has no other way to find its connection;
 * written by the polling thread that owns the connection, read by the same one.
 */
static _Atomic(struct conn *) conns_by_fd[FDS_MAX];

/* -- the reaper -- */

/* Shuts down what is overdue. Returns whether any deadline is left. Lock held. */
static bool
reap(struct reaper *r, int64_t now)
{
    bool left = false;
    LIST_EACH (it, &r->conns) {
        struct conn *c = LIST_ENTRY(it, struct conn, node);
        int64_t deadline = atomic_load(&c->deadline);
        if (deadline == 0)
            continue;
        if (deadline <= now)
            (void)shutdown(c->fd, SHUT_RDWR);
        else
            left = true;
    }
    return left;
}

/*
 * The oldest idle connections go until there is room again, so that holding sockets open keeps nobody out. Returns
 * whether it is crowded. Lock held.
 */
static bool
crowd_out(struct reaper *r, int64_t now)
{
    size_t left = r->n_conns;
    LIST_EACH (it, &r->conns) {
        struct conn *c = LIST_ENTRY(it, struct conn, node);
        if (left < r->crowd)
            break;
        int64_t idle = atomic_load(&c->idle);
        if (idle == 0 || now - idle < PATIENCE_MS)
            continue;
        (void)shutdown(c->fd, SHUT_RDWR);
        left--;
    }
    return r->n_conns >= r->crowd;
}

static void *
reaper_main(void *arg)
{
    struct reaper *r = arg;
    pthread_mutex_lock(&r->lock);
    while (!r->stop) {
        if (!r->armed) {
            pthread_cond_wait(&r->wake, &r->lock);
            continue;
        }
        struct timespec until = clock_deadline(TICK_MS);
        (void)pthread_cond_timedwait(&r->wake, &r->lock, &until);
        int64_t now = clock_mono_ms();
        bool overdue = reap(r, now);
        r->armed = crowd_out(r, now) || overdue;
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

enum err_code
reaper_start(struct reaper *r, int64_t request_ms, size_t crowd, struct err *err)
{
    *r = (struct reaper){.request_ms = request_ms, .crowd = crowd};
    list_init(&r->conns);
    pthread_mutex_init(&r->lock, NULL);
    cond_init(&r->wake);
    int rc = pthread_create(&r->thread, NULL, reaper_main, r);
    if (rc != 0)
        return err_set_errno(err, ERR_INTERNAL, rc, "cannot start a thread");
    r->running = true;
    return ERR_OK;
}

void
reaper_stop(struct reaper *r)
{
    if (!r->running)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    r->running = false;
}

/* Lock held. */
static void
arm(struct reaper *r)
{
    if (!r->armed)
        pthread_cond_signal(&r->wake);
    r->armed = true;
}

void
conn_deadline(struct conn *c, int64_t ms)
{
    atomic_store(&c->deadline, ms ? clock_mono_ms() + ms : 0);
    if (ms == 0)
        return;
    pthread_mutex_lock(&c->reaper->lock);
    arm(c->reaper);
    pthread_mutex_unlock(&c->reaper->lock);
}

/* -- life of a connection -- */

struct conn *
conn_new(struct reaper *r, int fd, void *tls)
{
    if (fd < 0 || fd >= FDS_MAX)
        return NULL;
    struct conn *c = mem_new(1, sizeof *c);
    c->reaper = r;
    c->fd = fd;
    c->tls = tls;
    http_guard_init(&c->guard);
    conn_rest(c);
    pthread_mutex_lock(&r->lock);
    list_push_back(&r->conns, &c->node);
    if (++r->n_conns >= r->crowd)
        arm(r);
    pthread_mutex_unlock(&r->lock);
    atomic_store(&conns_by_fd[fd], c);
    return c;
}

void
conn_rest(struct conn *c)
{
    atomic_store(&c->idle, clock_mono_ms());
}

void
conn_free(struct conn *c)
{
    if (!c)
        return;
    struct conn *mine = c;
    (void)atomic_compare_exchange_strong(&conns_by_fd[c->fd], &mine, NULL);
    pthread_mutex_lock(&c->reaper->lock);
    list_remove(&c->node);
    c->reaper->n_conns--;
    pthread_mutex_unlock(&c->reaper->lock);
    mem_free(c);
}

/* -- the filter -- */

/* Unread bytes at close make the kernel send a reset, which can destroy the answer on its way. */
static void
drain(const struct conn *c)
{
    char scrap[4096];
    for (int i = 0; i < 16; i++)
        if (recvfrom(c->fd, scrap, sizeof scrap, MSG_DONTWAIT, NULL, NULL) <= 0)
            return;
}

static void
send_refusal(struct conn *c)
{
    int status = http_guard_status((enum guard_fault)c->guard.fault);
    static const char body[] = "{\"errors\":[\"The request is malformed or too large\"]}";
    char text[256];
    int n = snprintf(text, sizeof text,
                     "HTTP/1.1 %d Refused\r\nContent-Type: application/json; charset=utf-8\r\n"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                     status, sizeof body - 1, body);
    /* A few hundred bytes on a connection that has nothing in flight; if they do not fit, so be it.
     */
    if (c->tls)
        (void)gnutls_record_send(c->tls, text, (size_t)n);
    else
        (void)send(c->fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
    drain(c);
    c->refused = true;
}

bool
conn_is_ended(const struct conn *c)
{
    char next;
    return !c->tls && recvfrom(c->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) == 0;
}

/* What the library may see of the n bytes just read. */
static ssize_t
filter(struct conn *c, const char *bytes, ssize_t n)
{
    atomic_store(&c->idle, 0);
    size_t good = 0;
    enum guard_fault fault = http_guard_feed(&c->guard, (struct str){bytes, (size_t)n}, &good);
    if (fault != GUARD_OK) {
        /* The library may not read again before the next event: closing the read side makes one. */
        (void)shutdown(c->fd, SHUT_RD);
        if (good == 0)
            send_refusal(c);
        return (ssize_t)good;
    }
    /* Deadlines cost a lock, so only requests that do not come in one piece get one. */
    bool mid = http_guard_mid_request(&c->guard);
    if (mid && atomic_load(&c->deadline) == 0)
        conn_deadline(c, c->reaper->request_ms);
    else if (!mid && atomic_load(&c->deadline) != 0)
        conn_deadline(c, 0);
    /* An end that came together with half a request makes no further event; this does. */
    if (mid && conn_is_ended(c))
        (void)shutdown(c->fd, SHUT_RD);
    return n;
}

/* End of file for a connection whose fault was found earlier. */
static ssize_t
refuse(struct conn *c)
{
    if (!c->refused)
        send_refusal(c);
    return 0;
}

static struct conn *
conn_of(int fd)
{
    return fd >= 0 && fd < FDS_MAX ? atomic_load(&conns_by_fd[fd]) : NULL;
}

/* Replaces the C library's recv() for the whole program; recvfrom() without an address is the same
 * call. */
ssize_t
recv(int fd, void *bytes, size_t size, int flags)
{
    struct conn *c = conn_of(fd);
    if (c && c->tls) /* GnuTLS reads records; what they hold is filtered below */
        c = NULL;
    if (c && c->guard.fault)
        return refuse(c);
    ssize_t n = recvfrom(fd, bytes, size, flags, NULL, NULL);
    return c && n > 0 && !(flags & MSG_PEEK) ? filter(c, bytes, n) : n;
}

/* Replaces GnuTLS's function of this name; the one with a sequence number is the same call. */
ssize_t
gnutls_record_recv(gnutls_session_t session, void *bytes, size_t size)
{
    /* By descriptor: the session's own pointer belongs to the HTTP library, which newer ones use. */
    struct conn *c = conn_of(gnutls_transport_get_int(session));
    if (c && c->tls != session)
        c = NULL;
    if (c && c->guard.fault)
        return refuse(c);
    unsigned char sequence[8];
    ssize_t n = gnutls_record_recv_seq(session, bytes, size, sequence);
    return c && n > 0 ? filter(c, bytes, n) : n;
}
