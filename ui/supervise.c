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
#include <sys/prctl.h>
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

struct terminal {
    int fd;
    bool known;
    struct termios modes;
    const struct supervise_setup *setup;
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
only(sigset_t *set, int signo)
{
    sigemptyset(set);
    sigaddset(set, signo);
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
    only(&set, signo);
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
    sigset_t stop, cont;
    siginfo_t info = {.si_pid = 0};
    static const struct timespec at_once;
    only(&stop, SIGTSTP);
    only(&cont, SIGCONT);
    restore(t, page);
    kill(0, SIGTSTP);
    /* This is where we stop; the signals wait for us blocked otherwise. */
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    /*
     * A shell continues the whole job, `kill -CONT` perhaps only us. News of the child means that it
     * was continued too; by now it may even have stopped again, and that must not be undone.
     */
    if (sigtimedwait(&cont, NULL, &at_once) == SIGCONT &&
        waitid(P_PID, (id_t)child, &info, WCONTINUED | WSTOPPED | WEXITED | WNOHANG | WNOWAIT) ==
            0 &&
        info.si_pid == 0)
        kill(child, SIGCONT);
}

/* The child ended, stopped, or was continued. */
static void
child_changed(pid_t child, const struct terminal *t, struct supervise_page *page)
{
    int status;
    pid_t got = waitpid(child, &status, WUNTRACED | WNOHANG);
    if (got == 0)
        return;
    if (got < 0)
        _exit(1);
    if (WIFSTOPPED(status)) {
        stop_too(child, t, page);
        return;
    }
    restore(t, page);
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    if (!is_asked_for(WTERMSIG(status)))
        say(t->setup->log_path, WTERMSIG(status));
    if (t->setup->orphaned)
        t->setup->orphaned();
    die_as(WTERMSIG(status));
}

/* Signals are waited for and never interrupt: no handlers, nothing to share with them. */
static void
look_after(pid_t child, const sigset_t *watched, const struct terminal *t,
           struct supervise_page *page)
{
    for (;;) {
        /* First without a signal: setting the disposition of SIGCHLD discards one that is pending. */
        child_changed(child, t, page);
        int signo = sigwaitinfo(watched, NULL);
        if (signo > 0 && signo != SIGCONT && signo != SIGCHLD)
            kill(child, signo);
    }
}

/* Blocks what the parent waits for. */
static void
watch_signals(sigset_t *watched, sigset_t *before)
{
    sigemptyset(watched);
    for (size_t i = 0; i < COUNT_OF(passed_on); i++)
        sigaddset(watched, passed_on[i]);
    sigaddset(watched, SIGCHLD);
    sigaddset(watched, SIGCONT);
    sigprocmask(SIG_BLOCK, watched, before);
}

/* What was inherited as ignored gets its standard meaning. */
static void
set_dispositions(void)
{
    struct sigaction sa = {.sa_handler = SIG_DFL};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGCHLD, &sa, NULL);
    sigaction(SIGTSTP, &sa, NULL);
    /* Setting modes from the background would stop us in the middle of a restoration. */
    sa.sa_handler = SIG_IGN;
    sigaction(SIGTTOU, &sa, NULL);
}

enum err_code
supervise_start(struct supervise *s, const struct supervise_setup *setup, struct err *err)
{
    int alive[2];
    sigset_t watched, before;
    struct terminal t = {.fd = setup->tty, .setup = setup};
    *s = (struct supervise){.alive = -1};
    t.known = tcgetattr(t.fd, &t.modes) == 0; /* before the child changes them */
    struct supervise_page *page =
        mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return err_set_errno(err, ERR_IO, errno, "cannot map a page for the supervising process");
    if (pipe(alive) != 0) {
        int number = errno;
        munmap(page, sizeof *page);
        return err_set_errno(err, ERR_IO, number, "cannot make a pipe for the supervising process");
    }
    fflush(NULL);
    /* Before the fork, so that no signal is lost; the child undoes it. */
    watch_signals(&watched, &before);
    pid_t child = fork();
    if (child > 0) {
        close(alive[0]);
        fcntl(alive[1], F_SETFD, FD_CLOEXEC);
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        set_dispositions();
        look_after(child, &watched, &t, page);
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
