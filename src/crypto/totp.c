#include "crypto/totp.h"

#include "base/secret.h"
#include "crypto/hmac.h"

static const struct {
    enum hmac_hash hash;
    size_t least; /* bytes of a key */
} HASHES[] = {
    [TOTP_SHA1] = {HMAC_SHA1, TOTP_SEED_MIN},
    [TOTP_SHA256] = {HMAC_SHA256, 32},
    [TOTP_SHA512] = {HMAC_SHA512, 64},
};

/* RFC 4226, 5.3: 31 bits from where the last four bits point. */
static uint32_t
truncate(const unsigned char *mac, unsigned n)
{
    const unsigned char *p = mac + (mac[n - 1] & 15);
    return (uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

enum err_code
totp_code(enum totp_hash hash, struct str key, uint64_t counter, int digits,
          char out[TOTP_DIGITS_MAX + 1], struct err *err)
{
    unsigned char text[8], mac[HMAC_SIZE_MAX];
    unsigned n = 0;
    if (key.n < HASHES[hash].least || key.n > TOTP_SEED_MAX)
        return err_set(err, ERR_INVALID, "the key does not fit the hash");
    if (digits < TOTP_DIGITS || digits > TOTP_DIGITS_MAX)
        return err_set(err, ERR_INVALID, "a code has %d to %d digits", TOTP_DIGITS,
                       TOTP_DIGITS_MAX);
    for (int i = 7; i >= 0; i--, counter >>= 8)
        text[i] = (unsigned char)counter;
    struct str counted = {(const char *)text, sizeof text};
    enum err_code rc = hmac_compute(HASHES[hash].hash, key, counted, mac, &n, err);
    if (rc)
        return rc;
    uint32_t value = truncate(mac, n);
    secret_wipe(mac, sizeof mac);
    for (int i = digits; i-- > 0; value /= 10)
        out[i] = (char)('0' + value % 10);
    out[digits] = '\0';
    return ERR_OK;
}

/* Digits only; false unless there are exactly TOTP_DIGITS. */
static bool
read_code(struct str code, char out[TOTP_DIGITS])
{
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] == ' ')
            continue;
        if (code.p[i] < '0' || code.p[i] > '9' || n == TOTP_DIGITS)
            return false;
        out[n++] = code.p[i];
    }
    return n == TOTP_DIGITS;
}

int64_t
totp_find(struct str key, struct str code, int64_t now_ms, int64_t last_step)
{
    char given[TOTP_DIGITS], right[TOTP_DIGITS_MAX + 1];
    int64_t now = now_ms / TOTP_PERIOD_MS, found = -1;
    if (!read_code(code, given))
        return -1;
    for (int64_t step = now - TOTP_WINDOW; step <= now + TOTP_WINDOW; step++) {
        if (step < 0 || totp_code(TOTP_SHA1, key, (uint64_t)step, TOTP_DIGITS, right, NULL))
            continue;
        bool same =
            str_eq_secret((struct str){given, TOTP_DIGITS}, (struct str){right, TOTP_DIGITS});
        if (same && step > last_step)
            found = step;
    }
    secret_wipe(right, sizeof right);
    return found;
}

/* ---- base32 ---- */

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void
totp_seed_write(struct str seed, struct buf *out)
{
    uint32_t bits = 0;
    unsigned n = 0;
    for (size_t i = 0; i < seed.n; i++) {
        bits = bits << 8 | (unsigned char)seed.p[i];
        for (n += 8; n >= 5; n -= 5)
            buf_add_char(out, ALPHABET[bits >> (n - 5) & 31]);
        bits &= (1u << n) - 1;
    }
    if (n)
        buf_add_char(out, ALPHABET[bits << (5 - n) & 31]);
}

static int
digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Adds the bytes of the text; false on a foreign character, a dangling digit, or bits left over. */
static bool
decode(struct str text, struct buf *out)
{
    uint32_t bits = 0;
    unsigned n = 0;
    size_t digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ' || text.p[i] == '-')
            continue;
        int d = digit_of(text.p[i]);
        if (d < 0)
            return false;
        digits++;
        bits = bits << 5 | (uint32_t)d;
        n += 5;
        if (n >= 8) {
            n -= 8;
            buf_add_char(out, (char)(bits >> n & 255));
            bits &= (1u << n) - 1;
        }
    }
    return bits == 0 && (digits % 8 == 0 || digits % 8 == 2 || digits % 8 == 4 || digits % 8 == 5 ||
                         digits % 8 == 7);
}

bool
totp_seed_read(struct str text, struct buf *out)
{
    struct buf seed;
    text = str_trim(text);
    for (int i = 0; i < 6 && str_ends(text, STR("=")); i++)
        text = str_sub(text, 0, text.n - 1);
    buf_init(&seed, TOTP_SEED_MAX);
    bool ok = decode(text, &seed) && !seed.failed && seed.n >= TOTP_SEED_MIN;
    if (ok)
        buf_add(out, seed.p, seed.n);
    secret_buf_fini(&seed);
    return ok;
}
