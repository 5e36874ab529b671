#include "deliver/provider.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "deliver/provider_priv.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { SETTINGS_MAX = 64 * 1024, SCRATCH_MAX = 64 * 1024, URL_MAX = 2048, VALUE_MAX = 4096 };

static const struct provider_type *const TYPES[PROVIDER_KINDS] = {
    [PROVIDER_SMTP] = &provider_smtp,         [PROVIDER_SENDGRID] = &provider_sendgrid,
    [PROVIDER_MAILGUN] = &provider_mailgun,   [PROVIDER_SES] = &provider_ses,
    [PROVIDER_SES_ROLE] = &provider_ses_role, [PROVIDER_TWILIO] = &provider_twilio,
};

bool
provider_kind_parse(struct str name, enum letter_channel channel, enum provider_kind *out)
{
    for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
        if (TYPES[i]->channel == channel && str_eq(name, str_of(TYPES[i]->name))) {
            *out = (enum provider_kind)i;
            return true;
        }
    }
    return false;
}

const char *
provider_name(const struct provider *p)
{
    return p->type->name;
}

size_t
provider_window(const struct provider *p, int64_t now)
{
    return p->type->window ? p->type->window(p, now) : WINDOW;
}

/* ---- addresses of services ---- */

struct str
url_authority(struct str url)
{
    ptrdiff_t start = str_find(url, STR("://"));
    struct str rest = start < 0 ? url : str_sub(url, (size_t)start + 3, url.n);
    ptrdiff_t slash = str_find_char(rest, '/');
    return slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
}

bool
is_this_host(struct str host)
{
    char text[INET_ADDRSTRLEN];
    unsigned char address[4];
    if (str_eq(host, STR("localhost")) || str_eq(host, STR("::1")) || str_eq(host, STR("[::1]")))
        return true;
    if (host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    return inet_pton(AF_INET, text, address) == 1 && address[0] == 127;
}

static bool
is_loopback(struct str authority)
{
    ptrdiff_t colon = str_find_char(authority, ':');
    if (str_starts(authority, STR("[::1]")))
        return authority.n == 5 || authority.p[5] == ':';
    return is_this_host(colon < 0 ? authority : str_sub(authority, 0, (size_t)colon));
}

static bool
is_url_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"'<>\\^`{|}@?#%", c))
            return false;
    }
    return s.n > 0 && s.n < URL_MAX;
}

enum err_code
provider_check_url(struct str url, struct err *err)
{
    struct str authority = url_authority(url);
    bool secure = str_starts(url, STR("https://"));
    if (!is_url_text(url) || (!secure && !str_starts(url, STR("http://"))) || authority.n == 0)
        return err_set(err, ERR_INVALID, "a provider's address must be https://HOST[:PORT][/PATH]");
    if (!secure && !is_loopback(authority))
        return err_set(err, ERR_INVALID,
                       "a provider's address must begin with https://, unless it is on this host");
    return ERR_OK;
}

/* ---- making one ---- */

/* Secrets go into header lines: one with a line end would be two. */
static bool
is_header_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return s.n <= VALUE_MAX;
}

enum err_code
need(struct str value, const char *what, const struct provider *p, struct err *err)
{
    if (value.n > 0)
        return ERR_OK;
    return err_set(err, ERR_INVALID, "%s needs %s", p->type->name, what);
}

bool
is_token_text(struct str s, size_t most)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '-')
            return false;
    }
    return s.n > 0 && s.n <= most;
}

static struct secret *
keep(struct str value)
{
    return value.n ? secret_new(value) : NULL;
}

static void
copy(struct provider *p, const struct provider_settings *s)
{
    struct arena *a = &p->arena;
    p->id = arena_str(a, s->id);
    p->domain = arena_str(a, s->domain);
    p->region = arena_str(a, s->region);
    p->service = arena_str(a, s->service);
    p->sender = arena_str(a, s->sender);
    p->from = arena_str(a, s->from);
    p->url = arena_str(a, s->url);
    p->sts_url = arena_str(a, s->sts_url);
    p->aws_id = arena_str(a, s->aws_id);
    p->ca_file = arena_text(a, s->ca_file);
    p->plain = s->plain;
    p->secret = keep(s->secret);
    p->aws_secret = keep(s->aws_secret);
}

static enum err_code
check(struct provider *p, const struct provider_settings *s, struct err *err)
{
    const struct str values[] = {s->secret, s->id,   s->domain, s->region,    s->service,
                                 s->sender, s->from, s->aws_id, s->aws_secret};
    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (!is_header_text(values[i]))
            return err_set(err, ERR_INVALID,
                           "the configuration of %s is too long or holds control characters",
                           p->type->name);
    struct mailbox from;
    struct arena scratch;
    arena_init(&scratch, SCRATCH_MAX);
    enum err_code rc = p->from.n ? mailbox_parse(p->from, &scratch, &from, err) : ERR_OK;
    arena_fini(&scratch);
    if (rc == ERR_OK && p->url.n && s->kind != PROVIDER_SMTP)
        rc = provider_check_url(p->url, err);
    if (rc == ERR_OK && p->sts_url.n)
        rc = provider_check_url(p->sts_url, err);
    return rc == ERR_OK ? p->type->check(p, err) : rc;
}

enum err_code
provider_new(struct provider **out, const struct provider_settings *s, struct err *err)
{
    *out = NULL;
    struct provider *p = mem_new(1, sizeof *p);
    arena_init(&p->arena, SETTINGS_MAX);
    p->type = TYPES[s->kind];
    enum err_code rc = ERR_OK;
    if (s->secret.n + s->from.n + s->url.n + s->id.n > SETTINGS_MAX / 8)
        rc = err_set(err, ERR_INVALID, "the configuration of %s is too long", p->type->name);
    if (rc == ERR_OK) {
        copy(p, s);
        rc = check(p, s, err);
    }
    if (rc) {
        provider_free(p);
        return rc;
    }
    *out = p;
    return ERR_OK;
}

void
provider_free(struct provider *take)
{
    if (!take)
        return;
    secret_free(take->secret);
    secret_free(take->aws_secret);
    secret_free(take->role_secret);
    secret_free(take->role_token);
    arena_fini(&take->arena);
    mem_free(take);
}

/* ---- requests ---- */

void
request_init(struct request *r)
{
    *r = (struct request){.smtp = false};
    buf_init(&r->url, URL_MAX * 2);
    buf_init(&r->headers, REQUEST_HEADERS_MAX);
    buf_init(&r->body, REQUEST_BODY_MAX);
    buf_init(&r->user, VALUE_MAX);
    buf_init(&r->mail_from, VALUE_MAX);
    buf_init(&r->mail_to, VALUE_MAX);
}

void
request_fini(struct request *r)
{
    secret_buf_fini(&r->url);
    secret_buf_fini(&r->headers);
    secret_buf_fini(&r->body);
    secret_buf_fini(&r->user);
    secret_buf_fini(&r->mail_from);
    secret_buf_fini(&r->mail_to);
    r->secret = NULL;
}

static void
end_line(struct request *r)
{
    buf_add_char(&r->headers, '\0');
}

void
request_header(struct request *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&r->headers, fmt, ap);
    va_end(ap);
    end_line(r);
}

static void
add_bytes(struct str bytes, void *arg)
{
    buf_add_str(arg, bytes);
}

void
request_secret_header(struct request *r, const char *before, const struct secret *secret)
{
    buf_add_text(&r->headers, before);
    secret_with(secret, add_bytes, &r->headers);
    end_line(r);
}

void
request_basic_auth(struct request *r, struct str user, const struct secret *password)
{
    struct buf pair;
    buf_init(&pair, 2 * VALUE_MAX);
    buf_add_str(&pair, user);
    buf_add_char(&pair, ':');
    secret_with(password, add_bytes, &pair);
    buf_add_text(&r->headers, "Authorization: Basic ");
    buf_add_base64(&r->headers, pair.p, pair.n);
    end_line(r);
    secret_buf_fini(&pair);
}

void
request_url(struct request *r, struct str base, const char *preset, const char *path)
{
    struct str start = base.n ? base : str_of(preset);
    if (str_ends(start, STR("/")))
        start.n--;
    buf_add_str(&r->url, start);
    buf_add_text(&r->url, path);
}

static enum err_code
find_people(struct writing *w, struct err *err)
{
    const struct letter *l = w->letter;
    if (l->channel == LETTER_SMS)
        return mailbox_parse_phone(l->to, w->arena, &w->phone, err);
    enum err_code rc = mailbox_parse_address(l->to, w->arena, &w->to, err);
    if (rc)
        return rc;
    struct str from = l->from.n ? l->from : w->p->from;
    if (!from.n)
        return err_set(err, ERR_INVALID, "neither the message nor the provider has a sender");
    rc = mailbox_parse(from, w->arena, &w->from, err);
    if (rc)
        err_prefix(err, "sender");
    else if (l->from_name.n)
        w->from.name = l->from_name;
    return rc;
}

enum err_code
provider_write(struct provider *p, const struct letter *l, int64_t now, struct request *out,
               struct err *err)
{
    struct arena scratch;
    arena_init(&scratch, SCRATCH_MAX);
    struct writing w = {.p = p, .letter = l, .now = now, .arena = &scratch};
    out->ca_file = p->ca_file.p;
    enum err_code rc = l->channel == p->type->channel
                           ? find_people(&w, err)
                           : err_set(err, ERR_INVALID, "%s does not carry %s", p->type->name,
                                     letter_channel_name(l->channel));
    if (rc == ERR_OK)
        rc = p->type->write(&w, out, err);
    if (rc == ERR_OK && (out->url.failed || out->headers.failed || out->body.failed))
        rc = err_set(err, ERR_INVALID, "the message is too long for %s", p->type->name);
    arena_fini(&scratch);
    return rc;
}

/* ---- answers ---- */

bool
outcome_ref(struct outcome *out, struct str ref)
{
    size_t n = 0;
    for (size_t i = 0; i < ref.n && n + 1 < sizeof out->ref; i++) {
        char c = ref.p[i];
        out->ref[n++] = c > 0x20 && c < 0x7f ? c : '?';
    }
    out->ref[n] = '\0';
    return n > 0;
}

/* What providers say of a refusal stands under one of these names. */
static struct str
find_reason(const struct json *j)
{
    static const char *const names[] = {"message", "Message", "error", "detail", "title"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str text = json_str(json_get(j, names[i]));
        if (text.n)
            return text;
    }
    const struct json *errors = json_get(j, "errors");
    return json_str(json_get(json_at(errors, 0), "message"));
}

static struct str
xml_text(struct str xml, const char *open, const char *close)
{
    ptrdiff_t from = str_find(xml, str_of(open));
    if (from < 0)
        return STR_ABSENT;
    struct str rest = str_sub(xml, (size_t)from + strlen(open), xml.n);
    ptrdiff_t to = str_find(rest, str_of(close));
    return to < 0 ? STR_ABSENT : str_sub(rest, 0, (size_t)to);
}

static void
write_why(struct outcome *out, const char *name, const char *what, struct str reason)
{
    struct buf text;
    buf_init(&text, 4 * OUTCOME_WHY_MAX);
    buf_printf(&text, "%s %s", name, what);
    if (reason.n) {
        buf_add_text(&text, ": ");
        utf8_make_safe(&text, str_sub(reason, 0, OUTCOME_WHY_MAX / 2));
    }
    size_t n = text.n < sizeof out->why ? text.n : sizeof out->why - 1;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--; /* whole characters */
    memcpy(out->why, text.p, n);
    out->why[n] = '\0';
    buf_fini(&text);
}

static enum verdict
verdict_of(int status)
{
    if (status == 408 || status == 429 || status >= 500 || status < 200)
        return VERDICT_TROUBLE;
    return status < 300 ? VERDICT_SENT : VERDICT_REFUSED;
}

void
provider_read(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
              struct outcome *out)
{
    out->status = a->status;
    out->wait_ms = a->wait_ms;
    out->verdict = verdict_of(a->status);
    if (out->verdict == VERDICT_SENT) {
        if (!p->type->read(p, r, a, now, out)) {
            out->verdict = VERDICT_TROUBLE;
            write_why(out, p->type->name, "gave an answer that is not its own", STR_ABSENT);
        } else if (out->verdict != VERDICT_SENT && !out->why[0]) {
            write_why(out, p->type->name, "did not take the message", STR_ABSENT);
        }
        return;
    }
    if (out->verdict == VERDICT_REFUSED && p->type->refused)
        p->type->refused(p, r, a, out);
    char what[64];
    (void)snprintf(what, sizeof what, "answered %d", a->status);
    struct json *j = json_parse(a->body, a->body.n, NULL);
    struct str reason = j ? find_reason(j) : xml_text(a->body, "<Message>", "</Message>");
    write_why(out, p->type->name, what, reason);
    json_free(j);
}
