/*
 * What a person has: enrolled or not, bypass, factors, and the policy that asks for them with where
 * it comes from. The public service does not show factors to an environment token: then that is
 * said, instead of an empty list that looks like "none".
 */
#include "ui/mfa_view.h"

#include "base/mem.h"
#include "ui/mfa_kept.h"

#include <stdio.h>

struct mfa_view *
mfa_view_of(struct pane *p)
{
    return (struct mfa_view *)p;
}

void
mfa_view_note(struct mfa_view *v, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(v->note, sizeof v->note, fmt, ap);
    va_end(ap);
    v->pane.app->dirty = true;
}

bool
mfa_view_has(const struct mfa_view *v, const char *kind)
{
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->devices[i].kind, kind) == 0)
            return true;
    return false;
}

/* ---- reading ---- */

static void
copy(char *out, size_t size, struct str s)
{
    snprintf(out, size, "%.*s", STR_ARG(s));
}

static void
add_devices(struct mfa_view *v, const struct json *devices, const char *list, const char *kind,
            const char *what)
{
    for (const struct json *j = json_first(json_get(devices, list)); j && v->n < MFA_FACTORS_MAX;
         j = json_next(j)) {
        struct mfa_device *d = &v->devices[v->n++];
        struct str text = json_str(json_get(j, what));
        snprintf(d->kind, sizeof d->kind, "%s", kind);
        copy(d->id, sizeof d->id, json_str(json_get(j, "id")));
        copy(d->text, sizeof d->text, text.n ? text : json_str(json_get(j, "id")));
    }
}

/* What was asked last is what counts. */
static void
arrived(struct mfa_view *v, struct result *take)
{
    v->pane.app->dirty = true;
    result_free(take);
    if (--v->reading == 0)
        mfa_change_verdict(v);
}

static void
got_devices(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    v->n = 0;
    v->devices_known = !r->err.code;
    add_devices(v, r->json, "authenticators", "app", "name");
    add_devices(v, r->json, "phones", "sms", "phoneNumber");
    add_devices(v, r->json, "webauthn", "key", "name");
    add_devices(v, r->json, "emails", "email", "email");
    if (v->cursor >= v->n)
        v->cursor = v->n ? v->n - 1 : 0;
    arrived(v, r);
}

static void
got_user(void *ctx, struct result *r)
{
    struct mfa_view *v = ctx;
    v->failure[0] = '\0';
    if (r->err.code) {
        snprintf(v->failure, sizeof v->failure, "%s", r->err.msg);
    } else {
        v->loaded = true;
        v->enrolled = v->bypass = v->verified = false;
        (void)json_to_bool(json_get(r->json, "mfaEnrolled"), &v->enrolled);
        (void)json_to_bool(json_get(r->json, "mfaBypass"), &v->bypass);
        (void)json_to_bool(json_get(r->json, "verified"), &v->verified);
        copy(v->phone, sizeof v->phone, json_str(json_get(r->json, "phoneNumber")));
    }
    arrived(v, r);
}

static void
load(struct mfa_view *v)
{
    const struct mfa_value id = {"userId", str_of(v->who.id)};
    struct pane *p = &v->pane;
    v->reading += 2;
    mfa_send(p, &v->who, OP_users_get_vendor, &id, 1, got_user);
    mfa_send(p, &v->who, OP_mfa_devices_list, NULL, 0, got_devices);
    mfa_rules_read(&v->rules, p);
}

/* ---- drawing ---- */

enum { ROOMY = 10 }; /* rows from which there is air between things */

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

static void
wrap(struct page *pg, enum role role, const char *text)
{
    struct rect r = {pg->r.row, pg->r.col + 1, pg->r.rows, pg->r.cols - 2};
    pg->row = pane_wrap(pg->cv, r, pg->row, role, str_of(text));
}

/* What holds, and whose it is. */
static void
draw_policy(struct page *pg, const struct mfa_view *v)
{
    char text[320];
    const char *from;
    struct mfa_policy p;
    const struct mfa_policy *unknown = !v->rules.environment.known ? &v->rules.environment
                                       : !v->rules.tenant.known    ? &v->rules.tenant
                                                                   : NULL;
    mfa_rules_policy(&v->rules, &p, &from);
    if (unknown)
        snprintf(text, sizeof text, "%s", unknown->failure[0] ? unknown->failure : "...");
    else if (!p.set)
        snprintf(text, sizeof text, "voluntary: no policy is set");
    else
        snprintf(text, sizeof text, "%s, from the %s%s%s", mfa_enforce_text(str_of(p.enforce)),
                 from, *from == 't' ? " " : "", *from == 't' ? v->who.tenant : "");
    fact(pg, "Policy", ROLE_VALUE, text);
}

static void
draw_factors(struct page *pg, const struct mfa_view *v)
{
    pane_text(pg->cv, pg->r, pg->row++, 1, ROLE_HEADER, STR("Factors"));
    size_t room = pg->row < pg->r.rows ? (size_t)(pg->r.rows - pg->row) : 1;
    size_t top = v->cursor < room ? 0 : v->cursor - room + 1;
    if (!v->devices_known && v->reading)
        wrap(pg, ROLE_DIM, "...");
    else if (!v->devices_known)
        wrap(pg, ROLE_WARN,
             "This service does not show the factors of a person to these credentials.");
    else if (!v->n)
        pane_text(pg->cv, pg->r, pg->row, 1, ROLE_DIM, STR("None. Press a to enrol one."));
    for (size_t i = top; i < v->n && pg->row < pg->r.rows; i++, pg->row++) {
        bool here = i == v->cursor;
        struct rect line = {pg->r.row + pg->row, pg->r.col, 1, pg->r.cols};
        enum role role = here ? ROLE_ROW_SELECTED : ROLE_TEXT;
        canvas_fill(pg->cv, line, role);
        pane_text(pg->cv, line, 0, 1, role, str_of(v->devices[i].kind));
        pane_text(pg->cv, line, 0, 9, role, str_of(v->devices[i].text));
        if (here)
            canvas_cursor(pg->cv, line.row, line.col);
    }
}

static void
view_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct mfa_view *v = mfa_view_of(p);
    bool roomy = r.rows > ROOMY;
    struct page pg = {cv, r, roomy};
    if (v->failure[0]) {
        (void)pane_wrap(cv, r, 1, ROLE_BAD, str_of(v->failure));
        return;
    }
    if (!v->loaded) {
        pane_text(cv, r, 1, 1, ROLE_DIM, STR("Reading ..."));
        return;
    }
    if (v->half_replaced && !mfa_view_has(v, "app"))
        wrap(&pg, ROLE_BAD,
             "Replacing the app was broken off: the old one is gone, no new one works. r goes on.");
    if (v->note[0])
        wrap(&pg, ROLE_WARN, v->note);
    fact(&pg, "User", ROLE_VALUE, v->who.name);
    fact(&pg, "Enrolled", v->enrolled ? ROLE_GOOD : ROLE_WARN, v->enrolled ? "yes" : "no");
    fact(&pg, "Bypass", v->bypass ? ROLE_BAD : ROLE_VALUE,
         v->bypass ? "yes: signs in without a second factor" : "no");
    if (v->phone[0])
        fact(&pg, "Phone", ROLE_VALUE, v->phone);
    draw_policy(&pg, v);
    pg.row += roomy;
    draw_factors(&pg, v);
}

/* ---- the pane ---- */

static bool
view_command(struct pane *p, enum command cmd)
{
    struct mfa_view *v = mfa_view_of(p);
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        v->cursor += v->cursor + 1 < v->n;
        return true;
    case COMMAND_MOVE_UP:
        v->cursor -= v->cursor > 0;
        return true;
    case COMMAND_ADD:
        return mfa_change_key(v, 'a');
    case COMMAND_DELETE:
        return mfa_change_key(v, 'd');
    case COMMAND_REVOKE:
        return mfa_change_key(v, 'x');
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
    if (key == 'P')
        mfa_policy_open(p->app, str_of(p->tenant));
    return key == 'P' || mfa_change_key(mfa_view_of(p), key);
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
    hint_add(h, "r", "replace");
    hint_add(h, "d", "remove factor");
    hint_add(h, "x", "reset all");
    hint_add(h, "b", "bypass");
    hint_add(h, "P", "policy");
    hint_add(h, "R", "reload");
}

static void
view_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# Second factors of a user\n"
                      "a\tenrol an authenticator app or a phone, step by step\n"
                      "r\treplace a factor: the old one goes when the new one works\n"
                      "d\tremove the factor under the cursor; a code goes to the last phone\n"
                      "x\tremove all factors, with a reason\n"
                      "b\tturn the bypass on or off, with a reason\n"
                      "P\tpolicy and strategies of the tenant\n");
}

static void
view_reload(struct pane *p)
{
    load(mfa_view_of(p));
}

static void
view_close(struct pane *p)
{
    mfa_rules_fini(&mfa_view_of(p)->rules);
}

static const struct pane_ops view_ops = {.name = "second factors",
                                         .close = view_close,
                                         .draw = view_draw,
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
    struct json *all = mfa_kept_load(app, str_of(v->pane.tenant));
    struct mfa_kept kept;
    mfa_kept_get(all, str_of(who->id), &kept);
    v->half_replaced = kept.state == MFA_HALF_REPLACED;
    json_free(all);
    load(v);
}
