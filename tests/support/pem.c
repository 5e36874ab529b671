#include "tests/support/pem.h"

#include "base/mem.h"

#include <openssl/pem.h>

struct str
pem_of_key(EVP_PKEY *key, struct arena *a)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    ASSERT(PEM_write_bio_PUBKEY(bio, key) == 1);
    long n = BIO_get_mem_data(bio, &text);
    struct str pem = arena_str(a, (struct str){text, (size_t)n});
    BIO_free(bio);
    return pem;
}
