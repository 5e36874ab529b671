/* What a tenant says about itself; the same columns that tenants_update writes. */
#include "server/fields.h"
#include "server/ops/ops.h"
#include "store/tenants.h"

static const struct field_table table = {tenant_fields, TENANT_FIELDS};

static enum err_code
find(struct call *c, const struct scope **s, struct tenant *out, struct err *err)
{
    *s = call_scope(c, err);
    enum err_code rc = *s ? store_tenant_get(*s, c->tenant_id, out, err) : err_failed(err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Tenant not found") : rc;
}

static void
answer(struct call *c, const struct tenant *t)
{
    jw_open(&c->out, '{');
    fields_write_list(&c->out, fields_declared(c, table), t);
    jw_close(&c->out, '}');
}

static enum err_code
op_account_settings_get(struct call *c, struct err *err)
{
    const struct scope *s;
    struct tenant t;
    tenant_init(&t);
    enum err_code rc = find(c, &s, &t, err);
    if (!rc)
        answer(c, &t);
    return rc;
}

static enum err_code
op_account_settings_get_public(struct call *c, struct err *err)
{
    return op_account_settings_get(c, err);
}

static enum err_code
op_account_settings_update(struct call *c, struct err *err)
{
    const struct scope *s = NULL;
    struct tenant t;
    tenant_init(&t);
    enum err_code rc = find(c, &s, &t, err);
    uint64_t given = rc ? 0 : fields_read(c, c->body, table, &t);
    if (!rc && !given)
        return call_refuse(c, err, ERR_INVALID, NULL, "At least one property must be provided");
    if (!rc)
        rc = store_tenant_update(s, &t, given, err);
    if (rc)
        return rc;
    call_audit(c, "tenant", t.tenant_id, "Medium", "Updated the settings of %.*s", STR_ARG(t.name));
    answer(c, &t);
    return ERR_OK;
}

const struct op_binding account_settings_ops[] = {
    BIND(account_settings_get),
    BIND(account_settings_update),
    BIND(account_settings_get_public),
    BIND_END,
};
