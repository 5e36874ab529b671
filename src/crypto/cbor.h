#ifndef CRYPTO_CBOR_H
#define CRYPTO_CBOR_H
/*
 * Reads CBOR as security keys write it: the canonical form of CTAP2 (definite lengths, each head as
 * short as it can be, map keys sorted and never twice). Everything else is refused before a library
 * sees it. Each function takes one item off the front of *rest; on false *rest may stand anywhere.
 * Lengths are compared with the bytes that are there, so nothing is ever read, or reserved, on the
 * word of the sender. No state, no allocation; views into the input. Any thread.
 */
#include "base/str.h"

/* Levels of arrays and maps that cbor_skip follows. */
enum { CBOR_DEPTH_MAX = 4 };

/* An integer within +-2^53. */
bool cbor_int(struct str *rest, int64_t *out);
bool cbor_bytes(struct str *rest, struct str *out);
bool cbor_text(struct str *rest, struct str *out); /* its UTF-8 is not looked at */
/* Only the head: n elements, or n pairs, follow. */
bool cbor_array(struct str *rest, size_t *n);
bool cbor_map(struct str *rest, size_t *n);
/* Any one item with all that is in it; *out (may be NULL) are its bytes. */
bool cbor_skip(struct str *rest, struct str *out);
/* True if the next item is a map. */
bool cbor_is_map(struct str rest);
#endif
