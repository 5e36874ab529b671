#include "server/config.h"

#include "base/mem.h"
#include "server/ratelimit.h"

static const struct config_flag FLAGS[] = {
    {"--listen", "ADDRESS",
     "accept requests on http://HOST:PORT or unix:PATH, up to 8 times; port 0 picks a free one "
     "(http://127.0.0.1:8088)",
     0},
    {"--data", "DIR", "folder of database, credentials and keys ($XDG_DATA_HOME/gatehouse)",
     offsetof(struct config, data)},
    {"--database", "URL",
     "keep the data in sqlite:PATH or postgresql://... (sqlite:DIR/gatehouse.db)",
     offsetof(struct config, database)},
    {"--demo", NULL, "fill an empty database with sample data", offsetof(struct config, demo)},
    {"--client-id", "ID", "client id of the environment, with --secret-file",
     offsetof(struct config, client_id)},
    {"--secret-file", "FILE", "file with its secret, mode 0600",
     offsetof(struct config, secret_file)},
    {"--public-url", "URL", "address that clients use, for links and the issuer of tokens",
     offsetof(struct config, public_url)},
    {"--outbox", "DIR", "folder for messages without a provider (DIR/outbox)",
     offsetof(struct config, outbox)},
    {"--smtp", "URL", "send e-mail through smtp://HOST:PORT (STARTTLS) or smtps://HOST:PORT",
     offsetof(struct config, smtp)},
    {"--smtp-user", "NAME", "sign in there, with --smtp-password-file",
     offsetof(struct config, smtp_user)},
    {"--smtp-password-file", "FILE", "file with that password, mode 0600",
     offsetof(struct config, smtp_password_file)},
    {"--smtp-from", "ADDRESS", "sender of messages whose template has none: \"Name <a@b>\"",
     offsetof(struct config, smtp_from)},
    {"--smtp-tls", "MODE", "required, or none for a server on this host (required)",
     offsetof(struct config, smtp_tls)},
    {"--messages", "FILE", "more about how messages go out, in sections [smtp], [delivery], ...",
     offsetof(struct config, messages)},
    {"--breached-passwords", "FILE",
     "refuse passwords on this list: one a line, or SHA-1 digests, in the order of their bytes",
     offsetof(struct config, breached_passwords)},
    {"--captcha-url", "URL",
     "ask this service whether a captcha was solved, as reCAPTCHA's siteverify "
     "(https://www.google.com/recaptcha/api/siteverify)",
     offsetof(struct config, captcha_url)},
    {"--tls-cert", "FILE", "PEM certificate chain; TCP addresses then speak TLS",
     offsetof(struct config, tls_cert)},
    {"--tls-key", "FILE", "PEM private key, mode 0600", offsetof(struct config, tls_key)},
    {"--insecure-listen", NULL, "allow plain HTTP beyond this host, behind a proxy that adds TLS",
     offsetof(struct config, insecure_listen)},
    {"--trusted-proxy", "CIDR",
     "believe X-Forwarded-For from this range, or from unix; up to 16 times",
     offsetof(struct config, proxies)},
    {"--allow-outbound", "CIDR",
     "let webhooks, user pools and the like be in this private network, over plain http too; up to "
     "16 times",
     offsetof(struct config, allow_outbound)},
    {"--rate-limit", "MODE",
     "limit requests per address: on, off, or public, which leaves out callers on this host "
     "(public)",
     offsetof(struct config, rate_limit)},
    {"--log-format", "FORMAT", "write the log as text or json (text)",
     offsetof(struct config, log_format)},
    {"--log-level", "LEVEL", "log from this level on: debug, info, warn, error, or off (info)",
     offsetof(struct config, log_level)},
    {"--coverage", NULL, "list all operations as bound or unbound, then end",
     offsetof(struct config, coverage)},
    {"--markdown", NULL, "with --coverage: write it as a Markdown page",
     offsetof(struct config, markdown)},
    {"--check", NULL, "check the database, say what was found, then end",
     offsetof(struct config, check)},
    {"--backup", "FILE", "copy the database to a new file, then end",
     offsetof(struct config, backup)},
    {"--version", NULL, "show the version, then end", offsetof(struct config, version)},
    {"--help", NULL, "show this, then end", offsetof(struct config, help)},
};

const struct config_flag *
config_flags(size_t *n)
{
    *n = COUNT_OF(FLAGS);
    return FLAGS;
}

/* "--name" or "--name=value". */
static const struct config_flag *
find_flag(const char *arg, const char **value)
{
    size_t n = strcspn(arg, "=");
    *value = arg[n] == '=' ? arg + n + 1 : NULL;
    for (size_t i = 0; i < COUNT_OF(FLAGS); i++)
        if (str_eq((struct str){arg, n}, str_of(FLAGS[i].name)))
            return &FLAGS[i];
    return NULL;
}

static enum err_code
add_listen(struct config *out, const char *value, struct err *err)
{
    if (out->n_listen == CONFIG_LISTEN_MAX)
        return err_set(err, ERR_USAGE, "--listen may be given at most %d times", CONFIG_LISTEN_MAX);
    out->listen[out->n_listen++] = str_of(value);
    return ERR_OK;
}

static enum err_code
add_proxy(struct config *out, const char *value, struct err *err)
{
    enum err_code rc = proxies_add(&out->proxies, str_of(value), err);
    if (rc)
        err_prefix(err, "--trusted-proxy");
    return rc;
}

static enum err_code
add_outbound(struct config *out, const char *value, struct err *err)
{
    struct cidr_list *list = &out->allow_outbound;
    if (list->n == CIDR_LIST_MAX)
        return err_set(err, ERR_USAGE, "--allow-outbound may be given at most %d times",
                       CIDR_LIST_MAX);
    if (!cidr_parse(str_of(value), &list->ranges[list->n]))
        return err_set(err, ERR_USAGE,
                       "--allow-outbound: '%.80s' is neither an IP address nor a range such as "
                       "10.0.0.0/8",
                       value);
    list->n++;
    return ERR_OK;
}

static enum err_code
store_flag(struct config *out, const struct config_flag *flag, const char *value, struct err *err)
{
    void *member = (char *)out + flag->offset;
    if (!flag->arg) {
        if (value)
            return err_set(err, ERR_USAGE, "%s takes no value", flag->name);
        *(bool *)member = true;
        return ERR_OK;
    }
    if (!value || !*value)
        return err_set(err, ERR_USAGE, "%s needs %s after it", flag->name, flag->arg);
    if (flag == &FLAGS[0])
        return add_listen(out, value, err);
    if (flag->offset == offsetof(struct config, proxies))
        return add_proxy(out, value, err);
    if (flag->offset == offsetof(struct config, allow_outbound))
        return add_outbound(out, value, err);
    if (*(const char **)member)
        return err_set(err, ERR_USAGE, "%s is given twice", flag->name);
    *(const char **)member = value;
    return ERR_OK;
}

static enum err_code
check_urls(const struct config *c, struct err *err)
{
    if (c->public_url && strncmp(c->public_url, "http://", 7) != 0 &&
        strncmp(c->public_url, "https://", 8) != 0)
        return err_set(err, ERR_USAGE, "--public-url must begin with http:// or https://");
    if (c->database && strncmp(c->database, "sqlite:", 7) != 0 &&
        strncmp(c->database, "postgresql://", 13) != 0 &&
        strncmp(c->database, "postgres://", 11) != 0)
        return err_set(err, ERR_USAGE,
                       "--database must be sqlite:PATH or postgresql://..., not %.*s:",
                       (int)strcspn(c->database, ":"), c->database);
    return ERR_OK;
}

/* What only makes sense together. */
static enum err_code
check_together(const struct config *c, struct err *err)
{
    if (!c->client_id != !c->secret_file)
        return err_set(err, ERR_USAGE, "--client-id and --secret-file go together");
    if (!c->tls_cert != !c->tls_key)
        return err_set(err, ERR_USAGE, "--tls-cert and --tls-key go together");
    if (c->check && c->demo)
        return err_set(err, ERR_USAGE, "--check changes nothing, so it cannot go with --demo");
    enum ratelimit_mode mode;
    if (!ratelimit_parse(c->rate_limit, &mode))
        return err_set(err, ERR_USAGE, "--rate-limit must be on, off or public");
    enum log_format format;
    enum log_level level;
    enum err_code rc = check_urls(c, err);
    return rc ? rc : config_log(c, &format, &level, err);
}

enum err_code
config_parse(struct config *out, int argc, char *const *argv, struct err *err)
{
    *out = (struct config){.n_listen = 0};
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        const struct config_flag *flag = find_flag(argv[i], &value);
        if (!flag)
            return err_set(err, ERR_USAGE, "unknown option '%.80s'; see gatehoused --help",
                           argv[i]);
        if (flag->arg && !value && i + 1 < argc)
            value = argv[++i];
        enum err_code rc = store_flag(out, flag, value, err);
        if (rc)
            return rc;
    }
    return check_together(out, err);
}

enum err_code
config_log(const struct config *c, enum log_format *format, enum log_level *level, struct err *err)
{
    struct str text = str_of(c->log_format ? c->log_format : "text");
    *format = str_eq(text, STR("json")) ? LOG_JSON : LOG_TEXT;
    *level = LOG_LEVEL_INFO;
    if (!str_eq(text, STR("json")) && !str_eq(text, STR("text")))
        return err_set(err, ERR_USAGE, "--log-format must be text or json");
    if (c->log_level && !log_level_parse(str_of(c->log_level), level))
        return err_set(err, ERR_USAGE, "--log-level must be debug, info, warn, error or off");
    return ERR_OK;
}

void
config_write_help(struct buf *out)
{
    buf_add_text(out,
                 "usage: gatehoused [options]\n\n"
                 "Serves an identity API from one database. Prints one line, \"ready ADDRESS\", "
                 "when it accepts requests.\n\n");
    for (size_t i = 0; i < COUNT_OF(FLAGS); i++) {
        const struct config_flag *f = &FLAGS[i];
        int n = (int)strlen(f->name) + (f->arg ? 1 + (int)strlen(f->arg) : 0);
        buf_printf(out, "  %s%s%s%*s%s\n", f->name, f->arg ? " " : "", f->arg ? f->arg : "", 27 - n,
                   "", f->help);
    }
    buf_add_text(out, "\nExit status: 0 done, 1 failure, 2 wrong usage.\n");
}
