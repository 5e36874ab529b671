#ifndef SERVER_QUERY_H
#define SERVER_QUERY_H
/* Query strings as decoded pairs in the order sent. Pure; any thread. */
#include "api/check.h"

enum { QUERY_PAIRS_MAX = 256 };

struct pairs {
    struct check_pair *items;
    size_t n;
};

/* In "a=1&b=&c" both b and c have no value: they are not given, and left out. Escapes must be whole
 * and decode to UTF-8 without NUL; at most QUERY_PAIRS_MAX pairs. */
enum err_code query_parse(struct pairs *out, struct str query, struct arena *a,
                          struct err *err) MUST_USE;
/* The name without "[]" at its end. */
struct str query_base_name(struct str name);
/* First value of exactly that name, which is how check_query reads what is no list; absent if none. */
struct str query_get(const struct pairs *p, struct str name);
#endif
