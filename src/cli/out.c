#include "cli/out.h"
#include "base/csv_write.h"
#include "base/utf8.h"
#include <errno.h>
#include <unistd.h>

enum { OUT_FLUSH_AT = 64 * 1024, OUT_CAP = 64 * 1024 * 1024 };

void
out_init(struct out *o, int fd)
{
    *o = (struct out){.fd = fd};
    buf_init(&o->buf, OUT_CAP);
}

void
out_fini(struct out *o)
{
    buf_fini(&o->buf);
}

bool
out_flush(struct out *o)
{
    if (o->buf.failed && !o->error)
        o->error = EFBIG;
    struct str left = buf_str(&o->buf);
    while (left.n && !o->error) {
        ssize_t n = write(o->fd, left.p, left.n);
        if (n < 0 && errno != EINTR)
            o->error = errno;
        else if (n > 0)
            left = str_sub(left, (size_t)n, left.n);
    }
    buf_reset(&o->buf);
    return !o->error;
}

static void
out_more(struct out *o)
{
    if (o->buf.n >= OUT_FLUSH_AT || o->buf.failed)
        (void)out_flush(o);
}

void
out_text(struct out *o, const char *z)
{
    out_bytes(o, str_of(z));
}

void
out_bytes(struct out *o, struct str s)
{
    buf_add_str(&o->buf, s);
    out_more(o);
}

void
out_printf(struct out *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&o->buf, fmt, ap);
    va_end(ap);
    out_more(o);
}

void
out_safe(struct out *o, struct str s)
{
    utf8_make_safe(&o->buf, s);
    out_more(o);
}

/* One code point as \uXXXX, or as a surrogate pair (RFC 8259 section 7). */
static void
add_escape(struct buf *b, uint32_t cp)
{
    if (cp >= 0x10000) {
        cp -= 0x10000;
        buf_printf(b, "\\u%04x\\u%04x", (unsigned)(0xd800 + (cp >> 10)),
                   (unsigned)(0xdc00 + (cp & 0x3ff)));
    } else {
        buf_printf(b, "\\u%04x", (unsigned)cp);
    }
}

/*
 * JSON text is copied cluster by cluster. What would need marks on a screen is escaped instead: in
 * serialised JSON anything beyond ASCII is inside a string, where the escape means the same.
 */
static void
add_harmless_json(struct buf *b, struct str text)
{
    while (text.n) {
        int width;
        size_t n = utf8_cluster(text, &width);
        if (!n)
            return;
        struct str cluster = str_sub(text, 0, n);
        text = str_sub(text, n, text.n);
        if ((unsigned char)cluster.p[0] == '\n' || utf8_is_safe(cluster)) {
            buf_add_str(b, cluster);
            continue;
        }
        while (cluster.n) {
            uint32_t cp;
            size_t used = utf8_decode(cluster, &cp);
            if (!used)
                return;
            if (cp < 0x20 || cp >= 0x7f)
                add_escape(b, cp);
            else
                buf_add_char(b, (char)cp);
            cluster = str_sub(cluster, used, cluster.n);
        }
    }
}

static bool
plain_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x7f || (c < 0x20 && c != '\n'))
            return false;
    }
    return true;
}

void
out_json(struct out *o, const struct json *j, bool pretty)
{
    struct buf text;
    buf_init(&text, OUT_CAP);
    if (pretty)
        json_write_pretty(j, &text);
    else
        json_write(j, &text);
    if (plain_ascii(buf_str(&text)))
        buf_add_str(&o->buf, buf_str(&text));
    else
        add_harmless_json(&o->buf, buf_str(&text));
    if (text.failed)
        o->error = EFBIG;
    buf_fini(&text);
    out_more(o);
}

void
out_csv_field(struct out *o, struct str s, bool raw)
{
    csv_add_cell(&o->buf, s, raw);
    out_more(o);
}

bool
cli_format_parse(struct str name, enum cli_format *out)
{
    static const char *const names[] = {"table", "json", "ndjson", "csv"};
    for (size_t i = 0; i < 4; i++) {
        if (str_eq(name, str_of(names[i]))) {
            *out = (enum cli_format)i;
            return true;
        }
    }
    return false;
}
