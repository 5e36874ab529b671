#include "base/json.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Room for n bytes at the end, without a call in the usual case; NULL past the cap. */
static inline char *
room(struct buf *b, size_t n)
{
    if (b->size - b->n > n && !b->failed)
        return b->p + b->n;
    return buf_reserve(b, n) ? b->p + b->n : NULL;
}

static inline void
advance(struct buf *b, size_t n)
{
    b->n += n;
    b->p[b->n] = '\0';
}

static inline void
add(struct buf *b, const char *p, size_t n)
{
    char *at = room(b, n);
    if (!at)
        return;
    memcpy(at, p, n);
    advance(b, n);
}

static void
add_escape(struct buf *out, unsigned char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *pair = shorts; *pair; pair += 2) {
        if ((unsigned char)pair[0] == c) {
            add(out, (const char[]){'\\', pair[1]}, 2);
            return;
        }
    }
    const char *digits = "0123456789abcdef";
    add(out, (const char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6);
}

/* Writes what starts at a byte that is not plain; returns how many bytes that was. */
static size_t
add_special(struct buf *out, struct str s)
{
    unsigned char c = (unsigned char)s.p[0];
    if (c < 0x80) {
        add_escape(out, c);
        return 1;
    }
    uint32_t cp;
    size_t n = utf8_decode(s, &cp);
    if (!n) {
        add(out, "\xef\xbf\xbd", 3);
        return 1;
    }
    add(out, s.p, n);
    return n;
}

void
json_write_str(struct buf *out, struct str s)
{
    size_t run = json_plain_run(s.p, s.n);
    char *at = room(out, run + 2);
    if (!at)
        return;
    *at++ = '"';
    if (run)
        memcpy(at, s.p, run);
    at[run] = '"';
    if (run == s.n) {
        advance(out, run + 2);
        return;
    }
    advance(out, run + 1);
    size_t i = run;
    while (i < s.n) {
        i += add_special(out, str_sub(s, i, s.n));
        run = json_plain_run(s.p + i, s.n - i);
        add(out, s.p + i, run);
        i += run;
    }
    add(out, "\"", 1);
}

/* The fewest digits that read back as the same number. Normal ones always survive 15, without
 * trailing zeros; subnormal ones have fewer that mean anything. */
static void
write_double(struct buf *out, double v)
{
    if (!isfinite(v)) {
        add(out, "null", 4);
        return;
    }
    if (v == trunc(v) && fabs(v) < 9223372036854775808.0) {
        buf_add_i64(out, (int64_t)v);
        return;
    }
    char text[40];
    int n = 0;
    for (int digits = fabs(v) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    /* The decimal point is the only thing the locale may have changed. */
    for (int i = 0; i < n; i++) {
        if (!strchr("0123456789+-e", text[i]))
            text[i] = '.';
    }
    add(out, text, (size_t)n);
}

enum { COMPACT = -1 };

static void
new_line(struct buf *out, int indent)
{
    if (indent == COMPACT)
        return;
    add(out, "\n", 1);
    for (int i = 0; i < indent; i++)
        add(out, "  ", 2);
}

static void write_value(const struct json *j, struct buf *out, int indent);

/* An array or object; indent is the depth of what holds it, or COMPACT. */
static void
write_container(const struct json *j, struct buf *out, int indent)
{
    bool object = json_type(j) == JSON_OBJECT;
    int inner = indent == COMPACT ? COMPACT : indent + 1;
    add(out, object ? "{" : "[", 1);
    for (const struct json *c = json_first(j); c; c = json_next(c)) {
        new_line(out, inner);
        if (object) {
            json_write_str(out, json_key(c));
            add(out, ": ", indent == COMPACT ? 1 : 2);
        }
        write_value(c, out, inner);
        if (json_next(c))
            add(out, ",", 1);
        else
            new_line(out, indent);
    }
    add(out, object ? "}" : "]", 1);
}

static void
write_value(const struct json *j, struct buf *out, int indent)
{
    bool truth = false;
    double number = 0;
    switch (json_type(j)) {
    case JSON_NULL:
        add(out, "null", 4);
        return;
    case JSON_BOOL:
        (void)json_to_bool(j, &truth);
        add(out, truth ? "true" : "false", truth ? 4 : 5);
        return;
    case JSON_NUMBER:
        (void)json_to_double(j, &number);
        write_double(out, number);
        return;
    case JSON_STRING:
        json_write_str(out, json_str(j));
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        write_container(j, out, indent);
        return;
    }
}

void
json_write(const struct json *j, struct buf *out)
{
    write_value(j, out, COMPACT);
}

void
json_write_pretty(const struct json *j, struct buf *out)
{
    write_value(j, out, 0);
}

void
jw_init(struct jw *w, struct buf *out)
{
    *w = (struct jw){.out = out};
}

/* Before a value: the comma, if one is due. After a value one always is. */
static inline void
separate(struct jw *w)
{
    if (w->comma)
        add(w->out, ",", 1);
    w->comma = true;
}

void
jw_open(struct jw *w, char bracket)
{
    separate(w);
    add(w->out, &bracket, 1);
    w->depth++;
    w->comma = false;
}

void
jw_close(struct jw *w, char bracket)
{
    ASSERT(w->depth);
    w->depth--;
    add(w->out, &bracket, 1);
    w->comma = true;
}

void
jw_key_plain(struct jw *w, struct str name)
{
    char *at = room(w->out, name.n + 4);
    if (!at)
        return;
    const char *start = at;
    if (w->comma)
        *at++ = ',';
    *at++ = '"';
    memcpy(at, name.p, name.n);
    at += name.n;
    *at++ = '"';
    *at++ = ':';
    advance(w->out, (size_t)(at - start));
    w->comma = false;
}

void
jw_key_str(struct jw *w, struct str name)
{
    separate(w);
    json_write_str(w->out, name);
    add(w->out, ":", 1);
    w->comma = false;
}

void
jw_str(struct jw *w, struct str s)
{
    separate(w);
    if (str_given(s))
        json_write_str(w->out, s);
    else
        add(w->out, "null", 4);
}

void
jw_i64(struct jw *w, int64_t v)
{
    separate(w);
    buf_add_i64(w->out, v);
}

void
jw_bool(struct jw *w, bool v)
{
    separate(w);
    add(w->out, v ? "true" : "false", v ? 4 : 5);
}

void
jw_null(struct jw *w)
{
    separate(w);
    add(w->out, "null", 4);
}

void
jw_raw(struct jw *w, struct str json)
{
    separate(w);
    add(w->out, json.p, json.n);
}

void
jw_json(struct jw *w, const struct json *j)
{
    separate(w);
    json_write(j, w->out);
}

void
jw_time(struct jw *w, int64_t ms)
{
    if (!ms) {
        jw_null(w);
        return;
    }
    char text[CLOCK_TEXT_SIZE];
    separate(w);
    json_write_str(w->out, str_of(clock_format(ms, text)));
}
