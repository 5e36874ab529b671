/*
 * Sign-in by link or code, in two steps: prelogin sends, postlogin redeems. Nothing here tells
 * whether there is an account: an unknown person's attempt is made, mailed and counted like any
 * other, and the mail dropped.
 *
 * A code belongs to the attempt that asked for it, which the browser names by a cookie; a link
 * belongs to whoever has it, or with forceSameDeviceOnAuth to the browser that asked. The link leads
 * to the application, which posts the token: a mail scanner that follows it uses nothing up.
 */
#include "crypto/token.h"
#include "server/captcha.h"
#include "server/cookie.h"
#include "server/flow.h"
#include "server/flow_memory.h"
#include "server/invite.h"
#include "server/notify.h"
#include "server/ops/ops.h"
#include "server/refusals.h"
#include "server/restrict.h"
#include "server/send_limit.h"
#include "server/settings.h"
#include "server/signin.h"
#include "server/state.h"

enum { IDENTIFIER_MAX = 512 };

/* One row per way in. */
struct way {
    enum flow_kind kind;
    unsigned method;
    const char *strategies[2]; /* values of authStrategy that offer it */
    const char *message;
    bool by_code, by_phone;
};
static const struct way BY_LINK = {
    FLOW_MAGIC_LINK, SIGNIN_LINK, {"MagicLink", "UsernameAndMagicLink"}, "MagicLink", false, false};
static const struct way BY_EMAIL_CODE = {
    FLOW_EMAIL_CODE, SIGNIN_EMAIL_CODE, {"Code", "UsernameAndCode"}, "OTC", true, false};
static const struct way BY_SMS_CODE = {
    FLOW_SMS_CODE, SIGNIN_SMS_CODE, {"SmsCode", "UsernameAndSms"}, "OTC", true, true};

struct terms {
    int64_t lifetime_ms;
    bool same_device;
    struct str same_site;
};

static enum err_code
read_terms(struct call *c, const struct scope *s, const struct way *way, struct terms *out,
           struct err *err)
{
    struct json *core;
    int64_t seconds = 0;
    *out = (struct terms){.lifetime_ms = 0};
    enum err_code rc = document_environment(s, &core_settings, &core, err);
    struct str strategy = json_str(json_get(core, "authStrategy"));
    if (!rc && !str_eq(strategy, str_of(way->strategies[0])) &&
        !str_eq(strategy, str_of(way->strategies[1])))
        rc = refuse_method(c, err);
    if (!rc) {
        (void)json_to_i64(json_get(core, "defaultPasswordlessTokenExpiration"), &seconds);
        (void)json_to_bool(json_get(core, "forceSameDeviceOnAuth"), &out->same_device);
        out->lifetime_ms = seconds * 1000;
        out->same_site = arena_str(c->arena, json_str(json_get(core, "cookieSameSite")));
    }
    json_free(core);
    return rc;
}

/* ---- what an attempt remembers ---- */

struct memory {
    struct str device;     /* hash of the cookie that must come back; absent: none must */
    struct str email;      /* of somebody who comes in by an invitation and is not there yet */
    struct str invitation; /* its token */
};

static const struct flow_member MEMORY[] = {
    {"device", FLOW_TEXT, offsetof(struct memory, device)},
    {"email", FLOW_TEXT, offsetof(struct memory, email)},
    {"invitation", FLOW_TEXT, offsetof(struct memory, invitation)},
    {NULL, FLOW_TEXT, 0},
};

/* ---- prelogin ---- */

/* Somebody who wants in, by what they say about themselves. */
struct visitor {
    const struct way *way;
    struct user user; /* id absent: nobody who may */
    struct str named; /* as they named themselves */
    struct memory memory;
};

static enum err_code
find_named(struct call *c, const struct scope *s, struct visitor *v, struct err *err)
{
    static const struct {
        const char *name;
        enum user_key by;
    } keys[] = {{"email", USER_BY_EMAIL},
                {"userId", USER_BY_ID},
                {"username", USER_BY_USERNAME},
                {"phoneNumber", USER_BY_PHONE}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        v->named = call_str(c, keys[i].name);
        if (!v->named.n || !field_find(c->op->body, str_of(keys[i].name)))
            continue;
        if (v->named.n > IDENTIFIER_MAX)
            return call_refuse(c, err, ERR_INVALID, NULL, "%s is too long", keys[i].name);
        enum err_code rc = store_user_get(s, keys[i].by, v->named, &v->user, err);
        if (rc == ERR_NOT_FOUND)
            v->user = (struct user){.id = STR_ABSENT};
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    }
    return call_refuse(c, err, ERR_INVALID, "ER-000a64f544",
                       "Either email or username must be provided");
}

/* Who may not come in is nobody from here on. */
static enum err_code
check_gate(struct call *c, const struct scope *s, struct visitor *v, struct err *err)
{
    struct err refusal = {.code = ERR_OK};
    enum err_code rc = signin_gate(c, s, &v->user, &refusal);
    if (rc && err_http(rc) >= 500) {
        *err = refusal;
        return rc;
    }
    call_forgive(c);
    if (rc || !(v->way->by_phone ? v->user.phone_number : v->user.email).n)
        v->user = (struct user){.id = STR_ABSENT};
    return ERR_OK;
}

/* An invitation is good for an address that nobody has yet, where it could be mailed to. */
static enum err_code
check_invitation(struct call *c, const struct scope *s, struct visitor *v, struct err *err)
{
    struct invite in;
    struct scope tenant;
    struct str token = call_str(c, "invitationToken");
    if (!token.n)
        return ERR_OK;
    enum err_code rc = invite_find(c, s, token, &in, err);
    if (!rc)
        rc = scope_tenant(s, in.tenant_id, &tenant, err);
    if (rc || v->way->by_phone || !call_has(c, "email"))
        return rc;
    rc = restrict_email(c, &tenant, call_str(c, "email"), err);
    if (!rc && !str_given(v->user.id)) {
        v->memory.email = call_str(c, "email");
        v->memory.invitation = token;
    }
    return rc;
}

static enum err_code
find_visitor(struct call *c, const struct scope *s, struct visitor *v, struct err *err)
{
    enum err_code rc = find_named(c, s, v, err);
    /* Counted by the name alone, so that the limit tells nothing either. */
    if (!rc)
        rc = send_limit(c, s, v->named, NULL, err);
    if (!rc)
        rc = check_invitation(c, s, v, err);
    return rc ? rc : check_gate(c, s, v, err);
}

static enum err_code
send(struct call *c, const struct scope *s, const struct visitor *v, const struct flow *f,
     struct str token, struct err *err)
{
    bool real = str_given(v->user.id), invited = str_given(v->memory.email);
    struct notice n = {.type = v->way->message,
                       .user = real ? &v->user : NULL,
                       .to = real ? STR_ABSENT : v->named,
                       .code = f->code,
                       .token = v->way->by_code ? STR_ABSENT : token,
                       .expires_at = f->expires_at,
                       .decoy = !real && !invited};
    return v->way->by_phone ? notify_sms(c, s, &n, err) : notify_email(c, s, &n, err);
}

/* Begins an attempt, sends the message, and gives the browser what names the attempt. */
static enum err_code
begin(struct call *c, const struct scope *s, const struct terms *terms, struct visitor *v,
      struct err *err)
{
    struct str token, device = STR_ABSENT;
    if (!v->way->by_code && terms->same_device) {
        device = token_new(c->arena);
        v->memory.device = token_hash_hex(c->arena, device);
    }
    struct flow f = {.kind = v->way->kind,
                     .user_id = v->user.id,
                     .data = flow_remember(c, MEMORY, &v->memory),
                     .expires_at = c->now + terms->lifetime_ms};
    /* Nobody's attempt costs what everybody's does. */
    enum err_code rc =
        store_flow_void(s, v->way->kind, str_given(f.user_id) ? f.user_id : STR(""), err);
    if (!rc)
        rc = flow_start(c, s, &f, v->way->by_code ? FLOW_WITH_CODE : 0, &token, err);
    if (!rc)
        rc = send(c, s, v, &f, token, err);
    if (rc)
        return rc;
    if (!v->way->by_code && !str_given(device))
        return ERR_OK;
    cookie_set(c, COOKIE_ATTEMPT, v->way->by_code ? token : device, f.expires_at, terms->same_site);
    return ERR_OK;
}

static enum err_code
start(struct call *c, const struct way *way, struct visitor *v, struct err *err)
{
    *v = (struct visitor){.way = way};
    struct terms terms;
    enum err_code rc = captcha_check(c, call_str(c, "email"), err);
    const struct scope *s = rc ? NULL : call_environment(c, err);
    if (!rc)
        rc = s ? read_terms(c, s, way, &terms, err) : err_failed(err);
    if (!rc)
        rc = find_visitor(c, s, v, err);
    if (!rc)
        rc = begin(c, s, &terms, v, err);
    if (!rc)
        call_audit(c, "user", v->user.id, "Info", "Asked for a %s to sign in",
                   v->way->by_code ? "code" : "link");
    return rc;
}

static enum err_code
op_passwordless_link_start(struct call *c, struct err *err)
{
    struct visitor v;
    return start(c, &BY_LINK, &v, err);
}

static enum err_code
op_passwordless_email_start(struct call *c, struct err *err)
{
    struct visitor v;
    return start(c, &BY_EMAIL_CODE, &v, err);
}

/* ---- the number a code went to, as far as it may be seen ---- */

/* For who has no number: always the same digits for the same name, known to this server alone. */
static enum err_code
made_up_digits(struct call *c, const struct scope *s, struct str name, unsigned *out,
               struct err *err)
{
    static const char key_name[] = "phone-mask-key";
    unsigned char digest[TOKEN_HASH_SIZE];
    struct str key;
    enum err_code rc = store_sealed_get(s, STR(key_name), &key, err);
    if (rc == ERR_NOT_FOUND) {
        key = token_new(c->arena);
        rc = store_sealed_put(s, STR(key_name), key, err);
    }
    if (rc)
        return rc;
    token_fingerprint(arena_printf(c->arena, "%.*s %.*s", STR_ARG(key), STR_ARG(name)), digest);
    *out = (digest[0] * 256u + digest[1]) % 100;
    return ERR_OK;
}

static enum err_code
write_number(struct call *c, const struct scope *s, const struct visitor *v, struct err *err)
{
    struct str number = v->user.phone_number;
    unsigned digits = 0;
    enum err_code rc = made_up_digits(c, s, v->named, &digits, err);
    if (rc)
        return rc;
    if (!number.n)
        number = call_str(c, "phoneNumber");
    struct str end = number.n >= 2 ? str_sub(number, number.n - 2, number.n)
                                   : arena_printf(c->arena, "%02u", digits);
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "phoneNumber", arena_printf(c->arena, "+*********%.*s", STR_ARG(end)));
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_passwordless_sms_start(struct call *c, struct err *err)
{
    struct visitor v;
    enum err_code rc = start(c, &BY_SMS_CODE, &v, err);
    const struct scope *s = rc ? NULL : call_environment(c, err);
    if (rc)
        return rc;
    return s ? write_number(c, s, &v, err) : err_failed(err);
}

/* ---- postlogin ---- */

static const struct flow_refusal BAD_LINK = {
    .code = ERR_INVALID,
    .ref = "ER-01015",
    .text = "Magic link not found",
    .expired_ref = "ER-01014",
    .expired_text = "Magic link has expired",
};

static enum err_code
refuse_device(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_INVALID, "ER-01016", "Unknown device");
}

/* A link that another browser shows is left for the one that asked for it. */
static enum err_code
redeem_link(struct call *c, const struct scope *s, struct flow *f, struct err *err)
{
    struct str token = call_str(c, "token"), device = cookie_get(c, COOKIE_ATTEMPT);
    enum err_code rc = flow_find(c, s, FLOW_MAGIC_LINK, token, &BAD_LINK, f, err);
    struct memory m;
    if (!rc)
        rc = flow_recall(c, MEMORY, f->data, &m, err);
    if (rc)
        return rc;
    if (str_given(m.device) && !(device.n && token_matches(device, m.device)))
        return refuse_device(c, err);
    return flow_redeem(c, s, FLOW_MAGIC_LINK, token, &BAD_LINK, f, err);
}

static enum err_code
redeem(struct call *c, const struct scope *s, const struct way *way, struct flow *f,
       struct err *err)
{
    if (!way->by_code)
        return redeem_link(c, s, f, err);
    return flow_redeem_code(c, s, way->kind, cookie_get(c, COOKIE_ATTEMPT), call_str(c, "token"), f,
                            err);
}

/* Counts the guess against the account before the code is looked at. */
static enum err_code
count_guess(struct call *c, const struct way *way, struct err *err)
{
    struct str attempt = cookie_get(c, COOKIE_ATTEMPT);
    struct flow f = {0};
    bool found, allowed;
    if (!way->by_code)
        return ERR_OK;
    if (!attempt.n)
        return refuse_device(c, err);
    enum err_code rc = flow_peek(c, way->kind, attempt, &f, &found, err);
    if (!rc)
        rc = lockout_attempt(c, LOCKOUT_CODE, f.user_id, &allowed, err);
    if (!rc && !allowed)
        rc = refuse_code(c, err);
    return rc;
}

/* Whose address has just been shown to be theirs; somebody new, unless they came another way since. */
static enum err_code
find_or_create_invited(const struct scope *s, const struct memory *m, struct user *out,
                       struct err *err)
{
    enum err_code rc = store_user_get(s, USER_BY_EMAIL, m->email, out, err);
    if (rc != ERR_NOT_FOUND)
        return rc;
    *out = (struct user){.email = m->email, .verified = true};
    return store_user_create(s, out, err);
}

static enum err_code
who_is_it(struct call *c, const struct scope *s, const struct flow *f, const struct memory *m,
          struct user *out, struct err *err)
{
    enum err_code rc = ERR_NOT_FOUND;
    if (str_given(f->user_id))
        rc = store_user_get(s, USER_BY_ID, f->user_id, out, err);
    else if (str_given(m->email))
        rc = find_or_create_invited(s, m, out, err);
    return rc == ERR_NOT_FOUND ? refuse_sign_in(c, err) : rc;
}

/* The invitation of the body, else the one that the attempt began with; id absent: none. */
static enum err_code
find_invite(struct call *c, const struct scope *s, const struct memory *m, struct invite *out,
            struct err *err)
{
    struct str token = call_str(c, "invitationToken");
    *out = (struct invite){.id = STR_ABSENT};
    if (!token.n && m)
        token = m->invitation;
    return token.n ? invite_find(c, s, token, out, err) : ERR_OK;
}

/* The token was right: who is it, and where do they want to go. */
static enum err_code
admit(struct call *c, const struct scope *s, const struct way *way, const struct flow *f,
      struct signin *in, struct err *err)
{
    struct memory m;
    struct invite invite = {.id = STR_ABSENT};
    enum err_code rc = flow_recall(c, MEMORY, f->data, &m, err);
    if (!rc)
        rc = find_invite(c, s, &m, &invite, err);
    if (!rc)
        rc = who_is_it(c, s, f, &m, &in->user, err);
    if (!rc && str_given(invite.id))
        rc = invite_join(c, s, &invite, &in->user, MEMBER_ACTIVATED, err);
    if (!rc && way->by_code)
        rc = lockout_clear(c, s, LOCKOUT_CODE, in->user.id, err);
    in->tenant_id = invite.tenant_id;
    return rc;
}

static enum err_code
finish(struct call *c, const struct way *way, struct err *err)
{
    struct signin in = {.methods = way->method};
    struct terms terms;
    struct flow f = {0};
    struct invite invite;
    enum err_code rc = count_guess(c, way, err);
    if (rc)
        return rc;
    const struct scope *s = call_environment(c, err);
    rc = s ? read_terms(c, s, way, &terms, err) : err_failed(err);
    /* A bad invitation does not use the token up. */
    if (!rc)
        rc = find_invite(c, s, NULL, &invite, err);
    if (!rc)
        rc = redeem(c, s, way, &f, err);
    if (!rc)
        rc = admit(c, s, way, &f, &in, err);
    if (!rc)
        rc = signin_first_factor(c, &in, err);
    if (!rc)
        cookie_drop(c, COOKIE_ATTEMPT, terms.same_site);
    return rc;
}

static enum err_code
op_passwordless_link_finish(struct call *c, struct err *err)
{
    return finish(c, &BY_LINK, err);
}

static enum err_code
op_passwordless_email_finish(struct call *c, struct err *err)
{
    return finish(c, &BY_EMAIL_CODE, err);
}

static enum err_code
op_passwordless_sms_finish(struct call *c, struct err *err)
{
    return finish(c, &BY_SMS_CODE, err);
}

const struct op_binding passwordless_ops[] = {
    BIND(passwordless_link_start),
    BIND(passwordless_link_finish),
    BIND(passwordless_email_start),
    BIND(passwordless_email_finish),
    BIND(passwordless_sms_start),
    BIND(passwordless_sms_finish),
    BIND_END,
};
