#ifndef UI_TERM_H
#define UI_TERM_H
/*
 * The terminal: the only file that knows curses. It turns roles into attributes, copies changed
 * cells of a canvas to curses, and enters and leaves the screen. Input is read as bytes and decoded
 * by key.c, so an end of file or an error on the terminal is seen at once. One terminal per
 * process; UI thread only. Most code uses screen.h instead.
 */
#include "base/err.h"
#include "ui/canvas.h"
#include "ui/key.h"
#include "ui/supervise.h"
#include "ui/theme.h"

struct term_options {
    const struct theme *theme;
    enum colour_wish colour;
    int log_fd;                    /* stderr goes here while the screen is ours; -1: to /dev/null */
    const struct supervise *guard; /* told how to undo the screen; may be NULL */
};

/*
 * Takes over the terminal on stdin and stdout. ERR_USAGE with a sentence that names the commands
 * that work without a screen: no terminal, TERM unset, dumb or unknown, or no cursor addressing.
 */
enum err_code term_open(const struct term_options *options, struct err *err) MUST_USE;
/* Leaves the screen as it was found. Harmless when not open. */
void term_close(void);

int term_fd(void); /* to poll for input */
bool term_utf8(void);
int term_colours(void); /* 0: none */
/* The decoder with this terminal's keys. */
struct key_decoder *term_keys(void);
/* Reads what is there into the decoder. False when the terminal is gone (end of file, EIO). */
bool term_read(void);

/* Asks the system for the size and tells curses. True if it changed. */
bool term_resize(int *rows, int *cols);
void term_size(int *rows, int *cols);
void term_theme(const struct theme *theme);
/* Brings the screen to what cv shows: one update, changed cells only. */
void term_blit(const struct canvas *cv);
/* The next blit draws everything anew. */
void term_redraw(void);

/* Gives the terminal back for a while (editor, suspend), and takes it again. */
void term_leave(void);
void term_enter(void);
/* False when the terminal's modes were changed under us: we were stopped without a chance to leave.
 */
bool term_is_ours(void);
/* Stops this process for the shell's job control; comes back when continued. */
void term_suspend(void);
/* Bytes straight to the terminal, between updates (OSC 52). */
bool term_write(struct str bytes);
#endif
