/* Groups: names, members, and the roles that come by them. */
#include "store/groups.h"

#include "store/sessions.h"
#include "tests/support/world.h"

static struct world w;
static struct scope a, b;

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    a = world_tenant(&w, "a");
    b = world_tenant(&w, "b");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static struct group
create(const struct scope *s, const char *name)
{
    struct group g = {.name = str_of(name)};
    OK(store_group_create(s, &g, &w.err));
    return g;
}

static void
link_ids(const struct scope *s, const struct group *g, unsigned what, bool add, struct str id)
{
    int64_t seq = 0;
    OK(store_group_resolve(s, what, &id, 1, &seq, &w.err));
    assert_true(seq > 0);
    OK(store_group_link(s, g, what, add, &seq, 1, &w.err));
}

static struct rights
rights_of(const struct scope *s, struct str user)
{
    struct user u;
    struct rights r;
    OK(store_user_get(s, USER_BY_ID, user, &u, &w.err));
    OK(store_rights_get(w.conn, w.s.arena, u.seq, s->tenant_seq, &r, &w.err));
    return r;
}

static struct group
get(const struct scope *s, struct str id)
{
    struct group g;
    OK(store_group_get(s, id, &g, &w.err));
    return g;
}

static void
groups_come_back(void **state)
{
    (void)state;
    struct group g = {.name = STR("Ops"), .color = STR("#fff"), .metadata = STR("{\"a\":1}")}, back;
    OK(store_group_create(&a, &g, &w.err));
    back = get(&a, g.id);
    assert_str(back.name, "Ops");
    assert_str(back.color, "#fff");
    assert_str(back.metadata, "{\"a\":1}");
    assert_str(back.managed_by, "frontegg");
    assert_int_equal(back.created_at, NOW);
    assert_false(str_given(back.description));
    back.name = STR("Operations");
    back.color = STR("red");
    OK(store_group_update(&a, &back, GROUP_F(name), &w.err));
    assert_str(get(&a, g.id).name, "Operations");
    assert_str(get(&a, g.id).color, "#fff");
}

static void
groups_go(void **state)
{
    (void)state;
    struct group g = create(&a, "Ops"), back;
    OK(store_group_delete(&a, g.id, &w.err));
    assert_int_equal(store_group_get(&a, g.id, &back, &w.err), ERR_NOT_FOUND);
}

static void
groups_of_others_are_not_there(void **state)
{
    (void)state;
    struct group g = create(&a, "Ops"), back;
    assert_int_equal(store_group_get(&b, g.id, &back, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_group_update(&b, &g, GROUP_F(name), &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_group_delete(&b, g.id, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_group_delete(&w.s, g.id, &w.err), ERR_NOT_FOUND);
}

static void
names_are_of_a_tenant(void **state)
{
    (void)state;
    struct scope nowhere = world_in(&w, "nowhere");
    (void)create(&a, "Ops");
    (void)create(&b, "Ops");
    struct group g = {.name = STR("Of nobody")};
    assert_int_equal(store_group_create(&w.s, &g, &w.err), ERR_NOT_FOUND);
    assert_int_equal(store_group_create(&nowhere, &g, &w.err), ERR_NOT_FOUND);
    OK(db_savepoint(w.conn, &w.err));
    g = (struct group){.name = STR("OPS")};
    assert_int_equal(store_group_create(&a, &g, &w.err), ERR_CONFLICT);
    db_undo(w.conn);
}

static struct group_list
list_of(const struct scope *s, const struct group_query *q)
{
    struct group_list list;
    OK(store_group_list(s, q, &list, &w.err));
    return list;
}

static void
lists_are_sorted_and_paged(void **state)
{
    (void)state;
    (void)create(&a, "beta");
    struct group alpha = create(&a, "Alpha");
    (void)create(&a, "gamma");
    (void)create(&b, "other");
    struct group_query q = {.page = {.limit = 2}};
    struct group_list list = list_of(&a, &q);
    assert_int_equal(list.total, 3);
    assert_int_equal(list.n, 2);
    assert_str(list.items[0].name, "Alpha");
    assert_str(list.items[1].name, "beta");
    q.page = (struct store_page){.offset = 2, .limit = 2, .sort = STR("name"), .descending = true};
    list = list_of(&a, &q);
    assert_int_equal(list.n, 1);
    assert_str(list.items[0].name, "Alpha");
    struct str ids[] = {alpha.id, STR("nothing")};
    q = (struct group_query){.ids = ids, .n_ids = 2};
    list = list_of(&a, &q);
    assert_int_equal(list.n, 1);
    list = list_of(&b, &q);
    assert_int_equal(list.n, 0);
    q.n_ids = 0;
    list = list_of(&a, &q);
    assert_int_equal(list.n, 0);
}

static void
only_what_the_tenant_sees_goes_in(void **state)
{
    (void)state;
    struct role own = {.key = STR("of-b"), .name = STR("B"), .tenant_id = STR("b")};
    OK(store_role_create(&w.s, &own, &w.err));
    struct str member = world_member(&w, &a, "ann@a.io");
    struct str stranger = world_member(&w, &b, "bob@b.io");
    struct str users[] = {member, stranger, STR("nobody")}, roles[] = {world_role(&w, "r"), own.id};
    int64_t seqs[3];
    OK(store_group_resolve(&a, GROUP_USERS, users, 3, seqs, &w.err));
    assert_true(seqs[0] > 0 && seqs[1] == 0 && seqs[2] == 0);
    OK(store_group_resolve(&a, GROUP_ROLES, roles, 2, seqs, &w.err));
    assert_true(seqs[0] > 0 && seqs[1] == 0);
}

static void
roles_of_a_group_are_its_members(void **state)
{
    (void)state;
    struct group g = create(&a, "Ops");
    struct str ann = world_member(&w, &a, "ann@a.io"), role = world_role(&w, "admin");
    struct str permission = world_permission(&w, "p.read");
    OK(store_role_set_permissions(&w.s, role, &permission, 1, &w.err));
    assert_int_equal(rights_of(&a, ann).n_roles, 0);
    link_ids(&a, &g, GROUP_USERS, true, ann);
    link_ids(&a, &g, GROUP_ROLES, true, role);
    struct rights r = rights_of(&a, ann);
    assert_int_equal(r.n_roles, 1);
    assert_str(r.roles[0], "admin");
    assert_str(r.permissions[0], "p.read");
    /* Held twice it counts once. */
    OK(store_user_roles(&a, ann, ROLES_ADD, &role, 1, &w.err));
    assert_int_equal(rights_of(&a, ann).n_roles, 1);
    OK(store_user_roles(&a, ann, ROLES_REMOVE, &role, 1, &w.err));
    link_ids(&a, &g, GROUP_USERS, false, ann);
    assert_int_equal(rights_of(&a, ann).n_roles, 0);
}

static void
roles_of_groups_can_be_switched_off(void **state)
{
    (void)state;
    struct group g = create(&a, "Ops");
    struct str ann = world_member(&w, &a, "ann@a.io"), role = world_role(&w, "admin");
    link_ids(&a, &g, GROUP_USERS, true, ann);
    link_ids(&a, &g, GROUP_ROLES, true, role);
    struct group_switches off = {.enabled = true, .roles_enabled = false}, now;
    OK(store_group_switches_set(&a, &off, &w.err));
    assert_int_equal(rights_of(&a, ann).n_roles, 0);
    OK(store_group_switches_get(&a, &now, &w.err));
    assert_true(now.enabled && !now.roles_enabled);
    OK(store_group_switches_get(&w.other, &now, &w.err));
    assert_true(now.enabled && now.roles_enabled);
    OK(store_group_switches_set(&a, &now, &w.err));
    assert_int_equal(rights_of(&a, ann).n_roles, 1);
}

static struct user
loaded(struct str id)
{
    struct user u;
    OK(store_user_get(&w.s, USER_BY_ID, id, &u, &w.err));
    OK(store_users_load(&w.s, &u, 1, LOAD_TENANTS | LOAD_ROLES, true, &w.err));
    OK(store_users_load_groups(&w.s, &u, 1, &w.err));
    return u;
}

static void
users_know_their_groups(void **state)
{
    (void)state;
    struct group one = create(&a, "one"), two = create(&a, "two"), other = create(&b, "other");
    struct str ann = world_member(&w, &a, "ann@a.io");
    OK(store_membership_add(&b, ann, MEMBER_ACTIVATED, 0, &w.err));
    struct str r1 = world_role(&w, "r1"), r2 = world_role(&w, "r2");
    link_ids(&a, &one, GROUP_USERS, true, ann);
    link_ids(&a, &two, GROUP_USERS, true, ann);
    link_ids(&b, &other, GROUP_USERS, true, ann);
    link_ids(&a, &one, GROUP_ROLES, true, r1);
    link_ids(&a, &one, GROUP_ROLES, true, r2);
    struct user u = loaded(ann);
    assert_int_equal(u.n_tenants, 2);
    const struct membership *in_a = &u.tenants[str_eq(u.tenants[0].tenant_id, STR("b"))];
    assert_int_equal(in_a->n_groups, 2);
    assert_true(str_eq(in_a->groups[0].id, one.id));
    assert_int_equal(in_a->groups[0].n_roles, 2);
    assert_str(in_a->groups[0].roles[1]->key, "r2");
    assert_int_equal(in_a->groups[1].n_roles, 0);
    struct group g[] = {one, two};
    OK(store_groups_load(&a, g, 2, GROUP_ROLES | GROUP_USERS, &w.err));
    assert_int_equal(g[0].n_roles, 2);
    assert_int_equal(g[1].n_users, 1);
    assert_str(g[1].users[0].email, "ann@a.io");
    /* Who leaves the tenant leaves its groups. */
    OK(store_membership_remove(&a, ann, &w.err));
    u = loaded(ann);
    assert_int_equal(u.n_tenants, 1);
    assert_int_equal(u.tenants[0].n_groups, 1);
    OK(store_groups_load(&a, g, 2, GROUP_USERS, &w.err));
}

static void
a_role_that_moves_leaves_groups_of_others(void **state)
{
    (void)state;
    struct group in_a = create(&a, "g"), in_b = create(&b, "g");
    struct str role = world_role(&w, "r");
    link_ids(&a, &in_a, GROUP_ROLES, true, role);
    link_ids(&b, &in_b, GROUP_ROLES, true, role);
    OK(store_role_set_tenant(&w.s, role, STR("b"), &w.err));
    OK(store_groups_load(&a, &in_a, 1, GROUP_ROLES, &w.err));
    OK(store_groups_load(&b, &in_b, 1, GROUP_ROLES, &w.err));
    assert_int_equal(in_a.n_roles, 0);
    assert_int_equal(in_b.n_roles, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_go, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_of_others_are_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_of_a_tenant, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_are_sorted_and_paged, setup, teardown),
        cmocka_unit_test_setup_teardown(only_what_the_tenant_sees_goes_in, setup, teardown),
        cmocka_unit_test_setup_teardown(roles_of_a_group_are_its_members, setup, teardown),
        cmocka_unit_test_setup_teardown(roles_of_groups_can_be_switched_off, setup, teardown),
        cmocka_unit_test_setup_teardown(users_know_their_groups, setup, teardown),
        cmocka_unit_test_setup_teardown(a_role_that_moves_leaves_groups_of_others, setup, teardown),
    };
    return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
