/* What a user pool's configuration must be. */
#include "base/mem.h"
#include "deliver/outbound.h"
#include "server/pool.h"
#include "server/pool_priv.h"
#include "server/state.h"

enum { CODE_MAX = 64 * 1024 };

static struct str
text_of(const struct json *config, const char *name)
{
    return json_str(json_get(config, name));
}

static enum err_code
check_url(struct call *c, const char *name, struct str url, struct err *err)
{
    struct err why = {.code = ERR_OK};
    enum err_code rc = outbound_check_url(c->server->outbound, url, &why);
    return rc ? call_refuse(c, err, ERR_INVALID, NULL, "configuration.%s %s", name, why.msg)
              : ERR_OK;
}

static enum err_code
check_tenant(struct call *c, const struct scope *s, struct str kind, const struct json *config,
             struct err *err)
{
    const struct json *t = json_get(config, "tenantConfig");
    struct str how = text_of(t, "tenantResolverType");
    struct scope tenant;
    bool code = str_eq(kind, STR("custom-code"));
    if (str_eq(how, STR("from-source")) != code && !str_eq(how, STR("new")))
        return call_refuse(
            c, err, ERR_INVALID, NULL,
            "configuration.tenantConfig.tenantResolverType does not fit this kind of pool");
    if (str_eq(how, STR("dynamic")) &&
        (!text_of(t, "tenantIdFieldName").n || str_eq(kind, STR("firebase"))))
        return call_refuse(
            c, err, ERR_INVALID, NULL,
            text_of(t, "tenantIdFieldName").n
                ? "Firebase gives no field to find a tenant by"
                : "configuration.tenantConfig.tenantIdFieldName should not be empty");
    if (!str_eq(how, STR("static")))
        return ERR_OK;
    enum err_code rc = scope_tenant(s, text_of(t, "tenantId"), &tenant, err);
    if (!rc && tenant.tenant_seq <= 0)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    return rc;
}

static enum err_code
check_federation(struct call *c, const struct json *config, struct err *err)
{
    static const char *const urls[] = {"authorizationUrl", "tokenUrl", "userInfoUrl"};
    const struct json *oauth = json_get(config, "oauth2Config");
    struct str known = text_of(config, "wellknownUrl");
    if (!known.n == json_is_null(oauth))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "Either wellknownUrl or oauth2Config must be provided");
    enum err_code rc = known.n ? check_url(c, "wellknownUrl", known, err) : ERR_OK;
    for (size_t i = 0; !rc && !known.n && i < COUNT_OF(urls); i++)
        rc = check_url(c, urls[i], text_of(oauth, urls[i]), err);
    return rc;
}

enum err_code
pool_check(struct call *c, const struct scope *s, struct str kind, const struct json *config,
           struct err *err)
{
    enum err_code rc = check_tenant(c, s, kind, config, err);
    if (rc)
        return rc;
    if (str_eq(kind, STR("federation")))
        return check_federation(c, config, err);
    if (str_eq(kind, STR("custom-code")))
        return text_of(config, "codePayload").n + text_of(config, "getUserCodePayload").n > CODE_MAX
                   ? call_refuse(c, err, ERR_INVALID, NULL, "configuration.codePayload is too long")
                   : ERR_OK;
    const char *name = str_eq(kind, STR("auth0"))     ? "domain"
                       : str_eq(kind, STR("cognito")) ? "region"
                                                      : "universe_domain";
    return check_url(c, name, pool_base(c, kind, config), err);
}
