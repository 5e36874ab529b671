#ifndef UI_CLIPBOARD_H
#define UI_CLIPBOARD_H
/*
 * Copying to the clipboard of the person at the terminal. OSC 52 reaches it through SSH; inside
 * tmux its own buffer command is used, inside screen the sequence is wrapped; on a local desktop a
 * clipboard program. GATEHOUSE_CLIPBOARD = auto | osc52 | native | off decides otherwise.
 */
#include "base/buf.h"
#include "base/err.h"

enum clipboard_way {
    CLIPBOARD_OFF,
    CLIPBOARD_OSC52,
    CLIPBOARD_SCREEN,
    CLIPBOARD_TMUX,
    CLIPBOARD_NATIVE
};
enum { CLIPBOARD_MAX = 48 * 1024 };

/* What the environment asks for. */
enum clipboard_way clipboard_choose(void);
/* The escape sequence for OSC52 and SCREEN. */
void clipboard_sequence(enum clipboard_way way, struct str text, struct buf *out);
/* *how gets a short phrase for a toast: "through the terminal", "to tmux". */
enum err_code clipboard_copy(struct str text, const char **how, struct err *err) MUST_USE;
#endif
