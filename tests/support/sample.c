#include "tests/support/sample.h"

#include "base/json.h"

#include <stdio.h>

static bool
is_id(const char *name)
{
    struct str s = str_of(name);
    return str_eq_nocase(s, STR("ids")) || str_eq(s, STR("id")) || str_eq(s, STR("key")) ||
           str_ends(s, STR("Id")) || str_ends(s, STR("Ids"));
}

static const char *
id_for(const struct sample *s, const char *name)
{
    const char *id = s->id ? s->id(name, s->arg) : NULL;
    return id ? id : "no-such-id";
}

/* A text that fits; patterns of the catalogue are met by one of these. */
static const char *
text_for(const struct sample *s, const struct field *f)
{
    switch (f->kind) {
    case KIND_EMAIL:
        return "someone@example.com";
    case KIND_UUID:
        return "0b0ae6e8-6a3f-4b64-9f4e-0d5e0c1f7f4a";
    case KIND_URL:
        return "https://example.com/x";
    case KIND_PHONE:
        return "+4315551234";
    case KIND_TIME:
        return "2024-05-02T11:25:22.000Z";
    case KIND_ENUM:
        return f->choices ? f->choices[0] : "x";
    default:
        return is_id(f->name) ? id_for(s, f->name) : "asc";
    }
}

/* -- paths and queries -- */

static void
add_param(const struct sample *s, struct str name, struct buf *out)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    buf_add_urlencoded(out, str_of(id_for(s, text)));
}

static void
add_query_value(const struct sample *s, const struct field *f, struct buf *out)
{
    struct field one = *f;
    one.kind = f->kind == KIND_ARRAY ? f->item : f->kind;
    if (one.kind == KIND_BOOL)
        buf_add_text(out, "true");
    else if (one.kind == KIND_INT || one.kind == KIND_NUMBER)
        buf_printf(out, "%lld", (long long)(f->flags & FIELD_HAS_MIN ? f->min : 1));
    else
        buf_add_urlencoded(out, str_of(text_for(s, &one)));
}

void
sample_target(const struct sample *s, const struct op *op, struct buf *out)
{
    struct str rest = str_of(op->path), part;
    bool first = true;
    while (rest.n && str_next(&rest, '/', &part)) {
        if (!first)
            buf_add_char(out, '/');
        first = false;
        if (part.n && part.p[0] == '{')
            add_param(s, str_sub(part, 1, part.n - 1), out);
        else
            buf_add_str(out, part);
    }
    char mark = '?';
    for (const struct field *f = op->query; f && f->name; f++) {
        if (!s->all && !(f->flags & FIELD_REQUIRED))
            continue;
        buf_printf(out, "%c%s=", mark, f->name);
        add_query_value(s, f, out);
        mark = '&';
    }
}

/* -- bodies -- */

static void add_value(const struct sample *s, const struct field *f, enum kind kind,
                      struct buf *out);

static bool
holds(const struct field *table, const struct field *spot)
{
    for (const struct field *f = table; f && f->name; f++)
        if (f == spot || holds(f->fields, spot))
            return true;
    return false;
}

static void
add_object(const struct sample *s, const struct field *table, struct buf *out)
{
    const char *comma = "";
    buf_add_char(out, '{');
    for (const struct field *f = table; f && f->name; f++) {
        bool wanted = s->all || f->flags & FIELD_REQUIRED || f == s->spot ||
                      (s->spot && holds(f->fields, s->spot));
        if (!wanted || f->flags & FIELD_READ_ONLY)
            continue;
        buf_printf(out, "%s\"%s\":", comma, f->name);
        comma = ",";
        if (f == s->spot)
            buf_add_text(out, s->value);
        else
            add_value(s, f, f->kind, out);
    }
    buf_add_char(out, '}');
}

static void
add_number(const struct field *f, struct buf *out)
{
    int64_t n = f->flags & FIELD_HAS_MIN ? f->min : 1;
    buf_printf(out, "%lld", (long long)(f->flags & FIELD_HAS_MAX && n > f->max ? f->max : n));
}

static void
add_value(const struct sample *s, const struct field *f, enum kind kind, struct buf *out)
{
    struct field as = *f;
    as.kind = kind;
    switch (kind) {
    case KIND_BOOL:
        buf_add_text(out, "true");
        return;
    case KIND_INT:
    case KIND_NUMBER:
        add_number(f, out);
        return;
    case KIND_OBJECT:
        add_object(s, f->fields, out);
        return;
    case KIND_ARRAY:
        buf_add_char(out, '[');
        add_value(s, f, f->item, out);
        buf_add_char(out, ']');
        return;
    case KIND_METADATA:
        buf_add_text(out, "\"{}\"");
        return;
    default:
        json_write_str(out, str_of(text_for(s, &as)));
    }
}

void
sample_body(const struct sample *s, const struct op *op, struct buf *out)
{
    if (!op->body)
        return;
    if (op->flags & OPF_BODY_ARRAY)
        buf_add_char(out, '[');
    add_object(s, op->body, out);
    if (op->flags & OPF_BODY_ARRAY)
        buf_add_char(out, ']');
}

const char *const *
sample_misfits(const struct field *f)
{
    static const char *const no_text[] = {"7", "true", "{}", "[]", NULL};
    static const char *const no_bool[] = {"7", "\"yes\"", "{}", "[]", NULL};
    static const char *const no_int[] = {"\"x\"", "true", "{}", "[]", "1.5", NULL};
    static const char *const no_number[] = {"\"x\"", "true", "{}", "[]", NULL};
    static const char *const no_object[] = {"7", "\"x\"", "true", "[]", NULL};
    static const char *const no_array[] = {"7", "\"x\"", "true", "{}", NULL};
    static const char *const no_metadata[] = {"7", "true", "[]", "\"no json\"", NULL};
    switch (f->kind) {
    case KIND_BOOL:
        return no_bool;
    case KIND_INT:
        return no_int;
    case KIND_NUMBER:
        return no_number;
    case KIND_OBJECT:
        return no_object;
    case KIND_ARRAY:
        return no_array;
    case KIND_METADATA:
        return no_metadata;
    case KIND_ANY:
        return NULL;
    default:
        return no_text;
    }
}

void
sample_each_field(const struct field *table, void (*fn)(const struct field *f, void *arg),
                  void *arg)
{
    for (const struct field *f = table; f && f->name; f++) {
        fn(f, arg);
        sample_each_field(f->fields, fn, arg);
    }
}
