/* E-mail addresses of people: own ones, those of others, and whether a person may change theirs. */
#include "store/emails.h"
#include "crypto/token.h"
#include "server/flow.h"
#include "server/notify.h"
#include "server/ops/ops.h"
#include "server/refusals.h"
#include "server/restrict.h"
#include "server/self.h"
#include "server/send_limit.h"
#include "server/settings.h"
#include "server/signin.h"

enum { CODE_MS = 10 * 60 * 1000, NAMES_MAX = 200 };

static const struct document user_emails_policy = {.name = "user-emails-policy",
                                                   .presets = "{\"allowEmailChange\":true}",
                                                   .what = "E-mail policy"};

static enum err_code
refuse_email(struct call *c, enum err_code rc, struct err *err)
{
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Email not found");
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Email already exists");
    if (rc == ERR_LIMIT)
        return call_refuse(c, err, ERR_INVALID, NULL, "A user may have at most %d further emails",
                           USER_EMAILS_MAX);
    return rc;
}

/* ---- answers ---- */

static void
write_email(struct call *c, const struct user_email *e)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", e->id);
    jw_kstr(w, "userId", e->user_id);
    jw_kstr(w, "email", e->email);
    jw_kbool(w, "verified", e->verified);
    jw_kbool(w, "isPrimary", e->primary);
    jw_ktime(w, "createdAt", e->created_at);
    jw_ktime(w, "updatedAt", e->updated_at);
    jw_close(w, '}');
}

static enum err_code
op_emails_list_own(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_email_list list = {.n = 0};
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = store_user_emails(s, u.id, &list, err);
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_email(c, &list.items[i]);
    jw_close(&c->out, ']');
    return rc;
}

static enum err_code
op_emails_list(struct call *c, struct err *err)
{
    struct str ids[NAMES_MAX];
    struct page page;
    struct user_email_list list = {.n = 0};
    call_page(c, 50, &page);
    struct address_query q = {
        .page = page_rows(&page),
        .exact = call_query(c, "_email"),
        .user_ids = ids,
        .n_user_ids = call_query_list(c, "userIds", ids, NAMES_MAX),
    };
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_user_email_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        write_email(c, &list.items[i]);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

/* ---- a further one of one's own ---- */

/*
 * Sends a code to an address that is to become this person's. The flow goes by `name`: the person
 * shows the code alone.
 */
static enum err_code /* NOLINTNEXTLINE(readability-function-size): kind and name are one flow */
send_code(struct call *c, const struct scope *s, const struct user *u, enum flow_kind kind,
          struct str name, struct str to, struct err *err)
{
    struct flow f = {.kind = kind,
                     .token_hash = token_hash_hex(c->arena, name),
                     .user_id = u->id,
                     .data = to,
                     .expires_at = c->now + CODE_MS};
    enum err_code rc = flow_start(c, s, &f, FLOW_WITH_CODE, NULL, err);
    struct notice n = {.type = "VerifyNewEmail",
                       .user = u,
                       .to = to,
                       .tenant_id = u->active_tenant_id,
                       .code = f.code,
                       .expires_at = f.expires_at,
                       .vars = {{"new_email", to}, {"old_email", u->email}},
                       .n_vars = 2};
    return rc ? rc : notify_email(c, s, &n, err);
}

static enum err_code
op_emails_create(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_email e = {0};
    struct str email = call_str(c, "email");
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = restrict_email(c, s, email, err);
    if (!rc)
        rc = send_limit(c, s, email, &u, err);
    if (!rc)
        rc = refuse_email(c, store_user_email_add(s, u.id, email, false, &e, err), err);
    if (!rc)
        rc = send_code(c, s, &u, FLOW_EMAIL_VERIFY, e.id, email, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "Medium", "Added the e-mail address %.*s", STR_ARG(email));
    write_email(c, &e);
    return ERR_OK;
}

/* Of an address that the person never wrote down, the code is as wrong as any. */
static enum err_code
verify_own(struct call *c, const struct scope *s, const struct user *u, struct str email,
           struct err *err)
{
    struct user_email e = {0};
    struct flow f;
    enum err_code rc = store_user_email_get(s, u->id, STR_ABSENT, email, &e, err);
    if (rc == ERR_NOT_FOUND)
        return refuse_code(c, err);
    if (!rc)
        rc = flow_redeem_code(c, s, FLOW_EMAIL_VERIFY, e.id, call_str(c, "code"), &f, err);
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_CODE, u->id, err);
    if (!rc)
        rc = refuse_email(c, store_user_email_verify(s, u->id, e.id, err), err);
    if (!rc)
        call_audit(c, "user", u->id, "Medium", "Verified the e-mail address %.*s",
                   STR_ARG(e.email));
    return rc;
}

static enum err_code
op_emails_verify(struct call *c, struct err *err)
{
    struct user u;
    bool allowed;
    enum err_code rc = self_guess(c, &u, &allowed, err);
    if (rc)
        return rc;
    const struct scope *s = call_scope(c, err);
    if (!s)
        return err_failed(err);
    return allowed ? verify_own(c, s, &u, call_str(c, "email"), err) : refuse_code(c, err);
}

static enum err_code
remove_email(struct call *c, const struct scope *s, const struct user *u, struct err *err)
{
    struct user_email e = {0};
    enum err_code rc = refuse_email(
        c, store_user_email_get(s, u->id, call_param(c, "emailId"), STR_ABSENT, &e, err), err);
    if (!rc && e.primary)
        return call_refuse(c, err, ERR_INVALID, NULL, "The primary email cannot be deleted");
    if (!rc)
        rc = refuse_email(c, store_user_email_delete(s, u->id, e.id, err), err);
    if (!rc && e.verified)
        rc = self_void_links(s, u->id, err);
    if (!rc)
        call_audit(c, "user", u->id, "Medium", "Removed the e-mail address %.*s", STR_ARG(e.email));
    return rc;
}

static enum err_code
op_emails_delete(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_find(c, &s, &u, err);
    return rc ? rc : remove_email(c, s, &u, err);
}

/* ---- the primary one ---- */

static enum err_code
check_policy(struct call *c, const struct scope *s, struct err *err)
{
    struct json *policy;
    bool allowed = false;
    enum err_code rc = document_environment(s, &user_emails_policy, &policy, err);
    if (!rc)
        (void)json_to_bool(json_get(policy, "allowEmailChange"), &allowed);
    json_free(policy);
    if (rc || allowed)
        return rc;
    return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Changing the email is not allowed");
}

static enum err_code
make_primary(struct call *c, const struct scope *s, const struct user *u, struct err *err)
{
    struct user_email e = {0};
    enum err_code rc = refuse_email(
        c, store_user_email_get(s, u->id, STR_ABSENT, call_str(c, "email"), &e, err), err);
    if (!rc && !e.primary && !e.verified)
        return call_refuse(c, err, ERR_INVALID, NULL, "The email is not verified");
    if (!rc)
        rc = refuse_email(c, store_user_email_promote(s, u->id, e.email, err), err);
    if (!rc && !e.primary)
        rc = self_email_changed(c, s, u, e.email, err);
    return rc;
}

static enum err_code
op_emails_primary(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = check_policy(c, s, err);
    return rc ? rc : make_primary(c, s, &u, err);
}

/*
 * Another address altogether: a code goes to it, whether or not somebody has it already; who that is
 * only shows to whom the mailbox belongs.
 */
static enum err_code
op_me_email_change(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct str email = call_str(c, "email");
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = check_policy(c, s, err);
    if (!rc)
        rc = restrict_email(c, s, email, err);
    if (!rc)
        rc = send_limit(c, s, email, &u, err);
    if (!rc) /* there is one at a time, and it goes by the person */
        rc = store_flow_void(s, FLOW_EMAIL_CHANGE, u.id, err);
    if (!rc)
        rc = send_code(c, s, &u, FLOW_EMAIL_CHANGE, u.id, email, err);
    if (!rc)
        call_audit(c, "user", u.id, "Medium", "Asked to change the e-mail address to %.*s",
                   STR_ARG(email));
    return rc;
}

static enum err_code
confirm(struct call *c, const struct scope *s, const struct user *u, struct err *err)
{
    struct flow f;
    struct user change = {.id = u->id, .verified = true};
    enum err_code rc =
        flow_redeem_code(c, s, FLOW_EMAIL_CHANGE, u->id, call_str(c, "code"), &f, err);
    if (!rc && !str_eq_nocase(f.data, call_str(c, "email")))
        return refuse_code(c, err);
    change.email = f.data;
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_CODE, u->id, err);
    if (!rc)
        rc = refuse_email(c, store_user_update(s, &change, USER_F(email) | USER_F(verified), err),
                          err);
    return rc ? rc : self_email_changed(c, s, u, change.email, err);
}

static enum err_code
op_me_email_confirm(struct call *c, struct err *err)
{
    struct user u;
    bool allowed;
    enum err_code rc = self_guess(c, &u, &allowed, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (rc)
        return rc;
    rc = s ? check_policy(c, s, err) : err_failed(err);
    if (rc)
        return rc;
    return allowed ? confirm(c, s, &u, err) : refuse_code(c, err);
}

/* ---- by the environment ---- */

static enum err_code
op_emails_create_vendor(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_email e = {0};
    struct str email = call_str(c, "email");
    bool verified = call_bool(c, "isVerified", false);
    enum err_code rc = self_param(c, &s, &u, err);
    if (!rc)
        rc = refuse_email(c, store_user_email_add(s, u.id, email, verified, &e, err), err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "Medium", "Added the e-mail address %.*s", STR_ARG(email));
    write_email(c, &e);
    return ERR_OK;
}

static enum err_code
op_emails_delete_vendor(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_param(c, &s, &u, err);
    return rc ? rc : remove_email(c, s, &u, err);
}

static enum err_code
op_emails_primary_vendor(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_param(c, &s, &u, err);
    return rc ? rc : make_primary(c, s, &u, err);
}

static enum err_code
op_emails_policy_get(struct call *c, struct err *err)
{
    return document_answer(c, &user_emails_policy, DOCUMENT_PRESETS, true, err);
}

static enum err_code
op_emails_policy_set(struct call *c, struct err *err)
{
    return document_write(c, &user_emails_policy, DOCUMENT_UPSERT, err);
}

const struct op_binding emails_ops[] = {
    BIND(emails_list),           BIND(emails_list_own),
    BIND(emails_create),         BIND(emails_verify),
    BIND(emails_delete),         BIND(emails_primary),
    BIND(emails_create_vendor),  BIND(emails_delete_vendor),
    BIND(emails_primary_vendor), BIND(emails_policy_get),
    BIND(emails_policy_set),     BIND(me_email_change),
    BIND(me_email_confirm),      BIND_END,
};
