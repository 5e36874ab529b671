#include "ui/resources/all.h"

/* In the order of the keys 1 to 9. */
const struct resource *const resources[] = {&resource_tenants,
                                            &resource_users,
                                            &resource_roles,
                                            &resource_permissions,
                                            &resource_categories,
                                            &resource_audits,
                                            &resource_configuration,
                                            &resource_groups,
                                            &resource_jwt_templates,
                                            &resource_jwt_rules,
                                            &resource_approval_flows,
                                            &resource_captcha,
                                            &resource_delegation,
                                            &resource_email,
                                            &resource_sms,
                                            &resource_templates,
                                            &resource_outbox,
                                            &resource_invites,
                                            &resource_tokens,
                                            NULL};

const struct resource *const resources_inner[] = {&resource_sub_accounts, &resource_user_tokens,
                                                  NULL};
