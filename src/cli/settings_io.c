#include "cli/settings_io.h"
#include "base/mem.h"
#include "cli/rows.h"
#include <stdio.h>

enum { PAGE_ROWS = 200, PAGES_MAX = 1000 };

void
settings_init(struct settings *all, struct cli *cli)
{
    all->cli = cli;
    all->states = mem_new(setting_count(), sizeof *all->states);
}

static struct setting_state *
state_of(const struct settings *all, const struct setting *s)
{
    return &all->states[s - setting_at(0)];
}

void
settings_forget(struct settings *all, const struct setting *s)
{
    struct setting_state *state = state_of(all, s);
    json_free(state->value);
    json_free(state->ids);
    *state = (struct setting_state){.read = false};
}

void
settings_fini(struct settings *all)
{
    for (size_t i = 0; i < setting_count(); i++)
        settings_forget(all, setting_at(i));
    mem_free(all->states);
}

/* --- Reading --- */

static void
fail(struct setting_state *state, const struct result *r)
{
    state->status = r ? cli_exit_code(r->err.code) : CLI_CANCELLED;
    snprintf(state->why, sizeof state->why, "%s", r ? r->err.msg : "cancelled");
}

static struct values *
page_values(const struct op *op, size_t page)
{
    struct values *v = values_new(op);
    if (!(op->flags & OPF_PAGED))
        return v;
    if (values_set(v, STR("query._limit"), json_new_i64(PAGE_ROWS), NULL) ||
        values_set(v, STR("query._offset"), json_new_i64((int64_t)page), NULL))
        ASSERT(!"lists in pages have both");
    return v;
}

/* All pages of a list as one array; NULL after fail. Not there is empty. */
static struct json *
read_pages(struct settings *all, const struct op *op, struct setting_state *state)
{
    struct json *list = json_new_array();
    bool more = true;
    for (size_t page = 0; more && page < PAGES_MAX; page++) {
        struct result *r = cli_call(all->cli, op, page_values(op, page));
        bool good = r && (!r->err.code || r->err.code == ERR_NOT_FOUND);
        const struct json *rows = good && !r->err.code ? rows_of(r->json) : NULL;
        for (const struct json *it = json_first(rows); it; it = json_next(it))
            json_push(list, json_copy(it));
        more = good && (op->flags & OPF_PAGED) && json_len(rows) == PAGE_ROWS;
        if (!good) {
            fail(state, r);
            json_free(list);
            list = NULL;
        }
        result_free(r);
    }
    return list;
}

static struct json *
read_object(struct settings *all, const struct op *op, struct setting_state *state)
{
    struct result *r = cli_call(all->cli, op, values_new(op));
    struct json *object = NULL;
    if (!r || (r->err.code && r->err.code != ERR_NOT_FOUND))
        fail(state, r);
    else if (!r->err.code && r->json)
        object = json_copy(r->json);
    result_free(r);
    return object;
}

/* Members that hold ids of another list get their keys. */
static void
name_refs(struct settings *all, const struct setting *s, struct json *list)
{
    for (struct json *item = json_first(list); item; item = json_next(item)) {
        for (const struct json *it = json_first(item); it;) {
            const struct json *next = json_next(it);
            const struct setting *other = setting_ref(s, json_key(it));
            if (other)
                setting_name_refs(item, json_key(it), settings_read(all, other)->ids);
            it = next;
        }
    }
}

struct setting_state *
settings_read(struct settings *all, const struct setting *s)
{
    struct setting_state *state = state_of(all, s);
    const struct op *op = op_get(s->get);
    if (state->read)
        return state;
    state->read = true;
    if ((op->ctx & CTX_NO_TENANT) && client_tenant(all->cli->client).n) {
        state->status = CLI_REFUSED;
        snprintf(state->why, sizeof state->why,
                 "this is of the whole environment, not of a tenant");
        return state;
    }
    struct json *answer =
        setting_is_list(s) ? read_pages(all, op, state) : read_object(all, op, state);
    if (answer)
        state->value = setting_read(s, answer, &state->ids);
    json_free(answer);
    if (state->value && setting_is_list(s))
        name_refs(all, s, state->value);
    return state;
}

/* --- Writing --- */

struct writing {
    struct settings *all;
    const struct setting *s;
    struct str key; /* of the item; absent for one object */
};

/* Sends the values with this body; with `code` it failed before, and both are only dropped. */
static enum err_code
send(struct writing *w, struct values *take, struct json *take_body, enum err_code code,
     struct err *err)
{
    values_set_body(take, take_body);
    if (code) {
        values_free(take);
        return code;
    }
    struct result *r = cli_call(w->all->cli, take->op, take);
    code = !r ? err_set(err, ERR_CANCELLED, "cancelled") : r->err.code;
    if (r && code)
        *err = r->err;
    result_free(r);
    return code;
}

static struct str
id_of(const struct writing *w)
{
    return json_str(json_get_str(settings_read(w->all, w->s)->ids, w->key));
}

/* The one parameter that such a path has is the key of the item, or its id. */
static enum err_code
set_path(struct writing *w, struct values *v, struct err *err)
{
    const struct field *f = v->op->params;
    if (!f || !f->name)
        return ERR_OK;
    char name[64];
    snprintf(name, sizeof name, "path.%s", f->name);
    return values_set_text(v, str_of(name), strcmp(f->name, w->s->key) == 0 ? w->key : id_of(w),
                           err);
}

/* The ids for a member that names items of another list by their keys. */
static struct json *
ids_for(struct writing *w, const char *member, const struct json *keys, struct err *err)
{
    const struct setting *other = setting_ref(w->s, str_of(member));
    struct str missing = STR_ABSENT;
    if (!other)
        return json_copy(keys);
    struct json *ids = setting_ids(keys, settings_read(w->all, other)->ids, &missing);
    if (!ids)
        err_set(err, ERR_NOT_FOUND, "there is no \"%.*s\" among the %s here", STR_ARG(missing),
                other->name);
    return ids;
}

static enum err_code
send_body(struct writing *w, const struct op *op, const struct json *item, struct err *err)
{
    struct json *body = setting_body(op, item);
    struct values *v = values_new(op);
    enum err_code code = set_path(w, v, err);
    for (struct json *it = json_first(body); it && !code;) {
        struct json *next = json_next(it);
        const struct setting *other = setting_ref(w->s, json_key(it));
        char member[64];
        snprintf(member, sizeof member, "%.*s", STR_ARG(json_key(it)));
        struct json *ids = other ? ids_for(w, member, it, err) : NULL;
        if (other && !ids)
            code = err->code;
        else if (ids)
            json_set(body, str_of(member), ids);
        it = next;
    }
    if (op->flags & OPF_BODY_ARRAY) {
        struct json *list = json_new_array();
        json_push(list, body);
        body = list;
    }
    return send(w, v, body, code, err);
}

static enum err_code
send_part(struct writing *w, const struct setting_part *part, const struct json *value,
          struct err *err)
{
    const struct op *op = op_get(part->op);
    struct json *ids = ids_for(w, part->member, value, err), *body = json_new_object();
    struct values *v = values_new(op);
    enum err_code code = ids ? set_path(w, v, err) : err->code;
    if (ids)
        json_set(body, str_of(part->value), ids);
    if (part->id[0]) {
        struct json *list = json_new_array();
        json_push(list, json_new_str(id_of(w)));
        json_set(body, str_of(part->id), list);
    }
    return send(w, v, body, code, err);
}

/* Parts that are not yet as wanted. */
static enum err_code
send_parts(struct writing *w, const struct json *now, const struct json *wanted, struct err *err)
{
    enum err_code code = ERR_OK;
    for (const struct setting_part *p = NULL; !code && (p = setting_part_next(w->s, p)) != NULL;) {
        const struct json *value = json_get(wanted, p->member);
        if (value && !json_equal(value, json_get(now, p->member)))
            code = send_part(w, p, value, err);
    }
    return code;
}

/* Whether the operation would change anything: parts are not its business. */
static bool
differs(const struct op *op, const struct json *now, const struct json *wanted)
{
    struct json *a = setting_body(op, now), *b = setting_body(op, wanted);
    bool same = json_equal(a, b);
    json_free(a);
    json_free(b);
    return !same;
}

static const struct json *
now_of(struct writing *w)
{
    const struct json *value = settings_read(w->all, w->s)->value;
    return setting_is_list(w->s) ? setting_item(w->s, value, w->key) : value;
}

static enum err_code
make(struct writing *w, const struct json *wanted, struct err *err)
{
    enum op_id op = w->s->create != SETTING_NONE ? w->s->create : w->s->set;
    enum err_code code = send_body(w, op_get(op), wanted, err);
    if (code)
        return code;
    settings_forget(w->all, w->s);
    return send_parts(w, now_of(w), wanted, err);
}

static enum err_code
change(struct writing *w, const struct json *now, const struct json *wanted, struct err *err)
{
    if (w->s->set == SETTING_NONE)
        return err_set(err, ERR_UNIMPLEMENTED,
                       "the service cannot change it: delete it, then apply again");
    enum err_code code = ERR_OK;
    if (differs(op_get(w->s->set), now, wanted))
        code = send_body(w, op_get(w->s->set), wanted, err);
    if (code == ERR_NOT_FOUND && !setting_is_list(w->s) && w->s->create != SETTING_NONE)
        code = send_body(w, op_get(w->s->create), wanted, err); /* what was shown was a default */
    return code ? code : send_parts(w, now, wanted, err);
}

enum err_code
settings_write(struct settings *all, const struct setting *s, const struct json *wanted,
               struct err *err)
{
    struct writing w = {.all = all, .s = s};
    if (setting_is_shown(s))
        return err_set(err, ERR_UNIMPLEMENTED, "it cannot be written without its secret");
    if (setting_is_list(s))
        w.key = json_str(json_get(wanted, s->key));
    const struct json *now = now_of(&w);
    return now ? change(&w, now, wanted, err) : make(&w, wanted, err);
}
