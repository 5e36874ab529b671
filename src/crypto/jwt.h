#ifndef CRYPTO_JWT_H
#define CRYPTO_JWT_H
/*
 * JSON Web Tokens (RFC 7515, 7519, 8725) and the keys they are signed with. The algorithm belongs
 * to the key: a token whose header names another one is refused, so neither "none" nor an HMAC
 * keyed with a public key gets in. Headers that point to keys or change meaning (jku, x5u, jwk,
 * x5c, crit) are refused. Keys are immutable and may be used by any thread at once; whoever made
 * one frees it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum { JWT_SIZE_MAX = 16 * 1024, JWT_IAT_SLACK_S = 60 };

enum jwt_alg { JWT_RS256, JWT_HS256, JWT_EDDSA };

struct jwt_key;

/* Makes an RSA key of 2048 bits or an Ed25519 key. The id (kid) is derived from the public half. */
enum err_code jwt_key_generate(struct jwt_key **out, enum jwt_alg alg, struct err *err) MUST_USE;
/* From PEM, private or public half. RSA below 2048 bits or with an even or tiny exponent is
 * refused. An absent id is derived. */
enum err_code jwt_key_from_pem(struct jwt_key **out, enum jwt_alg alg, struct str pem,
                               struct str id, struct err *err) MUST_USE;
/* HS256; at least 32 bytes. */
enum err_code jwt_key_from_secret(struct jwt_key **out, struct str secret, struct str id,
                                  struct err *err) MUST_USE;
void jwt_key_free(struct jwt_key *take); /* wipes; NULL is fine */

const char *jwt_alg_name(enum jwt_alg alg); /* "RS256" */
bool jwt_alg_parse(struct str name, enum jwt_alg *out);
struct str jwt_key_id(const struct jwt_key *k);
enum jwt_alg jwt_key_alg(const struct jwt_key *k);
/* Arena text; wipe the private one after use. */
enum err_code jwt_key_public_pem(const struct jwt_key *k, struct arena *a, struct str *out,
                                 struct err *err) MUST_USE;
enum err_code jwt_key_private_pem(const struct jwt_key *k, struct arena *a, struct str *out,
                                  struct err *err) MUST_USE;
/* Writes the public half as a JWK object; nothing for HS256. */
void jwt_key_write_jwk(const struct jwt_key *k, struct jw *w);

/* Appends the compact token for `claims`, which is a JSON object as text. */
enum err_code jwt_sign(const struct jwt_key *k, struct str claims, struct buf *out,
                       struct err *err) MUST_USE;

enum jwt_fault {
    JWT_OK,
    JWT_TOO_LARGE,
    JWT_MALFORMED, /* not three strict base64url parts holding JSON objects */
    JWT_HEADER,    /* a header that is not allowed */
    JWT_ALGORITHM, /* not the key's */
    JWT_NO_KEY,    /* kid names none of the keys */
    JWT_SIGNATURE,
    JWT_TIMES, /* exp, iat or nbf missing or no proper integer */
    JWT_EXPIRED,
    JWT_NOT_YET
};
const char *jwt_fault_text(enum jwt_fault fault);

struct jwt_rules {
    int64_t now_ms;
    bool lasting; /* exp may be missing: access tokens that last until removed */
};
/*
 * Verifies with the key that kid names, or with the only key when there is no kid. On JWT_OK
 * *claims is the payload, owned by the caller; NULL otherwise.
 */
enum jwt_fault jwt_verify(const struct jwt_key *const *keys, size_t n, struct str token,
                          const struct jwt_rules *rules, struct json **claims);
#endif
