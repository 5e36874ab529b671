#ifndef UI_BULK_FILE_H
#define UI_BULK_FILE_H
/*
 * The checkpoint of one bulk change: what was asked and which rows it is about, then one short line
 * for everything that happens to a row, appended as it happens, so that a console that died, or was
 * left, shows what is done, what is not, and what nobody knows. A file of its own (0600) in the
 * folder of state, held by flock while somebody works on it. Nothing is synced: the file outlives
 * the program, not a power cut. UI thread.
 */
#include "base/json.h"

struct bulk_file;

/* What can happen to a row; the letter stands in the file. */
enum bulk_mark {
    BULK_MARK_WAITS = 'w',
    BULK_MARK_SENT = 's', /* as the last one: nobody knows what came of it */
    BULK_MARK_DONE = 'd',
    BULK_MARK_FAILED = 'f',
    BULK_MARK_SKIPPED = 'k'
};

enum { BULK_NAME = 64, BULK_ROWS_MAX = 10000 };

/* A new file with this head (object) and these rows (array of objects); NULL with err. */
struct bulk_file *bulk_file_new(const char *folder, const struct json *head,
                                const struct json *rows, struct err *err);
/* Notes what happened to a row. False if it could not be written; then nothing is any more. */
bool bulk_file_note(struct bulk_file *f, size_t row, enum bulk_mark mark, struct str message);
/* With `remove` the work is over and the file goes. NULL is fine. */
void bulk_file_close(struct bulk_file *take, bool remove);

/* What a file holds. */
struct bulk_saved {
    struct json *head, *rows; /* owned */
    char *marks;              /* enum bulk_mark by row; owned */
};
void bulk_saved_fini(struct bulk_saved *s);
/* Reads a file of the folder and holds it; NULL with err: ERR_BUSY if somebody works on it. */
struct bulk_file *bulk_file_resume(const char *folder, const char *name, struct bulk_saved *out,
                                   struct err *err);

/* One file of the folder: its head and how many rows are left. */
typedef void bulk_found_fn(void *ctx, const char *name, const struct json *head, size_t left);
/* Every file that nobody works on, oldest first. */
void bulk_file_each(const char *folder, bulk_found_fn *fn, void *ctx);
#endif
