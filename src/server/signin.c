#include "server/signin.h"

#include "base/agent.h"
#include "crypto/token.h"
#include "server/call_priv.h"
#include "server/flow.h"
#include "server/mfa.h"
#include "server/notify.h"
#include "server/password_policy.h"
#include "server/password_rules.h"
#include "server/refusals.h"
#include "server/restrict.h"
#include "server/session_token.h"
#include "server/template_words.h"
#include "store/devices.h"
#include "store/templates.h"

enum { RESET_LIFE_S = 600, BREACH_LIFE_S = 86400 };

/* Somebody who showed who they are, and what they would find inside. */
struct visitor {
    struct scope s; /* the environment */
    struct user u;  /* with tenants; seq 0: nobody */
    struct scope tenant;
    struct session_terms terms;
    bool may_enter;
};

/* -- may they come in -- */

/* The tenant to enter: the wanted one or none, else the active one, else the first that is open. */
static struct str
pick_tenant(const struct user *u, struct str wanted, int64_t now)
{
    struct str first = STR_ABSENT;
    for (size_t i = 0; i < u->n_tenants; i++) {
        const struct membership *m = &u->tenants[i];
        if (!membership_is_open(m, now))
            continue;
        if (str_eq(m->tenant_id, str_given(wanted) ? wanted : u->active_tenant_id))
            return m->tenant_id;
        if (!str_given(first))
            first = m->tenant_id;
    }
    return str_given(wanted) ? STR_ABSENT : first;
}

/* The user as they are now; seq 0 if there is none. */
static enum err_code
read_user(const struct scope *s, struct str id, struct user *out, struct err *err)
{
    enum err_code rc = store_user_get(s, USER_BY_ID, str_given(id) ? id : STR(""), out, err);
    if (rc != ERR_NOT_FOUND)
        return rc;
    *out = (struct user){.seq = 0};
    return ERR_OK;
}

/* The same steps for everybody, also for nobody: what it finds must not show in how long it takes. */
static enum err_code
look_at(const struct scope *s, const struct user *u, struct str wanted, struct visitor *out,
        struct err *err)
{
    *out = (struct visitor){.may_enter = false};
    enum err_code rc = scope_tenant(s, STR_ABSENT, &out->s, err);
    if (!rc)
        rc = read_user(&out->s, u->id, &out->u, err);
    if (!rc)
        rc = store_users_load(&out->s, &out->u, 1, LOAD_TENANTS, true, err);
    if (rc)
        return rc;
    struct str id = pick_tenant(&out->u, wanted, s->now);
    rc = scope_tenant(&out->s, str_given(id) ? id : STR(""), &out->tenant, err);
    if (!rc)
        rc = session_terms_read(&out->tenant, &out->terms, err);
    out->may_enter = !rc && out->u.seq && !out->u.is_locked && out->tenant.tenant_seq > 0 &&
                     (out->u.verified || !out->u.email.n || out->terms.unverified_may_enter);
    return rc;
}

/* A password that was replaced while it was being checked is not the password. */
static bool
is_outdated(const struct signin *in, const struct visitor *v)
{
    return in->methods & SIGNIN_PASSWORD && !str_eq(in->user.password_hash, v->u.password_hash);
}

static enum err_code
let_in(struct call *c, const struct signin *in, struct visitor *out, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? look_at(s, &in->user, in->tenant_id, out, err) : err_failed(err);
    if (rc)
        return rc;
    bool ok = out->may_enter && !in->is_wrong && !is_outdated(in, out);
    return ok ? restrict_ip(c, &out->tenant, err) : refuse_sign_in(c, err);
}

enum err_code
signin_gate(struct call *c, const struct scope *s, const struct user *u, struct err *err)
{
    struct visitor v;
    enum err_code rc = look_at(s, u, STR_ABSENT, &v, err);
    return rc || v.may_enter ? rc : refuse_sign_in(c, err);
}

/* -- inside -- */

static enum err_code
begin_session(struct call *c, const struct signin *in, struct visitor *v,
              const struct refresh_token *token, struct session *out, struct err *err)
{
    *out = (struct session){.id = token->id,
                            .user_seq = v->u.seq,
                            .tenant_seq = v->tenant.tenant_seq,
                            .tenant_id = v->tenant.tenant,
                            .family_hash = token->family_hash,
                            .secret_hash = token->secret_hash,
                            .methods = in->methods,
                            .ip = c->ip,
                            .user_agent = c->user_agent,
                            .client = agent_name(c->arena, c->user_agent),
                            .mfa = session_mfa(in->methods),
                            .created_at = c->now,
                            .auth_at = c->now,
                            .expires_at = session_terms_expiry(&v->terms, c->now, c->now)};
    int64_t ended = 0;
    enum err_code rc = store_user_signed_in(&v->s, v->u.id, err);
    if (!rc && str_given(in->session_id))
        rc = store_session_end(&v->s, v->u.id, in->session_id, err);
    if (rc == ERR_NOT_FOUND)
        rc = refuse_sign_in(c, err);
    if (!rc)
        rc = store_session_add(&v->s, out, v->terms.most, &ended, err);
    if (ended > 0 || str_given(in->session_id))
        call_forget_principals(c);
    return rc;
}

/* Who it was, for the audit. */
static void
name_person(struct call *c, const struct user *u, struct str tenant_id, const char *what)
{
    call_audit_actor(c, u->id, tenant_id);
    call_audit(c, "user", u->id, "Info", "%s %.*s", what,
               STR_ARG(u->email.n ? u->email : u->username));
}

enum err_code
signin_ask_new_password(struct call *c, const struct scope *s, const struct user *u,
                        struct err *err)
{
    struct flow f = {.kind = FLOW_PASSWORD_RESET,
                     .user_id = u->id,
                     .expires_at = c->now + INT64_C(1000) * RESET_LIFE_S};
    struct str token;
    enum err_code rc = flow_start(c, s, &f, FLOW_ALONE, &token, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kbool(w, "mfaRequired", false);
    jw_kstr(w, "resetPasswordToken", token);
    jw_kstr(w, "userId", u->id);
    jw_kgiven(w, "userEmail", u->email);
    jw_ki64(w, "passwordExpiresIn", 0);
    jw_close(w, '}');
    name_person(c, u, STR_ABSENT, "Asked for a new password of");
    return ERR_OK;
}

/* Where the environment has switched that message on, people are told of a device they were not seen with. */
static enum err_code
note_device(struct call *c, const struct visitor *v, struct err *err)
{
    static const char type[] = "ConnectNewDevice";
    struct message_template own;
    bool is_new = false;
    struct str device = agent_words(c->arena, c->user_agent);
    struct notice n = {
        .type = type,
        .user = &v->u,
        .tenant_id = v->tenant.tenant,
        .vars = {{"location", c->ip}, {"device", device.n ? device : STR("an unknown device")}},
        .n_vars = 2};
    enum err_code rc = store_template_get(&v->s, MESSAGE_EMAIL, STR(type), &own, err);
    if (rc == ERR_NOT_FOUND || (!rc && own.active != TEMPLATE_ACTIVE))
        return ERR_OK;
    if (!rc)
        rc = store_device_seen(&v->s, v->u.seq, token_hash_hex(c->arena, device), &is_new, err);
    return rc || !is_new || !v->u.verified ? rc : notify_email(c, &v->s, &n, err);
}

static enum err_code
enter(struct call *c, const struct signin *in, struct visitor *v, struct err *err)
{
    struct refresh_token token;
    struct session session;
    struct session_grant g = {.session = &session, .user = &v->u, .terms = &v->terms};
    struct session_extras extras = {.recovery_code = in->recovery_code,
                                    .is_breached = in->is_breached,
                                    .password_expires_in = -1};
    struct password_age age = {.expires_in_min = -1};
    enum err_code rc = ERR_OK;
    if (in->methods & SIGNIN_PASSWORD)
        rc = password_age(&v->s, &v->u, &age, err);
    if (!rc && age.expired)
        return signin_ask_new_password(c, &v->s, &v->u, err);
    extras.password_expires_in = age.expires_in_min;
    extras.notification_period = age.notification_period;
    refresh_token_new(c, NULL, &token);
    if (!rc)
        rc = begin_session(c, in, v, &token, &session, err);
    if (!rc)
        rc = store_rights_get(v->s.conn, c->arena, v->u.seq, v->tenant.tenant_seq, &g.rights, err);
    if (!rc)
        rc = grant_sign(c, &g, err);
    if (!rc)
        rc = note_device(c, v, err);
    if (rc)
        return rc;
    grant_answer(c, &g, token.text, &extras);
    name_person(c, &v->u, v->tenant.tenant, "Signed in");
    return ERR_OK;
}

/*
 * The right password, and it is on a list that others have: the owner gets a way to another one. Not again as
 * long as that, or one they asked for, is open. Whether there is a second factor does not matter.
 */
static enum err_code
warn_of_breach(struct call *c, const struct visitor *v, struct err *err)
{
    struct password_policy policy;
    struct flow open, f = {.kind = FLOW_PASSWORD_RESET,
                           .user_id = v->u.id,
                           .data = v->u.email,
                           .expires_at = c->now + INT64_C(1000) * BREACH_LIFE_S};
    struct str token;
    enum err_code rc = password_policy_of(&v->s, v->u.id, STR_ABSENT, &policy, err);
    if (rc || !policy.block_breached || !v->u.email.n || !v->u.verified)
        return rc;
    rc = store_flow_of_user(&v->s, FLOW_PASSWORD_RESET, v->u.id, &open, err);
    if (rc != ERR_NOT_FOUND)
        return rc;
    rc = flow_start(c, &v->s, &f, FLOW_ALONE, &token, err);
    struct notice n = {
        .type = "PwnedPassword", .user = &v->u, .token = token, .expires_at = f.expires_at};
    return rc ? rc : notify_email(c, &v->s, &n, err);
}

enum err_code
signin_first_factor(struct call *c, const struct signin *in, struct err *err)
{
    struct visitor v;
    struct signin with = *in;
    bool due = false;
    unsigned methods = 0;
    enum err_code rc = let_in(c, in, &v, err);
    if (rc)
        return rc;
    with.user = v.u;
    with.tenant_id = v.tenant.tenant;
    if (in->is_breached)
        rc = warn_of_breach(c, &v, err);
    if (!rc)
        rc = mfa_challenge(c, &v.s, &with, &due, &methods, err);
    if (!rc && due)
        name_person(c, &v.u, v.tenant.tenant, "Asked for a second factor of");
    with.methods |= methods;
    return rc || due ? rc : enter(c, &with, &v, err);
}

enum err_code
signin_second_factor(struct call *c, const struct signin *in, struct err *err)
{
    struct visitor v;
    enum err_code rc = let_in(c, in, &v, err);
    if (!rc)
        rc = mfa_remember_device(c, &v.s, in, err);
    return rc ? rc : enter(c, in, &v, err);
}

enum err_code
signin_end_sessions(struct call *c, const struct scope *s, struct str user_id,
                    struct str except_session, struct err *err)
{
    struct scope everywhere;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &everywhere, err);
    if (!rc)
        rc = store_sessions_end(&everywhere, user_id, except_session, NULL, err);
    if (!rc) /* and what was half a sign-in */
        rc = store_flow_void(&everywhere, FLOW_MFA, user_id, err);
    call_forget_principals(c);
    return rc;
}
