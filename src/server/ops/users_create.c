/* Creating users: in the header's tenant (version 1 and 2), or in a tenant named in the body
 * (environment only). */
#include "base/mem.h"
#include "server/fields.h"
#include "server/jobs.h"
#include "server/onboard.h"
#include "server/ops/ops.h"
#include "server/password_rules.h"
#include "server/rank.h"
#include "server/restrict.h"
#include "server/settings.h"
#include "server/shape.h"
#include "server/shape_user.h"

enum { ROLES_MAX = 200 };

static enum err_code
refuse_user(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "User already exists");
    return rc;
}

/* What a caller may set about a new person; the password is hashed before the transaction begins.
 */
static enum err_code
read_user(struct call *c, struct user *u, struct err *err)
{
    *u = (struct user){.id = {NULL, 0}};
    fields_read(c, c->body, (struct field_table){user_fields, USER_FIELDS}, u);
    if (!u->email.n && !u->username.n)
        return call_refuse(c, err, ERR_INVALID, "ER-000a64f544",
                           "Either email or username must be provided");
    struct str password = call_str(c, "password");
    struct str tenant = c->tenant_id.n ? c->tenant_id : call_str(c, "tenantId");
    struct new_password p = {.keep = 0};
    if (!password.n)
        return ERR_OK;
    enum err_code rc = password_prepare(c, STR_ABSENT, tenant, password, u, &p, err);
    u->password_hash = p.hash;
    u->password_changed_at = c->now;
    return rc;
}

/* Somebody with this address or user name may be in the environment already: then nothing of them
 * is changed. */
static enum err_code
find_or_create(struct call *c, const struct scope *s, struct user *u, struct err *err)
{
    struct scope everywhere;
    struct user there;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (rc)
        return rc;
    rc = u->email.n ? store_user_get(&everywhere, USER_BY_EMAIL, u->email, &there, err)
                    : store_user_get(&everywhere, USER_BY_USERNAME, u->username, &there, err);
    if (rc == ERR_NOT_FOUND)
        return refuse_user(c, err, store_user_create(&everywhere, u, err));
    if (!rc)
        *u = there;
    return rc;
}

static enum err_code
join(struct call *c, const struct scope *s, const struct user *u, struct err *err)
{
    struct str roles[ROLES_MAX];
    size_t n = call_list(c, "roleIds", roles, ROLES_MAX);
    int64_t seconds = call_int(c, "expirationInSeconds", 0);
    bool silent = call_bool(c, "skipInviteEmail", false);
    unsigned flags = silent ? MEMBER_ACTIVATED : MEMBER_INVITED;
    if (n)
        flags |= MEMBER_NO_ROLES;
    enum err_code rc = rank_check_roles(c, s, roles, n, err);
    if (!rc)
        rc = store_membership_add(s, u->id, flags, seconds ? c->now + seconds * 1000 : 0, err);
    rc = refuse_user(c, err, rc);
    if (!rc && n)
        rc = store_user_roles(s, u->id, ROLES_SET, roles, n, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Role not found");
    return rc || silent ? rc : onboard_welcome(c, s, u->id, s->tenant, err);
}

/* A tenant that is not there is made where the configuration says skipTenantValidation; only for the
 * environment itself, which may make tenants. */
static enum err_code
open_tenant(struct call *c, struct scope *s, struct err *err)
{
    struct json *core = NULL;
    bool skip = false;
    if (s->tenant_seq > 0)
        return ERR_OK;
    enum err_code rc = document_environment(s, &core_settings, &core, err);
    (void)json_to_bool(json_get(core, "skipTenantValidation"), &skip);
    json_free(core);
    if (rc)
        return rc;
    if (!skip || c->who.kind != PRINCIPAL_VENDOR || s->tenant.n == 0)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    return onboard_new_tenant(c, s, s->tenant, s, err);
}

static enum err_code
create_in(struct call *c, struct scope *s, struct user *u, struct err *err)
{
    enum err_code rc = open_tenant(c, s, err);
    if (!rc)
        rc = restrict_email(c, s, u->email, err);
    if (!rc)
        rc = find_or_create(c, s, u, err);
    if (!rc)
        rc = join(c, s, u, err);
    if (!rc)
        call_audit(c, "user", u->id, "Medium", "Created user %.*s",
                   STR_ARG(u->email.n ? u->email : u->username));
    return rc;
}

static enum err_code
answer_created(struct call *c, const struct scope *s, struct str id, struct err *err)
{
    struct user u;
    enum err_code rc = store_user_get(s, USER_BY_ID, id, &u, err);
    if (!rc)
        rc = store_users_load(s, &u, 1, LOAD_TENANTS | LOAD_ROLES | LOAD_PERMISSIONS, false, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    const struct membership *m = shape_membership(s, &u);
    jw_open(w, '{');
    jw_kstr(w, "id", u.id);
    jw_kstr(w, "email", u.email);
    jw_kbool(w, "verified", u.verified);
    jw_kstr(w, "name", u.name);
    jw_kstr(w, "profilePictureUrl", u.profile_picture_url);
    jw_kstr(w, "metadata", u.metadata);
    jw_ktime(w, "createdAt", u.created_at);
    jw_ktime(w, "lastLogin", u.last_login);
    jw_kbool(w, "activatedForTenant", m && m->activated_at);
    jw_ktime(w, "temporaryExpirationDate", m ? m->expires_at : 0);
    rc = shape_roles_and_permissions(c, s, m, err);
    jw_close(w, '}');
    return rc;
}

static enum err_code
create_here(struct call *c, struct user *u, const struct scope **s, struct err *err)
{
    struct scope *in = ARENA_NEW(c->arena, struct scope);
    enum err_code rc = read_user(c, u, err);
    const struct scope *own = rc ? NULL : call_scope(c, err);
    if (rc || !own)
        return rc ? rc : err_failed(err);
    *in = *own;
    *s = in;
    return create_in(c, in, u, err);
}

static enum err_code
op_users_create(struct call *c, struct err *err)
{
    struct user u;
    const struct scope *s;
    enum err_code rc = create_here(c, &u, &s, err);
    return rc ? rc : answer_created(c, s, u.id, err);
}

enum err_code
job_users_bulk_invite(struct call *c, struct err *err)
{
    struct user u;
    const struct scope *s;
    return create_here(c, &u, &s, err);
}

static enum err_code
op_users_create_v1(struct call *c, struct err *err)
{
    return op_users_create(c, err);
}

static enum err_code
op_users_create_vendor(struct call *c, struct err *err)
{
    struct user u;
    struct scope tenant;
    enum err_code rc = read_user(c, &u, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? scope_tenant(s, call_str(c, "tenantId"), &tenant, err) : err_failed(err);
    if (!rc)
        rc = create_in(c, &tenant, &u, err);
    return rc ? rc : shape_user_by_id(c, &tenant, u.id, err);
}

const struct op_binding users_create_ops[] = {
    BIND(users_create),
    BIND(users_create_v1),
    BIND(users_create_vendor),
    BIND_END,
};
