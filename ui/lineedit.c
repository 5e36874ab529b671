#include "ui/lineedit.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "ui/key.h"

void
lineedit_init(struct lineedit *le, size_t max_bytes)
{
    buf_init(&le->text, max_bytes);
    le->at = 0;
    le->secret = false;
}

void
lineedit_fini(struct lineedit *le)
{
    if (le->secret && le->text.p)
        secret_wipe(le->text.p, le->text.size);
    buf_fini(&le->text);
}

struct str
lineedit_text(const struct lineedit *le)
{
    struct str s = buf_str(&le->text);
    return str_given(s) ? s : STR("");
}

/* Replaces bytes [from, to) by `with`; the caller has checked that it fits. */
static void
splice(struct lineedit *le, size_t from, size_t to, struct str with)
{
    struct str tail = str_sub(buf_str(&le->text), to, le->text.n);
    struct buf rest;
    buf_init(&rest, tail.n + 1);
    buf_add_str(&rest, tail);
    le->text.n = from;
    buf_add_str(&le->text, with);
    le->at = le->text.n;
    buf_add_str(&le->text, buf_str(&rest));
    if (le->secret && rest.p)
        secret_wipe(rest.p, rest.size);
    buf_fini(&rest);
    if (le->text.p)
        le->text.p[le->text.n] = '\0';
}

void
lineedit_set(struct lineedit *le, struct str text)
{
    buf_reset(&le->text);
    le->at = 0;
    while (text.n && !lineedit_insert(le, text)) {
        size_t cut = text.n > 64 ? text.n - 64 : 0;
        text.n = cut;
    }
}

/* What may stand in a line: no control characters, valid UTF-8. */
static void
clean(struct str text, struct buf *out)
{
    while (text.n) {
        uint32_t cp;
        size_t used = utf8_decode(text, &cp);
        if (!used) {
            text = str_sub(text, 1, text.n);
            continue;
        }
        if (cp == '\n' || cp == '\t')
            buf_add_char(out, ' ');
        else if (cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0))
            buf_add(out, text.p, used);
        text = str_sub(text, used, text.n);
    }
}

bool
lineedit_insert(struct lineedit *le, struct str text)
{
    struct buf b;
    buf_init(&b, text.n + 1);
    clean(text, &b);
    bool fits = le->text.n + b.n < le->text.cap;
    if (fits && b.n)
        splice(le, le->at, le->at, buf_str(&b));
    if (le->secret && b.p)
        secret_wipe(b.p, b.size);
    buf_fini(&b);
    return fits;
}

static size_t
next_boundary(const struct lineedit *le, size_t from)
{
    size_t used = utf8_cluster(str_sub(lineedit_text(le), from, le->text.n), NULL);
    return from + used;
}

static size_t
prev_boundary(const struct lineedit *le, size_t from)
{
    size_t at = 0;
    for (;;) {
        size_t next = next_boundary(le, at);
        if (next >= from || next == at)
            return at;
        at = next;
    }
}

static size_t
word_start(const struct lineedit *le)
{
    const char *p = le->text.p;
    size_t at = le->at;
    while (at && p[at - 1] == ' ')
        at--;
    while (at && p[at - 1] != ' ')
        at--;
    return at;
}

static void
erase(struct lineedit *le, size_t from, size_t to)
{
    if (from < to)
        splice(le, from, to, STR(""));
}

static bool
edit_control(struct lineedit *le, uint32_t letter)
{
    switch (letter) {
    case 'a':
        le->at = 0;
        return true;
    case 'e':
        le->at = le->text.n;
        return true;
    case 'u':
        erase(le, 0, le->at);
        return true;
    case 'k':
        erase(le, le->at, le->text.n);
        return true;
    case 'w':
        erase(le, word_start(le), le->at);
        return true;
    default:
        return false;
    }
}

bool
lineedit_key(struct lineedit *le, uint32_t key)
{
    if (key_is_text(key)) {
        char bytes[4];
        lineedit_insert(le, (struct str){bytes, utf8_encode(key, bytes)});
        return true;
    }
    if (key & K_CTRL)
        return edit_control(le, key & ~(uint32_t)K_CTRL);
    switch (key) {
    case K_LEFT:
        le->at = le->at ? prev_boundary(le, le->at) : 0;
        return true;
    case K_RIGHT:
        le->at = next_boundary(le, le->at);
        return true;
    case K_HOME:
        le->at = 0;
        return true;
    case K_END:
        le->at = le->text.n;
        return true;
    case K_BACKSPACE:
        if (le->at)
            erase(le, prev_boundary(le, le->at), le->at);
        return true;
    case K_DELETE:
        erase(le, le->at, next_boundary(le, le->at));
        return true;
    default:
        return false;
    }
}

/* The text as shown: dangerous parts visible, a secret as dots. */
static void
shown(const struct lineedit *le, struct str part, struct buf *out)
{
    if (!le->secret) {
        utf8_make_safe(out, part);
        return;
    }
    while (part.n) {
        size_t used = utf8_cluster(part, NULL);
        buf_add_char(out, '*');
        part = str_sub(part, used ? used : part.n, part.n);
    }
}

void
lineedit_draw(const struct lineedit *le, struct canvas *cv, struct place at, bool focus)
{
    struct buf all;
    buf_init(&all, (size_t)1 << 16);
    shown(le, str_sub(lineedit_text(le), 0, le->at), &all);
    int before = utf8_width(buf_str(&all));
    shown(le, str_sub(lineedit_text(le), le->at, le->text.n), &all);
    struct str s = buf_str(&all);
    while (focus && before >= at.cells && s.n) {
        int width = 0;
        size_t used = utf8_cluster(s, &width);
        s = str_sub(s, used, s.n);
        before -= width;
    }
    canvas_fill(cv, (struct rect){at.row, at.col, 1, at.cells}, at.role);
    canvas_text(cv, at, s);
    if (focus)
        canvas_cursor(cv, at.row, at.col + before);
    buf_fini(&all);
}
