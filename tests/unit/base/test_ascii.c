#include "base/ascii.h"

#include "tests/support/unit.h"
#include <string.h>

/* Every byte, and the end of a text, against a list of what is of the kind. */
static void
check_kind(bool (*is)(int), const char *all)
{
    for (int c = -1; c < 256; c++) {
        bool want = c > 0 && strchr(all, c);
        if (is(c) != want)
            fail_msg("byte %d", c);
    }
}

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static void
kinds(void **state)
{
    (void)state;
    check_kind(ascii_is_digit, DIGITS);
    check_kind(ascii_is_letter, LETTERS);
    check_kind(ascii_is_alnum, DIGITS LETTERS);
}

static void
hexadecimal_digits(void **state)
{
    (void)state;
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    for (int c = -1; c < 256; c++) {
        const char *in = c > 0 ? strchr(lower, c) : NULL,
                   *in_upper = c > 0 ? strchr(upper, c) : NULL;
        int want = in ? (int)(in - lower) : in_upper ? (int)(in_upper - upper) : -1;
        assert_int_equal(ascii_hex_value(c), want);
    }
}

static void
lower_case(void **state)
{
    (void)state;
    assert_int_equal(ascii_lower('A'), 'a');
    assert_int_equal(ascii_lower('Z'), 'z');
    for (const char *p = "@[`az{09 \xc3\x84"; *p; p++)
        assert_int_equal(ascii_lower(*p), *p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(hexadecimal_digits),
        cmocka_unit_test(lower_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
