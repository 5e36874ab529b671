#ifndef STORE_JOBS_H
#define STORE_JOBS_H
/*
 * Jobs in the background, as rows: a list of items that are worked on one after the other, by
 * whoever holds the job's lease. server/jobs.h runs them and says how to add a kind.
 *
 * An item happens once, whatever dies: store_job_advance stands in the transaction of the items'
 * changes, and succeeds only while the lease is held and they are the next ones. Inputs may hold
 * secrets (passwords of new users); they are sealed, and gone once they were used.
 */
#include "store/store.h"

enum {
    JOB_INPUT_MAX = 1 << 20,
    JOB_ERROR_MAX = 500,
    JOB_ITEMS_MAX = 100000,
    JOB_PAGE_BYTES = 2 << 20 /* of inputs read at once; one more may begin below it */
};

struct job_row {
    int64_t seq;
    struct str id;
    struct str kind;
    struct str tenant_id; /* whose it is; absent: the environment's */
    struct str subject;   /* what it is about, e.g. a user's id; absent: nothing in particular */
    int64_t total, processed, failed;
    int64_t created_at, started_at, finished_at; /* 0: not yet */
};
struct job_item {
    int64_t place;    /* from 0 */
    struct str name;  /* as reports call it, e.g. an address */
    struct str input; /* JSON */
    struct str error; /* why it failed; absent: it did not */
    bool unreadable;  /* the input does not open */
};

/* ---- in a scope ---- */

/* Queues it with its items (name and input of each), in the scope's tenant; `params` is one text
 * for all of them. Fills seq, id, total and created_at. */
enum err_code store_job_add(const struct scope *s, struct job_row *job, struct str params,
                            const struct job_item *items, size_t n, struct err *err) MUST_USE;
/* One of that kind. A scope with a tenant sees that tenant's jobs only. */
enum err_code store_job_get(const struct scope *s, struct str kind, struct str id,
                            struct job_row *out, struct err *err) MUST_USE;
/* What all items have in common, as it was given to store_job_add. */
enum err_code store_job_params(const struct scope *s, const struct job_row *job, struct str *out,
                               struct err *err) MUST_USE;
/* Items that failed, in their order, at most `most`: place, name and error. */
enum err_code store_job_failures(const struct scope *s, const struct job_row *job, size_t most,
                                 struct job_item **out, size_t *n, struct err *err) MUST_USE;

/* ---- for the runner; all environments ---- */

/* Called after each commit that queued a job. Set once, before the store is shared; NULL undoes. */
void store_on_job(struct store *store, void (*fn)(void *arg), void *arg);

struct job_lease {
    struct str name; /* of the holder */
    int64_t now, until;
};
struct job_claim {
    struct job_row row;
    struct str vendor;
    struct str params;
    bool unreadable;  /* params do not open */
    int64_t attempts; /* how often the next item was begun, with this time */
};
/* Takes the job that waits longest, if one is due, and its params. */
enum err_code store_job_claim(struct db_conn *conn, struct arena *a, const struct job_lease *lease,
                              struct job_claim *out, bool *found, struct err *err) MUST_USE;
/* The next items of a claimed job, in their order, at least one: `out` has room for *n. */
enum err_code store_job_next(struct db_conn *conn, struct arena *a, const struct job_claim *claim,
                             struct job_item *out, size_t *n, struct err *err) MUST_USE;
/*
 * The next n items are done, or have failed where there is an error text; the lease goes on. ERR_GONE
 * if the job is no longer the lease's: nothing may be committed then. Updates claim->row; the last
 * item ends the job.
 */
enum err_code store_job_advance(struct db_conn *conn, struct job_claim *claim,
                                const struct job_lease *lease, const struct job_item *items,
                                size_t n, struct err *err) MUST_USE;
/* Gives it back, due at `due`; the next item was not tried. Nothing if the lease was lost. */
enum err_code store_job_return(struct db_conn *conn, const struct job_claim *claim,
                               const struct job_lease *lease, int64_t due,
                               struct err *err) MUST_USE;
/* Makes all that is claimed due: for the only server of a database, when it starts. */
enum err_code store_job_release(struct db_conn *conn, int64_t now, struct err *err) MUST_USE;
/* When the next one is due; INT64_MAX: none waits. */
enum err_code store_job_due(struct db_conn *conn, int64_t *out, struct err *err) MUST_USE;
/* Forgets a few that ended before `before`. */
enum err_code store_job_sweep(struct db_conn *conn, int64_t before, struct err *err) MUST_USE;
#endif
