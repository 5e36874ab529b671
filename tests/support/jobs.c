#include "tests/support/jobs.h"
#include "base/mem.h"
#include "tests/support/unit.h"
#include <poll.h>
#include <stdio.h>

struct worker *
jobs_start(unsigned parallel)
{
    const struct worker_options options = {.user_agent = "test", .max_parallel = parallel};
    struct err err;
    struct worker *w = worker_start(&options, &err);
    assert_non_null(w);
    return w;
}

struct http_job *
jobs_new(enum http_method method, const char *base, const char *path, int64_t timeout_ms)
{
    char url[512];
    struct http_job *job = http_job_new();
    int n = snprintf(url, sizeof url, "%s%s", base, path);
    job->url = mem_copy_text(url, (size_t)n);
    job->method = method;
    job->timeout_ms = timeout_ms;
    return job;
}

struct http_job *
jobs_take(struct worker *w)
{
    for (;;) {
        struct http_job *job = worker_take(w);
        if (job)
            return job;
        struct pollfd p = {.fd = worker_fd(w), .events = POLLIN};
        assert_true(poll(&p, 1, JOBS_PATIENCE_MS) == 1);
    }
}

struct http_job *
jobs_run(struct worker *w, struct http_job *job)
{
    uint64_t id = worker_submit(w, job);
    struct http_job *done = jobs_take(w);
    assert_true(done->id == id);
    return done;
}

struct http_job *
jobs_get(const char *base, const char *path)
{
    struct worker *w = jobs_start(0);
    struct http_job *job = jobs_run(w, jobs_new(HTTP_GET, base, path, JOBS_PATIENCE_MS));
    worker_stop(w);
    return job;
}
