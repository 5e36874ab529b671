#include "client/find.h"

#include "base/cidr.h"
#include "base/map.h"
#include "base/utf8.h"

#include <stdio.h>

enum shape { SHAPE_ANY, SHAPE_ID, SHAPE_EMAIL, SHAPE_PHONE, SHAPE_IP };
enum { TENANT = 1 << 0, GUESS = 1 << 1, OURS = 1 << 2, ONE = 1 << 3 };

static const struct source {
    const char *kind;
    enum op_id op;
    const char *param;
    enum shape shape;
    unsigned flags;
    const char *match, *also, *value, *row_id, *name, *detail;
} sources[FIND_SOURCES] = {
#define FIND(id, kind, op, param, shape, flags, match, also, value, row_id, name, detail)          \
    {(kind), OP_##op, (param),  SHAPE_##shape, (flags), (match),                                   \
     (also), (value), (row_id), (name),        (detail)},
#include "client/find.def"
#undef FIND
};

/* ---- what a text looks like ---- */

static bool
is_made_of(struct str s, const char *allowed)
{
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || !strchr(allowed, s.p[i]))
            return false;
    return s.n > 0;
}

static bool
has_shape(struct str s, enum shape shape)
{
    static const char id[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
    ptrdiff_t at = str_find_char(s, '@');
    struct ip ip;
    switch (shape) {
    case SHAPE_ANY:
        return true;
    case SHAPE_ID:
        return is_made_of(s, id) && !is_made_of(s, "."); /* which no path can hold */
    case SHAPE_EMAIL:
        return at > 0 && (size_t)at + 1 < s.n && str_find_char(s, ' ') < 0;
    case SHAPE_PHONE:
        return s.n >= 7 && is_made_of(s, "+0123456789 ()-");
    case SHAPE_IP:
        return ip_parse(s, &ip);
    }
    return false;
}

/* "+1 (415) 555-0100" as services keep it. */
static struct json *
plain_phone(struct str s)
{
    char out[FIND_TEXT];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof out; i++)
        if (strchr("+0123456789", s.p[i]))
            out[n++] = s.p[i];
    return json_new_str((struct str){out, n});
}

/* ---- asking ---- */

/* The list inside an answer; NULL where it is one thing. An unknown tenant is an empty list, though. */
static const struct json *
list_in(const struct source *s, const struct json *answer)
{
    if (json_type(answer) == JSON_ARRAY)
        return answer;
    if (s->flags & ONE) /* people have lists of their own */
        return NULL;
    const struct json *items = json_get(answer, "items"), *groups = json_get(answer, "groups");
    return json_type(items) == JSON_ARRAY ? items : json_type(groups) == JSON_ARRAY ? groups : NULL;
}

static void
count(struct find_answer *a, const struct source *s)
{
    const struct json *list = list_in(s, a->json);
    if (!json_to_i64(json_get(json_get(a->json, "_metadata"), "totalItems"), &a->total))
        a->total = list ? (int64_t)json_len(list) : a->json != NULL;
}

static void
on_answer(void *ctx, struct result *take)
{
    struct find_answer *a = ctx;
    struct find *f = a->find;
    const struct source *s = &sources[a - f->answers];
    bool missing = s->flags & OURS && (take->status == 404 || take->status == 501);
    bool none = s->flags & GUESS && (take->status == 404 || take->status == 400);
    a->arrived = true;
    if (missing) {
        snprintf(a->note, sizeof a->note, "this service lists sessions only user by user");
    } else if (take->err.code && !none) {
        snprintf(a->note, sizeof a->note, "%s", take->err.msg);
        a->failed = true;
    } else if (!take->err.code) {
        a->json = take->json;
        take->json = NULL;
        count(a, s);
    }
    f->waiting--;
    result_free(take);
    if (f->changed)
        f->changed(f->ctx);
}

static struct json *
text_for(const struct find *f, const struct source *s, const struct op *op)
{
    const struct field *field = field_find(op->query, str_of(s->param));
    struct json *text =
        s->shape == SHAPE_PHONE ? plain_phone(str_of(f->text)) : json_new_str(str_of(f->text));
    if (!field || field->kind != KIND_ARRAY)
        return text;
    struct json *list = json_new_array();
    json_push(list, text);
    return list;
}

static void
ask(struct find *f, enum find_source which)
{
    const struct source *s = &sources[which];
    const struct op *op = op_get(s->op);
    struct values *v = values_new(op);
    if (s->param[0])
        (void)!values_set(v, str_of(s->param), text_for(f, s, op), NULL);
    if (s->also[0])
        (void)!values_set(v, str_of(s->also), json_new_str(str_of(s->value)), NULL);
    if (field_find(op->query, STR("_limit")))
        (void)!values_set(v, STR("_limit"), json_new_i64(FIND_LIMIT), NULL);
    f->answers[which].asked = true;
    f->waiting++;
    client_send(f->client,
                &(struct client_request){
                    .op = op,
                    .values = v,
                    .scope = {.tenant_id = str_of(op->ctx & CTX_TENANT ? f->tenant : "")},
                    .set = f->calls,
                    .done = on_answer,
                    .ctx = &f->answers[which]});
}

void
find_start(struct find *f, struct client *client, struct callset *calls, struct str text,
           struct str tenant)
{
    find_fini(f);
    f->client = client;
    f->calls = calls;
    f->waiting = 0;
    while (text.n >= FIND_TEXT) /* never in the middle of a character */
        text = utf8_cut(text, utf8_width(text) - 1, NULL);
    snprintf(f->text, sizeof f->text, "%.*s", STR_ARG(text));
    snprintf(f->tenant, sizeof f->tenant, "%.*s", STR_ARG(tenant));
    for (enum find_source i = 0; i < FIND_SOURCES; i++) {
        struct find_answer *a = &f->answers[i];
        *a = (struct find_answer){.find = f};
        if (!has_shape(str_of(f->text), sources[i].shape))
            continue;
        if (sources[i].flags & TENANT && !f->tenant[0])
            snprintf(a->note, sizeof a->note, "choose a tenant first");
        else
            ask(f, i);
    }
}

void
find_fini(struct find *f)
{
    for (size_t i = 0; i < FIND_SOURCES; i++) {
        json_free(f->answers[i].json);
        f->answers[i].json = NULL;
    }
}

void
find_stop(struct find *f)
{
    f->waiting = 0;
    for (size_t i = 0; i < FIND_SOURCES; i++) {
        struct find_answer *a = &f->answers[i];
        if (!a->asked || a->arrived)
            continue;
        a->arrived = a->failed = true;
        snprintf(a->note, sizeof a->note, "stopped");
    }
}

bool
find_done(const struct find *f)
{
    return f->waiting == 0;
}

/* ---- what was found ---- */

/* The first of the members "a|b" that holds a text. */
static struct str
member(const struct json *object, const char *names)
{
    struct str rest = str_of(names), name, found = STR("");
    while (!found.n && rest.n && str_next(&rest, '|', &name))
        found = json_str(json_get_str(object, name));
    return str_given(found) ? found : STR("");
}

static bool
is_meant(const struct source *s, const struct json *object, struct str folded)
{
    struct str rest = str_of(s->match), name;
    struct buf text;
    bool found = !rest.n;
    buf_init(&text, (size_t)1 << 16);
    while (!found && rest.n && str_next(&rest, '|', &name)) {
        buf_reset(&text);
        found = utf8_fold(&text, json_str(json_get_str(object, name))) &&
                str_find(buf_str(&text), folded) >= 0;
    }
    buf_fini(&text);
    return found;
}

struct finding {
    const struct find *find;
    const struct source *source;
    struct str folded;
    struct map seen; /* "kind id" */
    struct json *rows;
    size_t n; /* of this source */
};

static void
add(struct finding *at, const struct json *object)
{
    const struct source *s = at->source;
    struct str id = member(object, s->row_id), tenant = json_str(json_get(object, "tenantId"));
    struct buf key;
    if (!id.n || at->n == FIND_LIMIT || !is_meant(s, object, at->folded))
        return;
    buf_init(&key, 4096);
    buf_printf(&key, "%s %.*s", s->kind, STR_ARG(id));
    bool again = map_put(&at->seen, buf_str(&key), at->rows) != NULL;
    buf_fini(&key);
    if (again)
        return;
    struct json *row = json_new_object();
    json_set(row, STR("kind"), json_new_str(str_of(s->kind)));
    json_set(row, STR("name"), json_new_str(member(object, s->name)));
    json_set(row, STR("detail"), json_new_str(member(object, s->detail)));
    json_set(row, STR("id"), json_new_str(id));
    json_set(row, STR("tenantId"), json_new_str(tenant.n ? tenant : STR("")));
    json_set(row, STR("object"), json_copy(object));
    json_push(at->rows, row);
    at->n++;
}

struct json *
find_rows(const struct find *f)
{
    struct buf folded;
    struct finding at = {.find = f, .rows = json_new_array()};
    buf_init(&folded, (size_t)4 * FIND_TEXT);
    bool any = utf8_fold(&folded, str_of(f->text)) && folded.n;
    at.folded = buf_str(&folded);
    map_init(&at.seen);
    for (size_t i = 0; any && i < FIND_SOURCES; i++) {
        const struct json *answer = f->answers[i].json, *list = list_in(&sources[i], answer);
        at.source = &sources[i];
        at.n = 0;
        if (answer && !list)
            add(&at, answer);
        for (const struct json *j = json_first(list); j; j = json_next(j))
            add(&at, j);
    }
    map_fini(&at.seen);
    buf_fini(&folded);
    return at.rows;
}

/* ---- how much of it ---- */

bool
find_partial(const struct find *f)
{
    for (size_t i = 0; i < FIND_SOURCES; i++)
        if (f->answers[i].failed)
            return true;
    return false;
}

/* Kind and reason, each pair once. */
static void
add_notes(const struct find *f, struct buf *out)
{
    for (size_t i = 0; i < FIND_SOURCES; i++) {
        const struct find_answer *a = &f->answers[i];
        bool told = false;
        for (size_t k = 0; k < i; k++)
            told = told || (!strcmp(sources[k].kind, sources[i].kind) &&
                            !strcmp(f->answers[k].note, a->note));
        if (a->note[0] && !told)
            buf_printf(out, "; %s: %s", sources[i].kind, a->note);
        if (a->total > FIND_LIMIT && !sources[i].match[0])
            buf_printf(out, "; %s: the first %d of %lld", sources[i].kind, FIND_LIMIT,
                       (long long)a->total);
    }
}

void
find_coverage(const struct find *f, struct buf *out)
{
    size_t wanted = 0, covered = 0;
    for (size_t i = 0; i < FIND_SOURCES; i++) {
        const struct find_answer *a = &f->answers[i];
        wanted += a->asked || a->note[0];
        covered += a->arrived && !a->note[0];
    }
    buf_printf(out, "%zu of %zu places looked at", covered, wanted);
    if (!find_done(f))
        buf_add_text(out, ", asking");
    add_notes(f, out);
}
