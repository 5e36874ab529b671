#include "qr/picture.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "qr/image.h"
#include "qr/otpauth.h"
#include "qr/png_api.h"

#define DATA_URL "data:image/png;base64,"

enum { MODULE_PIXELS = 3 };

/* ---- from PNG to grey ---- */

static enum err_code
unpack(const struct png_api *png, png_image *image, struct str file, struct qr_image *out,
       struct err *err)
{
    if (!png->begin_read(image, file.p, file.n))
        return err_set(err, ERR_PARSE, "the picture is not a PNG that can be read");
    if (image->width > QR_PICTURE_SIDE || image->height > QR_PICTURE_SIDE)
        return err_set(err, ERR_LIMIT, "the picture is larger than %d pixels a side",
                       QR_PICTURE_SIDE);
    image->format = PNG_FORMAT_GRAY;
    out->width = (int)image->width;
    out->height = (int)image->height;
    out->grey = mem_new(image->width, image->height);
    /* What is transparent lies on paper. */
    png_color white = {255, 255, 255};
    if (!png->finish_read(image, &white, out->grey, 0, NULL))
        return err_set(err, ERR_PARSE, "the picture is damaged or incomplete");
    return ERR_OK;
}

/* What a program has drawn is read from its modules: as a picture of a few pixels for each it takes
 * a fraction of the time. */
static enum err_code
scan_modules(const struct qr_code *q, struct arena *a, struct str *text, struct err *err)
{
    int side = (q->size + 2 * QR_QUIET) * MODULE_PIXELS;
    struct qr_image im = {.width = side, .height = side};
    im.grey = mem_new((size_t)side, (size_t)side);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            im.grey[(size_t)y * (size_t)side + (size_t)x] =
                qr_is_dark(q, y / MODULE_PIXELS - QR_QUIET, x / MODULE_PIXELS - QR_QUIET) ? 0 : 255;
    enum err_code rc = qr_scan(&im, MODULE_PIXELS, a, text, err);
    mem_free(im.grey);
    return rc;
}

static enum err_code
look(const struct qr_image *im, struct arena *a, struct qr_picture *out, struct err *err)
{
    bool sampled = qr_sample(im, a, &out->code, NULL) == ERR_OK;
    enum err_code rc = ERR_NOT_FOUND;
    if (sampled)
        rc = scan_modules(&out->code, a, &out->text, err);
    if (rc)
        rc = qr_scan(im, 1, a, &out->text, err);
    if (!rc && utf8_valid(out->text)) {
        out->code.size = 0;
        return ERR_OK;
    }
    out->text = STR_ABSENT;
    if (sampled)
        return ERR_OK;
    return rc && rc != ERR_NOT_FOUND
               ? rc
               : err_set(err, ERR_PARSE, "there is no QR code in the picture that can be read");
}

enum err_code
qr_picture_read(struct qr_picture *out, struct arena *a, struct str file, struct err *err)
{
    *out = (struct qr_picture){.text = {NULL, 0}};
    if (file.n > QR_PICTURE_BYTES)
        return err_set(err, ERR_LIMIT, "the picture is larger than %d KiB",
                       QR_PICTURE_BYTES / 1024);
    const struct png_api *png = png_api_load(err);
    if (!png)
        return err_failed(err);
    png_image image = {.version = PNG_IMAGE_VERSION};
    struct qr_image im = {.grey = NULL};
    enum err_code rc = unpack(png, &image, file, &im, err);
    png->image_free(&image);
    if (!rc)
        rc = look(&im, a, out, err);
    mem_free(im.grey);
    return rc;
}

/* ---- from what a service sends ---- */

static enum err_code
read_base64(struct qr_picture *out, struct arena *a, struct str text, struct err *err)
{
    struct buf file;
    buf_init(&file, QR_PICTURE_TEXT);
    enum err_code rc = buf_add_unbase64(&file, text)
                           ? qr_picture_read(out, a, buf_str(&file), err)
                           : err_set(err, ERR_PARSE, "the picture is not proper base64");
    buf_fini(&file);
    return rc;
}

enum err_code
qr_picture_open(struct qr_picture *out, struct arena *a, struct str given, struct err *err)
{
    *out = (struct qr_picture){.text = {NULL, 0}};
    struct str s = str_trim(given);
    if (s.n > QR_PICTURE_TEXT)
        return err_set(err, ERR_LIMIT, "the QR code is larger than %d KiB", QR_PICTURE_TEXT / 1024);
    if (otpauth_is(s)) {
        if (!utf8_valid(s))
            return err_set(err, ERR_PARSE, "the key URI is not UTF-8");
        out->text = arena_str(a, s);
        return ERR_OK;
    }
    size_t head = sizeof DATA_URL - 1;
    if (s.n >= head && str_eq_nocase(str_sub(s, 0, head), STR(DATA_URL)))
        return read_base64(out, a, str_sub(s, head, s.n), err);
    if (str_starts(s, STR("data:")))
        return err_set(err, ERR_PARSE, "the QR code is a picture of another kind than PNG");
    /* Base64 of the eight bytes that every PNG begins with. */
    if (str_starts(s, STR("iVBORw0KGgo")))
        return read_base64(out, a, s, err);
    return err_set(err, ERR_PARSE, "the QR code is neither a PNG picture nor an otpauth:// text");
}
