/* Who needs a second factor, and which ones there are. */
#include "base/mem.h"
#include "server/mfa_priv.h"

enum { REMEMBER_S = 1209600 }; /* as in the presets */

/* A policy that is there asks for a second factor unless it says otherwise; without any policy
 * nobody has to have one. */
const struct document mfa_policy_document = {
    .name = "mfa-policy",
    .presets = "{\"enforceMFAType\":\"Force\",\"allowRememberMyDevice\":false,"
               "\"mfaDeviceExpiration\":1209600}",
    .what = "MFA policy"};

const struct document mfa_settings = {
    .name = "mfa-config",
    .presets = "{\"authenticationApp\":{\"active\":true,\"serviceName\":\"gatehouse\"},"
               "\"sms\":{\"active\":true,\"tokenLifetimeSeconds\":300},"
               "\"email\":{\"active\":true,\"tokenLifetimeSeconds\":300,\"sender\":\"\"}}",
    .what = "MFA configuration"};

/* Member by name of the strategy: false where it is off. */
static const struct document strategies_document = {
    .name = "mfa-strategies", .presets = "{}", .what = "MFA strategies"};

static const char *const NAMES[MFA_KINDS] = {"AuthenticatorApp", "WebAuthnPlatform",
                                             "WebAuthnCrossPlatform", "SMS", "EmailCode"};

const char *
mfa_kind_name(enum mfa_kind kind)
{
    for (int i = 0; i < MFA_KINDS; i++)
        if ((unsigned)kind == 1u << i)
            return NAMES[i];
    return "";
}

/* ---- strategies ---- */

enum err_code
mfa_strategies_load(const struct scope *s, unsigned *out, struct err *err)
{
    struct json *all;
    enum err_code rc = document_environment(s, &strategies_document, &all, err);
    *out = 0;
    for (int i = 0; !rc && i < MFA_KINDS; i++) {
        bool on = true;
        (void)json_to_bool(json_get(all, NAMES[i]), &on);
        *out |= on ? 1u << i : 0;
    }
    json_free(all);
    return rc;
}

enum err_code
mfa_strategies_put(const struct scope *s, unsigned kinds, struct err *err)
{
    struct scope environment;
    struct buf text;
    struct jw w;
    enum err_code rc = scope_tenant(s, STR_ABSENT, &environment, err);
    if (rc)
        return rc;
    buf_init(&text, 1024);
    jw_init(&w, &text);
    jw_open(&w, '{');
    for (int i = 0; i < MFA_KINDS; i++)
        jw_kbool(&w, NAMES[i], (kinds & 1u << i) != 0);
    jw_close(&w, '}');
    rc = store_config_put(&environment, str_of(strategies_document.name), buf_str(&text), err);
    buf_fini(&text);
    return rc;
}

/* ---- configuration ---- */

static int64_t
lifetime_of(const struct json *factor)
{
    int64_t s = 300;
    (void)json_to_i64(json_get(factor, "tokenLifetimeSeconds"), &s);
    return s < 1 ? 1 : s > MFA_CODE_LIFETIME_MAX ? MFA_CODE_LIFETIME_MAX : s;
}

static void
take_factor(struct mfa_rules *r, const struct json *factor, unsigned kind)
{
    bool active = true;
    if (json_to_bool(json_get(factor, "active"), &active) && !active)
        r->kinds &= ~kind;
}

static enum err_code
take_config(struct call *c, const struct scope *s, struct mfa_rules *r, struct err *err)
{
    struct json *all;
    enum err_code rc = document_environment(s, &mfa_settings, &all, err);
    if (!rc) {
        const struct json *app = json_get(all, "authenticationApp");
        const struct json *sms = json_get(all, "sms"), *email = json_get(all, "email");
        take_factor(r, app, MFA_APP);
        take_factor(r, sms, MFA_SMS);
        take_factor(r, email, MFA_EMAIL);
        r->issuer = arena_str(c->arena, json_str(json_get(app, "serviceName")));
        r->sms_s = lifetime_of(sms);
        r->email_s = lifetime_of(email);
    }
    json_free(all);
    return rc;
}

/* ---- policies ---- */

/* One policy more: it can forbid and shorten, never allow. */
static enum err_code
take_policy(struct mfa_rules *r, struct str document, struct err *err)
{
    struct json *policy = json_parse(document, document.n, err);
    bool remember = false;
    int64_t seconds = REMEMBER_S;
    if (!policy)
        return err_set(err, ERR_CORRUPT, "a stored MFA policy is not JSON");
    /* There is no sign-in by SAML here, so ForceExceptSAML is Force. */
    if (!str_eq(json_str(json_get(policy, "enforceMFAType")), STR("DontForce")))
        r->forced = true;
    (void)json_to_bool(json_get(policy, "allowRememberMyDevice"), &remember);
    (void)json_to_i64(json_get(policy, "mfaDeviceExpiration"), &seconds);
    r->may_remember = r->may_remember && remember;
    if (seconds < r->remember_s)
        r->remember_s = seconds;
    json_free(policy);
    return ERR_OK;
}

enum err_code
mfa_rules_load(struct call *c, const struct scope *s, struct str user_id, struct mfa_rules *out,
               struct err *err)
{
    struct config_list policies = {0};
    *out = (struct mfa_rules){.remember_s = INT64_MAX, .may_remember = true};
    enum err_code rc = mfa_strategies_load(s, &out->kinds, err);
    if (!rc)
        rc = take_config(c, s, out, err);
    if (!rc)
        rc = store_config_of_user(s, str_of(mfa_policy_document.name), user_id, STR_ABSENT,
                                  !str_given(user_id), &policies, err);
    for (size_t i = 0; !rc && i < policies.n; i++)
        rc = take_policy(out, policies.items[i].document, err);
    if (!rc && policies.n == 0) {
        out->may_remember = false;
        out->remember_s = REMEMBER_S;
    }
    return rc;
}
