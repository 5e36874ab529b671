#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H
/*
 * What the reader and the writer of JSON both spend their time on: finding the end of the bytes that stand for
 * themselves in a string. Inline, since most strings are short. No state; any thread.
 */
#include "base/str.h"

/* True for ASCII that is no control, no quote and no backslash. */
static inline bool
json_is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Length of the leading run of plain bytes. Looks at eight at a time: a byte's high bit is set where it is not
 * plain, by the usual subtract-and-borrow tests, which can only err behind a byte that is not plain either. */
static inline size_t
json_plain_run(const char *p, size_t n)
{
    const uint64_t each = UINT64_C(0x0101010101010101), high = each << 7;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, sizeof word);
        uint64_t quote = word ^ each * '"', backslash = word ^ each * '\\';
        uint64_t special = word | ((word - each * 0x20) & ~word) | ((quote - each) & ~quote) |
                           ((backslash - each) & ~backslash);
        if (special & high)
            break;
    }
    while (i < n && json_is_plain(p[i]))
        i++;
    return i;
}
#endif
