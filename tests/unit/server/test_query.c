#include "server/query.h"

#include "tests/support/unit.h"

#include <stdio.h>

static struct arena arena;

static int
setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 22);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct pairs
parse(struct str query)
{
    struct pairs p;
    assert_int_equal(query_parse(&p, query, &arena, NULL), ERR_OK);
    return p;
}

static void
values_are_decoded(void **state)
{
    (void)state;
    struct pairs p = parse(STR("a=1&b%5B%5D=x+y&c=%C3%A9&d=%26&a=2"));
    assert_int_equal(p.n, 5);
    assert_str(query_get(&p, STR("a")), "1");
    assert_false(str_given(query_get(&p, STR("b"))));
    assert_str(query_get(&p, STR("b[]")), "x y");
    assert_str(query_get(&p, STR("c")), "\xc3\xa9");
    assert_str(query_get(&p, STR("d")), "&");
    assert_false(str_given(query_get(&p, STR("e"))));
}

static void
keys_without_a_value_are_not_given(void **state)
{
    (void)state;
    struct pairs p = parse(STR("_filter&_limit=&&=x&_offset=3"));
    assert_int_equal(p.n, 1);
    assert_str(query_get(&p, STR("_offset")), "3");
    assert_int_equal(parse(STR_ABSENT).n, 0);
    assert_int_equal(parse(STR("")).n, 0);
}

static void
broken_escapes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%", "a=%4", "a=%zz", "a=%00", "%=1", "a=%ff", "a=%c0%80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pairs p;
        assert_int_equal(query_parse(&p, str_of(bad[i]), &arena, NULL), ERR_INVALID);
    }
}

static void
the_number_of_pairs_is_bounded(void **state)
{
    (void)state;
    char text[4 * (QUERY_PAIRS_MAX + 1)];
    for (size_t i = 0; i < sizeof text; i += 4)
        memcpy(text + i, "a=1&", 4);
    assert_int_equal(parse((struct str){text, 4 * QUERY_PAIRS_MAX}).n, QUERY_PAIRS_MAX);
    struct pairs p;
    assert_int_equal(query_parse(&p, (struct str){text, sizeof text}, &arena, NULL), ERR_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_decoded),
        cmocka_unit_test(keys_without_a_value_are_not_given),
        cmocka_unit_test(broken_escapes_are_refused),
        cmocka_unit_test(the_number_of_pairs_is_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
