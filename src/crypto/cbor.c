#include "crypto/cbor.h"

enum major { UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };
enum { FALSE_VALUE = 20, NULL_VALUE = 22, ONE_BYTE = 24, EIGHT_BYTES = 27 };

struct head {
    enum major major;
    uint64_t value;
};

/* A head in its shortest form; indefinite lengths and reserved values have none. */
static bool
read_head(struct str *rest, struct head *out)
{
    if (rest->n == 0)
        return false;
    const unsigned char *p = (const unsigned char *)rest->p;
    unsigned info = p[0] & 31;
    *out = (struct head){.major = (enum major)(p[0] >> 5), .value = info};
    size_t extra = info < ONE_BYTE ? 0 : (size_t)1 << (info - ONE_BYTE);
    if (info > EIGHT_BYTES || rest->n - 1 < extra)
        return false;
    if (extra) {
        out->value = 0;
        for (size_t i = 1; i <= extra; i++)
            out->value = out->value << 8 | p[i];
        uint64_t least = extra == 1 ? ONE_BYTE : UINT64_C(1) << (4 * extra);
        if (out->value < least)
            return false;
    }
    *rest = str_sub(*rest, 1 + extra, rest->n);
    return true;
}

static bool
read_as(struct str *rest, enum major major, uint64_t *value)
{
    struct head h;
    bool ok = read_head(rest, &h) && h.major == major;
    *value = ok ? h.value : 0;
    return ok;
}

bool
cbor_int(struct str *rest, int64_t *out)
{
    struct head h;
    if (!read_head(rest, &h) || h.major > NEGATIVE || h.value > UINT64_C(1) << 53)
        return false;
    *out = h.major == UINT ? (int64_t)h.value : -1 - (int64_t)h.value;
    return true;
}

static bool
read_string(struct str *rest, enum major major, struct str *out)
{
    uint64_t n;
    if (!read_as(rest, major, &n) || n > rest->n)
        return false;
    *out = str_sub(*rest, 0, (size_t)n);
    *rest = str_sub(*rest, (size_t)n, rest->n);
    return true;
}

bool
cbor_bytes(struct str *rest, struct str *out)
{
    return read_string(rest, BYTES, out);
}

bool
cbor_text(struct str *rest, struct str *out)
{
    return read_string(rest, TEXT, out);
}

/* Each element takes a byte at least, so more of them than bytes cannot be. */
static bool
read_count(struct str *rest, enum major major, size_t per, size_t *n)
{
    uint64_t count;
    if (!read_as(rest, major, &count) || count > rest->n / per)
        return false;
    *n = (size_t)count;
    return true;
}

bool
cbor_array(struct str *rest, size_t *n)
{
    return read_count(rest, ARRAY, 1, n);
}

bool
cbor_map(struct str *rest, size_t *n)
{
    return read_count(rest, MAP, 2, n);
}

bool
cbor_is_map(struct str rest)
{
    return rest.n && (unsigned char)rest.p[0] >> 5 == MAP;
}

/* Order of map keys: by kind, then the shorter one, then byte by byte. */
static bool
comes_before(struct str a, struct str b)
{
    int kind_a = (unsigned char)a.p[0] >> 5, kind_b = (unsigned char)b.p[0] >> 5;
    if (kind_a != kind_b)
        return kind_a < kind_b;
    return a.n != b.n ? a.n < b.n : memcmp(a.p, b.p, a.n) < 0;
}

static bool skip(struct str *rest, int depth);

static bool
skip_map(struct str *rest, int depth)
{
    size_t n;
    if (!cbor_map(rest, &n))
        return false;
    struct str before = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        struct str at = *rest;
        if (!skip(rest, depth))
            return false;
        struct str key = str_sub(at, 0, at.n - rest->n);
        if ((i > 0 && !comes_before(before, key)) || !skip(rest, depth))
            return false;
        before = key;
    }
    return true;
}

static bool
skip_array(struct str *rest, int depth)
{
    size_t n;
    if (!cbor_array(rest, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!skip(rest, depth))
            return false;
    return true;
}

/* Tags, floats and what is not assigned have no place in what a security key says. */
static bool
skip(struct str *rest, int depth)
{
    struct head h;
    struct str ahead = *rest, unused;
    if (!read_head(&ahead, &h))
        return false;
    switch (h.major) {
    case BYTES:
    case TEXT:
        return read_string(rest, h.major, &unused);
    case ARRAY:
        return depth > 0 && skip_array(rest, depth - 1);
    case MAP:
        return depth > 0 && skip_map(rest, depth - 1);
    case TAG:
        return false;
    case SIMPLE:
        if (h.value < FALSE_VALUE || h.value > NULL_VALUE)
            return false;
        break;
    case UINT:
    case NEGATIVE:
        break;
    }
    *rest = ahead;
    return true;
}

bool
cbor_skip(struct str *rest, struct str *out)
{
    struct str at = *rest;
    if (!skip(rest, CBOR_DEPTH_MAX))
        return false;
    if (out)
        *out = str_sub(at, 0, at.n - rest->n);
    return true;
}
