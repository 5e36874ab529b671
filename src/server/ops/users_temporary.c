/* Memberships that end by themselves. That nobody comes in afterwards is seen to where people come in. */
#include "server/document.h"
#include "server/ops/ops.h"
#include "server/self.h"

static const struct document temporary_users = {
    .name = "temporary-users", .presets = "{\"enabled\":true}", .what = "Temporary users setting"};

static enum err_code
set_expiry(struct call *c, int64_t expires_at, const char *what, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct membership m = {.expires_at = expires_at};
    enum err_code rc = self_param(c, &s, &u, err);
    if (!rc)
        rc = store_membership_update(s, u.id, &m, MEMBERSHIP_EXPIRES_AT, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "Medium", "Made user %.*s %s in tenant %.*s",
               STR_ARG(u.email.n ? u.email : u.username), what, STR_ARG(c->tenant_id));
    call_forget_principals(c);
    return ERR_OK;
}

static enum err_code
check_enabled(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct json *settings = NULL;
    bool enabled = false;
    enum err_code rc =
        s ? document_environment(s, &temporary_users, &settings, err) : err_failed(err);
    if (!rc)
        (void)json_to_bool(json_get(settings, "enabled"), &enabled);
    json_free(settings);
    if (rc || enabled)
        return rc;
    return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Temporary users are disabled");
}

static enum err_code
op_users_temporary_set(struct call *c, struct err *err)
{
    int64_t seconds = call_int(c, "expirationInSeconds", 0);
    enum err_code rc = check_enabled(c, err);
    if (!rc)
        rc = set_expiry(c, c->now + seconds * 1000, "temporary", err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_ki64(&c->out, "expirationInSeconds", seconds);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_users_temporary_clear(struct call *c, struct err *err)
{
    return set_expiry(c, 0, "permanent", err);
}

static enum err_code
op_users_temporary_config_get(struct call *c, struct err *err)
{
    return document_answer(c, &temporary_users, DOCUMENT_PRESETS, true, err);
}

static enum err_code
op_users_temporary_config_set(struct call *c, struct err *err)
{
    enum err_code rc = document_write(c, &temporary_users, DOCUMENT_UPSERT, err);
    return rc ? rc : op_users_temporary_config_get(c, err);
}

const struct op_binding users_temporary_ops[] = {
    BIND(users_temporary_set),
    BIND(users_temporary_clear),
    BIND(users_temporary_config_get),
    BIND(users_temporary_config_set),
    BIND_END,
};
