#ifndef CLI_DIALOG_H
#define CLI_DIALOG_H
/*
 * Questions and answers on the controlling terminal, line by line: no alternate screen, no cursor
 * tricks while a question is open, so that screen readers and `script` follow. Results stay on
 * standard output. What must not stay readable (a secret, its QR code, a recovery code) is written
 * after a mark and wiped from the screen when it has served.
 *
 * Signals that end a command end the question; Ctrl-Z stops the program outside of hidden answers;
 * after a resize and after a stop the caller is asked to show its drawing again. Main thread; one at
 * a time.
 */
#include "cli/cli_priv.h"

#include <signal.h>
#include <termios.h>

enum {
    DIALOG_ANSWER_MAX = 512,
    DIALOG_PATIENCE_S = 300, /* without --wait */
    DIALOG_WAIT_MAX_S = 86400,
    DIALOG_CHOICES_MAX = 16
};

struct dialog {
    struct cli *cli;
    int fd, signals;
    struct termios found;     /* as the terminal was */
    sigset_t mask;            /* as the process had it */
    bool can_wipe;            /* the terminal understands how */
    int lines;                /* written since the mark; -1: no mark */
    int patience_s;           /* how long a question waits for its answer */
    bool lifted;              /* what is shown again is not shown at the moment */
    void (*again)(void *arg); /* shows again what the question is about; NULL: nothing */
    void *again_arg;
};

/* ERR_USAGE with a way out when there is no terminal, or --wait is no number of seconds. */
enum err_code dialog_open(struct dialog *d, struct cli *cli, struct err *err) MUST_USE;
/* Wipes what is after the mark and leaves the terminal as it was. Harmless when not open. */
void dialog_close(struct dialog *d);

/* One line; foreign text in it is made safe. */
void dialog_say(struct dialog *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Bytes of our own making, `lines` lines of them. */
void dialog_draw(struct dialog *d, struct str bytes, int lines);
void dialog_mark(struct dialog *d);
void dialog_wipe(struct dialog *d);
/*
 * Between the two, what is said stands in the place of what is after the mark, which is shown anew
 * below it: lines under a drawing would push it, row by row, to where it cannot be wiped any more.
 * They do nothing where nothing can be wiped, or nothing is shown again.
 */
void dialog_lift(struct dialog *d);
void dialog_lower(struct dialog *d);
int dialog_columns(const struct dialog *d);

enum { DIALOG_HIDDEN = 1 << 0, DIALOG_EMPTY_OK = 1 << 1 };
/*
 * The answer without its line end and surrounding spaces, in the run's arena. ERR_CANCELLED when the
 * person gives up (end of input, a signal), ERR_TIMEOUT when nobody answers.
 */
enum err_code dialog_ask(struct dialog *d, const char *prompt, unsigned how, struct str *out,
                         struct err *err) MUST_USE;
/* One of n, by number; a single one is taken without asking. */
enum err_code dialog_choose(struct dialog *d, const char *title, const char *const *choices,
                            size_t n, size_t *out, struct err *err) MUST_USE;
/* Anything but y and yes is no. */
enum err_code dialog_confirm(struct dialog *d, const char *question, bool *yes,
                             struct err *err) MUST_USE;
#endif
