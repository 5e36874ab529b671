#include "server/template_render.h"

#include "api/check.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "server/template_context.h"

enum { PLACEHOLDER_MAX = 100, CP_REPLACEMENT = 0xFFFD, CP_WORD_JOINER = 0x2060 };

/* ---- cleaning values ---- */

struct range {
    uint32_t first, last;
};

/* Formatting that is not seen but changes what is: direction, invisible signs, tags. */
static const struct range DROPPED[] = {
    {0x00, 0x08},     {0x0B, 0x0C},     {0x0E, 0x1F},     {0x7F, 0x9F},
    {0x61C, 0x61C},   {0x200B, 0x200B}, {0x200E, 0x200F}, {0x202A, 0x202E},
    {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

static bool
is_dropped(uint32_t cp)
{
    for (size_t i = 0; i < sizeof DROPPED / sizeof *DROPPED; i++)
        if (cp >= DROPPED[i].first && cp <= DROPPED[i].last)
            return true;
    return false;
}

static bool
is_break(uint32_t cp)
{
    return cp == '\t' || cp == '\n' || cp == '\r' || cp == 0x2028 || cp == 0x2029;
}

/* Next code point of valid or invalid text; always moves on. */
static uint32_t
next_code_point(struct str *rest)
{
    uint32_t cp = CP_REPLACEMENT;
    size_t n = utf8_decode(*rest, &cp);
    *rest = str_sub(*rest, n ? n : 1, rest->n);
    return n ? cp : CP_REPLACEMENT;
}

static void
add_code_point(struct buf *out, uint32_t cp)
{
    char text[4];
    buf_add(out, text, utf8_encode(cp, text));
}

/* "://" and ".com" are what mail programs make links of. */
static bool
begins_link(struct str rest)
{
    return str_starts(rest, STR("://")) ||
           (rest.n > 2 && rest.p[0] == '.' && ascii_is_letter(rest.p[1]) &&
            ascii_is_letter(rest.p[2]));
}

static void
clean(struct buf *out, struct str value, enum template_var_kind kind)
{
    int left = kind == TEMPLATE_VAR_NAME ? TEMPLATE_NAME_VALUE_MAX : TEMPLATE_VALUE_MAX;
    bool no_links = kind == TEMPLATE_VAR_NAME && !check_is_email(value);
    while (value.n > 0 && left-- > 0) {
        if (no_links && begins_link(value))
            add_code_point(out, CP_WORD_JOINER);
        uint32_t cp = next_code_point(&value);
        if (is_break(cp))
            buf_add_char(out, ' ');
        else if (!is_dropped(cp))
            add_code_point(out, cp);
    }
    if (value.n > 0)
        buf_add_text(out, "...");
}

/* What cannot stand in an address is percent-encoded. One that is too long would be cut and wrong. */
void
template_clean_url(struct buf *out, struct str value)
{
    static const char refused[] = "\"<>\\^`{|}";
    if (value.n > TEMPLATE_URL_MAX)
        return;
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c <= ' ' || c >= 0x7F || strchr(refused, c))
            buf_printf(out, "%%%02X", c);
        else
            buf_add_char(out, (char)c);
    }
}

static struct str
cleaned(struct arena *a, struct str value, enum template_var_kind kind)
{
    struct buf text;
    if (!str_given(value))
        return value;
    buf_init(&text, (size_t)8 * TEMPLATE_URL_MAX);
    if (kind == TEMPLATE_VAR_URL)
        template_clean_url(&text, value);
    else
        clean(&text, value, kind);
    struct str kept = arena_str(a, text.failed ? STR("") : buf_str(&text));
    buf_fini(&text);
    return str_given(kept) ? kept : STR("");
}

void
template_value_set(struct template_values *v, struct arena *a, enum template_var_id id,
                   struct str value)
{
    v->of[id] = cleaned(a, value, template_vars[id].kind);
}

void
template_value_add(struct template_values *v, struct arena *a, struct str name, struct str value)
{
    int id = template_var_find(name);
    if (id >= 0) {
        template_value_set(v, a, (enum template_var_id)id, value);
    } else if (v->n_more < sizeof v->more / sizeof *v->more) {
        v->more[v->n_more].name = arena_str(a, name);
        v->more[v->n_more++].value = cleaned(a, value, TEMPLATE_VAR_TEXT);
    }
}

/* ---- placeholders ---- */

struct placeholder {
    struct str name;
    size_t n; /* bytes of the whole, braces included */
};

static bool
read_placeholder(struct str rest, struct placeholder *out)
{
    if (rest.n < 4 || rest.p[0] != '{' || rest.p[1] != '{')
        return false;
    size_t braces = rest.p[2] == '{' ? 3 : 2;
    size_t i = braces;
    while (i < rest.n && i < PLACEHOLDER_MAX && !strchr("{}\n", rest.p[i]))
        i++;
    size_t end = i;
    while (i < rest.n && rest.p[i] == '}' && i - end < braces)
        i++;
    if (i - end < 2)
        return false;
    *out = (struct placeholder){.name = str_trim(str_sub(rest, braces, end)), .n = i};
    return true;
}

struct value {
    struct str text;
    bool is_url;
};

static struct value
value_of(const struct template_values *v, struct str name)
{
    int id = template_var_find(name);
    if (id >= 0)
        return (struct value){v->of[id], template_vars[id].kind == TEMPLATE_VAR_URL};
    for (size_t i = 0; i < v->n_more; i++)
        if (str_eq_nocase(v->more[i].name, name))
            return (struct value){v->more[i].value, false};
    return (struct value){STR(""), false};
}

/* ---- writing a value where it stands ---- */

static bool
is_word_byte(char c)
{
    return ascii_is_alnum(c);
}

static void
add_entity(struct buf *out, char c)
{
    switch (c) {
    case '&':
        buf_add_text(out, "&amp;");
        break;
    case '<':
        buf_add_text(out, "&lt;");
        break;
    case '>':
        buf_add_text(out, "&gt;");
        break;
    case '"':
        buf_add_text(out, "&quot;");
        break;
    default:
        buf_printf(out, "&#%d;", c);
    }
}

/* Bytes of more than one byte long characters are letters to HTML. */
static void
add_entities(struct buf *out, struct str s, bool quoted)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = is_word_byte(c) || (unsigned char)c >= 0x80 ||
                     (quoted ? !strchr("&<>\"'", c) : c != '\0' && strchr("_-.", c) != NULL);
        if (plain)
            buf_add_char(out, c);
        else
            add_entity(out, c);
    }
}

static void
add_code(struct buf *out, struct str s, bool spaces)
{
    const char *signs = spaces ? "_.,@:/- " : "_.,@:/-";
    for (size_t i = 0; i < s.n; i++)
        if (is_word_byte(s.p[i]) || (s.p[i] && strchr(signs, s.p[i])))
            buf_add_char(out, s.p[i]);
}

/* "scheme:" and not one that runs code or reads files. */
static bool
has_safe_scheme(struct str url)
{
    static const char *const refused[] = {"javascript", "vbscript", "data", "file",
                                          "blob",       "about",    NULL};
    ptrdiff_t colon = str_find_char(url, ':');
    if (colon < 2 || !ascii_is_letter(url.p[0]))
        return false;
    struct str scheme = str_sub(url, 0, (size_t)colon);
    for (size_t i = 0; i < scheme.n; i++)
        if (!is_word_byte(scheme.p[i]) && !strchr("+-.", scheme.p[i]))
            return false;
    for (size_t i = 0; refused[i]; i++)
        if (str_eq_nocase(scheme, str_of(refused[i])))
            return false;
    return true;
}

static void
add_html(struct buf *out, struct value v, const struct template_context *x)
{
    bool spaces = template_context_takes_spaces(x);
    switch (template_context_place(x)) {
    case PLACE_TEXT:
    case PLACE_QUOTED:
        add_entities(out, v.text, true);
        break;
    case PLACE_UNQUOTED:
        add_entities(out, v.text, false);
        break;
    case PLACE_URL:
        if (v.is_url && template_context_at_start(x) && has_safe_scheme(v.text))
            add_entities(out, v.text, spaces);
        else
            buf_add_urlencoded(out, v.text);
        break;
    case PLACE_CODE:
        add_code(out, v.text, spaces);
        break;
    case PLACE_TAG:
        break;
    }
}

static void
add_value(struct buf *out, struct value v, enum template_form form,
          const struct template_context *x, size_t start)
{
    if (form == TEMPLATE_HTML)
        add_html(out, v, x);
    else if (form == TEMPLATE_URL && !(v.is_url && out->n == start && has_safe_scheme(v.text)))
        buf_add_urlencoded(out, v.text);
    else
        buf_add_str(out, v.text);
}

static void
fill(struct buf *out, struct str text, enum template_form form, const struct template_values *v)
{
    struct template_context x;
    size_t start = out->n;
    template_context_init(&x);
    while (text.n > 0 && !out->failed) {
        struct placeholder p;
        size_t before = out->n;
        if (read_placeholder(text, &p)) {
            add_value(out, value_of(v, p.name), form, &x, start);
        } else {
            ptrdiff_t next = str_find_char(str_sub(text, 1, text.n), '{');
            p.n = next < 0 ? text.n : (size_t)next + 1;
            buf_add(out, text.p, p.n);
        }
        text = str_sub(text, p.n, text.n);
        if (form == TEMPLATE_HTML && !out->failed)
            template_context_feed(&x, str_sub(buf_str(out), before, out->n));
    }
}

static bool
is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F);
}

/* Without controls other than line ends. */
static void
add_plain(struct buf *out, struct str text)
{
    while (text.n > 0) {
        uint32_t cp = next_code_point(&text);
        if (cp == '\n' || !is_control(cp))
            add_code_point(out, cp);
    }
}

/* Without controls, line ends, double spaces and spaces around; cut at TEMPLATE_LINE_MAX. */
static void
add_line(struct buf *out, struct str text)
{
    size_t start = out->n;
    bool space = false;
    text = str_trim(text);
    while (text.n > 0 && out->n - start < TEMPLATE_LINE_MAX) {
        uint32_t cp = next_code_point(&text);
        if (is_break(cp) || cp == ' ') {
            space = true;
        } else if (!is_control(cp)) {
            if (space && out->n > start)
                buf_add_char(out, ' ');
            space = false;
            add_code_point(out, cp);
        }
    }
}

void
template_render(struct buf *out, struct str text, enum template_form form,
                const struct template_values *v)
{
    if (form == TEMPLATE_HTML || form == TEMPLATE_URL) {
        fill(out, text, form, v);
        return;
    }
    struct buf raw;
    buf_init(&raw, TEMPLATE_BODY_MAX);
    fill(&raw, text, form, v);
    if (raw.failed)
        out->failed = true;
    else if (form == TEMPLATE_LINE)
        add_line(out, buf_str(&raw));
    else
        add_plain(out, buf_str(&raw));
    buf_fini(&raw);
}

/* ---- looking at templates ---- */

static void
add_unknown(struct template_unknown *out, struct str name)
{
    for (size_t i = 0; i < out->n; i++)
        if (str_eq(out->names[i], name))
            return;
    if (out->n < TEMPLATE_UNKNOWN_MAX)
        out->names[out->n++] = name;
}

void
template_find_unknown(struct str text, uint64_t vars, struct template_unknown *out)
{
    while (text.n > 0) {
        struct placeholder p = {.n = 1};
        if (read_placeholder(text, &p)) {
            int id = template_var_find(p.name);
            if (p.name.n > 0 && (id < 0 || !(vars & UINT64_C(1) << id)))
                add_unknown(out, p.name);
        }
        text = str_sub(text, p.n, text.n);
    }
}

/* Bytes that an address or pattern may hold; spaces are encoded later. */
static bool
bytes_ok(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F || strchr("<>\"\\`", text.p[i]))
            return false;
    return text.n > 0 && text.n <= TEMPLATE_URL_MAX && utf8_valid(text);
}

bool
template_address_ok(struct str text)
{
    return bytes_ok(text) && has_safe_scheme(text);
}

bool
template_redirect_ok(struct str text)
{
    struct placeholder p;
    return bytes_ok(text) && (read_placeholder(text, &p) || has_safe_scheme(text));
}
