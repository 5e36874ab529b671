/* Keys and commands: who gets them, and what the app itself does with them. */
#include "base/file.h"
#include "ui/act.h"
#include "ui/app.h"
#include "ui/confirm.h"
#include "ui/help.h"
#include "ui/palette.h"
#include "ui/requests.h"
#include "ui/table.h"
#include <stdio.h>

static void
quit_yes(struct app *app, void *ctx)
{
    (void)ctx;
    app->quit = true;
}

void
app_ask_quit(struct app *app)
{
    struct confirm_setup setup = {
        .title = "Quit gatehouse?", .tier = CONFIRM_EASY, .yes = quit_yes, .verb = "quit"};
    if (!list_empty(&app->acts))
        setup.warning = "A change is still being sent; whether it arrives will be unknown.";
    confirm_open(app, &setup);
}

/* Q leaves at once unless a change is on its way. */
static void
quit(struct app *app)
{
    if (list_empty(&app->acts))
        app->quit = true;
    else
        app_ask_quit(app);
}

static void
close_view(struct app *app)
{
    struct pane *top = app_top(app);
    if (!top || app->n == 1)
        app_ask_quit(app);
    else
        app_close(app, top);
}

static void
go_back(struct app *app)
{
    if (app->n > 1)
        app_close(app, app_top(app));
    else
        app_note(app, TOAST_INFO, "This is the first pane; Q quits");
}

void
app_interrupt(struct app *app)
{
    struct pane *top = app_top(app);
    if (lock_key(app, K_CTRL | 'c'))
        return;
    if (top && (top->flags & (PANE_POPUP | PANE_LINE))) {
        app_close(app, top);
        return;
    }
    if (top && app->client && top->calls.n) {
        callset_close(&top->calls, app->client);
        if (top->ops->stopped)
            top->ops->stopped(top);
        app_note(app, TOAST_WARN, "Stopped waiting; R reads again");
        return;
    }
    app_ask_quit(app);
}

static void
open_requests(struct app *app)
{
    struct pane *view = app_view(app);
    if (!app->client || (view && requests_is(view)))
        return;
    app_push(app, requests_new());
}

static void
tenant_from_row(struct app *app)
{
    struct pane *view = app_view(app);
    const struct json *row = view && view->ops->row ? view->ops->row(view) : NULL;
    struct str id = json_str(json_get(row, "tenantId"));
    if (!id.n) {
        palette_open(app, STR("tenant "));
        return;
    }
    bool is_tenant = view && view->resource == resource_by_id(STR("tenants"));
    struct arena a;
    arena_init(&a, 4096);
    struct str name = is_tenant ? json_str(json_get(row, "name")) : STR_ABSENT;
    app_set_tenant(app, arena_str(&a, str_sub(id, 0, TENANT_SIZE)),
                   arena_str(&a, str_sub(name, 0, 512)));
    arena_fini(&a);
}

static void
next_view(struct app *app, bool back)
{
    /* Panes are a stack: going round it brings the bottom view to the top, or the top one down. */
    struct pane *top = app_top(app);
    if (app->n < 2 || !top || (top->flags & (PANE_POPUP | PANE_LINE)))
        return;
    size_t last = app->n - 1;
    if (back) {
        struct pane *first = app->stack[0];
        memmove(&app->stack[0], &app->stack[1], last * sizeof *app->stack);
        app->stack[last] = first;
    } else {
        memmove(&app->stack[1], &app->stack[0], last * sizeof *app->stack);
        app->stack[0] = top;
    }
}

static void
reload(struct app *app)
{
    struct pane *view = app_view(app);
    if (app->start_failed && app->host->retry)
        app->host->retry(app->host->ctx);
    else if (view && view->ops->reload)
        view->ops->reload(view);
}

static void
call_host(struct app *app, void (*fn)(void *ctx))
{
    if (fn)
        fn(app->host->ctx);
}

/* Commands of the app itself. False if it is none of them. */
static bool
command_global(struct app *app, enum command cmd)
{
    switch (cmd) {
    case COMMAND_QUIT:
        quit(app);
        return true;
    case COMMAND_CLOSE:
    case COMMAND_QUIT_SHORT:
        close_view(app);
        return true;
    case COMMAND_BACK:
        go_back(app);
        return true;
    case COMMAND_COMMAND:
        palette_open(app, STR(""));
        return true;
    case COMMAND_HELP:
        app_push(app, help_new(app));
        return true;
    case COMMAND_REQUESTS:
        open_requests(app);
        return true;
    case COMMAND_NEXT_PANE:
    case COMMAND_PREV_PANE:
        next_view(app, cmd == COMMAND_PREV_PANE);
        return true;
    default:
        return false;
    }
}

static bool
command_tools(struct app *app, enum command cmd)
{
    switch (cmd) {
    case COMMAND_RELOAD:
        reload(app);
        return true;
    case COMMAND_REDRAW:
        call_host(app, app->host->redraw);
        return true;
    case COMMAND_SUSPEND:
        call_host(app, app->host->suspend);
        return true;
    case COMMAND_TENANT:
        tenant_from_row(app);
        return true;
    case COMMAND_THEME:
        palette_open(app, STR("theme "));
        return true;
    case COMMAND_PROFILE:
        palette_open(app, STR("profile "));
        return true;
    case COMMAND_DUMP:
        palette_open(app, STR("dump "));
        return true;
    case COMMAND_FIND:
        palette_open(app, STR("find "));
        return true;
    case COMMAND_UNDO:
        act_undo(app);
        return true;
    default:
        return false;
    }
}

void
app_command(struct app *app, enum command cmd)
{
    app->dirty = true;
    struct pane *top = app_top(app);
    if (top && top->ops->command && top->ops->command(top, cmd))
        return;
    if (command_global(app, cmd) || command_tools(app, cmd))
        return;
    if (top && cmd != COMMAND_NONE)
        app_note(app, TOAST_INFO, "%s: nothing to do here", command_info(cmd)->help);
}

static const struct resource *
resource_by_digit(uint32_t key)
{
    if (key < '1' || key > '9')
        return NULL;
    for (uint32_t i = 0; resources[i]; i++)
        if (i == key - '1')
            return resources[i];
    return NULL;
}

/* Keys of panes that type: a field has the focus, or a question is open. */
static bool
key_typed(struct pane *top, uint32_t key)
{
    return top && (top->flags & PANE_INPUT) && top->ops->key && top->ops->key(top, key);
}

/* Keys that no command has: actions of the pane, then the panes 1 to 9. */
static void
key_left(struct app *app, struct pane *top, uint32_t key)
{
    if (top && (top->flags & PANE_INPUT))
        return;
    if (top && top->ops->key && top->ops->key(top, key))
        return;
    const struct resource *res = resource_by_digit(key);
    if (res && !(top && (top->flags & (PANE_POPUP | PANE_LINE))))
        app_open_resource(app, res);
}

void
app_key(struct app *app, uint32_t key)
{
    struct pane *top = app_top(app);
    app->dirty = true;
    app->frames_n = 0;
    toast_key(&app->toasts);
    if (key == (K_CTRL | 'z')) {
        call_host(app, app->host->suspend);
        return;
    }
    if (lock_key(app, key))
        return;
    if (key_typed(top, key))
        return;
    enum command cmd = keymap_find(&app->keymap, key);
    if (key == (K_CTRL | 'c'))
        app_interrupt(app);
    else if (cmd != COMMAND_NONE)
        app_command(app, cmd);
    else
        key_left(app, top, key);
}

void
app_paste(struct app *app, struct str text, bool cut)
{
    struct pane *top = app_top(app);
    app->dirty = true;
    if (lock_paste(app, text))
        return;
    if (!top || !(top->flags & PANE_INPUT) || !top->ops->paste)
        app_note(app, TOAST_INFO, "A paste outside a field does nothing");
    else if (cut)
        app_note(app, TOAST_WARN, "That is too much to paste; nothing was taken");
    else
        top->ops->paste(top, text);
}
