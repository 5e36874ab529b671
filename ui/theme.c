#include "ui/theme.h"

#include "base/ascii.h"
#include "base/file.h"
#include "base/mem.h"
#include "gen/config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { THEME_FILE_MAX = 64 * 1024, THEME_ARENA = 12 << 20, INHERIT_MAX = 4, NAMES_MAX = 256 };

static const char default_text[] =
#include "gen/theme_default.inc"
    ;

/* --- Colours --- */

static const char *const colour_names[16] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white",
};

/* What xterm shows for the first 16. */
static const uint8_t palette16[16][3] = {
    {0, 0, 0},     {205, 0, 0},     {0, 205, 0},     {205, 205, 0},   {0, 0, 238}, {205, 0, 205},
    {0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},     {0, 255, 0}, {255, 255, 0},
    {92, 92, 255}, {255, 0, 255},   {0, 255, 255},   {255, 255, 255},
};

static void
palette_rgb(int index, uint8_t rgb[3])
{
    if (index < 16) {
        memcpy(rgb, palette16[index], 3);
    } else if (index < 232) {
        static const uint8_t steps[6] = {0, 95, 135, 175, 215, 255};
        int cube = index - 16;
        rgb[0] = steps[cube / 36];
        rgb[1] = steps[cube / 6 % 6];
        rgb[2] = steps[cube % 6];
    } else {
        memset(rgb, 8 + (index - 232) * 10, 3);
    }
}

static void
colour_rgb(const struct theme *t, struct colour c, bool background, uint8_t rgb[3])
{
    switch ((enum colour_kind)c.kind) {
    case COLOUR_DEFAULT:
        palette_rgb(t->light == background ? 15 : 0, rgb);
        /* Light grey rather than white is what dark terminals write with. */
        if (!t->light && !background)
            palette_rgb(7, rgb);
        return;
    case COLOUR_INDEX:
        palette_rgb(c.index, rgb);
        return;
    case COLOUR_RGB:
        memcpy(rgb, (const uint8_t[]){c.r, c.g, c.b}, 3);
        return;
    }
}

/* The hue alone at full strength. False: it is a grey, and stays as it is. */
static bool
saturate(uint8_t rgb[3])
{
    enum { CHROMA_MIN = 64 };
    int low = rgb[0], high = rgb[0];
    for (int k = 1; k < 3; k++) {
        low = rgb[k] < low ? rgb[k] : low;
        high = rgb[k] > high ? rgb[k] : high;
    }
    if (high - low < CHROMA_MIN)
        return false;
    for (int k = 0; k < 3; k++)
        rgb[k] = (uint8_t)((rgb[k] - low) * 255 / (high - low));
    return true;
}

/*
 * Of 256 the first 16 are left out: people give them other colours. Of few, the right hue is nearer to
 * what was meant than the right lightness: light red becomes red, not white, and no grey yellow.
 */
static int
nearest_index(const uint8_t colour[3], int palette)
{
    uint8_t want[3] = {colour[0], colour[1], colour[2]};
    bool few = palette <= 16, coloured = few && saturate(want);
    int best = 0, best_distance = -1;
    for (int i = few ? 0 : 16; i < palette && i < 256; i++) {
        uint8_t have[3], hue[3];
        int distance = 0;
        palette_rgb(i, have);
        memcpy(hue, have, sizeof hue);
        if (few && saturate(hue) != coloured)
            continue;
        for (int k = 0; k < 3; k++)
            distance += (want[k] - have[k]) * (want[k] - have[k]);
        if (best_distance < 0 || distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

int
colour_nearest(struct colour c, int palette)
{
    uint8_t want[3] = {c.r, c.g, c.b};
    switch ((enum colour_kind)c.kind) {
    case COLOUR_DEFAULT:
        return -1;
    case COLOUR_INDEX:
        if (c.index < palette)
            return c.index;
        if (c.index < 16)
            return c.index & 7;
        palette_rgb(c.index, want);
        break;
    case COLOUR_RGB:
        break;
    }
    return nearest_index(want, palette);
}

/* "#rrggbb" */
static bool
rgb_parse(struct str word, struct colour *out)
{
    uint8_t v[3];
    for (size_t i = 0; i < 3; i++) {
        int high = ascii_hex_value(word.p[1 + 2 * i]), low = ascii_hex_value(word.p[2 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        v[i] = (uint8_t)(high * 16 + low);
    }
    *out = (struct colour){.kind = COLOUR_RGB, .r = v[0], .g = v[1], .b = v[2]};
    return true;
}

static bool
colour_parse(struct str word, struct colour *out)
{
    *out = (struct colour){.kind = COLOUR_DEFAULT};
    if (str_eq(word, STR("default")))
        return true;
    if (word.n == 7 && word.p[0] == '#')
        return rgb_parse(word, out);
    int64_t index;
    if (str_to_i64(word, &index)) {
        *out = (struct colour){.kind = COLOUR_INDEX, .index = (uint8_t)index};
        return index >= 0 && index <= 255 && word.p[0] != '+' && word.p[0] != '-';
    }
    for (size_t i = 0; i < COUNT_OF(colour_names); i++) {
        if (str_eq(word, str_of(colour_names[i]))) {
            *out = (struct colour){.kind = COLOUR_INDEX, .index = (uint8_t)i};
            return true;
        }
    }
    return false;
}

/* --- Styles --- */

static const struct {
    const char *name;
    uint8_t bit;
} attr_names[] = {
    {"bold", ATTR_BOLD},       {"dim", ATTR_DIM},       {"underline", ATTR_UNDERLINE},
    {"reverse", ATTR_REVERSE}, {"italic", ATTR_ITALIC},
};

static uint8_t
attr_parse(struct str word)
{
    for (size_t i = 0; i < COUNT_OF(attr_names); i++) {
        if (str_eq(word, str_of(attr_names[i].name)))
            return attr_names[i].bit;
    }
    return 0;
}

/* How far a style has been read: what was seen last, and whether a background must follow. */
struct style_state {
    bool colours, on;
    enum { SEEN_NOTHING, SEEN_FG, SEEN_BG, SEEN_ATTRS } seen;
};

static bool
style_word(struct style_state *s, struct str word, struct style *out)
{
    struct colour c;
    uint8_t attr = attr_parse(word);
    if (attr && !s->on) {
        out->attrs |= attr;
        s->seen = SEEN_ATTRS;
        return true;
    }
    if (!s->colours)
        return false;
    if (str_eq(word, STR("on")) && !s->on && s->seen < SEEN_BG) {
        s->on = true;
        return true;
    }
    if (!colour_parse(word, &c) || s->seen >= (s->on ? SEEN_BG : SEEN_FG))
        return false;
    *(s->on ? &out->bg : &out->fg) = c;
    s->seen = s->on ? SEEN_BG : SEEN_FG;
    s->on = false;
    return true;
}

/* "[colour] [on colour] [attribute...]"; false with *bad at the word that is wrong. */
static bool
style_parse(struct str value, bool colours, struct style *out, struct str *bad)
{
    struct str word;
    struct style_state state = {.colours = colours};
    while (str_next(&value, ' ', &word)) {
        if (word.n == 0)
            continue;
        *bad = word;
        if (!style_word(&state, word, out))
            return false;
    }
    return !state.on;
}

/* QR codes must scan, so no theme colours them. */
static bool
is_fixed(enum role role)
{
    return role == ROLE_QR_LIGHT || role == ROLE_QR_DARK || role == ROLE_QR_MIXED;
}

static void
set_fixed(struct theme *t)
{
    struct colour white = {.kind = COLOUR_RGB, .r = 255, .g = 255, .b = 255};
    struct colour black = {.kind = COLOUR_RGB};
    t->styles[ROLE_QR_LIGHT] = (struct style){.fg = black, .bg = white, .mono = ATTR_REVERSE};
    t->styles[ROLE_QR_DARK] = (struct style){.fg = white, .bg = black};
    t->styles[ROLE_QR_MIXED] = (struct style){.fg = black, .bg = white, .mono = ATTR_REVERSE};
}

static bool
role_by_key(struct str key, enum role *out)
{
    for (int r = 0; r < ROLE_COUNT; r++) {
        if (str_eq(str_of(role_info((enum role)r)->key), key)) {
            *out = (enum role)r;
            return true;
        }
    }
    return false;
}

/* --- Files --- */

static enum err_code
apply_style(struct theme *t, const struct ini_item *item, const char *name, struct err *err)
{
    enum role role;
    bool colours = str_eq(item->section, STR("roles"));
    if (!role_by_key(item->key, &role))
        return err_set(err, ERR_CONFIG, "%s:%u:1: there is no role \"%.*s\"", name, item->line,
                       STR_ARG(item->key));
    if (is_fixed(role))
        return err_set(err, ERR_CONFIG, "%s:%u:1: %s is the same in every theme, so that it scans",
                       name, item->line, role_info(role)->key);
    struct style style = {.attrs = 0};
    struct str bad = STR("");
    if (!style_parse(item->value, colours, &style, &bad))
        return err_set(err, ERR_CONFIG, "%s:%u:%u: \"%.*s\" is not %s here", name, item->line,
                       item->column, STR_ARG(bad),
                       colours ? "a colour or attribute" : "an attribute");
    if (!colours) {
        t->styles[role].mono = style.attrs;
        return ERR_OK;
    }
    style.mono = t->styles[role].mono;
    t->styles[role] = style;
    return ERR_OK;
}

static enum err_code
apply_item(struct theme *t, const struct ini_item *item, const char *name, struct err *err)
{
    if (str_eq(item->section, STR("roles")) || str_eq(item->section, STR("mono")))
        return apply_style(t, item, name, err);
    if (!str_eq(item->section, STR("theme")))
        return err_set(err, ERR_CONFIG, "%s:%u:1: a theme has the sections theme, roles and mono",
                       name, item->line);
    if (str_eq(item->key, STR("inherit")))
        return ERR_OK;
    bool light = str_eq(item->value, STR("light"));
    if (!str_eq(item->key, STR("background")) || (!light && !str_eq(item->value, STR("dark"))))
        return err_set(err, ERR_CONFIG,
                       "%s:%u:1: expected inherit = NAME or background = dark | light", name,
                       item->line);
    t->light = light;
    return ERR_OK;
}

static enum err_code
apply(struct theme *t, const struct ini *ini, const char *name, struct err *err)
{
    struct theme next = *t;
    for (size_t i = 0; i < ini->n; i++) {
        enum err_code code = apply_item(&next, &ini->items[i], name, err);
        if (code != ERR_OK)
            return code;
    }
    *t = next;
    return ERR_OK;
}

enum err_code
theme_parse(struct theme *t, struct str text, const char *name, struct err *err)
{
    struct arena a;
    struct ini ini;
    arena_init(&a, THEME_ARENA);
    enum err_code code = ini_parse(&ini, text, name, &a, err);
    if (code == ERR_OK)
        code = apply(t, &ini, name, err);
    arena_fini(&a);
    return code;
}

void
theme_default(struct theme *t)
{
    struct err err = {.code = ERR_OK};
    *t = (struct theme){.name = "default"};
    set_fixed(t);
    enum err_code code =
        theme_parse(t, (struct str){default_text, sizeof default_text - 1}, "default.theme", &err);
    ASSERT(code == ERR_OK);
}

static bool
name_is_plain(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_';
        if (!good)
            return false;
    }
    return name.n > 0 && name.n < THEME_NAME;
}

/* Where themes are looked for, in this order; ends with an absent string. */
enum { FOLDERS = 4 };
static void
theme_folders(struct arena *a, struct str out[FOLDERS])
{
    struct str config = file_xdg_dir("CONFIG", a);
    out[0] = arena_printf(a, "%.*s/themes", STR_ARG(config));
    out[1] = STR("themes");
    out[2] = STR(GATEHOUSE_DATA_DIR "/themes");
    out[3] = STR_ABSENT;
}

static enum err_code
find_theme(struct str name, struct arena *a, struct str *text, struct err *err)
{
    struct str folders[FOLDERS];
    theme_folders(a, folders);
    for (size_t i = 0; str_given(folders[i]); i++) {
        struct str path = arena_printf(a, "%.*s/%.*s.theme", STR_ARG(folders[i]), STR_ARG(name));
        struct err at = {.code = ERR_OK};
        enum err_code code = file_read(path.p, THEME_FILE_MAX, a, text, &at);
        if (code == ERR_OK)
            return ERR_OK;
        if (code != ERR_NOT_FOUND)
            return err_set(err, code, "%s", at.msg);
    }
    return err_set(err, ERR_CONFIG, "there is no theme \"%.*s\"; :theme lists those there are",
                   STR_ARG(name));
}

static enum err_code
load_chain(struct theme *t, struct str name, int depth, struct arena *a, struct err *err)
{
    if (name.n == 0 || str_eq(name, STR("default"))) {
        theme_default(t);
        return ERR_OK;
    }
    if (!name_is_plain(name))
        return err_set(err, ERR_CONFIG,
                       "the name of a theme is letters, digits, - and _, at most %d",
                       THEME_NAME - 1);
    if (depth == INHERIT_MAX)
        return err_set(err, ERR_CONFIG, "theme %.*s inherits through more than %d themes",
                       STR_ARG(name), INHERIT_MAX);
    struct str text = {0};
    enum err_code code = find_theme(name, a, &text, err);
    if (code != ERR_OK)
        return code;
    struct ini ini;
    const char *file = arena_printf(a, "%.*s.theme", STR_ARG(name)).p;
    code = ini_parse(&ini, text, file, a, err);
    if (code == ERR_OK)
        code = load_chain(t, ini_get(&ini, STR("theme"), STR("inherit")), depth + 1, a, err);
    return code == ERR_OK ? apply(t, &ini, file, err) : code;
}

enum err_code
theme_load(struct theme *t, struct str name, struct err *err)
{
    struct arena a;
    arena_init(&a, THEME_ARENA);
    enum err_code code = load_chain(t, name, 0, &a, err);
    if (code != ERR_OK)
        theme_default(t);
    else if (name.n > 0)
        snprintf(t->name, sizeof t->name, "%.*s", STR_ARG(name));
    arena_fini(&a);
    return code;
}

/* --- Listing --- */

struct names {
    char rows[NAMES_MAX][THEME_NAME];
    size_t n;
};

static int
compare_names(const void *a, const void *b)
{
    return strcmp((const char *)a, (const char *)b);
}

static void
add_name(struct names *names, struct str name)
{
    if (!name_is_plain(name) || names->n == NAMES_MAX)
        return;
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(str_of(names->rows[i]), name))
            return;
    }
    memcpy(names->rows[names->n], name.p, name.n);
    names->rows[names->n++][name.n] = '\0';
}

static void
add_folder(struct names *names, const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct str file = str_of(e->d_name);
        if (str_ends(file, STR(".theme")))
            add_name(names, str_sub(file, 0, file.n - 6));
    }
    closedir(dir);
}

void
theme_list(struct buf *out)
{
    struct arena a;
    struct str folders[FOLDERS];
    struct names *names = mem_new(1, sizeof *names);
    arena_init(&a, THEME_ARENA);
    theme_folders(&a, folders);
    add_name(names, STR("default"));
    for (size_t i = 0; str_given(folders[i]); i++)
        add_folder(names, folders[i].p);
    qsort(names->rows, names->n, sizeof names->rows[0], compare_names);
    for (size_t i = 0; i < names->n; i++)
        buf_printf(out, "%s\n", names->rows[i]);
    arena_fini(&a);
    mem_free(names);
}

/* --- Contrast (WCAG 2.2, 1.4.3) --- */

/* x to the power of 2.4 for x in [0, 1], near enough for a threshold: x^2 * x^0.4 by Newton's rule.
 */
static double
power_2_4(double x)
{
    if (x <= 0)
        return 0;
    double target = x * x, root = 1; /* root^5 = x^2 */
    for (int i = 0; i < 40; i++)
        root -= (root * root * root * root * root - target) / (5 * root * root * root * root);
    return x * x * root;
}

static double
luminance(const uint8_t rgb[3])
{
    static const double weights[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = rgb[i] / 255.0;
        sum += weights[i] * (v <= 0.04045 ? v / 12.92 : power_2_4((v + 0.055) / 1.055));
    }
    return sum;
}

double
theme_contrast(const struct theme *t, struct colour fg, struct colour bg)
{
    uint8_t front[3], back[3];
    colour_rgb(t, fg, false, front);
    colour_rgb(t, bg, true, back);
    double a = luminance(front) + 0.05, b = luminance(back) + 0.05;
    return a > b ? a / b : b / a;
}

size_t
theme_check(const struct theme *t, struct buf *out)
{
    size_t faults = 0;
    for (int r = 0; r < ROLE_COUNT; r++) {
        const struct style *s = &t->styles[r];
        double least = r == ROLE_DIM || r == ROLE_BORDER ? 3.0 : 4.5;
        double have = theme_contrast(t, s->fg, s->bg);
        if (have >= least)
            continue;
        faults++;
        if (out)
            buf_printf(out, "%s: contrast %.1f, should be %.1f or more\n",
                       role_info((enum role)r)->key, have, least);
    }
    return faults;
}

/* --- Whether to use colour --- */

bool
colour_wish_parse(struct str s, enum colour_wish *out)
{
    static const struct {
        struct str name;
        enum colour_wish wish;
    } words[] = {
        {{"auto", 4}, COLOUR_AUTO},
        {{"never", 5}, COLOUR_NEVER},
        {{"always", 6}, COLOUR_ALWAYS},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_eq(words[i].name, s)) {
            *out = words[i].wish;
            return true;
        }
    }
    return false;
}

static bool
env_set(const char *name)
{
    const char *v = getenv(name);
    return v && v[0] && strcmp(v, "0") != 0;
}

enum colour_wish
colour_decide(enum colour_wish asked)
{
    const char *no = getenv("NO_COLOR"), *cli = getenv("CLICOLOR");
    if (asked != COLOUR_AUTO)
        return asked;
    if (no && no[0])
        return COLOUR_NEVER;
    if (env_set("CLICOLOR_FORCE") || env_set("FORCE_COLOR"))
        return COLOUR_ALWAYS;
    return cli && strcmp(cli, "0") == 0 ? COLOUR_NEVER : COLOUR_AUTO;
}
