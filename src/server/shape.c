#include "server/shape.h"

enum { SHOWN = 4, PREFIX_MOST = 5 }; /* of a masked secret */

#include "server/fields.h"

void
shape_texts(struct jw *w, const struct str *items, size_t n)
{
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        jw_str(w, items[i]);
    jw_close(w, ']');
}

void
shape_role_brief(struct call *c, const struct role *r)
{
    struct jw *w = &c->out;
    jw_kstr(w, "id", r->id);
    jw_kstr(w, "vendorId", c->vendor_id);
    jw_kstr(w, "tenantId", r->tenant_id);
    jw_kstr(w, "key", r->key);
    jw_kstr(w, "name", r->name);
    jw_kstr(w, "description", r->description);
    jw_kbool(w, "isDefault", r->is_default);
    jw_kbool(w, "firstUserRole", r->first_user_role);
    jw_ki64(w, "level", r->level);
    jw_ktime(w, "createdAt", r->created_at);
    jw_ktime(w, "updatedAt", r->updated_at);
}

void
shape_role_members(struct call *c, const struct role *r)
{
    shape_role_brief(c, r);
    jw_key(&c->out, "permissions");
    shape_texts(&c->out, r->permission_ids, r->n_permission_ids);
}

void
shape_role(struct call *c, const struct role *r)
{
    jw_open(&c->out, '{');
    shape_role_members(c, r);
    jw_close(&c->out, '}');
}

void
shape_permission(struct call *c, const struct permission *p)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", p->id);
    jw_kstr(w, "key", p->key);
    jw_kstr(w, "name", p->name);
    jw_kstr(w, "description", p->description);
    jw_kstr(w, "categoryId", p->category_id);
    jw_kbool(w, "fePermission", p->fe_permission);
    jw_kstr(w, "assignmentType", p->assignment_type);
    jw_key(w, "roleIds");
    shape_texts(w, p->role_ids, p->n_role_ids);
    jw_ktime(w, "createdAt", p->created_at);
    jw_ktime(w, "updatedAt", p->updated_at);
    jw_close(w, '}');
}

void
shape_category(struct call *c, const struct category *category)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", category->id);
    jw_kstr(w, "name", category->name);
    jw_kstr(w, "description", category->description);
    jw_kbool(w, "feCategory", category->fe_category);
    jw_key(w, "permissionIds");
    shape_texts(w, category->permission_ids, category->n_permission_ids);
    jw_ktime(w, "createdAt", category->created_at);
    jw_ktime(w, "updatedAt", category->updated_at);
    jw_close(w, '}');
}

void
shape_tenant(struct call *c, const struct tenant *t, bool v2)
{
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "vendorId", c->vendor_id);
    fields_write(&c->out, (struct field_table){tenant_fields, TENANT_FIELDS}, v2 ? 0 : STORE_V2, t);
    jw_close(&c->out, '}');
}

struct str
shape_mask(struct arena *a, struct str secret)
{
    size_t prefix = 0;
    for (size_t i = 0; i < secret.n && i < PREFIX_MOST && !prefix; i++)
        if (strchr(".-:", secret.p[i]))
            prefix = i + 1;
    bool long_enough = secret.n >= 4 * (size_t)SHOWN;
    struct str before = long_enough ? str_sub(secret, 0, prefix) : STR("");
    struct str after = long_enough ? str_sub(secret, secret.n - SHOWN, secret.n) : STR("");
    return arena_printf(a, "%.*s****%.*s", STR_ARG(before), STR_ARG(after));
}

void
shape_masked(struct call *c, const char *name, struct str secret)
{
    jw_kstr(&c->out, name, shape_mask(c->arena, secret));
}
