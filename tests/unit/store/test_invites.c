/* Links that bring people into a tenant. */
#include "base/mem.h"
#include "store/invites.h"
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

static struct invite
an_invite(const char *hash, struct str user)
{
    return (struct invite){
        .token_hash = str_of(hash), .user_id = user, .expires_at = w.s.now + 1000};
}

static void
what_was_added_is_found_by_its_hash(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme");
    struct str ada = world_member(&w, &acme, "ada@acme.example");
    struct str roles[] = {world_role(&w, "r1"), world_role(&w, "r2")};
    struct invite in = an_invite("h1", ada), found;
    in.role_ids = roles;
    in.n_role_ids = COUNT_OF(roles);
    in.roles_given = in.should_send_email = true;
    OK(store_invite_add(&acme, &in, &w.err));
    OK(store_invite_by_token(&w.s, STR("h1"), &found, &w.err));
    assert_str(found.tenant_id, "acme");
    assert_true(found.tenant_name.n > 0);
    assert_true(str_eq(found.id, in.id) && str_eq(found.user_id, ada));
    assert_true(found.roles_given && found.should_send_email);
    assert_int_equal(found.n_role_ids, 2);
    assert_true(str_eq(found.role_ids[1], roles[1]));
    assert_int_equal(found.created_at, w.s.now);
    OK(store_invite_of_user(&acme, ada, &found, &w.err));
    assert_true(str_eq(found.id, in.id));
    assert_int_equal(store_invite_by_token(&w.s, STR("h2"), &found, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_invite_by_token(&w.other, STR("h1"), &found, &w.err), ERR_NOT_FOUND);
}

static void
a_person_has_one_link_per_tenant(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme"), beta = world_tenant(&w, "beta");
    struct str ada = world_member(&w, &acme, "ada@acme.example");
    OK(store_membership_add(&beta, ada, 0, 0, &w.err));
    struct invite first = an_invite("h1", ada), second = an_invite("h2", ada),
                  there = an_invite("h3", ada), found;
    OK(store_invite_add(&acme, &first, &w.err));
    OK(store_invite_add(&beta, &there, &w.err));
    OK(store_invite_add(&acme, &second, &w.err));
    assert_int_equal(store_invite_by_token(&w.s, STR("h1"), &found, &w.err), ERR_NOT_FOUND);
    OK(store_invite_by_token(&w.s, STR("h2"), &found, &w.err));
    OK(store_invite_by_token(&w.s, STR("h3"), &found, &w.err));
    assert_str(found.tenant_id, "beta");
}

static void
unknown_people_roles_and_tenants_are_refused(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme"), beta = world_tenant(&w, "beta"), nowhere;
    struct str stranger = world_member(&w, &beta, "bob@beta.example"), role = STR("nobody");
    struct invite of_stranger = an_invite("h1", stranger), of_none = an_invite("h2", STR_ABSENT);
    assert_int_equal(store_invite_add(&acme, &of_stranger, &w.err), ERR_NOT_FOUND);
    OK(scope_tenant(&w.s, STR("nowhere"), &nowhere, &w.err));
    assert_int_equal(store_invite_add(&nowhere, &of_none, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_invite_add(&w.s, &of_none, &w.err), ERR_NOT_FOUND);
    of_none.role_ids = &role;
    of_none.n_role_ids = 1;
    assert_int_equal(store_invite_add(&acme, &of_none, &w.err), ERR_NOT_FOUND);
    struct invite_list list;
    OK(store_invite_list(&w.s, &list, &w.err));
    assert_int_equal(list.n, 0);
}

static void
time_ends_it(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme");
    struct str ada = world_member(&w, &acme, "ada@acme.example");
    struct invite in = an_invite("h1", ada), found;
    OK(store_invite_add(&acme, &in, &w.err));
    struct scope later = acme;
    later.now = in.expires_at;
    assert_int_equal(store_invite_by_token(&later, STR("h1"), &found, &w.err), ERR_GONE);
    assert_int_equal(store_invite_of_user(&later, ada, &found, &w.err), ERR_NOT_FOUND);
    struct invite_list list;
    OK(store_invite_list(&later, &list, &w.err));
    assert_int_equal(list.n, 0);
    in.expires_at += 5000;
    in.should_send_email = true;
    OK(store_invite_update(&acme, &in, &w.err));
    OK(store_invite_by_token(&later, STR("h1"), &found, &w.err));
    assert_true(found.should_send_email);
}

static void
lists_one_tenant_or_all(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme"), beta = world_tenant(&w, "beta");
    struct str role = world_role(&w, "r1"), other = world_role(&w, "r2");
    struct invite one = an_invite("h1", STR_ABSENT), two = an_invite("h2", STR_ABSENT),
                  three = an_invite("h3", STR_ABSENT);
    one.role_ids = &role;
    three.role_ids = &other;
    one.n_role_ids = three.n_role_ids = 1;
    OK(store_invite_add(&acme, &one, &w.err));
    OK(store_invite_add(&beta, &two, &w.err));
    OK(store_invite_add(&acme, &three, &w.err));
    struct invite_list list;
    OK(store_invite_list(&acme, &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_true(str_eq(list.items[0].role_ids[0], role));
    assert_true(str_eq(list.items[1].role_ids[0], other));
    OK(store_invite_list(&w.s, &list, &w.err));
    assert_int_equal(list.n, 3);
    assert_int_equal(list.items[1].n_role_ids, 0);
    assert_true(str_eq(list.items[2].role_ids[0], other));
    assert_false(str_given(list.items[0].user_id));
    /* Of another tenant: not there. */
    assert_int_equal(store_invite_delete(&beta, one.id, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_invite_update(&beta, &one, &w.err), ERR_NOT_FOUND);
    OK(store_invite_delete(&acme, one.id, &w.err));
    assert_int_equal(store_invite_delete(&acme, one.id, &w.err), ERR_NOT_FOUND);
    OK(store_invite_delete(&w.s, two.id, &w.err));
}

static void
ends_with_its_owner_and_its_tenant(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme"), beta = world_tenant(&w, "beta");
    struct str ada = world_member(&w, &acme, "ada@acme.example");
    struct invite in = an_invite("h1", ada), there = an_invite("h2", STR_ABSENT), found;
    OK(store_invite_add(&acme, &in, &w.err));
    OK(store_invite_add(&beta, &there, &w.err));
    struct membership m = {.is_disabled = true};
    OK(store_membership_update(&acme, ada, &m, MEMBERSHIP_DISABLED, &w.err));
    assert_int_equal(store_invite_by_token(&w.s, STR("h1"), &found, &w.err), ERR_NOT_FOUND);
    m.is_disabled = false;
    OK(store_membership_update(&acme, ada, &m, MEMBERSHIP_DISABLED, &w.err));
    OK(store_invite_by_token(&w.s, STR("h1"), &found, &w.err));
    OK(store_membership_remove(&acme, ada, &w.err));
    assert_int_equal(store_invite_by_token(&w.s, STR("h1"), &found, &w.err), ERR_NOT_FOUND);
    OK(store_tenant_delete(&w.s, STR("beta"), &w.err));
    assert_int_equal(store_invite_by_token(&w.s, STR("h2"), &found, &w.err), ERR_NOT_FOUND);
    world_tenant(&w, "beta"); /* comes back, without it */
    assert_int_equal(store_invite_by_token(&w.s, STR("h2"), &found, &w.err), ERR_NOT_FOUND);
    OK(store_user_delete(&w.s, ada, &w.err));
}

static void
a_removed_role_leaves_no_default_behind(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme");
    struct str role = world_role(&w, "r1");
    struct invite in = an_invite("h1", STR_ABSENT), found;
    in.role_ids = &role;
    in.n_role_ids = 1;
    in.roles_given = true;
    OK(store_invite_add(&acme, &in, &w.err));
    OK(store_role_delete(&w.s, role, &w.err));
    OK(store_invite_by_token(&w.s, STR("h1"), &found, &w.err));
    assert_int_equal(found.n_role_ids, 0);
    assert_true(found.roles_given);
}

static void
there_is_a_limit(void **state)
{
    (void)state;
    struct scope acme = world_tenant(&w, "acme"), later;
    char hash[20];
    for (int i = 0; i < INVITES_MAX; i++) {
        snprintf(hash, sizeof hash, "h%d", i);
        struct invite in = an_invite(hash, STR_ABSENT);
        OK(store_invite_add(&acme, &in, &w.err));
    }
    struct invite more = an_invite("more", STR_ABSENT);
    assert_int_equal(store_invite_add(&acme, &more, &w.err), ERR_LIMIT);
    later = acme;
    later.now += 1000;
    more.expires_at = later.now + 1;
    OK(store_invite_add(&later, &more, &w.err)); /* the others have expired */
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_was_added_is_found_by_its_hash),
        TEST(a_person_has_one_link_per_tenant),
        TEST(unknown_people_roles_and_tenants_are_refused),
        TEST(time_ends_it),
        TEST(lists_one_tenant_or_all),
        TEST(ends_with_its_owner_and_its_tenant),
        TEST(a_removed_role_leaves_no_default_behind),
        TEST(there_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
