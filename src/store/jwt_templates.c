#include "store/jwt_templates.h"

#include "base/mem.h"
#include "store/rows.h"

#define COLUMNS                                                                                    \
    "id, template_key, name, description, algorithm, claims, expiration, created_at, updated_at"

static enum err_code
check_room(const struct scope *s, struct err *err)
{
    int64_t n = 0;
    enum err_code rc = db_query_int(s->conn, "SELECT COUNT(*) FROM jwt_templates WHERE env = $1",
                                    DB_ARGS(DB_I(s->env)), &n, NULL, err);
    if (rc == ERR_OK && n >= JWT_TEMPLATES_MAX)
        return err_set(err, ERR_LIMIT, "there are %d JWT templates already, the most there may be",
                       JWT_TEMPLATES_MAX);
    return rc;
}

static enum err_code
check_texts(const struct jwt_template *t, struct err *err)
{
    enum err_code rc = store_check_key(t->key, "key", err);
    return rc ? rc : store_check_key(t->name, "name", err);
}

enum err_code
store_jwt_template_create(const struct scope *s, struct jwt_template *t, struct err *err)
{
    enum err_code rc = check_texts(t, err);
    if (rc == ERR_OK)
        rc = check_room(s, err);
    if (rc != ERR_OK)
        return rc;
    t->id = STR_ABSENT;
    store_new_id(s, &t->id);
    t->created_at = t->updated_at = s->now;
    int64_t added = 0;
    rc = db_exec(s->conn,
                 "INSERT INTO jwt_templates (env, " COLUMNS ") VALUES "
                 "($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING",
                 DB_ARGS(DB_I(s->env), DB_T(t->id), DB_T(t->key), DB_T(t->name),
                         DB_T(t->description), DB_T(t->algorithm), DB_T(t->claims),
                         DB_I(t->expiration), DB_I(s->now)),
                 &added, err);
    if (rc == ERR_OK && added == 0)
        return err_set(err, ERR_CONFLICT, "JWT template already exists");
    return rc;
}

enum err_code
store_jwt_template_update(const struct scope *s, struct jwt_template *t, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = check_texts(t, err);
    t->updated_at = s->now;
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "UPDATE jwt_templates SET template_key = $3, name = $4, description = $5, "
                     "algorithm = $6, claims = $7, expiration = $8, updated_at = $9 "
                     "WHERE env = $1 AND id = $2",
                     DB_ARGS(DB_I(s->env), DB_T(t->id), DB_T(t->key), DB_T(t->name),
                             DB_T(t->description), DB_T(t->algorithm), DB_T(t->claims),
                             DB_I(t->expiration), DB_I(s->now)),
                     &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("JWT template", err) : rc;
}

enum err_code
store_jwt_template_delete(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn, "DELETE FROM jwt_templates WHERE env = $1 AND id = $2",
                               DB_ARGS(DB_I(s->env), DB_T(id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("JWT template", err) : rc;
}

/* ---- reading ---- */

static void
read_template(struct db_stmt *st, struct arena *a, struct jwt_template *out)
{
    *out = (struct jwt_template){
        .id = store_text(st, 0, a),
        .key = store_text(st, 1, a),
        .name = store_text(st, 2, a),
        .description = store_text(st, 3, a),
        .algorithm = store_text(st, 4, a),
        .claims = store_text(st, 5, a),
        .expiration = db_int(st, 6),
        .created_at = db_int(st, 7),
        .updated_at = db_int(st, 8),
    };
}

static void
add_where(struct sql *q, const struct scope *s, const struct jwt_template_query *f)
{
    sql_addv(q, " FROM jwt_templates WHERE env = ?", DB_ARGS(DB_I(s->env)));
    if (f->n_keys) {
        sql_add(q, " AND template_key IN ");
        sql_in(q, f->keys, f->n_keys);
    }
    if (f->n_ids) {
        sql_add(q, " AND id IN ");
        sql_in(q, f->ids, f->n_ids);
    }
}

static const char *
order_of(struct str sort)
{
    static const struct {
        const char *wire, *column;
    } sorts[] = {{"id", "id"},
                 {"key", "template_key"},
                 {"name", "name"},
                 {"createdAt", "created_at"},
                 {"updatedAt", "updated_at"}};
    for (size_t i = 0; i < COUNT_OF(sorts); i++)
        if (str_eq(sort, str_of(sorts[i].wire)))
            return sorts[i].column;
    return "seq";
}

static enum err_code
read_rows(struct sql *q, const struct scope *s, struct jwt_template_list *out, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        read_template(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_jwt_template_list(const struct scope *s, const struct jwt_template_query *f,
                        struct jwt_template_list *out, struct err *err)
{
    const char *direction = f->page.descending ? " DESC" : " ASC";
    struct sql q;
    enum err_code rc = ERR_OK;
    *out = (struct jwt_template_list){.n = 0};
    sql_init(&q, s->arena);
    struct sql_mark start = sql_mark(&q);
    if (!f->page.no_total) {
        sql_add(&q, "SELECT COUNT(*)");
        add_where(&q, s, f);
        rc = sql_query_int(&q, s->conn, &out->total, err);
        sql_reset(&q, start);
    }
    sql_add(&q, "SELECT " COLUMNS);
    add_where(&q, s, f);
    sql_add(&q, " ORDER BY ");
    sql_add(&q, order_of(f->page.sort));
    sql_add(&q, direction);
    sql_add(&q, ", seq");
    sql_add(&q, direction);
    sql_addv(
        &q, " LIMIT ? OFFSET ?",
        DB_ARGS(DB_I(f->page.limit ? f->page.limit : JWT_TEMPLATES_MAX), DB_I(f->page.offset)));
    if (rc == ERR_OK)
        rc = read_rows(&q, s, out, err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_jwt_template_get(const struct scope *s, struct str id, struct jwt_template *out,
                       struct err *err)
{
    struct jwt_template_list list;
    struct jwt_template_query q = {.page.no_total = true, .ids = &id, .n_ids = 1};
    enum err_code rc = store_jwt_template_list(s, &q, &list, err);
    if (rc == ERR_OK && list.n == 0)
        return store_missing("JWT template", err);
    if (rc == ERR_OK)
        *out = list.items[0];
    return rc;
}
