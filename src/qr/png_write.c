#include "qr/png_write.h"

#include "base/mem.h"
#include "qr/png_api.h"

/* One byte for a pixel, line by line. */
static unsigned char *
paint(const struct qr_code *q, int scale, int quiet, int side)
{
    unsigned char *pixels = mem_new((size_t)side, (size_t)side);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            pixels[(size_t)y * side + x] =
                qr_is_dark(q, y / scale - quiet, x / scale - quiet) ? 0 : 0xff;
    return pixels;
}

enum err_code
qr_png_write(const struct qr_code *q, int scale, int quiet, struct buf *out, struct err *err)
{
    if (scale < 1 || scale > QR_SCALE_MAX || quiet < 0 || quiet > QR_QUIET_MAX)
        return err_set(err, ERR_INVALID, "a picture of that size is not made");
    const struct png_api *png = png_api_load(err);
    if (!png)
        return err_failed(err);
    int side = (q->size + 2 * quiet) * scale;
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)side,
                       .height = (png_uint_32)side,
                       .format = PNG_FORMAT_GRAY};
    unsigned char *pixels = paint(q, scale, quiet, side);
    png_alloc_size_t size = (png_alloc_size_t)side * (png_alloc_size_t)side + 4096;
    unsigned char *file = mem_new(1, size);
    bool written = png->write(&image, file, &size, 0, pixels, 0, NULL) != 0;
    if (written)
        buf_add(out, file, size);
    mem_free(file);
    mem_free(pixels);
    if (!written || out->failed)
        return err_set(err, ERR_INTERNAL, "cannot write the picture");
    return ERR_OK;
}
