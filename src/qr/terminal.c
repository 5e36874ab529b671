#include "qr/terminal.h"

#include "base/mem.h"

#include <langinfo.h>
#include <stdlib.h>

/* Terminals by the beginning of their names, the longer first. */
static const struct {
    const char *name;
    enum qr_ink ink;
    bool half, erases; /* terminfo's "bce"; screen and tmux fill with the default */
    const char *why;
} KNOWN[] = {
    {"linux", QR_INK_8, false, true, "the font of a Linux console may lack half blocks"},
    {"vt", QR_INK_REVERSE, false, false, "the terminal has no colours"},
    {"xterm-mono", QR_INK_REVERSE, true, false, "the terminal has no colours"},
    {"screen", QR_INK_8, true, false, NULL},
    {"tmux", QR_INK_8, true, false, NULL},
    {"xterm", QR_INK_16, true, true, NULL},
    {"rxvt", QR_INK_16, true, true, NULL},
    {"putty", QR_INK_16, true, true, NULL},
    {"", QR_INK_8, true, false, NULL},
};

static bool
has(const char *text, const char *part)
{
    return text && str_find(str_of(text), str_of(part)) >= 0;
}

static void
judge_name(struct qr_terminal *out, const char *term)
{
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
        if (!str_starts(str_of(term), str_of(KNOWN[i].name)))
            continue;
        out->ink = KNOWN[i].ink;
        out->half = KNOWN[i].half;
        out->erases = KNOWN[i].erases;
        out->why = KNOWN[i].why;
        break;
    }
    if (has(term, "256color") || has(term, "direct"))
        out->ink = QR_INK_256;
}

static void
apply_wish(struct qr_terminal *out, const char *wish)
{
    struct str w = str_of(wish ? wish : "auto");
    if (str_eq(w, STR("off")))
        out->off = true;
    else if (str_eq(w, STR("full")))
        out->only = QR_FULL;
    else if (str_eq(w, STR("half")))
        out->only = QR_HALF;
    else if (str_eq(w, STR("ascii")))
        out->only = QR_ASCII;
    else if (str_eq(w, STR("mono")))
        out->ink = QR_INK_REVERSE;
    if (out->only == QR_HALF)
        out->half = true;
    if (out->only == QR_ASCII)
        out->ink = QR_INK_NONE;
}

void
qr_terminal_judge(struct qr_terminal *out, const char *term, const char *colorterm,
                  const char *wish, bool utf8)
{
    *out = (struct qr_terminal){.ink = QR_INK_NONE, .utf8 = utf8, .only = QR_NONE};
    if (!term || !*term || strcmp(term, "dumb") == 0) {
        out->why = "the terminal is of no known kind";
    } else {
        judge_name(out, term);
        if (has(colorterm, "truecolor") || has(colorterm, "24bit"))
            out->ink = QR_INK_RGB;
    }
    if (!utf8) {
        out->half = false;
        out->why = "the locale is not UTF-8, and half blocks need it";
    }
    apply_wish(out, wish);
}

void
qr_terminal_detect(struct qr_terminal *out)
{
    qr_terminal_judge(out, getenv("TERM"), getenv("COLORTERM"), getenv("GATEHOUSE_QR"),
                      strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
}

/* The one way that was asked for, with the widest quiet zone there is room for. */
static struct qr_fit
fit_only(const struct qr_code *q, enum qr_mode mode, int rows, int cols)
{
    for (int quiet = QR_QUIET; quiet >= QR_QUIET_MIN; quiet -= mode == QR_HALF ? 2 : 1) {
        struct qr_fit fit = qr_fit_mode(q, mode, quiet);
        if (fit.rows <= rows && fit.cols <= cols)
            return fit;
    }
    return (struct qr_fit){.mode = QR_NONE};
}

struct qr_fit
qr_terminal_fit(const struct qr_terminal *t, const struct qr_code *q, int rows, int cols)
{
    if (t->off)
        return (struct qr_fit){.mode = QR_NONE};
    if (t->only != QR_NONE)
        return fit_only(q, t->only, rows, cols);
    struct qr_screen screen = {
        .rows = rows, .cols = cols, .half = t->half, .ascii = t->ink == QR_INK_NONE};
    return qr_fit(q, &screen);
}

const char *
qr_mode_name(enum qr_mode mode)
{
    static const char *const names[] = {
        [QR_NONE] = "not drawn",
        [QR_FULL] = "full size",
        [QR_HALF] = "half blocks",
        [QR_ASCII] = "characters",
    };
    return names[mode];
}
