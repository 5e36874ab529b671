#include "base/mem.h"

#include "tests/support/unit.h"

static void
new_memory_is_zero(void **state)
{
    (void)state;
    unsigned char *p = mem_new(1000, 3);
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(p[i], 0);
    mem_free(p);
    mem_free(NULL);
}

static void
resize_keeps_contents(void **state)
{
    (void)state;
    char *p = mem_resize(NULL, 4, 1);
    memcpy(p, "abc", 4);
    p = mem_resize(p, 100000, 1);
    assert_string_equal(p, "abc");
    p = mem_resize(p, 2, 1);
    assert_memory_equal(p, "ab", 2);
    mem_free(p);
}

static void
copies(void **state)
{
    (void)state;
    char *text = mem_copy_text("abcdef", 3);
    assert_string_equal(text, "abc");
    mem_free(text);
    text = mem_copy_text(NULL, 0);
    assert_string_equal(text, "");
    mem_free(text);
    char *bytes = mem_copy("a\0b", 3);
    assert_memory_equal(bytes, "a\0b", 3);
    mem_free(bytes);
}

static void
new_of_zero(void *arg)
{
    (void)arg;
    (void)mem_new(0, 1);
}

static void
resize_to_zero(void *arg)
{
    (void)mem_resize(arg, 1, 0);
}

static void
copy_of_nothing(void *arg)
{
    (void)mem_copy(arg, 0);
}

static void
add_past_the_end(void *arg)
{
    (void)arg;
    (void)mem_add(SIZE_MAX, 1);
}

static void
mul_past_the_end(void *arg)
{
    (void)arg;
    (void)mem_mul(SIZE_MAX / 2, 3);
}

static void
resize_past_the_end(void *arg)
{
    (void)arg;
    (void)mem_resize(NULL, SIZE_MAX / 2, 4);
}

static void
misuse_aborts(void **state)
{
    (void)state;
    assert_aborts(new_of_zero, NULL);
    assert_aborts(resize_to_zero, NULL);
    assert_aborts(copy_of_nothing, NULL);
    assert_aborts(add_past_the_end, NULL);
    assert_aborts(mul_past_the_end, NULL);
    assert_aborts(resize_past_the_end, NULL);
}

static void
checked_sums(void **state)
{
    (void)state;
    assert_int_equal(mem_add(SIZE_MAX - 1, 1), SIZE_MAX);
    assert_int_equal(mem_mul(0, SIZE_MAX), 0);
    assert_int_equal(mem_mul(7, 6), 42);
    assert_int_equal(COUNT_OF(((int[]){1, 2, 3})), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zero),
        cmocka_unit_test(resize_keeps_contents),
        cmocka_unit_test(copies),
        cmocka_unit_test(misuse_aborts),
        cmocka_unit_test(checked_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
