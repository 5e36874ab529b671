/*
 * The modules of a code as they stand in a picture that was drawn by a program: upright, square,
 * whole pixels a module. The top line of the code begins with the seven dark modules of a corner
 * mark; that gives the size of a module, and the width then the number of modules. The three corner
 * marks must be where they belong, else it is no code.
 */
#include "qr/image.h"

#include "base/mem.h"

enum { CORNER = 7 };

static bool
is_dark(const struct qr_image *im, int x, int y)
{
    return qr_pixel(im, x, y) < 128;
}

struct box {
    int left, top, right, bottom; /* of the dark pixels, inclusive */
};

static bool
find_box(const struct qr_image *im, struct box *b)
{
    *b = (struct box){im->width, im->height, -1, -1};
    for (int y = 0; y < im->height; y++)
        for (int x = 0; x < im->width; x++) {
            if (!is_dark(im, x, y))
                continue;
            b->left = x < b->left ? x : b->left;
            b->right = x > b->right ? x : b->right;
            b->top = y < b->top ? y : b->top;
            b->bottom = y;
        }
    return b->right >= 0;
}

/* Modules a side; 0 if the box cannot be a code. */
static int
count_modules(const struct qr_image *im, const struct box *b)
{
    int width = b->right - b->left + 1, height = b->bottom - b->top + 1, run = 0;
    while (run < width && is_dark(im, b->left + run, b->top))
        run++;
    if (width != height || run < CORNER)
        return 0;
    int size = (width * CORNER + run / 2) / run;
    bool known = size >= QR_SIZE_MIN && size <= QR_SIZE_MAX && (size - 17) % 4 == 0;
    return known ? size : 0;
}

/* A corner mark: a dark ring, a light one inside, a dark square of three. */
static bool
is_corner(const struct qr_code *q, int row, int col)
{
    for (int r = 0; r < CORNER; r++)
        for (int c = 0; c < CORNER; c++) {
            int ring = r < c ? r : c;
            int far = CORNER - 1 - (r > c ? r : c);
            ring = ring < far ? ring : far;
            if (qr_is_dark(q, row + r, col + c) != (ring != 1))
                return false;
        }
    return true;
}

enum err_code
qr_sample(const struct qr_image *im, struct arena *a, struct qr_code *out, struct err *err)
{
    struct box b;
    int size = find_box(im, &b) ? count_modules(im, &b) : 0;
    if (size == 0)
        return err_set(err, ERR_NOT_FOUND, "no QR code found");
    int width = b.right - b.left + 1;
    unsigned char *dark = ARENA_ARRAY(a, (size_t)size * (size_t)size, unsigned char);
    for (int row = 0; row < size; row++)
        for (int col = 0; col < size; col++)
            dark[row * size + col] = is_dark(im, b.left + (2 * col + 1) * width / (2 * size),
                                             b.top + (2 * row + 1) * width / (2 * size));
    *out = (struct qr_code){.size = size, .dark = dark};
    if (is_corner(out, 0, 0) && is_corner(out, 0, size - CORNER) &&
        is_corner(out, size - CORNER, 0))
        return ERR_OK;
    out->size = 0;
    return err_set(err, ERR_NOT_FOUND, "no QR code found");
}
