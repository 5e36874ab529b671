#ifndef BASE_SECRET_H
#define BASE_SECRET_H
/*
 * A secret in guarded, locked, wiped memory (sodium_malloc). There is no accessor that yields a
 * lasting pointer: callers get the bytes inside a callback. If memory cannot be locked it still
 * works, unlocked.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct secret;

/* Copies the bytes; the caller wipes its own copy (secret_wipe). */
struct secret *secret_new(struct str bytes);
void secret_free(struct secret *s); /* wipes; NULL is fine */
struct secret *secret_copy(const struct secret *s);
void secret_with(const struct secret *s, void (*fn)(struct str bytes, void *arg), void *arg);
bool secret_equal(const struct secret *a, const struct secret *b);
void secret_wipe(void *p, size_t n);
/* Of bytes in writable memory that is seen as a string: an arena's, a buffer's. Absent is fine. */
void secret_wipe_str(struct str s);
/* As buf_fini, for a buffer that held a secret: all it had room for is wiped first. */
void secret_buf_fini(struct buf *b);

/* Keyed BLAKE2b (RFC 7693) of the text into n bytes, 16 to 64. */
void secret_mac(const struct secret *key, struct str text, unsigned char *out, size_t n);

/* Reads a secret from a file: regular, owned by us, mode 0600 or stricter, no symlink, at most 64
 * KiB; one trailing newline dropped. */
struct secret *secret_from_file(const char *path, struct err *err);
/* RLIMIT_CORE 0 and PR_SET_DUMPABLE 0. Called first in each main. */
void secret_harden_process(void);
#endif
