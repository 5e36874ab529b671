#include "store/permissions.h"
#include "base/mem.h"
#include "store/role_rows.h"

#define PERMISSION_SELECT                                                                          \
    "SELECT p.seq, p.id, p.permission_key, p.name, p.description, c.id, p.assignment_type, "       \
    "p.fe_permission, p.created_at, p.updated_at FROM permissions p "                              \
    "LEFT JOIN permission_categories c ON c.seq = p.category_seq WHERE p.env = $1"

static void
read_permission(struct db_stmt *st, struct arena *a, struct permission *out)
{
    *out = (struct permission){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .key = store_text(st, 2, a),
        .name = store_text(st, 3, a),
        .description = store_text(st, 4, a),
        .category_id = store_text(st, 5, a),
        .assignment_type = store_text(st, 6, a),
        .fe_permission = db_int(st, 7) != 0,
        .created_at = db_int(st, 8),
        .updated_at = db_int(st, 9),
    };
}

/* ---- reading ---- */

/* Roles of all permissions of the environment, or of the one given, as the scope sees them. */
static enum err_code
load_roles(const struct scope *s, struct permission *items, size_t n, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "SELECT l.permission_seq, r.id FROM role_permissions l JOIN roles r ON r.seq = l.role_seq "
        "WHERE r.env = $1 AND ($2 = 0 OR l.permission_seq = $2) AND " ROLE_VISIBLE(
            "$3") " ORDER BY l.permission_seq, r.seq",
        DB_ARGS(DB_I(s->env), DB_I(n == 1 ? items[0].seq : 0), DB_I(s->tenant_seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t at = 0, size = 0, count = 0;
    struct str *ids = NULL;
    while (db_next(st, err) == DB_ROW) { /* both sides are ordered by the permission's seq */
        int64_t seq = db_int(st, 0);
        for (; at < n && items[at].seq < seq; at++, ids = NULL, count = size = 0)
            continue;
        if (at == n || items[at].seq != seq)
            continue;
        *(struct str *)STORE_PUSH(s->arena, ids, count, size) = store_text(st, 1, s->arena);
        items[at].role_ids = ids;
        items[at].n_role_ids = count;
    }
    return db_finish(st);
}

enum err_code
store_permission_get(const struct scope *s, struct str id, struct permission *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, PERMISSION_SELECT " AND p.id = $2",
                                DB_ARGS(DB_I(s->env), DB_T(id)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_permission(st, s->arena, out);
    rc = db_finish(st);
    if (rc == ERR_OK && !found)
        return store_missing("Permission", err);
    return rc == ERR_OK ? load_roles(s, out, 1, err) : rc;
}

static enum err_code
read_list(const struct scope *s, struct db_stmt *st, struct permission_list *out, struct err *err)
{
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        read_permission(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_permission_list(const struct scope *s, struct permission_list *out, struct err *err)
{
    *out = (struct permission_list){0};
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn, PERMISSION_SELECT " ORDER BY p.seq", DB_ARGS(DB_I(s->env)), &st, err);
    if (rc == ERR_OK)
        rc = read_list(s, st, out, err);
    return rc == ERR_OK && out->n ? load_roles(s, out->items, out->n, err) : rc;
}

static enum err_code
by_ids_part(const struct scope *s, const struct str *ids, size_t n, struct permission_list *out,
            size_t *size, struct err *err)
{
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, PERMISSION_SELECT " AND p.id IN ");
    sql_bind(&q, DB_I(s->env));
    sql_in(&q, ids, n);
    sql_add(&q, " ORDER BY p.seq");
    struct db_stmt *st;
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        read_permission(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, *size));
    return db_finish(st);
}

enum err_code
store_permissions_by_ids(const struct scope *s, const struct str *ids, size_t n,
                         struct permission_list *out, struct err *err)
{
    enum { CHUNK = 256 };
    *out = (struct permission_list){0};
    size_t size = 0;
    enum err_code rc = ERR_OK;
    for (size_t from = 0; rc == ERR_OK && from < n; from += CHUNK)
        rc = by_ids_part(s, ids + from, n - from < CHUNK ? n - from : CHUNK, out, &size, err);
    return rc;
}

/* ---- writing ---- */

static enum err_code
taken(enum err_code rc, struct err *err)
{
    if (rc == ERR_CONFLICT)
        err_set(err, rc, "Permission already exist");
    return rc;
}

static enum err_code
resolve_category(const struct scope *s, struct str id, struct db_value *out, struct err *err)
{
    *out = DB_N;
    if (!str_given(id))
        return ERR_OK;
    int64_t seq;
    bool found;
    enum err_code rc =
        db_query_int(s->conn, "SELECT seq FROM permission_categories WHERE env = $1 AND id = $2",
                     DB_ARGS(DB_I(s->env), DB_T(id)), &seq, &found, err);
    if (rc == ERR_OK && !found)
        return store_missing("Category", err);
    *out = DB_I(seq);
    return rc;
}

enum err_code
store_permission_create(const struct scope *s, struct permission *p, struct err *err)
{
    struct db_value category;
    enum err_code rc = store_check_key(p->key, "key", err);
    if (rc == ERR_OK)
        rc = resolve_category(s, p->category_id, &category, err);
    if (rc != ERR_OK)
        return rc;
    store_new_id(s, &p->id);
    if (!p->created_at)
        p->created_at = s->now;
    p->updated_at = p->created_at;
    if (!str_given(p->assignment_type))
        p->assignment_type = STR("ASSIGNABLE");
    struct db_stmt *st;
    rc = db_query(s->conn,
                  "INSERT INTO permissions (env, category_seq, id, permission_key, name, "
                  "description, fe_permission, assignment_type, created_at, updated_at) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING seq",
                  DB_ARGS(DB_I(s->env), category, DB_T(p->id), DB_T(p->key), DB_T(p->name),
                          DB_T(p->description), DB_I(p->fe_permission), DB_T(p->assignment_type),
                          DB_I(p->created_at)),
                  &st, err);
    if (rc != ERR_OK)
        return taken(rc, err);
    if (db_next(st, err) == DB_ROW)
        p->seq = db_int(st, 0);
    return taken(db_finish(st), err);
}

enum err_code
store_permission_update(const struct scope *s, const struct permission *p, unsigned given,
                        struct err *err)
{
    struct permission now;
    struct db_value category = DB_N;
    enum err_code rc = store_permission_get(s, p->id, &now, err);
    if (rc == ERR_OK && given & PERMISSION_F_KEY)
        rc = store_check_key(p->key, "key", err);
    if (rc == ERR_OK && given & PERMISSION_F_CATEGORY)
        rc = resolve_category(s, p->category_id, &category, err);
    if (rc != ERR_OK)
        return rc;
    struct sql q;
    sql_init(&q, s->arena);
    sql_addv(&q, "UPDATE permissions SET updated_at = ?", DB_ARGS(DB_I(s->now)));
    if (given & PERMISSION_F_KEY)
        sql_addv(&q, ", permission_key = ?", DB_ARGS(DB_T(p->key)));
    if (given & PERMISSION_F_NAME)
        sql_addv(&q, ", name = ?", DB_ARGS(DB_T(p->name)));
    if (given & PERMISSION_F_DESCRIPTION)
        sql_addv(&q, ", description = ?", DB_ARGS(DB_T(p->description)));
    if (given & PERMISSION_F_CATEGORY)
        sql_addv(&q, ", category_seq = ?", DB_ARGS(category));
    sql_addv(&q, " WHERE env = ? AND seq = ?", DB_ARGS(DB_I(s->env), DB_I(now.seq)));
    rc = taken(sql_exec(&q, s->conn, NULL, err), err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_permission_delete(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn, "DELETE FROM permissions WHERE env = $1 AND id = $2",
                               DB_ARGS(DB_I(s->env), DB_T(id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Permission", err) : rc;
}

enum err_code
store_permission_add_roles(const struct scope *s, struct str id, const struct str *role_ids,
                           size_t n, struct err *err)
{
    struct permission p;
    int64_t *seqs = NULL;
    enum err_code rc = store_permission_get(s, id, &p, err);
    if (rc == ERR_OK)
        rc = roles_resolve(s, role_ids, n, &seqs, err);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = db_exec(s->conn,
                     "INSERT INTO role_permissions (role_seq, permission_seq) VALUES ($1, $2) "
                     "ON CONFLICT DO NOTHING",
                     DB_ARGS(DB_I(seqs[i]), DB_I(p.seq)), NULL, err);
    return rc;
}

enum err_code
store_permissions_classify(const struct scope *s, const struct str *ids, size_t n, struct str type,
                           struct err *err)
{
    int64_t *seqs = NULL;
    enum err_code rc = permissions_resolve(s, ids, n, &seqs, err);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = db_exec(s->conn,
                     "UPDATE permissions SET assignment_type = $3, updated_at = $4 "
                     "WHERE env = $1 AND seq = $2",
                     DB_ARGS(DB_I(s->env), DB_I(seqs[i]), DB_T(type), DB_I(s->now)), NULL, err);
    return rc;
}
