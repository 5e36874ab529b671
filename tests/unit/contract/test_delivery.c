/*
 * Delivery by the real program, to a mail server that is killed, hangs or refuses: nothing is lost,
 * and nothing goes out twice but what was on its way when the program itself was killed, under the
 * same Message-ID. TEST_DELIVERY_MAILS (120) and TEST_DELIVERY_ROUNDS (4) make it longer.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/process.h"
#include "tests/support/smtpd.h"
#include "tests/support/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 16, PATIENCE_MS = 60000, WINDOW = 16, LOG_MAX = 16 * 1024 * 1024 };

#define TENANTS "/tenants/resources/tenants/v1"
#define USERS "/identity/resources/users/v2"

static char log_path[400], messages_path[400];
static char tenant[32]; /* of the test at hand; its users are named after it */

/* ---- a mail server that can be killed ---- */

/* One line for each message, before it is acknowledged: "Message-ID recipient". */
static const char *
note(void *ctx, const char *line, const struct smtpd_mail *mail)
{
    int fd = *(int *)ctx;
    char text[600];
    if (strcmp(line, ".") != 0)
        return NULL;
    const char *id = strstr(mail->data, "Message-ID: ");
    int n = snprintf(text, sizeof text, "%.60s %s\n", id ? id + 12 : "none", mail->to);
    char *end = strchr(text, '\r');
    if (end)
        n = (int)(end - text) +
            snprintf(end, sizeof text - (size_t)(end - text), " %s\n", mail->to);
    return write(fd, text, (size_t)n) == n ? NULL : "451 cannot note it";
}

struct receiver {
    pid_t pid;
    int port;
};

static void
receive_for_ever(int port, int tell)
{
    int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    struct smtpd *s = smtpd_start(port, note, &fd);
    port = smtpd_port(s);
    if (write(tell, &port, sizeof port) != sizeof port)
        _exit(1);
    close(tell);
    for (;;)
        pause();
}

static void
receiver_start(struct receiver *r)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0) {
        close(ends[0]);
        receive_for_ever(r->port, ends[1]);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &r->port, sizeof r->port), sizeof r->port);
    close(ends[0]);
}

static void
receiver_kill(struct receiver *r)
{
    kill(r->pid, SIGKILL);
    waitpid(r->pid, NULL, 0);
    r->pid = 0;
}

/* ---- the program ---- */

static void
start(struct process *p, const struct receiver *r)
{
    char url[64];
    snprintf(url, sizeof url, "smtp://127.0.0.1:%d", r->port);
    const char *const extra[] = {"--smtp",     url,           "--smtp-tls", "none",
                                 "--messages", messages_path, NULL};
    assert_true(process_start(p, "delivery", extra)); /* on PostgreSQL all share a database */
}

static int
post(const struct process *p, const char *path, const char *in, const char *body)
{
    static char request[ANSWER_MAX], answer[ANSWER_MAX];
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                     "%s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s%s%s\r\n%s",
                     path, p->token, strlen(body), in ? "frontegg-tenant-id: " : "", in ? in : "",
                     in ? "\r\n" : "", body);
    return raw_request(p->port, (struct str){request, (size_t)n}, answer, sizeof answer);
}

static void
add_tenant(const struct process *p, const char *name)
{
    char body[100];
    snprintf(tenant, sizeof tenant, "%s", name);
    snprintf(body, sizeof body, "{\"tenantId\":\"%s\",\"name\":\"T\"}", name);
    assert_int_equal(post(p, TENANTS, NULL, body), 201);
}

/* Each new user gets one mail. */
static void
add_users(const struct process *p, int from, int to)
{
    char body[200];
    for (int i = from; i < to; i++) {
        snprintf(body, sizeof body, "{\"email\":\"user%d@%s.example\",\"name\":\"U\"}", i, tenant);
        assert_int_equal(post(p, USERS, tenant, body), 201);
    }
}

/* How often each of n users got a mail, by the log; *total counts all. */
static void
count(int n, int *times, int *total)
{
    struct arena a;
    struct str text, line;
    arena_init(&a, 2 * (size_t)LOG_MAX);
    memset(times, 0, (size_t)n * sizeof *times);
    *total = 0;
    if (file_read(log_path, LOG_MAX, &a, &text, NULL) != ERR_OK)
        text = STR("");
    while (str_next(&text, '\n', &line)) {
        ptrdiff_t at = str_find(line, STR("<user"));
        int64_t i = -1;
        struct str rest = at < 0 ? STR("") : str_sub(line, (size_t)at + 5, line.n), number;
        if (str_next(&rest, '@', &number) && str_to_i64(number, &i) && i >= 0 && i < n) {
            times[i]++;
            ++*total;
        }
    }
    arena_fini(&a);
}

static int
missing(int n, const int *times)
{
    int none = 0;
    for (int i = 0; i < n; i++)
        none += times[i] == 0;
    return none;
}

static void
wait_for_all(int n, int *times, int *total)
{
    int64_t end = clock_mono_ms() + PATIENCE_MS;
    do {
        (void)poll(NULL, 0, 20);
        count(n, times, total);
    } while (missing(n, times) && clock_mono_ms() < end);
}

/* Waits until the queue is empty: all is marked as sent, too. */
static void
wait_for_quiet(const struct process *p)
{
    static char answer[ANSWER_MAX];
    int64_t end = clock_mono_ms() + PATIENCE_MS;
    do {
        (void)poll(NULL, 0, 20);
        assert_int_equal(process_call(p, "GET", "/gatehouse/v1/messages?state=queued&_limit=1", "",
                                      answer, sizeof answer),
                         200);
    } while (!strstr(answer, "\"totalItems\":0") && clock_mono_ms() < end);
    assert_non_null(strstr(answer, "\"totalItems\":0"));
}

/* The same user twice is allowed only under one Message-ID. */
static void
assert_same_ids(void)
{
    struct arena a;
    struct str text, line;
    arena_init(&a, 2 * (size_t)LOG_MAX);
    assert_int_equal(file_read(log_path, LOG_MAX, &a, &text, NULL), ERR_OK);
    struct str whole = text;
    while (str_next(&text, '\n', &line)) {
        ptrdiff_t space = str_find_char(line, ' ');
        if (space < 0)
            continue;
        struct str to = str_sub(line, (size_t)space, line.n), rest = whole, other;
        while (str_next(&rest, '\n', &other))
            if (str_ends(other, to))
                assert_true(str_eq(other, line));
    }
    arena_fini(&a);
}

/* ---- the tests ---- */

static int
set_up(void **state)
{
    (void)state;
    const char *tmp = getenv("TEST_TMP");
    snprintf(log_path, sizeof log_path, "%s/mails.log", tmp ? tmp : "/tmp");
    snprintf(messages_path, sizeof messages_path, "%s/messages.conf", tmp ? tmp : "/tmp");
    (void)unlink(log_path);
    static const char text[] = "[delivery]\nfirst-retry = 50ms\nlast-retry = 200ms\nlease = 2s\n"
                               "timeout = 1s\nattempts = 100\n";
    return file_write(messages_path, STR(text), 0600, NULL) != ERR_OK;
}

/* The mail server dies and comes back, the program dies and comes back, over and over. */
static void
survives_kills(void **state)
{
    (void)state;
    int n = unit_setting("TEST_DELIVERY_MAILS", 120),
        rounds = unit_setting("TEST_DELIVERY_ROUNDS", 4);
    int *times = mem_new((size_t)n, sizeof *times), total = 0, kills = 0;
    struct receiver r = {.port = 0};
    static struct process p;
    receiver_start(&r);
    start(&p, &r);
    add_tenant(&p, "kills");
    for (int round = 0; round < rounds; round++) {
        int from = n * round / rounds, to = n * (round + 1) / rounds, half = (from + to) / 2;
        add_users(&p, from, half);
        receiver_kill(&r);
        add_users(&p, half, to);
        if (round % 2) /* the program dies while it sends */
            receiver_start(&r);
        process_kill(&p);
        kills++;
        if (!r.pid)
            receiver_start(&r);
        start(&p, &r);
    }
    wait_for_all(n, times, &total);
    wait_for_quiet(&p);
    count(n, times, &total);
    print_message("%d mails, %d kills of each, %d arrived, %d lost, %d twice\n", n, kills, total,
                  missing(n, times), total - n);
    assert_int_equal(missing(n, times), 0);
    assert_true(total - n <= kills * WINDOW);
    assert_same_ids();
    assert_int_equal(process_stop(&p), 0);
    receiver_kill(&r);
    mem_free(times);
}

/* With the mail server gone first, nothing is on its way when the program dies: nothing doubles. */
static void
doubles_nothing(void **state)
{
    (void)state;
    int n = unit_setting("TEST_DELIVERY_MAILS", 120);
    int *times = mem_new((size_t)n, sizeof *times), total = 0;
    struct receiver r = {.port = 0};
    static struct process p;
    receiver_start(&r);
    start(&p, &r);
    add_tenant(&p, "doubles");
    add_users(&p, 0, n / 3);
    wait_for_quiet(&p);
    receiver_kill(&r);
    add_users(&p, n / 3, 2 * n / 3);
    process_kill(&p);
    start(&p, &r);
    add_users(&p, 2 * n / 3, n);
    receiver_start(&r);
    wait_for_all(n, times, &total);
    wait_for_quiet(&p);
    count(n, times, &total);
    assert_int_equal(missing(n, times), 0);
    assert_int_equal(total, n);
    assert_int_equal(process_stop(&p), 0);
    receiver_kill(&r);
    mem_free(times);
}

/* Two servers, one queue: each message once, and both carry some. */
static void
two_servers_share_the_queue(void **state)
{
    (void)state;
    int n = unit_setting("TEST_DELIVERY_MAILS", 120);
    int *times = mem_new((size_t)n, sizeof *times), total = 0;
    struct receiver r = {.port = 0};
    static struct process p[2];
    receiver_start(&r);
    start(&p[0], &r);
    start(&p[1], &r);
    add_tenant(&p[0], "shared");
    for (int i = 0; i < n; i++)
        add_users(&p[i % 2], i, i + 1);
    wait_for_all(n, times, &total);
    wait_for_quiet(&p[0]);
    count(n, times, &total);
    assert_int_equal(missing(n, times), 0);
    assert_int_equal(total, n);
    for (int i = 0; i < 2; i++) {
        static char answer[ANSWER_MAX];
        assert_int_equal(process_call(&p[i], "GET", "/metrics", "", answer, sizeof answer), 200);
        assert_null(strstr(answer, "gatehouse_messages_sent_total{channel=\"email\"} 0\n"));
    }
    /* One dies with a full queue; the other takes it over when the leases have run out. */
    receiver_kill(&r);
    (void)unlink(log_path);
    add_users(&p[0], n, 2 * n);
    process_kill(&p[0]);
    receiver_start(&r);
    int *more = mem_new(2 * (size_t)n, sizeof *more);
    int64_t end = clock_mono_ms() + PATIENCE_MS;
    do {
        (void)poll(NULL, 0, 50);
        count(2 * n, more, &total);
    } while (missing(n, more + n) && clock_mono_ms() < end);
    assert_int_equal(missing(n, more + n), 0);
    assert_int_equal(total, n);
    assert_int_equal(process_stop(&p[1]), 0);
    receiver_kill(&r);
    mem_free(more);
    mem_free(times);
}

/* ---- a provider that hangs ---- */

static const char *
hang(void *ctx, const char *line, const struct smtpd_mail *mail)
{
    (void)ctx, (void)line, (void)mail;
    return SMTPD_HANG;
}

static void
hanging_does_not_matter(void **state)
{
    (void)state;
    static char answer[ANSWER_MAX];
    static struct process p;
    struct smtpd *s = smtpd_start(0, hang, NULL);
    struct receiver r = {.port = smtpd_port(s)};
    start(&p, &r);
    add_tenant(&p, "hanging");
    int64_t slowest = 0;
    bool open = false;
    for (int i = 0; i < 200 || !open; i++) {
        int64_t begin = clock_mono_ms();
        add_users(&p, i, i + 1);
        int64_t took = clock_mono_ms() - begin;
        slowest = took > slowest ? took : slowest;
        assert_int_equal(process_call(&p, "GET", "/metrics", "", answer, sizeof answer), 200);
        const char *gauge = strstr(answer, "\ngatehouse_messages_breaker{");
        open = open || (gauge && strstr(gauge, "\"email\"} 1\n"));
        assert_true(i < 5000);
    }
    print_message("slowest request beside a hanging mail server: %lld ms\n", (long long)slowest);
    assert_true(slowest < 1000);
    /* It ends within its time, too, and takes up the rest when it is back. */
    int64_t begin = clock_mono_ms();
    assert_int_equal(process_stop(&p), 0);
    assert_true(clock_mono_ms() - begin < 10000);
    smtpd_stop(s);
}

int
main(void)
{
    const struct CMUnitTest shared[] = {
        cmocka_unit_test_setup(two_servers_share_the_queue, set_up),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(survives_kills, set_up),
        cmocka_unit_test_setup(doubles_nothing, set_up),
        cmocka_unit_test_setup(hanging_does_not_matter, set_up),
    };
    int failed = 0;
    if (getenv("GATEHOUSE_TEST_PG"))
        failed = cmocka_run_group_tests_name("delivery by two", shared, NULL, NULL);
    return failed + cmocka_run_group_tests_name("delivery", tests, NULL, NULL);
}
