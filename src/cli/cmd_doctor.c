/*
 * gatehouse doctor: everything a report about a problem needs, and nothing secret. Each line is one
 * check with a verdict; the exit code is that of the first failure.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/cli_priv.h"
#include "cli/rows.h"
#include "client/local_files.h"
#include "qr/terminal.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum verdict { GOOD, WARN, BAD };

struct doctor {
    struct cli *cli;
    struct json *list;
    enum cli_exit status;
};

static void note(struct doctor *d, enum verdict verdict, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
note(struct doctor *d, enum verdict verdict, const char *name, const char *fmt, ...)
{
    static const char *const words[] = {"ok", "warning", "failure"};
    va_list ap;
    va_start(ap, fmt);
    struct str detail = arena_vprintf(&d->cli->arena, fmt, ap);
    va_end(ap);
    struct json *row = json_new_object();
    json_set(row, STR("verdict"), json_new_str(str_of(words[verdict])));
    json_set(row, STR("check"), json_new_str(str_of(name)));
    json_set(row, STR("detail"), json_new_str(detail));
    json_push(d->list, row);
}

static void
fail(struct doctor *d, const char *name, const struct err *err)
{
    note(d, BAD, name, "%s", err->msg);
    if (!d->status)
        d->status = cli_exit_code(err->code);
}

static void
check_folder(struct doctor *d, const char *kind, const char *name)
{
    struct str path = file_xdg_dir(kind, &d->cli->arena);
    struct stat st;
    if (stat(arena_cstr(&d->cli->arena, path), &st))
        note(d, GOOD, name, "%.*s (not there yet)", STR_ARG(path));
    else
        note(d, st.st_mode & 077 ? WARN : GOOD, name, "%.*s, mode %03o%s", STR_ARG(path),
             (unsigned)st.st_mode & 0777, st.st_mode & 077 ? ": others can look into it" : "");
}

static void
check_config(struct doctor *d)
{
    const struct profile_flags flags = cli_profile_flags(&d->cli->args);
    struct str path = profile_config_path(&flags, &d->cli->arena), *names;
    struct stat st;
    struct err err;
    size_t n;
    if (profile_names(&flags, &d->cli->arena, &names, &n, &err))
        fail(d, "configuration", &err);
    else if (stat(path.p, &st))
        note(d, GOOD, "configuration", "%.*s is not there: the local profile is used",
             STR_ARG(path));
    else
        note(d, st.st_mode & 022 ? WARN : GOOD, "configuration", "%.*s, %zu profiles%s",
             STR_ARG(path), n, st.st_mode & 022 ? "; others can change it" : "");
}

static const char *
variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : "not set";
}

static void
check_terminal(struct doctor *d)
{
    struct winsize size = {.ws_col = 0};
    const char *term = getenv("TERM");
    bool usable = term && *term && strcmp(term, "dumb") != 0;
    setlocale(LC_CTYPE, "");
    const char *charset = nl_langinfo(CODESET);
    note(d, usable ? GOOD : WARN, "terminal", "TERM %s, COLORTERM %s, NO_COLOR %s%s",
         variable("TERM"), variable("COLORTERM"), variable("NO_COLOR"),
         usable ? "" : ": the console needs a real terminal, commands do not");
    note(d, strcmp(charset, "UTF-8") == 0 ? GOOD : WARN, "characters", "%s%s", charset,
         strcmp(charset, "UTF-8") == 0 ? "" : ": names may not show; set LC_ALL=C.UTF-8");
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        note(d, GOOD, "screen", "%u columns, %u rows", size.ws_col, size.ws_row);
    else
        note(d, GOOD, "screen", "standard output is no terminal");
}

static const char *
ink_name(enum qr_ink ink)
{
    static const char *const names[] = {
        [QR_INK_RGB] = "true colour",       [QR_INK_256] = "256 colours",
        [QR_INK_16] = "16 colours",         [QR_INK_8] = "8 colours",
        [QR_INK_REVERSE] = "reverse video", [QR_INK_NONE] = "plain text",
    };
    return names[ink];
}

/* All the ways there are, with the room that each needs. */
static void
list_modes(struct doctor *d, const struct qr_terminal *t, const struct qr_code *q,
           const struct winsize *size)
{
    static const enum qr_mode modes[] = {QR_FULL, QR_HALF, QR_ASCII};
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        struct qr_fit fit = qr_fit_mode(q, modes[i], QR_QUIET_MIN);
        bool fits = fit.rows < size->ws_row && fit.cols <= size->ws_col;
        if (modes[i] != QR_HALF || t->half)
            note(d, GOOD, "QR codes", "%s: %s (%d columns, %d rows)", qr_mode_name(modes[i]),
                 fits ? "fits" : "does not fit", fit.cols, fit.rows + 1);
    }
}

/* Whether a code of the usual size, an address and a secret of 32 characters, can be drawn here. */
static void
check_qr_room(struct doctor *d, const struct qr_terminal *t, const struct qr_code *q)
{
    struct winsize size = {.ws_col = 0};
    bool known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    struct qr_fit least = qr_fit_mode(q, t->half ? QR_HALF : QR_FULL, QR_QUIET_MIN);
    struct qr_fit fit = known ? qr_terminal_fit(t, q, size.ws_row - 1, size.ws_col) : least;
    if (fit.mode == QR_NONE)
        note(d, WARN, "QR codes", "an enrolment code needs %d columns and %d rows here", least.cols,
             least.rows + 1);
    else
        note(d, GOOD, "QR codes", "%s in %s", qr_mode_name(fit.mode), ink_name(t->ink));
    if (known)
        list_modes(d, t, q, &size);
    if (t->why)
        note(d, GOOD, "QR codes", "half blocks are not used: %s", t->why);
}

static void
check_qr(struct doctor *d)
{
    struct qr_terminal t;
    struct qr_code q;
    qr_terminal_detect(&t);
    if (t.off)
        note(d, GOOD, "QR codes", "off: GATEHOUSE_QR says so");
    else if (qr_encode(&q, &d->cli->arena,
                       STR("otpauth://totp/Example:somebody%40example.com?secret="
                           "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example"),
                       QR_LEVEL_L, NULL) == ERR_OK)
        check_qr_room(d, &t, &q);
}

static void
check_profile(struct doctor *d, const struct profile *p)
{
    note(d, GOOD, "profile", "%.*s, %.*s%s%s", STR_ARG(p->name), STR_ARG(profile_host(p)),
         p->read_only ? ", read-only" : "", p->production ? ", production" : "");
    if (p->local) {
        const char *server = local_files_server(&d->cli->arena);
        note(d, server ? GOOD : BAD, "server program", "%s",
             server ? server : "gatehoused is neither beside gatehouse nor in PATH");
        return;
    }
    if (str_given(p->client_id))
        note(d, GOOD, "client id", "%.*s...", (int)(p->client_id.n < 8 ? p->client_id.n : 8),
             p->client_id.p);
    else
        note(d, WARN, "client id", "none: nothing that needs a sign-in will work");
    struct err err;
    struct secret *secret = profile_secret(p, &err);
    if (secret)
        note(d, GOOD, "secret", "from %s", str_given(p->secret_file) ? "its file" : "its command");
    else
        fail(d, "secret", &err);
    secret_free(secret);
}

static void
check_clock(struct doctor *d)
{
    enum { LARGEST_MS = 30000 };
    struct client_status s;
    client_status(d->cli->client, &s);
    int64_t off = s.clock_offset_ms;
    note(d, off > LARGEST_MS || off < -LARGEST_MS ? WARN : GOOD, "clock",
         "%lld s away from the server's", (long long)(off / 1000));
    note(d, GOOD, "answer time", "%lld ms", (long long)(s.last_latency_us / 1000));
    if (s.token_left_ms > INT64_MAX / 2)
        note(d, GOOD, "token", "valid, without a stated end");
    else if (s.token_left_ms >= 0)
        note(d, GOOD, "token", "valid, renewed in %lld s", (long long)(s.token_left_ms / 1000));
}

/* One small authorised request shows address, TLS, credentials and clock at once. */
static void
check_server(struct doctor *d)
{
    const struct op *op = op_get(OP_tenants_list);
    struct values *v = values_new(op);
    if (values_set(v, STR("_limit"), json_new_i64(1), NULL)) {
        values_free(v);
        return;
    }
    struct result *r = cli_call(d->cli, op, v);
    if (!r)
        return;
    if (r->err.code) {
        fail(d, "server", &r->err);
        if (r->hint)
            note(d, WARN, "server", "hint: %s", r->hint);
    } else {
        note(d, GOOD, "server", "answers, the credentials are good");
    }
    if (r->status)
        check_clock(d);
    result_free(r);
}

static void
examine(struct doctor *d)
{
    struct cli *cli = d->cli;
    struct err err;
    const struct profile_flags flags = cli_profile_flags(&cli->args);
    note(d, GOOD, "version", "gatehouse %s", GATEHOUSE_VERSION);
    check_config(d);
    check_folder(d, "DATA", "data folder");
    check_folder(d, "STATE", "state folder");
    check_folder(d, "RUNTIME", "run folder");
    check_terminal(d);
    check_qr(d);
    if (d->status)
        return;
    if (profile_load(&flags, &cli->arena, &cli->profile, &err)) {
        fail(d, "profile", &err);
        return;
    }
    check_profile(d, &cli->profile);
    if (d->status)
        return;
    cli->client = client_new(&cli->profile, &err);
    if (cli->client)
        check_server(d);
    else
        fail(d, "server", &err);
}

enum cli_exit
cli_run_doctor(struct cli *cli)
{
    struct doctor d = {.cli = cli, .list = json_new_array(), .status = CLI_DONE};
    struct rows rows = {.out = &cli->out, .format = cli->format};
    examine(&d);
    (void)rows_columns(&rows, STR("verdict,check,detail"), NULL);
    rows_write(&rows, d.list, SIZE_MAX);
    rows_end(&rows);
    json_free(d.list);
    return d.status;
}
