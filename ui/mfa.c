#include "ui/mfa.h"

#include "base/mem.h"
#include "ui/cell.h"

#include <stdio.h>

static void
copy(char *out, size_t size, struct str s)
{
    snprintf(out, size, "%.*s", STR_ARG(s));
}

bool
mfa_person_of(struct mfa_person *out, const struct json *row, struct str tenant)
{
    struct str id = json_str(json_get(row, "id")), email = json_str(json_get(row, "email"));
    *out = (struct mfa_person){.id = ""};
    if (!id.n || id.n >= MFA_ID)
        return false;
    if (!tenant.n)
        tenant = json_str(json_get(row, "tenantId"));
    if (!tenant.n)
        tenant = json_str(json_at(json_get(row, "tenantIds"), 0));
    copy(out->id, sizeof out->id, id);
    copy(out->tenant, sizeof out->tenant, tenant);
    copy(out->name, sizeof out->name, email.n ? email : id);
    return true;
}

void
mfa_open(struct app *app, const struct json *row, struct str tenant)
{
    struct mfa_person who;
    if (!row || !mfa_person_of(&who, row, tenant))
        app_note(app, TOAST_WARN, "Choose a user first");
    else if (!who.tenant[0])
        app_note(app, TOAST_WARN,
                 "%s is in no tenant, and factors belong to a member of one; A adds them to one",
                 who.name);
    else
        mfa_view_open(app, &who);
}

void
mfa_open_here(struct app *app)
{
    struct pane *view = app_view(app);
    bool users = view && view->resource && strcmp(view->resource->id, "users") == 0;
    const struct json *row = users && view->ops->row ? view->ops->row(view) : NULL;
    if (row)
        mfa_open(app, row, str_of(view->tenant));
    else if (app->client && app->tenant[0])
        mfa_queue_open(app, str_of(app->tenant));
    else
        app_note(app, TOAST_INFO,
                 "Choose a user and press m, or a tenant (t) for the queue of those "
                 "without a second factor");
}

static void
send_values(struct pane *p, const struct mfa_person *who, const struct op *op, struct values *take,
            result_fn *done)
{
    client_send(p->app->client, &(struct client_request){.op = op,
                                                         .values = take,
                                                         .scope = {.tenant_id = str_of(who->tenant),
                                                                   .user_id = str_of(who->id)},
                                                         .set = &p->calls,
                                                         .done = done,
                                                         .ctx = p});
}

void
mfa_send(struct pane *p, const struct mfa_person *who, enum op_id id,
         const struct mfa_value *values, size_t n, result_fn *done)
{
    const struct op *op = op_get(id);
    struct values *v = values_new(op);
    for (size_t i = 0; i < n; i++)
        (void)!values_set(v, str_of(values[i].name), json_new_str(values[i].value), NULL);
    send_values(p, who, op, v, done);
}

void
mfa_send_body(struct pane *p, const struct mfa_person *who, enum op_id id, struct json *take,
              result_fn *done)
{
    const struct op *op = op_get(id);
    struct values *v = values_new(op);
    if (field_find(op->params, STR("userId")))
        (void)!values_set(v, STR("userId"), json_new_str(str_of(who->id)), NULL);
    values_set_body(v, take);
    send_values(p, who, op, v, done);
}

static void
audited(void *ctx, struct result *take)
{
    struct pane *p = ctx;
    if (take->err.code)
        app_fail(p->app, "The reason was not written to the audit", take);
    result_free(take);
}

void
mfa_audit(struct pane *p, const struct mfa_person *who, const char *action, struct str reason)
{
    if (!reason.n)
        return;
    struct json *body = json_new_object();
    json_set(body, STR("severity"), json_new_str(STR("High")));
    json_set(body, STR("action"), json_new_str(str_of(action)));
    json_set(body, STR("resource"), json_new_str(STR("user")));
    json_set(body, STR("description"), json_new_str(reason));
    json_set(body, STR("userId"), json_new_str(str_of(who->id)));
    mfa_send_body(p, who, OP_audits_create, body, audited);
}
