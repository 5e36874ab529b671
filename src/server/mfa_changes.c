/* Factors come and go: what else changes with them, and who is told. */
#include "server/mfa_priv.h"
#include "server/notify.h"
#include "server/refusals.h"

/* ---- may it be enrolled, may it be used ---- */

/* What is on in the environment, and proves something new after the first factor. */
static enum err_code
check_kind(struct call *c, const struct scope *s, const struct mfa_pending *p, enum mfa_kind kind,
           struct err *err)
{
    struct mfa_rules rules;
    enum err_code rc = mfa_rules_load(c, s, STR_ABSENT, &rules, err);
    if (rc)
        return rc;
    unsigned on = p ? mfa_kinds_after(p->in.methods, rules.kinds) : rules.kinds;
    return on & kind ? ERR_OK : refuse_method(c, err);
}

enum err_code
mfa_enrollable(struct call *c, const struct scope *s, const struct mfa_pending *p,
               enum mfa_kind kind, struct err *err)
{
    if (p && !p->enroll)
        return call_refuse(c, err, ERR_INVALID, NULL, "User is already enrolled in MFA");
    return check_kind(c, s, p, kind, err);
}

enum err_code
mfa_usable(struct call *c, const struct scope *s, const struct mfa_pending *p, enum mfa_kind kind,
           struct err *err)
{
    return p->enroll ? refuse_method(c, err) : check_kind(c, s, p, kind, err);
}

/* ---- notices ---- */

static const char *
words_of(enum mfa_kind kind)
{
    switch (kind) {
    case MFA_APP:
        return "Authenticator app";
    case MFA_PLATFORM:
        return "Built-in authenticator";
    case MFA_CROSS_PLATFORM:
        return "Security key";
    case MFA_SMS:
        return "Code by SMS";
    case MFA_EMAIL:
        return "Code by e-mail";
    case MFA_KINDS:
        break;
    }
    return "Second factor";
}

static enum err_code
tell(struct call *c, const struct scope *s, const struct user *u, const char *type,
     const char *method, struct err *err)
{
    struct notice n = {.type = type, .user = u, .tenant_id = u->active_tenant_id};
    if (method)
        n.vars[n.n_vars++] = (struct notice_var){"method", str_of(method)};
    return notify_email(c, s, &n, err);
}

static struct str
name_of(const struct user *u)
{
    return u->email.n ? u->email : u->username.n ? u->username : u->id;
}

/* ---- one device ---- */

static enum err_code
count_devices(struct call *c, const struct scope *s, const struct user *u, size_t *n,
              struct err *err)
{
    struct mfa_devices d;
    enum err_code rc = mfa_devices_load(c, s, u, &d, err);
    *n = rc ? 0 : mfa_devices_count(&d);
    return rc ? rc : mfa_update_enrolled(c, s, u->id, err);
}

enum err_code
mfa_device_added(struct call *c, const struct scope *s, const struct user *u, enum mfa_kind kind,
                 struct str device_id, struct err *err)
{
    size_t n;
    enum err_code rc = count_devices(c, s, u, &n, err);
    if (!rc)
        rc = tell(c, s, u, n > 1 ? "NewMFAMethod" : "MFAEnroll", words_of(kind), err);
    if (!rc)
        call_audit(c, "user", u->id, "High", "Enrolled MFA device %.*s (%s) of user %.*s",
                   STR_ARG(device_id), mfa_kind_name(kind), STR_ARG(name_of(u)));
    return rc;
}

enum err_code
mfa_phone_add(struct call *c, const struct scope *s, const struct user *u, struct str number,
              struct err *err)
{
    struct factors there;
    struct factor_phone phone = {.phone_number = number};
    enum err_code rc = store_factors_list(s, u->id, &there, err);
    for (size_t i = 0; !rc && i < there.n_phones; i++)
        if (str_eq(there.phones[i].phone_number, number))
            rc = ERR_CONFLICT;
    if (!rc)
        rc = store_factor_phone_add(s, u->id, &phone, err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, ERR_INVALID, NULL, "Phone number is already enrolled");
    if (rc == ERR_LIMIT)
        return call_refuse(c, err, ERR_INVALID, NULL, "At most %d phones can be enrolled",
                           FACTOR_PHONES_MAX);
    return rc ? rc : mfa_device_added(c, s, u, MFA_SMS, phone.id, err);
}

enum err_code
mfa_device_removed(struct call *c, const struct scope *s, const struct user *u, enum mfa_kind kind,
                   struct str device_id, struct err *err)
{
    size_t n;
    enum err_code rc = count_devices(c, s, u, &n, err);
    if (!rc && n == 0)
        rc = store_factors_clear(s, u->id, err);
    if (!rc)
        rc = tell(c, s, u, n ? "RemoveMFAMethod" : "MFAUnenroll", words_of(kind), err);
    if (!rc)
        call_audit(c, "user", u->id, "High", "Removed MFA device %.*s (%s) of user %.*s",
                   STR_ARG(device_id), mfa_kind_name(kind), STR_ARG(name_of(u)));
    return rc;
}

/* ---- all of them ---- */

enum err_code
mfa_clear(struct call *c, const struct scope *s, const struct user *u, const char *notice_type,
          struct err *err)
{
    static const enum flow_kind kinds[] = {FLOW_MFA,
                                           FLOW_MFA_APP_ENROLL,
                                           FLOW_MFA_SMS,
                                           FLOW_MFA_EMAIL,
                                           FLOW_MFA_SMS_ENROLL,
                                           FLOW_MFA_SMS_DISABLE,
                                           FLOW_WEBAUTHN_CREATE,
                                           FLOW_WEBAUTHN_GET};
    struct mfa_devices d;
    enum err_code rc = mfa_devices_load(c, s, u, &d, err);
    if (!rc)
        rc = store_factors_clear(s, u->id, err);
    for (size_t i = 0; !rc && i < sizeof kinds / sizeof *kinds; i++)
        rc = store_flow_void(s, kinds[i], u->id, err);
    if (!rc)
        rc = mfa_update_enrolled(c, s, u->id, err);
    return rc || mfa_devices_count(&d) == 0 ? rc : tell(c, s, u, notice_type, NULL, err);
}
