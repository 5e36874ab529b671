#include "ui/key.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdio.h>

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    {"Up", K_UP},         {"Down", K_DOWN},
    {"Left", K_LEFT},     {"Right", K_RIGHT},
    {"Home", K_HOME},     {"End", K_END},
    {"PgUp", K_PGUP},     {"PgDn", K_PGDN},
    {"Insert", K_INSERT}, {"Delete", K_DELETE},
    {"Tab", K_TAB},       {"Enter", K_ENTER},
    {"Esc", K_ESC},       {"Backspace", K_BACKSPACE},
    {"Space", ' '},
};

static const struct {
    struct str prefix;
    uint32_t bit;
} prefixes[] = {
    {{"Ctrl-", 5}, K_CTRL},
    {{"Alt-", 4}, K_ALT},
    {{"Shift-", 6}, K_SHIFT},
};

static bool
parse_base(struct str name, uint32_t *key)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_eq_nocase(str_of(names[i].name), name)) {
            *key = names[i].key;
            return true;
        }
    }
    int64_t f;
    if (name.n >= 2 && (name.p[0] == 'F' || name.p[0] == 'f') &&
        str_to_i64(str_sub(name, 1, name.n), &f)) {
        *key = K_F1 + (uint32_t)f - 1;
        return f >= 1 && f <= 12;
    }
    return utf8_decode(name, key) == name.n && name.n > 0 && key_is_text(*key) && *key != ' ';
}

bool
key_parse(struct str name, uint32_t *key)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < COUNT_OF(prefixes);) {
        struct str p = prefixes[i].prefix;
        if (name.n > p.n && str_eq_nocase(str_sub(name, 0, p.n), p) && !(bits & prefixes[i].bit)) {
            bits |= prefixes[i].bit;
            name = str_sub(name, p.n, name.n);
            i = 0;
        } else {
            i++;
        }
    }
    uint32_t base;
    if (!parse_base(name, &base))
        return false;
    /* Terminals send no Shift with a character, and Ctrl only with one case. */
    if ((bits & K_SHIFT) && base < K_UP)
        return false;
    if ((bits & K_CTRL) && base >= 'A' && base <= 'Z')
        base += 'a' - 'A';
    *key = base | bits;
    return true;
}

static void
base_name(uint32_t base, char *out, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (names[i].key == base) {
            snprintf(out, size, "%s", names[i].name);
            return;
        }
    }
    if (base >= K_F1 && base <= K_F12) {
        snprintf(out, size, "F%u", base - K_F1 + 1);
        return;
    }
    char text[5] = "";
    if (key_is_text(base))
        utf8_encode(base, text);
    snprintf(out, size, "%s", text[0] ? text : "?");
}

char *
key_label(uint32_t key, char out[KEY_NAME])
{
    char base[16];
    uint32_t code = key & (K_SHIFT - 1u);
    if ((key & K_CTRL) && code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    base_name(code, base, sizeof base);
    snprintf(out, KEY_NAME, "%s%s%s%s", key & K_CTRL ? "Ctrl-" : "", key & K_ALT ? "Alt-" : "",
             key & K_SHIFT ? "Shift-" : "", base);
    return out;
}

/* --- Keymap --- */

static void
drop_command(struct keymap *m, enum command command)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (m->entries[i].command != command)
            m->entries[kept++] = m->entries[i];
    }
    m->n = kept;
}

/* Adds the keys named in a list; false with *bad at the first that is not a key. */
static bool
add_keys(struct keymap *m, enum command command, struct str list, struct str *bad)
{
    struct str name;
    while (str_next(&list, ' ', &name)) {
        uint32_t key;
        if (name.n == 0)
            continue;
        *bad = name;
        if (m->n == KEYMAP_MAX || !key_parse(name, &key))
            return false;
        m->entries[m->n].key = key;
        m->entries[m->n++].command = command;
    }
    return true;
}

void
keymap_init(struct keymap *m)
{
    m->n = 0;
    for (int id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++) {
        const struct command_info *info = command_info((enum command)id);
        struct str bad;
        ASSERT(add_keys(m, (enum command)id, str_of(info->keys), &bad));
        ASSERT(add_keys(m, (enum command)id, str_of(info->second), &bad));
    }
}

/* The first key that two commands share. */
static bool
find_clash(const struct keymap *m, size_t *a, size_t *b)
{
    for (*a = 0; *a < m->n; ++*a) {
        for (*b = *a + 1; *b < m->n; ++*b) {
            if (m->entries[*a].key == m->entries[*b].key)
                return true;
        }
    }
    return false;
}

/* Where the file speaks of this command. */
static unsigned
line_of(const struct ini *ini, enum command command)
{
    unsigned line = 0;
    for (size_t i = 0; i < ini->n; i++) {
        const struct ini_item *item = &ini->items[i];
        if (str_eq(item->section, STR("keys")) && command_by_name(item->key) == command)
            line = item->line;
    }
    return line;
}

static enum err_code
report_clash(const struct keymap *m, const struct ini *ini, const char *file, struct err *err)
{
    size_t a, b;
    if (!find_clash(m, &a, &b))
        return ERR_OK;
    enum command first = m->entries[a].command, second = m->entries[b].command;
    unsigned line_a = line_of(ini, first), line_b = line_of(ini, second);
    char key[KEY_NAME];
    return err_set(err, ERR_CONFIG,
                   "%s:%u: %s is the key of both %s and %s; give one of them another", file,
                   line_b > line_a ? line_b : line_a, key_label(m->entries[a].key, key),
                   command_info(first)->name, command_info(second)->name);
}

enum err_code
keymap_configure(struct keymap *m, const struct ini *ini, const char *file, struct err *err)
{
    struct keymap next = *m;
    for (size_t i = 0; i < ini->n; i++) {
        const struct ini_item *item = &ini->items[i];
        if (!str_eq(item->section, STR("keys")))
            continue;
        enum command command = command_by_name(item->key);
        if (command == COMMAND_NONE)
            return err_set(err, ERR_CONFIG, "%s:%u:1: there is no command \"%.*s\"", file,
                           item->line, STR_ARG(item->key));
        drop_command(&next, command);
        struct str bad = {NULL, 0};
        if (!add_keys(&next, command, item->value, &bad))
            return err_set(err, ERR_CONFIG, "%s:%u:%u: \"%.*s\" is not the name of a key", file,
                           item->line, item->column, STR_ARG(bad));
    }
    enum err_code code = report_clash(&next, ini, file, err);
    if (code == ERR_OK)
        *m = next;
    return code;
}

enum command
keymap_find(const struct keymap *m, uint32_t key)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->entries[i].key == key)
            return m->entries[i].command;
    }
    return COMMAND_NONE;
}

void
keymap_keys(const struct keymap *m, enum command command, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < m->n; i++) {
        if (m->entries[i].command != command)
            continue;
        char name[KEY_NAME];
        if (!first)
            buf_add_char(out, ' ');
        buf_add_text(out, key_label(m->entries[i].key, name));
        first = false;
    }
}
