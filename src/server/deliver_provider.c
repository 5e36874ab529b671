#include "server/deliver_provider.h"

#include "base/json.h"

static struct str
name_of(enum letter_channel channel)
{
    return channel == LETTER_SMS ? SMS_PROVIDER : MAIL_PROVIDER;
}

enum err_code
deliver_document(const struct scope *s, enum letter_channel channel, struct str *document,
                 struct err *err)
{
    struct config found;
    *document = STR_ABSENT;
    enum err_code rc = store_config_get(s, name_of(channel), &found, err);
    if (rc == ERR_OK)
        *document = found.document;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* ---- from the document ---- */

static struct str
url_of(enum provider_kind kind, const struct deliver_config *c)
{
    const struct str urls[PROVIDER_KINDS] = {
        [PROVIDER_SMTP] = c->smtp_url,       [PROVIDER_SENDGRID] = c->sendgrid_url,
        [PROVIDER_MAILGUN] = c->mailgun_url, [PROVIDER_SES] = c->ses_url,
        [PROVIDER_SES_ROLE] = c->ses_url,    [PROVIDER_TWILIO] = c->twilio_url,
    };
    return urls[kind];
}

static void
read_document(const struct json *j, struct provider_settings *out)
{
    out->id = json_str(json_get(j, out->kind == PROVIDER_TWILIO ? "accountId" : "id"));
    out->domain = json_str(json_get(j, "domain"));
    out->region = json_str(json_get(j, "region"));
    out->service = json_str(json_get(j, "serviceId"));
    out->sender = json_str(json_get(j, "senderName"));
}

struct making {
    struct provider_settings settings;
    struct provider **out;
    struct err *err;
    enum err_code rc;
};

static void
make_with_second(struct str bytes, void *arg)
{
    struct making *m = arg;
    m->settings.aws_secret = bytes;
    m->rc = provider_new(m->out, &m->settings, m->err);
}

static void
make_with_password(struct str bytes, void *arg)
{
    struct making *m = arg;
    m->settings.secret = bytes;
    m->rc = provider_new(m->out, &m->settings, m->err);
}

/* Without its credentials a configuration is none yet. */
static bool
is_whole(const struct provider_settings *s)
{
    return s->secret.n && (s->kind != PROVIDER_TWILIO || s->id.n);
}

static enum err_code
from_document(const struct scope *s, const struct json *j, struct str name,
              const struct deliver_config *c, struct making *m, struct err *err)
{
    struct provider_settings *p = &m->settings;
    read_document(j, p);
    enum err_code rc = store_sealed_get(s, name, &p->secret, err);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc)
        return rc;
    p->aws_id = c->aws_id;
    p->sts_url = c->sts_url;
    p->url = url_of(p->kind, c);
    p->from = c->smtp_from;
    m->rc = ERR_OK;
    if (is_whole(p) && c->aws_secret)
        secret_with(c->aws_secret, make_with_second, m);
    else if (is_whole(p))
        make_with_second(STR_ABSENT, m);
    secret_wipe_str(p->secret);
    return m->rc;
}

static enum err_code
from_options(const struct deliver_config *c, struct making *m)
{
    m->settings = (struct provider_settings){
        .kind = PROVIDER_SMTP,
        .url = c->smtp_url,
        .id = c->smtp_user,
        .from = c->smtp_from,
        .ca_file = c->ca_file.p,
        .plain = str_eq(c->smtp_tls, STR("none")),
    };
    if (c->smtp_password)
        secret_with(c->smtp_password, make_with_password, m);
    else
        make_with_password(STR_ABSENT, m);
    return m->rc;
}

enum err_code
deliver_provider(const struct scope *s, enum letter_channel channel, struct str document,
                 const struct deliver_config *c, struct provider **out, struct err *err)
{
    *out = NULL;
    struct making m = {.out = out, .err = err, .rc = ERR_OK};
    struct json *j = str_given(document) ? json_parse(document, document.n, NULL) : NULL;
    struct str name = json_str(json_get(j, "provider"));
    if (!name.n && channel == LETTER_SMS)
        name = STR("twilio");
    enum err_code rc = ERR_OK;
    if (j && !provider_kind_parse(name, channel, &m.settings.kind))
        rc = err_set(err, ERR_INVALID, "there is no provider %.40s", name.n ? name.p : "named");
    else if (j)
        rc = from_document(s, j, name_of(channel), c, &m, err);
    json_free(j);
    if (rc == ERR_OK && !*out && channel == LETTER_EMAIL && c->smtp_url.n)
        rc = from_options(c, &m);
    return rc;
}
