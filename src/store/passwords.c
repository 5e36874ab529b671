#include "store/passwords.h"

#include "base/mem.h"
#include "store/rows.h"
#include "store/user_rows.h"

static enum err_code
read_all(const struct scope *s, struct db_stmt *st, size_t most, struct password_past *out,
         struct err *err)
{
    while (out->n < most && db_next(st, err) == DB_ROW)
        out->hashes[out->n++] = store_text(st, 0, s->arena);
    return db_finish(st);
}

enum err_code
store_password_past(const struct scope *s, struct str user_id, size_t most,
                    struct password_past *out, struct err *err)
{
    if (most > COUNT_OF(out->hashes))
        most = COUNT_OF(out->hashes);
    *out = (struct password_past){.n = 0};
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "SELECT password_hash FROM users WHERE env = $1 AND id = $2 AND password_hash IS NOT NULL",
        DB_ARGS(DB_I(s->env), DB_T(user_id)), &st, err);
    if (rc == ERR_OK)
        rc = read_all(s, st, 1, out, err);
    if (rc == ERR_OK && out->n) {
        out->in_force = out->hashes[0];
        out->n = most > 0;
    }
    if (rc == ERR_OK)
        rc = db_query(s->conn,
                      "SELECT h.password_hash FROM password_history h JOIN users u ON "
                      "u.seq = h.user_seq WHERE u.env = $1 AND u.id = $2 ORDER BY h.seq DESC",
                      DB_ARGS(DB_I(s->env), DB_T(user_id)), &st, err);
    return rc == ERR_OK ? read_all(s, st, most, out, err) : rc;
}

/* The one that was in force joins the earlier ones; the oldest beyond `keep` go. */
static enum err_code
remember(const struct scope *s, int64_t user, struct str before, size_t keep, struct err *err)
{
    enum err_code rc = ERR_OK;
    if (keep > 0 && str_given(before))
        rc = db_exec(s->conn,
                     "INSERT INTO password_history (user_seq, password_hash, created_at) "
                     "VALUES ($1, $2, $3)",
                     DB_ARGS(DB_I(user), DB_T(before), DB_I(s->now)), NULL, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "DELETE FROM password_history WHERE user_seq = $1 AND seq NOT IN (SELECT seq "
                     "FROM password_history WHERE user_seq = $1 ORDER BY seq DESC LIMIT $2)",
                     DB_ARGS(DB_I(user), DB_I(keep)), NULL, err);
    return rc;
}

enum err_code
store_password_set(const struct scope *s, struct str user_id, struct str before, struct str hash,
                   size_t keep, struct err *err)
{
    int64_t user = 0, changes = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "UPDATE users SET password_hash = $3, password_changed_at = $4, "
                     "updated_at = $4 WHERE env = $1 AND seq = $2 AND "
                     "COALESCE(password_hash, '') = $5",
                     DB_ARGS(DB_I(s->env), DB_I(user), DB_T(hash), DB_I(s->now),
                             DB_T(str_given(before) ? before : STR(""))),
                     &changes, err);
    if (rc == ERR_OK && changes == 0)
        return err_set(err, ERR_CONFLICT, "the password was changed meanwhile");
    return rc == ERR_OK ? remember(s, user, before, keep, err) : rc;
}
