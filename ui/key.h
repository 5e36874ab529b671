#ifndef UI_KEY_H
#define UI_KEY_H
/*
 * Keys: bytes of the terminal become named keys, pastes come as one piece of text, and a keymap
 * turns keys into commands. A key is a code point or one of K_UP..., with modifier bits. The
 * decoder is a pure state machine over bytes and time, so tests and fuzzers drive it without a
 * terminal. Unknown or broken escape sequences are swallowed whole: their bytes never act as keys.
 * UI thread only.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/ini.h"
#include "ui/command.h"

enum {
    K_NONE,
    K_UP = 0x110000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PGUP,
    K_PGDN,
    K_INSERT,
    K_DELETE,
    K_BACKSPACE,
    K_TAB, /* Shift-Tab is K_SHIFT | K_TAB */
    K_ENTER,
    K_ESC,
    K_F1, /* K_F1 + n - 1 */
    K_F12 = K_F1 + 11,
    K_LAST = K_F12,
    K_SHIFT = 1 << 24,
    K_ALT = 1 << 25,
    K_CTRL = 1 << 26 /* with a lower-case letter: Ctrl-F is K_CTRL | 'f' */
};

enum event_kind { EVENT_NONE, EVENT_KEY, EVENT_PASTE };
struct event {
    enum event_kind kind;
    uint32_t key;
    /* EVENT_PASTE: UTF-8 with controls but newline and TAB removed, CR as LF; until the next event.
     */
    struct str text;
    bool cut; /* more was pasted than is kept */
};

/* A key that types one character into a field. */
static inline bool
key_is_text(uint32_t key)
{
    return key >= 0x20 && key < K_UP && key != 0x7f;
}

/* "Down", "Ctrl-F", "F10", "Space", "Shift-Tab", "Alt-x", "j". */
enum { KEY_NAME = 32 };
bool key_parse(struct str name, uint32_t *key);
char *key_label(uint32_t key, char out[KEY_NAME]);

/* --- Decoder --- */

enum {
    PASTE_MAX = 1 << 20,
    KEY_SEQUENCES = 96,
    KEY_SEQUENCE = 14,
    KEY_BURST = 9 /* so many characters in one read were not typed */
};
struct key_sequence {
    char bytes[KEY_SEQUENCE];
    uint8_t n;
    uint32_t key;
};
/* What is being thrown away. */
enum key_swallow { SWALLOW_NONE, SWALLOW_CSI, SWALLOW_SS3, SWALLOW_STRING, SWALLOW_MOUSE };

struct key_decoder {
    struct key_sequence sequences[KEY_SEQUENCES]; /* from terminfo, ahead of the built-in ones */
    size_t sequences_n;
    int esc_ms;       /* how long a lone ESC waits for the rest */
    bool guess_paste; /* the terminal cannot bracket: a burst of typing counts as a paste */
    struct buf in;    /* bytes read; those before `at` are done with */
    size_t at;
    int64_t arrived_ms; /* of the newest byte */
    int64_t esc_key_ms; /* when a lone ESC became a key; its rest may still come */
    int64_t tail_ms;    /* until then, what comes is the tail of a paste that ended itself */
    enum key_swallow swallow;
    int swallow_left; /* SWALLOW_MOUSE: bytes to go */
    bool pasting;
    struct buf paste;
    bool paste_cut, paste_cr;
};

void key_decoder_init(struct key_decoder *d);
void key_decoder_fini(struct key_decoder *d);
/* `bytes` of this terminal stand for `key`; ignored if they do not start with ESC or do not fit. */
void key_decoder_add(struct key_decoder *d, struct str bytes, uint32_t key);
void key_decoder_feed(struct key_decoder *d, struct str bytes, int64_t now_ms);
/* Next event; false when more bytes or more time are needed. */
bool key_decoder_next(struct key_decoder *d, int64_t now_ms, struct event *out);
/* Milliseconds until key_decoder_next should be asked again without new bytes; -1: never. */
int key_decoder_wait(const struct key_decoder *d, int64_t now_ms);

/* --- Keymap --- */

enum { KEYMAP_MAX = 256 };
struct keymap {
    struct {
        uint32_t key;
        enum command command;
    } entries[KEYMAP_MAX];
    size_t n;
};
/* The keys of command.def. */
void keymap_init(struct keymap *m);
/*
 * `[keys] quit = Q F10` replaces the keys of a command; an empty value leaves it without. Faults
 * and a key given to two commands are errors with file, line and column, and the keymap stays as it
 * was.
 */
enum err_code keymap_configure(struct keymap *m, const struct ini *ini, const char *file,
                               struct err *err) MUST_USE;
enum command keymap_find(const struct keymap *m, uint32_t key);
/* Keys of a command, separated by spaces. */
void keymap_keys(const struct keymap *m, enum command command, struct buf *out);
#endif
