#ifndef UI_THEME_H
#define UI_THEME_H
/*
 * What each role looks like. A theme is an INI file: `[theme] inherit = default`, `background =
 * dark` and `[roles] row.selected = white on blue bold`, `[mono] row.selected = reverse` for
 * terminals without colour. Colours are `default`, the 16 names (red, bright-red...), 0-255 or
 * #rrggbb. What a file leaves out comes from its parent, last from the theme compiled in. Plain
 * values; any thread.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/ini.h"
#include "ui/role.h"

enum colour_kind { COLOUR_DEFAULT, COLOUR_INDEX, COLOUR_RGB };
struct colour {
    uint8_t kind;  /* enum colour_kind */
    uint8_t index; /* COLOUR_INDEX */
    uint8_t r, g, b;
};

enum {
    ATTR_BOLD = 1 << 0,
    ATTR_DIM = 1 << 1,
    ATTR_UNDERLINE = 1 << 2,
    ATTR_REVERSE = 1 << 3,
    ATTR_ITALIC = 1 << 4
};

struct style {
    struct colour fg, bg;
    uint8_t attrs;
    uint8_t mono; /* attributes where there is no colour */
};

enum { THEME_NAME = 32 };
struct theme {
    char name[THEME_NAME];
    bool light; /* what `default` stands on: a light background */
    struct style styles[ROLE_COUNT];
};

/* The theme compiled in. */
void theme_default(struct theme *t);
/*
 * By name, "" for the default: $XDG_CONFIG_HOME/gatehouse/themes/NAME.theme, ./themes, the
 * installed folder. On failure t is the default theme, so the console can go on and say why.
 */
enum err_code theme_load(struct theme *t, struct str name, struct err *err) MUST_USE;
/* Text of one theme over what t already holds; `[theme] inherit` is not followed here. */
enum err_code theme_parse(struct theme *t, struct str text, const char *name,
                          struct err *err) MUST_USE;
/* Names that theme_load finds, one a line, sorted, each once. */
void theme_list(struct buf *out);

/*
 * One line per role whose text stands out too little (WCAG 2 contrast below 4.5, below 3 for dim
 * and border). Returns how many. `out` may be NULL.
 */
size_t theme_check(const struct theme *t, struct buf *out);
/* Contrast of two colours by the nominal xterm palette, 1 to 21. */
double theme_contrast(const struct theme *t, struct colour fg, struct colour bg);
/* Nearest colour of a palette of 8, 16 or 256; COLOUR_DEFAULT gives -1. */
int colour_nearest(struct colour c, int palette);

/* Whether to use colour: flag or profile, then NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, CLICOLOR=0.
 */
enum colour_wish { COLOUR_AUTO, COLOUR_NEVER, COLOUR_ALWAYS };
bool colour_wish_parse(struct str s, enum colour_wish *out); /* auto, never, always */
/* What the environment makes of AUTO; AUTO again means: as the terminal can. */
enum colour_wish colour_decide(enum colour_wish asked);
#endif
