#include "ui/requests.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/app.h"

struct requests {
    struct pane pane;
    size_t cursor, top;
    uint64_t at_seq; /* entry under the cursor; the newest when 0 */
    int rows;
};

static size_t
entries(const struct pane *p, const struct trace_entry **out)
{
    return p->app->client ? client_trace(p->app->client, out) : 0;
}

/* Position of the cursor counted from the newest; stays on its entry while new ones come. */
static size_t
position(struct requests *q, const struct trace_entry *e, size_t n)
{
    if (!q->at_seq)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (e[n - 1 - i].seq == q->at_seq)
            return i;
    return n ? n - 1 : 0;
}

static void
draw_entry(struct canvas *cv, struct rect line, const struct trace_entry *e, bool here)
{
    enum role base = here ? ROLE_ROW_SELECTED : ROLE_TEXT;
    bool good = e->status >= 200 && e->status < 300;
    char when[CLOCK_TEXT_SIZE];
    clock_format_local(e->at_ms, when);
    canvas_fill(cv, line, base);
    struct place at = {line, line.row, line.col + 1, 5, base};
    canvas_printf(cv, at, "%.5s", when + 11);
    at = (struct place){line, line.row, line.col + 8, 6, base};
    canvas_text(cv, at, e->method);
    at = (struct place){line, line.row, line.col + 15, 3,
                        here   ? base
                        : good ? ROLE_GOOD
                               : ROLE_BAD};
    canvas_printf(cv, at, "%d", e->status);
    at = (struct place){line, line.row, line.col + 19, 8, base};
    canvas_printf(cv, at, "%5lld ms", (long long)(e->took_us / 1000));
    at = (struct place){line, line.row, line.col + 29, line.cols - 30, base};
    if (at.cells > 0)
        canvas_text(cv, at, e->path);
}

static void
draw_facts(struct canvas *cv, struct rect r, const struct trace_entry *e)
{
    canvas_hline(cv, (struct rect){r.row, r.col, 1, r.cols}, ROLE_BORDER);
    struct place at = {r, r.row + 1, r.col + 1, r.cols - 2, ROLE_VALUE};
    canvas_printf(cv, at, "%.*s: %.*s", STR_ARG(e->op), STR_ARG(e->outcome));
    at.row++;
    at.role = ROLE_DIM;
    canvas_printf(cv, at, "%zu bytes in, %zu out%s%s", e->bytes_in, e->bytes_out,
                  e->trace_id[0] ? ", trace " : "", e->trace_id);
}

static void
requests_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct requests *q = (struct requests *)p;
    const struct trace_entry *e = NULL;
    size_t n = entries(p, &e);
    if (!n) {
        pane_text(cv, r, 1, 2, ROLE_DIM, STR("Nothing was asked of the server yet."));
        return;
    }
    q->cursor = position(q, e, n);
    struct rect facts = rect_cut_bottom(&r, 3);
    q->rows = r.rows > 0 ? r.rows : 1;
    if (q->cursor < q->top)
        q->top = q->cursor;
    if (q->cursor >= q->top + (size_t)q->rows)
        q->top = q->cursor - (size_t)q->rows + 1;
    for (int i = 0; i < r.rows && q->top + (size_t)i < n; i++) {
        size_t at = q->top + (size_t)i;
        struct rect line = {r.row + i, r.col, 1, r.cols};
        draw_entry(cv, line, &e[n - 1 - at], at == q->cursor);
        if (at == q->cursor)
            canvas_cursor(cv, line.row, line.col);
    }
    draw_facts(cv, facts, &e[n - 1 - q->cursor]);
}

static void
move_to(struct requests *q, const struct trace_entry *e, size_t n, size_t to)
{
    if (!n)
        return;
    if (to >= n)
        to = n - 1;
    q->at_seq = to ? e[n - 1 - to].seq : 0;
    q->cursor = to;
}

static bool
requests_move(struct requests *q, enum command cmd)
{
    const struct trace_entry *e = NULL;
    size_t n = entries(&q->pane, &e);
    size_t page = q->rows > 1 ? (size_t)q->rows - 1 : 1;
    size_t at = n ? position(q, e, n) : 0;
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        move_to(q, e, n, at + 1);
        return true;
    case COMMAND_MOVE_UP:
        move_to(q, e, n, at ? at - 1 : 0);
        return true;
    case COMMAND_PAGE_DOWN:
        move_to(q, e, n, at + page);
        return true;
    case COMMAND_PAGE_UP:
        move_to(q, e, n, at > page ? at - page : 0);
        return true;
    case COMMAND_FIRST:
        move_to(q, e, n, 0);
        return true;
    case COMMAND_LAST:
        move_to(q, e, n, n);
        return true;
    default:
        return false;
    }
}

static bool
requests_command(struct pane *p, enum command cmd)
{
    struct requests *q = (struct requests *)p;
    const struct trace_entry *e = NULL;
    if (requests_move(q, cmd))
        return true;
    if (cmd != COMMAND_COPY)
        return false;
    size_t n = entries(p, &e);
    if (n)
        app_copy(p->app, str_of(e[n - 1 - position(q, e, n)].trace_id), "the trace id");
    return true;
}

static void
requests_crumb(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "Requests");
}

static void
requests_info(const struct pane *p, struct buf *out)
{
    const struct trace_entry *e = NULL;
    buf_printf(out, "%zu requests, newest first", entries(p, &e));
}

static void
requests_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "y", "copy the trace id");
    hint_add(h, "q", "close");
}

static void
requests_reload(struct pane *p)
{
    p->app->dirty = true;
}

static const struct pane_ops requests_ops = {.name = "requests",
                                             .draw = requests_draw,
                                             .command = requests_command,
                                             .crumb = requests_crumb,
                                             .info = requests_info,
                                             .hints = requests_hints,
                                             .reload = requests_reload};

bool
requests_is(const struct pane *p)
{
    return p && p->ops == &requests_ops;
}

struct pane *
requests_new(void)
{
    struct requests *q = mem_new(1, sizeof *q);
    q->pane.ops = &requests_ops;
    return &q->pane;
}
