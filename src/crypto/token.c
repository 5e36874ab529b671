#include "crypto/token.h"

#include "base/rand.h"

#include <sodium.h>

_Static_assert(TOKEN_HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256 has 32 bytes");

struct str
token_new(struct arena *a)
{
    unsigned char bytes[32];
    rand_bytes(bytes, sizeof bytes);
    char text[64];
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    struct str token = arena_text(a, text);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
    return token;
}

void
token_hash(struct str token, unsigned char out[TOKEN_HASH_SIZE])
{
    static const unsigned char nothing[1];
    crypto_hash_sha256(out, token.n ? (const unsigned char *)token.p : nothing, token.n);
}

void
token_fingerprint(struct str token, unsigned char out[TOKEN_HASH_SIZE])
{
    static const unsigned char nothing[1];
    (void)crypto_generichash(out, TOKEN_HASH_SIZE,
                             token.n ? (const unsigned char *)token.p : nothing, token.n, NULL, 0);
}

struct str
token_hash_hex(struct arena *a, struct str token)
{
    unsigned char hash[TOKEN_HASH_SIZE];
    char hex[2 * TOKEN_HASH_SIZE + 1];
    token_hash(token, hash);
    return arena_text(a, sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

bool
token_matches(struct str token, struct str hex)
{
    unsigned char hash[TOKEN_HASH_SIZE];
    char mine[2 * TOKEN_HASH_SIZE + 1];
    token_hash(token, hash);
    (void)sodium_bin2hex(mine, sizeof mine, hash, sizeof hash);
    return hex.n == sizeof mine - 1 && sodium_memcmp(hex.p, mine, sizeof mine - 1) == 0;
}
