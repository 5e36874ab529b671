#include "base/clock.h"
#include "base/mem.h"
#include "client/client.h"
#include "tests/support/service.h"
#include "tests/support/unit.h"

static void
one_sign_in_serves_all(void **state)
{
    (void)state;
    struct world *w = world_new(false, "s3cret");
    for (int i = 0; i < 8; i++)
        world_send(w, OP_tenants_list, NULL);
    world_wait_for(w, 8);
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
    world_call(w, OP_tenants_list);
    pthread_mutex_lock(&w->service.lock);
    w->service.refuse_upto = 1;
    pthread_mutex_unlock(&w->service.lock);
    for (int i = 0; i < 8; i++)
        world_send(w, i % 2 ? OP_tenants_list : OP_tenants_delete, NULL);
    world_wait_for(w, 9);
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
    struct result *r = world_call(w, OP_tenants_list);
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
        world_send(w, OP_tenants_list, NULL);
    world_wait_for(w, 4);
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
    world_call(w, OP_tenants_list);
    client_status(w->client, &status);
    assert_true(status.token_left_ms == 3600000 - 60000);
    clock_pin(1700000000000, 5000 + 3600000 - 60001);
    world_call(w, OP_tenants_list);
    assert_int_equal(httpd_count(w->httpd, "/auth/vendor"), 1);
    clock_pin(1700000000000, 5000 + 3600000 - 59999);
    world_call(w, OP_tenants_list);
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
    assert_int_equal(world_call(w, OP_tenants_list)->err.code, ERR_OK);
    assert_int_equal(httpd_count(w->httpd, "GET /tenants"), 3);
    pthread_mutex_lock(&w->service.lock);
    w->service.busy = 1;
    w->service.busy_status = 503;
    w->service.busy_headers = "Retry-After: 30\r\n";
    pthread_mutex_unlock(&w->service.lock);
    call_id id = world_send(w, OP_tenants_list, NULL);
    do {
        world_step(w, 100);
        client_status(w->client, &status);
    } while (!status.retry_at_ms && w->n < 2);
    assert_str(status.wait_reason, "server busy");
    assert_int_equal(status.waiting, 1);
    assert_true(status.retry_at_ms >= clock_now_ms() + 29000);
    client_cancel(w->client, id);
    world_wait_for(w, 2);
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
    struct result *r = world_call(w, OP_tenants_list);
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
    struct result *r = world_call(w, OP_tenants_create);
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
    world_call(w, OP_tenants_list);
    pthread_mutex_lock(&w->service.lock);
    w->service.answer_status = 0;
    pthread_mutex_unlock(&w->service.lock);
    struct result *r = world_call(w, OP_tenants_create);
    assert_int_equal(r->err.code, ERR_OUTCOME_UNKNOWN);
    assert_true(r->outcome_unknown);
    assert_non_null(r->hint);
    assert_int_equal(httpd_count(w->httpd, "POST /tenants"), 1);
    pthread_mutex_lock(&w->service.lock);
    w->service.answer_status = 504;
    pthread_mutex_unlock(&w->service.lock);
    assert_true(world_call(w, OP_tenants_create)->outcome_unknown);
    assert_int_equal(httpd_count(w->httpd, "POST /tenants"), 2);
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
    world_send(w, OP_tenants_list, NULL);
    client_dispatch(w->client);
    assert_true(clock_mono_ms() - began < 150);
    struct client_status status;
    client_status(w->client, &status);
    assert_str(status.wait_reason, "waiting for the secret");
    world_wait_for(w, 1);
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
    assert_int_equal(world_call(w, OP_tenants_list)->err.code, ERR_UNAUTHENTICATED);
    assert_int_equal(httpd_count(w->httpd, ""), 0);
    client_set_secret(w->client, STR("client"), w->secret);
    assert_int_equal(world_call(w, OP_tenants_list)->err.code, ERR_OK);
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
        cmocka_unit_test(a_slow_secret_command_keeps_nobody_waiting),
        cmocka_unit_test(without_credentials_sign_in_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
