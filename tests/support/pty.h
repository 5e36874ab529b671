#ifndef TESTS_SUPPORT_PTY_H
#define TESTS_SUPPORT_PTY_H
/*
 * A function of the test as a process on its own pseudo-terminal: what it writes is collected, what
 * it reads is sent, and its terminal's modes can be looked at. Waits poll, up to 20 s.
 */
#include "base/buf.h"
#include <sys/types.h>
#include <termios.h>

struct pty {
    pid_t pid;
    int fd;
    struct buf out; /* all that was written so far */
    size_t at;      /* behind what the last pty_wait_for found */
    struct termios before;
};

/* The child runs fn(ctx) as session leader on the terminal and ends with its result. */
void pty_start(struct pty *p, int rows, int cols, int (*fn)(void *ctx), void *ctx);
/* Kills what is left and closes. */
void pty_fini(struct pty *p);
void pty_send(struct pty *p, struct str bytes);
/* True when text appears behind what was found before; false at the end of output or too late. */
bool pty_wait_for(struct pty *p, const char *text);
/* Reads what comes within the time, for tests that expect silence. */
void pty_read_for(struct pty *p, int ms);
void pty_resize(struct pty *p, int rows, int cols);
/* Closes the terminal: a hang-up for who is on it. */
void pty_hang_up(struct pty *p);
/* Waits for the end and reads the rest: exit status, or -signal. */
int pty_wait_end(struct pty *p);
/* The terminal's modes are those it started with. */
bool pty_modes_restored(const struct pty *p);
/* Waits until a process of the test is stopped, gone or running: "T", "R or S"... False: too late.
 */
bool pty_wait_state(pid_t pid, const char *states);
#endif
