/*
 * Who carries the environment's e-mail and SMS. What is configured is tried out as a provider before
 * it is kept, so that a fault is told to whoever makes it. Secrets are sealed, and only their ends
 * are shown.
 */
#include "base/rand.h"
#include "server/deliver_provider.h"
#include "server/ops/ops.h"
#include "server/shape.h"
#include "store/messages.h"

enum { REVISION_BYTES = 8, DOCUMENT_MAX = 64 * 1024 };

/* The providers are the environment's, whatever tenant the caller names. */
static const struct scope *
environment(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    if (!s || !str_given(s->tenant))
        return s;
    struct scope *whole = ARENA_NEW(c->arena, struct scope);
    return scope_tenant(s, STR_ABSENT, whole, err) == ERR_OK ? whole : NULL;
}

static enum err_code
read_sealed(const struct scope *s, struct str name, struct str *out, struct err *err)
{
    *out = STR_ABSENT;
    enum err_code rc = store_sealed_get(s, name, out, err);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* A provider of these settings can be made, or the caller hears why not. */
static enum err_code
try_out(struct call *c, const struct provider_settings *settings, struct err *err)
{
    struct provider *p = NULL;
    struct err why = {.code = ERR_OK};
    enum err_code rc = provider_new(&p, settings, &why);
    provider_free(p);
    return rc ? call_refuse(c, err, ERR_INVALID, NULL, "%s", why.msg) : ERR_OK;
}

/* Document and secret go together; whoever delivers looks again. */
static enum err_code
keep(const struct scope *s, struct str name, const struct json *document, struct str secret,
     struct err *err)
{
    struct buf text;
    buf_init(&text, DOCUMENT_MAX);
    json_write(document, &text);
    enum err_code rc = text.failed ? err_set(err, ERR_LIMIT, "the configuration is too long")
                                   : store_config_put(s, name, buf_str(&text), err);
    buf_fini(&text);
    if (!rc && secret.n)
        rc = store_sealed_put(s, name, secret, err);
    if (!rc)
        store_message_nudge(s);
    return rc;
}

static void
set_text(struct json *document, const char *name, struct str value)
{
    if (value.n)
        json_set(document, str_of(name), json_new_str(value));
}

static enum err_code
remove_provider(struct call *c, struct str name, const char *what, struct err *err)
{
    const struct scope *s = environment(c, err);
    enum err_code rc = s ? store_config_delete(s, name, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "%s not found", what);
    if (!rc)
        rc = store_sealed_delete(s, name, err);
    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    if (rc)
        return rc;
    store_message_nudge(s);
    call_audit(c, what, c->vendor_id, "High", "%s was removed", what);
    return ERR_OK;
}

/* ---- e-mail ---- */

static const char MAIL[] = "E-mail provider";

static enum err_code
set_mail(struct call *c, const struct json *given, struct err *err)
{
    struct str kind = json_str(json_get(given, "provider"));
    struct provider_settings settings = {.secret = json_str(json_get(given, "secret")),
                                         .id = json_str(json_get(given, "id")),
                                         .domain = json_str(json_get(given, "domain")),
                                         .region = json_str(json_get(given, "region"))};
    if (!kind.n)
        kind = STR("sendgrid"); /* the old form knows no other */
    if (!provider_kind_parse(kind, LETTER_EMAIL, &settings.kind))
        return call_refuse(c, err, ERR_INVALID, NULL, "provider is unknown");
    if (settings.kind == PROVIDER_MAILGUN && !settings.region.n)
        settings.region = STR("us");
    enum err_code rc = try_out(c, &settings, err);
    const struct scope *s = rc ? NULL : environment(c, err);
    if (!s)
        return err_failed(err);
    struct json *document = json_new_object();
    set_text(document, "provider", kind);
    set_text(document, "id", settings.id);
    set_text(document, "domain", settings.domain);
    set_text(document, "region", settings.region);
    set_text(document, "revision", rand_hex(c->arena, REVISION_BYTES));
    rc = keep(s, MAIL_PROVIDER, document, settings.secret, err);
    json_free(document);
    if (!rc)
        call_audit(c, MAIL, c->vendor_id, "High", "E-mail goes through %.*s from now on",
                   STR_ARG(kind));
    return rc;
}

static enum err_code
op_mail_config_set(struct call *c, struct err *err)
{
    return set_mail(c, call_json(c, "payload"), err);
}

static enum err_code
op_mail_config_set_v1(struct call *c, struct err *err)
{
    struct json *given = json_new_object();
    set_text(given, "secret", call_str(c, "secret"));
    enum err_code rc = set_mail(c, given, err);
    json_free(given);
    return rc;
}

static void
write_extension(struct call *c, const struct json *document)
{
    static const char *const names[] = {"domain", "region", "id"};
    jw_key(&c->out, "extension");
    jw_open(&c->out, '[');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str value = json_str(json_get(document, names[i]));
        if (!value.n)
            continue;
        jw_open(&c->out, '{');
        jw_ktext(&c->out, "extensionName", names[i]);
        jw_kstr(&c->out, "extensionValue", value);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
}

static enum err_code
op_mail_config_get(struct call *c, struct err *err)
{
    const struct scope *s = environment(c, err);
    struct config found;
    struct str secret = STR_ABSENT;
    enum err_code rc = s ? store_config_get(s, MAIL_PROVIDER, &found, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "%s not found", MAIL);
    if (!rc)
        rc = read_sealed(s, MAIL_PROVIDER, &secret, err);
    if (rc)
        return rc;
    struct json *document = json_parse(found.document, found.document.n, NULL);
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "provider", json_str(json_get(document, "provider")));
    shape_masked(c, "secret", secret);
    write_extension(c, document);
    jw_ktime(&c->out, "createdAt", found.created_at);
    jw_ktime(&c->out, "updatedAt", found.updated_at);
    jw_close(&c->out, '}');
    json_free(document);
    return ERR_OK;
}

static enum err_code
op_mail_config_delete(struct call *c, struct err *err)
{
    return remove_provider(c, MAIL_PROVIDER, MAIL, err);
}

/* ---- SMS ---- */

static const char SMS[] = "SMS provider";
static const char *const SMS_MEMBERS[] = {"senderName", "accountId", "serviceId", "provider",
                                          "channel"};
enum { N_SMS_MEMBERS = sizeof SMS_MEMBERS / sizeof *SMS_MEMBERS };

static enum err_code
write_sms(struct call *c, const struct config *found, const struct json *document, struct str token)
{
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "id", found->id);
    for (size_t i = 0; i < N_SMS_MEMBERS; i++) {
        struct str value = json_str(json_get(document, SMS_MEMBERS[i]));
        if (value.n)
            jw_kstr(&c->out, SMS_MEMBERS[i], value);
    }
    if (token.n)
        shape_masked(c, "token", token);
    jw_ktime(&c->out, "createdAt", found->created_at);
    jw_ktime(&c->out, "updatedAt", found->updated_at);
    jw_close(&c->out, '}');
    return ERR_OK;
}

/* Until account and token are both there it is no provider yet, and the rest is not judged. */
static enum err_code
check_sms(struct call *c, const struct json *document, struct str token, struct err *err)
{
    struct str name = json_str(json_get(document, "provider"));
    struct provider_settings settings = {.kind = PROVIDER_TWILIO,
                                         .secret = token,
                                         .id = json_str(json_get(document, "accountId")),
                                         .service = json_str(json_get(document, "serviceId")),
                                         .sender = json_str(json_get(document, "senderName"))};
    if (name.n && !str_eq_nocase(name, STR("twilio")))
        return call_refuse(c, err, ERR_INVALID, NULL, "provider must be twilio");
    return settings.id.n && token.n ? try_out(c, &settings, err) : ERR_OK;
}

/* What is there, with the members of the body over it. *token: the new one, else the old one. */
static enum err_code
merge_sms(struct call *c, const struct scope *s, struct json **out, struct str *token,
          struct err *err)
{
    struct config found;
    enum err_code rc = store_config_get(s, SMS_PROVIDER, &found, err);
    *out = rc == ERR_OK ? json_parse(found.document, found.document.n, NULL) : json_new_object();
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    for (size_t i = 0; i < N_SMS_MEMBERS; i++)
        if (call_has(c, SMS_MEMBERS[i]))
            json_set(*out, str_of(SMS_MEMBERS[i]), json_new_str(call_str(c, SMS_MEMBERS[i])));
    json_set(*out, STR("revision"), json_new_str(rand_hex(c->arena, REVISION_BYTES)));
    *token = call_str(c, "token");
    return token->n ? ERR_OK : read_sealed(s, SMS_PROVIDER, token, err);
}

static enum err_code
op_sms_config_set(struct call *c, struct err *err)
{
    const struct scope *s = environment(c, err);
    if (!s)
        return err_failed(err);
    struct json *document = NULL;
    struct str token = STR_ABSENT;
    struct config found;
    enum err_code rc = merge_sms(c, s, &document, &token, err);
    if (!rc)
        rc = check_sms(c, document, token, err);
    if (!rc)
        rc = keep(s, SMS_PROVIDER, document, token, err);
    if (!rc)
        rc = store_config_get(s, SMS_PROVIDER, &found, err);
    if (!rc) {
        call_audit(c, SMS, found.id, "High", "The SMS provider was set");
        rc = write_sms(c, &found, document, token);
    }
    json_free(document);
    return rc;
}

static enum err_code
op_sms_config_get(struct call *c, struct err *err)
{
    const struct scope *s = environment(c, err);
    struct config found;
    struct str token = STR_ABSENT;
    enum err_code rc = s ? store_config_get(s, SMS_PROVIDER, &found, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "%s not found", SMS);
    if (!rc)
        rc = read_sealed(s, SMS_PROVIDER, &token, err);
    if (rc)
        return rc;
    struct json *document = json_parse(found.document, found.document.n, NULL);
    rc = write_sms(c, &found, document, token);
    json_free(document);
    return rc;
}

static enum err_code
op_sms_config_delete(struct call *c, struct err *err)
{
    return remove_provider(c, SMS_PROVIDER, SMS, err);
}

const struct op_binding providers_ops[] = {
    BIND(mail_config_set),   BIND(mail_config_set_v1),
    BIND(mail_config_get),   BIND(mail_config_delete),
    BIND(sms_config_set),    BIND(sms_config_get),
    BIND(sms_config_delete), BIND_END,
};
