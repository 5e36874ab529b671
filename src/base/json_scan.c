#include "base/json_scan.h"

#include "base/ascii.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/utf8.h"

struct scan {
    const char *p;
    size_t n, at;
    size_t values, started; /* values; names and values */
    size_t find, found;     /* see json_scan_offset */
    unsigned depth;
    struct err *err;
};

static bool
refuse_at(struct scan *s, size_t at, enum err_code code, const char *what)
{
    (void)err_set(s->err, code, "JSON, byte %zu: %s", at, what);
    return false;
}

static bool
refuse(struct scan *s, const char *what)
{
    if (s->at == s->n)
        return refuse_at(s, s->at, ERR_PARSE, "the text ends too early");
    return refuse_at(s, s->at, ERR_PARSE, what);
}

/* The next byte; -1 at the end. */
static int
peek(const struct scan *s)
{
    return s->at < s->n ? (unsigned char)s->p[s->at] : -1;
}

static bool
take(struct scan *s, char c)
{
    if (peek(s) != c)
        return false;
    s->at++;
    return true;
}

static void
skip_space(struct scan *s)
{
    for (;;) {
        int c = peek(s);
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return;
        s->at++;
    }
}

static void
count_start(struct scan *s)
{
    if (s->started++ == s->find)
        s->found = s->at;
}

static bool
scan_hex4(struct scan *s, unsigned *out)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        int digit = ascii_hex_value(peek(s));
        if (digit < 0)
            return refuse(s, "\\u should be followed by four hexadecimal digits");
        v = v << 4 | (unsigned)digit;
        s->at++;
    }
    *out = v;
    return true;
}

/* After "\u". */
static bool
scan_unicode_escape(struct scan *s)
{
    size_t start = s->at - 2;
    unsigned high, low;
    if (!scan_hex4(s, &high))
        return false;
    if (high == 0)
        return refuse_at(s, start, ERR_PARSE, "\\u0000 is not allowed");
    if (high < 0xd800 || high > 0xdfff)
        return true;
    bool paired = high < 0xdc00 && take(s, '\\') && take(s, 'u');
    if (paired && !scan_hex4(s, &low))
        return false;
    if (!paired || low < 0xdc00 || low > 0xdfff)
        return refuse_at(s, start, ERR_PARSE, "half of a surrogate pair");
    return true;
}

static bool
scan_escape(struct scan *s)
{
    s->at++;
    int c = peek(s);
    if (c < 0 || !c || !strchr("\"\\/bfnrtu", c))
        return refuse(s, "unknown escape in a string");
    s->at++;
    return c != 'u' || scan_unicode_escape(s);
}

/* At a byte that is neither plain ASCII nor the closing quote. */
static bool
scan_special(struct scan *s)
{
    int c = peek(s);
    if (c == '\\')
        return scan_escape(s);
    if (c < 0x20)
        return refuse(s, "control character in a string");
    uint32_t cp;
    size_t n = utf8_decode((struct str){s->p + s->at, s->n - s->at}, &cp);
    if (!n)
        return refuse(s, "not valid UTF-8");
    s->at += n;
    return true;
}

/* At the opening quote. */
static bool
scan_string(struct scan *s)
{
    s->at++;
    for (;;) {
        s->at += json_plain_run(s->p + s->at, s->n - s->at);
        if (take(s, '"'))
            return true;
        if (!scan_special(s))
            return false;
    }
}

static size_t
skip_digits(struct scan *s)
{
    size_t start = s->at;
    while (s->at < s->n && s->p[s->at] >= '0' && s->p[s->at] <= '9')
        s->at++;
    return s->at - start;
}

static bool
scan_number(struct scan *s)
{
    size_t start = s->at;
    (void)take(s, '-');
    if (!take(s, '0') && !skip_digits(s))
        return refuse(s, "expected a digit");
    bool integer = true;
    if (take(s, '.')) {
        integer = false;
        if (!skip_digits(s))
            return refuse(s, "expected a digit after the decimal point");
    }
    if (take(s, 'e') || take(s, 'E')) {
        integer = false;
        if (!take(s, '+'))
            (void)take(s, '-');
        if (!skip_digits(s))
            return refuse(s, "expected a digit in the exponent");
    }
    size_t n = s->at - start;
    int64_t v;
    if (n > JSON_NUMBER_MAX)
        return refuse_at(s, start, ERR_LIMIT, "number with too many digits");
    if (integer && !str_to_i64((struct str){s->p + start, n}, &v))
        return refuse_at(s, start, ERR_LIMIT, "integer beyond 64 bits");
    return true;
}

static bool
scan_word(struct scan *s, struct str word)
{
    if (!str_starts((struct str){s->p + s->at, s->n - s->at}, word))
        return refuse(s, "expected a value");
    s->at += word.n;
    return true;
}

static bool scan_value(struct scan *s);

static bool
scan_member(struct scan *s)
{
    skip_space(s);
    if (peek(s) != '"')
        return refuse(s, "expected a member name in double quotes");
    count_start(s);
    if (!scan_string(s))
        return false;
    skip_space(s);
    if (!take(s, ':'))
        return refuse(s, "expected ':' after the member name");
    return scan_value(s);
}

/* At the opening bracket of an array or object. */
static bool
scan_container(struct scan *s)
{
    bool object = s->p[s->at] == '{';
    char close = object ? '}' : ']';
    if (s->depth == JSON_DEPTH_MAX)
        return refuse_at(s, s->at, ERR_LIMIT, "nested too deeply");
    s->depth++;
    s->at++;
    skip_space(s);
    bool closed = take(s, close);
    for (size_t members = 0; !closed; members++) {
        if (object && members == JSON_KEYS_MAX)
            return refuse_at(s, s->at, ERR_LIMIT, "object with too many members");
        if (object ? !scan_member(s) : !scan_value(s))
            return false;
        skip_space(s);
        closed = take(s, close);
        if (!closed && !take(s, ','))
            return refuse(s, object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    s->depth--;
    return true;
}

static bool
scan_value(struct scan *s)
{
    skip_space(s);
    if (s->values++ == JSON_VALUES_MAX)
        return refuse_at(s, s->at, ERR_LIMIT, "too many values");
    count_start(s);
    int c = peek(s);
    switch (c) {
    case '{':
    case '[':
        return scan_container(s);
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, STR("true"));
    case 'f':
        return scan_word(s, STR("false"));
    case 'n':
        return scan_word(s, STR("null"));
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return scan_number(s);
        return refuse(s, "expected a value");
    }
}

bool
json_scan(struct str text, struct err *err)
{
    struct scan s = {.p = text.p, .n = text.n, .find = SIZE_MAX, .err = err};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        return refuse(&s, "a byte order mark is not allowed");
    if (!scan_value(&s))
        return false;
    skip_space(&s);
    if (s.at < s.n)
        return refuse(&s, "something follows the value");
    return true;
}

size_t
json_scan_offset(struct str text, size_t number)
{
    struct scan s = {.p = text.p, .n = text.n, .find = number};
    (void)scan_value(&s);
    return s.found;
}
