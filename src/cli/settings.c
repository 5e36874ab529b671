#include "cli/settings.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

#define OP_NONE SETTING_NONE

enum { PATH_MAX_BYTES = 256 };

static const struct setting settings[] = {
#define SETTING(name, get, set, create, key, skip, help)                                           \
    {#name, OP_##get, OP_##set, OP_##create, (key), (skip), (help)},
#include "cli/settings.def"
};

struct renaming {
    const char *setting, *answer, *body;
};
static const struct renaming renamings[] = {
#define SETTING_NAME(name, answer, body) {#name, (answer), (body)},
#include "cli/settings.def"
};

static const struct setting_part parts[] = {
#define SETTING_PART(name, member, op, value, id) {#name, (member), OP_##op, (value), (id)},
#include "cli/settings.def"
};

static const struct {
    const char *setting, *member, *other;
} refs[] = {
#define SETTING_REF(name, member, other) {#name, (member), #other},
#include "cli/settings.def"
};

/* --- The table --- */

size_t
setting_count(void)
{
    return COUNT_OF(settings);
}

const struct setting *
setting_at(size_t i)
{
    return &settings[i];
}

const struct setting *
setting_find(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (str_eq(str_of(settings[i].name), name))
            return &settings[i];
    }
    return NULL;
}

bool
setting_is_list(const struct setting *s)
{
    return s->key[0] != '\0';
}

bool
setting_is_shown(const struct setting *s)
{
    return s->set == OP_NONE && s->create == OP_NONE;
}

const struct setting_part *
setting_part_next(const struct setting *s, const struct setting_part *before)
{
    for (size_t i = before ? (size_t)(before - parts) + 1 : 0; i < COUNT_OF(parts); i++) {
        if (strcmp(parts[i].setting, s->name) == 0)
            return &parts[i];
    }
    return NULL;
}

const struct setting *
setting_ref(const struct setting *s, struct str member)
{
    for (size_t i = 0; i < COUNT_OF(refs); i++) {
        if (strcmp(refs[i].setting, s->name) == 0 && str_eq(str_of(refs[i].member), member))
            return setting_find(str_of(refs[i].other));
    }
    return NULL;
}

/* --- Members --- */

/* What the answer calls a member of the body. */
static struct str
answer_name(const struct setting *s, struct str member)
{
    for (size_t i = 0; i < COUNT_OF(renamings); i++) {
        if (strcmp(renamings[i].setting, s->name) == 0 && str_eq(str_of(renamings[i].body), member))
            return str_of(renamings[i].answer);
    }
    return member;
}

static const struct field *
body_field(enum op_id op, struct str member)
{
    return op == OP_NONE ? NULL : field_find(op_get(op)->body, member);
}

static bool
is_part(const struct setting *s, struct str member)
{
    for (const struct setting_part *p = NULL; (p = setting_part_next(s, p)) != NULL;) {
        if (str_eq(str_of(p->member), member))
            return true;
    }
    return false;
}

/* Secrets are nobody's to keep; ids and times are the service's. */
static bool
is_ours(const struct field *f)
{
    return !(f->flags & FIELD_SECRET) && f->kind != KIND_TIME && strcmp(f->name, "id") != 0 &&
           strcmp(f->name, "vendorId") != 0;
}

/* What the answer says of a member; its list may be inside the answer. */
static const struct field *
answer_field(const struct setting *s, struct str member)
{
    const struct field *reply = op_get(s->get)->reply;
    const struct field *found = field_find(reply, answer_name(s, member));
    if (found || !setting_is_list(s))
        return found;
    for (const struct field *f = reply; f && f->name && !found; f++)
        found = f->kind == KIND_ARRAY ? field_find(f->fields, member) : NULL;
    return found;
}

const struct field *
setting_field(const struct setting *s, struct str member)
{
    const struct field *answer = answer_field(s, member);
    if (!answer || !is_ours(answer))
        return NULL;
    const struct field *f = body_field(s->set, member);
    f = f ? f : body_field(s->create, member);
    if (f)
        return f;
    bool in_path = setting_is_list(s) && str_eq(str_of(s->key), member);
    return setting_is_shown(s) || in_path || is_part(s, member) ? answer : NULL;
}

/* --- From answers --- */

static struct json *pick_members(const struct field *table, const struct json *from);

/* NULL for what is null, and for texts that are shown empty but cannot be set so. */
static struct json *
pick_value(const struct field *f, const struct json *value)
{
    if (json_is_null(value) || f->flags & FIELD_SECRET)
        return NULL;
    if (json_type(value) == JSON_STRING && !json_str(value).n && f->flags & FIELD_NOT_EMPTY)
        return NULL;
    if (json_type(value) == JSON_OBJECT && f->fields)
        return pick_members(f->fields, value);
    return json_copy(value);
}

static struct json *
pick_members(const struct field *table, const struct json *from)
{
    struct json *out = json_new_object();
    for (const struct field *f = table; f && f->name; f++) {
        struct json *value = pick_value(f, json_get(from, f->name));
        if (value)
            json_set(out, str_of(f->name), value);
    }
    return out;
}

static void
pick_table(const struct setting *s, const struct field *table, const struct json *from,
           struct json *out)
{
    for (const struct field *f = table; f && f->name; f++) {
        struct str name = str_of(f->name);
        const struct field *rule = setting_field(s, name);
        struct json *value =
            rule ? pick_value(rule, json_get_str(from, answer_name(s, name))) : NULL;
        if (value)
            json_set(out, name, value);
    }
}

/* In the order of the bodies, then the parts; the key first. */
static struct json *
pick(const struct setting *s, const struct json *from)
{
    struct json *out = json_new_object();
    if (s->key[0])
        json_set(out, str_of(s->key), json_new_str(json_str(json_get(from, s->key))));
    if (setting_is_shown(s))
        pick_table(s, op_get(s->get)->reply, from, out);
    if (s->create != OP_NONE)
        pick_table(s, op_get(s->create)->body, from, out);
    if (s->set != OP_NONE)
        pick_table(s, op_get(s->set)->body, from, out);
    for (const struct setting_part *p = NULL; (p = setting_part_next(s, p)) != NULL;) {
        const struct json *value = json_get(from, p->member);
        if (!json_is_null(value))
            json_set(out, str_of(p->member), json_copy(value));
    }
    return out;
}

static bool
is_skipped(const struct setting *s, const struct json *item)
{
    const struct json *mark = s->skip[0] ? json_get(item, s->skip) : NULL;
    bool flag = false;
    if (json_to_bool(mark, &flag))
        return flag;
    return json_str(mark).n > 0;
}

/* An item without an id where others have one is a default of the service's. */
static bool
is_default(const struct setting *s, const struct json *item)
{
    return field_find(op_get(s->get)->reply, STR("id")) && !json_str(json_get(item, "id")).n;
}

struct keyed {
    struct str key;
    struct json *item;
};

static int
compare_keys(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    return str_cmp(x->key, y->key);
}

static struct json *
read_list(const struct setting *s, const struct json *answer, struct json **ids)
{
    size_t n = 0;
    struct json *list = json_new_array();
    *ids = json_new_object();
    struct keyed *items = mem_new(json_len(answer) + 1, sizeof *items);
    for (const struct json *it = json_first(answer); it; it = json_next(it)) {
        struct str key = json_str(json_get(it, s->key));
        if (!key.n || is_default(s, it))
            continue;
        json_set(*ids, key, json_new_str(json_str(json_get(it, "id"))));
        if (!is_skipped(s, it))
            items[n++] = (struct keyed){key, pick(s, it)};
    }
    qsort(items, n, sizeof *items, compare_keys);
    for (size_t i = 0; i < n; i++)
        json_push(list, items[i].item);
    mem_free(items);
    return list;
}

struct json *
setting_read(const struct setting *s, const struct json *answer, struct json **ids)
{
    *ids = NULL;
    if (setting_is_list(s))
        return json_is_null(answer) ? NULL : read_list(s, answer, ids);
    struct json *value = json_type(answer) == JSON_OBJECT ? pick(s, answer) : NULL;
    if (value && !json_len(value)) {
        json_free(value);
        value = NULL;
    }
    return value;
}

/* --- References --- */

static struct str
key_of(const struct json *ids, struct str id)
{
    for (const struct json *it = json_first(ids); it; it = json_next(it)) {
        if (str_eq(json_str(it), id))
            return json_key(it);
    }
    return STR_ABSENT;
}

static int
compare_texts(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* In order, so that two environments say the same in the same way. */
static struct json *
keys_of(const struct json *list, const struct json *ids)
{
    size_t n = 0;
    struct json *out = json_new_array();
    struct str *keys = mem_new(json_len(list) + 1, sizeof *keys);
    for (const struct json *it = json_first(list); it; it = json_next(it)) {
        struct str key = key_of(ids, json_str(it));
        if (key.n)
            keys[n++] = key;
    }
    qsort(keys, n, sizeof *keys, compare_texts);
    for (size_t i = 0; i < n; i++)
        json_push(out, json_new_str(keys[i]));
    mem_free(keys);
    return out;
}

void
setting_name_refs(struct json *item, struct str member, const struct json *ids)
{
    const struct json *value = json_get_str(item, member);
    struct str key = key_of(ids, json_str(value));
    if (json_type(value) == JSON_ARRAY)
        json_set(item, member, keys_of(value, ids));
    else if (key.n)
        json_set(item, member, json_new_str(key));
    else
        json_free(json_detach(item, member)); /* to nothing that has a name */
}

struct json *
setting_ids(const struct json *keys, const struct json *ids, struct str *missing)
{
    if (json_type(keys) != JSON_ARRAY) {
        const struct json *id = json_get_str(ids, json_str(keys));
        *missing = json_str(keys);
        return id ? json_copy(id) : NULL;
    }
    struct json *out = json_new_array();
    for (const struct json *it = json_first(keys); it; it = json_next(it)) {
        const struct json *id = json_get_str(ids, json_str(it));
        if (!id) {
            *missing = json_str(it);
            json_free(out);
            return NULL;
        }
        json_push(out, json_copy(id));
    }
    return out;
}

/* --- Files --- */

static bool
is_secret(const struct setting *s, struct str member)
{
    const struct field *f = body_field(s->set, member);
    f = f ? f : body_field(s->create, member);
    f = f ? f : field_find(op_get(s->get)->reply, member);
    return f && f->flags & FIELD_SECRET;
}

static enum err_code check_value(const struct setting *s, const struct field *f,
                                 const struct json *value, struct check *c, struct err *err);

/* Only what is there: a file may hold a part of an object. */
static enum err_code
check_members(const struct setting *s, const struct field *table, const struct json *object,
              struct check *c, struct err *err)
{
    enum err_code code = ERR_OK;
    for (const struct json *it = json_first(object); it && !code; it = json_next(it)) {
        const struct field *f = field_find(table, json_key(it));
        if (!f)
            return err_set(err, ERR_USAGE, "%s: there is no member \"%.*s\"", s->name,
                           STR_ARG(json_key(it)));
        code = check_value(s, f, it, c, err);
    }
    return code;
}

static enum err_code
check_value(const struct setting *s, const struct field *f, const struct json *value,
            struct check *c, struct err *err)
{
    if (f->kind == KIND_OBJECT && f->fields && json_type(value) == JSON_OBJECT)
        return check_members(s, f->fields, value, c, err);
    if (check_field(c, f, value))
        return ERR_OK;
    return err_set(err, ERR_USAGE, "%s: %.*s", s->name, STR_ARG(c->messages[0]));
}

static enum err_code
check_object(const struct setting *s, const struct json *object, struct check *c, struct err *err)
{
    if (json_type(object) != JSON_OBJECT)
        return err_set(err, ERR_USAGE, "%s: an object is wanted here", s->name);
    for (const struct json *it = json_first(object); it; it = json_next(it)) {
        struct str member = json_key(it);
        const struct field *f = setting_field(s, member);
        if (is_secret(s, member))
            return err_set(err, ERR_USAGE,
                           "%s.%.*s: a secret does not belong in this file; set it by hand",
                           s->name, STR_ARG(member));
        if (!f)
            return err_set(err, ERR_USAGE, "%s: there is no member \"%.*s\"", s->name,
                           STR_ARG(member));
        if (!setting_ref(s, member) && check_value(s, f, it, c, err))
            return err->code;
    }
    return ERR_OK;
}

static enum err_code
check_list(const struct setting *s, const struct json *list, struct check *c, struct err *err)
{
    if (json_type(list) != JSON_ARRAY)
        return err_set(err, ERR_USAGE, "%s: a list is wanted here", s->name);
    struct json *seen = json_new_object();
    enum err_code code = ERR_OK;
    for (const struct json *it = json_first(list); it && !code; it = json_next(it)) {
        struct str key = json_str(json_get(it, s->key));
        code = check_object(s, it, c, err);
        if (!code && !key.n)
            code = err_set(err, ERR_USAGE, "%s: an item lacks its %s", s->name, s->key);
        else if (!code && json_get_str(seen, key))
            code = err_set(err, ERR_USAGE, "%s: %.*s is there twice", s->name, STR_ARG(key));
        else if (!code)
            json_set(seen, key, json_new_bool(true));
    }
    json_free(seen);
    return code;
}

enum err_code
setting_check(const struct setting *s, const struct json *value, struct err *err)
{
    struct arena a;
    struct check c;
    arena_init(&a, 16 << 20);
    check_init(&c, &a);
    enum err_code code =
        setting_is_list(s) ? check_list(s, value, &c, err) : check_object(s, value, &c, err);
    arena_fini(&a);
    return code;
}

struct json *
setting_merge(const struct json *now, const struct json *wanted)
{
    struct json *out = json_type(now) == JSON_OBJECT ? json_copy(now) : json_new_object();
    for (const struct json *it = json_first(wanted); it; it = json_next(it)) {
        bool inner = json_type(it) == JSON_OBJECT;
        const struct json *there = json_get_str(out, json_key(it));
        json_set(out, json_key(it), inner ? setting_merge(there, it) : json_copy(it));
    }
    return out;
}

/* An object that lacks what the service needs in it cannot be sent, though it may be shown. */
static bool
is_whole(const struct field *f, const struct json *value)
{
    if (f->kind != KIND_OBJECT || json_type(value) != JSON_OBJECT)
        return true;
    for (const struct field *m = f->fields; m && m->name; m++) {
        if (m->flags & FIELD_REQUIRED && !json_get(value, m->name))
            return false;
    }
    return true;
}

struct json *
setting_body(const struct op *op, const struct json *item)
{
    struct json *out = json_new_object();
    for (const struct field *f = op->body; f && f->name; f++) {
        const struct json *value = json_get(item, f->name);
        if (value && is_whole(f, value))
            json_set(out, str_of(f->name), json_copy(value));
    }
    return out;
}

const struct json *
setting_item(const struct setting *s, const struct json *list, struct str key)
{
    for (const struct json *it = json_first(list); it; it = json_next(it)) {
        if (str_eq(json_str(json_get(it, s->key)), key))
            return it;
    }
    return NULL;
}

/* --- Differences --- */

struct diff {
    const struct setting *s;
    struct str item;
    bool both;
    setting_change_fn *fn;
    void *ctx;
    size_t n;
};

static void
tell(struct diff *d, const char *path, const struct json *before, const struct json *after)
{
    struct setting_change change = {d->s, d->item, str_of(path), before, after};
    d->n++;
    if (d->fn)
        d->fn(d->ctx, &change);
}

static bool
are_same(const struct json *a, const struct json *b)
{
    if (json_is_null(a) || json_is_null(b))
        return json_is_null(a) && json_is_null(b);
    return json_equal(a, b);
}

static void
join(char out[PATH_MAX_BYTES], const char *path, struct str name)
{
    snprintf(out, PATH_MAX_BYTES, "%s%s%.*s", path, path[0] ? "." : "", STR_ARG(name));
}

static void
diff_objects(struct diff *d, const char *path, const struct json *now, const struct json *wanted)
{
    char inner[PATH_MAX_BYTES];
    for (const struct json *it = json_first(wanted); it; it = json_next(it)) {
        const struct json *before = json_get_str(now, json_key(it));
        join(inner, path, json_key(it));
        if (json_type(it) == JSON_OBJECT && json_type(before) == JSON_OBJECT)
            diff_objects(d, inner, before, it);
        else if (!are_same(before, it))
            tell(d, inner, before, it);
    }
    for (const struct json *it = json_first(now); d->both && it; it = json_next(it)) {
        join(inner, path, json_key(it));
        if (!json_get_str(wanted, json_key(it)) && !json_is_null(it))
            tell(d, inner, it, NULL);
    }
}

size_t
setting_diff_item(const struct setting *s, const struct json *now, const struct json *wanted,
                  bool both, setting_change_fn *fn, void *ctx)
{
    struct diff d = {.s = s, .both = both, .fn = fn, .ctx = ctx};
    if (setting_is_list(s))
        d.item = json_str(json_get(wanted, s->key));
    diff_objects(&d, "", now, wanted);
    return d.n;
}

static size_t
diff_lists(struct diff *d, const struct json *now, const struct json *wanted)
{
    for (const struct json *it = json_first(wanted); it; it = json_next(it)) {
        d->item = json_str(json_get(it, d->s->key));
        const struct json *before = setting_item(d->s, now, d->item);
        if (before)
            diff_objects(d, "", before, it);
        else
            tell(d, "", NULL, it);
    }
    for (const struct json *it = json_first(now); d->both && it; it = json_next(it)) {
        d->item = json_str(json_get(it, d->s->key));
        if (!setting_item(d->s, wanted, d->item))
            tell(d, "", it, NULL);
    }
    return d->n;
}

size_t
setting_diff(const struct setting *s, const struct json *now, const struct json *wanted, bool both,
             setting_change_fn *fn, void *ctx)
{
    struct diff d = {.s = s, .both = both, .fn = fn, .ctx = ctx};
    if (setting_is_list(s))
        return diff_lists(&d, now, wanted);
    diff_objects(&d, "", now, wanted);
    return d.n;
}
