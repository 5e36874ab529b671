#include "crypto/jwt_key.h"

#include "base/mem.h"
#include "base/secret.h"
#include "crypto/token.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>

enum { RSA_BITS = 2048, RSA_BITS_MAX = 4096, SECRET_MIN = 32, HS256_SIZE = 32, EDDSA_KEY = 32 };

const char *
jwt_alg_name(enum jwt_alg alg)
{
    switch (alg) {
    case JWT_RS256:
        return "RS256";
    case JWT_HS256:
        return "HS256";
    case JWT_EDDSA:
        return "EdDSA";
    }
    return "";
}

bool
jwt_alg_parse(struct str name, enum jwt_alg *out)
{
    for (int i = JWT_RS256; i <= JWT_EDDSA; i++)
        if (str_eq(name, str_of(jwt_alg_name((enum jwt_alg)i)))) {
            *out = (enum jwt_alg)i;
            return true;
        }
    return false;
}

/* Clears OpenSSL's queue for this thread, so that old faults never show up in later calls. */
static enum err_code
fail(struct err *err, const char *what)
{
    ERR_clear_error();
    return err_set(err, ERR_INVALID, "%s", what);
}

static bool
rsa_is_strong(const EVP_PKEY *pkey)
{
    int bits = EVP_PKEY_get_bits(pkey);
    if (!EVP_PKEY_is_a(pkey, "RSA") || bits < RSA_BITS || bits > RSA_BITS_MAX)
        return false;
    BIGNUM *e = NULL;
    bool ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_odd(e) &&
              BN_num_bits(e) >= 17 && BN_num_bits(e) <= 64;
    BN_free(e);
    return ok;
}

static bool
fits_alg(const EVP_PKEY *pkey, enum jwt_alg alg)
{
    switch (alg) {
    case JWT_RS256:
        return rsa_is_strong(pkey);
    case JWT_EDDSA:
        return EVP_PKEY_is_a(pkey, "ED25519") == 1;
    case JWT_HS256:
        break;
    }
    return false;
}

/* The first 128 bits of the SHA-256 of the public half. */
static void
derive_id(struct jwt_key *k)
{
    unsigned char *der = NULL, hash[TOKEN_HASH_SIZE];
    int n = i2d_PUBKEY(k->pkey, &der);
    token_hash((struct str){(const char *)der, n > 0 ? (size_t)n : 0}, hash);
    OPENSSL_free(der);
    for (size_t i = 0; i < 16; i++)
        (void)snprintf(k->id + 2 * i, 3, "%02x", hash[i]);
}

/* Takes pkey over. */
static enum err_code
make_key(struct jwt_key **out, enum jwt_alg alg, EVP_PKEY *pkey, struct str id, struct err *err)
{
    if (!fits_alg(pkey, alg) || id.n >= sizeof((struct jwt_key *)0)->id) {
        EVP_PKEY_free(pkey);
        return fail(err, "the signing key is of the wrong kind or too weak");
    }
    struct jwt_key *k = mem_new(1, sizeof *k);
    k->alg = alg;
    k->pkey = pkey;
    if (id.n)
        memcpy(k->id, id.p, id.n);
    else
        derive_id(k);
    *out = k;
    return ERR_OK;
}

enum err_code
jwt_key_generate(struct jwt_key **out, enum jwt_alg alg, struct err *err)
{
    *out = NULL;
    EVP_PKEY *pkey = NULL;
    if (alg == JWT_RS256)
        pkey = EVP_RSA_gen(RSA_BITS);
    else if (alg == JWT_EDDSA)
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    if (!pkey)
        return fail(err, "cannot make a signing key");
    return make_key(out, alg, pkey, STR_ABSENT, err);
}

enum err_code
jwt_key_from_pem(struct jwt_key **out, enum jwt_alg alg, struct str pem, struct str id,
                 struct err *err)
{
    *out = NULL;
    BIO *bio = pem.n <= 64 * 1024 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
    if (!bio)
        return fail(err, "the signing key is not readable");
    bool is_public = str_find(pem, STR("BEGIN PUBLIC KEY")) >= 0;
    /* The empty password keeps OpenSSL from asking for one on the terminal. */
    char none[] = "";
    EVP_PKEY *pkey = is_public ? PEM_read_bio_PUBKEY(bio, NULL, NULL, none)
                               : PEM_read_bio_PrivateKey(bio, NULL, NULL, none);
    BIO_free(bio);
    if (!pkey)
        return fail(err, "the signing key is not a PEM key");
    return make_key(out, alg, pkey, id, err);
}

enum err_code
jwt_key_from_secret(struct jwt_key **out, struct str secret, struct str id, struct err *err)
{
    *out = NULL;
    if (secret.n < SECRET_MIN || id.n >= sizeof((struct jwt_key *)0)->id)
        return err_set(err, ERR_INVALID, "the signing secret must have at least %d bytes",
                       SECRET_MIN);
    struct jwt_key *k = mem_new(1, sizeof *k);
    k->alg = JWT_HS256;
    k->secret = mem_copy(secret.p, secret.n);
    k->secret_n = secret.n;
    if (id.n)
        memcpy(k->id, id.p, id.n);
    *out = k;
    return ERR_OK;
}

void
jwt_key_free(struct jwt_key *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->pkey); /* OpenSSL clears private numbers */
    if (k->secret)
        secret_wipe(k->secret, k->secret_n);
    mem_free(k->secret);
    mem_free(k);
}

struct str
jwt_key_id(const struct jwt_key *k)
{
    return str_of(k->id);
}

enum jwt_alg
jwt_key_alg(const struct jwt_key *k)
{
    return k->alg;
}

static enum err_code
write_pem(const struct jwt_key *k, bool private_half, struct arena *a, struct str *out,
          struct err *err)
{
    *out = STR_ABSENT;
    BIO *bio = k->pkey ? BIO_new(BIO_s_secmem()) : NULL;
    char *text = NULL;
    long n = 0;
    int ok = 0;
    if (bio && private_half)
        ok = PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, NULL, NULL, 0, NULL, NULL);
    else if (bio)
        ok = PEM_write_bio_PUBKEY(bio, k->pkey);
    if (ok == 1)
        n = BIO_get_mem_data(bio, &text);
    if (n > 0)
        *out = arena_str(a, (struct str){text, (size_t)n});
    BIO_free(bio);
    return n > 0 ? ERR_OK : fail(err, "cannot write the signing key");
}

enum err_code
jwt_key_public_pem(const struct jwt_key *k, struct arena *a, struct str *out, struct err *err)
{
    return write_pem(k, false, a, out, err);
}

enum err_code
jwt_key_private_pem(const struct jwt_key *k, struct arena *a, struct str *out, struct err *err)
{
    return write_pem(k, true, a, out, err);
}

static void
write_number(const struct jwt_key *k, const char *param, const char *name, struct jw *w)
{
    BIGNUM *v = NULL;
    unsigned char bytes[RSA_BITS_MAX / 8];
    if (EVP_PKEY_get_bn_param(k->pkey, param, &v) != 1 || BN_num_bytes(v) > (int)sizeof bytes) {
        BN_free(v);
        return;
    }
    struct buf text;
    buf_init(&text, 1024);
    buf_add_base64url(&text, bytes, (size_t)BN_bn2bin(v, bytes));
    jw_kstr(w, name, buf_str(&text));
    buf_fini(&text);
    BN_free(v);
}

static void
write_point(const struct jwt_key *k, struct jw *w)
{
    unsigned char raw[EDDSA_KEY];
    size_t n = sizeof raw;
    if (EVP_PKEY_get_raw_public_key(k->pkey, raw, &n) != 1)
        return;
    struct buf text;
    buf_init(&text, 128);
    buf_add_base64url(&text, raw, n);
    jw_ktext(w, "crv", "Ed25519");
    jw_kstr(w, "x", buf_str(&text));
    buf_fini(&text);
}

void
jwt_key_write_jwk(const struct jwt_key *k, struct jw *w)
{
    if (!k->pkey)
        return;
    jw_open(w, '{');
    jw_ktext(w, "kty", k->alg == JWT_RS256 ? "RSA" : "OKP");
    jw_ktext(w, "alg", jwt_alg_name(k->alg));
    jw_ktext(w, "use", "sig");
    jw_ktext(w, "kid", k->id);
    if (k->alg == JWT_RS256) {
        write_number(k, OSSL_PKEY_PARAM_RSA_N, "n", w);
        write_number(k, OSSL_PKEY_PARAM_RSA_E, "e", w);
    } else {
        write_point(k, w);
    }
    jw_close(w, '}');
}

static bool
hmac(const struct jwt_key *k, struct str input, unsigned char out[JWT_SIGNATURE_MAX])
{
    unsigned n = 0;
    return HMAC(EVP_sha256(), k->secret, (int)k->secret_n, (const unsigned char *)input.p, input.n,
                out, &n) &&
           n == HS256_SIZE;
}

bool
jwt_key_sign(const struct jwt_key *k, struct str input, unsigned char out[JWT_SIGNATURE_MAX],
             size_t *n)
{
    *n = HS256_SIZE;
    if (k->alg == JWT_HS256)
        return hmac(k, input, out);
    *n = JWT_SIGNATURE_MAX;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *md = k->alg == JWT_RS256 ? EVP_sha256() : NULL;
    bool ok = ctx && EVP_DigestSignInit(ctx, NULL, md, NULL, k->pkey) == 1 &&
              EVP_DigestSign(ctx, out, n, (const unsigned char *)input.p, input.n) == 1;
    EVP_MD_CTX_free(ctx);
    if (!ok)
        ERR_clear_error();
    return ok;
}

bool
jwt_key_verify(const struct jwt_key *k, struct str input, struct str signature)
{
    if (k->alg == JWT_HS256) {
        unsigned char mine[JWT_SIGNATURE_MAX];
        return signature.n == HS256_SIZE && hmac(k, input, mine) &&
               CRYPTO_memcmp(mine, signature.p, HS256_SIZE) == 0;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *md = k->alg == JWT_RS256 ? EVP_sha256() : NULL;
    bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, md, NULL, k->pkey) == 1 &&
              EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
                               (const unsigned char *)input.p, input.n) == 1;
    EVP_MD_CTX_free(ctx);
    if (!ok)
        ERR_clear_error();
    return ok;
}
