#ifndef QR_OTPAUTH_H
#define QR_OTPAUTH_H
/*
 * Key URIs of authenticator apps: otpauth://totp/ISSUER:ACCOUNT?secret=BASE32&issuer=ISSUER, with
 * digits, period and algorithm when they are not 6, 30 and SHA1. The layout is the one that apps
 * have agreed on (google-authenticator wiki, "Key Uri Format"). Views live in the caller's arena;
 * any thread.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { OTPAUTH_MAX = 2048 };

struct otpauth {
    bool counter;          /* hotp instead of totp */
    struct str issuer;     /* "" if none */
    struct str account;    /* without the issuer */
    struct str secret;     /* base32, upper case, no padding, no spaces */
    struct str algorithm;  /* "SHA1" */
    int digits, period;    /* period in seconds */
    int64_t counter_value; /* of hotp */
};

/* True if the text begins like one; says nothing about the rest. */
bool otpauth_is(struct str text);
/* ERR_PARSE with a sentence that names what is wrong; the secret is never part of it. */
enum err_code otpauth_parse(struct str uri, struct arena *a, struct otpauth *out,
                            struct err *err) MUST_USE;
/* Appends the shortest text that apps read as the same: defaults are left out. */
void otpauth_write(const struct otpauth *o, struct buf *out);
/* True for six digits every 30 seconds by SHA-1, which is what apps assume. */
bool otpauth_is_usual(const struct otpauth *o);
/* The secret for typing: groups of four, "JBSW Y3DP ...". */
struct str otpauth_groups(struct arena *a, struct str secret);
#endif
