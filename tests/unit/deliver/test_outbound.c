/*
 * Requests to configured addresses: where they may go, and what may come back. Names are looked up by
 * a getaddrinfo of this program's own, which the dynamic linker prefers to the C library's, so that
 * every name can have every address.
 */
#include "deliver/outbound.h"

#include "base/mem.h"
#include "tests/support/httpd.h"
#include "tests/support/unit.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static struct arena arena;
static atomic_uint looked_up;

/* -- names -- */

static const struct {
    const char *name, *first, *later; /* later: every look-up but the first */
} NAMES[] = {
    {"inside.example", "127.0.0.1", "127.0.0.1"},
    {"rebinds.example", "198.18.0.1", "127.0.0.1"},
    {"mapped.example", "::ffff:127.0.0.1", "::ffff:127.0.0.1"},
    {"six.example", "::1", "::1"},
    {"nat64.example", "64:ff9b::7f00:1", "64:ff9b::7f00:1"},
    {"tunnel.example", "2002:7f00:1::", "2002:7f00:1::"},
    {"local6.example", "fd00::1", "fd00::1"},
    {"link6.example", "fe80::1", "fe80::1"},
    {"metadata.example", "169.254.169.254", "169.254.169.254"},
    {"ten.example", "10.1.2.3", "10.1.2.3"},
    {"carrier.example", "100.64.0.1", "100.64.0.1"},
    {"zero.example", "0.0.0.0", "0.0.0.0"},
    {"many.example", "224.0.0.1", "224.0.0.1"},
    {"all.example", "255.255.255.255", "255.255.255.255"},
    {"192.168.1", "192.168.0.1", "192.168.0.1"}, /* the short form of the C library */
    {"2130706433", "127.0.0.1", "127.0.0.1"},
    {"0x7f000001", "127.0.0.1", "127.0.0.1"},
    {"0177.0.0.1", "127.0.0.1", "127.0.0.1"},
};

struct found {
    struct addrinfo info;
    struct sockaddr_storage address;
};

static int
find(const char *text, int64_t port, struct addrinfo **out)
{
    struct found *f = calloc(1, sizeof *f);
    bool six = strchr(text, ':') != NULL;
    struct sockaddr_in *in = (struct sockaddr_in *)(void *)&f->address;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)&f->address;
    f->info = (struct addrinfo){.ai_family = six ? AF_INET6 : AF_INET,
                                .ai_socktype = SOCK_STREAM,
                                .ai_protocol = IPPROTO_TCP,
                                .ai_addrlen = six ? sizeof *in6 : sizeof *in,
                                .ai_addr = (struct sockaddr *)(void *)&f->address};
    f->address.ss_family = (sa_family_t)f->info.ai_family;
    in->sin_port = htons((uint16_t)port); /* at the same place in both */
    if (inet_pton(f->info.ai_family, text, six ? (void *)&in6->sin6_addr : (void *)&in->sin_addr) !=
        1) {
        free(f);
        return EAI_NONAME;
    }
    *out = &f->info;
    return 0;
}

int
getaddrinfo(const char *restrict node, const char *restrict service,
            const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    int64_t port = 0;
    if (!str_to_i64(str_of(service), &port))
        port = 0;
    (void)hints;
    *out = NULL;
    unsigned n = atomic_fetch_add(&looked_up, 1);
    for (size_t i = 0; i < COUNT_OF(NAMES); i++)
        if (strcmp(node, NAMES[i].name) == 0)
            return find(n ? NAMES[i].later : NAMES[i].first, port, out);
    return find(node, port, out); /* addresses; any other name is unknown */
}

void
freeaddrinfo(struct addrinfo *list)
{
    free(list);
}

/* -- the other side -- */

static bool
answer(const struct httpd_request *r, void *ctx)
{
    (void)ctx;
    if (httpd_is(r, "GET /moved"))
        httpd_reply(r, 302, "Location: /here\r\n", "");
    else if (httpd_is(r, "GET /stalls"))
        httpd_stall(r);
    else if (httpd_is(r, "GET /large")) {
        static char body[5000];
        memset(body, 'x', sizeof body - 1);
        httpd_reply(r, 200, "", body);
    } else if (httpd_is(r, "GET /endless")) {
        httpd_text(r, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 3000; i++)
            httpd_text(r, "X-More: 0123456789012345678901234567890123456789\r\n");
        return false;
    } else if (httpd_is(r, "GET /breaks")) {
        httpd_text(r, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        return false;
    } else
        httpd_reply(r, 201, "Content-Type: text/\x01plain\r\n", r->n_body ? r->body : "nothing");
    return true;
}

static struct outbound *
open_to(const char *range)
{
    struct outbound_options options = {.allowed = {.n = range != NULL}};
    if (range)
        assert_true(cidr_parse(str_of(range), &options.allowed.ranges[0]));
    return outbound_new(&options);
}

static enum err_code
get(struct outbound *o, const char *url, struct outbound_answer *out, struct err *err)
{
    *err = (struct err){.code = ERR_OK};
    return outbound_send(o, &(struct outbound_request){.url = str_of(url), .timeout_ms = 5000},
                         &arena, out, err);
}

static const char *
join(const char *base, const char *path)
{
    return arena_printf(&arena, "%s%s", base, path).p;
}

/* -- where to -- */

static void
goes_where_the_operator_allows(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer, NULL);
    struct outbound *o = open_to("127.0.0.0/8");
    struct outbound_answer a;
    struct err err = {.code = ERR_OK};
    struct outbound_header headers[] = {{"Content-Type", STR("application/json")},
                                        {"X-Key", STR("k")}};
    struct outbound_request r = {.url = str_of(join(httpd_url(h), "/hook?a=b")),
                                 .headers = headers,
                                 .n_headers = 2,
                                 .body = STR("{\"a\":1}")};
    assert_int_equal(outbound_send(o, &r, &arena, &a, &err), ERR_OK);
    assert_int_equal(a.status, 201);
    assert_str(a.type, "text/?plain");
    assert_str(a.body, "{\"a\":1}");
    assert_int_equal(httpd_count(h, "POST /hook?a=b HTTP/1.1\r\n"), 1);
    assert_int_equal(httpd_count(h, "X-Key: k\r\n"), 1);
    assert_int_equal(httpd_count(h, "\r\nContent-Type: application/json\r\n"), 1);
    r = (struct outbound_request){.url = r.url, .method = "DELETE"};
    assert_int_equal(outbound_send(o, &r, &arena, &a, &err), ERR_OK);
    assert_str(a.body, "nothing");
    assert_int_equal(httpd_count(h, "DELETE /hook?a=b HTTP/1.1\r\n"), 1);
    outbound_free(o);
    httpd_stop(h);
}

/* Every one of them would arrive, were it not stopped: the server listens on all of 127.0.0.1. */
static void
goes_nowhere_else(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer, NULL);
    const char *port = strrchr(httpd_url(h), ':');
    struct outbound *closed = open_to(NULL), *elsewhere = open_to("192.0.2.7");
    struct outbound_answer a;
    struct err err;
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        const char *url = join(arena_printf(&arena, "https://%s", NAMES[i].name).p, port);
        atomic_store(&looked_up, 0);
        struct outbound *both[] = {closed, elsewhere};
        for (size_t k = 0; k < 2; k++) {
            enum err_code rc = get(both[k], url, &a, &err);
            if (rc != ERR_FORBIDDEN)
                fail_msg("%s: %s %s", url, err_name(rc), err.msg);
        }
        assert_true(atomic_load(&looked_up) > 0 || !strstr(url, ".example"));
    }
    static const char *const literal[] = {"https://127.0.0.1",       "https://[::1]",
                                          "https://[::ffff:7f00:1]", "https://[::ffff:127.0.0.1]",
                                          "https://169.254.169.254", "https://localhost",
                                          "https://db.internal",     "https://a.localhost.",
                                          "https://[fe80::1]",       "http://127.0.0.1"};
    for (size_t i = 0; i < COUNT_OF(literal); i++)
        if (get(closed, join(literal[i], port), &a, &err) != ERR_INVALID)
            fail_msg("%s: %s", literal[i], err.msg);
    assert_int_equal(httpd_connections(h), 0);
    outbound_free(closed);
    outbound_free(elsewhere);
    httpd_stop(h);
}

/* What a name was when somebody looked does not matter; what is connected to does. */
static void
a_name_that_changes_its_mind_gains_nothing(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer, NULL);
    const char *port = strrchr(httpd_url(h), ':');
    struct outbound *o = open_to("198.18.0.0/15"); /* where it is at first */
    struct outbound_answer a;
    struct err err;
    const char *url = join("http://rebinds.example", port);
    assert_int_equal(outbound_check_url(o, str_of(url), &err), ERR_OK);
    atomic_store(&looked_up, 1); /* from now on it is 127.0.0.1 */
    assert_int_equal(get(o, url, &a, &err), ERR_FORBIDDEN);
    assert_string_equal(err.msg, "rebinds.example is at an address that must not be reached");
    assert_int_equal(httpd_connections(h), 0);
    outbound_free(o);
    o = open_to("127.0.0.1"); /* so it would have arrived */
    assert_int_equal(get(o, url, &a, &err), ERR_OK);
    assert_int_equal(httpd_connections(h), 1);
    outbound_free(o);
    httpd_stop(h);
}

static void
plain_http_is_for_allowed_networks_only(void **state)
{
    (void)state;
    struct outbound *o = open_to("127.0.0.1");
    struct outbound_answer a;
    struct err err;
    assert_int_equal(get(o, "http://8.8.8.8/", &a, &err), ERR_INVALID);
    assert_int_equal(get(o, "http://ten.example/", &a, &err), ERR_FORBIDDEN);
    outbound_free(o);
    o = open_to(NULL);
    assert_int_equal(get(o, "http://8.8.8.8/", &a, &err), ERR_INVALID);
    assert_string_equal(err.msg, "the address: should be an https URL");
    outbound_free(o);
}

static void
addresses_are_read_strictly(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "https:",
                                      "https://",
                                      "https:///path",
                                      "https://:443/",
                                      "https://[::1",
                                      "ftp://a.example/",
                                      "file:///etc/passwd",
                                      "gopher://a.example/",
                                      "https//a.example",
                                      "//a.example/",
                                      "https://user@a.example/",
                                      "https://user:word@a.example/",
                                      "https://a.example@b.example/",
                                      "https://a.example\\@b.example/",
                                      "https://a example/",
                                      "https://a.example/\r\nX: y",
                                      "https://a.example/\xc3\xa4",
                                      "javascript:alert(1)"};
    struct outbound *o = open_to(NULL);
    struct err err;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (outbound_check_url(o, str_of(bad[i]), &err) != ERR_INVALID)
            fail_msg("%s", bad[i]);
    char *text = mem_new(1, 3000);
    (void)snprintf(text, 3000, "https://a.example/%0*d", OUTBOUND_URL_MAX, 0);
    assert_int_equal(outbound_check_url(o, str_of(text), &err), ERR_INVALID);
    mem_free(text);
    static const char *const good[] = {"https://a.example", "HTTPS://a.example:8443/x?y=z#w",
                                       "https://8.8.8.8/", "https://[2606:4700::1111]/"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (outbound_check_url(o, str_of(good[i]), &err) != ERR_OK)
            fail_msg("%s: %s", good[i], err.msg);
    struct outbound_header header = {"X-A", STR("b\r\nX-C: d")};
    struct outbound_answer a;
    assert_int_equal(outbound_send(o,
                                   &(struct outbound_request){.url = STR("https://8.8.8.8/"),
                                                              .headers = &header,
                                                              .n_headers = 1},
                                   &arena, &a, &err),
                     ERR_INVALID);
    outbound_free(o);
}

/* -- what comes back -- */

static void
redirects_are_answers(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer, NULL);
    struct outbound *o = open_to("127.0.0.1");
    struct outbound_answer a;
    struct err err;
    assert_int_equal(get(o, join(httpd_url(h), "/moved"), &a, &err), ERR_OK);
    assert_int_equal(a.status, 302);
    assert_str(a.body, "");
    assert_int_equal(httpd_count(h, ""), 1);
    outbound_free(o);
    httpd_stop(h);
}

static void
size_and_time_end(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer, NULL);
    struct outbound *o = open_to("127.0.0.1");
    struct outbound_answer a;
    struct err err = {.code = ERR_OK};
    struct outbound_request r = {.url = str_of(join(httpd_url(h), "/large")), .answer_max = 4998};
    assert_int_equal(outbound_send(o, &r, &arena, &a, &err), ERR_LIMIT);
    assert_int_equal(a.body.n, 0);
    r.answer_max = 4999;
    assert_int_equal(outbound_send(o, &r, &arena, &a, &err), ERR_OK);
    assert_int_equal(a.body.n, 4999);
    assert_int_equal(get(o, join(httpd_url(h), "/endless"), &a, &err), ERR_LIMIT);
    assert_int_equal(get(o, join(httpd_url(h), "/breaks"), &a, &err), ERR_NETWORK);
    r = (struct outbound_request){.url = str_of(join(httpd_url(h), "/stalls")), .timeout_ms = 50};
    assert_int_equal(outbound_send(o, &r, &arena, &a, &err), ERR_TIMEOUT);
    r = (struct outbound_request){.url = r.url, .body = {"", OUTBOUND_BODY_MAX + 1}};
    assert_int_equal(outbound_send(o, &r, &arena, &a, &err), ERR_INVALID);
    assert_int_equal(get(o, "https://unknown.example/", &a, &err), ERR_NETWORK);
    outbound_free(o);
    httpd_stop(h);
}

struct waiter {
    pthread_t thread;
    struct outbound *outbound;
    const char *url;
    enum err_code rc;
};

static void *
wait_for_answer(void *arg)
{
    struct waiter *w = arg;
    struct arena own;
    struct outbound_answer a;
    arena_init(&own, 1024 * 1024);
    w->rc = outbound_send(w->outbound,
                          &(struct outbound_request){.url = str_of(w->url), .timeout_ms = 60000},
                          &own, &a, NULL);
    arena_fini(&own);
    return NULL;
}

static void
one_host_cannot_take_all_the_room(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer, NULL), *other = httpd_start(answer, NULL);
    struct outbound *o = open_to("127.0.0.1");
    struct waiter waiters[OUTBOUND_PER_HOST];
    struct outbound_answer a;
    struct err err;
    for (size_t i = 0; i < COUNT_OF(waiters); i++) {
        waiters[i] = (struct waiter){.outbound = o, .url = join(httpd_url(h), "/stalls")};
        assert_int_equal(pthread_create(&waiters[i].thread, NULL, wait_for_answer, &waiters[i]), 0);
    }
    while (httpd_count(h, "GET /stalls") < OUTBOUND_PER_HOST)
        poll(NULL, 0, 2);
    assert_int_equal(get(o, join(httpd_url(h), "/"), &a, &err), ERR_BUSY);
    const char *port = strrchr(httpd_url(other), ':');
    assert_int_equal(get(o, join("http://inside.example", port), &a, &err), ERR_OK);
    outbound_close(o);
    for (size_t i = 0; i < COUNT_OF(waiters); i++) {
        pthread_join(waiters[i].thread, NULL);
        assert_int_equal(waiters[i].rc, ERR_SHUTDOWN);
    }
    assert_int_equal(get(o, join(httpd_url(h), "/"), &a, &err), ERR_SHUTDOWN);
    outbound_free(o);
    httpd_stop(h);
    httpd_stop(other);
}

static int
start(void **state)
{
    (void)state;
    arena_init(&arena, 16 * 1024 * 1024);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_where_the_operator_allows),
        cmocka_unit_test(goes_nowhere_else),
        cmocka_unit_test(a_name_that_changes_its_mind_gains_nothing),
        cmocka_unit_test(plain_http_is_for_allowed_networks_only),
        cmocka_unit_test(addresses_are_read_strictly),
        cmocka_unit_test(redirects_are_answers),
        cmocka_unit_test(size_and_time_end),
        cmocka_unit_test(one_host_cannot_take_all_the_room),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
