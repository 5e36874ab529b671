/*
 * Templates of messages: what types and variables there are, and what a message would look like. A
 * template is taken as it is stored, or as the caller is about to store it.
 */
#include "api/check.h"
#include "server/ops/ops.h"
#include "server/template_message.h"
#include "server/template_text.h"

static const char *const CHANNELS[] = {
    [MESSAGE_EMAIL] = "email", [MESSAGE_SMS] = "sms", [MESSAGE_SMS + 1] = NULL};

/* ---- the list ---- */

static const struct message_template *
find_own(const struct message_template_list *list, const char *type)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i].type, str_of(type)))
            return &list->items[i];
    return NULL;
}

static void
write_type(struct call *c, const struct template_type *t, const struct message_template *own)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", arena_printf(c->arena, "%s.%s", CHANNELS[t->channel], t->name));
    jw_ktext(w, "channel", CHANNELS[t->channel]);
    jw_ktext(w, "type", t->name);
    jw_ktext(w, "when", t->when);
    jw_kbool(w, "own", own != NULL);
    jw_kbool(w, "active", !own || own->active != TEMPLATE_INACTIVE);
    jw_kstr(w, "templateId", own ? own->id : STR_ABSENT);
    jw_key(w, "variables");
    jw_open(w, '[');
    for (int i = 0; i < TEMPLATE_VARS; i++)
        if (t->vars & UINT64_C(1) << i)
            jw_str(w, str_of(template_vars[i].name));
    jw_close(w, ']');
    jw_close(w, '}');
}

static enum err_code
write_channel(struct call *c, const struct scope *s, enum message_channel channel, struct err *err)
{
    struct message_template_list list;
    enum err_code rc = store_template_list(s, channel, &list, err);
    for (const struct template_type *t = template_type_all(channel); !rc && t->name; t++)
        write_type(c, t, find_own(&list, t->name));
    return rc;
}

static void
write_variables(struct jw *w)
{
    jw_open(w, '[');
    for (int i = 0; i < TEMPLATE_VARS; i++) {
        jw_open(w, '{');
        jw_ktext(w, "name", template_vars[i].name);
        jw_ktext(w, "meaning", template_vars[i].meaning);
        jw_ktext(w, "sample", template_vars[i].sample);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static enum err_code
op_templates_list(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    if (!s)
        return err_failed(err);
    jw_open(&c->out, '{');
    jw_key(&c->out, "types");
    jw_open(&c->out, '[');
    enum err_code rc = ERR_OK;
    struct str only = call_query(c, "channel");
    for (int channel = MESSAGE_EMAIL; !rc && channel <= MESSAGE_SMS; channel++)
        if (!only.n || str_eq(only, str_of(CHANNELS[channel])))
            rc = write_channel(c, s, (enum message_channel)channel, err);
    jw_close(&c->out, ']');
    jw_key(&c->out, "variables");
    write_variables(&c->out);
    jw_close(&c->out, '}');
    return rc;
}

/* ---- the preview ---- */

struct preview {
    const struct template_type *type;
    struct message_template own;
    struct template_values values;
    struct template_message text;
    struct template_unknown unknown;
    struct str mfa_sender;
};

static enum err_code
find_type(struct call *c, struct preview *p, struct err *err)
{
    bool sms = str_eq(call_str(c, "channel"), STR("sms"));
    p->type = template_type_find(sms ? MESSAGE_SMS : MESSAGE_EMAIL, call_str(c, "type"));
    return p->type ? ERR_OK
                   : call_refuse(c, err, ERR_NOT_FOUND, NULL, "There is no such type of message");
}

/* Members of the body stand for those that are stored. */
static enum err_code
take_given(struct call *c, struct preview *p, struct err *err)
{
    const struct {
        const char *name;
        struct str *into;
    } members[] = {
        {"subject", &p->own.subject},
        {p->type->channel == MESSAGE_SMS ? "template" : "htmlTemplate", &p->own.body},
        {"fromName", &p->own.from_name},
        {"senderEmail", &p->own.sender_email},
        {"redirectURL", &p->own.redirect_url},
        {"successRedirectUrl", &p->own.success_redirect_url},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (call_has(c, members[i].name))
            *members[i].into = call_str(c, members[i].name);
    if (p->own.redirect_url.n && !template_redirect_ok(p->own.redirect_url))
        return call_refuse(c, err, ERR_INVALID, NULL, "redirectURL is no address for a link");
    return ERR_OK;
}

static bool
is_made(int var)
{
    const uint64_t made = TEMPLATE_V(greeting) | TEMPLATE_V(origin) | TEMPLATE_V(validity) |
                          TEMPLATE_V(invitation) | TEMPLATE_V(link) | TEMPLATE_V(success_url);
    return made >> var & 1;
}

/* Samples of what this type has, the caller's values over them, and what is made of both. */
static enum err_code
take_values(struct call *c, const struct scope *s, struct preview *p, struct err *err)
{
    struct template_values *v = &p->values;
    for (int i = 0; i < TEMPLATE_VARS; i++)
        if (p->type->vars >> i & 1 && !is_made(i))
            template_value_set(v, c->arena, (enum template_var_id)i,
                               str_of(template_vars[i].sample));
    enum err_code rc = template_set_names(c, s, STR_ABSENT, v, &p->mfa_sender, err);
    const struct json *given = call_json(c, "values");
    for (const struct json *m = json_first(given); m && !rc; m = json_next(m)) {
        if (json_type(m) != JSON_STRING)
            return call_refuse(c, err, ERR_INVALID, NULL, "values.%.*s must be a string",
                               STR_ARG(str_sub(json_key(m), 0, 64)));
        template_value_add(v, c->arena, json_key(m), json_str(m));
    }
    if (p->own.success_redirect_url.n)
        template_value_set(v, c->arena, TEMPLATE_VAR_success_url,
                           template_words_link(v, c->arena, p->own.success_redirect_url));
    if (!v->of[TEMPLATE_VAR_link].n)
        template_value_set(v, c->arena, TEMPLATE_VAR_link,
                           template_message_link(v, c->arena, p->type, &p->own));
    template_words_sentences(v, c->arena);
    return rc;
}

static void
find_unknown(struct preview *p)
{
    const struct str texts[] = {p->own.subject, p->own.body, p->own.from_name, p->own.redirect_url,
                                p->own.success_redirect_url};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        template_find_unknown(texts[i], p->type->vars, &p->unknown);
}

static void
write_sms_size(struct jw *w, const struct preview *p)
{
    jw_key(w, "sms");
    if (p->type->channel != MESSAGE_SMS) {
        jw_null(w);
        return;
    }
    struct template_sms_size size = template_sms_size(buf_str(&p->text.text));
    jw_open(w, '{');
    jw_ktext(w, "encoding", size.gsm ? "GSM-7" : "UCS-2");
    jw_ki64(w, "units", (int64_t)size.units);
    jw_ki64(w, "parts", (int64_t)size.parts);
    jw_close(w, '}');
}

static struct str
or_null(struct str s)
{
    return s.n ? s : STR_ABSENT;
}

static void
write_email_parts(struct jw *w, const struct preview *p)
{
    bool email = p->type->channel == MESSAGE_EMAIL;
    bool mfa = p->type->flags & TEMPLATE_MFA && !p->own.sender_email.n;
    struct str from = mfa ? p->mfa_sender : p->own.sender_email;
    jw_kstr(w, "from", email ? or_null(from) : STR_ABSENT);
    jw_kstr(w, "fromName", email ? buf_str(&p->text.from_name) : STR_ABSENT);
    jw_kstr(w, "subject", email ? buf_str(&p->text.subject) : STR_ABSENT);
    jw_kstr(w, "html", email ? buf_str(&p->text.html) : STR_ABSENT);
}

static void
write_preview(struct jw *w, const struct preview *p)
{
    jw_open(w, '{');
    jw_ktext(w, "channel", CHANNELS[p->type->channel]);
    jw_ktext(w, "type", p->type->name);
    jw_kbool(w, "active", p->own.active != TEMPLATE_INACTIVE);
    write_email_parts(w, p);
    write_sms_size(w, p);
    jw_kstr(w, "text", buf_str(&p->text.text));
    jw_kstr(w, "link", or_null(p->values.of[TEMPLATE_VAR_link]));
    jw_key(w, "unknown");
    jw_open(w, '[');
    for (size_t i = 0; i < p->unknown.n; i++)
        jw_str(w, p->unknown.names[i]);
    jw_close(w, ']');
    jw_close(w, '}');
}

static enum err_code
op_templates_preview(struct call *c, struct err *err)
{
    struct preview *p = ARENA_NEW(c->arena, struct preview);
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? find_type(c, p, err) : err_failed(err);
    if (!rc)
        rc = template_own(s, p->type, &p->own, err);
    if (!rc)
        rc = take_given(c, p, err);
    if (!rc)
        rc = take_values(c, s, p, err);
    if (rc)
        return rc;
    find_unknown(p);
    template_message_init(&p->text);
    rc = template_message_write(&p->text, p->type, &p->own, &p->values, err);
    if (!rc)
        write_preview(&c->out, p);
    template_message_fini(&p->text);
    return rc;
}

const struct op_binding templates_ops[] = {
    BIND(templates_list),
    BIND(templates_preview),
    BIND_END,
};
