#ifndef SERVER_JOBS_PRIV_H
#define SERVER_JOBS_PRIV_H
/*
 * The two halves of the runner: jobs.c takes jobs by turns, jobs_work.c works on the items of the one
 * that was taken. Everything but `bell` is the thread's.
 *
 * Items share transactions. What those so far have written, and that they are done, is committed after
 * BATCH_MS, so that others who want to write wait no longer than that, and before an item does slow
 * work (call_let_go). When the transaction is lost none of its items has happened, and they are run
 * again, with more care for the rest of the turn:
 *   JOBS_BOLD     without savepoints, where the engine can do without: an item that is refused having
 *                 written nothing needs none, and one that has written loses the transaction
 *   JOBS_SAVED    each within a savepoint
 *   JOBS_CAREFUL  each in a transaction of its own. So begins a job whose last holder died: an item
 *                 that ends the process is found
 */
#include "base/bell.h"
#include "server/call_priv.h"
#include "server/jobs.h"

enum { JOBS_PAGE = 1000 };
enum jobs_care { JOBS_BOLD, JOBS_SAVED, JOBS_CAREFUL };

struct jobs {
    struct server *server;
    bool shared; /* other servers may be on this database */
    struct bell bell;
    struct str lease;   /* names this run of this server */
    struct arena texts; /* of lease */
    pthread_t thread;
    bool started;
    struct arena claim_arena, page_arena, item_arena;
    struct job_claim claim; /* as it is in the database */
    struct json *params;    /* of the claim */
    int64_t due;            /* of the next job; INT64_MAX: none */
    int64_t postponed;      /* when the item that was begun is to be begun again; 0: it is not */

    /* Items read, those of them that are settled or done, and of the latter how many are not yet
     * committed. The first of these is the claim's next. */
    struct job_item page[JOBS_PAGE];
    size_t n_page, at, open;
    struct call_batch batch;
    enum jobs_care care;
    bool lost; /* the transaction was, while an item ran */
};

struct job_lease jobs_lease_now(const struct jobs *j);
/* Works on items of the claimed job until its turn is over. ERR_CANCELLED with j->postponed: the next
 * item is not due; another failure: the database is in trouble, or the job was lost. */
enum err_code jobs_work(struct jobs *j, const struct op *op, op_fn *fn, struct err *err) MUST_USE;
/* Before another job is claimed. */
void jobs_forget_claim(struct jobs *j);
#endif
