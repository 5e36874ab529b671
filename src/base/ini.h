#ifndef BASE_INI_H
#define BASE_INI_H
/*
 * Configuration and theme files. Grammar: [section] or [section NAME]; key = value; # or ; comments
 * on their own line; values keep inner spaces, are trimmed, may be in double quotes with \" and \\.
 * UTF-8, at most 256 KiB and 4096 entries, lines at most 4 KiB; 2 MiB of arena are always enough.
 * Faults carry line and column, in characters from 1: "config.ini:3:7: expected '='".
 */
#include "base/arena.h"
#include "base/err.h"

struct ini_item {
    struct str section; /* "profile work", "" before the first header */
    struct str key, value;
    unsigned line, column; /* where the value starts */
};
struct ini {
    struct ini_item *items;
    size_t n;
};

/* `name` is used in messages. Items live in the arena. */
enum err_code ini_parse(struct ini *out, struct str text, const char *name, struct arena *a,
                        struct err *err) MUST_USE;
enum err_code ini_read(struct ini *out, const char *path, struct arena *a,
                       struct err *err) MUST_USE;
/* Last value of the key in the section; absent if none. */
struct str ini_get(const struct ini *ini, struct str section, struct str key);
const struct ini_item *ini_find(const struct ini *ini, struct str section, struct str key);
#endif
