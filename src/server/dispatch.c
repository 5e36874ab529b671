#include "server/dispatch.h"

#include "api/check.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "server/access.h"
#include "server/answer.h"
#include "server/call_priv.h"
#include "server/csv_body.h"
#include "server/lockout.h"
#include "server/meta.h"
#include "server/metrics.h"
#include "server/ratelimit.h"
#include "server/registry.h"
#include "server/state.h"

enum { ATTEMPTS = 4, JSON_MAX = 1024 * 1024 };

/* -- reading -- */

/* Without its parameters. */
static struct str
media_type(struct str header)
{
    ptrdiff_t semicolon = str_find_char(header, ';');
    return str_trim(semicolon >= 0 ? str_sub(header, 0, (size_t)semicolon) : header);
}

static bool
is_json_type(struct str header)
{
    struct str type = media_type(header);
    return type.n == 0 || str_eq_nocase(type, STR("application/json")) ||
           (type.n > 5 && str_eq_nocase(str_sub(type, type.n - 5, type.n), STR("+json")));
}

/* Whether it is what the operation takes besides JSON. */
static bool
takes(const struct call *c, unsigned flag, struct str type)
{
    return c->op->flags & flag && str_eq_nocase(media_type(call_header(c, "content-type")), type);
}

/* A form becomes the object of texts that it stands for (RFC 6749: no parameter twice). */
static enum err_code
read_form(struct call *c, struct str text, struct err *err)
{
    struct pairs pairs;
    enum err_code rc = query_parse(&pairs, text, c->arena, NULL);
    if (rc)
        return err_set(err, ERR_INVALID, "The form cannot be read");
    c->body = json_new_object();
    for (size_t i = 0; i < pairs.n; i++) {
        if (json_get_str(c->body, pairs.items[i].name))
            return err_set(err, ERR_INVALID, "A parameter of the form is given twice");
        json_set(c->body, pairs.items[i].name, json_new_str(pairs.items[i].value));
    }
    return ERR_OK;
}

static enum err_code
read_body(struct call *c, struct str text, struct err *err)
{
    if (str_trim(text).n == 0)
        return ERR_OK;
    if (takes(c, OPF_BODY_FORM, STR("application/x-www-form-urlencoded")))
        return read_form(c, text, err);
    if (takes(c, OPF_BODY_CSV, STR("text/csv")))
        return csv_body_read(c, text, err);
    if (!is_json_type(call_header(c, "content-type")))
        return err_set(err, ERR_MEDIA, "Content-Type must be application/json");
    c->body = json_parse(text, JSON_MAX, NULL);
    enum json_type type = json_type(c->body);
    if (!c->body || (type != JSON_OBJECT && type != JSON_ARRAY))
        return err_set(err, ERR_INVALID, "Invalid JSON provided");
    if (c->op->flags & OPF_BODY_ARRAY && type != JSON_ARRAY)
        return err_set(err, ERR_INVALID, "Expected body to be an array");
    if (!(c->op->flags & OPF_BODY_ARRAY) && type != JSON_OBJECT)
        return err_set(err, ERR_INVALID, "Expected body to be an object");
    return ERR_OK;
}

static enum err_code
validate(struct call *c, const struct route_match *match, struct err *err)
{
    struct check *check = ARENA_NEW(c->arena, struct check);
    check_init(check, c->arena);
    struct call_private *p = c->priv;
    (void)check_params(check, c->op, match->params, match->n_params);
    (void)check_query(check, c->op, p->query.items, p->query.n);
    (void)check_body(check, c->op, c->body);
    if (check->n == 0)
        return ERR_OK;
    for (size_t i = 0; i < check->n && p->n_errors < CALL_ERRORS_MAX; i++)
        p->errors[p->n_errors++] = check->messages[i];
    return err_set_ref(err, ERR_INVALID, check->ref ? check->ref : "", "%.*s",
                       STR_ARG(check->messages[0]));
}

static void
take_params(struct call *c, const struct route_match *match)
{
    struct pairs *out = &c->priv->params;
    out->items = ARENA_ARRAY(c->arena, ROUTE_PARAMS_MAX, struct check_pair);
    const struct field *f = c->op->params;
    for (; f && f->name && out->n < match->n_params; f++) {
        out->items[out->n] =
            (struct check_pair){.name = str_of(f->name), .value = match->params[out->n]};
        out->n++;
    }
}

/* -- running -- */

/* Who acted for the person that the row names; absent if they did so themselves. */
static struct str
actor_members(const struct call *c)
{
    if (!str_given(c->who.actor_id))
        return STR_ABSENT;
    struct buf text;
    struct jw w;
    buf_init(&text, 4096);
    jw_init(&w, &text);
    jw_open(&w, '{');
    jw_kstr(&w, "actorId", c->who.actor_id);
    if (str_given(c->who.actor_email))
        jw_kstr(&w, "actorMail", c->who.actor_email);
    jw_close(&w, '}');
    struct str members = text.failed ? STR_ABSENT : arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return members;
}

static void
name_actor(const struct call *c, struct audit *a)
{
    if (!str_given(a->user_id))
        a->user_id = str_given(c->who.user_id) ? c->who.user_id : c->who.token_id;
    if (!str_given(a->tenant_id))
        a->tenant_id = c->tenant_id;
    a->extra = actor_members(c);
    a->ip = c->ip;
    a->user_agent = c->user_agent;
    a->trace_id = c->trace_id;
}

/* One row for every change, in the transaction of the change. */
static enum err_code
write_audit(struct call *c, struct err *err)
{
    if (c->op->flags & OPF_SAFE || !c->priv->tx || c->priv->audited)
        return ERR_OK;
    const struct scope *scope = call_scope(c, err);
    if (!scope)
        return err_failed(err);
    struct audit *a = &c->priv->audit;
    a->action = str_of(c->op->name);
    if (!str_given(a->severity))
        a->severity = c->op->flags & OPF_DESTRUCTIVE ? STR("Medium") : STR("Info");
    if (!str_given(a->description))
        a->description = str_of(c->op->title);
    if (!str_given(a->resource))
        a->resource = str_of(c->op->group);
    name_actor(c, a);
    return store_audit_add(scope, a, err);
}

/* Once the change is committed. */
static void
forget(struct call *c)
{
    if (c->priv->forget && c->priv->batch)
        c->priv->batch->forget = true;
    else if (c->priv->forget)
        auth_forget(c->server->auth);
}

/* The handler refused, yet what it wrote counts. If that cannot be kept, the answer is the failure. */
static enum err_code
keep(struct call *c, enum err_code refusal, struct err *err)
{
    struct err own = {.code = ERR_OK};
    enum err_code rc = str_given(c->priv->audit.description) ? write_audit(c, &own) : ERR_OK;
    if (!rc)
        rc = call_commit(c, &own);
    else
        call_rollback(c);
    if (rc) {
        *err = own;
        c->priv->n_errors = 0;
        return rc;
    }
    forget(c);
    return refusal;
}

static enum err_code
attempt(struct call *c, op_fn *fn, struct err *err)
{
    call_rewind(c);
    enum err_code rc = fn(c, err);
    if (rc && c->priv->keep && err_http(rc) < 500)
        return keep(c, rc, err);
    if (!rc)
        rc = write_audit(c, err);
    if (!rc && c->reply.failed)
        rc = err_set(err, ERR_INTERNAL, "the answer is too large");
    if (!rc)
        rc = call_commit(c, err);
    else
        call_rollback(c);
    if (!rc)
        forget(c);
    return rc;
}

/* NULL if nothing is behind it. */
static op_fn *
handler_of(const struct call *c)
{
    return c->server->registry->fns[c->op->id];
}

enum err_code
dispatch_run(struct call *c, op_fn *fn, struct err *err)
{
    enum err_code rc = ERR_BUSY;
    for (int i = 0; i < ATTEMPTS && rc == ERR_BUSY; i++) {
        *err = (struct err){.code = ERR_OK};
        rc = attempt(c, fn, err);
        if (!c->priv->began || c->priv->batch)
            break; /* waiting for the pool or the hasher is over, or it is not ours to run again */
    }
    if (rc && !c->priv->moves)
        lockout_settle(c);
    return rc;
}

static enum err_code
process(struct call *c, const struct route_match *match, struct str body, struct err *err)
{
    enum err_code rc = c->priv->outside ? ERR_OK : ratelimit_check(c, err); /* counted before */
    if (!rc)
        rc = access_check(c, err);
    if (!rc && !handler_of(c))
        rc = err_set(err, ERR_UNIMPLEMENTED, "Not implemented: %s", c->op->name);
    if (!rc)
        rc = query_parse(&c->priv->query, c->raw_query, c->arena, err);
    if (!rc)
        rc = read_body(c, body, err);
    if (!rc) {
        take_params(c, match);
        rc = validate(c, match, err);
    }
    return rc ? rc : dispatch_run(c, handler_of(c), err);
}

/* -- answering -- */

static void
log_access(const struct call *c, const struct http_request *r, const struct err *err, int64_t us)
{
    const struct str none = {NULL, 0};
    log_line(r->status >= 500 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "access", "request",
             (const struct log_kv[]){
                 KV_TEXT("op", c ? c->op->name : "none"), KV_INT("status", r->status),
                 KV_INT("us", us), KV_STR("trace", r->trace_id), KV_STR("ip", c ? c->ip : r->ip),
                 KV_STR("tenant", c ? c->tenant_id : none),
                 KV_STR("error", r->status >= 500 ? str_of(err->msg) : none), KV_NONE});
}

/* The handler wrote its answer into c->reply. */
static void
answer_success(struct call *c, struct http_request *r)
{
    r->status = c->status;
    buf_fini(&r->reply);
    r->reply = c->reply;
    buf_init(&c->reply, 1);
    buf_add_str(&r->reply_headers, buf_str(&c->reply_headers));
    if (r->reply.n > 0)
        r->type = str_given(c->reply_type) ? c->reply_type : ANSWER_JSON;
    answer_headers(r);
}

/* Of the headers set so far only those about rate limits belong to a failure. */
static void
answer_failure(struct call *c, struct http_request *r, const struct err *err)
{
    answer_error(r, err, c->priv->errors, c->priv->n_errors);
    if (err->code == ERR_RATE)
        buf_add_str(&r->reply_headers, buf_str(&c->reply_headers));
}

/* What the client says it is; it is kept, and told to people, so it is short text whatever was sent. */
static struct str
agent_of(struct call *c)
{
    enum { AGENT_MAX = 512, SHOWN = 8 };
    struct str given = str_sub(call_header(c, "user-agent"), 0, AGENT_MAX);
    struct buf text;
    if (utf8_is_safe(given))
        return given;
    buf_init(&text, (size_t)AGENT_MAX * SHOWN);
    utf8_make_safe(&text, given);
    given = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return given;
}

static void
run_call(struct server *s, struct http_request *r, const struct route_match *match,
         struct str query)
{
    int64_t start = clock_mono_us();
    struct call *c = ARENA_NEW(r->arena, struct call);
    call_open(c, s, match->op, r->arena, r->reply.cap);
    c->trace_id = r->trace_id;
    c->ip = client_ip(&s->proxies, r->ip, r->headers, r->n_headers);
    c->raw_path = str_sub(r->target, 0, r->target.n - query.n - (query.p ? 1 : 0));
    c->raw_query = query;
    c->headers = r->headers;
    c->n_headers = r->n_headers;
    c->received = r->received ? r->received : c->now;
    c->user_agent = agent_of(c);
    c->priv->outside = r->outside;
    r->steady = (match->op->flags & OPF_STEADY) != 0;
    struct err err = {.code = ERR_OK};
    enum err_code rc = process(c, match, r->body, &err);
    r->moves = c->priv->moves;
    if (!rc)
        answer_success(c, r);
    else if (!r->moves)
        answer_failure(c, r, &err);
    int64_t us = clock_mono_us() - start;
    if (!r->moves) {
        metrics_count(s->metrics, (int)c->op->id, r->status, us);
        log_access(c, r, &err, us);
    }
    call_close(c);
}

static void
answer_no_route(struct server *s, struct http_request *r, enum route_outcome outcome,
                const struct route_match *match)
{
    struct err err = {.code = ERR_OK};
    switch (outcome) {
    case ROUTE_FOUND:
    case ROUTE_UNKNOWN:
        (void)err_set_ref(&err, ERR_NOT_FOUND, "ER-00004", "Route not found");
        break;
    case ROUTE_METHOD:
        (void)err_set(&err, ERR_METHOD, "Method not allowed");
        break;
    case ROUTE_BAD:
        (void)err_set(&err, ERR_INVALID, "The path cannot be read");
        break;
    }
    answer_error(r, &err, NULL, 0);
    if (outcome == ROUTE_METHOD) {
        buf_add_text(&r->reply_headers, "Allow: ");
        bool more = false;
        for (int m = 0; m < METHOD_COUNT; m++)
            if (match->allow & 1u << m) {
                buf_printf(&r->reply_headers, "%s%s", more ? ", " : "",
                           method_name((enum method)m));
                more = true;
            }
        buf_add_text(&r->reply_headers, "\r\n");
    }
    metrics_count(s->metrics, METRICS_OTHER, r->status, 0);
    log_access(NULL, r, &err, 0);
}

/* Target without its query, and the query; absent if there is none. */
static struct str
split_target(struct str target, struct str *query)
{
    ptrdiff_t mark = str_find_char(target, '?');
    *query = mark < 0 ? STR_ABSENT : str_sub(target, (size_t)mark + 1, target.n);
    return mark < 0 ? target : str_sub(target, 0, (size_t)mark);
}

static struct str
without_prefix(struct str path)
{
    return str_starts(path, STR("/frontegg/")) ? str_sub(path, sizeof "/frontegg" - 1, path.n)
                                               : path;
}

void
dispatch(struct server *s, struct http_request *r)
{
    struct str query, path = split_target(r->target, &query);
    if (meta_serve(s, without_prefix(path), r)) {
        metrics_count(s->metrics, METRICS_OTHER, r->status, 0);
        return;
    }
    r->trace_id = answer_trace_id(s, r->arena);
    struct route_match match = {.op = NULL};
    enum method method;
    if (!method_parse(r->method, &method)) {
        struct err err;
        (void)err_set(&err, ERR_METHOD, "Method not allowed");
        answer_error(r, &err, NULL, 0);
        metrics_count(s->metrics, METRICS_OTHER, r->status, 0);
        return;
    }
    enum route_outcome outcome = route_find(s->routes, method, path, r->arena, &match);
    if (outcome == ROUTE_FOUND)
        run_call(s, r, &match, query);
    else
        answer_no_route(s, r, outcome, &match);
}

/* A body may hold a password that has to be hashed. */
static bool
takes_password(const struct op *op)
{
    for (const struct field *f = op->body; f && f->name; f++)
        if (f->flags & FIELD_SECRET && (str_eq(str_of(f->name), STR("password")) ||
                                        str_eq(str_of(f->name), STR("newPassword"))))
            return true;
    return false;
}

enum http_lane
dispatch_lane(const struct server *s, const struct http_request *r)
{
    enum method method;
    struct route_match match;
    struct str query;
    if (str_eq(r->method, STR("GET")) || str_eq(r->method, STR("HEAD")))
        return HTTP_AT_ONCE;
    if (!method_parse(r->method, &method) ||
        route_find(s->routes, method, split_target(r->target, &query), r->arena, &match) !=
            ROUTE_FOUND)
        return HTTP_WORKER;
    return takes_password(match.op) ? HTTP_HASHER : HTTP_WORKER;
}
