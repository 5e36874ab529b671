#include "base/map.h"

#include "base/mem.h"
#include "tests/support/unit.h"
#include <stdio.h>

enum { MANY = 20000 };

static void
an_empty_map(void **state)
{
    (void)state;
    struct map m;
    map_init(&m);
    assert_null(map_get(&m, STR("a")));
    assert_null(map_remove(&m, STR("a")));
    size_t pos = 0;
    struct str key;
    void *value;
    assert_false(map_each(&m, &pos, &key, &value));
    map_fini(&m);
}

static void
put_get_remove(void **state)
{
    (void)state;
    struct map m;
    map_init(&m);
    int one, two;
    char key[] = "key";
    assert_null(map_put(&m, str_of(key), &one));
    key[0] = 'x'; /* keys are copied */
    assert_ptr_equal(map_get(&m, STR("key")), &one);
    assert_ptr_equal(map_put(&m, STR("key"), &two), &one);
    assert_ptr_equal(map_get(&m, STR("key")), &two);
    assert_int_equal(m.used, 1);
    assert_null(map_put(&m, STR(""), &one));
    assert_null(map_put(&m, STR("a\0b"), &one));
    assert_null(map_get(&m, STR("a\0c")));
    assert_ptr_equal(map_get(&m, STR("")), &one);
    assert_ptr_equal(map_remove(&m, STR("key")), &two);
    assert_null(map_get(&m, STR("key")));
    assert_null(map_remove(&m, STR("key")));
    map_fini(&m);
    assert_null(map_put(&m, STR("after fini"), &one));
    map_fini(&m);
}

static struct str
key_of(unsigned i, char space[16])
{
    (void)snprintf(space, 16, "%u", i);
    return str_of(space);
}

static void
many_entries_survive_removals(void **state)
{
    (void)state;
    struct map m;
    map_init(&m);
    char space[16];
    unsigned *values = mem_new(MANY, sizeof *values);
    for (unsigned i = 0; i < MANY; i++)
        assert_null(map_put(&m, key_of(i, space), &values[i]));
    for (unsigned i = 0; i < MANY; i += 3)
        assert_ptr_equal(map_remove(&m, key_of(i, space)), &values[i]);
    for (unsigned i = 0; i < MANY; i++)
        assert_ptr_equal(map_get(&m, key_of(i, space)), i % 3 ? &values[i] : NULL);
    size_t pos = 0, n = 0;
    struct str key;
    void *value;
    while (map_each(&m, &pos, &key, &value)) {
        ++*(unsigned *)value;
        assert_true(str_eq(key, key_of((unsigned)((unsigned *)value - values), space)));
        n++;
    }
    assert_int_equal(n, m.used);
    for (unsigned i = 0; i < MANY; i++)
        assert_int_equal(values[i], i % 3 ? 1 : 0);
    mem_free(values);
    map_fini(&m);
}

static void
put_nothing(void *arg)
{
    (void)map_put(arg, STR("k"), NULL);
}

static void
a_missing_value_aborts(void **state)
{
    (void)state;
    struct map m;
    map_init(&m);
    assert_aborts(put_nothing, &m);
    map_fini(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map),
        cmocka_unit_test(put_get_remove),
        cmocka_unit_test(many_entries_survive_removals),
        cmocka_unit_test(a_missing_value_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
