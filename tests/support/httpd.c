#include "tests/support/httpd.h"
#include "base/mem.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, LOG_MAX = 2048, LOG_HEAD = 2048, STEP_MS = 20 };

struct connection {
    struct httpd *server;
    pthread_t thread;
    int fd;
    unsigned number;
};

struct httpd {
    httpd_fn *fn;
    void *ctx;
    int listen_fd;
    char url[64];
    pthread_t acceptor;
    pthread_mutex_t lock;
    bool stopping; /* under lock, as are the rest */
    struct connection *connections[CONNECTIONS_MAX];
    unsigned n_connections, n_requests;
    char *heads[LOG_MAX];
};

static bool
stopping(struct httpd *h)
{
    pthread_mutex_lock(&h->lock);
    bool yes = h->stopping;
    pthread_mutex_unlock(&h->lock);
    return yes;
}

/* Waits for bytes; false when there will be none. */
static bool
readable(struct httpd *h, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!stopping(h)) {
        int n = poll(&p, 1, STEP_MS);
        if (n > 0)
            return true;
    }
    return false;
}

static bool
read_head(struct connection *c, struct httpd_request *r)
{
    size_t n = 0;
    while (n + 1 < sizeof r->head) {
        if (!readable(c->server, c->fd) || recv(c->fd, r->head + n, 1, 0) <= 0)
            return false;
        r->head[++n] = '\0';
        if (n >= 4 && memcmp(r->head + n - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static bool
read_body(struct connection *c, struct httpd_request *r)
{
    uint64_t length = 0;
    const char *line = strstr(r->head, "Content-Length: ");
    if (line) {
        struct str rest = str_of(line + strlen("Content-Length: "));
        ptrdiff_t end = str_find_char(rest, '\r');
        if (end < 0 || !str_to_u64(str_sub(rest, 0, (size_t)end), &length))
            return false;
    }
    if (length >= sizeof r->body)
        return false;
    while (r->n_body < length) {
        if (!readable(c->server, c->fd))
            return false;
        ssize_t n = recv(c->fd, r->body + r->n_body, (size_t)length - r->n_body, 0);
        if (n <= 0)
            return false;
        r->n_body += (size_t)n;
    }
    r->body[r->n_body] = '\0';
    return true;
}

static void
log_request(struct httpd *h, struct httpd_request *r)
{
    pthread_mutex_lock(&h->lock);
    r->number = ++h->n_requests;
    size_t n = strlen(r->head);
    if (r->number <= LOG_MAX)
        h->heads[r->number - 1] = mem_copy_text(r->head, n < LOG_HEAD ? n : LOG_HEAD);
    pthread_mutex_unlock(&h->lock);
}

static void *
serve(void *arg)
{
    struct connection *c = arg;
    struct httpd_request *r = mem_new(1, sizeof *r);
    bool more = true;
    while (more) {
        r->n_body = 0;
        r->head[0] = '\0';
        r->fd = c->fd;
        r->server = c->server;
        r->connection = c->number;
        if (!read_head(c, r) || !read_body(c, r))
            break;
        log_request(c->server, r);
        more = c->server->fn(r, c->server->ctx);
    }
    mem_free(r);
    shutdown(c->fd, SHUT_RDWR);
    return NULL;
}

static void
add_connection(struct httpd *h, int fd)
{
    pthread_mutex_lock(&h->lock);
    if (h->n_connections < CONNECTIONS_MAX) {
        struct connection *c = mem_new(1, sizeof *c);
        *c = (struct connection){.server = h, .fd = fd, .number = h->n_connections + 1};
        h->connections[h->n_connections++] = c;
        if (pthread_create(&c->thread, NULL, serve, c))
            mem_assert_failed("thread", __FILE__, __LINE__);
    } else {
        close(fd);
    }
    pthread_mutex_unlock(&h->lock);
}

static void *
accept_all(void *arg)
{
    struct httpd *h = arg;
    while (readable(h, h->listen_fd)) {
        int fd = accept(h->listen_fd, NULL, NULL), on = 1;
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        add_connection(h, fd);
    }
    return NULL;
}

struct httpd *
httpd_start(httpd_fn *fn, void *ctx)
{
    struct httpd *h = mem_new(1, sizeof *h);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    h->fn = fn;
    h->ctx = ctx;
    pthread_mutex_init(&h->lock, NULL);
    h->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT(bind(h->listen_fd, (struct sockaddr *)&address, size) == 0);
    ASSERT(listen(h->listen_fd, 64) == 0);
    ASSERT(getsockname(h->listen_fd, (struct sockaddr *)&address, &size) == 0);
    snprintf(h->url, sizeof h->url, "http://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    ASSERT(pthread_create(&h->acceptor, NULL, accept_all, h) == 0);
    return h;
}

void
httpd_stop(struct httpd *take)
{
    pthread_mutex_lock(&take->lock);
    take->stopping = true;
    pthread_mutex_unlock(&take->lock);
    pthread_join(take->acceptor, NULL);
    for (unsigned i = 0; i < take->n_connections; i++) {
        shutdown(take->connections[i]->fd, SHUT_RDWR);
        pthread_join(take->connections[i]->thread, NULL);
        close(take->connections[i]->fd);
        mem_free(take->connections[i]);
    }
    for (size_t i = 0; i < LOG_MAX; i++)
        mem_free(take->heads[i]);
    close(take->listen_fd);
    pthread_mutex_destroy(&take->lock);
    mem_free(take);
}

const char *
httpd_url(const struct httpd *h)
{
    return h->url;
}

unsigned
httpd_count(struct httpd *h, const char *text)
{
    unsigned n = 0;
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->n_requests && i < LOG_MAX; i++)
        n += strstr(h->heads[i], text) != NULL;
    pthread_mutex_unlock(&h->lock);
    return n;
}

unsigned
httpd_connections(struct httpd *h)
{
    pthread_mutex_lock(&h->lock);
    unsigned n = h->n_connections;
    pthread_mutex_unlock(&h->lock);
    return n;
}

bool
httpd_is(const struct httpd_request *r, const char *method_and_path)
{
    size_t n = strlen(method_and_path);
    return strncmp(r->head, method_and_path, n) == 0 && (r->head[n] == ' ' || r->head[n] == '?');
}

bool
httpd_has(const struct httpd_request *r, const char *text)
{
    return strstr(r->head, text) != NULL;
}

void
httpd_send(const struct httpd_request *r, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n) {
        ssize_t sent = send(r->fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        p += sent;
        n -= (size_t)sent;
    }
}

void
httpd_text(const struct httpd_request *r, const char *z)
{
    httpd_send(r, z, strlen(z));
}

void
httpd_reply(const struct httpd_request *r, int status, const char *headers, const char *body)
{
    char head[4096];
    int n =
        snprintf(head, sizeof head,
                 "HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                 "%s\r\n",
                 status, strlen(body), headers);
    httpd_send(r, head, (size_t)n);
    httpd_text(r, body);
}

void
httpd_reset(const struct httpd_request *r)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    setsockopt(r->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    /* The number must stay taken until the connection is joined: put the old descriptor aside. */
    int null = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    dup2(null, r->fd);
    close(null);
}

void
httpd_stall(const struct httpd_request *r)
{
    char byte;
    while (readable(r->server, r->fd)) {
        if (recv(r->fd, &byte, 1, 0) <= 0)
            return;
    }
}
