/*
 * An enrolment's picture on its way to the screen (goal C14): what the service sends is decoded, its
 * text encoded anew, and drawn in full size. Prints CPU microseconds of one such way, median of RUNS,
 * and the bytes of the drawing beside its cells.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "qr/enrolment.h"
#include "qr/layout.h"
#include "qr/png_write.h"
#include "tests/support/measure.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 101, SCALE = 6 };

/* As the service sends it. */
static void
picture(struct buf *url)
{
    struct arena a;
    struct qr_code q;
    struct buf png;
    arena_init(&a, 1 << 20);
    buf_init(&png, 1 << 20);
    if (qr_encode(&q, &a,
                  STR("otpauth://totp/Acme:ada%40acme.example?secret="
                      "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme"),
                  QR_LEVEL_L, NULL) ||
        qr_png_write(&q, SCALE, QR_QUIET, &png, NULL))
        exit(1);
    buf_add_text(url, "data:image/png;base64,");
    buf_add_base64(url, png.p, png.n);
    buf_fini(&png);
    arena_fini(&a);
}

/* Bytes and cells of the drawing are the same every time. */
static double
once(struct str sent, size_t *bytes, int *cells)
{
    struct arena a;
    struct buf out;
    struct qr_enrolment e;
    arena_init(&a, 8 << 20);
    buf_init(&out, 4 << 20);
    double start = measure_cpu_us();
    if (qr_enrolment_open(&e, &a, sent, NULL))
        exit(1);
    struct qr_fit fit = qr_fit_mode(&e.code, QR_FULL, QR_QUIET);
    struct qr_style style = {.ink = QR_INK_256, .eol = "\r\n", .erases = true};
    qr_write(&e.code, &fit, &style, &out);
    double took = measure_cpu_us() - start;
    *bytes = out.n;
    *cells = fit.rows * fit.cols;
    buf_fini(&out);
    arena_fini(&a);
    return took;
}

int
main(void)
{
    static double took[RUNS];
    struct buf url;
    size_t bytes = 0;
    int cells = 0;
    buf_init(&url, 1 << 20);
    picture(&url);
    (void)once(buf_str(&url), &bytes, &cells); /* loads the libraries */
    for (int i = 0; i < RUNS; i++)
        took[i] = once(buf_str(&url), &bytes, &cells);
    printf("qr.cpu_us %.0f\nqr.bytes %zu\nqr.cells %d\n", measure_part(took, RUNS, 0.5), bytes,
           cells);
    buf_fini(&url);
    return 0;
}
