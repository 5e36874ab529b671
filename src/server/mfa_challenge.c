/* Is a second factor due, what the challenge looks like, and devices on which there is none. */
#include "crypto/token.h"
#include "server/cookie.h"
#include "server/mfa_priv.h"
#include "server/session_token.h"

enum { DEVICE_TOKEN_MAX = 256 };

/* ---- remembered devices ---- */

static struct str
device_hash(struct call *c)
{
    struct str token = cookie_get(c, COOKIE_DEVICE);
    if (token.n == 0 || token.n > DEVICE_TOKEN_MAX)
        return STR_ABSENT;
    return token_hash_hex(c->arena, token);
}

/* A new password forgets the devices of the old one. */
static enum err_code
is_remembered(struct call *c, const struct scope *s, const struct user *u,
              const struct mfa_rules *rules, bool *out, struct err *err)
{
    struct str hash = device_hash(c);
    int64_t since = 0;
    *out = false;
    if (!rules->may_remember || !str_given(hash))
        return ERR_OK;
    enum err_code rc = store_remembered(s, u->id, hash, &since, err);
    *out = !rc && since > 0 && since >= u->password_changed_at;
    return rc;
}

enum err_code
mfa_remember_device(struct call *c, const struct scope *s, const struct signin *in, struct err *err)
{
    struct mfa_rules rules;
    if (!in->remember_device)
        return ERR_OK;
    enum err_code rc = mfa_rules_load(c, s, in->user.id, &rules, err);
    if (rc || !rules.may_remember)
        return rc;
    int64_t most = INT64_C(10) * 365 * 86400;
    int64_t seconds = rules.remember_s < most ? rules.remember_s : most;
    struct str token = token_new(c->arena);
    rc = store_remember(s, in->user.id, token_hash_hex(c->arena, token), device_hash(c),
                        s->now + seconds * 1000, err);
    struct session_terms terms = {0};
    if (!rc)
        rc = session_terms_read(s, &terms, err);
    if (!rc)
        cookie_set(c, COOKIE_DEVICE, token, s->now + seconds * 1000, terms.same_site);
    return rc;
}

/* ---- the challenge ---- */

unsigned
mfa_kinds_after(unsigned methods, unsigned kinds)
{
    bool by_mail = (methods & (SIGNIN_LINK | SIGNIN_EMAIL_CODE)) != 0;
    bool by_phone = (methods & SIGNIN_SMS_CODE) != 0;
    return kinds & ~(by_mail ? (unsigned)MFA_EMAIL : 0) & ~(by_phone ? (unsigned)MFA_SMS : 0);
}

static void
write_strategies(struct call *c, unsigned kinds)
{
    jw_key(&c->out, "mfaStrategies");
    jw_open(&c->out, '[');
    for (int i = 0; i < MFA_KINDS; i++)
        if (kinds & 1u << i)
            jw_str(&c->out, str_of(mfa_kind_name((enum mfa_kind)(1u << i))));
    jw_close(&c->out, ']');
}

struct challenge {
    struct mfa_rules rules;
    struct mfa_devices devices;
    unsigned kinds; /* what can be shown, or, if nothing was enrolled, what can be enrolled */
    struct mfa_pending pending;
};

static enum err_code
write_challenge(struct call *c, const struct scope *s, struct challenge *ch, struct err *err)
{
    const struct user *u = &ch->pending.in.user;
    struct str token, picture = {NULL, 0};
    enum err_code rc = ERR_OK;
    if (ch->pending.enroll && ch->kinds & MFA_APP) {
        ch->pending.seed = mfa_seed_new(c->arena);
        rc = mfa_qr_code(c, u, ch->rules.issuer, ch->pending.seed, &picture, err);
    }
    if (!rc)
        rc = mfa_token_start(c, s, &ch->pending, &token, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "mfaRequired", true);
    jw_kbool(&c->out, "mfaEnrolled", !ch->pending.enroll);
    jw_kstr(&c->out, "mfaToken", token);
    jw_key(&c->out, "mfaDevices");
    mfa_devices_write(c, &ch->devices, ch->pending.enroll ? 0 : ch->kinds);
    write_strategies(c, ch->kinds);
    jw_kgiven(&c->out, "qrCode", picture);
    jw_kstr(&c->out, "userId", u->id);
    if (u->email.n)
        jw_kstr(&c->out, "userEmail", u->email);
    jw_close(&c->out, '}');
    return ERR_OK;
}

/*
 * With something enrolled it has to be shown, also if its kind was switched off since: that may leave
 * nothing to show, but never opens the account. Without, one has to be enrolled; the address alone
 * will do only where nothing can be.
 */
static void
choose(struct challenge *ch)
{
    const unsigned address = MFA_EMAIL;
    unsigned on = mfa_kinds_after(ch->pending.in.methods, ch->rules.kinds);
    unsigned there = on & mfa_devices_kinds(&ch->devices);
    bool enrolled = mfa_devices_count(&ch->devices) > 0;
    ch->pending.enroll = !enrolled && (on & ~address || !(there & address));
    ch->kinds = ch->pending.enroll ? on & ~address : there;
}

enum err_code
mfa_challenge(struct call *c, const struct scope *s, const struct signin *in, bool *due,
              unsigned *methods, struct err *err)
{
    struct challenge ch = {.pending = {.in = *in}};
    bool remembered = false;
    *due = false;
    *methods = 0;
    if (in->user.mfa_bypass)
        return ERR_OK;
    enum err_code rc = mfa_rules_load(c, s, in->user.id, &ch.rules, err);
    if (!rc)
        rc = mfa_devices_load(c, s, &in->user, &ch.devices, err);
    bool enrolled = mfa_devices_count(&ch.devices) > 0;
    if (rc || (!enrolled && !ch.rules.forced))
        return rc;
    rc = is_remembered(c, s, &in->user, &ch.rules, &remembered, err);
    if (rc)
        return rc;
    if (remembered) {
        *methods = SIGNIN_MFA_REMEMBERED;
        return ERR_OK;
    }
    *due = true;
    choose(&ch);
    return write_challenge(c, s, &ch, err);
}
