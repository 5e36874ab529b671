#ifndef SERVER_JOBS_H
#define SERVER_JOBS_H
/*
 * Work in the background, for requests whose answer comes before the work is done: bulk invitations,
 * imports. A job is a list of items in the database (store/jobs.h). One thread of each server takes
 * jobs by turns, a few items at a time, so that a short job does not wait for a long one; several
 * servers on one PostgreSQL share them. It sleeps until a commit queues a job.
 *
 * Each item is run as a call of its own, on behalf of who asked for the job: the same principal,
 * tenant, application and trace; c->body is the item (an object, checked by the fields that the
 * operation's row gives the elements of its list), c->op has these fields as its body, c->now is the
 * time when it is its turn. So an item does what a handler does, with the same helpers (call_scope, call_refuse,
 * notify_email ...) and its own audit. Items that follow each other share a transaction for a few
 * dozen milliseconds, each within a savepoint. The transaction also moves the job on: an item happens
 * once, whatever dies. What an item refuses becomes its line in the report, is undone alone, and the
 * job goes on with the next; a database that is busy or gone is waited for. An item during which the
 * process died MOST_TRIES times fails.
 *
 * How to add a kind of job
 *   1. A line in JOB_KINDS below: the operation that starts it.
 *   2. enum err_code job_<operation>(struct call *c, struct err *err) in src/server/ops/, without
 *      `static`: what one item does. As in handlers: slow work before the first call_tx; what is slow
 *      but no password, or looks into the database apart from the call, begins with call_let_go.
 *   3. The handler of the operation makes the items (struct job_item: what reports call it, and its
 *      JSON) and calls jobs_add. Answers come from jobs_find, jobs_status and store_job_failures.
 */
#include "server/call.h"
#include "store/jobs.h"

#define JOB_KINDS(X)                                                                               \
    X(approval_flows_decide)                                                                       \
    X(approval_flows_execute)                                                                      \
    X(approval_flows_execute_step_up)                                                              \
    X(migrations_bulk)                                                                             \
    X(migrations_bulk_csv)                                                                         \
    X(migrations_bulk_v1)                                                                          \
    X(tenants_import)                                                                              \
    X(users_bulk_invite)                                                                           \
    X(users_bulk_roles)

#define JOB_DECLARE(op) enum err_code job_##op(struct call *c, struct err *err);
JOB_KINDS(JOB_DECLARE)
#undef JOB_DECLARE

/* ---- for handlers ---- */

struct jobs_plan {
    const struct op *op;          /* whose items they are; NULL: of the call's operation */
    struct str subject;           /* what the job is about; absent: nothing in particular */
    struct str common;            /* a JSON value for all items, see jobs_common; absent: none */
    const struct job_item *items; /* name and input */
    size_t n;
};
/* Queues a job in the scope's tenant. */
enum err_code jobs_add(struct call *c, const struct scope *s, const struct jobs_plan *plan,
                       struct job_row *out, struct err *err) MUST_USE;
/* In an item: what the plan has for all of them; NULL if nothing. */
const struct json *jobs_common(const struct call *c);
/* In an item: it is not time yet. Return what this returns; nothing that the item wrote stays, and it
 * is begun again at `due` (ms), or soon after. */
enum err_code jobs_postpone(struct call *c, int64_t due, struct err *err) MUST_USE;
/* The job of that id which `op` started, if the call may see it; else refuses with 404. */
enum err_code jobs_find(struct call *c, const struct scope *s, enum op_id op, struct str id,
                        struct job_row *out, struct err *err) MUST_USE;
/* In a report: what jobs_common was; the caller frees *out, NULL if nothing. */
enum err_code jobs_common_of(const struct scope *s, const struct job_row *job, struct json **out,
                             struct err *err) MUST_USE;
/* "NotStarted", "InProgress", "Completed", "CompletedWithErrors". */
const char *jobs_status(const struct job_row *job);
/* As imports say it: "IN_PROGRESS", "COMPLETED"; "FAILED" when nothing of it worked. */
const char *jobs_state(const struct job_row *job);
/* "errors": [{<member>: name of the item, "message": why}], as a member of the open object. */
void jobs_write_failures(struct call *c, const char *member, const struct job_item *failed,
                         size_t n);

/* ---- for the server ---- */

struct jobs;
enum err_code jobs_start(struct jobs **out, struct server *s, struct err *err) MUST_USE;
/* Begins no item from now on; jobs_stop waits for the one under way. NULL is fine for both. */
void jobs_close(struct jobs *j);
void jobs_stop(struct jobs *take);
#endif
