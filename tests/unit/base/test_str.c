#include "base/str.h"

#include "tests/support/unit.h"

static const struct str absent;

static void
absent_and_empty_differ(void **state)
{
    (void)state;
    assert_false(str_given(absent));
    assert_true(str_given(STR("")));
    assert_false(str_given(str_of(NULL)));
    assert_true(str_given(str_of("")));
    assert_true(str_eq(absent, STR("")));
    assert_int_equal(str_of("abc").n, 3);
}

static void
equality(void **state)
{
    (void)state;
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_false(str_eq(STR("ab"), STR("abc")));
    assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_eq_nocase(STR("["), STR("{")));
    assert_false(str_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4")));
    assert_true(str_eq_secret(STR("s3cret"), STR("s3cret")));
    assert_false(str_eq_secret(STR("s3cret"), STR("s3creT")));
    assert_false(str_eq_secret(STR("s3cret"), STR("s3cre")));
    assert_true(str_eq_secret(absent, STR("")));
}

static void
order_is_bytewise(void **state)
{
    (void)state;
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR("x"), STR("x")), 0);
    assert_int_equal(str_cmp(absent, STR("")), 0);
    assert_true(str_cmp(absent, STR("a")) < 0);
}

static void
prefix_and_suffix(void **state)
{
    (void)state;
    assert_true(str_starts(STR("tenants"), STR("ten")));
    assert_true(str_starts(STR("x"), STR("")));
    assert_true(str_starts(absent, absent));
    assert_false(str_starts(STR("te"), STR("ten")));
    assert_true(str_ends(STR("a.ini"), STR(".ini")));
    assert_false(str_ends(STR("ini"), STR(".ini")));
    assert_true(str_ends(STR("x"), STR("")));
}

static void
finding(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("abcabd"), STR("abd")), 3);
    assert_int_equal(str_find(STR("aaaab"), STR("aab")), 2);
    assert_int_equal(str_find(STR("abc"), STR("abcd")), -1);
    assert_int_equal(str_find(STR("abc"), STR("x")), -1);
    assert_int_equal(str_find(STR("abc"), STR("c")), 2);
    assert_int_equal(str_find(STR("abc"), STR("")), 0);
    assert_int_equal(str_find(absent, STR("a")), -1);
    assert_int_equal(str_find(absent, STR("")), 0);
    assert_int_equal(str_find(STR("a\0b"), STR("\0b")), 1);
    assert_int_equal(str_find_char(STR("a,b"), ','), 1);
    assert_int_equal(str_find_char(absent, ','), -1);
}

static void
cutting(void **state)
{
    (void)state;
    assert_str(str_sub(STR("abcdef"), 2, 4), "cd");
    assert_str(str_sub(STR("abc"), 1, 99), "bc");
    assert_str(str_sub(STR("abc"), 5, 9), "");
    assert_str(str_sub(STR("abc"), 2, 1), "");
    assert_false(str_given(str_sub(absent, 0, 5)));
    assert_str(str_trim(STR(" \t\r\n a b \n")), "a b");
    assert_str(str_trim(STR(" \t ")), "");
    assert_str(str_trim(STR("\v")), "\v");
}

static void
splitting(void **state)
{
    (void)state;
    struct str rest = STR("a,,b"), part;
    assert_true(str_next(&rest, ',', &part));
    assert_str(part, "a");
    assert_true(str_next(&rest, ',', &part));
    assert_str(part, "");
    assert_true(str_next(&rest, ',', &part));
    assert_str(part, "b");
    assert_false(str_next(&rest, ',', &part));
    rest = STR("x,");
    assert_true(str_next(&rest, ',', &part));
    assert_true(str_next(&rest, ',', &part));
    assert_str(part, "");
    assert_false(str_next(&rest, ',', &part));
    rest = STR("");
    assert_true(str_next(&rest, ',', &part));
    assert_str(part, "");
    assert_false(str_next(&rest, ',', &part));
    rest = absent;
    assert_false(str_next(&rest, ',', &part));
}

static void
integers(void **state)
{
    (void)state;
    int64_t v = 0;
    assert_true(str_to_i64(STR("0"), &v) && v == 0);
    assert_true(str_to_i64(STR("-0"), &v) && v == 0);
    assert_true(str_to_i64(STR("+12"), &v) && v == 12);
    assert_true(str_to_i64(STR("007"), &v) && v == 7);
    assert_true(str_to_i64(STR("9223372036854775807"), &v) && v == INT64_MAX);
    assert_true(str_to_i64(STR("-9223372036854775808"), &v) && v == INT64_MIN);
    v = 5;
    assert_false(str_to_i64(STR("9223372036854775808"), &v));
    assert_false(str_to_i64(STR("-9223372036854775809"), &v));
    assert_false(str_to_i64(STR("99999999999999999999999"), &v));
    static const char *const bad[] = {"", "-", "+", "-+1", "+-1", "1 ", " 1", "0x1", "1.0", "1e3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_to_i64(str_of(bad[i]), &v));
    assert_false(str_to_i64(STR("1\0"), &v));
    assert_false(str_to_i64(absent, &v));
    assert_int_equal(v, 5);
    uint64_t u;
    assert_true(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR("-1"), &u));
}

static void
booleans(void **state)
{
    (void)state;
    bool v = false;
    assert_true(str_to_bool(STR("true"), &v) && v);
    assert_true(str_to_bool(STR("0"), &v) && !v);
    assert_true(str_to_bool(STR("1"), &v) && v);
    assert_true(str_to_bool(STR("false"), &v) && !v);
    assert_false(str_to_bool(STR("TRUE"), &v));
    assert_false(str_to_bool(STR("yes"), &v));
    assert_false(str_to_bool(absent, &v));
}

static void
hash_depends_on_every_byte(void **state)
{
    (void)state;
    char bytes[40] = {0};
    uint64_t seen[80];
    size_t n = 0;
    for (size_t length = 0; length < sizeof bytes; length++)
        seen[n++] = str_hash((struct str){bytes, length});
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = 1;
        seen[n++] = str_hash((struct str){bytes, sizeof bytes});
        bytes[i] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
    }
    assert_true(str_hash(STR("abc")) == str_hash(str_of("abc")));
}

static void
foreign_text_is_made_printable(void **state)
{
    (void)state;
    char out[8];
    str_copy_printable(out, sizeof out, STR("a\n\x1b\xc3\xa4~\x7f more"));
    assert_string_equal(out, "a????~?");
    str_copy_printable(out, sizeof out, STR_ABSENT);
    assert_string_equal(out, "");
    str_copy_printable(out, 1, STR("abc"));
    assert_string_equal(out, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_and_empty_differ),
        cmocka_unit_test(equality),
        cmocka_unit_test(order_is_bytewise),
        cmocka_unit_test(prefix_and_suffix),
        cmocka_unit_test(finding),
        cmocka_unit_test(cutting),
        cmocka_unit_test(splitting),
        cmocka_unit_test(integers),
        cmocka_unit_test(booleans),
        cmocka_unit_test(foreign_text_is_made_printable),
        cmocka_unit_test(hash_depends_on_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
