#ifndef BASE_MEM_H
#define BASE_MEM_H
/*
 * The only place that calls malloc. True exhaustion aborts the process with one line on stderr:
 * every size driven from outside is capped before it gets here, so it is not reachable by input. A
 * zero size is a programming error and asserts. Thread-safe.
 */
#include <stddef.h>

/* Zeroed memory of n * size bytes; overflow aborts. Free with mem_free. */
void *mem_new(size_t n, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
/* Grows or shrinks; new bytes are not zeroed. p may be NULL. */
void *mem_resize(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
/* NUL-terminated copy of n bytes. */
char *mem_copy_text(const char *p, size_t n) __attribute__((returns_nonnull));
void *mem_copy(const void *p, size_t n) __attribute__((returns_nonnull));
/* NULL is fine. */
void mem_free(void *p);

/* All threads share one heap, so that what one frees another uses: for a program with few threads that
 * give memory to each other. Before threads start; a hint like the next. */
void mem_one_heap(void);

/* Memory freed at the end of a thread's heap stays with the process up to so many bytes instead of
 * going back to the system at once: for a program that soon needs the same again. Before threads
 * start; a hint that other C libraries than glibc do not take. */
void mem_keep_freed(int bytes);

/* a + b and a * b; abort on overflow. */
size_t mem_add(size_t a, size_t b);
size_t mem_mul(size_t a, size_t b);

/* Kept in release builds: says file, line and text on stderr, then aborts. */
#define ASSERT(cond) ((cond) ? (void)0 : mem_assert_failed(#cond, __FILE__, __LINE__))
void mem_assert_failed(const char *cond, const char *file, int line) __attribute__((noreturn));

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#endif
