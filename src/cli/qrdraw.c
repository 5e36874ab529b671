#include "cli/qrdraw.h"

#include "base/mem.h"

#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ANY_ROWS = 10000, ANY_COLS = 10000 };

enum err_code
cli_qr_init(struct cli *cli, struct cli_qr *out, struct err *err)
{
    static const char *const modes[] = {"auto", "full", "half", "ascii", "mono"};
    *out = (struct cli_qr){.invert = cli_given(&cli->args, CLI_OPT_invert)};
    setlocale(LC_CTYPE, "");
    qr_terminal_detect(&out->terminal);
    struct str mode = cli->args.opt[CLI_OPT_mode];
    if (!str_given(mode))
        return ERR_OK;
    for (size_t i = 0; i < COUNT_OF(modes); i++)
        if (str_eq(mode, str_of(modes[i]))) {
            qr_terminal_judge(&out->terminal, getenv("TERM"), getenv("COLORTERM"), modes[i],
                              out->terminal.utf8);
            return ERR_OK;
        }
    return err_set(err, ERR_USAGE, "--mode is one of auto, full, half, ascii, mono, not %.*s",
                   STR_ARG(mode));
}

static void
room_of(const struct cli_qr *how, int fd, int *rows, int *cols)
{
    struct winsize size;
    *rows = ANY_ROWS;
    *cols = ANY_COLS;
    if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
        *rows = size.ws_row - how->reserve;
        *cols = size.ws_col;
    }
}

enum err_code
cli_qr_append(const struct cli_qr *how, int fd, const struct qr_code *q, struct buf *out,
              struct err *err)
{
    int rows, cols;
    room_of(how, fd, &rows, &cols);
    struct qr_terminal terminal = how->terminal;
    if (!isatty(fd) && terminal.only == QR_NONE)
        qr_terminal_judge(&terminal, NULL, NULL, "ascii", terminal.utf8);
    struct qr_fit fit = qr_terminal_fit(&terminal, q, rows, cols);
    if (fit.mode == QR_NONE && terminal.off)
        return err_set(err, ERR_LIMIT, "GATEHOUSE_QR=off: no code is drawn");
    if (fit.mode == QR_NONE) {
        struct qr_fit least = qr_fit_mode(q, terminal.half ? QR_HALF : QR_FULL, QR_QUIET_MIN);
        const char *why = terminal.half || !terminal.why ? "" : terminal.why;
        return err_set(err, ERR_LIMIT,
                       "the QR code needs a window of %d columns and %d rows, this one has %d and "
                       "%d%s%s; make it larger or its font smaller",
                       least.cols, least.rows + how->reserve, cols, rows + how->reserve,
                       *why ? ": " : "", why);
    }
    struct qr_style style = {.ink = terminal.ink,
                             .upper_glyph = how->upper_glyph,
                             .invert = how->invert,
                             .eol = "\n",
                             .erases = terminal.erases && isatty(fd)};
    qr_write(q, &fit, &style, out);
    return out->failed ? err_set(err, ERR_LIMIT, "the QR code is too large") : ERR_OK;
}
