#ifndef BASE_BUF_H
#define BASE_BUF_H
/*
 * Growable bytes with a hard cap given at init. A write past the cap changes nothing, sets
 * `failed`, and every later write is ignored: callers write freely and check once at the end.
 * Contents are always followed by a NUL that is not counted. Owned by one thread at a time.
 */
#include "base/str.h"
#include <stdarg.h>

struct buf {
    char *p;
    size_t n, size, cap;
    bool failed;
};

void buf_init(struct buf *b, size_t cap_bytes);
void buf_fini(struct buf *b);
/* Empties it, clears `failed`, keeps the memory. */
void buf_reset(struct buf *b);
/* Room for n more bytes without growing; false (and failed) past the cap. */
bool buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_text(struct buf *b, const char *z);
void buf_add_char(struct buf *b, char c);
void buf_add_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Borrowed view; valid until the next write. */
struct str buf_str(const struct buf *b);
/* Moves the bytes out (NUL-terminated, free with mem_free) and leaves the buffer empty. */
char *buf_take(struct buf *b, size_t *n);
/* Standard base64 and base64url without padding (RFC 4648 sections 4 and 5). */
void buf_add_base64(struct buf *b, const void *p, size_t n);
void buf_add_base64url(struct buf *b, const void *p, size_t n);
/* Strict: canonical tail bits, no white space; url variant refuses padding. False leaves b
 * unchanged. */
bool buf_add_unbase64(struct buf *b, struct str s);
bool buf_add_unbase64url(struct buf *b, struct str s);
void buf_add_hex(struct buf *b, const void *p, size_t n);
/* Percent-encodes all but RFC 3986 unreserved characters. */
void buf_add_urlencoded(struct buf *b, struct str s);
#endif
