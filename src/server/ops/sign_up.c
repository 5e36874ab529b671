/*
 * People who make an account for themselves.
 *
 * An address that is taken is answered as one that is not: with the ids of an account that does not
 * exist, after the same work, which is undone. What differs is the message: the owner hears that
 * somebody tried, or, who never activated theirs, is sent the activation again.
 */
#include "base/mem.h"
#include "base/rand.h"
#include "server/captcha.h"
#include "server/fields.h"
#include "server/invite.h"
#include "server/notify.h"
#include "server/onboard.h"
#include "server/ops/ops.h"
#include "server/password_rules.h"
#include "server/refusals.h"
#include "server/restrict.h"
#include "server/send_limit.h"
#include "server/settings.h"
#include "server/signin.h"
#include "server/state.h"
#include "store/tenants.h"

struct sign_up {
    struct user user; /* as it is to be made */
    struct new_password password;
    struct invite invite; /* id absent: none */
    bool allowed, unverified_may_enter;
    bool elsewhere;    /* people sign in by other services only */
    struct user owner; /* who has the address already; id absent: nobody */
    bool taken;        /* address or user name */
    struct str tenant_id;
};

/* ---- what holds here, before the transaction begins ---- */

struct look {
    struct call *c;
    struct sign_up *up;
};

static enum err_code
look_up(struct db_conn *conn, void *arg, struct err *err)
{
    struct look *q = arg;
    struct sign_up *up = q->up;
    struct scope s;
    struct json *core = NULL;
    struct str invitation = call_str(q->c, "invitationToken");
    enum err_code rc = scope_open(&s, conn, q->c->arena, q->c->vendor_id, STR_ABSENT, err);
    s.now = q->c->now;
    if (!rc)
        rc = document_environment(&s, &core_settings, &core, err);
    if (!rc) {
        (void)json_to_bool(json_get(core, "allowSignups"), &up->allowed);
        (void)json_to_bool(json_get(core, "allowNotVerifiedUsersLogin"), &up->unverified_may_enter);
        up->elsewhere =
            str_eq(json_str(json_get(core, "authStrategy")), STR("NoLocalAuthentication"));
    }
    json_free(core);
    return !rc && invitation.n ? invite_find(q->c, &s, invitation, &up->invite, err) : rc;
}

/* Who was invited may come although nobody else may. */
static enum err_code
check_allowed(struct call *c, struct sign_up *up, struct err *err)
{
    if (!str_eq(call_str(c, "provider"), STR("local")))
        return call_refuse(c, err, ERR_INVALID, NULL, "provider must be local");
    struct look q = {c, up};
    enum err_code rc = store_tx(c->server->store, DB_READ, look_up, &q, err);
    if (!rc && up->elsewhere)
        return refuse_method(c, err);
    if (rc || up->allowed || str_given(up->invite.id))
        return rc;
    return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Sign up is not allowed");
}

/* Strangers write these; the rest has limits of its own. */
static enum err_code
check_lengths(struct call *c, struct err *err)
{
    static const struct {
        const char *name;
        int max;
    } limits[] = {{"companyName", 255}, {"name", 255}, {"email", 320}, {"metadata", 16384}};
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        if (call_str(c, limits[i].name).n > (size_t)limits[i].max)
            return call_refuse(c, err, ERR_INVALID, NULL,
                               "%s must be shorter than or equal to %d characters", limits[i].name,
                               limits[i].max);
    return ERR_OK;
}

/* Of what was sent, what a stranger may say about themselves; no roles, no flags. */
static enum err_code
read_person(struct call *c, struct sign_up *up, struct err *err)
{
    struct user *u = &up->user;
    fields_read(c, c->body, (struct field_table){user_fields, USER_FIELDS}, u);
    struct str password = call_str(c, "password");
    enum err_code rc = check_lengths(c, err);
    if (!rc)
        rc = fields_check_metadata(c, err);
    /* Without an address nothing can be mailed that would let them in later. */
    if (!rc && !password.n && !u->email.n)
        rc = call_refuse(c, err, ERR_INVALID, "ER-008897167d", "password should not be empty");
    if (!rc && password.n)
        rc = password_prepare(c, STR_ABSENT, up->invite.tenant_id, password, u, &up->password, err);
    return rc;
}

/* ---- making the account ---- */

static enum err_code
find_owner(const struct scope *s, struct sign_up *up, struct err *err)
{
    struct user other;
    enum err_code rc = ERR_NOT_FOUND;
    if (up->user.email.n)
        rc = store_user_get(s, USER_BY_EMAIL, up->user.email, &up->owner, err);
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    if (rc)
        up->owner = (struct user){.id = STR_ABSENT};
    up->taken = !rc;
    if (!up->user.username.n)
        return ERR_OK;
    rc = store_user_get(s, USER_BY_USERNAME, up->user.username, &other, err);
    up->taken = up->taken || !rc;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* The tenant of the invitation, or one of their own, named after the company. */
static enum err_code
enter_tenant(struct call *c, const struct scope *s, struct sign_up *up, struct err *err)
{
    struct scope tenant;
    struct tenant t;
    /* With an address, showing that it is theirs is what makes them a member. */
    unsigned flags = up->user.email.n ? 0 : MEMBER_ACTIVATED;
    if (str_given(up->invite.id)) {
        up->tenant_id = up->invite.tenant_id;
        return invite_join(c, s, &up->invite, &up->user, flags, err);
    }
    tenant_init(&t);
    t.name = call_str(c, "companyName");
    t.tenant_id = rand_uuid_str(c->arena);
    t.creator_email = up->user.email;
    t.creator_name = up->user.name;
    enum err_code rc = store_tenant_create(s, &t, NULL, err);
    up->tenant_id = t.tenant_id;
    if (!rc)
        rc = scope_tenant(s, t.tenant_id, &tenant, err);
    return rc ? rc : store_membership_add(&tenant, up->user.id, flags, 0, err);
}

static enum err_code
make(struct call *c, const struct scope *s, struct sign_up *up, struct err *err)
{
    struct user *u = &up->user;
    u->provider = STR("local");
    enum err_code rc = store_user_create(s, u, err);
    if (!rc && str_given(up->password.hash))
        rc = password_set(c, s, u->id, &up->password, err);
    return rc ? rc : enter_tenant(c, s, up, err);
}

/* As make, for somebody who is nobody, and without a trace. */
static enum err_code
pretend(struct call *c, const struct scope *s, struct sign_up *up, struct err *err)
{
    struct sign_up other = *up;
    other.user.id = rand_uuid_str(c->arena);
    if (other.user.email.n)
        other.user.email = arena_printf(c->arena, "%.*s.invalid", STR_ARG(other.user.id));
    if (other.user.username.n)
        other.user.username = other.user.id;
    other.invite.should_send_email = false;
    enum err_code rc = db_savepoint(s->conn, err);
    if (rc)
        return rc;
    rc = make(c, s, &other, err);
    db_undo(s->conn);
    up->user.id = other.user.id;
    up->tenant_id = other.tenant_id;
    return rc;
}

static enum err_code
create(struct call *c, const struct scope *s, struct sign_up *up, struct err *err)
{
    struct err own = {.code = ERR_OK};
    enum err_code rc = find_owner(s, up, err);
    if (rc)
        return rc;
    if (!up->taken) {
        rc = db_savepoint(s->conn, err);
        if (rc)
            return rc;
        rc = make(c, s, up, &own);
        if (!rc)
            return db_release(s->conn, err);
        db_undo(s->conn);
        if (rc != ERR_CONFLICT) {
            *err = own;
            return rc;
        }
        up->taken = true; /* somebody was faster */
        up->user.id = STR_ABSENT;
        rc = find_owner(s, up, err);
    }
    return rc ? rc : pretend(c, s, up, err);
}

/* ---- messages ---- */

/* To whoever reads the mail of an address that is taken; for one that is not, to nobody. */
static enum err_code
tell_owner(struct call *c, const struct scope *s, const struct sign_up *up, struct err *err)
{
    if (str_given(up->owner.id) && !up->owner.verified) {
        struct onboard_person owner = {.user = &up->owner,
                                       .has_password = up->owner.password_hash.n > 0};
        return onboard_activate(c, s, &owner, NULL, err);
    }
    /* An owner is written to at the address as they gave it: what was typed here may only look
     * like it. */
    bool owned = str_given(up->owner.id);
    struct notice n = {.type = "SignUpAttempt",
                       .user = owned ? &up->owner : NULL,
                       .to = owned ? STR_ABSENT : up->user.email,
                       .decoy = !up->taken};
    return notify_email(c, s, &n, err);
}

static enum err_code
send_activation(struct call *c, const struct scope *s, const struct sign_up *up, struct str *token,
                struct err *err)
{
    struct onboard_person who = {.user = up->taken ? NULL : &up->user,
                                 .as = up->user.id,
                                 .to = up->user.email,
                                 .tenant_id = str_given(up->invite.id) ? up->tenant_id : STR_ABSENT,
                                 .has_password = str_given(up->password.hash)};
    enum err_code rc = onboard_activate(c, s, &who, token, err);
    return rc ? rc : tell_owner(c, s, up, err);
}

/* ---- answering ---- */

/* Who needs no activation is signed in at once, if they have something to sign in with. */
static enum err_code
answer(struct call *c, const struct scope *s, const struct sign_up *up, struct str activation,
       bool should_activate, struct err *err)
{
    struct jw *w = &c->out;
    struct signin in = {.methods = SIGNIN_PASSWORD | SIGNIN_SIGN_UP, .tenant_id = up->tenant_id};
    enum err_code rc = ERR_OK;
    jw_open(w, '{');
    jw_kbool(w, "shouldActivate", should_activate);
    jw_kstr(w, "userId", up->user.id);
    jw_kstr(w, "tenantId", up->tenant_id);
    jw_kgiven(w, "activationToken", activation);
    if (!should_activate) {
        jw_key(w, "authResponse");
        rc = store_user_get(s, USER_BY_ID, up->user.id, &in.user, err);
        if (!rc)
            rc = signin_first_factor(c, &in, err);
    }
    jw_close(w, '}');
    return rc;
}

/* Makes the account, or pretends to, and tells whom it concerns. */
static enum err_code
begin(struct call *c, const struct scope *s, struct sign_up *up, struct str *activation,
      struct err *err)
{
    struct scope tenant;
    struct str email = up->user.email;
    enum err_code rc = scope_tenant(s, up->invite.tenant_id, &tenant, err);
    if (!rc && email.n)
        rc = send_limit(c, s, email, NULL, err);
    if (!rc)
        rc = restrict_email(c, &tenant, email, err);
    if (!rc)
        rc = create(c, s, up, err);
    if (rc)
        return rc;
    if (email.n)
        return send_activation(c, s, up, activation, err);
    /* There is no mailbox to tell, and a name that somebody chose is no secret. */
    return up->taken ? call_refuse(c, err, ERR_CONFLICT, NULL, "User already exists") : ERR_OK;
}

static void
audit(struct call *c, const struct sign_up *up)
{
    const struct user *u = up->taken ? &up->owner : &up->user;
    if (!up->taken) {
        c->who.user_id = u->id;
        c->tenant_id = up->tenant_id;
    }
    call_audit(c, "user", u->id, "Medium", "%s %.*s",
               up->taken ? "Tried to sign up as" : "Signed up",
               STR_ARG(up->user.email.n ? up->user.email : up->user.username));
}

static enum err_code
sign_up(struct call *c, struct err *err)
{
    struct sign_up up = {.allowed = false};
    struct str activation = STR_ABSENT;
    enum err_code rc = check_allowed(c, &up, err);
    if (!rc)
        rc = captcha_check(c, call_str(c, "email"), err);
    if (!rc)
        rc = read_person(c, &up, err);
    const struct scope *s = rc ? NULL : call_environment(c, err);
    if (!rc)
        rc = s ? begin(c, s, &up, &activation, err) : err_failed(err);
    if (rc)
        return rc;
    audit(c, &up);
    bool may_enter = !up.user.email.n || up.unverified_may_enter;
    return answer(c, s, &up, activation, up.taken || !may_enter || !str_given(up.password.hash),
                  err);
}

static enum err_code
op_auth_sign_up(struct call *c, struct err *err)
{
    return sign_up(c, err);
}

static enum err_code
op_auth_sign_up_username(struct call *c, struct err *err)
{
    return sign_up(c, err);
}

static enum err_code
op_auth_sign_up_strategies(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct json *core = NULL;
    bool allowed = false, unverified = false;
    enum err_code rc = s ? document_environment(s, &core_settings, &core, err) : err_failed(err);
    if (!rc) {
        (void)json_to_bool(json_get(core, "allowSignups"), &allowed);
        (void)json_to_bool(json_get(core, "allowNotVerifiedUsersLogin"), &unverified);
        jw_open(&c->out, '{');
        jw_kbool(&c->out, "allowSignUp", allowed);
        jw_kbool(&c->out, "emailVerificationRequired", !unverified);
        jw_close(&c->out, '}');
    }
    json_free(core);
    return rc;
}

const struct op_binding sign_up_ops[] = {
    BIND(auth_sign_up),
    BIND(auth_sign_up_username),
    BIND(auth_sign_up_strategies),
    BIND_END,
};
