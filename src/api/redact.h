#ifndef API_REDACT_H
#define API_REDACT_H
/*
 * Secrets inside values that the catalogue describes: finding them, and taking them out before a
 * value is shown, copied or written to a file. Any thread.
 */
#include "api/op.h"
#include "base/json.h"

/* Whether a member that the table calls secret is there and not empty; lists are looked into. */
bool redact_holds(const struct field *table, const struct json *value);
/*
 * Puts `instead` in the place of every secret that is there; absent: takes the member out. Returns
 * how many there were.
 */
size_t redact_secrets(const struct field *table, struct json *value, struct str instead);
/*
 * The answer of an operation: what the catalogue calls secret, and what it does not describe but
 * has the name of one. Returns how many there were.
 */
size_t redact_answer(const struct op *op, struct json *answer, struct str instead);
/* Whether a name is that of a secret by the look of it, for values that no table describes. */
bool redact_suspects(struct str name);
/* Puts `instead` in the place of every text with such a name, at any depth; returns how many. */
size_t redact_suspicious(struct json *value, struct str instead);
#endif
