#include "client/secret_source.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { COMMAND_TIMEOUT_MS = 10000, SECRET_CAP = 64 * 1024, REAP_POLL_MS = 10 };

static int
spawn_attributes(posix_spawnattr_t *attr)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    int failed = posix_spawnattr_setpgroup(attr, 0);
    failed = failed ? failed : posix_spawnattr_setsigmask(attr, &none);
    failed = failed ? failed : posix_spawnattr_setsigdefault(attr, &all);
    return failed ? failed : posix_spawnattr_setflags(attr, flags);
}

/* Starts the shell with its output on `out_fd`; 0 or an errno. */
static int
spawn_shell(char *command, int out_fd, pid_t *pid)
{
    char shell[] = "sh", option[] = "-c";
    char *argv[] = {shell, option, command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawnattr_init(&attr);
    if (!failed) {
        failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (!failed)
            failed = posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
        if (!failed)
            failed = spawn_attributes(&attr);
        if (!failed)
            failed = posix_spawn(pid, "/bin/sh", &actions, &attr, argv, environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static enum err_code
start_command(struct secret_source *s, struct str command, struct err *err)
{
    struct arena arena;
    arena_init(&arena, SECRET_CAP);
    char *text = command.n < SECRET_CAP / 2 ? arena_cstr(&arena, command) : NULL;
    int ends[2] = {-1, -1};
    int failed = text ? 0 : E2BIG;
    if (!failed && pipe(ends))
        failed = errno;
    if (!failed) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        failed = spawn_shell(text, ends[1], &s->pid);
    }
    if (ends[1] >= 0)
        close(ends[1]);
    arena_fini(&arena);
    if (failed) {
        if (ends[0] >= 0)
            close(ends[0]);
        s->pid = 0;
        return err_set_errno(err, ERR_CONFIG, failed, "the secret-command cannot be started");
    }
    s->fd = ends[0];
    s->deadline_ms = clock_mono_ms() + COMMAND_TIMEOUT_MS;
    buf_init(&s->text, SECRET_CAP);
    buf_reserve(&s->text, SECRET_CAP - 1); /* never moves, so no copy stays behind */
    return ERR_OK;
}

enum err_code
secret_source_start(struct secret_source *s, const struct profile *p, struct err *err)
{
    *s = (struct secret_source){.fd = -1};
    if (p->secret) {
        s->ready = secret_copy(p->secret);
        return ERR_OK;
    }
    if (str_given(p->secret_command))
        return start_command(s, p->secret_command, err);
    if (!str_given(p->secret_file))
        return err_set(
            err, ERR_UNAUTHENTICATED,
            "no secret is configured: give --secret-file FILE or --secret-command CMD, or "
            "put one of them into the profile");
    struct arena arena;
    arena_init(&arena, SECRET_CAP);
    s->ready = p->secret_file.n < SECRET_CAP / 2
                   ? secret_from_file(arena_cstr(&arena, p->secret_file), err)
                   : NULL;
    arena_fini(&arena);
    if (s->ready)
        return ERR_OK;
    if (err)
        err->code = ERR_CONFIG;
    return ERR_CONFIG;
}

/* True at the end of the output. */
static bool
read_output(struct secret_source *s)
{
    for (;;) {
        size_t room = SECRET_CAP - 1 - s->text.n;
        char spill;
        ssize_t n = room ? read(s->fd, s->text.p + s->text.n, room) : read(s->fd, &spill, 1);
        if (n > 0 && room)
            s->text.n += (size_t)n;
        else if (n > 0)
            s->text.failed = true;
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            return true;
        else if (errno == EAGAIN)
            return false;
    }
}

void
secret_source_abort(struct secret_source *s)
{
    if (s->pid) {
        kill(-s->pid, SIGKILL);
        while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        if (s->fd >= 0)
            close(s->fd);
        secret_buf_fini(&s->text);
    }
    secret_free(s->ready);
    *s = (struct secret_source){.fd = -1};
}

static enum err_code
take_output(struct secret_source *s, int status, struct secret **out, struct err *err)
{
    if (!WIFEXITED(status))
        return err_set(err, ERR_UNAUTHENTICATED, "the secret-command was ended by a signal");
    if (WEXITSTATUS(status))
        return err_set(err, ERR_UNAUTHENTICATED, "the secret-command failed with status %d",
                       WEXITSTATUS(status));
    struct str text = {s->text.p, s->text.n};
    if (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    if (!text.n || s->text.failed)
        return err_set(err, ERR_UNAUTHENTICATED, "the secret-command printed %s",
                       text.n ? "more than 64 KiB" : "nothing");
    *out = secret_new(text);
    return ERR_OK;
}

bool
secret_source_done(struct secret_source *s, struct secret **out, struct err *err,
                   enum err_code *code)
{
    *code = ERR_OK;
    if (s->ready) {
        *out = s->ready;
        s->ready = NULL;
        return true;
    }
    if (s->fd >= 0 && read_output(s)) {
        close(s->fd);
        s->fd = -1;
    }
    int status;
    pid_t ended = s->fd < 0 ? waitpid(s->pid, &status, WNOHANG) : 0;
    if (ended > 0) {
        *code = take_output(s, status, out, err);
        secret_buf_fini(&s->text);
        *s = (struct secret_source){.fd = -1};
        return true;
    }
    if (clock_mono_ms() < s->deadline_ms)
        return false;
    secret_source_abort(s);
    *code = err_set(err, ERR_UNAUTHENTICATED, "the secret-command did not end within %d s",
                    COMMAND_TIMEOUT_MS / 1000);
    return true;
}

int
secret_source_fd(const struct secret_source *s)
{
    return s->fd;
}

int64_t
secret_source_next_ms(const struct secret_source *s)
{
    if (s->fd < 0)
        return REAP_POLL_MS;
    int64_t left = s->deadline_ms - clock_mono_ms();
    return left > 0 ? left : 0;
}

void
secret_source_wait(const struct secret_source *s)
{
    struct pollfd output = {.fd = s->fd, .events = POLLIN};
    poll(&output, 1, (int)secret_source_next_ms(s));
}
