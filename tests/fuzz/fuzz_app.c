/*
 * Random keys, pastes, sizes and late answers into the console. It must never crash, never put a
 * control byte on the screen, keep cursors inside their lists, and never delete without the key
 * that confirms it.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "tests/unit/ui/fake/bench.h"
#include "ui/table.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { KEYS_MAX = 400 };

static const uint32_t special[] = {
    K_UP,         K_DOWN,       K_LEFT,   K_RIGHT,      K_HOME,       K_END,
    K_PGUP,       K_PGDN,       K_DELETE, K_BACKSPACE,  K_TAB,        K_SHIFT | K_TAB,
    K_ENTER,      K_ENTER,      K_ESC,    K_CTRL | 'c', K_CTRL | 'u', K_CTRL | 'w',
    K_CTRL | 'f', K_CTRL | 'l', K_F1,     K_F1 + 4,     0x4f50,       0x301};

static void
check_screen(struct bench *b)
{
    struct canvas *cv = &b->canvas;
    canvas_clear(cv, ROLE_TEXT);
    app_draw(&b->app, cv);
    for (int i = 0; i < cv->rows * cv->cols; i++) {
        const struct cell *c = &cv->cells[i];
        for (size_t k = 0; c->text[k]; k++)
            ASSERT((unsigned char)c->text[k] >= 0x20 && c->text[k] != 0x7f);
        ASSERT(c->role < ROLE_COUNT);
    }
    const struct pane *view = app_view(&b->app);
    if (table_is(view)) {
        const struct table *t = (const struct table *)view;
        ASSERT(t->cursor == 0 || t->cursor < table_len(t));
        ASSERT(rows_loaded(&t->rows) <= (size_t)ROWS_PER_PAGE * ROWS_PAGES);
    }
    ASSERT(b->app.n <= APP_PANES_MAX);
}

static void
resize(struct bench *b, uint8_t how)
{
    static const int sizes[][2] = {{24, 80}, {12, 40}, {50, 200}, {1, 1}, {5, 30}, {15, 60}};
    const int *size = sizes[how % (sizeof sizes / sizeof sizes[0])];
    canvas_resize(&b->canvas, size[0], size[1]);
    app_resize(&b->app, size[0], size[1]);
}

/* One byte of input: a key, or something that happens around the keys. */
static void
step(struct bench *b, uint8_t byte, bool *confirming)
{
    uint32_t key = byte;
    if (byte >= 0xf8)
        resize(b, byte);
    else if (byte >= 0xf0)
        fake_settle(b->client, (size_t)(byte & 7) + 1);
    else if (byte == 0xef)
        app_paste(&b->app, STR("dDxX\n\x01 pasted \xe4\xbd\x90"), false);
    else if (byte == 0xee)
        app_tick(&b->app);
    else if (byte >= 0x80)
        key = special[byte % (sizeof special / sizeof special[0])];
    if (byte >= 0xee || key < 0x20 || key == 0x7f)
        return;
    *confirming = *confirming || key == 'D' || key == 'X';
    /* The fuzzer is no place to write files: what leads to the command line is left out. */
    if (key != 'E' && key != ':' && key != 't')
        app_key(&b->app, key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bench b;
    bool confirming = false;
    if (n < 2)
        return 0;
    bench_open(&b, &(struct bench_setup){.tenant = data[0] & 1 ? "acme" : NULL,
                                         .read_only = (data[0] & 6) == 6});
    bench_standard(&b);
    bench_users(&b, (size_t)data[1] * 7);
    bench_attach(&b);
    for (size_t i = 2; i < n && i < KEYS_MAX && !b.app.quit; i++) {
        step(&b, data[i], &confirming);
        check_screen(&b);
    }
    struct str log = fake_log(b.client);
    if (!confirming)
        ASSERT(!log.n || str_find(log, STR("users_delete")) < 0);
    if ((data[0] & 6) == 6)
        ASSERT(!log.n || str_find(log, STR("users_lock")) < 0);
    bench_close(&b);
    return 0;
}
