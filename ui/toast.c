#include "ui/toast.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "ui/pane.h"
#include <stdio.h>

void
toast_show(struct toasts *t, enum toast_kind kind, struct str text)
{
    int64_t now = clock_mono_ms();
    t->kind = kind;
    t->shown_ms = now;
    bool stays = kind == TOAST_BAD || kind == TOAST_WARN;
    t->until_ms = stays ? 0 : now + TOAST_LIFE_MS;
    snprintf(t->text, sizeof t->text, "%.*s", STR_ARG(text));
}

void
toast_key(struct toasts *t)
{
    if (t->kind != TOAST_NONE && clock_mono_ms() - t->shown_ms >= TOAST_MIN_MS)
        t->kind = TOAST_NONE;
}

bool
toast_tick(struct toasts *t)
{
    if (t->kind == TOAST_NONE || !t->until_ms || clock_mono_ms() < t->until_ms)
        return false;
    t->kind = TOAST_NONE;
    return true;
}

int64_t
toast_next_ms(const struct toasts *t)
{
    if (t->kind == TOAST_NONE || !t->until_ms)
        return -1;
    int64_t left = t->until_ms - clock_mono_ms();
    return left > 0 ? left : 0;
}

static enum role
toast_role(enum toast_kind kind)
{
    static const enum role roles[] = {[TOAST_NONE] = ROLE_TEXT,
                                      [TOAST_INFO] = ROLE_TEXT,
                                      [TOAST_GOOD] = ROLE_GOOD,
                                      [TOAST_WARN] = ROLE_WARN,
                                      [TOAST_BAD] = ROLE_BAD};
    return roles[kind];
}

/* Lines and, if cv is given, the drawing of them: one loop so that both agree. */
static int
lay_out(const struct toasts *t, struct canvas *cv, struct rect r)
{
    struct buf safe;
    buf_init(&safe, (size_t)1 << 13);
    utf8_make_safe(&safe, str_of(t->text));
    struct str rest = buf_str(&safe);
    int lines = 0;
    while (rest.n && lines < r.rows) {
        bool last = lines == r.rows - 1;
        struct str line = last ? rest : pane_wrap_line(&rest, r.cols > 2 ? r.cols - 2 : 1);
        if (cv) {
            struct place at = {r, r.row + lines, r.col + 1, r.cols - 2, toast_role(t->kind)};
            canvas_text(cv, at, line);
        }
        lines++;
        if (last)
            break;
    }
    buf_fini(&safe);
    return lines;
}

int
toast_lines(const struct toasts *t, int cols, int max)
{
    if (t->kind == TOAST_NONE)
        return 0;
    return lay_out(t, NULL, (struct rect){0, 0, max, cols});
}

bool
toast_draw(const struct toasts *t, struct canvas *cv, struct rect r)
{
    if (t->kind == TOAST_NONE)
        return false;
    canvas_fill(cv, r, toast_role(t->kind));
    lay_out(t, cv, r);
    return true;
}
