#include "api/values.h"
#include "base/mem.h"

enum { TEXT_MAX = 16 * 1024 * 1024, LIST_MAX = 100000 };

struct values *
values_new(const struct op *op)
{
    struct values *v = mem_new(1, sizeof *v);
    v->op = op;
    v->path = json_new_object();
    v->query = json_new_object();
    return v;
}

void
values_free(struct values *take)
{
    if (!take)
        return;
    json_free(take->path);
    json_free(take->query);
    json_free(take->body);
    mem_free(take);
}

struct values *
values_copy(const struct values *v)
{
    struct values *copy = mem_new(1, sizeof *copy);
    copy->op = v->op;
    copy->path = json_copy(v->path);
    copy->query = json_copy(v->query);
    copy->body = v->body ? json_copy(v->body) : NULL;
    return copy;
}

/* Takes "query." and the like off the front of a name; VALUES_NONE if there is none of them. */
static enum values_place
take_prefix(struct str *name)
{
    static const struct {
        struct str text;
        enum values_place place;
    } prefixes[] = {
        {{"path.", 5}, VALUES_PATH}, {{"query.", 6}, VALUES_QUERY}, {{"body.", 5}, VALUES_BODY}};
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        if (str_starts(*name, prefixes[i].text)) {
            *name = str_sub(*name, prefixes[i].text.n, name->n);
            return prefixes[i].place;
        }
    }
    return VALUES_NONE;
}

static bool
is_index(struct str s)
{
    uint64_t i;
    return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9' && str_to_u64(s, &i) && i < LIST_MAX;
}

/* Follows a dotted name down nested tables; an index steps into a list of objects. */
static const struct field *
descend(const struct field *table, struct str name)
{
    const struct field *f = NULL;
    struct str part;
    while (str_next(&name, '.', &part)) {
        if (f && f->kind == KIND_ARRAY && is_index(part) && str_given(name))
            continue;
        if (f && f->kind != KIND_OBJECT && f->kind != KIND_ARRAY)
            return NULL;
        f = field_find(f ? f->fields : table, part);
        if (!f)
            return NULL;
    }
    return f;
}

/* Body names of an operation whose body is a list may start with an index; without one it is the
 * first. */
static struct str
without_index(const struct op *op, struct str name)
{
    struct str rest = name;
    struct str part;
    if ((op->flags & OPF_BODY_ARRAY) && str_next(&rest, '.', &part) && is_index(part) &&
        str_given(rest))
        return rest;
    return name;
}

static const struct field *
find_in(const struct op *op, enum values_place place, struct str name)
{
    switch (place) {
    case VALUES_PATH:
        return field_find(op->params, name);
    case VALUES_QUERY:
        return field_find(op->query, name);
    case VALUES_BODY:
        return descend(op->body, without_index(op, name));
    case VALUES_NONE:
        break;
    }
    return NULL;
}

/* As values_field; leaves *name without its prefix. */
static const struct field *
locate(const struct op *op, struct str *name, enum values_place *place)
{
    *place = take_prefix(name);
    if (*place != VALUES_NONE) {
        const struct field *f = find_in(op, *place, *name);
        if (!f)
            *place = VALUES_NONE;
        return f;
    }
    static const enum values_place order[] = {VALUES_PATH, VALUES_QUERY, VALUES_BODY};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        const struct field *f = find_in(op, order[i], *name);
        if (f) {
            *place = order[i];
            return f;
        }
    }
    return NULL;
}

const struct field *
values_field(const struct op *op, struct str name, enum values_place *place)
{
    return locate(op, &name, place);
}

/* The member or element `part` of a container; made if `make` and missing, NULL if it cannot be. */
static struct json *
step(struct json *at, struct str part, bool next_is_index, bool make)
{
    if (json_type(at) == JSON_ARRAY) {
        uint64_t i;
        if (!str_to_u64(part, &i) || i > json_len(at))
            return NULL;
        if (i == json_len(at) && make)
            json_push(at, json_new_object());
        return json_at(at, (size_t)i);
    }
    if (json_type(at) != JSON_OBJECT)
        return NULL;
    struct json *child = json_get_str(at, part);
    if (child && (json_type(child) == JSON_OBJECT || json_type(child) == JSON_ARRAY))
        return child;
    if (!make)
        return NULL;
    json_set(at, part, next_is_index ? json_new_array() : json_new_object());
    return json_get_str(at, part);
}

static bool
starts_with_index(struct str name)
{
    struct str part;
    return str_next(&name, '.', &part) && is_index(part);
}

/* The container that holds the last part of a dotted name, which is left in *name. */
static struct json *
container(struct json *root, struct str *name, bool make)
{
    struct json *at = root;
    struct str rest = *name;
    struct str part;
    while (at && str_next(&rest, '.', &part) && str_given(rest)) {
        at = step(at, part, starts_with_index(rest), make);
        *name = rest;
    }
    return at;
}

static struct json *
root_of(struct values *v, enum values_place place, struct str *name)
{
    if (place == VALUES_PATH)
        return v->path;
    if (place == VALUES_QUERY)
        return v->query;
    bool list = (v->op->flags & OPF_BODY_ARRAY) != 0;
    if (!v->body || json_type(v->body) != (list ? JSON_ARRAY : JSON_OBJECT)) {
        json_free(v->body);
        v->body = list ? json_new_array() : json_new_object();
    }
    if (!list)
        return v->body;
    struct str index = STR("0");
    struct str rest = without_index(v->op, *name);
    if (rest.n != name->n)
        index = str_sub(*name, 0, name->n - rest.n - 1);
    *name = rest;
    return step(v->body, index, false, true);
}

enum err_code
values_set(struct values *v, struct str name, struct json *take, struct err *err)
{
    enum values_place place;
    struct str last = name;
    if (!locate(v->op, &last, &place)) {
        json_free(take);
        return err_set(err, ERR_USAGE, "%s has no parameter %.*s", v->op->name, STR_ARG(name));
    }
    struct json *at = root_of(v, place, &last);
    if (at && place == VALUES_BODY)
        at = container(at, &last, true);
    if (!at || json_type(at) != JSON_OBJECT) {
        json_free(take);
        return err_set(err, ERR_USAGE, "%.*s: list elements are given in order from 0",
                       STR_ARG(name));
    }
    json_set(at, last, take);
    return ERR_OK;
}

static struct json *
parse_of_type(struct str text, enum json_type type)
{
    struct json *j = json_parse(text, TEXT_MAX, NULL);
    if (j && json_type(j) == type)
        return j;
    json_free(j);
    return NULL;
}

static struct json *scalar_of_text(enum kind kind, struct str text);

static struct json *
list_of_text(const struct field *f, struct str text)
{
    struct str trimmed = str_trim(text);
    if (str_starts(trimmed, STR("[")))
        return parse_of_type(trimmed, JSON_ARRAY);
    if (f->item == KIND_OBJECT)
        return NULL;
    struct json *list = json_new_array();
    struct str part;
    while (text.n > 0 && str_next(&text, ',', &part)) {
        struct json *element = scalar_of_text(f->item, str_trim(part));
        if (!element) {
            json_free(list);
            return NULL;
        }
        json_push(list, element);
    }
    return list;
}

/* NULL if the text is not of that kind. */
static struct json *
scalar_of_text(enum kind kind, struct str text)
{
    bool b;
    int64_t i;
    struct json *j;
    switch (kind) {
    case KIND_BOOL:
        return str_to_bool(text, &b) ? json_new_bool(b) : NULL;
    case KIND_INT:
        return str_to_i64(text, &i) ? json_new_i64(i) : NULL;
    case KIND_NUMBER:
        return parse_of_type(text, JSON_NUMBER);
    case KIND_OBJECT:
        return parse_of_type(text, JSON_OBJECT);
    case KIND_ANY:
        j = json_parse(text, TEXT_MAX, NULL);
        return j ? j : json_new_str(text);
    default:
        return json_new_str(text);
    }
}

enum err_code
values_set_text(struct values *v, struct str name, struct str text, struct err *err)
{
    enum values_place place;
    const struct field *f = values_field(v->op, name, &place);
    if (!f)
        return err_set(err, ERR_USAGE, "%s has no parameter %.*s", v->op->name, STR_ARG(name));
    struct json *value =
        f->kind == KIND_ARRAY ? list_of_text(f, text) : scalar_of_text(f->kind, text);
    if (!value)
        return err_set(err, ERR_USAGE, "%.*s: not a valid %s", STR_ARG(name), kind_name(f->kind));
    return values_set(v, name, value, err);
}

enum err_code
values_set_arg(struct values *v, struct str arg, struct err *err)
{
    ptrdiff_t eq = str_find_char(arg, '=');
    if (eq <= 0)
        return err_set(err, ERR_USAGE, "expected name=value, not \"%.*s\"", STR_ARG(arg));
    struct str name = str_sub(arg, 0, (size_t)eq);
    struct str text = str_sub(arg, (size_t)eq + 1, arg.n);
    if (!str_ends(name, STR(":")))
        return values_set_text(v, name, text, err);
    name.n--;
    struct json *value = json_parse(text, TEXT_MAX, err);
    if (!value) {
        err_prefix(err, "%.*s", STR_ARG(name));
        return ERR_USAGE;
    }
    return values_set(v, name, value, err);
}

void
values_set_body(struct values *v, struct json *take)
{
    json_free(v->body);
    v->body = take;
}

/* The container of a name that is set, NULL if there is none. */
static struct json *
find_container(const struct values *v, struct str *name)
{
    enum values_place place;
    if (!locate(v->op, name, &place))
        return NULL;
    if (place != VALUES_BODY)
        return place == VALUES_PATH ? v->path : v->query;
    if ((v->op->flags & OPF_BODY_ARRAY) && v->body && !starts_with_index(*name)) {
        struct json *first = json_at(v->body, 0);
        return first ? container(first, name, false) : NULL;
    }
    return v->body ? container(v->body, name, false) : NULL;
}

void
values_clear(struct values *v, struct str name)
{
    struct json *at = find_container(v, &name);
    if (json_type(at) == JSON_OBJECT)
        json_free(json_detach(at, name));
}

const struct json *
values_get(const struct values *v, struct str name)
{
    struct json *at = find_container(v, &name);
    return json_type(at) == JSON_OBJECT ? json_get_str(at, name) : NULL;
}

static void
check_path_and_query(const struct values *v, struct check *c)
{
    for (const struct field *f = v->op->params; f && f->name; f++)
        check_field(c, f, json_get(v->path, f->name));
    for (const struct field *f = v->op->query; f && f->name; f++)
        check_field(c, f, json_get(v->query, f->name));
}

bool
values_check(const struct values *v, struct check *c)
{
    size_t before = c->n;
    check_path_and_query(v, c);
    check_body(c, v->op, v->body);
    return c->n == before;
}
