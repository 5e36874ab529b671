#include "base/buf.h"

#include "base/ascii.h"
#include "base/mem.h"
#include <stdio.h>

enum { FIRST_SIZE = 64 };

void
buf_init(struct buf *b, size_t cap_bytes)
{
    *b = (struct buf){.cap = cap_bytes};
}

void
buf_fini(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){.cap = b->cap};
}

void
buf_reset(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

bool
buf_reserve(struct buf *b, size_t n)
{
    if (b->failed || n > b->cap || b->n > b->cap - n) {
        b->failed = true;
        return false;
    }
    size_t need = mem_add(b->n + n, 1);
    if (need <= b->size)
        return true;
    size_t size = b->size ? b->size : FIRST_SIZE;
    while (size < need)
        size = size <= SIZE_MAX / 2 ? size * 2 : need;
    /* Doubling may pass the cap: the cap bounds memory as well as contents. */
    if (size - 1 > b->cap)
        size = mem_add(b->cap, 1);
    b->p = mem_resize(b->p, size, 1);
    b->size = size;
    b->p[b->n] = '\0';
    return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
    if (!n || !buf_reserve(b, n))
        return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void
buf_add_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void
buf_add_text(struct buf *b, const char *z)
{
    buf_add_str(b, str_of(z));
}

void
buf_add_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void
buf_add_i64(struct buf *b, int64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (v < 0)
        digits[--at] = '-';
    buf_add(b, digits + at, sizeof digits - at);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    if (b->failed)
        return;
    va_list again;
    va_copy(again, ap);
    size_t room = b->size - b->n;
    int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
    ASSERT(n >= 0);
    bool whole = (size_t)n < room;
    if (!whole && room)
        b->p[b->n] = '\0';
    if (whole || buf_reserve(b, (size_t)n)) {
        if (!whole)
            (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(b, fmt, ap);
    va_end(ap);
}

struct str
buf_str(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}

char *
buf_take(struct buf *b, size_t *n)
{
    if (n)
        *n = b->n;
    char *bytes = b->p ? b->p : mem_copy_text("", 0);
    *b = (struct buf){.cap = b->cap};
    return bytes;
}

static const char STANDARD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL_SAFE[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void
encode64(struct buf *b, const unsigned char *p, size_t n, const char *digits)
{
    size_t tail = n % 3;
    size_t tail_size = !tail ? 0 : digits == STANDARD ? 4 : tail + 1;
    if (!buf_reserve(b, mem_add(mem_mul(n / 3, 4), tail_size)))
        return;
    char *out = b->p + b->n;
    for (; n >= 3; p += 3, n -= 3, out += 4) {
        out[0] = digits[p[0] >> 2];
        out[1] = digits[(p[0] & 3) << 4 | p[1] >> 4];
        out[2] = digits[(p[1] & 15) << 2 | p[2] >> 6];
        out[3] = digits[p[2] & 63];
    }
    if (tail) {
        unsigned second = tail == 2 ? p[1] : 0;
        char last[4] = {digits[p[0] >> 2], digits[(p[0] & 3) << 4 | second >> 4],
                        tail == 2 ? digits[(second & 15) << 2] : '=', '='};
        memcpy(out, last, tail_size);
        out += tail_size;
    }
    *out = '\0';
    b->n = (size_t)(out - b->p);
}

void
buf_add_base64(struct buf *b, const void *p, size_t n)
{
    encode64(b, p, n, STANDARD);
}

void
buf_add_base64url(struct buf *b, const void *p, size_t n)
{
    encode64(b, p, n, URL_SAFE);
}

/* 0 to 63, or -1: what '0' to 'z' stand for. A table, since which range a character is in cannot be
 * predicted. */
static const signed char VALUES[] = {
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0,  1,
    2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    21, 22, 23, 24, 25, -1, -1, -1, -1, -1, -1, 26, 27, 28, 29, 30, 31, 32, 33,
    34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
};

static int
value64(char c, const char *digits)
{
    if (c == digits[62])
        return 62;
    if (c == digits[63])
        return 63;
    size_t at = (size_t)((unsigned char)c - (unsigned)'0');
    return at < sizeof VALUES ? VALUES[at] : -1;
}

/* `s` without padding. */
static bool
decode64(struct buf *b, struct str s, const char *digits)
{
    size_t start = b->n;
    if (s.n % 4 == 1 || !buf_reserve(b, s.n / 4 * 3 + 2))
        return false;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = value64(s.p[i], digits);
        if (v < 0)
            goto refuse;
        bits = bits << 6 | (unsigned)v;
        held += 6;
        if (held >= 8) {
            held -= 8;
            b->p[b->n++] = (char)(bits >> held & 0xff);
        }
    }
    /* Bits left over must be zero, else two texts would mean the same bytes. */
    if (bits & ((1U << held) - 1))
        goto refuse;
    b->p[b->n] = '\0';
    return true;
refuse:
    b->n = start;
    b->p[b->n] = '\0';
    return false;
}

bool
buf_add_unbase64(struct buf *b, struct str s)
{
    if (s.n % 4)
        return false;
    for (int padding = 0; padding < 2 && s.n && s.p[s.n - 1] == '='; padding++)
        s.n--;
    return decode64(b, s, STANDARD);
}

bool
buf_add_unbase64url(struct buf *b, struct str s)
{
    return decode64(b, s, URL_SAFE);
}

void
buf_add_hex(struct buf *b, const void *p, size_t n)
{
    const unsigned char *bytes = p;
    if (!buf_reserve(b, mem_mul(n, 2)))
        return;
    for (size_t i = 0; i < n; i++) {
        b->p[b->n++] = "0123456789abcdef"[bytes[i] >> 4];
        b->p[b->n++] = "0123456789abcdef"[bytes[i] & 15];
    }
    b->p[b->n] = '\0';
}

static bool
is_unreserved(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

void
buf_add_urlencoded(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (is_unreserved(s.p[i])) {
            buf_add_char(b, s.p[i]);
            continue;
        }
        unsigned char c = (unsigned char)s.p[i];
        char code[3] = {'%', "0123456789ABCDEF"[c >> 4], "0123456789ABCDEF"[c & 15]};
        buf_add(b, code, sizeof code);
    }
}
