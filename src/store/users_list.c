#include "base/mem.h"
#include "store/internal.h"
#include "store/user_filter.h"
#include "store/walk.h"

/*
 * Lists of users read user_order: one range of one index gives a page in any order, and the rows of `users` are
 * fetched for that page only.
 */

struct order {
    const char *wire, *column;
    bool is_text;
};

static const struct order *
order_of(struct str sort)
{
    static const struct order orders[] = {
        {"createdAt", "o.created_at", false}, {"name", "o.name_key", true},
        {"email", "o.email_key", true},       {"id", "o.id", true},
        {"verified", "o.verified", false},    {"isLocked", "o.is_locked", false},
        {"provider", "o.provider", true},     {"tenantId", "o.active_tenant_id", true},
    };
    if (!str_given(sort))
        return &orders[0];
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        if (str_eq(sort, str_of(orders[i].wire)))
            return &orders[i];
    }
    return NULL;
}

struct listing {
    const struct scope *s;
    const struct user_query *query;
    const struct order *order;
    struct user_source from;
    struct user_filter filter;
    struct walk_list walked;
    bool whole; /* nothing narrows the list, so places in it are known by number */
};

static enum err_code
prepare(struct listing *l, struct err *err)
{
    const struct scope *s = l->s;
    l->from.list = store_list_of(s);
    l->order = order_of(l->query->page.sort);
    if (!l->order)
        return err_set(err, ERR_INVALID, "_sortBy must be a valid enum value");
    enum err_code rc = ERR_OK;
    int64_t one;
    if (l->query->include_sub_tenants && s->tenant_seq > 0)
        rc = db_query_int(s->conn,
                          "SELECT 1 FROM tenants WHERE env = $1 AND parent = $2 AND "
                          "deleted_at IS NULL LIMIT 1",
                          DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)), &one, &l->from.family, err);
    if (rc == ERR_OK)
        rc = store_total_get(s->conn, l->from.list, "users", &l->from.kept, err);
    if (rc == ERR_OK)
        rc = user_filter_prepare(s, l->query, &l->from, &l->filter, err);
    l->whole = !l->from.family && !l->filter.narrowed && l->filter.n_required == 0;
    l->walked = (struct walk_list){.list = l->from.list,
                                   .kept = l->from.kept,
                                   .column = l->order->column,
                                   .seq = "o.user_seq",
                                   .is_text = l->order->is_text,
                                   .whole = l->whole};
    return rc;
}

/* ---- how many ---- */

static enum err_code
count_rows(const struct listing *l, int64_t *out, struct err *err)
{
    struct sql q;
    sql_init(&q, l->s->arena);
    sql_add(&q, "SELECT COUNT(*)");
    user_filter_add(&q, l->s, &l->from, &l->filter, "");
    enum err_code rc = sql_query_int(&q, l->s->conn, out, err);
    sql_fini(&q);
    return rc;
}

static enum err_code
count(const struct listing *l, int64_t *out, struct err *err)
{
    if (l->whole) {
        *out = l->from.kept.count;
        return ERR_OK;
    }
    /* Only counts of one broad search over one list cost enough to be remembered. */
    const struct user_filter *f = &l->filter;
    bool broad = f->required && user_filter_is_lone(f, &l->from);
    struct hints *hints = store_of(l->s->conn)->hints;
    struct total kept = l->from.kept;
    if (broad && hints_count(hints, l->from.list, kept.generation, f->required[0], l->s->now, out))
        return ERR_OK;
    enum err_code rc = count_rows(l, out, err);
    if (rc == ERR_OK && broad && db_mode_of(l->s->conn) == DB_READ)
        hints_add_count(hints, l->from.list, kept.generation, f->required[0], l->s->now, *out);
    return rc;
}

/* ---- which ---- */

/* Where a page began and ended is where the next one may begin. */
static void
remember(const struct listing *l, const struct walk *w, int64_t nth, struct db_stmt *st)
{
    bool descending = l->query->page.descending;
    if (nth == 0 || nth == w->limit - 1)
        walk_note_place(l->s, &l->walked,
                        descending ? w->first + w->limit - 1 - nth : w->first + nth, st,
                        USER_FIELDS + 1);
}

/*
 * Rows that are skipped, or ordered after the walk, are rows of user_order alone; the users follow
 * for those that are left. A walk that gives the page as it is takes the users along.
 */
static void
add_rows(struct sql *q, const struct listing *l, const struct walk *w)
{
    static const char join[] = " JOIN users u ON u.seq = o.user_seq";
    bool descending = l->query->page.descending;
    sql_add(q, "SELECT " USER_COLUMNS ", ");
    sql_add(q, l->order->column);
    if (l->whole && w->skip < w->limit && w->backward == descending) {
        user_filter_add(q, l->s, &l->from, &l->filter, join);
        walk_add(q, &l->walked, w);
        return;
    }
    sql_add(q, " FROM (SELECT o.user_seq, ");
    sql_add(q, l->order->column);
    user_filter_add(q, l->s, &l->from, &l->filter, "");
    walk_add(q, &l->walked, w);
    sql_add(q, ") o");
    sql_add(q, join);
    walk_add_order(q, &l->walked, descending);
}

static enum err_code
read_rows(const struct listing *l, const struct walk *w, struct user_list *out, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    sql_init(&q, l->s->arena);
    add_rows(&q, l, w);
    enum err_code rc = sql_query(&q, l->s->conn, &st, err);
    sql_fini(&q);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        remember(l, w, (int64_t)out->n, st);
        user_read(st, 0, l->s->arena, STORE_PUSH(l->s->arena, out->items, out->n, size));
    }
    return db_finish(st);
}

enum err_code
store_user_list(const struct scope *s, const struct user_query *query, struct user_list *out,
                struct err *err)
{
    *out = (struct user_list){0};
    if ((query->ids && query->n_ids == 0) || (query->external_ids && query->n_external_ids == 0))
        return ERR_OK;
    struct listing l = {.s = s, .query = query};
    enum err_code rc = prepare(&l, err);
    if (rc == ERR_OK && !query->page.no_total)
        rc = count(&l, &out->total, err);
    if (rc != ERR_OK || query->page.limit == 0)
        return rc;
    struct walk w = walk_plan(s, &l.walked, &query->page);
    return w.limit ? read_rows(&l, &w, out, err) : ERR_OK;
}
