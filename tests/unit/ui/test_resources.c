/* Walks every descriptor: what it names must exist, what is needed must be given, keys are free. */
#include "tests/support/unit.h"
#include "ui/bindings.h"
#include "ui/key.h"
#include "ui/reread.h"
#include "ui/resource.h"
#include <stdio.h>
#include <string.h>

static const struct resource *
resource_at(size_t i)
{
    size_t n = 0;
    while (resources[n])
        n++;
    return i < n ? resources[i] : resources_inner[i - n];
}

/* Fields of one row: inside the wrapper member, when there is one. */
static const struct field *
row_fields(const struct resource *res, enum op_id id)
{
    const struct op *op = op_get(id);
    if (!res->items || id != res->list)
        return op->reply;
    const struct field *f = field_find(op->reply, str_of(res->items));
    assert_non_null(f);
    return f->fields;
}

static bool
path_exists(const struct field *table, const char *path)
{
    struct str rest = str_of(path), part;
    const struct field *f = NULL;
    while (str_next(&rest, '.', &part)) {
        uint64_t index;
        ptrdiff_t sign = f && f->kind == KIND_ARRAY ? str_find_char(part, '=') : -1;
        if (f && f->kind == KIND_ARRAY && (str_eq(part, STR("*")) || str_to_u64(part, &index)))
            continue;
        if (sign > 0 && field_find(table, str_sub(part, 0, (size_t)sign)))
            continue;
        f = field_find(table, part);
        if (!f)
            return false;
        table = f->fields;
    }
    return true;
}

/* True if the field is in the list's rows, or in the detail. */
static bool
known_field(const struct resource *res, const char *path)
{
    if (res->list != OP_NONE && path_exists(row_fields(res, res->list), path))
        return true;
    return res->detail != OP_NONE && path_exists(op_get(res->detail)->reply, path);
}

static void
columns_name_fields_that_exist(void **state)
{
    (void)state;
    for (size_t i = 0; resource_at(i); i++) {
        const struct resource *res = resource_at(i);
        for (const struct column *c = res->columns; c && c->title; c++)
            if (!known_field(res, c->field))
                fail_msg("%s: column %s shows %s, which no answer has", res->id, c->title,
                         c->field);
        for (const struct section *s = res->sections; s && s->title; s++)
            for (const struct column *c = s->fields; c->title; c++) {
                char path[128];
                snprintf(path, sizeof path, "%s%s%s", s->table ? s->table : "", s->table ? "." : "",
                         c->field);
                if (!known_field(res, path))
                    fail_msg("%s: section %s shows %s, which no answer has", res->id, s->title,
                             path);
            }
    }
}

static bool
choice_exists(const struct field *f, const char *value)
{
    if (f && f->kind != KIND_ENUM)
        return true;
    for (size_t i = 0; f && f->choices && f->choices[i]; i++)
        if (!strcmp(f->choices[i], value))
            return true;
    return false;
}

static void
lists_can_be_paged_sorted_and_searched(void **state)
{
    (void)state;
    for (size_t i = 0; resource_at(i); i++) {
        const struct resource *res = resource_at(i);
        if (res->list == OP_NONE)
            continue;
        const struct op *op = op_get(res->list);
        const char *sort = res->paging == PAGING_ROWS ? "sortBy" : "_sortBy";
        assert_true(op->flags & OPF_SAFE);
        assert_non_null(res->row_id);
        assert_true(known_field(res, res->row_id));
        assert_true(known_field(res, res->row_name));
        for (const struct column *c = res->columns; c->title; c++)
            if (c->sort && !choice_exists(field_find(op->query, str_of(sort)), c->sort))
                fail_msg("%s: the server cannot sort by %s", res->id, c->sort);
        if (res->paging == PAGING_PAGES)
            assert_non_null(field_find(op->query, STR("_offset")));
        if (res->paging == PAGING_ROWS)
            assert_non_null(field_find(op->query, STR("offset")));
        if (!res->search_param)
            continue;
        const struct op *search = op_get(res->search != OP_NONE ? res->search : res->list);
        assert_non_null(field_find(search->query, str_of(res->search_param)));
    }
}

static const struct form_hint *
hint_of(const struct action *a, const char *field)
{
    for (const struct form_hint *h = a->form; h && h->field; h++)
        if (!strcmp(h->field, field))
            return h;
    return NULL;
}

static void
check_required(const struct resource *res, const struct action *a, const struct field *table,
               const char *inside)
{
    for (const struct field *f = table; f && f->name; f++) {
        char path[96], below[100];
        snprintf(path, sizeof path, "%s%s", inside, f->name);
        snprintf(below, sizeof below, "%s.", path);
        bool asked = !(a->flags & ACTION_HINTED) || hint_of(a, path);
        if (a->start || !(f->flags & FIELD_REQUIRED) || bind_find(a->binds, path))
            continue;
        if (!asked && f->kind == KIND_OBJECT && f->fields) {
            check_required(res, a, f->fields, below);
            continue;
        }
        if (!asked)
            fail_msg("%s.%s: %s is required but neither bound nor asked for", res->id, a->name,
                     f->name);
    }
}

static void
check_binds(const struct resource *res, const struct op *op, const struct bind *binds)
{
    for (const struct bind *b = binds; b && b->param; b++) {
        bool known = !strcmp(b->param, BIND_TENANT) || !strcmp(b->param, BIND_USER) ||
                     bind_field(op, b->param);
        if (!known)
            fail_msg("%s: %s has no %s", res->id, op->name, b->param);
        if (b->from == BIND_ROW && !known_field(res, b->field))
            fail_msg("%s: %s is bound to %s, which no row has", res->id, b->param, b->field);
    }
    for (const struct field *f = op->params; f && f->name; f++)
        if (!bind_find(binds, f->name))
            fail_msg("%s: nothing gives %s its %s", res->id, op->name, f->name);
}

static void
actions_have_all_they_need(void **state)
{
    (void)state;
    for (size_t i = 0; resource_at(i); i++) {
        const struct resource *res = resource_at(i);
        if (res->detail != OP_NONE)
            check_binds(res, op_get(res->detail), res->detail_binds);
        for (const struct action *a = res->actions; a && a->name; a++) {
            const struct op *op = op_get(a->op);
            check_binds(res, op, a->binds);
            check_required(res, a, op->query, "");
            check_required(res, a, op->body, "");
            for (const struct form_hint *h = a->form; h && h->field; h++) {
                if (!bind_field(op, h->field))
                    fail_msg("%s.%s: the operation has no %s", res->id, a->name, h->field);
                if (h->pick && !resource_by_id(str_of(h->pick)))
                    fail_msg("%s.%s: nothing is called %s", res->id, a->name, h->pick);
                if (h->from && !known_field(res, h->from))
                    fail_msg("%s.%s: no row has %s", res->id, a->name, h->from);
            }
            if ((a->flags & ACTION_DIFF) && res->detail == OP_NONE && res->again == OP_NONE)
                fail_msg("%s.%s: an edit must be able to read again", res->id, a->name);
        }
    }
}

static void
what_destroys_asks(void **state)
{
    (void)state;
    for (size_t i = 0; resource_at(i); i++) {
        const struct resource *res = resource_at(i);
        for (const struct action *a = res->actions; a && a->name; a++) {
            bool undone = false;
            for (const struct action *u = res->actions; a->undo && u->name; u++)
                undone = undone || !strcmp(u->name, a->undo);
            if (a->undo && !undone)
                fail_msg("%s.%s: nothing is called %s", res->id, a->name, a->undo);
            if (!(op_get(a->op)->flags & OPF_DESTRUCTIVE))
                continue;
            bool strong = a->confirm == CONFIRM_DESTROY || a->confirm == CONFIRM_TYPE;
            if (!strong && !(a->undo && a->confirm == CONFIRM_EASY))
                fail_msg("%s.%s destroys without asking", res->id, a->name);
        }
    }
}

/* When an answer of a change of many rows is lost: sending again is harmless, or the row can tell. */
static void
what_many_get_survives_a_lost_answer(void **state)
{
    (void)state;
    for (size_t i = 0; resource_at(i); i++) {
        const struct resource *res = resource_at(i);
        for (const struct action *a = res->actions; a && a->name; a++) {
            bool harmless = op_get(a->op)->flags & OPF_IDEMPOTENT;
            if (a->done && !reread_can(res))
                fail_msg("%s.%s: nobody can read again what would tell", res->id, a->name);
            if ((a->flags & ACTION_MARKED) && !a->start && !a->done && !harmless)
                fail_msg("%s.%s: a lost answer would stay unknown", res->id, a->name);
        }
    }
}

/* Keys of the console that stand for an action of the descriptor. */
static bool
stands_for_action(const char *key)
{
    return !strcmp(key, "a") || !strcmp(key, "e") || !strcmp(key, "d") || !strcmp(key, "x");
}

static void
check_key(const struct keymap *map, const struct resource *res, const char *key)
{
    uint32_t code;
    if (!key_parse(str_of(key), &code))
        fail_msg("%s: there is no key %s", res->id, key);
    if (!stands_for_action(key) && keymap_find(map, code) != COMMAND_NONE)
        fail_msg("%s: the key %s is taken by :%s", res->id, key,
                 command_info(keymap_find(map, code))->name);
    if (code >= '1' && code <= '9')
        fail_msg("%s: the key %s opens a pane", res->id, key);
}

static bool
exclusive(const struct action *a, const struct action *b)
{
    unsigned either = a->flags | b->flags;
    bool places = (either & ACTION_IN_TENANT) && (either & ACTION_ENVIRONMENT);
    return places || (a->applies && b->applies && a->applies != b->applies);
}

static void
keys_are_free(void **state)
{
    (void)state;
    struct keymap map;
    keymap_init(&map);
    for (size_t i = 0; resource_at(i); i++) {
        const struct resource *res = resource_at(i);
        for (const struct action *a = res->actions; a && a->name; a++) {
            check_key(&map, res, a->key);
            for (const struct action *b = res->actions; b != a; b++)
                if (!strcmp(a->key, b->key) && !exclusive(a, b))
                    fail_msg("%s: %s has two actions", res->id, a->key);
            for (const struct child *c = res->children; c && c->key; c++)
                if (!strcmp(a->key, c->key))
                    fail_msg("%s: %s is an action and a pane", res->id, a->key);
        }
        for (const struct child *c = res->children; c && c->key; c++)
            check_key(&map, res, c->key);
    }
}

static void
children_lead_somewhere(void **state)
{
    (void)state;
    for (size_t i = 0; resource_at(i); i++) {
        const struct resource *res = resource_at(i);
        for (const struct section *s = res->sections; s && s->title; s++)
            if (s->opens && !resource_by_id(str_of(s->opens)))
                fail_msg("%s: nothing is called %s", res->id, s->opens);
        for (const struct child *c = res->children; c && c->key; c++) {
            const struct resource *to = resource_by_id(str_of(c->resource));
            assert_true((to != NULL) != (c->open != NULL));
            if (c->open)
                continue;
            assert_true(to->list != OP_NONE);
            if (!c->keep)
                continue;
            assert_int_equal(to->paging, PAGING_NONE);
            if (!known_field(to, c->keep) || !known_field(res, c->of))
                fail_msg("%s: %s keeps by fields that do not exist", res->id, c->title);
        }
    }
}

static void
number_zero_is_no_operation_of_a_pane(void **state)
{
    (void)state;
    assert_string_equal(op_get(OP_NONE)->name, "vendor_auth");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_name_fields_that_exist),
        cmocka_unit_test(lists_can_be_paged_sorted_and_searched),
        cmocka_unit_test(actions_have_all_they_need),
        cmocka_unit_test(what_destroys_asks),
        cmocka_unit_test(what_many_get_survives_a_lost_answer),
        cmocka_unit_test(keys_are_free),
        cmocka_unit_test(children_lead_somewhere),
        cmocka_unit_test(number_zero_is_no_operation_of_a_pane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
