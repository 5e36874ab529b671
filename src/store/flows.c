#include "store/flows.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "store/internal.h"
#include "store/rows.h"

enum { SWEEP = 8 };

static const char *const NAMES[FLOW_KINDS] = {
#define FLOW(name, text) [FLOW_##name] = (text),
#include "store/flow_kinds.def"
#undef FLOW
};

const char *
flow_kind_name(enum flow_kind kind)
{
    return NAMES[kind];
}

static struct str
kind_text(enum flow_kind kind)
{
    return str_of(NAMES[kind]);
}

/* A sealed value opens only in the flow it was made for. */
static struct str
aad_of(const struct scope *s, enum flow_kind kind, struct str token_hash)
{
    return arena_printf(s->arena, "flows/%.*s/%s/%.*s", STR_ARG(s->vendor), NAMES[kind],
                        STR_ARG(token_hash));
}

/* ---- code and data, sealed together as ["code", "data"] ---- */

static enum err_code
seal(const struct scope *s, const struct flow *f, struct buf *out, struct err *err)
{
    struct buf plain;
    struct jw w;
    buf_init(&plain, 2 * FLOW_DATA_MAX);
    jw_init(&w, &plain);
    jw_open(&w, '[');
    jw_str(&w, f->code);
    jw_str(&w, f->data);
    jw_close(&w, ']');
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    enum err_code rc = plain.failed || f->data.n > FLOW_DATA_MAX
                           ? err_set(err, ERR_LIMIT, "there is too much to remember")
                           : sealer->seal(sealer->ctx, buf_str(&plain),
                                          aad_of(s, f->kind, f->token_hash), out, err);
    secret_buf_fini(&plain);
    return rc;
}

static enum err_code
unseal(const struct scope *s, struct str sealed, struct flow *f, struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    struct buf plain;
    buf_init(&plain, 2 * FLOW_DATA_MAX);
    enum err_code rc =
        sealer->open(sealer->ctx, sealed, aad_of(s, f->kind, f->token_hash), &plain, err);
    struct json *both = rc ? NULL : json_parse(buf_str(&plain), plain.n, err);
    if (!rc && !both)
        rc = err_set(err, ERR_CORRUPT, "a stored flow cannot be read");
    if (!rc) {
        f->code = arena_str(s->arena, json_str(json_at(both, 0)));
        f->data = arena_str(s->arena, json_str(json_at(both, 1)));
    }
    json_free(both);
    secret_buf_fini(&plain);
    return rc;
}

/* ---- adding ---- */

/* Row of a user or tenant by its public id; 0 for the absent id. */
static enum err_code
find_row(const struct scope *s, const char *sql, struct str id, const char *what, int64_t *out,
         struct err *err)
{
    *out = 0;
    if (!str_given(id))
        return ERR_OK;
    bool found = false;
    enum err_code rc =
        db_query_int(s->conn, sql, DB_ARGS(DB_I(s->env), DB_T(id)), out, &found, err);
    return rc == ERR_OK && !found ? store_missing(what, err) : rc;
}

static enum err_code
find_user(const struct scope *s, struct str id, int64_t *out, struct err *err)
{
    return find_row(s, "SELECT seq FROM users WHERE env = $1 AND id = $2", id, "User", out, err);
}

static struct db_value
row_or_null(int64_t seq)
{
    return seq ? DB_I(seq) : DB_N;
}

static enum err_code
sweep(const struct scope *s, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM flows WHERE seq IN "
                   "(SELECT seq FROM flows WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                   DB_ARGS(DB_I(s->now - INT64_C(86400000)), DB_I(SWEEP)), NULL, err);
}

enum err_code
store_flow_add(const struct scope *s, const struct flow *f, bool alone, struct err *err)
{
    int64_t user = 0, tenant = 0;
    enum err_code rc = find_user(s, f->user_id, &user, err);
    if (rc == ERR_OK)
        rc = find_row(s,
                      "SELECT seq FROM tenants WHERE env = $1 AND tenant_id = $2 AND deleted_at "
                      "IS NULL",
                      f->tenant_id, "Tenant", &tenant, err);
    if (rc == ERR_OK && alone && user)
        rc = store_flow_void(s, f->kind, f->user_id, err);
    if (rc == ERR_OK)
        rc = sweep(s, err);
    if (rc != ERR_OK)
        return rc;
    struct buf sealed;
    buf_init(&sealed, 4 * FLOW_DATA_MAX);
    rc = seal(s, f, &sealed, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "INSERT INTO flows (env, kind, token_hash, user_seq, tenant_seq, sealed, "
                     "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                     DB_ARGS(DB_I(s->env), DB_T(kind_text(f->kind)), DB_T(f->token_hash),
                             row_or_null(user), row_or_null(tenant), DB_B(buf_str(&sealed)),
                             DB_I(s->now), DB_I(f->expires_at)),
                     NULL, err);
    buf_fini(&sealed);
    return rc;
}

/* ---- finding ---- */

#define FLOW_COLUMNS                                                                               \
    "token_hash, sealed, attempts, created_at, expires_at, "                                       \
    "(SELECT u.id FROM users u WHERE u.seq = user_seq), "                                          \
    "(SELECT t.tenant_id FROM tenants t WHERE t.seq = tenant_seq)"

/* Reads the one row of `st`, if any, and ends it. */
static enum err_code
read_one(const struct scope *s, struct db_stmt *st, enum flow_kind kind, struct flow *out,
         struct err *err)
{
    enum err_code rc = ERR_OK;
    bool found = db_next(st, err) == DB_ROW;
    if (found) {
        *out = (struct flow){
            .kind = kind,
            .token_hash = store_text(st, 0, s->arena),
            .attempts = (int)db_int(st, 2),
            .created_at = db_int(st, 3),
            .expires_at = db_int(st, 4),
            .user_id = store_text(st, 5, s->arena),
            .tenant_id = store_text(st, 6, s->arena),
        };
        rc = unseal(s, db_bytes(st, 1), out, err);
    }
    enum err_code last = db_finish(st);
    if (rc != ERR_OK || last != ERR_OK)
        return rc != ERR_OK ? rc : last;
    return found ? ERR_OK : store_missing("Token", err);
}

enum err_code
store_flow_get(const struct scope *s, enum flow_kind kind, struct str token_hash, struct flow *out,
               struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "SELECT " FLOW_COLUMNS " FROM flows WHERE env = $1 AND kind = $2 AND token_hash = $3",
        DB_ARGS(DB_I(s->env), DB_T(kind_text(kind)), DB_T(token_hash)), &st, err);
    if (rc == ERR_OK)
        rc = read_one(s, st, kind, out, err);
    if (rc == ERR_OK && out->expires_at <= s->now)
        return err_set(err, ERR_GONE, "expired");
    return rc;
}

enum err_code
store_flow_try(const struct scope *s, enum flow_kind kind, struct str token_hash, int most,
               struct flow *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "UPDATE flows SET attempts = attempts + 1 WHERE env = $1 AND kind = $2 AND "
        "token_hash = $3 AND expires_at > $4 AND attempts < $5 RETURNING " FLOW_COLUMNS,
        DB_ARGS(DB_I(s->env), DB_T(kind_text(kind)), DB_T(token_hash), DB_I(s->now), DB_I(most)),
        &st, err);
    if (rc == ERR_OK)
        rc = read_one(s, st, kind, out, err);
    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = store_flow_get(s, kind, token_hash, out, err);
    return rc == ERR_OK ? err_set(err, ERR_LIMIT, "too many tries") : rc;
}

enum err_code
store_flow_of_user(const struct scope *s, enum flow_kind kind, struct str user_id, struct flow *out,
                   struct err *err)
{
    int64_t user = 0;
    enum err_code rc = find_user(s, user_id, &user, err);
    struct db_stmt *st;
    if (rc == ERR_OK)
        rc = db_query(s->conn,
                      "SELECT " FLOW_COLUMNS " FROM flows WHERE user_seq = $1 AND kind = $2 AND "
                      "expires_at > $3 ORDER BY seq DESC LIMIT 1",
                      DB_ARGS(DB_I(user), DB_T(kind_text(kind)), DB_I(s->now)), &st, err);
    return rc == ERR_OK ? read_one(s, st, kind, out, err) : rc;
}

/* ---- ending ---- */

enum err_code
store_flow_take(const struct scope *s, enum flow_kind kind, struct str token_hash, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn,
                "DELETE FROM flows WHERE env = $1 AND kind = $2 AND "
                "token_hash = $3 AND expires_at > $4",
                DB_ARGS(DB_I(s->env), DB_T(kind_text(kind)), DB_T(token_hash), DB_I(s->now)),
                &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Token", err) : rc;
}

enum err_code
store_flow_void(const struct scope *s, enum flow_kind kind, struct str user_id, struct err *err)
{
    int64_t user = 0;
    enum err_code rc = find_user(s, user_id, &user, err);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    return rc ? rc
              : db_exec(s->conn, "DELETE FROM flows WHERE user_seq = $1 AND kind = $2",
                        DB_ARGS(DB_I(user), DB_T(kind_text(kind))), NULL, err);
}

enum err_code
store_flow_void_in(const struct scope *s, enum flow_kind kind, struct str user_id,
                   struct str tenant_id, struct err *err)
{
    int64_t user = 0;
    enum err_code rc = find_user(s, user_id, &user, err);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    return rc ? rc
              : db_exec(s->conn,
                        "DELETE FROM flows WHERE user_seq = $1 AND kind = $2 AND tenant_seq IN "
                        "(SELECT seq FROM tenants WHERE env = $3 AND tenant_id = $4)",
                        DB_ARGS(DB_I(user), DB_T(kind_text(kind)), DB_I(s->env), DB_T(tenant_id)),
                        NULL, err);
}
