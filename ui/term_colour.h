#ifndef UI_TERM_COLOUR_H
#define UI_TERM_COLOUR_H
/* The colours of themes in the palette that a terminal has; for term.c. No state. */
#include "ui/theme.h"

struct term_palette {
    int colours; /* as curses counts them; 0: none */
    bool default_colours;
};

/* Curses' number of a colour: -1 for default. */
int term_colour_number(const struct term_palette *p, struct colour c, int fallback);
/* True if what is left of a style on a poor palette can still be read. */
bool term_colour_readable(const struct term_palette *p, const struct theme *theme,
                          const struct style *s);
/* The palette has eight colours, which bold makes brighter. */
bool term_colour_is_poor(const struct term_palette *p);
#endif
