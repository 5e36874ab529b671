#include "tests/support/totp_app.h"

#include "base/clock.h"
#include "crypto/totp.h"
#include "qr/picture.h"
#include "tests/support/unit.h"

void
totp_app_type(struct totp_app *app, struct str seed)
{
    struct buf bytes;
    buf_init(&bytes, sizeof app->seed);
    assert_true(totp_seed_read(seed, &bytes));
    memcpy(app->seed, bytes.p, bytes.n);
    app->n = bytes.n;
    buf_fini(&bytes);
}

void
totp_app_scan(struct totp_app *app, struct arena *a, struct str qr_code)
{
    struct qr_picture picture;
    struct err err = {.code = ERR_OK};
    assert_true(str_starts(qr_code, STR("data:image/png;base64,")));
    if (qr_picture_open(&picture, a, qr_code, &err) != ERR_OK || !str_given(picture.text))
        fail_msg("the picture cannot be read: %s", err.msg);
    if (otpauth_parse(picture.text, a, &app->key, &err) != ERR_OK)
        fail_msg("%s", err.msg);
    totp_app_type(app, app->key.secret);
}

struct str
totp_app_code(const struct totp_app *app, struct arena *a, int steps)
{
    char code[TOTP_DIGITS_MAX + 1];
    int64_t step = clock_now_ms() / TOTP_PERIOD_MS + steps;
    assert_int_equal(totp_code(TOTP_SHA1, (struct str){app->seed, app->n}, (uint64_t)step,
                               TOTP_DIGITS, code, NULL),
                     ERR_OK);
    return arena_text(a, code);
}
