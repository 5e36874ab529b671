/* Phone numbers of people: own ones, added and removed by a code that goes there, and those of others. */
#include "store/phones.h"
#include "server/flow.h"
#include "server/notify.h"
#include "server/ops/ops.h"
#include "server/refusals.h"
#include "server/self.h"
#include "server/send_limit.h"
#include "server/signin.h"

enum { CODE_MS = 10 * 60 * 1000, NAMES_MAX = 200 };

static enum err_code
refuse_phone(struct call *c, enum err_code rc, struct err *err)
{
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Phone number not found");
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Phone number already exists");
    if (rc == ERR_LIMIT)
        return call_refuse(c, err, ERR_INVALID, NULL, "A user may have at most %d phone numbers",
                           USER_PHONES_MAX);
    return rc;
}

/* ---- answers ---- */

static void
write_phone(struct call *c, const struct user_phone *p)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", p->id);
    jw_kstr(w, "userId", p->user_id);
    jw_kstr(w, "phoneNumber", p->phone_number);
    jw_kbool(w, "verified", p->verified);
    jw_ktime(w, "createdAt", p->created_at);
    jw_ktime(w, "updatedAt", p->updated_at);
    jw_close(w, '}');
}

static enum err_code
op_phones_list(struct call *c, struct err *err)
{
    struct str ids[NAMES_MAX];
    struct page page;
    struct user_phone_list list = {.n = 0};
    call_page(c, 50, &page);
    struct address_query q = {
        .page = page_rows(&page),
        .exact = call_query(c, "_phoneNumber"),
        .user_ids = ids,
        .n_user_ids = call_query_list(c, "userIds", ids, NAMES_MAX),
    };
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_user_phone_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        write_phone(c, &list.items[i]);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

static enum err_code
op_phones_list_v1(struct call *c, struct err *err)
{
    return op_phones_list(c, err);
}

static enum err_code
op_phones_list_own(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_phone_list list = {.n = 0};
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = store_user_phones(s, u.id, &list, err);
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        write_phone(c, &list.items[i]);
    jw_close(&c->out, ']');
    return rc;
}

/* ---- codes ---- */

/* Sends a code to the number; the token names the attempt and is nothing without the code. */
static enum err_code /* NOLINTNEXTLINE(readability-function-size): kind and token are one flow */
send_code(struct call *c, const struct scope *s, const struct user *u, enum flow_kind kind,
          const struct user_phone *p, struct str *token, struct err *err)
{
    struct flow f = {.kind = kind, .user_id = u->id, .data = p->id, .expires_at = c->now + CODE_MS};
    enum err_code rc = flow_start(c, s, &f, FLOW_WITH_CODE | FLOW_ALONE, token, err);
    struct notice n = {.type = "VerifyPhoneNumber",
                       .user = u,
                       .to = p->phone_number,
                       .tenant_id = u->active_tenant_id,
                       .code = f.code,
                       .expires_at = f.expires_at};
    return rc ? rc : notify_sms(c, s, &n, err);
}

static void
answer_token(struct call *c, struct str phone_id, struct str token)
{
    jw_open(&c->out, '{');
    jw_kgiven(&c->out, "phoneId", phone_id);
    jw_kgiven(&c->out, "otcToken", token);
    jw_close(&c->out, '}');
}

/* The number that the code of the body was sent to; 400 if it is wrong or somebody else's. */
static enum err_code
redeem(struct call *c, enum flow_kind kind, const struct scope **s, struct user *u, struct flow *f,
       struct err *err)
{
    struct str token = call_str(c, "otcToken");
    bool allowed, found;
    enum err_code rc = self_guess(c, u, &allowed, err);
    if (!rc)
        rc = flow_peek(c, kind, token, f, &found, err);
    if (rc)
        return rc;
    *s = call_scope(c, err);
    if (!*s)
        return err_failed(err);
    if (!allowed || (found && !str_eq(f->user_id, u->id)))
        return refuse_code(c, err);
    rc = flow_redeem_code(c, *s, kind, token, call_str(c, "code"), f, err);
    return rc ? rc : lockout_clear(c, *s, LOCKOUT_CODE, u->id, err);
}

/* ---- adding ---- */

static enum err_code
op_phones_create(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_phone p = {0};
    struct str token = STR_ABSENT, phone = call_str(c, "phoneNumber");
    bool verify = call_bool(c, "verify", true);
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc && verify)
        rc = send_limit(c, s, phone, &u, err);
    if (!rc)
        rc = refuse_phone(c, store_user_phone_add(s, u.id, phone, false, &p, err), err);
    if (!rc && verify)
        rc = send_code(c, s, &u, FLOW_PHONE_VERIFY, &p, &token, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "Medium", "Added the phone number %.*s", STR_ARG(phone));
    answer_token(c, STR_ABSENT, token);
    return ERR_OK;
}

static enum err_code
op_phones_verify_start(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_phone p = {0};
    struct str token, phone = call_str(c, "phoneNumber");
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = send_limit(c, s, phone, &u, err);
    if (!rc)
        rc = refuse_phone(c, store_user_phone_get(s, u.id, STR_ABSENT, phone, &p, err), err);
    if (!rc && p.verified)
        return call_refuse(c, err, ERR_INVALID, NULL, "Phone number is already verified");
    if (!rc)
        rc = send_code(c, s, &u, FLOW_PHONE_VERIFY, &p, &token, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "Medium", "Asked to verify the phone number %.*s", STR_ARG(phone));
    answer_token(c, STR_ABSENT, token);
    return ERR_OK;
}

static enum err_code
op_phones_verify(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct flow f = {0};
    enum err_code rc = redeem(c, FLOW_PHONE_VERIFY, &s, &u, &f, err);
    if (!rc)
        rc = refuse_phone(c, store_user_phone_verify(s, u.id, f.data, err), err);
    if (!rc)
        call_audit(c, "user", u.id, "Medium", "Verified a phone number");
    return rc;
}

/* ---- removing ---- */

static enum err_code
remove_phone(struct call *c, const struct scope *s, const struct user *u, struct str id,
             struct err *err)
{
    struct user_phone p = {0};
    enum err_code rc = store_user_phone_get(s, u->id, id, STR_ABSENT, &p, err);
    if (!rc)
        rc = store_user_phone_delete(s, u->id, id, err);
    rc = refuse_phone(c, rc, err);
    if (!rc && p.verified)
        rc = self_void_links(s, u->id, err);
    if (!rc)
        call_audit(c, "user", u->id, "Medium", "Removed the phone number %.*s",
                   STR_ARG(p.phone_number));
    return rc;
}

/* Nobody can show a code that goes to a number they never had: an unverified one goes at once. */
static enum err_code
op_phones_delete_start(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_phone p = {0};
    struct str token = STR_ABSENT;
    enum err_code rc = self_find(c, &s, &u, err);
    if (!rc)
        rc = refuse_phone(
            c, store_user_phone_get(s, u.id, call_param(c, "id"), STR_ABSENT, &p, err), err);
    if (!rc && p.verified) {
        rc = send_limit(c, s, p.phone_number, &u, err);
        if (!rc)
            rc = send_code(c, s, &u, FLOW_PHONE_DELETE, &p, &token, err);
        if (!rc)
            call_audit(c, "user", u.id, "Medium", "Asked to remove the phone number %.*s",
                       STR_ARG(p.phone_number));
    } else if (!rc) {
        rc = remove_phone(c, s, &u, p.id, err);
    }
    if (!rc)
        answer_token(c, p.id, token);
    return rc;
}

static enum err_code
op_phones_delete(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct flow f = {0};
    enum err_code rc = redeem(c, FLOW_PHONE_DELETE, &s, &u, &f, err);
    if (!rc && !str_eq(f.data, call_param(c, "id")))
        return refuse_code(c, err);
    return rc ? rc : remove_phone(c, s, &u, f.data, err);
}

/* ---- by the environment ---- */

static enum err_code
op_phones_create_vendor(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct user_phone p = {0};
    struct str phone = call_str(c, "phoneNumber");
    enum err_code rc = self_param(c, &s, &u, err);
    if (!rc)
        rc = refuse_phone(c, store_user_phone_add(s, u.id, phone, true, &p, err), err);
    if (!rc)
        call_audit(c, "user", u.id, "Medium", "Added the phone number %.*s", STR_ARG(phone));
    return rc;
}

static enum err_code
op_phones_delete_vendor(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    enum err_code rc = self_param(c, &s, &u, err);
    return rc ? rc : remove_phone(c, s, &u, call_param(c, "phoneId"), err);
}

const struct op_binding phones_ops[] = {
    BIND(phones_list),
    BIND(phones_list_v1),
    BIND(phones_list_own),
    BIND(phones_create),
    BIND(phones_verify_start),
    BIND(phones_verify),
    BIND(phones_delete_start),
    BIND(phones_delete),
    BIND(phones_create_vendor),
    BIND(phones_delete_vendor),
    BIND_END,
};
