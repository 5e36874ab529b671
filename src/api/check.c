#include "api/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <regex.h>

enum { PATH_MAX_BYTES = 512 };

/* Where in the body a value is: a chain from the value up to the root, written out only for a
 * message. */
struct where {
    const struct where *up;
    const char *name; /* NULL: the index counts */
    size_t index;
};

/* One value under check. */
struct subject {
    struct check *c;
    const struct where *where;
    const struct field *f;
    const struct json *v; /* NULL if a required value is missing */
    bool each;            /* v is one element of a list of plain values */
    bool query;           /* came as text, not as JSON */
};

static const struct {
    const char *message, *ref;
} known[] = {
    {"email must be a string", "ER-004a5c1ae5"},
    {"name must be a string", "ER-0005eb4672"},
    {"name should not be empty", "ER-001a109c8b"},
    {"Either email or username must be provided", "ER-000a64f544"},
    {"User ID must be a valid id", "ER-001c3df1e0"},
    {"password should not be empty", "ER-008897167d"},
    {"Phone number must be valid", "ER-005a0fec63"},
};

const char *
check_ref(struct str message)
{
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_eq(message, str_of(known[i].message)))
            return known[i].ref;
    return NULL;
}

void
check_init(struct check *c, struct arena *a)
{
    *c = (struct check){.arena = a};
}

static void
keep(struct check *c, struct str message)
{
    if (c->n == CHECK_MESSAGES_MAX) {
        c->cut = true;
        return;
    }
    if (!c->ref)
        c->ref = check_ref(message);
    c->messages[c->n++] = message;
}

void
check_add(struct check *c, const char *fmt, ...)
{
    if (c->n == CHECK_MESSAGES_MAX) {
        c->cut = true;
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    keep(c, arena_vprintf(c->arena, fmt, ap));
    va_end(ap);
}

/* "users.0.email". Names are the catalogue's, so the length is bounded. */
static void
write_path(const struct where *w, struct buf *out)
{
    if (w->up) {
        write_path(w->up, out);
        buf_add_char(out, '.');
    }
    if (w->name)
        buf_add_text(out, w->name);
    else
        buf_add_i64(out, (int64_t)w->index);
}

static void __attribute__((format(printf, 2, 3)))
say(const struct subject *s, const char *rule, ...)
{
    struct check *c = s->c;
    if (c->n == CHECK_MESSAGES_MAX) {
        c->cut = true;
        return;
    }
    struct buf path;
    buf_init(&path, PATH_MAX_BYTES);
    write_path(s->where, &path);
    va_list ap;
    va_start(ap, rule);
    struct str text = arena_vprintf(c->arena, rule, ap);
    va_end(ap);
    keep(c, arena_printf(c->arena, "%s%.*s %.*s", s->each ? "each value in " : "",
                         STR_ARG(buf_str(&path)), STR_ARG(text)));
    buf_fini(&path);
}

static size_t
count_characters(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static bool
matches(const struct subject *s, struct str text)
{
    regex_t re;
    if (regcomp(&re, s->f->pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool ok = regexec(&re, arena_cstr(s->c->arena, text), 0, NULL, 0) == 0;
    regfree(&re);
    return ok;
}

static void
rule_length(const struct subject *s, struct str text)
{
    const struct field *f = s->f;
    int64_t n = str_given(text) ? (int64_t)count_characters(text) : -1;
    if ((f->flags & FIELD_HAS_MAX) && (n < 0 || n > f->max))
        say(s, "must be shorter than or equal to %lld characters", (long long)f->max);
    if ((f->flags & FIELD_HAS_MIN) && n < f->min)
        say(s, "must be longer than or equal to %lld characters", (long long)f->min);
}

static void
rule_string(const struct subject *s)
{
    struct str text = json_str(s->v);
    if ((s->f->flags & FIELD_NOT_EMPTY) && text.n == 0)
        say(s, "should not be empty");
    rule_length(s, text);
    if (s->f->pattern && (!str_given(text) || !matches(s, text)))
        say(s, "must match /%s/ regular expression", s->f->pattern);
    if (!str_given(text))
        say(s, "must be a string");
}

static void
rule_email(const struct subject *s)
{
    struct str text = json_str(s->v);
    if (!check_is_email(text))
        say(s, "must be an email");
    if (!str_given(text))
        say(s, "must be a string");
}

static void
rule_phone(const struct subject *s)
{
    struct str text = json_str(s->v);
    if (text.n == 0)
        say(s, "should not be empty");
    if (!check_is_phone(text))
        check_add(s->c, "Phone number must be valid");
}

static void
rule_uuid(const struct subject *s)
{
    if (!check_is_uuid(json_str(s->v)))
        say(s, "must be a UUID");
}

static void
rule_url(const struct subject *s)
{
    if (!check_is_url(json_str(s->v)))
        say(s, "must be a URL address");
}

static void
rule_time(const struct subject *s)
{
    int64_t ms;
    struct str text = json_str(s->v);
    if (!str_given(text) || !clock_parse(text, &ms))
        say(s, "must be a valid ISO 8601 date string");
}

static void
rule_bool(const struct subject *s)
{
    bool b;
    if (!json_to_bool(s->v, &b))
        say(s, "must be a boolean value");
}

static void
rule_number(const struct subject *s)
{
    const struct field *f = s->f;
    double d;
    bool number = json_to_double(s->v, &d);
    int64_t whole;
    if ((f->flags & FIELD_HAS_MAX) && !(number && d <= (double)f->max))
        say(s, "must not be greater than %lld", (long long)f->max);
    if ((f->flags & FIELD_HAS_MIN) && !(number && d >= (double)f->min))
        say(s, "must not be less than %lld", (long long)f->min);
    if (!number)
        say(s, s->query ? "must be a number"
                        : "must be a number conforming to the specified constraints");
    else if (f->kind == KIND_INT && !json_to_i64(s->v, &whole))
        say(s, "must be an integer number");
}

static struct str
join_choices(const struct subject *s)
{
    struct str all = STR("");
    for (const char *const *c = s->f->choices; *c; c++)
        all = arena_printf(s->c->arena, "%.*s%s%s", STR_ARG(all), all.n ? ", " : "", *c);
    return all;
}

static void
rule_enum(const struct subject *s)
{
    struct str text = json_str(s->v);
    for (const char *const *c = s->f->choices; str_given(text) && *c; c++)
        if (str_eq(text, str_of(*c)))
            return;
    if (strcmp(s->f->name, "_sortBy") == 0)
        say(s, "must be a valid enum value");
    else
        say(s, "must be one of the following values: %.*s", STR_ARG(join_choices(s)));
}

/* JSON text in a string, or an object. */
static void
rule_metadata(const struct subject *s)
{
    if (json_type(s->v) == JSON_OBJECT)
        return;
    struct str text = json_str(s->v);
    struct json *parsed = str_given(text) ? json_parse(text, text.n, NULL) : NULL;
    if (!parsed && !(str_given(text) && text.n == 0))
        say(s, "must be a json string");
    json_free(parsed);
}

static void
rule_any(const struct subject *s)
{
    if (!s->v)
        say(s, "should not be null or undefined");
}

static void check_table(struct check *c, const struct where *up, const struct field *table,
                        const struct json *object);

static void
rule_object(const struct subject *s)
{
    if (json_type(s->v) != JSON_OBJECT)
        say(s, "must be an object");
    else
        check_table(s->c, s->where, s->f->fields, s->v);
}

static void rule_array(const struct subject *s);

static void (*const rules[])(const struct subject *) = {
    [KIND_STRING] = rule_string,     [KIND_EMAIL] = rule_email,   [KIND_UUID] = rule_uuid,
    [KIND_URL] = rule_url,           [KIND_PHONE] = rule_phone,   [KIND_TIME] = rule_time,
    [KIND_BOOL] = rule_bool,         [KIND_INT] = rule_number,    [KIND_NUMBER] = rule_number,
    [KIND_ENUM] = rule_enum,         [KIND_OBJECT] = rule_object, [KIND_ARRAY] = rule_array,
    [KIND_METADATA] = rule_metadata, [KIND_ANY] = rule_any,
};

static void
check_elements(const struct subject *s)
{
    struct where at = {.up = s->where};
    for (const struct json *e = json_first(s->v); e && !s->c->cut; e = json_next(e), at.index++) {
        if (json_type(e) == JSON_OBJECT) {
            check_table(s->c, &at, s->f->fields, e);
        } else {
            struct subject one = *s;
            one.each = true;
            say(&one, "must be an object");
            return;
        }
    }
}

/* One message for the whole list, from the first element that breaks a rule. */
static void
check_plain_elements(const struct subject *s)
{
    const struct field item = {.name = s->f->name, .kind = s->f->item, .choices = s->f->choices};
    struct subject one = *s;
    one.f = &item;
    one.each = true;
    size_t before = s->c->n;
    if (!s->v || json_type(s->v) != JSON_ARRAY) {
        one.v = NULL;
        rules[item.kind](&one);
        return;
    }
    for (one.v = json_first(s->v); one.v && s->c->n == before && !s->c->cut;
         one.v = json_next(one.v))
        rules[item.kind](&one);
}

static void
rule_array(const struct subject *s)
{
    const struct field *f = s->f;
    bool list = json_type(s->v) == JSON_ARRAY;
    int64_t n = list ? (int64_t)json_len(s->v) : -1;
    if (f->item == KIND_OBJECT)
        check_elements(s);
    else if (f->item != KIND_ANY)
        check_plain_elements(s);
    if (n >= 0 && (f->flags & FIELD_HAS_MAX) && n > f->max)
        say(s, "must contain no more than %lld elements", (long long)f->max);
    if (n >= 0 && (f->flags & FIELD_HAS_MIN) && n < f->min)
        say(s, "must contain at least %lld elements", (long long)f->min);
    if (!list)
        say(s, "must be an array");
}

/* One field with its value; NULL or null means not given. */
static void
check_member(struct check *c, const struct where *at, const struct field *f, const struct json *v,
             bool query)
{
    bool given = v != NULL && json_type(v) != JSON_NULL;
    if (f->flags & FIELD_READ_ONLY)
        return;
    if (!given && !(f->flags & FIELD_REQUIRED))
        return;
    if (!given && v != NULL && (f->flags & FIELD_NULLABLE))
        return;
    struct subject s = {.c = c, .where = at, .f = f, .v = given ? v : NULL, .query = query};
    rules[f->kind](&s);
}

static void
check_table(struct check *c, const struct where *up, const struct field *table,
            const struct json *object)
{
    for (const struct field *f = table; f && f->name; f++) {
        struct where at = {.up = up, .name = f->name};
        check_member(c, &at, f, json_get(object, f->name), false);
    }
}

static void
check_list_body(struct check *c, const struct op *op, const struct json *body)
{
    if (json_type(body) != JSON_ARRAY) {
        check_add(c, "Expected body to be an array");
        return;
    }
    struct where at = {.index = 0};
    for (const struct json *e = json_first(body); e && !c->cut; e = json_next(e), at.index++) {
        if (json_type(e) != JSON_OBJECT) {
            check_add(c, "each value in body must be an object");
            return;
        }
        check_table(c, &at, op->body, e);
    }
}

bool
check_body(struct check *c, const struct op *op, const struct json *body)
{
    size_t before = c->n;
    if (!op->body)
        return true;
    if (op->flags & OPF_BODY_ARRAY)
        check_list_body(c, op, body);
    else if (body && json_type(body) != JSON_OBJECT)
        check_add(c, "Expected body to be an object");
    else
        check_table(c, NULL, op->body, body);
    return c->n == before;
}

bool
check_field(struct check *c, const struct field *f, const struct json *value)
{
    size_t before = c->n;
    struct where at = {.name = f->name};
    check_member(c, &at, f, value, false);
    return c->n == before;
}

/* Text as the JSON its kind asks for; what does not fit stays a string, for the rule to refuse. */
static struct json *
json_of_text(enum kind kind, struct str text)
{
    int64_t i;
    bool b;
    if ((kind == KIND_INT || kind == KIND_NUMBER) && str_to_i64(text, &i))
        return json_new_i64(i);
    if (kind == KIND_BOOL && str_to_bool(text, &b))
        return json_new_bool(b);
    return json_new_str(text);
}

static bool
name_is(const struct field *f, struct str name)
{
    struct str want = str_of(f->name);
    if (str_eq(name, want))
        return true;
    return f->kind == KIND_ARRAY && str_ends(name, STR("[]")) &&
           str_eq(str_sub(name, 0, name.n - 2), want);
}

/* The value of one parameter out of all pairs, NULL if not given. */
static struct json *
collect(const struct field *f, const struct check_pair *pairs, size_t n)
{
    struct json *value = NULL;
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].value.n == 0 || !name_is(f, pairs[i].name))
            continue;
        if (f->kind != KIND_ARRAY) {
            json_free(value);
            value = json_of_text(f->kind, pairs[i].value);
            continue;
        }
        if (!value)
            value = json_new_array();
        struct str rest = pairs[i].value;
        struct str part;
        while (str_next(&rest, ',', &part))
            if (part.n > 0)
                json_push(value, json_of_text(f->item, part));
    }
    return value;
}

/* A value that is not a list is given once: readers could take either of two. */
static void
check_given_once(struct check *c, const struct field *f, const struct check_pair *pairs, size_t n)
{
    size_t times = 0;
    for (size_t i = 0; i < n && f->kind != KIND_ARRAY; i++)
        times += pairs[i].value.n > 0 && name_is(f, pairs[i].name);
    if (times > 1)
        check_add(c, "%s must be given once", f->name);
}

bool
check_query(struct check *c, const struct op *op, const struct check_pair *pairs, size_t n)
{
    size_t before = c->n;
    for (const struct field *f = op->query; f && f->name; f++) {
        struct where at = {.name = f->name};
        struct json *value = collect(f, pairs, n);
        check_member(c, &at, f, value, true);
        check_given_once(c, f, pairs, n);
        json_free(value);
    }
    return c->n == before;
}

bool
check_params(struct check *c, const struct op *op, const struct str *values, size_t n)
{
    size_t before = c->n;
    size_t i = 0;
    for (const struct field *f = op->params; f && f->name; f++, i++) {
        struct where at = {.name = f->name};
        struct json *value = i < n && str_given(values[i]) ? json_new_str(values[i]) : NULL;
        check_member(c, &at, f, value, true);
        json_free(value);
    }
    return c->n == before;
}
