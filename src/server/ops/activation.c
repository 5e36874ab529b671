/* From an invited address to an active account: activation, and invitations of one person. */
#include "server/flow.h"
#include "server/invite.h"
#include "server/onboard.h"
#include "server/ops/ops.h"
#include "server/password_rules.h"
#include "server/refusals.h"
#include "server/send_limit.h"
#include "server/settings.h"
#include "server/signin.h"
#include "server/state.h"

static const struct flow_refusal BAD_ACTIVATION = {
    .code = ERR_INVALID,
    .text = "Activation token is invalid or was used",
    .expired_text = "Activation token has expired",
};
static const struct flow_refusal BAD_INVITATION = {
    .code = ERR_INVALID,
    .ref = "ER-01061",
    .text = "Invitation is invalid or has expired",
    .expired_ref = "ER-01061",
    .expired_text = "Invitation is invalid or has expired",
};

static enum err_code
refuse_activation(struct call *c, struct err *err)
{
    return call_refuse(c, err, BAD_ACTIVATION.code, NULL, "%s", BAD_ACTIVATION.text);
}

static enum err_code
refuse_invitation(struct call *c, struct err *err)
{
    return call_refuse(c, err, BAD_INVITATION.code, BAD_INVITATION.ref, "%s", BAD_INVITATION.text);
}

/* ---- whom a token is about, before the transaction begins ---- */

/* An activation as it was found. One that was made for nobody looks like any other. */
struct activation {
    struct flow flow;
    struct onboard_memory memory;
    struct user user; /* when it is somebody's */
    bool has_password;
    bool wants_password; /* people sign in with passwords here */
};

struct look {
    struct call *c;
    struct activation *a;
};

static enum err_code
look_up(struct db_conn *conn, void *arg, struct err *err)
{
    struct look *q = arg;
    struct activation *a = q->a;
    struct scope s;
    struct json *core = NULL;
    enum err_code rc = scope_open(&s, conn, q->c->arena, q->c->vendor_id, STR_ABSENT, err);
    if (!rc && str_given(a->flow.user_id))
        rc = store_user_get(&s, USER_BY_ID, a->flow.user_id, &a->user, err);
    if (!rc)
        rc = document_environment(&s, &core_settings, &core, err);
    if (!rc)
        a->wants_password = str_ends(json_str(json_get(core, "authStrategy")), STR("AndPassword"));
    json_free(core);
    return rc;
}

/* The activation of a token for the user named beside it. */
static enum err_code
find_activation(struct call *c, struct str token, struct str user_id, struct activation *out,
                struct err *err)
{
    bool found;
    *out = (struct activation){.has_password = false};
    enum err_code rc = flow_peek(c, FLOW_ACTIVATION, token, &out->flow, &found, err);
    if (!rc && found)
        rc = onboard_recall(c, &out->flow, &out->memory, err);
    if (rc)
        return rc;
    if (!found || !str_eq(out->memory.user_id, user_id))
        return refuse_activation(c, err);
    struct look q = {c, out};
    rc = store_tx(c->server->store, DB_READ, look_up, &q, err);
    if (rc == ERR_NOT_FOUND)
        return refuse_activation(c, err);
    out->has_password =
        str_given(out->user.id) ? out->user.password_hash.n > 0 : out->memory.has_password;
    return rc;
}

/* ---- activation ---- */

static enum err_code
op_activation_strategy(struct call *c, struct err *err)
{
    struct activation a;
    enum err_code rc = find_activation(c, call_query(c, "token"), call_query(c, "userId"), &a, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "shouldSetPassword", a.wants_password && !a.has_password);
    jw_close(&c->out, '}');
    return ERR_OK;
}

/* The password that was sent along, if any, judged and hashed. */
static enum err_code
prepare_password(struct call *c, const struct activation *a, struct new_password *out,
                 struct err *err)
{
    struct str password = call_str(c, "password");
    *out = (struct new_password){.hash = STR_ABSENT};
    if (password.n)
        return password_prepare(c, a->flow.user_id, a->flow.tenant_id, password,
                                &(struct user){.email = a->memory.email}, out, err);
    if (a->wants_password && !a->has_password)
        return call_refuse(c, err, ERR_INVALID, "ER-008897167d", "password should not be empty");
    return ERR_OK;
}

/* Takes the token, with the code if the activation has one. */
static enum err_code
redeem(struct call *c, const struct scope *s, const struct activation *a, bool by_code,
       struct err *err)
{
    struct flow f = {0};
    struct str token = call_str(c, "token");
    if (by_code)
        return flow_redeem_code(c, s, FLOW_ACTIVATION, token, call_str(c, "code"), &f, err);
    /* The code is what shows that the mail arrived: the token of such an activation is no secret
     * of the mailbox. */
    if (a->flow.code.n)
        return refuse_activation(c, err);
    return flow_redeem(c, s, FLOW_ACTIVATION, token, &BAD_ACTIVATION, &f, err);
}

static enum err_code
make_active(struct call *c, const struct scope *s, const struct activation *a,
            const struct new_password *password, struct err *err)
{
    enum err_code rc = onboard_accept(c, s, a->user.id, STR_ABSENT, err);
    if (!rc && str_given(password->hash)) {
        rc = password_set(c, s, a->user.id, password, err);
        if (!rc)
            rc = signin_end_sessions(c, s, a->user.id, STR_ABSENT, err);
    }
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_CODE, a->user.id, err);
    return rc;
}

static enum err_code
finish(struct call *c, const struct scope *s, struct activation *a, bool by_code, struct err *err)
{
    struct signin in = {.methods = by_code ? SIGNIN_EMAIL_CODE : SIGNIN_LINK};
    enum err_code rc = store_user_get(s, USER_BY_ID, a->user.id, &in.user, err);
    if (rc)
        return rc;
    call_audit(c, "user", in.user.id, "Medium", "Activated user %.*s", STR_ARG(in.user.email));
    return signin_first_factor(c, &in, err);
}

/* What is slow, or counted, before the transaction begins. */
static enum err_code
prepare(struct call *c, bool by_code, struct activation *a, struct new_password *password,
        struct err *err)
{
    bool allowed = true;
    enum err_code rc = find_activation(c, call_str(c, "token"), call_str(c, "userId"), a, err);
    if (!rc && !by_code && a->flow.code.n)
        rc = refuse_activation(c, err);
    if (!rc)
        rc = prepare_password(c, a, password, err);
    if (!rc && by_code)
        rc = lockout_attempt(c, LOCKOUT_CODE, a->flow.user_id, &allowed, err);
    return rc || allowed ? rc : refuse_code(c, err);
}

static enum err_code
activate(struct call *c, bool by_code, struct err *err)
{
    struct activation a;
    struct new_password password;
    enum err_code rc = prepare(c, by_code, &a, &password, err);
    if (rc)
        return rc;
    const struct scope *s = call_environment(c, err);
    rc = s ? redeem(c, s, &a, by_code, err) : err_failed(err);
    if (!rc && !str_given(a.user.id))
        rc = refuse_activation(c, err);
    if (!rc)
        rc = make_active(c, s, &a, &password, err);
    return rc ? rc : finish(c, s, &a, by_code, err);
}

static enum err_code
op_activation_activate(struct call *c, struct err *err)
{
    return activate(c, false, err);
}

static enum err_code
op_activation_activate_code(struct call *c, struct err *err)
{
    return activate(c, true, err);
}

/* The same answer whether there is somebody to activate or not; the token never leaves by it. */
static enum err_code
op_activation_resend(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct str email = call_str(c, "email");
    struct user u;
    enum err_code rc = s ? send_limit(c, s, email, NULL, err) : err_failed(err);
    if (rc)
        return rc;
    rc = store_user_get(s, USER_BY_EMAIL, email, &u, err);
    struct onboard_person who = {.as = c->trace_id, .to = email};
    if (!rc && !u.verified)
        who = (struct onboard_person){.user = &u, .has_password = u.password_hash.n > 0};
    if (!rc || rc == ERR_NOT_FOUND)
        rc = onboard_activate(c, s, &who, NULL, err);
    if (!rc && who.user)
        call_audit(c, "user", u.id, "Info", "Sent the activation message again");
    return rc;
}

/* ---- invitations of one person ---- */

static enum err_code
accept(struct call *c, const struct scope *s, bool by_code, struct err *err)
{
    struct flow f, taken;
    struct str token = call_str(c, "token");
    enum err_code rc = flow_find(c, s, FLOW_INVITATION, token, &BAD_INVITATION, &f, err);
    if (rc)
        return rc;
    if (!str_eq(f.user_id, call_str(c, "userId")) || by_code != (f.code.n > 0))
        return refuse_invitation(c, err);
    rc = invite_check_tenant(c, s, f.tenant_id, "ER-01239", err);
    if (!rc && by_code)
        rc = flow_redeem_code(c, s, FLOW_INVITATION, token, call_str(c, "code"), &taken, err);
    else if (!rc)
        rc = flow_redeem(c, s, FLOW_INVITATION, token, &BAD_INVITATION, &taken, err);
    if (rc)
        return rc;
    rc = onboard_accept(c, s, f.user_id, f.tenant_id, err);
    if (rc == ERR_NOT_FOUND)
        return refuse_invitation(c, err);
    if (!rc)
        call_audit(c, "user", f.user_id, "Medium", "Accepted the invitation into tenant %.*s",
                   STR_ARG(f.tenant_id));
    return rc;
}

static enum err_code
op_invitation_accept(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    return s ? accept(c, s, false, err) : err_failed(err);
}

static enum err_code
op_invitation_accept_code(struct call *c, struct err *err)
{
    struct flow f = {0};
    bool found, allowed = true;
    enum err_code rc = flow_peek(c, FLOW_INVITATION, call_str(c, "token"), &f, &found, err);
    if (!rc && found)
        rc = lockout_attempt(c, LOCKOUT_CODE, f.user_id, &allowed, err);
    if (!rc && !allowed)
        return refuse_code(c, err);
    const struct scope *s = rc ? NULL : call_environment(c, err);
    if (!rc)
        rc = s ? accept(c, s, true, err) : err_failed(err);
    return rc ? rc : lockout_clear(c, s, LOCKOUT_CODE, f.user_id, err);
}

/* The person of the body, as far as the caller's tenant knows them, with the tenants they are in. */
static enum err_code
find_invited(struct call *c, const struct scope *s, struct user *out, struct err *err)
{
    enum err_code rc = store_user_get(s, USER_BY_EMAIL, call_str(c, "email"), out, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User not found");
    return rc ? rc : store_users_load(s, out, 1, LOAD_TENANTS, false, err);
}

static enum err_code
resend(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct user u;
    size_t sent = 0;
    enum err_code rc = s ? find_invited(c, s, &u, err) : err_failed(err);
    /* Who is not active yet gets one message for all. */
    for (size_t i = 0; !rc && i < u.n_tenants && (u.verified || !sent); i++) {
        if (u.tenants[i].activated_at)
            continue;
        rc = onboard_welcome(c, s, u.id, u.tenants[i].tenant_id, err);
        sent++;
    }
    if (!rc && !sent)
        return call_refuse(c, err, ERR_INVALID, NULL, "There is no invitation to accept");
    if (!rc)
        call_audit(c, "user", u.id, "Info", "Sent %zu invitation(s) again", sent);
    return rc;
}

static enum err_code
op_invitation_resend(struct call *c, struct err *err)
{
    return resend(c, err);
}

static enum err_code
op_invitation_resend_all(struct call *c, struct err *err)
{
    return resend(c, err);
}

const struct op_binding activation_ops[] = {
    BIND(activation_activate), BIND(activation_activate_code), BIND(activation_strategy),
    BIND(activation_resend),   BIND(invitation_accept),        BIND(invitation_accept_code),
    BIND(invitation_resend),   BIND(invitation_resend_all),    BIND_END,
};
