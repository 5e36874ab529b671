/* Roles, permissions, categories and what ties them. */
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

static struct role
get(struct str id)
{
    struct role r;
    OK(store_role_get(&w.s, id, &r, &w.err));
    return r;
}

static void
roles_come_back(void **state)
{
    (void)state;
    world_tenant(&w, "a");
    struct role r = {.key = STR("admin"),
                     .name = STR("Admin"),
                     .description = STR("All"),
                     .tenant_id = STR("a"),
                     .level = 7,
                     .is_default = true,
                     .first_user_role = true};
    OK(store_role_create(&w.s, &r, &w.err));
    struct role back = get(r.id);
    assert_str(back.key, "admin");
    assert_str(back.name, "Admin");
    assert_str(back.description, "All");
    assert_str(back.tenant_id, "a");
    assert_true(back.level == 7 && back.is_default && back.first_user_role);
    assert_int_equal(back.created_at, NOW);
    r.name = STR("Boss");
    r.level = 9;
    OK(store_role_update(&w.s, &r, ROLE_F_NAME, &w.err));
    back = get(r.id);
    assert_str(back.name, "Boss");
    assert_int_equal(back.level, 7);
    assert_int_equal(store_role_delete(&w.other, r.id, &w.err), ERR_NOT_FOUND);
    OK(store_role_delete(&w.s, r.id, &w.err));
    assert_int_equal(store_role_get(&w.s, r.id, &back, &w.err), ERR_NOT_FOUND);
}

static void
keys_are_unique_per_owner(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a");
    world_tenant(&w, "b");
    world_role(&w, "admin");
    OK(db_savepoint(w.conn, &w.err));
    struct role r = {.key = STR("admin"), .name = STR("x")};
    assert_int_equal(store_role_create(&w.s, &r, &w.err), ERR_CONFLICT);
    assert_string_equal(w.err.msg, "Roles already exists");
    db_undo(w.conn);
    struct role of_a = {.key = STR("admin"), .name = STR("x"), .tenant_id = STR("a")};
    struct role of_b = {.key = STR("own"), .name = STR("x"), .tenant_id = STR("b")};
    OK(store_role_create(&w.s, &of_a, &w.err));
    OK(store_role_create(&w.s, &of_b, &w.err));
    of_b = (struct role){.key = STR("z"), .tenant_id = STR("nowhere")};
    assert_int_equal(store_role_create(&w.s, &of_b, &w.err), ERR_NOT_FOUND);
    struct role_list list;
    OK(store_role_list(&a, &(struct role_query){0}, &list, &w.err));
    assert_int_equal(list.n, 2);
}

static void
lists_sort_filter_and_page(void **state)
{
    (void)state;
    static const char *const sorts[] = {"key",           "name",        "description", "isDefault",
                                        "firstUserRole", "level",       "createdAt",   "updatedAt",
                                        "permissions",   "userTenants", "groups"};
    world_tenant(&w, "a");
    for (int i = 0; i < 5; i++) {
        struct role r = {.key = arena_printf(&w.t.arena, "k%d", 4 - i),
                         .name = arena_printf(&w.t.arena, "Name %d", i),
                         .description = i == 2 ? STR("Special 50%") : STR_ABSENT,
                         .tenant_id = i == 3 ? STR("a") : STR_ABSENT,
                         .level = i * 10};
        OK(store_role_create(&w.s, &r, &w.err));
    }
    struct role_list list;
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        struct role_query q = {.page = {.sort = str_of(sorts[i]), .limit = 3, .descending = true}};
        OK(store_role_list(&w.s, &q, &list, &w.err));
        assert_true(list.n == 3 && list.total == 5);
    }
    struct role_query q = {.page = {.sort = STR("key"), .limit = 2, .offset = 2}};
    OK(store_role_list(&w.s, &q, &list, &w.err));
    assert_str(list.items[0].key, "k2");
    q = (struct role_query){.filter = STR("special 50%")};
    OK(store_role_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 1);
    const int64_t levels[] = {10, 40};
    q = (struct role_query){.levels = levels, .n_levels = 2};
    OK(store_role_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 2);
    const struct str tenants[] = {STR("a")};
    q = (struct role_query){.tenant_ids = tenants, .n_tenant_ids = 1};
    OK(store_role_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 1);
    int64_t *distinct;
    struct str *owners;
    size_t n;
    OK(store_role_distinct_levels(&w.s, &distinct, &n, &w.err));
    assert_true(n == 5 && distinct[4] == 40);
    OK(store_role_distinct_tenants(&w.s, &owners, &n, &w.err));
    assert_int_equal(n, 1);
    assert_str(owners[0], "a");
}

static void
permissions_are_set_and_added(void **state)
{
    (void)state;
    struct str one = world_role(&w, "one"), two = world_role(&w, "two");
    struct str p[] = {world_permission(&w, "p.0"), world_permission(&w, "p.1"),
                      world_permission(&w, "p.2")};
    OK(store_role_set_permissions(&w.s, one, p, 2, &w.err));
    OK(store_role_set_permissions(&w.s, one, p + 1, 2, &w.err));
    struct role r = get(one);
    assert_int_equal(r.n_permission_ids, 2);
    assert_true(str_eq(r.permission_ids[0], p[1]) && str_eq(r.permission_ids[1], p[2]));
    struct str unknown[] = {p[0], STR("nope")};
    assert_int_equal(store_role_set_permissions(&w.s, one, unknown, 2, &w.err), ERR_NOT_FOUND);
    assert_int_equal(get(one).n_permission_ids, 2);
    struct str both[] = {one, two};
    OK(store_permission_add_roles(&w.s, p[0], both + 1, 1, &w.err));
    OK(store_permission_add_roles(&w.s, p[0], both, 2, &w.err));
    struct permission permission;
    OK(store_permission_get(&w.s, p[0], &permission, &w.err));
    assert_int_equal(permission.n_role_ids, 2);
    struct permission_list list;
    OK(store_permission_list(&w.s, &list, &w.err));
    assert_int_equal(list.n, 3);
    assert_int_equal(list.items[0].n_role_ids, 2);
    assert_int_equal(list.items[1].n_role_ids, 1);
    assert_true(str_eq(list.items[2].role_ids[0], one));
    OK(store_permissions_by_ids(&w.s, unknown, 2, &list, &w.err));
    assert_int_equal(list.n, 1);
    OK(store_permissions_classify(&w.s, p, 2, STR("ALWAYS"), &w.err));
    OK(store_permission_get(&w.s, p[1], &permission, &w.err));
    assert_str(permission.assignment_type, "ALWAYS");
    OK(store_permission_delete(&w.s, p[1], &w.err));
    assert_int_equal(get(one).n_permission_ids, 2);
    OK(store_role_set_permissions(&w.s, one, NULL, 0, &w.err));
    assert_int_equal(get(one).n_permission_ids, 0);
}

static void
permission_columns_and_categories(void **state)
{
    (void)state;
    struct category c = {.name = STR("Users"), .description = STR("d")};
    OK(store_category_create(&w.s, &c, &w.err));
    OK(db_savepoint(w.conn, &w.err));
    struct category twice = {.name = STR("USERS")};
    assert_int_equal(store_category_create(&w.s, &twice, &w.err), ERR_CONFLICT);
    assert_non_null(strstr(w.err.msg, "already exist"));
    db_undo(w.conn);
    struct permission p = {.key = STR("fe.read"), .name = STR("Read"), .category_id = c.id};
    OK(store_permission_create(&w.s, &p, &w.err));
    OK(db_savepoint(w.conn, &w.err));
    struct permission same = {.key = STR("fe.read"), .name = STR("x")};
    assert_int_equal(store_permission_create(&w.s, &same, &w.err), ERR_CONFLICT);
    db_undo(w.conn);
    same = (struct permission){.key = STR("k"), .category_id = STR("nope")};
    assert_int_equal(store_permission_create(&w.s, &same, &w.err), ERR_NOT_FOUND);
    OK(store_category_get(&w.s, c.id, &c, &w.err));
    assert_int_equal(c.n_permission_ids, 1);
    p.name = STR("Reading");
    p.category_id = STR_ABSENT;
    OK(store_permission_update(&w.s, &p, PERMISSION_F_NAME, &w.err));
    OK(store_permission_get(&w.s, p.id, &p, &w.err));
    assert_str(p.name, "Reading");
    assert_true(str_eq(p.category_id, c.id));
    assert_str(p.assignment_type, "ASSIGNABLE");
    c.name = STR("People");
    OK(store_category_update(&w.s, &c, CATEGORY_F_NAME, &w.err));
    struct category_list list;
    OK(store_category_list(&w.s, &list, &w.err));
    assert_int_equal(list.n, 1);
    assert_str(list.items[0].name, "People");
    assert_str(list.items[0].description, "d");
    OK(store_category_delete(&w.s, c.id, &w.err));
    assert_int_equal(store_category_delete(&w.s, c.id, &w.err), ERR_NOT_FOUND);
    OK(store_permission_get(&w.s, p.id, &p, &w.err));
    assert_false(str_given(p.category_id));
}

static void
roles_move_between_owners(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b");
    struct str in_a = world_member(&w, &a, "1@x.io"), in_b = world_member(&w, &b, "2@x.io");
    struct str id = world_role(&w, "r");
    OK(store_role_give_all(&w.s, id, &w.err));
    OK(store_role_give_all(&w.s, id, &w.err));
    OK(store_role_set_tenant(&w.s, id, STR("a"), &w.err));
    struct user u[2];
    OK(store_user_get(&w.s, USER_BY_ID, in_a, &u[0], &w.err));
    OK(store_user_get(&w.s, USER_BY_ID, in_b, &u[1], &w.err));
    OK(store_users_load(&w.s, u, 2, LOAD_TENANTS | LOAD_ROLES, true, &w.err));
    assert_int_equal(u[0].tenants[0].n_roles, 1);
    assert_int_equal(u[1].tenants[0].n_roles, 0);
    assert_str(get(id).tenant_id, "a");
    assert_int_equal(store_role_set_tenant(&w.s, id, STR("zz"), &w.err), ERR_NOT_FOUND);
    OK(store_role_set_tenant(&w.s, id, STR_ABSENT, &w.err));
    assert_false(str_given(get(id).tenant_id));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(roles_come_back),
        CASE(keys_are_unique_per_owner),
        CASE(lists_sort_filter_and_page),
        CASE(permissions_are_set_and_added),
        CASE(permission_columns_and_categories),
        CASE(roles_move_between_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
