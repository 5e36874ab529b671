#ifndef SERVER_RATELIMIT_H
#define SERVER_RATELIMIT_H
/*
 * Limits per operation and address, as the public service has them: a table of operations, and for
 * each caller of each a budget that refills evenly. Over it: 429 with X-Rate-Limit-Reset, the time
 * from which on the next request passes. A network of IPv6 (/64) is one address.
 *
 * Bounded memory: a fixed table, in which new callers displace those whose budget is nearly full. So
 * a flood of addresses may win others a few requests, and loses nobody any. Locks for itself; any
 * thread.
 */
#include "server/call.h"

enum ratelimit_mode {
    RATELIMIT_PUBLIC, /* not for callers on this host */
    RATELIMIT_ON,
    RATELIMIT_OFF
};

struct ratelimit;

/* "on", "off", "public"; NULL is public. False on anything else. */
bool ratelimit_parse(const char *text, enum ratelimit_mode *out);
struct ratelimit *ratelimit_new(enum ratelimit_mode mode);
void ratelimit_free(struct ratelimit *take);
/* ERR_RATE when the caller has used up what the call's operation allows. */
enum err_code ratelimit_check(struct call *c, struct err *err) MUST_USE;
#endif
