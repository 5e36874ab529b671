#ifndef DELIVER_OUTBOX_H
#define DELIVER_OUTBOX_H
/*
 * The folder where messages go that have no provider: one JSON file each, NNNNNNNN-email.json or
 * NNNNNNNN-sms.json, mode 0600. A file appears whole or not at all, and none is ever written over:
 * writing the same letter again finds it there, so a crash between writing and remembering it
 * doubles nothing. One thread.
 */
#include "base/err.h"
#include "deliver/letter.h"

struct outbox;

/* Makes the folder when missing. */
enum err_code outbox_open(struct outbox **out, const char *dir, struct err *err) MUST_USE;
void outbox_close(struct outbox *take); /* NULL is fine */
/* The highest number there; 0 if the folder is empty. */
int64_t outbox_highest(struct outbox *o);
/*
 * In two steps, so that many files are made durable at once: outbox_write puts the letter aside,
 * outbox_sync makes what was written durable, outbox_publish gives the file its name, and another
 * outbox_sync makes that durable. With `single` the first sync is done already.
 *
 * outbox_publish: ERR_CONFLICT if another message has that number. Take one above outbox_highest,
 * which has looked again.
 */
enum err_code outbox_write(struct outbox *o, const struct letter *letter, bool single,
                           struct err *err) MUST_USE;
enum err_code outbox_publish(struct outbox *o, const struct letter *letter,
                             struct err *err) MUST_USE;
/* The folder only, or with `files` what was written into it, too. */
enum err_code outbox_sync(struct outbox *o, bool files, struct err *err) MUST_USE;
#endif
