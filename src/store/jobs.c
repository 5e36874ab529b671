#include "store/jobs.h"

#include "base/mem.h"
#include "base/secret.h"
#include "store/internal.h"
#include "store/rows.h"

enum { SWEEP = 8, SEALED_MAX = JOB_INPUT_MAX + 1024 };

/* ---- sealing ---- */

/* A text opens only where it was put: place -1 is what all items have in common. */
static struct str
aad_of(struct arena *a, struct str vendor, struct str id, int64_t place)
{
    return arena_printf(a, "jobs/%.*s/%.*s/%lld", STR_ARG(vendor), STR_ARG(id), (long long)place);
}

static enum err_code
seal(const struct scope *s, struct str id, int64_t place, struct str plain, struct buf *out,
     struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    if (plain.n > JOB_INPUT_MAX)
        return err_set(err, ERR_LIMIT, "an item is too large");
    return sealer->seal(sealer->ctx, plain, aad_of(s->arena, s->vendor, id, place), out, err);
}

/* False: it does not open. */
static bool
unseal(struct db_conn *conn, struct arena *a, struct str aad, struct str sealed, struct str *out)
{
    const struct sealer *sealer = &store_of(conn)->sealer;
    struct buf plain;
    buf_init(&plain, SEALED_MAX);
    bool good = sealer->open(sealer->ctx, sealed, aad, &plain, NULL) == ERR_OK;
    *out = good ? arena_str(a, buf_str(&plain)) : STR_ABSENT;
    if (plain.n)
        secret_wipe(plain.p, plain.n);
    buf_fini(&plain);
    return good;
}

/* ---- adding ---- */

static enum err_code
add_row(const struct scope *s, struct job_row *job, struct str sealed, struct err *err)
{
    bool empty = job->total == 0;
    return db_query_int(
        s->conn,
        "INSERT INTO jobs (env, id, kind, tenant_id, subject, state, params, total, "
        "due_at, created_at, updated_at, started_at, finished_at) VALUES ($1, $2, "
        "$3, $4, $5, $6, $7, $8, $9, $9, $9, $10, $10) RETURNING seq",
        DB_ARGS(DB_I(s->env), DB_T(job->id), DB_T(job->kind), DB_T(job->tenant_id),
                DB_T(job->subject), DB_T(empty ? STR("done") : STR("queued")), DB_B(sealed),
                DB_I(job->total), DB_I(s->now), empty ? DB_I(s->now) : DB_N),
        &job->seq, NULL, err);
}

static enum err_code
add_item(const struct scope *s, const struct job_row *job, int64_t place,
         const struct job_item *item, struct err *err)
{
    struct buf sealed;
    buf_init(&sealed, SEALED_MAX);
    enum err_code rc = seal(s, job->id, place, item->input, &sealed, err);
    if (!rc)
        rc = db_exec(s->conn,
                     "INSERT INTO job_items (job_seq, place, name, sealed) VALUES ($1, $2, $3, $4)",
                     DB_ARGS(DB_I(job->seq), DB_I(place), DB_T(item->name), DB_B(buf_str(&sealed))),
                     NULL, err);
    buf_fini(&sealed);
    return rc;
}

enum err_code
store_job_add(const struct scope *s, struct job_row *job, struct str params,
              const struct job_item *items, size_t n, struct err *err)
{
    const struct store *store = store_of(s->conn);
    struct buf sealed;
    if (n > JOB_ITEMS_MAX)
        return err_set(err, ERR_LIMIT, "a job has at most %d items", JOB_ITEMS_MAX);
    store_new_id(s, &job->id);
    job->tenant_id = s->tenant;
    job->total = (int64_t)n;
    job->created_at = s->now;
    job->finished_at = n ? 0 : s->now;
    buf_init(&sealed, SEALED_MAX);
    enum err_code rc = seal(s, job->id, -1, params, &sealed, err);
    if (!rc)
        rc = add_row(s, job, buf_str(&sealed), err);
    buf_fini(&sealed);
    for (size_t i = 0; !rc && i < n; i++)
        rc = add_item(s, job, (int64_t)i, &items[i], err);
    if (!rc && n && store->on_job)
        db_after_commit(s->conn, store->on_job, store->on_job_arg);
    return rc;
}

void
store_on_job(struct store *store, void (*fn)(void *arg), void *arg)
{
    store->on_job = fn;
    store->on_job_arg = arg;
}

/* ---- looking on ---- */

#define ROW_COLUMNS                                                                                \
    "seq, id, kind, tenant_id, subject, total, processed, failed, created_at, started_at, "        \
    "finished_at"
enum { ROW_END = 11 };

static void
read_row(struct db_stmt *st, struct arena *a, struct job_row *out)
{
    *out = (struct job_row){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .kind = store_text(st, 2, a),
        .tenant_id = store_text(st, 3, a),
        .subject = store_text(st, 4, a),
        .total = db_int(st, 5),
        .processed = db_int(st, 6),
        .failed = db_int(st, 7),
        .created_at = db_int(st, 8),
        .started_at = db_int(st, 9),
        .finished_at = db_int(st, 10),
    };
}

enum err_code
store_job_get(const struct scope *s, struct str kind, struct str id, struct job_row *out,
              struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "SELECT " ROW_COLUMNS " FROM jobs WHERE env = $1 AND id = $2 AND kind = $3 AND "
                 "($4 = '' OR tenant_id = $4)",
                 DB_ARGS(DB_I(s->env), DB_T(id), DB_T(kind),
                         DB_T(str_given(s->tenant) ? s->tenant : STR(""))),
                 &st, err);
    if (rc)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_row(st, s->arena, out);
    rc = db_finish(st);
    return rc || found ? rc : store_missing("Task", err);
}

enum err_code
store_job_params(const struct scope *s, const struct job_row *job, struct str *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, "SELECT params FROM jobs WHERE seq = $1",
                                DB_ARGS(DB_I(job->seq)), &st, err);
    if (rc)
        return rc;
    bool good = true;
    *out = STR_ABSENT;
    if (db_next(st, err) == DB_ROW && !db_is_null(st, 0))
        good = unseal(s->conn, s->arena, aad_of(s->arena, s->vendor, job->id, -1), db_bytes(st, 0),
                      out);
    rc = db_finish(st);
    return rc || good ? rc : err_set(err, ERR_CORRUPT, "a stored job cannot be read");
}

enum err_code
store_job_failures(const struct scope *s, const struct job_row *job, size_t most,
                   struct job_item **out, size_t *n, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = NULL;
    *n = 0;
    enum err_code rc = db_query(s->conn,
                                "SELECT place, name, error FROM job_items WHERE job_seq = $1 AND "
                                "error IS NOT NULL ORDER BY place LIMIT $2",
                                DB_ARGS(DB_I(job->seq), DB_I(most)), &st, err);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct job_item *item = STORE_PUSH(s->arena, *out, *n, size);
        *item = (struct job_item){.place = db_int(st, 0),
                                  .name = store_text(st, 1, s->arena),
                                  .error = store_text(st, 2, s->arena)};
    }
    return db_finish(st);
}

/* ---- claims ---- */

static enum err_code
read_vendor(struct db_conn *conn, struct arena *a, int64_t env, struct str *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(conn, "SELECT id FROM environments WHERE seq = $1", DB_ARGS(DB_I(env)), &st, err);
    if (rc)
        return rc;
    if (db_next(st, err) == DB_ROW)
        *out = store_text(st, 0, a);
    return db_finish(st);
}

enum err_code
store_job_claim(struct db_conn *conn, struct arena *a, const struct job_lease *lease,
                struct job_claim *out, bool *found, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    struct str sealed = {NULL, 0};
    int64_t env = 0;
    *out = (struct job_claim){.attempts = 0};
    *found = false;
    sql_init(&q, a);
    /* Chosen apart and asked twice, for the reasons that store_message_claim has. */
    sql_addv(&q,
             "WITH chosen AS (SELECT seq FROM jobs WHERE state = 'queued' AND due_at <= ? "
             "ORDER BY due_at, seq LIMIT 1",
             DB_ARGS(DB_I(lease->now)));
    sql_add(&q, db_fragment(db_of(conn), "rows.skip_locked"));
    sql_addv(&q,
             ") UPDATE jobs SET lease = ?, due_at = ?, attempts = attempts + 1, "
             "started_at = COALESCE(started_at, ?), updated_at = ? WHERE seq IN (SELECT seq FROM "
             "chosen) AND state = 'queued' AND due_at <= ? RETURNING " ROW_COLUMNS
             ", attempts, env, params",
             DB_ARGS(DB_T(lease->name), DB_I(lease->until), DB_I(lease->now), DB_I(lease->now),
                     DB_I(lease->now)));
    enum err_code rc = sql_query(&q, conn, &st, err);
    if (!rc) {
        *found = db_next(st, err) == DB_ROW;
        if (*found) {
            read_row(st, a, &out->row);
            out->attempts = db_int(st, ROW_END);
            env = db_int(st, ROW_END + 1);
            sealed = arena_str(a, db_bytes(st, ROW_END + 2));
        }
        rc = db_finish(st);
    }
    sql_fini(&q);
    if (!rc && *found)
        rc = read_vendor(conn, a, env, &out->vendor, err);
    if (!rc && *found)
        out->unreadable =
            !unseal(conn, a, aad_of(a, out->vendor, out->row.id, -1), sealed, &out->params);
    return rc;
}

enum err_code
store_job_next(struct db_conn *conn, struct arena *a, const struct job_claim *claim,
               struct job_item *out, size_t *n, struct err *err)
{
    struct db_stmt *st;
    int64_t first = claim->row.processed, left = claim->row.total - first;
    size_t most = left < (int64_t)*n ? (size_t)left : *n, bytes = 0;
    for (size_t i = 0; i < most; i++) /* what is not there cannot be read either */
        out[i] = (struct job_item){.place = first + (int64_t)i, .unreadable = true};
    *n = most;
    enum err_code rc =
        db_query(conn,
                 "SELECT place, name, sealed FROM job_items WHERE job_seq = $1 AND "
                 "place >= $2 AND place < $3 ORDER BY place",
                 DB_ARGS(DB_I(claim->row.seq), DB_I(first), DB_I(first + (int64_t)most)), &st, err);
    if (rc)
        return rc;
    while (bytes < JOB_PAGE_BYTES && db_next(st, err) == DB_ROW) {
        struct job_item *item = &out[db_int(st, 0) - first];
        item->name = store_text(st, 1, a);
        item->unreadable = !unseal(conn, a, aad_of(a, claim->vendor, claim->row.id, item->place),
                                   db_bytes(st, 2), &item->input);
        bytes += item->input.n;
        if (bytes >= JOB_PAGE_BYTES)
            *n = (size_t)(item->place - first) + 1;
    }
    return db_finish(st);
}

/* ---- ends ---- */

static enum err_code
gone_unless(int64_t changes, struct err *err)
{
    return changes ? ERR_OK : err_set(err, ERR_GONE, "the job was taken by another");
}

/* A failed item stays for the report, one that is done goes. */
static enum err_code
settle_items(struct db_conn *conn, const struct job_row *job, const struct job_item *items,
             size_t n, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 0; i < n && !rc; i++)
        if (str_given(items[i].error))
            rc = db_exec(
                conn,
                "UPDATE job_items SET sealed = NULL, error = $1 WHERE job_seq = $2 AND "
                "place = $3",
                DB_ARGS(DB_T(items[i].error), DB_I(job->seq), DB_I(job->processed + (int64_t)i)),
                NULL, err);
    if (rc)
        return rc;
    return db_exec(conn,
                   "DELETE FROM job_items WHERE job_seq = $1 AND place >= $2 AND place < $3 AND "
                   "error IS NULL",
                   DB_ARGS(DB_I(job->seq), DB_I(job->processed), DB_I(job->processed + (int64_t)n)),
                   NULL, err);
}

static int64_t
count_failed(const struct job_item *items, size_t n)
{
    int64_t failed = 0;
    for (size_t i = 0; i < n; i++)
        failed += str_given(items[i].error);
    return failed;
}

enum err_code
store_job_advance(struct db_conn *conn, struct job_claim *claim, const struct job_lease *lease,
                  const struct job_item *items, size_t n, struct err *err)
{
    struct job_row *job = &claim->row;
    bool last = job->processed + (int64_t)n >= job->total;
    int64_t changes = 0, failed = count_failed(items, n);
    enum err_code rc =
        db_exec(conn,
                "UPDATE jobs SET processed = processed + $9, failed = failed + $1, attempts = 1, "
                "updated_at = $2, due_at = $3, state = $4, finished_at = $5, "
                "lease = CASE WHEN $4 = 'done' THEN NULL ELSE lease END "
                "WHERE seq = $6 AND state = 'queued' AND lease = $7 AND processed = $8",
                DB_ARGS(DB_I(failed), DB_I(lease->now), DB_I(lease->until),
                        DB_T(last ? STR("done") : STR("queued")), last ? DB_I(lease->now) : DB_N,
                        DB_I(job->seq), DB_T(lease->name), DB_I(job->processed), DB_I(n)),
                &changes, err);
    if (!rc)
        rc = gone_unless(changes, err);
    if (!rc)
        rc = settle_items(conn, job, items, n, err);
    if (rc)
        return rc;
    job->processed += (int64_t)n;
    job->failed += failed;
    job->finished_at = last ? lease->now : 0;
    claim->attempts = 1;
    return ERR_OK;
}

enum err_code
store_job_return(struct db_conn *conn, const struct job_claim *claim, const struct job_lease *lease,
                 int64_t due, struct err *err)
{
    return db_exec(conn,
                   "UPDATE jobs SET lease = NULL, due_at = $1, attempts = attempts - 1 WHERE "
                   "seq = $2 AND state = 'queued' AND lease = $3",
                   DB_ARGS(DB_I(due), DB_I(claim->row.seq), DB_T(lease->name)), NULL, err);
}

enum err_code
store_job_release(struct db_conn *conn, int64_t now, struct err *err)
{
    return db_exec(conn,
                   "UPDATE jobs SET lease = NULL, due_at = $1 WHERE state = 'queued' AND lease IS "
                   "NOT NULL",
                   DB_ARGS(DB_I(now)), NULL, err);
}

enum err_code
store_job_due(struct db_conn *conn, int64_t *out, struct err *err)
{
    bool found = false;
    enum err_code rc = db_query_int(conn,
                                    "SELECT due_at FROM jobs WHERE state = 'queued' "
                                    "ORDER BY due_at, seq LIMIT 1",
                                    DB_NO_ARGS, out, &found, err);
    if (!found)
        *out = INT64_MAX;
    return rc;
}

enum err_code
store_job_sweep(struct db_conn *conn, int64_t before, struct err *err)
{
    return db_exec(
        conn,
        "DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE state <> 'queued' AND "
        "updated_at < $1 ORDER BY updated_at LIMIT $2)",
        DB_ARGS(DB_I(before), DB_I(SWEEP)), NULL, err);
}
