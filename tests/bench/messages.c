/*
 * How many messages a second leave a server: written to the outbox or taken by a mail server in
 * this process, and recorded as sent.
 *   messages FOLDER [COUNT]       a folder that is empty or missing
 * WAY.drain: a second, of COUNT that all wait at once; WAY.cpu: microseconds of CPU for each of
 * these, the mail server's included; WAY.beside: a second, while others add them in transactions
 * of ten, the adding included.
 */
#include "store/messages.h"
#include "base/clock.h"
#include "base/mem.h"
#include "server/deliver.h"
#include "server/server.h"
#include "server/state.h"
#include "tests/support/measure.h"
#include "tests/support/smtpd.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { PER_TRANSACTION = 10, COUNT_PRESET = 5000, TEXT_MAX = 64 * 1024 };
static const int64_t DAY_MS = 24 * 60 * 60 * 1000;

struct adding {
    const struct server *server;
    struct arena arena;
    int n;
    int64_t due; /* 0: now */
};

static enum err_code
add(struct db_conn *conn, void *arg, struct err *err)
{
    struct adding *a = arg;
    struct scope s;
    arena_reset(&a->arena);
    enum err_code rc = scope_open(&s, conn, &a->arena, a->server->vendor, STR_ABSENT, err);
    s.now = a->due ? a->due : clock_now_ms();
    const struct message m = {.channel = MESSAGE_EMAIL,
                              .to = STR("ada@example.com"),
                              .subject = STR("Your code"),
                              .text = STR("Hello Ada,\n\nyour code is 123456.\n"),
                              .html = STR("<p>Hello Ada,</p><p>your code is <b>123456</b>.</p>"),
                              .template_type = STR("MFAOTC"),
                              .code = STR("123456")};
    for (int i = 0; i < a->n && rc == ERR_OK; i++)
        rc = store_message_add(&s, &m, NULL, err);
    return rc;
}

static enum err_code
add_all(struct adding *a, int count, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (int i = 0; i < count && rc == ERR_OK; i += PER_TRANSACTION)
        rc = store_tx(a->server->store, DB_WRITE, add, a, err);
    return rc;
}

static int64_t
sent(const struct server *s)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    deliver_write_metrics(s->deliver, &text);
    const char *name = "\ngatehouse_messages_sent_total{channel=\"email\"} ";
    const char *at = strstr(text.p, name);
    int64_t n = at ? strtoll(at + strlen(name), NULL, 10) : 0;
    buf_fini(&text);
    return n;
}

static void
wait_for(const struct server *s, int64_t count)
{
    while (sent(s) < count)
        (void)poll(NULL, 0, 1);
}

static enum err_code
make_due(struct db_conn *conn, void *arg, struct err *err)
{
    const int64_t *now = arg;
    return db_exec(conn, "UPDATE messages SET due_at = $1 WHERE state = 'queued'",
                   DB_ARGS(DB_I(*now)), NULL, err);
}

/* Messages a second. */
static double
rate(int count, int64_t since_us)
{
    return count * 1e6 / (double)(clock_mono_us() - since_us);
}

static enum err_code
measure_drain(struct adding *a, int count, const char *what, struct err *err)
{
    struct store *store = a->server->store;
    a->due = clock_now_ms() + DAY_MS;
    enum err_code rc = add_all(a, count, err);
    int64_t now = clock_now_ms();
    if (rc == ERR_OK)
        rc = store_tx(store, DB_WRITE, make_due, &now, err);
    if (rc)
        return rc;
    double cpu = measure_cpu_us();
    int64_t start = clock_mono_us();
    deliver_wake(a->server->deliver);
    wait_for(a->server, count);
    printf("%s.drain %.0f\n%s.cpu %.0f\n", what, rate(count, start), what,
           (measure_cpu_us() - cpu) / count);
    return ERR_OK;
}

static enum err_code
measure_beside(struct adding *a, int count, const char *what, struct err *err)
{
    int64_t start = clock_mono_us(), before = sent(a->server);
    a->due = 0;
    enum err_code rc = add_all(a, count, err);
    if (rc == ERR_OK) {
        wait_for(a->server, before + count);
        printf("%s.beside %.0f\n", what, rate(count, start));
    }
    return rc;
}

static int
measure(const char *what, const char *data, const char *smtp, int count)
{
    struct server_options o = {.data = data, .smtp = smtp, .smtp_tls = smtp ? "none" : NULL};
    struct err err = {.code = ERR_OK};
    struct server *server = NULL;
    if (server_start(&server, &o, &err) != ERR_OK) {
        (void)fprintf(stderr, "messages: %s\n", err.msg);
        return 1;
    }
    struct adding a = {.server = server, .n = PER_TRANSACTION};
    arena_init(&a.arena, 1024 * 1024);
    enum err_code rc = measure_drain(&a, count, what, &err);
    if (rc == ERR_OK)
        rc = measure_beside(&a, count, what, &err);
    if (rc)
        (void)fprintf(stderr, "messages: %s\n", err.msg);
    arena_fini(&a.arena);
    server_stop(server);
    return rc != ERR_OK;
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    int count = argc > 2 ? (int)strtol(argv[2], NULL, 10) : COUNT_PRESET;
    struct smtpd *s = smtpd_start(0, NULL, NULL);
    int failed = measure("outbox", argv[1], NULL, count);
    failed += measure("smtp", argv[1], smtpd_url(s), count);
    smtpd_stop(s);
    return failed;
}
