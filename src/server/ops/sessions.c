/* A person's sessions, the tenant they are in, and how long sessions last. */
#include "store/sessions.h"
#include "server/ops/ops.h"
#include "server/settings.h"
#include "server/shape_user.h"
#include "server/signin.h"

const struct document session_policy = {
    .name = "sessions",
    .presets = "{\"sessionIdleTimeoutConfiguration\":{\"isActive\":false,\"timeout\":3600},"
               "\"sessionTimeoutConfiguration\":{\"isActive\":false,\"timeout\":86400},"
               "\"sessionConcurrentConfiguration\":{\"isActive\":false,\"maxSessions\":5}}",
    .what = "session policy",
};

static enum err_code
refuse_session(struct call *c, enum err_code rc, struct err *err)
{
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Session not found") : rc;
}

/* -- one's own -- */

static void
write_session(struct call *c, const struct session *session)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", session->id);
    jw_ktime(w, "createdAt", session->created_at);
    jw_ktime(w, "expires", session->expires_at);
    jw_kstr(w, "ipAddress", session->ip.n ? session->ip : STR(""));
    jw_kstr(w, "userAgent", session->user_agent.n ? session->user_agent : STR(""));
    jw_kbool(w, "current", str_eq(session->id, c->who.session_id));
    jw_kbool(w, "impersonated", session->impersonated);
    jw_close(w, '}');
}

/* All of the person's, in whatever tenant they are at the moment. */
static enum err_code
own_scope(struct call *c, struct scope *out, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct user u;
    enum err_code rc = s ? store_user_get(s, USER_BY_ID, c->user_id, &u, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User not found");
    return rc ? rc : scope_tenant(s, STR_ABSENT, out, err);
}

static enum err_code
op_sessions_list(struct call *c, struct err *err)
{
    struct scope s;
    struct session_list list = {NULL, 0};
    struct session_query q = {.user_id = c->user_id, .limit = SESSIONS_OF_USER_MAX};
    enum err_code rc = own_scope(c, &s, err);
    if (!rc)
        rc = store_session_list(&s, &q, &list, err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_session(c, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_sessions_get_current(struct call *c, struct err *err)
{
    struct scope s;
    struct session session;
    enum err_code rc = own_scope(c, &s, err);
    if (!rc)
        rc = store_session_get(&s, str_given(c->who.session_id) ? c->who.session_id : STR(""),
                               &session, err);
    if (!rc)
        write_session(c, &session);
    return refuse_session(c, rc == ERR_GONE ? ERR_NOT_FOUND : rc, err);
}

static enum err_code
op_sessions_delete(struct call *c, struct err *err)
{
    struct scope s;
    struct str id = call_param(c, "id");
    enum err_code rc = own_scope(c, &s, err);
    if (rc)
        return rc;
    rc = refuse_session(c, store_session_end(&s, c->user_id, id, err), err);
    if (rc)
        return rc;
    call_audit(c, "session", id, "Medium", "Ended a session");
    call_forget_principals(c);
    return ERR_OK;
}

static enum err_code
op_sessions_delete_all(struct call *c, struct err *err)
{
    struct scope s;
    enum err_code rc = own_scope(c, &s, err);
    if (!rc)
        rc = signin_end_sessions(c, &s, c->user_id, STR_ABSENT, err);
    if (!rc)
        call_audit(c, "user", c->user_id, "Medium", "Ended all sessions");
    return rc;
}

/* -- one's tenant -- */

/* All of the person's sessions go on there; their next access tokens say so. */
static enum err_code
op_me_set_tenant(struct call *c, struct err *err)
{
    struct scope s, tenant;
    struct membership m = {.is_disabled = true};
    struct user change = {.id = c->user_id, .active_tenant_id = call_str(c, "tenantId")};
    enum err_code rc = own_scope(c, &s, err);
    if (!rc)
        rc = scope_tenant(&s, change.active_tenant_id, &tenant, err);
    if (!rc && tenant.tenant_seq > 0)
        rc = store_membership_get(&tenant, c->user_id, &m, err);
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    if (rc || m.is_disabled || (m.expires_at && m.expires_at <= c->now))
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "You are not a member of this tenant");
    rc = store_user_update(&s, &change, USER_F(active_tenant_id), err);
    if (!rc)
        rc = store_sessions_move(&tenant, c->user_id, err);
    if (rc)
        return rc;
    call_audit(c, "user", c->user_id, "Info", "Switched the tenant to %.*s",
               STR_ARG(change.active_tenant_id));
    return shape_user_by_id(c, &tenant, c->user_id, err);
}

/* -- the policy -- */

static enum err_code
op_sessions_config_get(struct call *c, struct err *err)
{
    return document_answer(c, &session_policy, DOCUMENT_PRESETS, false, err);
}

static enum err_code
op_sessions_config_get_vendor(struct call *c, struct err *err)
{
    return document_answer(c, &session_policy, DOCUMENT_PRESETS, true, err);
}

static enum err_code
op_sessions_config_set(struct call *c, struct err *err)
{
    return document_write(c, &session_policy, DOCUMENT_UPSERT, err);
}

const struct op_binding sessions_ops[] = {
    BIND(sessions_list),
    BIND(sessions_get_current),
    BIND(sessions_delete),
    BIND(sessions_delete_all),
    BIND(me_set_tenant),
    BIND(sessions_config_get),
    BIND(sessions_config_get_vendor),
    BIND(sessions_config_set),
    BIND_END,
};
