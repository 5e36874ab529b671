#ifndef TESTS_SUPPORT_SAMPLE_H
#define TESTS_SUPPORT_SAMPLE_H
/*
 * Requests made from the catalogue: a path, a query and a body that an operation accepts, or that
 * are wrong at one chosen place. For tests that are generated; any thread.
 */
#include "api/op.h"
#include "base/buf.h"

/* Which id a parameter or field named `name` gets; NULL: one that is nobody's. */
typedef const char *sample_id_fn(const char *name, void *arg);

struct sample {
    sample_id_fn *id; /* may be NULL */
    void *arg;
    bool all;                 /* every field, not just those that are required */
    const struct field *spot; /* the field to put `value` in, wherever it is; NULL: none */
    const char *value;        /* JSON */
};

/* Path with its parameters filled in, and the required part of the query (all of it with .all). */
void sample_target(const struct sample *s, const struct op *op, struct buf *out);
/* Body, or nothing if the operation has none. */
void sample_body(const struct sample *s, const struct op *op, struct buf *out);

/* Values that do not fit the kind, NULL-terminated; NULL if everything fits. */
const char *const *sample_misfits(const struct field *f);
/* Calls fn for each field of a table and of the objects in it. */
void sample_each_field(const struct field *table, void (*fn)(const struct field *f, void *arg),
                       void *arg);
#endif
