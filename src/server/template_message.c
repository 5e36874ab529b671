#include "server/template_message.h"

#include "api/check.h"
#include "server/settings.h"
#include "server/state.h"
#include "server/template_text.h"
#include "store/envs.h"
#include "store/tenants.h"

/* Together, and with what JSON adds, below MESSAGE_MAX. */
enum { HTML_MAX = 1400 * 1000, TEXT_MAX = 256 * 1024 };

void
template_message_init(struct template_message *m)
{
    buf_init(&m->subject, (size_t)4 * TEMPLATE_LINE_MAX);
    buf_init(&m->from_name, (size_t)4 * TEMPLATE_LINE_MAX);
    buf_init(&m->html, HTML_MAX);
    buf_init(&m->text, TEXT_MAX);
}

void
template_message_fini(struct template_message *m)
{
    buf_fini(&m->subject);
    buf_fini(&m->from_name);
    buf_fini(&m->html);
    buf_fini(&m->text);
}

enum err_code
template_own(const struct scope *s, const struct template_type *type, struct message_template *out,
             struct err *err)
{
    *out = (struct message_template){.channel = type->channel, .active = TEMPLATE_ACTIVE};
    enum err_code rc = store_template_get(s, type->channel, str_of(type->name), out, err);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* ---- names ---- */

/* The product is what authenticator apps call it; without that name, the environment's. */
static enum err_code
set_product(const struct scope *s, struct template_values *v, struct str *mfa_sender,
            struct err *err)
{
    struct json *mfa;
    struct env env;
    enum err_code rc = document_environment(s, &mfa_settings, &mfa, err);
    if (rc)
        return rc;
    struct str name = json_str(json_get(json_get(mfa, "authenticationApp"), "serviceName"));
    struct str sender = json_str(json_get(json_get(mfa, "email"), "sender"));
    if (mfa_sender)
        *mfa_sender = check_is_email(sender) ? arena_str(s->arena, sender) : STR_ABSENT;
    if (!name.n)
        rc = store_env_get(s->conn, s->arena, s->vendor, &env, err);
    if (!rc)
        template_value_set(v, s->arena, TEMPLATE_VAR_app_name, name.n ? name : env.name);
    json_free(mfa);
    return rc;
}

enum err_code
template_set_names(struct call *c, const struct scope *s, struct str tenant_id,
                   struct template_values *v, struct str *mfa_sender, struct err *err)
{
    struct tenant tenant;
    enum err_code rc = set_product(s, v, mfa_sender, err);
    template_value_set(v, s->arena, TEMPLATE_VAR_app_url, c->server->public_url);
    if (rc || !str_given(tenant_id))
        return rc;
    rc = store_tenant_get(s, tenant_id, &tenant, err);
    if (!rc) {
        template_value_set(v, s->arena, TEMPLATE_VAR_tenant_id, tenant_id);
        template_value_set(v, s->arena, TEMPLATE_VAR_tenant_name, tenant.name);
    }
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* ---- text ---- */

struct str
template_message_link(const struct template_values *v, struct arena *a,
                      const struct template_type *type, const struct message_template *own)
{
    struct str link =
        own->redirect_url.n ? template_words_link(v, a, own->redirect_url) : STR_ABSENT;
    /* A pattern that turns out to be no address is passed over. */
    if (!link.n && type->page)
        link = template_words_link(v, a, template_type_redirect(a, type));
    return link;
}

static void
fill(struct buf *out, struct str own, const char *ours, enum template_form form,
     const struct template_values *v)
{
    buf_reset(out);
    template_render(out, own.n ? own : str_of(ours), form, v);
}

enum err_code
template_message_write(struct template_message *m, const struct template_type *type,
                       const struct message_template *own, const struct template_values *v,
                       struct err *err)
{
    bool failed;
    if (type->channel == MESSAGE_SMS) {
        fill(&m->text, own->body, type->body, TEMPLATE_PLAIN, v);
        failed = m->text.failed;
    } else {
        fill(&m->subject, own->subject, type->subject, TEMPLATE_LINE, v);
        fill(&m->from_name, own->from_name, "{{app_name}}", TEMPLATE_LINE, v);
        fill(&m->html, own->body, type->body, TEMPLATE_HTML, v);
        buf_reset(&m->text);
        if (!m->html.failed)
            template_text_of_html(&m->text, buf_str(&m->html));
        failed = m->subject.failed || m->from_name.failed || m->html.failed;
    }
    return failed ? err_set(err, ERR_LIMIT, "the message is too long") : ERR_OK;
}
