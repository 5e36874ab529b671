/* What becomes of one message. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/deliver_priv.h"

enum { SYNC_TOGETHER = 8, JOB_ARENA_MAX = 8 * 1024 * 1024, GIVE_UP_MS = 24 * 60 * 60 * 1000 };

struct job *
job_new(struct lane *lane, const struct message_claim *claim)
{
    struct job *job = mem_new(1, sizeof *job);
    struct arena *a = &job->arena;
    arena_init(a, JOB_ARENA_MAX);
    const struct message *m = &claim->message;
    job->lane = lane;
    job->letter = (struct letter){
        .channel = lane->channel,
        .id = arena_str(a, claim->id),
        .to = arena_str(a, m->to),
        .from = arena_str(a, m->from),
        .from_name = arena_str(a, m->from_name),
        .subject = arena_str(a, m->subject),
        .text = arena_str(a, m->text),
        .html = arena_str(a, m->html),
        .template_type = arena_str(a, m->template_type),
        .code = arena_str(a, m->code),
        .link = arena_str(a, m->link),
        .token = arena_str(a, m->token),
        .number = claim->number,
        .created_at = claim->created_at,
    };
    job->tenant_id = arena_str(a, m->tenant_id);
    job->seq = claim->seq;
    job->attempts = claim->attempts;
    job->result.seq = claim->seq;
    lane->held++;
    list_init(&job->node);
    return job;
}

void
job_free(struct job *take)
{
    arena_fini(&take->arena);
    mem_free(take);
}

void
job_finish(struct deliver *d, struct job *job, enum message_end end)
{
    job->result.end = end;
    job->lane->held--;
    list_push_back(&d->done, &job->node);
}

void
job_sent(struct deliver *d, struct job *take, const char *provider, struct str ref, int64_t status)
{
    take->result.provider = arena_text(&take->arena, provider);
    take->result.provider_ref = arena_str(&take->arena, ref);
    take->result.status = status;
    job_finish(d, take, MESSAGE_SENT);
}

void
job_failed(struct deliver *d, struct job *take, const struct job_failure *f, int64_t now)
{
    struct message_result *r = &take->result;
    r->provider = arena_text(&take->arena, f->provider);
    r->status = f->status;
    r->error = arena_text(&take->arena, f->why);
    bool over =
        take->attempts >= d->config.attempts || now - take->letter.created_at > (int64_t)GIVE_UP_MS;
    int64_t pause = backoff_ms(&d->backoff, take->attempts);
    r->due_at = now + (f->wait_ms > pause ? f->wait_ms : pause);
    LOG_WARN("deliver", "message not delivered", KV_STR("id", take->letter.id),
             KV_TEXT("provider", f->provider), KV_INT("status", f->status),
             KV_STR("error", r->error), KV_INT("attempt", take->attempts));
    job_finish(d, take, f->trouble && !over ? MESSAGE_LATER : MESSAGE_FAILED);
}

void
job_returned(struct deliver *d, struct job *take, int64_t due)
{
    take->result.due_at = due;
    job_finish(d, take, MESSAGE_RETURNED);
}

/* ---- outbox ---- */

struct renumbering {
    int64_t above;
    struct message_claim claim;
};

static enum err_code
renumber(struct db_conn *conn, void *arg, struct err *err)
{
    struct renumbering *r = arg;
    r->claim.number = 0;
    return store_message_number(conn, r->above, &r->claim, 1, err);
}

/* Somebody else's file may have the number already: the folder is older than the database. */
static enum err_code
publish(struct deliver *d, struct job *job, struct err *err)
{
    enum err_code rc = outbox_publish(d->outbox, &job->letter, err);
    for (int i = 0; i < 3 && rc == ERR_CONFLICT; i++) {
        struct renumbering r = {.above = outbox_highest(d->outbox), .claim = {.seq = job->seq}};
        rc = store_tx(d->store, DB_WRITE, renumber, &r, err);
        if (rc)
            break;
        job->letter.number = r.claim.number;
        rc = outbox_write(d->outbox, &job->letter, true, err);
        if (rc == ERR_OK)
            rc = outbox_publish(d->outbox, &job->letter, err);
    }
    return rc;
}

static void
outbox_failed(struct deliver *d, struct job *job, const struct err *err, int64_t now)
{
    lane_bad(d, job->lane, now, 0);
    job_failed(d, job,
               &(struct job_failure){
                   .provider = "outbox", .why = err->msg, .trouble = err->code != ERR_LIMIT},
               now);
}

/* Runs one step for each job; those that fail are over, the others stay in the list. */
static size_t
for_each_job(struct deliver *d, struct list *jobs, int64_t now,
             enum err_code (*step)(struct deliver *d, struct job *job, struct err *err))
{
    size_t n = 0;
    struct err err = {.code = ERR_OK};
    for (struct list *node = jobs->next, *next; node != jobs; node = next) {
        struct job *job = LIST_ENTRY(node, struct job, node);
        next = node->next;
        if (step(d, job, &err) == ERR_OK) {
            n++;
            continue;
        }
        list_remove(node);
        outbox_failed(d, job, &err, now);
    }
    return n;
}

static enum err_code
write_alone(struct deliver *d, struct job *job, struct err *err)
{
    return outbox_write(d->outbox, &job->letter, true, err);
}

static enum err_code
write_among_many(struct deliver *d, struct job *job, struct err *err)
{
    return outbox_write(d->outbox, &job->letter, false, err);
}

static size_t
length(const struct list *jobs)
{
    size_t n = 0;
    LIST_EACH (node, jobs)
        n++;
    return n;
}

/* All of them have the same end: they are durable, or it is not known. */
static void
end_all(struct deliver *d, struct list *jobs, const struct err *err, int64_t now)
{
    for (struct list *node = list_pop_front(jobs); node; node = list_pop_front(jobs)) {
        struct job *job = LIST_ENTRY(node, struct job, node);
        if (err->code) {
            outbox_failed(d, job, err, now);
            continue;
        }
        lane_good(d, job->lane);
        job_sent(d, job, "outbox", STR_ABSENT, 0);
    }
}

void
deliver_to_outbox(struct deliver *d, struct list *jobs, int64_t now)
{
    struct err err = {.code = ERR_OK};
    LIST_EACH (node, jobs) {
        struct job *job = LIST_ENTRY(node, struct job, node);
        if (job->letter.channel == LETTER_EMAIL && !job->letter.from.n)
            job->letter.from = d->config.smtp_from;
    }
    bool many = length(jobs) >= SYNC_TOGETHER;
    size_t left = for_each_job(d, jobs, now, many ? write_among_many : write_alone);
    if (left && many && outbox_sync(d->outbox, true, &err) != ERR_OK) {
        end_all(d, jobs, &err, now);
        return;
    }
    if (for_each_job(d, jobs, now, publish) && outbox_sync(d->outbox, false, &err) == ERR_OK)
        err.code = ERR_OK;
    end_all(d, jobs, &err, now);
}
