#ifndef SERVER_HTTP_CONN_H
#define SERVER_HTTP_CONN_H
/*
 * What we keep per connection, the byte filter under the HTTP library, and the deadlines.
 *
 * The filter: this file defines recv() and gnutls_record_recv(), which the dynamic linker finds
 * before the C library's and GnuTLS's. For descriptors that are not ours they just pass through.
 * For a connection the bytes go through http_guard; after a fault only complete requests in front
 * are passed on, then the client gets a short error and end of file. Why it is done so:
 * doc/decisions/0012-framing-filter.md. If the filter were ever not in the path (static linking, a
 * library that reads differently), http.c notices that no checked head stands for a request and
 * refuses it: the failure is closed.
 *
 * The reaper: one thread that shuts down connections whose absolute deadline has passed; it sleeps
 * without a timer while no deadline is armed, so an idle server never wakes up.
 *
 * Threads: a connection is read by its polling thread; deadlines are atomic and may be set by any.
 */
#include "base/list.h"
#include "server/http.h"
#include "server/http_guard.h"

#include <pthread.h>
#include <stdatomic.h>

struct reaper {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct list conns;
    atomic_size_t n_conns;
    size_t crowd;       /* from so many on idle connections give way */
    int64_t request_ms; /* from the first byte of a request to its last */
    bool armed, stop, running;
};

struct conn {
    struct list node;
    struct reaper *reaper;
    int fd;
    void *tls; /* GnuTLS session, NULL for plain connections */
    struct http_guard guard;
    uint64_t handled;         /* requests given to the handler; never more than guard.requests */
    bool refused;             /* the error answer was sent: only end of file from now on */
    _Atomic int64_t deadline; /* clock_mono_ms, 0: none */
    _Atomic int64_t idle;     /* clock_mono_ms since when nothing is asked of us; 0: at work */
    char ip[48];
    struct http_request request;
    struct arena arena;
    struct buf body;
    struct header headers[GUARD_HEADERS_MAX];
};

enum err_code reaper_start(struct reaper *r, int64_t request_ms, size_t crowd,
                           struct err *err) MUST_USE;
void reaper_stop(struct reaper *r);

/* A connection that was just accepted; tls as in struct conn. */
struct conn *conn_new(struct reaper *r, int fd, void *tls);
void conn_free(struct conn *take);
/* The answer is out: nothing is asked of us until the next byte. */
void conn_rest(struct conn *c);
/* The client has closed its side: nothing more will come, and nobody may be reading. Not known of
 * TLS connections. */
bool conn_is_ended(const struct conn *c);
/* Absolute deadline `ms` from now for what the connection is doing; 0: none. */
void conn_deadline(struct conn *c, int64_t ms);
#endif
