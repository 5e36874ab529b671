/* Sub-accounts and the tree of tenants. */
#include "server/fields.h"
#include "server/ops/ops.h"
#include "server/shape.h"
#include "store/users.h"

enum { TREE_MAX = 10000 };

static const struct field_table table = {tenant_fields, TENANT_FIELDS};

static enum err_code
refuse_node(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Tenant already exists");
    return rc;
}

static enum err_code
load_subtree(struct call *c, struct tenant_nodes *nodes, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_tenant_subtree(s, c->tenant_id, TREE_MAX, nodes, err) : err_failed(err);
    return refuse_node(c, err, rc);
}

/* Links of all tenants below the asking one: [{id, vendorId, tenantId, parentId}]. */
static enum err_code
op_hierarchy_list(struct call *c, struct err *err)
{
    struct tenant_nodes nodes = {0};
    enum err_code rc = load_subtree(c, &nodes, err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < nodes.n; i++) {
        const struct tenant *t = &nodes.items[i].tenant;
        if (nodes.items[i].level == 0)
            continue;
        jw_open(&c->out, '{');
        jw_kstr(&c->out, "id", t->id);
        jw_kstr(&c->out, "vendorId", c->vendor_id);
        jw_kstr(&c->out, "tenantId", t->tenant_id);
        jw_kstr(&c->out, "parentId", t->parent_id);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_hierarchy_parents(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct tenant_nodes nodes = {0};
    enum err_code rc = s ? store_tenant_parents(s, c->tenant_id, &nodes, err) : err_failed(err);
    rc = refuse_node(c, err, rc);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < nodes.n; i++) {
        const struct tenant *t = &nodes.items[i].tenant;
        jw_open(&c->out, '{');
        jw_kstr(&c->out, "tenantId", t->tenant_id);
        jw_ki64(&c->out, "level", nodes.items[i].level);
        jw_kstr(&c->out, "tenantName", t->name);
        jw_kstr(&c->out, "status", t->status);
        jw_ktime(&c->out, "createdAt", t->created_at);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
    return ERR_OK;
}

/* Writes nodes[at] with everything below it; rows come parents first, so children are found by
 * scanning on. */
static void
write_tree(struct call *c, const struct tenant_nodes *nodes, size_t at)
{
    const struct tenant *t = &nodes->items[at].tenant;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "tenantId", t->tenant_id);
    jw_kstr(&c->out, "name", t->name);
    jw_key(&c->out, "children");
    jw_open(&c->out, '[');
    for (size_t i = at + 1; i < nodes->n; i++)
        if (str_eq(nodes->items[i].tenant.parent_id, t->tenant_id))
            write_tree(c, nodes, i);
    jw_close(&c->out, ']');
    jw_close(&c->out, '}');
}

static enum err_code
op_hierarchy_tree(struct call *c, struct err *err)
{
    struct tenant_nodes nodes = {0};
    enum err_code rc = load_subtree(c, &nodes, err);
    if (!rc && nodes.n)
        write_tree(c, &nodes, 0);
    return rc;
}

static enum err_code
op_hierarchy_create(struct call *c, struct err *err)
{
    struct str parent = call_str(c, "parentTenantId"), child = call_str(c, "childTenantId");
    if (str_eq(parent, child))
        return call_refuse(c, err, ERR_INVALID, NULL, "A tenant cannot be below itself");
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_tenant_set_parent(s, child, parent, err) : err_failed(err);
    if (rc == ERR_INVALID)
        return call_refuse(c, err, rc, NULL, "Tenant %.*s cannot be below %.*s, which is below it",
                           STR_ARG(child), STR_ARG(parent));
    rc = refuse_node(c, err, rc);
    if (!rc)
        call_audit(c, "tenant", child, "Medium", "Put tenant %.*s below %.*s", STR_ARG(child),
                   STR_ARG(parent));
    return rc;
}

static enum err_code
op_hierarchy_delete(struct call *c, struct err *err)
{
    struct str parent = call_str(c, "parentTenantId"), child = call_str(c, "childTenantId");
    const struct scope *s = call_scope(c, err);
    struct tenant t;
    enum err_code rc = s ? store_tenant_get(s, child, &t, err) : err_failed(err);
    if (!rc && !str_eq(t.parent_id, parent))
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "The tenants are not related");
    if (!rc)
        rc = store_tenant_set_parent(s, child, STR_ABSENT, err);
    rc = refuse_node(c, err, rc);
    if (!rc)
        call_audit(c, "tenant", child, "Medium", "Detached tenant %.*s from %.*s", STR_ARG(child),
                   STR_ARG(parent));
    return rc;
}

/* The parent must be one that the caller sees; the child is seen by nobody until it hangs below it,
 * so it is made from above. */
static enum err_code
create_below(struct call *c, struct tenant *t, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct scope everywhere;
    struct tenant parent;
    enum err_code rc = s ? store_tenant_get(s, t->parent_id, &parent, err) : err_failed(err);
    if (!rc)
        rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = store_tenant_create(&everywhere, t, NULL, err);
    return refuse_node(c, err, rc);
}

static enum err_code
op_sub_tenants_create(struct call *c, struct err *err)
{
    struct tenant t;
    tenant_init(&t);
    fields_read(c, c->body, table, &t);
    t.tenant_id = call_str(c, "tenantId");
    t.parent_id = call_str(c, "parentTenantId");
    enum err_code rc = fields_check_tenant_id(c, t.tenant_id, err);
    if (!rc)
        rc = create_below(c, &t, err);
    if (rc)
        return rc;
    call_audit(c, "tenant", t.tenant_id, "Medium", "Created sub-account %.*s", STR_ARG(t.name));
    jw_open(&c->out, '{');
    fields_write_list(&c->out, fields_declared(c, table), &t);
    jw_close(&c->out, '}');
    return ERR_OK;
}

/* ---- changing a sub-account ---- */

/* One that the caller sees, below another; nobody changes by this way the tenant they are in. */
static enum err_code
find_sub_account(struct call *c, const struct scope **s, struct tenant *out, struct err *err)
{
    tenant_init(out);
    *s = call_scope(c, err);
    enum err_code rc =
        *s ? store_tenant_get(*s, call_param(c, "tenantId"), out, err) : err_failed(err);
    if (!rc && (!out->parent_id.n || str_eq(out->tenant_id, c->tenant_id)))
        rc = ERR_NOT_FOUND;
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Sub-account not found") : rc;
}

static enum err_code
change_sub_account(struct call *c, uint64_t (*take)(struct call *c, struct tenant *t),
                   struct tenant *t, struct err *err)
{
    const struct scope *s;
    enum err_code rc = find_sub_account(c, &s, t, err);
    uint64_t given = rc ? 0 : take(c, t);
    if (!rc && !given)
        return call_refuse(c, err, ERR_INVALID, NULL, "At least one property must be provided");
    if (!rc)
        rc = store_tenant_update(s, t, given, err);
    if (!rc)
        call_audit(c, "tenant", t->tenant_id, "Medium", "%s: %.*s", c->op->title, STR_ARG(t->name));
    return rc;
}

static uint64_t
take_reseller(struct call *c, struct tenant *t)
{
    return fields_read(c, c->body, table, t);
}

static enum err_code
op_sub_tenants_manage(struct call *c, struct err *err)
{
    struct tenant t;
    return change_sub_account(c, take_reseller, &t, err);
}

static uint64_t
take_access(struct call *c, struct tenant *t)
{
    t->sub_account_access_type = call_str(c, "subAccountAccessType");
    return str_given(t->sub_account_access_type) ? TENANT_F(sub_account_access_type) : 0;
}

/* By default (off, on) it is for those who join from now on; always is for everybody. */
static enum err_code
op_sub_tenants_hierarchy_set(struct call *c, struct err *err)
{
    struct tenant t;
    struct scope inside;
    enum err_code rc = change_sub_account(c, take_access, &t, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (rc || !str_eq(t.sub_account_access_type, STR("alwaysOn")))
        return rc;
    rc = s ? scope_tenant(s, t.tenant_id, &inside, err) : err_failed(err);
    if (!rc)
        rc = store_membership_sub_access_all(&inside, err);
    call_forget_principals(c);
    return rc;
}

static enum err_code
op_sub_tenants_delete(struct call *c, struct err *err)
{
    const struct scope *s;
    struct tenant t;
    enum err_code rc = find_sub_account(c, &s, &t, err);
    if (!rc)
        rc = store_tenant_delete(s, t.tenant_id, err);
    if (rc)
        return rc;
    call_audit(c, "tenant", t.tenant_id, "High", "Deleted sub-account %.*s", STR_ARG(t.name));
    call_forget_principals(c);
    return ERR_OK;
}

const struct op_binding hierarchy_ops[] = {
    BIND(hierarchy_list),     BIND(hierarchy_parents),
    BIND(hierarchy_tree),     BIND(hierarchy_create),
    BIND(hierarchy_delete),   BIND(sub_tenants_create),
    BIND(sub_tenants_manage), BIND(sub_tenants_hierarchy_set),
    BIND(sub_tenants_delete), BIND_END,
};
