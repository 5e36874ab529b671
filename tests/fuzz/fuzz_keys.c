/*
 * Bytes of a terminal into the key decoder: a mode byte, then records of a pause and some bytes. Keys
 * must be real keys, pasted text must be clean, and the decoder must come to rest.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_event(const struct event *e)
{
    char name[KEY_NAME];
    if (e->kind == EVENT_KEY) {
        uint32_t code = e->key & (K_SHIFT - 1u);
        ASSERT(code != K_NONE && code <= K_LAST);
        ASSERT(strlen(key_label(e->key, name)) > 0);
        return;
    }
    ASSERT(e->kind == EVENT_PASTE && str_given(e->text) && e->text.n < PASTE_MAX);
    ASSERT(utf8_valid(e->text));
    for (size_t i = 0; i < e->text.n; i++) {
        unsigned char b = (unsigned char)e->text.p[i];
        ASSERT((b >= 0x20 && b != 0x7f) || b == '\n' || b == '\t');
    }
}

static size_t
drain(struct key_decoder *d, int64_t now)
{
    struct event e;
    size_t events = 0;
    for (; key_decoder_next(d, now, &e); events++)
        check_event(&e);
    return events;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct key_decoder d;
    int64_t now = 1000000;
    size_t fed = 0, events = 0;
    key_decoder_init(&d);
    if (n > 0) {
        d.guess_paste = (data[0] & 1) != 0;
        if (data[0] & 2)
            key_decoder_add(&d, STR("\033[7$"), K_SHIFT | K_HOME);
    }
    for (size_t at = 1; at + 2 <= n;) {
        size_t count = data[at + 1] < n - at - 2 ? data[at + 1] : n - at - 2;
        now += data[at] * 4;
        key_decoder_feed(&d, (struct str){(const char *)data + at + 2, count}, now);
        events += drain(&d, now);
        fed += count;
        at += 2 + count;
    }
    /* Left alone it settles: nothing waits for ever. */
    for (int rounds = 0; key_decoder_wait(&d, now) >= 0; rounds++) {
        ASSERT(rounds < 4);
        now += key_decoder_wait(&d, now);
        events += drain(&d, now);
    }
    ASSERT(events <= fed + 1);
    key_decoder_fini(&d);
    return 0;
}
