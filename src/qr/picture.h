#ifndef QR_PICTURE_H
#define QR_PICTURE_H
/*
 * What a service sends as a QR code: a data:image/png;base64 URL, bare base64, or the text itself
 * (otpauth://...). The answer is the text in the code, read by libzbar; when it cannot be read, the
 * modules as they stand in the picture, so that it can be drawn all the same.
 *
 * Pictures come from elsewhere, so bytes, sides and pixels are capped before anything is unpacked.
 * Any thread; takes some milliseconds.
 */
#include "qr/code.h"

enum {
    QR_PICTURE_BYTES = 1 << 20, /* of the PNG file */
    QR_PICTURE_SIDE = 4096,     /* pixels */
    QR_PICTURE_TEXT = 2 * QR_PICTURE_BYTES
};

struct qr_picture {
    struct str text;     /* absent: could not be read */
    struct qr_code code; /* size 0: text was found, draw that */
};

/*
 * Text, data URL or base64. ERR_PARSE with one sentence that says what is wrong with it, ERR_LIMIT
 * if it is too large. Results live in the arena.
 */
enum err_code qr_picture_open(struct qr_picture *out, struct arena *a, struct str given,
                              struct err *err) MUST_USE;
/* The bytes of a PNG file. */
enum err_code qr_picture_read(struct qr_picture *out, struct arena *a, struct str png,
                              struct err *err) MUST_USE;
#endif
