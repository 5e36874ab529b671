/* Users brought in from elsewhere: one, or many in a job; see server/migrate.h. */
#include "base/mem.h"
#include "server/auth0.h"
#include "server/fields.h"
#include "server/jobs.h"
#include "server/migrate.h"
#include "server/ops/ops.h"
#include "server/pool_priv.h"
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
answer_job(struct call *c, const struct jobs_plan *plan, struct job_row *job, struct err *err)
{
    const struct scope *s = call_environment(c, err);
    enum err_code rc = s ? jobs_add(c, s, plan, job, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "migrationId", job->id);
    jw_close(&c->out, '}');
    return ERR_OK;
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
    enum err_code rc = answer_job(c, &plan, &job, err);
    if (!rc)
        call_audit(c, "job", job.id, "Medium", "Began to import %zu user(s)", plan.n);
    return rc;
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
op_migrations_bulk_csv(struct call *c, struct err *err)
{
    return start(c, err);
}

/* Read while the caller waits, so that they hear what is wrong with the source, and its secret is not
 * kept; the users then come in as those of a bulk import do. */
static enum err_code
op_migrations_auth0(struct call *c, struct err *err)
{
    struct auth0_source source = {.base = pool_base(c, STR("auth0"), c->body),
                                  .client_id = call_str(c, "clientId"),
                                  .secret = call_str(c, "secret"),
                                  .tenant_member = call_str(c, "tenantIdFieldName"),
                                  .tenant_by_user =
                                      call_bool(c, "isTenantIdOnUserMetadata", false)};
    struct auth0_users users;
    struct job_row job = {.seq = 0};
    enum err_code rc = auth0_read(c, &source, &users, err);
    struct jobs_plan plan = {.op = op_get(OP_migrations_bulk_v1)};
    if (!rc) {
        plan.items = users.items;
        plan.n = users.n;
        rc = answer_job(c, &plan, &job, err);
    }
    if (!rc)
        call_audit(c, "job", job.id, "Medium",
                   "Began to import %zu user(s) from Auth0, left out %zu blocked there", users.n,
                   users.blocked);
    return rc;
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

enum err_code
job_migrations_bulk_csv(struct call *c, struct err *err)
{
    return import_item(c, err);
}

/* -- what has become of them -- */

static enum err_code
find(struct call *c, const struct scope *s, struct job_row *out, struct err *err)
{
    static const enum op_id kinds[] = {OP_migrations_bulk, OP_migrations_bulk_v1,
                                       OP_migrations_bulk_csv};
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
    jw_ktext(w, "state", jobs_state(&job));
    jw_ki64(w, "migratedUsers", job.processed - job.failed);
    jw_ki64(w, "totalUsers", job.total);
    jobs_write_failures(c, "email", failed, n);
    jw_close(w, '}');
    return ERR_OK;
}

const struct op_binding migrations_ops[] = {
    BIND(migrations_auth0),
    BIND(migrations_user),
    BIND(migrations_bulk_v1),
    BIND(migrations_bulk),
    BIND(migrations_bulk_csv),
    BIND(migrations_status),
    BIND_END,
};
