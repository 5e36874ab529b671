#include "base/mem.h"
#include "store/role_rows.h"
#include "store/walk.h"

static const char *
order_of(struct str sort)
{
    static const struct {
        const char *wire, *expression;
    } sorts[] = {
        {"key", "r.role_key"},
        {"name", "r.name_key"},
        {"description", "COALESCE(r.description, '')"},
        {"isDefault", "r.is_default"},
        {"firstUserRole", "r.first_user_role"},
        {"level", "r.level"},
        {"createdAt", "r.created_at"},
        {"updatedAt", "r.updated_at"},
        {"permissions", "(SELECT COUNT(*) FROM role_permissions lp WHERE lp.role_seq = r.seq)"},
        {"userTenants", "(SELECT COUNT(*) FROM user_roles lu WHERE lu.role_seq = r.seq)"},
        {"groups", "(SELECT COUNT(*) FROM group_roles lg WHERE lg.role_seq = r.seq)"},
    };
    for (size_t i = 0; i < COUNT_OF(sorts); i++) {
        if (str_eq(sort, str_of(sorts[i].wire)))
            return sorts[i].expression;
    }
    return NULL;
}

static void
add_filter(struct sql *q, const struct scope *s, struct str filter)
{
    struct db_value like = DB_T(store_like(s->arena, filter, true));
    struct db_value folded = DB_T(store_like(s->arena, store_fold(s->arena, filter), true));
    sql_addv(q,
             " AND (r.name_key LIKE ? ESCAPE '\\' OR LOWER(r.role_key) LIKE ? ESCAPE '\\' OR "
             "r.role_key LIKE ? ESCAPE '\\' OR LOWER(COALESCE(r.description, '')) LIKE ? ESCAPE "
             "'\\')",
             DB_ARGS(folded, folded, like, folded));
}

static void
add_where(struct sql *q, const struct scope *s, const struct role_query *f)
{
    sql_addv(q, " FROM roles r WHERE r.env = ?", DB_ARGS(DB_I(s->env)));
    if (s->tenant_seq)
        sql_addv(q, " AND (r.tenant_seq IS NULL OR r.tenant_seq = ?)",
                 DB_ARGS(DB_I(s->tenant_seq)));
    if (f->n_levels) {
        sql_add(q, " AND r.level IN ");
        sql_in_ints(q, f->levels, f->n_levels);
    }
    if (f->n_tenant_ids) {
        sql_add(q, " AND r.tenant_seq IN (SELECT seq FROM tenants WHERE tenant_id IN ");
        sql_in(q, f->tenant_ids, f->n_tenant_ids);
        sql_addv(q, " AND env = ?)", DB_ARGS(DB_I(s->env)));
    }
    if (f->filter.n)
        add_filter(q, s, f->filter);
}

static enum err_code
count(struct sql *q, const struct scope *s, const struct role_query *f, int64_t *out,
      struct err *err)
{
    struct sql_mark start = sql_mark(q);
    sql_add(q, "SELECT COUNT(*)");
    add_where(q, s, f);
    enum err_code rc = sql_query_int(q, s->conn, out, err);
    sql_reset(q, start);
    return rc;
}

static enum err_code
rows(struct sql *q, const struct scope *s, const struct role_query *f, const struct walk_list *l,
     struct role_list *out, struct err *err)
{
    struct walk w = walk_plan(s, l, &f->page);
    struct db_stmt *st;
    if (w.limit == 0)
        return ERR_OK;
    sql_add(q, "SELECT " ROLE_COLUMNS ", ");
    sql_add(q, l->column);
    add_where(q, s, f);
    walk_add(q, l, &w);
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        walk_note(s, l, &w, (int64_t)out->n, st, ROLE_COLUMN_COUNT);
        role_read(st, 0, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    }
    walk_turn(&w, &f->page, out->items, out->n, sizeof *out->items);
    return db_finish(st);
}

/* The environment's roles and the tenant's are one list, whose length and changes are those of both. */
static enum err_code
plan(const struct scope *s, const struct role_query *f, struct walk_list *out, struct err *err)
{
    struct total of_all, own = {0};
    const char *column = order_of(f->page.sort);
    *out = (struct walk_list){.list = store_list_of(s), .column = column, .seq = "r.seq"};
    if (!column || str_eq(f->page.sort, STR("createdAt")))
        out->column = "r.created_at";
    out->whole = s->tenant_seq > 0 && str_eq(str_of(out->column), STR("r.created_at")) &&
                 !f->filter.n && !f->n_levels && !f->n_tenant_ids;
    enum err_code rc = store_total_get(s->conn, -s->env, "roles", &of_all, err);
    if (rc == ERR_OK && s->tenant_seq > 0)
        rc = store_total_get(s->conn, s->tenant_seq, "roles", &own, err);
    out->kept = (struct total){of_all.count + own.count, of_all.generation + own.generation};
    return rc;
}

enum err_code
store_role_list(const struct scope *s, const struct role_query *f, struct role_list *out,
                struct err *err)
{
    *out = (struct role_list){0};
    struct sql q;
    struct walk_list l;
    enum err_code rc = plan(s, f, &l, err);
    if (rc != ERR_OK)
        return rc;
    sql_init(&q, s->arena);
    rc = rows(&q, s, f, &l, out, err);
    sql_fini(&q);
    if (rc != ERR_OK)
        return rc;
    out->total = l.whole ? l.kept.count : (int64_t)out->n;
    if (!l.whole && f->page.limit && !f->page.no_total) {
        sql_init(&q, s->arena);
        rc = count(&q, s, f, &out->total, err);
        sql_fini(&q);
    }
    return rc == ERR_OK ? roles_load_permissions(s, out->items, out->n, err) : rc;
}

/* ---- distinct values ---- */

enum err_code
store_role_distinct_levels(const struct scope *s, int64_t **out, size_t *n, struct err *err)
{
    *out = NULL;
    *n = 0;
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "SELECT DISTINCT r.level FROM roles r WHERE r.env = $1 AND " ROLE_VISIBLE(
                     "$2") " ORDER BY r.level",
                 DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        *(int64_t *)STORE_PUSH(s->arena, *out, *n, size) = db_int(st, 0);
    return db_finish(st);
}

enum err_code
store_role_distinct_tenants(const struct scope *s, struct str **out, size_t *n, struct err *err)
{
    *out = NULL;
    *n = 0;
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "SELECT DISTINCT t.tenant_id FROM roles r JOIN tenants t ON t.seq = r.tenant_seq "
                 "WHERE r.env = $1 AND " ROLE_VISIBLE("$2") " ORDER BY t.tenant_id",
                 DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        *(struct str *)STORE_PUSH(s->arena, *out, *n, size) = store_text(st, 0, s->arena);
    return db_finish(st);
}
