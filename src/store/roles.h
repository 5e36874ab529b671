#ifndef STORE_ROLES_H
#define STORE_ROLES_H
/* Roles of an environment (tenant_id absent) or of one tenant. A scope with a tenant sees the
 * environment's roles and its own. */
#include "store/store.h"

struct role {
    int64_t seq;
    struct str id, tenant_id, key, name, description;
    int64_t level, created_at, updated_at;
    bool is_default, first_user_role;
    const struct str *permission_ids;
    size_t n_permission_ids;
};

enum {
    ROLE_F_KEY = 1 << 0,
    ROLE_F_NAME = 1 << 1,
    ROLE_F_DESCRIPTION = 1 << 2,
    ROLE_F_LEVEL = 1 << 3,
    ROLE_F_IS_DEFAULT = 1 << 4,
    ROLE_F_FIRST_USER = 1 << 5
};

struct role_query {
    struct store_page page; /* sort: key name description isDefault firstUserRole level createdAt
                               updatedAt permissions userTenants groups; limit 0: all */
    struct str filter;      /* part of name, key or description */
    const int64_t *levels;
    size_t n_levels;
    const struct str *tenant_ids;
    size_t n_tenant_ids;
};
struct role_list {
    struct role *items;
    size_t n;
    int64_t total;
};

/* Permission ids are loaded by get and list. */
enum err_code store_role_get(const struct scope *s, struct str id, struct role *out,
                             struct err *err) MUST_USE;
enum err_code store_role_list(const struct scope *s, const struct role_query *q,
                              struct role_list *out, struct err *err) MUST_USE;
/* r->tenant_id given: a role of that tenant. Fills id and times when absent. ERR_CONFLICT if the
 * key is taken there. */
enum err_code store_role_create(const struct scope *s, struct role *r, struct err *err) MUST_USE;
enum err_code store_role_update(const struct scope *s, const struct role *r, unsigned given,
                                struct err *err) MUST_USE;
enum err_code store_role_delete(const struct scope *s, struct str id, struct err *err) MUST_USE;
/* absent tenant_id: an environment role from now on. */
enum err_code store_role_set_tenant(const struct scope *s, struct str id, struct str tenant_id,
                                    struct err *err) MUST_USE;
/* Replaces the set. An unknown permission is ERR_NOT_FOUND and changes nothing. */
enum err_code store_role_set_permissions(const struct scope *s, struct str id,
                                         const struct str *permission_ids, size_t n,
                                         struct err *err) MUST_USE;
/* Gives the role to every member of every tenant it applies to (migrateRole). */
enum err_code store_role_give_all(const struct scope *s, struct str id, struct err *err) MUST_USE;
enum err_code store_role_distinct_levels(const struct scope *s, int64_t **out, size_t *n,
                                         struct err *err) MUST_USE;
enum err_code store_role_distinct_tenants(const struct scope *s, struct str **out, size_t *n,
                                          struct err *err) MUST_USE;
#endif
