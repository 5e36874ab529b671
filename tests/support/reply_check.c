#include "tests/support/reply_check.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>

struct fault {
    char *text;
    size_t max;
};

static bool wrong(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool
wrong(struct fault *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(f->text, f->max, fmt, ap);
    va_end(ap);
    return false;
}

static bool
is_one_of(struct str s, const char *const *choices)
{
    for (size_t i = 0; choices && choices[i]; i++)
        if (str_eq(s, str_of(choices[i])))
            return true;
    return choices == NULL;
}

static bool
is_json_text(struct str s)
{
    struct json *j = json_parse(s, s.n, NULL);
    bool good = j != NULL;
    json_free(j);
    return good;
}

static bool
scalar_fits(const struct json *j, enum kind kind, const struct field *f)
{
    int64_t number;
    double real;
    bool flag;
    struct str text = json_str(j);
    switch (kind) {
    case KIND_STRING:
    case KIND_EMAIL:
    case KIND_UUID:
    case KIND_URL:
    case KIND_PHONE:
        return str_given(text);
    case KIND_TIME:
        return str_given(text) && clock_parse(text, &number);
    case KIND_ENUM:
        return str_given(text) && is_one_of(text, f->choices);
    case KIND_METADATA:
        return str_given(text) && is_json_text(text);
    case KIND_BOOL:
        return json_to_bool(j, &flag);
    case KIND_INT:
        return json_to_i64(j, &number);
    case KIND_NUMBER:
        return json_to_double(j, &real);
    case KIND_OBJECT:
        return json_type(j) == JSON_OBJECT;
    case KIND_ARRAY:
        return json_type(j) == JSON_ARRAY;
    case KIND_ANY:
        return true;
    }
    return false;
}

static bool object_fits(const struct json *j, const struct field *fields, struct fault *fault);

static bool
value_fits(const struct json *j, const struct field *f, struct fault *fault)
{
    if (json_type(j) == JSON_NULL && f->flags & FIELD_NULLABLE)
        return true;
    if (!scalar_fits(j, f->kind, f))
        return wrong(fault, "%s is not a %s", f->name, kind_name(f->kind));
    if (f->kind == KIND_OBJECT && f->fields)
        return object_fits(j, f->fields, fault);
    for (const struct json *it = f->kind == KIND_ARRAY ? json_first(j) : NULL; it;
         it = json_next(it)) {
        if (!scalar_fits(it, f->item, f))
            return wrong(fault, "an element of %s is not a %s", f->name, kind_name(f->item));
        if (f->item == KIND_OBJECT && f->fields && !object_fits(it, f->fields, fault))
            return false;
    }
    return true;
}

/* An audit event holds what is known of it, and whatever an application added. */
static bool
is_open(const struct field *fields)
{
    return field_find(fields, STR("frontegg_id")) != NULL;
}

/* The answer to a sign-in is tokens or a challenge, that to a sign-up one of them or what comes
 * first, an approval flow is configured in part: never all of their members. */
static bool
is_either_or(const struct field *fields)
{
    return field_find(fields, STR("mfaRequired")) || field_find(fields, STR("shouldActivate")) ||
           field_find(fields, STR("autoApproveInMinutes"));
}

static bool
object_fits(const struct json *j, const struct field *fields, struct fault *fault)
{
    bool all = !is_open(fields) && !is_either_or(fields);
    if (json_type(j) != JSON_OBJECT)
        return wrong(fault, "an object is expected");
    for (const struct json *m = json_first(j); m; m = json_next(m)) {
        const struct field *f = field_find(fields, json_key(m));
        if (!f && !is_open(fields))
            return wrong(fault, "%.*s is not in the catalogue", STR_ARG(json_key(m)));
        if (f && !value_fits(m, f, fault))
            return false;
    }
    for (const struct field *f = fields; all && f->name; f++)
        if (!json_get(j, f->name) && !(f->flags & (FIELD_ASSUMED | FIELD_SECRET | FIELD_SPARSE)))
            return wrong(fault, "%s is missing", f->name);
    return true;
}

static bool
list_fits(const struct json *list, const struct field *fields, struct fault *fault)
{
    if (json_type(list) != JSON_ARRAY)
        return wrong(fault, "a list is expected");
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (fields && !object_fits(it, fields, fault))
            return false;
    return true;
}

/* {items, _metadata: {totalItems, totalPages}, _links: {next, prev, first, last}}, relative. */
static bool
envelope_fits(const struct json *j, const struct field *fields, struct fault *fault)
{
    static const char *const links[] = {"next", "prev", "first", "last", NULL};
    const struct json *meta = json_get(j, "_metadata"), *link = json_first(json_get(j, "_links"));
    int64_t n;
    if (json_len(j) != 3 || json_type(json_get(j, "_links")) != JSON_OBJECT || json_len(meta) != 2)
        return wrong(fault, "the envelope is not items, _metadata, _links");
    if (!json_to_i64(json_get(meta, "totalItems"), &n) ||
        !json_to_i64(json_get(meta, "totalPages"), &n))
        return wrong(fault, "_metadata is not totalItems and totalPages");
    for (; link; link = json_next(link))
        if (!is_one_of(json_key(link), links) || !str_starts(json_str(link), STR("/")) ||
            str_find(json_str(link), STR("_offset=")) < 0)
            return wrong(fault, "_links.%.*s", STR_ARG(json_key(link)));
    return list_fits(json_get(j, "items"), fields, fault);
}

static bool
success_fits(const struct tserver_reply *r, const struct op *op, struct fault *fault)
{
    if (r->status != op->status)
        return wrong(fault, "status %d, the catalogue says %d", r->status, op->status);
    if (op->flags & OPF_REPLY_EMPTY || (op->flags & OPF_REPLY_UNKNOWN && r->body.n == 0))
        return r->body.n == 0 || wrong(fault, "the body must be empty");
    if (op->flags & OPF_REPLY_TEXT)
        return true;
    if (!str_eq(tserver_header(r, "content-type"), STR("application/json; charset=utf-8")))
        return wrong(fault, "Content-Type");
    if (!r->json)
        return wrong(fault, "the body is not JSON");
    if (op->flags & OPF_PAGED)
        return envelope_fits(r->json, op->reply, fault);
    if (op->flags & OPF_REPLY_ARRAY)
        return list_fits(r->json, op->reply, fault);
    return !op->reply || object_fits(r->json, op->reply, fault);
}

static bool
failure_fits(const struct tserver_reply *r, struct fault *fault)
{
    const struct json *errors = json_get(r->json, "errors"), *code = json_get(r->json, "errorCode");
    if (json_type(errors) != JSON_ARRAY || json_len(errors) == 0)
        return wrong(fault, "a failure has a list of errors");
    for (const struct json *it = json_first(errors); it; it = json_next(it))
        if (json_str(it).n == 0)
            return wrong(fault, "each error is a text");
    if (code && !str_starts(json_str(code), STR("ER-")))
        return wrong(fault, "errorCode");
    return json_len(r->json) == (code ? 2u : 1u) || wrong(fault, "only errors and errorCode");
}

/* Bytes that are no request at all are answered before there is anything to trace. */
static bool
is_refused_framing(const struct tserver_reply *r)
{
    return r->status == 400 && str_find(r->body, STR("malformed or too large")) >= 0;
}

bool
reply_check(const struct tserver_reply *r, const struct op *op, char *text, size_t max)
{
    struct fault fault = {text, max};
    if (tserver_header(r, "frontegg-trace-id").n != 36 && !is_refused_framing(r))
        return wrong(&fault, "no trace id");
    if (r->status >= 400)
        return failure_fits(r, &fault);
    return !op || success_fits(r, op, &fault);
}
