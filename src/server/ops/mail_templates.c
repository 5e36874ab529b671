/*
 * E-mail templates of the environment, over our defaults. A list holds what the environment has
 * written itself, so that tools which compare it with what they wrote find nothing else; members that
 * it left out are answered as they hold, from the default.
 */
#include "api/check.h"
#include "server/ops/ops.h"
#include "server/state.h"
#include "server/template_words.h"
#include "store/templates.h"

/* ---- answering ---- */

static struct str
or_ours(struct str own, const char *ours)
{
    return own.n ? own : str_of(ours);
}

/* "" is kept for "as in the default". */
static void
write_text(struct call *c, const char *name, struct str value)
{
    jw_kstr(&c->out, name, value.n ? value : STR_ABSENT);
}

static void
write_pattern(struct call *c, const char *rendered, const char *raw, struct str pattern)
{
    struct template_values v = {.n_more = 0};
    template_value_set(&v, c->arena, TEMPLATE_VAR_app_url, c->server->public_url);
    write_text(c, rendered, template_words_link(&v, c->arena, pattern));
    if (pattern.n)
        jw_kstr(&c->out, raw, pattern);
}

static void
write_template(struct call *c, const struct template_type *type, const struct message_template *own)
{
    struct str redirect = own->redirect_url;
    jw_open(&c->out, '{');
    write_text(c, "id", own->id);
    jw_ktext(&c->out, "type", type->name);
    write_text(c, "htmlTemplate", or_ours(own->body, type->body));
    write_text(c, "senderEmail", own->sender_email);
    write_text(c, "subject", or_ours(own->subject, type->subject));
    write_text(c, "fromName", own->from_name);
    jw_kbool(&c->out, "active", own->active != TEMPLATE_INACTIVE);
    write_pattern(c, "redirectURL", "redirectURLPattern",
                  redirect.n ? redirect : template_type_redirect(c->arena, type));
    write_pattern(c, "successRedirectUrl", "successRedirectUrlPattern", own->success_redirect_url);
    jw_close(&c->out, '}');
}

static enum err_code
op_mail_templates_list(struct call *c, struct err *err)
{
    struct str wanted = call_query(c, "type");
    const struct scope *s = call_scope(c, err);
    struct message_template_list list;
    enum err_code rc = s ? store_template_list(s, MESSAGE_EMAIL, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++) {
        const struct template_type *type = template_type_find(MESSAGE_EMAIL, list.items[i].type);
        if (type && (!wanted.n || str_eq(wanted, list.items[i].type)))
            write_template(c, type, &list.items[i]);
    }
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_mail_templates_default(struct call *c, struct err *err)
{
    static const struct message_template none = {.active = TEMPLATE_ACTIVE};
    const struct template_type *type = template_type_find(MESSAGE_EMAIL, call_param(c, "type"));
    if (!type)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Template not found");
    write_template(c, type, &none);
    return ERR_OK;
}

/* ---- changing ---- */

/* "" goes back to the default, as clients that send every member do. */
static enum err_code
check(struct call *c, struct err *err)
{
    static const char *const patterns[] = {"redirectURL", "successRedirectUrl"};
    struct str sender = call_str(c, "senderEmail");
    enum err_code rc = ERR_OK;
    if (sender.n && !check_is_email(sender))
        rc = call_refuse(c, err, ERR_INVALID, NULL, "senderEmail is no e-mail address");
    for (size_t i = 0; i < 2; i++) {
        struct str pattern = call_str(c, patterns[i]);
        if (pattern.n && !template_redirect_ok(pattern))
            rc = call_refuse(c, err, ERR_INVALID, NULL, "%s is no address for a link", patterns[i]);
    }
    return rc;
}

static enum err_code
op_mail_templates_set(struct call *c, struct err *err)
{
    struct message_template t = {
        .channel = MESSAGE_EMAIL,
        .type = call_str(c, "type"),
        .subject = call_str(c, "subject"),
        .body = call_str(c, "htmlTemplate"),
        .sender_email = call_str(c, "senderEmail"),
        .from_name = call_str(c, "fromName"),
        .redirect_url = call_str(c, "redirectURL"),
        .success_redirect_url = call_str(c, "successRedirectUrl"),
        .active = call_has(c, "active") ? (int)call_bool(c, "active", true) : TEMPLATE_ACTIVE_KEEP,
    };
    enum err_code rc = check(c, err);
    if (rc)
        return rc;
    const struct scope *s = call_scope(c, err);
    rc = s ? store_template_put(s, &t, err) : err_failed(err);
    if (!rc)
        call_audit(c, "email template", t.type, "High", "Changed the e-mail template %.*s",
                   STR_ARG(t.type));
    return rc;
}

static enum err_code
op_mail_templates_delete(struct call *c, struct err *err)
{
    struct str id = call_param(c, "templateId");
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_template_delete(s, MESSAGE_EMAIL, id, STR_ABSENT, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Template not found");
    if (!rc)
        call_audit(c, "email template", id, "High", "Deleted an e-mail template");
    return rc;
}

const struct op_binding mail_templates_ops[] = {
    BIND(mail_templates_list),
    BIND(mail_templates_set),
    BIND(mail_templates_delete),
    BIND(mail_templates_default),
    BIND_END,
};
