#include "store/user_rows.h"

enum err_code
user_order_add(const struct scope *s, int64_t user_seq, int64_t list, struct err *err)
{
    enum err_code rc = db_exec(
        s->conn,
        "INSERT INTO user_order (list, user_seq, created_at, name_key, email_key, id, "
        "active_tenant_id, provider, verified, is_locked) SELECT $3, seq, created_at, name_key, "
        "COALESCE(email_key, ''), id, COALESCE(active_tenant_id, ''), provider, verified, "
        "is_locked FROM users WHERE env = $1 AND seq = $2",
        DB_ARGS(DB_I(s->env), DB_I(user_seq), DB_I(list)), NULL, err);
    return rc == ERR_OK ? store_total_add(s->conn, list, "users", 1, err) : rc;
}

enum err_code
user_order_remove(const struct scope *s, int64_t user_seq, int64_t list, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn, "DELETE FROM user_order WHERE user_seq = $1 AND list = $2",
                               DB_ARGS(DB_I(user_seq), DB_I(list)), &changes, err);
    return rc == ERR_OK && changes ? store_total_add(s->conn, list, "users", -changes, err) : rc;
}

enum err_code
user_order_refresh(const struct scope *s, int64_t user_seq, struct err *err)
{
    enum err_code rc = db_exec(
        s->conn,
        "UPDATE user_order SET (name_key, email_key, active_tenant_id, provider, verified, "
        "is_locked) = (SELECT name_key, COALESCE(email_key, ''), COALESCE(active_tenant_id, ''), "
        "provider, verified, is_locked FROM users WHERE env = $1 AND seq = $2) WHERE user_seq = $2",
        DB_ARGS(DB_I(s->env), DB_I(user_seq)), NULL, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(s->conn,
                   "UPDATE totals SET generation = generation + 1 WHERE kind = 'users' AND list IN "
                   "(SELECT list FROM user_order WHERE user_seq = $1)",
                   DB_ARGS(DB_I(user_seq)), NULL, err);
}
