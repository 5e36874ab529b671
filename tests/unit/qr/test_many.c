/*
 * Random key URIs (UTF-8 issuers, percent signs, the longest) drawn through a pseudo terminal in every
 * way there is, turned into a picture as a camera would see it, and read by libzbar: equal, all of
 * them. TEST_QR_ROUNDS sets how many (200).
 */
#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "qr/image.h"
#include "qr/layout.h"
#include "qr/otpauth.h"
#include "tests/support/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { CELL_W = 4, CELL_H = 8, SIDE = 420, ROUNDS = 200 };

static struct arena a;
static struct err err;
static uint64_t seed = 20261127;

static uint32_t
draw_number(uint32_t limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % limit;
}

static void
add_random_text(struct buf *out, uint32_t most)
{
    static const char *const pieces[] = {"a",
                                         "Z",
                                         "7",
                                         "%",
                                         ":",
                                         "/",
                                         "?",
                                         "&",
                                         " ",
                                         "@",
                                         "\xc3\xbc",
                                         "\xe6\xbc\xa2",
                                         "\xf0\x9f\x94\x91",
                                         "\"",
                                         "+",
                                         "=",
                                         "#",
                                         "\xd0\x96",
                                         "-",
                                         "."};
    for (uint32_t n = draw_number(most); n > 0; n--)
        buf_add_text(out, pieces[draw_number(COUNT_OF(pieces))]);
}

/* A URI as a service would write it; every tenth is as long as a code can hold at level L. */
static struct str
random_uri(int round)
{
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct buf issuer, account, secret, uri;
    buf_init(&issuer, 4096);
    buf_init(&account, 4096);
    buf_init(&secret, 4096);
    buf_init(&uri, 65536);
    add_random_text(&issuer, round % 10 == 9 ? 40 : 12);
    add_random_text(&account, round % 10 == 9 ? 80 : 24);
    for (uint32_t n = 1 + draw_number(round % 10 == 9 ? 200 : 52); n > 0; n--)
        buf_add_char(&secret, base32[draw_number(32)]);
    struct otpauth o = {.issuer = buf_str(&issuer),
                        .account = buf_str(&account),
                        .secret = buf_str(&secret),
                        .algorithm = draw_number(4) ? STR("SHA1") : STR("SHA256"),
                        .digits = draw_number(4) ? 6 : 8,
                        .period = draw_number(4) ? 30 : 60};
    otpauth_write(&o, &uri);
    struct str out = arena_str(&a, buf_str(&uri));
    buf_fini(&issuer);
    buf_fini(&account);
    buf_fini(&secret);
    buf_fini(&uri);
    return out;
}

/* ---- through a terminal ---- */

static int master, slave;

static void
open_terminal(void)
{
    master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
}

/* What comes out at the other end; the line discipline turns "\n" into "\r\n". */
static void
through(struct str bytes, struct buf *out)
{
    char block[4096];
    while (bytes.n) {
        ssize_t n = write(slave, bytes.p, bytes.n < 1024 ? bytes.n : 1024);
        assert_true(n > 0);
        bytes = str_sub(bytes, (size_t)n, bytes.n);
        while ((n = read(master, block, sizeof block)) > 0)
            buf_add(out, block, (size_t)n);
    }
}

/* ---- what a camera sees ---- */

struct screen {
    struct qr_image image;
    int row, col, cols;
    bool coloured, light; /* colours were set; the background as it stands */
    bool base;            /* the background when nothing is in reverse: light? */
};

static void
paint_half(struct screen *s, int half, bool light)
{
    for (int y = 0; y < CELL_H / 2; y++)
        for (int x = 0; x < CELL_W; x++)
            s->image
                .grey[(size_t)(s->row * CELL_H + half * CELL_H / 2 + y) * (size_t)s->image.width +
                      (size_t)(s->col * CELL_W + x)] = light ? 255 : 0;
}

static void
sequence(struct screen *s, struct str params)
{
    /* The background decides; foreground is always its opposite. */
    bool light = str_find(params, STR("48;2;255")) >= 0 || str_find(params, STR("48;5;231")) >= 0 ||
                 str_starts(params, STR("107")) || str_starts(params, STR("47"));
    if (str_eq(params, STR("0")))
        s->coloured = s->light = s->base = false;
    else if (str_eq(params, STR("7")))
        s->light = !s->base;
    else if (str_eq(params, STR("27")))
        s->light = s->base;
    else
        s->coloured = s->light = s->base = light;
}

/* EL fills with the background, whatever is in reverse. */
static void
erase_line(struct screen *s)
{
    int col = s->col;
    for (; s->col < s->cols; s->col++) {
        paint_half(s, 0, s->base);
        paint_half(s, 1, s->base);
    }
    s->col = col;
}

/* The sequence that begins here; returns its length. */
static size_t
escape(struct screen *s, struct str bytes)
{
    size_t end = 2;
    while (end < bytes.n && (bytes.p[end] == ';' || (bytes.p[end] >= '0' && bytes.p[end] <= '9')))
        end++;
    assert_true(bytes.n > 2 && bytes.p[1] == '[' && end < bytes.n);
    struct str params = str_sub(bytes, 2, end);
    int64_t n = 1;
    if (bytes.p[end] == 'm') {
        sequence(s, params);
    } else if (bytes.p[end] == 'K') {
        assert_int_equal(params.n, 0);
        erase_line(s);
    } else {
        assert_int_equal(bytes.p[end], 'C');
        assert_true(str_to_i64(params, &n));
        s->col += (int)n;
    }
    return end + 1;
}

static void
glyph(struct screen *s, uint32_t cp, bool ascii)
{
    bool paper = ascii || s->light, ink = !paper;
    if (cp == '#')
        paper = ink;
    paint_half(s, 0, cp == 0x2580 ? ink : paper);
    paint_half(s, 1, cp == 0x2584 ? ink : paper);
    s->col++;
}

static void
show(struct screen *s, struct str bytes, bool ascii)
{
    memset(s->image.grey, ascii ? 255 : 0, (size_t)s->image.width * (size_t)s->image.height);
    s->row = s->col = 0;
    while (bytes.n) {
        uint32_t cp;
        size_t n = utf8_decode(bytes, &cp);
        assert_true(n > 0);
        if (cp == 033) {
            n = escape(s, bytes);
        } else if (cp == '\n') {
            s->row++;
        } else if (cp == '\r') {
            s->col = 0;
        } else {
            glyph(s, cp, ascii);
        }
        bytes = str_sub(bytes, n, bytes.n);
    }
}

static void
one(int round, struct screen *s)
{
    static const struct {
        enum qr_mode mode;
        enum qr_ink ink;
        bool erases;
    } ways[] = {
        {QR_HALF, QR_INK_256, false}, {QR_HALF, QR_INK_RGB, false},
        {QR_FULL, QR_INK_8, false},   {QR_HALF, QR_INK_16, false},
        {QR_FULL, QR_INK_RGB, true},  {QR_FULL, QR_INK_REVERSE, false},
        {QR_FULL, QR_INK_256, true},  {QR_ASCII, QR_INK_NONE, false},
        {QR_HALF, QR_INK_256, true},  {QR_FULL, QR_INK_16, true},
        {QR_HALF, QR_INK_8, true},
    };
    size_t way = (size_t)round % COUNT_OF(ways);
    struct str uri = random_uri(round);
    struct qr_code q;
    assert_int_equal(qr_encode(&q, &a, uri, QR_LEVEL_L, &err), ERR_OK);
    struct qr_fit fit = qr_fit_mode(&q, ways[way].mode, round % 3 ? 4 : 2);
    struct qr_style style = {.ink = ways[way].ink,
                             .eol = "\n",
                             .upper_glyph = round % 2,
                             .cols = 10,
                             .erases = ways[way].erases};
    struct buf drawn, seen;
    buf_init(&drawn, 4 << 20);
    buf_init(&seen, 8 << 20);
    qr_write(&q, &fit, &style, &drawn);
    through(buf_str(&drawn), &seen);
    s->cols = fit.cols;
    s->image.width = fit.cols * CELL_W;
    s->image.height = (fit.rows + 1) * CELL_H;
    show(s, buf_str(&seen), style.ink == QR_INK_NONE);
    struct str text = {NULL, 0};
    if (qr_scan(&s->image, 1, &a, &text, &err) || !str_eq(text, uri))
        fail_msg("round %d, way %zu: %s; drawn \"%.*s\", read \"%.*s\"", round, way, err.msg,
                 STR_ARG(uri), STR_ARG(text));
    buf_fini(&seen);
    buf_fini(&drawn);
    arena_reset(&a);
}

static void
all_are_read_as_they_were_drawn(void **state)
{
    (void)state;
    const char *wanted = getenv("TEST_QR_ROUNDS");
    int64_t rounds = ROUNDS;
    if (wanted)
        assert_true(str_to_i64(str_of(wanted), &rounds));
    struct screen s = {.image.grey = calloc(SIDE * CELL_W, SIDE * CELL_H)};
    open_terminal();
    for (int i = 0; i < rounds; i++)
        one(i, &s);
    free(s.image.grey);
    close(slave);
    close(master);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_are_read_as_they_were_drawn)};
    arena_init(&a, 4 << 20);
    int failed = cmocka_run_group_tests_name("many", tests, NULL, NULL);
    arena_fini(&a);
    return failed;
}
