#include "server/audit_event.h"

#include "base/clock.h"
#include "base/mem.h"

enum { NAMES_MAX = 200 };

#define TEXT(name, member, is_given)                                                               \
    {                                                                                              \
        name, offsetof(struct audit, member), is_given                                             \
    }
const struct audit_text audit_texts[] = {
    TEXT("frontegg_id", id, false),
    TEXT("severity", severity, true),
    TEXT("tenantId", tenant_id, false),
    TEXT("action", action, true),
    TEXT("description", description, true),
    TEXT("resource", resource, true),
    TEXT("resourceId", resource_id, false),
    TEXT("user", user_name, true),
    TEXT("userId", user_id, true),
    TEXT("email", email, true),
    TEXT("ip", ip, true),
    TEXT("userAgent", user_agent, true),
    TEXT("traceId", trace_id, false),
    {NULL, 0, false},
};

/* Always there, whatever is known. */
static bool
is_never_left_out(const struct audit_text *t)
{
    return t->offset == offsetof(struct audit, id) ||
           t->offset == offsetof(struct audit, severity) ||
           t->offset == offsetof(struct audit, tenant_id);
}

struct json *
audit_event_extra(const struct audit *a)
{
    return a->extra.n > 2 ? json_parse(a->extra, a->extra.n, NULL) : NULL;
}

void
audit_event_write(struct call *c, struct audit *a)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    jw_kstr(w, "vendorId", c->vendor_id);
    for (const struct audit_text *t = audit_texts; t->name; t++) {
        struct str value = *audit_text_of(a, t);
        if (str_given(value) || is_never_left_out(t))
            jw_kstr(w, t->name, value);
    }
    jw_ktime(w, "createdAt", a->created_at);
    jw_ktime(w, "updatedAt", a->created_at);
    jw_ktime(w, "time", a->created_at);
    /* An object made by audits_create: its members become members of the event. */
    struct json *extra = audit_event_extra(a);
    for (const struct json *m = json_first(extra); m; m = json_next(m)) {
        jw_key_str(w, json_key(m));
        jw_json(w, m);
    }
    json_free(extra);
    jw_close(w, '}');
}

static bool
is_time(struct str name)
{
    return str_eq(name, STR("createdAt")) || str_eq(name, STR("updatedAt")) ||
           str_eq(name, STR("time"));
}

void
audit_event_text(const struct call *c, struct audit *a, const struct json *extra, struct str name,
                 struct buf *out)
{
    char date[CLOCK_TEXT_SIZE];
    for (const struct audit_text *t = audit_texts; t->name; t++)
        if (str_eq(name, str_of(t->name))) {
            buf_add_str(out, *audit_text_of(a, t));
            return;
        }
    const struct json *member = json_get_str(extra, name);
    if (is_time(name))
        buf_add_text(out, clock_format(a->created_at, date));
    else if (str_eq(name, STR("vendorId")))
        buf_add_str(out, c->vendor_id);
    else if (json_type(member) == JSON_STRING)
        buf_add_str(out, json_str(member));
    else if (member)
        json_write(member, out);
}

/* ---- queries ---- */

static void
read_page(struct call *c, struct audit_query *q)
{
    q->page = (struct store_page){.offset = call_query_int(c, "offset", 0),
                                  .limit = call_query_int(c, "count", 50),
                                  .sort = call_query(c, "sortBy"),
                                  .descending =
                                      !str_eq_nocase(call_query(c, "sortDirection"), STR("asc"))};
    q->filter = call_query(c, "filter");
}

static const struct str *
read_list(struct call *c, const char *name, size_t *n)
{
    struct str *names = ARENA_ARRAY(c->arena, NAMES_MAX, struct str);
    *n = call_query_list(c, name, names, NAMES_MAX);
    return names;
}

void
audit_query_read(struct call *c, struct audit_query *out)
{
    *out = (struct audit_query){.from = 0};
    read_page(c, out);
    out->tenant_ids = read_list(c, "tenant_ids", &out->n_tenant_ids);
    out->user_ids = read_list(c, "users", &out->n_user_ids);
    out->emails = read_list(c, "email", &out->n_emails);
    clock_parse(call_query(c, "created_from"), &out->from);
    clock_parse(call_query(c, "created_to"), &out->to);
}

/* The old form names the tenant in the query; a tenant's own token cannot name another. */
enum err_code
audit_query_read_v1(struct call *c, struct audit_query *out, struct err *err)
{
    struct str *tenant = ARENA_NEW(c->arena, struct str);
    *tenant = call_query(c, "tenantId");
    *out = (struct audit_query){.tenant_ids = tenant, .n_tenant_ids = tenant->n ? 1 : 0};
    read_page(c, out);
    if (tenant->n && c->who.kind != PRINCIPAL_VENDOR && !str_eq(*tenant, c->tenant_id))
        return call_refuse(c, err, ERR_FORBIDDEN, NULL, "Audits of another tenant");
    return ERR_OK;
}
