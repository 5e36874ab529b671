/* Custom social providers: their configuration. People do not sign in through them here: the interface has no operation
 * for that way in. */
#include "base/mem.h"
#include "deliver/outbound.h"
#include "server/ops/ops.h"
#include "server/shape.h"
#include "server/state.h"
#include "store/connections.h"

#define KIND "custom"

enum { CONFIG_MAX = CONNECTION_CONFIG_MAX };

/* What is kept of a provider, in the order of the answer. */
static const char *const TEXTS[] = {
    "type",     "clientId",    "secret", "redirectUrl", "authorizationUrl",
    "tokenUrl", "userInfoUrl", "scopes", "ssoLogoUrl",  "displayName"};

static enum err_code
refuse(struct call *c, enum err_code rc, struct err *err)
{
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Provider not found");
    return rc == ERR_LIMIT ? call_refuse(c, err, ERR_INVALID, NULL, "%s", err->msg) : rc;
}

static void
write_provider(struct call *c, const struct connection *p)
{
    bool active = false;
    struct jw *w = &c->out;
    struct json *j = json_parse(p->config, CONFIG_MAX, NULL);
    jw_open(w, '{');
    jw_kstr(w, "id", p->id);
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        struct str value = json_str(json_get(j, TEXTS[i]));
        if (str_eq(str_of(TEXTS[i]), STR("secret")))
            shape_masked(c, "secret", value);
        else
            jw_kstr(w, TEXTS[i], str_given(value) ? value : STR(""));
    }
    (void)json_to_bool(json_get(j, "active"), &active);
    jw_kbool(w, "active", active);
    jw_close(w, '}');
    json_free(j);
}

static enum err_code
check_urls(struct call *c, const struct json *config, struct err *err)
{
    static const char *const urls[] = {"authorizationUrl", "tokenUrl", "userInfoUrl"};
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct err why = {.code = ERR_OK};
        if (outbound_check_url(c->server->outbound, json_str(json_get(config, urls[i])), &why) !=
            ERR_OK)
            return call_refuse(c, err, ERR_INVALID, NULL, "%s %s", urls[i], why.msg);
    }
    return ERR_OK;
}

/* The members of the body over those that are there; what was shown masked and comes back so is as it was. */
static enum err_code
merge(struct call *c, struct connection *p, struct err *err)
{
    bool active;
    struct json *j = p->config.n ? json_parse(p->config, CONFIG_MAX, NULL) : json_new_object();
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        struct str value = call_str(c, TEXTS[i]);
        bool masked = str_eq(str_of(TEXTS[i]), STR("secret")) && str_find(value, STR("****")) >= 0;
        if (str_given(value) && !masked)
            json_set(j, str_of(TEXTS[i]), json_new_str(value));
    }
    if (json_to_bool(call_json(c, "active"), &active))
        json_set(j, STR("active"), json_new_bool(active));
    enum err_code rc = check_urls(c, j, err);
    struct buf text;
    buf_init(&text, CONFIG_MAX);
    json_write(j, &text);
    if (!rc && text.failed)
        rc = call_refuse(c, err, ERR_INVALID, NULL, "the configuration is too large");
    p->name = arena_str(c->arena, json_str(json_get(j, "displayName")));
    p->config = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    json_free(j);
    return rc;
}

static enum err_code
op_sso_custom_create(struct call *c, struct err *err)
{
    struct connection p = {.kind = STR(KIND)};
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? merge(c, &p, err) : err_failed(err);
    if (!rc)
        rc = refuse(c, store_connection_add(s, &p, err), err);
    if (rc)
        return rc;
    call_audit(c, "sso", p.id, "Medium", "Created custom provider %.*s", STR_ARG(p.name));
    write_provider(c, &p);
    return ERR_OK;
}

static enum err_code
op_sso_custom_list(struct call *c, struct err *err)
{
    struct connection_list list;
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? store_connection_list(s, false, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_key(&c->out, "providers");
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_provider(c, &list.items[i]);
    jw_close(&c->out, ']');
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_sso_custom_update(struct call *c, struct err *err)
{
    struct connection p;
    const struct scope *s = call_environment(c, err);
    enum err_code rc =
        s ? store_connection_get(s, STR(KIND), call_param(c, "id"), &p, err) : err_failed(err);
    if (!rc)
        rc = merge(c, &p, err);
    if (!rc)
        rc = store_connection_update(s, &p, err);
    if (rc)
        return refuse(c, rc, err);
    call_audit(c, "sso", p.id, "Medium", "Changed custom provider %.*s", STR_ARG(p.name));
    write_provider(c, &p);
    return ERR_OK;
}

static enum err_code
op_sso_custom_delete(struct call *c, struct err *err)
{
    struct str id = call_param(c, "id");
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? store_connection_delete(s, STR(KIND), id, err) : err_failed(err);
    if (!rc)
        call_audit(c, "sso", id, "Medium", "Removed a custom provider");
    return refuse(c, rc, err);
}

const struct op_binding sso_custom_ops[] = {
    BIND(sso_custom_create),
    BIND(sso_custom_list),
    BIND(sso_custom_update),
    BIND(sso_custom_delete),
    BIND_END,
};
