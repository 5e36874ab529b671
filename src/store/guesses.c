#include "store/guesses.h"

#include "store/rows.h"

enum err_code
store_guess_count(const struct scope *s, int64_t user_seq, struct str kind, int64_t limit,
                  int64_t *count, struct err *err)
{
    *count = 0;
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "INSERT INTO guesses (user_seq, kind, failures, updated_at) VALUES ($1, $2, 1, "
                 "$3) ON CONFLICT (user_seq, kind) DO UPDATE SET failures = guesses.failures + 1, "
                 "updated_at = excluded.updated_at WHERE guesses.failures < $4 RETURNING failures",
                 DB_ARGS(DB_I(user_seq), DB_T(kind), DB_I(s->now), DB_I(limit)), &st, err);
    if (rc != ERR_OK)
        return rc;
    if (db_next(st, err) == DB_ROW)
        *count = db_int(st, 0);
    return db_finish(st);
}

enum err_code
store_guess_nobody(const struct scope *s, int64_t slot, struct err *err)
{
    return db_exec(s->conn,
                   "INSERT INTO guesses_at_nobody (slot, failures) VALUES ($1, 1) ON CONFLICT "
                   "(slot) DO UPDATE SET failures = guesses_at_nobody.failures + 1",
                   DB_ARGS(DB_I(slot)), NULL, err);
}

enum err_code
store_guess_clear(const struct scope *s, struct str user_id, struct str kind, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM guesses WHERE kind = $3 AND user_seq = (SELECT seq FROM users "
                   "WHERE env = $1 AND id = $2)",
                   DB_ARGS(DB_I(s->env), DB_T(user_id), DB_T(kind)), NULL, err);
}

enum err_code
store_guess_lock(const struct scope *s, struct str user_id, struct str kind, int64_t limit,
                 bool *locked, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(
        s->conn,
        "UPDATE guesses SET locked_at = $3 WHERE kind = $4 AND failures >= $5 AND "
        "locked_at IS NULL AND user_seq = (SELECT seq FROM users WHERE env = $1 AND "
        "id = $2 AND is_locked = 0)",
        DB_ARGS(DB_I(s->env), DB_T(user_id), DB_I(s->now), DB_T(kind), DB_I(limit)), &changes, err);
    *locked = rc == ERR_OK && changes > 0;
    struct user u = {.id = user_id, .is_locked = true};
    return *locked ? store_user_update(s, &u, USER_F(is_locked), err) : rc;
}

enum err_code
store_guess_forget(const struct scope *s, struct str user_id, struct err *err)
{
    return db_exec(
        s->conn,
        "DELETE FROM guesses WHERE user_seq = (SELECT seq FROM users WHERE env = $1 AND id = $2)",
        DB_ARGS(DB_I(s->env), DB_T(user_id)), NULL, err);
}
