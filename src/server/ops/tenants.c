/* Tenants (accounts), version 1 and 2: create and revive, lists, change, metadata, removal. */
#include "base/mem.h"
#include "server/fields.h"
#include "server/jobs.h"
#include "server/ops/ops.h"
#include "server/shape.h"

enum { TENANT_PAGE = 50, IDS_MAX = 200, IMPORT_MAX = 1000 };

static const struct field_table table = {tenant_fields, TENANT_FIELDS};

static enum err_code
refuse_tenant(struct call *c, struct err *err, enum err_code rc)
{
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Tenant already exists");
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "Tenant not found");
    return rc;
}

/* Makes the tenant of the body, or brings a removed one back. */
static enum err_code
create(struct call *c, struct tenant *t, struct err *err)
{
    tenant_init(t);
    fields_read(c, c->body, table, t);
    t->tenant_id = call_str(c, "tenantId");
    t->parent_id = call_str(c, "parentTenantId");
    enum err_code rc = fields_check_tenant_id(c, t->tenant_id, err);
    if (!rc)
        rc = fields_check_metadata(c, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    bool revived = false;
    if (!rc)
        rc = s ? refuse_tenant(c, err, store_tenant_create(s, t, &revived, err)) : err_failed(err);
    if (!rc)
        call_audit(c, "tenant", t->tenant_id, "Medium", "%s tenant %.*s",
                   revived ? "Reactivated" : "Created", STR_ARG(t->name));
    return rc;
}

static enum err_code
op_tenants_create(struct call *c, struct err *err)
{
    struct tenant t;
    enum err_code rc = create(c, &t, err);
    if (!rc)
        shape_tenant(c, &t, false);
    return rc;
}

/* ---- import ---- */

/* An unknown parent may come later in the list, or has failed itself: it is named. */
enum err_code
job_tenants_import(struct call *c, struct err *err)
{
    struct tenant t;
    struct str parent = call_str(c, "parentTenantId");
    enum err_code rc = create(c, &t, err);
    if (rc != ERR_NOT_FOUND || !str_given(parent))
        return rc;
    call_forgive(c);
    return call_refuse(c, err, rc, NULL, "Parent tenant %.*s not found", STR_ARG(parent));
}

static enum err_code
op_tenants_import(struct call *c, struct err *err)
{
    const struct json *tenants = call_json(c, "tenants");
    struct job_item *items = ARENA_ARRAY(c->arena, json_len(tenants) + 1, struct job_item);
    struct jobs_plan plan = {.items = items};
    struct job_row job;
    for (const struct json *t = json_first(tenants); t; t = json_next(t)) {
        struct str id = json_str(json_get(t, "tenantId"));
        items[plan.n] =
            (struct job_item){.name = id.n ? id : arena_printf(c->arena, "tenants.%zu", plan.n),
                              .input = fields_json_text(c, t)};
        plan.n++;
    }
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? jobs_add(c, s, &plan, &job, err) : err_failed(err);
    if (rc)
        return rc;
    call_audit(c, "job", job.id, "Medium", "Began to import %zu tenant(s)", plan.n);
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "migrationId", job.id);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_tenants_import_status(struct call *c, struct err *err)
{
    struct job_row job;
    struct job_item *failed;
    size_t n;
    const struct scope *s = call_scope(c, err);
    enum err_code rc =
        s ? jobs_find(c, s, OP_tenants_import, call_param(c, "migrationId"), &job, err)
          : err_failed(err);
    if (!rc)
        rc = store_job_failures(s, &job, IMPORT_MAX, &failed, &n, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "migrationId", job.id);
    jw_ktext(w, "state", jobs_state(&job));
    jw_ki64(w, "migratedTenants", job.processed - job.failed);
    jw_ki64(w, "totalTenants", job.total);
    jobs_write_failures(c, "tenantId", failed, n);
    jw_close(w, '}');
    return ERR_OK;
}

static void
write_array(struct call *c, const struct tenant_list *list)
{
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list->n; i++)
        shape_tenant(c, &list->items[i], false);
    jw_close(&c->out, ']');
}

/* An array of one; an unknown id gives an empty array, not 404. */
static enum err_code
op_tenants_get_v1(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct tenant t;
    enum err_code rc =
        s ? store_tenant_get(s, call_param(c, "tenantId"), &t, err) : err_failed(err);
    if (rc && rc != ERR_NOT_FOUND)
        return rc;
    write_array(c, &(struct tenant_list){.items = &t, .n = rc ? 0 : 1});
    return ERR_OK;
}

/* Without _limit the bare list holds every tenant. */
static enum err_code
op_tenants_list_v1(struct call *c, struct err *err)
{
    struct page page;
    call_page(c, 0, &page);
    struct tenant_query q = {.page = page_rows(&page), .filter = page.filter};
    q.page.no_total = true;
    const struct scope *s = call_scope(c, err);
    struct tenant_list list;
    enum err_code rc = s ? store_tenant_list(s, &q, &list, err) : err_failed(err);
    if (!rc)
        write_array(c, &list);
    return rc;
}

static enum err_code
op_tenants_list(struct call *c, struct err *err)
{
    struct page page;
    struct str ids[IDS_MAX];
    call_page(c, TENANT_PAGE, &page);
    struct tenant_query q = {.page = page_rows(&page),
                             .filter = page.filter,
                             .tenant_ids = ids,
                             .n_tenant_ids = call_query_list(c, "_tenantIds", ids, IDS_MAX)};
    if (str_given(page.sort_by) && !store_tenant_sort_known(page.sort_by))
        return call_refuse(c, err, ERR_INVALID, NULL, "_sortBy must be a valid enum value");
    const struct scope *s = call_scope(c, err);
    struct tenant_list list;
    enum err_code rc = s ? store_tenant_list(s, &q, &list, err) : err_failed(err);
    if (rc)
        return rc;
    call_page_open(c);
    for (size_t i = 0; i < list.n; i++)
        shape_tenant(c, &list.items[i], true);
    call_page_close(c, &page, list.total);
    return ERR_OK;
}

static enum err_code
op_tenants_get(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct tenant t;
    enum err_code rc =
        s ? store_tenant_get(s, call_param(c, "tenantId"), &t, err) : err_failed(err);
    rc = refuse_tenant(c, err, rc);
    if (!rc)
        shape_tenant(c, &t, true);
    return rc;
}

static enum err_code
op_tenants_get_by_alias(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct tenant t;
    enum err_code rc =
        s ? store_tenant_by_alias(s, call_param(c, "alias"), &t, err) : err_failed(err);
    rc = refuse_tenant(c, err, rc);
    if (!rc)
        shape_tenant(c, &t, true);
    return rc;
}

/* Only what was given changes; metadata that was not given stays. */
static enum err_code
update(struct call *c, bool v2, struct err *err)
{
    struct tenant t;
    tenant_init(&t);
    if (json_len(c->body) == 0)
        return call_refuse(c, err, ERR_INVALID, NULL, "At least one property must be provided");
    uint64_t given = fields_read(c, c->body, table, &t);
    t.tenant_id = call_param(c, "tenantId");
    enum err_code rc = fields_check_metadata(c, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? store_tenant_update(s, &t, given, err) : err_failed(err);
    if (rc == ERR_CONFLICT)
        return call_refuse(c, err, rc, NULL, "Tenant alias already exists");
    if (!rc)
        rc = store_tenant_get(s, t.tenant_id, &t, err);
    rc = refuse_tenant(c, err, rc);
    if (rc)
        return rc;
    call_audit(c, "tenant", t.tenant_id, "Medium", "Updated tenant %.*s", STR_ARG(t.name));
    shape_tenant(c, &t, v2);
    return ERR_OK;
}

static enum err_code
op_tenants_update_v1(struct call *c, struct err *err)
{
    return update(c, false, err);
}

static enum err_code
op_tenants_update(struct call *c, struct err *err)
{
    return update(c, true, err);
}

static enum err_code
remove_tenant(struct call *c, struct str id, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? refuse_tenant(c, err, store_tenant_delete(s, id, err)) : err_failed(err);
    if (rc)
        return rc;
    call_audit(c, "tenant", id, "High", "Deleted tenant %.*s", STR_ARG(id));
    call_forget_principals(c);
    return ERR_OK;
}

static enum err_code
op_tenants_delete(struct call *c, struct err *err)
{
    return remove_tenant(c, call_param(c, "tenantId"), err);
}

static enum err_code
op_tenants_delete_current(struct call *c, struct err *err)
{
    return remove_tenant(c, c->tenant_id, err);
}

static enum err_code
answer_metadata(struct call *c, const struct scope *s, struct str id, struct err *err)
{
    struct tenant t;
    enum err_code rc = refuse_tenant(c, err, store_tenant_get(s, id, &t, err));
    if (rc)
        return rc;
    call_audit(c, "tenant", id, "Info", "Changed metadata of tenant %.*s", STR_ARG(t.name));
    shape_tenant(c, &t, false);
    return ERR_OK;
}

/* The object itself, or JSON text that holds one. */
static enum err_code
op_tenants_metadata_add(struct call *c, struct err *err)
{
    const struct json *given = call_json(c, "metadata");
    struct json *parsed = NULL;
    if (json_type(given) == JSON_STRING)
        given = parsed = json_parse(json_str(given), 1 << 20, NULL);
    enum err_code rc = ERR_OK;
    if (json_type(given) != JSON_OBJECT)
        rc = call_refuse(c, err, ERR_INVALID, NULL, "metadata must be an object");
    struct str id = call_param(c, "tenantId");
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc)
        rc = s ? refuse_tenant(c, err, store_tenant_merge_metadata(s, id, given, err))
               : err_failed(err);
    json_free(parsed);
    return rc ? rc : answer_metadata(c, s, id, err);
}

static enum err_code
op_tenants_metadata_remove(struct call *c, struct err *err)
{
    struct str id = call_param(c, "tenantId"), key = call_param(c, "key");
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? store_tenant_delete_metadata(s, id, key, err) : err_failed(err);
    rc = refuse_tenant(c, err, rc);
    return rc ? rc : answer_metadata(c, s, id, err);
}

const struct op_binding tenants_ops[] = {
    BIND(tenants_create),       BIND(tenants_import),          BIND(tenants_import_status),
    BIND(tenants_get_v1),       BIND(tenants_list_v1),         BIND(tenants_list),
    BIND(tenants_get),          BIND(tenants_get_by_alias),    BIND(tenants_update_v1),
    BIND(tenants_update),       BIND(tenants_delete),          BIND(tenants_delete_current),
    BIND(tenants_metadata_add), BIND(tenants_metadata_remove), BIND_END,
};
