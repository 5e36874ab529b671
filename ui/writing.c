#include "ui/writing.h"

#include "base/clock.h"
#include "ui/app.h"

enum { MINUTE_MS = 60 * 1000 };

static bool
is_open(const struct app *app)
{
    return app->writing_until_ms > clock_mono_ms();
}

/* Of a profile that is closed until somebody opens it. */
static bool
is_guarded(const struct profile *p)
{
    return p->read_only || p->production;
}

bool
app_read_only(const struct app *app)
{
    if (!app->client)
        return false;
    const struct profile *p = client_profile(app->client);
    return p->read_only_always || (is_guarded(p) && !is_open(app));
}

bool
writing_allowed(struct app *app)
{
    if (!app_read_only(app))
        return true;
    const struct profile *p = client_profile(app->client);
    if (p->read_only_always)
        app_note(app, TOAST_WARN, "Refused: started with --read-only");
    else
        app_note(app, TOAST_WARN,
                 "Refused: this profile is %s; `:write 10m` opens it for 10 minutes",
                 p->read_only ? "read-only" : "production");
    return false;
}

void
writing_begin(struct app *app)
{
    app->writing_until_ms = 0;
    client_set_read_only(app->client, is_guarded(client_profile(app->client)));
}

static void
close_window(struct app *app, const char *why)
{
    writing_begin(app);
    app_note(app, TOAST_INFO, "%s: nothing can be changed", why);
}

static void
open_window(struct app *app, struct str arg)
{
    int minutes = 0;
    if (!clock_parse_minutes(arg, &minutes) || minutes < 1 || minutes > WRITING_MAX_MIN) {
        app_note(app, TOAST_WARN, ":write needs a time from 1m to %dh, such as 10m, or - to end it",
                 WRITING_MAX_MIN / 60);
        return;
    }
    app->writing_until_ms = clock_mono_ms() + (int64_t)minutes * MINUTE_MS;
    client_set_read_only(app->client, false);
    app_note(app, TOAST_WARN, "Changes are possible for %d min; `:write -` ends it", minutes);
}

void
writing_command(struct app *app, struct str arg)
{
    const struct profile *p = app->client ? client_profile(app->client) : NULL;
    if (!p)
        app_note(app, TOAST_WARN, "There is no connection yet");
    else if (p->read_only_always)
        (void)writing_allowed(app);
    else if (!is_guarded(p))
        app_note(app, TOAST_INFO,
                 "Changes are possible here; this profile is neither read-only nor production");
    else if (str_eq(arg, STR("-")))
        close_window(app, "Closed");
    else
        open_window(app, arg);
}

/* Minutes that are left, the one that has begun included. */
static int
minutes_left(const struct app *app)
{
    int64_t left = app->writing_until_ms - clock_mono_ms();
    return (int)((left + MINUTE_MS - 1) / MINUTE_MS);
}

void
writing_text(const struct app *app, const struct profile *p, bool narrow, struct buf *out)
{
    if (app_read_only(app))
        buf_add_text(out, narrow ? "RO" : "READ-ONLY");
    else if (!is_guarded(p))
        buf_add_text(out, narrow ? "rw" : "read-write");
    else
        buf_printf(out, narrow ? "RW %dm" : "WRITING, %d min left", minutes_left(app));
}

int64_t
writing_next_ms(const struct app *app)
{
    if (!app->writing_until_ms)
        return -1;
    int64_t left = app->writing_until_ms - clock_mono_ms();
    return left <= 0 ? 0 : (left - 1) % MINUTE_MS + 1;
}

void
writing_tick(struct app *app)
{
    if (app->writing_until_ms && !is_open(app))
        close_window(app, "The time for changes is over");
}
