#include "server/onboard.h"

#include "server/fields.h"
#include "server/flow_memory.h"
#include "server/notify.h"
#include "server/settings.h"
#include "store/tenants.h"

enum { DAY_MS = 86400000, LINK_DAYS = 7 };

enum err_code
onboard_strategy_of(const struct scope *s, enum flow_kind kind, struct onboard_strategy *out,
                    struct err *err)
{
    struct json *settings;
    int64_t seconds = 0;
    enum err_code rc = document_environment(
        s, kind == FLOW_ACTIVATION ? &activation_settings : &invitation_settings, &settings, err);
    *out = (struct onboard_strategy){.lifetime_ms = (int64_t)LINK_DAYS * DAY_MS};
    if (!rc && str_eq(json_str(json_get(settings, "strategy")), STR("code")) &&
        json_to_i64(json_get(settings, "codeExpiration"), &seconds) && seconds > 0)
        *out = (struct onboard_strategy){.by_code = true, .lifetime_ms = seconds * 1000};
    json_free(settings);
    return rc;
}

/* ---- what a flow remembers ---- */

static const struct flow_member MEMORY[] = {
    {"userId", FLOW_TEXT, offsetof(struct onboard_memory, user_id)},
    {"email", FLOW_TEXT, offsetof(struct onboard_memory, email)},
    {"hasPassword", FLOW_BOOL, offsetof(struct onboard_memory, has_password)},
    {NULL, FLOW_TEXT, 0},
};

enum err_code
onboard_recall(struct call *c, const struct flow *f, struct onboard_memory *out, struct err *err)
{
    return flow_recall(c, MEMORY, f->data, out, err);
}

/* ---- sending ---- */

enum err_code
onboard_activate(struct call *c, const struct scope *s, const struct onboard_person *who,
                 struct str *token, struct err *err)
{
    struct onboard_strategy how;
    struct str mine, id = who->user ? who->user->id : who->as;
    enum err_code rc = onboard_strategy_of(s, FLOW_ACTIVATION, &how, err);
    if (!rc)
        rc = store_flow_void(s, FLOW_ACTIVATION, id, err);
    if (rc)
        return rc;
    struct onboard_memory memory = {id, who->user ? who->user->email : who->to, who->has_password};
    struct flow f = {.kind = FLOW_ACTIVATION,
                     .user_id = who->user ? id : STR_ABSENT,
                     .tenant_id = who->tenant_id,
                     .data = flow_remember(c, MEMORY, &memory),
                     .expires_at = c->now + how.lifetime_ms};
    rc = flow_start(c, s, &f, how.by_code ? FLOW_WITH_CODE : 0, &mine, err);
    if (rc)
        return rc;
    if (token)
        *token = how.by_code ? mine : STR_ABSENT;
    struct notice n = {.type = how.by_code ? "ActivateUserWithCode" : "ActivateUser",
                       .user = who->user,
                       .to = who->user ? STR_ABSENT : who->to,
                       .tenant_id = who->tenant_id,
                       .code = f.code,
                       .token = mine,
                       .expires_at = f.expires_at,
                       .decoy = !who->user};
    return notify_email(c, s, &n, err);
}

enum err_code
onboard_activation_token(struct call *c, const struct scope *s, const struct user *u,
                         struct str *token, struct err *err)
{
    struct onboard_memory memory = {u->id, u->email, u->password_hash.n > 0};
    struct flow f = {.kind = FLOW_ACTIVATION,
                     .user_id = u->id,
                     .data = flow_remember(c, MEMORY, &memory),
                     .expires_at = c->now + (int64_t)LINK_DAYS * DAY_MS};
    return flow_start(c, s, &f, FLOW_ALONE, token, err);
}

enum err_code
onboard_invite(struct call *c, const struct scope *s, const struct user *u, struct str tenant_id,
               struct err *err)
{
    struct onboard_strategy how;
    struct str token;
    enum err_code rc = onboard_strategy_of(s, FLOW_INVITATION, &how, err);
    if (!rc)
        rc = store_flow_void_in(s, FLOW_INVITATION, u->id, tenant_id, err);
    if (rc)
        return rc;
    struct flow f = {.kind = FLOW_INVITATION,
                     .user_id = u->id,
                     .tenant_id = tenant_id,
                     .expires_at = c->now + how.lifetime_ms};
    rc = flow_start(c, s, &f, how.by_code ? FLOW_WITH_CODE : 0, &token, err);
    if (rc)
        return rc;
    bool bulk = c->op->id == OP_users_bulk_invite;
    struct notice n = {.type = how.by_code ? "InviteToTenantWithCode"
                               : bulk      ? "BulkInvitesToTenant"
                                           : "InviteToTenant",
                       .user = u,
                       .tenant_id = tenant_id,
                       .code = f.code,
                       .token = token,
                       .expires_at = f.expires_at};
    return notify_email(c, s, &n, err);
}

enum err_code
onboard_welcome(struct call *c, const struct scope *s, struct str user_id, struct str tenant_id,
                struct err *err)
{
    struct scope everywhere;
    struct user u;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = store_user_get(&everywhere, USER_BY_ID, user_id, &u, err);
    if (rc || !u.email.n)
        return rc;
    if (u.verified)
        return onboard_invite(c, &everywhere, &u, tenant_id, err);
    struct onboard_person who = {
        .user = &u, .tenant_id = tenant_id, .has_password = u.password_hash.n > 0};
    return onboard_activate(c, &everywhere, &who, NULL, err);
}

/* ---- accepting ---- */

enum err_code
onboard_accept(struct call *c, const struct scope *s, struct str user_id, struct str tenant_id,
               struct err *err)
{
    struct scope everywhere, where;
    struct user change = {.id = user_id, .verified = true};
    enum err_code rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = scope_tenant(s, tenant_id, &where, err);
    if (!rc)
        rc = store_membership_accept(&where, user_id, err);
    if (!rc)
        rc = store_user_update(&everywhere, &change, USER_F(verified), err);
    if (!rc)
        call_forget_principals(c);
    return rc;
}

enum err_code
onboard_new_tenant(struct call *c, const struct scope *s, struct str id, struct scope *out,
                   struct err *err)
{
    struct tenant t;
    tenant_init(&t);
    t.tenant_id = id;
    t.name = id;
    enum err_code rc = fields_check_tenant_id(c, id, err);
    if (!rc)
        rc = store_tenant_create(s, &t, NULL, err);
    return rc ? rc : scope_tenant(s, id, out, err);
}
