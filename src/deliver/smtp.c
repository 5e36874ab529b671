/* A mail server of our own: SMTP submission. */
#include "deliver/mime.h"
#include "deliver/provider_priv.h"

static bool
is_port(struct str s)
{
    int64_t n;
    return str_to_i64(s, &n) && n > 0 && n < 65536;
}

/* "HOST", "HOST:PORT", "[::1]:PORT" into host and port. */
static bool
split(struct str authority, struct str *host, struct str *port)
{
    *port = STR_ABSENT;
    if (str_starts(authority, STR("["))) {
        ptrdiff_t end = str_find_char(authority, ']');
        if (end < 0)
            return false;
        *host = str_sub(authority, 1, (size_t)end);
        authority = str_sub(authority, (size_t)end + 1, authority.n);
        for (size_t i = 0; i < host->n; i++)
            if (!strchr("0123456789abcdefABCDEF:.", host->p[i]))
                return false;
        if (authority.n == 0)
            return host->n > 0;
        *port = str_sub(authority, 1, authority.n);
        return authority.p[0] == ':' && is_port(*port);
    }
    ptrdiff_t colon = str_find_char(authority, ':');
    *host = colon < 0 ? authority : str_sub(authority, 0, (size_t)colon);
    if (colon >= 0)
        *port = str_sub(authority, (size_t)colon + 1, authority.n);
    return mailbox_is_host(*host) && (colon < 0 || is_port(*port));
}

static enum err_code
check(struct provider *p, struct err *err)
{
    bool implicit = str_starts(p->url, STR("smtps://"));
    struct str host, port;
    struct str authority = url_authority(p->url);
    if ((!implicit && !str_starts(p->url, STR("smtp://"))) || !split(authority, &host, &port) ||
        (size_t)(authority.p - p->url.p) + authority.n != p->url.n)
        return err_set(err, ERR_INVALID,
                       "the mail server must be smtp://HOST[:PORT] or smtps://HOST[:PORT]");
    if (p->plain && (implicit || !is_this_host(host)))
        return err_set(err, ERR_INVALID,
                       "mail without TLS is only for smtp:// to a server on this host");
    if (p->id.n && !p->secret)
        return err_set(err, ERR_INVALID, "the user of the mail server has no password");
    return ERR_OK;
}

static enum err_code
write_mail(const struct writing *w, struct request *out, struct err *err)
{
    const struct provider *p = w->p;
    struct str host, port;
    (void)err;
    out->smtp = true;
    out->plain = p->plain;
    buf_add_str(&out->url, p->url);
    if (split(url_authority(p->url), &host, &port) && !port.n)
        buf_add_text(&out->url, str_starts(p->url, STR("smtps:")) ? ":465" : ":587");
    buf_add_str(&out->user, p->id);
    out->secret = p->id.n ? p->secret : NULL;
    buf_printf(&out->mail_from, "<%.*s>", STR_ARG(w->from.spec));
    buf_printf(&out->mail_to, "<%.*s>", STR_ARG(w->to.spec));
    mime_write(&out->body, w->letter, &w->from, &w->to, w->now);
    return ERR_OK;
}

static bool
read_reply(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
           struct outcome *out)
{
    (void)p, (void)r, (void)now;
    (void)outcome_ref(out, str_trim(a->body));
    return true;
}

const struct provider_type provider_smtp = {.name = "smtp",
                                            .channel = LETTER_EMAIL,
                                            .check = check,
                                            .write = write_mail,
                                            .read = read_reply};
