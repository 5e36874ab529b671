#include "base/clock.h"
#include "base/mem.h"
#include "client/client.h"
#include "tests/support/service.h"
#include "tests/support/unit.h"
#include <stdio.h>

static void
a_read_only_profile_sends_no_write(void **state)
{
    (void)state;
    struct world *w = world_new(true, "s3cret");
    assert_int_equal(world_call(w, OP_tenants_create)->err.code, ERR_FORBIDDEN);
    world_raw(w, METHOD_POST, "/anything", NULL);
    world_raw(w, METHOD_DELETE, "/tenants/resources/tenants/v1/x", NULL);
    world_wait_for(w, 3);
    assert_int_equal(w->results[1]->err.code, ERR_FORBIDDEN);
    assert_int_equal(w->results[2]->err.code, ERR_FORBIDDEN);
    assert_int_equal(httpd_count(w->httpd, ""), 0);
    assert_int_equal(world_call(w, OP_tenants_list)->err.code, ERR_OK);
    world_free(w);
}

static void
a_closed_set_hears_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    struct callset set = {.n = 0};
    world_call(w, OP_tenants_list);
    for (int i = 0; i < 5; i++)
        world_send(w, OP_tenants_list, &set);
    world_raw(w, METHOD_GET, "/stall", &set);
    assert_int_equal(set.n, 6);
    callset_close(&set, w->client);
    assert_int_equal(set.n, 0);
    world_call(w, OP_tenants_list);
    for (int i = 0; i < 5; i++)
        world_step(w, 5);
    assert_int_equal(w->n, 2);
    world_free(w);
}

static void
cancel_completes_once_wherever_the_call_is(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    client_cancel(w->client, world_send(w, OP_tenants_list, NULL)); /* waits for the token */
    world_wait_for(w, 1);
    assert_int_equal(w->results[0]->err.code, ERR_CANCELLED);
    world_call(w, OP_tenants_list);
    const struct raw_request request = {.method = METHOD_GET, .path = STR("/stall")};
    call_id id = client_raw(w->client, &request, NULL, world_on_done, w);
    while (httpd_count(w->httpd, "/stall") == 0)
        world_step(w, 5);
    int64_t began = clock_mono_ms();
    client_cancel(w->client, id);
    client_cancel(w->client, id);
    world_wait_for(w, 3);
    assert_true(clock_mono_ms() - began < 1000);
    assert_int_equal(w->results[2]->err.code, ERR_CANCELLED);
    client_cancel(w->client, id);
    client_cancel(w->client, 12345);
    world_step(w, 1);
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
    world_on_done(re->world, take);
    callset_close(re->set, re->world->client);
    world_send(re->world, OP_tenants_list, NULL);
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
    world_wait_for(w, 2); /* the first completion dropped the others and sent one */
    for (int i = 0; i < 3; i++)
        world_step(w, 1);
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
        struct result *r = world_call(w, OP_tenants_list);
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
        struct result *r = world_call(w, OP_tenants_list);
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
    assert_int_equal(world_call(w, OP_tenants_list)->err.code, ERR_PARSE);
    pthread_mutex_lock(&w->service.lock);
    w->service.answer_body = "";
    pthread_mutex_unlock(&w->service.lock);
    assert_int_equal(world_call(w, OP_tenants_delete)->err.code, ERR_OK);
    world_free(w);
}

static void
scope_headers_go_where_they_belong(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    client_scope(w->client, STR("tenant-a"));
    world_call(w, OP_users_get);
    assert_int_equal(httpd_count(w->httpd, "frontegg-tenant-id: tenant-a\r\n"), 1);
    const struct op *op = op_get(OP_users_get);
    struct values *v = values_new(op);
    assert_int_equal(values_set(v, STR("id"), json_new_str(STR("u")), NULL), ERR_OK);
    const struct client_request request = {.op = op,
                                           .values = v,
                                           .scope = {.tenant_id = STR("tenant-b")},
                                           .done = world_on_done,
                                           .ctx = w};
    client_send(w->client, &request);
    world_wait_for(w, 2);
    assert_int_equal(httpd_count(w->httpd, "frontegg-tenant-id: tenant-b\r\n"), 1);
    client_scope(w->client, STR("evil\r\nX-Injected: 1"));
    assert_int_equal(world_call(w, OP_users_get)->err.code, ERR_USAGE);
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
        world_raw(w, METHOD_GET, bad[i], NULL);
    static const struct str headers[] = {{"Content-Length: 5", 17}, {"A b: c", 6}, {"nothing", 7}};
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        const struct raw_request request = {
            .method = METHOD_GET, .path = STR("/x"), .headers = &headers[i], .n_headers = 1};
        client_raw(w->client, &request, NULL, world_on_done, w);
    }
    world_wait_for(w, COUNT_OF(bad) + COUNT_OF(headers));
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
    world_raw(w, METHOD_GET, "/x?token=canary&page=2&resetPasswordToken=canary", NULL);
    world_wait_for(w, 1);
    assert_int_equal(client_trace(w->client, &entries), 2);
    assert_str(entries[0].path, "/auth/vendor");
    assert_str(entries[1].path, "/x?token=***&page=2&resetPasswordToken=***");
    assert_str(entries[1].method, "GET");
    assert_int_equal(entries[1].status, 200);
    for (int i = 0; i < 205; i++) {
        world_raw(w, METHOD_GET, "/y", NULL);
        world_wait_for(w, 2 + (size_t)i % 2);
        if (w->n == 3) {
            result_free(w->results[1]);
            result_free(w->results[2]);
            w->n = 1;
        }
    }
    assert_int_equal(client_trace(w->client, &entries), 200);
    assert_true(entries[0].seq == entries[199].seq - 199);
    world_free(w);
}

static void
freeing_with_calls_under_way_runs_no_completion(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    world_call(w, OP_tenants_list);
    world_raw(w, METHOD_GET, "/stall", NULL);
    world_raw(w, METHOD_POST, "/stall", NULL);
    while (httpd_count(w->httpd, "/stall") < 2)
        world_step(w, 5);
    world_send(w, OP_tenants_list, NULL);
    assert_int_equal(w->n, 1);
    world_free(w);
}

static void
switching_tenants_fast_mixes_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    world_call(w, OP_tenants_list);
    for (int i = 0; i < 300; i++) {
        struct callset set = {.n = 0};
        char tenant[32];
        snprintf(tenant, sizeof tenant, "tenant-%d", i);
        client_scope(w->client, str_of(tenant));
        world_send(w, OP_users_get, &set);
        world_send(w, OP_tenants_list, &set);
        if (i % 3 == 0)
            world_step(w, 1);
        callset_close(&set, w->client);
        if (w->n > 1)
            result_free(w->results[--w->n]);
        if (w->n > 1)
            result_free(w->results[--w->n]);
    }
    size_t before = w->n;
    world_send(w, OP_users_get, NULL);
    world_wait_for(w, before + 1);
    assert_int_equal(httpd_count(w->httpd, "frontegg-tenant-id: tenant-299\r\n") >= 1, 1);
    world_free(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
