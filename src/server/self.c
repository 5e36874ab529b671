#include "server/self.h"

#include "base/mem.h"
#include "server/flow.h"
#include "server/notify.h"
#include "server/signin.h"
#include "server/state.h"

static enum err_code
refuse_user(struct call *c, enum err_code rc, struct err *err)
{
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "User not found") : rc;
}

struct peek {
    struct call *c;
    struct user *out;
};

static enum err_code
run_peek(struct db_conn *conn, void *arg, struct err *err)
{
    struct peek *p = arg;
    struct call *c = p->c;
    struct scope s;
    enum err_code rc = scope_open(&s, conn, c->arena, c->vendor_id, c->tenant_id, err);
    return rc ? rc : store_user_get(&s, USER_BY_ID, c->user_id, p->out, err);
}

enum err_code
self_peek(struct call *c, struct user *out, struct err *err)
{
    struct peek p = {c, out};
    return refuse_user(c, store_tx(c->server->store, DB_READ, run_peek, &p, err), err);
}

static enum err_code
find(struct call *c, struct str id, const struct scope **s, struct user *out, struct err *err)
{
    *s = call_scope(c, err);
    if (!*s)
        return err_failed(err);
    return refuse_user(c, store_user_get(*s, USER_BY_ID, id, out, err), err);
}

enum err_code
self_find(struct call *c, const struct scope **s, struct user *out, struct err *err)
{
    return find(c, c->user_id, s, out, err);
}

enum err_code
self_param(struct call *c, const struct scope **s, struct user *out, struct err *err)
{
    return find(c, call_param(c, "userId"), s, out, err);
}

enum err_code
self_guess(struct call *c, struct user *out, bool *allowed, struct err *err)
{
    *allowed = false;
    enum err_code rc = self_peek(c, out, err);
    return rc ? rc : lockout_attempt(c, LOCKOUT_CODE, out->id, allowed, err);
}

enum err_code
self_void_links(const struct scope *s, struct str user_id, struct err *err)
{
    static const enum flow_kind kinds[] = {FLOW_PASSWORD_RESET, FLOW_PASSWORD_SMS, FLOW_MAGIC_LINK,
                                           FLOW_EMAIL_CODE, FLOW_SMS_CODE};
    enum err_code rc = ERR_OK;
    for (size_t i = 0; !rc && i < COUNT_OF(kinds); i++)
        rc = store_flow_void(s, kinds[i], user_id, err);
    return rc;
}

enum err_code
self_email_changed(struct call *c, const struct scope *s, const struct user *before, struct str to,
                   struct err *err)
{
    struct notice n = {
        .type = "EmailAddressChanged",
        .user = before,
        .to = before->email,
        .tenant_id = before->active_tenant_id,
        .vars = {{"new_email", to}, {"old_email", before->email}},
        .n_vars = 2,
    };
    enum err_code rc = flow_void_mailed(s, before->id, err);
    if (!rc && before->email.n)
        rc = notify_email(c, s, &n, err);
    call_audit(c, "user", before->id, "High", "Changed the e-mail address %.*s to %.*s",
               STR_ARG(before->email), STR_ARG(to));
    call_forget_principals(c);
    return rc;
}
