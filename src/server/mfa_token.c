/* The sign-in that waits for its second factor. */
#include "crypto/token.h"
#include "server/flow.h"
#include "server/flow_memory.h"
#include "server/mfa_priv.h"

enum { MFA_TOKEN_MS = 10 * 60 * 1000, TOKEN_TEXT_MAX = 256 };

/* ---- as its flow remembers it ---- */

static const struct flow_member MEMORY[] = {
    {"methods", FLOW_UNSIGNED, offsetof(struct mfa_pending, in.methods)},
    {"tenant", FLOW_TEXT, offsetof(struct mfa_pending, in.tenant_id)},
    {"session", FLOW_TEXT, offsetof(struct mfa_pending, in.session_id)},
    {"breached", FLOW_BOOL, offsetof(struct mfa_pending, in.is_breached)},
    {"enroll", FLOW_BOOL, offsetof(struct mfa_pending, enroll)},
    {"seed", FLOW_TEXT, offsetof(struct mfa_pending, seed)},
    {NULL, FLOW_TEXT, 0},
};

enum err_code
mfa_token_start(struct call *c, const struct scope *s, const struct mfa_pending *p,
                struct str *token, struct err *err)
{
    struct flow f = {.kind = FLOW_MFA,
                     .user_id = p->in.user.id,
                     .data = flow_remember(c, MEMORY, p),
                     .expires_at = s->now + MFA_TOKEN_MS};
    return flow_start(c, s, &f, 0, token, err);
}

/* ---- going on ---- */

static enum err_code
refuse_token(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_UNAUTHENTICATED, NULL, "MFA token is invalid or has expired");
}

/* Made for somebody who had nothing to show. If they have now, it would let others enrol with the
 * password alone. */
static enum err_code
check_empty_handed(struct call *c, const struct scope *s, const struct user *u, struct err *err)
{
    struct mfa_devices d;
    enum err_code rc = mfa_devices_load(c, s, u, &d, err);
    return rc || mfa_devices_count(&d) == 0 ? rc : refuse_token(c, err);
}

enum err_code
mfa_token_open(struct call *c, const struct scope *s, struct str mfa_token, struct mfa_pending *out,
               struct err *err)
{
    struct flow f = {0};
    *out = (struct mfa_pending){.enroll = false};
    struct str hash = mfa_token.n > TOKEN_TEXT_MAX ? STR("-") : token_hash_hex(c->arena, mfa_token);
    enum err_code rc = store_flow_get(s, FLOW_MFA, hash, &f, err);
    if (rc == ERR_NOT_FOUND || rc == ERR_GONE)
        return refuse_token(c, err);
    if (!rc)
        rc = flow_recall(c, MEMORY, f.data, out, err);
    if (!rc)
        rc = store_user_get(s, USER_BY_ID, f.user_id, &out->in.user, err);
    if (rc == ERR_NOT_FOUND || (!rc && out->in.user.password_changed_at > f.created_at))
        return refuse_token(c, err);
    out->token_hash = f.token_hash;
    /* Whoever was locked since gets no further, and no more codes. */
    if (!rc)
        rc = signin_gate(c, s, &out->in.user, err);
    return rc || !out->enroll ? rc : check_empty_handed(c, s, &out->in.user, err);
}

const struct scope *
mfa_scope(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct scope *everywhere = ARENA_NEW(c->arena, struct scope);
    return s && scope_tenant(s, STR_ABSENT, everywhere, err) == ERR_OK ? everywhere : NULL;
}

enum err_code
mfa_token_guess(struct call *c, struct str mfa_token, const struct scope **s,
                struct mfa_pending *out, bool *allowed, struct err *err)
{
    struct flow f = {.user_id = {NULL, 0}};
    bool found;
    enum err_code rc = flow_peek(c, FLOW_MFA, mfa_token, &f, &found, err);
    if (!rc)
        rc = lockout_attempt(c, LOCKOUT_CODE, f.user_id, allowed, err);
    if (rc)
        return rc;
    *s = mfa_scope(c, err);
    return *s ? mfa_token_open(c, *s, mfa_token, out, err) : err_failed(err);
}

static const char *
name_of(unsigned method)
{
    if (method == SIGNIN_MFA_APP)
        return "an authenticator app";
    return method == SIGNIN_MFA_SMS ? "a phone" : "a security key";
}

enum err_code
mfa_token_finish(struct call *c, const struct scope *s, const struct mfa_pending *p,
                 unsigned method, struct str recovery_code, struct err *err)
{
    struct signin in = p->in;
    in.methods |= method;
    in.recovery_code = recovery_code;
    in.remember_device = call_bool(c, "rememberDevice", false);
    enum err_code rc = store_flow_take(s, FLOW_MFA, p->token_hash, err);
    if (rc == ERR_NOT_FOUND)
        return refuse_token(c, err);
    if (!rc)
        rc = lockout_clear(c, s, LOCKOUT_CODE, in.user.id, err);
    /* The factor may just have been enrolled: the answer is about the person as they are now. */
    if (!rc)
        rc = store_user_get(s, USER_BY_ID, p->in.user.id, &in.user, err);
    if (!rc)
        rc = signin_second_factor(c, &in, err);
    /* One request, one audit: of the two things that happened the greater one. */
    if (!rc && p->enroll)
        call_audit(c, "user", in.user.id, "High", "Enrolled %s at sign-in: %.*s", name_of(method),
                   STR_ARG(in.user.email.n ? in.user.email : in.user.id));
    return rc;
}
