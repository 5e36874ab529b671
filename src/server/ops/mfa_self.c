/*
 * A person's own factors: by their token, or by the environment's with the user header. Whoever acts
 * for themselves shows a code to remove what is enrolled; the environment need not.
 */
#include "server/flow.h"
#include "server/mfa_priv.h"
#include "server/ops/ops.h"
#include "server/refusals.h"
#include "store/sessions.h"

enum { ENROLL_MS = 10 * 60 * 1000, RECENT_MS = 15 * 60 * 1000 };

struct own {
    const struct scope *s;
    struct user u;
};

static enum err_code
open_own(struct call *c, struct own *o, struct err *err)
{
    *o = (struct own){.s = call_scope(c, err)};
    enum err_code rc =
        o->s ? store_user_get(o->s, USER_BY_ID, c->user_id, &o->u, err) : err_failed(err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "User not found") : rc;
}

static bool
is_vendor(const struct call *c)
{
    return c->who.kind == PRINCIPAL_VENDOR;
}

/* Counts one guess at a code of the person, if one is given; before open_own. */
static enum err_code
count_guess(struct call *c, struct str code, struct err *err)
{
    bool allowed = true;
    enum err_code rc =
        code.n ? lockout_attempt(c, LOCKOUT_CODE, c->user_id, &allowed, err) : ERR_OK;
    return !rc && !allowed ? refuse_code(c, err) : rc;
}

static enum err_code
refuse_device(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_NOT_FOUND, NULL, "MFA device not found");
}

/* ---- may another one be enrolled ---- */

/* The session stands on the person, not on a device that was remembered, and they were there lately. */
static enum err_code
is_recent(const struct call *c, const struct own *o, bool *out, struct err *err)
{
    struct session session;
    *out = false;
    if (!str_given(c->who.session_id))
        return ERR_OK;
    enum err_code rc = store_session_get(o->s, c->who.session_id, &session, err);
    if (rc == ERR_NOT_FOUND || rc == ERR_GONE)
        return ERR_OK;
    *out = !rc && !(session.methods & SIGNIN_MFA_REMEMBERED) &&
           session.auth_at + RECENT_MS >= o->s->now;
    return rc;
}

/*
 * A further factor opens what the first one guards: who only has somebody's session must not bring
 * theirs. Signing in anew is the step up.
 */
static enum err_code
open_enrolment(struct call *c, struct own *o, enum mfa_kind kind, struct err *err)
{
    bool recent = true;
    enum err_code rc = open_own(c, o, err);
    if (!rc && o->u.mfa_enrolled && !is_vendor(c))
        rc = is_recent(c, o, &recent, err);
    if (!rc && !recent)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL,
                           "Sign in again with your second factor to add another one");
    return rc ? rc : mfa_enrollable(c, o->s, NULL, kind, err);
}

/* ---- authenticator app: enrolling ---- */

static enum err_code
start_enrolment(struct call *c, const struct own *o, struct str *seed, struct err *err)
{
    struct str token;
    struct flow f = {
        .kind = FLOW_MFA_APP_ENROLL, .user_id = o->u.id, .expires_at = o->s->now + ENROLL_MS};
    *seed = f.data = mfa_seed_new(c->arena);
    return flow_start(c, o->s, &f, FLOW_ALONE, &token, err);
}

static enum err_code
refuse_enrolled(struct call *c, const struct own *o, struct err *err)
{
    struct factors there;
    enum err_code rc = store_factors_list(o->s, o->u.id, &there, err);
    return rc || there.n_authenticators == 0
               ? rc
               : call_refuse(c, err, ERR_INVALID, NULL, "Authenticator app is already enrolled");
}

static enum err_code
op_mfa_authenticator_enroll(struct call *c, struct err *err)
{
    struct own o = {0};
    struct mfa_rules rules = {0};
    struct str seed = {NULL, 0}, picture;
    enum err_code rc = open_enrolment(c, &o, MFA_APP, err);
    if (!rc)
        rc = refuse_enrolled(c, &o, err);
    if (!rc)
        rc = mfa_rules_load(c, o.s, STR_ABSENT, &rules, err);
    if (!rc)
        rc = start_enrolment(c, &o, &seed, err);
    if (!rc)
        rc = mfa_qr_code(c, &o.u, rules.issuer, seed, &picture, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "qrCode", picture);
    jw_close(&c->out, '}');
    call_audit(c, "user", o.u.id, "Info", "Began to enrol an authenticator app");
    return ERR_OK;
}

static enum err_code
op_mfa_enroll(struct call *c, struct err *err)
{
    return op_mfa_authenticator_enroll(c, err);
}

/* The enrolment that is under way; each try at its code counts. */
static enum err_code
find_enrolment(struct call *c, const struct own *o, struct flow *out, struct err *err)
{
    enum err_code rc = store_flow_of_user(o->s, FLOW_MFA_APP_ENROLL, o->u.id, out, err);
    if (!rc) {
        call_keep(c);
        rc = store_flow_try(o->s, FLOW_MFA_APP_ENROLL, out->token_hash, FLOW_TRIES, out, err);
    }
    if (rc == ERR_NOT_FOUND || rc == ERR_GONE || rc == ERR_LIMIT)
        return call_refuse(c, err, ERR_INVALID, "ER-01017", "Code has expired");
    return rc;
}

static enum err_code
op_mfa_authenticator_confirm(struct call *c, struct err *err)
{
    struct own o = {0};
    struct flow f = {.data = STR_ABSENT};
    struct str recovery = STR_ABSENT;
    enum err_code rc = open_enrolment(c, &o, MFA_APP, err);
    if (!rc)
        rc = refuse_enrolled(c, &o, err);
    if (!rc)
        rc = find_enrolment(c, &o, &f, err);
    if (!rc)
        rc = mfa_app_confirm(c, o.s, &o.u, f.data, call_str(c, "token"), err);
    if (!rc)
        rc = mfa_recovery_new(c, o.s, &o.u, &recovery, err);
    if (!rc)
        rc = store_flow_void(o.s, FLOW_MFA_APP_ENROLL, o.u.id, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "recoveryCode", recovery);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_mfa_confirm(struct call *c, struct err *err)
{
    return op_mfa_authenticator_confirm(c, err);
}

/* ---- authenticator app: removing ---- */

/* A code of the app, or the recovery code, which is used up by it. */
static enum err_code
check_code(struct call *c, const struct own *o, struct str device_id, struct str code,
           struct err *err)
{
    enum err_code rc = mfa_app_check(c, o->s, o->u.id, device_id, code, err);
    if (rc == ERR_NOT_FOUND)
        rc = store_recovery_take(o->s, o->u.id, mfa_recovery_hash(c, code), err);
    if (rc == ERR_NOT_FOUND)
        return refuse_code(c, err);
    return rc ? rc : lockout_clear(c, o->s, LOCKOUT_CODE, o->u.id, err);
}

/* May what is enrolled be removed with the body's token? */
static enum err_code
check_removal(struct call *c, const struct own *o, struct str device_id, struct err *err)
{
    struct str code = call_str(c, "token");
    if (code.n)
        return check_code(c, o, device_id, code, err);
    return is_vendor(c) ? ERR_OK : refuse_code(c, err);
}

static enum err_code
op_mfa_authenticator_disable(struct call *c, struct err *err)
{
    struct own o = {0};
    struct factors there;
    struct str id = call_param(c, "deviceId");
    enum err_code rc = count_guess(c, call_str(c, "token"), err);
    if (!rc)
        rc = open_own(c, &o, err);
    if (!rc)
        rc = store_factors_list(o.s, o.u.id, &there, err);
    if (!rc && !(there.n_authenticators && str_eq(there.authenticators[0].id, id)))
        return refuse_device(c, err);
    if (!rc)
        rc = check_removal(c, &o, id, err);
    if (!rc)
        rc = store_authenticator_remove(o.s, o.u.id, id, err);
    return rc ? rc : mfa_device_removed(c, o.s, &o.u, MFA_APP, id, err);
}

/* The old way turns off all there is. */
static enum err_code
op_mfa_disable(struct call *c, struct err *err)
{
    struct own o = {0};
    struct mfa_devices d;
    enum err_code rc = count_guess(c, call_str(c, "token"), err);
    if (!rc)
        rc = open_own(c, &o, err);
    if (!rc)
        rc = mfa_devices_load(c, o.s, &o.u, &d, err);
    if (!rc && mfa_devices_count(&d) == 0)
        return call_refuse(c, err, ERR_INVALID, "ER-01097", "MFA is not enrolled");
    if (!rc)
        rc = check_removal(c, &o, STR_ABSENT, err);
    if (!rc)
        rc = mfa_clear(c, o.s, &o.u, "MFAUnenroll", err);
    if (!rc)
        call_audit(c, "user", o.u.id, "High", "Turned MFA off for user %.*s",
                   STR_ARG(o.u.email.n ? o.u.email : o.u.id));
    return rc;
}

/* ---- phones ---- */

static enum err_code
send_code(struct call *c, struct own *o, struct mfa_code *m, struct str shown, struct err *err)
{
    struct str token;
    struct mfa_rules rules = {0};
    enum err_code rc = mfa_rules_load(c, o->s, STR_ABSENT, &rules, err);
    m->user = &o->u;
    m->lifetime_s = rules.sms_s;
    if (!rc)
        rc = mfa_code_send(c, o->s, m, &token, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "otcToken", token);
    jw_kstr(&c->out, "phoneNumber", shown);
    jw_close(&c->out, '}');
    call_audit(c, "user", o->u.id, "Info", "Sent a code by SMS");
    return ERR_OK;
}

static enum err_code
op_mfa_sms_enroll(struct call *c, struct err *err)
{
    struct own o = {0};
    enum err_code rc = open_enrolment(c, &o, MFA_SMS, err);
    struct mfa_code m = {.kind = FLOW_MFA_SMS_ENROLL, .phone = call_str(c, "phoneNumber")};
    return rc ? rc : send_code(c, &o, &m, m.phone, err);
}

static enum err_code
op_mfa_sms_confirm(struct call *c, struct err *err)
{
    struct own o = {0};
    enum err_code rc = count_guess(c, call_str(c, "code"), err);
    if (!rc)
        rc = open_enrolment(c, &o, MFA_SMS, err);
    struct mfa_code m = {.kind = FLOW_MFA_SMS_ENROLL, .user = &o.u};
    if (!rc)
        rc = mfa_code_redeem(c, o.s, &m, call_str(c, "otcToken"), call_str(c, "code"), err);
    if (!rc)
        rc = lockout_clear(c, o.s, LOCKOUT_CODE, o.u.id, err);
    return rc ? rc : mfa_phone_add(c, o.s, &o.u, m.phone, err);
}

/* The phone of the path, and whether it is all that is enrolled. */
static enum err_code
find_phone(struct call *c, const struct own *o, struct factor_phone *out, bool *last,
           struct err *err)
{
    struct mfa_devices d;
    struct str id = call_param(c, "deviceId");
    enum err_code rc = mfa_devices_load(c, o->s, &o->u, &d, err);
    *last = !rc && mfa_devices_count(&d) == 1;
    for (size_t i = 0; !rc && i < d.own.n_phones; i++)
        if (str_eq(d.own.phones[i].id, id)) {
            *out = d.own.phones[i];
            return ERR_OK;
        }
    return rc ? rc : refuse_device(c, err);
}

static enum err_code
op_mfa_sms_disable_start(struct call *c, struct err *err)
{
    struct own o = {0};
    struct factor_phone phone = {.id = STR_ABSENT};
    bool last;
    enum err_code rc = open_own(c, &o, err);
    if (!rc)
        rc = find_phone(c, &o, &phone, &last, err);
    if (rc)
        return rc;
    if (!last)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "A code is needed only to remove the last MFA device");
    struct mfa_code m = {
        .kind = FLOW_MFA_SMS_DISABLE, .phone = phone.phone_number, .device_id = phone.id};
    return send_code(c, &o, &m, mfa_mask_phone(c->arena, phone.phone_number), err);
}

/* Only the last device takes a code; one that is sent along must be right. */
static enum err_code
check_phone_removal(struct call *c, const struct own *o, const struct factor_phone *phone,
                    bool last, struct err *err)
{
    struct str token = call_str(c, "otcToken"), code = call_str(c, "code");
    if (token.n == 0 && code.n == 0)
        return last && !is_vendor(c) ? refuse_code(c, err) : ERR_OK;
    struct mfa_code m = {.kind = FLOW_MFA_SMS_DISABLE, .user = &o->u, .device_id = phone->id};
    enum err_code rc = mfa_code_redeem(c, o->s, &m, token, code, err);
    return rc ? rc : lockout_clear(c, o->s, LOCKOUT_CODE, o->u.id, err);
}

static enum err_code
op_mfa_sms_disable(struct call *c, struct err *err)
{
    struct own o = {0};
    struct factor_phone phone = {.id = STR_ABSENT};
    bool last;
    enum err_code rc = count_guess(c, call_str(c, "code"), err);
    if (!rc)
        rc = open_own(c, &o, err);
    if (!rc)
        rc = find_phone(c, &o, &phone, &last, err);
    if (!rc)
        rc = check_phone_removal(c, &o, &phone, last, err);
    if (!rc)
        rc = store_factor_phone_remove(o.s, o.u.id, phone.id, err);
    return rc ? rc : mfa_device_removed(c, o.s, &o.u, MFA_SMS, phone.id, err);
}

/* ---- all of them ---- */

static enum err_code
op_mfa_devices_list(struct call *c, struct err *err)
{
    struct own o = {0};
    enum err_code rc = open_own(c, &o, err);
    return rc ? rc : mfa_write_devices(c, o.s, &o.u, err);
}

/* An administrator takes everything away, for somebody who lost it. */
static enum err_code
op_users_mfa_unenroll(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct user u;
    enum err_code rc =
        s ? store_user_get(s, USER_BY_ID, call_param(c, "userId"), &u, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User not found");
    if (!rc)
        rc = mfa_clear(c, s, &u, "MFAUnenroll", err);
    if (!rc)
        rc = signin_end_sessions(c, s, u.id, STR_ABSENT, err);
    if (!rc)
        call_audit(c, "user", u.id, "High", "Removed all MFA of user %.*s",
                   STR_ARG(u.email.n ? u.email : u.id));
    return rc;
}

const struct op_binding mfa_self_ops[] = {
    BIND(mfa_authenticator_confirm),
    BIND(mfa_authenticator_disable),
    BIND(mfa_authenticator_enroll),
    BIND(mfa_confirm),
    BIND(mfa_devices_list),
    BIND(mfa_disable),
    BIND(mfa_enroll),
    BIND(mfa_sms_confirm),
    BIND(mfa_sms_disable),
    BIND(mfa_sms_disable_start),
    BIND(mfa_sms_enroll),
    BIND(users_mfa_unenroll),
    BIND_END,
};
