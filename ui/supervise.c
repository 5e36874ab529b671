/*
 * Parent and child share one page: the bytes that undo the child's screen modes. The parent does
 * nothing but wait and pass signals on, so it has no way to fail that the child has. Ctrl-Z works
 * through both: the child stops, the parent stops after it, and SIGCONT to the parent wakes the
 * child.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "ui/supervise.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { UNDO_MAX = 240 };

struct supervise_page {
    atomic_uint n; /* bytes of undo; 0: the screen is as it was */
    char undo[UNDO_MAX];
};

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2};

/* For the handlers: where signals go, and whether we were continued. */
static volatile sig_atomic_t child_pid, continued;

static void
pass_on(int signo)
{
    int saved = errno;
    if (child_pid > 0)
        kill((pid_t)child_pid, signo);
    errno = saved;
}

static void
on_continue(int signo)
{
    (void)signo;
    continued = 1;
}

struct terminal {
    int fd;
    bool known;
    struct termios modes;
};

static void
write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        p += done;
        n -= (size_t)done;
    }
}

/* Puts the terminal right unless the child did, or it belongs to another job by now. */
static void
restore(const struct terminal *t, struct supervise_page *page)
{
    size_t n = atomic_load(&page->n);
    pid_t owner = tcgetpgrp(t->fd);
    if (n == 0 || n > UNDO_MAX || (owner != -1 && owner != getpgrp()))
        return;
    write_all(t->fd, page->undo, n);
    if (t->known)
        tcsetattr(t->fd, TCSADRAIN, &t->modes);
}

static void
say(const char *log_path, int signo)
{
    char line[600];
    const char *name = strsignal(signo);
    int n = snprintf(line, sizeof line, "gatehouse: ended by signal %d (%s)%s%s\n", signo,
                     name ? name : "unknown", log_path ? "; the log is " : "",
                     log_path ? log_path : "");
    if (n > 0)
        write_all(STDERR_FILENO, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

/* Signals that come from outside and need no explanation. */
static bool
is_asked_for(int signo)
{
    return signo == SIGHUP || signo == SIGINT || signo == SIGTERM || signo == SIGPIPE;
}

static void
die_as(int signo)
{
    struct rlimit none = {.rlim_cur = 0};
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t set;
    sigemptyset(&standard.sa_mask);
    setrlimit(RLIMIT_CORE, &none);
    sigaction(signo, &standard, NULL);
    sigemptyset(&set);
    sigaddset(&set, signo);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(signo);
    _exit(128 + signo);
}

/*
 * The child stopped. It gave the terminal back itself unless it was stopped by SIGSTOP. We stop
 * too, and all of our job with us (a script or make around us), so that the shell takes over; where
 * no shell controls jobs nothing stops and we go on waiting.
 */
static void
stop_too(pid_t child, const struct terminal *t, struct supervise_page *page)
{
    struct sigaction standard = {.sa_handler = SIG_DFL}, before;
    siginfo_t info = {.si_pid = 0};
    sigemptyset(&standard.sa_mask);
    restore(t, page);
    continued = 0;
    sigaction(SIGTSTP, &standard, &before);
    kill(0, SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
    /* A shell continues the whole job, `kill -CONT` perhaps only us. */
    if (continued && waitid(P_PID, (id_t)child, &info, WCONTINUED | WNOHANG) == 0 &&
        info.si_pid == 0)
        kill(child, SIGCONT);
}

static void
look_after(pid_t child, const struct terminal *t, struct supervise_page *page, const char *log_path)
{
    for (;;) {
        int status;
        pid_t got = waitpid(child, &status, WUNTRACED);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            _exit(1);
        if (WIFSTOPPED(status)) {
            stop_too(child, t, page);
            continue;
        }
        child_pid = 0;
        restore(t, page);
        if (WIFEXITED(status))
            _exit(WEXITSTATUS(status));
        if (!is_asked_for(WTERMSIG(status)))
            say(log_path, WTERMSIG(status));
        die_as(WTERMSIG(status));
    }
}

static void
pass_signals_to(pid_t child)
{
    struct sigaction sa = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    child_pid = (sig_atomic_t)child;
    sigemptyset(&sa.sa_mask);
    for (size_t i = 0; i < COUNT_OF(passed_on); i++)
        sigaction(passed_on[i], &sa, NULL);
    sa.sa_handler = on_continue;
    sigaction(SIGCONT, &sa, NULL);
    /* Setting modes from the background would stop us in the middle of a restoration. */
    sa.sa_handler = SIG_IGN;
    sigaction(SIGTTOU, &sa, NULL);
}

enum err_code
supervise_start(struct supervise *s, int tty, const char *log_path, struct err *err)
{
    int alive[2];
    sigset_t held, before;
    struct terminal t = {.fd = tty};
    *s = (struct supervise){.alive = -1};
    t.known = tcgetattr(tty, &t.modes) == 0; /* before the child changes them */
    struct supervise_page *page =
        mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return err_set_errno(err, ERR_IO, errno, "cannot map a page for the supervising process");
    if (pipe(alive) != 0) {
        int number = errno;
        munmap(page, sizeof *page);
        return err_set_errno(err, ERR_IO, number, "cannot make a pipe for the supervising process");
    }
    /* A signal between fork and the handlers waits until the parent can pass it on. */
    sigemptyset(&held);
    for (size_t i = 0; i < COUNT_OF(passed_on); i++)
        sigaddset(&held, passed_on[i]);
    fflush(NULL);
    sigprocmask(SIG_BLOCK, &held, &before);
    pid_t child = fork();
    if (child > 0) {
        close(alive[0]);
        fcntl(alive[1], F_SETFD, FD_CLOEXEC);
        pass_signals_to(child);
        sigprocmask(SIG_SETMASK, &before, NULL);
        look_after(child, &t, page, log_path);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(alive[1]);
    if (child < 0) {
        int number = errno;
        close(alive[0]);
        munmap(page, sizeof *page);
        return err_set_errno(err, ERR_IO, number, "cannot start the supervising process");
    }
    fcntl(alive[0], F_SETFD, FD_CLOEXEC);
    s->page = page;
    s->alive = alive[0];
    return ERR_OK;
}

void
supervise_screen(const struct supervise *s, struct str undo)
{
    if (!s->page)
        return;
    size_t n = undo.n <= UNDO_MAX ? undo.n : 0;
    atomic_store(&s->page->n, 0);
    if (n > 0)
        memcpy(s->page->undo, undo.p, n);
    atomic_store(&s->page->n, (unsigned)n);
}
