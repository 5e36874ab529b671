/* What the guided enrolment sends, and what the answers mean. */
#include "ui/mfa_enroll.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>

static void
give_up(struct mfa_enroll *e)
{
    enroll_step_to(e, ENROLL_FAILED);
    enroll_tell(e, MFA_REFUSED);
}

/* The service's word for a kind of factor that is switched off. */
static bool
is_forbidden(const struct result *r)
{
    return strcmp(r->error_code, "ER-01012") == 0;
}

/* The service refused, or never answered. Enter tries again. */
static void
failed(struct mfa_enroll *e, const struct result *r)
{
    if (is_forbidden(r))
        enroll_note(e, ROLE_BAD,
                    "%s may not be enrolled here (%s): choose another factor, or allow this one in "
                    ":policies",
                    e->what.method == MFA_APP ? "An authenticator app" : "A phone", r->err.msg);
    else
        enroll_note(e, ROLE_BAD, "%s%s%s", r->err.msg, r->hint ? ". " : "", r->hint ? r->hint : "");
    give_up(e);
}

/* ---- the secret, or the message ---- */

static void
got_ticket(void *ctx, struct result *r)
{
    struct mfa_enroll *e = ctx;
    struct err err = {.code = ERR_OK};
    if (r->err.code)
        failed(e, r);
    else if (qr_enrolment_open(&e->ticket, &e->arena, json_str(json_get(r->json, "qrCode")),
                               &err)) {
        enroll_note(e, ROLE_BAD, "The service's QR code cannot be used: %s", err.msg);
        give_up(e);
    } else {
        enroll_step_to(e, ENROLL_CODE);
    }
    result_free(r);
}

static void
got_message(void *ctx, struct result *r)
{
    struct mfa_enroll *e = ctx;
    if (r->err.code && r->status == 400 && !is_forbidden(r)) {
        enroll_note(e, ROLE_BAD, "%s. Type another number.", r->err.msg);
        enroll_step_to(e, ENROLL_PHONE);
    } else if (r->err.code) {
        failed(e, r);
    } else {
        e->otc = arena_str(&e->arena, json_str(json_get(r->json, "otcToken")));
        enroll_note(e, ROLE_TEXT, "A code is on its way to %s", e->phone);
        enroll_step_to(e, ENROLL_CODE);
    }
    result_free(r);
}

void
enroll_start(struct mfa_enroll *e)
{
    const struct mfa_value phone = {"phoneNumber", str_of(e->phone)};
    enroll_wipe(e);
    e->wrong = 0;
    e->note[0] = '\0';
    enroll_step_to(e, ENROLL_STARTING);
    if (e->what.method == MFA_SMS)
        mfa_send(&e->pane, &e->what.who, OP_mfa_sms_enroll, &phone, 1, got_message);
    else
        mfa_send(&e->pane, &e->what.who, OP_mfa_authenticator_enroll, NULL, 0, got_ticket);
}

/* ---- the verdict ---- */

/* The code is of a clock that is off: by how much, never which code would have been right. */
static bool
say_drift(struct mfa_enroll *e)
{
    struct client_status s;
    int steps = 0;
    client_status(e->pane.app->client, &s);
    int64_t now = clock_now_ms() + s.clock_offset_ms;
    if (e->what.method != MFA_APP ||
        !qr_enrolment_drift(&e->ticket, str_of(e->checked), now, &steps) ||
        (steps >= -1 && steps <= 1))
        return false;
    int seconds = (steps < 0 ? -steps : steps) * (e->ticket.readable ? e->ticket.key.period : 30);
    enroll_note(e, ROLE_WARN,
                "Right for a clock that is about %d %s %s. Set the phone's time to automatic, "
                "then type the next code.",
                seconds < 90 ? seconds : (seconds + 30) / 60, seconds < 90 ? "seconds" : "minutes",
                steps < 0 ? "behind" : "ahead");
    return true;
}

static void
say_wrong(struct mfa_enroll *e, const struct result *r)
{
    bool app = e->what.method == MFA_APP;
    char again = app ? 'n' : 'r';
    if (strcmp(r->error_code, "ER-01017") == 0)
        enroll_note(e, ROLE_BAD, "%s, or was tried too often. %c makes a new one.", r->err.msg,
                    again);
    else if (say_drift(e))
        ;
    else if (++e->wrong >= ENROLL_WRONG_MAX)
        enroll_note(e, ROLE_BAD, "%d codes were refused. %c makes a new one.", e->wrong, again);
    else if (app)
        enroll_note(e, ROLE_BAD,
                    "That code is not right now. Type the next one soon after it comes.");
    else
        enroll_note(e, ROLE_BAD, "%s. Look at the newest message; r sends another.", r->err.msg);
    enroll_step_to(e, ENROLL_CODE);
}

/* The factor is there; what is left is the recovery code, if the service gave one. */
static void
go_on(struct mfa_enroll *e)
{
    enroll_tell(e, MFA_ENROLLED);
    app_changed(e->pane.app);
    enroll_step_to(e, e->recovery[0] ? ENROLL_RECOVERY : ENROLL_DONE);
}

/* Read back after a success. */
static void
got_user(void *ctx, struct result *r)
{
    struct mfa_enroll *e = ctx;
    bool enrolled = false;
    bool known = !r->err.code && json_to_bool(json_get(r->json, "mfaEnrolled"), &enrolled);
    if (known && !enrolled) {
        enroll_note(e, ROLE_BAD,
                    "The service accepted the code, but does not show %s as enrolled: "
                    "nothing changed.",
                    e->what.who.name);
        give_up(e);
    } else {
        enroll_note(e, known ? ROLE_GOOD : ROLE_WARN,
                    known ? "%s is enrolled." : "%s: enrolled, but that could not be read back.",
                    e->what.who.name);
        go_on(e);
    }
    result_free(r);
}

/* Read back when the answer to the code was lost. */
static void
got_user_after_loss(void *ctx, struct result *r)
{
    struct mfa_enroll *e = ctx;
    bool enrolled = false;
    bool known = !r->err.code && json_to_bool(json_get(r->json, "mfaEnrolled"), &enrolled);
    if (known && enrolled) {
        enroll_note(e, ROLE_WARN,
                    "Enrolled, but the answer with the recovery code was lost. To get "
                    "one, reset the factor and enrol again.");
        go_on(e);
    } else if (known) {
        enroll_note(e, ROLE_WARN,
                    "The answer was lost, and nothing is enrolled yet. Type a code "
                    "again.");
        enroll_step_to(e, ENROLL_CODE);
    } else {
        enroll_note(e, ROLE_BAD,
                    "The answer was lost: whether the factor is enrolled is not known. "
                    "Enter begins again and says so.");
        give_up(e);
    }
    result_free(r);
}

static void
read_back(struct mfa_enroll *e, result_fn *done)
{
    const struct mfa_value id = {"userId", str_of(e->what.who.id)};
    mfa_send(&e->pane, &e->what.who, OP_users_get_vendor, &id, 1, done);
}

static void
got_verdict(void *ctx, struct result *r)
{
    struct mfa_enroll *e = ctx;
    if (!r->err.code) {
        struct str code = json_str(json_get(r->json, "recoveryCode"));
        snprintf(e->recovery, sizeof e->recovery, "%.*s", STR_ARG(code));
        read_back(e, got_user);
    } else if (r->status == 400) {
        say_wrong(e, r);
    } else if (r->status == 0 || r->status >= 500) {
        read_back(e, got_user_after_loss);
    } else {
        failed(e, r);
    }
    result_free(r);
}

void
enroll_check(struct mfa_enroll *e, struct str code)
{
    snprintf(e->checked, sizeof e->checked, "%.*s", STR_ARG(code));
    struct str kept = str_of(e->checked);
    const struct mfa_value app = {"token", kept};
    const struct mfa_value sms[] = {{"otcToken", e->otc}, {"code", kept}};
    e->note[0] = '\0';
    enroll_step_to(e, ENROLL_CHECKING);
    if (e->what.method == MFA_SMS)
        mfa_send(&e->pane, &e->what.who, OP_mfa_sms_confirm, sms, COUNT_OF(sms), got_verdict);
    else
        mfa_send(&e->pane, &e->what.who, OP_mfa_authenticator_confirm, &app, 1, got_verdict);
}
