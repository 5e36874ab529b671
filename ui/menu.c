#include "ui/menu.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/app.h"
#include "ui/key.h"
#include "ui/lineedit.h"

enum { MENU_ITEMS_MAX = 4096, MENU_ROWS = 14, MENU_COLS = 60 };

struct menu {
    struct pane pane;
    struct arena arena;
    const char *title;
    struct menu_item *items;
    size_t n, *shown, n_shown;
    size_t cursor, top;
    struct lineedit filter;
    unsigned owner;
    void (*chosen)(struct pane *owner, size_t value);
};

static bool
menu_matches(const struct menu *m, struct str label)
{
    struct str want = lineedit_text(&m->filter);
    if (want.n > label.n)
        return false;
    for (size_t i = 0; i + want.n <= label.n; i++)
        if (str_eq_nocase(str_sub(label, i, i + want.n), want))
            return true;
    return false;
}

static void
menu_narrow(struct menu *m)
{
    m->n_shown = 0;
    for (size_t i = 0; i < m->n; i++)
        if (menu_matches(m, m->items[i].label) || menu_matches(m, m->items[i].note))
            m->shown[m->n_shown++] = i;
    m->cursor = m->top = 0;
}

static void
menu_close(struct pane *p)
{
    struct menu *m = (struct menu *)p;
    lineedit_fini(&m->filter);
    mem_free(m->shown);
    arena_fini(&m->arena);
}

static int
menu_width(const struct menu *m)
{
    int width = utf8_width(str_of(m->title)) + 4;
    for (size_t i = 0; i < m->n; i++) {
        int w = utf8_width(m->items[i].label) + utf8_width(m->items[i].note) + 6;
        width = w > width ? w : width;
    }
    return width > MENU_COLS ? MENU_COLS : width < 24 ? 24 : width;
}

static void
menu_draw_line(struct menu *m, struct canvas *cv, struct rect in, int line)
{
    size_t at = m->top + (size_t)line;
    const struct menu_item *it = &m->items[m->shown[at]];
    bool here = at == m->cursor;
    enum role role = here ? ROLE_POPUP_SELECTED : ROLE_POPUP;
    struct rect row = {in.row + line, in.col, 1, in.cols};
    canvas_fill(cv, row, role);
    int used = pane_text(cv, row, 0, 1, role, it->label);
    int note = utf8_width(it->note);
    if (it->note.n && used + note + 4 <= in.cols)
        pane_text(cv, row, 0, in.cols - note - 1, here ? role : ROLE_DIM, it->note);
    if (here)
        canvas_cursor(cv, row.row, row.col + 1);
}

static void
menu_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct menu *m = (struct menu *)p;
    int lines = m->n < MENU_ROWS ? (int)m->n : MENU_ROWS;
    struct rect box = rect_centre(r, lines + 3, menu_width(m) + 2);
    canvas_fill(cv, box, ROLE_POPUP);
    canvas_box(cv, box, ROLE_BORDER, str_of(m->title));
    struct rect in = {box.row + 1, box.col + 1, box.rows - 3, box.cols - 2};
    if (in.rows < 1)
        return;
    if (m->cursor >= m->top + (size_t)in.rows)
        m->top = m->cursor - (size_t)in.rows + 1;
    if (m->cursor < m->top)
        m->top = m->cursor;
    for (int i = 0; i < in.rows && m->top + (size_t)i < m->n_shown; i++)
        menu_draw_line(m, cv, in, i);
    struct place at = {box, box.row + box.rows - 2, in.col, in.cols, ROLE_DIM};
    struct str typed = lineedit_text(&m->filter);
    if (typed.n)
        canvas_printf(cv, at, " narrowed by: %.*s", STR_ARG(typed));
    else
        canvas_printf(cv, at, " %zu of %zu; type to narrow", m->n_shown ? m->cursor + 1 : 0,
                      m->n_shown);
}

static void
menu_choose(struct menu *m)
{
    if (!m->n_shown)
        return;
    struct app *app = m->pane.app;
    size_t value = m->items[m->shown[m->cursor]].value;
    unsigned owner_serial = m->owner;
    void (*chosen)(struct pane *, size_t) = m->chosen;
    app_close(app, &m->pane);
    struct pane *owner = app_pane(app, owner_serial);
    if (owner)
        chosen(owner, value);
}

static void
menu_move(struct menu *m, int by)
{
    if (!m->n_shown)
        return;
    size_t last = m->n_shown - 1;
    if (by < 0)
        m->cursor = m->cursor > (size_t)-by ? m->cursor - (size_t)-by : 0;
    else
        m->cursor = m->cursor + (size_t)by < last ? m->cursor + (size_t)by : last;
}

static bool
menu_key(struct pane *p, uint32_t key)
{
    struct menu *m = (struct menu *)p;
    switch (key) {
    case K_UP:
        menu_move(m, -1);
        return true;
    case K_DOWN:
        menu_move(m, 1);
        return true;
    case K_PGUP:
        menu_move(m, -MENU_ROWS);
        return true;
    case K_PGDN:
        menu_move(m, MENU_ROWS);
        return true;
    case K_ENTER:
        menu_choose(m);
        return true;
    case K_ESC:
        app_close(p->app, p);
        return true;
    default:
        if (lineedit_key(&m->filter, key))
            menu_narrow(m);
        return true;
    }
}

static void
menu_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "Enter", "choose");
    hint_add(h, "Esc", "cancel");
}

static const struct pane_ops menu_ops = {
    .name = "menu", .close = menu_close, .draw = menu_draw, .key = menu_key, .hints = menu_hints};

struct pane *
menu_new(const struct menu_setup *setup)
{
    struct menu *m = mem_new(1, sizeof *m);
    m->pane.ops = &menu_ops;
    m->pane.flags = PANE_POPUP | PANE_INPUT | PANE_FROZEN;
    m->title = setup->title;
    m->owner = setup->owner;
    m->chosen = setup->chosen;
    m->n = setup->n < MENU_ITEMS_MAX ? setup->n : MENU_ITEMS_MAX;
    arena_init(&m->arena, (size_t)4 << 20);
    m->items = ARENA_ARRAY(&m->arena, m->n + 1, struct menu_item);
    for (size_t i = 0; i < m->n; i++) {
        m->items[i].label = arena_str(&m->arena, setup->items[i].label);
        m->items[i].note = arena_str(&m->arena, setup->items[i].note);
        m->items[i].value = setup->items[i].value;
    }
    m->shown = mem_new(m->n + 1, sizeof *m->shown);
    lineedit_init(&m->filter, 256);
    menu_narrow(m);
    m->cursor = setup->selected < m->n ? setup->selected : 0;
    return &m->pane;
}
