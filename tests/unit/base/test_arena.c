#include "base/arena.h"

#include "tests/support/unit.h"

enum { CAP = 1 << 20 };

static void
memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    for (size_t n = 1; n < 3000; n += 97) {
        unsigned char *p = arena_alloc(&a, n, 1);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xaa, n);
    }
    arena_fini(&a);
}

static void
reset_memory_is_zeroed_again(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    arena_reset(&a);
    memset(arena_alloc(&a, 500, 1), 0xff, 500);
    memset(arena_alloc(&a, 50000, 1), 0xff, 50000);
    arena_reset(&a);
    assert_int_equal(a.used, 0);
    const unsigned char *p = arena_alloc(&a, 500, 1);
    for (size_t i = 0; i < 500; i++)
        assert_int_equal(p[i], 0);
    arena_fini(&a);
    assert_str(arena_text(&a, "used again"), "used again");
    arena_fini(&a);
}

static void
pieces_do_not_overlap(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    unsigned char *pieces[200];
    size_t sizes[200];
    for (size_t i = 0; i < 200; i++) {
        sizes[i] = (i * 7919) % 5000 + 1;
        pieces[i] = arena_alloc(&a, sizes[i], 1);
        memset(pieces[i], (int)i, sizes[i]);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(pieces[i][k], i);
    }
    arena_fini(&a);
}

static void
past_the_cap(void *arg)
{
    (void)arena_alloc(arg, 101, 16);
}

static void
text_past_the_cap(void *arg)
{
    (void)arena_printf(arg, "%2000d", 1);
}

static void
overflowing(void *arg)
{
    (void)arena_alloc(arg, SIZE_MAX / 2, 3);
}

static void
the_cap_holds(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1600);
    assert_null(arena_alloc_try(&a, 101, 16));
    assert_null(arena_alloc_try(&a, SIZE_MAX, 1));
    assert_null(arena_alloc_try(&a, SIZE_MAX / 2, 4));
    assert_aborts(past_the_cap, &a);
    assert_aborts(text_past_the_cap, &a);
    assert_aborts(overflowing, &a);
    assert_non_null(arena_alloc_try(&a, 100, 16));
    assert_null(arena_alloc_try(&a, 1, 1));
    arena_reset(&a);
    assert_non_null(arena_alloc_try(&a, 100, 16));
    arena_fini(&a);
}

static void
nothing_is_a_valid_size(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    assert_non_null(ARENA_ARRAY(&a, 0, int));
    assert_null(arena_alloc_try(&a, 1, 1));
    arena_fini(&a);
}

static void
strings(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    struct str s = arena_str(&a, STR("a\0b"));
    assert_str(s, "a\0b");
    assert_int_equal(s.p[3], 0);
    assert_false(str_given(arena_str(&a, STR_ABSENT)));
    assert_false(str_given(arena_text(&a, NULL)));
    assert_str(arena_str(&a, STR("")), "");
    assert_str(arena_printf(&a, "%d %s", 7, "x"), "7 x");
    struct str longer = arena_printf(&a, "%0300d", 1);
    assert_int_equal(longer.n, 300);
    assert_int_equal(longer.p[299], '1');
    assert_int_equal(longer.p[300], 0);
    assert_string_equal(arena_cstr(&a, STR("xyz")), "xyz");
    assert_string_equal(arena_cstr(&a, STR_ABSENT), "");
    arena_fini(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(reset_memory_is_zeroed_again),
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(the_cap_holds),
        cmocka_unit_test(nothing_is_a_valid_size),
        cmocka_unit_test(strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
