/* Which factors exist, and who must use them. What follows from it is in mfa_rules.c. */
#include "server/mfa_priv.h"
#include "server/ops/ops.h"

/* ---- the factors of the environment ---- */

static enum err_code
op_mfa_config_get(struct call *c, struct err *err)
{
    return document_answer(c, &mfa_settings, DOCUMENT_PRESETS, true, err);
}

static enum err_code
op_mfa_config_set(struct call *c, struct err *err)
{
    enum err_code rc = document_write(c, &mfa_settings, DOCUMENT_UPSERT, err);
    return rc ? rc : op_mfa_config_get(c, err);
}

/* ---- strategies ---- */

static enum err_code
op_mfa_strategies_list(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    unsigned on;
    enum err_code rc = s ? mfa_strategies_load(s, &on, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_key(&c->out, "strategies");
    jw_open(&c->out, '[');
    for (int i = 0; i < MFA_KINDS; i++) {
        jw_open(&c->out, '{');
        jw_ktext(&c->out, "strategy", mfa_kind_name((enum mfa_kind)(1u << i)));
        jw_kbool(&c->out, "isActive", (on & 1u << i) != 0);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_mfa_strategies_set(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct str name = call_str(c, "strategy");
    bool active = call_bool(c, "isActive", false);
    unsigned on;
    enum err_code rc = s ? mfa_strategies_load(s, &on, err) : err_failed(err);
    for (int i = 0; !rc && i < MFA_KINDS; i++)
        if (str_eq(name, str_of(mfa_kind_name((enum mfa_kind)(1u << i)))))
            on = active ? on | 1u << i : on & ~(1u << i);
    if (!rc)
        rc = mfa_strategies_put(s, on, err);
    if (!rc)
        call_audit(c, "configuration", STR("mfa-strategies"), "High",
                   "Turned the MFA strategy %.*s %s", STR_ARG(name), active ? "on" : "off");
    return rc;
}

/* ---- policy ---- */

static enum err_code
write_policy(struct call *c, enum document_write how, struct err *err)
{
    enum err_code rc = document_write(c, &mfa_policy_document, how, err);
    return rc ? rc : document_answer(c, &mfa_policy_document, DOCUMENT_404, false, err);
}

static enum err_code
op_mfa_policy_create(struct call *c, struct err *err)
{
    return write_policy(c, DOCUMENT_CREATE, err);
}

static enum err_code
op_mfa_policy_update(struct call *c, struct err *err)
{
    bool given = false;
    for (const struct field *f = c->op->body; f && f->name; f++)
        given = given || call_has(c, f->name);
    if (!given)
        return call_refuse(c, err, ERR_INVALID, NULL, "Body should not be empty");
    return write_policy(c, DOCUMENT_UPDATE, err);
}

static enum err_code
op_mfa_policy_set(struct call *c, struct err *err)
{
    return write_policy(c, DOCUMENT_UPSERT, err);
}

static enum err_code
op_mfa_policy_get(struct call *c, struct err *err)
{
    return document_answer(c, &mfa_policy_document, DOCUMENT_404, false, err);
}

static enum err_code
op_mfa_policy_get_vendor(struct call *c, struct err *err)
{
    return document_answer(c, &mfa_policy_document, DOCUMENT_404, true, err);
}

const struct op_binding mfa_settings_ops[] = {
    BIND(mfa_config_get),        BIND(mfa_config_set),
    BIND(mfa_policy_create),     BIND(mfa_policy_get),
    BIND(mfa_policy_get_vendor), BIND(mfa_policy_set),
    BIND(mfa_policy_update),     BIND(mfa_strategies_list),
    BIND(mfa_strategies_set),    BIND_END,
};
