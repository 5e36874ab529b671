#include "ui/form.h"
#include "api/opdoc.h"
#include "base/mem.h"
#include "ui/cell.h"
#include "ui/confirm.h"
#include "ui/diff.h"
#include "ui/reread.h"
#include <stdio.h>

static const struct form_hint *
hint_for(const struct act *act, const char *name)
{
    for (const struct form_hint *h = act->action->form; h && h->field; h++)
        if (!strcmp(h->field, name))
            return h;
    return NULL;
}

/* Fields a person is asked for: not bound, not read-only, not hidden. */
static bool
asked(const struct act *act, const struct field *f)
{
    const struct form_hint *h = hint_for(act, f->name);
    return !bind_find(act->action->binds, f->name) && !(f->flags & FIELD_READ_ONLY) &&
           !(h && h->hide);
}

static bool
table_asks(const struct act *act, const struct field *table)
{
    for (const struct field *f = table; f && f->name; f++)
        if (asked(act, f))
            return true;
    return false;
}

bool
form_needed(const struct act *act)
{
    if (act->action->flags & ACTION_NO_FORM)
        return false;
    if ((act->action->flags & ACTION_EXPLORE) && (act->op->params || act->op->ctx & CTX_USER))
        return true;
    return table_asks(act, act->op->query) || table_asks(act, act->op->body);
}

static enum editor
editor_for(const struct field *f)
{
    if (f->flags & FIELD_SECRET)
        return EDIT_SECRET;
    switch (f->kind) {
    case KIND_BOOL:
        return EDIT_TOGGLE;
    case KIND_INT:
    case KIND_NUMBER:
        return EDIT_NUMBER;
    case KIND_ENUM:
        return EDIT_CHOICE;
    case KIND_ARRAY:
        return f->item == KIND_OBJECT || f->item == KIND_ANY ? EDIT_JSON : EDIT_LIST;
    case KIND_OBJECT:
    case KIND_METADATA:
    case KIND_ANY:
        return EDIT_JSON;
    case KIND_STRING:
    case KIND_EMAIL:
    case KIND_UUID:
    case KIND_URL:
    case KIND_PHONE:
    case KIND_TIME:
        return EDIT_TEXT;
    }
    return EDIT_TEXT;
}

static void
add_field(struct form *form, const struct field *f, const struct form_hint *hint)
{
    if (form->n == FORM_FIELDS_MAX)
        return;
    struct form_field *ff = &form->fields[form->n++];
    ff->field = f;
    ff->hint = hint;
    ff->name = hint ? hint->field : f->name;
    ff->editor = editor_for(f);
    lineedit_init(&ff->line, FIELD_TEXT_MAX);
    ff->line.secret = ff->editor == EDIT_SECRET;
    ff->choice = -1;
    const struct act *act = form->act;
    const struct json *value =
        act->row && (act->action->flags & ACTION_DIFF || (hint && hint->from))
            ? form_initial(ff, act->row)
            : NULL;
    if (value)
        ff->initial = json_copy(value);
    if (value)
        field_load(ff, value);
    else if (f->preset && !act->row)
        field_load(ff, NULL);
}

static void
add_rest(struct form *form, const struct field *table, bool required)
{
    const struct act *act = form->act;
    for (const struct field *f = table; f && f->name; f++) {
        bool wanted = !!(f->flags & FIELD_REQUIRED) == required;
        if (wanted && asked(act, f) && !hint_for(act, f->name))
            add_field(form, f, NULL);
    }
}

/* What other actions bind: the path, and whose things it is about. */
static void
add_place(struct form *form)
{
    static const struct field needed = {
        .name = BIND_USER, .kind = KIND_STRING, .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY};
    static const struct field possible = {.name = BIND_USER, .kind = KIND_STRING};
    const struct op *op = form->act->op;
    add_rest(form, op->params, true);
    add_rest(form, op->params, false);
    if (op->ctx & CTX_USER)
        add_field(form, op->ctx & CTX_NEED_USER ? &needed : &possible, NULL);
}

/* Hinted fields first, in the order of the hints; then what else is required, then the rest. */
static void
add_fields(struct form *form)
{
    const struct act *act = form->act;
    if (act->action->flags & ACTION_EXPLORE)
        add_place(form);
    for (const struct form_hint *h = act->action->form; h && h->field; h++) {
        const struct field *f = bind_field(act->op, h->field);
        if (f && asked(act, f) && !bind_find(act->action->binds, h->field))
            add_field(form, f, h);
    }
    if (act->action->flags & ACTION_HINTED)
        return;
    add_rest(form, act->op->query, true);
    add_rest(form, act->op->body, true);
    add_rest(form, act->op->query, false);
    add_rest(form, act->op->body, false);
}

static bool
form_dirty(struct form *form)
{
    for (size_t i = 0; i < form->n; i++)
        if (form->fields[i].touched)
            return true;
    return false;
}

static void
form_close(struct pane *p)
{
    struct form *form = (struct form *)p;
    for (size_t i = 0; i < form->n; i++) {
        lineedit_fini(&form->fields[i].line);
        json_free(form->fields[i].picked);
        json_free(form->fields[i].initial);
    }
    if (!form->act)
        return;
    form->act->form = 0;
    if (!form->act->sending)
        act_free(form->act);
}

static void
discard(struct app *app, void *ctx)
{
    struct form *form = ctx;
    app_close(app, &form->pane);
}

static void
form_leave(struct form *form)
{
    if (form_dirty(form) && !form->sending)
        confirm_open(form->pane.app, &(struct confirm_setup){.title = "Leave the form?",
                                                             .warning = "What was typed is lost.",
                                                             .verb = "leave",
                                                             .tier = CONFIRM_EASY,
                                                             .yes = discard,
                                                             .ctx = form});
    else
        app_close(form->pane.app, &form->pane);
}

/* What an edit sends of a field: what changed, and what the operation cannot do without. */
static struct json *
edit_value(struct form_field *f, bool whole)
{
    if (field_changed(f)) {
        struct json *value = field_value(f);
        bool emptied = !value && f->initial && (f->field->flags & FIELD_NULLABLE);
        return emptied ? json_new_null() : value;
    }
    if (!whole && !(f->field->flags & FIELD_REQUIRED))
        return NULL;
    return f->initial ? json_copy(f->initial) : field_value(f);
}

struct json *
form_input(struct form *form)
{
    struct json *input = json_new_object();
    bool edit = form->act->action->flags & ACTION_DIFF;
    bool whole = form->act->action->flags & ACTION_WHOLE;
    for (size_t i = 0; i < form->n; i++) {
        struct form_field *f = &form->fields[i];
        struct json *value = edit ? edit_value(f, whole) : field_value(f);
        if (value)
            json_set(input, str_of(f->name), value);
    }
    return input;
}

void
form_submit(struct form *form)
{
    size_t bad = form->n;
    form->submit_later = form->loading;
    if (form->sending || form->loading)
        return;
    for (size_t i = form->n; i-- > 0;)
        if (!field_check(&form->fields[i]))
            bad = i;
    form->failure[0] = '\0';
    if (bad < form->n) {
        form->focus = bad;
        app_note(form->pane.app, TOAST_WARN, "%s", form->fields[bad].error);
        return;
    }
    form->act->form = form->pane.serial;
    if (form->act->action->flags & ACTION_DIFF)
        diff_start(form);
    else
        act_filled(form->act, form_input(form));
}

void
form_set_sending(struct pane *p, bool on)
{
    ((struct form *)p)->sending = on;
}

void
form_sent(struct pane *p)
{
    struct form *form = (struct form *)p;
    form->act->form = 0;
    form->act = NULL;
    app_close(p->app, p);
}

/* "name should not be empty" goes to the field called name. */
static bool
place_message(struct form *form, struct str message)
{
    for (size_t i = 0; i < form->n; i++) {
        struct form_field *f = &form->fields[i];
        struct str name = str_of(f->name);
        bool hit = str_starts(message, name) && message.n > name.n && message.p[name.n] == ' ';
        if (!hit || f->error[0])
            continue;
        snprintf(f->error, sizeof f->error, "%.*s", STR_ARG(message));
        form->focus = i;
        return true;
    }
    return false;
}

void
form_failed(struct pane *p, const struct result *result)
{
    struct form *form = (struct form *)p;
    form->sending = false;
    for (size_t i = 0; i < result->n_errors; i++)
        place_message(form, result->errors[i]);
    snprintf(form->failure, sizeof form->failure, "%s", result->err.msg);
    p->app->dirty = true;
}

static void
form_focus(struct form *form, int by)
{
    size_t places = form->n + 2;
    if (form->focus < form->n && form->fields[form->focus].touched)
        field_check(&form->fields[form->focus]);
    form->focus = (form->focus + places + (size_t)(by + (int)places)) % places;
}

static bool
form_button(struct form *form, uint32_t key)
{
    if (key == K_LEFT || key == K_RIGHT)
        form->focus = form->focus == form->n ? form->n + 1 : form->n;
    else if (key != K_ENTER && key != ' ')
        return true;
    else if (form->focus == form->n)
        form_submit(form);
    else
        form_leave(form);
    return true;
}

static bool
form_key(struct pane *p, uint32_t key)
{
    struct form *form = (struct form *)p;
    form->submit_later = false;
    if (key == K_ESC || key == (K_CTRL | 'c')) {
        form_leave(form);
        return true;
    }
    if (form->focus < form->n && field_key(form, &form->fields[form->focus], key))
        return true;
    switch (key) {
    case K_UP:
    case K_SHIFT | K_TAB:
        form_focus(form, -1);
        return true;
    case K_DOWN:
    case K_TAB:
        form_focus(form, 1);
        return true;
    case K_PGDN:
        form->focus = form->n;
        return true;
    case K_PGUP:
        form->focus = 0;
        return true;
    default:
        break;
    }
    if (form->focus >= form->n)
        return form_button(form, key);
    if (key == K_ENTER)
        form_focus(form, 1);
    return true;
}

static void
form_paste(struct pane *p, struct str text)
{
    struct form *form = (struct form *)p;
    struct form_field *f = form->focus < form->n ? &form->fields[form->focus] : NULL;
    if (!f || f->editor == EDIT_TOGGLE || f->editor == EDIT_CHOICE || (f->hint && f->hint->pick)) {
        app_note(p->app, TOAST_INFO, "A paste outside a text field does nothing");
        return;
    }
    if (!lineedit_insert(&f->line, text))
        app_note(p->app, TOAST_WARN, "That is too much text for this field; nothing was pasted");
    f->touched = true;
}

static void
form_crumb(const struct pane *p, struct buf *out)
{
    const struct form *form = (const struct form *)p;
    buf_add_text(out, form->act ? form->act->action->label : "");
    struct str name = form->act && form->act->row && !form->act->rows
                          ? act_row_name(form->act->resource, form->act->row)
                          : STR_ABSENT;
    if (name.n && (form->act->action->flags & (ACTION_ROW | ACTION_MARKED))) {
        buf_add_char(out, ' ');
        buf_add_str(out, str_sub(name, 0, 64));
    }
}

static void
form_hints(const struct pane *p, struct hints *h)
{
    const struct form *form = (const struct form *)p;
    hint_add(h, "Tab", "next field");
    if (form->focus < form->n && form->fields[form->focus].hint &&
        form->fields[form->focus].hint->pick)
        hint_add(h, "Enter", "choose");
    hint_add(h, "PgDn", "to Save");
    hint_add(h, "Esc", "leave");
}

static void
form_info(const struct pane *p, struct buf *out)
{
    const struct form *form = (const struct form *)p;
    if (form->sending)
        buf_add_text(out, "sending ...");
    else if (form->loading)
        buf_add_text(out, "reading it ...");
    else if (form->focus < form->n && form->fields[form->focus].hint &&
             form->fields[form->focus].hint->help)
        buf_add_text(out, form->fields[form->focus].hint->help);
    else if (form->focus < form->n && form->act && form->act->action->flags & ACTION_EXPLORE)
        opdoc_type(out, form->fields[form->focus].field);
}

static const struct pane_ops form_ops = {.name = "form",
                                         .close = form_close,
                                         .draw = form_draw,
                                         .key = form_key,
                                         .paste = form_paste,
                                         .crumb = form_crumb,
                                         .hints = form_hints,
                                         .info = form_info};

void
form_rebase(struct form *form, const struct json *fresh)
{
    for (size_t i = 0; i < form->n; i++) {
        struct form_field *f = &form->fields[i];
        const struct json *now = form_initial(f, fresh);
        json_free(f->initial);
        f->initial = now ? json_copy(now) : NULL;
        if (!f->touched)
            field_load(f, now);
    }
    json_free(form->act->row);
    form->act->row = json_copy(fresh);
}

static void
whole_read(void *ctx, struct result *take)
{
    struct form *form = ctx;
    form->loading = false;
    form->pane.app->dirty = true;
    struct json *fresh = reread_take(form->act->resource, form->act->row, take);
    if (fresh)
        form_rebase(form, fresh);
    else if (take->err.code)
        app_fail(form->pane.app, "Cannot read all of it; this is what the list knew", take);
    else
        app_note(form->pane.app, TOAST_WARN, "It is not there any more");
    bool go_on = fresh && form->submit_later;
    form->submit_later = false;
    json_free(fresh);
    result_free(take);
    if (go_on)
        form_submit(form);
}

/* A list may know less than there is: an edit starts from the object as it is now. */
static void
read_whole(struct form *form)
{
    const struct act *act = form->act;
    struct err err = {0};
    if (!(act->action->flags & ACTION_DIFF) || !reread_can(act->resource))
        return;
    struct reread r = {act->app->client, act->resource, act->row, str_of(act->tenant),
                       &form->pane.calls};
    form->loading = reread_send(&r, whole_read, form, &err);
}

void
form_open(struct act *act)
{
    struct form *form = mem_new(1, sizeof *form);
    form->pane.ops = &form_ops;
    form->pane.flags = PANE_INPUT | PANE_FROZEN;
    form->act = act;
    memcpy(form->pane.tenant, act->tenant, sizeof form->pane.tenant);
    add_fields(form);
    unsigned serial = act->app->next_serial;
    act->form = serial;
    app_push(act->app, &form->pane);
    if (app_pane(act->app, serial))
        read_whole(form);
}
