#include "ui/lock.h"

#include "base/clock.h"
#include "ui/app.h"

#include <stdio.h>

enum { MINUTE_MS = 60 * 1000, SECRET_MAX = 4096 };

void
lock_init(struct lock *l)
{
    *l = (struct lock){.used_ms = clock_mono_ms()};
    lineedit_init(&l->secret, SECRET_MAX);
    l->secret.secret = true;
}

void
lock_fini(struct lock *l)
{
    lineedit_fini(&l->secret);
}

/* Who unlocks has to type it: it comes neither from a file nor from a command. */
static bool
asks_secret(const struct app *app)
{
    const struct profile *p = client_profile(app->client);
    return !p->local && !p->demo && !str_given(p->secret_file) && !str_given(p->secret_command);
}

void
lock_now(struct app *app)
{
    struct lock *l = &app->lock;
    if (!app->client || l->on)
        return;
    if (asks_secret(app) && !client_profile(app->client)->client_id.n)
        return; /* nobody has signed in, so there is nothing to hide and no way back */
    l->on = true;
    l->why[0] = '\0';
    lineedit_set(&l->secret, STR(""));
    app->toasts.kind = TOAST_NONE;
    client_forget(app->client);
    app->dirty = true;
}

void
lock_forget(struct app *app)
{
    callset_close(&app->lock.calls, app->client);
    app->lock.on = false;
    lineedit_set(&app->lock.secret, STR(""));
}

/* ---- when ---- */

static int64_t
left_ms(const struct app *app)
{
    int64_t idle = clock_mono_ms() - app->lock.used_ms;
    return client_profile(app->client)->idle_lock_min * (int64_t)MINUTE_MS - idle;
}

int64_t
lock_next_ms(const struct app *app)
{
    if (!app->client || app->lock.on || !client_profile(app->client)->idle_lock_min)
        return -1;
    int64_t left = left_ms(app);
    return left > 0 ? left : 0;
}

void
lock_tick(struct app *app)
{
    if (lock_next_ms(app) == 0)
        lock_now(app);
}

/* ---- unlocking ---- */

static void
tried(void *ctx, struct result *take)
{
    struct app *app = ctx;
    struct lock *l = &app->lock;
    /* Who may not list tenants has signed in all the same. */
    bool good = !take->err.code || take->err.code == ERR_FORBIDDEN;
    snprintf(l->why, sizeof l->why, "%s", good ? "" : take->err.msg);
    result_free(take);
    l->on = !good;
    app->dirty = true;
    if (good)
        app_resumed(app);
}

static void
try_secret(struct app *app)
{
    struct lock *l = &app->lock;
    if (l->calls.n)
        return; /* one is on its way */
    if (asks_secret(app)) {
        if (!lineedit_text(&l->secret).n) {
            snprintf(l->why, sizeof l->why, "Type the secret first");
            return;
        }
        struct secret *secret = secret_new(lineedit_text(&l->secret));
        client_set_secret(app->client, client_profile(app->client)->client_id, secret);
        secret_free(secret);
        lineedit_set(&l->secret, STR(""));
    }
    const struct op *op = op_get(OP_tenants_list);
    struct values *values = values_new(op);
    (void)!values_set_text(values, STR("_limit"), STR("1"), NULL);
    snprintf(l->why, sizeof l->why, "Signing in ...");
    client_call(app->client, op, values, &l->calls, tried, app);
}

bool
lock_key(struct app *app, uint32_t key)
{
    struct lock *l = &app->lock;
    l->used_ms = clock_mono_ms();
    if (!l->on)
        return false;
    app->dirty = true;
    if (key == (K_CTRL | 'c'))
        app->quit = true;
    else if (key == K_ENTER)
        try_secret(app);
    else if (asks_secret(app))
        (void)lineedit_key(&l->secret, key);
    return true;
}

bool
lock_paste(struct app *app, struct str text)
{
    app->lock.used_ms = clock_mono_ms();
    if (app->lock.on && asks_secret(app))
        (void)lineedit_insert(&app->lock.secret, text);
    app->dirty = true;
    return app->lock.on;
}

void
lock_draw(struct app *app, struct canvas *cv, struct rect r)
{
    struct lock *l = &app->lock;
    bool asks = asks_secret(app);
    int row = r.rows > 12 ? r.rows / 3 : 2;
    pane_text(cv, r, row, 2, ROLE_TITLE, STR("Locked"));
    pane_text(cv, r, row + 2, 2, ROLE_TEXT,
              asks ? STR("Type the secret and press Enter to go on; Ctrl-C quits.")
                   : STR("Press Enter to sign in again and go on; Ctrl-C quits."));
    if (asks) {
        int used = 2 + pane_text(cv, r, row + 4, 2, ROLE_KEY, STR("secret: "));
        struct place at = {r, r.row + row + 4, r.col + used, r.cols - used - 2, ROLE_FIELD_FOCUS};
        if (at.cells > 0)
            lineedit_draw(&l->secret, cv, at, true);
    }
    pane_text(cv, r, row + 6, 2, l->calls.n ? ROLE_TEXT : ROLE_BAD, str_of(l->why));
}
