/* The queue as those see it who deliver. */
#include "base/mem.h"
#include "store/message_text.h"
#include "store/rows.h"

#include <stdlib.h>

enum { LANES_MAX = 4096, SWEEP = 16 };

/* ---- lanes ---- */

/* Each lane costs one seek in the index of what waits, however much that is. */
static enum err_code
next_lane(struct db_conn *conn, struct arena *a, int64_t after, struct message_lane *out,
          bool *found, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(conn,
                 "SELECT m.lane, m.due_at, (SELECT e.id FROM environments e WHERE e.seq = m.env) "
                 "FROM messages m WHERE m.state = 'queued' AND m.lane > $1 "
                 "ORDER BY m.lane, m.due_at, m.seq LIMIT 1",
                 DB_ARGS(DB_I(after)), &st, err);
    if (rc != ERR_OK)
        return rc;
    *found = db_next(st, err) == DB_ROW;
    if (*found)
        *out = (struct message_lane){
            .lane = db_int(st, 0),
            .due_at = db_int(st, 1),
            .vendor = store_text(st, 2, a),
            .channel = db_int(st, 0) % 2 ? MESSAGE_SMS : MESSAGE_EMAIL,
        };
    return db_finish(st);
}

enum err_code
store_message_lanes(struct db_conn *conn, struct arena *a, struct message_lane **out, size_t *n,
                    struct err *err)
{
    *out = NULL;
    *n = 0;
    size_t size = 0;
    int64_t after = 0;
    while (*n < LANES_MAX) {
        struct message_lane lane;
        bool found = false;
        enum err_code rc = next_lane(conn, a, after, &lane, &found, err);
        if (rc != ERR_OK || !found)
            return rc;
        after = lane.lane;
        *(struct message_lane *)STORE_PUSH(a, *out, *n, size) = lane;
    }
    return ERR_OK;
}

/* ---- claims ---- */

#define CLAIM_COLUMNS                                                                              \
    "seq, id, recipient, sender, sender_name, template_type, user_id, tenant_id, decoy, sealed, "  \
    "attempts, number, created_at"

static void
read_claim(struct db_stmt *st, struct arena *a, const struct message_lane *lane,
           struct message_claim *out)
{
    *out = (struct message_claim){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .message = {.channel = lane->channel,
                    .to = store_text(st, 2, a),
                    .from = store_text(st, 3, a),
                    .from_name = store_text(st, 4, a),
                    .template_type = store_text(st, 5, a),
                    .user_id = store_text(st, 6, a),
                    .tenant_id = store_text(st, 7, a),
                    .decoy = db_int(st, 8) != 0},
        .attempts = (int)db_int(st, 10),
        .number = db_int(st, 11),
        .created_at = db_int(st, 12),
    };
}

static enum err_code /* NOLINTNEXTLINE(readability-function-size): out and n are one list */
read_claims(struct db_stmt *st, struct db_conn *conn, struct arena *a,
            const struct message_lane *lane, struct message_claim **out, size_t *n, struct err *err)
{
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        struct message_claim *claim = STORE_PUSH(a, *out, *n, size);
        read_claim(st, a, lane, claim);
        claim->unreadable = message_open(conn, a, lane->vendor, claim->id, db_bytes(st, 9),
                                         &claim->message, NULL) != ERR_OK;
    }
    return db_finish(st);
}

static int
by_seq(const void *a, const void *b)
{
    const struct message_claim *x = a, *y = b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): a lease and a list */
store_message_claim(struct db_conn *conn, struct arena *a, const struct message_lane *lane,
                    struct str lease, int64_t now, int64_t until, size_t most,
                    struct message_claim **out, size_t *n, struct err *err)
{
    *out = NULL;
    *n = 0;
    struct sql q;
    sql_init(&q, a);
    /* The conditions stand twice: two that chose the same rows are told apart by the outer ones.
     * Chosen apart, because PostgreSQL may run a subquery of the update again for each row. */
    sql_addv(&q,
             "WITH chosen AS (SELECT seq FROM messages WHERE state = 'queued' AND lane = ? AND "
             "due_at <= ? ORDER BY due_at, seq LIMIT ?",
             DB_ARGS(DB_I(lane->lane), DB_I(now), DB_I(most)));
    sql_add(&q, db_fragment(db_of(conn), "rows.skip_locked"));
    sql_addv(&q,
             ") UPDATE messages SET lease = ?, due_at = ?, attempts = attempts + 1 WHERE seq IN "
             "(SELECT seq FROM chosen) AND state = 'queued' AND due_at <= ? "
             "RETURNING " CLAIM_COLUMNS,
             DB_ARGS(DB_T(lease), DB_I(until), DB_I(now)));
    struct db_stmt *st;
    enum err_code rc = sql_query(&q, conn, &st, err);
    if (rc == ERR_OK)
        rc = read_claims(st, conn, a, lane, out, n, err);
    sql_fini(&q);
    if (rc == ERR_OK && *n > 1)
        qsort(*out, *n, sizeof **out, by_seq);
    return rc;
}

enum err_code
store_message_number(struct db_conn *conn, int64_t above, struct message_claim *claims, size_t n,
                     struct err *err)
{
    int64_t missing = 0, last = 0;
    for (size_t i = 0; i < n; i++)
        missing += claims[i].number == 0;
    if (missing == 0)
        return ERR_OK;
    enum err_code rc =
        db_query_int(conn,
                     "INSERT INTO counters (name, value) VALUES ('outbox', $1 + $2) ON CONFLICT "
                     "(name) DO UPDATE SET value = $2 + CASE WHEN counters.value > $1 THEN "
                     "counters.value ELSE $1 END RETURNING value",
                     DB_ARGS(DB_I(above), DB_I(missing)), &last, NULL, err);
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        if (claims[i].number)
            continue;
        claims[i].number = last - --missing;
        rc = db_exec(conn, "UPDATE messages SET number = $1 WHERE seq = $2",
                     DB_ARGS(DB_I(claims[i].number), DB_I(claims[i].seq)), NULL, err);
    }
    return rc;
}

/* ---- ends ---- */

/* What a message looks like after each end; all but a drop leave the row. */
static enum err_code
settle_row(struct db_conn *conn, struct str lease, int64_t now, const struct message_result *r,
           int64_t *changes, struct err *err)
{
    static const struct str states[] = {[MESSAGE_SENT] = {"sent", 4},
                                        [MESSAGE_FAILED] = {"failed", 6},
                                        [MESSAGE_LATER] = {"queued", 6},
                                        [MESSAGE_RETURNED] = {"queued", 6}};
    return db_exec(conn,
                   "UPDATE messages SET state = $1, lease = NULL, due_at = $2, updated_at = $3, "
                   "attempts = attempts - $4, sealed = CASE WHEN $1 = 'sent' THEN NULL ELSE sealed "
                   "END, provider = COALESCE($5, provider), provider_ref = $6, status = $7, "
                   "error = $8 WHERE seq = $9 AND state = 'queued' AND lease = $10",
                   DB_ARGS(DB_T(states[r->end]), DB_I(r->due_at), DB_I(now),
                           DB_I(r->end == MESSAGE_RETURNED), DB_T(r->provider),
                           DB_T(r->provider_ref), r->status ? DB_I(r->status) : DB_N,
                           DB_T(r->error), DB_I(r->seq), DB_T(lease)),
                   changes, err);
}

enum err_code
store_message_settle(struct db_conn *conn, struct str lease, int64_t now,
                     const struct message_result *r, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = r->end == MESSAGE_DROPPED
                           ? db_exec(conn, "DELETE FROM messages WHERE seq = $1 AND lease = $2",
                                     DB_ARGS(DB_I(r->seq), DB_T(lease)), &changes, err)
                           : settle_row(conn, lease, now, r, &changes, err);
    if (rc == ERR_OK && changes == 0)
        return err_set(err, ERR_GONE, "the message was taken by another");
    return rc;
}

enum err_code
store_message_release(struct db_conn *conn, int64_t now, struct err *err)
{
    return db_exec(conn,
                   "UPDATE messages SET lease = NULL, due_at = $1 WHERE state = 'queued' AND "
                   "lease IS NOT NULL",
                   DB_ARGS(DB_I(now)), NULL, err);
}

enum err_code
store_message_sweep(struct db_conn *conn, int64_t texts, int64_t rows, struct err *err)
{
    enum err_code rc =
        db_exec(conn,
                "UPDATE messages SET sealed = NULL WHERE seq IN (SELECT seq FROM messages WHERE "
                "state = 'failed' AND sealed IS NOT NULL AND updated_at < $1 "
                "ORDER BY updated_at LIMIT $2)",
                DB_ARGS(DB_I(texts), DB_I(SWEEP)), NULL, err);
    return rc != ERR_OK ? rc
                        : db_exec(conn,
                                  "DELETE FROM messages WHERE seq IN (SELECT seq FROM messages "
                                  "WHERE state <> 'queued' AND updated_at < $1 "
                                  "ORDER BY updated_at LIMIT $2)",
                                  DB_ARGS(DB_I(rows), DB_I(SWEEP)), NULL, err);
}

enum err_code
store_message_waiting(struct db_conn *conn, int64_t *out, struct err *err)
{
    return db_query_int(conn, "SELECT COUNT(*) FROM messages WHERE state = 'queued' AND decoy = 0",
                        DB_NO_ARGS, out, NULL, err);
}
