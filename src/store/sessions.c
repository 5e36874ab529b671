#include "store/sessions.h"

#include "base/mem.h"
#include "store/live_sessions.h"
#include "store/session_rows.h"

enum { SWEEP = 8 };

void
session_read(struct db_stmt *st, struct arena *a, struct session *out)
{
    *out = (struct session){
        .seq = db_int(st, 0),
        .user_seq = db_int(st, 1),
        .tenant_seq = db_int(st, 2),
        .id = store_text(st, 3, a),
        .user_id = store_text(st, 4, a),
        .tenant_id = store_text(st, 5, a),
        .user_email = store_text(st, 6, a),
        .family_hash = store_text(st, 7, a),
        .secret_hash = store_text(st, 8, a),
        .rotations = db_int(st, 9),
        .rotated_at = db_int(st, 10),
        .methods = (unsigned)db_int(st, 11),
        .impersonated = db_int(st, 12) != 0,
        .ip = store_text(st, 13, a),
        .user_agent = store_text(st, 14, a),
        .created_at = db_int(st, 15),
        .auth_at = db_int(st, 16),
        .used_at = db_int(st, 17),
        .expires_at = db_int(st, 18),
        .client = store_text(st, 19, a),
        .mfa = db_int(st, 20),
    };
}

/* ---- beginning ---- */

static enum err_code
sweep(const struct scope *s, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM sessions WHERE seq IN (SELECT seq FROM sessions WHERE "
                   "expires_at <= $1 ORDER BY expires_at LIMIT $2)",
                   DB_ARGS(DB_I(s->now), DB_I(SWEEP)), NULL, err);
}

enum err_code
session_changes_sweep(const struct scope *s, int64_t most, struct err *err)
{
    return db_exec(
        s->conn,
        "DELETE FROM session_changes WHERE seq IN (SELECT seq FROM session_changes "
        "WHERE seq <= (SELECT MAX(seq) FROM session_changes) - $1 ORDER BY seq LIMIT $2)",
        DB_ARGS(DB_I(LIVE_CHANGES_KEPT), DB_I(most)), NULL, err);
}

/* The newest `most` stay. */
static enum err_code
trim(const struct scope *s, int64_t user_seq, int64_t most, int64_t *ended, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM sessions WHERE seq IN (SELECT seq FROM sessions WHERE "
                   "user_seq = $1 AND expires_at > $2 ORDER BY created_at DESC, seq DESC "
                   "LIMIT $3 OFFSET $4)",
                   DB_ARGS(DB_I(user_seq), DB_I(s->now), DB_I(SESSIONS_OF_USER_MAX), DB_I(most)),
                   ended, err);
}

enum err_code
store_session_add(const struct scope *s, const struct session *in, int64_t most, int64_t *ended,
                  struct err *err)
{
    if (most > SESSIONS_OF_USER_MAX)
        most = SESSIONS_OF_USER_MAX;
    enum err_code rc = sweep(s, err);
    if (rc == ERR_OK)
        rc = session_changes_sweep(s, SWEEP, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "INSERT INTO sessions (env, id, user_seq, tenant_seq, family_hash, "
                     "secret_hash, rotated_at, methods, impersonated, ip, user_agent, created_at, "
                     "auth_at, used_at, expires_at, client, mfa) VALUES ($1, $2, $3, $4, $5, $6, "
                     "$7, $8, $9, $10, $11, $7, $7, $7, $12, $13, $14)",
                     DB_ARGS(DB_I(s->env), DB_T(in->id), DB_I(in->user_seq), DB_I(in->tenant_seq),
                             DB_T(in->family_hash), DB_T(in->secret_hash), DB_I(s->now),
                             DB_I(in->methods), DB_I(in->impersonated),
                             DB_T(str_given(in->ip) ? in->ip : STR("")), DB_T(in->user_agent),
                             DB_I(in->expires_at),
                             DB_T(str_given(in->client) ? in->client : STR("")), DB_I(in->mfa)),
                     NULL, err);
    return rc == ERR_OK ? trim(s, in->user_seq, most, ended, err) : rc;
}

/* ---- one ---- */

enum err_code
store_session_get(const struct scope *s, struct str id, struct session *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, SESSION_SELECT " WHERE s.env = $1 AND s.id = $2",
                                DB_ARGS(DB_I(s->env), DB_T(id)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        session_read(st, s->arena, out);
    rc = db_finish(st);
    if (rc == ERR_OK && !found)
        return store_missing("Session", err);
    if (rc == ERR_OK && out->expires_at <= s->now)
        return err_set(err, ERR_GONE, "expired");
    return rc;
}

#define REFRESH                                                                                    \
    "UPDATE sessions SET secret_hash = $3, rotations = rotations + 1, rotated_at = $4, "           \
    "methods = $5, auth_at = $6, used_at = $7, expires_at = $8"
#define REFRESHED " WHERE env = $1 AND seq = $2 AND secret_hash = $9 AND expires_at > $7"

/* Naming a column writes all its indexes anew, also where it stays as it was: most refreshes do not. */
enum err_code
store_session_refresh(const struct scope *s, const struct session *was,
                      const struct session_refresh *to, struct err *err)
{
    int64_t changes = 0;
    int64_t auth_at = to->is_sign_in ? s->now : was->auth_at;
    const struct db_value all[] = {
        DB_I(s->env),           DB_I(was->seq),       DB_T(to->secret_hash), DB_I(to->rotated_at),
        DB_I(to->methods),      DB_I(auth_at),        DB_I(s->now),          DB_I(to->expires_at),
        DB_T(was->secret_hash), DB_I(to->tenant_seq), DB_I(to->mfa),
    };
    enum { ALL = COUNT_OF(all), IN_PLACE = ALL - 2 };
    enum err_code rc = to->stays
                           ? db_exec(s->conn, REFRESH REFRESHED, all, IN_PLACE, &changes, err)
                           : db_exec(s->conn, REFRESH ", tenant_seq = $10, mfa = $11" REFRESHED,
                                     all, ALL, &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Session", err) : rc;
}

/* ---- ending ---- */

enum err_code
store_session_end(const struct scope *s, struct str user_id, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn,
                "DELETE FROM sessions WHERE env = $1 AND id = $2 AND expires_at > "
                "$3 AND (CAST($4 AS TEXT) IS NULL OR user_seq = (SELECT seq FROM "
                "users WHERE env = $1 AND id = $4))",
                DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->now), DB_T(user_id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Session", err) : rc;
}

enum err_code
store_sessions_end(const struct scope *s, struct str user_id, struct str except, int64_t *ended,
                   struct err *err)
{
    struct sql q;
    sql_init(&q, s->arena);
    sql_addv(&q, "DELETE FROM sessions WHERE env = ?", DB_ARGS(DB_I(s->env)));
    if (s->tenant_seq)
        sql_addv(&q, " AND tenant_seq = ?", DB_ARGS(DB_I(s->tenant_seq)));
    if (str_given(user_id))
        sql_addv(&q, " AND user_seq = (SELECT seq FROM users WHERE env = ? AND id = ?)",
                 DB_ARGS(DB_I(s->env), DB_T(user_id)));
    if (str_given(except))
        sql_addv(&q, " AND id <> ?", DB_ARGS(DB_T(except)));
    enum err_code rc = sql_exec(&q, s->conn, ended, err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_sessions_move(const struct scope *s, struct str user_id, struct err *err)
{
    return db_exec(s->conn,
                   "UPDATE sessions SET tenant_seq = $3 WHERE env = $1 AND user_seq = "
                   "(SELECT seq FROM users WHERE env = $1 AND id = $2)",
                   DB_ARGS(DB_I(s->env), DB_T(user_id), DB_I(s->tenant_seq)), NULL, err);
}

/* ---- lists ---- */

enum err_code
store_session_list(const struct scope *s, const struct session_query *query,
                   struct session_list *out, struct err *err)
{
    *out = (struct session_list){NULL, 0};
    struct sql q;
    struct db_stmt *st;
    sql_init(&q, s->arena);
    sql_addv(&q, SESSION_SELECT " WHERE s.env = ? AND s.expires_at > ?",
             DB_ARGS(DB_I(s->env), DB_I(s->now)));
    if (s->tenant_seq)
        sql_addv(&q, " AND s.tenant_seq = ?", DB_ARGS(DB_I(s->tenant_seq)));
    if (str_given(query->user_id))
        sql_addv(&q, " AND s.user_seq = (SELECT seq FROM users WHERE env = ? AND id = ?)",
                 DB_ARGS(DB_I(s->env), DB_T(query->user_id)));
    if (query->before_at)
        sql_addv(&q, " AND (s.created_at, s.seq) < (?, ?)",
                 DB_ARGS(DB_I(query->before_at), DB_I(query->before_seq)));
    sql_addv(&q, " ORDER BY s.created_at DESC, s.seq DESC LIMIT ? OFFSET ?",
             DB_ARGS(DB_I(query->limit), DB_I(query->offset)));
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        session_read(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

/* ---- what access tokens stand on ---- */

/* A lock that came of wrong guesses keeps others out, not the person who is in already. */
enum err_code
store_session_check(struct db_conn *conn, struct session_check *c, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(conn,
                 "SELECT u.seq, t.seq, u.super_user FROM environments e "
                 "JOIN sessions s ON s.env = e.seq AND s.id = $2 "
                 "JOIN users u ON u.seq = s.user_seq AND u.env = e.seq AND u.id = $3 "
                 "JOIN tenants t ON t.env = e.seq AND t.tenant_id = $4 AND t.deleted_at IS NULL "
                 "JOIN user_tenants m ON m.user_seq = u.seq AND m.tenant_seq = t.seq "
                 "WHERE e.id = $1 AND s.expires_at > $5 AND m.is_disabled = 0 "
                 "AND (m.expires_at IS NULL OR m.expires_at > $5) "
                 "AND (u.is_locked = 0 OR EXISTS (SELECT 1 FROM guesses g WHERE g.user_seq = u.seq "
                 "AND g.locked_at IS NOT NULL))",
                 DB_ARGS(DB_T(c->vendor), DB_T(c->session_id), DB_T(c->user_id), DB_T(c->tenant_id),
                         DB_I(c->now)),
                 &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found) {
        c->user_seq = db_int(st, 0);
        c->tenant_seq = db_int(st, 1);
        c->super_user = db_int(st, 2) != 0;
    }
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Session", err) : rc;
}
