/* The operator's file of breached passwords, and looking lines up in sorted files. */
#include "server/breached_file.h"
#include "server/known_passwords.h"
#include "server/sorted_lines.h"
#include "tests/support/unit.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <unistd.h>

enum { LINES_MAX = 300, TEXT_MAX = 64 * 1024 };

static struct err err;

/* ---- lines ---- */

static bool
read_memory(void *ctx, int64_t at, char *out, size_t n)
{
    const struct buf *b = ctx;
    assert_true(at >= 0 && (size_t)at + n <= b->n);
    memcpy(out, b->p + at, n);
    return true;
}

static struct sorted_lines
lines_of(struct buf *b)
{
    return (struct sorted_lines){.ctx = b, .size = (int64_t)b->n, .read = read_memory};
}

/* Lines 0, 2, 4 ... of four digits, some of them long; those in between are not there. */
static void
add_lines(struct buf *b, int n, const char *end, bool last)
{
    for (int i = 0; i < n; i++) {
        buf_printf(b, "%04d", 2 * i);
        if (i % 7 == 3)
            buf_printf(b, "%0*d", i % 900, 0);
        if (last || i + 1 < n)
            buf_add_text(b, end);
    }
}

static void
every_line_is_found_and_no_other(void **state)
{
    (void)state;
    char wanted[TEXT_MAX];
    for (int n = 0; n < LINES_MAX; n += n < 20 ? 1 : 37)
        for (int form = 0; form < 4; form++) {
            struct buf b;
            int64_t at;
            buf_init(&b, 1 << 20);
            add_lines(&b, n, form & 1 ? "\r\n" : "\n", form & 2);
            struct sorted_lines l = lines_of(&b);
            assert_true(sorted_lines_check(&l, 0, 10000, &at));
            for (int i = 0; i < n; i++) {
                int k = snprintf(wanted, sizeof wanted, "%04d", 2 * i);
                if (i % 7 == 3)
                    k += snprintf(wanted + k, sizeof wanted - (size_t)k, "%0*d", i % 900, 0);
                assert_true(sorted_lines_has(&l, (struct str){wanted, (size_t)k}));
                k = snprintf(wanted, sizeof wanted, "%04d", 2 * i + 1);
                assert_false(sorted_lines_has(&l, (struct str){wanted, (size_t)k}));
            }
            assert_false(sorted_lines_has(&l, STR("")));
            assert_false(sorted_lines_has(&l, STR("~")));
            buf_fini(&b);
        }
}

static void
hostile_files_cost_nothing(void **state)
{
    (void)state;
    struct buf b;
    int64_t at;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 100000; i++)
        buf_add_char(&b, 'x');
    struct sorted_lines l = lines_of(&b);
    assert_false(sorted_lines_check(&l, 0, 10, &at));
    assert_false(sorted_lines_has(&l, STR("x")));
    buf_reset(&b);
    buf_add_text(&b, "b\na\n");
    l = lines_of(&b);
    assert_false(sorted_lines_check(&l, 0, 10, &at));
    buf_fini(&b);
}

/* ---- files ---- */

static const char *
file_with(const char *text)
{
    const char *path = unit_tmp_path("list");
    assert_int_equal(file_write(path, str_of(text), 0600, &err), ERR_OK);
    return path;
}

static void
digests_are_those_of_everybody(void **state)
{
    (void)state;
    char hex[SHA1_DIGITS + 1];
    sha1_hex(STR("abc"), hex); /* FIPS 180-4 */
    assert_string_equal(hex, "A9993E364706816ABA3E25717850C26C9CD0D89D");
    sha1_hex(STR(""), hex);
    assert_string_equal(hex, "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
}

static void
both_forms_are_read(void **state)
{
    (void)state;
    static const char *const files[] = {
        "123456\nhunter2\npassword\n",
        "123456\r\nhunter2\r\npassword",
        /* password, 123456, hunter2 */
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\n"
        "7C4A8D09CA3762AF61E59520943DC26494F8941B:42542807\n"
        "F3BBBD66A63D4BF1747940578EC3D0103530E21D:18000\n",
        "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\r\n7c4a8d09ca3762af61e59520943dc26494f8941b\r\n"
        "f3bbbd66a63d4bf1747940578ec3d0103530e21d",
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct breached_file *f;
        assert_int_equal(breached_file_open(&f, file_with(files[i]), &err), ERR_OK);
        assert_true(breached_file_has(f, STR("password")));
        assert_true(breached_file_has(f, STR("123456")));
        assert_true(breached_file_has(f, STR("hunter2")));
        assert_int_equal(breached_file_has(f, STR("Hunter2")), i < 2);
        assert_false(breached_file_has(f, STR("hunter")));
        assert_false(breached_file_has(f, STR("hunter22")));
        assert_false(breached_file_has(f, STR("")));
        breached_file_close(f);
    }
    breached_file_close(NULL);
}

static void
other_files_are_refused(void **state)
{
    (void)state;
    static const char *const files[] = {
        "b\na\n",
        "7C4A8D09CA3762AF61E59520943DC26494F8941B:1\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:2\n",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:1\nnot a digest\n",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:x\n",
    };
    struct breached_file *f;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        assert_int_equal(breached_file_open(&f, file_with(files[i]), &err), ERR_CONFIG);
        assert_non_null(strstr(err.msg, "LC_ALL=C sort"));
        assert_null(f);
    }
    assert_int_equal(breached_file_open(&f, "/nowhere/list", &err), ERR_CONFIG);
    assert_int_equal(breached_file_open(&f, "/tmp", &err), ERR_CONFIG);
    struct known_passwords *k;
    assert_int_equal(known_passwords_open(&k, "/nowhere/list", &err), ERR_CONFIG);
    assert_null(k);
}

/* It may shrink or go while the server runs. */
static void
a_file_that_changes_is_no_danger(void **state)
{
    (void)state;
    struct breached_file *f;
    const char *path = file_with("123456\nhunter2\npassword\n");
    assert_int_equal(breached_file_open(&f, path, &err), ERR_OK);
    assert_int_equal(truncate(path, 3), 0);
    assert_false(breached_file_has(f, STR("password")));
    breached_file_close(f);
    struct known_passwords *k;
    assert_int_equal(known_passwords_open(&k, file_with("tr0ub4dor&3-xk\n"), &err), ERR_OK);
    assert_true(known_passwords_breached(k, STR("Tr0ub4dor&3-xK")));
    assert_false(known_passwords_guessable(k, STR("Tr0ub4dor&3-xK")));
    known_passwords_close(k);
    assert_int_equal(breached_file_open(&f, file_with(""), &err), ERR_OK);
    assert_false(breached_file_has(f, STR("")));
    breached_file_close(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_found_and_no_other),
        cmocka_unit_test(hostile_files_cost_nothing),
        cmocka_unit_test(digests_are_those_of_everybody),
        cmocka_unit_test(both_forms_are_read),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(a_file_that_changes_is_no_danger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
