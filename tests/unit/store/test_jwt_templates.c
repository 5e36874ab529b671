/* Templates of access tokens: kept, unique by key, listed, bounded, apart by environment. */
#include "store/jwt_templates.h"
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

static struct jwt_template template(const char *key)
{
    return (struct jwt_template){.key = str_of(key),
                                 .name = STR("Name"),
                                 .algorithm = STR("RS256"),
                                 .claims = STR("{\"sub\":1}"),
                                 .expiration = 60};
}

static void
kept_changed_and_deleted(void **state)
{
    (void)state;
    struct jwt_template t = template("a"), back;
    OK(store_jwt_template_create(&w.s, &t, &w.err));
    OK(store_jwt_template_get(&w.s, t.id, &back, &w.err));
    assert_str(back.key, "a");
    assert_str(back.claims, "{\"sub\":1}");
    assert_true(back.expiration == 60 && back.created_at == w.s.now &&
                !str_given(back.description));
    back.description = STR("Why");
    back.key = STR("b");
    OK(store_jwt_template_update(&w.s, &back, &w.err));
    OK(store_jwt_template_get(&w.s, t.id, &back, &w.err));
    assert_str(back.key, "b");
    assert_str(back.description, "Why");
    assert_int_equal(store_jwt_template_get(&w.other, t.id, &back, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_jwt_template_update(&w.other, &back, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_jwt_template_delete(&w.other, t.id, &w.err), ERR_NOT_FOUND);
    OK(store_jwt_template_delete(&w.s, t.id, &w.err));
    assert_int_equal(store_jwt_template_delete(&w.s, t.id, &w.err), ERR_NOT_FOUND);
}

static void
a_key_is_used_once_in_an_environment(void **state)
{
    (void)state;
    struct jwt_template t = template("a"), other = template("a"), again = template("a");
    OK(store_jwt_template_create(&w.s, &t, &w.err));
    OK(store_jwt_template_create(&w.other, &other, &w.err));
    assert_int_equal(store_jwt_template_create(&w.s, &again, &w.err), ERR_CONFLICT);
}

static void
listed(void **state)
{
    (void)state;
    const char *const keys[] = {"c", "a", "b"};
    struct jwt_template t[3], foreign = template("a");
    for (int i = 0; i < 3; i++) {
        t[i] = template(keys[i]);
        OK(store_jwt_template_create(&w.s, &t[i], &w.err));
    }
    OK(store_jwt_template_create(&w.other, &foreign, &w.err));
    struct jwt_template_list list;
    struct jwt_template_query q = {.page = {.limit = 2, .sort = STR("key")}};
    OK(store_jwt_template_list(&w.s, &q, &list, &w.err));
    assert_true(list.n == 2 && list.total == 3);
    assert_str(list.items[0].key, "a");
    q = (struct jwt_template_query){.page = {.limit = 2, .sort = STR("key"), .descending = true}};
    OK(store_jwt_template_list(&w.s, &q, &list, &w.err));
    assert_str(list.items[0].key, "c");
    struct str wanted[] = {STR("a"), STR("c"), STR("nobody")};
    q = (struct jwt_template_query){.keys = wanted, .n_keys = 3, .ids = &t[1].id, .n_ids = 1};
    OK(store_jwt_template_list(&w.s, &q, &list, &w.err));
    assert_true(list.n == 1 && list.total == 1);
    assert_str(list.items[0].key, "a");
}

static void
bounded(void **state)
{
    (void)state;
    for (int i = 0; i < JWT_TEMPLATES_MAX; i++) {
        struct jwt_template t = template(arena_printf(&w.t.arena, "k%d", i).p);
        OK(store_jwt_template_create(&w.s, &t, &w.err));
    }
    struct jwt_template more = template("more");
    assert_int_equal(store_jwt_template_create(&w.s, &more, &w.err), ERR_LIMIT);
    char huge[600];
    memset(huge, 'k', sizeof huge - 1);
    huge[sizeof huge - 1] = 0;
    struct jwt_template t = template(huge);
    assert_int_equal(store_jwt_template_create(&w.other, &t, &w.err), ERR_INVALID);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(kept_changed_and_deleted),
        CASE(a_key_is_used_once_in_an_environment),
        CASE(listed),
        CASE(bounded),
    };
    return cmocka_run_group_tests_name("jwt_templates", tests, NULL, NULL);
}
