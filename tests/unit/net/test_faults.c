#include "base/clock.h"
#include "base/mem.h"
#include "net/worker.h"
#include "tests/support/httpd.h"
#include "tests/support/jobs.h"
#include "tests/support/unit.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STALL_MS = 300, FAULT_BYTES_MAX = 1 << 20 };

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
    struct worker *w = jobs_start(0);
    int64_t began = clock_mono_ms();
    bool stalls = f->end == END_STALL || f->end == END_SLOW;
    struct http_job *job =
        jobs_new(method, httpd_url(h), "/f", stalls ? STALL_MS : JOBS_PATIENCE_MS);
    job->max_bytes = FAULT_BYTES_MAX;
    job = jobs_run(w, job);
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
        struct http_job *job = jobs_get(cases[i].url, "/passwd");
        if (job->err.code != cases[i].code)
            print_error("%s: %s %s\n", cases[i].url, err_name(job->err.code), job->err.msg);

        assert_int_equal(job->err.code, cases[i].code);
        assert_false(job->sent);
        http_job_free(job);
    }
}

static bool
answer_plainly(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    httpd_reply(r, 200, "", "{}");
    return true;
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
    struct httpd *other = httpd_start(answer_plainly, NULL);
    struct httpd *h = httpd_start(answer_redirect, other);
    struct worker *w = jobs_start(0);
    for (int i = 0; i < 4; i++) {
        struct http_job *job =
            jobs_new(i < 2 ? HTTP_GET : HTTP_POST, httpd_url(h), "/x", JOBS_PATIENCE_MS);
        http_job_add_header(job, STR("Authorization"), STR("Bearer canary"));
        http_job_add_header(job, STR("frontegg-tenant-id"), STR("canary"));
        job = jobs_run(w, job);
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
    struct httpd *trap = httpd_start(answer_plainly, NULL);
    struct httpd *h = httpd_start(answer_plainly, NULL);
    static const char *const proxies[] = {"http_proxy", "all_proxy", "ALL_PROXY", "HTTP_PROXY"};
    for (size_t i = 0; i < COUNT_OF(proxies); i++)
        setenv(proxies[i], httpd_url(trap), 1);
    setenv("SSLKEYLOGFILE", "keys-must-not-appear", 1);
    setenv("CURL_HOME", ".", 1);
    setenv("NETRC", "netrc", 1);
    struct http_job *job = jobs_get(httpd_url(h), "/x");
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_said_clearly),
        cmocka_unit_test(unreachable_hosts_are_named),
        cmocka_unit_test(redirects_leak_nothing),
        cmocka_unit_test(the_environment_cannot_divert_or_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
