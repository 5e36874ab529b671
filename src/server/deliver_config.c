#include "server/deliver_config.h"

#include "base/file.h"
#include "base/ini.h"
#include "base/mem.h"
#include "deliver/mailbox.h"
#include "server/server.h"

enum { COUNT_MOST = 100, MS_MOST = 24 * 60 * 60 * 1000 };

enum row_kind { ROW_TEXT, ROW_URL, ROW_TIME, ROW_COUNT };
struct row {
    const char *section, *key;
    enum row_kind kind;
    size_t offset;
    int64_t preset;
};
#define ROW(section, key, kind, member, preset)                                                    \
    {                                                                                              \
        section, key, ROW_##kind, offsetof(struct deliver_config, member), preset                  \
    }
static const struct row ROWS[] = {
    ROW("smtp", "url", TEXT, smtp_url, 0),
    ROW("smtp", "user", TEXT, smtp_user, 0),
    ROW("smtp", "password-file", TEXT, smtp_password_file, 0),
    ROW("smtp", "from", TEXT, smtp_from, 0),
    ROW("smtp", "tls", TEXT, smtp_tls, 0),
    ROW("smtp", "ca-file", TEXT, ca_file, 0),
    ROW("sendgrid", "url", URL, sendgrid_url, 0),
    ROW("mailgun", "url", URL, mailgun_url, 0),
    ROW("ses", "url", URL, ses_url, 0),
    ROW("sts", "url", URL, sts_url, 0),
    ROW("twilio", "url", URL, twilio_url, 0),
    ROW("aws", "key-id", TEXT, aws_id, 0),
    ROW("aws", "secret-file", TEXT, aws_secret_file, 0),
    ROW("delivery", "timeout", TIME, timeout_ms, 20000),
    ROW("delivery", "lease", TIME, lease_ms, 60000),
    ROW("delivery", "first-retry", TIME, first_retry_ms, 2000),
    ROW("delivery", "last-retry", TIME, last_retry_ms, 600000),
    ROW("delivery", "attempts", COUNT, attempts, 10),
};

static void *
member(struct deliver_config *c, const struct row *row)
{
    return (char *)c + row->offset;
}

/* "250ms", "20s", "5m" */
static bool
read_time(struct str text, int64_t *out)
{
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    struct str unit = str_sub(text, digits, text.n);
    int64_t n, scale = str_eq(unit, STR("ms"))  ? 1
                       : str_eq(unit, STR("s")) ? 1000
                       : str_eq(unit, STR("m")) ? 60000
                                                : 0;
    if (!scale || !str_to_i64(str_sub(text, 0, digits), &n) || n < 1 || n > MS_MOST / scale)
        return false;
    *out = n * scale;
    return true;
}

static enum err_code
take_value(struct deliver_config *c, const struct row *row, struct str value, struct err *err)
{
    int64_t *number = member(c, row);
    switch (row->kind) {
    case ROW_URL:
        if (provider_check_url(value, err))
            return err_failed(err);
        *(struct str *)member(c, row) = value;
        break;
    case ROW_TEXT:
        *(struct str *)member(c, row) = value;
        break;
    case ROW_TIME:
        if (!read_time(value, number))
            return err_set(err, ERR_CONFIG, "%s must be a time such as 500ms, 20s or 5m", row->key);
        break;
    case ROW_COUNT:
        if (!str_to_i64(value, number) || *number < 1 || *number > COUNT_MOST)
            return err_set(err, ERR_CONFIG, "%s must be 1 to %d", row->key, COUNT_MOST);
        break;
    }
    return ERR_OK;
}

static const struct row *
find_row(struct str section, struct str key)
{
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (str_eq(section, str_of(ROWS[i].section)) && str_eq(key, str_of(ROWS[i].key)))
            return &ROWS[i];
    return NULL;
}

static enum err_code
read_file(struct deliver_config *c, const char *path, struct arena *a, struct err *err)
{
    struct ini ini;
    enum err_code rc = ini_read(&ini, path, a, err);
    for (size_t i = 0; i < ini.n && rc == ERR_OK; i++) {
        const struct ini_item *item = &ini.items[i];
        const struct row *row = find_row(item->section, item->key);
        rc = row ? take_value(c, row, item->value, err)
                 : err_set(err, ERR_CONFIG, "there is no \"%.*s\" in section [%.*s]",
                           STR_ARG(item->key), STR_ARG(item->section));
        if (rc)
            err_prefix(err, "%s:%u:%u", path, item->line, item->column);
    }
    return rc;
}

static void
take_option(struct str *out, const char *value)
{
    if (value)
        *out = str_of(value);
}

static enum err_code
read_secret(struct secret **out, struct str path, struct err *err)
{
    if (!path.n)
        return ERR_OK;
    *out = secret_from_file(path.p, err);
    return *out ? ERR_OK : err_failed(err);
}

/* Makes a provider of it once, so that a fault is told at the start. */
static enum err_code
check_smtp(const struct deliver_config *c, struct err *err)
{
    if (!c->smtp_url.n) {
        if (c->smtp_user.n || c->smtp_password_file.n)
            return err_set(err, ERR_CONFIG, "the mail server's user needs its address: --smtp");
        return ERR_OK;
    }
    struct provider_settings s = {.kind = PROVIDER_SMTP,
                                  .url = c->smtp_url,
                                  .id = c->smtp_user,
                                  .from = c->smtp_from,
                                  .secret = c->smtp_password ? STR("-") : STR(""),
                                  .plain = str_eq(c->smtp_tls, STR("none"))};
    if (c->smtp_tls.n && !s.plain && !str_eq(c->smtp_tls, STR("required")))
        return err_set(err, ERR_CONFIG, "tls of the mail server must be required or none");
    struct provider *p = NULL;
    enum err_code rc = provider_new(&p, &s, err);
    provider_free(p);
    return rc;
}

/* A name only: an address cannot be the domain of a sender. */
static struct str
host_of(struct str url)
{
    ptrdiff_t start = str_find(url, STR("://"));
    struct str rest = str_sub(url, start < 0 ? 0 : (size_t)start + 3, url.n);
    struct str authority = STR(""), host = STR("");
    str_next(&rest, '/', &authority);
    str_next(&authority, ':', &host);
    bool name = mailbox_is_host(host) && (host.p[host.n - 1] < '0' || host.p[host.n - 1] > '9');
    return name ? host : STR("localhost");
}

enum err_code
deliver_config_read(struct deliver_config *out, const struct server_options *o,
                    struct str public_url, struct arena *a, struct err *err)
{
    *out = (struct deliver_config){.host = host_of(public_url)};
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (ROWS[i].preset)
            *(int64_t *)member(out, &ROWS[i]) = ROWS[i].preset;
    enum err_code rc = o->messages ? read_file(out, o->messages, a, err) : ERR_OK;
    take_option(&out->smtp_url, o->smtp);
    take_option(&out->smtp_user, o->smtp_user);
    take_option(&out->smtp_password_file, o->smtp_password_file);
    take_option(&out->smtp_from, o->smtp_from);
    take_option(&out->smtp_tls, o->smtp_tls);
    if (!out->smtp_from.n)
        out->smtp_from = arena_printf(a, "no-reply@%.*s", STR_ARG(out->host));
    if (rc == ERR_OK)
        rc = read_secret(&out->smtp_password, out->smtp_password_file, err);
    if (rc == ERR_OK)
        rc = read_secret(&out->aws_secret, out->aws_secret_file, err);
    return rc == ERR_OK ? check_smtp(out, err) : rc;
}

void
deliver_config_fini(struct deliver_config *c)
{
    secret_free(c->smtp_password);
    secret_free(c->aws_secret);
    c->smtp_password = c->aws_secret = NULL;
}
