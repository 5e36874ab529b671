/* Pools and custom providers as they are stored: apart by environment and kind, sealed as a whole. */
#include "store/connections.h"
#include "store/users.h"
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

static struct connection
add(const char *kind, const char *name, int64_t place)
{
    static struct str apps[] = {{"a1", 2}, {"a2", 2}};
    struct connection c = {.kind = str_of(kind),
                           .name = str_of(name),
                           .place = place,
                           .config = STR("{\"secret\":\"hidden-words\"}"),
                           .apps = apps,
                           .n_apps = 2};
    OK(store_connection_add(&w.s, &c, &w.err));
    return c;
}

static void
pools_are_in_order_and_apart_from_providers(void **state)
{
    (void)state;
    struct connection_list list;
    struct connection found;
    (void)add("auth0", "second", 5);
    struct connection first = add("cognito", "first", 1), social = add("custom", "social", 0);
    OK(store_connection_list(&w.s, true, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_str(list.items[0].name, "first");
    assert_str(list.items[0].config, "{\"secret\":\"hidden-words\"}");
    assert_int_equal(list.items[0].n_apps, 2);
    OK(store_connection_list(&w.s, false, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_int_equal(store_connection_get(&w.s, STR_ABSENT, social.id, &found, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_connection_get(&w.s, STR("auth0"), first.id, &found, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_connection_delete(&w.s, STR_ABSENT, social.id, &w.err), ERR_NOT_FOUND);
    OK(store_connection_get(&w.s, STR_ABSENT, first.id, &found, &w.err));
    found.config = STR("{}");
    OK(store_connection_update(&w.s, &found, &w.err));
    OK(store_connection_apps(&w.s, &found, false, &(struct str){"a1", 2}, 1, &w.err));
    OK(store_connection_get(&w.s, STR("cognito"), first.id, &found, &w.err));
    assert_str(found.config, "{}");
    assert_int_equal(found.n_apps, 1);
    OK(store_connection_delete(&w.s, STR("cognito"), first.id, &w.err));
}

static void
environments_are_apart(void **state)
{
    (void)state;
    struct connection c = add("auth0", "one", 1), found;
    struct connection_list list;
    struct connection_user_list users;
    struct user u = {.email = STR("a@b.io")};
    int64_t n = -1;
    OK(store_connection_list(&w.other, true, &list, &w.err));
    assert_int_equal(list.n, 0);
    assert_int_equal(store_connection_get(&w.other, STR_ABSENT, c.id, &found, &w.err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_connection_delete(&w.other, STR_ABSENT, c.id, &w.err), ERR_NOT_FOUND);
    OK(store_user_create(&w.other, &u, &w.err));
    OK(store_connection_saw(&w.other, c.seq, u.id, &w.err)); /* no such pool there */
    OK(db_query_int(w.s.conn, "SELECT COUNT(*) FROM connection_users", DB_NO_ARGS, &n, NULL,
                    &w.err));
    assert_int_equal(n, 0);
    OK(store_connection_users(&w.other, &c, &(struct store_page){.limit = 10}, &users, &w.err));
    assert_int_equal(users.n, 0);
    OK(store_connection_get(&w.s, STR_ABSENT, c.id, &found, &w.err));
}

/* A configuration that was copied to another row does not open there; and none lies there in the open. */
static void
configurations_are_sealed_to_their_row(void **state)
{
    (void)state;
    struct connection one = add("auth0", "one", 1), two = add("auth0", "two", 2), found;
    int64_t plain = -1;
    OK(db_query_int(
        w.s.conn,
        "SELECT COUNT(*) FROM connections WHERE CAST(config_sealed AS TEXT) LIKE '%hidden%'",
        DB_NO_ARGS, &plain, NULL, &w.err));
    assert_int_equal(plain, 0);
    OK(db_exec(w.s.conn,
               "UPDATE connections SET config_sealed = (SELECT config_sealed FROM connections "
               "WHERE seq = $1) "
               "WHERE seq = $2",
               DB_ARGS(DB_I(one.seq), DB_I(two.seq)), NULL, &w.err));
    assert_int_not_equal(store_connection_get(&w.s, STR_ABSENT, two.id, &found, &w.err), ERR_OK);
}

static void
there_are_only_so_many(void **state)
{
    (void)state;
    struct connection c = {.kind = STR("auth0"), .name = STR("n"), .config = STR("{}")};
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        c.id = (struct str){NULL, 0};
        OK(store_connection_add(&w.s, &c, &w.err));
    }
    c.id = (struct str){NULL, 0};
    assert_int_equal(store_connection_add(&w.s, &c, &w.err), ERR_LIMIT);
}

static void
who_came_is_remembered(void **state)
{
    (void)state;
    struct connection c = add("auth0", "one", 1);
    struct user u = {.email = STR("a@b.io")};
    struct connection_user_list list;
    bool knows = true;
    OK(store_user_create(&w.s, &u, &w.err));
    OK(store_connection_knows(&w.s, c.seq, u.id, &knows, &w.err));
    assert_false(knows);
    OK(store_connection_saw(&w.s, c.seq, u.id, &w.err));
    w.s.now++;
    OK(store_connection_saw(&w.s, c.seq, u.id, &w.err));
    OK(store_connection_knows(&w.s, c.seq, u.id, &knows, &w.err));
    assert_true(knows);
    OK(store_connection_get(&w.s, STR_ABSENT, c.id, &c, &w.err));
    assert_int_equal(c.n_users, 1);
    OK(store_connection_users(&w.s, &c, &(struct store_page){.limit = 10}, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_str(list.items[0].email, "a@b.io");
    assert_int_equal(list.items[0].last_login, w.s.now);
    OK(store_user_delete(&w.s, u.id, &w.err));
    OK(store_connection_users(&w.s, &c, &(struct store_page){.limit = 10}, &list, &w.err));
    assert_int_equal(list.n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pools_are_in_order_and_apart_from_providers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(environments_are_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(configurations_are_sealed_to_their_row, setup, teardown),
        cmocka_unit_test_setup_teardown(there_are_only_so_many, setup, teardown),
        cmocka_unit_test_setup_teardown(who_came_is_remembered, setup, teardown),
    };
    return cmocka_run_group_tests_name("connections", tests, NULL, NULL);
}
