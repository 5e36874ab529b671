/* Twilio, Messages of 2010-04-01. */
#include "deliver/provider_priv.h"

enum { SID_MAX = 64, BODY_MOST = 1600 };

static enum err_code
check(struct provider *p, struct err *err)
{
    enum err_code rc = need(p->id, "an accountId", p, err);
    if (rc)
        return rc;
    if (!p->secret)
        return need(STR_ABSENT, "a token", p, err);
    if (!is_token_text(p->id, SID_MAX))
        return err_set(err, ERR_INVALID, "accountId must be letters and digits");
    if (p->service.n && !is_token_text(p->service, SID_MAX))
        return err_set(err, ERR_INVALID, "serviceId must be letters and digits");
    if (!p->service.n && !p->sender.n)
        return err_set(err, ERR_INVALID, "twilio needs a serviceId or a senderName");
    return ERR_OK;
}

static void
write_pair(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s%s=", out->n ? "&" : "", name);
    buf_add_urlencoded(out, value);
}

static enum err_code
write_sms(const struct writing *w, struct request *out, struct err *err)
{
    struct provider *p = w->p;
    struct str text = w->letter->text;
    if (text.n > 4 * (size_t)BODY_MOST)
        return err_set(err, ERR_INVALID, "an SMS may have at most %d characters", BODY_MOST);
    struct str path =
        arena_printf(w->arena, "/2010-04-01/Accounts/%.*s/Messages.json", STR_ARG(p->id));
    request_url(out, p->url, "https://api.twilio.com", path.p);
    request_basic_auth(out, p->id, p->secret);
    request_header(out, "Content-Type: application/x-www-form-urlencoded");
    write_pair(&out->body, "To", w->phone);
    if (p->service.n)
        write_pair(&out->body, "MessagingServiceSid", p->service);
    if (p->sender.n)
        write_pair(&out->body, "From", p->sender);
    write_pair(&out->body, "Body", text);
    return ERR_OK;
}

/* Some failures are told with a success: the message is there, and failed. */
static bool
read_reply(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
           struct outcome *out)
{
    (void)p, (void)r, (void)now;
    struct json *j = json_parse(a->body, a->body.n, NULL);
    bool good = outcome_ref(out, json_str(json_get(j, "sid")));
    struct str status = json_str(json_get(j, "status"));
    if (str_eq(status, STR("failed")) || str_eq(status, STR("undelivered")) ||
        str_eq(status, STR("canceled")))
        out->verdict = VERDICT_REFUSED;
    json_free(j);
    return good;
}

const struct provider_type provider_twilio = {.name = "twilio",
                                              .channel = LETTER_SMS,
                                              .check = check,
                                              .write = write_sms,
                                              .read = read_reply};
