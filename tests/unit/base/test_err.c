#include "base/err.h"

#include "base/utf8.h"
#include "tests/support/unit.h"
#include <errno.h>

static void
set_fills_and_returns_the_code(void **state)
{
    (void)state;
    struct err err = {.native = 9, .field = "old", .ref = "old"};
    assert_int_equal(err_set(&err, ERR_INVALID, "%s should not be empty", "name"), ERR_INVALID);
    assert_int_equal(err.code, ERR_INVALID);
    assert_string_equal(err.msg, "name should not be empty");
    assert_string_equal(err.field, "");
    assert_string_equal(err.ref, "");
    assert_int_equal(err.native, 0);
    assert_int_equal(err_set_ref(&err, ERR_CONFLICT, "ER-00013", "taken"), ERR_CONFLICT);
    assert_string_equal(err.ref, "ER-00013");
}

static void
nobody_has_to_listen(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, ERR_IO, "x"), ERR_IO);
    assert_int_equal(err_set_ref(NULL, ERR_IO, "r", "x"), ERR_IO);
    assert_int_equal(err_set_errno(NULL, ERR_IO, ENOENT, "x"), ERR_IO);
    err_prefix(NULL, "x");
}

static void
errno_is_explained(void **state)
{
    (void)state;
    struct err err;
    (void)err_set_errno(&err, ERR_IO, ENOENT, "cannot open %s", "x");
    assert_string_equal(err.msg, "cannot open x: No such file or directory");
    assert_int_equal(err.native, ENOENT);
}

static void
prefixes_pile_up(void **state)
{
    (void)state;
    struct err err;
    (void)err_set(&err, ERR_IO, "inner");
    err_prefix(&err, "middle %d", 1);
    err_prefix(&err, "outer");
    assert_string_equal(err.msg, "outer: middle 1: inner");
    assert_int_equal(err.code, ERR_IO);
}

static void
long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    struct err err;
    static const char *const wide[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t w = 0; w < 3; w++) {
        char text[400] = "";
        size_t n = strlen(wide[w]);
        for (size_t shift = 0; shift < 4; shift++) {
            memset(text, 'x', shift);
            for (size_t at = shift; at + n < sizeof text; at += n)
                memcpy(text + at, wide[w], n + 1);
            (void)err_set(&err, ERR_INVALID, "%s", text);
            assert_true(utf8_valid(str_of(err.msg)));
            assert_true(strlen(err.msg) > sizeof err.msg - 5);
            err_prefix(&err, "p%s", "");
            assert_true(utf8_valid(str_of(err.msg)));
            (void)err_set_errno(&err, ERR_IO, EIO, "%s", text);
            assert_true(utf8_valid(str_of(err.msg)));
        }
    }
    char exact[256];
    memset(exact, 'a', sizeof exact - 1);
    memcpy(exact + 253, "\xc3\xa9", 3);
    (void)err_set(&err, ERR_INVALID, "%s", exact);
    assert_string_equal(err.msg, exact);
}

static void
every_code_has_a_row(void **state)
{
    (void)state;
    for (unsigned code = 0; code < ERR_COUNT; code++) {
        assert_true(*err_name((enum err_code)code) && *err_text((enum err_code)code));
        assert_in_range(err_http((enum err_code)code), 200, 599);
    }
    assert_int_equal(ERR_OK, 0);
    assert_string_equal(err_name(ERR_NOT_FOUND), "NOT_FOUND");
    assert_string_equal(err_text(ERR_NOT_FOUND), "not found");
    assert_int_equal(err_http(ERR_NOT_FOUND), 404);
    assert_string_equal(err_name((enum err_code)9999), "INTERNAL");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_fills_and_returns_the_code),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(errno_is_explained),
        cmocka_unit_test(prefixes_pile_up),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(every_code_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
