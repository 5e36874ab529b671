/* Sessions of API tokens, see machine_tokens.h. */
#include "store/machine_tokens.h"
#include "store/rows.h"

enum err_code
store_machine_session_add(const struct scope *s, const struct machine_token *t,
                          const struct machine_session *in, struct err *err)
{
    int64_t changes = 0;
    /* This row's lock makes exchanges of one token follow one another: each sees what the one before
     * it has left. */
    enum err_code rc = db_exec(
        s->conn,
        "UPDATE machine_tokens SET exchanged_at = $3 WHERE env = $1 AND seq = $2 AND "
        "secret_hash = $4",
        DB_ARGS(DB_I(s->env), DB_I(t->seq), DB_I(s->now), DB_T(t->secret_hash)), &changes, err);
    if (rc == ERR_OK && changes == 0)
        return store_missing("Token", err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "INSERT INTO machine_sessions (token_seq, id, family_hash, secret_hash, "
                     "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                     DB_ARGS(DB_I(t->seq), DB_T(in->id), DB_T(in->family_hash),
                             DB_T(in->secret_hash), DB_I(s->now), DB_I(in->expires_at)),
                     NULL, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "DELETE FROM machine_sessions WHERE token_seq = $1 AND (expires_at <= $2 OR "
                     "seq <= (SELECT o.seq FROM machine_sessions o WHERE o.token_seq = $1 AND "
                     "o.expires_at > $2 ORDER BY o.seq DESC LIMIT 1 OFFSET $3))",
                     DB_ARGS(DB_I(t->seq), DB_I(s->now), DB_I(MACHINE_SESSIONS_MAX)), NULL, err);
    return rc;
}

enum err_code
store_machine_session_get(const struct scope *s, struct str id, struct machine_session *out,
                          struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "SELECT x.id, x.family_hash, x.secret_hash, x.expires_at, m.id FROM machine_sessions x "
        "JOIN machine_tokens m ON m.seq = x.token_seq WHERE m.env = $1 AND x.id = $2 AND "
        "x.expires_at > $3",
        DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->now)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        *out = (struct machine_session){
            .id = store_text(st, 0, s->arena),
            .family_hash = store_text(st, 1, s->arena),
            .secret_hash = store_text(st, 2, s->arena),
            .expires_at = db_int(st, 3),
            .token_id = store_text(st, 4, s->arena),
        };
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Session", err) : rc;
}

enum err_code
store_machine_session_refresh(const struct scope *s, const struct machine_session *was,
                              const struct machine_session *to, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn,
                "UPDATE machine_sessions SET secret_hash = $4, expires_at = $5 WHERE id = $1 AND "
                "family_hash = $2 AND secret_hash = $3 AND expires_at > $6",
                DB_ARGS(DB_T(was->id), DB_T(was->family_hash), DB_T(was->secret_hash),
                        DB_T(to->secret_hash), DB_I(to->expires_at), DB_I(s->now)),
                &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Session", err) : rc;
}

enum err_code
store_machine_session_end(const struct scope *s, struct str id, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM machine_sessions WHERE id = $1 AND token_seq IN (SELECT seq FROM "
                   "machine_tokens WHERE env = $2)",
                   DB_ARGS(DB_T(id), DB_I(s->env)), NULL, err);
}
