#include "qr/code.h"

#include <errno.h>
#include <qrencode.h>

static enum err_code
refuse(struct str text, enum qr_level level, struct err *err)
{
    if (errno == ERANGE)
        return err_set(err, ERR_LIMIT,
                       "%zu bytes do not fit into a QR code of this level; at most %d do", text.n,
                       level == QR_LEVEL_L ? QR_TEXT_MAX : QR_TEXT_MAX * 3 / 4);
    return err_set_errno(err, ERR_INTERNAL, errno, "cannot make the QR code");
}

enum err_code
qr_encode(struct qr_code *out, struct arena *a, struct str text, enum qr_level level,
          struct err *err)
{
    static const QRecLevel levels[] = {
        [QR_LEVEL_L] = QR_ECLEVEL_L,
        [QR_LEVEL_M] = QR_ECLEVEL_M,
        [QR_LEVEL_Q] = QR_ECLEVEL_Q,
        [QR_LEVEL_H] = QR_ECLEVEL_H,
    };
    if (text.n == 0)
        return err_set(err, ERR_INVALID, "there is no text to draw as a QR code");
    if (text.n > QR_TEXT_MAX) {
        errno = ERANGE;
        return refuse(text, level, err);
    }
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, levels[level]);
    if (!code)
        return refuse(text, level, err);
    size_t n = (size_t)code->width * (size_t)code->width;
    unsigned char *dark = ARENA_ARRAY(a, n, unsigned char);
    for (size_t i = 0; i < n; i++)
        dark[i] = code->data[i] & 1;
    *out = (struct qr_code){.size = code->width, .dark = dark};
    QRcode_free(code);
    return ERR_OK;
}
