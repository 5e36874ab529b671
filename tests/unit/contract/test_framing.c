/*
 * Requests whose framing two parsers could read differently, sent byte for byte to the real server.
 * Each holds a second request that would create a tenant; none of them may run it, and none may be
 * answered 2xx. In the texts {T} is the token, {S} the smuggled request, {0} a NUL byte.
 */
#include "tests/support/process.h"

#include "base/buf.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct process server;

#define H "Host: 127.0.0.1\r\n"
#define A "Authorization: Bearer {T}\r\n"
#define J "Content-Type: application/json\r\n"
#define POST "POST /tenants/resources/tenants/v1 HTTP/1.1\r\n" H A J
#define GET "GET /tenants/resources/tenants/v2 HTTP/1.1\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

static const struct {
    const char *name, *bytes;
} cases[] = {
    {"CL and TE", POST "Content-Length: 5\r\n" CHUNKED "\r\n0\r\n\r\n{S}"},
    {"TE and CL", POST CHUNKED "Content-Length: 5\r\n\r\n0\r\n\r\n{S}"},
    {"two different CL", POST "Content-Length: 0\r\nContent-Length: 2\r\n\r\n{}{S}"},
    {"two equal CL", POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}{S}"},
    {"CL list", POST "Content-Length: 2, 2\r\n\r\n{}{S}"},
    {"CL list, different", POST "Content-Length: 0, 2\r\n\r\n{}{S}"},
    {"CL with plus", POST "Content-Length: +2\r\n\r\n{}{S}"},
    {"CL negative", POST "Content-Length: -1\r\n\r\n{}{S}"},
    {"CL hexadecimal", POST "Content-Length: 0x2\r\n\r\n{}{S}"},
    {"CL with letters", POST "Content-Length: 2a\r\n\r\n{}{S}"},
    {"CL empty", POST "Content-Length:\r\n\r\n{}{S}"},
    {"CL blank", POST "Content-Length:  \r\n\r\n{}{S}"},
    {"CL quoted", POST "Content-Length: \"2\"\r\n\r\n{}{S}"},
    {"CL with inner space", POST "Content-Length: 2 0\r\n\r\n{}{S}"},
    {"CL beyond 64 bits", POST "Content-Length: 18446744073709551618\r\n\r\n{}{S}"},
    {"CL of 2^63", POST "Content-Length: 9223372036854775808\r\n\r\n{}{S}"},
    {"space before the colon of CL", POST "Content-Length : 2\r\n\r\n{}{S}"},
    {"tab before the colon of CL", POST "Content-Length\t: 2\r\n\r\n{}{S}"},
    {"space before the colon of TE", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{S}"},
    {"TE identity", POST "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}{S}"},
    {"TE unknown", POST "Transfer-Encoding: cow\r\n\r\n0\r\n\r\n{S}"},
    {"TE xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{S}"},
    {"TE chunked twice", POST CHUNKED CHUNKED "\r\n0\r\n\r\n{S}"},
    {"TE chunked, chunked", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n{S}"},
    {"TE chunked, identity", POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{S}"},
    {"TE identity, chunked", POST "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n{S}"},
    {"TE gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{S}"},
    {"TE with vertical tab", POST "Transfer-Encoding: \x0b"
                                  "chunked\r\n\r\n0\r\n\r\n{S}"},
    {"TE quoted", POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n{S}"},
    {"TE empty", POST "Transfer-Encoding:\r\nContent-Length: 2\r\n\r\n{}{S}"},
    {"TE with a parameter", POST "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n{S}"},
    {"TE in HTTP/1.0",
     "POST /tenants/resources/tenants/v1 HTTP/1.0\r\n" H A J CHUNKED "\r\n0\r\n\r\n{S}"},
    {"two Hosts", GET H "Host: evil.example\r\n" A "\r\n{S}"},
    {"two equal Hosts", GET H H A "\r\n{S}"},
    {"no Host", GET A "\r\n{S}"},
    {"Host with a space", GET "Host: 127.0.0.1 evil\r\n" A "\r\n{S}"},
    {"two Authorization", GET H A A "\r\n{S}"},
    {"two tenant headers", GET H A "frontegg-tenant-id: a\r\nfrontegg-tenant-id: b\r\n\r\n{S}"},
    {"folded header", GET H A "X-A: b\r\n c\r\n\r\n{S}"},
    {"folded TE", POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{S}"},
    {"folded CL", POST "Content-Length:\r\n 2\r\n\r\n{}{S}"},
    {"first header folded", GET " X-A: b\r\n" H A "\r\n{S}"},
    {"bare LF after the request line",
     "GET /tenants/resources/tenants/v2 HTTP/1.1\n" H A "\r\n{S}"},
    {"bare LF after a header", GET "Host: 127.0.0.1\n" A "\r\n{S}"},
    {"bare LF ends the headers", GET H A "\n{S}"},
    {"bare CR in a header", GET H A "X-A: b\rContent-Length: 2\r\n\r\n{S}"},
    {"bare CR in the request line",
     "GET /tenants/resources/tenants/v2\rX HTTP/1.1\r\n" H A "\r\n{S}"},
    {"NUL in a header value", GET H A "X-A: b{0}c\r\n\r\n{S}"},
    {"NUL in a header name", GET H A "X{0}A: b\r\n\r\n{S}"},
    {"NUL in the path", "GET /tenants/resources/tenants/v2{0}x HTTP/1.1\r\n" H A "\r\n{S}"},
    {"%00 in the path", "GET /tenants/resources/tenants/v2%00x HTTP/1.1\r\n" H A "\r\n{S}"},
    {"header without colon", GET H A "nonsense\r\n\r\n{S}"},
    {"header with empty name", GET H A ": b\r\n\r\n{S}"},
    {"header name with a space", GET H A "X A: b\r\n\r\n{S}"},
    {"header name with a control byte", GET H A "X\x01"
                                                "A: b\r\n\r\n{S}"},
    {"chunk size with plus", POST CHUNKED "\r\n+2\r\n{}\r\n0\r\n\r\n{S}"},
    {"chunk size with 0x", POST CHUNKED "\r\n0x2\r\n{}\r\n0\r\n\r\n{S}"},
    {"chunk size with a space before it", POST CHUNKED "\r\n 2\r\n{}\r\n0\r\n\r\n{S}"},
    {"chunk size not a number", POST CHUNKED "\r\nzz\r\n{}\r\n0\r\n\r\n{S}"},
    {"chunk size negative", POST CHUNKED "\r\n-2\r\n{}\r\n0\r\n\r\n{S}"},
    {"chunk size beyond 64 bits", POST CHUNKED "\r\n10000000000000002\r\n{}\r\n0\r\n\r\n{S}"},
    {"chunk size empty", POST CHUNKED "\r\n\r\n{}\r\n0\r\n\r\n{S}"},
    {"chunk longer than its size", POST CHUNKED "\r\n1\r\n{}\r\n0\r\n\r\n{S}"},
    {"bare LF after a chunk size", POST CHUNKED "\r\n2\n{}\r\n0\r\n\r\n{S}"},
    {"bare LF in a chunk extension", POST CHUNKED "\r\n2;a\nb\r\n{}\r\n0\r\n\r\n{S}"},
    {"bare LF after chunk data", POST CHUNKED "\r\n2\r\n{}\n0\r\n\r\n{S}"},
    {"NUL in a chunk extension", POST CHUNKED "\r\n2;a{0}\r\n{}\r\n0\r\n\r\n{S}"},
    {"HTTP/0.9", "GET /health\r\n{S}"},
    {"HTTP/2.0 on the first line", "GET /health HTTP/2.0\r\n" H A "\r\n{S}"},
    {"HTTP/1.1x", "GET /health HTTP/1.1x\r\n" H A "\r\n{S}"},
    {"two spaces in the request line", "GET  /health HTTP/1.1\r\n" H A "\r\n{S}"},
    {"tab in the request line", "GET\t/health HTTP/1.1\r\n" H A "\r\n{S}"},
    {"TE in a GET with CL", GET H A "Content-Length: 4\r\n" CHUNKED "\r\n0\r\n\r\n{S}"},
};

static void
fill(struct buf *out, const char *text, size_t number)
{
    for (; *text; text++) {
        if (!strncmp(text, "{T}", 3)) {
            buf_add_text(out, server.token);
        } else if (!strncmp(text, "{0}", 3)) {
            buf_add(out, "", 1);
        } else if (!strncmp(text, "{S}", 3)) {
            char body[64];
            int n = snprintf(body, sizeof body, "{\"tenantId\":\"smuggled-%zu\",\"name\":\"x\"}",
                             number);
            buf_printf(out,
                       "POST /tenants/resources/tenants/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
                       server.token, n, body);
        } else {
            buf_add_char(out, *text);
            continue;
        }
        text += 2;
    }
}

static bool
tenant_exists(size_t number)
{
    char path[128], answer[8192];
    snprintf(path, sizeof path, "/tenants/resources/tenants/v1/smuggled-%zu", number);
    assert_int_equal(process_call(&server, "GET", path, "", answer, sizeof answer), 200);
    return strstr(answer, "\"tenantId\":\"smuggled-") != NULL;
}

static void
run_case(void **state)
{
    size_t i = (size_t)(uintptr_t)*state;
    struct buf request;
    char answer[16384];
    buf_init(&request, 1 << 16);
    fill(&request, cases[i].bytes, i);
    int fd = raw_connect(server.port);
    assert_true(fd >= 0);
    raw_send(fd, buf_str(&request));
    size_t n = raw_receive(fd, answer, sizeof answer, 2000);
    close(fd);
    buf_fini(&request);
    /* Closing without a word is as good as a 400; a success is not. */
    assert_true(n == 0 || strncmp(answer, "HTTP/1.", 7) == 0);
    assert_null(strstr(answer, "HTTP/1.1 2"));
    assert_null(strstr(answer, "HTTP/1.0 2"));
    assert_false(tenant_exists(i));
}

/* Shows that the way of looking works: the smuggled text alone, sent honestly, does create its
 * tenant. */
static void
honest_request_runs(void **state)
{
    (void)state;
    struct buf request;
    buf_init(&request, 1 << 16);
    fill(&request, "{S}", COUNT_OF(cases));
    char answer[16384];
    int status = raw_request(server.port, buf_str(&request), answer, sizeof answer);
    buf_fini(&request);
    assert_int_equal(status, 201);
    assert_true(tenant_exists(COUNT_OF(cases)));
}

int
main(void)
{
    struct CMUnitTest tests[COUNT_OF(cases) + 1];
    tests[0] = (struct CMUnitTest)cmocka_unit_test(honest_request_runs);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = cases[i].name, .test_func = run_case, .initial_state = (void *)(uintptr_t)i};
    if (!process_start(&server, "framing", NULL))
        return 1;
    int failed = cmocka_run_group_tests_name("framing", tests, NULL, NULL);
    process_stop(&server);
    return failed;
}
