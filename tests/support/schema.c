#include "tests/support/schema.h"

#include "base/clock.h"

enum { POINTER_MAX = 4096, WHAT_MAX = 1024 };

struct place {
    struct buf pointer;
    schema_found *found;
    void *arg;
};

static void differs(struct place *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
differs(struct place *p, const char *fmt, ...)
{
    struct buf what;
    va_list ap;
    buf_init(&what, WHAT_MAX);
    va_start(ap, fmt);
    buf_vprintf(&what, fmt, ap);
    va_end(ap);
    p->found(p->arg, buf_str(&p->pointer), buf_str(&what));
    buf_fini(&what);
}

static const char *
type_name(const struct json *j)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",     [JSON_BOOL] = "boolean", [JSON_NUMBER] = "number",
        [JSON_STRING] = "string", [JSON_ARRAY] = "array",  [JSON_OBJECT] = "object",
    };
    return names[json_type(j)];
}

/* True if it is of that type; else says so. */
static bool
is_a(struct place *p, const struct json *value, struct str type)
{
    int64_t whole;
    bool good = str_eq(type, STR("integer")) ? json_to_i64(value, &whole)
                                             : str_eq(type, str_of(type_name(value)));
    if (!good)
        differs(p, "%s, not %.*s", type_name(value), STR_ARG(type));
    return good;
}

/* "string", "string:date-time", "any". */
static void
compare_plain(struct place *p, struct str schema, const struct json *value)
{
    struct str type = STR_ABSENT;
    int64_t ms;
    (void)str_next(&schema, ':', &type);
    if (str_eq(type, STR("any")) || !is_a(p, value, type))
        return;
    if (str_eq(schema, STR("date-time")) && !clock_parse(json_str(value), &ms))
        differs(p, "no date-time");
}

static void
compare_choice(struct place *p, const struct json *choices, const struct json *value)
{
    for (const struct json *it = json_first(choices); it; it = json_next(it))
        if (json_equal(it, value))
            return;
    if (is_a(p, value, STR("string")))
        differs(p, "no such choice: %.*s", STR_ARG(json_str(value)));
}

static void compare(struct place *p, const struct json *schema, const struct json *value);

static void
step_into(struct place *p, struct str name, const struct json *schema, const struct json *value)
{
    size_t n = p->pointer.n;
    buf_add_char(&p->pointer, '/');
    buf_add_str(&p->pointer, name);
    if (value)
        compare(p, schema, value);
    else
        differs(p, "absent");
    p->pointer.n = n;
}

static void
compare_members(struct place *p, const struct json *schema, const struct json *value)
{
    if (!is_a(p, value, STR("object")))
        return;
    for (const struct json *it = json_first(schema); it; it = json_next(it)) {
        struct str name = json_key(it);
        bool required = str_ends(name, STR("*"));
        name.n -= required;
        const struct json *member = json_get_str(value, name);
        if (member || required)
            step_into(p, name, it, member);
    }
}

static void
compare(struct place *p, const struct json *schema, const struct json *value)
{
    const struct json *nullable = json_get(schema, "?"), *choices = json_get(schema, "=");
    if (nullable) {
        if (json_type(value) != JSON_NULL)
            compare(p, nullable, value);
    } else if (choices) {
        compare_choice(p, choices, value);
    } else if (json_type(schema) == JSON_OBJECT) {
        compare_members(p, schema, value);
    } else if (json_type(schema) == JSON_STRING) {
        compare_plain(p, json_str(schema), value);
    } else if (is_a(p, value, STR("array"))) {
        for (const struct json *it = json_first(value); it; it = json_next(it))
            step_into(p, STR("*"), json_first(schema), it);
    }
}

void
schema_compare(const struct json *schema, const struct json *value, schema_found *found, void *arg)
{
    struct place p = {.found = found, .arg = arg};
    buf_init(&p.pointer, POINTER_MAX);
    compare(&p, schema, value);
    buf_fini(&p.pointer);
}
