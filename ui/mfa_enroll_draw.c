/* The guided enrolment on the canvas. */
#include "ui/mfa_enroll.h"

#include "base/clock.h"
#include "ui/layout.h"

#include <stdio.h>

/* ---- text ---- */

enum { CODE_CELLS = 12, PHONE_CELLS = 20 };

struct page {
    struct canvas *cv;
    struct rect r;
    int row;
};

static void
put(struct page *pg, enum role role, struct str text)
{
    if (pg->row < pg->r.rows)
        pg->row = pane_wrap(pg->cv, pg->r, pg->row, role, text);
}

static void
put_text(struct page *pg, enum role role, const char *text)
{
    put(pg, role, str_of(text));
}

static void
put_note(struct page *pg, const struct mfa_enroll *e)
{
    if (e->note[0])
        put_text(pg, e->note_role, e->note);
}

static void
put_line(struct page *pg, const struct mfa_enroll *e, const char *label)
{
    if (pg->row >= pg->r.rows)
        pg->row = pg->r.rows - 1;
    int used = pane_text(pg->cv, pg->r, pg->row, 0, ROLE_LABEL, str_of(label)) + 1;
    struct place at = {pg->r, pg->r.row + pg->row, pg->r.col + used, pg->r.cols - used,
                       ROLE_FIELD_FOCUS};
    int most = e->step == ENROLL_PHONE ? PHONE_CELLS : CODE_CELLS;
    if (at.cells > most)
        at.cells = most;
    if (at.cells > 0)
        lineedit_draw(&e->line, pg->cv, at, true);
    pg->row++;
}

/* ---- the app's secret ---- */

static void
put_secret(struct page *pg, struct mfa_enroll *e)
{
    const struct otpauth *key = &e->ticket.key;
    struct buf b;
    buf_init(&b, 4096);
    if (!e->ticket.readable) {
        put_text(pg, ROLE_WARN, "The picture could not be read: scan it, there is no text.");
        buf_fini(&b);
        return;
    }
    buf_printf(&b, "Secret %.*s", STR_ARG(otpauth_groups(&e->arena, key->secret)));
    put(pg, ROLE_VALUE, buf_str(&b));
    buf_reset(&b);
    buf_printf(&b, "%.*s, %.*s", STR_ARG(key->issuer), STR_ARG(key->account));
    put(pg, ROLE_DIM, buf_str(&b));
    if (!otpauth_is_usual(key)) {
        buf_reset(&b);
        buf_printf(&b, "%d digits, every %d s, %.*s", key->digits, key->period,
                   STR_ARG(key->algorithm));
        put(pg, ROLE_DIM, buf_str(&b));
    }
    buf_fini(&b);
}

/* Below the code there is room for three lines: secret, code, what was wrong. */
static void
put_short(struct page *pg, struct mfa_enroll *e)
{
    struct buf b;
    buf_init(&b, 4096);
    if (e->ticket.readable)
        buf_printf(&b, "Secret %.*s", STR_ARG(otpauth_groups(&e->arena, e->ticket.key.secret)));
    else
        buf_add_text(&b, "The picture could not be read: scan it, there is no text.");
    pane_text(pg->cv, pg->r, pg->row++, 0, ROLE_VALUE, buf_str(&b));
    put_line(pg, e, "Code");
    if (e->note[0])
        pane_text(pg->cv, pg->r, pg->row, 0, e->note_role, str_of(e->note));
    buf_fini(&b);
}

static void
put_clock(struct page *pg, const struct mfa_enroll *e)
{
    char text[64];
    int64_t left = qr_enrolment_left_ms(&e->ticket, clock_now_ms());
    snprintf(text, sizeof text, "Next code in %lld s", (long long)(left + 999) / 1000);
    put_text(pg, ROLE_DIM, text);
}

static void
put_code_page(struct page *pg, struct mfa_enroll *e)
{
    put_text(pg, ROLE_TITLE, e->what.who.name);
    put_text(pg, ROLE_TEXT, "Scan the code with an authenticator app, or type the secret into it.");
    put_secret(pg, e);
    pg->row++;
    put_line(pg, e, "Code");
    put_clock(pg, e);
    put_note(pg, e);
}

/* The pane's rectangle without the margin that text wants. */
static struct rect
margin(struct rect r)
{
    return (struct rect){r.row, r.col + 1, r.rows, r.cols > 2 ? r.cols - 2 : r.cols};
}

static void
draw_app(struct mfa_enroll *e, struct canvas *cv, struct rect r)
{
    struct rect text = r;
    struct qr_fit fit = {.mode = QR_NONE};
    if (!e->text_only)
        fit = mfa_qr_fit(&e->qr, &e->ticket.code, r, ENROLL_TEXT_ROWS, ENROLL_TEXT_COLS, &text);
    if (fit.mode != QR_NONE)
        mfa_qr_draw(&e->qr, &e->ticket.code, &fit, cv, r, text);
    struct page pg = {cv, margin(text), 0};
    if (fit.mode != QR_NONE && text.rows < r.rows) {
        put_short(&pg, e);
        return;
    }
    put_code_page(&pg, e);
    if (fit.mode == QR_NONE && !e->text_only) {
        char note[256];
        bool half = e->qr.terminal.half;
        struct qr_fit least = qr_fit_mode(&e->ticket.code, half ? QR_HALF : QR_FULL, QR_QUIET_MIN);
        snprintf(note, sizeof note,
                 "The QR code needs %d columns and %d rows%s%s: make the window larger or its font "
                 "smaller. The secret does the same.",
                 least.cols, least.rows + ENROLL_TEXT_ROWS,
                 half || !e->qr.terminal.why ? "" : ", as ",
                 half || !e->qr.terminal.why ? "" : e->qr.terminal.why);
        put_text(&pg, ROLE_WARN, note);
    }
}

/* ---- the other steps ---- */

static void
draw_recovery(struct mfa_enroll *e, struct page *pg)
{
    struct arena a;
    arena_init(&a, 64 * 1024);
    put_text(pg, ROLE_TITLE, "Recovery code, shown once");
    pg->row++;
    put(pg, ROLE_VALUE, otpauth_groups(&a, str_of(e->recovery)));
    pg->row++;
    put_line(pg, e, "Ends with");
    put_note(pg, e);
    pg->row++;
    put_text(pg, ROLE_TEXT,
             "It removes the second factor when the phone is lost. Let the person write "
             "it down, then type its last four characters.");
    arena_fini(&a);
}

static void
draw_step(struct mfa_enroll *e, struct page *pg)
{
    switch (e->step) {
    case ENROLL_PHONE:
        put_text(pg, ROLE_TITLE, e->what.who.name);
        put_text(pg, ROLE_TEXT,
                 "Codes by SMS: which phone? A number begins with + and the country.");
        put_line(pg, e, "Phone");
        put_note(pg, e);
        break;
    case ENROLL_CODE:
        put_text(pg, ROLE_TITLE, e->what.who.name);
        put_note(pg, e);
        put_line(pg, e, "Code");
        break;
    case ENROLL_STARTING:
        put_text(pg, ROLE_DIM, "Asking the service ...");
        break;
    case ENROLL_CHECKING:
        put_text(pg, ROLE_DIM, "Checking the code ...");
        break;
    case ENROLL_RECOVERY:
        draw_recovery(e, pg);
        break;
    case ENROLL_DONE:
        put_text(pg, ROLE_TITLE, e->what.who.name);
        put_note(pg, e);
        put_text(pg, ROLE_TEXT, "Enter closes.");
        break;
    case ENROLL_FAILED:
        put_text(pg, ROLE_TITLE, e->what.who.name);
        put_note(pg, e);
        put_text(pg, ROLE_TEXT, "Enter tries again, Esc leaves.");
        break;
    }
}

void
enroll_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct mfa_enroll *e = enroll_of(p);
    struct page pg = {cv, margin(r), 1};
    if (e->hidden) {
        put_text(&pg, ROLE_DIM, "Hidden. Press any key to show it again.");
        return;
    }
    if (e->step == ENROLL_CODE && e->what.method == MFA_APP)
        draw_app(e, cv, r);
    else
        draw_step(e, &pg);
}

bool
enroll_takes_over(struct pane *p, struct rect body, struct rect screen)
{
    struct mfa_enroll *e = enroll_of(p);
    struct rect text;
    if (e->hidden || e->text_only || e->step != ENROLL_CODE || e->what.method != MFA_APP)
        return false;
    const struct qr_code *code = &e->ticket.code;
    if (mfa_qr_fit(&e->qr, code, body, ENROLL_TEXT_ROWS, ENROLL_TEXT_COLS, &text).mode != QR_NONE)
        return false;
    return mfa_qr_fit(&e->qr, code, screen, ENROLL_TEXT_ROWS, ENROLL_TEXT_COLS, &text).mode !=
           QR_NONE;
}
