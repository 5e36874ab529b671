/*
 * Any bytes as what a service sends for a QR code: a picture file, or a data URL and the like. The
 * reader must come to an end within its limits; a text that it gives is UTF-8, a code has one of the
 * known sizes.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "qr/otpauth.h"
#include "qr/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const struct qr_picture *p, struct arena *a)
{
    if (str_given(p->text)) {
        ASSERT(utf8_valid(p->text));
        struct otpauth o;
        struct buf out;
        buf_init(&out, 4 * OTPAUTH_MAX);
        if (otpauth_parse(p->text, a, &o, NULL) == ERR_OK)
            otpauth_write(&o, &out);
        buf_fini(&out);
        return;
    }
    ASSERT(p->code.size >= QR_SIZE_MIN && p->code.size <= QR_SIZE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    struct qr_picture p;
    struct arena a;
    arena_init(&a, 8 << 20);
    if (qr_picture_read(&p, &a, s, NULL) == ERR_OK)
        look(&p, &a);
    if (qr_picture_open(&p, &a, s, NULL) == ERR_OK)
        look(&p, &a);
    arena_fini(&a);
    return 0;
}
