#ifndef STORE_ROLE_ROWS_H
#define STORE_ROLE_ROWS_H
/* How roles are read from rows and linked to permissions. Inside of the store only. */
#include "store/roles.h"
#include "store/rows.h"

#define ROLE_COLUMNS                                                                               \
    "r.seq, r.id, (SELECT rt.tenant_id FROM tenants rt WHERE rt.seq = r.tenant_seq), r.role_key, " \
    "r.name, r.description, r.level, r.is_default, r.first_user_role, r.created_at, r.updated_at"
enum { ROLE_COLUMN_COUNT = 11 };
#define ROLE_SELECT "SELECT " ROLE_COLUMNS " FROM roles r"
/* A scope without tenant (0) sees every role, one with a tenant the environment's and its own. */
#define ROLE_VISIBLE(tenant) "(" tenant " = 0 OR r.tenant_seq IS NULL OR r.tenant_seq = " tenant ")"

void role_read(struct db_stmt *st, int col, struct arena *a, struct role *out);
enum err_code roles_load_permissions(const struct scope *s, struct role *roles, size_t n,
                                     struct err *err) MUST_USE;
/* As above for so many that one statement takes them. */
enum err_code roles_load_permissions_part(const struct scope *s, struct role *roles, size_t n,
                                          struct err *err) MUST_USE;
/* Row numbers of ids, in their order; any unknown one, and a role that the scope does not see, is
 * ERR_NOT_FOUND. */
enum err_code permissions_resolve(const struct scope *s, const struct str *ids, size_t n,
                                  int64_t **out, struct err *err) MUST_USE;
enum err_code roles_resolve(const struct scope *s, const struct str *ids, size_t n, int64_t **out,
                            struct err *err) MUST_USE;
#endif
