/* The table of sessions or groups, its heading, and the line of facts. */
#include "base/clock.h"
#include "ui/cell.h"
#include "ui/layout.h"
#include "ui/live.h"
#include "ui/table.h"
#include <stdio.h>

enum { GAP = 2, MARK_COLS = 2 };

enum { COL_USER, COL_IP, COL_CLIENT, COL_MFA, COL_AGE, COL_IDLE, COL_CREATED, COLS };

static const struct {
    const char *title;
    int min, flex, drop;
    enum live_order order; /* LIVE_ORDERS: none */
} columns[COLS] = {
    [COL_USER] = {"User", 16, 4, 0, LIVE_ORDERS},
    [COL_IP] = {"IP", 13, 1, 3, LIVE_IP},
    [COL_CLIENT] = {"Client", 14, 2, 4, LIVE_CLIENT},
    [COL_MFA] = {"MFA", 6, 0, 5, LIVE_MFA},
    [COL_AGE] = {"Age", 6, 0, 1, LIVE_AGE},
    [COL_IDLE] = {"Idle", 6, 0, 2, LIVE_IDLE},
    [COL_CREATED] = {"Created", 16, 0, 6, LIVE_ORDERS},
};

static void
fit(int cols, struct layout_column lay[COLS])
{
    for (int i = 0; i < COLS; i++)
        lay[i] = (struct layout_column){columns[i].min, columns[i].flex, columns[i].drop, 0};
    layout_columns(lay, COLS, cols, GAP);
}

static void
draw_header(const struct live *l, struct canvas *cv, struct rect r, const struct layout_column *lay)
{
    int col = MARK_COLS;
    canvas_fill(cv, r, ROLE_HEADER);
    for (int i = 0; i < COLS; i++) {
        if (!lay[i].width)
            continue;
        bool here = columns[i].order == l->set.order;
        /* The youngest are those that began last. */
        bool down = l->set.descending != (i == COL_AGE || i == COL_IDLE);
        struct place at = {r, r.row, r.col + col, lay[i].width, ROLE_HEADER};
        canvas_printf(cv, at, "%s%s", columns[i].title, !here ? "" : down ? " v" : " ^");
        col += lay[i].width + GAP;
    }
}

static void
age(int64_t then, struct buf *out)
{
    if (then)
        cell_age(then, out);
    else
        buf_add_text(out, "-");
}

static enum role
cell_text(const struct live_row *row, int column, struct buf *out)
{
    char when[CLOCK_TEXT_SIZE];
    switch (column) {
    case COL_USER:
        buf_add_text(out, row->current ? "(own) " : row->impersonated ? "(posing) " : "");
        buf_add_text(out, row->email[0] ? row->email : row->user_id);
        return row->current ? ROLE_WARN : ROLE_TEXT;
    case COL_IP:
        buf_add_text(out, row->ip);
        return ROLE_TEXT;
    case COL_CLIENT:
        buf_add_text(out, row->client[0] ? row->client : "-");
        return ROLE_TEXT;
    case COL_MFA:
        buf_add_text(out, live_mfa_name(row->mfa));
        return row->mfa > 0 ? ROLE_GOOD : row->mfa == 0 ? ROLE_WARN : ROLE_DIM;
    case COL_AGE:
        age(row->created_at, out);
        return ROLE_TEXT;
    case COL_IDLE:
        age(row->used_at, out);
        return ROLE_TEXT;
    default:
        if (row->created_at)
            buf_add_text(out, clock_format_local(row->created_at, when));
        return ROLE_DIM;
    }
}

static bool
in_range(const struct live *l, size_t at)
{
    if (l->range == SIZE_MAX)
        return false;
    size_t from = l->range < l->cursor ? l->range : l->cursor;
    size_t to = l->range < l->cursor ? l->cursor : l->range;
    return at >= from && at <= to;
}

static enum role
row_role(const struct live *l, size_t at, bool marked)
{
    if (at == l->cursor)
        return marked ? ROLE_ROW_BOTH : ROLE_ROW_SELECTED;
    return marked ? ROLE_ROW_MARKED : ROLE_TEXT;
}

static void
draw_row(const struct live *l, struct canvas *cv, struct rect r, const struct layout_column *lay,
         size_t at)
{
    const struct live_row *row = l->set.at[l->view[at]];
    bool marked = marks_has(&l->marks, str_of(row->id)) || in_range(l, at);
    enum role role = row_role(l, at, marked);
    int col = MARK_COLS;
    struct buf text;
    buf_init(&text, 1024);
    canvas_fill(cv, r, role);
    /* The sign says it without colours too. */
    const char *sign = row->ended_until ? "-" : marked ? "*" : row->fresh_until ? "+" : " ";
    pane_text(cv, r, 0, 0, role, str_of(sign));
    for (int i = 0; i < COLS; i++) {
        if (!lay[i].width)
            continue;
        buf_reset(&text);
        enum role own = cell_text(row, i, &text);
        if (row->ended_until)
            own = ROLE_DIM;
        else if (row->fresh_until && i == COL_USER)
            own = ROLE_GOOD;
        struct place where = {r, r.row, r.col + col, lay[i].width, role == ROLE_TEXT ? own : role};
        canvas_text(cv, where, buf_str(&text));
        col += lay[i].width + GAP;
    }
    buf_fini(&text);
}

/* ---- groups ---- */

static void
draw_group(const struct live *l, struct canvas *cv, struct rect r, size_t at)
{
    const struct live_group *g = &l->groups[at];
    enum role role = row_role(l, at, false);
    canvas_fill(cv, r, role);
    const char *name = g->name[0] ? g->name : g->key[0] ? g->key : "(not told)";
    struct place where = {r, r.row, r.col + MARK_COLS, r.cols - MARK_COLS - 12, role};
    canvas_text(cv, where, str_of(name));
    struct buf count;
    buf_init(&count, 64);
    table_count(g->sessions > 0 ? (size_t)g->sessions : 0, &count);
    pane_text(cv, r, 0, r.cols - 1 - (int)count.n, role, buf_str(&count));
    buf_fini(&count);
}

static void
draw_group_header(const struct live *l, struct canvas *cv, struct rect r)
{
    static const char *const titles[] = {[LIVE_ROWS] = "",
                                         [LIVE_BY_USER] = "User",
                                         [LIVE_BY_IP] = "IP",
                                         [LIVE_BY_CLIENT] = "Client"};
    canvas_fill(cv, r, ROLE_HEADER);
    pane_text(cv, r, 0, MARK_COLS, ROLE_HEADER, str_of(titles[l->by]));
    pane_text(cv, r, 0, r.cols - 9, ROLE_HEADER, STR("Sessions"));
}

/* ---- the pane ---- */

static void
draw_nothing(const struct live *l, struct canvas *cv, struct rect r)
{
    r = rect_inset(r, 1, 2);
    bool reading = l->by == LIVE_ROWS ? !l->loaded || (l->fan_out && l->fan.read < l->fan.n) ||
                                            (l->fan_out && !l->fan.listed)
                                      : l->changing && !l->read_at;
    if (l->failure[0]) {
        int row = pane_wrap(cv, r, 0, ROLE_BAD, str_of(l->failure));
        (void)pane_wrap(cv, r, row + 1, ROLE_TEXT, STR("R tries again. @ shows the requests."));
    } else if (reading) {
        pane_text(cv, r, 0, 0, ROLE_DIM, STR("Loading ..."));
    } else if (l->filter[0]) {
        (void)pane_wrap(cv, r, 0, ROLE_DIM,
                        STR("No session read so far matches. Esc clears the filter."));
    } else {
        (void)pane_wrap(cv, r, 0, ROLE_DIM, STR("Nobody is signed in here."));
    }
}

/* What the columns had no room for, of the row under the cursor. */
static void
draw_facts(const struct live *l, struct canvas *cv, struct rect r)
{
    const struct live_row *row = live_here(l);
    if (!row || r.rows < 1)
        return;
    struct place at = {r, r.row, r.col + 1, r.cols - 2, ROLE_DIM};
    canvas_printf(cv, at, "%s%s%s  %s", row->id, row->ip[0] ? "  " : "", row->ip, row->agent);
}

void
live_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct live *l = live_of(p);
    struct layout_column lay[COLS];
    struct rect facts = {0, 0, 0, 0};
    struct rect header = rect_cut_top(&r, 1);
    fit(r.cols - MARK_COLS, lay);
    if (l->by == LIVE_ROWS) {
        draw_header(l, cv, header, lay);
        facts = rect_cut_bottom(&r, 1);
    } else {
        draw_group_header(l, cv, header);
    }
    if (l->body_rows != r.rows) {
        l->body_rows = r.rows;
        live_move(l, l->cursor);
    }
    size_t n = live_len(l);
    if (!n)
        draw_nothing(l, cv, r);
    for (int i = 0; i < r.rows && l->top + (size_t)i < n; i++) {
        struct rect line = {r.row + i, r.col, 1, r.cols};
        size_t at = l->top + (size_t)i;
        if (at == l->cursor)
            canvas_cursor(cv, line.row, line.col);
        if (l->by == LIVE_ROWS)
            draw_row(l, cv, line, lay, at);
        else
            draw_group(l, cv, line, at);
    }
    draw_facts(l, cv, facts);
}

/* ---- facts ---- */

static void
coverage(const struct live *l, struct buf *out)
{
    const struct live_fan *f = &l->fan;
    table_count(f->read, out);
    buf_add_text(out, " of ");
    if (f->total < 0)
        buf_add_char(out, '?');
    else
        table_count((size_t)f->total, out);
    buf_add_text(out, " users read");
    if (f->failed)
        buf_printf(out, " (%zu failed)", f->failed);
    if (f->n == LIVE_USERS_MAX && f->total > LIVE_USERS_MAX)
        buf_add_text(out, ", more are not looked at");
    buf_add_text(out, " | ");
}

static void
counts(const struct live *l, struct buf *out)
{
    size_t n = live_len(l);
    table_count(n ? l->cursor + 1 : 0, out);
    buf_add_text(out, " of ");
    if (l->by != LIVE_ROWS || l->filter[0] || l->fan_out || l->total < 0) {
        table_count(n, out);
    } else {
        size_t living = live_set_living(&l->set);
        size_t total = (size_t)l->total > living ? (size_t)l->total : living;
        table_count(total, out);
        buf_add_text(out, l->total_is_more ? "+" : "");
    }
    if (l->set.n >= LIVE_ROWS_MAX)
        buf_add_text(out, ", only the first 10,000 are shown: b groups them");
}

void
live_info(const struct pane *p, struct buf *out)
{
    const struct live *l = (const struct live *)p;
    if (l->end.active)
        buf_printf(out, l->end.checking ? "reading back | " : "ending, %lld so far | ",
                   (long long)l->end.ended);
    if (l->filter[0])
        buf_printf(out, "filter \"%s\" | ", l->filter);
    if (l->marks.n)
        buf_printf(out, "%zu marked | ", l->marks.n);
    if (l->fan_out)
        coverage(l, out);
    if (l->came || l->went)
        buf_printf(out, "+%lld -%lld | ", (long long)l->came, (long long)l->went);
    if (l->failure[0] && live_len(l))
        buf_add_text(out, "stale, R tries again | ");
    counts(l, out);
    if (l->paused)
        buf_add_text(out, " | paused");
    else
        buf_printf(out, " | every %lld s%s", (long long)(l->interval_ms / 1000),
                   l->follow ? ", follows" : "");
}
