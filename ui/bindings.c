#include "ui/bindings.h"
#include "base/mem.h"
#include "ui/cell.h"
#include <stdio.h>

const struct bind *
bind_find(const struct bind *binds, const char *param)
{
    for (const struct bind *b = binds; b && b->param; b++)
        if (!strcmp(b->param, param))
            return b;
    return NULL;
}

static const struct json *
bind_json(const struct bind *b, const struct bind_scope *scope)
{
    switch (b->from) {
    case BIND_ROW:
        return cell_value(scope->row, b->field);
    case BIND_PARENT:
        return cell_value(scope->parent, b->field);
    case BIND_CONTEXT:
    case BIND_CONST:
    case BIND_MARKED:
        return NULL;
    }
    return NULL;
}

struct str
bind_text(const struct bind *b, const struct bind_scope *scope)
{
    switch (b->from) {
    case BIND_CONST:
        return str_of(b->field);
    case BIND_CONTEXT:
        return scope->tenant;
    case BIND_ROW:
    case BIND_PARENT:
    case BIND_MARKED:
        return json_str(bind_json(b, scope));
    }
    return STR_ABSENT;
}

struct str
bind_tenant(const struct op *op, const struct bind *binds, const struct bind_scope *scope)
{
    const struct bind *b = bind_find(binds, BIND_TENANT);
    if (b)
        return bind_text(b, scope);
    if (!(op->ctx & (CTX_TENANT | CTX_NEED_TENANT)) || (op->ctx & CTX_NO_TENANT))
        return STR_ABSENT;
    return scope->tenant;
}

struct str
bind_user(const struct bind *binds, const struct bind_scope *scope)
{
    const struct bind *b = bind_find(binds, BIND_USER);
    return b ? bind_text(b, scope) : STR_ABSENT;
}

/* Text of a bind as the JSON the field wants. */
static struct json *
text_as(const struct field *f, struct str text)
{
    bool flag;
    int64_t number;
    if (f->kind == KIND_BOOL && str_to_bool(text, &flag))
        return json_new_bool(flag);
    if (f->kind == KIND_INT && str_to_i64(text, &number))
        return json_new_i64(number);
    return json_new_str(text);
}

static struct json *
value_for(const struct field *f, const struct bind *b, const struct bind_scope *scope)
{
    const struct json *found = bind_json(b, scope);
    struct json *value = NULL;
    if (found)
        value = json_copy(found);
    else if (str_given(bind_text(b, scope)))
        value = text_as(f, bind_text(b, scope));
    if (value && f->kind == KIND_ARRAY && json_type(value) != JSON_ARRAY) {
        struct json *list = json_new_array();
        json_push(list, value);
        value = list;
    }
    return value;
}

static enum err_code
set_in(struct values *v, const char *place, const struct field *f, const struct json *value,
       struct err *err)
{
    char name[96];
    snprintf(name, sizeof name, "%s.%s", place, f->name);
    if (json_type(value) == JSON_STRING)
        return values_set_text(v, str_of(name), json_str(value), err);
    return values_set(v, str_of(name), json_copy(value), err);
}

/* Where values of one call are put together. */
struct filling {
    const struct op *op;
    struct values *values;
    struct json *body;
};

/* "a.b" goes into the object `a`, which is made. */
static void
set_member(struct json *body, struct str path, const struct json *value)
{
    struct str head;
    ptrdiff_t dot = str_find_char(path, '.');
    if (dot < 0) {
        json_set(body, path, json_copy(value));
        return;
    }
    head = str_sub(path, 0, (size_t)dot);
    struct json *inner =
        json_get_str(body, head) ? json_copy(json_get_str(body, head)) : json_new_object();
    set_member(inner, str_sub(path, (size_t)dot + 1, path.n), value);
    json_set(body, head, inner);
}

static enum err_code
put(struct filling *f, const char *name, const struct json *value, struct err *err)
{
    struct str key = str_of(name);
    const struct field *field = field_find(f->op->params, key);
    if (field)
        return set_in(f->values, "path", field, value, err);
    field = field_find(f->op->query, key);
    if (field)
        return set_in(f->values, "query", field, value, err);
    set_member(f->body, key, value);
    return ERR_OK;
}

const struct field *
bind_field(const struct op *op, const char *name)
{
    struct str key = str_of(name), rest = key, part;
    const struct field *f = field_find(op->params, key);
    f = f ? f : field_find(op->query, key);
    const struct field *table = op->body;
    while (!f && table && str_next(&rest, '.', &part)) {
        const struct field *member = field_find(table, part);
        if (!str_given(rest))
            return member;
        table = member ? member->fields : NULL;
    }
    return f;
}

static const struct field *
any_field(const struct op *op, const char *name)
{
    static const struct field text = {.name = "", .kind = KIND_STRING};
    const struct field *f = bind_field(op, name);
    return f ? f : &text;
}

static enum err_code
put_binds(struct filling *f, const struct bind *binds, const struct bind_scope *scope,
          struct err *err)
{
    for (const struct bind *b = binds; b && b->param; b++) {
        if (!strcmp(b->param, BIND_TENANT) || !strcmp(b->param, BIND_USER))
            continue;
        struct json *value = value_for(any_field(f->op, b->param), b, scope);
        if (!value)
            return err_set(err, ERR_INVALID, "This row has no %s, which is needed here", b->field);
        enum err_code code = put(f, b->param, value, err);
        json_free(value);
        if (code)
            return code;
    }
    return ERR_OK;
}

static enum err_code
put_input(struct filling *f, const struct json *input, struct err *err)
{
    for (const struct json *it = json_first(input); it; it = json_next(it)) {
        char name[96];
        snprintf(name, sizeof name, "%.*s", STR_ARG(json_key(it)));
        enum err_code code = put(f, name, it, err);
        if (code)
            return code;
    }
    return ERR_OK;
}

struct values *
bind_values(const struct op *op, const struct bind *binds, const struct bind_scope *scope,
            struct err *err)
{
    struct filling f = {op, values_new(op), json_new_object()};
    if (put_binds(&f, binds, scope, err) || put_input(&f, scope->input, err)) {
        values_free(f.values);
        json_free(f.body);
        return NULL;
    }
    if (!op->body) {
        json_free(f.body);
        return f.values;
    }
    if (op->flags & OPF_BODY_ARRAY) {
        struct json *list = json_new_array();
        json_push(list, f.body);
        f.body = list;
    }
    values_set_body(f.values, f.body);
    return f.values;
}

call_id
bind_send(const struct bind_call *call, struct values *take, result_fn *done, void *ctx)
{
    struct client_request request = {.op = call->op,
                                     .values = take,
                                     .background = call->ahead,
                                     .set = call->calls,
                                     .done = done,
                                     .ctx = ctx};
    if (call->tenant.n)
        request.scope.tenant_id = call->tenant;
    if (call->user.n)
        request.scope.user_id = call->user;
    return client_send(call->client, &request);
}
