#include "base/mem.h"
#include "store/role_rows.h"
#include "store/user_rows.h"

static enum err_code
add_each(const struct scope *s, int64_t user_seq, const int64_t *roles, size_t n, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = db_exec(s->conn,
                     "INSERT INTO user_roles (user_seq, tenant_seq, role_seq, created_at) "
                     "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                     DB_ARGS(DB_I(user_seq), DB_I(s->tenant_seq), DB_I(roles[i]), DB_I(s->now)),
                     NULL, err);
    return rc;
}

static enum err_code
remove_each(const struct scope *s, int64_t user_seq, const int64_t *roles, size_t n,
            struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = db_exec(s->conn,
                     "DELETE FROM user_roles WHERE user_seq = $1 AND tenant_seq = $2 AND "
                     "role_seq = $3",
                     DB_ARGS(DB_I(user_seq), DB_I(s->tenant_seq), DB_I(roles[i])), NULL, err);
    return rc;
}

static enum err_code
remove_all(const struct scope *s, int64_t user_seq, struct err *err)
{
    return db_exec(s->conn, "DELETE FROM user_roles WHERE user_seq = $1 AND tenant_seq = $2",
                   DB_ARGS(DB_I(user_seq), DB_I(s->tenant_seq)), NULL, err);
}

enum err_code
store_user_roles(const struct scope *s, struct str user_id, enum role_change change,
                 const struct str *role_ids, size_t n, struct err *err)
{
    int64_t user_seq = 0, *roles = NULL;
    enum err_code rc = store_need_tenant(s, err);
    if (rc == ERR_OK)
        rc = user_resolve(s, user_id, &user_seq, err);
    if (rc == ERR_OK)
        rc = roles_resolve(s, role_ids, n, &roles, err);
    if (rc == ERR_OK && change == ROLES_SET)
        rc = remove_all(s, user_seq, err);
    if (rc != ERR_OK)
        return rc;
    if (change == ROLES_REMOVE)
        return remove_each(s, user_seq, roles, n, err);
    return add_each(s, user_seq, roles, n, err);
}
