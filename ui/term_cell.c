#include "ui/term_cell.h"

#include "base/utf8.h"
#include "ui/term_env.h"

#include <wchar.h>

enum { WIDE_MAX = 5 /* characters that curses keeps in a cell */ };

static size_t
put_wide(cchar_t *out, const wchar_t *text, struct look look)
{
    setcchar(out, text, look.attrs, 0, &look.pair);
    return 1;
}

static size_t
put_plain(cchar_t *out, const struct cell *c, struct look look)
{
    wchar_t text[2] = {L'?', 0};
    const struct term_plain *p = term_env_plain(c->text);
    if (p) {
        chtype acs = p->acs ? NCURSES_ACS(p->acs) : 0;
        bool drawn = (acs & A_ALTCHARSET) != 0;
        text[0] = drawn ? (wchar_t)(acs & A_CHARTEXT) : (wchar_t)p->ascii;
        look.attrs |= drawn ? A_ALTCHARSET : A_NORMAL;
        return put_wide(out, text, look);
    }
    size_t n = put_wide(out, text, look);
    return c->width == 2 ? n + put_wide(out + n, text, look) : n;
}

/* Curses and the C library must agree with the canvas on the width, or the row would shift. */
static size_t
put_cluster(cchar_t *out, const struct cell *c, struct look look)
{
    wchar_t text[WIDE_MAX + 1];
    struct str rest = str_of(c->text);
    size_t n = 0, leads = 0;
    int width = 0;
    uint32_t cp;
    for (size_t used; n < WIDE_MAX && (used = utf8_decode(rest, &cp)) > 0; n++) {
        int w = wcwidth((wchar_t)cp);
        text[n] = (wchar_t)cp;
        width += w > 0 ? w : w < 0 ? 100 : 0;
        leads += w != 0;
        rest = str_sub(rest, used, rest.n);
    }
    text[n] = 0;
    if (n > 0 && leads == 1 && width == c->width)
        return put_wide(out, text, look);
    /* A pair such as a flag: one cell each. */
    if (n == 2 && leads == 2 && width == c->width) {
        put_wide(out, (const wchar_t[]){text[0], 0}, look);
        put_wide(out + 1, text + 1, look);
        return 2;
    }
    put_wide(out, L"?", look);
    return c->width == 2 ? 1 + put_wide(out + 1, L" ", look) : 1;
}

size_t
term_cell_put(cchar_t *out, const struct cell *c, bool utf8, struct look look)
{
    if ((unsigned char)c->text[0] < 0x80 && c->text[1] == '\0')
        return put_wide(out, (const wchar_t[]){(wchar_t)c->text[0], 0}, look);
    return utf8 ? put_cluster(out, c, look) : put_plain(out, c, look);
}
