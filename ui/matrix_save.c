/*
 * The way of a change in the matrix: shown, asked, read again in case somebody else was there, written
 * role by role, read back.
 */
#include "base/mem.h"
#include "ui/act.h"
#include "ui/matrix.h"

#include <stdio.h>

/* ---- what is to be written ---- */

static struct str
role_id(const struct matrix *m, size_t role)
{
    return json_str(json_get(m->role[role], "id"));
}

/* Ids of what the role is to hold. What the grid does not show stays as it is. */
static struct json *
wanted_ids(const struct matrix *m, size_t role)
{
    struct json *ids = json_new_array();
    const struct json *held = json_get(m->role[role], "permissions");
    for (const struct json *id = json_first(held); id; id = json_next(id))
        if (json_str(id).n &&
            matrix_find(m->permission, m->n_permissions, json_str(id)) == SIZE_MAX)
            json_push(ids, json_copy(id));
    for (size_t p = 0; p < m->n_permissions; p++)
        if (*matrix_cell(m, p, role))
            json_push(ids, json_copy(json_get(m->permission[p], "id")));
    return ids;
}

static struct json *
input_of(struct json *take_ids)
{
    struct json *input = json_new_object();
    json_set(input, STR("permissionIds"), take_ids);
    return input;
}

/* ---- writing ---- */

static void write_next(struct matrix *m);

static void
told(const struct act *act, const struct result *result)
{
    struct matrix *m = (struct matrix *)app_pane(act->app, act->pane);
    if (!m)
        return;
    if (result->err.code)
        m->refused++;
    else
        json_push(m->written, json_copy(json_get(act->row, "id")));
    if (result->err.code)
        snprintf(m->note, sizeof m->note, "%.*s: %s", STR_ARG(matrix_key(act->row)),
                 result->err.msg);
    write_next(m);
}

static void
write_role(struct matrix *m, size_t role)
{
    const struct resource *roles = resource_by_id(STR("roles"));
    const struct json *row = m->role[role];
    struct act_setup setup = {.resource = roles,
                              .action = act_by_name(roles, "set-permissions"),
                              .row = row,
                              .tenant = str_of(m->pane.tenant),
                              .pane = m->pane.serial};
    const struct json *held = json_get(row, "permissions");
    struct act *act = act_new(m->pane.app, &setup, input_of(wanted_ids(m, role)));
    act->undo_input = input_of(held ? json_copy(held) : json_new_array());
    act->told = told;
    act_send(act);
}

static void
write_next(struct matrix *m)
{
    const struct json *first = json_first(m->queue);
    while (first) {
        size_t role = matrix_find(m->role, m->n_roles, json_str(first));
        struct json *rest = json_new_array();
        for (const struct json *id = json_next(first); id; id = json_next(id))
            json_push(rest, json_copy(id));
        json_free(m->queue);
        m->queue = rest;
        first = json_first(rest);
        if (role == SIZE_MAX)
            continue;
        write_role(m, role);
        return;
    }
    m->stage = MATRIX_READING_BACK;
    matrix_read(m);
}

static void
begin_writing(struct matrix *m)
{
    json_free(m->queue);
    json_free(m->written);
    m->queue = json_new_array();
    m->written = json_new_array();
    m->refused = 0;
    m->note[0] = '\0';
    for (size_t r = 0; r < m->n_roles; r++)
        if (matrix_changes(m, r))
            json_push(m->queue, json_new_str(role_id(m, r)));
    m->stage = MATRIX_WRITING;
    write_next(m);
}

/* ---- reading again ---- */

/* Answered with success is not done: there are services that answer and change nothing. */
static void
verdict(struct matrix *m)
{
    size_t n = json_len(m->written), idle = 0;
    for (const struct json *id = json_first(m->written); id; id = json_next(id)) {
        size_t role = matrix_find(m->role, m->n_roles, json_str(id));
        idle += role == SIZE_MAX || matrix_changes(m, role) > 0;
    }
    m->stage = MATRIX_AT_REST;
    if (idle)
        snprintf(m->note, sizeof m->note,
                 "The service answered, but %zu role%s did not become what was written", idle,
                 idle == 1 ? "" : "s");
    if (!idle && !m->refused)
        app_note(m->pane.app, TOAST_GOOD, "Written and read back: %zu role%s; z takes back one", n,
                 n == 1 ? "" : "s");
    else
        app_note(m->pane.app, TOAST_BAD, "%zu written, %zu refused, %zu unchanged: %s", n - idle,
                 m->refused, idle, m->note);
}

void
matrix_reread(struct matrix *m, const char *stale)
{
    if (m->stage == MATRIX_READING_BACK) {
        verdict(m);
    } else if (m->stage == MATRIX_CHECKING && stale[0]) {
        m->stage = MATRIX_AT_REST;
        snprintf(m->note, sizeof m->note,
                 "Somebody changed %s meanwhile. Nothing was written: "
                 "look at it, then w again",
                 stale);
        app_note(m->pane.app, TOAST_WARN, "%s", m->note);
    } else if (m->stage == MATRIX_CHECKING) {
        begin_writing(m);
    }
}

void
matrix_unread(struct matrix *m)
{
    if (m->stage == MATRIX_CHECKING)
        app_note(m->pane.app, TOAST_BAD,
                 "Cannot read it again before writing; nothing was sent: %s", m->failure);
    if (m->stage == MATRIX_READING_BACK)
        app_note(m->pane.app, TOAST_BAD, "Written, but it cannot be read back: %s", m->failure);
    if (m->stage != MATRIX_WRITING)
        m->stage = MATRIX_AT_REST;
}

/* ---- looking at the changes ---- */

struct review {
    struct pane pane;
    unsigned owner; /* serial of the matrix */
    size_t top, lines;
};

struct page {
    struct canvas *cv;
    struct rect r;
    size_t top, line;
};

static void
page_line(struct page *pg, int col, enum role role, const char *sign, struct str text)
{
    size_t at = pg->line++;
    if (at < pg->top || at >= pg->top + (size_t)pg->r.rows)
        return;
    int row = (int)(at - pg->top);
    int used = pane_text(pg->cv, pg->r, row, col, role, str_of(sign));
    pane_text(pg->cv, pg->r, row, col + used, role, text);
}

static void
draw_role(struct page *pg, const struct matrix *m, size_t role)
{
    char level[64];
    int64_t n = 0;
    bool known = json_to_i64(json_get(m->role[role], "level"), &n);
    snprintf(level, sizeof level, known ? "Role (level %lld) " : "Role ", (long long)n);
    page_line(pg, 1, ROLE_TITLE, level, matrix_key(m->role[role]));
    for (size_t p = 0; p < m->n_permissions; p++) {
        bool now = *matrix_cell(m, p, role);
        if (matrix_changed(m, p, role))
            page_line(pg, 4, now ? ROLE_DIFF_NEW : ROLE_DIFF_OLD, now ? "+ " : "- ",
                      matrix_key(m->permission[p]));
    }
}

static void
review_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct review *v = (struct review *)p;
    const struct matrix *m = (const struct matrix *)app_pane(p->app, v->owner);
    if (!m || r.rows < 3)
        return;
    pane_text(cv, rect_cut_top(&r, 1), 0, 1, ROLE_TITLE, STR("This will be written:"));
    struct rect keys = rect_cut_bottom(&r, 1);
    pane_text(cv, keys, 0, 1, ROLE_KEY, STR("y write   Esc back to the matrix"));
    struct page pg = {cv, r, v->top, 0};
    for (size_t role = 0; role < m->n_roles; role++)
        if (matrix_changes(m, role))
            draw_role(&pg, m, role);
    v->lines = pg.line;
}

static void
agreed(struct review *v)
{
    struct app *app = v->pane.app;
    struct matrix *m = (struct matrix *)app_pane(app, v->owner);
    app_close(app, &v->pane);
    if (!m)
        return;
    m->stage = MATRIX_CHECKING;
    matrix_read(m);
}

static bool
review_key(struct pane *p, uint32_t key)
{
    struct review *v = (struct review *)p;
    pane_scroll(&v->top, v->lines, key);
    switch (key) {
    case 'y':
        agreed(v);
        break;
    case K_ESC:
    case 'n':
    case 'q':
    case K_CTRL | 'c':
        app_close(p->app, p);
        break;
    default:
        break;
    }
    return true;
}

static void
review_crumb(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "Changes");
}

static void
review_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "y", "write");
    hint_add(h, "Esc", "back");
}

static const struct pane_ops review_ops = {.name = "changes of the matrix",
                                           .draw = review_draw,
                                           .key = review_key,
                                           .crumb = review_crumb,
                                           .hints = review_hints};

void
matrix_review(struct matrix *m)
{
    if (!matrix_changes(m, SIZE_MAX)) {
        app_note(m->pane.app, TOAST_INFO, "Nothing was changed; Space changes");
        return;
    }
    struct review *v = mem_new(1, sizeof *v);
    v->pane.ops = &review_ops;
    v->pane.flags = PANE_INPUT | PANE_FROZEN;
    v->owner = m->pane.serial;
    app_push(m->pane.app, &v->pane);
}
