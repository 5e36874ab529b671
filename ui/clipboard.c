#include "ui/clipboard.h"

#include "base/mem.h"
#include "ui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SCREEN_CHUNK = 256, /* GNU screen cuts longer strings off */
    PROGRAM_MS = 300    /* they hand over and end at once, or do not work here */
};

extern char **environ;

static bool
env_given(const char *name)
{
    const char *v = getenv(name);
    return v && v[0];
}

enum clipboard_way
clipboard_choose(void)
{
    const char *asked = getenv("GATEHOUSE_CLIPBOARD");
    struct str want = str_of(asked ? asked : "auto");
    bool remote = env_given("SSH_TTY") || env_given("SSH_CONNECTION");
    bool desktop = env_given("WAYLAND_DISPLAY") || env_given("DISPLAY");
    if (str_eq(want, STR("off")))
        return CLIPBOARD_OFF;
    if (str_eq(want, STR("native")))
        return CLIPBOARD_NATIVE;
    if (env_given("TMUX"))
        return CLIPBOARD_TMUX;
    if (env_given("STY"))
        return CLIPBOARD_SCREEN;
    if (str_eq(want, STR("osc52")) || remote || !desktop)
        return CLIPBOARD_OSC52;
    return CLIPBOARD_NATIVE;
}

void
clipboard_sequence(enum clipboard_way way, struct str text, struct buf *out)
{
    struct buf osc;
    buf_init(&osc, 2 * CLIPBOARD_MAX);
    buf_add_text(&osc, "\033]52;c;");
    buf_add_base64(&osc, text.p, text.n);
    buf_add_char(&osc, '\a');
    if (way != CLIPBOARD_SCREEN) {
        buf_add_str(out, buf_str(&osc));
    } else {
        /* Device control strings that screen passes on as they are. */
        for (size_t at = 0; at < osc.n; at += SCREEN_CHUNK) {
            buf_add_text(out, "\033P");
            buf_add_str(out, str_sub(buf_str(&osc), at, at + SCREEN_CHUNK));
            buf_add_text(out, "\033\\");
        }
    }
    buf_fini(&osc);
}

/* --- Programs --- */

/* Feeds text to a program that reads it at once; gives up on one that does not. */
static bool
feed(int fd, struct str text)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (text.n > 0) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        if (poll(&p, 1, PROGRAM_MS) <= 0)
            return false;
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return false;
        text = str_sub(text, (size_t)n, text.n);
    }
    return true;
}

static bool
ended_well(pid_t pid)
{
    int status;
    for (int waited = 0; waited < PROGRAM_MS; waited += 5) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (got < 0 && errno != EINTR)
            return false;
        poll(NULL, 0, 5);
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return false;
}

static bool
spawn_reader(char *const argv[], int from, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, from, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(pid, argv[0], &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    return failed == 0;
}

static bool
pipe_to(char *const argv[], struct str text)
{
    int fds[2];
    pid_t pid;
    if (pipe(fds) != 0)
        return false;
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    fcntl(fds[1], F_SETFD, FD_CLOEXEC);
    bool started = spawn_reader(argv, fds[0], &pid);
    close(fds[0]);
    bool fed = started && feed(fds[1], text);
    close(fds[1]);
    return started && ended_well(pid) && fed;
}

static bool
copy_by_program(enum clipboard_way way, struct str text, const char **how)
{
    static const struct {
        enum clipboard_way way;
        const char *needs, *how;
        const char *argv[5];
    } programs[] = {
        {CLIPBOARD_TMUX, "TMUX", "to tmux", {"tmux", "load-buffer", "-w", "-", NULL}},
        {CLIPBOARD_NATIVE, "WAYLAND_DISPLAY", "with wl-copy", {"wl-copy", NULL}},
        {CLIPBOARD_NATIVE, "DISPLAY", "with xclip", {"xclip", "-selection", "clipboard", NULL}},
        {CLIPBOARD_NATIVE, "DISPLAY", "with xsel", {"xsel", "--clipboard", "--input", NULL}},
    };
    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        if (programs[i].way != way || !env_given(programs[i].needs))
            continue;
        *how = programs[i].how;
        char *argv[COUNT_OF(programs[i].argv)];
        memcpy(argv, programs[i].argv, sizeof argv); /* exec's type has no const */
        if (pipe_to(argv, text))
            return true;
    }
    return false;
}

/* --- Copying --- */

static bool
copy_by_sequence(enum clipboard_way way, struct str text)
{
    struct buf b;
    buf_init(&b, 4 * CLIPBOARD_MAX);
    clipboard_sequence(way, text, &b);
    bool done = !b.failed && term_write(buf_str(&b));
    buf_fini(&b);
    return done;
}

enum err_code
clipboard_copy(struct str text, const char **how, struct err *err)
{
    enum clipboard_way way = clipboard_choose();
    if (way == CLIPBOARD_OFF)
        return err_set(err, ERR_FORBIDDEN, "copying is turned off (GATEHOUSE_CLIPBOARD=off)");
    if (text.n > CLIPBOARD_MAX)
        return err_set(err, ERR_LIMIT,
                       "too much to copy (%zu bytes, at most %d); export it instead", text.n,
                       CLIPBOARD_MAX);
    if ((way == CLIPBOARD_TMUX || way == CLIPBOARD_NATIVE) && copy_by_program(way, text, how))
        return ERR_OK;
    *how = "through the terminal";
    if (way == CLIPBOARD_TMUX || way == CLIPBOARD_NATIVE)
        way = CLIPBOARD_OSC52;
    if (!copy_by_sequence(way, text))
        return err_set(err, ERR_IO, "the terminal did not take the text");
    return ERR_OK;
}
