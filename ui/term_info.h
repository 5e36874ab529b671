#ifndef UI_TERM_INFO_H
#define UI_TERM_INFO_H
/*
 * What the terminal's description says, for term.c: asked of curses, after the screen was set up but
 * for the first. UI thread only.
 */
#include "ui/key.h"

enum { TERM_FRAME_MAX = 24 };

/* Whether this system describes the terminal, and it can do what we need. */
enum err_code term_info_check(struct err *err);
/* A string capability with its padding, or NULL. */
const char *term_info_string(const char *name);
/* What stands around an update so that the terminal shows it as a whole (the extended capability Sync,
 * private mode 2026); "" where the description has none. */
struct term_frame {
    char begin[TERM_FRAME_MAX], end[TERM_FRAME_MAX];
};
struct term_frame term_info_frame(void);
/* The bytes that undo screen, keypad, cursor, colours, a frame that was not ended and bracketed
 * pastes (paste_off may be NULL); "" when they do not fit. */
void term_info_undo(const char *frame_end, const char *paste_off, char *out, size_t size);
/* Teaches a decoder the keys of this terminal. */
void term_info_keys(struct key_decoder *d);
#endif
