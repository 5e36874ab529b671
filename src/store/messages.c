#include "store/messages.h"

#include "base/mem.h"
#include "store/internal.h"
#include "store/message_text.h"
#include "store/rows.h"
#include "store/walk.h"

const char *
message_channel_name(enum message_channel channel)
{
    return channel == MESSAGE_SMS ? "sms" : "email";
}

/* Told after the commit, so that whoever wakes finds it. */
void
store_message_nudge(const struct scope *s)
{
    const struct store *store = store_of(s->conn);
    if (store->on_message)
        db_after_commit(s->conn, store->on_message, store->on_message_arg);
}

void
store_on_message(struct store *store, void (*fn)(void *arg), void *arg)
{
    store->on_message = fn;
    store->on_message_arg = arg;
}

enum err_code
store_message_add(const struct scope *s, const struct message *m, struct str *id, struct err *err)
{
    struct str own = {0};
    store_new_id(s, &own);
    struct buf sealed;
    buf_init(&sealed, MESSAGE_MAX + 1024);
    enum err_code rc = message_seal(s, m, own, &sealed, err);
    if (rc == ERR_OK)
        rc = db_exec(
            s->conn,
            "INSERT INTO messages (env, lane, id, state, recipient, sender, sender_name, "
            "template_type, user_id, tenant_id, decoy, sealed, due_at, created_at, updated_at) "
            "VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12)",
            DB_ARGS(DB_I(s->env), DB_I(message_lane_of(s->env, m->channel)), DB_T(own), DB_T(m->to),
                    DB_T(m->from), DB_T(m->from_name), DB_T(m->template_type), DB_T(m->user_id),
                    DB_T(m->tenant_id), DB_I(m->decoy), DB_B(buf_str(&sealed)), DB_I(s->now)),
            NULL, err);
    buf_fini(&sealed);
    if (rc != ERR_OK)
        return rc;
    store_message_nudge(s);
    if (id)
        *id = own;
    return ERR_OK;
}

/* ---- looking on ---- */

#define ROW_COLUMNS                                                                                \
    "seq, id, state, lane, recipient, sender, sender_name, template_type, user_id, tenant_id, "    \
    "provider, provider_ref, error, attempts, status, due_at, created_at, updated_at"

static void
read_row(struct db_stmt *st, struct arena *a, struct message_row *out)
{
    *out = (struct message_row){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .state = store_text(st, 2, a),
        .channel = db_int(st, 3) % 2 ? MESSAGE_SMS : MESSAGE_EMAIL,
        .to = store_text(st, 4, a),
        .from = store_text(st, 5, a),
        .from_name = store_text(st, 6, a),
        .template_type = store_text(st, 7, a),
        .user_id = store_text(st, 8, a),
        .tenant_id = store_text(st, 9, a),
        .provider = store_text(st, 10, a),
        .provider_ref = store_text(st, 11, a),
        .error = store_text(st, 12, a),
        .attempts = db_int(st, 13),
        .status = db_int(st, 14),
        .due_at = db_int(st, 15),
        .created_at = db_int(st, 16),
        .updated_at = db_int(st, 17),
    };
}

static void
add_where(struct sql *q, const struct scope *s, const struct message_query *f)
{
    sql_addv(q, " FROM messages WHERE env = ? AND decoy = 0", DB_ARGS(DB_I(s->env)));
    if (str_given(s->tenant))
        sql_addv(q, " AND tenant_id = ?", DB_ARGS(DB_T(s->tenant)));
    if (str_given(f->state))
        sql_addv(q, " AND state = ?", DB_ARGS(DB_T(f->state)));
    if (str_given(f->channel)) {
        bool sms = str_eq(f->channel, STR("sms"));
        sql_addv(q, " AND lane = ?",
                 DB_ARGS(DB_I(message_lane_of(s->env, sms ? MESSAGE_SMS : MESSAGE_EMAIL))));
    }
}

static enum err_code
list_rows(struct sql *q, const struct scope *s, const struct message_query *f,
          const struct walk_list *l, struct message_list *out, struct err *err)
{
    struct store_page page = {.offset = f->page.offset, .limit = f->page.limit, .descending = true};
    struct walk w = walk_plan(s, l, &page);
    struct db_stmt *st;
    if (w.limit == 0)
        return ERR_OK;
    sql_add(q, "SELECT " ROW_COLUMNS);
    add_where(q, s, f);
    walk_add(q, l, &w);
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        walk_note(s, l, &w, (int64_t)out->n, st, 0);
        read_row(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    }
    walk_turn(&w, &page, out->items, out->n, sizeof *out->items);
    return db_finish(st);
}

enum err_code
store_message_list(const struct scope *s, const struct message_query *f, struct message_list *out,
                   struct err *err)
{
    *out = (struct message_list){0};
    struct sql q;
    sql_init(&q, s->arena);
    struct sql_mark start = sql_mark(&q);
    struct walk_list l = {.list = -s->env,
                          .column = "seq",
                          .seq = "seq",
                          .whole = !str_given(s->tenant) && !str_given(f->state) &&
                                   !str_given(f->channel)};
    enum err_code rc = store_total_get(s->conn, -s->env, "messages", &l.kept, err);
    out->total = l.kept.count;
    if (rc == ERR_OK && !l.whole) {
        sql_add(&q, "SELECT COUNT(*)");
        add_where(&q, s, f);
        rc = sql_query_int(&q, s->conn, &out->total, err);
        sql_reset(&q, start);
    }
    if (rc == ERR_OK)
        rc = list_rows(&q, s, f, &l, out, err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_message_get(const struct scope *s, struct str id, struct message_row *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn, "SELECT " ROW_COLUMNS " FROM messages WHERE env = $1 AND id = $2 AND decoy = 0",
        DB_ARGS(DB_I(s->env), DB_T(id)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_row(st, s->arena, out);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Message", err) : rc;
}

enum err_code
store_message_retry(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn,
                               "UPDATE messages SET state = 'queued', attempts = 0, due_at = $1, "
                               "updated_at = $1, lease = NULL WHERE env = $2 AND id = $3 AND "
                               "state = 'failed' AND sealed IS NOT NULL AND decoy = 0",
                               DB_ARGS(DB_I(s->now), DB_I(s->env), DB_T(id)), &changes, err);
    if (rc != ERR_OK)
        return rc;
    if (changes) {
        store_message_nudge(s);
        return ERR_OK;
    }
    struct message_row row = {0};
    rc = store_message_get(s, id, &row, err);
    if (rc != ERR_OK)
        return rc;
    return str_eq(row.state, STR("failed"))
               ? err_set(err, ERR_GONE, "the text of this message is no longer kept")
               : err_set(err, ERR_CONFLICT, "only a message that has failed can be sent again");
}
