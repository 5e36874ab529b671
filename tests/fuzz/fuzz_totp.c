/*
 * A seed as somebody typed it on the first line, a name of the service on the second, of the account on the rest. What is
 * read as a seed is written the same way by us, and comes back from the key URI with the names as they went in.
 */
#include "base/arena.h"
#include "base/mem.h"
#include "crypto/totp.h"
#include "qr/otpauth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
through_key_uri(struct str seed, struct str issuer, struct str account)
{
    struct arena a;
    struct buf uri;
    struct otpauth back;
    struct otpauth key = {.issuer = issuer,
                          .account = account,
                          .secret = seed,
                          .algorithm = STR("SHA1"),
                          .digits = 6,
                          .period = 30};
    arena_init(&a, 1 << 20);
    buf_init(&uri, OTPAUTH_MAX);
    otpauth_write(&key, &uri);
    if (!uri.failed && otpauth_parse(buf_str(&uri), &a, &back, NULL) == ERR_OK) {
        ASSERT(str_eq(back.secret, seed));
        ASSERT(back.digits == 6 && back.period == 30 && !back.counter);
    }
    buf_fini(&uri);
    arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = {(const char *)data, size}, typed = {NULL, 0}, issuer = {NULL, 0};
    (void)str_next(&rest, '\n', &typed);
    (void)str_next(&rest, '\n', &issuer);
    struct buf seed, text, again;
    buf_init(&seed, 256);
    buf_init(&text, 256);
    buf_init(&again, 256);
    if (totp_seed_read(typed, &seed)) {
        ASSERT(seed.n >= TOTP_SEED_MIN && seed.n <= TOTP_SEED_MAX);
        totp_seed_write(buf_str(&seed), &text);
        ASSERT(totp_seed_read(buf_str(&text), &again));
        ASSERT(str_eq(buf_str(&seed), buf_str(&again)));
        (void)totp_find(buf_str(&seed), issuer, INT64_C(1700000000000), -1);
        through_key_uri(buf_str(&text), issuer, rest);
    } else {
        ASSERT(seed.n == 0);
    }
    buf_fini(&seed);
    buf_fini(&text);
    buf_fini(&again);
    return 0;
}
