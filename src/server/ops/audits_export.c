/*
 * Audits taken out: as a CSV file with the columns that the caller names, and counted. An export holds
 * as many rows as a list of the same query would: at most a page, so its size is bounded.
 */
#include "base/clock.h"
#include "base/csv_write.h"
#include "server/audit_event.h"
#include "server/ops/ops.h"

enum {
    COLUMNS_MAX = 100,
    CELL_MAX = 1024 * 1024,
    TOP_PRESET = 10,
    TOP_MAX = 100,
    PERIODS_MAX = 1000,
    DAY_S = 24 * 60 * 60,
    SPAN_PRESET_DAYS = 30,
};

/* ---- CSV ---- */

struct columns {
    struct str names[COLUMNS_MAX], titles[COLUMNS_MAX];
    size_t n;
};

static enum err_code
read_columns(struct call *c, struct columns *out, struct err *err)
{
    const struct json *list = call_json(c, "properties");
    out->n = 0;
    if (json_len(list) == 0 || json_len(list) > COLUMNS_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "properties must name 1 to %d columns",
                           (int)COLUMNS_MAX);
    for (const struct json *it = json_first(list); it; it = json_next(it)) {
        out->names[out->n] = json_str(json_get(it, "name"));
        out->titles[out->n++] = json_str(json_get(it, "displayName"));
    }
    return ERR_OK;
}

static void
add_head(struct buf *out, const struct columns *columns)
{
    for (size_t i = 0; i < columns->n; i++) {
        buf_add_text(out, i ? "," : "");
        csv_add_cell(out, columns->titles[i], false);
    }
    buf_add_text(out, "\r\n");
}

static void
add_row(struct call *c, const struct columns *columns, struct audit *a, struct buf *cell)
{
    struct json *extra = audit_event_extra(a);
    for (size_t i = 0; i < columns->n; i++) {
        buf_reset(cell);
        audit_event_text(c, a, extra, columns->names[i], cell);
        buf_add_text(&c->reply, i ? "," : "");
        csv_add_cell(&c->reply, buf_str(cell), false);
    }
    buf_add_text(&c->reply, "\r\n");
    json_free(extra);
}

static enum err_code export(struct call *c, struct audit_query *q, struct err *err) {
    struct columns *columns = ARENA_NEW(c->arena, struct columns);
    struct audit_list found = {.n = 0}; enum err_code rc = read_columns(c, columns, err);
    q->page.no_total = true;
    if (!rc){const struct scope *s = call_scope(c, err);
             rc = s ? store_audit_list(s, q, &found, err) : err_failed(err);}
if (rc) return rc;
struct buf cell;
buf_init(&cell, CELL_MAX);
add_head(&c->reply, columns);
for (size_t i = 0; i < found.n; i++)
    add_row(c, columns, &found.items[i], &cell);
buf_fini(&cell);
c->reply_type = STR("text/csv; charset=utf-8; header=present");
buf_add_text(&c->reply_headers, "Content-Disposition: attachment; filename=\"audits.csv\"\r\n");
return c->reply.failed ? call_refuse(c, err, ERR_TOO_LARGE, NULL,
                                     "The export is too large: ask for fewer rows or columns")
                       : ERR_OK;
}

static enum err_code
op_audits_export(struct call *c, struct err *err)
{
    struct audit_query q;
    audit_query_read(c, &q);
    return export(c, &q, err);
}

static enum err_code
op_audits_export_v2(struct call *c, struct err *err)
{
    struct audit_query q;
    enum err_code rc = audit_query_read_v1(c, &q, err);
    return rc ? rc : export(c, &q, err);
}

static enum err_code
op_audits_export_v1(struct call *c, struct err *err)
{
    return op_audits_export_v2(c, err);
}

/* ---- counts ---- */

/* `from` and `to` are milliseconds since 1970, `frequency` seconds. */
static enum err_code
read_span(struct call *c, struct audit_span *out, struct err *err)
{
    int64_t every_s = call_query_int(c, "frequency", DAY_S);
    int64_t to = call_query_int(c, "to", c->now);
    int64_t from = call_query_int(c, "from", to - (int64_t)SPAN_PRESET_DAYS * DAY_S * 1000);
    if (from < 0 || to < from || to > c->now + (int64_t)DAY_S * 1000)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "from and to must be a span of time in milliseconds that has begun");
    if (every_s < 1 || (to - from) / 1000 / every_s >= PERIODS_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL,
                           "frequency must be seconds and give at most %d periods",
                           (int)PERIODS_MAX);
    *out = (struct audit_span){.from = from, .to = to, .period = every_s * 1000};
    return ERR_OK;
}

static void
write_counts(struct jw *w, const char *name, const struct audit_count_list *list)
{
    jw_key(w, name);
    jw_open(w, '{');
    for (size_t i = 0; i < list->n; i++) {
        jw_key_str(w, list->items[i].name);
        jw_i64(w, list->items[i].count);
    }
    jw_close(w, '}');
}

/* Every period is there, also one in which nothing happened: it is drawn as a curve. */
static void
write_periods(struct jw *w, const struct audit_span *span, const struct audit_count_list *list)
{
    char date[CLOCK_TEXT_SIZE];
    size_t next = 0;
    jw_key(w, "auditsCounterByTime");
    jw_open(w, '{');
    for (int64_t i = 0; span->from + i * span->period <= span->to; i++) {
        bool is_there = next < list->n && list->items[next].period == i;
        jw_key_str(w, str_of(clock_format(span->from + i * span->period, date)));
        jw_i64(w, is_there ? list->items[next++].count : 0);
    }
    jw_close(w, '}');
}

static enum err_code
op_audits_metrics(struct call *c, struct err *err)
{
    struct audit_span span = {.period = 1};
    struct audit_count_list resources = {.n = 0}, tenants = {.n = 0}, periods = {.n = 0};
    int64_t most = call_query_int(c, "limit", TOP_PRESET);
    if (most < 1 || most > TOP_MAX)
        return call_refuse(c, err, ERR_INVALID, NULL, "limit must be 1 to %d", (int)TOP_MAX);
    enum err_code rc = read_span(c, &span, err);
    const struct scope *s = rc ? NULL : call_scope(c, err);
    if (!s)
        return rc ? rc : err_failed(err);
    rc = store_audit_top(s, AUDITS_BY_RESOURCE, &span, most, &resources, err);
    if (!rc)
        rc = store_audit_top(s, AUDITS_BY_TENANT, &span, most, &tenants, err);
    if (!rc)
        rc = store_audit_periods(s, &span, &periods, err);
    if (rc)
        return rc;
    jw_open(&c->out, '{');
    write_counts(&c->out, "topResources", &resources);
    write_counts(&c->out, "topTenants", &tenants);
    write_periods(&c->out, &span, &periods);
    jw_close(&c->out, '}');
    return ERR_OK;
}

const struct op_binding audits_export_ops[] = {
    BIND(audits_export),
    BIND(audits_export_v1),
    BIND(audits_export_v2),
    BIND(audits_metrics),
    BIND_END,
};
