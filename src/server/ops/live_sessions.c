/*
 * Everybody's living sessions, for the console: pages, counts, changes since, and ending many. An
 * environment token asks for one of its tenants, or names people or sessions.
 */
#include "store/live_sessions.h"
#include "base/mem.h"
#include "server/ops/ops.h"
#include "server/session_token.h"

/* ---- who is meant ---- */

struct wanted {
    struct live_filter filter;
    struct str user_ids[LIVE_IDS_MAX], ids[LIVE_IDS_MAX];
};

static void
wanted_by_query(const struct call *c, struct wanted *w)
{
    w->filter = (struct live_filter){
        .user_ids = w->user_ids,
        .n_user_ids = call_query_list(c, "userIds", w->user_ids, LIVE_IDS_MAX),
        .ids = w->ids,
        .n_ids = call_query_list(c, "ids", w->ids, LIVE_IDS_MAX),
        .user = call_query(c, "user"),
        .ip = call_query(c, "ip"),
        .client = call_query(c, "client"),
    };
}

static void
wanted_by_body(const struct call *c, struct wanted *w)
{
    w->filter = (struct live_filter){
        .user_ids = w->user_ids,
        .n_user_ids = call_list(c, "userIds", w->user_ids, LIVE_IDS_MAX),
        .ids = w->ids,
        .n_ids = call_list(c, "ids", w->ids, LIVE_IDS_MAX),
        .user = call_str(c, "user"),
        .ip = call_str(c, "ip"),
        .client = call_str(c, "client"),
        .except = call_str(c, "except"),
    };
}

static bool
names_somebody(const struct live_filter *f)
{
    return f->n_user_ids || f->n_ids || str_given(f->user);
}

/* A whole environment is never looked at: there is no order in which that would be quick. */
static const struct scope *
scope_of(struct call *c, const struct live_filter *f, struct err *err)
{
    if (str_given(c->tenant_id) || names_somebody(f))
        return call_scope(c, err);
    (void)call_refuse(c, err, ERR_INVALID, NULL,
                      "Tenant ID is not specified, and no people or sessions are");
    return NULL;
}

/* ---- lists ---- */

static void
write_session(struct call *c, const struct session *session)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", session->id);
    jw_kstr(w, "userId", session->user_id);
    jw_kstr(w, "email", session->user_email);
    jw_kstr(w, "tenantId", session->tenant_id);
    jw_kstr(w, "ip", session->ip.n ? session->ip : STR(""));
    jw_kstr(w, "client", session->client.n ? session->client : STR(""));
    jw_kstr(w, "userAgent", session->user_agent.n ? session->user_agent : STR(""));
    jw_ktext(w, "mfa", session_mfa_names[session->mfa]);
    jw_ktime(w, "createdAt", session->created_at);
    jw_ktime(w, "usedAt", session->used_at);
    jw_ktime(w, "expiresAt", session->expires_at);
    jw_kbool(w, "impersonated", session->impersonated);
    jw_kbool(w, "current", str_eq(session->id, c->who.session_id));
    jw_close(w, '}');
}

static int64_t
choice_of(struct str value, const char *const *names, int64_t preset)
{
    for (int64_t i = 0; str_given(value) && names[i]; i++)
        if (str_eq(value, str_of(names[i])))
            return i;
    return preset;
}

/* Cuts a number and the point behind it off *rest. */
static bool
take_number(struct str *rest, int64_t *out)
{
    struct str part;
    return str_next(rest, '.', &part) && str_to_i64(part, out) && *out >= 0;
}

/* "<number>.<began>.<seq>.<text>" */
static bool
read_place(struct str text, struct live_query *q)
{
    q->after = str_given(text);
    if (!q->after)
        return true;
    bool ok = take_number(&text, &q->place.number) && take_number(&text, &q->place.created_at) &&
              take_number(&text, &q->place.seq);
    q->place.text = str_given(text) ? text : STR("");
    return ok;
}

static void
write_next(struct call *c, const struct live_query *q, const struct session_list *list)
{
    jw_key(&c->out, "next");
    if (list->n <= (size_t)q->limit) {
        jw_null(&c->out);
        return;
    }
    struct live_place p = store_live_place(&list->items[q->limit - 1], q->order);
    jw_str(&c->out, arena_printf(c->arena, "%lld.%lld.%lld.%.*s", (long long)p.number,
                                 (long long)p.created_at, (long long)p.seq, STR_ARG(p.text)));
}

static struct str
cursor_text(struct call *c, const struct live_cursor *cursor)
{
    return arena_printf(c->arena, "%lld.%lld.%lld", (long long)cursor->tx, (long long)cursor->seq,
                        (long long)cursor->at);
}

struct page_read {
    struct live_query query;
    struct live_cursor cursor;
    struct session_list list;
    int64_t total; /* -1: not asked for */
};

/* First how far the log has come, then the rows: what happens in between is told twice, not never. */
static enum err_code
read_page(struct call *c, const struct scope *s, struct page_read *p, struct err *err)
{
    enum err_code rc = store_live_now(s, &p->cursor, err);
    if (!rc)
        rc = store_live_list(s, &p->query, &p->list, err);
    if (!rc && call_query_bool(c, "total", false))
        rc = store_live_count(s, &p->query.filter, &p->total, err);
    return rc;
}

static void
write_page(struct call *c, const struct page_read *p)
{
    struct jw *w = &c->out;
    size_t limit = (size_t)p->query.limit;
    bool over = p->total > LIVE_COUNT_MAX;
    jw_open(w, '{');
    jw_key(w, "items");
    jw_open(w, '[');
    for (size_t i = 0; i < p->list.n && i < limit; i++)
        write_session(c, &p->list.items[i]);
    jw_close(w, ']');
    write_next(c, &p->query, &p->list);
    jw_key(w, "total");
    if (p->total < 0)
        jw_null(w);
    else
        jw_i64(w, over ? LIVE_COUNT_MAX : p->total);
    jw_kbool(w, "totalIsMore", over);
    jw_kstr(w, "cursor", cursor_text(c, &p->cursor));
    jw_ktime(w, "now", c->now);
    jw_close(w, '}');
}

static enum err_code
op_live_sessions_list(struct call *c, struct err *err)
{
    static const char *const sorts[] = {"createdAt", "usedAt", "ip", "client", "mfa", NULL};
    struct wanted wanted;
    wanted_by_query(c, &wanted);
    struct page_read p = {.total = -1};
    p.query = (struct live_query){
        .filter = wanted.filter,
        .order = (enum live_order)choice_of(call_query(c, "_sortBy"), sorts, LIVE_BY_CREATED),
        .descending = !str_eq(call_query(c, "_order"), STR("ASC")),
        .limit = call_query_int(c, "_limit", 100),
    };
    if (!read_place(call_query(c, "_after"), &p.query))
        return call_refuse(c, err, ERR_INVALID, NULL, "_after is not from an answer of this list");
    const struct scope *s = scope_of(c, &wanted.filter, err);
    enum err_code rc = s ? read_page(c, s, &p, err) : err_failed(err);
    if (!rc)
        write_page(c, &p);
    return rc;
}

/* ---- groups ---- */

static enum err_code
op_live_sessions_groups(struct call *c, struct err *err)
{
    static const char *const kinds[] = {"user", "ip", "client", NULL};
    struct wanted wanted;
    struct live_counts found;
    wanted_by_query(c, &wanted);
    enum live_group by = (enum live_group)choice_of(call_query(c, "by"), kinds, LIVE_GROUP_USER);
    int64_t limit = call_query_int(c, "_limit", 200);
    const struct scope *s = scope_of(c, &wanted.filter, err);
    enum err_code rc =
        s ? store_live_groups(s, &wanted.filter, by, limit, &found, err) : err_failed(err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_key(w, "items");
    jw_open(w, '[');
    for (size_t i = 0; i < found.n; i++) {
        jw_open(w, '{');
        jw_kstr(w, "key", found.items[i].key.n ? found.items[i].key : STR(""));
        jw_kstr(w, "name", found.items[i].name);
        jw_ki64(w, "sessions", found.items[i].sessions);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_ktime(w, "now", c->now);
    jw_close(w, '}');
    return ERR_OK;
}

/* ---- changes ---- */

static bool
read_cursor(struct str text, struct live_cursor *out)
{
    return take_number(&text, &out->tx) && take_number(&text, &out->seq) && str_given(text) &&
           str_to_i64(text, &out->at) && out->at >= 0;
}

/* The rows of those that began and still live. */
static enum err_code
read_started(const struct scope *s, const struct live_changes *changes, struct session_list *out,
             struct err *err)
{
    struct str ids[LIVE_IDS_MAX];
    struct live_query q = {.filter.ids = ids, .limit = LIVE_IDS_MAX};
    *out = (struct session_list){NULL, 0};
    for (size_t i = 0; i < changes->n; i++)
        if (!changes->items[i].ended)
            ids[q.filter.n_ids++] = changes->items[i].session_id;
    return q.filter.n_ids ? store_live_list(s, &q, out, err) : ERR_OK;
}

static const struct session *
find_session(const struct session_list *list, struct str id)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i].id, id))
            return &list->items[i];
    return NULL;
}

static void
write_change(struct call *c, const struct live_change *change, const struct session *session)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", change->session_id);
    jw_ktext(w, "event", change->ended ? "ended" : "started");
    jw_kstr(w, "userId", change->user_id);
    jw_kstr(w, "email", change->user_email);
    jw_key(w, "session");
    if (session)
        write_session(c, session);
    else
        jw_null(w);
    jw_close(w, '}');
}

static void
write_changes(struct call *c, const struct live_changes *changes, const struct session_list *rows)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_key(w, "items");
    jw_open(w, '[');
    for (size_t i = 0; i < changes->n; i++) {
        const struct live_change *change = &changes->items[i];
        const struct session *session =
            change->ended ? NULL : find_session(rows, change->session_id);
        if (change->ended || session) /* else it went as soon as it came: that is told as well */
            write_change(c, change, session);
    }
    jw_close(w, ']');
    jw_kstr(w, "cursor", cursor_text(c, &changes->cursor));
    jw_kbool(w, "more", changes->more);
    jw_kbool(w, "reset", changes->reset);
    jw_ktime(w, "now", c->now);
    jw_close(w, '}');
}

static enum err_code
op_live_sessions_changes(struct call *c, struct err *err)
{
    struct wanted wanted;
    struct live_cursor from;
    struct live_changes changes;
    struct session_list rows = {NULL, 0};
    wanted_by_query(c, &wanted);
    if (!read_cursor(call_query(c, "cursor"), &from))
        return call_refuse(c, err, ERR_INVALID, NULL, "cursor is not from an answer of the list");
    const struct scope *s = scope_of(c, &wanted.filter, err);
    enum err_code rc = s ? store_live_changes(s, &wanted.filter, &from, LIVE_IDS_MAX, &changes, err)
                         : err_failed(err);
    if (!rc)
        rc = read_started(s, &changes, &rows, err);
    if (!rc)
        write_changes(c, &changes, &rows);
    return rc;
}

/* ---- ending ---- */

/* Until when the access tokens are good that were made before: nobody can call those back. */
static enum err_code
tokens_until(struct call *c, const struct scope *s, int64_t rotated_at, int64_t *out,
             struct err *err)
{
    struct session_terms terms;
    enum err_code rc = session_terms_read(s, &terms, err);
    *out = 0;
    if (!rc && rotated_at && rotated_at + terms.access_s * 1000 > c->now)
        *out = rotated_at + terms.access_s * 1000;
    return rc;
}

static enum err_code
op_live_sessions_revoke(struct call *c, struct err *err)
{
    struct wanted wanted;
    int64_t ended = 0, rotated_at = 0, until = 0;
    wanted_by_body(c, &wanted);
    const struct live_filter *f = &wanted.filter;
    if (!names_somebody(f) && !str_given(f->ip) && !str_given(f->client) &&
        !call_bool(c, "all", false))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "say which sessions end: ids, userIds, user, ip, client, or all");
    const struct scope *s = scope_of(c, f, err);
    enum err_code rc = s ? store_live_end(s, f, &ended, &rotated_at, err) : err_failed(err);
    if (!rc)
        rc = tokens_until(c, s, rotated_at, &until, err);
    if (rc)
        return rc;
    call_audit(c, "session", f->n_ids == 1 ? f->ids[0] : c->tenant_id, "High",
               "Ended %lld sessions", (long long)ended);
    call_forget_principals(c);
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_ki64(w, "ended", ended);
    jw_kbool(w, "more", ended == LIVE_END_MAX);
    jw_ktime(w, "tokensUntil", until);
    jw_ktime(w, "now", c->now);
    jw_close(w, '}');
    return ERR_OK;
}

const struct op_binding live_sessions_ops[] = {
    BIND(live_sessions_list),
    BIND(live_sessions_groups),
    BIND(live_sessions_changes),
    BIND(live_sessions_revoke),
    BIND_END,
};
