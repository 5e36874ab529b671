#ifndef UI_TERM_INFO_H
#define UI_TERM_INFO_H
/*
 * What the terminal's description says, for term.c: asked of curses, after the screen was set up but
 * for the first. UI thread only.
 */
#include "ui/key.h"

/* Whether this system describes the terminal, and it can do what we need. */
enum err_code term_info_check(struct err *err);
/* A string capability with its padding, or NULL. */
const char *term_info_string(const char *name);
/* The bytes that undo screen, keypad, cursor, colours and bracketed pastes (paste_off may be NULL);
 * "" when they do not fit. */
void term_info_undo(const char *paste_off, char *out, size_t size);
/* Teaches a decoder the keys of this terminal. */
void term_info_keys(struct key_decoder *d);
#endif
