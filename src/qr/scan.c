/* Reading a code with libzbar. */
#include "qr/image.h"

#include "base/mem.h"
#include "qr/zbar_api.h"

enum {
    BORDER = 16, /* pixels of light around: pictures come with tight borders */
    LARGE = 400, /* smaller pictures are enlarged to about this */
    SIDE_MAX = 8192,
    Y800 = 0x30303859 /* the four letters as libzbar wants them */
};

/* A larger copy with a border; modules of one pixel are below what zbar looks for. */
static struct qr_image
frame(const struct qr_image *im)
{
    int longest = im->width > im->height ? im->width : im->height;
    int scale = longest >= LARGE ? 1 : LARGE / longest + 1;
    struct qr_image out = {.width = im->width * scale + 2 * BORDER,
                           .height = im->height * scale + 2 * BORDER};
    out.grey = mem_new((size_t)out.width, (size_t)out.height);
    memset(out.grey, 0xff, (size_t)out.width * (size_t)out.height);
    for (int y = 0; y < im->height * scale; y++) {
        unsigned char *row = out.grey + (size_t)(y + BORDER) * (size_t)out.width + BORDER;
        for (int x = 0; x < im->width * scale; x++)
            row[x] = qr_pixel(im, x / scale, y / scale);
    }
    return out;
}

static enum err_code
scan(const struct zbar_api *z, zbar_image_scanner_t *scanner, zbar_image_t *image, struct arena *a,
     struct str *out, struct err *err)
{
    z->scanner_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    z->scanner_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    z->scanner_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1); /* no guessing of encodings */
    const zbar_symbol_t *found = z->scan(scanner, image) > 0 ? z->first(image) : NULL;
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "no QR code found");
    if (z->next(found))
        return err_set(err, ERR_PARSE, "there is more than one QR code in the picture");
    *out = arena_str(a, (struct str){z->text(found), z->text_size(found)});
    return ERR_OK;
}

enum err_code
qr_scan(const struct qr_image *im, int step, struct arena *a, struct str *out, struct err *err)
{
    const struct zbar_api *z = zbar_api_load(err);
    if (!z)
        return err_failed(err);
    if (im->width <= 0 || im->height <= 0 || im->width > SIDE_MAX || im->height > SIDE_MAX)
        return err_set(err, ERR_NOT_FOUND, "no QR code found");
    struct qr_image framed = frame(im);
    zbar_image_scanner_t *scanner = z->scanner_create();
    zbar_image_t *image = z->image_create();
    z->scanner_config(scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, step);
    z->scanner_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, step);
    z->image_format(image, Y800);
    z->image_size(image, (unsigned)framed.width, (unsigned)framed.height);
    z->image_data(image, framed.grey, (unsigned long)framed.width * (unsigned long)framed.height,
                  NULL);
    enum err_code rc = scan(z, scanner, image, a, out, err);
    z->image_destroy(image);
    z->scanner_destroy(scanner);
    mem_free(framed.grey);
    return rc;
}
