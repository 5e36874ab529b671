#include "base/ini.h"

#include "base/ascii.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { TEXT_MAX = 256 * 1024, LINE_MAX_BYTES = 4096, FIRST_ITEMS = 16, ENTRIES_MAX = 4096 };

struct parser {
    struct ini *out;
    size_t room;
    struct arena *arena;
    struct err *err;
    const char *name;
    struct str section;
    struct str line; /* the present one, whole */
    unsigned number;
    unsigned entries; /* headers and items */
};

/* Columns count characters from 1; `at` points into the present line. */
static unsigned
column_of(const struct parser *p, const char *at)
{
    unsigned column = 1;
    for (const char *c = p->line.p; c < at; c++)
        column += ((unsigned char)*c & 0xc0) != 0x80;
    return column;
}

static enum err_code
fault(const struct parser *p, const char *at, const char *what)
{
    return err_set(p->err, ERR_CONFIG, "%s:%u:%u: %s", p->name, p->number, column_of(p, at), what);
}

static bool
is_word_char(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* Offset of the first character that never belongs into a line; its length if there is none. */
static size_t
find_control(struct str line)
{
    size_t i = 0;
    while (i < line.n && ((unsigned char)line.p[i] >= 0x20 || line.p[i] == '\t') &&
           line.p[i] != 0x7f)
        i++;
    return i;
}

/* Offset of the first byte that is not UTF-8; its length if there is none. */
static size_t
find_invalid(struct str line)
{
    size_t i = 0;
    while (i < line.n) {
        uint32_t cp;
        size_t n = utf8_decode(str_sub(line, i, line.n), &cp);
        if (!n)
            break;
        i += n;
    }
    return i;
}

static enum err_code
check_bytes(const struct parser *p)
{
    if (p->line.n > LINE_MAX_BYTES)
        return fault(p, p->line.p, "the line is longer than 4096 bytes");
    size_t bad = find_invalid(p->line);
    if (bad < p->line.n)
        return fault(p, p->line.p + bad, "not valid UTF-8");
    bad = find_control(p->line);
    return bad < p->line.n ? fault(p, p->line.p + bad, "control character") : ERR_OK;
}

/* "[section]" or "[section NAME]"; the two words are kept with one space between them. */
static enum err_code
parse_header(struct parser *p, struct str text)
{
    const char *end = text.p + text.n - 1;
    if (*end != ']')
        return fault(p, text.p + text.n, "expected ']' at the end of the line");
    struct str inside = str_trim(str_sub(text, 1, text.n - 1));
    size_t n = 0;
    while (n < inside.n && is_word_char(inside.p[n]))
        n++;
    struct str name = str_trim(str_sub(inside, n, inside.n));
    bool spaced = n == inside.n || inside.p[n] == ' ' || inside.p[n] == '\t';
    if (!n)
        return fault(p, inside.p, "expected the name of a section");
    if (!spaced)
        return fault(p, inside.p + n, "unexpected character in the name of a section");
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '[' || name.p[i] == ']')
            return fault(p, name.p + i, "unexpected bracket in the name of a section");
    }
    p->section =
        arena_printf(p->arena, "%.*s%s%.*s", (int)n, inside.p, name.n ? " " : "", STR_ARG(name));
    return ERR_OK;
}

/* From the opening quote on; what follows the closing one must be blank. */
static enum err_code
parse_quoted(const struct parser *p, struct str text, struct str *value)
{
    char *out = arena_alloc(p->arena, text.n, 1);
    size_t n = 0;
    for (size_t i = 1; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"') {
            if (i + 1 < text.n)
                return fault(p, text.p + i + 1, "unexpected text after the closing quote");
            *value = (struct str){out, n};
            return ERR_OK;
        }
        if (c == '\\') {
            i++;
            c = i < text.n ? text.p[i] : '\0';
            if (c != '"' && c != '\\')
                return fault(p, text.p + i - 1, "expected \\\" or \\\\");
        }
        out[n++] = c;
    }
    return fault(p, text.p, "the quote is not closed");
}

static void
add_item(struct parser *p, const struct ini_item *item)
{
    if (p->out->n == p->room) {
        size_t room = p->room ? p->room * 2 : FIRST_ITEMS;
        struct ini_item *items = ARENA_ARRAY(p->arena, room, struct ini_item);
        if (p->out->n)
            memcpy(items, p->out->items, p->out->n * sizeof *items);
        p->out->items = items;
        p->room = room;
    }
    p->out->items[p->out->n++] = *item;
}

static enum err_code
parse_item(struct parser *p, struct str text)
{
    size_t n = 0;
    while (n < text.n && is_word_char(text.p[n]))
        n++;
    if (!n)
        return fault(p, text.p, "expected a key, a [section] or a comment");
    struct str rest = str_trim(str_sub(text, n, text.n));
    if (!rest.n || rest.p[0] != '=')
        return fault(p, rest.n ? rest.p : text.p + n, "expected '=' after the key");
    struct str value = str_trim(str_sub(rest, 1, rest.n));
    const char *start = value.p;
    if (value.n && value.p[0] == '"') {
        enum err_code code = parse_quoted(p, value, &value);
        if (code)
            return code;
    } else {
        value = arena_str(p->arena, value);
    }
    add_item(p, &(struct ini_item){.section = p->section,
                                   .key = arena_str(p->arena, str_sub(text, 0, n)),
                                   .value = value,
                                   .line = p->number,
                                   .column = column_of(p, start)});
    return ERR_OK;
}

static enum err_code
parse_line(struct parser *p)
{
    enum err_code code = check_bytes(p);
    struct str text = str_trim(p->line);
    if (code || !text.n || text.p[0] == '#' || text.p[0] == ';')
        return code;
    if (p->entries++ == ENTRIES_MAX)
        return fault(p, text.p, "more than 4096 entries");
    return text.p[0] == '[' ? parse_header(p, text) : parse_item(p, text);
}

enum err_code
ini_parse(struct ini *out, struct str text, const char *name, struct arena *a, struct err *err)
{
    *out = (struct ini){0};
    if (text.n > TEXT_MAX)
        return err_set(err, ERR_CONFIG, "%s: longer than 256 KiB", name);
    struct parser p = {.out = out, .arena = a, .err = err, .name = name, .section = STR("")};
    /* Some editors put a byte order mark at the front. */
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    while (str_next(&text, '\n', &p.line)) {
        p.number++;
        if (str_ends(p.line, STR("\r")))
            p.line.n--;
        enum err_code code = parse_line(&p);
        if (code) {
            *out = (struct ini){0};
            return code;
        }
    }
    return ERR_OK;
}

enum err_code
ini_read(struct ini *out, const char *path, struct arena *a, struct err *err)
{
    struct str text;
    *out = (struct ini){0};
    enum err_code code = file_read(path, TEXT_MAX, a, &text, err);
    return code ? code : ini_parse(out, text, path, a, err);
}

const struct ini_item *
ini_find(const struct ini *ini, struct str section, struct str key)
{
    for (size_t i = ini->n; i > 0; i--) {
        const struct ini_item *item = &ini->items[i - 1];
        if (str_eq(item->section, section) && str_eq(item->key, key))
            return item;
    }
    return NULL;
}

struct str
ini_get(const struct ini *ini, struct str section, struct str key)
{
    const struct ini_item *item = ini_find(ini, section, key);
    return item ? item->value : STR_ABSENT;
}
