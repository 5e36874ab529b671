#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H
/* Plain digests, where a format of others asks for one; nothing of ours is protected by them. Any thread. */
#include "base/str.h"

enum { SHA1_DIGITS = 40 };
/* Upper-case hexadecimal digits, NUL-terminated. Aborts if the library has no SHA-1. */
void sha1_hex(struct str bytes, char out[SHA1_DIGITS + 1]);
#endif
