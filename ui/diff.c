#include "ui/diff.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/cell.h"
#include "ui/reread.h"
#include <stdio.h>

struct diff_line {
    struct str label, base, now, mine;
    bool changed, conflict;
};

struct diff {
    struct pane pane;
    unsigned form; /* serial */
    struct arena arena;
    struct diff_line *lines;
    size_t n, top;
    bool conflict, touched_elsewhere;
    struct json *fresh;
};

static bool
same(const struct json *a, const struct json *b)
{
    if (json_is_null(a) || json_is_null(b))
        return json_is_null(a) && json_is_null(b);
    return json_equal(a, b);
}

static struct str
value_text(struct arena *a, const struct form_field *f, const struct json *value)
{
    struct buf b;
    buf_init(&b, (size_t)FIELD_TEXT_MAX * 2);
    if (f->editor == EDIT_SECRET && !json_is_null(value))
        buf_add_text(&b, "(hidden)");
    else
        cell_raw(value, &b);
    struct str s = arena_str(a, buf_str(&b));
    buf_fini(&b);
    return s;
}

static struct str
mine_text(struct arena *a, struct form_field *f)
{
    struct buf b;
    buf_init(&b, (size_t)FIELD_TEXT_MAX * 2);
    field_text(f, &b);
    struct str s = arena_str(a, buf_str(&b));
    buf_fini(&b);
    return s;
}

static struct form *
diff_form(struct diff *d)
{
    return (struct form *)app_pane(d->pane.app, d->form);
}

static void
diff_close(struct pane *p)
{
    struct diff *d = (struct diff *)p;
    json_free(d->fresh);
    arena_fini(&d->arena);
}

static int
draw_side(struct canvas *cv, struct rect line, enum role role, const char *sign, struct str text)
{
    int used = pane_text(cv, line, 0, 4, role, str_of(sign));
    pane_text(cv, line, 0, 4 + used, role, text.n ? text : STR("(empty)"));
    return 1;
}

static int
draw_change(const struct diff_line *l, struct canvas *cv, struct rect r, int row)
{
    struct rect line = {r.row + row, r.col, 1, r.cols};
    pane_text(cv, line, 0, 1, l->conflict ? ROLE_BAD : ROLE_LABEL, l->label);
    line.row++;
    draw_side(cv, line, ROLE_DIFF_OLD, l->conflict ? "loaded  " : "- ", l->base);
    line.row++;
    if (l->conflict) {
        draw_side(cv, line, ROLE_WARN, "server  ", l->now);
        line.row++;
    }
    draw_side(cv, line, ROLE_DIFF_NEW, l->conflict ? "yours   " : "+ ", l->mine);
    return l->conflict ? 4 : 3;
}

static void
diff_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct diff *d = (struct diff *)p;
    if (d->conflict) {
        pane_text(cv, rect_cut_top(&r, 1), 0, 1, ROLE_BAD,
                  STR("Somebody changed this meanwhile. Nothing was sent."));
    } else {
        pane_text(cv, rect_cut_top(&r, 1), 0, 1, ROLE_TITLE, STR("This will be written:"));
        if (d->touched_elsewhere)
            pane_text(cv, rect_cut_top(&r, 1), 0, 1, ROLE_WARN,
                      STR("It was changed meanwhile, but in nothing that this form shows."));
    }
    struct rect keys = rect_cut_bottom(&r, 1);
    pane_text(cv, keys, 0, 1, ROLE_KEY,
              d->conflict ? STR("r take the server's values   o overwrite   Esc back to the form")
                          : STR("y write   Esc back to the form"));
    int row = 0;
    for (size_t i = d->top; i < d->n && row + 4 <= r.rows; i++)
        row += draw_change(&d->lines[i], cv, r, row);
}

static void
diff_write(struct diff *d)
{
    struct app *app = d->pane.app;
    struct form *form = diff_form(d);
    app_close(app, &d->pane);
    if (!form)
        return;
    act_filled(form->act, form_input(form));
}

static void
diff_reload(struct diff *d)
{
    struct app *app = d->pane.app;
    struct form *form = diff_form(d);
    if (form) {
        form_rebase(form, d->fresh);
        app_note(app, TOAST_INFO, "The form now starts from what the server has");
    }
    app_close(app, &d->pane);
}

static bool
diff_key(struct pane *p, uint32_t key)
{
    struct diff *d = (struct diff *)p;
    uint32_t write = d->conflict ? 'o' : 'y';
    if (key == write) {
        diff_write(d);
        return true;
    }
    pane_scroll(&d->top, d->n, key);
    switch (key) {
    case K_ESC:
    case 'n':
    case 'q':
    case K_CTRL | 'c':
        app_close(p->app, p);
        break;
    case 'r':
        if (d->conflict)
            diff_reload(d);
        break;
    default:
        break;
    }
    return true;
}

static void
diff_crumb(const struct pane *p, struct buf *out)
{
    buf_add_text(out, ((const struct diff *)p)->conflict ? "Conflict" : "Changes");
}

static void
diff_hints(const struct pane *p, struct hints *h)
{
    hint_add(h, ((const struct diff *)p)->conflict ? "o" : "y", "write");
    hint_add(h, "Esc", "back");
}

static const struct pane_ops diff_ops = {.name = "changes",
                                         .close = diff_close,
                                         .draw = diff_draw,
                                         .key = diff_key,
                                         .crumb = diff_crumb,
                                         .hints = diff_hints};

static void
diff_add(struct diff *d, struct form_field *f)
{
    const struct json *now = form_initial(f, d->fresh);
    bool moved = !same(f->initial, now);
    bool changed = field_changed(f);
    if (!moved && !changed)
        return;
    struct diff_line *l = &d->lines[d->n++];
    l->label = arena_text(&d->arena, form_label(f));
    l->base = value_text(&d->arena, f, f->initial);
    l->now = value_text(&d->arena, f, now);
    l->mine = changed ? mine_text(&d->arena, f) : l->base;
    l->conflict = moved;
    l->changed = changed;
    d->conflict = d->conflict || moved;
}

static void
diff_show(struct form *form, struct json *take_fresh)
{
    struct app *app = form->pane.app;
    struct diff *d = mem_new(1, sizeof *d);
    d->pane.ops = &diff_ops;
    d->pane.flags = PANE_INPUT | PANE_FROZEN;
    memcpy(d->pane.tenant, form->pane.tenant, sizeof d->pane.tenant);
    d->form = form->pane.serial;
    d->fresh = take_fresh;
    arena_init(&d->arena, (size_t)16 << 20);
    d->lines = ARENA_ARRAY(&d->arena, form->n + 1, struct diff_line);
    for (size_t i = 0; i < form->n; i++)
        diff_add(d, &form->fields[i]);
    d->touched_elsewhere =
        !same(json_get(form->act->row, "updatedAt"), json_get(d->fresh, "updatedAt"));
    app_push(app, &d->pane);
}

static void
reread_done(void *ctx, struct result *take)
{
    struct form *form = ctx;
    form->sending = false;
    form->pane.app->dirty = true;
    struct json *fresh = reread_take(form->act->resource, form->act->row, take);
    if (take->err.code)
        app_fail(form->pane.app, "Cannot read it again before writing; nothing was sent", take);
    else if (!fresh)
        app_note(form->pane.app, TOAST_BAD, "It is not there any more; nothing was sent");
    else
        diff_show(form, fresh);
    result_free(take);
}

void
diff_start(struct form *form)
{
    struct app *app = form->pane.app;
    const struct resource *res = form->act->resource;
    bool any = false;
    for (size_t i = 0; i < form->n; i++)
        any = any || field_changed(&form->fields[i]);
    if (!any) {
        app_note(app, TOAST_INFO, "Nothing was changed");
        return;
    }
    struct err err = {0};
    struct reread r = {app->client, res, form->act->row, str_of(form->act->tenant),
                       &form->pane.calls};
    form->sending = reread_send(&r, reread_done, form, &err);
    if (!form->sending)
        app_note(app, TOAST_BAD, "Nothing was sent: %s", err.msg);
}
