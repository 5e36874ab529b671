#include "base/arena.h"

#include "base/mem.h"
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>

enum { FIRST_BLOCK = 2048, LARGEST_BLOCK = 256 * 1024, ALIGN = alignof(max_align_t) };

/* Blocks form a chain, the one in use at its head; each doubles its predecessor up to
 * LARGEST_BLOCK. */
struct arena_block {
    struct arena_block *next;
    size_t used, size;
    max_align_t bytes[];
};

void
arena_init(struct arena *a, size_t cap_bytes)
{
    *a = (struct arena){.cap = cap_bytes};
}

static void
free_chain(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        mem_free(block);
        block = next;
    }
}

void
arena_fini(struct arena *a)
{
    free_chain(a->head);
    a->head = NULL;
    a->used = 0;
}

void
arena_reset(struct arena *a)
{
    a->used = 0;
    if (!a->head)
        return;
    free_chain(a->head->next);
    a->head->next = NULL;
    a->head->used = 0;
}

static struct arena_block *
block_new(size_t size)
{
    struct arena_block *block = mem_resize(NULL, mem_add(sizeof *block, size), 1);
    *block = (struct arena_block){.size = size};
    return block;
}

/* The block that has room for n bytes, made if need be. */
static struct arena_block *
block_for(struct arena *a, size_t n)
{
    struct arena_block *head = a->head;
    if (head && head->size - head->used >= n)
        return head;
    size_t size = head ? head->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (head && n > size / 2) {
        /* A big one gets a block to itself behind the head, whose free room stays in use. */
        struct arena_block *block = block_new(n);
        block->next = head->next;
        head->next = block;
        return block;
    }
    struct arena_block *block = block_new(n > size ? n : size);
    block->next = head;
    a->head = block;
    return block;
}

/* Bytes not zeroed; NULL past the cap. */
static void *
take(struct arena *a, size_t n)
{
    size_t rounded;
    if (__builtin_add_overflow(n, (size_t)ALIGN - 1, &rounded))
        return NULL;
    rounded &= ~((size_t)ALIGN - 1);
    if (rounded > a->cap || a->used > a->cap - rounded)
        return NULL;
    struct arena_block *block = block_for(a, rounded);
    void *p = (char *)block->bytes + block->used;
    block->used += rounded;
    a->used += rounded;
    return p;
}

static void *
take_or_abort(struct arena *a, size_t n)
{
    void *p = take(a, n);
    ASSERT(p && "arena cap");
    return p;
}

void *
arena_alloc_try(struct arena *a, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        return NULL;
    void *p = take(a, total);
    return p ? memset(p, 0, total) : NULL;
}

void *
arena_alloc(struct arena *a, size_t n, size_t size)
{
    void *p = arena_alloc_try(a, n, size);
    ASSERT(p && "arena cap");
    return p;
}

struct str
arena_str(struct arena *a, struct str s)
{
    return str_given(s) ? (struct str){arena_cstr(a, s), s.n} : s;
}

struct str
arena_text(struct arena *a, const char *z)
{
    return arena_str(a, str_of(z));
}

char *
arena_cstr(struct arena *a, struct str s)
{
    char *copy = take_or_abort(a, mem_add(s.n, 1));
    if (s.n)
        memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return copy;
}

struct str
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char small[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    ASSERT(n >= 0);
    size_t size = (size_t)n + 1;
    char *text = take_or_abort(a, size);
    if (size <= sizeof small)
        memcpy(text, small, size);
    else
        (void)vsnprintf(text, size, fmt, again);
    va_end(again);
    return (struct str){text, (size_t)n};
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}
