/*
 * Messages: what waits, what went out and what did not, sending a failed one again, and
 * one message now to try the provider. No text of a message is ever shown.
 */
#include "store/messages.h"
#include "base/rand.h"
#include "server/deliver_try.h"
#include "server/ops/ops.h"
#include "server/state.h"

static void
write_row(struct call *c, const struct message_row *m)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", m->id);
    jw_ktext(w, "channel", message_channel_name(m->channel));
    jw_kstr(w, "state", m->state);
    jw_kstr(w, "to", m->to);
    jw_kstr(w, "from", m->from);
    jw_kstr(w, "fromName", m->from_name);
    jw_kstr(w, "template", m->template_type);
    jw_kstr(w, "userId", m->user_id);
    jw_kstr(w, "tenantId", m->tenant_id);
    jw_kstr(w, "provider", m->provider);
    jw_kstr(w, "reference", m->provider_ref);
    jw_key(w, "status");
    if (m->status)
        jw_i64(w, m->status);
    else
        jw_null(w);
    jw_kstr(w, "error", m->error);
    jw_ki64(w, "attempts", m->attempts);
    jw_ktime(w, "nextAttemptAt", str_eq(m->state, STR("queued")) ? m->due_at : 0);
    jw_ktime(w, "createdAt", m->created_at);
    jw_ktime(w, "updatedAt", m->updated_at);
    jw_close(w, '}');
}

static enum err_code
op_messages_list(struct call *c, struct err *err)
{
    struct page page;
    call_page(c, 50, &page);
    struct message_query q = {
        .page = page_rows(&page),
        .state = call_query(c, "state"),
        .channel = call_query(c, "channel"),
    };
    struct message_list found;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_message_list(s, &q, &found, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < found.n; i++)
        write_row(c, &found.items[i]);
    call_page_close(c, &page, found.total);
    return ERR_OK;
}

static enum err_code
answer_message(struct call *c, const struct scope *s, struct err *err)
{
    struct message_row row;
    enum err_code rc = store_message_get(s, call_param(c, "id"), &row, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Message not found");
    if (!rc)
        write_row(c, &row);
    return rc;
}

static enum err_code
op_messages_get(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    return s ? answer_message(c, s, err) : err_failed(err);
}

static enum err_code
op_messages_retry(struct call *c, struct err *err)
{
    struct str id = call_param(c, "id");
    const struct scope *s = call_scope(c, err);
    struct err why = {.code = ERR_OK};
    enum err_code rc = s ? store_message_retry(s, id, &why) : err_failed(err);
    if (rc && err_http(rc) < 500)
        return call_refuse(c, err, rc, NULL, "%s", why.msg);
    if (rc)
        return err_set(err, rc, "%s", why.msg);
    call_audit(c, "Messages", id, "Medium", "A failed message is sent again");
    return answer_message(c, s, err);
}

/* ---- trying the provider ---- */

static struct message
test_message(struct call *c)
{
    bool sms = str_eq(call_str(c, "channel"), STR("sms"));
    return (struct message){.channel = sms ? MESSAGE_SMS : MESSAGE_EMAIL,
                            .to = call_str(c, "to"),
                            .from = call_str(c, "from"),
                            .subject = sms ? STR_ABSENT : STR("Test message"),
                            .text = STR("This is a test message. Nothing needs to be done.\n"),
                            .template_type = STR("Test")};
}

static void
write_trial(struct call *c, const struct message *m, const struct deliver_trial *t)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kbool(w, "sent", t->sent);
    jw_ktext(w, "channel", message_channel_name(m->channel));
    jw_kstr(w, "to", m->to);
    jw_kstr(w, "provider", t->provider);
    jw_key(w, "status");
    if (t->status)
        jw_i64(w, t->status);
    else
        jw_null(w);
    jw_kstr(w, "reference", t->reference);
    jw_kstr(w, "error", t->error);
    jw_kstr(w, "answer", t->answer);
    jw_ki64(w, "milliseconds", t->took_ms);
    jw_close(w, '}');
}

/* Without a provider it takes the way that all messages take then. */
static enum err_code
queue_instead(const struct scope *s, const struct message *m, struct deliver_trial *t,
              struct err *err)
{
    *t = (struct deliver_trial){.sent = true, .provider = STR("outbox")};
    return store_message_add(s, m, &t->reference, err);
}

static enum err_code
op_messages_test(struct call *c, struct err *err)
{
    struct message m = test_message(c);
    struct letter letter = {.channel = m.channel == MESSAGE_SMS ? LETTER_SMS : LETTER_EMAIL,
                            .id = rand_uuid_str(c->arena),
                            .to = m.to,
                            .from = m.from,
                            .subject = m.subject,
                            .text = m.text,
                            .template_type = m.template_type,
                            .created_at = c->now};
    struct deliver_trial trial;
    enum err_code rc =
        deliver_try(c->server->deliver, c->vendor_id, &letter, c->arena, &trial, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!s)
        return err_failed(err);
    if (!trial.configured)
        rc = queue_instead(s, &m, &trial, err);
    if (rc)
        return rc;
    call_audit(c, "Messages", letter.id, "Info", "A test message to %.*s was %s", STR_ARG(m.to),
               trial.sent ? "sent" : "refused");
    write_trial(c, &m, &trial);
    return ERR_OK;
}

const struct op_binding messages_ops[] = {
    BIND(messages_list), BIND(messages_get), BIND(messages_retry), BIND(messages_test), BIND_END,
};
