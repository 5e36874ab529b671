#ifndef UI_TERM_QR_H
#define UI_TERM_QR_H
/*
 * The dark modules of a QR code, written past curses: for every change between black and white curses
 * sets both colours anew, twenty bytes for two modules. So curses is told that all of the code is
 * light, and the dark cells are written over it afterwards in one go, between saving and restoring
 * cursor and attributes. Before curses draws, cells that stop being dark are made what curses takes
 * them for. Only where the terminal's description has what it takes; else curses draws all of it.
 * For term.c; UI thread only.
 */
#include "base/buf.h"
#include "ui/canvas.h"

struct term_qr {
    bool able;                     /* the terminal has what it takes */
    int light, dark;               /* curses' numbers of the backgrounds; -1: none */
    const char *cup, *cuf, *setab; /* of the terminal's description */
    struct buf before, after;      /* to be written before and after curses draws */
};

/* After the screen was set up. */
void term_qr_init(struct term_qr *q);
void term_qr_fini(struct term_qr *q);
void term_qr_colours(struct term_qr *q, int light, int dark);
/* Whether this cell in column `col` of the screen is for curses a light one. */
bool term_qr_takes(const struct term_qr *q, const struct canvas *screen, int col,
                   const struct cell *c);
/* What is to be written on the way from `shown` to `next`, both of one size. True if there is a QR
 * code in either: curses may then not shift what it did not draw. */
bool term_qr_plan(struct term_qr *q, const struct canvas *next, const struct canvas *shown);
#endif
