/* SendGrid, mail/send of version 3. */
#include "deliver/provider_priv.h"

static enum err_code
check(struct provider *p, struct err *err)
{
    return p->secret ? ERR_OK : need(STR_ABSENT, "an API key", p, err);
}

static void
write_person(struct jw *w, const struct mailbox *a)
{
    jw_open(w, '{');
    jw_kstr(w, "email", a->spec);
    if (a->name.n)
        jw_kstr(w, "name", a->name);
    jw_close(w, '}');
}

static void
write_content(struct jw *w, const char *type, struct str value)
{
    jw_open(w, '{');
    jw_ktext(w, "type", type);
    jw_kstr(w, "value", value);
    jw_close(w, '}');
}

static enum err_code
write_mail(const struct writing *w, struct request *out, struct err *err)
{
    const struct letter *l = w->letter;
    (void)err;
    request_url(out, w->p->url, "https://api.sendgrid.com", "/v3/mail/send");
    request_secret_header(out, "Authorization: Bearer ", w->p->secret);
    request_header(out, "Content-Type: application/json");
    struct jw j;
    jw_init(&j, &out->body);
    jw_open(&j, '{');
    jw_key(&j, "personalizations");
    jw_open(&j, '[');
    jw_open(&j, '{');
    jw_key(&j, "to");
    jw_open(&j, '[');
    write_person(&j, &w->to);
    jw_close(&j, ']');
    jw_key(&j, "custom_args");
    jw_open(&j, '{');
    jw_kstr(&j, "message_id", l->id);
    jw_close(&j, '}');
    jw_close(&j, '}');
    jw_close(&j, ']');
    jw_key(&j, "from");
    write_person(&j, &w->from);
    jw_kstr(&j, "subject", l->subject.n ? l->subject : STR("-"));
    jw_key(&j, "content");
    jw_open(&j, '[');
    if (l->text.n || !l->html.n)
        write_content(&j, "text/plain", l->text.n ? l->text : STR(" "));
    if (l->html.n)
        write_content(&j, "text/html", l->html);
    jw_close(&j, ']');
    jw_close(&j, '}');
    return ERR_OK;
}

/* 202 with an empty body; the id is in a header. 200 says that the message was only checked. */
static bool
read_reply(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
           struct outcome *out)
{
    (void)p, (void)r, (void)now;
    (void)outcome_ref(out, a->header_id);
    return a->status == 202;
}

const struct provider_type provider_sendgrid = {.name = "sendgrid",
                                                .channel = LETTER_EMAIL,
                                                .check = check,
                                                .write = write_mail,
                                                .read = read_reply};
