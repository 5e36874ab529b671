/* Users by the hundred: the requests that start jobs, and what has become of them. What one item of
 * an invitation does stands in users_create.c. */
#include "base/mem.h"
#include "server/fields.h"
#include "server/jobs.h"
#include "server/ops/ops.h"
#include "server/self.h"
#include "store/users.h"

enum {
    INVITES_MAX = 1000,
    AT_ONCE_MAX = 50, /* tenants; for more there is a job */
    FAILURES_MAX = JOB_ITEMS_MAX
};

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
    jobs_write_failures(c, "email", failed, n);
    jw_close(w, '}');
    return ERR_OK;
}

/* ---- roles of a person in many tenants ---- */

/* Gives and takes in one tenant; what is not there is named. */
static enum err_code
change_roles(struct call *c, const struct scope *s, struct str user_id, const struct json *change,
             struct err *err)
{
    static const struct {
        const char *member;
        enum role_change how;
    } parts[] = {{"removeRoleIds", ROLES_REMOVE}, {"addRoleIds", ROLES_ADD}};
    struct membership m;
    enum err_code rc = store_membership_get(s, user_id, &m, err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User is not in tenant %.*s", STR_ARG(s->tenant));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const struct json *ids = json_get(change, parts[i].member);
        for (const struct json *it = json_first(ids); it && !rc; it = json_next(it)) {
            struct str id = json_str(it);
            rc = store_user_roles(s, user_id, parts[i].how, &id, 1, err);
            if (rc == ERR_NOT_FOUND)
                return call_refuse(c, err, rc, NULL, "Role %.*s not found in tenant %.*s",
                                   STR_ARG(id), STR_ARG(s->tenant));
        }
    }
    return rc;
}

enum err_code
job_users_bulk_roles(struct call *c, struct err *err)
{
    const struct json *common = jobs_common(c);
    struct str user_id = json_str(json_get(common, "userId"));
    const struct scope *s = call_scope(c, err);
    struct scope tenant;
    enum err_code rc = s ? scope_tenant(s, call_str(c, "tenantId"), &tenant, err) : err_failed(err);
    if (!rc)
        rc = change_roles(c, &tenant, user_id, common, err);
    if (rc)
        return rc;
    call_audit(c, "user", user_id, "High", "Changed roles in tenant %.*s", STR_ARG(tenant.tenant));
    call_audit_actor(c, STR_ABSENT, tenant.tenant);
    call_forget_principals(c);
    return ERR_OK;
}

/* The tenants of the body, each once, else all those of the person. */
static size_t
wanted_tenants(struct call *c, const struct user *u, struct str **out)
{
    const struct json *given = call_json(c, "tenantIds");
    struct str *ids = *out = ARENA_ARRAY(c->arena, json_len(given) + u->n_tenants + 1, struct str);
    size_t n = 0;
    for (const struct json *it = json_first(given); it; it = json_next(it)) {
        size_t at = 0;
        while (at < n && !str_eq(ids[at], json_str(it)))
            at++;
        ids[at] = json_str(it);
        n += at == n;
    }
    for (size_t i = 0; !given && i < u->n_tenants; i++)
        ids[n++] = u->tenants[i].tenant_id;
    return n;
}

/* All or nothing: each tenant that cannot be done has a line in the refusal. */
static enum err_code
change_at_once(struct call *c, const struct scope *s, const struct user *u, const struct str *ids,
               size_t n, struct err *err)
{
    enum err_code rc = ERR_OK;
    for (size_t i = 0; i < n && (!rc || rc == ERR_NOT_FOUND); i++) {
        struct scope tenant;
        enum err_code one = scope_tenant(s, ids[i], &tenant, err);
        if (!one)
            one = change_roles(c, &tenant, u->id, c->body, err);
        rc = one ? one : rc;
    }
    return rc;
}

static enum err_code /* NOLINTNEXTLINE(readability-function-size): ids are a list */
change_in_background(struct call *c, const struct scope *s, const struct user *u,
                     const struct str *ids, size_t n, struct str *task, struct err *err)
{
    struct job_item *items = ARENA_ARRAY(c->arena, n, struct job_item);
    struct job_row job;
    struct json *common = json_copy(c->body);
    json_free(json_detach(common, STR("tenantIds")));
    json_set(common, STR("userId"), json_new_str(u->id));
    for (size_t i = 0; i < n; i++) {
        struct json *input = json_new_object();
        json_set(input, STR("tenantId"), json_new_str(ids[i]));
        items[i] = (struct job_item){.name = ids[i], .input = fields_json_text(c, input)};
        json_free(input);
    }
    struct jobs_plan plan = {
        .subject = u->id, .common = fields_json_text(c, common), .items = items, .n = n};
    enum err_code rc = jobs_add(c, s, &plan, &job, err);
    json_free(common);
    *task = job.id;
    return rc;
}

static void
write_ids(struct call *c, const char *member, const struct json *ids)
{
    jw_key(&c->out, member);
    jw_open(&c->out, '[');
    for (const struct json *it = json_first(ids); it; it = json_next(it))
        jw_str(&c->out, json_str(it));
    jw_close(&c->out, ']');
}

static enum err_code
op_users_bulk_roles(struct call *c, struct err *err)
{
    const struct scope *s;
    struct user u;
    struct str *ids, task = STR_ABSENT;
    if (!json_len(call_json(c, "addRoleIds")) && !json_len(call_json(c, "removeRoleIds")))
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "addRoleIds or removeRoleIds must be provided");
    enum err_code rc = self_param(c, &s, &u, err);
    if (!rc)
        rc = store_users_load(s, &u, 1, LOAD_TENANTS, true, err);
    size_t n = rc ? 0 : wanted_tenants(c, &u, &ids);
    if (!rc)
        rc = n > AT_ONCE_MAX ? change_in_background(c, s, &u, ids, n, &task, err)
                             : change_at_once(c, s, &u, ids, n, err);
    if (rc)
        return rc;
    call_audit(c, "user", u.id, "High", "%s roles of %.*s in %zu tenant(s)",
               task.n ? "Began to change" : "Changed", STR_ARG(u.email), n);
    call_forget_principals(c);
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "userId", u.id);
    jw_ki64(&c->out, "affectedTenants", (int64_t)n);
    write_ids(c, "rolesAdded", call_json(c, "addRoleIds"));
    write_ids(c, "rolesRemoved", call_json(c, "removeRoleIds"));
    if (task.n)
        jw_kstr(&c->out, "taskId", task);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_users_bulk_roles_status(struct call *c, struct err *err)
{
    struct job_row job;
    struct job_item *failed;
    size_t n;
    struct json *common = NULL;
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? jobs_find(c, s, OP_users_bulk_roles, call_param(c, "taskId"), &job, err)
                         : err_failed(err);
    if (!rc)
        rc = store_job_failures(s, &job, FAILURES_MAX, &failed, &n, err);
    if (!rc)
        rc = jobs_common_of(s, &job, &common, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "id", job.id);
    jw_kstr(w, "userId", job.subject);
    jw_ktext(w, "status", jobs_status(&job));
    jw_ki64(w, "totalTenants", job.total);
    jw_ki64(w, "processedTenants", job.processed);
    write_ids(c, "addedRoleIds", json_get(common, "addRoleIds"));
    write_ids(c, "removedRoleIds", json_get(common, "removeRoleIds"));
    jobs_write_failures(c, "tenantId", failed, n);
    jw_close(w, '}');
    json_free(common);
    return ERR_OK;
}

const struct op_binding users_bulk_ops[] = {
    BIND(users_bulk_invite),
    BIND(users_bulk_status),
    BIND(users_bulk_roles),
    BIND(users_bulk_roles_status),
    BIND_END,
};
