#include "base/clock.h"
#include "base/mem.h"
#include "net/worker.h"
#include "tests/support/httpd.h"
#include "tests/support/jobs.h"
#include "tests/support/unit.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

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
    struct http_job *job = jobs_get(httpd_url(h), "/x");
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
    struct worker *w = jobs_start(0);
    for (int i = 0; i < 5; i++)
        http_job_free(jobs_run(w, jobs_new(HTTP_GET, httpd_url(h), "/x", JOBS_PATIENCE_MS)));
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
    struct worker *w = jobs_start(0);
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct http_job *job = jobs_new(methods[i], httpd_url(h), "/b", JOBS_PATIENCE_MS);
        buf_add_text(&job->body, "{\"x\":1}");
        job->has_body = true;
        job = jobs_run(w, job);
        int64_t n = 0;
        assert_true(json_to_i64(json_get(job->json, "n"), &n) && n == 7);
        assert_int_equal(httpd_count(h, lines[i]), 1);
        http_job_free(job);
    }
    struct http_job *job = jobs_run(w, jobs_new(HTTP_POST, httpd_url(h), "/c", JOBS_PATIENCE_MS));
    bool zero = false;
    assert_true(json_to_bool(json_get(job->json, "zero"), &zero) && zero);
    http_job_free(job);
    assert_int_equal(httpd_count(h, "Expect:"), 0);
    worker_stop(w);
    httpd_stop(h);
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
    struct worker *w = jobs_start(0);
    for (unsigned i = 0; i < COUNT_OF(cases); i++) {
        uint64_t id =
            worker_submit(w, jobs_new(cases[i].method, httpd_url(h), "/x", JOBS_PATIENCE_MS));
        wait_for_requests(h, i + 1);
        int64_t began = clock_mono_ms();
        worker_cancel(w, id);
        worker_cancel(w, id);
        struct http_job *job = jobs_take(w);
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
    struct worker *w = jobs_start(1);
    worker_submit(w, jobs_new(HTTP_GET, httpd_url(h), "/first", JOBS_PATIENCE_MS));
    wait_for_requests(h, 1);
    uint64_t id = worker_submit(w, jobs_new(HTTP_POST, httpd_url(h), "/second", JOBS_PATIENCE_MS));
    worker_cancel(w, id);
    struct http_job *job = jobs_take(w);
    assert_true(job->id == id);
    assert_int_equal(job->err.code, ERR_CANCELLED);
    assert_false(job->sent);
    http_job_free(job);
    /* One that waits past its time comes back too. */
    worker_submit(w, jobs_new(HTTP_POST, httpd_url(h), "/third", 50));
    job = jobs_take(w);
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
    struct worker *w = jobs_start(0);
    static const enum http_method writes[] = {HTTP_POST, HTTP_DELETE, HTTP_PUT};
    for (unsigned i = 0; i < COUNT_OF(writes); i++) {
        http_job_free(jobs_run(w, jobs_new(HTTP_GET, httpd_url(h), "/warm", JOBS_PATIENCE_MS)));
        struct http_job *job =
            jobs_run(w, jobs_new(writes[i], httpd_url(h), "/lost", JOBS_PATIENCE_MS));
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
    struct worker *w = jobs_start(1);
    worker_submit(w, jobs_new(HTTP_GET, httpd_url(h), "/hold", JOBS_PATIENCE_MS));
    wait_for_requests(h, 1);
    for (int i = 0; i < 2; i++) {
        struct http_job *job = jobs_new(HTTP_GET, httpd_url(h), "/background", JOBS_PATIENCE_MS);
        job->priority = HTTP_PREFETCH;
        worker_submit(w, job);
    }
    for (int i = 0; i < 2; i++)
        worker_submit(w, jobs_new(HTTP_GET, httpd_url(h), "/person", JOBS_PATIENCE_MS));
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_mutex_unlock(&gate.lock);
    for (int i = 0; i < 5; i++)
        http_job_free(jobs_take(w));
    assert_string_equal(gate.order, "ppbb");
    worker_stop(w);
    httpd_stop(h);
}

static void
at_most_six_at_once(void **state)
{
    (void)state;
    struct httpd *h = httpd_start(answer_never, NULL);
    struct worker *w = jobs_start(0);
    for (int i = 0; i < 20; i++) {
        struct http_job *job = jobs_new(HTTP_GET, httpd_url(h), "/x", JOBS_PATIENCE_MS);
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
    struct worker *w = jobs_start(0);
    http_job_free(jobs_run(w, jobs_new(HTTP_GET, httpd_url(h), "/x", JOBS_PATIENCE_MS)));
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
    struct worker *w = jobs_start(0);
    bool seen[MANY + 1] = {false};
    for (int i = 0; i < MANY; i++) {
        uint64_t id = worker_submit(w, jobs_new(HTTP_GET, httpd_url(h), "/x", JOBS_PATIENCE_MS));
        if (i % 7 == 0)
            worker_cancel(w, id);
    }
    for (int i = 0; i < MANY; i++) {
        struct http_job *job = jobs_take(w);
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
