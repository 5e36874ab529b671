#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H
/*
 * Opaque tokens and their fingerprints. A token leaves the server once; only its SHA-256 is kept,
 * so a copy of the database holds nothing that can be used. Tokens have 256 bits of entropy, so a
 * plain hash is enough. Any thread.
 */
#include "base/arena.h"

enum { TOKEN_HASH_SIZE = 32 };

/* 32 random bytes in base64url, 43 characters. */
struct str token_new(struct arena *a);
void token_hash(struct str token, unsigned char out[TOKEN_HASH_SIZE]);
/* A hash for tables in memory, faster than the one that is kept: BLAKE2b. */
void token_fingerprint(struct str token, unsigned char out[TOKEN_HASH_SIZE]);
/* What token_hash gives, as 64 lower-case hexadecimal digits. */
struct str token_hash_hex(struct arena *a, struct str token);
/* True if `token` has the fingerprint `hex`; takes the same time wherever they differ. */
bool token_matches(struct str token, struct str hex);
#endif
