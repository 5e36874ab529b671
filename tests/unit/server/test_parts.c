/* Small parts of the server: remembered verdicts, worker threads, rate limits, registry, counters. */
#include "base/clock.h"
#include "base/mem.h"
#include "server/auth.h"
#include "server/auth_cache.h"
#include "server/call_priv.h"
#include "server/metrics.h"
#include "server/ratelimit.h"
#include "server/registry.h"
#include "server/state.h"
#include "server/work.h"
#include "tests/support/unit.h"

#include <stdio.h>

/* -- verdicts -- */

static struct auth_verdict *
verdict(unsigned char mark, int64_t expires)
{
    struct auth_verdict *v = auth_verdict_new();
    /* All in one shard and one set. */
    v->hash[31] = mark;
    v->expires_ms = expires;
    return v;
}

static void
verdicts_are_found_until_they_expire(void **state)
{
    (void)state;
    struct auth_cache c;
    auth_cache_init(&c);
    struct auth_verdict *v = verdict(1, 1000);
    auth_cache_put(&c, v, 0);
    struct auth_verdict *found = auth_cache_get(&c, v->hash, 999);
    assert_ptr_equal(found, v);
    auth_release(found);
    assert_null(auth_cache_get(&c, v->hash, 1000));
    unsigned char other[TOKEN_HASH_SIZE] = {0};
    other[31] = 2;
    assert_null(auth_cache_get(&c, other, 0));
    auth_release(v);
    auth_cache_fini(&c);
}

static void
the_table_is_bounded_and_a_held_verdict_outlives_it(void **state)
{
    (void)state;
    struct auth_cache c;
    auth_cache_init(&c);
    struct auth_verdict *first = verdict(0, 1000);
    auth_cache_put(&c, first, 0);
    for (unsigned char i = 1; i < 100; i++) {
        struct auth_verdict *v = verdict(i, 1000);
        auth_cache_put(&c, v, 0);
        auth_release(v);
    }
    size_t kept = 0;
    unsigned char hash[TOKEN_HASH_SIZE] = {0};
    for (unsigned char i = 0; i < 100; i++) {
        hash[31] = i;
        struct auth_verdict *v = auth_cache_get(&c, hash, 0);
        kept += v != NULL;
        auth_release(v);
    }
    assert_int_equal(kept, AUTH_WAYS);
    assert_int_equal(first->expires_ms, 1000);
    auth_release(first);
    auth_cache_fini(&c);
}

static void
expired_verdicts_make_room_first(void **state)
{
    (void)state;
    struct auth_cache c;
    auth_cache_init(&c);
    for (unsigned char i = 0; i < AUTH_WAYS; i++) {
        struct auth_verdict *v = verdict(i, i == 2 ? 10 : 1000);
        auth_cache_put(&c, v, 0);
        auth_release(v);
    }
    struct auth_verdict *late = verdict(50, 1000);
    auth_cache_put(&c, late, 20);
    auth_release(late);
    unsigned char hash[TOKEN_HASH_SIZE] = {0};
    for (unsigned char i = 0; i < AUTH_WAYS; i++) {
        hash[31] = i;
        struct auth_verdict *v = auth_cache_get(&c, hash, 0);
        assert_true((v == NULL) == (i == 2));
        auth_release(v);
    }
    auth_cache_fini(&c);
}

static void
patterns_of_permissions_match_by_prefix(void **state)
{
    (void)state;
    const struct str keys[] = {STR("fe.secure.read.*"), STR("one.exact"), STR("")};
    struct principal p = {.permissions = keys, .n_permissions = 3};
    assert_true(auth_may(&p, STR("fe.secure.read.users")));
    assert_true(auth_may(&p, STR("one.exact")));
    assert_false(auth_may(&p, STR("one.exactly")));
    assert_false(auth_may(&p, STR("fe.secure.write.users")));
    assert_false(auth_may(&p, STR("fe.secure.rea")));
    assert_false(auth_may(&(struct principal){.n_permissions = 0}, STR("x")));
    const struct str all[] = {STR("*")};
    assert_true(auth_may(&(struct principal){.permissions = all, .n_permissions = 1}, STR("x")));
}

/* -- workers -- */

struct counted {
    struct work_job job;
    atomic_int *count;
    pthread_mutex_t *gate;
};

static void
count_job(struct work_job *job)
{
    struct counted *c = (struct counted *)(void *)job;
    if (c->gate) {
        pthread_mutex_lock(c->gate);
        pthread_mutex_unlock(c->gate);
    }
    atomic_fetch_add(c->count, 1);
}

static void
every_job_runs_once(void **state)
{
    (void)state;
    struct work *w = NULL;
    atomic_int count = 0;
    struct counted jobs[200];
    assert_int_equal(work_new(&w, &(struct work_options){.threads = 3, .queue_max = 1000}, NULL),
                     ERR_OK);
    for (size_t i = 0; i < 200; i++) {
        jobs[i] = (struct counted){.job.run = count_job, .count = &count};
        assert_true(work_push(w, &jobs[i].job));
    }
    work_free(w);
    assert_int_equal(atomic_load(&count), 200);
}

static void
a_full_queue_refuses(void **state)
{
    (void)state;
    struct work *w = NULL;
    atomic_int count = 0;
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    struct counted jobs[8];
    assert_int_equal(
        work_new(&w, &(struct work_options){.threads = 1, .queue_max = 2, .nice = 1}, NULL),
        ERR_OK);
    pthread_mutex_lock(&gate);
    int taken = 0;
    for (size_t i = 0; i < 8; i++) {
        jobs[i] = (struct counted){.job.run = count_job, .count = &count, .gate = &gate};
        taken += work_push(w, &jobs[i].job);
    }
    /* Two wait; a third may have been picked up by the thread. */
    assert_in_range(taken, 2, 3);
    pthread_mutex_unlock(&gate);
    work_free(w);
    assert_int_equal(atomic_load(&count), taken);
}

/* -- rate limits -- */

static enum err_code
ask(struct ratelimit *limits, struct str ip, enum op_id op)
{
    struct server server = {.limits = limits};
    struct call c = {.server = &server, .op = op_get(op), .ip = ip, .now = 1000};
    buf_init(&c.reply_headers, 1024);
    enum err_code rc = ratelimit_check(&c, NULL);
    assert_true((rc == ERR_RATE) ==
                (str_find(buf_str(&c.reply_headers), STR("X-Rate-Limit-Reset: 19")) >= 0));
    buf_fini(&c.reply_headers);
    return rc;
}

/* How many of n pass; clocks stand still. */
static int
passing(struct ratelimit *l, const char *ip, enum op_id op, int n)
{
    int passed = 0;
    for (int i = 0; i < n; i++)
        passed += ask(l, str_of(ip), op) == ERR_OK;
    return passed;
}

static void
strangers_are_limited_and_neighbours_are_not(void **state)
{
    (void)state;
    struct ratelimit *l = ratelimit_new(RATELIMIT_PUBLIC);
    clock_pin(1000, 1000);
    assert_int_equal(passing(l, "192.0.2.1", OP_vendor_auth, 200), 30);
    assert_int_equal(passing(l, "192.0.2.1", OP_users_list, 200), 200);
    assert_int_equal(passing(l, "192.0.2.1", OP_auth_login, 200), 100);
    assert_int_equal(passing(l, "192.0.2.2", OP_auth_login, 200), 100);
    assert_int_equal(passing(l, "127.0.0.1", OP_auth_login, 200), 200);
    assert_int_equal(passing(l, "::1", OP_auth_login, 200), 200);
    assert_int_equal(passing(l, "unix", OP_auth_login, 200), 200);
    clock_pin(1000, 1000 + 601); /* a hundredth of a minute: one more */
    assert_int_equal(passing(l, "192.0.2.1", OP_auth_login, 200), 1);
    clock_pin(-1, -1);
    ratelimit_free(l);
}

static void
a_network_of_ipv6_is_one_address(void **state)
{
    (void)state;
    struct ratelimit *l = ratelimit_new(RATELIMIT_PUBLIC);
    clock_pin(1000, 1000);
    assert_int_equal(passing(l, "2001:db8::1", OP_auth_sign_up, 3), 3);
    assert_int_equal(passing(l, "2001:db8::2:1", OP_auth_sign_up, 9), 2);
    assert_int_equal(passing(l, "2001:db8:0:1::1", OP_auth_sign_up, 9), 5);
    assert_int_equal(passing(l, "192.0.2.1", OP_auth_sign_up, 3), 3);
    assert_int_equal(passing(l, "::ffff:192.0.2.1", OP_auth_sign_up, 9), 2);
    assert_int_equal(passing(l, "192.0.2.1", OP_api_token_auth, 60), 60);
    assert_int_equal(passing(l, "192.0.2.2", OP_api_token_auth, 60), 40); /* of the workspace */
    clock_pin(-1, -1);
    ratelimit_free(l);
}

static void
a_flood_of_addresses_costs_nobody_anything(void **state)
{
    (void)state;
    struct ratelimit *l = ratelimit_new(RATELIMIT_PUBLIC);
    clock_pin(1000, 1000);
    for (int i = 0; i < 60000; i++) {
        char ip[32];
        (void)snprintf(ip, sizeof ip, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        assert_int_equal(ask(l, str_of(ip), OP_passwords_reset), ERR_OK);
    }
    assert_int_equal(passing(l, "192.0.2.1", OP_passwords_reset, 3), 3);
    clock_pin(-1, -1);
    ratelimit_free(l);
}

static void
limits_can_be_for_all_or_nobody(void **state)
{
    (void)state;
    enum ratelimit_mode mode;
    assert_true(ratelimit_parse(NULL, &mode) && mode == RATELIMIT_PUBLIC);
    assert_true(ratelimit_parse("public", &mode) && mode == RATELIMIT_PUBLIC);
    assert_false(ratelimit_parse("maybe", &mode));
    assert_true(ratelimit_parse("on", &mode));
    struct ratelimit *on = ratelimit_new(mode);
    assert_true(ratelimit_parse("off", &mode));
    struct ratelimit *off = ratelimit_new(mode);
    clock_pin(1000, 1000);
    assert_int_equal(passing(on, "127.0.0.1", OP_auth_sign_up, 9), 5);
    assert_int_equal(passing(on, "unix", OP_auth_sign_up, 9), 5);
    assert_int_equal(passing(off, "192.0.2.1", OP_auth_sign_up, 9), 9);
    clock_pin(-1, -1);
    ratelimit_free(on);
    ratelimit_free(off);
}

/* -- registry and counters -- */

static enum err_code
nothing(struct call *c, struct err *err)
{
    (void)c, (void)err;
    return ERR_OK;
}

static void
an_operation_has_one_handler(void **state)
{
    (void)state;
    static const struct op_binding one[] = {{OP_users_list, nothing}, BIND_END};
    static const struct op_binding two[] = {
        {OP_users_get, nothing}, {OP_users_list, nothing}, BIND_END};
    const struct op_binding *const modules[] = {one, two, NULL};
    struct registry *r = mem_new(1, sizeof *r);
    struct err err = {.code = ERR_OK};
    assert_int_equal(registry_bind(r, modules, &err), ERR_INTERNAL);
    assert_non_null(strstr(err.msg, "users_list"));
    mem_free(r);
}

static void
the_real_registry_is_sound_and_counted(void **state)
{
    (void)state;
    struct registry *r = mem_new(1, sizeof *r);
    assert_int_equal(registry_init(r, NULL), ERR_OK);
    struct buf text;
    buf_init(&text, 1 << 20);
    registry_write_coverage(r, &text, false);
    assert_true(str_ends(buf_str(&text), STR(" bound\n")));
    assert_true(str_find(buf_str(&text), STR("bound    vendor_auth")) >= 0);
    assert_true(r->bound > 50);
    buf_fini(&text);
    mem_free(r);
}

static void
requests_are_counted_by_operation_and_class(void **state)
{
    (void)state;
    struct metrics *m = mem_new(1, sizeof *m);
    metrics_count(m, OP_users_list, 200, 40);
    metrics_count(m, OP_users_list, 404, 400);
    metrics_count(m, METRICS_OTHER, 404, 99999999);
    struct buf text;
    buf_init(&text, 1 << 16);
    metrics_write(m, &text);
    static const char *const lines[] = {
        "gatehouse_requests_total{op=\"users_list\",status=\"2xx\"} 1\n",
        "gatehouse_requests_total{op=\"users_list\",status=\"4xx\"} 1\n",
        "gatehouse_requests_total{op=\"none\",status=\"4xx\"} 1\n",
        "gatehouse_request_seconds_bucket{le=\"5e-05\"} 1\n",
        "gatehouse_request_seconds_bucket{le=\"0.0005\"} 2\n",
        "gatehouse_request_seconds_bucket{le=\"+Inf\"} 3\n",
        "gatehouse_request_seconds_count 3\n"};
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        assert_true(str_find(buf_str(&text), str_of(lines[i])) >= 0);
    buf_fini(&text);
    mem_free(m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_found_until_they_expire),
        cmocka_unit_test(the_table_is_bounded_and_a_held_verdict_outlives_it),
        cmocka_unit_test(expired_verdicts_make_room_first),
        cmocka_unit_test(patterns_of_permissions_match_by_prefix),
        cmocka_unit_test(every_job_runs_once),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(strangers_are_limited_and_neighbours_are_not),
        cmocka_unit_test(a_network_of_ipv6_is_one_address),
        cmocka_unit_test(a_flood_of_addresses_costs_nobody_anything),
        cmocka_unit_test(limits_can_be_for_all_or_nobody),
        cmocka_unit_test(an_operation_has_one_handler),
        cmocka_unit_test(the_real_registry_is_sound_and_counted),
        cmocka_unit_test(requests_are_counted_by_operation_and_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
