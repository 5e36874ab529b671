#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H
/*
 * Passwords: Argon2id with 19 MiB, 2 passes, 1 lane (RFC 9106, OWASP), in the usual encoded form
 * "$argon2id$v=19$m=19456,t=2,p=1$salt$hash". Hashing is slow on purpose, so a gate lets two run at
 * a time; a few more may wait, the rest get ERR_BUSY at once. Parameters of a stored hash are
 * bounded before any work: an imported hash that asks for gigabytes is refused. Hashes that other
 * systems made (foreign_hash.h) are compared with as well, until they are replaced. Never call with a
 * database transaction open. Any thread.
 */
#include "base/arena.h"
#include "base/err.h"

enum { PASSWORD_MAX = 1024 }; /* bytes; longer ones are refused, never cut */

struct password_gate;

struct password_gate *password_gate_new(unsigned at_once, unsigned waiting_max);
void password_gate_free(struct password_gate *take); /* nobody may be inside */

enum err_code password_hash(struct password_gate *g, struct str password, struct arena *a,
                            struct str *out, struct err *err) MUST_USE;
/*
 * *match tells whether the password belongs to the hash. A hash that cannot be read or asks for too
 * much gives ERR_OK and no match. An absent hash costs what a wrong password costs, and never
 * matches.
 */
enum err_code password_verify(struct password_gate *g, struct str password, struct str encoded,
                              bool *match, struct err *err) MUST_USE;
/* True if the hash is of a form and cost that password_verify accepts. */
bool password_hash_ok(struct str encoded);
/* True if it is what password_hash would make today; else hash anew when the password is known. */
bool password_hash_current(struct str encoded);
#endif
