#include "ui/confirm.h"
#include "base/mem.h"
#include "base/script.h"
#include "ui/lineedit.h"

enum { CONFIRM_COLS = 64 };

struct confirm_pane {
    struct pane pane;
    struct arena arena;
    struct confirm_setup setup;
    struct lineedit line;
    bool answered;
};

uint32_t
confirm_key(enum confirm tier, uint32_t opened_by)
{
    if (tier == CONFIRM_EASY || tier == CONFIRM_NONE)
        return 'y';
    return opened_by == 'D' ? 'X' : 'D';
}

static void
confirm_close(struct pane *p)
{
    struct confirm_pane *c = (struct confirm_pane *)p;
    if (!c->answered && c->setup.no)
        c->setup.no(p->app, c->setup.ctx);
    lineedit_fini(&c->line);
    arena_fini(&c->arena);
}

static void
draw_answer(struct confirm_pane *c, struct canvas *cv, struct rect in, int row)
{
    const struct confirm_setup *s = &c->setup;
    if (row >= in.rows)
        row = in.rows - 1;
    struct place at = {in, in.row + row, in.col, in.cols, ROLE_KEY};
    if (s->tier != CONFIRM_TYPE) {
        char name[KEY_NAME];
        key_label(confirm_key(s->tier, s->opened_by), name);
        canvas_printf(cv, at, "%s %s   any other key: no", name, s->verb);
        return;
    }
    int used = canvas_printf(cv, at, "Type %.*s and Enter: ", STR_ARG(s->type));
    at = (struct place){in, in.row + row, in.col + used, in.cols - used, ROLE_FIELD_FOCUS};
    if (at.cells > 0)
        lineedit_draw(&c->line, cv, at, true);
}

static void
confirm_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct confirm_pane *c = (struct confirm_pane *)p;
    const struct confirm_setup *s = &c->setup;
    struct rect box = rect_centre(r, 10, CONFIRM_COLS);
    canvas_fill(cv, box, ROLE_POPUP);
    canvas_box(cv, box, ROLE_BORDER, str_of(s->title));
    struct rect in = rect_inset(box, 1, 2);
    int row = 0;
    bool mixes = script_mixes(s->name, NULL, NULL);
    if (s->name.n)
        row = pane_wrap(cv, in, row, mixes ? ROLE_WARN : ROLE_VALUE, s->name);
    if (mixes)
        row = pane_wrap(cv, in, row, ROLE_WARN, STR("Letters of two alphabets in one word!"));
    if (s->id.n) {
        pane_text(cv, in, row, 0, ROLE_LABEL, STR("id"));
        struct rect id = {in.row, in.col + 4, in.rows, in.cols - 4};
        row = pane_wrap(cv, id, row, ROLE_VALUE, s->id);
    }
    if (s->warning)
        row = pane_wrap(cv, in, row, ROLE_WARN, str_of(s->warning));
    draw_answer(c, cv, in, row + 1);
}

static void
answer(struct confirm_pane *c, bool yes)
{
    struct app *app = c->pane.app;
    struct confirm_setup s = c->setup;
    c->answered = true;
    app_close(app, &c->pane);
    if (yes)
        s.yes(app, s.ctx);
    else if (s.no)
        s.no(app, s.ctx);
}

static bool
typed_key(struct confirm_pane *c, uint32_t key)
{
    if (key == K_ESC || key == (K_CTRL | 'c')) {
        answer(c, false);
    } else if (key == K_ENTER) {
        if (str_eq(lineedit_text(&c->line), c->setup.type))
            answer(c, true);
        else
            app_note(c->pane.app, TOAST_WARN, "That is not the same text; Esc leaves it alone");
    } else {
        lineedit_key(&c->line, key);
    }
    return true;
}

static bool
confirm_pane_key(struct pane *p, uint32_t key)
{
    struct confirm_pane *c = (struct confirm_pane *)p;
    if (c->setup.tier == CONFIRM_TYPE)
        return typed_key(c, key);
    answer(c, key == confirm_key(c->setup.tier, c->setup.opened_by));
    return true;
}

static void
confirm_hints(const struct pane *p, struct hints *h)
{
    const struct confirm_pane *c = (const struct confirm_pane *)p;
    if (c->setup.tier == CONFIRM_TYPE)
        hint_add(h, "Enter", c->setup.verb);
    hint_add(h, "Esc", "no");
}

static const struct pane_ops confirm_ops = {.name = "question",
                                            .close = confirm_close,
                                            .draw = confirm_draw,
                                            .key = confirm_pane_key,
                                            .hints = confirm_hints};

void
confirm_open(struct app *app, const struct confirm_setup *setup)
{
    struct confirm_pane *c = mem_new(1, sizeof *c);
    c->pane.ops = &confirm_ops;
    c->pane.flags = PANE_POPUP | PANE_INPUT | PANE_FROZEN;
    arena_init(&c->arena, (size_t)1 << 20);
    c->setup = *setup;
    c->setup.title = arena_cstr(&c->arena, str_of(setup->title));
    c->setup.name = arena_str(&c->arena, str_sub(setup->name, 0, 4096));
    c->setup.id = arena_str(&c->arena, str_sub(setup->id, 0, 256));
    c->setup.type = arena_str(&c->arena, str_sub(setup->type, 0, 256));
    if (setup->warning)
        c->setup.warning = arena_cstr(&c->arena, str_of(setup->warning));
    lineedit_init(&c->line, 1024);
    app_push(app, &c->pane);
}
