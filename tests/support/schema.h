#ifndef TESTS_SUPPORT_SCHEMA_H
#define TESTS_SUPPORT_SCHEMA_H
/*
 * Whether a JSON value has the shape that a schema asks for, in the notation that
 * tests/contract/lib/replies.py explains. Members that the schema does not name are fine. Any thread.
 */
#include "base/json.h"

/* One difference: a JSON pointer (RFC 6901), in which * stands for every element of a list, and what
 * is wrong there: "absent", "null, not string". Both live during the call. */
typedef void schema_found(void *arg, struct str pointer, struct str what);

/* Calls `found` for each difference, also when several elements of a list have the same one. */
void schema_compare(const struct json *schema, const struct json *value, schema_found *found,
                    void *arg);
#endif
