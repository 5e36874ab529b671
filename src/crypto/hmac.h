#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H
/*
 * HMAC (RFC 2104) by OpenSSL. The library is looked up when it is first needed: the server has it
 * anyway, the console only during an enrolment. Any thread.
 */
#include "base/err.h"

enum hmac_hash { HMAC_SHA1, HMAC_SHA256, HMAC_SHA512 };
enum { HMAC_SIZE_MAX = 64 };

/* *n bytes: 20, 32 or 64. */
enum err_code hmac_compute(enum hmac_hash hash, struct str key, struct str text,
                           unsigned char out[HMAC_SIZE_MAX], unsigned *n, struct err *err) MUST_USE;
#endif
