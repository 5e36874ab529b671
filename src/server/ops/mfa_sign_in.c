/*
 * Second factor during sign-in. The mfaToken is the authority: it names the person and what the
 * first factor was. Security keys are in mfa_webauthn.c.
 */
#include "server/mfa_priv.h"
#include "server/ops/ops.h"
#include "server/refusals.h"
#include "server/state.h"

/* What every handler here starts with. */
struct turn {
    const struct scope *s;
    struct mfa_pending p;
};

static enum err_code
open_turn(struct call *c, struct turn *t, struct err *err)
{
    t->s = mfa_scope(c, err);
    return t->s ? mfa_token_open(c, t->s, call_str(c, "mfaToken"), &t->p, err) : err_failed(err);
}

/* As open_turn where the request holds something guessable. */
static enum err_code
open_guess(struct call *c, struct turn *t, struct err *err)
{
    bool allowed = false;
    enum err_code rc = mfa_token_guess(c, call_str(c, "mfaToken"), &t->s, &t->p, &allowed, err);
    return !rc && !allowed ? refuse_code(c, err) : rc;
}

/* ---- authenticator app ---- */

/* Makes the seed of this very challenge the person's app, and lets them in. */
static enum err_code
confirm_app(struct call *c, struct turn *t, struct str code, struct err *err)
{
    struct str recovery = STR_ABSENT;
    enum err_code rc = mfa_enrollable(c, t->s, &t->p, MFA_APP, err);
    if (!rc)
        rc = mfa_app_confirm(c, t->s, &t->p.in.user, t->p.seed, code, err);
    if (!rc)
        rc = mfa_recovery_new(c, t->s, &t->p.in.user, &recovery, err);
    return rc ? rc : mfa_token_finish(c, t->s, &t->p, SIGNIN_MFA_APP, recovery, err);
}

static enum err_code
verify_app(struct call *c, struct turn *t, struct str device_id, struct err *err)
{
    enum err_code rc = mfa_usable(c, t->s, &t->p, MFA_APP, err);
    if (!rc)
        rc = mfa_app_check(c, t->s, t->p.in.user.id, device_id, call_str(c, "value"), err);
    if (rc == ERR_NOT_FOUND)
        return refuse_code(c, err);
    return rc ? rc : mfa_token_finish(c, t->s, &t->p, SIGNIN_MFA_APP, STR_ABSENT, err);
}

/* The old route also ends an enrolment that the challenge's qrCode began. */
static enum err_code
op_mfa_login_verify(struct call *c, struct err *err)
{
    struct turn t;
    enum err_code rc = open_guess(c, &t, err);
    if (rc)
        return rc;
    return t.p.enroll ? confirm_app(c, &t, call_str(c, "value"), err)
                      : verify_app(c, &t, STR_ABSENT, err);
}

static enum err_code
op_mfa_login_authenticator_verify(struct call *c, struct err *err)
{
    struct turn t;
    struct factors there;
    enum err_code rc = open_guess(c, &t, err);
    if (!rc)
        rc = store_factors_list(t.s, t.p.in.user.id, &there, err);
    if (rc)
        return rc;
    struct str id = call_param(c, "deviceId");
    for (size_t i = 0; i < there.n_authenticators; i++)
        if (str_eq(there.authenticators[i].id, id))
            return verify_app(c, &t, id, err);
    return refuse_factor(c, err);
}

static enum err_code
op_mfa_login_authenticator_enroll(struct call *c, struct err *err)
{
    struct turn t;
    struct mfa_rules rules = {0};
    struct str picture;
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = mfa_enrollable(c, t.s, &t.p, MFA_APP, err);
    /* Switched on since: the next challenge will have a seed. */
    if (!rc && t.p.seed.n == 0)
        rc = refuse_factor(c, err);
    if (!rc)
        rc = mfa_rules_load(c, t.s, STR_ABSENT, &rules, err);
    if (!rc)
        rc = mfa_qr_code(c, &t.p.in.user, rules.issuer, t.p.seed, &picture, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "qrCode", picture);
    jw_close(&c->out, '}');
    call_audit(c, "user", t.p.in.user.id, "Info", "Began to enrol an authenticator app at sign-in");
    return ERR_OK;
}

static enum err_code
op_mfa_login_authenticator_confirm(struct call *c, struct err *err)
{
    struct turn t;
    enum err_code rc = open_guess(c, &t, err);
    return rc ? rc : confirm_app(c, &t, call_str(c, "token"), err);
}

/* ---- codes by SMS and e-mail ---- */

/* What both ways of sending a code answer; the number only where there is one. */
static enum err_code
send_code(struct call *c, struct turn *t, struct mfa_code *m, struct str shown, struct err *err)
{
    struct str token;
    m->user = &t->p.in.user;
    m->login = t->p.token_hash;
    enum err_code rc = mfa_code_send(c, t->s, m, &token, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "otcToken", token);
    jw_kgiven(&c->out, "phoneNumber", shown);
    jw_close(&c->out, '}');
    call_audit(c, "user", t->p.in.user.id, "Info", "Sent a code for MFA at sign-in");
    return ERR_OK;
}

static enum err_code
op_mfa_login_email_start(struct call *c, struct err *err)
{
    struct turn t;
    struct mfa_rules rules = {0};
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = mfa_usable(c, t.s, &t.p, MFA_EMAIL, err);
    if (!rc && !(t.p.in.user.verified && t.p.in.user.email.n))
        rc = refuse_factor(c, err);
    if (!rc)
        rc = mfa_rules_load(c, t.s, STR_ABSENT, &rules, err);
    if (rc)
        return rc;
    struct mfa_code m = {.kind = FLOW_MFA_EMAIL, .lifetime_s = rules.email_s};
    return send_code(c, &t, &m, STR_ABSENT, err);
}

/* Code and mfaToken belong together; then the person is in. */
static enum err_code
redeem(struct call *c, struct turn *t, struct mfa_code *m, unsigned method, struct err *err)
{
    m->user = &t->p.in.user;
    m->login = t->p.token_hash;
    enum err_code rc =
        mfa_code_redeem(c, t->s, m, call_str(c, "otcToken"), call_str(c, "code"), err);
    return rc ? rc : mfa_token_finish(c, t->s, &t->p, method, STR_ABSENT, err);
}

static enum err_code
op_mfa_login_email_verify(struct call *c, struct err *err)
{
    struct turn t;
    struct mfa_code m = {.kind = FLOW_MFA_EMAIL};
    enum err_code rc = open_guess(c, &t, err);
    if (!rc)
        rc = mfa_usable(c, t.s, &t.p, MFA_EMAIL, err);
    return rc ? rc : redeem(c, &t, &m, SIGNIN_MFA_EMAIL, err);
}

/* The phone of the path, one of the person's. */
static enum err_code
find_phone(struct call *c, struct turn *t, struct factor_phone *out, struct err *err)
{
    struct factors there;
    struct str id = call_param(c, "deviceId");
    enum err_code rc = store_factors_list(t->s, t->p.in.user.id, &there, err);
    for (size_t i = 0; !rc && i < there.n_phones; i++)
        if (str_eq(there.phones[i].id, id)) {
            *out = there.phones[i];
            return ERR_OK;
        }
    return rc ? rc : refuse_factor(c, err);
}

static enum err_code
op_mfa_login_sms_start(struct call *c, struct err *err)
{
    struct turn t;
    struct mfa_rules rules = {0};
    struct factor_phone phone = {.id = STR_ABSENT};
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = mfa_usable(c, t.s, &t.p, MFA_SMS, err);
    if (!rc)
        rc = find_phone(c, &t, &phone, err);
    if (!rc)
        rc = mfa_rules_load(c, t.s, STR_ABSENT, &rules, err);
    if (rc)
        return rc;
    struct mfa_code m = {.kind = FLOW_MFA_SMS,
                         .phone = phone.phone_number,
                         .device_id = phone.id,
                         .lifetime_s = rules.sms_s};
    return send_code(c, &t, &m, mfa_mask_phone(c->arena, phone.phone_number), err);
}

static enum err_code
op_mfa_login_sms_verify(struct call *c, struct err *err)
{
    struct turn t;
    struct factor_phone phone = {.id = STR_ABSENT};
    enum err_code rc = open_guess(c, &t, err);
    if (!rc)
        rc = mfa_usable(c, t.s, &t.p, MFA_SMS, err);
    if (!rc)
        rc = find_phone(c, &t, &phone, err);
    struct mfa_code m = {.kind = FLOW_MFA_SMS, .device_id = phone.id};
    return rc ? rc : redeem(c, &t, &m, SIGNIN_MFA_SMS, err);
}

static enum err_code
op_mfa_login_sms_enroll(struct call *c, struct err *err)
{
    struct turn t;
    struct mfa_rules rules = {0};
    struct str number = call_str(c, "phoneNumber");
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = mfa_enrollable(c, t.s, &t.p, MFA_SMS, err);
    if (!rc)
        rc = mfa_rules_load(c, t.s, STR_ABSENT, &rules, err);
    if (rc)
        return rc;
    struct mfa_code m = {.kind = FLOW_MFA_SMS_ENROLL, .phone = number, .lifetime_s = rules.sms_s};
    return send_code(c, &t, &m, number, err);
}

static enum err_code
op_mfa_login_sms_confirm(struct call *c, struct err *err)
{
    struct turn t;
    struct str recovery = STR_ABSENT;
    enum err_code rc = open_guess(c, &t, err);
    if (!rc)
        rc = mfa_enrollable(c, t.s, &t.p, MFA_SMS, err);
    struct mfa_code m = {
        .kind = FLOW_MFA_SMS_ENROLL, .user = &t.p.in.user, .login = t.p.token_hash};
    if (!rc)
        rc = mfa_code_redeem(c, t.s, &m, call_str(c, "otcToken"), call_str(c, "code"), err);
    if (!rc)
        rc = mfa_phone_add(c, t.s, &t.p.in.user, m.phone, err);
    if (!rc)
        rc = mfa_recovery_new(c, t.s, &t.p.in.user, &recovery, err);
    return rc ? rc : mfa_token_finish(c, t.s, &t.p, SIGNIN_MFA_SMS, recovery, err);
}

/* ---- recovery ---- */

struct person {
    struct call *c;
    struct str email, id;
};

static enum err_code
find_person(struct db_conn *conn, void *arg, struct err *err)
{
    struct person *p = arg;
    struct scope s;
    struct user u;
    enum err_code rc = scope_open(&s, conn, p->c->arena, p->c->vendor_id, STR_ABSENT, err);
    if (!rc)
        rc = store_user_get(&s, USER_BY_EMAIL, p->email, &u, err);
    p->id = rc ? STR_ABSENT : u.id;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err_code
refuse_recovery(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_INVALID, NULL, "Invalid recovery code");
}

/*
 * Unknown people, wrong codes and too many of them are one answer. Whether the person may come in at
 * all is asked after the code, so that only its owner learns it.
 */
static enum err_code
recover(struct call *c, struct str user_id, struct err *err)
{
    const struct scope *s = mfa_scope(c, err);
    struct user u;
    struct str code = call_str(c, "recoveryCode");
    if (!s)
        return err_failed(err);
    enum err_code rc = store_recovery_take(s, str_given(user_id) ? user_id : STR("-"),
                                           mfa_recovery_hash(c, code), err);
    if (rc == ERR_NOT_FOUND)
        return refuse_recovery(c, err);
    if (!rc)
        rc = store_user_get(s, USER_BY_ID, user_id, &u, err);
    if (!rc)
        rc = signin_gate(c, s, &u, err);
    if (!rc)
        rc = mfa_clear(c, s, &u, "MFARecoveryCode", err);
    if (!rc)
        rc = signin_end_sessions(c, s, u.id, STR_ABSENT, err);
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_CODE, u.id, err);
    if (!rc)
        call_audit(c, "user", u.id, "High", "Removed MFA of user %.*s with the recovery code",
                   STR_ARG(u.email));
    return rc;
}

static enum err_code
op_mfa_login_recover(struct call *c, struct err *err)
{
    struct person p = {.c = c, .email = call_str(c, "email")};
    bool allowed = false;
    enum err_code rc = store_tx(c->server->store, DB_READ, find_person, &p, err);
    if (!rc)
        rc = lockout_attempt(c, LOCKOUT_CODE, p.id, &allowed, err);
    if (!rc && !allowed)
        return refuse_recovery(c, err);
    return rc ? rc : recover(c, p.id, err);
}

/* ---- remembering the device ---- */

static enum err_code
op_mfa_login_remember_check(struct call *c, struct err *err)
{
    struct mfa_pending p;
    struct mfa_rules rules = {0};
    const struct scope *s = mfa_scope(c, err);
    enum err_code rc =
        s ? mfa_token_open(c, s, call_query(c, "mfaToken"), &p, err) : err_failed(err);
    if (!rc)
        rc = mfa_rules_load(c, s, p.in.user.id, &rules, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "isAllowedToRemember", rules.may_remember);
    jw_ki64(&c->out, "mfaDeviceExpiration", rules.remember_s);
    jw_close(&c->out, '}');
    return ERR_OK;
}

const struct op_binding mfa_sign_in_ops[] = {
    BIND(mfa_login_authenticator_confirm),
    BIND(mfa_login_authenticator_enroll),
    BIND(mfa_login_authenticator_verify),
    BIND(mfa_login_email_start),
    BIND(mfa_login_email_verify),
    BIND(mfa_login_recover),
    BIND(mfa_login_remember_check),
    BIND(mfa_login_sms_confirm),
    BIND(mfa_login_sms_enroll),
    BIND(mfa_login_sms_start),
    BIND(mfa_login_sms_verify),
    BIND(mfa_login_verify),
    BIND_END,
};
