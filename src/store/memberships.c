#include "base/mem.h"
#include "store/role_rows.h"
#include "store/sessions.h"
#include "store/user_rows.h"

/* The scope widened to the environment: for reaching users that are not members yet. */
static struct scope
widened(const struct scope *s)
{
    struct scope w = *s;
    w.tenant = STR_ABSENT;
    w.tenant_seq = 0;
    return w;
}

/* Both must be there: the scope's tenant, and the user as a member of it. */
static enum err_code
resolve_member(const struct scope *s, struct str user_id, int64_t *user_seq, struct err *err)
{
    enum err_code rc = store_need_tenant(s, err);
    return rc == ERR_OK ? user_resolve(s, user_id, user_seq, err) : rc;
}

/* ---- joining ---- */

static enum err_code
give_default_roles(const struct scope *s, int64_t user_seq, bool first, struct err *err)
{
    return db_exec(
        s->conn,
        "INSERT INTO user_roles (user_seq, tenant_seq, role_seq, created_at) "
        "SELECT $2, $3, r.seq, $4 FROM roles r WHERE r.env = $1 AND "
        "(r.tenant_seq IS NULL OR r.tenant_seq = $3) AND "
        "(r.is_default = 1 OR (r.first_user_role = 1 AND $5 = 1)) "
        "ON CONFLICT DO NOTHING",
        DB_ARGS(DB_I(s->env), DB_I(user_seq), DB_I(s->tenant_seq), DB_I(s->now), DB_I(first)), NULL,
        err);
}

static enum err_code
take_place(const struct scope *s, int64_t user_seq, unsigned flags, int64_t expires_at,
           struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(
        s->conn,
        "INSERT INTO user_tenants (user_seq, tenant_seq, created_at, invited_at, activated_at, "
        "expires_at, sub_account_access) VALUES ($1, $2, $3, $4, $5, $6, (SELECT CASE WHEN "
        "sub_account_access_type IN ('defaultOn', 'alwaysOn') THEN 1 ELSE 0 END FROM tenants WHERE "
        "seq = $2)) ON CONFLICT DO NOTHING",
        DB_ARGS(DB_I(user_seq), DB_I(s->tenant_seq), DB_I(s->now),
                flags & MEMBER_INVITED ? DB_I(s->now) : DB_N,
                flags & MEMBER_ACTIVATED ? DB_I(s->now) : DB_N,
                expires_at ? DB_I(expires_at) : DB_N),
        &changes, err);
    if (rc == ERR_OK && changes == 0)
        return err_set(err, ERR_CONFLICT, "User is already in this tenant");
    return rc;
}

static enum err_code
make_active(const struct scope *s, int64_t user_seq, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn,
                "UPDATE users SET active_tenant_id = $3 WHERE env = $1 AND seq = $2 "
                "AND active_tenant_id IS NULL",
                DB_ARGS(DB_I(s->env), DB_I(user_seq), DB_T(s->tenant)), &changes, err);
    return rc == ERR_OK && changes ? user_order_refresh(s, user_seq, USER_F(active_tenant_id), err)
                                   : rc;
}

enum err_code
store_membership_add(const struct scope *s, struct str user_id, unsigned flags, int64_t expires_at,
                     struct err *err)
{
    struct scope all = widened(s);
    int64_t user_seq, members = 0;
    enum err_code rc = store_need_tenant(s, err);
    if (rc == ERR_OK)
        rc = user_resolve(&all, user_id, &user_seq, err);
    if (rc == ERR_OK)
        rc = store_user_count(s, &members, err);
    if (rc == ERR_OK)
        rc = take_place(s, user_seq, flags, expires_at, err);
    if (rc == ERR_OK)
        rc = make_active(s, user_seq, err);
    if (rc == ERR_OK)
        rc = user_order_add(s, user_seq, s->tenant_seq, err);
    if (rc == ERR_OK && !(flags & MEMBER_NO_ROLES))
        rc = give_default_roles(s, user_seq, members == 0, err);
    return rc;
}

/* ---- leaving ---- */

/* When the active tenant was the one left, the one joined first among the rest follows. */
static enum err_code
move_active(const struct scope *s, int64_t user_seq, struct err *err)
{
    enum err_code rc = db_exec(
        s->conn,
        "UPDATE users SET active_tenant_id = (SELECT t.tenant_id FROM user_tenants m JOIN tenants "
        "t "
        "ON t.seq = m.tenant_seq WHERE m.user_seq = $2 ORDER BY m.created_at, t.seq LIMIT 1) "
        "WHERE env = $1 AND seq = $2 AND active_tenant_id = $3",
        DB_ARGS(DB_I(s->env), DB_I(user_seq), DB_T(s->tenant)), NULL, err);
    return rc == ERR_OK ? user_order_refresh(s, user_seq, USER_F(active_tenant_id), err) : rc;
}

enum err_code
store_membership_remove(const struct scope *s, struct str user_id, struct err *err)
{
    static const char *const steps[] = {
        "DELETE FROM user_roles WHERE user_seq = $1 AND tenant_seq = $2",
        ("DELETE FROM group_users WHERE user_seq = $1 AND group_seq IN "
         "(SELECT seq FROM user_groups WHERE tenant_seq = $2)"),
        "DELETE FROM sessions WHERE user_seq = $1 AND tenant_seq = $2",
        "DELETE FROM user_tenants WHERE user_seq = $1 AND tenant_seq = $2",
    };
    int64_t user_seq;
    enum err_code rc = resolve_member(s, user_id, &user_seq, err);
    for (size_t i = 0; rc == ERR_OK && i < COUNT_OF(steps); i++)
        rc = db_exec(s->conn, steps[i], DB_ARGS(DB_I(user_seq), DB_I(s->tenant_seq)), NULL, err);
    if (rc == ERR_OK)
        rc = user_order_remove(s, user_seq, s->tenant_seq, err);
    return rc == ERR_OK ? move_active(s, user_seq, err) : rc;
}

/* ---- one membership ---- */

enum err_code
store_membership_get(const struct scope *s, struct str user_id, struct membership *out,
                     struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "SELECT t.tenant_id, m.created_at, m.invited_at, m.activated_at, m.expires_at, "
                 "m.is_disabled, m.sub_account_access FROM users u JOIN user_tenants m ON "
                 "m.user_seq = u.seq JOIN tenants t ON t.seq = m.tenant_seq "
                 "WHERE u.env = $1 AND u.id = $2 AND m.tenant_seq = $3",
                 DB_ARGS(DB_I(s->env), DB_T(user_id), DB_I(s->tenant_seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        *out = (struct membership){
            .tenant_id = store_text(st, 0, s->arena),
            .tenant_seq = s->tenant_seq,
            .created_at = db_int(st, 1),
            .invited_at = db_int(st, 2),
            .activated_at = db_int(st, 3),
            .expires_at = db_int(st, 4),
            .is_disabled = db_int(st, 5) != 0,
            .sub_account_access = db_int(st, 6) != 0,
        };
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("User", err) : rc;
}

static struct db_value
time_value(int64_t ms)
{
    return ms ? DB_I(ms) : DB_N;
}

enum err_code
store_membership_update(const struct scope *s, struct str user_id, const struct membership *m,
                        unsigned given, struct err *err)
{
    const struct {
        unsigned bit;
        const char *set;
        struct db_value value;
    } sets[] = {
        {MEMBERSHIP_DISABLED, "is_disabled = ?", DB_I(m->is_disabled)},
        {MEMBERSHIP_ACTIVATED_AT, "activated_at = ?", time_value(m->activated_at)},
        {MEMBERSHIP_INVITED_AT, "invited_at = ?", time_value(m->invited_at)},
        {MEMBERSHIP_EXPIRES_AT, "expires_at = ?", time_value(m->expires_at)},
        {MEMBERSHIP_SUB_ACCESS, "sub_account_access = ?", DB_I(m->sub_account_access)},
    };
    int64_t user_seq;
    enum err_code rc = resolve_member(s, user_id, &user_seq, err);
    if (rc != ERR_OK || given == 0)
        return rc;
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, "UPDATE user_tenants SET ");
    for (size_t i = 0, any = 0; i < COUNT_OF(sets); i++) {
        if (!(given & sets[i].bit))
            continue;
        sql_add(&q, any++ ? ", " : "");
        sql_addv(&q, sets[i].set, &sets[i].value, 1);
    }
    sql_addv(&q, " WHERE user_seq = ? AND tenant_seq = ?",
             DB_ARGS(DB_I(user_seq), DB_I(s->tenant_seq)));
    rc = sql_exec(&q, s->conn, NULL, err);
    sql_fini(&q);
    if (rc == ERR_OK && given & MEMBERSHIP_DISABLED && m->is_disabled)
        rc = store_sessions_end(s, user_id, STR_ABSENT, NULL, err);
    return rc;
}

enum err_code
store_membership_sub_access_all(const struct scope *s, struct err *err)
{
    enum err_code rc = store_need_tenant(s, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(s->conn,
                   "UPDATE user_tenants SET sub_account_access = 1 WHERE tenant_seq = $1 AND "
                   "user_seq IN (SELECT user_seq FROM user_order WHERE list = $1)",
                   DB_ARGS(DB_I(s->tenant_seq)), NULL, err);
}

enum err_code
store_membership_accept(const struct scope *s, struct str user_id, struct err *err)
{
    int64_t user_seq;
    enum err_code rc = user_resolve(s, user_id, &user_seq, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(s->conn,
                   "UPDATE user_tenants SET activated_at = $3 WHERE user_seq = $1 AND "
                   "($2 = 0 OR tenant_seq = $2) AND activated_at IS NULL",
                   DB_ARGS(DB_I(user_seq), DB_I(s->tenant_seq), DB_I(s->now)), NULL, err);
}

/* ---- moving a whole tenant ---- */

static enum err_code
copy_members(const struct scope *s, const struct scope *to, int64_t *joined, struct err *err)
{
    enum err_code rc = db_exec(
        s->conn,
        "INSERT INTO user_tenants (user_seq, tenant_seq, created_at, invited_at, activated_at, "
        "expires_at, is_disabled, sub_account_access) SELECT m.user_seq, $2, m.created_at, "
        "m.invited_at, m.activated_at, m.expires_at, m.is_disabled, m.sub_account_access "
        "FROM user_order o JOIN user_tenants m ON m.user_seq = o.user_seq AND m.tenant_seq = $1 "
        "WHERE o.list = $1 ON CONFLICT DO NOTHING",
        DB_ARGS(DB_I(s->tenant_seq), DB_I(to->tenant_seq)), NULL, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "INSERT INTO user_roles (user_seq, tenant_seq, role_seq, created_at) SELECT "
                     "x.user_seq, $2, x.role_seq, x.created_at FROM user_order o JOIN "
                     "user_roles x ON x.user_seq = o.user_seq AND x.tenant_seq = $1 JOIN roles r "
                     "ON r.seq = x.role_seq WHERE o.list = $1 AND r.tenant_seq IS NULL "
                     "ON CONFLICT DO NOTHING",
                     DB_ARGS(DB_I(s->tenant_seq), DB_I(to->tenant_seq)), NULL, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "INSERT INTO user_order (list, user_seq, created_at, name_key, email_key, id, "
                     "active_tenant_id, provider, verified, is_locked) SELECT $2, user_seq, "
                     "created_at, name_key, email_key, id, active_tenant_id, provider, verified, "
                     "is_locked FROM user_order WHERE list = $1 ON CONFLICT DO NOTHING",
                     DB_ARGS(DB_I(s->tenant_seq), DB_I(to->tenant_seq)), joined, err);
    return rc;
}

static enum err_code
leave_source(const struct scope *s, const struct scope *to, int64_t *left, struct err *err)
{
    static const char *const steps[] = {
        "UPDATE users SET active_tenant_id = (SELECT tenant_id FROM tenants WHERE seq = $2) WHERE "
        "seq IN (SELECT user_seq FROM user_order WHERE list = $1) AND active_tenant_id = "
        "(SELECT tenant_id FROM tenants WHERE seq = $1)",
        "UPDATE user_order SET active_tenant_id = (SELECT tenant_id FROM tenants WHERE seq = $2) "
        "WHERE user_seq IN (SELECT user_seq FROM user_order WHERE list = $1) AND "
        "active_tenant_id = (SELECT tenant_id FROM tenants WHERE seq = $1)",
        "UPDATE sessions SET tenant_seq = $2 WHERE tenant_seq = $1",
    };
    static const char *const clearing[] = {
        "UPDATE totals SET generation = generation + 1 WHERE kind = 'users' AND list IN "
        "(SELECT list FROM user_order WHERE user_seq IN "
        "(SELECT user_seq FROM user_order WHERE list = $1))",
        "DELETE FROM user_roles WHERE tenant_seq = $1 AND user_seq IN "
        "(SELECT user_seq FROM user_order WHERE list = $1)",
        "DELETE FROM group_users WHERE group_seq IN "
        "(SELECT seq FROM user_groups WHERE tenant_seq = $1)",
        "DELETE FROM user_tenants WHERE tenant_seq = $1 AND user_seq IN "
        "(SELECT user_seq FROM user_order WHERE list = $1)",
    };
    enum err_code rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < COUNT_OF(steps); i++)
        rc = db_exec(s->conn, steps[i], DB_ARGS(DB_I(s->tenant_seq), DB_I(to->tenant_seq)), NULL,
                     err);
    for (size_t i = 0; rc == ERR_OK && i < COUNT_OF(clearing); i++)
        rc = db_exec(s->conn, clearing[i], DB_ARGS(DB_I(s->tenant_seq)), NULL, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn, "DELETE FROM user_order WHERE list = $1",
                     DB_ARGS(DB_I(s->tenant_seq)), left, err);
    return rc;
}

enum err_code
store_membership_migrate(const struct scope *s, struct str target, int64_t *moved, struct err *err)
{
    struct scope to = {0};
    int64_t joined = 0, left = 0;
    enum err_code rc = store_need_tenant(s, err);
    if (rc == ERR_OK)
        rc = scope_tenant(s, target, &to, err);
    if (rc == ERR_OK)
        rc = store_need_tenant(&to, err);
    if (rc == ERR_OK && to.tenant_seq == s->tenant_seq)
        return err_set(err, ERR_INVALID, "srcTenantId and targetTenantId must differ");
    if (rc == ERR_OK)
        rc = copy_members(s, &to, &joined, err);
    if (rc == ERR_OK)
        rc = leave_source(s, &to, &left, err);
    if (rc == ERR_OK)
        rc = store_total_add(s->conn, to.tenant_seq, "users", joined, err);
    if (rc == ERR_OK)
        rc = store_total_add(s->conn, s->tenant_seq, "users", -left, err);
    if (moved)
        *moved = left;
    return rc;
}

/* ---- status ---- */

const char *
user_status_name(enum user_status status)
{
    static const char *const names[] = {"PendingInvitation", "PendingLogin", "Activated",
                                        "NotActivated"};
    return names[status];
}

enum user_status
user_status_of(const struct user *u, const struct membership *m)
{
    if (!m->activated_at)
        return m->invited_at && u->verified ? STATUS_PENDING_INVITATION : STATUS_NOT_ACTIVATED;
    return u->last_login ? STATUS_ACTIVATED : STATUS_PENDING_LOGIN;
}
