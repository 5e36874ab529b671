/* What somebody may do, by the roles they hold: people (sessions.h) and machines (machine_tokens.h). */
#include "store/machine_tokens.h"
#include "store/rows.h"

static void
add_once(struct arena *a, struct str **items, size_t *n, size_t *size, struct str key)
{
    for (size_t i = 0; *items && i < *n; i++)
        if (str_eq((*items)[i], key))
            return;
    *(struct str *)store_grow(a, (void **)items, n, size, sizeof **items) = arena_str(a, key);
}

/* Rows of role, its key, level and id, and a permission key or none; role 0 is no role. Ordered by
 * role. */
static enum err_code
read_rights(struct db_stmt *st, struct arena *a, struct rights *out, struct err *err)
{
    struct str *roles = NULL, *ids = NULL, *permissions = NULL;
    int64_t *levels = NULL, last = 0;
    size_t n_levels = 0, n_ids = 0, sizes[4] = {0, 0, 0, 0};
    *out = (struct rights){.n_roles = 0};
    while (db_next(st, err) == DB_ROW) {
        if (db_int(st, 0) != last) {
            *(struct str *)STORE_PUSH(a, roles, out->n_roles, sizes[0]) = store_text(st, 1, a);
            *(int64_t *)STORE_PUSH(a, levels, n_levels, sizes[1]) = db_int(st, 2);
            *(struct str *)STORE_PUSH(a, ids, n_ids, sizes[3]) = store_text(st, 3, a);
        }
        last = db_int(st, 0);
        if (!db_is_null(st, 4))
            add_once(a, &permissions, &out->n_permissions, &sizes[2], db_text(st, 4));
    }
    out->roles = roles;
    out->role_ids = ids;
    out->levels = levels;
    out->permissions = permissions;
    return db_finish(st);
}

/* The roles of the groups of the person $1 in the tenant $2, each once. */
#define BY_GROUPS                                                                                  \
    "UNION SELECT x.role_seq FROM group_users gu JOIN user_groups g ON g.seq = gu.group_seq AND "  \
    "g.tenant_seq = $2 JOIN environments e ON e.seq = g.env AND e.groups_enabled = 1 AND "         \
    "e.group_roles_enabled = 1 JOIN group_roles x ON x.group_seq = g.seq WHERE gu.user_seq = $1"

enum err_code
store_rights_get(struct db_conn *conn, struct arena *a, int64_t user_seq, int64_t tenant_seq,
                 struct rights *out, struct err *err)
{
    struct db_stmt *st;
    *out = (struct rights){.n_roles = 0};
    enum err_code rc = db_query(conn,
                                "SELECT r.seq, r.role_key, r.level, r.id, p.permission_key FROM "
                                "(SELECT role_seq FROM user_roles WHERE user_seq = $1 AND "
                                "tenant_seq = $2 " BY_GROUPS ") h JOIN roles r ON "
                                "r.seq = h.role_seq "
                                "LEFT JOIN role_permissions l ON l.role_seq = r.seq "
                                "LEFT JOIN permissions p ON p.seq = l.permission_seq "
                                "ORDER BY r.seq, l.permission_seq",
                                DB_ARGS(DB_I(user_seq), DB_I(tenant_seq)), &st, err);
    return rc == ERR_OK ? read_rights(st, a, out, err) : rc;
}

enum err_code
store_machine_token_rights(struct db_conn *conn, struct arena *a, const struct machine_token *t,
                           struct rights *out, struct err *err)
{
    struct db_stmt *st;
    if (machine_kind_is_user(t->kind))
        return store_rights_get(conn, a, t->owner_seq, t->tenant_seq, out, err);
    *out = (struct rights){.n_roles = 0};
    /* A role that was moved to another tenant counts no more. */
    enum err_code rc =
        db_query(conn,
                 "SELECT r.seq AS role, r.role_key, r.level, r.id, p.permission_key, "
                 "p.seq AS permission "
                 "FROM machine_token_roles h JOIN roles r ON r.seq = h.role_seq AND "
                 "(r.tenant_seq IS NULL OR r.tenant_seq = $2) "
                 "LEFT JOIN role_permissions l ON l.role_seq = r.seq "
                 "LEFT JOIN permissions p ON p.seq = l.permission_seq WHERE h.token_seq = $1 "
                 "UNION ALL SELECT 0, '', 0, '', p.permission_key, p.seq FROM "
                 "machine_token_permissions d JOIN permissions p ON p.seq = d.permission_seq "
                 "WHERE d.token_seq = $1 ORDER BY role, permission",
                 DB_ARGS(DB_I(t->seq), DB_I(t->tenant_seq)), &st, err);
    return rc == ERR_OK ? read_rights(st, a, out, err) : rc;
}
