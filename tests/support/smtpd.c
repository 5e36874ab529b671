#include "tests/support/smtpd.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, STEP_MS = 20, LINE_MAX_BYTES = 4096, INPUT_MAX = 64 * 1024 };
enum { DATA_MAX = 16 * 1024 * 1024, PATIENCE_MS = 10000 };

struct connection {
    struct smtpd *server;
    pthread_t thread;
    int fd;
    unsigned number;
    char input[INPUT_MAX];
    size_t from, to; /* what of it is not read yet */
    char line[LINE_MAX_BYTES];
    struct smtpd_mail mail;
};

struct smtpd {
    smtpd_fn *fn;
    void *ctx;
    int listen_fd, port;
    char url[64];
    pthread_t acceptor;
    pthread_mutex_t lock;
    bool stopping; /* under lock, as are the rest */
    struct connection *connections[CONNECTIONS_MAX];
    unsigned n_connections, n_mails, size;
    struct smtpd_mail *mails;
};

static bool
stopping(struct smtpd *s)
{
    pthread_mutex_lock(&s->lock);
    bool yes = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return yes;
}

static bool
readable(struct smtpd *s, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!stopping(s))
        if (poll(&p, 1, STEP_MS) > 0)
            return true;
    return false;
}

/* One line without its CRLF into c->line; false at the end. */
static bool
read_line(struct connection *c)
{
    size_t n = 0;
    for (;;) {
        while (c->from < c->to) {
            char byte = c->input[c->from++];
            if (byte == '\n') {
                n -= n && c->line[n - 1] == '\r';
                c->line[n] = '\0';
                return true;
            }
            if (n + 1 < sizeof c->line)
                c->line[n++] = byte;
        }
        ssize_t got = readable(c->server, c->fd) ? recv(c->fd, c->input, sizeof c->input, 0) : 0;
        if (got <= 0)
            return false;
        c->from = 0;
        c->to = (size_t)got;
    }
}

static bool
say(struct connection *c, const char *text)
{
    char line[LINE_MAX_BYTES];
    int n = snprintf(line, sizeof line, "%s\r\n", text);
    return send(c->fd, line, (size_t)n, MSG_NOSIGNAL) == n;
}

/* The answer of the test or the usual one; false ends the connection. */
static bool
answer(struct connection *c, const char *line, const char *usual, bool *positive)
{
    struct smtpd *s = c->server;
    const char *text = s->fn ? s->fn(s->ctx, line, &c->mail) : NULL;
    if (text && strcmp(text, SMTPD_CLOSE) == 0)
        return false;
    if (text && strcmp(text, SMTPD_HANG) == 0) {
        while (read_line(c))
            continue;
        return false;
    }
    text = text ? text : usual;
    *positive = text[0] == '2' || text[0] == '3';
    return say(c, text);
}

static void
keep(struct connection *c)
{
    struct smtpd *s = c->server;
    pthread_mutex_lock(&s->lock);
    if (s->n_mails == s->size) {
        s->size = s->size ? 2 * s->size : 64;
        s->mails = mem_resize(s->mails, s->size, sizeof *s->mails);
    }
    s->mails[s->n_mails++] = c->mail;
    c->mail.data = NULL;
    pthread_mutex_unlock(&s->lock);
}

static bool
read_data(struct connection *c)
{
    struct buf data;
    buf_init(&data, DATA_MAX);
    bool more;
    while ((more = read_line(c)) && strcmp(c->line, ".") != 0) {
        buf_add_text(&data, c->line + (c->line[0] == '.'));
        buf_add_text(&data, "\r\n");
    }
    c->mail.n = data.n;
    c->mail.data = buf_take(&data, NULL);
    bool positive = false;
    more = more && answer(c, ".", "250 2.0.0 Ok: queued", &positive);
    if (positive)
        keep(c);
    mem_free(c->mail.data);
    c->mail.data = NULL;
    return more;
}

/* The credentials come on a line of their own. */
static bool
read_login(struct connection *c)
{
    struct buf plain;
    if (!say(c, "334 ") || !read_line(c))
        return false;
    buf_init(&plain, sizeof c->mail.login);
    (void)buf_add_unbase64(&plain, str_of(c->line));
    for (size_t i = 0; i < plain.n; i++)
        c->mail.login[i] = plain.p[i] ? plain.p[i] : '|';
    c->mail.login[plain.n < sizeof c->mail.login ? plain.n : 0] = '\0';
    buf_fini(&plain);
    return true;
}

static bool
is_command(const struct connection *c, const char *verb)
{
    return str_eq_nocase(str_sub(str_of(c->line), 0, strlen(verb)), str_of(verb));
}

static bool
serve_command(struct connection *c)
{
    bool positive = false;
    if (is_command(c, "EHLO"))
        return answer(c, c->line, "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN", &positive);
    if (is_command(c, "AUTH")) {
        return read_login(c) && answer(c, "AUTH", "235 2.7.0 ok", &positive);
    }
    if (is_command(c, "MAIL FROM:"))
        snprintf(c->mail.from, sizeof c->mail.from, "%.399s", c->line + 10);
    if (is_command(c, "RCPT TO:"))
        snprintf(c->mail.to, sizeof c->mail.to, "%.399s", c->line + 8);
    if (is_command(c, "DATA"))
        return answer(c, c->line, "354 go ahead", &positive) && (!positive || read_data(c));
    if (is_command(c, "QUIT")) {
        (void)answer(c, c->line, "221 bye", &positive);
        return false;
    }
    return answer(c, c->line, "250 ok", &positive);
}

static void *
serve(void *arg)
{
    struct connection *c = arg;
    bool positive = false;
    c->mail.connection = c->number;
    if (answer(c, "(connect)", "220 test ESMTP", &positive))
        while (read_line(c) && serve_command(c))
            continue;
    mem_free(c->mail.data);
    c->mail.data = NULL;
    shutdown(c->fd, SHUT_RDWR);
    return NULL;
}

static void
add_connection(struct smtpd *s, int fd)
{
    pthread_mutex_lock(&s->lock);
    ASSERT(s->n_connections < CONNECTIONS_MAX);
    struct connection *c = mem_new(1, sizeof *c);
    c->server = s;
    c->fd = fd;
    c->number = s->n_connections + 1;
    s->connections[s->n_connections++] = c;
    ASSERT(pthread_create(&c->thread, NULL, serve, c) == 0);
    pthread_mutex_unlock(&s->lock);
}

static void *
accept_all(void *arg)
{
    struct smtpd *s = arg;
    while (readable(s, s->listen_fd)) {
        int fd = accept(s->listen_fd, NULL, NULL), on = 1;
        if (fd < 0)
            continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        add_connection(s, fd);
    }
    return NULL;
}

struct smtpd *
smtpd_start(int port, smtpd_fn *fn, void *ctx)
{
    struct smtpd *s = mem_new(1, sizeof *s);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->fn = fn;
    s->ctx = ctx;
    pthread_mutex_init(&s->lock, NULL);
    s->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ASSERT(bind(s->listen_fd, (struct sockaddr *)&address, size) == 0);
    ASSERT(listen(s->listen_fd, 128) == 0);
    ASSERT(getsockname(s->listen_fd, (struct sockaddr *)&address, &size) == 0);
    s->port = ntohs(address.sin_port);
    snprintf(s->url, sizeof s->url, "smtp://127.0.0.1:%d", s->port);
    ASSERT(pthread_create(&s->acceptor, NULL, accept_all, s) == 0);
    return s;
}

void
smtpd_stop(struct smtpd *take)
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
    for (unsigned i = 0; i < take->n_mails; i++)
        mem_free(take->mails[i].data);
    mem_free(take->mails);
    close(take->listen_fd);
    pthread_mutex_destroy(&take->lock);
    mem_free(take);
}

const char *
smtpd_url(const struct smtpd *s)
{
    return s->url;
}

int
smtpd_port(const struct smtpd *s)
{
    return s->port;
}

static unsigned
count(struct smtpd *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned n = s->n_mails;
    pthread_mutex_unlock(&s->lock);
    return n;
}

unsigned
smtpd_wait(struct smtpd *s, unsigned n)
{
    int64_t end = clock_mono_ms() + PATIENCE_MS;
    while (count(s) < n && clock_mono_ms() < end)
        (void)poll(NULL, 0, 5);
    return count(s);
}

const struct smtpd_mail *
smtpd_mail(struct smtpd *s, unsigned i)
{
    static struct smtpd_mail copy; /* the list may move */
    pthread_mutex_lock(&s->lock);
    ASSERT(i < s->n_mails);
    copy = s->mails[i];
    pthread_mutex_unlock(&s->lock);
    return &copy;
}

unsigned
smtpd_connections(struct smtpd *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned n = s->n_connections;
    pthread_mutex_unlock(&s->lock);
    return n;
}
