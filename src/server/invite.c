#include "server/invite.h"

#include "crypto/token.h"
#include "server/notify.h"
#include "server/restrict.h"
#include "server/settings.h"
#include "store/tenants.h"

enum { TOKEN_TEXT_MAX = 256 };

static enum err_code
refuse(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_INVALID, "ER-01061", "Invitation is invalid or has expired");
}

enum err_code
invite_allowed(const struct scope *s, bool *allowed, struct err *err)
{
    struct json *core;
    *allowed = false;
    enum err_code rc = document_environment(s, &core_settings, &core, err);
    if (!rc)
        (void)json_to_bool(json_get(core, "allowTenantInvitations"), allowed);
    json_free(core);
    return rc;
}

enum err_code
invite_check_tenant(struct call *c, const struct scope *s, struct str tenant_id, const char *ref,
                    struct err *err)
{
    struct tenant t;
    struct scope everywhere;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = store_tenant_get(&everywhere, tenant_id, &t, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    if (!rc && str_eq_nocase(t.status, STR("locked")))
        return call_refuse(c, err, ERR_INVALID, ref, "Tenant is locked");
    return rc;
}

enum err_code
invite_find(struct call *c, const struct scope *s, struct str token, struct invite *out,
            struct err *err)
{
    bool allowed = true;
    if (token.n > TOKEN_TEXT_MAX)
        return refuse(c, err);
    enum err_code rc = store_invite_by_token(s, token_hash_hex(c->arena, token), out, err);
    if (rc == ERR_NOT_FOUND || rc == ERR_GONE)
        return refuse(c, err);
    if (!rc && str_given(out->user_id))
        rc = invite_allowed(s, &allowed, err);
    if (!rc && !allowed)
        return refuse(c, err);
    return rc ? rc : invite_check_tenant(c, s, out->tenant_id, "ER-01239", err);
}

/* ---- joining ---- */

static enum err_code
tell_owner(struct call *c, const struct scope *s, const struct invite *in, const struct user *guest,
           struct err *err)
{
    struct user owner;
    if (!in->should_send_email || !str_given(in->user_id))
        return ERR_OK;
    enum err_code rc = store_user_get(s, USER_BY_ID, in->user_id, &owner, err);
    if (rc || !owner.email.n)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    struct notice n = {.type = "UserUsedInvitation", .user = &owner, .tenant_id = in->tenant_id};
    n.vars[n.n_vars++] =
        (struct notice_var){"guest", guest->email.n ? guest->email : guest->username};
    return notify_email(c, s, &n, err);
}

static enum err_code
add_member(const struct scope *tenant, const struct invite *in, const struct user *u,
           unsigned flags, struct err *err)
{
    if (in->roles_given)
        flags |= MEMBER_NO_ROLES;
    enum err_code rc = store_membership_add(tenant, u->id, flags, 0, err);
    if (!rc && in->n_role_ids)
        rc = store_user_roles(tenant, u->id, ROLES_SET, in->role_ids, in->n_role_ids, err);
    return rc;
}

enum err_code
invite_join(struct call *c, const struct scope *s, const struct invite *in, const struct user *u,
            unsigned flags, struct err *err)
{
    struct scope tenant, everywhere;
    struct membership m;
    enum err_code rc = scope_tenant(s, in->tenant_id, &tenant, err);
    if (!rc)
        rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = restrict_email(c, &tenant, u->email, err);
    if (rc)
        return rc;
    rc = store_membership_get(&tenant, u->id, &m, err);
    if (!rc && !m.activated_at && flags & MEMBER_ACTIVATED) {
        m.activated_at = c->now;
        return store_membership_update(&tenant, u->id, &m, MEMBERSHIP_ACTIVATED_AT, err);
    }
    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = add_member(&tenant, in, u, flags, err);
    if (!rc)
        call_forget_principals(c);
    return rc ? rc : tell_owner(c, &everywhere, in, u, err);
}
