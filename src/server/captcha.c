#include "server/captcha.h"

#include "base/log.h"
#include "base/secret.h"
#include "server/call_priv.h"
#include "server/outward.h"
#include "server/state.h"

enum {
    TOKEN_MAX = 8 * 1024,
    FORM_MAX = 32 * 1024,
    ANSWER_BYTES_MAX = 16 * 1024,
    PATIENCE_MS = 5000
};

const struct document captcha_policy = {
    .name = "captcha-policy", .presets = "{\"ignoredEmails\":[]}", .what = "Captcha policy"};

struct policy {
    struct call *c;
    struct str email;
    bool is_needed;
    double min_score;
    struct str secret;
};

static bool
is_ignored(const struct json *list, struct str email)
{
    for (const struct json *it = json_first(list); it; it = json_next(it))
        if (email.n && str_eq_nocase(json_str(it), email))
            return true;
    return false;
}

static enum err_code
load(struct db_conn *conn, void *arg, struct err *err)
{
    struct policy *p = arg;
    struct scope s;
    struct json *policy = NULL;
    bool enabled = false;
    p->is_needed = false;
    enum err_code rc = scope_open(&s, conn, p->c->arena, p->c->vendor_id, STR_ABSENT, err);
    if (!rc)
        rc = document_environment(&s, &captcha_policy, &policy, err);
    if (!rc)
        (void)json_to_bool(json_get(policy, "enabled"), &enabled);
    p->min_score = 0;
    (void)json_to_double(json_get(policy, "minScore"), &p->min_score);
    p->is_needed = enabled && !is_ignored(json_get(policy, "ignoredEmails"), p->email);
    json_free(policy);
    return !rc && p->is_needed ? store_sealed_get(&s, CAPTCHA_SECRET, &p->secret, err) : rc;
}

static void
add_pair(struct buf *form, const char *name, struct str value)
{
    buf_printf(form, "%s%s=", form->n ? "&" : "", name);
    buf_add_urlencoded(form, value);
}

/* What the provider thinks of it: solved, and by something that looks like a person. */
static bool
is_content(const struct policy *p, const struct json *answer)
{
    bool success = false;
    double score = 1;
    (void)json_to_bool(json_get(answer, "success"), &success);
    (void)json_to_double(json_get(answer, "score"), &score);
    return success && score >= p->min_score;
}

/* Who set the policy has to hear of a secret that is no good: nobody can sign in. */
static void
note_faults(const struct json *answer)
{
    for (const struct json *it = json_first(json_get(answer, "error-codes")); it;
         it = json_next(it))
        if (str_eq(json_str(it), STR("invalid-input-secret")) ||
            str_eq(json_str(it), STR("missing-input-secret")))
            LOG_WARN("server", "the captcha provider does not know the secret key", KV_NONE);
}

static enum err_code
cannot_ask(struct call *c, const struct err *why, struct err *err)
{
    LOG_WARN("server", "the captcha provider cannot be asked", KV_TEXT("why", why->msg));
    return call_refuse(c, err, ERR_BUSY, NULL,
                       "The captcha cannot be checked at the moment, try again");
}

static enum err_code
ask(struct policy *p, struct str token, struct err *err)
{
    struct call *c = p->c;
    struct buf form;
    struct outbound_answer answer;
    struct err why = {.code = ERR_OK};
    const struct outbound_header type = {"Content-Type", STR("application/x-www-form-urlencoded")};
    buf_init(&form, FORM_MAX);
    add_pair(&form, "secret", p->secret);
    add_pair(&form, "response", token);
    add_pair(&form, "remoteip", c->ip);
    struct outbound_request request = {.url = c->server->captcha_url,
                                       .headers = &type,
                                       .n_headers = 1,
                                       .body = buf_str(&form),
                                       .answer_max = ANSWER_BYTES_MAX,
                                       .timeout_ms = PATIENCE_MS};
    enum err_code rc = outbound_send(c->server->outbound, &request, c->arena, &answer, &why);
    secret_buf_fini(&form);
    if (rc || answer.status != 200)
        return cannot_ask(c, &why, err);
    struct json *said = json_parse(answer.body, ANSWER_BYTES_MAX, NULL);
    bool content = is_content(p, said);
    note_faults(said);
    bool is_answer = json_type(json_get(said, "success")) == JSON_BOOL;
    json_free(said);
    if (!is_answer)
        return cannot_ask(c, &why, err);
    return content ? ERR_OK : call_refuse(c, err, ERR_INVALID, NULL, "Captcha validation failed");
}

enum err_code
captcha_check(struct call *c, struct str email, struct err *err)
{
    struct policy p = {.c = c, .email = email};
    struct str token = call_str(c, "recaptchaToken");
    if (c->priv->captcha_passed)
        return ERR_OK;
    enum err_code rc = store_tx(c->server->store, DB_READ, load, &p, err);
    if (rc || !p.is_needed)
        return rc;
    if (token.n == 0 || token.n > TOKEN_MAX)
        rc = call_refuse(c, err, ERR_INVALID, NULL, "Captcha validation failed");
    if (!rc)
        rc = outward_ready(c, err);
    if (!rc)
        rc = ask(&p, token, err);
    secret_wipe_str(p.secret);
    c->priv->captcha_passed = !rc;
    return rc;
}
