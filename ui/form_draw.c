/* Drawing of a form: label, value, fault under it, and the line with Save and Cancel. */
#include "base/utf8.h"
#include "ui/form.h"

enum { LABEL_MIN = 12, LABEL_MAX = 26 };

static int
label_width(const struct form *form, int cols)
{
    int width = LABEL_MIN;
    for (size_t i = 0; i < form->n; i++) {
        int w = utf8_width(str_of(form_label(&form->fields[i]))) + 3;
        width = w > width ? w : width;
    }
    int most = cols / 2 < LABEL_MAX ? cols / 2 : LABEL_MAX;
    return width > most ? most : width;
}

static int
field_rows(const struct form_field *f)
{
    return f->error[0] ? 2 : 1;
}

/* First field to draw so that the focus is in sight. */
static void
scroll_to_focus(struct form *form, int rows)
{
    size_t focus = form->focus < form->n ? form->focus : form->n - 1;
    if (!form->n)
        return;
    if (focus < form->top)
        form->top = focus;
    for (;;) {
        int used = 0;
        for (size_t i = form->top; i <= focus; i++)
            used += field_rows(&form->fields[i]);
        if (used <= rows || form->top >= focus)
            return;
        form->top++;
    }
}

/* Values that are not typed: switches, choices, what was picked. */
static void
draw_chosen(struct form_field *f, struct canvas *cv, struct place at, bool focus)
{
    struct buf b;
    buf_init(&b, FIELD_TEXT_MAX);
    field_text(f, &b);
    if (!b.n)
        buf_add_text(&b, focus ? "(Enter chooses)" : "(none)");
    canvas_fill(cv, (struct rect){at.row, at.col, 1, at.cells}, at.role);
    canvas_text(cv, at, buf_str(&b));
    if (focus)
        canvas_cursor(cv, at.row, at.col);
    buf_fini(&b);
}

static void
draw_value(struct form *form, struct form_field *f, struct canvas *cv, struct place at)
{
    bool focus = form->focus < form->n && &form->fields[form->focus] == f;
    bool picked = f->hint && f->hint->pick && f->field->kind == KIND_ARRAY;
    at.role = f->error[0] ? ROLE_FIELD_BAD : focus ? ROLE_FIELD_FOCUS : ROLE_FIELD;
    if (picked || f->editor == EDIT_TOGGLE || f->editor == EDIT_CHOICE)
        draw_chosen(f, cv, at, focus);
    else
        lineedit_draw(&f->line, cv, at, focus);
}

static int
draw_field(struct form *form, size_t i, struct canvas *cv, struct rect r, int row, int label)
{
    struct form_field *f = &form->fields[i];
    struct place at = {r, r.row + row, r.col + 1, label - 2, ROLE_LABEL};
    const char *mark = f->field->flags & FIELD_REQUIRED ? "*" : " ";
    canvas_printf(cv, at, "%s%s", mark, form_label(f));
    at = (struct place){r, r.row + row, r.col + label, r.cols - label - 1, ROLE_FIELD};
    draw_value(form, f, cv, at);
    if (f->error[0] && row + 1 < r.rows)
        pane_text(cv, r, row + 1, label, ROLE_BAD, str_of(f->error));
    return row + field_rows(f);
}

static void
draw_buttons(const struct form *form, struct canvas *cv, struct rect r)
{
    bool save = form->focus == form->n, cancel = form->focus == form->n + 1;
    const char *label = form->sending ? "[ sending ... ]" : "[ Save ]";
    int col = 2 + pane_text(cv, r, 0, 2, save ? ROLE_POPUP_SELECTED : ROLE_KEY, str_of(label)) + 2;
    pane_text(cv, r, 0, col, cancel ? ROLE_POPUP_SELECTED : ROLE_KEY, STR("[ Cancel ]"));
    pane_text(cv, r, 0, col + 12, ROLE_DIM, STR("* is needed"));
    if (save || cancel)
        canvas_cursor(cv, r.row, r.col + (save ? 2 : col));
}

void
form_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct form *form = (struct form *)p;
    if (form->failure[0])
        pane_text(cv, rect_cut_top(&r, 1), 0, 1, ROLE_BAD, str_of(form->failure));
    struct rect buttons = rect_cut_bottom(&r, 1);
    int label = label_width(form, r.cols);
    scroll_to_focus(form, r.rows);
    int row = 0;
    for (size_t i = form->top; i < form->n && row < r.rows; i++)
        row = draw_field(form, i, cv, r, row, label);
    draw_buttons(form, cv, buttons);
}
