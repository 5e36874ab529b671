/* Marks of the list pane. */
#include "ui/cell.h"
#include "ui/table.h"
#include "ui/walk.h"

static struct str
row_id(const struct table *t, const struct json *row)
{
    return cell_str(row, t->pane.resource->row_id);
}

bool
table_marked(const struct table *t, const struct json *row)
{
    return marks_has(&t->marks, row_id(t, row));
}

static bool
mark_row(struct table *t, const struct json *row)
{
    if (t->picking && !t->pick_many)
        marks_clear(&t->marks);
    if (marks_add(&t->marks, row, t->pane.resource->row_id))
        return true;
    app_note(t->pane.app, TOAST_WARN, "No more than %d rows can be marked", MARKS_MAX);
    return false;
}

static void
mark_toggle(struct table *t)
{
    const struct json *row = table_row(t, t->cursor);
    if (!row)
        return;
    if (table_marked(t, row))
        marks_remove(&t->marks, row_id(t, row));
    else
        mark_row(t, row);
    if (t->cursor + 1 < table_len(t))
        table_move(t, t->cursor + 1);
}

static void
mark_range(struct table *t)
{
    if (t->range == SIZE_MAX) {
        t->range = t->cursor;
        app_note(t->pane.app, TOAST_INFO, "Move, then v again marks the range; Esc drops it");
        return;
    }
    size_t from = t->range < t->cursor ? t->range : t->cursor;
    size_t to = t->range < t->cursor ? t->cursor : t->range;
    size_t missing = 0;
    t->range = SIZE_MAX;
    for (size_t at = from; at <= to; at++) {
        const struct json *row = table_row(t, at);
        if (!row)
            missing++;
        else if (!mark_row(t, row))
            return;
    }
    if (missing)
        app_note(t->pane.app, TOAST_WARN,
                 "%zu marked; %zu rows of the range are not loaded and were left out", t->marks.n,
                 missing);
    else
        app_note(t->pane.app, TOAST_INFO, "%zu marked", t->marks.n);
}

static bool
mark_walked(struct pane *owner, void *ctx, const struct json *row)
{
    (void)ctx;
    return owner && mark_row(table_of(owner), row);
}

static void
mark_finished(struct app *app, struct pane *owner, void *ctx, size_t rows, const struct err *err)
{
    (void)ctx;
    if (!owner)
        return;
    size_t n = table_of(owner)->marks.n;
    if (!err->code)
        app_note(app, TOAST_INFO, "%zu marked", n);
    else if (n < MARKS_MAX)
        app_note(app, TOAST_WARN, "%s after %zu rows; %zu are marked", err->msg, rows, n);
}

static void
mark_all(struct table *t)
{
    bool all_here = t->view.on || !listquery_paged(&t->rows.query) ||
                    rows_loaded(&t->rows) >= rows_total(&t->rows);
    if (!all_here) {
        walk_open(t->pane.app, &(struct walk_setup){.title = "Marking all rows",
                                                    .query = &t->rows.query,
                                                    .owner = t->pane.serial,
                                                    .row = mark_walked,
                                                    .finished = mark_finished});
        return;
    }
    for (size_t at = 0; at < table_len(t); at++) {
        const struct json *row = table_row(t, at);
        if (row && !mark_row(t, row))
            return;
    }
    app_note(t->pane.app, TOAST_INFO, "%zu marked", t->marks.n);
}

bool
table_mark_command(struct table *t, enum command cmd)
{
    if (t->picking && !t->pick_many && (cmd == COMMAND_MARK_ALL || cmd == COMMAND_MARK_RANGE))
        return true;
    switch (cmd) {
    case COMMAND_MARK:
        mark_toggle(t);
        return true;
    case COMMAND_MARK_RANGE:
        mark_range(t);
        return true;
    case COMMAND_MARK_ALL:
        mark_all(t);
        return true;
    case COMMAND_UNMARK:
        marks_clear(&t->marks);
        t->range = SIZE_MAX;
        return true;
    default:
        return false;
    }
}
