/* Pictures of QR codes in every form a service may send, and those that are none. */
#include "base/buf.h"
#include "base/mem.h"
#include "qr/picture.h"
#include "qr/png_write.h"
#include "tests/support/unit.h"

#include <png.h>
#include <stdlib.h>

#define TEXT "otpauth://totp/B%C3%BCro:ada%40acme.example?secret=JBSWY3DPEHPK3PXP&issuer=B%C3%BCro"

static struct arena a;
static struct err err;
static struct qr_code code;

/* ---- making pictures ---- */

struct form {
    const char *name;
    int depth, colour, scale, quiet;
};

static void
append(png_structp png, png_bytep bytes, png_size_t n)
{
    buf_add(png_get_io_ptr(png), bytes, n);
}

/* Puts the sample `value` of `bits` bits at place `i` of a row. */
static void
put_bits(unsigned char *row, size_t i, int bits, unsigned value)
{
    size_t at = i * (size_t)bits;
    for (int b = 0; b < bits; b++, at++)
        if (value >> (bits - 1 - b) & 1)
            row[at / 8] |= (unsigned char)(0x80 >> at % 8);
}

static void
put_pixel(unsigned char *row, size_t x, const struct form *f, bool dark)
{
    unsigned most = (1u << f->depth) - 1;
    bool alpha = f->colour & PNG_COLOR_MASK_ALPHA, palette = f->colour == PNG_COLOR_TYPE_PALETTE;
    size_t channels = (f->colour & PNG_COLOR_MASK_COLOR && !palette ? 3 : 1) + (alpha ? 1 : 0);
    for (size_t ch = 0; ch < channels; ch++) {
        unsigned value = dark ? 0 : most;
        if (palette)
            value = dark ? 1 : 0;
        /* Light is transparent black: only what lies below makes it light. */
        if (alpha)
            value = ch == channels - 1 && dark ? most : 0;
        put_bits(row, x * channels + ch, f->depth, value);
    }
}

static struct str
picture(const struct form *f)
{
    static struct buf out;
    buf_fini(&out);
    buf_init(&out, 64 << 20);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &out, append, NULL);
    int side = (code.size + 2 * f->quiet) * f->scale;
    png_set_IHDR(png, info, (png_uint_32)side, (png_uint_32)side, f->depth, f->colour,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_color colours[2] = {{255, 255, 255}, {0, 0, 0}};
    if (f->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, colours, 2);
    png_write_info(png, info);
    unsigned char *row = calloc((size_t)side, 8);
    for (int y = 0; y < side; y++) {
        memset(row, 0, (size_t)side * 8);
        for (int x = 0; x < side; x++)
            put_pixel(row, (size_t)x, f,
                      qr_is_dark(&code, y / f->scale - f->quiet, x / f->scale - f->quiet));
        png_write_row(png, row);
    }
    free(row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return buf_str(&out);
}

/* ---- reading them ---- */

static const struct form FORMS[] = {
    {"grey 1", 1, PNG_COLOR_TYPE_GRAY, 4, 4},
    {"grey 2", 2, PNG_COLOR_TYPE_GRAY, 4, 4},
    {"grey 4", 4, PNG_COLOR_TYPE_GRAY, 4, 4},
    {"grey 8", 8, PNG_COLOR_TYPE_GRAY, 4, 4},
    {"grey 16", 16, PNG_COLOR_TYPE_GRAY, 4, 4},
    {"grey and alpha", 8, PNG_COLOR_TYPE_GRAY_ALPHA, 4, 4},
    {"palette 1", 1, PNG_COLOR_TYPE_PALETTE, 4, 4},
    {"palette 8", 8, PNG_COLOR_TYPE_PALETTE, 4, 4},
    {"rgb", 8, PNG_COLOR_TYPE_RGB, 4, 4},
    {"rgba", 8, PNG_COLOR_TYPE_RGB_ALPHA, 4, 4},
    {"rgba 16", 16, PNG_COLOR_TYPE_RGB_ALPHA, 4, 4},
    {"one pixel a module", 8, PNG_COLOR_TYPE_GRAY, 1, 4},
    {"two pixels a module", 1, PNG_COLOR_TYPE_GRAY, 2, 4},
    {"large", 1, PNG_COLOR_TYPE_GRAY, 40, 4},
    {"no border", 8, PNG_COLOR_TYPE_GRAY, 5, 0},
    {"no border, one pixel", 8, PNG_COLOR_TYPE_GRAY, 1, 0},
    {"border of one", 8, PNG_COLOR_TYPE_RGB, 3, 1},
};

static void
every_form_gives_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FORMS); i++) {
        struct qr_picture got;
        if (qr_picture_read(&got, &a, picture(&FORMS[i]), &err))
            fail_msg("%s: %s", FORMS[i].name, err.msg);
        if (!str_eq(got.text, STR(TEXT)))
            fail_msg("%s: read \"%.*s\"", FORMS[i].name, STR_ARG(got.text));
    }
}

static struct str
as_url(struct str file)
{
    static struct buf url;
    buf_fini(&url);
    buf_init(&url, 64 << 20);
    buf_add_text(&url, "data:image/png;base64,");
    buf_add_base64(&url, file.p, file.n);
    return buf_str(&url);
}

static void
what_services_send_is_understood(void **state)
{
    (void)state;
    struct qr_picture got;
    struct str url = as_url(picture(&FORMS[0]));
    assert_int_equal(qr_picture_open(&got, &a, url, &err), ERR_OK);
    assert_str(got.text, TEXT);
    assert_int_equal(qr_picture_open(&got, &a, str_sub(url, 22, url.n), &err), ERR_OK);
    assert_str(got.text, TEXT);
    assert_int_equal(qr_picture_open(&got, &a, STR("  " TEXT "\n"), &err), ERR_OK);
    assert_str(got.text, TEXT);
}

static void
what_is_none_is_said_in_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *given, *says;
        enum err_code code;
    } rows[] = {
        {"", "neither a PNG picture nor an otpauth", ERR_PARSE},
        {"hello", "neither a PNG picture nor an otpauth", ERR_PARSE},
        {"data:image/jpeg;base64,AAAA", "another kind than PNG", ERR_PARSE},
        {"data:image/png;base64,", "not a PNG", ERR_PARSE},
        {"data:image/png;base64,AAAA", "not a PNG", ERR_PARSE},
        {"data:image/png;base64,iVBOR*", "not proper base64", ERR_PARSE},
        {"data:image/png;base64,iVBORw0KGg", "not proper base64", ERR_PARSE},
        {"iVBORw0KGgoAAAAN", "not a PNG", ERR_PARSE},
        {"otpauth://totp/\xff", "not UTF-8", ERR_PARSE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct qr_picture got;
        assert_int_equal(qr_picture_open(&got, &a, str_of(rows[i].given), &err), rows[i].code);
        if (!strstr(err.msg, rows[i].says))
            fail_msg("%s: %s", rows[i].given, err.msg);
    }
}

static void
damage_at_any_byte_is_survived(void **state)
{
    (void)state;
    char *copy;
    struct str whole = picture(&FORMS[3]);
    struct qr_picture got;
    for (size_t n = 0; n < whole.n; n += n < 64 ? 1 : 7)
        if (qr_picture_read(&got, &a, str_sub(whole, 0, n), &err) == ERR_OK)
            assert_str(got.text, TEXT);
    assert_int_equal(qr_picture_read(&got, &a, str_sub(whole, 0, whole.n / 2), &err), ERR_PARSE);
    copy = malloc(whole.n);
    for (size_t i = 0; i < whole.n; i += 3) {
        memcpy(copy, whole.p, whole.n);
        copy[i] = (char)(copy[i] ^ 0x41);
        if (qr_picture_read(&got, &a, (struct str){copy, whole.n}, &err) == ERR_OK && got.text.p)
            assert_str(got.text, TEXT);
    }
    free(copy);
}

/* A file of some kilobytes that says it is gigapixels, and one that is too long to begin with. */
static void
bombs_are_refused_before_they_unpack(void **state)
{
    (void)state;
    struct qr_picture got;
    struct str whole = picture(&FORMS[0]);
    char *copy = malloc(whole.n);
    memcpy(copy, whole.p, whole.n);
    memcpy(copy + 16, "\x7f\xff\xff\xff\x7f\xff\xff\xff", 8);
    assert_true(qr_picture_read(&got, &a, (struct str){copy, whole.n}, &err) != ERR_OK);
    free(copy);
    struct form huge = FORMS[0];
    huge.scale = QR_PICTURE_SIDE / (code.size + 8) + 1;
    whole = picture(&huge);
    assert_true(whole.n < 200000);
    assert_int_equal(qr_picture_read(&got, &a, whole, &err), ERR_LIMIT);
    static char zeros[QR_PICTURE_BYTES + 1];
    assert_int_equal(qr_picture_read(&got, &a, (struct str){zeros, sizeof zeros}, &err), ERR_LIMIT);
    char *text = malloc(10 << 20);
    memset(text, 'A', 10 << 20);
    assert_int_equal(qr_picture_open(&got, &a, (struct str){text, 10 << 20}, &err), ERR_LIMIT);
    free(text);
}

/* A code that no reader takes (its format bits are destroyed) is still drawn as it came. */
static void
modules_are_sampled_when_nothing_can_be_read(void **state)
{
    (void)state;
    struct qr_code good = code;
    unsigned char *dark = malloc((size_t)(code.size * code.size));
    memcpy(dark, code.dark, (size_t)(code.size * code.size));
    for (int i = 8; i < code.size - 8; i++)
        for (int j = 8; j < code.size; j++)
            dark[i * code.size + j] = (unsigned char)((i * 7 + j * 3) % 5 < 2);
    code.dark = dark;
    for (int scale = 1; scale <= 9; scale += 4)
        for (int quiet = 0; quiet <= 4; quiet += 4) {
            struct form f = {"broken", 8, PNG_COLOR_TYPE_GRAY, scale, quiet};
            struct qr_picture got;
            if (qr_picture_read(&got, &a, picture(&f), &err))
                fail_msg("scale %d, quiet %d: %s", scale, quiet, err.msg);
            assert_false(str_given(got.text));
            assert_int_equal(got.code.size, code.size);
            assert_memory_equal(got.code.dark, dark, code.size * code.size);
        }
    /* A picture of something else is no code. */
    memset(dark, 1, (size_t)(code.size * code.size));
    struct form f = {"black", 8, PNG_COLOR_TYPE_GRAY, 4, 4};
    struct qr_picture got;
    assert_int_equal(qr_picture_read(&got, &a, picture(&f), &err), ERR_PARSE);
    memset(dark, 0, (size_t)(code.size * code.size));
    assert_int_equal(qr_picture_read(&got, &a, picture(&f), &err), ERR_PARSE);
    free(dark);
    code = good;
}

static void
our_own_pictures_are_read(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(qr_png_write(&code, 6, QR_QUIET, &out, &err), ERR_OK);
    struct qr_picture got;
    assert_int_equal(qr_picture_read(&got, &a, buf_str(&out), &err), ERR_OK);
    assert_str(got.text, TEXT);
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_the_text),
        cmocka_unit_test(what_services_send_is_understood),
        cmocka_unit_test(what_is_none_is_said_in_a_sentence),
        cmocka_unit_test(damage_at_any_byte_is_survived),
        cmocka_unit_test(bombs_are_refused_before_they_unpack),
        cmocka_unit_test(modules_are_sampled_when_nothing_can_be_read),
        cmocka_unit_test(our_own_pictures_are_read),
    };
    arena_init(&a, 64 << 20);
    if (qr_encode(&code, &a, STR(TEXT), QR_LEVEL_L, &err))
        return 1;
    int failed = cmocka_run_group_tests_name("picture", tests, NULL, NULL);
    arena_fini(&a);
    return failed;
}
