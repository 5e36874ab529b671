/*
 * Reading sessions from a service with the extension: pages in the order wanted, then, again and
 * again, what came and went since and how the rows in view are now.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ui/live.h"
#include <stdio.h>

static const struct {
    const char *sort;
} orders[LIVE_ORDERS] = {[LIVE_AGE] = {"createdAt"},
                         [LIVE_IDLE] = {"usedAt"},
                         [LIVE_IP] = {"ip"},
                         [LIVE_CLIENT] = {"client"},
                         [LIVE_MFA] = {"mfa"}};

static void
set(struct values *v, const char *name, struct json *take)
{
    (void)!values_set(v, str_of(name), take, NULL);
}

static struct json *
text(const char *z)
{
    return json_new_str(str_of(z));
}

/* Ids of the people the pane is about. */
struct json *
live_users(const struct live *l)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < l->scope.n; i++)
        json_push(list, text(l->scope.users[i]));
    return list;
}

/* Whose sessions, and where from; the operation says what it can narrow by. */
struct values *
live_values(const struct live *l, enum op_id id)
{
    const struct op *op = op_get(id);
    struct values *v = values_new(op);
    if (l->scope.n)
        set(v, "userIds", live_users(l));
    if (l->scope.ip[0] && field_find(op->query ? op->query : op->body, STR("ip")))
        set(v, "ip", text(l->scope.ip));
    if (l->scope.client[0] && field_find(op->query ? op->query : op->body, STR("client")))
        set(v, "client", text(l->scope.client));
    return v;
}

void
live_send(struct live *l, struct values *take, struct str user, bool background, result_fn *done,
          void *ctx)
{
    client_send(
        l->pane.app->client,
        &(struct client_request){.op = take->op,
                                 .values = take,
                                 .scope = {.tenant_id = str_of(l->pane.tenant), .user_id = user},
                                 .background = background,
                                 .set = &l->pane.calls,
                                 .done = done,
                                 .ctx = ctx});
}

void
live_failed(struct live *l, const struct result *r)
{
    snprintf(l->failure, sizeof l->failure, "%s%s%s",
             r->err.msg[0] ? r->err.msg : err_text(r->err.code), r->hint ? ". " : "",
             r->hint ? r->hint : "");
    l->pane.app->dirty = true;
}

bool
live_meant(const struct live *l, const struct live_row *row)
{
    bool ours = l->scope.n == 0;
    for (size_t i = 0; !ours && i < l->scope.n; i++)
        ours = strcmp(l->scope.users[i], row->user_id) == 0;
    return ours && (!l->scope.ip[0] || !strcmp(l->scope.ip, row->ip)) &&
           (!l->scope.client[0] || !strcmp(l->scope.client, row->client));
}

/* ---- pages ---- */

/* The service does not have the extension: its answer decides, nothing else is known of it. */
static bool
lacks_extension(const struct result *r)
{
    return r->status == 404 || r->status == 501;
}

/* A session that was not there before: new, if it began since the pane was filled. */
static void
add_row(struct live *l, struct live_row *row)
{
    bool is_new = l->loaded && row->created_at >= l->since;
    if (live_set_get(&l->set, str_of(row->id)))
        is_new = false;
    row->fresh_until = is_new ? clock_mono_ms() + LIVE_FRESH_MS : 0;
    l->came += is_new;
    (void)live_set_put(&l->set, row);
}

static void
take_rows(struct live *l, const struct json *items)
{
    struct live_row row;
    for (const struct json *j = json_first(items); j; j = json_next(j))
        if (live_row_read(&row, j) && live_meant(l, &row))
            add_row(l, &row);
}

static void
take_total(struct live *l, const struct json *answer)
{
    if (json_to_i64(json_get(answer, "total"), &l->total))
        (void)json_to_bool(json_get(answer, "totalIsMore"), &l->total_is_more);
}

static void
copy_text(const struct json *answer, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%.*s", STR_ARG(json_str(json_get(answer, name))));
}

static void
take_page(struct live *l, const struct json *answer)
{
    if (!l->loaded) { /* the first page: from here on changes count */
        live_set_clear(&l->set);
        copy_text(answer, "cursor", l->changes, sizeof l->changes);
        (void)clock_parse(json_str(json_get(answer, "now")), &l->since);
    }
    take_rows(l, json_get(answer, "items"));
    copy_text(answer, "next", l->next, sizeof l->next);
    take_total(l, answer);
    l->loaded = true;
    l->failure[0] = '\0';
    l->read_at = clock_now_ms();
}

static void
got_page(void *ctx, struct result *r)
{
    struct live *l = ctx;
    l->loading = false;
    if (r->err.code && lacks_extension(r) && !l->loaded) {
        l->fan_out = true;
        live_fan_start(l);
    } else if (r->err.code) {
        live_failed(l, r);
    } else {
        take_page(l, r->json);
    }
    live_rebuild(l);
    result_free(r);
}

static struct values *
list_values(struct live *l, int64_t limit)
{
    struct values *v = live_values(l, OP_live_sessions_list);
    set(v, "_limit", json_new_i64(limit));
    set(v, "_sortBy", text(orders[l->set.order].sort));
    set(v, "_order", text(l->set.descending ? "DESC" : "ASC"));
    return v;
}

static void
ask_page(struct live *l)
{
    struct values *v = list_values(l, LIVE_PAGE);
    if (l->loaded)
        set(v, "_after", text(l->next));
    else
        set(v, "total", json_new_bool(true));
    l->loading = true;
    live_send(l, v, STR_ABSENT, false, got_page, l);
}

void
live_reload(struct live *l)
{
    if (!l->pane.app->client)
        return;
    live_stop(l);
    l->next_at = clock_mono_ms() + l->interval_ms;
    if (l->fan_out) {
        live_fan_start(l);
        return;
    }
    l->loaded = false;
    l->next[0] = '\0';
    ask_page(l);
    if (l->by != LIVE_ROWS)
        live_refresh(l);
}

void
live_want_more(struct live *l)
{
    if (l->fan_out || !l->loaded || l->loading || l->filter[0] || !l->next[0] ||
        l->by != LIVE_ROWS || l->set.n >= LIVE_ROWS_MAX ||
        l->cursor + (size_t)(2 * l->body_rows) < live_len(l))
        return;
    ask_page(l);
}

void
live_stop(struct live *l)
{
    callset_close(&l->pane.calls, l->pane.app->client);
    l->loading = l->changing = false;
    l->fan.listing = false;
    for (size_t i = 0; i < LIVE_AT_ONCE; i++)
        l->fan.slots[i].busy = false;
    l->pane.app->dirty = true;
}

/* ---- what changed ---- */

static void
got_view(void *ctx, struct result *r)
{
    struct live *l = ctx;
    l->changing = false;
    if (r->err.code) {
        live_failed(l, r);
    } else {
        take_rows(l, json_get(r->json, "items"));
        take_total(l, r->json);
        l->failure[0] = '\0';
        l->read_at = clock_now_ms();
    }
    live_rebuild(l);
    result_free(r);
}

/* How the rows in view are now: at the top whoever is first, further down those that are there. */
static void
ask_view(struct live *l)
{
    size_t room = l->body_rows > 0 ? (size_t)l->body_rows : 20;
    room = room < LIVE_IDS ? room : LIVE_IDS;
    struct values *v = list_values(l, (int64_t)room);
    if (l->top > 0) {
        struct json *ids = json_new_array();
        for (size_t i = l->top; i < l->top + room && i < live_len(l); i++)
            json_push(ids, text(l->set.at[l->view[i]]->id));
        set(v, "ids", ids);
    } else {
        set(v, "total", json_new_bool(true));
    }
    live_send(l, v, STR_ABSENT, true, got_view, l);
}

/* Whether a row that came is among those that were read, or behind them. */
static bool
is_within(const struct live *l, const struct live_row *row)
{
    return !l->next[0] || !l->set.n || live_set_compare(&l->set, row, l->set.at[l->set.n - 1]) < 0;
}

static void
take_change(struct live *l, const struct json *change)
{
    struct live_row row;
    struct str id = json_str(json_get(change, "id"));
    if (!str_eq(json_str(json_get(change, "event")), STR("started"))) {
        l->went += live_set_end(&l->set, id);
        return;
    }
    if (!live_row_read(&row, json_get(change, "session")) || !live_meant(l, &row) ||
        live_set_get(&l->set, id))
        return;
    if (is_within(l, &row))
        add_row(l, &row);
    else
        l->came++;
}

static void ask_changes(struct live *l);

static void
got_changes(void *ctx, struct result *r)
{
    struct live *l = ctx;
    bool reset = false, more = false;
    (void)json_to_bool(json_get(r->json, "reset"), &reset);
    (void)json_to_bool(json_get(r->json, "more"), &more);
    l->changing = false;
    if (r->err.code) {
        live_failed(l, r);
    } else if (reset) {
        live_reload(l);
    } else {
        const struct json *items = json_get(r->json, "items");
        for (const struct json *j = json_first(items); j; j = json_next(j))
            take_change(l, j);
        copy_text(r->json, "cursor", l->changes, sizeof l->changes);
        l->changing = true;
        if (more)
            ask_changes(l);
        else
            ask_view(l);
    }
    live_rebuild(l);
    result_free(r);
}

static void
ask_changes(struct live *l)
{
    struct values *v = live_values(l, OP_live_sessions_changes);
    set(v, "cursor", text(l->changes));
    live_send(l, v, STR_ABSENT, true, got_changes, l);
}

/* ---- groups ---- */

static void
got_groups(void *ctx, struct result *r)
{
    struct live *l = ctx;
    l->changing = false;
    if (r->err.code) {
        live_failed(l, r);
    } else {
        const struct json *items = json_get(r->json, "items");
        size_t n = 0;
        mem_free(l->groups);
        l->groups = mem_new(json_len(items) + 1, sizeof *l->groups);
        for (const struct json *j = json_first(items); j; j = json_next(j), n++) {
            struct live_group *g = &l->groups[n];
            copy_text(j, "key", g->key, sizeof g->key);
            copy_text(j, "name", g->name, sizeof g->name);
            (void)json_to_i64(json_get(j, "sessions"), &g->sessions);
        }
        l->n_groups = n;
        l->failure[0] = '\0';
        l->read_at = clock_now_ms();
    }
    live_rebuild(l);
    result_free(r);
}

static void
ask_groups(struct live *l)
{
    static const char *const names[] = {[LIVE_ROWS] = "",
                                        [LIVE_BY_USER] = "user",
                                        [LIVE_BY_IP] = "ip",
                                        [LIVE_BY_CLIENT] = "client"};
    struct values *v = live_values(l, OP_live_sessions_groups);
    set(v, "by", text(names[l->by]));
    live_send(l, v, STR_ABSENT, true, got_groups, l);
}

void
live_refresh(struct live *l)
{
    l->next_at = clock_mono_ms() + l->interval_ms;
    if (l->fan_out) {
        live_fan_again(l);
        return;
    }
    if (l->changing || (!l->loaded && l->by == LIVE_ROWS)) {
        if (!l->loading && !l->changing) /* what was tried last failed */
            ask_page(l);
        return;
    }
    l->changing = true;
    if (l->by == LIVE_ROWS)
        ask_changes(l);
    else
        ask_groups(l);
}
