#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include "db/driver.h"
#include <errno.h>
#include <limits.h>
#include <time.h>

/* ---- opening and closing ---- */

static const struct db_driver *
driver_of(struct str url)
{
    if (str_starts(url, STR("sqlite:")))
        return &db_sqlite;
    if (str_starts(url, STR("postgresql://")) || str_starts(url, STR("postgres://")))
        return &db_pgsql;
    return NULL;
}

static void
conns_init(struct db *db)
{
    db->conns = mem_new(db->n_conns, sizeof *db->conns);
    for (size_t i = 0; i < db->n_conns; i++) {
        struct db_conn *c = &db->conns[i];
        c->db = db;
        c->writer = i == 0;
        list_init(&c->stmts);
        map_init(&c->by_text);
    }
}

static struct db *
db_new(struct str url, const struct db_options *options)
{
    static const struct db_options none = {0};
    const struct db_options *o = options ? options : &none;
    struct db *db = mem_new(1, sizeof *db);
    db->url = mem_copy_text(url.p, url.n);
    db->busy_ms = o->busy_ms ? o->busy_ms : DB_BUSY_PRESET_MS;
    db->create = o->create;
    db->read_only = o->read_only;
    db->n_conns = (o->readers ? o->readers : DB_READERS_PRESET) + 1;
    if (db->n_conns > DB_READERS_MAX)
        db->n_conns = DB_READERS_MAX;
    if (o->lock_dir)
        db->lock_path = mem_copy_text(o->lock_dir, strlen(o->lock_dir));
    db->lock_fd = -1;
    atomic_init(&db->writes_stopped, false);
    pthread_mutex_init(&db->lock, NULL);
    cond_init(&db->reader_free);
    cond_init(&db->writer_free);
    return db;
}

/* Names the scheme only: what follows it may hold a password. */
static enum err_code
refuse_url(struct str url, struct err *err)
{
    struct str scheme = {0};
    str_next(&url, ':', &scheme);
    return err_set(err, ERR_CONFIG,
                   "the database must be sqlite:PATH or postgresql://..., not \"%.*s:\"",
                   (int)(scheme.n > 20 ? 20 : scheme.n), scheme.p ? scheme.p : "");
}

enum err_code
db_open(struct db **out, struct str url, const struct db_options *options, struct err *err)
{
    *out = NULL;
    const struct db_driver *driver = driver_of(url);
    if (!driver || url.n > PATH_MAX)
        return refuse_url(url, err);
    struct db *db = db_new(url, options);
    db->driver = driver;
    enum err_code rc = driver->setup(db, err);
    if (rc == ERR_OK) {
        conns_init(db);
        rc = driver->connect(&db->conns[0], err);
    }
    if (rc != ERR_OK) {
        db_close(db);
        return rc;
    }
    *out = db;
    return ERR_OK;
}

void
db_close(struct db *take)
{
    if (!take)
        return;
    /* Readers first: the writer, closing last, tidies up the write-ahead log. */
    for (size_t i = take->conns ? take->n_conns : 0; i-- > 0;) {
        struct db_conn *c = &take->conns[i];
        ASSERT(!c->taken);
        db_conn_forget(c);
        if (c->native)
            take->driver->disconnect(c);
        map_fini(&c->by_text);
    }
    if (take->driver)
        take->driver->teardown(take);
    pthread_cond_destroy(&take->reader_free);
    pthread_cond_destroy(&take->writer_free);
    pthread_mutex_destroy(&take->lock);
    mem_free(take->conns);
    mem_free(take->lock_path);
    mem_free(take->path);
    mem_free(take->url);
    mem_free(take);
}

const char *
db_driver_name(const struct db *db)
{
    return db->driver->name;
}

struct db *
db_of(const struct db_conn *conn)
{
    return conn->db;
}

enum db_mode
db_mode_of(const struct db_conn *conn)
{
    return conn->mode;
}

void
db_set_context(struct db *db, void *context)
{
    db->context = context;
}

void *
db_context(const struct db *db)
{
    return db->context;
}

const char *
db_fragment(const struct db *db, const char *name)
{
    const char *sql = db->driver->fragment(name);
    ASSERT(sql);
    return sql;
}

/* ---- pool ---- */

static struct db_conn *
find_free(struct db *db, enum db_mode mode)
{
    if (db->one_writer && mode == DB_WRITE)
        return db->conns[0].taken ? NULL : &db->conns[0];
    for (size_t i = db->one_writer && db->n_conns > 1 ? 1 : 0; i < db->n_conns; i++) {
        if (!db->conns[i].taken)
            return &db->conns[i];
    }
    return NULL;
}

static struct db_conn *
wait_free(struct db *db, enum db_mode mode)
{
    struct timespec until = clock_deadline(db->busy_ms);
    pthread_cond_t *cond = mode == DB_WRITE ? &db->writer_free : &db->reader_free;
    struct db_conn *c = NULL;
    while (!c && pthread_cond_timedwait(cond, &db->lock, &until) == 0)
        c = find_free(db, mode);
    return c ? c : find_free(db, mode);
}

/* Whoever comes for the one writer stands behind those who wait for it already: a thread that commits
 * and begins again at once would else always be faster than the one that has to wake up first. */
static struct db_conn *
pool_take(struct db *db, enum db_mode mode)
{
    bool writes = db->one_writer && mode == DB_WRITE;
    pthread_mutex_lock(&db->lock);
    struct db_conn *c = writes && db->writers_waiting ? NULL : find_free(db, mode);
    db->writers_waiting += writes;
    if (!c)
        c = wait_free(db, mode);
    db->writers_waiting -= writes;
    if (c)
        c->taken = true;
    pthread_mutex_unlock(&db->lock);
    return c;
}

static void
pool_give(struct db_conn *c)
{
    struct db *db = c->db;
    pthread_mutex_lock(&db->lock);
    c->taken = false;
    pthread_cond_signal(&db->writer_free);
    pthread_cond_signal(&db->reader_free);
    pthread_mutex_unlock(&db->lock);
}

/* ---- transactions ---- */

static enum err_code
refuse_writes(struct db *db, struct err *err)
{
    if (db->read_only)
        return err_set(err, ERR_IO, "%s was opened for reading only", db->path);
    return err_set(err, ERR_IO,
                   "writing to %s has stopped: an earlier change could not be made durable; "
                   "check the disk and restart the server",
                   db->path ? db->path : "the database");
}

enum err_code
db_begin(struct db *db, enum db_mode mode, struct db_conn **out, struct err *err)
{
    *out = NULL;
    if (mode == DB_WRITE && (db->read_only || atomic_load(&db->writes_stopped)))
        return refuse_writes(db, err);
    struct db_conn *c = pool_take(db, mode);
    if (!c)
        return err_set(err, ERR_BUSY, "the database is busy: no connection became free in %u ms",
                       db->busy_ms);
    c->mode = mode;
    c->savepoints = 0;
    c->spoiled = false;
    c->n_after = 0;
    enum err_code rc = c->native ? ERR_OK : db->driver->connect(c, err);
    if (rc == ERR_OK)
        rc = db->driver->begin(c, err);
    if (rc != ERR_OK) {
        pool_give(c);
        return rc;
    }
    c->in_tx = true;
    *out = c;
    return ERR_OK;
}

/* Statements that the caller forgot to end would hold locks past the transaction. */
static void
end_statements(struct db_conn *c)
{
    if (c->active == 0)
        return;
    for (struct list *it = c->stmts.next, *next; it != &c->stmts; it = next) {
        next = it->next;
        struct db_stmt *st = LIST_ENTRY(it, struct db_stmt, node);
        if (st->in_use)
            db_done(st);
    }
}

void
db_tell_spoiled(struct err *err)
{
    (void)err_set(err, ERR_DB, "the transaction had ended before its time and was rolled back");
}

enum err_code
db_commit(struct db_conn *take, struct err *err)
{
    end_statements(take);
    struct db_after after[DB_AFTER_MAX];
    size_t n = take->n_after;
    memcpy(after, take->after, sizeof after);
    enum err_code rc = ERR_DB;
    if (take->spoiled) {
        db_tell_spoiled(err);
        take->db->driver->rollback(take);
    } else {
        rc = take->db->driver->commit(take, err);
    }
    take->in_tx = false;
    pool_give(take);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        after[i].fn(after[i].arg);
    return rc;
}

void
db_after_commit(struct db_conn *conn, void (*fn)(void *arg), void *arg)
{
    size_t i = 0;
    while (i < conn->n_after && conn->after[i].fn != fn)
        i++;
    ASSERT(i < DB_AFTER_MAX);
    conn->after[i] = (struct db_after){fn, arg};
    conn->n_after += i == conn->n_after;
}

void
db_rollback(struct db_conn *take)
{
    if (!take)
        return;
    end_statements(take);
    take->db->driver->rollback(take);
    take->in_tx = false;
    pool_give(take);
}

static enum err_code
savepoint_run(struct db_conn *c, const char *verb, unsigned n, struct err *err)
{
    struct buf sql;
    buf_init(&sql, 64);
    buf_printf(&sql, "%s s%u", verb, n);
    enum err_code rc = c->db->driver->script(c, buf_str(&sql).p, err);
    buf_fini(&sql);
    return rc;
}

enum err_code
db_savepoint(struct db_conn *conn, struct err *err)
{
    if (conn->spoiled) {
        db_tell_spoiled(err);
        return ERR_DB;
    }
    enum err_code rc = savepoint_run(conn, "SAVEPOINT", conn->savepoints + 1, err);
    if (rc == ERR_OK)
        conn->savepoints++;
    return rc;
}

int64_t
db_touched(const struct db_conn *conn)
{
    return conn->db->driver->touched ? conn->db->driver->touched(conn) : -1;
}

enum err_code
db_release(struct db_conn *conn, struct err *err)
{
    ASSERT(conn->savepoints > 0);
    enum err_code rc = savepoint_run(conn, "RELEASE SAVEPOINT", conn->savepoints--, err);
    conn->spoiled |= rc != ERR_OK;
    return rc;
}

void
db_undo(struct db_conn *conn)
{
    ASSERT(conn->savepoints > 0);
    unsigned n = conn->savepoints--;
    /* A failure here means that the transaction itself is gone. */
    conn->spoiled |= savepoint_run(conn, "ROLLBACK TO SAVEPOINT", n, NULL) != ERR_OK ||
                     savepoint_run(conn, "RELEASE SAVEPOINT", n, NULL) != ERR_OK;
}
