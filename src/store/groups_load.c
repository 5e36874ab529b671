/* What belongs to groups, and what groups belong to users: a number of queries that does not depend on
 * how many there are. */
#include "base/mem.h"
#include "store/groups.h"
#include "store/role_rows.h"

enum { CHUNK = 256 };

/* ---- of groups ---- */

struct loading {
    const struct scope *s;
    struct group *groups;
    size_t n;
};

static struct group *
group_of(const struct loading *l, int64_t seq)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->groups[i].seq == seq)
            return &l->groups[i];
    return NULL;
}

static enum err_code
query_groups(const struct loading *l, const char *select, const char *order, struct db_stmt **st,
             struct err *err)
{
    struct sql q;
    int64_t *seqs = ARENA_ARRAY(l->s->arena, l->n, int64_t);
    for (size_t i = 0; i < l->n; i++)
        seqs[i] = l->groups[i].seq;
    sql_init(&q, l->s->arena);
    sql_add(&q, select);
    sql_in_ints(&q, seqs, l->n);
    sql_add(&q, order);
    enum err_code rc = sql_query(&q, l->s->conn, st, err);
    sql_fini(&q);
    return rc;
}

static enum err_code
load_roles(const struct loading *l, struct err *err)
{
    struct arena *a = l->s->arena;
    struct db_stmt *st;
    enum err_code rc = query_groups(l,
                                    "SELECT h.group_seq, " ROLE_COLUMNS " FROM group_roles h JOIN "
                                    "roles r ON r.seq = h.role_seq WHERE h.group_seq IN ",
                                    " ORDER BY h.group_seq, r.seq", &st, err);
    if (rc)
        return rc;
    struct role *roles = NULL;
    const struct group *last = NULL;
    size_t n = 0, size = 0;
    while (db_next(st, err) == DB_ROW) {
        struct group *g = group_of(l, db_int(st, 0));
        if (!g)
            continue;
        if (g != last) {
            roles = NULL;
            n = size = 0;
        }
        last = g;
        role_read(st, 1, a, STORE_PUSH(a, roles, n, size));
        g->roles = roles;
        g->n_roles = n;
    }
    return db_finish(st);
}

static enum err_code
load_users(const struct loading *l, struct err *err)
{
    struct arena *a = l->s->arena;
    struct db_stmt *st;
    enum err_code rc = query_groups(
        l,
        "SELECT h.group_seq, u.id, u.email, u.name, u.profile_picture_url, m.activated_at, "
        "u.created_at FROM group_users h JOIN user_groups g ON g.seq = h.group_seq JOIN users u ON "
        "u.seq = h.user_seq JOIN user_tenants m ON m.user_seq = u.seq AND m.tenant_seq = "
        "g.tenant_seq WHERE h.group_seq IN ",
        " ORDER BY h.group_seq, u.seq", &st, err);
    if (rc)
        return rc;
    struct group_user *users = NULL;
    const struct group *last = NULL;
    size_t n = 0, size = 0;
    while (db_next(st, err) == DB_ROW) {
        struct group *g = group_of(l, db_int(st, 0));
        if (!g)
            continue;
        if (g != last) {
            users = NULL;
            n = size = 0;
        }
        last = g;
        *(struct group_user *)STORE_PUSH(a, users, n, size) =
            (struct group_user){.id = store_text(st, 1, a),
                                .email = store_text(st, 2, a),
                                .name = store_text(st, 3, a),
                                .profile_picture_url = store_text(st, 4, a),
                                .activated_at = db_int(st, 5),
                                .created_at = db_int(st, 6)};
        g->users = users;
        g->n_users = n;
    }
    return db_finish(st);
}

enum err_code
store_groups_load(const struct scope *s, struct group *groups, size_t n, unsigned what,
                  struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t from = 0; !rc && from < n; from += CHUNK) {
        struct loading l = {s, groups + from, n - from < CHUNK ? n - from : CHUNK};
        if (what & GROUP_ROLES)
            rc = load_roles(&l, err);
        if (!rc && what & GROUP_USERS)
            rc = load_users(&l, err);
    }
    return rc;
}

/* ---- of users ---- */

/* Each group with each of its roles is a row; `role` is a place in the list of all roles met. */
struct held {
    struct membership *membership;
    int64_t group_seq;
    struct str group_id;
    size_t role;
};
static const size_t NO_ROLE = SIZE_MAX;

struct gathering {
    const struct scope *s;
    struct user *users;
    size_t n;
    struct held *held;
    size_t n_held, held_size;
    struct role *roles;
    size_t n_roles, roles_size;
};

static struct membership *
membership_of(const struct gathering *g, int64_t user_seq, int64_t tenant_seq)
{
    for (size_t i = 0; i < g->n; i++) {
        struct user *u = &g->users[i];
        for (size_t k = 0; u->seq == user_seq && k < u->n_tenants; k++)
            if (u->tenants[k].tenant_seq == tenant_seq)
                return &u->tenants[k];
    }
    return NULL;
}

static size_t
place_of_role(struct gathering *g, struct db_stmt *st, int col)
{
    int64_t seq = db_int(st, col);
    if (db_is_null(st, col))
        return NO_ROLE;
    size_t i = 0;
    while (i < g->n_roles && g->roles[i].seq != seq)
        i++;
    if (i == g->n_roles)
        role_read(st, col, g->s->arena,
                  STORE_PUSH(g->s->arena, g->roles, g->n_roles, g->roles_size));
    return i;
}

static enum err_code
gather(struct gathering *g, struct err *err)
{
    const struct scope *s = g->s;
    struct sql q;
    struct db_stmt *st;
    int64_t *seqs = ARENA_ARRAY(s->arena, g->n, int64_t);
    for (size_t i = 0; i < g->n; i++)
        seqs[i] = g->users[i].seq;
    sql_init(&q, s->arena);
    sql_add(&q, "SELECT h.user_seq, g.tenant_seq, g.seq, g.id, " ROLE_COLUMNS
                " FROM group_users h JOIN user_groups g ON g.seq = h.group_seq "
                "JOIN environments e ON e.seq = g.env AND e.groups_enabled = 1 "
                "LEFT JOIN group_roles x ON x.group_seq = g.seq AND e.group_roles_enabled = 1 "
                "LEFT JOIN roles r ON r.seq = x.role_seq WHERE h.user_seq IN ");
    sql_in_ints(&q, seqs, g->n);
    sql_addv(&q, " AND g.env = ? ORDER BY h.user_seq, g.tenant_seq, g.seq, r.seq",
             DB_ARGS(DB_I(s->env)));
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct membership *m = membership_of(g, db_int(st, 0), db_int(st, 1));
        if (!m)
            continue;
        struct held *h = STORE_PUSH(s->arena, g->held, g->n_held, g->held_size);
        *h = (struct held){m, db_int(st, 2), store_text(st, 3, s->arena), place_of_role(g, st, 4)};
    }
    return db_finish(st);
}

/* Rows from `from` on that are one group of one membership become that; returns where they end. */
static size_t
hand_out(struct gathering *g, size_t from, struct member_group *out)
{
    size_t end = from;
    while (end < g->n_held && g->held[end].membership == g->held[from].membership &&
           g->held[end].group_seq == g->held[from].group_seq)
        end++;
    const struct role **roles = ARENA_ARRAY(g->s->arena, end - from, const struct role *);
    *out = (struct member_group){.id = g->held[from].group_id, .roles = roles};
    for (size_t i = from; i < end; i++)
        if (g->held[i].role != NO_ROLE)
            roles[out->n_roles++] = &g->roles[g->held[i].role];
    return end;
}

enum err_code
store_users_load_groups(const struct scope *s, struct user *users, size_t n, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t from = 0; !rc && from < n; from += CHUNK) {
        struct gathering g = {
            .s = s, .users = users + from, .n = n - from < CHUNK ? n - from : CHUNK};
        rc = gather(&g, err);
        if (!rc)
            rc = roles_load_permissions(s, g.roles, g.n_roles, err);
        struct member_group *groups = ARENA_ARRAY(s->arena, g.n_held + 1, struct member_group);
        for (size_t i = 0, k = 0; !rc && i < g.n_held; k++) {
            struct membership *m = g.held[i].membership;
            if (!m->n_groups)
                m->groups = &groups[k];
            m->n_groups++;
            i = hand_out(&g, i, &groups[k]);
        }
    }
    return rc;
}
