#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H
/*
 * Sealing of small secrets in the database: XChaCha20-Poly1305 with one storage key, which lives in
 * a file of its own beside the database. The additional data names table, column and row, so a
 * sealed value that is copied to another place does not open. Form: one byte of version, 24 of
 * nonce, then the ciphertext with its tag. Immutable after opening; any thread.
 */
#include "base/buf.h"
#include "base/err.h"

struct seal;

/* Reads the key from `path` (64 hex digits, mode 0600), making the file when it is missing. NULL: a
 * key that only lives as long as this object. */
enum err_code seal_open(struct seal **out, const char *path, struct err *err) MUST_USE;
void seal_close(struct seal *take); /* wipes; NULL is fine */

/* `ctx` is a struct seal; the signatures are those of struct sealer in store/store.h. */
enum err_code seal_encrypt(void *ctx, struct str plain, struct str aad, struct buf *out,
                           struct err *err) MUST_USE;
/* ERR_CORRUPT if the value was altered, belongs elsewhere, or was sealed with another key. */
enum err_code seal_decrypt(void *ctx, struct str sealed, struct str aad, struct buf *out,
                           struct err *err) MUST_USE;
#endif
