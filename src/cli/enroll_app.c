/* An authenticator app: QR code and secret, then codes until one is right. */
#include "cli/enroll.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "qr/enrolment.h"
#include "qr/png_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DRAWING_MAX = 4 * 1024 * 1024, ROWS_BELOW = 3, WRONG_MAX = 3, PNG_SCALE = 8 };

struct app {
    struct enroll *e;
    struct qr_enrolment ticket;
    int wrong; /* codes refused since the secret was made */
    char note
        [64]; /* stands before the next question: lines above a drawing may have scrolled away */
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
show_help(struct app *app, struct str unused)
{
    (void)unused;
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
    /* Whoever comes in by a forced command of sshd may enrol, not write files. */
    if (getenv("SSH_ORIGINAL_COMMAND")) {
        dialog_say(&app->e->d, "Nothing is saved on this host: there is the secret as text.");
        return;
    }
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

/* In the place of the drawing, which Enter brings back. */
static void
show_instead(struct app *app, void (*say)(struct app *app, struct str arg), struct str arg)
{
    dialog_lift(&app->e->d);
    say(app, arg);
    if (app->e->d.lifted)
        dialog_say(&app->e->d, "Enter shows the code again.");
}

static void
show_anew(struct app *app)
{
    dialog_lift(&app->e->d);
    if (app->e->d.lifted)
        dialog_lower(&app->e->d);
    else
        show(app);
}

/* False: it is no command, so it is meant as a code. */
static bool
command(struct app *app, struct str answer, bool *renew)
{
    struct cli_qr *qr = &app->e->qr;
    char c = answer.n ? answer.p[0] : '\r';
    if (c == 's' && answer.n > 2 && answer.p[1] == ' ') {
        show_instead(app, save, str_trim(str_sub(answer, 2, answer.n)));
        return true;
    }
    if (answer.n > 1 || !strchr("?ifan\r", c))
        return false;
    *renew = c == 'n';
    qr->invert = qr->invert != (c == 'i');
    if (c == 'f')
        next_size(&qr->terminal);
    if (c == 'a')
        qr_terminal_judge(&qr->terminal, NULL, NULL, "ascii", false);
    if (c == '?')
        show_instead(app, show_help, STR_ABSENT);
    else if (c != 'n')
        show_anew(app);
    return true;
}

/* ---- codes ---- */

static void
explain_drift(struct app *app, int steps)
{
    int seconds = (steps < 0 ? -steps : steps) * app->ticket.key.period;
    bool short_time = seconds < 90;
    snprintf(app->note, sizeof app->note, "The clock is about %d %s %s. ",
             short_time ? seconds : (seconds + 30) / 60, short_time ? "seconds" : "minutes",
             steps < 0 ? "behind" : "ahead");
    dialog_say(&app->e->d, "%sSet the time of the phone to automatic, then type the next code.",
               app->note);
}

static void
explain_refusal(struct app *app, struct str code)
{
    struct client_status s;
    int steps;
    client_status(app->e->cli->client, &s);
    int64_t now = clock_now_ms() + s.clock_offset_ms;
    if (qr_enrolment_drift(&app->ticket, code, now, &steps) && (steps < -1 || steps > 1)) {
        explain_drift(app, steps);
        return;
    }
    snprintf(app->note, sizeof app->note, "That code is not right now. ");
    dialog_say(&app->e->d, "%sWait for the next one, and type it soon.", app->note);
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
        dialog_lift(&app->e->d);
        if (strcmp(r->error_code, "ER-01017") == 0)
            snprintf(app->note, sizeof app->note, "The secret ran out, n makes a new one. ");
        else
            explain_refusal(app, code);
        if (app->wrong + 1 < WRONG_MAX)
            dialog_lower(&app->e->d);
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
    char prompt[sizeof app->note + 32];
    while (!*renew) {
        snprintf(prompt, sizeof prompt, "%sCode (? for help):", app->note);
        unsigned how = app->e->d.lifted ? DIALOG_EMPTY_OK : 0;
        if (dialog_ask(&app->e->d, prompt, how, &answer, &err))
            return enroll_gave_up(app->e, &err);
        app->note[0] = '\0';
        if (command(app, answer, renew))
            continue;
        enum verdict verdict = confirm(app, answer, &status);
        if (verdict == RIGHT)
            return enroll_finish(app->e, ENROLL_APP);
        if (verdict == OVER)
            return status;
        if (++app->wrong != WRONG_MAX)
            continue;
        if (offer_new_secret(app, renew, &err))
            return enroll_gave_up(app->e, &err);
        if (!*renew)
            dialog_lower(&app->e->d);
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
        app.note[0] = '\0';
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
