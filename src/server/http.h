#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H
/*
 * HTTP in and out. http.c is the only file that knows libmicrohttpd; http_conn.c watches the bytes
 * of each connection with http_guard before the library reads them and cuts connections at their
 * deadlines; http_listen.c opens sockets. Everything above sees only struct http_request.
 *
 * Threads: a pool of polling threads answers quick requests in place. Requests for which `lane`
 * says so are handed to worker threads: those that wait for the disk to one group, those that hash
 * passwords to another with a short queue, so that nothing else waits behind hashes. A request whose
 * handling turns out to need an answer from elsewhere (`moves`) is handled anew on a thread of a third
 * group, where only such requests wait. When a queue is
 * full the answer is 503 at once. A request is owned by exactly one thread at a time; its memory goes when the answer is
 * sent.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "server/call.h"

enum { HTTP_LISTENERS_MAX = 8 };

struct http_request {
    /* What came. Views live as long as the request. */
    struct str method, target; /* target as sent: path and query, not decoded */
    int64_t received;          /* ms, when its first line was there; 0: now */
    struct str ip;             /* of the socket's peer; "unix" for a local socket */
    const struct header *headers;
    size_t n_headers;
    struct str body;
    struct arena *arena;
    /* What goes back. */
    int status;
    struct str type;     /* content type; absent: no body type header */
    struct str trace_id; /* absent: no header */
    struct buf reply;
    struct buf reply_headers; /* "Name: value\r\n" lines */
    bool close;
    /* Between handler and server: it has to be handled on a thread that may wait for the network,
     * and it is. */
    bool moves, outside;
    bool steady; /* leaves on the beat (http_hold.h); not for what is answered at once */
};

enum http_lane {
    HTTP_AT_ONCE, /* on the thread that read it */
    HTTP_WORKER,  /* may wait for the disk */
    HTTP_HASHER,  /* hashes a password */
    HTTP_OUTSIDE  /* waits for others on the network */
};

struct http_options {
    const struct str *listen; /* "http://HOST:PORT", "https://HOST:PORT", "unix:PATH" */
    size_t n_listen;
    struct str tls_cert, tls_key; /* PEM; absent: no TLS */
    bool insecure_listen;         /* plain HTTP beyond loopback is allowed */
    unsigned threads, workers;    /* 0: min(8, cores); 8 */
    unsigned hashers;             /* 0: 2 */
    size_t hashes_waiting;        /* 0: 32 for each hasher */
    unsigned connections;         /* at most, per listener; 0: 1000 */
    int64_t request_ms;           /* from first to last byte of a request; 0: 30 s */
    void (*handle)(void *arg, struct http_request *r);
    enum http_lane (*lane)(void *arg, const struct http_request *r); /* NULL: all at once */
    void *arg;
};

struct http;

/* Opens the sockets; clients can connect and wait from now on. */
enum err_code http_open(struct http **out, const struct http_options *options,
                        struct err *err) MUST_USE;
/* Answers requests from now on; they may arrive before this returns. */
enum err_code http_serve(struct http *h, struct err *err) MUST_USE;
/* Stops accepting, lets requests in flight end for at most `grace_ms`, then closes everything. */
void http_stop(struct http *take, int64_t grace_ms);
/* Address of listener i as a client writes it, with the real port; absent past the last. */
struct str http_address(const struct http *h, size_t i);
size_t http_connections(const struct http *h);
#endif
