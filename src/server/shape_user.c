#include "server/shape_user.h"

#include "base/mem.h"
#include "server/fields.h"
#include "server/shape.h"
#include "store/groups.h"

const struct membership *
shape_membership(const struct scope *s, const struct user *u)
{
    struct str wanted = s->tenant.n ? s->tenant : u->active_tenant_id;
    for (size_t i = 0; i < u->n_tenants; i++)
        if (str_eq(u->tenants[i].tenant_id, wanted))
            return &u->tenants[i];
    return NULL;
}

/*
 * What is worked out once for all users of an answer: the members to write, and the JSON of the
 * roles met so far, since most users of a page have the same few.
 */
enum { ROLES_KEPT = 16 };
struct shaping {
    struct call *c;
    struct field_list fields;
    struct {
        const struct role *role;
        struct str json;
    } kept[ROLES_KEPT];
    size_t n_kept;
};

static void
write_new_role(struct shaping *sh, const struct role *role)
{
    struct call *c = sh->c;
    size_t start = c->reply.n + c->out.comma;
    shape_role(c, role);
    if (sh->n_kept == ROLES_KEPT || c->reply.failed)
        return;
    sh->kept[sh->n_kept].role = role;
    sh->kept[sh->n_kept++].json =
        arena_str(c->arena, str_sub(buf_str(&c->reply), start, c->reply.n));
}

static void
write_role(struct shaping *sh, const struct role *role)
{
    for (size_t i = 0; i < sh->n_kept; i++)
        if (sh->kept[i].role == role) {
            jw_raw(&sh->c->out, sh->kept[i].json);
            return;
        }
    write_new_role(sh, role);
}

static void
write_roles(struct shaping *sh, const struct role *const *roles, size_t n)
{
    jw_open(&sh->c->out, '[');
    for (size_t i = 0; i < n; i++)
        write_role(sh, roles[i]);
    jw_close(&sh->c->out, ']');
}

/* The roles that a person has in a tenant, their own and those of their groups, each once. */
static size_t
all_roles(const struct call *c, const struct membership *m, const struct role ***out)
{
    size_t max = m ? m->n_roles : 0, n = 0;
    for (size_t i = 0; m && i < m->n_groups; i++)
        max += m->groups[i].n_roles;
    const struct role **roles = *out = ARENA_ARRAY(c->arena, max + 1, const struct role *);
    for (; m && n < m->n_roles; n++)
        roles[n] = m->roles[n];
    for (size_t i = 0; m && i < m->n_groups; i++)
        for (size_t k = 0; k < m->groups[i].n_roles; k++) {
            size_t at = 0;
            while (at < n && roles[at]->seq != m->groups[i].roles[k]->seq)
                at++;
            roles[at] = m->groups[i].roles[k];
            n += at == n;
        }
    return n;
}

/* Distinct permission ids of roles. */
static size_t
permission_ids(const struct call *c, const struct role *const *roles, size_t n_roles,
               struct str **out)
{
    size_t max = 0, n = 0;
    for (size_t i = 0; i < n_roles; i++)
        max += roles[i]->n_permission_ids;
    struct str *ids = *out = ARENA_ARRAY(c->arena, max + 1, struct str);
    for (size_t i = 0; i < n_roles; i++)
        for (size_t j = 0; j < roles[i]->n_permission_ids; j++) {
            struct str id = roles[i]->permission_ids[j];
            size_t at = 0;
            while (at < n && !str_eq(ids[at], id))
                at++;
            ids[at] = id;
            n += at == n;
        }
    return n;
}

static enum err_code
write_roles_and_permissions(struct shaping *sh, const struct scope *s, const struct membership *m,
                            struct err *err)
{
    struct call *c = sh->c;
    const struct role **roles;
    struct str *ids;
    size_t n_roles = all_roles(c, m, &roles);
    size_t n = permission_ids(c, roles, n_roles, &ids);
    struct permission_list list = {NULL, 0};
    enum err_code rc = n ? store_permissions_by_ids(s, ids, n, &list, err) : ERR_OK;
    if (rc)
        return rc;
    jw_key(&c->out, "roles");
    write_roles(sh, roles, n_roles);
    jw_key(&c->out, "permissions");
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        shape_permission(c, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

enum err_code
shape_roles_and_permissions(struct call *c, const struct scope *s, const struct membership *m,
                            struct err *err)
{
    return write_roles_and_permissions(&(struct shaping){.c = c}, s, m, err);
}

static void
write_tenants(struct shaping *sh, const struct user *u)
{
    struct jw *w = &sh->c->out;
    jw_key(w, "tenantIds");
    jw_open(w, '[');
    for (size_t i = 0; i < u->n_tenants; i++)
        jw_str(w, u->tenants[i].tenant_id);
    jw_close(w, ']');
    jw_key(w, "tenants");
    jw_open(w, '[');
    for (size_t i = 0; i < u->n_tenants; i++) {
        const struct membership *m = &u->tenants[i];
        jw_open(w, '{');
        jw_kstr(w, "tenantId", m->tenant_id);
        jw_key(w, "roles");
        write_roles(sh, m->roles, m->n_roles);
        jw_ktime(w, "temporaryExpirationDate", m->expires_at);
        jw_kbool(w, "isDisabled", m->is_disabled);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* Those of the tenant in question. */
static void
write_user_groups(struct shaping *sh, const struct membership *m)
{
    struct jw *w = &sh->c->out;
    jw_key(w, "groups");
    jw_open(w, '[');
    for (size_t i = 0; m && i < m->n_groups; i++) {
        jw_open(w, '{');
        jw_kstr(w, "id", m->groups[i].id);
        jw_key(w, "roles");
        write_roles(sh, m->groups[i].roles, m->groups[i].n_roles);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void
write_old_members(struct call *c, const struct user *u, const struct membership *m)
{
    jw_key(&c->out, "rolesIds");
    jw_open(&c->out, '[');
    for (size_t i = 0; m && i < m->n_roles; i++)
        jw_str(&c->out, m->roles[i]->id);
    jw_close(&c->out, ']');
    jw_kstr(&c->out, "profileImage", u->profile_picture_url);
}

static enum err_code
write_user(struct shaping *sh, const struct scope *s, enum user_form form, const struct user *u,
           struct err *err)
{
    struct jw *w = &sh->c->out;
    const struct membership *m = shape_membership(s, u);
    enum err_code rc = ERR_OK;
    jw_open(w, '{');
    jw_kstr(w, "sub", u->id);
    fields_write_list(w, sh->fields, u);
    write_tenants(sh, u);
    jw_kbool(w, "activatedForTenant", m && m->activated_at);
    jw_kbool(w, "subAccountAccessAllowed", m && m->sub_account_access);
    if (form != USER_CORE) {
        rc = write_roles_and_permissions(sh, s, m, err);
        write_user_groups(sh, m);
    }
    if (form == USER_OLD_LIST)
        write_old_members(sh->c, u, m);
    jw_close(w, '}');
    return rc;
}

enum err_code
shape_users(struct call *c, const struct scope *s, enum user_form form, struct user *users,
            size_t n, struct err *err)
{
    bool all = c->who.kind == PRINCIPAL_VENDOR || c->op->auth == AUTH_USER;
    enum err_code rc =
        store_users_load(s, users, n, LOAD_TENANTS | LOAD_ROLES | LOAD_PERMISSIONS, all, err);
    if (!rc && form != USER_CORE)
        rc = store_users_load_groups(s, users, n, err);
    struct shaping sh = {
        .c = c, .fields = fields_declared(c, (struct field_table){user_fields, USER_FIELDS})};
    for (size_t i = 0; !rc && i < n; i++)
        rc = write_user(&sh, s, form, &users[i], err);
    return rc;
}

enum err_code
shape_user_by_id(struct call *c, const struct scope *s, struct str id, struct err *err)
{
    struct user u;
    enum err_code rc = store_user_get(s, USER_BY_ID, id, &u, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User not found");
    return rc ? rc : shape_users(c, s, USER_FULL, &u, 1, err);
}
