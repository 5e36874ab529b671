#include "store/machine_tokens.h"

#include "base/mem.h"
#include "store/role_rows.h"
#include "store/user_rows.h"

/* Expired ones stay in lists for so long, so that people see why something stopped. */
#define KEEP_EXPIRED_MS (INT64_C(30) * 86400 * 1000)

static const char *const NAMES[MACHINE_KINDS] = {
    [MACHINE_TENANT_API] = "tenantApiToken",
    [MACHINE_USER_API] = "userApiToken",
    [MACHINE_TENANT_ACCESS] = "tenantAccessToken",
    [MACHINE_USER_ACCESS] = "userAccessToken",
};

const char *
machine_kind_name(enum machine_kind kind)
{
    return NAMES[kind];
}

bool
machine_kind_parse(struct str name, enum machine_kind *out)
{
    for (size_t i = 0; i < MACHINE_KINDS; i++)
        if (str_eq(name, str_of(NAMES[i]))) {
            *out = (enum machine_kind)i;
            return true;
        }
    return false;
}

static struct db_value
kind_value(enum machine_kind kind)
{
    return DB_T(str_of(NAMES[kind]));
}

static struct db_value
or_null(int64_t v)
{
    return v ? DB_I(v) : DB_N;
}

/* ---- rows ---- */

#define COLUMNS                                                                                    \
    "m.seq, m.tenant_seq, m.owner_seq, m.kind, m.id, "                                             \
    "(SELECT t.tenant_id FROM tenants t WHERE t.seq = m.tenant_seq), "                             \
    "(SELECT o.id FROM users o WHERE o.seq = m.owner_seq), "                                       \
    "m.description, m.metadata, m.secret_hash, m.created_at, m.expires_at, "                       \
    "(SELECT o.super_user FROM users o WHERE o.seq = m.owner_seq)"

static void
read_token(struct db_stmt *st, struct arena *a, struct machine_token *t)
{
    *t = (struct machine_token){
        .seq = db_int(st, 0),
        .tenant_seq = db_int(st, 1),
        .owner_seq = db_int(st, 2),
        .id = store_text(st, 4, a),
        .tenant_id = store_text(st, 5, a),
        .owner_id = store_text(st, 6, a),
        .description = store_text(st, 7, a),
        .metadata = store_text(st, 8, a),
        .secret_hash = store_text(st, 9, a),
        .created_at = db_int(st, 10),
        .expires_at = db_int(st, 11),
    };
    bool known = machine_kind_parse(db_text(st, 3), &t->kind);
    ASSERT(known);
    t->owner_is_super = machine_kind_is_user(t->kind) && db_int(st, 12);
}

static enum err_code
read_tokens(struct db_stmt *st, struct arena *a, struct machine_token_list *out, struct err *err)
{
    size_t size = 0;
    *out = (struct machine_token_list){.n = 0};
    while (db_next(st, err) == DB_ROW) {
        struct machine_token *t = STORE_PUSH(a, out->items, out->n, size);
        read_token(st, a, t);
    }
    return db_finish(st);
}

/* ---- their roles and permissions ---- */

static const char *const SET_ROLES[] = {
    "DELETE FROM machine_token_roles WHERE token_seq = $1",
    "INSERT INTO machine_token_roles (token_seq, role_seq) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
static const char *const SET_PERMISSIONS[] = {
    "DELETE FROM machine_token_permissions WHERE token_seq = $1",
    "INSERT INTO machine_token_permissions (token_seq, permission_seq) VALUES ($1, $2) "
    "ON CONFLICT DO NOTHING"};

static enum err_code
set_links(const struct scope *s, const char *const sql[2], int64_t token, const int64_t *seqs,
          size_t n, struct err *err)
{
    enum err_code rc = db_exec(s->conn, sql[0], DB_ARGS(DB_I(token)), NULL, err);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = db_exec(s->conn, sql[1], DB_ARGS(DB_I(token), DB_I(seqs[i])), NULL, err);
    return rc;
}

static enum err_code
write_links(const struct scope *s, const struct machine_token *t, unsigned given, struct err *err)
{
    int64_t *seqs;
    enum err_code rc = ERR_OK;
    if (given & MACHINE_F_ROLES) {
        rc = roles_resolve(s, t->role_ids, t->n_role_ids, &seqs, err);
        if (rc == ERR_OK)
            rc = set_links(s, SET_ROLES, t->seq, seqs, t->n_role_ids, err);
    }
    if (rc == ERR_OK && given & MACHINE_F_PERMISSIONS) {
        rc = permissions_resolve(s, t->permission_ids, t->n_permission_ids, &seqs, err);
        if (rc == ERR_OK)
            rc = set_links(s, SET_PERMISSIONS, t->seq, seqs, t->n_permission_ids, err);
    }
    return rc;
}

/* The tokens of a list are in the order of their seq, and so are the links. */
static enum err_code
hand_out(const struct scope *s, const char *sql, enum machine_kind kind,
         struct machine_token_list *list, bool roles, struct err *err)
{
    struct db_stmt *st;
    size_t at = 0, n = 0, size = 0;
    struct str *ids = NULL;
    enum err_code rc =
        db_query(s->conn, sql, DB_ARGS(DB_I(s->tenant_seq), kind_value(kind)), &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        int64_t seq = db_int(st, 0);
        while (at < list->n && list->items[at].seq < seq) {
            at++;
            ids = NULL;
            n = size = 0;
        }
        if (at == list->n || list->items[at].seq != seq)
            continue;
        *(struct str *)STORE_PUSH(s->arena, ids, n, size) = store_text(st, 1, s->arena);
        *(roles ? &list->items[at].role_ids : &list->items[at].permission_ids) = ids;
        *(roles ? &list->items[at].n_role_ids : &list->items[at].n_permission_ids) = n;
    }
    return db_finish(st);
}

static enum err_code
load_links(const struct scope *s, enum machine_kind kind, struct machine_token_list *list,
           struct err *err)
{
    if (machine_kind_is_user(kind) || list->n == 0)
        return ERR_OK;
    enum err_code rc = hand_out(s,
                                "SELECT m.seq, r.id FROM machine_tokens m "
                                "JOIN machine_token_roles l ON l.token_seq = m.seq "
                                "JOIN roles r ON r.seq = l.role_seq "
                                "WHERE m.tenant_seq = $1 AND m.kind = $2 ORDER BY m.seq, r.seq",
                                kind, list, true, err);
    if (rc == ERR_OK)
        rc = hand_out(s,
                      "SELECT m.seq, p.id FROM machine_tokens m "
                      "JOIN machine_token_permissions l ON l.token_seq = m.seq "
                      "JOIN permissions p ON p.seq = l.permission_seq "
                      "WHERE m.tenant_seq = $1 AND m.kind = $2 ORDER BY m.seq, p.seq",
                      kind, list, false, err);
    return rc;
}

/* ---- adding ---- */

/* A member of the tenant; the row of the membership is what the token hangs on. */
static enum err_code
find_owner(const struct scope *s, struct machine_token *t, struct err *err)
{
    bool found = true;
    enum err_code rc = ERR_OK;
    t->owner_seq = 0;
    if (str_given(t->owner_id))
        rc = db_query_int(s->conn,
                          "SELECT u.seq FROM users u JOIN user_tenants p ON p.user_seq = u.seq "
                          "AND p.tenant_seq = $3 WHERE u.env = $1 AND u.id = $2",
                          DB_ARGS(DB_I(s->env), DB_T(t->owner_id), DB_I(s->tenant_seq)),
                          &t->owner_seq, &found, err);
    return rc == ERR_OK && !found ? store_missing("User", err) : rc;
}

static enum err_code
check_room(const struct scope *s, const struct machine_token *t, struct err *err)
{
    bool user = machine_kind_is_user(t->kind);
    int64_t n = 0, most = user ? MACHINE_TOKENS_OF_USER_MAX : MACHINE_TOKENS_OF_TENANT_MAX;
    enum err_code rc =
        db_exec(s->conn,
                "DELETE FROM machine_tokens WHERE tenant_seq = $1 AND kind = $2 AND "
                "expires_at < $3",
                DB_ARGS(DB_I(s->tenant_seq), kind_value(t->kind), DB_I(s->now - KEEP_EXPIRED_MS)),
                NULL, err);
    if (rc == ERR_OK)
        rc = db_query_int(
            s->conn,
            "SELECT COUNT(*) FROM machine_tokens WHERE tenant_seq = $1 AND kind = $2 AND "
            "(owner_seq = $3 OR $4 = 0)",
            DB_ARGS(DB_I(s->tenant_seq), kind_value(t->kind), DB_I(t->owner_seq), DB_I(user)), &n,
            NULL, err);
    if (rc == ERR_OK && n >= most)
        return err_set(err, ERR_LIMIT, "there are %lld tokens already, the most there may be",
                       (long long)most);
    return rc;
}

static enum err_code
insert(const struct scope *s, struct machine_token *t, struct err *err)
{
    if (!str_given(t->id))
        store_new_id(s, &t->id);
    t->created_at = s->now;
    t->tenant_seq = s->tenant_seq;
    t->tenant_id = s->tenant;
    return db_query_int(s->conn,
                        "INSERT INTO machine_tokens (env, tenant_seq, owner_seq, id, kind, "
                        "secret_hash, description, metadata, created_at, updated_at, expires_at) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10) RETURNING seq",
                        DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), or_null(t->owner_seq),
                                DB_T(t->id), kind_value(t->kind), DB_T(t->secret_hash),
                                DB_T(t->description),
                                DB_T(str_given(t->metadata) ? t->metadata : STR("{}")),
                                DB_I(s->now), or_null(t->expires_at)),
                        &t->seq, NULL, err);
}

enum err_code
store_machine_token_add(const struct scope *s, struct machine_token *t, struct err *err)
{
    enum err_code rc = store_need_tenant(s, err);
    if (rc == ERR_OK)
        rc = find_owner(s, t, err);
    if (rc == ERR_OK)
        rc = check_room(s, t, err);
    if (rc == ERR_OK)
        rc = insert(s, t, err);
    return rc == ERR_OK ? write_links(s, t, MACHINE_F_ROLES | MACHINE_F_PERMISSIONS, err) : rc;
}

/* ---- finding ---- */

/* Takes tenant, kind, owner, and whether the owner counts. */
#define OF_TENANT                                                                                  \
    " FROM machine_tokens m LEFT JOIN users u ON u.seq = m.owner_seq "                             \
    "WHERE m.tenant_seq = $1 AND m.kind = $2 AND (u.id = $3 OR $4 = 0)"
#define OF_TENANT_ARGS(s, kind, owner)                                                             \
    DB_I((s)->tenant_seq), kind_value(kind), DB_T(str_given(owner) ? (owner) : STR("")),           \
        DB_I(machine_kind_is_user(kind))

enum err_code
store_machine_token_list(const struct scope *s, enum machine_kind kind, struct str owner_id,
                         struct machine_token_list *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = store_need_tenant(s, err);
    if (rc == ERR_OK)
        rc = db_query(s->conn, "SELECT " COLUMNS OF_TENANT " ORDER BY m.seq",
                      DB_ARGS(OF_TENANT_ARGS(s, kind, owner_id)), &st, err);
    if (rc == ERR_OK)
        rc = read_tokens(st, s->arena, out, err);
    return rc == ERR_OK ? load_links(s, kind, out, err) : rc;
}

enum err_code
store_machine_token_get(const struct scope *s, enum machine_kind kind, struct str owner_id,
                        struct str id, struct machine_token *out, struct err *err)
{
    struct db_stmt *st;
    struct machine_token_list list;
    enum err_code rc = store_need_tenant(s, err);
    if (rc == ERR_OK)
        rc = db_query(s->conn, "SELECT " COLUMNS OF_TENANT " AND m.id = $5",
                      DB_ARGS(OF_TENANT_ARGS(s, kind, owner_id), DB_T(id)), &st, err);
    if (rc == ERR_OK)
        rc = read_tokens(st, s->arena, &list, err);
    if (rc == ERR_OK && list.n == 0)
        return store_missing("Token", err);
    if (rc == ERR_OK)
        rc = load_links(s, kind, &list, err);
    if (rc == ERR_OK)
        *out = list.items[0];
    return rc;
}

/* ---- changing ---- */

enum err_code
store_machine_token_update(const struct scope *s, const struct machine_token *t, unsigned given,
                           struct err *err)
{
    enum err_code rc = db_exec(
        s->conn,
        "UPDATE machine_tokens SET updated_at = $3, description = CASE WHEN $4 = 1 THEN $5 ELSE "
        "description END, metadata = CASE WHEN $6 = 1 THEN $7 ELSE metadata END "
        "WHERE env = $1 AND seq = $2",
        DB_ARGS(DB_I(s->env), DB_I(t->seq), DB_I(s->now),
                DB_I((given & MACHINE_F_DESCRIPTION) != 0), DB_T(t->description),
                DB_I((given & MACHINE_F_METADATA) != 0), DB_T(t->metadata)),
        NULL, err);
    return rc == ERR_OK ? write_links(s, t, given, err) : rc;
}

enum err_code
store_machine_token_delete(const struct scope *s, enum machine_kind kind, struct str owner_id,
                           struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn,
                "DELETE FROM machine_tokens WHERE seq IN (SELECT m.seq" OF_TENANT " AND m.id = $5)",
                DB_ARGS(OF_TENANT_ARGS(s, kind, owner_id), DB_T(id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Token", err) : rc;
}

/* ---- using ---- */

/*
 * Takes the time as $1. A tenant's token does not end with a lock on the person who made it: it acts
 * for the tenant, and a lock is about that person's passwords.
 */
#define LIVING                                                                                     \
    "(m.expires_at IS NULL OR m.expires_at > $1) AND (m.owner_seq IS NULL OR EXISTS "              \
    "(SELECT 1 FROM user_tenants p WHERE p.user_seq = m.owner_seq AND "                            \
    "p.tenant_seq = m.tenant_seq AND p.is_disabled = 0 AND (p.expires_at IS NULL OR "              \
    "p.expires_at > $1)))"
/* As in store_session_check: a lock that came of wrong guesses ends nothing. Takes strictness as $2. */
#define UNLOCKED                                                                                   \
    "(m.kind IN ('tenantApiToken', 'tenantAccessToken') OR EXISTS (SELECT 1 FROM users u "         \
    "WHERE u.seq = m.owner_seq AND (u.is_locked = 0 OR ($2 = 0 AND EXISTS (SELECT 1 FROM "         \
    "guesses g WHERE g.user_seq = u.seq AND g.locked_at IS NOT NULL)))))"

enum err_code
store_machine_token_find(struct db_conn *conn, struct arena *a, const struct machine_query *q,
                         struct machine_token *out, struct err *err)
{
    struct db_stmt *st;
    struct machine_token_list list;
    enum err_code rc =
        db_query(conn,
                 "SELECT " COLUMNS " FROM environments e JOIN machine_tokens m ON m.env = e.seq "
                 "AND m.id = $4 JOIN tenants x ON x.seq = m.tenant_seq AND x.deleted_at IS NULL "
                 "WHERE e.id = $3 AND " LIVING " AND " UNLOCKED,
                 DB_ARGS(DB_I(q->now), DB_I(q->strict), DB_T(q->vendor), DB_T(q->id)), &st, err);
    if (rc == ERR_OK)
        rc = read_tokens(st, a, &list, err);
    if (rc == ERR_OK && list.n == 0)
        return store_missing("Token", err);
    if (rc == ERR_OK)
        *out = list.items[0];
    return rc;
}

enum err_code
store_machine_token_active(const struct scope *s, enum machine_kind kind, struct str **out,
                           size_t *n, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = NULL;
    *n = 0;
    enum err_code rc = db_query(
        s->conn,
        "SELECT m.id FROM machine_tokens m JOIN tenants x ON x.seq = m.tenant_seq AND "
        "x.deleted_at IS NULL WHERE m.env = $3 AND m.kind = $4 AND (m.tenant_seq = $5 OR "
        "$5 = 0) AND " LIVING " AND " UNLOCKED " ORDER BY m.seq",
        DB_ARGS(DB_I(s->now), DB_I(0), DB_I(s->env), kind_value(kind), DB_I(s->tenant_seq)), &st,
        err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        *(struct str *)STORE_PUSH(s->arena, *out, *n, size) = store_text(st, 0, s->arena);
    return db_finish(st);
}
