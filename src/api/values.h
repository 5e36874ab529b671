#ifndef API_VALUES_H
#define API_VALUES_H
/*
 * What a client gives to an operation: path, query and body members by name, each typed by the
 * catalogue. "name=value" text becomes JSON of the right kind; dots reach into objects
 * (optionalTests.requireNumbers=true) and lists (users.0.email=a@b.io). A name is looked for in the
 * path, then the query, then the body; a prefix path., query. or body. says which. Owns its trees.
 * Belongs to one thread at a time.
 */
#include "api/check.h"

enum values_place { VALUES_NONE, VALUES_PATH, VALUES_QUERY, VALUES_BODY };

struct values {
    const struct op *op;
    struct json *path;  /* object: name -> string */
    struct json *query; /* object: name -> scalar or array */
    struct json *body;  /* NULL until something is set */
};

struct values *values_new(const struct op *op);
void values_free(struct values *take); /* NULL is fine */
struct values *values_copy(const struct values *v);

/* The field a dotted name means, and where it lives; NULL (and VALUES_NONE) if the operation has
 * none. */
const struct field *values_field(const struct op *op, struct str name, enum values_place *place);

/*
 * Sets from text. Booleans, numbers and lists are recognised by the kind of the field; a list is
 * JSON or separated by commas; an object is JSON. An unknown name or a text of the wrong kind is
 * ERR_USAGE.
 */
enum err_code values_set_text(struct values *v, struct str name, struct str text, struct err *err);
/* As values_set_text for "name=value"; "name:=JSON" gives the value as JSON, also null. */
enum err_code values_set_arg(struct values *v, struct str arg, struct err *err);
/* Sets a member as it is; takes the value even on failure. */
enum err_code values_set(struct values *v, struct str name, struct json *take, struct err *err);
/* Replaces the whole body. */
void values_set_body(struct values *v, struct json *take);
/* Drops a value; no harm if there is none. */
void values_clear(struct values *v, struct str name);
/* Borrowed; NULL if not set. */
const struct json *values_get(const struct values *v, struct str name);

/* Checks all of it as the server would. False with the messages in c. */
bool values_check(const struct values *v, struct check *c);
#endif
