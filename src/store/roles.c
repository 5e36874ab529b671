#include "store/roles.h"
#include "base/mem.h"
#include "store/role_rows.h"

void
role_read(struct db_stmt *st, int col, struct arena *a, struct role *out)
{
    *out = (struct role){
        .seq = db_int(st, col),
        .id = store_text(st, col + 1, a),
        .tenant_id = store_text(st, col + 2, a),
        .key = store_text(st, col + 3, a),
        .name = store_text(st, col + 4, a),
        .description = store_text(st, col + 5, a),
        .level = db_int(st, col + 6),
        .is_default = db_int(st, col + 7) != 0,
        .first_user_role = db_int(st, col + 8) != 0,
        .created_at = db_int(st, col + 9),
        .updated_at = db_int(st, col + 10),
    };
}

/* ---- reading ---- */

static enum err_code
get_one(const struct scope *s, const char *sql, struct str value, struct role *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn, sql, DB_ARGS(DB_I(s->env), DB_T(value), DB_I(s->tenant_seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        role_read(st, 0, s->arena, out);
    rc = db_finish(st);
    if (rc == ERR_OK && !found)
        return store_missing("Role", err);
    return rc == ERR_OK ? roles_load_permissions(s, out, 1, err) : rc;
}

enum err_code
store_role_get(const struct scope *s, struct str id, struct role *out, struct err *err)
{
    return get_one(s, ROLE_SELECT " WHERE r.env = $1 AND r.id = $2 AND " ROLE_VISIBLE("$3"), id,
                   out, err);
}

enum err_code
roles_load_permissions(const struct scope *s, struct role *roles, size_t n, struct err *err)
{
    enum { CHUNK = 256 };
    for (size_t from = 0; from < n; from += CHUNK) {
        size_t part = n - from < CHUNK ? n - from : CHUNK;
        enum err_code rc = roles_load_permissions_part(s, roles + from, part, err);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* ---- writing ---- */

static enum err_code
check(const struct role *r, struct err *err)
{
    enum err_code rc = store_check_key(r->key, "key", err);
    return rc == ERR_OK ? store_check_key(r->id, "id", err) : rc;
}

static enum err_code
taken(enum err_code rc, struct err *err)
{
    if (rc == ERR_CONFLICT)
        err_set(err, rc, "Roles already exists");
    return rc;
}

enum err_code
store_role_create(const struct scope *s, struct role *r, struct err *err)
{
    struct scope owner = *s;
    enum err_code rc = check(r, err);
    if (rc == ERR_OK && str_given(r->tenant_id)) {
        rc = scope_tenant(s, r->tenant_id, &owner, err);
        if (rc == ERR_OK)
            rc = store_need_tenant(&owner, err);
    }
    if (rc != ERR_OK)
        return rc;
    store_new_id(s, &r->id);
    if (!r->created_at)
        r->created_at = s->now;
    r->updated_at = r->created_at;
    struct db_stmt *st;
    rc = db_query(
        s->conn,
        "INSERT INTO roles (env, tenant_seq, id, role_key, name, name_key, description, level, "
        "is_default, first_user_role, created_at, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) RETURNING seq",
        DB_ARGS(DB_I(s->env), str_given(r->tenant_id) ? DB_I(owner.tenant_seq) : DB_N, DB_T(r->id),
                DB_T(r->key), DB_T(r->name), DB_T(store_order_key(s->arena, r->name)),
                DB_T(r->description), DB_I(r->level), DB_I(r->is_default), DB_I(r->first_user_role),
                DB_I(r->created_at)),
        &st, err);
    if (rc != ERR_OK)
        return taken(rc, err);
    if (db_next(st, err) == DB_ROW)
        r->seq = db_int(st, 0);
    return taken(db_finish(st), err);
}

static void
add_sets(struct sql *q, const struct scope *s, const struct role *r, unsigned given)
{
    sql_addv(q, "UPDATE roles SET updated_at = ?", DB_ARGS(DB_I(s->now)));
    if (given & ROLE_F_KEY)
        sql_addv(q, ", role_key = ?", DB_ARGS(DB_T(r->key)));
    if (given & ROLE_F_NAME)
        sql_addv(q, ", name = ?, name_key = ?",
                 DB_ARGS(DB_T(r->name), DB_T(store_order_key(s->arena, r->name))));
    if (given & ROLE_F_DESCRIPTION)
        sql_addv(q, ", description = ?", DB_ARGS(DB_T(r->description)));
    if (given & ROLE_F_LEVEL)
        sql_addv(q, ", level = ?", DB_ARGS(DB_I(r->level)));
    if (given & ROLE_F_IS_DEFAULT)
        sql_addv(q, ", is_default = ?", DB_ARGS(DB_I(r->is_default)));
    if (given & ROLE_F_FIRST_USER)
        sql_addv(q, ", first_user_role = ?", DB_ARGS(DB_I(r->first_user_role)));
}

enum err_code
store_role_update(const struct scope *s, const struct role *r, unsigned given, struct err *err)
{
    struct role now;
    enum err_code rc = check(r, err);
    if (rc == ERR_OK)
        rc = store_role_get(s, r->id, &now, err);
    if (rc != ERR_OK)
        return rc;
    struct sql q;
    sql_init(&q, s->arena);
    add_sets(&q, s, r, given);
    sql_addv(&q, " WHERE env = ? AND seq = ?", DB_ARGS(DB_I(s->env), DB_I(now.seq)));
    rc = taken(sql_exec(&q, s->conn, NULL, err), err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_role_delete(const struct scope *s, struct str id, struct err *err)
{
    struct role r;
    enum err_code rc = store_role_get(s, id, &r, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(s->conn, "DELETE FROM roles WHERE env = $1 AND seq = $2",
                   DB_ARGS(DB_I(s->env), DB_I(r.seq)), NULL, err);
}

enum err_code
store_role_set_tenant(const struct scope *s, struct str id, struct str tenant_id, struct err *err)
{
    struct role r;
    struct scope owner = *s;
    enum err_code rc = store_role_get(s, id, &r, err);
    if (rc == ERR_OK && str_given(tenant_id)) {
        rc = scope_tenant(s, tenant_id, &owner, err);
        if (rc == ERR_OK)
            rc = store_need_tenant(&owner, err);
    }
    if (rc != ERR_OK)
        return rc;
    struct db_value to = str_given(tenant_id) ? DB_I(owner.tenant_seq) : DB_N;
    rc = taken(db_exec(s->conn,
                       "UPDATE roles SET tenant_seq = $3, updated_at = $4 "
                       "WHERE env = $1 AND seq = $2",
                       DB_ARGS(DB_I(s->env), DB_I(r.seq), to, DB_I(s->now)), NULL, err),
               err);
    /* Nobody keeps a role that belongs to another tenant now. */
    if (rc == ERR_OK && str_given(tenant_id))
        rc = db_exec(s->conn, "DELETE FROM user_roles WHERE role_seq = $1 AND tenant_seq <> $2",
                     DB_ARGS(DB_I(r.seq), DB_I(owner.tenant_seq)), NULL, err);
    if (rc == ERR_OK && str_given(tenant_id))
        rc = db_exec(s->conn,
                     "DELETE FROM group_roles WHERE role_seq = $1 AND group_seq IN "
                     "(SELECT seq FROM user_groups WHERE tenant_seq <> $2)",
                     DB_ARGS(DB_I(r.seq), DB_I(owner.tenant_seq)), NULL, err);
    return rc;
}

enum err_code
store_role_set_permissions(const struct scope *s, struct str id, const struct str *permission_ids,
                           size_t n, struct err *err)
{
    struct role r;
    int64_t *seqs = NULL;
    enum err_code rc = store_role_get(s, id, &r, err);
    if (rc == ERR_OK)
        rc = permissions_resolve(s, permission_ids, n, &seqs, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn, "DELETE FROM role_permissions WHERE role_seq = $1",
                     DB_ARGS(DB_I(r.seq)), NULL, err);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = db_exec(s->conn,
                     "INSERT INTO role_permissions (role_seq, permission_seq) VALUES ($1, $2) "
                     "ON CONFLICT DO NOTHING",
                     DB_ARGS(DB_I(r.seq), DB_I(seqs[i])), NULL, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn, "UPDATE roles SET updated_at = $3 WHERE env = $1 AND seq = $2",
                     DB_ARGS(DB_I(s->env), DB_I(r.seq), DB_I(s->now)), NULL, err);
    return rc;
}

enum err_code
store_role_give_all(const struct scope *s, struct str id, struct err *err)
{
    struct role r;
    enum err_code rc = store_role_get(s, id, &r, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(s->conn,
                   "INSERT INTO user_roles (user_seq, tenant_seq, role_seq, created_at) "
                   "SELECT o.user_seq, t.seq, r.seq, $3 FROM roles r "
                   "JOIN tenants t ON t.env = r.env AND (r.tenant_seq IS NULL OR "
                   "r.tenant_seq = t.seq) JOIN user_order o ON o.list = t.seq "
                   "WHERE r.env = $1 AND r.seq = $2 ON CONFLICT DO NOTHING",
                   DB_ARGS(DB_I(s->env), DB_I(r.seq), DB_I(s->now)), NULL, err);
}
