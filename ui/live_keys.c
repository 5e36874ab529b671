/* Keys of the pane of sessions. */
#include "base/clock.h"
#include "base/mem.h"
#include "ui/detail.h"
#include "ui/live.h"
#include "ui/menu.h"
#include "ui/prompt.h"
#include <stdio.h>

enum { INTERVAL_LEAST_S = 1, INTERVAL_MOST_S = 3600 };

/* A constant of the type struct str, for tables. */
#define TEXT(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* ---- order, groups, filter ---- */

static void
order_chosen(struct pane *owner, size_t value)
{
    struct live *l = live_of(owner);
    enum live_order order = (enum live_order)(value / 2);
    live_set_sort(&l->set, order, value % 2 == 0);
    l->cursor_id[0] = '\0';
    l->cursor = l->top = 0;
    if (l->fan_out || (!l->next[0] && l->loaded)) /* all of it is here */
        live_rebuild(l);
    else
        live_reload(l);
}

static void
choose_order(struct live *l)
{
    static const struct menu_item items[] = {
        {TEXT("Age"), TEXT("newest first"), 0},     {TEXT("Age"), TEXT("oldest first"), 1},
        {TEXT("Idle"), TEXT("used last first"), 2}, {TEXT("Idle"), TEXT("longest first"), 3},
        {TEXT("IP"), TEXT("upwards"), 5},           {TEXT("IP"), TEXT("downwards"), 4},
        {TEXT("Client"), TEXT("upwards"), 7},       {TEXT("Client"), TEXT("downwards"), 6},
        {TEXT("MFA"), TEXT("none first"), 9},       {TEXT("MFA"), TEXT("strongest first"), 8},
    };
    app_push(l->pane.app, menu_new(&(struct menu_setup){.title = "Order",
                                                        .items = items,
                                                        .n = COUNT_OF(items),
                                                        .owner = l->pane.serial,
                                                        .chosen = order_chosen}));
}

static void
group_next(struct live *l)
{
    l->by = l->by == LIVE_BY_CLIENT ? LIVE_ROWS : (enum live_by)(l->by + 1);
    l->n_groups = 0;
    l->cursor = l->top = 0;
    l->cursor_id[0] = '\0';
    if (l->fan_out) {
        if (l->by != LIVE_ROWS)
            live_fan_groups(l);
        live_rebuild(l);
    } else if (l->by == LIVE_ROWS) {
        live_reload(l);
    } else {
        l->changing = false;
        live_stop(l);
        live_refresh(l);
    }
}

static void
filter_changed(struct pane *owner, struct str text)
{
    struct live *l = live_of(owner);
    snprintf(l->filter, sizeof l->filter, "%.*s", STR_ARG(text));
    live_rebuild(l);
}

static void
filter_cancelled(struct pane *owner)
{
    filter_changed(owner, STR(""));
}

static void
interval_entered(struct pane *owner, struct str text)
{
    struct live *l = live_of(owner);
    int64_t s = 0;
    if (!str_to_i64(str_trim(text), &s) || s < INTERVAL_LEAST_S || s > INTERVAL_MOST_S) {
        app_note(l->pane.app, TOAST_WARN, "Seconds between %d and %d", INTERVAL_LEAST_S,
                 INTERVAL_MOST_S);
        return;
    }
    l->interval_ms = s * 1000;
    l->next_at = clock_mono_ms() + l->interval_ms;
}

/* ---- what is under the cursor ---- */

static void
open_group(struct live *l)
{
    if (l->cursor >= l->n_groups)
        return;
    const struct live_group *g = &l->groups[l->cursor];
    struct live *sub = live_new(l->pane.tenant);
    sub->scope.n = l->scope.n;
    if (l->scope.n) {
        sub->scope.users = mem_new(l->scope.n, sizeof *sub->scope.users);
        memcpy(sub->scope.users, l->scope.users, l->scope.n * sizeof *sub->scope.users);
    }
    snprintf(sub->scope.ip, sizeof sub->scope.ip, "%s", l->scope.ip);
    snprintf(sub->scope.client, sizeof sub->scope.client, "%s", l->scope.client);
    snprintf(sub->scope.name, sizeof sub->scope.name, "%s", g->name[0] ? g->name : g->key);
    if (l->by == LIVE_BY_USER) {
        mem_free(sub->scope.users);
        live_scope_user(sub, g->key);
    } else if (l->by == LIVE_BY_IP) {
        snprintf(sub->scope.ip, sizeof sub->scope.ip, "%.47s", g->key);
    } else {
        snprintf(sub->scope.client, sizeof sub->scope.client, "%.63s", g->key);
    }
    live_open(l->pane.app, sub);
}

static void
open_here(struct live *l)
{
    const struct live_row *row = live_here(l);
    if (l->by != LIVE_ROWS) {
        open_group(l);
        return;
    }
    if (!row)
        return;
    struct json *user = json_new_object();
    json_set(user, STR("id"), json_new_str(str_of(row->user_id)));
    json_set(user, STR("email"), json_new_str(str_of(row->email)));
    app_push(l->pane.app,
             detail_new(l->pane.app, resource_by_id(STR("users")), user, str_of(l->pane.tenant)));
    json_free(user);
}

/* ---- ending ---- */

enum { CHOICE_ROWS, CHOICE_USER, CHOICE_IP, CHOICE_CLIENT, CHOICE_ALL };

static void
end_chosen(struct pane *owner, size_t value)
{
    struct live *l = live_of(owner);
    static const enum live_what whats[] = {[CHOICE_USER] = LIVE_END_USER,
                                           [CHOICE_IP] = LIVE_END_IP,
                                           [CHOICE_CLIENT] = LIVE_END_CLIENT,
                                           [CHOICE_ALL] = LIVE_END_ALL};
    if (value == CHOICE_ROWS)
        live_ask_rows(l, '.');
    else
        live_ask(l, whats[value], '.');
}

static void
end_menu(struct live *l)
{
    static const struct menu_item items[] = {
        {TEXT("End this or the marked ones"), TEXT("x"), CHOICE_ROWS},
        {TEXT("End all of this user"), TEXT(""), CHOICE_USER},
        {TEXT("End all from this IP"), TEXT(""), CHOICE_IP},
        {TEXT("End all of this client"), TEXT(""), CHOICE_CLIENT},
        {TEXT("End all shown here"), TEXT("X"), CHOICE_ALL},
    };
    app_push(l->pane.app, menu_new(&(struct menu_setup){.title = "End sessions",
                                                        .items = items,
                                                        .n = COUNT_OF(items),
                                                        .owner = l->pane.serial,
                                                        .chosen = end_chosen}));
}

static void
revoke(struct live *l)
{
    static const enum live_what whats[] = {[LIVE_BY_USER] = LIVE_END_USER,
                                           [LIVE_BY_IP] = LIVE_END_IP,
                                           [LIVE_BY_CLIENT] = LIVE_END_CLIENT};
    if (l->by == LIVE_ROWS)
        live_ask_rows(l, 'x');
    else
        live_ask(l, whats[l->by], 'x');
}

/* ---- marks ---- */

static bool
mark(struct live *l, size_t at)
{
    const struct live_row *row = l->set.at[l->view[at]];
    struct json *j = json_new_object();
    json_set(j, STR("id"), json_new_str(str_of(row->id)));
    bool ok = row->ended_until || marks_add(&l->marks, j, "id");
    json_free(j);
    return ok;
}

static void
mark_rows(struct live *l, size_t from, size_t to)
{
    size_t n = live_len(l);
    for (size_t i = from; i < to && i < n; i++)
        if (!mark(l, i))
            break;
}

static bool
mark_command(struct live *l, enum command cmd)
{
    const struct live_row *row = live_here(l);
    size_t low = l->range < l->cursor ? l->range : l->cursor;
    size_t high = l->range < l->cursor ? l->cursor : l->range;
    switch (cmd) {
    case COMMAND_MARK:
        if (row && marks_has(&l->marks, str_of(row->id)))
            marks_remove(&l->marks, str_of(row->id));
        else if (row)
            (void)mark(l, l->cursor);
        live_move(l, l->cursor + 1);
        return true;
    case COMMAND_MARK_RANGE:
        if (l->range == SIZE_MAX) {
            l->range = l->cursor;
            app_note(l->pane.app, TOAST_INFO, "Move, then v again marks the range; Esc drops it");
        } else {
            l->range = SIZE_MAX;
            mark_rows(l, low, high + 1);
        }
        return true;
    case COMMAND_MARK_ALL:
        mark_rows(l, 0, live_len(l));
        if (l->next[0])
            app_note(l->pane.app, TOAST_INFO,
                     "%zu marked: those that were read. X ends all without reading them",
                     l->marks.n);
        return true;
    case COMMAND_UNMARK:
        marks_clear(&l->marks);
        return true;
    default:
        return false;
    }
}

/* ---- keys ---- */

static bool
move_command(struct live *l, enum command cmd)
{
    size_t page = l->body_rows > 1 ? (size_t)l->body_rows - 1 : 1;
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        live_move(l, l->cursor + 1);
        return true;
    case COMMAND_MOVE_UP:
        live_move(l, l->cursor ? l->cursor - 1 : 0);
        return true;
    case COMMAND_PAGE_DOWN:
        live_move(l, l->cursor + page);
        return true;
    case COMMAND_PAGE_UP:
        live_move(l, l->cursor > page ? l->cursor - page : 0);
        return true;
    case COMMAND_HALF_DOWN:
        live_move(l, l->cursor + (page + 1) / 2);
        return true;
    case COMMAND_HALF_UP:
        live_move(l, l->cursor > page / 2 ? l->cursor - page / 2 : 0);
        return true;
    case COMMAND_FIRST:
        live_move(l, 0);
        return true;
    case COMMAND_LAST:
        live_move(l, live_len(l) ? live_len(l) - 1 : 0);
        return true;
    default:
        return false;
    }
}

/* Esc takes back the last thing that narrows or marks; then it leaves. */
static bool
back(struct live *l)
{
    if (l->range != SIZE_MAX)
        l->range = SIZE_MAX;
    else if (l->filter[0])
        filter_changed(&l->pane, STR(""));
    else if (l->end.active)
        app_note(l->pane.app, TOAST_WARN, "Sessions are being ended; Ctrl-C stops waiting for it");
    else
        return false;
    return true;
}

static void
copy(struct live *l)
{
    const struct live_row *row = live_here(l);
    if (row)
        app_copy(l->pane.app, str_of(row->id), "the session's id");
    else if (l->cursor < l->n_groups)
        app_copy(l->pane.app, str_of(l->groups[l->cursor].key), "the group");
}

bool
live_command(struct pane *p, enum command cmd)
{
    struct live *l = live_of(p);
    if (move_command(l, cmd) || (l->by == LIVE_ROWS && mark_command(l, cmd)))
        return true;
    switch (cmd) {
    case COMMAND_OPEN:
        open_here(l);
        return true;
    case COMMAND_BACK:
        return back(l);
    case COMMAND_CLOSE:
        return l->end.active && back(l);
    case COMMAND_SORT:
        if (l->by == LIVE_ROWS)
            choose_order(l);
        return true;
    case COMMAND_REVOKE:
    case COMMAND_DELETE:
        revoke(l);
        return true;
    case COMMAND_ACTIONS:
        end_menu(l);
        return true;
    case COMMAND_COPY:
        copy(l);
        return true;
    case COMMAND_FILTER:
        prompt_open(p->app, &(struct prompt_setup){.label = "/",
                                                   .preset = str_of(l->filter),
                                                   .owner = p->serial,
                                                   .changed = filter_changed,
                                                   .entered = filter_changed,
                                                   .cancelled = filter_cancelled});
        return true;
    default:
        return false;
    }
}

bool
live_key(struct pane *p, uint32_t key)
{
    struct live *l = live_of(p);
    char preset[24];
    switch (key) {
    case 'b':
        group_next(l);
        return true;
    case 'p':
        l->paused = !l->paused;
        l->next_at = clock_mono_ms();
        return true;
    case 'f':
        l->follow = !l->follow;
        live_rebuild(l);
        return true;
    case 'i':
        snprintf(preset, sizeof preset, "%lld", (long long)(l->interval_ms / 1000));
        prompt_open(p->app, &(struct prompt_setup){.label = "look again every (s): ",
                                                   .preset = str_of(preset),
                                                   .owner = p->serial,
                                                   .entered = interval_entered});
        return true;
    case 'X':
        live_ask(l, LIVE_END_ALL, 'X');
        return true;
    default:
        return false;
    }
}

void
live_hints(const struct pane *p, struct hints *h)
{
    const struct live *l = (const struct live *)p;
    hint_add(h, "x", "end");
    hint_add(h, "b", l->by == LIVE_ROWS ? "group" : "next group");
    hint_add(h, "s", "order");
    hint_add(h, "p", l->paused ? "go on" : "pause");
    hint_add(h, "f", "follow");
    hint_add(h, "i", "interval");
    hint_add(h, ".", "end many");
}

void
live_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# Sessions\n"
                      "Enter\topen the user, or the sessions of the group\n"
                      "b\tgroup by user, IP, client, or not\n"
                      "p\tpause, or go on\n"
                      "f\tfollow: stay at the top\n"
                      "i\tseconds between two looks\n"
                      "x\tend the session, the marked ones, or the group\n"
                      "X\tend all that the pane is about\n"
                      ".\tend all of a user, an IP or a client\n"
                      "+\tin front of a row: it is new; -: it ended\n");
}
