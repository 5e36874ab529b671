/* Users, their places in tenants, and their roles there. */
#include "store/user_rows.h"
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

static struct user
get(const struct scope *s, struct str id)
{
    struct user u;
    OK(store_user_get(s, USER_BY_ID, id, &u, &w.err));
    return u;
}

static int64_t
count(const struct scope *s)
{
    int64_t n;
    OK(store_user_count(s, &n, &w.err));
    return n;
}

static void
every_column_comes_back(void **state)
{
    (void)state;
    struct user u = {0}, back;
    for (size_t i = 0; i < USER_FIELDS; i++) {
        void *member = (char *)&u + user_fields[i].offset;
        if (user_fields[i].kind == STORE_TEXT)
            *(struct str *)member = arena_printf(&w.t.arena, "text-%zu", i);
        else if (user_fields[i].kind == STORE_TIME)
            *(int64_t *)member = 1000 + (int64_t)i;
        else
            *(bool *)member = i % 2 == 0;
    }
    OK(store_user_create(&w.s, &u, &w.err));
    back = get(&w.s, u.id);
    for (size_t i = 0; i < USER_FIELDS; i++) {
        const void *a = (const char *)&u + user_fields[i].offset;
        const void *b = (const char *)&back + user_fields[i].offset;
        if (user_fields[i].kind == STORE_TEXT)
            assert_true(str_eq(*(const struct str *)a, *(const struct str *)b));
        else if (user_fields[i].kind == STORE_TIME)
            assert_int_equal(*(const int64_t *)a, *(const int64_t *)b);
        else
            assert_int_equal(*(const bool *)a, *(const bool *)b);
    }
}

static void
absent_members_have_defaults(void **state)
{
    (void)state;
    struct user u = get(&w.s, world_user(&w, "a@x.io", "Ann"));
    assert_int_equal(u.id.n, 36);
    assert_str(u.provider, "local");
    assert_str(u.managed_by, "frontegg");
    assert_str(u.metadata, "{}");
    assert_int_equal(u.created_at, NOW);
    assert_false(str_given(u.phone_number) || str_given(u.active_tenant_id));
    assert_true(u.last_login == 0);
}

static void
any_identifier_finds_a_user(void **state)
{
    (void)state;
    struct user u = {.email = STR("Ann.Lee@Example.IO"),
                     .username = STR("AnnLee"),
                     .phone_number = STR("+15550100"),
                     .external_id = STR("ext-9")};
    OK(store_user_create(&w.s, &u, &w.err));
    const struct {
        enum user_key by;
        const char *value;
    } ways[] = {{USER_BY_ID, ""},
                {USER_BY_EMAIL, "ann.lee@example.io"},
                {USER_BY_EMAIL, "ANN.LEE@EXAMPLE.IO"},
                {USER_BY_USERNAME, "annlee"},
                {USER_BY_PHONE, "+15550100"},
                {USER_BY_EXTERNAL_ID, "ext-9"}};
    for (size_t i = 0; i < 6; i++) {
        struct user found;
        struct str value = i ? str_of(ways[i].value) : u.id;
        OK(store_user_get(&w.s, ways[i].by, value, &found, &w.err));
        assert_int_equal(found.seq, u.seq);
        assert_int_equal(store_user_get(&w.other, ways[i].by, value, &found, &w.err),
                         ERR_NOT_FOUND);
    }
    struct user none;
    assert_int_equal(store_user_get(&w.s, USER_BY_EMAIL, STR("x' OR 1=1 --"), &none, &w.err),
                     ERR_NOT_FOUND);
    assert_string_equal(w.err.msg, "User not found");
}

static void
addresses_are_unique_within_an_environment(void **state)
{
    (void)state;
    world_user(&w, "a@x.io", "A");
    OK(db_savepoint(w.conn, &w.err));
    struct user u = {.email = STR("A@X.IO")};
    assert_int_equal(store_user_create(&w.s, &u, &w.err), ERR_CONFLICT);
    assert_string_equal(w.err.msg, "User already exists");
    db_undo(w.conn);
    struct user elsewhere = {.email = STR("a@x.io")};
    OK(store_user_create(&w.other, &elsewhere, &w.err));
    struct user without = {.username = STR("one")}, too = {.username = STR("two")};
    OK(store_user_create(&w.s, &without, &w.err));
    OK(store_user_create(&w.s, &too, &w.err));
    OK(db_savepoint(w.conn, &w.err));
    too.email = STR("a@x.io");
    assert_int_equal(store_user_update(&w.s, &too, USER_F(email), &w.err), ERR_CONFLICT);
    db_undo(w.conn);
}

static void
updates_touch_only_what_is_given(void **state)
{
    (void)state;
    struct str id = world_user(&w, "a@x.io", "Ann");
    struct user change = {
        .id = id, .name = STR("Bea"), .email = STR("ignored@x.io"), .is_locked = true};
    OK(store_user_update(&w.s, &change, USER_F(name) | USER_F(is_locked), &w.err));
    struct user u = get(&w.s, id);
    assert_str(u.name, "Bea");
    assert_str(u.email, "a@x.io");
    assert_true(u.is_locked);
    change.name = STR_ABSENT;
    OK(store_user_update(&w.s, &change, USER_F(name), &w.err));
    assert_false(str_given(get(&w.s, id).name));
    change.id = STR("nobody");
    assert_int_equal(store_user_update(&w.s, &change, USER_F(name), &w.err), ERR_NOT_FOUND);
    char long_text[600];
    memset(long_text, 'x', sizeof long_text);
    change = (struct user){.id = id, .external_id = {long_text, sizeof long_text}};
    assert_int_equal(store_user_update(&w.s, &change, USER_F(external_id), &w.err), ERR_INVALID);
}

static void
a_scope_with_a_tenant_sees_its_members_only(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b"), nowhere;
    struct str id = world_member(&w, &a, "a@x.io");
    struct user u;
    OK(store_user_get(&a, USER_BY_ID, id, &u, &w.err));
    assert_int_equal(store_user_get(&b, USER_BY_ID, id, &u, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_user_update(&b, &u, USER_F(name), &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_user_delete(&b, id, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_user_delete(&w.other, id, &w.err), ERR_NOT_FOUND);
    /* An unknown tenant sees nobody; least of all the whole environment. */
    OK(scope_tenant(&w.s, STR("nowhere"), &nowhere, &w.err));
    assert_int_equal(store_user_get(&nowhere, USER_BY_ID, id, &u, &w.err), ERR_NOT_FOUND);
    assert_int_equal(count(&nowhere), 0);
    struct user_list list;
    OK(store_user_list(&nowhere, &(struct user_query){.page.limit = 10}, &list, &w.err));
    assert_int_equal(list.n, 0);
}

static void
joining_and_leaving_tenants(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b"), nowhere;
    struct str id = world_user(&w, "a@x.io", "Ann");
    OK(store_membership_add(&a, id, MEMBER_INVITED, 0, &w.err));
    OK(store_membership_add(&b, id, MEMBER_ACTIVATED, 5000, &w.err));
    OK(db_savepoint(w.conn, &w.err));
    assert_int_equal(store_membership_add(&b, id, 0, 0, &w.err), ERR_CONFLICT);
    db_undo(w.conn);
    assert_int_equal(store_membership_add(&a, STR("nobody"), 0, 0, &w.err), ERR_NOT_FOUND);
    OK(scope_tenant(&w.s, STR("nowhere"), &nowhere, &w.err));
    assert_int_equal(store_membership_add(&nowhere, id, 0, 0, &w.err), ERR_NOT_FOUND);
    assert_str(get(&w.s, id).active_tenant_id, "a");
    struct membership m;
    OK(store_membership_get(&b, id, &m, &w.err));
    assert_str(m.tenant_id, "b");
    assert_true(m.activated_at == NOW && m.expires_at == 5000 && m.invited_at == 0);
    m.is_disabled = true;
    m.expires_at = 0;
    OK(store_membership_update(&b, id, &m, MEMBERSHIP_DISABLED | MEMBERSHIP_EXPIRES_AT, &w.err));
    OK(store_membership_get(&b, id, &m, &w.err));
    assert_true(m.is_disabled && m.expires_at == 0 && m.activated_at == NOW);
    int64_t enabled;
    OK(store_user_count_enabled(&b, &enabled, &w.err));
    assert_int_equal(enabled, 0);
    assert_true(count(&a) == 1 && count(&b) == 1 && count(&w.s) == 1);
    OK(store_membership_remove(&a, id, &w.err));
    assert_int_equal(store_membership_remove(&a, id, &w.err), ERR_NOT_FOUND);
    assert_str(get(&w.s, id).active_tenant_id, "b");
    OK(store_membership_remove(&b, id, &w.err));
    assert_false(str_given(get(&w.s, id).active_tenant_id));
    assert_true(count(&a) == 0 && count(&b) == 0 && count(&w.s) == 1);
    OK(store_user_delete(&w.s, id, &w.err));
    assert_int_equal(count(&w.s), 0);
}

static void
statuses(void **state)
{
    (void)state;
    struct user u = {0};
    struct membership m = {0};
    assert_string_equal(user_status_name(user_status_of(&u, &m)), "NotActivated");
    u.verified = true;
    m.invited_at = 1;
    assert_string_equal(user_status_name(user_status_of(&u, &m)), "PendingInvitation");
    m.activated_at = 1;
    assert_string_equal(user_status_name(user_status_of(&u, &m)), "PendingLogin");
    u.last_login = 1;
    assert_string_equal(user_status_name(user_status_of(&u, &m)), "Activated");
}

static void
default_roles_come_with_membership(void **state)
{
    (void)state;
    struct role member = {.key = STR("member"), .name = STR("Member"), .is_default = true};
    struct role owner = {.key = STR("owner"), .name = STR("Owner"), .first_user_role = true};
    OK(store_role_create(&w.s, &member, &w.err));
    OK(store_role_create(&w.s, &owner, &w.err));
    struct scope a = world_tenant(&w, "a");
    struct user users[3] = {get(&w.s, world_member(&w, &a, "1@x.io")),
                            get(&w.s, world_member(&w, &a, "2@x.io"))};
    struct str third = world_user(&w, "3@x.io", "3");
    OK(store_membership_add(&a, third, MEMBER_NO_ROLES, 0, &w.err));
    users[2] = get(&w.s, third);
    OK(store_users_load(&w.s, users, 3, LOAD_TENANTS | LOAD_ROLES, true, &w.err));
    assert_int_equal(users[0].tenants[0].n_roles, 2);
    assert_int_equal(users[1].tenants[0].n_roles, 1);
    assert_str(users[1].tenants[0].roles[0]->key, "member");
    assert_int_equal(users[2].tenants[0].n_roles, 0);
}

static void
roles_are_added_set_and_removed(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b");
    struct str id = world_member(&w, &a, "1@x.io");
    OK(store_membership_add(&b, id, 0, 0, &w.err));
    struct role local = {.key = STR("local"), .name = STR("Local"), .tenant_id = STR("b")};
    OK(store_role_create(&w.s, &local, &w.err));
    struct str roles[] = {world_role(&w, "r1"), world_role(&w, "r2"), world_role(&w, "r3")};
    OK(store_user_roles(&a, id, ROLES_ADD, roles, 2, &w.err));
    OK(store_user_roles(&a, id, ROLES_ADD, roles, 3, &w.err));
    OK(store_user_roles(&b, id, ROLES_ADD, &local.id, 1, &w.err));
    assert_int_equal(store_user_roles(&a, id, ROLES_ADD, &local.id, 1, &w.err), ERR_NOT_FOUND);
    struct str unknown = STR("no-such-role");
    assert_int_equal(store_user_roles(&a, id, ROLES_SET, &unknown, 1, &w.err), ERR_NOT_FOUND);
    assert_string_equal(w.err.msg, "Role not found");
    OK(store_user_roles(&a, id, ROLES_REMOVE, roles, 1, &w.err));
    struct user u = get(&w.s, id);
    OK(store_users_load(&w.s, &u, 1, LOAD_TENANTS | LOAD_ROLES, true, &w.err));
    assert_int_equal(u.n_tenants, 2);
    assert_int_equal(u.tenants[0].n_roles, 2);
    assert_str(u.tenants[0].roles[0]->key, "r2");
    assert_int_equal(u.tenants[1].n_roles, 1);
    OK(store_users_load(&b, &u, 1, LOAD_TENANTS | LOAD_ROLES, false, &w.err));
    assert_int_equal(u.n_tenants, 1);
    assert_str(u.tenants[0].tenant_id, "b");
    OK(store_user_roles(&a, id, ROLES_SET, roles, 1, &w.err));
    OK(store_users_load(&a, &u, 1, LOAD_TENANTS | LOAD_ROLES, false, &w.err));
    assert_int_equal(u.tenants[0].n_roles, 1);
    assert_str(u.tenants[0].roles[0]->key, "r1");
}

static void
permissions_come_with_roles(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a");
    struct str id = world_member(&w, &a, "1@x.io"), role = world_role(&w, "r");
    struct str permissions[] = {world_permission(&w, "p.1"), world_permission(&w, "p.2")};
    OK(store_role_set_permissions(&w.s, role, permissions, 2, &w.err));
    OK(store_user_roles(&a, id, ROLES_ADD, &role, 1, &w.err));
    struct user u = get(&a, id);
    OK(store_users_load(&a, &u, 1, LOAD_TENANTS | LOAD_ROLES | LOAD_PERMISSIONS, true, &w.err));
    assert_int_equal(u.tenants[0].roles[0]->n_permission_ids, 2);
    assert_true(str_eq(u.tenants[0].roles[0]->permission_ids[1], permissions[1]));
}

static void
a_whole_tenant_migrates(void **state)
{
    (void)state;
    struct scope a = world_tenant(&w, "a"), b = world_tenant(&w, "b");
    struct str one = world_member(&w, &a, "1@x.io"), two = world_member(&w, &a, "2@x.io");
    OK(store_membership_add(&b, two, 0, 0, &w.err));
    struct str role = world_role(&w, "r");
    OK(store_user_roles(&a, one, ROLES_ADD, &role, 1, &w.err));
    int64_t moved;
    OK(store_membership_migrate(&a, STR("b"), &moved, &w.err));
    assert_int_equal(moved, 2);
    assert_true(count(&a) == 0 && count(&b) == 2 && count(&w.s) == 2);
    struct user u = get(&b, one);
    assert_str(u.active_tenant_id, "b");
    OK(store_users_load(&b, &u, 1, LOAD_TENANTS | LOAD_ROLES, true, &w.err));
    assert_int_equal(u.n_tenants, 1);
    assert_int_equal(u.tenants[0].n_roles, 1);
    assert_int_equal(store_membership_migrate(&a, STR("a"), NULL, &w.err), ERR_INVALID);
    assert_int_equal(store_membership_migrate(&a, STR("zz"), NULL, &w.err), ERR_NOT_FOUND);
}

static void
signing_in_is_recorded(void **state)
{
    (void)state;
    struct str id = world_user(&w, "a@x.io", "A");
    OK(store_user_signed_in(&w.s, id, &w.err));
    assert_int_equal(get(&w.s, id).last_login, NOW);
    assert_int_equal(store_user_signed_in(&w.other, id, &w.err), ERR_NOT_FOUND);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_column_comes_back),
        CASE(absent_members_have_defaults),
        CASE(any_identifier_finds_a_user),
        CASE(addresses_are_unique_within_an_environment),
        CASE(updates_touch_only_what_is_given),
        CASE(a_scope_with_a_tenant_sees_its_members_only),
        CASE(joining_and_leaving_tenants),
        CASE(statuses),
        CASE(default_roles_come_with_membership),
        CASE(roles_are_added_set_and_removed),
        CASE(permissions_come_with_roles),
        CASE(a_whole_tenant_migrates),
        CASE(signing_in_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
