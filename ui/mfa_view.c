/*
 * What a person has: enrolled or not, bypass, factors, and the policy that asks for them with where
 * it comes from. The public service does not show factors to an environment token: then that is
 * said, instead of an empty list that looks like "none".
 */
#include "ui/mfa.h"

#include "base/mem.h"
#include "base/secret.h"
#include "ui/confirm.h"
#include "ui/key.h"
#include "ui/menu.h"
#include "ui/prompt.h"

#include <stdio.h>

enum { FACTORS_MAX = 24, FACTOR_TEXT = 96, REASON_MAX = 300 };

struct factor {
    char kind[16]; /* "app", "sms", "key", "email" */
    char id[MFA_ID], text[FACTOR_TEXT];
};

enum pending { NOTHING, RESET, BYPASS, REMOVE };

struct mfa_view {
    struct pane pane;
    struct mfa_person who;
    bool loaded, enrolled, bypass;
    char phone[48], policy[64], environment[64], devices_note[200], failure[300];
    struct factor factors[FACTORS_MAX];
    size_t n, cursor;
    enum pending pending; /* a change under way, to be read back */
    char reason[REASON_MAX];
    char otc[512]; /* of a phone that is removed by code */
};

static struct mfa_view *
view_of(struct pane *p)
{
    return (struct mfa_view *)p;
}

/* ---- reading ---- */

static void
copy(char *out, size_t size, struct str s)
{
    snprintf(out, size, "%.*s", STR_ARG(s));
}

static void
add_factors(struct mfa_view *v, const struct json *devices, const char *list, const char *kind,
            const char *what)
{
    for (const struct json *d = json_first(json_get(devices, list)); d && v->n < FACTORS_MAX;
         d = json_next(d)) {
        struct factor *f = &v->factors[v->n++];
        struct str text = json_str(json_get(d, what));
        snprintf(f->kind, sizeof f->kind, "%s", kind);
        copy(f->id, sizeof f->id, json_str(json_get(d, "id")));
        copy(f->text, sizeof f->text, text.n ? text : json_str(json_get(d, "id")));
    }
}

static void
got_devices(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    v->n = 0;
    v->devices_note[0] = '\0';
    if (r->err.code)
        snprintf(v->devices_note, sizeof v->devices_note,
                 "This service does not show the factors of a person to these credentials (%d).",
                 r->status);
    add_factors(v, r->json, "authenticators", "app", "name");
    add_factors(v, r->json, "phones", "sms", "phoneNumber");
    add_factors(v, r->json, "webauthn", "key", "name");
    add_factors(v, r->json, "emails", "email", "email");
    if (v->cursor >= v->n)
        v->cursor = v->n ? v->n - 1 : 0;
    v->pane.app->dirty = true;
    result_free(r);
}

static void
read_policy(struct result *r, char *out, size_t size)
{
    struct str type = json_str(json_get(r->json, "enforceMFAType"));
    if (r->status == 404)
        snprintf(out, size, "not set");
    else if (r->err.code)
        snprintf(out, size, "cannot be read");
    else
        copy(out, size, type);
}

static void
got_policy(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    read_policy(r, v->policy, sizeof v->policy);
    v->pane.app->dirty = true;
    result_free(r);
}

static void
got_environment(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    read_policy(r, v->environment, sizeof v->environment);
    v->pane.app->dirty = true;
    result_free(r);
}

/* A change is done when the service shows it, not when it says so. */
static void
check_pending(struct mfa_view *v)
{
    static const char *const actions[] = {
        [RESET] = "MFA reset", [BYPASS] = "MFA bypass changed", [REMOVE] = "MFA factor removed"};
    enum pending was = v->pending;
    struct app *app = v->pane.app;
    v->pending = NOTHING;
    if (was == NOTHING)
        return;
    if (was == RESET && v->enrolled) {
        app_note(app, TOAST_BAD,
                 "The service answered 200, yet %s is still enrolled: nothing changed",
                 v->who.name);
        return;
    }
    app_note(app, TOAST_GOOD, "%s: %s", actions[was], v->who.name);
    mfa_audit(&v->pane, &v->who, actions[was], str_of(v->reason));
    secret_wipe(v->reason, sizeof v->reason);
}

static void
got_user(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    v->failure[0] = '\0';
    if (r->err.code) {
        snprintf(v->failure, sizeof v->failure, "%s", r->err.msg);
    } else {
        bool bypass = v->bypass;
        v->loaded = true;
        v->enrolled = v->bypass = false;
        (void)json_to_bool(json_get(r->json, "mfaEnrolled"), &v->enrolled);
        (void)json_to_bool(json_get(r->json, "mfaBypass"), &v->bypass);
        copy(v->phone, sizeof v->phone, json_str(json_get(r->json, "phoneNumber")));
        if (v->pending == BYPASS && bypass == v->bypass) {
            v->pending = NOTHING;
            app_note(v->pane.app, TOAST_BAD, "The service answered 200, but nothing changed");
        }
        check_pending(v);
    }
    v->pane.app->dirty = true;
    result_free(r);
}

static void
load(struct mfa_view *v)
{
    const struct mfa_value id = {"userId", str_of(v->who.id)};
    struct pane *p = &v->pane;
    mfa_send(p, &v->who, OP_users_get_vendor, &id, 1, got_user);
    mfa_send(p, &v->who, OP_mfa_devices_list, NULL, 0, got_devices);
    mfa_send(p, &v->who, OP_mfa_policy_get, NULL, 0, got_policy);
    mfa_send(p, &v->who, OP_mfa_policy_get_vendor, NULL, 0, got_environment);
}

/* ---- changing ---- */

static void
changed(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    if (r->err.code) {
        v->pending = NOTHING;
        app_fail(v->pane.app, "Not changed", r);
    } else {
        app_changed(v->pane.app); /* this pane too reads again, and so the change is read back */
    }
    result_free(r);
}

static void
reset_yes(struct app *app, void *ctx)
{
    struct mfa_view *v = ctx;
    const struct mfa_value id = {"userId", str_of(v->who.id)};
    (void)app;
    v->pending = RESET;
    mfa_send(&v->pane, &v->who, OP_users_mfa_unenroll, &id, 1, changed);
}

static void
reset_reason(struct pane *owner, struct str text)
{
    struct mfa_view *v = view_of(owner);
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
bypass_yes(struct app *app, void *ctx)
{
    struct mfa_view *v = ctx;
    struct json *body = json_new_object();
    (void)app;
    json_set(body, STR("mfaBypass"), json_new_bool(!v->bypass));
    v->pending = BYPASS;
    mfa_send_body(&v->pane, &v->who, OP_users_update, body, changed);
}

static void
bypass_reason(struct pane *owner, struct str text)
{
    struct mfa_view *v = view_of(owner);
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

static void
ask_reason(struct mfa_view *v, void (*entered)(struct pane *owner, struct str text))
{
    prompt_open(v->pane.app, &(struct prompt_setup){.label = "reason, for the audit: ",
                                                    .owner = v->pane.serial,
                                                    .entered = entered});
}

/* ---- removing one factor ---- */

static void
sms_code(struct pane *owner, struct str text)
{
    struct mfa_view *v = view_of(owner);
    const struct mfa_value values[] = {{"deviceId", str_of(v->factors[v->cursor].id)},
                                       {"otcToken", str_of(v->otc)},
                                       {"code", str_trim(text)}};
    v->pending = REMOVE;
    mfa_send(owner, &v->who, OP_mfa_sms_disable, values, COUNT_OF(values), changed);
}

/* The last factor of a person goes only with a code to the phone itself. */
static void
got_sms_start(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    const struct mfa_value id = {"deviceId", str_of(v->factors[v->cursor].id)};
    copy(v->otc, sizeof v->otc, json_str(json_get(r->json, "otcToken")));
    if (!r->err.code && v->otc[0])
        prompt_open(v->pane.app, &(struct prompt_setup){.label = "code sent to the phone: ",
                                                        .owner = v->pane.serial,
                                                        .entered = sms_code});
    else if (r->status == 400 || !r->err.code) {
        v->pending = REMOVE;
        mfa_send(&v->pane, &v->who, OP_mfa_sms_disable, &id, 1, changed);
    } else
        app_fail(v->pane.app, "Not removed", r);
    result_free(r);
}

static void
remove_yes(struct app *app, void *ctx)
{
    struct mfa_view *v = ctx;
    const struct factor *f = &v->factors[v->cursor];
    const struct mfa_value id = {"deviceId", str_of(f->id)};
    (void)app;
    if (strcmp(f->kind, "sms") == 0) {
        mfa_send(&v->pane, &v->who, OP_mfa_sms_disable_start, &id, 1, got_sms_start);
        return;
    }
    v->pending = REMOVE;
    mfa_send(&v->pane, &v->who, OP_mfa_authenticator_disable, &id, 1, changed);
}

static void
remove_factor(struct mfa_view *v)
{
    struct app *app = v->pane.app;
    const struct factor *f = &v->factors[v->cursor];
    if (!v->n) {
        app_note(app, TOAST_INFO, "There is no factor to remove");
        return;
    }
    if (strcmp(f->kind, "app") != 0 && strcmp(f->kind, "sms") != 0) {
        app_note(app, TOAST_WARN, "%s",
                 f->kind[0] == 'e'
                     ? "The address is no enrolled factor: change the strategies instead"
                     : "A security key goes only with a reset of all factors: x");
        return;
    }
    confirm_open(app, &(struct confirm_setup){.title = "Remove this factor?",
                                              .name = str_of(f->text),
                                              .id = str_of(f->id),
                                              .verb = "remove",
                                              .tier = CONFIRM_DESTROY,
                                              .opened_by = 'd',
                                              .yes = remove_yes,
                                              .ctx = v});
}

/* ---- enrolling ---- */

static void
method_chosen(struct pane *owner, size_t value)
{
    struct mfa_view *v = view_of(owner);
    mfa_enroll_open(owner->app, &v->who, (enum mfa_method)value);
}

static void
enrol(struct mfa_view *v)
{
    static const struct menu_item items[] = {
        {.label = {"Authenticator app", 17}, .note = {"QR code here", 12}, .value = MFA_APP},
        {.label = {"Codes by SMS", 12}, .note = {"to a phone", 10}, .value = MFA_SMS},
    };
    if (mfa_refuse_read_only(v->pane.app))
        return;
    app_push(v->pane.app, menu_new(&(struct menu_setup){.title = "Enrol",
                                                        .items = items,
                                                        .n = COUNT_OF(items),
                                                        .owner = v->pane.serial,
                                                        .chosen = method_chosen}));
}

/* ---- drawing ---- */

struct page {
    struct canvas *cv;
    struct rect r;
    int row;
};

static void
fact(struct page *pg, const char *label, enum role role, const char *text)
{
    pane_text(pg->cv, pg->r, pg->row, 1, ROLE_LABEL, str_of(label));
    pane_text(pg->cv, pg->r, pg->row++, 17, role, str_of(text));
}

/* Which of the two policies holds: the environment's demand cannot be relaxed by a tenant. */
static void
draw_policy(struct page *pg, const struct mfa_view *v)
{
    char text[320];
    bool forced = strncmp(v->environment, "Force", 5) == 0;
    bool own = v->policy[0] && strcmp(v->policy, "not set") != 0;
    bool environment = forced || !own;
    const char *holds = environment ? v->environment : v->policy;
    if (strcmp(holds, "not set") == 0)
        snprintf(text, sizeof text, "none: a second factor is voluntary");
    else
        snprintf(text, sizeof text, "%s, from the %s%s%s", holds[0] ? holds : "...",
                 environment ? "environment" : "tenant ", environment ? "" : v->who.tenant,
                 forced && own ? " (the tenant's own cannot be weaker)" : "");
    fact(pg, "Policy", ROLE_VALUE, text);
}

static void
draw_factors(struct page *pg, const struct mfa_view *v)
{
    pane_text(pg->cv, pg->r, pg->row++, 1, ROLE_HEADER, STR("Factors"));
    if (v->devices_note[0])
        pg->row =
            pane_wrap(pg->cv, (struct rect){pg->r.row, pg->r.col + 1, pg->r.rows, pg->r.cols - 2},
                      pg->row, ROLE_WARN, str_of(v->devices_note));
    else if (!v->n)
        pane_text(pg->cv, pg->r, pg->row, 1, ROLE_DIM, STR("None. Press a to enrol one."));
    for (size_t i = 0; i < v->n && pg->row < pg->r.rows; i++, pg->row++) {
        bool here = i == v->cursor;
        struct rect line = {pg->r.row + pg->row, pg->r.col, 1, pg->r.cols};
        enum role role = here ? ROLE_ROW_SELECTED : ROLE_TEXT;
        canvas_fill(pg->cv, line, role);
        pane_text(pg->cv, line, 0, 1, role, str_of(v->factors[i].kind));
        pane_text(pg->cv, line, 0, 9, role, str_of(v->factors[i].text));
        if (here)
            canvas_cursor(pg->cv, line.row, line.col);
    }
}

static void
view_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct mfa_view *v = view_of(p);
    struct page pg = {cv, r, 1};
    if (v->failure[0]) {
        (void)pane_wrap(cv, r, 1, ROLE_BAD, str_of(v->failure));
        return;
    }
    if (!v->loaded) {
        pane_text(cv, r, 1, 1, ROLE_DIM, STR("Reading ..."));
        return;
    }
    fact(&pg, "User", ROLE_VALUE, v->who.name);
    fact(&pg, "Enrolled", v->enrolled ? ROLE_GOOD : ROLE_WARN, v->enrolled ? "yes" : "no");
    fact(&pg, "Bypass", v->bypass ? ROLE_BAD : ROLE_VALUE,
         v->bypass ? "yes: signs in without a second factor" : "no");
    if (v->phone[0])
        fact(&pg, "Phone", ROLE_VALUE, v->phone);
    draw_policy(&pg, v);
    pg.row++;
    draw_factors(&pg, v);
}

/* ---- the pane ---- */

static bool
view_command(struct pane *p, enum command cmd)
{
    struct mfa_view *v = view_of(p);
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        v->cursor += v->cursor + 1 < v->n;
        return true;
    case COMMAND_MOVE_UP:
        v->cursor -= v->cursor > 0;
        return true;
    case COMMAND_ADD:
        enrol(v);
        return true;
    case COMMAND_DELETE:
        if (!mfa_refuse_read_only(p->app))
            remove_factor(v);
        return true;
    case COMMAND_REVOKE:
        if (!mfa_refuse_read_only(p->app))
            ask_reason(v, reset_reason);
        return true;
    case COMMAND_RELOAD:
        load(v);
        return true;
    case COMMAND_COPY:
        app_copy(p->app, str_of(v->who.id), "the user's id");
        return true;
    default:
        return false;
    }
}

static bool
view_key(struct pane *p, uint32_t key)
{
    if (key != 'b')
        return false;
    if (!mfa_refuse_read_only(p->app))
        ask_reason(view_of(p), bypass_reason);
    return true;
}

static void
view_crumb(const struct pane *p, struct buf *out)
{
    buf_printf(out, "MFA of %s", ((const struct mfa_view *)p)->who.name);
}

static void
view_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "a", "enrol");
    hint_add(h, "x", "reset all");
    hint_add(h, "d", "remove factor");
    hint_add(h, "b", "bypass");
    hint_add(h, "R", "reload");
}

static void
view_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# Second factors of a user\n"
                      "a\tenrol an authenticator app or a phone, step by step\n"
                      "d\tremove the factor under the cursor\n"
                      "x\tremove all factors, with a reason\n"
                      "b\tturn the bypass on or off, with a reason\n");
}

static void
view_reload(struct pane *p)
{
    load(view_of(p));
}

static const struct pane_ops view_ops = {.draw = view_draw,
                                         .command = view_command,
                                         .key = view_key,
                                         .crumb = view_crumb,
                                         .hints = view_hints,
                                         .help = view_help,
                                         .reload = view_reload};

void
mfa_view_open(struct app *app, const struct mfa_person *who)
{
    struct mfa_view *v = mem_new(1, sizeof *v);
    v->pane.ops = &view_ops;
    v->who = *who;
    snprintf(v->pane.tenant, sizeof v->pane.tenant, "%s", who->tenant);
    app_push(app, &v->pane);
    load(v);
}
