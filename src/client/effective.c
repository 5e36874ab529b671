#include "client/effective.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 20000, GROUPS_MAX = 200 };

/* ---- asking ---- */

static void
copy(char out[EFFECTIVE_ID], struct str s)
{
    snprintf(out, EFFECTIVE_ID, "%.*s", STR_ARG(s));
}

static void
note_failure(char out[EFFECTIVE_TEXT], const struct result *r)
{
    if (r->err.code)
        snprintf(out, EFFECTIVE_TEXT, "%s: %s", r->op->name, r->err.msg);
}

static struct json *
take_json(struct result *r)
{
    struct json *j = r->err.code ? NULL : r->json;
    if (j)
        r->json = NULL;
    return j;
}

static void
tell(struct effective *e)
{
    if (e->changed)
        e->changed(e->ctx);
}

static void
send(struct effective *e, struct values *take, struct str tenant, result_fn *done, void *ctx)
{
    e->waiting++;
    client_send(e->client, &(struct client_request){.op = take->op,
                                                    .values = take,
                                                    .scope = {.tenant_id = tenant},
                                                    .set = e->calls,
                                                    .done = done,
                                                    .ctx = ctx});
}

static void
got_groups(void *ctx, struct result *r)
{
    struct effective_tenant *t = ctx;
    t->e->waiting--;
    t->arrived = true; /* without the names there are still the ids */
    t->groups = take_json(r);
    result_free(r);
    tell(t->e);
}

/* Groups come with the person, but for their names. */
static bool
ask_groups(struct effective_tenant *t)
{
    struct json *ids = json_new_array();
    const struct json *groups = json_get(t->user, "groups");
    for (const struct json *g = json_first(groups); g; g = json_next(g))
        if (json_str(json_get(g, "id")).n && json_len(ids) < GROUPS_MAX)
            json_push(ids, json_new_str(json_str(json_get(g, "id"))));
    bool any = json_len(ids) > 0;
    if (any) {
        struct values *v = values_new(op_get(OP_groups_get_many));
        (void)!values_set(v, STR("groupsIds"), json_copy(ids), NULL);
        send(t->e, v, str_of(t->id), got_groups, t);
    }
    json_free(ids);
    return any;
}

static void
got_there(void *ctx, struct result *r)
{
    struct effective_tenant *t = ctx;
    t->e->waiting--;
    note_failure(t->failure, r);
    t->user = take_json(r);
    t->arrived = !t->user || !ask_groups(t);
    result_free(r);
    tell(t->e);
}

static void
ask_there(struct effective *e, struct str tenant)
{
    e->in++;
    if (!tenant.n || e->n == EFFECTIVE_TENANTS)
        return;
    struct effective_tenant *t = &e->tenants[e->n++];
    *t = (struct effective_tenant){.e = e};
    copy(t->id, tenant);
    struct values *v = values_new(op_get(OP_users_get));
    (void)!values_set(v, STR("id"), json_new_str(str_of(e->id)), NULL);
    send(e, v, str_of(t->id), got_there, t);
}

/* The one that is meant, else all: as memberships, or where an answer has only their ids, by those. */
static void
ask_tenants(struct effective *e)
{
    const struct json *all = json_get(e->person, "tenants");
    if (e->wanted[0]) {
        ask_there(e, str_of(e->wanted));
        return;
    }
    for (const struct json *m = json_first(all); m; m = json_next(m))
        ask_there(e, json_str(json_get(m, "tenantId")));
    if (json_len(all))
        return;
    const struct json *ids = json_get(e->person, "tenantIds");
    for (const struct json *id = json_first(ids); id; id = json_next(id))
        ask_there(e, json_str(id));
}

static void
got_person(void *ctx, struct result *r)
{
    struct effective *e = ctx;
    e->waiting--;
    e->nobody = r->err.code == ERR_NOT_FOUND;
    note_failure(e->failure, r);
    e->person = take_json(r);
    result_free(r);
    struct str id = json_str(json_get(e->person, "id"));
    if (!e->failure[0] && !id.n)
        snprintf(e->failure, sizeof e->failure, "The answer holds no user");
    if (id.n) {
        copy(e->id, id);
        copy(e->email, json_str(json_get(e->person, "email")));
    }
    if (id.n)
        ask_tenants(e);
    tell(e);
}

static void
got_permissions(void *ctx, struct result *r)
{
    struct effective *e = ctx;
    e->waiting--;
    note_failure(e->names, r);
    e->permissions = take_json(r);
    result_free(r);
    tell(e);
}

void
effective_start(struct effective *e, struct client *client, struct callset *calls, struct str user,
                struct str tenant)
{
    void (*changed)(void *) = e->changed;
    void *ctx = e->ctx;
    bool address = str_find_char(user, '@') >= 0;
    const struct op *op = op_get(address ? OP_users_get_by_email : OP_users_get_vendor);
    effective_fini(e);
    *e = (struct effective){.client = client, .calls = calls, .changed = changed, .ctx = ctx};
    copy(e->wanted, tenant);
    copy(address ? e->email : e->id, user);
    struct values *v = values_new(op);
    (void)!values_set(v, address ? STR("email") : STR("userId"), json_new_str(user), NULL);
    send(e, v, STR(""), got_person, e);
    send(e, values_new(op_get(OP_permissions_list)), STR(""), got_permissions, e);
}

void
effective_fini(struct effective *e)
{
    json_free(e->person);
    json_free(e->permissions);
    for (size_t i = 0; i < e->n; i++) {
        json_free(e->tenants[i].user);
        json_free(e->tenants[i].groups);
    }
    e->person = e->permissions = NULL;
    e->n = 0;
}

bool
effective_done(const struct effective *e)
{
    return e->waiting == 0;
}

/* ---- putting it together ---- */

struct path {
    struct str permission, name, role, by, group_id, tenant;
};

struct paths {
    const struct effective *e;
    const struct effective_tenant *t;
    struct map ids;  /* permissions by id: those of the list, over them the person's own */
    struct map seen; /* keys of this tenant that a role explains */
    struct path *at;
    size_t n, size;
};

static void
map_list(struct map *out, struct json *list)
{
    for (struct json *j = json_first(list); j; j = json_next(j))
        if (json_str(json_get(j, "id")).n)
            map_put(out, json_str(json_get(j, "id")), j);
}

static const struct json *
find_by(const struct json *list, const char *member, struct str value)
{
    for (const struct json *j = json_first(list); j; j = json_next(j))
        if (str_eq(json_str(json_get(j, member)), value))
            return j;
    return NULL;
}

static void
add_path(struct paths *p, const struct path *path)
{
    if (p->n == ROWS_MAX)
        return;
    if (p->n == p->size) {
        p->size = p->size ? 2 * p->size : 64;
        p->at = mem_resize(p->at, p->size, sizeof *p->at);
    }
    p->at[p->n] = *path;
    p->at[p->n++].tenant = str_of(p->t->id);
}

/* What is called so by the person's own answer, else by the list; its id if by neither. */
static void
name_permission(const struct paths *p, struct str id, struct path *out)
{
    const struct json *known = map_get(&p->ids, id);
    out->permission = known ? json_str(json_get(known, "key")) : id;
    out->name = json_str(json_get(known, "name"));
}

static void
add_role(struct paths *p, const struct json *role, struct str by, struct str group_id)
{
    struct path path = {.role = json_str(json_get(role, "key")), .by = by, .group_id = group_id};
    const struct json *ids = json_get(role, "permissions");
    if (json_type(ids) !=
        JSON_ARRAY) /* where roles of groups come without: the other answers know */
        ids = json_get(find_by(json_get(p->t->user, "roles"), "id", json_str(json_get(role, "id"))),
                       "permissions");
    for (const struct json *id = json_first(ids); id; id = json_next(id)) {
        if (!json_str(id).n)
            continue;
        name_permission(p, json_str(id), &path);
        map_put(&p->seen, path.permission, p);
        add_path(p, &path);
    }
}

static bool
is_by_group(const struct effective_tenant *t, const struct json *role)
{
    struct str id = json_str(json_get(role, "id"));
    for (const struct json *g = json_first(json_get(t->user, "groups")); g; g = json_next(g))
        if (find_by(json_get(g, "roles"), "id", id))
            return true;
    return false;
}

/* Roles given to the person are those of the membership; an answer without has all of them in one. */
static void
add_direct(struct paths *p)
{
    const struct json *own =
        json_get(find_by(json_get(p->t->user, "tenants"), "tenantId", str_of(p->t->id)), "roles");
    bool whole = json_type(own) == JSON_ARRAY;
    const struct json *roles = whole ? own : json_get(p->t->user, "roles");
    for (const struct json *r = json_first(roles); r; r = json_next(r))
        if (whole || !is_by_group(p->t, r))
            add_role(p, r, STR("directly"), STR(""));
}

static void
add_groups(struct paths *p)
{
    const struct json *named = json_get(p->t->groups, "groups");
    for (const struct json *g = json_first(json_get(p->t->user, "groups")); g; g = json_next(g)) {
        struct str id = json_str(json_get(g, "id"));
        struct str name = json_str(json_get(find_by(named, "id", id), "name"));
        for (const struct json *r = json_first(json_get(g, "roles")); r; r = json_next(r))
            add_role(p, r, name.n ? name : id, id);
    }
}

/* The service says that they have it, and no role that can be read has. */
static void
add_unexplained(struct paths *p)
{
    const struct json *all = json_get(p->t->user, "permissions");
    for (const struct json *j = json_first(all); j; j = json_next(j)) {
        struct path path = {.permission = json_str(json_get(j, "key")),
                            .name = json_str(json_get(j, "name")),
                            .by = STR("by no role that can be read")};
        if (path.permission.n && !map_get(&p->seen, path.permission))
            add_path(p, &path);
    }
}

static int
path_compare(const void *a, const void *b)
{
    const struct path *x = a, *y = b;
    int order = str_cmp(x->permission, y->permission);
    if (!order)
        order = str_cmp(x->tenant, y->tenant);
    if (!order)
        order = str_cmp(x->role, y->role);
    return order ? order : str_cmp(x->by, y->by);
}

static struct json *
path_json(const struct path *p)
{
    const struct {
        const char *name;
        struct str value;
    } members[] = {
        {"permission", p->permission}, {"name", p->name},      {"role", p->role}, {"by", p->by},
        {"groupId", p->group_id},      {"tenantId", p->tenant}};
    struct json *row = json_new_object();
    for (size_t i = 0; i < COUNT_OF(members); i++)
        json_set(row, str_of(members[i].name),
                 json_new_str(str_given(members[i].value) ? members[i].value : STR("")));
    return row;
}

struct json *
effective_rows(const struct effective *e)
{
    struct paths p = {.e = e};
    struct json *list = json_new_array();
    bool super = false;
    (void)json_to_bool(json_get(e->person, "superUser"), &super);
    for (size_t i = 0; i < e->n; i++) {
        p.t = &e->tenants[i];
        map_init(&p.ids);
        map_init(&p.seen);
        map_list(&p.ids, e->permissions);
        map_list(&p.ids, json_get(p.t->user, "permissions"));
        if (super)
            add_path(&p, &(struct path){.permission = STR("*"),
                                        .name = STR("Everything"),
                                        .by = STR("a superuser")});
        add_direct(&p);
        add_groups(&p);
        add_unexplained(&p);
        map_fini(&p.ids);
        map_fini(&p.seen);
    }
    if (p.n)
        qsort(p.at, p.n, sizeof *p.at, path_compare);
    for (size_t i = 0; i < p.n; i++)
        json_push(list, path_json(&p.at[i]));
    mem_free(p.at);
    return list;
}

/* ---- how much of it ---- */

static size_t
read_count(const struct effective *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n; i++)
        n += e->tenants[i].arrived && e->tenants[i].user;
    return n;
}

bool
effective_partial(const struct effective *e)
{
    return e->failure[0] || read_count(e) < e->in;
}

void
effective_coverage(const struct effective *e, struct buf *out)
{
    if (e->failure[0]) {
        buf_add_text(out, e->failure);
        return;
    }
    buf_printf(out, "%zu of %zu tenant%s read", read_count(e), e->in, e->in == 1 ? "" : "s");
    if (!effective_done(e))
        buf_add_text(out, ", reading");
    for (size_t i = 0; i < e->n; i++)
        if (e->tenants[i].failure[0])
            buf_printf(out, "; %s: %s", e->tenants[i].id, e->tenants[i].failure);
    if (effective_done(e) && e->in > e->n)
        buf_printf(out, "; more than %d tenants: name one", EFFECTIVE_TENANTS);
    if (effective_done(e) && !e->in)
        buf_add_text(out, "; in no tenant there is nothing to be allowed");
    if (e->names[0])
        buf_printf(out, "; %s", e->names);
}
