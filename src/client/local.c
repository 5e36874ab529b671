#include "client/local.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "client/local_files.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_TIMEOUT_MS = 60000, STOP_TIMEOUT_MS = 5000, STOP_POLL_MS = 10, LINE_MAX_BYTES = 4096 };

struct local {
    struct arena arena;
    struct local_files files;
    bool demo;
    enum local_state state;
    pid_t pid; /* 0: not ours */
    int out_fd;
    int64_t deadline_ms;
    struct buf line;
    struct str client_id;
    struct secret *secret;
};

/* True if somebody accepts connections there. */
static bool
is_served(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, n + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool served = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return served;
}

/* Runs in the child, where only calls that are safe after fork in a threaded program are made. */
static void
become_server(const char *program, char *const argv[], int out_fd, int err_fd, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0); /* the terminal's Ctrl-C and Ctrl-Z are for us, not for it */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0)
        dup2(null, 0);
    dup2(out_fd, 1);
    dup2(err_fd, 2);
    execv(program, argv);
    _exit(127);
}

static enum err_code
spawn_server(struct local *l, const char *program, struct err *err)
{
    char demo[] = "--demo", listen[] = "--listen", data[] = "--data";
    char *address = arena_cstr(&l->arena, arena_printf(&l->arena, "unix:%s", l->files.socket));
    char *name = arena_cstr(&l->arena, str_of(program));
    char *folder = arena_cstr(&l->arena, str_of(l->files.data));
    char *argv[] = {name, listen, address, data, folder, l->demo ? demo : NULL, NULL};
    int ends[2];
    if (pipe(ends))
        return err_set_errno(err, ERR_IO, errno, "the local server cannot be started");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    int err_fd = open(l->files.log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    pid_t parent = getpid();
    l->pid = err_fd < 0 ? -1 : fork();
    if (l->pid == 0)
        become_server(program, argv, ends[1], err_fd, parent);
    int failed = l->pid < 0 ? errno : 0;
    close(ends[1]);
    if (err_fd >= 0)
        close(err_fd);
    l->out_fd = ends[0];
    if (!failed)
        return ERR_OK;
    l->pid = 0;
    return err_set_errno(err, ERR_IO, failed, "the local server cannot be started");
}

static enum err_code
start(struct local *l, struct err *err)
{
    enum err_code code = local_files_make(&l->files, l->demo, &l->arena, err);
    if (code)
        return code;
    if (!l->demo && is_served(l->files.socket))
        return ERR_OK; /* somebody's server: local_step finds it ready */
    const char *program = local_files_server(&l->arena);
    if (!program)
        return err_set(err, ERR_CONFIG,
                       "gatehoused is neither beside gatehouse nor in PATH; install it, or give "
                       "--url");
    unlink(l->files.socket);
    return spawn_server(l, program, err);
}

struct local *
local_start(bool demo, struct err *err)
{
    struct local *l = mem_new(1, sizeof *l);
    arena_init(&l->arena, 1024 * 1024);
    buf_init(&l->line, LINE_MAX_BYTES);
    l->demo = demo;
    l->out_fd = -1;
    l->deadline_ms = clock_mono_ms() + START_TIMEOUT_MS;
    if (demo)
        local_files_sweep();
    if (start(l, err)) {
        local_stop(l);
        return NULL;
    }
    return l;
}

static bool
reap(struct local *l)
{
    pid_t ended = waitpid(l->pid, NULL, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return false;
    l->pid = 0;
    return true;
}

static void
pause_ms(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static void
end_server(struct local *l)
{
    kill(l->pid, SIGTERM);
    for (int waited = 0; waited < STOP_TIMEOUT_MS; waited += STOP_POLL_MS) {
        if (reap(l))
            return;
        pause_ms(STOP_POLL_MS);
    }
    kill(l->pid, SIGKILL);
    while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    l->pid = 0;
}

void
local_stop(struct local *take)
{
    if (!take)
        return;
    if (take->pid)
        end_server(take);
    if (take->out_fd >= 0)
        close(take->out_fd);
    if (take->demo && take->files.data)
        local_files_remove(take->files.data);
    secret_free(take->secret);
    buf_fini(&take->line);
    arena_fini(&take->arena);
    mem_free(take);
}

void
local_orphaned(void)
{
    int waited = 0;
    pid_t ended = 0;
    while (ended >= 0 && waited < STOP_TIMEOUT_MS) {
        ended = waitpid(-1, NULL, WNOHANG);
        if (ended == 0) {
            pause_ms(STOP_POLL_MS);
            waited += STOP_POLL_MS;
        }
    }
    local_files_sweep();
}

int
local_fd(const struct local *l)
{
    return l->state == LOCAL_STARTING ? l->out_fd : -1;
}

int64_t
local_next_ms(const struct local *l)
{
    if (l->state != LOCAL_STARTING)
        return -1;
    if (!l->pid)
        return 0;
    int64_t left = l->deadline_ms - clock_mono_ms();
    return left > 0 ? left : 0;
}

static enum local_state
fail(struct local *l)
{
    l->state = LOCAL_FAILED;
    return l->state;
}

static enum local_state
become_ready(struct local *l, struct err *err)
{
    struct local_credentials found;
    if (local_files_credentials(&l->files, &l->arena, &found, err))
        return fail(l);
    l->client_id = found.client_id;
    l->secret = found.secret;
    l->state = LOCAL_READY;
    return l->state;
}

/* Bytes up to the first line end; true when the line is whole, *ended at the end of output. */
static bool
read_line(struct local *l, bool *ended)
{
    char c;
    for (;;) {
        ssize_t n = read(l->out_fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0) {
            *ended = true;
            return false;
        }
        if (c == '\n')
            return true;
        buf_add_char(&l->line, c);
    }
}

enum local_state
local_step(struct local *l, struct err *err)
{
    bool ended = false;
    if (l->state != LOCAL_STARTING)
        return l->state;
    if (!l->pid)
        return become_ready(l, err);
    if (read_line(l, &ended)) {
        if (str_starts(buf_str(&l->line), STR("ready ")))
            return become_ready(l, err);
        buf_reset(&l->line);
        return l->state;
    }
    if (ended) {
        end_server(l);
        struct str why = local_files_last_line(l->files.log, &l->arena);
        err_set(err, ERR_IO, "the local server does not start: %.*s",
                STR_ARG(why.n ? why : STR("it ended without a word")));
        return fail(l);
    }
    if (clock_mono_ms() >= l->deadline_ms) {
        err_set(err, ERR_TIMEOUT, "the local server is not ready after %d s; see %s",
                START_TIMEOUT_MS / 1000, l->files.log);
        return fail(l);
    }
    return l->state;
}

const char *
local_socket(const struct local *l)
{
    return l->files.socket;
}

struct str
local_client_id(const struct local *l)
{
    return l->client_id;
}

const struct secret *
local_secret(const struct local *l)
{
    return l->secret;
}
