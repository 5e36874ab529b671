#ifndef UI_MFA_QR_H
#define UI_MFA_QR_H
/*
 * A QR code on the canvas. The whole pane is painted light, so that no theme and no neighbour breaks
 * the border; beside or below the code stands the same as text. UI thread only.
 */
#include "qr/enrolment.h"
#include "qr/terminal.h"
#include "ui/canvas.h"

struct mfa_qr {
    struct qr_terminal terminal;
    enum qr_level level;
    bool invert, upper_glyph, ascii;
    enum qr_mode only; /* one way only, QR_NONE: whichever fits */
};

void mfa_qr_init(struct mfa_qr *q);
/* f g i + - a: true if the key was one of them. */
bool mfa_qr_key(struct mfa_qr *q, uint32_t key);
/*
 * How the code is drawn in r with `text_rows` lines of text: at the left with the text beside it if
 * that leaves text_cols, else above the text. *text is what is left for it. QR_NONE: it does not fit,
 * and *text is all of r.
 */
struct qr_fit mfa_qr_fit(const struct mfa_qr *q, const struct qr_code *code, struct rect r,
                         int text_rows, int text_cols, struct rect *text);
/* Draws where mfa_qr_fit said, in the rest of r beside `text`. */
void mfa_qr_draw(const struct mfa_qr *q, const struct qr_code *code, const struct qr_fit *fit,
                 struct canvas *cv, struct rect r, struct rect text);
#endif
