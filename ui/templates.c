#include "ui/templates.h"

#include "base/mem.h"
#include "ui/bindings.h"
#include "ui/linediff.h"
#include "ui/template_file.h"

bool
template_is_sms(const struct json *row)
{
    return str_eq(json_str(json_get(row, "channel")), STR("sms"));
}

/* ---- calls ---- */

void
template_send(struct template_view *t, enum op_id id, struct json *take_body, result_fn *done)
{
    const struct op *op = op_get(id);
    struct values *v = values_new(op);
    const struct json *type = json_get(t->row, "type");
    if (field_find(op->params, STR("type")) || field_find(op->query, STR("type")))
        (void)!values_set(v, STR("type"), json_copy(type), NULL);
    if (take_body)
        values_set_body(v, take_body);
    struct bind_call call = {.client = t->pane.app->client,
                             .op = op,
                             .tenant = str_of(t->pane.tenant),
                             .calls = &t->pane.calls};
    bind_send(&call, v, done, t);
}

bool
template_failed(struct template_view *t, struct result *take, const char *what)
{
    t->pane.app->dirty = true;
    if (!take->err.code)
        return false;
    template_say(t, ROLE_BAD, "%s: %s", what, take->err.msg);
    app_fail(t->pane.app, what, take);
    result_free(take);
    return true;
}

/* For SMS the service answers with the default by itself. */
void
template_read(struct template_view *t, result_fn *done)
{
    template_say(t, ROLE_DIM, "reading the template ...");
    template_send(t, t->sms ? OP_sms_templates_get : OP_mail_templates_list, NULL, done);
}

bool
template_took(struct template_view *t, struct result *take, result_fn *done)
{
    if (template_failed(t, take, "The template cannot be read"))
        return false;
    const struct json *found = take->json;
    if (json_type(found) == JSON_ARRAY)
        found = json_at(found, 0);
    t->base = found ? json_copy(found) : NULL;
    result_free(take);
    if (!t->base)
        template_send(t, OP_mail_templates_default, NULL, done);
    return t->base != NULL;
}

/* ---- preview ---- */

static void
add_known(struct buf *out, const char *label, struct str value)
{
    if (value.n)
        buf_printf(out, "%s\t%.*s\n", label, STR_ARG(value));
}

static void
preview_done(void *ctx, struct result *take)
{
    struct template_view *t = ctx;
    if (template_failed(t, take, "There is no preview"))
        return;
    const struct json *j = take->json, *unknown = json_get(j, "unknown");
    struct buf *out = &t->text;
    add_known(out, "From", json_str(json_get(j, "fromName")));
    add_known(out, "Address", json_str(json_get(j, "from")));
    add_known(out, "Subject", json_str(json_get(j, "subject")));
    add_known(out, "Link", json_str(json_get(j, "link")));
    for (const struct json *u = json_first(unknown); u; u = json_next(u))
        buf_printf(out, "Unknown\t{{%.*s}} stays empty\n", STR_ARG(json_str(u)));
    int64_t parts = 0;
    if (json_to_i64(json_get(json_get(j, "sms"), "parts"), &parts))
        buf_printf(out, "Parts\t%lld, %.*s\n", (long long)parts,
                   STR_ARG(json_str(json_get(json_get(j, "sms"), "encoding"))));
    buf_add_char(out, '\n');
    buf_add_str(out, json_str(json_get(j, "text")));
    template_say(t, ROLE_DIM, "%s", "");
    result_free(take);
}

void
template_preview(struct app *app, const struct json *row, struct str tenant)
{
    (void)tenant;
    struct template_view *t = template_view_new(app, TEMPLATE_PREVIEW, row);
    struct json *body = json_new_object();
    json_set(body, STR("channel"), json_copy(json_get(row, "channel")));
    json_set(body, STR("type"), json_copy(json_get(row, "type")));
    template_say(t, ROLE_DIM, "filling in the variables ...");
    template_send(t, OP_templates_preview, body, preview_done);
}

/* ---- compare ---- */

static void
default_read(void *ctx, struct result *take)
{
    struct template_view *t = ctx;
    struct buf ours, own;
    if (template_failed(t, take, "The default cannot be read"))
        return;
    buf_init(&ours, TEMPLATE_FILE_MAX);
    buf_init(&own, TEMPLATE_FILE_MAX);
    template_file_write(t->sms, NULL, take->json, &ours);
    template_file_write(t->sms, NULL, t->base, &own);
    linediff(buf_str(&ours), buf_str(&own), &t->text);
    if (t->text.n)
        template_say(t, ROLE_DIM, "- the default, + what is sent");
    else
        template_say(t, ROLE_GOOD, "It is as the default, to the letter.");
    buf_fini(&ours);
    buf_fini(&own);
    result_free(take);
}

static void
compared_read(void *ctx, struct result *take)
{
    struct template_view *t = ctx;
    if (template_took(t, take, compared_read))
        template_send(t, t->sms ? OP_sms_templates_default : OP_mail_templates_default, NULL,
                      default_read);
}

void
template_compare(struct app *app, const struct json *row, struct str tenant)
{
    (void)tenant;
    struct template_view *t = template_view_new(app, TEMPLATE_COMPARE, row);
    template_read(t, compared_read);
}
