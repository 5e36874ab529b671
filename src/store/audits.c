#include "store/audits.h"
#include "base/mem.h"
#include "store/rows.h"
#include "store/walk.h"

#define AUDIT_COLUMNS                                                                              \
    "seq, id, tenant_id, created_at, severity, action, description, resource, resource_id, "       \
    "user_id, user_name, email, ip, user_agent, trace_id, extra"
#define AUDIT_TIME "created_at"
#define AUDITS_OF "audits of " /* and a tenant's id: their total */
enum { AUDIT_TIME_COLUMN = 3 };

enum err_code
store_audit_add(const struct scope *s, struct audit *a, struct err *err)
{
    store_new_id(s, &a->id);
    if (!a->created_at)
        a->created_at = s->now;
    if (!str_given(a->tenant_id))
        a->tenant_id = s->tenant;
    if (!str_given(a->severity))
        a->severity = STR("Info");
    const struct str parts[] = {a->action, a->description, a->resource, a->resource_id,
                                a->email,  a->user_name,   a->ip};
    /* The environment's total first, then the tenant's (a trigger): whoever waits for one holds none of the others'. */
    enum err_code rc = store_total_add(s->conn, -s->env, "audits", 1, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(
        s->conn,
        "INSERT INTO audits (env, tenant_id, id, created_at, severity, action, description, "
        "resource, resource_id, user_id, user_name, email, email_key, ip, user_agent, trace_id, "
        "extra, search_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
        "$15, $16, $17, $18)",
        DB_ARGS(DB_I(s->env), DB_T(a->tenant_id), DB_T(a->id), DB_I(a->created_at),
                DB_T(a->severity), DB_T(a->action), DB_T(a->description), DB_T(a->resource),
                DB_T(a->resource_id), DB_T(a->user_id), DB_T(a->user_name), DB_T(a->email),
                DB_T(a->email.p ? store_order_key(s->arena, a->email) : a->email), DB_T(a->ip),
                DB_T(a->user_agent), DB_T(a->trace_id), DB_T(a->extra),
                DB_T(store_search_key(s->arena, parts, COUNT_OF(parts)))),
        NULL, err);
}

/* ---- list ---- */

static const char *
order_of(struct str sort)
{
    static const struct {
        const char *wire, *column;
    } sorts[] = {
        {"createdAt", AUDIT_TIME}, {"time", AUDIT_TIME},     {"severity", "severity"},
        {"action", "action"},      {"email", "email_key"},   {"ip", "ip"},
        {"tenantId", "tenant_id"}, {"resource", "resource"},
    };
    for (size_t i = 0; i < COUNT_OF(sorts); i++) {
        if (str_eq(sort, str_of(sorts[i].wire)))
            return sorts[i].column;
    }
    return AUDIT_TIME;
}

static void
add_times(struct sql *q, const struct audit_query *f)
{
    if (f->from)
        sql_addv(q, " AND created_at >= ?", DB_ARGS(DB_I(f->from)));
    if (f->to)
        sql_addv(q, " AND created_at <= ?", DB_ARGS(DB_I(f->to)));
}

/* True if nothing but environment and tenant narrows the list. */
static bool
add_where(struct sql *q, const struct scope *s, const struct audit_query *f)
{
    sql_addv(q, " FROM audits WHERE env = ?", DB_ARGS(DB_I(s->env)));
    if (str_given(s->tenant))
        sql_addv(q, " AND tenant_id = ?", DB_ARGS(DB_T(s->tenant)));
    size_t before = q->n;
    add_times(q, f);
    if (f->n_tenant_ids) {
        sql_add(q, " AND tenant_id IN ");
        sql_in(q, f->tenant_ids, f->n_tenant_ids);
    }
    if (f->n_user_ids) {
        sql_add(q, " AND user_id IN ");
        sql_in(q, f->user_ids, f->n_user_ids);
    }
    if (f->n_emails) {
        struct str *keys = ARENA_ARRAY(s->arena, f->n_emails, struct str);
        for (size_t i = 0; i < f->n_emails; i++)
            keys[i] = store_order_key(s->arena, f->emails[i]);
        sql_add(q, " AND email_key IN ");
        sql_in(q, keys, f->n_emails);
    }
    if (f->filter.n)
        sql_addv(q, " AND search_key LIKE ? ESCAPE '\\'",
                 DB_ARGS(DB_T(store_like(s->arena, store_fold(s->arena, f->filter), true))));
    return q->n == before;
}

static void
read_audit(struct db_stmt *st, struct arena *a, struct audit *out)
{
    *out = (struct audit){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .tenant_id = store_text(st, 2, a),
        .created_at = db_int(st, 3),
        .severity = store_text(st, 4, a),
        .action = store_text(st, 5, a),
        .description = store_text(st, 6, a),
        .resource = store_text(st, 7, a),
        .resource_id = store_text(st, 8, a),
        .user_id = store_text(st, 9, a),
        .user_name = store_text(st, 10, a),
        .email = store_text(st, 11, a),
        .ip = store_text(st, 12, a),
        .user_agent = store_text(st, 13, a),
        .trace_id = store_text(st, 14, a),
        .extra = store_text(st, 15, a),
    };
}

/* By time there is an index. Totals of tenants go by their ids: an audit may name one that is not there. */
static enum err_code
plan(struct sql *q, const struct scope *s, const struct audit_query *f, struct walk_list *out,
     struct err *err)
{
    struct sql_mark start = sql_mark(q);
    *out = (struct walk_list){.list = store_list_of(s),
                              .column = order_of(f->page.sort),
                              .seq = "seq",
                              .whole = add_where(q, s, f)};
    sql_reset(q, start);
    out->whole = out->whole && out->list && str_eq(str_of(out->column), STR(AUDIT_TIME));
    const char *kind = str_given(s->tenant)
                           ? arena_printf(s->arena, AUDITS_OF "%.*s", STR_ARG(s->tenant)).p
                           : "audits";
    return store_total_get(s->conn, -s->env, kind, &out->kept, err);
}

static enum err_code
count(struct sql *q, const struct scope *s, const struct audit_query *f, int64_t *out,
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
rows(struct sql *q, const struct scope *s, const struct audit_query *f, const struct walk_list *l,
     struct audit_list *out, struct err *err)
{
    struct walk w = walk_plan(s, l, &f->page);
    struct db_stmt *st;
    if (w.limit == 0)
        return ERR_OK;
    sql_add(q, "SELECT " AUDIT_COLUMNS);
    add_where(q, s, f);
    walk_add(q, l, &w);
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        walk_note(s, l, &w, (int64_t)out->n, st, AUDIT_TIME_COLUMN);
        read_audit(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    }
    walk_turn(&w, &f->page, out->items, out->n, sizeof *out->items);
    return db_finish(st);
}

enum err_code
store_audit_list(const struct scope *s, const struct audit_query *f, struct audit_list *out,
                 struct err *err)
{
    *out = (struct audit_list){0};
    struct sql q;
    sql_init(&q, s->arena);
    struct walk_list l;
    enum err_code rc = plan(&q, s, f, &l, err);
    out->total = l.kept.count;
    if (rc == ERR_OK && !l.whole && !f->page.no_total)
        rc = count(&q, s, f, &out->total, err);
    if (rc == ERR_OK)
        rc = rows(&q, s, f, &l, out, err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_audit_stats(const struct scope *s, int64_t since, int64_t *all, int64_t *severe,
                  struct err *err)
{
    *all = *severe = 0;
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, "SELECT COUNT(*), COALESCE(SUM(CASE WHEN severity IN ('High', 'Critical', 'Error') "
                "THEN 1 ELSE 0 END), 0)");
    add_where(&q, s, &(struct audit_query){.from = since});
    struct db_stmt *st;
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    if (rc == ERR_OK) {
        if (db_next(st, err) == DB_ROW) {
            *all = db_int(st, 0);
            *severe = db_int(st, 1);
        }
        rc = db_finish(st);
    }
    sql_fini(&q);
    return rc;
}

/* ---- counts of a span ---- */

static enum err_code
read_counts(struct sql *q, const struct scope *s, struct audit_count_list *out, struct err *err)
{
    struct db_stmt *st;
    size_t size = 0;
    *out = (struct audit_count_list){.n = 0};
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW)
        *(struct audit_count *)STORE_PUSH(s->arena, out->items, out->n,
                                          size) = (struct audit_count){
            .name = store_text(st, 0, s->arena), .period = db_int(st, 1), .count = db_int(st, 2)};
    return db_finish(st);
}

enum err_code
store_audit_top(const struct scope *s, enum audit_group by, const struct audit_span *span,
                int64_t most, struct audit_count_list *out, struct err *err)
{
    const char *column = by == AUDITS_BY_RESOURCE ? "resource" : "tenant_id";
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, "SELECT ");
    sql_add(&q, column);
    sql_add(&q, ", 0, COUNT(*)");
    add_where(&q, s, &(struct audit_query){.from = span->from, .to = span->to});
    sql_add(&q, " AND ");
    sql_add(&q, column);
    sql_add(&q, " IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1");
    sql_addv(&q, " LIMIT ?", DB_ARGS(DB_I(most)));
    enum err_code rc = read_counts(&q, s, out, err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_audit_periods(const struct scope *s, const struct audit_span *span,
                    struct audit_count_list *out, struct err *err)
{
    struct sql q;
    sql_init(&q, s->arena);
    sql_addv(&q, "SELECT NULL, (created_at - ?) / ?, COUNT(*)",
             DB_ARGS(DB_I(span->from), DB_I(span->period)));
    add_where(&q, s, &(struct audit_query){.from = span->from, .to = span->to});
    sql_add(&q, " GROUP BY 2 ORDER BY 2");
    enum err_code rc = read_counts(&q, s, out, err);
    sql_fini(&q);
    return rc;
}
