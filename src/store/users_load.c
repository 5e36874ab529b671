#include "base/mem.h"
#include "store/role_rows.h"
#include "store/user_rows.h"
#include <stdlib.h>

/*
 * Tenants, roles and permissions of a page of users: three queries, however many users there are.
 * The rows come ordered by user, so each is handed to its user by walking both sides once; a role
 * met many times is one struct.
 */

enum { CHUNK = 256 };

struct loading {
    const struct scope *s;
    struct user **by_seq; /* sorted by seq */
    size_t n;
    bool all_tenants;
};

static int
compare_seq(const void *a, const void *b)
{
    int64_t x = (*(struct user *const *)a)->seq, y = (*(struct user *const *)b)->seq;
    return x < y ? -1 : x > y;
}

static void
add_users(struct sql *q, const struct loading *l)
{
    int64_t *seqs = ARENA_ARRAY(l->s->arena, l->n, int64_t);
    for (size_t i = 0; i < l->n; i++)
        seqs[i] = l->by_seq[i]->seq;
    sql_in_ints(q, seqs, l->n);
    if (l->s->tenant_seq && !l->all_tenants)
        sql_addv(q, " AND m.tenant_seq = ?", DB_ARGS(DB_I(l->s->tenant_seq)));
}

/* Next user at or after *at with that seq, NULL if it is none of ours. */
static struct user *
find_user(const struct loading *l, size_t *at, int64_t seq)
{
    while (*at < l->n && l->by_seq[*at]->seq < seq)
        ++*at;
    return *at < l->n && l->by_seq[*at]->seq == seq ? l->by_seq[*at] : NULL;
}

/* ---- tenants ---- */

static void
read_membership(struct db_stmt *st, struct arena *a, struct membership *out)
{
    *out = (struct membership){
        .tenant_seq = db_int(st, 1),
        .tenant_id = store_text(st, 2, a),
        .tenant_name = store_text(st, 3, a),
        .created_at = db_int(st, 4),
        .invited_at = db_int(st, 5),
        .activated_at = db_int(st, 6),
        .expires_at = db_int(st, 7),
        .is_disabled = db_int(st, 8) != 0,
        .sub_account_access = db_int(st, 9) != 0,
    };
}

static enum err_code
query(struct sql *q, const struct loading *l, const char *select, const char *order,
      struct db_stmt **st, struct err *err)
{
    sql_init(q, l->s->arena);
    sql_add(q, select);
    sql_add(q, " WHERE m.user_seq IN ");
    add_users(q, l);
    sql_add(q, order);
    enum err_code rc = sql_query(q, l->s->conn, st, err);
    sql_fini(q);
    return rc;
}

static enum err_code
load_tenants(const struct loading *l, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    enum err_code rc =
        query(&q, l,
              "SELECT m.user_seq, m.tenant_seq, t.tenant_id, t.name, m.created_at, m.invited_at, "
              "m.activated_at, m.expires_at, m.is_disabled, m.sub_account_access "
              "FROM user_tenants m JOIN tenants t ON t.seq = m.tenant_seq",
              " ORDER BY m.user_seq, m.created_at, m.tenant_seq", &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t at = 0, size = 0;
    struct user *last = NULL;
    while (db_next(st, err) == DB_ROW) {
        struct user *u = find_user(l, &at, db_int(st, 0));
        if (!u)
            continue;
        if (u != last)
            size = 0;
        last = u;
        read_membership(st, l->s->arena, STORE_PUSH(l->s->arena, u->tenants, u->n_tenants, size));
    }
    return db_finish(st);
}

/* ---- roles ---- */

struct role_set {
    struct role *items; /* sorted by seq once complete */
    size_t n;
};

static int
compare_roles(const void *a, const void *b)
{
    int64_t x = ((const struct role *)a)->seq, y = ((const struct role *)b)->seq;
    return x < y ? -1 : x > y;
}

/* Each role that any of the users has, once. */
static enum err_code
load_role_set(const struct loading *l, unsigned what, struct role_set *out, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    sql_init(&q, l->s->arena);
    sql_add(&q, ROLE_SELECT " WHERE r.seq IN (SELECT m.role_seq FROM user_roles m WHERE "
                            "m.user_seq IN ");
    add_users(&q, l);
    sql_addv(&q, ") AND r.env = ? ORDER BY r.seq", DB_ARGS(DB_I(l->s->env)));
    enum err_code rc = sql_query(&q, l->s->conn, &st, err);
    sql_fini(&q);
    if (rc != ERR_OK)
        return rc;
    size_t size = 0;
    while (db_next(st, err) == DB_ROW)
        role_read(st, 0, l->s->arena, STORE_PUSH(l->s->arena, out->items, out->n, size));
    rc = db_finish(st);
    if (rc == ERR_OK && what & LOAD_PERMISSIONS)
        rc = roles_load_permissions(l->s, out->items, out->n, err);
    return rc;
}

static struct membership *
membership_of(struct user *u, int64_t tenant_seq)
{
    for (size_t i = 0; i < u->n_tenants; i++) {
        if (u->tenants[i].tenant_seq == tenant_seq)
            return &u->tenants[i];
    }
    return NULL;
}

static enum err_code
load_roles(const struct loading *l, unsigned what, struct err *err)
{
    struct role_set set = {0};
    struct sql q;
    struct db_stmt *st;
    enum err_code rc = load_role_set(l, what, &set, err);
    if (rc != ERR_OK || set.n == 0)
        return rc;
    rc = query(&q, l, "SELECT m.user_seq, m.tenant_seq, m.role_seq FROM user_roles m",
               " ORDER BY m.user_seq, m.tenant_seq, m.role_seq", &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t at = 0, size = 0;
    struct membership *last = NULL;
    const struct role **roles = NULL;
    while (db_next(st, err) == DB_ROW) {
        struct user *u = find_user(l, &at, db_int(st, 0));
        struct membership *m = u ? membership_of(u, db_int(st, 1)) : NULL;
        struct role key = {.seq = db_int(st, 2)};
        const struct role *role = bsearch(&key, set.items, set.n, sizeof key, compare_roles);
        if (!m || !role)
            continue;
        if (m != last) {
            size = 0;
            roles = NULL;
        }
        last = m;
        *(const struct role **)STORE_PUSH(l->s->arena, roles, m->n_roles, size) = role;
        m->roles = roles;
    }
    return db_finish(st);
}

static enum err_code
load_part(const struct scope *s, struct user *users, size_t n, unsigned what, bool all_tenants,
          struct err *err)
{
    struct loading l = {
        .s = s,
        .by_seq = ARENA_ARRAY(s->arena, n, struct user *),
        .n = n,
        .all_tenants = all_tenants,
    };
    for (size_t i = 0; i < n; i++) {
        users[i].tenants = NULL;
        users[i].n_tenants = 0;
        l.by_seq[i] = &users[i];
    }
    qsort(l.by_seq, n, sizeof(struct user *), compare_seq);
    enum err_code rc = load_tenants(&l, err);
    if (rc == ERR_OK && what & (LOAD_ROLES | LOAD_PERMISSIONS))
        rc = load_roles(&l, what, err);
    return rc;
}

enum err_code
store_users_load(const struct scope *s, struct user *users, size_t n, unsigned what,
                 bool all_tenants, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t from = 0; rc == ERR_OK && from < n; from += CHUNK)
        rc =
            load_part(s, users + from, n - from < CHUNK ? n - from : CHUNK, what, all_tenants, err);
    return rc;
}
