/* Permissions and their categories: of the environment, seen by all its tenants. Built-in ones are
 * read-only. */
#include "base/mem.h"
#include "server/ops/ops.h"
#include "server/shape.h"

enum { IDS_MAX = 2000 };

static enum err_code
find_permission(struct call *c, const struct scope *s, struct permission *out, struct err *err)
{
    enum err_code rc = store_permission_get(s, call_param(c, "permissionId"), out, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Permission not found");
    return rc;
}

static enum err_code
find_own_permission(struct call *c, const struct scope *s, struct permission *out, struct err *err)
{
    enum err_code rc = find_permission(c, s, out, err);
    if (!rc && out->fe_permission)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Built-in permissions cannot be changed");
    return rc;
}

static unsigned
read_permission(const struct json *body, struct permission *p)
{
    unsigned given = 0;
    struct str key = json_str(json_get(body, "key")), name = json_str(json_get(body, "name"));
    struct str description = json_str(json_get(body, "description"));
    struct str category = json_str(json_get(body, "categoryId"));
    if (str_given(key)) {
        p->key = key;
        given |= PERMISSION_F_KEY;
    }
    if (str_given(name)) {
        p->name = name;
        given |= PERMISSION_F_NAME;
    }
    if (str_given(description)) {
        p->description = description;
        given |= PERMISSION_F_DESCRIPTION;
    }
    /* "" takes it out of its category, as clients that send every member do. */
    if (str_given(category)) {
        p->category_id = category.n ? category : STR_ABSENT;
        given |= PERMISSION_F_CATEGORY;
    }
    struct str type = json_str(json_get(body, "assignmentType"));
    if (str_given(type))
        p->assignment_type = type;
    return given;
}

/* What the store says in the words of the service. */
static enum err_code
refuse_permission(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Permissions already exist");
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Permission category not found");
    return rc;
}

static enum err_code
op_permissions_list(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct permission_list list;
    enum err_code rc = s ? store_permission_list(s, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        shape_permission(c, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_permissions_create(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (const struct json *item = json_first(c->body); item && !rc; item = json_next(item)) {
        struct permission p = {.assignment_type = STR("ASSIGNABLE")};
        read_permission(item, &p);
        rc = refuse_permission(c, err, store_permission_create(s, &p, err));
        if (!rc)
            shape_permission(c, &p);
    }
    jw_close(&c->out, ']');
    call_audit(c, "permission", STR_ABSENT, "Medium", "Created %zu permission(s)",
               json_len(c->body));
    return rc;
}

static enum err_code
op_permissions_update(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct permission p;
    enum err_code rc = s ? find_own_permission(c, s, &p, err) : err_failed(err);
    if (rc)
        return rc;
    unsigned given = read_permission(c->body, &p);
    rc = refuse_permission(c, err, store_permission_update(s, &p, given, err));
    if (!rc)
        rc = store_permission_get(s, p.id, &p, err);
    if (rc)
        return rc;
    call_audit(c, "permission", p.id, "Medium", "Updated permission %.*s", STR_ARG(p.key));
    call_forget_principals(c);
    shape_permission(c, &p);
    return ERR_OK;
}

static enum err_code
op_permissions_delete(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct permission p;
    enum err_code rc = s ? find_own_permission(c, s, &p, err) : err_failed(err);
    if (!rc)
        rc = store_permission_delete(s, p.id, err);
    if (rc)
        return rc;
    call_audit(c, "permission", p.id, "High", "Deleted permission %.*s", STR_ARG(p.key));
    call_forget_principals(c);
    return ERR_OK;
}

/* Adds: roles that have the permission already keep it. */
static enum err_code
op_permissions_roles_add(struct call *c, struct err *err)
{
    struct str ids[IDS_MAX];
    size_t n = call_list(c, "roleIds", ids, COUNT_OF(ids));
    const struct scope *s = call_scope(c, err);
    struct permission p;
    enum err_code rc = s ? find_permission(c, s, &p, err) : err_failed(err);
    if (rc)
        return rc;
    rc = store_permission_add_roles(s, p.id, ids, n, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Role not found");
    if (!rc)
        rc = store_permission_get(s, p.id, &p, err);
    if (rc)
        return rc;
    call_audit(c, "permission", p.id, "High", "Gave permission %.*s to %zu role(s)", STR_ARG(p.key),
               n);
    call_forget_principals(c);
    shape_permission(c, &p);
    return ERR_OK;
}

static enum err_code
op_permissions_classify(struct call *c, struct err *err)
{
    struct str ids[IDS_MAX];
    size_t n = call_list(c, "permissionIds", ids, COUNT_OF(ids));
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_permissions_classify(s, ids, n, call_str(c, "type"), err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Permission not found");
    struct permission_list list = {NULL, 0};
    if (!rc)
        rc = store_permissions_by_ids(s, ids, n, &list, err);
    if (rc)
        return rc;
    call_audit(c, "permission", STR_ABSENT, "Medium", "Classified %zu permission(s)", n);
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        shape_permission(c, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

/* ---- categories ---- */

static enum err_code
find_own_category(struct call *c, const struct scope *s, struct category *out, struct err *err)
{
    enum err_code rc = store_category_get(s, call_param(c, "categoryId"), out, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Permission category not found");
    if (!rc && out->fe_category)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Built-in categories cannot be changed");
    return rc;
}

static enum err_code
refuse_category(struct call *c, struct err *err, enum err_code rc)
{
    if (rc != ERR_CONFLICT)
        return rc;
    return call_refuse(c, err, rc, NULL, "Permission categories already exist");
}

static enum err_code
op_categories_list(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct category_list list;
    enum err_code rc = s ? store_category_list(s, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        shape_category(c, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_categories_create(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct category category = {.name = call_str(c, "name"),
                                .description = call_str(c, "description")};
    enum err_code rc =
        s ? refuse_category(c, err, store_category_create(s, &category, err)) : err_failed(err);
    if (rc)
        return rc;
    call_audit(c, "permissionCategory", category.id, "Medium", "Created permission category %.*s",
               STR_ARG(category.name));
    shape_category(c, &category);
    return ERR_OK;
}

static enum err_code
op_categories_update(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct category category;
    enum err_code rc = s ? find_own_category(c, s, &category, err) : err_failed(err);
    if (rc)
        return rc;
    unsigned given = 0;
    if (call_has(c, "name")) {
        category.name = call_str(c, "name");
        given |= CATEGORY_F_NAME;
    }
    if (call_has(c, "description")) {
        category.description = call_str(c, "description");
        given |= CATEGORY_F_DESCRIPTION;
    }
    rc = refuse_category(c, err, store_category_update(s, &category, given, err));
    if (!rc)
        call_audit(c, "permissionCategory", category.id, "Medium",
                   "Updated permission category %.*s", STR_ARG(category.name));
    return rc;
}

static enum err_code
op_categories_delete(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct category category;
    enum err_code rc = s ? find_own_category(c, s, &category, err) : err_failed(err);
    if (!rc)
        rc = store_category_delete(s, category.id, err);
    if (!rc)
        call_audit(c, "permissionCategory", category.id, "High", "Deleted permission category %.*s",
                   STR_ARG(category.name));
    return rc;
}

const struct op_binding permissions_ops[] = {
    BIND(permissions_list),
    BIND(permissions_create),
    BIND(permissions_update),
    BIND(permissions_delete),
    BIND(permissions_roles_add),
    BIND(permissions_classify),
    BIND(categories_list),
    BIND(categories_create),
    BIND(categories_update),
    BIND(categories_delete),
    BIND_END,
};
