/*
 * Runs a program behind a slow line: `slowline BYTES-PER-SECOND PROGRAM [ARG]...` on a terminal.
 * The program has a pseudo-terminal of its own, of the same size; what it writes comes out here no
 * faster than that, and it waits when the line's buffer is full, as on a serial line. Keys go the
 * other way at once. Ends with the program's exit status, 128 + n for a signal.
 */
#include "base/clock.h"
#include "tests/support/pty.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 20, CHUNK = 4096 };

static int
run_program(void *ctx)
{
    char **argv = ctx;
    execvp(argv[0], argv);
    return 127;
}

/* Takes what is there, at most so much; how much was taken, -1 at the end. */
static ssize_t
carry(int from, int to, size_t max)
{
    char bytes[CHUNK];
    ssize_t n = read(from, bytes, max < CHUNK ? max : CHUNK);
    if (n < 0 && errno == EINTR)
        return 0;
    for (ssize_t at = 0; at < n;) {
        ssize_t written = write(to, bytes + at, (size_t)(n - at));
        if (written < 0 && errno != EINTR)
            return -1;
        at += written > 0 ? written : 0;
    }
    return n > 0 ? n : -1;
}

/* Until the program has closed its terminal and all of it came out. */
static void
relay(int line, int64_t rate)
{
    int64_t began = clock_mono_ms(), sent = 0;
    bool typing = true;
    for (;;) {
        struct pollfd fds[2] = {{.fd = typing ? STDIN_FILENO : -1, .events = POLLIN},
                                {.fd = line, .events = POLLIN}};
        int64_t now = clock_mono_ms(), room = (now - began) * rate / 1000 - sent;
        if (room <= 0)
            fds[1].fd = -1;
        poll(fds, 2, room > 0 ? -1 : TICK_MS);
        if (fds[0].revents)
            typing = carry(STDIN_FILENO, line, CHUNK) >= 0;
        if (!fds[1].revents)
            continue;
        /* What was not used while nothing was said is lost. */
        int64_t tick = rate * TICK_MS / 1000;
        if (room > tick) {
            sent += room - tick;
            room = tick;
        }
        ssize_t n = carry(line, STDOUT_FILENO, (size_t)room);
        if (n < 0)
            return;
        sent += n;
    }
}

int
main(int argc, char **argv)
{
    struct pty p;
    struct winsize size;
    struct termios before, raw;
    int64_t rate = argc > 2 ? strtoll(argv[1], NULL, 10) : 0;
    int status = 0;
    if (rate < 1000 / TICK_MS || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 ||
        tcgetattr(STDIN_FILENO, &before) != 0) {
        fprintf(stderr, "usage, on a terminal: slowline BYTES-PER-SECOND PROGRAM [ARG]...\n");
        return 2;
    }
    raw = before;
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    pty_start(&p, size.ws_row, size.ws_col, run_program, argv + 2);
    relay(p.fd, rate);
    waitpid(p.pid, &status, 0);
    p.pid = 0;
    pty_fini(&p);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
