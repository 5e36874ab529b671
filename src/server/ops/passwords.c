/*
 * Resetting a forgotten password by e-mail or SMS, changing a known one, and what holds for it.
 *
 * The routes that begin a reset are public: they do the same for a person who is not there, and only
 * the mailbox knows. What ends one is the token alone, which was mailed or comes for the code that
 * was sent; it signs nobody in, so that a second factor is still asked for afterwards.
 */
#include "base/rand.h"
#include "server/flow.h"
#include "server/notify.h"
#include "server/ops/ops.h"
#include "server/password_rules.h"
#include "server/refusals.h"
#include "server/self.h"
#include "server/send_limit.h"
#include "server/signin.h"
#include "store/factors.h"
#include "store/phones.h"

enum { RESET_MS = 10 * 60 * 1000 };

/* ---- who is meant ---- */

struct target {
    struct user user;        /* seq 0: nobody */
    struct str email, phone; /* where messages go; absent: nowhere */
};

static enum user_key
kind_of(struct str type, struct str identifier)
{
    if (str_eq(type, STR("phoneNumber")) || (!str_given(type) && str_starts(identifier, STR("+"))))
        return USER_BY_PHONE;
    if (str_eq(type, STR("email")) || (!str_given(type) && str_find_char(identifier, '@') >= 0))
        return USER_BY_EMAIL;
    return USER_BY_USERNAME;
}

/* The address that was named, as the person wrote it down, else the primary one. */
static enum err_code
pick_email(const struct scope *s, enum user_key by, struct str identifier, struct target *t,
           struct err *err)
{
    struct user_email e;
    t->email = t->user.email;
    if (by != USER_BY_EMAIL)
        return ERR_OK;
    enum err_code rc = store_user_email_get(s, t->user.id, STR_ABSENT, identifier, &e, err);
    if (!rc)
        t->email = e.email;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* The number that was named, else one that is verified, else the one that is shown. */
static enum err_code
pick_phone(const struct scope *s, enum user_key by, struct str identifier, struct target *t,
           struct err *err)
{
    struct user_phone p;
    struct user_phone_list list = {.n = 0};
    enum err_code rc = ERR_OK;
    t->phone = t->user.phone_number;
    if (by == USER_BY_PHONE) {
        rc = store_user_phone_get(s, t->user.id, STR_ABSENT, identifier, &p, err);
        if (!rc)
            t->phone = p.phone_number;
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    }
    rc = store_user_phones(s, t->user.id, &list, err);
    for (size_t i = 0; i < list.n; i++)
        if (list.items[i].verified) {
            t->phone = list.items[i].phone_number;
            break;
        }
    return rc;
}

/* The same is asked about nobody, so that it takes as long. */
static enum err_code
find_target(const struct scope *s, struct str type, struct str identifier, struct target *out,
            struct err *err)
{
    enum user_key by = kind_of(type, identifier);
    *out = (struct target){.email = STR_ABSENT};
    enum err_code rc = store_user_get(s, by, identifier, &out->user, err);
    bool nobody = rc == ERR_NOT_FOUND;
    if (nobody)
        out->user = (struct user){.id = STR("")};
    if (!rc || nobody)
        rc = pick_email(s, by, identifier, out, err);
    if (!rc)
        rc = pick_phone(s, by, identifier, out, err);
    if (nobody)
        *out = (struct target){.email = STR_ABSENT};
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* ---- beginning a reset ---- */

/* The limit counts what was typed, so that it says nothing about who is behind it. */
static enum err_code
begin(struct call *c, struct str type, struct str identifier, const struct scope **s,
      struct target *t, struct err *err)
{
    *s = call_scope(c, err);
    enum err_code rc = *s ? send_limit(c, *s, identifier, NULL, err) : err_failed(err);
    if (!rc)
        rc = find_target(*s, type, identifier, t, err);
    if (!rc)
        call_audit(c, "user", t->user.id, "Medium", "Asked to reset a password");
    return rc;
}

/* The flow remembers which mailbox its token went to, if to one. */
static struct flow
new_flow(const struct call *c, enum flow_kind kind, const struct target *t, struct str mailed_to)
{
    return (struct flow){
        .kind = kind, .user_id = t->user.id, .data = mailed_to, .expires_at = c->now + RESET_MS};
}

static enum err_code
mail_token(struct call *c, struct str type, struct str identifier, struct err *err)
{
    const struct scope *s;
    struct target t;
    struct str token;
    enum err_code rc = begin(c, type, identifier, &s, &t, err);
    if (rc)
        return rc;
    struct flow f = new_flow(c, FLOW_PASSWORD_RESET, &t, t.email);
    rc = flow_start(c, s, &f, FLOW_ALONE, &token, err);
    bool reaches = t.user.seq && t.email.n;
    struct notice n = {.type = "ResetPassword",
                       .user = t.user.seq ? &t.user : NULL,
                       .to = reaches ? t.email : STR("nobody@example.invalid"),
                       .tenant_id = t.user.active_tenant_id,
                       .token = token,
                       .expires_at = f.expires_at,
                       .decoy = !reaches};
    return rc ? rc : notify_email(c, s, &n, err);
}

static enum err_code
op_passwords_reset(struct call *c, struct err *err)
{
    struct str identifier = call_str(c, "identifier"), type = call_str(c, "identifierType");
    if (!str_given(identifier)) { /* as older clients say it */
        identifier = call_str(c, "email");
        type = STR("email");
    }
    if (identifier.n == 0)
        return call_refuse(c, err, ERR_INVALID, NULL, "identifier should not be empty");
    return mail_token(c, type, identifier, err);
}

static void
answer_session(struct call *c, struct str id)
{
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "sessionId", id);
    jw_close(&c->out, '}');
}

/* The session is only a name for the request: what the mail holds is enough, and what is here is not. */
static enum err_code
op_passwords_reset_email(struct call *c, struct err *err)
{
    enum err_code rc = mail_token(c, call_str(c, "identifierType"), call_str(c, "identifier"), err);
    if (!rc)
        answer_session(c, rand_uuid_str(c->arena));
    return rc;
}

static enum err_code
op_passwords_reset_sms(struct call *c, struct err *err)
{
    const struct scope *s;
    struct target t;
    struct str token;
    enum err_code rc =
        begin(c, call_str(c, "identifierType"), call_str(c, "identifier"), &s, &t, err);
    if (rc)
        return rc;
    struct flow f = new_flow(c, FLOW_PASSWORD_SMS, &t, STR_ABSENT);
    rc = flow_start(c, s, &f, FLOW_WITH_CODE | FLOW_ALONE, &token, err);
    bool reaches = t.user.seq && t.phone.n;
    struct notice n = {.type = "ResetPassword",
                       .user = t.user.seq ? &t.user : NULL,
                       .to = reaches ? t.phone : STR("+10000000000"),
                       .tenant_id = t.user.active_tenant_id,
                       .code = f.code,
                       .expires_at = f.expires_at,
                       .decoy = !reaches};
    if (!rc)
        rc = notify_sms(c, s, &n, err);
    if (!rc)
        answer_session(c, token);
    return rc;
}

/* The code that was sent, here called otcToken, for a token that sets a password. */
static enum err_code
exchange_code(struct call *c, const struct scope *s, struct str session, struct err *err)
{
    struct flow f = {0};
    struct str token;
    enum err_code rc =
        flow_redeem_code(c, s, FLOW_PASSWORD_SMS, session, call_str(c, "otcToken"), &f, err);
    if (!rc && !str_given(f.user_id))
        return refuse_code(c, err);
    struct target t = {.user = {.id = f.user_id}};
    struct flow next = new_flow(c, FLOW_PASSWORD_RESET, &t, STR_ABSENT);
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_CODE, f.user_id, err);
    if (!rc)
        rc = flow_start(c, s, &next, FLOW_ALONE, &token, err);
    if (rc)
        return rc;
    call_audit(c, "user", f.user_id, "Medium", "Showed the code to reset a password");
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "userId", f.user_id);
    jw_kstr(&c->out, "token", token);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_passwords_reset_sms_verify(struct call *c, struct err *err)
{
    struct str session = call_str(c, "sessionId");
    struct flow f = {0};
    bool found, allowed = false;
    enum err_code rc = flow_peek(c, FLOW_PASSWORD_SMS, session, &f, &found, err);
    if (!rc)
        rc = lockout_attempt(c, LOCKOUT_CODE, f.user_id, &allowed, err);
    if (rc)
        return rc;
    const struct scope *s = call_scope(c, err);
    if (!s)
        return err_failed(err);
    return allowed ? exchange_code(c, s, session, err) : refuse_code(c, err);
}

/* ---- ending a reset ---- */

static const struct flow_refusal bad_token = {
    .code = ERR_INVALID,
    .text = "The token is not valid, was used or has expired",
    .expired_text = "The token is not valid, was used or has expired"};

/* *found: the token is good, and for the person that the body names. */
static enum err_code
peek(struct call *c, struct flow *f, bool *found, struct err *err)
{
    enum err_code rc = flow_peek(c, FLOW_PASSWORD_RESET, call_str(c, "token"), f, found, err);
    *found = *found && str_given(f->user_id) && str_eq(f->user_id, call_str(c, "userId"));
    return rc;
}

/* Everything that a former password, or who knew it, could still lead to. */
static enum err_code
end_the_rest(struct call *c, const struct scope *s, struct str user_id, struct str session,
             struct err *err)
{
    enum err_code rc = signin_end_sessions(c, s, user_id, session, err);
    if (!rc)
        rc = store_remembered_drop(s, user_id, err);
    if (!rc)
        rc = store_flow_void(s, FLOW_EMAIL_CHANGE, user_id, err);
    return rc ? rc : lockout_clear(c, s, LOCKOUT_PASSWORD, user_id, err);
}

/* Who got the token from the primary address has shown that it is theirs; further ones are verified
 * before anything is sent there. */
static enum err_code
note_mailbox(const struct scope *s, const struct flow *f, struct err *err)
{
    struct user_email e = {0};
    struct user change = {.id = f->user_id, .verified = true};
    if (!f->data.n)
        return ERR_OK;
    enum err_code rc = store_user_email_get(s, f->user_id, STR_ABSENT, f->data, &e, err);
    if (rc == ERR_NOT_FOUND || (!rc && (!e.primary || e.verified)))
        return ERR_OK;
    return rc ? rc : store_user_update(s, &change, USER_F(verified), err);
}

/* Whoever did it, the owner learns of it, at an address that is known to be theirs. */
static enum err_code
tell_owner(struct call *c, const struct scope *s, struct str user_id, struct err *err)
{
    struct user u;
    enum err_code rc = store_user_get(s, USER_BY_ID, user_id, &u, err);
    struct notice n = {.type = "PasswordChanged", .user = &u};
    return rc || !u.verified ? rc : notify_email(c, s, &n, err);
}

static enum err_code
op_passwords_reset_verify(struct call *c, struct err *err)
{
    struct flow f = {0};
    struct new_password p;
    bool found;
    enum err_code rc = peek(c, &f, &found, err);
    if (!rc && !found)
        return call_refuse(c, err, bad_token.code, NULL, "%s", bad_token.text);
    if (!rc)
        rc = password_prepare(c, f.user_id, STR_ABSENT, call_str(c, "password"), NULL, &p, err);
    if (rc)
        return rc;
    const struct scope *s = call_scope(c, err);
    rc = s ? flow_redeem(c, s, FLOW_PASSWORD_RESET, call_str(c, "token"), &bad_token, &f, err)
           : err_failed(err);
    if (!rc)
        rc = password_set(c, s, f.user_id, &p, err);
    if (!rc)
        rc = note_mailbox(s, &f, err);
    if (!rc)
        rc = end_the_rest(c, s, f.user_id, STR_ABSENT, err);
    if (!rc)
        rc = tell_owner(c, s, f.user_id, err);
    if (!rc)
        call_audit(c, "user", f.user_id, "High", "Reset a password");
    return rc;
}

static enum err_code
op_passwords_reset_validate(struct call *c, struct err *err)
{
    struct flow f = {0};
    bool found;
    enum err_code rc = peek(c, &f, &found, err);
    return rc || found ? rc : call_refuse(c, err, ERR_GONE, NULL, "%s", bad_token.text);
}

/* ---- changing ---- */

/* The present password is a guess like one at the front door, and counted with those. */
static enum err_code
check_present(struct call *c, struct user *u, struct err *err)
{
    bool allowed = false, right = false;
    enum err_code rc = self_peek(c, u, err);
    if (!rc)
        rc = lockout_attempt(c, LOCKOUT_PASSWORD, u->id, &allowed, err);
    if (!rc)
        rc = call_password_verify(c, call_str(c, "password"),
                                  allowed ? u->password_hash : STR_ABSENT, &right, err);
    if (!rc && !right)
        return call_refuse(c, err, ERR_INVALID, "ER-01013", "Invalid authentication");
    return rc;
}

static enum err_code
op_passwords_change(struct call *c, struct err *err)
{
    struct user u;
    struct new_password p;
    struct str password = call_str(c, "newPassword");
    enum err_code rc = check_present(c, &u, err);
    if (!rc && str_eq_secret(password, call_str(c, "password")))
        return call_refuse(c, err, ERR_INVALID, NULL, "password must differ from the present one");
    if (!rc)
        rc = password_prepare(c, u.id, STR_ABSENT, password, NULL, &p, err);
    if (rc)
        return rc;
    const struct scope *s = call_scope(c, err);
    rc = s ? password_set(c, s, u.id, &p, err) : err_failed(err);
    if (!rc)
        rc = end_the_rest(c, s, u.id, c->who.session_id, err);
    if (!rc)
        rc = tell_owner(c, s, u.id, err);
    if (!rc)
        call_audit(c, "user", u.id, "High", "Changed their password");
    return rc;
}

/* ---- what holds ---- */

static void
write_policy(struct jw *w, const struct password_policy *p)
{
    jw_open(w, '{');
    jw_kbool(w, "allowPassphrases", p->allow_passphrases);
    jw_ki64(w, "maxLength", p->max_length);
    jw_ki64(w, "minLength", p->min_length);
    jw_ki64(w, "minPhraseLength", p->min_phrase_length);
    jw_ki64(w, "minOptionalTestsToPass", p->min_optional);
    jw_kbool(w, "blockPwnedPasswords", p->block_breached);
    jw_key(w, "optionalTests");
    jw_open(w, '{');
    jw_kbool(w, "requireLowercase", p->lowercase);
    jw_kbool(w, "requireUppercase", p->uppercase);
    jw_kbool(w, "requireNumbers", p->numbers);
    jw_kbool(w, "requireSpecialChars", p->special_chars);
    jw_close(w, '}');
    jw_key(w, "requiredTests");
    jw_open(w, '{');
    jw_kbool(w, "checkThreeRepeatedChars", p->three_repeated);
    jw_close(w, '}');
    jw_close(w, '}');
}

/*
 * The page that ends a reset asks without a token, for the person of its link. Nobody learns more
 * than how strict the tenants of somebody are whose id they know.
 */
static enum err_code
op_passwords_config(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct password_policy p;
    struct scope everywhere;
    bool own = c->who.kind == PRINCIPAL_USER || c->who.kind == PRINCIPAL_USER_TOKEN;
    struct str user = own || c->user_id.n ? c->user_id : call_query(c, "userId");
    enum err_code rc = s ? scope_tenant(s, STR_ABSENT, &everywhere, err) : err_failed(err);
    if (!rc)
        rc = password_policy_of(&everywhere, user, STR_ABSENT, &p, err);
    if (!rc)
        write_policy(&c->out, &p);
    return rc;
}

const struct op_binding passwords_ops[] = {
    BIND(passwords_reset),
    BIND(passwords_reset_email),
    BIND(passwords_reset_sms),
    BIND(passwords_reset_sms_verify),
    BIND(passwords_reset_verify),
    BIND(passwords_reset_validate),
    BIND(passwords_change),
    BIND(passwords_config),
    BIND_END,
};
