#include "server/notify.h"

#include "base/agent.h"
#include "base/log.h"
#include "server/template_message.h"

/* Room for one message: a template of the largest size, its columns, and the values. */
enum { SCRATCH_MAX = 16 << 20 };

/* One message on its way from notice to queue. */
struct draft {
    struct call *call;
    const struct notice *notice;
    const struct template_type *type;
    struct arena scratch;
    struct scope scope; /* the caller's, in the scratch arena */
    struct message_template own;
    struct template_values values;
    struct template_message text;
    struct message message;
};

static void
draft_init(struct draft *d, struct call *c, const struct scope *s)
{
    *d = (struct draft){.call = c, .scope = *s};
    arena_init(&d->scratch, SCRATCH_MAX);
    d->scope.arena = &d->scratch;
    template_message_init(&d->text);
}

static void
draft_fini(struct draft *d)
{
    template_message_fini(&d->text);
    arena_fini(&d->scratch);
}

/* Our type, and what the environment made of it. */
static enum err_code
find_template(struct draft *d, enum message_channel channel, const char *type, struct err *err)
{
    d->type = template_type_find(channel, str_of(type));
    if (!d->type)
        return err_set(err, ERR_INTERNAL, "there is no template %s", type);
    return template_own(&d->scope, d->type, &d->own, err);
}

/* ---- values ---- */

static void
set(struct draft *d, enum template_var_id id, struct str value)
{
    template_value_set(&d->values, &d->scratch, id, value);
}

static void
set_person(struct draft *d)
{
    const struct notice *n = d->notice;
    struct str email = n->user ? n->user->email : STR_ABSENT;
    struct str phone = n->user ? n->user->phone_number : STR_ABSENT;
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
    set(d, TEMPLATE_VAR_device, agent_words(&d->scratch, c->user_agent));
}

static void
set_link(struct draft *d)
{
    const struct notice *n = d->notice;
    if (d->own.success_redirect_url.n)
        set(d, TEMPLATE_VAR_success_url,
            template_words_link(&d->values, &d->scratch, d->own.success_redirect_url));
    set(d, TEMPLATE_VAR_token, n->token);
    set(d, TEMPLATE_VAR_link,
        n->link.n ? n->link : template_message_link(&d->values, &d->scratch, d->type, &d->own));
}

/* The account that the message is about, else the one the person works in. A decoy looks for one as
 * well, as long as a real message does. */
static struct str
tenant_of(const struct notice *n)
{
    if (n->tenant_id.n)
        return n->tenant_id;
    return n->user ? n->user->active_tenant_id : STR("-");
}

/* Who asks for an invitation is the person who calls. */
static enum err_code
set_inviter(struct draft *d, struct err *err)
{
    struct str id = d->call->who.kind == PRINCIPAL_USER ? d->call->who.user_id : STR_ABSENT;
    struct user caller;
    if (!(d->type->vars & TEMPLATE_V(inviter)) || d->values.of[TEMPLATE_VAR_inviter].n || !id.n)
        return ERR_OK;
    enum err_code rc = store_user_get(&d->scope, USER_BY_ID, id, &caller, err);
    if (!rc)
        set(d, TEMPLATE_VAR_inviter, caller.name.n ? caller.name : caller.email);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err_code
set_values(struct draft *d, struct err *err)
{
    const struct notice *n = d->notice;
    struct str mfa_sender;
    enum err_code rc =
        template_set_names(d->call, &d->scope, tenant_of(n), &d->values, &mfa_sender, err);
    if (rc)
        return rc;
    if (d->own.sender_email.n)
        d->message.from = d->own.sender_email;
    else if (d->type->flags & TEMPLATE_MFA && mfa_sender.n)
        d->message.from = mfa_sender;
    set_person(d);
    set_request(d);
    set(d, TEMPLATE_VAR_code, n->code);
    for (size_t i = 0; i < n->n_vars && i < NOTICE_VARS_MAX; i++)
        template_value_add(&d->values, &d->scratch, str_of(n->vars[i].name), n->vars[i].value);
    rc = set_inviter(d, err);
    set_link(d);
    template_words_sentences(&d->values, &d->scratch);
    return rc;
}

/* ---- text ---- */

static enum err_code
write_and_queue(struct draft *d, struct err *err)
{
    struct message *m = &d->message;
    enum err_code rc = template_message_write(&d->text, d->type, &d->own, &d->values, err);
    if (rc)
        return rc;
    m->text = buf_str(&d->text.text);
    if (m->channel == MESSAGE_EMAIL) {
        m->subject = buf_str(&d->text.subject);
        m->from_name = buf_str(&d->text.from_name);
        m->html = buf_str(&d->text.html);
    }
    return store_message_add(&d->scope, m, NULL, err);
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
    d->own.body = STR_ABSENT;
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
        .user_id = n->user ? n->user->id : STR_ABSENT,
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
notify_link(struct call *c, const struct scope *s, const struct notice *n, struct str *out,
            struct err *err)
{
    struct draft *d = ARENA_NEW(c->arena, struct draft);
    draft_init(d, c, s);
    enum err_code rc = find_template(d, MESSAGE_EMAIL, n->type, err);
    if (!rc)
        rc = template_set_names(c, &d->scope, STR_ABSENT, &d->values, NULL, err);
    if (!rc) {
        set(d, TEMPLATE_VAR_user_id, n->user->id);
        set(d, TEMPLATE_VAR_token, n->token);
        *out =
            arena_str(c->arena, template_message_link(&d->values, &d->scratch, d->type, &d->own));
    }
    draft_fini(d);
    return rc;
}
