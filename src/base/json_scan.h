#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H
/*
 * The strict half of json.c: checks bytes against RFC 8259, RFC 7493 and our limits without
 * building anything, so that the library behind json.c only ever sees text that both read alike. No
 * state; any thread.
 */
#include "base/err.h"

/* True if all of `text` is one JSON value within the limits of json.h. Says at which byte it is
 * not. */
bool json_scan(struct str text, struct err *err);

/*
 * Names and values are numbered from 0 in the order in which they start, a member's name before its
 * value. Where the given one starts in text that json_scan accepted.
 */
size_t json_scan_offset(struct str text, size_t number);
#endif
