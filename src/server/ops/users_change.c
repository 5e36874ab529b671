/* Changing users: members, state, roles, tenants, removal. */
#include "base/mem.h"
#include "server/fields.h"
#include "server/flow.h"
#include "server/onboard.h"
#include "server/ops/ops.h"
#include "server/rank.h"
#include "server/restrict.h"
#include "server/shape.h"
#include "server/shape_user.h"
#include "server/signin.h"
#include "store/guesses.h"
#include "store/sessions.h"

enum { ROLES_MAX = 200 };

static enum err_code
refuse_user(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User not found");
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "User already exists");
    return rc;
}

static enum err_code
find_user(struct call *c, const struct scope *s, struct user *out, struct err *err)
{
    return refuse_user(c, err, store_user_get(s, USER_BY_ID, call_param(c, "userId"), out, err));
}

/* Writes `given` of *change to the user of the path; the change says what happened in the audit. */
static enum err_code
change_user(struct call *c, struct user *change, uint64_t given, const char *what, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct user u;
    enum err_code rc = s ? find_user(c, s, &u, err) : err_failed(err);
    if (rc)
        return rc;
    change->id = u.id;
    rc = refuse_user(c, err, store_user_update(s, change, given, err));
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "Medium", "%s user %.*s", what,
               STR_ARG(u.email.n ? u.email : u.username));
    call_forget_principals(c);
    return ERR_OK;
}

static enum err_code
answer_user(struct call *c, enum err_code rc, struct err *err)
{
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (rc)
        return rc;
    return s ? shape_user_by_id(c, s, call_param(c, "userId"), err) : err_failed(err);
}

static enum err_code
op_users_update(struct call *c, struct err *err)
{
    struct user change = {.id = {NULL, 0}};
    uint64_t given =
        fields_read(c, c->body, (struct field_table){user_fields, USER_FIELDS}, &change);
    return answer_user(c, change_user(c, &change, given, "Updated", err), err);
}

static enum err_code
op_users_set_email(struct call *c, struct err *err)
{
    struct user change = {.email = call_str(c, "email")};
    enum err_code rc = change_user(c, &change, USER_F(email), "Changed the e-mail of", err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? flow_void_mailed(s, change.id, err) : err_failed(err);
    return answer_user(c, rc, err);
}

static enum err_code
op_users_set_invisible(struct call *c, struct err *err)
{
    struct user change = {.invisible = call_bool(c, "invisible", false)};
    const char *what = change.invisible ? "Hid" : "Showed";
    return answer_user(c, change_user(c, &change, USER_F(invisible), what, err), err);
}

static enum err_code
op_users_set_superuser(struct call *c, struct err *err)
{
    struct user change = {.super_user = call_bool(c, "superUser", false)};
    const char *what = change.super_user ? "Made a superuser of" : "Took superuser from";
    return answer_user(c, change_user(c, &change, USER_F(super_user), what, err), err);
}

static enum err_code
op_users_verify(struct call *c, struct err *err)
{
    struct user change = {.verified = true};
    return change_user(c, &change, USER_F(verified), "Verified", err);
}

/* Wrong guesses are forgotten, and links that would undo their lock: what an administrator sets is
 * not a lock that they caused. */
static enum err_code
set_lock(struct call *c, bool locked, struct err *err)
{
    struct user change = {.is_locked = locked};
    struct str id = call_param(c, "userId");
    enum err_code rc =
        change_user(c, &change, USER_F(is_locked), locked ? "Locked" : "Unlocked", err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? store_guess_forget(s, id, err) : err_failed(err);
    if (!rc && locked)
        rc = store_flow_void(s, FLOW_UNLOCK, id, err);
    return rc || !locked ? rc : signin_end_sessions(c, s, id, STR_ABSENT, err);
}

static enum err_code
op_users_lock(struct call *c, struct err *err)
{
    return set_lock(c, true, err);
}

static enum err_code
op_users_unlock(struct call *c, struct err *err)
{
    return set_lock(c, false, err);
}

/* ---- membership in the tenant of the call ---- */

static enum err_code
change_membership(struct call *c, const struct membership *m, unsigned given, const char *what,
                  struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct str id = call_param(c, "userId");
    enum err_code rc = s ? store_membership_update(s, id, m, given, err) : err_failed(err);
    rc = refuse_user(c, err, rc);
    if (rc)
        return rc;
    call_audit(c, "user", id, "Medium", "%s a user in tenant %.*s", what, STR_ARG(c->tenant_id));
    call_forget_principals(c);
    return ERR_OK;
}

static enum err_code
op_users_disable(struct call *c, struct err *err)
{
    struct membership m = {.is_disabled = true};
    return change_membership(c, &m, MEMBERSHIP_DISABLED, "Disabled", err);
}

static enum err_code
op_users_enable(struct call *c, struct err *err)
{
    struct membership m = {.is_disabled = false};
    return change_membership(c, &m, MEMBERSHIP_DISABLED, "Enabled", err);
}

static enum err_code
op_users_sub_tenant_access(struct call *c, struct err *err)
{
    struct membership m = {.sub_account_access = call_bool(c, "allowAccess", false)};
    if (!c->tenant_id.n)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Tenant ID is not specified");
    return change_membership(c, &m, MEMBERSHIP_SUB_ACCESS, "Set sub-account access of", err);
}

/* With a tenant the user leaves that tenant; without one the person is removed altogether. */
static enum err_code
op_users_delete(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct user u;
    enum err_code rc = s ? find_user(c, s, &u, err) : err_failed(err);
    if (rc)
        return rc;
    bool from_tenant = s->tenant.n > 0;
    rc = from_tenant ? store_membership_remove(s, u.id, err) : store_user_delete(s, u.id, err);
    rc = refuse_user(c, err, rc);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "High", "%s user %.*s",
               from_tenant ? "Removed from the tenant" : "Deleted",
               STR_ARG(u.email.n ? u.email : u.username));
    call_forget_principals(c);
    return ERR_OK;
}

/* ---- roles ---- */

static void
write_user_roles(struct call *c, struct str user_id, const struct membership *m)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "tenantId", c->tenant_id);
    jw_kstr(w, "userId", user_id);
    jw_key(w, "roles");
    jw_open(w, '[');
    for (size_t i = 0; m && i < m->n_roles; i++) {
        const struct role *r = m->roles[i];
        jw_open(w, '{');
        jw_kstr(w, "id", r->id);
        jw_kstr(w, "key", r->key);
        jw_kstr(w, "name", r->name);
        jw_kstr(w, "description", r->description);
        jw_kbool(w, "isDefault", r->is_default);
        jw_ki64(w, "level", r->level);
        jw_ktime(w, "createdAt", r->created_at);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

static enum err_code
change_roles(struct call *c, enum role_change change, struct err *err)
{
    struct str ids[ROLES_MAX];
    size_t n = call_list(c, "roleIds", ids, ROLES_MAX);
    const struct scope *s = call_scope(c, err);
    struct user u;
    enum err_code rc = s ? find_user(c, s, &u, err) : err_failed(err);
    if (rc)
        return rc;
    rc = rank_check_roles(c, s, ids, n, err);
    if (!rc)
        rc = store_user_roles(s, u.id, change, ids, n, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Role not found");
    if (!rc)
        rc = store_users_load(s, &u, 1, LOAD_TENANTS | LOAD_ROLES, false, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "High", "%s %zu role(s) %s user %.*s",
               change == ROLES_ADD ? "Gave" : "Took", n, change == ROLES_ADD ? "to" : "from",
               STR_ARG(u.email.n ? u.email : u.username));
    call_forget_principals(c);
    write_user_roles(c, u.id, shape_membership(s, &u));
    return ERR_OK;
}

static enum err_code
op_users_roles_add(struct call *c, struct err *err)
{
    return change_roles(c, ROLES_ADD, err);
}

static enum err_code
op_users_roles_remove(struct call *c, struct err *err)
{
    return change_roles(c, ROLES_REMOVE, err);
}

/* ---- tenants of a user; environment only, the tenant is in the body ---- */

/*
 * The tenant named in the body, as a scope. One that does not exist is made, named after its id,
 * unless the caller asks for a check: the service has always done so and clients count on it.
 */
static enum err_code
body_tenant(struct call *c, const struct scope *s, struct scope *out, struct err *err)
{
    struct str id = call_str(c, "tenantId");
    enum err_code rc = scope_tenant(s, id, out, err);
    if (rc || out->tenant_seq > 0)
        return rc;
    if (call_bool(c, "validateTenantExist", false))
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    return onboard_new_tenant(c, s, id, out, err);
}

/* Puts the user of the path into the tenant of the body, by invitation or without ceremony; being
 * there already is fine. */
static enum err_code
join_tenant(struct call *c, bool invite, struct user *u, struct scope *tenant, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? find_user(c, s, u, err) : err_failed(err);
    if (!rc)
        rc = body_tenant(c, s, tenant, err);
    if (rc)
        return rc;
    struct membership m;
    rc = store_membership_get(tenant, u->id, &m, err);
    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = restrict_email(c, tenant, u->email, err);
    if (!rc)
        rc =
            store_membership_add(tenant, u->id, invite ? MEMBER_INVITED : MEMBER_ACTIVATED, 0, err);
    return rc || !invite ? rc : onboard_welcome(c, tenant, u->id, tenant->tenant, err);
}

static enum err_code
op_users_set_tenant(struct call *c, struct err *err)
{
    struct scope tenant;
    struct user u;
    enum err_code rc = join_tenant(c, false, &u, &tenant, err);
    struct user change = {.active_tenant_id = call_str(c, "tenantId")};
    if (!rc)
        rc = change_user(c, &change, USER_F(active_tenant_id), "Set the active tenant of", err);
    if (!rc)
        rc = store_sessions_move(&tenant, u.id, err);
    return answer_user(c, rc, err);
}

static enum err_code
op_users_add_to_tenant(struct call *c, struct err *err)
{
    struct scope tenant;
    struct user u;
    bool invite = !call_bool(c, "skipInviteEmail", false);
    enum err_code rc = join_tenant(c, invite, &u, &tenant, err);
    if (!rc)
        call_audit(c, "user", u.id, "Medium", "Added user to tenant %.*s",
                   STR_ARG(call_str(c, "tenantId")));
    return answer_user(c, rc, err);
}

static enum err_code
op_users_move_tenant(struct call *c, struct err *err)
{
    struct str from = call_str(c, "srcTenantId"), to = call_str(c, "targetTenantId");
    if (str_eq(from, to))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "srcTenantId and targetTenantId are the same");
    const struct scope *s = call_scope(c, err);
    struct scope source;
    int64_t moved = 0;
    enum err_code rc = s ? scope_tenant(s, from, &source, err) : err_failed(err);
    if (!rc)
        rc = store_membership_migrate(&source, to, &moved, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    if (rc)
        return rc;
    call_audit(c, "tenant", from, "High", "Moved %lld user(s) to tenant %.*s", (long long)moved,
               STR_ARG(to));
    call_forget_principals(c);
    return ERR_OK;
}

const struct op_binding users_change_ops[] = {
    BIND(users_update),
    BIND(users_set_email),
    BIND(users_set_invisible),
    BIND(users_set_superuser),
    BIND(users_verify),
    BIND(users_lock),
    BIND(users_unlock),
    BIND(users_disable),
    BIND(users_enable),
    BIND(users_sub_tenant_access),
    BIND(users_delete),
    BIND(users_roles_add),
    BIND(users_roles_remove),
    BIND(users_set_tenant),
    BIND(users_add_to_tenant),
    BIND(users_move_tenant),
    BIND_END,
};
