#ifndef QR_CODE_H
#define QR_CODE_H
/*
 * A text as a QR code (ISO/IEC 18004): a square of dark and light modules, without quiet zone. Made
 * by libqrencode in 8-bit mode, so any bytes will do. Results live in the caller's arena; any
 * thread.
 */
#include "base/arena.h"
#include "base/err.h"

/* Share of the code that may be lost: 7, 15, 25, 30 %. The smaller it is, the smaller is the code. */
enum qr_level { QR_LEVEL_L, QR_LEVEL_M, QR_LEVEL_Q, QR_LEVEL_H };

enum {
    QR_SIZE_MIN = 21,
    QR_SIZE_MAX = 177,  /* modules of version 40 */
    QR_TEXT_MAX = 2953, /* bytes that version 40 holds at level L */
    QR_QUIET = 4        /* light modules around it that the standard asks for */
};

struct qr_code {
    int size;                  /* modules on each side */
    const unsigned char *dark; /* size * size, 1 for dark, row by row */
};

/* ERR_LIMIT if the text does not fit at that level; ERR_INVALID if it is empty. */
enum err_code qr_encode(struct qr_code *out, struct arena *a, struct str text, enum qr_level level,
                        struct err *err) MUST_USE;

/* Modules outside of the code are light. */
static inline bool
qr_is_dark(const struct qr_code *q, int row, int col)
{
    return row >= 0 && col >= 0 && row < q->size && col < q->size && q->dark[row * q->size + col];
}
#endif
