#include "base/utf8.h"

#include "base/mem.h"
#include <limits.h>
#include <utf8proc.h>

enum { MARKS_MAX = 4, CLUSTER_CELLS_MAX = 2, REPLACEMENT = 0xfffd };

static const uint64_t EACH_BYTE = UINT64_C(0x0101010101010101), HIGH_BITS = EACH_BYTE << 7;

static uint64_t
word_at(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* Length of the leading run of ASCII. */
static size_t
ascii_run(struct str s)
{
    size_t i = 0;
    while (i + 8 <= s.n && !(word_at(s.p + i) & HIGH_BITS))
        i += 8;
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

/* Length of the leading run of printable ASCII, eight bytes at a time. */
static size_t
printable_run(struct str s)
{
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t word = word_at(s.p + i);
        uint64_t del = word ^ EACH_BYTE * 0x7f;
        uint64_t below_space = (word - EACH_BYTE * 0x20) & ~word;
        uint64_t is_del = (del - EACH_BYTE) & ~del;
        if ((word | below_space | is_del) & HIGH_BITS)
            break;
    }
    while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f)
        i++;
    return i;
}

/* Payload of a continuation byte; sets *bad if it is none. */
static uint32_t
continuation(char c, bool *bad)
{
    unsigned char byte = (unsigned char)c;
    if ((byte & 0xc0) != 0x80)
        *bad = true;
    return byte & 0x3fU;
}

/* A code point that may stand in text: not half of a surrogate pair, not beyond the last. */
static bool
is_scalar(uint32_t cp)
{
    return cp < 0xd800 || (cp > 0xdfff && cp <= 0x10ffff);
}

size_t
utf8_decode(struct str s, uint32_t *cp)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (!s.n)
        return 0;
    unsigned char lead = (unsigned char)s.p[0];
    if (lead < 0x80) {
        *cp = lead;
        return 1;
    }
    size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || s.n < n)
        return 0;
    uint32_t v = lead & (0x7fU >> n);
    bool bad = false;
    for (size_t i = 1; i < n; i++)
        v = v << 6 | continuation(s.p[i], &bad);
    if (bad || v < smallest[n] || !is_scalar(v))
        return 0;
    *cp = v;
    return n;
}

size_t
utf8_encode(uint32_t cp, char out[4])
{
    if (!is_scalar(cp))
        cp = REPLACEMENT;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    out[0] = (char)((0xf00U >> n & 0xf0) | cp);
    return n;
}

bool
utf8_valid(struct str s)
{
    size_t i = ascii_run(s);
    while (i < s.n) {
        uint32_t cp;
        size_t n = utf8_decode(str_sub(s, i, s.n), &cp);
        if (!n)
            return false;
        i += n;
        i += ascii_run(str_sub(s, i, s.n));
    }
    return true;
}

/* Hangul vowels and finals are drawn into the cells of the initial before them. */
static bool
is_jamo_tail(const utf8proc_property_t *property)
{
    return property->boundclass == UTF8PROC_BOUNDCLASS_V ||
           property->boundclass == UTF8PROC_BOUNDCLASS_T;
}

static int
cells_of(uint32_t cp)
{
    if (cp < 0x7f)
        return cp >= 0x20;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
    int width = property->charwidth;
    if (is_jamo_tail(property))
        return 0;
    if (property->category == UTF8PROC_CATEGORY_MC && width == 0)
        return 1;
    if ((cp >= 0x4dc0 && cp <= 0x4dff) || (cp >= 0x3248 && cp <= 0x324f))
        return 2;
    return width;
}

/* Bytes of the cluster that starts with the code point `first` of n bytes. */
static size_t
cluster_end(struct str s, size_t n, uint32_t first, int *cells)
{
    utf8proc_int32_t state = 0;
    uint32_t before = first;
    while (n < s.n) {
        uint32_t cp;
        size_t more = utf8_decode(str_sub(s, n, s.n), &cp);
        if (!more || utf8proc_grapheme_break_stateful((utf8proc_int32_t)before,
                                                      (utf8proc_int32_t)cp, &state))
            break;
        int wider = *cells + cells_of(cp);
        if (wider > CLUSTER_CELLS_MAX)
            break;
        *cells = wider;
        before = cp;
        n += more;
    }
    return n;
}

size_t
utf8_cluster(struct str s, int *width)
{
    if (width)
        *width = 0;
    if (!s.n)
        return 0;
    uint32_t cp;
    size_t n = utf8_decode(s, &cp);
    int cells = n ? cells_of(cp) : 1;
    bool alone = !n || (cp < 0x80 && cp != '\r' && (s.n == 1 || (unsigned char)s.p[1] < 0x80));
    if (!n)
        n = 1;
    if (!alone)
        n = cluster_end(s, n, cp, &cells);
    if (width)
        *width = cells;
    return n;
}

int
utf8_width(struct str s)
{
    size_t run = printable_run(s);
    if (run == s.n)
        return run > INT_MAX ? INT_MAX : (int)run;
    int used;
    (void)utf8_cut(s, INT_MAX, &used);
    return used;
}

struct str
utf8_cut(struct str s, int cells, int *used)
{
    int total = 0;
    size_t at = 0;
    while (at < s.n) {
        int width = 0;
        size_t n = utf8_cluster(str_sub(s, at, s.n), &width);
        if (width > cells - total)
            break;
        total += width;
        at += n;
    }
    if (used)
        *used = total;
    return str_sub(s, 0, at);
}

enum showing { SHOW_PLAIN, SHOW_MARK, SHOW_CODE };

static enum showing
showing_of(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 0x20 && cp < 0x7f ? SHOW_PLAIN : SHOW_CODE;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
    if (property->ignorable)
        return SHOW_CODE;
    if (is_jamo_tail(property))
        return SHOW_MARK;
    switch ((utf8proc_category_t)property->category) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return SHOW_CODE;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return SHOW_MARK;
    default:
        return SHOW_PLAIN;
    }
}

bool
utf8_is_safe(struct str s)
{
    size_t at = 0;
    bool base = false;
    int marks = 0;
    for (;;) {
        size_t run = printable_run(str_sub(s, at, s.n));
        if (run) {
            base = true;
            marks = 0;
        }
        at += run;
        if (at == s.n)
            return true;
        uint32_t cp;
        size_t n = utf8_decode(str_sub(s, at, s.n), &cp);
        enum showing showing = n ? showing_of(cp) : SHOW_CODE;
        if (showing == SHOW_CODE || (showing == SHOW_MARK && (!base || ++marks > MARKS_MAX)))
            return false;
        if (showing == SHOW_PLAIN) {
            base = true;
            marks = 0;
        }
        at += n;
    }
}

static void
add_byte_code(struct buf *out, unsigned char c)
{
    switch (c) {
    case '\n':
        buf_add_text(out, "\\n");
        break;
    case '\t':
        buf_add_text(out, "\\t");
        break;
    case '\r':
        buf_add_text(out, "\\r");
        break;
    case 0x1b:
        buf_add_text(out, "\\e");
        break;
    default:
        buf_printf(out, "\\x%02x", c);
    }
}

/* What make_safe remembers between code points: marks need a base, and only a few fit on one. */
struct safe {
    struct buf *out;
    bool base;
    size_t marks; /* on the present base, shown or not */
};

static void
end_base(struct safe *safe, bool next_is_base)
{
    if (safe->marks > MARKS_MAX)
        buf_printf(safe->out, "<+%zu marks>", safe->marks - MARKS_MAX);
    safe->marks = 0;
    safe->base = next_is_base;
}

/* One code point, or one invalid byte. */
static void
add_safe(struct safe *safe, struct str bytes, uint32_t cp)
{
    switch (showing_of(cp)) {
    case SHOW_PLAIN:
        end_base(safe, true);
        buf_add_str(safe->out, bytes);
        break;
    case SHOW_MARK:
        if (safe->base) {
            if (safe->marks++ < MARKS_MAX)
                buf_add_str(safe->out, bytes);
            break;
        }
        buf_printf(safe->out, "<U+%04X>", cp);
        break;
    case SHOW_CODE:
        end_base(safe, false);
        if (cp < 0x80)
            add_byte_code(safe->out, (unsigned char)cp);
        else
            buf_printf(safe->out, "<U+%04X>", cp);
    }
}

void
utf8_make_safe(struct buf *out, struct str s)
{
    struct safe safe = {.out = out};
    size_t at = 0;
    while (at < s.n) {
        struct str rest = str_sub(s, at, s.n);
        size_t n = printable_run(rest);
        uint32_t cp;
        if (n) {
            end_base(&safe, true);
            buf_add(out, rest.p, n);
        } else if ((n = utf8_decode(rest, &cp)) > 0) {
            add_safe(&safe, str_sub(rest, 0, n), cp);
        } else {
            n = 1;
            end_base(&safe, false);
            add_byte_code(out, (unsigned char)rest.p[0]);
        }
        at += n;
    }
    end_base(&safe, false);
}

static bool
fold_ascii(struct buf *out, struct str s)
{
    if (!buf_reserve(out, s.n))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        out->p[out->n + i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    out->n += s.n;
    if (out->p)
        out->p[out->n] = '\0';
    return true;
}

bool
utf8_fold(struct buf *out, struct str s)
{
    if (ascii_run(s) == s.n)
        return fold_ascii(out, s);
    if (s.n > PTRDIFF_MAX || !utf8_valid(s))
        return false;
    utf8proc_uint8_t *folded = NULL;
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &folded, options);
    ASSERT(n != UTF8PROC_ERROR_NOMEM);
    if (n >= 0)
        buf_add(out, folded, (size_t)n);
    mem_free(folded);
    return n >= 0 && !out->failed;
}
