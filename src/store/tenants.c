#include "store/tenants.h"
#include "base/mem.h"
#include "store/rows.h"
#include "store/tenant_rows.h"

enum { METADATA_MAX = 1024 * 1024 };

const struct store_field tenant_fields[TENANT_FIELDS] = {
#define FIELD(kind, member, wire, flags)                                                           \
    {(wire), #member, STORE_##kind, (flags), offsetof(struct tenant, member)},
#include "store/tenant_fields.def"
#undef FIELD
};

void
tenant_init(struct tenant *t)
{
    memset(t, 0, sizeof *t);
    for (size_t i = 0; i < TENANT_FIELDS; i++) {
        if (tenant_fields[i].kind == STORE_INT)
            *(int64_t *)(void *)((char *)t + tenant_fields[i].offset) = STORE_NO_INT;
    }
}

void
tenant_read(struct db_stmt *st, int col, struct arena *a, struct tenant *out)
{
    tenant_init(out);
    out->seq = db_int(st, col);
    out->parent_id = store_text(st, col + 1, a);
    store_read_fields(st, col + 2, tenant_fields, TENANT_FIELDS, a, out);
}

/* ---- reading ---- */

static enum err_code
get_one(const struct scope *s, const char *sql, struct str value, struct tenant *out,
        struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn, sql, DB_ARGS(DB_I(s->env), DB_T(value)), &st, err);
    if (rc != ERR_OK)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        tenant_read(st, 0, s->arena, out);
    rc = db_finish(st);
    if (rc == ERR_OK && found)
        rc = tenant_check_visible(s, out->seq, &found, err);
    return rc == ERR_OK && !found ? store_missing("Tenant", err) : rc;
}

enum err_code
store_tenant_get(const struct scope *s, struct str tenant_id, struct tenant *out, struct err *err)
{
    return get_one(s,
                   TENANT_SELECT " WHERE t.env = $1 AND t.tenant_id = $2 AND t.deleted_at IS NULL",
                   tenant_id, out, err);
}

enum err_code
store_tenant_by_alias(const struct scope *s, struct str alias, struct tenant *out, struct err *err)
{
    return get_one(s,
                   TENANT_SELECT " WHERE t.env = $1 AND t.alias_key = $2 AND t.deleted_at IS NULL",
                   store_fold(s->arena, alias), out, err);
}

enum err_code
store_tenant_count(const struct scope *s, int64_t *out, struct err *err)
{
    struct total kept;
    enum err_code rc = store_total_get(s->conn, -s->env, "tenants", &kept, err);
    *out = kept.count;
    return rc;
}

/* ---- writing ---- */

static enum err_code
check(const struct tenant *t, struct err *err)
{
    enum err_code rc = store_check_key(t->tenant_id, "tenantId", err);
    return rc == ERR_OK ? store_check_key(t->alias, "alias", err) : rc;
}

/* Columns that follow from others; after this the row is ready to be listed and searched. */
static enum err_code
write_keys(const struct scope *s, int64_t seq, const struct tenant *t, struct err *err)
{
    const struct str parts[] = {t->name, t->tenant_id, t->alias};
    struct str alias_key = t->alias.n ? store_fold(s->arena, t->alias) : STR_ABSENT;
    enum err_code rc = db_exec(
        s->conn,
        "UPDATE tenants SET name_key = $3, search_key = $4, alias_key = $5, updated_at = $6 "
        "WHERE env = $1 AND seq = $2",
        DB_ARGS(DB_I(s->env), DB_I(seq), DB_T(store_order_key(s->arena, t->name)),
                DB_T(store_search_key(s->arena, parts, COUNT_OF(parts))), DB_T(alias_key),
                DB_I(s->now)),
        NULL, err);
    if (rc == ERR_CONFLICT)
        err_set(err, rc, "Tenant alias already exists");
    return rc;
}

static enum err_code
write_fields(const struct scope *s, int64_t seq, const struct tenant *t, uint64_t given,
             struct err *err)
{
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, "UPDATE tenants");
    enum err_code rc = ERR_OK;
    if (store_add_sets(&q, tenant_fields, TENANT_FIELDS, given, t)) {
        sql_addv(&q, " WHERE env = ? AND seq = ?", DB_ARGS(DB_I(s->env), DB_I(seq)));
        rc = sql_exec(&q, s->conn, NULL, err);
    }
    sql_fini(&q);
    return rc;
}

static enum err_code
insert(const struct scope *s, struct tenant *t, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(
        s->conn,
        "INSERT INTO tenants (env, id, tenant_id, name, name_key, search_key, created_at, "
        "updated_at) VALUES ($1, $2, $3, $4, '', '', $5, $5) RETURNING seq",
        DB_ARGS(DB_I(s->env), DB_T(t->id), DB_T(t->tenant_id), DB_T(t->name), DB_I(t->created_at)),
        &st, err);
    if (rc != ERR_OK)
        return rc;
    if (db_next(st, err) == DB_ROW)
        t->seq = db_int(st, 0);
    return db_finish(st);
}

/* The row of a removed tenant of that id comes back to life, as new but for its own id. */
static enum err_code
revive(const struct scope *s, struct tenant *t, bool *revived, struct err *err)
{
    *revived = false;
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn,
                 "UPDATE tenants SET deleted_at = NULL, parent = NULL, created_at = $3 "
                 "WHERE env = $1 AND tenant_id = $2 AND deleted_at IS NOT NULL RETURNING seq, id",
                 DB_ARGS(DB_I(s->env), DB_T(t->tenant_id), DB_I(t->created_at)), &st, err);
    if (rc != ERR_OK)
        return rc;
    if (db_next(st, err) == DB_ROW) {
        *revived = true;
        t->seq = db_int(st, 0);
        t->id = store_text(st, 1, s->arena);
    }
    return db_finish(st);
}

static enum err_code
is_living(const struct scope *s, struct str tenant_id, bool *living, struct err *err)
{
    int64_t seq;
    return db_query_int(s->conn,
                        "SELECT seq FROM tenants WHERE env = $1 AND tenant_id = $2 "
                        "AND deleted_at IS NULL",
                        DB_ARGS(DB_I(s->env), DB_T(tenant_id)), &seq, living, err);
}

static enum err_code
insert_or_revive(const struct scope *s, struct tenant *t, bool *revived, struct err *err)
{
    bool living;
    enum err_code rc = is_living(s, t->tenant_id, &living, err);
    if (rc == ERR_OK && living)
        rc = err_set(err, ERR_CONFLICT, "Tenant already exists");
    if (rc == ERR_OK)
        rc = revive(s, t, revived, err);
    if (rc == ERR_OK && !*revived) {
        rc = insert(s, t, err);
        if (rc == ERR_CONFLICT)
            err_set(err, rc, "Tenant already exists");
    }
    return rc;
}

enum err_code
store_tenant_create(const struct scope *s, struct tenant *t, bool *revived, struct err *err)
{
    bool was_there = false;
    enum err_code rc = check(t, err);
    if (rc != ERR_OK)
        return rc;
    store_new_id(s, &t->tenant_id);
    store_new_id(s, &t->id);
    if (!str_given(t->name))
        t->name = t->tenant_id;
    if (!t->created_at)
        t->created_at = s->now;
    if (!str_given(t->metadata))
        t->metadata = STR("{}");
    rc = insert_or_revive(s, t, &was_there, err);
    if (rc == ERR_OK)
        rc = write_fields(s, t->seq, t, UINT64_MAX, err);
    if (rc == ERR_OK)
        rc = write_keys(s, t->seq, t, err);
    if (rc == ERR_OK)
        rc = store_total_add(s->conn, -s->env, "tenants", 1, err);
    if (rc == ERR_OK && str_given(t->parent_id))
        rc = store_tenant_set_parent(s, t->tenant_id, t->parent_id, err);
    t->updated_at = s->now;
    t->deleted_at = 0;
    if (revived)
        *revived = was_there;
    return rc;
}

enum err_code
store_tenant_update(const struct scope *s, const struct tenant *t, uint64_t given, struct err *err)
{
    struct tenant now = {0};
    enum err_code rc = check(t, err);
    if (rc == ERR_OK)
        rc = store_tenant_get(s, t->tenant_id, &now, err);
    if (rc == ERR_OK)
        rc = write_fields(s, now.seq, t, given, err);
    if (rc != ERR_OK)
        return rc;
    if (given & TENANT_F(name))
        now.name = t->name;
    if (given & TENANT_F(alias))
        now.alias = t->alias;
    return write_keys(s, now.seq, &now, err);
}

/* ---- metadata ---- */

static struct json *
parse_object(struct str text)
{
    struct json *j = json_parse(text, METADATA_MAX, NULL);
    if (json_type(j) == JSON_OBJECT)
        return j;
    json_free(j);
    return json_new_object();
}

static enum err_code
write_metadata(const struct scope *s, struct tenant *t, const struct json *object, struct err *err)
{
    struct buf b;
    buf_init(&b, METADATA_MAX);
    json_write(object, &b);
    enum err_code rc;
    if (b.failed) {
        rc = err_set(err, ERR_TOO_LARGE, "metadata is too large");
    } else {
        t->metadata = buf_str(&b);
        rc = store_tenant_update(s, t, TENANT_F(metadata), err);
    }
    buf_fini(&b);
    return rc;
}

enum err_code
store_tenant_merge_metadata(const struct scope *s, struct str tenant_id, const struct json *object,
                            struct err *err)
{
    struct tenant t = {0};
    enum err_code rc = store_tenant_get(s, tenant_id, &t, err);
    if (rc != ERR_OK)
        return rc;
    struct json *merged = parse_object(t.metadata);
    for (const struct json *m = json_first(object); m; m = json_next(m))
        json_set(merged, json_key(m), json_copy(m));
    rc = write_metadata(s, &t, merged, err);
    json_free(merged);
    return rc;
}

enum err_code
store_tenant_delete_metadata(const struct scope *s, struct str tenant_id, struct str key,
                             struct err *err)
{
    struct tenant t = {0};
    enum err_code rc = store_tenant_get(s, tenant_id, &t, err);
    if (rc != ERR_OK)
        return rc;
    struct json *left = parse_object(t.metadata);
    json_free(json_detach(left, key));
    rc = write_metadata(s, &t, left, err);
    json_free(left);
    return rc;
}

/* ---- removing ---- */

/* Steps over the one tenant $1, whose environment was checked when it was found. */
static enum err_code
empty_tenant(const struct scope *s, const struct tenant *t, struct err *err)
{
#define MEMBERS "(SELECT user_seq FROM user_order WHERE list = $1)"
    static const char *const steps[] = {
        "DELETE FROM user_roles WHERE tenant_seq = $1 AND user_seq IN " MEMBERS,
        "DELETE FROM user_groups WHERE tenant_seq = $1",
        "DELETE FROM sessions WHERE tenant_seq = $1",
        "DELETE FROM user_tenants WHERE tenant_seq = $1 AND user_seq IN " MEMBERS,
        /* Whose active tenant this was, gets another one of theirs or none. */
        "UPDATE users SET active_tenant_id = (SELECT MIN(x.tenant_id) FROM user_tenants m JOIN "
        "tenants x ON x.seq = m.tenant_seq WHERE m.user_seq = users.seq) WHERE seq IN " MEMBERS
        " AND active_tenant_id = (SELECT tenant_id FROM tenants WHERE seq = $1)",
        "UPDATE user_order SET active_tenant_id = COALESCE((SELECT u.active_tenant_id FROM users u "
        "WHERE u.seq = user_order.user_seq), '') WHERE user_seq IN " MEMBERS,
        "UPDATE totals SET generation = generation + 1 WHERE kind = 'users' AND list IN "
        "(SELECT list FROM user_order WHERE user_seq IN " MEMBERS ")",
        "DELETE FROM user_order WHERE list = $1",
        "UPDATE totals SET total = 0, generation = generation + 1 WHERE list = $1 AND kind = "
        "'users'",
        "DELETE FROM configurations WHERE tenant_seq = $1",
        "DELETE FROM sealed_values WHERE tenant_seq = $1",
        "DELETE FROM tenant_invites WHERE tenant_seq = $1",
        "DELETE FROM machine_tokens WHERE tenant_seq = $1",
        "DELETE FROM ip_restrictions WHERE tenant_seq = $1",
        "DELETE FROM domain_restrictions WHERE tenant_seq = $1",
        "DELETE FROM roles WHERE tenant_seq = $1",
    };
#undef MEMBERS
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        enum err_code rc = db_exec(s->conn, steps[i], DB_ARGS(DB_I(t->seq)), NULL, err);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

enum err_code
store_tenant_delete(const struct scope *s, struct str tenant_id, struct err *err)
{
    struct tenant t = {0};
    enum err_code rc = store_tenant_get(s, tenant_id, &t, err);
    if (rc != ERR_OK)
        return rc;
    rc = db_exec(s->conn,
                 "UPDATE tenants SET parent = (SELECT p.parent FROM tenants p WHERE p.seq = $2), "
                 "updated_at = $3 WHERE env = $1 AND parent = $2",
                 DB_ARGS(DB_I(s->env), DB_I(t.seq), DB_I(s->now)), NULL, err);
    if (rc == ERR_OK)
        rc = empty_tenant(s, &t, err);
    if (rc == ERR_OK)
        rc = db_exec(s->conn,
                     "UPDATE tenants SET deleted_at = $3, updated_at = $3, parent = NULL, "
                     "alias_key = NULL WHERE env = $1 AND seq = $2",
                     DB_ARGS(DB_I(s->env), DB_I(t.seq), DB_I(s->now)), NULL, err);
    if (rc == ERR_OK)
        rc = store_total_add(s->conn, -s->env, "tenants", -1, err);
    return rc;
}
