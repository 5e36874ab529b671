#include "server/template_text.h"

#include "base/ascii.h"
#include "base/utf8.h"

enum { TAG_NAME_MAX = 16, ADDRESS_MAX = 4096, INDENT_MAX = 4 };

/* A tag as far as it matters here. Views into the HTML. */
struct tag {
    char name[TAG_NAME_MAX];
    size_t n_name;
    bool closing, empty; /* empty: "<br/>" */
    struct str href, alt, style, class_names;
    size_t n; /* bytes, "<" and ">" included */
};

struct writer {
    struct buf *out;
    unsigned breaks; /* line ends owed before the next word */
    bool space;      /* a space owed */
    bool pre;
    /* The link that is open. */
    struct str href;
    size_t link_at;    /* where its words begin in out */
    bool link_alone;   /* nothing stands before it on its line */
    bool link_written; /* a word of it was written */
    /* The element whose content is left out. */
    char skipped[TAG_NAME_MAX];
    size_t n_skipped, skip_depth;
};

static bool
is_name(const char *name, size_t n, const char *const *list)
{
    for (; *list; list++)
        if (str_eq((struct str){name, n}, str_of(*list)))
            return true;
    return false;
}

/* ---- reading tags ---- */

static size_t
skip_spaces(struct str s, size_t i)
{
    while (i < s.n && (html_is_space(s.p[i]) || s.p[i] == '/'))
        i++;
    return i;
}

static void
keep_attribute(struct tag *t, struct str name, struct str value)
{
    if (str_eq_nocase(name, STR("href")))
        t->href = value;
    else if (str_eq_nocase(name, STR("alt")))
        t->alt = value;
    else if (str_eq_nocase(name, STR("style")))
        t->style = value;
    else if (str_eq_nocase(name, STR("class")))
        t->class_names = value;
}

/* The value that begins at i, up to `quote` or, without, to what ends an unquoted one. */
static size_t
value_end(struct str s, size_t i, char quote)
{
    if (quote) {
        ptrdiff_t end = str_find_char(str_sub(s, i, s.n), quote);
        return end < 0 ? s.n : i + (size_t)end;
    }
    while (i < s.n && !html_is_space(s.p[i]) && s.p[i] != '>')
        i++;
    return i;
}

/* From after "=": the value, and where it ends. */
static size_t
read_value(struct str s, size_t i, struct str *value)
{
    while (i < s.n && html_is_space(s.p[i]))
        i++;
    char quote = i < s.n && (s.p[i] == '"' || s.p[i] == '\'') ? s.p[i] : '\0';
    size_t from = quote ? i + 1 : i, end = value_end(s, from, quote);
    *value = str_sub(s, from, end);
    return quote && end < s.n ? end + 1 : end;
}

static size_t
read_attribute(struct str s, size_t i, struct tag *t)
{
    size_t from = i++;
    while (i < s.n && !html_is_space(s.p[i]) && !strchr("=>/", s.p[i]))
        i++;
    struct str name = str_sub(s, from, i), value = STR("");
    size_t after = i;
    while (after < s.n && html_is_space(s.p[after]))
        after++;
    if (after < s.n && s.p[after] == '=')
        i = read_value(s, after + 1, &value);
    keep_attribute(t, name, value);
    return i;
}

/* s begins with "<" and a letter, or "</" and a letter. */
static void
read_tag(struct str s, struct tag *t)
{
    *t = (struct tag){.closing = s.p[1] == '/'};
    size_t i = t->closing ? 2 : 1;
    for (; i < s.n && !html_is_space(s.p[i]) && s.p[i] != '>' && s.p[i] != '/'; i++)
        if (t->n_name < TAG_NAME_MAX)
            t->name[t->n_name++] = ascii_lower(s.p[i]);
    for (i = skip_spaces(s, i); i < s.n && s.p[i] != '>'; i = skip_spaces(s, i))
        i = read_attribute(s, i, t);
    t->empty = i > 0 && i < s.n && s.p[i - 1] == '/';
    t->n = i < s.n ? i + 1 : s.n;
}

static bool
begins_tag(struct str s)
{
    size_t i = s.n > 1 && s.p[1] == '/' ? 2 : 1;
    return s.n > i && s.p[0] == '<' && ascii_is_letter(s.p[i]);
}

/* "<!...>", "<?...>", "<!-- ... -->": its length; 0 if s begins with none of these. */
static size_t
markup_length(struct str s)
{
    if (s.n < 2 || s.p[0] != '<' || !strchr("!?/", s.p[1]))
        return 0;
    if (str_starts(s, STR("<!--"))) {
        ptrdiff_t end = str_find(str_sub(s, 4, s.n), STR("-->"));
        return end < 0 ? s.n : (size_t)end + 7;
    }
    ptrdiff_t end = str_find_char(s, '>');
    return end < 0 ? s.n : (size_t)end + 1;
}

/* ---- characters ---- */

static bool
named_entity(struct str name, uint32_t *cp)
{
    static const struct {
        const char *name;
        uint32_t cp;
    } names[] = {
        {"amp", '&'},      {"lt", '<'},        {"gt", '>'},       {"quot", '"'},
        {"apos", '\''},    {"nbsp", ' '},      {"copy", 0xA9},    {"reg", 0xAE},
        {"trade", 0x2122}, {"hellip", 0x2026}, {"mdash", 0x2014}, {"ndash", 0x2013},
        {"lsquo", 0x2018}, {"rsquo", 0x2019},  {"ldquo", 0x201C}, {"rdquo", 0x201D},
        {"bull", 0x2022},  {"middot", 0xB7},   {"laquo", 0xAB},   {"raquo", 0xBB},
        {"euro", 0x20AC},  {"larr", 0x2190},   {"rarr", 0x2192},  {"times", 0xD7},
        {"zwnj", 0x200C},  {"zwj", 0x200D},    {"shy", 0xAD},     {"para", 0xB6},
        {"sect", 0xA7},    {"deg", 0xB0},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(name, str_of(names[i].name))) {
            *cp = names[i].cp;
            return true;
        }
    return false;
}

static bool
number_entity(struct str digits, uint32_t *cp)
{
    bool hex = digits.n > 0 && ascii_lower(digits.p[0]) == 'x';
    uint32_t value = 0, base = hex ? 16 : 10;
    digits = str_sub(digits, hex ? 1 : 0, digits.n);
    for (size_t i = 0; i < digits.n; i++) {
        uint32_t digit = (uint32_t)ascii_hex_value(digits.p[i]);
        if (digit >= base)
            return false;
        value = value * base + digit;
    }
    /* Nothing, controls, beyond Unicode, halves of pairs. */
    if (digits.n == 0 || value < ' ' || value > 0x10FFFF || (value & ~0x7FFu) == 0xD800)
        return false;
    *cp = value;
    return true;
}

/* s begins with "&"; bytes used, 1 if it is just that. */
static size_t
read_entity(struct str s, uint32_t *cp)
{
    ptrdiff_t end = str_find_char(str_sub(s, 0, 12), ';');
    struct str name = str_sub(s, 1, end < 0 ? 1 : (size_t)end);
    *cp = '&';
    if (name.n > 1 && name.p[0] == '#')
        return number_entity(str_sub(name, 1, name.n), cp) ? (size_t)end + 1 : 1;
    return name.n > 0 && named_entity(name, cp) ? (size_t)end + 1 : 1;
}

static size_t
read_character(struct str s, uint32_t *cp)
{
    if (s.p[0] == '&')
        return read_entity(s, cp);
    size_t n = utf8_decode(s, cp);
    if (n == 0)
        *cp = 0xFFFD;
    return n ? n : 1;
}

/* ---- writing ---- */

static void
owe_breaks(struct writer *w, unsigned n)
{
    if (w->breaks < n)
        w->breaks = n;
    w->space = false;
}

/* Pays what is owed before the next character. */
static void
settle(struct writer *w)
{
    if (w->out->n > 0)
        for (; w->breaks > 0; w->breaks--)
            buf_add_char(w->out, '\n');
    bool line_starts = w->out->n == 0 || w->out->p[w->out->n - 1] == '\n';
    if (w->space && !line_starts)
        buf_add_char(w->out, ' ');
    w->breaks = 0;
    w->space = false;
    if (w->href.n && !w->link_written) {
        w->link_alone = w->out->n == 0 || w->out->p[w->out->n - 1] == '\n';
        w->link_at = w->out->n;
        w->link_written = true;
    }
}

static void
put(struct writer *w, uint32_t cp)
{
    char text[4];
    if (!w->pre && cp < 0x80 && html_is_space((char)cp)) {
        w->space = true;
        return;
    }
    if (cp == '\n') {
        owe_breaks(w, w->breaks + 1);
        return;
    }
    if ((cp < ' ' && cp != '\t') || (cp >= 0x7F && cp <= 0x9F))
        return;
    settle(w);
    buf_add(w->out, text, utf8_encode(cp, text));
}

static void
put_text(struct writer *w, struct str s)
{
    while (s.n > 0) {
        uint32_t cp;
        size_t n = read_character(s, &cp);
        put(w, cp);
        s = str_sub(s, n, s.n);
    }
}

/* ---- links ---- */

static void
begin_link(struct writer *w, struct str href)
{
    href = str_trim(href);
    w->link_written = false;
    w->href = href.n > 1 && href.n <= ADDRESS_MAX && href.p[0] != '#' ? href : STR("");
}

/* The address, decoded; without "mailto:" for comparing with what was written. */
static bool
words_say(const struct writer *w, struct str address)
{
    struct str words = str_sub(buf_str(w->out), w->link_at, w->out->n);
    if (str_starts(address, STR("mailto:")))
        address = str_sub(address, 7, address.n);
    return str_find(words, address) >= 0;
}

static void
end_link(struct writer *w)
{
    struct buf address;
    buf_init(&address, (size_t)4 * ADDRESS_MAX);
    struct writer plain = {.out = &address};
    put_text(&plain, w->href);
    bool written = w->link_written;
    w->href = STR("");
    w->link_written = false;
    if (written && !w->out->failed && address.n > 0 && !words_say(w, buf_str(&address))) {
        buf_add_text(w->out, w->link_alone ? ":\n" : " <");
        buf_add_str(w->out, buf_str(&address));
        if (w->link_alone)
            owe_breaks(w, 1);
        else
            buf_add_char(w->out, '>');
    }
    buf_fini(&address);
}

/* ---- elements ---- */

static bool
is_hidden(const struct tag *t)
{
    static const char *const unseen[] = {"head",     "script", "style",  "title",  "template",
                                         "noscript", "svg",    "iframe", "object", NULL};
    struct str rest = t->class_names, one;
    if (is_name(t->name, t->n_name, unseen))
        return true;
    while (str_next(&rest, ' ', &one))
        if (str_eq(one, STR("html-only")))
            return true;
    ptrdiff_t display = str_find(t->style, STR("display"));
    if (display < 0)
        return false;
    struct str after = str_trim(str_sub(t->style, (size_t)display + 7, t->style.n));
    return after.n > 0 && after.p[0] == ':' &&
           str_starts(str_trim(str_sub(after, 1, after.n)), STR("none"));
}

static bool
is_void(const struct tag *t)
{
    static const char *const names[] = {"br",   "hr",   "img", "meta", "link", "input",
                                        "area", "base", "col", "wbr",  NULL};
    return t->empty || is_name(t->name, t->n_name, names);
}

static unsigned
breaks_of(const struct tag *t)
{
    static const char *const two[] = {"p",  "h1", "h2",    "h3",         "h4",  "h5", "h6",
                                      "ul", "ol", "table", "blockquote", "pre", "hr", NULL};
    static const char *const one[] = {"div",     "tr",     "li", "section", "header", "footer",
                                      "article", "center", "dt", "dd",      NULL};
    if (is_name(t->name, t->n_name, two))
        return 2;
    return is_name(t->name, t->n_name, one) ? 1 : 0;
}

static bool
is_called(const struct tag *t, const char *name)
{
    return str_eq((struct str){t->name, t->n_name}, str_of(name));
}

static void
on_open(struct writer *w, const struct tag *t)
{
    if (is_called(t, "a")) {
        if (w->href.n)
            end_link(w);
        begin_link(w, t->href);
    } else if (is_called(t, "br")) {
        owe_breaks(w, w->breaks + 1);
    } else if (is_called(t, "img")) {
        put_text(w, t->alt);
    } else if (is_called(t, "li")) {
        put_text(w, STR("- "));
    } else if (is_called(t, "td") || is_called(t, "th")) {
        w->space = true;
    } else if (is_called(t, "pre")) {
        w->pre = true;
    }
}

static void
on_tag(struct writer *w, const struct tag *t)
{
    if (breaks_of(t))
        owe_breaks(w, breaks_of(t));
    if (!t->closing) {
        on_open(w, t);
    } else if (is_called(t, "a")) {
        if (w->href.n)
            end_link(w);
    } else if (is_called(t, "pre")) {
        w->pre = false;
    }
}

/* While something is left out: only its own kind counts, so that nesting is seen. */
static bool
skip(struct writer *w, const struct tag *t)
{
    if (w->skip_depth == 0) {
        if (t->closing || is_void(t) || !is_hidden(t))
            return !t->closing && is_void(t) && is_hidden(t);
        memcpy(w->skipped, t->name, t->n_name);
        w->n_skipped = t->n_name;
        w->skip_depth = 1;
        return true;
    }
    bool same = str_eq((struct str){t->name, t->n_name}, (struct str){w->skipped, w->n_skipped});
    if (same && t->closing)
        w->skip_depth--;
    else if (same && !t->empty)
        w->skip_depth++;
    return true;
}

void
template_text_of_html(struct buf *out, struct str html)
{
    struct writer w = {.out = out, .href = STR("")};
    while (html.n > 0 && !out->failed) {
        struct tag t;
        size_t n = markup_length(html);
        if (begins_tag(html)) {
            read_tag(html, &t);
            n = t.n;
            if (!skip(&w, &t))
                on_tag(&w, &t);
        } else if (n == 0) {
            uint32_t cp;
            n = read_character(html, &cp);
            if (w.skip_depth == 0)
                put(&w, cp);
        }
        html = str_sub(html, n, html.n);
    }
    if (w.href.n)
        end_link(&w);
    if (out->n > 0 && !out->failed)
        buf_add_char(out, '\n');
}
