/* Invitation links of tenants: a person's own, and the environment's. */
#include "crypto/token.h"
#include "server/fields.h"
#include "server/invite.h"
#include "server/ops/ops.h"
#include "server/rank.h"
#include "server/shape.h"
#include "store/templates.h"

enum { ROLES_MAX = 200, PRESET_MINUTES = 14 * 24 * 60, MINUTES_MAX = 5256000, MINUTE_MS = 60000 };

/* The token is in the answer to the creation alone, and for who has shown that they know it. */
static void
write_invite(struct call *c, const struct invite *in, struct str token)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", in->id);
    jw_kstr(w, "vendorId", c->vendor_id);
    jw_kstr(w, "tenantId", in->tenant_id);
    jw_kgiven(w, "userId", in->user_id);
    jw_kgiven(w, "token", token);
    jw_ktime(w, "expires", in->expires_at);
    jw_kbool(w, "shouldSendEmail", in->should_send_email);
    jw_kstr(w, "name", in->tenant_name);
    jw_key(w, "roleIds");
    shape_texts(w, in->role_ids, in->n_role_ids);
    jw_close(w, '}');
}

static enum err_code
refuse(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Invitation not found");
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Invitation already exists");
    return rc;
}

/* People may invite only while the environment lets them; the environment itself always may. */
static enum err_code
check_allowed(struct call *c, const struct scope *s, struct err *err)
{
    bool allowed = true;
    enum err_code rc = ERR_OK;
    if (c->who.kind != PRINCIPAL_VENDOR)
        rc = invite_allowed(s, &allowed, err);
    if (rc || allowed)
        return rc;
    return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Tenant invitations are not allowed");
}

static enum err_code
read_expiry(struct call *c, struct invite *in, int64_t preset_ms, struct err *err)
{
    int64_t minutes = call_int(c, "expiresInMinutes", 0);
    if (minutes > MINUTES_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "expiresInMinutes must not be greater than %d", MINUTES_MAX);
    in->expires_at = minutes ? c->now + minutes * MINUTE_MS : preset_ms;
    return ERR_OK;
}

/* ---- making ---- */

/* What was asked for that is not there: the person or a role; said in the words of the store. */
static enum err_code
add(struct call *c, const struct scope *tenant, struct invite *in, struct err *err)
{
    enum err_code rc = store_invite_add(tenant, in, err);
    if (rc == ERR_NOT_FOUND) {
        struct err why = *err;
        return call_refuse(c, err, rc, NULL, "%s", why.msg);
    }
    return refuse(c, err, rc);
}

/* A link into the scope's tenant, for the person named in *in or for none. */
static enum err_code
create(struct call *c, const struct scope *tenant, struct invite *in, struct err *err)
{
    struct str *roles = ARENA_ARRAY(c->arena, ROLES_MAX, struct str), token = token_new(c->arena);
    in->n_role_ids = call_list(c, "roleIds", roles, ROLES_MAX);
    in->role_ids = roles;
    in->roles_given = call_has(c, "roleIds");
    in->should_send_email = call_bool(c, "shouldSendEmail", false);
    in->token_hash = token_hash_hex(c->arena, token);
    enum err_code rc = read_expiry(c, in, c->now + (int64_t)PRESET_MINUTES * MINUTE_MS, err);
    if (!rc)
        rc = invite_check_tenant(c, tenant, tenant->tenant, "ER-01240", err);
    if (!rc)
        rc = rank_check_roles(c, tenant, in->role_ids, in->n_role_ids, err);
    if (!rc)
        rc = add(c, tenant, in, err);
    if (!rc)
        rc = store_invite_by_token(tenant, in->token_hash, in, err);
    if (rc)
        return rc;
    call_audit(c, "invitation", in->id, "Medium", "Made an invitation link into tenant %.*s",
               STR_ARG(in->tenant_id));
    write_invite(c, in, token);
    return ERR_OK;
}

static enum err_code
op_invites_create_own(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct invite in = {.user_id = c->user_id};
    enum err_code rc = s ? check_allowed(c, s, err) : err_failed(err);
    return rc ? rc : create(c, s, &in, err);
}

static enum err_code
op_invites_create_own_v2(struct call *c, struct err *err)
{
    return op_invites_create_own(c, err);
}

static enum err_code
op_invites_create(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct scope tenant;
    struct invite in = {.user_id = call_str(c, "userId")};
    enum err_code rc = s ? scope_tenant(s, call_str(c, "tenantId"), &tenant, err) : err_failed(err);
    return rc ? rc : create(c, &tenant, &in, err);
}

/* ---- one's own ---- */

static enum err_code
find_own(struct call *c, const struct scope **s, struct invite *out, struct err *err)
{
    *out = (struct invite){.id = {NULL, 0}};
    *s = call_scope(c, err);
    enum err_code rc = *s ? store_invite_of_user(*s, c->user_id, out, err) : err_failed(err);
    return refuse(c, err, rc);
}

static enum err_code
op_invites_get_own(struct call *c, struct err *err)
{
    const struct scope *s;
    struct invite in;
    enum err_code rc = find_own(c, &s, &in, err);
    if (!rc)
        write_invite(c, &in, STR_ABSENT);
    return rc;
}

static enum err_code
op_invites_update_own(struct call *c, struct err *err)
{
    const struct scope *s;
    struct invite in;
    enum err_code rc = find_own(c, &s, &in, err);
    if (!rc)
        rc = check_allowed(c, s, err);
    if (!rc)
        rc = read_expiry(c, &in, in.expires_at, err);
    if (rc)
        return rc;
    in.should_send_email = call_bool(c, "shouldSendEmail", in.should_send_email);
    rc = refuse(c, err, store_invite_update(s, &in, err));
    if (rc)
        return rc;
    call_audit(c, "invitation", in.id, "Info", "Changed an invitation link");
    write_invite(c, &in, STR_ABSENT);
    return ERR_OK;
}

static enum err_code delete (struct call *c, const struct scope *s, struct str id,
                             struct err *err) {
    enum err_code rc = refuse(c, err, store_invite_delete(s, id, err));
    if (!rc) call_audit(c, "invitation", id, "Medium", "Deleted an invitation link");
    return rc;
}

static enum err_code
op_invites_delete_own(struct call *c, struct err *err)
{
    const struct scope *s;
    struct invite in;
    enum err_code rc = find_own(c, &s, &in, err);
    return rc ? rc : delete (c, s, in.id, err);
}

static enum err_code
op_invites_delete(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    return s ? delete (c, s, call_param(c, "id"), err) : err_failed(err);
}

/* ---- looking ---- */

static enum err_code
op_invites_verify(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct invite in;
    struct str token = call_str(c, "token");
    enum err_code rc = s ? invite_find(c, s, token, &in, err) : err_failed(err);
    if (!rc)
        write_invite(c, &in, token);
    return rc;
}

static enum err_code
op_invites_list(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct invite_list list;
    enum err_code rc = s ? store_invite_list(s, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_invite(c, &list.items[i], STR_ABSENT);
    jw_close(&c->out, ']');
    return ERR_OK;
}

/* Whether the environment lets invitations be mailed at all. */
static enum err_code
mails_enabled(const struct scope *s, bool *enabled, struct err *err)
{
    struct message_template t = {.active = TEMPLATE_ACTIVE};
    enum err_code rc = store_template_get(s, MESSAGE_EMAIL, STR("InviteToTenant"), &t, err);
    *enabled = rc == ERR_NOT_FOUND || t.active != TEMPLATE_INACTIVE;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err_code
op_invites_config(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    bool allowed, mails;
    enum err_code rc = s ? invite_allowed(s, &allowed, err) : err_failed(err);
    if (!rc)
        rc = mails_enabled(s, &mails, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "tenantInvitationsAllowed", allowed);
    jw_kbool(&c->out, "emailsEnabled", mails);
    jw_close(&c->out, '}');
    return ERR_OK;
}

const struct op_binding invites_ops[] = {
    BIND(invites_get_own),
    BIND(invites_create_own),
    BIND(invites_create_own_v2),
    BIND(invites_update_own),
    BIND(invites_delete_own),
    BIND(invites_create),
    BIND(invites_verify),
    BIND(invites_list),
    BIND(invites_delete),
    BIND(invites_config),
    BIND_END,
};
