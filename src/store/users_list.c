#include "base/mem.h"
#include "store/internal.h"
#include "store/user_filter.h"

/*
 * Lists of users read user_order: one range of one index gives a page in any order, and the rows of `users` are
 * fetched for that page only. A page of a whole list starts from the nearest known place: the beginning, the end, or
 * where an earlier page was (store/hints.h), whichever skips the fewest rows.
 */

struct order {
    const char *wire, *column;
    bool is_text;
};

static const struct order *
order_of(struct str sort)
{
    static const struct order orders[] = {
        {"createdAt", "created_at", false}, {"name", "name_key", true},
        {"email", "email_key", true},       {"id", "id", true},
        {"verified", "verified", false},    {"isLocked", "is_locked", false},
        {"provider", "provider", true},     {"tenantId", "active_tenant_id", true},
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

/* From where and which way the rows of a page are walked. */
struct walk {
    bool backward; /* against ascending order */
    bool placed;
    struct hint_place from;
    int64_t skip, limit;
};

static struct hint_list
hint_list(const struct listing *l)
{
    return (struct hint_list){l->from.list, l->from.kept.generation, l->order->column};
}

static void
shorter(struct walk *best, struct walk candidate)
{
    if (candidate.skip >= 0 && candidate.skip < best->skip)
        *best = candidate;
}

/* Rows [first, first + n) in ascending order of a whole list; n > 0 and all of them are there. */
static struct walk
plan(const struct listing *l, int64_t first, int64_t n)
{
    int64_t last = first + n - 1, end = l->from.kept.count - 1;
    struct walk best = {.skip = first, .limit = n};
    shorter(&best, (struct walk){.backward = true, .skip = end - last, .limit = n});
    if (best.skip == 0 || db_mode_of(l->s->conn) != DB_READ)
        return best;
    struct hint_list key = hint_list(l);
    struct hint_place near[2];
    bool found[2];
    struct hints *hints = store_of(l->s->conn)->hints;
    hints_places(hints, &key, first, l->s->arena, near, found);
    if (found[0])
        shorter(&best,
                (struct walk){
                    .placed = true, .from = near[0], .skip = first - near[0].offset, .limit = n});
    if (found[1])
        shorter(&best, (struct walk){.backward = true,
                                     .placed = true,
                                     .from = near[1],
                                     .skip = near[1].offset - last,
                                     .limit = n});
    return best;
}

static void
add_order(struct sql *q, const char *column, bool descending)
{
    const char *const parts[] = {" ORDER BY o.", column, descending ? " DESC" : " ASC",
                                 ", o.user_seq", descending ? " DESC" : " ASC"};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        sql_add(q, parts[i]);
}

static void
add_walk(struct sql *q, const struct listing *l, const struct walk *w)
{
    if (w->placed) {
        sql_add(q, " AND (o.");
        sql_add(q, l->order->column);
        sql_addv(q, w->backward ? ", o.user_seq) <= (?, ?)" : ", o.user_seq) >= (?, ?)",
                 DB_ARGS(w->from.key, DB_I(w->from.user_seq)));
    }
    add_order(q, l->order->column, w->backward);
    sql_addv(q, " LIMIT ? OFFSET ?", DB_ARGS(DB_I(w->limit), DB_I(w->skip)));
}

/* Where a page began and ended is where the next one may begin. */
static void
remember(const struct listing *l, int64_t offset, struct db_stmt *st)
{
    if (!l->whole || offset == 0 || db_mode_of(l->s->conn) != DB_READ)
        return;
    struct hint_list key = hint_list(l);
    struct hint_place place = {.offset = offset, .user_seq = db_int(st, 0)};
    int col = USER_FIELDS + 1;
    place.key = l->order->is_text ? DB_T(db_text(st, col)) : DB_I(db_int(st, col));
    hints_add_place(store_of(l->s->conn)->hints, &key, &place);
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
    sql_add(q, "SELECT " USER_COLUMNS ", o.");
    sql_add(q, l->order->column);
    if (l->whole && w->skip < w->limit && w->backward == descending) {
        user_filter_add(q, l->s, &l->from, &l->filter, join);
        add_walk(q, l, w);
        return;
    }
    sql_add(q, " FROM (SELECT o.user_seq, o.");
    sql_add(q, l->order->column);
    user_filter_add(q, l->s, &l->from, &l->filter, "");
    add_walk(q, l, w);
    sql_add(q, ") o");
    sql_add(q, join);
    add_order(q, l->order->column, descending);
}

static enum err_code
read_rows(const struct listing *l, const struct walk *w, int64_t first, struct user_list *out,
          struct err *err)
{
    bool descending = l->query->page.descending;
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
        int64_t nth = (int64_t)out->n;
        if (nth == 0 || nth == w->limit - 1)
            remember(l, descending ? first + w->limit - 1 - nth : first + nth, st);
        user_read(st, 0, l->s->arena, STORE_PUSH(l->s->arena, out->items, out->n, size));
    }
    return db_finish(st);
}

static enum err_code
rows(const struct listing *l, struct user_list *out, struct err *err)
{
    const struct store_page *page = &l->query->page;
    if (!l->whole) {
        struct walk plain = {
            .backward = page->descending, .skip = page->offset, .limit = page->limit};
        return read_rows(l, &plain, 0, out, err);
    }
    int64_t total = l->from.kept.count;
    int64_t n = page->limit < total - page->offset ? page->limit : total - page->offset;
    if (n <= 0)
        return ERR_OK;
    int64_t first = page->descending ? total - page->offset - n : page->offset;
    struct walk w = plan(l, first, n);
    return read_rows(l, &w, first, out, err);
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
    return rc == ERR_OK ? rows(&l, out, err) : rc;
}
