/* A list that is read again every few seconds, as an audit trail is watched. */
#include "base/clock.h"
#include "ui/table.h"

enum { FOLLOW_PRESET_S = 5, FOLLOW_MOST_S = 3600 };

static void
plan_next(struct table *t)
{
    t->follow_due_ms = clock_mono_ms() + t->follow_s * INT64_C(1000);
}

void
table_follow(struct table *t, struct str arg)
{
    struct app *app = t->pane.app;
    int64_t s = FOLLOW_PRESET_S;
    bool ends = str_eq(arg, STR("-")) || (!arg.n && t->follow_s);
    if (!ends && arg.n && (!str_to_i64(arg, &s) || s < 1 || s > FOLLOW_MOST_S)) {
        app_note(app, TOAST_WARN, ":follow needs seconds from 1 to %d, or - to end it",
                 FOLLOW_MOST_S);
        return;
    }
    t->follow_s = ends ? 0 : (int)s;
    if (ends) {
        app_note(app, TOAST_INFO, "This list is not read again by itself any more");
        return;
    }
    plan_next(t);
    app_note(app, TOAST_INFO, "This list is read again every %d s; `:follow -` ends it",
             t->follow_s);
}

int64_t
table_follow_next_ms(const struct pane *p)
{
    const struct table *t = (const struct table *)p;
    if (!t->follow_s)
        return -1;
    int64_t left = t->follow_due_ms - clock_mono_ms();
    return left > 0 ? left : 0;
}

/* At the top one stays at the top, where the new rows come in; elsewhere on one's object. */
void
table_follow_tick(struct pane *p)
{
    struct table *t = table_of(p);
    if (!t->follow_s || t->follow_due_ms > clock_mono_ms())
        return;
    plan_next(t);
    if (rows_loading(&t->rows)) /* a slow service is not asked twice at a time */
        return;
    if (t->cursor == 0)
        t->cursor_id[0] = '\0';
    p->ops->reload(p);
}
