/* What the status line and the request log show. */
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "client/client_priv.h"

static struct str
outcome_of(const struct http_job *job)
{
    if (job->err.code)
        return str_of(job->err.msg);
    return job->status < 400 ? STR("ok") : str_of(err_text(decode_status(job->status)));
}

/* Sample data in a throw-away folder is nobody's business later. */
static struct journal *
journal_of(struct client *c)
{
    struct err err = {.code = ERR_OK};
    if (c->journal_tried || c->profile.demo)
        return c->journal;
    c->journal_tried = true;
    struct arena a;
    arena_init(&a, 64 * 1024);
    c->journal = journal_open(arena_cstr(&a, file_xdg_dir("STATE", &a)), &err);
    if (!c->journal)
        LOG_WARN("client", "changes are not journalled", KV_TEXT("why", err.msg));
    arena_fini(&a);
    return c->journal;
}

/* The one the request named. */
static struct str
tenant_of(const struct http_job *job)
{
    static const char name[] = "frontegg-tenant-id: ";
    for (size_t i = 0; i < job->n_headers; i++) {
        struct str header = str_of(job->headers[i]);
        if (str_eq_nocase(str_sub(header, 0, sizeof name - 1), STR(name)))
            return str_sub(header, sizeof name - 1, header.n);
    }
    return STR_ABSENT;
}

static void
journal_note(struct client *c, const struct op *op, const struct trace_entry *e,
             const struct http_job *job)
{
    bool sent = job->sent || job->status;
    bool changes = op ? !(op->flags & OPF_SAFE) : !str_eq(e->method, STR("GET"));
    if (!changes || !sent || (op && op->id == OP_vendor_auth) || !journal_of(c))
        return;
    journal_add(c->journal, &(struct journal_entry){.at_ms = e->at_ms,
                                                    .profile = c->profile.name,
                                                    .host = profile_host(&c->profile),
                                                    .tenant = tenant_of(job),
                                                    .op = e->op,
                                                    .method = e->method,
                                                    .path = e->path,
                                                    .outcome = e->outcome,
                                                    .trace_id = str_of(e->trace_id),
                                                    .status = e->status});
}

void
client_note(struct client *c, const struct op *op, const char *target, const struct http_job *job)
{
    char *shown = trace_redact(op, str_of(target));
    struct trace_entry e = {
        .at_ms = job->started_ms,
        .took_us = job->took_us,
        .method = str_of(http_method_name(job->method)),
        .path = str_of(shown),
        .op = op ? str_of(op->name) : STR(""),
        .status = job->status,
        .outcome = outcome_of(job),
        .bytes_in = job->bytes_in,
        .bytes_out = job->body.n,
    };
    memcpy(e.trace_id, job->trace_id, sizeof e.trace_id);
    trace_add(&c->trace, &e);
    journal_note(c, op, &e, job);
    mem_free(shown);
    if (job->status || !job->err.code) {
        c->seen.online = true;
        c->seen.latency_us = job->took_us;
    } else if (job->err.code == ERR_NETWORK || job->err.code == ERR_TLS ||
               job->err.code == ERR_TIMEOUT) {
        c->seen.online = false;
    }
    if (job->server_date_ms)
        c->seen.clock_offset_ms =
            job->server_date_ms - (job->started_ms + job->took_us / 2000) / 1000 * 1000;
}

static void
note_wait(struct client_status *out, int64_t due_ms, const char *reason, int64_t *soonest)
{
    if (due_ms >= *soonest)
        return;
    *soonest = due_ms;
    out->retry_at_ms = clock_now_ms() + (due_ms - clock_mono_ms());
    out->wait_reason = str_of(reason);
}

void
client_status(const struct client *c, struct client_status *out)
{
    int64_t soonest = INT64_MAX, now = clock_mono_ms();
    *out = (struct client_status){.online = c->seen.online,
                                  .last_latency_us = c->seen.latency_us,
                                  .clock_offset_ms = c->seen.clock_offset_ms,
                                  .token_left_ms = -1};
    if (c->session.state == SESSION_VALID)
        out->token_left_ms = c->session.renew_ms - clock_mono_ms();
    LIST_EACH (node, &c->calls) {
        const struct call *call = call_of(node);
        /* Nobody waits for it, and nobody would be told when its end comes. */
        if (call->dropped)
            continue;
        if (call->state == CALL_IN_FLIGHT)
            out->in_flight++;
        else if (call->state != CALL_READY)
            out->waiting++;
        if (call->state != CALL_READY && now - call->since_ms > out->pending_ms)
            out->pending_ms = now - call->since_ms;
        if (call->state == CALL_WAIT_SERVER)
            out->wait_reason = str_of(call->wait_reason);
        if (call->state == CALL_WAIT_RETRY)
            note_wait(out, call->due_ms, call->wait_reason, &soonest);
    }
    if (c->session.state == SESSION_RETRY)
        note_wait(out, c->session.due_ms, c->session.wait_reason, &soonest);
    else if (!str_given(out->wait_reason) && out->waiting)
        out->wait_reason = str_of(c->session.wait_reason);
}

size_t
client_trace(const struct client *c, const struct trace_entry **out)
{
    *out = c->trace.entries;
    return c->trace.n;
}
