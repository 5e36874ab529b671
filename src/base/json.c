#include "base/json.h"

#include "base/json_scan.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>

/*
 * A struct json is a cJSON node by another name; only this file knows. Member names are in
 * ->string. cJSON is handed text that json_scan accepted, so of its own parser only the building of
 * trees is relied upon.
 */
static const double EXACT_MAX = 9007199254740992.0; /* 2^53 */
enum { FEW_MEMBERS = 24 };                          /* below, comparing each pair beats hashing */

static cJSON *
node_of(struct json *j)
{
    return (cJSON *)(void *)j;
}

static const cJSON *
peek_of(const struct json *j)
{
    return (const cJSON *)(const void *)j;
}

static struct json *
json_of(cJSON *node)
{
    return (struct json *)(void *)node;
}

static void *
allocate(size_t n)
{
    return mem_resize(NULL, n, 1);
}

static pthread_once_t hooks_once = PTHREAD_ONCE_INIT;

static void
install_hooks(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = allocate, .free_fn = mem_free});
}

static void
start(void)
{
    (void)pthread_once(&hooks_once, install_hooks);
}

static struct str
name_of(const cJSON *node)
{
    return str_of(node->string);
}

/* Walks a new tree in the order of the text, numbering names and values as json_scan_offset does.
 */
struct review {
    size_t number;
    const char *fault;
    struct str name; /* of the faulty member */
};

/* Whether an earlier sibling has the name of `member`. With many siblings `seen` remembers them. */
static bool
is_repeated(const cJSON *object, const cJSON *member, struct map *seen)
{
    if (seen)
        return map_put(seen, name_of(member), seen) != NULL;
    for (const cJSON *other = object->child; other != member; other = other->next) {
        if (strcmp(other->string, member->string) == 0)
            return true;
    }
    return false;
}

static bool review_value(struct review *r, const cJSON *node);

static bool
review_members(struct review *r, const cJSON *object, struct map *seen)
{
    for (const cJSON *c = object->child; c; c = c->next) {
        if (is_repeated(object, c, seen)) {
            r->fault = "this member name was used before: ";
            r->name = name_of(c);
            return false;
        }
        r->number++;
        if (!review_value(r, c))
            return false;
    }
    return true;
}

static bool
has_many(const cJSON *container)
{
    int n = 0;
    for (const cJSON *c = container->child; c && n <= FEW_MEMBERS; c = c->next)
        n++;
    return n > FEW_MEMBERS;
}

static bool
review_value(struct review *r, const cJSON *node)
{
    if (cJSON_IsNumber(node) && !isfinite(node->valuedouble)) {
        r->fault = "number too large";
        return false;
    }
    r->number++;
    if (cJSON_IsObject(node)) {
        struct map seen;
        map_init(&seen);
        bool good = review_members(r, node, has_many(node) ? &seen : NULL);
        map_fini(&seen);
        return good;
    }
    for (const cJSON *c = node->child; c; c = c->next) {
        if (!review_value(r, c))
            return false;
    }
    return true;
}

static void
report(const struct review *r, struct str text, struct err *err)
{
    struct buf name;
    buf_init(&name, 64);
    utf8_make_safe(&name, str_sub(r->name, 0, 15));
    (void)err_set(err, ERR_PARSE, "JSON, byte %zu: %s%s", json_scan_offset(text, r->number),
                  r->fault, buf_str(&name).p);
    buf_fini(&name);
}

struct json *
json_parse(struct str text, size_t max_bytes, struct err *err)
{
    if (text.n > max_bytes) {
        (void)err_set(err, ERR_TOO_LARGE, "JSON of %zu bytes is too large; the limit is %zu",
                      text.n, max_bytes);
        return NULL;
    }
    if (!json_scan(text, err))
        return NULL;
    start();
    cJSON *tree = cJSON_ParseWithLengthOpts(text.p, text.n, NULL, 0);
    if (!tree) {
        (void)err_set(err, ERR_INTERNAL, "JSON that was found correct could not be read");
        return NULL;
    }
    struct review review = {0};
    if (review_value(&review, tree))
        return json_of(tree);
    report(&review, text, err);
    cJSON_Delete(tree);
    return NULL;
}

void
json_free(struct json *take)
{
    cJSON_Delete(node_of(take));
}

struct json *
json_copy(const struct json *j)
{
    start();
    cJSON *copy = j ? cJSON_Duplicate(peek_of(j), 1) : cJSON_CreateNull();
    /* The copy of a member is a value of its own. */
    mem_free(copy->string);
    copy->string = NULL;
    return json_of(copy);
}

enum json_type
json_type(const struct json *j)
{
    const cJSON *node = peek_of(j);
    if (!node || cJSON_IsNull(node))
        return JSON_NULL;
    if (cJSON_IsBool(node))
        return JSON_BOOL;
    if (cJSON_IsNumber(node))
        return JSON_NUMBER;
    if (cJSON_IsString(node))
        return JSON_STRING;
    return cJSON_IsArray(node) ? JSON_ARRAY : JSON_OBJECT;
}

static cJSON *
find(const struct json *object, struct str name)
{
    if (!cJSON_IsObject(peek_of(object)))
        return NULL;
    cJSON *c = peek_of(object)->child;
    while (c && !(strncmp(c->string, name.p, name.n) == 0 && c->string[name.n] == '\0'))
        c = c->next;
    return c;
}

struct json *
json_get(const struct json *j, const char *name)
{
    return json_of(cJSON_GetObjectItemCaseSensitive(peek_of(j), name));
}

struct json *
json_get_str(const struct json *j, struct str name)
{
    if (!str_given(name) || str_find_char(name, '\0') >= 0)
        return NULL;
    return json_of(find(j, name));
}

static bool
is_container(const cJSON *node)
{
    return cJSON_IsArray(node) || cJSON_IsObject(node);
}

size_t
json_len(const struct json *j)
{
    size_t n = 0;
    for (const struct json *c = json_first(j); c; c = json_next(c))
        n++;
    return n;
}

struct json *
json_at(const struct json *j, size_t i)
{
    struct json *c = json_first(j);
    while (c && i--)
        c = json_next(c);
    return c;
}

struct json *
json_first(const struct json *j)
{
    return is_container(peek_of(j)) ? json_of(peek_of(j)->child) : NULL;
}

struct json *
json_next(const struct json *j)
{
    return j ? json_of(peek_of(j)->next) : NULL;
}

struct str
json_key(const struct json *j)
{
    return j ? name_of(peek_of(j)) : STR_ABSENT;
}

bool
json_is_null(const struct json *j)
{
    return json_type(j) == JSON_NULL;
}

struct str
json_str(const struct json *j)
{
    return cJSON_IsString(peek_of(j)) ? str_of(peek_of(j)->valuestring) : STR_ABSENT;
}

bool
json_to_bool(const struct json *j, bool *out)
{
    if (!cJSON_IsBool(peek_of(j)))
        return false;
    *out = cJSON_IsTrue(peek_of(j));
    return true;
}

bool
json_to_i64(const struct json *j, int64_t *out)
{
    double v;
    if (!json_to_double(j, &v) || v < -EXACT_MAX || v > EXACT_MAX || v != trunc(v))
        return false;
    *out = (int64_t)v;
    return true;
}

bool
json_to_double(const struct json *j, double *out)
{
    if (!cJSON_IsNumber(peek_of(j)))
        return false;
    *out = peek_of(j)->valuedouble;
    return true;
}

static cJSON *
made(cJSON *node)
{
    ASSERT(node);
    return node;
}

struct json *
json_new_object(void)
{
    start();
    return json_of(made(cJSON_CreateObject()));
}

struct json *
json_new_array(void)
{
    start();
    return json_of(made(cJSON_CreateArray()));
}

/* A C string of our own that cJSON may keep: whatever cannot be in JSON text is replaced. */
static char *
text_copy(struct str s)
{
    if (utf8_valid(s) && str_find_char(s, '\0') < 0)
        return mem_copy_text(s.p, s.n);
    struct buf text;
    buf_init(&text, mem_mul(s.n, 3));
    while (s.n) {
        uint32_t cp;
        size_t n = utf8_decode(s, &cp);
        bool keep = n && cp;
        buf_add(&text, keep ? s.p : "\xef\xbf\xbd", keep ? n : 3);
        s = str_sub(s, n ? n : 1, s.n);
    }
    return buf_take(&text, NULL);
}

struct json *
json_new_str(struct str s)
{
    start();
    cJSON *node = made(cJSON_CreateNull());
    node->type = cJSON_String;
    node->valuestring = text_copy(s);
    return json_of(node);
}

struct json *
json_new_i64(int64_t v)
{
    return json_new_double((double)v);
}

struct json *
json_new_double(double v)
{
    start();
    return json_of(made(isfinite(v) ? cJSON_CreateNumber(v) : cJSON_CreateNull()));
}

struct json *
json_new_bool(bool v)
{
    start();
    return json_of(made(cJSON_CreateBool(v)));
}

struct json *
json_new_null(void)
{
    start();
    return json_of(made(cJSON_CreateNull()));
}

void
json_set(struct json *object, struct str name, struct json *take)
{
    ASSERT(take && cJSON_IsObject(node_of(object)));
    cJSON *node = node_of(take);
    char *key = text_copy(name);
    mem_free(node->string);
    node->string = key;
    cJSON *before = find(object, str_of(key));
    if (before) {
        ASSERT(cJSON_ReplaceItemViaPointer(node_of(object), before, node));
        return;
    }
    /* Adding to it as to an array keeps the name that is set already. */
    ASSERT(cJSON_AddItemToArray(node_of(object), node));
}

void
json_push(struct json *array, struct json *take)
{
    ASSERT(take && cJSON_IsArray(node_of(array)));
    ASSERT(cJSON_AddItemToArray(node_of(array), node_of(take)));
}

struct json *
json_detach(struct json *object, struct str name)
{
    cJSON *node = node_of(json_get_str(object, name));
    if (!node)
        return NULL;
    node = made(cJSON_DetachItemViaPointer(node_of(object), node));
    mem_free(node->string);
    node->string = NULL;
    return json_of(node);
}

/* Counterparts in the order of the text are found at once; `index` finds the others. */
static bool
same_members(const struct json *a, const struct json *b, struct map *index)
{
    const struct json *guess = json_first(b);
    for (const struct json *c = json_first(a); c; c = json_next(c)) {
        const struct json *other = guess;
        if (!other || !str_eq(json_key(other), json_key(c)))
            other = index->used ? map_get(index, json_key(c)) : json_get_str(b, json_key(c));
        if (!other || !json_equal(c, other))
            return false;
        guess = json_next(other);
    }
    return true;
}

static bool
equal_objects(const struct json *a, const struct json *b)
{
    if (json_len(a) != json_len(b))
        return false;
    struct map index;
    map_init(&index);
    if (has_many(peek_of(b))) {
        for (struct json *c = json_first(b); c; c = json_next(c))
            (void)map_put(&index, json_key(c), c);
    }
    bool same = same_members(a, b, &index);
    map_fini(&index);
    return same;
}

static bool
equal_arrays(const struct json *a, const struct json *b)
{
    const struct json *x = json_first(a), *y = json_first(b);
    for (; x && y; x = json_next(x), y = json_next(y)) {
        if (!json_equal(x, y))
            return false;
    }
    return !x && !y;
}

bool
json_equal(const struct json *a, const struct json *b)
{
    if (json_type(a) != json_type(b))
        return false;
    switch (json_type(a)) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return cJSON_IsTrue(peek_of(a)) == cJSON_IsTrue(peek_of(b));
    case JSON_NUMBER:
        return peek_of(a)->valuedouble == peek_of(b)->valuedouble;
    case JSON_STRING:
        return strcmp(peek_of(a)->valuestring, peek_of(b)->valuestring) == 0;
    case JSON_ARRAY:
        return equal_arrays(a, b);
    case JSON_OBJECT:
        return equal_objects(a, b);
    }
    return false;
}
