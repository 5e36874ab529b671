#ifndef STORE_STORE_H
#define STORE_STORE_H
/*
 * What the server remembers, as functions on plain structs: one file per aggregate (users.h,
 * tenants.h, ...), written once for both databases. No SQL lives outside this folder and db/schema.
 *
 * Every function takes a `struct scope`: the transaction it runs in, the environment and tenant it
 * may see, the time of the request, and the arena its results live in. Nothing here reads a clock
 * or commits: the caller's transaction decides (call_tx in handlers, store_tx elsewhere). Unknown
 * ids give ERR_NOT_FOUND, broken uniqueness ERR_CONFLICT; totals, search index and change numbers
 * are kept in the same transaction. `struct store` is shared by all threads; a scope belongs to the
 * thread of its transaction.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "db/db.h"

struct store;

/* Seals and opens small secrets; the crypto layer provides it (crypto/seal.h). `aad` names table,
 * column and row, so that a sealed value copied elsewhere does not open. */
struct sealer {
    void *ctx;
    enum err_code (*seal)(void *ctx, struct str plain, struct str aad, struct buf *out,
                          struct err *err);
    enum err_code (*open)(void *ctx, struct str sealed, struct str aad, struct buf *out,
                          struct err *err);
};

/* Opens over a migrated database; takes `db` over (also on failure). The sealer's ctx must outlive
 * it. */
enum err_code store_open(struct store **out, struct db *take_db, const struct sealer *sealer,
                         struct err *err) MUST_USE;
void store_close(struct store *take); /* NULL is fine; closes the database */
struct db *store_db(const struct store *store);
struct store *store_of(const struct db_conn *conn);

struct scope {
    struct db_conn *conn;
    struct arena *arena; /* results live here */
    struct str vendor;   /* environment id */
    struct str tenant;   /* tenant id; absent: the whole environment */
    int64_t env;         /* row of the environment */
    int64_t
        tenant_seq; /* row of the tenant; 0: no tenant given; -1: unknown tenant, matches nothing */
    int64_t now;    /* ms, written as created and updated times */
};

/*
 * Makes a scope. ERR_NOT_FOUND if there is no such environment. An unknown or removed tenant is no
 * error here (tenant_seq -1): functions that need the tenant answer ERR_NOT_FOUND.
 */
enum err_code scope_open(struct scope *out, struct db_conn *conn, struct arena *arena,
                         struct str vendor, struct str tenant, struct err *err) MUST_USE;
/* The same scope narrowed or widened to another tenant (absent: whole environment). */
enum err_code scope_tenant(const struct scope *s, struct str tenant, struct scope *out,
                           struct err *err) MUST_USE;

/*
 * Runs fn in a transaction and commits; the whole is tried again when the database was busy (fn may
 * run several times, so it must only touch the database and what it resets itself).
 */
typedef enum err_code store_fn(struct db_conn *conn, void *arg, struct err *err);
enum err_code store_tx(struct store *store, enum db_mode mode, store_fn *fn, void *arg,
                       struct err *err) MUST_USE;

/* One page of a list, rows [offset, offset + limit). */
struct store_page {
    int64_t offset, limit;
    struct str sort; /* wire name of the sort, e.g. "createdAt"; absent: the list's own */
    bool descending;
    bool no_total; /* the caller does not need *total */
};

/*
 * Columns of an aggregate as data: tables of these drive loading, partial updates, and (in
 * handlers) reading bodies and writing replies. `offset` is the member's place in the aggregate's
 * struct. TEXT is struct str (absent: null), INT int64_t (STORE_NO_INT: null), BOOL bool, TIME
 * int64_t ms (0: null).
 */
enum store_kind { STORE_TEXT, STORE_INT, STORE_BOOL, STORE_TIME };
enum {
    STORE_FIXED = 1 << 0, /* never changed by an update */
    STORE_V2 = 1 << 1,    /* only in version 2 of the object on the wire */
    STORE_NOT_NULL = 1 << 2
};
#define STORE_NO_INT INT64_MIN
/* C type of a kind, for the structs made from *_fields.def. */
#define STORE_C_TEXT struct str
#define STORE_C_INT int64_t
#define STORE_C_BOOL bool
#define STORE_C_TIME int64_t
struct store_field {
    const char *wire, *column;
    enum store_kind kind;
    unsigned flags;
    size_t offset;
};
#endif
