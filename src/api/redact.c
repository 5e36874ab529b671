#include "api/redact.h"

static bool
is_empty(const struct json *value)
{
    return json_is_null(value) || (json_type(value) == JSON_STRING && !json_str(value).n);
}

static bool
member_holds(const struct field *f, const struct json *value)
{
    if (f->flags & FIELD_SECRET)
        return !is_empty(value);
    return value && f->fields && redact_holds(f->fields, value);
}

bool
redact_holds(const struct field *table, const struct json *value)
{
    bool found = false;
    if (json_type(value) == JSON_ARRAY) {
        for (const struct json *it = json_first(value); it && !found; it = json_next(it))
            found = redact_holds(table, it);
        return found;
    }
    for (const struct field *f = table; f && f->name && !found; f++)
        found = member_holds(f, json_get(value, f->name));
    return found;
}

static void
replace(struct json *object, struct str name, struct str instead)
{
    if (str_given(instead))
        json_set(object, name, json_new_str(instead));
    else
        json_free(json_detach(object, name));
}

size_t
redact_secrets(const struct field *table, struct json *value, struct str instead)
{
    size_t n = 0;
    if (json_type(value) == JSON_ARRAY) {
        for (struct json *it = json_first(value); it; it = json_next(it))
            n += redact_secrets(table, it, instead);
        return n;
    }
    for (const struct field *f = table; f && f->name; f++) {
        struct json *member = json_get(value, f->name);
        if (!member || is_empty(member))
            continue;
        if (f->flags & FIELD_SECRET) {
            replace(value, str_of(f->name), instead);
            n++;
        } else if (f->fields) {
            n += redact_secrets(f->fields, member, instead);
        }
    }
    return n;
}

static bool
holds_word(struct str name, struct str word)
{
    for (size_t i = 0; i + word.n <= name.n; i++) {
        if (str_eq_nocase(str_sub(name, i, i + word.n), word))
            return true;
    }
    return false;
}

bool
redact_suspects(struct str name)
{
    static const char *const words[] = {"secret",     "password", "token",      "apikey", "api_key",
                                        "privatekey", "recovery", "qrcode",     "cookie", "otp",
                                        "credential", "hash",     "private_key"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (holds_word(name, str_of(words[i])))
            return true;
    }
    return false;
}

/* Texts only: a policy about passwords keeps its numbers and switches. */
static bool
is_suspect(const struct json *object, const struct json *member)
{
    return json_type(object) == JSON_OBJECT && json_type(member) == JSON_STRING &&
           !is_empty(member) && redact_suspects(json_key(member));
}

static size_t redact_member(const struct field *f, struct json *object, struct json *member,
                            struct str instead);

/* A table describes the members; of those it does not know the names decide. */
static size_t
redact_described(const struct field *table, struct json *value, struct str instead)
{
    size_t n = 0;
    bool object = json_type(value) == JSON_OBJECT;
    for (struct json *it = json_first(value); it;) {
        struct json *next = json_next(it); /* it may be replaced */
        if (object)
            n += redact_member(field_find(table, json_key(it)), value, it, instead);
        else
            n += redact_described(table, it, instead);
        it = next;
    }
    return n;
}

static size_t
redact_member(const struct field *f, struct json *object, struct json *member, struct str instead)
{
    bool secret = f ? f->flags & FIELD_SECRET && !is_empty(member) : is_suspect(object, member);
    if (!secret)
        return redact_described(f ? f->fields : NULL, member, instead);
    json_set(object, json_key(member), json_new_str(instead));
    return 1;
}

size_t
redact_answer(const struct op *op, struct json *answer, struct str instead)
{
    size_t n = 0;
    if (!(op->flags & OPF_PAGED) || json_type(answer) != JSON_OBJECT)
        return redact_described(op->reply, answer, instead);
    for (struct json *it = json_first(answer); it; it = json_next(it))
        n += redact_described(json_type(it) == JSON_ARRAY ? op->reply : NULL, it, instead);
    return n;
}

size_t
redact_suspicious(struct json *value, struct str instead)
{
    size_t n = 0;
    for (struct json *it = json_first(value); it;) {
        struct json *next = json_next(it); /* it may be replaced */
        if (is_suspect(value, it)) {
            json_set(value, json_key(it), json_new_str(instead));
            n++;
        } else {
            n += redact_suspicious(it, instead);
        }
        it = next;
    }
    return n;
}
