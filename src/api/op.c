#include "api/op.h"
#include "api/catalogue/choices.h"
#include "api/catalogue/requests.h"
#include "api/catalogue/shapes.h"
#include "base/mem.h"

static const struct op ops[] = {
#define OP(row, verb, where, ...)                                                                  \
    [OP_##row] = {.id = OP_##row,                                                                  \
                  .name = #row,                                                                    \
                  .path = (where),                                                                 \
                  .group = OP_GROUP,                                                               \
                  .method = METHOD_##verb,                                                         \
                  __VA_ARGS__},
#include "api/op.def"
#undef OP
};

static const char *const method_names[METHOD_COUNT] = {
    [METHOD_GET] = "GET",     [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
    [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
};

static const char *const auth_names[] = {
    [AUTH_UNSET] = "unset",   [AUTH_PUBLIC] = "public", [AUTH_VENDOR] = "vendor",
    [AUTH_TENANT] = "tenant", [AUTH_USER] = "user",     [AUTH_ANY] = "any",
};

static const char *const kind_names[] = {
    [KIND_STRING] = "string",     [KIND_EMAIL] = "email",   [KIND_UUID] = "uuid",
    [KIND_URL] = "url",           [KIND_PHONE] = "phone",   [KIND_TIME] = "time",
    [KIND_BOOL] = "boolean",      [KIND_INT] = "integer",   [KIND_NUMBER] = "number",
    [KIND_ENUM] = "choice",       [KIND_OBJECT] = "object", [KIND_ARRAY] = "list",
    [KIND_METADATA] = "metadata", [KIND_ANY] = "any",
};

const struct op *
op_get(enum op_id id)
{
    ASSERT((size_t)id < OP_COUNT);
    return &ops[id];
}

const struct op *
op_by_name(struct str name)
{
    for (size_t i = 0; i < OP_COUNT; i++)
        if (str_eq(name, str_of(ops[i].name)))
            return &ops[i];
    return NULL;
}

const char *
method_name(enum method m)
{
    ASSERT((size_t)m < METHOD_COUNT);
    return method_names[m];
}

bool
method_parse(struct str name, enum method *out)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (str_eq(name, str_of(method_names[i]))) {
            *out = (enum method)i;
            return true;
        }
    }
    return false;
}

const char *
auth_name(enum auth a)
{
    ASSERT((size_t)a < COUNT_OF(auth_names));
    return auth_names[a];
}

const char *
kind_name(enum kind k)
{
    ASSERT((size_t)k < COUNT_OF(kind_names));
    return kind_names[k];
}

/* Names mostly differ in their first bytes, so how long each is need not be known. */
static bool
is_named(const char *z, struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (z[i] == '\0' || z[i] != name.p[i])
            return false;
    return z[name.n] == '\0';
}

const struct field *
field_find(const struct field *table, struct str name)
{
    for (const struct field *f = table; f && f->name; f++)
        if (is_named(f->name, name))
            return f;
    return NULL;
}

const struct field *
op_list(const struct op *op)
{
    for (const struct field *f = op->body; f && f->name; f++)
        if (f->kind == KIND_ARRAY && f->fields)
            return f;
    return NULL;
}

size_t
field_count(const struct field *table)
{
    size_t n = 0;
    for (const struct field *f = table; f && f->name; f++)
        n++;
    return n;
}
