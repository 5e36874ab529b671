/* Users by the hundred: the requests that start jobs, and what has become of them. What one item of
 * an invitation does stands in users_create.c. */
#include "base/mem.h"
#include "server/fields.h"
#include "server/jobs.h"
#include "server/ops/ops.h"
#include "store/users.h"

enum { INVITES_MAX = 1000 };

/* As the report calls it. */
static struct str
invite_name(struct call *c, const struct json *user, size_t place)
{
    struct str email = json_str(json_get(user, "email"));
    struct str name = email.n ? email : json_str(json_get(user, "username"));
    return name.n ? name : arena_printf(c->arena, "users.%zu", place);
}

static enum err_code
op_users_bulk_invite(struct call *c, struct err *err)
{
    const struct json *users = call_json(c, "users");
    struct job_item *items = ARENA_ARRAY(c->arena, INVITES_MAX, struct job_item);
    struct jobs_plan plan = {.items = items};
    struct job_row job;
    for (const struct json *u = json_first(users); u && plan.n < INVITES_MAX; u = json_next(u)) {
        items[plan.n] =
            (struct job_item){.name = invite_name(c, u, plan.n), .input = fields_json_text(c, u)};
        plan.n++;
    }
    const struct scope *s = call_scope(c, err);
    if (!s)
        return err_failed(err);
    if (s->tenant_seq <= 0)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    enum err_code rc = jobs_add(c, s, &plan, &job, err);
    if (rc)
        return rc;
    call_audit(c, "job", job.id, "Medium", "Began to invite %zu user(s)", plan.n);
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "id", job.id);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_users_bulk_status(struct call *c, struct err *err)
{
    struct job_row job;
    struct job_item *failed;
    size_t n;
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? jobs_find(c, s, OP_users_bulk_invite, call_param(c, "id"), &job, err) : err_failed(err);
    if (!rc)
        rc = store_job_failures(s, &job, INVITES_MAX, &failed, &n, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", job.id);
    jw_ktext(w, "status", jobs_status(&job));
    jw_ki64(w, "total", job.total);
    jw_ki64(w, "processed", job.processed);
    jw_key(w, "errors");
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_kstr(w, "email", failed[i].name);
        jw_kstr(w, "message", failed[i].error);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
    return ERR_OK;
}

const struct op_binding users_bulk_ops[] = {
    BIND(users_bulk_invite),
    BIND(users_bulk_status),
    BIND_END,
};
