#include "crypto/hmac.h"

#include "base/library.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

/* CRYPTO_ROW(member, symbol) */
#define CRYPTO_FUNCTIONS                                                                           \
    CRYPTO_ROW(sha1, EVP_sha1)                                                                     \
    CRYPTO_ROW(sha256, EVP_sha256)                                                                 \
    CRYPTO_ROW(sha512, EVP_sha512)                                                                 \
    CRYPTO_ROW(hmac, HMAC)

static struct crypto_api {
#define CRYPTO_ROW(member, symbol) __typeof__(symbol) *member;
    CRYPTO_FUNCTIONS
#undef CRYPTO_ROW
} api;

static const struct library_symbol symbols[] = {
#define CRYPTO_ROW(member, symbol) {#symbol, offsetof(struct crypto_api, member)},
    CRYPTO_FUNCTIONS
#undef CRYPTO_ROW
};

static struct err failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load(void)
{
    static const struct library crypto = {"libcrypto.so.3", "libssl3", ERR_CONFIG, symbols,
                                          COUNT_OF(symbols)};
    (void)!library_load(&crypto, &api, &failure);
}

enum err_code
hmac_compute(enum hmac_hash hash, struct str key, struct str text, unsigned char out[HMAC_SIZE_MAX],
             unsigned *n, struct err *err)
{
    (void)pthread_once(&once, load);
    if (failure.code)
        return err_set(err, failure.code, "%s", failure.msg);
    const EVP_MD *md = hash == HMAC_SHA1     ? api.sha1()
                       : hash == HMAC_SHA256 ? api.sha256()
                                             : api.sha512();
    unsigned char mac[EVP_MAX_MD_SIZE];
    if (!api.hmac(md, key.p, (int)key.n, (const unsigned char *)text.p, text.n, mac, n))
        return err_set(err, ERR_INTERNAL, "HMAC failed");
    memcpy(out, mac, *n);
    return ERR_OK;
}
