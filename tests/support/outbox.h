#ifndef TESTS_SUPPORT_OUTBOX_H
#define TESTS_SUPPORT_OUTBOX_H
/* What the server left in its outbox. Messages are written after the change they tell of is
 * committed, by another thread: these wait for them. */
#include "base/arena.h"
#include "base/json.h"

enum { OUTBOX_PATIENCE_MS = 10000 };

/*
 * The next message to that address or number after file `*seen` (0: from the first), oldest first;
 * *seen becomes its number. `text` (may be NULL) gets the whole file in the arena. NULL after ten
 * seconds without one; free with json_free.
 */
struct json *outbox_next(const char *dir, const char *to, int64_t *seen, struct arena *a,
                         struct str *text);
/* Files in the folder; temporary ones are not counted. */
size_t outbox_count(const char *dir);
#endif
