/* Audits: read with filters (rows, not pages), written by applications, counted. */
#include "base/mem.h"
#include "server/audit_event.h"
#include "server/ops/ops.h"

/* A page of the largest events must fit a request's memory and an answer. */
enum { EVENT_MAX = 64 * 1024, TEXTS_MAX = 16 };
static const int64_t DAY_MS = 24 * 60 * 60 * 1000;

static enum err_code
list(struct call *c, const struct audit_query *q, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    struct audit_list found;
    enum err_code rc = s ? store_audit_list(s, q, &found, err) : err_failed(err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    jw_key(&c->out, "data");
    jw_open(&c->out, '[');
    for (size_t i = 0; i < found.n; i++)
        audit_event_write(c, &found.items[i]);
    jw_close(&c->out, ']');
    jw_ki64(&c->out, "total", found.total);
    jw_close(&c->out, '}');
    return ERR_OK;
}

static enum err_code
op_audits_list(struct call *c, struct err *err)
{
    struct audit_query q;
    audit_query_read(c, &q);
    return list(c, &q, err);
}

static enum err_code
op_audits_list_v1(struct call *c, struct err *err)
{
    struct audit_query q;
    enum err_code rc = audit_query_read_v1(c, &q, err);
    return rc ? rc : list(c, &q, err);
}

static struct str
take_text(struct json *body, const char *name, struct json **keep)
{
    *keep = json_detach(body, str_of(name));
    return json_str(*keep);
}

/* What only we may say is dropped; so are the times, which are those of our clock. */
static void
take_known(struct json *body, struct audit *a, struct json **taken)
{
    static const char *const ours[] = {"vendorId", "createdAt", "updatedAt", "time"};
    for (const struct audit_text *t = audit_texts; t->name; t++) {
        struct str value = take_text(body, t->name, taken++);
        if (t->is_given)
            *audit_text_of(a, t) = value;
    }
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        json_free(json_detach(body, str_of(ours[i])));
    if (!str_given(a->action))
        a->action = STR("custom");
}

static enum err_code
add_event(struct call *c, struct audit *a, struct err *err)
{
    const struct scope *s = call_scope(c, err);
    if (!s)
        return err_failed(err);
    if (s->tenant_seq < 0)
        return call_refuse(c, err, ERR_NOT_FOUND, NULL, "Tenant not found");
    return store_audit_add(s, a, err);
}

/* Known members become columns, the rest is kept as it came. */
static enum err_code
op_audits_create(struct call *c, struct err *err)
{
    struct json *body = json_copy(c->body), *taken[TEXTS_MAX] = {NULL};
    struct audit a = {.created_at = c->now, .trace_id = c->trace_id};
    struct buf whole, extra;
    buf_init(&whole, EVENT_MAX);
    buf_init(&extra, EVENT_MAX);
    json_write(body, &whole);
    take_known(body, &a, taken);
    json_write(body, &extra);
    a.extra = buf_str(&extra);
    enum err_code rc = whole.failed ? call_refuse(c, err, ERR_TOO_LARGE, NULL,
                                                  "An event has at most %d bytes", (int)EVENT_MAX)
                                    : add_event(c, &a, err);
    buf_fini(&whole);
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
