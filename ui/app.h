#ifndef UI_APP_H
#define UI_APP_H
/*
 * The console without a terminal: a stack of panes, the status line, toasts, undo, and the dispatch
 * of commands. It draws into a canvas and talks to the service through the client; everything that
 * needs the outside world (clipboard, themes, suspend) goes through `struct app_host`, so tests and
 * the fuzzer run it with neither terminal nor network. Owned by the UI thread; nothing here blocks.
 */
#include "base/json.h"
#include "base/list.h"
#include "client/client.h"
#include "ui/key.h"
#include "ui/lock.h"
#include "ui/pane.h"
#include "ui/remember.h"
#include "ui/resource.h"
#include "ui/toast.h"

struct app_host {
    void *ctx;
    bool (*theme_set)(void *ctx, struct str name, struct err *err);
    /* Names that can be chosen, one a line. */
    void (*theme_names)(void *ctx, struct buf *out);
    void (*profile_names)(void *ctx, struct buf *out);
    /* Starts the change to another profile (app_detach and app_attach follow), or says why not. */
    bool (*profile_set)(void *ctx, struct str name, struct err *err);
    /* Tries again what app_start_failed reported. */
    void (*retry)(void *ctx);
    /* *how gets a short phrase: "through the terminal". */
    bool (*copy)(void *ctx, struct str text, const char **how, struct err *err);
    void (*suspend)(void *ctx);
    /* Gives the terminal to the person's editor until the file is done; false: it was not edited. */
    bool (*edit)(void *ctx, const char *path, struct err *err);
    void (*redraw)(void *ctx);
    /* Facts about the terminal and the paths for `:doctor`, as lines. */
    void (*doctor)(void *ctx, struct buf *out);
};

enum { APP_PANES_MAX = 24, START_TEXT = 300 };

struct app {
    const struct app_host *host;
    struct client *client; /* borrowed; NULL until the server is there */
    struct keymap keymap;
    const struct canvas *drawn; /* the last frame, for `:dump`; NULL before the first */
    int rows, cols;
    struct pane *stack[APP_PANES_MAX];
    size_t n;
    unsigned next_serial;
    struct toasts toasts;
    struct list acts;            /* struct act: writes under way */
    struct callset writes;       /* their calls: they outlive the pane that asked */
    struct remember remember;    /* how lists were left; the host loads and saves it */
    char bulk_folder[512];       /* where checkpoints are kept, see bulk.h; "": nowhere */
    struct list undo;            /* struct undo_step, newest first */
    struct list history;         /* lines typed after `:`, newest first */
    struct list tenants;         /* tenants seen, for completion and names */
    char tenant[TENANT_SIZE];    /* what new panes work in; "" for the whole environment */
    char starting[START_TEXT];   /* before there is a client: what goes on, or what failed */
    char client_id[TENANT_SIZE]; /* typed for `:secret` */
    bool start_failed;
    bool dirty, quit;
    bool busy; /* at the last frame something had taken so long that it showed */
    struct lock lock;
    int64_t writing_until_ms; /* monotonic; 0: no window is open (writing.h) */
    int64_t frames_ms;        /* since when (monotonic) frames are counted */
    int frames_n;             /* so many since then, or since the last key */
    int64_t held_ms;          /* since when (monotonic) a frame waits for its rows, 0: none does */
};

void app_init(struct app *app, const struct app_host *host);
void app_fini(struct app *app);

/* Before there is a client: what failed. */
void app_start_failed(struct app *app, const struct err *err);
/* From now on talks through this client (borrowed); opens the first pane. */
void app_attach(struct app *app, struct client *client);
/* Closes every pane and forgets the client, before the owner frees it. */
void app_detach(struct app *app);

void app_resize(struct app *app, int rows, int cols);
void app_key(struct app *app, uint32_t key);
void app_paste(struct app *app, struct str text, bool cut);
void app_command(struct app *app, enum command cmd);
/* SIGINT and Ctrl-C: stops what is being waited for; at rest it asks to quit. */
void app_interrupt(struct app *app);
/* A command line as typed after `:`. */
void app_command_line(struct app *app, struct str line);
/* True while a frame had better wait because what it lacks arrives in a moment, or because many were
 * drawn just now; never for long. */
bool app_holds(struct app *app);
/* Draws a whole frame into a canvas that is clear, and clears `dirty`. */
void app_draw(struct app *app, struct canvas *cv);
/* Milliseconds until app_tick is wanted; -1: never. Nothing ticks when nothing changes. */
int64_t app_next_ms(const struct app *app);
void app_tick(struct app *app);
/* Back from the shell: what is shown may be old. */
void app_resumed(struct app *app);

/* --- For panes --- */

/* Takes the pane over; it starts in the app's tenant unless p->tenant is set. */
void app_push(struct app *app, struct pane *take);
void app_close(struct app *app, struct pane *p);
struct pane *app_top(const struct app *app);
struct pane *app_pane(const struct app *app, unsigned serial); /* NULL: it is gone */
/* Topmost pane that is neither pop-up nor prompt; NULL: there is none. */
struct pane *app_view(const struct app *app);
/* Something changed on the server: panes read again what they show. */
void app_changed(struct app *app);
bool app_read_only(const struct app *app); /* now; see writing.h */
void app_note(struct app *app, enum toast_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The failure of a call as a toast: what, message, code, trace id, hint. */
void app_fail(struct app *app, const char *what, const struct result *result);
void app_copy(struct app *app, struct str text, const char *what);
/* Works in one tenant from now on ("" for all): closes every pane and shows its users. */
void app_set_tenant(struct app *app, struct str id, struct str name);
void app_open_resource(struct app *app, const struct resource *res);
void app_ask_quit(struct app *app);
/* Remembers a tenant's name; known names complete `:tenant` and label the breadcrumb. */
void app_saw_tenant(struct app *app, struct str id, struct str name);
struct str app_tenant_name(const struct app *app, struct str id); /* the id if unknown */

/* --- Inside ui/app*.c --- */

struct tenant_seen {
    struct list node;
    char id[TENANT_SIZE], name[96];
};
void app_note_busy(struct app *app);
void app_count_frame(struct app *app);
void app_draw_status(struct app *app, struct canvas *cv, struct rect r);
void app_draw_crumbs(struct app *app, struct canvas *cv, struct rect r);
void app_draw_hints(struct app *app, struct canvas *cv, struct rect r);
#endif
