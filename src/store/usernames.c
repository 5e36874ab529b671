#include "store/usernames.h"

#include "store/address_order.h"

static void
add_folded(struct sql *sql, const struct scope *s, const struct str *names, size_t n)
{
    struct str *keys = ARENA_ARRAY(s->arena, n, struct str);
    for (size_t i = 0; i < n; i++)
        keys[i] = store_fold(s->arena, names[i]);
    sql_add(sql, " AND u.username_key IN ");
    sql_in(sql, keys, n);
}

static void
add_from(struct sql *sql, const struct scope *s, const struct username_query *q)
{
    sql_addv(sql, " FROM users u WHERE u.env = ? AND u.username_key IS NOT NULL",
             DB_ARGS(DB_I(s->env)));
    if (s->tenant_seq)
        sql_addv(sql,
                 " AND EXISTS (SELECT 1 FROM user_tenants m WHERE m.user_seq = u.seq AND "
                 "m.tenant_seq = ?)",
                 DB_ARGS(DB_I(s->tenant_seq)));
    if (q->prefix.n) {
        struct str key = store_fold(s->arena, q->prefix);
        /* No key is beyond the prefix and the greatest byte there is in UTF-8. */
        sql_addv(
            sql, " AND u.username_key >= ? AND u.username_key < ?",
            DB_ARGS(DB_T(key), DB_T(arena_printf(s->arena, "%.*s\xf4\x8f\xbf\xbf", STR_ARG(key)))));
    }
    if (q->n_user_ids) {
        sql_add(sql, " AND u.id IN ");
        sql_in(sql, q->user_ids, q->n_user_ids);
    }
    if (q->n_usernames)
        add_folded(sql, s, q->usernames, q->n_usernames);
}

static enum err_code
count(const struct scope *s, const struct username_query *q, int64_t *total, struct err *err)
{
    struct sql sql;
    sql_init(&sql, s->arena);
    sql_add(&sql, "SELECT COUNT(*)");
    add_from(&sql, s, q);
    enum err_code rc = sql_query_int(&sql, s->conn, total, err);
    sql_fini(&sql);
    return rc;
}

static void
read_name(const struct scope *s, struct db_stmt *st, int col, void *item)
{
    *(struct username *)item = (struct username){.username = store_text(st, col, s->arena),
                                                 .user_id = store_text(st, col + 1, s->arena)};
}

static enum err_code
all_of_them(const struct scope *s, const struct store_page *page, struct username_list *out,
            struct err *err)
{
    static const struct address_list list = {
        .kind = ADDRESS_USERNAME,
        .columns = "u.username, u.id",
        .joins = "JOIN users u ON u.seq = an.user_seq",
        .item_size = sizeof(struct username),
        .read = read_name,
    };
    struct address_page got;
    bool by_name = str_eq(page->sort, STR("username"));
    enum err_code rc = address_page(s, &list, page, by_name, &got, err);
    *out = (struct username_list){got.items, got.n, got.total};
    return rc;
}

enum err_code
store_username_list(const struct scope *s, const struct username_query *q,
                    struct username_list *out, struct err *err)
{
    struct sql sql;
    struct db_stmt *st;
    size_t size = 0;
    if (!q->prefix.n && !q->n_user_ids && !q->n_usernames)
        return all_of_them(s, &q->page, out, err);
    *out = (struct username_list){.n = 0};
    enum err_code rc = count(s, q, &out->total, err);
    if (rc != ERR_OK)
        return rc;
    sql_init(&sql, s->arena);
    sql_add(&sql, "SELECT u.username, u.id");
    add_from(&sql, s, q);
    sql_add(&sql, " ORDER BY ");
    sql_add(&sql, str_eq(q->page.sort, STR("username")) ? "u.username_key" : "u.id");
    sql_add(&sql, q->page.descending ? " DESC" : "");
    sql_addv(&sql, " LIMIT ? OFFSET ?", DB_ARGS(DB_I(q->page.limit), DB_I(q->page.offset)));
    rc = sql_query(&sql, s->conn, &st, err);
    sql_fini(&sql);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        read_name(s, st, 0, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}
