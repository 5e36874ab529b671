#ifndef SERVER_APPROVALS_H
#define SERVER_APPROVALS_H
/*
 * What happens to a request for approval: people of its step are asked by mail, their decisions are
 * counted, the next step begins or the request ends, and a webhook hears of the end. A step is
 * approved by its minApprovals, and refused as soon as so many can no longer be reached. In the call's
 * write transaction, with the request locked; s without a tenant.
 */
#include "server/call.h"
#include "store/approvals.h"

enum { APPROVAL_STEPS_MAX = 20, APPROVAL_TIMEOUT_MIN = 1440, APPROVAL_WEBHOOK_TRIES = 5 };

/* The step of a request's document; NULL if there is none. */
const struct json *approval_step(const struct json *document, int64_t index);
/* Addresses that the step asks in the tenant, each once, without `except` (who asks for approval). */
struct approval_people {
    struct str emails[APPROVERS_MAX];
    size_t n;
};
enum err_code approval_people(const struct scope *tenant, const struct json *step,
                              struct str except, struct approval_people *out,
                              struct err *err) MUST_USE;
/* Adds the people of the current step and writes to them. */
enum err_code approval_ask(struct call *c, const struct scope *s, const struct approval *a,
                           struct err *err) MUST_USE;
/* Writes again to those who have not decided, with new links. */
enum err_code approval_remind(struct call *c, const struct scope *s, const struct approval *a,
                              struct err *err) MUST_USE;
/* After a decision. *ended: nothing more is to be decided. */
enum err_code approval_settle(struct call *c, const struct scope *s, struct approval *a,
                              bool *ended, struct err *err) MUST_USE;
enum err_code approval_end(struct call *c, const struct scope *s, struct approval *a,
                           enum approval_status status, struct err *err) MUST_USE;
const char *approval_status_name(int64_t status); /* "approved" */
#endif
