/* How each kind of user pool is asked whether a password is right, and who the person is. */
#include "base/mem.h"
#include "crypto/hmac.h"
#include "deliver/sigv4.h"
#include "server/asking.h"
#include "server/pool_priv.h"

enum { TEXT_MAX = 64 * 1024 };

static struct str
text_of(const struct json *j, const char *name)
{
    return json_str(json_get(j, name));
}

static bool
is_url(struct str text)
{
    return str_starts(text, STR("https://")) || str_starts(text, STR("http://"));
}

struct str
pool_base(struct call *c, struct str kind, const struct json *config)
{
    struct str place, base;
    if (str_eq(kind, STR("auth0"))) {
        place = text_of(config, "domain");
        base = arena_printf(c->arena, "https://%.*s", STR_ARG(place));
    } else if (str_eq(kind, STR("cognito"))) {
        place = text_of(config, "region");
        base = arena_printf(c->arena, "https://cognito-idp.%.*s.amazonaws.com", STR_ARG(place));
    } else {
        place = text_of(json_get(config, "serviceAccount"), "universe_domain");
        base = arena_printf(c->arena, "https://identitytoolkit.%.*s", STR_ARG(place));
    }
    base = is_url(place) ? place : base;
    return str_ends(base, STR("/")) ? str_sub(base, 0, base.n - 1) : base;
}

/* GET with the token that was given for the password. */
static enum err_code
fetch_profile(struct call *c, struct str url, struct str token, struct pool_answer *out,
              struct err *err)
{
    struct asking a;
    asking_begin(&a, c);
    asking_bearer(&a, token);
    enum err_code rc = asking_send(&a, url, err);
    if (!rc && (a.status != 200 || json_type(a.json) != JSON_OBJECT))
        rc = err_set(err, ERR_NETWORK, "its user info answers with %d", a.status);
    if (!rc) {
        out->right = true;
        out->profile = a.json;
        a.json = NULL;
    }
    asking_end(&a);
    return rc;
}

/* ---- OAuth 2: Auth0 and federation ---- */

struct oauth {
    struct str token_url, info_url, id, secret, scopes;
};

/* RFC 6749 4.3. What is no 200 and no fault of the service's is a no. */
static enum err_code
ask_oauth(struct call *c, const struct oauth *o, struct str email, struct str password,
          struct pool_answer *out, struct err *err)
{
    struct asking a;
    asking_begin(&a, c);
    asking_form(&a, "grant_type", STR("password"));
    asking_form(&a, "username", email);
    asking_form(&a, "password", password);
    asking_form(&a, "client_id", o->id);
    asking_form(&a, "client_secret", o->secret);
    asking_form(&a, "scope", o->scopes);
    enum err_code rc = asking_send(&a, o->token_url, err);
    struct str token = text_of(a.json, "access_token");
    if (!rc && asking_denies_client(&a))
        rc = err_set(err, ERR_CONFIG, "it does not know this client, or not this grant");
    if (!rc && a.status == 200 && token.n)
        rc = fetch_profile(c, o->info_url, arena_str(c->arena, token), out, err);
    asking_end(&a);
    return rc;
}

static enum err_code
ask_auth0(struct call *c, const struct json *config, struct str email, struct str password,
          struct pool_answer *out, struct err *err)
{
    struct str base = pool_base(c, STR("auth0"), config);
    struct oauth o = {.token_url = arena_printf(c->arena, "%.*s/oauth/token", STR_ARG(base)),
                      .info_url = arena_printf(c->arena, "%.*s/userinfo", STR_ARG(base)),
                      .id = text_of(config, "clientId"),
                      .secret = text_of(config, "secret"),
                      .scopes = STR("openid profile email")};
    return ask_oauth(c, &o, email, password, out, err);
}

/* What the service says of itself (RFC 8414, OpenID Connect Discovery). */
static enum err_code
discover(struct call *c, struct str url, struct oauth *o, struct err *err)
{
    struct asking a;
    asking_begin(&a, c);
    enum err_code rc = asking_send(&a, url, err);
    if (!rc) {
        o->token_url = arena_str(c->arena, text_of(a.json, "token_endpoint"));
        o->info_url = arena_str(c->arena, text_of(a.json, "userinfo_endpoint"));
        if (a.status != 200 || !o->token_url.n || !o->info_url.n)
            rc = err_set(err, ERR_NETWORK, "its well-known document names no endpoints");
    }
    asking_end(&a);
    return rc;
}

static struct str
scopes_of(struct call *c, const struct json *list)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (const struct json *it = json_first(list); it; it = json_next(it)) {
        buf_add_text(&text, text.n ? " " : "");
        buf_add_str(&text, json_str(it));
    }
    struct str out = text.n ? arena_str(c->arena, buf_str(&text)) : STR("openid profile email");
    buf_fini(&text);
    return out;
}

static enum err_code
ask_federation(struct call *c, const struct json *config, struct str email, struct str password,
               struct pool_answer *out, struct err *err)
{
    const struct json *oauth = json_get(config, "oauth2Config");
    struct oauth o = {.token_url = text_of(oauth, "tokenUrl"),
                      .info_url = text_of(oauth, "userInfoUrl"),
                      .id = text_of(config, "clientId"),
                      .secret = text_of(config, "secret"),
                      .scopes = scopes_of(c, json_get(oauth, "scopes"))};
    struct str known = text_of(config, "wellknownUrl");
    enum err_code rc = known.n ? discover(c, known, &o, err) : ERR_OK;
    return rc ? rc : ask_oauth(c, &o, email, password, out, err);
}

/* ---- Firebase ---- */

static enum err_code
firebase_call(struct asking *a, const struct json *config, const char *method, struct err *err)
{
    struct buf url;
    buf_init(&url, OUTBOUND_URL_MAX);
    struct str base = pool_base(a->c, STR("firebase"), config);
    buf_printf(&url, "%.*s/v1/accounts:%s?key=", STR_ARG(base), method);
    buf_add_urlencoded(&url, text_of(config, "apiKey"));
    asking_header(a, "Content-Type", STR("application/json"));
    enum err_code rc = asking_send(a, arena_str(a->c->arena, buf_str(&url)), err);
    buf_fini(&url);
    return rc;
}

static void
set_text(struct json *profile, const char *name, struct str value)
{
    if (value.n)
        json_set(profile, str_of(name), json_new_str(value));
}

static enum err_code
firebase_profile(struct call *c, const struct json *config, struct str token,
                 struct pool_answer *out, struct err *err)
{
    struct asking a;
    bool verified = false;
    asking_begin(&a, c);
    jw_open(&a.out, '{');
    jw_kstr(&a.out, "idToken", token);
    jw_close(&a.out, '}');
    enum err_code rc = firebase_call(&a, config, "lookup", err);
    const struct json *u = json_at(json_get(a.json, "users"), 0);
    if (!rc && (a.status != 200 || !u))
        rc = err_set(err, ERR_NETWORK, "its look-up answers with %d", a.status);
    if (!rc) {
        (void)json_to_bool(json_get(u, "emailVerified"), &verified);
        out->right = true;
        out->profile = json_new_object();
        set_text(out->profile, "email", text_of(u, "email"));
        set_text(out->profile, "name", text_of(u, "displayName"));
        set_text(out->profile, "picture", text_of(u, "photoUrl"));
        json_set(out->profile, STR("email_verified"), json_new_bool(verified));
    }
    asking_end(&a);
    return rc;
}

static enum err_code
ask_firebase(struct call *c, const struct json *config, struct str email, struct str password,
             struct pool_answer *out, struct err *err)
{
    struct asking a;
    asking_begin(&a, c);
    jw_open(&a.out, '{');
    jw_kstr(&a.out, "email", email);
    jw_kstr(&a.out, "password", password);
    jw_kbool(&a.out, "returnSecureToken", true);
    jw_close(&a.out, '}');
    enum err_code rc = firebase_call(&a, config, "signInWithPassword", err);
    struct str token = text_of(a.json, "idToken");
    if (!rc && a.status == 200 && token.n)
        rc = firebase_profile(c, config, arena_str(c->arena, token), out, err);
    asking_end(&a);
    return rc;
}

/* ---- Cognito ---- */

/* SECRET_HASH of a client that has a secret. */
static enum err_code
secret_hash(struct call *c, const struct json *config, struct str email, struct str *out,
            struct err *err)
{
    unsigned char mac[HMAC_SIZE_MAX];
    unsigned n = 0;
    struct str id = text_of(config, "clientId");
    struct str text = arena_printf(c->arena, "%.*s%.*s", STR_ARG(email), STR_ARG(id));
    enum err_code rc =
        hmac_compute(HMAC_SHA256, text_of(config, "clientSecret"), text, mac, &n, err);
    struct buf b64;
    buf_init(&b64, 128);
    if (!rc)
        buf_add_base64(&b64, mac, n);
    *out = arena_str(c->arena, buf_str(&b64));
    buf_fini(&b64);
    return rc;
}

static struct str
host_of(struct str url)
{
    struct str rest = str_sub(url, (size_t)str_find(url, STR("://")) + 3, url.n);
    ptrdiff_t slash = str_find_char(rest, '/');
    return slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
}

/* Signed with the access key, as calls of an administrator are. */
static enum err_code
cognito_call(struct asking *a, const struct json *config, const char *action, struct err *err)
{
    struct str base = pool_base(a->c, STR("cognito"), config), region = text_of(config, "region");
    struct str target = arena_printf(a->c->arena, "AWSCognitoIdentityProviderService.%s", action);
    struct sigv4 s = {.key_id = text_of(config, "accessKeyId"),
                      .secret = text_of(config, "secretAccessKey"),
                      .region = is_url(region) ? STR("us-east-1") : region,
                      .service = STR("cognito-idp"),
                      .method = "POST",
                      .path = "/",
                      .headers = {{"content-type", STR("application/x-amz-json-1.1")},
                                  {"host", host_of(base)},
                                  {"x-amz-target", target}},
                      .n_headers = 3,
                      .body = buf_str(&a->body),
                      .now = a->c->now};
    struct buf lines;
    buf_init(&lines, TEXT_MAX);
    enum err_code rc = sigv4_sign(&s, &lines, err);
    asking_header(a, "Content-Type", s.headers[0].value);
    asking_header(a, "X-Amz-Target", target);
    for (size_t at = 0; !rc && at < lines.n; at += strlen(lines.p + at) + 1) {
        struct str line = str_of(lines.p + at);
        ptrdiff_t colon = str_find_char(line, ':');
        asking_header(a, arena_cstr(a->c->arena, str_sub(line, 0, (size_t)colon)),
                      arena_str(a->c->arena, str_trim(str_sub(line, (size_t)colon + 1, line.n))));
    }
    buf_fini(&lines);
    return rc ? rc : asking_send(a, arena_printf(a->c->arena, "%.*s/", STR_ARG(base)), err);
}

static enum err_code
cognito_profile(struct call *c, const struct json *config, struct str email,
                struct pool_answer *out, struct err *err)
{
    struct asking a;
    asking_begin(&a, c);
    jw_open(&a.out, '{');
    jw_kstr(&a.out, "UserPoolId", text_of(config, "userPoolId"));
    jw_kstr(&a.out, "Username", email);
    jw_close(&a.out, '}');
    enum err_code rc = cognito_call(&a, config, "AdminGetUser", err);
    if (!rc && a.status != 200)
        rc = err_set(err, ERR_NETWORK, "AdminGetUser answers with %d", a.status);
    if (!rc) {
        out->right = true;
        out->profile = json_new_object();
        for (const struct json *it = json_first(json_get(a.json, "UserAttributes")); it;
             it = json_next(it))
            json_set(out->profile, text_of(it, "Name"), json_new_str(text_of(it, "Value")));
    }
    asking_end(&a);
    return rc;
}

/* A challenge instead of tokens (a second factor there, a new password) is a no: it cannot be met here. */
static enum err_code
ask_cognito(struct call *c, const struct json *config, struct str email, struct str password,
            struct pool_answer *out, struct err *err)
{
    struct asking a;
    struct str hash = STR_ABSENT;
    enum err_code rc =
        text_of(config, "clientSecret").n ? secret_hash(c, config, email, &hash, err) : ERR_OK;
    asking_begin(&a, c);
    jw_open(&a.out, '{');
    jw_ktext(&a.out, "AuthFlow", "ADMIN_USER_PASSWORD_AUTH");
    jw_kstr(&a.out, "ClientId", text_of(config, "clientId"));
    jw_kstr(&a.out, "UserPoolId", text_of(config, "userPoolId"));
    jw_key(&a.out, "AuthParameters");
    jw_open(&a.out, '{');
    jw_kstr(&a.out, "USERNAME", email);
    jw_kstr(&a.out, "PASSWORD", password);
    if (hash.n)
        jw_kstr(&a.out, "SECRET_HASH", hash);
    jw_close(&a.out, '}');
    jw_close(&a.out, '}');
    if (!rc)
        rc = cognito_call(&a, config, "AdminInitiateAuth", err);
    if (!rc && a.status == 200 && json_get(a.json, "AuthenticationResult"))
        rc = cognito_profile(c, config, email, out, err);
    asking_end(&a);
    return rc;
}

/* ---- all of them ---- */

bool
pool_takes_passwords(struct str kind, const struct json *config)
{
    if (str_eq(kind, STR("custom-code")))
        return false;
    if (!str_eq(kind, STR("federation")))
        return true;
    const struct json *grants = json_get(json_get(config, "oauth2Config"), "grantTypes");
    for (const struct json *it = json_first(grants); it; it = json_next(it))
        if (str_eq(json_str(it), STR("password")))
            return true;
    return json_len(grants) == 0 && str_given(text_of(config, "wellknownUrl"));
}

enum err_code
pool_ask_one(struct call *c, const struct connection *pool, const struct json *config,
             const struct pool_login *login, struct pool_answer *out, struct err *err)
{
    static const struct {
        const char *kind;
        enum err_code (*ask)(struct call *, const struct json *, struct str, struct str,
                             struct pool_answer *, struct err *);
    } kinds[] = {{"auth0", ask_auth0},
                 {"cognito", ask_cognito},
                 {"firebase", ask_firebase},
                 {"federation", ask_federation}};
    *out = (struct pool_answer){.right = false};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (str_eq(pool->kind, str_of(kinds[i].kind)))
            return kinds[i].ask(c, config, login->email, login->password, out, err);
    return ERR_OK;
}
