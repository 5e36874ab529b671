#include "tests/support/scene.h"

#include "base/clock.h"
#include "server/jobs.h"
#include "server/registry.h"
#include "server/state.h"
#include "tests/support/outbox.h"
#include "tests/support/reply_check.h"

#include <stdio.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20, AWAIT_MS = 60000, PAUSE_US = 2000 };

static int64_t
ask_audits(struct scene *s, const char *query)
{
    char path[200];
    snprintf(path, sizeof path, "/audits/resources/audits/v2?count=1&offset=0%s", query);
    struct tserver_reply r = tserver_request(&s->t, "GET", path, s->t.token, NULL, NULL);
    int64_t total = -1;
    (void)json_to_i64(json_get(r.json, "total"), &total);
    return total;
}

/* All but those of messages, which go out when they like. */
static int64_t
count_audits(struct scene *s)
{
    int64_t before, all, after = ask_audits(s, "&filter=message_");
    do {
        before = after;
        all = ask_audits(s, "");
        after = ask_audits(s, "&filter=message_");
    } while (after != before);
    return all - after;
}

void
scene_start(struct scene *s)
{
    scene_start_with(s, &(struct tserver_options){.services = NULL});
}

void
scene_start_with(struct scene *s, const struct tserver_options *o)
{
    *s = (struct scene){.n_kept = 0};
    tserver_start_with(&s->t, o);
    s->audits = count_audits(s);
}

void
scene_recount(struct scene *s)
{
    s->audits = count_audits(s);
}

void
scene_stop(struct scene *s)
{
    tserver_stop(&s->t);
}

/* -- values -- */

void
scene_keep(struct scene *s, const char *name, struct str value)
{
    size_t i = 0;
    while (i < s->n_kept && !str_eq(s->kept[i].name, str_of(name)))
        i++;
    assert_true(i < SCENE_VALUES_MAX);
    s->kept[i].name = arena_text(&s->t.arena, name);
    s->kept[i].value = arena_str(&s->t.arena, value);
    s->n_kept += i == s->n_kept;
}

static struct str
find_value(const struct scene *s, struct str name)
{
    for (size_t i = 0; i < s->n_kept; i++)
        if (str_eq(s->kept[i].name, name))
            return s->kept[i].value;
    fail_msg("no value is kept as %.*s", STR_ARG(name));
    return STR_ABSENT;
}

void
scene_keep_token(struct scene *s, const char *name, const char *user, const char *tenant)
{
    static const char *const may[] = {"fe.*", NULL};
    struct tserver_grant grant = {.type = "userToken",
                                  .sub = scene_value(s, user),
                                  .tenant = str_of(tenant),
                                  .permissions = may};
    scene_keep(s, name, tserver_mint(&s->t, &grant));
}

struct str
scene_value(const struct scene *s, const char *name)
{
    return find_value(s, str_of(name));
}

static bool
is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static struct str
replace(struct scene *s, struct str text)
{
    struct buf out;
    buf_init(&out, TEXT_MAX);
    for (size_t i = 0; i < text.n; i++) {
        size_t end = i + 1;
        if (text.p[i] != '$') {
            buf_add_char(&out, text.p[i] == '\'' ? '"' : text.p[i]);
            continue;
        }
        while (end < text.n && is_name_char(text.p[end]))
            end++;
        buf_add_str(&out, find_value(s, str_sub(text, i + 1, end)));
        i = end - 1;
    }
    struct str copy = arena_str(&s->t.arena, buf_str(&out));
    buf_fini(&out);
    return copy;
}

const char *
scene_text(struct scene *s, const char *text)
{
    return replace(s, str_of(text)).p;
}

/* -- requests -- */

struct request {
    const char *method, *path, *headers;
    struct str token, template;
};

static void
read_option(struct scene *s, struct str part, struct request *r, struct buf *headers)
{
    struct str value = str_sub(part, 1, part.n);
    if (strcmp(r->method, "OUTBOX") == 0) {
        r->template = arena_str(&s->t.arena, part);
        return;
    }
    switch (part.p[0]) {
    case '@':
        buf_printf(headers, "frontegg-tenant-id: %.*s\r\n", STR_ARG(value));
        break;
    case '+':
        buf_printf(headers, "%.*s\r\n", STR_ARG(value));
        break;
    case '~':
        r->token = str_eq(value, STR("none")) ? STR_ABSENT : find_value(s, value);
        break;
    default:
        fail_msg("a request cannot hold %.*s", STR_ARG(part));
    }
}

static struct request
read_request(struct scene *s, const char *text)
{
    struct str rest = replace(s, str_of(text)), part;
    struct request r = {.method = "", .path = "", .token = s->t.token};
    struct buf headers;
    buf_init(&headers, TEXT_MAX);
    for (size_t i = 0; str_next(&rest, ' ', &part); i++) {
        struct str copy = arena_str(&s->t.arena, part);
        if (i == 0)
            r.method = copy.p;
        else if (i == 1)
            r.path = copy.p;
        else if (part.n)
            read_option(s, part, &r, &headers);
    }
    r.headers = arena_str(&s->t.arena, buf_str(&headers)).p;
    buf_fini(&headers);
    return r;
}

/* -- expectations -- */

static const struct json *
member(const struct json *j, struct str name)
{
    int64_t index;
    if (json_type(j) == JSON_ARRAY)
        return str_to_i64(name, &index) ? json_at(j, (size_t)index) : NULL;
    return json_get_str(j, name);
}

static struct json *collect(const struct json *j, struct str rest);

/* The value at the path as a tree of its own; NULL if there is none. */
static struct json *
value_at(const struct json *j, struct str path)
{
    struct str part;
    while (j && path.n && str_next(&path, '.', &part)) {
        if (str_eq(part, STR("*")))
            return collect(j, path);
        j = member(j, part);
    }
    return j ? json_copy(j) : NULL;
}

static struct json *
collect(const struct json *j, struct str rest)
{
    struct json *all = json_new_array();
    for (const struct json *it = json_first(j); it; it = json_next(it)) {
        struct json *value = value_at(it, rest);
        json_push(all, value ? value : json_new_null());
    }
    return all;
}

static struct str
json_text(struct scene *s, const struct json *j)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    json_write(j, &text);
    struct str copy = arena_str(&s->t.arena, buf_str(&text));
    buf_fini(&text);
    return copy;
}

static bool
keep_value(struct scene *s, struct str name, const struct json *value)
{
    if (!value)
        return false;
    struct str text = json_type(value) == JSON_STRING ? json_str(value) : json_text(s, value);
    scene_keep(s, arena_str(&s->t.arena, name).p, text);
    return true;
}

static bool
is_equal(struct scene *s, const struct json *value, struct str want)
{
    struct json *wanted = json_parse(replace(s, want), TEXT_MAX, NULL);
    if (!wanted)
        fail_msg("not JSON: %.*s", STR_ARG(want));
    bool same = value && json_equal(value, wanted);
    json_free(wanted);
    return same;
}

static bool
holds(struct scene *s, struct str clause)
{
    if (clause.p[0] == '~')
        return str_find(s->reply.body, replace(s, str_sub(clause, 1, clause.n))) >= 0;
    if (str_starts(clause, STR("!~")))
        return str_find(s->reply.body, replace(s, str_sub(clause, 2, clause.n))) < 0;
    size_t end = 0;
    while (end < clause.n && !strchr("=#!?>", clause.p[end]))
        end++;
    struct str arg = str_sub(clause, end + 1, clause.n);
    struct json *value = value_at(s->reply.json, str_sub(clause, 0, end));
    int64_t n = -1;
    bool good = false;
    switch (end < clause.n ? clause.p[end] : 0) {
    case '=':
        good = is_equal(s, value, arg);
        break;
    case '#':
        good = value && str_to_i64(arg, &n) && json_len(value) == (size_t)n;
        break;
    case '!':
        good = !value;
        break;
    case '?':
        good = !json_is_null(value);
        break;
    case '>':
        good = keep_value(s, arg, value);
        break;
    default:
        fail_msg("a clause cannot be read: %.*s", STR_ARG(clause));
    }
    json_free(value);
    return good;
}

static int
wanted_status(const struct step *step)
{
    struct str rest = str_of(step->expect), clause;
    int64_t status = 0;
    assert_true(str_next(&rest, ';', &clause) && str_to_i64(str_trim(clause), &status));
    return (int)status;
}

static bool
is_as_expected(struct scene *s, const struct step *step)
{
    struct str rest = str_of(step->expect), clause;
    bool good = s->reply.status == wanted_status(step);
    (void)str_next(&rest, ';', &clause);
    while (good && rest.n && str_next(&rest, ';', &clause))
        good = !str_trim(clause).n || holds(s, str_trim(clause));
    return good;
}

static void
check_step(struct scene *s, const struct step *step)
{
    struct str rest = str_of(step->expect), clause;
    int status = wanted_status(step);
    (void)str_next(&rest, ';', &clause);
    if (s->reply.status != status)
        fail_msg("%s %s\n  answered %d, wanted %d\n  %.*s", step->request,
                 step->body ? step->body : "", s->reply.status, status, STR_ARG(s->reply.body));
    while (rest.n && str_next(&rest, ';', &clause))
        if (str_trim(clause).n && !holds(s, str_trim(clause)))
            fail_msg("%s\n  not so: %.*s\n  %.*s", step->request, STR_ARG(str_trim(clause)),
                     STR_ARG(s->reply.body));
}

/* A refresh that is refused leaves one if the token was used before, see ops/refresh.c and
 * ops/machine_auth.c; a good one of a person leaves none. */
static bool
leaves_what_is_news(const struct op *op, int status)
{
    return op->id == OP_auth_refresh ||
           (status >= 300 && (op->id == OP_api_token_refresh || op->id == OP_api_token_refresh_v1));
}

static void
check_audits(struct scene *s, const struct step *step, const struct op *op)
{
    bool changed = op && s->reply.status < 300 && !(op->flags & OPF_SAFE);
    s->audits += changed;
    int64_t found = count_audits(s);
    if (s->working || (op && leaves_what_is_news(op, s->reply.status)))
        s->audits = found;
    if (found != s->audits)
        fail_msg("%s\n  left %d audits more than it should", step->request,
                 (int)(found - s->audits));
}

/* The next message to the address, of the type if one is named. */
static struct json *
next_message(struct scene *s, const char *to, struct str type, int64_t *seen, struct str *text)
{
    for (;;) {
        struct json *message = outbox_next(s->t.outbox, to, seen, &s->t.arena, text);
        if (!message || !type.n || str_eq(json_str(json_get(message, "template")), type))
            return message;
        json_free(message);
    }
}

/* The next message to the address of the step; its file is the answer. */
static void
read_outbox(struct scene *s, const struct step *step, const char *to, struct str type)
{
    struct str name = arena_printf(&s->t.arena, "outbox %s", to);
    int64_t seen = 0;
    for (size_t i = 0; i < s->n_kept; i++)
        if (str_eq(s->kept[i].name, name))
            (void)str_to_i64(s->kept[i].value, &seen);
    struct str text = {NULL, 0};
    struct json *message = next_message(s, to, type, &seen, &text);
    if (!message)
        fail_msg("%s\n  no message came", step->request);
    scene_keep(s, name.p, arena_printf(&s->t.arena, "%lld", (long long)seen));
    s->reply = (struct tserver_reply){.status = 200, .body = text, .json = message};
    check_step(s, step);
    json_free(message);
    s->reply.json = NULL;
}

static bool
starts_job(const struct op *op)
{
#define STARTS(name) || op->id == OP_##name
    /* What comes from Auth0 goes on as a bulk import. */
    return op && (op->id == OP_migrations_auth0 JOB_KINDS(STARTS));
#undef STARTS
}

static bool
is_refusal(int status)
{
    return status == 401 || status == 403;
}

/* What a right that was given or taken away on one server means on the others shows within a second. */
static void
ask(struct scene *s, const struct step *step, const struct request *r)
{
    const char *body = step->body ? scene_text(s, step->body) : NULL;
    int wanted = wanted_status(step);
    if (is_refusal(wanted))
        (void)tserver_settle(&s->t);
    s->reply = tserver_request(&s->t, r->method, r->path, r->token, r->headers, body);
    if (is_refusal(s->reply.status) && s->reply.status != wanted && tserver_settle(&s->t))
        s->reply = tserver_request(&s->t, r->method, r->path, r->token, r->headers, body);
}

/* Until it is as expected, or it takes too long: then check_step says what is not. */
static void
ask_until(struct scene *s, const struct step *step, const struct request *r)
{
    int64_t end = clock_mono_ms() + AWAIT_MS;
    ask(s, step, r);
    while (!is_as_expected(s, step) && clock_mono_ms() < end) {
        usleep(PAUSE_US);
        ask(s, step, r);
    }
    s->working = false;
    s->audits = count_audits(s);
}

static void
run_step(struct scene *s, const struct step *step)
{
    bool await = strncmp(step->request, "AWAIT ", 6) == 0;
    peers_step(&s->t.peers);
    struct request r = read_request(s, await ? step->request + 6 : step->request);
    if (strcmp(r.method, "OUTBOX") == 0) {
        read_outbox(s, step, r.path, r.template);
        return;
    }
    const struct op *op = tserver_op(&s->t, r.method, r.path);
    if (await)
        ask_until(s, step, &r);
    else
        ask(s, step, &r);
    s->working = s->working || (starts_job(op) && s->reply.status < 300);
    check_step(s, step);
    char fault[400];
    if (!reply_check(&s->reply, op, fault, sizeof fault))
        fail_msg("%s\n  %s\n  %.*s", step->request, fault, STR_ARG(s->reply.body));
    check_audits(s, step, op);
    if (op && op->id < OP_COUNT && s->reply.status < 300)
        s->answered[op->id] = true;
}

void
scene_run(struct scene *s, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        run_step(s, &steps[i]);
}

/* -- the ledger -- */

bool
scene_is_bound(const struct scene *s, const struct op *op)
{
    return s->t.server->registry->fns[op->id] != NULL;
}

static size_t
missing(const struct scene *s, const struct op *op)
{
    if (!scene_is_bound(s, op) || s->answered[op->id])
        return 0;
    print_error("%s is bound, and no scenario made it succeed\n", op->name);
    return 1;
}

void
scene_ledger(const struct scene *s, const char *const *prefixes)
{
    size_t n = 0;
    for (int id = 0; id < OP_COUNT; id++) {
        const struct op *op = op_get((enum op_id)id);
        bool ours = false;
        for (size_t i = 0; prefixes[i]; i++)
            ours = ours || str_starts(str_of(op->path), str_of(prefixes[i]));
        n += ours ? missing(s, op) : 0;
    }
    assert_int_equal(n, 0);
}

void
scene_ledger_of(const struct scene *s, const struct op_binding *const *modules)
{
    size_t n = 0;
    for (; *modules; modules++)
        for (const struct op_binding *b = *modules; b->op != OP_COUNT; b++)
            n += missing(s, op_get(b->op));
    assert_int_equal(n, 0);
}
