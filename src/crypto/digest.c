#include "crypto/digest.h"

#include "base/mem.h"
#include "base/secret.h"

#include <openssl/evp.h>

enum { SHA1_SIZE = 20 };

void
sha1_hex(struct str bytes, char out[SHA1_DIGITS + 1])
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    ASSERT(EVP_Digest(bytes.p ? bytes.p : "", bytes.n, hash, &n, EVP_sha1(), NULL) == 1);
    ASSERT(n == SHA1_SIZE);
    for (unsigned i = 0; i < n; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[SHA1_DIGITS] = '\0';
    secret_wipe(hash, sizeof hash);
}
