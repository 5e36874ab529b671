/* Amazon SES, SendEmail of version 2, as a user or in a role that STS lends. */
#include "deliver/mime.h"
#include "deliver/provider_priv.h"
#include "deliver/sigv4.h"

#include "base/clock.h"

enum {
    REGION_MAX = 32,
    ARN_MAX = 2048,
    KEY_MAX = 160,
    SECRET_MAX = 8 * 1024,
    RENEW_MS = 5 * 60 * 1000, /* before temporary credentials end */
    ROLE_SECONDS = 3600
};

static enum err_code
check_region(const struct provider *p, struct err *err)
{
    enum err_code rc = need(p->region, "a region", p, err);
    if (rc == ERR_OK && !is_token_text(p->region, REGION_MAX))
        return err_set(err, ERR_INVALID, "the region of %s must be one such as us-east-1",
                       p->type->name);
    return rc;
}

static enum err_code
check_user(struct provider *p, struct err *err)
{
    if (!p->secret)
        return need(STR_ABSENT, "a secret access key", p, err);
    enum err_code rc = need(p->id, "an access key id", p, err);
    if (rc == ERR_OK && !is_token_text(p->id, KEY_MAX))
        return err_set(err, ERR_INVALID, "the access key id must be letters and digits");
    return rc == ERR_OK ? check_region(p, err) : rc;
}

static enum err_code
check_role(struct provider *p, struct err *err)
{
    return p->secret ? check_region(p, err) : need(STR_ABSENT, "a role", p, err);
}

/* ---- signing ---- */

struct signing {
    struct sigv4 s;
    struct buf *headers;
    const struct secret *token;
    struct err *err;
    enum err_code rc;
};

static void
sign_with_token(struct str token, void *arg)
{
    struct signing *g = arg;
    g->s.token = token;
    g->rc = sigv4_sign(&g->s, g->headers, g->err);
}

static void
sign_with_secret(struct str secret, void *arg)
{
    struct signing *g = arg;
    g->s.secret = secret;
    if (g->token)
        secret_with(g->token, sign_with_token, g);
    else
        sign_with_token(STR_ABSENT, g);
}

static struct str
path_of(struct str url)
{
    struct str authority = url_authority(url);
    size_t from = (size_t)(authority.p - url.p) + authority.n;
    return from < url.n ? str_sub(url, from, url.n) : STR("/");
}

static enum err_code /* NOLINTNEXTLINE(readability-function-size): a key is three */
sign(const struct writing *w, struct request *out, const char *service, const char *type,
     struct str key_id, const struct secret *secret, const struct secret *token, struct err *err)
{
    struct str url = buf_str(&out->url);
    request_header(out, "Content-Type: %s", type);
    struct signing g = {
        .s = {.key_id = key_id,
              .region = w->p->region,
              .service = str_of(service),
              .method = "POST",
              .path = arena_cstr(w->arena, path_of(url)),
              .headers = {{"content-type", str_of(type)}, {"host", url_authority(url)}},
              .n_headers = 2,
              .body = buf_str(&out->body),
              .now = w->now},
        .headers = &out->headers,
        .token = token,
        .err = err};
    secret_with(secret, sign_with_secret, &g);
    return g.rc;
}

/* ---- SendEmail ---- */

static void
write_data(struct jw *j, const char *name, struct str data)
{
    jw_key(j, name);
    jw_open(j, '{');
    jw_kstr(j, "Data", data);
    jw_ktext(j, "Charset", "UTF-8");
    jw_close(j, '}');
}

static void
write_content(struct jw *j, const struct letter *l)
{
    jw_key(j, "Content");
    jw_open(j, '{');
    jw_key(j, "Simple");
    jw_open(j, '{');
    write_data(j, "Subject", l->subject);
    jw_key(j, "Body");
    jw_open(j, '{');
    if (l->text.n || !l->html.n)
        write_data(j, "Text", l->text);
    if (l->html.n)
        write_data(j, "Html", l->html);
    jw_close(j, '}');
    jw_close(j, '}');
    jw_close(j, '}');
}

static void
write_body(const struct writing *w, struct buf *out)
{
    struct buf from;
    buf_init(&from, 4096);
    mime_write_mailbox(&from, &w->from);
    struct jw j;
    jw_init(&j, out);
    jw_open(&j, '{');
    jw_kstr(&j, "FromEmailAddress", buf_str(&from));
    jw_key(&j, "Destination");
    jw_open(&j, '{');
    jw_key(&j, "ToAddresses");
    jw_open(&j, '[');
    jw_str(&j, w->to.spec);
    jw_close(&j, ']');
    jw_close(&j, '}');
    write_content(&j, w->letter);
    jw_key(&j, "EmailTags");
    jw_open(&j, '[');
    jw_open(&j, '{');
    jw_ktext(&j, "Name", "message_id");
    jw_kstr(&j, "Value", w->letter->id);
    jw_close(&j, '}');
    jw_close(&j, ']');
    jw_close(&j, '}');
    buf_fini(&from);
}

static enum err_code
write_mail(const struct writing *w, struct request *out, struct str key_id,
           const struct secret *secret, const struct secret *token, struct err *err)
{
    struct provider *p = w->p;
    struct str preset =
        arena_printf(w->arena, "https://email.%.*s.amazonaws.com", STR_ARG(p->region));
    request_url(out, p->url, preset.p, "/v2/email/outbound-emails");
    write_body(w, &out->body);
    return sign(w, out, "ses", "application/json", key_id, secret, token, err);
}

static enum err_code
write_as_user(const struct writing *w, struct request *out, struct err *err)
{
    return write_mail(w, out, w->p->id, w->p->secret, NULL, err);
}

static bool
read_reply(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
           struct outcome *out)
{
    (void)p, (void)r, (void)now;
    struct json *j = json_parse(a->body, a->body.n, NULL);
    bool good = outcome_ref(out, json_str(json_get(j, "MessageId")));
    json_free(j);
    return good;
}

/* ---- the role ---- */

static bool
has_role(const struct provider *p, int64_t now)
{
    return p->role_secret && p->role_until - RENEW_MS > now;
}

/* Until the role is ours one letter asks for it, and the others wait. */
static size_t
role_window(const struct provider *p, int64_t now)
{
    return has_role(p, now) ? WINDOW : 1;
}

static void
add_encoded(struct str bytes, void *arg)
{
    buf_add_urlencoded(arg, bytes);
}

static void
see_arn(struct str bytes, void *arg)
{
    *(bool *)arg = str_starts(bytes, STR("arn:")) && bytes.n <= ARN_MAX;
}

/* ERR_CONFIG: the messages are in order, and wait for the configuration to be. */
static enum err_code
check_lender(const struct provider *p, struct err *err)
{
    bool arn = false;
    secret_with(p->secret, see_arn, &arn);
    if (!arn)
        return err_set(err, ERR_CONFIG, "the secret of ses-role must be the ARN of the role");
    if (!p->aws_id.n || !p->aws_secret)
        return err_set(err, ERR_CONFIG,
                       "ses-role needs a key that may assume the role: section [aws] of the "
                       "server's messages file");
    return ERR_OK;
}

static enum err_code
write_role_request(const struct writing *w, struct request *out, struct err *err)
{
    struct provider *p = w->p;
    enum err_code rc = check_lender(p, err);
    if (rc)
        return rc;
    struct str preset =
        arena_printf(w->arena, "https://sts.%.*s.amazonaws.com", STR_ARG(p->region));
    request_url(out, p->sts_url, preset.p, "/");
    out->preliminary = true;
    buf_add_text(&out->body, "Action=AssumeRole&Version=2011-06-15&RoleArn=");
    secret_with(p->secret, add_encoded, &out->body);
    buf_printf(&out->body, "&RoleSessionName=gatehoused&DurationSeconds=%d", ROLE_SECONDS);
    return sign(w, out, "sts", "application/x-www-form-urlencoded", p->aws_id, p->aws_secret, NULL,
                err);
}

static enum err_code
write_in_role(const struct writing *w, struct request *out, struct err *err)
{
    struct provider *p = w->p;
    if (!has_role(p, w->now))
        return write_role_request(w, out, err);
    return write_mail(w, out, str_of(p->role_id), p->role_secret, p->role_token, err);
}

/* The text of an element without attributes; absent if it is not there or not sane. */
static struct str
element(struct str xml, const char *open, const char *close, size_t most)
{
    const struct str none = {NULL, 0};
    ptrdiff_t from = str_find(xml, str_of(open));
    if (from < 0)
        return none;
    struct str rest = str_sub(xml, (size_t)from + strlen(open), xml.n);
    ptrdiff_t to = str_find(rest, str_of(close));
    if (to <= 0 || (size_t)to > most)
        return none;
    struct str text = str_trim(str_sub(rest, 0, (size_t)to));
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= 0x20 || text.p[i] >= 0x7f || text.p[i] == '<' || text.p[i] == '&')
            return none;
    return text.n ? text : none;
}

static bool
read_role(struct provider *p, struct str xml, int64_t now)
{
    struct str id = element(xml, "<AccessKeyId>", "</AccessKeyId>", KEY_MAX - 1);
    struct str secret = element(xml, "<SecretAccessKey>", "</SecretAccessKey>", SECRET_MAX);
    struct str token = element(xml, "<SessionToken>", "</SessionToken>", SECRET_MAX);
    struct str until = element(xml, "<Expiration>", "</Expiration>", 64);
    int64_t ends = 0;
    if (!id.n || !secret.n || !token.n || !clock_parse(until, &ends) || ends - RENEW_MS <= now)
        return false;
    secret_free(p->role_secret);
    secret_free(p->role_token);
    p->role_secret = secret_new(secret);
    p->role_token = secret_new(token);
    memcpy(p->role_id, id.p, id.n);
    p->role_id[id.n] = '\0';
    p->role_until = ends;
    return true;
}

static bool
read_in_role(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
             struct outcome *out)
{
    if (!r->preliminary)
        return read_reply(p, r, a, now, out);
    out->verdict = VERDICT_AGAIN;
    return read_role(p, a->body, now);
}

/* Temporary credentials can be withdrawn early. */
static void
role_refused(struct provider *p, const struct request *r, const struct answer *a,
             struct outcome *out)
{
    if (r->preliminary || a->status != 403 || str_find(a->body, STR("Expired")) < 0)
        return;
    p->role_until = 0;
    out->verdict = VERDICT_TROUBLE;
}

const struct provider_type provider_ses = {.name = "ses",
                                           .channel = LETTER_EMAIL,
                                           .check = check_user,
                                           .write = write_as_user,
                                           .read = read_reply};
const struct provider_type provider_ses_role = {.name = "ses-role",
                                                .channel = LETTER_EMAIL,
                                                .check = check_role,
                                                .write = write_in_role,
                                                .read = read_in_role,
                                                .window = role_window,
                                                .refused = role_refused};
