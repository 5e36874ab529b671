/* Codes by SMS and e-mail as second factors: bound to person, purpose, device and sign-in. */
#include "server/flow.h"
#include "server/mfa_priv.h"
#include "server/notify.h"
#include "server/send_limit.h"

enum { DATA_MAX = 2048 };

static struct str
pack(struct call *c, const struct mfa_code *m)
{
    struct buf text;
    struct jw w;
    buf_init(&text, DATA_MAX);
    jw_init(&w, &text);
    jw_open(&w, '{');
    jw_kstr(&w, "phone", m->phone);
    jw_kstr(&w, "device", m->device_id);
    jw_kstr(&w, "login", m->login);
    jw_close(&w, '}');
    struct str out = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return out;
}

enum err_code
mfa_code_send(struct call *c, const struct scope *s, const struct mfa_code *m,
              struct str *otc_token, struct err *err)
{
    bool by_sms = str_given(m->phone);
    struct flow f = {.kind = m->kind,
                     .user_id = m->user->id,
                     .data = pack(c, m),
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
same(struct str a, const struct json *b)
{
    return str_given(a) ? str_eq(a, json_str(b)) : json_is_null(b);
}

enum err_code
mfa_code_redeem(struct call *c, const struct scope *s, struct mfa_code *m, struct str otc_token,
                struct str code, struct err *err)
{
    struct flow f;
    enum err_code rc = flow_redeem_code(c, s, m->kind, otc_token, str_trim(code), &f, err);
    if (rc)
        return rc;
    struct json *data = json_parse(f.data, DATA_MAX, err);
    bool ours = str_eq(f.user_id, m->user->id) && same(m->device_id, json_get(data, "device")) &&
                same(m->login, json_get(data, "login"));
    m->phone = arena_str(c->arena, json_str(json_get(data, "phone")));
    json_free(data);
    return ours ? ERR_OK : mfa_refuse_code(c, err);
}
