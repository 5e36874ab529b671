#ifndef CRYPTO_JWT_KEY_H
#define CRYPTO_JWT_KEY_H
/* Inside of a key and the raw signatures, shared by jwt.c and jwt_key.c only. */
#include "crypto/jwt.h"

#include <openssl/evp.h>

enum { JWT_SIGNATURE_MAX = 1024 };

struct jwt_key {
    enum jwt_alg alg;
    char id[64];
    EVP_PKEY *pkey; /* NULL for HS256 */
    char *secret;   /* HS256 */
    size_t secret_n;
};

/* Raw signature over `input`; *n bytes. False if the key has no private half or OpenSSL fails. */
bool jwt_key_sign(const struct jwt_key *k, struct str input, unsigned char out[JWT_SIGNATURE_MAX],
                  size_t *n);
bool jwt_key_verify(const struct jwt_key *k, struct str input, struct str signature);
#endif
