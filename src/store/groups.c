#include "store/groups.h"

#include "base/mem.h"
#include "store/role_rows.h"
#include "store/walk.h"

#define FIELD(kind, member, wire, flags)                                                           \
    {                                                                                              \
        (wire), #member, STORE_##kind, (flags), offsetof(struct group, member)                     \
    }
const struct store_field group_fields[GROUP_FIELDS] = {
    FIELD(TEXT, id, "id", STORE_FIXED | STORE_NOT_NULL),
    FIELD(TEXT, name, "name", STORE_NOT_NULL),
    FIELD(TEXT, color, "color", 0),
    FIELD(TEXT, description, "description", 0),
    FIELD(TEXT, metadata, "metadata", STORE_NOT_NULL),
    FIELD(TEXT, managed_by, "managedBy", STORE_FIXED | STORE_NOT_NULL),
    FIELD(TIME, created_at, "createdAt", STORE_FIXED),
    FIELD(TIME, updated_at, "updatedAt", STORE_FIXED),
};
#undef FIELD

/* seq, then group_fields in order. */
#define COLUMNS                                                                                    \
    "g.seq, g.id, g.name, g.color, g.description, g.metadata, g.managed_by, g.created_at, "        \
    "g.updated_at"

static void
read_group(struct db_stmt *st, struct arena *a, struct group *out)
{
    *out = (struct group){.seq = db_int(st, 0)};
    store_read_fields(st, 1, group_fields, GROUP_FIELDS, a, out);
}

/* ---- reading ---- */

enum err_code
store_group_get(const struct scope *s, struct str id, struct group *out, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = db_query(s->conn,
                                "SELECT " COLUMNS " FROM user_groups g WHERE g.env = $1 AND "
                                "g.id = $2 AND g.tenant_seq = $3",
                                DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->tenant_seq)), &st, err);
    if (rc)
        return rc;
    bool found = db_next(st, err) == DB_ROW;
    if (found)
        read_group(st, s->arena, out);
    rc = db_finish(st);
    return rc || found ? rc : store_missing("Group", err);
}

static const char *
order_of(struct str sort)
{
    static const struct {
        const char *wire, *column;
    } sorts[] = {{"id", "g.id"}, {"createdAt", "g.created_at"}, {"updatedAt", "g.updated_at"}};
    for (size_t i = 0; i < COUNT_OF(sorts); i++)
        if (str_eq(sort, str_of(sorts[i].wire)))
            return sorts[i].column;
    return "g.name_key";
}

static void
add_where(struct sql *q, const struct scope *s, const struct group_query *f)
{
    sql_addv(q, " FROM user_groups g WHERE g.env = ? AND g.tenant_seq = ?",
             DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq)));
    if (f->ids) {
        sql_add(q, " AND g.id IN ");
        sql_in(q, f->ids, f->n_ids);
    }
}

static enum err_code
read_page(struct sql *q, const struct scope *s, const struct group_query *f,
          const struct walk_list *l, struct group_list *out, struct err *err)
{
    struct walk w = walk_plan(s, l, &f->page);
    struct db_stmt *st;
    if (w.limit == 0)
        return ERR_OK;
    sql_add(q, "SELECT " COLUMNS ", ");
    sql_add(q, l->column);
    add_where(q, s, f);
    walk_add(q, l, &w);
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW) {
        walk_note(s, l, &w, (int64_t)out->n, st, 1 + GROUP_FIELDS);
        read_group(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    }
    walk_turn(&w, &f->page, out->items, out->n, sizeof *out->items);
    return db_finish(st);
}

/* By name there is an index. */
static enum err_code
plan(const struct scope *s, const struct group_query *f, struct walk_list *out, struct err *err)
{
    *out = (struct walk_list){.list = s->tenant_seq,
                              .column = order_of(f->page.sort),
                              .seq = "g.seq",
                              .is_text = true,
                              .whole = !f->ids && !str_given(f->page.sort)};
    return store_total_get(s->conn, s->tenant_seq, "groups", &out->kept, err);
}

enum err_code
store_group_list(const struct scope *s, const struct group_query *f, struct group_list *out,
                 struct err *err)
{
    struct sql q;
    *out = (struct group_list){.n = 0};
    if (f->ids && f->n_ids == 0)
        return ERR_OK;
    sql_init(&q, s->arena);
    struct sql_mark start = sql_mark(&q);
    struct walk_list l;
    enum err_code rc = plan(s, f, &l, err);
    if (!rc)
        rc = read_page(&q, s, f, &l, out, err);
    out->total = f->ids ? (int64_t)out->n : l.kept.count;
    if (!rc && f->ids && f->page.limit && !f->page.no_total) {
        sql_reset(&q, start);
        sql_add(&q, "SELECT COUNT(*)");
        add_where(&q, s, f);
        rc = sql_query_int(&q, s->conn, &out->total, err);
    }
    sql_fini(&q);
    return rc;
}

/* ---- writing ---- */

static enum err_code
taken(enum err_code rc, struct err *err)
{
    return rc == ERR_CONFLICT ? err_set(err, rc, "A group of this name already exists") : rc;
}

static void
fill_in(const struct scope *s, struct group *g)
{
    store_new_id(s, &g->id);
    if (!str_given(g->metadata))
        g->metadata = STR("{}");
    if (!str_given(g->managed_by))
        g->managed_by = STR("frontegg");
    g->created_at = g->updated_at = s->now;
}

enum err_code
store_group_create(const struct scope *s, struct group *g, struct err *err)
{
    enum err_code rc = store_need_tenant(s, err);
    if (!rc)
        rc = store_check_key(g->name, "name", err);
    if (rc)
        return rc;
    fill_in(s, g);
    rc = db_query_int(s->conn,
                      "INSERT INTO user_groups (env, tenant_seq, id, name, name_key, color, "
                      "description, metadata, managed_by, created_at, updated_at) VALUES ($1, $2, "
                      "$3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING seq",
                      DB_ARGS(DB_I(s->env), DB_I(s->tenant_seq), DB_T(g->id), DB_T(g->name),
                              DB_T(store_fold(s->arena, g->name)), DB_T(g->color),
                              DB_T(g->description), DB_T(g->metadata), DB_T(g->managed_by),
                              DB_I(g->created_at)),
                      &g->seq, NULL, err);
    return taken(rc, err);
}

enum err_code
store_group_update(const struct scope *s, const struct group *g, uint64_t given, struct err *err)
{
    struct group change = *g, now;
    enum err_code rc = store_check_key(g->name, "name", err);
    if (!rc)
        rc = store_group_get(s, g->id, &now, err);
    if (rc)
        return rc;
    struct sql q;
    sql_init(&q, s->arena);
    change.updated_at = s->now;
    sql_add(&q, "UPDATE user_groups ");
    (void)store_add_sets(&q, group_fields, GROUP_FIELDS, given | GROUP_F(updated_at), &change);
    if (given & GROUP_F(name))
        sql_addv(&q, ", name_key = ?", DB_ARGS(DB_T(store_fold(s->arena, g->name))));
    sql_addv(&q, " WHERE env = ? AND seq = ?", DB_ARGS(DB_I(s->env), DB_I(now.seq)));
    rc = taken(sql_exec(&q, s->conn, NULL, err), err);
    sql_fini(&q);
    return rc;
}

enum err_code
store_group_delete(const struct scope *s, struct str id, struct err *err)
{
    int64_t changes = 0;
    enum err_code rc =
        db_exec(s->conn, "DELETE FROM user_groups WHERE env = $1 AND id = $2 AND tenant_seq = $3",
                DB_ARGS(DB_I(s->env), DB_T(id), DB_I(s->tenant_seq)), &changes, err);
    return rc || changes ? rc : store_missing("Group", err);
}

/* ---- members and roles ---- */

enum err_code
store_group_resolve(const struct scope *s, unsigned what, const struct str *ids, size_t n,
                    int64_t *seqs, struct err *err)
{
    const char *sql =
        what == GROUP_USERS
            ? "SELECT u.seq FROM users u JOIN user_tenants m ON m.user_seq = u.seq WHERE "
              "u.env = $1 AND u.id = $2 AND m.tenant_seq = $3"
            : "SELECT r.seq FROM roles r WHERE r.env = $1 AND r.id = $2 AND " ROLE_VISIBLE("$3");
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < n; i++) {
        bool found = false;
        rc = db_query_int(s->conn, sql, DB_ARGS(DB_I(s->env), DB_T(ids[i]), DB_I(s->tenant_seq)),
                          &seqs[i], &found, err);
        if (!found)
            seqs[i] = 0;
    }
    return rc;
}

enum err_code /* NOLINTNEXTLINE(readability-function-size): which list, and a list */
store_group_link(const struct scope *s, const struct group *g, unsigned what, bool add,
                 const int64_t *seqs, size_t n, struct err *err)
{
    static const char *const sql[2][2] = {
        {"DELETE FROM group_roles WHERE group_seq = $1 AND role_seq = $2",
         "INSERT INTO group_roles (group_seq, role_seq) VALUES ($1, $2) ON CONFLICT DO NOTHING"},
        {"DELETE FROM group_users WHERE group_seq = $1 AND user_seq = $2",
         "INSERT INTO group_users (group_seq, user_seq) VALUES ($1, $2) ON CONFLICT DO NOTHING"}};
    enum err_code rc =
        db_exec(s->conn, "UPDATE user_groups SET updated_at = $1 WHERE env = $2 AND seq = $3",
                DB_ARGS(DB_I(s->now), DB_I(s->env), DB_I(g->seq)), NULL, err);
    for (size_t i = 0; !rc && i < n; i++)
        rc = db_exec(s->conn, sql[what == GROUP_USERS][add], DB_ARGS(DB_I(g->seq), DB_I(seqs[i])),
                     NULL, err);
    return rc;
}

/* ---- the environment's switches ---- */

enum err_code
store_group_switches_get(const struct scope *s, struct group_switches *out, struct err *err)
{
    int64_t both = 0;
    enum err_code rc = db_query_int(
        s->conn, "SELECT groups_enabled + 2 * group_roles_enabled FROM environments WHERE seq = $1",
        DB_ARGS(DB_I(s->env)), &both, NULL, err);
    *out = (struct group_switches){.enabled = both & 1, .roles_enabled = both & 2};
    return rc;
}

enum err_code
store_group_switches_set(const struct scope *s, const struct group_switches *to, struct err *err)
{
    return db_exec(s->conn,
                   "UPDATE environments SET groups_enabled = $1, group_roles_enabled = $2, "
                   "updated_at = $3 WHERE seq = $4",
                   DB_ARGS(DB_I(to->enabled), DB_I(to->roles_enabled), DB_I(s->now), DB_I(s->env)),
                   NULL, err);
}
