#ifndef UI_SUPERVISE_H
#define UI_SUPERVISE_H
/*
 * The small parent of the console. It forks before anything heavy is loaded, keeps the terminal's
 * settings, and puts the terminal right whatever ends or stops the child, KILL and SEGV included.
 * It ends as the child ended: same status, or the same signal raised again. The child tells
 * it through one shared page which bytes undo its screen modes.
 */
#include "base/err.h"

struct supervise_page;
struct supervise {
    struct supervise_page *page; /* NULL: nobody supervises */
    int alive;                   /* child: readable when the parent is gone; -1 none */
};

struct supervise_setup {
    int tty;                /* descriptor of the terminal */
    const char *log_path;   /* named when the child dies by a signal; may be NULL */
    void (*orphaned)(void); /* runs in the parent, heir of the child's children, when the child was
                               killed; may be NULL */
};

/*
 * Forks. Returns in the child only; the parent never comes back. On failure there is no parent and
 * the caller may go on without.
 */
enum err_code supervise_start(struct supervise *s, const struct supervise_setup *setup,
                              struct err *err);
/* Child: from now on these bytes undo what was done to the screen; empty: nothing to undo. */
void supervise_screen(const struct supervise *s, struct str undo);
#endif
