/*
 * What can be done about a person's second factors: enrol, replace, remove one, reset, bypass. A
 * change counts as done when the service shows it, not when it says so.
 */
#include "base/mem.h"
#include "base/secret.h"
#include "ui/confirm.h"
#include "ui/menu.h"
#include "ui/mfa_kept.h"
#include "ui/mfa_view.h"
#include "ui/prompt.h"
#include "ui/writing.h"

#include <stdio.h>

static void
copy(char *out, size_t size, struct str s)
{
    snprintf(out, size, "%.*s", STR_ARG(s));
}

static struct mfa_device *
device_here(struct mfa_view *v)
{
    return v->cursor < v->n ? &v->devices[v->cursor] : NULL;
}

/* ---- sending, and reading back ---- */

static void
send_change(struct mfa_view *v, enum mfa_pending what, enum op_id op,
            const struct mfa_value *values, size_t n, result_fn *done)
{
    v->pending = what;
    v->answered = false;
    mfa_send(&v->pane, &v->who, op, values, n, done);
}

static void
changed(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    if (r->err.code) {
        v->pending = MFA_NOTHING;
        app_fail(v->pane.app, "Not changed", r);
    } else {
        v->answered = true;
        app_changed(v->pane.app); /* this pane too reads again, and so the change is read back */
    }
    result_free(r);
}

static bool
is_there(const struct mfa_view *v, const char *id)
{
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->devices[i].id, id) == 0)
            return true;
    return false;
}

/* Whether the service shows what it said it did. */
static bool
shows_change(const struct mfa_view *v)
{
    switch (v->pending) {
    case MFA_RESET:
        return !v->enrolled;
    case MFA_BYPASS:
        return v->bypass != v->bypass_before;
    case MFA_REMOVE:
    case MFA_REPLACE_APP:
        return !v->devices_known || !is_there(v, v->removing);
    case MFA_NOTHING:
        break;
    }
    return true;
}

/* For the toast and the audit. */
static const char *
change_name(enum mfa_pending what)
{
    switch (what) {
    case MFA_RESET:
        return "MFA reset";
    case MFA_BYPASS:
        return "MFA bypass changed";
    case MFA_REMOVE:
        return "MFA factor removed";
    case MFA_REPLACE_APP:
        return "MFA app removed to be replaced";
    case MFA_NOTHING:
        break;
    }
    return "";
}

/* Enrolling goes on where replacing stopped. */
static void enrol_new_app(struct mfa_view *v);
static void keep_half_replaced(struct mfa_view *v, bool half);

void
mfa_change_verdict(struct mfa_view *v)
{
    const char *what = change_name(v->pending);
    enum mfa_pending was = v->pending;
    struct app *app = v->pane.app;
    if (was == MFA_NOTHING || !v->answered)
        return;
    bool done = shows_change(v);
    v->pending = MFA_NOTHING;
    if (!done) {
        app_note(app, TOAST_BAD, "The service answered 200, but nothing changed for %s",
                 v->who.name);
        return;
    }
    app_note(app, TOAST_GOOD, "%s: %s", what, v->who.name);
    mfa_audit(&v->pane, &v->who, what, str_of(v->reason));
    secret_wipe(v->reason, sizeof v->reason);
    if (was == MFA_REPLACE_APP) {
        keep_half_replaced(v, true);
        enrol_new_app(v);
    }
}

static void
ask_reason(struct mfa_view *v, void (*entered)(struct pane *owner, struct str text))
{
    prompt_open(v->pane.app, &(struct prompt_setup){.label = "reason, for the audit: ",
                                                    .owner = v->pane.serial,
                                                    .entered = entered});
}

/* ---- reset ---- */

static void
reset_yes(struct app *app, void *ctx)
{
    struct mfa_view *v = ctx;
    const struct mfa_value id = {"userId", str_of(v->who.id)};
    (void)app;
    send_change(v, MFA_RESET, OP_users_mfa_unenroll, &id, 1, changed);
}

static void
reset_reason(struct pane *owner, struct str text)
{
    struct mfa_view *v = mfa_view_of(owner);
    copy(v->reason, sizeof v->reason, text);
    confirm_open(owner->app,
                 &(struct confirm_setup){.title = "Remove all factors?",
                                         .name = str_of(v->who.name),
                                         .id = str_of(v->who.id),
                                         .warning = "The person signs in without a second factor "
                                                    "until they enrol again.",
                                         .verb = "remove",
                                         .tier = CONFIRM_DESTROY,
                                         .opened_by = 'x',
                                         .yes = reset_yes,
                                         .ctx = v});
}

static void
reset(struct mfa_view *v)
{
    if (v->loaded && !v->enrolled)
        app_note(v->pane.app, TOAST_INFO,
                 "%s is not enrolled, so there is nothing to reset; a enrols", v->who.name);
    else
        ask_reason(v, reset_reason);
}

/* ---- bypass ---- */

static void
bypass_yes(struct app *app, void *ctx)
{
    struct mfa_view *v = ctx;
    struct json *body = json_new_object();
    (void)app;
    json_set(body, STR("mfaBypass"), json_new_bool(!v->bypass));
    v->bypass_before = v->bypass;
    v->pending = MFA_BYPASS;
    v->answered = false;
    mfa_send_body(&v->pane, &v->who, OP_users_update, body, changed);
}

static void
bypass_reason(struct pane *owner, struct str text)
{
    struct mfa_view *v = mfa_view_of(owner);
    copy(v->reason, sizeof v->reason, text);
    confirm_open(owner->app,
                 &(struct confirm_setup){.title = v->bypass ? "End the bypass?" : "Bypass MFA?",
                                         .name = str_of(v->who.name),
                                         .id = str_of(v->who.id),
                                         .warning = v->bypass ? NULL
                                                              : "The person signs in without a "
                                                                "second factor until it ends.",
                                         .verb = v->bypass ? "end it" : "bypass",
                                         .tier = CONFIRM_EASY,
                                         .yes = bypass_yes,
                                         .ctx = v});
}

/* ---- removing one factor ---- */

static void
sms_code(struct pane *owner, struct str text)
{
    struct mfa_view *v = mfa_view_of(owner);
    const struct mfa_value values[] = {
        {"deviceId", str_of(v->removing)}, {"otcToken", str_of(v->otc)}, {"code", str_trim(text)}};
    send_change(v, MFA_REMOVE, OP_mfa_sms_disable, values, COUNT_OF(values), changed);
}

/* The last factor of a person goes only with a code to the phone itself. */
static void
got_sms_start(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    const struct mfa_value id = {"deviceId", str_of(v->removing)};
    copy(v->otc, sizeof v->otc, json_str(json_get(r->json, "otcToken")));
    if (!r->err.code && v->otc[0])
        prompt_open(v->pane.app,
                    &(struct prompt_setup){.label = "code sent to the phone (lost? Esc, then x): ",
                                           .owner = v->pane.serial,
                                           .entered = sms_code});
    else if (r->status == 400 || !r->err.code)
        send_change(v, MFA_REMOVE, OP_mfa_sms_disable, &id, 1, changed);
    else
        app_fail(v->pane.app, "Not removed", r);
    result_free(r);
}

static void
remove_yes(struct app *app, void *ctx)
{
    struct mfa_view *v = ctx;
    const struct mfa_value id = {"deviceId", str_of(v->removing)};
    (void)app;
    if (v->removing_phone)
        mfa_send(&v->pane, &v->who, OP_mfa_sms_disable_start, &id, 1, got_sms_start);
    else
        send_change(v, MFA_REMOVE, OP_mfa_authenticator_disable, &id, 1, changed);
}

/* An app or a phone under the cursor, remembered as what is to go; else says why not. */
static struct mfa_device *
choose_device(struct mfa_view *v)
{
    struct app *app = v->pane.app;
    struct mfa_device *d = device_here(v);
    if (!d)
        app_note(app, TOAST_INFO, "%s has no factor to remove or replace; a enrols one",
                 v->who.name);
    else if (d->kind[0] == 'e')
        app_note(app, TOAST_WARN,
                 "The address is no enrolled factor: :policies switches codes by e-mail off");
    else if (d->kind[0] == 'k')
        app_note(app, TOAST_WARN, "A security key goes only with a reset of all factors: x");
    else {
        snprintf(v->removing, sizeof v->removing, "%s", d->id);
        v->removing_phone = d->kind[0] == 's';
        return d;
    }
    return NULL;
}

static void
remove_factor(struct mfa_view *v)
{
    const struct mfa_device *d = choose_device(v);
    if (d)
        confirm_open(v->pane.app, &(struct confirm_setup){.title = "Remove this factor?",
                                                          .name = str_of(d->text),
                                                          .id = str_of(d->id),
                                                          .verb = "remove",
                                                          .tier = CONFIRM_DESTROY,
                                                          .opened_by = 'd',
                                                          .yes = remove_yes,
                                                          .ctx = v});
}

/* ---- enrolling ---- */

enum way { WAY_APP = MFA_APP, WAY_SMS = MFA_SMS, WAY_EMAIL };

static const struct {
    const char *label, *note;
    enum mfa_factor factor;
} WAYS[] = {
    [WAY_APP] = {"Authenticator app", "QR code here", MFA_FACTOR_APP},
    [WAY_SMS] = {"Codes by SMS", "to a phone", MFA_FACTOR_SMS},
    [WAY_EMAIL] = {"Codes by e-mail", "nothing to enrol", MFA_FACTOR_EMAIL},
};

static const char *
way_note(const struct mfa_view *v, enum way way)
{
    const char *by;
    if (mfa_rules_allow(&v->rules, WAYS[way].factor, &by))
        return WAYS[way].note;
    return *by == 's' ? "off in the strategies" : "off in the configuration";
}

/* There is no such operation: the verified address itself is the device. */
static void
explain_email(struct mfa_view *v)
{
    if (!mfa_rules_allow(&v->rules, MFA_FACTOR_EMAIL, NULL))
        mfa_view_note(v, "Codes by e-mail are switched off here: :policies switches them on.");
    else if (!v->verified)
        mfa_view_note(v,
                      "Codes by e-mail go to the verified address of a person, and this one is not "
                      "verified: V on the user verifies it.");
    else
        mfa_view_note(v,
                      "Codes by e-mail need no enrolment, and the service has none: %s can choose "
                      "them at sign-in, because the address is verified. What counts as enrolled "
                      "is an app, a phone or a key.",
                      v->who.name);
}

static void
way_chosen(struct pane *owner, size_t value)
{
    struct mfa_view *v = mfa_view_of(owner);
    const char *by;
    if (value == WAY_EMAIL)
        explain_email(v);
    else if (!mfa_rules_allow(&v->rules, WAYS[value].factor, &by))
        mfa_view_note(
            v,
            "%s may not be enrolled: the %s switch it off. Choose another, or allow it in "
            ":policies.",
            WAYS[value].label, by);
    else if (value == WAY_APP && mfa_view_has(v, "app"))
        mfa_view_note(v, "%s has an app, and the service takes one: r on it replaces it.",
                      v->who.name);
    else
        mfa_enroll_open(owner->app,
                        &(struct mfa_enrolment){.who = v->who, .method = (enum mfa_method)value});
}

static void
choose_way(struct mfa_view *v, const char *title, const enum way *ways, size_t n,
           void (*chosen)(struct pane *owner, size_t value))
{
    struct menu_item items[COUNT_OF(WAYS)];
    for (size_t i = 0; i < n; i++)
        items[i] = (struct menu_item){.label = str_of(WAYS[ways[i]].label),
                                      .note = str_of(way_note(v, ways[i])),
                                      .value = ways[i]};
    app_push(
        v->pane.app,
        menu_new(&(struct menu_setup){
            .title = title, .items = items, .n = n, .owner = v->pane.serial, .chosen = chosen}));
}

static void
enrol(struct mfa_view *v)
{
    static const enum way all[] = {WAY_APP, WAY_SMS, WAY_EMAIL};
    choose_way(v, "Enrol", all, COUNT_OF(all), way_chosen);
}

/* ---- replacing ---- */

/* The old factor goes only now that the new one works; it is not the last, so it needs no code. */
static void
replaced(struct pane *owner, enum mfa_outcome outcome, const char *why)
{
    struct mfa_view *v = mfa_view_of(owner);
    const struct mfa_value id = {"deviceId", str_of(v->removing)};
    bool sms = v->removing_phone;
    (void)why;
    if (outcome == MFA_ENROLLED)
        send_change(v, MFA_REMOVE, sms ? OP_mfa_sms_disable : OP_mfa_authenticator_disable, &id, 1,
                    changed);
}

/* Kept between runs: who is half way must be found again. */
static void
keep_half_replaced(struct mfa_view *v, bool half)
{
    struct json *all = mfa_kept_load(v->pane.app, str_of(v->pane.tenant));
    struct mfa_kept what = {.state = half ? MFA_HALF_REPLACED : MFA_DONE};
    if (half)
        snprintf(what.note, sizeof what.note, "the old app is gone, no new one works yet");
    v->half_replaced = half;
    mfa_kept_set(v->pane.app, str_of(v->pane.tenant), all, str_of(v->who.id), &what);
    json_free(all);
}

static void
new_app_works(struct pane *owner, enum mfa_outcome outcome, const char *why)
{
    struct mfa_view *v = mfa_view_of(owner);
    (void)why;
    if (outcome == MFA_ENROLLED)
        keep_half_replaced(v, false);
}

static void
enrol_new_app(struct mfa_view *v)
{
    mfa_enroll_open(v->pane.app, &(struct mfa_enrolment){.who = v->who,
                                                         .method = MFA_APP,
                                                         .owner = v->pane.serial,
                                                         .told = new_app_works});
}

static void
replace_app_yes(struct app *app, void *ctx)
{
    struct mfa_view *v = ctx;
    const struct mfa_value id = {"deviceId", str_of(v->removing)};
    (void)app;
    send_change(v, MFA_REPLACE_APP, OP_mfa_authenticator_disable, &id, 1, changed);
}

static void
replace_app(struct mfa_view *v)
{
    bool others = mfa_view_has(v, "sms") || mfa_view_has(v, "key");
    confirm_open(v->pane.app,
                 &(struct confirm_setup){
                     .title = "Replace the app?",
                     .name = str_of(v->who.name),
                     .id = str_of(v->removing),
                     .warning = others
                                    ? "The old app goes first (one each); until the new one works, "
                                      "the other factors are all there is."
                                    : "The old app goes first (one each); until the new one works, "
                                      "there is no second factor.",
                     .verb = "replace",
                     .tier = CONFIRM_DESTROY,
                     .opened_by = 'r',
                     .yes = replace_app_yes,
                     .ctx = v});
}

static void
replacement_chosen(struct pane *owner, size_t value)
{
    struct mfa_view *v = mfa_view_of(owner);
    if (value == WAY_APP && !v->removing_phone)
        replace_app(v);
    else
        mfa_enroll_open(owner->app, &(struct mfa_enrolment){.who = v->who,
                                                            .method = (enum mfa_method)value,
                                                            .owner = owner->serial,
                                                            .told = replaced});
}

static void
replace(struct mfa_view *v)
{
    static const enum way both[] = {WAY_APP, WAY_SMS}, phone[] = {WAY_SMS};
    bool app_free = !mfa_view_has(v, "app");
    if (v->half_replaced && app_free) {
        enrol_new_app(v);
        return;
    }
    if (!choose_device(v))
        return;
    if (!v->removing_phone || app_free)
        choose_way(v, "Replace by", both, COUNT_OF(both), replacement_chosen);
    else
        choose_way(v, "Replace by another", phone, COUNT_OF(phone), replacement_chosen);
}

/* ---- keys ---- */

bool
mfa_change_key(struct mfa_view *v, uint32_t key)
{
    static const struct {
        uint32_t key;
        void (*run)(struct mfa_view *v);
    } keys[] = {{'a', enrol}, {'d', remove_factor}, {'x', reset}, {'r', replace}};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (keys[i].key != key)
            continue;
        v->note[0] = '\0';
        if (writing_allowed(v->pane.app))
            keys[i].run(v);
        return true;
    }
    if (key == 'b' && writing_allowed(v->pane.app))
        ask_reason(v, bypass_reason);
    return key == 'b';
}
