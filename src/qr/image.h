#ifndef QR_IMAGE_H
#define QR_IMAGE_H
/* A grey picture in memory, between picture.c, which gets it, and scan.c and sample.c, which look
 * at it. Owned by whoever made it; one thread at a time. */
#include "qr/code.h"

struct qr_image {
    int width, height;
    unsigned char *grey; /* one byte a pixel, 0 is black; mem_free */
};

static inline unsigned char
qr_pixel(const struct qr_image *im, int x, int y)
{
    return im->grey[(size_t)y * (size_t)im->width + (size_t)x];
}

/* The text of the one QR code in it, in the arena; looks at every `step`th line. ERR_NOT_FOUND if
 * none can be read. */
enum err_code qr_scan(const struct qr_image *im, int step, struct arena *a, struct str *out,
                      struct err *err) MUST_USE;
/* The modules of an upright, undistorted code that fills the picture up to a light border. */
enum err_code qr_sample(const struct qr_image *im, struct arena *a, struct qr_code *out,
                        struct err *err) MUST_USE;
#endif
