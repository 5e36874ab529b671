#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static void *
must_have(void *p)
{
    if (!p) {
        (void)fputs("out of memory\n", stderr);
        abort();
    }
    return p;
}

void *
mem_new(size_t n, size_t size)
{
    ASSERT(n && size);
    return must_have(calloc(n, size));
}

void *
mem_resize(void *p, size_t n, size_t size)
{
    ASSERT(n && size);
    return must_have(realloc(p, mem_mul(n, size)));
}

char *
mem_copy_text(const char *p, size_t n)
{
    char *copy = must_have(malloc(mem_add(n, 1)));
    if (n)
        memcpy(copy, p, n);
    copy[n] = '\0';
    return copy;
}

void *
mem_copy(const void *p, size_t n)
{
    ASSERT(p && n);
    void *copy = must_have(malloc(n));
    memcpy(copy, p, n);
    return copy;
}

void
mem_free(void *p)
{
    free(p);
}

void
mem_one_heap(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_ARENA_MAX, 1);
#endif
}

void
mem_keep_freed(int bytes)
{
#ifdef __GLIBC__
    (void)mallopt(M_TRIM_THRESHOLD, bytes);
    (void)mallopt(M_MMAP_THRESHOLD, bytes);
#else
    (void)bytes;
#endif
}

size_t
mem_add(size_t a, size_t b)
{
    size_t sum;
    ASSERT(!__builtin_add_overflow(a, b, &sum));
    return sum;
}

size_t
mem_mul(size_t a, size_t b)
{
    size_t product;
    ASSERT(!__builtin_mul_overflow(a, b, &product));
    return product;
}

void
mem_assert_failed(const char *cond, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: this should hold: %s\n", file, line, cond);
    abort();
}
