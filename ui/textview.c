#include "ui/textview.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "ui/app.h"
#include "ui/prompt.h"

enum { TEXT_MAX = 4 << 20, KEY_COLUMN = 20, KEY_COLUMN_NARROW = 12 };

struct textview {
    struct pane pane;
    char crumb[64];
    struct buf text, copy, request;
    const char *copy_what; /* NULL: there is nothing to copy */
    struct str *lines;
    size_t n, top;
    int rows; /* of the last drawing */
    char find[128];
    size_t found; /* line, SIZE_MAX: none */
};

static void
textview_close(struct pane *p)
{
    struct textview *t = (struct textview *)p;
    mem_free(t->lines);
    secret_buf_fini(&t->text); /* it may show one */
    secret_buf_fini(&t->copy);
    secret_buf_fini(&t->request);
}

static void
draw_line(struct canvas *cv, struct rect row, struct str line, bool found)
{
    enum role role = found ? ROLE_MATCH : ROLE_TEXT;
    if (str_starts(line, STR("# "))) {
        pane_text(cv, row, 0, 1, found ? role : ROLE_TITLE, str_sub(line, 2, line.n));
        return;
    }
    ptrdiff_t tab = str_find_char(line, '\t');
    if (tab < 0) {
        pane_text(cv, row, 0, 1, role, line);
        return;
    }
    int column = row.cols < 60 ? KEY_COLUMN_NARROW : KEY_COLUMN;
    struct rect left = {row.row, row.col, 1, column < row.cols ? column : row.cols};
    pane_text(cv, left, 0, 1, ROLE_KEY, str_sub(line, 0, (size_t)tab));
    pane_text(cv, row, 0, column + 1, role, str_sub(line, (size_t)tab + 1, line.n));
}

static void
clamp_top(struct textview *t)
{
    size_t room = t->rows > 0 ? (size_t)t->rows : 1;
    size_t last = t->n > room ? t->n - room : 0;
    if (t->top > last)
        t->top = last;
}

static void
textview_draw(struct pane *p, struct canvas *cv, struct rect r)
{
    struct textview *t = (struct textview *)p;
    t->rows = r.rows;
    clamp_top(t);
    for (int i = 0; i < r.rows && t->top + (size_t)i < t->n; i++) {
        size_t at = t->top + (size_t)i;
        draw_line(cv, (struct rect){r.row + i, r.col, 1, r.cols}, t->lines[at], at == t->found);
    }
}

static void
scroll(struct textview *t, ptrdiff_t by)
{
    if (by < 0)
        t->top = t->top > (size_t)-by ? t->top - (size_t)-by : 0;
    else
        t->top += (size_t)by;
    clamp_top(t);
}

static bool
line_has(struct str line, struct str want)
{
    for (size_t i = 0; i + want.n <= line.n; i++)
        if (str_eq_nocase(str_sub(line, i, i + want.n), want))
            return true;
    return false;
}

static void
find_next(struct textview *t, bool back)
{
    struct str want = str_of(t->find);
    if (!want.n || !t->n)
        return;
    size_t at = t->found == SIZE_MAX ? (back ? t->top : t->top + t->n - 1) : t->found;
    for (size_t i = 0; i < t->n; i++) {
        at = back ? (at + t->n - 1) % t->n : (at + 1) % t->n;
        if (!line_has(t->lines[at], want))
            continue;
        t->found = at;
        t->top = at > 2 ? at - 2 : 0;
        clamp_top(t);
        return;
    }
    t->found = SIZE_MAX;
    app_note(t->pane.app, TOAST_INFO, "Nothing here matches \"%s\"", t->find);
}

static void
find_asked(struct pane *owner, struct str text)
{
    struct textview *t = (struct textview *)owner;
    size_t n = text.n < sizeof t->find - 1 ? text.n : sizeof t->find - 1;
    memcpy(t->find, text.p, n);
    t->find[n] = '\0';
    t->found = SIZE_MAX;
    find_next(t, false);
}

static bool
textview_find(struct textview *t, enum command cmd)
{
    switch (cmd) {
    case COMMAND_FILTER:
        prompt_open(t->pane.app, &(struct prompt_setup){
                                     .label = "/", .owner = t->pane.serial, .entered = find_asked});
        return true;
    case COMMAND_NEXT_MATCH:
        find_next(t, false);
        return true;
    case COMMAND_PREV_MATCH:
        find_next(t, true);
        return true;
    default:
        return false;
    }
}

static bool
textview_command(struct pane *p, enum command cmd)
{
    struct textview *t = (struct textview *)p;
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
    case COMMAND_HALF_DOWN:
        scroll(t, page / 2);
        return true;
    case COMMAND_HALF_UP:
        scroll(t, -page / 2);
        return true;
    case COMMAND_FIRST:
        t->top = 0;
        return true;
    case COMMAND_LAST:
        t->top = t->n;
        clamp_top(t);
        return true;
    case COMMAND_COPY:
        if (t->copy_what)
            app_copy(p->app, buf_str(&t->copy), t->copy_what);
        return t->copy_what != NULL;
    case COMMAND_COPY_JSON:
        if (t->request.n)
            app_copy(p->app, buf_str(&t->request), "the request");
        return t->request.n > 0;
    default:
        return textview_find(t, cmd);
    }
}

static void
textview_crumb(const struct pane *p, struct buf *out)
{
    buf_add_text(out, ((const struct textview *)p)->crumb);
}

static void
textview_hints(const struct pane *p, struct hints *h)
{
    if (((const struct textview *)p)->copy_what)
        hint_add(h, "y", "copy");
    if (((const struct textview *)p)->request.n)
        hint_add(h, "Y", "copy as curl");
    hint_add(h, "/", "find");
    hint_add(h, "n", "next");
    hint_add(h, "q", "close");
}

static void
textview_info(const struct pane *p, struct buf *out)
{
    const struct textview *t = (const struct textview *)p;
    size_t shown = t->top + (size_t)(t->rows > 0 ? t->rows : 0);
    buf_printf(out, "line %zu of %zu", shown < t->n ? shown : t->n, t->n);
}

static const struct pane_ops textview_ops = {.name = "text",
                                             .close = textview_close,
                                             .draw = textview_draw,
                                             .command = textview_command,
                                             .crumb = textview_crumb,
                                             .hints = textview_hints,
                                             .info = textview_info};

void
textview_set_copy(struct pane *p, struct str text, const char *what)
{
    struct textview *t = (struct textview *)p;
    t->copy_what = what;
    buf_reset(&t->copy);
    buf_add_str(&t->copy, text);
}

void
textview_set_request(struct pane *p, struct str line)
{
    buf_add_str(&((struct textview *)p)->request, line);
}

struct pane *
textview_new(const char *crumb, struct str text)
{
    struct textview *t = mem_new(1, sizeof *t);
    t->pane.ops = &textview_ops;
    t->found = SIZE_MAX;
    size_t n = strlen(crumb) < sizeof t->crumb - 1 ? strlen(crumb) : sizeof t->crumb - 1;
    memcpy(t->crumb, crumb, n);
    buf_init(&t->text, TEXT_MAX);
    buf_init(&t->copy, TEXT_MAX);
    buf_init(&t->request, TEXT_MAX);
    buf_add_str(&t->text, str_sub(text, 0, TEXT_MAX - 1));
    struct str rest = buf_str(&t->text), line;
    size_t count = 1;
    for (size_t i = 0; i < rest.n; i++)
        count += rest.p[i] == '\n';
    t->lines = mem_new(count, sizeof *t->lines);
    while (rest.n && str_next(&rest, '\n', &line))
        t->lines[t->n++] = line;
    return &t->pane;
}
