#ifndef TESTS_SUPPORT_TOTP_APP_H
#define TESTS_SUPPORT_TOTP_APP_H
/* An authenticator app as a phone is one: it reads the picture, keeps the seed, and shows codes. What
 * cannot be read fails the test. */
#include "base/arena.h"
#include "qr/otpauth.h"

struct totp_app {
    struct otpauth key;
    char seed[64];
    size_t n;
};

/* Reads qrCode as the service sends it: a data URL with a PNG. */
void totp_app_scan(struct totp_app *app, struct arena *a, struct str qr_code);
/* From the seed in base32. */
void totp_app_type(struct totp_app *app, struct str seed);
/* The code `steps` of 30 s from now, in the arena. */
struct str totp_app_code(const struct totp_app *app, struct arena *a, int steps);
#endif
