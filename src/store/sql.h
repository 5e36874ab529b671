#ifndef STORE_SQL_H
#define STORE_SQL_H
/*
 * A statement put together from parts when a list has filters: text and parameter values grow side
 * by side, so that a value can never become text. Lives in an arena. Lists of values are padded to
 * a power of two with their last value, so that only few different statements arise. Inside of the
 * store only.
 */
#include "store/store.h"

enum { SQL_ARGS_MAX = 900, SQL_TEXT_MAX = 64 * 1024 };

struct sql {
    struct arena *arena;
    struct buf text;
    struct db_value *args;
    size_t n, size;
};

void sql_init(struct sql *q, struct arena *a);
void sql_fini(struct sql *q);
void sql_add(struct sql *q, const char *text);
/* Adds "$n" for a new parameter with this value. */
void sql_arg(struct sql *q, struct db_value v);
/* A parameter whose "$n" the text has already. */
void sql_bind(struct sql *q, struct db_value v);
/* text with each "?" standing for the next of n values. */
void sql_addv(struct sql *q, const char *text, const struct db_value *args, size_t n);
/* "($1, $2, ...)"; n > 0. */
void sql_in(struct sql *q, const struct str *values, size_t n);
void sql_in_ints(struct sql *q, const int64_t *values, size_t n);
/* Another parameter list with the same text, e.g. to count: what was added since `mark` is taken
 * back. */
struct sql_mark {
    size_t text, n;
};
struct sql_mark sql_mark(const struct sql *q);
void sql_reset(struct sql *q, struct sql_mark mark);
/* ERR_LIMIT if the parts grew past the limits. */
enum err_code sql_query(struct sql *q, struct db_conn *conn, struct db_stmt **out,
                        struct err *err) MUST_USE;
enum err_code sql_exec(struct sql *q, struct db_conn *conn, int64_t *changes,
                       struct err *err) MUST_USE;
enum err_code sql_query_int(struct sql *q, struct db_conn *conn, int64_t *out,
                            struct err *err) MUST_USE;
#endif
