#include "base/mem.h"
#include "store/role_rows.h"
#include "store/user_rows.h"
#include <stdlib.h>

/*
 * Tenants, roles and permissions of a page of users, in a number of queries that does not depend on
 * how many users there are. Memberships and the roles in them come as row numbers, ordered by user,
 * so that each row is handed to its user by walking both sides once. What the numbers stand for is
 * fetched after that, once for each tenant and role: a page of members of one tenant reads that
 * tenant's row once.
 */

enum { CHUNK = 256, NEIGHBOURS = 4 };

struct loading {
    const struct scope *s;
    struct user **by_seq; /* sorted by seq */
    size_t n;
    bool all_tenants, roles, permissions;
};

static int
compare_seq(const void *a, const void *b)
{
    int64_t x = (*(struct user *const *)a)->seq, y = (*(struct user *const *)b)->seq;
    return x < y ? -1 : x > y;
}

/* Next user at or after *at with that seq, NULL if it is none of ours. */
static struct user *
find_user(const struct loading *l, size_t *at, int64_t seq)
{
    while (*at < l->n && l->by_seq[*at]->seq < seq)
        ++*at;
    return *at < l->n && l->by_seq[*at]->seq == seq ? l->by_seq[*at] : NULL;
}

/* ---- row numbers ---- */

struct seqs {
    int64_t *items;
    size_t n, size;
};

static void
seqs_add(struct seqs *list, struct arena *a, int64_t seq)
{
    *(int64_t *)STORE_PUSH(a, list->items, list->n, list->size) = seq;
}

static int
compare_i64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The same numbers in order, each once. */
static struct seqs
seqs_distinct(const struct seqs *list, struct arena *a)
{
    struct seqs out = {0};
    for (size_t i = 0; i < list->n; i++) {
        if (i == 0 || list->items[i] != list->items[i - 1])
            seqs_add(&out, a, list->items[i]);
    }
    if (out.n > 1)
        qsort(out.items, out.n, sizeof *out.items, compare_i64);
    size_t n = 0;
    for (size_t i = 0; i < out.n; i++) {
        if (n == 0 || out.items[i] != out.items[n - 1])
            out.items[n++] = out.items[i];
    }
    out.n = n;
    return out;
}

/* Runs `select` WHERE `column` IN the numbers from `from` on, a chunk of them; rows come ordered. */
static enum err_code
query_chunk(const struct scope *s, const char *const select[2], const struct seqs *list,
            size_t from, struct db_stmt **st, struct err *err)
{
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, select[0]);
    sql_in_ints(&q, list->items + from, list->n - from < CHUNK ? list->n - from : CHUNK);
    sql_addv(&q, select[1], DB_ARGS(DB_I(s->env)));
    enum err_code rc = sql_query(&q, s->conn, st, err);
    sql_fini(&q);
    return rc;
}

/* ---- memberships ---- */

static void
read_membership(struct db_stmt *st, struct membership *out)
{
    *out = (struct membership){
        .tenant_seq = db_int(st, 1),
        .created_at = db_int(st, 2),
        .invited_at = db_int(st, 3),
        .activated_at = db_int(st, 4),
        .expires_at = db_int(st, 5),
        .is_disabled = db_int(st, 6) != 0,
        .sub_account_access = db_int(st, 7) != 0,
    };
}

/*
 * `select` WHERE m.user_seq is one of ours, ordered. Users made one after the other are neighbours:
 * reading on from one to the next is cheaper than looking each up, even past some that are not ours.
 */
static enum err_code
query_users(const struct loading *l, const char *select, const char *order, struct db_stmt **st,
            struct err *err)
{
    const struct scope *s = l->s;
    int64_t first = l->by_seq[0]->seq, last = l->by_seq[l->n - 1]->seq;
    struct sql q;
    sql_init(&q, s->arena);
    sql_add(&q, select);
    if (last - first < (int64_t)l->n * NEIGHBOURS) {
        sql_addv(&q, " WHERE m.user_seq BETWEEN ? AND ?", DB_ARGS(DB_I(first), DB_I(last)));
    } else {
        int64_t *seqs = ARENA_ARRAY(s->arena, l->n, int64_t);
        for (size_t i = 0; i < l->n; i++)
            seqs[i] = l->by_seq[i]->seq;
        sql_add(&q, " WHERE m.user_seq IN ");
        sql_in_ints(&q, seqs, l->n);
    }
    if (s->tenant_seq && !l->all_tenants)
        sql_addv(&q, " AND m.tenant_seq = ?", DB_ARGS(DB_I(s->tenant_seq)));
    sql_add(&q, order);
    enum err_code rc = sql_query(&q, s->conn, st, err);
    sql_fini(&q);
    return rc;
}

/* Fills the users' memberships but for what other tables say, in the order of tenant_seq, which is
 * also the order of `tenants`. */
static enum err_code
load_memberships(const struct loading *l, struct seqs *tenants, struct err *err)
{
    struct arena *a = l->s->arena;
    struct db_stmt *st;
    enum err_code rc =
        query_users(l,
                    "SELECT m.user_seq, m.tenant_seq, m.created_at, m.invited_at, m.activated_at, "
                    "m.expires_at, m.is_disabled, m.sub_account_access FROM user_tenants m",
                    " ORDER BY m.user_seq, m.tenant_seq", &st, err);
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
        struct membership *m = STORE_PUSH(a, u->tenants, u->n_tenants, size);
        read_membership(st, m);
        seqs_add(tenants, a, m->tenant_seq);
    }
    return db_finish(st);
}

static int
compare_tenant(const void *a, const void *b)
{
    return compare_i64(&((const struct membership *)a)->tenant_seq,
                       &((const struct membership *)b)->tenant_seq);
}

static int
compare_joined(const void *a, const void *b)
{
    const struct membership *x = a, *y = b;
    if (x->created_at != y->created_at)
        return x->created_at < y->created_at ? -1 : 1;
    return x->tenant_seq < y->tenant_seq ? -1 : x->tenant_seq > y->tenant_seq;
}

static void
order_memberships(const struct loading *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct user *u = l->by_seq[i];
        if (u->n_tenants > 1)
            qsort(u->tenants, u->n_tenants, sizeof *u->tenants, compare_joined);
    }
}

/* ---- their tenants ---- */

struct named {
    int64_t seq;
    struct str id;
};

static int
compare_named(const void *a, const void *b)
{
    return compare_i64(&((const struct named *)a)->seq, &((const struct named *)b)->seq);
}

static enum err_code
fetch_tenants(const struct scope *s, const struct seqs *wanted, struct named **out, size_t *n,
              struct err *err)
{
    static const char *const select[] = {"SELECT seq, tenant_id FROM tenants WHERE seq IN ",
                                         " AND env = ? ORDER BY seq"};
    size_t size = 0;
    if (wanted->n == 1 && wanted->items[0] == s->tenant_seq) {
        *(struct named *)STORE_PUSH(s->arena, *out, *n, size) =
            (struct named){s->tenant_seq, s->tenant};
        return ERR_OK;
    }
    for (size_t from = 0; from < wanted->n; from += CHUNK) {
        struct db_stmt *st;
        enum err_code rc = query_chunk(s, select, wanted, from, &st, err);
        if (rc != ERR_OK)
            return rc;
        while (db_next(st, err) == DB_ROW)
            *(struct named *)STORE_PUSH(s->arena, *out, *n, size) =
                (struct named){db_int(st, 0), store_text(st, 1, s->arena)};
        rc = db_finish(st);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

static enum err_code
load_tenants(const struct loading *l, const struct seqs *tenants, struct err *err)
{
    struct seqs wanted = seqs_distinct(tenants, l->s->arena);
    struct named *names = NULL;
    size_t n = 0;
    enum err_code rc = fetch_tenants(l->s, &wanted, &names, &n, err);
    for (size_t i = 0; rc == ERR_OK && i < l->n; i++) {
        struct user *u = l->by_seq[i];
        for (size_t k = 0; k < u->n_tenants; k++) {
            struct named key = {.seq = u->tenants[k].tenant_seq};
            const struct named *found =
                n ? bsearch(&key, names, n, sizeof key, compare_named) : NULL;
            u->tenants[k].tenant_id = found ? found->id : STR_ABSENT;
        }
    }
    return rc;
}

/* ---- their roles ---- */

struct role_set {
    struct role *items; /* sorted by seq */
    size_t n, size;
};

static int
compare_roles(const void *a, const void *b)
{
    return compare_i64(&((const struct role *)a)->seq, &((const struct role *)b)->seq);
}

static enum err_code
fetch_roles(const struct loading *l, const struct seqs *wanted, struct role_set *out,
            struct err *err)
{
    static const char *const select[] = {ROLE_SELECT " WHERE r.seq IN ",
                                         " AND r.env = ? ORDER BY r.seq"};
    enum err_code rc = ERR_OK;
    for (size_t from = 0; rc == ERR_OK && from < wanted->n; from += CHUNK) {
        struct db_stmt *st;
        rc = query_chunk(l->s, select, wanted, from, &st, err);
        if (rc != ERR_OK)
            return rc;
        while (db_next(st, err) == DB_ROW)
            role_read(st, 0, l->s->arena, STORE_PUSH(l->s->arena, out->items, out->n, out->size));
        rc = db_finish(st);
    }
    if (rc == ERR_OK && l->permissions)
        rc = roles_load_permissions(l->s, out->items, out->n, err);
    return rc;
}

static struct membership *
membership_of(struct user *u, int64_t tenant_seq)
{
    struct membership key = {.tenant_seq = tenant_seq};
    return u && u->n_tenants ? bsearch(&key, u->tenants, u->n_tenants, sizeof key, compare_tenant)
                             : NULL;
}

/* Counts the roles of each membership and gives them one after the other, in their order. */
static enum err_code
load_held(const struct loading *l, struct seqs *held, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc =
        query_users(l, "SELECT m.user_seq, m.tenant_seq, m.role_seq FROM user_roles m",
                    " ORDER BY m.user_seq, m.tenant_seq, m.role_seq", &st, err);
    if (rc != ERR_OK)
        return rc;
    size_t at = 0;
    while (db_next(st, err) == DB_ROW) {
        struct membership *m = membership_of(find_user(l, &at, db_int(st, 0)), db_int(st, 1));
        if (!m)
            continue;
        seqs_add(held, l->s->arena, db_int(st, 2));
        m->n_roles++;
    }
    return db_finish(st);
}

/* Turns the next m->n_roles of `held` into roles; those that are not there are left out. */
static void
take_roles(const struct role_set *set, const int64_t *held, const struct role **out,
           struct membership *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_roles && set->n; i++) {
        struct role key = {.seq = held[i]};
        const struct role *role = bsearch(&key, set->items, set->n, sizeof key, compare_roles);
        if (role)
            out[n++] = role;
    }
    m->roles = out;
    m->n_roles = n;
}

/* A role met many times is one struct. */
static enum err_code
load_roles(const struct loading *l, struct err *err)
{
    struct seqs held = {0};
    struct role_set set = {0};
    enum err_code rc = load_held(l, &held, err);
    if (rc != ERR_OK || held.n == 0)
        return rc;
    struct seqs wanted = seqs_distinct(&held, l->s->arena);
    rc = fetch_roles(l, &wanted, &set, err);
    const struct role **roles = ARENA_ARRAY(l->s->arena, held.n, const struct role *);
    size_t at = 0;
    for (size_t i = 0; rc == ERR_OK && i < l->n; i++) {
        struct user *u = l->by_seq[i];
        for (size_t k = 0; k < u->n_tenants; k++) {
            size_t from = at;
            at += u->tenants[k].n_roles;
            take_roles(&set, held.items + from, roles + from, &u->tenants[k]);
        }
    }
    return rc;
}

/* ---- all of it ---- */

static enum err_code
load_part(struct loading *l, struct user *users, struct err *err)
{
    l->by_seq = ARENA_ARRAY(l->s->arena, l->n, struct user *);
    for (size_t i = 0; i < l->n; i++) {
        users[i].tenants = NULL;
        users[i].n_tenants = 0;
        l->by_seq[i] = &users[i];
    }
    qsort(l->by_seq, l->n, sizeof(struct user *), compare_seq);
    struct seqs tenants = {0};
    enum err_code rc = load_memberships(l, &tenants, err);
    if (rc == ERR_OK)
        rc = load_tenants(l, &tenants, err);
    if (rc == ERR_OK && l->roles)
        rc = load_roles(l, err);
    if (rc == ERR_OK)
        order_memberships(l);
    return rc;
}

enum err_code
store_users_load(const struct scope *s, struct user *users, size_t n, unsigned what,
                 bool all_tenants, struct err *err)
{
    struct loading l = {
        .s = s,
        .all_tenants = all_tenants,
        .roles = what & (LOAD_ROLES | LOAD_PERMISSIONS),
        .permissions = what & LOAD_PERMISSIONS,
    };
    enum err_code rc = ERR_OK;
    for (size_t from = 0; rc == ERR_OK && from < n; from += CHUNK) {
        l.n = n - from < CHUNK ? n - from : CHUNK;
        rc = load_part(&l, users + from, err);
    }
    return rc;
}
