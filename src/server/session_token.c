#include "server/session_token.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "crypto/token.h"
#include "server/auth.h"
#include "server/cookie.h"
#include "server/settings.h"
#include "server/signin.h"
#include "server/state.h"

#include <stdio.h>

enum { ACCESS_DEFAULT_S = 300, REFRESH_DEFAULT_S = 2592000, TOKEN_TEXT_MAX = 256 };

/* -- refresh tokens -- */

static void
assemble(struct call *c, struct str id, struct str family, struct refresh_token *out)
{
    struct str secret = token_new(c->arena);
    out->id = id;
    out->family_hash = token_hash_hex(c->arena, family);
    out->secret_hash = token_hash_hex(c->arena, secret);
    out->text =
        arena_printf(c->arena, "%.*s.%.*s.%.*s", STR_ARG(id), STR_ARG(family), STR_ARG(secret));
}

/* Id and family of a text that was read before. */
static struct str
family_of(struct str text, struct str *id)
{
    struct str family;
    (void)str_next(&text, '.', id);
    (void)str_next(&text, '.', &family);
    return family;
}

void
refresh_token_new(struct call *c, const struct refresh_token *was, struct refresh_token *out)
{
    struct str id, family;
    if (was)
        family = family_of(was->text, &id);
    else {
        id = rand_uuid_str(c->arena);
        family = token_new(c->arena);
    }
    assemble(c, id, family, out);
}

bool
refresh_token_read(struct call *c, struct str text, struct refresh_token *out)
{
    struct str rest = text, id, family;
    if (text.n > TOKEN_TEXT_MAX || !str_next(&rest, '.', &id) || !str_next(&rest, '.', &family) ||
        id.n != RAND_UUID_SIZE - 1 || family.n == 0 || rest.n == 0)
        return false;
    *out = (struct refresh_token){.text = arena_str(c->arena, text),
                                  .id = arena_str(c->arena, id),
                                  .family_hash = token_hash_hex(c->arena, family),
                                  .secret_hash = token_hash_hex(c->arena, rest)};
    return true;
}

/* -- terms -- */

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t
number(const struct json *j, const char *name, int64_t preset)
{
    int64_t v;
    return json_to_i64(json_get(j, name), &v) && v > 0 ? v : preset;
}

static bool
yes(const struct json *j, const char *name)
{
    bool v = false;
    return json_to_bool(json_get(j, name), &v) && v;
}

static enum jwt_alg
algorithm(const struct json *core)
{
    enum jwt_alg alg;
    return jwt_alg_parse(json_str(json_get(core, "jwtAlgorithm")), &alg) ? alg : JWT_RS256;
}

static void
take_core(const struct scope *s, const struct json *core, struct session_terms *out)
{
    *out = (struct session_terms){
        .access_s = number(core, "defaultTokenExpiration", ACCESS_DEFAULT_S),
        .refresh_s = number(core, "defaultRefreshTokenExpiration", REFRESH_DEFAULT_S),
        .most = least(number(core, "refreshTokensRotationLimit", SESSIONS_OF_USER_MAX),
                      SESSIONS_OF_USER_MAX),
        .rotates = yes(core, "rotateRefreshTokens"),
        .roles_in_token = yes(core, "addRolesToJwt"),
        .permissions_in_token = yes(core, "addPermissionsToJwt"),
        .unverified_may_enter = yes(core, "allowNotVerifiedUsersLogin"),
        .same_site = arena_str(s->arena, json_str(json_get(core, "cookieSameSite"))),
        .algorithm = algorithm(core),
    };
}

/* One part of the session policy: 0 unless it is switched on. */
static int64_t
limit(const struct json *policy, const char *part, const char *member)
{
    const struct json *j = json_get(policy, part);
    return yes(j, "isActive") ? number(j, member, 0) : 0;
}

static void
take_policy(const struct json *policy, struct session_terms *out)
{
    out->idle_s = limit(policy, "sessionIdleTimeoutConfiguration", "timeout");
    out->absolute_s = limit(policy, "sessionTimeoutConfiguration", "timeout");
    int64_t most = limit(policy, "sessionConcurrentConfiguration", "maxSessions");
    if (most && most < out->most)
        out->most = most;
}

enum err_code
session_terms_read(const struct scope *s, struct session_terms *out, struct err *err)
{
    struct json *core = NULL, *policy = NULL;
    enum err_code rc = document_environment(s, &core_settings, &core, err);
    if (!rc)
        rc = document_effective(s, &session_policy, &policy, err);
    if (!rc) {
        take_core(s, core, out);
        take_policy(policy, out);
        rc = jwt_targets_load(s, &out->rules, err);
    }
    json_free(core);
    json_free(policy);
    return rc;
}

int64_t
session_terms_expiry(const struct session_terms *t, int64_t created_at, int64_t now)
{
    int64_t end = now + t->refresh_s * 1000;
    if (t->idle_s)
        end = least(end, now + t->idle_s * 1000);
    if (t->absolute_s)
        end = least(end, created_at + t->absolute_s * 1000);
    return end;
}

/* -- how people see a session -- */

const char *const session_mfa_names[] = {"none", "remembered", "email", "sms", "app", "key", NULL};

int64_t
session_mfa(unsigned methods)
{
    static const unsigned by_strength[] = {SIGNIN_MFA_REMEMBERED, SIGNIN_MFA_EMAIL, SIGNIN_MFA_SMS,
                                           SIGNIN_MFA_APP, SIGNIN_MFA_WEBAUTHN};
    int64_t found = 0;
    for (size_t i = 0; i < COUNT_OF(by_strength); i++)
        if (methods & by_strength[i])
            found = (int64_t)i + 1;
    return found;
}

/* -- rights -- */

static void
add_keys(struct buf *b, const struct str *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_str(b, keys[i]);
        buf_add_char(b, '\n');
    }
    buf_add_char(b, '\n');
}

void
rights_stamp(const struct rights *r, bool super_user, char out[RIGHTS_STAMP_SIZE])
{
    struct buf text;
    unsigned char hash[TOKEN_HASH_SIZE];
    buf_init(&text, 4 * 1024 * 1024);
    buf_add_char(&text, super_user ? '1' : '0');
    add_keys(&text, r->roles, r->n_roles);
    for (size_t i = 0; i < r->n_roles; i++)
        buf_printf(&text, "%lld,", (long long)r->levels[i]);
    add_keys(&text, r->permissions, r->n_permissions);
    token_fingerprint(buf_str(&text), hash);
    buf_reset(&text);
    buf_add_hex(&text, hash, (RIGHTS_STAMP_SIZE - 1) / 2);
    (void)snprintf(out, RIGHTS_STAMP_SIZE, "%.*s", STR_ARG(buf_str(&text)));
    buf_fini(&text);
}

/* -- access tokens -- */

static void
write_keys(struct jw *w, const char *name, const struct str *keys, size_t n)
{
    jw_key(w, name);
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        jw_str(w, keys[i]);
    jw_close(w, ']');
}

/* RFC 8176 where it has a word. */
static void
write_methods(struct jw *w, unsigned methods)
{
    static const struct {
        unsigned bits;
        const char *text;
    } words[] = {
        {SIGNIN_PASSWORD, "pwd"},
        {SIGNIN_LINK | SIGNIN_EMAIL_CODE | SIGNIN_MFA_EMAIL | SIGNIN_MFA_APP, "otp"},
        {SIGNIN_SMS_CODE | SIGNIN_MFA_SMS, "sms"},
        {SIGNIN_MFA_WEBAUTHN, "hwk"},
        {SIGNIN_SECOND_FACTORS, "mfa"},
    };
    jw_key(w, "amr");
    jw_open(w, '[');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (methods & words[i].bits)
            jw_str(w, str_of(words[i].text));
    jw_close(w, ']');
    if (methods & SIGNIN_SECOND_FACTORS)
        jw_ktext(w, "acr", "http://schemas.openid.net/pape/policies/2007/06/multi-factor");
}

static void
write_person(struct jw *w, const struct user *u)
{
    jw_kstr(w, "sub", u->id);
    jw_kstr(w, "name", u->name);
    jw_kstr(w, "email", u->email);
    jw_kbool(w, "email_verified", u->verified);
    jw_key(w, "metadata");
    jw_raw(w, str_starts(u->metadata, STR("{")) ? u->metadata : STR("{}"));
    jw_kstr(w, "profilePictureUrl", u->profile_picture_url);
    jw_kgiven(w, "externalId", u->external_id);
    if (u->super_user)
        jw_kbool(w, "superUser", true);
    if (u->invisible)
        jw_kbool(w, "invisible", true);
    jw_key(w, "tenantIds");
    jw_open(w, '[');
    for (size_t i = 0; i < u->n_tenants; i++)
        jw_str(w, u->tenants[i].tenant_id);
    jw_close(w, ']');
}

static struct jwt_facts
facts_of(const struct session_grant *g)
{
    return (struct jwt_facts){.type = STR("userToken"),
                              .user_id = g->user->id,
                              .email = g->user->email,
                              .tenant_id = g->session->tenant_id,
                              .app_id = g->app_id,
                              .rights = &g->rights};
}

static void
write_claims(struct jw *w, void *arg)
{
    const struct session_grant *g = arg;
    char stamp[RIGHTS_STAMP_SIZE], id[RAND_UUID_SIZE], jti[RIGHTS_STAMP_SIZE + RAND_UUID_SIZE];
    rights_stamp(&g->rights, g->user->super_user, stamp);
    (void)snprintf(jti, sizeof jti, "%s-%s", stamp, rand_uuid(id));
    write_person(w, g->user);
    jw_kstr(w, "tenantId", g->session->tenant_id);
    jw_kstr(w, "sid", g->session->id);
    jw_ktext(w, "type", "userToken");
    jw_ktext(w, "jti", jti);
    jw_ki64(w, "auth_time", g->session->auth_at / 1000);
    write_methods(w, g->session->methods);
    if (g->terms->roles_in_token || g->template)
        write_keys(w, "roles", g->rights.roles, g->rights.n_roles);
    if (g->terms->permissions_in_token || g->template)
        write_keys(w, "permissions", g->rights.permissions, g->rights.n_permissions);
    if (!g->template)
        return;
    struct jwt_facts facts = facts_of(g);
    jwt_targets_write(w, &g->terms->rules, &facts, g->user);
}

enum err_code
grant_sign(struct call *c, struct session_grant *g, struct err *err)
{
    struct buf token;
    buf_init(&token, 64 * 1024);
    /* A token never outlives its session. */
    int64_t left = (g->session->expires_at - c->now + 999) / 1000;
    g->app_id = c->app_id;
    struct jwt_facts facts = facts_of(g);
    g->template = jwt_targets_pick(&g->terms->rules, &facts);
    g->access_s = least(g->template ? g->template->expiration : g->terms->access_s, left);
    struct auth_grant grant = {.vendor = c->vendor_id,
                               .issuer = c->server->public_url,
                               .algorithm = jwt_targets_algorithm(g->template, g->terms->algorithm),
                               .template = g->template,
                               .app_id = g->app_id,
                               .now = c->now,
                               .lifetime_s = g->access_s,
                               .claims = write_claims,
                               .arg = g};
    enum err_code rc = auth_issue(c->server->auth, &grant, &token, err);
    g->access_token = rc ? STR_ABSENT : arena_str(c->arena, buf_str(&token));
    buf_fini(&token);
    return rc;
}

/* -- the answer -- */

static void
write_extras(struct jw *w, const struct session_extras *extras)
{
    jw_kbool(w, "isBreachedPassword", extras->is_breached);
    jw_kgiven(w, "recoveryCode", extras->recovery_code);
    jw_kgiven(w, "resetPasswordToken", extras->reset_password_token);
    if (extras->password_expires_in < 0)
        return;
    jw_ki64(w, "passwordExpiresIn", extras->password_expires_in);
    jw_ki64(w, "notificationPeriod", extras->notification_period);
}

void
grant_answer(struct call *c, const struct session_grant *g, struct str refresh_token,
             const struct session_extras *extras)
{
    struct jw *w = &c->out;
    char date[CLOCK_TEXT_SIZE];
    jw_open(w, '{');
    jw_ktext(w, "tokenType", "bearer");
    jw_kbool(w, "mfaRequired", false);
    jw_kstr(w, "accessToken", g->access_token);
    jw_kstr(w, "refreshToken", refresh_token);
    jw_ki64(w, "expiresIn", g->access_s);
    jw_ktext(w, "expires", clock_format_http(c->now + g->access_s * 1000, date));
    jw_kstr(w, "userId", g->user->id);
    jw_kgiven(w, "userEmail", g->user->email);
    jw_kbool(w, "emailVerified", g->user->verified);
    jw_kbool(w, "mfaEnrolled", g->user->mfa_enrolled);
    write_extras(w, extras);
    jw_close(w, '}');
    cookie_set(c, COOKIE_REFRESH, refresh_token, g->session->expires_at, g->terms->same_site);
}
