#include "store/tenant_rows.h"
#include "store/user_rows.h"

/* A tenant has one parent at most. Trees are walked by recursion in the database, DEPTH_MAX deep at
 * most. */
#define DEPTH_MAX "64"
#define ANCESTORS                                                                                  \
    "WITH RECURSIVE up (seq, parent, level) AS (SELECT seq, parent, 0 FROM tenants WHERE env = "   \
    "$1 "                                                                                          \
    "AND seq = $2 UNION ALL SELECT t.seq, t.parent, up.level + 1 FROM tenants t JOIN up ON "       \
    "t.seq = up.parent WHERE up.level < " DEPTH_MAX ") "
#define DESCENDANTS                                                                                \
    "WITH RECURSIVE down (seq, level) AS (SELECT seq, 0 FROM tenants WHERE env = $1 AND seq = $2 " \
    "UNION ALL SELECT t.seq, down.level + 1 FROM tenants t JOIN down ON t.parent = down.seq "      \
    "WHERE t.deleted_at IS NULL AND down.level < " DEPTH_MAX ") "

enum err_code
tenant_check_visible(const struct scope *s, int64_t seq, bool *visible, struct err *err)
{
    if (s->tenant_seq == 0 || s->tenant_seq == seq)
        return ERR_OK;
    int64_t one;
    return db_query_int(s->conn, ANCESTORS "SELECT 1 FROM up WHERE seq = $3",
                        DB_ARGS(DB_I(s->env), DB_I(seq), DB_I(s->tenant_seq)), &one, visible, err);
}

static enum err_code
nodes(const struct scope *s, const char *sql, int64_t seq, size_t max, struct tenant_nodes *out,
      struct err *err)
{
    *out = (struct tenant_nodes){0};
    struct db_stmt *st;
    enum err_code rc =
        db_query(s->conn, sql, DB_ARGS(DB_I(s->env), DB_I(seq), DB_I(max)), &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        struct tenant_node *node = STORE_PUSH(s->arena, out->items, out->n, size);
        node->level = db_int(st, 0);
        tenant_read(st, 1, s->arena, &node->tenant);
    }
    return db_finish(st);
}

enum err_code
store_tenant_parents(const struct scope *s, struct str tenant_id, struct tenant_nodes *out,
                     struct err *err)
{
    struct tenant t;
    enum err_code rc = store_tenant_get(s, tenant_id, &t, err);
    if (rc != ERR_OK)
        return rc;
    return nodes(s,
                 ANCESTORS "SELECT up.level, " TENANT_COLUMNS " FROM up JOIN tenants t ON "
                           "t.seq = up.seq WHERE up.level > 0 ORDER BY up.level LIMIT $3",
                 t.seq, 64, out, err);
}

enum err_code
store_tenant_subtree(const struct scope *s, struct str tenant_id, size_t max,
                     struct tenant_nodes *out, struct err *err)
{
    struct tenant t;
    enum err_code rc = store_tenant_get(s, tenant_id, &t, err);
    if (rc != ERR_OK)
        return rc;
    return nodes(s,
                 DESCENDANTS "SELECT down.level, " TENANT_COLUMNS " FROM down JOIN tenants t ON "
                             "t.seq = down.seq ORDER BY down.level, t.name_key, t.seq LIMIT $3",
                 t.seq, max, out, err);
}

static enum err_code
refuse_cycle(const struct scope *s, int64_t child, int64_t parent, struct err *err)
{
    bool below = false;
    int64_t one;
    enum err_code rc =
        db_query_int(s->conn, ANCESTORS "SELECT 1 FROM up WHERE seq = $3",
                     DB_ARGS(DB_I(s->env), DB_I(parent), DB_I(child)), &one, &below, err);
    if (rc == ERR_OK && below)
        rc = err_set(err, ERR_INVALID, "A tenant cannot be below itself");
    return rc;
}

enum err_code
store_tenant_set_parent(const struct scope *s, struct str tenant_id, struct str parent_id,
                        struct err *err)
{
    struct tenant child, parent = {0};
    enum err_code rc = store_tenant_get(s, tenant_id, &child, err);
    bool placed = str_given(parent_id);
    if (rc == ERR_OK && placed)
        rc = store_tenant_get(s, parent_id, &parent, err);
    /* Two that hang each below the other at once would both see none. */
    if (rc == ERR_OK && placed)
        rc = user_address_lock(s, "tenant tree", STR(""), err);
    if (rc == ERR_OK && placed)
        rc = refuse_cycle(s, child.seq, parent.seq, err);
    if (rc != ERR_OK)
        return rc;
    return db_exec(
        s->conn, "UPDATE tenants SET parent = $3, updated_at = $4 WHERE env = $1 AND seq = $2",
        DB_ARGS(DB_I(s->env), DB_I(child.seq), placed ? DB_I(parent.seq) : DB_N, DB_I(s->now)),
        NULL, err);
}
