/* Everybody's sessions: every list is one range of one index, whatever it is sorted by. */
#include "store/live_sessions.h"

#include "base/mem.h"
#include "store/rows.h"
#include "store/session_rows.h"

/*
 * Rows are sorted by the column, then by when they began where many share a value. `plain` is the
 * same value, written so that no index is used for the order: right where few rows are meant.
 */
static const struct {
    const char *column, *plain;
    bool text, shared;
} orders[] = {
    [LIVE_BY_CREATED] = {"s.created_at", "(s.created_at + 0)", false, false},
    [LIVE_BY_USED] = {"s.used_at", "(s.used_at + 0)", false, false},
    [LIVE_BY_IP] = {"s.ip", "(s.ip || '')", true, true},
    [LIVE_BY_CLIENT] = {"s.client", "(s.client || '')", true, true},
    [LIVE_BY_MFA] = {"s.mfa", "(s.mfa + 0)", false, true},
};

/* ---- which ---- */

/* The filter with people as row numbers: a subquery would mislead the planner. */
struct meant {
    const struct live_filter *f;
    const int64_t *users; /* n_users of them, when people are named */
    size_t n_users;
    bool people; /* named, whether there are any or not */
};

static enum err_code
find_people(const struct scope *s, const struct live_filter *f, struct meant *m, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    *m = (struct meant){.f = f, .people = f->n_user_ids || str_given(f->user)};
    if (!m->people)
        return ERR_OK;
    sql_init(&q, s->arena);
    sql_addv(&q, "SELECT seq FROM users WHERE env = ?", DB_ARGS(DB_I(s->env)));
    if (f->n_user_ids) {
        sql_add(&q, " AND id IN ");
        sql_in(&q, f->user_ids, f->n_user_ids);
    }
    if (str_given(f->user))
        sql_addv(&q, " AND email_key = ?", DB_ARGS(DB_T(store_fold(s->arena, f->user))));
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    int64_t *found = ARENA_ARRAY(s->arena, f->n_user_ids + 1, int64_t);
    while (m->n_users <= f->n_user_ids && db_next(st, err) == DB_ROW)
        found[m->n_users++] = db_int(st, 0);
    m->users = found;
    return db_finish(st);
}

static bool
few_are_meant(const struct meant *m)
{
    return m->people || m->f->n_ids;
}

static void
add_people(struct sql *q, const struct meant *m, const char *column)
{
    static const int64_t nobody = 0;
    if (!m->people)
        return;
    sql_add(q, column);
    sql_in_ints(q, m->n_users ? m->users : &nobody, m->n_users ? m->n_users : 1);
}

/* " WHERE ..." over sessions s; the tenant decides, or people do. */
static void
add_where(struct sql *q, const struct scope *s, const struct meant *m)
{
    const struct live_filter *f = m->f;
    sql_addv(q, " WHERE s.expires_at > ?", DB_ARGS(DB_I(s->now)));
    if (s->tenant_seq)
        sql_addv(q, " AND s.tenant_seq = ?", DB_ARGS(DB_I(s->tenant_seq)));
    else
        sql_addv(q, " AND s.env = ?", DB_ARGS(DB_I(s->env)));
    add_people(q, m, " AND s.user_seq IN ");
    if (f->n_ids) {
        sql_addv(q, " AND s.env = ? AND s.id IN ", DB_ARGS(DB_I(s->env)));
        sql_in(q, f->ids, f->n_ids);
    }
    if (str_given(f->ip))
        sql_addv(q, " AND s.ip = ?", DB_ARGS(DB_T(f->ip)));
    if (str_given(f->client))
        sql_addv(q, " AND s.client = ?", DB_ARGS(DB_T(f->client)));
    if (str_given(f->except))
        sql_addv(q, " AND s.id <> ?", DB_ARGS(DB_T(f->except)));
}

/* ---- lists ---- */

/* Which part of a page: behind a place in a shared order are first those with the same value, then
 * those with others. As two ranges both are found at once; as one, the first would be stepped over. */
enum part { PART_ALL, PART_BEHIND, PART_SAME, PART_OTHERS };

static void
add_part(struct sql *q, const struct live_query *query, const char *column, enum part part)
{
    const struct live_place *p = &query->place;
    const char *beyond = query->descending ? " < " : " > ";
    struct db_value value = orders[query->order].text ? DB_T(p->text) : DB_I(p->number);
    if (part == PART_ALL)
        return;
    sql_add(q, part == PART_BEHIND ? " AND (" : " AND ");
    sql_add(q, column);
    if (part == PART_BEHIND) {
        sql_add(q, ", s.seq)");
        sql_add(q, beyond);
        sql_addv(q, "(?, ?)", DB_ARGS(value, DB_I(p->seq)));
        return;
    }
    sql_add(q, part == PART_SAME ? " = " : beyond);
    sql_arg(q, value);
    if (part == PART_OTHERS)
        return;
    sql_add(q, " AND (s.created_at, s.seq)");
    sql_add(q, beyond);
    sql_addv(q, "(?, ?)", DB_ARGS(DB_I(p->created_at), DB_I(p->seq)));
}

static void
add_order(struct sql *q, const struct live_query *query, const char *column)
{
    const char *way = query->descending ? " DESC" : "";
    sql_add(q, " ORDER BY ");
    sql_add(q, column);
    sql_add(q, way);
    if (orders[query->order].shared) {
        sql_add(q, ", s.created_at");
        sql_add(q, way);
    }
    sql_add(q, ", s.seq");
    sql_add(q, way);
}

static enum err_code
read_part(const struct scope *s, const struct live_query *query, const struct meant *m,
          enum part part, struct session_list *out, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    size_t size = out->n;
    const char *column =
        few_are_meant(m) ? orders[query->order].plain : orders[query->order].column;
    sql_init(&q, s->arena);
    sql_add(&q, SESSION_SELECT);
    add_where(&q, s, m);
    add_part(&q, query, column, part);
    add_order(&q, query, column);
    sql_addv(&q, " LIMIT ?", DB_ARGS(DB_I(query->limit + 1 - (int64_t)out->n)));
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW)
        session_read(st, s->arena, STORE_PUSH(s->arena, out->items, out->n, size));
    return db_finish(st);
}

enum err_code
store_live_list(const struct scope *s, const struct live_query *query, struct session_list *out,
                struct err *err)
{
    struct meant m;
    bool split = query->after && orders[query->order].shared;
    *out = (struct session_list){NULL, 0};
    enum err_code rc = find_people(s, &query->filter, &m, err);
    if (!rc && split)
        rc = read_part(s, query, &m, PART_SAME, out, err);
    if (!rc && split && out->n <= (size_t)query->limit)
        rc = read_part(s, query, &m, PART_OTHERS, out, err);
    if (!rc && !split)
        rc = read_part(s, query, &m, query->after ? PART_BEHIND : PART_ALL, out, err);
    return rc;
}

struct live_place
store_live_place(const struct session *row, enum live_order order)
{
    struct live_place place = {.created_at = row->created_at, .seq = row->seq};
    switch (order) {
    case LIVE_BY_CREATED:
        place.number = row->created_at;
        break;
    case LIVE_BY_USED:
        place.number = row->used_at;
        break;
    case LIVE_BY_IP:
        place.text = row->ip;
        break;
    case LIVE_BY_CLIENT:
        place.text = row->client;
        break;
    case LIVE_BY_MFA:
        place.number = row->mfa;
        break;
    }
    return place;
}

enum err_code
store_live_count(const struct scope *s, const struct live_filter *f, int64_t *out, struct err *err)
{
    struct sql q;
    struct meant m;
    enum err_code rc = find_people(s, f, &m, err);
    if (rc)
        return rc;
    sql_init(&q, s->arena);
    sql_add(&q, "SELECT COUNT(*) FROM (SELECT 1 FROM sessions s");
    add_where(&q, s, &m);
    sql_addv(&q, " LIMIT ?) counted", DB_ARGS(DB_I(LIVE_COUNT_MAX + 1)));
    rc = sql_query_int(&q, s->conn, out, err);
    sql_fini(&q);
    return rc;
}

/* ---- groups ---- */

static void
add_groups(struct sql *q, const struct scope *s, const struct meant *m, enum live_group by,
           int64_t limit)
{
    static const char *const columns[] = {
        [LIVE_GROUP_USER] = "s.user_seq",
        [LIVE_GROUP_IP] = "s.ip",
        [LIVE_GROUP_CLIENT] = "s.client",
    };
    sql_add(q, "SELECT ");
    sql_add(q, columns[by]);
    sql_add(q, " AS grouped, COUNT(*) AS n FROM sessions s");
    add_where(q, s, m);
    sql_add(q, " GROUP BY ");
    sql_add(q, columns[by]);
    sql_addv(q, " ORDER BY n DESC, grouped LIMIT ?", DB_ARGS(DB_I(limit)));
}

enum err_code
store_live_groups(const struct scope *s, const struct live_filter *f, enum live_group by,
                  int64_t limit, struct live_counts *out, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    struct meant m;
    size_t size = 0;
    *out = (struct live_counts){NULL, 0};
    enum err_code rc = find_people(s, f, &m, err);
    if (rc)
        return rc;
    sql_init(&q, s->arena);
    if (by == LIVE_GROUP_USER)
        sql_add(&q, "SELECT u.id, u.email, g.n FROM (");
    else
        sql_add(&q, "SELECT g.grouped, NULL, g.n FROM (");
    add_groups(&q, s, &m, by, limit);
    sql_add(&q, by == LIVE_GROUP_USER ? ") g JOIN users u ON u.seq = g.grouped" : ") g");
    sql_add(&q, " ORDER BY g.n DESC, g.grouped");
    rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct live_count *c = STORE_PUSH(s->arena, out->items, out->n, size);
        c->key = store_text(st, 0, s->arena);
        c->name = store_text(st, 1, s->arena);
        c->sessions = db_int(st, 2);
    }
    return db_finish(st);
}

/* ---- changes ---- */

static enum err_code
read_cursor(const struct scope *s, const char *order, struct live_cursor *out, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    sql_init(&q, s->arena);
    sql_add(&q, "SELECT c.tx, c.seq FROM session_changes c WHERE ");
    sql_add(&q, db_fragment(db_of(s->conn), "sessions.settled"));
    sql_add(&q, order);
    sql_add(&q, " LIMIT 1");
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    *out = (struct live_cursor){.at = s->now};
    if (db_next(st, err) == DB_ROW) {
        out->tx = db_int(st, 0);
        out->seq = db_int(st, 1);
    }
    return db_finish(st);
}

enum err_code
store_live_now(const struct scope *s, struct live_cursor *out, struct err *err)
{
    return read_cursor(s, " ORDER BY c.tx DESC, c.seq DESC", out, err);
}

static bool
is_before(const struct live_cursor *a, const struct live_cursor *b)
{
    return a->tx < b->tx || (a->tx == b->tx && a->seq < b->seq);
}

static void
add_log(struct sql *q, const struct scope *s, const struct meant *m, const struct live_cursor *from,
        const struct live_cursor *to)
{
    sql_add(q, "SELECT c.tx, c.seq, c.ended, c.session_id, u.id, u.email FROM session_changes c "
               "LEFT JOIN users u ON u.seq = c.user_seq WHERE ");
    sql_addv(q, db_fragment(db_of(s->conn), "sessions.since"),
             DB_ARGS(DB_I(from->tx), DB_I(from->seq)));
    sql_addv(q, " AND (c.tx, c.seq) <= (?, ?) AND c.env = ?",
             DB_ARGS(DB_I(to->tx), DB_I(to->seq), DB_I(s->env)));
    if (s->tenant_seq)
        sql_addv(q, " AND c.tenant_seq = ?", DB_ARGS(DB_I(s->tenant_seq)));
    add_people(q, m, " AND c.user_seq IN ");
    sql_add(q, " ORDER BY c.tx, c.seq");
}

static void
read_change(struct db_stmt *st, int col, struct arena *a, struct live_change *out)
{
    out->session_id = store_text(st, col, a);
    out->user_id = store_text(st, col + 1, a);
    out->user_email = store_text(st, col + 2, a);
}

static enum err_code
read_log(struct sql *q, const struct scope *s, int64_t limit, struct live_changes *out,
         size_t *size, struct err *err)
{
    struct db_stmt *st;
    enum err_code rc = sql_query(q, s->conn, &st, err);
    if (rc)
        return rc;
    struct live_cursor last = out->cursor;
    while (db_next(st, err) == DB_ROW) {
        if (out->n == (size_t)limit) {
            out->more = true;
            out->cursor = last;
            break;
        }
        struct live_change *c = STORE_PUSH(s->arena, out->items, out->n, *size);
        last.tx = db_int(st, 0);
        last.seq = db_int(st, 1);
        c->ended = db_int(st, 2) != 0;
        read_change(st, 3, s->arena, c);
    }
    return db_finish(st);
}

/* Those whose time was over meanwhile and that nobody has swept away yet; by that time's index. */
static enum err_code
add_expired(const struct scope *s, const struct meant *m, const struct live_cursor *from,
            struct live_changes *out, size_t *size, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    sql_init(&q, s->arena);
    sql_addv(&q,
             "SELECT s.id, u.id, u.email FROM sessions s JOIN users u ON u.seq = s.user_seq "
             "WHERE s.expires_at > ? AND s.expires_at <= ? AND s.env + 0 = ?",
             DB_ARGS(DB_I(from->at), DB_I(s->now), DB_I(s->env)));
    if (s->tenant_seq)
        sql_addv(&q, " AND s.tenant_seq + 0 = ?", DB_ARGS(DB_I(s->tenant_seq)));
    add_people(&q, m, " AND (s.user_seq + 0) IN ");
    sql_addv(&q, " ORDER BY s.expires_at LIMIT ?", DB_ARGS(DB_I(LIVE_CHANGES_KEPT)));
    enum err_code rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        struct live_change *c = STORE_PUSH(s->arena, out->items, out->n, *size);
        c->ended = true;
        read_change(st, 0, s->arena, c);
    }
    return db_finish(st);
}

enum err_code
store_live_changes(const struct scope *s, const struct live_filter *f,
                   const struct live_cursor *from, int64_t limit, struct live_changes *out,
                   struct err *err)
{
    struct live_cursor oldest;
    struct sql q;
    struct meant m;
    size_t size = 0;
    *out = (struct live_changes){.n = 0};
    enum err_code rc = store_live_now(s, &out->cursor, err);
    if (!rc)
        rc = read_cursor(s, " ORDER BY c.tx, c.seq", &oldest, err);
    if (!rc)
        rc = find_people(s, f, &m, err);
    if (rc)
        return rc;
    /* Nothing is missing before the very first row, and after the newest there is nothing. */
    out->reset = is_before(&out->cursor, from) || (oldest.seq > 1 && is_before(from, &oldest));
    if (out->reset)
        return ERR_OK;
    sql_init(&q, s->arena);
    add_log(&q, s, &m, from, &out->cursor);
    sql_addv(&q, " LIMIT ?", DB_ARGS(DB_I(limit + 1)));
    rc = read_log(&q, s, limit, out, &size, err);
    sql_fini(&q);
    if (!rc && out->more)
        out->cursor.at = from->at;
    else if (!rc)
        rc = add_expired(s, &m, from, out, &size, err);
    return rc;
}

/* ---- ending ---- */

enum err_code
store_live_end(const struct scope *s, const struct live_filter *f, int64_t *ended,
               int64_t *rotated_at, struct err *err)
{
    struct sql q;
    struct db_stmt *st;
    struct meant m;
    *ended = *rotated_at = 0;
    enum err_code rc = find_people(s, f, &m, err);
    if (rc)
        return rc;
    sql_init(&q, s->arena);
    sql_add(&q, "DELETE FROM sessions WHERE seq IN (SELECT s.seq FROM sessions s");
    add_where(&q, s, &m);
    sql_add(&q, few_are_meant(&m) ? " ORDER BY (s.created_at + 0)" : " ORDER BY s.created_at");
    sql_addv(&q, ", s.seq LIMIT ?) RETURNING rotated_at", DB_ARGS(DB_I(LIVE_END_MAX)));
    rc = sql_query(&q, s->conn, &st, err);
    sql_fini(&q);
    if (rc)
        return rc;
    while (db_next(st, err) == DB_ROW) {
        ++*ended;
        if (db_int(st, 0) > *rotated_at)
            *rotated_at = db_int(st, 0);
    }
    rc = db_finish(st);
    return rc ? rc : session_changes_sweep(s, 2 * *ended, err);
}
