#ifndef BASE_STR_H
#define BASE_STR_H
/*
 * Borrowed byte strings. A `struct str` is a pointer and a length; it owns nothing and never
 * outlives the arena, buffer or literal it points into. Bytes need not end in NUL. The zero value
 * {NULL, 0} means "absent"; {non-NULL, 0} means "present and empty" (see str_given).
 * No function here allocates. Safe from any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* No string: what str_given is false of. */
#define STR_ABSENT ((struct str){NULL, 0})
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

/* View of a NUL-terminated string; NULL gives the absent string. */
static inline struct str
str_of(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

/* True if the string is present, even when empty. */
static inline bool
str_given(struct str s)
{
    return s.p != NULL;
}

bool str_eq(struct str a, struct str b);
/* As str_eq but ASCII letters compare without case. */
bool str_eq_nocase(struct str a, struct str b);
/* Byte-wise order: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
/* Equality whose time depends on the lengths only, for secrets and hashes. */
bool str_eq_secret(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Offset of the first occurrence, or -1. An empty needle is found at 0. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_char(struct str s, char c);
/* Bytes [from, to), clamped to the string. */
struct str str_sub(struct str s, size_t from, size_t to);
/* Without leading and trailing space, TAB, CR, LF. */
struct str str_trim(struct str s);
/*
 * Cuts *rest at the first `sep`: stores the part before it in *part and advances *rest past it.
 * False when *rest is absent, that is after the last part. "a,,b" gives "a", "", "b".
 */
bool str_next(struct str *rest, char sep, struct str *part);

/* Into a text of `size` bytes, NUL included: what is not printable ASCII becomes '?', what does not
 * fit is left out. For foreign text that is logged or shown as it is. */
void str_copy_printable(char *out, size_t size, struct str s);

/* Whole string as a decimal integer with optional sign; false on anything else or overflow. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);
/* Exactly "true" or "false" (also "1" and "0"). */
bool str_to_bool(struct str s, bool *out);
/* Seeded 64-bit hash for tables; the seed is random per process, so not stable between runs. */
uint64_t str_hash(struct str s);
#endif
