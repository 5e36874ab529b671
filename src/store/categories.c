#include "base/mem.h"
#include "store/permissions.h"
#include "store/rows.h"

#define CATEGORY_SELECT                                                                            \
    "SELECT seq, id, name, description, fe_category, created_at, updated_at "                      \
    "FROM permission_categories WHERE env = $1"

static void
read_category(struct db_stmt *st, struct arena *a, struct category *out)
{
    *out = (struct category){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .name = store_text(st, 2, a),
        .description = store_text(st, 3, a),
        .fe_category = db_int(st, 4) != 0,
        .created_at = db_int(st, 5),
        .updated_at = db_int(st, 6),
    };
}

static enum err_code
load_permissions(const struct scope *s, struct category *items, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct db_stmt *st;
        enum err_code rc = db_query(
            s->conn, "SELECT id FROM permissions WHERE env = $1 AND category_seq = $2 ORDER BY seq",
            DB_ARGS(DB_I(s->env), DB_I(items[i].seq)), &st, err);
        if (rc != ERR_OK)
            return rc;
        struct str *ids = NULL;
        size_t count = 0, size = 0;
        while (db_next(st, err) == DB_ROW)
            *(struct str *)STORE_PUSH(s->arena, ids, count, size) = store_text(st, 0, s->arena);
        items[i].permission_ids = ids;
        items[i].n_permission_ids = count;
        rc = db_finish(st);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

enum err_code
store_category_get(const struct scope *s, struct str id, struct category *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, CATEGORY_SELECT " AND id = $2",
                                DB_ARGS(DB_I(s->env), DB_T(id)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_category(st, s->arena, out);
    rc = db_finish(st);
    if (rc == ERR_OK && !found)
        return store_missing("Category", err);
    return rc == ERR_OK ? load_permissions(s, out, 1, err) : rc;
}

enum err_code
store_category_list(const struct scope *s, struct category_list *out, struct err *err)
{
    *out = (struct category_list){0};
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn, CATEGORY_SELECT " ORDER BY seq", DB_ARGS(DB_I(s->env)), &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        read_category(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    rc = db_finish(st);
    return rc == ERR_OK ? load_permissions(s, out->items, out->n, err) : rc;
}

static enum err_code
taken(enum err_code rc, struct err *err)
{
    if (rc == ERR_CONFLICT)
        err_set(err, rc, "Permission category already exist");
    return rc;
}

enum err_code
store_category_create(const struct scope *s, struct category *c, struct err *err)
{
    enum err_code rc = store_check_key(c->name, "name", err);
    if (rc != ERR_OK)
        return rc;
    store_new_id(s, &c->id);
    if (!c->created_at)
        c->created_at = s->now;
    c->updated_at = c->created_at;
    struct db_stmt *st;
    rc = db_query(s->conn,
                  "INSERT INTO permission_categories (env, id, name, name_key, description, "
                  "fe_category, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) "
                  "RETURNING seq",
                  DB_ARGS(DB_I(s->env), DB_T(c->id), DB_T(c->name),
                          DB_T(store_fold(s->arena, c->name)), DB_T(c->description),
                          DB_I(c->fe_category), DB_I(c->created_at)),
                  &st, err);
    if (rc != ERR_OK)
        return taken(rc, err);
    if (db_next(st, err) == DB_ROW)
        c->seq = db_int(st, 0);
    return taken(db_finish(st), err);
}

enum err_code
store_category_update(const struct scope *s, const struct category *c, unsigned given,
                      struct err *err)
{
    struct category now = {0};
    enum err_code rc = store_category_get(s, c->id, &now, err);
    if (rc == ERR_OK && given & CATEGORY_F_NAME)
        rc = store_check_key(c->name, "name", err);
    if (rc != ERR_OK)
        return rc;
    if (given & CATEGORY_F_NAME)
        now.name = c->name;
    if (given & CATEGORY_F_DESCRIPTION)
        now.description = c->description;
    return taken(
        db_exec(s->conn,
                "UPDATE permission_categories SET name = $3, name_key = $4, "
                "description = $5, updated_at = $6 WHERE env = $1 AND seq = $2",
                DB_ARGS(DB_I(s->env), DB_I(now.seq), DB_T(now.name),
                        DB_T(store_fold(s->arena, now.name)), DB_T(now.description), DB_I(s->now)),
                NULL, err),
        err);
}

enum err_code
store_category_delete(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn, "DELETE FROM permission_categories WHERE env = $1 AND id = $2",
                DB_ARGS(DB_I(s->env), DB_T(id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Category", err) : rc;
}
