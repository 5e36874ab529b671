#include "store/invites.h"
#include "base/mem.h"
#include "store/role_rows.h"
#include "store/user_rows.h"

/* ---- reading ---- */

#define INVITE_SELECT                                                                              \
    "SELECT i.seq, i.id, i.token_hash, t.tenant_id, t.name, u.id, i.roles_given, "                 \
    "i.should_send_email, i.created_at, i.expires_at FROM tenant_invites i "                       \
    "JOIN tenants t ON t.seq = i.tenant_seq AND t.deleted_at IS NULL "                             \
    "LEFT JOIN users u ON u.seq = i.user_seq WHERE i.env = $1 "
/* Who has left or may not act in the tenant brings nobody in. */
#define OWNER_MAY                                                                                  \
    "AND (i.user_seq IS NULL OR EXISTS (SELECT 1 FROM user_tenants m WHERE "                       \
    "m.user_seq = i.user_seq AND m.tenant_seq = i.tenant_seq AND m.is_disabled = 0)) "

static void
read_invite(struct db_stmt *st, const struct scope *s, struct invite *out)
{
    *out = (struct invite){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, s->arena),
        .token_hash = store_text(st, 2, s->arena),
        .tenant_id = store_text(st, 3, s->arena),
        .tenant_name = store_text(st, 4, s->arena),
        .user_id = store_text(st, 5, s->arena),
        .roles_given = db_int(st, 6) != 0,
        .should_send_email = db_int(st, 7) != 0,
        .created_at = db_int(st, 8),
        .expires_at = db_int(st, 9),
    };
}

static enum err_code
load_roles(const struct scope *s, struct invite *in, struct err *err)
{
    struct db_stmt *st;
    struct str *ids = NULL;
    size_t n = 0, size = 0;
    enum err_code rc = db_query(s->conn,
                                "SELECT r.id FROM tenant_invite_roles x JOIN roles r ON "
                                "r.seq = x.role_seq WHERE x.invite_seq = $1 ORDER BY r.seq",
                                DB_ARGS(DB_I(in->seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        *(struct str *)STORE_PUSH(s->arena, ids, n, size) = store_text(st, 0, s->arena);
    in->role_ids = ids;
    in->n_role_ids = n;
    return db_finish(st);
}

static enum err_code
get(const struct scope *s, const char *sql, const struct db_value *args, size_t n,
    struct invite *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, sql, args, n, &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_invite(st, s, out);
    rc = db_finish(st);
    if (rc == ERR_OK && !found)
        return store_missing("Invitation", err);
    return rc == ERR_OK ? load_roles(s, out, err) : rc;
}

enum err_code
store_invite_by_token(const struct scope *s, struct str token_hash, struct invite *out,
                      struct err *err)
{
    enum err_code rc = get(s, INVITE_SELECT OWNER_MAY "AND i.token_hash = $2",
                           DB_ARGS(DB_I(s->env), DB_T(token_hash)), out, err);
    if (rc == ERR_OK && out->expires_at <= s->now)
        return err_set(err, ERR_GONE, "Invitation has expired");
    return rc;
}

enum err_code
store_invite_of_user(const struct scope *s, struct str user_id, struct invite *out, struct err *err)
{
    return get(s, INVITE_SELECT "AND i.tenant_seq = $2 AND u.id = $3 AND i.expires_at > $4",
               DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(user_id), DB_I(s->now)), out, err);
}

#define LISTED "AND ($2 = 0 OR i.tenant_seq = $2) AND i.expires_at > $3 "
#define LIST_ARGS(s) DB_ARGS(DB_I((s)->env), DB_I((s)->tenant_seq), DB_I((s)->now))

/* Roles of a whole list in one query; both come in the same order. */
static enum err_code
load_list_roles(const struct scope *s, struct invite_list *list, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "SELECT i.seq, r.id FROM tenant_invites i JOIN tenant_invite_roles x ON "
                 "x.invite_seq = i.seq JOIN roles r ON r.seq = x.role_seq WHERE i.env = $1 " LISTED
                 "ORDER BY i.created_at, i.seq, r.seq",
                 LIST_ARGS(s), &st, err);
    if (rc != ERR_OK)
        return rc;
    struct str *ids = NULL;
    size_t at = 0, n = 0, size = 0;
    while (db_next(st, err) == DB_ROW) {
        while (at < list->n && list->items[at].seq != db_int(st, 0)) {
            at++;
            ids = NULL;
            n = size = 0;
        }
        if (at == list->n)
            break;
        *(struct str *)STORE_PUSH(s->arena, ids, n, size) = store_text(st, 1, s->arena);
        list->items[at].role_ids = ids;
        list->items[at].n_role_ids = n;
    }
    return db_finish(st);
}

enum err_code
store_invite_list(const struct scope *s, struct invite_list *out, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = (struct invite_list){.n = 0};
    enum err_code rc = db_query(s->conn, INVITE_SELECT LISTED "ORDER BY i.created_at, i.seq",
                                LIST_ARGS(s), &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        read_invite(st, s, STORE_PUSH(s->arena, out->items, out->n, size));
    rc = db_finish(st);
    return rc == ERR_OK ? load_list_roles(s, out, err) : rc;
}

/* ---- writing ---- */

/* Makes room: what has expired, and what the person had before. */
static enum err_code
clear_old(const struct scope *s, int64_t user_seq, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM tenant_invites WHERE tenant_seq = $1 AND "
                   "(expires_at <= $2 OR user_seq = $3)",
                   DB_ARGS(DB_I(s->tenant_seq), DB_I(s->now), DB_I(user_seq)), NULL, err);
}

static enum err_code
check_room(const struct scope *s, struct err *err)
{
    int64_t living = 0;
    enum err_code rc =
        db_query_int(s->conn, "SELECT COUNT(*) FROM tenant_invites WHERE tenant_seq = $1",
                     DB_ARGS(DB_I(s->tenant_seq)), &living, NULL, err);
    if (rc == ERR_OK && living >= INVITES_MAX)
        return err_set(err, ERR_LIMIT, "There are %d invitation links already", INVITES_MAX);
    return rc;
}

static enum err_code
insert(const struct scope *s, struct invite *in, int64_t user_seq, struct err *err)
{
    store_new_id(s, &in->id);
    in->created_at = s->now;
    return db_query_int(s->conn,
                        "INSERT INTO tenant_invites (env, tenant_seq, user_seq, id, token_hash, "
                        "should_send_email, roles_given, created_at, expires_at) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING seq",
                        DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), user_seq ? DB_I(user_seq) : DB_N,
                                DB_T(in->id), DB_T(in->token_hash), DB_I(in->should_send_email),
                                DB_I(in->roles_given), DB_I(s->now), DB_I(in->expires_at)),
                        &in->seq, NULL, err);
}

enum err_code
store_invite_add(const struct scope *s, struct invite *in, struct err *err)
{
    int64_t user_seq = 0, *roles = NULL;
    enum err_code rc = store_need_tenant(s, err);
    if (rc == ERR_OK && str_given(in->user_id))
        rc = user_resolve(s, in->user_id, &user_seq, err);
    if (rc == ERR_OK)
        rc = roles_resolve(s, in->role_ids, in->n_role_ids, &roles, err);
    if (rc == ERR_OK)
        rc = clear_old(s, user_seq, err);
    if (rc == ERR_OK)
        rc = check_room(s, err);
    if (rc == ERR_OK)
        rc = insert(s, in, user_seq, err);
    for (size_t i = 0; rc == ERR_OK && i < in->n_role_ids; i++)
        rc = db_exec(s->conn,
                     "INSERT INTO tenant_invite_roles (invite_seq, role_seq) VALUES ($1, $2) "
                     "ON CONFLICT DO NOTHING",
                     DB_ARGS(DB_I(in->seq), DB_I(roles[i])), NULL, err);
    return rc;
}

/* Runs a statement that must touch a row. */
static enum err_code
change(const struct scope *s, const char *sql, const struct db_value *args, size_t n,
       struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn, sql, args, n, &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Invitation", err) : rc;
}

enum err_code
store_invite_update(const struct scope *s, const struct invite *in, struct err *err)
{
    return change(s,
                  "UPDATE tenant_invites SET expires_at = $4, should_send_email = $5 WHERE "
                  "env = $1 AND id = $2 AND ($3 = 0 OR tenant_seq = $3)",
                  DB_ARGS(DB_I(s->env), DB_T(in->id), DB_I(s->tenant_seq), DB_I(in->expires_at),
                          DB_I(in->should_send_email)),
                  err);
}

enum err_code
store_invite_delete(const struct scope *s, struct str id, struct err *err)
{
    return change(s,
                  "DELETE FROM tenant_invites WHERE env = $1 AND id = $2 AND "
                  "($3 = 0 OR tenant_seq = $3)",
                  DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->tenant_seq)), err);
}
