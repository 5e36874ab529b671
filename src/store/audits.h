#ifndef STORE_AUDITS_H
#define STORE_AUDITS_H
/* What happened, one row per change, written in the transaction of the change. Rows are never
 * altered. */
#include "store/store.h"

struct audit {
    int64_t seq;
    struct str id, tenant_id; /* tenant_id absent: environment level */
    struct str severity;      /* Info Medium High Critical Error */
    struct str action, description, resource, resource_id;
    struct str user_id, user_name, email; /* who did it */
    struct str ip, user_agent, trace_id;
    struct str extra; /* JSON object with further members, absent if none */
    int64_t created_at;
};
struct audit_query {
    struct store_page
        page;         /* sort: createdAt severity action email ip tenantId; offset counts rows */
    int64_t from, to; /* created in [from, to]; 0: open */
    const struct str *tenant_ids, *user_ids, *emails;
    size_t n_tenant_ids, n_user_ids, n_emails;
    struct str filter; /* free text */
};
struct audit_list {
    struct audit *items;
    size_t n;
    int64_t total;
};
/* id and created_at are filled in when absent; the scope's tenant is used when tenant_id is absent.
 */
enum err_code store_audit_add(const struct scope *s, struct audit *a, struct err *err) MUST_USE;
enum err_code store_audit_list(const struct scope *s, const struct audit_query *q,
                               struct audit_list *out, struct err *err) MUST_USE;
/* Events since `since`; *severe counts High, Critical and Error. */
enum err_code store_audit_stats(const struct scope *s, int64_t since, int64_t *all, int64_t *severe,
                                struct err *err) MUST_USE;

/* Events of a span of time, counted. */
struct audit_span {
    int64_t from, to; /* ms; created in [from, to] */
    int64_t period;   /* ms, positive */
};
struct audit_count {
    struct str name; /* of the resource or tenant */
    int64_t period;  /* index of the period, the first is 0 */
    int64_t count;
};
struct audit_count_list {
    struct audit_count *items;
    size_t n;
};
enum audit_group { AUDITS_BY_RESOURCE, AUDITS_BY_TENANT };
/* The `most` names with the most events, most first; events without that name are not counted. */
enum err_code store_audit_top(const struct scope *s, enum audit_group by,
                              const struct audit_span *span, int64_t most,
                              struct audit_count_list *out, struct err *err) MUST_USE;
/* The periods in which something happened, in order. */
enum err_code store_audit_periods(const struct scope *s, const struct audit_span *span,
                                  struct audit_count_list *out, struct err *err) MUST_USE;
#endif
