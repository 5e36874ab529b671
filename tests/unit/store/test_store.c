/* Transactions with retry, environments and keys, documents, sealed values, audits. */
#include "store/rows.h"
#include "tests/support/world.h"

static struct world w;

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* ---- transactions ---- */

static enum err_code
busy_twice(struct db_conn *conn, void *arg, struct err *err)
{
    int *calls = arg;
    enum err_code rc = store_total_add(conn, 77, "test", 1, err);
    if (rc == ERR_OK && ++*calls < 3)
        return err_set(err, ERR_BUSY, "busy");
    return rc;
}

static enum err_code
always(struct db_conn *conn, void *arg, struct err *err)
{
    int *calls = arg;
    ++*calls;
    (void)!store_total_add(conn, 77, "test", 1, err);
    return err_set(err, *calls > 100 ? ERR_BUSY : ERR_INVALID, "no");
}

static void
busy_is_tried_again_and_leaves_no_trace(void **state)
{
    (void)state;
    world_commit(&w);
    db_rollback(w.conn);
    int calls = 0;
    OK(store_tx(w.t.store, DB_WRITE, busy_twice, &calls, &w.err));
    assert_int_equal(calls, 3);
    assert_int_equal(testdb_int(w.t.db, "SELECT total FROM totals WHERE list = 77"), 1);
    calls = 0;
    assert_int_equal(store_tx(w.t.store, DB_WRITE, always, &calls, &w.err), ERR_INVALID);
    assert_int_equal(calls, 1);
    calls = 200;
    assert_int_equal(store_tx(w.t.store, DB_WRITE, always, &calls, &w.err), ERR_BUSY);
    assert_int_equal(calls, 205);
    assert_int_equal(testdb_int(w.t.db, "SELECT total FROM totals WHERE list = 77"), 1);
    world_begin(&w);
}

/* ---- environments and keys ---- */

static void
environments(void **state)
{
    (void)state;
    struct env e = {.id = STR("env-3"),
                    .name = STR("Three"),
                    .secret_hash = STR("h3"),
                    .host = STR("app.example.io"),
                    .created_at = 5};
    OK(store_env_create(w.conn, &e, &w.err));
    struct env back;
    OK(store_env_by_host(w.conn, &w.t.arena, STR("APP.example.io"), &back, &w.err));
    assert_str(back.id, "env-3");
    assert_str(back.secret_hash, "h3");
    struct scope s;
    OK(scope_open(&s, w.conn, &w.t.arena, STR("env-3"), STR_ABSENT, &w.err));
    OK(store_env_set_secret(&s, STR("h4"), &w.err));
    OK(store_env_get(w.conn, &w.t.arena, STR("env-3"), &back, &w.err));
    assert_str(back.secret_hash, "h4");
    OK(store_env_get(w.conn, &w.t.arena, STR("env-1"), &back, &w.err));
    assert_str(back.secret_hash, "h");
    struct env_list list;
    OK(store_env_list(w.conn, &w.t.arena, &list, &w.err));
    assert_int_equal(list.n, 3);
    assert_int_equal(store_env_get(w.conn, &w.t.arena, STR("zz"), &back, &w.err), ERR_NOT_FOUND);
    assert_int_equal(scope_open(&s, w.conn, &w.t.arena, STR("zz"), STR_ABSENT, &w.err),
                     ERR_NOT_FOUND);
}

static void
private_keys_are_sealed(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct signing_key key = {.id = arena_printf(&w.t.arena, "kid-%d", i),
                                  .algorithm = STR("RS256"),
                                  .public_pem = STR("PUBLIC"),
                                  .private_pem = STR("PRIVATE-CANARY")};
        OK(store_signing_key_add(&w.s, &key, &w.err));
    }
    OK(store_signing_key_retire(&w.s, STR("kid-2"), &w.err));
    assert_int_equal(store_signing_key_retire(&w.s, STR("kid-2"), &w.err), ERR_NOT_FOUND);
    struct signing_key_list list;
    OK(store_signing_key_list(&w.s, true, &list, &w.err));
    assert_int_equal(list.n, 3);
    assert_str(list.items[0].id, "kid-1");
    assert_str(list.items[2].id, "kid-2");
    assert_str(list.items[1].private_pem, "PRIVATE-CANARY");
    OK(store_signing_key_list(&w.s, false, &list, &w.err));
    assert_false(str_given(list.items[0].private_pem));
    OK(store_signing_key_list(&w.other, true, &list, &w.err));
    assert_int_equal(list.n, 0);
    /* A sealed value moved to another row does not open. */
    OK(db_exec(w.conn, "UPDATE signing_keys SET id = 'moved' WHERE id = 'kid-0'", DB_NO_ARGS, NULL,
               &w.err));
    assert_int_equal(store_signing_key_list(&w.s, true, &list, &w.err), ERR_CORRUPT);
}

/* ---- documents ---- */

static void
documents_by_scope(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), nowhere;
    struct config c, again;
    assert_int_equal(store_config_get(&w.s, STR("core"), &c, &w.err), ERR_NOT_FOUND);
    OK(store_config_put(&w.s, STR("core"), STR("{\"a\":1}"), &w.err));
    OK(store_config_get(&w.s, STR("core"), &c, &w.err));
    w.s.now += 5;
    OK(store_config_put(&w.s, STR("core"), STR("{\"a\":2}"), &w.err));
    OK(store_config_get(&w.s, STR("core"), &again, &w.err));
    assert_true(str_eq(c.id, again.id) && again.created_at == NOW && again.updated_at == NOW + 5);
    assert_str(again.document, "{\"a\":2}");
    assert_int_equal(store_config_create(&w.s, STR("core"), STR("{}"), &w.err), ERR_CONFLICT);
    assert_int_equal(store_config_get(&a, STR("core"), &c, &w.err), ERR_NOT_FOUND);
    OK(store_config_create(&a, STR("core"), STR("{\"a\":3}"), &w.err));
    OK(store_config_get(&a, STR("core"), &c, &w.err));
    assert_str(c.document, "{\"a\":3}");
    OK(scope_tenant(&w.s, STR("zz"), &nowhere, &w.err));
    assert_int_equal(store_config_get(&nowhere, STR("core"), &c, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_config_put(&nowhere, STR("core"), STR("{}"), &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_config_get(&w.other, STR("core"), &c, &w.err), ERR_NOT_FOUND);
    OK(store_config_delete(&a, STR("core"), &w.err));
    assert_int_equal(store_config_delete(&a, STR("core"), &w.err), ERR_NOT_FOUND);
}

static void
sealed_values(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a");
    struct str plain;
    OK(store_sealed_put(&w.s, STR("smtp"), STR("hunter2"), &w.err));
    OK(store_sealed_put(&w.s, STR("smtp"), STR("hunter3"), &w.err));
    OK(store_sealed_put(&w.s, STR("empty"), STR(""), &w.err));
    OK(store_sealed_get(&w.s, STR("smtp"), &plain, &w.err));
    assert_str(plain, "hunter3");
    OK(store_sealed_get(&w.s, STR("empty"), &plain, &w.err));
    assert_str(plain, "");
    assert_int_equal(store_sealed_get(&a, STR("smtp"), &plain, &w.err), ERR_NOT_FOUND);
    OK(store_sealed_delete(&w.s, STR("smtp"), &w.err));
    assert_int_equal(store_sealed_get(&w.s, STR("smtp"), &plain, &w.err), ERR_NOT_FOUND);
}

/* ---- audits ---- */

static void
audits_are_listed(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a");
    for (int i = 0; i < 10; i++) {
        struct audit e = {.action = arena_printf(&w.t.arena, "User %d changed", i),
                          .severity = i % 2 ? STR("High") : STR_ABSENT,
                          .email = i < 3 ? STR("Ann@x.io") : STR_ABSENT,
                          .user_id = i < 5 ? STR("u1") : STR("u2"),
                          .ip = STR("10.0.0.1"),
                          .extra = STR("{\"k\":1}"),
                          .created_at = 1000 + i};
        OK(store_audit_add(i < 4 ? &a : &w.s, &e, &w.err));
    }
    struct audit_list list;
    struct audit_query q = {.page = {.limit = 3, .offset = 1, .descending = true}};
    OK(store_audit_list(&w.s, &q, &list, &w.err));
    assert_true(list.n == 3 && list.total == 10);
    assert_str(list.items[0].action, "User 8 changed");
    assert_str(list.items[0].severity, "Info");
    assert_str(list.items[0].extra, "{\"k\":1}");
    assert_false(str_given(list.items[0].tenant_id));
    OK(store_audit_list(&a, &q, &list, &w.err));
    assert_true(list.n == 3 && list.total == 4);
    assert_str(list.items[0].tenant_id, "a");
    OK(store_audit_list(&w.other, &q, &list, &w.err));
    assert_true(list.n == 0 && list.total == 0);
    q = (struct audit_query){.page.limit = 50, .from = 1002, .to = 1004};
    OK(store_audit_list(&w.s, &q, &list, &w.err));
    assert_true(list.n == 3 && list.total == 3);
    struct str users[] = {STR("u2")}, emails[] = {STR("ANN@x.io")}, tenants[] = {STR("a")};
    q = (struct audit_query){.page.limit = 50, .user_ids = users, .n_user_ids = 1};
    OK(store_audit_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.total, 5);
    q = (struct audit_query){.page.limit = 50, .emails = emails, .n_emails = 1};
    OK(store_audit_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.total, 3);
    q = (struct audit_query){.page.limit = 50, .tenant_ids = tenants, .n_tenant_ids = 1};
    OK(store_audit_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.total, 4);
    q = (struct audit_query){.page = {.limit = 50, .sort = STR("action")}, .filter = STR("USER 7")};
    OK(store_audit_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.total, 1);
    int64_t all, severe;
    OK(store_audit_stats(&w.s, 1005, &all, &severe, &w.err));
    assert_true(all == 5 && severe == 3);
}

static void
audits_are_counted(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b");
    for (int i = 0; i < 10; i++) {
        struct audit e = {.action = STR("x"),
                          .resource = i == 9  ? STR_ABSENT
                                      : i < 7 ? STR("user")
                                              : STR("role"),
                          .created_at = 1000 + i};
        OK(store_audit_add(i < 4 ? &a : i < 6 ? &b : &w.s, &e, &w.err));
    }
    struct audit_span span = {.from = 1000, .to = 1008, .period = 4};
    struct audit_count_list list;
    OK(store_audit_top(&w.s, AUDITS_BY_RESOURCE, &span, 10, &list, &w.err));
    assert_true(list.n == 2 && list.items[0].count == 7 && list.items[1].count == 2);
    assert_str(list.items[0].name, "user");
    OK(store_audit_top(&w.s, AUDITS_BY_TENANT, &span, 1, &list, &w.err));
    assert_true(list.n == 1 && list.items[0].count == 4);
    assert_str(list.items[0].name, "a");
    OK(store_audit_top(&b, AUDITS_BY_TENANT, &span, 9, &list, &w.err));
    assert_true(list.n == 1 && list.items[0].count == 2);
    OK(store_audit_periods(&w.s, &span, &list, &w.err));
    assert_true(list.n == 3 && list.items[0].count == 4 && list.items[2].count == 1);
    assert_int_equal(list.items[2].period, 2);
    OK(store_audit_periods(&a, &span, &list, &w.err));
    assert_true(list.n == 1 && list.items[0].count == 4);
    OK(store_audit_periods(&w.other, &span, &list, &w.err));
    assert_int_equal(list.n, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(busy_is_tried_again_and_leaves_no_trace),
        CASE(environments),
        CASE(private_keys_are_sealed),
        CASE(documents_by_scope),
        CASE(sealed_values),
        CASE(audits_are_listed),
        CASE(audits_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
