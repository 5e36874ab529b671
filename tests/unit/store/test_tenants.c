/* Tenants: columns, lists, revival, metadata, removal, tree. */
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

static struct tenant
get(const char *id)
{
    struct tenant t;
    OK(store_tenant_get(&w.s, str_of(id), &t, &w.err));
    return t;
}

static void
every_column_comes_back(void **state)
{
    (void)state;
    struct tenant t, back;
    tenant_init(&t);
    for (size_t i = 0; i < TENANT_FIELDS; i++) {
        void *member = (char *)&t + tenant_fields[i].offset;
        if (tenant_fields[i].kind == STORE_TEXT)
            *(struct str *)member = arena_printf(&w.t.arena, "text-%zu", i);
        else if (tenant_fields[i].kind == STORE_BOOL)
            *(bool *)member = true;
        else
            *(int64_t *)member = 1000 + (int64_t)i;
    }
    OK(store_tenant_create(&w.s, &t, NULL, &w.err));
    back = get("text-1");
    for (size_t i = 0; i < TENANT_FIELDS; i++) {
        const void *x = (const char *)&t + tenant_fields[i].offset;
        const void *y = (const char *)&back + tenant_fields[i].offset;
        if (tenant_fields[i].kind == STORE_TEXT)
            assert_true(str_eq(*(const struct str *)x, *(const struct str *)y));
        else if (tenant_fields[i].kind == STORE_BOOL)
            assert_int_equal(*(const bool *)x, *(const bool *)y);
        else
            assert_int_equal(*(const int64_t *)x, *(const int64_t *)y);
    }
    OK(store_tenant_by_alias(&w.s, STR("TEXT-23"), &back, &w.err));
}

static void
ids_are_made_and_unique(void **state)
{
    (void)state;
    struct tenant t, again;
    tenant_init(&t);
    t.name = STR("Acme");
    OK(store_tenant_create(&w.s, &t, NULL, &w.err));
    assert_true(t.tenant_id.n == 36 && t.id.n == 36 && !str_eq(t.id, t.tenant_id));
    assert_str(t.metadata, "{}");
    assert_true(get(t.tenant_id.p).number_of_employees == STORE_NO_INT);
    tenant_init(&again);
    again.name = STR("Acme");
    again.tenant_id = t.tenant_id;
    assert_int_equal(store_tenant_create(&w.s, &again, NULL, &w.err), ERR_CONFLICT);
    assert_string_equal(w.err.msg, "Tenant already exists");
    OK(store_tenant_create(&w.other, &again, NULL, &w.err));
    struct tenant none;
    assert_int_equal(store_tenant_get(&w.s, STR("zz"), &none, &w.err), ERR_NOT_FOUND);
}

static void
aliases_are_unique_while_alive(void **state)
{
    (void)state;
    world_tenant(&w, "a");
    world_tenant(&w, "b");
    struct tenant t = get("a");
    t.alias = STR("Acme");
    OK(store_tenant_update(&w.s, &t, TENANT_F(alias), &w.err));
    t = get("b");
    t.alias = STR("acme");
    OK(db_savepoint(w.conn, &w.err));
    assert_int_equal(store_tenant_update(&w.s, &t, TENANT_F(alias), &w.err), ERR_CONFLICT);
    db_undo(w.conn);
    OK(store_tenant_delete(&w.s, STR("a"), &w.err));
    OK(store_tenant_update(&w.s, &t, TENANT_F(alias), &w.err));
}

static void
lists_sort_filter_and_page(void **state)
{
    (void)state;
    const char *ids[] = {"c", "a", "b"};
    for (int i = 0; i < 3; i++) {
        struct tenant t;
        tenant_init(&t);
        t.tenant_id = str_of(ids[i]);
        t.name = arena_printf(&w.t.arena, "%s 50%% of %d", i == 0 ? "ZED" : "alpha", i);
        t.created_at = 1000 - i;
        OK(store_tenant_create(&w.s, &t, NULL, &w.err));
    }
    struct tenant_query q = {.page = {.limit = 2, .sort = STR("tenantId")}};
    struct tenant_list list;
    OK(store_tenant_list(&w.s, &q, &list, &w.err));
    assert_true(list.n == 2 && list.total == 3);
    assert_str(list.items[0].tenant_id, "a");
    q.page.offset = 2;
    OK(store_tenant_list(&w.s, &q, &list, &w.err));
    assert_true(list.n == 1 && list.total == 3);
    q.page = (struct store_page){.sort = STR("name"), .descending = true};
    OK(store_tenant_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 3);
    assert_str(list.items[0].tenant_id, "c");
    q.filter = STR("ALPHA");
    OK(store_tenant_list(&w.s, &q, &list, &w.err));
    assert_true(list.n == 2 && list.total == 2);
    q.filter = STR("0% of 2");
    OK(store_tenant_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 1);
    struct str some[] = {STR("b"), STR("zz")};
    q = (struct tenant_query){.tenant_ids = some, .n_tenant_ids = 2};
    OK(store_tenant_list(&w.s, &q, &list, &w.err));
    assert_int_equal(list.n, 1);
    OK(store_tenant_list(&w.other, &(struct tenant_query){0}, &list, &w.err));
    assert_int_equal(list.n, 0);
}

static void
metadata_merges_by_key(void **state)
{
    (void)state;
    world_tenant(&w, "a");
    struct json *more = json_parse(STR("{\"x\":{\"y\":1},\"n\":null}"), 100, NULL);
    OK(store_tenant_merge_metadata(&w.s, STR("a"), more, &w.err));
    json_free(more);
    more = json_parse(STR("{\"x\":2,\"z\":[1]}"), 100, NULL);
    OK(store_tenant_merge_metadata(&w.s, STR("a"), more, &w.err));
    json_free(more);
    assert_str(get("a").metadata, "{\"x\":2,\"n\":null,\"z\":[1]}");
    OK(store_tenant_delete_metadata(&w.s, STR("a"), STR("x"), &w.err));
    OK(store_tenant_delete_metadata(&w.s, STR("a"), STR("not there"), &w.err));
    assert_str(get("a").metadata, "{\"n\":null,\"z\":[1]}");
    assert_int_equal(store_tenant_delete_metadata(&w.s, STR("zz"), STR("x"), &w.err),
                     ERR_NOT_FOUND);
    struct tenant t = get("a");
    t.metadata = STR("42");
    OK(store_tenant_update(&w.s, &t, TENANT_F(metadata), &w.err));
    OK(store_tenant_delete_metadata(&w.s, STR("a"), STR("x"), &w.err));
    assert_str(get("a").metadata, "{}");
}

static void
removed_tenants_lose_members_and_may_return(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b");
    struct str id = world_member(&w, &a, "1@x.io");
    OK(store_membership_add(&b, id, 0, 0, &w.err));
    struct str only = world_member(&w, &a, "2@x.io"), role = world_role(&w, "r");
    OK(store_user_roles(&a, id, ROLES_ADD, &role, 1, &w.err));
    OK(store_config_put(&a, STR("policy"), STR("{}"), &w.err));
    OK(store_tenant_delete(&w.s, STR("a"), &w.err));
    assert_int_equal(store_tenant_delete(&w.s, STR("a"), &w.err), ERR_NOT_FOUND);
    struct user u;
    OK(store_user_get(&w.s, USER_BY_ID, id, &u, &w.err));
    assert_str(u.active_tenant_id, "b");
    OK(store_user_get(&w.s, USER_BY_ID, only, &u, &w.err));
    assert_false(str_given(u.active_tenant_id));
    int64_t n;
    OK(store_tenant_count(&w.s, &n, &w.err));
    assert_int_equal(n, 1);
    assert_int_equal(world_in(&w, "a").tenant_seq, -1);
    world_commit(&w);
    struct tenant t;
    tenant_init(&t);
    t.tenant_id = STR("a");
    t.name = STR("Back");
    bool revived;
    OK(store_tenant_create(&w.s, &t, &revived, &w.err));
    assert_true(revived);
    assert_str(get("a").name, "Back");
    a = world_in(&w, "a");
    OK(store_user_count(&a, &n, &w.err));
    assert_int_equal(n, 0);
    OK(store_tenant_count(&w.s, &n, &w.err));
    assert_int_equal(n, 2);
}

static void
the_tree(void **state)
{
    (void)state;
    world_tenant(&w, "root");
    for (int i = 0; i < 3; i++) {
        struct tenant t;
        tenant_init(&t);
        t.tenant_id = t.name = str_of((const char *[]){"mid", "leaf", "side"}[i]);
        t.parent_id = str_of((const char *[]){"root", "mid", "root"}[i]);
        OK(store_tenant_create(&w.s, &t, NULL, &w.err));
    }
    struct tenant_nodes nodes;
    OK(store_tenant_parents(&w.s, STR("leaf"), &nodes, &w.err));
    assert_int_equal(nodes.n, 2);
    assert_str(nodes.items[0].tenant.tenant_id, "mid");
    assert_true(nodes.items[0].level == 1 && nodes.items[1].level == 2);
    OK(store_tenant_subtree(&w.s, STR("root"), 100, &nodes, &w.err));
    assert_int_equal(nodes.n, 4);
    assert_str(nodes.items[0].tenant.tenant_id, "root");
    assert_str(nodes.items[3].tenant.tenant_id, "leaf");
    assert_str(nodes.items[3].tenant.parent_id, "mid");
    OK(store_tenant_subtree(&w.s, STR("root"), 2, &nodes, &w.err));
    assert_int_equal(nodes.n, 2);
    assert_int_equal(store_tenant_set_parent(&w.s, STR("root"), STR("leaf"), &w.err), ERR_INVALID);
    assert_int_equal(store_tenant_set_parent(&w.s, STR("mid"), STR("mid"), &w.err), ERR_INVALID);
    assert_int_equal(store_tenant_set_parent(&w.s, STR("mid"), STR("zz"), &w.err), ERR_NOT_FOUND);
    /* Down the tree a tenant sees, up and sideways it does not. */
    struct scope mid = world_in(&w, "mid");
    struct tenant t;
    OK(store_tenant_get(&mid, STR("leaf"), &t, &w.err));
    assert_int_equal(store_tenant_get(&mid, STR("root"), &t, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_tenant_get(&mid, STR("side"), &t, &w.err), ERR_NOT_FOUND);
    struct tenant_list list;
    OK(store_tenant_list(&mid, &(struct tenant_query){0}, &list, &w.err));
    assert_true(list.n == 2 && list.total == 2);
    OK(store_tenant_delete(&w.s, STR("mid"), &w.err));
    assert_str(get("leaf").parent_id, "root");
    OK(store_tenant_set_parent(&w.s, STR("leaf"), STR_ABSENT, &w.err));
    assert_false(str_given(get("leaf").parent_id));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_column_comes_back),
        CASE(ids_are_made_and_unique),
        CASE(aliases_are_unique_while_alive),
        CASE(lists_sort_filter_and_page),
        CASE(metadata_merges_by_key),
        CASE(removed_tenants_lose_members_and_may_return),
        CASE(the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
