#ifndef SERVER_OPS_OPS_H
#define SERVER_OPS_OPS_H
/* The modules of handlers, one line each; registry.c binds them all. */
#include "server/call.h"

#define OPS_MODULES(X)                                                                             \
    X(account_settings_ops)                                                                        \
    X(activation_ops)                                                                              \
    X(approvals_ops)                                                                               \
    X(approvals_execute_ops)                                                                       \
    X(audits_export_ops)                                                                           \
    X(applications_ops)                                                                            \
    X(audits_ops)                                                                                  \
    X(captcha_ops)                                                                                 \
    X(config_ops)                                                                                  \
    X(delegation_ops)                                                                              \
    X(emails_ops)                                                                                  \
    X(groups_ops)                                                                                  \
    X(hierarchy_ops)                                                                               \
    X(jwt_templates_ops)                                                                           \
    X(invites_ops)                                                                                 \
    X(links_ops)                                                                                   \
    X(live_sessions_ops)                                                                           \
    X(lockout_ops)                                                                                 \
    X(machine_auth_ops)                                                                            \
    X(machine_tokens_ops)                                                                          \
    X(mail_templates_ops)                                                                          \
    X(me_ops)                                                                                      \
    X(messages_ops)                                                                                \
    X(mfa_self_ops)                                                                                \
    X(mfa_settings_ops)                                                                            \
    X(mfa_sign_in_ops)                                                                             \
    X(mfa_webauthn_ops)                                                                            \
    X(migrations_ops)                                                                              \
    X(password_settings_ops)                                                                       \
    X(passwordless_ops)                                                                            \
    X(passwords_ops)                                                                               \
    X(permissions_ops)                                                                             \
    X(phones_ops)                                                                                  \
    X(refresh_ops)                                                                                 \
    X(providers_ops)                                                                               \
    X(restrictions_ops)                                                                            \
    X(roles_ops)                                                                                   \
    X(sessions_ops)                                                                                \
    X(sign_in_ops)                                                                                 \
    X(sign_up_ops)                                                                                 \
    X(sms_templates_ops)                                                                           \
    X(sso_custom_ops)                                                                              \
    X(strategies_ops)                                                                              \
    X(templates_ops)                                                                               \
    X(tenants_ops)                                                                                 \
    X(user_sources_ops)                                                                            \
    X(usernames_ops)                                                                               \
    X(users_bulk_ops)                                                                              \
    X(users_change_ops)                                                                            \
    X(users_create_ops)                                                                            \
    X(users_read_ops)                                                                              \
    X(users_temporary_ops)                                                                         \
    X(vendor_auth_ops)

#define OPS_DECLARE(module) extern const struct op_binding module[];
OPS_MODULES(OPS_DECLARE)
#undef OPS_DECLARE
#endif
