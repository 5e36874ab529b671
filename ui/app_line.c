/* What can be typed after `:`, how it completes, and what it does. */
#include "base/file.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "ui/app.h"
#include "ui/bulk.h"
#include "ui/effective.h"
#include "ui/explore.h"
#include "ui/find.h"
#include "ui/help.h"
#include "ui/invite.h"
#include "ui/live.h"
#include "ui/matrix.h"
#include "ui/mfa.h"
#include "ui/palette.h"
#include "ui/prompt.h"
#include "ui/table.h"
#include "ui/textview.h"
#include "ui/why.h"
#include "ui/writing.h"
#include <stdio.h>

static void
line_tenant(struct app *app, struct str arg)
{
    if (str_eq(arg, STR("-")) || str_eq(arg, STR("all"))) {
        app_set_tenant(app, STR(""), STR(""));
        return;
    }
    /* A name that was seen is as good as an id. */
    LIST_EACH (it, &app->tenants) {
        const struct tenant_seen *t = LIST_ENTRY(it, struct tenant_seen, node);
        if (str_eq_nocase(str_of(t->name), arg)) {
            app_set_tenant(app, str_of(t->id), str_of(t->name));
            return;
        }
    }
    app_set_tenant(app, arg, STR_ABSENT);
}

static void
line_profile(struct app *app, struct str arg)
{
    struct err err = {0};
    if (!app->host->profile_set || !app->host->profile_set(app->host->ctx, arg, &err))
        app_note(app, TOAST_BAD, "Profile not changed: %s", err.msg[0] ? err.msg : "not possible");
}

static void
line_theme(struct app *app, struct str arg)
{
    struct err err = {0};
    if (!app->host->theme_set || !app->host->theme_set(app->host->ctx, arg, &err))
        app_note(app, TOAST_BAD, "Theme not changed: %s", err.msg[0] ? err.msg : "not possible");
}

static void
line_export(struct app *app, struct str arg)
{
    struct pane *view = app_view(app);
    if (table_is(view))
        table_export(table_of(view), arg);
    else
        app_note(app, TOAST_WARN, "Only a list can be exported; open one first");
}

static void
line_columns(struct app *app, struct str arg)
{
    struct pane *view = app_view(app);
    if (!table_is(view))
        app_note(app, TOAST_WARN, "Only a list has columns; open one first");
    else if (arg.n)
        table_choose_columns(table_of(view), arg);
    else
        table_ask_columns(table_of(view));
}

static void
line_follow(struct app *app, struct str arg)
{
    struct pane *view = app_view(app);
    if (table_is(view))
        table_follow(table_of(view), arg);
    else
        app_note(app, TOAST_WARN, "Only a list can be followed; open one first");
}

static void
line_dump(struct app *app, struct str arg)
{
    struct buf b;
    struct err err = {0};
    char path[1024];
    if (!app->drawn || arg.n >= sizeof path) {
        app_note(app, TOAST_WARN, "There is nothing to dump, or the file name is too long");
        return;
    }
    snprintf(path, sizeof path, "%.*s", STR_ARG(arg));
    buf_init(&b, (size_t)8 << 20);
    canvas_dump(app->drawn, false, &b);
    if (file_write(path, buf_str(&b), 0600, &err))
        app_note(app, TOAST_BAD, "%s", err.msg);
    else
        app_note(app, TOAST_GOOD, "Wrote the screen to %s", path);
    buf_fini(&b);
}

static void
line_doctor(struct app *app, struct str arg)
{
    struct buf b;
    (void)arg;
    buf_init(&b, (size_t)1 << 18);
    buf_add_text(&b, "# Console\n");
    buf_printf(&b, "version\t%s\n", GATEHOUSE_VERSION);
    if (app->client) {
        const struct profile *p = client_profile(app->client);
        struct client_status s;
        client_status(app->client, &s);
        buf_printf(&b, "profile\t%.*s%s\n", STR_ARG(p->name), p->read_only ? ", read-only" : "");
        buf_printf(&b, "server\t%.*s\n", STR_ARG(profile_host(p)));
        buf_printf(&b, "reachable\t%s\n", s.online ? "yes" : "no");
        buf_printf(&b, "last answer\t%lld ms\n", (long long)(s.last_latency_us / 1000));
        buf_printf(&b, "clock difference\t%lld ms\n", (long long)s.clock_offset_ms);
    } else {
        buf_printf(&b, "server\t%s\n", app->starting);
    }
    if (app->host->doctor) {
        buf_add_text(&b, "\n# Terminal and files\n");
        app->host->doctor(app->host->ctx, &b);
    }
    app_push(app, textview_new("Doctor", buf_str(&b)));
    buf_fini(&b);
}

static void
line_mfa(struct app *app, struct str arg)
{
    (void)arg;
    mfa_open_here(app);
}

static void
line_policies(struct app *app, struct str arg)
{
    (void)arg;
    mfa_policy_open(app, str_of(app->tenant));
}

static void
line_invite(struct app *app, struct str arg)
{
    invite_open(app, arg);
}

static void
line_api(struct app *app, struct str arg)
{
    const struct op *op = arg.n ? op_by_name(arg) : NULL;
    if (op)
        explore_open(app, op);
    else if (arg.n)
        app_note(app, TOAST_WARN, "There is no operation %.*s; :api lists them", STR_ARG(arg));
    else
        explore_list(app);
}

static void
line_bulk(struct app *app, struct str arg)
{
    (void)arg;
    bulk_list(app);
}

static void
line_sessions(struct app *app, struct str arg)
{
    (void)arg;
    live_open_here(app);
}

/* Whom the line names, else the user under the cursor. */
static void
about_user(struct app *app, struct str who,
           void (*open)(struct app *app, struct str who, struct str tenant))
{
    struct pane *view = app_view(app);
    const struct json *row = view && view->ops->row ? view->ops->row(view) : NULL;
    bool here = !who.n && view && view->resource == resource_by_id(STR("users"));
    open(app, here ? json_str(json_get(row, "id")) : who,
         str_of(here ? view->tenant : app->tenant));
}

static void
line_why(struct app *app, struct str arg)
{
    about_user(app, arg, why_open);
}

static void
line_effective(struct app *app, struct str arg)
{
    about_user(app, arg, effective_open);
}

static void
line_matrix(struct app *app, struct str arg)
{
    (void)arg;
    matrix_open(app, str_of(app->tenant));
}

static void
line_find(struct app *app, struct str arg)
{
    find_open(app, arg);
}

static void
secret_entered(struct pane *owner, struct str text)
{
    struct app *app = owner->app;
    struct secret *secret = secret_new(text);
    client_set_secret(app->client, str_of(app->client_id), secret);
    secret_free(secret);
    app_changed(app);
}

static void
client_id_entered(struct pane *owner, struct str text)
{
    struct app *app = owner->app;
    text = str_trim(text);
    if (!text.n || text.n >= sizeof app->client_id) {
        app_note(app, TOAST_WARN, "A client id is needed first");
        return;
    }
    snprintf(app->client_id, sizeof app->client_id, "%.*s", STR_ARG(text));
    prompt_open(app, &(struct prompt_setup){.label = "secret: ",
                                            .secret = true,
                                            .owner = owner->serial,
                                            .entered = secret_entered});
}

/* For profiles without a secret in a file or from a command: asks the person. */
static void
line_secret(struct app *app, struct str arg)
{
    struct pane *view = app_view(app);
    (void)arg;
    if (!view || !app->client)
        return;
    struct str id = client_profile(app->client)->client_id;
    if (id.n)
        client_id_entered(view, id);
    else
        prompt_open(
            app, &(struct prompt_setup){
                     .label = "client id: ", .owner = view->serial, .entered = client_id_entered});
}

static void
line_lock(struct app *app, struct str arg)
{
    (void)arg;
    lock_now(app);
}

static void
line_write(struct app *app, struct str arg)
{
    writing_command(app, arg);
}

struct line_command {
    const char *name, *arg, *help;
    bool needs_arg;
    void (*run)(struct app *app, struct str arg);
    /* Appends candidates for the argument, one name a line. */
    void (*complete)(struct app *app, struct buf *out);
};

static void
complete_tenants(struct app *app, struct buf *out)
{
    buf_add_text(out, "-\n");
    LIST_EACH (it, &app->tenants) {
        const struct tenant_seen *t = LIST_ENTRY(it, struct tenant_seen, node);
        buf_printf(out, "%s\t%s\n", t->id, t->name);
    }
}

static void
complete_operations(struct app *app, struct buf *out)
{
    (void)app;
    for (int i = 0; i < OP_COUNT; i++) {
        const struct op *op = op_get((enum op_id)i);
        buf_printf(out, "%s\t%s\n", op->name, op->title);
    }
}

static void
add_address(size_t at, const struct json *row, void *ctx)
{
    struct str email = json_str(json_get(row, "email"));
    struct str name = json_str(json_get(row, "name"));
    (void)at;
    if (email.n && utf8_is_safe(email) && utf8_is_safe(name))
        buf_printf(ctx, "%.*s\t%.*s\n", STR_ARG(email), STR_ARG(name));
}

/* Of the lists of users that are open, what is loaded. */
static void
complete_users(struct app *app, struct buf *out)
{
    for (size_t i = 0; i < app->n; i++)
        if (table_is(app->stack[i]) && app->stack[i]->resource == resource_by_id(STR("users")))
            rows_each(&table_of(app->stack[i])->rows, add_address, out);
}

static void
complete_columns(struct app *app, struct buf *out)
{
    const struct pane *view = app_view(app);
    if (!table_is(view))
        return;
    buf_add_text(out, "-\n");
    for (const struct column *c = view->resource->columns; c->title; c++)
        buf_printf(out, "%s\n", c->title);
}

static void
complete_themes(struct app *app, struct buf *out)
{
    if (app->host->theme_names)
        app->host->theme_names(app->host->ctx, out);
}

static void
complete_profiles(struct app *app, struct buf *out)
{
    if (app->host->profile_names)
        app->host->profile_names(app->host->ctx, out);
}

static const struct line_command lines[] = {
#define LINE(name, arg, needed, complete, help)                                                    \
    {#name, (arg), (help), (needed), line_##name, complete},
#include "ui/line.def"
#undef LINE
};

static const struct line_command *
find_line(struct str word)
{
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (str_eq(str_of(lines[i].name), word))
            return &lines[i];
    return NULL;
}

/* ":audit" is the list of audits; other panes are called what they are. */
static const struct resource *
resource_by_word(struct str word)
{
    const struct resource *res = resource_by_id(word);
    if (!res && str_eq(word, STR("audit")))
        res = resource_by_id(STR("audits"));
    if (!res && str_eq(word, STR("config")))
        res = resource_by_id(STR("configuration"));
    return res;
}

void
app_command_line(struct app *app, struct str line)
{
    line = str_trim(line);
    struct str rest = line, word;
    app->dirty = true;
    if (!line.n || !str_next(&rest, ' ', &word))
        return;
    struct str arg = str_given(rest) ? str_trim(rest) : STR("");
    const struct line_command *c = find_line(word);
    const struct resource *res = resource_by_word(word);
    enum command cmd = command_by_name(word);
    if (c && c->needs_arg && !arg.n)
        app_note(app, TOAST_WARN, ":%s needs %s; Tab shows what fits", c->name, c->arg);
    else if (c)
        c->run(app, arg);
    else if (res)
        app_open_resource(app, res);
    else if (cmd != COMMAND_NONE)
        app_command(app, cmd);
    else
        app_note(app, TOAST_WARN, "There is no command :%.*s; Tab completes, ? explains",
                 STR_ARG(word));
}

/* Adds a candidate if it goes on from what is typed. */
static void
offer(struct buf *out, struct str typed, struct str text, struct str note)
{
    if (!str_starts(text, typed))
        return;
    buf_add_str(out, text);
    buf_add_char(out, '\t');
    buf_add_str(out, note);
    buf_add_char(out, '\n');
}

static void
complete_arg(struct app *app, const struct line_command *c, struct str typed, struct buf *out)
{
    struct buf names, text;
    if (!c->complete)
        return;
    buf_init(&names, (size_t)1 << 17);
    buf_init(&text, 1024);
    c->complete(app, &names);
    struct str rest = buf_str(&names), line;
    while (rest.n && str_next(&rest, '\n', &line)) {
        ptrdiff_t tab = str_find_char(line, '\t');
        buf_reset(&text);
        buf_printf(&text, "%s ", c->name);
        buf_add_str(&text, tab < 0 ? line : str_sub(line, 0, (size_t)tab));
        offer(out, typed, buf_str(&text),
              tab < 0 ? STR("") : str_sub(line, (size_t)tab + 1, line.n));
    }
    buf_fini(&names);
    buf_fini(&text);
}

static void
complete_word(struct str typed, struct buf *out)
{
    for (size_t i = 0; resources[i]; i++)
        offer(out, typed, str_of(resources[i]->id), str_of(resources[i]->title));
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        offer(out, typed, str_of(lines[i].name), str_of(lines[i].help));
    for (int id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++) {
        const struct command_info *info = command_info((enum command)id);
        if (!find_line(str_of(info->name)))
            offer(out, typed, str_of(info->name), str_of(info->help));
    }
}

void
palette_complete(struct app *app, struct str typed, struct buf *out)
{
    struct str rest = typed, word;
    if (!typed.n || !str_next(&rest, ' ', &word) || !str_given(rest)) {
        complete_word(typed, out);
        return;
    }
    const struct line_command *c = find_line(word);
    if (c)
        complete_arg(app, c, typed, out);
}
