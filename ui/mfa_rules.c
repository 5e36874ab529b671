#include "ui/mfa_rules.h"

#include "base/mem.h"

#include <stdio.h>

enum { REMEMBER_S = 1209600 }; /* what the service takes when nobody says */

const struct mfa_factor_info mfa_factor_info[MFA_FACTORS] = {
    [MFA_FACTOR_APP] = {"AuthenticatorApp", "Authenticator app", "authenticationApp"},
    [MFA_FACTOR_PLATFORM] = {"WebAuthnPlatform", "Security key, built in", NULL},
    [MFA_FACTOR_CROSS_PLATFORM] = {"WebAuthnCrossPlatform", "Security key, plugged in", NULL},
    [MFA_FACTOR_SMS] = {"SMS", "Codes by SMS", "sms"},
    [MFA_FACTOR_EMAIL] = {"EmailCode", "Codes by e-mail", "email"},
};

/* From lax to strict. */
static const struct {
    const char *type, *text;
} ENFORCE[] = {
    {"DontForce", "voluntary"},
    {"ForceExceptSAML", "except SAML"},
    {"Force", "required"},
};

const char *
mfa_enforce_text(struct str type)
{
    for (size_t i = 0; i < COUNT_OF(ENFORCE); i++)
        if (str_eq(type, str_of(ENFORCE[i].type)))
            return ENFORCE[i].text;
    return "unknown";
}

static size_t
strictness(const struct mfa_policy *p)
{
    for (size_t i = 0; p->set && i < COUNT_OF(ENFORCE); i++)
        if (strcmp(p->enforce, ENFORCE[i].type) == 0)
            return i;
    return 0;
}

void
mfa_rules_policy(const struct mfa_rules *r, struct mfa_policy *out, const char **from)
{
    const struct mfa_policy *env = &r->environment, *own = &r->tenant;
    bool own_holds = own->set && (!env->set || strictness(own) > strictness(env));
    *out = own_holds ? *own : *env;
    if (from)
        *from = own_holds ? "tenant" : env->set ? "environment" : "no policy is set";
    out->set = own->set || env->set;
    if (own->set && env->set) {
        out->remember = own->remember && env->remember;
        out->remember_s = own->remember_s < env->remember_s ? own->remember_s : env->remember_s;
    }
}

bool
mfa_rules_allow(const struct mfa_rules *r, enum mfa_factor f, const char **by)
{
    bool active = true;
    const char *member = mfa_factor_info[f].member, *why = NULL;
    if (r->strategies_known && !r->active[f])
        why = "strategies";
    else if (member && json_to_bool(json_get(json_get(r->config, member), "active"), &active) &&
             !active)
        why = "configuration";
    if (by)
        *by = why;
    return !why;
}

/* ---- reading ---- */

static void
got_policy(struct mfa_policy *out, struct result *r)
{
    struct str type = json_str(json_get(r->json, "enforceMFAType"));
    *out = (struct mfa_policy){
        .known = !r->err.code || r->status == 404, .set = !r->err.code, .remember_s = REMEMBER_S};
    snprintf(out->enforce, sizeof out->enforce, "%.*s",
             STR_ARG(out->set ? type : STR("DontForce")));
    (void)json_to_bool(json_get(r->json, "allowRememberMyDevice"), &out->remember);
    (void)json_to_i64(json_get(r->json, "mfaDeviceExpiration"), &out->remember_s);
    if (!out->known)
        snprintf(out->failure, sizeof out->failure, "cannot be read: %s", r->err.msg);
}

static void
arrived(struct mfa_rules *r, struct result *take)
{
    r->waiting--;
    r->pane->app->dirty = true;
    result_free(take);
    if (r->waiting == 0 && r->done)
        r->done(r->pane);
}

static void
got_tenant(void *ctx, struct result *take)
{
    struct mfa_rules *r = ctx;
    got_policy(&r->tenant, take);
    arrived(r, take);
}

static void
got_environment(void *ctx, struct result *take)
{
    struct mfa_rules *r = ctx;
    got_policy(&r->environment, take);
    arrived(r, take);
}

static void
got_strategies(void *ctx, struct result *take)
{
    struct mfa_rules *r = ctx;
    const struct json *list = json_get(take->json, "strategies");
    r->strategies_known = !take->err.code && json_type(list) == JSON_ARRAY;
    if (take->err.code)
        snprintf(r->failure, sizeof r->failure, "%s", take->err.msg);
    for (size_t i = 0; i < MFA_FACTORS; i++)
        r->active[i] = false;
    for (const struct json *s = json_first(list); s; s = json_next(s))
        for (size_t i = 0; i < MFA_FACTORS; i++)
            if (str_eq(json_str(json_get(s, "strategy")), str_of(mfa_factor_info[i].strategy)))
                (void)json_to_bool(json_get(s, "isActive"), &r->active[i]);
    arrived(r, take);
}

static void
got_config(void *ctx, struct result *take)
{
    struct mfa_rules *r = ctx;
    json_free(r->config);
    r->config = take->err.code ? NULL : json_copy(take->json);
    if (take->err.code)
        snprintf(r->failure, sizeof r->failure, "%s", take->err.msg);
    arrived(r, take);
}

static void
ask(struct mfa_rules *r, enum op_id id, struct str tenant, result_fn *done)
{
    const struct op *op = op_get(id);
    r->waiting++;
    client_send(r->pane->app->client, &(struct client_request){.op = op,
                                                               .values = values_new(op),
                                                               .scope = {.tenant_id = tenant},
                                                               .set = &r->pane->calls,
                                                               .done = done,
                                                               .ctx = r});
}

void
mfa_rules_read(struct mfa_rules *r, struct pane *p)
{
    struct str tenant = str_of(p->tenant);
    r->pane = p;
    r->failure[0] = '\0';
    if (tenant.n)
        ask(r, OP_mfa_policy_get, tenant, got_tenant);
    else
        r->tenant = (struct mfa_policy){.known = true};
    ask(r, OP_mfa_policy_get_vendor, STR(""), got_environment);
    ask(r, OP_mfa_strategies_list, STR(""), got_strategies);
    ask(r, OP_mfa_config_get, STR(""), got_config);
}

void
mfa_rules_fini(struct mfa_rules *r)
{
    json_free(r->config);
    r->config = NULL;
}
