/*
 * Tokens as attackers write them (RFC 8725, section 3): every header with every kind of signature
 * that could be taken for the right one. What is signed here is signed by OpenSSL, so that nothing
 * of ours makes the forgeries tidier than they would be.
 */
#include "base/mem.h"
#include "crypto/jwt.h"
#include "tests/support/pem.h"
#include "tests/support/unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>

static const int64_t NOW = INT64_C(1700000000000);
#define CLAIMS "{\"sub\":\"u\",\"iat\":1700000000,\"exp\":1700000300}"

/* With what the forgery is signed. OWN is the verifier's key: the attack is in the header then. */
enum signer {
    NOTHING,
    OWN,
    OWN_SHA512,
    OWN_PSS,
    FOREIGN_RSA,
    FOREIGN_ED,
    EC_RAW,
    EC_DER,
    MAC_PEM,
    MAC_PEM_TRIMMED,
    MAC_DER,
    MAC_MODULUS,
    MAC_MODULUS_TEXT,
    MAC_KID,
    MAC_EMPTY
};

static struct arena arena;
static EVP_PKEY *own_rsa, *own_ed, *foreign_rsa, *foreign_ed, *ec;
static struct jwt_key *rsa, *ed;
static struct str rsa_pem, rsa_jwk;

static struct str
modulus_of(EVP_PKEY *key)
{
    BIGNUM *n = NULL;
    unsigned char bytes[512];
    assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
    int size = BN_bn2bin(n, bytes);
    BN_free(n);
    return arena_str(&arena, (struct str){(const char *)bytes, (size_t)size});
}

static struct str
encoded(struct str s)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add_base64url(&b, s.p, s.n);
    struct str text = arena_str(&arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static int
setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 24);
    own_rsa = EVP_RSA_gen(2048);
    foreign_rsa = EVP_RSA_gen(2048);
    own_ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    foreign_ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    ec = EVP_EC_gen("P-256");
    rsa_pem = pem_of_key(own_rsa, &arena);
    rsa_jwk = arena_printf(&arena, "{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"AQAB\"}",
                           STR_ARG(encoded(modulus_of(foreign_rsa))));
    assert_int_equal(jwt_key_from_pem(&rsa, JWT_RS256, rsa_pem, STR_ABSENT, NULL), ERR_OK);
    assert_int_equal(jwt_key_from_pem(&ed, JWT_EDDSA, pem_of_key(own_ed, &arena), STR_ABSENT, NULL),
                     ERR_OK);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    jwt_key_free(rsa);
    jwt_key_free(ed);
    EVP_PKEY *keys[] = {own_rsa, own_ed, foreign_rsa, foreign_ed, ec};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        EVP_PKEY_free(keys[i]);
    arena_fini(&arena);
    return 0;
}

/* ---- signatures ---- */

static struct str
sign_with(EVP_PKEY *key, const EVP_MD *md, bool pss, struct str input)
{
    unsigned char out[1024];
    size_t n = sizeof out;
    EVP_PKEY_CTX *params;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, &params, md, NULL, key), 1);
    if (pss)
        assert_true(EVP_PKEY_CTX_set_rsa_padding(params, RSA_PKCS1_PSS_PADDING) > 0);
    assert_int_equal(EVP_DigestSign(ctx, out, &n, (const unsigned char *)input.p, input.n), 1);
    EVP_MD_CTX_free(ctx);
    return arena_str(&arena, (struct str){(const char *)out, n});
}

static struct str
mac_with(struct str secret, struct str input)
{
    unsigned char out[64];
    unsigned n = 0;
    assert_non_null(HMAC(EVP_sha256(), secret.p, (int)secret.n, (const unsigned char *)input.p,
                         input.n, out, &n));
    return arena_str(&arena, (struct str){(const char *)out, n});
}

static struct str
der_of(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(key, &der);
    struct str out = arena_str(&arena, (struct str){(const char *)der, (size_t)n});
    OPENSSL_free(der);
    return out;
}

/* r and s, 32 bytes each, from DER. */
static struct str
raw_of(struct str der)
{
    unsigned char raw[64];
    const unsigned char *p = (const unsigned char *)der.p;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32);
    ECDSA_SIG_free(sig);
    return arena_str(&arena, (struct str){(const char *)raw, sizeof raw});
}

static struct str
mac_secret(enum signer by)
{
    switch (by) {
    case MAC_PEM:
        return rsa_pem;
    case MAC_PEM_TRIMMED:
        return str_trim(rsa_pem);
    case MAC_DER:
        return der_of(own_rsa);
    case MAC_MODULUS:
        return modulus_of(own_rsa);
    case MAC_MODULUS_TEXT:
        return encoded(modulus_of(own_rsa));
    case MAC_KID:
        return jwt_key_id(rsa);
    default:
        return STR("");
    }
}

static struct str
signature(enum signer by, const struct jwt_key *verifier, struct str input)
{
    bool is_rsa = verifier == rsa;
    EVP_PKEY *own = is_rsa ? own_rsa : own_ed;
    switch (by) {
    case NOTHING:
        return STR("");
    case OWN:
        return sign_with(own, is_rsa ? EVP_sha256() : NULL, false, input);
    case OWN_SHA512:
        return sign_with(own_rsa, EVP_sha512(), false, input);
    case OWN_PSS:
        return sign_with(own_rsa, EVP_sha256(), true, input);
    case FOREIGN_RSA:
        return sign_with(foreign_rsa, EVP_sha256(), false, input);
    case FOREIGN_ED:
        return sign_with(foreign_ed, NULL, false, input);
    case EC_RAW:
        return raw_of(sign_with(ec, EVP_sha256(), false, input));
    case EC_DER:
        return sign_with(ec, EVP_sha256(), false, input);
    default:
        return mac_with(mac_secret(by), input);
    }
}

/* ---- tokens ---- */

static struct str
input_of(struct str header, struct str claims)
{
    return arena_printf(&arena, "%.*s.%.*s", STR_ARG(encoded(header)), STR_ARG(encoded(claims)));
}

static struct str
token_of(struct str input, struct str sig)
{
    return arena_printf(&arena, "%.*s.%.*s", STR_ARG(input), STR_ARG(encoded(sig)));
}

static enum jwt_fault
check_at(const struct jwt_key *key, struct str token, int64_t now)
{
    struct json *claims = NULL;
    struct jwt_rules rules = {.now_ms = now};
    enum jwt_fault fault = jwt_verify(&key, 1, token, &rules, &claims);
    assert_true((fault == JWT_OK) == (claims != NULL));
    json_free(claims);
    return fault;
}

static struct str
honest(struct str claims)
{
    struct str input = input_of(STR("{\"alg\":\"RS256\",\"typ\":\"JWT\"}"), claims);
    return token_of(input, signature(OWN, rsa, input));
}

struct forgery {
    const char *name;
    bool for_ed;        /* offered to the Ed25519 key, else to the RSA key */
    const char *header; /* $kid, $jwk: of the verifier, of the attacker */
    enum signer by;
    enum jwt_fault fault;
};

static const struct forgery forgeries[] = {
    {"none", false, "{\"alg\":\"none\"}", NOTHING, JWT_ALGORITHM},
    {"None", false, "{\"alg\":\"None\"}", NOTHING, JWT_ALGORITHM},
    {"NONE", false, "{\"alg\":\"NONE\"}", NOTHING, JWT_ALGORITHM},
    {"nOnE", false, "{\"alg\":\"nOnE\"}", NOTHING, JWT_ALGORITHM},
    {"none with the key's name", false, "{\"alg\":\"none\",\"kid\":\"$kid\"}", NOTHING,
     JWT_ALGORITHM},
    {"none, signed all the same", false, "{\"alg\":\"none\"}", OWN, JWT_ALGORITHM},
    {"none with a space", false, "{\"alg\":\" none\"}", NOTHING, JWT_ALGORITHM},
    {"none and a NUL", false, "{\"alg\":\"none\\u0000\"}", NOTHING, JWT_MALFORMED},
    {"empty algorithm", false, "{\"alg\":\"\"}", NOTHING, JWT_ALGORITHM},
    {"null for an algorithm", false, "{\"alg\":null}", NOTHING, JWT_ALGORITHM},
    {"false for an algorithm", false, "{\"alg\":false}", NOTHING, JWT_ALGORITHM},
    {"a list of algorithms", false, "{\"alg\":[\"none\",\"RS256\"]}", NOTHING, JWT_ALGORITHM},
    {"no algorithm", false, "{}", NOTHING, JWT_ALGORITHM},
    {"two algorithms, ours last", false, "{\"alg\":\"none\",\"alg\":\"RS256\"}", OWN,
     JWT_MALFORMED},
    {"two algorithms, ours first", false, "{\"alg\":\"RS256\",\"alg\":\"none\"}", NOTHING,
     JWT_MALFORMED},
    {"our algorithm, not signed", false, "{\"alg\":\"RS256\"}", NOTHING, JWT_SIGNATURE},
    {"EdDSA, not signed", true, "{\"alg\":\"EdDSA\"}", NOTHING, JWT_SIGNATURE},
    {"none for EdDSA", true, "{\"alg\":\"none\"}", NOTHING, JWT_ALGORITHM},
    {"HS256 by the PEM", false, "{\"alg\":\"HS256\"}", MAC_PEM, JWT_ALGORITHM},
    {"HS256 by the PEM without its last line end", false, "{\"alg\":\"HS256\"}", MAC_PEM_TRIMMED,
     JWT_ALGORITHM},
    {"HS256 by the DER", false, "{\"alg\":\"HS256\"}", MAC_DER, JWT_ALGORITHM},
    {"HS256 by the modulus", false, "{\"alg\":\"HS256\"}", MAC_MODULUS, JWT_ALGORITHM},
    {"HS256 by the modulus as text", false, "{\"alg\":\"HS256\"}", MAC_MODULUS_TEXT, JWT_ALGORITHM},
    {"HS256 by the name of the key", false, "{\"alg\":\"HS256\",\"kid\":\"$kid\"}", MAC_KID,
     JWT_ALGORITHM},
    {"HS256 by nothing", false, "{\"alg\":\"HS256\"}", MAC_EMPTY, JWT_ALGORITHM},
    {"RS256 said, HS256 by the PEM", false, "{\"alg\":\"RS256\"}", MAC_PEM, JWT_SIGNATURE},
    {"RS256 said, HS256 by the modulus", false, "{\"alg\":\"RS256\"}", MAC_MODULUS, JWT_SIGNATURE},
    {"HS256 said, RS256 done", false, "{\"alg\":\"HS256\"}", OWN, JWT_ALGORITHM},
    {"RS512 by our key", false, "{\"alg\":\"RS512\"}", OWN_SHA512, JWT_ALGORITHM},
    {"RS256 said, RS512 done", false, "{\"alg\":\"RS256\"}", OWN_SHA512, JWT_SIGNATURE},
    {"PS256 by our key", false, "{\"alg\":\"PS256\"}", OWN_PSS, JWT_ALGORITHM},
    {"RS256 said, PS256 done", false, "{\"alg\":\"RS256\"}", OWN_PSS, JWT_SIGNATURE},
    {"EdDSA for the RSA key", false, "{\"alg\":\"EdDSA\"}", FOREIGN_ED, JWT_ALGORITHM},
    {"RS256 said, EdDSA done", false, "{\"alg\":\"RS256\"}", FOREIGN_ED, JWT_SIGNATURE},
    {"RS256 for the EdDSA key", true, "{\"alg\":\"RS256\"}", FOREIGN_RSA, JWT_ALGORITHM},
    {"EdDSA said, RS256 done", true, "{\"alg\":\"EdDSA\"}", FOREIGN_RSA, JWT_SIGNATURE},
    {"HS256 for the EdDSA key", true, "{\"alg\":\"HS256\"}", MAC_EMPTY, JWT_ALGORITHM},
    {"another EdDSA key", true, "{\"alg\":\"EdDSA\"}", FOREIGN_ED, JWT_SIGNATURE},
    {"another RSA key", false, "{\"alg\":\"RS256\"}", FOREIGN_RSA, JWT_SIGNATURE},
    {"another RSA key under our name", false, "{\"alg\":\"RS256\",\"kid\":\"$kid\"}", FOREIGN_RSA,
     JWT_SIGNATURE},
    {"ES256, r and s", false, "{\"alg\":\"ES256\"}", EC_RAW, JWT_ALGORITHM},
    {"ES256, DER", false, "{\"alg\":\"ES256\"}", EC_DER, JWT_ALGORITHM},
    {"EdDSA said, ES256 done", true, "{\"alg\":\"EdDSA\"}", EC_RAW, JWT_SIGNATURE},
    {"jwk of the attacker", false, "{\"alg\":\"RS256\",\"jwk\":$jwk}", FOREIGN_RSA, JWT_HEADER},
    {"jwk null", false, "{\"alg\":\"RS256\",\"jwk\":null}", OWN, JWT_HEADER},
    {"jku", false, "{\"alg\":\"RS256\",\"jku\":\"https://127.0.0.1:9/k\"}", FOREIGN_RSA,
     JWT_HEADER},
    {"x5u", false, "{\"alg\":\"RS256\",\"x5u\":\"https://127.0.0.1:9/c\"}", FOREIGN_RSA,
     JWT_HEADER},
    {"x5c", false, "{\"alg\":\"RS256\",\"x5c\":[\"MIIB\"]}", FOREIGN_RSA, JWT_HEADER},
    {"crit of nothing", false, "{\"alg\":\"RS256\",\"crit\":[]}", OWN, JWT_HEADER},
    {"crit of something", false, "{\"alg\":\"RS256\",\"crit\":[\"x\"],\"x\":1}", OWN, JWT_HEADER},
    {"b64 off", false, "{\"alg\":\"RS256\",\"b64\":false}", OWN, JWT_HEADER},
    {"kid a path", false, "{\"alg\":\"RS256\",\"kid\":\"../../../dev/null\"}", MAC_EMPTY,
     JWT_NO_KEY},
    {"kid SQL", false, "{\"alg\":\"RS256\",\"kid\":\"x' UNION SELECT 'k\"}", OWN, JWT_NO_KEY},
    {"kid a URL", false, "{\"alg\":\"RS256\",\"kid\":\"http://127.0.0.1:9/\"}", OWN, JWT_NO_KEY},
    {"kid empty", false, "{\"alg\":\"RS256\",\"kid\":\"\"}", OWN, JWT_NO_KEY},
    {"kid with a NUL", false, "{\"alg\":\"RS256\",\"kid\":\"$kid\\u0000x\"}", OWN, JWT_MALFORMED},
    {"kid with one letter more", false, "{\"alg\":\"RS256\",\"kid\":\"$kid0\"}", OWN, JWT_NO_KEY},
    {"kid a list", false, "{\"alg\":\"RS256\",\"kid\":[\"$kid\"]}", OWN, JWT_HEADER},
    {"kid null", false, "{\"alg\":\"RS256\",\"kid\":null}", OWN, JWT_HEADER},
    {"kid twice", false, "{\"alg\":\"RS256\",\"kid\":\"x\",\"kid\":\"$kid\"}", OWN, JWT_MALFORMED},
    {"an encrypted token's type", false, "{\"alg\":\"RS256\",\"typ\":\"JWE\"}", OWN, JWT_HEADER},
    {"another kind of token", false, "{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}", OWN, JWT_HEADER},
    {"header a list", false, "[\"RS256\"]", OWN, JWT_MALFORMED},
    {"header a text", false, "\"RS256\"", OWN, JWT_MALFORMED},
    {"header with bytes after", false, "{\"alg\":\"RS256\"}x", OWN, JWT_MALFORMED},
    {"header with a byte order mark", false, "\xef\xbb\xbf{\"alg\":\"RS256\"}", OWN, JWT_MALFORMED},
};

static struct str
filled(const char *text)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (const char *p = text; *p; p++)
        if (strncmp(p, "$kid", 4) == 0 || strncmp(p, "$jwk", 4) == 0) {
            buf_add_str(&b, p[1] == 'k' ? jwt_key_id(rsa) : rsa_jwk);
            p += 3;
        } else {
            buf_add_char(&b, *p);
        }
    struct str s = arena_str(&arena, buf_str(&b));
    buf_fini(&b);
    return s;
}

static void
forgery_is_refused(void **state)
{
    const struct forgery *f = *state;
    const struct jwt_key *key = f->for_ed ? ed : rsa;
    struct str input = input_of(filled(f->header), STR(CLAIMS));
    enum jwt_fault fault = check_at(key, token_of(input, signature(f->by, key, input)), NOW);
    assert_string_equal(jwt_fault_text(fault), jwt_fault_text(f->fault));
}

/* Else the table would prove nothing. */
static void
what_is_honest_passes(void **state)
{
    (void)state;
    static const char *const headers[] = {"{\"alg\":\"RS256\"}",
                                          "{\"alg\":\"RS256\",\"typ\":\"jwt\",\"kid\":\"$kid\"}",
                                          "{\"alg\":\"RS256\",\"x5t\":\"abc\",\"cty\":\"x\"}"};
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        struct str input = input_of(filled(headers[i]), STR(CLAIMS));
        assert_int_equal(check_at(rsa, token_of(input, signature(OWN, rsa, input)), NOW), JWT_OK);
    }
    struct str input = input_of(STR("{\"alg\":\"EdDSA\"}"), STR(CLAIMS));
    assert_int_equal(check_at(ed, token_of(input, signature(OWN, ed, input)), NOW), JWT_OK);
}

/* ---- signatures that are numbers out of place ---- */

static void
odd_numbers_are_no_signatures(void **state)
{
    (void)state;
    struct str input = input_of(STR("{\"alg\":\"RS256\"}"), STR(CLAIMS));
    struct str good = signature(OWN, rsa, input);
    static char bytes[1100];
    for (size_t n = 1; n <= sizeof bytes; n = n < 250 ? n * 2 : n + 1) {
        memset(bytes, 0, sizeof bytes); /* 0, and with the last byte 1 */
        assert_int_not_equal(check_at(rsa, token_of(input, (struct str){bytes, n}), NOW), JWT_OK);
        bytes[n - 1] = 1;
        assert_int_not_equal(check_at(rsa, token_of(input, (struct str){bytes, n}), NOW), JWT_OK);
    }
    struct str modulus = modulus_of(own_rsa);
    assert_int_equal(check_at(rsa, token_of(input, modulus), NOW), JWT_SIGNATURE);
    /* The right number with a zero in front, and one byte short. */
    memcpy(bytes + 1, good.p, good.n);
    bytes[0] = 0;
    assert_int_equal(check_at(rsa, token_of(input, (struct str){bytes, good.n + 1}), NOW),
                     JWT_SIGNATURE);
    assert_int_equal(check_at(rsa, token_of(input, str_sub(good, 0, good.n - 1)), NOW),
                     JWT_SIGNATURE);
    struct str ed_input = input_of(STR("{\"alg\":\"EdDSA\"}"), STR(CLAIMS));
    struct str ed_good = signature(OWN, ed, ed_input);
    for (size_t n = 0; n < ed_good.n; n++)
        assert_int_equal(check_at(ed, token_of(ed_input, str_sub(ed_good, 0, n)), NOW),
                         JWT_SIGNATURE);
    memset(bytes, 0, 64);
    assert_int_equal(check_at(ed, token_of(ed_input, (struct str){bytes, 64}), NOW), JWT_SIGNATURE);
}

/* S + L verifies where only the sum is looked at: the same signature in a second form. */
static void
a_signature_has_one_form(void **state)
{
    (void)state;
    static const unsigned char order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                            0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                            0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    struct str input = input_of(STR("{\"alg\":\"EdDSA\"}"), STR(CLAIMS));
    struct str good = signature(OWN, ed, input);
    unsigned char second[64];
    unsigned carry = 0;
    memcpy(second, good.p, sizeof second);
    for (size_t i = 0; i < sizeof order; i++) {
        carry += second[32 + i] + (unsigned)order[i];
        second[32 + i] = (unsigned char)carry;
        carry >>= 8;
    }
    assert_int_equal(check_at(ed, token_of(input, good), NOW), JWT_OK);
    assert_int_equal(
        check_at(ed, token_of(input, (struct str){(const char *)second, sizeof second}), NOW),
        JWT_SIGNATURE);
}

/* ---- encoding ---- */

/* The bits that no byte needs: 1 to 3 other last letters mean the same bytes to a lax reader. */
static void
spare_bits_must_be_zero(void **state)
{
    (void)state;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct str token = honest(STR("{\"sub\":\"uvw\",\"iat\":1700000000,\"exp\":1700000300}"));
    size_t end = 0, tried = 0;
    for (int part = 0; part < 3; part++) {
        size_t start = end + (part > 0);
        for (end = start; end < token.n && token.p[end] != '.'; end++)
            ;
        unsigned spare = (end - start) % 4 == 2 ? 4 : (end - start) % 4 == 3 ? 2 : 0;
        char *copy = arena_cstr(&arena, token);
        long last = strchr(digits, token.p[end - 1]) - digits;
        for (long v = 1; v < 1L << spare; v++, tried++) {
            copy[end - 1] = digits[last | v];
            assert_int_not_equal(check_at(rsa, (struct str){copy, token.n}, NOW), JWT_OK);
        }
    }
    assert_true(tried > 0);
}

static void
other_alphabets_and_parts_are_refused(void **state)
{
    (void)state;
    struct str token = honest(STR(CLAIMS));
    size_t first = (size_t)str_find_char(token, '.');
    static const char inserted[] = "=+/ \t\r\n.,~%\0\x80";
    for (size_t at = 0; at <= token.n; at += at < first + 3 ? 1 : 97)
        for (size_t i = 0; i + 1 < sizeof inserted; i++) {
            struct buf b;
            buf_init(&b, JWT_SIZE_MAX);
            buf_add_str(&b, str_sub(token, 0, at));
            buf_add_char(&b, inserted[i]);
            buf_add_str(&b, str_sub(token, at, token.n));
            assert_int_not_equal(check_at(rsa, buf_str(&b), NOW), JWT_OK);
            buf_fini(&b);
        }
    struct str five = arena_printf(&arena, "%.*s.%.*s", STR_ARG(token), STR_ARG(token));
    assert_int_equal(check_at(rsa, five, NOW), JWT_MALFORMED);
    struct str json = arena_printf(&arena, "{\"payload\":\"%.*s\"}", STR_ARG(token));
    assert_int_equal(check_at(rsa, json, NOW), JWT_MALFORMED);
}

static void
large_tokens_are_not_looked_at(void **state)
{
    (void)state;
    struct str token = honest(STR(CLAIMS));
    char *large = arena_alloc(&arena, 1 << 20, 1);
    memset(large, 'A', 1 << 20);
    memcpy(large, token.p, token.n);
    assert_int_equal(check_at(rsa, (struct str){large, 1 << 20}, NOW), JWT_TOO_LARGE);
    memset(large, '.', 1 << 20);
    assert_int_equal(check_at(rsa, (struct str){large, 1 << 20}, NOW), JWT_TOO_LARGE);
}

/* ---- claims ---- */

static void
claims_have_one_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *claims;
        enum jwt_fault fault;
    } rows[] = {
        {"{\"iat\":1700000000,\"exp\":1,\"exp\":1700000300}", JWT_MALFORMED},
        {"{\"sub\":\"a\",\"sub\":\"b\",\"iat\":1700000000,\"exp\":1700000300}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":1700000300} ", JWT_OK},
        {"{\"iat\":1700000000,\"exp\":1700000300}{}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":1700000300}\\u0000", JWT_MALFORMED},
        {"\"x\"", JWT_MALFORMED},
        {"null", JWT_MALFORMED},
        {"{}", JWT_TIMES},
        {"{\"exp\":1700000300}", JWT_TIMES},
        {"{\"iat\":1700000000}", JWT_TIMES},
        {"{\"iat\":1700000000,\"exp\":null}", JWT_TIMES},
        {"{\"iat\":1700000000,\"EXP\":1700000300}", JWT_TIMES},
        {"{\"iat\":1700000000,\"exp\":01700000300}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":+1700000300}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":0x7fffffff}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":Infinity}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":NaN}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":1099511627776}", JWT_TIMES},
        {"{\"iat\":1700000000,\"exp\":9007199254740993}", JWT_TIMES},
        {"{\"iat\":1700000000,\"exp\":18446744073709551615}", JWT_MALFORMED},
        {"{\"iat\":1700000000,\"exp\":1e300}", JWT_TIMES},
        {"{\"iat\":1700000000,\"exp\":{}}", JWT_TIMES},
        {"{\"iat\":1700000000,\"exp\":-0}", JWT_EXPIRED},
        {"{\"iat\":1700000000,\"exp\":0}", JWT_EXPIRED},
        {"{\"iat\":1700000061,\"exp\":1700000300}", JWT_NOT_YET},
        {"{\"iat\":1700000060,\"exp\":1700000300}", JWT_OK},
        {"{\"iat\":1700000000,\"nbf\":1700000001,\"exp\":1700000300}", JWT_NOT_YET},
        {"{\"iat\":1700000000,\"nbf\":1700000000,\"exp\":1700000300}", JWT_OK},
        {"{\"iat\":1700000000,\"nbf\":null,\"exp\":1700000300}", JWT_TIMES},
        {"{\"iat\":1700000000,\"exp\":1700000000}", JWT_EXPIRED},
        {"{\"iat\":1700000000,\"exp\":1700000001}", JWT_OK},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum jwt_fault fault = check_at(rsa, honest(str_of(rows[i].claims)), NOW);
        if (fault != rows[i].fault)
            fail_msg("%s: %s", rows[i].claims, jwt_fault_text(fault));
    }
}

int
main(void)
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(what_is_honest_passes),
        cmocka_unit_test(odd_numbers_are_no_signatures),
        cmocka_unit_test(a_signature_has_one_form),
        cmocka_unit_test(spare_bits_must_be_zero),
        cmocka_unit_test(other_alphabets_and_parts_are_refused),
        cmocka_unit_test(large_tokens_are_not_looked_at),
        cmocka_unit_test(claims_have_one_meaning),
    };
    static struct CMUnitTest tests[COUNT_OF(plain) + COUNT_OF(forgeries)];
    size_t n = 0;
    setup(NULL);
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        tests[n++] = plain[i];
    for (size_t i = 0; i < COUNT_OF(forgeries); i++)
        tests[n++] = (struct CMUnitTest){
            arena_cstr(&arena, arena_printf(&arena, "refused: %s", forgeries[i].name)),
            forgery_is_refused, NULL, NULL, (void *)(uintptr_t)&forgeries[i]};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    teardown(NULL);
    return failed;
}
