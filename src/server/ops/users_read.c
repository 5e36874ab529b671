/* Reading users: lists of three generations, phrase search, look-ups, states and counts. */
#include "base/mem.h"
#include "server/ops/ops.h"
#include "server/shape.h"
#include "server/shape_user.h"
#include "store/groups.h"

enum { USER_PAGE = 50, NAMES_MAX = 200, PARTS_MAX = 20 };

struct filters {
    struct str ids[NAMES_MAX], external_ids[NAMES_MAX];
    struct str all_of[PARTS_MAX], none_of[PARTS_MAX], any_of[PARTS_MAX];
};

static enum user_key
identifier_kind(struct str name)
{
    if (str_eq(name, STR("phoneNumber")))
        return USER_BY_PHONE;
    return str_eq(name, STR("username")) ? USER_BY_USERNAME : USER_BY_EMAIL;
}

/* With an environment token _tenantId chooses the tenant; a tenant's own token may only name
 * itself. */
static enum err_code
list_scope(struct call *c, struct scope *out, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct str tenant = call_query(c, "_tenantId");
    if (!s)
        return err_failed(err);
    *out = *s;
    if (!tenant.n || str_eq(tenant, s->tenant))
        return ERR_OK;
    if (c->who.kind != PRINCIPAL_VENDOR)
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Users of another tenant");
    return scope_tenant(s, tenant, out, err);
}

static void
read_query(const struct call *c, const struct page *page, struct filters *f, struct user_query *q)
{
    struct str preset = call_query(c, "_preset");
    *q = (struct user_query){
        .page = page_rows(page),
        .contains = page->filter,
        .email = call_query(c, "_email"),
        .name_prefix = call_query(c, "_namePrefix"),
        .identifier = call_query(c, "_identifier"),
        .identifier_by = identifier_kind(call_query(c, "_identifierType")),
        .metadata = call_query(c, "metadata"),
        .ids = f->ids,
        .n_ids = call_query_list(c, "ids", f->ids, NAMES_MAX),
        .external_ids = f->external_ids,
        .n_external_ids = call_query_list(c, "_externalIds", f->external_ids, NAMES_MAX),
        .all_of = f->all_of,
        .n_all_of = call_query_list(c, "_phraseSearchContains", f->all_of, PARTS_MAX),
        .none_of = f->none_of,
        .n_none_of = call_query_list(c, "_phraseSearchExcludes", f->none_of, PARTS_MAX),
        .any_of = f->any_of,
        .n_any_of = call_query_list(c, "_phraseSearchOptional", f->any_of, PARTS_MAX),
        .include_sub_tenants = call_query_bool(c, "_includeSubTenants", true),
        .only_mfa_unenrolled = str_eq(preset, STR("mfa-unenrolled")),
    };
    /* An empty list of ids would mean "none of them"; not given means all. */
    if (q->n_ids == 0)
        q->ids = NULL;
    if (q->n_external_ids == 0)
        q->external_ids = NULL;
    int64_t idle = call_query_int(c, "_maxInactiveSeconds", 0);
    if (str_eq(preset, STR("inactive")) && idle > 0 && idle < c->now / 1000)
        q->inactive_since = c->now - idle * 1000;
}

static enum err_code
answer_list(struct call *c, enum user_form form, struct err *err)
{
    struct page page;
    struct user_query q;
    struct filters *filters = ARENA_NEW(c->arena, struct filters);
    call_page(c, USER_PAGE, &page);
    read_query(c, &page, filters, &q);
    struct scope s;
    struct user_list list;
    enum err_code rc = list_scope(c, &s, err);
    if (!rc)
        rc = store_user_list(&s, &q, &list, err);
    if (rc)
        return rc;
    call_page_open(c);
    rc = shape_users(c, &s, form, list.items, list.n, err);
    if (!rc)
        call_page_close(c, &page, list.total);
    return rc;
}

static enum err_code
op_users_list(struct call *c, struct err *err)
{
    return answer_list(c, USER_CORE, err);
}

static enum err_code
op_users_search(struct call *c, struct err *err)
{
    return answer_list(c, USER_CORE, err);
}

static enum err_code
op_users_list_v1(struct call *c, struct err *err)
{
    return answer_list(c, USER_FULL, err);
}

static enum err_code
op_users_list_v2(struct call *c, struct err *err)
{
    return answer_list(c, USER_OLD_LIST, err);
}

static enum err_code
op_users_get(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    return s ? shape_user_by_id(c, s, call_param(c, "id"), err) : err_failed(err);
}

static enum err_code
op_users_get_vendor(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    return s ? shape_user_by_id(c, s, call_param(c, "userId"), err) : err_failed(err);
}

static enum err_code
op_users_get_by_email(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct user u;
    enum err_code rc =
        s ? store_user_get(s, USER_BY_EMAIL, call_query(c, "email"), &u, err) : err_failed(err);
    if (rc == ERR_NOT_FOUND)
        return call_refuse(c, err, rc, NULL, "User not found");
    return rc ? rc : shape_users(c, s, USER_CORE, &u, 1, err);
}

/* Users by the `name` list of ids, with their tenants and roles. */
static enum err_code
users_by_ids(struct call *c, const char *name, struct user_list *out, struct err *err)
{
    struct str *ids = ARENA_ARRAY(c->arena, NAMES_MAX, struct str);
    struct user_query q = {.page = {.limit = NAMES_MAX, .no_total = true},
                           .include_sub_tenants = true};
    q.ids = ids;
    q.n_ids = call_query_list(c, name, ids, NAMES_MAX);
    const struct scope *s = call_scope(c, err);
    *out = (struct user_list){NULL, 0, 0};
    if (!s || !q.n_ids)
        return s ? ERR_OK : err_failed(err);
    enum err_code rc = store_user_list(s, &q, out, err);
    if (rc)
        return rc;
    return store_users_load(s, out->items, out->n, LOAD_TENANTS | LOAD_ROLES,
                            c->who.kind == PRINCIPAL_VENDOR, err);
}

/* What each of the users has in each tenant that the caller sees: roles, or groups. */
static void
write_ids(struct call *c, const struct user *u, const struct membership *m, bool groups)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "vendorId", c->vendor_id);
    jw_kstr(w, "tenantId", m->tenant_id);
    jw_kstr(w, "userId", u->id);
    jw_key(w, groups ? "groupIds" : "roleIds");
    jw_open(w, '[');
    for (size_t i = 0; i < (groups ? m->n_groups : m->n_roles); i++)
        jw_str(w, groups ? m->groups[i].id : m->roles[i]->id);
    jw_close(w, ']');
    jw_close(w, '}');
}

static enum err_code
answer_ids(struct call *c, bool groups, struct err *err)
{
    struct user_list list;
    enum err_code rc = users_by_ids(c, "ids", &list, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!rc && groups)
        rc = s ? store_users_load_groups(s, list.items, list.n, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '[');
    for (size_t i = 0; i < list.n; i++)
        for (size_t j = 0; j < list.items[i].n_tenants; j++)
            if (!c->tenant_id.n || str_eq(list.items[i].tenants[j].tenant_id, c->tenant_id))
                write_ids(c, &list.items[i], &list.items[i].tenants[j], groups);
    jw_close(&c->out, ']');
    return ERR_OK;
}

static enum err_code
op_users_roles_list(struct call *c, struct err *err)
{
    return answer_ids(c, false, err);
}

static enum err_code
op_users_groups_list(struct call *c, struct err *err)
{
    return answer_ids(c, true, err);
}

static bool
status_wanted(const struct str *wanted, size_t n, const char *status)
{
    bool found = n == 0;
    for (size_t i = 0; i < n; i++)
        found = found || str_eq(wanted[i], str_of(status));
    return found;
}

static enum err_code
op_users_statuses(struct call *c, struct err *err)
{
    struct str wanted[8];
    size_t n_wanted = call_query_list(c, "userTenantStatuses", wanted, COUNT_OF(wanted));
    struct user_list list;
    enum err_code rc = users_by_ids(c, "userIds", &list, err);
    if (rc)
        return rc;
    struct jw *w = &c->out;
    jw_open(w, '[');
    for (size_t i = 0; i < list.n; i++) {
        const struct user *u = &list.items[i];
        jw_open(w, '{');
        jw_kstr(w, "userId", u->id);
        jw_key(w, "tenantsStatuses");
        jw_open(w, '[');
        for (size_t j = 0; j < u->n_tenants; j++) {
            const char *status = user_status_name(user_status_of(u, &u->tenants[j]));
            if (!status_wanted(wanted, n_wanted, status))
                continue;
            jw_open(w, '{');
            jw_kstr(w, "tenantId", u->tenants[j].tenant_id);
            jw_ktext(w, "status", status);
            jw_close(w, '}');
        }
        jw_close(w, ']');
        jw_close(w, '}');
    }
    jw_close(w, ']');
    return ERR_OK;
}

static enum err_code
write_count(struct call *c, const struct scope *s, struct str tenant_id, struct err *err)
{
    struct scope tenant;
    int64_t all = 0, enabled = 0;
    enum err_code rc = scope_tenant(s, tenant_id, &tenant, err);
    if (!rc && tenant.tenant_seq > 0)
        rc = store_user_count(&tenant, &all, err);
    if (!rc && tenant.tenant_seq > 0)
        rc = store_user_count_enabled(&tenant, &enabled, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_kstr(&c->out, "tenantId", tenant_id);
    jw_ki64(&c->out, "totalUsers", all);
    jw_ki64(&c->out, "totalAccessAllowedUsers", enabled);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_users_count(struct call *c, struct err *err)
{
    struct str tenants[NAMES_MAX];
    size_t n = call_list(c, "tenantIds", tenants, NAMES_MAX);
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? ERR_OK : err_failed(err);
    jw_open(&c->out, '[');
    for (size_t i = 0; !rc && i < n; i++)
        rc = write_count(c, s, tenants[i], err);
    jw_close(&c->out, ']');
    return rc;
}

const struct op_binding users_read_ops[] = {
    BIND(users_list),         BIND(users_search),     BIND(users_list_v1),
    BIND(users_list_v2),      BIND(users_get),        BIND(users_get_vendor),
    BIND(users_get_by_email), BIND(users_roles_list), BIND(users_groups_list),
    BIND(users_statuses),     BIND(users_count),      BIND_END,
};
