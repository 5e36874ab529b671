/*
 * The question before sessions end. One's own session is left out of many; by itself it takes a
 * word typed out.
 */
#include "base/mem.h"
#include "ui/confirm.h"
#include "ui/live.h"
#include "ui/mfa.h"
#include "ui/writing.h"
#include <stdio.h>

struct question {
    unsigned pane;
    struct live_end end; /* owns ids */
};

static void
no(struct app *app, void *ctx)
{
    struct question *q = ctx;
    (void)app;
    mem_free(q->end.ids);
    mem_free(q);
}

static void
yes(struct app *app, void *ctx)
{
    struct question *q = ctx;
    struct pane *p = app_pane(app, q->pane);
    if (p && !live_of(p)->end.active) {
        live_of(p)->end = q->end;
        q->end.ids = NULL;
        live_end_begin(live_of(p));
    }
    no(app, ctx);
}

static void
ask(struct live *l, struct live_end *take, struct confirm_setup *setup, uint32_t key)
{
    struct question *q = mem_new(1, sizeof *q);
    *q = (struct question){l->pane.serial, *take};
    setup->verb = "end";
    setup->opened_by = key;
    setup->yes = yes;
    setup->no = no;
    setup->ctx = q;
    confirm_open(l->pane.app, setup);
}

static void
add_id(struct live_end *e, const struct live_row *row)
{
    struct live_person *p = &e->ids[e->n++];
    snprintf(p->id, sizeof p->id, "%s", row->id);
    snprintf(p->email, sizeof p->email, "%s", row->user_id);
}

static const struct live_row *
own_session(const struct live *l)
{
    for (size_t i = 0; i < l->set.n; i++)
        if (l->set.at[i]->current && !l->set.at[i]->ended_until)
            return l->set.at[i];
    return NULL;
}

static bool
may_ask(struct live *l)
{
    if (l->end.active)
        app_note(l->pane.app, TOAST_INFO, "The last change is still being carried out");
    return !l->end.active && writing_allowed(l->pane.app);
}

/* ---- some ---- */

static void
add_marked(const struct live *l, struct live_end *e)
{
    const struct live_row *own = own_session(l);
    LIST_EACH (it, &l->marks.order) {
        const struct live_row *row = live_set_get(&l->set, LIST_ENTRY(it, struct mark, node)->id);
        if (row && !row->ended_until && row != own)
            add_id(e, row);
    }
}

static void
ask_one(struct live *l, struct live_end *take, uint32_t key)
{
    const struct live_row *row = live_set_get(&l->set, str_of(take->ids[0].id));
    bool mine = row && row->current;
    struct confirm_setup setup = {
        .title = "End session?",
        .name = row ? str_of(row->email) : STR_ABSENT,
        .id = str_of(take->ids[0].id),
        .tier = mine ? CONFIRM_TYPE : CONFIRM_DESTROY,
        .type = STR("own session"),
        .warning = mine ? "This is the session of this console: you will be signed out." : NULL,
    };
    ask(l, take, &setup, key);
}

static void
ask_some(struct live *l, struct live_end *take, uint32_t key)
{
    char count[24];
    snprintf(count, sizeof count, "%zu", take->n);
    struct confirm_setup setup = {.title = "End sessions?",
                                  .name = str_of(take->label),
                                  .tier = CONFIRM_TYPE,
                                  .type = str_of(count)};
    ask(l, take, &setup, key);
}

/* Marked rows, else the one under the cursor. */
void
live_ask_rows(struct live *l, uint32_t key)
{
    const struct live_row *here = live_here(l);
    struct live_end e = {.what = LIVE_END_IDS};
    if (!may_ask(l) || (!l->marks.n && !here))
        return;
    e.ids = mem_new(l->marks.n + 1, sizeof *e.ids);
    if (l->marks.n)
        add_marked(l, &e);
    else
        add_id(&e, here);
    snprintf(e.label, sizeof e.label, "%zu sessions", e.n);
    if (e.n == 1)
        ask_one(l, &e, key);
    else if (e.n)
        ask_some(l, &e, key);
    else
        mem_free(e.ids);
}

/* ---- many ---- */

/* What a row has of the kind that is to end; "" for all. */
static const char *
key_of(const struct live_row *row, enum live_what what)
{
    switch (what) {
    case LIVE_END_USER:
        return row->user_id;
    case LIVE_END_IP:
        return row->ip;
    case LIVE_END_CLIENT:
        return row->client;
    case LIVE_END_IDS:
    case LIVE_END_ALL:
        break;
    }
    return "";
}

/* Without the extension a group is the rows of it that were read. */
static void
list_rows(const struct live *l, struct live_end *e)
{
    e->ids = mem_new(l->set.n + 1, sizeof *e->ids);
    for (size_t i = 0; i < l->set.n; i++) {
        const struct live_row *row = l->set.at[i];
        if (!row->ended_until && strcmp(key_of(row, e->what), e->key) == 0 &&
            strcmp(row->id, e->except) != 0)
            add_id(e, row);
    }
    e->what = LIVE_END_IDS;
}

/* Key and label, of the group or the row under the cursor. False if there is none. */
static bool
describe(const struct live *l, struct live_end *e)
{
    const struct live_row *row = live_here(l);
    const char *key = "", *name = "";
    if (e->what == LIVE_END_ALL) {
        snprintf(e->label, sizeof e->label, "all sessions shown here");
        return true;
    }
    if (l->by != LIVE_ROWS && l->cursor < l->n_groups) {
        key = l->groups[l->cursor].key;
        name = l->groups[l->cursor].name;
    } else if (row) {
        key = key_of(row, e->what);
        name = e->what == LIVE_END_USER ? row->email : "";
    }
    snprintf(e->key, sizeof e->key, "%s", key);
    snprintf(e->label, sizeof e->label, "all sessions of %.100s", name[0] ? name : key);
    return key[0] != '\0';
}

static void
ask_many(struct live *l, struct live_end *take, bool user, uint32_t key)
{
    char warning[240];
    bool unread = l->fan_out && l->fan.read < l->fan.n;
    bool all = !take->key[0] && l->pane.tenant[0];
    snprintf(warning, sizeof warning, "%s%s",
             take->except[0] ? "The session of this console stays. " : "",
             unread ? "Not all users were read yet: only the sessions read so far end." : "");
    struct confirm_setup setup = {
        .title = "End many sessions?",
        .name = str_of(take->label),
        .id = user ? str_of(take->key) : STR_ABSENT,
        .tier = user ? CONFIRM_DESTROY : CONFIRM_TYPE,
        .type = all ? str_of(l->pane.tenant) : STR("end all"),
        .warning = warning[0] ? warning : NULL,
    };
    ask(l, take, &setup, key);
}

/* All of a user, address or client, or of what the pane is about. */
void
live_ask(struct live *l, enum live_what what, uint32_t key)
{
    const struct live_row *own = own_session(l);
    struct live_end e = {.what = what};
    if (!may_ask(l) || !describe(l, &e))
        return;
    if (own)
        snprintf(e.except, sizeof e.except, "%s", own->id);
    if (l->fan_out)
        list_rows(l, &e);
    if (!l->fan_out || e.n) {
        ask_many(l, &e, what == LIVE_END_USER, key);
        return;
    }
    mem_free(e.ids);
    app_note(l->pane.app, TOAST_INFO, "There is no session to end");
}
