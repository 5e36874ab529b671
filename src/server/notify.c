#include "server/notify.h"

#include "api/check.h"
#include "base/log.h"
#include "server/settings.h"
#include "server/state.h"
#include "server/template_text.h"
#include "server/template_words.h"
#include "store/envs.h"
#include "store/templates.h"
#include "store/tenants.h"

/* Room for one message: a template of the largest size, its columns, and the values. */
enum { SCRATCH_MAX = 16 << 20, HTML_MAX = 1400 * 1000, TEXT_MAX = 256 * 1024 };

static const struct str ABSENT = {NULL, 0};

/* One message on its way from notice to queue. */
struct draft {
    struct call *call;
    const struct notice *notice;
    const struct template_type *type;
    struct arena scratch;
    struct scope scope; /* the caller's, in the scratch arena */
    struct message_template own;
    struct template_values values;
    struct message message;
    struct buf subject, from_name, html, text;
};

static void
draft_init(struct draft *d, struct call *c, const struct scope *s)
{
    *d = (struct draft){.call = c, .scope = *s};
    arena_init(&d->scratch, SCRATCH_MAX);
    d->scope.arena = &d->scratch;
    buf_init(&d->subject, 4 * TEMPLATE_LINE_MAX);
    buf_init(&d->from_name, 4 * TEMPLATE_LINE_MAX);
    buf_init(&d->html, HTML_MAX);
    buf_init(&d->text, TEXT_MAX);
}

static void
draft_fini(struct draft *d)
{
    buf_fini(&d->subject);
    buf_fini(&d->from_name);
    buf_fini(&d->html);
    buf_fini(&d->text);
    arena_fini(&d->scratch);
}

/* Our type, and what the environment made of it. */
static enum err_code
find_template(struct draft *d, enum message_channel channel, const char *type, struct err *err)
{
    d->type = template_type_find(channel, str_of(type));
    if (!d->type)
        return err_set(err, ERR_INTERNAL, "there is no template %s", type);
    d->own = (struct message_template){.active = TEMPLATE_ACTIVE};
    enum err_code rc = store_template_get(&d->scope, channel, str_of(type), &d->own, err);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* ---- values ---- */

static void
set(struct draft *d, enum template_var_id id, struct str value)
{
    template_value_set(&d->values, &d->scratch, id, value);
}

static enum err_code
set_names(struct draft *d, struct err *err)
{
    struct env env;
    struct tenant tenant;
    struct str id = d->notice ? d->notice->tenant_id : ABSENT;
    enum err_code rc = store_env_get(d->scope.conn, &d->scratch, d->scope.vendor, &env, err);
    if (!rc)
        set(d, TEMPLATE_VAR_app_name, env.name);
    set(d, TEMPLATE_VAR_app_url, d->call->server->public_url);
    if (rc || !str_given(id))
        return rc;
    set(d, TEMPLATE_VAR_tenant_id, id);
    rc = store_tenant_get(&d->scope, id, &tenant, err);
    if (!rc)
        set(d, TEMPLATE_VAR_tenant_name, tenant.name);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static void
set_person(struct draft *d)
{
    const struct notice *n = d->notice;
    struct str email = n->user ? n->user->email : ABSENT;
    struct str phone = n->user ? n->user->phone_number : ABSENT;
    bool by_mail = d->type->channel == MESSAGE_EMAIL;
    if (n->user) {
        set(d, TEMPLATE_VAR_user_id, n->user->id);
        set(d, TEMPLATE_VAR_user_name, n->user->name);
    }
    set(d, TEMPLATE_VAR_email, by_mail ? d->message.to : email);
    set(d, TEMPLATE_VAR_phone, by_mail ? phone : d->message.to);
}

/* Where a request came from says something about a person only if that person made it. */
static void
set_request(struct draft *d)
{
    const struct call *c = d->call;
    template_words_times(&d->values, &d->scratch, c->now, d->notice->expires_at);
    if (c->who.kind == PRINCIPAL_VENDOR)
        return;
    if (!str_eq(c->ip, STR("unix")))
        set(d, TEMPLATE_VAR_ip, c->ip);
    set(d, TEMPLATE_VAR_device, template_words_device(&d->scratch, c->user_agent));
}

static struct str
pattern_of(struct draft *d)
{
    struct str ours = template_type_redirect(&d->scratch, d->type);
    return d->own.redirect_url.n ? d->own.redirect_url : ours.n ? ours : STR("{{APP_URL}}");
}

/* A pattern that turns out to be no address is passed over. */
static struct str
make_link(struct draft *d)
{
    struct str link = template_words_link(&d->values, &d->scratch, pattern_of(d));
    if (!link.n)
        link = template_words_link(&d->values, &d->scratch,
                                   template_type_redirect(&d->scratch, d->type));
    return link;
}

static void
set_link(struct draft *d)
{
    const struct notice *n = d->notice;
    if (d->own.success_redirect_url.n)
        set(d, TEMPLATE_VAR_success_url,
            template_words_link(&d->values, &d->scratch, d->own.success_redirect_url));
    set(d, TEMPLATE_VAR_token, n->token);
    if (n->link.n || d->type->page || d->own.redirect_url.n)
        set(d, TEMPLATE_VAR_link, n->link.n ? n->link : make_link(d));
}

static enum err_code
set_values(struct draft *d, struct err *err)
{
    const struct notice *n = d->notice;
    enum err_code rc = set_names(d, err);
    if (rc)
        return rc;
    set_person(d);
    set_request(d);
    set(d, TEMPLATE_VAR_code, n->code);
    for (size_t i = 0; i < n->n_vars && i < NOTICE_VARS_MAX; i++)
        template_value_add(&d->values, &d->scratch, str_of(n->vars[i].name), n->vars[i].value);
    set_link(d);
    template_words_sentences(&d->values, &d->scratch);
    return ERR_OK;
}

/* ---- text ---- */

/* The environment's text, else ours. */
static struct str
chosen(struct str own, const char *ours)
{
    return own.n ? own : str_of(ours);
}

static void
render(struct buf *out, struct str text, enum template_form form, const struct draft *d)
{
    buf_reset(out);
    template_render(out, text, form, &d->values);
}

/* Messages about second factors come from the address that the MFA configuration names, if any. */
static enum err_code
set_mfa_sender(struct draft *d, struct err *err)
{
    struct json *settings;
    enum err_code rc = document_environment(&d->scope, &mfa_settings, &settings, err);
    struct str sender = json_str(json_get(json_get(settings, "email"), "sender"));
    if (!rc && check_is_email(sender))
        d->message.from = arena_str(&d->scratch, sender);
    json_free(settings);
    return rc;
}

static enum err_code
write_email(struct draft *d, struct err *err)
{
    struct message *m = &d->message;
    render(&d->subject, chosen(d->own.subject, d->type->subject), TEMPLATE_LINE, d);
    render(&d->from_name, chosen(d->own.from_name, "{{app_name}}"), TEMPLATE_LINE, d);
    render(&d->html, chosen(d->own.body, d->type->body), TEMPLATE_HTML, d);
    if (d->html.failed || d->subject.failed || d->from_name.failed)
        return err_set(err, ERR_LIMIT, "the message is too long");
    buf_reset(&d->text);
    template_text_of_html(&d->text, buf_str(&d->html));
    m->subject = buf_str(&d->subject);
    m->from_name = buf_str(&d->from_name);
    m->html = buf_str(&d->html);
    m->text = buf_str(&d->text);
    if (d->own.sender_email.n)
        m->from = d->own.sender_email;
    else if (d->type->flags & TEMPLATE_MFA)
        return set_mfa_sender(d, err);
    return ERR_OK;
}

static enum err_code
write_sms(struct draft *d, struct err *err)
{
    render(&d->text, chosen(d->own.body, d->type->body), TEMPLATE_PLAIN, d);
    d->message.text = buf_str(&d->text);
    return d->text.failed ? err_set(err, ERR_LIMIT, "the message is too long") : ERR_OK;
}

static enum err_code
write_and_queue(struct draft *d, struct err *err)
{
    enum err_code rc = d->type->channel == MESSAGE_EMAIL ? write_email(d, err) : write_sms(d, err);
    return rc ? rc : store_message_add(&d->scope, &d->message, NULL, err);
}

/* A template that grows beyond all bounds when filled in must not keep people out. */
static enum err_code
queue(struct draft *d, struct err *err)
{
    enum err_code rc = write_and_queue(d, err);
    if (rc != ERR_LIMIT || !d->own.body.n)
        return rc;
    LOG_WARN("notify", "template too long when filled in, used the default",
             KV_TEXT("type", d->type->name));
    d->own.body = ABSENT;
    return write_and_queue(d, err);
}

static struct str
recipient(const struct draft *d)
{
    const struct notice *n = d->notice;
    if (n->to.n || !n->user)
        return n->to;
    return d->type->channel == MESSAGE_EMAIL ? n->user->email : n->user->phone_number;
}

static enum err_code
draft_and_queue(struct draft *d, enum message_channel channel, struct err *err)
{
    const struct notice *n = d->notice;
    enum err_code rc = find_template(d, channel, n->type, err);
    if (rc || d->own.active == TEMPLATE_INACTIVE)
        return rc;
    struct str to = recipient(d);
    if (!to.n)
        return ERR_OK;
    d->message = (struct message){
        .channel = channel,
        .to = to,
        .template_type = str_of(n->type),
        .user_id = n->user ? n->user->id : ABSENT,
        .tenant_id = n->tenant_id,
        .code = n->code,
        .token = n->token,
        .decoy = n->decoy,
    };
    rc = set_values(d, err);
    if (rc)
        return rc;
    d->message.link = d->values.of[TEMPLATE_VAR_link];
    return queue(d, err);
}

static enum err_code
notify(struct call *c, const struct scope *s, enum message_channel channel, const struct notice *n,
       struct err *err)
{
    struct draft *d = ARENA_NEW(c->arena, struct draft);
    draft_init(d, c, s);
    d->notice = n;
    enum err_code rc = draft_and_queue(d, channel, err);
    draft_fini(d);
    return rc;
}

enum err_code
notify_email(struct call *c, const struct scope *s, const struct notice *n, struct err *err)
{
    return notify(c, s, MESSAGE_EMAIL, n, err);
}

enum err_code
notify_sms(struct call *c, const struct scope *s, const struct notice *n, struct err *err)
{
    return notify(c, s, MESSAGE_SMS, n, err);
}

enum err_code
notify_link(struct call *c, const struct scope *s, const char *type, struct str user_id,
            struct str token, struct str *out, struct err *err)
{
    struct draft *d = ARENA_NEW(c->arena, struct draft);
    draft_init(d, c, s);
    enum err_code rc = find_template(d, MESSAGE_EMAIL, type, err);
    if (!rc)
        rc = set_names(d, err);
    if (!rc) {
        set(d, TEMPLATE_VAR_user_id, user_id);
        set(d, TEMPLATE_VAR_token, token);
        *out = arena_str(c->arena, make_link(d));
    }
    draft_fini(d);
    return rc;
}
