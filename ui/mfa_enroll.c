#include "ui/mfa_enroll.h"

#include "api/check.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/secret.h"
#include "qr/png_write.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/writing.h"

#include <stdio.h>

enum { ARENA_MAX = 8 * 1024 * 1024, PNG_MAX = 1 << 20, PNG_SCALE = 8, LINE_MAX_BYTES = 64 };

struct mfa_enroll *
enroll_of(struct pane *p)
{
    return (struct mfa_enroll *)p;
}

void
enroll_note(struct mfa_enroll *e, enum role role, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->note, sizeof e->note, fmt, ap);
    va_end(ap);
    e->note_role = role;
}

void
enroll_step_to(struct mfa_enroll *e, enum enroll_step step)
{
    e->step = step;
    e->hidden = false;
    e->key_ms = e->revealed_ms = clock_mono_ms();
    lineedit_set(&e->line, STR(""));
    e->pane.app->dirty = true;
}

void
enroll_tell(struct mfa_enroll *e, enum mfa_outcome outcome)
{
    struct pane *owner = app_pane(e->pane.app, e->what.owner);
    if (owner && e->what.told)
        e->what.told(owner, outcome, e->note);
}

void
enroll_wipe(struct mfa_enroll *e)
{
    secret_wipe_str(e->ticket.uri);
    secret_wipe_str(e->ticket.key.secret);
    secret_wipe_str(e->otc);
    e->ticket = (struct qr_enrolment){.readable = false};
    e->otc = STR_ABSENT;
    secret_wipe(e->recovery, sizeof e->recovery);
    secret_wipe(e->checked, sizeof e->checked);
    arena_fini(&e->arena);
}

static void
enroll_close(struct pane *p)
{
    struct mfa_enroll *e = enroll_of(p);
    enroll_wipe(e);
    lineedit_fini(&e->line);
}

/* ---- saving ---- */

static void
say_saved(struct mfa_enroll *e, const char *what, struct str path, enum err_code rc,
          const struct err *err)
{
    if (rc)
        enroll_note(e, ROLE_BAD, "%s", err->msg);
    else
        enroll_note(e, ROLE_GOOD, "%s is in %.*s, readable by you alone", what, STR_ARG(path));
}

static void
save_png(struct pane *p, struct str path)
{
    struct mfa_enroll *e = enroll_of(p);
    struct buf png;
    struct err err = {.code = ERR_OK};
    buf_init(&png, PNG_MAX);
    char *name = mem_copy_text(path.p, path.n);
    enum err_code rc = qr_png_write(&e->ticket.code, PNG_SCALE, QR_QUIET, &png, &err);
    if (!rc)
        rc = file_write_new(name, buf_str(&png), 0600, &err);
    say_saved(e, "The QR code", path, rc, &err);
    mem_free(name);
    buf_fini(&png);
}

static void
save_recovery(struct pane *p, struct str path)
{
    struct mfa_enroll *e = enroll_of(p);
    struct err err = {.code = ERR_OK};
    char *name = mem_copy_text(path.p, path.n);
    char line[ENROLL_RECOVERY_MAX + 1];
    int n = snprintf(line, sizeof line, "%s\n", e->recovery);
    enum err_code rc = file_write_new(name, (struct str){line, (size_t)n}, 0600, &err);
    secret_wipe(line, sizeof line);
    say_saved(e, "The recovery code", path, rc, &err);
    if (!rc)
        enroll_step_to(e, ENROLL_DONE);
    mem_free(name);
}

static void
ask_file(struct mfa_enroll *e, void (*entered)(struct pane *owner, struct str text))
{
    prompt_open(
        e->pane.app,
        &(struct prompt_setup){.label = "save in: ", .owner = e->pane.serial, .entered = entered});
}

/* ---- keys ---- */

static void
copy_uri(struct mfa_enroll *e)
{
    if (e->ticket.readable)
        app_copy(e->pane.app, e->ticket.uri, "the key URI");
    else
        enroll_note(e, ROLE_WARN,
                    "The service's picture could not be read: there is no text to copy");
}

/* The level changes the code itself. */
static void
remake(struct mfa_enroll *e)
{
    if (e->ticket.readable)
        (void)!qr_encode(&e->ticket.code, &e->arena, e->ticket.uri, e->qr.level, NULL);
}

static bool
is_digit(uint32_t key)
{
    return key >= '0' && key <= '9';
}

/* Letters are commands here: codes are digits. */
static bool
code_command(struct mfa_enroll *e, uint32_t key)
{
    bool app = e->what.method == MFA_APP;
    if (app && mfa_qr_key(&e->qr, key)) {
        remake(e);
        return true;
    }
    if (app && key == 'c')
        copy_uri(e);
    else if (app && key == 's')
        ask_file(e, save_png);
    else if (app && key == 't')
        e->text_only = !e->text_only;
    else if (key == 'n' || key == 'r')
        enroll_start(e);
    else
        return false;
    return true;
}

static bool
code_key(struct mfa_enroll *e, uint32_t key)
{
    struct str typed = str_trim(lineedit_text(&e->line));
    if (key == K_ENTER) {
        if (typed.n)
            enroll_check(e, typed);
        return true;
    }
    if (code_command(e, key))
        return true;
    if (key_is_text(key) && !is_digit(key) && key != ' ')
        return true;
    return lineedit_key(&e->line, key);
}

static bool
recovery_key(struct mfa_enroll *e, uint32_t key)
{
    if (key == 's') {
        ask_file(e, save_recovery);
        return true;
    }
    if (key != K_ENTER)
        return lineedit_key(&e->line, key);
    struct str all = str_of(e->recovery), typed = str_trim(lineedit_text(&e->line));
    struct str last = str_sub(all, all.n > ENROLL_LAST ? all.n - ENROLL_LAST : 0, all.n);
    if (str_eq_nocase(typed, last)) {
        enroll_note(e, ROLE_GOOD, "Recovery code confirmed");
        enroll_step_to(e, ENROLL_DONE);
    } else {
        enroll_note(e, ROLE_BAD, "That is not how the code ends. Look at it again.");
        lineedit_set(&e->line, STR(""));
        e->hidden = false;
        e->revealed_ms = clock_mono_ms();
    }
    return true;
}

static bool
phone_key(struct mfa_enroll *e, uint32_t key)
{
    if (key != K_ENTER)
        return lineedit_key(&e->line, key);
    struct str typed = str_trim(lineedit_text(&e->line));
    snprintf(e->phone, sizeof e->phone, "%.*s", STR_ARG(typed));
    if (check_is_phone(typed)) /* a typing mistake costs no message */
        enroll_start(e);
    else if (typed.n)
        enroll_note(e, ROLE_BAD,
                    "That is no phone number: it begins with + and the country, such as "
                    "+14155550100.");
    e->pane.app->dirty = true;
    return true;
}

/* A recovery code that nobody has noted is worth a question. */
static bool
may_leave(struct mfa_enroll *e)
{
    if (e->step != ENROLL_RECOVERY || e->checked[0] == 'L')
        return true;
    e->checked[0] = 'L';
    enroll_note(e, ROLE_WARN, "The recovery code is shown only now. Esc again leaves without it.");
    return false;
}

static bool
step_key(struct mfa_enroll *e, uint32_t key)
{
    switch (e->step) {
    case ENROLL_PHONE:
        return phone_key(e, key);
    case ENROLL_CODE:
        return code_key(e, key);
    case ENROLL_RECOVERY:
        return recovery_key(e, key);
    case ENROLL_FAILED:
        if (key == K_ENTER)
            enroll_start(e);
        return key == K_ENTER;
    case ENROLL_DONE:
        if (key == K_ENTER)
            app_close(e->pane.app, &e->pane);
        return key == K_ENTER;
    case ENROLL_STARTING:
    case ENROLL_CHECKING:
        break;
    }
    return false;
}

static bool
enroll_key(struct pane *p, uint32_t key)
{
    struct mfa_enroll *e = enroll_of(p);
    struct app *app = p->app;
    bool was_hidden = e->hidden;
    e->key_ms = clock_mono_ms();
    if (key == K_ESC) {
        if (may_leave(e))
            app_close(app, p);
        return true;
    }
    if (was_hidden) {
        e->hidden = false;
        e->revealed_ms = e->key_ms;
        return true;
    }
    return step_key(e, key);
}

static void
enroll_paste(struct pane *p, struct str text)
{
    struct mfa_enroll *e = enroll_of(p);
    bool typing = e->step == ENROLL_PHONE || e->step == ENROLL_CODE || e->step == ENROLL_RECOVERY;
    if (typing && !e->hidden)
        (void)lineedit_insert(&e->line, str_trim(text));
}

/* ---- time ---- */

static bool
shows_secret(const struct mfa_enroll *e)
{
    return !e->hidden &&
           (e->step == ENROLL_RECOVERY || (e->step == ENROLL_CODE && e->what.method == MFA_APP));
}

static int64_t
hides_in_ms(const struct mfa_enroll *e)
{
    bool recovery = e->step == ENROLL_RECOVERY;
    int64_t since = recovery ? e->revealed_ms : e->key_ms;
    int64_t left = since + (recovery ? ENROLL_REVEAL_MS : ENROLL_IDLE_MS) - clock_mono_ms();
    return left > 0 ? left : 0;
}

/* The clock of the code counts seconds; at rest nothing ticks. */
static int64_t
enroll_next_ms(const struct pane *p)
{
    const struct mfa_enroll *e = (const struct mfa_enroll *)p;
    if (!shows_secret(e))
        return -1;
    int64_t second = 1000 - clock_now_ms() % 1000, hide = hides_in_ms(e);
    return second < hide ? second : hide;
}

static void
enroll_tick(struct pane *p)
{
    struct mfa_enroll *e = enroll_of(p);
    if (shows_secret(e) && hides_in_ms(e) == 0)
        e->hidden = true;
}

/* ---- the pane ---- */

static void
enroll_crumb(const struct pane *p, struct buf *out)
{
    const struct mfa_enroll *e = (const struct mfa_enroll *)p;
    buf_printf(out, "Enrol %s", e->what.method == MFA_APP ? "an app" : "a phone");
}

static void
enroll_hints(const struct pane *p, struct hints *h)
{
    const struct mfa_enroll *e = (const struct mfa_enroll *)p;
    bool code = e->step == ENROLL_CODE;
    hint_add(h, "Enter",
             e->step == ENROLL_DONE     ? "close"
             : e->step == ENROLL_FAILED ? "try again"
             : code                     ? "check"
                                        : "go on");
    if (code && e->what.method == MFA_APP) {
        hint_add(h, "f", "size");
        hint_add(h, "t", "text");
        hint_add(h, "c", "copy");
        hint_add(h, "s", "save");
        hint_add(h, "n", "new secret");
        hint_add(h, "i", "invert");
        hint_add(h, "g", "glyph");
        hint_add(h, "a", "ASCII");
    } else if (code) {
        hint_add(h, "r", "send again");
    } else if (e->step == ENROLL_RECOVERY) {
        hint_add(h, "s", "save in a file");
    }
    hint_add(h, "Esc", "leave");
}

static void
enroll_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# Enrolment\n"
                      "0-9\tthe code that the app shows, or that came by SMS\n"
                      "f\tfull size, half blocks, or whichever fits\n"
                      "g\tthe other half-block character\n"
                      "i\tlight on dark\n"
                      "a\twith characters\n"
                      "+ -\tmore or less error correction\n"
                      "c\tcopy the key URI\n"
                      "s\tsave the QR code, or the recovery code, in a file\n"
                      "t\tsecret as text, without the QR code\n"
                      "n\ta new secret\n"
                      "r\tsend the message again\n");
}

/* Whoever sits there now has to press a key. */
static void
enroll_resumed(struct pane *p)
{
    struct mfa_enroll *e = enroll_of(p);
    e->hidden = shows_secret(e) || e->hidden;
}

static const struct pane_ops enroll_ops = {.name = "enrolment",
                                           .close = enroll_close,
                                           .draw = enroll_draw,
                                           .key = enroll_key,
                                           .paste = enroll_paste,
                                           .crumb = enroll_crumb,
                                           .hints = enroll_hints,
                                           .help = enroll_help,
                                           .resumed = enroll_resumed,
                                           .next_ms = enroll_next_ms,
                                           .tick = enroll_tick,
                                           .takes_over = enroll_takes_over};

void
mfa_enroll_open(struct app *app, const struct mfa_enrolment *what)
{
    if (!writing_allowed(app))
        return;
    struct mfa_enroll *e = mem_new(1, sizeof *e);
    e->pane.ops = &enroll_ops;
    e->pane.flags = PANE_INPUT;
    snprintf(e->pane.tenant, sizeof e->pane.tenant, "%s", what->who.tenant);
    e->what = *what;
    arena_init(&e->arena, ARENA_MAX);
    lineedit_init(&e->line, LINE_MAX_BYTES);
    mfa_qr_init(&e->qr);
    app_push(app, &e->pane);
    enroll_step_to(e, what->method == MFA_SMS ? ENROLL_PHONE : ENROLL_STARTING);
    if (what->method == MFA_APP)
        enroll_start(e);
}
