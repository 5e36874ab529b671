/* The password in force, the ones before it, and the documents that bear on a person. */
#include "store/passwords.h"
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

static const struct str NONE = {NULL, 0};

static void
a_new_one_takes_the_place_of_the_old(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    struct password_past past;
    struct user u;
    OK(store_password_past(&w.s, ada, 10, &past, &w.err));
    assert_int_equal(past.n, 0);
    assert_false(str_given(past.in_force));
    OK(store_password_set(&w.s, ada, NONE, STR("h1"), 2, &w.err));
    OK(store_password_past(&w.s, ada, 10, &past, &w.err));
    assert_int_equal(past.n, 1);
    assert_str(past.in_force, "h1");
    assert_str(past.hashes[0], "h1");
    OK(store_user_get(&w.s, USER_BY_ID, ada, &u, &w.err));
    assert_str(u.password_hash, "h1");
    assert_int_equal(u.password_changed_at, w.s.now);
}

static void
so_many_earlier_ones_are_kept(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada"), before = NONE;
    struct str bob = world_user(&w, "bob@acme.example", "Bob");
    struct password_past past;
    OK(store_password_set(&w.s, bob, NONE, STR("b1"), 5, &w.err));
    OK(store_password_set(&w.s, bob, STR("b1"), STR("b2"), 5, &w.err));
    for (int i = 1; i <= 6; i++) {
        struct str hash = arena_printf(w.s.arena, "h%d", i);
        OK(store_password_set(&w.s, ada, before, hash, 3, &w.err));
        before = hash;
    }
    OK(store_password_past(&w.s, ada, 10, &past, &w.err));
    assert_int_equal(past.n, 4);
    assert_str(past.hashes[0], "h6");
    assert_str(past.hashes[1], "h5");
    assert_str(past.hashes[3], "h3");
    OK(store_password_past(&w.s, ada, 2, &past, &w.err));
    assert_int_equal(past.n, 2);
    assert_str(past.hashes[1], "h5");
    OK(store_password_past(&w.s, ada, 0, &past, &w.err));
    assert_int_equal(past.n, 0);
    assert_str(past.in_force, "h6");
    /* A policy that was switched off forgets them with the next one. */
    OK(store_password_set(&w.s, ada, STR("h6"), STR("h7"), 0, &w.err));
    OK(store_password_past(&w.s, ada, 10, &past, &w.err));
    assert_int_equal(past.n, 1);
    OK(store_password_past(&w.s, bob, 10, &past, &w.err));
    assert_int_equal(past.n, 2);
    OK(store_password_past(&w.other, bob, 10, &past, &w.err));
    assert_int_equal(past.n, 0);
}

static void
the_slower_of_two_is_refused(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    OK(store_password_set(&w.s, ada, NONE, STR("h1"), 2, &w.err));
    assert_int_equal(store_password_set(&w.s, ada, NONE, STR("x"), 2, &w.err), ERR_CONFLICT);
    OK(store_password_set(&w.s, ada, STR("h1"), STR("h2"), 2, &w.err));
    assert_int_equal(store_password_set(&w.s, ada, STR("h1"), STR("x"), 2, &w.err), ERR_CONFLICT);
    struct password_past past;
    OK(store_password_past(&w.s, ada, 10, &past, &w.err));
    assert_int_equal(past.n, 2);
    assert_int_equal(store_password_set(&w.s, STR("nobody"), NONE, STR("x"), 2, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_password_set(&w.other, ada, STR("h2"), STR("x"), 2, &w.err),
                     ERR_NOT_FOUND);
}

static void
a_person_who_goes_takes_them_along(void **state)
{
    (void)state;
    struct str ada = world_user(&w, "ada@acme.example", "Ada");
    OK(store_password_set(&w.s, ada, NONE, STR("h1"), 2, &w.err));
    OK(store_password_set(&w.s, ada, STR("h1"), STR("h2"), 2, &w.err));
    OK(store_user_delete(&w.s, ada, &w.err));
    int64_t left = 1;
    OK(db_query_int(w.conn, "SELECT COUNT(*) FROM password_history", DB_NO_ARGS, &left, NULL,
                    &w.err));
    assert_int_equal(left, 0);
}

static void
documents_of_all_tenants_bear_on_a_person(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one"), two = world_tenant(&w, "two");
    struct scope three = world_tenant(&w, "three");
    struct str ada = world_member(&w, &one, "ada@acme.example");
    OK(store_membership_add(&two, ada, 0, 0, &w.err));
    struct config_list list;
    OK(store_config_of_user(&w.s, STR("p"), ada, NONE, false, &list, &w.err));
    assert_int_equal(list.n, 0);
    OK(store_config_put(&two, STR("p"), STR("{\"t\":2}"), &w.err));
    OK(store_config_put(&w.s, STR("p"), STR("{\"t\":0}"), &w.err));
    OK(store_config_put(&three, STR("p"), STR("{\"t\":3}"), &w.err));
    OK(store_config_put(&one, STR("q"), STR("{\"t\":1}"), &w.err));
    OK(store_config_put(&w.other, STR("p"), STR("{\"t\":9}"), &w.err));
    OK(store_config_of_user(&w.s, STR("p"), ada, NONE, false, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_str(list.items[0].document, "{\"t\":0}");
    assert_true(list.items[0].of_environment);
    assert_str(list.items[1].document, "{\"t\":2}");
    assert_false(list.items[1].of_environment);
    OK(store_config_of_user(&w.s, STR("p"), ada, STR("three"), false, &list, &w.err));
    assert_int_equal(list.n, 3);
    OK(store_config_of_user(&w.s, STR("p"), NONE, STR("three"), false, &list, &w.err));
    assert_int_equal(list.n, 2);
    OK(store_config_of_user(&w.s, STR("p"), ada, STR("three"), true, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_true(list.items[0].of_environment);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_one_takes_the_place_of_the_old, setup, teardown),
        cmocka_unit_test_setup_teardown(so_many_earlier_ones_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(the_slower_of_two_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_person_who_goes_takes_them_along, setup, teardown),
        cmocka_unit_test_setup_teardown(documents_of_all_tenants_bear_on_a_person, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
