#include "deliver/mime.h"

#include "base/clock.h"
#include "base/utf8.h"

enum {
    WORD_BYTES = 39,  /* of text in one encoded word, so that its line stays below 77 */
    PLAIN_MOST = 200, /* longer texts are encoded, which folds them */
    LINE_MOST = 76,
    NAME_MOST = 200
};

static bool
is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* ---- headers ---- */

/* Printable ASCII that no reader could take for an encoded word. */
static bool
is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (is_control(s.p[i]) || (unsigned char)s.p[i] >= 0x80)
            return false;
    return s.n <= PLAIN_MOST && str_find(s, STR("=?")) < 0;
}

/* Length of the code point at the start; a byte that is none counts alone. */
static size_t
step(struct str s)
{
    uint32_t cp;
    size_t n = utf8_decode(s, &cp);
    return n ? n : 1;
}

/* One encoded word holds whole code points, since readers decode each alone. */
static void
write_word(struct buf *out, struct str word)
{
    char text[WORD_BYTES + 4];
    size_t n = 0;
    for (size_t i = 0, len; i < word.n; i += len) {
        len = step(str_sub(word, i, word.n));
        bool broken = len == 1 && (unsigned char)word.p[i] >= 0x80;
        if (broken || is_control(word.p[i])) {
            text[n++] = broken ? '?' : ' ';
            continue;
        }
        memcpy(text + n, word.p + i, len);
        n += len;
    }
    buf_add_text(out, "=?UTF-8?B?");
    buf_add_base64(out, text, n);
    buf_add_text(out, "?=");
}

static void
write_words(struct buf *out, struct str text)
{
    size_t at = 0;
    while (at < text.n) {
        size_t end = at;
        while (end < text.n) {
            size_t n = step(str_sub(text, end, text.n));
            if (end + n - at > WORD_BYTES)
                break;
            end += n;
        }
        if (at)
            buf_add_text(out, "\r\n ");
        write_word(out, str_sub(text, at, end));
        at = end;
    }
}

void
mime_write_text(struct buf *out, struct str text)
{
    if (is_plain(text))
        buf_add_str(out, text);
    else
        write_words(out, text);
}

void
mime_write_mailbox(struct buf *out, const struct mailbox *address)
{
    struct str name = str_trim(str_sub(address->name, 0, NAME_MOST));
    if (!name.n) {
        buf_add_str(out, address->spec);
        return;
    }
    if (is_plain(name)) {
        buf_add_char(out, '"');
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] == '"' || name.p[i] == '\\')
                buf_add_char(out, '\\');
            buf_add_char(out, name.p[i]);
        }
        buf_add_char(out, '"');
    } else {
        write_words(out, name);
    }
    buf_printf(out, "%s<%.*s>", is_plain(name) ? " " : "\r\n ", STR_ARG(address->spec));
}

/* "Thu, 02 May 2024 11:25:22 +0000" */
static void
write_date(struct buf *out, int64_t now)
{
    char text[CLOCK_TEXT_SIZE];
    struct str date = str_of(clock_format_http(now, text));
    buf_add_str(out, str_sub(date, 0, date.n - 3));
    buf_add_text(out, "+0000");
}

/* ---- bodies ---- */

/* Whether a byte may stand for itself; `last` is the last of its line. */
static bool
stands(char c, size_t column, bool last)
{
    if (c == ' ' || c == '\t')
        return !last;
    if (c == '.' && column == 0)
        return false; /* nothing is left to stuff */
    return c > 0x20 && c < 0x7f && c != '=';
}

static void
write_line(struct buf *out, struct str line)
{
    size_t column = 0;
    for (size_t i = 0; i < line.n; i++) {
        bool plain = stands(line.p[i], column, i + 1 == line.n);
        size_t need = plain ? 1 : 3;
        if (column + need > LINE_MOST - 1) {
            buf_add_text(out, "=\r\n");
            column = 0;
            plain = stands(line.p[i], column, i + 1 == line.n);
            need = plain ? 1 : 3;
        }
        if (plain)
            buf_add_char(out, line.p[i]);
        else
            buf_printf(out, "=%02X", (unsigned)(unsigned char)line.p[i]);
        column += need;
    }
    buf_add_text(out, "\r\n");
}

void
mime_write_quoted_printable(struct buf *out, struct str text)
{
    struct str line;
    if (str_ends(text, STR("\n")))
        text.n--; /* else an empty line would follow */
    while (str_next(&text, '\n', &line)) {
        if (str_ends(line, STR("\r")))
            line.n--;
        write_line(out, line);
    }
}

static void
write_part(struct buf *out, const char *type, struct str text)
{
    buf_printf(out,
               "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
               "\r\n",
               type);
    mime_write_quoted_printable(out, text);
}

/* Quoted-printable never has "=_", so no text can hold the boundary. */
static void
write_alternatives(struct buf *out, const struct letter *l)
{
    struct str id = l->id;
    buf_printf(out, "Content-Type: multipart/alternative; boundary=\"=_%.*s\"\r\n\r\n",
               STR_ARG(id));
    buf_printf(out, "--=_%.*s\r\n", STR_ARG(id));
    write_part(out, "text/plain", l->text);
    buf_printf(out, "--=_%.*s\r\n", STR_ARG(id));
    write_part(out, "text/html", l->html);
    buf_printf(out, "--=_%.*s--\r\n", STR_ARG(id));
}

void
mime_write(struct buf *out, const struct letter *l, const struct mailbox *from,
           const struct mailbox *to, int64_t now)
{
    buf_add_text(out, "Date: ");
    write_date(out, now);
    buf_add_text(out, "\r\nFrom: ");
    mime_write_mailbox(out, from);
    buf_add_text(out, "\r\nTo: ");
    mime_write_mailbox(out, to);
    buf_add_text(out, "\r\nSubject: ");
    mime_write_text(out, l->subject);
    buf_printf(out, "\r\nMessage-ID: <%.*s@%.*s>\r\n", STR_ARG(l->id), STR_ARG(from->domain));
    buf_add_text(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    if (l->text.n && l->html.n)
        write_alternatives(out, l);
    else if (l->html.n)
        write_part(out, "text/html", l->html);
    else
        write_part(out, "text/plain", l->text);
}
