#include "server/sorted_lines.h"

enum { BLOCK = SORTED_LINE_MAX + 2 }; /* a line, CR and LF */

/* A line and where it lies; `next` is the place after its end. */
struct line {
    char bytes[BLOCK];
    struct str text; /* without CR, LF and, for hashes, what follows the colon */
    struct str whole;
    int64_t start, next;
};

static bool
read_at(const struct sorted_lines *l, int64_t at, char *out, size_t n)
{
    return n == 0 || l->read(l->ctx, at, out, n);
}

static size_t
room(int64_t from, int64_t to)
{
    return to - from < BLOCK ? (size_t)(to - from) : BLOCK;
}

/* The line that begins at `start`. */
static bool
read_line(const struct sorted_lines *l, int64_t start, struct line *out)
{
    size_t n = room(start, l->size);
    if (!read_at(l, start, out->bytes, n))
        return false;
    struct str all = {out->bytes, n};
    ptrdiff_t end = str_find_char(all, '\n');
    if (end < 0 && start + (int64_t)n < l->size)
        return false; /* too long */
    out->start = start;
    out->next = start + (end < 0 ? (int64_t)n : end + 1);
    out->whole = end < 0 ? all : str_sub(all, 0, (size_t)end);
    if (str_ends(out->whole, STR("\r")))
        out->whole.n--;
    out->text = out->whole;
    ptrdiff_t colon = l->hashes ? str_find_char(out->text, ':') : -1;
    if (colon >= 0)
        out->text.n = (size_t)colon;
    return true;
}

/* The line that has the byte at `at`, where a line is known to begin at `least`. */
static bool
read_line_around(const struct sorted_lines *l, int64_t least, int64_t at, struct line *out)
{
    int64_t from = at - least < BLOCK ? least : at - BLOCK;
    char before[BLOCK];
    if (!read_at(l, from, before, (size_t)(at - from)))
        return false;
    size_t n = (size_t)(at - from);
    while (n > 0 && before[n - 1] != '\n')
        n--;
    if (n == 0 && from > least)
        return false; /* too long */
    return read_line(l, from + (int64_t)n, out);
}

static char
upper(char c)
{
    return c >= 'a' && c <= 'f' ? (char)(c - 'a' + 'A') : c;
}

/* Digits in either case are in the same order. */
static int
compare(const struct sorted_lines *l, struct str a, struct str b)
{
    if (!l->hashes)
        return str_cmp(a, b);
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        unsigned char x = (unsigned char)upper(a.p[i]), y = (unsigned char)upper(b.p[i]);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

bool
sorted_lines_has(const struct sorted_lines *l, struct str wanted)
{
    struct line line;
    int64_t low = 0, high = l->size;
    while (low < high) {
        if (!read_line_around(l, low, low + (high - low) / 2, &line))
            return false;
        int order = compare(l, line.text, wanted);
        if (order == 0)
            return true;
        if (order < 0)
            low = line.next;
        else
            high = line.start;
    }
    return false;
}

/* ---- checking ---- */

static bool
is_digit(char c)
{
    return (c >= '0' && c <= '9') || (upper(c) >= 'A' && upper(c) <= 'F');
}

static bool
is_hash_line(const struct line *line, size_t digits)
{
    bool good = line->text.n == digits;
    for (size_t i = 0; good && i < digits; i++)
        good = is_digit(line->text.p[i]);
    for (size_t i = digits + 1; good && i < line->whole.n; i++)
        good = line->whole.p[i] >= '0' && line->whole.p[i] <= '9';
    return good;
}

/* This line and the next one are in order. */
static bool
check_pair(const struct sorted_lines *l, size_t digits, const struct line *line)
{
    struct line next;
    if (line->text.n > SORTED_LINE_MAX || (l->hashes && !is_hash_line(line, digits)))
        return false;
    if (line->next >= l->size)
        return true;
    return read_line(l, line->next, &next) && compare(l, line->text, next.text) <= 0;
}

static bool
check_at(const struct sorted_lines *l, size_t digits, int64_t at, struct line *line)
{
    return read_line_around(l, 0, at, line) && check_pair(l, digits, line);
}

bool
sorted_lines_check(const struct sorted_lines *l, size_t digits, int64_t samples, int64_t *at)
{
    struct line line, before = {.text = {NULL, 0}};
    int64_t step = l->size / (samples > 0 ? samples : 1);
    for (*at = 0; *at<l->size; *at += step> 0 ? step : 1) {
        if (!check_at(l, digits, *at, &line) || compare(l, before.text, line.text) > 0)
            return false;
        before = line;
        before.text.p = before.bytes;
    }
    return true;
}
