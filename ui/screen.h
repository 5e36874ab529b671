#ifndef UI_SCREEN_H
#define UI_SCREEN_H
/*
 * Terminal and loop put together: reads and decodes keys, handles resize, job control, hang-up and
 * ending signals, and draws at most once a turn. The app supplies hooks; a hook returns DIRTY_*.
 */
#include "ui/loop.h"
#include "ui/term.h"

struct screen_hooks {
    void *ctx;
    unsigned (*event)(void *ctx, const struct event *e); /* a key or a paste */
    /* True: not yet, the screen stays as it is; a later turn asks again. May be NULL. */
    bool (*hold)(void *ctx);
    void (*draw)(void *ctx, struct canvas *cv, unsigned dirty); /* cv is cleared to ROLE_TEXT */
    unsigned (*resize)(void *ctx, int rows, int cols);          /* may be NULL */
    unsigned (*resumed)(void *ctx);   /* after fg: what is shown may be stale; may be NULL */
    unsigned (*interrupt)(void *ctx); /* SIGINT (Ctrl-C comes as a key): cancel, or ask to quit */
    /* TERM, HUP, QUIT, terminal gone, supervisor gone: last words; the loop ends. May be NULL. */
    void (*ending)(void *ctx, int signo);
};

struct screen {
    struct loop *loop;
    struct screen_hooks hooks;
    struct canvas canvas;
    loop_timer esc_timer;
    int64_t interrupted_ms, back_ms;
    int alive; /* descriptor of the supervisor, -1 none */
    int signo; /* the signal that ends us, 0 none */
};

enum err_code screen_open(struct screen *s, struct loop *l, const struct term_options *options,
                          const struct screen_hooks *hooks, struct err *err) MUST_USE;
/* Leaves the terminal. */
void screen_close(struct screen *s);
/* loop_run; the status to exit with, or -signo: then close everything and call screen_die. */
int screen_run(struct screen *s);
/* Ends this process by the signal that ended the loop (status 128 + n for the shell). */
void screen_die(int signo) __attribute__((noreturn));
/* COMMAND_SUSPEND. */
unsigned screen_suspend(struct screen *s);
/* COMMAND_REDRAW. */
unsigned screen_redraw(struct screen *s);
unsigned screen_theme(struct screen *s, const struct theme *theme);

/*
 * Runs a program on the terminal (argv[0] by PATH) with the screen given back, and waits. Status as
 * the shell counts it, or -1 with err.
 */
int screen_run_program(struct screen *s, char *const argv[], struct err *err);
#endif
