#ifndef UI_RESOURCES_ALL_H
#define UI_RESOURCES_ALL_H
/* Every descriptor, one per file of this folder. Constants. */
#include "ui/resource.h"

extern const struct resource resource_tenants, resource_sub_accounts, resource_users,
    resource_roles, resource_permissions, resource_categories, resource_audits,
    resource_configuration, resource_groups, resource_jwt_templates, resource_jwt_rules,
    resource_approval_flows, resource_captcha, resource_delegation, resource_email, resource_sms,
    resource_templates, resource_outbox, resource_invites, resource_tokens, resource_user_tokens;
#endif
