/* The grid on the screen: both heads stay, the cells scroll both ways. */
#include "base/utf8.h"
#include "ui/matrix.h"

enum { HEAD_LEAST = 12, HEAD_MOST = 44, COLUMN_LEAST = 3, COLUMN_MOST = 14, FACTS = 3, ROOMY = 8 };

static int
width_of(const struct matrix *m, size_t role)
{
    int width = utf8_width(matrix_key(m->role[role]));
    return width < COLUMN_LEAST ? COLUMN_LEAST : width > COLUMN_MOST ? COLUMN_MOST : width;
}

/* Columns for the permissions: what they need, up to half of the screen. */
static int
head_cols(const struct matrix *m, int cols)
{
    int most = HEAD_LEAST;
    for (size_t p = 0; p < m->n_permissions && most < HEAD_MOST; p++) {
        int width = utf8_width(matrix_key(m->permission[p])) + 2;
        most = width > most ? width : most;
    }
    most = most > HEAD_MOST ? HEAD_MOST : most;
    return most > cols / 2 ? cols / 2 : most;
}

/* Whole columns that fit from `left` on; one at least. */
static size_t
fits(const struct matrix *m, size_t left, int cols)
{
    size_t n = 0;
    for (int used = 0; left + n < m->n_roles; n++) {
        used += width_of(m, left + n) + 1;
        if (used > cols && n)
            break;
    }
    return n;
}

static void
scroll(struct matrix *m, int rows, int cols)
{
    m->body_rows = rows > 0 ? (size_t)rows : 1;
    if (m->row < m->top)
        m->top = m->row;
    if (m->row >= m->top + m->body_rows)
        m->top = m->row - m->body_rows + 1;
    if (m->col < m->left)
        m->left = m->col;
    while (m->left < m->col && m->col >= m->left + fits(m, m->left, cols))
        m->left++;
    m->body_cols = fits(m, m->left, cols);
}

static void
draw_head(const struct matrix *m, struct canvas *cv, struct rect line, int head)
{
    int col = line.col + head;
    canvas_fill(cv, line, ROLE_HEADER);
    pane_text(cv, line, 0, 1, ROLE_HEADER, m->left ? STR("Permission  <") : STR("Permission"));
    for (size_t r = m->left; r < m->left + m->body_cols; r++) {
        struct place at = {line, line.row, col, width_of(m, r),
                           r == m->col ? ROLE_ROW_SELECTED : ROLE_HEADER};
        canvas_text(cv, at, matrix_key(m->role[r]));
        col += width_of(m, r) + 1;
    }
    if (m->left + m->body_cols < m->n_roles)
        pane_text(cv, line, 0, line.cols - 1, ROLE_HEADER, STR(">"));
}

static void
draw_cell(const struct matrix *m, struct canvas *cv, struct place at, size_t p, size_t r)
{
    bool here = p == m->row && r == m->col, now = *matrix_cell(m, p, r);
    bool changed = matrix_changed(m, p, r);
    char sign = !changed ? (now ? 'x' : '.') : now ? '+' : '-';
    enum role own = !changed ? (now ? ROLE_VALUE : ROLE_DIM) : now ? ROLE_DIFF_NEW : ROLE_DIFF_OLD;
    at.role = here ? ROLE_ROW_SELECTED : own;
    if (here) {
        canvas_printf(cv, at, "[%c]", sign);
        canvas_cursor(cv, at.row, at.col + 1);
    } else {
        canvas_printf(cv, at, " %c", sign);
    }
}

static void
draw_row(const struct matrix *m, struct canvas *cv, struct rect line, int head, size_t p)
{
    enum role role = p == m->row ? ROLE_ROW_SELECTED : ROLE_TEXT;
    struct rect left = {line.row, line.col, 1, head - 1};
    int col = line.col + head;
    canvas_fill(cv, left, role);
    pane_text(cv, left, 0, 1, role, matrix_key(m->permission[p]));
    for (size_t r = m->left; r < m->left + m->body_cols; r++) {
        struct place at = {line, line.row, col, width_of(m, r), ROLE_TEXT};
        draw_cell(m, cv, at, p, r);
        col += width_of(m, r) + 1;
    }
}

/* What is under the cursor, in words. */
static void
draw_facts(const struct matrix *m, struct canvas *cv, struct rect r)
{
    const struct json *p = m->permission[m->row], *role = m->role[m->col];
    bool held = matrix_held(m, m->row, m->col), changed = matrix_changed(m, m->row, m->col);
    canvas_hline(cv, rect_cut_top(&r, 1), ROLE_BORDER);
    struct place at = {r, r.row, r.col + 1, r.cols - 2, ROLE_VALUE};
    canvas_printf(cv, at, "%.*s %s %.*s%s", STR_ARG(matrix_key(role)),
                  held ? "holds" : "does not hold", STR_ARG(matrix_key(p)),
                  !changed ? ""
                  : held   ? "; will lose it"
                           : "; will get it");
    at.row++;
    at.role = m->note[0] ? ROLE_WARN : ROLE_DIM;
    canvas_text(cv, at, m->note[0] ? str_of(m->note) : json_str(json_get(p, "name")));
}

static const char *
nothing_to_show(const struct matrix *m)
{
    if (!m->loaded)
        return m->failure[0] ? m->failure : "Reading ...";
    if (!m->n_permissions)
        return "There are no permissions here.";
    return m->n_roles ? NULL : "There are no roles here.";
}

void
matrix_draw(struct pane *pane, struct canvas *cv, struct rect r)
{
    struct matrix *m = matrix_of(pane);
    if (m->stale)
        matrix_read(m);
    const char *nothing = nothing_to_show(m);
    if (nothing) {
        (void)pane_wrap(cv, rect_inset(r, 1, 2), 0, m->failure[0] ? ROLE_BAD : ROLE_DIM,
                        str_of(nothing));
        return;
    }
    if (m->failure[0])
        pane_text(cv, rect_cut_top(&r, 1), 0, 1, ROLE_BAD, str_of(m->failure));
    int head = head_cols(m, r.cols);
    struct rect facts = {r.row, r.col, 0, r.cols};
    if (r.rows >= ROOMY)
        facts = rect_cut_bottom(&r, FACTS);
    struct rect top = rect_cut_top(&r, 1);
    scroll(m, r.rows, r.cols - head);
    draw_head(m, cv, top, head);
    for (int i = 0; i < r.rows && m->top + (size_t)i < m->n_permissions; i++)
        draw_row(m, cv, (struct rect){r.row + i, r.col, 1, r.cols}, head, m->top + (size_t)i);
    if (facts.rows)
        draw_facts(m, cv, facts);
}
