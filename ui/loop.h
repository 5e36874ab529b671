#ifndef UI_LOOP_H
#define UI_LOOP_H
/*
 * The event loop of the UI thread: one poll per turn over descriptors, the next timer and a signal
 * pipe. Handlers say what changed (DIRTY_*) and never draw; the end of the turn draws once. With no
 * timer armed an idle loop sleeps for ever: no wake-ups at all. One loop per process, because
 * signals are process-wide. Except where noted, UI thread only.
 */
#include "base/err.h"

enum {
    DIRTY_NONE = 0,
    DIRTY_ROWS = 1 << 0,
    DIRTY_STATUS = 1 << 1,
    DIRTY_LAYOUT = 1 << 2,
    DIRTY_ALL = DIRTY_ROWS | DIRTY_STATUS | DIRTY_LAYOUT,
    DIRTY_QUIT = 1 << 7 /* ends loop_run with the status given to loop_quit, or 0 */
};

struct loop;
typedef unsigned loop_fn(void *ctx);                  /* returns DIRTY_* */
typedef unsigned loop_fd_fn(void *ctx, short events); /* poll's revents */
typedef unsigned loop_signal_fn(void *ctx, int signo);
typedef void loop_turn_fn(void *ctx, unsigned dirty);
typedef uint64_t loop_timer; /* 0 is no timer */

struct loop *loop_new(struct err *err);
void loop_free(struct loop *l);

/* Calls fn in the turn in which fd has one of `events` (POLLIN...), an error or a hang-up. */
void loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *ctx);
void loop_unwatch(struct loop *l, int fd);

/* Runs fn once, after_ms from now. Cancelling a timer that ran, or 0, is harmless. */
loop_timer loop_after(struct loop *l, int64_t after_ms, loop_fn *fn, void *ctx);
void loop_cancel(struct loop *l, loop_timer id);

/* Runs fn later in this turn, or in the next one; in order. */
void loop_post(struct loop *l, loop_fn *fn, void *ctx);

/* Marks something as changed from outside a handler. */
void loop_dirty(struct loop *l, unsigned dirty);
/* Ends loop_run with `status` after this turn. */
void loop_quit(struct loop *l, int status);

/* Runs at the end of each turn in which something changed. */
void loop_on_turn_end(struct loop *l, loop_turn_fn *fn, void *ctx);
/*
 * From now on these signals come here, as part of a turn, a burst as one call: WINCH, TSTP, CONT,
 * HUP, TERM, INT, QUIT. PIPE is ignored. loop_free restores what was there before.
 */
void loop_on_signal(struct loop *l, loop_signal_fn *fn, void *ctx);

int loop_run(struct loop *l);
/* One turn, for tests: waits at most max_wait_ms (-1: as long as it takes). False after loop_quit.
 */
bool loop_turn(struct loop *l, int max_wait_ms);
#endif
