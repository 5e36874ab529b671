#include "cli/dialog.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 16 * 1024, USUAL_COLUMNS = 80, USUAL_ROWS = 24 };

/* ---- opening and closing ---- */

/*
 * Echo only while an answer that may be seen is awaited: what is typed ahead must not land in a
 * drawing. No stopping without echo: the shell would get a terminal that shows nothing.
 */
static void
hide(struct dialog *d, bool hidden)
{
    struct termios t = d->found;
    if (hidden) {
        t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
        t.c_cc[VSUSP] = _POSIX_VDISABLE;
    }
    tcsetattr(d->fd, TCSANOW, &t);
}

/* Resizes and continuing are only of interest here. */
static int
watch_signals(struct dialog *d)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGCONT);
    sigprocmask(SIG_BLOCK, &set, &d->mask);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum err_code
read_patience(struct dialog *d, struct str wanted, struct err *err)
{
    int64_t seconds = DIALOG_PATIENCE_S;
    if (str_given(wanted) &&
        (!str_to_i64(wanted, &seconds) || seconds < 1 || seconds > DIALOG_WAIT_MAX_S))
        return err_set(err, ERR_USAGE, "--wait takes a number of seconds from 1 to %d",
                       DIALOG_WAIT_MAX_S);
    d->patience_s = (int)seconds;
    return ERR_OK;
}

enum err_code
dialog_open(struct dialog *d, struct cli *cli, struct err *err)
{
    const char *term = getenv("TERM");
    *d = (struct dialog){.cli = cli, .lines = -1, .signals = -1, .fd = -1};
    if (read_patience(d, cli->args.opt[CLI_OPT_wait], err))
        return err->code;
    d->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (d->fd < 0 || tcgetattr(d->fd, &d->found)) {
        if (d->fd >= 0)
            close(d->fd);
        d->fd = -1;
        return err_set(err, ERR_USAGE,
                       "an enrolment asks questions and needs a terminal; programs use `gatehouse "
                       "call mfa_authenticator_enroll` and `mfa_authenticator_confirm`");
    }
    d->can_wipe = term && *term && strcmp(term, "dumb") != 0;
    d->signals = watch_signals(d);
    hide(d, true);
    return ERR_OK;
}

void
dialog_close(struct dialog *d)
{
    if (!d->cli || d->fd < 0)
        return;
    dialog_wipe(d);
    tcsetattr(d->fd, TCSANOW, &d->found);
    close(d->fd);
    if (d->signals >= 0)
        close(d->signals);
    sigprocmask(SIG_SETMASK, &d->mask, NULL);
    d->fd = -1;
}

/* ---- writing ---- */

static void
write_tty(struct dialog *d, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = write(d->fd, bytes.p, bytes.n);
        if (n < 0 && errno != EINTR)
            return;
        if (n > 0)
            bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
}

int
dialog_columns(const struct dialog *d)
{
    struct winsize size;
    bool known = ioctl(d->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : USUAL_COLUMNS;
}

static void
count_lines(struct dialog *d, int width)
{
    int columns = dialog_columns(d);
    if (d->lines >= 0)
        d->lines += width > 0 ? (width + columns - 1) / columns : 1;
}

static void say(struct dialog *d, const char *end, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void
say(struct dialog *d, const char *end, const char *fmt, va_list ap)
{
    struct buf text, line;
    buf_init(&text, LINE_MAX_BYTES);
    buf_init(&line, LINE_MAX_BYTES * 8);
    buf_vprintf(&text, fmt, ap);
    utf8_make_safe(&line, buf_str(&text));
    count_lines(d, utf8_width(buf_str(&line)));
    buf_add_text(&line, end);
    cli_progress_end(d->cli);
    write_tty(d, buf_str(&line));
    secret_buf_fini(&line);
    secret_buf_fini(&text);
}

void
dialog_say(struct dialog *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(d, "\n", fmt, ap);
    va_end(ap);
}

void
dialog_draw(struct dialog *d, struct str bytes, int lines)
{
    write_tty(d, bytes);
    if (d->lines >= 0)
        d->lines += lines;
}

void
dialog_mark(struct dialog *d)
{
    d->lines = 0;
}

static int
window_rows(const struct dialog *d)
{
    struct winsize size;
    return ioctl(d->fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : USUAL_ROWS;
}

/* Line by line: what a terminal erases in one go it may keep, tmux does, where one can scroll to. */
static void
erase_lines(struct dialog *d, int lines, const char *step)
{
    struct buf b;
    buf_init(&b, LINE_MAX_BYTES);
    for (int i = 0; i < lines; i++) {
        buf_add_text(&b, "\033[2K");
        buf_add_text(&b, step);
    }
    buf_add_text(&b, "\033[2K");
    write_tty(d, buf_str(&b));
    buf_fini(&b);
}

/* Lines that have scrolled out of the window are beyond reach; everything in it goes. */
void
dialog_wipe(struct dialog *d)
{
    int lines = d->lines, rows = window_rows(d);
    d->lines = -1;
    if (lines <= 0 || !d->can_wipe)
        return;
    write_tty(d, STR("\r"));
    erase_lines(d, lines < rows ? lines : rows - 1, "\033[A");
}

void
dialog_lift(struct dialog *d)
{
    if (!d->again || !d->can_wipe || d->lines < 0)
        return;
    dialog_wipe(d);
    d->lifted = true;
}

void
dialog_lower(struct dialog *d)
{
    if (!d->lifted)
        return;
    d->lifted = false;
    dialog_mark(d);
    d->again(d->again_arg);
}

/* ---- asking ---- */

static void
put_prompt(struct dialog *d, const char *prompt)
{
    write_tty(d, str_of(prompt));
    write_tty(d, STR(" "));
}

/* A resize or a stop has disturbed the screen, and where lines stand now is anybody's guess: the
 * window begins anew. */
static void
show_again(struct dialog *d, const char *prompt, bool hidden)
{
    struct signalfd_siginfo info;
    while (read(d->signals, &info, sizeof info) == (ssize_t)sizeof info)
        continue;
    if (d->again) {
        hide(d, true);
        if (d->can_wipe) {
            write_tty(d, STR("\033[H"));
            erase_lines(d, window_rows(d) - 1, "\033[B");
        }
        write_tty(d, d->can_wipe ? STR("\033[H") : STR("\n"));
        d->lines = 0;
        d->again(d->again_arg);
        hide(d, hidden);
        put_prompt(d, prompt);
    }
}

/* Waits for bytes of the terminal. */
static enum err_code
await(struct dialog *d, const char *prompt, bool hidden, int64_t deadline, struct err *err)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = d->fd, .events = POLLIN},
                               {.fd = d->cli->signal_fd, .events = POLLIN},
                               {.fd = d->signals, .events = POLLIN}};
        int64_t left = deadline - clock_mono_ms();
        if (left <= 0)
            return err_set(err, ERR_TIMEOUT, "no answer for %d seconds: given up", d->patience_s);
        (void)poll(fds, COUNT_OF(fds), (int)left);
        if (cli_interrupted(d->cli))
            return err_set(err, ERR_CANCELLED, "interrupted");
        if (fds[2].revents & POLLIN)
            show_again(d, prompt, hidden);
        if (fds[0].revents)
            return ERR_OK;
    }
}

static enum err_code
read_line(struct dialog *d, const char *prompt, bool hidden, struct buf *line, struct err *err)
{
    int64_t deadline = clock_mono_ms() + d->patience_s * INT64_C(1000);
    while (line->n == 0 || line->p[line->n - 1] != '\n') {
        char block[DIALOG_ANSWER_MAX];
        enum err_code rc = await(d, prompt, hidden, deadline, err);
        if (rc)
            return rc;
        ssize_t n = read(d->fd, block, sizeof block);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return err_set(err, ERR_CANCELLED, "given up: the terminal has no more input");
        buf_add(line, block, (size_t)n);
        secret_wipe(block, sizeof block);
        if (line->failed)
            return err_set(err, ERR_LIMIT, "the answer is longer than %d bytes", DIALOG_ANSWER_MAX);
    }
    return ERR_OK;
}

static enum err_code
ask_once(struct dialog *d, const char *prompt, unsigned how, struct str *out, struct err *err)
{
    struct buf line;
    bool hidden = how & DIALOG_HIDDEN;
    buf_init(&line, DIALOG_ANSWER_MAX);
    hide(d, hidden);
    put_prompt(d, prompt);
    enum err_code rc = read_line(d, prompt, hidden, &line, err);
    hide(d, true);
    if (hidden || rc)
        write_tty(d, STR("\n"));
    count_lines(d, (int)strlen(prompt) + 1 + (hidden ? 0 : (int)line.n));
    *out = rc ? STR_ABSENT : arena_str(&d->cli->arena, str_trim(buf_str(&line)));
    secret_buf_fini(&line);
    if (!rc && !utf8_valid(*out))
        return err_set(err, ERR_PARSE, "the answer is not UTF-8");
    return rc;
}

enum err_code
dialog_ask(struct dialog *d, const char *prompt, unsigned how, struct str *out, struct err *err)
{
    enum err_code rc;
    do
        rc = ask_once(d, prompt, how, out, err);
    while (!rc && out->n == 0 && !(how & DIALOG_EMPTY_OK));
    return rc;
}

enum err_code
dialog_choose(struct dialog *d, const char *title, const char *const *choices, size_t n,
              size_t *out, struct err *err)
{
    *out = 0;
    if (n <= 1)
        return ERR_OK;
    dialog_say(d, "%s", title);
    for (size_t i = 0; i < n; i++)
        dialog_say(d, "  %zu  %s", i + 1, choices[i]);
    for (;;) {
        struct str answer;
        int64_t number;
        enum err_code rc = dialog_ask(d, "Number:", 0, &answer, err);
        if (rc)
            return rc;
        if (str_to_i64(answer, &number) && number >= 1 && number <= (int64_t)n) {
            *out = (size_t)number - 1;
            return ERR_OK;
        }
        dialog_say(d, "Type a number from 1 to %zu, or Ctrl-C to give up.", n);
    }
}

enum err_code
dialog_confirm(struct dialog *d, const char *question, bool *yes, struct err *err)
{
    struct str answer;
    enum err_code rc = dialog_ask(d, question, DIALOG_EMPTY_OK, &answer, err);
    *yes = !rc && (str_eq_nocase(answer, STR("y")) || str_eq_nocase(answer, STR("yes")));
    return rc;
}
