#ifndef QR_TERMINAL_H
#define QR_TERMINAL_H
/*
 * What a terminal can show of a QR code, judged by the environment alone: no question is ever sent
 * to the terminal, for answers come late, in other forms, or not at all. GATEHOUSE_QR overrides:
 * auto, full, half, ascii, mono (reverse video), off. NO_COLOR does not count here: the colours of a
 * code are its data. Reads the environment and the locale (setlocale must have been called); main
 * thread.
 */
#include "qr/layout.h"

struct qr_terminal {
    enum qr_ink ink;
    bool utf8, half;   /* half: half blocks, so half the size */
    bool erases;       /* erasing a line fills it with the background */
    bool off;          /* the person wants no codes drawn */
    enum qr_mode only; /* the one way the person wants, QR_NONE: whichever fits */
    const char *why;   /* one sentence for `doctor`: why not more */
};

/* `term`, `colorterm`, `wish`: values of TERM, COLORTERM, GATEHOUSE_QR, NULL if not set. */
void qr_terminal_judge(struct qr_terminal *out, const char *term, const char *colorterm,
                       const char *wish, bool utf8);
/* The same for this process. */
void qr_terminal_detect(struct qr_terminal *out);
/* The room for a code on a screen of that size; the way to draw it there, QR_NONE if none. */
struct qr_fit qr_terminal_fit(const struct qr_terminal *t, const struct qr_code *q, int rows,
                              int cols);
/* "full size", "half blocks", ... for people. */
const char *qr_mode_name(enum qr_mode mode);
#endif
