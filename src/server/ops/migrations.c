/* Users brought in from elsewhere: one, or many in a job; see server/migrate.h. */
#include "base/mem.h"
#include "server/fields.h"
#include "server/jobs.h"
#include "server/migrate.h"
#include "server/ops/ops.h"
#include "server/shape_user.h"

enum { USERS_MAX = 1000 };

/* Reads the body and adds the person; what a request and an item of a job have in common. */
static enum err_code
import(struct call *c, const struct scope **s, struct migrant *m, struct err *err)
{
    enum err_code rc = migrate_read(c, m, err);
    *s = rc ? NULL : call_environment(c, err);
    if (!rc)
        rc = *s ? migrate_add(c, *s, m, err) : err_failed(err);
    return rc;
}

static enum err_code
op_migrations_user(struct call *c, struct err *err)
{
    const struct scope *s;
    struct scope tenant;
    struct migrant m;
    enum err_code rc = import(c, &s, &m, err);
    if (!rc)
        rc = scope_tenant(s, m.tenant_id, &tenant, err);
    return rc ? rc : shape_user_by_id(c, &tenant, m.user.id, err);
}

/* -- many -- */

/* As reports call it. */
static struct str
name_of(struct call *c, const struct json *user, size_t place)
{
    struct str name = json_str(json_get(user, "email"));
    if (!name.n)
        name = json_str(json_get(json_at(json_get(user, "emails"), 0), "email"));
    if (!name.n)
        name = json_str(json_get(user, "username"));
    return name.n ? name : arena_printf(c->arena, "users.%zu", place);
}

static enum err_code
start(struct call *c, struct err *err)
{
    const struct json *users = call_json(c, "users");
    struct job_item *items = ARENA_ARRAY(c->arena, USERS_MAX, struct job_item);
    struct jobs_plan plan = {.items = items};
    struct job_row job;
    for (const struct json *u = json_first(users); u && plan.n < USERS_MAX; u = json_next(u)) {
        items[plan.n] =
            (struct job_item){.name = name_of(c, u, plan.n), .input = fields_json_text(c, u)};
        plan.n++;
    }
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? jobs_add(c, s, &plan, &job, err) : err_failed(err);
    if (rc)
        return rc;
    call_audit(c, "job", job.id, "Medium", "Began to import %zu user(s)", plan.n);
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "migrationId", job.id);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_migrations_bulk_v1(struct call *c, struct err *err)
{
    return start(c, err);
}

static enum err_code
op_migrations_bulk(struct call *c, struct err *err)
{
    return start(c, err);
}

static enum err_code
import_item(struct call *c, struct err *err)
{
    const struct scope *s;
    struct migrant m;
    return import(c, &s, &m, err);
}

enum err_code
job_migrations_bulk_v1(struct call *c, struct err *err)
{
    return import_item(c, err);
}

enum err_code
job_migrations_bulk(struct call *c, struct err *err)
{
    return import_item(c, err);
}

/* -- what has become of them -- */

static const char *
state_of(const struct job_row *job)
{
    if (!job->finished_at)
        return "IN_PROGRESS";
    return job->failed && job->failed == job->total ? "FAILED" : "COMPLETED";
}

static enum err_code
find(struct call *c, const struct scope *s, struct job_row *out, struct err *err)
{
    static const enum op_id kinds[] = {OP_migrations_bulk, OP_migrations_bulk_v1};
    enum err_code rc = ERR_NOT_FOUND;
    for (size_t i = 0; i < COUNT_OF(kinds) && rc == ERR_NOT_FOUND; i++)
        rc = store_job_get(s, str_of(op_get(kinds[i])->name), call_param(c, "migrationId"), out,
                           err);
    return rc == ERR_NOT_FOUND ? call_refuse(c, err, rc, NULL, "Migration not found") : rc;
}

static enum err_code
op_migrations_status(struct call *c, struct err *err)
{
    struct job_row job;
    struct job_item *failed;
    size_t n;
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? find(c, s, &job, err) : err_failed(err);
    if (!rc)
        rc = store_job_failures(s, &job, USERS_MAX, &failed, &n, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "migrationId", job.id);
    jw_ktext(w, "state", state_of(&job));
    jw_ki64(w, "migratedUsers", job.processed - job.failed);
    jw_ki64(w, "totalUsers", job.total);
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

const struct op_binding migrations_ops[] = {
    BIND(migrations_user),
    BIND(migrations_bulk_v1),
    BIND(migrations_bulk),
    BIND(migrations_status),
    BIND_END,
};
