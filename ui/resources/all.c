#include "ui/resources/all.h"

/* In the order of the keys 1 to 9. */
const struct resource *const resources[] = {
    &resource_tenants,       &resource_users,      &resource_roles,
    &resource_permissions,   &resource_categories, &resource_audits,
    &resource_configuration, &resource_groups,     NULL};

const struct resource *const resources_inner[] = {&resource_sub_accounts, NULL};
