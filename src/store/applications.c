#include "store/applications.h"

#include "base/mem.h"
#include "store/rows.h"
#include "store/user_rows.h"

static enum err_code
find_member(const struct scope *s, struct str user_id, int64_t *user_seq, struct err *err)
{
    enum err_code rc = store_need_tenant(s, err);
    return rc ? rc : user_resolve(s, user_id, user_seq, err);
}

/* ---- who may use what ---- */

static enum err_code
insert(const struct scope *s, struct str app_id, int64_t user_seq, struct err *err)
{
    struct str fresh = STR_ABSENT;
    store_new_id(s, &fresh);
    return db_exec(s->conn,
                   "INSERT INTO application_users (env, app_id, user_seq, tenant_seq, "
                   "user_tenant_id, created_at) VALUES ($1, $2, $3, $4, COALESCE((SELECT "
                   "MIN(user_tenant_id) FROM application_users WHERE user_seq = $3 AND "
                   "tenant_seq = $4), $5), $6) ON CONFLICT DO NOTHING",
                   DB_ARGS(DB_I(s->env), DB_T(app_id), DB_I(user_seq), DB_I(s->tenant_seq),
                           DB_T(fresh), DB_I(s->now)),
                   NULL, err);
}

enum err_code
store_app_assign(const struct scope *s, struct str app_id, struct str user_id, struct app_user *out,
                 struct err *err)
{
    int64_t user_seq;
    struct db_stmt *st;
    enum err_code rc = store_check_key(app_id, "appId", err);
    if (!rc)
        rc = find_member(s, user_id, &user_seq, err);
    if (!rc)
        rc = insert(s, app_id, user_seq, err);
    if (!rc)
        rc = db_query(s->conn,
                      "SELECT user_tenant_id, created_at FROM application_users WHERE env = $1 AND "
                      "app_id = $2 AND user_seq = $3 AND tenant_seq = $4",
                      DB_ARGS(DB_I(s->env), DB_T(app_id), DB_I(user_seq), DB_I(s->tenant_seq)), &st,
                      err);
    if (rc)
        return rc;
    if (db_next(st, err) == DB_ROW)
        *out = (struct app_user){app_id, store_text(st, 0, s->arena), db_int(st, 1)};
    return db_finish(st);
}

enum err_code
store_app_unassign(const struct scope *s, struct str app_id, struct str user_id, struct err *err)
{
    int64_t user_seq;
    enum err_code rc = find_member(s, user_id, &user_seq, err);
    if (rc)
        return rc;
    return db_exec(s->conn,
                   "DELETE FROM application_users WHERE env = $1 AND app_id = $2 AND user_seq = $3 "
                   "AND tenant_seq = $4",
                   DB_ARGS(DB_I(s->env), DB_T(app_id), DB_I(user_seq), DB_I(s->tenant_seq)), NULL,
                   err);
}

static enum err_code
read_ids(const struct scope *s, struct db_stmt *st, struct str **out, size_t *n, struct err *err)
{
    size_t size = 0;
    *out = NULL;
    *n = 0;
    while (db_next(st, err) == DB_ROW)
        *(struct str *)STORE_PUSH(s->arena, *out, *n, size) = store_text(st, 0, s->arena);
    return db_finish(st);
}

enum err_code
store_app_users(const struct scope *s, struct str app_id, struct str **out, size_t *n,
                struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn,
                                "SELECT u.id FROM users u WHERE u.seq IN (SELECT a.user_seq FROM "
                                "application_users a WHERE a.env = $1 AND a.app_id = $2) "
                                "ORDER BY u.seq",
                                DB_ARGS(DB_I(s->env), DB_T(app_id)), &st, err);
    return rc ? rc : read_ids(s, st, out, n, err);
}

enum err_code
store_apps_of_user(const struct scope *s, struct str user_id, struct str **out, size_t *n,
                   struct err *err)
{
    int64_t user_seq;
    struct db_stmt *st;
    enum err_code rc = user_resolve(s, user_id, &user_seq, err);
    if (!rc)
        rc = db_query(s->conn,
                      "SELECT DISTINCT app_id FROM application_users WHERE user_seq = $1 "
                      "ORDER BY app_id",
                      DB_ARGS(DB_I(user_seq)), &st, err);
    return rc ? rc : read_ids(s, st, out, n, err);
}

/* ---- where one works ---- */

enum err_code
store_app_tenants(const struct scope *s, struct str user_id, struct app_tenant **out, size_t *n,
                  struct err *err)
{
    int64_t user_seq;
    size_t size = 0;
    struct db_stmt *st;
    *out = NULL;
    *n = 0;
    enum err_code rc = user_resolve(s, user_id, &user_seq, err);
    if (!rc)
        rc = db_query(s->conn,
                      "SELECT a.app_id, t.tenant_id FROM application_tenants a JOIN tenants t ON "
                      "t.seq = a.tenant_seq WHERE a.user_seq = $1 ORDER BY a.app_id",
                      DB_ARGS(DB_I(user_seq)), &st, err);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW)
        *(struct app_tenant *)STORE_PUSH(s->arena, *out, *n, size) =
            (struct app_tenant){store_text(st, 0, s->arena), store_text(st, 1, s->arena)};
    return db_finish(st);
}

enum err_code
store_app_tenant_set(const struct scope *s, struct str user_id, struct str app_id, struct err *err)
{
    int64_t user_seq;
    enum err_code rc = store_check_key(app_id, "applicationId", err);
    if (!rc)
        rc = find_member(s, user_id, &user_seq, err);
    if (rc)
        return rc;
    return db_exec(s->conn,
                   "INSERT INTO application_tenants (user_seq, app_id, tenant_seq) VALUES ($1, $2, "
                   "$3) ON CONFLICT (user_seq, app_id) DO UPDATE SET tenant_seq = $3",
                   DB_ARGS(DB_I(user_seq), DB_T(app_id), DB_I(s->tenant_seq)), NULL, err);
}
