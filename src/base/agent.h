#ifndef BASE_AGENT_H
#define BASE_AGENT_H
/* A user agent in words people know. Pure; any thread. */
#include "base/arena.h"

/*
 * Browser and system that a User-Agent names, e.g. "Firefox on Linux"; absent if none is known.
 * Nothing of the header itself gets through: it is written by whoever sends the request, who need
 * not be the reader.
 */
struct str agent_words(struct arena *a, struct str user_agent);
/* The same, else its first word, at most 60 bytes; "" if there is none. */
struct str agent_name(struct arena *a, struct str user_agent);
#endif
