#include "server/http_guard.h"

#include "tests/support/unit.h"

#include <stdio.h>

#define HOST "Host: a.example\r\n"

/* Feeds the text cut at `at`, and says what came of it. */
static enum guard_fault
feed_cut(struct str text, size_t at, uint64_t *requests, size_t *good)
{
    struct http_guard g;
    http_guard_init(&g);
    size_t first = 0, second = 0;
    enum guard_fault fault = http_guard_feed(&g, str_sub(text, 0, at), &first);
    if (fault == GUARD_OK)
        fault = http_guard_feed(&g, str_sub(text, at, text.n), &second);
    *requests = g.requests;
    *good = at == text.n ? first : second;
    return fault;
}

/* The verdict must not depend on how the network cuts the bytes. */
static void
expect_fault(struct str text, enum guard_fault want, uint64_t want_requests)
{
    for (size_t at = 0; at <= text.n; at++) {
        uint64_t requests;
        size_t good;
        enum guard_fault got = feed_cut(text, at, &requests, &good);
        if (got != want || requests != want_requests)
            fail_msg("cut at %zu: fault %d requests %d in: %.*s", at, got, (int)requests,
                     STR_ARG(text));
    }
}
#define OKAY(text, n) expect_fault(STR(text), GUARD_OK, (n))
#define BAD(text) expect_fault(STR(text), GUARD_BAD_REQUEST, 0)

static void
correct_requests_pass(void **state)
{
    (void)state;
    OKAY("GET / HTTP/1.1\r\n" HOST "\r\n", 1);
    OKAY("GET / HTTP/1.0\r\n\r\n", 1);
    OKAY("GET /a?b=%C3%A9&c=d%20e HTTP/1.1\r\n" HOST "X-Empty:\r\nX-A:\t b c \r\n\r\n", 1);
    OKAY("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}", 1);
    OKAY("POST / HTTP/1.1\r\n" HOST "Content-Length:0\r\n\r\n", 1);
    OKAY("POST / HTTP/1.1\r\n" HOST "transfer-encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1);
    OKAY("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 1);
    OKAY("GET / HTTP/1.1\r\n" HOST "User-Agent: caf\xc3\xa9\r\n\r\n", 1);
}

static void
pipelined_requests_are_all_checked(void **state)
{
    (void)state;
    OKAY("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n" HOST "\r\n", 2);
    OKAY("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"
         "GET /2 HTTP/1.1\r\n" HOST "\r\n",
         2);
    expect_fault(STR("GET / HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST HOST "\r\n"),
                 GUARD_BAD_REQUEST, 1);
}

static void
only_whole_requests_before_a_fault_are_good(void **state)
{
    (void)state;
    struct str good_one = STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    char text[512];
    int n = snprintf(text, sizeof text, "%.*sGET / HTTP/1.1\n", STR_ARG(good_one));
    struct http_guard g;
    http_guard_init(&g);
    size_t good = 99;
    assert_int_equal(http_guard_feed(&g, (struct str){text, (size_t)n}, &good), GUARD_BAD_REQUEST);
    assert_int_equal(good, good_one.n);
    /* A fault is for good. */
    assert_int_equal(http_guard_feed(&g, good_one, &good), GUARD_BAD_REQUEST);
    assert_int_equal(good, 0);
}

static void
lengths_have_one_spelling(void **state)
{
    (void)state;
    static const char *const values[] = {
        "+2",  "-2",  "0x2", "2a",  "",
        " ",   "2 0", "2,",  "2,2", "\"2\"",
        "2\t", "\v2", "2 ",  "\t2", "18446744073709551618000000000000"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[256];
        int n = snprintf(text, sizeof text,
                         "POST / HTTP/1.1\r\n" HOST "Content-Length: %s\r\n\r\n{}", values[i]);
        expect_fault((struct str){text, (size_t)n}, GUARD_BAD_REQUEST, 0);
    }
    BAD("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}");
    BAD("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n");
    BAD("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n");
    expect_fault(STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n"), GUARD_BODY_LONG,
                 0);
    expect_fault(STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551616\r\n\r\n"),
                 GUARD_BODY_LONG, 0);
}

static void
encodings_have_one_spelling(void **state)
{
    (void)state;
    static const char *const values[] = {
        "identity",  "gzip, chunked", "chunked, identity", "chunked, chunked",
        "xchunked",  "\"chunked\"",   "chunked;q=1",       "",
        "\vchunked", "chunked ",      "chu nked"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[256];
        int n = snprintf(text, sizeof text,
                         "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: %s\r\n\r\n0\r\n\r\n",
                         values[i]);
        expect_fault((struct str){text, (size_t)n}, GUARD_BAD_REQUEST, 0);
    }
    BAD("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

static void
lines_end_in_cr_lf(void **state)
{
    (void)state;
    BAD("GET / HTTP/1.1\n" HOST "\r\n");
    BAD("GET / HTTP/1.1\r\nHost: a\n\r\n");
    BAD("GET / HTTP/1.1\r\n" HOST "\n");
    BAD("GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n X: a\r\n" HOST "\r\n");
    BAD("\r\nGET / HTTP/1.1\r\n" HOST "\r\n");
}

static void
headers_are_tokens_and_some_are_single(void **state)
{
    (void)state;
    static const char *const singles[] = {"host",
                                          "Authorization",
                                          "X-Access-Token",
                                          "frontegg-tenant-id",
                                          "Frontegg-User-Id",
                                          "frontegg-application-id",
                                          "frontegg-environment-id",
                                          "content-type"};
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        char text[256];
        int n = snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" HOST "%s: a\r\n%s: a\r\n\r\n",
                         singles[i], singles[i]);
        expect_fault((struct str){text, (size_t)n}, GUARD_BAD_REQUEST, 0);
    }
    BAD("GET / HTTP/1.1\r\n" HOST "X : a\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n" HOST "nonsense\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n" HOST "X\0: a\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n" HOST "X: \x1b[2J\r\n\r\n");
    BAD("GET / HTTP/1.1\r\n\r\n");
    BAD("GET / HTTP/1.1\r\nHost:\r\n\r\n");
    BAD("GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
    BAD("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n");
    BAD("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n");
}

static void
targets_are_paths(void **state)
{
    (void)state;
    BAD("GET http://a/ HTTP/1.1\r\n" HOST "\r\n");
    BAD("OPTIONS * HTTP/1.1\r\n" HOST "\r\n");
    BAD("CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET /a%00b HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET /a%0 HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET /a%zz HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET /caf\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET /a\0b HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET /a#b HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET  / HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET /\t HTTP/1.1\r\n" HOST "\r\n");
    BAD("GET / HTTP/1.1 \r\n" HOST "\r\n");
    BAD("GET /\r\n" HOST "\r\n");
    BAD("GET / http/1.1\r\n" HOST "\r\n");
    BAD("GET / HTTP/1.1x\r\n" HOST "\r\n");
    expect_fault(STR("GET / HTTP/2.0\r\n" HOST "\r\n"), GUARD_VERSION, 0);
    expect_fault(STR("GET / HTTP/1.2\r\n" HOST "\r\n"), GUARD_VERSION, 0);
}

static void
chunks_are_plain(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "+2\r\n{}\r\n0\r\n\r\n",        "0x2\r\n{}\r\n0\r\n\r\n",       " 2\r\n{}\r\n0\r\n\r\n",
        "2 \r\n{}\r\n0\r\n\r\n",        "zz\r\n{}\r\n0\r\n\r\n",        "-2\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",          "1\r\n{}\r\n0\r\n\r\n",         "2\n{}\r\n0\r\n\r\n",
        "2\r\n{}\n0\r\n\r\n",           "2;a=b\r\n{}\r\n0\r\n\r\n",     "2\r\n{}\r\n0\n\n",
        "2\r\n{}\r\n0\r\nX: a\r\n\r\n", "000000002\r\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char text[256];
        int n =
            snprintf(text, sizeof text,
                     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n%s", bodies[i]);
        expect_fault((struct str){text, (size_t)n}, GUARD_BAD_REQUEST, 1);
    }
    expect_fault(STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n100001\r\n"),
                 GUARD_BODY_LONG, 1);
}

static void
heads_are_bounded(void **state)
{
    (void)state;
    char line[512];
    struct http_guard g;
    http_guard_init(&g);
    size_t good;
    assert_int_equal(http_guard_feed(&g, STR("GET / HTTP/1.1\r\n" HOST), &good), GUARD_OK);
    enum guard_fault fault = GUARD_OK;
    for (int i = 0; i < 200 && !fault; i++) {
        int n = snprintf(line, sizeof line, "X-%d: a\r\n", i);
        fault = http_guard_feed(&g, (struct str){line, (size_t)n}, &good);
    }
    assert_int_equal(fault, GUARD_HEAD_LONG);
    http_guard_init(&g);
    memset(line, 'a', sizeof line);
    assert_int_equal(http_guard_feed(&g, STR("GET /"), &good), GUARD_OK);
    fault = GUARD_OK;
    for (int i = 0; i < 40 && !fault; i++)
        fault = http_guard_feed(&g, (struct str){line, sizeof line}, &good);
    assert_int_equal(fault, GUARD_URI_LONG);
}

static void
progress_is_told(void **state)
{
    (void)state;
    struct http_guard g;
    http_guard_init(&g);
    size_t good;
    assert_false(http_guard_mid_request(&g));
    (void)http_guard_feed(&g, STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{"), &good);
    assert_true(http_guard_mid_request(&g));
    (void)http_guard_feed(&g, STR("}"), &good);
    assert_false(http_guard_mid_request(&g));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(correct_requests_pass),
        cmocka_unit_test(pipelined_requests_are_all_checked),
        cmocka_unit_test(only_whole_requests_before_a_fault_are_good),
        cmocka_unit_test(lengths_have_one_spelling),
        cmocka_unit_test(encodings_have_one_spelling),
        cmocka_unit_test(lines_end_in_cr_lf),
        cmocka_unit_test(headers_are_tokens_and_some_are_single),
        cmocka_unit_test(targets_are_paths),
        cmocka_unit_test(chunks_are_plain),
        cmocka_unit_test(heads_are_bounded),
        cmocka_unit_test(progress_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
