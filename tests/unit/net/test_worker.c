#include "base/clock.h"
#include "base/mem.h"
#include "net/worker.h"
#include "tests/support/httpd.h"
#include "tests/support/unit.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STALL_MS = 300, LONG_MS = 20000, FAULT_BYTES_MAX = 1 << 20 };

static struct worker *
start(unsigned parallel)
{
    const struct worker_options options = {.user_agent = "test", .max_parallel = parallel};
    struct err err;
    struct worker *w = worker_start(&options, &err);
    assert_non_null(w);
    return w;
}

static struct http_job *
job_for(enum http_method method, const char *base, const char *path, int64_t timeout_ms)
{
    char url[512];
    struct http_job *job = http_job_new();
    int n = snprintf(url, sizeof url, "%s%s", base, path);
    job->url = mem_copy_text(url, (size_t)n);
    job->method = method;
    job->timeout_ms = timeout_ms;
    return job;
}

static struct http_job *
take(struct worker *w)
{
    for (;;) {
        struct http_job *job = worker_take(w);
        if (job)
            return job;
        struct pollfd p = {.fd = worker_fd(w), .events = POLLIN};
        assert_true(poll(&p, 1, LONG_MS) == 1);
    }
}

static struct http_job *
run(struct worker *w, struct http_job *job)
{
    uint64_t id = worker_submit(w, job);
    struct http_job *done = take(w);
    assert_true(done->id == id);
    return done;
}

static struct http_job *
get(const char *base, const char *path)
{
    struct worker *w = start(0);
    struct http_job *job = run(w, job_for(HTTP_GET, base, path, LONG_MS));
    worker_stop(w);
    return job;
}

static bool
answer_json(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    httpd_reply(r, 200,
                "frontegg-trace-id: abc-1\r\nDate: Thu, 02 May 2024 11:25:22 GMT\r\n"
                "Retry-After: 7\r\n",
                "{\"a\":[1,2]}");
    return true;
}

static void
answers_are_parsed_on_the_worker(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer_json, NULL);
    struct http_job *job = get(httpd_url(h), "/x");
    assert_int_equal(job->err.code, ERR_OK);
    assert_int_equal(job->status, 200);
    assert_int_equal(json_len(json_get(job->json, "a")), 2);
    assert_string_equal(job->trace_id, "abc-1");
    assert_true(job->server_date_ms == 1714649122000);
    assert_true(job->retry_after_ms == 7000);
    assert_true(job->sent);
    http_job_free(job);
    httpd_stop(h);
}

static void
connections_are_reused(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer_json, NULL);
    struct worker *w = start(0);
    for (int i = 0; i < 5; i++)
        http_job_free(run(w, job_for(HTTP_GET, httpd_url(h), "/x", LONG_MS)));
    assert_int_equal(httpd_count(h, ""), 5);
    assert_int_equal(httpd_connections(h), 1);
    worker_stop(w);
    httpd_stop(h);
}

static bool
answer_echo(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    char body[256];
    snprintf(body, sizeof body, "{\"n\":%zu,\"zero\":%s}", r->n_body,
             httpd_has(r, "Content-Length: 0") ? "true" : "false");
    httpd_reply(r, 200, "", body);
    return true;
}

static void
bodies_and_methods_arrive(void **state)
{
    (void)state;
    static const enum http_method methods[] = {HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE};
    static const char *const lines[] = {"POST /b ", "PUT /b ", "PATCH /b ", "DELETE /b "};
    struct httpd *h = httpd_start(answer_echo, NULL);
    struct worker *w = start(0);
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct http_job *job = job_for(methods[i], httpd_url(h), "/b", LONG_MS);
        buf_add_text(&job->body, "{\"x\":1}");
        job->has_body = true;
        job = run(w, job);
        int64_t n = 0;
        assert_true(json_to_i64(json_get(job->json, "n"), &n) && n == 7);
        assert_int_equal(httpd_count(h, lines[i]), 1);
        http_job_free(job);
    }
    struct http_job *job = run(w, job_for(HTTP_POST, httpd_url(h), "/c", LONG_MS));
    bool zero = false;
    assert_true(json_to_bool(json_get(job->json, "zero"), &zero) && zero);
    http_job_free(job);
    assert_int_equal(httpd_count(h, "Expect:"), 0);
    worker_stop(w);
    httpd_stop(h);
}

/* Deflate with fixed codes (RFC 1951 3.2.6): one zero byte, then copies of 258 of it. */
struct bits {
    struct buf *out;
    unsigned hold, n;
};

static void
put_bit(struct bits *b, unsigned bit)
{
    b->hold |= bit << b->n;
    if (++b->n == 8) {
        buf_add_char(b->out, (char)b->hold);
        b->hold = b->n = 0;
    }
}

static void
put_code(struct bits *b, unsigned code, unsigned length)
{
    while (length--)
        put_bit(b, code >> length & 1);
}

static void
make_bomb(struct buf *out, size_t copies)
{
    static const unsigned char head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    struct bits b = {.out = out};
    buf_add(out, head, sizeof head);
    put_bit(&b, 1);
    put_bit(&b, 1);
    put_bit(&b, 0);
    put_code(&b, 0x30, 8);
    while (copies--) {
        put_code(&b, 0xc5, 8);
        put_code(&b, 0, 5);
    }
    put_code(&b, 0, 7);
    put_code(&b, 0, 7);
}

struct fault {
    const char *name;
    const char *bytes; /* sent as they are */
    enum {
        END_CLOSE,
        END_RESET,
        END_STALL,
        END_SLOW,
        END_BOMB,
        END_FLOOD,
        END_INTERIM,
        END_BIG
    } end;
    enum err_code code;
    int status;
};

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
static const struct fault faults[] = {
    {"nothing at all", "", END_CLOSE, ERR_NETWORK, 0},
    {"reset before the answer", "", END_RESET, ERR_NETWORK, 0},
    {"reset in the status line", "HTTP/1.", END_RESET, ERR_NETWORK, 0},
    {"reset in the headers", HEAD, END_RESET, ERR_NETWORK, 200},
    {"reset in the body", HEAD "Content-Length: 20\r\n\r\n{\"a\":", END_RESET, ERR_NETWORK, 200},
    {"cut in the body", HEAD "Content-Length: 20\r\n\r\n{\"a\":", END_CLOSE, ERR_NETWORK, 200},
    {"cut in the headers", HEAD "Content-Len", END_CLOSE, ERR_NETWORK, 200},
    {"stall before the answer", "", END_STALL, ERR_TIMEOUT, 0},
    {"stall in the headers", HEAD, END_STALL, ERR_TIMEOUT, 200},
    {"stall in the body", HEAD "Content-Length: 20\r\n\r\n{\"a\":", END_STALL, ERR_TIMEOUT, 200},
    {"one byte now and then", HEAD "Content-Length: 999\r\n\r\n", END_SLOW, ERR_TIMEOUT, 200},
    {"length beyond the body", HEAD "Content-Length: 9\r\n\r\n{}", END_CLOSE, ERR_NETWORK, 200},
    {"length that is no number", HEAD "Content-Length: x\r\n\r\n{}", END_CLOSE, ERR_NETWORK, 200},
    {"bad chunk size", HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", END_CLOSE,
     ERR_NETWORK, 200},
    {"chunks without end", HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", END_CLOSE,
     ERR_NETWORK, 200},
    {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", END_CLOSE, ERR_NETWORK, 0},
    {"HTTP/0.9", "{\"a\":1}", END_CLOSE, ERR_NETWORK, 0},
    {"bad JSON", HEAD "Content-Length: 5\r\n\r\n{\"a\":", END_CLOSE, ERR_PARSE, 200},
    {"bytes after the JSON", HEAD "Content-Length: 4\r\n\r\n{}{}", END_CLOSE, ERR_PARSE, 200},
    {"bad UTF-8", HEAD "Content-Length: 5\r\n\r\n\"\xff\xfe\x80\"", END_CLOSE, ERR_PARSE, 200},
    {"NUL in JSON", HEAD "Content-Length: 8\r\n\r\n\"\\u0000\"", END_CLOSE, ERR_PARSE, 200},
    {"gzip that is none", HEAD "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", END_CLOSE,
     ERR_NETWORK, 200},
    {"gzip bomb", HEAD "Content-Encoding: gzip\r\n\r\n", END_BOMB, ERR_LIMIT, 200},
    {"endless body", HEAD "\r\n", END_BIG, ERR_LIMIT, 200},
    {"header flood", HEAD, END_FLOOD, ERR_LIMIT, 200},
    {"interim answers for ever", "", END_INTERIM, ERR_LIMIT, -1},
};

static void
repeat(const struct httpd_request *r, const char *bytes, size_t n, int times)
{
    while (times--)
        httpd_send(r, bytes, n);
}

static bool
answer_fault(const struct httpd_request *r, void *ctx)
{
    const struct fault *f = ctx;
    static const char zeros[4096];
    struct buf bomb;
    httpd_text(r, f->bytes);
    switch (f->end) {
    case END_CLOSE:
        break;
    case END_RESET:
        httpd_reset(r);
        break;
    case END_STALL:
        httpd_stall(r);
        break;
    case END_SLOW:
        for (int i = 0; i < 40; i++) {
            httpd_text(r, " ");
            poll(NULL, 0, 20);
        }
        break;
    case END_BOMB:
        buf_init(&bomb, 1 << 20);
        make_bomb(&bomb, 5000);
        httpd_send(r, bomb.p, bomb.n);
        buf_fini(&bomb);
        break;
    case END_BIG:
        repeat(r, zeros, sizeof zeros, 300);
        break;
    case END_FLOOD:
        repeat(r, "X-Filler: 0123456789abcdef\r\n", 28, 20000);
        break;
    case END_INTERIM:
        repeat(r, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 37, 20000);
        break;
    }
    return false;
}

static void
run_fault(const struct fault *f, enum http_method method)
{
    struct httpd *h = httpd_start(answer_fault, (void *)(uintptr_t)f);
    struct worker *w = start(0);
    int64_t began = clock_mono_ms();
    bool stalls = f->end == END_STALL || f->end == END_SLOW;
    struct http_job *job = job_for(method, httpd_url(h), "/f", stalls ? STALL_MS : LONG_MS);
    job->max_bytes = FAULT_BYTES_MAX;
    job = run(w, job);
    int64_t took = clock_mono_ms() - began;
    if (job->err.code != f->code || (f->status >= 0 && job->status != f->status) || took > 5000)
        print_error("%s: code %s, status %d, %s, %lld ms\n", f->name, err_name(job->err.code),
                    job->status, job->err.msg, (long long)took);
    assert_int_equal(job->err.code, f->code);
    if (f->status >= 0)
        assert_int_equal(job->status, f->status);
    assert_true(job->sent);
    assert_true(strlen(job->err.msg) > 10);
    assert_null(job->json);
    assert_int_equal(httpd_count(h, ""), 1); /* nothing is sent twice */
    http_job_free(job);
    worker_stop(w);
    httpd_stop(h);
}

static void
every_fault_is_said_clearly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        run_fault(&faults[i], HTTP_GET);
        if (faults[i].end != END_STALL && faults[i].end != END_SLOW)
            run_fault(&faults[i], HTTP_POST);
    }
}

static void
unreachable_hosts_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum err_code code;
    } cases[] = {
        {"http://127.0.0.1:1", ERR_NETWORK}, {"http://does-not-exist.invalid", ERR_NETWORK},
        {"file:///etc", ERR_CONFIG},         {"ftp://127.0.0.1", ERR_CONFIG},
        {"gopher://127.0.0.1", ERR_CONFIG},  {"http://user:pw@127.0.0.1:1", ERR_CONFIG},
        {"http://[::1", ERR_CONFIG},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct http_job *job = get(cases[i].url, "/passwd");
        if (job->err.code != cases[i].code)
            print_error("%s: %s %s\n", cases[i].url, err_name(job->err.code), job->err.msg);

        assert_int_equal(job->err.code, cases[i].code);
        assert_false(job->sent);
        http_job_free(job);
    }
}

static bool
answer_redirect(const struct httpd_request *r, void *ctx)
{
    char header[256];
    snprintf(header, sizeof header, "Location: %s/stolen\r\n", httpd_url(ctx));
    httpd_reply(r, r->number % 2 ? 302 : 308, header, "");
    return true;
}

static void
redirects_leak_nothing(void **state)
{
    (void)state;
    struct httpd *other = httpd_start(answer_json, NULL);
    struct httpd *h = httpd_start(answer_redirect, other);
    struct worker *w = start(0);
    for (int i = 0; i < 4; i++) {
        struct http_job *job = job_for(i < 2 ? HTTP_GET : HTTP_POST, httpd_url(h), "/x", LONG_MS);
        http_job_add_header(job, STR("Authorization"), STR("Bearer canary"));
        http_job_add_header(job, STR("frontegg-tenant-id"), STR("canary"));
        job = run(w, job);
        assert_int_equal(job->err.code, ERR_OK);
        assert_int_equal(job->status, i % 2 ? 308 : 302);
        assert_non_null(strstr(job->location, "/stolen"));
        http_job_free(job);
    }
    assert_int_equal(httpd_count(h, "canary"), 4);
    assert_int_equal(httpd_connections(other), 0);
    worker_stop(w);
    httpd_stop(h);
    httpd_stop(other);
}

static void
the_environment_cannot_divert_or_record(void **state)
{
    (void)state;
    struct httpd *trap = httpd_start(answer_json, NULL);
    struct httpd *h = httpd_start(answer_json, NULL);
    static const char *const proxies[] = {"http_proxy", "all_proxy", "ALL_PROXY", "HTTP_PROXY"};
    for (size_t i = 0; i < COUNT_OF(proxies); i++)
        setenv(proxies[i], httpd_url(trap), 1);
    setenv("SSLKEYLOGFILE", "keys-must-not-appear", 1);
    setenv("CURL_HOME", ".", 1);
    setenv("NETRC", "netrc", 1);
    struct http_job *job = get(httpd_url(h), "/x");
    assert_int_equal(job->status, 200);
    assert_int_equal(httpd_connections(trap), 0);
    assert_null(getenv("SSLKEYLOGFILE"));
    assert_null(getenv("NETRC"));
    assert_true(access("keys-must-not-appear", F_OK) != 0);
    for (size_t i = 0; i < COUNT_OF(proxies); i++)
        unsetenv(proxies[i]);
    http_job_free(job);
    httpd_stop(h);
    httpd_stop(trap);
}

static bool
answer_never(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    httpd_stall(r);
    return false;
}

static void
wait_for_requests(struct httpd *h, unsigned n)
{
    for (int i = 0; i < 5000 && httpd_count(h, "") < n; i++)
        poll(NULL, 0, 1);
    assert_true(httpd_count(h, "") >= n);
}

static void
cancelling_is_quick_and_honest(void **state)
{
    (void)state;
    static const struct {
        enum http_method method;
        enum err_code code;
    } cases[] = {{HTTP_GET, ERR_CANCELLED},
                 {HTTP_POST, ERR_OUTCOME_UNKNOWN},
                 {HTTP_DELETE, ERR_OUTCOME_UNKNOWN}};
    struct httpd *h = httpd_start(answer_never, NULL);
    struct worker *w = start(0);
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        uint64_t id = worker_submit(w, job_for(cases[i].method, httpd_url(h), "/x", LONG_MS));
        wait_for_requests(h, i + 1);
        int64_t began = clock_mono_ms();
        worker_cancel(w, id);
        worker_cancel(w, id);
        struct http_job *job = take(w);
        assert_true(clock_mono_ms() - began < 1000);
        assert_int_equal(job->err.code, cases[i].code);
        http_job_free(job);
    }
    assert_null(worker_take(w));
    worker_stop(w);
    httpd_stop(h);
}

static void
what_was_never_sent_is_only_cancelled(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer_never, NULL);
    struct worker *w = start(1);
    worker_submit(w, job_for(HTTP_GET, httpd_url(h), "/first", LONG_MS));
    wait_for_requests(h, 1);
    uint64_t id = worker_submit(w, job_for(HTTP_POST, httpd_url(h), "/second", LONG_MS));
    worker_cancel(w, id);
    struct http_job *job = take(w);
    assert_true(job->id == id);
    assert_int_equal(job->err.code, ERR_CANCELLED);
    assert_false(job->sent);
    http_job_free(job);
    /* One that waits past its time comes back too. */
    worker_submit(w, job_for(HTTP_POST, httpd_url(h), "/third", 50));
    job = take(w);
    assert_int_equal(job->err.code, ERR_TIMEOUT);
    assert_false(job->sent);
    http_job_free(job);
    worker_stop(w);
    assert_int_equal(httpd_count(h, ""), 1);
    httpd_stop(h);
}

/* The second request of a connection is read and never answered. */
static bool
answer_once(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    if (httpd_has(r, "/lost"))
        return false;
    httpd_reply(r, 200, "", "{}");
    return true;
}

static void
a_write_is_never_sent_twice(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer_once, NULL);
    struct worker *w = start(0);
    static const enum http_method writes[] = {HTTP_POST, HTTP_DELETE, HTTP_PUT};
    for (unsigned i = 0; i < COUNT_OF(writes); i++) {
        http_job_free(run(w, job_for(HTTP_GET, httpd_url(h), "/warm", LONG_MS)));
        struct http_job *job = run(w, job_for(writes[i], httpd_url(h), "/lost", LONG_MS));
        assert_int_equal(job->err.code, ERR_NETWORK);
        assert_true(job->sent);
        assert_int_equal(httpd_count(h, "/lost"), i + 1);
        http_job_free(job);
    }
    worker_stop(w);
    httpd_stop(h);
}

struct gate {
    pthread_mutex_t lock;
    bool open;
    char order[16];
    size_t n;
};

static bool
answer_gated(const struct httpd_request *r, void *ctx)
{
    struct gate *g = ctx;
    pthread_mutex_lock(&g->lock);
    if (!httpd_has(r, "/hold"))
        g->order[g->n++] = httpd_has(r, "/person") ? 'p' : 'b';
    bool open = g->open;
    pthread_mutex_unlock(&g->lock);
    while (httpd_has(r, "/hold") && !open) {
        poll(NULL, 0, 1);
        pthread_mutex_lock(&g->lock);
        open = g->open;
        pthread_mutex_unlock(&g->lock);
    }
    httpd_reply(r, 200, "", "{}");
    return true;
}

static void
people_come_before_prefetch(void **state)
{
    (void)state;
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct httpd *h = httpd_start(answer_gated, &gate);
    struct worker *w = start(1);
    worker_submit(w, job_for(HTTP_GET, httpd_url(h), "/hold", LONG_MS));
    wait_for_requests(h, 1);
    for (int i = 0; i < 2; i++) {
        struct http_job *job = job_for(HTTP_GET, httpd_url(h), "/background", LONG_MS);
        job->priority = HTTP_PREFETCH;
        worker_submit(w, job);
    }
    for (int i = 0; i < 2; i++)
        worker_submit(w, job_for(HTTP_GET, httpd_url(h), "/person", LONG_MS));
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_mutex_unlock(&gate.lock);
    for (int i = 0; i < 5; i++)
        http_job_free(take(w));
    assert_string_equal(gate.order, "ppbb");
    worker_stop(w);
    httpd_stop(h);
}

static void
at_most_six_at_once(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer_never, NULL);
    struct worker *w = start(0);
    for (int i = 0; i < 20; i++) {
        struct http_job *job = job_for(HTTP_GET, httpd_url(h), "/x", LONG_MS);
        job->priority = i < 10 ? HTTP_PREFETCH : HTTP_INTERACTIVE;
        worker_submit(w, job);
    }
    wait_for_requests(h, 6);
    poll(NULL, 0, 30);
    assert_int_equal(httpd_count(h, ""), 6);
    worker_stop(w); /* and the other fourteen are freed: the sanitizers would tell */
    httpd_stop(h);
}

static volatile sig_atomic_t handler_thread_is_ours = -1;
static pthread_t owner;

static void
on_signal(int number)
{
    (void)number;
    handler_thread_is_ours = pthread_equal(pthread_self(), owner) != 0;
}

static void
signals_stay_with_the_owner(void **state)
{
    (void)state;
    owner = pthread_self();
    struct sigaction action = {.sa_handler = on_signal}, before;
    sigaction(SIGUSR1, &action, &before);
    struct httpd *h = httpd_start(answer_json, NULL);
    struct worker *w = start(0);
    http_job_free(run(w, job_for(HTTP_GET, httpd_url(h), "/x", LONG_MS)));
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 1000 && handler_thread_is_ours < 0; i++)
        poll(NULL, 0, 1);
    worker_stop(w);
    httpd_stop(h);
    sigaction(SIGUSR1, &before, NULL);
    assert_true(handler_thread_is_ours >= 0);
}

static void
one_completion_for_each_of_many(void **state)
{
    (void)state;
    enum { MANY = 200 };
    struct httpd *h = httpd_start(answer_json, NULL);
    struct worker *w = start(0);
    bool seen[MANY + 1] = {false};
    for (int i = 0; i < MANY; i++) {
        uint64_t id = worker_submit(w, job_for(HTTP_GET, httpd_url(h), "/x", LONG_MS));
        if (i % 7 == 0)
            worker_cancel(w, id);
    }
    for (int i = 0; i < MANY; i++) {
        struct http_job *job = take(w);
        assert_true(job->id >= 1 && job->id <= MANY && !seen[job->id]);
        seen[job->id] = true;
        assert_true(job->err.code == ERR_OK || job->err.code == ERR_CANCELLED);
        http_job_free(job);
    }
    assert_null(worker_take(w));
    worker_stop(w);
    httpd_stop(h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_parsed_on_the_worker),
        cmocka_unit_test(connections_are_reused),
        cmocka_unit_test(bodies_and_methods_arrive),
        cmocka_unit_test(every_fault_is_said_clearly),
        cmocka_unit_test(unreachable_hosts_are_named),
        cmocka_unit_test(redirects_leak_nothing),
        cmocka_unit_test(the_environment_cannot_divert_or_record),
        cmocka_unit_test(cancelling_is_quick_and_honest),
        cmocka_unit_test(what_was_never_sent_is_only_cancelled),
        cmocka_unit_test(a_write_is_never_sent_twice),
        cmocka_unit_test(people_come_before_prefetch),
        cmocka_unit_test(at_most_six_at_once),
        cmocka_unit_test(signals_stay_with_the_owner),
        cmocka_unit_test(one_completion_for_each_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
