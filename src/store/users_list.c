#include "base/mem.h"
#include "base/utf8.h"
#include "store/user_rows.h"

/*
 * Lists of users read user_order: one range of one index gives a page in any order, and the rows of
 * `users` are fetched for that page only. Filters are conditions on user_order, or sets of users
 * that the other tables give.
 */

enum { TRIGRAM = 3 };

static const char *
order_of(struct str sort)
{
    static const struct {
        const char *wire, *column;
    } sorts[] = {
        {"createdAt", "created_at"}, {"name", "name_key"},
        {"email", "email_key"},      {"id", "id"},
        {"verified", "verified"},    {"isLocked", "is_locked"},
        {"provider", "provider"},    {"tenantId", "active_tenant_id"},
    };
    for (size_t i = 0; i < COUNT_OF(sorts); i++) {
        if (str_eq(sort, str_of(sorts[i].wire)))
            return sorts[i].column;
    }
    return NULL;
}

bool
store_user_sort_known(struct str sort)
{
    return order_of(sort) != NULL;
}

/* ---- searching ---- */

static size_t
length(struct str s)
{
    size_t n = 0;
    for (uint32_t cp; s.n; n++) {
        size_t used = utf8_decode(s, &cp);
        s = str_sub(s, used ? used : 1, SIZE_MAX);
    }
    return n;
}

/* The engine's words for "contains": FTS5 wants a quoted phrase, LIKE a pattern. */
static struct str
search_argument(const struct scope *s, struct str folded)
{
    if (strcmp(db_driver_name(db_of(s->conn)), "sqlite") != 0)
        return store_like(s->arena, folded, true);
    struct buf b;
    buf_init(&b, mem_add(mem_mul(folded.n, 2), 4));
    buf_add_char(&b, '"');
    for (size_t i = 0; i < folded.n; i++) {
        if (folded.p[i] == '"')
            buf_add_char(&b, '"');
        buf_add_char(&b, folded.p[i]);
    }
    buf_add_char(&b, '"');
    struct str phrase = arena_str(s->arena, buf_str(&b));
    buf_fini(&b);
    return phrase;
}

/* A condition on o: the text of the user has `part`. The index knows parts of three characters and
 * more. */
static void
add_part(struct sql *q, const struct scope *s, struct str part)
{
    struct str folded = store_fold(s->arena, part);
    if (length(folded) >= TRIGRAM) {
        sql_add(q, "o.user_seq IN ");
        sql_addv(q, db_fragment(db_of(s->conn), "users.search"),
                 DB_ARGS(DB_T(search_argument(s, folded))));
        return;
    }
    struct db_value like = DB_T(store_like(s->arena, folded, true));
    sql_addv(q,
             "EXISTS (SELECT 1 FROM users us WHERE us.seq = o.user_seq AND us.search_key LIKE ? "
             "ESCAPE '\\')",
             &like, 1);
}

static void
add_phrases(struct sql *q, const struct scope *s, const struct user_query *f)
{
    for (size_t i = 0; i < f->n_all_of; i++) {
        sql_add(q, " AND ");
        add_part(q, s, f->all_of[i]);
    }
    for (size_t i = 0; i < f->n_none_of; i++) {
        sql_add(q, " AND NOT (");
        add_part(q, s, f->none_of[i]);
        sql_add(q, ")");
    }
    for (size_t i = 0; i < f->n_any_of; i++) {
        sql_add(q, i ? " OR " : " AND (");
        add_part(q, s, f->any_of[i]);
    }
    if (f->n_any_of)
        sql_add(q, ")");
}

/* ---- exact filters ---- */

static void
add_exact(struct sql *q, const struct scope *s, enum user_key by, struct str value)
{
    static const char *const conditions[] = {
        [USER_BY_ID] = "id = ?)",
        [USER_BY_EMAIL] = "email_key = ?)",
        [USER_BY_USERNAME] = "username_key = ?)",
        [USER_BY_PHONE] = "phone_number = ?)",
        [USER_BY_EXTERNAL_ID] = "external_id = ?)",
    };
    if (by == USER_BY_EMAIL || by == USER_BY_USERNAME)
        value = store_fold(s->arena, value);
    sql_addv(q, " AND o.user_seq IN (SELECT seq FROM users WHERE env = ? AND ",
             DB_ARGS(DB_I(s->env)));
    sql_addv(q, conditions[by], DB_ARGS(DB_T(value)));
}

static void
add_any(struct sql *q, const struct scope *s, const char *column, const struct str *values,
        size_t n)
{
    sql_addv(q, " AND o.user_seq IN (SELECT seq FROM users WHERE env = ? AND ",
             DB_ARGS(DB_I(s->env)));
    sql_add(q, column);
    sql_add(q, " IN ");
    sql_in(q, values, n);
    sql_add(q, ")");
}

static void
add_name_prefix(struct sql *q, const struct scope *s, struct str prefix)
{
    struct str from = store_order_key(s->arena, prefix);
    if (from.n == 0)
        return;
    /* One past a character may be no valid UTF-8; the highest code point after the prefix is. */
    struct str to = arena_printf(s->arena, "%.*s\xf4\x8f\xbf\xbf", STR_ARG(from));
    sql_addv(q, " AND o.name_key >= ? AND o.name_key < ?", DB_ARGS(DB_T(from), DB_T(to)));
}

static void
add_row_filters(struct sql *q, const struct scope *s, const struct user_query *f)
{
    if (f->metadata.n)
        sql_addv(q,
                 " AND EXISTS (SELECT 1 FROM users um WHERE um.seq = o.user_seq AND "
                 "um.metadata LIKE ? ESCAPE '\\')",
                 DB_ARGS(DB_T(store_like(s->arena, f->metadata, true))));
    if (f->only_mfa_unenrolled)
        sql_add(q, " AND EXISTS (SELECT 1 FROM users ue WHERE ue.seq = o.user_seq AND "
                   "ue.mfa_enrolled = 0)");
    if (f->inactive_since)
        sql_addv(q,
                 " AND EXISTS (SELECT 1 FROM users ui WHERE ui.seq = o.user_seq AND "
                 "COALESCE(ui.last_login, ui.created_at) < ?)",
                 DB_ARGS(DB_I(f->inactive_since)));
}

/* True if any filter narrows the list. */
static bool
add_filters(struct sql *q, const struct scope *s, const struct user_query *f)
{
    size_t before = q->text.n;
    if (f->email.n)
        add_exact(q, s, USER_BY_EMAIL, f->email);
    if (f->identifier.n)
        add_exact(q, s, f->identifier_by, f->identifier);
    if (f->ids)
        add_any(q, s, "id", f->ids, f->n_ids);
    if (f->external_ids)
        add_any(q, s, "external_id", f->external_ids, f->n_external_ids);
    if (f->name_prefix.n)
        add_name_prefix(q, s, f->name_prefix);
    if (f->contains.n) {
        sql_add(q, " AND ");
        add_part(q, s, f->contains);
    }
    add_phrases(q, s, f);
    add_row_filters(q, s, f);
    return q->text.n != before;
}

/* ---- the list ---- */

struct source {
    bool family; /* the tenant and those below it, each user once */
    int64_t list;
};

static enum err_code
find_source(const struct scope *s, const struct user_query *f, struct source *out, struct err *err)
{
    *out = (struct source){.list = store_list_of(s)};
    if (!f->include_sub_tenants || s->tenant_seq <= 0)
        return ERR_OK;
    int64_t one;
    return db_query_int(s->conn,
                        "SELECT 1 FROM tenants WHERE env = $1 AND parent = $2 AND "
                        "deleted_at IS NULL LIMIT 1",
                        DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)), &one, &out->family, err);
}

static void
add_source(struct sql *q, const struct scope *s, const struct source *from)
{
    if (!from->family) {
        sql_addv(q, " FROM user_order o WHERE o.list = ?", DB_ARGS(DB_I(from->list)));
        return;
    }
    sql_addv(q,
             " FROM (SELECT DISTINCT user_seq, created_at, name_key, email_key, id, "
             "active_tenant_id, provider, verified, is_locked FROM user_order WHERE list IN "
             "(WITH RECURSIVE down (seq) AS (SELECT seq FROM tenants WHERE env = ? AND seq = ? "
             "UNION SELECT c.seq FROM tenants c JOIN down ON c.parent = down.seq WHERE "
             "c.deleted_at IS NULL) SELECT seq FROM down)) o WHERE 1 = 1",
             DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)));
}

static enum err_code
count(struct sql *q, const struct scope *s, const struct user_query *f, const struct source *from,
      int64_t *out, struct err *err)
{
    struct sql_mark start = sql_mark(q);
    sql_add(q, "SELECT COUNT(*)");
    add_source(q, s, from);
    bool filtered = add_filters(q, s, f);
    enum err_code rc = filtered || from->family ? sql_query_int(q, s->conn, out, err)
                                                : store_user_count(s, out, err);
    sql_reset(q, start);
    return rc;
}

static void
add_order(struct sql *q, const char *column, bool descending)
{
    const char *const parts[] = {" ORDER BY o.", column, descending ? " DESC" : " ASC",
                                 ", o.user_seq", descending ? " DESC" : " ASC"};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        sql_add(q, parts[i]);
}

static enum err_code
rows(struct sql *q, const struct scope *s, const struct user_query *f, const struct source *from,
     struct user_list *out, struct err *err)
{
    const char *column = order_of(f->page.sort);
    column = column ? column : "created_at";
    sql_add(q, "SELECT " USER_COLUMNS " FROM (SELECT o.user_seq, o.");
    sql_add(q, column);
    add_source(q, s, from);
    add_filters(q, s, f);
    add_order(q, column, f->page.descending);
    sql_addv(q, " LIMIT ? OFFSET ?) o JOIN users u ON u.seq = o.user_seq",
             DB_ARGS(DB_I(f->page.limit), DB_I(f->page.offset)));
    add_order(q, column, f->page.descending);
    struct db_stmt *st;
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        user_read(st, 0, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_user_list(const struct scope *s, const struct user_query *f, struct user_list *out,
                struct err *err)
{
    *out = (struct user_list){0};
    if ((f->ids && f->n_ids == 0) || (f->external_ids && f->n_external_ids == 0))
        return ERR_OK;
    struct source from;
    enum err_code rc = find_source(s, f, &from, err);
    struct sql q;
    sql_init(&q, s->arena);
    if (rc == ERR_OK && !f->page.no_total)
        rc = count(&q, s, f, &from, &out->total, err);
    if (rc == ERR_OK)
        rc = rows(&q, s, f, &from, out, err);
    sql_fini(&q);
    return rc;
}
