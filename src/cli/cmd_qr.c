/* gatehouse qr: any text, or the text of another QR code, as a QR code in this terminal. */
#include "base/file.h"
#include "base/mem.h"
#include "cli/qrdraw.h"
#include "qr/otpauth.h"
#include "qr/picture.h"
#include "qr/png_write.h"

#include <unistd.h>

enum { DRAWING_MAX = 4 * 1024 * 1024, SCALE = 8 };

/* What is to be drawn: a text, or modules that nobody could read. */
static enum err_code
understand(struct cli *cli, struct str given, struct qr_picture *out, struct err *err)
{
    if (str_starts(given, STR("\x89PNG")))
        return qr_picture_read(out, &cli->arena, given, err);
    if (str_starts(given, STR("data:image/")))
        return qr_picture_open(out, &cli->arena, given, err);
    *out = (struct qr_picture){.text = given};
    return ERR_OK;
}

/* The argument, @FILE, or standard input. One line end at the end of a file is not part of it. */
static enum err_code
read_argument(struct cli *cli, struct str *out, struct err *err)
{
    bool given = cli->args.n_rest > 0;
    struct str argument = given ? cli->args.rest[0] : STR("-");
    if (!given && isatty(STDIN_FILENO))
        return err_set(err, ERR_USAGE, "say what to draw: a text, @FILE, or - for standard input");
    if (str_eq(argument, STR("-")))
        argument = STR("@-");
    enum err_code rc = cli_text_argument(cli, argument, out, err);
    if (!rc && str_starts(argument, STR("@")) && str_ends(*out, STR("\n")) &&
        !str_starts(*out, STR("\x89PNG")))
        *out = str_sub(*out, 0, out->n - 1);
    if (!rc && otpauth_is(argument))
        cli_say(cli, "warning: others on this host can see arguments; better give the key URI "
                     "by standard input: gatehouse qr - <FILE");
    return rc;
}

static enum err_code
pick_level(struct cli *cli, enum qr_level *out, struct err *err)
{
    struct str level = cli->args.opt[CLI_OPT_level];
    static const char letters[] = "LMQH";
    *out = QR_LEVEL_L;
    if (!str_given(level))
        return ERR_OK;
    const char *at = level.n == 1 ? strchr(letters, level.p[0]) : NULL;
    if (!at || !*at)
        return err_set(err, ERR_USAGE, "--level is one of L, M, Q, H, not %.*s", STR_ARG(level));
    *out = (enum qr_level)(at - letters);
    return ERR_OK;
}

static enum err_code
save(struct cli *cli, const struct qr_code *q, struct err *err)
{
    struct buf png;
    buf_init(&png, DRAWING_MAX);
    enum err_code rc = qr_png_write(q, SCALE, QR_QUIET, &png, err);
    const char *path = arena_cstr(&cli->arena, cli->args.opt[CLI_OPT_png]);
    if (!rc)
        rc = file_write_new(path, buf_str(&png), 0600, err);
    buf_fini(&png);
    return rc;
}

static enum err_code
draw(struct cli *cli, const struct qr_code *q, struct err *err)
{
    struct cli_qr how;
    struct buf drawing;
    buf_init(&drawing, DRAWING_MAX);
    enum err_code rc = cli_qr_init(cli, &how, err);
    how.reserve = 1;
    if (!rc)
        rc = cli_qr_append(&how, cli->out.fd, q, &drawing, err);
    if (!rc)
        out_bytes(&cli->out, buf_str(&drawing));
    buf_fini(&drawing);
    return rc;
}

enum cli_exit
cli_run_qr(struct cli *cli)
{
    struct err err = {.code = ERR_OK};
    struct str given = {NULL, 0};
    struct qr_picture picture;
    enum qr_level level;
    enum err_code rc = pick_level(cli, &level, &err);
    if (!rc)
        rc = read_argument(cli, &given, &err);
    if (!rc)
        rc = understand(cli, given, &picture, &err);
    if (!rc && str_given(picture.text))
        rc = qr_encode(&picture.code, &cli->arena, picture.text, level, &err);
    if (!rc)
        rc = cli_given(&cli->args, CLI_OPT_png) ? save(cli, &picture.code, &err)
                                                : draw(cli, &picture.code, &err);
    return rc ? cli_fail(cli, &err) : CLI_DONE;
}
