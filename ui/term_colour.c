#include "ui/term_colour.h"

/* The palette to choose from: 8, 16, 256. */
static int
palette(const struct term_palette *p)
{
    return p->colours >= 256 ? 256 : p->colours >= 16 ? 16 : 8;
}

int
term_colour_number(const struct term_palette *p, struct colour c, int fallback)
{
    /* Terminals with direct colour take the value itself; the first eight are still a palette. */
    if (c.kind == COLOUR_RGB && p->colours >= 1 << 24) {
        int value = c.r << 16 | c.g << 8 | c.b;
        return value < 8 ? 0 : value;
    }
    int n = colour_nearest(c, palette(p));
    return n < 0 && !p->default_colours ? fallback : n;
}

bool
term_colour_readable(const struct term_palette *p, const struct theme *theme, const struct style *s)
{
    int fg = colour_nearest(s->fg, palette(p)), bg = colour_nearest(s->bg, palette(p));
    struct colour front = {.kind = COLOUR_INDEX, .index = (uint8_t)fg};
    struct colour back = {.kind = COLOUR_INDEX, .index = (uint8_t)bg};
    if (palette(p) == 256)
        return true;
    return theme_contrast(theme, fg < 0 ? s->fg : front, bg < 0 ? s->bg : back) >= 3.0;
}

bool
term_colour_is_poor(const struct term_palette *p)
{
    return palette(p) == 8;
}
