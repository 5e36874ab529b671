/* Editors of a form: what a key does to a field, and what the field then holds. */
#include "base/mem.h"
#include "ui/cell.h"
#include "ui/form.h"
#include "ui/menu.h"
#include "ui/table.h"
#include <stdio.h>

const char *
form_label(const struct form_field *f)
{
    return f->hint && f->hint->label ? f->hint->label : f->field->name;
}

/* "name=value" */
static bool
holds(const struct json *row, const char *condition)
{
    struct str rest = str_of(condition), name;
    return str_next(&rest, '=', &name) && str_eq(json_str(json_get_str(row, name)), rest);
}

const struct json *
form_initial(const struct form_field *f, const struct json *row)
{
    if (f->editor == EDIT_SECRET || (f->hint && f->hint->only && !holds(row, f->hint->only)))
        return NULL;
    return cell_value(row, f->hint && f->hint->from ? f->hint->from : f->name);
}

static const char *
pick_of(const struct form_field *f)
{
    return f->hint ? f->hint->pick : NULL;
}

static bool
picks_many(const struct form_field *f)
{
    return f->field->kind == KIND_ARRAY;
}

static void
load_choice(struct form_field *f, struct str text)
{
    for (int i = 0; f->field->choices && f->field->choices[i]; i++)
        if (str_eq(str_of(f->field->choices[i]), text))
            f->choice = i;
}

/* Ids in a row become objects as the picker gives them. */
static void
load_picks(struct form_field *f, const struct json *value)
{
    const struct resource *res = resource_by_id(str_of(pick_of(f)));
    f->picked = json_new_array();
    for (const struct json *it = json_first(value); it; it = json_next(it)) {
        struct json *o = json_type(it) == JSON_OBJECT ? json_copy(it) : json_new_object();
        if (json_type(it) == JSON_STRING)
            json_set(o, str_of(res->row_id), json_copy(it));
        json_push(f->picked, o);
    }
}

void
field_load(struct form_field *f, const struct json *value)
{
    struct str preset = str_of(f->field->preset);
    struct buf text;
    buf_init(&text, FIELD_TEXT_MAX);
    bool flag;
    if (value && json_type(value) != JSON_NULL)
        cell_raw(value, &text);
    else if (!value && preset.n)
        buf_add_str(&text, preset);
    struct str s = buf_str(&text);
    if (f->editor == EDIT_TOGGLE) {
        f->choice = str_to_bool(s, &flag) ? flag : -1;
    } else if (f->editor == EDIT_CHOICE) {
        f->choice = -1;
        load_choice(f, s);
    } else if (f->editor == EDIT_LIST && pick_of(f)) {
        json_free(f->picked);
        f->picked = NULL;
        if (value)
            load_picks(f, value);
    } else {
        lineedit_set(&f->line, str_given(s) ? s : STR(""));
    }
    buf_fini(&text);
}

static struct json *
list_value(const struct form_field *f)
{
    struct json *list = json_new_array();
    struct str rest = lineedit_text(&f->line), part;
    while (str_next(&rest, ',', &part)) {
        int64_t n;
        part = str_trim(part);
        if (!part.n)
            continue;
        bool number = f->field->item == KIND_INT && str_to_i64(part, &n);
        json_push(list, number ? json_new_i64(n) : json_new_str(part));
    }
    return list;
}

static struct json *
picked_value(const struct form_field *f)
{
    const struct resource *res = resource_by_id(str_of(pick_of(f)));
    struct json *list = json_new_array();
    for (const struct json *it = json_first(f->picked); it; it = json_next(it))
        json_push(list, json_copy(json_get(it, res->row_id)));
    return list;
}

static struct json *
text_value(struct form_field *f)
{
    struct str text = lineedit_text(&f->line);
    int64_t n;
    struct err err = {0};
    if (!text.n && !(f->initial && json_str(f->initial).n))
        return NULL;
    switch (f->editor) {
    case EDIT_NUMBER:
        return str_to_i64(text, &n) ? json_new_i64(n) : json_new_str(text);
    case EDIT_JSON:
        if (f->field->kind == KIND_METADATA)
            return json_new_str(text);
        struct json *value = json_parse(text, FIELD_TEXT_MAX, &err);
        if (!value)
            snprintf(f->error, sizeof f->error, "not JSON: %.150s", err.msg);
        return value;
    default:
        return json_new_str(text);
    }
}

struct json *
field_value(struct form_field *f)
{
    f->error[0] = '\0';
    bool asked = f->touched || f->initial || (f->field->flags & FIELD_REQUIRED);
    switch (f->editor) {
    case EDIT_TOGGLE:
        return f->choice < 0 ? NULL : json_new_bool(f->choice == 1);
    case EDIT_CHOICE:
        return f->choice < 0 ? NULL : json_new_str(str_of(f->field->choices[f->choice]));
    case EDIT_LIST:
        if (!asked)
            return NULL;
        return pick_of(f) ? picked_value(f) : list_value(f);
    case EDIT_TEXT:
    case EDIT_NUMBER:
    case EDIT_JSON:
    case EDIT_SECRET:
        return text_value(f);
    }
    return NULL;
}

bool
field_check(struct form_field *f)
{
    struct arena a;
    struct check c;
    struct json *value = field_value(f);
    if (f->error[0])
        return false;
    arena_init(&a, (size_t)1 << 18);
    check_init(&c, &a);
    bool ok = check_field(&c, f->field, value);
    if (!ok && c.n)
        snprintf(f->error, sizeof f->error, "%.*s", STR_ARG(c.messages[0]));
    arena_fini(&a);
    json_free(value);
    return ok;
}

/* What was not touched is as it was, even where an editor cannot show it byte by byte. */
bool
field_changed(struct form_field *f)
{
    if (!f->touched)
        return false;
    struct json *now = field_value(f);
    const struct json *was = f->initial;
    bool same;
    if (json_is_null(now) || json_is_null(was))
        same = json_is_null(now) && json_is_null(was);
    else
        same = json_equal(now, was);
    json_free(now);
    return !same;
}

/* Names as far as they are known; what the row knew by id alone is counted. */
static void
picked_text(struct form_field *f, struct buf *out)
{
    const struct resource *res = resource_by_id(str_of(pick_of(f)));
    const char *separator = "";
    size_t nameless = 0;
    for (const struct json *it = json_first(f->picked); it; it = json_next(it)) {
        struct str name = cell_str(it, res->row_name);
        if (!name.n) {
            nameless++;
            continue;
        }
        buf_add_text(out, separator);
        buf_add_str(out, name);
        separator = ", ";
    }
    if (nameless)
        buf_printf(out, "%s%zu %s", separator, nameless, *separator ? "more" : "chosen");
}

void
field_text(struct form_field *f, struct buf *out)
{
    switch (f->editor) {
    case EDIT_TOGGLE:
        buf_add_text(out, f->choice < 0 ? "-" : f->choice ? "yes" : "no");
        return;
    case EDIT_CHOICE:
        buf_add_text(out, f->choice < 0 ? "-" : f->field->choices[f->choice]);
        return;
    case EDIT_SECRET:
        buf_add_text(out, f->line.text.n ? "(hidden)" : "");
        return;
    case EDIT_LIST:
        if (pick_of(f)) {
            picked_text(f, out);
            return;
        }
        buf_add_str(out, lineedit_text(&f->line));
        return;
    case EDIT_TEXT:
    case EDIT_NUMBER:
    case EDIT_JSON:
        buf_add_str(out, lineedit_text(&f->line));
        return;
    }
}

static void
picked_done(struct pane *owner, const struct json *rows)
{
    struct form *form = (struct form *)owner;
    if (form->focus >= form->n)
        return;
    struct form_field *f = &form->fields[form->focus];
    f->touched = true;
    if (picks_many(f)) {
        json_free(f->picked);
        f->picked = json_copy(rows);
        return;
    }
    const struct resource *res = resource_by_id(str_of(pick_of(f)));
    lineedit_set(&f->line, cell_str(json_first(rows), res->row_id));
}

static void
pick_open(struct form *form, struct form_field *f)
{
    struct json *ids = picks_many(f) ? picked_value(f) : NULL;
    struct table_pick pick = {form->pane.serial, picks_many(f), ids, picked_done};
    struct table_setup setup = {.resource = resource_by_id(str_of(pick_of(f))),
                                .tenant = str_of(form->pane.tenant),
                                .pick = &pick};
    if (setup.resource)
        app_push(form->pane.app, table_new(form->pane.app, &setup));
    json_free(ids);
}

static void
choice_chosen(struct pane *owner, size_t value)
{
    struct form *form = (struct form *)owner;
    if (form->focus >= form->n)
        return;
    form->fields[form->focus].choice = (int)value;
    form->fields[form->focus].touched = true;
}

static void
choice_menu(struct form *form, struct form_field *f)
{
    struct menu_item items[64];
    size_t n = 0;
    for (; f->field->choices && f->field->choices[n] && n < 64; n++)
        items[n] = (struct menu_item){.label = str_of(f->field->choices[n]), .value = n};
    app_push(form->pane.app,
             menu_new(&(struct menu_setup){.title = form_label(f),
                                           .items = items,
                                           .n = n,
                                           .selected = f->choice > 0 ? (size_t)f->choice : 0,
                                           .owner = form->pane.serial,
                                           .chosen = choice_chosen}));
}

/* Left, Right and Space go round the choices; "not given" is one of them when it may be. */
static bool
cycle(struct form_field *f, int by)
{
    int n = 2;
    if (f->editor == EDIT_CHOICE)
        for (n = 0; f->field->choices && f->field->choices[n];)
            n++;
    int least = f->field->flags & FIELD_REQUIRED ? 0 : -1;
    f->choice += by;
    if (f->choice >= n)
        f->choice = least;
    if (f->choice < least)
        f->choice = n - 1;
    f->touched = true;
    f->error[0] = '\0';
    return true;
}

static bool
choice_key(struct form *form, struct form_field *f, uint32_t key)
{
    if (key == K_LEFT)
        return cycle(f, -1);
    if (key == K_RIGHT || key == ' ')
        return cycle(f, 1);
    if (key == K_ENTER && f->editor == EDIT_CHOICE) {
        choice_menu(form, f);
        return true;
    }
    bool yes = key == 'y', no = key == 'n';
    if (f->editor != EDIT_TOGGLE || (!yes && !no))
        return key_is_text(key);
    f->choice = yes;
    f->touched = true;
    return true;
}

static bool
line_key(struct form_field *f, uint32_t key)
{
    if (!lineedit_key(&f->line, key))
        return false;
    bool moved = key == K_LEFT || key == K_RIGHT || key == K_HOME || key == K_END;
    if (!moved) {
        f->touched = true;
        f->error[0] = '\0';
    }
    return true;
}

bool
field_key(struct form *form, struct form_field *f, uint32_t key)
{
    if (form->sending)
        return key_is_text(key);
    if (f->editor == EDIT_TOGGLE || f->editor == EDIT_CHOICE)
        return choice_key(form, f, key);
    if (!pick_of(f))
        return line_key(f, key);
    /* One that is picked may be typed as well; a list of them is only picked. */
    if (key == K_ENTER && (picks_many(f) || !f->line.text.n)) {
        pick_open(form, f);
        return true;
    }
    return picks_many(f) ? key_is_text(key) || key == K_BACKSPACE : line_key(f, key);
}
