#ifndef SERVER_DELIVER_PRIV_H
#define SERVER_DELIVER_PRIV_H
/* Inside of delivery: the thread's state. All of it is the thread's own, but for what `lock` guards
 * and the counters. */
#include "base/arena.h"
#include "base/list.h"
#include "deliver/breaker.h"
#include "deliver/letter.h"
#include "deliver/outbox.h"
#include "server/deliver.h"
#include "store/messages.h"

#include <pthread.h>
#include <stdatomic.h>

enum { LEASE_SIZE = 33, OUTBOX_BATCH = 64 };

/* One channel of one environment. Kept as long as the server runs: environments are few. */
struct lane {
    struct lane *next;
    int64_t id;
    char *vendor;
    enum letter_channel channel;
    struct breaker breaker; /* under lock when it changes */
    size_t held;            /* claimed, and its end not yet known */
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
    struct outbox *outbox;
    bool shared; /* other servers may be on this database */
    struct backoff backoff;
    int attempts_max;
    int64_t lease_ms;
    char lease[LEASE_SIZE];

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool woken, stopping; /* under lock */
    struct lane *lanes;   /* under lock when it changes */

    struct list done;     /* jobs with a result, to be settled */
    struct arena scratch; /* of one exchange with the database */
    int64_t due;          /* nothing to do before; INT64_MAX: until woken */
    bool troubled;        /* the database failed, and it was said */

    atomic_uint_fast64_t sent[LETTER_CHANNELS], failed[LETTER_CHANNELS], retried[LETTER_CHANNELS];
};

/* -- deliver_turn.c -- */

/* Settles what is done and claims what is due; true if there is more to do at once. */
bool deliver_turn(struct deliver *d, int64_t now);
/* Settles what is done, when the thread ends. */
void deliver_end(struct deliver *d);

/* -- deliver_job.c -- */

struct job *job_new(struct lane *lane, const struct message_claim *claim);
void job_free(struct job *take);
/* Decides what is to become of it; deliver_turn records that. */
void job_finish(struct deliver *d, struct job *take, enum message_end end);
void job_sent(struct deliver *d, struct job *take, const char *provider, struct str ref,
              int64_t status);
/* `trouble` may pass: it is tried again, unless it was tried often enough. */
void job_failed(struct deliver *d, struct job *take, const char *provider, int64_t status,
                const char *why, bool trouble, int64_t wait_ms, int64_t now);
void job_returned(struct deliver *d, struct job *take, int64_t now);
/* Writes all of them to the outbox. */
void deliver_to_outbox(struct deliver *d, struct list *jobs, int64_t now);
#endif
