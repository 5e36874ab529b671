#include "server/http.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "server/http_conn.h"
#include "server/http_hold.h"
#include "server/http_listen.h"
#include "server/work.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 1000,    /* per listener */
    PER_IP_MAX = 256,          /* from one address, beyond loopback */
    PER_IP_LOOPBACK_MAX = 900, /* a proxy in front is one address */
    IDLE_SECONDS = 75,         /* between requests on one connection */
    MEMORY_PER_CONNECTION = 32 * 1024,
    ARENA_MAX = 48 * 1024 * 1024, /* per request */
    REPLY_MAX = 32 * 1024 * 1024,
    QUEUE_MAX = 512,
    HASHERS = 2,
    HASHES_WAITING = 32, /* for each hasher: about a second */
    HASHERS_NICE = 10,
    OUTSIDE_THREADS = 16, /* they only wait */
    OUTSIDE_WAITING = 64,
    PATIENCE_MS = 250, /* who waited longer than this is looked at again: are they there? */
    REQUEST_MS = 30 * 1000,
    WRITE_MS = 60 * 1000, /* for an answer too large for the kernel's buffers */
    WRITE_WATCHED = 64 * 1024
};

struct http {
    struct http_options options;
    struct listener listeners[HTTP_LISTENERS_MAX];
    struct MHD_Daemon *daemons[HTTP_LISTENERS_MAX];
    size_t n;
    struct reaper reaper;
    struct work *lanes[HTTP_OUTSIDE + 1]; /* none for HTTP_AT_ONCE */
    struct hold hold;
    atomic_bool stopping;
    atomic_int active; /* requests between their first and last byte */
};

/* A request on its way; lives in its connection's memory. */
struct exchange {
    struct work_job job;
    struct held held;
    int64_t begun_us; /* all of the request was there */
    struct http *http;
    struct conn *conn;
    struct MHD_Connection *mhd;
    enum { X_NEW, X_BODY, X_WORKING, X_DONE } state;
};

static struct conn *
conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void
name_peer(struct conn *c, const struct sockaddr *address)
{
    const void *ip = NULL;
    if (address && address->sa_family == AF_INET)
        ip = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    else if (address && address->sa_family == AF_INET6)
        ip = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (!ip || !inet_ntop(address->sa_family, ip, c->ip, sizeof c->ip))
        (void)snprintf(c->ip, sizeof c->ip, "unix");
}

static void
on_connection(void *arg, struct MHD_Connection *mhd, void **context,
              enum MHD_ConnectionNotificationCode code)
{
    struct http *h = arg;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        conn_free(*context);
        *context = NULL;
        return;
    }
    /* Each answer may overwrite the one before. */
    int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const union MHD_ConnectionInfo *tls =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    struct conn *c = conn_new(&h->reaper, fd, tls ? tls->tls_session : NULL);
    *context = c;
    if (!c)
        return;
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    name_peer(c, peer ? peer->client_addr : NULL);
}

/* First sight of a request: its target, as sent. What this returns becomes the request's context.
 */
static void *
on_uri(void *arg, const char *uri, struct MHD_Connection *mhd)
{
    struct http *h = arg;
    struct conn *c = conn_of(mhd);
    if (!c)
        return NULL;
    atomic_fetch_add(&h->active, 1);
    arena_init(&c->arena, ARENA_MAX);
    buf_init(&c->body, GUARD_BODY_MAX);
    c->request =
        (struct http_request){.arena = &c->arena, .ip = str_of(c->ip), .received = clock_now_ms()};
    buf_init(&c->request.reply, REPLY_MAX);
    buf_init(&c->request.reply_headers, 16 * 1024);
    c->request.target = arena_text(&c->arena, uri);
    struct exchange *x = ARENA_NEW(&c->arena, struct exchange);
    x->http = h;
    x->conn = c;
    x->mhd = mhd;
    return x;
}

static void
on_completed(void *arg, struct MHD_Connection *mhd, void **context,
             enum MHD_RequestTerminationCode why)
{
    (void)mhd, (void)why;
    struct http *h = arg;
    struct exchange *x = *context;
    if (!x)
        return;
    *context = NULL;
    struct conn *c = x->conn;
    buf_fini(&c->request.reply);
    buf_fini(&c->request.reply_headers);
    buf_fini(&c->body);
    arena_fini(&c->arena); /* and with it x */
    if (!http_guard_mid_request(&c->guard)) {
        conn_rest(c);
        if (atomic_load(&c->deadline) != 0)
            conn_deadline(c, 0);
    }
    atomic_fetch_sub(&h->active, 1);
}

static enum MHD_Result
take_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value,
            size_t value_n)
{
    (void)kind;
    struct conn *c = arg;
    if (c->request.n_headers == GUARD_HEADERS_MAX)
        return MHD_NO;
    c->headers[c->request.n_headers++] =
        (struct header){.name = {name, name_n}, .value = {value ? value : "", value_n}};
    return MHD_YES;
}

static enum MHD_Result
begin(struct exchange *x, const char *method)
{
    struct conn *c = x->conn;
    c->request.method = str_of(method);
    c->request.headers = c->headers;
    (void)MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, take_header, c);
    x->state = X_BODY;
    return MHD_YES;
}

static void
add_headers(struct MHD_Response *response, const struct http_request *r)
{
    if (str_given(r->type))
        (void)MHD_add_response_header(response, "Content-Type", r->type.p);
    if (str_given(r->trace_id))
        (void)MHD_add_response_header(response, "frontegg-trace-id", r->trace_id.p);
    struct str rest = buf_str(&r->reply_headers), line;
    while (rest.n > 0 && str_next(&rest, '\n', &line)) {
        ptrdiff_t colon = str_find_char(line, ':');
        if (colon <= 0)
            continue;
        struct str name = str_sub(line, 0, (size_t)colon);
        struct str value = str_trim(str_sub(line, (size_t)colon + 1, line.n));
        (void)MHD_add_response_header(response, arena_cstr(r->arena, name),
                                      arena_cstr(r->arena, value));
    }
}

static enum MHD_Result
answer(struct exchange *x)
{
    struct http_request *r = &x->conn->request;
    struct str body = buf_str(&r->reply);
    union {
        const char *in;
        void *out;
    } bytes = {.in = body.n ? body.p : ""};
    /* The bytes stay where they are until on_completed, which is after the last one was sent. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.n, bytes.out, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    add_headers(response, r);
    if (r->close || atomic_load(&x->http->stopping))
        (void)MHD_add_response_header(response, "Connection", "close");
    if (body.n > WRITE_WATCHED)
        conn_deadline(x->conn, WRITE_MS);
    enum MHD_Result rc = MHD_queue_response(x->mhd, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return rc;
}

static void
refuse_busy(struct http_request *r)
{
    r->status = 503;
    r->type = STR("application/json; charset=utf-8");
    buf_add_text(&r->reply, "{\"errors\":[\"The server is busy, try again\"]}");
    buf_add_text(&r->reply_headers, "Retry-After: 1\r\n");
}

static enum MHD_Result hand_over(struct exchange *x, enum http_lane lane);

static void
finish(struct exchange *x)
{
    x->state = X_DONE;
    MHD_resume_connection(x->mhd);
}

/* True if it has to be handled on another thread; then it belongs to that one already. */
static bool
handle(struct exchange *x)
{
    struct http *h = x->http;
    struct http_request *r = &x->conn->request;
    h->options.handle(h->options.arg, r);
    if (!r->moves)
        return false;
    r->moves = false;
    r->outside = true;
    (void)hand_over(x, HTTP_OUTSIDE);
    return true;
}

static void
release(struct held *held)
{
    finish(LIST_ENTRY(held, struct exchange, held));
}

static void
run_job(struct work_job *job)
{
    struct exchange *x = (struct exchange *)(void *)job;
    if (handle(x))
        return;
    x->held.release = release;
    if (!x->conn->request.steady || !hold_add(&x->http->hold, &x->held, x->begun_us))
        finish(x);
}

/* A hash is dear: whoever has gone away while it waited gets none. */
static void
run_hashing_job(struct work_job *job)
{
    struct exchange *x = (struct exchange *)(void *)job;
    struct http_request *r = &x->conn->request;
    if (clock_now_ms() - r->received <= PATIENCE_MS || !conn_is_ended(x->conn)) {
        run_job(job);
        return;
    }
    refuse_busy(r);
    r->close = true;
    finish(x);
}

static enum MHD_Result
hand_over(struct exchange *x, enum http_lane lane)
{
    struct http *h = x->http;
    if (x->state != X_WORKING)
        MHD_suspend_connection(x->mhd);
    x->state = X_WORKING;
    x->job.run = lane == HTTP_HASHER ? run_hashing_job : run_job;
    if (work_push(h->lanes[lane], &x->job))
        return MHD_YES;
    refuse_busy(&x->conn->request);
    finish(x);
    return MHD_YES;
}

/* The request is complete: answers it here, or has a worker do it. */
static enum MHD_Result
execute(struct exchange *x)
{
    struct http *h = x->http;
    struct http_request *r = &x->conn->request;
    if (++x->conn->handled > x->conn->guard.requests) {
        /* The filter did not see this request: it is not in the path. Nothing may run. */
        LOG_ERROR("http", "a request reached the handler without having been checked", KV_NONE);
        return MHD_NO;
    }
    x->begun_us = hold_now_us();
    r->body = buf_str(&x->conn->body);
    enum http_lane lane = h->options.lane ? h->options.lane(h->options.arg, r) : HTTP_AT_ONCE;
    if (lane != HTTP_AT_ONCE && !atomic_load(&h->stopping))
        return hand_over(x, lane);
    if (handle(x))
        return MHD_YES;
    x->state = X_DONE;
    return answer(x);
}

/* The signature is the library's. */
static enum MHD_Result /* NOLINTNEXTLINE(readability-function-size) */
on_request(void *arg, struct MHD_Connection *mhd, const char *url, const char *method,
           const char *version, const char *data, size_t *data_n, void **context)
{
    (void)arg, (void)mhd, (void)url, (void)version;
    struct exchange *x = *context;
    if (!x)
        return MHD_NO;
    if (x->state == X_NEW)
        return begin(x, method);
    if (*data_n > 0) {
        buf_add(&x->conn->body, data, *data_n);
        *data_n = 0;
        return x->conn->body.failed ? MHD_NO : MHD_YES;
    }
    if (x->state == X_DONE)
        return answer(x);
    return x->state == X_BODY ? execute(x) : MHD_YES;
}

static void __attribute__((format(printf, 2, 0)))
on_library_log(void *arg, const char *fmt, va_list ap)
{
    (void)arg;
    char text[256];
    (void)vsnprintf(text, sizeof text, fmt, ap);
    LOG_DEBUG("http", "library", KV_STR("text", str_trim(str_of(text))));
}

static unsigned
pool_size(const struct http_options *o)
{
    if (o->threads)
        return o->threads;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > 8 ? 8 : (unsigned)cores;
}

static unsigned
connections_max(const struct http_options *o)
{
    return o->connections ? o->connections : CONNECTIONS_MAX;
}

static enum err_code
start_daemon(struct http *h, size_t i, char *cert, char *key, struct err *err)
{
    const struct listener *l = &h->listeners[i];
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | (l->tls ? MHD_USE_TLS : 0);
    unsigned threads = pool_size(&h->options);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         (char[]){"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"}},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem pool[] = {{MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL},
                                    {MHD_OPTION_END, 0, NULL}};
    h->daemons[i] = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, h,
        MHD_OPTION_LISTEN_SOCKET, l->fd, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, h, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
        MHD_OPTION_CONNECTION_LIMIT, connections_max(&h->options),
        MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)(l->loopback ? PER_IP_LOOPBACK_MAX : PER_IP_MAX), MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, threads > 1 ? pool : none,
        MHD_OPTION_ARRAY, l->tls ? tls : none, MHD_OPTION_END);
    if (!h->daemons[i])
        return err_set(err, ERR_IO, "cannot serve %s%s", l->url,
                       l->tls ? ": are certificate and key a matching PEM pair?" : "");
    return ERR_OK;
}

enum err_code
http_open(struct http **out, const struct http_options *options, struct err *err)
{
    *out = NULL;
    if (options->n_listen == 0 || options->n_listen > HTTP_LISTENERS_MAX)
        return err_set(err, ERR_USAGE, "give 1 to %d --listen addresses", HTTP_LISTENERS_MAX);
    struct http *h = mem_new(1, sizeof *h);
    h->options = *options;
    struct listen_rules rules = {.tls = str_given(options->tls_cert),
                                 .insecure = options->insecure_listen};
    enum err_code rc = ERR_OK;
    while (h->n < options->n_listen && !rc) {
        rc = listener_open(&h->listeners[h->n], options->listen[h->n], &rules, err);
        h->n += !rc;
    }
    h->options.listen = NULL; /* borrowed for this call only */
    if (!rc)
        *out = h;
    else
        http_stop(h, 0);
    return rc;
}

static enum err_code
start_workers(struct http *h, struct err *err)
{
    const struct http_options *o = &h->options;
    struct work_options work = {.threads = o->workers ? o->workers : 8, .queue_max = QUEUE_MAX};
    struct work_options hashing = {.threads = o->hashers ? o->hashers : HASHERS,
                                   .queue_max = o->hashes_waiting,
                                   .nice = HASHERS_NICE};
    if (!hashing.queue_max)
        hashing.queue_max = (size_t)hashing.threads * HASHES_WAITING;
    struct work_options outside = {.threads = OUTSIDE_THREADS, .queue_max = OUTSIDE_WAITING};
    enum err_code rc = hold_start(&h->hold, err);
    if (!rc)
        rc = work_new(&h->lanes[HTTP_WORKER], &work, err);
    if (!rc)
        rc = work_new(&h->lanes[HTTP_HASHER], &hashing, err);
    return rc ? rc : work_new(&h->lanes[HTTP_OUTSIDE], &outside, err);
}

static enum err_code
serve_all(struct http *h, struct err *err)
{
    const struct http_options *o = &h->options;
    struct arena scratch;
    arena_init(&scratch, 1024 * 1024);
    char *cert = arena_cstr(&scratch, o->tls_cert), *key = arena_cstr(&scratch, o->tls_key);
    enum err_code rc = start_workers(h, err);
    if (!rc)
        rc = reaper_start(&h->reaper, o->request_ms ? o->request_ms : REQUEST_MS,
                          connections_max(o) * 3 / 4, err);
    for (size_t i = 0; i < h->n && !rc; i++)
        rc = start_daemon(h, i, cert, key, err);
    secret_wipe(key, strlen(key) + 1);
    arena_fini(&scratch);
    return rc;
}

enum err_code
http_serve(struct http *h, struct err *err)
{
    /* Signals belong to the main thread; the library's threads inherit the mask. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    enum err_code rc = serve_all(h, err);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    h->options.tls_cert = h->options.tls_key = STR_ABSENT;
    return rc;
}

static void
wait_until_quiet(struct http *h, int64_t grace_ms)
{
    int64_t until = clock_mono_ms() + grace_ms;
    while (atomic_load(&h->active) > 0 && clock_mono_ms() < until)
        (void)nanosleep(&(struct timespec){.tv_nsec = 2000000L}, NULL);
}

void
http_stop(struct http *h, int64_t grace_ms)
{
    if (!h)
        return;
    atomic_store(&h->stopping, true);
    for (size_t i = 0; i < h->n; i++)
        if (h->daemons[i])
            (void)MHD_quiesce_daemon(h->daemons[i]);
    wait_until_quiet(h, grace_ms);
    /* Ends the last jobs: a connection must not be suspended when its daemon stops. */
    for (size_t i = 0; i < COUNT_OF(h->lanes);
         i++) /* in this order: earlier ones may fill the last */
        work_free(h->lanes[i]);
    hold_stop(&h->hold);
    for (size_t i = 0; i < h->n; i++) {
        if (h->daemons[i])
            MHD_stop_daemon(h->daemons[i]);
        listener_close(&h->listeners[i]);
    }
    reaper_stop(&h->reaper);
    mem_free(h);
}

struct str
http_address(const struct http *h, size_t i)
{
    return i < h->n ? str_of(h->listeners[i].url) : STR_ABSENT;
}

size_t
http_connections(const struct http *h)
{
    return atomic_load(&h->reaper.n_conns);
}
