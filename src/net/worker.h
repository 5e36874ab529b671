#ifndef NET_WORKER_H
#define NET_WORKER_H
/*
 * The one thread that runs libcurl. Contract: every submitted job comes back exactly once through
 * worker_take, whatever happened: answered, failed, timed out, cancelled, shut down.
 * libcurl is loaded and initialised on the worker thread when the first job comes, so that the first
 * frame never waits for it. Strict by construction: no redirects, no proxy unless configured, TLS verified, http and
 * https only, byte caps in the write callback, no netrc, environment such as SSLKEYLOGFILE cleared
 * before use.
 */
#include "net/http.h"

struct worker;
struct worker_options {
    const char *ca_file; /* NULL: the system's */
    const char *proxy;   /* NULL: none, whatever the environment says */
    const char *user_agent;
    unsigned max_parallel; /* 0: 6 */
};

/* NULL with err when no thread can be made. */
struct worker *worker_start(const struct worker_options *options, struct err *err);
/* Cancels everything, joins the thread, frees. Jobs not taken yet are freed. */
void worker_stop(struct worker *take);
/* Owner thread. Returns the job's id. */
uint64_t worker_submit(struct worker *w, struct http_job *take);
/* Idempotent; the job still comes back, with ERR_CANCELLED, or ERR_OUTCOME_UNKNOWN for a sent
 * write. */
void worker_cancel(struct worker *w, uint64_t id);
/* Readable when worker_take has something. */
int worker_fd(const struct worker *w);
/* Next finished job, now the caller's; NULL if none. Clears the descriptor when it runs empty. */
struct http_job *worker_take(struct worker *w);
#endif
