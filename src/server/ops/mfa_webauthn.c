/*
 * Security keys as second factor during sign-in: making a credential and using one. Each begins with
 * a challenge, whose webauthnToken belongs to the waiting sign-in that asked for it and is taken by
 * the first answer, right or wrong.
 */
#include "crypto/token.h"
#include "crypto/webauthn.h"
#include "server/flow.h"
#include "server/flow_memory.h"
#include "server/mfa_priv.h"
#include "server/ops/ops.h"
#include "server/refusals.h"
#include "server/relying_party.h"
#include "store/webauthn.h"

enum { CHALLENGE_MS = 5 * 60 * 1000, DATA_MAX = 1024 };

/* What every handler here starts with. */
struct turn {
    const struct scope *s;
    struct mfa_pending p;
    struct relying_party party;
};

/* The library takes a while to load the first time, so it is asked for before the transaction. */
static enum err_code
open_turn(struct call *c, struct turn *t, struct err *err)
{
    enum err_code rc = webauthn_ready(err);
    if (rc)
        return rc;
    t->s = mfa_scope(c, err);
    rc = t->s ? mfa_token_open(c, t->s, call_str(c, "mfaToken"), &t->p, err) : err_failed(err);
    return rc ? rc : relying_party_get(c, t->s, &t->party, err);
}

/* ---- challenges ---- */

struct challenge {
    struct str text;   /* base64url */
    struct str token;  /* webauthnToken, when it was just made */
    struct str login;  /* token_hash of the waiting sign-in */
    struct str device; /* that has to answer; absent: the one that is being made */
};

static const struct flow_member MEMORY[] = {
    {"challenge", FLOW_TEXT, offsetof(struct challenge, text)},
    {"login", FLOW_TEXT, offsetof(struct challenge, login)},
    {"device", FLOW_TEXT, offsetof(struct challenge, device)},
    {NULL, FLOW_TEXT, 0},
};

/* A new challenge makes the person's older ones of its kind worthless. */
static enum err_code
start_challenge(struct call *c, const struct turn *t, enum flow_kind kind, struct challenge *ch,
                struct err *err)
{
    ch->text = token_new(c->arena);
    ch->login = t->p.token_hash;
    struct flow f = {.kind = kind,
                     .user_id = t->p.in.user.id,
                     .data = flow_remember(c, MEMORY, ch),
                     .expires_at = t->s->now + CHALLENGE_MS};
    return flow_start(c, t->s, &f, FLOW_ALONE, &ch->token, err);
}

/* Takes it, for good: see call_keep in refuse. */
static enum err_code
take_challenge(struct call *c, struct turn *t, enum flow_kind kind, struct challenge *out,
               struct err *err)
{
    struct flow f = {.kind = kind};
    enum err_code rc =
        flow_redeem(c, t->s, kind, call_str(c, "webauthnToken"), &flow_wrong_code, &f, err);
    if (!rc)
        rc = flow_recall(c, MEMORY, f.data, out, err);
    if (!rc && !(str_eq(f.user_id, t->p.in.user.id) && str_eq(out->login, t->p.token_hash)))
        return refuse_code(c, err);
    return rc;
}

/* ---- answers ---- */

static struct str
option(const struct call *c, const char *name)
{
    return json_str(json_get(call_json(c, "options"), name));
}

static struct str
response(const struct call *c, const char *name)
{
    return json_str(json_get(json_get(call_json(c, "options"), "response"), name));
}

/* The challenge is used up. What is wrong is said: it is the person's own browser that has to know. */
static enum err_code
refuse(struct call *c, enum webauthn_fault fault, struct err *err)
{
    call_keep(c);
    return call_refuse(c, err, ERR_INVALID, "ER-01052",
                       "Invalid device used for verification. (%s)", webauthn_fault_text(fault));
}

static void
write_credentials(struct jw *w, const char *name, const struct webauthn_credential *keys, size_t n)
{
    jw_key(w, name);
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_ktext(w, "type", "public-key");
        jw_kstr(w, "id", keys[i].credential_id);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static enum mfa_kind
kind_of(bool platform)
{
    return platform ? MFA_PLATFORM : MFA_CROSS_PLATFORM;
}

/* ---- making a credential ---- */

static struct str
encoded(struct call *c, struct str s)
{
    struct buf b;
    buf_init(&b, DATA_MAX);
    buf_add_base64url(&b, s.p, s.n);
    struct str text = arena_str(c->arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static void
write_party(struct call *c, const struct turn *t, struct str service)
{
    struct jw *w = &c->out;
    const struct user *u = &t->p.in.user;
    struct str name = u->email.n ? u->email : u->username.n ? u->username : u->id;
    jw_key(w, "rp");
    jw_open(w, '{');
    jw_kstr(w, "id", t->party.id);
    jw_kstr(w, "name", service);
    jw_close(w, '}');
    jw_key(w, "user");
    jw_open(w, '{');
    jw_kstr(w, "id", encoded(c, u->id));
    jw_kstr(w, "name", name);
    jw_kstr(w, "displayName", u->name.n ? u->name : name);
    jw_close(w, '}');
}

static void
write_algorithms(struct jw *w)
{
    static const int algorithms[] = {WEBAUTHN_ALGORITHMS};
    jw_key(w, "pubKeyCredParams");
    jw_open(w, '[');
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        jw_open(w, '{');
        jw_ktext(w, "type", "public-key");
        jw_ki64(w, "alg", algorithms[i]);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* A password came before it, so the key need not know whose it is. */
static void
write_selection(struct jw *w, unsigned kinds)
{
    jw_key(w, "authenticatorSelection");
    jw_open(w, '{');
    if (kinds != (MFA_PLATFORM | MFA_CROSS_PLATFORM))
        jw_ktext(w, "authenticatorAttachment",
                 kinds & MFA_PLATFORM ? "platform" : "cross-platform");
    jw_ktext(w, "residentKey", "discouraged");
    jw_kbool(w, "requireResidentKey", false);
    jw_ktext(w, "userVerification", "preferred");
    jw_close(w, '}');
}

struct creation {
    struct mfa_rules rules;
    unsigned kinds; /* of security keys that may be enrolled */
    struct webauthn_list there;
    struct challenge challenge;
};

static void
write_creation(struct call *c, const struct turn *t, const struct creation *n)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "webauthnToken", n->challenge.token);
    jw_key(w, "options");
    jw_open(w, '{');
    write_party(c, t, n->rules.issuer);
    jw_kstr(w, "challenge", n->challenge.text);
    write_algorithms(w);
    jw_ki64(w, "timeout", CHALLENGE_MS);
    write_credentials(w, "excludeCredentials", n->there.items, n->there.n);
    write_selection(w, n->kinds);
    jw_ktext(w, "attestation", "none");
    jw_close(w, '}');
    jw_close(w, '}');
}

static enum err_code
op_mfa_login_webauthn_enroll(struct call *c, struct err *err)
{
    struct turn t = {.s = NULL};
    struct creation n = {.kinds = 0};
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = mfa_rules_load(c, t.s, STR_ABSENT, &n.rules, err);
    if (rc)
        return rc;
    n.kinds = mfa_kinds_after(t.p.in.methods, n.rules.kinds) & (MFA_PLATFORM | MFA_CROSS_PLATFORM);
    rc = mfa_enrollable(c, t.s, &t.p, kind_of(n.kinds & MFA_PLATFORM), err);
    if (!rc)
        rc = store_webauthn_list(t.s, t.p.in.user.id, &n.there, err);
    if (!rc)
        rc = start_challenge(c, &t, FLOW_WEBAUTHN_CREATE, &n.challenge, err);
    if (rc)
        return rc;
    write_creation(c, &t, &n);
    call_audit(c, "user", t.p.in.user.id, "Info", "Began to enrol a security key at sign-in");
    return ERR_OK;
}

/* "Security key", and from the second on with a number. */
static enum err_code
name_key(const struct turn *t, struct webauthn_credential *k, struct err *err)
{
    struct webauthn_list there;
    int same = 1;
    enum err_code rc = store_webauthn_list(t->s, t->p.in.user.id, &there, err);
    for (size_t i = 0; !rc && i < there.n; i++)
        same += there.items[i].platform == k->platform;
    const char *words = k->platform ? "Built-in authenticator" : "Security key";
    k->name = same > 1 ? arena_printf(t->s->arena, "%s %d", words, same) : str_of(words);
    return rc;
}

static enum err_code
add_key(struct call *c, struct turn *t, const struct webauthn_key *made, bool platform,
        struct str *recovery, struct err *err)
{
    struct webauthn_credential k = {.credential_id = made->id,
                                    .credential_hash = token_hash_hex(c->arena, made->id),
                                    .algorithm = made->algorithm,
                                    .public_key = made->public_key,
                                    .sign_count = made->counter,
                                    .platform = platform};
    enum err_code rc = name_key(t, &k, err);
    if (!rc)
        rc = store_webauthn_add(t->s, t->p.in.user.id, &k, err);
    if (rc == ERR_CONFLICT)
        return refuse(c, WEBAUTHN_USER, err);
    if (rc == ERR_LIMIT)
        return call_refuse(c, err, ERR_INVALID, NULL, "At most %d security keys can be enrolled",
                           WEBAUTHN_CREDENTIALS_MAX);
    if (!rc)
        rc = mfa_device_added(c, t->s, &t->p.in.user, kind_of(platform), k.id, err);
    return rc ? rc : mfa_recovery_new(c, t->s, &t->p.in.user, recovery, err);
}

static enum err_code
op_mfa_login_webauthn_confirm(struct call *c, struct err *err)
{
    struct turn t = {.s = NULL};
    struct challenge ch = {.device = {NULL, 0}};
    struct webauthn_key made;
    struct str recovery = STR_ABSENT;
    bool platform = str_eq(call_str(c, "deviceType"), STR("Platform"));
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = mfa_enrollable(c, t.s, &t.p, kind_of(platform), err);
    if (!rc)
        rc = take_challenge(c, &t, FLOW_WEBAUTHN_CREATE, &ch, err);
    if (rc)
        return rc;
    struct webauthn_rules rules = {t.party.id, t.party.origin, ch.text, platform};
    struct webauthn_registration in = {option(c, "id"), response(c, "clientDataJSON"),
                                       response(c, "attestationObject")};
    enum webauthn_fault fault = webauthn_register(&rules, &in, c->arena, &made);
    if (fault)
        return refuse(c, fault, err);
    rc = add_key(c, &t, &made, platform, &recovery, err);
    return rc ? rc : mfa_token_finish(c, t.s, &t.p, SIGNIN_MFA_WEBAUTHN, recovery, err);
}

/* ---- using one ---- */

static enum err_code
find_key(struct call *c, struct turn *t, struct webauthn_credential *out, struct err *err)
{
    enum err_code rc =
        store_webauthn_get(t->s, t->p.in.user.id, call_param(c, "deviceId"), out, err);
    if (rc == ERR_NOT_FOUND)
        return refuse_factor(c, err);
    return rc ? rc : mfa_usable(c, t->s, &t->p, kind_of(out->platform), err);
}

static enum err_code
op_mfa_login_webauthn_start(struct call *c, struct err *err)
{
    struct turn t = {.s = NULL};
    struct webauthn_credential k;
    struct challenge ch = {.device = call_param(c, "deviceId")};
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = find_key(c, &t, &k, err);
    if (!rc)
        rc = start_challenge(c, &t, FLOW_WEBAUTHN_GET, &ch, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "webauthnToken", ch.token);
    jw_key(w, "options");
    jw_open(w, '{');
    jw_kstr(w, "challenge", ch.text);
    jw_ki64(w, "timeout", CHALLENGE_MS);
    jw_kstr(w, "rpId", t.party.id);
    write_credentials(w, "allowCredentials", &k, 1);
    jw_ktext(w, "userVerification", k.platform ? "required" : "preferred");
    jw_close(w, '}');
    jw_close(w, '}');
    call_audit(c, "user", t.p.in.user.id, "Info", "Challenged a security key at sign-in");
    return ERR_OK;
}

/* Somebody may have a copy of the key: it counted on elsewhere. */
static enum err_code
refuse_count(struct call *c, const struct turn *t, const struct webauthn_credential *k,
             struct err *err)
{
    call_audit(c, "user", t->p.in.user.id, "Critical",
               "Security key %.*s counted backwards; there may be a copy of it", STR_ARG(k->id));
    call_keep(c);
    return refuse_factor(c, err);
}

static enum webauthn_fault
check_assertion(struct call *c, const struct turn *t, const struct challenge *ch,
                const struct webauthn_credential *k, uint32_t *counter)
{
    struct webauthn_rules rules = {t->party.id, t->party.origin, ch->text, k->platform};
    struct webauthn_key key = {.id = k->credential_id,
                               .algorithm = (enum webauthn_algorithm)k->algorithm,
                               .public_key = k->public_key};
    struct webauthn_assertion in = {option(c, "id"), response(c, "clientDataJSON"),
                                    response(c, "authenticatorData"), response(c, "signature"),
                                    response(c, "userHandle")};
    return webauthn_assert(&rules, &key, t->p.in.user.id, &in, c->arena, counter);
}

static enum err_code
op_mfa_login_webauthn_verify(struct call *c, struct err *err)
{
    struct turn t = {.s = NULL};
    struct challenge ch = {.device = {NULL, 0}};
    struct webauthn_credential k;
    uint32_t counter;
    enum err_code rc = open_turn(c, &t, err);
    if (!rc)
        rc = find_key(c, &t, &k, err);
    if (!rc)
        rc = take_challenge(c, &t, FLOW_WEBAUTHN_GET, &ch, err);
    if (rc)
        return rc;
    enum webauthn_fault fault =
        str_eq(ch.device, k.id) ? check_assertion(c, &t, &ch, &k, &counter) : WEBAUTHN_ID;
    if (fault)
        return refuse(c, fault, err);
    rc = store_webauthn_use(t.s, t.p.in.user.id, k.id, counter, err);
    if (rc == ERR_CONFLICT)
        return refuse_count(c, &t, &k, err);
    return rc ? rc : mfa_token_finish(c, t.s, &t.p, SIGNIN_MFA_WEBAUTHN, STR_ABSENT, err);
}

const struct op_binding mfa_webauthn_ops[] = {
    BIND(mfa_login_webauthn_enroll),
    BIND(mfa_login_webauthn_confirm),
    BIND(mfa_login_webauthn_start),
    BIND(mfa_login_webauthn_verify),
    BIND_END,
};
