#include "base/mem.h"
#include "store/tenant_rows.h"
#include "store/walk.h"

static const struct order {
    const char *wire, *column;
    bool is_text;
} sorts[] = {
    {"createdAt", "x.created_at", false},
    {"name", "x.name_key", true},
    {"tenantId", "x.tenant_id", true},
    {"updatedAt", "x.updated_at", false},
};

static const struct order *
order_of(struct str sort)
{
    for (size_t i = 0; i < COUNT_OF(sorts); i++) {
        if (str_eq(sort, str_of(sorts[i].wire)))
            return &sorts[i];
    }
    return NULL;
}

bool
store_tenant_sort_known(struct str sort)
{
    return order_of(sort) != NULL;
}

/* True if nothing but the environment narrows the list. */
static bool
add_where(struct sql *q, const struct scope *s, const struct tenant_query *f)
{
    sql_addv(q, " FROM tenants x WHERE x.env = ? AND x.deleted_at IS NULL", DB_ARGS(DB_I(s->env)));
    size_t before = q->n;
    if (s->tenant_seq)
        sql_addv(
            q,
            " AND x.seq IN (WITH RECURSIVE down (seq) AS (SELECT seq FROM tenants WHERE env = ? "
            "AND seq = ? UNION SELECT c.seq FROM tenants c JOIN down ON c.parent = down.seq) "
            "SELECT seq FROM down)",
            DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)));
    if (f->n_tenant_ids) {
        sql_add(q, " AND x.tenant_id IN ");
        sql_in(q, f->tenant_ids, f->n_tenant_ids);
    }
    if (f->filter.n)
        sql_addv(q, " AND x.search_key LIKE ? ESCAPE '\\'",
                 DB_ARGS(DB_T(store_like(s->arena, store_fold(s->arena, f->filter), true))));
    return q->n == before;
}

static enum err_code
count(struct sql *q, const struct scope *s, const struct tenant_query *f, int64_t *out,
      struct err *err)
{
    struct sql_mark start = sql_mark(q);
    sql_add(q, "SELECT COUNT(*)");
    bool all = add_where(q, s, f);
    enum err_code rc = all ? store_tenant_count(s, out, err) : sql_query_int(q, s->conn, out, err);
    sql_reset(q, start);
    return rc;
}

static enum err_code
plan(struct sql *q, const struct scope *s, const struct tenant_query *f, struct walk_list *out,
     struct err *err)
{
    const struct order *order = order_of(f->page.sort);
    order = order ? order : &sorts[0];
    struct sql_mark start = sql_mark(q);
    *out = (struct walk_list){.list = -s->env,
                              .column = order->column,
                              .seq = "x.seq",
                              .is_text = order->is_text,
                              .whole = add_where(q, s, f)};
    sql_reset(q, start);
    return store_total_get(s->conn, -s->env, "tenants", &out->kept, err);
}

static enum err_code
rows(struct sql *q, const struct scope *s, const struct tenant_query *f, struct tenant_list *out,
     struct err *err)
{
    struct walk_list l;
    enum err_code rc = plan(q, s, f, &l, err);
    struct walk w = walk_plan(s, &l, &f->page);
    if (rc != ERR_OK || w.limit == 0)
        return rc;
    /* Late join: the page's rows are found in the index alone, then fetched. */
    sql_add(q, TENANT_SELECT_WITH("x.place") " JOIN (SELECT x.seq, ");
    sql_add(q, l.column);
    sql_add(q, " AS place");
    add_where(q, s, f);
    walk_add(q, &l, &w);
    sql_add(q, ") x ON x.seq = t.seq ORDER BY x.place");
    sql_add(q, w.backward ? " DESC, x.seq DESC" : ", x.seq");
    struct db_stmt *st;
    rc = sql_query(q, s->conn, &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        walk_note(s, &l, &w, (int64_t)out->n, st, TENANT_COLUMN_COUNT);
        tenant_read(st, 0, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    }
    walk_turn(&w, &f->page, out->items, out->n, sizeof *out->items);
    return db_finish(st);
}

enum err_code
store_tenant_list(const struct scope *s, const struct tenant_query *f, struct tenant_list *out,
                  struct err *err)
{
    *out = (struct tenant_list){0};
    struct sql q;
    sql_init(&q, s->arena);
    enum err_code rc = ERR_OK;
    if (!f->page.no_total)
        rc = count(&q, s, f, &out->total, err);
    if (rc == ERR_OK)
        rc = rows(&q, s, f, out, err);
    sql_fini(&q);
    return rc;
}
