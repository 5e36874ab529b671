#ifndef CLI_QRDRAW_H
#define CLI_QRDRAW_H
/* QR codes on a plain terminal, for the commands that draw one. Main thread. */
#include "cli/cli_priv.h"
#include "qr/terminal.h"

struct cli_qr {
    struct qr_terminal terminal;
    bool invert, upper_glyph;
    int reserve; /* rows that must stay free below the code for text */
};

/* What --mode, --invert and the environment say. ERR_USAGE for a mode that there is not. */
enum err_code cli_qr_init(struct cli *cli, struct cli_qr *out, struct err *err) MUST_USE;
/*
 * Appends the code as it fits a terminal `fd`; what is no terminal has all the room there is.
 * ERR_LIMIT with one sentence that says how large the window must be.
 */
enum err_code cli_qr_append(const struct cli_qr *how, int fd, const struct qr_code *q,
                            struct buf *out, struct err *err) MUST_USE;
#endif
