/* An authenticator app: QR code and secret, then codes until one is right. */
#include "cli/enroll.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "qr/enrolment.h"
#include "qr/png_write.h"

#include <unistd.h>

enum { DRAWING_MAX = 4 * 1024 * 1024, ROWS_BELOW = 3, WRONG_MAX = 3, PNG_SCALE = 8 };

struct app {
    struct enroll *e;
    struct qr_enrolment ticket;
    int wrong; /* codes refused since the secret was made */
};

/* ---- showing ---- */

static void
draw(struct app *app)
{
    struct enroll *e = app->e;
    struct buf drawing;
    struct err err;
    buf_init(&drawing, DRAWING_MAX);
    e->qr.reserve = ROWS_BELOW;
    if (cli_qr_append(&e->qr, e->d.fd, &app->ticket.code, &drawing, &err)) {
        dialog_say(&e->d, "No QR code: %s. The secret below does the same.", err.msg);
    } else {
        int lines = 0;
        for (size_t i = 0; i < drawing.n; i++)
            lines += drawing.p[i] == '\n';
        dialog_draw(&e->d, buf_str(&drawing), lines);
    }
    buf_fini(&drawing);
}

/* What may scroll away comes first; the secret stands right below the code, so that a window of 24
 * rows shows both. */
static void
show(void *arg)
{
    struct app *app = arg;
    struct dialog *d = &app->e->d;
    const struct otpauth *key = &app->ticket.key;
    dialog_say(d, "Authenticator app for %.*s", STR_ARG(app->e->who));
    dialog_say(d,
               "Scan the code with the app, or type the secret into it. Then type what it shows.");
    if (app->ticket.readable)
        dialog_say(d, "Issuer %.*s, account %.*s", STR_ARG(key->issuer), STR_ARG(key->account));
    if (app->ticket.readable && !otpauth_is_usual(key))
        dialog_say(d, "%d digits, every %d seconds, %.*s", key->digits, key->period,
                   STR_ARG(key->algorithm));
    draw(app);
    if (app->ticket.readable)
        dialog_say(d, "Secret: %.*s", STR_ARG(otpauth_groups(&app->e->cli->arena, key->secret)));
    else
        dialog_say(d, "The service's picture could not be read: there is no secret to type.");
}

static void
show_help(struct app *app)
{
    dialog_say(&app->e->d, "six digits  the code that the app shows");
    dialog_say(&app->e->d, "i  draw light on dark     f  another size     a  as characters");
    dialog_say(&app->e->d,
               "s FILE  save the QR code as a PNG     n  a new secret     Ctrl-C  give up");
}

/* ---- what can be typed instead of a code ---- */

static void
save(struct app *app, struct str path)
{
    struct buf png;
    struct err err;
    buf_init(&png, DRAWING_MAX);
    enum err_code rc = qr_png_write(&app->ticket.code, PNG_SCALE, QR_QUIET, &png, &err);
    if (!rc)
        rc = file_write_new(arena_cstr(&app->e->cli->arena, path), buf_str(&png), 0600, &err);
    if (rc)
        dialog_say(&app->e->d, "%s", err.msg);
    else
        dialog_say(&app->e->d, "Saved in %.*s. Delete it when it has been scanned.", STR_ARG(path));
    buf_fini(&png);
}

static void
next_size(struct qr_terminal *t)
{
    t->only = t->only == QR_NONE ? QR_FULL : t->only == QR_FULL && t->half ? QR_HALF : QR_NONE;
}

/* False: it is no command, so it is meant as a code. */
static bool
command(struct app *app, struct str answer, bool *renew)
{
    struct cli_qr *qr = &app->e->qr;
    char c = answer.n ? answer.p[0] : '?';
    bool single = answer.n <= 1;
    if (c == 's' && answer.n > 2 && answer.p[1] == ' ') {
        save(app, str_trim(str_sub(answer, 2, answer.n)));
        return true;
    }
    if (!single || !strchr("?ifan", c))
        return false;
    *renew = c == 'n';
    qr->invert = qr->invert != (c == 'i');
    if (c == 'f')
        next_size(&qr->terminal);
    if (c == 'a')
        qr_terminal_judge(&qr->terminal, NULL, NULL, "ascii", false);
    if (c == '?')
        show_help(app);
    else if (c != 'n')
        show(app);
    return true;
}

/* ---- codes ---- */

static void
explain_refusal(struct app *app, struct str code)
{
    struct client_status s;
    int steps;
    client_status(app->e->cli->client, &s);
    int64_t now = clock_now_ms() + s.clock_offset_ms;
    if (!qr_enrolment_drift(&app->ticket, code, now, &steps) || (steps >= -1 && steps <= 1)) {
        dialog_say(&app->e->d,
                   "That code is not right now. Wait for the next one, and type it soon.");
        return;
    }
    int seconds = (steps < 0 ? -steps : steps) * app->ticket.key.period;
    dialog_say(&app->e->d,
               "The code is of a clock that is about %d %s %s. Set the time of the phone to "
               "automatic, then type the next code.",
               seconds < 90 ? seconds : (seconds + 30) / 60, seconds < 90 ? "seconds" : "minutes",
               steps < 0 ? "behind" : "ahead");
}

enum verdict { RIGHT, WRONG, OVER };

static enum verdict
confirm(struct app *app, struct str code, enum cli_exit *status)
{
    bool login = app->e->as == ENROLL_LOGIN;
    const struct enroll_value value = {"token", code};
    struct result *r = enroll_send(
        app->e, login ? OP_mfa_login_authenticator_confirm : OP_mfa_authenticator_confirm, &value,
        1);
    if (r && !r->err.code) {
        enroll_take_tokens(app->e, r->json);
        result_free(r);
        return RIGHT;
    }
    if (r && r->status == 400) {
        if (strcmp(r->error_code, "ER-01017") == 0)
            dialog_say(&app->e->d, "%s, or was tried too often: n makes a new secret.", r->err.msg);
        else
            explain_refusal(app, code);
        result_free(r);
        return WRONG;
    }
    *status = r && (r->status == 0 || r->status >= 500) ? enroll_lost(app->e, r)
                                                        : enroll_failed(app->e, r);
    return OVER;
}

/* After some refusals the secret itself may be what is wrong. */
static enum err_code
offer_new_secret(struct app *app, bool *renew, struct err *err)
{
    app->wrong = 0;
    dialog_say(&app->e->d,
               "Three codes were refused. A new secret often helps: remove the entry from "
               "the app first.");
    return dialog_confirm(&app->e->d, "New secret? [y/N]", renew, err);
}

/* Until a code is right, the person gives up, or wants a new secret. */
static enum cli_exit
ask_codes(struct app *app, bool *renew)
{
    struct err err = {.code = ERR_OK};
    enum cli_exit status = CLI_FAILED;
    struct str answer;
    while (!*renew) {
        if (dialog_ask(&app->e->d, "Code (? for help):", 0, &answer, &err))
            return enroll_gave_up(app->e, &err);
        if (command(app, answer, renew))
            continue;
        enum verdict verdict = confirm(app, answer, &status);
        if (verdict == RIGHT)
            return enroll_finish(app->e, ENROLL_APP);
        if (verdict == OVER)
            return status;
        if (++app->wrong == WRONG_MAX && offer_new_secret(app, renew, &err))
            return enroll_gave_up(app->e, &err);
    }
    return CLI_DONE;
}

/* ---- the secret ---- */

static enum cli_exit
start(struct app *app)
{
    struct enroll *e = app->e;
    struct err err;
    bool login = e->as == ENROLL_LOGIN;
    struct result *r = enroll_send(
        e, login ? OP_mfa_login_authenticator_enroll : OP_mfa_authenticator_enroll, NULL, 0);
    if (!r || r->err.code)
        return enroll_refused(e, ENROLL_APP, r);
    enum err_code rc = qr_enrolment_open(&app->ticket, &e->cli->arena,
                                         json_str(json_get(r->json, "qrCode")), &err);
    result_free(r);
    if (!rc)
        return CLI_DONE;
    cli_say(e->cli, "the service's QR code cannot be used: %s", err.msg);
    return CLI_FAILED;
}

enum cli_exit
enroll_app(struct enroll *e)
{
    struct app app = {.e = e};
    enum cli_exit status;
    bool renew;
    do {
        renew = false;
        app.wrong = 0;
        status = start(&app);
        if (status)
            return status;
        dialog_mark(&e->d);
        e->d.again = show;
        e->d.again_arg = &app;
        show(&app);
        status = ask_codes(&app, &renew);
        e->d.again = NULL;
        dialog_wipe(&e->d);
    } while (renew && !status);
    return status;
}
