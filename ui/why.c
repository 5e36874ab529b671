#include "ui/why.h"

#include "base/mem.h"
#include "client/why.h"
#include "ui/grid.h"

#include <stdio.h>

enum { FACTS_ROWS = 5, /* below the table */ ROOM = 6 /* rows of table that come before them */ };

struct why_pane {
    struct pane pane;
    struct why why;
    struct grid grid;
    char who[WHY_ID], tenant[TENANT_SIZE];
    bool stale; /* to be read before it is drawn */
    bool moved; /* else the cursor goes to the first reason by itself */
};

static struct why_pane *
why_of(struct pane *p)
{
    return (struct why_pane *)p;
}

/* ---- reading ---- */

static void
changed(void *ctx)
{
    struct why_pane *p = ctx;
    p->pane.app->dirty = true;
    for (size_t i = 0; i < WHY_CHECKS && !p->moved; i++)
        if (p->why.rows[i].verdict == WHY_NO) {
            p->grid.cursor = i;
            return;
        }
}

static void
read_all(struct why_pane *p)
{
    struct app *app = p->pane.app;
    p->stale = false;
    callset_close(&p->pane.calls, app->client);
    why_start(&p->why, app->client, &p->pane.calls, str_of(p->who), str_of(p->tenant));
}

/* ---- what is shown ---- */

enum why_column { COLUMN_CHECK, COLUMN_VERDICT, COLUMN_FINDING, COLUMN_DO };

static const struct grid_column columns[] = {{"Check", 15, 0, 0},
                                             {"Verdict", 7, 0, 0},
                                             {"Finding", 12, 3, 0},
                                             {"What to do", 40, 1, 1},
                                             {NULL, 0, 0, 0}};

static enum role
verdict_role(enum why_verdict v)
{
    switch (v) {
    case WHY_OK:
        return ROLE_GOOD;
    case WHY_NO:
        return ROLE_BAD;
    case WHY_NOTE:
    case WHY_UNKNOWN:
        return ROLE_WARN;
    case WHY_WAITING:
        break;
    }
    return ROLE_DIM;
}

static void
cell(const void *ctx, size_t row, size_t column, struct buf *out, enum role *role)
{
    const struct why *w = ctx;
    const struct why_row *r = &w->rows[row];
    enum why_check c = (enum why_check)row;
    if (column == COLUMN_CHECK)
        buf_add_text(out, why_title(c));
    if (column == COLUMN_FINDING)
        buf_add_text(out, r->text);
    if (column == COLUMN_DO && r->verdict != WHY_OK && r->verdict != WHY_WAITING)
        buf_add_text(out, why_key(c));
    if (column == COLUMN_VERDICT) {
        buf_add_text(out, why_verdict_name(r->verdict));
        *role = verdict_role(r->verdict);
    }
}

/* The row under the cursor in full: a narrow screen cuts it above. */
static void
draw_facts(const struct why_pane *p, struct canvas *cv, struct rect r)
{
    enum why_check c = (enum why_check)p->grid.cursor;
    const struct why_row *row = &p->why.rows[c];
    struct buf b;
    buf_init(&b, 4096);
    canvas_hline(cv, rect_cut_top(&r, 1), ROLE_BORDER);
    r.col++;
    r.cols -= 2;
    int used = pane_wrap(cv, r, 0, verdict_role(row->verdict), str_of(row->text));
    if (row->verdict != WHY_OK && row->verdict != WHY_WAITING) {
        used = pane_wrap(cv, r, used, ROLE_VALUE, str_of(why_key(c)));
        why_run(&p->why, c, &b);
        used = pane_wrap(cv, r, used, ROLE_VALUE, buf_str(&b));
    }
    buf_reset(&b);
    buf_add_text(&b, "reads ");
    why_reads(c, &b);
    if (used < r.rows)
        pane_text(cv, r, used, 0, ROLE_DIM, buf_str(&b));
    buf_fini(&b);
}

static void
draw_summary(const struct why_pane *p, struct canvas *cv, struct rect line)
{
    struct buf b;
    bool no = why_count(&p->why, WHY_NO) > 0, done = why_done(&p->why);
    bool doubt = why_count(&p->why, WHY_UNKNOWN) > 0;
    buf_init(&b, 1024);
    buf_printf(&b, "%s: ", p->why.email[0] ? p->why.email : p->who);
    why_summary(&p->why, &b);
    pane_text(cv, line, 0, 1,
              no      ? ROLE_BAD
              : !done ? ROLE_DIM
              : doubt ? ROLE_WARN
                      : ROLE_GOOD,
              buf_str(&b));
    buf_fini(&b);
}

static void
why_draw(struct pane *pane, struct canvas *cv, struct rect r)
{
    struct why_pane *p = why_of(pane);
    if (p->stale)
        read_all(p);
    draw_summary(p, cv, rect_cut_top(&r, 1));
    struct rect facts = {r.row, r.col, 0, r.cols};
    if (r.rows >= FACTS_ROWS + 1 + ROOM)
        facts = rect_cut_bottom(&r, FACTS_ROWS);
    else if (r.rows > FACTS_ROWS)
        facts = rect_cut_bottom(&r, FACTS_ROWS - 2);
    grid_draw(&p->grid, cv, r);
    if (facts.rows)
        draw_facts(p, cv, facts);
}

/* ---- the pane ---- */

static bool
why_command(struct pane *pane, enum command cmd)
{
    struct why_pane *p = why_of(pane);
    struct buf b;
    if (grid_command(&p->grid, cmd)) {
        p->moved = true;
        return true;
    }
    if (cmd != COMMAND_COPY)
        return false;
    buf_init(&b, 4096);
    why_run(&p->why, (enum why_check)p->grid.cursor, &b);
    app_copy(pane->app, buf_str(&b), "the command");
    buf_fini(&b);
    return true;
}

static void
why_reload(struct pane *p)
{
    why_of(p)->stale = true;
}

static void
why_stopped(struct pane *p)
{
    why_stop(&why_of(p)->why);
}

static void
why_crumb(const struct pane *p, struct buf *out)
{
    const struct why_pane *w = (const struct why_pane *)p;
    buf_printf(out, "Why %s", w->why.email[0] ? w->why.email : w->who);
}

static void
why_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "y", "copy the command");
    hint_add(h, "R", "read again");
}

static void
why_info(const struct pane *p, struct buf *out)
{
    const struct why_pane *w = (const struct why_pane *)p;
    if (!why_done(&w->why))
        buf_add_text(out, "reading | ");
    buf_printf(out, "%zu of %d", w->grid.cursor + 1, WHY_CHECKS);
}

static void
why_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "# Can this person sign in?\n"
                      "ok\tread, and does not keep them out\n"
                      "note\tlets them in, with something to know\n"
                      "no\tkeeps them out\n"
                      "unknown\tcould not be read, or depends on what is not known here\n"
                      "y\tcopy the command that looks at it or mends it\n");
}

static void
why_close(struct pane *p)
{
    why_fini(&why_of(p)->why);
}

static const struct pane_ops why_ops = {.name = "why somebody cannot sign in",
                                        .close = why_close,
                                        .draw = why_draw,
                                        .command = why_command,
                                        .crumb = why_crumb,
                                        .hints = why_hints,
                                        .info = why_info,
                                        .help = why_help,
                                        .reload = why_reload,
                                        .stopped = why_stopped};

void
why_open(struct app *app, struct str who, struct str tenant)
{
    if (!app->client) {
        app_note(app, TOAST_WARN, "There is no connection yet");
        return;
    }
    if (!who.n || who.n >= WHY_ID || tenant.n >= TENANT_SIZE) {
        app_note(app, TOAST_WARN, ":why needs the id or the e-mail address of a user");
        return;
    }
    struct why_pane *p = mem_new(1, sizeof *p);
    p->pane.ops = &why_ops;
    snprintf(p->who, sizeof p->who, "%.*s", STR_ARG(who));
    snprintf(p->tenant, sizeof p->tenant, "%.*s", STR_ARG(tenant));
    p->grid = (struct grid){.columns = columns, .rows = WHY_CHECKS, .cell = cell, .ctx = &p->why};
    p->why.changed = changed;
    p->why.ctx = p;
    p->stale = true;
    app_push(app, &p->pane);
}

void
why_open_row(struct app *app, const struct json *row, struct str tenant)
{
    why_open(app, json_str(json_get(row, "id")), tenant);
}
