#include "crypto/webauthn_data.h"

#include "base/mem.h"
#include "crypto/cbor.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

enum {
    AAGUID = 16,
    ID_MIN = 16, /* what the standard calls probabilistically unique begins here */
    POINT = 32,
    MODULUS = 256,
    EXPONENT = 3,
    CERTIFICATES_MAX = 4,
    CERTIFICATE_MAX = 4096
};

/* ---- public keys as COSE ---- */

/* Labels and values of RFC 9053: 1 kty, 3 alg, then what the kind needs. */
enum { KTY = 1, ALG = 3, KTY_OKP = 1, KTY_EC2 = 2, KTY_RSA = 3, CRV_P256 = 1, CRV_ED25519 = 6 };

static bool
read_pair(struct str *rest, int64_t label, int64_t *value)
{
    int64_t got;
    return cbor_int(rest, &got) && got == label && cbor_int(rest, value);
}

/* Appends a byte string of exactly so many bytes to the key. */
static bool
read_part(struct str *rest, int64_t label, size_t size, struct webauthn_auth_data *out)
{
    int64_t got;
    struct str part;
    if (!cbor_int(rest, &got) || got != label || !cbor_bytes(rest, &part) || part.n != size)
        return false;
    memcpy(out->key + out->key_n, part.p, size);
    out->key_n += size;
    return true;
}

/* OpenSSL takes a point only if it is on the curve. */
static bool
is_on_p256(const unsigned char *xy)
{
    unsigned char point[1 + 2 * POINT] = {4};
    memcpy(point + 1, xy, sizeof point - 1);
    char group[] = "prime256v1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool ok = ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
              EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_free(pkey);
    EVP_PKEY_CTX_free(ctx);
    if (!ok)
        ERR_clear_error();
    return ok;
}

/* 2048 bits, odd, and an odd exponent from 65537 on. */
static bool
is_sound_rsa(const unsigned char *key)
{
    const unsigned char *e = key + MODULUS;
    unsigned long exponent = (unsigned long)e[0] << 16 | (unsigned long)e[1] << 8 | e[2];
    return key[0] & 0x80 && key[MODULUS - 1] & 1 && exponent >= 65537 && exponent & 1;
}

static bool
read_es256(struct str *rest, size_t members, struct webauthn_auth_data *out)
{
    int64_t curve;
    return members == 5 && read_pair(rest, -1, &curve) && curve == CRV_P256 &&
           read_part(rest, -2, POINT, out) && read_part(rest, -3, POINT, out) &&
           is_on_p256(out->key);
}

/* libsodium also refuses the points of small order, for which one signature fits many messages. */
static bool
read_eddsa(struct str *rest, size_t members, struct webauthn_auth_data *out)
{
    int64_t curve;
    return members == 4 && read_pair(rest, -1, &curve) && curve == CRV_ED25519 &&
           read_part(rest, -2, POINT, out) && crypto_core_ed25519_is_valid_point(out->key) == 1;
}

static bool
read_rs256(struct str *rest, size_t members, struct webauthn_auth_data *out)
{
    return members == 4 && read_part(rest, -1, MODULUS, out) &&
           read_part(rest, -2, EXPONENT, out) && is_sound_rsa(out->key);
}

/* Exactly the members of the algorithm, in canonical order. */
static bool
read_key(struct str *rest, struct webauthn_auth_data *out)
{
    size_t members;
    int64_t kind, algorithm;
    if (!cbor_map(rest, &members) || !read_pair(rest, KTY, &kind) ||
        !read_pair(rest, ALG, &algorithm))
        return false;
    switch (algorithm) {
    case WEBAUTHN_ES256:
        out->algorithm = WEBAUTHN_ES256;
        return kind == KTY_EC2 && read_es256(rest, members, out);
    case WEBAUTHN_EDDSA:
        out->algorithm = WEBAUTHN_EDDSA;
        return kind == KTY_OKP && read_eddsa(rest, members, out);
    case WEBAUTHN_RS256:
        out->algorithm = WEBAUTHN_RS256;
        return kind == KTY_RSA && read_rs256(rest, members, out);
    default:
        return false;
    }
}

/* ---- authenticator data: hash, flags, counter; id and key; extensions ---- */

static bool
take(struct str *rest, size_t n, struct str *out)
{
    if (rest->n < n)
        return false;
    *out = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n);
    return true;
}

static uint32_t
big_endian(struct str s)
{
    uint32_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v = v << 8 | (unsigned char)s.p[i];
    return v;
}

static enum webauthn_fault
read_credential(struct str *rest, struct webauthn_auth_data *out)
{
    struct str aaguid, size;
    if (!take(rest, AAGUID, &aaguid) || !take(rest, 2, &size))
        return WEBAUTHN_AUTH_DATA;
    size_t n = big_endian(size);
    if (n < ID_MIN || n > WEBAUTHN_ID_MAX)
        return WEBAUTHN_ID;
    if (!take(rest, n, &out->id))
        return WEBAUTHN_AUTH_DATA;
    return read_key(rest, out) ? WEBAUTHN_OK : WEBAUTHN_KEY;
}

static bool
read_start(struct str *rest, struct webauthn_auth_data *out)
{
    struct str flags, counter;
    if (!take(rest, WEBAUTHN_RP_HASH_SIZE, &out->rp_hash) || !take(rest, 1, &flags) ||
        !take(rest, 4, &counter))
        return false;
    out->flags = (unsigned char)flags.p[0];
    out->counter = big_endian(counter);
    return !(out->flags & WEBAUTHN_BACKED_UP) || out->flags & WEBAUTHN_MAY_BACK_UP;
}

enum webauthn_fault
webauthn_read_auth_data(struct str bytes, struct webauthn_auth_data *out)
{
    *out = (struct webauthn_auth_data){.key_n = 0};
    if (bytes.n > WEBAUTHN_AUTH_DATA_MAX || !read_start(&bytes, out))
        return WEBAUTHN_AUTH_DATA;
    enum webauthn_fault fault = WEBAUTHN_OK;
    if (out->flags & WEBAUTHN_ATTESTED)
        fault = read_credential(&bytes, out);
    if (fault)
        return fault;
    if (out->flags & WEBAUTHN_EXTENDED && (!cbor_is_map(bytes) || !cbor_skip(&bytes, NULL)))
        return WEBAUTHN_AUTH_DATA;
    return bytes.n == 0 ? WEBAUTHN_OK : WEBAUTHN_AUTH_DATA;
}

/* ---- attestation objects ---- */

struct statement {
    struct str signature;
    size_t n_certificates;
    bool has_algorithm;
    int64_t algorithm;
};

static bool
read_certificates(struct str *rest, struct statement *out)
{
    size_t n;
    if (out->n_certificates || !cbor_array(rest, &n) || n == 0 || n > CERTIFICATES_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct str certificate;
        if (!cbor_bytes(rest, &certificate) || certificate.n == 0 ||
            certificate.n > CERTIFICATE_MAX)
            return false;
    }
    out->n_certificates = n;
    return true;
}

static bool
read_member(struct str *rest, struct str name, struct statement *out)
{
    if (str_eq(name, STR("sig")))
        return !out->signature.n && cbor_bytes(rest, &out->signature) && out->signature.n &&
               out->signature.n <= WEBAUTHN_SIGNATURE_MAX;
    if (str_eq(name, STR("x5c")))
        return read_certificates(rest, out);
    if (!str_eq(name, STR("alg")) || out->has_algorithm)
        return false;
    out->has_algorithm = true;
    return cbor_int(rest, &out->algorithm);
}

/* Of alg, sig and x5c each at most once, and nothing else. */
static bool
read_statement(struct str bytes, struct statement *out)
{
    size_t n;
    *out = (struct statement){.algorithm = 0};
    if (!cbor_map(&bytes, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct str name;
        if (!cbor_text(&bytes, &name) || !read_member(&bytes, name, out))
            return false;
    }
    return bytes.n == 0;
}

static bool
is_algorithm(int64_t v)
{
    return v == WEBAUTHN_ES256 || v == WEBAUTHN_EDDSA || v == WEBAUTHN_RS256;
}

static enum webauthn_fault
set_format(struct str name, struct webauthn_attestation *out)
{
    struct statement s;
    if (str_eq(name, STR("none"))) {
        out->format = WEBAUTHN_NONE;
        return str_eq(out->statement, STR("\xa0")) ? WEBAUTHN_OK : WEBAUTHN_ATTESTATION;
    }
    bool packed = str_eq(name, STR("packed"));
    if (!packed && !str_eq(name, STR("fido-u2f")))
        return WEBAUTHN_FORMAT;
    if (!read_statement(out->statement, &s) || !s.signature.n)
        return WEBAUTHN_ATTESTATION;
    out->algorithm = s.algorithm;
    if (packed) {
        out->format = s.n_certificates ? WEBAUTHN_PACKED : WEBAUTHN_SELF;
        return is_algorithm(s.algorithm) ? WEBAUTHN_OK : WEBAUTHN_ATTESTATION;
    }
    out->format = WEBAUTHN_U2F;
    return s.n_certificates == 1 && !s.has_algorithm ? WEBAUTHN_OK : WEBAUTHN_ATTESTATION;
}

/* Browsers differ in the order of the three members, so any will do. */
static bool
read_object_member(struct str *rest, struct str name, struct str *format,
                   struct webauthn_attestation *out)
{
    if (str_eq(name, STR("fmt")))
        return !str_given(*format) && cbor_text(rest, format);
    if (str_eq(name, STR("authData")))
        return !str_given(out->auth_data) && cbor_bytes(rest, &out->auth_data);
    return str_eq(name, STR("attStmt")) && !str_given(out->statement) && cbor_is_map(*rest) &&
           cbor_skip(rest, &out->statement);
}

static bool
read_object(struct str *rest, struct str *format, struct webauthn_attestation *out)
{
    size_t n;
    if (!cbor_map(rest, &n) || n != 3)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct str name;
        if (!cbor_text(rest, &name) || !read_object_member(rest, name, format, out))
            return false;
    }
    return rest->n == 0;
}

enum webauthn_fault
webauthn_read_attestation(struct str bytes, struct webauthn_attestation *out)
{
    struct str format = {NULL, 0};
    *out = (struct webauthn_attestation){.algorithm = 0};
    if (!read_object(&bytes, &format, out))
        return WEBAUTHN_ATTESTATION;
    return set_format(format, out);
}
