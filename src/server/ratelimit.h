#ifndef SERVER_RATELIMIT_H
#define SERVER_RATELIMIT_H
/*
 * Limits per operation and address, as the public service has them: a table of operations, a bucket
 * of tokens per address that refills evenly. Callers on the same host are not limited. Over the
 * limit: 429 with X-Rate-Limit-Reset. Bounded memory: addresses share buckets by hash, so a flood
 * of addresses costs others at worst a shared bucket. Locks for itself; any thread.
 */
#include "server/call.h"

struct ratelimit;

struct ratelimit *ratelimit_new(void);
void ratelimit_free(struct ratelimit *take);
/* ERR_RATE when the caller has used up what the call's operation allows. */
enum err_code ratelimit_check(struct call *c, struct err *err) MUST_USE;
#endif
