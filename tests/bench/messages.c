/*
 * How many messages a second leave a server: added to the queue in transactions of ten, written to
 * the outbox or taken by a mail server in this process, and recorded as sent.
 *   messages FOLDER [COUNT]       a folder that is empty or missing
 */
#include "store/messages.h"
#include "base/clock.h"
#include "base/mem.h"
#include "server/deliver.h"
#include "server/server.h"
#include "server/state.h"
#include "tests/support/smtpd.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PER_TRANSACTION = 10, COUNT_PRESET = 5000, TEXT_MAX = 64 * 1024 };

struct adding {
    const struct server *server;
    struct arena arena;
    int n;
};

static enum err_code
add(struct db_conn *conn, void *arg, struct err *err)
{
    struct adding *a = arg;
    struct scope s;
    arena_reset(&a->arena);
    enum err_code rc = scope_open(&s, conn, &a->arena, a->server->vendor, STR_ABSENT, err);
    s.now = clock_now_ms();
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

static double
cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
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
    double cpu = cpu_us();
    int64_t start = clock_mono_ms();
    for (int i = 0; i < count; i += PER_TRANSACTION)
        if (store_tx(server->store, DB_WRITE, add, &a, &err) != ERR_OK)
            (void)fprintf(stderr, "messages: %s\n", err.msg);
    int64_t added = clock_mono_ms();
    while (sent(server) < count)
        (void)poll(NULL, 0, 5);
    int64_t end = clock_mono_ms();
    printf("%s %d messages: queued in %" PRId64 " ms, all sent after %" PRId64
           " ms, %.0f/s, %.0f us of CPU each\n",
           what, count, added - start, end - start, count * 1000.0 / (double)(end - start),
           (cpu_us() - cpu) / count);
    arena_fini(&a.arena);
    server_stop(server);
    return 0;
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
