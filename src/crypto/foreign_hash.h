#ifndef CRYPTO_FOREIGN_HASH_H
#define CRYPTO_FOREIGN_HASH_H
/*
 * Password hashes that other systems made: bcrypt, scrypt, Firebase's scrypt, PBKDF2, Argon2, SHA-256
 * and SHA-1. They come in with a user who is imported, are compared with at the first sign-in, and
 * are replaced then (see password.h, which calls these functions; others only import).
 *
 * Whoever may import may name any cost. All of it is bounded here, at import and again before each
 * comparison: at most 128 MiB of memory and a few seconds. Any thread.
 */
#include "base/arena.h"
#include "base/err.h"

enum { FOREIGN_HASH_MAX = 1024 }; /* bytes of one, as it is stored */

/*
 * Reads a hash as the customer has it into the one text that is stored. Types and their forms:
 *   bcrypt           $2a$10$...; also 2b, 2x, 2y
 *   argon2           $argon2id$v=19$m=...,t=...,p=...$salt$hash; also argon2i
 *   scrypt           $scrypt$ln=15,r=8,p=1$salt$hash, or the hash alone with
 *                    {"salt", "N", "r", "p"} as configuration
 *   pbkdf2           $pbkdf2-sha256$iterations$salt$hash, pbkdf2_sha256$iterations$salt$hash, or the hash
 *                    alone with {"salt", "iterations", "digest": "sha1" | "sha256" | "sha512"}
 *   firebase-scrypt  the hash in base64 with {"salt", "saltSeparator", "signerKey", "rounds", "memCost"}
 *   sha256, sha1     the digest; {"salt", "saltPosition": "prefix" | "suffix"} if there is a salt
 * A hash alone is base64 or hexadecimal. "salt" is text, unless "saltEncoding" says base64 or hex; in
 * Firebase's configuration all is base64. ERR_INVALID says what cannot be read, or is too costly.
 */
enum err_code foreign_hash_import(struct str type, struct str hash, struct str config,
                                  struct arena *a, struct str *out, struct err *err) MUST_USE;
/* Of a form and cost that is compared with. False for what password_hash makes, and for Argon2. */
bool foreign_hash_ok(struct str encoded);
/* Slow. False also for what foreign_hash_ok refuses. */
bool foreign_hash_matches(struct str password, struct str encoded);
#endif
