#ifndef BASE_UTF8_H
#define BASE_UTF8_H
/*
 * UTF-8 and display text. All foreign text passes utf8_make_safe before it reaches a terminal, a
 * table, a log or a CSV: after it, no byte can move the cursor, change the terminal or reorder the
 * line. Grapheme boundaries come from utf8proc (UAX 29), widths too, put right where terminals and
 * the C library's wcwidth differ from it (spacing vowel signs, Hangul jamo, hexagrams). No state;
 * any thread.
 */
#include "base/buf.h"
#include "base/str.h"

/* Decodes one code point at the start of s. Bytes used, or 0 if the bytes are not valid UTF-8 (also
 * surrogates, overlong forms, beyond U+10FFFF) or s is empty. */
size_t utf8_decode(struct str s, uint32_t *cp);
/* Writes 1 to 4 bytes. */
size_t utf8_encode(uint32_t cp, char out[4]);
bool utf8_valid(struct str s);

/*
 * Next grapheme cluster: bytes of it, and its width in cells (0, 1 or 2) if wanted. 0 at the end.
 * An invalid byte is a cluster of its own of width 1. What terminals draw wider than two cells,
 * such as a hand and its skin tone, is split into clusters that they draw one after the other.
 */
size_t utf8_cluster(struct str s, int *width);
/* Cells that the whole string takes. */
int utf8_width(struct str s);
/* Longest prefix of whole clusters that fits in `cells`; its width in *used if not NULL. */
struct str utf8_cut(struct str s, int cells, int *used);

/*
 * Appends s with every dangerous or invisible part made visible: C0 and DEL as \xNN or \n \t \r \e;
 * C1, bidi controls, zero-width, tags, variation selectors, private use, unassigned and marks
 * without a base as <U+202E>; invalid bytes as \xNN; at most 4 combining marks per base (the rest
 * shown as
 * <+N marks>). A backslash stays a backslash. Doing it twice changes nothing.
 */
void utf8_make_safe(struct buf *out, struct str s);
/* True if utf8_make_safe would change nothing (fast path for plain text). */
bool utf8_is_safe(struct str s);
/* Lower-case key for lookups: NFKC, case folded, default-ignorable removed (Unicode TR 31 style).
 */
bool utf8_fold(struct buf *out, struct str s);
#endif
