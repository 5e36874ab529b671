#ifndef BASE_ARENA_H
#define BASE_ARENA_H
/*
 * Bump allocator with one life: a request, a result, a screen turn. Everything from it is released
 * together. Each arena has a hard cap in bytes; going past it aborts unless the _try call is used,
 * so callers that take foreign sizes check them first. Owned by one thread at a time.
 */
#include "base/str.h"
#include <stdarg.h>
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used, cap;
};

void arena_init(struct arena *a, size_t cap_bytes);
/* Releases everything; the arena may be used again afterwards. */
void arena_fini(struct arena *a);
/* Forgets everything but keeps the first block for reuse. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull));
/* As arena_alloc, NULL when the cap would be passed. */
void *arena_alloc_try(struct arena *a, size_t n, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_alloc((a), (n), sizeof(type)))

/* Copy with a NUL after it (not counted); the absent string stays absent. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_text(struct arena *a, const char *z);
struct str arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* NUL-terminated copy, for calls that need a C string. */
char *arena_cstr(struct arena *a, struct str s) __attribute__((returns_nonnull));
#endif
