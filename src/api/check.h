#ifndef API_CHECK_H
#define API_CHECK_H
/*
 * Validation of what a request carries against the catalogue, with the messages the service gives:
 * one line per broken rule, in the order of the fields ("email must be an email", "users.0.name
 * should not be empty"). Unknown members are ignored; null for an optional member means it is not
 * given. Both the server and forms use it. A check belongs to one thread; messages live in its
 * arena.
 */
#include "api/op.h"
#include "base/arena.h"
#include "base/json.h"

enum { CHECK_MESSAGES_MAX = 64 };

struct check {
    struct arena *arena;
    struct str messages[CHECK_MESSAGES_MAX];
    size_t n;        /* messages kept */
    bool cut;        /* there were more */
    const char *ref; /* the service's code of the first message that has one (ER-...), else NULL */
};

struct check_pair {
    struct str name, value;
};

void check_init(struct check *c, struct arena *a);

/* These add to c->messages and return true if they added nothing. */

/* The JSON body; NULL if the request had none. */
bool check_body(struct check *c, const struct op *op, const struct json *body);
/*
 * Decoded pairs of the query, in order. A list may come as repeated name, as name[] or joined by
 * commas; an empty value means not given.
 */
bool check_query(struct check *c, const struct op *op, const struct check_pair *pairs, size_t n);
/* Decoded path values in the order of op->params. */
bool check_params(struct check *c, const struct op *op, const struct str *values, size_t n);
/* One member against one field, for forms; `value` NULL if not given. */
bool check_field(struct check *c, const struct field *f, const struct json *value);

/* For handlers with rules of their own: adds a line, finding its code if it is a known one. */
void check_add(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The service's code of a validation message, NULL if none is documented. */
const char *check_ref(struct str message);

/* Single rules, also of use to handlers. */
bool check_is_email(struct str s);
bool check_is_phone(struct str s); /* +15551234567, dashes allowed between digits */
bool check_is_uuid(struct str s);
bool check_is_url(struct str s); /* absolute, http or https */
#endif
