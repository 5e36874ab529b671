#include "server/jobs.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "server/jobs_priv.h"
#include "server/state.h"

enum {
    TROUBLE_MS = 1000,   /* until the database is asked again */
    STRANGER_MS = 60000, /* until a kind that this version does not know is offered again */
    SLEEP_MOST_MS = 60000,
    LOOK_MS = 5000, /* for jobs that other servers were given and left */
    ITEM_ARENA_MAX = 48 * 1024 * 1024,
    PAGE_ARENA_MAX = 16 * 1024 * 1024,
    CLAIM_ARENA_MAX = 8 * 1024 * 1024
};
static const int64_t KEEP_MS = 30 * INT64_C(86400000); /* reports */

static const struct {
    enum op_id op;
    op_fn *run;
} KINDS[] = {
#define KIND(name) {OP_##name, job_##name},
    JOB_KINDS(KIND)
#undef KIND
};

/* ---- who asked, as text ---- */

static struct str
write_params(struct call *c, const struct jobs_plan *plan)
{
    struct buf text;
    struct jw w;
    buf_init(&text, JOB_INPUT_MAX);
    jw_init(&w, &text);
    jw_open(&w, '{');
    jw_ki64(&w, "kind", c->who.kind);
    jw_kstr(&w, "tokenId", c->who.token_id);
    jw_kstr(&w, "ownTenantId", c->who.tenant_id);
    jw_kstr(&w, "ownUserId", c->who.user_id);
    jw_kbool(&w, "superUser", c->who.super_user);
    jw_key(&w, "permissions");
    jw_open(&w, '[');
    for (size_t i = 0; i < c->who.n_permissions; i++)
        jw_str(&w, c->who.permissions[i]);
    jw_close(&w, ']');
    jw_kstr(&w, "tenantId", c->tenant_id);
    jw_kstr(&w, "userId", c->user_id);
    jw_kstr(&w, "appId", c->app_id);
    jw_kstr(&w, "traceId", c->trace_id);
    jw_kstr(&w, "ip", c->ip);
    jw_kstr(&w, "userAgent", c->user_agent);
    if (str_given(plan->common))
        jw_kraw(&w, "common", plan->common);
    jw_close(&w, '}');
    struct str out = text.failed ? STR_ABSENT : arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return out;
}

/* ---- for handlers ---- */

enum err_code
jobs_add(struct call *c, const struct scope *s, const struct jobs_plan *plan, struct job_row *out,
         struct err *err)
{
    const struct op *op = plan->op ? plan->op : c->op;
    *out = (struct job_row){.kind = str_of(op->name), .subject = plan->subject};
    struct str params = write_params(c, plan);
    if (!str_given(params))
        return err_set(err, ERR_LIMIT, "the request is too large for a job");
    return store_job_add(s, out, params, plan->items, plan->n, err);
}

const struct json *
jobs_common(const struct call *c)
{
    return c->priv->common;
}

enum err_code
jobs_find(struct call *c, const struct scope *s, enum op_id op, struct str id, struct job_row *out,
          struct err *err)
{
    enum err_code rc = store_job_get(s, str_of(op_get(op)->name), id, out, err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Task not found") : rc;
}

enum err_code
jobs_common_of(const struct scope *s, const struct job_row *job, struct json **out, struct err *err)
{
    struct str text;
    *out = NULL;
    enum err_code rc = store_job_params(s, job, &text, err);
    struct json *params = rc ? NULL : json_parse(text, JOB_INPUT_MAX, err);
    if (!rc && !params)
        return err_failed(err);
    *out = json_detach(params, STR("common"));
    json_free(params);
    return rc;
}

const char *
jobs_status(const struct job_row *job)
{
    if (job->finished_at)
        return job->failed ? "CompletedWithErrors" : "Completed";
    return job->started_at ? "InProgress" : "NotStarted";
}

const char *
jobs_state(const struct job_row *job)
{
    if (!job->finished_at)
        return "IN_PROGRESS";
    return job->total && job->failed == job->total ? "FAILED" : "COMPLETED";
}

void
jobs_write_failures(struct call *c, const char *member, const struct job_item *failed, size_t n)
{
    struct jw *w = &c->out;
    jw_key(w, "errors");
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_kstr(w, member, failed[i].name);
        jw_kstr(w, "message", failed[i].error);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* ---- turns ---- */

struct claiming {
    struct jobs *jobs;
    bool found;
};

static enum err_code
look(struct db_conn *conn, void *arg, struct err *err)
{
    struct jobs *j = arg;
    return store_job_due(conn, &j->due, err);
}

static enum err_code
claim(struct db_conn *conn, void *arg, struct err *err)
{
    struct claiming *x = arg;
    struct job_lease lease = jobs_lease_now(x->jobs);
    jobs_forget_claim(x->jobs);
    enum err_code rc = store_job_sweep(conn, lease.now - KEEP_MS, err);
    return rc ? rc
              : store_job_claim(conn, &x->jobs->claim_arena, &lease, &x->jobs->claim, &x->found,
                                err);
}

struct giving_back {
    struct jobs *jobs;
    int64_t due;
};

static enum err_code
give_back(struct db_conn *conn, void *arg, struct err *err)
{
    struct giving_back *g = arg;
    struct job_lease lease = jobs_lease_now(g->jobs);
    return store_job_return(conn, &g->jobs->claim, &lease, g->due, err);
}

/* The operation as its items see it, and what runs them. False: nothing of this version. */
static bool
find_kind(struct str name, struct op *op, op_fn **fn)
{
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        *op = *op_get(KINDS[i].op);
        *fn = KINDS[i].run;
        const struct field *list = op_list(op);
        op->body = list ? list->fields : NULL;
        if (str_eq(name, str_of(op->name)))
            return true;
    }
    return false;
}

static void
log_end(const struct job_row *job)
{
    LOG_INFO("jobs", "job done", KV_STR("kind", job->kind), KV_STR("id", job->id),
             KV_INT("total", job->total), KV_INT("failed", job->failed));
}

/* When the claimed job is to be taken again. */
static int64_t
due_again(const struct jobs *j, bool known, enum err_code rc)
{
    if (j->postponed)
        return j->postponed;
    return clock_now_ms() + (!known ? STRANGER_MS : rc ? TROUBLE_MS : 0);
}

/* Some items of the claimed job; then it goes to the end of the queue. */
static void
work_slice(struct jobs *j)
{
    j->postponed = 0;
    struct err err = {.code = ERR_OK};
    struct op op;
    op_fn *fn = NULL;
    enum err_code rc = ERR_OK;
    bool known = find_kind(j->claim.row.kind, &op, &fn);
    if (known)
        rc = jobs_work(j, &op, fn, &err);
    if (j->claim.row.finished_at) {
        log_end(&j->claim.row);
        return;
    }
    if (rc && !j->postponed)
        LOG_WARN("jobs", "an item could not be worked on, trying again",
                 KV_STR("kind", j->claim.row.kind), KV_TEXT("error", err.msg));
    struct giving_back g = {.jobs = j, .due = due_again(j, known, rc)};
    if (store_tx(j->server->store, DB_WRITE, give_back, &g, &err) != ERR_OK)
        LOG_WARN("jobs", "a job could not be given back, its lease runs out",
                 KV_TEXT("error", err.msg));
}

/* True if there was something to do. */
static bool
turn(struct jobs *j)
{
    struct err err = {.code = ERR_OK};
    struct claiming x = {.jobs = j};
    enum err_code rc = store_tx(j->server->store, DB_READ, look, j, &err);
    if (!rc && j->due <= clock_now_ms())
        rc = store_tx(j->server->store, DB_WRITE, claim, &x, &err);
    if (rc) {
        LOG_WARN("jobs", "the jobs cannot be reached, trying again", KV_TEXT("error", err.msg));
        j->due = clock_now_ms() + TROUBLE_MS;
        return false;
    }
    if (x.found)
        work_slice(j);
    return x.found;
}

/* Until the next is due. What other servers do is not seen, and the wall clock may be set. */
static int64_t
nap(const struct jobs *j)
{
    int64_t now = clock_now_ms();
    int64_t ms = j->due == INT64_MAX ? INT64_MAX : j->due > now ? j->due - now : 0;
    int64_t most = j->shared ? LOOK_MS : ms == INT64_MAX ? INT64_MAX : SLEEP_MOST_MS;
    return ms < most ? ms : most;
}

static void *
run(void *arg)
{
    struct jobs *j = arg;
    while (!bell_closed(&j->bell))
        if (!turn(j))
            (void)bell_wait(&j->bell, nap(j));
    return NULL;
}

/* ---- start and stop ---- */

static void
on_job(void *arg)
{
    struct jobs *j = arg;
    bell_ring(&j->bell);
}

static enum err_code
release(struct db_conn *conn, void *arg, struct err *err)
{
    (void)arg;
    return store_job_release(conn, clock_now_ms(), err);
}

enum err_code
jobs_start(struct jobs **out, struct server *s, struct err *err)
{
    struct jobs *j = mem_new(1, sizeof *j);
    j->server = s;
    j->shared = strcmp(db_driver_name(store_db(s->store)), "sqlite") != 0;
    bell_init(&j->bell);
    arena_init(&j->texts, 4096);
    arena_init(&j->claim_arena, CLAIM_ARENA_MAX);
    arena_init(&j->page_arena, PAGE_ARENA_MAX);
    arena_init(&j->item_arena, ITEM_ARENA_MAX);
    j->lease = rand_hex(&j->texts, 16);
    store_on_job(s->store, on_job, j);
    enum err_code rc = j->shared ? ERR_OK : store_tx(s->store, DB_WRITE, release, NULL, err);
    if (!rc && pthread_create(&j->thread, NULL, run, j) != 0)
        rc = err_set(err, ERR_INTERNAL, "the thread that works on jobs cannot be started");
    j->started = rc == ERR_OK;
    *out = j;
    return rc;
}

void
jobs_close(struct jobs *j)
{
    if (j)
        bell_close(&j->bell);
}

void
jobs_stop(struct jobs *take)
{
    if (!take)
        return;
    jobs_close(take);
    if (take->started)
        pthread_join(take->thread, NULL);
    store_on_job(take->server->store, NULL, NULL);
    bell_fini(&take->bell);
    arena_fini(&take->texts);
    jobs_forget_claim(take);
    arena_fini(&take->claim_arena);
    arena_fini(&take->page_arena);
    arena_fini(&take->item_arena);
    mem_free(take);
}
