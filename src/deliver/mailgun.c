/* Mailgun, messages of version 3: a form in parts. */
#include "base/rand.h"
#include "deliver/mime.h"
#include "deliver/provider_priv.h"

enum { BOUNDARY_BYTES = 18, FIELD_MAX = 4096 };

static enum err_code
check(struct provider *p, struct err *err)
{
    if (!p->secret)
        return need(STR_ABSENT, "an API key", p, err);
    enum err_code rc = need(p->domain, "a domain", p, err);
    if (rc)
        return rc;
    if (!mailbox_is_host(p->domain))
        return err_set(err, ERR_INVALID, "the domain of mailgun must be a host name");
    if (p->region.n && !str_eq_nocase(p->region, STR("us")) && !str_eq_nocase(p->region, STR("eu")))
        return err_set(err, ERR_INVALID, "the region of mailgun must be us or eu");
    return ERR_OK;
}

static void
write_field(struct buf *out, struct str boundary, const char *name, struct str value)
{
    buf_printf(out, "--%.*s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n",
               STR_ARG(boundary), name);
    buf_add_str(out, value);
    buf_add_text(out, "\r\n");
}

/* As a header shows it; Mailgun reads it as one. */
static void
write_sender(struct buf *out, struct str boundary, const struct mailbox *from)
{
    struct buf text;
    buf_init(&text, FIELD_MAX);
    mime_write_mailbox(&text, from);
    struct buf line; /* unfolded */
    buf_init(&line, FIELD_MAX);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' && text.p[i] != '\n')
            buf_add_char(&line, text.p[i]);
    write_field(out, boundary, "from", buf_str(&line));
    buf_fini(&line);
    buf_fini(&text);
}

static enum err_code
write_mail(const struct writing *w, struct request *out, struct err *err)
{
    const struct letter *l = w->letter;
    struct provider *p = w->p;
    (void)err;
    bool eu = str_eq_nocase(p->region, STR("eu"));
    struct str path = arena_printf(w->arena, "/v3/%.*s/messages", STR_ARG(p->domain));
    request_url(out, p->url, eu ? "https://api.eu.mailgun.net" : "https://api.mailgun.net", path.p);
    request_basic_auth(out, STR("api"), p->secret);
    struct str boundary = rand_hex(w->arena, BOUNDARY_BYTES);
    request_header(out, "Content-Type: multipart/form-data; boundary=%.*s", STR_ARG(boundary));
    struct buf *b = &out->body;
    write_sender(b, boundary, &w->from);
    write_field(b, boundary, "to", w->to.spec);
    write_field(b, boundary, "subject", l->subject);
    if (l->text.n || !l->html.n)
        write_field(b, boundary, "text", l->text.n ? l->text : STR(" "));
    if (l->html.n)
        write_field(b, boundary, "html", l->html);
    /* The same at every try, so that a receiver can tell. */
    write_field(b, boundary, "h:Message-Id",
                arena_printf(w->arena, "<%.*s@%.*s>", STR_ARG(l->id), STR_ARG(p->domain)));
    write_field(b, boundary, "v:message_id", l->id);
    buf_printf(b, "--%.*s--\r\n", STR_ARG(boundary));
    return ERR_OK;
}

static bool
read_reply(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
           struct outcome *out)
{
    (void)p, (void)r, (void)now;
    struct json *j = json_parse(a->body, a->body.n, NULL);
    bool good = outcome_ref(out, json_str(json_get(j, "id")));
    json_free(j);
    return good;
}

const struct provider_type provider_mailgun = {.name = "mailgun",
                                               .channel = LETTER_EMAIL,
                                               .check = check,
                                               .write = write_mail,
                                               .read = read_reply};
