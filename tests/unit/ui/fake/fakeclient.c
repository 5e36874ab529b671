#include "tests/unit/ui/fake/fakeclient.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/secret.h"
#include <stdio.h>
#include <string.h>

enum { ANSWERS_MAX = 64, TRACE_MAX = 50, PATH_SIZE = 256, LOG_BYTES = 1 << 22 };

struct answer {
    char op[64];
    int status;
    char *body;
    fake_fn *fn;
    void *ctx;
    struct err err;
};

struct pending {
    struct list node;
    call_id id;
    const struct op *op;
    struct values *values;
    struct callset *set;
    result_fn *done;
    void *ctx;
    bool dropped, cancelled;
    char user[128], tenant[128];
};

struct client {
    struct profile profile;
    struct client_status status;
    struct answer answers[ANSWERS_MAX];
    size_t n_answers;
    struct list calls;
    call_id last_id;
    struct buf log;
    struct trace_entry trace[TRACE_MAX];
    char paths[TRACE_MAX][PATH_SIZE];
    size_t n_trace;
    uint64_t seq;
    char tenant[128], secret[256];
    bool read_only;
    char user[128], scope[128]; /* of the call that is being answered: person, tenant */
};

struct client *
fake_new(const struct profile *profile)
{
    struct client *c = mem_new(1, sizeof *c);
    c->profile = *profile;
    c->status = (struct client_status){.online = true, .last_latency_us = 2000};
    list_init(&c->calls);
    buf_init(&c->log, LOG_BYTES);
    return c;
}

struct client *
client_new(const struct profile *profile, struct err *err)
{
    (void)err;
    return fake_new(profile);
}

static void
pending_free(struct pending *p)
{
    list_remove(&p->node);
    values_free(p->values);
    mem_free(p);
}

void
client_free(struct client *take)
{
    while (!list_empty(&take->calls))
        pending_free(LIST_ENTRY(take->calls.next, struct pending, node));
    for (size_t i = 0; i < take->n_answers; i++)
        mem_free(take->answers[i].body);
    buf_fini(&take->log);
    mem_free(take);
}

static struct answer *
answer_of(struct client *c, const char *op)
{
    for (size_t i = 0; i < c->n_answers; i++)
        if (!strcmp(c->answers[i].op, op))
            return &c->answers[i];
    return NULL;
}

static struct answer *
answer_slot(struct client *c, const char *op)
{
    struct answer *a = answer_of(c, op);
    ASSERT(op_by_name(str_of(op)));
    if (!a) {
        ASSERT(c->n_answers < ANSWERS_MAX);
        a = &c->answers[c->n_answers++];
    }
    mem_free(a->body);
    *a = (struct answer){.status = 200};
    snprintf(a->op, sizeof a->op, "%s", op);
    return a;
}

void
fake_answer(struct client *c, const char *op, int status, const char *json)
{
    struct answer *a = answer_slot(c, op);
    a->status = status;
    a->body = mem_copy_text(json, strlen(json));
}

void
fake_answer_by(struct client *c, const char *op, fake_fn *fn, void *ctx)
{
    struct answer *a = answer_slot(c, op);
    a->fn = fn;
    a->ctx = ctx;
}

void
fake_fail(struct client *c, const char *op, enum err_code code, const char *message)
{
    struct answer *a = answer_slot(c, op);
    a->status = 0;
    err_set(&a->err, code, "%s", message);
}

static void
log_call(struct client *c, const struct client_request *r)
{
    buf_printf(&c->log, "%s tenant=%.*s ", r->op->name, STR_ARG(r->scope.tenant_id));
    if (r->scope.user_id.n)
        buf_printf(&c->log, "user=%.*s ", STR_ARG(r->scope.user_id));
    buf_add_text(&c->log, "path=");
    json_write(r->values->path, &c->log);
    buf_add_text(&c->log, " query=");
    json_write(r->values->query, &c->log);
    buf_add_text(&c->log, " body=");
    if (r->values->body)
        json_write(r->values->body, &c->log);
    buf_add_char(&c->log, '\n');
}

call_id
client_send(struct client *c, const struct client_request *request)
{
    struct pending *p = mem_new(1, sizeof *p);
    log_call(c, request);
    ASSERT(!c->read_only || (request->op->flags & OPF_SAFE));
    *p = (struct pending){.id = ++c->last_id,
                          .op = request->op,
                          .values = request->values,
                          .set = request->set,
                          .done = request->done,
                          .ctx = request->ctx};
    snprintf(p->user, sizeof p->user, "%.*s", STR_ARG(request->scope.user_id));
    snprintf(p->tenant, sizeof p->tenant, "%.*s", STR_ARG(request->scope.tenant_id));
    list_push_back(&c->calls, &p->node);
    if (p->set) {
        struct callset *s = p->set;
        s->ids = mem_resize(s->ids, s->n + 1, sizeof *s->ids);
        s->ids[s->n++] = p->id;
    }
    return p->id;
}

call_id
client_call(struct client *c, const struct op *op, struct values *take, struct callset *set,
            result_fn *done, void *ctx)
{
    struct client_request r = {.op = op, .values = take, .set = set, .done = done, .ctx = ctx};
    return client_send(c, &r);
}

call_id
client_raw(struct client *c, const struct raw_request *request, struct callset *set,
           result_fn *done, void *ctx)
{
    (void)c, (void)request, (void)set, (void)done, (void)ctx;
    return 0;
}

void
client_cancel(struct client *c, call_id id)
{
    LIST_EACH (it, &c->calls) {
        struct pending *p = LIST_ENTRY(it, struct pending, node);
        if (p->id == id)
            p->cancelled = true;
    }
}

void
callset_close(struct callset *set, struct client *c)
{
    for (size_t i = 0; i < set->n; i++) {
        LIST_EACH (it, &c->calls) {
            struct pending *p = LIST_ENTRY(it, struct pending, node);
            if (p->id == set->ids[i]) {
                p->dropped = true;
                p->set = NULL;
            }
        }
    }
    mem_free(set->ids);
    *set = (struct callset){.n = 0};
}

static void
leave_set(struct pending *p)
{
    struct callset *s = p->set;
    for (size_t i = 0; s && i < s->n; i++) {
        if (s->ids[i] != p->id)
            continue;
        s->ids[i] = s->ids[--s->n];
        return;
    }
}

static void
trace(struct client *c, const struct pending *p, int status)
{
    if (c->n_trace == TRACE_MAX)
        return;
    size_t i = c->n_trace++;
    snprintf(c->paths[i], PATH_SIZE, "%s", p->op->path);
    c->trace[i] = (struct trace_entry){.seq = ++c->seq,
                                       .at_ms = clock_now_ms(),
                                       .took_us = 2000,
                                       .method = str_of(method_name(p->op->method)),
                                       .path = str_of(c->paths[i]),
                                       .op = str_of(p->op->name),
                                       .status = status,
                                       .outcome = str_of(status < 300 ? "ok" : "failed"),
                                       .bytes_in = 100};
}

/* 503: it was not done. 504: nobody knows. */
static enum err_code
code_of(int status)
{
    switch (status) {
    case 404:
        return ERR_NOT_FOUND;
    case 503:
        return ERR_BUSY;
    case 504:
        return ERR_OUTCOME_UNKNOWN;
    default:
        return ERR_INVALID;
    }
}

static void
take_errors(struct result *r)
{
    const struct json *list = json_get(r->json, "errors");
    r->errors = ARENA_ARRAY(&r->arena, json_len(list) + 1, struct str);
    for (const struct json *it = json_first(list); it; it = json_next(it))
        r->errors[r->n_errors++] = arena_str(&r->arena, json_str(it));
    struct str code = json_str(json_get(r->json, "errorCode"));
    snprintf(r->error_code, sizeof r->error_code, "%.*s", STR_ARG(code));
    struct str first = r->n_errors ? r->errors[0] : STR("failed");
    err_set(&r->err, code_of(r->status), "%.*s", STR_ARG(first));
    r->outcome_unknown = r->err.code == ERR_OUTCOME_UNKNOWN;
    snprintf(r->err.ref, sizeof r->err.ref, "%s", r->error_code);
    snprintf(r->trace_id, sizeof r->trace_id, "0123456789abcdef");
}

static struct result *
result_of(struct client *c, struct pending *p)
{
    struct result *r = mem_new(1, sizeof *r);
    struct answer *a = answer_of(c, p->op->name);
    struct buf body;
    struct err err = {0};
    memcpy(c->user, p->user, sizeof c->user);
    memcpy(c->scope, p->tenant, sizeof c->scope);
    arena_init(&r->arena, 1 << 20);
    buf_init(&body, (size_t)1 << 22);
    r->id = p->id;
    r->op = p->op;
    r->status = a ? a->status : 404;
    if (p->cancelled)
        err_set(&r->err, ERR_CANCELLED, "cancelled");
    else if (a && a->err.code)
        r->err = a->err;
    else if (a && a->fn)
        r->status = a->fn(a->ctx, p->values, &body);
    else if (a)
        buf_add_text(&body, a->body);
    else
        buf_add_text(&body, "{\"errors\":[\"Not found\"]}");
    if (body.n)
        r->json = json_parse(buf_str(&body), (size_t)1 << 22, &err);
    if (!r->err.code && r->status >= 300)
        take_errors(r);
    trace(c, p, r->status);
    buf_fini(&body);
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

size_t
fake_settle(struct client *c, size_t limit)
{
    size_t n = 0;
    while (n < limit && !list_empty(&c->calls)) {
        struct pending *p = LIST_ENTRY(c->calls.next, struct pending, node);
        list_remove(&p->node);
        if (!p->dropped) {
            struct result *r = result_of(c, p);
            leave_set(p);
            p->done(p->ctx, r);
        }
        pending_free(p);
        n++;
    }
    return n;
}

size_t
fake_pending(const struct client *c)
{
    size_t n = 0;
    LIST_EACH (it, &c->calls) {
        n += !LIST_ENTRY(it, struct pending, node)->dropped;
    }
    return n;
}

struct str
fake_user(const struct client *c)
{
    return str_of(c->user);
}

struct str
fake_tenant(const struct client *c)
{
    return str_of(c->scope);
}

struct str
fake_log(const struct client *c)
{
    return buf_str(&c->log);
}

void
fake_log_clear(struct client *c)
{
    buf_reset(&c->log);
}

void
fake_status(struct client *c, const struct client_status *status)
{
    c->status = *status;
}

int
client_fd(const struct client *c)
{
    (void)c;
    return -1;
}

int64_t
client_next_ms(const struct client *c)
{
    (void)c;
    return -1;
}

size_t
client_dispatch(struct client *c)
{
    return fake_settle(c, SIZE_MAX);
}

struct typed {
    struct client *client;
    struct str id;
};

static void
keep_secret(struct str bytes, void *arg)
{
    const struct typed *t = arg;
    snprintf(t->client->secret, sizeof t->client->secret, "%.*s %.*s", STR_ARG(t->id),
             STR_ARG(bytes));
}

void
client_set_secret(struct client *c, struct str client_id, const struct secret *secret)
{
    struct typed t = {c, client_id};
    secret_with(secret, keep_secret, &t);
}

struct str
fake_secret(const struct client *c)
{
    return str_of(c->secret);
}

void
client_scope(struct client *c, struct str tenant_id)
{
    snprintf(c->tenant, sizeof c->tenant, "%.*s", STR_ARG(tenant_id));
}

struct str
client_tenant(const struct client *c)
{
    return str_of(c->tenant);
}

void
client_forget(struct client *c)
{
    buf_add_text(&c->log, "forget\n");
}

void
client_set_read_only(struct client *c, bool read_only)
{
    c->read_only = read_only;
}

const struct profile *
client_profile(const struct client *c)
{
    return &c->profile;
}

void
client_status(const struct client *c, struct client_status *out)
{
    *out = c->status;
    out->in_flight = (unsigned)fake_pending(c);
    out->pending_ms = out->in_flight ? 1000 : 0;
}

size_t
client_trace(const struct client *c, const struct trace_entry **out)
{
    *out = c->trace;
    return c->n_trace;
}
