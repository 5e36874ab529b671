#ifndef DB_DB_H
#define DB_DB_H
/*
 * One database behind two drivers (SQLite, PostgreSQL). A `struct db` is shared by all threads; a
 * `struct db_conn` belongs to the thread that began a transaction until it commits or rolls back.
 * All SQL is portable: TEXT ids, BIGINT milliseconds passed in by the caller, INTEGER booleans,
 * $1..$n parameters, ON CONFLICT ... DO UPDATE, RETURNING. Where an engine feature is worth it
 * (full text), the driver supplies a named SQL fragment, see db_fragment.
 *
 * SQLite: WAL, synchronous=FULL, ONE connection that writes and checkpoints; readers never
 * checkpoint (3.40.1 lacks the WAL-reset fix). A second server on the same file is refused by a
 * lock file. PostgreSQL: a pool of connections, READ COMMITTED, synchronous_commit on.
 */
#include "base/err.h"

struct db;
struct db_conn;
struct db_stmt;

enum db_mode { DB_READ, DB_WRITE };
enum db_step { DB_ROW, DB_DONE, DB_FAIL };

struct db_options {
    unsigned readers; /* reader connections, 0: 4 */
    unsigned busy_ms; /* wait for a connection or lock, 0: 5000; then ERR_BUSY */
    bool create;      /* make the file when missing */
    bool read_only;   /* SQLite: look only, beside a running server; no lock, DB_WRITE is refused */
    const char *lock_dir; /* SQLite: folder of the single-server lock; NULL: beside the file */
};

/* url: "sqlite:PATH", "sqlite::memory:" or "postgresql://...". */
enum err_code db_open(struct db **out, struct str url, const struct db_options *options,
                      struct err *err) MUST_USE;
void db_close(struct db *take);
const char *db_driver_name(const struct db *db); /* "sqlite" or "postgresql" */

/*
 * Begins a transaction on a connection of the pool. Waits at most busy_ms. A DB_WRITE transaction
 * on SQLite is BEGIN IMMEDIATE on the one writer. Ends with exactly one db_commit or db_rollback,
 * which also gives the connection back. Do no slow work (hashing, network) in between.
 */
enum err_code db_begin(struct db *db, enum db_mode mode, struct db_conn **out,
                       struct err *err) MUST_USE;
/* On failure the transaction is rolled back; ERR_BUSY means "try the whole thing again". */
enum err_code db_commit(struct db_conn *take, struct err *err) MUST_USE;
void db_rollback(struct db_conn *take); /* NULL is fine */
/* Calls fn(arg) once this transaction is committed, on the thread that commits, when the connection
 * is given back. One call per function and transaction: a later one replaces it. */
void db_after_commit(struct db_conn *conn, void (*fn)(void *arg), void *arg);
struct db *db_of(const struct db_conn *conn);
enum db_mode db_mode_of(const struct db_conn *conn);
/* A pointer the owner of the database hangs on it (the store), borrowed; set once before sharing.
 */
void db_set_context(struct db *db, void *context);
void *db_context(const struct db *db);

/* Parameter values. Views are borrowed until the statement is reset. */
struct db_value {
    enum { DB_NULL, DB_TEXT, DB_INT, DB_BYTES } kind;
    struct str s;
    int64_t i;
};
#define DB_T(str) ((struct db_value){.kind = DB_TEXT, .s = (str)}) /* absent binds NULL */
#define DB_I(v) ((struct db_value){.kind = DB_INT, .i = (int64_t)(v)})
#define DB_B(bytes) ((struct db_value){.kind = DB_BYTES, .s = (bytes)})
#define DB_N ((struct db_value){.kind = DB_NULL})
#define DB_ARGS(...)                                                                               \
    (const struct db_value[]){__VA_ARGS__},                                                        \
        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_ARGS NULL, 0

/*
 * Runs a statement that yields rows. Statements are prepared once per connection and cached by the
 * address and text of `sql`, so pass literals where possible. Finish with db_done (also after an
 * error or early).
 *
 *   struct db_stmt *st;
 *   if ((rc = db_query(conn, SQL, DB_ARGS(DB_T(id)), &st, err))) return rc;
 *   while (db_next(st, err) == DB_ROW) ... db_text(st, 0) ...
 *   return db_finish(st);
 */
enum err_code db_query(struct db_conn *conn, const char *sql, const struct db_value *args, size_t n,
                       struct db_stmt **out, struct err *err) MUST_USE;
enum db_step db_next(struct db_stmt *st, struct err *err);
void db_done(struct db_stmt *st); /* NULL is fine */
/* As db_done; gives the failure of the last db_next, ERR_OK if it was none. */
enum err_code db_finish(struct db_stmt *st) MUST_USE;
/* Views are valid until the next db_next or db_done. NULL columns read as absent, 0. */
struct str db_text(struct db_stmt *st, int col);
struct str db_bytes(struct db_stmt *st, int col);
int64_t db_int(struct db_stmt *st, int col);
bool db_is_null(struct db_stmt *st, int col);

/* Runs a statement without rows; *changes (may be NULL) is the number of rows it touched.
 * UNIQUE or PRIMARY KEY violations give ERR_CONFLICT, foreign keys ERR_INVALID. */
enum err_code db_exec(struct db_conn *conn, const char *sql, const struct db_value *args, size_t n,
                      int64_t *changes, struct err *err) MUST_USE;
/* First column of the first row as integer; *found (may be NULL) tells whether there was a row. */
enum err_code db_query_int(struct db_conn *conn, const char *sql, const struct db_value *args,
                           size_t n, int64_t *out, bool *found, struct err *err) MUST_USE;

/* Named savepoint inside a write transaction, for "try, else undo just this". Where one cannot be ended the transaction
 * is gone; a full disk may end it, too. All that is left of it is refused then. */
enum err_code db_savepoint(struct db_conn *conn, struct err *err) MUST_USE;
enum err_code db_release(struct db_conn *conn, struct err *err) MUST_USE;
void db_undo(struct db_conn *conn);

/* Rows that this connection has changed since it was opened: the same number twice means that nothing was in between.
 * -1: the engine does not tell. */
int64_t db_touched(const struct db_conn *conn);

/* Engine-specific SQL by name, e.g. "users.search"; "" where the engine needs none; asserts on an unknown name. */
const char *db_fragment(const struct db *db, const char *name);

/* Brings the schema to the newest version; refuses a newer or altered one. Safe with several
 * servers. */
enum err_code db_migrate(struct db *db, struct err *err) MUST_USE;
/* Integrity and foreign-key checks and our own invariants; one line each through `say`. */
enum err_code db_check(struct db *db, void (*say)(void *arg, struct str line), void *arg,
                       struct err *err) MUST_USE;
/* Online copy into a new 0600 file (SQLite). */
enum err_code db_backup(struct db *db, const char *path, struct err *err) MUST_USE;
#endif
