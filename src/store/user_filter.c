#include "store/user_filter.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/internal.h"

enum {
    TRIGRAM = 3,
    FEW = 4000, /* hits up to here are named one by one */
    SHORT_LIST = 2000,
    LONG_LIST = 20000 /* beyond, one or two characters are a prefix */
};

/* ---- text ---- */

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

/* A prefix as a range: up to the prefix with the highest code point behind it. */
static struct str
range_end(const struct scope *s, struct str from)
{
    return arena_printf(s->arena, "%.*s\xf4\x8f\xbf\xbf", STR_ARG(from));
}

/* ---- finding the few ---- */

static void
add_probe(struct sql *q, const struct scope *s, const struct user_source *from, struct str part)
{
    if (length(part) >= TRIGRAM) {
        sql_addv(q, db_fragment(db_of(s->conn), "users.search"),
                 DB_ARGS(DB_T(search_argument(s, part))));
    } else {
        struct db_value list = DB_I(from->list), low = DB_T(part), high = DB_T(range_end(s, part));
        sql_addv(q,
                 "SELECT user_seq FROM user_order WHERE list = ? AND name_key >= ? AND "
                 "name_key < ? UNION ALL SELECT user_seq FROM user_order WHERE list = ? AND "
                 "email_key >= ? AND email_key < ?",
                 DB_ARGS(list, low, high, list, low, high));
    }
    sql_addv(q, " LIMIT ?", DB_ARGS(DB_I(FEW + 1)));
}

/* Row numbers of the users with this part, as JSON, if they are few. */
static enum err_code
probe(const struct scope *s, const struct user_source *from, struct str part, bool *few,
      struct str *ids, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    sql_init(&q, s->arena);
    add_probe(&q, s, from, part);
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc != ERR_OK)
        return rc;
    struct buf json;
    buf_init(&json, FEW * 32);
    buf_add_char(&json, '[');
    size_t n = 0;
    for (; db_next(st, err) == DB_ROW; n++) {
        if (n)
            buf_add_char(&json, ',');
        buf_add_i64(&json, db_int(st, 0));
    }
    buf_add_char(&json, ']');
    *few = n <= FEW && !json.failed;
    if (*few)
        *ids = arena_str(s->arena, buf_str(&json));
    buf_fini(&json);
    return db_finish(st);
}

static void
fold_required(const struct scope *s, const struct user_query *q, struct user_filter *out)
{
    out->required = ARENA_ARRAY(s->arena, q->n_all_of + 1, struct str);
    if (q->contains.n)
        out->required[out->n_required++] = store_fold(s->arena, q->contains);
    for (size_t i = 0; i < q->n_all_of; i++) {
        if (q->all_of[i].n)
            out->required[out->n_required++] = store_fold(s->arena, q->all_of[i]);
    }
}

bool
user_filter_is_lone(const struct user_filter *f, const struct user_source *from)
{
    return !from->family && !f->narrowed && f->n_required == 1 && !f->driven;
}

static bool
is_narrowed(const struct user_query *q)
{
    bool by_identity = q->email.n || q->identifier.n || q->ids || q->external_ids;
    bool by_text = q->name_prefix.n || q->n_none_of || q->n_any_of || q->metadata.n;
    return by_identity || by_text || q->only_mfa_unenrolled || q->inactive_since;
}

enum err_code
user_filter_prepare(const struct scope *s, const struct user_query *q,
                    const struct user_source *from, struct user_filter *out, struct err *err)
{
    *out = (struct user_filter){.query = q, .narrowed = is_narrowed(q)};
    fold_required(s, q, out);
    out->prefixes = !from->family && from->kept.count > LONG_LIST;
    /* A short list is read row by row sooner than an index is asked. */
    if (!from->family && from->kept.count <= SHORT_LIST)
        return ERR_OK;
    /* What was counted lately was broad, and is. */
    int64_t counted;
    if (user_filter_is_lone(out, from) &&
        hints_count(store_of(s->conn)->hints, from->list, from->kept.generation, out->required[0],
                    s->now, &counted))
        return ERR_OK;
    enum err_code rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < out->n_required && !out->driven; i++) {
        if (length(out->required[i]) < TRIGRAM && !out->prefixes)
            continue;
        out->driver = i;
        rc = probe(s, from, out->required[i], &out->driven, &out->ids, err);
    }
    return rc;
}

/* ---- conditions ---- */

static void
add_contains(struct sql *q, const struct scope *s, struct str folded)
{
    sql_addv(q, db_fragment(db_of(s->conn), "text.contains"), DB_ARGS(DB_T(folded)));
}

static void
add_prefix(struct sql *q, const struct scope *s, struct str part)
{
    struct db_value low = DB_T(part), high = DB_T(range_end(s, part));
    sql_addv(q,
             " AND ((o.name_key >= ? AND o.name_key < ?) OR (o.email_key >= ? AND "
             "o.email_key < ?))",
             DB_ARGS(low, high, low, high));
}

/* What the row of the user has to say: one look at it for all text conditions. */
static void
add_text(struct sql *q, const struct scope *s, const struct user_filter *f)
{
    const struct user_query *u = f->query;
    sql_add(q, " AND EXISTS (SELECT 1 FROM users us WHERE us.seq = o.user_seq");
    for (size_t i = 0; i < f->n_required; i++) {
        bool short_part = f->prefixes && length(f->required[i]) < TRIGRAM;
        if ((f->driven && i == f->driver) || short_part)
            continue;
        sql_add(q, " AND ");
        add_contains(q, s, f->required[i]);
    }
    for (size_t i = 0; i < u->n_none_of; i++) {
        sql_add(q, " AND NOT ");
        add_contains(q, s, store_fold(s->arena, u->none_of[i]));
    }
    for (size_t i = 0; i < u->n_any_of; i++) {
        sql_add(q, i ? " OR " : " AND (");
        add_contains(q, s, store_fold(s->arena, u->any_of[i]));
    }
    sql_add(q, u->n_any_of ? "))" : ")");
}

static void
add_search(struct sql *q, const struct scope *s, const struct user_filter *f)
{
    size_t in_text = f->query->n_none_of + f->query->n_any_of;
    if (f->driven) {
        sql_add(q, " AND o.user_seq IN ");
        sql_addv(q, db_fragment(db_of(s->conn), "ints"), DB_ARGS(DB_T(f->ids)));
    }
    for (size_t i = 0; i < f->n_required; i++) {
        if (f->driven && i == f->driver)
            continue;
        if (f->prefixes && length(f->required[i]) < TRIGRAM)
            add_prefix(q, s, f->required[i]);
        else
            in_text++;
    }
    if (in_text)
        add_text(q, s, f);
}

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
add_row_filters(struct sql *q, const struct scope *s, const struct user_query *u)
{
    if (u->metadata.n)
        sql_addv(q,
                 " AND EXISTS (SELECT 1 FROM users um WHERE um.seq = o.user_seq AND "
                 "um.metadata LIKE ? ESCAPE '\\')",
                 DB_ARGS(DB_T(store_like(s->arena, u->metadata, true))));
    if (u->only_mfa_unenrolled)
        sql_add(q, " AND EXISTS (SELECT 1 FROM users ue WHERE ue.seq = o.user_seq AND "
                   "ue.mfa_enrolled = 0)");
    if (u->inactive_since)
        sql_addv(q,
                 " AND EXISTS (SELECT 1 FROM users ui WHERE ui.seq = o.user_seq AND "
                 "COALESCE(ui.last_login, ui.created_at) < ?)",
                 DB_ARGS(DB_I(u->inactive_since)));
}

static void
add_source(struct sql *q, const struct scope *s, const struct user_source *from)
{
    if (from->family)
        sql_addv(q,
                 " FROM (SELECT DISTINCT user_seq, created_at, name_key, email_key, id, "
                 "active_tenant_id, provider, verified, is_locked FROM user_order WHERE list IN "
                 "(WITH RECURSIVE down (seq) AS (SELECT seq FROM tenants WHERE env = ? AND "
                 "seq = ? UNION SELECT c.seq FROM tenants c JOIN down ON c.parent = down.seq "
                 "WHERE c.deleted_at IS NULL) SELECT seq FROM down)) o",
                 DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)));
    else
        sql_add(q, " FROM user_order o");
}

void
user_filter_add(struct sql *q, const struct scope *s, const struct user_source *from,
                const struct user_filter *f, const char *join)
{
    const struct user_query *u = f->query;
    add_source(q, s, from);
    sql_add(q, join);
    if (from->family)
        sql_add(q, " WHERE 1 = 1");
    else /* The plus keeps the planner from walking the whole list when the few are known. */
        sql_addv(q, f->driven ? " WHERE +o.list = ?" : " WHERE o.list = ?",
                 DB_ARGS(DB_I(from->list)));
    if (u->email.n)
        add_exact(q, s, USER_BY_EMAIL, u->email);
    if (u->identifier.n)
        add_exact(q, s, u->identifier_by, u->identifier);
    if (u->ids)
        add_any(q, s, "id", u->ids, u->n_ids);
    if (u->external_ids)
        add_any(q, s, "external_id", u->external_ids, u->n_external_ids);
    struct str prefix = store_order_key(s->arena, u->name_prefix);
    if (prefix.n)
        sql_addv(q, " AND o.name_key >= ? AND o.name_key < ?",
                 DB_ARGS(DB_T(prefix), DB_T(range_end(s, prefix))));
    add_search(q, s, f);
    add_row_filters(q, s, u);
}
