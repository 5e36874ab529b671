/*
 * E-mail addresses of all members of a tenant, primary and further ones. All of them are kept in order
 * (address_order.h); those that a filter leaves are found among the users, and among the further
 * addresses, each part giving no more rows than the page and those before it.
 */
#include "store/address_order.h"
#include "store/emails.h"
#include "store/user_rows.h"

struct emails {
    const struct scope *s;
    const struct address_query *q;
    bool by_user;
};

/* What narrows a part: `key` and `id` are its columns. */
static void
add_filter(struct sql *sql, const struct emails *l, const char *key, const char *id)
{
    if (str_given(l->q->exact)) {
        sql_add(sql, " AND ");
        sql_add(sql, key);
        sql_addv(sql, " = ?", DB_ARGS(DB_T(store_fold(l->s->arena, l->q->exact))));
    }
    if (l->q->n_user_ids) {
        sql_add(sql, " AND ");
        sql_add(sql, id);
        sql_add(sql, " IN ");
        sql_in(sql, l->q->user_ids, l->q->n_user_ids);
    }
}

static void
add_primary(struct sql *sql, const struct emails *l)
{
    sql_addv(sql,
             " FROM user_order o JOIN users u ON u.seq = o.user_seq WHERE o.list = ? AND "
             "o.email_key > ''",
             DB_ARGS(DB_I(store_list_of(l->s))));
    add_filter(sql, l, "o.email_key", "o.id");
}

static void
add_further(struct sql *sql, const struct emails *l)
{
    sql_addv(sql,
             " FROM user_emails e JOIN users u ON u.seq = e.user_seq JOIN user_tenants m ON "
             "m.user_seq = e.user_seq WHERE e.env = ? AND m.tenant_seq = ?",
             DB_ARGS(DB_I(l->s->env), DB_I(l->s->tenant_seq)));
    add_filter(sql, l, "e.email_key", "u.id");
}

/* So many rows of a part can be on the page or before it. */
static void
add_reach(struct sql *sql, const struct emails *l, const char *by_user, const char *by_email)
{
    sql_add(sql, " ORDER BY ");
    sql_add(sql, l->by_user ? by_user : by_email);
    sql_add(sql, l->q->page.descending ? " DESC" : "");
    sql_addv(sql, " LIMIT ?", DB_ARGS(DB_I(l->q->page.offset + l->q->page.limit)));
}

static void
add_rows(struct sql *sql, const struct emails *l)
{
    const char *way = l->q->page.descending ? " DESC" : "";
    sql_add(
        sql,
        "SELECT id, user_id, email, verified, is_primary, created_at, updated_at FROM (SELECT * "
        "FROM (SELECT u.id, u.id AS user_id, u.email, o.email_key, u.verified, 1 AS "
        "is_primary, u.created_at, u.updated_at, CAST(0 AS BIGINT) AS nth");
    add_primary(sql, l);
    add_reach(sql, l, "o.id", "o.email_key");
    sql_add(sql, ") p UNION ALL SELECT * FROM (SELECT e.id, u.id AS user_id, e.email, e.email_key, "
                 "e.verified, 0 AS is_primary, e.created_at, e.updated_at, e.seq AS nth");
    add_further(sql, l);
    add_reach(sql, l, "u.id", "e.email_key");
    sql_add(sql, ") f) parts ORDER BY ");
    sql_add(sql, l->by_user ? "user_id" : "email_key");
    sql_add(sql, way);
    sql_add(sql, ", nth");
    sql_add(sql, way);
    sql_addv(sql, " LIMIT ? OFFSET ?", DB_ARGS(DB_I(l->q->page.limit), DB_I(l->q->page.offset)));
}

static enum err_code
read_rows(const struct emails *l, struct user_email_list *out, struct err *err)
{
    struct sql sql;
    struct db_stmt *st;
    size_t size = 0;
    sql_init(&sql, l->s->arena);
    add_rows(&sql, l);
    enum err_code rc = sql_query(&sql, l->s->conn, &st, err);
    sql_fini(&sql);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        user_email_read(l->s, st, 0, STORE_PUSH(l->s->arena, out->items, out->n, size));
    return db_finish(st);
}

static enum err_code
count(const struct emails *l, void (*add)(struct sql *, const struct emails *), int64_t *total,
      struct err *err)
{
    struct sql sql;
    int64_t n = 0;
    sql_init(&sql, l->s->arena);
    sql_add(&sql, "SELECT COUNT(*)");
    add(&sql, l);
    enum err_code rc = sql_query_int(&sql, l->s->conn, &n, err);
    sql_fini(&sql);
    *total += n;
    return rc;
}

static void
read_any(const struct scope *s, struct db_stmt *st, int col, void *item)
{
    user_email_read(s, st, col, item);
}

static enum err_code
all_of_them(const struct emails *l, struct user_email_list *out, struct err *err)
{
    static const struct address_list list = {
        .kind = ADDRESS_EMAIL,
        .columns = "COALESCE(e.id, u.id), u.id, COALESCE(e.email, u.email), COALESCE(e.verified, "
                   "u.verified), CASE ae.ref WHEN 0 THEN 1 ELSE 0 END, COALESCE(e.created_at, "
                   "u.created_at), COALESCE(e.updated_at, u.updated_at)",
        .joins = "JOIN users u ON u.seq = ae.user_seq LEFT JOIN user_emails e ON e.seq = ae.ref",
        .item_size = sizeof(struct user_email),
        .read = read_any,
    };
    struct address_page page;
    enum err_code rc = address_page(l->s, &list, &l->q->page, !l->by_user, &page, err);
    *out = (struct user_email_list){page.items, page.n, page.total};
    return rc;
}

enum err_code
store_user_email_list(const struct scope *s, const struct address_query *q,
                      struct user_email_list *out, struct err *err)
{
    struct emails l = {s, q, !str_eq(q->page.sort, STR("email"))};
    if (!str_given(q->exact) && !q->n_user_ids)
        return all_of_them(&l, out, err);
    *out = (struct user_email_list){.n = 0};
    enum err_code rc = count(&l, add_primary, &out->total, err);
    if (rc == ERR_OK)
        rc = count(&l, add_further, &out->total, err);
    return rc == ERR_OK ? read_rows(&l, out, err) : rc;
}
