/* What the runner of jobs does with the items of the job that it took: see jobs_priv.h. */
#include "server/jobs_priv.h"

#include "api/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "server/dispatch.h"
#include "server/state.h"

enum {
    LEASE_MS = 5000, /* what takes longer is done again by another, and only one of both counts */
    SLICE_MS = 250,  /* before it is the next job's turn */
    BATCH_MS = 50,   /* in one transaction: so long nobody else may write */
    MOST_TRIES = 3
};

struct job_lease
jobs_lease_now(const struct jobs *j)
{
    int64_t now = clock_now_ms();
    return (struct job_lease){.name = j->lease, .now = now, .until = now + LEASE_MS};
}

/* ---- the transaction that items share ---- */

/* What is not committed has not happened: those items are next again. */
static void
drop_open(struct jobs *j)
{
    db_rollback(j->batch.tx);
    j->batch.tx = NULL;
    j->batch.forget = j->batch.spoiled = false;
    for (; j->open; j->open--)
        j->page[--j->at].error = STR_ABSENT;
}

static enum err_code
commit_open(struct jobs *j, struct job_claim *after, struct err *err)
{
    struct call_batch *b = &j->batch;
    struct job_lease lease = jobs_lease_now(j);
    enum err_code rc = b->tx ? ERR_OK : db_begin(store_db(j->server->store), DB_WRITE, &b->tx, err);
    if (!rc)
        rc = store_job_advance(b->tx, after, &lease, &j->page[j->at - j->open], j->open, err);
    if (rc)
        return rc;
    struct db_conn *tx = b->tx;
    b->tx = NULL;
    return db_commit(tx, err);
}

static enum err_code
settle(void *arg, struct err *err)
{
    struct jobs *j = arg;
    struct job_claim after = j->claim;
    enum err_code rc = j->open ? commit_open(j, &after, err) : ERR_OK;
    if (rc || !j->open) {
        drop_open(j);
        j->lost = rc != ERR_OK;
        return rc;
    }
    j->claim = after;
    j->open = 0;
    if (j->batch.forget)
        auth_forget(j->server->auth);
    j->batch.forget = false;
    return ERR_OK;
}

static bool
is_time_to_settle(const struct jobs *j)
{
    return j->batch.tx && clock_mono_ms() - j->batch.began >= BATCH_MS;
}

/* ---- one item ---- */

static void
read_params(struct call *c, const struct json *j)
{
    int64_t kind = PRINCIPAL_NONE;
    (void)json_to_i64(json_get(j, "kind"), &kind);
    c->who = (struct principal){.kind = (enum principal_kind)kind,
                                .token_id = json_str(json_get(j, "tokenId")),
                                .tenant_id = json_str(json_get(j, "ownTenantId")),
                                .user_id = json_str(json_get(j, "ownUserId"))};
    (void)json_to_bool(json_get(j, "superUser"), &c->who.super_user);
    const struct json *keys = json_get(j, "permissions");
    struct str *list = ARENA_ARRAY(c->arena, json_len(keys) + 1, struct str);
    for (const struct json *it = json_first(keys); it; it = json_next(it))
        list[c->who.n_permissions++] = json_str(it);
    c->who.permissions = list;
    c->tenant_id = json_str(json_get(j, "tenantId"));
    c->user_id = json_str(json_get(j, "userId"));
    c->app_id = json_str(json_get(j, "appId"));
    c->trace_id = json_str(json_get(j, "traceId"));
    c->ip = json_str(json_get(j, "ip"));
    c->user_agent = json_str(json_get(j, "userAgent"));
}

/* What a report says of a refusal: the lines of the answer that the same request would have got. */
static struct str
reason(const struct call *c, const struct err *err)
{
    const struct call_private *p = c->priv;
    struct buf text;
    buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < p->n_errors; i++) {
        buf_add_text(&text, i ? ", " : "");
        buf_add_str(&text, p->errors[i]);
    }
    if (text.n == 0)
        buf_add_text(&text, err_http(err->code) < 500
                                ? err->msg
                                : "This could not be done; see the server's log");
    size_t n = text.n < JOB_ERROR_MAX ? text.n : JOB_ERROR_MAX;
    while (n < text.n && (text.p[n] & 0xC0) == 0x80)
        n--; /* not in the middle of a character */
    struct str out = arena_str(c->arena, str_sub(buf_str(&text), 0, n));
    buf_fini(&text);
    return out;
}

enum err_code
jobs_postpone(struct call *c, int64_t due, struct err *err)
{
    c->priv->postponed = due;
    return err_set(err, ERR_CANCELLED, "not yet");
}

/* It may be better in a moment, and is not the item's fault. */
static bool
is_trouble(enum err_code rc)
{
    return rc == ERR_BUSY || rc == ERR_DB || rc == ERR_DB_FULL || rc == ERR_IO;
}

/* The item as the body of a request of its own. */
static enum err_code
check_item(struct call *c, struct err *err)
{
    struct check *check = ARENA_NEW(c->arena, struct check);
    if (json_type(c->body) != JSON_OBJECT)
        return call_refuse(c, err, ERR_INVALID, NULL, "This is not an object");
    check_init(check, c->arena);
    (void)check_body(check, c->op, c->body);
    enum err_code rc = ERR_OK;
    for (size_t i = 0; i < check->n; i++)
        rc = call_refuse(c, err, ERR_INVALID, check->ref, "%.*s", STR_ARG(check->messages[i]));
    return rc;
}

/* The item's own failure; else it is to be run again. */
static bool
is_refusal(const struct jobs *j, enum err_code rc)
{
    return !j->lost && !j->batch.spoiled && !j->postponed && !is_trouble(rc);
}

static struct str
report(const struct call *c, const struct err *err)
{
    if (err_http(err->code) >= 500)
        LOG_ERROR("jobs", "an item failed", KV_TEXT("op", c->op->name), KV_TEXT("error", err->msg));
    return reason(c, err);
}

static enum err_code
run_as_call(struct jobs *j, const struct op *op, op_fn *fn, struct str *why, struct err *err)
{
    if (!j->params)
        j->params = json_parse(j->claim.params, JOB_INPUT_MAX, err);
    struct json *body = j->params ? json_parse(j->page[j->at].input, JOB_INPUT_MAX, err) : NULL;
    struct call *c = ARENA_NEW(&j->item_arena, struct call);
    enum err_code rc = body ? ERR_OK : err_failed(err);
    call_open(c, j->server, op, &j->item_arena, JOB_INPUT_MAX);
    read_params(c, j->params);
    c->vendor_id = j->claim.vendor;
    c->body = body;
    c->priv->common = json_get(j->params, "common");
    c->priv->batch = &j->batch;
    if (!rc)
        rc = check_item(c, err);
    if (!rc)
        rc = dispatch_run(c, fn, err);
    j->postponed = rc && !j->batch.spoiled ? c->priv->postponed : 0;
    if (rc && is_refusal(j, rc)) {
        *why = report(c, err);
        rc = ERR_OK;
    }
    call_close(c);
    return rc;
}

/* Why the item is not even begun; absent: it is. */
static struct str
cannot_begin(const struct jobs *j)
{
    if (j->claim.unreadable || j->page[j->at].unreadable)
        return STR("The stored input cannot be opened");
    if (j->claim.attempts > MOST_TRIES)
        return STR("The server stopped each time while it worked on this");
    return STR_ABSENT;
}

static enum err_code
work_item(struct jobs *j, const struct op *op, op_fn *fn, struct err *err)
{
    arena_reset(&j->item_arena);
    j->lost = false;
    struct str why = cannot_begin(j);
    enum err_code rc = str_given(why) ? ERR_OK : run_as_call(j, op, fn, &why, err);
    if (rc)
        return rc;
    if (str_given(why))
        j->page[j->at].error = arena_str(&j->page_arena, why);
    j->at++;
    j->open++;
    return ERR_OK;
}

/* ---- many ---- */

static enum err_code
fetch_page(struct db_conn *conn, void *arg, struct err *err)
{
    struct jobs *j = arg;
    arena_reset(&j->page_arena);
    j->at = 0;
    j->n_page = JOBS_PAGE;
    enum err_code rc = store_job_next(conn, &j->page_arena, &j->claim, j->page, &j->n_page, err);
    if (rc)
        j->n_page = 0;
    return rc;
}

/* Those that are done stay so when the next is not yet due. */
static enum err_code
stop_batch(struct jobs *j, enum err_code rc, struct err *err)
{
    struct err own = {.code = ERR_OK};
    if (!j->postponed) {
        drop_open(j);
        return rc;
    }
    if (settle(j, &own) == ERR_OK)
        return rc;
    j->postponed = 0;
    *err = own;
    return own.code;
}

static enum err_code
work_batch(struct jobs *j, const struct op *op, op_fn *fn, struct err *err)
{
    size_t most = j->care == JOBS_CAREFUL ? 1 : JOBS_PAGE;
    enum err_code rc = ERR_OK;
    j->batch.bold = j->care == JOBS_BOLD;
    if (j->at == j->n_page)
        rc = store_tx(j->server->store, DB_READ, fetch_page, j, err);
    while (!rc && j->at < j->n_page && j->open < most && !is_time_to_settle(j) &&
           !bell_closed(&j->bell))
        rc = work_item(j, op, fn, err);
    return rc ? stop_batch(j, rc, err) : settle(j, err);
}

enum err_code
jobs_work(struct jobs *j, const struct op *op, op_fn *fn, struct err *err)
{
    int64_t until = clock_mono_ms() + SLICE_MS;
    enum err_code rc = ERR_OK;
    j->batch = (struct call_batch){.settle = settle, .arg = j};
    j->care = j->claim.attempts > 1 ? JOBS_CAREFUL : JOBS_BOLD;
    do {
        rc = work_batch(j, op, fn, err);
        if (rc && rc != ERR_GONE && !j->postponed && j->care != JOBS_CAREFUL) {
            j->care++;
            rc = ERR_OK;
        }
    } while (!rc && !j->claim.row.finished_at && !bell_closed(&j->bell) && clock_mono_ms() < until);
    return rc;
}

void
jobs_forget_claim(struct jobs *j)
{
    ASSERT(!j->batch.tx && j->open == 0);
    json_free(j->params);
    j->params = NULL;
    j->n_page = j->at = 0;
    arena_reset(&j->claim_arena);
}
