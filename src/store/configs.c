#include "store/configs.h"
#include "base/secret.h"
#include "store/internal.h"
#include "store/rows.h"

/* Tenant -1 (unknown) finds nothing when reading and is refused when writing. */
static enum err_code
get_of(const struct scope *s, int64_t tenant_seq, struct str name, struct config *out,
       struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn,
                                "SELECT id, document, created_at, updated_at FROM configurations "
                                "WHERE env = $1 AND tenant_seq = $2 AND name = $3",
                                DB_ARGS(DB_I(s->env), DB_I(tenant_seq), DB_T(name)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        *out = (struct config){
            .id = store_text(st, 0, s->arena),
            .document = store_text(st, 1, s->arena),
            .created_at = db_int(st, 2),
            .updated_at = db_int(st, 3),
        };
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Configuration", err) : rc;
}

enum err_code
store_config_get(const struct scope *s, struct str name, struct config *out, struct err *err)
{
    return get_of(s, s->tenant_seq, name, out, err);
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): also is a second tenant */
store_config_of_user(const struct scope *s, struct str name, struct str user_id, struct str also,
                     bool environment_only, struct config_list *out, struct err *err)
{
    *out = (struct config_list){NULL, 0};
    size_t size = 0;
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "SELECT document, tenant_seq FROM configurations WHERE env = $1 AND name = $2 AND "
        "(tenant_seq = 0 OR "
        "($5 = 0 AND (tenant_seq IN (SELECT m.tenant_seq FROM user_tenants m JOIN users u ON "
        "u.seq = m.user_seq WHERE u.env = $1 AND u.id = $3) OR tenant_seq IN (SELECT seq FROM "
        "tenants WHERE env = $1 AND tenant_id = $4)))) ORDER BY tenant_seq",
        DB_ARGS(DB_I(s->env), DB_T(name), DB_T(user_id), DB_T(also), DB_I(environment_only)), &st,
        err);
    if (rc != ERR_OK)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct config_item *item = STORE_PUSH(s->arena, out->items, out->n, size);
        item->document = store_text(st, 0, s->arena);
        item->of_environment = db_int(st, 1) == 0;
    }
    return db_finish(st);
}

enum err_code
store_config_put(const struct scope *s, struct str name, struct str document, struct err *err)
{
    enum err_code rc = store_writable(s, err);
    if (rc != ERR_OK)
        return rc;
    struct str id = {0};
    store_new_id(s, &id);
    return db_exec(s->conn,
                   "INSERT INTO configurations (env, tenant_seq, name, id, document, created_at, "
                   "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (env, tenant_seq, "
                   "name) DO UPDATE SET document = excluded.document, "
                   "updated_at = excluded.updated_at",
                   DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(name), DB_T(id), DB_T(document),
                           DB_I(s->now)),
                   NULL, err);
}

enum err_code
store_config_create(const struct scope *s, struct str name, struct str document, struct err *err)
{
    enum err_code rc = store_writable(s, err);
    if (rc != ERR_OK)
        return rc;
    struct str id = {0};
    store_new_id(s, &id);
    int64_t changes = 0;
    rc = db_exec(s->conn,
                 "INSERT INTO configurations (env, tenant_seq, name, id, document, created_at, "
                 "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING",
                 DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(name), DB_T(id), DB_T(document),
                         DB_I(s->now)),
                 &changes, err);
    if (rc == ERR_OK && changes == 0)
        return err_set(err, ERR_CONFLICT, "Configuration already exists");
    return rc;
}

static enum err_code
delete_from(const struct scope *s, const char *sql, struct str name, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = db_exec(s->conn, sql, DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(name)),
                               &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Configuration", err) : rc;
}

enum err_code
store_config_delete(const struct scope *s, struct str name, struct err *err)
{
    return delete_from(
        s, "DELETE FROM configurations WHERE env = $1 AND tenant_seq = $2 AND name = $3", name,
        err);
}

/* ---- sealed values ---- */

static struct str
value_aad(const struct scope *s, struct str name)
{
    return arena_printf(s->arena, "sealed_values/%.*s/%lld/%.*s", STR_ARG(s->vendor),
                        (long long)s->tenant_seq, STR_ARG(name));
}

enum err_code
store_sealed_put(const struct scope *s, struct str name, struct str plain, struct err *err)
{
    enum err_code rc = store_writable(s, err);
    if (rc != ERR_OK)
        return rc;
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    struct buf sealed;
    buf_init(&sealed, 256 * 1024);
    rc = sealer->seal(sealer->ctx, plain, value_aad(s, name), &sealed, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "INSERT INTO sealed_values (env, tenant_seq, name, sealed, updated_at) VALUES "
                     "($1, $2, $3, $4, $5) ON CONFLICT (env, tenant_seq, name) DO UPDATE SET "
                     "sealed = excluded.sealed, updated_at = excluded.updated_at",
                     DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(name), DB_B(buf_str(&sealed)),
                             DB_I(s->now)),
                     NULL, err);
    buf_fini(&sealed);
    return rc;
}

enum err_code
store_sealed_get(const struct scope *s, struct str name, struct str *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "SELECT sealed FROM sealed_values WHERE env = $1 AND tenant_seq = $2 AND name = $3",
        DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(name)), &st, err);
    if (rc != ERR_OK)
        return rc;
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    struct buf plain;
    buf_init(&plain, 256 * 1024);
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        rc = sealer->open(sealer->ctx, db_bytes(st, 0), value_aad(s, name), &plain, err);
    if (found && rc == ERR_OK)
        *out = plain.n ? arena_str(s->arena, buf_str(&plain)) : STR("");
    secret_buf_fini(&plain);
    enum err_code last = db_finish(st);
    if (rc != ERR_OK || last != ERR_OK)
        return rc != ERR_OK ? rc : last;
    return found ? ERR_OK : store_missing("Value", err);
}

enum err_code
store_sealed_delete(const struct scope *s, struct str name, struct err *err)
{
    return delete_from(
        s, "DELETE FROM sealed_values WHERE env = $1 AND tenant_seq = $2 AND name = $3", name, err);
}
