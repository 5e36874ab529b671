#ifndef BASE_URL_H
#define BASE_URL_H
/* Parts of URLs (RFC 3986). Any thread. */
#include "base/arena.h"

/* Percent-decodes one part of a path or query. Absent if it is malformed or holds a NUL or bad
 * UTF-8. What needs no decoding is given back as it is. */
struct str url_unescape(struct str s, bool plus_is_space, struct arena *a);
#endif
