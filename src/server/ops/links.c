/* Links that an administrator hands out, and the one that unlocks an account. */
#include "server/flow.h"
#include "server/notify.h"
#include "server/onboard.h"
#include "server/ops/ops.h"
#include "server/signin.h"

enum { DAY_MS = 86400000 };

static enum err_code
write_link(struct call *c, const struct scope *s, const char *type, struct str user_id,
           struct str token, struct err *err)
{
    struct str link;
    struct user whose = {.id = user_id};
    struct notice n = {.type = type, .user = &whose, .token = token};
    enum err_code rc = notify_link(c, s, &n, &link, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "link", link);
    jw_kstr(&c->out, "token", token);
    jw_kstr(&c->out, "userId", user_id);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
find_user(struct call *c, const struct scope *s, struct user *out, struct err *err)
{
    enum err_code rc = store_user_get(s, USER_BY_ID, call_param(c, "userId"), out, err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "User not found") : rc;
}

static enum err_code
op_users_activation_link(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct user u;
    struct str token;
    enum err_code rc = s ? find_user(c, s, &u, err) : err_failed(err);
    if (!rc)
        rc = onboard_activation_token(c, s, &u, &token, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "High", "Made an activation link");
    return write_link(c, s, "ActivateUser", u.id, token, err);
}

static enum err_code
op_users_password_reset_link(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct user u;
    struct str token;
    enum err_code rc = s ? find_user(c, s, &u, err) : err_failed(err);
    if (rc)
        return rc;
    struct flow f = {.kind = FLOW_PASSWORD_RESET, .user_id = u.id, .expires_at = c->now + DAY_MS};
    rc = flow_start(c, s, &f, FLOW_ALONE, &token, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "High", "Made a password reset link");
    return write_link(c, s, "ResetPassword", u.id, token, err);
}

/* The owner unlocks with the token of the mail that told of the lock. */
static enum err_code
op_me_unlock(struct call *c, struct err *err)
{
    static const struct flow_refusal bad = {
        .code = ERR_INVALID,
        .text = "Unlock token is invalid or was used",
        .expired_text = "Unlock token has expired",
    };
    const struct scope *s = call_environment(c, err);
    struct flow f;
    struct user u;
    enum err_code rc =
        s ? flow_redeem(c, s, FLOW_UNLOCK, call_str(c, "token"), &bad, &f, err) : err_failed(err);
    if (!rc)
        rc = store_user_get(s, USER_BY_ID, f.user_id, &u, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, bad.code, NULL, "%s", bad.text);
    if (rc)
        return rc;
    u.is_locked = false;
    rc = store_user_update(s, &u, USER_F(is_locked), err);
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_PASSWORD, u.id, err);
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_CODE, u.id, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "High", "Unlocked their own account");
    struct notice n = {.type = "UnlockUserSuccess", .user = &u};
    return notify_email(c, s, &n, err);
}

const struct op_binding links_ops[] = {
    BIND(users_activation_link),
    BIND(users_password_reset_link),
    BIND(me_unlock),
    BIND_END,
};
