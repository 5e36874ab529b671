/* Profile, client, and waiting for one answer: what every command that talks to a server needs. */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/cli_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TEXT_MAX = 16 * 1024 * 1024, COUNTDOWN_MS = 1000 };

bool
cli_connect(struct cli *cli, enum cli_exit *status)
{
    struct err err = {.code = ERR_OK};
    const struct profile_flags flags = cli_profile_flags(&cli->args);
    if (profile_load(&flags, &cli->arena, &cli->profile, &err)) {
        *status = cli_fail(cli, &err);
        return false;
    }
    cli->client = client_new(&cli->profile, &err);
    if (!cli->client) {
        *status = cli_fail(cli, &err);
        return false;
    }
    return true;
}

int
cli_screen(const struct cli *cli)
{
    enum { USUAL = 80 };
    struct winsize size;
    if (!isatty(cli->out.fd))
        return 0;
    bool known = ioctl(cli->out.fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : USUAL;
}

static void
on_done(void *ctx, struct result *take)
{
    struct cli_fetch *fetch = ctx;
    fetch->result = take;
    fetch->done = true;
}

void
cli_start(struct cli *cli, struct cli_fetch *fetch, const struct client_request *request)
{
    *fetch = (struct cli_fetch){.done = false};
    struct client_request r = *request;
    r.set = &fetch->set;
    r.done = on_done;
    r.ctx = fetch;
    client_send(cli->client, &r);
}

bool
cli_interrupted(struct cli *cli)
{
    struct signalfd_siginfo info;
    if (cli->signal_number)
        return true;
    if (cli->signal_fd < 0 || read(cli->signal_fd, &info, sizeof info) != sizeof info)
        return false;
    cli->signal_number = (int)info.ssi_signo;
    return true;
}

/* Says once, or on a terminal every second, that and why the answer takes longer. */
static void
show_wait(struct cli *cli, bool *announced)
{
    struct client_status status;
    client_status(cli->client, &status);
    if (!status.retry_at_ms) {
        if (*announced)
            cli_progress_end(cli);
        return;
    }
    int64_t left = (status.retry_at_ms - clock_now_ms() + 999) / 1000;
    if (cli->notify)
        cli_progress(cli, "%.*s, next try in %lld s", STR_ARG(status.wait_reason),
                     (long long)(left > 0 ? left : 0));
    else if (!*announced)
        cli_say(cli, "%.*s, next try in %lld s", STR_ARG(status.wait_reason),
                (long long)(left > 0 ? left : 0));
    *announced = true;
}

static int
wait_ms(const struct cli *cli, bool announced)
{
    int64_t next = client_next_ms(cli->client);
    if (cli->notify && announced && (next < 0 || next > COUNTDOWN_MS))
        next = COUNTDOWN_MS;
    return next > INT32_MAX ? INT32_MAX : (int)next;
}

bool
cli_wait(struct cli *cli, cli_done_fn *done, const void *ctx)
{
    bool announced = false;
    while (!done(ctx)) {
        struct pollfd fds[2] = {{.fd = client_fd(cli->client), .events = POLLIN},
                                {.fd = cli->signal_fd, .events = POLLIN}};
        poll(fds, 2, wait_ms(cli, announced));
        if (cli_interrupted(cli)) {
            cli_say(cli, "interrupted; what was already sent may have been carried out");
            return false;
        }
        client_dispatch(cli->client);
        if (!done(ctx))
            show_wait(cli, &announced);
    }
    if (announced)
        cli_progress_end(cli);
    return true;
}

static bool
fetch_done(const void *ctx)
{
    return ((const struct cli_fetch *)ctx)->done;
}

struct result *
cli_await(struct cli *cli, struct cli_fetch *fetch)
{
    if (!cli_wait(cli, fetch_done, fetch)) {
        cli_drop(cli, fetch);
        return NULL;
    }
    callset_close(&fetch->set, cli->client);
    struct result *r = fetch->result;
    fetch->result = NULL;
    return r;
}

void
cli_drop(struct cli *cli, struct cli_fetch *fetch)
{
    callset_close(&fetch->set, cli->client);
    result_free(fetch->result);
    fetch->result = NULL;
}

bool
cli_confirmed(struct cli *cli, const char *what)
{
    if (!cli->profile.production || cli_given(&cli->args, CLI_OPT_yes))
        return true;
    cli_say(cli, "%s, and profile %.*s is marked production: repeat with --yes", what,
            STR_ARG(cli->profile.name));
    return false;
}

struct result *
cli_raw(struct cli *cli, const struct raw_request *request)
{
    struct cli_fetch fetch = {.done = false};
    client_raw(cli->client, request, &fetch.set, on_done, &fetch);
    return cli_await(cli, &fetch);
}

struct result *
cli_call(struct cli *cli, const struct op *op, struct values *take)
{
    struct cli_fetch fetch;
    cli_start(cli, &fetch, &(struct client_request){.op = op, .values = take});
    return cli_await(cli, &fetch);
}

enum cli_exit
cli_fail_result(struct cli *cli, const struct result *r)
{
    cli_say(cli, "%s", r->err.msg);
    for (size_t i = 1; i < r->n_errors && i < 20; i++) {
        if (str_find(str_of(r->err.msg), r->errors[i]) < 0)
            cli_say(cli, "  %.*s", STR_ARG(r->errors[i]));
    }
    if (r->error_code[0] || r->trace_id[0])
        cli_say(cli, "  %s%s%s%s", r->error_code, r->error_code[0] && r->trace_id[0] ? ", " : "",
                r->trace_id[0] ? "trace id " : "", r->trace_id);
    if (r->hint)
        cli_say(cli, "  hint: %s", r->hint);
    return cli_exit_code(r->err.code);
}

static enum err_code
read_all(int fd, struct arena *a, struct str *out, struct err *err)
{
    struct buf b;
    char chunk[8192];
    ssize_t n;
    buf_init(&b, TEXT_MAX);
    while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0)
            buf_add(&b, chunk, (size_t)n);
    }
    enum err_code code = ERR_OK;
    if (n < 0)
        code = err_set_errno(err, ERR_IO, errno, "standard input cannot be read");
    else if (b.failed)
        code = err_set(err, ERR_LIMIT, "standard input is larger than %d MiB", TEXT_MAX >> 20);
    else
        *out = arena_str(a, buf_str(&b).p ? buf_str(&b) : STR(""));
    buf_fini(&b);
    return code;
}

enum err_code
cli_text_argument(struct cli *cli, struct str argument, struct str *out, struct err *err)
{
    *out = argument;
    if (!str_starts(argument, STR("@")))
        return ERR_OK;
    if (str_eq(argument, STR("@-")))
        return read_all(STDIN_FILENO, &cli->arena, out, err);
    const char *path = arena_cstr(&cli->arena, str_sub(argument, 1, argument.n));
    return file_read(path, TEXT_MAX, &cli->arena, out, err);
}
