#ifndef SERVER_CALL_PRIV_H
#define SERVER_CALL_PRIV_H
/* The half of a call that handlers do not see: what dispatch.c sets up and call.c works on. */
#include "server/auth.h"
#include "server/call.h"
#include "server/query.h"
#include "store/audits.h"
#include "store/store.h"

enum { CALL_ERRORS_MAX = 64, CALL_GUESSES = 2 };

/* A guess at an account that this call made; kept when the handler runs again. */
struct call_guess {
    struct str user_id;
    int64_t limit;
    bool made, allowed;
    bool last; /* no further one is allowed: unless it was right, the account is locked */
};

/*
 * Calls that share one transaction: the items of a job. Each has a savepoint in it, or with `bold` only
 * where the engine does not tell what was changed: then a call that is refused having changed something
 * spoils all of it.
 */
struct call_batch {
    struct db_conn *tx; /* NULL: none of them has begun it */
    int64_t began;      /* then: when, clock_mono_ms */
    bool bold, spoiled;
    int64_t mark; /* db_touched where the call that runs began; -1: it has a savepoint */
    bool forget;  /* one of them said call_forget_principals */
    /* Commits what they wrote so far. */
    enum err_code (*settle)(void *arg, struct err *err);
    void *arg;
};

struct call_private {
    struct pairs params, query;
    struct db_conn *tx;
    bool began; /* a transaction was begun in this attempt */
    struct str
        errors[CALL_ERRORS_MAX]; /* lines of the answer; the err's message when there are none */
    size_t n_errors;
    struct scope scope;
    bool scoped;
    struct audit audit;
    bool audited; /* the handler wrote the row of this call */
    struct auth_verdict *verdict;
    int64_t postponed;   /* jobs_postpone: when this item is to be begun again; 0: it is not */
    bool captcha_passed; /* the provider was asked and is content */
    bool forget;         /* call_forget_principals: done once the change is committed */
    bool keep;           /* call_keep: committed although refused */
    const struct json *common; /* of the job that this call is an item of, see jobs_common */
    struct call_batch *batch;  /* whose transaction this call shares; NULL: it has one of its own */
    bool outside;              /* this thread may wait for the network, see outward.h */
    bool moves;                /* it may not, but has to: the call begins anew on one that may */
    struct call_guess guesses[CALL_GUESSES]; /* by enum lockout_kind */
};

/* Sets up a call that knows nothing of its request yet; call_close gives back what it holds: verdict,
 * body, reply. */
void call_open(struct call *c, struct server *s, const struct op *op, struct arena *a,
               size_t reply_max);
void call_close(struct call *c);
/* Ends the call's transaction, if one is open, or its part of the one that it shares. */
enum err_code call_commit(struct call *c, struct err *err) MUST_USE;
void call_rollback(struct call *c);
/* Forgets reply, errors and audit text: before a handler runs again. */
void call_rewind(struct call *c);
#endif
