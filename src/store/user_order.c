#include "base/mem.h"
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
user_order_refresh(const struct scope *s, int64_t user_seq, uint64_t changed, struct err *err)
{
    static const struct {
        uint64_t bit;
        const char *set;
    } columns[] = {
        {USER_F(name), "name_key = u.name_key"},
        {USER_F(email), "email_key = COALESCE(u.email_key, '')"},
        {USER_F(active_tenant_id), "active_tenant_id = COALESCE(u.active_tenant_id, '')"},
        {USER_F(provider), "provider = u.provider"},
        {USER_F(verified), "verified = u.verified"},
        {USER_F(is_locked), "is_locked = u.is_locked"},
    };
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, "UPDATE user_order SET ");
    size_t any = 0;
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        if (!(changed & columns[i].bit))
            continue;
        sql_add(&q, any++ ? ", " : "");
        sql_add(&q, columns[i].set);
    }
    sql_addv(&q, " FROM users u WHERE u.env = ? AND u.seq = ? AND user_order.user_seq = u.seq",
             DB_ARGS(DB_I(s->env), DB_I(user_seq)));
    enum err_code rc = any ? sql_exec(&q, s->conn, NULL, err) : ERR_OK;
    sql_fini(&q);
    if (rc != ERR_OK || any == 0)
        return rc;
    return db_exec(s->conn,
                   "UPDATE totals SET generation = generation + 1 WHERE kind = 'users' AND list IN "
                   "(SELECT list FROM user_order WHERE user_seq = $1)",
                   DB_ARGS(DB_I(user_seq)), NULL, err);
}
