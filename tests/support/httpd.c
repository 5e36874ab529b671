#include "tests/support/httpd.h"
#include "base/mem.h"
#include "tests/support/listener.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOG_MAX = 2048, LOG_HEAD = 2048 };

struct httpd {
    httpd_fn *fn;
    void *ctx;
    struct listener *listener;
    char url[64];
    pthread_mutex_t lock;
    unsigned n_requests; /* under lock, as are their heads */
    char *heads[LOG_MAX];
};

static bool
read_head(struct httpd_request *r)
{
    size_t n = 0;
    while (n + 1 < sizeof r->head) {
        if (!listener_readable(r->listener, r->fd) || recv(r->fd, r->head + n, 1, 0) <= 0)
            return false;
        r->head[++n] = '\0';
        if (n >= 4 && memcmp(r->head + n - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static bool
read_body(struct httpd_request *r)
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
        if (!listener_readable(r->listener, r->fd))
            return false;
        ssize_t n = recv(r->fd, r->body + r->n_body, (size_t)length - r->n_body, 0);
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

static void
serve(struct listener_connection *c)
{
    struct httpd *h = c->server;
    struct httpd_request *r = mem_new(1, sizeof *r);
    r->fd = c->fd;
    r->listener = c->listener;
    r->connection = c->number;
    bool more = true;
    while (more) {
        r->n_body = 0;
        r->head[0] = '\0';
        if (!read_head(r) || !read_body(r))
            break;
        log_request(h, r);
        more = h->fn(r, h->ctx);
    }
    mem_free(r);
}

struct httpd *
httpd_start(httpd_fn *fn, void *ctx)
{
    struct httpd *h = mem_new(1, sizeof *h);
    h->fn = fn;
    h->ctx = ctx;
    pthread_mutex_init(&h->lock, NULL);
    h->listener = listener_start(0, serve, h);
    snprintf(h->url, sizeof h->url, "http://127.0.0.1:%d", listener_port(h->listener));
    return h;
}

void
httpd_stop(struct httpd *take)
{
    listener_stop(take->listener);
    for (size_t i = 0; i < LOG_MAX; i++)
        mem_free(take->heads[i]);
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
    return listener_connections(h->listener);
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
    while (listener_readable(r->listener, r->fd)) {
        if (recv(r->fd, &byte, 1, 0) <= 0)
            return;
    }
}
