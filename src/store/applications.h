#ifndef STORE_APPLICATIONS_H
#define STORE_APPLICATIONS_H
/*
 * Which people may use which application in which tenant, and the tenant each of them works in there.
 * An application is an id of the customer's choice. Who leaves a tenant loses both. Where a tenant is
 * needed it is the scope's.
 */
#include "store/store.h"

struct app_user {
    struct str app_id, user_tenant_id; /* the membership, on the wire */
    int64_t created_at;
};
/* Gives a member the application; one who has it keeps it. ERR_NOT_FOUND: no member. */
enum err_code store_app_assign(const struct scope *s, struct str app_id, struct str user_id,
                               struct app_user *out, struct err *err) MUST_USE;
/* ERR_NOT_FOUND: no member. One who has it not is fine. */
enum err_code store_app_unassign(const struct scope *s, struct str app_id, struct str user_id,
                                 struct err *err) MUST_USE;
/* Ids, each once: of people who have the application, and of applications of a person. */
enum err_code store_app_users(const struct scope *s, struct str app_id, struct str **out, size_t *n,
                              struct err *err) MUST_USE;
enum err_code store_apps_of_user(const struct scope *s, struct str user_id, struct str **out,
                                 size_t *n, struct err *err) MUST_USE;

struct app_tenant {
    struct str app_id, tenant_id;
};
enum err_code store_app_tenants(const struct scope *s, struct str user_id, struct app_tenant **out,
                                size_t *n, struct err *err) MUST_USE;
/* The scope's tenant is the person's in that application from now on. ERR_NOT_FOUND: no member. */
enum err_code store_app_tenant_set(const struct scope *s, struct str user_id, struct str app_id,
                                   struct err *err) MUST_USE;
#endif
