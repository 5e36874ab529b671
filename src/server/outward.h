#ifndef SERVER_OUTWARD_H
#define SERVER_OUTWARD_H
/*
 * Handlers that need an answer from elsewhere: an identity provider, a captcha service, a webhook
 * whose word counts. The thread that handles a request must not wait for the network, since others
 * wait for it; so such a call begins anew, once, on a thread where only calls like it wait. In the
 * calling thread.
 *
 *     enum err_code rc = outward_ready(c, err);     before anything that counts or writes
 *     if (!rc)
 *         rc = outward_send(c, &request, &answer, err);
 *
 * Messages that nobody waits for do not go this way: queue them.
 */
#include "deliver/outbound.h"
#include "server/call.h"

/*
 * ERR_OK on a thread that may wait. Else the handler returns what this returns, at once: nothing is
 * answered, and it runs again from its start where this gives ERR_OK. No transaction may be open, and
 * no guess counted (lockout_attempt): both are faults of ours, ERR_INTERNAL.
 */
enum err_code outward_ready(struct call *c, struct err *err) MUST_USE;
/* outward_ready, and then outbound_send in the call's arena. The errors are those of outbound_send,
 * and not yet made for the caller: ERR_FORBIDDEN for instance would be answered as 403. */
enum err_code outward_send(struct call *c, const struct outbound_request *request,
                           struct outbound_answer *out, struct err *err) MUST_USE;
#endif
