/* Which people may use which application, and the tenant they work in there. */
#include "store/applications.h"
#include "base/mem.h"
#include "server/ops/ops.h"
#include "server/self.h"
#include "server/shape.h"

/* ---- who may use what ---- */

/* The users of the body one after the other; each that is no member has a line in the refusal, and
 * then nothing is changed. */
typedef enum err_code each_user(struct call *c, const struct scope *s, struct str user_id,
                                struct err *err);

static enum err_code
for_users(struct call *c, each_user *fn, const char *what, struct err *err)
{
    struct scope tenant;
    struct str app = call_str(c, "appId");
    const struct json *ids = call_json(c, "userIds");
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? scope_tenant(s, call_str(c, "tenantId"), &tenant, err) : err_failed(err);
    if (!rc && tenant.tenant_seq <= 0)
        rc = call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    if (rc)
        return rc;
    for (const struct json *id = json_first(ids); id && (!rc || rc == ERR_NOT_FOUND);
         id = json_next(id)) {
        enum err_code one = fn(c, &tenant, json_str(id), err);
        if (one == ERR_NOT_FOUND)
            one = call_refuse(c, err, one, NULL, "User %.*s is not in the tenant",
                              STR_ARG(json_str(id)));
        if (one)
            rc = one;
    }
    if (rc)
        return rc;
    call_audit(c, "application", app, "Medium", "%s %zu user(s) of tenant %.*s", what,
               json_len(ids), STR_ARG(tenant.tenant));
    call_audit_actor(c, STR_ABSENT, tenant.tenant);
    return ERR_OK;
}

static enum err_code
assign(struct call *c, const struct scope *s, struct str user_id, struct err *err)
{
    struct app_user a;
    enum err_code rc = store_app_assign(s, call_str(c, "appId"), user_id, &a, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "appId", a.app_id);
    jw_kstr(&c->out, "userTenantId", a.user_tenant_id);
    jw_ktime(&c->out, "createdAt", a.created_at);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_applications_assign(struct call *c, struct err *err)
{
    jw_open(&c->out, '[');
    enum err_code rc = for_users(c, assign, "Gave the application to", err);
    jw_close(&c->out, ']');
    return rc;
}

static enum err_code
unassign(struct call *c, const struct scope *s, struct str user_id, struct err *err)
{
    return store_app_unassign(s, call_str(c, "appId"), user_id, err);
}

static enum err_code
op_applications_unassign(struct call *c, struct err *err)
{
    return for_users(c, unassign, "Took the application from", err);
}

static enum err_code
op_applications_users(struct call *c, struct err *err)
{
    struct str *ids;
    size_t n;
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_app_users(s, call_param(c, "appId"), &ids, &n, err) : err_failed(err);
    if (!rc)
        shape_texts(&c->out, ids, n);
    return rc;
}

static enum err_code
op_applications_of_user(struct call *c, struct err *err)
{
    struct str *ids;
    size_t n;
    const struct scope *s;
    struct user u;
    enum err_code rc = self_param(c, &s, &u, err);
    if (!rc)
        rc = store_apps_of_user(s, u.id, &ids, &n, err);
    if (!rc)
        shape_texts(&c->out, ids, n);
    return rc;
}

/* ---- where one works ---- */

static enum err_code
op_applications_active_get(struct call *c, struct err *err)
{
    struct app_tenant *list;
    size_t n;
    const struct scope *s;
    struct user u;
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = store_app_tenants(s, u.id, &list, &n, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_key(w, "applicationActiveTenants");
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_kstr(w, "tenantId", list[i].tenant_id);
        jw_kstr(w, "applicationId", list[i].app_id);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
    return ERR_OK;
}

/* One that the person cannot enter (disabled, run out) is as one that they are not in. */
static enum err_code
switch_one(struct call *c, const struct scope *s, const struct user *u, const struct json *pair,
           struct err *err)
{
    struct scope tenant;
    struct membership m;
    struct str id = json_str(json_get(pair, "tenantId"));
    enum err_code rc = scope_tenant(s, id, &tenant, err);
    if (!rc)
        rc = store_membership_get(&tenant, u->id, &m, err);
    if (!rc && (m.is_disabled || (m.expires_at && m.expires_at <= c->now)))
        rc = ERR_NOT_FOUND;
    if (!rc)
        rc = store_app_tenant_set(&tenant, u->id, json_str(json_get(pair, "applicationId")), err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User is not in tenant %.*s", STR_ARG(id));
    return rc;
}

static enum err_code
op_applications_active_set(struct call *c, struct err *err)
{
    const struct json *pairs = call_json(c, "activeApplicationTenants");
    const struct scope *s;
    struct scope everywhere;
    struct user u;
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (rc)
        return rc;
    for (const struct json *p = json_first(pairs); p && (!rc || rc == ERR_NOT_FOUND);
         p = json_next(p)) {
        enum err_code one = switch_one(c, &everywhere, &u, p, err);
        rc = one ? one : rc;
    }
    if (!rc)
        call_audit(c, "user", u.id, "Info", "Switched the tenant of %zu application(s)",
                   json_len(pairs));
    return rc;
}

const struct op_binding applications_ops[] = {
    BIND(applications_users),
    BIND(applications_of_user),
    BIND(applications_assign),
    BIND(applications_unassign),
    BIND(applications_active_get),
    BIND(applications_active_set),
    BIND_END,
};
