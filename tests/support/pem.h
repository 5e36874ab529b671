#ifndef TESTS_SUPPORT_PEM_H
#define TESTS_SUPPORT_PEM_H
/* Keys as OpenSSL writes them, for tests that give them to us. */
#include "base/arena.h"

#include <openssl/evp.h>

/* The public half. */
struct str pem_of_key(EVP_PKEY *key, struct arena *a);
#endif
