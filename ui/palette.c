#include "ui/palette.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/lineedit.h"
#include <stdio.h>

enum { HISTORY_MAX = 100, LINE_SIZE = 512, SHOWN = 8 };

struct history_line {
    struct list node;
    char text[LINE_SIZE];
};

struct palette {
    struct pane pane;
    struct lineedit line;
    struct buf found;      /* candidates as palette_complete writes them */
    size_t n, chosen;      /* chosen n: none */
    struct list *recalled; /* line of the history, NULL: none */
};

static void
complete(struct palette *p)
{
    buf_reset(&p->found);
    palette_complete(p->pane.app, lineedit_text(&p->line), &p->found);
    p->n = 0;
    for (size_t i = 0; i < p->found.n; i++)
        p->n += p->found.p[i] == '\n';
    p->chosen = p->n;
}

/* Text and note of one candidate. */
static bool
candidate(const struct palette *p, size_t index, struct str *text, struct str *note)
{
    struct str rest = buf_str(&p->found), line;
    while (rest.n && str_next(&rest, '\n', &line)) {
        if (index--)
            continue;
        ptrdiff_t tab = str_find_char(line, '\t');
        *text = tab < 0 ? line : str_sub(line, 0, (size_t)tab);
        *note = tab < 0 ? STR("") : str_sub(line, (size_t)tab + 1, line.n);
        return true;
    }
    return false;
}

static void
palette_close(struct pane *pane)
{
    struct palette *p = (struct palette *)pane;
    lineedit_fini(&p->line);
    buf_fini(&p->found);
}

static void
draw_candidates(const struct palette *p, struct canvas *cv, struct rect r)
{
    int lines = p->n < SHOWN ? (int)p->n : SHOWN;
    struct rect box = rect_cut_bottom(&r, lines);
    size_t from = p->chosen < p->n && p->chosen >= SHOWN ? p->chosen - SHOWN + 1 : 0;
    for (int i = 0; i < box.rows; i++) {
        struct str text, note;
        size_t at = from + (size_t)i;
        if (!candidate(p, at, &text, &note))
            break;
        enum role role = at == p->chosen ? ROLE_POPUP_SELECTED : ROLE_POPUP;
        struct rect line = {box.row + i, box.col, 1, box.cols};
        canvas_fill(cv, line, role);
        int used = pane_text(cv, line, 0, 1, role, text);
        int width = utf8_width(note);
        if (used + width + 4 <= line.cols)
            pane_text(cv, line, 0, line.cols - width - 1, at == p->chosen ? role : ROLE_DIM, note);
    }
}

static void
palette_draw(struct pane *pane, struct canvas *cv, struct rect r)
{
    struct palette *p = (struct palette *)pane;
    struct rect line = rect_cut_bottom(&r, 1);
    draw_candidates(p, cv, r);
    canvas_fill(cv, line, ROLE_FIELD_FOCUS);
    pane_text(cv, line, 0, 0, ROLE_KEY, STR(":"));
    struct place at = {line, line.row, line.col + 1, line.cols - 1, ROLE_FIELD_FOCUS};
    lineedit_draw(&p->line, cv, at, true);
}

static void
take_candidate(struct palette *p)
{
    struct str text, note;
    if (candidate(p, p->chosen, &text, &note))
        lineedit_set(&p->line, text);
}

static void
next_candidate(struct palette *p, bool back)
{
    if (!p->n)
        return;
    if (p->chosen == p->n)
        p->chosen = back ? p->n - 1 : 0;
    else
        p->chosen = (p->chosen + (back ? p->n - 1 : 1)) % p->n;
    take_candidate(p);
}

static void
remember(struct app *app, struct str line)
{
    size_t n = 0;
    LIST_EACH (it, &app->history) {
        n++;
    }
    if (!line.n || line.n >= LINE_SIZE)
        return;
    struct history_line *h = mem_new(1, sizeof *h);
    snprintf(h->text, sizeof h->text, "%.*s", STR_ARG(line));
    list_push_front(&app->history, &h->node);
    if (n < HISTORY_MAX)
        return;
    struct history_line *old = LIST_ENTRY(app->history.prev, struct history_line, node);
    list_remove(&old->node);
    mem_free(old);
}

static void
recall(struct palette *p, bool older)
{
    struct list *head = &p->pane.app->history;
    struct list *at = p->recalled ? p->recalled : head;
    at = older ? at->next : at->prev;
    if (at == head) {
        if (!older)
            lineedit_set(&p->line, STR(""));
        p->recalled = older ? p->recalled : NULL;
    } else {
        p->recalled = at;
        lineedit_set(&p->line, str_of(LIST_ENTRY(at, struct history_line, node)->text));
    }
    complete(p);
}

static void
palette_run(struct palette *p)
{
    struct app *app = p->pane.app;
    char line[LINE_SIZE];
    struct str text = str_trim(lineedit_text(&p->line)), note;
    bool one = p->n == 1 && str_find_char(text, ' ') < 0;
    if (one && !candidate(p, 0, &text, &note)) /* the start of a word is enough if it is clear */
        text = STR("");
    snprintf(line, sizeof line, "%.*s", STR_ARG(text));
    remember(app, str_of(line));
    app_close(app, &p->pane);
    app_command_line(app, str_of(line));
}

static bool
palette_key(struct pane *pane, uint32_t key)
{
    struct palette *p = (struct palette *)pane;
    switch (key) {
    case K_ESC:
    case K_CTRL | 'c':
        app_close(pane->app, pane);
        return true;
    case K_ENTER:
        palette_run(p);
        return true;
    case K_TAB:
    case K_SHIFT | K_TAB:
        next_candidate(p, key != K_TAB);
        return true;
    case K_UP:
    case K_DOWN:
        recall(p, key == K_UP);
        return true;
    case K_BACKSPACE:
        if (!p->line.text.n) {
            app_close(pane->app, pane);
            return true;
        }
        break;
    default:
        break;
    }
    if (lineedit_key(&p->line, key))
        complete(p);
    return true;
}

static void
palette_paste(struct pane *pane, struct str text)
{
    struct palette *p = (struct palette *)pane;
    lineedit_insert(&p->line, text);
    complete(p);
}

static void
palette_hints(const struct pane *pane, struct hints *h)
{
    (void)pane;
    hint_add(h, "Tab", "complete");
    hint_add(h, "Enter", "run");
    hint_add(h, "Up", "earlier");
    hint_add(h, "Esc", "cancel");
}

static const struct pane_ops palette_ops = {.name = "command line",
                                            .close = palette_close,
                                            .draw = palette_draw,
                                            .key = palette_key,
                                            .paste = palette_paste,
                                            .hints = palette_hints};

void
palette_open(struct app *app, struct str preset)
{
    struct palette *p = mem_new(1, sizeof *p);
    p->pane.ops = &palette_ops;
    p->pane.app = app;
    p->pane.flags = PANE_POPUP | PANE_INPUT;
    lineedit_init(&p->line, LINE_SIZE);
    buf_init(&p->found, (size_t)1 << 18);
    lineedit_set(&p->line, preset);
    complete(p);
    app_push(app, &p->pane);
}

void
palette_forget(struct app *app)
{
    for (struct list *it; (it = list_pop_front(&app->history));)
        mem_free(LIST_ENTRY(it, struct history_line, node));
}
