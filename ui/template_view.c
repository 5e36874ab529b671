/* The pane of a template: a line that says what goes on, and a text that scrolls. */
#include "base/mem.h"
#include "ui/template_file.h"
#include "ui/templates.h"
#include <stdarg.h>
#include <stdio.h>

static struct template_view *
view_of(struct pane *p)
{
    return (struct template_view *)p;
}

void
template_say(struct template_view *t, enum role role, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(t->state, sizeof t->state, fmt, ap);
    va_end(ap);
    t->state_role = role;
    t->pane.app->dirty = true;
}

static void
view_close(struct pane *p)
{
    struct template_view *t = view_of(p);
    json_free(t->row);
    json_free(t->base);
    json_free(t->changes);
    buf_fini(&t->file);
    buf_fini(&t->text);
}

static void
draw_line(const struct template_view *t, struct canvas *cv, struct rect line, struct str text)
{
    enum role role = ROLE_TEXT;
    if (t->task != TEMPLATE_PREVIEW && str_starts(text, STR("- ")))
        role = ROLE_DIFF_OLD;
    else if (t->task != TEMPLATE_PREVIEW && str_starts(text, STR("+ ")))
        role = ROLE_DIFF_NEW;
    ptrdiff_t tab = t->task == TEMPLATE_PREVIEW ? str_find_char(text, '\t') : -1;
    if (tab < 0) {
        pane_text(cv, line, 0, 1, role, text);
        return;
    }
    pane_text(cv, line, 0, 1, ROLE_LABEL, str_sub(text, 0, (size_t)tab));
    pane_text(cv, line, 0, 12, ROLE_VALUE, str_sub(text, (size_t)tab + 1, text.n));
}

static void
view_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct template_view *t = view_of(p);
    if (t->state[0]) {
        int used = pane_wrap(cv, r, 0, t->state_role, str_of(t->state));
        rect_cut_top(&r, used + 1);
    }
    if (t->changes && !t->sending)
        pane_text(cv, rect_cut_bottom(&r, 1), 0, 1, ROLE_KEY,
                  STR("y write   e edit again   Esc drop it"));
    t->rows = r.rows;
    struct str rest = buf_str(&t->text), line;
    size_t at = 0;
    for (; rest.n && str_next(&rest, '\n', &line); at++)
        if (at >= t->top && at < t->top + (size_t)(r.rows > 0 ? r.rows : 0))
            draw_line(t, cv, (struct rect){r.row + (int)(at - t->top), r.col, 1, r.cols}, line);
    t->lines = at;
}

static void
scroll(struct template_view *t, ptrdiff_t by)
{
    size_t room = t->rows > 0 ? (size_t)t->rows : 1;
    size_t last = t->lines > room ? t->lines - room : 0;
    ptrdiff_t to = (ptrdiff_t)t->top + by;
    t->top = to < 0 ? 0 : (size_t)to < last ? (size_t)to : last;
}

static bool
view_command(struct pane *p, enum command cmd)
{
    struct template_view *t = view_of(p);
    ptrdiff_t page = t->rows > 1 ? t->rows - 1 : 1;
    switch (cmd) {
    case COMMAND_MOVE_DOWN:
        scroll(t, 1);
        return true;
    case COMMAND_MOVE_UP:
        scroll(t, -1);
        return true;
    case COMMAND_PAGE_DOWN:
        scroll(t, page);
        return true;
    case COMMAND_PAGE_UP:
        scroll(t, -page);
        return true;
    case COMMAND_FIRST:
        t->top = 0;
        return true;
    case COMMAND_LAST:
        scroll(t, (ptrdiff_t)t->lines);
        return true;
    case COMMAND_EDIT:
        if (t->task == TEMPLATE_EDIT && !t->sending)
            template_again(t);
        return true;
    case COMMAND_COPY:
        if (t->task == TEMPLATE_EDIT && t->changes && !t->sending)
            template_write(t);
        else
            app_copy(p->app, buf_str(&t->text), "the text");
        return true;
    default:
        return false;
    }
}

static void
view_crumb(const struct pane *p, struct buf *out)
{
    static const char *const names[] = {"Preview", "Against the default", "Edit"};
    const struct template_view *t = (const struct template_view *)p;
    buf_printf(out, "%s: %.*s", names[t->task], STR_ARG(json_str(json_get(t->row, "type"))));
}

static void
view_hints(const struct pane *p, struct hints *h)
{
    const struct template_view *t = (const struct template_view *)p;
    if (t->task == TEMPLATE_EDIT) {
        hint_add(h, "y", "write");
        hint_add(h, "e", "edit again");
    } else {
        hint_add(h, "y", "copy the text");
    }
    hint_add(h, "q", "close");
}

static void
view_info(const struct pane *p, struct buf *out)
{
    const struct template_view *t = (const struct template_view *)p;
    size_t shown = t->top + (size_t)(t->rows > 0 ? t->rows : 0);
    buf_printf(out, "line %zu of %zu", shown < t->lines ? shown : t->lines, t->lines);
}

static void
view_stopped(struct pane *p)
{
    struct template_view *t = view_of(p);
    t->sending = false;
    template_say(t, ROLE_WARN, "Stopped");
}

static void
view_help(const struct pane *p, struct buf *out)
{
    (void)p;
    buf_add_text(out, "y\tWrite what was edited, or copy the text\ne\tEdit it again\n");
}

static const struct pane_ops view_ops = {.name = "template",
                                         .close = view_close,
                                         .draw = view_draw,
                                         .command = view_command,
                                         .crumb = view_crumb,
                                         .hints = view_hints,
                                         .info = view_info,
                                         .stopped = view_stopped,
                                         .help = view_help};

struct template_view *
template_view_new(struct app *app, enum template_task task, const struct json *row)
{
    struct template_view *t = mem_new(1, sizeof *t);
    t->pane.ops = &view_ops;
    t->task = task;
    t->sms = template_is_sms(row);
    t->row = json_copy(row);
    buf_init(&t->file, TEMPLATE_FILE_MAX);
    buf_init(&t->text, TEMPLATE_FILE_MAX);
    app_push(app, &t->pane);
    return t;
}
