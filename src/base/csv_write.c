#include "base/csv_write.h"

#include "base/utf8.h"

enum { CELL_MAX = 16 * 1024 * 1024 };

/* What a spreadsheet takes for a formula, also after leading blanks. */
static bool
starts_formula(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n'))
        s = str_sub(s, 1, s.n);
    return s.n && memchr("=+-@|%", s.p[0], 6) != NULL;
}

static bool
is_number(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        digits += digit;
        if (!digit && s.p[i] != '.' && !(i == 0 && (s.p[i] == '-' || s.p[i] == '+')))
            return false;
    }
    return digits > 0;
}

/* A cell needs quotes around anything that could be taken for the structure. */
static bool
needs_quotes(struct str s)
{
    if (s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' '))
        return true;
    for (size_t i = 0; i < s.n; i++) {
        if (memchr("\",\r\n", s.p[i], 4))
            return true;
    }
    return false;
}

static void
add_quoted(struct buf *b, struct str s)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, s.p[i]);
    }
    buf_add_char(b, '"');
}

void
csv_add_cell(struct buf *out, struct str s, bool raw)
{
    struct buf text;
    buf_init(&text, CELL_MAX);
    if (!raw && starts_formula(s) && !is_number(s))
        buf_add_char(&text, '\'');
    if (raw)
        buf_add_str(&text, s);
    else
        utf8_make_safe(&text, s);
    if (needs_quotes(buf_str(&text)))
        add_quoted(out, buf_str(&text));
    else
        buf_add_str(out, buf_str(&text));
    out->failed |= text.failed;
    buf_fini(&text);
}
