#include "store/envs.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/secret.h"
#include "store/internal.h"
#include "store/rows.h"

#define ENV_COLUMNS "seq, id, name, secret_hash, host, created_at, updated_at"

static void
read_env(struct db_stmt *st, struct arena *a, struct env *out)
{
    *out = (struct env){
        .seq = db_int(st, 0),
        .id = store_text(st, 1, a),
        .name = store_text(st, 2, a),
        .secret_hash = store_text(st, 3, a),
        .host = store_text(st, 4, a),
        .created_at = db_int(st, 5),
        .updated_at = db_int(st, 6),
    };
}

static enum err_code
get_one(struct db_conn *conn, struct arena *a, const char *sql, struct str value, struct env *out,
        struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(conn, sql, DB_ARGS(DB_T(value)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_env(st, a, out);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Environment", err) : rc;
}

enum err_code
store_env_get(struct db_conn *conn, struct arena *a, struct str id, struct env *out,
              struct err *err)
{
    return get_one(conn, a, "SELECT " ENV_COLUMNS " FROM environments WHERE id = $1", id, out, err);
}

enum err_code
store_env_by_host(struct db_conn *conn, struct arena *a, struct str host, struct env *out,
                  struct err *err)
{
    return get_one(conn, a,
                   "SELECT " ENV_COLUMNS " FROM environments WHERE host = $1 ORDER BY seq LIMIT 1",
                   store_fold(a, host), out, err);
}

enum err_code
store_env_list(struct db_conn *conn, struct arena *a, struct env_list *out, struct err *err)
{
    *out = (struct env_list){0};
    struct db_stmt *st;
    enum err_code rc = db_query(conn, "SELECT " ENV_COLUMNS " FROM environments ORDER BY seq",
                                DB_NO_ARGS, &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        read_env(st, a, STORE_PUSH(a, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_env_create(struct db_conn *conn, struct env *e, struct err *err)
{
    if (!e->updated_at)
        e->updated_at = e->created_at;
    struct db_stmt *st;
    enum err_code rc =
        db_query(conn,
                 "INSERT INTO environments (id, name, secret_hash, host, created_at, updated_at) "
                 "VALUES ($1, $2, $3, $4, $5, $6) RETURNING seq",
                 DB_ARGS(DB_T(e->id), DB_T(e->name), DB_T(e->secret_hash), DB_T(e->host),
                         DB_I(e->created_at), DB_I(e->updated_at)),
                 &st, err);
    if (rc != ERR_OK)
        return rc;
    if (db_next(st, err) == DB_ROW)
        e->seq = db_int(st, 0);
    return db_finish(st);
}

enum err_code
store_env_set_secret(const struct scope *s, struct str secret_hash, struct err *err)
{
    return db_exec(s->conn,
                   "UPDATE environments SET secret_hash = $2, updated_at = $3 WHERE seq = $1",
                   DB_ARGS(DB_I(s->env), DB_T(secret_hash), DB_I(s->now)), NULL, err);
}

/* ---- signing keys ---- */

static struct str
key_aad(const struct scope *s, struct str id)
{
    return arena_printf(s->arena, "signing_keys/private_sealed/%.*s/%.*s", STR_ARG(s->vendor),
                        STR_ARG(id));
}

enum err_code
store_signing_key_add(const struct scope *s, const struct signing_key *key, struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    struct buf sealed;
    buf_init(&sealed, 64 * 1024);
    enum err_code rc =
        sealer->seal(sealer->ctx, key->private_pem, key_aad(s, key->id), &sealed, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "INSERT INTO signing_keys (env, id, algorithm, public_pem, private_sealed, "
                     "created_at) VALUES ($1, $2, $3, $4, $5, $6)",
                     DB_ARGS(DB_I(s->env), DB_T(key->id), DB_T(key->algorithm),
                             DB_T(key->public_pem), DB_B(buf_str(&sealed)),
                             DB_I(key->created_at ? key->created_at : s->now)),
                     NULL, err);
    buf_fini(&sealed);
    return rc;
}

static enum err_code
open_private(const struct scope *s, struct str sealed, struct signing_key *key, struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    struct buf plain;
    buf_init(&plain, 64 * 1024);
    enum err_code rc = sealer->open(sealer->ctx, sealed, key_aad(s, key->id), &plain, err);
    if (rc == ERR_OK)
        key->private_pem = arena_str(s->arena, buf_str(&plain));
    secret_buf_fini(&plain);
    return rc;
}

enum err_code
store_signing_key_list(const struct scope *s, bool with_private, struct signing_key_list *out,
                       struct err *err)
{
    *out = (struct signing_key_list){0};
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "SELECT id, algorithm, public_pem, created_at, retired_at, private_sealed FROM "
                 "signing_keys WHERE env = $1 ORDER BY COALESCE(retired_at, 0), seq DESC",
                 DB_ARGS(DB_I(s->env)), &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (rc == ERR_OK && db_next(st, err) == DB_ROW) {
        struct signing_key *key = STORE_PUSH(s->arena, out->items, out->n, size);
        key->id = store_text(st, 0, s->arena);
        key->algorithm = store_text(st, 1, s->arena);
        key->public_pem = store_text(st, 2, s->arena);
        key->created_at = db_int(st, 3);
        key->retired_at = db_int(st, 4);
        if (with_private)
            rc = open_private(s, db_bytes(st, 5), key, err);
    }
    enum err_code last = db_finish(st);
    return rc != ERR_OK ? rc : last;
}

enum err_code
store_signing_key_retire(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn,
                               "UPDATE signing_keys SET retired_at = $3 WHERE env = $1 AND id = $2 "
                               "AND retired_at IS NULL",
                               DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->now)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Signing key", err) : rc;
}
