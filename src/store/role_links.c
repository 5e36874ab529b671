#include "base/mem.h"
#include "store/role_rows.h"

/* What ties roles and permissions: ids of one side for the other, and ids to rows. */

struct link {
    int64_t owner;
    struct str id;
};

static void
hand_out(const struct scope *s, struct role *roles, size_t n, const struct link *links, size_t m)
{
    for (size_t i = 0; i < n; i++) {
        struct str *ids = NULL;
        size_t count = 0, size = 0;
        for (size_t k = 0; k < m; k++) {
            if (links[k].owner == roles[i].seq)
                *(struct str *)STORE_PUSH(s->arena, ids, count, size) = links[k].id;
        }
        roles[i].permission_ids = ids;
        roles[i].n_permission_ids = count;
    }
}

enum err_code
roles_load_permissions_part(const struct scope *s, struct role *roles, size_t n, struct err *err)
{
    if (n == 0)
        return ERR_OK;
    int64_t *seqs = ARENA_ARRAY(s->arena, n, int64_t);
    for (size_t i = 0; i < n; i++)
        seqs[i] = roles[i].seq;
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, "SELECT l.role_seq, p.id FROM role_permissions l JOIN permissions p ON "
                "p.seq = l.permission_seq WHERE l.role_seq IN ");
    sql_in_ints(&q, seqs, n);
    sql_add(&q, " ORDER BY l.role_seq, l.permission_seq");
    struct db_stmt *st;
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc != ERR_OK)
        return rc;
    struct link *links = NULL;
    size_t m = 0, size = 0;
    while (db_next(st, err) == DB_ROW)
        *(struct link *)STORE_PUSH(s->arena, links, m, size) =
            (struct link){db_int(st, 0), store_text(st, 1, s->arena)};
    rc = db_finish(st);
    if (rc == ERR_OK)
        hand_out(s, roles, n, links, m);
    return rc;
}

/* `sql` takes the environment and the id, and when n_args is 3 the scope's tenant. */
struct resolver {
    const char *sql, *what;
    size_t n_args;
};

static enum err_code
resolve(const struct scope *s, const struct resolver *r, const struct str *ids, size_t n,
        int64_t *out, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct db_value args[] = {DB_I(s->env), DB_T(ids[i]), DB_I(s->tenant_seq)};
        bool found;
        enum err_code rc = db_query_int(s->conn, r->sql, args, r->n_args, &out[i], &found, err);
        if (rc != ERR_OK)
            return rc;
        if (!found)
            return store_missing(r->what, err);
    }
    return ERR_OK;
}

enum err_code
permissions_resolve(const struct scope *s, const struct str *ids, size_t n, int64_t **out,
                    struct err *err)
{
    static const struct resolver r = {"SELECT seq FROM permissions WHERE env = $1 AND id = $2",
                                      "Permission", 2};
    *out = ARENA_ARRAY(s->arena, n + 1, int64_t);
    return resolve(s, &r, ids, n, *out, err);
}

enum err_code
roles_resolve(const struct scope *s, const struct str *ids, size_t n, int64_t **out,
              struct err *err)
{
    static const struct resolver r = {
        "SELECT r.seq FROM roles r WHERE r.env = $1 AND r.id = $2 AND " ROLE_VISIBLE("$3"), "Role",
        3};
    *out = ARENA_ARRAY(s->arena, n + 1, int64_t);
    return resolve(s, &r, ids, n, *out, err);
}
