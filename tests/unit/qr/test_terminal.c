/* What the environment says about drawing codes. */
#include "base/mem.h"
#include "qr/terminal.h"
#include "tests/support/unit.h"

static void
terminals_are_judged_by_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *term, *colorterm, *wish;
        bool utf8;
        enum qr_ink ink;
        bool half, erases;
    } rows[] = {
        {"xterm-256color", NULL, NULL, true, QR_INK_256, true, true},
        {"xterm-256color", "truecolor", NULL, true, QR_INK_RGB, true, true},
        {"xterm-256color", "24bit", NULL, false, QR_INK_RGB, false, true},
        {"xterm-256color", "yes", "auto", true, QR_INK_256, true, true},
        {"xterm-direct", NULL, NULL, true, QR_INK_256, true, true},
        {"xterm", NULL, NULL, true, QR_INK_16, true, true},
        {"screen", NULL, NULL, true, QR_INK_8, true, false},
        {"screen.xterm-256color", NULL, NULL, true, QR_INK_256, true, false},
        {"tmux", NULL, NULL, true, QR_INK_8, true, false},
        {"linux", NULL, NULL, true, QR_INK_8, false, true},
        {"linux", NULL, "half", true, QR_INK_8, true, true},
        {"vt100", NULL, NULL, true, QR_INK_REVERSE, false, false},
        {"vt220", NULL, NULL, false, QR_INK_REVERSE, false, false},
        {"xterm", NULL, "mono", true, QR_INK_REVERSE, true, true},
        {"xterm", NULL, "ascii", true, QR_INK_NONE, true, true},
        {"something-new", NULL, NULL, true, QR_INK_8, true, false},
        {"dumb", "truecolor", NULL, true, QR_INK_NONE, false, false},
        {"", NULL, NULL, true, QR_INK_NONE, false, false},
        {NULL, NULL, NULL, true, QR_INK_NONE, false, false},
        {"xterm", NULL, "nonsense", true, QR_INK_16, true, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct qr_terminal t;
        qr_terminal_judge(&t, rows[i].term, rows[i].colorterm, rows[i].wish, rows[i].utf8);
        if (t.ink != rows[i].ink || t.half != rows[i].half || t.erases != rows[i].erases)
            fail_msg("row %zu: ink %d, half %d, erases %d", i, t.ink, t.half, t.erases);
        assert_true(t.half || t.why);
        assert_false(t.off);
    }
}

static void
wishes_are_kept(void **state)
{
    (void)state;
    struct arena a;
    struct qr_code q;
    struct qr_terminal t;
    arena_init(&a, 1 << 20);
    assert_int_equal(qr_encode(&q, &a, STR("x"), QR_LEVEL_L, NULL), ERR_OK);
    qr_terminal_judge(&t, "xterm", NULL, "off", true);
    assert_true(t.off);
    assert_int_equal(qr_terminal_fit(&t, &q, 100, 100).mode, QR_NONE);
    qr_terminal_judge(&t, "xterm", NULL, "half", true);
    struct qr_fit fit = qr_terminal_fit(&t, &q, 100, 100);
    assert_true(fit.mode == QR_HALF && fit.quiet == 4);
    fit = qr_terminal_fit(&t, &q, 13, 25);
    assert_true(fit.mode == QR_HALF && fit.quiet == 2);
    assert_int_equal(qr_terminal_fit(&t, &q, 12, 25).mode, QR_NONE);
    qr_terminal_judge(&t, "xterm", NULL, "full", true);
    assert_int_equal(qr_terminal_fit(&t, &q, 24, 80).mode, QR_NONE);
    fit = qr_terminal_fit(&t, &q, 26, 80);
    assert_true(fit.mode == QR_FULL && fit.quiet == 2);
    qr_terminal_judge(&t, "xterm", NULL, "ascii", true);
    fit = qr_terminal_fit(&t, &q, 29, 58);
    assert_true(fit.mode == QR_ASCII && fit.quiet == 4);
    qr_terminal_judge(&t, NULL, NULL, NULL, true);
    assert_int_equal(qr_terminal_fit(&t, &q, 29, 58).mode, QR_ASCII);
    assert_string_equal(qr_mode_name(QR_HALF), "half blocks");
    arena_fini(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminals_are_judged_by_their_names),
        cmocka_unit_test(wishes_are_kept),
    };
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
