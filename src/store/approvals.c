#include "store/approvals.h"

#include "store/rows.h"

/* ---- flows ---- */

#define FLOW_COLUMNS                                                                               \
    "f.id, (SELECT t.tenant_id FROM tenants t WHERE t.seq = f.tenant_seq), f.name, f.document, "   \
    "f.is_active, f.created_at, f.updated_at FROM approval_flows f"

/* $2 is the scope's tenant; 0 sees all. */
#define SEEN "f.env = $1 AND ($2 = 0 OR f.tenant_seq = 0 OR f.tenant_seq = $2)"
#define OWNED "env = $1 AND ($2 = 0 OR tenant_seq = $2)"

static void
read_flow(struct db_stmt *st, struct arena *a, struct approval_flow *out)
{
    *out = (struct approval_flow){
        .id = store_text(st, 0, a),
        .tenant_id = store_text(st, 1, a),
        .name = store_text(st, 2, a),
        .document = store_text(st, 3, a),
        .is_active = db_int(st, 4) != 0,
        .created_at = db_int(st, 5),
        .updated_at = db_int(st, 6),
    };
}

enum err_code
store_approval_flow_create(const struct scope *s, struct approval_flow *f, struct err *err)
{
    int64_t n = 0;
    if (s->tenant_seq < 0)
        return store_missing("Tenant", err);
    enum err_code rc = db_query_int(
        s->conn, "SELECT COUNT(*) FROM approval_flows WHERE env = $1 AND tenant_seq = $2",
        DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)), &n, NULL, err);
    if (rc == ERR_OK && n >= APPROVAL_FLOWS_MAX)
        return err_set(err, ERR_LIMIT, "there are %d approval flows already, the most there may be",
                       APPROVAL_FLOWS_MAX);
    if (rc != ERR_OK)
        return rc;
    f->id = STR_ABSENT;
    store_new_id(s, &f->id);
    f->tenant_id = s->tenant;
    f->created_at = f->updated_at = s->now;
    return db_exec(s->conn,
                   "INSERT INTO approval_flows (env, tenant_seq, id, name, is_active, document, "
                   "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                   DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(f->id), DB_T(f->name),
                           DB_I(f->is_active), DB_T(f->document), DB_I(s->now)),
                   NULL, err);
}

enum err_code
store_approval_flow_get(const struct scope *s, struct str id, struct approval_flow *out,
                        struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, "SELECT " FLOW_COLUMNS " WHERE " SEEN " AND f.id = $3",
                                DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(id)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_flow(st, s->arena, out);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Approval flow", err) : rc;
}

enum err_code
store_approval_flow_list(const struct scope *s, struct approval_flow_list *out, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = (struct approval_flow_list){.n = 0};
    enum err_code rc = db_query(
        s->conn, "SELECT " FLOW_COLUMNS " WHERE " SEEN " ORDER BY f.seq LIMIT $3",
        DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_I(2 * APPROVAL_FLOWS_MAX)), &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        read_flow(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_approval_flow_update(const struct scope *s, struct approval_flow *f, struct err *err)
{
    int64_t changes = 0;
    f->updated_at = s->now;
    enum err_code rc =
        db_exec(s->conn,
                "UPDATE approval_flows SET name = $4, is_active = $5, document = $6, "
                "updated_at = $7 WHERE " OWNED " AND id = $3",
                DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(f->id), DB_T(f->name),
                        DB_I(f->is_active), DB_T(f->document), DB_I(s->now)),
                &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Approval flow", err) : rc;
}

enum err_code
store_approval_flow_delete(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn, "DELETE FROM approval_flows WHERE " OWNED " AND id = $3",
                               DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Approval flow", err) : rc;
}

/* ---- requests ---- */

#define APPROVAL_COLUMNS                                                                           \
    "seq, id, tenant_id, user_id, session_id, requester, document, data, webhook_url, step, "      \
    "status, reported, tries, created_at, expires_at, auto_at, remind_at"

static void
read_approval(struct db_stmt *st, struct arena *a, struct approval *out)
{
    *out = (struct approval){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .tenant_id = store_text(st, 2, a),
        .user_id = store_text(st, 3, a),
        .session_id = store_text(st, 4, a),
        .requester = store_text(st, 5, a),
        .document = store_text(st, 6, a),
        .data = store_text(st, 7, a),
        .webhook_url = store_text(st, 8, a),
        .step = db_int(st, 9),
        .status = db_int(st, 10),
        .reported = db_int(st, 11) != 0,
        .tries = db_int(st, 12),
        .created_at = db_int(st, 13),
        .expires_at = db_int(st, 14),
        .auto_at = db_int(st, 15),
        .remind_at = db_int(st, 16),
    };
}

/* A statement that yields the row of `id` ($1 environment, $2 id). */
static enum err_code
read_one(const struct scope *s, const char *sql, struct str id, struct approval *out,
         struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, sql, DB_ARGS(DB_I(s->env), DB_T(id)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_approval(st, s->arena, out);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Approval request", err) : rc;
}

enum err_code
store_approval_create(const struct scope *s, struct approval *a, struct err *err)
{
    a->id = STR_ABSENT;
    store_new_id(s, &a->id);
    a->created_at = s->now;
    enum err_code rc = db_exec(
        s->conn,
        "INSERT INTO approval_executions (env, id, tenant_id, user_id, session_id, requester, "
        "document, data, webhook_url, reported, created_at, expires_at, auto_at, remind_at) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        DB_ARGS(DB_I(s->env), DB_T(a->id), DB_T(a->tenant_id), DB_T(a->user_id),
                DB_T(a->session_id), DB_T(a->requester), DB_T(a->document), DB_T(a->data),
                DB_T(a->webhook_url), DB_I(a->reported), DB_I(s->now), DB_I(a->expires_at),
                DB_I(a->auto_at), DB_I(a->remind_at)),
        NULL, err);
    return rc ? rc : store_approval_get(s, a->id, a, err);
}

enum err_code
store_approval_get(const struct scope *s, struct str id, struct approval *out, struct err *err)
{
    return read_one(
        s, "SELECT " APPROVAL_COLUMNS " FROM approval_executions WHERE env = $1 AND id = $2", id,
        out, err);
}

enum err_code
store_approval_lock(const struct scope *s, struct str id, struct approval *out, struct err *err)
{
    return read_one(s,
                    "UPDATE approval_executions SET step = step WHERE env = $1 AND id = $2 "
                    "RETURNING " APPROVAL_COLUMNS,
                    id, out, err);
}

enum err_code
store_approval_update(const struct scope *s, const struct approval *a, struct err *err)
{
    return db_exec(s->conn,
                   "UPDATE approval_executions SET step = $2, status = $3, reported = $4, tries = "
                   "$5, remind_at = $6 WHERE seq = $1",
                   DB_ARGS(DB_I(a->seq), DB_I(a->step), DB_I(a->status), DB_I(a->reported),
                           DB_I(a->tries), DB_I(a->remind_at)),
                   NULL, err);
}

enum err_code
store_approval_step_up(const struct scope *s, struct str session_id, struct err *err)
{
    return db_exec(s->conn,
                   "UPDATE sessions SET auth_at = $1 WHERE id = $2 AND user_seq IN (SELECT seq "
                   "FROM users WHERE env = $3)",
                   DB_ARGS(DB_I(s->now), DB_T(session_id), DB_I(s->env)), NULL, err);
}

/* ---- who is asked ---- */

enum err_code
store_approver_add(const struct scope *s, const struct approval *a, struct str email,
                   struct str token_hash, struct err *err)
{
    return db_exec(s->conn,
                   "INSERT INTO approval_approvers (execution_seq, step, email, token_hash) VALUES "
                   "($1, $2, $3, $4)",
                   DB_ARGS(DB_I(a->seq), DB_I(a->step), DB_T(email), DB_T(token_hash)), NULL, err);
}

enum err_code
store_approver_waiting(const struct scope *s, const struct approval *a, struct approver_list *out,
                       struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = (struct approver_list){.n = 0};
    enum err_code rc =
        db_query(s->conn,
                 "SELECT seq, email, token_hash FROM approval_approvers WHERE "
                 "execution_seq = $1 AND step = $2 AND decision IS NULL ORDER BY seq",
                 DB_ARGS(DB_I(a->seq), DB_I(a->step)), &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct approver *p = STORE_PUSH(s->arena, out->items, out->n, size);
        *p = (struct approver){.seq = db_int(st, 0),
                               .email = store_text(st, 1, s->arena),
                               .token_hash = store_text(st, 2, s->arena)};
    }
    return db_finish(st);
}

enum err_code
store_approver_rename(const struct scope *s, int64_t seq, struct str token_hash, struct err *err)
{
    return db_exec(s->conn, "UPDATE approval_approvers SET token_hash = $2 WHERE seq = $1",
                   DB_ARGS(DB_I(seq), DB_T(token_hash)), NULL, err);
}

enum err_code
store_approver_find(const struct scope *s, const struct approval *a, int64_t step,
                    struct str token_hash, bool *found, struct err *err)
{
    int64_t n = 0;
    enum err_code rc = db_query_int(
        s->conn,
        "SELECT COUNT(*) FROM approval_approvers WHERE execution_seq = $1 AND step = $2 AND "
        "token_hash = $3",
        DB_ARGS(DB_I(a->seq), DB_I(step), DB_T(token_hash)), &n, NULL, err);
    *found = rc == ERR_OK && n > 0;
    return rc;
}

enum err_code
store_approver_decide(const struct scope *s, const struct approval *a, struct str token_hash,
                      bool yes, struct err *err)
{
    int64_t changes = 0;
    bool found = false;
    enum err_code rc = db_exec(
        s->conn,
        "UPDATE approval_approvers SET decision = $4, decided_at = $5 WHERE execution_seq = $1 AND "
        "step = $2 AND token_hash = $3 AND decision IS NULL",
        DB_ARGS(DB_I(a->seq), DB_I(a->step), DB_T(token_hash), DB_I(yes), DB_I(s->now)), &changes,
        err);
    if (rc != ERR_OK || changes)
        return rc;
    rc = store_approver_find(s, a, a->step, token_hash, &found, err);
    if (rc != ERR_OK)
        return rc;
    return found ? err_set(err, ERR_CONFLICT, "this was decided already")
                 : store_missing("Approval request", err);
}

enum err_code
store_approver_count(const struct scope *s, const struct approval *a, struct approval_count *out,
                     struct err *err)
{
    struct db_stmt *st;
    *out = (struct approval_count){.asked = 0};
    enum err_code rc =
        db_query(s->conn,
                 "SELECT COUNT(*), COALESCE(SUM(CASE WHEN decision = 1 THEN 1 ELSE 0 "
                 "END), 0), COALESCE(SUM(CASE WHEN decision = 0 THEN 1 ELSE 0 END), "
                 "0) FROM approval_approvers WHERE execution_seq = $1 AND step = $2",
                 DB_ARGS(DB_I(a->seq), DB_I(a->step)), &st, err);
    if (rc != ERR_OK)
        return rc;
    if (db_next(st, err) == DB_ROW)
        *out = (struct approval_count){
            .asked = db_int(st, 0), .yes = db_int(st, 1), .no = db_int(st, 2)};
    return db_finish(st);
}

enum err_code
store_approver_by_role(const struct scope *s, const struct str *roles, size_t n, struct str *out,
                       size_t *n_out, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    *n_out = 0;
    if (n == 0)
        return ERR_OK;
    sql_init(&q, s->arena);
    sql_addv(&q,
             "SELECT DISTINCT u.email FROM user_roles h JOIN roles r ON r.seq = h.role_seq JOIN "
             "users u ON u.seq = h.user_seq JOIN user_tenants m ON m.user_seq = u.seq AND "
             "m.tenant_seq = h.tenant_seq WHERE h.tenant_seq = ? AND u.email IS NOT NULL AND "
             "u.is_locked = 0 AND m.is_disabled = 0 AND (m.expires_at IS NULL OR m.expires_at > ?) "
             "AND r.role_key IN ",
             DB_ARGS(DB_I(s->tenant_seq), DB_I(s->now)));
    sql_in(&q, roles, n);
    sql_addv(&q, " ORDER BY u.email LIMIT ?", DB_ARGS(DB_I(APPROVERS_MAX)));
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    if (rc == ERR_OK) {
        while (db_next(st, err) == DB_ROW && *n_out < APPROVERS_MAX)
            out[(*n_out)++] = store_text(st, 0, s->arena);
        rc = db_finish(st);
    }
    sql_fini(&q);
    return rc;
}
