#include "store/factors.h"

#include "base/secret.h"
#include "store/internal.h"
#include "store/rows.h"
#include "store/user_rows.h"

enum { SWEEP = 8, SEALED_MAX = 1024 };

/* Runs a statement with the person's row as $1 and `more` as $2; *changes may be NULL. */
static enum err_code
exec_for(const struct scope *s, struct str user_id, const char *sql, struct str more,
         int64_t *changes, struct err *err)
{
    int64_t user;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc)
        return rc;
    const struct db_value args[] = {DB_I(user), DB_T(more)};
    return db_exec(s->conn, sql, args, str_given(more) ? 2 : 1, changes, err);
}

/* As exec_for, for what has to be there. */
static enum err_code
take_for(const struct scope *s, struct str user_id, const char *sql, struct str more,
         const char *what, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc = exec_for(s, user_id, sql, str_given(more) ? more : STR(""), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing(what, err) : rc;
}

static const struct str NOTHING = {NULL, 0};

/* ---- all of them ---- */

static enum err_code
list_authenticators(const struct scope *s, int64_t user, struct factors *out, struct err *err)
{
    size_t size = 0;
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn,
                                "SELECT id, created_at, last_used_at, last_step FROM "
                                "authenticators WHERE user_seq = $1 ORDER BY seq",
                                DB_ARGS(DB_I(user)), &st, err);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct authenticator *a =
            STORE_PUSH(s->arena, out->authenticators, out->n_authenticators, size);
        *a = (struct authenticator){.id = store_text(st, 0, s->arena),
                                    .created_at = db_int(st, 1),
                                    .last_used_at = db_int(st, 2),
                                    .last_step = db_int(st, 3)};
    }
    return db_finish(st);
}

static enum err_code
list_phones(const struct scope *s, int64_t user, struct factors *out, struct err *err)
{
    size_t size = 0;
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn,
                                "SELECT id, phone_number, created_at FROM factor_phones WHERE "
                                "user_seq = $1 ORDER BY seq",
                                DB_ARGS(DB_I(user)), &st, err);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct factor_phone *p = STORE_PUSH(s->arena, out->phones, out->n_phones, size);
        *p = (struct factor_phone){.id = store_text(st, 0, s->arena),
                                   .phone_number = store_text(st, 1, s->arena),
                                   .created_at = db_int(st, 2)};
    }
    return db_finish(st);
}

enum err_code
store_factors_list(const struct scope *s, struct str user_id, struct factors *out, struct err *err)
{
    int64_t user;
    *out = (struct factors){.n_phones = 0};
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = list_authenticators(s, user, out, err);
    return rc ? rc : list_phones(s, user, out, err);
}

enum err_code
store_factors_clear(const struct scope *s, struct str user_id, struct err *err)
{
    static const char *const statements[] = {
        "DELETE FROM authenticators WHERE user_seq = $1",
        "DELETE FROM factor_phones WHERE user_seq = $1",
        "DELETE FROM webauthn_credentials WHERE user_seq = $1",
        "DELETE FROM recovery_codes WHERE user_seq = $1",
        "DELETE FROM remembered_devices WHERE user_seq = $1",
    };
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < sizeof statements / sizeof *statements; i++)
        rc = exec_for(s, user_id, statements[i], NOTHING, NULL, err);
    return rc;
}

/* ---- authenticator app ---- */

/* A seed opens only for the person and device it was sealed for. */
static struct str
aad_of(const struct scope *s, struct str user_id, struct str id)
{
    return arena_printf(s->arena, "authenticators/%.*s/%.*s/%.*s", STR_ARG(s->vendor),
                        STR_ARG(user_id), STR_ARG(id));
}

enum err_code
store_authenticator_add(const struct scope *s, struct str user_id, struct authenticator *a,
                        struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    int64_t user;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc)
        return rc;
    if (a->seed.n == 0 || a->seed.n > SEED_MAX)
        return err_set(err, ERR_INVALID, "an authenticator's seed has 1 to %d bytes", SEED_MAX);
    store_new_id(s, &a->id);
    a->created_at = s->now;
    struct buf sealed;
    buf_init(&sealed, SEALED_MAX);
    rc = sealer->seal(sealer->ctx, a->seed, aad_of(s, user_id, a->id), &sealed, err);
    if (!rc)
        rc = db_exec(s->conn,
                     "INSERT INTO authenticators (user_seq, id, seed_sealed, last_step, "
                     "created_at) VALUES ($1, $2, $3, $4, $5)",
                     DB_ARGS(DB_I(user), DB_T(a->id), DB_B(buf_str(&sealed)), DB_I(a->last_step),
                             DB_I(s->now)),
                     NULL, err);
    buf_fini(&sealed);
    return rc;
}

static enum err_code
unseal(const struct scope *s, struct str user_id, struct str sealed, struct authenticator *a,
       struct err *err)
{
    const struct sealer *sealer = &store_of(s->conn)->sealer;
    struct buf plain;
    buf_init(&plain, SEALED_MAX);
    enum err_code rc = sealer->open(sealer->ctx, sealed, aad_of(s, user_id, a->id), &plain, err);
    if (!rc)
        a->seed = arena_str(s->arena, buf_str(&plain));
    secret_buf_fini(&plain);
    return rc;
}

enum err_code
store_authenticator_get(const struct scope *s, struct str user_id, struct str id,
                        struct authenticator *out, struct err *err)
{
    int64_t user;
    struct db_stmt *st;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = db_query(s->conn,
                      "SELECT id, created_at, last_used_at, last_step, seed_sealed FROM "
                      "authenticators WHERE user_seq = $1 AND ($3 = 0 OR id = $2)",
                      DB_ARGS(DB_I(user), DB_T(str_given(id) ? id : STR("")), DB_I(str_given(id))),
                      &st, err);
    if (rc)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found) {
        *out = (struct authenticator){.id = store_text(st, 0, s->arena),
                                      .created_at = db_int(st, 1),
                                      .last_used_at = db_int(st, 2),
                                      .last_step = db_int(st, 3)};
        rc = unseal(s, user_id, db_bytes(st, 4), out, err);
    }
    enum err_code last = db_finish(st);
    if (rc || last)
        return rc ? rc : last;
    return found ? ERR_OK : store_missing("Device", err);
}

enum err_code
store_authenticator_use(const struct scope *s, struct str user_id, struct str id, int64_t step,
                        struct err *err)
{
    int64_t user, changes = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = db_exec(s->conn,
                     "UPDATE authenticators SET last_step = $3, last_used_at = $4 WHERE "
                     "user_seq = $1 AND id = $2 AND last_step < $3",
                     DB_ARGS(DB_I(user), DB_T(id), DB_I(step), DB_I(s->now)), &changes, err);
    if (!rc && changes == 0)
        return err_set(err, ERR_CONFLICT, "that code was used");
    return rc;
}

enum err_code
store_authenticator_remove(const struct scope *s, struct str user_id, struct str id,
                           struct err *err)
{
    return take_for(s, user_id, "DELETE FROM authenticators WHERE user_seq = $1 AND id = $2", id,
                    "Device", err);
}

/* ---- phones ---- */

enum err_code
store_factor_phone_add(const struct scope *s, struct str user_id, struct factor_phone *p,
                       struct err *err)
{
    int64_t user, there = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = store_check_key(p->phone_number, "phoneNumber", err);
    if (!rc)
        rc = db_query_int(s->conn, "SELECT COUNT(*) FROM factor_phones WHERE user_seq = $1",
                          DB_ARGS(DB_I(user)), &there, NULL, err);
    if (!rc && there >= FACTOR_PHONES_MAX)
        return err_set(err, ERR_LIMIT, "at most %d phones", FACTOR_PHONES_MAX);
    if (rc)
        return rc;
    store_new_id(s, &p->id);
    p->created_at = s->now;
    return db_exec(s->conn,
                   "INSERT INTO factor_phones (user_seq, id, phone_number, created_at) VALUES ($1, "
                   "$2, $3, $4)",
                   DB_ARGS(DB_I(user), DB_T(p->id), DB_T(p->phone_number), DB_I(s->now)), NULL,
                   err);
}

enum err_code
store_factor_phone_remove(const struct scope *s, struct str user_id, struct str id, struct err *err)
{
    return take_for(s, user_id, "DELETE FROM factor_phones WHERE user_seq = $1 AND id = $2", id,
                    "Device", err);
}

/* ---- recovery code ---- */

enum err_code
store_recovery_set(const struct scope *s, struct str user_id, struct str code_hash, struct err *err)
{
    int64_t user;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    return rc ? rc
              : db_exec(s->conn,
                        "INSERT INTO recovery_codes (user_seq, code_hash, created_at) VALUES ($1, "
                        "$2, $3) ON CONFLICT (user_seq) DO UPDATE SET code_hash = "
                        "excluded.code_hash, created_at = excluded.created_at",
                        DB_ARGS(DB_I(user), DB_T(code_hash), DB_I(s->now)), NULL, err);
}

enum err_code
store_recovery_take(const struct scope *s, struct str user_id, struct str code_hash,
                    struct err *err)
{
    return take_for(s, user_id, "DELETE FROM recovery_codes WHERE user_seq = $1 AND code_hash = $2",
                    code_hash, "Code", err);
}

/* ---- remembered devices ---- */

/* What is over goes, a few at a time, whoever's it is. */
static enum err_code
sweep(const struct scope *s, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM remembered_devices WHERE (user_seq, token_hash) IN (SELECT "
                   "user_seq, token_hash FROM remembered_devices WHERE expires_at <= $1 ORDER BY "
                   "expires_at LIMIT $2)",
                   DB_ARGS(DB_I(s->now), DB_I(SWEEP)), NULL, err);
}

/* Room for one more. */
static enum err_code
drop_oldest(const struct scope *s, int64_t user, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM remembered_devices WHERE user_seq = $1 AND token_hash IN (SELECT "
                   "token_hash FROM remembered_devices WHERE user_seq = $1 ORDER BY created_at "
                   "DESC, token_hash LIMIT 1000 OFFSET $2)",
                   DB_ARGS(DB_I(user), DB_I(REMEMBERED_MAX - 1)), NULL, err);
}

/* Everybody else who was remembered on the device; the person's own row is made anew. */
static enum err_code
move_others(const struct scope *s, int64_t user, struct str before, struct str token_hash,
            struct err *err)
{
    enum err_code rc =
        db_exec(s->conn, "DELETE FROM remembered_devices WHERE user_seq = $1 AND token_hash = $2",
                DB_ARGS(DB_I(user), DB_T(before)), NULL, err);
    return rc ? rc
              : db_exec(s->conn,
                        "UPDATE remembered_devices SET token_hash = $2 WHERE token_hash = $1 AND "
                        "user_seq IN (SELECT seq FROM users WHERE env = $3)",
                        DB_ARGS(DB_T(before), DB_T(token_hash), DB_I(s->env)), NULL, err);
}

enum err_code
store_remember(const struct scope *s, struct str user_id, struct str token_hash, struct str before,
               int64_t expires_at, struct err *err)
{
    int64_t user;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (!rc)
        rc = sweep(s, err);
    if (!rc)
        rc = drop_oldest(s, user, err);
    if (!rc && str_given(before))
        rc = move_others(s, user, before, token_hash, err);
    return rc ? rc
              : db_exec(s->conn,
                        "INSERT INTO remembered_devices (user_seq, token_hash, created_at, "
                        "expires_at) VALUES ($1, $2, $3, $4)",
                        DB_ARGS(DB_I(user), DB_T(token_hash), DB_I(s->now), DB_I(expires_at)), NULL,
                        err);
}

enum err_code
store_remembered(const struct scope *s, struct str user_id, struct str token_hash, int64_t *since,
                 struct err *err)
{
    int64_t user;
    *since = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    return rc ? rc
              : db_query_int(s->conn,
                             "SELECT created_at FROM remembered_devices WHERE user_seq = $1 AND "
                             "token_hash = $2 AND expires_at > $3",
                             DB_ARGS(DB_I(user), DB_T(token_hash), DB_I(s->now)), since, NULL, err);
}

enum err_code
store_remembered_drop(const struct scope *s, struct str user_id, struct err *err)
{
    return exec_for(s, user_id, "DELETE FROM remembered_devices WHERE user_seq = $1", NOTHING, NULL,
                    err);
}
