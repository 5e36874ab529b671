/* Codes by SMS and e-mail as second factors: bound to person, purpose, device and sign-in. */
#include "server/flow.h"
#include "server/flow_memory.h"
#include "server/mfa_priv.h"
#include "server/notify.h"
#include "server/refusals.h"
#include "server/send_limit.h"

static const struct flow_member MEMORY[] = {
    {"phone", FLOW_TEXT, offsetof(struct mfa_code, phone)},
    {"device", FLOW_TEXT, offsetof(struct mfa_code, device_id)},
    {"login", FLOW_TEXT, offsetof(struct mfa_code, login)},
    {NULL, FLOW_TEXT, 0},
};

enum err_code
mfa_code_send(struct call *c, const struct scope *s, const struct mfa_code *m,
              struct str *otc_token, struct err *err)
{
    bool by_sms = str_given(m->phone);
    struct flow f = {.kind = m->kind,
                     .user_id = m->user->id,
                     .data = flow_remember(c, MEMORY, m),
                     .expires_at = s->now + m->lifetime_s * 1000};
    enum err_code rc = send_limit(c, s, by_sms ? m->phone : m->user->email, m->user, err);
    if (!rc)
        rc = flow_start(c, s, &f, FLOW_WITH_CODE | FLOW_ALONE, otc_token, err);
    if (rc)
        return rc;
    struct notice n = {.type = "MFAOTC",
                       .user = m->user,
                       .to = m->phone,
                       .tenant_id = m->user->active_tenant_id,
                       .code = f.code,
                       .expires_at = f.expires_at};
    return by_sms ? notify_sms(c, s, &n, err) : notify_email(c, s, &n, err);
}

static bool
same(struct str a, struct str b)
{
    return str_given(a) == str_given(b) && str_eq(a, b);
}

enum err_code
mfa_code_redeem(struct call *c, const struct scope *s, struct mfa_code *m, struct str otc_token,
                struct str code, struct err *err)
{
    struct flow f;
    enum err_code rc = flow_redeem_code(c, s, m->kind, otc_token, str_trim(code), &f, err);
    if (rc)
        return rc;
    struct mfa_code sent = {.kind = m->kind};
    rc = flow_recall(c, MEMORY, f.data, &sent, err);
    if (rc)
        return rc;
    m->phone = sent.phone;
    bool ours = str_eq(f.user_id, m->user->id) && same(m->device_id, sent.device_id) &&
                same(m->login, sent.login);
    return ours ? ERR_OK : refuse_code(c, err);
}
