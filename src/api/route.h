#ifndef API_ROUTE_H
#define API_ROUTE_H
/*
 * From method and path to an operation of the catalogue. The table is built once and never changes:
 * route_find may run in any number of threads. A literal segment wins over a {parameter}; a
 * trailing slash does not matter; a leading /frontegg is dropped, but not before /gatehouse. Segments
 * are percent-decoded before they are compared. A path with an encoded slash or NUL, a control character, bad UTF-8, or
 * a "." or ".." segment is refused as a whole, so no value a handler sees can mean something else
 * further on.
 */
#include "api/op.h"
#include "base/arena.h"

enum { ROUTE_PARAMS_MAX = 4, ROUTE_SEGMENTS_MAX = 16 };

enum route_outcome {
    ROUTE_FOUND,
    ROUTE_UNKNOWN, /* no such path: 404 */
    ROUTE_METHOD,  /* the path exists, not with this method: 405 */
    ROUTE_BAD      /* the path is malformed: 400 */
};

struct route_match {
    const struct op *op; /* NULL unless ROUTE_FOUND */
    unsigned allow;      /* ROUTE_METHOD: bit 1 << enum method for each that would do */
    size_t n_params;
    struct str params[ROUTE_PARAMS_MAX]; /* decoded, in the order of op->params */
};

struct route_table;

/* A table of the whole catalogue. Free with route_free. */
struct route_table *route_new(void);
void route_free(struct route_table *take);
/* One more, before the table is shared; the op must outlive it. */
void route_add(struct route_table *t, const struct op *op);
/*
 * `path` is the request target up to the question mark, as it came. Values point into the path or,
 * where they had to be decoded, into the arena. *out is written in every case.
 */
enum route_outcome route_find(const struct route_table *t, enum method m, struct str path,
                              struct arena *a, struct route_match *out);
/* Value of a path parameter by name; absent if there is none. */
struct str route_param(const struct route_match *match, struct str name);
#endif
