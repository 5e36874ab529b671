#ifndef BASE_ASCII_H
#define BASE_ASCII_H
/*
 * What kind a byte is in ASCII, whatever the locale says. Bytes beyond ASCII are of no kind and
 * stay as they are; so does what stands for the end of a text (-1). Safe from any thread.
 */
#include <stdbool.h>

static inline bool
ascii_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool
ascii_is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
ascii_is_alnum(int c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

static inline char
ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* 0 to 15, or -1 for what is no hexadecimal digit. */
static inline int
ascii_hex_value(int c)
{
    if (ascii_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
#endif
