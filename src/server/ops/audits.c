/* Audits: read with filters (rows, not pages), written by applications, counted. */
#include "store/audits.h"
#include "base/clock.h"
#include "base/mem.h"
#include "server/ops/ops.h"

enum { NAMES_MAX = 200 };
static const int64_t DAY_MS = 24 * 60 * 60 * 1000;

/* What is not known of an event is left out. */
static void
write_known(struct jw *w, const char *name, struct str value)
{
    if (str_given(value))
        jw_kstr(w, name, value);
}

static void
write_row(struct call *c, const struct audit *a)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "frontegg_id", a->id);
    jw_kstr(w, "severity", a->severity);
    jw_kstr(w, "tenantId", a->tenant_id);
    jw_kstr(w, "vendorId", c->vendor_id);
    write_known(w, "action", a->action);
    write_known(w, "description", a->description);
    write_known(w, "resource", a->resource);
    write_known(w, "resourceId", a->resource_id);
    write_known(w, "user", a->user_name);
    write_known(w, "userId", a->user_id);
    write_known(w, "email", a->email);
    write_known(w, "ip", a->ip);
    write_known(w, "userAgent", a->user_agent);
    write_known(w, "traceId", a->trace_id);
    jw_ktime(w, "createdAt", a->created_at);
    jw_ktime(w, "updatedAt", a->created_at);
    jw_ktime(w, "time", a->created_at);
    /* `extra` is an object made by audits_create: its members become members of the event. */
    if (a->extra.n > 2) {
        struct json *extra = json_parse(a->extra, a->extra.n, NULL);
        for (const struct json *m = json_first(extra); m; m = json_next(m)) {
            jw_key_str(w, json_key(m));
            jw_json(w, m);
        }
        json_free(extra);
    }
    jw_close(w, '}');
}

static enum err_code
list(struct call *c, struct audit_query *q, struct err *err)
{
    struct str sort = call_query(c, "sortBy"), direction = call_query(c, "sortDirection");
    q->page.offset = call_query_int(c, "offset", 0);
    q->page.limit = call_query_int(c, "count", 50);
    q->page.sort = sort;
    q->page.descending = !str_eq_nocase(direction, STR("asc"));
    q->filter = call_query(c, "filter");
    const struct scope *s = call_scope(c, err);
    struct audit_list found;
    enum err_code rc = s ? store_audit_list(s, q, &found, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_key(&c->out, "data");
    jw_open(&c->out, '[');
    for (size_t i = 0; i < found.n; i++)
        write_row(c, &found.items[i]);
    jw_close(&c->out, ']');
    jw_ki64(&c->out, "total", found.total);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_audits_list(struct call *c, struct err *err)
{
    struct str tenants[NAMES_MAX], users[NAMES_MAX], emails[NAMES_MAX];
    struct audit_query q = {
        .tenant_ids = tenants,
        .n_tenant_ids = call_query_list(c, "tenant_ids", tenants, NAMES_MAX),
        .user_ids = users,
        .n_user_ids = call_query_list(c, "users", users, NAMES_MAX),
        .emails = emails,
        .n_emails = call_query_list(c, "email", emails, NAMES_MAX),
    };
    clock_parse(call_query(c, "created_from"), &q.from);
    clock_parse(call_query(c, "created_to"), &q.to);
    return list(c, &q, err);
}

/* The old form names the tenant in the query; a tenant's own token cannot name another. */
static enum err_code
op_audits_list_v1(struct call *c, struct err *err)
{
    struct str tenant = call_query(c, "tenantId");
    struct audit_query q = {.tenant_ids = &tenant, .n_tenant_ids = tenant.n ? 1 : 0};
    if (tenant.n && c->who.kind != PRINCIPAL_VENDOR && !str_eq(tenant, c->tenant_id))
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Audits of another tenant");
    return list(c, &q, err);
}

static struct str
take_text(struct json *body, const char *name, struct json **keep)
{
    *keep = json_detach(body, str_of(name));
    return json_str(*keep);
}

/* Known members become columns, the rest is kept as it came. */
static enum err_code
op_audits_create(struct call *c, struct err *err)
{
    static const struct {
        const char *name;
        size_t offset;
    } columns[] = {
        {"severity", offsetof(struct audit, severity)},
        {"action", offsetof(struct audit, action)},
        {"description", offsetof(struct audit, description)},
        {"resource", offsetof(struct audit, resource)},
        {"user", offsetof(struct audit, user_name)},
        {"userId", offsetof(struct audit, user_id)},
        {"email", offsetof(struct audit, email)},
        {"ip", offsetof(struct audit, ip)},
        {"userAgent", offsetof(struct audit, user_agent)},
    };
    /* What only we may say. */
    static const char *const ours[] = {"frontegg_id", "tenantId", "vendorId", "createdAt",
                                       "updatedAt",   "time",     "traceId",  "resourceId"};
    struct json *body = json_copy(c->body), *taken[COUNT_OF(columns)] = {NULL};
    struct audit a = {.created_at = c->now, .trace_id = c->trace_id};
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        *(struct str *)(void *)((char *)&a + columns[i].offset) =
            take_text(body, columns[i].name, &taken[i]);
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        json_free(json_detach(body, str_of(ours[i])));
    if (!str_given(a.action))
        a.action = STR("custom");
    struct buf extra;
    buf_init(&extra, 1 << 20);
    json_write(body, &extra);
    a.extra = buf_str(&extra);
    const struct scope *s = call_scope(c, err);
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (!rc && s->tenant_seq < 0)
        rc = call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    if (!rc)
        rc = store_audit_add(s, &a, err);
    buf_fini(&extra);
    for (size_t i = 0; i < COUNT_OF(taken); i++)
        json_free(taken[i]);
    json_free(body);
    call_audited(c);
    return rc;
}

static enum err_code
op_audits_stats(struct call *c, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    int64_t today = 0, week = 0, severe = 0, ignored = 0;
    enum err_code rc = s ? ERR_OK : err_failed(err);
    if (!rc)
        rc = store_audit_stats(s, c->now - c->now % DAY_MS, &today, &ignored, err);
    if (!rc)
        rc = store_audit_stats(s, c->now - 7 * DAY_MS, &week, &severe, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_ki64(&c->out, "totalToday", today);
    jw_ki64(&c->out, "severeThisWeek", severe);
    jw_close(&c->out, '}');
    return ERR_OK;
}

const struct op_binding audits_ops[] = {
    BIND(audits_list), BIND(audits_list_v1), BIND(audits_create), BIND(audits_stats), BIND_END,
};
