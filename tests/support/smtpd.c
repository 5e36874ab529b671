#include "tests/support/smtpd.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/listener.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

enum { LINE_MAX_BYTES = 4096, INPUT_MAX = 64 * 1024 };
enum { DATA_MAX = 16 * 1024 * 1024, PATIENCE_MS = 10000 };

struct connection {
    struct smtpd *server;
    const struct listener_connection *on;
    char input[INPUT_MAX];
    size_t from, to; /* what of it is not read yet */
    char line[LINE_MAX_BYTES];
    struct smtpd_mail mail;
};

struct smtpd {
    smtpd_fn *fn;
    void *ctx;
    struct listener *listener;
    char url[64];
    pthread_mutex_t lock;
    unsigned n_mails, size; /* under lock, as are the mails */
    struct smtpd_mail *mails;
};

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
        ssize_t got = listener_readable(c->on->listener, c->on->fd)
                          ? recv(c->on->fd, c->input, sizeof c->input, 0)
                          : 0;
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
    return send(c->on->fd, line, (size_t)n, MSG_NOSIGNAL) == n;
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

static void
serve(struct listener_connection *on)
{
    struct connection *c = mem_new(1, sizeof *c);
    bool positive = false;
    c->server = on->server;
    c->on = on;
    c->mail.connection = on->number;
    if (answer(c, "(connect)", "220 test ESMTP", &positive))
        while (read_line(c) && serve_command(c))
            continue;
    mem_free(c->mail.data);
    mem_free(c);
}

struct smtpd *
smtpd_start(int port, smtpd_fn *fn, void *ctx)
{
    struct smtpd *s = mem_new(1, sizeof *s);
    s->fn = fn;
    s->ctx = ctx;
    pthread_mutex_init(&s->lock, NULL);
    s->listener = listener_start(port, serve, s);
    snprintf(s->url, sizeof s->url, "smtp://127.0.0.1:%d", smtpd_port(s));
    return s;
}

void
smtpd_stop(struct smtpd *take)
{
    listener_stop(take->listener);
    for (unsigned i = 0; i < take->n_mails; i++)
        mem_free(take->mails[i].data);
    mem_free(take->mails);
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
    return listener_port(s->listener);
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
    (void)smtpd_wait(s, i + 1);    /* the sender may have its answer before it is noted here */
    pthread_mutex_lock(&s->lock);
    ASSERT(i < s->n_mails);
    copy = s->mails[i];
    pthread_mutex_unlock(&s->lock);
    return &copy;
}

unsigned
smtpd_connections(struct smtpd *s)
{
    return listener_connections(s->listener);
}
