#include "store/emails.h"

#include "base/mem.h"
#include "store/user_rows.h"

/* ---- whose an address is ---- */

enum err_code
user_address_lock(const struct scope *s, const char *kind, struct str key, struct err *err)
{
    const char *sql = db_fragment(db_of(s->conn), "address.lock");
    int64_t ignored = 0;
    if (!*sql)
        return ERR_OK;
    struct str name = arena_printf(s->arena, "%s/%lld/%.*s", kind, (long long)s->env, STR_ARG(key));
    return db_query_int(s->conn, sql, DB_ARGS(DB_T(name)), &ignored, NULL, err);
}

enum err_code
user_email_claim(const struct scope *s, int64_t user_seq, struct str key, struct err *err)
{
    int64_t others = 0;
    enum err_code rc = user_address_lock(s, "email", key, err);
    if (rc == ERR_OK)
        rc = db_query_int(
            s->conn,
            "SELECT (SELECT COUNT(*) FROM users WHERE env = $1 AND email_key = $2 AND seq <> $3) + "
            "(SELECT COUNT(*) FROM user_emails WHERE env = $1 AND email_key = $2 AND "
            "verified = 1 AND user_seq <> $3)",
            DB_ARGS(DB_I(s->env), DB_T(key), DB_I(user_seq)), &others, NULL, err);
    if (rc == ERR_OK && others > 0)
        return err_set(err, ERR_CONFLICT, "the address is somebody else's");
    return rc;
}

enum err_code
user_by_further_email(const struct scope *s, struct str key, int64_t *user_seq, struct err *err)
{
    bool found = false;
    enum err_code rc = db_query_int(
        s->conn,
        "SELECT user_seq FROM user_emails WHERE env = $1 AND email_key = $2 AND verified = 1",
        DB_ARGS(DB_I(s->env), DB_T(key)), user_seq, &found, err);
    return rc == ERR_OK && !found ? store_missing("User", err) : rc;
}

enum err_code
user_email_drop(const struct scope *s, int64_t user_seq, struct str key, struct err *err)
{
    return db_exec(s->conn, "DELETE FROM user_emails WHERE user_seq = $1 AND email_key = $2",
                   DB_ARGS(DB_I(user_seq), DB_T(key)), NULL, err);
}

/* ---- reading ---- */

/* Both kinds in one form, for the person $2 of environment $1. */
#define EMAIL_COLUMNS "id, user_id, email, verified, is_primary, created_at, updated_at"
#define EMAILS_OF_ONE                                                                              \
    "SELECT " EMAIL_COLUMNS " FROM (SELECT u.id, u.id AS user_id, u.email, u.email_key, "          \
    "u.verified, 1 AS is_primary, u.created_at, u.updated_at, CAST(0 AS BIGINT) AS nth "           \
    "FROM users u WHERE u.seq = $1 AND u.email_key IS NOT NULL "                                   \
    "UNION ALL SELECT e.id, u.id, e.email, e.email_key, e.verified, 0, e.created_at, "             \
    "e.updated_at, e.seq FROM user_emails e JOIN users u ON u.seq = e.user_seq "                   \
    "WHERE e.user_seq = $1) both_kinds"

void
user_email_read(const struct scope *s, struct db_stmt *st, int col, struct user_email *out)
{
    *out = (struct user_email){
        .id = store_text(st, col, s->arena),
        .user_id = store_text(st, col + 1, s->arena),
        .email = store_text(st, col + 2, s->arena),
        .verified = db_int(st, col + 3) != 0,
        .primary = db_int(st, col + 4) != 0,
        .created_at = db_int(st, col + 5),
        .updated_at = db_int(st, col + 6),
    };
}

static enum err_code
read_emails(const struct scope *s, struct db_stmt *st, struct user_email_list *out, struct err *err)
{
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        user_email_read(s, st, 0, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_user_emails(const struct scope *s, struct str user_id, struct user_email_list *out,
                  struct err *err)
{
    *out = (struct user_email_list){.n = 0};
    int64_t user = 0;
    struct db_stmt *st;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc == ERR_OK)
        rc = db_query(s->conn, EMAILS_OF_ONE " ORDER BY nth", DB_ARGS(DB_I(user)), &st, err);
    if (rc == ERR_OK)
        rc = read_emails(s, st, out, err);
    out->total = (int64_t)out->n;
    return rc;
}

static enum err_code
find_email(const struct scope *s, int64_t user, struct str id, struct str email,
           struct user_email *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        str_given(id) ? db_query(s->conn, EMAILS_OF_ONE " WHERE id = $2",
                                 DB_ARGS(DB_I(user), DB_T(id)), &st, err)
                      : db_query(s->conn, EMAILS_OF_ONE " WHERE email_key = $2",
                                 DB_ARGS(DB_I(user), DB_T(store_fold(s->arena, email))), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        user_email_read(s, st, 0, out);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Email", err) : rc;
}

enum err_code
store_user_email_get(const struct scope *s, struct str user_id, struct str id, struct str email,
                     struct user_email *out, struct err *err)
{
    int64_t user = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    return rc == ERR_OK ? find_email(s, user, id, email, out, err) : rc;
}

/* ---- writing ---- */

static enum err_code
check_room(const struct scope *s, int64_t user, struct str email, struct err *err)
{
    struct user_email there;
    int64_t n = 0;
    enum err_code rc = find_email(s, user, STR_ABSENT, email, &there, err);
    if (rc == ERR_OK)
        return err_set(err, ERR_CONFLICT, "the person has that address already");
    if (rc == ERR_NOT_FOUND)
        rc = db_query_int(s->conn, "SELECT COUNT(*) FROM user_emails WHERE user_seq = $1",
                          DB_ARGS(DB_I(user)), &n, NULL, err);
    if (rc == ERR_OK && n >= USER_EMAILS_MAX)
        return err_set(err, ERR_LIMIT, "a person may have at most %d further addresses",
                       USER_EMAILS_MAX);
    return rc;
}

static enum err_code
insert_email(const struct scope *s, int64_t user, struct user_email *e, struct err *err)
{
    store_new_id(s, &e->id);
    e->created_at = e->updated_at = s->now;
    return db_exec(s->conn,
                   "INSERT INTO user_emails (env, user_seq, id, email, email_key, verified, "
                   "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                   DB_ARGS(DB_I(s->env), DB_I(user), DB_T(e->id), DB_T(e->email),
                           DB_T(store_fold(s->arena, e->email)), DB_I(e->verified), DB_I(s->now)),
                   NULL, err);
}

enum err_code
store_user_email_add(const struct scope *s, struct str user_id, struct str email, bool verified,
                     struct user_email *out, struct err *err)
{
    int64_t user = 0;
    *out = (struct user_email){.user_id = user_id, .email = email, .verified = verified};
    enum err_code rc = store_check_key(email, "email", err);
    if (rc == ERR_OK)
        rc = user_resolve(s, user_id, &user, err);
    if (rc == ERR_OK && verified)
        rc = user_email_claim(s, user, store_fold(s->arena, email), err);
    if (rc == ERR_OK)
        rc = check_room(s, user, email, err);
    return rc == ERR_OK ? insert_email(s, user, out, err) : rc;
}

enum err_code
store_user_email_verify(const struct scope *s, struct str user_id, struct str id, struct err *err)
{
    int64_t user = 0, changes = 0;
    struct user_email e = {0};
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc == ERR_OK)
        rc = find_email(s, user, id, STR_ABSENT, &e, err);
    if (rc == ERR_OK)
        rc = user_email_claim(s, user, store_fold(s->arena, e.email), err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "UPDATE user_emails SET verified = 1, updated_at = $3 WHERE user_seq = $1 AND "
                     "id = $2",
                     DB_ARGS(DB_I(user), DB_T(id), DB_I(s->now)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Email", err) : rc;
}

enum err_code
store_user_email_delete(const struct scope *s, struct str user_id, struct str id, struct err *err)
{
    int64_t user = 0, changes = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn, "DELETE FROM user_emails WHERE user_seq = $1 AND id = $2",
                     DB_ARGS(DB_I(user), DB_T(id)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("Email", err) : rc;
}

/* The further one goes when it becomes the primary (store_user_update), and the other takes its place. */
static enum err_code
exchange(const struct scope *s, const struct user *u, const struct user_email *next,
         struct err *err)
{
    struct user change = {.id = u->id, .email = next->email, .verified = true};
    struct user_email former = {.email = u->email, .verified = u->verified};
    enum err_code rc = store_user_update(s, &change, USER_F(email) | USER_F(verified), err);
    return rc == ERR_OK && u->email.n ? insert_email(s, u->seq, &former, err) : rc;
}

enum err_code
store_user_email_promote(const struct scope *s, struct str user_id, struct str email,
                         struct err *err)
{
    struct user u;
    struct user_email next = {0};
    enum err_code rc = store_user_get(s, USER_BY_ID, user_id, &u, err);
    if (rc == ERR_OK)
        rc = find_email(s, u.seq, STR_ABSENT, email, &next, err);
    if (rc != ERR_OK || next.primary)
        return rc;
    if (!next.verified)
        return err_set(err, ERR_INVALID, "only a verified address can be the primary one");
    return exchange(s, &u, &next, err);
}
