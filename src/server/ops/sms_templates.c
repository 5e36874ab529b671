/*
 * SMS templates: the types that we send, as they hold, and whatever else the environment has written.
 */
#include "server/ops/ops.h"
#include "server/template_types.h"
#include "store/templates.h"

enum { TYPE_MAX = 64 };

/* What is answered of a type that the environment has nothing of, or that we have nothing of. */
static const struct message_template nothing = {.active = TEMPLATE_ACTIVE};
static const struct template_type no_type = {.body = ""};

static void
write_template(struct call *c, const struct template_type *type, const struct message_template *own)
{
    jw_open(&c->out, '{');
    if (own->id.n)
        jw_kstr(&c->out, "id", own->id);
    jw_kstr(&c->out, "type", type->name ? str_of(type->name) : own->type);
    jw_kstr(&c->out, "template", own->body.n ? own->body : str_of(type->body));
    jw_kbool(&c->out, "isActive", own->active != TEMPLATE_INACTIVE);
    if (own->created_at) {
        jw_ktime(&c->out, "createdAt", own->created_at);
        jw_ktime(&c->out, "updatedAt", own->updated_at);
    }
    jw_close(&c->out, '}');
}

static enum err_code
not_found(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Template not found");
}

static const struct template_type *
find_type(struct str name)
{
    return template_type_find(MESSAGE_SMS, name);
}

static const struct message_template *
find_own(const struct message_template_list *list, const char *type)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i].type, str_of(type)))
            return &list->items[i];
    return &nothing;
}

static enum err_code
op_sms_templates_list(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct message_template_list list;
    enum err_code rc = s ? store_template_list(s, MESSAGE_SMS, &list, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (const struct template_type *t = template_type_all(MESSAGE_SMS); t->name; t++)
        write_template(c, t, find_own(&list, t->name));
    for (size_t i = 0; i < list.n; i++)
        if (!find_type(list.items[i].type))
            write_template(c, &no_type, &list.items[i]);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
answer_one(struct call *c, const struct scope *s, struct str name, struct err *err)
{
    const struct template_type *type = find_type(name);
    struct message_template own;
    enum err_code rc = store_template_get(s, MESSAGE_SMS, name, &own, err);
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    if (rc && !type)
        return not_found(c, err);
    write_template(c, type ? type : &no_type, rc ? &nothing : &own);
    return ERR_OK;
}

static enum err_code
op_sms_templates_get(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    return s ? answer_one(c, s, call_param(c, "type"), err) : err_failed(err);
}

static enum err_code
op_sms_templates_default(struct call *c, struct err *err)
{
    const struct template_type *type = find_type(call_param(c, "type"));
    if (!type)
        return not_found(c, err);
    write_template(c, type, &nothing);
    return ERR_OK;
}

static enum err_code
op_sms_templates_defaults(struct call *c, struct err *err)
{
    (void)err;
    jw_open(&c->out, '[');
    for (const struct template_type *t = template_type_all(MESSAGE_SMS); t->name; t++)
        write_template(c, t, &nothing);
    jw_close(&c->out, ']');
    return ERR_OK;
}

/* ---- changing ---- */

/* Of a type that we do not know there is no text to fall back on. */
static enum err_code
check(struct call *c, const struct scope *s, const struct message_template *t, struct err *err)
{
    struct message_template own;
    if (t->type.n > TYPE_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "type must be shorter than or equal to %d characters", TYPE_MAX);
    if (find_type(t->type) || t->body.n)
        return ERR_OK;
    enum err_code rc =
        str_given(t->body) ? ERR_NOT_FOUND : store_template_get(s, MESSAGE_SMS, t->type, &own, err);
    return rc == ERR_NOT_FOUND
               ? call_refuse(c, err, ERR_INVALID, NULL, "template should not be empty")
               : rc;
}

static enum err_code
op_sms_templates_set(struct call *c, struct err *err)
{
    struct message_template t = {
        .channel = MESSAGE_SMS,
        .type = call_param(c, "type"),
        .body = call_str(c, "template"),
        .active =
            call_has(c, "isActive") ? (int)call_bool(c, "isActive", true) : TEMPLATE_ACTIVE_KEEP,
    };
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? check(c, s, &t, err) : err_failed(err);
    if (!rc)
        rc = store_template_put(s, &t, err);
    if (rc)
        return rc;
    call_audit(c, "sms template", t.type, "High", "Changed the SMS template %.*s", STR_ARG(t.type));
    return answer_one(c, s, t.type, err);
}

static enum err_code
op_sms_templates_delete(struct call *c, struct err *err)
{
    struct str type = call_param(c, "type");
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? store_template_delete(s, MESSAGE_SMS, STR_ABSENT, type, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return not_found(c, err);
    if (!rc)
        call_audit(c, "sms template", type, "High", "Deleted the SMS template %.*s", STR_ARG(type));
    return rc;
}

const struct op_binding sms_templates_ops[] = {
    BIND(sms_templates_list),
    BIND(sms_templates_get),
    BIND(sms_templates_set),
    BIND(sms_templates_delete),
    BIND(sms_templates_default),
    BIND(sms_templates_defaults),
    BIND_END,
};
