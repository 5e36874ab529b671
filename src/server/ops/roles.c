/* Roles: version 1 (bare arrays, in and out) and version 2 (paged list, one object with its
 * permissions). */
#include "base/mem.h"
#include "server/ops/ops.h"
#include "server/rank.h"
#include "server/shape.h"

enum { ROLE_PAGE = 50, PERMISSIONS_MAX = 2000, FILTER_MAX = 200 };

static enum err_code
refuse_taken(struct call *c, struct err *err, enum err_code rc)
{
    if (rc != ERR_CONFLICT)
        return rc;
    return call_refuse(c, err, rc, NULL, "Roles already exists");
}

static enum err_code
find_role(struct call *c, const struct scope *s, struct str id, struct role *out, struct err *err)
{
    enum err_code rc = store_role_get(s, id, out, err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Role not found") : rc;
}

/* A tenant's administrator sees the environment's roles but changes only the tenant's own, weaker ones. */
static enum err_code
may_change(struct call *c, const struct scope *s, const struct role *role, struct err *err)
{
    if (c->who.kind != PRINCIPAL_VENDOR && !str_eq(role->tenant_id, c->tenant_id))
        return call_refuse(c, err, ERR_FORBIDDEN, NULL,
                           "Role belongs to the environment and cannot be changed from a tenant");
    return rank_check_level(c, s, role->level, err);
}

static unsigned
read_role(const struct json *body, struct role *r)
{
    unsigned given = 0;
    static const struct {
        const char *name;
        unsigned bit;
        size_t offset;
    } texts[] = {{"key", ROLE_F_KEY, offsetof(struct role, key)},
                 {"name", ROLE_F_NAME, offsetof(struct role, name)},
                 {"description", ROLE_F_DESCRIPTION, offsetof(struct role, description)}};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct str value = json_str(json_get(body, texts[i].name));
        if (!str_given(value))
            continue;
        *(struct str *)(void *)((char *)r + texts[i].offset) = value;
        given |= texts[i].bit;
    }
    given |= json_to_i64(json_get(body, "level"), &r->level) ? ROLE_F_LEVEL : 0;
    given |= json_to_bool(json_get(body, "isDefault"), &r->is_default) ? ROLE_F_IS_DEFAULT : 0;
    given |=
        json_to_bool(json_get(body, "firstUserRole"), &r->first_user_role) ? ROLE_F_FIRST_USER : 0;
    return given;
}

static enum err_code
migrate_if_asked(const struct scope *s, const struct json *body, struct str id, struct err *err)
{
    bool migrate = false;
    if (!json_to_bool(json_get(body, "migrateRole"), &migrate) || !migrate)
        return ERR_OK;
    return store_role_give_all(s, id, err);
}

static enum err_code
need_tenant(struct call *c, const struct scope *s, struct err *err)
{
    if (s->tenant_seq >= 0)
        return ERR_OK;
    return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
}

static enum err_code
op_roles_list_v1(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct role_query q = {.page = {.limit = 0, .no_total = true}};
    struct role_list list;
    enum err_code rc = s ? store_role_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        shape_role(c, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static size_t
query_levels(const struct call *c, int64_t *levels, size_t max)
{
    struct str texts[FILTER_MAX];
    size_t n = call_query_list(c, "_levels", texts, COUNT_OF(texts)), kept = 0;
    for (size_t i = 0; i < n && kept < max; i++)
        if (str_to_i64(texts[i], &levels[kept]))
            kept++;
    return kept;
}

static enum err_code
op_roles_list(struct call *c, struct err *err)
{
    struct page page;
    call_page(c, ROLE_PAGE, &page);
    int64_t levels[FILTER_MAX];
    struct str tenants[FILTER_MAX];
    struct role_query q = {
        .page = page_rows(&page),
        .filter = page.filter,
        .levels = levels,
        .n_levels = query_levels(c, levels, COUNT_OF(levels)),
        .tenant_ids = tenants,
        .n_tenant_ids = call_query_list(c, "_tenantIds", tenants, COUNT_OF(tenants)),
    };
    const struct scope *s = call_scope(c, err);
    struct role_list list;
    enum err_code rc = s ? store_role_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        shape_role(c, &list.items[i]);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

static enum err_code
create_role(struct call *c, const struct scope *s, struct role *r, struct err *err)
{
    enum err_code rc = rank_check_level(c, s, r->level, err);
    return rc ? rc : refuse_taken(c, err, store_role_create(s, r, err));
}

static enum err_code
create_one(struct call *c, const struct scope *s, const struct json *body, struct err *err)
{
    struct role r = {.tenant_id = s->tenant};
    read_role(body, &r);
    enum err_code rc = create_role(c, s, &r, err);
    if (!rc)
        rc = migrate_if_asked(s, body, r.id, err);
    if (!rc)
        shape_role(c, &r);
    return rc;
}

static enum err_code
op_roles_create_v1(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? need_tenant(c, s, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (const struct json *item = json_first(c->body); item && !rc; item = json_next(item))
        rc = create_one(c, s, item, err);
    jw_close(&c->out, ']');
    if (!rc)
        call_audit(c, "role", STR_ABSENT, "Medium", "Created %zu role(s)", json_len(c->body));
    call_forget_principals(c);
    return rc;
}

/* The second version says less of a new role. */
static void
write_created(struct call *c, const struct role *r)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", r->id);
    jw_kstr(w, "vendorId", c->vendor_id);
    jw_kstr(w, "tenantId", r->tenant_id);
    jw_kstr(w, "key", r->key);
    jw_kstr(w, "name", r->name);
    jw_kstr(w, "description", r->description);
    jw_kbool(w, "isDefault", r->is_default);
    jw_key(w, "permissions");
    shape_texts(w, r->permission_ids, r->n_permission_ids);
    jw_close(w, '}');
}

/* Permissions come from the body; level from the role it is based on. */
static enum err_code
op_roles_create(struct call *c, struct err *err)
{
    struct str ids[PERMISSIONS_MAX];
    size_t n = call_list(c, "permissionIds", ids, COUNT_OF(ids));
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? need_tenant(c, s, err) : err_failed(err);
    struct role base = {.level = 0}, r = {.tenant_id = c->tenant_id};
    if (!rc && call_has(c, "baseRoleId"))
        rc = find_role(c, s, call_str(c, "baseRoleId"), &base, err);
    if (rc)
        return rc;
    r.level = base.level;
    read_role(c->body, &r);
    rc = create_role(c, s, &r, err);
    if (!rc)
        rc = store_role_set_permissions(s, r.id, ids, n, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Permission not found");
    if (!rc)
        rc = store_role_get(s, r.id, &r, err);
    if (rc)
        return rc;
    call_audit(c, "role", r.id, "Medium", "Created role %.*s", STR_ARG(r.key));
    write_created(c, &r);
    return ERR_OK;
}

static enum err_code
op_roles_update(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct role r;
    enum err_code rc = s ? find_role(c, s, call_param(c, "roleId"), &r, err) : err_failed(err);
    if (!rc)
        rc = may_change(c, s, &r, err);
    if (rc)
        return rc;
    unsigned given = read_role(c->body, &r);
    rc = rank_check_level(c, s, r.level, err);
    if (!rc)
        rc = refuse_taken(c, err, store_role_update(s, &r, given, err));
    if (!rc)
        rc = migrate_if_asked(s, c->body, r.id, err);
    if (!rc)
        rc = store_role_get(s, r.id, &r, err);
    if (rc)
        return rc;
    call_audit(c, "role", r.id, "Medium", "Updated role %.*s", STR_ARG(r.key));
    call_forget_principals(c);
    shape_role(c, &r);
    return ERR_OK;
}

static enum err_code
op_roles_delete(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct role r;
    enum err_code rc = s ? find_role(c, s, call_param(c, "roleId"), &r, err) : err_failed(err);
    if (!rc)
        rc = may_change(c, s, &r, err);
    if (!rc)
        rc = store_role_delete(s, r.id, err);
    if (rc)
        return rc;
    call_audit(c, "role", r.id, "High", "Deleted role %.*s", STR_ARG(r.key));
    call_forget_principals(c);
    return ERR_OK;
}

static enum err_code
op_roles_permissions_set(struct call *c, struct err *err)
{
    struct str ids[PERMISSIONS_MAX];
    size_t n = call_list(c, "permissionIds", ids, COUNT_OF(ids));
    const struct scope *s = call_scope(c, err);
    struct role r;
    enum err_code rc = s ? find_role(c, s, call_param(c, "roleId"), &r, err) : err_failed(err);
    if (!rc)
        rc = may_change(c, s, &r, err);
    if (rc)
        return rc;
    rc = store_role_set_permissions(s, r.id, ids, n, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Permission not found");
    if (!rc)
        rc = store_role_get(s, r.id, &r, err);
    if (rc)
        return rc;
    call_audit(c, "role", r.id, "High", "Set %zu permission(s) of role %.*s", n, STR_ARG(r.key));
    call_forget_principals(c);
    shape_role(c, &r);
    return ERR_OK;
}

/* tenantId null makes it a role of the environment again. */
static enum err_code
op_roles_set_tenant(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct role r;
    enum err_code rc = s ? find_role(c, s, call_param(c, "roleId"), &r, err) : err_failed(err);
    if (rc)
        return rc;
    rc = store_role_set_tenant(s, r.id, call_str(c, "tenantId"), err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    rc = refuse_taken(c, err, rc);
    if (!rc)
        rc = store_role_get(s, r.id, &r, err);
    if (rc)
        return rc;
    call_audit(c, "role", r.id, "High", "Moved role %.*s", STR_ARG(r.key));
    call_forget_principals(c);
    shape_role(c, &r);
    return ERR_OK;
}

static enum err_code
op_roles_levels(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    int64_t *levels;
    size_t n;
    enum err_code rc = s ? store_role_distinct_levels(s, &levels, &n, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < n; i++)
        jw_i64(&c->out, levels[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_roles_tenants(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct str *tenants;
    size_t n;
    enum err_code rc = s ? store_role_distinct_tenants(s, &tenants, &n, err) : err_failed(err);
    if (!rc)
        shape_texts(&c->out, tenants, n);
    return rc;
}

const struct op_binding roles_ops[] = {
    BIND(roles_list_v1),
    BIND(roles_list),
    BIND(roles_create_v1),
    BIND(roles_create),
    BIND(roles_update),
    BIND(roles_delete),
    BIND(roles_permissions_set),
    BIND(roles_set_tenant),
    BIND(roles_levels),
    BIND(roles_tenants),
    BIND_END,
};
