/* The person themselves: profile, tenants, what they may do. */
#include "base/mem.h"
#include "server/fields.h"
#include "server/ops/ops.h"
#include "server/self.h"
#include "server/shape.h"
#include "server/shape_user.h"
#include "store/groups.h"

enum { TREE_MAX = 10000 };

/* ---- profile ---- */

static enum err_code
answer_self(struct call *c, enum user_form form, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_find(c, &s, &u, err);
    return rc ? rc : shape_users(c, s, form, &u, 1, err);
}

static enum err_code
op_me_get(struct call *c, struct err *err)
{
    return answer_self(c, USER_FULL, err);
}

static enum err_code
op_me_get_v3(struct call *c, struct err *err)
{
    return answer_self(c, USER_CORE, err);
}

/* null says that there is to be no picture; everywhere else it says nothing. */
static uint64_t
read_changes(const struct call *c, struct user *change)
{
    uint64_t given =
        fields_read(c, c->body, (struct field_table){user_fields, USER_FIELDS}, change);
    const struct json *picture = json_get(c->body, "profilePictureUrl");
    return picture && json_is_null(picture) ? given | USER_F(profile_picture_url) : given;
}

static enum err_code
op_me_update(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u, change = {.id = STR_ABSENT};
    enum err_code rc = fields_check_metadata(c, err);
    uint64_t given = rc ? 0 : read_changes(c, &change);
    if (!rc)
        rc = self_find(c, &s, &u, err);
    change.id = rc ? STR_ABSENT : u.id;
    if (!rc)
        rc = store_user_update(s, &change, given, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "Info", "Updated their profile");
    return answer_self(c, USER_FULL, err);
}

static enum err_code
op_me_update_v1(struct call *c, struct err *err)
{
    return op_me_update(c, err);
}

/* ---- tenants ---- */

struct own_tenants {
    struct scope s; /* the environment: a person may see each of their tenants */
    struct user u;
    struct tenant *items;
    const struct membership **memberships;
    size_t n;
    struct str active;
};

static enum err_code
read_tenants(struct call *c, struct own_tenants *o, struct err *err)
{
    o->items = ARENA_ARRAY(c->arena, o->u.n_tenants + 1, struct tenant);
    o->memberships = ARENA_ARRAY(c->arena, o->u.n_tenants + 1, const struct membership *);
    o->n = 0;
    for (size_t i = 0; i < o->u.n_tenants; i++) {
        const struct membership *m = &o->u.tenants[i];
        if (!membership_is_open(m, c->now))
            continue;
        enum err_code rc = store_tenant_get(&o->s, m->tenant_id, &o->items[o->n], err);
        if (rc && rc != ERR_NOT_FOUND)
            return rc;
        if (!rc)
            o->memberships[o->n++] = m;
    }
    return ERR_OK;
}

/* Those the person can enter, in the order in which they joined. */
static enum err_code
load_tenants(struct call *c, struct own_tenants *o, struct err *err)
{
    const struct scope *s;
    enum err_code rc = self_find(c, &s, &o->u, err);
    if (!rc)
        rc = scope_tenant(s, STR_ABSENT, &o->s, err);
    if (!rc)
        rc = store_users_load(&o->s, &o->u, 1, LOAD_TENANTS, true, err);
    if (!rc)
        rc = read_tenants(c, o, err);
    o->active = c->tenant_id.n ? c->tenant_id : o->u.active_tenant_id;
    return rc;
}

static enum err_code
op_me_tenants(struct call *c, struct err *err)
{
    struct own_tenants o;
    enum err_code rc = load_tenants(c, &o, err);
    if (rc)
        return rc;
    const struct tenant *active = NULL;
    jw_open(&c->out, '{');
    jw_key(&c->out, "tenants");
    jw_open(&c->out, '[');
    for (size_t i = 0; i < o.n; i++) {
        shape_tenant(c, &o.items[i], false);
        if (str_eq(o.items[i].tenant_id, o.active))
            active = &o.items[i];
    }
    jw_close(&c->out, ']');
    jw_key(&c->out, "activeTenant");
    if (active)
        shape_tenant(c, active, false);
    else
        jw_null(&c->out);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_me_tenants_v3(struct call *c, struct err *err)
{
    return op_me_tenants(c, err);
}

static enum err_code
op_me_tenants_v2(struct call *c, struct err *err)
{
    struct own_tenants o;
    enum err_code rc = load_tenants(c, &o, err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < o.n; i++) {
        jw_open(&c->out, '{');
        jw_kstr(&c->out, "tenantId", o.items[i].tenant_id);
        jw_kstr(&c->out, "name", o.items[i].name);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
    return ERR_OK;
}

/* ---- hierarchy ---- */

static const struct membership *
own_membership(const struct own_tenants *o, struct str tenant_id)
{
    for (size_t i = 0; i < o->n; i++)
        if (str_eq(o->items[i].tenant_id, tenant_id))
            return o->memberships[i];
    return NULL;
}

/* A node with what the person sees below it: own tenants, and with sub-account access (`whole`) all. */
static void
write_node(struct call *c, const struct own_tenants *o, const struct tenant_nodes *nodes, size_t at,
           int64_t level, bool whole)
{
    const struct tenant *t = &nodes->items[at].tenant;
    const struct membership *mine = own_membership(o, t->tenant_id);
    whole = whole || (mine && mine->sub_account_access);
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "tenantId", t->tenant_id);
    jw_kstr(&c->out, "name", t->name);
    jw_ki64(&c->out, "level", level);
    jw_key(&c->out, "children");
    jw_open(&c->out, '[');
    for (size_t i = at + 1; i < nodes->n; i++) {
        const struct tenant *below = &nodes->items[i].tenant;
        if (str_eq(below->parent_id, t->tenant_id) &&
            (whole || own_membership(o, below->tenant_id)))
            write_node(c, o, nodes, i, level + 1, whole);
    }
    jw_close(&c->out, ']');
    jw_close(&c->out, '}');
}

/* Whether a tenant of the person is shown below another one: its parent is theirs, or they may see
 * everything below one further up. */
static enum err_code
is_shown_below(const struct own_tenants *o, const struct tenant *t, bool *out, struct err *err)
{
    struct tenant_nodes up = {.n = 0};
    enum err_code rc = store_tenant_parents(&o->s, t->tenant_id, &up, err);
    *out = false;
    for (size_t i = 0; !rc && i < up.n; i++) {
        const struct membership *m = own_membership(o, up.items[i].tenant.tenant_id);
        *out = *out || (m && (i == 0 || m->sub_account_access));
    }
    return rc;
}

static enum err_code
write_root(struct call *c, const struct own_tenants *o, const struct tenant *t, struct err *err)
{
    bool below;
    struct tenant_nodes nodes = {.n = 0};
    enum err_code rc = is_shown_below(o, t, &below, err);
    if (rc || below)
        return rc;
    rc = store_tenant_subtree(&o->s, t->tenant_id, TREE_MAX, &nodes, err);
    if (!rc && nodes.n)
        write_node(c, o, &nodes, 0, 0, false);
    return rc;
}

static enum err_code
op_me_hierarchy(struct call *c, struct err *err)
{
    struct own_tenants o;
    enum err_code rc = load_tenants(c, &o, err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; !rc && i < o.n; i++)
        rc = write_root(c, &o, &o.items[i], err);
    jw_close(&c->out, ']');
    return rc;
}

/* ---- rights ---- */

static enum err_code
op_me_authorization(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = store_users_load(s, &u, 1, LOAD_TENANTS | LOAD_ROLES | LOAD_PERMISSIONS, false, err);
    if (!rc)
        rc = store_users_load_groups(s, &u, 1, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    rc = shape_roles_and_permissions(c, s, shape_membership(s, &u), err);
    jw_close(&c->out, '}');
    return rc;
}

const struct op_binding me_ops[] = {
    BIND(me_get),           BIND(me_get_v3),
    BIND(me_update),        BIND(me_update_v1),
    BIND(me_tenants),       BIND(me_tenants_v2),
    BIND(me_tenants_v3),    BIND(me_hierarchy),
    BIND(me_authorization), BIND_END,
};
