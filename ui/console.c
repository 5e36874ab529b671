#include "ui/console.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "client/local.h"
#include "ui/app.h"
#include "ui/clipboard.h"
#include "ui/screen.h"
#include "ui/supervise.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CONSOLE_BYTES = 8 << 20 };

struct console {
    struct arena arena;
    struct profile_flags flags;
    struct profile profile;
    struct theme theme;
    struct loop *loop;
    struct screen screen;
    struct client *client;
    struct app app;
    struct app_host host;
    loop_timer timer;
    char profile_name[128]; /* to change to */
};

static unsigned on_timer(void *ctx);

/* Sets the one timer to whatever comes first: a retry, a countdown, the end of a toast. */
static unsigned
settle(struct console *c)
{
    loop_cancel(c->loop, c->timer);
    c->timer = 0;
    int64_t next = app_next_ms(&c->app);
    int64_t call = c->client ? client_next_ms(c->client) : -1;
    if (next < 0 || (call >= 0 && call < next))
        next = call;
    if (next >= 0)
        c->timer = loop_after(c->loop, next, on_timer, c);
    if (c->app.quit)
        loop_quit(c->loop, 0);
    return c->app.dirty ? DIRTY_ALL : DIRTY_NONE;
}

static unsigned
dispatch(struct console *c)
{
    /* What an answer changes, its receiver knows; here it counts that less is under way. */
    if (c->client && client_dispatch(c->client) && c->app.busy)
        c->app.dirty = true;
    return settle(c);
}

static unsigned
on_timer(void *ctx)
{
    struct console *c = ctx;
    c->timer = 0;
    app_tick(&c->app);
    return dispatch(c);
}

static unsigned
on_client(void *ctx, short events)
{
    (void)events;
    return dispatch(ctx);
}

static unsigned
on_event(void *ctx, const struct event *e)
{
    struct console *c = ctx;
    if (e->kind == EVENT_KEY)
        app_key(&c->app, e->key);
    else if (e->kind == EVENT_PASTE)
        app_paste(&c->app, e->text, e->cut);
    return settle(c);
}

static bool
on_hold(void *ctx)
{
    struct console *c = ctx;
    bool held = app_holds(&c->app);
    if (held)
        settle(c); /* rows are asked for by now, and the wait has an end */
    return held;
}

static void
on_draw(void *ctx, struct canvas *cv, unsigned dirty)
{
    struct console *c = ctx;
    (void)dirty;
    app_draw(&c->app, cv);
    settle(c); /* drawing may ask for rows */
}

static unsigned
on_resize(void *ctx, int rows, int cols)
{
    struct console *c = ctx;
    app_resize(&c->app, rows, cols);
    return settle(c);
}

static unsigned
on_resumed(void *ctx)
{
    struct console *c = ctx;
    app_resumed(&c->app);
    return settle(c);
}

static unsigned
on_interrupt(void *ctx)
{
    struct console *c = ctx;
    app_interrupt(&c->app);
    c->app.dirty = true;
    return settle(c);
}

/* --- Client and profile --- */

static void
disconnect(struct console *c)
{
    app_detach(&c->app);
    if (!c->client)
        return;
    loop_unwatch(c->loop, client_fd(c->client));
    client_free(c->client);
    c->client = NULL;
}

static void
connect_profile(struct console *c)
{
    struct err err = {0};
    c->client = client_new(&c->profile, &err);
    if (!c->client) {
        app_start_failed(&c->app, &err);
        return;
    }
    loop_watch(c->loop, client_fd(c->client), POLLIN, on_client, c);
    app_attach(&c->app, c->client);
}

static unsigned
change_profile(void *ctx)
{
    struct console *c = ctx;
    struct err err = {0};
    struct profile next;
    struct profile_flags flags = {.profile = str_of(c->profile_name), .config = c->flags.config};
    if (profile_load(&flags, &c->arena, &next, &err)) {
        app_note(&c->app, TOAST_BAD, "Profile not changed: %s", err.msg);
        return settle(c);
    }
    disconnect(c);
    c->profile = next;
    connect_profile(c);
    return settle(c);
}

static bool
host_profile_set(void *ctx, struct str name, struct err *err)
{
    struct console *c = ctx;
    if (name.n >= sizeof c->profile_name) {
        err_set(err, ERR_USAGE, "that name is too long");
        return false;
    }
    memcpy(c->profile_name, name.p, name.n);
    c->profile_name[name.n] = '\0';
    loop_post(c->loop, change_profile, c);
    return true;
}

static void
host_profile_names(void *ctx, struct buf *out)
{
    struct console *c = ctx;
    struct arena a;
    struct str *names = NULL;
    size_t n = 0;
    arena_init(&a, 1 << 20);
    buf_add_text(out, "local\n");
    if (!profile_names(&c->flags, &a, &names, &n, NULL))
        for (size_t i = 0; i < n; i++)
            buf_printf(out, "%.*s\n", STR_ARG(names[i]));
    arena_fini(&a);
}

static void
host_retry(void *ctx)
{
    struct console *c = ctx;
    if (!c->client)
        connect_profile(c);
}

/* --- What else the app needs of the outside --- */

static bool
host_theme_set(void *ctx, struct str name, struct err *err)
{
    struct console *c = ctx;
    struct theme next;
    if (theme_load(&next, name, err))
        return false;
    c->theme = next;
    loop_dirty(c->loop, screen_theme(&c->screen, &c->theme));
    return true;
}

static void
host_theme_names(void *ctx, struct buf *out)
{
    (void)ctx;
    theme_list(out);
}

static bool
host_copy(void *ctx, struct str text, const char **how, struct err *err)
{
    (void)ctx;
    return clipboard_copy(text, how, err) == ERR_OK;
}

static void
host_suspend(void *ctx)
{
    struct console *c = ctx;
    loop_dirty(c->loop, screen_suspend(&c->screen));
}

/* The shell takes the words of $VISUAL or $EDITOR apart, as everywhere. */
static bool
host_edit(void *ctx, const char *path, struct err *err)
{
    struct console *c = ctx;
    char name[1024], shell[] = "sh", option[] = "-c",
                     line[] = "exec ${VISUAL:-${EDITOR:-vi}} \"$1\"";
    if (snprintf(name, sizeof name, "%s", path) >= (int)sizeof name)
        return err_set(err, ERR_LIMIT, "the name of the file is too long") == ERR_OK;
    char *argv[] = {shell, option, line, shell, name, NULL};
    int status = screen_run_program(&c->screen, argv, err);
    if (status > 0)
        (void)err_set(err, ERR_CANCELLED, "the editor ended with status %d; set EDITOR to another",
                      status);
    return status == 0;
}

static void
host_redraw(void *ctx)
{
    struct console *c = ctx;
    loop_dirty(c->loop, screen_redraw(&c->screen));
}

static void
add_folder(struct buf *out, const char *kind)
{
    struct arena a;
    arena_init(&a, 1 << 16);
    buf_printf(out, "%s\t%.*s\n", kind, STR_ARG(file_xdg_dir(kind, &a)));
    arena_fini(&a);
}

static void
host_doctor(void *ctx, struct buf *out)
{
    struct console *c = ctx;
    const char *term = getenv("TERM");
    buf_printf(out, "TERM\t%s\n", term ? term : "(unset)");
    buf_printf(out, "colours\t%d\n", term_colours());
    buf_printf(out, "UTF-8\t%s\n", term_utf8() ? "yes" : "no");
    buf_printf(out, "theme\t%s\n", c->theme.name);
    add_folder(out, "CONFIG");
    add_folder(out, "STATE");
    add_folder(out, "DATA");
    add_folder(out, "RUNTIME");
}

static void
host_init(struct console *c)
{
    c->host = (struct app_host){.ctx = c,
                                .theme_set = host_theme_set,
                                .theme_names = host_theme_names,
                                .profile_names = host_profile_names,
                                .profile_set = host_profile_set,
                                .retry = host_retry,
                                .copy = host_copy,
                                .suspend = host_suspend,
                                .edit = host_edit,
                                .redraw = host_redraw,
                                .doctor = host_doctor};
}

/* --- Life --- */

/* The log of the console; without one it goes on, only quieter. NULL if there is none. */
static const char *
open_log(struct arena *a)
{
    struct err err = {0};
    const char *dir = arena_cstr(a, file_xdg_dir("STATE", a));
    const char *path = arena_cstr(a, arena_printf(a, "%s/console.log", dir));
    if (file_make_dirs(dir, &err) || log_to_file(path, LOG_TEXT, LOG_LEVEL_INFO, &err)) {
        log_to(-1, LOG_TEXT, LOG_LEVEL_INFO);
        return NULL;
    }
    return path;
}

/* Where changes of many rows keep what is done. */
static void
set_bulk_folder(struct console *c)
{
    struct str state = file_xdg_dir("STATE", &c->arena);
    if (state.n && state.n + 8 < sizeof c->app.bulk_folder)
        snprintf(c->app.bulk_folder, sizeof c->app.bulk_folder, "%.*s/bulk", STR_ARG(state));
}

static const char *
panes_path(struct arena *a)
{
    return arena_cstr(a, arena_printf(a, "%.*s/panes.ini", STR_ARG(file_xdg_dir("STATE", a))));
}

/* The [keys] of the configuration file, where there is one. */
static enum err_code
configure_keys(struct console *c, struct err *err)
{
    struct ini ini;
    const char *path = arena_cstr(&c->arena, profile_config_path(&c->flags, &c->arena));
    enum err_code code = ini_read(&ini, path, &c->arena, err);
    if (code == ERR_NOT_FOUND) {
        *err = (struct err){0};
        return ERR_OK;
    }
    return code ? code : keymap_configure(&c->app.keymap, &ini, path, err);
}

static enum err_code
console_open(struct console *c, const struct supervise *guard, struct err *err)
{
    struct screen_hooks hooks = {.ctx = c,
                                 .event = on_event,
                                 .hold = on_hold,
                                 .draw = on_draw,
                                 .resize = on_resize,
                                 .resumed = on_resumed,
                                 .interrupt = on_interrupt};
    enum colour_wish wish = COLOUR_AUTO;
    if (str_given(c->profile.colour))
        colour_wish_parse(c->profile.colour, &wish);
    struct err theme_err = {0};
    bool themed = !theme_load(&c->theme, c->profile.theme, &theme_err);
    struct term_options options = {
        .theme = &c->theme, .colour = colour_decide(wish), .log_fd = -1, .guard = guard};
    c->loop = loop_new(err);
    if (!c->loop)
        return err->code;
    host_init(c);
    app_init(&c->app, &c->host);
    set_bulk_folder(c);
    enum err_code code = configure_keys(c, err);
    if (code)
        return code;
    struct err state_err = {0};
    if (remember_load(&c->app.remember, panes_path(&c->arena), &state_err))
        LOG_WARN("console", "how lists were left is not known", KV_TEXT("why", state_err.msg));
    if (!themed)
        app_note(&c->app, TOAST_WARN, "%s", theme_err.msg);
    return screen_open(&c->screen, c->loop, &options, &hooks, err);
}

int
console_run(const struct profile_flags *flags, struct err *err)
{
    struct supervise guard = {.alive = -1};
    mem_one_heap();
    struct console *c = mem_new(1, sizeof *c);
    int status = 1;
    arena_init(&c->arena, CONSOLE_BYTES);
    c->flags = *flags;
    if (profile_load(flags, &c->arena, &c->profile, err))
        goto out;
    const char *log_path = open_log(&c->arena);
    struct supervise_setup parent = {STDIN_FILENO, log_path, local_orphaned};
    if (supervise_start(&guard, &parent, err))
        LOG_WARN("console", "nobody supervises", KV_TEXT("why", err->msg));
    *err = (struct err){0};
    if (console_open(c, &guard, err))
        goto out;
    app_resize(&c->app, c->screen.canvas.rows, c->screen.canvas.cols);
    connect_profile(c);
    settle(c);
    status = screen_run(&c->screen);
    screen_close(&c->screen);
    disconnect(c);
    struct err state_err = {0};
    if (remember_save(&c->app.remember, panes_path(&c->arena), &state_err))
        LOG_WARN("console", "how lists were left is not kept", KV_TEXT("why", state_err.msg));
    app_fini(&c->app);
out:
    if (c->loop)
        loop_free(c->loop);
    arena_fini(&c->arena);
    mem_free(c);
    if (status < 0)
        screen_die(-status);
    return status;
}
