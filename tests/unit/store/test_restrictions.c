/* Lists of ranges and domains: per scope, bounded, matched in the database as in cidr.c. */
#include "base/mem.h"
#include "store/restrictions.h"
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

static enum err_code
add(const struct scope *s, const char *low, const char *high, const char *strategy, bool active)
{
    struct ip_restriction r = {.ip = str_of(low),
                               .description = STR("Office in ZÜRICH"),
                               .strategy = str_of(strategy),
                               .is_active = active};
    return store_ip_restriction_create(s, &r, str_of(low), str_of(high), &w.err);
}

static bool
matches(const struct scope *s, const char *strategy, const char *key)
{
    bool match = false;
    OK(store_ip_restriction_match(s, str_of(strategy), str_of(key), &match, &w.err));
    return match;
}

static void
ranges_are_matched_by_scope_and_strategy(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one"), two = world_tenant(&w, "two");
    OK(add(&one, "40a000000", "40affffff", "ALLOW", true));
    OK(add(&one, "40b000000", "40bffffff", "ALLOW", false));
    OK(add(&w.s, "40c000000", "40cffffff", "BLOCK", true));
    assert_true(matches(&one, "ALLOW", "40a000000"));
    assert_true(matches(&one, "ALLOW", "40affffff"));
    assert_false(matches(&one, "ALLOW", "40b000001"));
    assert_false(matches(&one, "BLOCK", "40a000001"));
    assert_false(matches(&one, "ALLOW", "409ffffff"));
    assert_false(matches(&two, "ALLOW", "40a000001"));
    assert_false(matches(&w.s, "ALLOW", "40a000001"));
    assert_false(matches(&w.other, "BLOCK", "40c000001"));
    assert_true(matches(&w.s, "BLOCK", "40c000001"));
    /* An IPv6 address is between no two IPv4 addresses. */
    OK(add(&two, "400000000", "4ffffffff", "ALLOW", true));
    assert_false(matches(&two, "ALLOW", "600000000000000000000000000000001"));
    assert_int_equal(add(&one, "40a000000", "40affffff", "ALLOW", true), ERR_CONFLICT);
}

static void
ranges_are_listed_and_deleted(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one"), nobody = world_in(&w, "nobody");
    for (int i = 0; i < 5; i++) {
        char low[24];
        (void)snprintf(low, sizeof low, "40a00000%d", i);
        OK(add(&one, low, low, "ALLOW", true));
    }
    struct ip_restriction_list list;
    struct store_page page = {.offset = 2, .limit = 2};
    OK(store_ip_restriction_list(&one, &page, STR_ABSENT, &list, &w.err));
    assert_int_equal(list.total, 5);
    assert_int_equal(list.n, 2);
    assert_str(list.items[0].ip, "40a000002");
    assert_int_equal(list.items[0].created_at, NOW);
    OK(store_ip_restriction_list(&one, &page, STR("zürich"), &list, &w.err));
    assert_int_equal(list.total, 5);
    OK(store_ip_restriction_list(&one, &page, STR("%"), &list, &w.err));
    assert_int_equal(list.total, 0);
    page = (struct store_page){.offset = 0, .limit = 10};
    OK(store_ip_restriction_list(&one, &page, STR("a000004"), &list, &w.err));
    assert_int_equal(list.n, 1);
    struct str id = list.items[0].id;
    assert_int_equal(store_ip_restriction_delete(&w.s, id, &w.err), ERR_NOT_FOUND);
    OK(store_ip_restriction_delete(&one, id, &w.err));
    assert_int_equal(store_ip_restriction_delete(&one, id, &w.err), ERR_NOT_FOUND);
    assert_int_equal(add(&nobody, "40a000000", "40a000000", "ALLOW", true), ERR_NOT_FOUND);
    OK(store_ip_restriction_list(&nobody, &page, STR_ABSENT, &list, &w.err));
    assert_int_equal(list.total, 0);
}

static bool
listed(const struct scope *s, const char *type, const char *domain)
{
    bool match = false;
    struct str one = str_of(domain);
    OK(store_domain_restriction_match(s, str_of(type), &one, 1, &match, &w.err));
    return match;
}

static void
domains_are_replaced_by_type(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one"), two = world_tenant(&w, "two");
    struct domain_restriction r = {.domain = STR("acme.io"), .type = STR("ALLOW")};
    OK(store_domain_restriction_create(&one, &r, &w.err));
    assert_int_equal(store_domain_restriction_create(&one, &r, &w.err), ERR_CONFLICT);
    r.type = STR("BLOCK");
    OK(store_domain_restriction_create(&one, &r, &w.err));
    r.type = STR("ALLOW");
    OK(store_domain_restriction_create(&two, &r, &w.err));
    const struct str next[] = {STR("b.io"), STR("c.io"), STR("b.io")};
    OK(store_domain_restriction_replace(&one, STR("ALLOW"), next, 3, &w.err));
    assert_false(listed(&one, "ALLOW", "acme.io"));
    assert_true(listed(&one, "ALLOW", "b.io"));
    assert_true(listed(&one, "BLOCK", "acme.io"));
    assert_true(listed(&two, "ALLOW", "acme.io"));
    assert_false(listed(&w.s, "ALLOW", "b.io"));
    struct domain_restriction_list list;
    struct store_page page = {.offset = 0, .limit = 10};
    OK(store_domain_restriction_list(&one, &page, STR_ABSENT, &list, &w.err));
    assert_int_equal(list.total, 3);
    OK(store_domain_restriction_list(&one, &page, STR("ALLOW"), &list, &w.err));
    assert_int_equal(list.n, 2);
    assert_int_equal(store_domain_restriction_delete(&two, list.items[0].id, &w.err),
                     ERR_NOT_FOUND);
    OK(store_domain_restriction_delete(&one, list.items[0].id, &w.err));
    OK(store_domain_restriction_replace(&one, STR("ALLOW"), NULL, 0, &w.err));
    assert_false(listed(&one, "ALLOW", "c.io"));
}

static void
lists_are_bounded(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one");
    static struct str many[RESTRICTIONS_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = arena_printf(w.s.arena, "d%zu.io", i);
    assert_int_equal(
        store_domain_restriction_replace(&one, STR("BLOCK"), many, COUNT_OF(many), &w.err),
        ERR_LIMIT);
    OK(store_domain_restriction_replace(&one, STR("BLOCK"), many, RESTRICTIONS_MAX, &w.err));
    struct domain_restriction r = {.domain = STR("acme.io"), .type = STR("ALLOW")};
    assert_int_equal(store_domain_restriction_create(&one, &r, &w.err), ERR_LIMIT);
}

/* Who makes a tenant of the same name anew inherits nothing. */
static void
lists_go_with_the_tenant(void **state)
{
    (void)state;
    struct scope one = world_tenant(&w, "one");
    struct domain_restriction r = {.domain = STR("acme.io"), .type = STR("ALLOW")};
    OK(store_domain_restriction_create(&one, &r, &w.err));
    OK(add(&one, "40a000000", "40affffff", "ALLOW", true));
    OK(store_tenant_delete(&w.s, STR("one"), &w.err));
    struct scope again = world_tenant(&w, "one");
    assert_false(listed(&again, "ALLOW", "acme.io"));
    assert_false(matches(&again, "ALLOW", "40a000001"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(ranges_are_matched_by_scope_and_strategy),
        TEST(ranges_are_listed_and_deleted),
        TEST(domains_are_replaced_by_type),
        TEST(lists_are_bounded),
        TEST(lists_go_with_the_tenant),
    };
    return cmocka_run_group_tests_name("restrictions", tests, NULL, NULL);
}
