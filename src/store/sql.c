#include "store/sql.h"
#include "base/mem.h"

void
sql_init(struct sql *q, struct arena *a)
{
    q->arena = a;
    buf_init(&q->text, SQL_TEXT_MAX);
    q->size = 16;
    q->n = 0;
    q->args = ARENA_ARRAY(a, q->size, struct db_value);
}

void
sql_fini(struct sql *q)
{
    buf_fini(&q->text);
}

void
sql_add(struct sql *q, const char *text)
{
    buf_add_text(&q->text, text);
}

void
sql_bind(struct sql *q, struct db_value v)
{
    if (q->n == SQL_ARGS_MAX) {
        q->text.failed = true;
        return;
    }
    if (q->n == q->size) {
        struct db_value *more = ARENA_ARRAY(q->arena, q->size * 2, struct db_value);
        memcpy(more, q->args, q->n * sizeof *more);
        q->args = more;
        q->size *= 2;
    }
    q->args[q->n++] = v;
}

void
sql_arg(struct sql *q, struct db_value v)
{
    sql_bind(q, v);
    buf_add_char(&q->text, '$');
    buf_add_i64(&q->text, (int64_t)q->n);
}

void
sql_addv(struct sql *q, const char *text, const struct db_value *args, size_t n)
{
    size_t used = 0;
    for (; *text; text++) {
        if (*text != '?') {
            buf_add_char(&q->text, *text);
            continue;
        }
        ASSERT(used < n);
        sql_arg(q, args[used++]);
    }
    ASSERT(used == n);
}

static size_t
padded(size_t n)
{
    size_t size = 1;
    while (size < n)
        size *= 2;
    return size > SQL_ARGS_MAX / 2 ? n : size;
}

void
sql_in(struct sql *q, const struct str *values, size_t n)
{
    ASSERT(n > 0);
    for (size_t i = 0, size = padded(n); i < size; i++) {
        sql_add(q, i ? ", " : "(");
        sql_arg(q, DB_T(values[i < n ? i : n - 1]));
    }
    sql_add(q, ")");
}

void
sql_in_ints(struct sql *q, const int64_t *values, size_t n)
{
    ASSERT(n > 0);
    for (size_t i = 0, size = padded(n); i < size; i++) {
        sql_add(q, i ? ", " : "(");
        sql_arg(q, DB_I(values[i < n ? i : n - 1]));
    }
    sql_add(q, ")");
}

struct sql_mark
sql_mark(const struct sql *q)
{
    return (struct sql_mark){q->text.n, q->n};
}

void
sql_reset(struct sql *q, struct sql_mark mark)
{
    if (q->text.failed)
        return;
    q->text.n = mark.text;
    q->text.p[mark.text] = '\0';
    q->n = mark.n;
}

static enum err_code
too_long(struct err *err)
{
    return err_set(err, ERR_LIMIT, "too many values at once, at most %d", SQL_ARGS_MAX);
}

enum err_code
sql_query(struct sql *q, struct db_conn *conn, struct db_stmt **out, struct err *err)
{
    *out = NULL;
    if (q->text.failed)
        return too_long(err);
    return db_query(conn, q->text.p, q->args, q->n, out, err);
}

enum err_code
sql_exec(struct sql *q, struct db_conn *conn, int64_t *changes, struct err *err)
{
    if (q->text.failed)
        return too_long(err);
    return db_exec(conn, q->text.p, q->args, q->n, changes, err);
}

enum err_code
sql_query_int(struct sql *q, struct db_conn *conn, int64_t *out, struct err *err)
{
    if (q->text.failed)
        return too_long(err);
    return db_query_int(conn, q->text.p, q->args, q->n, out, NULL, err);
}
