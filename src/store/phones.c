#include "store/phones.h"

#include "base/mem.h"
#include "store/address_order.h"
#include "store/user_rows.h"

static struct str
key_of(const struct scope *s, struct str phone)
{
    char *key = ARENA_ARRAY(s->arena, phone.n + 1, char);
    size_t n = 0;
    for (size_t i = 0; i < phone.n; i++)
        if (phone.p[i] != '-')
            key[n++] = phone.p[i];
    return (struct str){key, n};
}

/* ---- who is meant ---- */

enum err_code
user_by_phone(const struct scope *s, struct str phone, int64_t *user_seq, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "SELECT user_seq, verified FROM user_phones WHERE env = $1 AND phone_key = $2 "
                 "ORDER BY verified DESC, seq LIMIT 2",
                 DB_ARGS(DB_I(s->env), DB_T(key_of(s, phone))), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    *user_seq = found ? db_int(st, 0) : 0;
    if (found && !db_int(st, 1) && db_next(st, err) == DB_ROW)
        found = false;
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("User", err) : rc;
}

static enum err_code
insert_phone(const struct scope *s, int64_t user, struct user_phone *p, struct err *err)
{
    store_new_id(s, &p->id);
    p->created_at = p->updated_at = s->now;
    return db_exec(s->conn,
                   "INSERT INTO user_phones (env, user_seq, id, phone_number, phone_key, verified, "
                   "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                   DB_ARGS(DB_I(s->env), DB_I(user), DB_T(p->id), DB_T(p->phone_number),
                           DB_T(key_of(s, p->phone_number)), DB_I(p->verified), DB_I(s->now)),
                   NULL, err);
}

/* ---- reading ---- */

#define PHONE_ITEM "p.id, u.id AS user_id, p.phone_number, p.verified, p.created_at, p.updated_at"
#define PHONE_COLUMNS PHONE_ITEM " FROM user_phones p JOIN users u ON u.seq = p.user_seq"

static void
read_phone(const struct scope *s, struct db_stmt *st, int col, void *item)
{
    *(struct user_phone *)item = (struct user_phone){
        .id = store_text(st, col, s->arena),
        .user_id = store_text(st, col + 1, s->arena),
        .phone_number = store_text(st, col + 2, s->arena),
        .verified = db_int(st, col + 3) != 0,
        .created_at = db_int(st, col + 4),
        .updated_at = db_int(st, col + 5),
    };
}

static enum err_code
read_phones(const struct scope *s, struct db_stmt *st, struct user_phone_list *out, struct err *err)
{
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        read_phone(s, st, 0, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_user_phones(const struct scope *s, struct str user_id, struct user_phone_list *out,
                  struct err *err)
{
    *out = (struct user_phone_list){.n = 0};
    int64_t user = 0;
    struct db_stmt *st;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc == ERR_OK)
        rc = db_query(s->conn, "SELECT " PHONE_COLUMNS " WHERE p.user_seq = $1 ORDER BY p.seq",
                      DB_ARGS(DB_I(user)), &st, err);
    if (rc == ERR_OK)
        rc = read_phones(s, st, out, err);
    out->total = (int64_t)out->n;
    return rc;
}

static enum err_code
find_phone(const struct scope *s, int64_t user, struct str id, struct str phone,
           struct user_phone *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        str_given(id)
            ? db_query(s->conn, "SELECT " PHONE_COLUMNS " WHERE p.user_seq = $1 AND p.id = $2",
                       DB_ARGS(DB_I(user), DB_T(id)), &st, err)
            : db_query(s->conn,
                       "SELECT " PHONE_COLUMNS " WHERE p.user_seq = $1 AND p.phone_key = $2",
                       DB_ARGS(DB_I(user), DB_T(key_of(s, phone))), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_phone(s, st, 0, out);
    rc = db_finish(st);
    return rc == ERR_OK && !found ? store_missing("Phone number", err) : rc;
}

enum err_code
store_user_phone_get(const struct scope *s, struct str user_id, struct str id, struct str phone,
                     struct user_phone *out, struct err *err)
{
    int64_t user = 0;
    enum err_code rc = user_resolve(s, user_id, &user, err);
    return rc == ERR_OK ? find_phone(s, user, id, phone, out, err) : rc;
}

/* ---- writing ---- */

static enum err_code
check_room(const struct scope *s, int64_t user, struct err *err)
{
    int64_t n = 0;
    enum err_code rc = db_query_int(s->conn, "SELECT COUNT(*) FROM user_phones WHERE user_seq = $1",
                                    DB_ARGS(DB_I(user)), &n, NULL, err);
    if (rc == ERR_OK && n >= USER_PHONES_MAX)
        return err_set(err, ERR_LIMIT, "a person may have at most %d phone numbers",
                       USER_PHONES_MAX);
    return rc;
}

/* A number that was shown and never verified is nobody's; it makes room for the next one. */
static enum err_code
drop_unverified(const struct scope *s, int64_t user, struct str phone, struct err *err)
{
    return db_exec(s->conn,
                   "DELETE FROM user_phones WHERE user_seq = $1 AND phone_key = $2 AND "
                   "verified = 0",
                   DB_ARGS(DB_I(user), DB_T(key_of(s, phone))), NULL, err);
}

enum err_code
user_phone_show(const struct scope *s, int64_t user_seq, struct str before, struct str phone,
                struct err *err)
{
    struct user_phone p = {.phone_number = phone}, there;
    enum err_code rc = ERR_OK;
    if (before.n && !str_eq(key_of(s, before), key_of(s, phone)))
        rc = drop_unverified(s, user_seq, before, err);
    if (rc != ERR_OK || !phone.n)
        return rc;
    rc = find_phone(s, user_seq, STR_ABSENT, phone, &there, err);
    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = check_room(s, user_seq, err);
    return rc == ERR_OK ? insert_phone(s, user_seq, &p, err) : rc;
}

static enum err_code
claim(const struct scope *s, const struct user_phone *p, int64_t user, struct err *err)
{
    int64_t others = 0;
    struct str key = key_of(s, p->phone_number);
    enum err_code rc = user_address_lock(s, "phone", key, err);
    if (rc == ERR_OK)
        rc = db_query_int(s->conn,
                          "SELECT COUNT(*) FROM user_phones WHERE env = $1 AND phone_key = $2 AND "
                          "verified = 1 AND user_seq <> $3",
                          DB_ARGS(DB_I(s->env), DB_T(key), DB_I(user)), &others, NULL, err);
    if (rc == ERR_OK && others > 0)
        return err_set(err, ERR_CONFLICT, "the number is somebody else's");
    return rc;
}

/* A person who shows no number shows a verified one. */
static enum err_code
show_one(const struct scope *s, struct str user_id, struct err *err)
{
    struct user u, change = {.id = user_id};
    struct user_phone_list list;
    enum err_code rc = store_user_get(s, USER_BY_ID, user_id, &u, err);
    if (rc == ERR_OK && u.phone_number.n)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = store_user_phones(s, user_id, &list, err);
    for (size_t i = 0; rc == ERR_OK && i < list.n; i++)
        if (list.items[i].verified) {
            change.phone_number = list.items[i].phone_number;
            return store_user_update(s, &change, USER_F(phone_number), err);
        }
    return rc;
}

enum err_code
store_user_phone_add(const struct scope *s, struct str user_id, struct str phone, bool verified,
                     struct user_phone *out, struct err *err)
{
    int64_t user = 0;
    enum err_code rc = store_check_key(phone, "phoneNumber", err);
    if (rc == ERR_OK)
        rc = user_resolve(s, user_id, &user, err);
    if (rc != ERR_OK)
        return rc;
    rc = find_phone(s, user, STR_ABSENT, phone, out, err);
    if (rc == ERR_OK && out->verified)
        return err_set(err, ERR_CONFLICT, "the person has that number already");
    if (rc == ERR_NOT_FOUND) {
        *out = (struct user_phone){.user_id = user_id, .phone_number = phone};
        rc = check_room(s, user, err);
        if (rc == ERR_OK)
            rc = insert_phone(s, user, out, err);
    }
    if (rc == ERR_OK && verified)
        rc = store_user_phone_verify(s, user_id, out->id, err);
    out->verified = rc == ERR_OK && verified;
    return rc;
}

enum err_code
store_user_phone_verify(const struct scope *s, struct str user_id, struct str id, struct err *err)
{
    int64_t user = 0;
    struct user_phone p = {0};
    enum err_code rc = user_resolve(s, user_id, &user, err);
    if (rc == ERR_OK)
        rc = find_phone(s, user, id, STR_ABSENT, &p, err);
    if (rc == ERR_OK)
        rc = claim(s, &p, user, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "UPDATE user_phones SET verified = 1, updated_at = $3 WHERE user_seq = $1 AND "
                     "id = $2",
                     DB_ARGS(DB_I(user), DB_T(id), DB_I(s->now)), NULL, err);
    return rc == ERR_OK ? show_one(s, user_id, err) : rc;
}

enum err_code
store_user_phone_delete(const struct scope *s, struct str user_id, struct str id, struct err *err)
{
    struct user u, change = {.id = user_id};
    struct user_phone p = {0};
    enum err_code rc = store_user_get(s, USER_BY_ID, user_id, &u, err);
    if (rc == ERR_OK)
        rc = find_phone(s, u.seq, id, STR_ABSENT, &p, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn, "DELETE FROM user_phones WHERE user_seq = $1 AND id = $2",
                     DB_ARGS(DB_I(u.seq), DB_T(id)), NULL, err);
    if (rc != ERR_OK || !str_eq(key_of(s, u.phone_number), key_of(s, p.phone_number)))
        return rc;
    rc = store_user_update(s, &change, USER_F(phone_number), err);
    return rc == ERR_OK ? show_one(s, user_id, err) : rc;
}

/* ---- lists ---- */

static void
add_from(struct sql *sql, const struct scope *s, const struct address_query *q)
{
    sql_addv(sql, " WHERE p.env = ?", DB_ARGS(DB_I(s->env)));
    if (s->tenant_seq)
        sql_addv(sql,
                 " AND EXISTS (SELECT 1 FROM user_tenants m WHERE m.user_seq = p.user_seq AND "
                 "m.tenant_seq = ?)",
                 DB_ARGS(DB_I(s->tenant_seq)));
    if (str_given(q->exact))
        sql_addv(sql, " AND p.phone_key = ?", DB_ARGS(DB_T(key_of(s, q->exact))));
    if (q->n_user_ids) {
        sql_add(sql, " AND u.id IN ");
        sql_in(sql, q->user_ids, q->n_user_ids);
    }
}

static enum err_code
count(const struct scope *s, const struct address_query *q, int64_t *total, struct err *err)
{
    struct sql sql;
    sql_init(&sql, s->arena);
    sql_add(&sql, "SELECT COUNT(*) FROM user_phones p JOIN users u ON u.seq = p.user_seq");
    add_from(&sql, s, q);
    enum err_code rc = sql_query_int(&sql, s->conn, total, err);
    sql_fini(&sql);
    return rc;
}

static enum err_code
all_of_them(const struct scope *s, const struct store_page *page, struct user_phone_list *out,
            struct err *err)
{
    static const struct address_list list = {
        .kind = ADDRESS_PHONE,
        .columns = PHONE_ITEM,
        .joins = "JOIN users u ON u.seq = ap.user_seq JOIN user_phones p ON p.seq = ap.ref",
        .item_size = sizeof(struct user_phone),
        .read = read_phone,
    };
    struct address_page got;
    bool by_number = str_eq(page->sort, STR("phoneNumber"));
    enum err_code rc = address_page(s, &list, page, by_number, &got, err);
    *out = (struct user_phone_list){got.items, got.n, got.total};
    return rc;
}

enum err_code
store_user_phone_list(const struct scope *s, const struct address_query *q,
                      struct user_phone_list *out, struct err *err)
{
    const char *way = q->page.descending ? " DESC" : "";
    struct sql sql;
    struct db_stmt *st;
    if (!str_given(q->exact) && !q->n_user_ids)
        return all_of_them(s, &q->page, out, err);
    *out = (struct user_phone_list){.n = 0};
    enum err_code rc = count(s, q, &out->total, err);
    if (rc != ERR_OK)
        return rc;
    sql_init(&sql, s->arena);
    sql_add(&sql, "SELECT " PHONE_COLUMNS);
    add_from(&sql, s, q);
    sql_add(&sql, " ORDER BY ");
    sql_add(&sql, str_eq(q->page.sort, STR("phoneNumber")) ? "p.phone_key" : "u.id");
    sql_add(&sql, way);
    sql_add(&sql, ", p.seq");
    sql_add(&sql, way);
    sql_addv(&sql, " LIMIT ? OFFSET ?", DB_ARGS(DB_I(q->page.limit), DB_I(q->page.offset)));
    rc = sql_query(&sql, s->conn, &st, err);
    sql_fini(&sql);
    return rc == ERR_OK ? read_phones(s, st, out, err) : rc;
}
