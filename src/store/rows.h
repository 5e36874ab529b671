#ifndef STORE_ROWS_H
#define STORE_ROWS_H
/* What the aggregates share: folded keys, rows into structs, kept totals, lists that grow. Inside
 * of the store only. */
#include "store/sql.h"
#include "store/store.h"

enum { KEY_MAX = 512, ORDER_KEY_MAX = 200 };

/* Folded text for comparing and searching; the absent string stays absent. */
struct str store_fold(struct arena *a, struct str s);
/* As store_fold, cut to what an index may hold: for order only. "" for absent. */
struct str store_order_key(struct arena *a, struct str s);
/* Parts joined by line ends, folded: what substring search looks in. */
struct str store_search_key(struct arena *a, const struct str *parts, size_t n);
/* ERR_INVALID "<what> is too long" when s does not fit an index. */
enum err_code store_check_key(struct str s, const char *what, struct err *err) MUST_USE;

/* Reads n columns from `col` on into the struct at `out`. Texts are copied to the arena. */
void store_read_fields(struct db_stmt *st, int col, const struct store_field *fields, size_t n,
                       struct arena *a, void *out);
/* The value of one member, ready to bind. */
struct db_value store_field_value(const struct store_field *f, const void *row);
struct str store_text(struct db_stmt *st, int col, struct arena *a);

/* "SET a = $1, b = $2" for the fields in `given` of *row; false if there are none. */
bool store_add_sets(struct sql *q, const struct store_field *fields, size_t n, uint64_t given,
                    const void *row);

/* Lists in `totals` and `user_order`: a tenant's seq, or the environment's negative. 0 is no list:
 * an unknown tenant. */
static inline int64_t
store_list_of(const struct scope *s)
{
    if (s->tenant_seq < 0)
        return 0;
    return s->tenant_seq ? s->tenant_seq : -s->env;
}
/* Adds to a kept total and moves its change number on. */
enum err_code store_total_add(struct db_conn *conn, int64_t list, const char *kind, int64_t by,
                              struct err *err) MUST_USE;
struct total {
    int64_t count, generation;
};
enum err_code store_total_get(struct db_conn *conn, int64_t list, const char *kind,
                              struct total *out, struct err *err) MUST_USE;

/* A text for LIKE with % _ \ escaped: "%part%" or "part%". */
struct str store_like(struct arena *a, struct str part, bool anywhere);

/* Growing array in an arena: returns room for one more, zeroed. */
void *store_grow(struct arena *a, void **items, size_t *n, size_t *size, size_t item_size);
#define STORE_PUSH(a, items, n, size)                                                              \
    store_grow((a), (void **)&(items), &(n), &(size), sizeof *(items))

/* ERR_NOT_FOUND "<what> not found". */
enum err_code store_missing(const char *what, struct err *err);
/* Fills *id with a new UUID when absent. */
void store_new_id(const struct scope *s, struct str *id);
/* A new row needs a living tenant or none: ERR_NOT_FOUND for one that is not there. */
enum err_code store_writable(const struct scope *s, struct err *err) MUST_USE;
/* ERR_FORBIDDEN-free check that the scope names a living tenant; ERR_NOT_FOUND else. */
enum err_code store_need_tenant(const struct scope *s, struct err *err) MUST_USE;
#endif
