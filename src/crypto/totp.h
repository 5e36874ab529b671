#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H
/*
 * One-time codes of authenticator apps: HOTP (RFC 4226) over steps of time (RFC 6238), and seeds in
 * base32 (RFC 4648) as people and apps exchange them. No state: who remembers which step was used
 * is the store (store/factors.h). Any thread.
 */
#include "base/buf.h"
#include "base/err.h"

enum totp_hash { TOTP_SHA1, TOTP_SHA256, TOTP_SHA512 };
enum {
    TOTP_DIGITS = 6,
    TOTP_DIGITS_MAX = 8,
    TOTP_PERIOD_MS = 30 * 1000,
    TOTP_WINDOW = 1,     /* steps before and after the present one that are let through */
    TOTP_SEED_SIZE = 20, /* of the seeds we make: 160 bits, what SHA-1 gives */
    TOTP_SEED_MIN = 10,  /* of seeds made elsewhere: many have 80 bits */
    TOTP_SEED_MAX = 64
};

/*
 * The code of one counter, `digits` of 6 to 8, NUL-terminated. ERR_INVALID for a key that does not
 * fit the hash: SHA-256 and SHA-512 want as many bytes as they give, SHA-1 from TOTP_SEED_MIN on.
 */
enum err_code totp_code(enum totp_hash hash, struct str key, uint64_t counter, int digits,
                        char out[TOTP_DIGITS_MAX + 1], struct err *err) MUST_USE;

/*
 * The step, of those around `now_ms` and after `last_step`, whose six-digit SHA-1 code this is; -1
 * if none. Takes the same time whichever it is. Spaces inside the code are let through.
 */
int64_t totp_find(struct str key, struct str code, int64_t now_ms, int64_t last_step);

/* Seed to text: upper case, without padding. */
void totp_seed_write(struct str seed, struct buf *out);
/* Text to seed: any case, spaces and hyphens between, padding at the end. False, and `out` as it
 * was, for anything else or a length outside TOTP_SEED_MIN .. TOTP_SEED_MAX. */
bool totp_seed_read(struct str text, struct buf *out);
#endif
