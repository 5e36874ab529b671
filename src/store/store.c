#include "store/store.h"
#include "base/mem.h"
#include "base/rand.h"
#include "store/internal.h"
#include <time.h>

enum { TRIES = 5, FIRST_PAUSE_MS = 5 };

enum err_code
store_open(struct store **out, struct db *take_db, const struct sealer *sealer, struct err *err)
{
    (void)err;
    struct store *store = mem_new(1, sizeof *store);
    store->db = take_db;
    store->sealer = *sealer;
    store->hints = hints_new();
    db_set_context(take_db, store);
    *out = store;
    return ERR_OK;
}

void
store_close(struct store *take)
{
    if (!take)
        return;
    db_close(take->db);
    hints_free(take->hints);
    mem_free(take);
}

struct db *
store_db(const struct store *store)
{
    return store->db;
}

struct store *
store_of(const struct db_conn *conn)
{
    struct store *store = db_context(db_of(conn));
    ASSERT(store);
    return store;
}

/* ---- scopes ---- */

enum err_code
scope_open(struct scope *out, struct db_conn *conn, struct arena *arena, struct str vendor,
           struct str tenant, struct err *err)
{
    *out = (struct scope){.conn = conn, .arena = arena, .vendor = vendor};
    bool found;
    enum err_code rc = db_query_int(conn, "SELECT seq FROM environments WHERE id = $1",
                                    DB_ARGS(DB_T(vendor)), &out->env, &found, err);
    if (rc != ERR_OK)
        return rc;
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "Environment not found");
    return str_given(tenant) ? scope_tenant(out, tenant, out, err) : ERR_OK;
}

enum err_code
scope_tenant(const struct scope *s, struct str tenant, struct scope *out, struct err *err)
{
    struct scope narrowed = *s;
    narrowed.tenant = tenant;
    narrowed.tenant_seq = 0;
    enum err_code rc = ERR_OK;
    if (str_given(tenant)) {
        bool found;
        rc = db_query_int(s->conn,
                          "SELECT seq FROM tenants WHERE env = $1 AND tenant_id = $2 "
                          "AND deleted_at IS NULL",
                          DB_ARGS(DB_I(s->env), DB_T(tenant)), &narrowed.tenant_seq, &found, err);
        if (!found)
            narrowed.tenant_seq = -1;
    }
    *out = narrowed;
    return rc;
}

/* ---- transactions ---- */

static enum err_code
attempt(struct store *store, enum db_mode mode, store_fn *fn, void *arg, struct err *err)
{
    struct db_conn *conn;
    enum err_code rc = db_begin(store->db, mode, &conn, err);
    if (rc != ERR_OK)
        return rc;
    rc = fn(conn, arg, err);
    if (rc == ERR_OK)
        return db_commit(conn, err);
    db_rollback(conn);
    return rc;
}

static void
pause_before_retry(unsigned tries)
{
    unsigned ms = (unsigned)FIRST_PAUSE_MS << tries;
    ms += rand_below(ms); /* so that two that met do not meet again */
    struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L};
    nanosleep(&ts, NULL);
}

enum err_code
store_tx(struct store *store, enum db_mode mode, store_fn *fn, void *arg, struct err *err)
{
    enum err_code rc = ERR_BUSY;
    for (unsigned i = 0; i < TRIES && rc == ERR_BUSY; i++) {
        if (i)
            pause_before_retry(i);
        rc = attempt(store, mode, fn, arg, err);
    }
    return rc;
}
