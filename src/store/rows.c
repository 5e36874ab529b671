#include "store/rows.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/utf8.h"

/* ---- keys ---- */

struct str
store_fold(struct arena *a, struct str s)
{
    if (!s.p || s.n == 0)
        return s;
    struct buf b;
    buf_init(&b, mem_add(mem_mul(s.n, 20), 64)); /* NFKC may grow one character to eighteen */
    struct str folded = utf8_fold(&b, s) && !b.failed ? arena_str(a, buf_str(&b)) : s;
    buf_fini(&b);
    return folded;
}

struct str
store_order_key(struct arena *a, struct str s)
{
    struct str key = store_fold(a, s);
    if (!key.p)
        return STR("");
    if (key.n <= ORDER_KEY_MAX)
        return key;
    size_t n = ORDER_KEY_MAX;
    while (n > 0 && ((unsigned char)key.p[n] & 0xc0) == 0x80)
        n--;
    return str_sub(key, 0, n);
}

struct str
store_search_key(struct arena *a, const struct str *parts, size_t n)
{
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n == 0)
            continue;
        if (b.n)
            buf_add_char(&b, '\n');
        buf_add_str(&b, store_fold(a, parts[i]));
    }
    struct str key = b.n ? arena_str(a, buf_str(&b)) : STR("");
    buf_fini(&b);
    return key;
}

enum err_code
store_check_key(struct str s, const char *what, struct err *err)
{
    if (s.n <= KEY_MAX)
        return ERR_OK;
    return err_set(err, ERR_INVALID, "%s must be shorter than or equal to %d characters", what,
                   KEY_MAX);
}

struct str
store_like(struct arena *a, struct str part, bool anywhere)
{
    struct buf b;
    buf_init(&b, mem_add(mem_mul(part.n, 2), 4));
    if (anywhere)
        buf_add_char(&b, '%');
    for (size_t i = 0; i < part.n; i++) {
        if (part.p[i] == '%' || part.p[i] == '_' || part.p[i] == '\\')
            buf_add_char(&b, '\\');
        buf_add_char(&b, part.p[i]);
    }
    buf_add_char(&b, '%');
    struct str like = arena_str(a, buf_str(&b));
    buf_fini(&b);
    return like;
}

/* ---- rows ---- */

struct str
store_text(struct db_stmt *st, int col, struct arena *a)
{
    return arena_str(a, db_text(st, col));
}

void
store_read_fields(struct db_stmt *st, int col, const struct store_field *fields, size_t n,
                  struct arena *a, void *out)
{
    for (size_t i = 0; i < n; i++, col++) {
        void *member = (char *)out + fields[i].offset;
        switch (fields[i].kind) {
        case STORE_TEXT:
            *(struct str *)member = store_text(st, col, a);
            break;
        case STORE_INT:
            *(int64_t *)member = db_is_null(st, col) ? STORE_NO_INT : db_int(st, col);
            break;
        case STORE_TIME:
            *(int64_t *)member = db_int(st, col);
            break;
        case STORE_BOOL:
            *(bool *)member = db_int(st, col) != 0;
            break;
        }
    }
}

struct db_value
store_field_value(const struct store_field *f, const void *row)
{
    const void *member = (const char *)row + f->offset;
    int64_t i;
    switch (f->kind) {
    case STORE_TEXT:
        return DB_T(*(const struct str *)member);
    case STORE_INT:
        i = *(const int64_t *)member;
        return i == STORE_NO_INT ? DB_N : DB_I(i);
    case STORE_TIME:
        i = *(const int64_t *)member;
        return i == 0 && !(f->flags & STORE_NOT_NULL) ? DB_N : DB_I(i);
    case STORE_BOOL:
        return DB_I(*(const bool *)member);
    }
    return DB_N;
}

bool
store_add_sets(struct sql *q, const struct store_field *fields, size_t n, uint64_t given,
               const void *row)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!(given >> i & 1) || fields[i].flags & STORE_FIXED)
            continue;
        sql_add(q, any ? ", " : " SET ");
        sql_add(q, fields[i].column);
        sql_add(q, " = ");
        sql_arg(q, store_field_value(&fields[i], row));
        any = true;
    }
    return any;
}

void *
store_grow(struct arena *a, void **items, size_t *n, size_t *size, size_t item_size)
{
    if (*n == *size) {
        size_t more = *size ? *size * 2 : 16;
        void *p = arena_alloc(a, more, item_size);
        if (*n)
            memcpy(p, *items, *n * item_size);
        *items = p;
        *size = more;
    }
    return (char *)*items + (*n)++ * item_size;
}

/* ---- totals ---- */

enum err_code
store_total_add(struct db_conn *conn, int64_t list, const char *kind, int64_t by, struct err *err)
{
    return db_exec(conn,
                   "INSERT INTO totals (list, kind, total, generation) VALUES ($1, $2, $3, 1) "
                   "ON CONFLICT (list, kind) DO UPDATE SET total = totals.total + excluded.total, "
                   "generation = totals.generation + 1",
                   DB_ARGS(DB_I(list), DB_T(str_of(kind)), DB_I(by)), NULL, err);
}

enum err_code
store_total_get(struct db_conn *conn, int64_t list, const char *kind, struct total *out,
                struct err *err)
{
    *out = (struct total){0};
    struct db_stmt *st;
    enum err_code rc =
        db_query(conn, "SELECT total, generation FROM totals WHERE list = $1 AND kind = $2",
                 DB_ARGS(DB_I(list), DB_T(str_of(kind))), &st, err);
    if (rc != ERR_OK)
        return rc;
    if (db_next(st, err) == DB_ROW)
        *out = (struct total){db_int(st, 0), db_int(st, 1)};
    return db_finish(st);
}

/* ---- small things ---- */

enum err_code
store_missing(const char *what, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND, "%s not found", what);
}

void
store_new_id(const struct scope *s, struct str *id)
{
    if (!str_given(*id) || id->n == 0)
        *id = rand_uuid_str(s->arena);
}

enum err_code
store_need_tenant(const struct scope *s, struct err *err)
{
    return s->tenant_seq > 0 ? ERR_OK : store_missing("Tenant", err);
}

enum err_code
store_writable(const struct scope *s, struct err *err)
{
    return s->tenant_seq < 0 ? store_missing("Tenant", err) : ERR_OK;
}
