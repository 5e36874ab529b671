#ifndef SERVER_DELIVER_PRIV_H
#define SERVER_DELIVER_PRIV_H
/* Inside of delivery: the thread's state. All of it is the thread's own, but for what `lock` guards
 * and the counters. */
#include "base/arena.h"
#include "base/list.h"
#include "deliver/breaker.h"
#include "deliver/courier.h"
#include "deliver/outbox.h"
#include "server/deliver.h"
#include "server/deliver_provider.h"
#include "store/messages.h"

#include <pthread.h>
#include <stdatomic.h>

enum { LEASE_SIZE = 33, OUTBOX_BATCH = 256 };

/* One channel of one environment. Kept as long as the server runs: environments are few. */
struct lane {
    struct lane *next;
    int64_t id;
    char *vendor;
    enum letter_channel channel;
    bool known;                /* the configuration was read */
    char *document;            /* that the provider was made of; NULL: none */
    struct provider *provider; /* NULL: the outbox, or fault */
    char *fault;               /* why the configuration cannot be used; NULL: it can, or is none */
    bool stale;                /* it has changed; nothing starts until `flying` is 0 */
    struct breaker breaker;    /* under lock when it changes */
    size_t held;               /* claimed, and the end not yet known */
    size_t flying;             /* of these, given to the courier */
    struct list backlog;       /* of these, not yet */
};

/* One claimed message until it is settled. */
struct job {
    struct list node;
    struct lane *lane;
    struct arena arena; /* texts of letter and result */
    struct letter letter;
    struct str tenant_id;
    int64_t seq;
    int attempts;
    struct message_result result;
};

struct deliver {
    struct store *store;
    struct deliver_config config;
    struct arena texts; /* of config */
    struct outbox *outbox;
    struct courier *courier; /* NULL until something needs it */
    bool shared;             /* other servers may be on this database */
    struct backoff backoff;
    char lease[LEASE_SIZE];

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool woken, landed, stopping; /* under lock; landed: the courier has ended something */
    struct lane *lanes;           /* under lock when it changes */

    struct list flying;   /* jobs that the courier has */
    struct list done;     /* jobs with a result, to be settled */
    struct arena scratch; /* of one exchange with the database */
    int64_t due;          /* the database need not be asked before; INT64_MAX: until woken */
    bool again;           /* it may have more at once */
    bool troubled;        /* the database failed, and it was said */

    atomic_bool trying; /* deliver_try is under way */
    atomic_uint_fast64_t sent[LETTER_CHANNELS], failed[LETTER_CHANNELS], retried[LETTER_CHANNELS];
};

/* -- deliver_turn.c -- */

/* Collects, settles, claims and starts; true if there is more to do at once. */
bool deliver_turn(struct deliver *d, int64_t now);
/* Gives back what was not begun and settles what is done, when the thread ends. */
void deliver_end(struct deliver *d);

/* -- deliver.c -- */

/* The courier has ended a letter; its threads call it. */
void deliver_landed(void *arg);

/* -- deliver_lane.c -- */

struct lane *lane_of(struct deliver *d, const struct message_lane *found);
void lane_free(struct lane *take);
/* Takes over a changed configuration, as soon as nothing is under way with the old one. */
enum err_code lane_refresh(struct deliver *d, struct lane *lane, struct db_conn *conn,
                           struct err *err) MUST_USE;
/* How many more messages of it may be claimed, now. */
size_t lane_room(const struct deliver *d, const struct lane *lane, int64_t now);
bool lane_is_outbox(const struct deliver *d, const struct lane *lane);
/* Takes a claimed message on its way. */
void lane_take(struct deliver *d, struct lane *lane, struct list *jobs, int64_t now);
/* Gives the courier what it has room for. */
void lanes_start(struct deliver *d, int64_t now);
/* Takes what it has ended. */
void lanes_collect(struct deliver *d, int64_t now);
void lanes_return(struct deliver *d, int64_t now);

/* -- deliver_job.c -- */

struct job *job_new(struct lane *lane, const struct message_claim *claim);
void job_free(struct job *take);
/* Decides what is to become of it; deliver_turn records that. */
void job_finish(struct deliver *d, struct job *take, enum message_end end);
void job_sent(struct deliver *d, struct job *take, const char *provider, struct str ref,
              int64_t status);
struct job_failure {
    const char *provider, *why;
    int64_t status;
    bool trouble;    /* it may pass: tried again, unless it was tried often enough */
    int64_t wait_ms; /* not before */
};
void job_failed(struct deliver *d, struct job *take, const struct job_failure *f, int64_t now);
void job_returned(struct deliver *d, struct job *take, int64_t due);
/* Writes all of them to the outbox. */
void deliver_to_outbox(struct deliver *d, struct list *jobs, int64_t now);
/* What the lane's provider just showed of itself. */
void lane_good(struct deliver *d, struct lane *lane);
void lane_bad(struct deliver *d, struct lane *lane, int64_t now, int64_t wait_ms);
#endif
