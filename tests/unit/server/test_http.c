/* The HTTP layer over real sockets, with a handler of its own in place of the pipeline. */
#include "server/http.h"
#include "server/http_hold.h"

#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/process.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct http *http;
static atomic_int handled, hashing;
static pthread_mutex_t hash_gate = PTHREAD_MUTEX_INITIALIZER; /* while held, hashes take for ever */
static atomic_int outside;
static pthread_mutex_t far_gate = PTHREAD_MUTEX_INITIALIZER; /* the same for what is far away */

/* Answers "METHOD TARGET n_headers BODY". */
static void
echo(void *arg, struct http_request *r)
{
    (void)arg;
    atomic_fetch_add(&handled, 1);
    if (str_eq(r->method, STR("PUT"))) {
        atomic_fetch_add(&hashing, 1);
        pthread_mutex_lock(&hash_gate);
        pthread_mutex_unlock(&hash_gate);
    }
    if (str_starts(r->target, STR("/far"))) {
        r->moves = !r->outside;
        if (r->moves)
            return;
        atomic_fetch_add(&outside, 1);
        pthread_mutex_lock(&far_gate);
        pthread_mutex_unlock(&far_gate);
    }
    r->status = 200;
    r->type = STR("text/plain");
    r->trace_id = STR("trace");
    if (str_eq(r->target, STR("/large")))
        for (int i = 0; i < 30000; i++)
            buf_add_text(&r->reply, "0123456789");
    buf_printf(&r->reply, "%.*s %.*s %.*s", STR_ARG(r->method), STR_ARG(r->target),
               STR_ARG(r->body));
    buf_add_text(&r->reply_headers, "X-One: 1\r\nX-Two: 2\r\n");
    r->steady = str_eq(r->target, STR("/steady"));
}

static enum http_lane
slow(void *arg, const struct http_request *r)
{
    (void)arg;
    return str_eq(r->method, STR("POST"))  ? HTTP_WORKER
           : str_eq(r->method, STR("PUT")) ? HTTP_HASHER
                                           : HTTP_AT_ONCE;
}

static int
port_of(size_t i)
{
    struct str url = http_address(http, i);
    ptrdiff_t colon = (ptrdiff_t)url.n - 1;
    while (url.p[colon] != ':')
        colon--;
    int64_t port = 0;
    assert_true(str_to_i64(str_sub(url, (size_t)colon + 1, url.n), &port));
    return (int)port;
}

static int
start(void **state)
{
    (void)state;
    char path[300];
    (void)snprintf(path, sizeof path, "unix:%s", unit_tmp_path("http.sock"));
    struct str listen[] = {STR("http://127.0.0.1:0"), str_of(path)};
    struct http_options options = {.listen = listen,
                                   .n_listen = 2,
                                   .threads = 2,
                                   .workers = 2,
                                   .connections = 80,
                                   .request_ms = 400,
                                   .handle = echo,
                                   .hashers = 1,
                                   .hashes_waiting = 2,
                                   .lane = slow};
    struct err err = {.code = ERR_OK};
    if (http_open(&http, &options, &err) != ERR_OK || http_serve(http, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    http_stop(http, 1000);
    return 0;
}

/* Sends and reads until the peer closes or is silent. */
static char *
talk(struct str bytes)
{
    static char answer[400000];
    int fd = raw_connect(port_of(0));
    assert_true(fd >= 0);
    (void)raw_send(fd, bytes);
    (void)raw_receive(fd, answer, sizeof answer, 300);
    close(fd);
    return answer;
}

static size_t
count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
        n++;
    return n;
}

#define HOST "Host: a\r\n"
#define CLOSE HOST "Connection: close\r\n"

static void
requests_reach_the_handler(void **state)
{
    (void)state;
    const char *a = talk(STR("GET /a%20b?c=d HTTP/1.1\r\n" CLOSE "\r\n"));
    assert_non_null(strstr(a, "HTTP/1.1 200"));
    assert_non_null(strstr(a, "GET /a%20b?c=d "));
    assert_non_null(strstr(a, "X-One: 1\r\n"));
    assert_non_null(strstr(a, "X-Two: 2\r\n"));
    assert_non_null(strstr(a, "frontegg-trace-id: trace\r\n"));
    assert_non_null(strstr(talk(STR("POST / HTTP/1.1\r\n" CLOSE "Content-Length: 3\r\n\r\nabc")),
                           "POST / abc"));
    assert_non_null(strstr(talk(STR("DELETE / HTTP/1.1\r\n" CLOSE "Content-Length: 3\r\n\r\nabc")),
                           "DELETE / abc"));
    assert_non_null(strstr(talk(STR("POST / HTTP/1.1\r\n" CLOSE "Transfer-Encoding: chunked\r\n\r\n"
                                    "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")),
                           "POST / abc"));
}

static void
pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    const char *a = talk(STR("GET /1 HTTP/1.1\r\n" HOST "\r\n"
                             "POST /2 HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx"
                             "GET /3 HTTP/1.1\r\n" CLOSE "\r\n"));
    assert_int_equal(count(a, "HTTP/1.1 200"), 3);
    assert_true(strstr(a, "GET /1 ") < strstr(a, "POST /2 x"));
    assert_true(strstr(a, "POST /2 x") < strstr(a, "GET /3 "));
}

static void
bad_framing_never_runs(void **state)
{
    (void)state;
    int before = atomic_load(&handled);
    static const char *const bad[] = {
        "GET / HTTP/1.1\n" HOST "\r\n",
        "GET / HTTP/1.1\r\n" HOST HOST "\r\n",
        "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *a = talk(str_of(bad[i]));
        assert_non_null(strstr(a, "HTTP/1.1 400"));
        assert_non_null(strstr(a, "Connection: close"));
        assert_int_equal(count(a, "HTTP/1.1"), 1);
    }
    assert_int_equal(atomic_load(&handled), before);
}

static void
a_good_request_before_a_bad_one_is_answered(void **state)
{
    (void)state;
    int before = atomic_load(&handled);
    const char *a = talk(STR("GET /good HTTP/1.1\r\n" HOST "\r\nGET /bad HTTP/1.1\n" HOST "\r\n"));
    assert_non_null(strstr(a, "GET /good "));
    assert_non_null(strstr(a, "HTTP/1.1 400"));
    assert_null(strstr(a, "/bad"));
    assert_int_equal(atomic_load(&handled), before + 1);
}

static void
large_bodies_are_refused_unread(void **state)
{
    (void)state;
    int before = atomic_load(&handled);
    assert_non_null(
        strstr(talk(STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 10737418240\r\n\r\n")),
               "HTTP/1.1 413"));
    assert_non_null(strstr(talk(STR("POST / HTTP/1.1\r\n" HOST
                                    "Expect: 100-continue\r\nContent-Length: 10737418240\r\n\r\n")),
                           "HTTP/1.1 413"));
    assert_int_equal(atomic_load(&handled), before);
}

static void
continue_is_given_where_asked(void **state)
{
    (void)state;
    char a[2000];
    int fd = raw_connect(port_of(0));
    assert_true(fd >= 0);
    /* With the body there already a server may leave it out, and newer ones do. */
    assert_true(raw_send(
        fd, STR("POST / HTTP/1.1\r\n" CLOSE "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n")));
    (void)raw_receive(fd, a, sizeof a, 300);
    assert_non_null(strstr(a, "HTTP/1.1 100"));
    assert_true(raw_send(fd, STR("x")));
    (void)raw_receive(fd, a, sizeof a, 5000);
    assert_non_null(strstr(a, "POST / x"));
    close(fd);
}

static void
large_answers_arrive_whole(void **state)
{
    (void)state;
    const char *a = talk(STR("GET /large HTTP/1.1\r\n" CLOSE "\r\n"));
    assert_non_null(strstr(a, "GET /large "));
    assert_true(strlen(a) > 300000);
}

static void
unix_sockets_serve_too(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct str url = http_address(http, 1);
    assert_true(str_starts(url, STR("unix:")));
    memcpy(address.sun_path, url.p + 5, url.n - 5);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_true(raw_send(fd, STR("GET /u HTTP/1.1\r\n" CLOSE "\r\n")));
    char answer[4096];
    (void)raw_receive(fd, answer, sizeof answer, 2000);
    assert_non_null(strstr(answer, "GET /u "));
    close(fd);
}

static void
slow_requests_are_cut_at_the_deadline(void **state)
{
    (void)state;
    int fd = raw_connect(port_of(0));
    int64_t begin = clock_mono_ms();
    bool open = true;
    struct str text = STR("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    char byte;
    for (size_t i = 0; open && clock_mono_ms() - begin < 5000; i++) {
        /* A byte at a time keeps any idle timer happy. */
        open = send(fd, &text.p[i < text.n ? i : text.n - 1], 1, MSG_NOSIGNAL) == 1;
        struct timespec step = {.tv_nsec = 20000000L};
        (void)nanosleep(&step, NULL);
        if (open && recv(fd, &byte, 1, MSG_DONTWAIT) == 0)
            open = false;
    }
    assert_false(open);
    assert_true(clock_mono_ms() - begin < 3000);
    close(fd);
}

/* More sockets than there are places, none of which says a word: a newcomer is served all the same. */
static void
idle_connections_keep_nobody_out(void **state)
{
    (void)state;
    int fds[120];
    size_t n = sizeof fds / sizeof *fds;
    for (size_t i = 0; i < n; i++) {
        fds[i] = raw_connect(port_of(0));
        assert_true(fds[i] >= 0);
    }
    bool served = false;
    int64_t begin = clock_mono_ms();
    while (!served && clock_mono_ms() - begin < 5000)
        served = strstr(talk(STR("GET /new HTTP/1.1\r\n" CLOSE "\r\n")), "GET /new ") != NULL;
    assert_true(served);
    for (size_t i = 0; i < n; i++)
        close(fds[i]);
}

static void
half_a_request_runs_nothing(void **state)
{
    (void)state;
    int before = atomic_load(&handled);
    for (int i = 0; i < 50; i++) {
        int fd = raw_connect(port_of(0));
        assert_true(raw_send(fd, STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc")));
        struct linger reset = {.l_onoff = 1, .l_linger = 0};
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    assert_non_null(strstr(talk(STR("GET / HTTP/1.1\r\n" CLOSE "\r\n")), "HTTP/1.1 200"));
    assert_int_equal(atomic_load(&handled), before + 1);
}

/* -- hashing -- */

static void
wait_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static int
send_put(const char *target)
{
    char request[200];
    int n = snprintf(request, sizeof request,
                     "PUT %s HTTP/1.1\r\n" CLOSE "Content-Length: 1\r\n\r\nx", target);
    int fd = raw_connect(port_of(0));
    assert_true(fd >= 0 && raw_send(fd, (struct str){request, (size_t)n}));
    return fd;
}

/* With one hash running and the queue full, hashes are refused and all else goes on. */
static void
hashes_keep_nobody_else_waiting(void **state)
{
    (void)state;
    static char answer[4096];
    int fds[3], before = atomic_load(&hashing);
    pthread_mutex_lock(&hash_gate);
    fds[0] = send_put("/0");
    for (int i = 0; i < 2000 && atomic_load(&hashing) == before; i++)
        wait_ms(1);
    assert_int_equal(atomic_load(&hashing), before + 1);
    fds[1] = send_put("/1");
    fds[2] = send_put("/2");
    wait_ms(20); /* both are in the queue */
    const char *a = talk(STR("PUT /3 HTTP/1.1\r\n" CLOSE "Content-Length: 1\r\n\r\nx"));
    assert_non_null(strstr(a, "HTTP/1.1 503"));
    assert_non_null(strstr(a, "Retry-After: 1\r\n"));
    assert_non_null(strstr(talk(STR("GET / HTTP/1.1\r\n" CLOSE "\r\n")), "HTTP/1.1 200"));
    assert_non_null(strstr(talk(STR("POST / HTTP/1.1\r\n" CLOSE "Content-Length: 1\r\n\r\nx")),
                           "HTTP/1.1 200"));
    (void)shutdown(fds[1], SHUT_WR); /* gone, and for long enough */
    wait_ms(300);
    pthread_mutex_unlock(&hash_gate);
    for (int i = 0; i < 3; i++) {
        (void)raw_receive(fds[i], answer, sizeof answer, 2000);
        assert_int_equal(strstr(answer, "HTTP/1.1 200") != NULL, i != 1);
        close(fds[i]);
    }
    assert_int_equal(atomic_load(&hashing), before + 2);
}

/* Requests that wait for others on the network, whichever thread they began on. */
static void
what_is_far_keeps_nobody_waiting(void **state)
{
    (void)state;
    static const char *const far[] = {"GET /far", "POST /far", "DELETE /far"};
    int fds[12];
    char answer[4000];
    pthread_mutex_lock(&far_gate);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "%s HTTP/1.1\r\n" CLOSE "Content-Length: 2\r\n\r\nhi",
                       i ? far[i % 3] : "PUT /far");
        fds[i] = raw_connect(port_of(0));
        assert_true(fds[i] >= 0 && raw_send(fds[i], str_of(text)));
    }
    while (atomic_load(&outside) < (int)COUNT_OF(fds))
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    for (size_t i = 0; i < 3; i++) {
        static const char *const near[] = {"GET", "POST", "PUT"};
        char text[200];
        (void)snprintf(text, sizeof text, "%s /near HTTP/1.1\r\n" CLOSE "\r\n", near[i]);
        assert_non_null(strstr(talk(str_of(text)), "200 OK"));
    }
    pthread_mutex_unlock(&far_gate);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        assert_true(raw_receive(fds[i], answer, sizeof answer, 5000) > 0);
        assert_int_equal(count(answer, "200 OK"), 1);
        assert_int_equal(count(answer, " /far hi"), 1);
        close(fds[i]);
    }
    assert_int_equal(atomic_load(&outside), COUNT_OF(fds));
}

static void
addresses_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "127.0.0.1:80",           "http://",   "http://a", "http://:1",
        "http://127.0.0.1:65536", "ftp://a:1", "unix:",    "http://0.0.0.0:0",
        "https://127.0.0.1:0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct str listen = str_of(bad[i]);
        struct http_options options = {.listen = &listen, .n_listen = 1, .handle = echo};
        struct http *h = NULL;
        struct err err = {.code = ERR_OK};
        assert_int_equal(http_open(&h, &options, &err), ERR_USAGE);
        assert_true(err.msg[0] != '\0');
        assert_null(h);
    }
    struct str listen = STR("http://0.0.0.0:0");
    struct http_options options = {
        .listen = &listen, .n_listen = 1, .handle = echo, .insecure_listen = true};
    struct http *h = NULL;
    assert_int_equal(http_open(&h, &options, NULL), ERR_OK);
    http_stop(h, 0);
}

/* The answer is there at once, and comes when its beat is over; others do not wait for it. */
static void
a_steady_answer_waits_for_its_beat(void **state)
{
    (void)state;
    char answer[4096];
    int fd = raw_connect(port_of(0));
    for (int i = 0; i < 3; i++) {
        int64_t begun = hold_now_us();
        int status =
            raw_exchange(fd, STR("POST /steady HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"),
                         answer, sizeof answer);
        assert_int_equal(status, 200);
        assert_non_null(strstr(answer, "POST /steady ab"));
        assert_true(hold_now_us() - begun >= HOLD_BEAT_US);
    }
    close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_reach_the_handler),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(bad_framing_never_runs),
        cmocka_unit_test(a_good_request_before_a_bad_one_is_answered),
        cmocka_unit_test(large_bodies_are_refused_unread),
        cmocka_unit_test(continue_is_given_where_asked),
        cmocka_unit_test(large_answers_arrive_whole),
        cmocka_unit_test(unix_sockets_serve_too),
        cmocka_unit_test(slow_requests_are_cut_at_the_deadline),
        cmocka_unit_test(half_a_request_runs_nothing),
        cmocka_unit_test(idle_connections_keep_nobody_out),
        cmocka_unit_test(hashes_keep_nobody_else_waiting),
        cmocka_unit_test(what_is_far_keeps_nobody_waiting),
        cmocka_unit_test(addresses_are_checked),
        cmocka_unit_test(a_steady_answer_waits_for_its_beat),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
