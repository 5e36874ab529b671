/* The captcha policy. The secret key is sealed, and only its ends are shown. */
#include "server/captcha.h"
#include "base/secret.h"
#include "server/ops/ops.h"
#include "server/shape.h"

enum { IGNORED_MAX = 1000, DOCUMENT_MAX = 512 * 1024 };

static enum err_code
missing(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Captcha policy not found");
}

static enum err_code
answer(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct config stored;
    struct json *all = NULL;
    struct str secret = STR_ABSENT;
    enum err_code rc = s ? document_load(s, &captcha_policy, &all, &stored, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return missing(c, err);
    if (!rc)
        rc = store_sealed_get(s, CAPTCHA_SECRET, &secret, err);
    if (!rc) {
        jw_open(&c->out, '{');
        jw_kstr(&c->out, "id", stored.id);
        document_members(c, c->op->reply, all);
        shape_masked(c, "secretKey", secret);
        jw_ktime(&c->out, "createdAt", stored.created_at);
        jw_ktime(&c->out, "updatedAt", stored.updated_at);
        jw_close(&c->out, '}');
    }
    secret_wipe_str(secret);
    json_free(all);
    return rc;
}

static enum err_code
op_captcha_policy_get(struct call *c, struct err *err)
{
    return answer(c, err);
}

/* All that a login page needs. */
static enum err_code
op_captcha_policy_get_public(struct call *c, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct json *all = NULL;
    bool enabled = false;
    enum err_code rc = s ? document_environment(s, &captcha_policy, &all, err) : err_failed(err);
    if (rc)
        return rc;
    (void)json_to_bool(json_get(all, "enabled"), &enabled);
    jw_open(&c->out, '{');
    jw_kbool(&c->out, "enabled", enabled);
    jw_kstr(&c->out, "siteKey", json_str(json_get(all, "siteKey")));
    jw_close(&c->out, '}');
    json_free(all);
    return ERR_OK;
}

/* The members that are kept in plain. */
static struct str
document_of(struct call *c)
{
    static const char *const members[] = {"enabled", "siteKey", "minScore", "ignoredEmails", NULL};
    struct json *document = json_new_object();
    for (const char *const *m = members; *m; m++)
        if (call_has(c, *m))
            json_set(document, str_of(*m), json_copy(call_json(c, *m)));
    struct buf text;
    buf_init(&text, DOCUMENT_MAX);
    json_write(document, &text);
    struct str out = text.failed ? STR_ABSENT : arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    json_free(document);
    return out;
}

/* A key that comes back as it was shown stays what it is. */
static enum err_code
keep_secret(struct call *c, const struct scope *s, struct err *err)
{
    struct str given = call_str(c, "secretKey"), stored = STR_ABSENT;
    enum err_code rc = store_sealed_get(s, CAPTCHA_SECRET, &stored, err);
    bool same = !rc && str_eq(given, shape_mask(c->arena, stored));
    secret_wipe_str(stored);
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    return same ? ERR_OK : store_sealed_put(s, CAPTCHA_SECRET, given, err);
}

static enum err_code
write_policy(struct call *c, bool is_new, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    struct str name = str_of(captcha_policy.name), document = document_of(c);
    struct config stored;
    if (json_len(call_json(c, "ignoredEmails")) > IGNORED_MAX || !str_given(document))
        return call_refuse(c, err, ERR_INVALID, NULL, "ignoredEmails must have at most %d entries",
                           (int)IGNORED_MAX);
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (!rc && !is_new)
        rc = store_config_get(s, name, &stored, err);
    if (!rc)
        rc = is_new ? store_config_create(s, name, document, err)
                    : store_config_put(s, name, document, err);
    if (!rc)
        rc = keep_secret(c, s, err);
    if (rc == ERR_NOT_FOUND)
        return missing(c, err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Captcha policy already exists");
    if (rc)
        return rc;
    call_audit(c, "configuration", name, "High", "Changed the captcha policy of the environment");
    return answer(c, err);
}

static enum err_code
op_captcha_policy_create(struct call *c, struct err *err)
{
    return write_policy(c, true, err);
}

static enum err_code
op_captcha_policy_update(struct call *c, struct err *err)
{
    return write_policy(c, false, err);
}

const struct op_binding captcha_ops[] = {
    BIND(captcha_policy_create),
    BIND(captcha_policy_update),
    BIND(captcha_policy_get),
    BIND(captcha_policy_get_public),
    BIND_END,
};
