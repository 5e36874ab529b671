#ifndef QR_LAYOUT_H
#define QR_LAYOUT_H
/*
 * How a QR code becomes terminal cells, for the console and for the command line alike. Scanners
 * want dark on light, an unbroken light border, and nothing cut off; terminals differ in glyphs,
 * colours and spacing. So: colours are always explicit, a cell that is all light or all dark is a
 * space with a background, and a code that does not fit is not drawn at all.
 *
 *   full   a module is two columns of one row; works with any spacing between lines and needs no
 *          glyph, so also in a plain locale
 *   half   a module is one column of half a row; half the size, but lines must touch
 *   ascii  "##" and two spaces, for terminals without colour and reverse video
 *
 * No state; any thread.
 */
#include "base/buf.h"
#include "qr/code.h"

enum qr_mode { QR_NONE, QR_FULL, QR_HALF, QR_ASCII };

enum { QR_QUIET_MIN = 2 };

struct qr_fit {
    enum qr_mode mode; /* QR_NONE: it does not fit */
    int quiet;         /* light modules around the code, QR_QUIET_MIN to QR_QUIET */
    int rows, cols;    /* cells that code and quiet zone take */
};

/* What of a terminal matters for drawing. */
struct qr_screen {
    int rows, cols;
    bool half;  /* half blocks can be shown: UTF-8, and a font that has them */
    bool ascii; /* neither colour nor reverse video */
};

/* The largest way to draw it: full, else half; quiet zone 4, else less, never below 2. */
struct qr_fit qr_fit(const struct qr_code *q, const struct qr_screen *screen);
/* The size of one way; quiet zones of half mode are even, so that rows are whole. */
struct qr_fit qr_fit_mode(const struct qr_code *q, enum qr_mode mode, int quiet);

/* Cell (row, col) of the drawing, also outside of it (light). */
enum qr_cell { QR_CELL_LIGHT, QR_CELL_DARK, QR_CELL_UPPER, QR_CELL_LOWER }; /* which half is dark */
enum qr_cell qr_cell(const struct qr_code *q, const struct qr_fit *fit, int row, int col);

/* ---- as bytes for a terminal that is not ours to manage ---- */

enum qr_ink { QR_INK_RGB, QR_INK_256, QR_INK_16, QR_INK_8, QR_INK_REVERSE, QR_INK_NONE };

struct qr_style {
    enum qr_ink ink;
    bool upper_glyph; /* draw mixed cells with U+2580 instead of U+2584 */
    bool invert;      /* light on dark: for scanners that insist, or screens that invert */
    int left;         /* light columns in front of each line */
    int cols;         /* every line is light up to here; 0: only as wide as the code */
    const char *eol;  /* line end, "\n" or "\r\n" */
    /* Erasing a line fills it with the background (the terminal has "bce"): lines are white to the
     * edge of the window, and only what is dark is written into them. Only with colours. */
    bool erases;
};
/* One line per row of the drawing; the colours are reset at the end of each, or with `erases` at the
 * end of the last. */
void qr_write(const struct qr_code *q, const struct qr_fit *fit, const struct qr_style *style,
              struct buf *out);
#endif
