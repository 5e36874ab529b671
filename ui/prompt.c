#include "ui/prompt.h"
#include "base/mem.h"
#include "base/secret.h"
#include "ui/key.h"
#include "ui/lineedit.h"

struct prompt {
    struct pane pane;
    struct prompt_setup setup;
    struct lineedit line;
};

static void
prompt_close(struct pane *p)
{
    lineedit_fini(&((struct prompt *)p)->line);
}

static void
prompt_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct prompt *pr = (struct prompt *)p;
    int used = pane_text(cv, r, 0, 0, ROLE_KEY, str_of(pr->setup.label));
    struct place at = {r, r.row, r.col + used, r.cols - used, ROLE_FIELD_FOCUS};
    lineedit_draw(&pr->line, cv, at, true);
}

static void
prompt_changed(struct prompt *pr)
{
    struct pane *owner = app_pane(pr->pane.app, pr->setup.owner);
    if (owner && pr->setup.changed)
        pr->setup.changed(owner, lineedit_text(&pr->line));
}

/* The answer is copied out first: the owner may open the next prompt. */
static void
prompt_enter(struct prompt *pr)
{
    struct app *app = pr->pane.app;
    struct prompt_setup setup = pr->setup;
    struct str text = lineedit_text(&pr->line);
    struct arena a;
    arena_init(&a, (size_t)1 << 16);
    char *copy = arena_cstr(&a, text);
    size_t n = text.n;
    app_close(app, &pr->pane);
    struct pane *owner = app_pane(app, setup.owner);
    if (owner)
        setup.entered(owner, (struct str){copy, n});
    if (setup.secret)
        secret_wipe(copy, n);
    arena_fini(&a);
}

static void
prompt_cancel(struct prompt *pr)
{
    struct app *app = pr->pane.app;
    struct prompt_setup setup = pr->setup;
    app_close(app, &pr->pane);
    struct pane *owner = app_pane(app, setup.owner);
    if (owner && setup.cancelled)
        setup.cancelled(owner);
}

static bool
prompt_key(struct pane *p, uint32_t key)
{
    struct prompt *pr = (struct prompt *)p;
    if (key == K_ENTER)
        prompt_enter(pr);
    else if (key == K_ESC || key == (K_CTRL | 'c'))
        prompt_cancel(pr);
    else if (lineedit_key(&pr->line, key))
        prompt_changed(pr);
    return true;
}

static void
prompt_paste(struct pane *p, struct str text)
{
    struct prompt *pr = (struct prompt *)p;
    if (lineedit_insert(&pr->line, text))
        prompt_changed(pr);
    else
        app_note(p->app, TOAST_WARN, "That is too much text for this line; nothing was pasted");
}

static void
prompt_hints(const struct pane *p, struct hints *h)
{
    (void)p;
    hint_add(h, "Enter", "done");
    hint_add(h, "Esc", "cancel");
}

static const struct pane_ops prompt_ops = {.name = "prompt",
                                           .close = prompt_close,
                                           .draw = prompt_draw,
                                           .key = prompt_key,
                                           .paste = prompt_paste,
                                           .hints = prompt_hints};

void
prompt_open(struct app *app, const struct prompt_setup *setup)
{
    struct prompt *pr = mem_new(1, sizeof *pr);
    pr->pane.ops = &prompt_ops;
    pr->pane.flags = PANE_LINE | PANE_INPUT;
    pr->setup = *setup;
    pr->setup.preset = STR_ABSENT;
    lineedit_init(&pr->line, 4096);
    pr->line.secret = setup->secret;
    if (setup->preset.n)
        lineedit_set(&pr->line, setup->preset);
    app->toasts.kind = TOAST_NONE; /* it had the line that is asked in */
    app_push(app, &pr->pane);
}
