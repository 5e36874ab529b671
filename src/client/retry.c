/*
 * What may be sent again by itself: an operation that reads, or that is as good done twice as once,
 * when it certainly did not reach the service or was told to come back. Nothing else: a person
 * decides about the rest.
 */
#include "base/rand.h"
#include "client/client_priv.h"

enum { TRIES_MAX = 3, BACKOFF_MS = 500, WAIT_MAX_MS = 60000, JITTER_PART = 4 };

static int64_t
with_jitter(int64_t ms)
{
    return ms + rand_below((uint32_t)(ms / JITTER_PART) + 1);
}

/* Why the exchange is worth another try, or NULL. */
static const char *
worth_repeating(const struct http_job *job)
{
    if (job->err.code)
        return job->err.code == ERR_NETWORK && !job->sent ? "no connection" : NULL;
    if (job->status == 429)
        return "rate limited";
    return job->status == 503 ? "server busy" : NULL;
}

int64_t
retry_delay(const struct retry_case *rc, const char **reason)
{
    const struct http_job *job = rc->job;
    const char *why = worth_repeating(job);
    if (!why || !rc->repeatable || rc->tries >= TRIES_MAX || job->retry_after_ms > WAIT_MAX_MS)
        return -1;
    *reason = why;
    if (job->retry_after_ms >= 0)
        return with_jitter(job->retry_after_ms);
    return with_jitter((int64_t)BACKOFF_MS << (rc->tries - 1));
}
