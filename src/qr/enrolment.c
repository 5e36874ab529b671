#include "qr/enrolment.h"

#include "base/buf.h"
#include "base/secret.h"
#include "crypto/totp.h"
#include "qr/picture.h"

enum err_code
qr_enrolment_open(struct qr_enrolment *out, struct arena *a, struct str given, struct err *err)
{
    struct qr_picture picture;
    *out = (struct qr_enrolment){.readable = false};
    enum err_code rc = qr_picture_open(&picture, a, given, err);
    if (rc)
        return rc;
    out->code = picture.code;
    if (!str_given(picture.text))
        return ERR_OK;
    struct buf uri;
    buf_init(&uri, 4 * OTPAUTH_MAX);
    rc = otpauth_parse(picture.text, a, &out->key, err);
    if (!rc) {
        otpauth_write(&out->key, &uri);
        out->uri = arena_str(a, buf_str(&uri));
        out->readable = true;
        rc = qr_encode(&out->code, a, out->uri, QR_LEVEL_L, err);
    }
    secret_buf_fini(&uri);
    return rc;
}

static enum totp_hash
hash_of(const struct otpauth *key)
{
    if (str_eq(key->algorithm, STR("SHA256")))
        return TOTP_SHA256;
    return str_eq(key->algorithm, STR("SHA512")) ? TOTP_SHA512 : TOTP_SHA1;
}

/* Digits alone; people type the spaces that apps show. */
static bool
clean(struct str code, char out[TOTP_DIGITS_MAX + 1], size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] == ' ')
            continue;
        if (code.p[i] < '0' || code.p[i] > '9' || *n == TOTP_DIGITS_MAX)
            return false;
        out[(*n)++] = code.p[i];
    }
    return true;
}

static bool
is_code_of(const struct qr_enrolment *e, struct str seed, int64_t step, struct str given)
{
    char right[TOTP_DIGITS_MAX + 1];
    bool same =
        step >= 0 &&
        totp_code(hash_of(&e->key), seed, (uint64_t)step, e->key.digits, right, NULL) == ERR_OK &&
        str_eq_secret(str_of(right), given);
    secret_wipe(right, sizeof right);
    return same;
}

bool
qr_enrolment_drift(const struct qr_enrolment *e, struct str code, int64_t now_ms, int *steps)
{
    char digits[TOTP_DIGITS_MAX + 1];
    size_t n;
    struct buf seed;
    if (!e->readable || e->key.counter || !clean(code, digits, &n))
        return false;
    buf_init(&seed, TOTP_SEED_MAX);
    bool found = false;
    int64_t now = now_ms / 1000 / e->key.period;
    if (totp_seed_read(e->key.secret, &seed))
        for (int i = 0; i <= QR_DRIFT_STEPS && !found; i++) {
            struct str given = {digits, n};
            bool behind = is_code_of(e, buf_str(&seed), now - i, given);
            found = behind || is_code_of(e, buf_str(&seed), now + i, given);
            *steps = behind ? -i : i;
        }
    secret_buf_fini(&seed);
    return found;
}

int64_t
qr_enrolment_left_ms(const struct qr_enrolment *e, int64_t now_ms)
{
    int64_t period = (e->readable ? e->key.period : 30) * INT64_C(1000);
    return period - now_ms % period;
}
