#ifndef STORE_TENANT_ROWS_H
#define STORE_TENANT_ROWS_H
/* How tenants are read from rows, for the files that do. Inside of the store only. */
#include "store/rows.h"
#include "store/tenants.h"

/* seq, parent's public id, then tenant_fields in order, of t. */
#define TENANT_COLUMNS                                                                             \
    "t.seq, (SELECT p.tenant_id FROM tenants p WHERE p.seq = t.parent)"                            \
    ", t.id, t.tenant_id, t.name, t.metadata, t.is_reseller, t.created_at, t.updated_at"           \
    ", t.deleted_at, t.creator_name, t.creator_email, t.website, t.application_url, t.login_url"   \
    ", t.logo, t.logo_url, t.address, t.timezone, t.date_format, t.time_format, t.currency"        \
    ", t.status, t.tenant_type, t.domain, t.alias, t.address2, t.country_code, t.state, t.city"    \
    ", t.post_code, t.industry, t.number_of_employees, t.annual_revenue, t.year_founded"           \
    ", t.total_funding, t.has_custom_login, t.sub_account_access_type"
#define TENANT_SELECT "SELECT " TENANT_COLUMNS " FROM tenants t"
enum { TENANT_COLUMN_COUNT = 2 + TENANT_FIELDS };
/* With one more column behind them. */
#define TENANT_SELECT_WITH(more) "SELECT " TENANT_COLUMNS ", " more " FROM tenants t"

void tenant_read(struct db_stmt *st, int col, struct arena *a, struct tenant *out);
/* *visible stays as it is, or becomes false when the scope has a tenant and `seq` is not at or
 * below it. */
enum err_code tenant_check_visible(const struct scope *s, int64_t seq, bool *visible,
                                   struct err *err) MUST_USE;
#endif
