/*
 * cli_main: parse, run one command, flush, clean up, exit code. Signals are read from a descriptor
 * so that a command under way is cancelled properly and the local server stopped before the process
 * ends by the same signal.
 */
#include "cli/cli.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/cli_priv.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { RUN_ARENA_CAP = 64 * 1024 * 1024, LINE_CAP = 16 * 1024 };

static cli_run *const runs[CLI_CMD_COUNT] = {
    [CLI_CMD_api] = cli_run_api,
    [CLI_CMD_call] = cli_run_call,
    [CLI_CMD_operations] = cli_run_operations,
    [CLI_CMD_profiles] = cli_run_profiles,
    [CLI_CMD_doctor] = cli_run_doctor,
    [CLI_CMD_journal] = cli_run_journal,
    [CLI_CMD_completion] = cli_run_completion,
    [CLI_CMD_qr] = cli_run_qr,
    [CLI_CMD_mfa_enroll] = cli_run_mfa_enroll,
    [CLI_CMD_enroll] = cli_run_enroll,
    [CLI_CMD_users_list] = cli_run_list,
    [CLI_CMD_users_get] = cli_run_get,
    [CLI_CMD_users_export] = cli_run_export,
    [CLI_CMD_users_import] = cli_run_import,
    [CLI_CMD_tenants_list] = cli_run_list,
    [CLI_CMD_tenants_get] = cli_run_get,
    [CLI_CMD_tenants_export] = cli_run_export,
    [CLI_CMD_tenants_import] = cli_run_import,
    [CLI_CMD_roles_list] = cli_run_list,
    [CLI_CMD_roles_get] = cli_run_get,
    [CLI_CMD_roles_export] = cli_run_export,
    [CLI_CMD_roles_import] = cli_run_import,
    [CLI_CMD_settings_export] = cli_run_settings_export,
    [CLI_CMD_plan] = cli_run_plan,
    [CLI_CMD_apply] = cli_run_apply,
    [CLI_CMD_compare] = cli_run_compare,
    [CLI_CMD_sessions_list] = cli_run_sessions_list,
    [CLI_CMD_sessions_watch] = cli_run_sessions_watch,
    [CLI_CMD_sessions_revoke] = cli_run_sessions_revoke,
    [CLI_CMD_find] = cli_run_find,
    [CLI_CMD_why] = cli_run_why,
    [CLI_CMD_permissions_effective] = cli_run_effective,
};

enum cli_exit
cli_exit_code(enum err_code code)
{
    switch (code) {
    case ERR_OK:
        return CLI_DONE;
    case ERR_USAGE:
    case ERR_CONFIG:
        return CLI_USAGE;
    case ERR_NOT_FOUND:
    case ERR_GONE:
        return CLI_NOT_FOUND;
    case ERR_UNAUTHENTICATED:
        return CLI_SIGN_IN;
    case ERR_FORBIDDEN:
        return CLI_REFUSED;
    case ERR_NETWORK:
    case ERR_TLS:
    case ERR_TIMEOUT:
    case ERR_RATE:
    case ERR_BUSY:
    case ERR_OUTCOME_UNKNOWN:
        return CLI_NETWORK;
    case ERR_CONFLICT:
        return CLI_CONFLICT;
    case ERR_CANCELLED:
        return CLI_CANCELLED;
    case ERR_INVALID:
    case ERR_METHOD:
    case ERR_TOO_LARGE:
    case ERR_MEDIA:
    case ERR_LOCKED:
    case ERR_INTERNAL:
    case ERR_UNIMPLEMENTED:
    case ERR_IO:
    case ERR_DB:
    case ERR_DB_FULL:
    case ERR_CORRUPT:
    case ERR_PARSE:
    case ERR_LIMIT:
    case ERR_SHUTDOWN:
    case ERR_COUNT:
        break;
    }
    return CLI_FAILED;
}

static void
write_stderr(struct str s)
{
    while (s.n) {
        ssize_t n = write(STDERR_FILENO, s.p, s.n);
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0)
            s = str_sub(s, (size_t)n, s.n);
    }
}

void
cli_progress_end(struct cli *cli)
{
    if (cli->notified)
        write_stderr(STR("\r\033[K"));
    cli->notified = false;
}

static void say(struct cli *cli, const char *prefix, const char *suffix, const char *fmt,
                va_list ap) __attribute__((format(printf, 4, 0)));

static void
say(struct cli *cli, const char *prefix, const char *suffix, const char *fmt, va_list ap)
{
    struct buf text, line;
    buf_init(&text, LINE_CAP);
    buf_init(&line, LINE_CAP * 8);
    buf_vprintf(&text, fmt, ap);
    cli_progress_end(cli);
    buf_add_text(&line, prefix);
    utf8_make_safe(&line, buf_str(&text));
    buf_add_text(&line, suffix);
    write_stderr(buf_str(&line));
    buf_fini(&line);
    buf_fini(&text);
}

void
cli_say(struct cli *cli, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(cli, "gatehouse: ", "\n", fmt, ap);
    va_end(ap);
}

void
cli_progress(struct cli *cli, const char *fmt, ...)
{
    if (!cli->notify)
        return;
    va_list ap;
    va_start(ap, fmt);
    say(cli, "", "", fmt, ap);
    va_end(ap);
    cli->notified = true;
}

enum cli_exit
cli_fail(struct cli *cli, const struct err *err)
{
    cli_say(cli, "%s", err->msg);
    return cli_exit_code(err->code);
}

/* Signals that end a command; one that was ignored at the start stays ignored. */
static int
open_signals(sigset_t *set)
{
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigemptyset(set);
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct sigaction now;
        if (sigaction(wanted[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(set, wanted[i]);
    }
    sigprocmask(SIG_BLOCK, set, NULL);
    /* A reader that went away shows as EPIPE, after which there is still cleaning up to do. */
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
end_by_signal(int number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
}

static enum cli_exit
set_format(struct cli *cli)
{
    struct str name = cli->args.opt[CLI_OPT_output];
    if (str_given(name) && !cli_format_parse(name, &cli->format)) {
        cli_say(cli, "-o takes table, json, ndjson or csv, not %.*s", STR_ARG(name));
        return CLI_USAGE;
    }
    return CLI_DONE;
}

static enum cli_exit
run_command(struct cli *cli)
{
    const struct cli_command_info *info = cli_command_info(cli->args.command);
    if (cli_given(&cli->args, CLI_OPT_version)) {
        out_printf(&cli->out, "gatehouse %s\n", GATEHOUSE_VERSION);
        return CLI_DONE;
    }
    if (cli_given(&cli->args, CLI_OPT_help)) {
        cli_help(&cli->out, cli->args.command);
        return CLI_DONE;
    }
    if (info->groups & CLI_GROUP_LATER) {
        cli_say(cli, "%s%s%s is not built yet in version %s", info->word,
                info->second[0] ? " " : "", info->second, GATEHOUSE_VERSION);
        return CLI_FAILED;
    }
    enum cli_exit status = set_format(cli);
    if (status)
        return status;
    if (!runs[cli->args.command]) {
        cli_say(cli, "nothing to do; see gatehouse --help");
        return CLI_USAGE;
    }
    return runs[cli->args.command](cli);
}

/* Output that did not arrive is a failure, whatever the command said. */
static enum cli_exit
finish_output(struct cli *cli, enum cli_exit status)
{
    cli_progress_end(cli);
    if (out_flush(&cli->out))
        return status;
    if (cli->out.error == EPIPE) {
        cli->signal_number = SIGPIPE;
        return status;
    }
    struct err err;
    err_set_errno(&err, ERR_IO, cli->out.error, "the result cannot be written");
    return cli_fail(cli, &err);
}

int
cli_main(int argc, char *const *argv)
{
    struct cli cli = {.notify = isatty(STDERR_FILENO)};
    struct err err;
    sigset_t signals;
    arena_init(&cli.arena, RUN_ARENA_CAP);
    out_init(&cli.out, STDOUT_FILENO);
    cli.signal_fd = open_signals(&signals);
    enum cli_exit status;
    if (cli_args_parse(&cli.args, argc, argv, &cli.arena, &err))
        status = cli_fail(&cli, &err);
    else
        status = run_command(&cli);
    status = finish_output(&cli, status);
    client_free(cli.client);
    out_fini(&cli.out);
    arena_fini(&cli.arena);
    if (cli.signal_fd >= 0)
        close(cli.signal_fd);
    if (cli.signal_number)
        end_by_signal(cli.signal_number);
    return (int)status;
}

bool
cli_console_wanted(int argc, char *const *argv, struct profile_flags *flags)
{
    struct arena arena;
    struct cli_args args;
    arena_init(&arena, RUN_ARENA_CAP);
    bool wanted = !cli_args_parse(&args, argc, argv, &arena, NULL) &&
                  args.command == CLI_CMD_NONE && !cli_given(&args, CLI_OPT_help) &&
                  !cli_given(&args, CLI_OPT_version) && !cli_given(&args, CLI_OPT_output);
    if (wanted)
        *flags = cli_profile_flags(&args);
    arena_fini(&arena);
    return wanted;
}
