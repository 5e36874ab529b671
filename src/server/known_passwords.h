#ifndef SERVER_KNOWN_PASSWORDS_H
#define SERVER_KNOWN_PASSWORDS_H
/*
 * Passwords that others would try first: cracklib's dictionary with its usual disguises, and a file
 * of breached passwords that the operator may name (see breached_file.h). Opened once at the start;
 * what is missing is said in the log and not missed afterwards. Any thread: cracklib keeps its state
 * in static buffers, so it is asked under a lock of this object.
 */
#include "base/err.h"
#include "base/str.h"

struct known_passwords;

/* `breached` is a path or NULL. Fails only if that file cannot be used. */
enum err_code known_passwords_open(struct known_passwords **out, const char *breached,
                                   struct err *err) MUST_USE;
void known_passwords_close(struct known_passwords *take); /* NULL is fine */

/* Exactly a word of the dictionary, in any case. */
bool known_passwords_common(struct known_passwords *k, struct str password);
/* That, or a disguise of one (digits at the end, letters exchanged, reversed), or a simple row. */
bool known_passwords_guessable(struct known_passwords *k, struct str password);
/* In the operator's file. */
bool known_passwords_breached(const struct known_passwords *k, struct str password);
#endif
