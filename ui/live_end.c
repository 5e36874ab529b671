/*
 * Ending sessions: the calls, and looking again until it is true. Access tokens that were issued before stay good
 * until their time is over; how long that is, is said.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ui/live.h"
#include <stdio.h>

enum { TRIES = 8, FIRST_WAIT_MS = 250 };

static void look(struct live *l);
static void go_on(struct live *l);

void
live_end_fini(struct live *l)
{
    mem_free(l->end.ids);
    l->end = (struct live_end){.ids = NULL};
}

/* ---- the end ---- */

static void
tokens_text(const struct live_end *e, struct buf *out)
{
    int64_t left =
        e->tokens_until > 0 ? (e->tokens_until - clock_now_ms() + 999) / 1000 : e->tokens_s;
    if (e->tokens_until == 0 || (left <= 0 && e->tokens_until > 0))
        buf_add_text(out, "no access token of theirs is good any more");
    else if (e->tokens_until < 0 && !e->tokens_s)
        buf_add_text(out, "access tokens issued before stay good until they expire");
    else if (left < 120)
        buf_printf(out, "access tokens issued before stay good for %s%lld s",
                   e->tokens_until < 0 ? "up to " : "", (long long)left);
    else
        buf_printf(out, "access tokens issued before stay good for %s%lld min",
                   e->tokens_until < 0 ? "up to " : "", (long long)((left + 59) / 60));
}

static void
finish(struct live *l)
{
    struct live_end *e = &l->end;
    struct buf b;
    buf_init(&b, 1024);
    bool bad = e->failure[0] || e->left || e->failed;
    if (e->failure[0])
        buf_printf(&b, "Not all was ended: %s", e->failure);
    else if (e->left)
        buf_printf(&b, "The service says done, but %zu of %s are still there", e->left, e->label);
    else
        buf_printf(&b, "%lld ended and read back", (long long)e->ended);
    if (e->ended || !bad) {
        buf_add_text(&b, "; ");
        tokens_text(e, &b);
    }
    app_note(l->pane.app, bad ? TOAST_BAD : TOAST_GOOD, "%.*s", STR_ARG(buf_str(&b)));
    buf_fini(&b);
    live_end_fini(l);
    marks_clear(&l->marks);
    if (bad || !l->fan_out)
        live_refresh(l);
}

static void
give_up(struct live *l, const struct result *r)
{
    struct live_end *e = &l->end;
    snprintf(e->failure, sizeof e->failure, "%s%s",
             r->err.msg[0] ? r->err.msg : err_text(r->err.code),
             r->outcome_unknown ? "; it was sent but the answer was lost: look before trying again"
                                : "");
    finish(l);
}

/* ---- with the extension ---- */

static void
set(struct json *body, const char *name, const char *text)
{
    json_set(body, str_of(name), json_new_str(str_of(text)));
}

static struct json *
some_ids(const struct live_end *e)
{
    struct json *list = json_new_array();
    for (size_t i = e->at; i < e->n && i < e->at + LIVE_IDS; i++)
        json_push(list, json_new_str(str_of(e->ids[i].id)));
    return list;
}

/* What is meant, as a body or as members of a query: the names are the same. */
static struct json *
selector(const struct live *l)
{
    const struct live_end *e = &l->end;
    struct json *body = json_new_object();
    if (e->what == LIVE_END_IDS) {
        json_set(body, STR("ids"), some_ids(e));
        return body;
    }
    if (e->what == LIVE_END_USER) {
        struct json *one = json_new_array();
        json_push(one, json_new_str(str_of(e->key)));
        json_set(body, STR("userIds"), one);
    } else if (l->scope.n) {
        json_set(body, STR("userIds"), live_users(l));
    }
    if (e->what == LIVE_END_IP || l->scope.ip[0])
        set(body, "ip", e->what == LIVE_END_IP ? e->key : l->scope.ip);
    if (e->what == LIVE_END_CLIENT || l->scope.client[0])
        set(body, "client", e->what == LIVE_END_CLIENT ? e->key : l->scope.client);
    return body;
}

static void
got_ended(void *ctx, struct result *r)
{
    struct live *l = ctx;
    struct live_end *e = &l->end;
    int64_t ended = 0, until = 0, now = 0;
    bool more = false;
    if (r->err.code) {
        give_up(l, r);
    } else {
        (void)json_to_i64(json_get(r->json, "ended"), &ended);
        (void)json_to_bool(json_get(r->json, "more"), &more);
        (void)clock_parse(json_str(json_get(r->json, "tokensUntil")), &until);
        (void)clock_parse(json_str(json_get(r->json, "now")), &now);
        e->ended += ended;
        e->began_at = e->began_at ? e->began_at : now;
        e->tokens_until = until > e->tokens_until ? until : e->tokens_until;
        if (e->what == LIVE_END_IDS)
            e->at += LIVE_IDS;
        e->checking = e->what == LIVE_END_IDS ? e->at >= e->n : !more;
        go_on(l);
    }
    result_free(r);
}

static void
send_revoke(struct live *l)
{
    struct values *v = values_new(op_get(OP_live_sessions_revoke));
    struct json *body = selector(l);
    if (l->end.what != LIVE_END_IDS)
        json_set(body, STR("all"), json_new_bool(true));
    if (l->end.except[0])
        set(body, "except", l->end.except);
    values_set_body(v, body);
    live_send(l, v, STR_ABSENT, false, got_ended, l);
}

/* Of the named ones none may be there; of all others none that began before. */
static void
got_look(void *ctx, struct result *r)
{
    struct live *l = ctx;
    struct live_end *e = &l->end;
    struct live_row row;
    if (r->err.code) {
        give_up(l, r);
        result_free(r);
        return;
    }
    const struct json *items = json_get(r->json, "items");
    for (const struct json *j = json_first(items); j; j = json_next(j))
        if (live_row_read(&row, j) && strcmp(row.id, e->except) != 0 &&
            (e->what == LIVE_END_IDS || row.created_at < e->began_at))
            e->left++;
    e->at += LIVE_IDS;
    if (e->what == LIVE_END_IDS && e->at < e->n)
        look(l);
    else
        go_on(l);
    result_free(r);
}

static void
send_look(struct live *l)
{
    struct values *v = values_new(op_get(OP_live_sessions_list));
    struct json *which = selector(l);
    for (struct json *j = json_first(which); j; j = json_next(j))
        (void)!values_set(v, json_key(j), json_copy(j), NULL);
    json_free(which);
    (void)!values_set(v, STR("_limit"), json_new_i64(l->end.what == LIVE_END_IDS ? LIVE_IDS : 2),
                      NULL);
    (void)!values_set(v, STR("_sortBy"), json_new_str(STR("createdAt")), NULL);
    (void)!values_set(v, STR("_order"), json_new_str(STR("ASC")), NULL);
    live_send(l, v, STR_ABSENT, false, got_look, l);
}

/* ---- person by person ---- */

static void
got_own_ended(void *ctx, struct result *r)
{
    struct live *l = ctx;
    struct live_end *e = &l->end;
    if (r->err.code && r->err.code != ERR_NOT_FOUND) {
        e->failed++;
        snprintf(e->failure, sizeof e->failure, "%s", r->err.msg);
    } else {
        e->ended++;
    }
    e->at++;
    e->checking = e->at >= e->n;
    go_on(l);
    result_free(r);
}

static void
send_own(struct live *l)
{
    const struct live_person *p = &l->end.ids[l->end.at];
    struct values *v = values_new(op_get(OP_sessions_delete));
    (void)!values_set(v, STR("id"), json_new_str(str_of(p->id)), NULL);
    live_send(l, v, str_of(p->email), false, got_own_ended, l);
}

static void
got_own_look(void *ctx, struct result *r)
{
    struct live *l = ctx;
    struct live_end *e = &l->end;
    if (r->err.code && r->err.code != ERR_NOT_FOUND) {
        give_up(l, r);
        result_free(r);
        return;
    }
    for (const struct json *j = json_first(r->json); j; j = json_next(j))
        if (str_eq(json_str(json_get(j, "id")), str_of(e->ids[e->at].id)))
            e->left++;
    if (!e->left)
        (void)live_set_end(&l->set, str_of(e->ids[e->at].id));
    e->at++;
    if (e->at < e->n)
        look(l);
    else
        go_on(l);
    result_free(r);
}

/* How long an access token lasts there; without an answer nothing is claimed. */
static void
got_config(void *ctx, struct result *r)
{
    struct live *l = ctx;
    (void)json_to_i64(json_get(r->json, "defaultTokenExpiration"), &l->end.tokens_s);
    result_free(r);
    go_on(l);
}

/* ---- in turn ---- */

static void
look(struct live *l)
{
    if (!l->fan_out)
        send_look(l);
    else
        live_send(l, values_new(op_get(OP_sessions_list)), str_of(l->end.ids[l->end.at].email),
                  false, got_own_look, l);
}

/* After each answer: the rest is sent, then it is looked at, again and again but not for ever. */
static void
go_on(struct live *l)
{
    struct live_end *e = &l->end;
    l->pane.app->dirty = true;
    if (!e->checking) {
        if (l->fan_out)
            send_own(l);
        else
            send_revoke(l);
        return;
    }
    bool looked = e->tries > 0;
    if ((looked && !e->left) || e->tries > TRIES || (e->failed && looked)) {
        finish(l);
        return;
    }
    e->check_at = clock_mono_ms() + (looked ? FIRST_WAIT_MS << (e->tries - 1) : 0);
    e->tries++;
    if (!looked)
        live_end_turn(l);
}

void
live_end_turn(struct live *l)
{
    struct live_end *e = &l->end;
    if (!e->active || !e->check_at || clock_mono_ms() < e->check_at)
        return;
    e->check_at = 0;
    e->left = e->at = 0;
    look(l);
}

void
live_end_begin(struct live *l)
{
    l->end.active = true;
    if (!l->fan_out) {
        go_on(l);
        return;
    }
    l->end.tokens_until = -1;
    live_send(l, values_new(op_get(OP_config_get)), STR_ABSENT, true, got_config, l);
}
