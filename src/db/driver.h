#ifndef DB_DRIVER_H
#define DB_DRIVER_H
/*
 * Inside of the database layer: what db.c keeps for each database, connection and statement, and
 * the record of functions that a driver (sqlite.c, pgsql.c) supplies. Nothing outside db/ includes
 * this.
 *
 * A connection is used by one thread between begin and the end of its transaction; the pool hands
 * it on under db->lock. Only `writes_stopped` is shared without the lock.
 */
#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "db/db.h"
#include <pthread.h>
#include <stdatomic.h>

enum {
    DB_READERS_PRESET = 4,
    DB_READERS_MAX = 64,
    DB_BUSY_PRESET_MS = 5000,
    DB_STATEMENTS_MAX = 400, /* kept prepared per connection */
    DB_FAST_SLOTS = 256,
    DB_PARAMS_MAX = 1000,
    DB_AFTER_MAX = 4
};

struct db_stmt {
    struct list node; /* in conn->stmts, most recently used first */
    struct db_conn *conn;
    const char *source; /* address the text was given at: a hint, never trusted alone */
    char *text;
    bool in_use, cached;
    void *native;    /* sqlite3_stmt; PostgreSQL: unused */
    uint64_t number; /* PostgreSQL: name of the prepared statement, 0 until prepared */
    void *result;    /* PostgreSQL: PGresult */
    int row;
    bool done;
    enum err_code code; /* of the last step */
    uint16_t *order;    /* SQLite: order[i] is the n of "$n" at place i */
    int n_order;
    struct buf scratch; /* PostgreSQL: decoded bytes */
};

struct db_conn {
    struct db *db;
    void *native; /* sqlite3, PGconn; NULL while closed */
    enum db_mode mode;
    bool writer; /* SQLite: the one that writes */
    bool taken, in_tx, broken;
    bool spoiled;      /* the transaction ended before its time: nothing more may be done in it */
    bool log_is_large; /* SQLite: said so already */
    unsigned active, savepoints;
    struct db_after {
        void (*fn)(void *arg);
        void *arg;
    } after[DB_AFTER_MAX]; /* of this transaction, see db_after_commit */
    size_t n_after;
    uint64_t numbers; /* last statement number given out */
    struct list stmts;
    size_t n_stmts;
    struct map by_text;
    struct db_stmt *fast[DB_FAST_SLOTS];
};

struct db_driver {
    const char *name;
    /* Reads db->url, decides db->n_conns and db->one_writer, makes ready what lies around the
     * connections. */
    enum err_code (*setup)(struct db *db, struct err *err);
    void (*teardown)(struct db *db);
    enum err_code (*connect)(struct db_conn *c, struct err *err);
    void (*disconnect)(struct db_conn *c);
    /* begin may reconnect; commit leaves no transaction behind whatever it returns. */
    enum err_code (*begin)(struct db_conn *c, struct err *err);
    enum err_code (*commit)(struct db_conn *c, struct err *err);
    void (*rollback)(struct db_conn *c);
    enum err_code (*prepare)(struct db_stmt *st, const struct db_value *args, size_t n,
                             struct err *err);
    void (*finalize)(struct db_stmt *st);
    enum err_code (*start)(struct db_stmt *st, const struct db_value *args, size_t n,
                           struct err *err);
    enum db_step (*next)(struct db_stmt *st, struct err *err);
    void (*reset)(struct db_stmt *st);
    int64_t (*changes)(struct db_stmt *st);
    int64_t (*touched)(const struct db_conn *c); /* NULL: it does not tell */
    struct str (*text)(struct db_stmt *st, int col);
    struct str (*bytes)(struct db_stmt *st, int col);
    int64_t (*integer)(struct db_stmt *st, int col);
    bool (*is_null)(struct db_stmt *st, int col);
    /* Several statements at once, without parameters. */
    enum err_code (*script)(struct db_conn *c, const char *sql, struct err *err);
    const char *(*fragment)(const char *name);     /* NULL if unknown */
    const char *(*schema_word)(const char *token); /* "{seq}" and so on; NULL if unknown */
    enum err_code (*migration_lock)(struct db_conn *c, struct err *err);
    enum err_code (*check)(struct db_conn *c, void (*say)(void *arg, struct str line), void *arg,
                           bool *sound, struct err *err);
    enum err_code (*backup)(struct db_conn *c, const char *path, struct err *err);
};

struct db {
    const struct db_driver *driver;
    char *url;  /* as given */
    char *path; /* SQLite: the file; ":memory:" */
    bool memory, one_writer, read_only;
    unsigned busy_ms;
    bool create;
    char *lock_path;
    int lock_fd;
    atomic_bool
        writes_stopped; /* a commit could not be made durable: no more writes until restart */
    pthread_mutex_t lock;
    pthread_cond_t reader_free, writer_free;
    size_t writers_waiting;
    struct db_conn *conns;
    size_t n_conns;
    void *context;
    void *client; /* PostgreSQL: struct pq_api */
};

extern const struct db_driver db_sqlite, db_pgsql;

/* Says that the transaction had ended before its time. */
void db_tell_spoiled(struct err *err);
/* Forgets all prepared statements, as after a reconnect. */
void db_conn_forget(struct db_conn *c);
/* Takes the single-server lock of a database file, or says who to look for. */
enum err_code db_lock_take(struct db *db, const char *lock_path, struct err *err);
void db_lock_drop(struct db *db);

struct db_migration {
    const char *name, *sql;
};
/* The migrations compiled in, ended by .name == NULL; tests pass their own to db_migrate_with. */
extern const struct db_migration db_migrations[];
enum err_code db_migrate_with(struct db *db, const struct db_migration *list, struct err *err);
#endif
