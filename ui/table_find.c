/* Filter, server search and order of the list pane. */
#include "base/utf8.h"
#include "ui/menu.h"
#include "ui/prompt.h"
#include "ui/table.h"
#include <stdio.h>

static void
set_filter(struct table *t, struct str text)
{
    /* Never in the middle of a character: the buffer is short, the text may be long. */
    while (text.n >= FILTER_SIZE)
        text = utf8_cut(text, utf8_width(text) - 1, NULL);
    snprintf(t->filter, sizeof t->filter, "%.*s", STR_ARG(text));
    table_rebuild(t);
    t->pane.app->dirty = true;
}

static void
filter_changed(struct pane *owner, struct str text)
{
    struct table *t = table_of(owner);
    set_filter(t, text);
    table_move(t, 0);
}

static void
filter_cancelled(struct pane *owner)
{
    struct table *t = table_of(owner);
    set_filter(t, str_of(t->filter_before));
    table_move(t, t->cursor);
}

static void
filter_ask(struct table *t)
{
    memcpy(t->filter_before, t->filter, sizeof t->filter_before);
    prompt_open(t->pane.app, &(struct prompt_setup){.label = "/",
                                                    .preset = str_of(t->filter),
                                                    .owner = t->pane.serial,
                                                    .changed = filter_changed,
                                                    .entered = filter_changed,
                                                    .cancelled = filter_cancelled});
}

static void
set_search(struct table *t, struct str text)
{
    while (text.n >= SEARCH_SIZE)
        text = utf8_cut(text, utf8_width(text) - 1, NULL);
    snprintf(t->rows.query.search, sizeof t->rows.query.search, "%.*s", STR_ARG(text));
    t->filter[0] = '\0';
    table_restart(t);
}

static void
search_entered(struct pane *owner, struct str text)
{
    set_search(table_of(owner), str_trim(text));
}

static void
search_ask(struct table *t)
{
    if (!t->pane.resource->search_param) {
        app_note(t->pane.app, TOAST_INFO,
                 "The server cannot search here; / filters, and the whole list is loaded");
        return;
    }
    prompt_open(t->pane.app, &(struct prompt_setup){.label = "search the server: ",
                                                    .preset = str_of(t->rows.query.search),
                                                    .owner = t->pane.serial,
                                                    .entered = search_entered});
}

static void
sort_chosen(struct pane *owner, size_t value)
{
    struct table *t = table_of(owner);
    table_order_by(t, &t->pane.resource->columns[value / 2], value % 2);
}

/* Two lines for each column that can be sorted. */
static void
sort_ask(struct table *t)
{
    struct menu_item items[2 * COLUMNS_MAX];
    size_t n = 0;
    const struct column *columns = t->pane.resource->columns;
    for (size_t i = 0; i < COLUMNS_MAX && columns[i].title; i++) {
        if (!table_sortable(t, &columns[i]))
            continue;
        items[n++] = (struct menu_item){str_of(columns[i].title), STR("upwards"), 2 * i};
        items[n++] = (struct menu_item){str_of(columns[i].title), STR("downwards"), 2 * i + 1};
    }
    if (!n) {
        app_note(t->pane.app, TOAST_INFO, "The server keeps this list in one order");
        return;
    }
    app_push(t->pane.app, menu_new(&(struct menu_setup){.title = "Order by",
                                                        .items = items,
                                                        .n = n,
                                                        .owner = t->pane.serial,
                                                        .chosen = sort_chosen}));
}

/* Without a filter, n and N go to the next marked row; with one, every row is a match. */
static void
next_match(struct table *t, bool back)
{
    size_t n = table_len(t);
    if (!n)
        return;
    for (size_t step = 1; step <= n; step++) {
        size_t at = (t->cursor + (back ? n - step : step)) % n;
        const struct json *row = table_row(t, at);
        if (!row && !t->filter[0])
            break;
        if (row && (t->filter[0] || table_marked(t, row))) {
            table_move(t, at);
            return;
        }
    }
    app_note(t->pane.app, TOAST_INFO, "No other match among the loaded rows; / sets a filter");
}

static bool
clear_one(struct table *t)
{
    if (t->range != SIZE_MAX) {
        t->range = SIZE_MAX;
    } else if (t->filter[0]) {
        size_t row = view_row(&t->view, &t->rows, t->cursor);
        set_filter(t, STR(""));
        table_move(t, row == SIZE_MAX ? 0 : view_find(&t->view, &t->rows, row));
    } else if (t->rows.query.search[0]) {
        set_search(t, STR(""));
    } else {
        return false;
    }
    t->pane.app->dirty = true;
    return true;
}

bool
table_find_command(struct table *t, enum command cmd)
{
    switch (cmd) {
    case COMMAND_FILTER:
        filter_ask(t);
        return true;
    case COMMAND_SEARCH:
        search_ask(t);
        return true;
    case COMMAND_SORT:
        sort_ask(t);
        return true;
    case COMMAND_NEXT_MATCH:
    case COMMAND_PREV_MATCH:
        next_match(t, cmd == COMMAND_PREV_MATCH);
        return true;
    case COMMAND_BACK:
        return clear_one(t);
    default:
        return false;
    }
}
