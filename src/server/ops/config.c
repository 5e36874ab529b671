/*
 * The environment's own configuration: one JSON document, "core". What was never set has the preset
 * below; the reply is made from the catalogue's reply fields, so a new setting is a row there and a
 * preset here.
 */
#include "server/ops/ops.h"
#include "store/configs.h"

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

/* The stored members over the presets; the caller frees. */
static enum err_code
load(const struct scope *s, struct json **out, struct str *id, struct err *err)
{
    struct config stored;
    struct json *all = json_parse(STR(presets), sizeof presets, err);
    enum err_code rc = all ? store_config_get(s, STR("core"), &stored, err) : err_failed(err);
    *out = all;
    *id = s->vendor;
    if (rc == ERR_NOT_FOUND || rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    struct json *set = json_parse(stored.document, stored.document.n, err);
    if (!set)
        return err_set(err, ERR_CORRUPT, "the stored configuration is not JSON");
    for (const struct json *member = json_first(set); member; member = json_next(member))
        json_set(all, json_key(member), json_copy(member));
    json_free(set);
    *id = stored.id;
    return ERR_OK;
}

static void
write_members(struct call *c, const struct json *config)
{
    for (const struct field *f = c->op->reply; f && f->name; f++) {
        const struct json *value = json_get(config, f->name);
        if (!value)
            continue;
        jw_key(&c->out, f->name);
        jw_json(&c->out, value);
    }
}

static enum err_code
answer(struct call *c, bool whole, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct json *config = NULL;
    struct str id;
    enum err_code rc = s ? load(s, &config, &id, err) : err_failed(err);
    if (!rc) {
        jw_open(&c->out, '{');
        if (whole) {
            jw_kstr(&c->out, "id", id);
            jw_kstr(&c->out, "publicKey", call_public_key(c));
            jw_knull(&c->out, "jwtSecret");
        }
        write_members(c, config);
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
    const struct scope *s = call_scope(c, err);
    struct json *config = NULL;
    struct str id;
    enum err_code rc = s ? load(s, &config, &id, err) : err_failed(err);
    struct buf text;
    buf_init(&text, 1 << 20);
    for (const struct field *f = c->op->body; !rc && f && f->name; f++)
        if (call_has(c, f->name) && !(f->flags & FIELD_READ_ONLY))
            json_set(config, str_of(f->name), json_copy(call_json(c, f->name)));
    if (!rc) {
        json_write(config, &text);
        rc = store_config_put(s, STR("core"), buf_str(&text), err);
    }
    buf_fini(&text);
    json_free(config);
    if (rc)
        return rc;
    call_audit(c, "configuration", s->vendor, "High", "Changed the configuration");
    return answer(c, true, err);
}

const struct op_binding config_ops[] = {
    BIND(config_get), BIND(config_get_basic), BIND(config_get_public), BIND(config_update),
    BIND_END,
};
