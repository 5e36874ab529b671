#include "store/webauthn.h"

#include "store/rows.h"
#include "store/user_rows.h"

#define COLUMNS                                                                                    \
    "id, credential_id, credential_hash, algorithm, public_key, sign_count, device_type, name, "   \
    "created_at, last_used_at"
/* Their names on the wire. */
#define PLATFORM "Platform"
#define CROSS_PLATFORM "CrossPlatform"

static void
read_row(struct db_stmt *st, struct arena *a, struct webauthn_credential *out)
{
    *out = (struct webauthn_credential){
        .id = store_text(st, 0, a),
        .credential_id = store_text(st, 1, a),
        .credential_hash = store_text(st, 2, a),
        .algorithm = db_int(st, 3),
        .public_key = arena_str(a, db_bytes(st, 4)),
        .sign_count = db_int(st, 5),
        .platform = str_eq(db_text(st, 6), STR(PLATFORM)),
        .name = store_text(st, 7, a),
        .created_at = db_int(st, 8),
        .last_used_at = db_int(st, 9),
    };
}

static enum err_code
check_room(const struct scope *s, int64_t user, struct err *err)
{
    int64_t n = 0;
    enum err_code rc =
        db_query_int(s->conn, "SELECT COUNT(*) FROM webauthn_credentials WHERE user_seq = $1",
                     DB_ARGS(DB_I(user)), &n, NULL, err);
    if (!rc && n >= WEBAUTHN_CREDENTIALS_MAX)
        return err_set(err, ERR_LIMIT, "there are %d security keys already", (int)n);
    return rc;
}

enum err_code
store_webauthn_add(const struct scope *s, struct str user_id, struct webauthn_credential *k,
                   struct err *err)
{
    int64_t user, changes = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = check_room(s, user, err);
    if (rc)
        return rc;
    store_new_id(s, &k->id);
    k->created_at = s->now;
    rc = db_exec(
        s->conn,
        "INSERT INTO webauthn_credentials (env, user_seq, id, credential_hash, credential_id, "
        "algorithm, public_key, sign_count, device_type, name, created_at) VALUES ($1, $2, $3, "
        "$4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (env, credential_hash) DO NOTHING",
        DB_ARGS(DB_I(s->env), DB_I(user), DB_T(k->id), DB_T(k->credential_hash),
                DB_T(k->credential_id), DB_I(k->algorithm), DB_B(k->public_key),
                DB_I(k->sign_count), DB_T(k->platform ? STR(PLATFORM) : STR(CROSS_PLATFORM)),
                DB_T(k->name), DB_I(s->now)),
        &changes, err);
    if (!rc && changes == 0)
        return err_set(err, ERR_CONFLICT, "this security key is enrolled already");
    return rc;
}

enum err_code
store_webauthn_list(const struct scope *s, struct str user_id, struct webauthn_list *out,
                    struct err *err)
{
    int64_t user;
    size_t size = 0;
    struct db_stmt *st;
    *out = (struct webauthn_list){.n = 0};
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = db_query(s->conn,
                      "SELECT " COLUMNS " FROM webauthn_credentials WHERE user_seq = $1 "
                      "ORDER BY seq",
                      DB_ARGS(DB_I(user)), &st, err);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW)
        read_row(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_webauthn_get(const struct scope *s, struct str user_id, struct str id,
                   struct webauthn_credential *out, struct err *err)
{
    int64_t user;
    struct db_stmt *st;
    *out = (struct webauthn_credential){.algorithm = 0};
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = db_query(s->conn,
                      "SELECT " COLUMNS " FROM webauthn_credentials WHERE user_seq = $1 AND "
                      "id = $2",
                      DB_ARGS(DB_I(user), DB_T(id)), &st, err);
    if (rc)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_row(st, s->arena, out);
    rc = db_finish(st);
    return rc || found ? rc : store_missing("Device", err);
}

enum err_code
store_webauthn_use(const struct scope *s, struct str user_id, struct str id, int64_t sign_count,
                   struct err *err)
{
    int64_t user, changes = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = db_exec(s->conn,
                     "UPDATE webauthn_credentials SET sign_count = $3, last_used_at = $4 WHERE "
                     "user_seq = $1 AND id = $2 AND (sign_count < $3 OR "
                     "(sign_count = 0 AND $3 = 0))",
                     DB_ARGS(DB_I(user), DB_T(id), DB_I(sign_count), DB_I(s->now)), &changes, err);
    if (!rc && changes == 0)
        return err_set(err, ERR_CONFLICT, "the security key has counted less than before");
    return rc;
}
