/* One exchange with the database: results in, messages out. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/deliver_priv.h"
#include "store/audits.h"

enum { LANES_SEEN_MAX = 64, TROUBLE_PAUSE_MS = 1000 };
static const int64_t DAY_MS = 24 * 60 * 60 * 1000;

/* ---- results ---- */

static enum err_code
write_audit(struct db_conn *conn, struct deliver *d, const struct job *job, int64_t now,
            struct err *err)
{
    const struct message_result *r = &job->result;
    if (r->end != MESSAGE_SENT && r->end != MESSAGE_FAILED)
        return ERR_OK;
    struct scope s;
    enum err_code rc =
        scope_open(&s, conn, &d->scratch, str_of(job->lane->vendor), STR_ABSENT, err);
    if (rc)
        return rc;
    s.now = now;
    bool sent = r->end == MESSAGE_SENT;
    const char *what = job->letter.channel == LETTER_SMS ? "SMS" : "E-mail";
    struct audit audit = {
        .action = sent ? STR("message_sent") : STR("message_failed"),
        .severity = sent ? STR("Info") : STR("High"),
        .resource = STR("Messages"),
        .resource_id = job->letter.id,
        .tenant_id = job->tenant_id,
        .description =
            sent ? arena_printf(&d->scratch, "%s %.*s to %.*s was sent by %.*s", what,
                                STR_ARG(job->letter.template_type), STR_ARG(job->letter.to),
                                STR_ARG(r->provider))
                 : arena_printf(&d->scratch,
                                "%s %.*s to %.*s failed after %d attempts by %.*s: "
                                "%.*s",
                                what, STR_ARG(job->letter.template_type), STR_ARG(job->letter.to),
                                job->attempts, STR_ARG(r->provider), STR_ARG(r->error)),
    };
    return store_audit_add(&s, &audit, err);
}

static enum err_code
settle_all(struct deliver *d, struct db_conn *conn, int64_t now, struct err *err)
{
    LIST_EACH (node, &d->done) {
        const struct job *job = LIST_ENTRY(node, struct job, node);
        enum err_code rc = store_message_settle(conn, str_of(d->lease), now, &job->result, err);
        if (rc == ERR_OK)
            rc = write_audit(conn, d, job, now, err);
        if (rc == ERR_GONE) {
            LOG_WARN("deliver", "a lease ran out while its message was on its way",
                     KV_STR("id", job->letter.id));
            rc = ERR_OK;
        }
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* Settled for good: the jobs go. */
static void
forget_done(struct deliver *d)
{
    for (struct list *node = list_pop_front(&d->done); node; node = list_pop_front(&d->done)) {
        struct job *job = LIST_ENTRY(node, struct job, node);
        enum letter_channel channel = job->lane->channel;
        if (job->result.end == MESSAGE_SENT)
            atomic_fetch_add_explicit(&d->sent[channel], 1, memory_order_relaxed);
        else if (job->result.end == MESSAGE_FAILED)
            atomic_fetch_add_explicit(&d->failed[channel], 1, memory_order_relaxed);
        else if (job->result.end == MESSAGE_LATER)
            atomic_fetch_add_explicit(&d->retried[channel], 1, memory_order_relaxed);
        job_free(job);
    }
}

/* ---- claims ---- */

struct batch {
    struct lane *lane;
    struct message_claim *claims;
    size_t n;
};
struct exchange {
    struct deliver *d;
    int64_t now;
    struct batch batches[LANES_SEEN_MAX];
    size_t n_batches;
    int64_t due;    /* of what was left */
    bool more;      /* a lane had more than it could be given room for */
    bool something; /* peek: there is a lane to claim from */
    bool peek;
};

/* When a lane has to be looked at again. */
static void
note_due(struct exchange *x, const struct lane *lane, int64_t due_at)
{
    const struct deliver *d = x->d;
    if (!lane->provider && !lane->fault && !d->outbox)
        return; /* waits until something changes */
    int64_t due = lane->breaker.until > due_at ? lane->breaker.until : due_at;
    if (due <= x->now && lane_room(d, lane, x->now) == 0)
        return; /* its own messages will end first */
    if (due < x->due)
        x->due = due;
}

static enum err_code
claim_lane(struct exchange *x, struct db_conn *conn, const struct message_lane *found,
           struct lane *lane, struct err *err)
{
    struct deliver *d = x->d;
    if (found->due_at > x->now || x->n_batches == LANES_SEEN_MAX)
        return ERR_OK;
    enum err_code rc = lane_refresh(d, lane, conn, err);
    size_t room = lane_room(d, lane, x->now);
    if (rc || room == 0)
        return rc;
    if (x->peek) {
        x->something = true;
        return ERR_OK;
    }
    struct batch *b = &x->batches[x->n_batches];
    *b = (struct batch){.lane = lane};
    rc = store_message_claim(conn, &d->scratch, found, str_of(d->lease), x->now,
                             x->now + d->config.lease_ms, room, &b->claims, &b->n, err);
    if (rc == ERR_OK && lane_is_outbox(d, lane))
        rc = store_message_number(conn, outbox_highest(d->outbox), b->claims, b->n, err);
    if (rc == ERR_OK && b->n) {
        x->n_batches++;
        x->more = true;
    }
    return rc;
}

static enum err_code
visit_lanes(struct exchange *x, struct db_conn *conn, struct err *err)
{
    struct message_lane *lanes = NULL;
    size_t n = 0;
    x->due = INT64_MAX;
    enum err_code rc = store_message_lanes(conn, &x->d->scratch, &lanes, &n, err);
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct lane *lane = lane_of(x->d, &lanes[i]);
        rc = claim_lane(x, conn, &lanes[i], lane, err);
        note_due(x, lane, lanes[i].due_at);
    }
    return rc;
}

static enum err_code
look(struct db_conn *conn, void *arg, struct err *err)
{
    struct exchange *x = arg;
    arena_reset(&x->d->scratch);
    x->something = false;
    return visit_lanes(x, conn, err);
}

/* May run several times; what it hands out counts only when it is committed. */
static enum err_code
exchange(struct db_conn *conn, void *arg, struct err *err)
{
    struct exchange *x = arg;
    struct deliver *d = x->d;
    arena_reset(&d->scratch);
    x->n_batches = 0;
    x->more = false;
    enum err_code rc = settle_all(d, conn, x->now, err);
    if (rc == ERR_OK)
        rc = store_message_sweep(conn, x->now - 7 * DAY_MS, x->now - 30 * DAY_MS, err);
    return rc == ERR_OK ? visit_lanes(x, conn, err) : rc;
}

static void
begin(struct deliver *d, struct batch *b, int64_t now)
{
    struct list jobs;
    list_init(&jobs);
    for (size_t i = 0; i < b->n; i++) {
        struct job *job = job_new(b->lane, &b->claims[i]);
        if (b->claims[i].message.decoy)
            job_finish(d, job, MESSAGE_DROPPED);
        else if (b->claims[i].unreadable)
            job_failed(d, job,
                       &(struct job_failure){.provider = "none",
                                             .why = "the stored text cannot be opened"},
                       now);
        else
            list_push_back(&jobs, &job->node);
    }
    lane_take(d, b->lane, &jobs, now);
}

/* The database will be asked again; what is done stays to be settled. */
static void
wait_for_database(struct deliver *d, const struct err *err, int64_t now)
{
    if (!d->troubled)
        LOG_WARN("deliver", "the queue cannot be reached, trying again",
                 KV_TEXT("error", err->msg));
    d->due = now + TROUBLE_PAUSE_MS;
}

static bool
take_woken(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    bool woken = d->woken;
    d->woken = false;
    pthread_mutex_unlock(&d->lock);
    return woken;
}

/* Writes only if there is something to write; an idle look costs a read. */
static void
ask_database(struct deliver *d, int64_t now)
{
    struct exchange *x = mem_new(1, sizeof *x);
    *x = (struct exchange){.d = d, .now = now, .due = INT64_MAX, .peek = true};
    struct err err = {.code = ERR_OK};
    enum err_code rc = ERR_OK;
    if (list_empty(&d->done))
        rc = store_tx(d->store, DB_READ, look, x, &err);
    else
        x->something = true;
    x->peek = false;
    if (rc == ERR_OK && x->something)
        rc = store_tx(d->store, DB_WRITE, exchange, x, &err);
    d->due = x->due;
    d->again = false;
    if (rc) {
        wait_for_database(d, &err, now);
    } else if (x->something) {
        forget_done(d);
        for (size_t i = 0; i < x->n_batches; i++)
            begin(d, &x->batches[i], now);
        d->again = x->more;
    }
    d->troubled = rc != ERR_OK;
    mem_free(x);
}

bool
deliver_turn(struct deliver *d, int64_t now)
{
    bool woken = take_woken(d);
    lanes_collect(d, now);
    /* What stands ready leaves before the results are recorded: nobody waits for the disk. */
    lanes_start(d, now);
    /* After a failure of the database what is done waits until it is asked again. */
    bool settle = !list_empty(&d->done) && !d->troubled;
    if (settle || d->again || now >= d->due || (woken && !d->troubled))
        ask_database(d, now);
    lanes_start(d, now);
    lanes_collect(d, now);
    return d->again || (!list_empty(&d->done) && !d->troubled);
}

static enum err_code
settle_only(struct db_conn *conn, void *arg, struct err *err)
{
    struct deliver *d = arg;
    arena_reset(&d->scratch);
    return settle_all(d, conn, clock_now_ms(), err);
}

void
deliver_end(struct deliver *d)
{
    struct err err = {.code = ERR_OK};
    lanes_return(d, clock_now_ms());
    if (list_empty(&d->done))
        return;
    if (store_tx(d->store, DB_WRITE, settle_only, d, &err) != ERR_OK)
        LOG_WARN("deliver", "the last results could not be recorded", KV_TEXT("error", err.msg));
    forget_done(d);
}
