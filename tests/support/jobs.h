#ifndef TESTS_SUPPORT_JOBS_H
#define TESTS_SUPPORT_JOBS_H
/* Short words for tests of the worker: make a job, run it, take it back. Failures end the test. */
#include "net/worker.h"

enum { JOBS_PATIENCE_MS = 20000 };

struct worker *jobs_start(unsigned parallel);
struct http_job *jobs_new(enum http_method method, const char *base, const char *path,
                          int64_t timeout_ms);
struct http_job *jobs_take(struct worker *w);
struct http_job *jobs_run(struct worker *w, struct http_job *job);
struct http_job *jobs_get(const char *base, const char *path);
#endif
