#ifndef UI_TERM_ENV_H
#define UI_TERM_ENV_H
/*
 * What the environment says about the terminal, before curses is asked and without it: refusals,
 * hostile variables, and what stands for text where there is no UTF-8. UI thread only.
 */
#include "base/err.h"

#define TERM_ELSEWHERE                                                                             \
    "; without one, use the commands that `gatehouse --help` lists, such as `gatehouse users "     \
    "list`"

/* ERR_USAGE when the console cannot run here, in one sentence that names what can. */
enum err_code term_env_check(struct err *err) MUST_USE;
/*
 * Removes TERMINFO, TERMINFO_DIRS and TERMCAP when they lead to what others can write, or when this
 * process runs with rights that are not its caller's: a terminal description can attack curses.
 */
void term_env_clean(void);
/* How long a lone ESC waits: ESCDELAY, else 25 ms, 100 over SSH. */
int term_env_esc_ms(void);
/* A variable as a number in [1, max], or the fallback. */
int term_env_number(const char *name, int fallback, int max);

/* Whether QR codes are wanted in reverse video: GATEHOUSE_QR. */
bool term_env_qr_mono(void);

struct term_plain {
    const char *text;
    char ascii, acs; /* the VT100 line-drawing character, 0: none */
};
/* What stands for a cluster on a terminal without UTF-8; NULL if nothing better than '?'. */
const struct term_plain *term_env_plain(const char *text);
#endif
