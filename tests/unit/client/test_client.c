#include "base/clock.h"
#include "base/mem.h"
#include "client/client.h"
#include "tests/support/httpd.h"
#include "tests/support/unit.h"
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { LONG_MS = 20000 };

/* What the scripted service does; guarded, because its threads read it. */
struct service {
    pthread_mutex_t lock;
    int tokens;      /* given out so far */
    int refuse_upto; /* tokens up to this number are answered with 401 */
    int expires_in;
    int busy; /* so many requests are answered with busy_status first */
    int busy_status;
    const char *busy_headers;
    int answer_status;
    const char *answer_headers, *answer_body;
};

static void
service_init(struct service *s)
{
    *s = (struct service){.lock = PTHREAD_MUTEX_INITIALIZER,
                          .expires_in = 3600,
                          .busy_headers = "",
                          .answer_status = 200,
                          .answer_headers = "",
                          .answer_body = "{\"ok\":true}"};
}

static void
answer_auth(const struct httpd_request *r, struct service *s)
{
    char body[128];
    if (!strstr(r->body, "\"secret\":\"s3cret\"")) {
        httpd_reply(r, 401, "", "{\"errors\":[\"Invalid authentication\"]}");
        return;
    }
    snprintf(body, sizeof body, "{\"token\":\"token-%d\",\"expiresIn\":%d}", ++s->tokens,
             s->expires_in);
    httpd_reply(r, 200, "", body);
}

static bool
token_is_good(const struct httpd_request *r, const struct service *s)
{
    char line[64];
    for (int i = s->refuse_upto + 1; i <= s->tokens; i++) {
        snprintf(line, sizeof line, "Authorization: Bearer token-%d\r\n", i);
        if (httpd_has(r, line))
            return true;
    }
    return false;
}

static bool
answer(const struct httpd_request *r, void *ctx)
{
    struct service *s = ctx;
    bool keep = true;
    if (httpd_has(r, "/stall")) {
        httpd_stall(r);
        return false;
    }
    pthread_mutex_lock(&s->lock);
    if (httpd_is(r, "POST /auth/vendor")) {
        answer_auth(r, s);
    } else if (!token_is_good(r, s)) {
        httpd_reply(r, 401, "", "{\"errors\":[\"Unauthorized\"]}");
    } else if (s->busy) {
        s->busy--;
        httpd_reply(r, s->busy_status, s->busy_headers, "{\"errors\":[\"Slow down\"]}");
    } else if (!s->answer_status) {
        keep = false; /* read and never answered */
    } else {
        httpd_reply(r, s->answer_status, s->answer_headers, s->answer_body);
    }
    pthread_mutex_unlock(&s->lock);
    return keep;
}

struct world {
    struct service service;
    struct httpd *httpd;
    struct secret *secret;
    struct client *client;
    struct result *results[64];
    size_t n;
};

static struct world *
world_new(bool read_only, const char *secret)
{
    struct world *w = mem_new(1, sizeof *w);
    struct err err;
    service_init(&w->service);
    w->httpd = httpd_start(answer, &w->service);
    w->secret = secret_new(str_of(secret));
    const struct profile profile = {.name = STR("test"),
                                    .url = str_of(httpd_url(w->httpd)),
                                    .client_id = STR("client"),
                                    .read_only = read_only,
                                    .secret = w->secret};
    w->client = client_new(&profile, &err);
    assert_non_null(w->client);
    return w;
}

static void
world_free(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        result_free(w->results[i]);
    client_free(w->client);
    httpd_stop(w->httpd);
    secret_free(w->secret);
    mem_free(w);
}

static void
on_done(void *ctx, struct result *take)
{
    struct world *w = ctx;
    assert_true(w->n < COUNT_OF(w->results));
    w->results[w->n++] = take;
}

static void
step(struct world *w, int most_ms)
{
    struct pollfd p = {.fd = client_fd(w->client), .events = POLLIN};
    int64_t next = client_next_ms(w->client);
    poll(&p, 1, next < 0 || next > most_ms ? most_ms : (int)next);
    client_dispatch(w->client);
}

static void
wait_for(struct world *w, size_t n)
{
    int64_t end = clock_mono_ms() + LONG_MS;
    while (w->n < n && clock_mono_ms() < end)
        step(w, 100);
    assert_int_equal(w->n, n);
}

static call_id
send(struct world *w, enum op_id id, struct callset *set)
{
    const struct op *op = op_get(id);
    struct values *v = values_new(op);
    if (op->params)
        assert_int_equal(values_set(v, str_of(op->params[0].name), json_new_str(STR("x1")), NULL),
                         ERR_OK);
    return client_call(w->client, op, v, set, on_done, w);
}

static struct result *
call(struct world *w, enum op_id id)
{
    size_t before = w->n;
    call_id sent = send(w, id, NULL);
    assert_int_equal(w->n, before); /* never inside client_call */
    wait_for(w, before + 1);
    assert_true(w->results[before]->id == sent);
    return w->results[before];
}

static void
raw(struct world *w, enum method method, const char *path, struct callset *set)
{
    const struct raw_request request = {.method = method, .path = str_of(path)};
    client_raw(w->client, &request, set, on_done, w);
}

static void
one_sign_in_serves_all(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    for (int i = 0; i < 8; i++)
        send(w, OP_tenants_list, NULL);
    wait_for(w, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(w->results[i]->err.code, ERR_OK);
    assert_int_equal(httpd_count(w->httpd, "/auth/vendor"), 1);
    world_free(w);
}

static void
eight_calls_with_an_ended_token_refresh_once(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    call(w, OP_tenants_list);
    pthread_mutex_lock(&w->service.lock);
    w->service.refuse_upto = 1;
    pthread_mutex_unlock(&w->service.lock);
    for (int i = 0; i < 8; i++)
        send(w, i % 2 ? OP_tenants_list : OP_tenants_delete, NULL);
    wait_for(w, 9);
    for (int i = 0; i < 9; i++)
        assert_int_equal(w->results[i]->err.code, ERR_OK);
    assert_int_equal(httpd_count(w->httpd, "/auth/vendor"), 2);
    world_free(w);
}

static void
a_second_401_is_final(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    w->service.refuse_upto = 1000;
    struct result *r = call(w, OP_tenants_list);
    assert_int_equal(r->err.code, ERR_UNAUTHENTICATED);
    assert_int_equal(r->status, 401);
    assert_non_null(r->hint);
    assert_int_equal(httpd_count(w->httpd, "/auth/vendor"), 2);
    assert_int_equal(httpd_count(w->httpd, "GET /tenants"), 2);
    world_free(w);
}

static void
wrong_credentials_fail_every_caller_once(void **state)
{
    (void)state;
    struct world *w = world_new(false, "wrong");
    for (int i = 0; i < 4; i++)
        send(w, OP_tenants_list, NULL);
    wait_for(w, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(w->results[i]->err.code, ERR_UNAUTHENTICATED);
        assert_non_null(strstr(w->results[i]->err.msg, "Invalid authentication"));
    }
    assert_int_equal(httpd_count(w->httpd, "/auth/vendor"), 1);
    assert_int_equal(httpd_count(w->httpd, "GET "), 0);
    world_free(w);
}

static void
a_token_near_its_end_is_renewed_first(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    struct client_status status;
    clock_pin(1700000000000, 5000);
    call(w, OP_tenants_list);
    client_status(w->client, &status);
    assert_true(status.token_left_ms == 3600000 - 60000);
    clock_pin(1700000000000, 5000 + 3600000 - 60001);
    call(w, OP_tenants_list);
    assert_int_equal(httpd_count(w->httpd, "/auth/vendor"), 1);
    clock_pin(1700000000000, 5000 + 3600000 - 59999);
    call(w, OP_tenants_list);
    assert_int_equal(httpd_count(w->httpd, "/auth/vendor"), 2);
    clock_pin(-1, -1);
    world_free(w);
}

static void
reads_wait_out_a_rate_limit(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    struct client_status status;
    w->service.busy = 2;
    w->service.busy_status = 429;
    w->service.busy_headers = "Retry-After: 0\r\n";
    assert_int_equal(call(w, OP_tenants_list)->err.code, ERR_OK);
    assert_int_equal(httpd_count(w->httpd, "GET /tenants"), 3);
    pthread_mutex_lock(&w->service.lock);
    w->service.busy = 1;
    w->service.busy_status = 503;
    w->service.busy_headers = "Retry-After: 30\r\n";
    pthread_mutex_unlock(&w->service.lock);
    call_id id = send(w, OP_tenants_list, NULL);
    do {
        step(w, 100);
        client_status(w->client, &status);
    } while (!status.retry_at_ms && w->n < 2);
    assert_str(status.wait_reason, "server busy");
    assert_int_equal(status.waiting, 1);
    assert_true(status.retry_at_ms >= clock_now_ms() + 29000);
    client_cancel(w->client, id);
    wait_for(w, 2);
    assert_int_equal(w->results[1]->err.code, ERR_CANCELLED);
    world_free(w);
}

static void
an_endless_wait_is_refused(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    w->service.busy = 1;
    w->service.busy_status = 429;
    w->service.busy_headers = "Retry-After: 1000000000\r\n";
    struct result *r = call(w, OP_tenants_list);
    assert_int_equal(r->err.code, ERR_RATE);
    assert_non_null(strstr(r->err.msg, "try again in 1000000000 s"));
    world_free(w);
}

static void
writes_are_not_repeated(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    w->service.busy = 1;
    w->service.busy_status = 503;
    w->service.busy_headers = "Retry-After: 0\r\n";
    struct result *r = call(w, OP_tenants_create);
    assert_int_equal(r->err.code, ERR_BUSY);
    assert_false(r->outcome_unknown);
    assert_int_equal(httpd_count(w->httpd, "POST /tenants"), 1);
    world_free(w);
}

static void
a_lost_answer_to_a_write_is_unknown(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    call(w, OP_tenants_list);
    pthread_mutex_lock(&w->service.lock);
    w->service.answer_status = 0;
    pthread_mutex_unlock(&w->service.lock);
    struct result *r = call(w, OP_tenants_create);
    assert_int_equal(r->err.code, ERR_OUTCOME_UNKNOWN);
    assert_true(r->outcome_unknown);
    assert_non_null(r->hint);
    assert_int_equal(httpd_count(w->httpd, "POST /tenants"), 1);
    pthread_mutex_lock(&w->service.lock);
    w->service.answer_status = 504;
    pthread_mutex_unlock(&w->service.lock);
    assert_true(call(w, OP_tenants_create)->outcome_unknown);
    assert_int_equal(httpd_count(w->httpd, "POST /tenants"), 2);
    world_free(w);
}

static void
a_read_only_profile_sends_no_write(void **state)
{
    (void)state;
    struct world *w = world_new(true, "s3cret");
    assert_int_equal(call(w, OP_tenants_create)->err.code, ERR_FORBIDDEN);
    raw(w, METHOD_POST, "/anything", NULL);
    raw(w, METHOD_DELETE, "/tenants/resources/tenants/v1/x", NULL);
    wait_for(w, 3);
    assert_int_equal(w->results[1]->err.code, ERR_FORBIDDEN);
    assert_int_equal(w->results[2]->err.code, ERR_FORBIDDEN);
    assert_int_equal(httpd_count(w->httpd, ""), 0);
    assert_int_equal(call(w, OP_tenants_list)->err.code, ERR_OK);
    world_free(w);
}

static void
a_closed_set_hears_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    struct callset set = {.n = 0};
    call(w, OP_tenants_list);
    for (int i = 0; i < 5; i++)
        send(w, OP_tenants_list, &set);
    raw(w, METHOD_GET, "/stall", &set);
    assert_int_equal(set.n, 6);
    callset_close(&set, w->client);
    assert_int_equal(set.n, 0);
    call(w, OP_tenants_list);
    for (int i = 0; i < 5; i++)
        step(w, 5);
    assert_int_equal(w->n, 2);
    world_free(w);
}

static void
cancel_completes_once_wherever_the_call_is(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    client_cancel(w->client, send(w, OP_tenants_list, NULL)); /* waits for the token */
    wait_for(w, 1);
    assert_int_equal(w->results[0]->err.code, ERR_CANCELLED);
    call(w, OP_tenants_list);
    const struct raw_request request = {.method = METHOD_GET, .path = STR("/stall")};
    call_id id = client_raw(w->client, &request, NULL, on_done, w);
    while (httpd_count(w->httpd, "/stall") == 0)
        step(w, 5);
    int64_t began = clock_mono_ms();
    client_cancel(w->client, id);
    client_cancel(w->client, id);
    wait_for(w, 3);
    assert_true(clock_mono_ms() - began < 1000);
    assert_int_equal(w->results[2]->err.code, ERR_CANCELLED);
    client_cancel(w->client, id);
    client_cancel(w->client, 12345);
    step(w, 1);
    assert_int_equal(w->n, 3);
    world_free(w);
}

/* A completion that sends, cancels and closes must find the client in order. */
struct reentry {
    struct world *world;
    struct callset *set;
};

static void
on_done_reenter(void *ctx, struct result *take)
{
    struct reentry *re = ctx;
    on_done(re->world, take);
    callset_close(re->set, re->world->client);
    send(re->world, OP_tenants_list, NULL);
}

static void
completions_may_use_the_client(void **state)
{
    (void)state;
    struct world *w = world_new(true, "s3cret");
    struct callset set = {.n = 0};
    struct reentry re = {w, &set};
    const struct op *op = op_get(OP_tenants_create);
    for (int i = 0; i < 3; i++) /* three early failures in one dispatch */
        client_call(w->client, op, values_new(op), &set, on_done_reenter, &re);
    wait_for(w, 2); /* the first completion dropped the others and sent one */
    for (int i = 0; i < 3; i++)
        step(w, 1);
    assert_int_equal(w->n, 2);
    world_free(w);
}

struct answer_case {
    int status;
    const char *headers, *body;
    enum err_code code;
    const char *says, *ref;
};

static void
answers_are_explained(void **state)
{
    (void)state;
    static const struct answer_case cases[] = {
        {403, "", "{\"errors\":[\"Tenant ID is not specified\"]}", ERR_FORBIDDEN, "Tenant ID", ""},
        {403, "", "{\"errors\":[\"Application ID is not specified\"],\"errorCode\":\"ER-00008\"}",
         ERR_FORBIDDEN, "Application", "ER-00008"},
        {400, "", "{\"errors\":[\"a must be b\",\"c should not be empty\"]}", ERR_INVALID,
         "a must be b; c should", ""},
        {400, "", "{\"errors\":[{\"message\":\"inner\"}]}", ERR_INVALID, "inner", ""},
        {401, "", "{\"message\":\"no entry\"}", ERR_UNAUTHENTICATED, "no entry", ""},
        {400, "", "{\"errors\":[\"role already exists\"]}", ERR_CONFLICT, "already", ""},
        {404, "", "{}", ERR_NOT_FOUND, "404", ""},
        {409, "", "", ERR_CONFLICT, "409", ""},
        {500, "Content-Type: text/html\r\n", "<h1>oops</h1>", ERR_INTERNAL, "text/html", ""},
        {502, "", "{\"errors\":\"plain\"}", ERR_INTERNAL, "plain", ""},
        {418, "", "[1,2,3]", ERR_INVALID, "418", ""},
        {302, "Location: https://evil.example/\x1b[31m\r\n", "", ERR_NETWORK, "evil.example", ""},
        {501, "", "{\"errors\":[\"Not implemented: x\"]}", ERR_UNIMPLEMENTED, "Not impl", ""},
    };
    struct world *w = world_new(false, "s3cret");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct answer_case *c = &cases[i];
        pthread_mutex_lock(&w->service.lock);
        w->service.answer_status = c->status;
        w->service.answer_headers = c->headers;
        w->service.answer_body = c->body;
        pthread_mutex_unlock(&w->service.lock);
        struct result *r = call(w, OP_tenants_list);
        if (r->err.code != c->code || !strstr(r->err.msg, c->says))
            print_error("%zu: %s: %s\n", i, err_name(r->err.code), r->err.msg);
        assert_int_equal(r->err.code, c->code);
        assert_non_null(strstr(r->err.msg, c->says));
        assert_string_equal(r->error_code, c->ref);
        assert_null(strchr(r->err.msg, '\x1b'));
        assert_int_equal(r->status, c->status);
    }
    world_free(w);
}

static void
words_are_explained_before_codes(void **state)
{
    (void)state;
    static const struct {
        const char *body, *hint;
    } cases[] = {
        {"{\"errors\":[\"Tenant ID is not specified\"],\"errorCode\":\"ER-00008\"}", "--tenant"},
        {"{\"errors\":[\"Application ID is not specified\"],\"errorCode\":\"ER-00008\"}",
         "frontegg-application-id"},
        {"{\"errors\":[\"Something\"],\"errorCode\":\"ER-00008\"}", "name the tenant or"},
        {"{\"errors\":[\"Something\"]}", "lack the permission"},
    };
    struct world *w = world_new(false, "s3cret");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        pthread_mutex_lock(&w->service.lock);
        w->service.answer_status = 403;
        w->service.answer_body = cases[i].body;
        pthread_mutex_unlock(&w->service.lock);
        struct result *r = call(w, OP_tenants_list);
        assert_non_null(r->hint);
        assert_non_null(strstr(r->hint, cases[i].hint));
    }
    world_free(w);
}

static void
a_page_of_html_is_no_success(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    w->service.answer_headers = "X: y\r\n";
    w->service.answer_body = "<html>";
    assert_int_equal(call(w, OP_tenants_list)->err.code, ERR_PARSE);
    pthread_mutex_lock(&w->service.lock);
    w->service.answer_body = "";
    pthread_mutex_unlock(&w->service.lock);
    assert_int_equal(call(w, OP_tenants_delete)->err.code, ERR_OK);
    world_free(w);
}

static void
scope_headers_go_where_they_belong(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    client_scope(w->client, STR("tenant-a"));
    call(w, OP_users_get);
    assert_int_equal(httpd_count(w->httpd, "frontegg-tenant-id: tenant-a\r\n"), 1);
    const struct op *op = op_get(OP_users_get);
    struct values *v = values_new(op);
    assert_int_equal(values_set(v, STR("id"), json_new_str(STR("u")), NULL), ERR_OK);
    const struct client_request request = {
        .op = op, .values = v, .scope = {.tenant_id = STR("tenant-b")}, .done = on_done, .ctx = w};
    client_send(w->client, &request);
    wait_for(w, 2);
    assert_int_equal(httpd_count(w->httpd, "frontegg-tenant-id: tenant-b\r\n"), 1);
    client_scope(w->client, STR("evil\r\nX-Injected: 1"));
    assert_int_equal(call(w, OP_users_get)->err.code, ERR_USAGE);
    assert_int_equal(httpd_count(w->httpd, "X-Injected"), 0);
    world_free(w);
}

static void
raw_requests_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {"x", "", "/a b", "/a\r\nX: y", "/a#b", "/\xc3\xa9", "/\\\\h"};
    struct world *w = world_new(false, "s3cret");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        raw(w, METHOD_GET, bad[i], NULL);
    static const struct str headers[] = {{"Content-Length: 5", 17}, {"A b: c", 6}, {"nothing", 7}};
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        const struct raw_request request = {
            .method = METHOD_GET, .path = STR("/x"), .headers = &headers[i], .n_headers = 1};
        client_raw(w->client, &request, NULL, on_done, w);
    }
    wait_for(w, COUNT_OF(bad) + COUNT_OF(headers));
    for (size_t i = 0; i < w->n; i++)
        assert_int_equal(w->results[i]->err.code, ERR_USAGE);
    assert_int_equal(httpd_count(w->httpd, ""), 0);
    world_free(w);
}

static void
the_request_log_keeps_200_and_no_secrets(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    const struct trace_entry *entries;
    raw(w, METHOD_GET, "/x?token=canary&page=2&resetPasswordToken=canary", NULL);
    wait_for(w, 1);
    assert_int_equal(client_trace(w->client, &entries), 2);
    assert_str(entries[0].path, "/auth/vendor");
    assert_str(entries[1].path, "/x?token=***&page=2&resetPasswordToken=***");
    assert_str(entries[1].method, "GET");
    assert_int_equal(entries[1].status, 200);
    for (int i = 0; i < 205; i++) {
        raw(w, METHOD_GET, "/y", NULL);
        wait_for(w, 2 + (size_t)i % 2);
        if (w->n == 3) {
            result_free(w->results[1]);
            result_free(w->results[2]);
            w->n = 1;
        }
    }
    assert_int_equal(client_trace(w->client, &entries), 200);
    assert_true(entries[199].seq == client_trace_seq(w->client));
    assert_true(entries[0].seq == entries[199].seq - 199);
    world_free(w);
}

static void
freeing_with_calls_under_way_runs_no_completion(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    call(w, OP_tenants_list);
    raw(w, METHOD_GET, "/stall", NULL);
    raw(w, METHOD_POST, "/stall", NULL);
    while (httpd_count(w->httpd, "/stall") < 2)
        step(w, 5);
    send(w, OP_tenants_list, NULL);
    assert_int_equal(w->n, 1);
    world_free(w);
}

static void
switching_tenants_fast_mixes_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    call(w, OP_tenants_list);
    for (int i = 0; i < 300; i++) {
        struct callset set = {.n = 0};
        char tenant[32];
        snprintf(tenant, sizeof tenant, "tenant-%d", i);
        client_scope(w->client, str_of(tenant));
        send(w, OP_users_get, &set);
        send(w, OP_tenants_list, &set);
        if (i % 3 == 0)
            step(w, 1);
        callset_close(&set, w->client);
        if (w->n > 1)
            result_free(w->results[--w->n]);
        if (w->n > 1)
            result_free(w->results[--w->n]);
    }
    size_t before = w->n;
    send(w, OP_users_get, NULL);
    wait_for(w, before + 1);
    assert_int_equal(httpd_count(w->httpd, "frontegg-tenant-id: tenant-299\r\n") >= 1, 1);
    world_free(w);
}

static void
a_slow_secret_command_keeps_nobody_waiting(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    struct err err;
    client_free(w->client);
    const struct profile profile = {.name = STR("test"),
                                    .url = str_of(httpd_url(w->httpd)),
                                    .client_id = STR("client"),
                                    .secret_command = STR("sleep 0.2; echo s3cret")};
    w->client = client_new(&profile, &err);
    int64_t began = clock_mono_ms();
    send(w, OP_tenants_list, NULL);
    client_dispatch(w->client);
    assert_true(clock_mono_ms() - began < 150);
    struct client_status status;
    client_status(w->client, &status);
    assert_str(status.wait_reason, "waiting for the secret");
    wait_for(w, 1);
    assert_int_equal(w->results[0]->err.code, ERR_OK);
    world_free(w);
}

static void
without_credentials_sign_in_is_asked_for(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    struct err err;
    client_free(w->client);
    const struct profile profile = {.name = STR("test"), .url = str_of(httpd_url(w->httpd))};
    w->client = client_new(&profile, &err);
    assert_int_equal(call(w, OP_tenants_list)->err.code, ERR_UNAUTHENTICATED);
    assert_int_equal(httpd_count(w->httpd, ""), 0);
    client_set_secret(w->client, STR("client"), w->secret);
    assert_int_equal(call(w, OP_tenants_list)->err.code, ERR_OK);
    world_free(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sign_in_serves_all),
        cmocka_unit_test(eight_calls_with_an_ended_token_refresh_once),
        cmocka_unit_test(a_second_401_is_final),
        cmocka_unit_test(wrong_credentials_fail_every_caller_once),
        cmocka_unit_test(a_token_near_its_end_is_renewed_first),
        cmocka_unit_test(reads_wait_out_a_rate_limit),
        cmocka_unit_test(an_endless_wait_is_refused),
        cmocka_unit_test(writes_are_not_repeated),
        cmocka_unit_test(a_lost_answer_to_a_write_is_unknown),
        cmocka_unit_test(a_read_only_profile_sends_no_write),
        cmocka_unit_test(a_closed_set_hears_nothing),
        cmocka_unit_test(cancel_completes_once_wherever_the_call_is),
        cmocka_unit_test(completions_may_use_the_client),
        cmocka_unit_test(answers_are_explained),
        cmocka_unit_test(words_are_explained_before_codes),
        cmocka_unit_test(a_page_of_html_is_no_success),
        cmocka_unit_test(scope_headers_go_where_they_belong),
        cmocka_unit_test(raw_requests_are_checked),
        cmocka_unit_test(the_request_log_keeps_200_and_no_secrets),
        cmocka_unit_test(freeing_with_calls_under_way_runs_no_completion),
        cmocka_unit_test(switching_tenants_fast_mixes_nothing),
        cmocka_unit_test(a_slow_secret_command_keeps_nobody_waiting),
        cmocka_unit_test(without_credentials_sign_in_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
