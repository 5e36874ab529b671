#ifndef QR_PNG_WRITE_H
#define QR_PNG_WRITE_H
/* A QR code as a picture: grey PNG, black on white, with its quiet zone. Any thread. */
#include "base/buf.h"
#include "qr/code.h"

enum { QR_SCALE_MAX = 16, QR_QUIET_MAX = 16 };

/* Appends the PNG: `scale` pixels for a module (1 to QR_SCALE_MAX), `quiet` light modules around. */
enum err_code qr_png_write(const struct qr_code *q, int scale, int quiet, struct buf *out,
                           struct err *err) MUST_USE;
#endif
