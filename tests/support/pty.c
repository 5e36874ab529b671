#include "tests/support/pty.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_MS = 20000, OUT_MAX = 64 << 20 };

static _Noreturn void
run_child(int fd, int (*fn)(void *ctx), void *ctx)
{
    setsid();
    if (ioctl(fd, TIOCSCTTY, 0) != 0)
        _exit(99);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
    _exit(fn(ctx));
}

void
pty_start(struct pty *p, int rows, int cols, int (*fn)(void *ctx), void *ctx)
{
    *p = (struct pty){.fd = posix_openpt(O_RDWR | O_NOCTTY)};
    buf_init(&p->out, OUT_MAX);
    ASSERT(p->fd >= 0 && grantpt(p->fd) == 0 && unlockpt(p->fd) == 0);
    const char *name = ptsname(p->fd);
    ASSERT(name);
    /* The child gets it open: without anybody on it our reads would fail. */
    int slave = open(name, O_RDWR | O_NOCTTY);
    ASSERT(slave >= 0 && tcgetattr(slave, &p->before) == 0);
    pty_resize(p, rows, cols);
    fcntl(p->fd, F_SETFD, FD_CLOEXEC);
    fflush(NULL);
    p->pid = fork();
    ASSERT(p->pid >= 0);
    if (p->pid == 0) {
        close(p->fd);
        run_child(slave, fn, ctx);
    }
    close(slave);
}

void
pty_hang_up(struct pty *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

void
pty_fini(struct pty *p)
{
    if (p->pid > 0) {
        kill(-p->pid, SIGKILL);
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    pty_hang_up(p);
    buf_fini(&p->out);
}

/* Reads once; false when nothing came in time or nobody is there any more. */
static bool
pump(struct pty *p, int ms)
{
    char bytes[65536];
    struct pollfd fd = {.fd = p->fd, .events = POLLIN};
    if (p->fd < 0 || poll(&fd, 1, ms) <= 0)
        return false;
    ssize_t n = read(p->fd, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    buf_add(&p->out, bytes, (size_t)n);
    return true;
}

void
pty_send(struct pty *p, struct str bytes)
{
    int64_t until = clock_mono_us() / 1000 + LIMIT_MS;
    fcntl(p->fd, F_SETFL, O_NONBLOCK);
    while (bytes.n > 0 && clock_mono_us() / 1000 < until) {
        ssize_t n = write(p->fd, bytes.p, bytes.n);
        if (n > 0)
            bytes = str_sub(bytes, (size_t)n, bytes.n);
        else if (errno != EAGAIN && errno != EINTR)
            break;
        /* Both sides full would be a deadlock: take what it says meanwhile. */
        struct pollfd fd = {.fd = p->fd, .events = POLLIN | POLLOUT};
        poll(&fd, 1, 100);
        if (fd.revents & POLLIN)
            pump(p, 0);
    }
    fcntl(p->fd, F_SETFL, 0);
    ASSERT(bytes.n == 0);
}

bool
pty_wait_for(struct pty *p, const char *text)
{
    int64_t until = clock_mono_us() / 1000 + LIMIT_MS;
    for (;;) {
        struct str rest = str_sub(buf_str(&p->out), p->at, p->out.n);
        ptrdiff_t found = rest.n > 0 ? str_find(rest, str_of(text)) : -1;
        if (found >= 0) {
            p->at += (size_t)found + strlen(text);
            return true;
        }
        int64_t left = until - clock_mono_us() / 1000;
        if (left <= 0 || !pump(p, (int)left))
            return false;
    }
}

void
pty_read_for(struct pty *p, int ms)
{
    int64_t until = clock_mono_us() / 1000 + ms;
    for (int64_t left = ms; left > 0 && pump(p, (int)left);)
        left = until - clock_mono_us() / 1000;
}

void
pty_resize(struct pty *p, int rows, int cols)
{
    struct winsize ws = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    ASSERT(ioctl(p->fd, TIOCSWINSZ, &ws) == 0);
}

int
pty_wait_end(struct pty *p)
{
    int64_t until = clock_mono_us() / 1000 + LIMIT_MS;
    int status = 0;
    pid_t got;
    while ((got = waitpid(p->pid, &status, WNOHANG)) == 0 && clock_mono_us() / 1000 < until) {
        if (!pump(p, 5))
            poll(NULL, 0, 1);
    }
    ASSERT(got == p->pid);
    p->pid = 0;
    while (pump(p, 0))
        ;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

bool
pty_modes_restored(const struct pty *p)
{
    struct termios now;
    return tcgetattr(p->fd, &now) == 0 && now.c_iflag == p->before.c_iflag &&
           now.c_oflag == p->before.c_oflag && now.c_lflag == p->before.c_lflag &&
           now.c_cflag == p->before.c_cflag;
}

/* The letter of /proc/PID/stat; 'X' when there is no such process. */
static char
process_state(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *end = strrchr(text, ')');
    return end && end[1] ? end[2] : 'X';
}

bool
pty_wait_state(pid_t pid, const char *states)
{
    int64_t until = clock_mono_us() / 1000 + LIMIT_MS;
    while (clock_mono_us() / 1000 < until) {
        if (strchr(states, process_state(pid)))
            return true;
        poll(NULL, 0, 2);
    }
    return false;
}
