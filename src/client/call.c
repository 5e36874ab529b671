/* From a request to an HTTP job, and from a finished job to a result. */
#include "base/mem.h"
#include "client/client_priv.h"

enum { ENCODE_CAP = 40 * 1024 * 1024, RESULT_CAP = 64 * 1024 * 1024, HEADER_MAX = 8192 };

static struct call *
call_empty(struct client *c)
{
    struct call *call = mem_new(1, sizeof *call);
    list_init(&call->node);
    call->id = ++c->last_id;
    call->job = http_job_new();
    return call;
}

void
call_free(struct call *take)
{
    if (!take)
        return;
    http_job_free(take->job);
    mem_free(take->target);
    mem_free(take);
}

static enum http_method
http_method(enum method m)
{
    static const enum http_method map[METHOD_COUNT] = {
        [METHOD_GET] = HTTP_GET,     [METHOD_POST] = HTTP_POST,     [METHOD_PUT] = HTTP_PUT,
        [METHOD_PATCH] = HTTP_PATCH, [METHOD_DELETE] = HTTP_DELETE,
    };
    return map[m];
}

/* RFC 9110 token. */
static bool
is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !memchr("!#$%&'*+-.^_`|~", c, 15))
            return false;
    }
    return s.n > 0;
}

/* A line break in a value would become a header of its own. */
static bool
is_header_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return s.n <= HEADER_MAX;
}

static enum err_code
add_header(struct http_job *job, struct str name, struct str value, struct err *err)
{
    static const char *const framing[] = {
        "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer"};
    if (!is_token(name) || !is_header_value(value))
        return err_set(err, ERR_USAGE, "the header %.*s holds characters no header may have",
                       STR_ARG(name));
    for (size_t i = 0; i < COUNT_OF(framing); i++) {
        if (str_eq_nocase(name, str_of(framing[i])))
            return err_set(err, ERR_USAGE, "the header %s is not yours to set", framing[i]);
    }
    http_job_add_header(job, name, value);
    return ERR_OK;
}

static enum err_code
add_header_lines(struct http_job *job, const struct str *lines, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        ptrdiff_t colon = str_find_char(lines[i], ':');
        if (colon <= 0)
            return err_set(err, ERR_USAGE, "a header is written 'Name: value'");
        enum err_code code =
            add_header(job, str_sub(lines[i], 0, (size_t)colon),
                       str_trim(str_sub(lines[i], (size_t)colon + 1, lines[i].n)), err);
        if (code)
            return code;
    }
    return ERR_OK;
}

static bool
has_header(const struct http_job *job, struct str name)
{
    for (size_t i = 0; i < job->n_headers; i++) {
        struct str line = str_of(job->headers[i]);
        if (line.n > name.n && line.p[name.n] == ':' &&
            str_eq_nocase(str_sub(line, 0, name.n), name))
            return true;
    }
    return false;
}

static void
set_body(struct http_job *job, struct str body)
{
    if (!str_given(body))
        return;
    buf_reserve(&job->body, body.n + 1);
    buf_add_str(&job->body, body);
    job->has_body = true;
    if (!has_header(job, STR("Content-Type")))
        http_job_add_header(job, STR("Content-Type"), STR("application/json"));
}

static void
add_common_headers(struct client *c, struct http_job *job)
{
    if (!has_header(job, STR("Accept")))
        http_job_add_header(job, STR("Accept"), STR("application/json"));
    if (str_given(c->profile.environment) && !has_header(job, STR("frontegg-environment-id")))
        http_job_add_header(job, STR("frontegg-environment-id"), c->profile.environment);
}

void
call_address(struct client *c, struct http_job *job, struct str target)
{
    mem_free(job->url);
    mem_free(job->unix_socket);
    struct buf url;
    buf_init(&url, 128 * 1024);
    buf_add_str(&url, c->base);
    buf_add_str(&url, target);
    job->url = buf_take(&url, NULL);
    job->unix_socket =
        c->unix_socket ? mem_copy_text(c->unix_socket, strlen(c->unix_socket)) : NULL;
}

static struct str
either(struct str a, struct str b)
{
    return str_given(a) ? a : b;
}

static enum err_code
encode_call(struct client *c, const struct client_request *request, struct call *call,
            struct arena *a)
{
    struct encode_request encoded;
    struct encode_scope scope = request->scope;
    scope.tenant_id = either(scope.tenant_id, str_of(c->tenant));
    enum err_code code = encode_request(request->values, &scope, a, &encoded, &call->early);
    for (size_t i = 0; i < encoded.n_headers && !code; i++)
        code = add_header(call->job, str_of(encoded.headers[i].name), encoded.headers[i].value,
                          &call->early);
    if (!code)
        code = add_header_lines(call->job, request->headers, request->n_headers, &call->early);
    if (code)
        return code;
    call->target = mem_copy_text(encoded.target.p, encoded.target.n);
    set_body(call->job, encoded.body);
    return ERR_OK;
}

static void
read_only_check(struct client *c, struct call *call)
{
    if (!call->early.code && c->read_only && !call->safe)
        err_set(&call->early, ERR_FORBIDDEN, "the profile %.*s is read-only; nothing was sent",
                STR_ARG(c->profile.name));
}

static void
take_traits(struct call *call, const struct op *op)
{
    call->safe = op->flags & OPF_SAFE;
    call->repeatable = op->flags & (OPF_SAFE | OPF_IDEMPOTENT);
    call->needs_token = op->auth != AUTH_PUBLIC;
    call->want_text = op->flags & OPF_REPLY_TEXT;
    call->secret_reply = op->flags & OPF_SECRET_REPLY;
}

struct call *
call_new(struct client *c, const struct client_request *request)
{
    struct call *call = call_empty(c);
    struct arena a;
    arena_init(&a, ENCODE_CAP);
    call->op = request->op;
    call->set = request->set;
    call->done = request->done;
    call->ctx = request->ctx;
    call->job->method = http_method(call->op->method);
    call->job->priority = request->background ? HTTP_PREFETCH : HTTP_INTERACTIVE;
    take_traits(call, call->op);
    call->job->want_text = call->want_text;
    call->job->redact = call->secret_reply;
    if (!encode_call(c, request, call, &a)) {
        add_common_headers(c, call->job);
        call->needs_token = call->needs_token && !has_header(call->job, STR("Authorization"));
    }
    read_only_check(c, call);
    arena_fini(&a);
    return call;
}

static enum err_code
check_raw_path(struct str path, struct err *err)
{
    if (!path.n || path.p[0] != '/')
        return err_set(err, ERR_USAGE, "the path starts with /");
    for (size_t i = 0; i < path.n; i++) {
        unsigned char ch = (unsigned char)path.p[i];
        if (ch <= 0x20 || ch >= 0x7f || ch == '#' || ch == '\\')
            return err_set(err, ERR_USAGE,
                           "the path holds a character that has to be percent-encoded");
    }
    return ERR_OK;
}

/* A path of the catalogue has the traits of its operation; any other is judged by its method. */
static void
take_raw_traits(struct client *c, const struct raw_request *raw, struct call *call)
{
    struct arena a;
    struct route_match match;
    arena_init(&a, ENCODE_CAP);
    ptrdiff_t query = str_find_char(raw->path, '?');
    struct str path = query < 0 ? raw->path : str_sub(raw->path, 0, (size_t)query);
    if (!c->routes)
        c->routes = route_new();
    call->safe = call->repeatable = raw->method == METHOD_GET;
    call->needs_token = str_given(c->profile.client_id) || c->local;
    if (route_find(c->routes, raw->method, path, &a, &match) == ROUTE_FOUND) {
        bool asks = call->needs_token;
        take_traits(call, match.op);
        call->needs_token = call->needs_token && asks;
        call->job->redact = call->secret_reply;
    }
    call->want_text = true; /* whatever comes is shown */
    arena_fini(&a);
}

struct call *
call_new_raw(struct client *c, const struct raw_request *raw)
{
    struct call *call = call_empty(c);
    struct http_job *job = call->job;
    job->method = http_method(raw->method);
    if (check_raw_path(raw->path, &call->early) ||
        add_header_lines(job, raw->headers, raw->n_headers, &call->early))
        return call;
    take_raw_traits(c, raw, call);
    if (has_header(job, STR("Authorization")) || has_header(job, STR("x-access-token")))
        call->needs_token = false;
    if (str_given(raw->body) && raw->method == METHOD_GET)
        err_set(&call->early, ERR_USAGE, "a GET has no body");
    set_body(job, raw->body);
    if (c->tenant && !has_header(job, STR("frontegg-tenant-id")))
        http_job_add_header(job, STR("frontegg-tenant-id"), str_of(c->tenant));
    add_common_headers(c, job);
    call->target = mem_copy_text(raw->path.p, raw->path.n);
    read_only_check(c, call);
    return call;
}

static struct result *
result_new(const struct call *call)
{
    struct result *r = mem_new(1, sizeof *r);
    arena_init(&r->arena, RESULT_CAP);
    r->id = call->id;
    r->op = call->op;
    return r;
}

void
result_free(struct result *take)
{
    if (!take)
        return;
    json_free(take->json);
    arena_fini(&take->arena);
    mem_free(take);
}

struct result *
call_failure(const struct call *call)
{
    struct result *r = result_new(call);
    r->err = call->early;
    r->status = call->early_status;
    r->hint = hint_for(r);
    return r;
}

/* A write whose answer did not come, or came from a gateway that lost the service. */
static bool
outcome_is_unknown(const struct call *call, const struct http_job *job)
{
    if (call->safe || !job->sent)
        return false;
    return job->err.code ? job->status < 400 : job->status == 502 || job->status == 504;
}

struct result *
call_result(const struct call *call, struct http_job *job)
{
    struct result *r = result_new(call);
    r->status = job->status;
    r->took_us = job->took_us;
    r->server_date_ms = job->server_date_ms;
    memcpy(r->trace_id, job->trace_id, sizeof r->trace_id);
    r->json = job->json;
    job->json = NULL;
    if (job->text.n)
        r->text = arena_str(&r->arena, buf_str(&job->text));
    r->err = job->err;
    if (!job->err.code)
        decode_answer(r, job, call->want_text);
    else if (call->safe && job->err.code == ERR_OUTCOME_UNKNOWN)
        err_set(&r->err, ERR_CANCELLED, "cancelled");
    if (outcome_is_unknown(call, job)) {
        r->outcome_unknown = true;
        if (r->err.code != ERR_OUTCOME_UNKNOWN)
            err_prefix(&r->err, "sent, but the outcome is unknown");
        r->err.code = ERR_OUTCOME_UNKNOWN;
    }
    r->hint = hint_for(r);
    return r;
}
