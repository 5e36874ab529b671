/* QR codes and their pictures. What they say is read back by test_picture.c and the end-to-end tests. */
#include "base/mem.h"
#include "qr/png_write.h"
#include "tests/support/unit.h"

static struct arena a;
static struct err err;

static void
sizes_follow_the_text(void **state)
{
    (void)state;
    static const struct {
        size_t bytes;
        enum qr_level level;
        int size;
    } rows[] = {
        {1, QR_LEVEL_L, 21},   {17, QR_LEVEL_L, 21},    {18, QR_LEVEL_L, 25},
        {106, QR_LEVEL_L, 37}, {107, QR_LEVEL_L, 41},   {106, QR_LEVEL_M, 41},
        {106, QR_LEVEL_H, 57}, {2953, QR_LEVEL_L, 177}, {1273, QR_LEVEL_H, 177},
    };
    static char text[QR_TEXT_MAX + 1];
    memset(text, '\xc3', sizeof text);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct qr_code q;
        struct str s = {text, rows[i].bytes};
        assert_int_equal(qr_encode(&q, &a, s, rows[i].level, &err), ERR_OK);
        assert_int_equal(q.size, rows[i].size);
        /* The three corners that scanners look for, and light everywhere outside. */
        assert_true(qr_is_dark(&q, 0, 0) && qr_is_dark(&q, 0, q.size - 1));
        assert_true(qr_is_dark(&q, q.size - 1, 0) && qr_is_dark(&q, 3, 3));
        assert_false(qr_is_dark(&q, 1, 1) || qr_is_dark(&q, -1, 0) || qr_is_dark(&q, 0, q.size));
    }
}

static void
what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static char text[QR_TEXT_MAX + 1];
    memset(text, 'x', sizeof text);
    struct qr_code q;
    assert_int_equal(qr_encode(&q, &a, (struct str){text, QR_TEXT_MAX + 1}, QR_LEVEL_L, &err),
                     ERR_LIMIT);
    assert_non_null(strstr(err.msg, "at most 2953"));
    assert_int_equal(qr_encode(&q, &a, (struct str){text, 1274}, QR_LEVEL_H, &err), ERR_LIMIT);
    assert_int_equal(qr_encode(&q, &a, STR(""), QR_LEVEL_L, &err), ERR_INVALID);
}

static void
pictures_are_png(void **state)
{
    (void)state;
    struct qr_code q;
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(qr_encode(&q, &a, STR("otpauth://totp/x?secret=A"), QR_LEVEL_L, &err), ERR_OK);
    assert_int_equal(qr_png_write(&q, 6, QR_QUIET, &out, &err), ERR_OK);
    assert_memory_equal(out.p, "\x89PNG\r\n\x1a\n", 8);
    /* Big-endian width in IHDR. */
    int side = (q.size + 2 * QR_QUIET) * 6;
    assert_int_equal((unsigned char)out.p[18] * 256 + (unsigned char)out.p[19], side);
    assert_true(out.n < 4096);
    assert_int_equal(qr_png_write(&q, 0, QR_QUIET, &out, &err), ERR_INVALID);
    assert_int_equal(qr_png_write(&q, QR_SCALE_MAX + 1, QR_QUIET, &out, &err), ERR_INVALID);
    assert_int_equal(qr_png_write(&q, 1, -1, &out, &err), ERR_INVALID);
    buf_fini(&out);
    buf_init(&out, 16);
    assert_int_equal(qr_png_write(&q, 1, 1, &out, &err), ERR_INTERNAL);
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_follow_the_text),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(pictures_are_png),
    };
    arena_init(&a, 1 << 20);
    int failed = cmocka_run_group_tests_name("code", tests, NULL, NULL);
    arena_fini(&a);
    return failed;
}
