#include "store/users.h"
#include "base/mem.h"
#include "store/user_rows.h"

const struct store_field user_fields[USER_FIELDS] = {
#define FIELD(kind, member, wire, flags)                                                           \
    {(wire), #member, STORE_##kind, (flags), offsetof(struct user, member)},
#include "store/user_fields.def"
#undef FIELD
};

/* Columns that substring search looks in. */
#define SEARCHED (USER_F(name) | USER_F(email) | USER_F(username) | USER_F(phone_number))

void
user_read(struct db_stmt *st, int col, struct arena *a, struct user *out)
{
    memset(out, 0, sizeof *out);
    out->seq = db_int(st, col);
    store_read_fields(st, col + 1, user_fields, USER_FIELDS, a, out);
}

/* ---- reading ---- */

#define SELECT_USER(condition)                                                                     \
    "SELECT " USER_COLUMNS " FROM users u WHERE u.env = $1 AND " condition                         \
    " AND ($3 = 0 OR EXISTS (SELECT 1 FROM user_tenants m WHERE m.user_seq = u.seq AND "           \
    "m.tenant_seq = $3)) ORDER BY u.seq LIMIT 1"

static const char *const select_by[] = {
    [USER_BY_ID] = SELECT_USER("u.id = $2"),
    [USER_BY_EMAIL] = SELECT_USER("u.email_key = $2"),
    [USER_BY_USERNAME] = SELECT_USER("u.username_key = $2"),
    [USER_BY_EXTERNAL_ID] = SELECT_USER("u.external_id = $2"),
};

static enum err_code
get_one(const struct scope *s, const char *sql, struct db_value value, struct user *out,
        struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn, sql, DB_ARGS(DB_I(s->env), value, DB_I(s->tenant_seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        user_read(st, 0, s->arena, out);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("User", err) : rc;
}

/* Who is meant by an address that is not a column of the user. */
typedef enum err_code owner_fn(const struct scope *s, struct str address, int64_t *user_seq,
                               struct err *err);
static enum err_code
get_owner(const struct scope *s, owner_fn *find, struct str address, struct user *out,
          struct err *err)
{
    int64_t owner = 0;
    enum err_code rc = find(s, address, &owner, err);
    return rc == ERR_OK ? get_one(s, SELECT_USER("u.seq = $2"), DB_I(owner), out, err) : rc;
}

enum err_code
store_user_get(const struct scope *s, enum user_key by, struct str value, struct user *out,
               struct err *err)
{
    if (by == USER_BY_PHONE)
        return get_owner(s, user_by_phone, value, out, err);
    if (by == USER_BY_EMAIL || by == USER_BY_USERNAME)
        value = store_fold(s->arena, value);
    enum err_code rc = get_one(s, select_by[by], DB_T(value), out, err);
    if (rc == ERR_NOT_FOUND && by == USER_BY_EMAIL)
        rc = get_owner(s, user_by_further_email, value, out, err);
    return rc;
}

enum err_code
user_resolve(const struct scope *s, struct str id, int64_t *seq, struct err *err)
{
    bool found;
    enum err_code rc = db_query_int(
        s->conn,
        "SELECT u.seq FROM users u WHERE u.env = $1 AND u.id = $2 AND ($3 = 0 OR EXISTS (SELECT 1 "
        "FROM user_tenants m WHERE m.user_seq = u.seq AND m.tenant_seq = $3))",
        DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->tenant_seq)), seq, &found, err);
    return rc == ERR_OK && !found ? store_missing("User", err) : rc;
}

/* ---- writing ---- */

static enum err_code
check(const struct user *u, struct err *err)
{
    const struct {
        struct str value;
        const char *what;
    } limits[] = {
        {u->id, "id"},
        {u->email, "email"},
        {u->username, "username"},
        {u->phone_number, "phoneNumber"},
        {u->external_id, "externalId"},
        {u->provider, "provider"},
        {u->active_tenant_id, "tenantId"},
    };
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        enum err_code rc = store_check_key(limits[i].value, limits[i].what, err);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

/* No text is no address: absent, so that it is not unique. */
static struct str
unique_key(const struct scope *s, struct str value)
{
    return value.n ? store_fold(s->arena, value) : STR_ABSENT;
}

static struct str
search_key(const struct scope *s, const struct user *u)
{
    const struct str parts[] = {u->name, u->email, u->username, u->phone_number};
    return store_search_key(s->arena, parts, COUNT_OF(parts));
}

/* Where the engine's search index is a table of its own, its rows follow the users'. */
static enum err_code
index_text(const struct scope *s, const char *fragment, int64_t seq, struct str text,
           struct err *err)
{
    const char *sql = db_fragment(db_of(s->conn), fragment);
    if (!*sql)
        return ERR_OK;
    return db_exec(s->conn, sql, DB_ARGS(DB_I(seq), DB_T(text)), NULL, err);
}

static enum err_code
unindex(const struct scope *s, int64_t seq, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, "SELECT search_key FROM users WHERE env = $1 AND seq = $2",
                                DB_ARGS(DB_I(s->env), DB_I(seq)), &st, err);
    if (rc != ERR_OK)
        return rc;
    struct str text = {0};
    if (db_next(st, err) == DB_ROW)
        text = store_text(st, 0, s->arena);
    rc = db_finish(st);
    return rc == ERR_OK ? index_text(s, "users.search_remove", seq, text, err) : rc;
}

static enum err_code
taken(enum err_code rc, struct err *err)
{
    if (rc == ERR_CONFLICT)
        err_set(err, rc, "User already exists");
    return rc;
}

static void
fill_in(const struct scope *s, struct user *u)
{
    store_new_id(s, &u->id);
    if (!u->created_at)
        u->created_at = s->now;
    u->updated_at = s->now;
    if (!str_given(u->provider))
        u->provider = STR("local");
    if (!str_given(u->managed_by))
        u->managed_by = STR("frontegg");
    if (!str_given(u->metadata))
        u->metadata = STR("{}");
    if (!str_given(u->vendor_metadata))
        u->vendor_metadata = STR("{}");
}

static void
add_insert(struct sql *q, const struct scope *s, const struct user *u)
{
    sql_add(q, "INSERT INTO users (env, email_key, username_key, name_key, search_key");
    for (size_t i = 0; i < USER_FIELDS; i++) {
        sql_add(q, ", ");
        sql_add(q, user_fields[i].column);
    }
    sql_addv(q, ") VALUES (?, ?, ?, ?, ?",
             DB_ARGS(DB_I(s->env), DB_T(unique_key(s, u->email)), DB_T(unique_key(s, u->username)),
                     DB_T(store_order_key(s->arena, u->name)), DB_T(search_key(s, u))));
    for (size_t i = 0; i < USER_FIELDS; i++) {
        sql_add(q, ", ");
        sql_arg(q, store_field_value(&user_fields[i], u));
    }
    sql_add(q, ") RETURNING seq");
}

enum err_code
store_user_create(const struct scope *s, struct user *u, struct err *err)
{
    enum err_code rc = check(u, err);
    if (rc != ERR_OK)
        return rc;
    fill_in(s, u);
    if (u->email.n)
        rc = taken(user_email_claim(s, 0, unique_key(s, u->email), err), err);
    if (rc != ERR_OK)
        return rc;
    struct sql q;
    sql_init(&q, s->arena);
    add_insert(&q, s, u);
    struct db_stmt *st;
    rc = sql_query(&q, s->conn, &st, err);
    if (rc == ERR_OK) {
        if (db_next(st, err) == DB_ROW)
            u->seq = db_int(st, 0);
        rc = db_finish(st);
    }
    sql_fini(&q);
    if (rc != ERR_OK)
        return taken(rc, err);
    rc = index_text(s, "users.search_add", u->seq, search_key(s, u), err);
    if (rc == ERR_OK)
        rc = user_phone_show(s, u->seq, STR_ABSENT, u->phone_number, err);
    return rc == ERR_OK ? user_order_add(s, u->seq, -s->env, err) : rc;
}

static void
add_update(struct sql *q, const struct scope *s, const struct user *u, uint64_t given,
           const struct user *after)
{
    sql_add(q, "UPDATE users");
    sql_add(q, store_add_sets(q, user_fields, USER_FIELDS, given, u) ? ", " : " SET ");
    sql_addv(q, "updated_at = ?", DB_ARGS(DB_I(s->now)));
    if (given & USER_F(name))
        sql_addv(q, ", name_key = ?", DB_ARGS(DB_T(store_order_key(s->arena, u->name))));
    if (given & USER_F(email))
        sql_addv(q, ", email_key = ?", DB_ARGS(DB_T(unique_key(s, u->email))));
    if (given & USER_F(username))
        sql_addv(q, ", username_key = ?", DB_ARGS(DB_T(unique_key(s, u->username))));
    if (given & SEARCHED)
        sql_addv(q, ", search_key = ?", DB_ARGS(DB_T(search_key(s, after))));
    sql_addv(q, " WHERE env = ? AND seq = ?", DB_ARGS(DB_I(s->env), DB_I(after->seq)));
}

static enum err_code
write_update(const struct scope *s, const struct user *u, uint64_t given, const struct user *after,
             struct err *err)
{
    bool searched = given & SEARCHED;
    enum err_code rc = searched ? unindex(s, after->seq, err) : ERR_OK;
    if (rc != ERR_OK)
        return rc;
    struct sql q;
    sql_init(&q, s->arena);
    add_update(&q, s, u, given, after);
    rc = taken(sql_exec(&q, s->conn, NULL, err), err);
    sql_fini(&q);
    if (rc == ERR_OK && searched)
        rc = index_text(s, "users.search_add", after->seq, search_key(s, after), err);
    return rc;
}

/* What else changes with a new primary address or a new number: see emails.h and phones.h. */
static enum err_code
move_addresses(const struct scope *s, const struct user *u, uint64_t given,
               const struct user *before, struct err *err)
{
    int64_t seq = before->seq;
    enum err_code rc = ERR_OK;
    if (given & USER_F(email) && u->email.n) {
        struct str key = unique_key(s, u->email);
        rc = taken(user_email_claim(s, seq, key, err), err);
        if (rc == ERR_OK)
            rc = user_email_drop(s, seq, key, err);
    }
    if (rc == ERR_OK && given & USER_F(phone_number))
        rc = user_phone_show(s, seq, before->phone_number, u->phone_number, err);
    return rc;
}

enum err_code
store_user_update(const struct scope *s, const struct user *u, uint64_t given, struct err *err)
{
    struct user before = {0};
    enum err_code rc = check(u, err);
    if (rc == ERR_OK)
        rc = store_user_get(s, USER_BY_ID, u->id, &before, err);
    if (rc != ERR_OK)
        return rc;
    struct user after = before;
    if (given & USER_F(name))
        after.name = u->name;
    if (given & USER_F(email))
        after.email = u->email;
    if (given & USER_F(username))
        after.username = u->username;
    if (given & USER_F(phone_number))
        after.phone_number = u->phone_number;
    rc = move_addresses(s, u, given, &before, err);
    if (rc == ERR_OK)
        rc = write_update(s, u, given, &after, err);
    return rc == ERR_OK ? user_order_refresh(s, after.seq, given, err) : rc;
}

enum err_code
store_user_delete(const struct scope *s, struct str id, struct err *err)
{
    int64_t seq = 0;
    enum err_code rc = user_resolve(s, id, &seq, err);
    if (rc != ERR_OK)
        return rc;
    /* Memberships, roles, groups and list rows go with the row; totals are ours to keep. */
    rc = db_exec(s->conn,
                 "UPDATE totals SET total = total - 1, generation = generation + 1 WHERE "
                 "kind = 'users' AND list IN (SELECT list FROM user_order WHERE user_seq = $1)",
                 DB_ARGS(DB_I(seq)), NULL, err);
    if (rc == ERR_OK)
        rc = unindex(s, seq, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(s->conn, "DELETE FROM users WHERE env = $1 AND seq = $2",
                   DB_ARGS(DB_I(s->env), DB_I(seq)), NULL, err);
}

enum err_code
store_user_rehash(const struct scope *s, struct str id, struct str was, struct str hash,
                  struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn,
                "UPDATE users SET password_hash = $4 WHERE env = $1 AND id = $2 AND "
                "password_hash = $3",
                DB_ARGS(DB_I(s->env), DB_T(id), DB_T(was), DB_T(hash)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("User", err) : rc;
}

enum err_code
store_user_signed_in(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn, "UPDATE users SET last_login = $3 WHERE env = $1 AND id = $2",
                DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->now)), &changes, err);
    return rc == ERR_OK && changes == 0 ? store_missing("User", err) : rc;
}

/* ---- totals ---- */

enum err_code
store_user_count(const struct scope *s, int64_t *out, struct err *err)
{
    struct total kept;
    enum err_code rc = store_total_get(s->conn, store_list_of(s), "users", &kept, err);
    *out = kept.count;
    return rc;
}

enum err_code
store_user_count_enabled(const struct scope *s, int64_t *out, struct err *err)
{
    int64_t all, disabled;
    enum err_code rc = store_user_count(s, &all, err);
    if (rc == ERR_OK)
        rc = db_query_int(s->conn,
                          "SELECT COUNT(*) FROM user_tenants WHERE tenant_seq = $1 AND "
                          "is_disabled = 1",
                          DB_ARGS(DB_I(s->tenant_seq)), &disabled, NULL, err);
    *out = rc == ERR_OK ? all - disabled : 0;
    return rc;
}
