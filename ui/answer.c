#include "ui/answer.h"

#include "base/secret.h"
#include "ui/cell.h"
#include "ui/textview.h"

enum { ANSWER_MAX = 256 * 1024 };

/* A value of several lines stands below its name. */
static void
add_value(struct buf *out, const char *name, struct str value)
{
    struct str line;
    if (str_find_char(value, '\n') < 0) {
        buf_printf(out, "%s\t%.*s\n", name, STR_ARG(value));
        return;
    }
    buf_printf(out, "%s\n", name);
    while (value.n && str_next(&value, '\n', &line))
        buf_printf(out, "  %.*s\n", STR_ARG(line));
}

static void
add_member(struct buf *out, const struct field *f, const struct json *value)
{
    struct buf text;
    buf_init(&text, ANSWER_MAX);
    cell_raw(value, &text);
    struct str s = buf_str(&text);
    add_value(out, f->name, s.n ? s : STR("-"));
    secret_buf_fini(&text);
}

/* An operation whose answer the catalogue does not know says nothing here. */
void
answer_open(struct app *app, const struct op *op, const char *title, const struct json *answer)
{
    struct buf text;
    struct str secret = STR_ABSENT;
    buf_init(&text, ANSWER_MAX);
    buf_printf(&text, "# %s\n", title);
    for (const struct field *f = op->reply; f && f->name; f++) {
        const struct json *value = json_get(answer, f->name);
        if (!value)
            continue;
        if (f->flags & FIELD_SECRET && json_str(value).n && !secret.n)
            secret = json_str(value);
        add_member(&text, f, value);
    }
    if (secret.n)
        buf_add_text(&text,
                     "\nThe secret is shown this once: y copies it, q closes and forgets it.\n");
    struct pane *view = textview_new(title, buf_str(&text));
    textview_set_copy(view, secret.n ? secret : buf_str(&text),
                      secret.n ? "the secret" : "the text");
    secret_buf_fini(&text);
    app_push(app, view);
}
