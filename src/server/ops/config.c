/*
 * The environment's own configuration: one JSON document, "core". What was never set has the preset
 * below; the reply is made from the catalogue's reply fields, so a new setting is a row there and a
 * preset here.
 */
#include "base/secret.h"
#include "server/ops/ops.h"
#include "server/settings.h"
#include "store/envs.h"

static const char presets[] =
    "{\"defaultTokenExpiration\":300,\"defaultRefreshTokenExpiration\":2592000,"
    "\"cookieSameSite\":\"NONE\",\"allowSignups\":true,\"apiTokensEnabled\":true,"
    "\"allowOverridePasswordComplexity\":false,\"allowOverridePasswordExpiration\":false,"
    "\"allowOverrideEnforcePasswordHistory\":false,\"jwtAlgorithm\":\"RS256\","
    "\"allowNotVerifiedUsersLogin\":false,\"forcePermissions\":false,"
    "\"authStrategy\":\"EmailAndPassword\",\"defaultPasswordlessTokenExpiration\":300,"
    "\"forceSameDeviceOnAuth\":false,\"allowTenantInvitations\":true,\"rotateRefreshTokens\":true,"
    "\"machineToMachineAuthStrategy\":\"ClientCredentials\",\"addRolesToJwt\":true,"
    "\"addPermissionsToJwt\":true,\"refreshTokensRotationLimit\":100,"
    "\"addSamlAttributesToJwt\":false,\"allowCustomLoginTenantSwitch\":false,"
    "\"skipTenantValidation\":false}";

const struct document core_settings = {.name = "core", .presets = presets, .what = "configuration"};

/* What applications check HS256 tokens with; nobody needs to know it while tokens are not signed so. */
static enum err_code
write_shared_key(struct call *c, const struct scope *s, const struct json *config, struct err *err)
{
    struct signing_key_list list = {.n = 0};
    struct str secret = STR_ABSENT;
    enum err_code rc = ERR_OK;
    if (str_eq(json_str(json_get(config, "jwtAlgorithm")), STR("HS256")))
        rc = store_signing_key_list(s, true, &list, err);
    for (size_t i = 0; i < list.n; i++)
        if (str_eq(list.items[i].algorithm, STR("HS256")) && !list.items[i].retired_at &&
            !str_given(secret))
            secret = list.items[i].private_pem;
    jw_kstr(&c->out, "jwtSecret", secret);
    for (size_t i = 0; i < list.n; i++)
        secret_wipe_str(list.items[i].private_pem);
    return rc;
}

static enum err_code
answer(struct call *c, bool whole, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct json *config = NULL;
    struct config stored = {.id = c->vendor_id};
    enum err_code rc =
        s ? document_load(s, &core_settings, &config, &stored, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        rc = document_environment(s, &core_settings, &config, err);
    if (!rc) {
        jw_open(&c->out, '{');
        if (whole) {
            jw_kstr(&c->out, "id", stored.id);
            jw_kstr(&c->out, "publicKey", call_public_key(c));
            rc = write_shared_key(c, s, config, err);
        }
        document_members(c, c->op->reply, config);
        jw_close(&c->out, '}');
    }
    json_free(config);
    return rc;
}

static enum err_code
op_config_get(struct call *c, struct err *err)
{
    return answer(c, true, err);
}

static enum err_code
op_config_get_basic(struct call *c, struct err *err)
{
    return answer(c, false, err);
}

static enum err_code
op_config_get_public(struct call *c, struct err *err)
{
    return answer(c, false, err);
}

/* Stores only members that the operation declares; the rest keeps its value. */
static enum err_code
op_config_update(struct call *c, struct err *err)
{
    enum err_code rc = document_write(c, &core_settings, DOCUMENT_UPSERT, err);
    call_forget_principals(c); /* it may have switched off what tokens are in use */
    return rc ? rc : answer(c, true, err);
}

const struct op_binding config_ops[] = {
    BIND(config_get), BIND(config_get_basic), BIND(config_get_public), BIND(config_update),
    BIND_END,
};
