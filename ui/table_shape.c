/* Which columns a list has and in which order its rows come: chosen, applied, remembered. */
#include "base/log.h"
#include "ui/prompt.h"
#include "ui/table.h"
#include <stdio.h>

static const struct column *
column_by_title(const struct table *t, struct str title)
{
    for (const struct column *c = t->pane.resource->columns; c->title; c++)
        if (str_eq_nocase(str_of(c->title), title))
            return c;
    return NULL;
}

static bool
is_chosen(const struct table *t, const struct column *c)
{
    for (size_t i = 0; i < t->n_chosen; i++)
        if (t->chosen[i] == c)
            return true;
    return false;
}

const struct column *
table_column(const struct table *t, size_t at)
{
    if (t->n_chosen)
        return at < t->n_chosen ? t->chosen[at] : NULL;
    const struct column *columns = t->pane.resource->columns;
    for (size_t i = 0; i <= at; i++)
        if (!columns[i].title)
            return NULL;
    return &columns[at];
}

static const struct column *
order_of(const struct table *t)
{
    const char *sort = t->rows.query.sort;
    if (!sort)
        return t->sort;
    for (const struct column *c = t->pane.resource->columns; c->title; c++)
        if (c->sort && strcmp(c->sort, sort) == 0)
            return c;
    return NULL;
}

static void
titles(const struct table *t, struct buf *out)
{
    const struct column *c;
    for (size_t i = 0; (c = table_column(t, i)); i++)
        buf_printf(out, "%s%s", i ? "," : "", c->title);
}

static void
remember(struct table *t)
{
    struct app *app = t->pane.app;
    struct remembered what = {.descending = t->sort ? t->descending : t->rows.query.descending};
    const struct column *order = order_of(t);
    if (t->picking || !app->client)
        return;
    if (order)
        snprintf(what.order, sizeof what.order, "%s", order->title);
    if (t->n_chosen) {
        struct buf names;
        buf_init(&names, sizeof what.columns - 1);
        titles(t, &names);
        if (!names.failed)
            snprintf(what.columns, sizeof what.columns, "%s", names.p);
        buf_fini(&names);
    }
    remember_put(&app->remember, client_profile(app->client)->name, t->pane.resource->id, &what);
}

/* ---- columns ---- */

/* False, and nothing changes, if a name is none; *bad is then that name. */
static bool
choose(struct table *t, struct str names, struct str *bad)
{
    const struct column *chosen[COLUMNS_MAX];
    size_t n = 0;
    struct str rest = names, name;
    while (n < COLUMNS_MAX && str_next(&rest, ',', &name)) {
        name = str_trim(name);
        const struct column *c = column_by_title(t, name);
        if (name.n && !c) {
            *bad = name;
            return false;
        }
        if (c)
            chosen[n++] = c;
    }
    t->n_chosen = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_chosen(t, chosen[i]))
            t->chosen[t->n_chosen++] = chosen[i];
    t->skip = 0;
    t->pane.app->dirty = true;
    return true;
}

void
table_choose_columns(struct table *t, struct str names)
{
    struct str bad;
    if (str_eq(names, STR("-")))
        names = STR("");
    if (choose(t, names, &bad))
        remember(t);
    else
        app_note(t->pane.app, TOAST_WARN, "There is no column \"%.*s\"; :columns shows all",
                 STR_ARG(bad));
}

static void
columns_entered(struct pane *owner, struct str text)
{
    table_choose_columns(table_of(owner), str_trim(text));
}

static void
hidden_titles(const struct table *t, struct buf *out)
{
    for (const struct column *c = t->pane.resource->columns; c->title; c++)
        if (t->n_chosen && !is_chosen(t, c))
            buf_printf(out, "%s%s", out->n ? ", " : "", c->title);
}

void
table_ask_columns(struct table *t)
{
    struct buf now, hidden;
    buf_init(&now, REMEMBER_COLUMNS);
    buf_init(&hidden, REMEMBER_COLUMNS);
    titles(t, &now);
    hidden_titles(t, &hidden);
    if (hidden.n)
        app_note(t->pane.app, TOAST_INFO, "Not shown: %s", hidden.p);
    prompt_open(t->pane.app, &(struct prompt_setup){.label = "columns: ",
                                                    .preset = buf_str(&now),
                                                    .owner = t->pane.serial,
                                                    .entered = columns_entered});
    buf_fini(&now);
    buf_fini(&hidden);
}

/* ---- order ---- */

static void
set_order(struct table *t, const struct column *c, bool down)
{
    if (listquery_paged(&t->rows.query)) {
        t->rows.query.sort = c->sort;
        t->rows.query.descending = down;
    } else {
        t->sort = c;
        t->descending = down;
    }
}

bool
table_sortable(const struct table *t, const struct column *c)
{
    return listquery_paged(&t->rows.query) ? c->sort != NULL : c->format != FMT_STATE;
}

void
table_order_by(struct table *t, const struct column *c, bool down)
{
    set_order(t, c, down);
    remember(t);
    if (listquery_paged(&t->rows.query)) {
        table_restart(t);
        return;
    }
    table_rebuild(t);
    table_move(t, 0);
}

void
table_recall(struct table *t)
{
    struct app *app = t->pane.app;
    struct str bad;
    if (t->picking || !app->client)
        return;
    const struct remembered *what =
        remember_get(&app->remember, client_profile(app->client)->name, t->pane.resource->id);
    if (!what)
        return;
    const struct column *order = column_by_title(t, str_of(what->order));
    if (order && table_sortable(t, order))
        set_order(t, order, what->descending);
    if (what->columns[0] && !choose(t, str_of(what->columns), &bad))
        LOG_INFO("console", "a remembered column is gone", KV_STR("column", bad));
}
