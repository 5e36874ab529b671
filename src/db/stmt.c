#include "base/mem.h"
#include "db/driver.h"

/*
 * Prepared statements of a connection: found by the address of a literal (checked against the
 * text), else by text; the least recently used goes when there are too many. A statement that is in
 * use when the same SQL is asked for again, as in nested loops, gets a twin that lives for one use.
 */

static size_t
fast_slot(const char *sql)
{
    return ((uintptr_t)sql >> 3) % DB_FAST_SLOTS;
}

static void
stmt_free(struct db_stmt *st)
{
    struct db_conn *c = st->conn;
    list_remove(&st->node);
    c->db->driver->finalize(st);
    if (st->cached) {
        map_remove(&c->by_text, str_of(st->text));
        c->n_stmts--;
    }
    if (st->source && c->fast[fast_slot(st->source)] == st)
        c->fast[fast_slot(st->source)] = NULL;
    buf_fini(&st->scratch);
    mem_free(st->order);
    mem_free(st->text);
    mem_free(st);
}

void
db_conn_forget(struct db_conn *c)
{
    while (!list_empty(&c->stmts))
        stmt_free(LIST_ENTRY(c->stmts.next, struct db_stmt, node));
    c->active = 0;
}

static struct db_stmt *
find_cached(struct db_conn *c, const char *sql)
{
    struct db_stmt *st = c->fast[fast_slot(sql)];
    if (!st || st->source != sql || strcmp(st->text, sql) != 0)
        st = map_get(&c->by_text, str_of(sql));
    return st;
}

static void
drop_oldest(struct db_conn *c)
{
    for (struct list *it = c->stmts.prev; it != &c->stmts; it = it->prev) {
        struct db_stmt *st = LIST_ENTRY(it, struct db_stmt, node);
        if (!st->in_use) {
            stmt_free(st);
            return;
        }
    }
}

static enum err_code
stmt_new(struct db_conn *c, const char *sql, const struct db_value *args, size_t n,
         struct db_stmt **out, struct err *err)
{
    struct db_stmt *st = mem_new(1, sizeof *st);
    st->conn = c;
    st->text = mem_copy_text(sql, strlen(sql));
    list_init(&st->node);
    buf_init(&st->scratch, SIZE_MAX / 2);
    enum err_code rc = c->db->driver->prepare(st, args, n, err);
    if (rc != ERR_OK) {
        stmt_free(st);
        return rc;
    }
    list_push_front(&c->stmts, &st->node);
    *out = st;
    return ERR_OK;
}

static void
cache(struct db_conn *c, struct db_stmt *st)
{
    if (c->n_stmts >= DB_STATEMENTS_MAX)
        drop_oldest(c);
    st->cached = true;
    c->n_stmts++;
    map_put(&c->by_text, str_of(st->text), st);
}

static enum err_code
stmt_take(struct db_conn *c, const char *sql, const struct db_value *args, size_t n,
          struct db_stmt **out, struct err *err)
{
    struct db_stmt *st = find_cached(c, sql);
    if (!st || st->in_use) {
        bool twin = st != NULL;
        enum err_code rc = stmt_new(c, sql, args, n, &st, err);
        if (rc != ERR_OK)
            return rc;
        if (!twin)
            cache(c, st);
    }
    if (st->cached) {
        st->source = sql;
        c->fast[fast_slot(sql)] = st;
        if (c->stmts.next != &st->node) {
            list_remove(&st->node);
            list_push_front(&c->stmts, &st->node);
        }
    }
    st->in_use = true;
    c->active++;
    *out = st;
    return ERR_OK;
}

/* ---- running ---- */

enum err_code
db_query(struct db_conn *conn, const char *sql, const struct db_value *args, size_t n,
         struct db_stmt **out, struct err *err)
{
    *out = NULL;
    ASSERT(conn->in_tx && n <= DB_PARAMS_MAX);
    if (conn->spoiled) {
        db_tell_spoiled(err);
        return ERR_DB;
    }
    struct db_stmt *st;
    enum err_code rc = stmt_take(conn, sql, args, n, &st, err);
    if (rc != ERR_OK)
        return rc;
    st->done = false;
    st->code = ERR_OK;
    rc = conn->db->driver->start(st, args, n, err);
    if (rc != ERR_OK) {
        db_done(st);
        return rc;
    }
    *out = st;
    return ERR_OK;
}

enum db_step
db_next(struct db_stmt *st, struct err *err)
{
    if (st->done)
        return DB_DONE;
    struct err local = {0};
    enum db_step step = st->conn->db->driver->next(st, &local);
    st->done = step != DB_ROW;
    if (step == DB_FAIL) {
        st->code = local.code ? local.code : ERR_DB;
        if (err)
            *err = local;
    }
    return step;
}

enum err_code
db_finish(struct db_stmt *st)
{
    enum err_code rc = st->code;
    db_done(st);
    return rc;
}

void
db_done(struct db_stmt *st)
{
    if (!st || !st->in_use)
        return;
    st->conn->db->driver->reset(st);
    st->in_use = false;
    st->conn->active--;
    if (!st->cached)
        stmt_free(st);
}

struct str
db_text(struct db_stmt *st, int col)
{
    return st->conn->db->driver->text(st, col);
}

struct str
db_bytes(struct db_stmt *st, int col)
{
    return st->conn->db->driver->bytes(st, col);
}

int64_t
db_int(struct db_stmt *st, int col)
{
    return st->conn->db->driver->integer(st, col);
}

bool
db_is_null(struct db_stmt *st, int col)
{
    return st->conn->db->driver->is_null(st, col);
}

enum err_code
db_exec(struct db_conn *conn, const char *sql, const struct db_value *args, size_t n,
        int64_t *changes, struct err *err)
{
    if (conn->mode != DB_WRITE)
        return err_set(err, ERR_INTERNAL, "a change was tried in a transaction that only reads");
    struct db_stmt *st;
    enum err_code rc = db_query(conn, sql, args, n, &st, err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW)
        continue;
    if (changes)
        *changes = conn->db->driver->changes(st);
    return db_finish(st);
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): DB_ARGS is two of the parameters */
db_query_int(struct db_conn *conn, const char *sql, const struct db_value *args, size_t n,
             int64_t *out, bool *found, struct err *err)
{
    *out = 0;
    if (found)
        *found = false;
    struct db_stmt *st;
    enum err_code rc = db_query(conn, sql, args, n, &st, err);
    if (rc != ERR_OK)
        return rc;
    if (db_next(st, err) == DB_ROW) {
        *out = db_int(st, 0);
        if (found)
            *found = true;
    }
    return db_finish(st);
}
