#include "base/mem.h"
#include "store/tenant_rows.h"

static const char *
order_of(struct str sort)
{
    static const struct {
        const char *wire, *column;
    } sorts[] = {
        {"name", "name_key"},
        {"tenantId", "tenant_id"},
        {"createdAt", "created_at"},
        {"updatedAt", "updated_at"},
    };
    for (size_t i = 0; i < COUNT_OF(sorts); i++) {
        if (str_eq(sort, str_of(sorts[i].wire)))
            return sorts[i].column;
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

static void
add_order(struct sql *q, const char *of, const char *column, bool descending)
{
    const char *const parts[] = {" ORDER BY ",
                                 of,
                                 column,
                                 descending ? " DESC, " : " ASC, ",
                                 of,
                                 "seq",
                                 descending ? " DESC" : " ASC"};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        sql_add(q, parts[i]);
}

static enum err_code
rows(struct sql *q, const struct scope *s, const struct tenant_query *f, struct tenant_list *out,
     struct err *err)
{
    const char *column = order_of(f->page.sort);
    column = column ? column : "created_at";
    /* Late join: the page's rows are found in the index alone, then fetched. */
    sql_add(q, TENANT_SELECT " JOIN (SELECT x.seq");
    add_where(q, s, f);
    add_order(q, "x.", column, f->page.descending);
    int64_t limit = f->page.limit ? f->page.limit : INT64_MAX / 2;
    sql_addv(q, " LIMIT ? OFFSET ?) page ON page.seq = t.seq",
             DB_ARGS(DB_I(limit), DB_I(f->page.offset)));
    add_order(q, "t.", column, f->page.descending);
    struct db_stmt *st;
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        tenant_read(st, 0, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
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
