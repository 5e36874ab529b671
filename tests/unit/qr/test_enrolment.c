/* What a service sends for an enrolment, and telling a clock that is off from a wrong code. */
#include "base/buf.h"
#include "base/mem.h"
#include "crypto/totp.h"
#include "qr/enrolment.h"
#include "qr/png_write.h"
#include "tests/support/unit.h"

static struct arena a;
static struct err err;

static void
the_shortest_code_is_made_of_a_picture(void **state)
{
    (void)state;
    static const char sent[] = "otpauth://totp/Acme:ada?secret=JBSWY3DPEHPK3PXP&period=30&digits=6"
                               "&algorithm=SHA1&issuer=Acme";
    struct qr_code q;
    struct buf png, url;
    buf_init(&png, 1 << 20);
    buf_init(&url, 1 << 20);
    assert_int_equal(qr_encode(&q, &a, STR(sent), QR_LEVEL_M, &err), ERR_OK);
    assert_int_equal(qr_png_write(&q, 4, 4, &png, &err), ERR_OK);
    buf_add_text(&url, "data:image/png;base64,");
    buf_add_base64(&url, png.p, png.n);
    struct qr_enrolment e;
    assert_int_equal(qr_enrolment_open(&e, &a, buf_str(&url), &err), ERR_OK);
    assert_true(e.readable);
    assert_str(e.uri, "otpauth://totp/Acme:ada?secret=JBSWY3DPEHPK3PXP&issuer=Acme");
    assert_str(e.key.secret, "JBSWY3DPEHPK3PXP");
    assert_true(e.code.size < q.size);
    assert_int_equal(qr_enrolment_open(&e, &a, STR(sent), &err), ERR_OK);
    assert_str(e.key.issuer, "Acme");
    assert_int_equal(qr_enrolment_open(&e, &a, STR("otpauth://totp/x"), &err), ERR_PARSE);
    assert_int_equal(qr_enrolment_open(&e, &a, STR("https://example.com"), &err), ERR_PARSE);
    buf_fini(&url);
    buf_fini(&png);
}

static void
drift_is_found_in_both_directions(void **state)
{
    (void)state;
    static const char *const uris[] = {
        "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8&period=60",
    };
    for (size_t u = 0; u < COUNT_OF(uris); u++) {
        struct qr_enrolment e;
        assert_int_equal(qr_enrolment_open(&e, &a, str_of(uris[u]), &err), ERR_OK);
        int64_t now = INT64_C(1700000000000), step = now / 1000 / e.key.period;
        for (int off = -QR_DRIFT_STEPS - 2; off <= QR_DRIFT_STEPS + 2; off++) {
            char code[TOTP_DIGITS_MAX + 1];
            int steps = 99;
            assert_int_equal(totp_code(TOTP_SHA1, STR("12345678901234567890"),
                                       (uint64_t)(step + off), e.key.digits, code, &err),
                             ERR_OK);
            bool found = qr_enrolment_drift(&e, str_of(code), now, &steps);
            assert_int_equal(found, off >= -QR_DRIFT_STEPS && off <= QR_DRIFT_STEPS);
            if (found)
                assert_int_equal(steps, off);
        }
        int steps;
        assert_false(qr_enrolment_drift(&e, STR("000"), now, &steps));
        assert_false(qr_enrolment_drift(&e, STR("abcdef"), now, &steps));
        assert_false(qr_enrolment_drift(&e, STR("1234567890123"), now, &steps));
        assert_int_equal(qr_enrolment_left_ms(&e, now),
                         e.key.period * 1000 - now % (e.key.period * 1000));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_code_is_made_of_a_picture),
        cmocka_unit_test(drift_is_found_in_both_directions),
    };
    arena_init(&a, 8 << 20);
    int failed = cmocka_run_group_tests_name("enrolment", tests, NULL, NULL);
    arena_fini(&a);
    return failed;
}
