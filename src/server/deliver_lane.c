/* Lanes: which provider, how much at a time, and the way to and from the courier. */
#include "base/log.h"
#include "base/mem.h"
#include "server/deliver_priv.h"

enum { FAULT_WINDOW = 8 };

struct lane *
lane_of(struct deliver *d, const struct message_lane *found)
{
    for (struct lane *lane = d->lanes; lane; lane = lane->next)
        if (lane->id == found->lane)
            return lane;
    struct lane *lane = mem_new(1, sizeof *lane);
    lane->id = found->lane;
    lane->vendor = mem_copy_text(found->vendor.p, found->vendor.n);
    lane->channel = found->channel == MESSAGE_SMS ? LETTER_SMS : LETTER_EMAIL;
    list_init(&lane->backlog);
    pthread_mutex_lock(&d->lock);
    lane->next = d->lanes;
    d->lanes = lane;
    pthread_mutex_unlock(&d->lock);
    return lane;
}

static void
forget_provider(struct lane *lane)
{
    provider_free(lane->provider);
    mem_free(lane->document);
    mem_free(lane->fault);
    lane->provider = NULL;
    lane->document = lane->fault = NULL;
}

void
lane_free(struct lane *take)
{
    forget_provider(take);
    mem_free(take->vendor);
    mem_free(take);
}

/* ---- configuration ---- */

static bool
is_same(const struct lane *lane, struct str document)
{
    return lane->known && str_given(document) == (lane->document != NULL) &&
           (!lane->document || str_eq(document, str_of(lane->document)));
}

static void
take_over(struct deliver *d, struct lane *lane, const struct scope *s, struct str document)
{
    struct err err = {.code = ERR_OK};
    forget_provider(lane);
    lane->known = true;
    lane->stale = false;
    if (str_given(document))
        lane->document = mem_copy_text(document.p, document.n);
    if (deliver_provider(s, lane->channel, document, &d->config, &lane->provider, &err) != ERR_OK)
        lane->fault = mem_copy_text(err.msg, strlen(err.msg));
    pthread_mutex_lock(&d->lock);
    lane->breaker = (struct breaker){.failures = 0};
    pthread_mutex_unlock(&d->lock);
    LOG_INFO("deliver", "provider chosen", KV_TEXT("channel", letter_channel_name(lane->channel)),
             KV_TEXT("provider", lane->provider ? provider_name(lane->provider)
                                 : lane->fault  ? "none, the configuration is faulty"
                                                : "outbox"),
             KV_TEXT("fault", lane->fault));
}

enum err_code
lane_refresh(struct deliver *d, struct lane *lane, struct db_conn *conn, struct err *err)
{
    struct scope s;
    struct str document;
    enum err_code rc = scope_open(&s, conn, &d->scratch, str_of(lane->vendor), STR_ABSENT, err);
    if (rc == ERR_OK)
        rc = deliver_document(&s, lane->channel, &document, err);
    if (rc || is_same(lane, document))
        return rc;
    if (lane->flying)
        lane->stale = true;
    else
        take_over(d, lane, &s, document);
    return ERR_OK;
}

bool
lane_is_outbox(const struct deliver *d, const struct lane *lane)
{
    return d->outbox && !lane->provider && !lane->fault;
}

/* How many may be under way. */
static size_t
window_of(const struct deliver *d, const struct lane *lane, int64_t now)
{
    size_t most = lane->provider            ? provider_window(lane->provider, now)
                  : lane->fault             ? FAULT_WINDOW
                  : lane_is_outbox(d, lane) ? OUTBOX_BATCH
                                            : 0;
    return lane->stale || !most ? 0 : breaker_window(&lane->breaker, now, most);
}

size_t
lane_room(const struct deliver *d, const struct lane *lane, int64_t now)
{
    size_t window = window_of(d, lane, now);
    /* As many again stand ready, so that the database is not asked for each. */
    if (lane->provider && window > 1)
        window *= 2;
    return window > lane->held ? window - lane->held : 0;
}

/* ---- what a provider showed ---- */

void
lane_good(struct deliver *d, struct lane *lane)
{
    pthread_mutex_lock(&d->lock);
    breaker_good(&lane->breaker);
    pthread_mutex_unlock(&d->lock);
}

void
lane_bad(struct deliver *d, struct lane *lane, int64_t now, int64_t wait_ms)
{
    pthread_mutex_lock(&d->lock);
    bool before = breaker_state(&lane->breaker, now) == BREAKER_OPEN;
    breaker_bad(&lane->breaker, now);
    if (wait_ms > 0)
        breaker_wait(&lane->breaker, now + wait_ms);
    bool after = breaker_state(&lane->breaker, now) == BREAKER_OPEN;
    int64_t pause = lane->breaker.until - now;
    pthread_mutex_unlock(&d->lock);
    if (after && !before)
        LOG_WARN("deliver", "leaving the provider alone for a while",
                 KV_TEXT("channel", letter_channel_name(lane->channel)), KV_INT("ms", pause));
}

/* ---- to the courier and back ---- */

/* False, and the job failed, if there can be no courier. */
static bool
need_courier(struct deliver *d, struct job *job, int64_t now)
{
    if (d->courier)
        return true;
    struct err err = {.code = ERR_OK};
    struct courier_options options = {
        .timeout_ms = d->config.timeout_ms, .on_end = deliver_landed, .arg = d};
    if (courier_new(&d->courier, &options, &err) != ERR_OK) {
        lane_bad(d, job->lane, now, 0);
        job_failed(d, job,
                   &(struct job_failure){.provider = provider_name(job->lane->provider),
                                         .why = err.msg,
                                         .trouble = true},
                   now);
        return false;
    }
    return true;
}

void
lane_take(struct deliver *d, struct lane *lane, struct list *jobs, int64_t now)
{
    if (lane_is_outbox(d, lane)) {
        deliver_to_outbox(d, jobs, now);
        return;
    }
    for (struct list *node = list_pop_front(jobs); node; node = list_pop_front(jobs)) {
        struct job *job = LIST_ENTRY(node, struct job, node);
        if (lane->provider) {
            list_push_back(&lane->backlog, node);
            continue;
        }
        lane_bad(d, lane, now, 0);
        job_failed(
            d, job,
            &(struct job_failure){.provider = "none",
                                  .why = lane->fault ? lane->fault : "the provider was taken away",
                                  .trouble = true},
            now);
    }
}

static void
return_backlog(struct deliver *d, struct lane *lane, int64_t due)
{
    for (struct list *node = list_pop_front(&lane->backlog); node;
         node = list_pop_front(&lane->backlog))
        job_returned(d, LIST_ENTRY(node, struct job, node), due);
}

void
lanes_return(struct deliver *d, int64_t now)
{
    for (struct lane *lane = d->lanes; lane; lane = lane->next)
        return_backlog(d, lane, now);
}

static void
start_lane(struct deliver *d, struct lane *lane, int64_t now)
{
    size_t window = window_of(d, lane, now);
    if (window == 0)
        return_backlog(d, lane, lane->breaker.until > now ? lane->breaker.until : now);
    while (!list_empty(&lane->backlog) && lane->flying < window) {
        struct job *job = LIST_ENTRY(lane->backlog.next, struct job, node);
        if (d->courier && !courier_has_room(d->courier))
            return;
        list_remove(&job->node);
        if (!need_courier(d, job, now))
            continue;
        lane->flying++;
        list_push_back(&d->flying, &job->node);
        courier_send(d->courier, lane->provider, &job->letter, job);
        window = window_of(d, lane, now);
    }
}

void
lanes_start(struct deliver *d, int64_t now)
{
    for (struct lane *lane = d->lanes; lane; lane = lane->next)
        if (!list_empty(&lane->backlog))
            start_lane(d, lane, now);
}

static void
collect_one(struct deliver *d, const struct outcome *o, int64_t now)
{
    struct job *job = o->owner;
    struct lane *lane = job->lane;
    const char *name = provider_name(lane->provider);
    lane->flying--;
    list_remove(&job->node);
    if (o->verdict == VERDICT_TROUBLE)
        lane_bad(d, lane, now, o->wait_ms);
    else
        lane_good(d, lane);
    if (o->verdict == VERDICT_SENT)
        job_sent(d, job, name, str_of(o->ref), o->status);
    else
        job_failed(d, job,
                   &(struct job_failure){.provider = name,
                                         .why = o->why,
                                         .status = o->status,
                                         .trouble = o->verdict == VERDICT_TROUBLE,
                                         .wait_ms = o->wait_ms},
                   now);
}

void
lanes_collect(struct deliver *d, int64_t now)
{
    struct outcome o;
    while (d->courier && courier_next(d->courier, &o))
        collect_one(d, &o, now);
}
