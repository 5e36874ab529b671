/* Lists of users: order, pages, filters, search, totals, sub-tenants. */
#include "store/rows.h"
#include "tests/support/world.h"

static struct world w;
static struct scope a, b;

static const struct {
    const char *email, *name, *phone, *username;
    bool verified, locked;
    int64_t created_at;
} people[] = {
    {"ann@alpha.io", "Ann Lee", "+15550001", "ann", true, false, 100},
    {"bob@alpha.io", "bob Stone", "+15550002", "bob", false, false, 300},
    {"cleo@beta.io", "\xc3\x85sa \xc3\x96sterberg", NULL, NULL, true, true, 200},
    {"dan@beta.io", "Dan 100% _sure_", NULL, NULL, false, false, 200},
    {"eve@alpha.io", NULL, NULL, "eve.x", true, false, 500},
};
enum { PEOPLE = sizeof people / sizeof people[0] };

static int
setup(void **state)
{
    (void)state;
    world_open(&w);
    a = world_tenant(&w, "a");
    b = world_tenant(&w, "b");
    for (int i = 0; i < PEOPLE; i++) {
        struct user u = {
            .id = arena_printf(&w.t.arena, "id-%d", i),
            .email = str_of(people[i].email),
            .name = str_of(people[i].name),
            .phone_number = str_of(people[i].phone),
            .username = str_of(people[i].username),
            .external_id = arena_printf(&w.t.arena, "ext-%d", i),
            .metadata = i == 1 ? STR("{\"plan\":\"gold\"}") : STR_ABSENT,
            .verified = people[i].verified,
            .is_locked = people[i].locked,
            .mfa_enrolled = i == 0,
            .created_at = people[i].created_at,
            .last_login = i == 0 ? 1000 : 0,
        };
        OK(store_user_create(&w.s, &u, &w.err));
        OK(store_membership_add(i < 3 ? &a : &b, u.id, MEMBER_ACTIVATED, 0, &w.err));
    }
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* The numbers of the people listed, e.g. "021", and checks the total. */
static void
expect(const struct scope *s, struct user_query q, const char *order, int64_t total)
{
    struct user_list list;
    if (!q.page.limit)
        q.page.limit = 50;
    OK(store_user_list(s, &q, &list, &w.err));
    char got[32] = "";
    for (size_t i = 0; i < list.n && i < 30; i++)
        got[i] = list.items[i].id.p[3];
    assert_string_equal(got, order);
    if (!q.page.no_total)
        assert_int_equal(list.total, total);
}

static struct user_query
sorted(const char *sort, bool descending)
{
    return (struct user_query){.page = {.sort = str_of(sort), .descending = descending}};
}

static void
every_order_both_ways(void **state)
{
    (void)state;
    expect(&w.s, sorted(NULL, false), "02314", 5);
    expect(&w.s, sorted("createdAt", true), "41320", 5);
    expect(&w.s, sorted("name", false), "40132", 5);
    expect(&w.s, sorted("name", true), "23104", 5);
    expect(&w.s, sorted("email", false), "01234", 5);
    expect(&w.s, sorted("id", true), "43210", 5);
    expect(&w.s, sorted("verified", false), "13024", 5);
    expect(&w.s, sorted("isLocked", true), "24310", 5);
    expect(&w.s, sorted("provider", false), "01234", 5);
    expect(&w.s, sorted("tenantId", true), "43210", 5);
    expect(&a, sorted("name", false), "012", 3);
    expect(&a, sorted("createdAt", true), "120", 3);
    expect(&w.other, sorted("name", false), "", 0);
}

static void
pages_tile_the_list(void **state)
{
    (void)state;
    struct user_query q = sorted("email", false);
    q.page.limit = 2;
    expect(&w.s, q, "01", 5);
    q.page.offset = 2;
    expect(&w.s, q, "23", 5);
    q.page.offset = 4;
    expect(&w.s, q, "4", 5);
    q.page.offset = 6;
    expect(&w.s, q, "", 5);
    q.page.offset = 1000000;
    expect(&w.s, q, "", 5);
}

static void
lists_follow_changes(void **state)
{
    (void)state;
    struct user u = {.id = STR("id-0"), .name = STR("Zoe"), .email = STR("zoe@alpha.io")};
    OK(store_user_update(&w.s, &u, USER_F(name) | USER_F(email), &w.err));
    expect(&w.s, sorted("name", false), "41302", 5);
    expect(&a, sorted("email", false), "120", 3);
    expect(&w.s, (struct user_query){.contains = STR("zoe@")}, "0", 1);
    expect(&w.s, (struct user_query){.contains = STR("ann@alpha")}, "", 0);
    OK(store_user_delete(&w.s, STR("id-0"), &w.err));
    expect(&w.s, sorted("email", false), "1234", 4);
    expect(&a, sorted("email", false), "12", 2);
    expect(&w.s, (struct user_query){.contains = STR("zoe@")}, "", 0);
}

static void
substring_search(void **state)
{
    (void)state;
    const struct {
        const char *part, *found;
    } cases[] = {
        {"alpha", "014"}, {"ALPHA.IO", "014"},
        {"LEE", "0"},     {"\xc3\xb6STER", "2"}, /* folded like the names */
        {"5550002", "1"}, {"eve.x", "4"},
        {"100%", "3"},    {"_sure_", "3"},
        {"%%%", ""},      {"a\"b", ""},
        {"o*e", ""},      {"AND OR NOT", ""},
        {"an", "03"},     {"b", "123"}, /* one and two characters */
        {"%", "3"},       {"zz", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct user_query q = {.contains = str_of(cases[i].part), .page = {.limit = 50}};
        struct user_list list;
        OK(store_user_list(&w.s, &q, &list, &w.err));
        char got[16] = "";
        bool seen[PEOPLE] = {false};
        for (size_t k = 0; k < list.n; k++)
            seen[list.items[k].id.p[3] - '0'] = true;
        for (size_t k = 0, at = 0; k < PEOPLE; k++) {
            if (seen[k])
                got[at++] = (char)('0' + k);
        }
        assert_string_equal(got, cases[i].found);
        assert_int_equal(list.total, list.n);
    }
    expect(&b, (struct user_query){.contains = STR("alpha")}, "4", 1);
    expect(&w.other, (struct user_query){.contains = STR("alpha")}, "", 0);
}

static void
phrase_search(void **state)
{
    (void)state;
    const struct str alpha[] = {STR("alpha"), STR("ann")}, none[] = {STR("stone")};
    const struct str any[] = {STR("dan"), STR("bob")};
    expect(&w.s, (struct user_query){.all_of = alpha, .n_all_of = 2}, "0", 1);
    expect(&w.s,
           (struct user_query){.all_of = alpha, .n_all_of = 1, .none_of = none, .n_none_of = 1},
           "04", 2);
    expect(&w.s, (struct user_query){.any_of = any, .n_any_of = 2}, "31", 2);
    expect(&w.s, (struct user_query){.all_of = alpha, .n_all_of = 1, .any_of = any, .n_any_of = 2},
           "1", 1);
}

static void
exact_filters(void **state)
{
    (void)state;
    const struct str ids[] = {STR("id-4"), STR("id-1"), STR("nobody")};
    const struct str ext[] = {STR("ext-2")};
    expect(&w.s, (struct user_query){.email = STR("CLEO@beta.io")}, "2", 1);
    expect(&a, (struct user_query){.email = STR("dan@beta.io")}, "", 0);
    expect(&w.s, (struct user_query){.ids = ids, .n_ids = 3}, "14", 2);
    expect(&w.s, (struct user_query){.ids = ids, .n_ids = 0}, "", 0);
    expect(&w.s, (struct user_query){.external_ids = ext, .n_external_ids = 1}, "2", 1);
    expect(&w.s,
           (struct user_query){.identifier = STR("+15550001"), .identifier_by = USER_BY_PHONE}, "0",
           1);
    expect(&w.s, (struct user_query){.identifier = STR("EVE.X"), .identifier_by = USER_BY_USERNAME},
           "4", 1);
    expect(&w.s, (struct user_query){.name_prefix = STR("B")}, "1", 1);
    expect(&w.s, (struct user_query){.name_prefix = STR("\xc3\x85")}, "2", 1);
    expect(&w.s, (struct user_query){.metadata = STR("\"gold\"")}, "1", 1);
    expect(&w.s, (struct user_query){.only_mfa_unenrolled = true}, "2314", 4);
    expect(&w.s, (struct user_query){.inactive_since = 250}, "23", 2);
}

static void
sub_tenants_are_included_once(void **state)
{
    (void)state;
    struct scope c = world_tenant(&w, "c");
    OK(store_tenant_set_parent(&w.s, STR("b"), STR("a"), &w.err));
    OK(store_tenant_set_parent(&w.s, STR("c"), STR("b"), &w.err));
    OK(store_membership_add(&c, STR("id-0"), 0, 0, &w.err));
    OK(store_membership_add(&c, STR("id-4"), 0, 0, &w.err));
    expect(&a, (struct user_query){.include_sub_tenants = true}, "02314", 5);
    expect(&a, (struct user_query){.include_sub_tenants = true, .contains = STR("alpha")}, "014",
           3);
    expect(&b, (struct user_query){.include_sub_tenants = true}, "034", 3);
    expect(&c, (struct user_query){.include_sub_tenants = true}, "04", 2);
    expect(&a, (struct user_query){.include_sub_tenants = false}, "021", 3);
}

static void
long_and_strange_names_do_no_harm(void **state)
{
    (void)state;
    struct buf name;
    buf_init(&name, 100000);
    buf_add_text(&name, "e");
    for (int i = 0; i < 20000; i++)
        buf_add_text(&name, "\xcc\x81");
    struct user u = {.id = STR("id-9"), .name = buf_str(&name), .email = STR("x@gamma.io")};
    OK(store_user_create(&w.s, &u, &w.err));
    buf_fini(&name);
    expect(&w.s, (struct user_query){.contains = STR("gamma")}, "9", 1);
    expect(&w.s, (struct user_query){.contains = STR("\x1b[31m\xe2\x80\xae")}, "", 0);
}

/* Neighbours are read as a range and others one by one: nobody may get what is a stranger's. */
static void
page_brings_memberships_of_its_users(void **state)
{
    (void)state;
    enum { MANY = 40, STEP = 9 };
    struct role r = {.key = STR("Reader"), .name = STR("Reader")};
    OK(store_role_create(&w.s, &r, &w.err));
    struct user all[MANY];
    for (int i = 0; i < MANY; i++) {
        all[i] = (struct user){.email = arena_printf(&w.t.arena, "many%02d@x.io", i)};
        OK(store_user_create(&w.s, &all[i], &w.err));
        OK(store_membership_add(i % 2 ? &b : &a, all[i].id, MEMBER_ACTIVATED, 0, &w.err));
        if (i % 3 == 0)
            OK(store_user_roles(i % 2 ? &b : &a, all[i].id, ROLES_SET, &r.id, 1, &w.err));
    }
    for (int step = 1; step <= STEP; step += STEP - 1) {
        struct user page[MANY];
        size_t n = 0;
        for (int i = 0; i < MANY; i += step)
            page[n++] = all[i];
        OK(store_users_load(&w.s, page, n, LOAD_TENANTS | LOAD_ROLES, true, &w.err));
        for (size_t k = 0; k < n; k++) {
            int i = (int)k * step;
            assert_int_equal(page[k].n_tenants, 1);
            assert_str(page[k].tenants[0].tenant_id, i % 2 ? "b" : "a");
            assert_int_equal(page[k].tenants[0].n_roles, i % 3 == 0);
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_order_both_ways),
        CASE(pages_tile_the_list),
        CASE(lists_follow_changes),
        CASE(substring_search),
        CASE(phrase_search),
        CASE(exact_filters),
        CASE(sub_tenants_are_included_once),
        CASE(long_and_strange_names_do_no_harm),
        CASE(page_brings_memberships_of_its_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
