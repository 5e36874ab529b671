#include "server/deliver.h"

#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "server/deliver_priv.h"

#include <inttypes.h>

enum {
    SCRATCH_MAX = 512 * 1024 * 1024,
    TEXTS_MAX = 3 * 1024 * 1024,
    LAST_WAIT_MS = 3000,  /* for what is under way when the server stops */
    SLEEP_MOST_MS = 60000 /* the wall clock may be set while something is due */
};

/* ---- the thread ---- */

/* How long there is nothing to do; INT64_MAX: until woken. */
static int64_t
nap(const struct deliver *d, int64_t now)
{
    int64_t ms = d->due == INT64_MAX ? INT64_MAX : d->due > now ? d->due - now : 0;
    int64_t most = d->shared ? d->config.lease_ms / 2 : ms == INT64_MAX ? INT64_MAX : SLEEP_MOST_MS;
    return ms < most ? ms : most;
}

/* True if it was not woken. */
static bool
sleep_for(struct deliver *d, int64_t ms)
{
    bool forever = ms == INT64_MAX;
    struct timespec until = clock_deadline(forever ? 0 : ms);
    pthread_mutex_lock(&d->lock);
    int timed_out = 0;
    while (!d->woken && !d->landed && !d->stopping && !timed_out)
        timed_out = forever ? pthread_cond_wait(&d->cond, &d->lock)
                            : pthread_cond_timedwait(&d->cond, &d->lock, &until);
    d->landed = false;
    pthread_mutex_unlock(&d->lock);
    return timed_out != 0;
}

static void
wait_for_work(struct deliver *d)
{
    int64_t ms = nap(d, clock_now_ms());
    if (sleep_for(d, ms) && d->shared && ms == d->config.lease_ms / 2)
        d->due = 0; /* look for what others left: their leases run out unseen */
}

/* What is under way gets a moment to end well; its outcome would be unknown. */
static void
wait_for_couriers(struct deliver *d)
{
    int64_t end = clock_mono_ms() + LAST_WAIT_MS;
    while (d->courier && courier_load(d->courier) && clock_mono_ms() < end) {
        courier_wait(d->courier, end - clock_mono_ms());
        lanes_collect(d, clock_now_ms());
    }
}

static bool
is_stopping(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    bool yes = d->stopping;
    pthread_mutex_unlock(&d->lock);
    return yes;
}

static void *
run(void *arg)
{
    struct deliver *d = arg;
    while (!is_stopping(d))
        if (!deliver_turn(d, clock_now_ms()))
            wait_for_work(d);
    wait_for_couriers(d);
    deliver_end(d);
    return NULL;
}

void
deliver_wake(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    d->woken = true;
    pthread_cond_signal(&d->cond);
    pthread_mutex_unlock(&d->lock);
}

void
deliver_landed(void *arg)
{
    struct deliver *d = arg;
    pthread_mutex_lock(&d->lock);
    d->landed = true;
    pthread_cond_signal(&d->cond);
    pthread_mutex_unlock(&d->lock);
}

static void
on_message(void *arg)
{
    deliver_wake(arg);
}

/* ---- start and stop ---- */

static void
init_sync(struct deliver *d)
{
    pthread_mutex_init(&d->lock, NULL);
    cond_init(&d->cond);
}

/* A lease names this run of this server: one that comes back from the dead owns nothing. */
static void
name_lease(struct deliver *d)
{
    struct arena a;
    arena_init(&a, 4096);
    struct str hex = rand_hex(&a, (LEASE_SIZE - 1) / 2);
    memcpy(d->lease, hex.p, hex.n);
    arena_fini(&a);
}

struct release {
    int64_t now;
};

static enum err_code
release(struct db_conn *conn, void *arg, struct err *err)
{
    const struct release *r = arg;
    return store_message_release(conn, r->now, err);
}

static enum err_code
start(struct deliver *d, const struct deliver_options *o, struct err *err)
{
    enum err_code rc = deliver_config_read(&d->config, o->server, o->public_url, &d->texts, err);
    d->backoff =
        (struct backoff){.first_ms = d->config.first_retry_ms, .most_ms = d->config.last_retry_ms};
    if (!rc && str_given(o->outbox))
        rc = outbox_open(&d->outbox, o->outbox.p, err);
    if (!rc && !d->shared)
        rc = store_tx(d->store, DB_WRITE, release, &(struct release){clock_now_ms()}, err);
    if (rc)
        return rc;
    store_on_message(d->store, on_message, d);
    if (pthread_create(&d->thread, NULL, run, d) != 0)
        return err_set(err, ERR_INTERNAL, "the thread that delivers messages cannot be started");
    d->started = true;
    return ERR_OK;
}

enum err_code
deliver_start(struct deliver **out, const struct deliver_options *o, struct err *err)
{
    struct deliver *d = mem_new(1, sizeof *d);
    *out = NULL;
    d->store = o->store;
    d->shared = strcmp(db_driver_name(store_db(o->store)), "sqlite") != 0;
    list_init(&d->flying);
    list_init(&d->done);
    arena_init(&d->scratch, SCRATCH_MAX);
    arena_init(&d->texts, TEXTS_MAX);
    courier_clean_environment();
    init_sync(d);
    name_lease(d);
    enum err_code rc = start(d, o, err);
    if (rc) {
        deliver_stop(d);
        return rc;
    }
    *out = d;
    return ERR_OK;
}

void
deliver_close(struct deliver *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_signal(&d->cond);
    pthread_mutex_unlock(&d->lock);
}

/* What did not end in time: its lease runs out, or the next start takes it up. */
static void
drop_flying(struct deliver *d)
{
    courier_free(d->courier);
    for (struct list *node = list_pop_front(&d->flying); node; node = list_pop_front(&d->flying))
        job_free(LIST_ENTRY(node, struct job, node));
}

void
deliver_stop(struct deliver *take)
{
    if (!take)
        return;
    deliver_close(take);
    if (take->started)
        pthread_join(take->thread, NULL);
    store_on_message(take->store, NULL, NULL);
    drop_flying(take);
    while (take->lanes) {
        struct lane *lane = take->lanes;
        take->lanes = lane->next;
        lane_free(lane);
    }
    deliver_config_fini(&take->config);
    outbox_close(take->outbox);
    arena_fini(&take->scratch);
    arena_fini(&take->texts);
    pthread_cond_destroy(&take->cond);
    pthread_mutex_destroy(&take->lock);
    mem_free(take);
}

/* ---- metrics ---- */

static void
write_counter(struct buf *out, const char *name, const char *help,
              const atomic_uint_fast64_t counts[LETTER_CHANNELS])
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s counter\n", name, help, name);
    for (int i = 0; i < LETTER_CHANNELS; i++)
        buf_printf(out, "%s{channel=\"%s\"} %" PRIu64 "\n", name,
                   letter_channel_name((enum letter_channel)i),
                   atomic_load_explicit(&counts[i], memory_order_relaxed));
}

static enum err_code
count_waiting(struct db_conn *conn, void *arg, struct err *err)
{
    return store_message_waiting(conn, arg, err);
}

void
deliver_write_metrics(struct deliver *d, struct buf *out)
{
    write_counter(out, "gatehouse_messages_sent_total", "Messages that went out.", d->sent);
    write_counter(out, "gatehouse_messages_failed_total", "Messages given up.", d->failed);
    write_counter(out, "gatehouse_messages_retried_total", "Attempts that will be repeated.",
                  d->retried);
    int64_t waiting = 0;
    if (store_tx(d->store, DB_READ, count_waiting, &waiting, NULL) == ERR_OK)
        buf_printf(out,
                   "# HELP gatehouse_messages_queued Messages that wait.\n"
                   "# TYPE gatehouse_messages_queued gauge\ngatehouse_messages_queued %" PRId64
                   "\n",
                   waiting);
    buf_add_text(out, "# HELP gatehouse_messages_breaker 0 closed, 1 open, 2 trying again.\n"
                      "# TYPE gatehouse_messages_breaker gauge\n");
    int64_t now = clock_now_ms();
    pthread_mutex_lock(&d->lock);
    for (const struct lane *lane = d->lanes; lane; lane = lane->next)
        buf_printf(out, "gatehouse_messages_breaker{environment=\"%s\",channel=\"%s\"} %d\n",
                   lane->vendor, letter_channel_name(lane->channel),
                   (int)breaker_state(&lane->breaker, now));
    pthread_mutex_unlock(&d->lock);
}
