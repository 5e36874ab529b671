#include "base/str.h"

#include "base/ascii.h"
#include "base/rand.h"
#include <limits.h>
#include <pthread.h>

bool
str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    }
    return true;
}

int
str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    if (order)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool
str_eq_secret(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    /* volatile keeps the compiler from leaving the loop at the first difference. */
    volatile unsigned char difference = 0;
    for (size_t i = 0; i < a.n; i++)
        difference |= (unsigned char)(a.p[i] ^ b.p[i]);
    return difference == 0;
}

bool
str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

ptrdiff_t
str_find(struct str s, struct str needle)
{
    if (!needle.n)
        return 0;
    for (size_t at = 0; at + needle.n <= s.n; at++) {
        const char *hit = memchr(s.p + at, needle.p[0], s.n - needle.n - at + 1);
        if (!hit)
            break;
        at = (size_t)(hit - s.p);
        if (memcmp(hit, needle.p, needle.n) == 0)
            return hit - s.p;
    }
    return -1;
}

ptrdiff_t
str_find_char(struct str s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? hit - s.p : -1;
}

struct str
str_sub(struct str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return s.p ? (struct str){s.p + from, to - from} : s;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool
str_next(struct str *rest, char sep, struct str *part)
{
    if (!str_given(*rest))
        return false;
    ptrdiff_t at = str_find_char(*rest, sep);
    if (at < 0) {
        *part = *rest;
        *rest = STR_ABSENT;
        return true;
    }
    *part = str_sub(*rest, 0, (size_t)at);
    *rest = str_sub(*rest, (size_t)at + 1, rest->n);
    return true;
}

bool
str_to_u64(struct str s, uint64_t *out)
{
    size_t i = s.n && s.p[0] == '+' ? 1 : 0;
    if (i == s.n)
        return false;
    uint64_t v = 0;
    for (; i < s.n; i++) {
        unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v))
            return false;
    }
    *out = v;
    return true;
}

void
str_copy_printable(char *out, size_t size, struct str s)
{
    size_t n = 0;
    for (; n < s.n && n + 1 < size; n++)
        out[n] = s.p[n] >= 0x20 && s.p[n] < 0x7f ? s.p[n] : '?';
    out[n] = '\0';
}

bool
str_to_i64(struct str s, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    if (negative) {
        s = str_sub(s, 1, s.n);
        if (s.n && s.p[0] == '+')
            return false;
    }
    uint64_t size;
    if (!str_to_u64(s, &size))
        return false;
    if (size > (uint64_t)INT64_MAX + negative)
        return false;
    *out = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

bool
str_to_bool(struct str s, bool *out)
{
    if (str_eq(s, STR("true")) || str_eq(s, STR("1"))) {
        *out = true;
        return true;
    }
    if (str_eq(s, STR("false")) || str_eq(s, STR("0"))) {
        *out = false;
        return true;
    }
    return false;
}

/*
 * SipHash-1-3: a keyed hash, so nobody outside can choose keys that collide. The key is drawn from
 * the system's source even when rand is pinned, and is the one piece of state here: written once,
 * then read.
 */
static struct {
    pthread_once_t once;
    uint64_t key[2];
} seed = {.once = PTHREAD_ONCE_INIT};

static void
seed_draw(void)
{
    rand_bytes_system(seed.key, sizeof seed.key);
}

struct sip {
    uint64_t a, b, c, d;
};

static uint64_t
rotate(uint64_t v, unsigned bits)
{
    return v << bits | v >> (64 - bits);
}

static void
sip_round(struct sip *s)
{
    s->a += s->b;
    s->b = rotate(s->b, 13) ^ s->a;
    s->a = rotate(s->a, 32);
    s->c += s->d;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a += s->d;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c += s->b;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

static void
sip_word(struct sip *s, uint64_t word)
{
    s->d ^= word;
    sip_round(s);
    s->a ^= word;
}

uint64_t
str_hash(struct str s)
{
    (void)pthread_once(&seed.once, seed_draw);
    struct sip sip = {
        .a = seed.key[0] ^ 0x736f6d6570736575U,
        .b = seed.key[1] ^ 0x646f72616e646f6dU,
        .c = seed.key[0] ^ 0x6c7967656e657261U,
        .d = seed.key[1] ^ 0x7465646279746573U,
    };
    size_t i = 0;
    uint64_t word;
    for (; i + sizeof word <= s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        sip_word(&sip, word);
    }
    word = 0;
    if (i < s.n)
        memcpy(&word, s.p + i, s.n - i);
    sip_word(&sip, word | (uint64_t)s.n << 56);
    sip.c ^= 0xff;
    for (int i3 = 0; i3 < 3; i3++)
        sip_round(&sip);
    return sip.a ^ sip.b ^ sip.c ^ sip.d;
}
