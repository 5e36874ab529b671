#include "ui/screen.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TWICE_MS = 2000, CONT_MS = 200 };

extern char **environ;

static unsigned
end_by(struct screen *s, int signo)
{
    if (!s->signo) {
        s->signo = signo;
        if (s->hooks.ending)
            s->hooks.ending(s->hooks.ctx, signo);
    }
    loop_unwatch(s->loop, term_fd());
    loop_quit(s->loop, -signo);
    return DIRTY_NONE;
}

/* --- Input --- */

static unsigned on_esc_timer(void *ctx);

/* Hands all that is decoded to the app; what is unfinished gets a timer. */
static unsigned
drain(struct screen *s)
{
    struct key_decoder *keys = term_keys();
    struct event e;
    unsigned dirty = DIRTY_NONE;
    while (!(dirty & DIRTY_QUIT) && key_decoder_next(keys, clock_mono_ms(), &e))
        dirty |= s->hooks.event(s->hooks.ctx, &e);
    loop_cancel(s->loop, s->esc_timer);
    int wait = key_decoder_wait(keys, clock_mono_ms());
    s->esc_timer = wait < 0 ? 0 : loop_after(s->loop, wait, on_esc_timer, s);
    return dirty;
}

static unsigned
on_esc_timer(void *ctx)
{
    struct screen *s = ctx;
    s->esc_timer = 0;
    return drain(s);
}

static unsigned
on_input(void *ctx, short events)
{
    struct screen *s = ctx;
    (void)events; /* a hang-up shows as end of file */
    bool there = term_read();
    unsigned dirty = drain(s);
    return there ? dirty : dirty | end_by(s, SIGHUP);
}

static unsigned
on_alive(void *ctx, short events)
{
    struct screen *s = ctx;
    (void)events;
    loop_unwatch(s->loop, s->alive);
    LOG_WARN("screen", "the supervising process is gone", KV_NONE);
    return end_by(s, SIGHUP);
}

/* --- Signals --- */

static unsigned
check_size(struct screen *s)
{
    int rows, cols;
    if (!term_resize(&rows, &cols))
        return DIRTY_NONE;
    canvas_resize(&s->canvas, rows, cols);
    unsigned dirty = s->hooks.resize ? s->hooks.resize(s->hooks.ctx, rows, cols) : DIRTY_NONE;
    return dirty | DIRTY_ALL;
}

static unsigned
back_again(struct screen *s)
{
    unsigned dirty = check_size(s) | DIRTY_ALL;
    s->back_ms = clock_mono_ms();
    return dirty | (s->hooks.resumed ? s->hooks.resumed(s->hooks.ctx) : DIRTY_NONE);
}

unsigned
screen_suspend(struct screen *s)
{
    term_suspend();
    return back_again(s);
}

/*
 * Continued. After a suspension of our own there is nothing to do. After SIGSTOP the supervisor has
 * given the terminal back, and even if it has not, something else may have written on it.
 */
static unsigned
on_continue(struct screen *s)
{
    if (!term_is_ours()) {
        term_leave();
        term_enter();
    } else if (clock_mono_ms() - s->back_ms < CONT_MS) {
        return DIRTY_NONE;
    }
    term_redraw();
    return back_again(s);
}

/* A second SIGINT at short distance ends: the first one may have found nobody to ask. */
static unsigned
on_interrupt(struct screen *s)
{
    int64_t now = clock_mono_ms();
    bool again = s->interrupted_ms > 0 && now - s->interrupted_ms < TWICE_MS;
    s->interrupted_ms = now;
    if (again || !s->hooks.interrupt)
        return end_by(s, SIGINT);
    return s->hooks.interrupt(s->hooks.ctx);
}

static unsigned
on_signal(void *ctx, int signo)
{
    struct screen *s = ctx;
    switch (signo) {
    case SIGWINCH:
        /* Even at the same size: there and back again, a terminal may have moved its lines. */
        return screen_redraw(s);
    case SIGTSTP:
        return screen_suspend(s);
    case SIGCONT:
        return on_continue(s);
    case SIGINT:
        return on_interrupt(s);
    default:
        return end_by(s, signo);
    }
}

/* --- Drawing --- */

static void
on_turn_end(void *ctx, unsigned dirty)
{
    struct screen *s = ctx;
    if (s->hooks.hold && s->hooks.hold(s->hooks.ctx))
        return;
    canvas_clear(&s->canvas, ROLE_TEXT);
    s->hooks.draw(s->hooks.ctx, &s->canvas, dirty);
    term_blit(&s->canvas);
}

/* --- Life --- */

enum err_code
screen_open(struct screen *s, struct loop *l, const struct term_options *options,
            const struct screen_hooks *hooks, struct err *err)
{
    int rows, cols;
    *s = (struct screen){.loop = l, .hooks = *hooks, .alive = -1, .back_ms = -CONT_MS};
    canvas_init(&s->canvas);
    enum err_code code = term_open(options, err);
    if (code != ERR_OK)
        return code;
    term_size(&rows, &cols);
    canvas_resize(&s->canvas, rows, cols);
    loop_on_signal(l, on_signal, s);
    loop_on_turn_end(l, on_turn_end, s);
    loop_watch(l, term_fd(), POLLIN, on_input, s);
    if (options->guard && options->guard->alive >= 0) {
        s->alive = options->guard->alive;
        loop_watch(l, s->alive, POLLIN, on_alive, s);
    }
    loop_dirty(l, DIRTY_ALL);
    return ERR_OK;
}

void
screen_close(struct screen *s)
{
    loop_cancel(s->loop, s->esc_timer);
    loop_unwatch(s->loop, term_fd());
    if (s->alive >= 0)
        loop_unwatch(s->loop, s->alive);
    loop_on_turn_end(s->loop, NULL, NULL);
    term_close();
    canvas_fini(&s->canvas);
}

int
screen_run(struct screen *s)
{
    return loop_run(s->loop);
}

void
screen_die(int signo)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t set;
    sigemptyset(&standard.sa_mask);
    sigaction(signo, &standard, NULL);
    sigemptyset(&set);
    sigaddset(&set, signo);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(signo);
    _exit(128 + signo);
}

unsigned
screen_redraw(struct screen *s)
{
    unsigned dirty = check_size(s);
    term_redraw();
    return dirty | DIRTY_ALL;
}

unsigned
screen_theme(struct screen *s, const struct theme *theme)
{
    (void)s;
    term_theme(theme);
    return DIRTY_ALL;
}

int
screen_run_program(struct screen *s, char *const argv[], struct err *err)
{
    posix_spawnattr_t attr;
    sigset_t standard;
    pid_t pid;
    int status = 0;
    sigemptyset(&standard);
    sigaddset(&standard, SIGPIPE);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &standard);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    term_leave();
    int failed = posix_spawnp(&pid, argv[0], NULL, &attr, argv, environ);
    while (!failed && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    posix_spawnattr_destroy(&attr);
    term_enter();
    loop_dirty(s->loop, back_again(s));
    if (failed) {
        err_set_errno(err, ERR_IO, failed, "cannot run %s", argv[0]);
        return -1;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
