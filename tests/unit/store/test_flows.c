/* Flows: typed, single-use, expiring, counted. */
#include "store/flows.h"
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

static struct flow
a_flow(enum flow_kind kind, const char *hash, struct str user)
{
    return (struct flow){.kind = kind,
                         .token_hash = str_of(hash),
                         .user_id = user,
                         .code = STR("123456"),
                         .data = STR("{\"phone\":\"+1\"}"),
                         .expires_at = w.s.now + 1000};
}

static void
what_was_added_is_found_and_taken_once(void **state)
{
    (void)state;
    struct scope tenant = world_tenant(&w, "acme");
    struct str user = world_user(&w, "ada@acme.example", "Ada");
    struct flow f = a_flow(FLOW_MFA_SMS, "h1", user), found;
    f.tenant_id = tenant.tenant;
    OK(store_flow_add(&w.s, &f, false, &w.err));
    OK(store_flow_get(&w.s, FLOW_MFA_SMS, STR("h1"), &found, &w.err));
    assert_str(found.code, "123456");
    assert_str(found.data, "{\"phone\":\"+1\"}");
    assert_str(found.tenant_id, "acme");
    assert_true(str_eq(found.user_id, user));
    OK(store_flow_take(&w.s, FLOW_MFA_SMS, STR("h1"), &w.err));
    assert_int_equal(store_flow_take(&w.s, FLOW_MFA_SMS, STR("h1"), &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_flow_get(&w.s, FLOW_MFA_SMS, STR("h1"), &found, &w.err), ERR_NOT_FOUND);
}

static void
a_token_of_one_kind_is_unknown_as_any_other(void **state)
{
    (void)state;
    struct flow f = a_flow(FLOW_PASSWORD_RESET, "h1", STR_ABSENT), found;
    OK(store_flow_add(&w.s, &f, false, &w.err));
    for (int kind = 0; kind < FLOW_KINDS; kind++) {
        if (kind == FLOW_PASSWORD_RESET)
            continue;
        assert_int_equal(store_flow_get(&w.s, (enum flow_kind)kind, STR("h1"), &found, &w.err),
                         ERR_NOT_FOUND);
        assert_int_equal(store_flow_take(&w.s, (enum flow_kind)kind, STR("h1"), &w.err),
                         ERR_NOT_FOUND);
        assert_non_null(flow_kind_name((enum flow_kind)kind));
    }
    assert_int_equal(store_flow_get(&w.other, FLOW_PASSWORD_RESET, STR("h1"), &found, &w.err),
                     ERR_NOT_FOUND);
    OK(store_flow_get(&w.s, FLOW_PASSWORD_RESET, STR("h1"), &found, &w.err));
}

static void
time_ends_it(void **state)
{
    (void)state;
    struct flow f = a_flow(FLOW_MAGIC_LINK, "h1", STR_ABSENT), found;
    OK(store_flow_add(&w.s, &f, false, &w.err));
    struct scope later = w.s;
    later.now += 1000;
    assert_int_equal(store_flow_get(&later, f.kind, STR("h1"), &found, &w.err), ERR_GONE);
    assert_int_equal(store_flow_try(&later, f.kind, STR("h1"), 5, &found, &w.err), ERR_GONE);
    assert_int_equal(store_flow_take(&later, f.kind, STR("h1"), &w.err), ERR_NOT_FOUND);
    later.now += INT64_C(2) * 86400000;
    struct flow next = a_flow(FLOW_MAGIC_LINK, "h2", STR_ABSENT);
    next.expires_at = later.now + 1;
    OK(store_flow_add(&later, &next, false, &w.err));
    assert_int_equal(store_flow_get(&later, f.kind, STR("h1"), &found, &w.err), ERR_NOT_FOUND);
}

static void
tries_are_counted(void **state)
{
    (void)state;
    struct flow f = a_flow(FLOW_EMAIL_CODE, "h1", STR_ABSENT), found;
    OK(store_flow_add(&w.s, &f, false, &w.err));
    for (int i = 1; i <= 3; i++) {
        OK(store_flow_try(&w.s, f.kind, STR("h1"), 3, &found, &w.err));
        assert_int_equal(found.attempts, i);
    }
    assert_int_equal(store_flow_try(&w.s, f.kind, STR("h1"), 3, &found, &w.err), ERR_LIMIT);
    assert_int_equal(store_flow_try(&w.s, f.kind, STR("h2"), 3, &found, &w.err), ERR_NOT_FOUND);
}

static void
a_newer_one_makes_the_older_worthless(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct str bob = world_user(&w, "bob@acme.example", "Bob");
    struct flow a = a_flow(FLOW_ACTIVATION, "a1", ada), b = a_flow(FLOW_ACTIVATION, "b1", bob);
    struct flow other = a_flow(FLOW_UNLOCK, "a1", ada), newer = a_flow(FLOW_ACTIVATION, "a2", ada);
    struct flow found;
    OK(store_flow_add(&w.s, &a, true, &w.err));
    OK(store_flow_add(&w.s, &b, true, &w.err));
    OK(store_flow_add(&w.s, &other, true, &w.err));
    OK(store_flow_add(&w.s, &newer, true, &w.err));
    assert_int_equal(store_flow_get(&w.s, a.kind, STR("a1"), &found, &w.err), ERR_NOT_FOUND);
    OK(store_flow_get(&w.s, a.kind, STR("a2"), &found, &w.err));
    OK(store_flow_get(&w.s, b.kind, STR("b1"), &found, &w.err));
    OK(store_flow_get(&w.s, FLOW_UNLOCK, STR("a1"), &found, &w.err));
    OK(store_flow_of_user(&w.s, a.kind, ada, &found, &w.err));
    assert_str(found.token_hash, "a2");
    OK(store_flow_void(&w.s, a.kind, ada, &w.err));
    OK(store_flow_void(&w.s, a.kind, STR("nobody"), &w.err));
    assert_int_equal(store_flow_of_user(&w.s, a.kind, ada, &found, &w.err), ERR_NOT_FOUND);
}

/* A person may be invited to several tenants at once. */
static void
those_of_one_tenant_can_be_dropped(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme"), beta = world_tenant(&w, "beta");
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct flow a = a_flow(FLOW_INVITATION, "a1", ada), b = a_flow(FLOW_INVITATION, "b1", ada);
    struct flow other = a_flow(FLOW_ACTIVATION, "a1", ada), found;
    a.tenant_id = other.tenant_id = acme.tenant;
    b.tenant_id = beta.tenant;
    OK(store_flow_add(&w.s, &a, false, &w.err));
    OK(store_flow_add(&w.s, &b, false, &w.err));
    OK(store_flow_add(&w.s, &other, false, &w.err));
    OK(store_flow_void_in(&w.s, FLOW_INVITATION, ada, STR("acme"), &w.err));
    OK(store_flow_void_in(&w.s, FLOW_INVITATION, ada, STR("nowhere"), &w.err));
    OK(store_flow_void_in(&w.s, FLOW_INVITATION, STR("nobody"), STR("beta"), &w.err));
    assert_int_equal(store_flow_get(&w.s, a.kind, STR("a1"), &found, &w.err), ERR_NOT_FOUND);
    OK(store_flow_get(&w.s, b.kind, STR("b1"), &found, &w.err));
    OK(store_flow_get(&w.s, other.kind, STR("a1"), &found, &w.err));
}

static void
what_cannot_be_added(void **state)
{
    (void)state;
    struct flow f = a_flow(FLOW_MFA, "h1", STR("nobody"));
    assert_int_equal(store_flow_add(&w.s, &f, false, &w.err), ERR_NOT_FOUND);
    f.user_id = STR_ABSENT;
    f.tenant_id = STR("nowhere");
    assert_int_equal(store_flow_add(&w.s, &f, false, &w.err), ERR_NOT_FOUND);
    f.tenant_id = STR_ABSENT;
    static char big[FLOW_DATA_MAX + 1];
    memset(big, 'x', sizeof big);
    f.data = (struct str){big, sizeof big};
    assert_int_equal(store_flow_add(&w.s, &f, false, &w.err), ERR_LIMIT);
}

/* A code must not be readable in a copy of the database, nor open in another row. */
static void
codes_are_sealed_in_their_row(void **state)
{
    (void)state;
    struct flow f = a_flow(FLOW_MFA_SMS, "h1", STR_ABSENT), found;
    struct flow g = a_flow(FLOW_MFA_SMS, "h2", STR_ABSENT);
    g.code = STR("654321");
    OK(store_flow_add(&w.s, &f, false, &w.err));
    OK(store_flow_add(&w.s, &g, false, &w.err));
    OK(db_exec(w.conn,
               "UPDATE flows SET sealed = (SELECT o.sealed FROM flows o WHERE o.token_hash = 'h2') "
               "WHERE token_hash = 'h1'",
               DB_NO_ARGS, NULL, &w.err));
    assert_int_equal(store_flow_get(&w.s, f.kind, STR("h1"), &found, &w.err), ERR_CORRUPT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(what_was_added_is_found_and_taken_once),
        TEST(a_token_of_one_kind_is_unknown_as_any_other),
        TEST(time_ends_it),
        TEST(tries_are_counted),
        TEST(a_newer_one_makes_the_older_worthless),
        TEST(those_of_one_tenant_can_be_dropped),
        TEST(what_cannot_be_added),
        TEST(codes_are_sealed_in_their_row),
    };
    return cmocka_run_group_tests_name("flows", tests, NULL, NULL);
}
